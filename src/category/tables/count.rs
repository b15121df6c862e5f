//! What became of the lines of a table of any size, read from front to back.
//!
//! A *line* is a logical one: a record, however many physical lines a quoted field spans. What the cells say is not
//! asked here.

use std::convert::Infallible;
use std::io::{self, BufRead, Read};

use crate::apple::json::Elements;
use crate::apple::plist::{self, Value};
use crate::apple::sheet::Lines;
use crate::apple::table::stacked::{self, Failed};

/// A property list is read as a whole; a larger one is not read.
const LARGEST_LIST: u64 = 64 << 20;

/// Counts the lines of a file with this ending; of JSON and property lists only rows are.
pub fn count(extension: &str, source: impl BufRead) -> io::Result<Lines> {
    match extension {
        "json" => elements(source),
        "xml" | "plist" => list(source),
        "csv" => table(source, ','),
        "tsv" => table(source, '\t'),
        _ => Ok(Lines::default()),
    }
}

fn elements(source: impl BufRead) -> io::Result<Lines> {
    let mut elements = Elements::new(source);
    let mut lines = Lines::default();
    while elements.next()?.is_some() {
        lines.rows += 1;
    }
    Ok(lines)
}

fn list(source: impl Read) -> io::Result<Lines> {
    let mut bytes = Vec::new();
    source.take(LARGEST_LIST).read_to_end(&mut bytes)?;
    let rows = match plist::parse(&bytes) {
        Ok(Value::Array(items)) => items.len(),
        Ok(Value::Dictionary(items)) => items.len(),
        Ok(_) => 1,
        Err(_) => 0,
    };
    Ok(Lines { rows: rows as u64, ..Lines::default() })
}

fn table(source: impl Read, separator: char) -> io::Result<Lines> {
    let every_piece = &mut |_: stacked::Piece<'_>| Ok::<_, Infallible>(());
    match stacked::read(source, separator, &|_| false, every_piece) {
        Ok(counted) => Ok(counted.lines),
        Err(Failed::Source(error)) => Err(error),
        Err(Failed::Caller(never)) => match never {},
    }
}

#[cfg(test)]
mod tests {
    use super::{Lines, count};

    #[test]
    fn every_line_becomes_something() {
        let table = "A,B\r\n1,\"x\ny\"\r\n\r\n,\r\n2,z";
        let lines = count("csv", table.as_bytes()).unwrap();
        assert_eq!(lines, Lines { lines: 5, physical: 6, header: 1, rows: 2, blank: 2, ..Lines::default() });
        assert_eq!(count("csv", &b""[..]).unwrap(), Lines::default());
        assert_eq!(count("json", &b"[{\"a\":1},{\"a\":2}]"[..]).unwrap().rows, 2);
        assert_eq!(count("txt", &b"a\nb"[..]).unwrap(), Lines::default());
    }

    #[test]
    fn a_table_of_many_windows_has_as_many_rows() {
        let row = format!("\"{}\n\",1\n", "x".repeat(1000));
        let table = format!("A,B\n{}", row.repeat(20_000));
        let lines = count("csv", table.as_bytes()).unwrap();
        assert_eq!((lines.header, lines.rows, lines.blank, lines.bad), (1, 20_000, 0, 0));
        assert_eq!((lines.lines, lines.physical), (20_001, 40_001));
    }

    #[test]
    fn a_large_table_has_as_many_rows_in_every_encoding() {
        let text = format!("Title,Note\n{}", "Caf\u{e9} in the old town,somewhere\n".repeat(200_000));
        let utf16 = |bytes: fn(u16) -> [u8; 2]| -> Vec<u8> {
            ['\u{feff}']
                .iter()
                .copied()
                .chain(text.chars())
                .collect::<String>()
                .encode_utf16()
                .flat_map(bytes)
                .collect()
        };
        for (name, bytes) in [
            ("UTF-8", text.as_bytes().to_vec()),
            ("UTF-8 with a mark", [b"\xef\xbb\xbf", text.as_bytes()].concat()),
            ("UTF-16LE", utf16(u16::to_le_bytes)),
            ("UTF-16BE", utf16(u16::to_be_bytes)),
            ("Windows-1252", encoding_rs::WINDOWS_1252.encode(&text).0.into_owned()),
        ] {
            let lines = count("csv", &*bytes).unwrap();
            let expected =
                Lines { lines: 200_001, physical: 200_001, header: 1, rows: 200_000, ..Lines::default() };
            assert_eq!(lines, expected, "{name}");
        }
    }
}
