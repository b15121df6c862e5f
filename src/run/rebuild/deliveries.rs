//! Exports and parts: those that the tables of origins name, and those that only the folders of kept details
//! still tell of.
//!
//! How many parts an export without a table had is not written anywhere; the highest part with details is the
//! least that it can be, and the next import of a part says it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};

use crate::contents::{Arena, Category, Export, ExportId, Part, PartId, REBUILT};
use crate::library::numbers;
use crate::run::rebuild::told::Told;

/// Exports, parts, and the part of what nothing tells.
#[derive(Debug)]
pub struct Deliveries {
    /// Oldest first.
    pub exports: Arena<ExportId, Export>,
    /// The parts of all exports.
    pub parts: Arena<PartId, Part>,
    /// By label and number: of the only export the first part, and of several none of theirs, because a stand-in in
    /// the wrong one would stay when the true entry is seen.
    pub default: (String, u32),
    by_label: HashMap<(String, u32), PartId>,
}

impl Deliveries {
    /// What the tables tell, and the folders of details: their labels and the numbers of their parts.
    /// `is_all` says that they tell of every file.
    pub fn new<'a>(told: &'a Told, folders: impl Iterator<Item = (&'a str, u32)>, is_all: bool) -> Self {
        let mut numbers: BTreeMap<&str, BTreeSet<u32>> = BTreeMap::new();
        let lines = told.lines.iter().map(|(label, line)| (label.as_str(), line.part));
        for (label, number) in lines.chain(folders) {
            numbers.entry(label).or_default().insert(number);
        }
        if numbers.is_empty() || numbers.len() > 1 && !is_all {
            numbers.insert(REBUILT, BTreeSet::from([1]));
        }
        let known: HashMap<&str, &Export> = told.exports.iter().map(|e| (e.label.as_str(), e)).collect();
        let export = |(label, numbers): (&&str, &BTreeSet<u32>)| {
            known.get(label).map_or_else(|| by_label(label, numbers.last().copied()), |&e| e.clone())
        };
        let mut exports: Vec<Export> = numbers.iter().map(export).collect();
        exports.sort_by(|a, b| {
            (a.built, &a.name, a.total, &a.label).cmp(&(b.built, &b.name, b.total, &b.label))
        });
        let exports: Arena<ExportId, Export> = exports.into_iter().collect();
        let (mut parts, mut by_label) = (Arena::default(), HashMap::new());
        for (export, Export { label, .. }) in exports.pairs() {
            for &number in &numbers[label.as_str()] {
                by_label.insert((label.clone(), number), parts.push(Part { export, number }));
            }
        }
        let only = numbers.first_key_value().filter(|_| numbers.len() == 1);
        let only = only.and_then(|(label, numbers)| Some(((*label).to_owned(), *numbers.first()?)));
        let default = only.unwrap_or_else(|| (REBUILT.to_owned(), 1));
        Deliveries { exports, parts, default, by_label }
    }

    /// A part of the export with this label.
    pub fn part(&self, label: &str, number: u32) -> Option<PartId> {
        self.by_label.get(&(label.to_owned(), number)).copied()
    }
}

/// A details folder's name holds that of its export and the day when it was built.
fn by_label(label: &str, total: Option<u32>) -> Export {
    let plain = numbers::unnumbered(label).map_or_else(|| label.to_owned(), |(plain, _)| plain);
    let dated = plain.rsplit_once(' ').and_then(|(name, day)| {
        let day = NaiveDate::parse_from_str(day, "%Y-%m-%d").ok()?;
        Some((name.to_owned(), Some(day.and_time(NaiveTime::MIN))))
    });
    let (name, built): (String, Option<NaiveDateTime>) = dated.unwrap_or((plain, None));
    Export { name, category: Category::Photos, total, built, label: label.to_owned() }
}
