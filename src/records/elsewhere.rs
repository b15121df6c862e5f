//! Files for other programs, made of the database: playlists, subscriptions, histories, lists for a spreadsheet.
//!
//! Nothing is written of what there is nothing of. The same database gives the same bytes.

mod account;
mod books;
mod music;
mod podcasts;
mod sheet;
mod store;
mod watched;

use std::io::{self, Write};

use rusqlite::{Connection, Params, Row};

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
    files.extend(account::files(database)?);
    files.extend(music::files(database)?);
    files.extend(store::files(database)?);
    files.extend(watched::files(database)?);
    files.extend(podcasts::files(database)?);
    files.extend(books::files(database)?);
    Ok(files)
}

/// Whether a query has a row.
fn has_rows(database: &Connection, sql: &str) -> rusqlite::Result<bool> {
    database.prepare(sql)?.exists([])
}

/// Does something with each row of a query, whose parameters are `of`.
fn each_row(
    database: &Connection,
    sql: &str,
    of: impl Params,
    mut write: impl FnMut(&Row<'_>) -> rusqlite::Result<io::Result<()>>,
) -> io::Result<()> {
    let mut asked = database.prepare(sql).map_err(io::Error::other)?;
    let mut rows = asked.query(of).map_err(io::Error::other)?;
    while let Some(row) = rows.next().map_err(io::Error::other)? {
        write(row).map_err(io::Error::other)??;
    }
    Ok(())
}

#[cfg(test)]
pub(crate) mod tests {
    use crate::records::elsewhere::files;
    use crate::records::typed::tests::Written;

    /// The files that tables of one export come to, in the order of their paths.
    pub(crate) fn written(delivered: &[(&str, &[u8])]) -> Vec<(String, String)> {
        let delivered: Vec<(&str, &str, &[u8])> =
            delivered.iter().map(|(name, bytes)| ("media", *name, *bytes)).collect();
        let database = Written::of(&delivered);
        let text = |file: &super::Elsewhere| {
            let mut bytes = Vec::new();
            file.write(&database.connection, &mut bytes).unwrap();
            (file.path.clone(), String::from_utf8(bytes).unwrap())
        };
        let mut written: Vec<(String, String)> =
            files(&database.connection).unwrap().iter().map(text).collect();
        written.sort();
        written
    }
}
