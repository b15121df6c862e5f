//! Origins: the table beside each export's details, from which a lost catalog is read back.
//!
//! A table that says already what it should say is compared and left; a new one takes the place of the old at
//! once. Its lines are in an order of their own, so that neither the order of the inputs nor a kill shows in it.

use std::collections::{BTreeMap, HashSet};
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use rayon::slice::ParallelSliceMut;

use crate::contents::{ArchiveId, Class, Contents, Entry, EntryId, ExportId, Identity};
use crate::error::{Error, is_failing, is_full};
use crate::library::files::{Company, holds, make_folder, replace};
use crate::library::layout;
use crate::library::origins;
use crate::library::path::LibraryPath;
use crate::library::staging::sync_all;
use crate::problem::{Code, Problem};
use crate::stage::place::{Placing, Unplaced, stopped};
use crate::stage::plan::Plan;

/// Writes the origins of all files that stand, where they have changed. `complete` are the archives that are undamaged
/// and read to their end.
///
/// # Errors
/// If the drive is full or gone.
pub fn record_origins(
    placing: &Placing<'_>,
    contents: &Contents,
    plan: &Plan,
    unplaced: &Unplaced,
    mut complete: HashSet<ArchiveId>,
) -> Result<Vec<Problem>, Error> {
    let (mut tables, mut unspoken) = (BTreeMap::<ExportId, Vec<_>>::new(), HashSet::new());
    for (id, entry) in contents.entries.pairs() {
        match file_of(id, entry, plan).filter(|file| !unplaced.paths.contains(*file)) {
            Some(file) => tables.entry(contents.export_of(entry)).or_default().push((id, file)),
            None if entry.class.is_left_out() && entry.class != Class::Excluded => {}
            None => _ = unspoken.insert(entry.archive),
        }
    }
    complete.retain(|archive| !unspoken.contains(archive));
    let (mut written, mut problems) = (Vec::new(), Vec::new());
    for (export, mut lines) in tables {
        lines.par_sort_unstable_by(|(a, _), (b, _)| {
            order(contents, &contents.entries[*a]).cmp(&order(contents, &contents.entries[*b]))
        });
        let label = &contents.exports[export].label;
        let path = LibraryPath::internal([layout::DETAILS, label, layout::ORIGINS]);
        let write = |to: &mut dyn Write| {
            origins::write(to, contents, &lines, &|archive: ArchiveId| complete.contains(&archive))
        };
        match bring(placing, &path, &write) {
            Ok(true) => written.push(path.to_path(placing.library)),
            Ok(false) => {}
            Err(error) if is_full(&error) || is_failing(&error) => return Err(stopped(placing, error, 0)),
            Err(error) => {
                let message = format!("it could not be written: {error}; import again to retry");
                problems.push(Problem::new(Code::WriteFailed, message).with_entry(path.as_str()));
            }
        }
    }
    if !written.is_empty() {
        sync_all(placing.library, &written)?;
    }
    Ok(problems)
}

/// Where the bytes of an entry stand.
pub fn file_of<'a>(id: EntryId, entry: &Entry, plan: &'a Plan) -> Option<&'a LibraryPath> {
    let content = entry.content()?;
    match entry.class {
        Class::Resource => plan.paths.get(content),
        Class::Details | Class::Other => plan.kept.get(&id),
        Class::Placeholder | Class::Ignored | Class::Excluded => None,
    }
}

/// By what the entry is, and nothing that a run gave it.
fn order<'a>(contents: &'a Contents, entry: &'a Entry) -> impl Ord + use<'a> {
    let archive = &contents.archives[entry.archive];
    let identity = match &archive.identity {
        Identity::Zip { size, directory } => Some((*size, *directory.as_bytes())),
        Identity::Folder => None,
    };
    let bytes = entry.content().map(|content| *contents.distinct[content].blake3.as_bytes());
    let number = contents.parts[entry.part].number;
    (number, entry.inner(), &archive.name, identity, entry.position, &entry.path, entry.modified, bytes)
}

/// Puts a table in its place, unless it stands there; says whether it did.
fn bring(
    placing: &Placing<'_>,
    path: &LibraryPath,
    write: &dyn Fn(&mut dyn Write) -> io::Result<()>,
) -> io::Result<bool> {
    let place = path.to_path(placing.library);
    if stands(&place, write) {
        return Ok(false);
    }
    if let Some(folder) = path.parent() {
        make_folder(placing.library, folder.as_str())?;
    }
    replace(&layout::internal(placing.library), &place, Company::Nobody, write)?;
    Ok(true)
}

/// Whether the file holds exactly what `write` writes.
fn stands(place: &Path, write: &dyn Fn(&mut dyn Write) -> io::Result<()>) -> bool {
    // a pipe in its place would be opened for ever
    if !fs::symlink_metadata(place).is_ok_and(|metadata| metadata.is_file()) {
        return false;
    }
    File::open(place).is_ok_and(|file| holds(file, write))
}
