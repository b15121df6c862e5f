//! The rows of a list as they are held: in bytes, one after the other, so that a million of them take a hundred
//! megabytes.
//!
//! Nothing is lost: whatever a cell says comes back letter by letter. What looks as Apple writes it (a stamp, a hash) is
//! held as its number or its bytes, and anything else as the text that it is. So rows that say the same are the same
//! bytes, and what names a file (its title, its size, its hash) comes first.

use std::fmt;

use crate::category::dated::Written;
use crate::category::drive::hash::BaseHash;
use crate::category::drive::list::{List, Row};

/// What `Type` says on nearly every row.
const FILE: &str = "File";

/// Bytes of the digits of a stamp.
const STAMP: usize = 6;

/// The rows of one list, in its order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Packed {
    bytes: Vec<u8>,
    /// Where each row ends.
    ends: Vec<usize>,
}

/// Rows of one list, or of several together.
#[derive(Debug, Clone)]
pub enum Rows<'l> {
    Of(&'l Packed),
    /// Some of each, as bytes.
    Some(Vec<&'l [u8]>),
}

/// A time as a list has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Date<T> {
    /// `MM-DD-YYYY HH:MM:SS`: its digits as one number.
    Stamp(u64),
    Text(T),
}

/// `Base Hash` as a list has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hash<T> {
    Bytes(BaseHash),
    Text(T),
}

impl<'t> Date<&'t str> {
    /// The cell, without the space around it.
    pub fn of(text: &'t str) -> Self {
        let text = text.trim();
        stamp(text).map_or(Date::Text(text), Date::Stamp)
    }

    /// The same, to be kept.
    pub fn owned(&self) -> Date<Box<str>> {
        match self {
            Date::Stamp(digits) => Date::Stamp(*digits),
            Date::Text(text) => Date::Text((*text).into()),
        }
    }
}

impl<T: AsRef<str>> Date<T> {
    /// As it stands.
    pub fn written(&self) -> Written {
        match self {
            Date::Text(text) => Written::new(text.as_ref()),
            Date::Stamp(digits) => {
                let [year, clock] = [digits / 1_000_000 % 10_000, digits % 1_000_000];
                let [month, day] = [digits / 1_000_000_000_000, digits / 10_000_000_000 % 100];
                let [hour, minute, second] = [clock / 10_000, clock / 100 % 100, clock % 100];
                let text = format!("{month:02}-{day:02}-{year:04} {hour:02}:{minute:02}:{second:02}");
                Written::new(&text)
            }
        }
    }
}

impl<'t> Hash<&'t str> {
    /// The cell.
    pub fn of(text: &'t str) -> Self {
        let plain = BaseHash::parse(text).filter(|hash| hash.to_string() == text);
        plain.map_or(Hash::Text(text), Hash::Bytes)
    }

    /// The same, to be kept.
    pub fn owned(&self) -> Hash<Box<str>> {
        match self {
            Hash::Bytes(hash) => Hash::Bytes(*hash),
            Hash::Text(text) => Hash::Text((*text).into()),
        }
    }
}

impl<T: AsRef<str>> Hash<T> {
    /// What it can be checked by, if it can be a hash.
    pub fn bytes(&self) -> Option<BaseHash> {
        match self {
            Hash::Bytes(hash) => Some(*hash),
            Hash::Text(text) => BaseHash::parse(text.as_ref()),
        }
    }
}

impl<T: AsRef<str>> fmt::Display for Hash<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Hash::Bytes(hash) => hash.fmt(f),
            Hash::Text(text) => f.write_str(text.as_ref()),
        }
    }
}

/// The digits of a stamp of the usual form, whether or not there is such a time.
fn stamp(text: &str) -> Option<u64> {
    const FORM: &[u8] = b"00-00-0000 00:00:00";
    let is_of_form = |(byte, form): (u8, &u8)| match form {
        b'0' => byte.is_ascii_digit(),
        mark => byte == *mark,
    };
    if text.len() != FORM.len() || !text.bytes().zip(FORM).all(is_of_form) {
        return None;
    }
    let digits = text.bytes().filter(u8::is_ascii_digit);
    Some(digits.fold(0, |number, digit| number * 10 + u64::from(digit - b'0')))
}

/// What of a row stands as a number or as bytes, or does not stand at all.
mod mark {
    pub(super) const HASH: u8 = 1;
    pub(super) const SIZE: u8 = 2;
    /// `Type` is the usual one.
    pub(super) const FILE: u8 = 1;
    pub(super) const DATES: [u8; 3] = [2, 4, 8];
    /// Each flag is said, and is yes.
    pub(super) const FLAGS: [[u8; 2]; 2] = [[16, 32], [64, 128]];
}

impl Packed {
    pub fn push(&mut self, row: &Row<'_>) {
        let to = &mut self.bytes;
        let marked = |bit: u8, is_set: bool| if is_set { bit } else { 0 };
        to.push(
            marked(mark::HASH, matches!(row.base_hash, Hash::Bytes(_)))
                | marked(mark::SIZE, row.size.is_some()),
        );
        put_text(to, row.title);
        if let Some(size) = row.size {
            put_number(to, size);
        }
        match &row.base_hash {
            Hash::Bytes(hash) => to.extend(hash.as_bytes()),
            Hash::Text(text) => put_text(to, text),
        }
        let dates = [&row.created, &row.modified, &row.opened];
        let mut marks = marked(mark::FILE, row.kind == FILE);
        for (bit, date) in mark::DATES.into_iter().zip(dates) {
            marks |= marked(bit, matches!(date, Date::Stamp(_)));
        }
        for ([said, yes], flag) in mark::FLAGS.into_iter().zip([row.favourite, row.executable]) {
            marks |= marked(said, flag.is_some()) | marked(yes, flag == Some(true));
        }
        to.push(marks);
        for date in dates {
            match date {
                Date::Stamp(digits) => to.extend(digits.to_le_bytes().iter().take(STAMP)),
                Date::Text(text) => put_text(to, text),
            }
        }
        if row.kind != FILE {
            put_text(to, row.kind);
        }
        put_text(to, row.package_signature);
        self.ends.push(to.len());
    }

    pub fn len(&self) -> usize {
        self.ends.len()
    }

    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Gives back the memory that more rows would have taken.
    pub fn fit(&mut self) {
        self.bytes.shrink_to_fit();
        self.ends.shrink_to_fit();
    }

    fn bytes(&self, at: usize) -> Option<&[u8]> {
        let before = at.checked_sub(1).and_then(|before| self.ends.get(before)).copied();
        self.bytes.get(before.unwrap_or_default()..*self.ends.get(at)?)
    }
}

impl<'l> Rows<'l> {
    /// Every row of these lists, one after the other.
    pub fn all(lists: impl Iterator<Item = &'l List>) -> Self {
        let of = |list: &'l List| (0..list.rows.len()).filter_map(|at| list.rows.bytes(at));
        Rows::Some(lists.flat_map(of).collect())
    }

    pub fn len(&self) -> usize {
        match self {
            Rows::Of(list) => list.len(),
            Rows::Some(rows) => rows.len(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub fn get(&self, at: usize) -> Option<Row<'l>> {
        self.bytes(at).map(|bytes| Reading(bytes).row())
    }

    pub fn iter(&self) -> impl Iterator<Item = Row<'l>> {
        self.said().map(|bytes| Reading(bytes).row())
    }

    /// All that each row says, the same for those that say the same.
    pub fn said(&self) -> impl Iterator<Item = &'l [u8]> {
        (0..self.len()).filter_map(|at| self.bytes(at))
    }

    /// The title, size and hash of each row, the same for those that have the same.
    pub fn named(&self) -> impl Iterator<Item = &'l [u8]> {
        self.said().map(|bytes| {
            let mut rest = Reading(bytes);
            rest.name();
            bytes.strip_suffix(rest.0).unwrap_or(bytes)
        })
    }

    fn bytes(&self, at: usize) -> Option<&'l [u8]> {
        match self {
            Rows::Of(list) => list.bytes(at),
            Rows::Some(rows) => rows.get(at).copied(),
        }
    }
}

fn put_number(to: &mut Vec<u8>, mut number: u64) {
    while number > 0x7f {
        to.push(0x80 | (number & 0x7f) as u8);
        number >>= 7;
    }
    to.push(number as u8);
}

fn put_text(to: &mut Vec<u8>, text: &str) {
    put_number(to, text.len() as u64);
    to.extend(text.as_bytes());
}

/// What has not been read of a row.
struct Reading<'l>(&'l [u8]);

impl<'l> Reading<'l> {
    fn row(mut self) -> Row<'l> {
        let (title, size, base_hash) = self.name();
        let marks = self.byte();
        let [created, modified, opened] = mark::DATES.map(|bit| match marks & bit {
            0 => Date::Text(self.text()),
            _ => Date::Stamp(self.take(STAMP).iter().rev().fold(0, |all, byte| all << 8 | u64::from(*byte))),
        });
        let [favourite, executable] =
            mark::FLAGS.map(|[said, yes]| (marks & said != 0).then_some(marks & yes != 0));
        let kind = if marks & mark::FILE == 0 { self.text() } else { FILE };
        let package_signature = self.text();
        Row {
            title,
            base_hash,
            kind,
            size,
            created,
            modified,
            opened,
            favourite,
            executable,
            package_signature,
        }
    }

    fn name(&mut self) -> (&'l str, Option<u64>, Hash<&'l str>) {
        let marks = self.byte();
        let title = self.text();
        let size = (marks & mark::SIZE != 0).then(|| self.number());
        let hash = match marks & mark::HASH {
            0 => Hash::Text(self.text()),
            _ => BaseHash::of_bytes(self.take(BaseHash::LENGTH)).map_or(Hash::Text(""), Hash::Bytes),
        };
        (title, size, hash)
    }

    fn take(&mut self, count: usize) -> &'l [u8] {
        let (taken, rest) = self.0.split_at(count.min(self.0.len()));
        self.0 = rest;
        taken
    }

    fn byte(&mut self) -> u8 {
        self.take(1).first().copied().unwrap_or_default()
    }

    fn number(&mut self) -> u64 {
        let (mut number, mut shift) = (0, 0);
        loop {
            let byte = self.byte();
            number |= u64::from(byte & 0x7f) << shift;
            shift += 7;
            if byte < 0x80 || shift > 63 {
                return number;
            }
        }
    }

    fn text(&mut self) -> &'l str {
        let length = usize::try_from(self.number()).unwrap_or(usize::MAX);
        std::str::from_utf8(self.take(length)).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::{Date, Hash, Packed, Rows};
    use crate::category::drive::list::Row;
    use proptest::prelude::{any, prop, proptest};

    const HASH: &str = "3q2+7wAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

    fn row<'t>(title: &'t str, size: Option<u64>, cells: &[&'t str; 4]) -> Row<'t> {
        let [hash, kind, date, signature] = *cells;
        Row {
            title,
            base_hash: Hash::of(hash),
            kind,
            size,
            created: Date::of(date),
            modified: Date::of("02-25-2024 18:09:10"),
            opened: Date::of(""),
            favourite: Some(true),
            executable: size.map(|size| size > 1),
            package_signature: signature,
        }
    }

    #[test]
    fn a_row_of_apples_takes_few_bytes() {
        let mut list = Packed::default();
        list.push(&row("Budget.xlsx", Some(48_213), &[HASH, "File", "05-07-2025 10:11:12", ""]));
        assert_eq!(list.bytes.len(), 12 + 3 + 32 + 1 + 1 + 6 + 6 + 1 + 1);
    }

    #[test]
    fn what_a_cell_says_comes_back() {
        for text in [HASH, "", "N/A", "3q2+7wAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "é"] {
            assert_eq!(Hash::of(text).to_string(), text);
        }
        let texts =
            ["05-07-2025 10:11:12", "00-00-0000 00:00:00", "99-99-9999 99:99:99", "", "5-7-2025 1:02", "é"];
        for text in texts {
            assert_eq!(Date::of(text).written().raw(), text);
        }
        assert_eq!(Date::of(" 05-07-2025 10:11:12\n"), Date::Stamp(5_072_025_101_112));
    }

    proptest! {
        #[test]
        fn any_row_comes_back(
            rows in prop::collection::vec(
                (any::<String>(), any::<Option<u64>>(), [any::<String>(), any::<String>(), any::<String>(), any::<String>()]),
                0..4,
            ),
        ) {
            let rows: Vec<_> = rows
                .iter()
                .map(|(title, size, [hash, kind, date, signature])| row(title, *size, &[hash, kind, date, signature]))
                .collect();
            let mut list = Packed::default();
            rows.iter().for_each(|row| list.push(row));
            let held = Rows::Of(&list);
            assert_eq!(held.iter().collect::<Vec<_>>(), rows);
            for (a, one) in held.said().zip(held.named()).zip(&rows) {
                for (b, other) in held.said().zip(held.named()).zip(&rows) {
                    assert_eq!(a.0 == b.0, one == other);
                    let named = |row: &Row<'_>| (row.title.to_owned(), row.size, row.base_hash.to_string());
                    assert_eq!(a.1 == b.1, named(one) == named(other));
                }
            }
        }
    }
}
