//! Ingest: the one parallel pass over bytes.
//!
//! Every entry is read once, and that one reading gives its CRC-32, its BLAKE3, Apple's fingerprint and the
//! embedded metadata; new bytes go to staging on the way. Each thread ([`worker`]) has many entries open and hashes
//! them side by side. What an entry means and where it goes is not decided here.
//!
//! An entry whose size and CRC-32 are known is hashed without being written, and read a second time only if
//! its BLAKE3 turns out to be new. So duplicates cost no disk.

#[cfg(test)]
mod build;
mod collect;
mod kept_lists;
mod seek_buffer;
mod stock;
mod tasks;
mod worker;

use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::sync::mpsc;

pub use kept_lists::read_kept_lists;

use collect::{Collector, Gathered};
use tasks::Tasks;
use worker::Worker;

use crate::category::photos::List;
use crate::contents::{ContentSet, Contents, EntryId};
use crate::error::Error;
use crate::library::record::ReadEntry;
use crate::library::staging::Staging;
use crate::problem::Problem;
use crate::progress::{Phase, Watch};
use crate::stage::discover::Inputs;
use crate::threads;

/// The outcome of a pass.
#[derive(Debug, Default)]
pub struct Tally {
    /// How many bytes came out of the entries.
    pub bytes: u64,
    /// Entries that could not be read or written.
    pub problems: Vec<Problem>,
    /// Why each of them could not, without advice for archives.
    pub causes: HashMap<EntryId, String>,
}

/// What a pass is to find out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// Hashes, what files say of themselves, and what details say.
    Everything,
    /// Hashes only; nothing is held but what is being hashed.
    Hashes,
}

/// What a pass needs besides its inputs.
pub struct Reading<'a> {
    /// Where new bytes go; a dry run and `check` have none.
    pub staging: Option<&'a Staging>,
    pub wanted: Wanted,
    /// Contents that the library or staging holds already.
    pub held: &'a ContentSet,
    /// The number of threads.
    pub jobs: NonZeroUsize,
    pub watch: Watch<'a>,
}

/// Called with entries whose bytes are durable.
pub type Record<'a> = dyn FnMut(&Contents, &[ReadEntry]) -> Result<(), Error> + 'a;

/// Reads all given entries whose bytes are unknown, and calls `record` as soon as bytes are durable.
///
/// # Errors
/// If the destination is full or unwritable, a record cannot be made, or the owner interrupts.
pub fn ingest(inputs: &mut Inputs, reading: &Reading<'_>, record: &mut Record<'_>) -> Result<Tally, Error> {
    let tasks = Tasks::of(&inputs.contents, reading.jobs);
    reading.watch.progress.begin(Phase::Read, tasks.left() as u64, tasks.bytes);
    let known = std::mem::take(&mut inputs.contents.distinct);
    let said = std::mem::take(&mut inputs.heard.photos.said);
    let (outcome, contents, gathered) = {
        let mut collector = Collector::new(&inputs.contents, reading, known.next(), record);
        let worker = Worker::new(inputs, reading, (known, said), tasks.left());
        let outcome = run(&worker, &tasks, &mut collector);
        (outcome, worker.into_contents(), collector.gathered)
    };
    let Gathered { mut tally, bytes, lists } = gathered;
    (inputs.contents.distinct, inputs.heard.photos.said) = contents;
    for (entry, bytes) in bytes {
        inputs.contents.entries[entry].bytes = bytes;
    }
    for ((content, sort), list) in lists {
        inputs.heard.add(content, sort, list);
    }
    tally.problems.sort();
    outcome.map(|()| tally)
}

enum Message {
    Sound { read: ReadEntry, list: Option<List>, bytes: u64 },
    Failed { entry: EntryId, problem: Box<Problem>, cause: String },
    Stop(Box<Error>),
}

fn run(worker: &Worker<'_>, tasks: &Tasks, collector: &mut Collector<'_>) -> Result<(), Error> {
    let pool = threads::pool(worker.reading.jobs)?;
    // bounded, because whatever is read and not yet recorded is read again after a kill
    let (sender, receiver) = mpsc::sync_channel(collect::BATCH_ENTRIES);
    std::thread::scope(|threads| {
        let pool = &pool;
        threads.spawn(move || {
            pool.scope(|scope| {
                for _ in 0..worker.reading.jobs.get() {
                    let sender = sender.clone();
                    scope.spawn(move |_| worker.work(tasks, &sender));
                }
            });
        });
        let outcome = collector.collect(&receiver);
        if outcome.is_err() {
            worker.stop();
        }
        // or threads would wait for ever for room in it
        drop(receiver);
        outcome
    })
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::num::NonZeroUsize;
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::build::{File, inputs};
    use super::collect::BATCH_ENTRIES;
    use super::{Reading, Wanted, ingest};
    use crate::contents::ContentSet;
    use crate::error::Error;
    use crate::progress::Watch;
    use crate::stage::discover::Inputs;
    use crate::stage::discover::container::Source;

    /// Inputs with `count` entries, all of them the one file of a folder.
    fn many(folder: &std::path::Path, count: usize) -> Inputs {
        std::fs::write(folder.join("IMG_1.JPG"), "bytes").unwrap();
        let file = || File { path: "IMG_1.JPG", size: 5, crc32: None };
        inputs(Source::Folder(folder.to_owned()), std::iter::repeat_with(file).take(count))
    }

    #[test]
    fn a_record_that_fails_ends_the_pass_and_leaves_the_callers_flag_alone() {
        let folder = tempfile::tempdir().unwrap();
        // more than fit between the threads and the record
        let mut inputs = many(folder.path(), 3 * BATCH_ENTRIES);
        let cancel = AtomicBool::new(false);
        let reading = Reading {
            staging: None,
            wanted: Wanted::Hashes,
            held: &ContentSet::default(),
            jobs: NonZeroUsize::MIN.saturating_add(3),
            watch: Watch { progress: &(), cancel: &cancel },
        };
        let calls = Cell::new(0);
        let outcome = ingest(&mut inputs, &reading, &mut |_, _| {
            calls.set(calls.get() + 1);
            Err(Error::NoSuchFile("catalog".into()))
        });
        assert!(matches!(outcome, Err(Error::NoSuchFile(_))), "{outcome:?}");
        assert_eq!(calls.get(), 1);
        assert!(!cancel.load(Ordering::Relaxed));
    }
}
