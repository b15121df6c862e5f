//! Names in albums to assets.
//!
//! In: [`Contents`], the rows' claims and the assets. Out: [`Album`]s with their members, and the
//! entries that stay ambiguous or unresolved. Never: makes a folder or a link.
//! The one surprise: an album names files and nothing else, no part, no checksum, no date. The
//! albums stand in one part, their media in all, so a name is looked for in the whole export, and
//! a name that several media bear means all of them, aloud.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::apple::text;
use crate::category::photos::assets::automatic;
use crate::category::photos::doubts::{Doubts, quoted};
use crate::category::photos::lists::albums::title;
use crate::category::photos::rows::Rows;
use crate::category::photos::{Asset, Part};
use crate::contents::{ByContent, ContentSet, Contents, DetailsFile, Entry, Role};
use crate::problem::{Code, Problem};

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
    pub members: Vec<usize>,
    /// Of a shared or subscribed album, all that Apple tells of it (people, comments, likes) as
    /// JSON: kept in the catalog, never printed by default.
    pub story: Option<String>,
}

/// The names that media bear, per export, as far as albums ask for them; each with the assets that it means.
pub struct Names<'a> {
    /// By the name that counts: the row's, else the entry's.
    proper: HashMap<(usize, &'a str), Vec<usize>>,
    proper_folded: HashMap<(usize, String), Vec<usize>>,
    /// By the name of the entry where the row gives another.
    entry: HashMap<(usize, String), Vec<usize>>,
    asset_of: ByContent<usize>,
}

impl<'a> Names<'a> {
    /// Indexes the names of all media that some album names.
    pub fn new(contents: &'a Contents, rows: &Rows<'a>, assets: &[Asset]) -> Self {
        let mut names = Names {
            proper: HashMap::new(),
            proper_folded: HashMap::new(),
            entry: HashMap::new(),
            asset_of: ByContent::default(),
        };
        let mut movies = ContentSet::default();
        for (index, asset) in assets.iter().enumerate() {
            for resource in &asset.resources {
                names.asset_of.insert(resource.content, index);
                if resource.part == Part::Movie {
                    movies.add(resource.content);
                }
            }
        }
        let asked = asked(contents);
        if asked.is_empty() {
            return names;
        }
        // copies lie side by side in the order of exports, and the rows of their bytes are asked once
        let mut listed: ByContent<(usize, bool)> = ByContent::default();
        for entry in contents.entries.iter().filter(|e| matches!(e.role, Role::Photo | Role::Deleted)) {
            let Some(content) = entry.content() else { continue };
            let export = contents.export_of(entry);
            let is_listed = match listed.get(content) {
                Some((of, is_listed)) if *of == export => *is_listed,
                _ => {
                    let is_listed = names.add_rows(contents, rows, &asked, content, export);
                    listed.insert(content, (export, is_listed));
                    is_listed
                }
            };
            let key = (export, text::match_key(entry.name()));
            if !asked.contains(&key) {
                continue;
            }
            if is_listed {
                names.entry.entry(key).or_default().push(content);
            } else {
                names.proper.entry((export, entry.name())).or_default().push(content);
                names.proper_folded.entry(key).or_default().push(content);
            }
        }
        let Names { proper, proper_folded, entry, asset_of } = &mut names;
        let folded = proper_folded.values_mut().chain(entry.values_mut());
        for meant in proper.values_mut().chain(folded) {
            *meant = assets_of(meant, asset_of, &movies, assets);
        }
        names
    }

    /// Takes the names that the rows of these bytes give them; whether there are any.
    fn add_rows(
        &mut self,
        contents: &'a Contents,
        rows: &Rows<'a>,
        asked: &HashSet<(usize, String)>,
        content: usize,
        export: usize,
    ) -> bool {
        let mut is_listed = false;
        for at in rows.of_export(contents, content, export) {
            is_listed = true;
            let key = (export, text::match_key(&at.row.name));
            if asked.contains(&key) {
                self.proper.entry((export, &at.row.name)).or_default().push(content);
                self.proper_folded.entry(key).or_default().push(content);
            }
        }
        is_listed
    }

    /// The assets that an album entry names: several where it is ambiguous.
    fn find<'s>(&'s self, export: usize, name: &'s str) -> &'s [usize] {
        let folded = || text::match_key(name);
        self.proper
            .get(&(export, name))
            .or_else(|| self.proper_folded.get(&(export, folded())))
            .or_else(|| self.entry.get(&(export, folded())))
            .map_or(&[][..], Vec::as_slice)
    }
}

/// The assets that a name of these contents means. Of several those in Recently Deleted drop out, then those
/// of which it names no more than the movie of a Live Photo.
fn assets_of(
    contents: &[usize],
    asset_of: &ByContent<usize>,
    movies: &ContentSet,
    assets: &[Asset],
) -> Vec<usize> {
    let meant = contents.iter().filter_map(|&c| Some((*asset_of.get(c)?, movies.contains(c))));
    let mut meant: Vec<(usize, bool)> = meant.collect();
    meant.sort_unstable();
    // what is named as a photo and as its movie is named as a photo
    meant.dedup_by_key(|(asset, _)| *asset);
    if meant.iter().any(|(asset, _)| !assets[*asset].deleted) {
        meant.retain(|(asset, _)| !assets[*asset].deleted);
    }
    if meant.iter().any(|(_, is_movie)| !is_movie) {
        meant.retain(|(_, is_movie)| !is_movie);
    }
    meant.into_iter().map(|(asset, _)| asset).collect()
}

/// What albums and memories name: export and folded name.
fn asked(contents: &Contents) -> HashSet<(usize, String)> {
    let lists = contents.entries.iter().filter(|e| matches!(e.role, Role::Album | Role::Memory));
    let named = |entry: &Entry| match entry.content().and_then(|c| contents.details.get(&(c, entry.role))) {
        Some(DetailsFile::Names(named)) => {
            let export = contents.export_of(entry);
            named.iter().map(|name| (export, text::match_key(name))).collect()
        }
        _ => Vec::new(),
    };
    lists.flat_map(named).collect()
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
    pub albums: Vec<Album>,
    /// Ambiguous and unresolved entries.
    pub problems: Vec<Problem>,
}

/// Resolves every album, memory and shared album; gives the assets that only shared albums have
/// their home.
pub fn resolve(contents: &Contents, names: &Names<'_>, assets: &mut [Asset]) -> Albums {
    let mut found: BTreeMap<(AlbumKind, String), Album> = BTreeMap::new();
    let mut problems = Doubts::default();
    let mut seen = HashSet::new();
    let mut places = most_places(contents, assets);
    for entry in contents.entries.iter().filter(|e| matches!(e.role, Role::Album | Role::Memory)) {
        let Some(content) = entry.content() else { continue };
        if automatic(entry).is_some() && entry.role == Role::Album
            || !seen.insert((contents.export_of(entry), entry.inner(), content))
        {
            continue;
        }
        let kind = if entry.role == Role::Album { AlbumKind::Album } else { AlbumKind::Memory };
        let title = title(entry.name());
        let album = open(&mut found, kind, &title, &title);
        if let Some(DetailsFile::Names(named)) = contents.details.get(&(content, entry.role)) {
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
    shared(contents, names, &mut found, &mut problems);
    let mut albums: Vec<Album> = found.into_values().collect();
    for album in &mut albums {
        let mut once = HashSet::new();
        album.members.retain(|m| once.insert(*m));
    }
    let mut shared: Vec<usize> = (0..albums.len()).filter(|&a| albums[a].kind == AlbumKind::Shared).collect();
    shared.sort_by_key(|&a| std::cmp::Reverse((&albums[a].title, &albums[a].key)));
    // the title that sorts first comes last and stays
    for index in shared {
        for &member in &albums[index].members {
            if let Some(home) = &mut assets[member].home {
                *home = index;
            }
        }
    }
    Albums { albums, problems: problems.into_problems() }
}

fn most_places(contents: &Contents, assets: &[Asset]) -> usize {
    let resources = assets.iter().flat_map(|asset| &asset.resources);
    let sizes = resources.map(|resource| contents.contents[resource.content].size);
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
    fn add(&mut self, name: &str, meant: &[usize], assets: &[Asset], problems: &mut Doubts) {
        if self.named == MOST_DOUBTS {
            self.more += 1;
            return;
        }
        self.named += 1;
        let (code, message): (Code, &dyn Fn() -> String) = match meant {
            [] => (Code::UnresolvedAlbumEntry, &|| {
                format!("the album names {}, and no medium of the export bears that name", quoted(name))
            }),
            several => (Code::AmbiguousAlbumEntry, &|| ambiguous(name, several, assets)),
        };
        problems.add(code, || self.problem(code, message()));
    }

    fn end(self, problems: &mut Doubts) {
        if self.more > 0 {
            let code = Code::UnresolvedAlbumEntry;
            let message =
                format!("{} more names that no medium bears, or several, are not listed here", self.more);
            problems.add(code, || self.problem(code, message));
        }
    }

    fn problem(&self, code: Code, message: String) -> Problem {
        Problem::new(code, message)
            .in_archive(&self.contents.archives[self.list.archive].name)
            .with_entry(self.list.path.as_ref())
    }
}

fn ambiguous(name: &str, meant: &[usize], assets: &[Asset]) -> String {
    let taken = |&asset: &usize| {
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

/// Shared albums: a folder of media and an `AlbumInfo.json`, in one nested archive or over several.
fn shared(
    contents: &Contents,
    names: &Names<'_>,
    found: &mut BTreeMap<(AlbumKind, String), Album>,
    problems: &mut Doubts,
) {
    let folder_name = |entry: &Entry| entry.folder().rsplit('/').next().unwrap_or_default().to_owned();
    let mut here: HashMap<String, HashSet<String>> = HashMap::new();
    for entry in contents.entries.iter().filter(|e| e.role == Role::Shared) {
        here.entry(folder_name(entry)).or_default().insert(text::match_key(entry.name()));
        let Some(asset) = entry.content().and_then(|c| names.asset_of.get(c)) else { continue };
        let folder = folder_name(entry);
        let album = open(found, AlbumKind::Shared, &folder, &folder);
        album.members.push(*asset);
    }
    let mut seen = HashSet::new();
    for entry in &contents.entries {
        match entry.content().and_then(|c| contents.details.get(&(c, entry.role))) {
            Some(DetailsFile::Album(info)) => {
                let folder = folder_name(entry);
                let album = open(found, AlbumKind::Shared, &folder, &folder);
                if let Some(title) = info.album_name.as_ref().filter(|t| !t.trim().is_empty()) {
                    title.clone_into(&mut album.title);
                }
                album.story = serde_json::to_string(info.as_ref()).ok();
                if !seen.insert((folder.clone(), entry.content())) {
                    continue;
                }
                let delivered = here.get(&folder);
                let mut doubts = Doubtful::of(contents, entry);
                for name in info.photos.iter().filter_map(|p| p.name.as_deref()) {
                    if !delivered.is_some_and(|d| d.contains(&text::match_key(name))) {
                        doubts.add(name, &[], &[], problems);
                    }
                }
                doubts.end(problems);
            }
            Some(DetailsFile::Subscribed(albums)) => {
                for (n, subscribed) in albums.iter().enumerate() {
                    let title = subscribed.album_name.clone().unwrap_or_default();
                    let album = open(found, AlbumKind::Subscribed, &format!("{title}/{n}"), &title);
                    album.story = serde_json::to_string(subscribed).ok();
                }
            }
            _ => {}
        }
    }
}
