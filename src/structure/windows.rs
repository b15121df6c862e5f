//! The text of a table of any size, a window at a time, each ending with the end of a line.

use std::borrow::Cow;
use std::io::{self, Read};

use crate::apple::table::{Encoding, decoded};

/// Bytes that are looked at together.
const WINDOW: usize = 8 << 20;

/// A record is no longer than this, so a window that is cut so far before its end cuts none that is whole.
const LONGEST: usize = 2 << 20;

/// The windows of a file.
pub struct Windows<R> {
    source: R,
    bytes: Vec<u8>,
    encoding: Option<Encoding>,
    is_over: bool,
    size: usize,
}

impl<R: Read> Windows<R> {
    /// Of this file, which is read once.
    pub fn new(source: R) -> Self {
        Windows::of_size(source, WINDOW)
    }

    fn of_size(source: R, size: usize) -> Self {
        Windows { source, bytes: Vec::new(), encoding: None, is_over: false, size }
    }

    /// The encoding of the first window, which is that of the file; `None` before it.
    pub fn encoding(&self) -> Option<Encoding> {
        self.encoding
    }

    /// The next text; `None` at the end.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn next_text(&mut self) -> io::Result<Option<String>> {
        if self.is_over {
            return Ok(None);
        }
        let room = (self.size - self.bytes.len().min(self.size)) as u64 + 1;
        (&mut self.source).take(room).read_to_end(&mut self.bytes)?;
        self.is_over = self.bytes.len() <= self.size;
        let whole = match self.is_over {
            true => self.bytes.len(),
            false => line_end(&self.bytes, self.size - LONGEST.min(self.size / 2)),
        };
        let window = self.bytes.get(..whole).unwrap_or(&self.bytes);
        let (text, encoding) = match self.encoding {
            // only the first window of UTF-16 says that it is
            Some(Encoding::Utf16Le) => decoded(&[b"\xff\xfe", window].concat()).owned(),
            Some(Encoding::Utf16Be) => decoded(&[b"\xfe\xff", window].concat()).owned(),
            _ => decoded(window).owned(),
        };
        self.encoding.get_or_insert(encoding);
        self.bytes.drain(..whole);
        Ok(Some(text))
    }
}

trait Owned {
    fn owned(self) -> (String, Encoding);
}

impl Owned for (Cow<'_, str>, Encoding) {
    fn owned(self) -> (String, Encoding) {
        (self.0.into_owned(), self.1)
    }
}

/// The end of the first line that ends behind `at`; of UTF-16 with both bytes of its line break.
fn line_end(bytes: &[u8], at: usize) -> usize {
    let after = bytes.get(at..).unwrap_or_default();
    let Some(found) = after.iter().position(|byte| *byte == b'\n') else { return bytes.len() };
    let end = at + found + 1;
    // half of a character of UTF-16 is never the end of a window
    let is_le = bytes.get(end) == Some(&0) && end % 2 == 1;
    if is_le { end + 1 } else { end }
}

#[cfg(test)]
mod tests {
    use super::Windows;

    #[test]
    fn windows_come_to_the_whole_text() {
        let text = "a,b\n1,é\n2,ü\n".repeat(50);
        let utf16 = |bytes: fn(u16) -> [u8; 2], bom: [u8; 2]| -> Vec<u8> {
            bom.into_iter().chain(text.encode_utf16().flat_map(bytes)).collect()
        };
        for bytes in [
            text.as_bytes().to_vec(),
            utf16(u16::to_le_bytes, [0xff, 0xfe]),
            utf16(u16::to_be_bytes, [0xfe, 0xff]),
        ] {
            let mut windows = Windows::of_size(&*bytes, 64);
            let mut read = String::new();
            while let Some(window) = windows.next_text().unwrap() {
                read.push_str(&window);
            }
            assert_eq!(read, text);
        }
        let mut windows = Windows::new(&b""[..]);
        assert_eq!(windows.next_text().unwrap().as_deref(), Some(""));
        assert_eq!(windows.next_text().unwrap(), None);
    }
}
