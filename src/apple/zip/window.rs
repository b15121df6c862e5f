//! A window onto an open file: positioned reads from a start, over a length.
//!
//! Any number of threads may clone a [`Window`] and read at once: nothing locks or relies on the file's own cursor. A
//! stored nested archive is just a narrower window of the same file, so it is read in place.

use std::fs::File;
use std::io::{self, Error, ErrorKind, Read, Seek, SeekFrom};
use std::sync::Arc;

/// A stretch of an open file, with a cursor of its own. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Window {
    file: Arc<File>,
    start: u64,
    length: u64,
    cursor: u64,
}

impl Window {
    pub fn file(file: File) -> io::Result<Window> {
        let length = file.metadata()?.len();
        Ok(Window { file: Arc::new(file), start: 0, length, cursor: 0 })
    }

    /// The `length` bytes from `start` on, or as many as this window has.
    pub fn slice(&self, start: u64, length: u64) -> Window {
        let start = start.min(self.length);
        Window {
            file: Arc::clone(&self.file),
            start: self.start.saturating_add(start),
            length: length.min(self.length - start),
            cursor: 0,
        }
    }

    pub(super) fn underlying(&self) -> &File {
        &self.file
    }

    /// Length in bytes.
    pub fn len(&self) -> u64 {
        self.length
    }

    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// Reads at a position of the window without moving the cursor. Yields fewer bytes than asked for only at
    /// the end.
    pub fn read_at(&self, buffer: &mut [u8], position: u64) -> io::Result<usize> {
        let left = self.length.saturating_sub(position);
        let want = usize::try_from(left).unwrap_or(usize::MAX).min(buffer.len());
        let mut done = 0;
        while let Some(rest) = buffer.get_mut(done..want).filter(|rest| !rest.is_empty()) {
            let at = self.start.saturating_add(position).saturating_add(done as u64);
            match positioned(&self.file, rest, at) {
                Ok(0) => break,
                Ok(count) => done += count,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(done)
    }

    /// The `length` bytes at a position; fewer only at the end.
    pub(super) fn bytes_at(&self, position: u64, length: usize) -> io::Result<Vec<u8>> {
        let left = usize::try_from(self.length.saturating_sub(position)).unwrap_or(usize::MAX);
        let mut bytes = vec![0; length.min(left)];
        let count = self.read_at(&mut bytes, position)?;
        bytes.truncate(count);
        Ok(bytes)
    }
}

#[cfg(unix)]
fn positioned(file: &File, buffer: &mut [u8], position: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buffer, position)
}

/// Moves the handle's cursor, which nothing here relies on.
#[cfg(windows)]
fn positioned(file: &File, buffer: &mut [u8], position: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, buffer, position)
}

impl Read for Window {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.read_at(buffer, self.cursor)?;
        self.cursor = self.cursor.saturating_add(count as u64);
        Ok(count)
    }
}

impl Seek for Window {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.cursor = resolve(to, self.cursor, self.length)?;
        Ok(self.cursor)
    }
}

fn resolve(to: SeekFrom, cursor: u64, length: u64) -> io::Result<u64> {
    match to {
        SeekFrom::Start(position) => Some(position),
        SeekFrom::Current(by) => cursor.checked_add_signed(by),
        SeekFrom::End(by) => length.checked_add_signed(by),
    }
    .ok_or_else(|| Error::new(ErrorKind::InvalidInput, "seek to before the start"))
}

/// Shows the bytes at any position of a window from a buffer. As a reader it keeps its buffer across seeks, which
/// a `BufReader` does not.
#[derive(Debug)]
pub(super) struct Peek {
    window: Window,
    buffer: Vec<u8>,
    start: u64,
    capacity: usize,
    cursor: u64,
}

impl Peek {
    /// Reads `capacity` bytes at a time.
    pub(super) fn new(window: &Window, capacity: usize) -> Peek {
        Peek { window: window.clone(), buffer: Vec::new(), start: 0, capacity, cursor: 0 }
    }

    pub(super) fn window(&self) -> &Window {
        &self.window
    }

    /// The `length` bytes at a position; fewer only at the end.
    pub(super) fn at(&mut self, position: u64, length: usize) -> io::Result<&[u8]> {
        let bytes = self.from(position, length)?;
        Ok(bytes.get(..length).unwrap_or(bytes))
    }

    /// All buffered bytes from a position on, at least `length`; fewer only at the end.
    pub(super) fn from(&mut self, position: u64, length: usize) -> io::Result<&[u8]> {
        let end = position.saturating_add(length as u64).min(self.window.len());
        let buffered = self.start..self.start.saturating_add(self.buffer.len() as u64);
        if position < buffered.start || end > buffered.end {
            let left = usize::try_from(self.window.len().saturating_sub(position)).unwrap_or(usize::MAX);
            let mut buffer = std::mem::take(&mut self.buffer);
            buffer.resize(self.capacity.max(length).min(left), 0);
            let count = self.window.read_at(&mut buffer, position)?;
            buffer.truncate(count);
            self.buffer = buffer;
            self.start = position;
        }
        let from = usize::try_from(position - self.start).unwrap_or(usize::MAX);
        Ok(self.buffer.get(from..).unwrap_or_default())
    }
}

impl Read for Peek {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let position = self.cursor;
        let wanted = buffer.len().min(self.capacity);
        let bytes = self.at(position, wanted)?;
        let count = bytes.len();
        if let Some(room) = buffer.get_mut(..count) {
            room.copy_from_slice(bytes);
        }
        self.cursor = position.saturating_add(count as u64);
        Ok(count)
    }
}

impl Seek for Peek {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.cursor = resolve(to, self.cursor, self.window.len())?;
        Ok(self.cursor)
    }
}
