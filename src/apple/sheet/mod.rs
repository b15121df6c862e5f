//! A table of Apple's: columns found by the names in its header, rows mended, and every line accounted for.
//!
//! It knows which columns a kind of table has only from the [`Form`] that it is given. A row is never lost because of
//! its neighbours, or because one of its values is bad.
//!
//! The surprise: Apple's lists of notes do not quote titles, whatever commas and quotes they hold. So a row is
//! not what a CSV reader says it is. Of all ways to put its pieces into columns the one counts in which the stamps,
//! numbers and flags stand where they belong.

mod mend;
pub mod passage;

use std::borrow::Cow;
use std::io::Read;

use crate::apple::stamp::{self, Stamp};
use crate::apple::table::{self, Encoding, Oversized, Record, Records, yes_or_no};
use crate::problem::Code;
use crate::problem::refusal::{Refusal, refused};

use mend::Layout;
use passage::Passages;

/// A table with more rows is none of Apple's.
const MOST_ROWS: usize = 1_000_000;

/// Faults beyond this number are counted, not described.
const MOST_FAULTS: usize = 1_000;

/// Records among which a header is looked for. Apple writes up to four lines before it.
const HEADER_WITHIN: usize = 32;

/// What is wrong with a row that has nothing but its first cell.
const LONE_CELL: &str = "it has a single cell";

/// Known names that make a record a header.
const ENOUGH_NAMES: usize = 2;

/// What a cell of a column may look like.
pub type Looks = fn(&str) -> bool;

/// What stands in a column.
#[derive(Debug, Clone, Copy)]
pub enum Holds {
    /// Whatever an owner wrote, commas, quotes and line breaks too; mostly it looks so.
    Text(Looks),
    /// A value, which has no comma in it and looks so, or is empty.
    Value(Looks),
}

/// A column that is known.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// Its spellings, as [`column_key`](table::column_key) has them, the newest first.
    pub names: &'static [&'static str],
    pub holds: Holds,
}

/// The columns of a kind of table, in the order in which Apple delivers them.
#[derive(Debug, Clone, Copy)]
pub struct Form<const N: usize>(pub [Column; N]);

/// How the columns were found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Header {
    /// By position: the first record is a row, or there is none.
    #[default]
    Absent,
    /// By name, whatever their order.
    Named,
    /// By position, after a first record that is neither a row nor names a column we know.
    Unknown,
}

/// What became of each line. A *line* is a logical one: a record, however many physical lines it spans, or a blank.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Lines {
    pub lines: u64,
    /// As an editor counts them.
    pub physical: u64,
    /// The header, and its repetitions.
    pub header: u64,
    pub rows: u64,
    /// What stands before the header.
    pub preamble: u64,
    /// What stands after the last row and is none.
    pub footer: u64,
    /// Nothing, or nothing but separators.
    pub blank: u64,
    /// Lines that should be rows and cannot be read.
    pub bad: u64,
}

impl Lines {
    /// Whether every line became something.
    pub fn add_up(&self) -> bool {
        self.lines == self.header + self.rows + self.preamble + self.footer + self.blank + self.bad
    }
}

/// A row, or values of it, that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The physical line it begins on, from 1.
    pub line: u64,
    /// What is wrong, without the place: "its `Size` is not a number: `x`".
    pub message: String,
}

/// A table, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet<R> {
    /// In file order.
    pub rows: Vec<R>,
    /// The first 1,000 faults, in file order. A row with a bad value is in `rows` too.
    pub faults: Vec<Fault>,
    /// How many more faults there are.
    pub more_faults: u64,
    pub lines: Lines,
    pub header: Header,
    pub encoding: Encoding,
    /// Bytes of memory that the rows take, at most.
    pub weight: usize,
}

/// The cells of one row, in the order of the form.
#[derive(Debug)]
pub struct Cells<'t, const N: usize> {
    /// The physical line it begins on, from 1.
    pub line: u64,
    cells: [Option<Cow<'t, str>>; N],
    faults: Vec<String>,
}

impl<const N: usize> Cells<'_, N> {
    /// What stands there, as it is; `None` if the table has no such column or the row ends before it.
    pub fn verbatim(&self, column: usize) -> Option<&str> {
        self.cells.get(column)?.as_deref()
    }

    /// Without the space around it, or `""`.
    pub fn text(&self, column: usize) -> &str {
        self.verbatim(column).unwrap_or_default().trim()
    }

    /// Yes or no; an empty flag says neither.
    pub fn flag(&mut self, column: usize, title: &str) -> Option<bool> {
        self.value(column, title, "neither yes nor no", yes_or_no)
    }

    pub fn number(&mut self, column: usize, title: &str) -> Option<u64> {
        self.value(column, title, "not a number", |text| text.parse().ok())
    }

    /// What a clock showed, if it is a date.
    pub fn stamp(&mut self, column: usize, title: &str) -> Option<Stamp> {
        self.value(column, title, "not a date", |text| stamp::parse(text).ok()).flatten()
    }

    fn value<T>(
        &mut self,
        column: usize,
        title: &str,
        fault: &str,
        read: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        const SHOWN: usize = 60;
        let text = self.text(column);
        if stamp::is_nothing(text) {
            return None;
        }
        let value = read(text);
        if value.is_none() {
            let shown: String = text.chars().take(SHOWN).collect();
            let more = if shown.len() < text.len() { "…" } else { "" };
            self.faults.push(format!("its `{title}` is {fault}: `{shown}{more}`"));
        }
        value
    }
}

/// Reads a table of any size, in any encoding and state of repair, using at most `room` bytes of memory for its rows.
/// `row` makes a row of its cells, or says why it is none.
///
/// # Errors
/// If it cannot be read, or if there are more than 1,000,000 rows, or more than `room` has space for.
pub fn read<R, const N: usize>(
    source: impl Read,
    form: &Form<N>,
    room: usize,
    mut row: impl FnMut(&mut Cells<'_, N>) -> Result<R, &'static str>,
) -> Result<Sheet<R>, Refusal> {
    let mut passages = Passages::new(source);
    let mut reader =
        Reader { form, separator: ',', header_at: None, layout: None, room, pending: Pending::default() };
    let mut sheet = Sheet {
        rows: Vec::new(),
        faults: Vec::new(),
        more_faults: 0,
        lines: Lines::default(),
        header: Header::Absent,
        encoding: Encoding::Utf8,
        weight: 0,
    };
    // lines that are part of a record, and those of the passage that need not come again
    let (mut spanned, mut done) = (0, 0);
    while let Some(passage) = passages.next(done).map_err(|error| refused(&error))? {
        if passage.before == 0 {
            (reader.separator, reader.header_at) = beginning(passage.text, form);
        }
        done = passage.last.unwrap_or_default();
        let mut records = Records::new(passage.text, reader.separator);
        while let Some(record) = records.next() {
            let (Ok(Record { line, .. }) | Err(Oversized { line })) = record;
            if passage.last.is_some_and(|last| line > last) {
                done = line - 1;
                break;
            }
            sheet.lines.lines += 1;
            match record.and_then(|record| reader.unless_a_lone_quote(record, &mut records)) {
                Ok(mut record) => {
                    spanned += record.lines;
                    done = done.max(line + record.lines - 1);
                    record.line += passage.before;
                    reader.take(record, &mut sheet, &mut row)?;
                }
                Err(Oversized { line }) => {
                    spanned += 1;
                    sheet.lines.bad += 1;
                    sheet.note(passage.before + line, "it is longer than any row of Apple's".to_owned());
                }
            }
        }
        if passage.last.is_none() {
            sheet.lines.physical = passage.before + table::lines_of(passage.text);
            // as where the file was cut
            let ends_open = !passage.text.is_empty() && !passage.text.ends_with(['\n', '\r']);
            reader.finish(if ends_open { Last::Cut } else { Last::Whole }, &mut sheet);
        }
    }
    sheet.encoding = passages.encoding().unwrap_or(sheet.encoding);
    let blank = sheet.lines.physical.saturating_sub(spanned);
    sheet.lines.blank += blank;
    sheet.lines.lines += blank;
    Ok(sheet)
}

/// Whether a file that begins so is a table of this form, whatever its name: its header has the first four columns of
/// the form. A few thousand bytes are enough.
pub fn looks_like<const N: usize>(first_bytes: &[u8], form: &Form<N>) -> bool {
    const ENOUGH: usize = 8192;
    let text = table::decode(first_bytes.get(..ENOUGH).unwrap_or(first_bytes));
    [',', ';', '\t'].into_iter().filter(|separator| text.contains(*separator)).any(|separator| {
        Records::new(&text, separator).take(HEADER_WITHIN).flatten().any(|record| {
            Layout::named(form, &record.fields).is_some_and(|layout| layout.begins_as_the_form())
        })
    })
}

/// The separator, and the line of the header: a comma, or what a spreadsheet put in its place.
fn beginning<const N: usize>(text: &str, form: &Form<N>) -> (char, Option<u64>) {
    let header = |separator| {
        let mut records = Records::new(text, separator).take(HEADER_WITHIN).flatten();
        records.find(|record| Layout::named(form, &record.fields).is_some()).map(|record| record.line)
    };
    let found = [',', ';', '\t'].into_iter().find_map(|separator| Some((separator, header(separator)?)));
    found.map_or((',', None), |(separator, line)| (separator, Some(line)))
}

/// What is known while the records of a table go by.
struct Reader<'f, const N: usize> {
    form: &'f Form<N>,
    separator: char,
    /// The line of the header.
    header_at: Option<u64>,
    layout: Option<Layout<N>>,
    room: usize,
    /// Lines of a single cell since the last row: a footer, unless another row follows.
    pending: Pending,
}

/// Lines that wait for what follows them.
#[derive(Default)]
struct Pending {
    count: u64,
    /// Where the first stand; faults beyond them are counted only.
    first: Vec<u64>,
    last: u64,
}

impl Pending {
    fn push(&mut self, line: u64) {
        self.count += 1;
        self.last = line;
        if self.first.len() < MOST_FAULTS {
            self.first.push(line);
        }
    }
}

/// Whether the last line of a table has an end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Last {
    Whole,
    Cut,
}

impl<'f, const N: usize> Reader<'f, N> {
    /// A record of several lines is one only if it is not two rows with a lone quote in the first.
    fn unless_a_lone_quote<'t>(
        &self,
        record: Record<'t>,
        records: &mut Records<'t>,
    ) -> Result<Record<'t>, Oversized> {
        let Some(layout) = self.layout.filter(|_| record.lines > 1) else { return Ok(record) };
        let is_row = |record: &Record<'_>| layout.mend(self.form, record, self.separator).is_certain;
        let mut after = records.clone();
        let alone = after.first_line_alone(record.clone())?;
        let next = after.next().and_then(Result::ok).and_then(|next| match next.lines {
            1 => Some(next),
            _ => after.first_line_alone(next).ok(),
        });
        if is_row(&alone) && next.is_some_and(|next| is_row(&next)) {
            return records.first_line_alone(record);
        }
        Ok(record)
    }

    fn take<R>(
        &mut self,
        record: Record<'_>,
        sheet: &mut Sheet<R>,
        row: &mut impl FnMut(&mut Cells<'_, N>) -> Result<R, &'static str>,
    ) -> Result<(), Refusal> {
        if record.fields.iter().all(|field| field.trim().is_empty()) {
            sheet.lines.blank += 1;
            return Ok(());
        }
        if self.header_at.is_some_and(|line| record.line < line) {
            sheet.lines.preamble += 1;
            return Ok(());
        }
        if let Some(named) = Layout::named(self.form, &record.fields) {
            sheet.header = Header::Named;
            sheet.lines.header += 1;
            self.layout = Some(named);
            return Ok(());
        }
        let layout = match self.layout {
            Some(layout) => layout,
            None => {
                let layout = Layout::by_position();
                self.layout = Some(layout);
                if !layout.mend(self.form, &record, self.separator).is_certain {
                    sheet.header = Header::Unknown;
                    sheet.lines.header += 1;
                    return Ok(());
                }
                layout
            }
        };
        if record.fields.len() == 1 && layout.count() > 1 {
            self.pending.push(record.line);
            return Ok(());
        }
        self.settle(sheet);
        if sheet.rows.len() >= MOST_ROWS {
            return Err((Code::LimitExceeded, format!("more than {MOST_ROWS} rows are none of Apple's")));
        }
        let cells = layout.mend(self.form, &record, self.separator).cells;
        let mut cells = Cells { line: record.line, cells, faults: Vec::new() };
        match row(&mut cells) {
            Ok(row) => {
                let weight = size_of::<R>() * 2 + record.raw.len() * 2 + 64;
                sheet.weight = sheet.weight.saturating_add(weight);
                if sheet.weight > self.room {
                    return Err(too_much());
                }
                sheet.lines.rows += 1;
                sheet.rows.push(row);
            }
            Err(why) => {
                sheet.lines.bad += 1;
                cells.faults.insert(0, why.to_owned());
            }
        }
        if !cells.faults.is_empty() {
            sheet.note(record.line, cells.faults.join("; "));
        }
        Ok(())
    }

    /// What looked like a footer stands before a row, and so is none.
    fn settle<R>(&mut self, sheet: &mut Sheet<R>) {
        let pending = std::mem::take(&mut self.pending);
        sheet.lines.bad += pending.count;
        sheet.more_faults += pending.count - pending.first.len() as u64;
        for line in pending.first {
            sheet.note(line, LONE_CELL.to_owned());
        }
    }

    /// The last line is no footer if it was cut.
    fn finish<R>(&mut self, last: Last, sheet: &mut Sheet<R>) {
        let pending = std::mem::take(&mut self.pending);
        sheet.lines.footer += pending.count;
        if last == Last::Cut && pending.count > 0 {
            sheet.lines.footer -= 1;
            sheet.lines.bad += 1;
            sheet.note(pending.last, LONE_CELL.to_owned());
        }
    }
}

impl<R> Sheet<R> {
    fn note(&mut self, line: u64, message: String) {
        if self.faults.len() < MOST_FAULTS {
            self.faults.push(Fault { line, message });
        } else {
            self.more_faults += 1;
        }
    }
}

fn too_much() -> Refusal {
    (
        Code::LimitExceeded,
        "its rows would take more memory than all lists of an export together may".to_owned(),
    )
}

#[cfg(test)]
mod tests;
