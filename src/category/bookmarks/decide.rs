//! What the bookmarks of all exports come to: one file for browsers, and one table.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::{File, csv, html, read, united};
use crate::apple::sheet::Lines;
use crate::apple::table::Encoding;
use crate::category::outcome::{Count, Hearing, Made, time_of};
use crate::category::recognise::Sort;
use crate::contents::{Category, ContentId, Contents, Entry, ExportId};
use crate::library::layout;

/// Bytes of memory that all bookmarks may take: 380,000 of them. They are all held, because those of several exports
/// become one file; with what the program takes besides, it is what fits into 256 MiB.
const ROOM: usize = 160 << 20;

/// The files of bookmarks that were read.
#[derive(Debug, Default)]
pub struct Heard {
    pub files: BTreeMap<ContentId, Arc<File>>,
}

/// Reads every file of bookmarks.
pub fn hear(hearing: &mut Hearing<'_>) -> Heard {
    let contents = hearing.contents;
    let mut heard = Heard::default();
    let mut room = ROOM;
    for entry in contents.entries.iter().filter(|entry| Sort::of(entry) == Some(Sort::Bookmarks)) {
        let Some(content) = entry.content().filter(|content| !heard.files.contains_key(content)) else {
            continue;
        };
        let Some(file) = hearing.reader(content) else { continue };
        match read(entry.name(), file, room) {
            Ok(file) => {
                room = room.saturating_sub(file.weight);
                heard.files.insert(content, Arc::new(file));
            }
            Err(refusal) => hearing.refuse(content, refusal),
        }
    }
    heard
}

/// What the bookmarks come to.
#[derive(Debug, Default)]
pub struct Decided {
    /// Of all exports together.
    pub files: Vec<Arc<File>>,
    /// What became of the lines of each file.
    pub counted: BTreeMap<ContentId, (Lines, Option<Encoding>)>,
    /// Of these inputs, if they hold any.
    pub count: Option<Count>,
    /// The newest time of the files.
    modified: Option<DateTime<Utc>>,
}

/// Decides for all exports together.
pub fn decide(contents: &Contents, heard: &Heard) -> Decided {
    let files = united(by_export(contents, heard, |_| true));
    let given = by_export(contents, heard, |is_given| is_given);
    let count = (!given.is_empty()).then(|| {
        let given = united(given);
        let items = given.iter().map(|file| file.bookmarks.len() as u64).sum();
        Count { items, ..Count::of(Category::Bookmarks) }
    });
    let read = |entry: &&Entry| entry.content().is_some_and(|content| heard.files.contains_key(&content));
    let modified = contents.entries.iter().filter(read).filter_map(time_of).max();
    let of_lines = |(content, file): (&ContentId, &Arc<File>)| (*content, (file.lines, file.encoding));
    let counted = heard.files.iter().map(of_lines).collect();
    Decided { files, counted, count, modified }
}

/// The files of each export that has any, the oldest first; a copy within an export counts once.
fn by_export(contents: &Contents, heard: &Heard, wants: impl Fn(bool) -> bool) -> Vec<Vec<Arc<File>>> {
    let mut exports: BTreeMap<ExportId, Vec<ContentId>> = BTreeMap::new();
    for entry in contents.entries.iter().filter(|entry| wants(entry.given)) {
        let Some(content) = entry.content().filter(|_| Sort::of(entry) == Some(Sort::Bookmarks)) else {
            continue;
        };
        let files = exports.entry(contents.export_of(entry)).or_default();
        if heard.files.contains_key(&content) && !files.contains(&content) {
            files.push(content);
        }
    }
    let files =
        |contents: Vec<ContentId>| contents.iter().filter_map(|c| heard.files.get(c).cloned()).collect();
    exports.into_values().filter(|files| !files.is_empty()).map(files).collect()
}

impl Decided {
    /// `bookmarks.html` for every browser, and `bookmarks.csv`.
    pub fn made(&self) -> Vec<Made<'_>> {
        if self.files.is_empty() {
            return Vec::new();
        }
        let file = |name, write: fn(&[Arc<File>], &mut dyn Write) -> io::Result<()>| {
            let made =
                Made::new(Category::Bookmarks, format!("{}/{name}", layout::BOOKMARKS), move |_, to| {
                    write(&self.files, to)
                });
            made.modified(self.modified)
        };
        vec![file("bookmarks.html", html), file("bookmarks.csv", csv)]
    }
}
