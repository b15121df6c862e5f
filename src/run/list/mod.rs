//! `list`: what a library holds, a value per file; [`explain()`] tells why one file is where it is. Only the catalog is
//! read.
//!
//! Files come in the order of their paths' bytes and through a callback, because a library may have half a
//! million of them. What files share (titles, companions, sources) is read before the first.

mod explain;

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use chrono::{DateTime, SecondsFormat, Utc};
use serde::Serialize;

use crate::apple::text;
use crate::category::photos::AlbumKind;
use crate::category::photos::media::Kind;
use crate::category::photos::time::{CapturedFrom, Evidence};
use crate::error::Error;
use crate::library::catalog::{Catalog, Detail, Source, StoredFile};
use crate::library::filter::Filters;
use crate::library::layout;
use crate::library::path::LibraryPath;
use crate::library::record::{Area, Damage};
use crate::library::titles::Titles;
use crate::place::Place;

pub use crate::library::posted::Posted;
pub use explain::{Explained, LeftOut, Made, Story, explain};
pub(crate) use explain::{candidates, made, path_of};

/// A file of the library, as in JSON.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Listed {
    /// Relative to the library, with `/`.
    pub path: LibraryPath,
    /// How many bytes it has.
    pub size: u64,
    /// Of its bytes, in lower-case hex.
    pub blake3: String,
    /// Apple's checksum of these bytes; of photos, videos and what belongs to them only.
    pub fingerprint: Option<String>,
    /// A row carries that checksum.
    pub proved: bool,
    /// `photo`, `video`, `adjustment` or `other`.
    pub kind: &'static str,
    /// The name that its row or entry gave it.
    pub original_name: Option<Box<str>>,
    /// RFC 3339, where it was taken.
    pub captured: Option<String>,
    /// Which source decided.
    pub captured_from: &'static str,
    /// When it came into iCloud, RFC 3339.
    pub imported_to_icloud: Option<String>,
    /// Marked as a favourite.
    pub favorite: bool,
    /// Hidden in Photos.
    pub hidden: bool,
    /// In Recently Deleted.
    pub deleted: bool,
    /// How often it was looked at, as Apple's lists say.
    pub view_count: Option<u64>,
    /// Titles of the owner's albums, sorted.
    pub albums: Vec<String>,
    /// Titles of Apple's collections, sorted.
    pub memories: Vec<String>,
    /// Titles of shared albums, sorted.
    pub shared_albums: Vec<String>,
    /// Path of the other half.
    pub live_photo: Option<LibraryPath>,
    /// The paths of a still's adjustments and RAW files.
    pub companions: Vec<String>,
    /// By the shared library's list.
    pub contributed_by_me: Option<bool>,
    /// What each source said of the capture time.
    pub evidence: Box<[Evidence]>,
    /// Every copy that was read, sorted.
    pub sources: Vec<Origin>,
    /// What kind of data it came with: `photos` …
    pub category: &'static str,
    /// When its bytes were last read and agreed, RFC 3339.
    pub verified: Option<String>,
    /// What is wrong with it.
    pub damage: Option<KnownDamage>,
    /// Of the bytes that were imported: what is there now, unless an edit of the owner's stands in their place.
    pub original_blake3: String,
    /// In pixels, as a person sees it: turned as the file says.
    pub width: Option<u32>,
    /// In pixels, likewise.
    pub height: Option<u32>,
    /// How long a movie is, in seconds.
    pub duration: Option<f64>,
    /// In degrees, north positive.
    pub latitude: Option<f64>,
    /// In degrees, east positive.
    pub longitude: Option<f64>,
    /// What a person calls that position; English.
    pub place: Option<Arc<Place>>,
    /// Maker and model, the maker once: `Apple iPhone 13`.
    pub camera: Option<String>,
    /// When its owner changed it, RFC 3339; of photos `captured` says when they were taken.
    pub modified: Option<String>,
}

/// What is known to be wrong with a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KnownDamage {
    /// When that was found, RFC 3339.
    pub found: String,
    /// `damaged`, `changed` or `missing`.
    pub what: &'static str,
}

/// Where a copy of a file's bytes was read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Origin {
    /// File name of the archive or folder, nested `Outer.zip/Inner.zip`.
    pub archive: String,
    /// Path inside, verbatim.
    pub entry: String,
}

/// Calls `visit` for every file, media and others but not the kept details, until it breaks.
///
/// # Errors
/// If there is no catalog, or SQLite refuses.
pub fn files(library: &Path, visit: &mut dyn FnMut(Listed) -> ControlFlow<()>) -> Result<(), Error> {
    chosen(library, &Filters::default(), visit)
}

/// As [`files`], but only for those that are meant.
///
/// # Errors
/// As [`files`].
pub fn chosen(
    library: &Path,
    filters: &Filters,
    visit: &mut dyn FnMut(Listed) -> ControlFlow<()>,
) -> Result<(), Error> {
    let catalog = Catalog::read(library)?;
    let mut titles = catalog.titles_by_path()?;
    let shared = Shared::read(&catalog, None)?;
    catalog.each_file(Detail::Whole, &mut |file| {
        let titles = titles.remove(file.path.as_str()).unwrap_or_default();
        match file.area {
            Area::Media | Area::Other if filters.mean(&file, &titles) => visit(listed(file, &shared, titles)),
            Area::Media | Area::Other | Area::Details => ControlFlow::Continue(()),
        }
    })
}

/// As [`chosen`], but with what the catalog says of the file alone, without its evidence: half the work.
///
/// # Errors
/// If there is no catalog, or SQLite refuses.
pub fn records(
    library: &Path,
    filters: &Filters,
    visit: &mut dyn FnMut(&StoredFile) -> ControlFlow<()>,
) -> Result<(), Error> {
    let catalog = Catalog::read(library)?;
    let titles = Titles::read(&catalog, filters)?;
    catalog.each_file(Detail::WithoutEvidence, &mut |file| match file.area {
        Area::Media | Area::Other if filters.mean(&file, titles.of(&file.path)) => visit(&file),
        Area::Media | Area::Other | Area::Details => ControlFlow::Continue(()),
    })
}

/// Visits a file with when its owner changed it, and says whether to go on.
pub type EachDated<'a> = dyn FnMut(&StoredFile, Option<DateTime<Utc>>) -> ControlFlow<()> + 'a;

/// As [`records`], each with when its owner changed it, if it is no photo.
///
/// # Errors
/// As [`records`].
pub fn dated(library: &Path, filters: &Filters, visit: &mut EachDated<'_>) -> Result<(), Error> {
    let shared = Shared::of_others(&Catalog::read(library)?)?;
    records(library, filters, &mut |file| visit(file, shared.modified(file)))
}

/// What must be known before the first file.
#[derive(Default)]
struct Shared {
    companions: HashMap<String, Vec<String>>,
    /// Copies among the media, by content.
    media: HashMap<i64, Vec<Origin>>,
    /// Copies among the others.
    others: HashMap<i64, Vec<Other>>,
}

/// A copy of a file that is no photo.
struct Other {
    /// Its path in the part, made portable.
    path: LibraryPath,
    origin: Origin,
    /// The time that its archive states.
    modified: Option<DateTime<Utc>>,
}

impl Origin {
    fn of(source: &Source<'_>) -> Self {
        Origin { archive: source.archive.to_owned(), entry: source.entry.to_owned() }
    }
}

impl Other {
    fn of(source: &Source<'_>) -> Self {
        Other {
            path: portable(source.inner),
            origin: Origin::of(source),
            modified: source.modified.map(|time| time.and_utc()),
        }
    }
}

impl Shared {
    /// Reads what it has to say of files that are no photos.
    fn of_others(catalog: &Catalog) -> Result<Self, Error> {
        let mut shared = Shared::default();
        catalog.each_source(None, &mut |source| {
            if source.area != Area::Media {
                shared.others.entry(source.content).or_default().push(Other::of(&source));
            }
        })?;
        Ok(shared)
    }

    /// Reads it for all contents, or for one.
    fn read(catalog: &Catalog, content: Option<i64>) -> Result<Self, Error> {
        let (mut media, mut others) = (HashMap::<_, Vec<_>>::new(), HashMap::<_, Vec<_>>::new());
        catalog.each_source(content, &mut |source| match source.area {
            Area::Media => media.entry(source.content).or_default().push(Origin::of(&source)),
            Area::Other | Area::Details => {
                others.entry(source.content).or_default().push(Other::of(&source));
            }
        })?;
        Ok(Shared { companions: catalog.companions()?, media, others })
    }

    fn sources(&self, file: &StoredFile) -> Vec<Origin> {
        let content = file.content.delivered_id();
        let mut sources: Vec<Origin> = match file.area {
            Area::Media => self.media.get(&content).cloned().unwrap_or_default(),
            Area::Other | Area::Details => {
                self.others_of(file).into_iter().map(|other| other.origin.clone()).collect()
            }
        };
        sources.sort();
        sources
    }

    fn others_of(&self, file: &StoredFile) -> Vec<&Other> {
        let copies = self.others.get(&file.content.delivered_id()).map(Vec::as_slice).unwrap_or_default();
        let path = file.path.as_str();
        let below_other = path.strip_prefix(layout::OTHER).and_then(|below| below.strip_prefix('/'));
        let is_own = |other: &&Other| {
            let wanted = other.path.as_str();
            is_counted(wanted, path) || below_other.is_some_and(|below| is_counted(wanted, below))
        };
        let own: Vec<&Other> = copies.iter().filter(is_own).collect();
        if !own.is_empty() {
            return own;
        }
        // it stands elsewhere: those are its own whose path ends most like its own, which may be all of them
        let alike = |other: &&Other| ends_alike(&other.path, &file.path);
        let most = copies.iter().map(|copy| alike(&copy)).max();
        copies.iter().filter(|copy| Some(alike(copy)) == most).collect()
    }

    /// When the owner changed what is no photo.
    fn modified(&self, file: &StoredFile) -> Option<DateTime<Utc>> {
        if file.area == Area::Media {
            return None;
        }
        file.modified.or_else(|| self.others_of(file).into_iter().filter_map(|other| other.modified).min())
    }
}

fn instant(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Secs, true)
}

fn portable(inner: &str) -> LibraryPath {
    LibraryPath::new(inner.split('/').filter(|step| !step.is_empty()))
}

/// How many components two paths have in common at their ends.
fn ends_alike(one: &LibraryPath, other: &LibraryPath) -> usize {
    let steps = one.as_str().rsplit('/').zip(other.as_str().rsplit('/'));
    steps.take_while(|(one, other)| one == other).count()
}

/// Whether `path` is the planned path `wanted`, or that with ` (2)`, ` (3)` … in its name.
fn is_counted(wanted: &str, path: &str) -> bool {
    let split = |path: &str| {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        let (stem, extension) = text::split(name);
        (folder.to_owned(), stem.to_owned(), extension.to_owned())
    };
    let (folder, stem, extension) = split(wanted);
    let (at, counted, ending) = split(path);
    let suffix = counted.strip_prefix(stem.as_str()).map(|rest| rest.trim_matches([' ', '(', ')']));
    let is_number = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    folder == at && extension == ending && suffix.is_some_and(is_number)
}

/// `titles` are those of the albums that it is in, with their kind, sorted by both.
fn listed(file: StoredFile, shared: &Shared, titles: Vec<(AlbumKind, String)>) -> Listed {
    let (mut albums, mut memories, mut shared_albums) = (Vec::new(), Vec::new(), Vec::new());
    for (kind, title) in titles {
        match kind {
            AlbumKind::Album => albums.push(title),
            AlbumKind::Memory => memories.push(title),
            AlbumKind::Shared | AlbumKind::Subscribed => shared_albums.push(title),
        }
    }
    let blake3 = file.content.blake3.to_hex().to_string();
    let original = file.content.original.as_deref().map(|original| original.blake3.to_hex().to_string());
    let known = |damage: Damage| KnownDamage { found: instant(damage.found), what: damage.what.as_str() };
    Listed {
        category: file.category.as_str(),
        size: file.content.size,
        original_blake3: original.unwrap_or_else(|| blake3.clone()),
        verified: file.content.verified.map(instant),
        damage: file.content.damage.map(known),
        blake3,
        // of anything else Apple has none
        fingerprint: file
            .content
            .fingerprint
            .filter(|_| file.area == Area::Media)
            .map(|fingerprint| fingerprint.to_string()),
        proved: file.proved,
        kind: file.kind.unwrap_or(Kind::Other).as_str(),
        captured: file.captured_text(),
        captured_from: file.captured_from.unwrap_or(CapturedFrom::None).as_str(),
        imported_to_icloud: file.imported_text(),
        width: file.content.pixels.map(|pixels| pixels.width),
        height: file.content.pixels.map(|pixels| pixels.height),
        duration: file.content.duration,
        latitude: file.content.position.map(|position| position.latitude),
        longitude: file.content.position.map(|position| position.longitude),
        camera: file.content.camera.name().map(str::to_owned),
        favorite: file.favorite,
        hidden: file.hidden,
        deleted: file.deleted,
        view_count: file.view_count,
        albums,
        memories,
        shared_albums,
        companions: shared.companions.get(file.path.as_str()).cloned().unwrap_or_default(),
        contributed_by_me: file.contributed_by_me,
        sources: shared.sources(&file),
        modified: shared.modified(&file).map(instant),
        place: file.content.place,
        original_name: file.original_name,
        live_photo: file.live_photo,
        evidence: file.evidence.unwrap_or_default(),
        path: file.path,
    }
}

#[cfg(test)]
mod tests {
    use super::{is_counted, portable};

    #[test]
    fn a_file_of_other_knows_its_own_copies() {
        let wanted = portable("Extra//notes:1.txt");
        assert_eq!(wanted.as_str(), "Extra/notes_1.txt");
        for (path, expected) in [
            ("Extra/notes_1.txt", true),
            ("Extra/notes_1 (2).txt", true),
            ("Extra/notes_1 (2).csv", false),
            ("Extra/notes_1 b.txt", false),
            ("notes_1.txt", false),
        ] {
            assert_eq!(is_counted(wanted.as_str(), path), expected, "{path}");
        }
    }
}
