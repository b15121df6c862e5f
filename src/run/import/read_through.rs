//! Archives that an earlier version kept in `Other/`, because it did not read them, go once this run has read them
//! through and everything in them stands in the library.
//!
//! What is in them is imported as from any nested archive. They are no entries for this run any more, so that the
//! library becomes what an import of today would have made; their files go at the very end, by the journal of moves: a
//! kill leaves the archive or all that was in it, and the next run goes on. One that is damaged, or of which anything is
//! not wanted or could not be placed, stays as it is.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;

use crate::apple::zip::{Window, ZipArchive};
use crate::category::unsorted::is_unsorted;
use crate::contents::{ArchiveId, Class, ContentId, ContentSet, Contents, Entry, EntryId, Identity};
use crate::error::Error;
use crate::library::catalog::{Catalog, Errand, NewMove};
use crate::library::drive::hash_file;
use crate::library::path::LibraryPath;
use crate::library::settings::RememberedSettings;
use crate::problem::amount::counted;
use crate::run::import::Run;
use crate::run::import::place::Placed;
use crate::run::moves;
use crate::stage::discover::{Inputs, ReadThrough, part_file};
use crate::stage::place::file_of;
use crate::stage::reclaim::Key;
use crate::stage::survey::Before;

/// An archive that is to go.
pub(super) struct Leaving {
    /// Where it stands, every copy of it.
    files: Vec<LibraryPath>,
    content: ContentId,
    /// The archives that it is and holds, of each export that had it.
    archives: HashSet<ArchiveId>,
}

/// Takes the entries out that were read through to the last byte.
pub(super) fn take_out(inputs: &mut Inputs, before: &Before, library: &Path) -> Vec<Leaving> {
    if inputs.read_through.is_empty() {
        return Vec::new();
    }
    let contents = &inputs.contents;
    let unread: HashSet<ArchiveId> =
        contents.entries.iter().filter(|entry| !is_read(entry)).map(|entry| entry.archive).collect();
    let is_whole = |through: &&ReadThrough| through.archives.iter().all(|archive| !unread.contains(archive));
    let whole: HashMap<Key, &ReadThrough> =
        inputs.read_through.iter().filter(is_whole).map(|through| (through.entry, through)).collect();
    let mut by_content: BTreeMap<ContentId, Vec<Option<&ReadThrough>>> = BTreeMap::new();
    for entry in contents.entries.iter().filter(|entry| is_unsorted(entry)) {
        let through = whole.get(&(entry.archive, entry.position)).copied().filter(|_| !entry.given);
        if let Some(content) = entry.content() {
            by_content.entry(content).or_default().push(through);
        }
    }
    let mut leaving = Vec::new();
    let mut gone: HashSet<Key> = HashSet::new();
    for (content, entries) in by_content {
        // a file that is an entry's for which nobody has read it stays
        let Some(entries) = entries.into_iter().collect::<Option<Vec<_>>>() else { continue };
        let files = before.unsorted().filter(|record| record.content == content);
        let files: Vec<LibraryPath> = files.map(|record| record.path.clone()).collect();
        let Some(first) = files.first() else { continue };
        let identity = identity(library, first);
        let is_it = |through: &&ReadThrough| {
            let own = through.archives.first().map(|archive| &contents.archives[*archive].identity);
            own.is_some() && own == identity.as_ref()
        };
        if !entries.iter().all(is_it) {
            continue;
        }
        gone.extend(entries.iter().map(|through| through.entry));
        let archives = entries.iter().flat_map(|through| through.archives.iter().copied()).collect();
        leaving.push(Leaving { files, content, archives });
    }
    let stays = |entry: &Entry| !gone.contains(&(entry.archive, entry.position));
    let entries = std::mem::take(&mut inputs.contents.entries);
    inputs.contents.entries = entries.into_iter().filter(stays).collect();
    leaving
}

/// Whether nothing of an entry is only in its archive.
fn is_read(entry: &Entry) -> bool {
    matches!(entry.class, Class::Ignored | Class::Placeholder)
        || entry.class != Class::Excluded && entry.content().is_some()
}

/// What tells the archive in a file from all others.
fn identity(library: &Path, path: &LibraryPath) -> Option<Identity> {
    let file = part_file::open(library, path.as_str()).ok()?;
    let archive = ZipArchive::open(Window::file(file).ok()?).ok()?;
    Some(Identity::Zip { size: archive.size, directory: archive.directory })
}

/// Says what a dry run would do.
pub(super) fn foretell(run: &Run<'_>, leaving: &[Leaving]) {
    if !leaving.is_empty() {
        let archives = counted(leaving.len() as u64, "archive", "archives");
        run.watch.progress.note(&format!(
            "{archives} that an earlier version kept unread would be read through, and what is in them put where it belongs"
        ));
    }
}

/// Removes the files of archives of which everything stands.
///
/// # Errors
/// If the drive is full or gone, if the catalog refuses, or if the owner interrupts.
pub(super) fn leave(
    run: &Run<'_>,
    library: &Path,
    placed: &mut Placed,
    catalog: &mut Catalog,
) -> Result<(), Error> {
    let contents = &placed.decided.inputs.contents;
    let lacking = lacking(placed);
    let mut archives = 0;
    let mut going = Vec::new();
    for leaving in &placed.decided.leaving {
        if !leaving.archives.is_disjoint(&lacking) {
            continue;
        }
        if run.watch.is_cancelled() {
            return Err(Error::Interrupted);
        }
        let blake3 = contents.distinct[leaving.content].blake3;
        let is_it = |path: &LibraryPath| hash_file(&path.to_path(library)) == Some(blake3);
        if !leaving.files.iter().all(is_it) {
            continue;
        }
        archives += 1;
        going.extend(leaving.files.iter().map(|path| NewMove {
            old: path.clone(),
            new: None,
            content: Some(leaving.content),
        }));
    }
    let moving = moves::Run { library, jobs: run.jobs, watch: run.watch };
    if going.is_empty() {
        // the tables of origins say nothing of what was to go and stays
        if !placed.decided.leaving.is_empty() {
            let settled = moves::settle(&moving, catalog)?;
            placed.decided.problems.extend(settled.problems);
        }
        return Ok(());
    }
    let ids = &placed.decided.inputs.ids.contents;
    catalog.begin_moves(Errand::ReadThrough, &going, ids, &RememberedSettings::default())?;
    let moved = moves::carry_out(&moving, catalog)?;
    placed.decided.problems.extend(moved.problems);
    run.watch.progress.note(&format!(
        "{} that an earlier version kept unread went from `Other`: what was in them stands where it belongs now",
        counted(archives, "archive", "archives")
    ));
    Ok(())
}

/// The archives of which something stands nowhere, unless its owner wants it left out.
fn lacking(placed: &Placed) -> HashSet<ArchiveId> {
    let (decided, unplaced) = (&placed.decided, &placed.unplaced.paths);
    let contents: &Contents = &decided.inputs.contents;
    let forgotten: ContentSet = decided.before.forgotten.iter().map(|file| file.content).collect();
    let stands = |(id, entry): &(EntryId, &Entry)| {
        let path = file_of(*id, entry, &decided.plan).filter(|path| !unplaced.contains(*path));
        path.is_some() || entry.content().is_some_and(|content| forgotten.contains(content))
    };
    let counts = |(_, entry): &(EntryId, &Entry)| !matches!(entry.class, Class::Ignored | Class::Placeholder);
    let lacking = contents.entries.pairs().filter(counts).filter(|pair| !stands(pair));
    lacking.map(|(_, entry)| entry.archive).collect()
}
