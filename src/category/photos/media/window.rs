//! Bounded reads by position, from a file whose structure is not to be believed.
//!
//! A read never fails: what cannot be read is simply missing from its end. It stops at the end of the window
//! even where the source goes on, so that the JPEG embedded in a RAF can be read like a file of its own.

use std::io::{ErrorKind, Read, Seek, SeekFrom};

/// Bytes reserved before any are read.
const MOST_RESERVED: u64 = 64 << 10;

/// A stretch of a source.
pub(super) struct Window<'a, S> {
    source: &'a mut S,
    start: u64,
    size: u64,
}

impl<'a, S: Read + Seek> Window<'a, S> {
    /// The whole source of `size` bytes.
    pub fn new(source: &'a mut S, size: u64) -> Self {
        Window { source, start: 0, size }
    }

    pub fn size(&self) -> u64 {
        self.size
    }

    /// A window within this one, cut at its end.
    pub fn part(&mut self, at: u64, size: u64) -> Window<'_, S> {
        let at = at.min(self.size);
        let start = self.start.saturating_add(at);
        Window { source: self.source, start, size: size.min(self.size - at) }
    }

    /// Up to `limit` bytes from `at` on; fewer at the end of the window or where reading fails.
    pub fn bytes(&mut self, at: u64, limit: u64) -> Vec<u8> {
        let there = limit.min(self.size.saturating_sub(at));
        // memory is not reserved by what a file declares
        let mut bytes = Vec::with_capacity(there.min(MOST_RESERVED) as usize);
        if there > 0 && self.seek(at) {
            // what was read before an error is all there is to have
            let _ = self.source.by_ref().take(there).read_to_end(&mut bytes);
        }
        bytes
    }

    /// Fills the room with the bytes from `at` on, and gives those that are there.
    pub fn fill<'b>(&mut self, at: u64, room: &'b mut [u8]) -> &'b [u8] {
        let there = (room.len() as u64).min(self.size.saturating_sub(at)) as usize;
        let mut count = 0;
        if there > 0 && self.seek(at) {
            while let Some(rest) = room.get_mut(count..there).filter(|rest| !rest.is_empty()) {
                match self.source.read(rest) {
                    Ok(0) => break,
                    Ok(read) => count += read,
                    Err(error) if error.kind() == ErrorKind::Interrupted => {}
                    Err(_) => break,
                }
            }
        }
        room.get(..count).unwrap_or_default()
    }

    /// Exactly `N` bytes at `at`.
    pub fn array<const N: usize>(&mut self, at: u64) -> Option<[u8; N]> {
        let mut bytes = [0; N];
        let there = self.size.saturating_sub(at) >= N as u64 && self.seek(at);
        (there && self.source.read_exact(&mut bytes).is_ok()).then_some(bytes)
    }

    fn seek(&mut self, at: u64) -> bool {
        let position = self.start.checked_add(at);
        position.is_some_and(|position| self.source.seek(SeekFrom::Start(position)).is_ok())
    }
}

/// A little-endian unsigned integer of at most 8 bytes.
pub(super) fn little_endian(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |value, &byte| value << 8 | u64::from(byte))
}

/// A big-endian unsigned integer of at most 8 bytes.
pub(super) fn big_endian(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |value, &byte| value << 8 | u64::from(byte))
}
