//! The central directory: what an archive says it holds. Never reads data.
//!
//! The `zip` crate finds the directory, but its headers are walked here. The walk goes on to where the headers end,
//! because macOS's Archive Utility writes their number modulo 65,536 and sizes modulo 2^32 (yauzl #69). It keeps
//! every entry, including those of the same name, and gets past damaged headers.

use std::io::{self, ErrorKind};

use zip::result::ZipError;
use zip::unstable::read::ZipIterable;

use crate::apple::zip::entry::{STORED, ZipEntry};
use crate::apple::zip::headers::{CENTRAL, CentralHeader, END, END_LENGTH, LOCAL, LocalHeader, is_end};
use crate::apple::zip::window::{Peek, Window};

/// Entries. No archive of Apple's has more, and the rest is not listed.
const MOST_ENTRIES: u32 = 1_000_000;
/// Bytes of all names, likewise.
const MOST_NAME_BYTES: usize = 128 << 20;
/// Damaged headers that a walk gets past.
const MOST_GAPS: u32 = 1_000;
/// Bytes read at a time.
pub(super) const BLOCK: usize = 256 << 10;
/// Bytes into which the end records and a comment fit.
const TAIL: u64 = 128 << 10;
/// What 16 bits cannot count.
const COUNT_WRAP: u64 = 1 << 16;
/// What 32 bits cannot count.
const WRAP: u64 = 1 << 32;

/// What a walk over a central directory found.
#[derive(Debug)]
pub(super) struct Listing {
    /// Entries in the order of the directory.
    pub(super) entries: Vec<ZipEntry>,
    /// Headers seen, folders counted.
    pub(super) count: u32,
    /// Where the first entry's local header is, as the directory counts.
    first_offset: u64,
    /// Where the first header begins.
    pub(super) start: u64,
    /// Where the last header ends.
    pub(super) end: u64,
    /// Whether every byte from the first header to an end record was a header.
    pub(super) complete: bool,
    /// Whether there are more entries than are listed.
    pub(super) overflow: bool,
    zip64: bool,
}

/// Finds the central directory from the end of the window and walks it. `None` if there is none, or if it
/// cannot be trusted because it is not as long as the end record says, or belongs to a nested archive in a file
/// that was cut off.
pub(super) fn find(window: &Window) -> io::Result<Option<Listing>> {
    let mut peek = Peek::new(window, BLOCK);
    let Some(Located { start, first_header, declared }) = locate(window)? else {
        return Ok(None);
    };
    let mut listing = walk(&mut peek, start)?;
    let shift = first_header.wrapping_sub(listing.first_offset);
    let (_, shift) = settle(&mut peek, &listing, [shift, 0])?;
    listing.shift(shift);
    if listing.complete && !u64::from(listing.count).abs_diff(declared).is_multiple_of(COUNT_WRAP) {
        return Ok(None);
    }
    listing.complete &= window.len().saturating_sub(listing.end) <= TAIL;
    if listing.complete && !listing.zip64 && window.len() >= WRAP && peek.at(listing.end, 4)? == END {
        undo_wrapping(&mut peek, &mut listing)?;
    }
    let claimed = |at| listing.entries.iter().any(|entry| entry.header == at);
    if shift != 0 && !claimed(0) && peek.at(0, 4)? == LOCAL {
        return Ok(None);
    }
    Ok(Some(listing))
}

/// What the end records say.
struct Located {
    /// Where the first central header begins.
    start: u64,
    /// Where the local header of the first entry begins.
    first_header: u64,
    /// Number of entries.
    declared: u64,
}

fn locate(window: &Window) -> io::Result<Option<Located>> {
    let first = ZipIterable::try_new(Peek::new(window, BLOCK), Default::default()).and_then(|mut zip| {
        let declared = zip.len() as u64;
        Ok(zip.files()?.next().transpose()?.map(|first| Located {
            start: first.central_header_start(),
            first_header: first.header_start(),
            declared,
        }))
    });
    match first {
        Ok(located) => Ok(located),
        Err(ZipError::Io(error)) if error.kind() != ErrorKind::UnexpectedEof => Err(error),
        Err(_) => Ok(None),
    }
}

/// What lies at a place of a directory.
enum Record<'a> {
    Header(CentralHeader<'a>),
    End,
    /// A damaged header, or something else.
    Gap,
}

impl Record<'_> {
    fn at(peek: &mut Peek, at: u64) -> io::Result<Record<'_>> {
        if is_end(peek.at(at, END_LENGTH)?) {
            return Ok(Record::End);
        }
        let Some(length) = CentralHeader::length(peek.at(at, CentralHeader::FIXED)?) else {
            return Ok(Record::Gap);
        };
        Ok(CentralHeader::parse(peek.at(at, length)?).map_or(Record::Gap, Record::Header))
    }
}

/// Walks the headers from `start` to an end record. The places of local headers are left as the headers state
/// them.
pub(super) fn walk(peek: &mut Peek, start: u64) -> io::Result<Listing> {
    let mut listing = Listing::empty(start);
    let (mut at, mut last, mut gaps, mut name_bytes) = (start, None, 0, 0);
    loop {
        match Record::at(peek, at)? {
            Record::Header(header) => {
                let entry = ZipEntry::listed(listing.count, header.offset, at, &header);
                name_bytes += entry.as_ref().map_or(0, |entry| entry.name.len());
                if listing.count == MOST_ENTRIES || name_bytes > MOST_NAME_BYTES {
                    listing.overflow = true;
                    return Ok(listing);
                }
                listing.add(entry, at, &header);
                last = Some(at);
                at = listing.end;
            }
            Record::End => {
                listing.complete = gaps == 0;
                return Ok(listing);
            }
            Record::Gap => {
                gaps += 1;
                if gaps > MOST_GAPS {
                    return Ok(listing);
                }
                let from = listing.doubt(peek, last.take())?.unwrap_or(at);
                match find_header(peek, from)? {
                    Some(found) => at = found,
                    None => return Ok(listing),
                }
            }
        }
    }
}

/// The next place at or after `from` that begins like a central header.
fn find_header(peek: &mut Peek, from: u64) -> io::Result<Option<u64>> {
    let mut at = from;
    loop {
        let bytes = peek.from(at, CentralHeader::FIXED)?;
        if bytes.len() < CentralHeader::FIXED {
            return Ok(None);
        }
        match bytes.windows(4).position(|four| four == CENTRAL) {
            Some(found) => return Ok(Some(at + found as u64)),
            None => at += bytes.len() as u64 - 3,
        }
    }
}

impl Listing {
    /// Moves the places of all local headers.
    pub(super) fn shift(&mut self, shift: u64) {
        for entry in &mut self.entries {
            entry.header = entry.header.wrapping_add(shift);
        }
    }

    fn empty(start: u64) -> Self {
        Listing {
            entries: Vec::new(),
            count: 0,
            first_offset: 0,
            start,
            end: start,
            complete: false,
            overflow: false,
            zip64: false,
        }
    }

    /// Takes in a header; that of a folder has no entry.
    fn add(&mut self, entry: Option<ZipEntry>, at: u64, header: &CentralHeader<'_>) {
        if self.count == 0 {
            self.first_offset = header.offset;
        }
        self.zip64 |= header.common.zip64;
        self.count += 1;
        self.entries.extend(entry);
        self.end = at + header.common.length;
    }

    /// Doubts the last header, at `last`, because a wrong length leads astray. If it does not fit its local
    /// header, it counts as damaged itself and the walk resumes from the place returned.
    fn doubt(&mut self, peek: &mut Peek, last: Option<u64>) -> io::Result<Option<u64>> {
        let Some(header) = last else { return Ok(None) };
        let fits = match self.entries.last() {
            Some(entry) => fits(peek, entry, entry.header)?.is_some(),
            None => false,
        };
        if fits {
            return Ok(None);
        }
        self.entries.pop_if(|entry| entry.central == Some(header));
        Ok(Some(header + 4))
    }
}

/// Which of these places the archive begins at: the one from which its first entries have their local
/// headers. A prefixed archive counts from its own start or from the file's, and an end record
/// within a comment leads to any number. Also says how many of a few had theirs there.
pub(super) fn settle(peek: &mut Peek, listing: &Listing, shifts: [u64; 2]) -> io::Result<(u32, u64)> {
    let mut best = (0, shifts[0]);
    for shift in shifts {
        let mut fitting = 0;
        for entry in listing.entries.iter().take(4) {
            let at = entry.header.wrapping_add(shift);
            fitting += u32::from(fits(peek, entry, at)?.is_some());
        }
        if fitting > best.0 {
            best = (fitting, shift);
        }
    }
    Ok(best)
}

/// The length of the local header at this place, if there is one and it has the entry's name.
fn fits(peek: &mut Peek, entry: &ZipEntry, at: u64) -> io::Result<Option<u64>> {
    let Some(length) = LocalHeader::length(peek.at(at, LocalHeader::FIXED)?) else {
        return Ok(None);
    };
    let header = LocalHeader::parse(peek.at(at, length)?);
    Ok(header.filter(|header| header.0.name() == *entry.name).map(|header| header.0.length))
}

/// Undoes the arithmetic modulo 2^32 of writers without zip64. An entry begins after the one before it, where a
/// local header has its name, and its data extends to the next.
fn undo_wrapping(peek: &mut Peek, listing: &mut Listing) -> io::Result<()> {
    let mut data = Vec::with_capacity(listing.entries.len());
    let mut least = 0u64;
    for entry in &mut listing.entries {
        let low = entry.header % WRAP;
        let mut at = low + least.saturating_sub(low).div_ceil(WRAP) * WRAP;
        let length = loop {
            if at >= listing.start {
                break None;
            }
            if let Some(length) = fits(peek, entry, at)? {
                break Some(length);
            }
            at += WRAP;
        };
        let Some(length) = length else { return Ok(()) };
        entry.header = at;
        data.push(at + length);
        least = at + length + entry.compressed;
    }
    let nexts: Vec<u64> =
        listing.entries.iter().skip(1).map(|entry| entry.header).chain([listing.start]).collect();
    for ((entry, data), next) in listing.entries.iter_mut().zip(data).zip(nexts) {
        let room = next.saturating_sub(data);
        entry.compressed += room.saturating_sub(entry.compressed) / WRAP * WRAP;
        // photos and videos hardly deflate, so the size is the smallest possible one that is not smaller than
        // the data; if that is wrong, reading finds out
        let slack = if entry.method == STORED { 0 } else { entry.compressed / 1000 + 1024 };
        let missing = entry.compressed.saturating_sub(slack).saturating_sub(entry.size);
        entry.size += missing.div_ceil(WRAP) * WRAP;
    }
    Ok(())
}
