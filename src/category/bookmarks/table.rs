//! The CSV form: `Title,URL,modifiedOn,favorite,deleted`.
//!
//! Columns are found by name. A row with a comma too many is put right from its ends, because the last columns cannot
//! hold one and an address shows where it begins; a row that stays unclear is named and counted, never dropped in
//! silence.

use std::borrow::Cow;
use std::io::Read;

use crate::apple::sheet::passage::Passages;
use crate::apple::table::{Record, Records, lines_of, yes_or_no};
use crate::category::bookmarks::{Bookmark, File, Stamp, date, too_many};
use crate::problem::Code;
use crate::problem::refusal::{Refusal, refused};

/// Records before the header that are preamble; behind them no header is looked for.
const LONGEST_PREAMBLE: usize = 8;

/// Where each column stands.
#[derive(Debug, Clone, Copy)]
struct Columns {
    title: Option<usize>,
    url: usize,
    modified: Option<usize>,
    favourite: Option<usize>,
    deleted: Option<usize>,
    count: usize,
}

impl Columns {
    /// The columns, if this record is a header: it names the address and at least one other.
    fn of(record: &Record<'_>) -> Option<Self> {
        let names: Vec<String> = record.fields.iter().map(|name| name.trim().to_lowercase()).collect();
        let place = |wanted: &[&str]| names.iter().position(|name| wanted.contains(&name.as_str()));
        let columns = Columns {
            title: place(&["title", "name"]),
            url: place(&["url", "address"])?,
            modified: place(&["modifiedon", "modified on", "modified", "lastmodified", "last modified"]),
            favourite: place(&["favorite", "favourite"]),
            deleted: place(&["deleted"]),
            count: names.len(),
        };
        (columns.title.is_some() || columns.modified.is_some()).then_some(columns)
    }

    /// Whether this record is the header once more.
    fn are_again(&self, record: &Record<'_>) -> bool {
        Columns::of(record).is_some_and(|again| again.url == self.url && again.count == self.count)
    }

    /// Whether they stand in the order that Apple gives them.
    fn is_usual(&self) -> bool {
        (self.title, self.url, self.modified) == (Some(0), 1, Some(2))
            && (self.favourite, self.deleted, self.count) == (Some(3), Some(4), 5)
    }
}

/// Whether a file that begins so is such a table: its first line names the columns that Apple gives it.
pub fn looks_like(first_bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(first_bytes);
    let first = text.trim_start_matches('\u{feff}').lines().next().unwrap_or_default();
    let header = Records::new(first, separator(first)).next();
    header
        .and_then(Result::ok)
        .and_then(|record| Columns::of(&record))
        .is_some_and(|columns| columns.is_usual())
}

/// Reads a table of any size, using at most `room` bytes of memory for its bookmarks.
///
/// # Errors
/// If it cannot be read or has no header of bookmarks, or if there are more of them than `room` has space for.
pub fn read(source: impl Read, room: usize) -> Result<File, Refusal> {
    let mut passages = Passages::new(source);
    let mut file = File::default();
    let (mut columns, mut comma) = (None, ',');
    // lines that are part of a record, and those of the passage that need not come again
    let (mut spanned, mut done) = (0, 0);
    while let Some(passage) = passages.next(done).map_err(|error| refused(&error))? {
        if passage.before == 0 {
            comma = separator(passage.text);
        }
        done = passage.last.unwrap_or_default();
        for record in Records::new(passage.text, comma) {
            let (at, lines) = match &record {
                Ok(record) => (record.line, record.lines),
                Err(oversized) => (oversized.line, 1),
            };
            if passage.last.is_some_and(|last| at > last) {
                done = at - 1;
                break;
            }
            done = done.max(at + lines - 1);
            spanned += lines;
            file.lines.lines += 1;
            let line = passage.before + at;
            match (record, columns) {
                (Err(_), _) => file.is_bad(line, "it is longer than any bookmark"),
                (Ok(record), None) => {
                    columns = Columns::of(&record);
                    match columns {
                        Some(_) => file.lines.header += 1,
                        None => file.lines.preamble += 1,
                    }
                    if file.lines.preamble > LONGEST_PREAMBLE as u64 {
                        return Err(neither());
                    }
                }
                (Ok(record), Some(known)) if known.are_again(&record) => file.lines.header += 1,
                (Ok(record), Some(known)) => match row(&record, &known, comma) {
                    Ok(bookmark) => file.add(bookmark, record.raw.len(), room).ok_or_else(too_many)?,
                    Err(why) => file.is_bad(line, why),
                },
            }
        }
        if passage.last.is_none() {
            file.lines.physical = passage.before + lines_of(passage.text);
        }
    }
    columns.ok_or_else(neither)?;
    file.encoding = passages.encoding();
    file.lines.blank = file.lines.physical.saturating_sub(spanned);
    file.lines.lines += file.lines.blank;
    Ok(file)
}

fn neither() -> Refusal {
    (Code::BadRow, "it has neither form of bookmarks".to_owned())
}

impl File {
    /// Counts a line that cannot be read.
    fn is_bad(&mut self, line: u64, why: &'static str) {
        const MOST_SAID: usize = 1_000;
        self.lines.bad += 1;
        if self.bad.len() < MOST_SAID {
            self.bad.push((line, why));
        }
    }
}

fn row(record: &Record<'_>, columns: &Columns, separator: char) -> Result<Bookmark, &'static str> {
    let extra = record.fields.get(columns.count..).unwrap_or_default();
    let whole: Vec<Cow<'_, str>>;
    let fields = if extra.iter().all(|cell| cell.trim().is_empty()) {
        &record.fields
    } else {
        let mended = columns.is_usual().then(|| mended(&record.fields, separator)).flatten();
        whole = mended.ok_or("it has more cells than the table has columns")?;
        &whole
    };
    let field = |column: Option<usize>| column.and_then(|at| fields.get(at)).map_or("", |field| field.trim());
    let raw = field(columns.modified);
    let url = field(Some(columns.url));
    if url.is_empty() && field(columns.title).is_empty() {
        return Err("it has neither a title nor an address");
    }
    Ok(Bookmark {
        title: field(columns.title).to_owned(),
        url: url.to_owned(),
        folder: None,
        added: None,
        modified: (!is_null(raw)).then(|| Stamp { raw: raw.to_owned(), utc: date::read(raw) }),
        favourite: yes_or_no(field(columns.favourite)) == Some(true),
        deleted: yes_or_no(field(columns.deleted)) == Some(true),
        reading_list: false,
        note: String::new(),
    })
}

/// What Apple writes for nothing.
fn is_null(text: &str) -> bool {
    ["", "N/A", "null", "-"].contains(&text)
}

/// The five cells of a row that commas without quotes cut into more.
fn mended<'f>(fields: &[Cow<'f, str>], separator: char) -> Option<Vec<Cow<'f, str>>> {
    let joined = |fields: &[Cow<'f, str>]| -> String {
        let mut text = String::new();
        for (at, field) in fields.iter().enumerate() {
            if at > 0 {
                text.push(separator);
            }
            text.push_str(field);
        }
        text
    };
    let (rest, flags) = fields.split_at_checked(fields.len().checked_sub(2)?)?;
    if flags.iter().any(|flag| yes_or_no(flag).is_none()) {
        return None;
    }
    // a date without quotes is cut at its comma
    let (rest, date) = [1, 2].into_iter().find_map(|cells| {
        let (rest, date) = rest.split_at_checked(rest.len().checked_sub(cells)?)?;
        let date = joined(date);
        date::read(&date).is_some().then_some((rest, date))
    })?;
    let has_scheme = |field: &&Cow<'_, str>| {
        let scheme =
            field.trim_start().split(':').next().filter(|scheme| scheme.len() < field.trim_start().len());
        scheme.is_some_and(|scheme| {
            !scheme.is_empty() && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b))
        })
    };
    // what looks like a scheme in a title (`Re: that`) is followed by a space
    let is_address = |field: &&Cow<'_, str>| has_scheme(field) && !field.contains(": ");
    let at = rest.iter().position(|field| is_address(&field))?;
    let (title, url) = rest.split_at_checked(at)?;
    let cells = [joined(title), joined(url), date].map(Cow::Owned);
    Some(cells.into_iter().chain(flags.iter().cloned()).collect())
}

/// A comma, or what a spreadsheet in another language made of it.
fn separator(text: &str) -> char {
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let count = |separator: char| first.matches(separator).count();
    [',', ';', '\t'].into_iter().rev().max_by_key(|separator| count(*separator)).unwrap_or(',')
}
