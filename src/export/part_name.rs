//! What the name of a zip or folder tells: which part of which export it is.
//!
//! In: a file or folder name. Out: base name, part number, total, whether a browser or Apple made
//! it. Never: touches the file.
//! The one decision to question: no list of words for "part". Apple localises the name of a part
//! and nothing else, and the first two numbers a, b in it with 1 ≤ a ≤ b are right in every language
//! seen: `iCloud-bilder Del 1 av 6`, `iCloud Fotos Teil 1 von 37`, `iCloud 照片 第 3 部分（共 101 部分）`.

use std::ops::Range;
use unicode_normalization::UnicodeNormalization;

/// The zeros of the decimal digits that a localised name may use; nine more follow each.
const ZEROS: [char; 6] = ['0', '０', '٠', '۰', '०', '০'];

/// A name of a part, taken apart.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PartName {
    /// What all parts of one export share, NFC: `iCloud Photos`. Never empty.
    pub base: String,
    /// From 1; `None` where the name counts nothing, as in `iCloud Photos.zip`.
    pub number: Option<u32>,
    /// How many parts there are; present when the number is.
    pub total: Option<u32>,
}

impl PartName {
    /// Reads the name of a zip or of a folder, with or without `.zip`, `(1)` or ` 2`.
    pub fn read(name: &str) -> PartName {
        let name: String = name.replace("%20", " ").nfc().collect();
        let stem = without_browser_marks(without_zip(&name));
        let (base, number, total) = match part_of_total(stem) {
            Some((place, number, total)) => {
                let before = without_part_word(&stem[..place.start]);
                let base = if before.is_empty() { &stem[place.end..] } else { before };
                (base.trim_matches(is_punctuation), Some(number), Some(total))
            }
            None => (without_copy_marks(stem), None, None),
        };
        let base = base.split_whitespace().collect::<Vec<_>>().join(" ");
        // `1 of 3.zip` leaves nothing: any name will do, so long as the parts share it.
        PartName { base: if base.is_empty() { "export".to_owned() } else { base }, number, total }
    }
}

/// A download that the browser has not finished. Safari's `.download` is a folder.
pub fn is_unfinished_download(name: &str) -> bool {
    const ENDINGS: [&str; 13] = [
        ".crdownload",
        ".download",
        ".part",
        ".partial",
        ".opdownload",
        ".!ut",
        ".!qb",
        ".filepart",
        ".fdmdownload",
        ".aria2",
        ".dlpart",
        ".bc!",
        ".td",
    ];
    let name = name.trim().to_lowercase();
    // `.tmp` belongs to everybody; only on top of an archive's name is it a download's.
    let archive_in_progress =
        name.strip_suffix(".tmp").is_some_and(|stem| stem.ends_with(".zip") || is_apple_name(stem));
    archive_in_progress || ENDINGS.iter().any(|ending| name.ends_with(ending))
}

/// Whether Apple would call a delivery so: `iCloud …`, or in languages that put the word elsewhere
/// (`Photos iCloud partie 1 sur 3`) a counted part with the word iCloud in it. Not the usage log
/// `icloudUsageData….zip`, which accompanies exports.
pub fn is_apple_name(name: &str) -> bool {
    let name = name.trim().to_lowercase();
    let ends_word =
        |rest: &str| !rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '.') && !rest.is_empty();
    if name.contains("usagedata") {
        return false;
    }
    match name.strip_prefix("icloud") {
        Some(rest) => ends_word(rest),
        None => {
            let counted = || PartName::read(&name).number.is_some();
            name.split_once(" icloud").is_some_and(|(_, rest)| ends_word(rest) && counted())
        }
    }
}

/// The stem without what systems append when they copy a file: `(1)`, ` 2`, ` copy`, ` - Copy`.
pub(super) fn without_copy_marks(stem: &str) -> &str {
    let stem = without_browser_marks(stem);
    let numbered =
        stem.rsplit_once(' ').filter(|(_, number)| is_copy_number(number)).map_or(stem, |(rest, _)| rest);
    let shorter = [" - copy", " copy"]
        .iter()
        .find_map(|mark| {
            let (rest, end) = numbered.split_at_checked(numbered.len().checked_sub(mark.len())?)?;
            end.eq_ignore_ascii_case(mark).then_some(rest)
        })
        .unwrap_or(numbered)
        .trim_end();
    if shorter == stem || shorter.is_empty() { stem } else { without_copy_marks(shorter) }
}

/// Browsers append `(1)` or ` (1)`, unambiguously; Finder's ` 2` could be the total of `Part 1 of 2`.
fn without_browser_marks(stem: &str) -> &str {
    let mut stem = stem.trim();
    while let Some((rest, number)) = stem.strip_suffix(')').and_then(|stem| stem.rsplit_once('(')) {
        if !is_copy_number(number) || rest.trim().is_empty() {
            break;
        }
        stem = rest.trim_end();
    }
    stem
}

/// One or two digits: `Photos 2024` is no copy of `Photos`.
fn is_copy_number(text: &str) -> bool {
    matches!(text.len(), 1..=2) && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn without_zip(name: &str) -> &str {
    let name = name.trim();
    match name.split_at_checked(name.len().saturating_sub(4)) {
        Some((stem, ending)) if ending.eq_ignore_ascii_case(".zip") => stem,
        _ => name,
    }
}

/// The first two neighbouring numbers a, b with 1 ≤ a ≤ b, and the bytes they take.
fn part_of_total(stem: &str) -> Option<(Range<usize>, u32, u32)> {
    let mut before: Option<(usize, Option<u32>)> = None;
    for (place, number) in numbers(stem) {
        if let (Some((start, Some(part))), Some(total)) = (before, number)
            && (1..=total).contains(&part)
        {
            return Some((start..place.end, part, total));
        }
        before = Some((place.start, number));
    }
    None
}

/// The runs of digits; a run too long for a number is in the way of a pair, but is none.
fn numbers(text: &str) -> Vec<(Range<usize>, Option<u32>)> {
    let mut found: Vec<(Range<usize>, Option<u32>)> = Vec::new();
    for (at, c) in text.char_indices() {
        let Some(digit) = digit(c) else { continue };
        let end = at + c.len_utf8();
        match found.last_mut() {
            Some((place, value)) if place.end == at => {
                place.end = end;
                *value = value.and_then(|value| value.checked_mul(10)?.checked_add(digit));
            }
            _ => found.push((at..end, Some(digit))),
        }
    }
    found
}

fn digit(c: char) -> Option<u32> {
    ZEROS.iter().map(|&zero| u32::from(c).wrapping_sub(u32::from(zero))).find(|&digit| digit < 10)
}

/// `iCloud Photos Part ` without its last word, unless what remains could no longer be a name:
/// in `iCloud Photos 1 of 3` and `iCloud-fotók 1. rész` no word stands before the number.
fn without_part_word(before: &str) -> &str {
    let before = before.trim_end_matches(is_punctuation);
    if let Some(shorter) = before.strip_suffix('第') {
        return shorter;
    }
    match before.char_indices().rev().find(|(_, c)| c.is_whitespace() || *c == '_') {
        Some((gap, _)) if is_two_words(before[..gap].trim_matches(is_punctuation)) => &before[..gap],
        _ => before,
    }
}

/// Counts `iCloud-bilder` and `iCloud写真` as two, as they are.
fn is_two_words(text: &str) -> bool {
    let is_east_asian = |c: char| c >= '\u{2e80}';
    text.contains(|c: char| c.is_whitespace() || matches!(c, '-' | '_'))
        || text.contains(is_east_asian) && !text.starts_with(is_east_asian)
}

fn is_punctuation(c: char) -> bool {
    c.is_whitespace()
        || matches!(
            c,
            '-' | '_' | '+' | '.' | ',' | ':' | '#' | '(' | '[' | '（' | '–' | '—' | ')' | ']' | '）' | '/'
        )
}

#[cfg(test)]
mod tests {
    use super::{PartName, is_apple_name, is_unfinished_download, without_copy_marks};
    use proptest::prelude::{any, proptest};

    #[test]
    fn parts_of_every_language() {
        for (name, base, number, total) in [
            ("iCloud Photos Part 1 of 34.zip", "iCloud Photos", 1, 34),
            ("iCloud Photos Part 34 of 34", "iCloud Photos", 34, 34),
            ("iCloud Photos Part 1 of 1.ZIP", "iCloud Photos", 1, 1),
            ("iCloud Photos Part 1 of 3 (1).zip", "iCloud Photos", 1, 3),
            ("iCloud Photos Part 1 of 3(2).zip", "iCloud Photos", 1, 3),
            ("iCloud Photos Part 1 of 3 2", "iCloud Photos", 1, 3),
            ("iCloud Photos Part 1 of 3 copy.zip", "iCloud Photos", 1, 3),
            ("iCloud Photos Part 2 of 2 2 (1).zip", "iCloud Photos", 2, 2),
            ("iCloud%20Photos%20Part%2012%20of%20101.zip", "iCloud Photos", 12, 101),
            ("iCloud_Photos_Part_1_of_3.zip", "iCloud_Photos", 1, 3),
            ("iCloud-bilder Del 1 av 6.zip", "iCloud-bilder", 1, 6),
            ("iCloud Fotos Teil 1 von 37.zip", "iCloud Fotos", 1, 37),
            ("iCloud-Fotos Teil 1 von 37.zip", "iCloud-Fotos", 1, 37),
            ("iCloud 照片 第 3 部分（共 101 部分）.zip", "iCloud 照片", 3, 101),
            ("iCloud 照片 第 ３ 部分（共 １０１ 部分）.zip", "iCloud 照片", 3, 101),
            ("iCloud照片第3部分（共101部分）.zip", "iCloud照片", 3, 101),
            ("Photos iCloud partie 2 sur 6.zip", "Photos iCloud", 2, 6),
            ("Fotos de iCloud - Parte 2 de 6.zip", "Fotos de iCloud", 2, 6),
            ("iCloud写真 パート 1/3.zip", "iCloud写真", 1, 3),
            ("iCloud 사진 1부 (총 3부).zip", "iCloud 사진", 1, 3),
            ("iCloud-fotók 1. rész, összesen 3.zip", "iCloud-fotók", 1, 3),
            ("صور iCloud الجزء ١ من ٣.zip", "صور iCloud", 1, 3),
            ("iCloud Photos 1 of 3.zip", "iCloud Photos", 1, 3),
            ("iCloud Drive Part 2 of 3.zip", "iCloud Drive", 2, 3),
            ("part1of3", "part", 1, 3),
            ("1 of 3.zip", "export", 1, 3),
        ] {
            let expected = PartName { base: base.into(), number: Some(number), total: Some(total) };
            assert_eq!(PartName::read(name), expected, "{name}");
        }
    }

    #[test]
    fn the_first_neighbouring_pair_in_order_counts() {
        for (name, pair) in [
            ("iCloud Photos 2024-05-01 Part 1 of 3", Some((1, 1))),
            ("iCloud Photos 2024 Part 1 of 3", Some((1, 3))),
            ("iCloud Photos 05 12", Some((5, 12))),
            ("iCloud Photos Part 4 of 3", None),
            ("iCloud Photos Part 0 of 3", None),
            ("iCloud Photos Part 0 of 3 of 5", Some((3, 5))),
            ("iCloud Photos 2024-05", None),
            ("1 99999999999 2", None),
            ("99999999999 1 2", Some((1, 2))),
            ("2 of 3 - iCloud Photos", Some((2, 3))),
        ] {
            let read = PartName::read(name);
            assert_eq!(read.number.zip(read.total), pair, "{name}");
        }
        assert_eq!(PartName::read("2 of 3 - iCloud Photos").base, "iCloud Photos");
    }

    #[test]
    fn names_that_count_nothing() {
        for (name, base) in [
            ("iCloud Photos.zip", "iCloud Photos"),
            ("iCloud Photos", "iCloud Photos"),
            ("iCloud Photos(1).zip", "iCloud Photos"),
            ("iCloud Photos (2).zip", "iCloud Photos"),
            ("iCloud Photos (1) (1).zip", "iCloud Photos"),
            ("iCloud Photos 2 (3).zip", "iCloud Photos"),
            ("iCloud Photos 2.zip", "iCloud Photos"),
            ("iCloud Photos copy 3.zip", "iCloud Photos"),
            ("iCloud Photos - Copy.zip", "iCloud Photos"),
            ("iCloud\u{a0}Photos  .zip", "iCloud Photos"),
            ("iCloud Photos 2024.zip", "iCloud Photos 2024"),
            ("iCloud-fo\u{301}t.zip", "iCloud-f\u{f3}t"),
            ("part1", "part1"),
            ("(1).zip", "(1)"),
            ("iCloud Photos (2024).zip", "iCloud Photos (2024)"),
            ("", "export"),
            (".zip", "export"),
        ] {
            assert_eq!(
                PartName::read(name),
                PartName { base: base.into(), number: None, total: None },
                "{name}"
            );
        }
    }

    #[test]
    fn marks_of_copies() {
        for (stem, original) in [
            ("Photo Details-1 copy", "Photo Details-1"),
            ("Photo Details-1 copy 2", "Photo Details-1"),
            ("Photo Details - Copy (2)", "Photo Details"),
            ("copy", "copy"),
            ("2", "2"),
            (" copy", "copy"),
            ("é copy", "é"),
            ("hardcopy", "hardcopy"),
        ] {
            assert_eq!(without_copy_marks(stem), original, "{stem}");
        }
    }

    #[test]
    fn unfinished_downloads() {
        for name in [
            "iCloud Photos Part 1 of 3.zip.crdownload",
            "Unconfirmed 123456.crdownload",
            "iCloud Photos Part 1 of 3.zip.download",
            "iCloud Photos Part 1 of 3.zip.part",
            "x.PARTIAL",
            "x.zip.opdownload",
            "x.zip.!ut",
            "x.zip.tmp",
            "iCloud Photos.tmp",
        ] {
            assert!(is_unfinished_download(name), "{name}");
        }
        for name in ["iCloud Photos Part 1 of 3.zip", "part", "download", "letter.tmp", "IMG_1.HEIC", ""] {
            assert!(!is_unfinished_download(name), "{name}");
        }
    }

    #[test]
    fn names_that_apple_gives() {
        for name in [
            "iCloud Photos.zip",
            "iCloud Photos (1).zip",
            "iCloud Photos Part 2 of 3.zip",
            "icloud photos part 2 of 3",
            "iCloud-bilder Del 1 av 6.zip",
            "iCloud 照片 第 3 部分（共 101 部分）.zip",
            "iCloud写真 1/3.zip",
            "iCloud\u{a0}Drive.zip",
            "Photos iCloud partie 2 sur 6.zip",
        ] {
            assert!(is_apple_name(name), "{name}");
        }
        for name in [
            "icloudUsageData.zip",
            "icloudUsageData Set 1 of 2.zip",
            "iCloudPhotos.zip",
            "icloud.zip",
            "iCloud",
            "holiday.zip",
            "my iCloud backup.zip",
            "IMG_1.HEIC",
            "",
        ] {
            assert!(!is_apple_name(name), "{name}");
        }
    }

    proptest! {
        #[test]
        fn any_name_has_a_base_and_both_numbers_or_none(name in any::<String>()) {
            let read = PartName::read(&name);
            assert!(!read.base.is_empty() && read.number.is_some() == read.total.is_some());
            let _ = (is_apple_name(&name), is_unfinished_download(&name));
        }

        #[test]
        fn names_made_of_likely_pieces_do_not_panic(name in "(iCloud|[- _.()0-9第（０é]|copy|\\.zip){0,9}") {
            assert!(!PartName::read(&name).base.is_empty());
        }
    }
}
