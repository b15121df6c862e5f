//! What a plan has to know of a library: what stands where, and which names are taken.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs;
use std::path::Path;

use blake3::Hash;

use super::Before;
use super::albums::is_in_albums;
use crate::category::AlbumKind;
use crate::contents::{Category, ContentSet, Contents};
use crate::library::catalog::Forgotten;
use crate::library::drive::{Links, hash_file};
use crate::library::layout;
use crate::library::path::{LibraryPath, PathKey};
use crate::library::record::{Area, DerivedRecord};
use crate::stage::reclaim::Reclaimed;

/// Where files are that their owner moved, and what they were called, by their bytes.
pub type MovedByOwner = HashMap<Hash, Vec<(LibraryPath, Option<Box<str>>)>>;

/// What the plan needs to know of the library.
#[derive(Debug, Default)]
pub struct Held {
    /// Media that stand in the library, by their bytes.
    pub media: HashMap<Hash, LibraryPath>,
    /// Media that are gone, where they stood.
    pub reserved: HashMap<Hash, LibraryPath>,
    /// Files of `Other/` and kept details.
    pub kept: HashMap<LibraryPath, Hash>,
    /// Files that stand by their path and that the owner put elsewhere, by their bytes: where, and what they were called.
    pub moved: MovedByOwner,
    /// Everything that stands in the tree, by collision key.
    pub taken: HashSet<PathKey>,
    /// Bytes of photos that the owner wants left out.
    pub forgotten: HashSet<Hash>,
    /// Those of files that an earlier version kept in `Other/`, whatever they were.
    pub forgotten_unsorted: HashSet<Hash>,
    /// Other files that the owner wants left out, where they stood.
    pub forgotten_files: Vec<(LibraryPath, Hash)>,
    /// Files that no import recorded: those of the size of bytes to be placed, and those in albums.
    pub foreign: HashMap<LibraryPath, Hash>,
    /// Symbolic links that no import recorded, and where they lead.
    pub foreign_links: HashMap<LibraryPath, String>,
    /// Links, lists, copies and sidecars of earlier runs.
    pub derived: BTreeMap<LibraryPath, DerivedRecord>,
    /// The same, by folder and by the file that they repeat.
    pub derived_to: HashMap<(LibraryPath, LibraryPath), LibraryPath>,
    /// Folder names of albums.
    pub album_folders: HashMap<(AlbumKind, String), String>,
    /// What links the drive has.
    pub links: Links,
    /// Entries that an earlier version took for something else.
    pub reclaimed: Reclaimed,
}

impl Held {
    /// Whether a file that no import recorded stands at this path with exactly these bytes.
    pub fn is_adoptable(&self, path: &LibraryPath, hash: Hash) -> bool {
        self.foreign.get(path) == Some(&hash)
    }

    /// The link or copy in this folder that an earlier run made for this file.
    pub fn derived_to(&self, folder: &LibraryPath, file: &LibraryPath) -> Option<&LibraryPath> {
        self.derived_to.get(&(folder.clone(), file.clone()))
    }
}

/// Completes what the plan needs: `wanted` are the contents that may be placed.
pub fn held(library: &Path, before: &Before, contents: &Contents, wanted: &ContentSet, links: Links) -> Held {
    let Standing { media, kept, taken } = Standing::of(contents, before);
    let Foreign { files, links: foreign_links } = Foreign::of(library, before, contents, wanted);
    let forgotten = before.forgotten.iter().map(|file| (file, contents.distinct[file.content].blake3));
    let is_photo = |file: &Forgotten| file.category == Category::Photos;
    Held {
        media,
        kept,
        moved: moved(before, contents),
        taken,
        forgotten: forgotten.clone().filter(|(file, _)| is_photo(file)).map(|(_, hash)| hash).collect(),
        forgotten_unsorted: forgotten
            .clone()
            .filter(|(file, _)| is_photo(file) && file.path.as_str().starts_with(layout::OTHER))
            .map(|(_, hash)| hash)
            .collect(),
        forgotten_files: forgotten
            .filter(|(file, _)| !is_photo(file))
            .map(|(file, hash)| (file.path.clone(), hash))
            .collect(),
        reserved: settled(before, contents),
        foreign: files,
        foreign_links,
        derived_to: by_target(&before.derived),
        derived: before.derived.clone(),
        album_folders: before.album_folders.clone(),
        links,
        reclaimed: before.reclaimed.clone(),
    }
}

/// What the catalog knows and the tree has.
#[derive(Default)]
struct Standing {
    media: HashMap<Hash, LibraryPath>,
    kept: HashMap<LibraryPath, Hash>,
    taken: HashSet<PathKey>,
}

impl Standing {
    fn of(contents: &Contents, before: &Before) -> Self {
        let seen = before.seen.iter().map(|(path, _)| PathKey::of(path));
        let mut standing = Standing { taken: seen.collect(), ..Standing::default() };
        for record in before.files.values() {
            let (path, hash) = (&record.path, contents.distinct[record.content].blake3);
            standing.taken.insert(PathKey::of(path));
            match record.area {
                // the files come in the order of their paths, and the first stays
                Area::Media => _ = standing.media.entry(hash).or_insert_with(|| path.clone()),
                Area::Other | Area::Details => _ = standing.kept.insert(path.clone(), hash),
            }
        }
        // an edit stands for what it was made of
        for record in before.edited() {
            let hash = contents.distinct[*record.delivered()].blake3;
            match record.area {
                Area::Media => _ = standing.media.entry(hash).or_insert_with(|| record.path.clone()),
                Area::Other | Area::Details => _ = standing.kept.insert(record.path.clone(), hash),
            }
        }
        standing
    }
}

/// Files that stand by their path, where their owner put them.
fn moved(before: &Before, contents: &Contents) -> MovedByOwner {
    let others = before.files.values().filter(|record| record.area == Area::Other);
    let mut moved = MovedByOwner::new();
    for record in others.filter(|record| before.owners.contains(&record.path)) {
        let hash = contents.distinct[*record.delivered()].blake3;
        moved.entry(hash).or_default().push((record.path.clone(), record.original_name.clone()));
    }
    moved
}

/// Media that have a path and are not there.
fn settled(before: &Before, contents: &Contents) -> HashMap<Hash, LibraryPath> {
    let mut settled = HashMap::new();
    for record in before.lost.iter().filter(|record| record.area == Area::Media) {
        settled.entry(contents.distinct[record.content].blake3).or_insert_with(|| record.path.clone());
    }
    settled
}

/// What no import recorded.
#[derive(Default)]
struct Foreign {
    files: HashMap<LibraryPath, Hash>,
    links: HashMap<LibraryPath, String>,
}

impl Foreign {
    /// Reads the files that have the size of wanted bytes, or lie in albums.
    fn of(library: &Path, before: &Before, contents: &Contents, wanted: &ContentSet) -> Self {
        let recorded: HashSet<&LibraryPath> = before.files.keys().chain(before.derived.keys()).collect();
        let sizes: HashSet<u64> = wanted.contents().map(|c| contents.distinct[c].size).collect();
        let mut foreign = Foreign::default();
        for (path, seen) in before.seen.iter().filter(|(path, _)| !recorded.contains(path)) {
            let on_disk = path.to_path(library);
            if !seen.is_file {
                let target = fs::read_link(&on_disk).ok();
                foreign.links.extend(target.map(|to| (path.clone(), to.to_string_lossy().into_owned())));
            } else if sizes.contains(&seen.size) || is_in_albums(path) {
                foreign.files.extend(hash_file(&on_disk).map(|hash| (path.clone(), hash)));
            }
        }
        foreign
    }
}

/// The path of each link and copy, by its folder and what it repeats.
fn by_target(
    derived: &BTreeMap<LibraryPath, DerivedRecord>,
) -> HashMap<(LibraryPath, LibraryPath), LibraryPath> {
    let repeats = |(path, record): (&LibraryPath, &DerivedRecord)| {
        Some(((path.parent()?, record.target.clone()?), path.clone()))
    };
    derived.iter().filter_map(repeats).collect()
}
