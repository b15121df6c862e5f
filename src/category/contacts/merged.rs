//! `All contacts.vcf`: every file of cards in one, for programs that take one file.
//!
//! The files follow each other byte for byte. Between them there is a line break only where a file ends without
//! one, and no byte order mark, which would be a letter of the first card's first line. A file in UTF-16 is put
//! into UTF-8, because nobody reads a file in two encodings.

use crate::apple::content_line::text_of;

/// All files as one, in the order of the bytes of their paths, whatever order they come in.
pub fn merged(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut ordered: Vec<_> = files.iter().collect();
    ordered.sort_by_key(|(path, _)| path.as_bytes());
    let mut all = Vec::with_capacity(files.iter().map(|(_, bytes)| bytes.len() + 2).sum());
    for (_, bytes) in ordered {
        all.extend_from_slice(&text_of(bytes));
        end_line(&mut all);
    }
    all
}

/// Ends the last line if nothing does.
pub(super) fn end_line(text: &mut Vec<u8>) {
    if !text.is_empty() && !text.ends_with(b"\n") && !text.ends_with(b"\r") {
        text.extend_from_slice(b"\r\n");
    }
}
