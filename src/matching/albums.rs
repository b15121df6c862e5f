//! Names in albums to assets.
//!
//! In: [`Contents`], the rows' claims and the assets. Out: [`Album`]s with their members, and the
//! entries that stay ambiguous or unresolved. Never: makes a folder or a link.
//! The one surprise: an album names files and nothing else, no part, no checksum, no date. The
//! albums stand in one part, their media in all, so a name is looked for in the whole export, and
//! a name that several media bear means all of them, aloud.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::contents::{ByContent, Contents, DetailsFile, Entry, Role};
use crate::export::albums::title;
use crate::matching::Asset;
use crate::matching::assets::automatic;
use crate::matching::rows::Rows;
use crate::names;
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

/// The names that media bear, per export, as far as albums ask for them.
pub struct Names<'a> {
    /// By the name that counts: the row's, else the entry's.
    proper: HashMap<(usize, &'a str), Vec<usize>>,
    proper_folded: HashMap<(usize, String), Vec<usize>>,
    /// By the name of the entry where the row gives another.
    entry: HashMap<(usize, String), Vec<usize>>,
    asset_of: ByContent<usize>,
    deleted: HashSet<usize>,
}

impl<'a> Names<'a> {
    /// Indexes the names of all media that some album names.
    pub fn new(contents: &'a Contents, rows: &Rows<'a>, assets: &[Asset]) -> Self {
        let mut names = Names {
            proper: HashMap::new(),
            proper_folded: HashMap::new(),
            entry: HashMap::new(),
            asset_of: ByContent::default(),
            deleted: HashSet::new(),
        };
        for (index, asset) in assets.iter().enumerate() {
            asset.resources.iter().for_each(|r| names.asset_of.insert(r.content, index));
            if asset.deleted {
                names.deleted.insert(index);
            }
        }
        let asked = asked(contents);
        if asked.is_empty() {
            return names;
        }
        let add = |list: &mut Vec<usize>, content: usize| {
            if !list.contains(&content) {
                list.push(content);
            }
        };
        for entry in contents.entries.iter().filter(|e| matches!(e.role, Role::Photo | Role::Deleted)) {
            let Some(content) = entry.content() else { continue };
            let export = contents.export_of(entry);
            let mut listed = false;
            for at in rows.of(content).filter(|at| at.export(contents) == export) {
                listed = true;
                let key = (export, names::match_key(&at.row.name));
                if asked.contains(&key) {
                    add(names.proper.entry((export, &at.row.name)).or_default(), content);
                    add(names.proper_folded.entry(key).or_default(), content);
                }
            }
            let key = (export, names::match_key(entry.name()));
            if !asked.contains(&key) {
                continue;
            }
            if listed {
                add(names.entry.entry(key).or_default(), content);
            } else {
                add(names.proper.entry((export, entry.name())).or_default(), content);
                add(names.proper_folded.entry(key).or_default(), content);
            }
        }
        names
    }

    /// The assets that an album entry names: several where it is ambiguous.
    fn find(&self, export: usize, name: &str) -> Vec<usize> {
        let folded = || names::match_key(name);
        let contents = self
            .proper
            .get(&(export, name))
            .or_else(|| self.proper_folded.get(&(export, folded())))
            .or_else(|| self.entry.get(&(export, folded())))
            .map_or(&[][..], Vec::as_slice);
        let mut assets: Vec<usize> = contents.iter().filter_map(|&c| self.asset_of.get(c).copied()).collect();
        assets.sort_unstable();
        assets.dedup();
        if assets.iter().any(|a| !self.deleted.contains(a)) {
            assets.retain(|a| !self.deleted.contains(a));
        }
        assets
    }
}

/// What albums and memories name: export and folded name.
fn asked(contents: &Contents) -> HashSet<(usize, String)> {
    let lists = contents.entries.iter().filter(|e| matches!(e.role, Role::Album | Role::Memory));
    let named = |entry: &Entry| match entry.content().and_then(|c| contents.details.get(&(c, entry.role))) {
        Some(DetailsFile::Names(named)) => {
            let export = contents.export_of(entry);
            named.iter().map(|name| (export, names::match_key(name))).collect()
        }
        _ => Vec::new(),
    };
    lists.flat_map(named).collect()
}

/// Places in albums that a library has anyway, and those that it has for each photo; the lists of
/// an owner who put every photo into a hundred albums are resolved whole.
const MOST_PLACES: usize = 1_000_000;
const MOST_PLACES_EACH: usize = 100;

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
    let mut problems = Vec::new();
    let mut seen = HashSet::new();
    let mut places = MOST_PLACES + MOST_PLACES_EACH * assets.len();
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
            let mut doubts = Doubts::default();
            for name in named {
                let members = names.find(contents.export_of(entry), name);
                let Some(left) = places.checked_sub(members.len()) else {
                    places = 0;
                    problems.push(too_many_places(contents, entry));
                    break;
                };
                places = left;
                if kind == AlbumKind::Album {
                    doubts.add(uncertain(contents, entry, name, &members, assets));
                }
                album.members.extend(members);
            }
            problems.extend(doubts.end(contents, entry));
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
    Albums { albums, problems }
}

/// A list whose photos are more than albums can have together: ten thousand copies of one list, or a
/// name that every photo bears, a thousand times.
fn too_many_places(contents: &Contents, entry: &Entry) -> Problem {
    let message =
        "with it, albums would hold each photo of this library a hundred times; its photos are not all in it";
    Problem::new(Code::LimitExceeded, message)
        .in_archive(&contents.archives[entry.archive].name)
        .with_entry(entry.path.as_ref())
}

/// What is uncertain about one list: a hostile one has a million names that nothing bears.
#[derive(Default)]
struct Doubts {
    named: Vec<Problem>,
    more: usize,
}

impl Doubts {
    fn add(&mut self, problem: Option<Problem>) {
        match problem {
            Some(problem) if self.named.len() < MOST_DOUBTS => self.named.push(problem),
            Some(_) => self.more += 1,
            None => {}
        }
    }

    fn end(mut self, contents: &Contents, entry: &Entry) -> Vec<Problem> {
        if self.more > 0 {
            let message =
                format!("{} more names that no medium bears, or several, are not listed here", self.more);
            self.named.push(
                Problem::new(Code::UnresolvedAlbumEntry, message)
                    .in_archive(&contents.archives[entry.archive].name)
                    .with_entry(entry.path.as_ref()),
            );
        }
        self.named
    }
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

fn uncertain(
    contents: &Contents,
    entry: &Entry,
    name: &str,
    members: &[usize],
    assets: &[Asset],
) -> Option<Problem> {
    let (code, message) = match members {
        [_] => return None,
        [] => (
            Code::UnresolvedAlbumEntry,
            format!("the album names `{name}`, and no medium of the export bears that name"),
        ),
        several => {
            let candidates: Vec<String> = several
                .iter()
                .take(MOST_CANDIDATES)
                .map(|&a| {
                    let time = assets[a].captured().time;
                    time.map_or_else(|| "undated".to_owned(), |t| t.format("%Y-%m-%d %H:%M").to_string())
                })
                .collect();
            let message = format!(
                "the album names `{name}`, which {} media bear ({}{}); all were added",
                several.len(),
                candidates.join(", "),
                if several.len() > MOST_CANDIDATES { ", …" } else { "" },
            );
            (Code::AmbiguousAlbumEntry, message)
        }
    };
    Some(
        Problem::new(code, message)
            .in_archive(&contents.archives[entry.archive].name)
            .with_entry(entry.path.as_ref()),
    )
}

/// Shared albums: a folder of media and an `AlbumInfo.json`, in one nested archive or over several.
fn shared(
    contents: &Contents,
    names: &Names<'_>,
    found: &mut BTreeMap<(AlbumKind, String), Album>,
    problems: &mut Vec<Problem>,
) {
    let folder_name = |entry: &Entry| entry.folder().rsplit('/').next().unwrap_or_default().to_owned();
    let mut here: HashMap<String, HashSet<String>> = HashMap::new();
    for entry in contents.entries.iter().filter(|e| e.role == Role::Shared) {
        here.entry(folder_name(entry)).or_default().insert(names::match_key(entry.name()));
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
                let mut doubts = Doubts::default();
                for name in info.photos.iter().filter_map(|p| p.name.as_deref()) {
                    if !delivered.is_some_and(|d| d.contains(&names::match_key(name))) {
                        doubts.add(uncertain(contents, entry, name, &[], &[]));
                    }
                }
                problems.extend(doubts.end(contents, entry));
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
