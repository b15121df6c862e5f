//! The bytes of one entry, inflated and proved.
//!
//! [`EntryReader`] yields exactly the bytes that the archive declares, or fails. It never yields more than the declared
//! size, nor the last byte of an entry whose checksum differs.
//!
//! If the caller's buffer has room for a whole small entry, it is inflated in one step by a codec that is half as fast
//! again but cannot stream. What that codec cannot inflate is streamed, so that the fault is told precisely.

use std::cell::RefCell;
use std::fmt;
use std::io::{self, Error, ErrorKind, Read};

use deflate64::InflaterManaged;
use flate2::{Decompress, FlushDecompress, Status};
use libdeflater::Decompressor;
use thiserror::Error as Fails;

use crate::apple::zip::entry::{DEFLATED, DEFLATED_64, ZipEntry};
use crate::apple::zip::window::Window;

/// Bytes, compressed and not, up to which deflated entries are inflated in one step.
pub const WHOLE: u64 = 8 << 20;

/// Compressed bytes read at a time. Few at first, because many entries are small.
const INPUT: std::ops::RangeInclusive<usize> = 16 << 10..=128 << 10;

/// What is wrong with an entry's bytes. [`EntryReader`] fails with [`ErrorKind::InvalidData`] and
/// this inside; any other error comes from the drive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Fails)]
pub enum Damage {
    /// The compressed data cannot be inflated.
    #[error("its compressed data is damaged: download this part again")]
    Stream,
    /// The data ends before the declared size is reached.
    #[error("its data ends too early: download this part again")]
    Short,
    /// The data goes on after the declared size.
    #[error("its data goes on beyond its declared size: download this part again")]
    Long,
    /// The CRC-32 differs from the archive's.
    #[error("its checksum differs from the one in the archive: download this part again")]
    Checksum,
}

impl From<Damage> for Error {
    fn from(damage: Damage) -> Error {
        Error::new(ErrorKind::InvalidData, damage)
    }
}

/// Inflates small entries in one step. Each thread keeps one, so that the codec's tables and the buffer for
/// compressed bytes are not allocated and zeroed again for each of 100,000 entries.
struct AtOnce {
    codec: Decompressor,
    compressed: Vec<u8>,
}

thread_local! {
    static AT_ONCE: RefCell<AtOnce> = RefCell::new(AtOnce { codec: Decompressor::new(), compressed: Vec::new() });
}

/// Reads one entry. See [`Damage`] for how it fails.
///
/// The proof comes with the last byte and not with the end of file after it, so that a caller who stops reading
/// there has it too.
pub struct EntryReader {
    method: u16,
    compressed: Window,
    /// Set once the entry is being streamed.
    stream: Option<Inflater>,
    crc32: crc32fast::Hasher,
    declared_crc32: u32,
    /// Bytes still to be yielded.
    left: u64,
    state: State,
}

#[derive(Clone, Copy)]
enum State {
    Reading,
    Proved,
    Failed(Damage),
}

impl fmt::Debug for EntryReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EntryReader").field("left", &self.left).finish_non_exhaustive()
    }
}

impl EntryReader {
    /// Reads `entry`, whose compressed bytes these are.
    pub(super) fn new(entry: &ZipEntry, compressed: Window) -> EntryReader {
        EntryReader {
            method: entry.method,
            compressed,
            stream: None,
            crc32: crc32fast::Hasher::new(),
            declared_crc32: entry.crc32,
            left: entry.size,
            state: State::Reading,
        }
    }

    fn advance(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let room = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        let Some(buffer) = buffer.get_mut(..room) else {
            return Ok(0);
        };
        if room > 0 && room as u64 == self.left && self.inflate_whole(buffer) {
            self.left = 0;
            self.state = State::Proved;
            return Ok(room);
        }
        let mut count = 0;
        if room > 0 {
            count = self.stream().read(buffer)?;
            if count == 0 {
                return Err(Damage::Short.into());
            }
            self.crc32.update(buffer.get(..count).unwrap_or_default());
            self.left -= count as u64;
        }
        if self.left == 0 {
            if self.stream().read(&mut [0])? != 0 {
                return Err(Damage::Long.into());
            }
            self.prove()?;
        }
        Ok(count)
    }

    fn stream(&mut self) -> &mut Inflater {
        self.stream.get_or_insert_with(|| Inflater::new(self.method, self.compressed.clone()))
    }

    /// Inflates all of a small entry in one step and proves it. If anything stands in the way, streaming
    /// will name it.
    fn inflate_whole(&self, buffer: &mut [u8]) -> bool {
        let length = self.compressed.len();
        if self.method != DEFLATED || self.stream.is_some() || length.max(buffer.len() as u64) > WHOLE {
            return false;
        }
        AT_ONCE.with_borrow_mut(|AtOnce { codec, compressed }| {
            let length = length as usize;
            if compressed.len() < length {
                compressed.resize(length, 0);
            }
            let Some(compressed) = compressed.get_mut(..length) else { return false };
            if !self.compressed.read_at(compressed, 0).is_ok_and(|count| count == length) {
                return false;
            }
            let inflated = codec.deflate_decompress(compressed, buffer);
            inflated.is_ok_and(|count| count == buffer.len())
                && crc32fast::hash(buffer) == self.declared_crc32
        })
    }

    fn prove(&mut self) -> io::Result<()> {
        if self.crc32.clone().finalize() != self.declared_crc32 {
            return Err(Damage::Checksum.into());
        }
        self.state = State::Proved;
        Ok(())
    }
}

impl Read for EntryReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.state {
            State::Proved => return Ok(0),
            State::Failed(damage) => return Err(damage.into()),
            State::Reading if buffer.is_empty() => return Ok(0),
            State::Reading => {}
        }
        let outcome = self.advance(buffer);
        if let Err(error) = &outcome
            && let Some(damage) = error.get_ref().and_then(|inner| inner.downcast_ref::<Damage>())
        {
            self.state = State::Failed(*damage);
        }
        outcome
    }
}

/// Inflates the compressed bytes of a window as a stream.
pub(super) struct Inflater {
    window: Window,
    /// Bytes of the window that are not in the buffer yet.
    unread: u64,
    buffer: Vec<u8>,
    /// The part of the buffer that the codec has not taken yet.
    from: usize,
    codec: Codec,
    ended: bool,
}

impl Inflater {
    pub(super) fn new(method: u16, window: Window) -> Inflater {
        let codec = match method {
            DEFLATED => Codec::Deflate(Decompress::new(false)),
            DEFLATED_64 => Codec::Deflate64(Box::new(InflaterManaged::new())),
            _ => Codec::Stored,
        };
        Inflater { unread: window.len(), window, buffer: Vec::new(), from: 0, codec, ended: false }
    }

    /// Whether the codec has taken the window's last byte.
    pub(super) fn is_exhausted(&self) -> bool {
        self.unread == 0 && self.buffered().is_empty()
    }

    fn buffered(&self) -> &[u8] {
        self.buffer.get(self.from..).unwrap_or_default()
    }

    /// Bytes that the codec has taken.
    pub(super) fn consumed(&self) -> u64 {
        self.window.len() - self.unread - self.buffered().len() as u64
    }

    /// Yields bytes; 0 means that the stream has ended properly.
    pub(super) fn read(&mut self, output: &mut [u8]) -> io::Result<usize> {
        if matches!(self.codec, Codec::Stored) {
            let count = self.window.read(output)?;
            self.unread -= count as u64;
            return Ok(count);
        }
        while !self.ended {
            if self.buffered().is_empty() && self.unread > 0 {
                self.fill()?;
            }
            let input = self.buffer.get(self.from..).unwrap_or_default();
            let step = self.codec.step(input, output)?;
            self.from += step.taken;
            self.ended = step.ended;
            if step.given > 0 {
                return Ok(step.given);
            }
            if step.taken == 0 && !step.ended {
                return Err(if self.is_exhausted() { Damage::Short } else { Damage::Stream }.into());
            }
        }
        Ok(0)
    }

    fn fill(&mut self) -> io::Result<()> {
        let length = (self.buffer.len() * 8).clamp(*INPUT.start(), *INPUT.end());
        self.buffer.resize(usize::try_from(self.unread).unwrap_or(length).min(length), 0);
        self.from = 0;
        let count = self.window.read(&mut self.buffer)?;
        self.buffer.truncate(count);
        // a file that has become shorter meanwhile ends here
        self.unread = if count == 0 { 0 } else { self.unread - count as u64 };
        Ok(())
    }
}

enum Codec {
    Stored,
    Deflate(Decompress),
    Deflate64(Box<InflaterManaged>),
}

struct Step {
    taken: usize,
    given: usize,
    ended: bool,
}

impl Codec {
    fn step(&mut self, input: &[u8], output: &mut [u8]) -> Result<Step, Damage> {
        match self {
            Codec::Stored => Err(Damage::Stream),
            Codec::Deflate(inflate) => {
                let (taken, given) = (inflate.total_in(), inflate.total_out());
                let status =
                    inflate.decompress(input, output, FlushDecompress::None).map_err(|_| Damage::Stream)?;
                let since = |now: u64, before: u64| usize::try_from(now - before).unwrap_or_default();
                Ok(Step {
                    taken: since(inflate.total_in(), taken),
                    given: since(inflate.total_out(), given),
                    ended: status == Status::StreamEnd,
                })
            }
            Codec::Deflate64(inflate) => {
                let step = inflate.inflate(input, output);
                if step.data_error {
                    return Err(Damage::Stream);
                }
                let ended = inflate.finished();
                Ok(Step { taken: step.bytes_consumed, given: step.bytes_written, ended })
            }
        }
    }
}
