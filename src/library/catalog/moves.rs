//! The journal of files that their owner had moved: by `arrange`, by `forget`, and back; and of archives in `Other/`
//! that an import has read through, and that go.
//!
//! A run's moves are on record before the first rename, and each is done when its file stands where it should and the
//! records say so. The run is at its end only when what was derived of these files has followed; until then the next
//! run that writes goes on with it. The last arrangement stays, so that it can be taken back.

use std::collections::HashSet;

use rusqlite::{Connection, Row, Transaction, params};

use crate::category::unsorted;
use crate::contents::{ByContent, ContentId};
use crate::error::Error;
use crate::library::catalog::{Catalog, forgotten, known_word, put_settings};
use crate::library::path::LibraryPath;
use crate::library::settings::RememberedSettings;

/// For which command files are moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Errand {
    /// To the paths of a layout.
    Arrange,
    /// Back from there.
    Undo,
    /// Out of the tree.
    Forget,
    /// Back into it.
    BringBack,
    /// The owner's own hand.
    Owner,
    /// Archives whose contents stand by themselves now go.
    ReadThrough,
}

impl Errand {
    const ALL: [Errand; 6] = [
        Errand::Arrange,
        Errand::Undo,
        Errand::Forget,
        Errand::BringBack,
        Errand::Owner,
        Errand::ReadThrough,
    ];

    fn as_str(self) -> &'static str {
        match self {
            Errand::Arrange => "arrange",
            Errand::Undo => "undo",
            Errand::Forget => "forget",
            Errand::BringBack => "bring-back",
            Errand::Owner => "owner",
            Errand::ReadThrough => "read-through",
        }
    }

    fn from_name(name: &str) -> Option<Errand> {
        Self::ALL.into_iter().find(|errand| errand.as_str() == name)
    }
}

/// A file to be moved, or taken out of the library.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Move {
    /// Its place in the journal.
    pub position: i64,
    /// Where it stood.
    pub old: LibraryPath,
    /// Where it is to stand; `None`: nowhere.
    pub new: Option<LibraryPath>,
    /// Its bytes, if it has any of its own.
    pub blake3: Option<blake3::Hash>,
}

/// What became of moves.
#[derive(Debug, Default)]
pub struct Relocated {
    /// Positions of files that stand where they should.
    pub arrived: Vec<i64>,
    /// Positions of files that stay where they are, and why.
    pub refused: Vec<(i64, String)>,
}

/// A move that is not on record yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewMove {
    pub old: LibraryPath,
    /// `None`: it is deleted.
    pub new: Option<LibraryPath>,
    /// Its bytes, if they are those of a file of the library.
    pub content: Option<ContentId>,
}

/// A run of moves that is not at its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Journal {
    pub run: i64,
    pub errand: Errand,
    /// What has not arrived.
    pub pending: Vec<Move>,
    /// From where files have gone already.
    pub left: Vec<LibraryPath>,
}

/// It is to be moved; it stands there; and what was derived of it has followed.
pub(super) const TO_DO: i64 = 0;
const ARRIVED: i64 = 1;
const FOLLOWED: i64 = 2;

impl Catalog {
    /// Puts moves on record before the first of them, together with what the owner chose. Of earlier arrangements none
    /// can be taken back any more.
    pub fn begin_moves(
        &mut self,
        errand: Errand,
        moves: &[NewMove],
        contents: &ByContent<i64>,
        chosen: &RememberedSettings,
    ) -> Result<(), Error> {
        self.write(|tx| {
            if matches!(errand, Errand::Arrange | Errand::Undo) {
                tx.execute("DELETE FROM moves WHERE command = 'arrange'", [])?;
            }
            put_settings(tx, chosen)?;
            put(tx, errand, TO_DO, moves, contents)
        })
    }

    /// Moves that a run has left to the next one.
    pub fn unfinished_moves(&self) -> Result<Vec<Journal>, Error> {
        self.query(|c| {
            let mut statement = c.prepare(
                "SELECT run, command, position, old, new, done, coalesce(contents.blake3, derived.blake3) FROM moves \
                 LEFT JOIN contents ON contents.id = moves.content \
                 LEFT JOIN derived ON moves.content IS NULL AND derived.path = moves.old \
                 WHERE run IN (SELECT run FROM moves WHERE done < ?1) ORDER BY run, position",
            )?;
            let mut rows = statement.query([FOLLOWED])?;
            let mut journals: Vec<Journal> = Vec::new();
            while let Some(row) = rows.next()? {
                let run = row.get(0)?;
                if journals.last().is_none_or(|journal| journal.run != run) {
                    let errand = known_word(1, row.get_ref(1)?.as_str()?, Errand::from_name)?;
                    journals.push(Journal { run, errand, pending: Vec::new(), left: Vec::new() });
                }
                let Some(journal) = journals.last_mut() else { continue };
                let going = going(row)?;
                match row.get::<_, i64>(5)? {
                    TO_DO => journal.pending.push(going),
                    _ => journal.left.push(going.old),
                }
            }
            Ok(journals)
        })
    }

    /// Records what became of moves; everything that names these files names them where they stand now.
    pub fn record_relocated(&mut self, journal: &Journal, relocated: &Relocated) -> Result<(), Error> {
        let Journal { run, errand, .. } = journal;
        self.write(|tx| {
            tx.execute_batch(ARRIVED_TABLE)?;
            let mut arrived = tx.prepare(
                "INSERT OR IGNORE INTO arrived (old, new, content, position) \
                 SELECT old, new, content, position FROM moves WHERE run = ?1 AND position = ?2",
            )?;
            for position in &relocated.arrived {
                arrived.execute(params![run, position])?;
            }
            drop(arrived);
            match errand {
                Errand::Arrange | Errand::Undo | Errand::Owner => follow(tx)?,
                Errand::Forget => forgotten::left(tx)?,
                Errand::BringBack => forgotten::came_back(tx)?,
                Errand::ReadThrough => went(tx)?,
            }
            tx.execute(
                "UPDATE moves SET done = ?2 WHERE run = ?1 AND position IN (SELECT position FROM arrived)",
                params![run, ARRIVED],
            )?;
            tx.execute_batch("DROP TABLE arrived")?;
            for (position, _) in &relocated.refused {
                match errand {
                    Errand::Forget => forgotten::stays(tx, *run, *position)?,
                    Errand::Undo => stays(tx, *run, *position)?,
                    Errand::Arrange | Errand::BringBack | Errand::Owner | Errand::ReadThrough => {}
                }
                tx.execute("DELETE FROM moves WHERE run = ?1 AND position = ?2", params![run, position])?;
            }
            Ok(())
        })
    }

    /// Says that a run of moves is at its end. Only an arrangement stays on record.
    pub fn end_moves(&mut self, journal: &Journal) -> Result<(), Error> {
        let end = match journal.errand {
            Errand::Arrange => "UPDATE moves SET done = 2 WHERE run = ?1",
            Errand::Undo | Errand::Forget | Errand::BringBack | Errand::Owner | Errand::ReadThrough => {
                "DELETE FROM moves WHERE run = ?1"
            }
        };
        self.write(|tx| {
            tx.execute(
                "DELETE FROM moves WHERE command = 'owner' AND new IN (SELECT old FROM moves WHERE run = ?1)",
                [journal.run],
            )?;
            tx.execute(end, [journal.run]).map(|_| ())
        })
    }

    /// The last arrangement.
    pub fn last_arrangement(&self) -> Result<Vec<Move>, Error> {
        self.query(|c| {
            let mut statement = c.prepare(
                "SELECT run, command, position, old, new, done, blake3 FROM moves \
                 LEFT JOIN contents ON contents.id = moves.content WHERE command = 'arrange' ORDER BY run, position",
            )?;
            let mut rows = statement.query([])?;
            let mut moves = Vec::new();
            while let Some(row) = rows.next()? {
                moves.push(going(row)?);
            }
            Ok(moves)
        })
    }

    /// Follows files that their owner moved, in everything that names them, and remembers where they were put, so that
    /// nobody takes them for misplaced.
    pub fn record_moved(&mut self, moved: &[(LibraryPath, LibraryPath)]) -> Result<(), Error> {
        if moved.is_empty() {
            return Ok(());
        }
        let moves: Vec<NewMove> = moved
            .iter()
            .map(|(old, new)| NewMove { old: old.clone(), new: Some(new.clone()), content: None })
            .collect();
        self.write(|tx| {
            tx.execute_batch(ARRIVED_TABLE)?;
            let mut insert = tx.prepare("INSERT INTO arrived (old, new) VALUES (?1, ?2)")?;
            for (from, to) in moved {
                insert.execute(params![from.as_str(), to.as_str()])?;
            }
            drop(insert);
            follow(tx)?;
            // each was found by its bytes
            tx.execute(
                "UPDATE files SET damage = NULL, damage_found = NULL \
                 WHERE damage NOTNULL AND path IN (SELECT new FROM arrived)",
                [],
            )?;
            tx.execute_batch("DROP TABLE arrived")?;
            put(tx, Errand::Owner, FOLLOWED, &moves, &ByContent::default())
        })
    }

    /// Where the owner put files.
    pub fn owners_places(&self) -> Result<HashSet<LibraryPath>, Error> {
        self.query(owners_places)
    }
}

/// Where the owner put files.
pub(super) fn owners_places(connection: &Connection) -> rusqlite::Result<HashSet<LibraryPath>> {
    let mut statement = connection.prepare("SELECT new FROM moves WHERE command = 'owner'")?;
    let mut rows = statement.query([])?;
    let mut places = HashSet::new();
    while let Some(row) = rows.next()? {
        places.extend(LibraryPath::recorded(row.get_ref(0)?.as_str()?).ok());
    }
    Ok(places)
}

pub(super) fn put(
    tx: &Transaction<'_>,
    errand: Errand,
    done: i64,
    moves: &[NewMove],
    contents: &ByContent<i64>,
) -> rusqlite::Result<()> {
    let run: i64 = tx.query_row("SELECT coalesce(max(run), 0) + 1 FROM moves", [], |row| row.get(0))?;
    let mut insert = tx.prepare_cached(
        "INSERT INTO moves (run, position, command, old, new, content, done) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?;
    for (position, going) in moves.iter().enumerate() {
        insert.execute(params![
            run,
            position,
            errand.as_str(),
            going.old.as_str(),
            going.new.as_ref().map_or("", LibraryPath::as_str),
            going.content.and_then(|content| contents.get(content)),
            done,
        ])?;
    }
    Ok(())
}

/// What could not be taken back can be once nothing is in its way: it belongs to the last arrangement still.
fn stays(tx: &Transaction<'_>, run: i64, position: i64) -> rusqlite::Result<()> {
    tx.execute(
        "INSERT INTO moves (run, position, command, old, new, content, done) \
         SELECT (SELECT max(run) + 1 FROM moves), position, ?3, new, old, content, ?4 FROM moves \
         WHERE run = ?1 AND position = ?2",
        params![run, position, Errand::Arrange.as_str(), FOLLOWED],
    )
    .map(|_| ())
}

/// A path that cannot be one is an error: a file that is to go nowhere is deleted, and an unreadable place is no wish
/// to delete anything.
fn going(row: &Row<'_>) -> rusqlite::Result<Move> {
    let path =
        |column| known_word(column, row.get_ref(column)?.as_str()?, |text| LibraryPath::recorded(text).ok());
    let blake3 = row.get_ref(6)?.as_str_or_null()?.and_then(|hex| blake3::Hash::from_hex(hex).ok());
    let is_deleted = row.get_ref(4)?.as_str()?.is_empty();
    let new = (!is_deleted).then(|| path(4)).transpose()?;
    Ok(Move { position: row.get(2)?, old: path(3)?, new, blake3 })
}

/// The archives in `arrived` are files no more. They are no entries either once the last copy has gone.
fn went(tx: &Transaction<'_>) -> rusqlite::Result<()> {
    let words: Vec<String> = unsorted::words().iter().map(|word| format!("'{word}'")).collect();
    tx.execute_batch(&format!(
        "DELETE FROM files WHERE path IN (SELECT old FROM arrived); \
         DELETE FROM entries WHERE sort IN ({}) AND content IN (SELECT content FROM arrived) \
         AND NOT EXISTS (SELECT 1 FROM moves WHERE command = '{}' AND content = entries.content \
         AND old IN (SELECT path FROM files))",
        words.join(", "),
        Errand::ReadThrough.as_str()
    ))
}

/// Files that stand elsewhere now. Owners move whole years, so each table gets one pass and not one for each file.
const ARRIVED_TABLE: &str =
    "CREATE TEMP TABLE arrived (old TEXT PRIMARY KEY, new TEXT NOT NULL, content INTEGER, position INTEGER)";

/// Everything that names what is in `arrived` names it by its new path. Files may have changed places, so every name
/// that has to be unique goes by way of one that no path can have.
fn follow(tx: &Transaction<'_>) -> rusqlite::Result<()> {
    for (table, column) in [("files", "path"), ("memberships", "path"), ("derived", "path")] {
        tx.execute_batch(&format!(
            "UPDATE OR REPLACE {table} SET {column} = char(1) || (SELECT new FROM arrived WHERE old = {column}) \
             WHERE {column} IN (SELECT old FROM arrived); \
             UPDATE OR REPLACE {table} SET {column} = substr({column}, 2) WHERE {column} < char(2) AND {column} >= char(1)"
        ))?;
    }
    for (table, column) in [("derived", "target"), ("files", "live_photo"), ("files", "companion_of")] {
        tx.execute_batch(&format!(
            "UPDATE {table} SET {column} = (SELECT new FROM arrived WHERE old = {column}) \
             WHERE {column} IN (SELECT old FROM arrived)"
        ))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{Errand, NewMove};
    use crate::contents::ByContent;
    use crate::library::catalog::Catalog;
    use crate::library::path::LibraryPath;
    use crate::library::settings::RememberedSettings;

    #[test]
    fn a_place_that_cannot_be_read_is_no_wish_to_delete() {
        let folder = tempfile::tempdir().unwrap();
        let mut catalog = Catalog::open_file(folder.path().join("catalog.sqlite")).unwrap();
        let old = LibraryPath::parse("2024/a.jpg").unwrap();
        let new = Some(LibraryPath::parse("2025/a.jpg").unwrap());
        let moves =
            [NewMove { old: old.clone(), new, content: None }, NewMove { old, new: None, content: None }];
        catalog
            .begin_moves(Errand::Arrange, &moves, &ByContent::default(), &RememberedSettings::default())
            .unwrap();
        let wanted = |catalog: &Catalog| {
            catalog.unfinished_moves().map(|mut journals| {
                journals
                    .remove(0)
                    .pending
                    .into_iter()
                    .map(|going| going.new.map(|path| path.to_string()))
                    .collect::<Vec<_>>()
            })
        };
        assert_eq!(wanted(&catalog).unwrap(), [Some("2025/a.jpg".to_owned()), None]);
        for (column, bad) in [("new", "../elsewhere.jpg"), ("old", "/a.jpg")] {
            catalog
                .write(|tx| tx.execute(&format!("UPDATE moves SET {column} = ?1 WHERE position = 0"), [bad]))
                .unwrap();
            assert!(wanted(&catalog).is_err(), "{column}");
        }
    }
}
