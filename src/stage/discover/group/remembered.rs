//! Which part of the catalog a container is: that of its archive, or that which has the files of its folder.
//!
//! A zip is known by its central directory. A folder says nothing of the kind, and requests of one name have folders with
//! the same names of files in them; of those it is the one with the same lists, and of two that have them the one whose
//! files have the same times.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::NaiveDateTime;

use crate::apple::text;
use crate::contents::{Class, Contents, Identity, PartId};
use crate::stage::discover::container::{Container, FileAt, Source};
use crate::stage::discover::group::units::Unit;
use crate::stage::discover::known::Shared;

/// Parts by what they were found in, and by what this run finds them in.
#[derive(Default)]
pub(super) struct Remembered {
    /// The parts in every archive, and their numbers.
    archives: HashMap<Identity, Vec<(PartId, u32)>>,
    /// The files of all folders, by name of the folder, path and size.
    files: HashMap<(String, String, u64), Vec<KnownFile>>,
    /// The sizes of the lists in folders, by part and path.
    lists: HashMap<PartId, HashMap<String, HashSet<u64>>>,
    /// The folders of this run that are a part.
    folders: HashMap<PartId, Vec<usize>>,
}

/// A folder's file that the catalog remembers.
#[derive(PartialEq)]
struct KnownFile {
    part: PartId,
    modified: Option<NaiveDateTime>,
}

/// A part that the catalog has on record for a container.
pub(super) struct Known {
    pub(super) part: PartId,
    /// Of two folders of one request after another, which have the same names of files, only one has their times.
    pub(super) is_certain: bool,
}

impl Remembered {
    /// What the catalog remembers.
    pub(super) fn of(contents: &Contents) -> Self {
        let mut remembered = Remembered::default();
        let mut seen = HashSet::new();
        for entry in &contents.entries {
            let archive = &contents.archives[entry.archive];
            match &archive.identity {
                // nested archives have the part of their parent, but directories of their own
                Identity::Zip { .. } if archive.name.contains('/') => {}
                zip @ Identity::Zip { .. } => {
                    if seen.insert((entry.archive, entry.part)) {
                        remembered.add_archive(zip, entry.part, contents.parts[entry.part].number);
                    }
                }
                Identity::Folder => {
                    let key = (archive.name.clone(), entry.path.to_string(), entry.size);
                    let files = remembered.files.entry(key).or_default();
                    let file = KnownFile { part: entry.part, modified: entry.modified };
                    if !files.contains(&file) {
                        files.push(file);
                    }
                    if entry.class == Class::Details {
                        let lists = remembered.lists.entry(entry.part).or_default();
                        lists.entry(entry.path.to_string()).or_default().insert(entry.size);
                    }
                }
            }
        }
        remembered
    }

    pub(super) fn add_archive(&mut self, zip: &Identity, part: PartId, number: u32) {
        self.archives.entry(zip.clone()).or_default().push((part, number));
    }

    /// Says that a folder of this run is this part.
    pub(super) fn add_folder(&mut self, container: usize, part: PartId) {
        self.folders.entry(part).or_default().push(container);
    }

    /// The part that the catalog has on record for a container.
    pub(super) fn part(&self, unit: &Unit, containers: &[Container]) -> Option<Known> {
        let container = &containers[unit.container];
        match &container.identity {
            zip @ Identity::Zip { .. } => {
                let parts = self.archives.get(zip)?;
                let is_it = |(_, number): &&(PartId, u32)| unit.number.is_none_or(|own| own == *number);
                parts.iter().find(is_it).map(|&(part, _)| Known { part, is_certain: true })
            }
            Identity::Folder => {
                let Source::Folder(_) = container.source else { return None };
                let mut shared: BTreeMap<PartId, Shared> = BTreeMap::new();
                for file in &container.files {
                    let key = (container.name.clone(), file.path.to_string(), file.size);
                    for known in self.files.get(&key).into_iter().flatten() {
                        shared.entry(known.part).or_default().add(known.modified == file.modified);
                    }
                }
                let is_it = |(part, _): &(PartId, Shared)| {
                    !self.lists_differ(*part, container) && !self.is_anothers(*part, unit, containers)
                };
                let most =
                    shared.into_iter().filter(is_it).max_by_key(|(part, shared)| (*shared, Reverse(*part)));
                most.map(|(part, shared)| Known { part, is_certain: shared.of_one_time > 0 })
            }
        }
    }

    /// Whether a part is one that another folder of this run is. Loose media have nothing that tells two folders of one
    /// name apart, so they never share a part.
    pub(super) fn is_anothers(&self, part: PartId, unit: &Unit, containers: &[Container]) -> bool {
        let container = &containers[unit.container];
        let mut others =
            self.folders.get(&part).into_iter().flatten().filter(|other| **other != unit.container);
        others.any(|&other| container.shape.is_loose() || are_two(container, &containers[other]))
    }

    /// Whether a folder has a list of this part with other bytes.
    fn lists_differ(&self, part: PartId, container: &Container) -> bool {
        let Some(lists) = self.lists.get(&part) else { return false };
        let differs = |file: &FileAt| {
            lists.get(&*file.path).is_some_and(|sizes| !sizes.contains(&file.size))
                && is_list(container, file)
        };
        container.files.iter().any(differs)
    }
}

/// Whether this is a list of Apple's.
fn is_list(container: &Container, file: &FileAt) -> bool {
    container.shape.classify(&text::slashed(&file.path), file.size).class == Class::Details
}

/// Whether two folders of one name are two deliveries.
fn are_two(one: &Container, other: &Container) -> bool {
    let sizes: HashMap<&str, u64> = other.files.iter().map(|file| (&*file.path, file.size)).collect();
    let shared = one.files.iter().filter_map(|file| Some((file, *sizes.get(&*file.path)?)));
    let (mut lists, mut all, mut differ) = (false, 0, 0);
    for (file, size) in shared {
        let differs = file.size != size;
        if is_list(one, file) {
            if differs {
                return true;
            }
            lists = true;
        }
        all += 1;
        differ += u64::from(differs);
    }
    !lists && differ * 2 > all
}
