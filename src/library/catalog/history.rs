//! What came and what became of it: exports and their parts, the balance of what was read, past runs.

use chrono::NaiveDateTime;
use rusqlite::{OptionalExtension, Row, params};

use crate::category::photos::time::local_time;
use crate::error::Error;
use crate::library::catalog::Catalog;
use crate::library::record::Unchanged;

/// An export and the parts of it that the library has seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportRecord {
    pub name: String,
    /// How many parts Apple announced, if a name tells.
    pub total: Option<u32>,
    /// When Apple built it.
    pub built: Option<NaiveDateTime>,
    /// The numbers of the parts, ascending.
    pub parts: Vec<u32>,
}

/// Distinct bytes: how often they came and where they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Balance {
    pub size: u64,
    /// How many entries hold them.
    pub given: u64,
    /// How many files in the tree hold them.
    pub placed: u64,
    /// How many files in `.windfall/details` hold them.
    pub details: u64,
}

/// A past run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunRecord {
    /// `import` or `rebuild`.
    pub command: String,
    /// When it began, RFC 3339.
    pub started: String,
    /// Its report, as JSON.
    pub report: String,
}

impl Catalog {
    /// Exports with their parts that are here, oldest first.
    pub fn exports(&self) -> Result<Vec<ExportRecord>, Error> {
        self.query(|c| {
            let mut statement = c.prepare(
                "SELECT exports.id, name, total, built, number \
                 FROM exports LEFT JOIN parts ON parts.export = exports.id AND NOT parts.unfinished \
                 ORDER BY built, exports.id, number",
            )?;
            let mut rows = statement.query([])?;
            let mut found: Vec<(i64, ExportRecord)> = Vec::new();
            while let Some(row) = rows.next()? {
                let id = row.get(0)?;
                if found.last().is_none_or(|(last, _)| *last != id) {
                    found.push((id, export(row)?));
                }
                if let (Some((_, export)), Some(number)) = (found.last_mut(), row.get(4)?) {
                    export.parts.push(number);
                }
            }
            Ok(found.into_iter().map(|(_, export)| export).collect())
        })
    }

    /// Visits all bytes that came in some entry.
    pub fn each_balance(&self, visit: &mut dyn FnMut(Balance)) -> Result<(), Error> {
        self.query(|c| {
            let mut statement = c.prepare(
                "SELECT size, given, coalesce(placed, 0), coalesce(details, 0) FROM contents \
                 JOIN (SELECT content, count(*) AS given FROM entries GROUP BY content) e \
                     ON e.content = contents.id \
                 LEFT JOIN (SELECT coalesce(original, content) AS delivered, sum(area <> 'details') AS placed, \
                            sum(area = 'details') AS details FROM files GROUP BY delivered) f \
                     ON f.delivered = contents.id",
            )?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                visit(Balance {
                    size: row.get(0)?,
                    given: row.get(1)?,
                    placed: row.get(2)?,
                    details: row.get(3)?,
                });
            }
            Ok(())
        })
    }

    /// Visits every entry that was read to its end: the archive's name, the path in it, and the BLAKE3 of its bytes
    /// in hex.
    pub fn each_read(&self, visit: &mut dyn FnMut(&str, &str, &str)) -> Result<(), Error> {
        self.query(|c| {
            let mut statement = c.prepare(
                "SELECT archives.name, entries.path, blake3 FROM entries \
                 JOIN archives ON archives.id = entries.archive JOIN contents ON contents.id = entries.content",
            )?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                visit(row.get_ref(0)?.as_str()?, row.get_ref(1)?.as_str()?, row.get_ref(2)?.as_str()?);
            }
            Ok(())
        })
    }

    /// Past runs, newest first.
    pub fn runs(&self) -> Result<Vec<RunRecord>, Error> {
        self.query(|c| {
            let mut statement = c.prepare("SELECT command, started, report FROM runs ORDER BY id DESC")?;
            let run = |row: &Row<'_>| {
                Ok(RunRecord { command: row.get(0)?, started: row.get(1)?, report: row.get(2)? })
            };
            statement.query_map([], run)?.collect()
        })
    }

    /// Records what a run reported, and what the next one will report if nothing changes.
    pub fn record_run(
        &mut self,
        command: &str,
        started: &str,
        report: &str,
        unchanged: Option<&Unchanged>,
    ) -> Result<(), Error> {
        self.write(|tx| {
            tx.execute(
                "INSERT INTO runs (command, started, report) VALUES (?1, ?2, ?3)",
                params![command, started, report],
            )?;
            if let Some(Unchanged { state, report }) = unchanged {
                tx.execute("INSERT INTO unchanged (state, report) VALUES (?1, ?2)", params![state, report])?;
            }
            Ok(())
        })
    }

    /// What the last run left for a run that finds nothing changed.
    pub fn unchanged(&self) -> Result<Option<Unchanged>, Error> {
        self.query(|c| {
            let row = |row: &Row<'_>| Ok(Unchanged { state: row.get(0)?, report: row.get(1)? });
            c.query_row("SELECT state, report FROM unchanged", [], row).optional()
        })
    }
}

fn export(row: &Row<'_>) -> rusqlite::Result<ExportRecord> {
    let built = row.get_ref(3)?.as_str_or_null()?.and_then(|text| local_time(text).ok());
    Ok(ExportRecord { name: row.get(1)?, total: row.get(2)?, built, parts: Vec::new() })
}
