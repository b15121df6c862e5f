//! Stand-ins: what a rebuilt catalog says of where a file came from if no line of a table tells it.
//!
//! Only what is certain is said: where they stand, and what a row that carries their fingerprint says. Every
//! stand-in is of one archive that there never was ([`REBUILT`](crate::contents::REBUILT)), and goes when the
//! true entry is seen again. The files of one stem get a folder of their own, because they were placed side by
//! side as one asset.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::Path;

use crate::apple::fingerprint::Fingerprint;
use crate::apple::text;
use crate::category::photos::lists::List;
use crate::category::photos::lists::details::Checksum;
use crate::category::photos::{AlbumKind, Heard, Sort, original_stem};
use crate::contents::{ArchiveId, Bytes, Class, ContentId, Contents, Entry, Inner, PartId};
use crate::library::path::LibraryPath;
use crate::library::record::{Area, Placement};
use crate::library::{layout, name};
use crate::run::rebuild::deliveries::Deliveries;
use crate::run::rebuild::kept::KeptDetails;
use crate::run::rebuild::sorted::Sorted;

/// What makes stand-ins.
pub struct StandIns<'a> {
    /// Exports, parts, archives, distinct bytes, and the entries that are known.
    pub contents: &'a mut Contents,
    /// The archive of all stand-ins.
    pub archive: ArchiveId,
    /// Parts by label.
    pub deliveries: &'a Deliveries,
}

impl StandIns<'_> {
    /// Adds stand-ins of details and other files.
    pub fn kept(&mut self, sorted: &Sorted, details: &BTreeMap<LibraryPath, KeptDetails>) {
        for Placement { path, area, content, .. } in &sorted.untold {
            let below = path.as_str().split_once('/').map_or(path.as_str(), |(_, below)| below);
            match (area, details.get(path)) {
                (Area::Media, _) => {}
                (_, Some(details)) => {
                    let part = self.deliveries.part(&details.label, details.number);
                    let part = part.unwrap_or(self.deliveries.default);
                    self.add(path, *content, part, details.sort, &details.inner);
                }
                (_, None) => self.add(path, *content, self.deliveries.default, Sort::Other, below),
            }
        }
    }

    /// Adds stand-ins of media, by the rows of all details; gives the folders of shared albums.
    pub fn media(
        &mut self,
        library: &Path,
        sorted: &Sorted,
        heard: &Heard,
    ) -> HashMap<(AlbumKind, String), String> {
        let rows = rows(self.contents, heard);
        let members = sorted.members(library);
        let keys = keys(self.contents, heard);
        let told: HashSet<ContentId> =
            sorted.told.iter().filter(|f| f.area == Area::Media).map(|f| f.content).collect();
        let placed: HashSet<&LibraryPath> = members.iter().map(|(_, path, _)| path).collect();
        let mut folders = HashMap::new();
        for (folder, path, content) in members.iter().filter(|(.., content)| !told.contains(content)) {
            let key = keys.get(&name::fold(folder)).unwrap_or(folder);
            folders.insert((AlbumKind::Shared, key.clone()), folder.clone());
            let inner = format!("My Albums/{key}/{}", path.file_name());
            self.add(path, *content, self.deliveries.default, Sort::Shared, &inner);
        }
        for Placement { path, content, .. } in sorted.untold.iter().filter(|f| f.area == Area::Media) {
            let top = path.as_str().split_once('/').map_or("", |(top, _)| top);
            let (folder, sort) = match top {
                layout::RECENTLY_DELETED => ("Recently Deleted", Sort::Deleted),
                _ => ("Photos", Sort::Photo),
            };
            let named = heard.said[*content].fingerprint.and_then(|fingerprint| rows.get(&fingerprint));
            if named.is_none() && placed.contains(path) {
                continue;
            }
            let unnamed = BTreeSet::from([(self.deliveries.default, path.file_name().to_owned())]);
            for (part, name) in named.unwrap_or(&unnamed) {
                let inner = format!("{folder}/{}/{name}", group_of(path));
                self.add(path, *content, *part, sort, &inner);
            }
        }
        folders
    }

    fn add(&mut self, path: &LibraryPath, content: ContentId, part: PartId, sort: Sort, inner: &str) {
        let bytes = &self.contents.distinct[content];
        let entry = Entry {
            archive: self.archive,
            part,
            position: u32::try_from(self.contents.entries.len()).unwrap_or(u32::MAX),
            path: path.as_str().into(),
            inner: Inner::of(path.as_str(), inner),
            class: sort.class(),
            sort: sort.into(),
            size: bytes.size,
            crc32: Some(bytes.crc32),
            modified: None,
            given: sort.class() == Class::Details,
            bytes: Bytes::Sound(content),
        };
        self.contents.entries.push(entry);
    }
}

/// The names that rows give to the bytes of a fingerprint, each with the part whose details hold it.
fn rows(contents: &Contents, heard: &Heard) -> HashMap<Fingerprint, BTreeSet<(PartId, String)>> {
    let mut rows: HashMap<Fingerprint, BTreeSet<(PartId, String)>> = HashMap::new();
    for entry in contents.entries.iter().filter(|e| Sort::of(e) == Sort::Details) {
        let Some(List::Rows(details)) = heard.list(entry) else { continue };
        for row in &details.rows {
            if let Checksum::Fingerprint(fingerprint) = &row.checksum {
                rows.entry(*fingerprint).or_default().insert((entry.part, row.name.to_string()));
            }
        }
    }
    rows
}

/// Apple's folder of each shared album, by the name that the album has in the library.
fn keys(contents: &Contents, heard: &Heard) -> HashMap<String, String> {
    let mut keys = HashMap::new();
    for entry in contents.entries.iter().filter(|e| Sort::of(e) == Sort::AlbumInfo) {
        if let Some(List::Album(info)) = heard.list(entry) {
            let folder = entry.folder().rsplit('/').next().unwrap_or_default();
            let title = info.album_name.as_deref().filter(|title| !title.trim().is_empty());
            keys.insert(name::fold(&name::portable(title.unwrap_or(folder))), folder.to_owned());
        }
    }
    keys
}

/// The folder and stem that the files of one asset share.
fn group_of(path: &LibraryPath) -> String {
    let stem = text::match_key(text::split(path.file_name()).0);
    let stem = original_stem(&stem).unwrap_or(stem);
    path.parent().map_or_else(|| stem.clone(), |folder| format!("{folder}/{stem}"))
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
