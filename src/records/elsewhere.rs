//! Files for other programs, made of the database: playlists, subscriptions, histories, lists for a spreadsheet.
//!
//! Nothing is written of what there is nothing of. The same database gives the same bytes.

mod store;

use std::io::{self, Write};

use rusqlite::Connection;

/// A file for another program.
pub struct Elsewhere {
    /// Below the library, `/` between portable names.
    pub path: String,
    write: Box<Writes>,
}

type Writes = dyn Fn(&Connection, &mut dyn Write) -> io::Result<()> + Send + Sync;

impl Elsewhere {
    /// A file that `write` writes of the database, the same at every time.
    pub fn new(
        path: impl Into<String>,
        write: impl Fn(&Connection, &mut dyn Write) -> io::Result<()> + Send + Sync + 'static,
    ) -> Self {
        Elsewhere { path: path.into(), write: Box::new(write) }
    }

    /// Writes it.
    ///
    /// # Errors
    /// If the database cannot be read, or `to` refuses.
    pub fn write(&self, database: &Connection, to: &mut dyn Write) -> io::Result<()> {
        (self.write)(database, to)
    }
}

/// The files that a database comes to.
///
/// # Errors
/// If it cannot be read.
pub fn files(database: &Connection) -> rusqlite::Result<Vec<Elsewhere>> {
    let mut files = Vec::new();
    files.extend(store::files(database)?);
    Ok(files)
}
