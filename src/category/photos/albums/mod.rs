//! Names in albums to assets. Never makes a folder or a link.
//!
//! An album names files and nothing else, no part, no checksum, no date. The albums stand in one part, their
//! media in all, so a name is looked for in the whole export, and if several media bear it, all of them are
//! added and a warning says so.

mod names;
mod shared;

use std::collections::{BTreeMap, HashSet};

use crate::category::photos::doubts::{Doubts, quoted};
use crate::category::photos::listed::automatic;
use crate::category::photos::lists::names::title;
use crate::category::photos::{AlbumId, Asset, AssetId, Heard, List, Sort};
use crate::contents::{Arena, Contents, Entry};
use crate::problem::{Code, Problem};

pub use names::Names;
use shared::shared;

/// Whose collection it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AlbumKind {
    /// The owner's own album.
    Album,
    /// Apple's automatic collection.
    Memory,
    /// An album shared with others.
    Shared,
    /// Somebody else's album that the owner follows; its media are not in the export.
    Subscribed,
}

impl AlbumKind {
    /// The word in the catalog.
    pub fn as_str(self) -> &'static str {
        match self {
            AlbumKind::Album => "album",
            AlbumKind::Memory => "memory",
            AlbumKind::Shared => "shared",
            AlbumKind::Subscribed => "subscribed",
        }
    }

    /// The kind of that word in the catalog.
    pub fn from_name(name: &str) -> Option<AlbumKind> {
        [AlbumKind::Album, AlbumKind::Memory, AlbumKind::Shared, AlbumKind::Subscribed]
            .into_iter()
            .find(|kind| kind.as_str() == name)
    }
}

/// A named collection.
#[derive(Debug, Clone, PartialEq)]
pub struct Album {
    /// Whose it is.
    pub kind: AlbumKind,
    /// What tells it from others of its kind: the title, of a shared album its folder.
    pub key: String,
    /// Its true title.
    pub title: String,
    /// Assets in the album's own order, each once.
    pub members: Vec<AssetId>,
    /// All that Apple tells of a shared or subscribed album (people, comments, likes) as
    /// JSON: kept in the catalog, never printed by default.
    pub story: Option<String>,
}

/// Places in albums that a library has anyway, and those that it has for each photo, and for so many bytes
/// of photos: each place becomes a link. The lists of an owner who put photos of two megabytes into thirty-five
/// albums each are resolved whole.
const MOST_PLACES: usize = 100_000;
const MOST_PLACES_EACH: usize = 5;
const BYTES_OF_A_PLACE: u64 = 64 << 10;

/// More uncertain names of one list are counted, not listed.
const MOST_DOUBTS: usize = 1_000;

/// More media of one name are counted, not listed.
const MOST_CANDIDATES: usize = 20;

/// Albums, and what was uncertain about them.
#[derive(Debug, Default)]
pub struct Albums {
    /// By kind and key.
    pub albums: Arena<AlbumId, Album>,
    /// Ambiguous and unresolved entries.
    pub problems: Vec<Problem>,
}

/// Resolves every album, memory and shared album; gives the assets that only shared albums have
/// their home.
pub fn resolve(
    contents: &Contents,
    heard: &Heard,
    names: &Names<'_>,
    assets: &mut Arena<AssetId, Asset>,
) -> Albums {
    let mut found: BTreeMap<(AlbumKind, String), Album> = BTreeMap::new();
    let mut problems = Doubts::default();
    let mut seen = HashSet::new();
    let mut places = most_places(contents, assets);
    for entry in contents.entries.iter().filter(|e| matches!(Sort::of(e), Sort::Album | Sort::Memory)) {
        let Some(content) = entry.content() else { continue };
        if automatic(entry).is_some() && Sort::of(entry) == Sort::Album
            || !seen.insert((contents.export_of(entry), entry.inner(), content))
        {
            continue;
        }
        let kind = if Sort::of(entry) == Sort::Album { AlbumKind::Album } else { AlbumKind::Memory };
        let title = title(entry.name());
        let album = open(&mut found, kind, &title, &title);
        if let Some(List::Names(named)) = heard.list(entry) {
            let mut doubts = Doubtful::of(contents, entry);
            for name in named {
                let members = names.find(contents.export_of(entry), name);
                let Some(left) = places.checked_sub(members.len()) else {
                    places = 0;
                    problems.add(Code::LimitExceeded, || too_many_places(contents, entry));
                    break;
                };
                places = left;
                if kind == AlbumKind::Album && members.len() != 1 {
                    doubts.add(name, members, assets, &mut problems);
                }
                album.members.extend(members);
            }
            doubts.end(&mut problems);
        }
    }
    shared(contents, heard, names, &mut found, &mut problems);
    let mut albums: Arena<AlbumId, Album> = found.into_values().collect();
    for album in &mut albums {
        let mut once = HashSet::new();
        album.members.retain(|m| once.insert(*m));
    }
    give_homes(&albums, assets);
    Albums { albums, problems: problems.into_problems() }
}

/// Gives each asset that only shared albums have its home: of several the one whose title sorts first.
pub fn give_homes(albums: &Arena<AlbumId, Album>, assets: &mut Arena<AssetId, Asset>) {
    let mut shared: Vec<AlbumId> = albums.ids().filter(|&a| albums[a].kind == AlbumKind::Shared).collect();
    shared.sort_by_key(|&a| std::cmp::Reverse((&albums[a].title, &albums[a].key)));
    // the title that sorts first comes last and stays
    for album in shared {
        for &member in &albums[album].members {
            let asset = &mut assets[member];
            if asset.is_shared_only {
                asset.home = Some(album);
            }
        }
    }
}

fn most_places(contents: &Contents, assets: &Arena<AssetId, Asset>) -> usize {
    let resources = assets.iter().flat_map(|asset| asset.resources());
    let sizes = resources.map(|resource| contents.distinct[resource.content].size);
    let for_bytes = sizes.fold(0, u64::saturating_add) / BYTES_OF_A_PLACE;
    let for_bytes = usize::try_from(for_bytes).unwrap_or(usize::MAX);
    assets.len().saturating_mul(MOST_PLACES_EACH).saturating_add(MOST_PLACES).saturating_add(for_bytes)
}

/// A list whose photos are more than albums can have together: ten thousand copies of one list, or a
/// name that every photo bears, a thousand times.
fn too_many_places(contents: &Contents, entry: &Entry) -> Problem {
    let message = "with it, albums would hold the photos of this library more often than any owner does; not all that it names is \
         in it";
    Problem::new(Code::LimitExceeded, message)
        .in_archive(&contents.archives[entry.archive].name)
        .with_entry(entry.path.as_ref())
}

/// What is uncertain about one list: a hostile one has a million names that nothing bears.
struct Doubtful<'a> {
    contents: &'a Contents,
    list: &'a Entry,
    named: usize,
    more: usize,
}

impl<'a> Doubtful<'a> {
    fn of(contents: &'a Contents, list: &'a Entry) -> Self {
        Doubtful { contents, list, named: 0, more: 0 }
    }

    /// Adds a name that does not mean exactly one of these assets.
    fn add(&mut self, name: &str, meant: &[AssetId], assets: &Arena<AssetId, Asset>, problems: &mut Doubts) {
        if self.named == MOST_DOUBTS {
            self.more += 1;
            return;
        }
        self.named += 1;
        let (code, message): (Code, &dyn Fn() -> String) = match meant {
            [] => (Code::UnresolvedAlbumEntry, &|| {
                format!("the album names {}, and no photo or video of the export has that name", quoted(name))
            }),
            several => (Code::AmbiguousAlbumEntry, &|| ambiguous(name, several, assets)),
        };
        problems.add(code, || self.problem(code, message()));
    }

    fn end(self, problems: &mut Doubts) {
        if self.more > 0 {
            let code = Code::UnresolvedAlbumEntry;
            let message =
                format!("{} more names that no photo has, or several have, are not listed here", self.more);
            problems.add(code, || self.problem(code, message));
        }
    }

    fn problem(&self, code: Code, message: String) -> Problem {
        Problem::new(code, message)
            .in_archive(&self.contents.archives[self.list.archive].name)
            .with_entry(self.list.path.as_ref())
    }
}

fn ambiguous(name: &str, meant: &[AssetId], assets: &Arena<AssetId, Asset>) -> String {
    let taken = |&asset: &AssetId| {
        let time = assets[asset].captured().time;
        time.map_or_else(|| "undated".to_owned(), |t| t.format("%Y-%m-%d %H:%M").to_string())
    };
    let candidates: Vec<String> = meant.iter().take(MOST_CANDIDATES).map(taken).collect();
    format!(
        "the album names {}, which {} media bear ({}{}); all were added",
        quoted(name),
        meant.len(),
        candidates.join(", "),
        if meant.len() > MOST_CANDIDATES { ", …" } else { "" },
    )
}

fn open<'f>(
    found: &'f mut BTreeMap<(AlbumKind, String), Album>,
    kind: AlbumKind,
    key: &str,
    title: &str,
) -> &'f mut Album {
    found.entry((kind, key.to_owned())).or_insert_with(|| Album {
        kind,
        key: key.to_owned(),
        title: title.to_owned(),
        members: Vec::new(),
        story: None,
    })
}
