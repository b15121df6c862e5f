//! The text of a file of lines, in one encoding: as a stream, and kept where any part of it can be read again.
//!
//! What is kept is in memory while it is small, and else in a temporary file without a name.

use std::borrow::Cow;
use std::cell::RefCell;
use std::io::{self, BufReader, Cursor, Read, Seek, SeekFrom, Write};
use std::ops::Range;

use encoding_rs::{Decoder, Encoding, UTF_16BE, UTF_16LE};
use tempfile::SpooledTempFile;

use crate::apple::content_line::Lines;

/// Bytes that show how a file is encoded.
const HEAD: u64 = 4;

/// Bytes of UTF-16 that are put into UTF-8 at a time.
const STEP: usize = 16 << 10;

/// Bytes of a text that are kept in memory.
const FEW: usize = 4 << 20;

/// Bytes that are read of a part at a time.
const WINDOW: usize = 64 << 10;

/// The bytes of a file without a byte order mark, and in UTF-8 if they were UTF-16, which the Address Book of
/// Mac OS X once wrote. What is neither stays as it is: each line says, or shows, what it is in.
pub fn text_of(bytes: &[u8]) -> Cow<'_, [u8]> {
    match utf16_of(bytes) {
        Some(encoding) => Cow::Owned(encoding.decode_with_bom_removal(bytes).0.into_owned().into_bytes()),
        None => Cow::Borrowed(without_mark(bytes)),
    }
}

fn utf16_of(bytes: &[u8]) -> Option<&'static Encoding> {
    match bytes {
        [0xff, 0xfe, ..] | [1..=255, 0, 1..=255, 0, ..] => Some(UTF_16LE),
        [0xfe, 0xff, ..] | [0, 1..=255, 0, 1..=255, ..] => Some(UTF_16BE),
        _ => None,
    }
}

fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)
}

/// What [`text_of`] makes of a file, from front to back.
pub struct Decoded<R> {
    source: io::Chain<Cursor<Vec<u8>>, R>,
    utf16: Option<Utf16>,
}

struct Utf16 {
    decoder: Decoder,
    text: Cursor<Vec<u8>>,
    is_over: bool,
}

impl<R: Read> Decoded<R> {
    /// # Errors
    /// If the first bytes cannot be read.
    pub fn new(mut source: R) -> io::Result<Self> {
        let mut head = Vec::new();
        (&mut source).take(HEAD).read_to_end(&mut head)?;
        let utf16 = utf16_of(&head).map(|encoding| Utf16 {
            decoder: encoding.new_decoder_with_bom_removal(),
            text: Cursor::default(),
            is_over: false,
        });
        if utf16.is_none() {
            head = without_mark(&head).to_vec();
        }
        Ok(Decoded { source: Cursor::new(head).chain(source), utf16 })
    }
}

impl<R: Read> Read for Decoded<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let Some(Utf16 { decoder, text, is_over }) = &mut self.utf16 else { return self.source.read(into) };
        loop {
            let read = text.read(into)?;
            if read > 0 || *is_over || into.is_empty() {
                return Ok(read);
            }
            let mut units = vec![0; STEP];
            let length = self.source.read(&mut units)?;
            *is_over = length == 0;
            let units = units.get(..length).unwrap_or_default();
            let mut utf8 = vec![0; decoder.max_utf8_buffer_length(length).unwrap_or(STEP)];
            let (_, _, written, _) = decoder.decode_to_utf8(units, &mut utf8, *is_over);
            utf8.truncate(written);
            *text = Cursor::new(utf8);
        }
    }
}

/// A text, of which any part can be read at any time.
#[derive(Debug)]
pub struct Text {
    kept: RefCell<SpooledTempFile>,
    length: usize,
}

impl Text {
    /// Keeps what [`Decoded`] gives of a file.
    ///
    /// # Errors
    /// If it cannot be read, or there is no room for it.
    pub fn of(source: impl Read) -> io::Result<Self> {
        let mut kept = SpooledTempFile::new(FEW);
        let length = io::copy(&mut Decoded::new(source)?, &mut kept)?;
        Ok(Text { kept: RefCell::new(kept), length: usize::try_from(length).map_err(io::Error::other)? })
    }

    /// All of it.
    pub fn span(&self) -> Range<usize> {
        0..self.length
    }

    /// The lines of a part, which are where they are in the text.
    pub fn lines(&self, span: Range<usize>) -> Lines<BufReader<Part<'_>>> {
        let window = span.len().clamp(1, WINDOW);
        Lines::from(BufReader::with_capacity(window, self.part(span.clone())), span.start)
    }

    /// A part, from front to back.
    pub fn part(&self, span: Range<usize>) -> Part<'_> {
        Part { text: self, span }
    }

    /// Writes a part, and says what its last byte is.
    ///
    /// # Errors
    /// If it cannot be read again, or `to` refuses.
    pub fn copy(&self, span: Range<usize>, to: &mut dyn Write) -> io::Result<Option<u8>> {
        let mut part = self.part(span);
        let mut window = vec![0; part.span.len().min(WINDOW)];
        let mut last = None;
        loop {
            let length = part.read(&mut window)?;
            let Some(bytes) = window.get(..length).filter(|bytes| !bytes.is_empty()) else { return Ok(last) };
            to.write_all(bytes)?;
            last = bytes.last().copied();
        }
    }
}

/// A part of a text.
#[derive(Debug)]
pub struct Part<'t> {
    text: &'t Text,
    /// What is left of it.
    span: Range<usize>,
}

impl Read for Part<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let most = into.len().min(self.span.len());
        let Some(into) = into.get_mut(..most).filter(|into| !into.is_empty()) else { return Ok(0) };
        let mut kept = self.text.kept.borrow_mut();
        kept.seek(SeekFrom::Start(self.span.start as u64))?;
        let read = kept.read(into)?;
        self.span.start += read;
        Ok(read)
    }
}
