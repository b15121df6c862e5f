//! What became of the lines of a table of any size, read from front to back.
//!
//! A *line* is a logical one: a record, however many physical lines a quoted field spans. What the cells say is not
//! asked here.

use std::borrow::Cow;
use std::io::{self, BufRead, Read};

use crate::apple::json::Elements;
use crate::apple::plist::{self, Value};
use crate::apple::table::{Records, decoded, lines_of};

/// Bytes that are looked at together.
const WINDOW: usize = 8 << 20;

/// A record is no longer than this, so what stands before is whole.
const LONGEST: usize = 2 << 20;

/// A property list is read as a whole; a larger one is not read.
const LARGEST_LIST: u64 = 64 << 20;

/// What became of each line; of JSON and property lists only `rows` is counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Lines {
    pub lines: u64,
    /// As an editor counts them.
    pub physical: u64,
    pub header: u64,
    pub rows: u64,
    pub blank: u64,
    /// Lines that should be rows and cannot be read.
    pub bad: u64,
}

/// Counts the lines of a file with this ending.
pub fn count(extension: &str, mut source: impl BufRead) -> io::Result<Lines> {
    match extension {
        "json" => elements(source),
        "xml" | "plist" => list(&mut source),
        "csv" => table(&mut source, ','),
        "tsv" => table(&mut source, '\t'),
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

fn list(source: &mut impl Read) -> io::Result<Lines> {
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

fn table(source: &mut impl Read, separator: char) -> io::Result<Lines> {
    let mut lines = Lines::default();
    let mut bytes = Vec::new();
    loop {
        let before = bytes.len();
        source.take((WINDOW - before.min(WINDOW)) as u64 + 1).read_to_end(&mut bytes)?;
        let is_last = bytes.len() <= WINDOW;
        // a record that begins near the end may go on in the next window
        let whole = if is_last { bytes.len() } else { line_end(&bytes, WINDOW - LONGEST / 2) };
        let (text, _) = decoded(&bytes[..whole]);
        let mut taken = whole;
        let mut next = 1;
        for record in Records::new(&text, separator) {
            if let (Ok(record), Cow::Borrowed(text)) = (&record, &text)
                && !is_last
            {
                let begins = record.raw.as_ptr().addr() - text.as_ptr().addr();
                if begins + LONGEST > text.len() {
                    taken = whole - (text.len() - begins);
                    lines.blank += record.line - next;
                    lines.lines += record.line - next;
                    next = record.line;
                    break;
                }
            }
            let (line, spans, is_blank) = match &record {
                Ok(record) => {
                    (record.line, record.lines, record.fields.iter().all(|field| field.trim().is_empty()))
                }
                Err(oversized) => (oversized.line, 1, false),
            };
            lines.blank += line - next;
            lines.lines += line - next + 1;
            next = line + spans;
            match record {
                Err(_) => lines.bad += 1,
                Ok(_) if is_blank => lines.blank += 1,
                Ok(_) if lines.header == 0 => lines.header = 1,
                Ok(_) => lines.rows += 1,
            }
        }
        if taken == whole {
            let behind = lines_of(&text).saturating_sub(next - 1);
            lines.blank += behind;
            lines.lines += behind;
            next += behind;
        }
        lines.physical += next - 1;
        drop(text);
        bytes.drain(..taken);
        if is_last {
            return Ok(lines);
        }
    }
}

/// The end of the last line that begins before `at`.
fn line_end(bytes: &[u8], at: usize) -> usize {
    let after = bytes.get(at..).unwrap_or_default();
    after.iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |end| at + end + 1)
}

#[cfg(test)]
mod tests {
    use super::{Lines, count};

    #[test]
    fn every_line_becomes_something() {
        let table = "A,B\r\n1,\"x\ny\"\r\n\r\n,\r\n2,z";
        let lines = count("csv", table.as_bytes()).unwrap();
        assert_eq!(lines, Lines { lines: 5, physical: 6, header: 1, rows: 2, blank: 2, bad: 0 });
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
}
