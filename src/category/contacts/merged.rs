//! `All contacts.vcf`: every file of cards in one, for programs that take one file.
//!
//! The files follow each other byte for byte. Between them there is a line break only where a file ends without
//! one, and no byte order mark, which would be a letter of the first card's first line. A file in UTF-16 is put
//! into UTF-8, because nobody reads a file in two encodings.

use std::borrow::Cow;

use crate::apple::content_line::text_of;

/// All files as one, in the order of the bytes of their paths, whatever order they come in.
#[cfg(any(test, feature = "internals"))]
pub fn merged(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut ordered: Vec<_> = files.iter().collect();
    ordered.sort_by_key(|(path, _)| path.as_bytes());
    let mut all = Vec::with_capacity(files.iter().map(|(_, bytes)| bytes.len() + 2).sum());
    ordered.iter().for_each(|(_, bytes)| all.extend_from_slice(&piece(bytes)));
    all
}

/// What one file is in the file of all, for those who write it file by file.
pub fn piece(file: &[u8]) -> Cow<'_, [u8]> {
    let text = text_of(file);
    match text.last() {
        None | Some(b'\n' | b'\r') => text,
        Some(_) => Cow::Owned([&text, &b"\r\n"[..]].concat()),
    }
}
