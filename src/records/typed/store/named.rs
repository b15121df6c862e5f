//! Rows that are read and staged by the names of their columns, for lists of up to forty of them.

use rusqlite::ToSql;
use rusqlite::types::Null;

use crate::records::typed::Raw;
use crate::records::typed::staged::{self, Staged};

/// The cells of a row of a raw table.
pub struct Cells<'r> {
    cells: staged::Cells<'r>,
    columns: &'r [&'r str],
}

impl<'r> Cells<'r> {
    /// What stands in a cell, word for word; nothing where there is none.
    pub fn verbatim(&self, column: &str) -> &'r str {
        self.at(column).map_or("", |at| self.cells.verbatim(at))
    }

    /// What a cell says, if it says something.
    pub fn said(&self, column: &str) -> Option<&'r str> {
        self.at(column).and_then(|at| self.cells.said(at))
    }

    fn at(&self, column: &str) -> Option<usize> {
        let at = self.columns.iter().position(|known| *known == column);
        debug_assert!(at.is_some(), "nobody asked for {column}");
        at
    }
}

/// Adds a row with this key and these cells, by their columns. Each column of the table is among them once.
pub type Add<'a> = dyn FnMut(Option<String>, &[(&'static str, &dyn ToSql)]) -> rusqlite::Result<()> + 'a;

/// The rows that wait for a table.
pub struct Named<'c> {
    raw: Raw<'c>,
    staged: Staged<'c>,
    /// Of the table, in its order.
    columns: Vec<String>,
}

impl<'c> Named<'c> {
    /// None yet, for this table.
    ///
    /// # Errors
    /// If the database cannot be written. That is true of everything here.
    pub fn of(raw: Raw<'c>, table: &'static str) -> rusqlite::Result<Self> {
        let mut asked =
            raw.connection.prepare_cached("SELECT name FROM pragma_table_info(?1) ORDER BY cid")?;
        let columns = asked.query_map([table], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
        Ok(Named { raw, staged: Staged::of(raw.connection, table)?, columns })
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
        let Named { raw, staged, columns: table } = self;
        // all rows of a list have cells of the same columns, in the same order
        let mut places: Option<Vec<usize>> = None;
        staged::each_of(*raw, rows, columns, |cells| {
            let rank = cells.rank()?;
            let mut add = |key: Option<String>, given: &[(&'static str, &dyn ToSql)]| {
                let places = places.get_or_insert_with(|| places_of(table, given));
                let cell = |at: &usize| given.get(*at).map_or(&Null as &dyn ToSql, |(_, cell)| *cell);
                let row: Vec<&dyn ToSql> = places.iter().map(cell).collect();
                staged.add(key.as_deref(), rank, &row)
            };
            each(&Cells { cells, columns }, &mut add)
        })
    }

    /// Puts the rows that count into the table, in this order (columns, with commas between them).
    pub fn settle(self, order: &str) -> rusqlite::Result<()> {
        self.staged.settle(order)
    }
}

/// Where the cell of each column of a table is among those given.
fn places_of(table: &[String], given: &[(&'static str, &dyn ToSql)]) -> Vec<usize> {
    let place = |name: &String| given.iter().position(|(given, _)| given == name);
    debug_assert!(table.iter().all(|name| place(name).is_some()), "a column has no cell");
    debug_assert_eq!(table.len(), given.len(), "a cell has no column");
    table.iter().map(|name| place(name).unwrap_or(usize::MAX)).collect()
}

/// The key of a row: all of these, of which the `needed` must be there.
pub fn key(needed: &[Option<&str>], others: &[Option<&str>]) -> Option<String> {
    let needed: Vec<&str> = needed.iter().copied().collect::<Option<_>>()?;
    let others = others.iter().map(|part| part.unwrap_or_default());
    Some(staged::key(&needed.into_iter().chain(others).collect::<Vec<_>>()))
}
