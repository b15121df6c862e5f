//! A table of any size, read from front to back in windows of text.
//!
//! The surprise is how a window ends: behind the end of a line, in UTF-16 behind both of its bytes, and a record that may
//! go on in the next window comes again there.

use std::io::{self, Read};

use crate::apple::table::{Encoding, Oversized, Record, Records, decoded, lines_of, utf16_of};

/// Bytes that are looked at together.
const WINDOW: usize = 8 << 20;

/// No record is longer, so what begins so far before the end of a window is whole.
const LONGEST: usize = 2 << 20;

/// The windows of a file.
pub struct Windows<R> {
    source: R,
    bytes: Vec<u8>,
    /// The end of the last text, which may go on.
    open: String,
    encoding: Option<Encoding>,
    is_over: bool,
    size: usize,
}

/// One logical line of a table, or several with nothing in them.
#[derive(Debug)]
pub enum Line<'t> {
    Blank(u64),
    Record(Record<'t>),
    Oversized,
}

impl<R: Read> Windows<R> {
    /// Of this file, which is read once.
    pub fn new(source: R) -> Self {
        Windows::of_size(source, WINDOW)
    }

    fn of_size(source: R, size: usize) -> Self {
        Windows { source, bytes: Vec::new(), open: String::new(), encoding: None, is_over: false, size }
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
        let utf16 = match self.encoding {
            Some(known) => Some(known).filter(|known| known.unit() == 2),
            None => utf16_of(&self.bytes),
        };
        let whole = match self.is_over {
            true => self.bytes.len(),
            false => line_end(&self.bytes, self.size - self.reach(), utf16),
        };
        let window = self.bytes.get(..whole).unwrap_or(&self.bytes);
        // only the first window says how the file is encoded
        let mark: &[u8] = match self.encoding {
            None => b"",
            Some(Encoding::Utf16Le) => b"\xff\xfe",
            Some(Encoding::Utf16Be) => b"\xfe\xff",
            Some(Encoding::Utf8 | Encoding::Gb18030 | Encoding::Windows1252) => b"\xef\xbb\xbf",
        };
        let marked = [mark, window].concat();
        let (text, encoding) = decoded(&marked);
        let text = std::mem::take(&mut self.open) + &text;
        self.encoding.get_or_insert(encoding);
        self.bytes.drain(..whole);
        Ok(Some(text))
    }

    /// Every line of the last text, but those that come again with the next.
    pub fn lines<'t>(&mut self, text: &'t str, separator: char, mut each: impl FnMut(Line<'t>)) {
        let mut next = 1;
        for record in Records::new(text, separator) {
            let (line, lines) = match &record {
                Ok(record) => (record.line, record.lines),
                Err(Oversized { line }) => (*line, 1),
            };
            if line > next {
                each(Line::Blank(line - next));
            }
            next = line + lines;
            match record {
                Ok(record) => {
                    let begins = record.raw.as_ptr().addr() - text.as_ptr().addr();
                    if !self.is_over && begins > 0 && begins + self.reach() > text.len() {
                        self.open = text.get(begins..).unwrap_or_default().to_owned();
                        return;
                    }
                    each(Line::Record(record));
                }
                Err(_) => each(Line::Oversized),
            }
        }
        let behind = lines_of(text).saturating_sub(next - 1);
        if behind > 0 {
            each(Line::Blank(behind));
        }
    }

    fn reach(&self) -> usize {
        LONGEST.min(self.size / 2)
    }
}

/// The end of the first line that ends behind `at`. Without one there is no record to be cut, only half a letter.
fn line_end(bytes: &[u8], at: usize, utf16: Option<Encoding>) -> usize {
    let at = at & !1;
    let after = bytes.get(at..).unwrap_or_default();
    let Some(utf16) = utf16 else {
        let end = |wanted: u8| after.iter().position(|byte| *byte == wanted);
        return end(b'\n').or_else(|| end(b'\r')).map_or(bytes.len(), |end| at + end + 1);
    };
    let line_break = if utf16 == Encoding::Utf16Le { *b"\n\0" } else { *b"\0\n" };
    let found = after.chunks_exact(2).position(|unit| unit == line_break);
    found.map_or(bytes.len() & !1, |unit| at + (unit + 1) * 2)
}

#[cfg(test)]
mod tests {
    use super::{Line, Windows};
    use crate::apple::table::Encoding;

    /// The bytes of a text in every encoding that can hold it.
    fn encoded(text: &str) -> Vec<(Encoding, Vec<u8>)> {
        let utf16 = |mark: &[u8], bytes: fn(u16) -> [u8; 2]| -> Vec<u8> {
            mark.iter().copied().chain(text.encode_utf16().flat_map(bytes)).collect()
        };
        let (cp1252, _, lacks) = encoding_rs::WINDOWS_1252.encode(text);
        let mut all = vec![
            (Encoding::Utf8, text.as_bytes().to_vec()),
            (Encoding::Utf8, [b"\xef\xbb\xbf", text.as_bytes()].concat()),
            (Encoding::Utf16Le, utf16(b"\xff\xfe", u16::to_le_bytes)),
            (Encoding::Utf16Be, utf16(b"\xfe\xff", u16::to_be_bytes)),
            (Encoding::Utf16Le, utf16(b"", u16::to_le_bytes)),
            (Encoding::Utf16Be, utf16(b"", u16::to_be_bytes)),
        ];
        if !lacks {
            all.push((Encoding::Windows1252, cp1252.into_owned()));
        }
        all
    }

    #[test]
    fn windows_come_to_the_whole_text() {
        // letters of which one byte is that of a line break
        for line in ["1,\u{e9}\n2,\u{fc}\n", "1,\u{a0a}\u{10a}\u{a41}\n", "1,\u{e9}\r\n"] {
            let text = format!("a,b\n{}", line.repeat(60));
            for (encoding, bytes) in encoded(&text) {
                let mut windows = Windows::of_size(&*bytes, 64);
                let mut read = String::new();
                while let Some(window) = windows.next_text().unwrap() {
                    read.push_str(&window);
                }
                assert_eq!(read, text, "{encoding:?}");
            }
        }
        let mut windows = Windows::new(&b""[..]);
        assert_eq!(windows.next_text().unwrap().as_deref(), Some(""));
        assert_eq!(windows.next_text().unwrap(), None);
    }

    #[test]
    fn a_record_of_several_lines_is_one_in_every_window() {
        let text = format!("a,b\n{}", "\"\u{e9}\n\u{fc}\",2\n\n".repeat(200));
        for (encoding, bytes) in encoded(&text) {
            let mut windows = Windows::of_size(&*bytes, 256);
            let (mut rows, mut blank) = (Vec::new(), 0);
            while let Some(window) = windows.next_text().unwrap() {
                windows.lines(&window, ',', |line| match line {
                    Line::Blank(lines) => blank += lines,
                    Line::Record(record) => rows.push(record.raw.to_owned()),
                    Line::Oversized => panic!("no line is long"),
                });
            }
            assert_eq!((rows.len(), blank), (201, 200), "{encoding:?}");
            assert!(rows.iter().skip(1).all(|row| row == "\"\u{e9}\n\u{fc}\",2"), "{encoding:?}");
        }
    }

    #[test]
    fn a_mark_begins_only_a_file() {
        let mut windows = Windows::new(&b"\xef\xbb\xbfa,b\n1,2\n"[..]);
        assert_eq!(windows.next_text().unwrap().as_deref(), Some("a,b\n1,2\n"));
        assert_eq!(windows.encoding(), Some(Encoding::Utf8));
    }
}
