//! The tables of `Records.sqlite`, read without trusting them.
//!
//! Another version may have other columns, and anything may have written the file: a column that is not there is NULL,
//! a value of another type is read for what it says, and a table that cannot be read is none.

use std::path::Path;

use rusqlite::types::Value;
use rusqlite::{Connection, OpenFlags};

use crate::records::APPLICATION;

/// A `Records.sqlite` that Windfall wrote.
pub struct Tables {
    connection: Connection,
}

/// Some columns of a row.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    columns: &'static [&'static str],
    values: Vec<Value>,
}

impl Tables {
    /// Opens the database for reading; `None` if there is none, or none of ours.
    pub fn open(path: &Path) -> Option<Self> {
        path.symlink_metadata().ok().filter(|metadata| metadata.is_file())?;
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags).ok()?;
        let application: u32 = connection.query_row("PRAGMA application_id", [], |row| row.get(0)).ok()?;
        (application == APPLICATION).then_some(Tables { connection })
    }

    /// The rows of a table, in its order. `None` if it cannot be read.
    pub fn rows<const N: usize>(&self, table: &str, columns: &'static [&'static str; N]) -> Option<Vec<Row>> {
        let mut rows = Vec::new();
        self.each(table, columns, |row| rows.push(row))?;
        Some(rows)
    }

    /// Gives every row of a table in its order, one after another. `None` if it cannot be read.
    pub fn each<const N: usize>(
        &self,
        table: &str,
        columns: &'static [&'static str; N],
        each: impl FnMut(Row),
    ) -> Option<()> {
        let mut statement = self.connection.prepare("SELECT name FROM pragma_table_info(?1)").ok()?;
        let known: Vec<String> =
            statement.query_map([table], |row| row.get(0)).ok()?.collect::<Result<_, _>>().ok()?;
        if known.is_empty() {
            return None;
        }
        // the names of tables and columns are our own
        let wanted = columns.map(|column| match known.iter().any(|name| name == column) {
            true => format!("\"{column}\""),
            false => "NULL".to_owned(),
        });
        self.answered(&format!("SELECT {} FROM \"{table}\"", wanted.join(", ")), columns, each)
    }

    /// What a query of ours says, its columns called so. `None` if the database has not what it asks for.
    pub fn asked<const N: usize>(
        &self,
        query: &str,
        columns: &'static [&'static str; N],
    ) -> Option<Vec<Row>> {
        let mut rows = Vec::new();
        self.answered(query, columns, |row| rows.push(row))?;
        Some(rows)
    }

    fn answered<const N: usize>(
        &self,
        query: &str,
        columns: &'static [&'static str; N],
        mut each: impl FnMut(Row),
    ) -> Option<()> {
        let mut statement = self.connection.prepare(query).ok()?;
        let mut rows = statement.query([]).ok()?;
        while let Some(row) = rows.next().ok()? {
            let values = (0..N).map(|at| row.get(at)).collect::<Result<_, _>>().ok()?;
            each(Row { columns, values });
        }
        Some(())
    }
}

impl Row {
    fn value(&self, column: &str) -> Option<&Value> {
        let at = self.columns.iter().position(|name| *name == column)?;
        self.values.get(at)
    }

    /// A text that says something.
    pub fn text(&self, column: &str) -> Option<&str> {
        match self.value(column)? {
            Value::Text(text) => Some(text.as_str()).filter(|text| !text.is_empty()),
            _ => None,
        }
    }

    pub fn number(&self, column: &str) -> Option<i64> {
        match self.value(column)? {
            Value::Integer(number) => Some(*number),
            _ => None,
        }
    }

    /// A number of things; 0 where there is none.
    pub fn count(&self, column: &str) -> u64 {
        self.number(column).and_then(|number| number.try_into().ok()).unwrap_or(0)
    }

    /// A text or a number, as text.
    pub fn words(&self, column: &str) -> Option<String> {
        match self.value(column)? {
            Value::Integer(number) => Some(number.to_string()),
            Value::Real(number) => Some(number.to_string()),
            _ => self.text(column).map(str::to_owned),
        }
    }

    pub fn flag(&self, column: &str) -> bool {
        self.number(column).is_some_and(|number| number != 0)
    }
}
