//! What every category other than photos asks for, and what it comes to: bytes to read, places and times for files,
//! files to be made, and how much of it all there is.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs::File;
use std::io::{self, Read, Seek, Write};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

use crate::category::Packages;
use crate::contents::{Category, ContentId, ContentSet, Contents, Entry, EntryId, ExportId, Identity};
use crate::problem::refusal::{Refusal, refused};
use crate::problem::{Code, Problem, amount};

/// A file that is read as a whole has at most so many bytes. The largest seen is a tenth of it.
pub const LARGEST_WHOLE: u64 = 64 << 20;

/// Opens bytes that were delivered, wherever they are kept now.
pub trait Open: Sync {
    /// # Errors
    /// If they are nowhere, or cannot be read.
    fn open(&self, content: ContentId) -> io::Result<Box<dyn Read + Send>>;

    /// The same as a file, for what has to be read here and there.
    ///
    /// # Errors
    /// As [`Open::open`], or if there is no room for a temporary file.
    fn here_and_there(&self, content: ContentId) -> io::Result<File> {
        spooled(&mut self.open(content)?)
    }
}

/// All of it in a temporary file without a name.
pub fn spooled(from: &mut dyn Read) -> io::Result<File> {
    let mut file = tempfile::tempfile()?;
    io::copy(from, &mut file)?;
    file.rewind()?;
    Ok(file)
}

/// Reads what was delivered, and remembers what it could not read.
pub struct Hearing<'a> {
    pub contents: &'a Contents,
    pub open: &'a dyn Open,
    /// Bytes that a checksum of Apple's has proved before.
    pub proved: ContentSet,
    /// Whether it has to be known what is in packages.
    pub packages: Packages,
    /// Why certain bytes said nothing.
    pub unheard: BTreeMap<ContentId, Refusal>,
}

impl<'a> Hearing<'a> {
    /// Nothing is proved, and nobody wants anything unpacked.
    pub fn new(contents: &'a Contents, open: &'a dyn Open) -> Self {
        let (proved, packages) = (ContentSet::default(), Packages::AsDelivered);
        Hearing { contents, open, proved, packages, unheard: BTreeMap::new() }
    }

    /// All bytes of a content; `None` if they cannot be read, or are more than any list or text has.
    pub fn whole(&mut self, content: ContentId) -> Option<Vec<u8>> {
        let size = self.contents.distinct[content].size;
        if size > LARGEST_WHOLE {
            let message = format!("it has {}, more than a file of this kind ever had", amount::size(size));
            self.unheard.insert(content, (Code::LimitExceeded, message));
            return None;
        }
        whole(self.open, content, LARGEST_WHOLE)
            .map_err(|error| self.unheard.insert(content, refused(&error)))
            .ok()
    }

    /// The bytes of a content, from front to back; `None` if they cannot be opened.
    pub fn reader(&mut self, content: ContentId) -> Option<Box<dyn Read + Send>> {
        self.open.open(content).map_err(|error| self.unheard.insert(content, refused(&error))).ok()
    }

    /// Bytes of memory that the rows of a list may take for what it was delivered as, besides what any list may. Few bytes
    /// that unfold to millions of rows are no list of anybody's.
    pub fn room_of(&self, list: &Entry) -> usize {
        const EACH_BYTE: u64 = 16;
        const FEW: u64 = 4 << 20;
        let delivered = match self.contents.archives[list.archive].identity {
            Identity::Zip { size, .. } => list.size.min(size),
            Identity::Folder => list.size,
        };
        usize::try_from(delivered.saturating_sub(FEW).saturating_mul(EACH_BYTE)).unwrap_or(usize::MAX)
    }

    /// The first bytes of a content, at most `most`.
    pub fn head(&mut self, content: ContentId, most: u64) -> Option<Vec<u8>> {
        let mut bytes = Vec::new();
        match self.open.open(content).and_then(|reader| reader.take(most).read_to_end(&mut bytes)) {
            Ok(_) => Some(bytes),
            Err(error) => {
                self.unheard.insert(content, refused(&error));
                None
            }
        }
    }

    /// Says why these bytes say nothing.
    pub fn refuse(&mut self, content: ContentId, refusal: Refusal) {
        self.unheard.insert(content, refusal);
    }
}

/// Where a file of the owner's is to stand, and what is to be set on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wished {
    /// Below the library, `/` between portable names.
    pub path: String,
    /// The modification time, where anything but the entry tells it.
    pub modified: Option<DateTime<Utc>>,
    pub is_executable: bool,
    /// Whether a checksum of Apple's is that of its bytes.
    pub is_proved: bool,
    /// Where another choice of its owner's may have put it.
    pub earlier: Option<Earlier>,
}

/// Where a file may stand that is wished elsewhere, below the library.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Earlier {
    /// It is moved.
    Leaves(String),
    /// It stays.
    Stays(String),
}

impl Wished {
    /// At this path, with nothing set.
    pub fn at(path: impl Into<String>) -> Self {
        Wished { path: path.into(), modified: None, is_executable: false, is_proved: false, earlier: None }
    }
}

/// Wishes by entry.
pub type Wishes = HashMap<EntryId, Wished>;

/// The time of an entry's bytes, as its archive or folder states it.
pub fn time_of(entry: &Entry) -> Option<DateTime<Utc>> {
    entry.modified.map(|time| time.and_utc())
}

/// Where the file of an entry stands or will stand, below the library.
pub type Standing<'a> = dyn Fn(EntryId) -> Option<&'a str> + Sync + 'a;

/// A file that is made of originals and details, and can be made again.
pub struct Made<'a> {
    pub category: Category,
    /// Below the library, `/` between portable names.
    pub path: String,
    /// The modification time, where what it is made of has one.
    pub modified: Option<DateTime<Utc>>,
    /// Whether it is a program.
    pub is_executable: bool,
    write: Box<Writes<'a>>,
}

type Writes<'a> = dyn Fn(&dyn Open, &mut dyn Write) -> io::Result<()> + Send + Sync + 'a;

impl<'a> Made<'a> {
    /// A file that `write` writes, the same at every time.
    pub fn new(
        category: Category,
        path: impl Into<String>,
        write: impl Fn(&dyn Open, &mut dyn Write) -> io::Result<()> + Send + Sync + 'a,
    ) -> Self {
        Made { category, path: path.into(), modified: None, is_executable: false, write: Box::new(write) }
    }

    /// A file with this text.
    pub fn text(category: Category, path: impl Into<String>, text: String) -> Self {
        Made::new(category, path, move |_, to| to.write_all(text.as_bytes()))
    }

    /// The same with a modification time.
    pub fn modified(self, modified: Option<DateTime<Utc>>) -> Self {
        Made { modified, ..self }
    }

    /// Writes it.
    ///
    /// # Errors
    /// If what it is made of cannot be read, or `to` refuses.
    pub fn write(&self, open: &dyn Open, to: &mut dyn Write) -> io::Result<()> {
        (self.write)(open, to)
    }
}

/// How much of a category there is, of this run's inputs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Count {
    #[serde(with = "crate::contents::word")]
    /// Which it is.
    pub category: Category,
    /// What a person counts: notes, files, cards, events and tasks, messages, bookmarks, rows.
    pub items: u64,
    /// What Apple's own list states, if there is one.
    pub listed: Option<u64>,
    /// Items that found their row.
    pub matched: u64,
    /// Original files.
    pub files: u64,
    /// Derived files, written or standing.
    pub derived: u64,
}

impl Count {
    /// Nothing of it yet.
    pub fn of(category: Category) -> Self {
        Count { category, items: 0, listed: None, matched: 0, files: 0, derived: 0 }
    }

    /// The line of a certificate, what the category is called apart: `Notes`, `120 of 121 that Apple lists are here`.
    pub fn words(&self) -> (&'static str, String) {
        let (name, one, many) = match self.category {
            Category::Photos => ("Photos", "photo or video", "photos and videos"),
            Category::Notes => ("Notes", "note", "notes"),
            Category::Drive => ("iCloud Drive", "file", "files"),
            Category::Contacts => ("Contacts", "card", "cards"),
            Category::Calendars => ("Calendars and reminders", "event or task", "events and tasks"),
            Category::Mail => ("Mail", "message", "messages"),
            Category::Bookmarks => ("Bookmarks", "bookmark", "bookmarks"),
            Category::Records => ("Account, purchases, plays", "row", "rows"),
        };
        let Some(listed) = self.listed else {
            let items = amount::counted(self.items, one, many);
            return (name, format!("{items}; Apple sends no list to compare them with"));
        };
        let is = if self.matched == 1 { "is" } else { "are" };
        let (here, listed) = (amount::count(self.matched), amount::count(listed));
        let others = match self.items.saturating_sub(self.matched) {
            0 => String::new(),
            others => format!("; {} in no list", amount::counted(others, "more is", "more are")),
        };
        (name, format!("{here} of {listed} that Apple lists {is} here{others}"))
    }
}

/// The files of a category as its owner has them: each path of an export is one, a copy of it is none, and what two
/// exports both have counts once.
#[derive(Debug, Default)]
pub struct Files {
    seen: HashSet<(ExportId, String, ContentId)>,
    in_export: HashMap<(ExportId, String, ContentId), u64>,
    most: HashMap<(String, ContentId), u64>,
}

impl Files {
    /// Whether an entry of these bytes that is to stand at this path is one more file.
    pub fn counts(&mut self, contents: &Contents, entry: EntryId, content: ContentId, path: &str) -> bool {
        let entry = &contents.entries[entry];
        let export = contents.export_of(entry);
        if !self.seen.insert((export, entry.inner().nfc().collect(), content)) {
            return false;
        }
        let here = self.in_export.entry((export, path.to_owned(), content)).or_default();
        *here += 1;
        let most = self.most.entry((path.to_owned(), content)).or_default();
        let is_more = *here > *most;
        *most = (*most).max(*here);
        is_more
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.most.is_empty()
    }
}

/// All bytes of a content, which are `most` at most.
///
/// # Errors
/// If they cannot be read, or are more.
pub fn whole(open: &dyn Open, content: ContentId, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    open.open(content)?.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most {
        return Err(io::Error::other("it is longer than a file of this kind ever was"));
    }
    Ok(bytes)
}

/// A problem with an entry.
pub fn problem_of(contents: &Contents, entry: EntryId, code: Code, message: impl Into<String>) -> Problem {
    let entry = &contents.entries[entry];
    Problem::new(code, message)
        .in_archive(&contents.archives[entry.archive].name)
        .with_entry(entry.path.as_ref())
}

#[cfg(test)]
mod tests {
    use std::io::{self, Read};

    use super::{Count, Open, whole};
    use crate::contents::{Category, ContentId, Id};

    #[test]
    fn the_line_of_the_certificate() {
        for (category, items, listed, matched, line) in [
            (Category::Notes, 1249, Some(1251), 1249, "Notes: 1,249 of 1,251 that Apple lists are here"),
            (Category::Notes, 3, Some(2), 2, "Notes: 2 of 2 that Apple lists are here; 1 more is in no list"),
            (Category::Drive, 1, Some(1), 1, "iCloud Drive: 1 of 1 that Apple lists is here"),
            (Category::Contacts, 1, None, 0, "Contacts: 1 card; Apple sends no list to compare them with"),
        ] {
            let (name, words) = Count { items, listed, matched, ..Count::of(category) }.words();
            assert_eq!(format!("{name}: {words}"), line);
        }
    }

    struct Abc;

    impl Open for Abc {
        fn open(&self, _: ContentId) -> io::Result<Box<dyn Read + Send>> {
            Ok(Box::new(&b"abc"[..]))
        }
    }

    #[test]
    fn what_is_too_long_is_never_cut() {
        for (most, read) in [(2, None), (3, Some(b"abc".to_vec())), (u64::MAX, Some(b"abc".to_vec()))] {
            assert_eq!(whole(&Abc, ContentId::at(0), most).ok(), read, "{most}");
        }
    }
}
