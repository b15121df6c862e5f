//! Copies chosen photos and videos of a library into a folder. The library is only read.
//!
//! The files are made in parallel, some at a time, and then get their names together: making each durable by itself
//! would take longer than copying it.

use std::fs;
use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use rayon::iter::{IntoParallelRefIterator, ParallelIterator};
use serde::Serialize;

use crate::copy::Form;
use crate::copy::choose::{Item, LeftOut, Wanted, choose};
use crate::copy::folder::{Folder, OWN, Waiting, refuse};
use crate::copy::make::{Failure, Made, Maker, Outcome};
use crate::copy::naming::{PAGE, Place, places};
use crate::copy::shown;
use crate::copy::written::Written;
use crate::error::{Error, is_full};
use crate::library::catalog::{Catalog, Detail, StoredFile};
use crate::library::drive;
use crate::library::filter::{Filters, HiddenAndDeleted};
use crate::library::titles::Titles;
use crate::page::{Copies, write_beside};
use crate::picture::{Encoding, Limits};
use crate::problem::{Code, Problem, amount};
use crate::progress::{Phase, Watch};
use crate::stage::discover::fit::Space;
use crate::threads;

/// Files that get their names together.
const TOGETHER: usize = 256;
/// No more bytes than this, unless it is one file.
const TOGETHER_BYTES: u64 = 512 << 20;

/// Where from, where to, and how.
pub struct Run<'a> {
    /// What is only read.
    pub library: &'a Path,
    /// What is written to; it need not exist.
    pub folder: &'a Path,
    /// Threads that read, convert and write.
    pub jobs: NonZeroUsize,
    /// Who is told, and who may end it.
    pub watch: Watch<'a>,
}

/// Whether the folder gets a page of its own.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum OwnPage {
    /// It does.
    #[default]
    Written,
    /// It does not; one that stands there stays as it is.
    None,
}

/// What is to be copied, and in which form.
#[derive(Debug, Clone, Default)]
pub struct Wishes {
    /// Which photos and videos are meant.
    pub filters: Filters,
    /// Whether hidden and recently deleted ones may be among them.
    pub hidden: HiddenAndDeleted,
    /// What photos become that few programs can show; `None` leaves them as they are.
    pub jpeg: Option<Encoding>,
    /// Whether the folder gets a page.
    pub page: OwnPage,
}

/// What was copied, in files. A Live Photo is two.
#[derive(Debug, Default, Serialize)]
pub struct Copied {
    /// Written byte for byte.
    pub copied: u64,
    /// Written as JPEG.
    pub converted: u64,
    /// Written by an earlier run.
    pub already_there: u64,
    /// What could not be copied, or not as was asked for.
    pub problems: Vec<Problem>,
    /// Bytes written.
    #[serde(skip)]
    pub bytes: u64,
    /// What was asked for and stays.
    #[serde(skip)]
    pub left_out: LeftOut,
    /// The page that was written.
    #[serde(skip)]
    pub page: Option<PathBuf>,
}

/// A copy to be made.
struct Job<'a> {
    item: &'a Item<'a>,
    place: &'a Place,
}

/// Copies.
///
/// # Errors
/// If there is no library, the folder lies in one or cannot be written, the drive is full, or the owner interrupts.
/// What is written until then stays, and the next run goes on.
pub fn copy(run: &Run<'_>, wishes: &Wishes) -> Result<Copied, Error> {
    let (files, titles) = read(run.library, &wishes.filters)?;
    refuse(run.library, run.folder)?;
    let wanted = Wanted { filters: &wishes.filters, hidden: wishes.hidden, jpeg: wishes.jpeg };
    let chosen = choose(&files, &titles, &wanted);
    let mut copied = Copied { left_out: chosen.left_out, ..Copied::default() };
    if chosen.items.is_empty() {
        return Ok(copied);
    }
    let mut folder = Folder::open(run.folder)?;
    let result = write(run, &mut folder, &chosen.items, &mut copied).and_then(|()| match wishes.page {
        OwnPage::Written => page(run, &folder, &files, &mut copied),
        OwnPage::None => Ok(()),
    });
    let closed = folder.close();
    result?;
    closed?;
    copied.problems.sort();
    Ok(copied)
}

/// What the catalog knows of the files, and of their albums if somebody asks for those.
fn read(library: &Path, filters: &Filters) -> Result<(Vec<StoredFile>, Titles), Error> {
    let catalog = Catalog::read(library)?;
    let titles = Titles::read(&catalog, filters)?;
    let mut files = Vec::new();
    catalog.each_file(Detail::WithoutEvidence, &mut |file| {
        files.push(file);
        ControlFlow::Continue(())
    })?;
    Ok((files, titles))
}

fn write(run: &Run<'_>, folder: &mut Folder, items: &[Item<'_>], copied: &mut Copied) -> Result<(), Error> {
    let places = places(items, &folder.list);
    let pool = threads::pool(run.jobs)?;
    let limits = Limits::of_this_machine();
    let all: Vec<Job<'_>> = items.iter().zip(&places).map(|(item, place)| Job { item, place }).collect();
    let is_there = |job: &Job<'_>| {
        let key = job.place.key(&job.item.file.path);
        let mut standing = folder.list.of(&key);
        standing.any(|written| written.is_of(job.item) && folder.has(written))
    };
    let there: Vec<bool> = pool.install(|| all.par_iter().map(is_there).collect());
    copied.already_there = there.iter().filter(|there| **there).count() as u64;
    let jobs: Vec<&Job<'_>> = all.iter().zip(there).filter(|(_, there)| !there).map(|(job, _)| job).collect();
    let jobs = fitting(run, folder, jobs, copied)?;
    let all_bytes: u64 = jobs.iter().map(|job| size(job)).sum();
    run.watch.progress.begin(Phase::Place, jobs.len() as u64, all_bytes);
    let mut rest = jobs.as_slice();
    while !rest.is_empty() {
        let (some, after) = rest.split_at(together(rest));
        let maker = Maker { library: run.library, folder, limits: &limits, watch: run.watch };
        let one = |job: &&Job<'_>| {
            let made = maker.make(job.item, job.place);
            run.watch.progress.file(job.item.file.path.as_str());
            made
        };
        let made: Vec<Result<Made, Failure>> = pool.install(|| some.par_iter().map(one).collect());
        keep(folder, made, copied).map_err(|error| stopped(error, run, folder, rest))?;
        rest = after;
    }
    for job in &all {
        let key = job.place.key(&job.item.file.path);
        let is_current = |written: &&Written| written.is_of(job.item) && folder.has(written);
        let current = folder.list.of(&key).find(is_current).map(|written| written.path.clone());
        if let Some(path) = current {
            folder.supersede(&key, &path);
        }
    }
    Ok(())
}

/// What can be written: what the drive can hold, if there is room for it.
fn fitting<'j>(
    run: &Run<'_>,
    folder: &Folder,
    jobs: Vec<&'j Job<'j>>,
    copied: &mut Copied,
) -> Result<Vec<&'j Job<'j>>, Error> {
    let largest = drive::largest_file(run.folder).unwrap_or(u64::MAX);
    let is_too_large = |job: &&Job<'_>| job.item.form == Form::AsItIs && size(job) > largest;
    let (too_large, jobs): (Vec<_>, Vec<_>) = jobs.into_iter().partition(is_too_large);
    copied.problems.extend(too_large.into_iter().map(|job| {
        let size = amount::size(size(job));
        let message = format!("{size} are more than a file on this drive can have");
        Problem::new(Code::TooLarge, message).with_entry(job.item.file.path.as_str())
    }));
    // what becomes a JPEG takes nobody knows how much
    let is_new = |job: &&&Job<'_>| {
        job.item.form == Form::AsItIs && fs::symlink_metadata(folder.path_of(&job.place.path)).is_err()
    };
    let need = jobs.iter().filter(is_new).map(|job| size(job)).fold(0, u64::saturating_add);
    let free = fs4::available_space(run.folder).ok();
    Space { need, free }.check(run.folder, run.watch.progress)?;
    Ok(jobs)
}

/// How many of the next copies get their names together.
fn together(jobs: &[&Job<'_>]) -> usize {
    let mut bytes = 0u64;
    let fits = |job: &&&Job<'_>| {
        bytes = bytes.saturating_add(size(job));
        bytes <= TOGETHER_BYTES
    };
    jobs.iter().take(TOGETHER).take_while(fits).count().max(1)
}

fn size(job: &Job<'_>) -> u64 {
    job.item.file.content.size
}

/// Gives copies their names, and counts what became of them. What is whole is kept, also where the run cannot go on.
fn keep(folder: &mut Folder, made: Vec<Result<Made, Failure>>, copied: &mut Copied) -> Result<(), Error> {
    let mut waiting: Vec<Waiting> = Vec::new();
    let mut stop = None;
    for made in made {
        match made {
            Ok(Made { outcome, warning }) => {
                copied.problems.extend(warning);
                match outcome {
                    Outcome::Waits(file) => waiting.push(file),
                    Outcome::Stands(written) => {
                        copied.already_there += 1;
                        folder.list.add(written);
                    }
                }
            }
            Err(Failure::Problem(problem)) => copied.problems.push(problem),
            Err(Failure::Drive(error)) => _ = stop.get_or_insert(folder.failed(error)),
            Err(Failure::Interrupted) => _ = stop.get_or_insert(Error::Interrupted),
        }
    }
    let placed = folder.place(waiting);
    if let Some(stop) = stop {
        return Err(stop);
    }
    for (written, result) in placed? {
        match result {
            Ok(()) => {
                copied.bytes += written.size;
                *(if written.is_as_it_is() { &mut copied.copied } else { &mut copied.converted }) += 1;
            }
            Err(error) => {
                let message = format!("it could not be written: {error}");
                let problem = Problem::new(Code::WriteFailed, message);
                copied.problems.push(problem.with_entry(written.path.as_str()));
            }
        }
    }
    Ok(())
}

/// Writes the page of the folder, with all that stands there.
fn page(run: &Run<'_>, folder: &Folder, originals: &[StoredFile], copied: &mut Copied) -> Result<(), Error> {
    let standing: Vec<&Written> = folder.list.iter().filter(|written| folder.has(written)).collect();
    if standing.is_empty() {
        return Ok(());
    }
    let written = || standing.iter().copied();
    let copies = Copies {
        folder: run.folder,
        own: OWN,
        files: shown::files(written(), &folder.list, originals),
        albums: shown::albums(written()),
    };
    let page = run.folder.join(PAGE);
    match write_beside(copies, &page, run.watch, run.jobs) {
        Err(Error::NotAPage(_)) => {
            let message = "something else has the name of the page, so none was written: move it away, then run the \
                           same command again";
            copied.problems.push(Problem::new(Code::WriteFailed, message).with_entry(PAGE));
        }
        result => {
            result?;
            copied.page = Some(page);
        }
    }
    Ok(())
}

/// The error of a run that cannot go on: on a full drive it says how much is missing of these.
fn stopped(error: Error, run: &Run<'_>, folder: &Folder, jobs: &[&Job<'_>]) -> Error {
    let is_missing = |job: &&&Job<'_>| {
        !folder.list.of(&job.place.key(&job.item.file.path)).any(|written| written.is_of(job.item))
    };
    match error {
        Error::Io { source, .. } if is_full(&source) => {
            let need = jobs.iter().filter(is_missing).map(|job| size(job)).fold(0, u64::saturating_add);
            Error::Full { path: run.folder.to_owned(), need }
        }
        error => error,
    }
}
