//! What somebody found of files by reading their bytes again: when they last agreed, and what is wrong with them.
//!
//! A finding stands until the file is read again or its bytes are put back; no other record changes it.

use std::collections::BTreeMap;

use chrono::{DateTime, SecondsFormat, Utc};
use rusqlite::{Connection, Row, Transaction, params};

use crate::apple::fingerprint::Fingerprint;
use crate::category::Said;
use crate::contents::Content;
use crate::error::Error;
use crate::library::catalog::load::library_path;
use crate::library::catalog::put::PutContents;
use crate::library::catalog::{Catalog, known_word};
use crate::library::path::LibraryPath;
use crate::library::record::{Damage, Harm};

/// How a library's files were when somebody last looked, in numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Health {
    /// Files that the catalog records, kept details included.
    pub files: u64,
    /// Those of them that were read since they were written, and agreed.
    pub verified: u64,
    /// When the first of those was last read.
    pub since: Option<DateTime<Utc>>,
    /// Whose bytes went bad by themselves.
    pub damaged: u64,
    /// Whose bytes somebody changed.
    pub changed: u64,
    /// That are not there.
    pub missing: u64,
}

impl Health {
    /// Files with which something is wrong.
    pub fn harmed(&self) -> u64 {
        self.damaged + self.changed + self.missing
    }
}

/// An edit of a file, and what is there now.
pub struct Edit<'a> {
    pub path: &'a LibraryPath,
    pub content: Content,
    pub said: Said,
    /// The time that its owner's program gave it.
    pub modified: DateTime<Utc>,
}

/// An edit that its owner kept, and what Apple delivered of the file.
#[derive(Debug, Clone, PartialEq)]
pub struct KeptEdit {
    pub path: LibraryPath,
    /// Of the edit.
    pub blake3: blake3::Hash,
    pub original: Content,
    /// What the original said of itself.
    pub said: Said,
}

impl Catalog {
    /// How the files were when somebody last looked.
    pub fn health(&self) -> Result<Health, Error> {
        self.query(|c| {
            c.query_row(
                "SELECT count(*), count(verified) FILTER (WHERE damage IS NULL), \
                 min(verified) FILTER (WHERE damage IS NULL), count(*) FILTER (WHERE damage = 'damaged'), \
                 count(*) FILTER (WHERE damage = 'changed'), count(*) FILTER (WHERE damage = 'missing') FROM files",
                [],
                |row| {
                    Ok(Health {
                        files: row.get(0)?,
                        verified: row.get(1)?,
                        since: time(row, 2)?,
                        damaged: row.get(3)?,
                        changed: row.get(4)?,
                        missing: row.get(5)?,
                    })
                },
            )
        })
    }

    /// What is known to be wrong with files.
    pub fn damage(&self) -> Result<BTreeMap<LibraryPath, Damage>, Error> {
        self.query(damage)
    }

    /// Keeps what a reading of every file found: harm to these, and all others as they should be. Only if something
    /// differs from what was known, there is more for the next import to do.
    pub fn record_verified(
        &mut self,
        read: DateTime<Utc>,
        harmed: &BTreeMap<LibraryPath, Harm>,
    ) -> Result<(), Error> {
        let known = self.damage()?;
        let is_known = known.len() == harmed.len()
            && harmed.iter().all(|(path, harm)| known.get(path).is_some_and(|known| known.what == *harm));
        let keep = |tx: &Transaction<'_>| {
            tx.execute_batch("CREATE TEMP TABLE harmed (path TEXT PRIMARY KEY, harm TEXT NOT NULL)")?;
            let mut insert = tx.prepare("INSERT INTO harmed (path, harm) VALUES (?1, ?2)")?;
            for (path, harm) in harmed {
                insert.execute(params![path.as_str(), harm.as_str()])?;
            }
            drop(insert);
            tx.execute(
                "UPDATE files SET verified = ?1, damage = NULL, damage_found = NULL \
                 WHERE path NOT IN (SELECT path FROM harmed)",
                [time_text(read)],
            )?;
            tx.execute_batch("DROP TABLE harmed")?;
            put_harm(tx, read, harmed)
        };
        if is_known { self.transact(keep) } else { self.write(keep) }
    }

    /// Keeps what was found of single files, in passing. What is known already stays as it is.
    pub fn record_harm(
        &mut self,
        found: DateTime<Utc>,
        harmed: &BTreeMap<LibraryPath, Harm>,
    ) -> Result<(), Error> {
        // to ask what is known is to read all files' rows
        if harmed.is_empty() {
            return Ok(());
        }
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

    /// Takes edits for the library's own. The bytes that Apple delivered stay on record, so that no import takes them
    /// for new; an edit that brings them back is none.
    pub fn record_edits(&mut self, read: DateTime<Utc>, edits: &[Edit<'_>]) -> Result<(), Error> {
        self.write(|tx| {
            let mut update = tx.prepare(
                "UPDATE files SET \
                 original = CASE WHEN coalesce(original, content) = ?2 THEN NULL ELSE coalesce(original, content) END, \
                 content = ?2, modified = ?3, verified = ?4, damage = NULL, damage_found = NULL WHERE path = ?1",
            )?;
            let mut known = tx.prepare("SELECT id FROM contents WHERE blake3 = ?1")?;
            for Edit { path, content, said, modified } in edits {
                let hex = content.blake3.to_hex();
                let id = match known.query([hex.as_str()])?.next()? {
                    Some(row) => row.get(0)?,
                    None => PutContents::into(tx)?.insert(content, said)?,
                };
                update.execute(params![path.as_str(), id, modified.to_rfc3339(), time_text(read)])?;
            }
            Ok(())
        })
    }
}

impl Catalog {
    /// The edits that their owner kept. Of what the originals said of themselves, only Apple's checksum is told.
    pub fn edits(&self) -> Result<Vec<KeptEdit>, Error> {
        self.query(|c| {
            let mut statement = c.prepare(
                "SELECT path, edit.blake3, was.blake3, was.size, was.crc32, was.fingerprint FROM files \
                 JOIN contents AS edit ON edit.id = files.content JOIN contents AS was ON was.id = files.original \
                 WHERE files.original IS NOT NULL ORDER BY path",
            )?;
            let mut rows = statement.query([])?;
            let mut edits = Vec::new();
            while let Some(row) = rows.next()? {
                let hash = |column| known_word(column, row.get_ref(column)?.as_str()?, |hex| blake3::Hash::from_hex(hex).ok());
                let fingerprint = row.get_ref(5)?.as_str_or_null()?.and_then(Fingerprint::parse);
                edits.push(KeptEdit {
                    path: known_word(0, row.get_ref(0)?.as_str()?, library_path)?,
                    blake3: hash(1)?,
                    original: Content { blake3: hash(2)?, size: row.get(3)?, crc32: row.get(4)? },
                    said: Said { fingerprint, ..Said::default() },
                });
            }
            Ok(edits)
        })
    }

    /// Records the originals of edits, in a catalog that was made anew from the edits.
    pub fn record_originals(&mut self, edits: &[KeptEdit]) -> Result<(), Error> {
        self.write(|tx| {
            let mut update = tx.prepare("UPDATE files SET original = ?2 WHERE path = ?1")?;
            let mut known = tx.prepare("SELECT id FROM contents WHERE blake3 = ?1")?;
            for KeptEdit { path, original: content, said, .. } in edits {
                let hex = content.blake3.to_hex();
                let id = match known.query([hex.as_str()])?.next()? {
                    Some(row) => row.get(0)?,
                    None => PutContents::into(tx)?.insert(content, said)?,
                };
                update.execute(params![path.as_str(), id])?;
            }
            Ok(())
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use chrono::{DateTime, Utc};

    use super::Health;
    use crate::contents::ContentId;
    use crate::library::catalog::{Catalog, Ids};
    use crate::library::path::LibraryPath;
    use crate::library::record::{Area, Damage, FileRecord, Harm, Unchanged};

    fn path(text: &str) -> LibraryPath {
        LibraryPath::parse(text).unwrap()
    }

    fn at(day: u32) -> DateTime<Utc> {
        format!("2026-11-{day:02}T10:00:00Z").parse().unwrap()
    }

    /// Two files of the same bytes, and the ids of two contents.
    fn catalog(folder: &tempfile::TempDir) -> (Catalog, Ids) {
        let mut catalog = Catalog::open_file(folder.path().join("catalog.sqlite")).unwrap();
        let hexes = ["a", "b"].map(|bytes| blake3::hash(bytes.as_bytes()).to_hex());
        let sql = format!(
            "INSERT INTO contents (id, blake3, size, crc32) VALUES (7, '{}', 1, 1), (8, '{}', 1, 2)",
            hexes[0], hexes[1]
        );
        catalog.connection.execute_batch(&sql).unwrap();
        let mut ids = Ids::default();
        ids.contents.insert(first(), 7);
        ids.contents.insert(second(), 8);
        catalog.record_files(&[record("a.jpg", first()), record("b.jpg", first())], &ids).unwrap();
        (catalog, ids)
    }

    fn first() -> ContentId {
        ContentId::default()
    }

    fn second() -> ContentId {
        use crate::contents::Id;
        ContentId::at(1)
    }

    fn record(name: &str, content: ContentId) -> FileRecord {
        FileRecord::plain(path(name), Area::Media, content)
    }

    fn harmed(harms: &[(&str, Harm)]) -> BTreeMap<LibraryPath, Harm> {
        harms.iter().map(|(name, harm)| (path(name), *harm)).collect()
    }

    fn left(catalog: &mut Catalog) {
        let unchanged = Unchanged { state: String::new(), report: String::new() };
        catalog.record_run("import", "", "", Some(&unchanged)).unwrap();
    }

    #[test]
    fn what_was_found_stands_until_the_file_is_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let (mut catalog, ids) = catalog(&folder);
        catalog.record_verified(at(1), &harmed(&[("a.jpg", Harm::Damaged)])).unwrap();
        let damage = BTreeMap::from([(path("a.jpg"), Damage { what: Harm::Damaged, found: at(1) })]);
        assert_eq!(catalog.damage().unwrap(), damage);
        let health = Health { files: 2, verified: 1, since: Some(at(1)), damaged: 1, changed: 0, missing: 0 };
        assert_eq!(catalog.health().unwrap(), health);
        // what else is learnt of it says nothing of its bytes
        let renewed = FileRecord { favorite: true, ..record("a.jpg", first()) };
        catalog.record_files(&[renewed, record("b.jpg", first())], &ids).unwrap();
        assert_eq!((catalog.damage().unwrap(), catalog.health().unwrap()), (damage.clone(), health));
        catalog.record_moved(&[(path("b.jpg"), path("c.jpg"))]).unwrap();
        assert_eq!(catalog.file("c.jpg").unwrap().unwrap().content.verified, Some(at(1)));
        // it is known since then
        catalog.record_verified(at(2), &harmed(&[("a.jpg", Harm::Damaged)])).unwrap();
        assert_eq!(catalog.damage().unwrap(), damage);
        catalog.record_harm(at(3), &harmed(&[("a.jpg", Harm::Damaged), ("c.jpg", Harm::Missing)])).unwrap();
        let found: Vec<_> = catalog.damage().unwrap().into_values().map(|d| (d.what, d.found)).collect();
        assert_eq!(found, [(Harm::Damaged, at(1)), (Harm::Missing, at(3))]);
        catalog.record_moved(&[(path("c.jpg"), path("d.jpg"))]).unwrap();
        catalog.record_mended(&[record("a.jpg", first())], &ids, at(4)).unwrap();
        assert_eq!(catalog.damage().unwrap(), BTreeMap::new(), "found by its bytes, and mended");
        assert_eq!(catalog.file("a.jpg").unwrap().unwrap().content.verified, Some(at(4)));
        // other bytes at that path have not been read
        catalog.record_files(&[record("a.jpg", second())], &ids).unwrap();
        assert_eq!(catalog.file("a.jpg").unwrap().unwrap().content.verified, None);
    }

    #[test]
    fn only_news_makes_the_next_import_whole() {
        let folder = tempfile::tempdir().unwrap();
        let (mut catalog, _) = catalog(&folder);
        left(&mut catalog);
        catalog.record_verified(at(1), &BTreeMap::new()).unwrap();
        assert!(catalog.unchanged().unwrap().is_some());
        catalog.record_verified(at(2), &harmed(&[("a.jpg", Harm::Changed)])).unwrap();
        assert!(catalog.unchanged().unwrap().is_none());
        left(&mut catalog);
        catalog.record_verified(at(3), &harmed(&[("a.jpg", Harm::Changed)])).unwrap();
        catalog.record_harm(at(3), &harmed(&[("a.jpg", Harm::Changed)])).unwrap();
        assert!(catalog.unchanged().unwrap().is_some());
        catalog.record_verified(at(4), &harmed(&[("a.jpg", Harm::Missing)])).unwrap();
        assert!(catalog.unchanged().unwrap().is_none());
    }
}
