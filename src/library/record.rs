//! What the catalog says of a file, an album or a derived file, as values.
//!
//! A library of 100,000 photos has as many of these records, so none has a text where a value will do.

use chrono::{DateTime, FixedOffset, SecondsFormat, Utc};

use crate::category::Said;
use crate::category::photos::AlbumKind;
use crate::category::photos::media::Kind;
use crate::category::photos::time::{CapturedFrom, Evidence, Rule};
use crate::contents::{Category, Content, ContentId, EntryId};
use crate::library::path::LibraryPath;

/// Which kind of place a file of the library is in.
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

    /// The area with this word.
    pub fn from_name(name: &str) -> Option<Area> {
        [Area::Media, Area::Other, Area::Details].into_iter().find(|area| area.as_str() == name)
    }
}

/// What is wrong with a file whose bytes are not those on record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Harm {
    /// Its drive gives other bytes than were written, or none.
    Damaged,
    /// Somebody wrote to it.
    Changed,
    /// It is gone.
    Missing,
}

impl Harm {
    /// The word in the catalog and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Harm::Damaged => "damaged",
            Harm::Changed => "changed",
            Harm::Missing => "missing",
        }
    }

    /// The harm with this word.
    pub fn from_name(name: &str) -> Option<Harm> {
        [Harm::Damaged, Harm::Changed, Harm::Missing].into_iter().find(|harm| harm.as_str() == name)
    }

    /// What tells rot from an edit: a program that writes to a file changes its size or its time, a failing drive
    /// changes neither. A file that is cut short was not written by a program either.
    pub fn of(found: &Looks) -> Harm {
        match found {
            Looks { is_readable: false, .. } => Harm::Damaged,
            Looks { has_its_time: true, has_its_size: true, .. } => Harm::Damaged,
            Looks { has_its_time: true, is_cut: true, .. } => Harm::Damaged,
            Looks { .. } => Harm::Changed,
        }
    }
}

/// How a file looks whose bytes are not those on record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Looks {
    /// Its drive gives its bytes.
    pub is_readable: bool,
    /// It has the modification time that Windfall gave it.
    pub has_its_time: bool,
    /// It has as many bytes as it should.
    pub has_its_size: bool,
    /// It has fewer, and ends in the middle of a picture or movie.
    pub is_cut: bool,
}

/// What is known to be wrong with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Damage {
    pub what: Harm,
    /// When that was found.
    pub found: DateTime<Utc>,
}

/// An entry that was read to its end.
pub struct ReadEntry {
    pub entry: EntryId,
    pub content: ContentId,
    pub novelty: Novelty,
}

/// Whether the bytes of an entry were new.
#[derive(Debug, Clone, PartialEq)]
pub enum Novelty {
    /// They were safe already, in the library or in staging.
    Already,
    /// They were unknown and are now in staging.
    Fresh(Box<Fresh>),
    /// The catalog knew them, but they were gone. They are in staging again.
    Again,
}

/// Bytes that were unknown, and what they say of themselves.
#[derive(Debug, Clone, PartialEq)]
pub struct Fresh {
    pub content: Content,
    pub said: Said,
}

/// What the catalog says of a file of the library. `C` stands for its bytes: during a run their [`ContentId`], in
/// the catalog their id there, in a listing what is known of them.
#[derive(Debug, Clone, PartialEq)]
pub struct FileRecord<C = ContentId> {
    pub path: LibraryPath,
    pub area: Area,
    pub content: C,
    /// Set for media only.
    pub kind: Option<Kind>,
    /// The name from its row, or else from its entry.
    pub original_name: Option<Box<str>>,
    /// Whether a row has its fingerprint.
    pub proved: bool,
    /// When it was taken, with the offset of local time there.
    pub captured: Option<DateTime<FixedOffset>>,
    /// The source that the capture time comes from.
    pub captured_from: Option<CapturedFrom>,
    /// The rule that decided for that source.
    pub rule: Option<Rule>,
    /// What each source says of the capture time.
    pub evidence: Option<Box<[Evidence]>>,
    /// When it was imported into iCloud.
    pub imported_to_icloud: Option<DateTime<Utc>>,
    pub favorite: bool,
    /// Whether it is hidden in Photos.
    pub hidden: bool,
    /// Whether it is in Recently Deleted.
    pub deleted: bool,
    /// As its row says.
    pub view_count: Option<u64>,
    /// As the list of the iCloud Shared Photo Library says.
    pub contributed_by_me: Option<bool>,
    /// The other half of a Live Photo.
    pub live_photo: Option<LibraryPath>,
    /// The still that this adjustment or RAW belongs to.
    pub companion_of: Option<LibraryPath>,
    /// The modification time that it was given, as long as no run has dated it: an interrupted run planned it, and
    /// the next one only carried that out.
    pub modified: Option<DateTime<Utc>>,
    /// What kind of data it is.
    pub category: Category,
    /// The bytes that Apple delivered, where an edit of its owner's was accepted in their place. Boxed, because few
    /// files have any.
    pub original: Option<Box<C>>,
}

impl<C> FileRecord<C> {
    /// When it was taken, as in JSON: RFC 3339, always with its offset.
    pub fn captured_text(&self) -> Option<String> {
        self.captured.map(|time| time.to_rfc3339_opts(SecondsFormat::AutoSi, false))
    }

    /// When it was imported into iCloud, as in JSON: RFC 3339, in UTC.
    pub fn imported_text(&self) -> Option<String> {
        self.imported_to_icloud.map(|time| time.to_rfc3339_opts(SecondsFormat::Secs, true))
    }

    /// The bytes that Apple delivered, whatever stands there now.
    pub fn delivered(&self) -> &C {
        self.original.as_deref().unwrap_or(&self.content)
    }

    /// The record of a file without the edit that was accepted.
    pub fn into_delivered(self) -> Self {
        match self.original {
            Some(content) => FileRecord { content: *content, original: None, modified: None, ..self },
            None => self,
        }
    }

    /// The same record with other values for its bytes, and for those in whose place they stand.
    pub fn with<D>(self, content: D, original: Option<D>) -> FileRecord<D> {
        FileRecord {
            content,
            original: original.map(Box::new),
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
            modified: self.modified,
            category: self.category,
        }
    }
}

impl FileRecord {
    /// Whether nothing differs, not even the offset of the capture time. Times with different offsets are equal if
    /// they are the same instant.
    pub fn says_the_same(&self, other: &FileRecord) -> bool {
        let offset = |record: &FileRecord| record.captured.map(|time| *time.offset());
        self == other && offset(self) == offset(other)
    }

    /// A file of which only the path and the bytes are known.
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
            modified: None,
            original: None,
            category: Category::Photos,
        }
    }
}

/// An album as the catalog has it.
#[derive(Debug, Clone, PartialEq)]
pub struct AlbumRecord {
    /// Whether it is the owner's, a memory or shared.
    pub kind: AlbumKind,
    /// Tells it from others of its kind.
    pub key: String,
    /// The title as Apple has it, which its folder may not be able to show.
    pub title: String,
    /// The name of its folder, if it has one.
    pub folder: Option<String>,
    /// The people, comments and likes of a shared album, as JSON.
    pub story: Option<String>,
    /// Paths of its files, in order.
    pub files: Vec<String>,
}

/// A derived file that an earlier run made.
#[derive(Debug, Clone, PartialEq)]
pub struct DerivedRecord {
    pub kind: DerivedKind,
    /// The file of the library that it repeats.
    pub target: Option<LibraryPath>,
    /// BLAKE3 of its own bytes, if it has any.
    pub blake3: Option<blake3::Hash>,
    /// BLAKE3 of the bytes that it was about to get when its run ended.
    pub pending: Option<blake3::Hash>,
    /// What kind of data it is made of.
    pub category: Category,
}

impl DerivedRecord {
    /// Something that was derived of photos.
    pub fn of_photos(kind: DerivedKind, target: Option<LibraryPath>, blake3: Option<blake3::Hash>) -> Self {
        DerivedRecord { kind, target, blake3, pending: None, category: Category::Photos }
    }

    /// A file that was made of originals and details.
    pub fn made(category: Category, blake3: blake3::Hash) -> Self {
        DerivedRecord { kind: DerivedKind::Made, target: None, blake3: Some(blake3), pending: None, category }
    }

    /// Whether a file with these bytes is as it was made.
    pub fn has(&self, blake3: blake3::Hash) -> bool {
        self.blake3 == Some(blake3) || self.pending == Some(blake3)
    }
}

/// The kinds of derived files.
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
    /// A text about the file beside it, for another program.
    Sidecar,
    /// A file made of originals and details: a note, a list, a table, the database of records.
    Made,
}

impl DerivedKind {
    const ALL: [DerivedKind; 6] = [
        DerivedKind::Symlink,
        DerivedKind::Hardlink,
        DerivedKind::Copy,
        DerivedKind::List,
        DerivedKind::Sidecar,
        DerivedKind::Made,
    ];

    /// Whether it is there for an album.
    pub fn is_of_album(self) -> bool {
        match self {
            DerivedKind::Symlink | DerivedKind::Hardlink | DerivedKind::Copy | DerivedKind::List => true,
            DerivedKind::Sidecar | DerivedKind::Made => false,
        }
    }

    /// The word in the catalog.
    pub fn as_str(self) -> &'static str {
        match self {
            DerivedKind::Symlink => "symlink",
            DerivedKind::Hardlink => "hardlink",
            DerivedKind::Copy => "copy",
            DerivedKind::List => "list",
            DerivedKind::Sidecar => "sidecar",
            DerivedKind::Made => "made",
        }
    }

    /// The kind with this word.
    pub fn from_name(name: &str) -> Option<DerivedKind> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

/// What the next run will report if nothing changes until then.
#[derive(Debug, Clone, PartialEq)]
pub struct Unchanged {
    /// A hash of everything that the run depends on, by which it sees that nothing has changed.
    pub state: String,
    /// The report, as JSON.
    pub report: String,
}

/// A file to be placed in the library.
#[derive(Debug, Clone, PartialEq)]
pub struct Placement {
    pub path: LibraryPath,
    pub area: Area,
    pub content: ContentId,
    /// The modification time to set.
    pub modified: Option<DateTime<Utc>>,
    /// Whether it is to be run as a program.
    pub is_executable: bool,
}

/// A derived file to be made.
#[derive(Debug, Clone, PartialEq)]
pub struct Derived {
    pub path: LibraryPath,
    pub form: DerivedForm,
}

/// What a derived file is made of.
#[derive(Debug, Clone, PartialEq)]
pub enum DerivedForm {
    /// A relative symbolic link to this file of the library.
    Symlink(LibraryPath),
    /// A hard link to this file of the library.
    Hardlink(LibraryPath),
    /// A copy of this file of the library.
    Copy(LibraryPath),
    /// A list of files of the library.
    Text(String),
    /// A text about the file beside it, for another program.
    Sidecar(String),
}

impl DerivedForm {
    /// The kind of derived file that this makes.
    pub fn kind(&self) -> DerivedKind {
        match self {
            DerivedForm::Symlink(_) => DerivedKind::Symlink,
            DerivedForm::Hardlink(_) => DerivedKind::Hardlink,
            DerivedForm::Copy(_) => DerivedKind::Copy,
            DerivedForm::Text(_) => DerivedKind::List,
            DerivedForm::Sidecar(_) => DerivedKind::Sidecar,
        }
    }

    /// Its own text, if it has one.
    pub fn text(&self) -> Option<&str> {
        match self {
            DerivedForm::Text(text) | DerivedForm::Sidecar(text) => Some(text),
            DerivedForm::Symlink(_) | DerivedForm::Hardlink(_) | DerivedForm::Copy(_) => None,
        }
    }

    /// The file that it links to or copies, if it does.
    pub fn target(&self) -> Option<&LibraryPath> {
        match self {
            DerivedForm::Symlink(target) | DerivedForm::Hardlink(target) | DerivedForm::Copy(target) => {
                Some(target)
            }
            DerivedForm::Text(_) | DerivedForm::Sidecar(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Harm, Looks};

    #[test]
    fn rot_leaves_size_and_time_and_an_edit_does_not() {
        let rotten = Looks { is_readable: true, has_its_time: true, has_its_size: true, is_cut: false };
        for (looks, harm) in [
            (rotten, Harm::Damaged),
            (Looks { has_its_time: false, ..rotten }, Harm::Changed),
            (Looks { has_its_size: false, ..rotten }, Harm::Changed),
            (Looks { has_its_size: false, is_cut: true, ..rotten }, Harm::Damaged),
            (Looks { has_its_time: false, has_its_size: false, is_cut: true, ..rotten }, Harm::Changed),
            (Looks { is_readable: false, has_its_time: false, ..rotten }, Harm::Damaged),
        ] {
            assert_eq!(Harm::of(&looks), harm, "{looks:?}");
        }
    }

    #[test]
    fn every_harm_has_a_word() {
        for harm in [Harm::Damaged, Harm::Changed, Harm::Missing] {
            assert_eq!(Harm::from_name(harm.as_str()), Some(harm));
        }
        assert_eq!(Harm::from_name("faded"), None);
    }
}
