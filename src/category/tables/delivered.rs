//! The rows of a delivered file of any form: CSV in all of Apple's dialects, JSON, property lists.
//!
//! One row at a time is in memory; only a property list is read as a whole. What a row says is not asked here. A file may
//! hold several tables, of which each is a [`Part`]; of JSON the columns are only known when all rows have gone by.

mod value;

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::{self, BufRead, Read};

use serde_json::value::RawValue;

use crate::apple::json::{Elements, Ending, Piece, Stands};
use crate::apple::plist::{self, Value};
use crate::apple::sheet::Lines;
use crate::apple::table::Encoding;
use crate::apple::table::stacked::{self, Failed};
use crate::apple::text::{match_key, split};
use crate::category::tables::kind::{Known, column_key};
use value::{Members, cell_of, cell_of_list, keyed};

/// Bytes of the largest property list that is read.
const LARGEST_LIST: u64 = 64 << 20;

/// Columns of the widest table that is made: as many as SQLite holds, without the five that say where a row is from. Of a
/// part with more one more is told apart, which shows that it is too wide.
pub const MOST_COLUMNS: usize = 1_995;

/// Parts of a file. Apple's have some dozens.
const MOST_PARTS: usize = 4_096;

/// The columns of what has no names: the member of a document, and a value that is no object.
const KEY: &str = "key";
const VALUE: &str = "value";

/// The form of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// With this between its cells.
    Text(char),
    Json,
    List,
}

impl Form {
    /// By the ending of its name; `None` if it holds no table.
    pub fn of(name: &str) -> Option<Form> {
        match split(&match_key(name)).1 {
            "csv" => Some(Form::Text(',')),
            "tsv" => Some(Form::Text('\t')),
            "json" => Some(Form::Json),
            "xml" | "plist" => Some(Form::List),
            _ => None,
        }
    }
}

/// One table of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Its title, its number from 2, or the member of a document that it is; empty for the first or only one.
    pub name: String,
    /// Of its columns, as they were delivered but for the space around them; two may be the same.
    pub titles: Vec<String>,
    by_title: HashMap<(String, usize), usize>,
}

impl Part {
    fn new(name: &str) -> Self {
        Part { name: name.to_owned(), titles: Vec::new(), by_title: HashMap::new() }
    }

    /// The column of this title, the `nth` of those with it in one row; `None` if there are too many.
    fn column(&mut self, title: &str, nth: usize) -> Option<usize> {
        let key = (column_key(title), nth);
        if let Some(known) = self.by_title.get(&key) {
            return Some(*known);
        }
        if self.titles.len() > MOST_COLUMNS {
            return None;
        }
        self.titles.push(title.trim().to_owned());
        self.by_title.insert(key, self.titles.len() - 1);
        Some(self.titles.len() - 1)
    }

    /// The columns of these titles, in their order.
    fn columns<'t>(&mut self, titles: impl Iterator<Item = &'t str>) -> Vec<Option<usize>> {
        let mut seen: HashMap<String, usize> = HashMap::new();
        let mut column = |title: &str| {
            let nth = seen.entry(column_key(title)).or_default();
            *nth += 1;
            self.column(title, *nth - 1)
        };
        titles.map(&mut column).collect()
    }
}

/// A row, or a line that is none.
#[derive(Debug)]
pub struct Row<'r> {
    /// Which part it is of.
    pub part: usize,
    /// The physical line it begins on; of what has no lines its number. Both from 1.
    pub line: u64,
    pub says: Says<'r>,
}

/// What a line says.
#[derive(Debug)]
pub enum Says<'r> {
    /// The cells that are not empty, by their columns.
    Cells(&'r [(usize, Cow<'r, str>)]),
    /// It is no row of its table. This is what stands there.
    Odd(&'r str),
}

/// What a file came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted {
    pub lines: Lines,
    /// `None` for what has no lines.
    pub encoding: Option<Encoding>,
    /// What is wrong with its end.
    pub fault: Option<Fault>,
}

/// What is wrong with the end of a file, although all before it was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It ends before its end.
    Cut,
    /// Something stands behind its end.
    Trailing,
}

/// Why a file was not read to its end.
#[derive(Debug)]
pub enum Stopped {
    /// It cannot be read.
    Source(io::Error),
    /// It is no file of its form, or larger than any.
    Refused(&'static str),
    /// Who asked for the rows wants no more.
    Asker(io::Error),
}

/// What is done with every row; the parts are those that have begun.
pub type Each<'e> = dyn FnMut(&[Part], Row<'_>) -> io::Result<()> + 'e;

/// Reads a file from front to back, once; gives its parts as well.
///
/// # Errors
/// See [`Stopped`].
pub fn read(
    form: Form,
    known: &Known,
    source: impl BufRead,
    each: &mut Each<'_>,
) -> Result<(Vec<Part>, Counted), Stopped> {
    let mut reading = Reading { parts: Vec::new(), each };
    let counted = match form {
        Form::Text(separator) => reading.text(separator, known, source),
        Form::Json => reading.json(source),
        Form::List => reading.list(source),
    }?;
    Ok((reading.parts, counted))
}

struct Reading<'e, 'f> {
    parts: Vec<Part>,
    each: &'e mut Each<'f>,
}

impl Reading<'_, '_> {
    /// The part of this name; the last one where there are too many.
    fn part(&mut self, name: &str) -> usize {
        let found = self.parts.iter().rposition(|part| part.name == name);
        found.unwrap_or_else(|| {
            if self.parts.len() < MOST_PARTS {
                self.parts.push(Part::new(name));
            }
            self.parts.len() - 1
        })
    }

    fn text(&mut self, separator: char, known: &Known, source: impl Read) -> Result<Counted, Stopped> {
        /// The part that a table of the file is, and which of its columns each cell is of.
        type Table = (usize, Vec<Option<usize>>);
        let mut tables: Vec<Table> = Vec::new();
        let each_piece = &mut |piece: stacked::Piece<'_>| match piece {
            stacked::Piece::Header { table, title, columns: titles } => {
                let number = (table + 1).to_string();
                let part = self.part(title.unwrap_or(if table == 0 { "" } else { &number }));
                let titles = titles.iter().map(AsRef::as_ref);
                tables.push((
                    part,
                    self.parts.get_mut(part).map(|part| part.columns(titles)).unwrap_or_default(),
                ));
                Ok(())
            }
            stacked::Piece::Row { table, line, cells } => {
                let Some((part, columns)) = tables.get(table) else { return Ok(()) };
                let cells = cells.iter().zip(columns).filter(|(cell, _)| !cell.trim().is_empty());
                let cells: Vec<(usize, Cow<'_, str>)> =
                    cells.filter_map(|(cell, at)| Some(((*at)?, Cow::Borrowed(&**cell)))).collect();
                (self.each)(&self.parts, Row { part: *part, line, says: Says::Cells(&cells) })
            }
            stacked::Piece::Odd { table, line, raw } => {
                // it may stand before any table
                let part = tables.get(table).map_or_else(|| self.part(""), |(part, _)| *part);
                (self.each)(&self.parts, Row { part, line, says: Says::Odd(raw) })
            }
        };
        let counted = stacked::read(source, separator, &|record| known.knows(record), each_piece);
        match counted {
            Ok(counted) => Ok(Counted { lines: counted.lines, encoding: counted.encoding, fault: None }),
            Err(Failed::Source(error)) => Err(Stopped::Source(error)),
            Err(Failed::Caller(error)) => Err(Stopped::Asker(error)),
        }
    }

    fn json(&mut self, source: impl BufRead) -> Result<Counted, Stopped> {
        let mut elements = Elements::new(source);
        let mut lines = Lines::default();
        let mut number = 0;
        while let Some(piece) = elements.next().map_err(Stopped::Source)? {
            number += 1;
            let (name, key, text) = match &piece {
                Piece::Element(element) => match element.stands {
                    Stands::InArray => (element.member.unwrap_or_default(), None, element.text),
                    Stands::Apart => ("", element.member, element.text),
                },
                Piece::Oversized(_) => ("", None, &[][..]),
            };
            let part = self.part(name);
            let is_row = match serde_json::from_slice::<&RawValue>(text) {
                Ok(value) => {
                    self.value(part, number, key, value)?;
                    true
                }
                Err(_) => {
                    let raw = String::from_utf8_lossy(text);
                    self.give(Row { part, line: number, says: Says::Odd(&raw) })?;
                    false
                }
            };
            if is_row { lines.rows += 1 } else { lines.bad += 1 }
        }
        let fault = match elements.ending() {
            Ending::Cut if number > 0 => Some(Fault::Cut),
            Ending::Trailing => Some(Fault::Trailing),
            Ending::Cut | Ending::Whole | Ending::Ahead => None,
        };
        self.without_a_name();
        Ok(Counted { lines, encoding: None, fault })
    }

    /// A row of a value: its members, or the value itself.
    fn value(&mut self, part: usize, line: u64, key: Option<&str>, value: &RawValue) -> Result<(), Stopped> {
        let members = serde_json::from_str::<Members<'_>>(value.get());
        let pairs: Vec<(Cow<'_, str>, Option<Cow<'_, str>>)> = match members {
            Ok(Members(members)) => members.into_iter().map(|(name, value)| (name, cell_of(value))).collect(),
            Err(_) => vec![(VALUE.into(), cell_of(value))],
        };
        self.pairs(part, line, key, pairs)
    }

    fn pairs(
        &mut self,
        part: usize,
        line: u64,
        key: Option<&str>,
        pairs: Vec<(Cow<'_, str>, Option<Cow<'_, str>>)>,
    ) -> Result<(), Stopped> {
        let pairs: Vec<_> =
            key.map(|key| (KEY.into(), Some(Cow::Borrowed(key)))).into_iter().chain(pairs).collect();
        let titles = pairs.iter().map(|(title, _)| title.as_ref());
        let columns = self.parts.get_mut(part).map(|part| part.columns(titles)).unwrap_or_default();
        let cells = pairs.into_iter().zip(columns);
        let cells: Vec<(usize, Cow<'_, str>)> =
            cells.filter_map(|((_, cell), at)| Some((at?, cell.filter(|cell| !cell.is_empty())?))).collect();
        self.give(Row { part, line, says: Says::Cells(&cells) })
    }

    fn give(&mut self, row: Row<'_>) -> Result<(), Stopped> {
        (self.each)(&self.parts, row).map_err(Stopped::Asker)
    }

    fn list(&mut self, source: impl Read) -> Result<Counted, Stopped> {
        let mut bytes = Vec::new();
        source.take(LARGEST_LIST + 1).read_to_end(&mut bytes).map_err(Stopped::Source)?;
        if bytes.len() as u64 > LARGEST_LIST {
            return Err(Stopped::Refused("it is larger than any property list of Apple's"));
        }
        if bytes.trim_ascii().is_empty() {
            return Ok(Counted { lines: Lines::default(), encoding: None, fault: None });
        }
        let list = plist::parse(&bytes).map_err(|_| {
            Stopped::Refused("it is no property list, one cut short, or a larger one than any of Apple's")
        })?;
        drop(bytes);
        let part = self.part("");
        let mut rows = 0;
        let mut add = |key: Option<String>, value: Value| {
            rows += 1;
            let pairs: Vec<(Cow<'_, str>, Option<Cow<'_, str>>)> = match value {
                Value::Dictionary(pairs) => {
                    pairs.into_iter().map(|(name, value)| (name.into(), cell_of_list(&value))).collect()
                }
                other => vec![(VALUE.into(), cell_of_list(&other))],
            };
            self.pairs(part, rows, key.as_deref(), pairs)
        };
        match list {
            Value::Array(values) => values.into_iter().try_for_each(|value| match keyed(value) {
                Ok((key, value)) => add(Some(key), value),
                Err(value) => add(None, value),
            })?,
            Value::Dictionary(pairs) => {
                pairs.into_iter().try_for_each(|(key, value)| add(Some(key), value))?
            }
            other => add(None, other)?,
        }
        Ok(Counted { lines: Lines { rows, ..Lines::default() }, encoding: None, fault: None })
    }

    /// The only array of a document is its table; what stands beside several arrays keeps its name.
    fn without_a_name(&mut self) {
        let is_of_members = self.parts.iter().any(|part| part.name.is_empty());
        if let ([only], false) = (self.parts.as_mut_slice(), is_of_members) {
            only.name.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{Form, Row, Says, read};
    use crate::category::tables::kind::Known;

    /// The rows by part, each `title=cell` or what is odd.
    fn rows(name: &str, text: &str) -> (BTreeMap<String, Vec<String>>, (u64, u64)) {
        type Given = (usize, Vec<(usize, String)>, Option<String>);
        let mut given: Vec<Given> = Vec::new();
        let known = Known::by_name(name);
        let mut each = |_: &[super::Part], row: Row<'_>| {
            match row.says {
                Says::Cells(cells) => given.push((
                    row.part,
                    cells.iter().map(|(at, cell)| (*at, cell.to_string())).collect(),
                    None,
                )),
                Says::Odd(raw) => given.push((row.part, Vec::new(), Some(raw.to_owned()))),
            }
            Ok(())
        };
        let (parts, counted) =
            read(Form::of(name).unwrap(), &known, text.as_bytes(), &mut each).expect("it can be read");
        let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (part, cells, odd) in given {
            let cells: Vec<String> =
                cells.iter().map(|(at, cell)| format!("{}={cell}", parts[part].titles[*at])).collect();
            let text = odd.map_or_else(|| cells.join(" "), |odd| format!("odd {odd}"));
            found.entry(parts[part].name.clone()).or_default().push(text);
        }
        (found, (counted.lines.rows, counted.lines.bad))
    }

    fn expected(parts: &[(&str, &[&str])]) -> BTreeMap<String, Vec<String>> {
        let owned = |rows: &[&str]| rows.iter().map(|row| (*row).to_owned()).collect();
        parts.iter().map(|(name, rows)| ((*name).to_owned(), owned(rows))).collect()
    }

    #[test]
    fn every_form() {
        let list = |inner: &str| format!("<plist version=\"1.0\">{inner}</plist>");
        for (name, text, parts, counts) in [
            ("a.csv", "A, B ,A\n1,,3\n4,5,\n", &[("", &["A=1 A=3", "A=4 B=5"][..])][..], (2, 0)),
            ("a.csv", "", &[], (0, 0)),
            (
                "a.json",
                "[{\"b\":1,\"a\":\"x\\ny\",\"c\":null,\"d\":[1, 2]},{\"a\":12345678901234567890},7]",
                &[("", &["b=1 a=x\ny d=[1, 2]", "a=12345678901234567890", "value=7"])],
                (3, 0),
            ),
            ("a.json", "{\"events\":[{\"a\":1}]}", &[("", &["a=1"])], (1, 0)),
            (
                "a.json",
                "{\"n\":2,\"x\":{\"a\":1},\"e\":[{\"a\":1}],\"f\":[3]}",
                &[("", &["key=n value=2", "key=x a=1"]), ("e", &["a=1"]), ("f", &["value=3"])],
                (4, 0),
            ),
            ("a.json", "[{\"a\":1},{\"a\":]", &[("", &["a=1", "odd {\"a\":]"])], (1, 1)),
            (
                "a.xml",
                &list(
                    "<dict><key>Home</key><dict><key>added_at</key><string>x</string><key>t</key><array><date>2020-01-02T03:04:05Z</date></array></dict></dict>",
                ),
                &[("", &["key=Home added_at=x t=[\"2020-01-02T03:04:05Z\"]"])],
                (1, 0),
            ),
            (
                "a.xml",
                &list(
                    "<array><dict><key>Home</key><dict><key>a</key><integer>1</integer></dict></dict><dict><key>a</key><integer>2</integer></dict></array>",
                ),
                &[("", &["key=Home a=1", "a=2"])],
                (2, 0),
            ),
            (
                "a.plist",
                &list("<array><string>x</string><true/></array>"),
                &[("", &["value=x", "value=true"])],
                (2, 0),
            ),
        ] {
            assert_eq!(rows(name, text), (expected(parts), counts), "{name} {text}");
        }
    }
}
