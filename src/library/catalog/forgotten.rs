//! What its owner left out of the library on purpose: which bytes, where they stood, where they are now, and all that
//! the catalog said of them.
//!
//! A file is on record here before it is moved, and leaves `files` when it has gone. What was known of it is kept as
//! one JSON value of the rows that said it, made and read by SQLite itself.

use chrono::{DateTime, SecondsFormat, Utc};
use rusqlite::{Connection, Row, Transaction, params};
use serde::Deserialize;

use crate::apple::fingerprint::Fingerprint;
use crate::category::Said;
use crate::contents::{ByContent, Category, Content, ContentId};
use crate::error::Error;
use crate::library::catalog::load::{self, ById, FILES, library_path};
use crate::library::catalog::moves::{Errand, NewMove};
use crate::library::catalog::put::PutContents;
use crate::library::catalog::words::Unknown;
use crate::library::catalog::{Catalog, Detail, moves};
use crate::library::layout;
use crate::library::path::LibraryPath;

/// Bytes that were left out on purpose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forgotten<C = ContentId> {
    pub content: C,
    /// Where they stood.
    pub path: LibraryPath,
    /// Where they are now, if anywhere.
    pub kept: Option<LibraryPath>,
    /// The file that they went along with.
    pub with: Option<LibraryPath>,
    /// What kind of data they are. Photos are forgotten by their bytes, and every other file by its path as well.
    pub category: Category,
}

/// Forgotten bytes with all that is remembered of them, for a table beside the catalog.
#[derive(Debug, Clone, PartialEq)]
pub struct ForgottenRecord {
    pub bytes: Forgotten<Content>,
    /// What the bytes say of themselves; from a table, no more than Apple's checksum.
    pub said: Said,
    /// When they were forgotten.
    pub when: String,
    /// What the catalog said of the file, as JSON.
    pub record: String,
}

impl Catalog {
    /// Remembers what is to be left out, and journals where the files go: to where they are kept, or nowhere. `again` are
    /// the moves of kept files that are to be deleted after all.
    pub fn begin_forgetting(
        &mut self,
        when: DateTime<Utc>,
        files: &[Forgotten],
        again: &[NewMove],
        contents: &ByContent<i64>,
    ) -> Result<(), Error> {
        let leaving = files.iter().map(|file| NewMove {
            old: file.path.clone(),
            new: file.kept.clone(),
            content: Some(file.content),
        });
        let moves: Vec<NewMove> = leaving.chain(again.iter().cloned()).collect();
        self.write(|tx| {
            let said: Vec<String> = FILES.split(", ").map(|column| format!("'{column}', {column}")).collect();
            let mut remember = tx.prepare(&format!(
                "INSERT OR REPLACE INTO forgotten (content, path, kept, forgotten, went_with, record) \
                 SELECT content, path, NULL, ?2, ?3, json_object('file', json_object({}), 'albums', json(\
                 (SELECT json_group_array(json_array(kind, key, position)) FROM memberships \
                 JOIN albums ON albums.id = album WHERE memberships.path = files.path))) FROM files WHERE path = ?1",
                said.join(", ")
            ))?;
            // what Apple delivered, where an edit stands in its place, is not to come back either
            let mut original = tx.prepare(
                "INSERT OR IGNORE INTO forgotten (content, path, kept, forgotten, went_with, record) \
                 SELECT original, path, NULL, ?2, path, json_object('file', json_object('area', area, 'category', category), \
                 'albums', json_array()) FROM files WHERE path = ?1 AND original NOTNULL",
            )?;
            let when = when.to_rfc3339_opts(SecondsFormat::Secs, true);
            for file in files {
                let path = file.path.as_str();
                remember.execute(params![path, when, file.with.as_ref().map(LibraryPath::as_str)])?;
                original.execute(params![path, when])?;
            }
            moves::put(tx, Errand::Forget, moves::TO_DO, &moves, contents)
        })
    }

    /// Forgets no longer what is kept nowhere, and journals the way back of what is: each with the path that it gets.
    pub fn begin_bringing_back(
        &mut self,
        files: &[(Forgotten, Option<LibraryPath>)],
        contents: &ByContent<i64>,
    ) -> Result<(), Error> {
        self.write(|tx| {
            let mut end = tx.prepare("DELETE FROM forgotten WHERE content = ?1 AND path = ?2")?;
            let mut back = Vec::new();
            for (file, new) in files {
                match (&file.kept, new) {
                    (Some(kept), Some(new)) => back.push(NewMove {
                        old: kept.clone(),
                        new: Some(new.clone()),
                        content: Some(file.content),
                    }),
                    _ => {
                        let content = contents.get(file.content);
                        end.execute(params![content, file.path.as_str()])?;
                        unlearn(tx, content)?;
                    }
                }
            }
            moves::put(tx, Errand::BringBack, moves::TO_DO, &back, contents)
        })
    }

    /// Everything that is forgotten, with all that is remembered of it, in a fixed order.
    pub fn all_forgotten(&self) -> Result<Vec<ForgottenRecord>, Error> {
        self.query(|c| {
            let mut statement = c.prepare(
                "SELECT blake3, size, crc32, path, kept, went_with, fingerprint, forgotten, record FROM forgotten \
                 JOIN contents ON contents.id = forgotten.content ORDER BY path, blake3",
            )?;
            let mut rows = statement.query([])?;
            let mut all = Vec::new();
            while let Some(row) = rows.next()? {
                let (Ok(blake3), Some(stood)) =
                    (blake3::Hash::from_hex(row.get_ref(0)?.as_str()?), path(row, 3)?)
                else {
                    continue;
                };
                let fingerprint = row.get_ref(6)?.as_str_or_null()?.and_then(Fingerprint::parse);
                all.push(ForgottenRecord {
                    bytes: Forgotten {
                        content: Content { blake3, size: row.get(1)?, crc32: row.get(2)? },
                        path: stood,
                        kept: path(row, 4)?,
                        with: path(row, 5)?,
                        category: category_of(row.get_ref(8)?.as_str()?),
                    },
                    said: Said { fingerprint, ..Said::default() },
                    when: row.get(7)?,
                    record: row.get(8)?,
                });
            }
            Ok(all)
        })
    }

    /// The links and copies in albums that forgotten files had, as far as their names tell: each with the path of the
    /// file below the album's folder, and the path where the file stood.
    pub fn links_of_forgotten(&self) -> Result<Vec<(String, LibraryPath)>, Error> {
        self.query(|c| {
            let mut statement = c.prepare(
                "SELECT folder, forgotten.path FROM forgotten, json_each(nullif(record, ''), '$.albums') \
                 JOIN albums ON albums.kind = json_extract(json_each.value, '$[0]') \
                 AND albums.key = json_extract(json_each.value, '$[1]') WHERE folder IS NOT NULL ORDER BY forgotten.path",
            )?;
            let mut rows = statement.query([])?;
            let mut links = Vec::new();
            while let Some(row) = rows.next()? {
                if let Ok(path) = LibraryPath::recorded(row.get_ref(1)?.as_str()?) {
                    links.push((format!("{}/{}", row.get_ref(0)?.as_str()?, path.file_name()), path));
                }
            }
            Ok(links)
        })
    }

    /// Puts on record what a table beside a lost catalog remembers.
    pub fn record_forgotten(&mut self, all: &[ForgottenRecord]) -> Result<(), Error> {
        self.write(|tx| {
            let mut known = tx.prepare("SELECT id FROM contents WHERE blake3 = ?1")?;
            let mut insert = tx.prepare(
                "INSERT OR REPLACE INTO forgotten (content, path, kept, forgotten, went_with, record) \
                 VALUES (?1, ?2, ?3, ?4, ?5, CASE WHEN ?7 THEN json_remove(?6, '$.file.original') ELSE '' END)",
            )?;
            for ForgottenRecord { bytes, said, when, record } in all {
                let id = match known.query([bytes.content.blake3.to_hex().as_str()])?.next()? {
                    Some(row) => row.get(0)?,
                    None => PutContents::into(tx)?.insert(&bytes.content, said)?,
                };
                let (kept, with) = (bytes.kept.as_ref(), bytes.with.as_ref());
                insert.execute(params![
                    id,
                    bytes.path.as_str(),
                    kept.map(LibraryPath::as_str),
                    when,
                    with.map(LibraryPath::as_str),
                    record,
                    is_understood(tx, record)?
                ])?;
            }
            Ok(())
        })
    }
}

/// What of a record is made use of when its file comes back.
#[derive(Deserialize)]
struct Told {
    file: serde_json::Map<String, serde_json::Value>,
    /// Kind, key and position.
    #[serde(rename = "albums")]
    _albums: Vec<(String, String, i64)>,
}

/// What kind of data a record speaks of.
pub fn category_of(record: &str) -> Category {
    let told: Option<Told> = serde_json::from_str(record).ok();
    let word = told.as_ref().and_then(|told| told.file.get("category")).and_then(|word| word.as_str());
    word.and_then(Category::from_name).unwrap_or(Category::Photos)
}

/// Whether a record that stood beside the catalog says what this version can read; else no run could read the catalog
/// that it comes into.
fn is_understood(tx: &Transaction<'_>, told: &str) -> rusqlite::Result<bool> {
    if serde_json::from_str::<Told>(told).is_err() {
        return Ok(false);
    }
    let columns = columns("'a'", "0", "?1");
    let mut statement = tx.prepare_cached(&format!("SELECT {columns}"))?;
    let read = statement.query_row([told], |row| load::record(row, Unknown::Stops, Detail::Whole));
    Ok(read.is_ok())
}

/// The columns of `files` for a file that comes back: what its record says, else what holds of any file.
fn columns(path: &str, content: &str, record: &str) -> String {
    let value = |column: &str| {
        let told = format!("json_extract(nullif({record}, ''), '$.file.{column}')");
        match column {
            "path" => path.to_owned(),
            "content" => content.to_owned(),
            "area" => format!(
                "coalesce({told}, CASE WHEN {path} LIKE '{}/%' THEN 'other' ELSE 'media' END)",
                layout::OTHER
            ),
            "proved" | "favorite" | "hidden" | "deleted" => format!("coalesce({told}, 0)"),
            "category" => format!("coalesce({told}, 'photos')"),
            _ => told,
        }
    };
    FILES.split(", ").map(value).collect::<Vec<_>>().join(", ")
}

/// Takes a file out of everything that names it.
fn drop_records(tx: &Transaction<'_>, path: &str) -> rusqlite::Result<()> {
    for statement in [
        "DELETE FROM files WHERE path = ?1",
        "DELETE FROM memberships WHERE path = ?1",
        "UPDATE files SET live_photo = NULL WHERE live_photo = ?1",
        "UPDATE files SET companion_of = NULL WHERE companion_of = ?1",
    ] {
        tx.prepare_cached(statement)?.execute([path])?;
    }
    Ok(())
}

/// Takes bytes that stand nowhere out of what is known. The import that brings them reads them anew, and learns what a
/// table beside a lost catalog did not tell.
fn unlearn(tx: &Transaction<'_>, content: Option<&i64>) -> rusqlite::Result<()> {
    let is_wanted = "SELECT EXISTS (SELECT 1 FROM files WHERE ?1 IN (content, original)) \
                     OR EXISTS (SELECT 1 FROM forgotten WHERE content = ?1) \
                     OR EXISTS (SELECT 1 FROM staged WHERE content = ?1) \
                     OR EXISTS (SELECT 1 FROM plan WHERE content = ?1)";
    if tx.prepare_cached(is_wanted)?.query_row([content], |row| row.get(0))? {
        return Ok(());
    }
    for statement in [
        "UPDATE archives SET complete = 0 WHERE id IN (SELECT archive FROM entries WHERE content = ?1)",
        "DELETE FROM entries WHERE content = ?1",
        "DELETE FROM contents WHERE id = ?1",
    ] {
        tx.prepare_cached(statement)?.execute([content])?;
    }
    Ok(())
}

/// The files in `arrived` have left the tree, or the place where they were kept.
pub(super) fn left(tx: &Transaction<'_>) -> rusqlite::Result<()> {
    tx.execute(
        "UPDATE forgotten SET kept = NULL WHERE kept IN (SELECT old FROM arrived WHERE new = '')",
        [],
    )?;
    tx.execute(
        "UPDATE forgotten SET kept = (SELECT nullif(new, '') FROM arrived WHERE old = path AND arrived.content = \
         forgotten.content) WHERE (path, content) IN (SELECT old, content FROM arrived)",
        [],
    )?;
    let mut statement = tx.prepare("SELECT old FROM arrived")?;
    let paths: Vec<String> = statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    paths.iter().try_for_each(|path| drop_records(tx, path))
}

/// The files in `arrived` are back in the tree.
pub(super) fn came_back(tx: &Transaction<'_>) -> rusqlite::Result<()> {
    tx.execute_batch(&format!(
        "INSERT OR REPLACE INTO files ({FILES}) SELECT {} FROM forgotten JOIN arrived ON old = kept; \
         INSERT OR IGNORE INTO memberships (album, position, path) \
         SELECT albums.id, json_extract(json_each.value, '$[2]'), new FROM forgotten JOIN arrived ON old = kept, \
         json_each(nullif(record, ''), '$.albums') \
         JOIN albums ON albums.kind = json_extract(json_each.value, '$[0]') \
         AND albums.key = json_extract(json_each.value, '$[1]');",
        columns("new", "forgotten.content", "record")
    ))?;
    // what came back under another name is named so by those that came with it
    for column in ["live_photo", "companion_of"] {
        tx.execute_batch(&format!(
            "UPDATE files SET {column} = (SELECT new FROM forgotten JOIN arrived ON old = kept \
             WHERE forgotten.path = {column}) \
             WHERE path IN (SELECT new FROM arrived) \
             AND {column} IN (SELECT forgotten.path FROM forgotten JOIN arrived ON old = kept)"
        ))?;
    }
    tx.execute_batch("DELETE FROM forgotten WHERE kept IN (SELECT old FROM arrived)")
}

/// A file that was to be forgotten could not be moved.
pub(super) fn stays(tx: &Transaction<'_>, run: i64, position: i64) -> rusqlite::Result<()> {
    tx.execute(
        "DELETE FROM forgotten WHERE (content, path) IN \
         (SELECT content, old FROM moves WHERE run = ?1 AND position = ?2)",
        params![run, position],
    )
    .map(|_| ())
}

/// The path in this column, if it has one that this program writes.
fn path(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<LibraryPath>> {
    Ok(row.get_ref(column)?.as_str_or_null()?.and_then(library_path))
}

/// What is forgotten, with the bytes that the catalog knows.
pub(super) fn load(connection: &Connection, contents: &ById<ContentId>) -> rusqlite::Result<Vec<Forgotten>> {
    let mut statement = connection
        .prepare("SELECT content, path, kept, went_with, record FROM forgotten ORDER BY path, content")?;
    let mut rows = statement.query([])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        if let (Some(content), Some(stood)) = (contents.get(row.get(0)?), path(row, 1)?) {
            let category = category_of(row.get_ref(4)?.as_str()?);
            all.push(Forgotten { content, path: stood, kept: path(row, 2)?, with: path(row, 3)?, category });
        }
    }
    Ok(all)
}
