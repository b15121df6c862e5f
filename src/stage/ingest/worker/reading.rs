//! One reading of an entry: BLAKE3 and CRC-32 as its bytes go by, and the bytes where they are wanted. Its fingerprint is
//! made in its lane.
//!
//! It goes on piece by piece, so that a thread can have many entries open and hash them side by side. Whether the
//! bytes are new is not decided here, because it is known only once all of them are hashed.
//!
//! A large file of a part folder is cloned first, where the drive can do that, and the clone is read. So what
//! is hashed is what is kept, whatever happens to the file meanwhile.

use std::io::{self, Read, Write};
use std::sync::{MutexGuard, PoisonError};

use tempfile::SpooledTempFile;

use crate::apple::fingerprint::lanes::{LaneId, Lanes};
use crate::category::{self, ReadSeek};
use crate::contents::{Content, Entry, EntryId};
use crate::library::staging::Staged;
use crate::problem::Code;
use crate::problem::refusal::Refused;
use crate::stage::discover::container::Source;
use crate::stage::discover::{self, part_file};
use crate::stage::ingest::Wanted;
use crate::stage::ingest::seek_buffer::seekable;
use crate::stage::ingest::tasks::Task;
use crate::stage::ingest::worker::{Failure, Guess, PIECE, Sound, Worker};

/// Without staging, entries up to this size, in bytes, wait in memory for their metadata to be read.
const SPOOL: usize = 32 << 20;

/// Where the bytes of one reading go.
pub(super) enum Sink {
    /// They are all in the lane, this many.
    Lane(usize),
    /// A new file in staging.
    Staging(Staged),
    /// A file in staging that has them already and from which they are read.
    Clone(Staged),
    Memory(Box<SpooledTempFile>),
    /// The bytes of a list, and how many it may have; a larger one is not read.
    Details(Vec<u8>, usize),
    Nowhere,
}

impl Sink {
    fn write(&mut self, chunk: &[u8]) -> io::Result<()> {
        match self {
            Sink::Staging(staged) => staged.file.write_all(chunk),
            Sink::Memory(spool) => spool.write_all(chunk),
            Sink::Details(bytes, most) if bytes.len() + chunk.len() <= *most => {
                bytes.extend_from_slice(chunk);
                Ok(())
            }
            Sink::Details(..) => {
                *self = Sink::Nowhere;
                Ok(())
            }
            Sink::Lane(_) | Sink::Clone(_) | Sink::Nowhere => Ok(()),
        }
    }
}

/// An entry that is being read or hashed.
pub(super) struct Open<'w> {
    pub(super) task: Task,
    pub(super) guess: Guess,
    pub(super) lane: LaneId,
    /// None before its first byte is read, and after its last.
    pub(super) stream: Option<Stream<'w>>,
    /// How many bytes were read, in all readings.
    pub(super) bytes: u64,
    /// What it is, once that is known.
    pub(super) sound: Option<Sound>,
}

/// Bytes on their way from the archive to where they are wanted.
pub(super) struct Stream<'w> {
    reader: Box<dyn Read + Send>,
    /// How many bytes are read at a time. An entry with fewer is written nowhere before it is known.
    piece: usize,
    pub(super) sink: Sink,
    size: u64,
    blake3: blake3::Hasher,
    /// For a folder's file. An archive declares it, and its reader checks it.
    crc32: Option<crc32fast::Hasher>,
    /// Held while a large list is read. Lists are not fingerprinted, so nothing else is read meanwhile by this thread,
    /// which would wait for itself if that were another list.
    _turn: Option<MutexGuard<'w, ()>>,
}

impl Stream<'_> {
    /// What the bytes are, once all of them are read.
    pub(super) fn content(&self, entry: &Entry) -> Content {
        let found = || self.crc32.clone().map(crc32fast::Hasher::finalize).unwrap_or_default();
        Content { blake3: self.blake3.finalize(), size: self.size, crc32: entry.crc32.unwrap_or_else(found) }
    }
}

/// What came of a piece.
#[derive(PartialEq, Eq)]
pub(super) enum Piece {
    /// More may follow.
    Full,
    /// It was the last.
    Last,
}

impl Worker<'_> {
    /// How much room an entry needs in its lane. One that is inflated in one step is given a byte more than it has; any
    /// other is read in pieces that stay in the processor's cache from reading to writing.
    pub(super) fn room(&self, id: EntryId) -> usize {
        if self.is_whole(id) { self.inputs.contents.entries[id].size as usize + 1 } else { self.piece }
    }

    /// Whether an entry is inflated in one step.
    pub(super) fn is_whole(&self, id: EntryId) -> bool {
        let entry = &self.inputs.contents.entries[id];
        let source = self.inputs.sources.get(&entry.archive);
        entry.size < self.whole as u64 && source.is_some_and(|s| discover::is_deflated(s, entry.position))
    }

    /// Whether an entry of which nothing is kept waits in full for what it says of itself: it cannot be read by position.
    pub(super) fn is_spooled(&self, id: EntryId) -> bool {
        let entry = &self.inputs.contents.entries[id];
        self.reading.staging.is_none()
            && self.reading.wanted == Wanted::Everything
            && entry.size >= self.piece as u64
            && self.seekable(entry).is_none()
    }

    /// An entry of which nothing is read yet.
    pub(super) fn open(&self, task: Task, lane: LaneId) -> Open<'_> {
        let entry = &self.inputs.contents.entries[task.id];
        let is_expected = self.stock().is_expected(entry.size, entry.crc32);
        let guess = if is_expected { Guess::Copy } else { Guess::New };
        Open { task, guess, lane, stream: None, bytes: 0, sound: None }
    }

    /// Begins to read an entry.
    fn begin(&self, id: EntryId, guess: Guess) -> Result<Stream<'_>, Failure> {
        let entry = &self.inputs.contents.entries[id];
        let gone = || (Code::DamagedEntry, "its archive is not at hand".to_owned());
        let source = self.inputs.sources.get(&entry.archive).ok_or_else(gone)?;
        let turn = if self.is_list(entry) { self.lists.turn(entry.size) } else { None };
        let (reader, sink) = match self.clone_of(source, entry, guess) {
            Some((staged, reader)) => (reader, Sink::Clone(staged)),
            None => (discover::open(source, entry.position, &entry.path)?, Sink::Lane(0)),
        };
        Ok(Stream {
            reader,
            piece: self.room(id),
            sink,
            size: 0,
            blake3: blake3::Hasher::new(),
            crc32: entry.crc32.is_none().then(crc32fast::Hasher::new),
            _turn: turn,
        })
    }

    /// Reads the next piece of an entry. If it is the first and the last, it stays in the lane and is written nowhere.
    pub(super) fn read<'w>(&'w self, open: &mut Open<'w>, lanes: &mut Lanes) -> Result<Piece, Failure> {
        let entry = &self.inputs.contents.entries[open.task.id];
        let stream = match &mut open.stream {
            Some(stream) => stream,
            None => {
                lanes.begin(open.lane);
                open.stream.insert(self.begin(open.task.id, open.guess)?)
            }
        };
        let count = fill(stream.reader.as_mut(), lanes.space(open.lane, stream.piece))?;
        lanes.take(open.lane, count);
        let is_last = count < stream.piece;
        match &mut stream.sink {
            Sink::Lane(held) if is_last => *held = count,
            Sink::Lane(_) => stream.sink = self.sink(entry, open.guess)?,
            _ => {}
        }
        let piece = lanes.piece(open.lane, count);
        stream.sink.write(piece).map_err(|e| self.unwritable(e, entry.size))?;
        // both take a piece while it is in the processor's cache
        for piece in piece.chunks(PIECE) {
            stream.blake3.update(piece);
            if let Some(hasher) = &mut stream.crc32 {
                hasher.update(piece);
            }
        }
        stream.size += count as u64;
        open.bytes += count as u64;
        self.reading.watch.progress.bytes(count as u64);
        if !is_last && !self.is_fingerprinted(entry, open.guess) {
            lanes.let_go(open.lane);
        }
        Ok(if is_last { Piece::Last } else { Piece::Full })
    }

    /// Whether the pieces of an entry are hashed for its fingerprint before it is known what it is. What turns out to
    /// be a copy has one already, and what turns out not to be one is read again.
    fn is_fingerprinted(&self, entry: &Entry, guess: Guess) -> bool {
        category::wants_fingerprint(entry.class) && (guess == Guess::New || self.reading.staging.is_none())
    }

    /// Where the bytes of an entry go if they are more than a piece.
    fn sink(&self, entry: &Entry, guess: Guess) -> Result<Sink, Failure> {
        Ok(match (self.reading.staging, guess) {
            (Some(staging), Guess::New) => Sink::Staging(staging.begin().map_err(|e| self.unwritable(e, 0))?),
            _ if self.reading.wanted == Wanted::Hashes => Sink::Nowhere,
            _ if self.is_list(entry) => {
                Sink::Details(Vec::new(), usize::try_from(self.lists.largest()).unwrap_or(usize::MAX))
            }
            (None, Guess::New) if self.seekable(entry).is_none() => {
                Sink::Memory(Box::new(SpooledTempFile::new(SPOOL)))
            }
            _ => Sink::Nowhere,
        })
    }

    /// The bytes of an entry where they lie, if they can be read by position.
    pub(super) fn seekable(&self, entry: &Entry) -> Option<Box<dyn ReadSeek>> {
        seekable(self.inputs.sources.get(&entry.archive)?, entry.position, &entry.path)
    }

    /// A clone in staging of a large file of a part folder, if the drive can make one, and a reader of it. A file
    /// of one piece is not cloned, as it is hashed before anything is made.
    fn clone_of(
        &self,
        source: &Source,
        entry: &Entry,
        guess: Guess,
    ) -> Option<(Staged, Box<dyn Read + Send>)> {
        let (Source::Folder(root), Some(staging), Guess::New) = (source, self.reading.staging, guess) else {
            return None;
        };
        let apart = || self.apart.lock().unwrap_or_else(PoisonError::into_inner);
        if entry.size < self.piece as u64 || apart().contains(&entry.archive) {
            return None;
        }
        let file = part_file::open(root, &entry.path).ok()?;
        let cloned = staging.clone_of(&file).and_then(|staged| {
            let reader = staged.file.try_clone()?;
            Ok((staged, Box::new(reader) as Box<dyn Read + Send>))
        });
        // this file is copied then, and so are the next ones of the folder
        cloned.inspect_err(|_| _ = apart().insert(entry.archive)).ok()
    }
}

/// Fills the buffer. Only at the end of the entry does it return fewer bytes.
fn fill(reader: &mut dyn Read, buffer: &mut [u8]) -> Result<usize, Failure> {
    let mut done = 0;
    while let Some(room) = buffer.get_mut(done..).filter(|room| !room.is_empty()) {
        match reader.read(room) {
            Ok(0) => break,
            Ok(count) => done += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(Refused::of(&error).into()),
        }
    }
    Ok(done)
}
