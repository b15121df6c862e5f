//! Names in Apple's albums to assets. No folder or link is made here.
//!
//! An album names files and nothing else: no part, no checksum, no date. Albums come in one part and their
//! media in all of them, so a name is looked for in the whole export. If several media have the name, all of
//! them are meant, and a warning says so.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::apple::text;
use crate::category::photos::assets::automatic;
use crate::category::photos::doubts::{Doubts, quoted};
use crate::category::photos::lists::albums::title;
use crate::category::photos::rows::Rows;
use crate::category::photos::{AlbumId, Asset, AssetId, Heard, List, Role, Sort};
use crate::contents::{Arena, ByContent, ContentId, ContentSet, Contents, Entry, ExportId};
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
    pub members: Vec<AssetId>,
    /// Of a shared or subscribed album, all that Apple tells of it (people, comments, likes) as
    /// JSON: kept in the catalog, never printed by default.
    pub story: Option<String>,
}

/// What a name means, per export, as far as albums ask for it.
struct Meant<'a, Id> {
    /// By the name that counts: the row's, else the entry's.
    proper: HashMap<(ExportId, &'a str), Vec<Id>>,
    proper_folded: HashMap<(ExportId, String), Vec<Id>>,
    /// By the name of the entry where the row gives another.
    entry: HashMap<(ExportId, String), Vec<Id>>,
}

impl<Id> Default for Meant<'_, Id> {
    fn default() -> Self {
        Meant { proper: HashMap::new(), proper_folded: HashMap::new(), entry: HashMap::new() }
    }
}

/// The names that media bear, each with the assets that it means.
pub struct Names<'a> {
    means: Meant<'a, AssetId>,
    asset_of: ByContent<AssetId>,
}

impl<'a> Names<'a> {
    /// Indexes the names of all media that some album names.
    pub fn new(
        contents: &'a Contents,
        heard: &Heard,
        rows: &Rows<'a>,
        assets: &Arena<AssetId, Asset>,
    ) -> Self {
        let mut asset_of = ByContent::default();
        let mut movies = ContentSet::default();
        for (id, asset) in assets.pairs() {
            for resource in &asset.resources {
                asset_of.insert(resource.content, id);
                if resource.role == Role::Movie {
                    movies.add(resource.content);
                }
            }
        }
        let asked = asked(contents, heard);
        if asked.is_empty() {
            return Names { means: Meant::default(), asset_of };
        }
        let Meant { proper, proper_folded, entry } = Meant::of(contents, rows, &asked);
        let meant = |contents: Vec<ContentId>| assets_of(&contents, &asset_of, &movies, assets);
        let means = Meant {
            proper: proper.into_iter().map(|(key, contents)| (key, meant(contents))).collect(),
            proper_folded: proper_folded.into_iter().map(|(key, contents)| (key, meant(contents))).collect(),
            entry: entry.into_iter().map(|(key, contents)| (key, meant(contents))).collect(),
        };
        Names { means, asset_of }
    }

    /// The assets that an album entry names: several where it is ambiguous.
    fn find<'s>(&'s self, export: ExportId, name: &'s str) -> &'s [AssetId] {
        let Meant { proper, proper_folded, entry } = &self.means;
        let folded = || text::match_key(name);
        proper
            .get(&(export, name))
            .or_else(|| proper_folded.get(&(export, folded())))
            .or_else(|| entry.get(&(export, folded())))
            .map_or(&[][..], Vec::as_slice)
    }
}

impl<'a> Meant<'a, ContentId> {
    fn of(contents: &'a Contents, rows: &Rows<'a>, asked: &HashSet<(ExportId, String)>) -> Self {
        let mut means = Meant::default();
        // copies lie side by side in the order of exports, and the rows of their bytes are asked once
        let mut listed: ByContent<(ExportId, bool)> = ByContent::default();
        for entry in contents.entries.iter().filter(|e| matches!(Sort::of(e), Sort::Photo | Sort::Deleted)) {
            let Some(content) = entry.content() else { continue };
            let export = contents.export_of(entry);
            let is_listed = match listed.get(content) {
                Some((of, is_listed)) if *of == export => *is_listed,
                _ => {
                    let is_listed = means.add_rows(contents, rows, asked, content, export);
                    listed.insert(content, (export, is_listed));
                    is_listed
                }
            };
            let key = (export, text::match_key(entry.name()));
            if !asked.contains(&key) {
                continue;
            }
            if is_listed {
                means.entry.entry(key).or_default().push(content);
            } else {
                means.proper.entry((export, entry.name())).or_default().push(content);
                means.proper_folded.entry(key).or_default().push(content);
            }
        }
        means
    }

    /// Takes the names that the rows of these bytes give them; whether there are any.
    fn add_rows(
        &mut self,
        contents: &'a Contents,
        rows: &Rows<'a>,
        asked: &HashSet<(ExportId, String)>,
        content: ContentId,
        export: ExportId,
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
}

/// The assets that a name of these contents means. Of several those in Recently Deleted drop out, then those
/// of which it names no more than the movie of a Live Photo.
fn assets_of(
    contents: &[ContentId],
    asset_of: &ByContent<AssetId>,
    movies: &ContentSet,
    assets: &Arena<AssetId, Asset>,
) -> Vec<AssetId> {
    let meant = contents.iter().filter_map(|&c| Some((*asset_of.get(c)?, movies.contains(c))));
    let mut meant: Vec<(AssetId, bool)> = meant.collect();
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
fn asked(contents: &Contents, heard: &Heard) -> HashSet<(ExportId, String)> {
    let lists = contents.entries.iter().filter(|e| matches!(Sort::of(e), Sort::Album | Sort::Memory));
    let named = |entry: &Entry| match heard.list(entry) {
        Some(List::Names(named)) => {
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
    Albums { albums, problems: problems.into_problems() }
}

fn most_places(contents: &Contents, assets: &Arena<AssetId, Asset>) -> usize {
    let resources = assets.iter().flat_map(|asset| &asset.resources);
    let sizes = resources.map(|resource| contents.distinct[resource.content].size);
    let for_bytes = sizes.fold(0, u64::saturating_add) / BYTES_OF_A_PLACE;
    let for_bytes = usize::try_from(for_bytes).unwrap_or(usize::MAX);
    assets.len().saturating_mul(MOST_PLACES_EACH).saturating_add(MOST_PLACES).saturating_add(for_bytes)
}

/// A list whose photos are more than albums can have together: ten thousand copies of one list, or a
/// name that every photo bears, a thousand times.
fn too_many_places(contents: &Contents, entry: &Entry) -> Problem {
    let message = "with it, albums would name these photos more often than any owner does; not everything that it names is \
         in the album";
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
                format!("the album names {}, and there is no such photo in these parts", quoted(name))
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

/// Shared albums: a folder of media and an `AlbumInfo.json`, in one nested archive or over several.
fn shared(
    contents: &Contents,
    heard: &Heard,
    names: &Names<'_>,
    found: &mut BTreeMap<(AlbumKind, String), Album>,
    problems: &mut Doubts,
) {
    let folder_name = |entry: &Entry| entry.folder().rsplit('/').next().unwrap_or_default().to_owned();
    let mut here: HashMap<String, HashSet<String>> = HashMap::new();
    for entry in contents.entries.iter().filter(|e| Sort::of(e) == Sort::Shared) {
        here.entry(folder_name(entry)).or_default().insert(text::match_key(entry.name()));
        let Some(asset) = entry.content().and_then(|c| names.asset_of.get(c)) else { continue };
        let folder = folder_name(entry);
        let album = open(found, AlbumKind::Shared, &folder, &folder);
        album.members.push(*asset);
    }
    let mut seen = HashSet::new();
    for entry in &contents.entries {
        match heard.list(entry) {
            Some(List::Album(info)) => {
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
                        doubts.add(name, &[], &Arena::default(), problems);
                    }
                }
                doubts.end(problems);
            }
            Some(List::Subscribed(albums)) => {
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
