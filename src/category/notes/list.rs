//! `Notes Details.csv`: a row for each note, with its title and dates and no path.

use std::io::Read;

use crate::apple::sheet::{self, Cells, Column, Form, Holds, Sheet};
use crate::apple::stamp;
use crate::apple::table::yes_or_no;
use crate::category::dated::Written;
use crate::problem::refusal::Refusal;

/// The columns as delivered in 2025 and 2026; one list had no `ContentHash at Import`.
const FORM: Form<7> = Form([
    Column { names: &["title"], holds: Holds::Text(|_| true) },
    Column { names: &["createdon", "created"], holds: Holds::Value(stamp::looks_like_one) },
    Column { names: &["modifiedon", "modified"], holds: Holds::Value(stamp::looks_like_one) },
    Column { names: &["pinned"], holds: Holds::Value(is_flag) },
    Column { names: &["deleted"], holds: Holds::Value(is_flag) },
    Column { names: &["drawinghandwriting", "drawing"], holds: Holds::Value(is_flag) },
    Column { names: &["contenthashatimport", "contenthash"], holds: Holds::Value(is_hash) },
]);

fn is_flag(text: &str) -> bool {
    yes_or_no(text).is_some() || stamp::is_nothing(text)
}

fn is_hash(text: &str) -> bool {
    text.trim().chars().all(|c| c.is_ascii_alphanumeric() || "+/=-_".contains(c))
}

/// What Apple's list says of one note.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Row {
    /// The physical line it begins on, from 1.
    pub line: u64,
    /// The first line of the note. Not unique, and without the path.
    pub title: Box<str>,
    pub created: Written,
    pub modified: Written,
    /// Like the other flags, `None` where nothing stands.
    pub pinned: Option<bool>,
    /// Whether it lies in `Recently Deleted/`.
    pub deleted: Option<bool>,
    /// Whether it is a drawing or handwriting, which has files and no text.
    pub drawing: Option<bool>,
    /// `ContentHash at Import`, mostly empty; what it is the hash of, nobody knows.
    pub hash: Box<str>,
}

impl Row {
    /// The same row wherever it stands.
    pub fn unplaced(&self) -> Self {
        Row { line: 0, ..self.clone() }
    }
}

/// Reads `Notes Details.csv` in any state, with at most `room` bytes of memory for its rows.
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

/// Whether a file that begins so is such a list, whatever its name.
pub fn looks_like(first_bytes: &[u8]) -> bool {
    sheet::looks_like(first_bytes, &FORM)
}

fn row(cells: &mut Cells<'_, 7>) -> Result<Row, &'static str> {
    let [title, created, modified] = [0, 1, 2].map(|column| cells.text(column));
    if title.is_empty() && created.is_empty() && modified.is_empty() {
        return Err("it names no note");
    }
    let (title, created, modified) = (Box::from(title), Written::new(created), Written::new(modified));
    // read for what is wrong with them; what they say is asked again in a zone
    let stamps = [cells.stamp(1, "Created On"), cells.stamp(2, "Modified On")];
    let flags = [cells.flag(3, "Pinned"), cells.flag(4, "Deleted"), cells.flag(5, "Drawing/Handwriting")];
    let is_dated = !created.raw().is_empty() || !modified.raw().is_empty();
    if is_dated && stamps == [None; 2] && flags == [None; 3] {
        return Err("it is no row of a note");
    }
    let [pinned, deleted, drawing] = flags;
    let hash = cells.text(6).into();
    Ok(Row { line: cells.line, title, created, modified, pinned, deleted, drawing, hash })
}

#[cfg(test)]
mod tests {
    use super::{looks_like, read};
    use proptest::prelude::{any, prop, proptest};

    const HEADER: &str =
        "Title, Created On, Modified On, Pinned, Deleted, Drawing/Handwriting, ContentHash at Import\n";

    #[test]
    fn rows_as_apple_writes_them() {
        let text = format!(
            "{HEADER}Garden plan,02-25-2023 08:01:02,10-19-2024 19:20:21,No,No,No,\n\
             Leeks, beans, dill,05-30-2022 20:01:10,06-02-2022 07:45:00,Yes,No,No,\n\
             \"Say \"\"hi\"\", or\",05-30-2022 20:01:10,06-02-2022 07:45:00,,,Yes,abc=\n\
             Odd,13-30-2022 20:01:10,,x,Yes,No,\n\
             Total,4 notes\n"
        );
        let sheet = read(text.as_bytes(), 1 << 20).expect("it has room");
        let titles: Vec<_> = sheet.rows.iter().map(|row| row.title.as_ref()).collect();
        assert_eq!(titles, ["Garden plan", "Leeks, beans, dill", "Say \"hi\", or", "Odd"]);
        let [plan, leeks, hi, odd] = sheet.rows.as_slice() else { panic!("four rows") };
        assert_eq!((plan.created.raw(), plan.modified.raw()), ("02-25-2023 08:01:02", "10-19-2024 19:20:21"));
        assert_eq!(
            (plan.line, plan.pinned, leeks.pinned, leeks.deleted),
            (2, Some(false), Some(true), Some(false))
        );
        assert_eq!((hi.pinned, hi.drawing, hi.hash.as_ref()), (None, Some(true), "abc="));
        assert_eq!((odd.deleted, odd.pinned), (Some(true), None));
        assert_eq!((sheet.faults.len(), sheet.lines.bad), (2, 1));
        assert!(sheet.faults[0].message.contains("Created On") && sheet.faults[0].message.contains("Pinned"));
        assert!(sheet.lines.add_up() && sheet.lines.rows == 4 && sheet.lines.header == 1);
        assert!(looks_like(text.as_bytes()) && !looks_like(b"Title, Base Hash, Type, Size\n"));
    }

    #[test]
    fn a_header_without_its_last_column_and_in_utf16() {
        let text = "\u{feff}Title, Created On, Modified On, Pinned, Deleted, Drawing/Handwriting\r\nÉté,05-30-2022 20:01:10,,No,No,No\r\n";
        let bytes: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let sheet = read(bytes.as_slice(), 1 << 20).expect("it has room");
        assert_eq!((sheet.rows[0].title.as_ref(), sheet.encoding.as_str()), ("Été", "utf-16le"));
    }

    proptest! {
        #[test]
        fn any_title_comes_back_whatever_commas_it_holds(title in r"[a-z][a-z, ]{0,20}[a-z]") {
            let text = format!("{HEADER}{title},02-25-2023 08:01:02,,No,,No,\n");
            assert_eq!(read(text.as_bytes(), 1 << 20).expect("it has room").rows[0].title.as_ref(), title);
        }

        #[test]
        fn any_bytes_are_accounted_for(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            assert!(read(bytes.as_slice(), 1 << 20).expect("it has room").lines.add_up());
        }
    }
}
