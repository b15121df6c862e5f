//! Kept details to exports and parts: what `.windfall/details/<export>/<part>/…` still tells of the
//! deliveries that the library was made from.
//!
//! In: the paths below `.windfall/details`, and the first bytes of files that only their content
//! tells. Out: [`KeptDetails`] with roles, and [`Deliveries`]. Never: reads rows.
//! The one surprise: how many parts an export had is not written anywhere; the highest part with
//! details is the least that it can be, and the next import of a part says it.

use std::collections::{BTreeMap, HashSet};
use std::fs::File;
use std::io::Read;
use std::path::Path;

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};

use crate::category::photos::Sort;
use crate::category::photos::classify::Shape;
use crate::category::photos::lists::details::looks_like_details;
use crate::contents::{Arena, Category, Class, Export, ExportId, Part, PartId, REBUILT};
use crate::library::layout::{self, INTERNAL};
use crate::library::name;
use crate::library::path::LibraryPath;
use crate::run::rebuild::stand_ins::unsuffixed;
use crate::run::verify::tree::Tree;

/// A details file, by where it is kept.
#[derive(Debug, Clone)]
pub struct KeptDetails {
    /// The export's folder.
    pub label: String,
    /// The part's number.
    pub number: u32,
    /// The path inside the part.
    pub inner: String,
    /// What it is for.
    pub sort: Sort,
}

/// Finds all kept details.
pub fn kept_details(library: &Path, tree: &Tree) -> BTreeMap<LibraryPath, KeptDetails> {
    let mut kept = BTreeMap::new();
    let mut parts: BTreeMap<(String, u32), Vec<String>> = BTreeMap::new();
    for path in tree.files.iter().filter(|(_, found)| found.is_file).map(|(path, _)| path) {
        let Some((label, number, inner)) = place_of_details(path) else { continue };
        parts.entry((label.clone(), number)).or_default().push(inner.clone());
        kept.insert(path.clone(), KeptDetails { label, number, inner, sort: Sort::Other });
    }
    for details in kept.values_mut() {
        let siblings = parts.get(&(details.label.clone(), details.number)).map_or(&[][..], Vec::as_slice);
        if let Some(inner) = collided(&details.inner, siblings) {
            details.inner = inner;
        }
    }
    let shapes: BTreeMap<(String, u32), Shape> = parts
        .into_iter()
        .map(|(part, inners)| {
            let plain: Vec<String> = inners.iter().map(|i| without_suffix(i)).collect();
            (part, Shape::of_kept(inners.iter().chain(&plain).map(String::as_str)))
        })
        .collect();
    for (path, details) in &mut kept {
        let Some(shape) = shapes.get(&(details.label.clone(), details.number)) else { continue };
        let sort =
            |inner: &str| Some(shape.classify(inner, 1).sort).filter(|sort| sort.class() == Class::Details);
        let sniffed = || looks_like_rows(&path.to_path(library)).then_some(Sort::Details);
        details.sort = sort(&details.inner)
            .or_else(|| sort(&without_suffix(&details.inner)))
            .or_else(sniffed)
            .unwrap_or(Sort::Other);
    }
    kept
}

/// `lake WEEK (2).csv` beside `Lake week.csv` was `lake WEEK.csv`: only names that differ in more
/// than the suffix show that it is ours, for an album may be called `Lake (2)`.
fn collided(inner: &str, siblings: &[String]) -> Option<String> {
    let plain = without_suffix(inner);
    let key = name::fold(&plain);
    let clashes = siblings.iter().any(|s| name::fold(s) == key) && !siblings.contains(&plain);
    (clashes && plain != inner).then_some(plain)
}

/// `.windfall/details/iCloud Photos 2024-05-01/Part 2/Albums/Lake.csv` → label, part and the rest.
fn place_of_details(path: &LibraryPath) -> Option<(String, u32, String)> {
    let mut steps = path.as_str().splitn(5, '/');
    if steps.next()? != INTERNAL || steps.next()? != layout::DETAILS {
        return None;
    }
    let label = steps.next()?.to_owned();
    let number = steps.next()?.strip_prefix("Part ")?.parse().ok()?;
    Some((label, number, steps.next()?.to_owned()))
}

/// The path without the suffix that its name may have got.
pub fn without_suffix(path: &str) -> String {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let name = unsuffixed(name).unwrap_or_else(|| name.to_owned());
    if folder.is_empty() { name } else { format!("{folder}/{name}") }
}

fn looks_like_rows(path: &Path) -> bool {
    let mut start = Vec::new();
    let read = File::open(path).and_then(|file| file.take(4096).read_to_end(&mut start));
    read.is_ok() && looks_like_details(&start)
}

/// A details folder's name to the export's name and the day when it was built.
fn export_of(label: &str) -> (String, Option<NaiveDateTime>) {
    let plain = unsuffixed(label).unwrap_or_else(|| label.to_owned());
    let dated = plain.rsplit_once(' ').and_then(|(name, day)| {
        let day = NaiveDate::parse_from_str(day, "%Y-%m-%d").ok()?;
        Some((name.to_owned(), Some(day.and_time(NaiveTime::MIN))))
    });
    dated.unwrap_or((plain, None))
}

/// Exports and parts, and the part of what nothing tells.
#[derive(Debug)]
pub struct Deliveries {
    /// Oldest first.
    pub exports: Arena<ExportId, Export>,
    /// Those that have details.
    pub parts: Arena<PartId, Part>,
    /// The first part of the newest export.
    pub default: PartId,
}

impl Deliveries {
    /// What the kept details tell; without any, one export that only stands for it.
    pub fn of(kept: &BTreeMap<LibraryPath, KeptDetails>) -> Self {
        let mut labels: BTreeMap<(Option<NaiveDateTime>, String, &str), u32> = BTreeMap::new();
        for details in kept.values() {
            let (name, built) = export_of(&details.label);
            let total = labels.entry((built, name, &details.label)).or_default();
            *total = (*total).max(details.number);
        }
        let export = |((built, name, label), total): ((_, String, &str), u32)| Export {
            name,
            category: Category::Photos,
            total: Some(total),
            built,
            label: label.to_owned(),
        };
        let mut exports: Arena<ExportId, Export> = labels.into_iter().map(export).collect();
        if exports.is_empty() {
            let name = REBUILT.to_owned();
            exports.push(Export {
                name: name.clone(),
                category: Category::Photos,
                total: Some(1),
                built: None,
                label: name,
            });
        }
        let numbers: HashSet<(&str, u32)> = kept.values().map(|d| (d.label.as_str(), d.number)).collect();
        let mut parts: Arena<PartId, Part> = Arena::default();
        for (export, at) in exports.pairs() {
            let of = numbers.iter().filter(|(label, _)| *label == at.label);
            parts.extend(of.map(|(_, number)| Part { export, number: *number }));
        }
        parts.sort_by_key(|part| (part.export, part.number));
        let newest = exports.ids().last().unwrap_or_default();
        let of_newest = parts.pairs().find(|(_, part)| part.export == newest).map(|(id, _)| id);
        let default = of_newest.unwrap_or_else(|| parts.push(Part { export: newest, number: 1 }));
        Deliveries { exports, parts, default }
    }

    /// The part of a details file.
    pub fn part_of(&self, details: &KeptDetails) -> PartId {
        let is_it =
            |part: &Part| part.number == details.number && self.exports[part.export].label == details.label;
        self.parts.pairs().find(|(_, part)| is_it(part)).map_or(self.default, |(id, _)| id)
    }
}
