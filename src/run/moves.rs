//! The end of moves that are on record: files go where the journal says, what was derived of them follows, folders that
//! are empty now go, and a page that stands is made again.
//!
//! Every verb that writes to a library first ends what an earlier run of `arrange` or `forget` had begun.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::num::NonZeroUsize;
use std::path::Path;

use crate::category::Assets;
use crate::contents::ContentSet;
use crate::error::Error;
use crate::library::catalog::{Catalog, Delivered, Errand, Journal, Move, Remembered};
use crate::library::lock::lock;
use crate::library::path::LibraryPath;
use crate::library::record::DerivedRecord;
use crate::library::settings::Settings;
use crate::library::staging::Staging;
use crate::library::tree::Tree;
use crate::library::{choices, drive};
use crate::page;
use crate::problem::{Code, Problem};
use crate::progress::Watch;
use crate::run::sidecars;
use crate::run::understood::understood;
use crate::sidecar::Discretion;
use crate::stage::place::{self, Placing, Unplaced, derive, record_origins};
use crate::stage::plan::plan;
use crate::stage::recall::recall;
use crate::stage::relocate::{Attempt, prune, relocate};
use crate::stage::survey::{self, Before};

/// What a run needs that changes a library by its owner's hand.
pub struct Run<'a> {
    /// The folder of the library.
    pub library: &'a Path,
    /// How many threads make the pictures of its page.
    pub jobs: NonZeroUsize,
    /// Who is told, and who may stop it.
    pub watch: Watch<'a>,
}

/// What became of moves and of what was derived.
#[derive(Debug, Default)]
pub struct Moved {
    /// Files that stay where they are, and why.
    pub refused: Vec<(Move, String)>,
    /// Links, lists and copies of albums.
    pub albums: Derivatives,
    /// Sidecars.
    pub sidecars: Derivatives,
    /// Links, copies and sidecars that went.
    pub removed: u64,
    /// What could not be done.
    pub problems: Vec<Problem>,
}

/// What was derived.
#[derive(Debug, Clone, Copy, Default)]
pub struct Derivatives {
    /// Made anew.
    pub made: u64,
    /// As they were.
    pub kept: u64,
}

impl Moved {
    /// How many links, lists, copies and sidecars were made.
    pub fn made(&self) -> u64 {
        self.albums.made + self.sidecars.made
    }
}

/// Opens a library to change it: it is locked until the file goes, and what earlier runs had begun is ended.
///
/// # Errors
/// If it is no library or in use, and as [`finish`].
pub fn open(run: &Run<'_>) -> Result<(File, Catalog), Error> {
    // where there is no library, no lock is left behind
    Catalog::read(run.library)?;
    let lock = lock(run.library)?;
    let mut catalog = Catalog::open(run.library)?;
    finish(run, &mut catalog)?;
    Ok((lock, catalog))
}

/// Ends what earlier runs had begun.
///
/// # Errors
/// If the drive is full or gone, if the catalog refuses, or if the owner interrupts.
pub fn finish(run: &Run<'_>, catalog: &mut Catalog) -> Result<(), Error> {
    for journal in catalog.unfinished_moves()? {
        run.watch.progress.note("going on with what an interrupted run had begun to move");
        go(run, catalog, &journal, Attempt::Again)?;
    }
    Ok(())
}

/// Carries out what was just put on record.
///
/// # Errors
/// As [`finish`].
pub fn carry_out(run: &Run<'_>, catalog: &mut Catalog) -> Result<Moved, Error> {
    match catalog.unfinished_moves()?.pop() {
        Some(journal) => go(run, catalog, &journal, Attempt::First),
        None => settle(run, catalog),
    }
}

fn go(run: &Run<'_>, catalog: &mut Catalog, journal: &Journal, attempt: Attempt) -> Result<Moved, Error> {
    let mut moved = Moved::default();
    let owners = catalog.owners_places()?;
    if journal.errand == Errand::Forget {
        moved.removed += remove_repeats(run.library, catalog, journal)?;
    }
    relocate(run.library, &journal.pending, attempt, run.watch, &mut |batch| {
        let why: HashMap<i64, &String> =
            batch.refused.iter().map(|(position, why)| (*position, why)).collect();
        let refused = journal.pending.iter().filter_map(|going| Some((going, *why.get(&going.position)?)));
        moved.refused.extend(refused.map(|(going, why)| (going.clone(), why.clone())));
        catalog.record_relocated(journal, batch)
    })?;
    let followed = settle(run, catalog)?;
    let left = journal.pending.iter().map(|going| &going.old).chain(&journal.left);
    // a folder that the owner made stays, empty or not
    prune(run.library, left.filter(|path| !owners.contains(*path)).filter_map(LibraryPath::parent));
    catalog.end_moves(journal)?;
    moved.problems.extend(moved.refused.iter().map(|(going, why)| refusal(journal.errand, going, why)));
    moved.problems.extend(followed.problems);
    Ok(Moved {
        removed: moved.removed + followed.removed,
        ..Moved { albums: followed.albums, sidecars: followed.sidecars, ..moved }
    })
}

fn refusal(errand: Errand, going: &Move, why: &str) -> Problem {
    let message = match (&going.new, errand) {
        (None, _) => format!("it could not be deleted: {why}"),
        (Some(new), Errand::Forget) => {
            format!("it could not be put away as `{new}`: {why}; it is not forgotten")
        }
        (Some(new), _) => format!("it could not be moved to `{new}`: {why}"),
    };
    Problem::new(Code::WriteFailed, message).with_entry(going.old.as_str())
}

/// Links and copies of files that are about to go: as long as these stand, it shows whether they are as they were made.
fn remove_repeats(library: &Path, catalog: &mut Catalog, journal: &Journal) -> Result<u64, Error> {
    let leaving: HashSet<&LibraryPath> =
        journal.pending.iter().map(|going| &going.old).chain(&journal.left).collect();
    let derived = catalog.load()?.recorded.derived;
    let repeats = |record: &DerivedRecord| {
        record.kind.is_of_album() && record.target.as_ref().is_some_and(|target| leaving.contains(target))
    };
    let repeats: Vec<_> = derived.iter().filter(|(_, record)| repeats(record)).collect();
    let removal = place::remove(library, &repeats, catalog)?;
    prune(library, repeats.iter().filter_map(|(path, _)| path.parent()));
    Ok(removal.removed)
}

/// Brings everything that is derived up to what the catalog says: links, lists and copies of albums, sidecars, the
/// tables beside the catalog, and a page that stands.
///
/// # Errors
/// As [`finish`].
pub fn settle(run: &Run<'_>, catalog: &mut Catalog) -> Result<Moved, Error> {
    let Run { library, watch, .. } = *run;
    let known = catalog.load()?;
    let staging = Staging::open(library, &known.staged())?;
    let Remembered { delivered: Delivered { contents, heard, ids, .. }, recorded } = known;
    let before = Before::new(library, Tree::walk(library)?, recorded, &contents, &staging.waiting());
    if !before.moved.is_empty() {
        catalog.record_moved(&before.moved)?;
    }
    let remembered = catalog.settings()?;
    let settings = Settings::of(&remembered);
    let links = drive::probe_links(library)?;
    let matched = recall(&contents, &before.files, &catalog.albums()?);
    let held = survey::held(library, &before, &contents, &ContentSet::default(), links);
    let wishes = understood(library, &contents, &before.files, &settings.categories).take_wishes();
    let plan = plan(&contents, Assets::Photos(&matched, &heard.photos), &wishes, &held, &settings);
    let standing = before.paths_by_hash(&contents);
    let placing = Placing { library, staging: &staging, held: &standing, watch };
    let nothing = Unplaced::default();
    let derived = derive(&placing, &plan.derived, &nothing, &before.derived, catalog)?;
    let withdrawn: Vec<_> =
        plan.withdrawn.iter().filter_map(|path| before.derived.get_key_value(path)).collect();
    let removed = place::remove(library, &withdrawn, catalog)?.removed;
    let albums = Derivatives { made: derived.made, kept: derived.kept };
    let mut moved = Moved { albums, removed, problems: derived.problems, ..Moved::default() };
    let discretion = Discretion { hidden: settings.hidden, memories: settings.memories };
    let spoken =
        sidecars::Spoken { files: before.files.values().collect(), heard: &heard.photos, discretion };
    let beside = sidecars::keep(&placing, &spoken, settings.sidecars, &before.derived, catalog)?;
    for sidecars in [beside.wanted, beside.others] {
        moved.sidecars.made += sidecars.made;
        moved.sidecars.kept += sidecars.kept;
        moved.problems.extend(sidecars.problems);
    }
    let complete = catalog.complete_archives(&ids)?;
    moved.problems.extend(record_origins(&placing, &contents, &plan, &nothing, complete)?);
    choices::keep(library, catalog)?;
    staging.close();
    moved.problems.extend(page_again(run)?);
    Ok(moved)
}

/// Makes the page again, if one stands; it would show files where they are no longer.
fn page_again(run: &Run<'_>) -> Result<Option<Problem>, Error> {
    let Some(options) = page::standing(run.library) else { return Ok(None) };
    match page::write(run.library, &options, run.watch, run.jobs) {
        Ok(_) => Ok(None),
        Err(Error::Interrupted) => Err(Error::Interrupted),
        Err(error) => {
            let causes = error.causes().join(": ");
            let message =
                format!("the page could not be made again ({error}: {causes}); `windfall report` makes it");
            Ok(Some(
                Problem::new(Code::WriteFailed, message)
                    .with_entry(crate::library::layout::PAGE)
                    .as_warning(),
            ))
        }
    }
}
