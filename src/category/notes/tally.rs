//! How many notes there are, how many Apple lists, and what of its lists has no note.
//!
//! Only what these inputs hold is counted. What several exports have counts once, and a row that finds no note in its
//! own export is not missing if another export brought the note.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::category::notes::decide::Version;
use crate::category::notes::delivery::Delivery;
use crate::category::notes::list::Row;
use crate::category::notes::note::{Note, Notes};
use crate::category::notes::rows::Matched;
use crate::category::notes::title;
use crate::category::outcome::{Count, Wishes};
use crate::category::recognise::Sort;
use crate::contents::{Category, ContentId, Contents, EntryId};

/// One export, with what its rows found.
pub struct Export<'a> {
    pub delivery: &'a Delivery,
    pub notes: &'a Notes,
    /// The row of each note. Of several that only a title joins each has one for counting, nobody knows which.
    row_of: Vec<Option<usize>>,
    /// Rows whose note is nowhere, of an export of which these inputs hold something.
    pub missing: Vec<usize>,
}

/// All notes and rows.
pub struct Tally<'a> {
    /// The oldest first.
    pub exports: Vec<Export<'a>>,
    /// All versions of each note, the newest first.
    pub notes: &'a [Vec<Version<'a>>],
    given: HashSet<EntryId>,
}

/// What tells the rows of a note in several exports: title, and when it was made.
type Key = (String, Box<str>);

impl<'a> Tally<'a> {
    pub fn new(
        contents: &Contents,
        deliveries: &'a [Delivery],
        exports: &'a [Notes],
        notes: &'a [Vec<Version<'a>>],
    ) -> Self {
        let given = contents.entries.pairs().filter(|(_, entry)| entry.given);
        let given =
            given.filter(|(_, entry)| Sort::of(entry).and_then(Sort::category) == Some(Category::Notes));
        let exports = deliveries.iter().zip(exports).map(|(delivery, notes)| Export::new(delivery, notes));
        let mut tally = Tally { exports: exports.collect(), notes, given: given.map(|(id, _)| id).collect() };
        tally.look_elsewhere();
        tally
    }

    /// Leaves of the rows without a note those that are in no other export either, each once.
    fn look_elsewhere(&mut self) {
        let mut found: HashMap<Key, BTreeSet<usize>> = HashMap::new();
        for (at, export) in self.exports.iter().enumerate() {
            for row in export.found().filter(|row| !row.created.raw().is_empty()) {
                found.entry(key(row)).or_default().insert(at);
            }
        }
        let mut counted: HashMap<Key, usize> = HashMap::new();
        for (at, export) in self.exports.iter_mut().enumerate().rev() {
            let mut here: HashMap<Key, usize> = HashMap::new();
            let rows = &export.delivery.details;
            if !export.delivery.all_entries().any(|entry| self.given.contains(&entry)) {
                export.missing.clear();
            }
            export.missing.retain(|row| {
                let Some((row, _)) = rows.get(*row) else { return false };
                let key = key(row);
                if found.get(&key).is_some_and(|exports| exports.iter().any(|export| *export != at)) {
                    return false;
                }
                let here = here.entry(key.clone()).or_default();
                *here += 1;
                *here > counted.get(&key).copied().unwrap_or_default()
            });
            for (key, here) in here {
                let counted = counted.entry(key).or_default();
                *counted = here.max(*counted);
            }
        }
    }

    /// Whether these inputs hold this entry.
    pub fn is_given(&self, entry: EntryId) -> bool {
        self.given.contains(&entry)
    }

    /// Whether these inputs hold something of this version.
    pub fn holds(&self, version: &Version<'_>) -> bool {
        version.delivery.entries_of(version.note).any(|entry| self.is_given(entry))
    }

    fn row_of(&self, version: &Version<'_>) -> Option<usize> {
        self.exports.get(version.export)?.row_of.get(version.index).copied().flatten()
    }

    /// How much these inputs hold, if anything.
    pub fn count(&self, contents: &Contents, wishes: &Wishes) -> Option<Count> {
        if self.given.is_empty() {
            return None;
        }
        let mut count = Count::of(Category::Notes);
        let is_listed_here = |delivery: &Delivery, row: usize| {
            delivery.details.get(row).is_some_and(|(_, list)| self.is_given(list))
        };
        let missing = |export: &Export<'_>| {
            export.missing.iter().filter(|row| is_listed_here(export.delivery, **row)).count() as u64
        };
        let mut listed = self.exports.iter().map(missing).sum();
        for versions in self.notes {
            let held = || versions.iter().filter(|version| self.holds(version));
            count.items += u64::from(held().next().is_some());
            count.matched += u64::from(held().any(|version| self.row_of(version).is_some()));
            let is_listed = versions
                .iter()
                .any(|version| self.row_of(version).is_some_and(|row| is_listed_here(version.delivery, row)));
            listed += u64::from(is_listed);
        }
        let mut lists = self.exports.iter().flat_map(|export| &export.delivery.lists);
        let has_list = lists.any(|(list, _, sort)| *sort == Sort::NoteList && self.is_given(*list));
        count.listed = has_list.then_some(listed);
        count.files = self.files(contents, wishes);
        Some(count)
    }

    /// Files of these inputs that have a place each.
    fn files(&self, contents: &Contents, wishes: &Wishes) -> u64 {
        let mut files: HashSet<(&str, ContentId)> = HashSet::new();
        for &id in &self.given {
            let entry = &contents.entries[id];
            let Some(content) = entry.content().filter(|_| Sort::of(entry) == Some(Sort::NoteFile)) else {
                continue;
            };
            files.insert((wishes.get(&id).map_or(entry.inner(), |wish| wish.path.as_str()), content));
        }
        files.len() as u64
    }
}

impl<'a> Export<'a> {
    fn new(delivery: &'a Delivery, notes: &'a Notes) -> Self {
        let alone = |matched: &Matched| match matched {
            Matched::Row(row, _) => Some(*row),
            Matched::OneOf(_) | Matched::Nothing => None,
        };
        let mut row_of: Vec<Option<usize>> = notes.matching.notes.iter().map(alone).collect();
        let mut missing = notes.matching.missing.clone();
        for group in &notes.matching.groups {
            for (note, row) in group.notes.iter().zip(group.rows.iter()) {
                if let Some(row_of) = row_of.get_mut(*note) {
                    *row_of = Some(*row);
                }
            }
            missing.extend(group.rows.iter().skip(group.notes.len()));
        }
        missing.sort_unstable();
        Export { delivery, notes, row_of, missing }
    }

    /// Rows whose note is here.
    fn found(&self) -> impl Iterator<Item = &'a Row> {
        let rows = &self.delivery.details.rows;
        self.row_of.iter().flatten().filter_map(|row| rows.get(*row))
    }

    pub fn note(&self, index: usize) -> Option<&'a Note> {
        self.notes.notes.get(index)
    }
}

fn key(row: &Row) -> Key {
    (title::exact(&row.title), row.created.raw().into())
}
