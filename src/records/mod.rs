//! `Records.sqlite`: what Apple delivered besides photos, as tables that any SQLite tool opens.
//!
//! It takes values and writes one new file at a path that its caller gives, row by row, so that a hundred thousand
//! messages are never in memory at once. It decides nothing: which exports count, what is a duplicate and where files
//! stand is settled before a row gets here. `records.sql` says what each column means; the comments there are part of
//! every file.
//!
//! The same rows in the same order give the same bytes: one transaction, no clock, and no free pages, in which old
//! bytes would lie. Only another release of SQLite may write its own version number. There is no journal and nothing is
//! synced, because the caller makes the whole file durable before it gets its name.

#![cfg_attr(not(test), deny(clippy::indexing_slicing))]

mod cell;
mod columns;
pub mod elsewhere;
// an id is of the contents that it came from
#[allow(clippy::indexing_slicing)]
pub mod fill;
pub mod raw;
mod rows;
mod source;
#[cfg(test)]
mod tests;
mod typed;

use std::path::Path;

use rusqlite::{Connection, OpenFlags, ToSql};

pub use rows::{Bookmarked, Drive, File, Mail, Noted};
pub use source::{Counted, Source, SourceId, Unaccounted};

/// `WfRe`, by which `file` and other tools may know these databases.
pub const APPLICATION: u32 = 0x5766_5265;

/// The version of the tables. A file of another version is made anew, never changed.
pub const VERSION: u32 = 2;

/// Bytes of a page.
const PAGE: u32 = 4096;

/// Kibibytes of pages that are held before they are written.
const CACHE: i64 = 16_384;

/// Bytes of the index of words that are held before they are written.
const WORDS: i64 = 16 << 20;

/// Statements that are kept prepared: more than there are tables.
const STATEMENTS: usize = 64;

/// A `Records.sqlite` that is being written.
#[derive(Debug)]
pub struct Records {
    connection: Connection,
    unaccounted: Vec<Unaccounted>,
}

impl Records {
    /// Begins a new file. There must be none at `path`.
    ///
    /// # Errors
    /// If it cannot be written. That is true of everything here.
    pub fn create(path: &Path) -> rusqlite::Result<Self> {
        if path.symlink_metadata().is_ok() {
            return Err(rusqlite::Error::InvalidPath(path.to_owned()));
        }
        // a path may begin with `file:`, which is a name here
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_CREATE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags)?;
        connection.pragma_update(None, "page_size", PAGE)?;
        connection.pragma_update(None, "encoding", "UTF-8")?;
        // pages that become free go when the transaction ends
        connection.pragma_update(None, "auto_vacuum", "FULL")?;
        connection.pragma_update(None, "journal_mode", "OFF")?;
        connection.pragma_update(None, "synchronous", "OFF")?;
        connection.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
        connection.pragma_update(None, "cache_size", -CACHE)?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        connection.execute_batch("BEGIN")?;
        // from here on it has a first page, and all that is said above stands
        connection.pragma_update(None, "application_id", APPLICATION)?;
        connection.pragma_update(None, "user_version", VERSION)?;
        connection.execute_batch(include_str!("records.sql"))?;
        typed::create(&connection)?;
        connection
            .execute("INSERT INTO messages_fts (messages_fts, rank) VALUES ('hashsize', ?1)", [WORDS])?;
        Ok(Records { connection, unaccounted: Vec::new() })
    }

    /// Adds a delivered file. Files that rows come from and files with the same bytes may be in any order.
    pub fn source(&mut self, source: &Source<'_>) -> rusqlite::Result<SourceId> {
        self.unaccounted.extend(source.unaccounted());
        source::insert(self, source)
    }

    /// Ends the file, and names the tables whose lines do not add up: then something fell out, and nobody may call the
    /// records complete.
    #[must_use = "lines that do not add up are an error of the run"]
    pub fn finish(self) -> rusqlite::Result<Vec<Unaccounted>> {
        columns::write(&self)?;
        self.connection.execute("INSERT INTO messages_fts (messages_fts) VALUES ('optimize')", [])?;
        self.connection.execute_batch("COMMIT")?;
        self.connection.close().map_err(|(_, error)| error)?;
        Ok(self.unaccounted)
    }

    /// Adds a row, and gives its number.
    fn insert(&self, sql: &'static str, row: &[&dyn ToSql]) -> rusqlite::Result<i64> {
        self.connection.prepare_cached(sql)?.execute(row)?;
        Ok(self.connection.last_insert_rowid())
    }
}
