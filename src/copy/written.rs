//! The list of what was written into a folder of copies, as a table that a person and any program can read.
//!
//! A line is added before its file gets its name, and says which bytes that has. So whatever stands under that name
//! with those bytes is ours, whenever a run was killed, and everything else is somebody else's. What somebody else had
//! put there already has a line too, which says so. Lines that cannot be read are passed over: their files then count as
//! somebody else's, and are only recognised, never replaced.

use std::collections::{BTreeMap, HashMap};
use std::io;

use csv::{ReaderBuilder, WriterBuilder};
use serde::{Deserialize, Serialize};

use crate::apple::text;
use crate::copy::choose::Item;
use crate::library::path::LibraryPath;

/// The columns.
const HEAD: [&str; 8] = ["file", "size", "blake3", "original", "original_blake3", "form", "album", "hand"];

/// A line, as it is written.
#[derive(Serialize, Deserialize)]
struct Line {
    file: String,
    size: u64,
    blake3: String,
    original: String,
    original_blake3: String,
    form: String,
    album: String,
    hand: String,
}

/// Who put a copy where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hand {
    /// Windfall did, and may replace it.
    Ours,
    /// Somebody else did, with the very bytes that it would have.
    Theirs,
}

const HANDS: [(Hand, &str); 2] = [(Hand::Ours, "windfall"), (Hand::Theirs, "found")];

/// A file that was written, of which file of the library, and in which form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    pub path: LibraryPath,
    pub size: u64,
    pub blake3: blake3::Hash,
    /// Where the original stands in the library.
    pub original: LibraryPath,
    pub original_blake3: blake3::Hash,
    /// In words: the form that was asked for.
    pub form: String,
    /// The album by which it was chosen; empty if none was asked for.
    pub album: String,
    pub hand: Hand,
}

/// What is copied and where to: a file of the library has one copy in each folder.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key {
    /// Empty for the top.
    pub folder: String,
    pub original: LibraryPath,
}

impl Key {
    /// The key of a copy at a path.
    pub fn new(path: &LibraryPath, original: &LibraryPath) -> Self {
        let folder = text::above(path.as_str());
        Key { folder: folder.to_owned(), original: original.clone() }
    }
}

impl Written {
    pub fn key(&self) -> Key {
        Key::new(&self.path, &self.original)
    }

    /// Whether nothing about the item has changed since.
    pub fn is_of(&self, item: &Item<'_>) -> bool {
        self.original == item.file.path
            && self.original_blake3 == item.file.content.blake3
            && self.form == item.form.to_string()
    }

    /// Whether its bytes are those of the original.
    pub fn is_as_it_is(&self) -> bool {
        self.blake3 == self.original_blake3
    }

    fn of(line: &Line) -> Option<Written> {
        Some(Written {
            path: LibraryPath::parse(&line.file).ok()?,
            size: line.size,
            blake3: blake3::Hash::from_hex(&line.blake3).ok()?,
            original: LibraryPath::parse(&line.original).ok()?,
            original_blake3: blake3::Hash::from_hex(&line.original_blake3).ok()?,
            form: line.form.clone(),
            album: line.album.clone(),
            hand: HANDS.iter().find(|(_, word)| *word == line.hand)?.0,
        })
    }

    fn line(&self) -> Line {
        Line {
            file: self.path.to_string(),
            size: self.size,
            blake3: self.blake3.to_hex().to_string(),
            original: self.original.to_string(),
            original_blake3: self.original_blake3.to_hex().to_string(),
            form: self.form.clone(),
            album: self.album.clone(),
            hand: HANDS.iter().find(|(hand, _)| *hand == self.hand).map_or("", |(_, word)| word).to_owned(),
        }
    }
}

/// Everything that was written into a folder, by path.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct List {
    by_path: BTreeMap<LibraryPath, Written>,
    by_key: HashMap<Key, Vec<LibraryPath>>,
}

impl List {
    /// Reads a table.
    pub fn parse(table: &[u8]) -> Self {
        let mut list = List::default();
        let mut reader = ReaderBuilder::new().flexible(true).from_reader(table);
        for line in reader.deserialize::<Line>() {
            if let Some(written) = line.ok().as_ref().and_then(Written::of) {
                list.add(written);
            }
        }
        list
    }

    /// What stands at a path, as far as it is ours.
    pub fn at(&self, path: &LibraryPath) -> Option<&Written> {
        self.by_path.get(path)
    }

    /// The copies of one file in one folder: the one that is wanted, and those that it takes the place of.
    pub fn of(&self, key: &Key) -> impl Iterator<Item = &Written> {
        self.by_key.get(key).into_iter().flatten().filter_map(|path| self.by_path.get(path))
    }

    /// All of it, by path.
    pub fn iter(&self) -> impl Iterator<Item = &Written> {
        self.by_path.values()
    }

    pub fn is_empty(&self) -> bool {
        self.by_path.is_empty()
    }

    /// Adds a line, in the place of one with the same path.
    pub fn add(&mut self, written: Written) {
        self.remove(&written.path.clone());
        self.by_key.entry(written.key()).or_default().push(written.path.clone());
        self.by_path.insert(written.path.clone(), written);
    }

    pub fn remove(&mut self, path: &LibraryPath) {
        if let Some(written) = self.by_path.remove(path)
            && let Some(paths) = self.by_key.get_mut(&written.key())
        {
            paths.retain(|other| other != path);
        }
    }

    /// The whole table, sorted and each path once.
    ///
    /// # Errors
    /// Never, as far as is known.
    pub fn table(&self) -> io::Result<Vec<u8>> {
        let mut table = HEAD.join(",").into_bytes();
        table.push(b'\n');
        table.extend(lines(self.iter())?);
        Ok(table)
    }
}

/// Lines of the table.
///
/// # Errors
/// Never, as far as is known.
pub fn lines<'a>(written: impl Iterator<Item = &'a Written>) -> io::Result<Vec<u8>> {
    let mut writer = WriterBuilder::new().has_headers(false).from_writer(Vec::new());
    for written in written {
        writer.serialize(written.line()).map_err(io::Error::other)?;
    }
    writer.into_inner().map_err(|error| error.into_error())
}

#[cfg(test)]
mod tests {
    use super::{Hand, Key, List, Written, lines};
    use crate::library::path::LibraryPath;

    fn path(text: &str) -> LibraryPath {
        LibraryPath::parse(text).unwrap()
    }

    fn written(to: &str) -> Written {
        Written {
            path: path(to),
            size: 7,
            blake3: blake3::hash(to.as_bytes()),
            original: path("2024/\"1\",\n.HEIC"),
            original_blake3: blake3::hash(b"original"),
            form: "JPEG, quality 90".to_owned(),
            album: "</script>, \"x\"".to_owned(),
            hand: Hand::Theirs,
        }
    }

    #[test]
    fn a_table_is_read_as_it_was_written() {
        let mut list = List::default();
        ["b/2.jpg", "a/1.jpg", "b/3.jpg"].into_iter().for_each(|path| list.add(written(path)));
        let table = list.table().unwrap();
        assert_eq!(List::parse(&table), list);
        // a line that was added later holds
        let newer = Written { size: 8, ..written("a/1.jpg") };
        let added = [table.clone(), lines([&newer].into_iter()).unwrap()].concat();
        let read = List::parse(&added);
        assert_eq!((read.iter().count(), read.at(&newer.path)), (3, Some(&newer)));
        assert_eq!(read.of(&newer.key()).count(), 1);
        let key = Key { folder: "b".to_owned(), original: newer.original.clone() };
        assert_eq!(read.of(&key).count(), 2);
    }

    #[test]
    fn a_table_that_is_cut_or_spoilt_loses_only_those_lines() {
        let mut list = List::default();
        ["a/1.jpg", "a/2.jpg"].into_iter().for_each(|path| list.add(written(path)));
        let table = list.table().unwrap();
        for cut in 0..table.len() {
            let read = List::parse(&table[..cut]);
            assert!(read.iter().all(|line| list.at(&line.path) == Some(line)));
        }
        let hash = blake3::hash(b"").to_hex();
        for file in ["../x", "/etc/x", "a/../../x", ".windfall/catalog.sqlite", "", "a//b"] {
            let line = format!("{file},1,{hash},2024/1.HEIC,{hash},as it is,,windfall\n");
            let spoilt = [table.as_slice(), line.as_bytes(), b"a/3.jpg,many,,,,,\n\xff\xfe\n"].concat();
            assert_eq!(List::parse(&spoilt), list, "{file}");
        }
        assert_eq!(List::parse(b"\0\0\0\0"), List::default());
    }
}
