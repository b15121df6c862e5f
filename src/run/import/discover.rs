//! The first step of a run: what the inputs hold, and what the library knows of it already. Media are never
//! read.
//!
//! A nested archive whose entries all stand in the library is not even inflated; the catalog answers for it.

use std::collections::{HashMap, HashSet};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use blake3::Hash;

use crate::category::Wanted;
use crate::contents::{ArchiveId, Bytes, Category, Class, ContentId, ContentSet, Contents, Identity};
use crate::error::Error;
use crate::library::catalog::Delivered;
use crate::library::drive;
use crate::library::staging::Staging;
use crate::progress::Phase;
use crate::run::import::{Run, unchanged};
use crate::stage::discover::container::{Container, Source};
use crate::stage::discover::fit::{self, Space};
use crate::stage::discover::search::{Search, Surroundings, search};
use crate::stage::discover::{self, Inputs, kept};
use crate::stage::reclaim::{categorise, reclaim};
use crate::stage::survey::Before;
use crate::threads::within;

/// Where deflated nested archives are inflated to.
#[derive(Clone, Copy)]
pub(super) enum Spool<'a> {
    /// To unnamed files in staging.
    Staging(&'a Staging),
    /// To unnamed files where the system has its temporary ones.
    Temporary,
}

/// What the inputs hold, beside what the library knows and has.
pub(super) struct Discovered {
    pub(super) inputs: Inputs,
    pub(super) before: Before,
    /// A hash of what lies in the inputs, to recognise them next time.
    pub(super) given: Hash,
}

impl Discovered {
    /// The same, with the files named and left out that the library's drive cannot hold. An error if the rest
    /// does not fit.
    pub(super) fn fitted(mut self, run: &Run<'_>, library: &Path) -> Result<Self, Error> {
        fit::refuse_too_large(&mut self.inputs, drive::largest_file(library));
        Space::of(&self.inputs, &self.before.safe, library).check(library, run.watch.progress)?;
        Ok(self)
    }
}

/// Discovers what the inputs of a run hold, beside a library that knows `delivered` and was surveyed.
pub(super) fn discover_beside(
    run: &Run<'_>,
    library: &Path,
    delivered: Delivered,
    mut before: Before,
    spool: Spool<'_>,
    wanted: &Wanted,
) -> Result<Discovered, Error> {
    run.watch.progress.begin(Phase::Discover, 0, 0);
    let placed = before.placed();
    let beside = Beside { standing: &placed, kept: kept_archives(&before, library), wanted };
    let around = Around { spool, delivered: &delivered, beside: Some(beside) };
    let found = search(run.inputs, run.strangers, Some(library), &around)?;
    let given = unchanged::inputs(&found);
    let mut inputs = gather(found, delivered, run)?;
    let read_through = inputs.read_through.iter().map(|archive| archive.entry).collect();
    before.reclaimed = reclaim(&mut inputs.contents, wanted, &read_through);
    categorise(&mut inputs.contents, &read_through);
    inputs.contents.sort_entries();
    exclude(&mut inputs.contents, wanted);
    before.unread_what_is_gone(&mut inputs.contents);
    Ok(Discovered { inputs, before, given })
}

/// Discovers what the inputs hold, as if nothing were known of them, for `check` and `verify --against`.
pub(crate) fn discover(run: &Run<'_>, library: Option<&Path>) -> Result<Inputs, Error> {
    let nothing = Delivered::default();
    run.watch.progress.begin(Phase::Discover, 0, 0);
    let around = Around { spool: Spool::Temporary, delivered: &nothing, beside: None };
    let found = || search(run.inputs, run.strangers, library, &around);
    let mut inputs = within(run.jobs, || gather(found()?, Delivered::default(), run))?;
    categorise(&mut inputs.contents, &HashSet::new());
    Ok(inputs)
}

/// Refuses inputs that do not exist, and folders that are the library or lie in it.
pub(super) fn refuse_bad_inputs(inputs: &[PathBuf], library: &Path) -> Result<(), Error> {
    for input in inputs {
        if fs::symlink_metadata(input).is_err() || !input.exists() {
            return Err(Error::InputMissing(input.clone()));
        }
        let same = fs::canonicalize(library).ok().zip(fs::canonicalize(input).ok());
        if let Some((library, input)) =
            same.filter(|(library, input)| input.is_dir() && input.starts_with(library))
        {
            return Err(Error::InputInLibrary { input, library });
        }
    }
    Ok(())
}

/// Leaves out what is of no wanted category. What an earlier run imported stays what it is.
fn exclude(contents: &mut Contents, wanted: &Wanted) {
    for entry in contents.entries.iter_mut().filter(|entry| entry.given && !wanted.has(entry.category)) {
        if entry.bytes == Bytes::Unread && !entry.class.is_left_out() {
            entry.class = Class::Excluded;
        }
    }
}

struct Around<'a> {
    spool: Spool<'a>,
    delivered: &'a Delivered,
    /// `None` where no library is asked.
    beside: Option<Beside<'a>>,
}

/// What the library has.
struct Beside<'a> {
    /// Contents that stand there.
    standing: &'a ContentSet,
    /// Files that nobody understood, by their bytes.
    kept: HashMap<ContentId, PathBuf>,
    wanted: &'a Wanted,
}

/// Files that an earlier version kept, because it did not understand them. What their owner moved or changed is the
/// owner's.
fn kept_archives(before: &Before, library: &Path) -> HashMap<ContentId, PathBuf> {
    before.unsorted().map(|record| (record.content, record.path.to_path(library))).collect()
}

impl Surroundings for Around<'_> {
    fn known_exports(&self) -> Vec<(String, Option<u32>, Category)> {
        let exports = self.delivered.contents.exports.iter();
        exports.map(|export| (export.name.clone(), export.total, export.category)).collect()
    }

    fn spool(&self) -> io::Result<File> {
        match self.spool {
            Spool::Staging(staging) => staging.spool(),
            Spool::Temporary => tempfile::tempfile(),
        }
    }

    fn spool_place(&self) -> PathBuf {
        match self.spool {
            Spool::Staging(staging) => staging.library().to_owned(),
            Spool::Temporary => std::env::temp_dir(),
        }
    }

    /// A nested archive need not be inflated again if its parent is known and all its entries stand in the
    /// library.
    fn remembered(&self, parent: &Container, name: &str, size: u64) -> Option<ArchiveId> {
        let standing = self.beside.as_ref()?.standing;
        if !matches!(parent.source, Source::Zip(_)) {
            return None;
        }
        let contents = &self.delivered.contents;
        contents.archives.iter().find(|a| a.name == parent.name && a.identity == parent.identity)?;
        let mut named = contents.archives.pairs().filter(|(_, a)| a.name == name);
        let (index, archive) = named.next()?;
        // another export may have an archive of that name, which is not on record itself
        let is_it = matches!(archive.identity, Identity::Zip { size: recorded, .. } if recorded == size);
        if named.next().is_some() || !is_it {
            return None;
        }
        // what lies deeper is asked for by its own name
        if contents
            .archives
            .iter()
            .any(|a| a.name.strip_prefix(name).is_some_and(|in_it| in_it.starts_with('/')))
        {
            return None;
        }
        let mut entries = contents.entries.iter().filter(|e| e.archive == index).peekable();
        // an entry that failed has no record, and is to be tried again
        if !self.delivered.complete.contains(&index) {
            return None;
        }
        entries.peek()?;
        entries.all(|e| e.content().is_some_and(|c| standing.contains(c))).then_some(index)
    }

    fn kept(&self) -> Vec<Container> {
        let containers = |beside: &Beside<'_>| kept::containers(&self.delivered.contents, &beside.kept);
        self.beside.as_ref().map(containers).unwrap_or_default()
    }

    fn wants(&self, category: Category) -> bool {
        self.beside.as_ref().is_none_or(|beside| beside.wanted.has(category))
    }
}

fn gather(found: Search, delivered: Delivered, run: &Run<'_>) -> Result<Inputs, Error> {
    let inputs = discover::gather(found, delivered);
    if inputs.sources.is_empty() {
        if !inputs.unreadable.is_empty() {
            let why = inputs.problems.into_iter().filter(|p| p.archive.is_some());
            return Err(Error::AllUnreadable(why.collect()));
        }
        return Err(Error::NoExport(run.inputs.to_vec()));
    }
    if !inputs.contents.entries.iter().any(|e| e.given) && inputs.unreadable.is_empty() {
        return Err(Error::NoExport(run.inputs.to_vec()));
    }
    Ok(inputs)
}
