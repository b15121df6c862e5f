//! The catalog: SQLite at `.windfall/catalog.sqlite`, the journal of a run and the memory of the
//! library.
//!
//! In: what was read, planned and placed, in that order. Out: what is known. Never: leads a file;
//! a record is written only when the bytes it speaks of are durable.
//! The one surprise: no WAL. Libraries live on exFAT, NTFS and network drives, where WAL is
//! unsafe; a rollback journal and few, large transactions are fast enough for one writer.

mod load;

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use chrono::{DateTime, FixedOffset, SecondsFormat, Utc};
use rusqlite::{Connection, OpenFlags, Transaction, params};

use crate::capture::{CapturedFrom, Evidence, Rule};
use crate::contents::{Contents, Entry, Identity};
use crate::error::Error;
use crate::ingest::{Kept, ReadEntry};
use crate::matching::AlbumKind;
use crate::media::Kind;
use crate::names::LibraryPath;
use crate::plan::{Area, Derived, Placement};

pub use load::{DerivedRecord, Ids, Remembered};

/// The version of the schema, in `PRAGMA user_version` and in the settings as `schema_version`.
const SCHEMA_VERSION: i64 = 1;
/// The folder inside a library that is Windfall's own.
pub const INTERNAL: &str = ".windfall";

/// An open catalog.
pub struct Catalog {
    connection: Connection,
    path: PathBuf,
}

/// What the catalog says of a file of the library.
#[derive(Debug, Clone, PartialEq)]
pub struct FileRecord {
    /// Where it stands.
    pub path: LibraryPath,
    /// What kind of place that is.
    pub area: Area,
    /// Its bytes, an index into [`Contents::contents`].
    pub content: usize,
    /// Media only.
    pub kind: Option<Kind>,
    /// The name that its row or entry gave it.
    pub original_name: Option<Box<str>>,
    /// A row carries its fingerprint.
    pub proved: bool,
    /// When it was taken, on a clock there.
    pub captured: Option<DateTime<FixedOffset>>,
    /// Which source decided.
    pub captured_from: Option<CapturedFrom>,
    /// Which rule decided.
    pub rule: Option<Rule>,
    /// What each source said.
    pub evidence: Option<Vec<Evidence>>,
    /// When it came into iCloud.
    pub imported_to_icloud: Option<DateTime<Utc>>,
    /// Marked as a favourite.
    pub favorite: bool,
    /// Hidden in Photos.
    pub hidden: bool,
    /// In Recently Deleted.
    pub deleted: bool,
    /// By its row.
    pub view_count: Option<u64>,
    /// By the shared library's list.
    pub contributed_by_me: Option<bool>,
    /// The other half's path.
    pub live_photo: Option<LibraryPath>,
    /// The still's path.
    pub companion_of: Option<LibraryPath>,
}

impl FileRecord {
    /// Whether nothing in it differs, not even the offset of the same instant.
    pub fn says_the_same(&self, other: &FileRecord) -> bool {
        let offset = |record: &FileRecord| record.captured.map(|time| *time.offset());
        self == other && offset(self) == offset(other)
    }

    /// A file of which nothing is known but its place and bytes.
    pub fn plain(path: LibraryPath, area: Area, content: usize) -> Self {
        FileRecord {
            path,
            area,
            content,
            kind: None,
            original_name: None,
            proved: false,
            captured: None,
            captured_from: None,
            rule: None,
            evidence: None,
            imported_to_icloud: None,
            favorite: false,
            hidden: false,
            deleted: false,
            view_count: None,
            contributed_by_me: None,
            live_photo: None,
            companion_of: None,
        }
    }
}

/// An album as the catalog keeps it.
#[derive(Debug, Clone, PartialEq)]
pub struct AlbumRecord {
    /// Whose it is.
    pub kind: AlbumKind,
    /// What tells it from others of its kind.
    pub key: String,
    /// Its true title.
    pub title: String,
    /// Its folder's name, if it has one.
    pub folder: Option<String>,
    /// Of a shared album, as JSON.
    pub story: Option<String>,
    /// Files of the library, in order.
    pub files: Vec<String>,
}

impl Catalog {
    /// Where the catalog of a library is.
    pub fn path_in(library: &Path) -> PathBuf {
        library.join(INTERNAL).join("catalog.sqlite")
    }

    /// Opens the catalog for writing, creating it if there is none.
    ///
    /// # Errors
    /// If it cannot be opened, is damaged, or comes from a newer version.
    pub fn open(library: &Path) -> Result<Self, Error> {
        Self::open_file(Self::path_in(library))
    }

    /// The same for a catalog that does not stand in its place yet.
    ///
    /// # Errors
    /// As [`Catalog::open`].
    pub fn open_file(path: PathBuf) -> Result<Self, Error> {
        let connection =
            Connection::open(&path).map_err(|source| Error::Catalog { path: path.clone(), source })?;
        let mut catalog = Catalog { connection, path };
        catalog.try_sql(|c| {
            c.pragma_update(None, "journal_mode", "DELETE")?;
            // the folder too must know that the journal is gone, or a power cut rolls back what was said
            c.pragma_update(None, "synchronous", "EXTRA")?;
            c.pragma_update(None, "temp_store", "MEMORY")?;
            c.pragma_update(None, "cache_size", -16_384)?;
            c.busy_timeout(std::time::Duration::from_secs(5))
        })?;
        if catalog.schema_version()? == 0 {
            catalog.write(|tx| {
                tx.execute_batch(include_str!("schema.sql"))?;
                tx.execute(
                    "INSERT INTO settings VALUES ('schema_version', ?1)",
                    [SCHEMA_VERSION.to_string()],
                )?;
                tx.pragma_update(None, "user_version", SCHEMA_VERSION)
            })?;
        }
        Ok(catalog)
    }

    /// Opens the catalog of a library for reading only.
    ///
    /// # Errors
    /// If there is none, or it cannot be read.
    pub fn read(library: &Path) -> Result<Self, Error> {
        let path = Self::path_in(library);
        if !path.is_file() {
            return Err(Error::NotALibrary(library.to_owned()));
        }
        let open = |flags| {
            let connection = Connection::open_with_flags(&path, flags);
            let connection = connection.map_err(|source| Error::Catalog { path: path.clone(), source })?;
            Ok(Catalog { connection, path: path.clone() })
        };
        let mut catalog = open(OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        if matches!(catalog.schema_version(), Err(Error::Catalog { source, .. }) if needs_rollback(&source)) {
            // a run was killed while it wrote; its half of a transaction is taken back
            catalog = open(OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        }
        match catalog.schema_version() {
            Ok(0) => Err(Error::NotALibrary(library.to_owned())),
            Ok(_) => Ok(catalog),
            Err(error) => Err(error),
        }
    }

    fn schema_version(&self) -> Result<i64, Error> {
        let found = self.query(|c| c.query_row("PRAGMA user_version", [], |row| row.get(0)))?;
        if found > SCHEMA_VERSION {
            return Err(Error::CatalogNewer { path: self.path.clone(), found, known: SCHEMA_VERSION });
        }
        Ok(found)
    }

    fn failed(&self, source: rusqlite::Error) -> Error {
        Error::Catalog { path: self.path.clone(), source }
    }

    fn try_sql<T>(&mut self, act: impl FnOnce(&mut Connection) -> rusqlite::Result<T>) -> Result<T, Error> {
        let result = act(&mut self.connection);
        result.map_err(|source| self.failed(source))
    }

    /// Runs a question.
    ///
    /// # Errors
    /// If SQLite refuses.
    pub fn query<T>(&self, ask: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, Error> {
        ask(&self.connection).map_err(|source| self.failed(source))
    }

    /// Gives the memory of its cache back; the next question reads from the drive again.
    ///
    /// # Errors
    /// If SQLite refuses.
    pub fn shrink(&self) -> Result<(), Error> {
        self.query(|c| c.execute_batch("PRAGMA shrink_memory"))
    }

    fn write<T>(&mut self, act: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>) -> Result<T, Error> {
        self.try_sql(|c| {
            let tx = c.transaction()?;
            let value = act(&tx)?;
            tx.commit()?;
            Ok(value)
        })
    }

    /// What the library remembers, by name.
    ///
    /// # Errors
    /// If SQLite refuses.
    pub fn settings(&self) -> Result<HashMap<String, String>, Error> {
        self.query(|c| {
            let mut statement = c.prepare("SELECT name, value FROM settings")?;
            statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
        })
    }

    /// Remembers settings.
    ///
    /// # Errors
    /// If SQLite refuses.
    pub fn remember(&mut self, settings: &[(&str, String)]) -> Result<(), Error> {
        self.write(|tx| {
            for (name, value) in settings {
                tx.execute("INSERT OR REPLACE INTO settings VALUES (?1, ?2)", params![name, value])?;
            }
            Ok(())
        })
    }

    /// Gives exports, parts and archives that are new an identity in the catalog.
    ///
    /// # Errors
    /// If SQLite refuses.
    pub fn record_archives(&mut self, contents: &Contents, ids: &mut Ids) -> Result<(), Error> {
        self.write(|tx| {
            for (index, export) in contents.exports.iter().enumerate() {
                let built = export.built.map(|t| t.format("%Y-%m-%dT%H:%M:%S").to_string());
                match ids.exports.get(&index) {
                    Some(id) => {
                        // a rebuilt catalog learns name and total from the archives
                        tx.execute(
                            "UPDATE exports SET name = ?2, total = ?3, built = ?4 \
                             WHERE id = ?1 AND (name, total, built) IS NOT (?2, ?3, ?4)",
                            params![id, export.name, export.total, built],
                        )?;
                    }
                    None => {
                        tx.execute(
                            "INSERT INTO exports (name, total, built, label) VALUES (?1, ?2, ?3, ?4)",
                            params![export.name, export.total, built, export.label],
                        )?;
                        ids.exports.insert(index, tx.last_insert_rowid());
                    }
                }
            }
            for (index, part) in contents.parts.iter().enumerate() {
                if let std::collections::hash_map::Entry::Vacant(slot) = ids.parts.entry(index) {
                    tx.execute(
                        "INSERT INTO parts (export, number) VALUES (?1, ?2)",
                        params![ids.exports[&part.export], part.number],
                    )?;
                    slot.insert(tx.last_insert_rowid());
                }
            }
            for (index, archive) in contents.archives.iter().enumerate() {
                if let std::collections::hash_map::Entry::Vacant(slot) = ids.archives.entry(index) {
                    let (size, directory) = match &archive.identity {
                        Identity::Zip { size, directory } => {
                            (Some(*size), Some(directory.to_hex().to_string()))
                        }
                        Identity::Folder => (None, None),
                    };
                    tx.execute(
                        "INSERT INTO archives (name, size, directory) VALUES (?1, ?2, ?3)",
                        params![archive.name, size, directory],
                    )?;
                    slot.insert(tx.last_insert_rowid());
                }
            }
            Ok(())
        })
    }

    /// Records entries whose bytes are durable, in staging or in the library. Bytes that the
    /// catalog does not know yet are recorded as staged.
    ///
    /// # Errors
    /// If SQLite refuses.
    pub fn record_read(
        &mut self,
        contents: &Contents,
        read: &[ReadEntry],
        ids: &mut Ids,
    ) -> Result<(), Error> {
        self.write(|tx| {
            let mut insert = tx.prepare_cached(
                "INSERT OR REPLACE INTO entries (archive, position, part, path, inner, role, size, modified, content) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            )?;
            let mut stage = tx.prepare_cached("INSERT OR IGNORE INTO staged VALUES (?1)")?;
            for item in read {
                let entry = &contents.entries[item.entry];
                let content = match (&item.kept, ids.contents.get(&item.content)) {
                    (Kept::Fresh(content), None) => {
                        let id = load::insert_content(tx, content)?;
                        ids.contents.insert(item.content, id);
                        stage.execute([id])?;
                        id
                    }
                    (Kept::Again, Some(id)) => {
                        stage.execute([id])?;
                        *id
                    }
                    (_, Some(id)) => *id,
                    (_, None) => continue,
                };
                insert.execute(params![
                    ids.archives[&entry.archive],
                    entry.position,
                    ids.parts[&entry.part],
                    entry.path,
                    entry.inner,
                    entry.role.as_str(),
                    entry.size,
                    entry.modified.map(|t| t.format("%Y-%m-%dT%H:%M:%S%.f").to_string()),
                    content
                ])?;
            }
            Ok(())
        })
    }

    /// Forgets entries.
    ///
    /// # Errors
    /// If SQLite refuses.
    pub fn forget_entries(&mut self, entries: &[Entry], ids: &Ids) -> Result<(), Error> {
        self.write(|tx| {
            let mut delete = tx.prepare_cached("DELETE FROM entries WHERE archive = ?1 AND position = ?2")?;
            for entry in entries {
                delete.execute(params![ids.archives[&entry.archive], entry.position])?;
            }
            Ok(())
        })
    }

    /// Records archives of which every entry was read.
    ///
    /// # Errors
    /// If SQLite refuses.
    pub fn record_complete(&mut self, archives: &[i64]) -> Result<(), Error> {
        self.write(|tx| {
            let mut update = tx.prepare_cached("UPDATE archives SET complete = 1 WHERE id = ?1")?;
            for id in archives {
                update.execute([id])?;
            }
            Ok(())
        })
    }

    /// Says which contents wait in staging; no other does.
    ///
    /// # Errors
    /// If SQLite refuses.
    pub fn record_staged(&mut self, contents: &[i64]) -> Result<(), Error> {
        self.write(|tx| {
            tx.execute("DELETE FROM staged", [])?;
            let mut insert = tx.prepare_cached("INSERT INTO staged VALUES (?1)")?;
            contents.iter().try_for_each(|id| insert.execute([id]).map(|_| ()))
        })
    }

    /// Records the plan, before the first rename.
    ///
    /// # Errors
    /// If SQLite refuses.
    pub fn record_plan(&mut self, plan: &[Placement], ids: &Ids) -> Result<(), Error> {
        self.write(|tx| {
            let mut insert = tx.prepare_cached("INSERT INTO plan VALUES (?1, ?2, ?3, ?4)")?;
            for placement in plan {
                insert.execute(params![
                    placement.path.as_str(),
                    placement.area.as_str(),
                    ids.contents[&placement.content],
                    placement.modified.map(|t| t.to_rfc3339()),
                ])?;
            }
            Ok(())
        })
    }

    /// Drops planned placements that were given up.
    ///
    /// # Errors
    /// If SQLite refuses.
    pub fn clear_plan(&mut self) -> Result<(), Error> {
        self.write(|tx| tx.execute("DELETE FROM plan", []).map(|_| ()))
    }

    /// The catalog follows a file that its owner moved.
    ///
    /// # Errors
    /// If SQLite refuses.
    pub fn record_moved(&mut self, moved: &[(LibraryPath, LibraryPath)]) -> Result<(), Error> {
        self.write(|tx| {
            for (from, to) in moved {
                tx.execute(
                    "UPDATE OR REPLACE files SET path = ?2 WHERE path = ?1",
                    params![from.as_str(), to.as_str()],
                )?;
                tx.execute(
                    "UPDATE OR REPLACE memberships SET path = ?2 WHERE path = ?1",
                    params![from.as_str(), to.as_str()],
                )?;
            }
            Ok(())
        })
    }

    /// Records files that stand durably under their final names, with all that is known of them.
    ///
    /// # Errors
    /// If SQLite refuses.
    pub fn record_facts(&mut self, files: &[&FileRecord], ids: &Ids) -> Result<(), Error> {
        self.write(|tx| {
            let mut insert = tx.prepare_cached(
                "INSERT OR REPLACE INTO files VALUES \
                 (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)",
            )?;
            for file in files {
                insert.execute(params![
                    file.path.as_str(),
                    file.area.as_str(),
                    ids.contents[&file.content],
                    file.kind.map(Kind::as_str),
                    file.original_name,
                    file.proved,
                    file.captured.map(|time| time.to_rfc3339_opts(SecondsFormat::AutoSi, false)),
                    file.captured_from.map(CapturedFrom::as_str),
                    file.rule.map(Rule::explain),
                    file.evidence.as_ref().and_then(|evidence| serde_json::to_string(evidence).ok()),
                    file.imported_to_icloud.map(|time| time.to_rfc3339_opts(SecondsFormat::Secs, true)),
                    file.favorite,
                    file.hidden,
                    file.deleted,
                    file.view_count,
                    file.contributed_by_me,
                    file.live_photo.as_ref().map(LibraryPath::as_str),
                    file.companion_of.as_ref().map(LibraryPath::as_str),
                ])?;
            }
            Ok(())
        })
    }

    /// Replaces the albums and their members.
    ///
    /// # Errors
    /// If SQLite refuses.
    pub fn record_albums(&mut self, albums: &[AlbumRecord]) -> Result<(), Error> {
        self.write(|tx| {
            tx.execute_batch("DELETE FROM memberships; DELETE FROM albums")?;
            let mut member = tx.prepare_cached("INSERT OR IGNORE INTO memberships VALUES (?1, ?2, ?3)")?;
            for album in albums {
                tx.execute(
                    "INSERT INTO albums (kind, key, title, folder, story) VALUES (?1, ?2, ?3, ?4, ?5)",
                    params![album.kind.as_str(), album.key, album.title, album.folder, album.story],
                )?;
                let id = tx.last_insert_rowid();
                for (position, path) in album.files.iter().enumerate() {
                    member.execute(params![id, position, path])?;
                }
            }
            Ok(())
        })
    }

    /// Records derived files; `blake3` is that of their own bytes.
    ///
    /// # Errors
    /// If SQLite refuses.
    pub fn record_derived(&mut self, derived: &[(&Derived, Option<blake3::Hash>)]) -> Result<(), Error> {
        self.write(|tx| {
            let mut insert = tx.prepare_cached("INSERT OR REPLACE INTO derived VALUES (?1, ?2, ?3, ?4)")?;
            for (item, blake3) in derived {
                insert.execute(params![
                    item.path.as_str(),
                    item.form.as_str(),
                    item.form.target().map(LibraryPath::as_str),
                    blake3.map(|h| h.to_hex().to_string()),
                ])?;
            }
            Ok(())
        })
    }

    /// Records derived files as they were recorded, or recognised, before.
    ///
    /// # Errors
    /// If SQLite refuses.
    pub fn record_recognised(&mut self, derived: &BTreeMap<LibraryPath, DerivedRecord>) -> Result<(), Error> {
        self.write(|tx| {
            let mut insert = tx.prepare_cached("INSERT OR REPLACE INTO derived VALUES (?1, ?2, ?3, ?4)")?;
            for (path, record) in derived {
                let target = record.target.as_ref().map(LibraryPath::as_str);
                insert.execute(params![path.as_str(), record.form, target, record.blake3])?;
            }
            Ok(())
        })
    }

    /// Forgets derived files that are gone, or that are the owner's now.
    ///
    /// # Errors
    /// If SQLite refuses.
    pub fn forget_derived(&mut self, paths: &[&LibraryPath]) -> Result<(), Error> {
        self.write(|tx| {
            let mut delete = tx.prepare_cached("DELETE FROM derived WHERE path = ?1")?;
            paths.iter().try_for_each(|path| delete.execute([path.as_str()]).map(|_| ()))
        })
    }

    /// Keeps what a run reported.
    ///
    /// # Errors
    /// If SQLite refuses.
    pub fn record_run(&mut self, command: &str, started: &str, report: &str) -> Result<(), Error> {
        self.write(|tx| {
            tx.execute(
                "INSERT INTO runs (command, started, report) VALUES (?1, ?2, ?3)",
                params![command, started, report],
            )
            .map(|_| ())
        })
    }

    /// What SQLite's own check says; empty if the catalog is sound.
    ///
    /// # Errors
    /// If SQLite cannot even check.
    pub fn integrity(&self) -> Result<Vec<String>, Error> {
        self.query(|c| {
            let mut statement = c.prepare("PRAGMA integrity_check")?;
            let lines =
                statement.query_map([], |row| row.get::<_, String>(0))?.collect::<Result<Vec<_>, _>>()?;
            Ok(lines.into_iter().filter(|line| line != "ok").collect())
        })
    }

    /// Reads everything that the catalog knows.
    ///
    /// # Errors
    /// If SQLite refuses.
    pub fn load(&self) -> Result<Remembered, Error> {
        self.query(load::load)
    }

    /// Album titles of every file: own albums, memories, shared albums.
    ///
    /// # Errors
    /// If SQLite refuses.
    pub fn titles_by_path(&self) -> Result<HashMap<String, Vec<(String, String)>>, Error> {
        self.query(|c| {
            let mut statement = c.prepare(
                "SELECT path, kind, title FROM memberships JOIN albums ON albums.id = album ORDER BY path, kind, title",
            )?;
            let mut titles: HashMap<String, Vec<(String, String)>> = HashMap::new();
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                titles.entry(row.get(0)?).or_default().push((row.get(1)?, row.get(2)?));
            }
            Ok(titles)
        })
    }
}

fn needs_rollback(error: &rusqlite::Error) -> bool {
    let code = error.sqlite_error().map(|e| e.extended_code);
    code == Some(rusqlite::ffi::SQLITE_READONLY_ROLLBACK)
}
