//! The catalog: SQLite at `.windfall/catalog.sqlite`, the journal of a run and the memory of the
//! library.
//!
//! In: what was read, planned and placed, in that order. Out: what is known. Never: leads a file;
//! a record is written only when the bytes it speaks of are durable.
//! The one surprise: no WAL. Libraries live on exFAT, NTFS and network drives, where WAL is
//! unsafe; a rollback journal and few, large transactions are fast enough for one writer.

mod journal;
mod load;
mod words;

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags, OptionalExtension, Row, Transaction, params};

use crate::error::Error;
use crate::library::layout::{self};
use crate::library::path::LibraryPath;
use crate::library::record::{Area, Unchanged};
use crate::library::settings::Memory;
use crate::threads;

pub use load::{Ids, Remembered};
use words::Unknown;
pub use words::known_word;

/// The version of the schema, in `PRAGMA user_version` and in the settings as `schema_version`.
const SCHEMA_VERSION: i64 = 2;
/// What leads to each version from the one before, the second first.
const MIGRATIONS: [&str; 1] = [include_str!("schema-1-to-2.sql")];
/// Makes a catalog of the first version look like one of the second to a connection that may only read.
const AS_IF_2: &str = "CREATE TEMP VIEW contents AS SELECT *, NULL AS exif_standard FROM main.contents";

/// Hears of a path; says whether it wants to hear of the next one.
pub type EachPath<'a> = dyn FnMut(&str, Option<(Area, u64)>) -> bool + 'a;

/// An open catalog.
pub struct Catalog {
    connection: Connection,
    path: PathBuf,
}

impl Catalog {
    /// Where the catalog of a library is.
    pub fn path_in(library: &Path) -> PathBuf {
        layout::internal(library).join(layout::CATALOG)
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
            // every reference is an identity that this catalog gave; `verify` looks for others
            c.pragma_update(None, "foreign_keys", false)?;
            c.busy_timeout(std::time::Duration::from_secs(5))
        })?;
        catalog.migrate()?;
        Ok(catalog)
    }

    /// Brings the schema to this version, in one transaction: a crash leaves the old one or the new one.
    fn migrate(&mut self) -> Result<(), Error> {
        let found = self.schema_version()?;
        if found == SCHEMA_VERSION {
            return Ok(());
        }
        self.transact(|tx| {
            match usize::try_from(found).ok().and_then(|found| found.checked_sub(1)) {
                None => tx.execute_batch(include_str!("schema.sql"))?,
                Some(done) => {
                    MIGRATIONS.iter().skip(done).try_for_each(|step| tx.execute_batch(step))?;
                }
            }
            tx.execute(
                "INSERT OR REPLACE INTO settings (name, value) VALUES ('schema_version', ?1)",
                [SCHEMA_VERSION.to_string()],
            )?;
            tx.pragma_update(None, "user_version", SCHEMA_VERSION)
        })
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
            Ok(1) => {
                // who only reads migrates nothing
                catalog.query(|c| {
                    c.pragma_update(None, "temp_store", "MEMORY")?;
                    c.execute_batch(AS_IF_2)
                })?;
                Ok(catalog)
            }
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

    /// Changes what the catalog knows: what the last run said of the next one holds no more.
    fn write<T>(&mut self, act: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>) -> Result<T, Error> {
        self.transact(|tx| {
            tx.execute("DELETE FROM unchanged", [])?;
            act(tx)
        })
    }

    fn transact<T>(&mut self, act: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>) -> Result<T, Error> {
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
    pub fn settings(&self) -> Result<Memory, Error> {
        self.query(|c| {
            let mut statement = c.prepare("SELECT name, value FROM settings")?;
            statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
        })
    }

    /// Remembers settings.
    ///
    /// # Errors
    /// If SQLite refuses.
    pub fn remember(&mut self, memory: &Memory) -> Result<(), Error> {
        self.write(|tx| {
            for (name, value) in memory.iter() {
                tx.execute("INSERT OR REPLACE INTO settings VALUES (?1, ?2)", params![name, value])?;
            }
            Ok(())
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
        self.load_files(Unknown::Stops)
    }

    /// The same for who changes nothing, and says by itself which files are recorded in words of no meaning.
    ///
    /// # Errors
    /// If SQLite refuses.
    pub fn load_to_verify(&self) -> Result<Remembered, Error> {
        self.load_files(Unknown::IsOther)
    }

    fn load_files(&self, unknown: Unknown) -> Result<Remembered, Error> {
        let path = self.path.clone();
        // the records of files are half of the catalog: another connection reads them meanwhile
        let beside = move || {
            let connection = Connection::open_with_flags(&path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
            load::records(&connection, unknown)
        };
        let (loaded, records) = threads::beside(|| self.query(load::load), beside);
        let (mut known, contents) = loaded?;
        // some network drives allow one connection only
        let records = records.or_else(|_| self.query(|c| load::records(c, unknown)))?;
        known.files = load::files(records, &contents);
        Ok(known)
    }

    /// What the last run left for a next one that has nothing to do.
    ///
    /// # Errors
    /// If SQLite refuses.
    pub fn unchanged(&self) -> Result<Option<Unchanged>, Error> {
        self.query(|c| {
            let row = |row: &Row<'_>| Ok(Unchanged { mark: row.get(0)?, report: row.get(1)? });
            c.query_row("SELECT mark, report FROM unchanged", [], row).optional()
        })
    }

    /// Every path that the catalog says something stands at, by path: of a file its area and size, of
    /// what is derived from files nothing. Ends where `each` says no, and gives its last answer.
    ///
    /// # Errors
    /// If SQLite refuses.
    pub fn all_paths(&self, each: &mut EachPath<'_>) -> Result<bool, Error> {
        self.query(|c| {
            let mut statement = c.prepare(
                "SELECT path, area, size FROM files JOIN contents ON contents.id = files.content \
                 UNION ALL SELECT path, NULL, NULL FROM derived ORDER BY path",
            )?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                let file = match row.get_ref(1)?.as_str_or_null()? {
                    Some(area) => Some((known_word(1, area, Area::from_name)?, row.get(2)?)),
                    None => None,
                };
                if !each(row.get_ref(0)?.as_str()?, file) {
                    return Ok(false);
                }
            }
            Ok(true)
        })
    }

    /// Whether the catalog says that something stands at a path.
    ///
    /// # Errors
    /// If SQLite refuses.
    pub fn has_path(&self, path: &LibraryPath) -> Result<bool, Error> {
        self.query(|c| {
            let mut statement = c.prepare_cached(
                "SELECT EXISTS (SELECT 1 FROM files WHERE path = ?1) OR EXISTS (SELECT 1 FROM derived WHERE path = ?1)",
            )?;
            statement.query_row([path.as_str()], |row| row.get(0))
        })
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
