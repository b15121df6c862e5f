//! Joins containers to exports and parts: which request delivered what.
//!
//! Every container and wrapper folder of this run gets its part, in an export that the catalog remembers or
//! in a new one. This is pure, and looks at no media.
//!
//! A name does not identify an export, since every request is called `iCloud Photos Part 1 of 3`. But Apple
//! stamps all entries of an export with the time when it was built. Stamps over 7 days apart mean two
//! exports, and so do two sound archives with the same part number and different central directories. A part
//! that came damaged and comes again sound is the same part. Parts whose owner renamed them, so that they
//! have no numbers, are one export, and nobody knows its total. Folders do not say when they were built: two of one
//! name and number are one part that came twice, unless Apple's own lists in them differ, or, where they have none, most
//! of what both have. Their other parts are those that lie beside them.

mod exports;
mod remembered;
mod units;

use std::collections::{HashMap, HashSet};

use crate::apple::part_name::Siblings;
use crate::apple::text::file_name;
use crate::contents::{ArchiveId, Contents, PartId};
use crate::library::name;
use crate::library::numbers::Numbers;
use crate::stage::discover::container::{Container, Source};

use exports::Exports;
use remembered::Known;
use units::{Unit, units_of};

/// The part of every container and wrapper folder.
#[derive(Debug, Default)]
pub(super) struct Grouped {
    parts: HashMap<usize, HashMap<String, PartId>>,
    default: HashMap<usize, PartId>,
}

impl Grouped {
    /// The part of an entry of this container below this wrapper.
    pub(super) fn part(&self, container: usize, wrapper: &str) -> Option<PartId> {
        let wrapped = self.parts.get(&container).and_then(|parts| parts.get(wrapper));
        wrapped.or_else(|| self.default.get(&container)).copied()
    }
}

/// Joins all containers to exports, and adds new ones to `contents`. `complete` are the archives that the catalog
/// remembers as sound and read to their end.
pub(super) fn group(
    containers: &[Container],
    contents: &mut Contents,
    complete: &HashSet<ArchiveId>,
) -> Grouped {
    let mut exports = Exports::on_record(contents, complete);
    let names = || {
        containers.iter().flat_map(|container| {
            let wrappers = container.shape.wrappers().flat_map(|wrapper| wrapper.split('/'));
            std::iter::once(file_name(&container.name)).chain(wrappers)
        })
    };
    let siblings = Siblings::new(names());
    let mut units: Vec<Unit> =
        (0..containers.len()).flat_map(|index| units_of(containers, index, &siblings)).collect();
    units.sort_by_cached_key(|unit| {
        let container = &containers[unit.container];
        // known ones first, then by age; folders and unreadable archives do not say when they were built, so
        // they come last and join what is there
        let known = match exports.remembered.part(unit, containers) {
            Some(Known { is_certain: true, .. }) => 0,
            Some(_) => 1,
            None => 2,
        };
        let age = container.built.map_or((1, None), |built| (0, Some(built)));
        // of two folders of one name the one that was unzipped first
        let touched = container.files.iter().filter_map(|file| file.modified).max();
        (known, age, container.name.clone(), unit.wrapper.clone(), unit.number, touched)
    });
    let mut grouped = Grouped::default();
    for unit in &units {
        let part = exports.part_of(unit, containers, contents);
        match &unit.wrapper {
            Some(wrapper) => {
                grouped.parts.entry(unit.container).or_default().insert(wrapper.clone(), part);
                grouped.default.entry(unit.container).or_insert(part);
            }
            None => {
                grouped.default.insert(unit.container, part);
            }
        }
    }
    // a nested archive without a number of its own belongs where its parent does
    for (index, container) in containers.iter().enumerate() {
        if let Source::Kept(kept) = &container.source {
            grouped.default.insert(index, kept.part);
        }
        if let (None, Some(parent)) = (grouped.default.get(&index), container.parent())
            && let Some(&part) = grouped.default.get(&parent)
        {
            grouped.default.insert(index, part);
        }
    }
    grouped
}

/// Gives every new export the name of its details folder: its own name and the day when it was built.
pub(super) fn label(contents: &mut Contents) {
    let mut used: HashSet<String> =
        contents.exports.iter().filter(|e| !e.label.is_empty()).map(|e| name::fold(&e.label)).collect();
    let mut numbers = Numbers::default();
    for export in contents.exports.iter_mut().filter(|e| e.label.is_empty()) {
        let day = export.built.map_or_else(String::new, |t| t.format(" %Y-%m-%d").to_string());
        let stem = name::portable(&format!("{}{day}", export.name)).into_owned();
        let at = |n| name::with_suffix(&stem, "", n);
        let label = at(numbers.first_free(name::fold(&stem), |n| !used.contains(&name::fold(&at(n)))));
        used.insert(name::fold(&label));
        export.label = label;
    }
}
