//! What the bookmarks of all exports come to: one file for browsers, and one table.

use std::collections::BTreeMap;

use super::{File, csv, html, read, united};
use crate::category::outcome::{Count, Hearing, Made};
use crate::category::recognise::Sort;
use crate::contents::{Category, ContentId, Contents, ExportId};
use crate::problem::Code;

/// The files of bookmarks that were read.
#[derive(Debug, Default)]
pub struct Heard {
    pub files: BTreeMap<ContentId, File>,
}

/// Reads every file of bookmarks.
pub fn hear(hearing: &mut Hearing<'_>) -> Heard {
    let contents = hearing.contents;
    let mut heard = Heard::default();
    for entry in contents.entries.iter().filter(|entry| Sort::of(entry) == Some(Sort::Bookmarks)) {
        let Some(content) = entry.content().filter(|content| !heard.files.contains_key(content)) else {
            continue;
        };
        let Some(bytes) = hearing.whole(content) else { continue };
        match read(entry.name(), &bytes) {
            Some(file) => _ = heard.files.insert(content, file),
            None => hearing.refuse(content, (Code::BadRow, "it has neither form of bookmarks".to_owned())),
        }
    }
    heard
}

/// What the bookmarks come to.
#[derive(Debug, Default)]
pub struct Decided {
    /// Of all exports together.
    pub files: Vec<File>,
    /// Of these inputs, if they hold any.
    pub count: Option<Count>,
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
    Decided { files, count }
}

/// The files of each export that has any, the oldest first; a copy within an export counts once.
fn by_export(contents: &Contents, heard: &Heard, wants: impl Fn(bool) -> bool) -> Vec<Vec<File>> {
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
        let file = |name, text: fn(&[File]) -> String| {
            Made::new(Category::Bookmarks, format!("Bookmarks/{name}"), move |_, to| {
                to.write_all(text(&self.files).as_bytes())
            })
        };
        vec![file("bookmarks.html", html), file("bookmarks.csv", csv)]
    }
}
