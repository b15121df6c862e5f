//! Containers to exports and parts: which request delivered what.
//!
//! In: the containers of this run and the exports that the catalog remembers. Out: for every
//! container and wrapper the index of its part; new exports and parts are added. Pure.
//! Never: looks at media. The one surprise: a name does not tell an export, since every request is
//! called `iCloud Photos Part 1 of 3`; Apple stamps all entries of one export with the time when it
//! was built, so stamps over 7 days apart, or one part number with two different central
//! directories, are two exports.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use chrono::{NaiveDateTime, TimeDelta};

use crate::contents::{Contents, Entry, Export, Identity, Part};
use crate::export::container::{Container, FileAt, Source};
use crate::export::part_name::{self, PartName};
use crate::names;

/// Stamps further apart belong to different exports.
const ONE_BUILD: TimeDelta = TimeDelta::days(7);

/// The part of every container and wrapper.
#[derive(Debug, Default)]
pub struct Grouped {
    parts: HashMap<(usize, String), usize>,
    default: HashMap<usize, usize>,
}

impl Grouped {
    /// The part of an entry of this container below this wrapper.
    pub fn part(&self, container: usize, wrapper: &str) -> Option<usize> {
        self.parts.get(&(container, wrapper.to_owned())).or_else(|| self.default.get(&container)).copied()
    }
}

/// A name that several parts of one export share, and how many parts there are.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    folded: String,
    total: u32,
}

/// What is known of an export while parts are joined to it.
#[derive(Default, Clone)]
struct Building {
    stamps: Option<(NaiveDateTime, NaiveDateTime)>,
    numbers: HashSet<u32>,
    sound: HashMap<u32, HashSet<Identity>>,
}

/// One part in one container.
struct Unit {
    container: usize,
    wrapper: Option<String>,
    base: String,
    key: Key,
    number: u32,
}

/// Joins all containers to exports; adds what is new to `contents`.
pub fn group(containers: &[Container], contents: &mut Contents) -> Grouped {
    let mut grouping = Grouping::remembered(contents);
    let mut units: Vec<Unit> = (0..containers.len()).flat_map(|index| units_of(containers, index)).collect();
    units.sort_by_cached_key(|unit| {
        let container = &containers[unit.container];
        // folders and unreadable archives say nothing of their build; they join what stands
        let age = container.built.map_or((1, None), |built| (0, Some(built)));
        (age, container.name.clone(), unit.wrapper.clone(), unit.number)
    });
    let mut grouped = Grouped::default();
    for unit in &units {
        let export = grouping.export_of(unit, &containers[unit.container], contents);
        let part = part(contents, export, unit.number);
        match &unit.wrapper {
            Some(wrapper) => {
                grouped.parts.insert((unit.container, wrapper.clone()), part);
                grouped.default.entry(unit.container).or_insert(part);
            }
            None => {
                grouped.default.insert(unit.container, part);
            }
        }
    }
    // a nested archive without a number of its own belongs where its parent does
    for (index, container) in containers.iter().enumerate() {
        if let (None, Some(parent)) = (grouped.default.get(&index), container.parent)
            && let Some(&part) = grouped.default.get(&parent)
        {
            grouped.default.insert(index, part);
        }
    }
    grouped
}

fn part(contents: &mut Contents, export: usize, number: u32) -> usize {
    let found = contents.parts.iter().position(|p| p.export == export && p.number == number);
    found.unwrap_or_else(|| {
        contents.parts.push(Part { export, number });
        contents.parts.len() - 1
    })
}

fn units_of(containers: &[Container], index: usize) -> Vec<Unit> {
    let container = &containers[index];
    let file_name = container.name.rsplit('/').next().unwrap_or(&container.name);
    let own = PartName::read(file_name);
    let mut units: Vec<Unit> = Vec::new();
    for wrapper in container.shape.wrappers() {
        if let Some(name) = wrapper.rsplit('/').map(PartName::read).find(|n| n.number.is_some()) {
            units.push(unit(index, Some(wrapper.to_owned()), name));
        }
    }
    // the wrapper outranks a renamed zip; a nested archive without a number inherits its part
    let inherits = container.parent.is_some() && own.number.is_none();
    if units.is_empty() && !inherits {
        let wrapped =
            container.shape.wrappers().flat_map(|w| w.split('/')).find(|w| part_name::is_apple_name(w));
        let name = match (own.number, wrapped) {
            (None, Some(wrapper)) => PartName::read(wrapper),
            _ => own,
        };
        units.push(unit(index, None, name));
    }
    units
}

fn unit(container: usize, wrapper: Option<String>, name: PartName) -> Unit {
    let (number, total) = (name.number.unwrap_or(1), name.total.unwrap_or(1));
    let key = Key { folded: names::match_key(&name.base), total };
    Unit { container, wrapper, base: name.base, key, number }
}

struct Grouping {
    by_key: BTreeMap<Key, Vec<usize>>,
    building: Vec<Building>,
    /// Of every archive that the catalog remembers, its export for a part number.
    known: HashMap<(Identity, u32), usize>,
    /// Of every folder's file that the catalog remembers, its export.
    known_files: HashMap<(String, String, u64), usize>,
    /// Exports of which a rebuilt catalog knows the kept details only, by portable name: how many
    /// parts they had is not known.
    rebuilt: HashMap<String, Vec<usize>>,
}

impl Grouping {
    fn remembered(contents: &Contents) -> Self {
        let mut grouping = Grouping {
            by_key: BTreeMap::new(),
            building: vec![Building::default(); contents.exports.len()],
            known: HashMap::new(),
            known_files: HashMap::new(),
            rebuilt: rebuilt(contents),
        };
        for (index, export) in contents.exports.iter().enumerate() {
            let key = Key { folded: names::match_key(&export.name), total: export.total };
            grouping.by_key.entry(key).or_default().push(index);
            grouping.building[index].stamps = export.built.map(|built| (built, built));
        }
        for part in &contents.parts {
            grouping.building[part.export].numbers.insert(part.number);
        }
        for entry in &contents.entries {
            let part = &contents.parts[entry.part];
            let archive = &contents.archives[entry.archive];
            match &archive.identity {
                // nested archives carry their parent's part, and stamps and directories of their own
                zip @ Identity::Zip { .. } if !archive.name.contains('/') => {
                    let sound = grouping.building[part.export].sound.entry(part.number).or_default();
                    if !sound.contains(zip) {
                        sound.insert(zip.clone());
                        grouping.known.insert((zip.clone(), part.number), part.export);
                    }
                }
                Identity::Zip { .. } => {}
                Identity::Folder => {
                    let key = (archive.name.clone(), entry.path.to_string(), entry.size);
                    grouping.known_files.insert(key, part.export);
                }
            }
        }
        grouping
    }

    fn export_of(&mut self, unit: &Unit, container: &Container, contents: &mut Contents) -> usize {
        let is_zip = matches!(container.identity, Identity::Zip { .. });
        let known = self.known.get(&(container.identity.clone(), unit.number)).copied().filter(|_| is_zip);
        let export = known
            .or_else(|| self.known_folder(container))
            .or_else(|| {
                if container.built.is_some() {
                    self.by_stamp(unit, container, contents)
                } else {
                    self.by_gap(unit, contents)
                }
            })
            .unwrap_or_else(|| self.new_export(unit, contents));
        self.learn(export, unit, contents);
        let building = &mut self.building[export];
        building.numbers.insert(unit.number);
        if let Some(built) = container.built.filter(|_| container.parent.is_none()) {
            let (first, last) = building.stamps.unwrap_or((built, built));
            building.stamps = Some((first.min(built), last.max(built)));
            contents.exports[export].built = building.stamps.map(|(_, last)| last);
        }
        if is_zip && container.sound && container.parent.is_none() {
            building.sound.entry(unit.number).or_default().insert(container.identity.clone());
        }
        export
    }

    fn known_folder(&self, container: &Container) -> Option<usize> {
        let Source::Folder(_) = container.source else { return None };
        let known =
            |f: &FileAt| self.known_files.get(&(container.name.clone(), f.path.to_string(), f.size)).copied();
        container.files.iter().find_map(known)
    }

    /// The export whose stamps are nearest, unless another sound archive has the number there.
    fn by_stamp(&self, unit: &Unit, container: &Container, contents: &Contents) -> Option<usize> {
        let built = container.built?;
        let distance = |export: &usize| {
            let (first, last) = self.building[*export].stamps?;
            Some((built - first).abs().max((built - last).abs()))
        };
        self.candidates(unit, contents, |export| distance(export).is_some())
            .iter()
            .filter(|&&export| {
                let taken = self.building[export].sound.get(&unit.number);
                !container.sound || taken.is_none_or(|t| t.is_empty() || t.contains(&container.identity))
            })
            .filter(|export| distance(export).is_none_or(|d| d <= ONE_BUILD))
            .min_by_key(|export| distance(export).unwrap_or(ONE_BUILD))
            .copied()
    }

    /// Exports of the unit's name and total; then those of which a rebuilt catalog knows a
    /// smaller total, because not every part has details.
    fn candidates(&self, unit: &Unit, contents: &Contents, dated: impl Fn(&usize) -> bool) -> Vec<usize> {
        let same = self.by_key.get(&unit.key).into_iter().flatten();
        let portable = names::match_key(&names::portable(&unit.base));
        let smaller = |export: &&usize| contents.exports[**export].total <= unit.key.total && dated(export);
        let rebuilt = self.rebuilt.get(&portable).into_iter().flatten().filter(smaller);
        same.chain(rebuilt).copied().collect()
    }

    /// A part tells an export of a rebuilt catalog its name and how many parts it has.
    fn learn(&mut self, export: usize, unit: &Unit, contents: &mut Contents) {
        let known = &mut contents.exports[export];
        let is_rebuilt = self.rebuilt.values().flatten().any(|&e| e == export);
        if is_rebuilt && (known.total, &known.name) != (unit.key.total, &unit.base) {
            known.total = unit.key.total;
            known.name.clone_from(&unit.base);
            self.by_key.entry(unit.key.clone()).or_default().push(export);
        }
    }

    /// The newest export of that name that lacks the number, else the newest of that name.
    fn by_gap(&self, unit: &Unit, contents: &Contents) -> Option<usize> {
        let candidates = self.candidates(unit, contents, |_| true);
        let newest =
            |exports: Vec<usize>| exports.into_iter().max_by_key(|&e| (contents.exports[e].built, e));
        let lacking = candidates
            .iter()
            .copied()
            .filter(|&e| !self.building[e].numbers.contains(&unit.number))
            .collect();
        newest(lacking).or_else(|| newest(candidates))
    }

    fn new_export(&mut self, unit: &Unit, contents: &mut Contents) -> usize {
        let index = contents.exports.len();
        contents.exports.push(Export {
            name: unit.base.clone(),
            total: unit.key.total,
            built: None,
            label: String::new(),
        });
        self.building.push(Building::default());
        self.by_key.entry(unit.key.clone()).or_default().push(index);
        index
    }
}

fn rebuilt(contents: &Contents) -> HashMap<String, Vec<usize>> {
    let of = |e: &Entry| contents.parts[e.part].export;
    let is_stand_in = |e: &Entry| contents.archives[e.archive].is_stand_in();
    let stand_ins: BTreeSet<usize> = contents.entries.iter().filter(|e| is_stand_in(e)).map(of).collect();
    let real: HashSet<usize> = contents.entries.iter().filter(|e| !is_stand_in(e)).map(of).collect();
    let mut rebuilt: HashMap<String, Vec<usize>> = HashMap::new();
    for export in stand_ins.into_iter().filter(|export| !real.contains(export)) {
        let name = names::match_key(&names::portable(&contents.exports[export].name));
        rebuilt.entry(name).or_default().push(export);
    }
    rebuilt
}

/// Gives every new export the name of its details folder: its own name and the day it was built.
pub fn label(contents: &mut Contents) {
    let mut used: HashSet<String> =
        contents.exports.iter().filter(|e| !e.label.is_empty()).map(|e| names::fold(&e.label)).collect();
    for export in contents.exports.iter_mut().filter(|e| e.label.is_empty()) {
        let day = export.built.map_or_else(String::new, |t| t.format(" %Y-%m-%d").to_string());
        let stem = names::portable(&format!("{}{day}", export.name)).into_owned();
        let label = (1..=u32::MAX)
            .map(|n| names::with_suffix(&stem, "", n))
            .find(|label| !used.contains(&names::fold(label)))
            .unwrap_or(stem);
        used.insert(names::fold(&label));
        export.label = label;
    }
}
