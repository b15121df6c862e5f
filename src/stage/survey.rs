//! What the library holds and what its drive can do: [`Present`] before anything is read, [`Held`] for the plan.
//! Never changes a file.
//!
//! The surprise: the folder is believed before the catalog. Owners move, edit and delete files; what they moved
//! is found again by its bytes, what they deleted is restored, what they changed is theirs.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs;
use std::path::Path;

use blake3::Hash;

use crate::category::photos::AlbumKind;
use crate::contents::{ContentSet, Contents};
use crate::error::Error;
use crate::library::catalog::Remembered;
use crate::library::drive::{Links, hash_file};
use crate::library::layout;
use crate::library::path::{LibraryPath, PathKey};
use crate::library::record::{Area, DerivedRecord, FileRecord};
use crate::library::tree::{self, Tree};

/// What the plan needs to know of the library.
#[derive(Debug, Default)]
pub struct Held {
    /// Media that stand in the library, by their bytes.
    pub media: HashMap<Hash, LibraryPath>,
    /// Media whose path is settled though they are not there: deleted by the owner, or planned by
    /// a run that was interrupted.
    pub reserved: HashMap<Hash, LibraryPath>,
    /// Files of `Other/` and kept details.
    pub kept: HashMap<LibraryPath, Hash>,
    /// Everything that stands in the tree, by collision key.
    pub taken: HashSet<PathKey>,
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
}

impl Held {
    /// Whether a file that no import recorded stands at this path with exactly these bytes.
    pub fn is_adoptable(&self, path: &LibraryPath, hash: Hash) -> bool {
        self.foreign.get(path) == Some(&hash)
    }

    /// Whether these bytes are kept at this path.
    pub fn has_kept(&self, path: &LibraryPath, hash: Hash) -> bool {
        self.kept.get(path) == Some(&hash)
    }

    /// The link or copy in this folder that an earlier run made for this file.
    pub fn derived_to(&self, folder: &LibraryPath, file: &LibraryPath) -> Option<&LibraryPath> {
        self.derived_to.get(&(folder.clone(), file.clone()))
    }
}

/// What of the catalog is really there.
#[derive(Debug, Default)]
pub struct Present {
    /// Files of the tree that are none of `files`.
    seen: Tree,
    /// Records whose file is there with its size.
    pub files: BTreeMap<LibraryPath, FileRecord>,
    /// Records whose file is gone.
    pub lost: Vec<FileRecord>,
    /// Records whose file has another size.
    pub changed: Vec<FileRecord>,
    /// Files that the owner moved: from the record, to where the same bytes stand.
    pub moved: Vec<(LibraryPath, LibraryPath)>,
}

impl Present {
    /// Contents that stand in the library, whatever the area.
    pub fn contents(&self) -> ContentSet {
        self.files.values().map(|f| f.content).collect()
    }

    /// What stood here before and is still none of the catalog's, as one value.
    ///
    /// # Errors
    /// If the catalog cannot be asked.
    pub fn strangers(
        &self,
        is_recorded: &dyn Fn(&LibraryPath) -> Result<bool, Error>,
    ) -> Result<Hash, Error> {
        let mut strangers = Vec::new();
        for (path, seen) in self.seen.iter() {
            if !is_recorded(path)? {
                strangers.push((path, seen));
            }
        }
        Ok(tree::mark(strangers.into_iter()))
    }
}

/// Compares the catalog with the tree of its library. The records move from `known` to what they turn out to be,
/// for a library has as many as photos.
pub fn present(library: &Path, tree: Tree, known: &mut Remembered) -> Present {
    let mut present = Present { seen: tree, ..Present::default() };
    let stands = |record: &FileRecord| {
        let seen = match record.area {
            Area::Details => tree::stat(&record.path.to_path(library)),
            Area::Media | Area::Other => present.seen.get(record.path.as_str()),
        };
        seen.map(|seen| seen.is_file && seen.size == known.contents.distinct[record.content].size)
    };
    let mut files = std::mem::take(&mut known.files);
    let others = files.extract_if(.., |_, record| stands(record) != Some(true)).map(|(_, record)| record);
    let (changed, lost): (Vec<_>, Vec<_>) = others.partition(|record| stands(record).is_some());
    present.seen.retain(|path| !files.contains_key(path));
    (present.files, present.changed) = (files, changed);
    let mut strangers: HashMap<u64, Vec<LibraryPath>> = HashMap::new();
    if !lost.is_empty() {
        let standing = present.files.keys().chain(present.changed.iter().map(|record| &record.path));
        let recorded: HashSet<&LibraryPath> = standing.chain(known.derived.keys()).collect();
        for (path, seen) in
            present.seen.iter().filter(|(path, seen)| seen.is_file && !recorded.contains(path))
        {
            strangers.entry(seen.size).or_default().push(path.clone());
        }
    }
    for mut record in lost {
        let content = &known.contents.distinct[record.content];
        let candidates = strangers.entry(content.size).or_default();
        let found = candidates.iter().position(|path| {
            record.area != Area::Details
                && hash_file(&path.to_path(library)).is_some_and(|h| h == content.blake3)
        });
        match found {
            Some(at) => {
                let to = candidates.swap_remove(at);
                present.moved.push((record.path.clone(), to.clone()));
                record.path = to.clone();
                present.files.insert(to, record);
            }
            None => present.lost.push(record),
        }
    }
    // what was derived of a moved file is derived of it still
    let moved: HashMap<&LibraryPath, &LibraryPath> =
        present.moved.iter().map(|(from, to)| (from, to)).collect();
    for target in known.derived.values_mut().filter_map(|record| record.target.as_mut()) {
        if let Some(to) = moved.get(target) {
            target.clone_from(to);
        }
    }
    present
}

/// Completes what the plan needs: `wanted` are the contents that may be placed.
pub fn held(
    library: &Path,
    known: &Remembered,
    contents: &Contents,
    present: &Present,
    wanted: &ContentSet,
    links: Links,
) -> Held {
    let Standing { media, kept, taken } = Standing::of(contents, present);
    let Foreign { files, links: foreign_links } = Foreign::of(library, known, contents, present, wanted);
    Held {
        media,
        kept,
        taken,
        reserved: settled(known, contents, present),
        foreign: files,
        foreign_links,
        derived_to: by_target(&known.derived),
        derived: known.derived.clone(),
        album_folders: known.album_folders.clone(),
        links,
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
    fn of(contents: &Contents, present: &Present) -> Self {
        let seen = present.seen.iter().map(|(path, _)| PathKey::of(path));
        let mut standing = Standing { taken: seen.collect(), ..Standing::default() };
        for record in present.files.values() {
            let (path, hash) = (&record.path, contents.distinct[record.content].blake3);
            standing.taken.insert(PathKey::of(path));
            match record.area {
                // the files come in the order of their paths, and the first stays
                Area::Media => _ = standing.media.entry(hash).or_insert_with(|| path.clone()),
                Area::Other | Area::Details => _ = standing.kept.insert(path.clone(), hash),
            }
        }
        standing
    }
}

/// Media that have a path and are not there: planned by a run that was interrupted, or gone.
fn settled(known: &Remembered, contents: &Contents, present: &Present) -> HashMap<Hash, LibraryPath> {
    let planned = known.plan.iter().map(|p| (p.area, p.content, &p.path));
    let lost = present.lost.iter().map(|record| (record.area, record.content, &record.path));
    let mut settled = HashMap::new();
    for (_, content, path) in planned.chain(lost).filter(|(area, ..)| *area == Area::Media) {
        settled.entry(contents.distinct[content].blake3).or_insert_with(|| path.clone());
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
    fn of(
        library: &Path,
        known: &Remembered,
        contents: &Contents,
        present: &Present,
        wanted: &ContentSet,
    ) -> Self {
        let recorded: HashSet<&LibraryPath> = present.files.keys().chain(known.derived.keys()).collect();
        let sizes: HashSet<u64> = wanted.contents().map(|c| contents.distinct[c].size).collect();
        let mut foreign = Foreign::default();
        for (path, seen) in present.seen.iter().filter(|(path, _)| !recorded.contains(path)) {
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

/// A list larger than this is none of ours.
const LARGEST_LIST: u64 = 64 << 20;

/// Whether a path lies in one of the folders of albums. A run that was interrupted may have left
/// links, lists and copies there that it did not record.
pub fn is_in_albums(path: &LibraryPath) -> bool {
    path.as_str().split_once('/').is_some_and(|(top, _)| layout::OF_ALBUMS.contains(&top))
}

/// The file that an album's link points to, by its text alone: the file may be gone.
pub fn link(library: &Path, path: &LibraryPath) -> Option<LibraryPath> {
    if !is_in_albums(path) {
        return None;
    }
    let target = fs::read_link(path.to_path(library)).ok()?;
    let way: Option<Vec<&str>> = target.iter().map(|c| c.to_str()).collect();
    LibraryPath::at(path.parent()?.as_str(), &way?.join("/"))
}

/// The files that an album's list names, by its text alone; `None` if it is no list like ours.
pub fn list(library: &Path, path: &LibraryPath) -> Option<Vec<LibraryPath>> {
    let (top, name) = path.as_str().split_once('/')?;
    let file = path.to_path(library);
    let is_list = layout::OF_ALBUMS.contains(&top) && !name.contains('/') && name.ends_with(".m3u8");
    if !is_list || fs::metadata(&file).ok()?.len() > LARGEST_LIST {
        return None;
    }
    let text = fs::read_to_string(&file).ok()?;
    let lines = text.strip_prefix("#EXTM3U\n")?.lines();
    lines.map(|line| LibraryPath::at(top, line)).collect()
}
