//! Files that are not where they were: found by their bytes, and led on to by what names them.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;

use crate::contents::Contents;
use crate::library::drive::hash_file;
use crate::library::path::LibraryPath;
use crate::library::record::{Area, DerivedRecord, FileRecord};
use crate::library::tree::Tree;

/// What was derived of a file is derived of it still, wherever it stands now, and belongs to it.
pub fn lead_on(
    files: &mut BTreeMap<LibraryPath, FileRecord>,
    derived: &mut BTreeMap<LibraryPath, DerivedRecord>,
    moved: &[(LibraryPath, LibraryPath)],
) {
    let moved: HashMap<&LibraryPath, &LibraryPath> = moved.iter().map(|(from, to)| (from, to)).collect();
    let partners = files.values_mut().flat_map(|record| [&mut record.live_photo, &mut record.companion_of]);
    let targets = derived.values_mut().map(|record| &mut record.target);
    for path in partners.chain(targets).flatten() {
        if let Some(to) = moved.get(path) {
            path.clone_from(to);
        }
    }
}

/// What became of records whose file is not where it was.
#[derive(Default)]
pub struct Found {
    /// Records of files that stand elsewhere, with the new path.
    pub records: Vec<FileRecord>,
    /// From where, and to where.
    pub moved: Vec<(LibraryPath, LibraryPath)>,
    /// Records of files that stand nowhere.
    pub lost: Vec<FileRecord>,
}

/// Finds files by their bytes among those of the tree that no record speaks of.
pub fn find_moved(
    library: &Path,
    seen: &Tree,
    gone: Vec<FileRecord>,
    contents: &Contents,
    is_recorded: impl Fn(&LibraryPath) -> bool,
) -> Found {
    let mut found = Found::default();
    let mut strangers: HashMap<u64, Vec<LibraryPath>> = HashMap::new();
    let wanted: HashSet<u64> = gone.iter().map(|record| contents.distinct[record.content].size).collect();
    let candidates = seen.iter().filter(|(_, seen)| seen.is_file && wanted.contains(&seen.size));
    for (path, seen) in candidates.filter(|(path, _)| !is_recorded(path)) {
        strangers.entry(seen.size).or_default().push(path.clone());
    }
    for mut record in gone {
        let content = &contents.distinct[record.content];
        let candidates = strangers.entry(content.size).or_default();
        let place = candidates.iter().position(|path| {
            record.area != Area::Details
                && hash_file(&path.to_path(library)).is_some_and(|hash| hash == content.blake3)
        });
        match place {
            Some(at) => {
                let to = candidates.swap_remove(at);
                found.moved.push((record.path.clone(), to.clone()));
                record.path = to;
                found.records.push(record);
            }
            None => found.lost.push(record),
        }
    }
    found
}
