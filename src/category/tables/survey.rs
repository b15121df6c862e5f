//! What there is in a delivered file of tables, learned by reading it once: its parts and their columns, which columns
//! hold dates, and what became of its lines.
//!
//! It holds nothing of what the cells say, so that a file of any size takes the memory of its titles.

use std::collections::BTreeMap;
use std::io::{self, BufRead};
use std::sync::Arc;

use crate::apple::sheet::Lines;
use crate::apple::table::Encoding;
use crate::apple::text::{match_key, split};
use crate::apple::when;
use crate::category::tables::delivered::{self, Fault, Form, MOST_COLUMNS, Part, Says, Stopped};
use crate::category::tables::kind::Known;
use crate::contents::ContentId;
use crate::problem::Code;
use crate::problem::refusal::{Refusal, refused};

/// What a file came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Survey {
    pub form: Form,
    pub known: Known,
    pub parts: Vec<Surveyed>,
    pub lines: Lines,
    /// `None` for what has no lines.
    pub encoding: Option<Encoding>,
    /// The first line that should be a row and is none.
    pub first_bad: Option<u64>,
    /// Whether a line is too long to be kept in a table.
    pub is_too_long: bool,
    /// What is wrong with its end.
    pub fault: Option<Fault>,
}

/// A table of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Surveyed {
    pub name: String,
    /// In the order of the file.
    pub columns: Vec<Column>,
    pub rows: u64,
}

/// A column of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// As it was delivered, but for the space around it.
    pub title: String,
    pub holds: Holds,
}

/// What the cells of a column are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Holds {
    /// None of them says anything.
    #[default]
    Nothing,
    /// All that say something are dates.
    Dates,
    /// Anything else.
    Texts,
}

/// What there is in each table. The same bytes are another table where the name of their file says so.
#[derive(Debug, Clone, Default)]
pub struct Surveys(BTreeMap<(ContentId, String), Arc<Survey>>);

impl Surveys {
    pub fn get(&self, content: ContentId, name: &str) -> Option<&Arc<Survey>> {
        self.0.get(&(content, named(name)))
    }

    pub fn insert(&mut self, content: ContentId, name: &str, survey: Survey) {
        self.0.insert((content, named(name)), Arc::new(survey));
    }
}

/// What the name of a file makes it: its kind and its form.
fn named(name: &str) -> String {
    format!("{}.{}", Known::by_name(name).slug, split(&match_key(name)).1)
}

impl Holds {
    fn add(&mut self, cell: &str, title: &str) {
        if *self != Holds::Texts && !when::is_null(cell) {
            *self = if when::read(cell, title).is_some() { Holds::Dates } else { Holds::Texts };
        }
    }

    /// What the cells of two columns are together.
    pub fn and(self, other: Holds) -> Holds {
        match (self, other) {
            (Holds::Nothing, holds) | (holds, Holds::Nothing) => holds,
            (Holds::Dates, Holds::Dates) => Holds::Dates,
            _ => Holds::Texts,
        }
    }
}

/// What a part has shown so far.
#[derive(Default)]
struct Shown {
    holds: Vec<Holds>,
    rows: u64,
}

impl Survey {
    /// Of the file with this name; `None` if it holds no table.
    ///
    /// # Errors
    /// If it cannot be read, or is no file of its form.
    pub fn of(name: &str, source: impl BufRead) -> Result<Option<Self>, Refusal> {
        let Some(form) = Form::of(name) else { return Ok(None) };
        let by_name = Known::by_name(name);
        let mut shown: Vec<Shown> = Vec::new();
        let (mut first_bad, mut is_too_long) = (None, false);
        let mut each = |parts: &[Part], row: delivered::Row<'_>| -> io::Result<()> {
            shown.resize_with(parts.len().max(shown.len()), Shown::default);
            let (Some(part), Some(shown)) = (parts.get(row.part), shown.get_mut(row.part)) else {
                return Ok(());
            };
            match row.says {
                Says::Cells(cells) => {
                    shown.rows += 1;
                    shown.holds.resize(part.titles.len(), Holds::Nothing);
                    for (at, cell) in cells {
                        let title = part.titles.get(*at).map_or("", String::as_str);
                        if let Some(holds) = shown.holds.get_mut(*at) {
                            holds.add(cell, title);
                        }
                    }
                }
                Says::Odd(raw) => {
                    first_bad = first_bad.or(Some(row.line));
                    is_too_long |= raw.is_empty();
                }
            }
            Ok(())
        };
        let (parts, counted) =
            delivered::read(form, &by_name, source, &mut each).map_err(|stopped| match stopped {
                Stopped::Source(error) | Stopped::Asker(error) => refused(&error),
                Stopped::Refused(why) => (Code::BadRow, why.to_owned()),
            })?;
        shown.resize_with(parts.len(), Shown::default);
        let titles = parts.first().map(|part| part.titles.as_slice()).unwrap_or_default();
        let known = Known::of(name, titles.iter().map(String::as_str));
        let parts = parts.into_iter().zip(shown).map(|(part, shown)| Surveyed::of(part, &shown)).collect();
        let delivered::Counted { lines, encoding, fault } = counted;
        Ok(Some(Survey { form, known, parts, lines, encoding, first_bad, is_too_long, fault }))
    }
}

impl Surveyed {
    fn of(part: Part, shown: &Shown) -> Self {
        let holds = shown.holds.iter().copied().chain(std::iter::repeat(Holds::Nothing));
        let columns = part.titles.into_iter().zip(holds).map(|(title, holds)| Column { title, holds });
        Surveyed { name: part.name, columns: columns.collect(), rows: shown.rows }
    }

    /// Whether it has more columns than a table of a database may have, a few for its origin among them.
    pub fn is_too_wide(&self) -> bool {
        self.columns.len() > MOST_COLUMNS
    }
}

#[cfg(test)]
mod tests {
    use super::{Fault, Holds, MOST_COLUMNS, Survey};

    #[test]
    fn columns_of_dates() {
        let table =
            "At,Day,Name\n2025-02-11T08:09:10Z,2025-02-11,a\nN/A,,2025-02-11\n2025-02-11T08:09:11Z,x,\n";
        let survey = Survey::of("x.csv", table.as_bytes()).unwrap().unwrap();
        let [part] = survey.parts.as_slice() else { panic!("one table") };
        let holds: Vec<(&str, Holds)> =
            part.columns.iter().map(|column| (column.title.as_str(), column.holds)).collect();
        assert_eq!(holds, [("At", Holds::Dates), ("Day", Holds::Texts), ("Name", Holds::Texts)]);
        assert_eq!((part.rows, survey.lines.header, survey.first_bad), (3, 1, None));
        assert_eq!(Survey::of("x.txt", &b"a"[..]), Ok(None));
        assert!(Survey::of("x.xml", &b"<plist><dict>"[..]).is_err());
    }

    #[test]
    fn ends_that_are_none() {
        for (text, rows, fault) in [
            ("[{\"a\":1}]\n", 1, None),
            ("[{\"a\":1},", 1, Some(Fault::Cut)),
            ("[{\"a\":1}] [{\"a\":2}]", 1, Some(Fault::Trailing)),
            ("{\"a\":1}\n{\"a\":2}\n", 1, Some(Fault::Trailing)),
        ] {
            let survey = Survey::of("x.json", text.as_bytes()).unwrap().unwrap();
            assert_eq!((survey.lines.rows, survey.fault), (rows, fault), "{text}");
        }
    }

    #[test]
    fn a_line_that_is_too_long_is_named_so() {
        for (cell, is_too_long) in [(1_000, false), (70 << 20, true)] {
            let table = format!("A,B\n1,2\n1,{},3\n4,5\n", "x".repeat(cell));
            let survey = Survey::of("x.csv", table.as_bytes()).unwrap().unwrap();
            assert_eq!((survey.lines.bad, survey.is_too_long), (1, is_too_long), "{cell}");
        }
    }

    #[test]
    fn as_many_columns_as_a_database_holds() {
        for (columns, is_too_wide) in [(MOST_COLUMNS, false), (MOST_COLUMNS + 1, true)] {
            let titles: Vec<String> = (0..columns).map(|n| format!("c{n}")).collect();
            let survey = Survey::of("x.csv", titles.join(",").as_bytes()).unwrap().unwrap();
            assert_eq!(survey.parts[0].is_too_wide(), is_too_wide, "{columns}");
        }
    }
}
