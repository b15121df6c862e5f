//! `All contacts.vcf`: every file of cards in one, for programs that take one file.
//!
//! The files follow each other byte for byte. Between them there is a line break only where a file ends without
//! one, and no byte order mark, which would be a letter of the first card's first line. A file in UTF-16 is put
//! into UTF-8, because nobody reads a file in two encodings.

use std::io::{self, Read, Write};

use crate::apple::content_line::Decoded;

/// Bytes that are copied at a time.
const WINDOW: usize = 64 << 10;

/// All files as one, in the order of the bytes of their paths, whatever order they come in.
#[cfg(any(test, feature = "internals"))]
pub fn merged(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut ordered: Vec<_> = files.iter().collect();
    ordered.sort_by_key(|(path, _)| path.as_bytes());
    let mut all = Vec::with_capacity(files.iter().map(|(_, bytes)| bytes.len() + 2).sum());
    // neither what is in memory nor memory itself refuses
    ordered.iter().for_each(|(_, bytes)| piece(*bytes, &mut all).unwrap_or_default());
    all
}

/// Writes what one file is in the file of all, for those who write it file by file.
///
/// # Errors
/// If it cannot be read, or `to` refuses.
pub fn piece(file: impl Read, to: &mut dyn Write) -> io::Result<()> {
    let mut text = Decoded::new(file)?;
    let mut window = vec![0; WINDOW];
    let mut last = None;
    loop {
        let length = text.read(&mut window)?;
        match window.get(..length) {
            None | Some([]) => break,
            Some(bytes) => {
                to.write_all(bytes)?;
                last = bytes.last().copied();
            }
        }
    }
    match last {
        None | Some(b'\n' | b'\r') => Ok(()),
        Some(_) => to.write_all(b"\r\n"),
    }
}
