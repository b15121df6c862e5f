//! What somebody found of files by reading their bytes again: when they last agreed, and what is wrong with them.
//!
//! A finding stands until the file is read again or its bytes are put back; no other record changes it.

use std::collections::BTreeMap;

use chrono::{DateTime, SecondsFormat, Utc};
use rusqlite::{Connection, Row, Transaction, params};

use crate::error::Error;
use crate::library::catalog::load::library_path;
use crate::library::catalog::{Catalog, known_word};
use crate::library::path::LibraryPath;
use crate::library::record::{Damage, Harm};

impl Catalog {
    /// What is known to be wrong with files.
    pub fn damage(&self) -> Result<BTreeMap<LibraryPath, Damage>, Error> {
        self.query(damage)
    }

    /// Keeps what was found of single files, in passing. What is known already stays as it is.
    pub fn record_harm(
        &mut self,
        found: DateTime<Utc>,
        harmed: &BTreeMap<LibraryPath, Harm>,
    ) -> Result<(), Error> {
        let known = self.damage()?;
        let is_new =
            |(path, harm): &(&LibraryPath, &Harm)| known.get(*path).is_none_or(|known| known.what != **harm);
        let new: BTreeMap<_, _> =
            harmed.iter().filter(is_new).map(|(path, harm)| (path.clone(), *harm)).collect();
        match new.is_empty() {
            true => Ok(()),
            false => self.write(|tx| put_harm(tx, found, &new)),
        }
    }

    /// Says that the bytes of these files were read and agree.
    pub fn record_sound(&mut self, read: DateTime<Utc>, paths: &[LibraryPath]) -> Result<(), Error> {
        self.write(|tx| {
            let mut update = tx.prepare(
                "UPDATE files SET verified = ?1, damage = NULL, damage_found = NULL WHERE path = ?2",
            )?;
            let read = time_text(read);
            paths.iter().try_for_each(|path| update.execute(params![read, path.as_str()]).map(|_| ()))
        })
    }
}

fn put_harm(
    tx: &Transaction<'_>,
    found: DateTime<Utc>,
    harmed: &BTreeMap<LibraryPath, Harm>,
) -> rusqlite::Result<()> {
    let mut update = tx.prepare(
        "UPDATE files SET damage_found = CASE WHEN damage = ?2 THEN damage_found ELSE ?3 END, damage = ?2 \
         WHERE path = ?1",
    )?;
    for (path, harm) in harmed {
        update.execute(params![path.as_str(), harm.as_str(), time_text(found)])?;
    }
    Ok(())
}

/// Everything that is known to be wrong.
pub(super) fn damage(connection: &Connection) -> rusqlite::Result<BTreeMap<LibraryPath, Damage>> {
    let mut statement =
        connection.prepare("SELECT path, damage, damage_found FROM files WHERE damage NOTNULL")?;
    let mut rows = statement.query([])?;
    let mut known = BTreeMap::new();
    while let Some(row) = rows.next()? {
        if let (Some(path), Some(damage)) = (library_path(row.get_ref(0)?.as_str()?), one(row, 1)?) {
            known.insert(path, damage);
        }
    }
    Ok(known)
}

/// The damage in a column for what it is and the next one for when it was found.
pub(super) fn one(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<Damage>> {
    let Some(word) = row.get_ref(column)?.as_str_or_null()? else { return Ok(None) };
    let what = known_word(column, word, Harm::from_name)?;
    let found = time(row, column + 1)?.unwrap_or_default();
    Ok(Some(Damage { what, found }))
}

/// The instant in a column.
pub(super) fn time(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<DateTime<Utc>>> {
    let text = row.get_ref(column)?.as_str_or_null()?;
    Ok(text.and_then(|text| DateTime::parse_from_rfc3339(text).ok()).map(|time| time.to_utc()))
}

/// An instant as the catalog and JSON have it: RFC 3339, in UTC, to the second.
pub(super) fn time_text(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Secs, true)
}
