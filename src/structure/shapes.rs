//! Exports and archives as they were delivered: names, parts, nesting, and the paths of what lies in them.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::category::recognise::Sort;
use crate::contents::{ArchiveId, Class, Contents, Entry, Identity};
use crate::stage::report::ExportReport;
use crate::structure::names::Names;

/// Paths of one archive that are told: of Apple's own files, and of the owner's, which are all alike.
const MOST_OF_APPLES: usize = 500;
const MOST_OF_OWNERS: usize = 60;

/// An export.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Export {
    /// Apple's name without the part, or one of ours.
    pub name: String,
    /// Its word in JSON.
    pub category: &'static str,
    /// Numbers of the parts that are here.
    pub parts_found: Vec<u32>,
    /// How many Apple announced, where a name tells.
    pub parts_expected: Option<u32>,
}

impl Export {
    /// What may be told of an export.
    pub fn of(export: &ExportReport, names: &mut Names) -> Self {
        Export {
            name: names.archive(&export.name),
            category: export.category.as_str(),
            parts_found: export.parts_found.clone(),
            parts_expected: export.parts_expected,
        }
    }
}

/// An archive, or the folder that one was unzipped to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Archive {
    /// Of a nested one with those that it lies in: `Outer.zip/Inner.zip`.
    pub name: String,
    /// Whether it was unzipped.
    pub is_folder: bool,
    /// In how many archives it lies.
    pub depth: usize,
    /// How many files lie in it.
    pub entries: u64,
    /// Paths of some, sorted.
    pub paths: BTreeSet<String>,
    /// How many entries have another path.
    pub more_paths: u64,
}

/// The archives of these inputs.
pub fn archives(contents: &Contents, names: &mut Names) -> Vec<Archive> {
    let mut of_archive: BTreeMap<ArchiveId, Vec<&Entry>> = BTreeMap::new();
    for entry in contents.entries.iter().filter(|entry| entry.given) {
        of_archive.entry(entry.archive).or_default().push(entry);
    }
    let mut archives: Vec<(&str, Archive)> = Vec::new();
    for (id, mut entries) in of_archive {
        let archive = &contents.archives[id];
        entries.sort_by_key(|entry| entry.position);
        let mut told = Archive {
            name: names.archive(&archive.name),
            is_folder: archive.identity == Identity::Folder,
            depth: archive.name.matches('/').count(),
            entries: entries.len() as u64,
            paths: BTreeSet::new(),
            more_paths: 0,
        };
        let (mut of_apples, mut of_owners) = (0, 0);
        for entry in entries {
            let (count, most) = match is_owners(entry) {
                true => (&mut of_owners, MOST_OF_OWNERS),
                false => (&mut of_apples, MOST_OF_APPLES),
            };
            *count += 1;
            if *count > most || !told.paths.insert(names.path(entry)) {
                told.more_paths += 1;
            }
        }
        archives.push((&archive.name, told));
    }
    archives.sort_by_key(|(name, _)| *name);
    archives.into_iter().map(|(_, archive)| archive).collect()
}

fn is_owners(entry: &Entry) -> bool {
    match Sort::of(entry) {
        Some(sort) => matches!(sort, Sort::NoteText) || sort.class() == Class::Other,
        None => entry.class != Class::Details,
    }
}
