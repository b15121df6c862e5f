//! The rows of a query as CSV: a header of the names that its columns have, LF, a cell empty where there is nothing.

use std::io::{self, Write};

use csv::{Terminator, Writer, WriterBuilder};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Params};

use super::each_row;

/// Writes a table.
///
/// # Errors
/// If the database cannot be read, or `to` refuses.
pub fn write(database: &Connection, sql: &str, of: impl Params, to: &mut dyn Write) -> io::Result<()> {
    let asked = database.prepare(sql).map_err(io::Error::other)?;
    let header: Vec<&str> = asked.column_names().collect();
    let mut table = begin(&header, to)?;
    each_row(database, sql, of, |row| {
        for at in 0..header.len() {
            let written = match row.get_ref(at)? {
                ValueRef::Text(text) => table.write_field(text),
                ValueRef::Integer(number) => table.write_field(number.to_string()),
                ValueRef::Real(number) => table.write_field(number.to_string()),
                ValueRef::Null | ValueRef::Blob(_) => table.write_field(""),
            };
            if let Err(error) = written {
                return Ok(Err(error.into()));
            }
        }
        Ok(table.write_record(None::<&[u8]>).map_err(io::Error::from))
    })?;
    table.flush()
}

/// Begins a table.
///
/// # Errors
/// If `to` refuses.
pub fn begin<'w>(header: &[&str], to: &'w mut dyn Write) -> io::Result<Writer<&'w mut dyn Write>> {
    let mut table = WriterBuilder::new().terminator(Terminator::Any(b'\n')).from_writer(to);
    table.write_record(header)?;
    Ok(table)
}
