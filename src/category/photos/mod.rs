//! Match: rows to media, halves to Live Photos, names to albums, sources to a capture time.
//!
//! Pure: no file, no clock; the same [`Contents`] give the same [`Matched`], on however many threads of the caller's
//! pool. Where a file goes is decided later, by the [`plan`](crate::stage::plan).
//!
//! Everything that is known is matched anew each time, this run's inputs and the library alike. A row, an
//! album or a movie that comes a year later still finds its photo.

pub mod albums;
pub mod assets;
#[cfg(test)]
pub(crate) mod build;
mod by_name;
pub mod classify;
pub mod counts;
pub mod doubts;
mod heard;
#[cfg(test)]
mod laws;
mod listed;
pub mod lists;
pub mod media;
mod pairs;
pub mod rows;
mod sort;
#[cfg(test)]
mod tests;
pub mod time;

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use crate::category::photos::media::Kind;
use crate::category::photos::time::Captured;
use crate::contents::{
    Arena, ByContent, Class, ContentId, ContentSet, Contents, Entry, Excerpt, ExportId, ids,
};
use crate::problem::{Code, Problem};

pub use albums::{Album, AlbumKind};
pub use heard::{Heard, Said, inspect};
pub use lists::List;
pub use sort::Sort;

ids! {
    /// An asset.
    AssetId
    /// An album, memory or shared album.
    AlbumId
}

/// What the owner thinks of as one photo or video.
#[derive(Debug, Clone, PartialEq)]
pub struct Asset {
    /// The still, or whatever stands for the asset. Most have no other file, so it takes no memory of its own.
    pub primary: Resource,
    /// The paired movie, then companions, of which there may be many.
    pub others: Box<[Resource]>,
    /// Marked as a favourite in Photos.
    pub favorite: bool,
    /// Hidden in Photos.
    pub hidden: bool,
    /// In Recently Deleted.
    pub deleted: bool,
    /// Only shared albums have it.
    pub is_shared_only: bool,
    /// The shared album where it stands then.
    pub home: Option<AlbumId>,
}

impl Asset {
    /// Its files, the primary first.
    pub fn resources(&self) -> impl Iterator<Item = &Resource> + Clone {
        std::iter::once(&self.primary).chain(&self.others)
    }

    /// The file of this number, by the order of [`Asset::resources`].
    pub fn resource(&self, number: u32) -> &Resource {
        number.checked_sub(1).map_or(&self.primary, |other| &self.others[other as usize])
    }

    /// Whether nothing tells when this photo or video was taken. What is neither needs no date.
    pub fn is_undated(&self) -> bool {
        matches!(self.primary.kind, Kind::Photo | Kind::Video) && self.captured().time.is_none()
    }

    /// The movie of a Live Photo.
    pub fn movie(&self) -> Option<&Resource> {
        self.others.first().filter(|resource| resource.role == Role::Movie)
    }

    /// When it was taken; its other resources follow.
    pub fn captured(&self) -> &Captured {
        &self.primary.captured
    }
}

/// What a resource is to its asset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The still, or the only file.
    Primary,
    /// The movie of a Live Photo.
    Movie,
    /// An adjustment, or the RAW beside a still.
    Companion,
}

/// One file of an asset.
#[derive(Debug, Clone, PartialEq)]
pub struct Resource {
    /// Its bytes.
    pub content: ContentId,
    /// What it is to its asset.
    pub role: Role,
    /// Photo, video, adjustment or other.
    pub kind: Kind,
    /// The name that its row gives it, else its entry's.
    pub name: Excerpt,
    /// When and by which rule; follows the still.
    pub captured: Captured,
    /// When it came to iCloud, by its row.
    pub imported: Option<DateTime<Utc>>,
    /// How often it was looked at, by its row.
    pub view_count: Option<u64>,
    /// By `Shared Library Details*.csv`.
    pub contributed_by_me: Option<bool>,
    /// A row of an export carries its fingerprint.
    pub proved: bool,
}

/// What the inputs mean.
#[derive(Debug, Default)]
pub struct Matched {
    /// In canonical order of their primaries.
    pub assets: Arena<AssetId, Asset>,
    /// Stills whose movie belongs to another asset: bytes that two stills share are kept once.
    pub shared_movies: Vec<(ContentId, ContentId)>,
    /// Albums, memories and shared albums, by title.
    pub albums: Arena<AlbumId, Album>,
    /// Rows whose medium is nowhere, distinct by name and checksum.
    pub missing: usize,
    /// What was wrong or uncertain, of the exports that this run was given.
    pub problems: Vec<Problem>,
}

impl Matched {
    /// To which asset each content belongs, and as which of its resources.
    pub fn by_content(&self) -> ByContent<(AssetId, u32)> {
        let mut places = ByContent::with_capacity(self.assets.len());
        for (a, asset) in self.assets.pairs() {
            for (r, resource) in (0..).zip(asset.resources()) {
                places.insert(resource.content, (a, r));
            }
        }
        places
    }
}

/// Matches everything with everything. `zone` is for what carries no zone.
pub fn matched(contents: &Contents, heard: &Heard, zone: Tz) -> Matched {
    let rows = rows::match_rows(contents, heard);
    let mut found = assets::build(contents, heard, &rows, zone);
    let names = albums::Names::new(contents, heard, &rows, &found.assets);
    let albums = albums::resolve(contents, heard, &names, &mut found.assets);
    let mut problems = rows.problems.into_problems();
    problems.append(&mut found.problems);
    problems.extend(albums.problems);
    problems.extend(unread(contents, heard));
    problems.extend(no_details(contents, heard, &rows.detailed));
    problems.extend(undated(contents, &found.assets));
    let given: BTreeSet<&str> = contents
        .entries
        .iter()
        .filter(|e| e.given)
        .map(|e| contents.archives[e.archive].name.as_str())
        .collect();
    problems.retain(|p| p.archive.as_deref().is_none_or(|a| given.contains(a)));
    Matched {
        assets: found.assets,
        shared_movies: found.shared_movies,
        albums: albums.albums,
        missing: rows.missing,
        problems,
    }
}

/// One problem for each of Apple's files about the media that is kept and says nothing to us.
fn unread<'a>(contents: &'a Contents, heard: &'a Heard) -> impl Iterator<Item = Problem> {
    unread_lists(contents, heard).map(|(entry, code, why)| {
        Problem::new(code, format!("this list of Apple's was kept, but not read: {why}"))
            .in_archive(&contents.archives[entry.archive].name)
            .with_entry(entry.path.as_ref())
    })
}

fn unread_lists<'a>(
    contents: &'a Contents,
    heard: &'a Heard,
) -> impl Iterator<Item = (&'a Entry, Code, &'a str)> {
    let lists = contents.entries.iter().filter(|e| e.class == Class::Details);
    lists.filter_map(|entry| match heard.list(entry)? {
        List::Unread(code, why) => Some((entry, *code, why.as_str())),
        _ => None,
    })
}

/// One warning for each export that has media and no details at all.
fn no_details(contents: &Contents, heard: &Heard, detailed: &BTreeSet<ExportId>) -> Vec<Problem> {
    let given: BTreeSet<ExportId> = contents
        .entries
        .iter()
        .filter(|e| e.given && !e.class.is_left_out() && matches!(Sort::of(e), Sort::Photo | Sort::Deleted))
        .map(|e| contents.export_of(e))
        .collect();
    // unread details are no absent ones
    let unread = unread_lists(contents, heard).filter(|(entry, ..)| Sort::of(entry) == Sort::Details);
    let unread: BTreeSet<ExportId> = unread.map(|(entry, ..)| contents.export_of(entry)).collect();
    given
        .difference(detailed)
        .filter(|export| !unread.contains(export))
        .map(|&export| {
            Problem::new(
                Code::NoDetails,
                format!(
                    "`{}` came without Apple's lists (no `Photo Details.csv`): dates are those that the files carry, \
                     and nothing can be proved; a download from icloud.com is like that, the privacy export is not",
                    contents.exports[export].name
                ),
            )
        })
        .collect()
}

fn undated(contents: &Contents, assets: &[Asset]) -> Vec<Problem> {
    let undated: Vec<ContentId> =
        assets.iter().filter(|a| a.is_undated()).map(|a| a.primary.content).collect();
    let wanted: ContentSet = undated.iter().copied().collect();
    let mut first: HashMap<ContentId, &Entry> = HashMap::new();
    for entry in contents.entries.iter().filter(|e| e.given) {
        if let Some(content) = entry.content().filter(|&content| wanted.contains(content)) {
            first.entry(content).or_insert(entry);
        }
    }
    undated
        .into_iter()
        .filter_map(|content| {
            let entry = first.get(&content)?;
            Some(
                Problem::new(
                    Code::Undated,
                    "neither the file, nor Apple's lists, nor its name says when it was taken",
                )
                .in_archive(&contents.archives[entry.archive].name)
                .with_entry(entry.path.as_ref()),
            )
        })
        .collect()
}
