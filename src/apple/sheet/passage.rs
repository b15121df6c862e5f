//! A table's text, a passage at a time: the windows of a file, put together so that every record is whole in one of them.
//!
//! The end of a passage comes again at the beginning of the next, since a record there may go on, and what follows it
//! decides how it is read. So a table of any size takes the memory of a few windows.

use std::io::{self, Read};

use crate::apple::table::windows::Windows;
use crate::apple::table::{Encoding, lines_of};

/// Bytes before the end of a text in which no record counts yet. A record has at most a quarter of them, and one more is
/// looked at to read it.
const REACH: usize = 4 << 20;

/// Bytes of a line that are kept. One that is longer is no row, whatever follows.
const LONGEST_LINE: usize = 8 << 20;

/// The text of a file, from front to back.
pub struct Passages<R> {
    windows: Windows<R>,
    text: String,
    /// Lines before the text.
    before: u64,
    /// The last line of the text that counts, from 1; `None` if all do.
    last: Option<u64>,
    reach: usize,
    longest: usize,
}

/// Text of which every record that begins on one of the lines that count is whole.
#[derive(Debug, Clone, Copy)]
pub struct Passage<'t> {
    pub text: &'t str,
    /// Lines of the file before it.
    pub before: u64,
    /// The last line of it that counts, from 1; `None` at the end of the file.
    pub last: Option<u64>,
}

impl<R: Read> Passages<R> {
    /// Of this file, which is read once.
    pub fn new(source: R) -> Self {
        let (reach, longest) = (REACH, LONGEST_LINE);
        Passages {
            windows: Windows::new(source),
            text: String::new(),
            before: 0,
            last: Some(0),
            reach,
            longest,
        }
    }

    /// How the file was read; `None` before its first passage.
    pub fn encoding(&self) -> Option<Encoding> {
        self.windows.encoding()
    }

    /// The next passage, of which lines up to `done` of the one before do not come again; `None` after the last.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn next(&mut self, done: u64) -> io::Result<Option<Passage<'_>>> {
        if self.last.is_none() {
            return Ok(None);
        }
        let start = start_after(&self.text, done);
        self.text.drain(..start);
        self.before += done;
        loop {
            match self.windows.next_text()? {
                None => self.last = None,
                Some(text) => {
                    self.append(&text);
                    match self.counts() {
                        0 => continue,
                        lines => self.last = Some(lines),
                    }
                }
            }
            return Ok(Some(Passage { text: &self.text, before: self.before, last: self.last }));
        }
    }

    /// Adds what follows; of a line out of all proportion no more than shows that.
    fn append(&mut self, text: &str) {
        let open = self.text.len() - self.text.rfind(['\n', '\r']).map_or(0, |at| at + 1);
        if open <= self.longest {
            return self.text.push_str(text);
        }
        let end = text.find(['\n', '\r']);
        self.text.push_str(end.and_then(|end| text.get(end..)).unwrap_or_default());
    }

    /// How many lines of the text count: those that begin far enough before its end.
    fn counts(&self) -> u64 {
        let near = self.text.floor_char_boundary(self.text.len().saturating_sub(self.reach));
        let head = self.text.get(..near).unwrap_or_default();
        let end = head.rfind(['\n', '\r']).map_or(0, |at| after_break(&self.text, at));
        self.text.get(..end).map_or(0, lines_of)
    }
}

/// Where the text begins that is behind so many lines.
fn start_after(text: &str, lines: u64) -> usize {
    let mut start = 0;
    for _ in 0..lines {
        match text.get(start..).and_then(|rest| rest.find(['\n', '\r'])) {
            Some(end) => start = after_break(text, start + end),
            None => return text.len(),
        }
    }
    start
}

/// Where the line begins that follows the line break at `at`.
fn after_break(text: &str, at: usize) -> usize {
    let is_double = text.get(at..).is_some_and(|end| end.starts_with("\r\n"));
    at + if is_double { 2 } else { 1 }
}
