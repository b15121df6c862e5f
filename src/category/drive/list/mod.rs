//! `Drive Details.csv`: a row for each file of the whole tree, with its dates and no path.
//!
//! The one list that a public source describes had created equal to modified on every row: the day of the upload. So
//! these are dates as iCloud kept them, not as a camera or a writer did.

use std::io::Read;

use crate::apple::sheet::{self, Cells, Column, Form, Holds, Sheet};
use crate::apple::stamp;
use crate::apple::table::yes_or_no;
use crate::category::dated::Written;
use crate::category::drive::hash::BaseHash;
use crate::problem::refusal::Refusal;

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
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The physical line it begins on, from 1.
    pub line: u64,
    /// The file's name with its extension, verbatim.
    pub title: Box<str>,
    /// `Base Hash` as it stands; [`BaseHash::parse`] reads it.
    pub base_hash: Box<str>,
    /// `Type`, in Apple's words: `File` on every row seen.
    pub kind: Box<str>,
    /// In bytes. Of a package it need not be that of anything delivered.
    pub size: Option<u64>,
    pub created: Written,
    pub modified: Written,
    pub opened: Written,
    /// Like the other flag, `None` where nothing stands.
    pub favourite: Option<bool>,
    pub executable: Option<bool>,
    pub package_signature: Box<str>,
}

/// All that a row says, but not where it stands.
pub type Says<'r> = (&'r str, Option<u64>, &'r str, Dates<'r>, [Option<bool>; 2], [&'r str; 2]);

/// Its three dates.
type Dates<'r> = [&'r Written; 3];

impl Row {
    /// What it says, wherever it stands.
    pub fn says(&self) -> Says<'_> {
        let flags = [self.favourite, self.executable];
        let words = [&*self.kind, &*self.package_signature];
        (&self.title, self.size, &self.base_hash, self.dates(), flags, words)
    }

    /// Whether it says the same of its file as another, but for the hash.
    pub fn agrees(&self, other: &Row) -> bool {
        let flags = |row: &Row| [row.favourite, row.executable];
        self.dates() == other.dates() && flags(self) == flags(other)
    }

    /// Created, modified and opened.
    pub fn dates(&self) -> Dates<'_> {
        [&self.created, &self.modified, &self.opened]
    }

    /// Its hash, if it can be one.
    pub fn hash(&self) -> Option<BaseHash> {
        BaseHash::parse(&self.base_hash)
    }
}

/// Reads `Drive Details.csv` in any state, with at most `room` bytes of memory for its rows.
///
/// # Errors
/// If it cannot be read, or there are more rows than any export has, or than there is room for.
pub fn read(source: impl Read, room: usize) -> Result<Sheet<Row>, Refusal> {
    sheet::read(source, &FORM, room, row)
}

/// What became of its lines, without the rows.
///
/// # Errors
/// As [`read`].
pub fn count(source: impl Read) -> Result<Sheet<()>, Refusal> {
    sheet::read(source, &FORM, usize::MAX, |cells| row(cells).map(drop))
}

fn row(cells: &mut Cells<'_, 10>) -> Result<Row, &'static str> {
    let title = cells.verbatim(0).filter(|title| !title.trim().is_empty()).map(Box::from);
    let Some(title) = title else { return Err("it names no file") };
    let [created, modified, opened] = [4, 5, 6].map(|column| Written::new(cells.text(column)));
    // read for what is wrong with them; what they say is asked again in a zone
    let _ = [(4, "Created On"), (5, "Modified On"), (6, "Last Opened On")]
        .map(|(column, of)| cells.stamp(column, of));
    Ok(Row {
        line: cells.line,
        title,
        base_hash: cells.text(1).into(),
        kind: cells.text(2).into(),
        size: cells.number(3, "Size"),
        created,
        modified,
        opened,
        favourite: cells.flag(7, "Favourite"),
        executable: cells.flag(8, "Executable"),
        package_signature: cells.text(9).into(),
    })
}

#[cfg(test)]
mod tests {
    use super::read;
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
        let sheet = read(text.as_bytes(), 1 << 20).expect("it has room");
        let titles: Vec<_> = sheet.rows.iter().map(|row| row.title.as_ref()).collect();
        assert_eq!(titles, ["Budget.xlsx", "  a, \"b\".txt", "c, d", "X.key", "bad"]);
        let first = &sheet.rows[0];
        assert_eq!((first.size, first.favourite, first.executable), (Some(48_213), Some(false), Some(true)));
        assert_eq!((first.kind.as_ref(), first.opened.raw()), ("File", "05-07-2025 10:11:11"));
        assert!(first.hash().is_some() && sheet.rows[3].hash().is_none());
        assert_eq!((sheet.rows[3].size, sheet.rows[4].size), (None, None));
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
            assert_eq!(read(text.as_bytes(), 1 << 20).expect("it has room").rows[0].title.as_ref(), name);
        }

        #[test]
        fn any_bytes_are_accounted_for(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            assert!(read(bytes.as_slice(), 1 << 20).expect("it has room").lines.add_up());
        }
    }
}
