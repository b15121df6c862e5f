//! One thread of the pass: an entry at a time, from its archive into staging.
//!
//! A parser that panics does not end the run, and what goes wrong with one entry stops no other. A deflated
//! entry of up to 8 MiB is held in memory and hashed before anything is written, so that most duplicates of
//! photos never touch the disk.

mod reading;

use std::collections::HashSet;
use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::SyncSender;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use reading::{Sink, Taken};

use crate::apple::zip::WHOLE;
use crate::category::photos::List;
use crate::category::{self, Budget, ReadSeek, Said, Vouched};
use crate::contents::{ArchiveId, Arena, Category, Class, Content, ContentId, Entry, EntryId, Sort};
use crate::error::{Error, is_full};
use crate::library::record::{Fresh, Novelty, ReadEntry};
use crate::problem::refusal::{Refusal, Refused};
use crate::problem::{Code, Problem, amount};
use crate::stage::discover::Inputs;
use crate::stage::ingest::seek_buffer::{SeekBuffer, seekable};
use crate::stage::ingest::stock::Stock;
use crate::stage::ingest::{Message, Reading, Wanted};

/// How many bytes of a large entry are held and hashed at a time.
const CHUNK: usize = 256 * 1024;
/// How many bytes of whole entries all threads together may hold.
const HELD: usize = 64 << 20;

/// Contents, and what they say of themselves.
pub(super) type Known = (Arena<ContentId, Content>, Arena<ContentId, Said>);

/// What the threads of a pass share.
pub(super) struct Worker<'a> {
    inputs: &'a Inputs,
    pub(super) reading: &'a Reading<'a>,
    stock: Mutex<Stock>,
    arrived: Condvar,
    /// Deflated entries up to this size are held whole.
    whole: usize,
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

/// What an entry is, now that it is read.
enum Found {
    /// A copy of these bytes, which are safe.
    Known(ContentId),
    New,
    /// Not a copy after all, and as its bytes went nowhere, it must be read again.
    Misjudged,
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
        Worker {
            inputs,
            reading,
            stock: Mutex::new(Stock::new(known, new, reading.held)),
            arrived: Condvar::new(),
            whole: (HELD / reading.jobs.get()).clamp(CHUNK, WHOLE as usize),
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

    /// Takes one entry after another until none is left.
    pub(super) fn work(&self, tasks: &[EntryId], next: &AtomicUsize, sender: &SyncSender<Message>) {
        let mut buffer = vec![0; CHUNK];
        while let Some(&entry) = tasks.get(next.fetch_add(1, Ordering::Relaxed)) {
            if self.is_stopped() {
                let _ = sender.send(Message::Stop(Box::new(Error::Interrupted)));
                return;
            }
            let archive = &self.inputs.contents.archives[self.inputs.contents.entries[entry].archive];
            let message = self.take(entry, &mut buffer).unwrap_or_else(|failure| match failure {
                Failure::OfRun(error) => Message::Stop(Box::new(error)),
                Failure::OfEntry(refused) => {
                    let path = self.inputs.contents.entries[entry].path.as_ref();
                    let problem = Problem::new(refused.code, refused.message());
                    let problem = Box::new(problem.in_archive(&archive.name).with_entry(path));
                    Message::Failed { entry, problem, cause: refused.cause }
                }
            });
            let stop = matches!(message, Message::Stop(_));
            self.reading.watch.progress.file(&archive.name);
            if sender.send(message).is_err() || stop {
                self.stop();
                return;
            }
        }
    }

    fn take(&self, id: EntryId, buffer: &mut Vec<u8>) -> Result<Message, Failure> {
        let entry = &self.inputs.contents.entries[id];
        let parsed = self.is_list(entry);
        let _turn = if parsed { self.lists.turn(entry.size) } else { None };
        let is_expected = self.stock().is_expected(entry.size, entry.crc32);
        let mut guess = if is_expected { Guess::Copy } else { Guess::New };
        let mut bytes = 0;
        let (taken, content, novelty) = loop {
            let mut taken = self.read(id, guess, buffer)?;
            bytes += taken.size;
            match self.find(&taken, guess) {
                Found::Known(content) => break (taken, content, Novelty::Already),
                Found::Misjudged => guess = Guess::New,
                Found::New => {
                    let fresh = self.describe(id, &mut taken, buffer);
                    let (content, novelty) = self.keep(fresh, &mut taken, buffer)?;
                    break (taken, content, novelty);
                }
            }
        };
        let list = self.list(content, entry, taken, buffer)?;
        let read = ReadEntry { entry: id, content, novelty };
        Ok(Message::Sound { read, list, bytes })
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

    /// What the file says of itself. The run goes on whatever a parser does with hostile bytes.
    fn describe(&self, id: EntryId, taken: &mut Taken, buffer: &[u8]) -> Fresh {
        let entry = &self.inputs.contents.entries[id];
        let size = taken.size;
        let vouched = if entry.crc32.is_some() { Vouched::ByArchive } else { Vouched::ByNothing };
        let buffered =
            |source: &mut dyn ReadSeek| category::inspect(&mut SeekBuffer::new(source), size, vouched);
        let speaks = self.reading.wanted == Wanted::Everything && entry.class != Class::Details;
        let seen = speaks.then(|| {
            catch_unwind(AssertUnwindSafe(|| match &mut taken.sink {
                Sink::Buffer(count) => {
                    category::inspect(&mut Cursor::new(whole(buffer, *count)), size, vouched)
                }
                Sink::Details(bytes, _) => category::inspect(&mut Cursor::new(bytes), size, vouched),
                Sink::Staging(staged) | Sink::Clone(staged) => buffered(&mut staged.file),
                Sink::Memory(spool) => buffered(spool.as_mut()),
                Sink::Nowhere => {
                    let source = self.inputs.sources.get(&entry.archive);
                    let source = source.and_then(|s| seekable(s, entry.position, &entry.path));
                    source.map_or_else(Default::default, |mut source| buffered(source.as_mut()))
                }
            }))
        });
        let said = seen.and_then(Result::ok).unwrap_or_default();
        Fresh {
            content: Content { blake3: taken.blake3, size: taken.size, crc32: taken.crc32 },
            said: Said { fingerprint: taken.fingerprint, ..said },
        }
    }

    /// Puts new bytes into staging. If two threads have the same bytes, one wins, and the other waits for it.
    fn keep(&self, fresh: Fresh, taken: &mut Taken, buffer: &[u8]) -> Result<(ContentId, Novelty), Failure> {
        let Content { blake3: hash, size, .. } = fresh.content;
        let mut stock = self.stock();
        let known = loop {
            let known = stock.find(&hash);
            if let Some(index) = known.filter(|&index| stock.safe.contains(index)) {
                return Ok((index, Novelty::Already));
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
        staged.map_err(|e| self.unwritable(e, size))?;
        let (index, novelty) = match known {
            Some(index) => (index, Novelty::Again),
            None => {
                let id = stock.add(fresh);
                let fresh = Fresh { content: stock.contents[id].clone(), said: stock.said[id].clone() };
                (id, Novelty::Fresh(Box::new(fresh)))
            }
        };
        stock.safe.add(index);
        stock.expect(index);
        Ok((index, novelty))
    }

    /// Whether an entry is read as a list while its bytes go by. What other categories say is asked of them later, from
    /// where they are kept.
    fn is_list(&self, entry: &Entry) -> bool {
        entry.class == Class::Details
            && entry.category == Category::Photos
            && self.reading.wanted == Wanted::Everything
    }

    /// Reads an entry as a list, if it is one and has not been read yet.
    fn list(
        &self,
        content: ContentId,
        entry: &Entry,
        taken: Taken,
        buffer: &[u8],
    ) -> Result<Option<List>, Failure> {
        if !self.is_list(entry) {
            return Ok(None);
        }
        let mut listed = self.listed.lock().unwrap_or_else(PoisonError::into_inner);
        if !listed.insert((content, entry.sort)) {
            return Ok(None);
        }
        drop(listed);
        if let Some(unread) = category::too_large(taken.size, &self.lists) {
            return Ok(Some(unread));
        }
        let read = |bytes: &[u8]| Some(category::read(entry.sort, bytes, &self.lists));
        Ok(match taken.sink {
            Sink::Buffer(count) => read(whole(buffer, count)),
            Sink::Details(bytes, _) => read(&bytes),
            Sink::Staging(mut staged) | Sink::Clone(mut staged) => {
                let mut bytes = Vec::with_capacity(usize::try_from(taken.size).unwrap_or_default());
                let all =
                    staged.file.seek(SeekFrom::Start(0)).and_then(|_| staged.file.read_to_end(&mut bytes));
                all.map_err(|e| self.unwritable(e, 0))?;
                read(&bytes)
            }
            Sink::Memory(_) | Sink::Nowhere => None,
        })
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

/// Bytes on their way to staging, for which threads with the same bytes may be waiting. Whatever happens, even a
/// panic, nobody waits for ever.
struct Arrival<'w, 'a> {
    worker: &'w Worker<'a>,
    hash: blake3::Hash,
}

impl<'w> Arrival<'w, '_> {
    /// Wakes the threads that wait. They see the stock once the caller lets go of it, so it must be complete then.
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
    use crate::progress::Watch;
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
            watch: Watch { progress: &(), cancel: &AtomicBool::new(false) },
        };
        let worker = Worker::new(&inputs, &reading, Default::default(), 0);
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
