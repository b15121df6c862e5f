//! What was delivered of notes, export by export: which entries are whose text and files, and the rows of their lists.
//!
//! The paths of all parts and copies of an export are looked at together, each below its own wrapper: a text may lie in
//! one part and its files in another. A file that came twice is one file here, with all its entries.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::hash::Hash;

use unicode_normalization::UnicodeNormalization;

use crate::apple::sheet::Sheet;
use crate::category::notes::decide::Heard;
use crate::category::notes::note::{Delivered, Note};
use crate::category::notes::path::{Shape, Use};
use crate::category::notes::{list, sharing, title};
use crate::category::recognise::Sort;
use crate::contents::{ArchiveId, Bytes, Category, ContentId, Contents, EntryId, ExportId};

/// Rows of all lists of one kind, each once.
#[derive(Debug)]
pub struct Rows<R> {
    pub rows: Vec<R>,
    /// The list that each row stands in.
    pub lists: Vec<EntryId>,
}

/// What one export brought of notes.
#[derive(Debug)]
pub struct Delivery {
    pub export: ExportId,
    /// Texts and files of notes.
    pub files: Vec<Delivered>,
    pub details: Rows<list::Row>,
    /// Of both lists of shared notes.
    pub shared: Rows<sharing::Row>,
    /// The lists that were read, each once.
    pub lists: Vec<(EntryId, ContentId, Sort)>,
    /// Whether every part that Apple announced is here.
    pub is_whole: bool,
    /// Titles of notes of which something arrived damaged.
    damaged: HashSet<String>,
    /// The entries that are the file at a path.
    entries: HashMap<(String, ContentId), Vec<EntryId>>,
}

/// What each export brought, the oldest first.
pub fn deliveries(contents: &Contents, heard: &Heard) -> Vec<Delivery> {
    let mut exports: BTreeMap<ExportId, BTreeMap<ArchiveId, Vec<EntryId>>> = BTreeMap::new();
    for (id, entry) in contents.entries.pairs() {
        let is_of_notes = Sort::of(entry).and_then(Sort::category) == Some(Category::Notes);
        if is_of_notes && !entry.class.is_left_out() {
            let archives = exports.entry(contents.export_of(entry)).or_default();
            archives.entry(entry.archive).or_default().push(id);
        }
    }
    let mut parts: BTreeMap<ExportId, BTreeSet<u32>> = BTreeMap::new();
    for part in contents.entries.iter().map(|entry| &contents.parts[entry.part]) {
        parts.entry(part.export).or_default().insert(part.number);
    }
    let is_whole = |export| {
        let has_all = |total| parts.get(&export).is_some_and(|seen| (1..=total).all(|n| seen.contains(&n)));
        contents.exports[export].total.is_none_or(has_all)
    };
    let delivery = |(export, archives)| Delivery::of(contents, heard, export, archives, is_whole(export));
    exports.into_iter().map(delivery).collect()
}

impl Delivery {
    fn of(
        contents: &Contents,
        heard: &Heard,
        export: ExportId,
        archives: BTreeMap<ArchiveId, Vec<EntryId>>,
        is_whole: bool,
    ) -> Self {
        let mut paths: Vec<(EntryId, &str)> = Vec::new();
        for entries in archives.into_values() {
            let path = |id: &EntryId| contents.entries[*id].inner();
            let shape = Shape::of(entries.iter().map(path));
            paths.extend(entries.iter().map(|id| (*id, shape.inner(path(id)))));
        }
        paths.sort_unstable();
        let shape = Shape::below("", paths.iter().map(|(_, path)| *path));
        let mut delivery = Delivery {
            export,
            files: Vec::new(),
            details: Rows::default(),
            shared: Rows::default(),
            lists: Vec::new(),
            is_whole,
            damaged: HashSet::new(),
            entries: HashMap::new(),
        };
        for (id, path) in paths {
            let entry = &contents.entries[id];
            let Some(sort) = Sort::of(entry) else { continue };
            let used = shape.part(path);
            match (sort, entry.content()) {
                (_, Some(content)) if heard.has_read(content, sort) => {
                    delivery.list(contents, (id, content, sort));
                }
                (Sort::NoteText | Sort::NoteFile, Some(content)) => {
                    let is_as_recognised = matches!(
                        (sort, &used),
                        (Sort::NoteText, Use::Body(..)) | (Sort::NoteFile, Use::Attachment(..))
                    );
                    if is_as_recognised {
                        delivery.entries.entry((path.nfc().collect(), content)).or_default().push(id);
                        delivery.files.push(Delivered { path: path.into(), used, content });
                    }
                }
                (_, None) if entry.bytes == Bytes::Failed => {
                    if let Use::Body(home, _) | Use::Attachment(home, _) = used {
                        delivery.damaged.insert(title::loose(&home.title));
                    }
                }
                _ => {}
            }
        }
        for (list, content, sort) in &delivery.lists {
            match sort {
                Sort::NoteList => {
                    delivery.details.add(*list, heard.details.get(content), list::Row::unplaced)
                }
                Sort::SharedNoteList => {
                    delivery.shared.add(*list, heard.shared.get(content), sharing::Row::unplaced);
                }
                _ => delivery.shared.add(*list, heard.subscribed.get(content), sharing::Row::unplaced),
            }
        }
        delivery
    }

    /// Notes a list, unless a copy of it is noted. What is said of it is said of a file of these inputs, if one is.
    fn list(&mut self, contents: &Contents, list: (EntryId, ContentId, Sort)) {
        let (entry, content, sort) = list;
        match self.lists.iter_mut().find(|(_, known, of)| (*known, *of) == (content, sort)) {
            Some((known, ..)) if contents.entries[entry].given && !contents.entries[*known].given => {
                *known = entry;
            }
            Some(_) => {}
            None => self.lists.push(list),
        }
    }

    /// Whether Apple's list of notes is here.
    pub fn has_list(&self) -> bool {
        self.lists.iter().any(|(.., sort)| *sort == Sort::NoteList)
    }

    /// The entries that are the file at this path below the wrapper.
    pub fn entries(&self, path: &str, content: ContentId) -> &[EntryId] {
        self.entries.get(&(path.nfc().collect(), content)).map_or(&[], Vec::as_slice)
    }

    /// All entries of lists, texts and files.
    pub fn all_entries(&self) -> impl Iterator<Item = EntryId> + '_ {
        self.lists.iter().map(|(list, ..)| *list).chain(self.entries.values().flatten().copied())
    }

    /// All entries of a note: of its text, then of its files.
    pub fn entries_of<'d>(&'d self, note: &'d Note) -> impl Iterator<Item = EntryId> + 'd {
        let body = note.body.iter().map(|body| (&body.path, body.content));
        let files = note.attachments.iter().map(|file| (&file.path, file.content));
        body.chain(files).flat_map(|(path, content)| self.entries(path, content)).copied()
    }

    /// Whether something of a note of this title arrived, and cannot be read.
    pub fn is_damaged(&self, title: &str) -> bool {
        !self.damaged.is_empty() && self.damaged.contains(&title::loose(title))
    }
}

impl<R> Default for Rows<R> {
    fn default() -> Self {
        Rows { rows: Vec::new(), lists: Vec::new() }
    }
}

impl<R: Clone + Eq + Hash> Rows<R> {
    /// Adds the rows of one more list: of equal ones as many count as the list has that has most. `unplaced` is a row
    /// without its place.
    fn add(&mut self, list: EntryId, sheet: Option<&Sheet<R>>, unplaced: impl Fn(&R) -> R) {
        let mut before: HashMap<R, usize> = HashMap::new();
        for row in &self.rows {
            *before.entry(unplaced(row)).or_default() += 1;
        }
        for row in sheet.into_iter().flat_map(|sheet| &sheet.rows) {
            let again = if before.is_empty() { None } else { before.get_mut(&unplaced(row)) };
            match again.filter(|left| **left > 0) {
                Some(left) => *left -= 1,
                None => {
                    self.rows.push(row.clone());
                    self.lists.push(list);
                }
            }
        }
    }
}

impl<R> Rows<R> {
    /// A row, and the list that it stands in.
    pub fn get(&self, row: usize) -> Option<(&R, EntryId)> {
        self.rows.get(row).zip(self.lists.get(row).copied())
    }
}
