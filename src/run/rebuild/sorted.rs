//! The library's files, each for what it is: a file that came with an export, a link, list or copy of an album,
//! a sidecar, or the owner's own.
//!
//! Asks no catalog. The tables of origins say which files came with an export. Where they do not, or not for
//! all, a photo that its owner put into the dated tree cannot be told from one that was imported, and counts
//! as imported; nothing is lost by that. Where bytes stand several times, one file is the medium: in the dated
//! tree if there is one there.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fs::File;
use std::io::Read;
use std::path::Path;

use crate::apple::text;
use crate::category::of_place;
use crate::category::photos::AlbumKind;
use crate::category::photos::media::Kind;
use crate::contents::{ContentId, Contents};
use crate::library::layout;
use crate::library::path::{LibraryPath, PathKey};
use crate::library::record::{Area, DerivedKind, DerivedRecord, Placement};
use crate::run::rebuild::kept::KeptDetails;
use crate::run::rebuild::told::Told;
use crate::run::verify::on_drive::{OnDrive, Reread, Stat};
use crate::stage::survey::{self, Held};

/// What kind of place a path of the library is.
pub fn area_of(path: &LibraryPath) -> Area {
    match path.as_str().split_once('/') {
        Some((layout::INTERNAL, _)) => Area::Details,
        Some((layout::OTHER, _)) => Area::Other,
        Some((top, _)) if layout::OF_CATEGORIES.contains(&top) => Area::Other,
        _ => Area::Media,
    }
}

/// The library's files, each for what it is.
#[derive(Debug, Default)]
pub struct Sorted {
    /// Files of which a line tells where they came from.
    pub told: Vec<Placement>,
    /// Files that came with an export all the same.
    pub untold: Vec<Placement>,
    /// Links, lists, copies and sidecars.
    pub derived: BTreeMap<LibraryPath, DerivedRecord>,
    /// Nobody's but the owner's.
    pub foreign: BTreeSet<LibraryPath>,
}

impl Sorted {
    /// Sorts all files.
    pub fn new(
        library: &Path,
        on_drive: &OnDrive,
        told: &Told,
        details: &BTreeMap<LibraryPath, KeptDetails>,
        reread: &Reread,
    ) -> Self {
        let mut files: Vec<(&LibraryPath, &Stat, ContentId)> = on_drive
            .files
            .iter()
            .filter(|(path, stat)| stat.is_file && survey::list(library, path).is_none())
            .filter_map(|(path, stat)| Some((path, stat, reread.index(path)?)))
            .collect();
        // where bytes stand twice, the dated tree has the medium, and an album the copy
        files.sort_by_key(|(path, ..)| (rank(path), *path));
        let mut standing: HashMap<ContentId, Vec<&LibraryPath>> = HashMap::new();
        for (path, _, content) in &files {
            standing.entry(*content).or_default().push(path);
        }
        let told_files = told.find(reread, &standing);
        let is_whole = told.is_whole(details.values().map(|d| d.label.as_str()));
        let named = told.files();
        let mut sorting = Sorting { library, on_drive, reread, media: HashMap::new() };
        for (path, _, content) in &files {
            if told_files.get(*path) == Some(&Area::Media) {
                sorting.media.entry(*content).or_insert_with(|| (*path).clone());
            }
        }
        let mut sorted = Sorted::default();
        let mut imported = HashSet::new();
        for (path, stat, content) in files {
            let file =
                |area| Placement { path: path.clone(), area, content, modified: None, is_executable: false };
            let area = area_of(path);
            if let Some(area) = told_files.get(path) {
                sorted.told.push(file(*area));
            } else if (named.contains_key(path) || !is_whole)
                && match area {
                    Area::Details => details.contains_key(path),
                    Area::Other => is_in(path, layout::OTHER) || of_place(path.as_str()).is_some(),
                    Area::Media => sorting.is_medium(path, stat, content),
                }
            {
                sorted.untold.push(file(area));
                if area == Area::Media {
                    sorting.media.insert(content, path.clone());
                }
            } else {
                continue;
            }
            imported.insert(path);
        }
        for (path, stat) in on_drive.files.iter().filter(|(path, _)| !imported.contains(path)) {
            let content = reread.index(path).filter(|_| stat.is_file);
            if let Some(record) = sorting.derived(path, stat, content) {
                sorted.derived.insert(path.clone(), record);
            } else if (!stat.is_file || content.is_some()) && area_of(path) != Area::Details {
                sorted.foreign.insert(path.clone());
            }
        }
        sorted.told.sort_by(|a, b| a.path.cmp(&b.path));
        sorted
    }

    /// Takes files of nobody for what they were recognised as.
    pub fn adopt(&mut self, recognised: BTreeMap<LibraryPath, DerivedRecord>) {
        self.foreign.retain(|path| !recognised.contains_key(path));
        self.derived.extend(recognised);
    }

    /// Takes files for made ones that the old catalog still knows as such, even if their owner has changed them since.
    pub fn recall(&mut self, old: &BTreeMap<LibraryPath, DerivedRecord>) {
        let made = old.iter().filter(|(_, record)| record.kind == DerivedKind::Made);
        let known = made.filter(|(path, _)| self.foreign.contains(*path));
        let known = known.map(|(path, record)| (path.clone(), record.clone())).collect();
        self.adopt(known);
    }

    /// Every file that the catalog will know.
    pub fn files(&self) -> impl Iterator<Item = &Placement> {
        self.told.iter().chain(&self.untold)
    }

    /// Members of shared albums: the album's folder, the member's place there, and its bytes; itself, or as a
    /// link, copy or line of a list.
    pub fn members(&self, library: &Path) -> BTreeSet<(String, LibraryPath, ContentId)> {
        let files: HashMap<&LibraryPath, ContentId> = self.files().map(|f| (&f.path, f.content)).collect();
        let mut places: Vec<(LibraryPath, LibraryPath)> =
            files.keys().map(|&path| (path.clone(), path.clone())).collect();
        for (path, record) in &self.derived {
            places.extend(record.target.clone().map(|target| (path.clone(), target)));
            let folder = text::split(path.as_str()).0;
            for file in survey::list(library, path).unwrap_or_default() {
                let line = LibraryPath::at(folder, file.file_name());
                places.extend(line.map(|line| (line, file)));
            }
        }
        let member = |(path, target): (LibraryPath, LibraryPath)| {
            let below = path.as_str().strip_prefix(layout::SHARED_ALBUMS)?.strip_prefix('/')?;
            let folder = below.split_once('/')?.0.to_owned();
            Some((folder, path, *files.get(&target)?))
        };
        places.into_iter().filter_map(member).collect()
    }

    /// What the plan needs to find everything where it is.
    pub fn held(&self, contents: &Contents, album_folders: HashMap<(AlbumKind, String), String>) -> Held {
        let mut held = Held { album_folders, ..Held::default() };
        for Placement { path, area, content, .. } in self.files() {
            let hash = contents.distinct[*content].blake3;
            held.taken.insert(PathKey::of(path));
            match area {
                Area::Media => _ = held.media.insert(hash, path.clone()),
                Area::Other | Area::Details => _ = held.kept.insert(path.clone(), hash),
            }
        }
        held
    }
}

/// What is asked of each file.
struct Sorting<'a> {
    library: &'a Path,
    on_drive: &'a OnDrive,
    reread: &'a Reread,
    /// Where the file stands that is the medium of certain bytes.
    media: HashMap<ContentId, LibraryPath>,
}

impl Sorting<'_> {
    /// The record of a link, list, copy or sidecar.
    fn derived(&self, path: &LibraryPath, stat: &Stat, content: Option<ContentId>) -> Option<DerivedRecord> {
        if !stat.is_file {
            let target = Some(survey::link(self.library, path)?);
            return Some(DerivedRecord::of_photos(DerivedKind::Symlink, target, None));
        }
        let content = content?;
        let blake3 = Some(self.reread.contents.distinct[content].blake3);
        let stands = |file: &LibraryPath| self.on_drive.files.contains_key(file);
        if survey::list(self.library, path).is_some_and(|files| files.iter().any(stands)) {
            return Some(DerivedRecord::of_photos(DerivedKind::List, None, blake3));
        }
        if let Some(target) = self.media.get(&content).filter(|_| survey::is_in_albums(path)).cloned() {
            let is_same = |other: &Stat| other.inode != 0 && other.inode == stat.inode;
            let (kind, blake3) = match self.on_drive.files.get(&target).is_some_and(is_same) {
                true => (DerivedKind::Hardlink, None),
                false => (DerivedKind::Copy, blake3),
            };
            return Some(DerivedRecord::of_photos(kind, Some(target), blake3));
        }
        let target = Some(self.owner(path).filter(|_| is_our_sidecar(&path.to_path(self.library)))?);
        Some(DerivedRecord::of_photos(DerivedKind::Sidecar, target, blake3))
    }

    /// Whether a file of the tree is a medium, and the first with its bytes. What is no photo or video may be the owner's own: at the top of
    /// the library, or a sidecar.
    fn is_medium(&self, path: &LibraryPath, stat: &Stat, content: ContentId) -> bool {
        let format = self.reread.heard.photos.said[content].embedded.format;
        let is_known = format.kind(path.file_name()) != Kind::Other;
        let is_first = !self.media.contains_key(&content);
        is_first && stat.size > 0 && (is_known || self.owner(path).is_none() && path.parent().is_some())
    }

    /// The file beside it that a sidecar of this name speaks of.
    fn owner(&self, path: &LibraryPath) -> Option<LibraryPath> {
        let (owner, _) = path.as_str().rsplit_once('.')?;
        let owner = LibraryPath::parse(owner).ok()?;
        self.on_drive.files.get(&owner).is_some_and(|stat| stat.is_file).then_some(owner)
    }
}

fn is_in(path: &LibraryPath, top: &str) -> bool {
    path.as_str().strip_prefix(top).is_some_and(|below| below.starts_with('/'))
}

fn rank(path: &LibraryPath) -> u8 {
    match path.as_str().split_once('/') {
        Some((layout::SHARED_ALBUMS, _)) => 1,
        Some((layout::ALBUMS | layout::MEMORIES, _)) => 2,
        _ => 0,
    }
}

/// A sidecar of ours names its maker.
fn is_our_sidecar(path: &Path) -> bool {
    let mut start = Vec::new();
    let read = File::open(path).and_then(|file| file.take(64 << 10).read_to_end(&mut start));
    read.is_ok() && String::from_utf8_lossy(&start).to_lowercase().contains("windfall")
}
