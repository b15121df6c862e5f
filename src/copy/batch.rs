//! Copies as a run makes them: in parallel, some at a time, which then get their names together, because making each
//! durable by itself would take longer than copying it.
//!
//! What stands already is not made again. Room on the drive is looked at first, and what a run that cannot go on has
//! made whole keeps its name.

use std::fs;
use std::num::NonZeroUsize;
use std::path::Path;

use rayon::iter::{IntoParallelRefIterator, ParallelIterator};

use crate::copy::Form;
use crate::copy::choose::Item;
use crate::copy::folder::{Folder, Waiting};
use crate::copy::make::{Failure, Made, Maker, Outcome};
use crate::copy::naming::{Place, places};
use crate::copy::written::Written;
use crate::error::{Error, is_full};
use crate::library::drive;
use crate::picture::Limits;
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

/// What became of the files.
#[derive(Debug, Default)]
pub struct Tally {
    /// Written byte for byte.
    pub copied: u64,
    /// Written as JPEG.
    pub converted: u64,
    /// Written by an earlier run, or by somebody else with the same bytes.
    pub already_there: u64,
    /// Bytes written.
    pub bytes: u64,
    pub problems: Vec<Problem>,
}

/// A copy to be made.
struct Job<'a> {
    item: &'a Item<'a>,
    place: &'a Place,
}

/// Copies what does not stand in the folder yet, and removes the copies whose place others have taken.
///
/// # Errors
/// If the drive is full or fails, or the owner interrupts. What has its name until then stays.
pub fn write(run: &Run<'_>, folder: &mut Folder, items: &[Item<'_>]) -> Result<Tally, Error> {
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
    let mut tally =
        Tally { already_there: there.iter().filter(|there| **there).count() as u64, ..Tally::default() };
    let jobs: Vec<&Job<'_>> = all.iter().zip(there).filter(|(_, there)| !there).map(|(job, _)| job).collect();
    let jobs = fitting(run, folder, jobs, &mut tally.problems)?;
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
        keep(folder, made, &mut tally).map_err(|error| stopped(error, run, folder, rest))?;
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
    Ok(tally)
}

/// What can be written: what the drive can hold, if there is room for it.
fn fitting<'j>(
    run: &Run<'_>,
    folder: &Folder,
    jobs: Vec<&'j Job<'j>>,
    problems: &mut Vec<Problem>,
) -> Result<Vec<&'j Job<'j>>, Error> {
    let largest = drive::largest_file(run.folder).unwrap_or(u64::MAX);
    let is_too_large = |job: &&Job<'_>| job.item.form == Form::AsItIs && size(job) > largest;
    let (too_large, jobs): (Vec<_>, Vec<_>) = jobs.into_iter().partition(is_too_large);
    problems.extend(too_large.into_iter().map(|job| {
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
fn keep(folder: &mut Folder, made: Vec<Result<Made, Failure>>, tally: &mut Tally) -> Result<(), Error> {
    let mut waiting: Vec<Waiting> = Vec::new();
    let mut stop = None;
    for made in made {
        match made {
            Ok(Made { outcome, warning }) => {
                tally.problems.extend(warning);
                match outcome {
                    Outcome::Waits(file) => waiting.push(file),
                    Outcome::Stands(written) => {
                        tally.already_there += 1;
                        folder.list.add(written);
                    }
                }
            }
            Err(Failure::Problem(problem)) => tally.problems.push(problem),
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
                tally.bytes += written.size;
                *(if written.is_as_it_is() { &mut tally.copied } else { &mut tally.converted }) += 1;
            }
            Err(error) => {
                let message = format!("it could not be written: {error}");
                let problem = Problem::new(Code::WriteFailed, message);
                tally.problems.push(problem.with_entry(written.path.as_str()));
            }
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
