//! Files brought to a mirror, batch by batch.
//!
//! A batch is carried, made durable, read back and named, and remembered once its names are durable too. While one
//! batch is finished, the next is carried, on the threads of the current rayon pool.

use std::fs;
use std::io;
use std::path::PathBuf;

use rayon::iter::{IndexedParallelIterator, IntoParallelIterator, IntoParallelRefIterator, ParallelIterator};

use crate::error::{Error, is_failing, is_full};
use crate::library::catalog::Catalog;
use crate::library::staging::sync_all;
use crate::mirror::carry::{Carried, Carrier, Failure, buffer};
use crate::mirror::decide::{Former, Wanted};
use crate::mirror::folder::Folder;
use crate::mirror::memory::{Change, Line};
use crate::mirror::scan::Moment;

/// Files that are made durable together.
const TOGETHER: usize = 4096;
/// No more bytes than this, unless it is one file.
const TOGETHER_BYTES: u64 = 64 << 20;

/// How sure a run makes itself of what it writes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Proof {
    /// Every file is read again from the mirror's drive before it gets its name.
    #[default]
    ReadBack,
    /// What the drive took is believed.
    Trust,
}

/// A file to be brought, and what becomes of the one whose place it takes.
#[derive(Debug, Clone, Copy)]
pub struct Job<'a> {
    /// Its number, for whoever hears what became of it.
    pub number: usize,
    pub wanted: &'a Wanted,
    pub former: Option<Former>,
}

/// What bringing came to.
#[derive(Debug, Default)]
pub struct Brought {
    /// The numbers of those that are there now.
    pub done: Vec<usize>,
    /// Bytes written.
    pub written: u64,
    /// Bytes read from the library.
    pub read: u64,
    pub failed: Vec<(usize, Failure)>,
}

/// A file that waits to be durable, or for its name.
struct Waiting<'a> {
    job: Job<'a>,
    carried: Carried,
}

/// Files that have their names, which may not be durable yet.
#[derive(Default)]
struct Named {
    paths: Vec<PathBuf>,
    changes: Vec<Change>,
}

/// Brings files, and goes on where one cannot be brought.
///
/// # Errors
/// If a drive is full, fails or is gone, or the owner interrupts. What is whole by then is kept.
pub fn bring(
    carrier: &Carrier<'_>,
    folder: &mut Folder,
    proof: Proof,
    jobs: &[Job<'_>],
    brought: &mut Brought,
) -> Result<(), Error> {
    let mut bringing = Bringing { carrier, folder, proof, brought, named: Named::default() };
    let mut rest = jobs;
    let mut waiting: Vec<Waiting<'_>> = Vec::new();
    let mut stop: Option<Error> = None;
    loop {
        let (some, after) = match stop {
            None => rest.split_at(together(rest)),
            Some(_) => (&[][..], rest),
        };
        if some.is_empty() && waiting.is_empty() && bringing.named.changes.is_empty() {
            // what was carried and not read back any more has no name
            let stop = stop.or_else(|| carrier.watch.is_cancelled().then_some(Error::Interrupted));
            return stop.map_or(Ok(()), Err);
        }
        let carry = |memory: &mut Vec<u8>, job: &Job<'_>| {
            let carried = carrier.carry(job.wanted, memory);
            carrier.watch.progress.file(&job.wanted.path);
            carried
        };
        let carry_all = || some.par_iter().map_init(buffer, carry).collect::<Vec<_>>();
        let (finished, carried) = rayon::join(|| bringing.finish(waiting), carry_all);
        if let Err(error) = finished {
            return Err(at_need(error, carrier, rest));
        }
        waiting = Vec::new();
        for (job, carried) in some.iter().zip(carried) {
            match carried {
                Ok(carried) => {
                    bringing.brought.read += carried.size;
                    waiting.push(Waiting { job: *job, carried });
                }
                Err(failure) => match stops(&failure, carrier) {
                    Some(error) => _ = stop.get_or_insert(at_need(error, carrier, rest)),
                    None => bringing.fail(*job, failure),
                },
            }
        }
        rest = after;
    }
}

/// How many of the next files are made durable together.
fn together(jobs: &[Job<'_>]) -> usize {
    let mut bytes = 0u64;
    let fits = |job: &&Job<'_>| {
        bytes = bytes.saturating_add(job.wanted.size);
        bytes <= TOGETHER_BYTES
    };
    jobs.iter().take(TOGETHER).take_while(fits).count().max(1).min(jobs.len())
}

/// The error of a failure that concerns all other files too.
fn stops(failure: &Failure, carrier: &Carrier<'_>) -> Option<Error> {
    match failure {
        Failure::Interrupted => Some(Error::Interrupted),
        Failure::Unwritten(error) if is_full(error) || is_failing(error) => Some(unwritten(error, carrier)),
        // one bad file is one problem, and a library that is gone is none of a hundred thousand files
        Failure::Unread(error) if fs::symlink_metadata(Catalog::path_in(carrier.library)).is_err() => {
            Some(Error::io("read", carrier.library)(copy_of(error)))
        }
        _ => None,
    }
}

fn unwritten(error: &io::Error, carrier: &Carrier<'_>) -> Error {
    Error::io("write to", carrier.mirror)(copy_of(error))
}

fn copy_of(error: &io::Error) -> io::Error {
    error.raw_os_error().map_or_else(|| error.kind().into(), io::Error::from_raw_os_error)
}

/// The error, if these are not brought yet: on a full drive it says how much is missing.
fn at_need(error: Error, carrier: &Carrier<'_>, missing: &[Job<'_>]) -> Error {
    match error {
        Error::Io { source, .. } if is_full(&source) => {
            let need = missing.iter().map(|job| job.wanted.size).fold(0, u64::saturating_add);
            Error::Full { path: carrier.mirror.to_owned(), need }
        }
        error => error,
    }
}

struct Bringing<'b> {
    carrier: &'b Carrier<'b>,
    folder: &'b mut Folder,
    proof: Proof,
    brought: &'b mut Brought,
    /// Of the batch before.
    named: Named,
}

impl Bringing<'_> {
    /// Makes a batch durable, with the names of the one before, and gives it names.
    fn finish(&mut self, waiting: Vec<Waiting<'_>>) -> Result<(), Error> {
        let named = std::mem::take(&mut self.named);
        if waiting.is_empty() && named.changes.is_empty() {
            return Ok(());
        }
        let temporary = waiting.iter().map(|file| file.carried.temporary.to_path_buf());
        let paths: Vec<PathBuf> = named.paths.into_iter().chain(temporary).collect();
        sync_all(self.carrier.mirror, &paths)?;
        self.folder.learn(named.changes)?;
        let proved: Vec<Result<Waiting<'_>, (Job<'_>, Failure)>> = match self.proof {
            Proof::Trust => waiting.into_iter().map(Ok).collect(),
            Proof::ReadBack => {
                let carrier = self.carrier;
                let prove = |memory: &mut Vec<u8>, file| prove(carrier, memory, file);
                waiting.into_par_iter().map_init(buffer, prove).collect()
            }
        };
        let mut whole = Vec::new();
        for file in proved {
            match file {
                Ok(file) => whole.push(file),
                // what was not named is carried again by the next run
                Err((_, Failure::Interrupted)) => {}
                Err((job, failure)) => self.fail(job, failure),
            }
        }
        self.name(whole)
    }

    fn name(&mut self, files: Vec<Waiting<'_>>) -> Result<(), Error> {
        let carrier = self.carrier;
        let folders: Vec<io::Result<()>> =
            files.iter().map(|file| self.folder.make_folder_of(&carrier.target(file.job.wanted).1)).collect();
        let folder = &*self.folder;
        let name = |(file, made): (Waiting<'_>, io::Result<()>)| {
            let Waiting { job, carried } = file;
            let Carried { temporary, blake3, size, modified } = carried;
            let (place, way) = carrier.target(job.wanted);
            let named = made.and_then(|()| folder.name(&temporary, &way, job.former)).map(|()| {
                // nothing is left to remove
                let _ = temporary.keep();
                let here = fs::symlink_metadata(&place).map_or(modified, |metadata| Moment::of(&metadata));
                (place, Line { size, modified, here, blake3 })
            });
            (job.number, job.wanted.path.clone(), named)
        };
        let named: Vec<_> = files.into_par_iter().zip(folders).map(name).collect();
        let mut stop = None;
        for (number, path, named) in named {
            match named {
                Ok((place, line)) => {
                    self.named.changes.push((path, Some(line)));
                    self.named.paths.push(place);
                    self.brought.done.push(number);
                    self.brought.written += line.size;
                }
                Err(error) if is_full(&error) || is_failing(&error) => {
                    stop.get_or_insert(unwritten(&error, carrier));
                }
                Err(error) => self.brought.failed.push((number, Failure::Unwritten(error))),
            }
        }
        stop.map_or(Ok(()), Err)
    }

    fn fail(&mut self, job: Job<'_>, failure: Failure) {
        if let Failure::Differs { size } = failure {
            self.brought.read += size;
        }
        self.brought.failed.push((job.number, failure));
    }
}

fn prove<'a>(
    carrier: &Carrier<'_>,
    memory: &mut [u8],
    file: Waiting<'a>,
) -> Result<Waiting<'a>, (Job<'a>, Failure)> {
    match carrier.read_back(&file.carried.temporary, memory) {
        Ok(hash) if hash == file.carried.blake3 => Ok(file),
        _ if carrier.watch.is_cancelled() => Err((file.job, Failure::Interrupted)),
        read => Err((file.job, Failure::Unproved(read.err()))),
    }
}
