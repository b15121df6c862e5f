//! Lines that are as wide as the terminal, broken between words. Terminals break them anywhere.
//!
//! A command is never broken, so that it can be copied, nor is a word that is wider than the terminal itself.

use std::io::{self, Write};

use terminal_size::{Width, terminal_size_of};
use unicode_width::UnicodeWidthChar;

/// Narrower than this nothing can be read anyway.
const NARROWEST: usize = 20;
/// How lines begin that are commands.
const COMMANDS: [&str; 4] = ["windfall ", "exiftool ", "immich-go ", "osxphotos "];

/// The width of the terminal that standard output is.
pub(super) fn width_of_output() -> Option<usize> {
    terminal_size_of(io::stdout()).map(|(Width(columns), _)| usize::from(columns))
}

/// The width of the terminal that standard error is.
pub(super) fn width_of_errors() -> Option<usize> {
    terminal_size_of(io::stderr()).map(|(Width(columns), _)| usize::from(columns))
}

/// Writes lines of at most so many columns.
pub(super) struct Wrapping<W: Write> {
    out: W,
    width: Option<usize>,
    line: Vec<u8>,
}

impl<W: Write> Wrapping<W> {
    /// Without a width, lines stay as they are.
    pub(super) fn new(out: W, width: Option<usize>) -> Self {
        Wrapping { out, width: width.filter(|width| *width >= NARROWEST), line: Vec::new() }
    }

    fn end_line(&mut self) -> io::Result<()> {
        let line = std::mem::take(&mut self.line);
        match (self.width, std::str::from_utf8(&line)) {
            (Some(width), Ok(line)) => self.out.write_all(wrapped(line, width).as_bytes()),
            _ => self.out.write_all(&line),
        }
    }
}

impl<W: Write> Write for Wrapping<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            match piece.split_last() {
                Some((b'\n', rest)) => {
                    self.line.extend(rest);
                    self.end_line()?;
                    self.out.write_all(b"\n")?;
                }
                _ => self.line.extend(piece),
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.end_line()?;
        self.out.flush()
    }
}

/// The line with breaks where it would be wider. What follows a break stands two columns further in than what it
/// goes on with, unless that began at the edge.
pub(super) fn wrapped(line: &str, width: usize) -> String {
    let text = line.trim_start_matches(' ');
    let indent = line.len() - text.len();
    let is_command = || COMMANDS.iter().any(|command| plain(text).starts_with(command));
    if columns(line) <= width || is_command() {
        return line.to_owned();
    }
    let further = if indent == 0 { 0 } else { indent + 2 };
    let mut broken = " ".repeat(indent);
    let mut at = indent;
    let mut is_first = true;
    // the space before a word belongs to it, so that columns in a line stay where they are
    for word in words(text) {
        let trimmed = word.trim_start_matches(' ');
        if !is_first && at + columns(word) > width {
            broken.push('\n');
            broken.push_str(&" ".repeat(further));
            broken.push_str(trimmed);
            at = further + columns(trimmed);
        } else {
            broken.push_str(word);
            at += columns(word);
        }
        is_first = false;
    }
    broken
}

/// The words of a text, each with the spaces before it. What stands in backticks is one.
fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let (mut start, mut is_quoted, mut has_begun) = (0, false, false);
    for (at, c) in text.char_indices() {
        match c {
            ' ' if has_begun && !is_quoted => {
                words.push(&text[start..at]);
                (start, has_begun) = (at, false);
            }
            // one that is never closed quotes nothing
            '`' => (is_quoted, has_begun) = (!is_quoted && text[at + 1..].contains('`'), true),
            ' ' => {}
            _ => has_begun = true,
        }
    }
    words.push(&text[start..]);
    words
}

/// How many columns a text takes. Colours take none.
pub(super) fn columns(text: &str) -> usize {
    plain(text).chars().map(|c| c.width().unwrap_or(0)).sum()
}

fn plain(text: &str) -> String {
    anstream::adapter::strip_str(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::{Wrapping, columns, wrapped};
    use std::io::Write;

    #[test]
    fn lines_break_between_words() {
        for (line, expected) in [
            ("as it was", "as it was"),
            ("one two three four five six", "one two three four\nfive six"),
            ("  one two three four five six", "  one two three four\n    five six"),
            ("  total     12 files  one two", "  total     12 files\n    one two"),
            ("a-word-that-is-wider-than-all b", "a-word-that-is-wider-than-all\nb"),
            ("see `windfall verify X Y`: it", "see\n`windfall verify X Y`:\nit"),
            (
                "    windfall verify Photos --against Downloads",
                "    windfall verify Photos --against Downloads",
            ),
            ("写真写真 写真写真 写真", "写真写真 写真写真\n写真"),
            ("one unclosed `tick and so on", "one unclosed `tick\nand so on"),
        ] {
            assert_eq!(wrapped(line, 20), expected, "{line}");
        }
    }

    #[test]
    fn colours_take_no_room_and_stay() {
        let line = "\u{1b}[1mone two\u{1b}[0m three four";
        assert_eq!(columns(line), 18);
        assert_eq!(wrapped(line, 20), line);
        assert_eq!(wrapped(line, 15), "\u{1b}[1mone two\u{1b}[0m three\nfour");
    }

    #[test]
    fn what_is_written_in_pieces_is_one_line() {
        let mut out = Vec::new();
        let mut wrapping = Wrapping::new(&mut out, Some(20));
        write!(wrapping, "one two ").unwrap();
        writeln!(wrapping, "three four five\n").unwrap();
        write!(wrapping, "> ").unwrap();
        wrapping.flush().unwrap();
        drop(wrapping);
        assert_eq!(String::from_utf8(out).unwrap(), "one two three four\nfive\n\n> ");
    }
}
