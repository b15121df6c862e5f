//! `_sources`: every delivered file, and what became of each of its lines.

use std::fmt;

use crate::apple::sheet::Lines;
use crate::apple::table::Encoding;
use crate::records::Records;
use crate::records::cell::{Text, number};

/// What became of a delivered file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counted {
    /// A table: each of its lines became something.
    Lines(Lines),
    /// What has items and no lines: JSON, property lists, HTML, vCards, iCalendar, mail.
    Rows(u64),
    /// A file that nobody looks into: the owner's own.
    Nothing,
}

/// A delivered file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Source<'s> {
    pub archive: &'s str,
    /// Its path in the archive, below the wrapper.
    pub entry: &'s str,
    pub size: u64,
    pub blake3: blake3::Hash,
    /// How its text was read, where it was.
    pub encoding: Option<Encoding>,
    pub counted: Counted,
    /// The file with the same bytes whose rows count.
    pub duplicate_of: Option<SourceId>,
}

/// Which file of those that were added.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceId(i64);

/// A table of which lines fell out, or are counted twice: a fault of this program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unaccounted {
    pub archive: String,
    pub entry: String,
    pub lines: u64,
    /// The sum of what its lines became.
    pub became: u64,
}

impl fmt::Display for Unaccounted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Unaccounted { archive, entry, lines, became } = self;
        write!(f, "`{entry}` in `{archive}` has {lines} lines, of which {became} are accounted for")
    }
}

impl Source<'_> {
    /// The fault, if its lines do not add up.
    pub fn unaccounted(&self) -> Option<Unaccounted> {
        let Counted::Lines(lines) = &self.counted else { return None };
        let became = [lines.header, lines.rows, lines.preamble, lines.footer, lines.blank, lines.bad];
        (!lines.add_up()).then(|| Unaccounted {
            archive: self.archive.to_owned(),
            entry: self.entry.to_owned(),
            lines: lines.lines,
            became: became.into_iter().fold(0, u64::saturating_add),
        })
    }
}

pub(super) fn insert(records: &Records, source: &Source<'_>) -> rusqlite::Result<SourceId> {
    let lines = |of: fn(&Lines) -> u64| match &source.counted {
        Counted::Lines(lines) => Some(number(of(lines))),
        Counted::Rows(_) | Counted::Nothing => None,
    };
    let rows = match source.counted {
        Counted::Rows(rows) => Some(number(rows)),
        Counted::Lines(_) | Counted::Nothing => lines(|lines| lines.rows),
    };
    let id = records.insert(
        "INSERT INTO _sources (archive, entry, size, blake3, encoding, lines, physical_lines, header_lines, rows, \
         preamble, footer, blank, bad, duplicate_of) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
        &[
            &Text::new(source.archive).required(),
            &Text::new(source.entry).required(),
            &number(source.size),
            &source.blake3.to_hex().as_str(),
            &source.encoding.map(Encoding::as_str),
            &lines(|lines| lines.lines),
            &lines(|lines| lines.physical),
            &lines(|lines| lines.header),
            &rows,
            &lines(|lines| lines.preamble),
            &lines(|lines| lines.footer),
            &lines(|lines| lines.blank),
            &lines(|lines| lines.bad),
            &source.duplicate_of.map(|SourceId(id)| id),
        ],
    )?;
    Ok(SourceId(id))
}
