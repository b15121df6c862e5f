//! One reading of an entry: all hashes in one pass, and its bytes where they are wanted.
//!
//! In: the entry's index. Out: [`Taken`]. Never: decides whether its bytes are new.
//! The one surprise: a large file of a part folder is cloned first where the drive can, and the clone is
//! read: what is hashed is what is kept.

use std::io::{self, Read, Write};
use std::sync::PoisonError;

use tempfile::SpooledTempFile;

use crate::apple::fingerprint;
use crate::category;
use crate::contents::{Class, Entry, EntryId};
use crate::error::Error;
use crate::library::staging::Staged;
use crate::problem::Code;
use crate::problem::refusal::refused;
use crate::stage::discover::container::Source;
use crate::stage::discover::{self, part_file};
use crate::stage::ingest::Wanted;
use crate::stage::ingest::glance::seekable;
use crate::stage::ingest::worker::{CHUNK, Trouble, Worker};

/// Without staging, media up to this size wait in memory for their metadata to be read.
const SPOOL: usize = 32 << 20;

/// Where the bytes of one reading went.
pub(super) enum Output {
    /// Nowhere yet: all of them, so many, are in the buffer.
    Buffer(usize),
    Staging(Staged),
    Memory(Box<SpooledTempFile>),
    Details(Vec<u8>),
    Nowhere,
}

/// What one reading gave.
pub(super) struct Taken {
    pub(super) blake3: blake3::Hash,
    pub(super) crc32: u32,
    pub(super) size: u64,
    pub(super) fingerprint: Option<fingerprint::Fingerprint>,
    pub(super) output: Output,
}

impl Worker<'_> {
    fn output(&self, class: Class, expected: bool) -> Result<Output, Trouble> {
        Ok(match self.reading.staging {
            Some(staging) if !expected => {
                Output::Staging(staging.begin().map_err(|e| self.unwritable(e, 0))?)
            }
            _ if self.reading.wanted == Wanted::Hashes => Output::Nowhere,
            _ if class == Class::Details => Output::Details(Vec::new()),
            None if !expected => Output::Memory(Box::new(SpooledTempFile::new(SPOOL))),
            _ => Output::Nowhere,
        })
    }

    /// A clone in staging of a large file of a part folder, where the drive can make one, and a way to
    /// read it. A file that fits into the buffer is hashed before anything is made.
    fn clone_of(&self, source: &Source, entry: &Entry) -> Option<(Staged, Box<dyn Read + Send>)> {
        let (Source::Folder(root), Some(staging)) = (source, self.reading.staging) else { return None };
        let apart = || self.apart.lock().unwrap_or_else(PoisonError::into_inner);
        if entry.size <= CHUNK as u64 || apart().contains(&entry.archive) {
            return None;
        }
        let file = part_file::open(root, &entry.path).ok()?;
        let cloned = staging.clone_of(&file).and_then(|staged| {
            let reader = staged.file.try_clone()?;
            Ok((staged, Box::new(reader) as Box<dyn Read + Send>))
        });
        // copied then, and so are those that come after it
        cloned.inspect_err(|_| _ = apart().insert(entry.archive)).ok()
    }

    /// The room for an entry: of one that is inflated in a step, a byte more than it has; else a chunk,
    /// which stays in the processor's cache from reading to writing.
    fn room<'b>(&self, source: &Source, entry: &Entry, buffer: &'b mut Vec<u8>) -> &'b mut [u8] {
        let size = usize::try_from(entry.size).unwrap_or(usize::MAX);
        let is_whole = size < self.whole && discover::is_deflated(source, entry.position);
        let room = if is_whole { size + 1 } else { CHUNK };
        if buffer.len() < room {
            buffer.resize(room, 0);
        }
        &mut buffer[..room]
    }

    /// Reads an entry to its end. One that fits into the buffer stays there, proved, before
    /// anything is written.
    pub(super) fn read(&self, id: EntryId, expected: bool, buffer: &mut Vec<u8>) -> Result<Taken, Trouble> {
        let entry = &self.inputs.contents.entries[id];
        let gone = || (Code::DamagedEntry, "its archive is not at hand".to_owned());
        let source = self.inputs.sources.get(&entry.archive).ok_or_else(gone)?;
        let buffer = self.room(source, entry, buffer);
        let clone = if expected { None } else { self.clone_of(source, entry) };
        let is_clone = clone.is_some();
        let (mut reader, mut output) = match clone {
            // what is hashed is what is kept, whatever becomes of the file that it was cloned from
            Some((staged, reader)) => (reader, Output::Staging(staged)),
            None => (discover::open(source, entry.position, &entry.path)?, Output::Buffer(0)),
        };
        let mut blake3 = blake3::Hasher::new();
        let mut fingerprint = category::wants_fingerprint(entry.class).then(fingerprint::Hasher::new);
        let mut crc32 = entry.crc32.is_none().then(crc32fast::Hasher::new);
        let mut size = 0;
        loop {
            let count = fill(reader.as_mut(), buffer)?;
            if count == 0 {
                break;
            }
            if self.is_stopped() {
                return Err(Trouble::Stop(Error::Interrupted));
            }
            let chunk = &buffer[..count];
            // each piece is hashed in all ways while it is in the processor's cache
            for piece in chunk.chunks(CHUNK) {
                blake3.update(piece);
                if let Some(hasher) = &mut fingerprint {
                    hasher.update(piece);
                }
                if let Some(hasher) = &mut crc32 {
                    hasher.update(piece);
                }
            }
            if matches!(output, Output::Buffer(_)) {
                if count < buffer.len() {
                    output = Output::Buffer(count);
                } else {
                    output = self.output(entry.class, expected)?;
                    let is_copy = matches!(output, Output::Memory(_));
                    if is_copy && seekable(source, entry.position, &entry.path).is_some() {
                        output = Output::Nowhere;
                    }
                }
            }
            let written = match &mut output {
                Output::Staging(_) if is_clone => Ok(()),
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
            if size > self.lists.largest() && matches!(output, Output::Details(_)) {
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
}

/// Fills the buffer; fewer bytes come at the entry's end only.
fn fill(reader: &mut dyn Read, buffer: &mut [u8]) -> Result<usize, Trouble> {
    let mut done = 0;
    while let Some(room) = buffer.get_mut(done..).filter(|room| !room.is_empty()) {
        match reader.read(room) {
            Ok(0) => break,
            Ok(count) => done += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(refused(&error).into()),
        }
    }
    Ok(done)
}
