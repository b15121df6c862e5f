//! A read buffer that survives seeking, for parsers of metadata that jump back and forth in a large file.
//!
//! A `BufReader` drops its buffer at a seek. Large reads go past this one.

use std::io::{self, Read, Seek, SeekFrom};

use crate::category::ReadSeek;
use crate::stage::discover::container::Source;
use crate::stage::discover::{self, part_file};

pub(super) struct SeekBuffer<'a> {
    source: &'a mut dyn ReadSeek,
    buffer: Vec<u8>,
    /// The offset of the buffer in the source.
    start: u64,
    /// The offset of the next byte wanted.
    cursor: u64,
}

impl<'a> SeekBuffer<'a> {
    /// Bytes read at a time.
    const STEP: u64 = 16 * 1024;

    pub(super) fn new(source: &'a mut dyn ReadSeek) -> Self {
        SeekBuffer { source, buffer: Vec::new(), start: 0, cursor: 0 }
    }

    fn held(&self) -> &[u8] {
        let from = self.cursor.checked_sub(self.start).and_then(|from| usize::try_from(from).ok());
        from.and_then(|from| self.buffer.get(from..)).unwrap_or_default()
    }
}

impl Read for SeekBuffer<'_> {
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

impl Seek for SeekBuffer<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.cursor = match to {
            SeekFrom::Start(position) => position,
            SeekFrom::Current(by) => self.cursor.saturating_add_signed(by),
            SeekFrom::End(_) => self.source.seek(to)?,
        };
        Ok(self.cursor)
    }
}

/// The bytes of an entry without a copy, if they can be read by position: stored in a zip, or a file of a folder.
pub(super) fn seekable(source: &Source, position: u32, path: &str) -> Option<Box<dyn ReadSeek>> {
    match source {
        Source::Zip(archive) => {
            let window = archive.stored_window(discover::zip_entry(archive, position)?)?;
            Some(Box::new(window))
        }
        Source::Folder(root) => Some(Box::new(part_file::open(root, path).ok()?)),
        Source::Remembered(_) | Source::Kept(_) | Source::Unreadable => None,
    }
}
