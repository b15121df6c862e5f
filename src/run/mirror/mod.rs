//! `mirror`: a second copy of a library on another drive, and every later run that brings it up to date.
//!
//! The steps: what stands on both drives and what is remembered of it, what is to become of each file, which ones need
//! only another name, the others carried and proved, what the library has no more, and last albums and the catalog.
//! A run that is killed in between leaves whole files, and the next one goes on.

mod ending;
mod judge;
mod leftover;
mod library;
mod links;
mod shift;
mod words;

use std::collections::HashMap;
use std::fs;
use std::num::NonZeroUsize;
use std::path::Path;

use serde::Serialize;

use crate::error::Error;
use crate::library::catalog::Catalog;
use crate::library::staging::Staging;
use crate::library::{drive, layout};
use crate::mirror::bring::{Brought, Job, Proof, bring};
use crate::mirror::carry::{Carrier, Failure};
use crate::mirror::decide::{Former, Wanted, Worth};
use crate::mirror::folder::{Folder, refuse};
use crate::mirror::memory::{self, Memory};
use crate::mirror::scan::scan;
use crate::mirror::wanted::wanted;
use crate::problem::Problem;
use crate::progress::{Phase, Watch};
use crate::run::verify;
use crate::stage::discover::fit::Space;
use crate::threads;

use ending::{Ending, Old};
use library::Library;

/// What becomes of files of the mirror that the library has moved or forgotten.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Leftovers {
    /// They stay, and are named.
    #[default]
    Kept,
    /// They go, if they are as they were written.
    Deleted,
}

/// What a mirroring needs.
pub struct Run<'a> {
    /// The library, of which the mirror is made.
    pub library: &'a Path,
    /// The folder that is or becomes the mirror.
    pub folder: &'a Path,
    /// How many threads read and write.
    pub jobs: NonZeroUsize,
    /// How sure to be of what is written.
    pub proof: Proof,
    /// What becomes of files that the library has no more.
    pub leftovers: Leftovers,
    /// Who is told, and who may stop it.
    pub watch: Watch<'a>,
}

/// Whether two folders are the same library: one is a mirror of the other, finished or not, or both are of a third.
pub fn are_the_same(one: &Path, other: &Path) -> bool {
    let id = |folder: &Path| {
        let memory = fs::read(layout::internal(folder).join(memory::FILE)).ok();
        match memory.and_then(|text| Memory::parse(&text)) {
            Some(memory) => Some(memory.library),
            None => Some(Catalog::read(folder).ok()?.lineage().ok()?.id),
        }
    };
    id(one).is_some_and(|one| id(other) == Some(one))
}

/// What a mirroring came to.
#[derive(Debug, Default, PartialEq, Serialize)]
pub struct Mirrored {
    /// Files of the mirror.
    pub files: Files,
    /// Bytes that went from drive to drive.
    pub bytes: Bytes,
    /// What could not be done, and what is wrong on either side.
    pub problems: Vec<Problem>,
    /// Files that were removed from the mirror on demand.
    #[serde(skip)]
    pub removed: u64,
}

/// Files, but for the catalog and album folders. What could not be brought counts in `total` alone.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Files {
    /// What the mirror is to have.
    pub total: u64,
    /// Brought by this run.
    pub copied: u64,
    /// Given another name.
    pub moved: u64,
    /// As they should be.
    pub already_there: u64,
    /// What only the mirror has.
    pub only_in_mirror: u64,
}

/// Bytes of files.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Bytes {
    /// Read from the library to be carried.
    pub read: u64,
    /// Written to the mirror.
    pub copied: u64,
}

/// What became of a file.
#[derive(Debug)]
enum Outcome {
    /// Nothing yet; what stands in its place goes.
    Pending(Option<Former>),
    /// It was there.
    There,
    /// It was there, and its bytes were read.
    Read,
    /// It stood in the mirror under another name.
    Moved,
    Brought,
    /// Somebody changed it in the mirror.
    Edited,
    /// Something else has its name in the mirror.
    Taken,
    /// The library has no sound one.
    Lacking,
    /// The mirror's drive cannot hold so much in one file.
    TooLarge,
    /// The mirror's drive has no links.
    NoLinks,
    Failed(Failure),
}

impl Outcome {
    /// Whether the mirror has the file.
    fn is_there(&self) -> bool {
        matches!(self, Outcome::There | Outcome::Read | Outcome::Moved | Outcome::Brought)
    }
}

/// Every file that the mirror is to have, and what became of it.
struct Work {
    files: Vec<Wanted>,
    outcomes: Vec<Outcome>,
}

impl Work {
    fn iter(&self) -> impl Iterator<Item = (&Wanted, &Outcome)> {
        self.files.iter().zip(&self.outcomes)
    }

    /// The numbers of files with which nothing was done yet, and what stands in their places.
    fn pending(&self) -> Vec<(usize, Option<Former>)> {
        let pending = |(number, outcome): (usize, &Outcome)| match outcome {
            Outcome::Pending(former) => Some((number, *former)),
            _ => None,
        };
        self.outcomes.iter().enumerate().filter_map(pending).collect()
    }
}

/// Mirrors.
///
/// # Errors
/// If there is no library, the folder cannot be its mirror or cannot be written, a drive is full or gone, or the
/// owner interrupts. What is whole by then stays, and the next run goes on.
pub fn mirror(run: &Run<'_>) -> Result<Mirrored, Error> {
    let lock = verify::hold(run.library)?;
    let mut library = Library::open(run)?;
    refuse(run.library, &library.lineage, run.folder)?;
    library.remember_lineage(run)?;
    let mut folder = Folder::open(run.folder, &library.lineage)?;
    // one more, because one waits most of the time until the drive has written a batch
    let mirrored =
        threads::pool(run.jobs.saturating_add(1))?.install(|| bring_up_to_date(run, library, &mut folder));
    match mirrored {
        // nothing was begun, so nothing is left behind
        Err(Error::NoSpace { .. }) if folder.is_new() => folder.withdraw(),
        _ => folder.close(),
    }
    drop(lock);
    mirrored
}

fn bring_up_to_date(run: &Run<'_>, library: Library, folder: &mut Folder) -> Result<Mirrored, Error> {
    run.watch.progress.begin(Phase::Compare, 0, 0);
    let carrier = Carrier { library: run.library, mirror: run.folder, watch: run.watch };
    let (there, here) = threads::beside(|| scan(run.library), || scan(run.folder));
    let mut library = library.follow(run, &there)?;
    let old = Old::read(run.folder);
    let (files, mut problems) = wanted(&library.catalogued(), there.seen);
    problems.extend(there.refused);

    let mut work = judge::judge(&carrier, files, &here, folder, &old)?;
    judge::recognise(&carrier, &mut work);
    let waiting: HashMap<_, _> = work
        .pending()
        .iter()
        .filter_map(|(at, _)| Some((work.files[*at].blake3?, work.files[*at].size)))
        .collect();
    let staging = Staging::open(run.folder, &waiting)?;
    leftover::put_bad_aside(run, &work, &here, &old, folder)?;
    shift::shift(&carrier, &staging, &mut work, &here, folder, &old)?;
    set_apart(run, &mut work)?;
    let bytes = carry(run, &carrier, &mut work, &mut library, folder)?;
    links::make(&carrier, &staging, &mut work, folder)?;

    let mut mirrored = Mirrored { bytes, problems, ..Mirrored::default() };
    mirrored.files = counts(&work);
    mirrored.problems.extend(words::problems(run, &work, &library));
    let ending = Ending { run, library: &library, work: &work, here: &here, old: &old, staging: &staging };
    let albums = ending.settle(folder, &mut mirrored)?;
    ending.leave(folder, &albums, &mut mirrored)?;
    ending.sweep();
    folder.tidy();
    folder.write_memory()?;
    staging.close();
    mirrored.problems.sort();
    Ok(mirrored)
}

/// Sets apart what cannot be brought, before anything is.
fn set_apart(run: &Run<'_>, work: &mut Work) -> Result<(), Error> {
    let largest = drive::largest_file(run.folder).unwrap_or(u64::MAX);
    let mut need = 0u64;
    for (at, _) in work.pending() {
        let file = &work.files[at];
        match file.sound_source() {
            _ if file.worth == Worth::Link => {}
            None => work.outcomes[at] = Outcome::Lacking,
            Some(_) if file.size > largest => work.outcomes[at] = Outcome::TooLarge,
            Some(_) => need = need.saturating_add(file.size),
        }
    }
    if need == 0 {
        return Ok(());
    }
    // the mirror's catalog is replaced by the library's only when that is whole
    need =
        need.saturating_add(fs::metadata(Catalog::path_in(run.library)).map_or(0, |catalog| catalog.len()));
    let free = fs4::available_space(run.folder).ok();
    Space { need, free }.check(run.folder, run.watch.progress)
}

/// Carries what is pending.
fn carry(
    run: &Run<'_>,
    carrier: &Carrier<'_>,
    work: &mut Work,
    library: &mut Library,
    folder: &mut Folder,
) -> Result<Bytes, Error> {
    let pending = work.pending().into_iter().filter(|(at, _)| work.files[*at].worth != Worth::Link);
    let job = |(number, former): (usize, _)| Job { number, wanted: &work.files[number], former };
    let jobs: Vec<Job<'_>> = pending.map(job).collect();
    run.watch.progress.begin(Phase::Mirror, jobs.len() as u64, jobs.iter().map(|job| job.wanted.size).sum());
    let mut brought = Brought::default();
    let result = bring(carrier, folder, run.proof, &jobs, &mut brought);
    for number in brought.done {
        work.outcomes[number] = Outcome::Brought;
    }
    for (number, failure) in brought.failed {
        work.outcomes[number] = Outcome::Failed(failure);
    }
    // what a run found of the library's bytes is kept, however the run ends
    let kept = library.keep_findings(run, carrier, work, folder);
    result?;
    kept?;
    Ok(Bytes { read: brought.read, copied: brought.written })
}

fn counts(work: &Work) -> Files {
    let mut files = Files { total: work.files.len() as u64, ..Files::default() };
    for outcome in &work.outcomes {
        match outcome {
            Outcome::There | Outcome::Read => files.already_there += 1,
            Outcome::Moved => files.moved += 1,
            Outcome::Brought => files.copied += 1,
            _ => {}
        }
    }
    files
}
