//! Which export a part belongs to: one on record, or a new one.
//!
//! By its archive or folder, if the catalog has that; else by its stamps; else the newest of its name that lacks it. A
//! run puts its exports on record before their files, so a killed one may leave exports that have nothing yet.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::PathBuf;

use chrono::{NaiveDateTime, TimeDelta};

use crate::apple::text;
use crate::category::delivery;
use crate::contents::{
    ArchiveId, Arena, Category, Contents, Entry, Export, ExportId, Identity, Part, PartId,
};
use crate::library::name;
use crate::stage::discover::container::{Container, Lies};
use crate::stage::discover::group::remembered::Remembered;
use crate::stage::discover::group::units::{Key, Unit};

/// Stamps further apart than this belong to different exports.
const ONE_BUILD: TimeDelta = TimeDelta::days(7);

/// Exports, while parts are joined to them.
pub(super) struct Exports {
    by_key: BTreeMap<Key, Vec<ExportId>>,
    building: Arena<ExportId, Building>,
    parts: HashMap<(ExportId, u32), PartId>,
    /// What tells which container is which part.
    pub(super) remembered: Remembered,
    /// Exports of which a rebuilt catalog has nothing but the kept details, by portable name. How many parts
    /// they had is not known.
    rebuilt: HashMap<String, Vec<ExportId>>,
    is_rebuilt: HashSet<ExportId>,
    /// Exports without a total.
    uncounted: Vec<ExportId>,
    /// Exports on record from which nothing is: a run was killed before it had read any of them. Whoever would begin
    /// a new export takes the place of one, so that this run gives what that one would have given.
    vacant: Vec<ExportId>,
    /// Exports that this run begins.
    begun: HashSet<ExportId>,
    /// The containers of this run that have parts of an export.
    containers: HashMap<ExportId, Vec<usize>>,
    /// The export of the parts without numbers that lie in a folder, by category.
    beside: HashMap<(PathBuf, Category), ExportId>,
}

/// What is known of an export while parts are joined to it.
#[derive(Default, Clone)]
struct Building {
    stamps: Option<(NaiveDateTime, NaiveDateTime)>,
    numbers: HashSet<u32>,
    sound: HashMap<u32, HashSet<Identity>>,
}

/// Where the parts of an export lie that this run was given, seen from another part.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Nearness {
    Elsewhere,
    SameFolder,
    SameContainer,
}

impl Exports {
    /// Those that the catalog remembers.
    pub(super) fn on_record(contents: &Contents, complete: &HashSet<ArchiveId>) -> Self {
        let rebuilt = rebuilt(contents);
        let mut exports = Exports {
            by_key: BTreeMap::new(),
            building: contents.exports.iter().map(|_| Building::default()).collect(),
            parts: HashMap::new(),
            remembered: Remembered::of(contents),
            is_rebuilt: rebuilt.values().flatten().copied().collect(),
            rebuilt,
            uncounted: Vec::new(),
            vacant: Vec::new(),
            begun: HashSet::new(),
            containers: HashMap::new(),
            beside: HashMap::new(),
        };
        let read: HashSet<PartId> = contents.entries.iter().map(|entry| entry.part).collect();
        let used: HashSet<ExportId> = read.iter().map(|part| contents.parts[*part].export).collect();
        for (index, export) in contents.exports.pairs() {
            if used.contains(&index) {
                exports.building[index].stamps = export.built.map(|built| (built, built));
                exports.offer(index, Key::of(&export.name, export.total));
            } else {
                exports.vacant.push(index);
            }
        }
        for (index, part) in contents.parts.pairs() {
            exports.parts.insert((part.export, part.number), index);
        }
        for entry in &contents.entries {
            let part = &contents.parts[entry.part];
            let building = &mut exports.building[part.export];
            building.numbers.insert(part.number);
            // a damaged archive is no argument against a sound one of the same number, and nested ones have the part of
            // their parent
            let archive = &contents.archives[entry.archive];
            if complete.contains(&entry.archive)
                && archive.identity != Identity::Folder
                && !archive.name.contains('/')
            {
                let sound = building.sound.entry(part.number).or_default();
                if !sound.contains(&archive.identity) {
                    sound.insert(archive.identity.clone());
                }
            }
        }
        exports
    }

    /// The part of a unit, in an export on record or a new one.
    pub(super) fn part_of(
        &mut self,
        unit: &Unit,
        containers: &[Container],
        contents: &mut Contents,
    ) -> PartId {
        let container = &containers[unit.container];
        let known = self.remembered.part(unit, containers).map(|known| known.part);
        let known_export = known.map(|part| contents.parts[part].export);
        let (name, total) = match unit.number {
            None if !container.shape.is_loose() && !delivery::is_apple_name(&unit.base) => {
                (unit.category.to_string(), None)
            }
            None => (unit.base.clone(), None),
            Some(_) => (unit.base.clone(), unit.key.total),
        };
        let key = Key::of(&name, total);
        let export = known_export
            .or_else(|| {
                let found = match (unit.number, container.built) {
                    (Some(number), Some(built)) => self.by_stamp(unit, number, built, container, contents),
                    (Some(number), None) => self.by_gap(unit, number, containers, contents),
                    (None, _) => self.uncounted_export(container, contents),
                };
                found.filter(|export| {
                    !self.is_vacant_nearer(*export, &key, unit.category, container, contents)
                })
            })
            .unwrap_or_else(|| self.begin(&name, &key, unit.category, container, contents));
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
        self.containers.entry(export).or_default().push(unit.container);
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
            self.remembered.add_folder(unit.container, part);
        }
        if is_zip && known.is_none() && container.parent().is_none() {
            self.remembered.add_archive(&container.identity, part, number);
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

    /// The export of that name that lacks the number, else that whose part of that number is not another; of several the
    /// one whose parts are nearest, then the newest.
    fn by_gap(
        &self,
        unit: &Unit,
        number: u32,
        containers: &[Container],
        contents: &Contents,
    ) -> Option<ExportId> {
        let candidates = self.candidates(unit, contents, |_| true);
        let nearest = |exports: Vec<ExportId>| {
            exports
                .into_iter()
                .max_by_key(|&e| (self.nearness(e, unit, containers), contents.exports[e].built, e))
        };
        let lacking =
            candidates.iter().copied().filter(|&e| !self.building[e].numbers.contains(&number)).collect();
        let is_another = |export: &ExportId| {
            self.parts
                .get(&(*export, number))
                .is_some_and(|part| self.remembered.is_anothers(*part, unit, containers))
        };
        nearest(lacking).or_else(|| nearest(candidates.into_iter().filter(|e| !is_another(e)).collect()))
    }

    /// Whether parts of an export lie with this one, for who unzips two requests puts each into a folder of its own.
    fn nearness(&self, export: ExportId, unit: &Unit, containers: &[Container]) -> Nearness {
        let others = || self.containers.get(&export).into_iter().flatten();
        let lies = &containers[unit.container].lies;
        if others().any(|other| *other == unit.container) {
            Nearness::SameContainer
        } else if others().any(|other| containers[*other].lies == *lies) {
            Nearness::SameFolder
        } else {
            Nearness::Elsewhere
        }
    }

    /// Begins an export with its first part.
    fn begin(
        &mut self,
        name: &str,
        key: &Key,
        category: Category,
        first: &Container,
        contents: &mut Contents,
    ) -> ExportId {
        let export = self.take_vacant(key, category, first, contents).unwrap_or_else(|| {
            self.building.push(Building::default());
            let (name, label) = (name.to_owned(), String::new());
            contents.exports.push(Export { name, category, total: key.total, built: None, label })
        });
        self.begun.insert(export);
        self.offer(export, key.clone());
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
        let (export, _) = self.vacancies(key, category, first, contents).min_by_key(|(_, apart)| *apart)?;
        self.vacant.retain(|other| *other != export);
        // its label told when it was built, and nothing stands under it
        let vacated = &mut contents.exports[export];
        vacated.built = None;
        vacated.label.clear();
        Some(export)
    }

    /// The vacant exports that may be a part's, and how far apart the times are when both were built.
    fn vacancies<'v>(
        &'v self,
        key: &'v Key,
        category: Category,
        part: &'v Container,
        contents: &'v Contents,
    ) -> impl Iterator<Item = (ExportId, TimeDelta)> + 'v {
        let apart = |export: &Export| match (export.built, part.built) {
            (Some(one), Some(other)) => Some((one - other).abs()).filter(|apart| *apart <= ONE_BUILD),
            (None, None) => Some(TimeDelta::zero()),
            _ => Some(ONE_BUILD),
        };
        self.vacant.iter().filter_map(move |&id| {
            let export = &contents.exports[id];
            let is_it = export.category == category && Key::of(&export.name, export.total) == *key;
            Some((id, apart(export).filter(|_| is_it)?))
        })
    }

    /// Whether a killed run left a vacant export that was built nearer to a part than one from which it has files. What
    /// this run began itself has its parts as it would without any record.
    fn is_vacant_nearer(
        &self,
        export: ExportId,
        key: &Key,
        category: Category,
        part: &Container,
        contents: &Contents,
    ) -> bool {
        let distance = part.built.and_then(|built| self.distance(export, built));
        let Some(distance) = distance.filter(|_| !self.begun.contains(&export)) else { return false };
        self.vacancies(key, category, part, contents).any(|(_, apart)| apart < distance)
    }
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
