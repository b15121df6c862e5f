//! The catalog examined for its own sake, before `verify` believes what it says.
//!
//! Words are given as they are recorded: here they are examined and not understood.

use crate::error::Error;
use crate::library::catalog::Catalog;

/// Records that refer to records which are missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dangling {
    /// The table of the records.
    pub table: String,
    /// The table that they refer to.
    pub parent: String,
    pub records: u64,
}

impl Catalog {
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

    /// Records that refer to what the catalog does not have.
    pub fn dangling(&self) -> Result<Vec<Dangling>, Error> {
        self.query(|c| {
            let mut statement = c.prepare(
                "SELECT \"table\", \"parent\", count(*) FROM pragma_foreign_key_check GROUP BY 1, 2 ORDER BY 1, 2",
            )?;
            let dangling = statement.query_map([], |row| {
                Ok(Dangling { table: row.get(0)?, parent: row.get(1)?, records: row.get(2)? })
            })?;
            dangling.collect()
        })
    }

    /// The path of every file and the word for its area, as recorded, sorted by path.
    pub fn recorded_areas(&self) -> Result<Vec<(String, String)>, Error> {
        self.query(|c| {
            let mut statement = c.prepare("SELECT path, area FROM files ORDER BY path")?;
            statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
        })
    }
}
