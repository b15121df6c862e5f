//! Text as Apple's lists and archives write it: percent-escapes, extensions, and when two names are the same.
//!
//! What a file may be called in a library is for [`name`](crate::library::name) to decide.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;

/// The longest text after a last dot that still counts as an extension, in bytes.
pub const EXTENSION_MAX: usize = 16;

/// The bytes of a text, with those percent-escapes resolved whose value is wanted.
pub fn without_escapes(text: &str, is_wanted: impl Fn(u8) -> bool) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let hex = |at: usize| after.get(at).and_then(|b| char::from(*b).to_digit(16));
        let value = hex(0).zip(hex(1)).filter(|_| byte == b'%').map(|(high, low)| high * 16 + low);
        match value.and_then(|value| u8::try_from(value).ok()).filter(|value| is_wanted(*value)) {
            Some(value) => {
                bytes.push(value);
                rest = after.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(byte);
                rest = after;
            }
        }
    }
    bytes
}

/// The key by which rows, album entries and media find each other: NFC and case-folded, nothing
/// else. Unlike [`fold`](crate::library::name::fold) it compares what names say, not what file systems make of them.
pub fn match_key(name: &str) -> String {
    #[cfg(test)]
    crate::contents::steps::step();
    if name.is_ascii() { name.to_ascii_lowercase() } else { letters_of_key(name).collect() }
}

fn letters_of_key(name: &str) -> impl Iterator<Item = char> {
    name.nfd()
        .flat_map(char::to_lowercase)
        .flat_map(char::to_uppercase)
        .flat_map(char::to_lowercase)
        .map(modern_georgian)
        .nfc()
}

/// Whether two file names differ in case and normalisation at most: whether they have one [`match_key`], of which none is
/// made here.
pub fn same_name(a: &str, b: &str) -> bool {
    if a.is_ascii() && b.is_ascii() {
        a.eq_ignore_ascii_case(b)
    } else {
        letters_of_key(a).eq(letters_of_key(b))
    }
}

/// Whether the extension of a name is one of these, as its [`match_key`] has it; `""` is that of a name without.
pub fn has_extension(name: &str, extensions: &[&str]) -> bool {
    let (_, extension) = split(name);
    // what is ASCII has the same place and length in the key, whatever stands before it
    if name.is_ascii() || !extension.is_empty() && extension.is_ascii() {
        extensions.iter().any(|other| other.eq_ignore_ascii_case(extension))
    } else {
        extensions.contains(&split(&match_key(name)).1)
    }
}

/// Whether a text ends so, in capitals or not. Only the letters of ASCII have both.
pub fn ends_ascii(text: &str, ending: &str) -> bool {
    let from = text.len().checked_sub(ending.len());
    from.and_then(|from| text.as_bytes().get(from..))
        .is_some_and(|end| end.eq_ignore_ascii_case(ending.as_bytes()))
}

/// A path with `/` between its components, as Windows and some of Apple's archives do not have it.
pub fn slashed(path: &str) -> Cow<'_, str> {
    if path.contains('\\') { Cow::Owned(path.replace('\\', "/")) } else { Cow::Borrowed(path) }
}

/// The last step of a path.
pub fn file_name(path: &str) -> &str {
    path.as_bytes().iter().rposition(|&byte| byte == b'/').and_then(|at| path.get(at + 1..)).unwrap_or(path)
}

/// The folder that a path lies in; `""` is the folder of all paths.
pub fn above(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// A path below a folder, without it; `""` is the folder of all paths.
pub fn below<'p>(path: &'p str, folder: &str) -> Option<&'p str> {
    if folder.is_empty() { Some(path) } else { path.strip_prefix(folder)?.strip_prefix('/') }
}

/// How many folders lead to this one, itself included.
pub fn depth(folder: &str) -> usize {
    folder.split('/').filter(|component| !component.is_empty()).count()
}

/// Stem and extension of a file name; the extension has no dot and is `""` where there is none.
/// `.pic` has none, nor has `Dr. No`: an extension is at most 16 bytes long and holds no space.
pub fn split(name: &str) -> (&str, &str) {
    match name.rsplit_once('.') {
        Some((stem, extension)) if stem.bytes().any(|byte| byte != b'.') && is_extension(extension) => {
            (stem, extension)
        }
        _ => (name, ""),
    }
}

/// Whether a text after a dot counts as an extension.
pub fn is_extension(text: &str) -> bool {
    let fits = (1..=EXTENSION_MAX).contains(&text.len());
    fits && !text.contains(|c: char| c == '.' || c.is_whitespace())
}

/// HFS+ folds the old capitals (U+10A0…) to what are today letters without case (U+10D0…); Unicode
/// has since given the former lower-case letters of their own (U+2D00…).
fn modern_georgian(c: char) -> char {
    match c {
        '\u{2d00}'..='\u{2d25}' => char::from_u32(u32::from(c) - 0x2d00 + 0x10d0).unwrap_or(c),
        _ => c,
    }
}

pub fn joined(stem: &str, extension: &str) -> String {
    if extension.is_empty() { stem.to_owned() } else { format!("{stem}.{extension}") }
}

#[cfg(test)]
mod tests {
    use super::{ends_ascii, has_extension, match_key, same_name, slashed, split};
    use proptest::prelude::{any, prop_oneof, proptest};
    use proptest::strategy::Strategy;

    /// Names near to those that are asked for, in letters that some case, normal form or script has in their place.
    fn odd() -> impl Strategy<Value = String> {
        let near = "([pPhHoOtTsS\u{17f}iI\u{131}\u{130}kK\u{212a}cCvV. /\u{10a0}\u{2d00}\u{10d0}\u{1c90}\u{df}\u{fb01}e\u{301}\u{e9}\u{c9}\u{345}\u{308}\u{3a3}\u{3c2}\u{ac00}\u{1100}\u{1161}\u{37e}\u{2024}\u{2000}\u{a0}]|photos|\\.csv|\\.ZIP){0,9}";
        prop_oneof![near, any::<String>()]
    }

    proptest! {
        #[test]
        fn names_are_the_same_if_their_keys_are(a in odd(), b in odd()) {
            assert_eq!(same_name(&a, &b), match_key(&a) == match_key(&b));
            assert!(same_name(&a, &match_key(&a)) == (match_key(&match_key(&a)) == match_key(&a)));
            assert!(same_name(&a, &a.to_ascii_uppercase()));
            assert_eq!(same_name(&a, "photos"), match_key(&a) == "photos");
        }

        #[test]
        fn an_extension_is_that_of_the_key(name in odd()) {
            let key = match_key(&name);
            for extensions in [&["csv", "zip"][..], &["", "s", "i"], &["pdf", split(&key).1], &[]] {
                assert_eq!(has_extension(&name, extensions), extensions.contains(&split(&key).1), "{name:?}");
            }
        }

        #[test]
        fn an_ending_is_that_of_the_text_in_lower_case(text in odd()) {
            for ending in [".zip", ".csv", "hot", ".vcf", ".ics", ".emlx", ".mbox", ".html"] {
                assert_eq!(ends_ascii(&text, ending), text.to_lowercase().ends_with(ending), "{text:?}");
            }
        }

        #[test]
        fn a_path_is_slashed_as_if_all_were_replaced(path in "([a/\\\\é]){0,9}") {
            assert_eq!(slashed(&path), path.replace('\\', "/"));
        }
    }
}
