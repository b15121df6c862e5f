//! One thread of the pass: an entry at a time, from its archive into staging.
//!
//! A parser that panics takes no run with it, and what concerns one entry only stops nothing.
//!
//! A deflated entry of up to 8 MiB is held whole, and hashed before anything is written, so a duplicate of
//! most photos costs no file.

mod reading;

use std::collections::HashSet;
use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::SyncSender;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use reading::{Sink, Taken};

use crate::apple::zip::WHOLE;
use crate::category::photos::lists::Room;
use crate::contents::{Content, DetailsFile, Role};
use crate::error::{Error, is_full};
use crate::problem::refusal::Refused;
use crate::problem::{Code, Problem, amount};
use crate::stage::discover::Inputs;
use crate::stage::ingest::glance::{Glance, ReadSeek, look, seekable};
use crate::stage::ingest::stock::Stock;
use crate::stage::ingest::{Kept, Message, ReadEntry, Reading, Wanted};

/// Bytes of a large entry that are held at a time, and bytes that are hashed at a time.
const CHUNK: usize = 256 * 1024;
/// Bytes that all threads together may hold of entries that they hold whole.
const HELD: usize = 64 << 20;

/// What the threads of a pass share.
pub(super) struct Worker<'a> {
    inputs: &'a Inputs,
    pub(super) reading: &'a Reading<'a>,
    stock: Mutex<Stock>,
    arrived: Condvar,
    /// Deflated entries up to this size are held whole.
    whole: usize,
    lists: Room,
    /// Lists that were read; a copy of one says nothing new, and takes no room.
    listed: Mutex<HashSet<(usize, Role)>>,
    /// Part folders whose files cannot be cloned into staging.
    apart: Mutex<HashSet<usize>>,
    /// Set when a failure ends the work.
    stopped: AtomicBool,
}

/// What an entry is thought to be before it is read, by its size and CRC-32.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Guess {
    /// A copy of bytes that are safe: it is hashed, and nothing is written.
    Copy,
    /// Bytes that nobody has.
    New,
}

/// What an entry is, now that it is read.
enum Found {
    /// A copy of these bytes, which are safe.
    Known(usize),
    /// Bytes that nobody has.
    New,
    /// No copy after all, and its bytes went nowhere: it must be read again.
    Misjudged,
}

/// Why an entry was not taken.
enum Trouble {
    Problem(Code, String),
    Stop(Error),
}

impl From<Refused> for Trouble {
    fn from((code, message): Refused) -> Self {
        Trouble::Problem(code, message)
    }
}

impl<'a> Worker<'a> {
    /// `known` are the contents before this pass, `new` how many it may find at most.
    pub(super) fn new(inputs: &'a Inputs, reading: &'a Reading<'a>, known: Vec<Content>, new: usize) -> Self {
        Worker {
            inputs,
            reading,
            stock: Mutex::new(Stock::new(known, new, reading.held)),
            arrived: Condvar::new(),
            whole: (HELD / reading.jobs.get()).clamp(CHUNK, WHOLE as usize),
            lists: Room::beside(&inputs.contents),
            listed: Mutex::default(),
            apart: Mutex::default(),
            stopped: AtomicBool::new(false),
        }
    }

    /// Ends the work of all threads; the caller's flag is the caller's.
    pub(super) fn stop(&self) {
        self.stopped.store(true, Ordering::Relaxed);
    }

    /// Whether the owner, or a failure, ends the work.
    fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Relaxed) || self.reading.cancel.load(Ordering::Relaxed)
    }

    /// Those and the new ones.
    pub(super) fn into_contents(self) -> Vec<Content> {
        let mut stock = self.stock.into_inner().unwrap_or_else(PoisonError::into_inner);
        stock.contents.shrink_to_fit();
        stock.contents
    }

    fn stock(&self) -> MutexGuard<'_, Stock> {
        self.stock.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes one entry after the other until there is none.
    pub(super) fn work(&self, tasks: &[usize], next: &AtomicUsize, sender: &SyncSender<Message>) {
        let mut buffer = vec![0; CHUNK];
        while let Some(&entry) = tasks.get(next.fetch_add(1, Ordering::Relaxed)) {
            if self.is_stopped() {
                let _ = sender.send(Message::Stop(Box::new(Error::Interrupted)));
                return;
            }
            let archive = &self.inputs.contents.archives[self.inputs.contents.entries[entry].archive];
            let message = self.take(entry, &mut buffer).unwrap_or_else(|trouble| match trouble {
                Trouble::Stop(error) => Message::Stop(Box::new(error)),
                Trouble::Problem(code, message) => {
                    let path = self.inputs.contents.entries[entry].path.as_ref();
                    let problem = Problem::new(code, message).in_archive(&archive.name).with_entry(path);
                    Message::Failed { entry, problem: Box::new(problem) }
                }
            });
            let stop = matches!(message, Message::Stop(_));
            self.reading.progress.file(&archive.name);
            if sender.send(message).is_err() || stop {
                self.stop();
                return;
            }
        }
    }

    fn take(&self, index: usize, buffer: &mut Vec<u8>) -> Result<Message, Trouble> {
        let entry = &self.inputs.contents.entries[index];
        let parsed = entry.role.is_details() && self.reading.wanted == Wanted::Everything;
        let _turn = if parsed { self.lists.turn(entry.size) } else { None };
        let is_expected = self.stock().is_expected(entry.size, entry.crc32);
        let mut guess = if is_expected { Guess::Copy } else { Guess::New };
        let mut bytes = 0;
        let (taken, content, kept) = loop {
            let mut taken = self.read(index, guess, buffer)?;
            bytes += taken.size;
            match self.find(&taken, guess) {
                Found::Known(content) => break (taken, content, Kept::Already),
                Found::Misjudged => guess = Guess::New,
                Found::New => {
                    let content = self.describe(index, &mut taken, buffer);
                    let (content, kept) = self.keep(content, &mut taken, buffer)?;
                    break (taken, content, kept);
                }
            }
        };
        let details = self.details(content, entry.role, taken, buffer)?;
        Ok(Message::Sound { read: ReadEntry { entry: index, content, kept }, details, bytes })
    }

    fn find(&self, taken: &Taken, guess: Guess) -> Found {
        let stock = self.stock();
        let is_lost = !matches!(taken.sink, Sink::Buffer(_)) && self.reading.staging.is_some();
        match stock.find(&taken.blake3).filter(|&content| stock.safe.contains(content)) {
            Some(content) => Found::Known(content),
            None if guess == Guess::Copy && is_lost => Found::Misjudged,
            None => Found::New,
        }
    }

    /// What the file says of itself. Whatever a parser does with hostile bytes, the run goes on.
    fn describe(&self, index: usize, taken: &mut Taken, buffer: &[u8]) -> Content {
        let entry = &self.inputs.contents.entries[index];
        let size = taken.size;
        let glance = |source: &mut dyn ReadSeek| look(&mut Glance::new(source), size, entry);
        let speaks = self.reading.wanted == Wanted::Everything && !entry.role.is_details();
        let seen = speaks.then(|| {
            catch_unwind(AssertUnwindSafe(|| match &mut taken.sink {
                Sink::Buffer(count) => look(&mut Cursor::new(whole(buffer, *count)), size, entry),
                Sink::Details(bytes, _) => look(&mut Cursor::new(bytes), size, entry),
                Sink::Staging(staged) | Sink::Clone(staged) => glance(&mut staged.file),
                Sink::Memory(spool) => glance(spool.as_mut()),
                Sink::Nowhere => {
                    let source = self.inputs.sources.get(&entry.archive);
                    let source = source.and_then(|s| seekable(s, entry.position, &entry.path));
                    source.map_or_else(Default::default, |mut source| glance(source.as_mut()))
                }
            }))
        });
        let (embedded, cut_short) = seen.and_then(Result::ok).unwrap_or_default();
        Content {
            blake3: taken.blake3,
            size: taken.size,
            crc32: taken.crc32,
            fingerprint: taken.fingerprint,
            embedded,
            cut_short,
        }
    }

    /// Keeps new bytes; of two threads with the same bytes one wins, and the other waits for it.
    fn keep(&self, content: Content, taken: &mut Taken, buffer: &[u8]) -> Result<(usize, Kept), Trouble> {
        let hash = content.blake3;
        let mut stock = self.stock();
        let known = loop {
            let known = stock.find(&hash);
            if let Some(index) = known.filter(|&index| stock.safe.contains(index)) {
                return Ok((index, Kept::Already));
            }
            if stock.arriving.insert(hash) {
                break known;
            }
            stock = self.arrived.wait(stock).unwrap_or_else(PoisonError::into_inner);
        };
        drop(stock);
        let arrival = Arrival { worker: self, hash };
        let staged = match (&mut taken.sink, self.reading.staging) {
            (Sink::Staging(staged) | Sink::Clone(staged), Some(staging)) => staging.keep(staged, &hash),
            (Sink::Buffer(count), Some(staging)) => staging.keep_whole(whole(buffer, *count), &hash),
            _ => Ok(()),
        };
        let mut stock = arrival.land();
        staged.map_err(|e| self.unwritable(e, content.size))?;
        let (index, kept) = match known {
            Some(index) => (index, Kept::Again),
            None => {
                let index = stock.add(content);
                (index, Kept::Fresh(Box::new(stock.contents[index].clone())))
            }
        };
        stock.safe.add(index);
        stock.expect(index);
        Ok((index, kept))
    }

    fn details(
        &self,
        content: usize,
        role: Role,
        taken: Taken,
        buffer: &[u8],
    ) -> Result<Option<DetailsFile>, Trouble> {
        if !role.is_details() || self.reading.wanted == Wanted::Hashes {
            return Ok(None);
        }
        if !self.listed.lock().unwrap_or_else(PoisonError::into_inner).insert((content, role)) {
            return Ok(None);
        }
        if let Some(unread) = self.lists.too_large(taken.size) {
            return Ok(Some(unread));
        }
        let bytes = match taken.sink {
            Sink::Buffer(count) => return Ok(Some(self.lists.read(role, whole(buffer, count)))),
            Sink::Details(bytes, _) => bytes,
            Sink::Staging(mut staged) | Sink::Clone(mut staged) => {
                let mut bytes = Vec::with_capacity(usize::try_from(taken.size).unwrap_or_default());
                let read =
                    staged.file.seek(SeekFrom::Start(0)).and_then(|_| staged.file.read_to_end(&mut bytes));
                read.map_err(|e| self.unwritable(e, 0))?;
                bytes
            }
            Sink::Memory(_) | Sink::Nowhere => return Ok(None),
        };
        Ok(Some(self.lists.read(role, &bytes)))
    }

    /// What a failed write means. It says nothing of this entry, for names in staging are ours; to go
    /// on without it would give its name to another. So it stops the run, and the next goes on here.
    fn unwritable(&self, error: io::Error, need: u64) -> Trouble {
        let path = self.reading.staging.map_or_else(std::env::temp_dir, |s| s.library().to_owned());
        match error.kind() {
            _ if is_full(&error) => Trouble::Stop(Error::Full { path, need }),
            io::ErrorKind::FileTooLarge => Trouble::Problem(
                Code::TooLarge,
                format!(
                    "{} are more than a file of the destination's file system can hold",
                    amount::size(need)
                ),
            ),
            _ => Trouble::Stop(Error::Io { doing: "write to", path, source: error }),
        }
    }
}

/// Bytes on their way to staging, for which other threads with the same bytes may wait. Whatever becomes of
/// them, a panic included, nobody waits for ever.
struct Arrival<'w, 'a> {
    worker: &'w Worker<'a>,
    hash: blake3::Hash,
}

impl<'w> Arrival<'w, '_> {
    /// Wakes those who wait; what they find then is what the caller does before it lets go of the stock.
    fn land(self) -> MutexGuard<'w, Stock> {
        let worker = self.worker;
        let mut stock = worker.stock();
        stock.arriving.remove(&self.hash);
        worker.arrived.notify_all();
        std::mem::forget(self);
        stock
    }
}

impl Drop for Arrival<'_, '_> {
    fn drop(&mut self) {
        self.worker.stock().arriving.remove(&self.hash);
        self.worker.arrived.notify_all();
    }
}

/// The start of the buffer: an entry that fitted into it.
fn whole(buffer: &[u8], count: usize) -> &[u8] {
    buffer.get(..count).unwrap_or(buffer)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::num::NonZeroUsize;
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::sync::atomic::AtomicBool;

    use super::{Arrival, Worker};
    use crate::contents::ContentSet;
    use crate::stage::discover::Inputs;
    use crate::stage::ingest::{Reading, Wanted};

    #[test]
    fn nobody_waits_for_bytes_of_a_thread_that_panicked() {
        let inputs = Inputs::default();
        let reading = Reading {
            staging: None,
            wanted: Wanted::Hashes,
            held: &ContentSet::default(),
            jobs: NonZeroUsize::MIN,
            progress: &(),
            cancel: &AtomicBool::new(false),
        };
        let worker = Worker::new(&inputs, &reading, Vec::new(), 0);
        let hash = blake3::hash(b"a");
        worker.stock().arriving.insert(hash);
        let panicked = catch_unwind(AssertUnwindSafe(|| {
            let _arrival = Arrival { worker: &worker, hash };
            panic!("a parser or a drive");
        }));
        assert!(panicked.is_err());
        assert_eq!(worker.stock().arriving, HashSet::new());
    }
}
