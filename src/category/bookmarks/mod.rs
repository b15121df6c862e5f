//! iCloud Bookmarks and Reading List: one value for the two forms that Apple delivers, and the two files made of it.
//!
//! Newer requests bring `Bookmarks_1.csv`, `Bookmarks_2.csv` …, whose rows know no folders; others bring a Netscape
//! bookmark file, in which favourites and the reading list are folders. Both may come in one delivery, and then both
//! count: within one export nothing is merged, and the same address twice is two bookmarks.
//!
//! It never opens an address, and it keeps `javascript:` and `data:` ones in every file. Only our own page must not
//! make links of them, which [`Bookmark::is_link`] decides.

mod date;
mod decide;
mod folder;
mod netscape;
mod table;
mod write;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::io::Read;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::apple::sheet::Lines;
use crate::apple::table::{Encoding, decoded};
use crate::apple::text::split;
use crate::problem::Code;
use crate::problem::refusal::{Refusal, refused};

pub use decide::{Decided, Heard, decide, hear};
pub use folder::FolderPath;
pub use table::looks_like as looks_like_table;
pub use write::{csv, html};

/// A bookmark, or an article of the reading list.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Bookmark {
    /// May be empty.
    pub title: String,
    /// As it was delivered, whatever its scheme.
    pub url: String,
    /// The folders it lies in, the outermost first; `None` where the form has no folders.
    pub folder: Option<FolderPath>,
    /// When it was made: `ADD_DATE` of the HTML form.
    pub added: Option<Stamp>,
    /// When it was changed last: `modifiedOn` of the CSV form.
    pub modified: Option<Stamp>,
    /// In the favourites.
    pub favourite: bool,
    /// Deleted by its owner, and still delivered.
    pub deleted: bool,
    /// On the reading list.
    pub reading_list: bool,
    /// What is said of it besides: of an article its first lines.
    pub note: String,
}

impl Bookmark {
    /// Whether a page may show it as a link. Everything else is text there: `javascript:` and `data:` would run in
    /// our page, `file:` and what has no scheme would lead into the owner's own files.
    pub fn is_link(&self) -> bool {
        let url = self.url.trim_start();
        ["http://", "https://", "ftp://"]
            .iter()
            .any(|scheme| url.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme)))
    }

    /// The folders in one text for the table, separated by `/`; `None` where the form has none, `""` outside all.
    pub fn folder_text(&self) -> Option<String> {
        self.folder.as_ref().map(|path| path.names().join("/"))
    }

    /// The time for the table: of the last change, else when it was made.
    pub fn stamp(&self) -> Option<&Stamp> {
        self.modified.as_ref().or(self.added.as_ref())
    }
}

/// A time as a file states it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    /// As it is written.
    pub raw: String,
    /// The instant; `None` where it cannot be read. Both forms state it in UTC.
    pub utc: Option<DateTime<Utc>>,
}

/// A folder of the HTML form. It may be empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folder {
    /// Its own name last.
    pub path: FolderPath,
    /// It holds the favourites.
    pub favourites: bool,
    /// It is the reading list.
    pub reading_list: bool,
}

/// What one file holds, in its order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct File {
    /// The name of the file without its ending: the folder for bookmarks without one.
    pub name: String,
    pub bookmarks: Vec<Bookmark>,
    /// Those of the HTML form, each before those inside it.
    pub folders: Vec<Folder>,
    /// Of the HTML form only the rows and what is bad are counted.
    pub lines: Lines,
    /// How its text was read.
    pub encoding: Option<Encoding>,
    /// The first 1,000 lines that cannot be read: the number of the first of each, from 1, and why.
    pub bad: Vec<(u64, &'static str)>,
    /// Bytes of memory that the bookmarks take, at most.
    pub weight: usize,
}

/// Reads a file of either form, whatever it is called, using at most `room` bytes of memory for its bookmarks. `name` is
/// its file name.
///
/// # Errors
/// If it cannot be read or is neither form, or if there are more bookmarks than `room` has space for.
pub fn read(name: &str, mut source: impl Read, room: usize) -> Result<File, Refusal> {
    let mut head = Vec::new();
    (&mut source).take(netscape::HEAD).read_to_end(&mut head).map_err(|error| refused(&error))?;
    let is_netscape = netscape::is_netscape(&decoded(&head).0);
    let source = head.as_slice().chain(source);
    let file = if is_netscape { netscape::read(source, room)? } else { table::read(source, room)? };
    Ok(File { name: split(name).0.to_owned(), ..file })
}

fn too_many() -> Refusal {
    (
        Code::LimitExceeded,
        "its bookmarks would take more memory than those of all exports together may".to_owned(),
    )
}

impl File {
    /// Adds a bookmark that so many bytes stated; `None` if there is no room for it.
    fn add(&mut self, bookmark: Bookmark, stated: usize, room: usize) -> Option<()> {
        // its texts are pieces of memory of their own, which cost some bytes each
        const EACH_TEXT: usize = 24;
        self.weight += size_of::<Bookmark>() + stated + 4 * EACH_TEXT;
        self.lines.rows += 1;
        self.bookmarks.push(bookmark);
        (self.weight <= room).then_some(())
    }
}

/// Several exports as one, the oldest first, each with its files in order.
///
/// Of an address that several exports have, the bookmarks of the newest one count, all that it has of it; what only
/// an older export has stays. Where the newest form knows no folders, the folder that an older one states stays too.
/// Bookmarks without an address have no key: of equal ones as many stay as the export has that has most.
pub fn united(exports: Vec<Vec<Arc<File>>>) -> Vec<Arc<File>> {
    let mut kept: Vec<Arc<File>> = Vec::new();
    for mut newer in exports {
        if !kept.is_empty() {
            unite(&mut kept, &mut newer);
        }
        kept.extend(newer);
    }
    kept
}

/// Takes out of older files what newer ones have too, and adds to those what only the older ones know of it.
fn unite(older: &mut [Arc<File>], newer: &mut [Arc<File>]) {
    let mut known: BTreeMap<String, VecDeque<(Option<FolderPath>, bool)>> = BTreeMap::new();
    let named: BTreeSet<&str> = bookmarks(newer).map(|bookmark| bookmark.url.as_str()).collect();
    let mut nameless: BTreeMap<(String, Option<FolderPath>), usize> = BTreeMap::new();
    for bookmark in bookmarks(newer).filter(|bookmark| bookmark.url.is_empty()) {
        *nameless.entry((bookmark.title.clone(), bookmark.folder.clone())).or_default() += 1;
    }
    for file in older {
        Arc::make_mut(file).bookmarks.retain(|bookmark| {
            if bookmark.url.is_empty() {
                let key = (bookmark.title.clone(), bookmark.folder.clone());
                let again = nameless.get_mut(&key).filter(|left| **left > 0);
                return again.map(|left| *left -= 1).is_none();
            }
            let is_replaced = named.contains(bookmark.url.as_str());
            if is_replaced {
                let lies = (bookmark.folder.clone(), bookmark.reading_list);
                known.entry(bookmark.url.clone()).or_default().push_back(lies);
            }
            !is_replaced
        });
    }
    for file in newer {
        let mut gained = Vec::new();
        for (at, bookmark) in file.bookmarks.iter().enumerate() {
            let before = known.get_mut(&bookmark.url).and_then(VecDeque::pop_front);
            if bookmark.folder.is_none() && !bookmark.deleted {
                gained.extend(before.map(|before| (at, before)));
            }
        }
        if gained.is_empty() {
            continue;
        }
        let bookmarks = &mut Arc::make_mut(file).bookmarks;
        for (at, (folder, reading_list)) in gained {
            if let Some(bookmark) = bookmarks.get_mut(at) {
                bookmark.folder = folder;
                bookmark.reading_list |= reading_list;
            }
        }
    }
}

fn bookmarks(files: &[Arc<File>]) -> impl Iterator<Item = &Bookmark> {
    files.iter().flat_map(|file| &file.bookmarks)
}

#[cfg(test)]
mod tests;
