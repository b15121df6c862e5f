//! What a library's own lists and texts say of all categories but photos, without any zip.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use crate::category::{Choices, others};
use crate::contents::Contents;
use crate::library::path::LibraryPath;
use crate::library::record::FileRecord;
use crate::stage::shelf::Shelf;

/// Hears and decides what the files of a library come to.
pub fn understood(
    library: &Path,
    contents: &Contents,
    files: &BTreeMap<LibraryPath, FileRecord>,
    choices: &Choices,
) -> others::Decided {
    let kept = files.values().map(|record| (record.content, record.path.to_path(library)));
    let nothing = HashMap::new();
    let proved = files.values().filter(|record| record.proved).map(|record| *record.delivered()).collect();
    let heard = others::hear(contents, &Shelf::new(contents, &nothing, kept, None), proved, choices);
    others::decide(contents, &heard, choices)
}
