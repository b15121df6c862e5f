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
mod netscape;
mod table;
mod write;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::apple::sheet::Lines;

pub use decide::{Decided, Heard, decide, hear};
pub use table::looks_like as looks_like_table;
pub use write::{csv, html};

/// Names of folders, the outermost first. They are shared, so that a long one costs once.
pub type FolderPath = Vec<Arc<str>>;

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
        self.folder.as_ref().map(|path| path.join("/"))
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
    /// What cannot be read: the number of its first line, from 1, and why.
    pub bad: Vec<(u64, &'static str)>,
}

/// Reads a file of either form, whatever it is called; `None` if it is neither. `name` is its file name.
pub fn read(name: &str, bytes: &[u8]) -> Option<File> {
    let text = crate::apple::table::decode(bytes);
    let (stem, _) = crate::apple::text::split(name);
    let mut file = if netscape::is_netscape(&text) { netscape::read(&text) } else { table::read(&text)? };
    file.name = stem.to_owned();
    Some(file)
}

/// Several exports as one, the oldest first, each with its files in order.
///
/// Of an address that several exports have, the bookmarks of the newest one count, all that it has of it; what only
/// an older export has stays. Where the newest form knows no folders, the folder that an older one states stays too.
/// Bookmarks without an address have no key: of equal ones as many stay as the export has that has most.
pub fn united(exports: Vec<Vec<File>>) -> Vec<File> {
    let mut kept: Vec<File> = Vec::new();
    for mut newer in exports {
        let mut older: BTreeMap<String, VecDeque<Bookmark>> = BTreeMap::new();
        let named: BTreeSet<&str> = bookmarks(&newer).map(|bookmark| bookmark.url.as_str()).collect();
        let mut nameless: BTreeMap<(String, Option<FolderPath>), usize> = BTreeMap::new();
        for bookmark in bookmarks(&newer).filter(|bookmark| bookmark.url.is_empty()) {
            *nameless.entry((bookmark.title.clone(), bookmark.folder.clone())).or_default() += 1;
        }
        for file in &mut kept {
            file.bookmarks.retain(|bookmark| {
                if bookmark.url.is_empty() {
                    let key = (bookmark.title.clone(), bookmark.folder.clone());
                    let again = nameless.get_mut(&key).filter(|left| **left > 0);
                    return again.map(|left| *left -= 1).is_none();
                }
                let is_replaced = named.contains(bookmark.url.as_str());
                if is_replaced {
                    older.entry(bookmark.url.clone()).or_default().push_back(bookmark.clone());
                }
                !is_replaced
            });
        }
        for bookmark in newer.iter_mut().flat_map(|file| &mut file.bookmarks) {
            let Some(before) = older.get_mut(&bookmark.url).and_then(VecDeque::pop_front) else { continue };
            if bookmark.folder.is_none() && !bookmark.deleted {
                bookmark.folder = before.folder;
                bookmark.reading_list |= before.reading_list;
            }
        }
        kept.extend(newer);
    }
    kept
}

fn bookmarks(files: &[File]) -> impl Iterator<Item = &Bookmark> {
    files.iter().flat_map(|file| &file.bookmarks)
}

#[cfg(test)]
mod tests;
