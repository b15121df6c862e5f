//! What an archive still holds when its central directory is missing, damaged or not its own.
//!
//! No size is taken on trust, no byte is read more than a few times, and a nested archive whose extent is known is not
//! looked into. Entries that are cut off or damaged are handed out too, refused, so that they are named and counted.

use std::collections::HashMap;
use std::io;
use std::ops::Range;

use crate::apple::zip::entry::{Refusal, ZipEntry};
use crate::apple::zip::headers::{
    CENTRAL, CentralHeader, DESCRIPTOR_LENGTH, END, END_LENGTH, LOCAL, LocalHeader, descriptor, is_end,
    u16_at,
};
use crate::apple::zip::listing::{self, BLOCK, Listing};
use crate::apple::zip::streamed::{Measured, measure};
use crate::apple::zip::window::{Peek, Window};

/// Bytes of something else that may precede an archive without an end record.
const PREFIX: u64 = 1 << 20;
/// False directories after which no other is believed.
const MOST_STRAYS: u32 = 16;

/// What was found by walking local headers.
#[derive(Debug)]
pub(super) struct Salvage {
    /// Entries that a directory lists, in its order, then those that no directory lists.
    pub(super) entries: Vec<ZipEntry>,
    /// Where the first directory begins, if all directories are whole.
    pub(super) start: Option<u64>,
    /// Whether the file ends within an entry or before any directory.
    pub(super) cut_off: bool,
    /// Whether there was something that belongs to no entry and no directory.
    pub(super) skipped: bool,
}

/// Walks the local headers of the window. `listed` is a directory that could be read in part.
pub(super) fn salvage(window: &Window, listed: Option<Listing>) -> io::Result<Salvage> {
    let mut walk = Walk::new(window, listed);
    let Some(mut at) = walk.first()? else {
        return Ok(walk.finish());
    };
    loop {
        let start = walk.peek.at(at, END_LENGTH)?;
        let next = if start.starts_with(&LOCAL) {
            walk.entry(at)?
        } else if start.starts_with(&CENTRAL) || is_end(start) {
            walk.directory(at)?
        } else if at >= window.len() {
            None
        } else {
            walk.seek(at)?
        };
        match next {
            Some(next) => at = next,
            None => return Ok(walk.finish()),
        }
    }
}

/// The entries of all directories.
#[derive(Default)]
struct Listed {
    entries: Vec<ZipEntry>,
    /// Index of the entry whose local header begins there.
    by_header: HashMap<u64, usize>,
    /// Positions that are taken, including those of folders.
    count: u32,
    /// Where the first directory begins.
    start: Option<u64>,
    /// Whether one of the directories is not whole.
    partly: bool,
}

impl Listed {
    fn add(&mut self, listing: Listing) {
        self.partly |= !listing.complete;
        self.start = self.start.or(Some(listing.start));
        for mut entry in listing.entries {
            entry.position = entry.position.saturating_add(self.count);
            self.by_header.entry(entry.header).or_insert(self.entries.len());
            self.entries.push(entry);
        }
        self.count = self.count.saturating_add(listing.count);
    }

    /// The entry whose local header is here.
    fn at(&self, header: u64) -> Option<&ZipEntry> {
        self.by_header.get(&header).and_then(|&index| self.entries.get(index))
    }

    /// Adds the entries that no directory lists.
    fn add_unlisted(&mut self, entries: Vec<ZipEntry>) {
        for mut entry in entries.into_iter().filter(|entry| !self.by_header.contains_key(&entry.header)) {
            entry.position = self.count;
            self.count = self.count.saturating_add(1);
            self.entries.push(entry);
        }
    }
}

struct Walk {
    peek: Peek,
    /// For single looks elsewhere, so that the other buffer stays.
    probe: Peek,
    end: u64,
    listed: Listed,
    /// Entries found by local headers since the last directory.
    found: Vec<ZipEntry>,
    /// Those found before it that no directory claimed.
    unlisted: Vec<ZipEntry>,
    /// Where the directory known beforehand lies. Others are then not looked for.
    given: Option<Range<u64>>,
    /// How many looked like a directory but list nothing of this archive.
    strays: u32,
    /// Whether something like an end record is near the end of the file.
    ends: bool,
    cut_off: bool,
    skipped: bool,
    /// Bytes that may still be inflated to find out where data ends.
    budget: u64,
}

impl Walk {
    fn new(window: &Window, listed: Option<Listing>) -> Walk {
        let mut walk = Walk {
            peek: Peek::new(window, BLOCK),
            probe: Peek::new(window, DESCRIPTOR_LENGTH),
            end: window.len(),
            listed: Listed::default(),
            found: Vec::new(),
            unlisted: Vec::new(),
            given: listed.as_ref().map(|listing| listing.start..listing.end),
            strays: 0,
            ends: false,
            cut_off: false,
            skipped: false,
            budget: super::most_bytes(window.len()),
        };
        if let Some(listing) = listed {
            walk.listed.add(listing);
        }
        walk
    }

    fn finish(mut self) -> Salvage {
        self.unlisted.append(&mut self.found);
        self.listed.add_unlisted(self.unlisted);
        let Listed { entries, start, partly, .. } = self.listed;
        Salvage {
            entries,
            cut_off: self.cut_off || start.is_none() || partly && !self.ends,
            start: start.filter(|_| !partly),
            skipped: self.skipped,
        }
    }

    /// The first local header. Without an end record, a file that begins with something else is searched only a
    /// little way: most likely it is not an archive at all.
    fn first(&mut self) -> io::Result<Option<u64>> {
        let tail = self.end.saturating_sub(BLOCK as u64);
        let ends = self.peek.at(tail, BLOCK)?.windows(4).any(|four| four == END);
        self.ends = ends;
        let limit = if ends || self.given.is_some() { self.end } else { self.end.min(PREFIX) };
        self.record(0, limit)
    }

    /// Skips to the next record.
    fn seek(&mut self, from: u64) -> io::Result<Option<u64>> {
        self.skipped = true;
        self.record(from, self.end)
    }

    /// The next place that begins like a header.
    fn record(&mut self, from: u64, limit: u64) -> io::Result<Option<u64>> {
        let mut at = from;
        while at < limit {
            let bytes = self.peek.from(at, CentralHeader::FIXED)?;
            let length = bytes.len() as u64;
            let begins = |four: &[u8]| four == LOCAL || four == CENTRAL;
            let Some(offset) = bytes.windows(4).position(begins) else {
                at += length.saturating_sub(3).max(1);
                continue;
            };
            at += offset as u64;
            if plausible(self.peek.at(at, CentralHeader::FIXED)?) {
                return Ok(Some(at));
            }
            at += 4;
        }
        Ok(None)
    }

    /// Reads the directory at this place. Another archive may follow its end record.
    fn directory(&mut self, at: u64) -> io::Result<Option<u64>> {
        if is_end(self.peek.at(at, END_LENGTH)?) {
            return self.behind(at);
        }
        if let Some(given) = self.given.clone() {
            return if given.contains(&at) { self.behind(given.end) } else { self.seek(at + 4) };
        }
        if self.strays > MOST_STRAYS {
            return self.seek(at + 4);
        }
        let mut listing = listing::walk(&mut self.peek, at)?;
        let first = self.found.first();
        let same = |entry: &&ZipEntry| first.is_some_and(|first| first.name == entry.name);
        let twin = listing.entries.iter().find(same).map_or(0, |entry| entry.header);
        let shift = first.map_or(0, |first| first.header.wrapping_sub(twin));
        let (fitting, shift) = listing::settle(&mut self.peek, &listing, [0, shift])?;
        if fitting == 0 && !self.found.is_empty() {
            self.strays += 1;
            return self.seek(at + 4);
        }
        listing.shift(shift);
        let (end, complete) = (listing.end, listing.complete);
        self.listed.add(listing);
        self.unlisted.append(&mut self.found);
        if complete {
            return self.behind(end);
        }
        self.cut_off |= end >= self.end;
        Ok(None)
    }

    /// Where another archive begins after the end record at or after this place, if one does.
    fn behind(&mut self, at: u64) -> io::Result<Option<u64>> {
        let bytes = self.peek.at(at, BLOCK)?;
        let end = bytes.windows(END_LENGTH).position(|end| end.starts_with(&END));
        let Some((offset, comment)) =
            end.and_then(|offset| Some((offset, u16_at(bytes.get(offset..)?, 20)?)))
        else {
            self.cut_off = true;
            return Ok(None);
        };
        let next = at + offset as u64 + END_LENGTH as u64 + u64::from(comment);
        Ok((self.peek.at(next, 4)? == LOCAL).then_some(next))
    }

    /// Takes in the entry at this place. Gives the place to go on, `None` at the end.
    fn entry(&mut self, at: u64) -> io::Result<Option<u64>> {
        let Some(length) = LocalHeader::length(self.peek.at(at, LocalHeader::FIXED)?) else {
            self.cut_off = true;
            return Ok(None);
        };
        let Some(LocalHeader(header)) = LocalHeader::parse(self.peek.at(at, length)?) else {
            self.cut_off = true;
            return Ok(None);
        };
        let (length, unknown) = (header.length, header.streamed());
        let readable = !header.encrypted();
        let entry = ZipEntry::declared(0, at, &header);
        let data = at + length;
        if let Some(listed) = self.listed.at(at) {
            let (crc32, compressed, size) = (listed.crc32, listed.compressed, listed.size);
            if let Some(next) = self.after(data.saturating_add(compressed), crc32, compressed, size)? {
                return Ok(Some(next));
            }
        }
        match entry {
            None => Ok(Some(data)),
            Some(entry) if !unknown => self.sized(entry, data),
            Some(entry) if readable => self.unsized_entry(entry, data),
            Some(mut entry) => {
                (entry.compressed, entry.size, entry.crc32) = (0, 0, 0);
                self.found.push(entry);
                self.seek(data)
            }
        }
    }

    /// An entry whose header declares its size.
    fn sized(&mut self, mut entry: ZipEntry, data: u64) -> io::Result<Option<u64>> {
        let end = data.saturating_add(entry.compressed);
        if let Some(next) = self.after(end, entry.crc32, entry.compressed, entry.size)? {
            self.found.push(entry);
            return Ok(Some(next));
        }
        // nothing follows where its data should end, so its size is wrong or the file is cut off
        let nested = entry.name.to_ascii_lowercase().ends_with(".zip") || self.peek.at(data, 4)? == LOCAL;
        let cut_off = end > self.end;
        if cut_off {
            entry.refuse(Refusal::CutOff);
        }
        self.found.push(entry);
        let next = match (nested, cut_off) {
            (true, true) => None,
            (true, false) => self.seek(end)?,
            (false, _) => self.seek(data)?,
        };
        self.cut_off |= cut_off && next.is_none();
        Ok(next)
    }

    /// An entry whose size follows its data, so that only the data tells where it ends. Its header may say
    /// anything: 0, or `0xFFFFFFFF`.
    fn unsized_entry(&mut self, mut entry: ZipEntry, data: u64) -> io::Result<Option<u64>> {
        (entry.compressed, entry.size, entry.crc32) = (0, 0, 0);
        let measured = measure(&mut self.peek, entry.method, data, &mut self.budget)?;
        let next = match measured {
            Measured::Whole { compressed, size, crc32 } => {
                let described = self.described(data, compressed, size, crc32)?;
                match described {
                    Some((compressed, next)) => {
                        (entry.compressed, entry.size, entry.crc32) = (compressed, size, crc32);
                        Some(next)
                    }
                    None if data + compressed + DESCRIPTOR_LENGTH as u64 > self.end => {
                        entry.refuse(Refusal::CutOff);
                        self.cut_off = true;
                        None
                    }
                    None => {
                        entry.refuse(Refusal::Broken);
                        self.seek(data + compressed)?
                    }
                }
            }
            Measured::CutOff => {
                entry.refuse(Refusal::CutOff);
                self.cut_off = true;
                None
            }
            Measured::Broken { at } => {
                entry.refuse(Refusal::Broken);
                self.seek(data + at)?
            }
        };
        self.found.push(entry);
        Ok(next)
    }

    /// The compressed size that a descriptor confirms, and where the descriptor ends. The decoder for Deflate64
    /// takes up to three bytes more than it needs.
    fn described(
        &mut self,
        data: u64,
        compressed: u64,
        size: u64,
        crc32: u32,
    ) -> io::Result<Option<(u64, u64)>> {
        for compressed in (compressed.saturating_sub(3)..=compressed).rev() {
            let bytes = self.peek.at(data + compressed, DESCRIPTOR_LENGTH)?;
            if let Some(length) = descriptor(bytes, crc32, compressed, size) {
                return Ok(Some((compressed, data + compressed + length)));
            }
        }
        Ok(None)
    }

    /// Where to go on after data that ends at `end`, if data plausibly ends there.
    fn after(&mut self, end: u64, crc32: u32, compressed: u64, size: u64) -> io::Result<Option<u64>> {
        if end >= self.end {
            return Ok((end == self.end).then_some(end));
        }
        let bytes = self.probe.at(end, DESCRIPTOR_LENGTH)?;
        if bytes.starts_with(&LOCAL) || bytes.starts_with(&CENTRAL) || is_end(bytes) {
            return Ok(Some(end));
        }
        Ok(descriptor(bytes, crc32, compressed, size).map(|length| end + length))
    }
}

/// Whether these bytes look like the fixed part of a header.
fn plausible(bytes: &[u8]) -> bool {
    let (version, method, name) = if bytes.starts_with(&LOCAL) { (4, 8, 26) } else { (6, 10, 28) };
    bytes.get(version).is_some_and(|&version| version <= 100)
        && u16_at(bytes, method).is_some_and(|method| matches!(method, 0..=20 | 93..=99))
        && u16_at(bytes, name).is_some_and(|length| length > 0)
}
