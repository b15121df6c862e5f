//! The rows of a query as CSV: a header, LF, a cell empty where there is nothing.

use std::io::{self, Write};

use csv::{Terminator, Writer, WriterBuilder};
use rusqlite::Connection;
use rusqlite::types::ValueRef;

/// Writes a table with this header; the query has as many columns.
///
/// # Errors
/// If the database cannot be read, or `to` refuses.
pub fn write(database: &Connection, header: &[&str], sql: &str, to: &mut dyn Write) -> io::Result<()> {
    let mut table = begin(header, to)?;
    let mut asked = database.prepare(sql).map_err(io::Error::other)?;
    let mut rows = asked.query([]).map_err(io::Error::other)?;
    while let Some(row) = rows.next().map_err(io::Error::other)? {
        for at in 0..header.len() {
            let written = match row.get_ref(at).map_err(io::Error::other)? {
                ValueRef::Text(text) => table.write_field(text),
                ValueRef::Integer(number) => table.write_field(number.to_string()),
                ValueRef::Real(number) => table.write_field(number.to_string()),
                ValueRef::Null | ValueRef::Blob(_) => table.write_field(""),
            };
            written?;
        }
        table.write_record(None::<&[u8]>)?;
    }
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

/// Whether a query has a row.
///
/// # Errors
/// If the database cannot be read.
pub fn is_any(database: &Connection, sql: &str) -> rusqlite::Result<bool> {
    database.prepare(sql)?.exists([])
}
