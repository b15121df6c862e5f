//! Rows of a table for people while it is not settled which export's count.
//!
//! Where the key of a row only shows once its cells are read, SQL cannot ask the raw table for the newest: the rows wait
//! in a table of their own, which SQLite keeps on disk where they are many, and go over once all are there.

use chrono_tz::Tz;
use rusqlite::{Connection, Row, Statement, ToSql};

use crate::records::cell::Time;
use crate::records::raw::quoted;
use crate::records::typed::{Raw, said};

/// The cells of a row of a raw table, as it was asked for them.
#[derive(Clone, Copy)]
pub struct Cells<'r> {
    row: &'r Row<'r>,
    width: usize,
}

impl<'r> Cells<'r> {
    /// What stands in a cell, word for word; nothing where there is none.
    pub fn verbatim(self, at: usize) -> &'r str {
        let cell = self.row.get_ref(at).ok().and_then(|cell| cell.as_str_or_null().ok().flatten());
        cell.unwrap_or_default()
    }

    /// What a cell says, if it says something.
    pub fn said(self, at: usize) -> Option<&'r str> {
        said::something(self.verbatim(at))
    }

    /// What a cell says as a time, in the column of this title.
    pub fn time(self, at: usize, title: &str, zone: Tz) -> Time<'r> {
        Time::read(self.verbatim(at), title, zone)
    }

    /// The place of the newest export that has the row.
    pub fn rank(self) -> rusqlite::Result<i64> {
        self.row.get(self.width)
    }
}

/// Takes each row of a kind of raw table, in the order of export, file and line.
///
/// # Errors
/// If the database cannot be read, or `take` refuses.
pub fn each(
    raw: Raw<'_>,
    kind: &str,
    columns: &[&str],
    take: impl FnMut(Cells<'_>) -> rusqlite::Result<()>,
) -> rusqlite::Result<()> {
    each_of(raw, &raw.rows(kind, columns)?, columns, take)
}

/// Takes each row of a query, in brackets, that has the columns which [`Raw::rows`] gives.
///
/// # Errors
/// If the database cannot be read, or `take` refuses.
pub fn each_of(
    raw: Raw<'_>,
    rows: &str,
    columns: &[&str],
    mut take: impl FnMut(Cells<'_>) -> rusqlite::Result<()>,
) -> rusqlite::Result<()> {
    let names: Vec<String> = columns.iter().map(|name| quoted(name)).collect();
    let sql = format!("SELECT {}, rank FROM {rows} ORDER BY \"row\"", names.join(", "));
    let mut asked = raw.connection.prepare(&sql)?;
    let mut rows = asked.query([])?;
    while let Some(row) = rows.next()? {
        take(Cells { row, width: columns.len() })?;
    }
    Ok(())
}

/// Puts the parts of a key together; nothing in between is in any of them.
pub fn key(parts: &[&str]) -> String {
    parts.join("\u{1f}")
}

/// The rows that wait for a table.
pub struct Staged<'c> {
    connection: &'c Connection,
    table: &'static str,
    insert: Statement<'c>,
    width: usize,
}

impl<'c> Staged<'c> {
    /// None yet, for this table.
    ///
    /// # Errors
    /// If the database cannot be written. That is true of everything here.
    pub fn of(connection: &'c Connection, table: &'static str) -> rusqlite::Result<Self> {
        let columns: Vec<(String, String)> = connection
            .prepare_cached("SELECT name, type FROM pragma_table_info(?1) ORDER BY cid")?
            .query_map([table], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<rusqlite::Result<_>>()?;
        let defined: Vec<String> =
            columns.iter().map(|(name, kind)| format!("{} {kind}", quoted(name))).collect();
        connection.execute_batch(&format!(
            "CREATE TEMP TABLE staged_{table} ({}, _key TEXT, _rank INTEGER NOT NULL, _row INTEGER PRIMARY KEY) STRICT",
            defined.join(", ")
        ))?;
        let width = columns.len();
        let slots = vec!["?"; width + 2].join(", ");
        let insert =
            connection.prepare(&format!("INSERT INTO temp.staged_{table} VALUES ({slots}, NULL)"))?;
        Ok(Staged { connection, table, insert, width })
    }

    /// Adds a row. Rows without a key all count.
    pub fn add(&mut self, key: Option<&str>, rank: i64, row: &[&dyn ToSql]) -> rusqlite::Result<()> {
        debug_assert_eq!(row.len(), self.width, "a row of {}", self.table);
        let row: Vec<&dyn ToSql> = row.iter().copied().chain([&key as &dyn ToSql, &rank]).collect();
        self.insert.execute(row.as_slice())?;
        Ok(())
    }

    /// Puts the rows that count into the table, in this order (columns, with commas between them).
    pub fn settle(self, order: &str) -> rusqlite::Result<()> {
        let Staged { connection, table, insert, .. } = self;
        drop(insert);
        let columns: Vec<String> = connection
            .prepare_cached("SELECT name FROM pragma_table_info(?1) ORDER BY cid")?
            .query_map([table], |row| row.get::<_, String>(0).map(|name| quoted(&name)))?
            .collect::<rusqlite::Result<_>>()?;
        // a number is never the key of a row that has one
        connection.execute_batch(&format!(
            "INSERT INTO main.{0} SELECT {1} FROM (SELECT *, max(_rank) OVER (PARTITION BY coalesce(_key, _row)) \
             AS _newest FROM temp.staged_{0}) WHERE _rank = _newest ORDER BY {order}, _row; DROP TABLE temp.staged_{0}",
            table,
            columns.join(", ")
        ))
    }
}
