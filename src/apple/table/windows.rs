//! A table of any size, read from front to back in windows of text.
//!
//! The surprise is how a window ends: behind the end of a line, in UTF-16 behind both of its bytes, and a record that may
//! go on in the next window comes again there. Of a line that is longer than a window, which is no record, only the
//! beginning is kept. So the lines are the same whatever the windows.

use std::io::{self, Read};

use crate::apple::table::{Encoding, Oversized, Reach, Record, Records, decoded, lines_of, utf16_of};

/// Bytes that are looked at together; several times the reach of a record.
const WINDOW: usize = 8 << 20;

/// Bytes of a line longer than a window that are passed over at a time.
const STEP: u64 = 64 << 10;

/// The windows of a file.
pub struct Windows<R> {
    source: R,
    bytes: Vec<u8>,
    /// The end of the last text, which may go on.
    open: String,
    encoding: Option<Encoding>,
    is_over: bool,
    size: usize,
    reach: Reach,
    long: LongLine,
}

/// What becomes of a line that is longer than a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum LongLine {
    /// Its beginning is kept.
    PassedOver,
    /// It comes in several windows.
    Cut,
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
        Windows::within(Reach::NEAR, source)
    }

    /// No record takes more than this reach.
    pub fn within(reach: Reach, source: R) -> Self {
        Windows::of_size(WINDOW, reach, source)
    }

    /// For what is no table: all of every line comes, also of one that is longer than a window.
    pub fn of_text(source: R) -> Self {
        Windows { long: LongLine::Cut, ..Windows::new(source) }
    }

    /// Of so many bytes, at least four times the reach.
    pub(super) fn of_size(size: usize, reach: Reach, source: R) -> Self {
        let (bytes, open) = (Vec::new(), String::new());
        Windows {
            source,
            bytes,
            open,
            encoding: None,
            is_over: false,
            size: size & !1,
            reach,
            long: LongLine::PassedOver,
        }
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
            false => match last_line_end(&self.bytes, utf16) {
                Some(end) => end,
                None if self.long == LongLine::Cut => self.end_of_letter(utf16),
                None => self.pass_over_a_line(utf16)?,
            },
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
    pub fn lines<'t>(&mut self, text: &'t str, separator: char, each: impl FnMut(Line<'t>)) {
        self.cut(text, separator).for_each(each);
    }

    /// [`lines`](Self::lines), one by one.
    pub fn cut<'w, 't>(&'w mut self, text: &'t str, separator: char) -> Cut<'w, 't> {
        let records = Records::within(self.reach, text, separator);
        let goes_on = (!self.is_over).then_some((self.reach.bytes * 2, &mut self.open));
        Cut { text, records, goes_on, next: 1, behind_blanks: None }
    }

    /// Where the last letter ends, or begins, that no window cuts in two.
    fn end_of_letter(&self, utf16: Option<Encoding>) -> usize {
        let letters = self.bytes.get(..self.size).unwrap_or_default();
        match (utf16, letters) {
            (None, letters) => {
                let last = letters.iter().rposition(|byte| byte & 0xc0 != 0x80).unwrap_or_default();
                last.max(self.size.saturating_sub(4))
            }
            // the first half of a letter that has two
            (Some(Encoding::Utf16Be), [.., 0xd8..=0xdb, _]) => self.size - 2,
            (Some(Encoding::Utf16Le), [.., _, 0xd8..=0xdb]) => self.size - 2,
            (Some(_), _) => self.size,
        }
    }

    /// Reads to the end of a line that is longer than a window, and drops what is beyond the window.
    fn pass_over_a_line(&mut self, utf16: Option<Encoding>) -> io::Result<usize> {
        let kept = self.end_of_letter(utf16);
        self.bytes.drain(kept..self.size);
        loop {
            let read = (&mut self.source).take(STEP).read_to_end(&mut self.bytes)?;
            let beyond = self.bytes.get(kept..).unwrap_or_default();
            if let Some(end) = first_line_end(beyond, utf16) {
                return Ok(kept + end);
            }
            self.is_over = read == 0;
            if self.is_over {
                return Ok(self.bytes.len());
            }
            // the last two letters may be half of a line's end
            let tail = beyond.len() & !1;
            self.bytes.drain(kept..kept + tail.saturating_sub(4));
        }
    }
}

/// The lines of one window.
#[derive(Debug)]
pub struct Cut<'w, 't> {
    text: &'t str,
    records: Records<'t>,
    /// How far before the end of the text a record may go on in the next one, and where it is kept for it.
    goes_on: Option<(usize, &'w mut String)>,
    /// The number of the line that comes next, from 1.
    next: u64,
    /// What stands behind the blank lines that were given last.
    behind_blanks: Option<Line<'t>>,
}

impl<'t> Cut<'_, 't> {
    /// Takes back a record of several lines that was given last, and gives its first line alone, ignoring quotes.
    pub fn first_line_alone(&mut self, record: Record<'t>) -> Line<'t> {
        self.next = record.line + 1;
        self.records.first_line_alone(record).map_or(Line::Oversized, Line::Record)
    }
}

impl<'t> Iterator for Cut<'_, 't> {
    type Item = Line<'t>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(line) = self.behind_blanks.take() {
            return Some(line);
        }
        let Some(record) = self.records.next() else {
            let behind = lines_of(self.text).saturating_sub(self.next - 1);
            self.next += behind;
            return (behind > 0).then_some(Line::Blank(behind));
        };
        let (line, lines) = match &record {
            Ok(record) => (record.line, record.lines),
            Err(Oversized { line }) => (*line, 1),
        };
        let blanks = line - self.next;
        self.next = line + lines;
        let found = match record {
            Ok(record) => {
                let begins = record.raw.as_ptr().addr() - self.text.as_ptr().addr();
                if let Some((reach, open)) = &mut self.goes_on
                    && begins > 0
                    && begins + *reach > self.text.len()
                {
                    **open = self.text.get(begins..).unwrap_or_default().to_owned();
                    self.records = Records::within(Reach::NEAR, "", ',');
                    self.next = lines_of(self.text) + 1;
                    return (blanks > 0).then_some(Line::Blank(blanks));
                }
                Line::Record(record)
            }
            Err(_) => Line::Oversized,
        };
        if blanks == 0 {
            return Some(found);
        }
        self.behind_blanks = Some(found);
        Some(Line::Blank(blanks))
    }
}
/// Behind the last line that surely ends: a CR at the end of the bytes may be half of a CR LF.
fn last_line_end(bytes: &[u8], utf16: Option<Encoding>) -> Option<usize> {
    let (line_feed, carriage_return) = line_ends(utf16);
    let width = line_feed.len();
    let units = bytes.get(..bytes.len() / width * width).unwrap_or(bytes);
    let whole = units.strip_suffix(carriage_return).unwrap_or(units);
    let ends = |unit: &[u8]| unit == line_feed || unit == carriage_return;
    whole.chunks_exact(width).rposition(ends).map(|at| (at + 1) * width)
}

/// Behind the first line that surely ends.
fn first_line_end(bytes: &[u8], utf16: Option<Encoding>) -> Option<usize> {
    let (line_feed, carriage_return) = line_ends(utf16);
    let width = line_feed.len();
    let units = || bytes.chunks_exact(width);
    let at = units().position(|unit| unit == line_feed || unit == carriage_return)?;
    let mut from = units().skip(at);
    match (from.next(), from.next()) {
        (Some(end), _) if end == line_feed => Some((at + 1) * width),
        (_, Some(after)) => Some((at + 1 + usize::from(after == line_feed)) * width),
        _ => None,
    }
}

/// LF and CR.
fn line_ends(utf16: Option<Encoding>) -> (&'static [u8], &'static [u8]) {
    match utf16 {
        None => (b"\n", b"\r"),
        Some(Encoding::Utf16Be) => (b"\0\n", b"\0\r"),
        Some(_) => (b"\n\0", b"\r\0"),
    }
}

#[cfg(test)]
mod tests {
    use super::{Line, LongLine, Windows};
    use crate::apple::table::{Encoding, Reach};

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
                let mut windows = Windows::of_size(64, Reach { lines: 8, bytes: 16, ..Reach::FAR }, &*bytes);
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
            let mut windows = Windows::of_size(256, Reach { lines: 8, bytes: 64, ..Reach::FAR }, &*bytes);
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
    fn of_a_text_every_line_comes_whole() {
        let long = "\u{e9}\u{1f6b2}a".repeat(100);
        for text in [
            format!("ab{long}"),
            format!("ab\n{long}\nb\n{long}\n"),
            format!("ab\u{e9}\n{}", "\u{e9}a".repeat(150)),
        ] {
            for (encoding, bytes) in encoded(&text) {
                let reach = Reach { lines: 8, bytes: 16, ..Reach::FAR };
                let mut windows = Windows { long: LongLine::Cut, ..Windows::of_size(64, reach, &*bytes) };
                let mut read = String::new();
                while let Some(window) = windows.next_text().unwrap() {
                    read.push_str(&window);
                }
                assert_eq!(read, text, "{encoding:?}");
            }
        }
    }

    #[test]
    fn a_mark_begins_only_a_file() {
        let mut windows = Windows::new(&b"\xef\xbb\xbfa,b\n1,2\n"[..]);
        assert_eq!(windows.next_text().unwrap().as_deref(), Some("a,b\n1,2\n"));
        assert_eq!(windows.encoding(), Some(Encoding::Utf8));
    }

    #[test]
    fn a_line_longer_than_a_window_is_one_line() {
        let reach = Reach { lines: 8, bytes: 16, ..Reach::FAR };
        for end in ["\n", "\r\n", "\r"] {
            for length in [63, 64, 65, 66, 67, 100, 200_000] {
                let text = format!("a,b{end}{}{end}c,d{end}", "\u{e9}".repeat(length));
                for (encoding, bytes) in encoded(&text) {
                    let mut windows = Windows::of_size(64, reach, &*bytes);
                    let mut lines = Vec::new();
                    while let Some(window) = windows.next_text().unwrap() {
                        windows.lines(&window, ',', |line| {
                            lines.push(match line {
                                Line::Blank(_) => "blank".to_owned(),
                                Line::Record(record) => record.raw.to_owned(),
                                Line::Oversized => "long".to_owned(),
                            });
                        });
                    }
                    assert_eq!(lines, ["a,b", "long", "c,d"], "{encoding:?} {length} {end:?}");
                }
            }
        }
    }
}
