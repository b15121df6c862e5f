//! What the catalog says of one file, one album, one derived file, as values.
//!
//! In: nothing. Out: [`FileRecord`], [`AlbumRecord`], [`DerivedRecord`]. Never: text where there is a
//! value; a library of 100,000 photos holds as many of them.
//! The one surprise: equal times may differ in their offset; [`FileRecord::says_the_same`] sees it.

use chrono::{DateTime, FixedOffset, SecondsFormat, Utc};

use crate::capture::{CapturedFrom, Evidence, Rule};
use crate::matching::AlbumKind;
use crate::media::Kind;
use crate::names::LibraryPath;
use crate::plan::Area;

/// What the catalog says of a file of the library.
#[derive(Debug, Clone, PartialEq)]
pub struct FileRecord {
    /// Where it stands.
    pub path: LibraryPath,
    /// What kind of place that is.
    pub area: Area,
    /// Its bytes, an index into [`crate::contents::Contents::contents`].
    pub content: usize,
    /// Media only.
    pub kind: Option<Kind>,
    /// The name that its row or entry gave it.
    pub original_name: Option<Box<str>>,
    /// A row carries its fingerprint.
    pub proved: bool,
    /// When it was taken, on a clock there.
    pub captured: Option<DateTime<FixedOffset>>,
    /// Which source decided.
    pub captured_from: Option<CapturedFrom>,
    /// Which rule decided.
    pub rule: Option<Rule>,
    /// What each source said.
    pub evidence: Option<Box<[Evidence]>>,
    /// When it came into iCloud.
    pub imported_to_icloud: Option<DateTime<Utc>>,
    /// Marked as a favourite.
    pub favorite: bool,
    /// Hidden in Photos.
    pub hidden: bool,
    /// In Recently Deleted.
    pub deleted: bool,
    /// By its row.
    pub view_count: Option<u64>,
    /// By the shared library's list.
    pub contributed_by_me: Option<bool>,
    /// The other half's path.
    pub live_photo: Option<LibraryPath>,
    /// The still's path.
    pub companion_of: Option<LibraryPath>,
}

impl FileRecord {
    /// When it was taken, as in JSON: RFC 3339, always with its offset.
    pub fn captured_text(&self) -> Option<String> {
        self.captured.map(|time| time.to_rfc3339_opts(SecondsFormat::AutoSi, false))
    }

    /// Whether nothing in it differs, not even the offset of the same instant.
    pub fn says_the_same(&self, other: &FileRecord) -> bool {
        let offset = |record: &FileRecord| record.captured.map(|time| *time.offset());
        self == other && offset(self) == offset(other)
    }

    /// A file of which nothing is known but its place and bytes.
    pub fn plain(path: LibraryPath, area: Area, content: usize) -> Self {
        FileRecord {
            path,
            area,
            content,
            kind: None,
            original_name: None,
            proved: false,
            captured: None,
            captured_from: None,
            rule: None,
            evidence: None,
            imported_to_icloud: None,
            favorite: false,
            hidden: false,
            deleted: false,
            view_count: None,
            contributed_by_me: None,
            live_photo: None,
            companion_of: None,
        }
    }
}

/// An album as the catalog keeps it.
#[derive(Debug, Clone, PartialEq)]
pub struct AlbumRecord {
    /// Whose it is.
    pub kind: AlbumKind,
    /// What tells it from others of its kind.
    pub key: String,
    /// Its true title.
    pub title: String,
    /// Its folder's name, if it has one.
    pub folder: Option<String>,
    /// Of a shared album, as JSON.
    pub story: Option<String>,
    /// Files of the library, in order.
    pub files: Vec<String>,
}

/// A derived file that an earlier run made.
#[derive(Debug, Clone, PartialEq)]
pub struct DerivedRecord {
    /// `symlink`, `hardlink`, `copy`, `list` or `sidecar`.
    pub form: String,
    /// The library file that it repeats.
    pub target: Option<LibraryPath>,
    /// BLAKE3 of its own bytes, where it has any.
    pub blake3: Option<String>,
}

/// What the next run would report if nothing changes until then.
#[derive(Debug, Clone, PartialEq)]
pub struct Unchanged {
    /// By which it sees that nothing has changed.
    pub mark: String,
    /// JSON.
    pub report: String,
}
