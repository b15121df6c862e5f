//! Placeholder for a reader that is on its way.
use std::borrow::Cow;
use std::io::{self, Read};

use crate::apple::sheet::Lines;
use crate::apple::table::Encoding;
use crate::apple::table::windows::{Line, Windows};

pub enum Piece<'t> {
    Header { table: usize, title: Option<&'t str>, columns: &'t [Cow<'t, str>], line: u64 },
    Row { table: usize, line: u64, cells: &'t [Cow<'t, str>] },
    Odd { table: usize, line: u64, raw: &'t str },
}

#[derive(Debug, Clone, Copy)]
pub struct Counted {
    pub lines: Lines,
    pub encoding: Option<Encoding>,
}

#[derive(Debug)]
pub enum Failed<E> {
    Source(io::Error),
    Caller(E),
}

pub fn read<E>(
    source: impl Read,
    separator: char,
    _knows: &dyn Fn(&[Cow<'_, str>]) -> bool,
    each: &mut dyn FnMut(Piece<'_>) -> Result<(), E>,
) -> Result<Counted, Failed<E>> {
    let mut lines = Lines::default();
    let mut count = None;
    let mut windows = Windows::new(source);
    let mut failed = None;
    while let Some(text) = windows.next_text().map_err(Failed::Source)? {
        windows.lines(&text, separator, |line| {
            let result = match line {
                Line::Blank(n) => {
                    lines.lines += n;
                    lines.physical += n;
                    lines.blank += n;
                    Ok(())
                }
                Line::Oversized => {
                    lines.lines += 1;
                    lines.bad += 1;
                    Ok(())
                }
                Line::Record(record) => {
                    lines.lines += 1;
                    lines.physical += record.lines;
                    if record.fields.iter().all(|f| f.trim().is_empty()) {
                        lines.blank += 1;
                        Ok(())
                    } else if count.is_none() {
                        count = Some(record.fields.len());
                        lines.header += 1;
                        let columns: Vec<Cow<'_, str>> =
                            record.fields.iter().map(|f| f.trim().to_owned().into()).collect();
                        each(Piece::Header { table: 0, title: None, columns: &columns, line: record.line })
                    } else if count == Some(record.fields.len()) {
                        lines.rows += 1;
                        each(Piece::Row { table: 0, line: record.line, cells: &record.fields })
                    } else {
                        lines.bad += 1;
                        each(Piece::Odd { table: 0, line: record.line, raw: record.raw })
                    }
                }
            };
            if let Err(e) = result {
                failed.get_or_insert(e);
            }
        });
        if let Some(e) = failed.take() {
            return Err(Failed::Caller(e));
        }
    }
    Ok(Counted { lines, encoding: windows.encoding() })
}
