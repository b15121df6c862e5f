//! One reading of an entry: all hashes in one pass, and its bytes where they are wanted.
//!
//! Whether the bytes are new is not decided here, because it is known only once all of them are hashed.
//!
//! A large file of a part folder is cloned first, where the drive can do that, and the clone is read. So what
//! is hashed is what is kept, whatever happens to the file meanwhile.

use std::io::{self, Read, Write};
use std::sync::PoisonError;

use tempfile::SpooledTempFile;

use crate::apple::fingerprint;
use crate::category;
use crate::contents::{Entry, EntryId};
use crate::error::Error;
use crate::library::staging::Staged;
use crate::problem::Code;
use crate::problem::refusal::Refused;
use crate::stage::discover::container::Source;
use crate::stage::discover::{self, part_file};
use crate::stage::ingest::Wanted;
use crate::stage::ingest::seek_buffer::seekable;
use crate::stage::ingest::worker::{CHUNK, Failure, Guess, Worker};

/// Without staging, entries up to this size, in bytes, wait in memory for their metadata to be read.
const SPOOL: usize = 32 << 20;

/// Where the bytes of one reading go.
pub(super) enum Sink {
    /// They are all in the buffer, this many.
    Buffer(usize),
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
            Sink::Buffer(_) | Sink::Clone(_) | Sink::Nowhere => Ok(()),
        }
    }
}

/// The outcome of one reading.
pub(super) struct Taken {
    pub(super) blake3: blake3::Hash,
    pub(super) crc32: u32,
    pub(super) size: u64,
    pub(super) fingerprint: Option<fingerprint::Fingerprint>,
    pub(super) sink: Sink,
}

/// Everything that is computed from the bytes of an entry as they go by.
struct Hashes {
    blake3: blake3::Hasher,
    /// Not for lists; nobody asks for theirs.
    fingerprint: Option<fingerprint::Hasher>,
    /// For a folder's file. An archive declares it, and its reader checks it.
    crc32: Option<crc32fast::Hasher>,
    size: u64,
}

impl Hashes {
    fn of(entry: &Entry) -> Self {
        Hashes {
            blake3: blake3::Hasher::new(),
            fingerprint: category::wants_fingerprint(entry.class).then(fingerprint::Hasher::new),
            crc32: entry.crc32.is_none().then(crc32fast::Hasher::new),
            size: 0,
        }
    }

    fn update(&mut self, chunk: &[u8]) {
        self.size += chunk.len() as u64;
        // all hashes take a piece while it is in the processor's cache
        for piece in chunk.chunks(CHUNK) {
            self.blake3.update(piece);
            if let Some(hasher) = &mut self.fingerprint {
                hasher.update(piece);
            }
            if let Some(hasher) = &mut self.crc32 {
                hasher.update(piece);
            }
        }
    }

    fn finish(self, entry: &Entry, sink: Sink) -> Taken {
        Taken {
            blake3: self.blake3.finalize(),
            crc32: entry.crc32.or_else(|| self.crc32.map(crc32fast::Hasher::finalize)).unwrap_or_default(),
            size: self.size,
            fingerprint: self.fingerprint.map(fingerprint::Hasher::finish),
            sink,
        }
    }
}

impl Worker<'_> {
    /// Reads an entry to its end. If it fits into the buffer, it is checked there before anything is written.
    pub(super) fn read(&self, id: EntryId, guess: Guess, buffer: &mut Vec<u8>) -> Result<Taken, Failure> {
        let entry = &self.inputs.contents.entries[id];
        let gone = || (Code::DamagedEntry, "its archive is not at hand".to_owned());
        let source = self.inputs.sources.get(&entry.archive).ok_or_else(gone)?;
        let room = self.room(source, entry, buffer);
        let (mut reader, clone) = match self.clone_of(source, entry, guess) {
            Some((staged, reader)) => (reader, Some(staged)),
            None => (discover::open(source, entry.position, &entry.path)?, None),
        };
        let mut count = fill(reader.as_mut(), room)?;
        let mut sink = match clone {
            Some(staged) => Sink::Clone(staged),
            None if count < room.len() => Sink::Buffer(count),
            None => self.sink(source, entry, guess)?,
        };
        let mut hashes = Hashes::of(entry);
        loop {
            let chunk = &room[..count];
            hashes.update(chunk);
            sink.write(chunk).map_err(|e| self.unwritable(e, entry.size))?;
            self.reading.watch.progress.bytes(count as u64);
            if count < room.len() {
                return Ok(hashes.finish(entry, sink));
            }
            if self.is_stopped() {
                return Err(Failure::OfRun(Error::Interrupted));
            }
            count = fill(reader.as_mut(), room)?;
        }
    }

    /// Where the bytes of an entry go if they do not fit into the buffer.
    fn sink(&self, source: &Source, entry: &Entry, guess: Guess) -> Result<Sink, Failure> {
        Ok(match (self.reading.staging, guess) {
            (Some(staging), Guess::New) => Sink::Staging(staging.begin().map_err(|e| self.unwritable(e, 0))?),
            _ if self.reading.wanted == Wanted::Hashes => Sink::Nowhere,
            _ if self.is_list(entry) => {
                Sink::Details(Vec::new(), usize::try_from(self.lists.largest()).unwrap_or(usize::MAX))
            }
            (None, Guess::New) if seekable(source, entry.position, &entry.path).is_none() => {
                Sink::Memory(Box::new(SpooledTempFile::new(SPOOL)))
            }
            _ => Sink::Nowhere,
        })
    }

    /// A clone in staging of a large file of a part folder, if the drive can make one, and a reader of it. A file
    /// that fits into the buffer is not cloned, as it is hashed before anything is made.
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
        if entry.size <= CHUNK as u64 || apart().contains(&entry.archive) {
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

    /// The room for an entry. One that is inflated in one step gets a byte more than it has; any other gets a
    /// chunk, which stays in the processor's cache from reading to writing.
    fn room<'b>(&self, source: &Source, entry: &Entry, buffer: &'b mut Vec<u8>) -> &'b mut [u8] {
        let size = usize::try_from(entry.size).unwrap_or(usize::MAX);
        let is_whole = size < self.whole && discover::is_deflated(source, entry.position);
        let room = if is_whole { size + 1 } else { CHUNK };
        if buffer.len() < room {
            buffer.resize(room, 0);
        }
        &mut buffer[..room]
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
