//! Zip archives. This is the only folder that knows their format.
//!
//! A file may be hostile or damaged in any way. [`ZipArchive`] names every entry that the file lists or still holds,
//! and a reader either yields an entry's exact bytes or fails. Nothing here writes, builds a path from a name,
//! repairs silently, or drops an entry without naming it.
//!
//! The `zip` crate only finds the central directory. Its own archive type keeps one entry per name, stops at the
//! first odd header and believes the end record, so headers are walked and data is inflated here (see `listing`
//! and `reader`).

mod entry;
mod headers;
mod listing;
mod local;
mod overlap;
mod reader;
mod salvage;
mod streamed;
mod window;

#[cfg(test)]
mod forge;
#[cfg(test)]
mod tests;

use std::fs::File;
use std::io::{self, Read};
use std::ops::Range;

use thiserror::Error;

pub use entry::{DEFLATED, STORED, ZipEntry};
pub use reader::{EntryReader, WHOLE};
pub use window::Window;

use crate::problem::refusal::refused;
use crate::problem::{Code, amount};
use entry::Refusal;
use headers::{END, LOCAL};

/// An archive may claim to expand to this many times its own size, and 1 GiB more.
const MOST_EXPANSION: u64 = 100;
/// See [`MOST_EXPANSION`].
const ALWAYS_ALLOWED: u64 = 1 << 30;

/// What is wrong with an entry, or with the archive as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{message}")]
pub struct Fault {
    /// [`Code::Unreadable`] where the drive failed and nothing is known of the entry itself.
    pub code: Code,
    /// The entry's name, verbatim; `None` for the whole archive.
    pub entry: Option<String>,
    /// A sentence for a person: what is wrong and what to do.
    pub message: String,
}

/// Why a file cannot be opened as an archive at all.
#[derive(Debug, Error)]
#[error("{message}")]
pub struct Unreadable {
    pub kind: UnreadableKind,
    /// A sentence for a person: what it is instead and what to do.
    pub message: String,
}

/// What a file is that cannot be opened as an archive.
#[derive(Debug)]
pub enum UnreadableKind {
    /// It has no bytes, or nothing but zeros.
    Empty,
    /// A web page or an error message of a server.
    WebPage,
    /// It begins like an archive, but no entry is left of it.
    Truncated,
    /// Something else.
    NotZip,
    /// The drive could not read it.
    Io(io::Error),
}

/// What a file looks like from its first and last bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sniff {
    /// It ends like an archive.
    Zip,
    /// It begins like an archive, but does not end like one.
    TruncatedZip,
    /// It begins like a web page, or like the error message of a server.
    Html,
    /// It has no bytes, or nothing but zeros at its beginning.
    Empty,
    /// Something else.
    Other,
}

/// A zip archive. Any number of threads may read it at once.
#[derive(Debug)]
pub struct ZipArchive {
    /// Its files by [`ZipEntry::position`]. First those that the central directory lists, in that order and
    /// including those of equal names, then those that were found without it. Folders are left out.
    pub entries: Vec<ZipEntry>,
    /// BLAKE3 of everything from the first central header to the end of the file, which together with the
    /// size is the archive's identity. For a damaged archive it is that of what its headers declare.
    pub directory: blake3::Hash,
    /// Length of the file in bytes.
    pub size: u64,
    pub problems: Vec<Fault>,
    window: Window,
}

impl ZipArchive {
    /// The file that it lies in; of a stored nested archive, that of the outermost.
    pub fn file(&self) -> &File {
        self.window.underlying()
    }

    /// Lists an archive. A damaged one opens too, if any of its entries can be named.
    pub fn open(window: Window) -> Result<ZipArchive, Unreadable> {
        match ZipArchive::list(&window) {
            Ok(Some(archive)) => Ok(archive),
            Ok(None) => Err(Unreadable::sniffed(&window)),
            Err(error) => Err(Unreadable::io(error)),
        }
    }

    fn list(window: &Window) -> io::Result<Option<ZipArchive>> {
        let listing = listing::find(window)?;
        let mut problems = Vec::new();
        let (mut entries, start) = match listing {
            Some(listing) if listing.complete || listing.overflow => {
                if listing.overflow {
                    problems.push(overflow());
                }
                (listing.entries, Some(listing.start))
            }
            partial => {
                let salvage = salvage::salvage(window, partial)?;
                let empty = window.len() >= 22 && is_empty_archive(window)?;
                if salvage.entries.is_empty() && salvage.start.is_none() && !empty {
                    return Ok(None);
                }
                if !empty {
                    problems.extend(salvage.fault(window.len()));
                }
                (salvage.entries, salvage.start)
            }
        };
        let size = window.len();
        entries.iter_mut().for_each(|entry| entry.judge_sizes(size));
        let declared = declared(&entries);
        if declared > most_bytes(size) {
            entries.iter_mut().for_each(|entry| entry.refuse(Refusal::ArchiveExpansion));
            problems.push(bomb(declared, size));
        }
        entries.shrink_to_fit();
        overlap::refuse_overlaps(window, &mut entries, start.unwrap_or(size))?;
        let directory = match start {
            Some(start) => hash(window.slice(start, size - start.min(size)))?,
            None => hash_of_entries(&entries),
        };
        Ok(Some(ZipArchive { entries, directory, size, problems, window: window.clone() }))
    }

    /// Bytes that its entries claim to hold, without those that are refused.
    pub fn declared(&self) -> u64 {
        declared(&self.entries)
    }

    /// Opens an entry. Fails if it is refused or its local header disagrees.
    pub fn reader(&self, entry: &ZipEntry) -> Result<EntryReader, Fault> {
        self.compressed_window(entry).map(|data| EntryReader::new(entry, data))
    }

    /// The compressed bytes of an entry, unchecked: two entries with the same method, size and
    /// compressed bytes are equal.
    fn compressed_window(&self, entry: &ZipEntry) -> Result<Window, Fault> {
        let data = self.data_range(entry)?;
        Ok(self.window.slice(data.start, data.end - data.start))
    }

    /// The bytes of a stored entry in place, for a nested archive. `None` if it is compressed or
    /// cannot be opened.
    pub fn stored_window(&self, entry: &ZipEntry) -> Option<Window> {
        (entry.method == STORED).then(|| self.compressed_window(entry).ok())?
    }

    fn data_range(&self, entry: &ZipEntry) -> Result<Range<u64>, Fault> {
        if let Some(fault) = entry.refusal() {
            return Err(fault);
        }
        match local::data_range(&self.window, entry) {
            Ok(Some(data)) => Ok(data),
            Ok(None) => {
                let mut doubtful = entry.clone();
                doubtful.refuse(Refusal::Disagrees);
                Err(doubtful
                    .refusal()
                    .unwrap_or_else(|| entry.fault(Code::DamagedEntry, "its header is damaged")))
            }
            Err(error) => {
                let (code, message) = refused(&error);
                Err(entry.fault(code, message))
            }
        }
    }
}

/// Bytes that an archive of this size may claim to hold, and that are inflated to find out where its data ends.
pub(crate) fn most_bytes(size: u64) -> u64 {
    size.saturating_mul(MOST_EXPANSION).saturating_add(ALWAYS_ALLOWED)
}

/// An entry that lies about its size is refused on its own and does not count.
fn declared(entries: &[ZipEntry]) -> u64 {
    let readable = entries.iter().filter(|entry| entry.refusal.is_none());
    readable.fold(0, |sum, entry| sum.saturating_add(entry.size))
}

fn bomb(declared: u64, size: u64) -> Fault {
    let message = format!(
        "it claims to hold {} in {}, which no real photos and videos do; nothing of it is read: download this part again",
        amount::size(declared),
        amount::size(size)
    );
    Fault { code: Code::LimitExceeded, entry: None, message }
}

fn overflow() -> Fault {
    let message = "it lists more files than any real part; the rest is not read: download this part again";
    Fault { code: Code::LimitExceeded, entry: None, message: message.to_owned() }
}

fn hash(mut window: Window) -> io::Result<blake3::Hash> {
    let mut hasher = blake3::Hasher::new();
    let mut buffer = vec![0; listing::BLOCK];
    loop {
        match window.read(&mut buffer)? {
            0 => return Ok(hasher.finalize()),
            count => hasher.update(buffer.get(..count).unwrap_or_default()),
        };
    }
}

fn hash_of_entries(entries: &[ZipEntry]) -> blake3::Hash {
    let mut hasher = blake3::Hasher::new();
    hasher.update(b"entries found without a whole central directory");
    for entry in entries {
        for number in
            [entry.name.len() as u64, entry.header, entry.compressed, entry.size, entry.crc32.into()]
        {
            hasher.update(&number.to_le_bytes());
        }
        hasher.update(entry.name.as_bytes());
    }
    hasher.finalize()
}

fn is_empty_archive(window: &Window) -> io::Result<bool> {
    Ok(window.bytes_at(0, 4)? == END)
}

impl salvage::Salvage {
    /// What is wrong with the archive of `size` bytes that this was found in.
    fn fault(&self, size: u64) -> Option<Fault> {
        let whole = self.entries.iter().filter(|entry| entry.refusal.is_none()).count();
        let entries = if whole == 1 { "1 file".to_owned() } else { format!("{whole} files") };
        let message = if self.cut_off {
            format!("it is cut off after {entries} at byte {size}: download this part again")
        } else if self.start.is_none() {
            format!("its table of contents is damaged; {entries} could be found: download this part again")
        } else if self.skipped {
            format!("it is damaged between its files; {entries} could be found: download this part again")
        } else {
            return None;
        };
        Some(Fault { code: Code::DamagedArchive, entry: None, message })
    }
}

/// What a file looks like from its first and last bytes. This is cheap and proves nothing.
fn sniff(window: &Window) -> io::Result<Sniff> {
    const HEAD: usize = 4 << 10;
    const TAIL: usize = 22 + (64 << 10);
    let head = window.bytes_at(0, HEAD)?;
    let tail = window.bytes_at(window.len().saturating_sub(TAIL as u64), TAIL)?;
    Ok(if head.iter().all(|&byte| byte == 0) {
        Sniff::Empty
    } else if tail.windows(4).any(|four| four == END) {
        Sniff::Zip
    } else if head.starts_with(&LOCAL) {
        Sniff::TruncatedZip
    } else if is_markup(&head) {
        Sniff::Html
    } else {
        Sniff::Other
    })
}

/// Whether this is HTML, or the XML in which a storage server says that a link has expired.
fn is_markup(head: &[u8]) -> bool {
    const STARTS: [&[u8]; 8] =
        [b"<!doctype", b"<html", b"<head", b"<body", b"<script", b"<meta", b"<!--", b"<?xml"];
    let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    STARTS.iter().any(|start| text.get(..start.len()).is_some_and(|text| text.eq_ignore_ascii_case(start)))
}

impl Unreadable {
    fn sniffed(window: &Window) -> Unreadable {
        let sniffed = match sniff(window) {
            Ok(sniffed) => sniffed,
            Err(error) => return Unreadable::io(error),
        };
        let (kind, message) = match sniffed {
            Sniff::Empty if window.is_empty() => (UnreadableKind::Empty, "it is empty: download it again"),
            Sniff::Empty => (
                UnreadableKind::Empty,
                "it holds nothing but zeros, the download never arrived: download it again",
            ),
            Sniff::Html => (
                UnreadableKind::WebPage,
                "this is a web page, not a part: the download link had expired; sign in and download it again",
            ),
            Sniff::TruncatedZip => {
                (UnreadableKind::Truncated, "it is cut off within its first file: download this part again")
            }
            Sniff::Zip | Sniff::Other => {
                (UnreadableKind::NotZip, "it is not a zip archive; if it came from Apple, download it again")
            }
        };
        Unreadable { kind, message: message.to_owned() }
    }

    fn io(error: io::Error) -> Unreadable {
        let message = refused(&error).1;
        Unreadable { kind: UnreadableKind::Io(error), message }
    }
}
