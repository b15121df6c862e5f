//! The lines that vCards and iCalendar files are made of: `item1.TEL;TYPE=cell:+47 …`.
//!
//! Takes bytes and says what each line is and where it stands, so that others can copy whole blocks of a file as
//! they are. It knows no property by name, and writes nothing: a line that went through a reader and back is not the
//! line that Apple delivered.
//!
//! It works on bytes and not on text because folding may cut a character in two, and because each line of an old
//! vCard may be in an encoding of its own.

mod property;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::ops::Range;

pub use property::{Property, from_base64, unescaped};

/// The bytes of a file without a byte order mark, and in UTF-8 if they were UTF-16, which the Address Book of
/// Mac OS X once wrote. What is neither stays as it is: each line says, or shows, what it is in.
pub fn text_of(bytes: &[u8]) -> Cow<'_, [u8]> {
    let utf16 = |encoding: &'static encoding_rs::Encoding| {
        Cow::Owned(encoding.decode_with_bom_removal(bytes).0.into_owned().into_bytes())
    };
    match bytes {
        [0xff, 0xfe, ..] | [1..=255, 0, 1..=255, 0, ..] => utf16(encoding_rs::UTF_16LE),
        [0xfe, 0xff, ..] | [0, 1..=255, 0, 1..=255, ..] => utf16(encoding_rs::UTF_16BE),
        [0xef, 0xbb, 0xbf, rest @ ..] => Cow::Borrowed(rest),
        _ => Cow::Borrowed(bytes),
    }
}

/// One line as it is meant: however many lines of the file it was folded into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line<'t> {
    /// Where it stands in the text, with the line break after it.
    pub span: Range<usize>,
    unfolded: Cow<'t, [u8]>,
}

impl Line<'_> {
    /// What it says; `None` if it is no property, because it has no colon or nothing that could be a name before it.
    pub fn property(&self) -> Option<Property<'_>> {
        property::parse(&self.unfolded)
    }
}

/// The lines of a text, unfolded; blank ones are none.
///
/// A line that begins with a blank continues the one before, also over an empty line between them. A
/// quoted-printable value continues after a `=` at the end of its line, and base64 of vCard 2.1 goes on in lines
/// without a blank in front. Line breaks are LF, CR LF and CR, in any mixture.
#[derive(Debug, Clone)]
pub struct Lines<'t> {
    text: &'t [u8],
    at: usize,
}

impl<'t> Lines<'t> {
    /// The lines of what [`text_of`] gave.
    pub fn new(text: &'t [u8]) -> Self {
        Lines { text, at: 0 }
    }

    /// The text from here to the line break, and where that ends.
    fn physical(&self, from: usize) -> (&'t [u8], usize) {
        let rest = self.text.get(from..).unwrap_or_default();
        let length = rest.iter().position(|byte| is_break(*byte)).unwrap_or(rest.len());
        let (line, after) = rest.split_at(length);
        let ending = match after {
            [b'\r', b'\n', ..] => 2,
            [_, ..] => 1,
            [] => 0,
        };
        (line, from + length + ending)
    }

    /// The place of the next byte that is no line break.
    fn after_breaks(&self, from: usize) -> usize {
        let rest = self.text.get(from..).unwrap_or_default();
        from + rest.iter().position(|byte| !is_break(*byte)).unwrap_or(rest.len())
    }
}

impl<'t> Iterator for Lines<'t> {
    type Item = Line<'t>;

    fn next(&mut self) -> Option<Line<'t>> {
        let start = self.after_breaks(self.at);
        if start >= self.text.len() {
            return None;
        }
        let (first, mut end) = self.physical(start);
        let mut line = Unfolding { bytes: Cow::Borrowed(first), looked_at: 0, coding: None };
        loop {
            let following = self.after_breaks(end);
            let (next, next_end) = self.physical(following);
            if line.is_cut_softly() {
                let (next, next_end) = self.physical(end);
                if next_end == end || is_frame(next) {
                    break;
                }
                line.bytes.to_mut().pop();
                line.push(next);
                end = next_end;
            } else if let [b' ' | b'\t', folded @ ..] = next {
                line.push(folded);
                end = next_end;
            } else if following < self.text.len() && following == end && line.goes_on_in(next) {
                line.push(next);
                end = next_end;
            } else {
                self.at = following;
                return Some(Line { span: start..end, unfolded: line.bytes });
            }
        }
        self.at = end;
        Some(Line { span: start..end, unfolded: line.bytes })
    }
}

/// A line that may go on.
struct Unfolding<'t> {
    bytes: Cow<'t, [u8]>,
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

impl Unfolding<'_> {
    fn push(&mut self, more: &[u8]) {
        self.bytes.to_mut().extend_from_slice(more);
    }

    fn coding(&mut self) -> Option<Coding> {
        if self.coding.is_none() {
            let new = self.bytes.get(self.looked_at..).unwrap_or_default();
            let colon = new.iter().position(|byte| *byte == b':').map(|at| self.looked_at + at);
            self.looked_at = self.bytes.len();
            self.coding = colon.and_then(|colon| self.bytes.get(..colon)).map(Coding::stated_in);
        }
        self.coding
    }

    /// Whether this is quoted-printable that ends within a line of its text.
    fn is_cut_softly(&mut self) -> bool {
        self.bytes.ends_with(b"=") && self.coding() == Some(Coding::QuotedPrintable)
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
