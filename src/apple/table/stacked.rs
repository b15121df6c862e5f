//! Any table of Apple's, read from front to back: preambles, several tables in one file, titles above them, headers
//! that come again, footers.
//!
//! It never looks at what the cells mean, and it holds no more of a file than a window, its first thousand records and
//! the few lines that may still turn out to be a footer. Every line becomes one thing, and says which.
//!
//! The surprise is that a file does not say where its tables begin. The first one is found from the first records
//! together; each later one from the line behind a blank one and the line after that.

mod begin;
mod line;

use std::borrow::Cow;
use std::io::{self, Read};

use crate::apple::sheet::Lines;
use crate::apple::table::windows::{self, Windows};
use crate::apple::table::{Encoding, Reach};

use begin::{Beginning, cells_of, is_closed_by_quotes, is_quoted, looks_like_titles, title_of, titles_of};
use line::{Maybe, Pending, Record, Seen, Table};

/// Bytes that are looked at together; four times the reach of a record.
const WINDOW: usize = 4 << 20;

/// Lines that may wait for whether they are a footer.
const MOST_PENDING: usize = 64;

/// In a table of so many columns, text with line breaks does not look like rows by chance.
const NOT_BY_CHANCE: usize = 4;

/// A part of a file, in file order; only a line that may be a footer waits until that is settled.
#[derive(Debug)]
pub enum Piece<'t> {
    /// A table begins.
    Header {
        /// Its number in the file, from 0.
        table: usize,
        /// The line above it, where each table of the file has one.
        title: Option<&'t str>,
        /// Trimmed at their ends; at least one, and the last is not empty.
        columns: &'t [Cow<'t, str>],
    },
    /// As many cells as the header has columns, as they stand there. Its line is the physical one, from 1, here as below.
    Row { table: usize, line: u64, cells: &'t [Cow<'t, str>] },
    /// What should be a row and has other cells than the header, as it stands there; empty if it is too long.
    Odd { table: usize, line: u64, raw: &'t str },
}

/// What a file came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counted {
    pub lines: Lines,
    /// `None` of an empty file.
    pub encoding: Option<Encoding>,
}

/// Why a file was not read to its end.
#[derive(Debug, thiserror::Error)]
pub enum Failed<E> {
    /// It cannot be read.
    #[error(transparent)]
    Source(io::Error),
    /// Whoever takes the pieces wants no more.
    #[error("{0}")]
    Caller(E),
}

/// Reads a file with this separator. `knows` says whether cells, trimmed, are the header of a table that is known.
///
/// # Errors
/// If the file cannot be read, or if `each` fails.
pub fn read<E>(
    source: impl Read,
    separator: char,
    knows: &dyn Fn(&[Cow<'_, str>]) -> bool,
    each: &mut dyn FnMut(Piece<'_>) -> Result<(), E>,
) -> Result<Counted, Failed<E>> {
    read_in(Windows::of_size(WINDOW, Reach::FAR, source), separator, knows, each)
}

fn read_in<E>(
    mut windows: Windows<impl Read>,
    separator: char,
    knows: &dyn Fn(&[Cow<'_, str>]) -> bool,
    each: &mut dyn FnMut(Piece<'_>) -> Result<(), E>,
) -> Result<Counted, Failed<E>> {
    let mut reader = Reader {
        separator,
        knows,
        each,
        lines: Lines::default(),
        beginning: Some(Beginning::default()),
        is_titled: false,
        header_at: None,
        table: None,
        tables: 0,
        title: None,
        is_fresh: true,
        held: None,
        pending: Vec::new(),
    };
    let mut ends_open = false;
    while let Some(text) = windows.next_text().map_err(Failed::Source)? {
        if !text.is_empty() {
            ends_open = !text.ends_with(['\n', '\r']);
        }
        let mut cut = windows.cut(&text, separator);
        while let Some(mut line) = cut.next() {
            if let windows::Line::Record(record) = &line
                && reader.holds_rows(record)
            {
                line = cut.first_line_alone(record.clone());
            }
            reader.line(line).map_err(Failed::Caller)?;
        }
    }
    let lines = reader.finish(ends_open).map_err(Failed::Caller)?;
    Ok(Counted { lines, encoding: windows.encoding().filter(|_| lines.lines > 0) })
}

/// What is known while the lines of a file go by.
struct Reader<'r, E> {
    separator: char,
    knows: &'r dyn Fn(&[Cow<'_, str>]) -> bool,
    each: &'r mut dyn FnMut(Piece<'_>) -> Result<(), E>,
    lines: Lines,
    /// The first lines, until they are enough to tell what kind of file it is.
    beginning: Option<Beginning>,
    /// Whether each table stands under a title that is not quoted.
    is_titled: bool,
    /// The line of the first header.
    header_at: Option<u64>,
    table: Option<Table>,
    /// How many there were, with the present one.
    tables: usize,
    /// Of the table that begins with the next record.
    title: Option<String>,
    /// Whether there was no line of a table since the last blank one.
    is_fresh: bool,
    held: Option<(Record<'static>, Maybe)>,
    pending: Vec<Pending>,
}

impl<E> Reader<'_, E> {
    /// Whether a record of several lines is rather several rows, the first with a lone quote.
    fn holds_rows(&self, record: &crate::apple::table::Record<'_>) -> bool {
        if record.lines == 1 {
            return false;
        }
        let width = match (&self.table, &self.beginning) {
            (Some(table), None) => table.columns.len(),
            (_, Some(beginning)) => beginning.width().unwrap_or_default(),
            (None, None) => 0,
        };
        let mut lines = record.raw.split(['\n', '\r']).filter(|line| !line.is_empty());
        let is_row = |line: &str| line.matches(self.separator).count() + 1 == width;
        let (fits, fits_alone) = (record.fields.len() == width, lines.next().is_some_and(is_row));
        match (fits, fits_alone) {
            (_, false) => false,
            (false, true) => width > 1,
            (true, true) => width >= NOT_BY_CHANCE && lines.all(is_row),
        }
    }

    fn line(&mut self, line: windows::Line<'_>) -> Result<(), E> {
        let at = self.lines.physical + 1;
        let seen = match line {
            windows::Line::Blank(lines) => Seen::Blank { lines, physical: lines },
            windows::Line::Record(record) if record.fields.iter().all(|field| field.trim().is_empty()) => {
                Seen::Blank { lines: 1, physical: record.lines }
            }
            windows::Line::Record(record) => Seen::Record(Record {
                line: at,
                lines: record.lines,
                cells: record.fields,
                raw: Cow::Borrowed(record.raw),
            }),
            windows::Line::Oversized => Seen::TooLong { line: at },
        };
        let (lines, physical) = match &seen {
            Seen::Blank { lines, physical } => (*lines, *physical),
            Seen::Record(record) => (1, record.lines),
            Seen::TooLong { .. } => (1, 1),
        };
        self.lines.lines += lines;
        self.lines.physical += physical;
        if let Some(beginning) = &mut self.beginning {
            beginning.push(seen);
            return if beginning.is_enough() { self.begin() } else { Ok(()) };
        }
        self.take(seen)
    }

    /// Settles what kind of file it is, and takes the lines that were kept for that.
    fn begin(&mut self) -> Result<(), E> {
        let Some(beginning) = self.beginning.take() else { return Ok(()) };
        self.is_titled = beginning.is_titled();
        self.header_at = beginning.header(self.knows);
        beginning.lines.into_iter().try_for_each(|line| self.take(line))
    }

    fn take(&mut self, seen: Seen<'_>) -> Result<(), E> {
        if let Some((held, maybe)) = self.held.take() {
            let next = match &seen {
                Seen::Record(next) => Some(next),
                Seen::Blank { .. } | Seen::TooLong { .. } => None,
            };
            self.settle_held(held, maybe, next)?;
        }
        match seen {
            Seen::Blank { lines, .. } => {
                self.lines.blank += lines;
                self.is_fresh = true;
                Ok(())
            }
            Seen::TooLong { line } => self.wait(line, 1, Cow::Borrowed(""), true),
            Seen::Record(record) if self.is_titled => self.titled(record),
            Seen::Record(record) => self.untitled(record),
        }
    }

    /// A record of a file whose tables have titles.
    fn titled(&mut self, record: Record<'_>) -> Result<(), E> {
        if !is_quoted(&record.raw) {
            if self.is_fresh || self.table.is_none() {
                return self.entitle(&record);
            }
            self.held = Some((record.into_owned(), Maybe::Title));
            return Ok(());
        }
        if self.title.is_some() {
            return self.head(&record.cells);
        }
        let may_be_title = cells_of(&record.cells) == 1 || !is_closed_by_quotes(&record.raw);
        let is_header = self.table.as_ref().is_some_and(|table| table.is_header(&record.cells));
        if self.is_fresh && may_be_title && !is_header {
            self.held = Some((record.into_owned(), Maybe::QuotedTitle));
            return Ok(());
        }
        self.within(record)
    }

    fn untitled(&mut self, record: Record<'_>) -> Result<(), E> {
        if self.table.is_none() && self.header_at.is_some_and(|line| record.line < line) {
            self.lines.preamble += 1;
            return Ok(());
        }
        self.within(record)
    }

    /// A record that is no title and no preamble.
    fn within(&mut self, record: Record<'_>) -> Result<(), E> {
        let Some(table) = &self.table else { return self.head(&record.cells) };
        if table.is_header(&record.cells) {
            self.lines.header += 1;
            self.is_fresh = false;
            return Ok(());
        }
        let fits = table.fits(&record.cells);
        if self.is_fresh {
            let begins =
                (self.knows)(&titles_of(&record.cells)) || fits && table.is_succeeded_by(&record.cells);
            if begins {
                return self.head(&record.cells);
            }
            if !fits && cells_of(&record.cells) > 1 {
                self.held = Some((record.into_owned(), Maybe::Header));
                return Ok(());
            }
        }
        self.row_or_footer(record)
    }

    fn row_or_footer(&mut self, record: Record<'_>) -> Result<(), E> {
        let Some(table) = self.table.as_ref().filter(|table| table.fits(&record.cells)) else {
            return self.wait(record.line, record.lines, record.raw, false);
        };
        let columns = table.columns.len();
        self.flush_as_odd()?;
        self.is_fresh = false;
        self.lines.rows += 1;
        let table = self.number();
        let cells = record.cells.get(..columns).unwrap_or(&record.cells);
        (self.each)(Piece::Row { table, line: record.line, cells })
    }

    fn settle_held(
        &mut self,
        held: Record<'static>,
        maybe: Maybe,
        next: Option<&Record<'_>>,
    ) -> Result<(), E> {
        let goes_on = |next: &&Record<'_>| {
            self.table.as_ref().is_some_and(|table| table.fits(&next.cells))
                && !looks_like_titles(&titles_of(&next.cells))
        };
        let is_it = match (maybe, next) {
            (Maybe::Header, None) => looks_like_titles(&titles_of(&held.cells)),
            (Maybe::Header, Some(next)) => next.cells.len() == held.cells.len(),
            (Maybe::QuotedTitle, None) => false,
            (Maybe::QuotedTitle, Some(next)) => {
                cells_of(&next.cells) > 1 && is_quoted(&next.raw) && !goes_on(&next)
            }
            (Maybe::Title, next) => !next.as_ref().is_some_and(goes_on),
        };
        match (maybe, is_it) {
            (Maybe::Header, true) => self.head(&held.cells),
            (Maybe::QuotedTitle | Maybe::Title, true) => self.entitle(&held),
            (Maybe::QuotedTitle, false) if self.table.is_none() => self.within(held),
            (_, false) => self.row_or_footer(held),
        }
    }

    /// The record is the title of the table that comes.
    fn entitle(&mut self, record: &Record<'_>) -> Result<(), E> {
        self.end_table()?;
        self.lines.preamble += 1;
        self.title = Some(title_of(record));
        Ok(())
    }

    /// A table begins.
    fn head(&mut self, cells: &[Cow<'_, str>]) -> Result<(), E> {
        self.end_table()?;
        let columns: Vec<_> =
            titles_of(cells).into_iter().map(|title| Cow::Owned(title.into_owned())).collect();
        self.lines.header += 1;
        self.tables += 1;
        self.is_fresh = false;
        let title = self.title.take();
        let piece = Piece::Header { table: self.number(), title: title.as_deref(), columns: &columns };
        (self.each)(piece)?;
        self.table = Some(Table { columns });
        Ok(())
    }

    /// What waits is a footer of the table that ends; what stands behind a blank line belongs to what comes.
    fn end_table(&mut self) -> Result<(), E> {
        let number = self.number();
        for pending in self.pending.drain(..) {
            if pending.is_too_long {
                self.lines.bad += 1;
                (self.each)(Piece::Odd { table: number, line: pending.line, raw: "" })?;
            } else if pending.is_fresh && self.is_fresh {
                self.lines.preamble += 1;
            } else {
                self.lines.footer += 1;
            }
        }
        self.table = None;
        Ok(())
    }

    fn wait(&mut self, line: u64, lines: u64, raw: Cow<'_, str>, is_too_long: bool) -> Result<(), E> {
        self.pending.push(Pending {
            line,
            after: line + lines,
            raw: raw.into_owned(),
            is_too_long,
            is_fresh: self.is_fresh,
        });
        if self.pending.len() > MOST_PENDING { self.flush_as_odd() } else { Ok(()) }
    }

    /// What waits is no footer.
    fn flush_as_odd(&mut self) -> Result<(), E> {
        let table = self.number();
        for pending in self.pending.drain(..) {
            self.lines.bad += 1;
            (self.each)(Piece::Odd { table, line: pending.line, raw: &pending.raw })?;
        }
        Ok(())
    }

    /// The number of the table that goes on.
    fn number(&self) -> usize {
        self.tables.saturating_sub(1)
    }

    fn finish(mut self, ends_open: bool) -> Result<Lines, E> {
        self.begin()?;
        if let Some((held, maybe)) = self.held.take() {
            self.settle_held(held, maybe, None)?;
        }
        let is_cut = |pending: &Pending| ends_open && pending.after > self.lines.physical;
        let cut = self.pending.last().is_some_and(is_cut).then(|| self.pending.pop()).flatten();
        // a table that never comes has no preamble
        self.is_fresh = false;
        self.end_table()?;
        self.pending.extend(cut);
        self.flush_as_odd()?;
        Ok(self.lines)
    }
}

#[cfg(test)]
mod tests;
