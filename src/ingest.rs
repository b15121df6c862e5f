//! Ingest: the one parallel pass over bytes.
//!
//! In: the entries that must be read, and what is known already. Out: for each entry its content:
//! CRC-32, BLAKE3, Apple's fingerprint and embedded metadata, all from one reading; new bytes go to
//! staging. Never: decides what an entry means or where it goes.
//! The one surprise: an entry whose size and CRC-32 are known is hashed without being written, and
//! read a second time only if its BLAKE3 is new after all; duplicates cost no disk.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs::File;
use std::io::{self, Cursor, Read, Seek, SeekFrom, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tempfile::SpooledTempFile;

use crate::contents::{Bytes, Content, Contents, DetailsFile, Role};
use crate::error::{Error, is_full};
use crate::export::lists::{self, Room};
use crate::export::search::Source;
use crate::export::{self, Inputs, Refused};
use crate::fingerprint;
use crate::media::{self, Cameras, Embedded};
use crate::problem::{Code, Problem};
use crate::progress::{Phase, Progress};
use crate::staging::{Staged, Staging};

const CHUNK: usize = 256 * 1024;
/// Without staging, media up to this size wait in memory for their metadata to be read.
const SPOOL: usize = 32 << 20;
/// How long read entries may wait to be made durable and recorded.
const BATCH_TIME: Duration = Duration::from_secs(2);
const BATCH_ENTRIES: usize = 8192;

/// An entry that was read to its end.
pub struct ReadEntry {
    /// Which, an index into [`Contents::entries`].
    pub entry: usize,
    /// Its bytes, an index into [`Contents::contents`] as it will be.
    pub content: usize,
    /// What happened to its bytes.
    pub kept: Kept,
}

/// What happened to the bytes of an entry that was read.
#[derive(Debug, Clone, PartialEq)]
pub enum Kept {
    /// They are safe already: in the library, or in staging.
    Already,
    /// Nobody knew them; they are in staging now.
    Fresh(Box<Content>),
    /// The catalog knew them, but they were gone; they are in staging again.
    Again,
}

/// What the pass came to.
#[derive(Debug, Default)]
pub struct Tally {
    /// Bytes that came out of the entries.
    pub bytes: u64,
    /// Entries that could not be read or written.
    pub problems: Vec<Problem>,
}

/// What a pass shall find out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// Hashes, what files say of themselves, and what details say.
    Everything,
    /// Hashes only; nothing but a buffer is held in memory.
    Hashes,
}

/// What a pass needs besides its inputs.
pub struct Reading<'a> {
    /// Where new bytes go; a dry run and `check` have none.
    pub staging: Option<&'a Staging>,
    /// What to find out.
    pub wanted: Wanted,
    /// Contents that the library or staging holds already.
    pub held: &'a HashSet<usize>,
    /// Threads.
    pub jobs: usize,
    /// Is told.
    pub progress: &'a dyn Progress,
    /// Set when the owner wants to stop.
    pub cancel: &'a AtomicBool,
}

/// Is called with entries whose bytes are durable.
pub type Record<'a> = dyn FnMut(&Contents, &[ReadEntry]) -> Result<(), Error> + 'a;

/// Reads all given entries whose bytes are unknown. `record` is called with entries whose bytes
/// are durable.
///
/// # Errors
/// If the destination is full or unwritable, a record cannot be made, or the owner interrupts.
pub fn ingest(inputs: &mut Inputs, reading: &Reading<'_>, record: &mut Record<'_>) -> Result<Tally, Error> {
    let tasks = tasks(&inputs.contents, reading.jobs);
    let bytes = tasks.iter().map(|&t| inputs.contents.entries[t].size).sum();
    reading.progress.begin(Phase::Read, tasks.len() as u64, bytes);
    let in_order = InOrder::after(inputs.contents.contents.len());
    let stock = Stock::new(std::mem::take(&mut inputs.contents.contents), reading.held);
    let mut tally = Tally::default();
    let mut results: Vec<(usize, Bytes)> = Vec::with_capacity(tasks.len());
    let mut details = BTreeMap::new();
    let outcome = {
        let room = Room::beside(&inputs.contents);
        let listed = Mutex::default();
        let worker =
            Worker { inputs, reading, stock: Mutex::new(stock), arrived: Condvar::new(), room, listed };
        let collector = Collector {
            contents: &inputs.contents,
            reading,
            tally: &mut tally,
            results: &mut results,
            details: &mut details,
            in_order,
            record,
        };
        let outcome = run(&worker, &tasks, collector);
        inputs.contents.contents = worker.stock.into_inner().unwrap_or_else(PoisonError::into_inner).contents;
        outcome
    };
    for (entry, bytes) in results {
        inputs.contents.entries[entry].bytes = bytes;
    }
    inputs.contents.details.extend(details);
    tally.problems.sort();
    outcome.map(|()| tally)
}

/// What must be read, in an order that keeps disks busy to the end: by archive and position, but
/// entries so large that they could end last go first.
fn tasks(contents: &Contents, jobs: usize) -> Vec<usize> {
    let unread = |&i: &usize| {
        let entry = &contents.entries[i];
        entry.given && entry.bytes == Bytes::Unread && !entry.role.is_left_out()
    };
    let mut tasks: Vec<usize> = (0..contents.entries.len()).filter(unread).collect();
    let total: u64 = tasks.iter().map(|&t| contents.entries[t].size).sum();
    let large = (total / (jobs as u64 * 16)).max(64 << 20);
    tasks.sort_by_key(|&t| {
        let entry = &contents.entries[t];
        let first = if entry.size >= large { u64::MAX - entry.size } else { u64::MAX };
        (first, entry.archive, entry.position)
    });
    tasks
}

enum Message {
    Sound { read: ReadEntry, details: Option<DetailsFile>, bytes: u64 },
    Failed { entry: usize, problem: Box<Problem> },
    Stop(Box<Error>),
}

fn run(worker: &Worker<'_>, tasks: &[usize], mut collector: Collector<'_>) -> Result<(), Error> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(worker.reading.jobs).build();
    let pool = pool.map_err(|e| Error::io("start", std::path::Path::new("threads"))(io::Error::other(e)))?;
    let next = AtomicUsize::new(0);
    let (sender, receiver) = mpsc::channel();
    std::thread::scope(|threads| {
        let pool = &pool;
        let next = &next;
        threads.spawn(move || {
            pool.scope(|scope| {
                for _ in 0..worker.reading.jobs {
                    let sender = sender.clone();
                    scope.spawn(move |_| worker.work(tasks, next, &sender));
                }
            });
        });
        let outcome = collector.collect(&receiver);
        if outcome.is_err() {
            worker.reading.cancel.store(true, Ordering::Relaxed);
        }
        outcome
    })
}

/// What is known of bytes while they are read.
struct Stock {
    contents: Vec<Content>,
    cameras: Cameras,
    by_hash: HashMap<blake3::Hash, usize>,
    /// Contents whose bytes are safe: in the library, or staged.
    safe: HashSet<usize>,
    /// Bytes that a thread is putting into staging.
    arriving: HashSet<blake3::Hash>,
    sizes: HashSet<u64>,
    sizes_and_crcs: HashSet<(u64, u32)>,
}

impl Stock {
    fn new(contents: Vec<Content>, held: &HashSet<usize>) -> Self {
        let by_hash = contents.iter().enumerate().map(|(i, c)| (c.blake3, i)).collect();
        let mut stock = Stock {
            contents,
            cameras: Cameras::default(),
            by_hash,
            safe: held.clone(),
            arriving: HashSet::new(),
            sizes: HashSet::new(),
            sizes_and_crcs: HashSet::new(),
        };
        for &content in held {
            stock.expect(content);
        }
        stock
    }

    fn expect(&mut self, content: usize) {
        let content = &self.contents[content];
        self.sizes.insert(content.size);
        self.sizes_and_crcs.insert((content.size, content.crc32));
    }

    fn is_expected(&self, size: u64, crc32: Option<u32>) -> bool {
        match crc32 {
            Some(crc32) => self.sizes_and_crcs.contains(&(size, crc32)),
            None => self.sizes.contains(&size),
        }
    }
}

struct Worker<'a> {
    inputs: &'a Inputs,
    reading: &'a Reading<'a>,
    stock: Mutex<Stock>,
    arrived: Condvar,
    room: Room,
    /// Lists that were read; a copy of one says nothing new, and takes no room.
    listed: Mutex<HashSet<(usize, Role)>>,
}

/// Where the bytes of one reading went.
enum Output {
    /// Nowhere yet: all of them, so many, are in the buffer.
    Buffer(usize),
    Staging(Staged),
    Memory(Box<SpooledTempFile>),
    Details(Vec<u8>),
    Nowhere,
}

/// What one reading gave.
struct Taken {
    blake3: blake3::Hash,
    crc32: u32,
    size: u64,
    fingerprint: Option<fingerprint::Fingerprint>,
    output: Output,
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

impl Worker<'_> {
    fn stock(&self) -> MutexGuard<'_, Stock> {
        self.stock.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn work(&self, tasks: &[usize], next: &AtomicUsize, sender: &Sender<Message>) {
        let mut buffer = vec![0; CHUNK];
        while let Some(&entry) = tasks.get(next.fetch_add(1, Ordering::Relaxed)) {
            if self.reading.cancel.load(Ordering::Relaxed) {
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
                self.reading.cancel.fetch_or(stop, Ordering::Relaxed);
                return;
            }
        }
    }

    fn take(&self, index: usize, buffer: &mut [u8]) -> Result<Message, Trouble> {
        let entry = &self.inputs.contents.entries[index];
        let parsed = entry.role.is_details() && self.reading.wanted == Wanted::Everything;
        let _turn = if parsed { self.room.turn(entry.size) } else { None };
        let expected = self.stock().is_expected(entry.size, entry.crc32);
        let mut taken = self.read(index, expected, buffer)?;
        let mut bytes = taken.size;
        let safe = |taken: &Taken| {
            let stock = self.stock();
            stock.by_hash.get(&taken.blake3).copied().filter(|c| stock.safe.contains(c))
        };
        let is_lost = !matches!(taken.output, Output::Buffer(_)) && self.reading.staging.is_some();
        if expected && is_lost && safe(&taken).is_none() {
            // same size and CRC-32 as bytes that are safe, and other bytes all the same
            taken = self.read(index, false, buffer)?;
            bytes += taken.size;
        }
        if let Some(content) = safe(&taken) {
            let details = self.details(content, entry.role, taken, buffer)?;
            let read = ReadEntry { entry: index, content, kept: Kept::Already };
            return Ok(Message::Sound { read, details, bytes });
        }
        let content = self.describe(index, &mut taken, buffer);
        let (content, kept) = self.keep(content, &mut taken, buffer)?;
        let details = self.details(content, entry.role, taken, buffer)?;
        Ok(Message::Sound { read: ReadEntry { entry: index, content, kept }, details, bytes })
    }

    fn output(&self, role: Role, expected: bool) -> Result<Output, Trouble> {
        Ok(match self.reading.staging {
            Some(staging) if !expected => {
                Output::Staging(staging.begin().map_err(|e| self.unwritable(e, 0))?)
            }
            _ if self.reading.wanted == Wanted::Hashes => Output::Nowhere,
            _ if role.is_details() => Output::Details(Vec::new()),
            None if !expected => Output::Memory(Box::new(SpooledTempFile::new(SPOOL))),
            _ => Output::Nowhere,
        })
    }

    /// Reads an entry to its end. One that fits into the buffer stays there, proved, before
    /// anything is written; most photos are larger, most files of an export are not.
    fn read(&self, index: usize, expected: bool, buffer: &mut [u8]) -> Result<Taken, Trouble> {
        let entry = &self.inputs.contents.entries[index];
        let gone = || (Code::DamagedEntry, "its archive is not at hand".to_owned());
        let source = self.inputs.sources.get(&entry.archive).ok_or_else(gone)?;
        let mut output = Output::Buffer(0);
        let mut reader = export::open(source, entry.position, &entry.path)?;
        let mut blake3 = blake3::Hasher::new();
        let mut fingerprint = (!entry.role.is_details()).then(fingerprint::Hasher::new);
        let mut crc32 = entry.crc32.is_none().then(crc32fast::Hasher::new);
        let mut size = 0;
        loop {
            let count = fill(&mut reader, buffer)?;
            if count == 0 {
                break;
            }
            if self.reading.cancel.load(Ordering::Relaxed) {
                return Err(Trouble::Stop(Error::Interrupted));
            }
            let chunk = &buffer[..count];
            blake3.update(chunk);
            if let Some(hasher) = &mut fingerprint {
                hasher.update(chunk);
            }
            if let Some(hasher) = &mut crc32 {
                hasher.update(chunk);
            }
            if matches!(output, Output::Buffer(_)) {
                if count < buffer.len() {
                    output = Output::Buffer(count);
                } else {
                    output = self.output(entry.role, expected)?;
                    let is_copy = matches!(output, Output::Memory(_));
                    if is_copy && seekable(source, entry.position, &entry.path).is_some() {
                        output = Output::Nowhere;
                    }
                }
            }
            let written = match &mut output {
                Output::Staging(staged) => staged.file.write_all(chunk),
                Output::Memory(spool) => spool.write_all(chunk),
                Output::Details(bytes) => {
                    bytes.extend_from_slice(chunk);
                    Ok(())
                }
                Output::Buffer(_) | Output::Nowhere => Ok(()),
            };
            written.map_err(|e| self.unwritable(e, entry.size))?;
            size += count as u64;
            if size > lists::LARGEST && matches!(output, Output::Details(_)) {
                output = Output::Nowhere;
            }
            self.reading.progress.bytes(count as u64);
            if count < buffer.len() {
                break;
            }
        }
        Ok(Taken {
            blake3: blake3.finalize(),
            crc32: entry.crc32.or_else(|| crc32.map(crc32fast::Hasher::finalize)).unwrap_or_default(),
            size,
            fingerprint: fingerprint.map(fingerprint::Hasher::finish),
            output,
        })
    }

    /// What the file says of itself. Whatever a parser does with hostile bytes, the run goes on.
    fn describe(&self, index: usize, taken: &mut Taken, buffer: &[u8]) -> Content {
        let entry = &self.inputs.contents.entries[index];
        let look = |source: &mut dyn ReadSeek| -> (Embedded, bool) {
            let mut source = Glance::new(source);
            let embedded = media::read(&mut source, taken.size);
            // an archive's CRC-32 vouches for the bytes; a folder has nothing of the kind
            let cut_short =
                entry.crc32.is_none() && media::is_cut_short(&mut source, taken.size, embedded.format);
            (embedded, cut_short)
        };
        let speaks = self.reading.wanted == Wanted::Everything && !entry.role.is_details();
        let seen = speaks.then(|| {
            catch_unwind(AssertUnwindSafe(|| match &mut taken.output {
                Output::Buffer(count) => look(&mut Cursor::new(whole(buffer, *count))),
                Output::Staging(staged) => look(&mut staged.file),
                Output::Memory(spool) => look(spool.as_mut()),
                Output::Details(bytes) => look(&mut Cursor::new(bytes)),
                Output::Nowhere => {
                    let source = self.inputs.sources.get(&entry.archive);
                    let source = source.and_then(|s| seekable(s, entry.position, &entry.path));
                    source.map_or_else(Default::default, |mut source| look(source.as_mut()))
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
    fn keep(&self, mut content: Content, taken: &mut Taken, buffer: &[u8]) -> Result<(usize, Kept), Trouble> {
        let hash = content.blake3;
        let mut stock = self.stock();
        let known = loop {
            let known = stock.by_hash.get(&hash).copied();
            if let Some(index) = known.filter(|index| stock.safe.contains(index)) {
                return Ok((index, Kept::Already));
            }
            if stock.arriving.insert(hash) {
                break known;
            }
            stock = self.arrived.wait(stock).unwrap_or_else(PoisonError::into_inner);
        };
        drop(stock);
        let staged = match (&mut taken.output, self.reading.staging) {
            (Output::Staging(staged), Some(staging)) => staging.keep(staged, &hash),
            (Output::Buffer(count), Some(staging)) => staging.keep_whole(whole(buffer, *count), &hash),
            _ => Ok(()),
        };
        let mut stock = self.stock();
        stock.arriving.remove(&hash);
        self.arrived.notify_all();
        staged.map_err(|e| self.unwritable(e, content.size))?;
        let (index, kept) = match known {
            Some(index) => (index, Kept::Again),
            None => {
                stock.cameras.share(&mut content.embedded);
                stock.contents.push(content.clone());
                let index = stock.contents.len() - 1;
                stock.by_hash.insert(hash, index);
                (index, Kept::Fresh(Box::new(content)))
            }
        };
        stock.safe.insert(index);
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
        if taken.size > lists::LARGEST {
            return Ok(Some(lists::too_large(taken.size)));
        }
        let bytes = match taken.output {
            Output::Buffer(count) => return Ok(Some(self.room.read(role, whole(buffer, count)))),
            Output::Details(bytes) => bytes,
            Output::Staging(mut staged) => {
                let mut bytes = Vec::new();
                let read =
                    staged.file.seek(SeekFrom::Start(0)).and_then(|_| staged.file.read_to_end(&mut bytes));
                read.map_err(|e| self.unwritable(e, 0))?;
                bytes
            }
            Output::Memory(_) | Output::Nowhere => return Ok(None),
        };
        Ok(Some(self.room.read(role, &bytes)))
    }

    /// What a failed write means. It says nothing of this entry, for names in staging are ours; to go
    /// on without it would give its name to another. So it stops the run, and the next goes on here.
    fn unwritable(&self, error: io::Error, need: u64) -> Trouble {
        let path = self.reading.staging.map_or_else(std::env::temp_dir, |s| s.library().to_owned());
        match error.kind() {
            _ if is_full(&error) => Trouble::Stop(Error::Full { path, need }),
            io::ErrorKind::FileTooLarge => Trouble::Problem(
                Code::TooLarge,
                format!("{need} bytes are more than a file of the destination's file system can hold"),
            ),
            _ => Trouble::Stop(Error::Io { doing: "write to", path, source: error }),
        }
    }
}

trait ReadSeek: Read + Seek {}
impl<T: Read + Seek> ReadSeek for T {}

/// The start of the buffer: an entry that fitted into it.
fn whole(buffer: &[u8], count: usize) -> &[u8] {
    buffer.get(..count).unwrap_or(buffer)
}

/// Fills the buffer; fewer bytes come at the entry's end only.
fn fill(reader: &mut dyn Read, buffer: &mut [u8]) -> Result<usize, Trouble> {
    let mut done = 0;
    while let Some(room) = buffer.get_mut(done..).filter(|room| !room.is_empty()) {
        match reader.read(room) {
            Ok(0) => break,
            Ok(count) => done += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                return Err(Trouble::Problem(Code::DamagedEntry, error.to_string()));
            }
            Err(error) => {
                let message =
                    format!("it cannot be read: {error}; check the drive, or download the part again");
                return Err(Trouble::Problem(Code::DamagedEntry, message));
            }
        }
    }
    Ok(done)
}

/// Reads a little here and there; what was read is kept over seeks, which a `BufReader` does not.
struct Glance<'a> {
    source: &'a mut dyn ReadSeek,
    buffer: Vec<u8>,
    /// Where the buffer begins, and where the next byte is wanted.
    start: u64,
    cursor: u64,
}

impl<'a> Glance<'a> {
    /// Bytes read at a time.
    const STEP: u64 = 16 * 1024;

    fn new(source: &'a mut dyn ReadSeek) -> Self {
        Glance { source, buffer: Vec::new(), start: 0, cursor: 0 }
    }

    fn held(&self) -> &[u8] {
        let from = self.cursor.checked_sub(self.start).and_then(|from| usize::try_from(from).ok());
        from.and_then(|from| self.buffer.get(from..)).unwrap_or_default()
    }
}

impl Read for Glance<'_> {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        if self.held().is_empty() {
            self.source.seek(SeekFrom::Start(self.cursor))?;
            if room.len() as u64 >= Self::STEP {
                let count = self.source.read(room)?;
                self.cursor = self.cursor.saturating_add(count as u64);
                return Ok(count);
            }
            self.start = self.cursor;
            self.buffer.clear();
            Read::take(&mut *self.source, Self::STEP).read_to_end(&mut self.buffer)?;
        }
        let count = self.held().read(room)?;
        self.cursor = self.cursor.saturating_add(count as u64);
        Ok(count)
    }
}

impl Seek for Glance<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.cursor = match to {
            SeekFrom::Start(position) => position,
            SeekFrom::Current(by) => self.cursor.saturating_add_signed(by),
            SeekFrom::End(_) => self.source.seek(to)?,
        };
        Ok(self.cursor)
    }
}

/// The entry's bytes without a copy, where they can be had by position.
fn seekable(source: &Source, position: u32, path: &str) -> Option<Box<dyn ReadSeek>> {
    match source {
        Source::Zip(archive) => {
            let window = archive.stored_window(export::zip_entry(archive, position)?)?;
            Some(Box::new(window))
        }
        Source::Folder(root) => Some(Box::new(File::open(root.join(path)).ok()?)),
        Source::Remembered(_) | Source::Unreadable => None,
    }
}

/// Lets copies wait for their bytes: of two threads with the same bytes, the one that waited for the
/// other may report first, and a copy of bytes that nobody knows cannot be recorded.
struct InOrder {
    /// Contents from here on are new in this pass.
    first_new: usize,
    /// Of each new content, whether its bytes were reported.
    reported: Vec<bool>,
    waiting: HashMap<usize, Vec<ReadEntry>>,
}

impl InOrder {
    fn after(first_new: usize) -> Self {
        InOrder { first_new, reported: Vec::new(), waiting: HashMap::new() }
    }

    fn push(&mut self, read: ReadEntry, batch: &mut Vec<ReadEntry>) {
        let Some(new) = read.content.checked_sub(self.first_new) else {
            batch.push(read);
            return;
        };
        if read.kept != Kept::Already {
            if self.reported.len() <= new {
                self.reported.resize(new + 1, false);
            }
            self.reported[new] = true;
        } else if !self.reported.get(new).is_some_and(|reported| *reported) {
            self.waiting.entry(read.content).or_default().push(read);
            return;
        }
        let copies = self.waiting.remove(&read.content).unwrap_or_default();
        batch.push(read);
        batch.extend(copies);
    }
}

/// Receives what the workers did; makes it durable and records it, batch by batch.
struct Collector<'a> {
    contents: &'a Contents,
    reading: &'a Reading<'a>,
    tally: &'a mut Tally,
    results: &'a mut Vec<(usize, Bytes)>,
    details: &'a mut BTreeMap<(usize, Role), DetailsFile>,
    in_order: InOrder,
    record: &'a mut Record<'a>,
}

impl Collector<'_> {
    fn collect(&mut self, receiver: &mpsc::Receiver<Message>) -> Result<(), Error> {
        let mut batch: Vec<ReadEntry> = Vec::new();
        let mut since = Instant::now();
        let mut stopped: Option<Error> = None;
        loop {
            match receiver.recv_timeout(BATCH_TIME) {
                Ok(Message::Sound { read, details, bytes }) => {
                    self.tally.bytes += bytes;
                    self.results.push((read.entry, Bytes::Sound(read.content)));
                    if let Some(details) = details {
                        self.details.insert((read.content, self.contents.entries[read.entry].role), details);
                    }
                    self.in_order.push(read, &mut batch);
                }
                Ok(Message::Failed { entry, problem }) => {
                    self.results.push((entry, Bytes::Failed));
                    self.tally.problems.push(*problem);
                }
                Ok(Message::Stop(error)) => {
                    // the first reason counts, unless it was only the order to stop
                    if stopped.as_ref().is_none_or(|s| matches!(s, Error::Interrupted)) {
                        stopped = Some(*error);
                    }
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            if batch.len() >= BATCH_ENTRIES || since.elapsed() >= BATCH_TIME {
                self.flush(&mut batch)?;
                since = Instant::now();
            }
        }
        self.flush(&mut batch)?;
        stopped.map_or(Ok(()), Err)
    }

    fn flush(&mut self, batch: &mut Vec<ReadEntry>) -> Result<(), Error> {
        if batch.is_empty() {
            return Ok(());
        }
        if let Some(staging) = self.reading.staging {
            staging.sync()?;
        }
        (self.record)(self.contents, batch)?;
        batch.clear();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{InOrder, Kept, ReadEntry};
    use crate::contents::Content;
    use crate::media::Embedded;

    fn fresh() -> Kept {
        Kept::Fresh(Box::new(Content {
            blake3: blake3::hash(b"a"),
            size: 1,
            crc32: 0,
            fingerprint: None,
            embedded: Embedded::default(),
            cut_short: false,
        }))
    }

    #[test]
    fn a_copy_that_reports_before_its_bytes_comes_after_them() {
        let mut in_order = InOrder::after(5);
        let reports = [
            (0, 4, Kept::Already), // known before this pass
            (1, 7, Kept::Already),
            (2, 6, fresh()),
            (3, 7, Kept::Already),
            (4, 7, fresh()),
            (5, 7, Kept::Already),
            (6, 5, Kept::Already),
            (7, 5, fresh()),
        ];
        let mut batch = Vec::new();
        let mut sizes = Vec::new();
        for (entry, content, kept) in reports {
            in_order.push(ReadEntry { entry, content, kept }, &mut batch);
            sizes.push(batch.len());
        }
        let order: Vec<usize> = batch.iter().map(|read| read.entry).collect();
        assert_eq!(order, [0, 2, 4, 1, 3, 5, 7, 6]);
        assert_eq!(sizes, [1, 1, 2, 2, 5, 6, 6, 8]);
    }
}
