//! The lines that vCards and iCalendar files are made of: `item1.TEL;TYPE=cell:+47 …`.
//!
//! Reads from front to back and says what each line is and where it stands, so that others can copy whole blocks of a
//! file as they are. It knows no property by name, and writes nothing: a line that went through a reader and back is not
//! the line that Apple delivered.
//!
//! It works on bytes and not on text because folding may cut a character in two, and because each line of an old
//! vCard may be in an encoding of its own. However long a file or a line is, it holds no more than [`LONGEST`] of it.

mod property;
#[cfg(test)]
mod tests;
mod text;

use std::io::{self, BufRead};
use std::ops::Range;

pub use property::{Property, from_base64, unescaped};
pub use text::{Decoded, Part, Text, text_of};

/// Bytes of one line that are kept, however many lines of the file it was folded into. Pictures in cards are the
/// longest that are read, and a hundred times shorter.
pub const LONGEST: usize = 16 << 20;

/// One line as it is meant: however many lines of the file it was folded into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line<'l> {
    /// Where it stands in the text, with the line break after it.
    pub span: Range<usize>,
    /// Whether all of it is here; of a line that is longer than any it is the beginning.
    pub is_whole: bool,
    unfolded: &'l [u8],
}

impl Line<'_> {
    /// What it says; `None` if it is no property, because it has no colon or nothing that could be a name before it.
    pub fn property(&self) -> Option<Property<'_>> {
        property::parse(self.unfolded)
    }
}

/// The lines of a text, unfolded; blank ones are none.
///
/// A line that begins with a blank continues the one before, also over an empty line between them. A
/// quoted-printable value continues after a `=` at the end of its line, and base64 of vCard 2.1 goes on in lines
/// without a blank in front. Line breaks are LF, CR LF and CR, in any mixture.
#[derive(Debug, Clone)]
pub struct Lines<R> {
    source: R,
    /// Where what comes next from the source stands in the text.
    at: usize,
    /// The line of the file that was read last.
    row: Row,
    /// Whether it belongs to the line that comes next.
    is_ahead: bool,
    line: Unfolding,
}

/// A line as it stands in a file, without its line break.
#[derive(Debug, Clone, Default)]
struct Row {
    kept: Kept,
    start: usize,
}

/// The beginning of something.
#[derive(Debug, Clone, Default)]
struct Kept {
    bytes: Vec<u8>,
    /// Of all of it, not only of what is kept.
    last: Option<u8>,
    is_cut: bool,
}

impl Kept {
    fn clear(&mut self) {
        self.bytes.clear();
        (self.last, self.is_cut) = (None, false);
    }

    fn push(&mut self, more: &[u8]) {
        let room = LONGEST - self.bytes.len();
        self.bytes.extend_from_slice(more.get(..room).unwrap_or(more));
        self.is_cut |= more.len() > room;
        self.last = more.last().copied().or(self.last);
    }
}

impl<R: BufRead> Lines<R> {
    /// The lines of what [`Decoded`] gives, or [`text_of`] gave.
    pub fn new(source: R) -> Self {
        Lines::from(source, 0)
    }

    /// The same, of a source that begins at this place of its text.
    pub(super) fn from(source: R, at: usize) -> Self {
        Lines { source, at, row: Row::default(), is_ahead: false, line: Unfolding::default() }
    }

    /// The next line; `None` at the end.
    ///
    /// # Errors
    /// If the source cannot be read.
    // not an iterator: a line is only there until the next one comes
    #[allow(clippy::should_implement_trait)]
    pub fn next(&mut self) -> io::Result<Option<Line<'_>>> {
        if !self.read_said_row()? {
            return Ok(None);
        }
        self.line.begin(&self.row.kept);
        let start = self.row.start;
        let mut end = self.at;
        loop {
            if self.line.is_cut_softly() {
                if !self.read_row()? {
                    break;
                }
                if is_frame(&self.row.kept.bytes) {
                    self.is_ahead = true;
                    break;
                }
                self.line.go_on_softly(&self.row.kept);
            } else {
                if !self.read_said_row()? {
                    break;
                }
                if let [b' ' | b'\t', ..] = *self.row.kept.bytes {
                    self.line.go_on(&self.row.kept, 1);
                } else if self.row.start == end && self.line.goes_on_in(&self.row.kept.bytes) {
                    self.line.go_on(&self.row.kept, 0);
                } else {
                    self.is_ahead = true;
                    break;
                }
            }
            end = self.at;
        }
        let Kept { bytes, is_cut, .. } = &self.line.kept;
        Ok(Some(Line { span: start..end, is_whole: !is_cut, unfolded: bytes }))
    }

    /// How far it came.
    pub fn position(&self) -> usize {
        if self.is_ahead { self.row.start } else { self.at }
    }

    /// Reads on to a line of the file that is not empty; `false` if there is none.
    fn read_said_row(&mut self) -> io::Result<bool> {
        while self.read_row()? {
            if !self.row.kept.bytes.is_empty() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Reads one line of the file; `false` at its end.
    fn read_row(&mut self) -> io::Result<bool> {
        if std::mem::take(&mut self.is_ahead) {
            return Ok(true);
        }
        self.row.kept.clear();
        self.row.start = self.at;
        loop {
            let bytes = filled(&mut self.source)?;
            let Some(end) = bytes.iter().position(|byte| is_break(*byte)) else {
                let length = bytes.len();
                self.row.kept.push(bytes);
                self.source.consume(length);
                self.at += length;
                match length {
                    0 => return Ok(self.at > self.row.start),
                    _ => continue,
                }
            };
            let (line, ending) = bytes.split_at(end);
            self.row.kept.push(line);
            let is_half = ending.first() == Some(&b'\r');
            self.source.consume(end + 1);
            self.at += end + 1;
            if is_half && filled(&mut self.source)?.first() == Some(&b'\n') {
                self.source.consume(1);
                self.at += 1;
            }
            return Ok(true);
        }
    }
}

fn filled(source: &mut impl BufRead) -> io::Result<&[u8]> {
    loop {
        match source.fill_buf() {
            Ok(_) => break,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    source.fill_buf()
}

/// A line that may go on.
#[derive(Debug, Clone, Default)]
struct Unfolding {
    kept: Kept,
    /// How far the search for the first colon came, so that no byte is looked at twice.
    looked_at: usize,
    /// What the parameters say of the value, once they are there.
    coding: Option<Coding>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Coding {
    Plain,
    QuotedPrintable,
    Base64,
}

impl Unfolding {
    fn begin(&mut self, row: &Kept) {
        self.kept.clear();
        (self.looked_at, self.coding) = (0, None);
        self.go_on(row, 0);
    }

    /// Goes on in a row, but for so many bytes of it.
    fn go_on(&mut self, row: &Kept, without: usize) {
        self.kept.push(row.bytes.get(without..).unwrap_or_default());
        if row.is_cut {
            (self.kept.is_cut, self.kept.last) = (true, row.last);
        }
    }

    fn go_on_softly(&mut self, row: &Kept) {
        if !self.kept.is_cut {
            self.kept.bytes.pop();
        }
        self.kept.last = self.kept.bytes.last().copied();
        self.go_on(row, 0);
    }

    fn coding(&mut self) -> Option<Coding> {
        let bytes = &self.kept.bytes;
        if self.coding.is_none() {
            let new = bytes.get(self.looked_at..).unwrap_or_default();
            let colon = new.iter().position(|byte| *byte == b':').map(|at| self.looked_at + at);
            self.looked_at = bytes.len();
            self.coding = colon.and_then(|colon| bytes.get(..colon)).map(Coding::stated_in);
        }
        self.coding
    }

    /// Whether this is quoted-printable that ends within a line of its text.
    fn is_cut_softly(&mut self) -> bool {
        self.kept.last == Some(b'=') && self.coding() == Some(Coding::QuotedPrintable)
    }

    /// Whether this is base64, and the next line nothing else.
    fn goes_on_in(&mut self, next: &[u8]) -> bool {
        let is_base64 = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=');
        !next.is_empty() && next.iter().all(is_base64) && self.coding() == Some(Coding::Base64)
    }
}

impl Coding {
    fn stated_in(header: &[u8]) -> Coding {
        let says = |word: &[u8]| header.windows(word.len()).any(|part| part.eq_ignore_ascii_case(word));
        if says(b"QUOTED-PRINTABLE") {
            Coding::QuotedPrintable
        } else if says(b"BASE64") || says(b"ENCODING=B") {
            Coding::Base64
        } else {
            Coding::Plain
        }
    }
}

fn is_break(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\r')
}

/// Whether a line begins or ends a block. A value that was cut off never swallows one.
fn is_frame(line: &[u8]) -> bool {
    property::parse(line).is_some_and(|property| matches!(&*property.name, "BEGIN" | "END"))
}
