//! Relocate: files of the library to other places in it, and back, whatever happens on the way.
//!
//! The moves are in the catalog before the first rename. Each is one rename onto a name that is free, so a kill leaves
//! every file under its old name or its new one. Files that change places are exchanged, where the system can do that;
//! elsewhere, and in circles of more than two, one waits under a name of its own meanwhile ([`aside`]), in the tree,
//! where it is found by its bytes like any other. Whoever goes on looks where each file stands and moves what has not
//! arrived: nothing is believed of a run that did not end.
//!
//! Nothing is overwritten, and folders that are links are not entered.

mod order;
#[cfg(test)]
mod tests;

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::error::{Error, is_failing, is_full};
use crate::library::catalog::{Move, Relocated};
use crate::library::drive::hash_file;
use crate::library::files::{make_folder, rename_new};
use crate::library::path::{LibraryPath, PathKey};
use crate::library::staging::sync_all;
use crate::progress::Watch;

pub use order::{Step, order};

/// Renames that are made durable and recorded together.
const BATCH: usize = 1024;

/// Whether somebody may have begun these moves before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attempt {
    /// Every file stands where it stood.
    First,
    /// A run did not end, and any of them may stand anywhere between.
    Again,
}

/// Told of each batch that is durable.
pub type Record<'a> = dyn FnMut(&Relocated) -> Result<(), Error> + 'a;

/// Carries moves out, and tells `record` of each batch once it is durable.
///
/// # Errors
/// If the drive is full or gone, if the catalog refuses, or if the owner interrupts.
pub fn relocate(
    library: &Path,
    moves: &[Move],
    attempt: Attempt,
    watch: Watch<'_>,
    record: &mut Record<'_>,
) -> Result<(), Error> {
    let situation = Situation::of(library, moves, attempt);
    if !situation.settled.arrived.is_empty() || !situation.settled.refused.is_empty() {
        sync(library, &situation.settled, moves)?;
        record(&situation.settled)?;
    }
    let mut mover = Mover { library, folders: HashSet::new() };
    let mut batch = Relocated::default();
    let pending = &situation.pending;
    let steps = order(pending.iter().map(|going| (&going.from, &going.to)));
    for step in steps {
        let numbers = match &step {
            Step::One(n) => std::slice::from_ref(n),
            Step::Circle(circle) => circle.as_slice(),
        };
        let going: Vec<&Going> = numbers.iter().map(|n| &pending[*n]).collect();
        for (going, outcome) in going.iter().zip(mover.step(&going)) {
            match outcome {
                Ok(()) => batch.arrived.push(going.position),
                Err(error) if is_full(&error) || is_failing(&error) => {
                    finish(library, &mut batch, moves, record)?;
                    return Err(Error::Io { doing: "write to", path: library.to_owned(), source: error });
                }
                Err(error) => batch.refused.push((going.position, why(&error))),
            }
            watch.progress.file(going.to.as_str());
        }
        if batch.arrived.len() + batch.refused.len() >= BATCH {
            finish(library, &mut batch, moves, record)?;
            if watch.is_cancelled() {
                return Err(Error::Interrupted);
            }
        }
    }
    for going in situation.leaving {
        match fs::remove_file(going.from.to_path(library)) {
            Ok(()) => batch.arrived.push(going.position),
            Err(error) if error.kind() == io::ErrorKind::NotFound => batch.arrived.push(going.position),
            Err(error) => batch.refused.push((going.position, why(&error))),
        }
    }
    finish(library, &mut batch, moves, record)
}

fn why(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::AlreadyExists => "something else stands there".to_owned(),
        _ => error.to_string(),
    }
}

fn finish(
    library: &Path,
    batch: &mut Relocated,
    moves: &[Move],
    record: &mut Record<'_>,
) -> Result<(), Error> {
    if batch.arrived.is_empty() && batch.refused.is_empty() {
        return Ok(());
    }
    sync(library, batch, moves)?;
    record(batch)?;
    *batch = Relocated::default();
    Ok(())
}

/// Makes durable that files stand under other names; their bytes are durable since they were placed.
fn sync(library: &Path, batch: &Relocated, moves: &[Move]) -> Result<(), Error> {
    let arrived: HashSet<i64> = batch.arrived.iter().copied().collect();
    let folders: HashSet<PathBuf> = moves
        .iter()
        .filter(|going| arrived.contains(&going.position))
        .flat_map(|going| going.new.iter().chain([&going.old]))
        .map(|path| path.parent().map_or_else(|| library.to_owned(), |folder| folder.to_path(library)))
        .collect();
    sync_all(library, &[])?;
    for folder in folders {
        // some drives do not sync folders, and Windows cannot open them
        let _ = fs::File::open(folder).and_then(|folder| folder.sync_all());
    }
    Ok(())
}

/// The name under which a file waits while another takes its place.
pub fn aside(path: &LibraryPath) -> LibraryPath {
    path.with_added_extension("moving")
}

/// A file that has not arrived, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Going {
    position: i64,
    from: LibraryPath,
    to: LibraryPath,
}

/// Where the files of a journal stand.
#[derive(Debug, Default)]
struct Situation {
    settled: Relocated,
    pending: Vec<Going>,
    /// Those that are to stand nowhere.
    leaving: Vec<Going>,
}

impl Situation {
    fn of(library: &Path, moves: &[Move], attempt: Attempt) -> Self {
        let mut situation = Situation::default();
        let stands = |path: &LibraryPath| fs::symlink_metadata(path.to_path(library)).is_ok();
        let wanted: HashSet<PathKey> =
            moves.iter().filter_map(|going| going.new.as_ref().map(PathKey::of)).collect();
        for going in moves {
            let Move { position, old, new, blake3 } = going;
            let from = |from: &LibraryPath| Going {
                position: *position,
                from: from.clone(),
                to: new.clone().unwrap_or_else(|| from.clone()),
            };
            // an owner may put away what they have changed; where it is kept, nobody else puts anything
            let is_kept = |path: &LibraryPath| path.is_kept_forgotten();
            let is_believed = is_kept(old) || new.as_ref().is_some_and(is_kept);
            let is_it = |path: &LibraryPath| {
                is_believed || blake3.is_none_or(|blake3| hash_file(&path.to_path(library)) == Some(blake3))
            };
            let Some(new) = new else {
                // another file that has come there since is nobody's to delete, and no link ever is
                match fs::symlink_metadata(old.to_path(library)).is_ok_and(|metadata| metadata.is_file()) {
                    true if attempt == Attempt::First || is_it(old) => situation.leaving.push(from(old)),
                    _ => situation.settled.arrived.push(*position),
                }
                continue;
            };
            if attempt == Attempt::First {
                situation.pending.push(from(old));
                continue;
            }
            let waiting = aside(old);
            // one name in two cases is one file to some systems
            let is_renamed_only = PathKey::of(old) == PathKey::of(new);
            match (stands(old), stands(new)) {
                _ if stands(&waiting) && blake3.is_some() && is_it(&waiting) => {
                    situation.pending.push(from(&waiting));
                }
                // another one may have arrived there
                (true, false) if !wanted.contains(&PathKey::of(old)) || is_it(old) => {
                    situation.pending.push(from(old));
                }
                (true, true) if is_renamed_only || is_it(old) => situation.pending.push(from(old)),
                (_, true) if is_it(new) => situation.settled.arrived.push(*position),
                _ if stands(&waiting) && blake3.is_none() => situation.pending.push(from(&waiting)),
                _ => situation.settled.refused.push((*position, "it is gone".to_owned())),
            }
        }
        situation
    }
}

struct Mover<'a> {
    library: &'a Path,
    /// Folders that were seen to be real ones.
    folders: HashSet<LibraryPath>,
}

impl Mover<'_> {
    /// One outcome for each of these.
    fn step(&mut self, going: &[&Going]) -> Vec<io::Result<()>> {
        if let Err(error) = going.iter().try_for_each(|going| self.folder(&going.to)) {
            return all_refused(going, &error);
        }
        match going {
            [one] => vec![self.rename(&one.from, &one.to)],
            [one, other]
                if (&one.to, &other.to) == (&other.from, &one.from)
                    && self.exchange(&one.from, &other.from).is_ok() =>
            {
                vec![Ok(()), Ok(())]
            }
            circle => self.circle(circle),
        }
    }

    /// The first waits aside; then each goes where the one after it stood.
    fn circle(&self, circle: &[&Going]) -> Vec<io::Result<()>> {
        let [first, rest @ ..] = circle else { return Vec::new() };
        let waiting = aside(&first.from);
        let mut done: Vec<&Going> = Vec::new();
        let mut turn = || {
            self.rename(&first.from, &waiting)?;
            for going in rest.iter().rev() {
                self.rename(&going.from, &going.to)?;
                done.push(going);
            }
            self.rename(&waiting, &first.to)
        };
        match turn() {
            Ok(()) => circle.iter().map(|_| Ok(())).collect(),
            Err(error) => {
                // as it was: nobody may wait for ever
                for going in done.iter().rev() {
                    let _ = self.rename(&going.to, &going.from);
                }
                let _ = self.rename(&waiting, &first.from);
                all_refused(circle, &error)
            }
        }
    }

    fn rename(&self, from: &LibraryPath, to: &LibraryPath) -> io::Result<()> {
        let (old, new) = (from.to_path(self.library), to.to_path(self.library));
        match rename_new(&old, &new) {
            // to a system without regard to case this is the same file, and has to go by way of another name
            Err(error)
                if error.kind() == io::ErrorKind::AlreadyExists
                    && PathKey::of(from) == PathKey::of(to)
                    && !is_listed(&new) =>
            {
                let waiting = aside(from).to_path(self.library);
                rename_new(&old, &waiting)?;
                rename_new(&waiting, &new)
            }
            renamed => renamed,
        }
    }

    #[cfg(target_os = "linux")]
    fn exchange(&self, one: &LibraryPath, other: &LibraryPath) -> io::Result<()> {
        use rustix::fs::{CWD, RenameFlags, renameat_with};
        let (one, other) = (one.to_path(self.library), other.to_path(self.library));
        Ok(renameat_with(CWD, &one, CWD, &other, RenameFlags::EXCHANGE)?)
    }

    #[cfg(not(target_os = "linux"))]
    fn exchange(&self, _: &LibraryPath, _: &LibraryPath) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    fn folder(&mut self, path: &LibraryPath) -> io::Result<()> {
        let Some(folder) = path.parent() else { return Ok(()) };
        if !self.folders.contains(&folder) {
            make_folder(self.library, folder.as_str())?;
            self.folders.insert(folder);
        }
        Ok(())
    }
}

/// One reason for all. The system's own error, because a full drive must be known as one.
fn all_refused(going: &[&Going], error: &io::Error) -> Vec<io::Result<()>> {
    let again = || match error.raw_os_error() {
        Some(code) => io::Error::from_raw_os_error(code),
        None => io::Error::new(error.kind(), error.to_string()),
    };
    going.iter().map(|_| Err(again())).collect()
}

/// Whether a folder lists exactly this name, in this case.
fn is_listed(path: &Path) -> bool {
    let folder = path.parent().map(fs::read_dir).and_then(Result::ok);
    folder
        .into_iter()
        .flatten()
        .flatten()
        .any(|entry| Some(entry.file_name().as_os_str()) == path.file_name())
}

/// Removes folders that are empty now, and those above them that are by then. `folders` are those that something of
/// ours was taken from.
pub fn prune(library: &Path, folders: impl Iterator<Item = LibraryPath>) {
    let folders: HashSet<LibraryPath> = folders.collect();
    for folder in folders {
        let mut next = Some(folder);
        while let Some(folder) = next {
            match fs::remove_dir(folder.to_path(library)) {
                // a run that did not end may have come this far
                Err(error) if error.kind() != io::ErrorKind::NotFound => break,
                _ => next = folder.parent(),
            }
        }
    }
}
