//! Entries of an archive, and what makes one unfit to be read.
//!
//! Why an entry is refused is kept as a small enum and becomes a sentence only when somebody asks: an archive may have
//! half a million entries, and a bomb half a million refused ones.

use std::borrow::Cow;
use std::sync::Arc;

use chrono::{NaiveDate, NaiveDateTime};

use crate::apple::zip::Fault;
use crate::apple::zip::headers::{CentralHeader, Header};
use crate::problem::Code;

/// Stored without compression.
pub const STORED: u16 = 0;
/// Deflate.
pub const DEFLATED: u16 = 8;
/// Deflate64, which Windows uses for files over 2 GiB.
pub(super) const DEFLATED_64: u16 = 9;

/// Deflate expands a byte to at most this many.
const DEFLATE_RATIO: u64 = 1032;
/// Deflate64 expands 18 bits to at most 65,538 bytes.
const DEFLATE_64_RATIO: u64 = 29_128;

/// A file in an archive. Its values are what the archive declares; reading proves them.
#[derive(Debug, Clone)]
pub struct ZipEntry {
    /// Its order in the central directory, folders included; entries salvaged without one come last.
    pub position: u32,
    /// The name, verbatim: UTF-8 whatever its flag says, else decoded from code page 437.
    pub name: Arc<str>,
    /// Where its local header begins, in bytes from the window's start.
    pub header: u64,
    /// Bytes it takes in the archive.
    pub compressed: u64,
    /// Bytes of the file once inflated.
    pub size: u64,
    /// CRC-32 of the file's bytes.
    pub crc32: u32,
    /// Compression method as the format numbers it.
    pub method: u16,
    /// DOS time, in steps of 2 s and without a zone.
    pub modified: Option<NaiveDateTime>,
    /// Whether its owner may run it, by the Unix mode in the central directory.
    pub is_executable: bool,
    /// Where its central header begins; `None` if it was salvaged.
    pub(super) central: Option<u64>,
    /// Where the next entry or the central directory begins, which its data must not pass.
    pub(super) limit: u64,
    pub(super) refusal: Option<Refusal>,
}

impl ZipEntry {
    /// The entry that a header declares; `None` for a folder.
    pub(super) fn declared(position: u32, at: u64, header: &Header<'_>) -> Option<ZipEntry> {
        let name = header.name();
        let folder = name.ends_with(['/', '\\']);
        if folder && header.size == 0 {
            return None;
        }
        let refusal = if unsafe_name(&name) {
            Some(Refusal::Name)
        } else if header.encrypted() {
            Some(Refusal::Encrypted)
        } else if !matches!(header.method, STORED | DEFLATED | DEFLATED_64) {
            Some(Refusal::Method)
        } else {
            folder.then_some(Refusal::FolderWithData)
        };
        Some(ZipEntry {
            position,
            name: name.into(),
            header: at,
            compressed: header.compressed,
            size: header.size,
            crc32: header.crc32,
            method: header.method,
            modified: dos_time(header.date, header.time),
            is_executable: false,
            central: None,
            limit: u64::MAX,
            refusal,
        })
    }

    /// The entry that a header of the central directory declares; `None` for a folder.
    pub(super) fn listed(
        position: u32,
        at: u64,
        central: u64,
        header: &CentralHeader<'_>,
    ) -> Option<ZipEntry> {
        const FOLDER: u32 = 0o040_000;
        const PLAIN: u32 = 0o100_000;
        // `zip -` marks what it read from a pipe as a FIFO, but its content is plain data
        const PIPE: u32 = 0o010_000;
        const LINK: u32 = 0o120_000;
        const MAY_RUN: u32 = 0o100;
        let mut entry = ZipEntry::declared(position, at, &header.common)?;
        match header.file_type() {
            0 | PLAIN | PIPE => {}
            FOLDER if entry.size == 0 => return None,
            FOLDER => {}
            LINK => entry.refuse(Refusal::Link),
            _ => entry.refuse(Refusal::Device),
        }
        entry.is_executable = header.mode() & MAY_RUN != 0;
        entry.central = Some(central);
        Some(entry)
    }

    /// Why it cannot be read, if that is known without opening it.
    pub fn refusal(&self) -> Option<Fault> {
        self.refusal.map(|refusal| self.fault(refusal.code(), refusal.message()))
    }

    /// The path inside the archive, separated by `/`, without empty and `.` components.
    pub fn path(&self) -> Cow<'_, str> {
        let plain = |part: &str| !part.is_empty() && part != ".";
        if self.name.contains('\\') || !self.name.split('/').all(plain) {
            let parts: Vec<&str> = self.name.split(['/', '\\']).filter(|part| plain(part)).collect();
            Cow::Owned(parts.join("/"))
        } else {
            Cow::Borrowed(&self.name)
        }
    }

    /// Refuses it if its compressed bytes cannot hold what it claims. They are no more than the `archive` has
    /// bytes, whatever the entry says.
    pub(super) fn judge_sizes(&mut self, archive: u64) {
        let ratio = match self.method {
            STORED => 1,
            DEFLATED_64 => DEFLATE_64_RATIO,
            _ => DEFLATE_RATIO,
        };
        if self.size > self.compressed.min(archive).saturating_mul(ratio) {
            self.refuse(Refusal::Expansion);
        } else if self.method == STORED && self.compressed != self.size {
            self.refuse(Refusal::Sizes);
        }
    }

    /// Refuses it, unless it was refused already.
    pub(super) fn refuse(&mut self, refusal: Refusal) {
        self.refusal.get_or_insert(refusal);
    }

    pub(super) fn fault(&self, code: Code, message: impl Into<String>) -> Fault {
        Fault { code, entry: Some(self.name.to_string()), message: message.into() }
    }

    /// The earliest place where its data can end: the extra fields of its local header are unknown and not counted.
    pub(super) fn least_end(&self) -> u64 {
        let fixed = super::headers::LocalHeader::FIXED + self.name.len();
        self.header.saturating_add(fixed as u64).saturating_add(self.compressed)
    }
}

/// Why an entry is not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    Name,
    Encrypted,
    Method,
    Link,
    Device,
    FolderWithData,
    Sizes,
    Expansion,
    ArchiveExpansion,
    Overlap,
    Disagrees,
    CutOff,
    Broken,
}

impl Refusal {
    fn code(self) -> Code {
        match self {
            Refusal::Name => Code::UnsafeName,
            Refusal::Encrypted => Code::EncryptedEntry,
            Refusal::Method | Refusal::Link | Refusal::Device => Code::UnsupportedEntry,
            Refusal::Expansion | Refusal::ArchiveExpansion => Code::LimitExceeded,
            Refusal::FolderWithData
            | Refusal::Sizes
            | Refusal::Overlap
            | Refusal::Disagrees
            | Refusal::CutOff
            | Refusal::Broken => Code::DamagedEntry,
        }
    }

    fn message(self) -> &'static str {
        match self {
            Refusal::Name => {
                "its name would lead outside the library: if you know the archive, unpack it by hand"
            }
            Refusal::Encrypted => {
                "it is encrypted: unpack the archive with its password and import the folder"
            }
            Refusal::Method => {
                "it is compressed by a method that is not supported: unpack the archive with another program and import the folder"
            }
            Refusal::Link => "it is a link, not a file: import what it points to by itself",
            Refusal::Device => "it is a device, not a file; Apple's archives have none",
            Refusal::FolderWithData => "it is named like a folder but holds data: download this part again",
            Refusal::Sizes => "its declared sizes contradict each other: download this part again",
            Refusal::Expansion => "it claims more bytes than its data can hold: download this part again",
            Refusal::ArchiveExpansion => {
                "its archive claims more than photos and videos ever expand to: download this part again"
            }
            Refusal::Overlap => "it overlaps another file of the archive: download this part again",
            Refusal::Disagrees => {
                "its own header and the table of contents disagree: download this part again"
            }
            Refusal::CutOff => "the archive is cut off within it: download this part again",
            Refusal::Broken => "its data is damaged: download this part again",
        }
    }
}

/// Whether a name could lead out of a folder on some system, whichever separator it uses: empty, absolute, with a
/// drive letter, a NUL or a `..` (or `.. `, which Windows takes for the same).
fn unsafe_name(name: &str) -> bool {
    let mut first = name.chars();
    let drive = first.next().is_some_and(|c| c.is_ascii_alphabetic()) && first.next() == Some(':');
    let parts = || name.split(['/', '\\']).map(|part| part.trim_end_matches(' '));
    drive
        || name.starts_with(['/', '\\'])
        || name.contains('\0')
        || parts().any(|part| part == "..")
        || parts().all(|part| part.is_empty() || part == ".")
}

fn dos_time(date: u16, time: u16) -> Option<NaiveDateTime> {
    let (date, time) = (u32::from(date), u32::from(time));
    let year = i32::try_from(1980 + (date >> 9)).ok()?;
    NaiveDate::from_ymd_opt(year, (date >> 5) & 15, date & 31)?.and_hms_opt(
        time >> 11,
        (time >> 5) & 63,
        (time & 31) * 2,
    )
}

#[cfg(test)]
mod tests {
    use super::{dos_time, unsafe_name};

    #[test]
    fn names_that_lead_outside() {
        for name in [
            "",
            ".",
            "./",
            "/etc/passwd",
            "\\windows",
            "\\\\server\\share\\a",
            "//server/a",
            "C:",
            "c:a.jpg",
            "C:/a.jpg",
            "C:\\a.jpg",
            "..",
            "../a",
            "..\\a",
            "a/../b",
            "a\\..\\b",
            "a/..",
            "a/..\\b",
            "a/.. /b",
            "a\0.jpg",
        ] {
            assert!(unsafe_name(name), "{name:?}");
        }
        for name in [
            "a.jpg",
            "a/b.jpg",
            "a\\b.jpg",
            "./a.jpg",
            "a..b/c",
            "..a",
            "a..",
            "...",
            "a/.hidden",
            "12:30.jpg",
            "Photos/C:/x",
            "é.jpg",
        ] {
            assert!(!unsafe_name(name), "{name:?}");
        }
    }

    #[test]
    fn dos_times() {
        let shown = |date, time| dos_time(date, time).map(|stamp| stamp.to_string());
        assert_eq!(
            shown((44 << 9) | (2 << 5) | 29, (23 << 11) | (59 << 5) | 29).as_deref(),
            Some("2024-02-29 23:59:58")
        );
        assert_eq!(shown((43 << 9) | (2 << 5) | 29, 0), None);
        assert_eq!(shown(0, 0), None);
        assert_eq!(shown(u16::MAX, u16::MAX), None);
    }
}
