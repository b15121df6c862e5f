//! Kept details by where they stand: `.windfall/details/<export>/Part <n>/…` names the export, the part and the
//! path inside it.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::Read;
use std::path::Path;

use crate::category::delivery::{self, Delivered};
use crate::category::photos::Sort;
use crate::category::photos::classify::Shape;
use crate::category::photos::lists::details::looks_like_details;
use crate::category::recognise::Beside;
use crate::contents::{self, Category, Class};
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
    /// What it is for, if it is one of the lists of photos.
    pub sort: Sort,
    /// What it is to another category.
    pub other: Option<Meaning>,
}

/// What an entry is, and to which category.
pub type Meaning = (Category, Class, contents::Sort);

/// Finds all kept details. What one is for, its line tells, else its name or its header.
pub fn kept_details(library: &Path, on_drive: &OnDrive, told: &Told) -> BTreeMap<LibraryPath, KeptDetails> {
    let files = on_drive.files.iter().filter(|(_, stat)| stat.is_file).map(|(path, _)| path);
    let places: Vec<_> = files.filter_map(|path| Some((path, place(path.as_str())?))).collect();
    let mut parts: HashMap<(&str, u32), Vec<&str>> = HashMap::new();
    for (_, (label, number, inner)) in &places {
        parts.entry((label, *number)).or_default().push(inner);
    }
    let shape = |(part, inners): (&(_, _), &Vec<&str>)| (*part, Shape::of_kept(inners.iter().copied()));
    let shapes: HashMap<(&str, u32), Shape> = parts.iter().map(shape).collect();
    let of_others = |((label, _), inners): (&(&str, u32), &Vec<&str>)| {
        delivery::Shape::of(label, Delivered::Archive, Beside::Nothing, inners.iter().copied(), &|_| None)
    };
    let others: HashMap<(&str, u32), delivery::Shape> =
        parts.iter().map(|part| (*part.0, of_others(part))).collect();
    let known = told.details();
    let details = |(path, (label, number, inner)): (&LibraryPath, (&str, u32, &str))| {
        let by_name = || Some(shapes[&(label, number)].classify(inner, 1).sort);
        let other = match known.get(path) {
            Some((Category::Photos, ..)) => None,
            Some(meaning) => Some(*meaning),
            None => {
                let shown = others[&(label, number)].classify(inner, 1);
                Some((shown.category, shown.class, shown.sort))
                    .filter(|(category, class, _)| *category != Category::Photos && *class == Class::Details)
            }
        };
        let of_photos = known.get(path).filter(|(category, ..)| *category == Category::Photos);
        let sort = of_photos
            .map(|(.., sort)| Sort::from(*sort))
            .or_else(|| by_name().filter(|sort| sort.class() == Class::Details))
            .or_else(|| looks_like_rows(&path.to_path(library)).then_some(Sort::Details));
        let sort = sort.filter(|_| other.is_none()).unwrap_or(Sort::Other);
        let (label, inner) = (label.to_owned(), inner.to_owned());
        (path.clone(), KeptDetails { label, number, inner, sort, other })
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
