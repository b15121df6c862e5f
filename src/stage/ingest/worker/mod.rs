//! One thread of the pass: entries from their archives into staging, as many open at once as are best hashed side by
//! side.
//!
//! An entry is known for new or for a copy by its BLAKE3, as soon as its last byte is read, and its bytes are put
//! into staging then. Only Apple's fingerprint comes later, when the other lanes have come as far. Nobody ever waits
//! for that, so two threads that have each other's copies cannot stop each other.
//!
//! A parser that panics does not end the run, and what goes wrong with one entry stops no other. A deflated entry of
//! up to 8 MiB, or less with very many threads, is held in memory and hashed before anything is written, so that most
//! duplicates of photos never touch the disk.
//!
//! So an entry goes this way: opened; read piece by piece, each hashed before the next; after the last piece settled, as
//! a copy, as new, or to be read again; when its last blocks are hashed, told of.

mod reading;
mod settle;
#[cfg(test)]
mod tests;

use std::collections::HashSet;
use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::SyncSender;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use reading::{Open, Piece};

use crate::apple::fingerprint::lanes::{Lanes, side_by_side};
use crate::apple::zip::WHOLE;
use crate::category::photos::List;
use crate::category::{Budget, Said};
use crate::contents::{ArchiveId, Arena, Content, ContentId, EntryId, Sort};
use crate::error::{Error, is_full};
use crate::library::record::{Novelty, ReadEntry};
use crate::problem::refusal::{Refusal, Refused};
use crate::problem::{Code, Problem, amount};
use crate::stage::discover::Inputs;
use crate::stage::discover::container::Source;
use crate::stage::ingest::stock::Stock;
use crate::stage::ingest::tasks::{Task, Tasks};
use crate::stage::ingest::{Message, Reading};
use crate::threads;

/// How many bytes of a large entry are held at a time, if it is the only one that its thread has open.
const PIECE: usize = 256 << 10;
/// The same for one of many.
const PIECE_OF_MANY: usize = 64 << 10;
/// How many bytes of entries a thread may hold, and all threads together.
const HELD: usize = 32 << 20;
const HELD_BY_ALL: usize = 192 << 20;
/// How many entries all threads together may have open as streams, each with up to two handles. Systems allow a process
/// as few as 256.
const STREAMS: usize = 64;

/// Contents, and what they say of themselves.
pub(super) type Known = (Arena<ContentId, Content>, Arena<ContentId, Said>);

/// What the threads of a pass share.
pub(super) struct Worker<'a> {
    inputs: &'a Inputs,
    pub(super) reading: &'a Reading<'a>,
    stock: Mutex<Stock>,
    arrival: Condvar,
    /// How many entries a thread has open at once, and how many of them as streams.
    most: usize,
    streams: usize,
    /// How many bytes of a stream are read at a time.
    piece: usize,
    /// Deflated entries up to this size are held whole.
    whole: usize,
    /// How many bytes of entries a thread may hold.
    held: usize,
    lists: Budget,
    /// Lists that were read. A copy of one says nothing new, and must take no room.
    listed: Mutex<HashSet<(ContentId, Sort)>>,
    /// Part folders whose files cannot be cloned into staging.
    apart: Mutex<HashSet<ArchiveId>>,
    /// Set when a failure ends the work of all threads.
    stopped: AtomicBool,
}

/// What an entry is taken for before it is read, by its size and CRC-32.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Guess {
    /// A copy of bytes that are safe, so it is hashed and nothing is written.
    Copy,
    /// New bytes.
    New,
}

/// An entry that is read, and whose fingerprint may be on its way.
struct Sound {
    content: ContentId,
    novelty: Novelty,
    list: Option<List>,
}

/// Why an entry was not taken.
enum Failure {
    OfEntry(Refused),
    OfRun(Error),
}

impl From<Refused> for Failure {
    fn from(refused: Refused) -> Self {
        Failure::OfEntry(refused)
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Failure::OfEntry(refusal.into())
    }
}

impl<'a> Worker<'a> {
    /// `known` are the contents before this pass, `new` is how many more it may find.
    pub(super) fn new(inputs: &'a Inputs, reading: &'a Reading<'a>, known: Known, new: usize) -> Self {
        let (jobs, most) = (reading.jobs.get(), side_by_side());
        let streams = if serve_many(inputs, reading) { most.min(STREAMS / jobs).max(1) } else { 1 };
        let held = HELD.min(HELD_BY_ALL / jobs).max(PIECE);
        Worker {
            inputs,
            reading,
            stock: Mutex::new(Stock::new(known, new, reading.held)),
            arrival: Condvar::new(),
            most,
            streams,
            piece: if streams > 1 { PIECE_OF_MANY } else { PIECE },
            whole: held.min(WHOLE as usize),
            held,
            lists: Budget::beside(&inputs.contents, &inputs.heard),
            listed: Mutex::default(),
            apart: Mutex::default(),
            stopped: AtomicBool::new(false),
        }
    }

    /// Ends the work of all threads, without touching the caller's flag.
    pub(super) fn stop(&self) {
        self.stopped.store(true, Ordering::Relaxed);
    }

    /// Whether the owner or a failure has ended the work.
    fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Relaxed) || self.reading.watch.is_cancelled()
    }

    /// The known contents and the new ones.
    pub(super) fn into_contents(self) -> Known {
        let mut stock = self.stock.into_inner().unwrap_or_else(PoisonError::into_inner);
        stock.contents.shrink_to_fit();
        stock.said.shrink_to_fit();
        (stock.contents, stock.said)
    }

    fn stock(&self) -> MutexGuard<'_, Stock> {
        self.stock.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes entries until none is left. Of many that are open, each is read on when its bytes are hashed.
    pub(super) fn work(&self, tasks: &Tasks, sender: &SyncSender<Message>) {
        let mut lanes = Lanes::with_room(self.held);
        let mut open: Vec<Open<'_>> = Vec::with_capacity(self.most);
        loop {
            while let Some(task) = tasks.next().filter(|task| self.fits(*task, tasks, &open))
                && let Some(lane) = lanes.open(self.room(task.id))
            {
                if !tasks.take(task) {
                    lanes.close(lane);
                    continue;
                }
                open.push(self.open(task, lane));
                if !self.go_on(&mut open, &mut lanes, sender) {
                    return;
                }
            }
            if open.is_empty() {
                return;
            }
            lanes.advance();
            if !self.go_on(&mut open, &mut lanes, sender) {
                return;
            }
        }
    }

    /// Whether one more entry is to be opened beside these.
    fn fits(&self, task: Task, tasks: &Tasks, open: &[Open<'_>]) -> bool {
        // towards the end each thread has its share
        let share = self.most.min(1 + tasks.left() / self.reading.jobs);
        open.len() < share
            && open.iter().all(|entry| entry.task.company == task.company)
            && (self.is_whole(task.id) || self.fits_as_stream(task.id, open))
    }

    /// Whether one more stream is to be opened. A likely copy of one that is open waits until that is known, so that its
    /// bytes need not be written; and of those that wait in memory or in a temporary file to be understood there is one.
    fn fits_as_stream(&self, id: EntryId, open: &[Open<'_>]) -> bool {
        let entries = &self.inputs.contents.entries;
        let what = |id: EntryId| (entries[id].size, entries[id].crc32);
        let streams = || open.iter().map(|entry| entry.task.id).filter(|id| !self.is_whole(*id));
        let is_written = entries[id].size >= self.piece as u64;
        streams().count() < self.streams
            && !(is_written && streams().any(|other| what(other) == what(id)))
            && !(self.is_spooled(id) && streams().any(|other| self.is_spooled(other)))
    }

    /// Reads on in all entries that have nothing to hash, and reports those that are through. `false` if that was the
    /// end of the pass.
    fn go_on<'w>(
        &'w self,
        open: &mut Vec<Open<'w>>,
        lanes: &mut Lanes,
        sender: &SyncSender<Message>,
    ) -> bool {
        let mut at = 0;
        while let Some(entry) = open.get_mut(at) {
            let message = match self.read_on(entry, lanes) {
                Ok(None) => {
                    at += 1;
                    continue;
                }
                Ok(Some(sound)) => self.sound(entry, sound, lanes),
                Err(failure) => self.failed(entry.task.id, failure),
            };
            let entry = open.swap_remove(at);
            lanes.close(entry.lane);
            let stop = matches!(message, Message::Stop(_));
            let archive = self.inputs.contents.entries[entry.task.id].archive;
            self.reading.watch.progress.file(&self.inputs.contents.archives[archive].name);
            if sender.send(message).is_err() || stop {
                self.stop();
                return false;
            }
        }
        true
    }

    /// Reads on until there are bytes to hash, or the entry is through.
    fn read_on<'w>(&'w self, open: &mut Open<'w>, lanes: &mut Lanes) -> Result<Option<Sound>, Failure> {
        loop {
            if lanes.is_ready(open.lane) {
                return Ok(None);
            }
            if let Some(sound) = open.sound.take() {
                return Ok(Some(sound));
            }
            if self.is_stopped() {
                return Err(Failure::OfRun(Error::Interrupted));
            }
            if self.read(open, lanes)? == Piece::Last {
                self.settle(open, lanes)?;
            }
        }
    }

    /// Tells of an entry that is through. Its fingerprint is known now.
    fn sound(&self, open: &Open<'_>, Sound { content, mut novelty, list }: Sound, lanes: &Lanes) -> Message {
        if let Novelty::Fresh(fresh) = &mut novelty {
            fresh.said.fingerprint = lanes.fingerprint(open.lane);
            self.stock().said[content].fingerprint = fresh.said.fingerprint;
        }
        Message::Sound { read: ReadEntry { entry: open.task.id, content, novelty }, list, bytes: open.bytes }
    }

    fn failed(&self, id: EntryId, failure: Failure) -> Message {
        match failure {
            Failure::OfRun(error) => Message::Stop(Box::new(error)),
            Failure::OfEntry(refused) => {
                let entry = &self.inputs.contents.entries[id];
                let archive = &self.inputs.contents.archives[entry.archive].name;
                let problem = Problem::new(refused.code, refused.message());
                let problem = Box::new(problem.in_archive(archive).with_entry(entry.path.as_ref()));
                Message::Failed { entry: id, problem, cause: refused.cause }
            }
        }
    }

    /// What a failed write means. Names in staging are ours, so it says nothing about this entry. But to go on
    /// without the entry would give its name to another one, so the run stops, and the next one resumes here.
    fn unwritable(&self, error: io::Error, need: u64) -> Failure {
        let path = self.reading.staging.map_or_else(std::env::temp_dir, |s| s.library().to_owned());
        match error.kind() {
            _ if is_full(&error) => Failure::OfRun(Error::Full { path, need }),
            io::ErrorKind::FileTooLarge => {
                let message = format!("{} are more than a file on this drive can have", amount::size(need));
                (Code::TooLarge, message).into()
            }
            _ => Failure::OfRun(Error::Io { doing: "write to", path, source: error }),
        }
    }
}

/// Whether all drives of a pass do well with many entries at once, of each a little in turn.
fn serve_many(inputs: &Inputs, reading: &Reading<'_>) -> bool {
    let folder = |path: &Path| File::open(path).is_ok_and(|folder| threads::serves_many(&folder));
    let source = |source: &Source| match source {
        Source::Zip(archive) => threads::serves_many(archive.file()),
        Source::Folder(root) => folder(root),
        Source::Kept(kept) => kept.open().is_ok_and(|file| threads::serves_many(&file)),
        Source::Remembered(_) | Source::Unreadable => true,
    };
    inputs.sources.values().all(source) && reading.staging.is_none_or(|staging| folder(staging.library()))
}
