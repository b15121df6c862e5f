//! The catalog examined: can it be read, and does it contradict itself? Nothing is repaired here (see
//! [`rebuild`](crate::run::rebuild)).
//!
//! A catalog that is damaged or gone is a problem of the library and not an error of the run, because the
//! files can be looked at all the same. Only a catalog that another program holds, or that may not be opened,
//! stops it.

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use crate::error::{CatalogFaultKind, Error};
use crate::library::catalog::{Catalog, Dangling, Remembered};
use crate::library::layout::{self, INTERNAL};
use crate::library::record::Area;
use crate::mirror::memory;
use crate::problem::{Code, Problem};

const ADVICE: &str = "`windfall verify --rebuild-catalog` makes a new one from the library";

const UNFINISHED: &str =
    "this is a mirror that was never finished; run `windfall mirror` again, and it goes on";

/// What the catalog remembers, if it can be read, and what is wrong with it.
///
/// # Errors
/// If the catalog may not be opened, or comes from a newer version.
pub fn examine(library: &Path) -> Result<(Option<Remembered>, Vec<Problem>), Error> {
    let mut problems = Vec::new();
    let known = match open(library).and_then(|catalog| look(&catalog, &mut problems)) {
        Ok(known) => Some(known),
        Err(Error::NotALibrary(_)) => {
            let advice = if memory::is_in(library) { UNFINISHED } else { ADVICE };
            problems.push(damaged(&format!("the catalog is gone or empty: {advice}")));
            None
        }
        Err(Error::Catalog { source, .. })
            if !matches!(source.kind(), CatalogFaultKind::InUse | CatalogFaultKind::Refused) =>
        {
            problems.push(damaged(&format!("the catalog cannot be read ({source}): {ADVICE}")));
            None
        }
        Err(error) => return Err(error),
    };
    Ok((known, problems))
}

/// Opens the catalog for reading; one that an interrupted run left in the middle of a transaction
/// must be rolled back first, which takes writing.
///
/// # Errors
/// If it cannot be opened.
pub fn open(library: &Path) -> Result<Catalog, Error> {
    let journal = layout::internal(library).join(format!("{}-journal", layout::CATALOG));
    let is_there = Catalog::path_in(library).metadata().is_ok_and(|m| m.len() > 0);
    if is_there && fs::metadata(journal).is_ok_and(|m| m.len() > 0) {
        return Catalog::open(library);
    }
    Catalog::read(library)
}

fn look(catalog: &Catalog, problems: &mut Vec<Problem>) -> Result<Remembered, Error> {
    let faults = catalog.integrity()?;
    if let Some(first) = faults.first() {
        let more = match faults.len() {
            1 => String::new(),
            n => format!(", and {} more faults", n - 1),
        };
        problems.push(damaged(&format!("the catalog is damaged ({first}{more}): {ADVICE}")));
    }
    for Dangling { table, parent, records } in catalog.dangling()? {
        problems.push(damaged(&format!(
            "the catalog contradicts itself: {records} records of `{table}` name `{parent}` that it does not have: \
             {ADVICE}"
        )));
    }
    let known = catalog.load_to_verify()?;
    let usable: HashSet<&str> = known.recorded.files.keys().map(|path| path.as_str()).collect();
    for (path, area) in catalog.recorded_areas()? {
        let why = if !usable.contains(path.as_str()) {
            "the catalog does not know its bytes, or its path leads outside the library".to_owned()
        } else if Area::from_name(&area).is_none() {
            format!("the catalog gives it a kind of place that does not exist (`{area}`)")
        } else {
            continue;
        };
        problems.push(Problem::new(Code::CatalogDamaged, format!("{why}: {ADVICE}")).with_entry(path));
    }
    Ok(known)
}

fn damaged(message: &str) -> Problem {
    Problem::new(Code::CatalogDamaged, message).with_entry(format!("{INTERNAL}/{}", layout::CATALOG))
}
