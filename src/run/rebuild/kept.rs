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

/// Finds all kept details. What one is for, its line tells, else its name or its header.
pub fn kept_details(library: &Path, on_drive: &OnDrive, told: &Told) -> BTreeMap<LibraryPath, KeptDetails> {
    let files = on_drive.files.iter().filter(|(_, stat)| stat.is_file).map(|(path, _)| path);
    let places: Vec<_> = files.filter_map(|path| Some((path, place(path.as_str())?))).collect();
    let mut parts: HashMap<(&str, u32), Vec<&str>> = HashMap::new();
    for (_, (label, number, inner)) in &places {
        parts.entry((label, *number)).or_default().push(inner);
    }
    let shape = |(part, inners): ((_, _), Vec<&str>)| (part, Shape::of_kept(inners.into_iter()));
    let shapes: HashMap<(&str, u32), Shape> = parts.into_iter().map(shape).collect();
    let known = told.details();
    let details = |(path, (label, number, inner)): (&LibraryPath, (&str, u32, &str))| {
        let by_name = || Some(shapes[&(label, number)].classify(inner, 1).sort);
        let sort = known
            .get(path)
            .copied()
            .or_else(|| by_name().filter(|sort| sort.class() == Class::Details))
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

fn looks_like_rows(path: &Path) -> bool {
    let mut start = Vec::new();
    let read = File::open(path).and_then(|file| file.take(4096).read_to_end(&mut start));
    read.is_ok() && looks_like_details(&start)
}
