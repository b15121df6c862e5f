//! What a line of a file may be: blank, a record or too long; and a record that is a footer or a header only if what
//! follows says so.

use std::borrow::Cow;

use super::begin::{looks_like_titles, titles_of};

/// A line of the file by what stands on it.
#[derive(Debug)]
pub(super) enum Seen<'t> {
    Blank { lines: u64, physical: u64 },
    Record(Record<'t>),
    TooLong { line: u64 },
}

#[derive(Debug, Clone)]
pub(super) struct Record<'t> {
    pub(super) line: u64,
    /// How many physical lines it spans.
    pub(super) lines: u64,
    pub(super) cells: Vec<Cow<'t, str>>,
    pub(super) raw: Cow<'t, str>,
}

impl Record<'_> {
    pub(super) fn into_owned(self) -> Record<'static> {
        let cells = self.cells.into_iter().map(|cell| Cow::Owned(cell.into_owned())).collect();
        Record { line: self.line, lines: self.lines, cells, raw: Cow::Owned(self.raw.into_owned()) }
    }
}

/// The table that goes on.
pub(super) struct Table {
    pub(super) columns: Vec<Cow<'static, str>>,
}

impl Table {
    /// Whether the cells fill the columns; empty ones may follow.
    pub(super) fn fits(&self, cells: &[Cow<'_, str>]) -> bool {
        let beyond = cells.get(self.columns.len()..);
        beyond.is_some_and(|beyond| beyond.iter().all(|cell| cell.trim().is_empty()))
    }

    pub(super) fn is_header(&self, cells: &[Cow<'_, str>]) -> bool {
        let mut both = self.columns.iter().zip(cells);
        both.all(|(title, cell)| cell.trim() == *title) && self.fits(cells)
    }

    /// Whether these are titles, some the same as the columns', some not.
    pub(super) fn is_succeeded_by(&self, cells: &[Cow<'_, str>]) -> bool {
        let titles = titles_of(cells);
        titles.iter().any(|title| self.columns.contains(title))
            && titles != self.columns
            && looks_like_titles(&titles)
    }
}

/// A line that is a footer, unless a row follows.
pub(super) struct Pending {
    pub(super) line: u64,
    /// The physical line behind it.
    pub(super) after: u64,
    pub(super) raw: String,
    pub(super) is_too_long: bool,
    /// Whether it stands behind a blank line, with nothing of the table between.
    pub(super) is_fresh: bool,
}

/// What a record may be that waits for the next one.
#[derive(Clone, Copy)]
pub(super) enum Maybe {
    /// A header behind a blank line.
    Header,
    /// A title behind a blank line that begins with a quote.
    QuotedTitle,
    /// A title directly behind a row.
    Title,
}
