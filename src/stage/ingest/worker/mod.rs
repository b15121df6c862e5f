//! One thread of the pass: entries from their archives into staging, as many open at once as are best hashed side by side.
//!
//! An entry is known for new or for a copy by its BLAKE3, as soon as its last byte is read, and its bytes are put into
//! staging then. Only Apple's fingerprint comes later, when the other lanes have come as far. Nobody ever waits for that, so two
//! threads that have each other's copies cannot stop each other.
//!
//! A parser that panics does not end the run, and what goes wrong with one entry stops no other. A deflated
//! entry of up to 8 MiB is held in memory and hashed before anything is written, so that most duplicates of
//! photos never touch the disk.

mod reading;
#[cfg(test)]
mod tests;

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::SyncSender;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use reading::{Open, Piece, Sink};

use crate::apple::fingerprint::lanes::{LaneId, Lanes, side_by_side};
use crate::apple::zip::WHOLE;
use crate::category::photos::List;
use crate::category::{self, Budget, ReadSeek, Said, Vouched};
use crate::contents::{ArchiveId, Arena, Category, Class, Content, ContentId, Entry, EntryId, Sort};
use crate::error::{Error, is_full};
use crate::library::record::{Fresh, Novelty, ReadEntry};
use crate::problem::refusal::{Refusal, Refused};
use crate::problem::{Code, Problem, amount};
use crate::stage::discover::Inputs;
use crate::stage::discover::container::Source;
use crate::stage::ingest::seek_buffer::SeekBuffer;
use crate::stage::ingest::stock::Stock;
use crate::stage::ingest::tasks::{Task, Tasks};
use crate::stage::ingest::{Message, Reading, Wanted};
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

/// What an entry is, now that it is read.
enum Found {
    /// A copy of these bytes, which are safe.
    Known(ContentId),
    New,
    /// Not a copy after all, and as its bytes went nowhere, it must be read again.
    Misjudged,
}

/// An entry that is read, and whose fingerprint may be on its way.
struct Sound {
    content: ContentId,
    novelty: Novelty,
    list: Option<List>,
}

/// A lane, and the others beside it, which hold the bytes of a small entry.
type Held<'l> = (LaneId, &'l Lanes);

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
        let mut next = tasks.take();
        loop {
            while let Some(task) = next.filter(|task| self.fits(*task, tasks, &open))
                && let Some(lane) = lanes.open(self.room(task.id))
            {
                open.push(self.open(task, lane));
                next = tasks.take();
                if !self.report(&mut open, &mut lanes, sender) {
                    return;
                }
            }
            if open.is_empty() {
                return;
            }
            lanes.advance();
            if !self.report(&mut open, &mut lanes, sender) {
                return;
            }
        }
    }

    /// Whether one more entry is to be opened beside these.
    fn fits(&self, task: Task, tasks: &Tasks, open: &[Open<'_>]) -> bool {
        // towards the end each thread has its share
        let share = self.most.min(1 + tasks.left() / self.reading.jobs);
        let streams = open.iter().filter(|entry| !self.is_whole(entry.task.id)).count();
        open.len() < share
            && open.iter().all(|entry| entry.task.size == task.size)
            && (streams < self.streams || self.is_whole(task.id))
    }

    /// Reads on in all entries that have nothing to hash, and reports those that are through. `false` if that was the end of
    /// the pass.
    fn report<'w>(
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

    /// Decides what an entry is, all of which is read.
    fn settle(&self, open: &mut Open<'_>, lanes: &mut Lanes) -> Result<(), Failure> {
        let Some(mut stream) = open.stream.take() else { return Ok(()) };
        let id = open.task.id;
        let entry = &self.inputs.contents.entries[id];
        let content = stream.content(entry);
        let size = content.size;
        let (content, novelty) = match self.find(&content.blake3, &stream.sink, open.guess) {
            Found::Known(content) => (content, Novelty::Already),
            Found::New => {
                let said = self.describe(entry, size, &mut stream.sink, (open.lane, lanes));
                self.keep(Fresh { content, said }, &mut stream.sink, (open.lane, lanes))?
            }
            Found::Misjudged => {
                lanes.let_go(open.lane);
                open.guess = Guess::New;
                return Ok(());
            }
        };
        let list = self.list(content, entry, size, stream.sink, (open.lane, lanes))?;
        match novelty {
            Novelty::Fresh(_) if category::wants_fingerprint(entry.class) => lanes.end(open.lane),
            _ => lanes.let_go(open.lane),
        }
        open.sound = Some(Sound { content, novelty, list });
        Ok(())
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

    fn find(&self, blake3: &blake3::Hash, sink: &Sink, guess: Guess) -> Found {
        let stock = self.stock();
        let is_lost = !matches!(sink, Sink::Lane(_)) && self.reading.staging.is_some();
        match stock.find(blake3).filter(|&content| stock.safe.contains(content)) {
            Some(content) => Found::Known(content),
            None if guess == Guess::Copy && is_lost => Found::Misjudged,
            None => Found::New,
        }
    }

    /// What the file says of itself. The run goes on whatever a parser does with hostile bytes.
    fn describe(&self, entry: &Entry, size: u64, sink: &mut Sink, (lane, lanes): Held<'_>) -> Said {
        let vouched = if entry.crc32.is_some() { Vouched::ByArchive } else { Vouched::ByNothing };
        let buffered =
            |source: &mut dyn ReadSeek| category::inspect(&mut SeekBuffer::new(source), size, vouched);
        let speaks = self.reading.wanted == Wanted::Everything && entry.class != Class::Details;
        let seen = speaks.then(|| {
            catch_unwind(AssertUnwindSafe(|| match sink {
                Sink::Lane(count) => {
                    category::inspect(&mut Cursor::new(lanes.piece(lane, *count)), size, vouched)
                }
                Sink::Details(bytes, _) => category::inspect(&mut Cursor::new(bytes), size, vouched),
                Sink::Staging(staged) | Sink::Clone(staged) => buffered(&mut staged.file),
                Sink::Memory(spool) => buffered(spool.as_mut()),
                Sink::Nowhere => {
                    let source = self.seekable(entry);
                    source.map_or_else(Default::default, |mut source| buffered(source.as_mut()))
                }
            }))
        });
        seen.and_then(Result::ok).unwrap_or_default()
    }

    /// Puts new bytes into staging. If two threads have the same bytes, one wins, and the other waits for it.
    fn keep(
        &self,
        fresh: Fresh,
        sink: &mut Sink,
        (lane, lanes): Held<'_>,
    ) -> Result<(ContentId, Novelty), Failure> {
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
            stock.waiting += 1;
            stock = self.arrival.wait(stock).unwrap_or_else(PoisonError::into_inner);
            stock.waiting -= 1;
        };
        drop(stock);
        let arrival = Arrival { worker: self, hash };
        let staged = match (sink, self.reading.staging) {
            (Sink::Staging(staged) | Sink::Clone(staged), Some(staging)) => staging.keep(staged, &hash),
            (Sink::Lane(count), Some(staging)) => staging.keep_whole(lanes.piece(lane, *count), &hash),
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

    /// Says that nobody needs to wait for these bytes any more.
    fn arrived(&self, hash: &blake3::Hash) -> MutexGuard<'_, Stock> {
        let mut stock = self.stock();
        stock.arriving.remove(hash);
        // hardly ever is there anybody, and to wake nobody is a call to the system all the same
        if stock.waiting > 0 {
            self.arrival.notify_all();
        }
        stock
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
        size: u64,
        sink: Sink,
        (lane, lanes): Held<'_>,
    ) -> Result<Option<List>, Failure> {
        if !self.is_list(entry) {
            return Ok(None);
        }
        let mut listed = self.listed.lock().unwrap_or_else(PoisonError::into_inner);
        if !listed.insert((content, entry.sort)) {
            return Ok(None);
        }
        drop(listed);
        if let Some(unread) = category::too_large(size, &self.lists) {
            return Ok(Some(unread));
        }
        let read = |bytes: &[u8]| Some(category::read(entry.sort, bytes, &self.lists));
        Ok(match sink {
            Sink::Lane(count) => read(lanes.piece(lane, count)),
            Sink::Details(bytes, _) => read(&bytes),
            Sink::Staging(mut staged) | Sink::Clone(mut staged) => {
                let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or_default());
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

/// Bytes on their way to staging, for which threads with the same bytes may be waiting. Whatever happens, even a
/// panic, nobody waits for ever.
struct Arrival<'w, 'a> {
    worker: &'w Worker<'a>,
    hash: blake3::Hash,
}

impl<'w> Arrival<'w, '_> {
    /// Wakes the threads that wait. They see the stock once the caller lets go of it, so it must be complete then.
    fn land(self) -> MutexGuard<'w, Stock> {
        let stock = self.worker.arrived(&self.hash);
        std::mem::forget(self);
        stock
    }
}

impl Drop for Arrival<'_, '_> {
    fn drop(&mut self) {
        drop(self.worker.arrived(&self.hash));
    }
}
