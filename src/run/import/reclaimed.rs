//! Files that an earlier version kept apart, because it did not understand them, go where they belong.
//!
//! What stands in the tree is renamed before anything is placed, so a kill leaves it under its old name or its new one,
//! and the next run finds it by its bytes. Apple's lists are copied to where lists are kept and then removed. Only when
//! all of it is on record does the catalog say that the entries are something else now; until then every run begins
//! anew here. Nothing is there twice at the end, and nothing that its owner changed is touched.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use crate::contents::EntryId;
use crate::error::{Error, is_failing, is_full};
use crate::library::catalog::Catalog;
use crate::library::drive::hash_file;
use crate::library::files::{make_folder, rename_new, set_time};
use crate::library::layout::INTERNAL;
use crate::library::path::LibraryPath;
use crate::library::record::Placement;
use crate::problem::amount::counted;
use crate::run::import::Run;
use crate::run::import::decide::Decided;
use crate::stage::place::Unplaced;
use crate::stage::plan::Plan;
use crate::stage::relocate::prune;
use crate::stage::survey::Before;

/// Renames what stands in the tree. What cannot be renamed is copied when it is placed.
///
/// # Errors
/// If the drive is full or gone.
pub(super) fn bring(library: &Path, plan: &Plan, before: &Before) -> Result<(), Error> {
    let times: HashMap<&LibraryPath, &Placement> =
        plan.placements.iter().map(|placement| (&placement.path, placement)).collect();
    for (old, new) in &plan.reclaimed {
        let is_ours = before.files.get(old).is_some_and(|record| record.original.is_none());
        let Some(placement) = times.get(new).filter(|_| is_ours && !new.as_str().starts_with(INTERNAL))
        else {
            continue;
        };
        let (from, to) = (old.to_path(library), new.to_path(library));
        let folder = new.parent().map_or(Ok(()), |folder| make_folder(library, folder.as_str()));
        match folder.and_then(|()| rename_new(&from, &to)) {
            Ok(()) => set_time(&to, placement.modified),
            Err(error) if is_full(&error) || is_failing(&error) => {
                return Err(Error::Io { doing: "write to", path: library.to_owned(), source: error });
            }
            Err(_) => {}
        }
    }
    Ok(())
}

/// Takes away what stands twice now, and records what everything is.
///
/// # Errors
/// If the catalog refuses.
pub(super) fn leave(
    run: &Run<'_>,
    library: &Path,
    decided: &Decided,
    unplaced: &Unplaced,
    catalog: &mut Catalog,
) -> Result<(), Error> {
    let (plan, before) = (&decided.plan, &decided.before);
    let contents = &decided.inputs.contents;
    let mut gone = Vec::new();
    for (old, new) in plan.reclaimed.iter().filter(|(_, new)| !unplaced.paths.contains(new)) {
        let Some(record) = before.files.get(old) else { continue };
        let on_disk = old.to_path(library);
        let stands = fs::symlink_metadata(&on_disk).is_ok();
        if stands {
            let is_same = hash_file(&on_disk) == Some(contents.distinct[record.content].blake3);
            let has_new = hash_file(&new.to_path(library)) == Some(contents.distinct[record.content].blake3);
            if !is_same || !has_new || fs::remove_file(&on_disk).is_err() {
                continue;
            }
        }
        gone.push((old.clone(), new.clone()));
    }
    catalog.record_superseded(&gone)?;
    prune(library, gone.iter().filter_map(|(old, _)| old.parent()));
    let keys = |(id, entry): (EntryId, &crate::contents::Entry)| {
        before.reclaimed.contains_key(&(entry.archive, entry.position)).then_some(id)
    };
    let reclaimed: Vec<EntryId> = contents.entries.pairs().filter_map(keys).collect();
    if !gone.is_empty() && !reclaimed.is_empty() {
        run.watch.progress.note(&format!(
            "{} that an earlier version kept apart, because it did not understand them, stand where they belong now",
            counted(gone.len() as u64, "file", "files")
        ));
    }
    catalog.record_reclaimed(contents, &reclaimed, &decided.inputs.ids)
}
