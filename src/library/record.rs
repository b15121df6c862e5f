//! What the catalog says of one file, one album, one derived file, as values. None is a text where there
//! is a value, for a library of 100,000 photos holds as many of them.

use chrono::{DateTime, FixedOffset, SecondsFormat, Utc};

use crate::category::Said;
use crate::category::photos::AlbumKind;
use crate::category::photos::media::Kind;
use crate::category::photos::time::{CapturedFrom, Evidence, Rule};
use crate::contents::{Content, ContentId, EntryId};
use crate::library::path::LibraryPath;

/// What kind of place a file of the library has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Area {
    /// A photo, a video or what belongs to one.
    Media,
    /// Below `Other/`.
    Other,
    /// Below `.windfall/details/`.
    Details,
}

impl Area {
    /// The word in the catalog.
    pub fn as_str(self) -> &'static str {
        match self {
            Area::Media => "media",
            Area::Other => "other",
            Area::Details => "details",
        }
    }

    /// The area of that word in the catalog.
    pub fn from_name(name: &str) -> Option<Area> {
        [Area::Media, Area::Other, Area::Details].into_iter().find(|area| area.as_str() == name)
    }
}

/// An entry that was read to its end.
pub struct ReadEntry {
    /// Which.
    pub entry: EntryId,
    /// Its bytes.
    pub content: ContentId,
    /// What happened to its bytes.
    pub novelty: Novelty,
}

/// What happened to the bytes of an entry that was read.
#[derive(Debug, Clone, PartialEq)]
pub enum Novelty {
    /// They are safe already: in the library, or in staging.
    Already,
    /// Nobody knew them; they are in staging now.
    Fresh(Box<Fresh>),
    /// The catalog knew them, but they were gone; they are in staging again.
    Again,
}

/// Bytes that nobody knew, and what they said.
#[derive(Debug, Clone, PartialEq)]
pub struct Fresh {
    /// The bytes.
    pub content: Content,
    /// What they said of themselves.
    pub said: Said,
}

/// What the catalog says of a file of the library. `C` tells its bytes: in a run their
/// place among the contents, in the catalog their identity, in a list
/// what is known of them.
#[derive(Debug, Clone, PartialEq)]
pub struct FileRecord<C = ContentId> {
    /// Where it stands.
    pub path: LibraryPath,
    /// What kind of place that is.
    pub area: Area,
    /// Its bytes.
    pub content: C,
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

impl<C> FileRecord<C> {
    /// When it was taken, as in JSON: RFC 3339, always with its offset.
    pub fn captured_text(&self) -> Option<String> {
        self.captured.map(|time| time.to_rfc3339_opts(SecondsFormat::AutoSi, false))
    }

    /// When it came into iCloud, as in JSON: RFC 3339, in UTC.
    pub fn imported_text(&self) -> Option<String> {
        self.imported_to_icloud.map(|time| time.to_rfc3339_opts(SecondsFormat::Secs, true))
    }

    /// The same record with its bytes told otherwise.
    pub fn with<D>(self, content: D) -> FileRecord<D> {
        FileRecord {
            content,
            path: self.path,
            area: self.area,
            kind: self.kind,
            original_name: self.original_name,
            proved: self.proved,
            captured: self.captured,
            captured_from: self.captured_from,
            rule: self.rule,
            evidence: self.evidence,
            imported_to_icloud: self.imported_to_icloud,
            favorite: self.favorite,
            hidden: self.hidden,
            deleted: self.deleted,
            view_count: self.view_count,
            contributed_by_me: self.contributed_by_me,
            live_photo: self.live_photo,
            companion_of: self.companion_of,
        }
    }
}

impl FileRecord {
    /// Whether nothing in it differs, not even the offset of the same instant, which alone would leave two
    /// times equal.
    pub fn says_the_same(&self, other: &FileRecord) -> bool {
        let offset = |record: &FileRecord| record.captured.map(|time| *time.offset());
        self == other && offset(self) == offset(other)
    }

    /// A file of which nothing is known but its place and bytes.
    pub fn plain(path: LibraryPath, area: Area, content: ContentId) -> Self {
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
    /// What kind of thing it is.
    pub kind: DerivedKind,
    /// The library file that it repeats.
    pub target: Option<LibraryPath>,
    /// Of its own bytes, where it has any.
    pub blake3: Option<blake3::Hash>,
}

/// What kind of thing a derived file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DerivedKind {
    /// A relative symbolic link to a file of the library.
    Symlink,
    /// A hard link to one.
    Hardlink,
    /// A copy of one.
    Copy,
    /// A list of files of the library.
    List,
    /// A text that speaks of the file beside it.
    Sidecar,
}

impl DerivedKind {
    const ALL: [DerivedKind; 5] = [
        DerivedKind::Symlink,
        DerivedKind::Hardlink,
        DerivedKind::Copy,
        DerivedKind::List,
        DerivedKind::Sidecar,
    ];

    /// The word in the catalog.
    pub fn as_str(self) -> &'static str {
        match self {
            DerivedKind::Symlink => "symlink",
            DerivedKind::Hardlink => "hardlink",
            DerivedKind::Copy => "copy",
            DerivedKind::List => "list",
            DerivedKind::Sidecar => "sidecar",
        }
    }

    /// The kind of that word in the catalog.
    pub fn from_name(name: &str) -> Option<DerivedKind> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

/// What the next run would report if nothing changes until then.
#[derive(Debug, Clone, PartialEq)]
pub struct Unchanged {
    /// By which it sees that nothing has changed.
    pub state: String,
    /// JSON.
    pub report: String,
}

/// One file that shall stand in the library.
#[derive(Debug, Clone, PartialEq)]
pub struct Placement {
    /// Where.
    pub path: LibraryPath,
    /// What kind of place that is.
    pub area: Area,
    /// Which bytes.
    pub content: ContentId,
    /// The modification time that it gets.
    pub modified: Option<DateTime<Utc>>,
}

/// A link, list or copy that repeats what stands elsewhere.
#[derive(Debug, Clone, PartialEq)]
pub struct Derived {
    /// Where.
    pub path: LibraryPath,
    /// What.
    pub form: DerivedForm,
}

/// What a derived file is.
#[derive(Debug, Clone, PartialEq)]
pub enum DerivedForm {
    /// A relative symbolic link to this file of the library.
    Symlink(LibraryPath),
    /// A hard link to this file of the library.
    Hardlink(LibraryPath),
    /// A copy of this file of the library.
    Copy(LibraryPath),
    /// A text of our own.
    Text(String),
    /// A text of our own that speaks of the file beside it.
    Sidecar(String),
}

impl DerivedForm {
    /// What kind of thing that is.
    pub fn kind(&self) -> DerivedKind {
        match self {
            DerivedForm::Symlink(_) => DerivedKind::Symlink,
            DerivedForm::Hardlink(_) => DerivedKind::Hardlink,
            DerivedForm::Copy(_) => DerivedKind::Copy,
            DerivedForm::Text(_) => DerivedKind::List,
            DerivedForm::Sidecar(_) => DerivedKind::Sidecar,
        }
    }

    /// The bytes of its own, if it has any.
    pub fn text(&self) -> Option<&str> {
        match self {
            DerivedForm::Text(text) | DerivedForm::Sidecar(text) => Some(text),
            DerivedForm::Symlink(_) | DerivedForm::Hardlink(_) | DerivedForm::Copy(_) => None,
        }
    }

    /// The file that it repeats, if it is one.
    pub fn target(&self) -> Option<&LibraryPath> {
        match self {
            DerivedForm::Symlink(target) | DerivedForm::Hardlink(target) | DerivedForm::Copy(target) => {
                Some(target)
            }
            DerivedForm::Text(_) | DerivedForm::Sidecar(_) => None,
        }
    }
}
