//! The catalog: SQLite at `.windfall/catalog.sqlite`, the journal of a run and the memory of the library.
//!
//! All SQL is in this folder. `schema.sql` and its migrations say what the format is, `journal` writes it, and `load`
//! reads what a run needs; `findings` keeps what is wrong with files; `listing`, `albums`, `history` and `soundness` answer everything else. Callers get records
//! and never a connection. Every call may fail with what SQLite says.
//!
//! A file is recorded only when its bytes are durable.
//!
//! There is no write-ahead log, because it is unsafe on exFAT, NTFS and network drives, where libraries live. A rollback
//! journal and few, large transactions are fast enough for one writer.

mod albums;
mod facts;
mod findings;
mod forgotten;
mod history;
mod journal;
mod listing;
mod load;
mod migrate;
mod mirrored;
mod moves;
mod posted;
mod put;
mod soundness;
mod words;

use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags, Transaction, params};

use crate::error::{CatalogFault, Error};
use crate::library::layout;
use crate::library::settings::RememberedSettings;
use crate::threads;

pub use facts::Measures;
pub use findings::{Edit, Health, KeptEdit};
pub use forgotten::{Forgotten, ForgottenRecord, category_of};
pub use history::{ExportRecord, RunRecord};
pub use listing::{Detail, OnRecord, Source, StoredFile};
pub use load::{Delivered, Ids, Recorded, Remembered};
pub use mirrored::{Known, Reading};
pub use moves::{Errand, Journal, Move, NewMove, Relocated};
pub use soundness::Dangling;
use words::{Unknown, known_word};

/// An open catalog.
pub struct Catalog {
    connection: Connection,
    path: PathBuf,
}

impl Catalog {
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

    /// The same for a catalog that is not in its place yet.
    pub fn open_file(path: PathBuf) -> Result<Self, Error> {
        let connection = Connection::open(&path).map_err(|e| fault(&path, e))?;
        let mut catalog = Catalog { connection, path };
        catalog.try_sql(|c| {
            c.pragma_update(None, "journal_mode", "DELETE")?;
            // syncs the folder too: were the journal's removal lost in a power cut, it would roll back the transaction
            c.pragma_update(None, "synchronous", "EXTRA")?;
            c.pragma_update(None, "temp_store", "MEMORY")?;
            c.pragma_update(None, "cache_size", -16_384)?;
            // every reference is an id that this catalog gave, and `verify` looks for others
            c.pragma_update(None, "foreign_keys", false)?;
            c.busy_timeout(std::time::Duration::from_secs(5))
        })?;
        catalog.migrate()?;
        Ok(catalog)
    }

    fn migrate(&mut self) -> Result<(), Error> {
        let found = self.schema_version()?;
        if found == migrate::VERSION {
            return Ok(());
        }
        self.transact(|tx| migrate::migrate(tx, found))
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
            let connection = Connection::open_with_flags(&path, flags).map_err(|e| fault(&path, e))?;
            Ok(Catalog { connection, path: path.clone() })
        };
        let mut catalog = open(OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        if matches!(catalog.schema_version(), Err(Error::Catalog { source, .. }) if source.needs_rollback()) {
            // a run was killed while it wrote, and its unfinished transaction is rolled back
            catalog = open(OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        }
        match catalog.schema_version()? {
            0 => Err(Error::NotALibrary(library.to_owned())),
            found => {
                catalog.query(|c| migrate::show_as_current(c, found))?;
                Ok(catalog)
            }
        }
    }

    fn schema_version(&self) -> Result<i64, Error> {
        let found = self.query(|c| c.query_row("PRAGMA user_version", [], |row| row.get(0)))?;
        if found > migrate::VERSION {
            return Err(Error::CatalogNewer { path: self.path.clone(), found, known: migrate::VERSION });
        }
        Ok(found)
    }

    fn try_sql<T>(&mut self, act: impl FnOnce(&mut Connection) -> rusqlite::Result<T>) -> Result<T, Error> {
        let result = act(&mut self.connection);
        result.map_err(|e| fault(&self.path, e))
    }

    fn query<T>(&self, ask: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, Error> {
        ask(&self.connection).map_err(|e| fault(&self.path, e))
    }

    /// Frees the memory of its cache. The next query reads from the drive again.
    pub fn shrink(&self) -> Result<(), Error> {
        self.query(|c| c.execute_batch("PRAGMA shrink_memory"))
    }

    /// Changes the catalog, and so forgets what the last run expected of the next one.
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

    /// The settings that the library remembers.
    pub fn settings(&self) -> Result<RememberedSettings, Error> {
        self.query(|c| {
            let mut statement = c.prepare("SELECT name, value FROM settings")?;
            statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
        })
    }

    pub fn remember(&mut self, settings: &RememberedSettings) -> Result<(), Error> {
        self.write(|tx| put_settings(tx, settings))
    }

    /// Reads everything that a run has to know.
    pub fn load(&self) -> Result<Remembered, Error> {
        self.load_files(Unknown::Stops)
    }

    /// The same for `verify`, which changes nothing and itself names the files that have unknown words.
    pub fn load_to_verify(&self) -> Result<Remembered, Error> {
        self.load_files(Unknown::IsOther)
    }

    fn load_files(&self, unknown: Unknown) -> Result<Remembered, Error> {
        let path = self.path.clone();
        // the records of files are half of the catalog, so another connection reads them in parallel
        let beside = move || {
            let connection = Connection::open_with_flags(&path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
            load::records(&connection, unknown)
        };
        let (loaded, records) = threads::beside(|| self.query(load::load), beside);
        let (mut known, contents) = loaded?;
        // some network drives allow only one connection
        let records = records.or_else(|_| self.query(|c| load::records(c, unknown)))?;
        known.recorded.files = load::files(records, &contents);
        Ok(known)
    }
}

fn put_settings(tx: &Transaction<'_>, settings: &RememberedSettings) -> rusqlite::Result<()> {
    let mut insert = tx.prepare_cached("INSERT OR REPLACE INTO settings (name, value) VALUES (?1, ?2)")?;
    settings.iter().try_for_each(|(name, value)| insert.execute(params![name, value]).map(|_| ()))
}

/// An error of the catalog at a path.
fn fault(path: &Path, source: rusqlite::Error) -> Error {
    Error::Catalog { path: path.to_owned(), source: CatalogFault::new(source) }
}
