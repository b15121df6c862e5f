//! An mbox: many messages in one file, each behind a line `From ann@example.org Mon Mar  4 19:08:00 2019`.
//!
//! [`Slices`] reads one of any size from front to back and says where each message lies; [`Writer`] makes one out of
//! messages. The file that was delivered is never changed.
//!
//! The surprise is how little separates messages. Lines that begin with `From ` stand in messages too: most programs
//! put a `>` before them, some before `>From ` as well (*mboxrd*), some do neither. So a line separates only if a time
//! and a year stand in it and a header field follows; a line that only looks like one proves that nothing was quoted
//! as mboxrd.

use std::borrow::Cow;
use std::io::{self, BufRead, Read, Write};
use std::ops::Range;

use chrono::{DateTime, Utc};

use crate::category::mail::head;

/// Bytes of a line that are looked at.
const LONGEST_LINE: usize = 512;

/// How a program wrote lines of messages that begin with `From `.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Quoting {
    /// `From `, `>From `, `>>From ` … got one more `>`.
    #[default]
    Mboxrd,
    /// Only `From ` got one, or nothing did.
    Mboxo,
}

/// A message of an mbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slice {
    /// Where it lies in the file, in bytes; without the line before it and the empty line after it.
    pub range: Range<u64>,
    /// Its bytes as they stand there, still quoted; the first of them if it is larger than what is kept.
    pub bytes: Vec<u8>,
}

/// The messages of an mbox, in order.
#[derive(Debug)]
pub struct Slices<R> {
    source: R,
    keep: usize,
    at: u64,
    /// The message being read.
    open: Option<Slice>,
    /// A line that may separate, until the next one decides.
    candidate: Option<Line>,
    /// The length of the line break of an empty line that comes just before.
    blank: Option<u64>,
    quoting: Quoting,
    stray: u64,
    is_over: bool,
}

/// A line, of which the first bytes are known.
#[derive(Debug, Default)]
struct Line {
    start: u64,
    length: u64,
    head: Vec<u8>,
    /// All of it, as far as messages keep their bytes.
    bytes: Vec<u8>,
    after_blank: Option<u64>,
}

impl<R: BufRead> Slices<R> {
    /// Reads an mbox from its beginning. Of each message the first `keep` bytes are given with it.
    pub fn new(source: R, keep: usize) -> Self {
        Slices {
            source,
            keep,
            at: 0,
            open: None,
            candidate: None,
            blank: None,
            quoting: Quoting::Mboxrd,
            stray: 0,
            is_over: false,
        }
    }

    /// How the lines of its messages were quoted, as far as it was read.
    pub fn quoting(&self) -> Quoting {
        self.quoting
    }

    /// Bytes that belong to no message: what stands before the first one.
    #[cfg(any(test, feature = "internals"))]
    pub fn stray(&self) -> u64 {
        self.stray
    }

    /// The next line; empty at the end.
    fn line(&mut self) -> io::Result<Line> {
        let mut line = Line { start: self.at, after_blank: self.blank, ..Line::default() };
        loop {
            let buffer = self.source.fill_buf()?;
            let end = buffer.iter().position(|byte| *byte == b'\n');
            let piece = buffer.get(..end.map_or(buffer.len(), |at| at + 1)).unwrap_or_default();
            let room = |taken: usize, most: usize| piece.get(..most.saturating_sub(taken)).unwrap_or(piece);
            line.head.extend_from_slice(room(line.head.len(), LONGEST_LINE));
            line.bytes.extend_from_slice(room(line.bytes.len(), self.keep));
            let length = piece.len();
            let is_end = end.is_some() || length == 0;
            self.source.consume(length);
            line.length += length as u64;
            if is_end {
                break;
            }
        }
        self.at += line.length;
        self.blank = line.head.trim_ascii().is_empty().then_some(line.length);
        Ok(line)
    }

    fn add(&mut self, line: &Line) {
        match &mut self.open {
            Some(slice) => {
                slice.range.end = line.start + line.length;
                let room = self.keep.saturating_sub(slice.bytes.len());
                slice.bytes.extend_from_slice(line.bytes.get(..room).unwrap_or(&line.bytes));
            }
            None => self.stray += line.length,
        }
    }

    /// Ends the message that is open, at the empty line before a separator or the end of the file.
    fn close(&mut self, blank: Option<u64>) -> Option<Slice> {
        let mut slice = self.open.take()?;
        let length = slice.range.end - slice.range.start;
        if let Some(blank) = blank.filter(|blank| *blank <= length) {
            slice.range.end -= blank;
            let left = usize::try_from(length - blank).unwrap_or(usize::MAX);
            slice.bytes.truncate(left);
        }
        Some(slice)
    }

    fn advance(&mut self) -> io::Result<Option<Slice>> {
        while !self.is_over {
            let line = self.line()?;
            let closed = self.decide(&line);
            if line.length == 0 {
                self.is_over = true;
                let last = self.close(line.after_blank);
                debug_assert!(closed.is_none() || last.is_none(), "one message ends at a time");
                return Ok(closed.or(last));
            }
            let is_envelope = match self.open {
                Some(_) => is_envelope(&line.head),
                None => is_first_envelope(&line.head),
            };
            if is_envelope {
                self.candidate = Some(line);
            } else {
                let is_start = self.open.is_none() && self.stray == 0 && head::name_end(&line.head).is_some();
                if is_start {
                    // a message that lost the line before it
                    self.open = Some(Slice { range: line.start..line.start, bytes: Vec::new() });
                }
                if line.head.starts_with(b"From ") && self.open.is_some() {
                    self.quoting = Quoting::Mboxo;
                }
                self.add(&line);
            }
            if closed.is_some() {
                return Ok(closed);
            }
        }
        Ok(None)
    }

    /// Whether the line before this one separates, and the message that it ends.
    fn decide(&mut self, next: &Line) -> Option<Slice> {
        let candidate = self.candidate.take()?;
        // mail that came by UUCP has another such line below
        let is_header = head::name_end(&next.head).is_some() || next.head.starts_with(b">From ");
        // a message of nothing is one where another separator or the end follows, but not within another
        if is_header || self.open.is_none() {
            let closed = self.close(candidate.after_blank);
            let start = candidate.start + candidate.length;
            self.open = Some(Slice { range: start..start, bytes: Vec::new() });
            return closed;
        }
        self.quoting = Quoting::Mboxo;
        self.add(&candidate);
        None
    }
}

impl<R: BufRead> Iterator for Slices<R> {
    type Item = io::Result<Slice>;

    fn next(&mut self) -> Option<Self::Item> {
        let next = self.advance();
        if next.is_err() {
            self.is_over = true;
        }
        next.transpose()
    }
}

/// Whether a line may begin the first message of a file, where it need not say when.
fn is_first_envelope(line: &[u8]) -> bool {
    line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line).starts_with(b"From ")
}

/// Whether a line may separate messages: `From `, a sender, a time of day and a year.
fn is_envelope(line: &[u8]) -> bool {
    let Some(rest) = line.strip_prefix(b"From ") else { return false };
    let words = || rest.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    let is_number = |text: &[u8]| !text.is_empty() && text.iter().all(u8::is_ascii_digit);
    let is_year = |word: &[u8]| word.len() == 4 && is_number(word);
    let is_time = |word: &[u8]| {
        let mut parts = word.split(|byte| *byte == b':');
        word.contains(&b':') && parts.all(|part| part.len() <= 2 && is_number(part))
    };
    words().any(is_year) && words().any(is_time)
}

/// The message as it was before its lines were quoted.
pub fn unquoted(bytes: &[u8], quoting: Quoting) -> Cow<'_, [u8]> {
    let is_quoted = |line: &[u8]| match quoting {
        Quoting::Mboxrd => line.starts_with(b">") && without_quotes(line).starts_with(b"From "),
        Quoting::Mboxo => line.starts_with(b">From "),
    };
    if !bytes.split(|byte| *byte == b'\n').any(is_quoted) {
        return Cow::Borrowed(bytes);
    }
    let mut message = Vec::with_capacity(bytes.len());
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        let line = if is_quoted(line) { line.get(1..).unwrap_or_default() } else { line };
        message.extend_from_slice(line);
    }
    Cow::Owned(message)
}

fn without_quotes(line: &[u8]) -> &[u8] {
    let quotes = line.iter().take_while(|byte| **byte == b'>').count();
    line.get(quotes..).unwrap_or_default()
}

/// Makes an mbox: mboxrd, with LF at the ends of lines. Any mail program takes it; signatures of messages in it are
/// still checked, since those that break by line ends do not survive mail either.
#[derive(Debug)]
pub struct Writer<W> {
    out: W,
}

/// How far the beginning of a line agrees with `>>From `.
#[derive(Clone, Copy)]
enum LineStart {
    /// So many `>`, then so many bytes of `From `.
    Like(u64, usize),
    Other,
}

const FROM: &[u8; 5] = b"From ";

impl<W: Write> Writer<W> {
    pub fn new(out: W) -> Self {
        Writer { out }
    }

    /// Adds a message, which is read once and held by no more than a buffer. `sender` and `sent` are for the line
    /// before it, which mail programs hardly look at.
    pub fn add(
        &mut self,
        message: &mut impl Read,
        sender: Option<&str>,
        sent: Option<DateTime<Utc>>,
    ) -> io::Result<()> {
        let address = sender.map(|sender| sender.rsplit_once('<').map_or(sender, |(_, address)| address));
        let address = address.map(|address| address.trim_end_matches('>'));
        let is_plain =
            |address: &&str| !address.is_empty() && address.bytes().all(|byte| byte.is_ascii_graphic());
        let address = address.filter(is_plain).unwrap_or("MAILER-DAEMON");
        let sent = sent.unwrap_or_default().format("%a %b %e %H:%M:%S %Y");
        writeln!(self.out, "From {address} {sent}")?;
        let mut start = LineStart::Like(0, 0);
        let (mut is_return, mut is_line_end) = (false, true);
        let mut buffer = vec![0; 64 << 10];
        loop {
            let length = match message.read(&mut buffer) {
                Ok(0) => break,
                Ok(length) => length,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            let mut rest = buffer.get(..length).unwrap_or_default();
            while let Some((byte, after)) = rest.split_first() {
                // the return of a line break is dropped, any other stays
                if std::mem::take(&mut is_return) && *byte != b'\n' {
                    self.begin(&mut start)?;
                    self.out.write_all(b"\r")?;
                }
                rest = after;
                is_line_end = false;
                match (byte, start) {
                    (b'\r', _) => is_return = true,
                    (b'\n', _) => {
                        self.begin(&mut start)?;
                        self.out.write_all(b"\n")?;
                        start = LineStart::Like(0, 0);
                        is_line_end = true;
                    }
                    (b'>', LineStart::Like(quotes, 0)) => start = LineStart::Like(quotes + 1, 0),
                    (byte, LineStart::Like(quotes, like)) if FROM.get(like) == Some(byte) => {
                        start = LineStart::Like(quotes, like + 1);
                        if like + 1 == FROM.len() {
                            self.out.write_all(b">")?;
                            self.begin(&mut start)?;
                        }
                    }
                    (byte, _) => {
                        self.begin(&mut start)?;
                        self.out.write_all(&[*byte])?;
                        let end =
                            rest.iter().position(|byte| matches!(byte, b'\r' | b'\n')).unwrap_or(rest.len());
                        let (line, after) = rest.split_at(end);
                        self.out.write_all(line)?;
                        rest = after;
                    }
                }
            }
        }
        if is_return {
            self.begin(&mut start)?;
            self.out.write_all(b"\r")?;
        }
        self.begin(&mut start)?;
        self.out.write_all(if is_line_end { b"\n" } else { b"\n\n" })
    }

    /// Writes what was held back of the beginning of a line.
    fn begin(&mut self, start: &mut LineStart) -> io::Result<()> {
        if let LineStart::Like(quotes, like) = std::mem::replace(start, LineStart::Other) {
            for _ in 0..quotes {
                self.out.write_all(b">")?;
            }
            self.out.write_all(FROM.get(..like).unwrap_or_default())?;
        }
        Ok(())
    }

    /// What it is written to.
    #[cfg(any(test, feature = "internals"))]
    pub fn into_inner(self) -> W {
        self.out
    }
}

#[cfg(test)]
mod tests {
    use super::{Quoting, Slices, Writer, unquoted};
    use proptest::prelude::{Just, Strategy, any, prop, prop_oneof, proptest};
    use std::io::{BufReader, Read};

    const ENVELOPE: &str = "From ann@example.org Mon Mar  4 19:08:00 2019\n";

    fn cut(mbox: &[u8], buffer: usize) -> (Vec<String>, Quoting, u64) {
        let mut slices = Slices::new(BufReader::with_capacity(buffer, mbox), 1 << 20);
        let mut messages = Vec::new();
        for slice in slices.by_ref() {
            let slice = slice.expect("bytes can be read");
            let range = slice.range.start as usize..slice.range.end as usize;
            assert_eq!(slice.bytes, &mbox[range]);
            messages.push(String::from_utf8_lossy(&slice.bytes).into_owned());
        }
        (messages, slices.quoting(), slices.stray())
    }

    #[test]
    fn messages_of_an_mbox() {
        let (rd, o) = (Quoting::Mboxrd, Quoting::Mboxo);
        let e = ENVELOPE;
        let crlf = e.replace('\n', "\r\n");
        for (mbox, messages, quoting, stray) in [
            (String::new(), &[][..], rd, 0),
            (format!("{e}A: 1\n\nx\n"), &["A: 1\n\nx\n"][..], rd, 0),
            (format!("{e}A: 1\n\nx\n\n{e}A: 2\n\ny\n\n"), &["A: 1\n\nx\n", "A: 2\n\ny\n"], rd, 0),
            (format!("{crlf}A: 1\r\n\r\nx\r\n\r\n{crlf}A: 2\r\n"), &["A: 1\r\n\r\nx\r\n", "A: 2\r\n"], rd, 0),
            // without the empty line
            (format!("{e}A: 1\n\nx\n{e}A: 2\n\ny"), &["A: 1\n\nx\n", "A: 2\n\ny"], rd, 0),
            // a header alone
            (format!("{e}A: 1\n\n{e}A: 2\n\n"), &["A: 1\n", "A: 2\n"], rd, 0),
            // quoted
            (format!("{e}A: 1\n\n>From me\n>>From you\n"), &["A: 1\n\n>From me\n>>From you\n"], rd, 0),
            // not quoted, and no separator
            (format!("{e}A: 1\n\nx\n\nFrom here on\nB: 2\n"), &["A: 1\n\nx\n\nFrom here on\nB: 2\n"], o, 0),
            (format!("{e}A: 1\n\n{e}it went on\n"), &[&format!("A: 1\n\n{e}it went on\n")], o, 0),
            // other forms of the line
            ("From - Mon Mar 04 19:08:00 2019\nA: 1\n".to_owned(), &["A: 1\n"], rd, 0),
            ("From \"a b\"@c Mon Mar  4 19:08 2019 +0100\nA: 1\n".to_owned(), &["A: 1\n"], rd, 0),
            ("From x\nA: 1\n".to_owned(), &["A: 1\n"], rd, 0),
            (format!("{e}>From x remote from y\nA: 1\n"), &[">From x remote from y\nA: 1\n"], rd, 0),
            (format!("\u{feff}{e}A: 1\n"), &["A: 1\n"], rd, 0),
            // what is before the first
            (format!("A: 0\n\nz\n\n{e}A: 1\n"), &["A: 0\n\nz\n", "A: 1\n"], rd, 0),
            (format!("\n\n{e}A: 1\n"), &["A: 1\n"], rd, 2),
            ("no mail\nat all".to_owned(), &[], rd, 14),
            (e.to_owned(), &[""], rd, 0),
        ] {
            let messages: Vec<String> = messages.iter().map(|text| (*text).to_owned()).collect();
            for buffer in [1, 7, 4096] {
                assert_eq!(cut(mbox.as_bytes(), buffer), (messages.clone(), quoting, stray), "{mbox:?}");
            }
        }
    }

    #[test]
    fn an_mbox_of_any_size_takes_the_memory_of_what_is_kept() {
        let attachment = "x".repeat(60) + "\n";
        let one = format!("{ENVELOPE}A: 1\n\n{}\n{}\n\n", attachment.repeat(10_000), "y".repeat(1 << 20));
        let many = std::iter::repeat_n(one.as_bytes(), 20).fold(Vec::new(), |mut all, one| {
            all.extend_from_slice(one);
            all
        });
        let mut at = 0;
        for slice in Slices::new(BufReader::new(many.as_slice()), 100) {
            let slice = slice.expect("bytes can be read");
            assert_eq!((slice.range.start, slice.bytes.len()), (at + ENVELOPE.len() as u64, 100));
            assert_eq!(slice.range.end, at + one.len() as u64 - 1);
            at += one.len() as u64;
        }
        assert_eq!(at, many.len() as u64);
    }

    fn written(messages: &[&str]) -> String {
        let mut writer = Writer::new(Vec::new());
        for message in messages {
            writer.add(&mut message.as_bytes(), Some("Ann Berg <ann@example.org>"), None).expect("memory");
        }
        String::from_utf8(writer.into_inner()).expect("text")
    }

    #[test]
    fn lines_are_quoted() {
        let e = "From ann@example.org Thu Jan  1 00:00:00 1970\n";
        for (message, quoted) in [
            ("A: 1\n\nx\n", "A: 1\n\nx\n\n"),
            ("A: 1\r\n\r\nx", "A: 1\n\nx\n\n"),
            (
                "From me\n>From you\n>> From x\n>>From y\nFromage\n",
                ">From me\n>>From you\n>> From x\n>>>From y\nFromage\n\n",
            ),
            ("a\rb\r\r\nFrom", "a\rb\r\nFrom\n\n"),
            (">", ">\n\n"),
            ("\r", "\r\n\n"),
            ("", "\n"),
        ] {
            assert_eq!(written(&[message]), format!("{e}{quoted}"), "{message:?}");
        }
        let mut writer = Writer::new(Vec::new());
        let sent = "2019-03-04T19:08:00Z".parse().ok();
        writer.add(&mut "A: 1\n".as_bytes(), Some("no address\n"), sent).expect("memory");
        assert_eq!(writer.into_inner(), b"From MAILER-DAEMON Mon Mar  4 19:08:00 2019\nA: 1\n\n");
    }

    #[test]
    fn quotes_are_taken_back() {
        for (quoted, quoting, message) in [
            (">From a\n>>From b\n> From c\n", Quoting::Mboxrd, "From a\n>From b\n> From c\n"),
            (">From a\n>>From b\n", Quoting::Mboxo, "From a\n>>From b\n"),
            ("a\nFrom b", Quoting::Mboxrd, "a\nFrom b"),
        ] {
            assert_eq!(unquoted(quoted.as_bytes(), quoting), message.as_bytes(), "{quoted:?}");
        }
    }

    fn some_line() -> impl Strategy<Value = String> {
        prop_oneof![
            ">{0,3}From [a-z:0-9 ]{0,8}",
            Just(ENVELOPE.trim_end().to_owned()),
            Just(String::new()),
            "[A-Za-z: >]{0,12}",
        ]
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(bodies in prop::collection::vec(prop::collection::vec(some_line(), 0..6), 1..5)) {
            let messages: Vec<String> = bodies.iter().map(|lines| format!("A: 1\n\n{}\n", lines.join("\n"))).collect();
            let all: Vec<&str> = messages.iter().map(String::as_str).collect();
            let (found, quoting, stray) = cut(written(&all).as_bytes(), 5);
            let found: Vec<String> = found
                .iter()
                .map(|message| String::from_utf8_lossy(&unquoted(message.as_bytes(), Quoting::Mboxrd)).into_owned())
                .collect();
            assert_eq!((found, quoting, stray), (messages, Quoting::Mboxrd, 0));
        }

        #[test]
        fn every_byte_is_counted(lines in prop::collection::vec(some_line(), 0..12), buffer in 1usize..9) {
            let mbox = lines.join("\n");
            let mut slices = Slices::new(BufReader::with_capacity(buffer, mbox.as_bytes()), 10);
            let mut before = 0;
            for slice in slices.by_ref() {
                let range = slice.expect("bytes can be read").range;
                assert!(before <= range.start && range.start <= range.end && range.end <= mbox.len() as u64);
                before = range.end;
            }
        }

        #[test]
        fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..100), step in 1usize..5) {
            let _ = cut(&bytes, step);
            let mut writer = Writer::new(Vec::new());
            let mut halves = bytes[..bytes.len() / 2].chain(&bytes[bytes.len() / 2..]);
            writer.add(&mut halves, None, None).expect("memory");
        }
    }
}
