//! What a table looks like: its form, its columns by Apple's titles, how many rows it has, and what stands in them.
//!
//! Read from front to back in windows, so a table may have any size. A record counts as a header only if it is made of
//! titles of Apple's; where none is, the columns have numbers. Tables that follow each other in one file are told apart
//! by their headers.

use std::collections::BTreeSet;
use std::io::{self, Read};

use serde::Serialize;

use crate::apple::table::windows::{Line, Windows};
use crate::apple::table::{Encoding, Record, Records};
use crate::structure::columns::{Told, Vocabulary};
use crate::structure::form::Forms;
use crate::structure::words;

/// Records among which the first header is looked for.
const HEADER_WITHIN: usize = 32;

/// Tables of one file that are told apart.
const MOST_TABLES: usize = 100;

/// Separators that tables have.
const SEPARATORS: [char; 3] = [',', ';', '\t'];

/// One table, or several files of the same columns.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Table {
    /// How many files have it.
    pub files: u64,
    /// How the bytes were read.
    pub encodings: BTreeSet<&'static str>,
    /// What stands between cells.
    pub separators: BTreeSet<&'static str>,
    /// What stands between lines.
    pub line_ends: BTreeSet<&'static str>,
    /// The line above the header, where it is made of Apple's words.
    pub title: Option<String>,
    /// Lines before the header.
    pub preamble: u64,
    /// How often the header comes again.
    pub repeated_headers: u64,
    /// Lines that are neither headers nor blank.
    pub rows: u64,
    /// Rows that begin with a quote.
    pub quoted_rows: u64,
    /// Rows with more or fewer cells than the header; what stands in them is not told.
    pub ragged_rows: u64,
    /// Lines with nothing in them.
    pub blank: u64,
    /// Rows that are longer than any of Apple's.
    pub oversized: u64,
    /// In the order of the header.
    pub columns: Vec<Column>,
}

/// One column.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Column {
    /// As delivered; `None` where it could be somebody's, or there is no header.
    pub title: Option<String>,
    /// Whether nothing is told of its values because they say who or where somebody is.
    pub sensitive: bool,
    /// What its values look like.
    #[serde(flatten)]
    pub forms: Forms,
    /// Its values, where it is a column of types, reasons, flags or currencies.
    pub vocabulary: Option<Vocabulary>,
}

impl Column {
    fn new(title: Option<&str>) -> Self {
        let told = title.map_or(Told::Forms, Told::of);
        Column {
            title: title.map(str::to_owned),
            sensitive: told == Told::Nothing,
            vocabulary: Vocabulary::of(told),
            forms: Forms::default(),
        }
    }

    fn add(&mut self, value: &str) {
        if self.sensitive {
            return self.forms.add_unseen(value);
        }
        self.forms.add(value);
        if let Some(vocabulary) = self.vocabulary.as_mut().filter(|_| !value.trim().is_empty()) {
            vocabulary.add(value);
        }
    }
}

impl Table {
    /// Whether two tables have the same columns, in the same order.
    pub fn has_the_columns_of(&self, other: &Table) -> bool {
        let titles =
            |table: &Table| table.columns.iter().map(|column| column.title.clone()).collect::<Vec<_>>();
        self.title == other.title && titles(self) == titles(other)
    }

    /// Joins a table of the same columns.
    pub fn join(&mut self, other: Table) {
        self.files += other.files;
        self.encodings.extend(other.encodings);
        self.separators.extend(other.separators);
        self.line_ends.extend(other.line_ends);
        self.preamble += other.preamble;
        self.repeated_headers += other.repeated_headers;
        self.rows += other.rows;
        self.quoted_rows += other.quoted_rows;
        self.ragged_rows += other.ragged_rows;
        self.blank += other.blank;
        self.oversized += other.oversized;
        for (column, more) in self.columns.iter_mut().zip(other.columns) {
            column.forms.join(more.forms);
            if let (Some(vocabulary), Some(more)) = (&mut column.vocabulary, more.vocabulary) {
                vocabulary.join(more);
            }
        }
    }
}

/// The tables of a file, in their order; there is at least one.
///
/// # Errors
/// If the file cannot be read.
pub fn read(source: impl Read) -> io::Result<Vec<Table>> {
    let mut windows = Windows::new(source);
    let mut reader = Reader::default();
    let mut separator = None;
    while let Some(text) = windows.next_text()? {
        if separator.is_none() {
            reader.table.line_ends = line_ends(&text);
            reader.table.encodings = windows.encoding().map(Encoding::as_str).into_iter().collect();
        }
        let separator = *separator.get_or_insert_with(|| separator_of(&text));
        reader.table.separators.insert(match separator {
            ';' => "semicolon",
            '\t' => "tab",
            _ => "comma",
        });
        windows.lines(&text, separator, |line| match line {
            Line::Blank(lines) => reader.blank(lines),
            Line::Record(record) => reader.take(&record),
            Line::Oversized => reader.table.oversized += 1,
        });
    }
    Ok(reader.finish())
}

/// The separator by which the first lines are a header, else the comma.
fn separator_of(text: &str) -> char {
    let is_header = |record: &Record<'_>| titles(record).is_some();
    let has_header = |separator: &char| {
        Records::new(text, *separator).take(HEADER_WITHIN).flatten().any(|record| is_header(&record))
    };
    SEPARATORS.into_iter().find(has_header).unwrap_or(',')
}

fn line_ends(text: &str) -> BTreeSet<&'static str> {
    let bytes = text.as_bytes();
    let crlf = bytes.windows(2).filter(|pair| pair == b"\r\n").count();
    let count = |end: u8| bytes.iter().filter(|byte| **byte == end).count();
    [("CR LF", crlf > 0), ("LF", count(b'\n') > crlf), ("CR", count(b'\r') > crlf)]
        .into_iter()
        .filter_map(|(name, has)| has.then_some(name))
        .collect()
}

/// The titles of a record, if it is a header.
fn titles<'r>(record: &'r Record<'_>) -> Option<Vec<Option<&'r str>>> {
    let cells: Vec<&str> = record.fields.iter().map(AsRef::as_ref).collect();
    if cells.len() < 2 { None } else { words::titles(&cells) }
}

/// What is known while the records of a file go by.
#[derive(Default)]
struct Reader {
    done: Vec<Table>,
    table: Table,
    has_header: bool,
    /// Whether the line before was blank or a title, so that another table may begin.
    may_begin: bool,
    /// A line of one cell, which may be the title of the next table.
    pending: Option<Option<String>>,
    records: usize,
}

impl Reader {
    fn blank(&mut self, lines: u64) {
        self.table.blank += lines;
        self.may_begin |= lines > 0;
    }

    fn take(&mut self, record: &Record<'_>) {
        self.records += 1;
        if record.fields.iter().all(|field| field.trim().is_empty()) {
            return self.blank(1);
        }
        if let Some(titles) = titles(record) {
            let is_first = !self.has_header && self.table.rows == 0 && self.records <= HEADER_WITHIN;
            let is_again = self.has_header && self.has_titles(&titles);
            let is_another = self.has_header && self.may_begin && self.done.len() < MOST_TABLES;
            // a title in one word too many is one that nobody knows, but a further header has none
            let is_sure = || record.fields.iter().all(|field| words::is_apples(field));
            if is_again && self.pending.is_none() {
                self.table.repeated_headers += 1;
                return;
            }
            if is_first || is_another && is_sure() {
                return self.begin(&titles);
            }
        }
        if record.fields.len() == 1 && (!self.has_header || self.table.columns.len() > 1) {
            self.settle();
            let title =
                record.fields.first().map(|field| field.trim()).filter(|field| words::is_apples(field));
            self.pending = Some(title.map(str::to_owned));
            self.may_begin = true;
            return;
        }
        self.settle();
        self.may_begin = false;
        self.table.rows += 1;
        self.table.quoted_rows += u64::from(record.raw.trim_start().starts_with('"'));
        if !self.has_header && self.table.columns.is_empty() {
            self.table.columns = record.fields.iter().map(|_| Column::new(None)).collect();
        }
        if record.fields.len() != self.table.columns.len() {
            self.table.ragged_rows += 1;
            return;
        }
        for (column, value) in self.table.columns.iter_mut().zip(&record.fields) {
            column.add(value);
        }
    }

    fn has_titles(&self, titles: &[Option<&str>]) -> bool {
        let columns = self.table.columns.iter().map(|column| column.title.as_deref());
        columns.len() == titles.len() && columns.zip(titles).all(|(column, title)| column == *title)
    }

    /// A line of one cell that was no title.
    fn settle(&mut self) {
        if self.pending.take().is_none() {
            return;
        }
        if self.has_header || self.table.rows > 0 {
            self.table.rows += 1;
            self.table.ragged_rows += 1;
        } else {
            self.table.preamble += 1;
        }
    }

    fn begin(&mut self, titles: &[Option<&str>]) {
        let pending = self.pending.take();
        if self.has_header {
            let next = Table {
                encodings: self.table.encodings.clone(),
                separators: self.table.separators.clone(),
                line_ends: self.table.line_ends.clone(),
                ..Table::default()
            };
            self.done.push(std::mem::replace(&mut self.table, next));
        }
        self.table.preamble += u64::from(pending.is_some());
        self.table.title = pending.flatten();
        self.table.columns = titles.iter().map(|title| Column::new(*title)).collect();
        self.has_header = true;
        self.may_begin = false;
    }

    fn finish(mut self) -> Vec<Table> {
        self.settle();
        self.done.push(self.table);
        for table in &mut self.done {
            table.files = 1;
        }
        self.done
    }
}

#[cfg(test)]
mod tests {
    use super::{Table, read};
    use proptest::prelude::{any, prop, proptest};

    fn told(tables: &[Table]) -> String {
        serde_json::to_string(tables).unwrap()
    }

    #[test]
    fn a_table_of_apples() {
        let text = "Title, Created On, Pinned, Deleted\r\n\
                    Garden plan,02-25-2023 08:01:02,No,No\r\n\
                    Leeks, beans, dill,05-30-2022 20:01:10,Yes,No\r\n\
                    \r\n\
                    \"Boat, \"\"old\"\"\",05-07-2022 20:01:10,Yes,\r\n";
        let tables = read(text.as_bytes()).unwrap();
        let [table] = tables.as_slice() else { panic!("{tables:?}") };
        let titles: Vec<&str> = table.columns.iter().flat_map(|column| column.title.as_deref()).collect();
        assert_eq!(titles, ["Title", " Created On", " Pinned", " Deleted"]);
        assert_eq!((table.rows, table.ragged_rows, table.quoted_rows, table.blank), (3, 1, 1, 1));
        assert_eq!(table.line_ends.iter().copied().collect::<Vec<_>>(), ["CR LF"]);
        let forms: Vec<&str> = table.columns[1].forms.forms.keys().map(AsRef::as_ref).collect();
        assert_eq!(forms, ["??-??-YYYY HH:MM:SS", "MM-DD-YYYY HH:MM:SS"]);
        let pinned = table.columns[2].vocabulary.as_ref().unwrap();
        assert_eq!(pinned.members.keys().collect::<Vec<_>>(), ["No", "Yes"]);
        assert_eq!((table.columns[3].forms.filled, table.columns[3].forms.empty), (1, 1));
        for value in ["Garden", "Leeks", "beans", "Boat", "2023", "08:01"] {
            assert!(!told(&tables).contains(value), "{value}");
        }
    }

    #[test]
    fn tables_above_each_other() {
        let text = "iCloud: Device registration from an iCloud enabled device\n\
                    \"Date\",\"Event Code\",\"Device Type\"\n\
                    \"2026-01-03 08:00:00\",\"reboot\",\"iPhone\"\n\
                    \n\
                    For Ann\n\
                    \"Date\",\"Count\",\"File Capture Date\"\n\
                    \"2026-01-04 09:10:11\",\"1\",\"2021-05-06\"\n\
                    Date,Count,File Capture Date\n";
        let tables = read(text.as_bytes()).unwrap();
        let [first, second] = tables.as_slice() else { panic!("{tables:?}") };
        assert_eq!((first.rows, first.preamble, second.rows, second.preamble), (1, 1, 1, 1));
        assert_eq!((second.repeated_headers, second.title.as_deref()), (1, None));
        assert!(!told(&tables).contains("Ann"));
    }

    #[test]
    fn no_header_no_titles() {
        let tables = read(&b"Ann Berg,Oslo\nBo,Bergen\n"[..]).unwrap();
        assert_eq!((tables[0].rows, tables[0].columns.len()), (2, 2));
        assert!(tables[0].columns.iter().all(|column| column.title.is_none()));
        assert_eq!(read(&b""[..]).unwrap().len(), 1);
    }

    proptest! {
        #[test]
        fn no_cell_is_told(
            rows in prop::collection::vec(prop::collection::vec("[qxzjvkw]{3,9}( [qxzjvkw]{3,9})?|[3-9]{9}", 5), 1..6),
            separator in "[,;\t]",
            is_headed in any::<bool>(),
        ) {
            let header = ["Title", "Created On", "Type", "Currency", "Event Type"].join(&separator);
            let lines = rows.iter().map(|row| row.join(&separator));
            let text: Vec<String> = is_headed.then_some(header).into_iter().chain(lines).collect();
            let told = told(&read(text.join("\n").as_bytes()).unwrap());
            for word in rows.iter().flatten().flat_map(|cell| cell.split(' ')) {
                assert!(!told.contains(word), "{word}: {told}");
            }
        }

        #[test]
        fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = read(&*bytes);
        }
    }
}
