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
//! of what both have.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::PathBuf;

use chrono::{NaiveDateTime, TimeDelta};

use crate::apple::part_name::{PartName, Siblings};
use crate::apple::text::{self, file_name};
use crate::category::delivery::{self, names_a_single_part};
use crate::contents::{
    ArchiveId, Arena, Category, Class, Contents, Entry, Export, ExportId, Identity, Part, PartId,
};
use crate::library::name;
use crate::library::numbers::Numbers;
use crate::stage::discover::container::{Container, FileAt, Lies, Source};

/// Stamps further apart than this belong to different exports.
const ONE_BUILD: TimeDelta = TimeDelta::days(7);

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

/// What several parts of one export share: the name, and how many parts there are.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    folded: String,
    total: Option<u32>,
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
    category: Category,
    key: Key,
    /// `None` if no name says it.
    number: Option<u32>,
}

/// Joins all containers to exports, and adds new ones to `contents`. `complete` are the archives that the catalog
/// remembers as sound and read to their end.
pub(super) fn group(
    containers: &[Container],
    contents: &mut Contents,
    complete: &HashSet<ArchiveId>,
) -> Grouped {
    let mut grouping = Grouping::remembered(contents, complete);
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
        let known = match grouping.known_part(unit, containers) {
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
        let part = grouping.part_of(unit, containers, contents);
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

fn units_of(containers: &[Container], index: usize, siblings: &Siblings) -> Vec<Unit> {
    let container = &containers[index];
    if matches!(container.source, Source::Kept(_)) {
        return Vec::new();
    }
    let own = siblings.read(file_name(&container.name));
    let mut units: Vec<Unit> = Vec::new();
    for wrapper in container.shape.wrappers() {
        let mut names = wrapper.rsplit('/').map(|name| siblings.read(name));
        if let Some(name) = names.find(|n| n.number.is_some()) {
            units.push(unit((index, container), Some(wrapper.to_owned()), name));
        }
    }
    // if a wrapper is called like the archive, a flipped bit made the other names out of that one
    if let Some(own) = units.iter().find(|unit| unit.base == own.base && unit.number == own.number) {
        let own = own.wrapper.clone();
        units.retain(|unit| unit.wrapper == own);
    }
    // the wrapper outranks the name of a zip, which may be the owner's; a nested archive without a number
    // inherits its part
    let inherits = container.parent().is_some() && own.number.is_none();
    if units.is_empty() && !inherits {
        let wrapped =
            container.shape.wrappers().flat_map(|w| w.split('/')).find(|w| delivery::is_apple_name(w));
        let name = match (own.number, wrapped) {
            (None, Some(wrapper)) => siblings.read(wrapper),
            _ => own,
        };
        units.push(unit((index, container), None, name));
    }
    units
}

fn unit((index, container): (usize, &Container), wrapper: Option<String>, name: PartName) -> Unit {
    let folded = text::match_key(&name.base);
    let is_whole = name.number.is_none() && names_a_single_part(&name.base);
    let (number, total) = if is_whole { (Some(1), Some(1)) } else { (name.number, name.total) };
    let category = container.shape.category();
    Unit { container: index, wrapper, base: name.base, category, key: Key { folded, total }, number }
}

struct Grouping {
    by_key: BTreeMap<Key, Vec<ExportId>>,
    building: Arena<ExportId, Building>,
    parts: HashMap<(ExportId, u32), PartId>,
    /// The parts in every known archive, and their numbers.
    known: HashMap<Identity, Vec<(PartId, u32)>>,
    /// Every folder's file that the catalog remembers, by name of the folder, path and size.
    known_files: HashMap<(String, String, u64), Vec<KnownFile>>,
    /// The sizes of the lists in folders that it remembers, by part and path.
    known_lists: HashMap<PartId, HashMap<String, HashSet<u64>>>,
    /// The folders of this run that are a part.
    folders: HashMap<PartId, Vec<usize>>,
    /// Exports of which a rebuilt catalog has nothing but the kept details, by portable name. How many parts
    /// they had is not known.
    rebuilt: HashMap<String, Vec<ExportId>>,
    is_rebuilt: HashSet<ExportId>,
    /// Exports without a total.
    uncounted: Vec<ExportId>,
    /// Exports on record from which nothing is: a run was killed before it had read any of them. Whoever would begin
    /// a new export takes the place of one, so that this run gives what that one would have given.
    vacant: Vec<ExportId>,
    /// The export of the parts without numbers that lie in a folder, by category.
    beside: HashMap<(PathBuf, Category), ExportId>,
}

/// A folder's file that the catalog remembers.
#[derive(PartialEq)]
struct KnownFile {
    part: PartId,
    modified: Option<NaiveDateTime>,
}

/// A part that the catalog has on record for a container.
struct Known {
    part: PartId,
    /// Of two folders of one request after another, which have the same names of files, only one has their times.
    is_certain: bool,
}

/// What a folder and a part on record have in common, by which parts are compared.
#[derive(Default, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Shared {
    /// Files of one path, size and time.
    of_one_time: u64,
    /// Files of one path and size.
    files: u64,
}

impl Key {
    fn of(name: &str, total: Option<u32>) -> Self {
        Key { folded: text::match_key(name), total }
    }
}

impl Grouping {
    fn remembered(contents: &Contents, complete: &HashSet<ArchiveId>) -> Self {
        let rebuilt = rebuilt(contents);
        let mut grouping = Grouping {
            by_key: BTreeMap::new(),
            building: contents.exports.iter().map(|_| Building::default()).collect(),
            parts: HashMap::new(),
            known: HashMap::new(),
            known_files: HashMap::new(),
            known_lists: HashMap::new(),
            folders: HashMap::new(),
            is_rebuilt: rebuilt.values().flatten().copied().collect(),
            rebuilt,
            uncounted: Vec::new(),
            vacant: Vec::new(),
            beside: HashMap::new(),
        };
        let read: HashSet<PartId> = contents.entries.iter().map(|entry| entry.part).collect();
        let begun: HashSet<ExportId> = read.iter().map(|part| contents.parts[*part].export).collect();
        for (index, export) in contents.exports.pairs() {
            if begun.contains(&index) {
                grouping.building[index].stamps = export.built.map(|built| (built, built));
                grouping.offer(index, Key::of(&export.name, export.total));
            } else {
                grouping.vacant.push(index);
            }
        }
        for (index, part) in contents.parts.pairs() {
            grouping.parts.insert((part.export, part.number), index);
        }
        let mut seen = HashSet::new();
        for entry in &contents.entries {
            let part = &contents.parts[entry.part];
            grouping.building[part.export].numbers.insert(part.number);
            let archive = &contents.archives[entry.archive];
            match &archive.identity {
                // nested archives have the part of their parent, but stamps and directories of their own
                Identity::Zip { .. } if archive.name.contains('/') => {}
                zip @ Identity::Zip { .. } => {
                    if seen.insert((entry.archive, entry.part)) {
                        grouping.known.entry(zip.clone()).or_default().push((entry.part, part.number));
                        // a damaged archive is no argument against a sound one of the same number
                        if complete.contains(&entry.archive) {
                            let sound = &mut grouping.building[part.export].sound;
                            sound.entry(part.number).or_default().insert(zip.clone());
                        }
                    }
                }
                Identity::Folder => {
                    let key = (archive.name.clone(), entry.path.to_string(), entry.size);
                    let files = grouping.known_files.entry(key).or_default();
                    let file = KnownFile { part: entry.part, modified: entry.modified };
                    if !files.contains(&file) {
                        files.push(file);
                    }
                    if entry.class == Class::Details {
                        let lists = grouping.known_lists.entry(entry.part).or_default();
                        lists.entry(entry.path.to_string()).or_default().insert(entry.size);
                    }
                }
            }
        }
        grouping
    }

    /// The part that the catalog has on record for a container.
    fn known_part(&self, unit: &Unit, containers: &[Container]) -> Option<Known> {
        let container = &containers[unit.container];
        match &container.identity {
            zip @ Identity::Zip { .. } => {
                let parts = self.known.get(zip)?;
                let is_it = |(_, number): &&(PartId, u32)| unit.number.is_none_or(|own| own == *number);
                parts.iter().find(is_it).map(|&(part, _)| Known { part, is_certain: true })
            }
            Identity::Folder => {
                let Source::Folder(_) = container.source else { return None };
                let mut shared: BTreeMap<PartId, Shared> = BTreeMap::new();
                for file in &container.files {
                    let key = (container.name.clone(), file.path.to_string(), file.size);
                    for known in self.known_files.get(&key).into_iter().flatten() {
                        let shared = shared.entry(known.part).or_default();
                        shared.files += 1;
                        shared.of_one_time += u64::from(known.modified == file.modified);
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

    /// Whether a part is one that another folder of this run is.
    fn is_anothers(&self, part: PartId, unit: &Unit, containers: &[Container]) -> bool {
        let mut folders = self.folders.get(&part).into_iter().flatten();
        folders
            .any(|&other| other != unit.container && are_two(&containers[unit.container], &containers[other]))
    }

    /// Whether a folder has a list of this part with other bytes.
    fn lists_differ(&self, part: PartId, container: &Container) -> bool {
        let Some(lists) = self.known_lists.get(&part) else { return false };
        let differs = |file: &FileAt| {
            lists.get(&*file.path).is_some_and(|sizes| !sizes.contains(&file.size))
                && is_list(container, file)
        };
        container.files.iter().any(differs)
    }

    fn part_of(&mut self, unit: &Unit, containers: &[Container], contents: &mut Contents) -> PartId {
        let container = &containers[unit.container];
        let known = self.known_part(unit, containers).map(|known| known.part);
        let known_export = known.map(|part| contents.parts[part].export);
        let export = match unit.number {
            Some(number) => {
                let found = known_export.or_else(|| match container.built {
                    Some(built) => self.by_stamp(unit, number, built, container, contents),
                    None => self.by_gap(unit, number, containers, contents),
                });
                found.unwrap_or_else(|| {
                    self.begin(&unit.base, unit.key.total, unit.category, container, contents)
                })
            }
            None => {
                let found = known_export.or_else(|| self.uncounted_export(container, contents));
                found.unwrap_or_else(|| {
                    let is_named = container.shape.is_loose() || delivery::is_apple_name(&unit.base);
                    let name = if is_named { unit.base.clone() } else { unit.category.to_string() };
                    self.begin(&name, None, unit.category, container, contents)
                })
            }
        };
        if unit.number.is_some() {
            self.learn(export, unit, contents);
        } else if let Lies::On(folder) = &container.lies
            && !container.shape.is_loose()
        {
            self.beside.entry((folder.clone(), unit.category)).or_insert(export);
        }
        let number = match (unit.number, known) {
            (Some(number), _) => number,
            (None, Some(part)) => contents.parts[part].number,
            (None, None) => {
                self.building[export].numbers.iter().max().map_or(1, |last| last.saturating_add(1))
            }
        };
        let building = &mut self.building[export];
        building.numbers.insert(number);
        if let Some(built) = container.built.filter(|_| container.parent().is_none()) {
            let (first, last) = building.stamps.unwrap_or((built, built));
            building.stamps = Some((first.min(built), last.max(built)));
            contents.exports[export].built = building.stamps.map(|(_, last)| last);
        }
        let is_zip = matches!(container.identity, Identity::Zip { .. });
        if is_zip && container.sound && container.parent().is_none() {
            building.sound.entry(number).or_default().insert(container.identity.clone());
        }
        let part = *self
            .parts
            .entry((export, number))
            .or_insert_with(|| contents.parts.push(Part { export, number }));
        if !is_zip {
            self.folders.entry(part).or_default().push(unit.container);
        }
        if is_zip && known.is_none() && container.parent().is_none() {
            self.known.entry(container.identity.clone()).or_default().push((part, number));
        }
        part
    }

    /// For a part without a number: the export that was built at the same time, or if nothing tells when that
    /// was, the one whose parts lie in the same folder. Loose media get an export of their own.
    fn uncounted_export(&self, container: &Container, contents: &Contents) -> Option<ExportId> {
        if container.shape.is_loose() {
            return None;
        }
        let Some(built) = container.built else {
            let Lies::On(folder) = &container.lies else { return None };
            return self.beside.get(&(folder.clone(), container.shape.category())).copied();
        };
        let near = |export: &&ExportId| {
            contents.exports[**export].category == container.shape.category()
                && self.distance(**export, built).is_some_and(|d| d <= ONE_BUILD)
        };
        self.uncounted.iter().filter(near).min_by_key(|export| self.distance(**export, built)).copied()
    }

    fn distance(&self, export: ExportId, built: NaiveDateTime) -> Option<TimeDelta> {
        let (first, last) = self.building[export].stamps?;
        Some((built - first).abs().max((built - last).abs()))
    }

    /// The export with the nearest stamps, unless another sound archive has the number there.
    fn by_stamp(
        &self,
        unit: &Unit,
        number: u32,
        built: NaiveDateTime,
        container: &Container,
        contents: &Contents,
    ) -> Option<ExportId> {
        let distance = |export: &ExportId| self.distance(*export, built);
        self.candidates(unit, contents, |export| distance(export).is_some())
            .iter()
            .filter(|&&export| {
                let taken = self.building[export].sound.get(&number);
                !container.sound || taken.is_none_or(|t| t.is_empty() || t.contains(&container.identity))
            })
            .filter(|export| distance(export).is_none_or(|d| d <= ONE_BUILD))
            .min_by_key(|export| distance(export).unwrap_or(ONE_BUILD))
            .copied()
    }

    /// Exports of the unit's name and total; then those for which a rebuilt catalog has a smaller total, because
    /// not every part holds details.
    fn candidates(
        &self,
        unit: &Unit,
        contents: &Contents,
        dated: impl Fn(&ExportId) -> bool,
    ) -> Vec<ExportId> {
        let same = self.by_key.get(&unit.key).into_iter().flatten();
        let portable = text::match_key(&name::portable(&unit.base));
        let smaller = |id: &&ExportId| {
            let export = &contents.exports[**id];
            export.category == unit.category && export.total <= unit.key.total && dated(id)
        };
        let rebuilt = self.rebuilt.get(&portable).into_iter().flatten().filter(smaller);
        same.chain(rebuilt).copied().collect()
    }

    /// Takes the name and total of an export in a rebuilt catalog from a part of it.
    fn learn(&mut self, export: ExportId, unit: &Unit, contents: &mut Contents) {
        let known = &mut contents.exports[export];
        if self.is_rebuilt.contains(&export) && (known.total, &known.name) != (unit.key.total, &unit.base) {
            known.total = unit.key.total;
            known.name.clone_from(&unit.base);
            self.by_key.entry(unit.key.clone()).or_default().push(export);
        }
    }

    /// The newest export of that name that lacks the number, else the newest of that name whose part of that number is
    /// not another.
    fn by_gap(
        &self,
        unit: &Unit,
        number: u32,
        containers: &[Container],
        contents: &Contents,
    ) -> Option<ExportId> {
        let candidates = self.candidates(unit, contents, |_| true);
        let newest =
            |exports: Vec<ExportId>| exports.into_iter().max_by_key(|&e| (contents.exports[e].built, e));
        let lacking =
            candidates.iter().copied().filter(|&e| !self.building[e].numbers.contains(&number)).collect();
        let is_another = |export: &ExportId| {
            self.parts.get(&(*export, number)).is_some_and(|part| self.is_anothers(*part, unit, containers))
        };
        newest(lacking).or_else(|| newest(candidates.into_iter().filter(|e| !is_another(e)).collect()))
    }

    /// Begins an export with its first part.
    fn begin(
        &mut self,
        name: &str,
        total: Option<u32>,
        category: Category,
        first: &Container,
        contents: &mut Contents,
    ) -> ExportId {
        let key = Key::of(name, total);
        let export = self.take_vacant(&key, category, first, contents).unwrap_or_else(|| {
            self.building.push(Building::default());
            let (name, label) = (name.to_owned(), String::new());
            contents.exports.push(Export { name, category, total, built: None, label })
        });
        self.offer(export, key);
        export
    }

    /// Makes an export one that parts may belong to.
    fn offer(&mut self, export: ExportId, key: Key) {
        match key.total {
            Some(_) => self.by_key.entry(key).or_default().push(export),
            None => self.uncounted.push(export),
        }
    }

    /// The vacant export that this part may have begun: that which was built at the same time, else the first.
    fn take_vacant(
        &mut self,
        key: &Key,
        category: Category,
        first: &Container,
        contents: &mut Contents,
    ) -> Option<ExportId> {
        let apart = |export: &Export| match (export.built, first.built) {
            (Some(one), Some(other)) => Some((one - other).abs()).filter(|apart| *apart <= ONE_BUILD),
            (None, None) => Some(TimeDelta::zero()),
            _ => Some(ONE_BUILD),
        };
        let is_it =
            |export: &Export| export.category == category && Key::of(&export.name, export.total) == *key;
        let fits = self.vacant.iter().enumerate().filter_map(|(at, &export)| {
            let export = &contents.exports[export];
            Some((at, apart(export).filter(|_| is_it(export))?))
        });
        let (at, _) = fits.min_by_key(|(_, apart)| *apart)?;
        let export = self.vacant.remove(at);
        contents.exports[export].built = None;
        Some(export)
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

fn rebuilt(contents: &Contents) -> HashMap<String, Vec<ExportId>> {
    let of = |e: &Entry| contents.parts[e.part].export;
    let is_stand_in = |e: &Entry| contents.archives[e.archive].is_stand_in();
    let stand_ins: BTreeSet<ExportId> = contents.entries.iter().filter(|e| is_stand_in(e)).map(of).collect();
    let real: HashSet<ExportId> = contents.entries.iter().filter(|e| !is_stand_in(e)).map(of).collect();
    let mut rebuilt: HashMap<String, Vec<ExportId>> = HashMap::new();
    for export in stand_ins.into_iter().filter(|export| !real.contains(export)) {
        let name = text::match_key(&name::portable(&contents.exports[export].name));
        rebuilt.entry(name).or_default().push(export);
    }
    rebuilt
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
