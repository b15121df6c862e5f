//! The rows of a table for people while they are read: of several exports those that count.
//!
//! They wait in a table of their own, which SQLite keeps on disk, so that a hundred thousand of them take no room here.

use rusqlite::{Row, Statement, ToSql, params_from_iter};

use crate::apple::when;
use crate::records::raw::quoted;
use crate::records::typed::Raw;

/// What joins the parts of a key.
const JOIN: &str = "\u{1f}";

/// The rows of one table.
pub struct Union<'c> {
    raw: Raw<'c>,
    table: &'static str,
}

/// Adds a row with this key and these cells, by their columns.
pub type Add<'a> = dyn FnMut(Option<String>, &[(&'static str, &dyn ToSql)]) -> rusqlite::Result<()> + 'a;

impl<'c> Union<'c> {
    /// Begins with none.
    ///
    /// # Errors
    /// If the database cannot be written. That is true of everything here.
    pub fn begin(raw: Raw<'c>, table: &'static str) -> rusqlite::Result<Self> {
        raw.connection.execute_batch(&format!(
            "CREATE TEMP TABLE united AS SELECT *, '' AS key, 0 AS rank FROM main.{table} WHERE 0"
        ))?;
        Ok(Union { raw, table })
    }

    /// Reads the rows of a list one by one, in their order. `each` gives a row's key and hands on its cells.
    pub fn read(
        &mut self,
        list: &str,
        columns: &[&str],
        each: &mut dyn FnMut(&Cells<'_>, &mut Add<'_>) -> rusqlite::Result<()>,
    ) -> rusqlite::Result<()> {
        let rows = self.raw.rows(list, columns)?;
        self.read_query(&rows, columns, each)
    }

    /// Reads the rows of a query, in brackets, as [`Raw::rows`] gives one.
    pub fn read_query(
        &mut self,
        rows: &str,
        columns: &[&str],
        each: &mut dyn FnMut(&Cells<'_>, &mut Add<'_>) -> rusqlite::Result<()>,
    ) -> rusqlite::Result<()> {
        let names: Vec<String> = columns.iter().map(|column| quoted(column)).collect();
        let sql = format!("SELECT {}, rank FROM {rows} ORDER BY \"row\"", names.join(", "));
        let mut asked = self.raw.connection.prepare(&sql)?;
        let mut rows = asked.query([])?;
        // all rows of a list have cells of the same columns
        let mut insert: Option<Statement<'_>> = None;
        while let Some(row) = rows.next()? {
            let rank: i64 = row.get(columns.len())?;
            let mut add = |key: Option<String>, cells: &[(&'static str, &dyn ToSql)]| {
                let insert = match &mut insert {
                    Some(insert) => insert,
                    none => none.insert(self.raw.connection.prepare(&insertion(cells))?),
                };
                let own: [&dyn ToSql; 2] = [&key, &rank];
                insert.execute(params_from_iter(cells.iter().map(|(_, cell)| cell).chain(&own))).map(|_| ())
            };
            each(&Cells { row, columns }, &mut add)?;
        }
        Ok(())
    }

    /// Puts those that count into their table, in the order of these columns and then as they were read.
    pub fn end(self, order: &str) -> rusqlite::Result<()> {
        let Union { raw, table } = self;
        let columns = raw.connection.query_row(
            "SELECT group_concat('\"' || name || '\"', ', ') FROM pragma_table_info(?1)",
            [table],
            |row| row.get::<_, String>(0),
        )?;
        // a row without a key is one of its own
        let rows = "(SELECT *, rowid AS at FROM temp.united)";
        let newest = Raw::newest(rows, "coalesce(key, at)");
        raw.connection.execute_batch(&format!(
            "INSERT INTO main.{table} ({columns}) SELECT {columns} FROM {newest} ORDER BY {order}, at;
             DROP TABLE temp.united;"
        ))
    }
}

fn insertion(cells: &[(&'static str, &dyn ToSql)]) -> String {
    let columns: Vec<String> = cells.iter().map(|(column, _)| quoted(column)).collect();
    let values = vec!["?"; cells.len() + 2].join(", ");
    format!("INSERT INTO temp.united ({}, key, rank) VALUES ({values})", columns.join(", "))
}

/// The cells of a row of a raw table.
pub struct Cells<'r> {
    row: &'r Row<'r>,
    columns: &'r [&'r str],
}

impl Cells<'_> {
    /// What a cell says, verbatim; empty if nothing.
    pub fn raw(&self, column: &str) -> &str {
        let at = self.columns.iter().position(|known| *known == column);
        debug_assert!(at.is_some(), "nobody asked for {column}");
        at.and_then(|at| self.row.get_ref(at).ok()?.as_str().ok()).unwrap_or_default()
    }

    /// What a cell says, without the space around it; `None` if nothing, or a word for it.
    pub fn said(&self, column: &str) -> Option<&str> {
        Some(self.raw(column).trim()).filter(|text| !when::is_null(text))
    }
}

/// The key of a row: all of these, of which `needed` must be there.
pub fn key(needed: &[Option<&str>], others: &[Option<&str>]) -> Option<String> {
    if needed.iter().any(Option::is_none) {
        return None;
    }
    let parts: Vec<&str> = needed.iter().chain(others).map(|part| part.unwrap_or_default()).collect();
    Some(parts.join(JOIN))
}
