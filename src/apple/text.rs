//! Text as Apple's lists and archives write it: percent-escapes, extensions, and when two names are the same.
//!
//! What a file may be called in a library is for [`name`](crate::library::name) to decide.

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
    if name.is_ascii() {
        return name.to_ascii_lowercase();
    }
    name.nfd()
        .flat_map(char::to_lowercase)
        .flat_map(char::to_uppercase)
        .flat_map(char::to_lowercase)
        .map(modern_georgian)
        .nfc()
        .collect()
}

/// Whether two file names differ in case and normalisation at most.
pub fn same_name(a: &str, b: &str) -> bool {
    if a.is_ascii() && b.is_ascii() { a.eq_ignore_ascii_case(b) } else { match_key(a) == match_key(b) }
}

/// The last step of a path.
pub fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
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
        Some((stem, extension)) if !stem.trim_matches('.').is_empty() && is_extension(extension) => {
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
