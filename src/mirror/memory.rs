//! What a mirror remembers: which library it is a mirror of, and what was written to it, a line for each file, in
//! `.windfall/mirror.csv`.
//!
//! It stands before the first file does, so that nothing takes a half-made mirror for anything else. A file gets its
//! line when it is durable under its name; what stands without one, or otherwise than its line says, is read before
//! anything is believed of it.

use std::collections::HashMap;
use std::io;
use std::path::Path;

use blake3::Hash;
use csv::{ReaderBuilder, WriterBuilder};

use crate::library::layout;
use crate::mirror::scan::{Moment, Nature, Seen};

/// Its name below `.windfall`.
pub const FILE: &str = "mirror.csv";

const BEGINNING: &str = "# What `windfall mirror` wrote here from library ";
const AS_OF: &str = ", catalog ";

/// Whether a folder is a mirror, finished or not.
pub fn is_in(folder: &Path) -> bool {
    layout::internal(folder).join(FILE).is_file()
}

/// A file that was written to a mirror.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line {
    pub size: u64,
    /// The time that the library's file had.
    pub modified: Moment,
    /// The time that it had here when it was written; a drive may not hold every time.
    pub here: Moment,
    pub blake3: Hash,
}

impl Line {
    /// Whether what stands there looks as it did when it was written.
    pub fn is_of(&self, seen: &Seen) -> bool {
        seen.nature == Nature::File && self.size == seen.size && self.here.is_near(seen.modified)
    }
}

/// All that a mirror remembers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Memory {
    /// The id of the library.
    pub library: String,
    /// BLAKE3 of the library's catalog when it was last brought here.
    pub catalog: Option<Hash>,
    lines: HashMap<String, Line>,
}

impl Memory {
    /// That of a mirror into which nothing was written yet.
    pub fn new(library: String) -> Self {
        Memory { library, catalog: None, lines: HashMap::new() }
    }

    /// Reads a memory; `None` if it does not begin as one.
    pub fn parse(text: &[u8]) -> Option<Self> {
        let end = text.iter().position(|&byte| byte == b'\n')?;
        let (head, rest) = text.split_at(end);
        let head = std::str::from_utf8(head).ok()?.strip_prefix(BEGINNING)?;
        let (library, catalog) = head.split_once(AS_OF).unwrap_or((head, ""));
        let mut memory = Memory::new(library.to_owned());
        memory.catalog = Hash::from_hex(catalog).ok();
        let mut reader = ReaderBuilder::new().flexible(true).has_headers(false).from_reader(rest);
        for record in reader.records().map_while(Result::ok) {
            let fields: Vec<&str> = record.iter().collect();
            match fields.as_slice() {
                [path, "", "", "", ""] => _ = memory.lines.remove(*path),
                [path, size, modified, here, blake3] => {
                    let line = || {
                        Some(Line {
                            size: size.parse().ok()?,
                            modified: Moment(modified.parse().ok()?),
                            here: Moment(here.parse().ok()?),
                            blake3: Hash::from_hex(blake3).ok()?,
                        })
                    };
                    if let Some(line) = line() {
                        memory.lines.insert((*path).to_owned(), line);
                    }
                }
                _ => {}
            }
        }
        Some(memory)
    }

    /// What was written at a path.
    pub fn at(&self, path: &str) -> Option<&Line> {
        self.lines.get(path)
    }

    /// All that was written.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Line)> {
        self.lines.iter().map(|(path, line)| (path.as_str(), line))
    }

    /// Keeps what changed.
    pub fn learn(&mut self, changes: Vec<Change>) {
        for (path, line) in changes {
            match line {
                Some(line) => _ = self.lines.insert(path, line),
                None => _ = self.lines.remove(&path),
            }
        }
    }

    /// All of it, sorted.
    ///
    /// # Errors
    /// Never, as far as is known.
    pub fn text(&self) -> io::Result<Vec<u8>> {
        let catalog = self.catalog.map_or_else(String::new, |hash| format!("{AS_OF}{}", hash.to_hex()));
        let mut text = format!("{BEGINNING}{}{catalog}\n", self.library).into_bytes();
        let mut sorted: Vec<Change> =
            self.lines.iter().map(|(path, line)| (path.clone(), Some(*line))).collect();
        sorted.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
        text.extend(lines(&sorted)?);
        Ok(text)
    }
}

/// A path, and what stands there now; `None` if nothing of ours does.
pub type Change = (String, Option<Line>);

/// Lines that say what changed, to be appended.
///
/// # Errors
/// Never, as far as is known.
pub fn lines(changes: &[Change]) -> io::Result<Vec<u8>> {
    let mut writer = WriterBuilder::new().has_headers(false).from_writer(Vec::new());
    for (path, line) in changes {
        let fields = line.map(|line| {
            let Line { size, modified, here, blake3 } = line;
            [size.to_string(), modified.0.to_string(), here.0.to_string(), blake3.to_hex().to_string()]
        });
        let [size, modified, here, blake3] = fields.unwrap_or_default();
        writer.write_record([path, &size, &modified, &here, &blake3])?;
    }
    writer.into_inner().map_err(|error| error.into_error())
}

#[cfg(test)]
mod tests {
    use super::{Change, Line, Memory, lines};
    use crate::mirror::scan::Moment;

    fn line(bytes: &str) -> Line {
        Line {
            size: bytes.len() as u64,
            modified: Moment(-5),
            here: Moment(2_000),
            blake3: blake3::hash(bytes.as_bytes()),
        }
    }

    #[test]
    fn what_was_written_is_remembered() {
        let mut memory = Memory::new("ab12".to_owned());
        let changes: Vec<Change> = vec![
            ("2024/a, \"b\"\n.jpg".to_owned(), Some(line("one"))),
            ("é.jpg".to_owned(), Some(line("two"))),
        ];
        memory.learn(changes.clone());
        let text = memory.text().unwrap();
        assert_eq!(Memory::parse(&text), Some(memory.clone()));
        memory.catalog = Some(blake3::hash(b"catalog"));
        assert_eq!(Memory::parse(&memory.text().unwrap()), Some(memory.clone()));
        // what is appended later counts
        let later: Vec<Change> = vec![("é.jpg".to_owned(), None), ("c".to_owned(), Some(line("three")))];
        let all = [memory.text().unwrap(), lines(&later).unwrap()].concat();
        memory.learn(later);
        assert_eq!(Memory::parse(&all), Some(memory));
    }

    #[test]
    fn a_line_that_a_power_cut_left_unfinished_is_none() {
        let mut memory = Memory::new("ab12".to_owned());
        memory.learn(vec![("a".to_owned(), Some(line("one")))]);
        let whole = memory.text().unwrap();
        let mut cut = whole.clone();
        cut.extend(&lines(&[("b".to_owned(), Some(line("two")))]).unwrap()[..9]);
        assert_eq!(Memory::parse(&cut), Some(memory.clone()));
        let head = whole.iter().position(|&byte| byte == b'\n').unwrap();
        assert_eq!(Memory::parse(&whole[..=head]), Some(Memory::new("ab12".to_owned())));
        assert_eq!(Memory::parse(&whole[..head]), None);
        assert_eq!(Memory::parse(b"path,size\n"), None);
    }
}
