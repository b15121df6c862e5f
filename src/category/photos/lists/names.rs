//! Apple's lists of bare file names: albums, memories, and who contributed to a shared library.
//!
//! Never finds the media (that is matching), panics, or gives a file up because of one odd value.

use std::collections::HashSet;

use unicode_normalization::UnicodeNormalization;

use crate::apple::table::{self, Records};
use crate::category::photos::lists;
use crate::category::photos::media::{Format, Kind};
use crate::problem::Code;
use crate::problem::refusal::Refusal;

/// A list of more names is none of Apple's: iCloud Photos hold a million media at most.
const MOST_NAMES: usize = 1_000_000;

/// What the first row of a list says if it is a header: user albums, Favorites and Hidden, memories.
const TITLES: [&str; 4] = ["images", "imgname", "imagename", "image name"];

/// The bare file names in an `Albums/*.csv` or `Memories/*.csv`, in order, each once: column 0,
/// whatever the header says. Apple also writes albums of 0 bytes.
///
/// # Errors
/// If there are more than 1,000,000 names, or more than so many bytes of memory have room for.
pub fn parse_names(bytes: &[u8], room: usize) -> Result<Vec<String>, Refusal> {
    let text = table::decode(bytes);
    let mut seen = HashSet::new();
    let names = Records::new(&text, ',').flatten().filter_map(|record| record.fields.into_iter().next());
    let names = names
        .enumerate()
        .filter(|(index, name)| *index > 0 || !is_title(name))
        .filter(|(_, name)| !name.trim().is_empty() && seen.insert(name.clone()))
        .map(|(_, name)| name.into_owned());
    bounded(names, String::len, room)
}

/// All of these, if they are not too many and have room.
fn bounded<T>(
    named: impl Iterator<Item = T>,
    length: impl Fn(&T) -> usize,
    mut room: usize,
) -> Result<Vec<T>, Refusal> {
    let mut all = Vec::new();
    for item in named {
        if all.len() == MOST_NAMES {
            return Err((Code::LimitExceeded, format!("more than {MOST_NAMES} names are none of Apple's")));
        }
        room = room.checked_sub(lists::NAME + length(&item)).ok_or_else(lists::too_much)?;
        all.push(item);
    }
    Ok(all)
}

/// The names in a `Shared Library Details*.csv`, and whether the owner of the export contributed
/// them. A row that says neither yes nor no says nothing and is left out.
///
/// # Errors
/// If there are more than 1,000,000 of them, or more than so many bytes of memory have room for.
pub fn parse_contributions(bytes: &[u8], room: usize) -> Result<Vec<(String, bool)>, Refusal> {
    let text = table::decode(bytes);
    let mut records = Records::new(&text, ',').flatten().peekable();
    let position = |fields: &[_], title: &str| {
        fields.iter().position(|field: &std::borrow::Cow<str>| field.trim().eq_ignore_ascii_case(title))
    };
    let columns = records.peek().and_then(|header| {
        Some((position(&header.fields, "imgName")?, position(&header.fields, "contributedByMe")?))
    });
    let (name, by_me) = columns.unwrap_or((0, 1));
    let named = records.filter_map(|record| {
        let flag = table::yes_or_no(record.fields.get(by_me)?)?;
        let name = record.fields.get(name).filter(|name| !name.trim().is_empty())?;
        Some((name.as_ref().to_owned(), flag))
    });
    bounded(named, |(name, _)| name.len(), room)
}

/// Whether a file with this beginning (a few thousand bytes do) is a list of an album: one column, with one
/// of Apple's headers or at least one name of a photo or video in it.
pub fn looks_like_names(first_bytes: &[u8]) -> bool {
    let text = table::decode(first_bytes);
    let mut records = Records::new(&text, ',').flatten().peekable();
    let is_titled = records.peek().is_some_and(|r| r.fields.first().is_some_and(|f| is_title(f)));
    let is_medium = |name: &str| Format::Unknown.kind(name.trim()) != Kind::Other;
    let mut media = 0;
    for record in records {
        match record.fields.as_slice() {
            [name] => media += usize::from(is_medium(name)),
            // with a title of Apple's a further column is one that came later
            _ if is_titled => {}
            _ => return false,
        }
    }
    is_titled || media > 0
}

/// The title of an album or memory: its file name without `.csv`, NFC. Apple appends a digit to a title
/// that it used before (`Nov 4, 20201`); nothing tells such a digit from one of the owner's, so it stays.
pub fn title(file_name: &str) -> String {
    let stem = match file_name.split_at_checked(file_name.len().saturating_sub(4)) {
        Some((stem, ending)) if ending.eq_ignore_ascii_case(".csv") => stem,
        _ => file_name,
    };
    stem.nfc().collect()
}

fn is_title(text: &str) -> bool {
    TITLES.iter().any(|title| text.trim().trim_start_matches('\u{feff}').eq_ignore_ascii_case(title))
}

#[cfg(test)]
mod tests {
    use super::{MOST_NAMES, parse_contributions, parse_names, title};
    use crate::problem::Code;
    use proptest::prelude::{any, prop, proptest};

    #[test]
    fn lists_of_names() {
        let table: &[(&[u8], &[&str])] = &[
            (b"", &[]),
            (b"Images", &[]),
            (b"Images\n", &[]),
            (b"Images\nIMG_1.JPG\nIMG_2.MOV", &["IMG_1.JPG", "IMG_2.MOV"]),
            (b"imgName\r\nIMG_1.JPG\r\n", &["IMG_1.JPG"]),
            (b"imageName\rIMG_1.JPG\r", &["IMG_1.JPG"]),
            (b" \"IMAGE NAME\" \nIMG_1.JPG\n", &["IMG_1.JPG"]),
            (b"IMG_1.JPG\nImages\n", &["IMG_1.JPG", "Images"]),
            (b"Images,favorite\nIMG_1.JPG,yes\n", &["IMG_1.JPG"]),
            (b"\nImages\n\n\"a, b.jpg\"\n\"say \"\"hi\"\".jpg\"\n", &["a, b.jpg", "say \"hi\".jpg"]),
            (b"Images\nb.jpg\na.jpg\nb.jpg\nB.jpg\n", &["b.jpg", "a.jpg", "B.jpg"]),
            (b"\"Images\na.jpg\nb.jpg\n\"c.jpg\"\n", &["a.jpg", "b.jpg", "c.jpg"]),
            (b"\xef\xbb\xbfImages\n\xc3\xa9.jpg\n", &["\u{e9}.jpg"]),
            (b"Images\n\xe9.jpg\n", &["\u{e9}.jpg"]),
            (b"\xff\xfeI\0m\0a\0g\0e\0s\0\n\0\xe9\0\n\0", &["\u{e9}"]),
            (b"I\0m\0a\0g\0e\0s\0\n\0a\0\n\0", &["a"]),
            (b",x\n \na.jpg,", &["a.jpg"]),
        ];
        for (bytes, names) in table {
            assert_eq!(parse_names(bytes, usize::MAX).expect("few"), *names, "{}", bytes.escape_ascii());
        }
    }

    #[test]
    fn contributions() {
        for text in [
            "imgName,contributedByMe\na.jpg,yes\n\"b,c.jpg\",No\nd.jpg,\ne.jpg\n,yes\n",
            "ContributedByMe,x,IMGNAME\nyes,,a.jpg\nno,,\"b,c.jpg\"\n",
            "a.jpg,yes\r\n\"b,c.jpg\",no",
        ] {
            assert_eq!(
                parse_contributions(text.as_bytes(), usize::MAX),
                Ok(vec![("a.jpg".to_owned(), true), ("b,c.jpg".to_owned(), false)]),
                "{text}"
            );
        }
        assert_eq!(parse_contributions(b"", usize::MAX), Ok(Vec::new()));
    }

    #[test]
    fn titles() {
        for (name, expected) in [
            ("Lake week.csv", "Lake week"),
            ("1. April 2025.CSV", "1. April 2025"),
            ("Spe\u{301}cial.csv", "Sp\u{e9}cial"),
            ("\u{1f3d4}.csv", "\u{1f3d4}"),
            ("Nov 4, 20201.csv", "Nov 4, 20201"),
            ("x", "x"),
            ("é", "é"),
            (".csv", ""),
        ] {
            assert_eq!(title(name), expected);
        }
    }

    #[test]
    fn what_is_far_larger_than_any_list() {
        let names: String = (0..=MOST_NAMES).map(|n| format!("{n}\n")).collect();
        let rows = "a,no\n".repeat(MOST_NAMES + 1);
        for refused in [
            parse_names(names.as_bytes(), usize::MAX).err(),
            parse_contributions(rows.as_bytes(), usize::MAX).err(),
        ] {
            assert_eq!(refused.map(|(code, _)| code), Some(Code::LimitExceeded));
        }
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let _ = (parse_names(&bytes, usize::MAX), parse_contributions(&bytes, usize::MAX));
            let _ = title(&String::from_utf8_lossy(&bytes));
        }

        #[test]
        fn a_list_survives_being_written(names in prop::collection::btree_set("[ ,\"a-zé照]{0,12}\\.jpg", 0..9)) {
            let mut writer = csv::Writer::from_writer(Vec::new());
            for name in std::iter::once("Images").chain(names.iter().map(String::as_str)) {
                writer.write_record([name]).expect("into memory");
            }
            let bytes = writer.into_inner().expect("into memory");
            assert_eq!(parse_names(&bytes, usize::MAX), Ok(names.into_iter().collect::<Vec<_>>()));
        }
    }
}
