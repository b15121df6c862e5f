//! Apple's details: `Photo Details.csv`, `Photo Details-1.csv` and so on, one row for each photo or video.
//!
//! A row is never lost because of its neighbours, or because one of its values is bad. Columns are found by
//! the names in the header, but a file without a known header is read too, by position: the two-column form
//! of about 2021 was seen without any record of what its header says, and spreadsheets drop headers.

use crate::apple::fingerprint::Fingerprint;
use crate::apple::{date, part_name, table, text};
use crate::category::photos::lists;
use crate::category::photos::lists::columns::{self, Columns};
use crate::contents::Excerpt;
use crate::problem::Code;
use crate::problem::refusal::Refusal;
use chrono::{DateTime, Utc};
use std::borrow::Cow;
use table::{Oversized, Record, Records};

/// A file with more rows is not Apple's, whose files have 40 to 330.
const MOST_ROWS: usize = 1_000_000;

/// Bad rows beyond this number are counted, not described.
const MOST_BAD: usize = 1_000;

/// What a details file says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Details {
    /// In file order.
    pub rows: Vec<Row>,
    /// The first 1,000 rows that could not be read in full, in file order, one each.
    pub bad: Vec<BadRow>,
    /// How many more bad rows there are.
    pub more_bad: u64,
    pub header: Header,
}

/// How the columns of a details file were found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Header {
    /// By position: the first record is a row (or there is none).
    #[default]
    Absent,
    /// By name, whatever their order.
    Named,
    /// By position, after a first record that is neither a row nor names a column we know.
    Unknown,
}

/// One row: what Photos knew about one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The line it begins on, from 1.
    pub line: u32,
    /// The bare file name, verbatim. Not unique, and its case may differ from the file's (immich-go #1314).
    pub name: Excerpt,
    pub checksum: Checksum,
    /// Like the other flags, `None` where the file has no such column; an empty or unreadable flag means no.
    pub favorite: Option<bool>,
    /// Whether it is hidden in Photos.
    pub hidden: Option<bool>,
    /// Whether it lies in `Recently Deleted`.
    pub deleted: Option<bool>,
    /// When it was taken, to the minute, as Photos shows it: with the owner's corrections.
    pub created: Option<DateTime<Utc>>,
    /// When it came into iCloud.
    pub imported: Option<DateTime<Utc>>,
    /// How often it was looked at.
    pub view_count: Option<u64>,
}

impl Row {
    /// Bytes of memory that it takes, here and while it is matched.
    pub(super) fn weight(&self) -> usize {
        let checksum = match &self.checksum {
            Checksum::Opaque(text) => text.len(),
            Checksum::Absent | Checksum::Fingerprint(_) => 0,
        };
        size_of::<Row>() + lists::ROW_IN_MATCH + self.name.len() + checksum
    }
}

/// The `fileChecksum` of a row.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Checksum {
    /// Empty, or no such column.
    Absent,
    /// It can be checked.
    Fingerprint(Fingerprint),
    /// Anything else, such as the keyed scheme that begins with `0x04`. It proves nothing and is no sign of
    /// damage.
    Opaque(Box<str>),
}

/// A row, or values of it, that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadRow {
    /// The line it begins on, from 1.
    pub line: u64,
    /// What is wrong, without the place: "it names no file".
    pub message: String,
}

/// Reads a details file in any encoding and state of repair, using at most `room` bytes of memory for its
/// rows. A row with a value that cannot be read is both in `rows`, without that value, and in `bad`. Records
/// over 1 MiB or of more than 1,024 fields are bad. The caller limits the size of `bytes`.
///
/// # Errors
/// If there are more than 1,000,000 rows, or more than `room` has space for.
pub fn parse(bytes: &[u8], mut room: usize) -> Result<Details, Refusal> {
    let text = table::decode(bytes);
    let mut records = Records::new(&text, separator_of(&text));
    let mut details = Details::default();
    // the names of all rows, and where each of them ends
    let (mut names, mut ends) = (String::new(), Vec::new());
    let mut columns: Option<Columns> = None;
    let mut first = true;
    while let Some(record) = records.next() {
        let record = match record.and_then(|record| in_bounds(record, columns.as_ref(), &mut records)) {
            Ok(record) => record,
            Err(Oversized { line }) => {
                details.note(line, "it is longer than any row of Apple's".to_owned());
                continue;
            }
        };
        let is_first = std::mem::take(&mut first);
        let may_be_header = is_first || columns::names_img_name(&record.fields);
        let named = may_be_header.then(|| Columns::named(&record.fields)).flatten();
        if let Some(named) = named.filter(|named| is_first || named.is_certain()) {
            // somebody joined files: a second header is no row
            details.header = Header::Named;
            columns = Some(named);
            continue;
        }
        if is_first && !columns::is_row(&record.fields) {
            details.header = Header::Unknown;
            continue;
        }
        if details.rows.len() >= MOST_ROWS {
            return Err((Code::LimitExceeded, format!("more than {MOST_ROWS} rows are none of Apple's")));
        }
        let columns = columns.get_or_insert_with(|| Columns::by_position(&record.fields));
        let mut reader = RowReader { fields: columns.mend(record.fields), faults: Vec::new() };
        // no list that is read has more lines than four bytes can count
        let line = u32::try_from(record.line).unwrap_or(u32::MAX);
        if let Some(row) = reader.row(line, columns, &mut names) {
            let start = ends.last().copied().unwrap_or(0);
            ends.push(names.len());
            room = room.checked_sub(row.weight() + names.len() - start).ok_or_else(lists::too_much)?;
            if details.rows.len() == details.rows.capacity() {
                // not doubled: the old rows are still in memory while they are copied
                details.rows.reserve_exact(details.rows.len() / 4 + 64);
            }
            details.rows.push(row);
        }
        if !reader.faults.is_empty() {
            details.note(record.line, reader.faults.join("; "));
        }
    }
    details.rows.shrink_to_fit();
    for (row, name) in details.rows.iter_mut().zip(Excerpt::in_turn(names, ends)) {
        row.name = name;
    }
    Ok(details)
}

/// Whether a file that begins so holds details, whatever its name: the header names `imgName` and at least two
/// of the other columns. A few hundred bytes are enough.
pub fn looks_like_details(first_bytes: &[u8]) -> bool {
    const ENOUGH: usize = 8192;
    let text = table::decode(first_bytes.get(..ENOUGH).unwrap_or(first_bytes));
    first_record(&text, separator_of(&text))
        .and_then(|record| Columns::named(&record.fields))
        .is_some_and(|columns| columns.is_certain())
}

/// `Photo Details.csv`, `Photo Details-12.csv`, and copies of them such as `Photo Details (1).csv`.
pub fn is_details_name(name: &str) -> bool {
    number_after("photo details", name).is_some()
}

/// `Shared Library Details.csv`, `Shared Library Details-1.csv` and copies.
pub fn is_shared_library_name(name: &str) -> bool {
    number_after("shared library details", name).is_some()
}

/// A key that sorts details files as Apple numbered them. The one without a number is the first; files that
/// only their content gives away come last.
pub fn order(name: &str) -> (u64, &str) {
    let number = number_after("photo details", name).or_else(|| number_after("shared library details", name));
    (number.unwrap_or(u64::MAX), name)
}

/// The number in `Photo Details-12.csv`, 0 without; `None` if the file is not called so.
fn number_after(title: &str, name: &str) -> Option<u64> {
    let (stem, extension) = text::split(name.trim());
    if !extension.eq_ignore_ascii_case("csv") {
        return None;
    }
    match part_name::without_copy_marks(&stem.to_lowercase()).strip_prefix(title)? {
        "" => Some(0),
        rest => {
            let number = rest.strip_prefix('-')?;
            let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
            is_number.then(|| number.parse().unwrap_or(u64::MAX))
        }
    }
}

impl Details {
    fn note(&mut self, line: u64, message: String) {
        if self.bad.len() < MOST_BAD {
            self.bad.push(BadRow { line, message });
        } else {
            self.more_bad += 1;
        }
    }
}

/// The comma, or what a spreadsheet put in its place; the header tells.
fn separator_of(text: &str) -> char {
    let gives_header = |&separator: &char| {
        first_record(text, separator)
            .and_then(|record| Columns::named(&record.fields))
            .is_some_and(|columns| columns.others() > 0)
    };
    [',', ';', '\t'].into_iter().find(gives_header).unwrap_or(',')
}

fn first_record(text: &str, separator: char) -> Option<Record<'_>> {
    let mut records = Records::new(text, separator);
    let record = records.next()?.ok()?;
    in_bounds(record, None, &mut records).ok()
}

/// A record may span several lines only if no field but the name has line breaks. Otherwise a lone quote has
/// swallowed rows, and only the first line is the record.
fn in_bounds<'t>(
    record: Record<'t>,
    columns: Option<&Columns>,
    records: &mut Records<'t>,
) -> Result<Record<'t>, Oversized> {
    let name = columns.map_or(0, |columns| columns.name);
    let least = columns.map_or(2, |columns| columns.count.min(2));
    let breaks = |field: &Cow<str>| field.contains(['\n', '\r']);
    let elsewhere = || record.fields.iter().enumerate().any(|(index, field)| index != name && breaks(field));
    if record.lines > 1 && (record.fields.len() < least || elsewhere()) {
        return records.first_line_alone(record);
    }
    Ok(record)
}

/// Reads the values of one row and collects what is wrong with them.
struct RowReader<'t> {
    fields: Vec<Cow<'t, str>>,
    faults: Vec<String>,
}

impl RowReader<'_> {
    /// The row, whose name is put behind those of the rows before it and is not in it yet.
    fn row(&mut self, line: u32, columns: &Columns, names: &mut String) -> Option<Row> {
        let name = self.fields.get(columns.name).filter(|name| !name.trim().is_empty());
        let Some(name) = name else {
            self.faults.push("it names no file".to_owned());
            return None;
        };
        names.push_str(name);
        let flag = |text: &str| {
            if text.is_empty() { Some(false) } else { table::yes_or_no(text) }
        };
        let mut flag = |title, column| {
            self.value(title, column, "neither yes nor no", flag).map(Option::unwrap_or_default)
        };
        let [favorite, hidden, deleted] = [
            flag("favorite", columns.favorite),
            flag("hidden", columns.hidden),
            flag("deleted", columns.deleted),
        ];
        let mut date = |title, column| {
            self.value(title, column, "not a date", |text| date::parse(text).ok()).flatten().flatten()
        };
        let [created, imported] =
            [date("originalCreationDate", columns.created), date("importDate", columns.imported)];
        let count = |text: &str| {
            if text.is_empty() { Some(None) } else { text.parse().ok().map(Some) }
        };
        let view_count =
            self.value("viewCount", columns.view_count, "not a number", count).flatten().flatten();
        let checksum =
            self.text(columns.checksum).filter(|text| !text.is_empty()).map_or(Checksum::Absent, |text| {
                Fingerprint::parse(text).map_or_else(|| Checksum::Opaque(text.into()), Checksum::Fingerprint)
            });
        let name = Excerpt::default();
        Some(Row { line, name, checksum, favorite, hidden, deleted, created, imported, view_count })
    }

    fn text(&self, column: Option<usize>) -> Option<&str> {
        self.fields.get(column?).map(|field| field.trim())
    }

    /// `None` if the row has no such column, `Some(None)` if its value cannot be read, which is noted.
    fn value<T>(
        &mut self,
        title: &str,
        column: Option<usize>,
        fault: &str,
        read: impl Fn(&str) -> Option<T>,
    ) -> Option<Option<T>> {
        const SHOWN: usize = 60;
        let text = self.text(column)?;
        let value = read(text);
        if value.is_none() {
            let shown: String = text.chars().take(SHOWN).collect();
            let more = if shown.len() < text.len() { "…" } else { "" };
            self.faults.push(format!("its `{title}` is {fault}: `{shown}{more}`"));
        }
        Some(value)
    }
}

#[cfg(test)]
mod tests;
