//! Kept details by where they stand: `.windfall/details/<export>/Part <n>/…` names the export, the part and the
//! path inside it.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::Read;
use std::path::Path;

use crate::category::photos::Sort;
use crate::category::photos::classify::Shape;
use crate::category::photos::lists::details::looks_like_details;
use crate::contents::Class;
use crate::library::layout::{self, INTERNAL};
use crate::library::numbers;
use crate::library::path::LibraryPath;
use crate::run::rebuild::told::Told;
use crate::run::verify::on_drive::OnDrive;

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

/// Finds all kept details. What one is for, its line tells, else its name.
pub fn kept_details(library: &Path, on_drive: &OnDrive, told: &Told) -> BTreeMap<LibraryPath, KeptDetails> {
    let files = on_drive.files.iter().filter(|(_, stat)| stat.is_file).map(|(path, _)| path);
    let places: Vec<_> = files.filter_map(|path| Some((path, place(path.as_str())?))).collect();
    let mut parts: HashMap<(&str, u32), Vec<String>> = HashMap::new();
    for (_, (label, number, inner)) in &places {
        parts.entry((label, *number)).or_default().extend([(*inner).to_owned(), unnumbered(inner)]);
    }
    let shape = |inners: Vec<String>| Shape::of_kept(inners.iter().map(String::as_str));
    let shapes: HashMap<(&str, u32), Shape> =
        parts.into_iter().map(|(part, inners)| (part, shape(inners))).collect();
    let known = told.details();
    let details = |(path, (label, number, inner)): (&LibraryPath, (&str, u32, &str))| {
        let by_name = |inner: &str| {
            let sort = shapes.get(&(label, number))?.classify(inner, 1).sort;
            Some(sort).filter(|sort| sort.class() == Class::Details)
        };
        let sort = known
            .get(path)
            .copied()
            .or_else(|| by_name(inner))
            .or_else(|| by_name(&unnumbered(inner)))
            .or_else(|| looks_like_rows(&path.to_path(library)).then_some(Sort::Details));
        let sort = sort.unwrap_or(Sort::Other);
        (path.clone(), KeptDetails { label: label.to_owned(), number, inner: inner.to_owned(), sort })
    };
    places.into_iter().map(details).collect()
}

/// `.windfall/details/iCloud Photos 2024-05-01/Part 2/Albums/Lake.csv` → label, part and the rest.
fn place(path: &str) -> Option<(&str, u32, &str)> {
    let below = path.strip_prefix(INTERNAL)?.strip_prefix('/')?.strip_prefix(layout::DETAILS)?;
    let mut steps = below.strip_prefix('/')?.splitn(3, '/');
    Some((steps.next()?, steps.next()?.strip_prefix("Part ")?.parse().ok()?, steps.next()?))
}

/// The path without the number that its name may have got.
fn unnumbered(path: &str) -> String {
    let (folder, name) = path.split_at(path.rfind('/').map_or(0, |at| at + 1));
    numbers::unnumbered(name).map_or_else(|| path.to_owned(), |(name, _)| format!("{folder}{name}"))
}

fn looks_like_rows(path: &Path) -> bool {
    let mut start = Vec::new();
    let read = File::open(path).and_then(|file| file.take(4096).read_to_end(&mut start));
    read.is_ok() && looks_like_details(&start)
}
