//! `Drive Details.csv`: a row for each file of the whole tree, with its dates and no path.
//!
//! The one list that a public source describes had created equal to modified on every row: the day of the upload. So
//! these are dates as iCloud kept them, not as a camera or a writer did.

mod packed;

use std::io::Read;

use crate::apple::sheet::{self, Cells, Column, Form, Holds, Sheet};
use crate::apple::stamp;
use crate::apple::table::yes_or_no;
use crate::category::drive::hash::BaseHash;
use crate::problem::refusal::Refusal;

pub use packed::{Date, Hash, Packed, Rows};

/// The columns as delivered in 2025.
const FORM: Form<10> = Form([
    Column { names: &["title", "filename", "name"], holds: Holds::Text(|_| true) },
    Column { names: &["basehash"], holds: Holds::Value(is_token) },
    Column { names: &["type"], holds: Holds::Value(is_word) },
    Column { names: &["size"], holds: Holds::Value(is_number) },
    Column { names: &["createdon", "created"], holds: Holds::Value(stamp::looks_like_one) },
    Column { names: &["modifiedon", "modified"], holds: Holds::Value(stamp::looks_like_one) },
    Column { names: &["lastopenedon", "openedon"], holds: Holds::Value(stamp::looks_like_one) },
    Column { names: &["favourite", "favorite"], holds: Holds::Value(is_flag) },
    Column { names: &["executable"], holds: Holds::Value(is_flag) },
    Column { names: &["packagesignature"], holds: Holds::Value(is_token) },
]);

fn is_token(text: &str) -> bool {
    text.trim().chars().all(|c| c.is_ascii_alphanumeric() || "+/=-_".contains(c))
}

fn is_word(text: &str) -> bool {
    text.chars().all(|c| c.is_alphabetic() || c == ' ')
}

fn is_number(text: &str) -> bool {
    text.trim().parse::<u64>().is_ok()
}

fn is_flag(text: &str) -> bool {
    yes_or_no(text).is_some() || stamp::is_nothing(text)
}

/// What Apple's list says of one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row<'l> {
    /// The file's name with its extension, verbatim.
    pub title: &'l str,
    /// `Base Hash` as it stands.
    pub base_hash: Hash<&'l str>,
    /// `Type`, in Apple's words: `File` on every row seen.
    pub kind: &'l str,
    /// In bytes. Of a package it need not be that of anything delivered.
    pub size: Option<u64>,
    pub created: Date<&'l str>,
    pub modified: Date<&'l str>,
    pub opened: Date<&'l str>,
    /// Like the other flag, `None` where nothing stands.
    pub favourite: Option<bool>,
    pub executable: Option<bool>,
    pub package_signature: &'l str,
}

impl<'l> Row<'l> {
    /// Whether it says the same of its file as another, but for the hash.
    pub fn agrees(&self, other: &Row<'_>) -> bool {
        let flags = |row: &Row<'_>| [row.favourite, row.executable];
        self.dates() == other.dates() && flags(self) == flags(other)
    }

    /// Created, modified and opened.
    pub fn dates(&self) -> [Date<&'l str>; 3] {
        [self.created, self.modified, self.opened]
    }

    /// Its hash, if it can be one.
    pub fn hash(&self) -> Option<BaseHash> {
        self.base_hash.bytes()
    }
}

/// A list, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct List {
    pub rows: Packed,
    /// What became of its lines.
    pub sheet: Sheet<()>,
}

/// Reads `Drive Details.csv` in any state, with at most `room` bytes of memory for its rows.
///
/// # Errors
/// If it cannot be read, or there are more rows than any export has, or than there is room for.
pub fn read(source: impl Read, room: usize) -> Result<List, Refusal> {
    let mut rows = Packed::default();
    let sheet = sheet::read(source, &FORM, room, |cells| {
        let row = row(cells)?;
        rows.push(&row);
        Ok(())
    })?;
    rows.fit();
    Ok(List { rows, sheet })
}

/// What became of its lines, without the rows.
///
/// # Errors
/// As [`read`].
pub fn count(source: impl Read) -> Result<Sheet<()>, Refusal> {
    sheet::read(source, &FORM, usize::MAX, |cells| row(cells).map(drop))
}

fn row<'c>(cells: &'c mut Cells<'_, 10>) -> Result<Row<'c>, &'static str> {
    if cells.verbatim(0).is_none_or(|title| title.trim().is_empty()) {
        return Err("it names no file");
    }
    // read for what is wrong with them; what they say is asked again in a zone
    let _ = [(4, "Created On"), (5, "Modified On"), (6, "Last Opened On")]
        .map(|(column, of)| cells.stamp(column, of));
    let size = cells.number(3, "Size");
    let (favourite, executable) = (cells.flag(7, "Favourite"), cells.flag(8, "Executable"));
    let [created, modified, opened] = [4, 5, 6].map(|column| Date::of(cells.text(column)));
    Ok(Row {
        title: cells.verbatim(0).unwrap_or_default(),
        base_hash: Hash::of(cells.text(1)),
        kind: cells.text(2),
        size,
        created,
        modified,
        opened,
        favourite,
        executable,
        package_signature: cells.text(9),
    })
}

#[cfg(test)]
mod tests {
    use super::{Rows, read};
    use proptest::prelude::{any, prop, proptest};

    const HEADER: &str = "Title, Base Hash, Type, Size, Created On, Modified On, Last Opened On, Favourite, Executable, \
                          Package Signature\n";
    const REST: &str = "3q2+7wAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=,File,48213,05-07-2025 10:11:12,05-07-2025 \
                        10:11:12,05-07-2025 10:11:11,no,yes,";

    #[test]
    fn rows_as_apple_writes_them() {
        let text = format!(
            "{HEADER}Budget.xlsx,{REST}\n  a, \"b\".txt,{REST}\n\"c, d\",{REST}\nX.key,,Package,,,,,,,\nbad,,File,many,13-40-2025 \
             10:11:12,,,,,\n,,,,\n"
        );
        let list = read(text.as_bytes(), 1 << 20).expect("it has room");
        let rows: Vec<_> = Rows::Of(&list.rows).iter().collect();
        let titles: Vec<_> = rows.iter().map(|row| row.title).collect();
        assert_eq!(titles, ["Budget.xlsx", "  a, \"b\".txt", "c, d", "X.key", "bad"]);
        let first = &rows[0];
        assert_eq!((first.size, first.favourite, first.executable), (Some(48_213), Some(false), Some(true)));
        assert_eq!((first.kind, first.opened.written().raw()), ("File", "05-07-2025 10:11:11"));
        assert!(first.hash().is_some() && rows[3].hash().is_none());
        assert_eq!((rows[3].size, rows[4].size), (None, None));
        let sheet = list.sheet;
        assert_eq!(sheet.faults.len(), 1);
        assert!(
            sheet.faults[0].message.contains("`Size`") && sheet.faults[0].message.contains("`Created On`")
        );
        assert!(sheet.lines.add_up() && sheet.lines.blank == 1, "{:?}", sheet.lines);
    }

    #[test]
    fn a_hundred_thousand_rows() {
        let text = format!("{HEADER}{}", format!("a, b.txt,{REST}\n").repeat(100_000));
        assert_eq!(read(text.as_bytes(), 1 << 28).expect("it has room").rows.len(), 100_000);
    }

    proptest! {
        #[test]
        fn any_name_comes_back(name in r"[a-z ][a-z, .]{0,20}[a-z]") {
            let text = format!("{HEADER}{name},{REST}\n");
            let list = read(text.as_bytes(), 1 << 20).expect("it has room");
            assert_eq!(Rows::Of(&list.rows).get(0).map(|row| row.title), Some(name.as_str()));
        }

        #[test]
        fn any_bytes_are_accounted_for(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            assert!(read(bytes.as_slice(), 1 << 20).expect("it has room").sheet.lines.add_up());
        }
    }
}
