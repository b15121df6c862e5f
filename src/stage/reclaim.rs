//! Reclaim: what an earlier version kept because it did not understand it, understood by what is known today.
//!
//! The catalog says which archive every entry came from and what its path there was, so the same rules are asked again
//! as for an archive that is opened. Where files stand does not matter here, and no file is touched. Pure.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use crate::apple::text;
use crate::category::Wanted;
use crate::category::delivery::{self, Delivered, Shape};
use crate::category::photos::Sort;
use crate::category::recognise::Beside;
use crate::contents::{ArchiveId, Category, Class, Contents, EntryId, Id, Identity, Inner, PartId};

/// An entry, whatever order entries are in.
pub type Key = (ArchiveId, u32);

/// What an entry was taken for when it was imported.
#[derive(Debug, Clone, PartialEq)]
pub struct Before {
    pub class: Class,
    /// The path that it had inside the part.
    pub inner: String,
    /// Whether its export was taken for one of photos.
    pub of_photos: bool,
}

/// Entries that are something else now.
pub type Reclaimed = HashMap<Key, Before>;

/// Gives remembered entries the category and the meaning that they would have today.
///
/// What the owner does not want waits for a run that wants it. Archives that are `read_through` are files no more.
pub fn reclaim(contents: &mut Contents, wanted: &Wanted, read_through: &HashSet<Key>) -> Reclaimed {
    let mut reclaimed = Reclaimed::new();
    let categories = categories(contents);
    for (archive, entries) in doubtful(contents) {
        let shape = shape(contents, archive, &entries, &categories);
        if !shape.has_others() {
            continue;
        }
        for id in entries {
            let entry = &contents.entries[id];
            let path = Arc::clone(&entry.path);
            let slashed = text::slashed(&path);
            let classified = shape.classify(&slashed, entry.size);
            let is_nothing = classified.category == Category::Photos || classified.class == Class::Ignored;
            let key = (entry.archive, entry.position);
            if is_nothing || !wanted.has(classified.category) || read_through.contains(&key) {
                continue;
            }
            let of_photos = contents.exports[contents.export_of(entry)].category == Category::Photos;
            let before = Before { class: entry.class, inner: entry.inner().to_owned(), of_photos };
            reclaimed.insert(key, before);
            let entry = &mut contents.entries[id];
            entry.inner = Inner::of(&entry.path, &classified.inner);
            entry.category = classified.category;
            entry.class = classified.class;
            entry.sort = classified.sort;
        }
    }
    reclaimed
}

/// The remembered entries of archives that may be understood better today: those that hold something that nobody
/// understood, and those that are called as Apple calls other categories.
fn doubtful(contents: &Contents) -> BTreeMap<ArchiveId, Vec<EntryId>> {
    let mut by_archive: BTreeMap<ArchiveId, Vec<EntryId>> = BTreeMap::new();
    let mut is_doubtful: BTreeSet<ArchiveId> = BTreeSet::new();
    let is_named = |id: ArchiveId| {
        let name = &contents.archives[id].name;
        let file = name.rsplit('/').next().unwrap_or(name);
        delivery::is_apple_name(file) && Shape::by_name(file).category() != Category::Photos
    };
    for (id, entry) in contents.entries.pairs() {
        if entry.content().is_none() || entry.category != Category::Photos {
            continue;
        }
        by_archive.entry(entry.archive).or_default().push(id);
        if Sort::of(entry) == Sort::Other {
            is_doubtful.insert(entry.archive);
        }
    }
    by_archive.retain(|archive, _| is_doubtful.contains(archive) || is_named(*archive));
    by_archive
}

/// The category of each part of which something tells.
pub fn categories(contents: &Contents) -> BTreeMap<PartId, Category> {
    let others = contents.entries.iter().filter(|entry| entry.category != Category::Photos);
    others.map(|entry| (entry.part, entry.category)).collect()
}

/// What the paths of a remembered archive show.
pub fn shape(
    contents: &Contents,
    archive: ArchiveId,
    entries: &[EntryId],
    categories: &BTreeMap<PartId, Category>,
) -> Shape {
    let record = &contents.archives[archive];
    let paths: Vec<String> = entries.iter().map(|id| contents.entries[*id].path.replace('\\', "/")).collect();
    let delivered = match record.identity {
        Identity::Zip { .. } => Delivered::Archive,
        Identity::Folder => Delivered::Folder,
    };
    let sibling = entries.iter().find_map(|id| categories.get(&contents.entries[*id].part));
    let beside = match sibling {
        Some(category) => Beside::Part(*category),
        None if record.name.contains('/') => Beside::Apples,
        None => Beside::Nothing,
    };
    let file = record.name.rsplit('/').next().unwrap_or(&record.name);
    Shape::of(file, delivered, beside, paths.iter().map(String::as_str), &|_| None)
}

/// The category that most of an export's entries have: records, if none has more than half. Archives that are
/// `read_through` are files no more, and what is in them counts.
pub fn categorise(contents: &mut Contents, read_through: &HashSet<Key>) {
    let mut counts: HashMap<usize, BTreeMap<Category, u64>> = HashMap::new();
    for entry in &contents.entries {
        let is_read_through = read_through.contains(&(entry.archive, entry.position)) && !entry.given;
        if !matches!(entry.class, Class::Ignored) && !is_read_through {
            *counts
                .entry(contents.export_of(entry).index())
                .or_default()
                .entry(entry.category)
                .or_default() += 1;
        }
    }
    for (export, counts) in counts {
        let all: u64 = counts.values().sum();
        let most = counts.iter().max_by_key(|(_, count)| **count);
        let Some((&category, &count)) = most else { continue };
        let export = contents.exports.get_mut(export);
        if let Some(export) = export {
            export.category = if count * 2 > all { category } else { Category::Records };
        }
    }
}
