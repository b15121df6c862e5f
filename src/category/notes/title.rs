//! When a title in a list and a folder in an archive are the same note's.
//!
//! Apple makes a folder's name of a title: `/` becomes `|`, and what is too long is cut. Unzippers and shares change
//! more. The keys here grow coarser from one to the next; none of them is a name.

use unicode_normalization::UnicodeNormalization;

use crate::apple::text::match_key;

/// From this many characters on a name may be the beginning of a title that was cut.
const CUT_FROM: usize = 60;

/// The title as it is, in NFC, with single spaces and with `|` for `/`.
pub fn exact(title: &str) -> String {
    let words: Vec<&str> = title.split_whitespace().collect();
    words.join(" ").nfc().map(|c| if c == '/' { '|' } else { c }).collect()
}

/// The same whatever its case.
pub fn folded(title: &str) -> String {
    match_key(&exact(title))
}

/// The same to whatever may have changed characters that some file system forbids.
pub fn loose(title: &str) -> String {
    let bare: String = title
        .chars()
        .filter(|c| !matches!(c, '"' | '\u{201c}' | '\u{201d}'))
        .map(|c| match c {
            '/' | '|' | ':' | '\\' | '*' | '?' | '<' | '>' | '\u{f000}'..='\u{f0ff}' => '_',
            c if c.is_control() => '_',
            c => c,
        })
        .collect();
    folded(bare.trim_end_matches(['.', ' ', '_']))
}

/// What text becomes that was UTF-8 and was read as Windows-1252 on the way: `CafÃ©` is `Café`. `None` if it was not.
pub fn undoubled(title: &str) -> Option<String> {
    if title.is_ascii() {
        return None;
    }
    let (bytes, _, lost) = encoding_rs::WINDOWS_1252.encode(title);
    if lost { None } else { String::from_utf8(bytes.into_owned()).ok() }
}

/// The beginning by which a title and the same title cut find each other; `None` if it is too short to be cut.
pub fn beginning(folded: &str) -> Option<&str> {
    let (end, _) = folded.char_indices().nth(CUT_FROM)?;
    folded.get(..end)
}

/// Whether one of two folded titles is the beginning of the other, and long enough for that to mean something.
pub fn is_cut(a: &str, b: &str) -> bool {
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    long.starts_with(short) && short.chars().count() >= CUT_FROM
}

#[cfg(test)]
mod tests {
    use super::{beginning, exact, folded, is_cut, loose, undoubled};

    #[test]
    fn keys() {
        assert_eq!(exact("  a /  b\u{301}\t "), "a | b\u{301}");
        assert_eq!(exact("Cafe\u{301}"), "Café");
        assert_eq!(folded("https://Example.org/A"), folded("https:||example.org|a"));
        for (a, b) in [("https://x.org/a", "https___x.org_a"), ("Say \"hi\"...", "Say hi"), ("a?", "a_")] {
            assert_eq!(loose(a), loose(b), "{a}");
        }
        assert_ne!(loose("a_b"), loose("a b"));
        assert_eq!(undoubled("CafÃ©").as_deref(), Some("Café"));
        assert_eq!((undoubled("Café"), undoubled("plain"), undoubled("船")), (None, None, None));
        let long = "é".repeat(70);
        assert!(is_cut(&long, &"é".repeat(60)) && !is_cut(&long, &"é".repeat(59)) && !is_cut("a", "ab"));
        assert_eq!(beginning(&long).map(|text| text.chars().count()), Some(60));
        assert_eq!(beginning(&"é".repeat(60)), None);
    }
}
