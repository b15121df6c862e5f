//! Stand-ins: what a rebuilt catalog says of where media came from, now that nobody knows.
//!
//! In: media of the library and the kept details. Out: an entry for each place that the details
//! give a medium: the export and part whose row carries its fingerprint, or bears its name, or
//! whose still it stands beside. Pure. Never: claims an archive; every stand-in says that it is one
//! ([`REBUILT`](crate::contents::REBUILT)), and goes when the true entry is seen again.
//! The one surprise: the files of one library stem get a folder of their own, because they were
//! placed side by side as one asset; so halves and companions find each other, and nothing else.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use chrono::{DateTime, TimeDelta, Utc};

use crate::apple::fingerprint::Fingerprint;
use crate::apple::text;
use crate::category::photos::lists::List;
use crate::category::photos::lists::details::{Checksum, Row};
use crate::category::photos::{AlbumKind, Heard, Sort, original_stem, scheme_b_base};
use crate::contents::{ArchiveId, Bytes, Class, ContentId, Contents, Entry, Inner, PartId};
use crate::library::path::LibraryPath;
use crate::library::{layout, name, numbers};

/// A medium of the library.
#[derive(Debug, Clone)]
pub struct Medium {
    /// Where it stands.
    pub path: LibraryPath,
    /// Its bytes.
    pub content: ContentId,
    /// Its modification time: the capture instant, if the drive kept it.
    pub modified: Option<DateTime<Utc>>,
}

/// A medium in a shared album's folder, itself or as a link, copy or line of a list.
#[derive(Debug, Clone)]
pub struct SharedFile {
    /// The album's folder below `Shared Albums/`.
    pub folder: String,
    /// Its name there.
    pub name: String,
    /// The medium, an index.
    pub medium: usize,
}

/// The stand-ins, and which folders the shared albums have.
#[derive(Debug, Default)]
pub struct StandIns {
    /// Entries of the archive 0.
    pub entries: Vec<Entry>,
    /// Folder names, by kind and key.
    pub album_folders: HashMap<(AlbumKind, String), String>,
}

/// Makes the stand-ins. `contents` holds the details; `default` is the part of what nothing tells.
pub fn stand_ins(
    contents: &Contents,
    heard: &Heard,
    media: &[Medium],
    shared: &[SharedFile],
    default: PartId,
) -> StandIns {
    let rows = rows(contents, heard);
    let mut finding = Finding {
        contents,
        heard,
        media,
        listed: listed(contents, heard, &rows),
        names: media.iter().map(|m| name::fold(m.path.as_str())).collect(),
        places: vec![Vec::new(); media.len()],
    };
    let left = finding.by_fingerprint(&rows);
    finding.by_name(&rows, &left);
    let only_shared: HashSet<usize> = shared
        .iter()
        .map(|s| s.medium)
        .filter(|&m| is_below(&media[m].path, layout::SHARED_ALBUMS))
        .collect();
    finding.by_neighbour(&only_shared, default);
    let mut made = StandIns::default();
    for (medium, places) in media.iter().zip(&finding.places) {
        for place in places {
            for sort in sorts(&medium.path, place) {
                let top = if sort == Sort::Deleted { "Recently Deleted" } else { "Photos" };
                let inner = format!("{top}/{}/{}", group_of(&medium.path), place.name);
                made.entries.push(entry(contents, medium, place.part, sort, inner));
            }
        }
    }
    made.shared(contents, heard, media, shared, default);
    made
}

/// Where the details place a medium.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    part: PartId,
    name: String,
    deleted: bool,
}

/// A row and the part whose details hold it.
type RowOf<'a> = (PartId, &'a Row);

fn rows<'a>(contents: &Contents, heard: &'a Heard) -> Vec<RowOf<'a>> {
    let mut rows = Vec::new();
    for entry in contents.entries.iter().filter(|e| Sort::of(e) == Sort::Details) {
        if let Some(List::Rows(details)) = heard.list(entry) {
            rows.extend(details.rows.iter().map(|row| (entry.part, row)));
        }
    }
    rows
}

/// Every name that the details name a medium by, and the parts that name it.
fn listed(contents: &Contents, heard: &Heard, rows: &[RowOf<'_>]) -> HashMap<String, BTreeSet<PartId>> {
    let mut listed: HashMap<String, BTreeSet<PartId>> = HashMap::new();
    let mut add = |name: &str, part| {
        listed.entry(text::match_key(name)).or_default().insert(part);
    };
    for (part, row) in rows {
        add(&row.name, *part);
    }
    for entry in contents.entries.iter().filter(|e| e.class == Class::Details) {
        match heard.list(entry) {
            Some(List::Names(names)) => names.iter().for_each(|name| add(name, entry.part)),
            Some(List::Contributions(names)) => {
                names.iter().for_each(|(name, _)| add(name, entry.part));
            }
            Some(List::Album(album)) => {
                album.photos.iter().filter_map(|p| p.name.as_deref()).for_each(|name| add(name, entry.part));
            }
            _ => {}
        }
    }
    listed
}

/// `IMG_1 (2).HEIC` → `IMG_1.HEIC`: what a name may have been before it got a suffix.
pub fn unsuffixed(name: &str) -> Option<String> {
    numbers::unnumbered(name).map(|(name, _)| name)
}

fn is_below(path: &LibraryPath, top: &str) -> bool {
    path.as_str().split_once('/').is_some_and(|(first, _)| first == top)
}

/// The folder and stem that the files of one asset share.
fn group_of(path: &LibraryPath) -> String {
    let stem = text::match_key(text::split(path.file_name()).0);
    let stem = original_stem(&stem).unwrap_or(stem);
    path.parent().map_or_else(|| stem.clone(), |folder| format!("{folder}/{stem}"))
}

fn sorts(path: &LibraryPath, place: &Place) -> Vec<Sort> {
    if is_below(path, layout::RECENTLY_DELETED) {
        vec![Sort::Deleted]
    } else if place.deleted {
        // a copy in `Photos/` had kept it out of `Recently Deleted/`
        vec![Sort::Photo, Sort::Deleted]
    } else {
        vec![Sort::Photo]
    }
}

fn entry(contents: &Contents, medium: &Medium, part: PartId, sort: Sort, inner: String) -> Entry {
    let content = &contents.distinct[medium.content];
    Entry {
        archive: ArchiveId::default(),
        part,
        position: 0,
        path: medium.path.as_str().into(),
        inner: Inner::of(medium.path.as_str(), &inner),
        class: sort.class(),
        sort: sort.into(),
        size: content.size,
        crc32: Some(content.crc32),
        modified: medium.modified.map(|time| time.naive_utc()),
        given: false,
        bytes: Bytes::Sound(medium.content),
    }
}

/// Rows of one name that a medium is compared with, those nearest in time: a hostile list has as many of one
/// name as it has lines.
const MOST_COMPARED: usize = 64;

struct Finding<'a> {
    contents: &'a Contents,
    heard: &'a Heard,
    media: &'a [Medium],
    listed: HashMap<String, BTreeSet<PartId>>,
    /// Folded paths of all media.
    names: HashSet<String>,
    places: Vec<Vec<Place>>,
}

impl Finding<'_> {
    /// Rows that carry the fingerprint of a medium; gives back the others.
    fn by_fingerprint(&mut self, rows: &[RowOf<'_>]) -> Vec<usize> {
        let fingerprint = |m: &Medium| self.heard.said[m.content].fingerprint;
        let by_fingerprint: HashMap<Fingerprint, usize> =
            self.media.iter().enumerate().filter_map(|(index, m)| Some((fingerprint(m)?, index))).collect();
        let mut said: BTreeMap<(usize, PartId, String), bool> = BTreeMap::new();
        let mut alive: HashSet<usize> = HashSet::new();
        let mut left = Vec::new();
        for (index, (part, row)) in rows.iter().enumerate() {
            let stated = match &row.checksum {
                Checksum::Fingerprint(stated) => Some(stated),
                Checksum::Absent | Checksum::Opaque(_) => None,
            };
            let Some(&medium) = stated.and_then(|f| by_fingerprint.get(f)) else {
                left.push(index);
                continue;
            };
            let deleted = row.deleted == Some(true);
            if !deleted {
                alive.insert(medium);
            }
            said.insert((medium, *part, row.name.to_string()), deleted);
        }
        for ((medium, part, name), deleted) in said {
            let deleted = deleted && !alive.contains(&medium);
            self.places[medium].push(Place { part, name, deleted });
        }
        left
    }

    /// What no fingerprint settled: of rows and media of one name those whose dates lie closest.
    fn by_name(&mut self, rows: &[RowOf<'_>], left: &[usize]) {
        let mut of: HashMap<String, Vec<usize>> = HashMap::new();
        for &row in left {
            of.entry(text::match_key(&rows[row].1.name)).or_default().push(row);
        }
        let by_date =
            |rows_of_name: &mut Vec<usize>| rows_of_name.sort_by_key(|&row| (rows[row].1.created, row));
        of.values_mut().for_each(by_date);
        let mut candidates: Vec<(TimeDelta, usize, usize)> = Vec::new();
        for (index, medium) in self.media.iter().enumerate().filter(|(i, _)| self.places[*i].is_empty()) {
            let name = medium.path.file_name();
            let spellings = [Some(name.to_owned()), unsuffixed(name), scheme_b_base(name)];
            let found = spellings.into_iter().flatten().find_map(|s| of.get(&text::match_key(&s)));
            let found = found.map_or(&[][..], Vec::as_slice);
            let nearest = match medium.modified {
                Some(modified) => {
                    found.partition_point(|&row| rows[row].1.created.is_some_and(|c| c < modified))
                }
                None => 0,
            };
            let from =
                nearest.saturating_sub(MOST_COMPARED / 2).min(found.len().saturating_sub(MOST_COMPARED));
            for &row in found.iter().skip(from).take(MOST_COMPARED) {
                let apart = medium.modified.zip(rows[row].1.created).map(|(a, b)| (a - b).abs());
                candidates.push((apart.unwrap_or(TimeDelta::MAX), row, index));
            }
        }
        candidates.sort();
        let mut used = HashSet::new();
        for (_, row, medium) in candidates {
            if self.places[medium].is_empty() && used.insert(row) {
                let (part, row) = rows[row];
                let deleted = row.deleted == Some(true);
                self.places[medium].push(Place { part, name: row.name.to_string(), deleted });
            }
        }
    }

    /// What no row speaks of goes where the other files of its asset go.
    fn by_neighbour(&mut self, only_shared: &HashSet<usize>, default: PartId) {
        let mut leaders: HashMap<String, usize> = HashMap::new();
        for (index, medium) in self.media.iter().enumerate() {
            if !self.places[index].is_empty() {
                leaders.entry(group_of(&medium.path)).or_insert(index);
            }
        }
        for index in 0..self.media.len() {
            if !self.places[index].is_empty() || only_shared.contains(&index) {
                continue;
            }
            let leader = leaders.get(&group_of(&self.media[index].path)).copied();
            let name = self.name_of(index, leader);
            let deleted = leader.is_some_and(|l| self.places[l].iter().all(|p| p.deleted));
            let parts: Vec<PartId> = match leader {
                Some(leader) => self.places[leader].iter().map(|p| p.part).collect(),
                None => self.parts_that_name(&name, default),
            };
            let places = parts.into_iter().map(|part| Place { part, name: name.clone(), deleted });
            self.places[index] = places.collect();
            self.places[index].dedup();
        }
    }

    /// One part of each export whose lists name it, else the part of what nothing tells.
    fn parts_that_name(&self, name: &str, default: PartId) -> Vec<PartId> {
        let mut exports = HashSet::new();
        let named = self.listed.get(&text::match_key(name)).into_iter().flatten().copied();
        let parts: Vec<PartId> =
            named.filter(|&part| exports.insert(self.contents.parts[part].export)).collect();
        if parts.is_empty() { vec![default] } else { parts }
    }

    /// The name that a medium without a row had.
    fn name_of(&self, index: usize, leader: Option<usize>) -> String {
        let path = &self.media[index].path;
        let name = path.file_name();
        let (stem, extension) = text::split(name);
        let plain = unsuffixed(name);
        if let Some(leader) = leader {
            let library_stem = text::split(self.media[leader].path.file_name()).0;
            let original = self.places[leader].first().map_or("", |p| text::split(&p.name).0);
            if text::same_name(stem, library_stem) {
                return if extension.is_empty() {
                    original.to_owned()
                } else {
                    format!("{original}.{extension}")
                };
            }
            let got_suffix = original != library_stem;
            return plain.filter(|_| got_suffix).unwrap_or_else(|| name.to_owned());
        }
        let stands_beside = |plain: &String| {
            let sibling = path.parent().map_or_else(|| plain.clone(), |folder| format!("{folder}/{plain}"));
            self.listed.contains_key(&text::match_key(plain)) || self.names.contains(&name::fold(&sibling))
        };
        plain
            .filter(|plain| !self.listed.contains_key(&text::match_key(name)) && stands_beside(plain))
            .unwrap_or_else(|| name.to_owned())
    }
}

/// What an `AlbumInfo.json` tells.
struct Told<'a> {
    part: PartId,
    folder: &'a str,
    title: &'a str,
    names: HashSet<String>,
}

fn told<'a>(contents: &'a Contents, heard: &'a Heard) -> Vec<Told<'a>> {
    let mut all = Vec::new();
    for entry in contents.entries.iter().filter(|e| Sort::of(e) == Sort::AlbumInfo) {
        let folder = entry.folder().rsplit('/').next().unwrap_or_default();
        if let Some(List::Album(info)) = heard.list(entry) {
            let title = info.album_name.as_deref().filter(|t| !t.trim().is_empty()).unwrap_or(folder);
            let names = info.photos.iter().filter_map(|p| p.name.as_deref()).map(text::match_key).collect();
            all.push(Told { part: entry.part, folder, title, names });
        }
    }
    all
}

impl StandIns {
    fn shared(
        &mut self,
        contents: &Contents,
        heard: &Heard,
        media: &[Medium],
        shared: &[SharedFile],
        default: PartId,
    ) {
        let told = told(contents, heard);
        let mut folders: BTreeMap<&str, Vec<&SharedFile>> = BTreeMap::new();
        for file in shared {
            folders.entry(&file.folder).or_default().push(file);
        }
        for (folder, files) in folders {
            let is_called = |title: &str| {
                let title = name::fold(&name::portable(title));
                let plain = unsuffixed(folder).map(|plain| name::fold(&plain));
                title == name::fold(folder) || plain == Some(title)
            };
            let holds =
                |t: &&Told<'_>| files.iter().filter(|f| t.names.contains(&text::match_key(&f.name))).count();
            let album = told.iter().filter(|t| is_called(t.title) || is_called(t.folder));
            let album = album.rev().max_by_key(holds);
            let (part, key) = album.map_or((default, folder), |a| (a.part, a.folder));
            self.album_folders.insert((AlbumKind::Shared, key.to_owned()), folder.to_owned());
            for file in files {
                let is_named = |name: &str| album.is_some_and(|a| a.names.contains(&text::match_key(name)));
                let plain = unsuffixed(&file.name).filter(|plain| !is_named(&file.name) && is_named(plain));
                let name = plain.unwrap_or_else(|| file.name.clone());
                let inner = format!("My Albums/{key}/{name}");
                self.entries.push(entry(contents, &media[file.medium], part, Sort::Shared, inner));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::group_of;
    use crate::library::path::LibraryPath;

    #[test]
    fn files_of_one_asset_are_of_one_group() {
        let group = |path: &str| group_of(&LibraryPath::parse(path).unwrap());
        assert_eq!(group("2024/IMG_1 (2).HEIC"), group("2024/IMG_O1 (2).AAE"));
        assert_eq!(group("2024/IMG_1.HEIC"), group("2024/img_1.MOV"));
        assert_ne!(group("2024/IMG_1.HEIC"), group("2024/IMG_E1.HEIC"));
        assert_ne!(group("2024/IMG_1.HEIC"), group("2025/IMG_1.HEIC"));
    }
}
