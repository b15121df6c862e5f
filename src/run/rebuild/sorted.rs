//! The library's files, each for what it is: a medium, a file of `Other/`, kept details, a link,
//! list or copy of an album, a sidecar, or the owner's own.
//!
//! In: the library's tree and what its bytes say. Out: [`Sorted`]. Never: asks a catalog.
//! The one surprise: a photo that its owner put into the dated tree cannot be told from one that
//! was imported, and counts as a medium; nothing is lost by that. Where bytes stand several times,
//! one file is the medium: in the dated tree if there is one there.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fs::File;
use std::io::Read;
use std::path::Path;

use crate::apple::fingerprint::Fingerprint;
use crate::apple::text;
use crate::category::photos::lists::List;
use crate::category::photos::lists::details::Checksum;
use crate::category::photos::media::Kind;
use crate::category::photos::{AlbumKind, Sort};
use crate::contents::{ArchiveId, Bytes, Class, ContentId, Contents, Entry, Inner};
use crate::library::path::{LibraryPath, PathKey};
use crate::library::record::{Area, DerivedKind, DerivedRecord, Placement};
use crate::library::{layout, name};
use crate::run::rebuild::kept::{Deliveries, KeptDetails, without_suffix};
use crate::run::rebuild::stand_ins::{Medium, SharedFile};
use crate::run::verify::tree::{Found, Reread, Tree};
use crate::stage::survey::{self, Held};

/// What kind of place a path of the library is.
pub fn area_of(path: &LibraryPath) -> Area {
    match path.as_str().split_once('/') {
        Some((layout::INTERNAL, _)) => Area::Details,
        Some((layout::OTHER, _)) => Area::Other,
        _ => Area::Media,
    }
}

/// The library's files, each for what it is.
#[derive(Debug, Default)]
pub struct Sorted {
    /// Media.
    pub media: Vec<Medium>,
    /// Files of `Other/` and kept details, with their bytes.
    pub kept: Vec<(LibraryPath, Area, ContentId)>,
    /// Links, lists, copies and sidecars.
    pub derived: BTreeMap<LibraryPath, DerivedRecord>,
    /// Members of shared albums.
    pub shared: Vec<SharedFile>,
    /// Nobody's but the owner's.
    pub strays: BTreeSet<LibraryPath>,
}

impl Sorted {
    /// Sorts all files.
    pub fn new(
        library: &Path,
        tree: &Tree,
        details: &BTreeMap<LibraryPath, KeptDetails>,
        reread: &Reread,
    ) -> Self {
        let mut sorted = Sorted::default();
        let mut candidates: Vec<(u8, &LibraryPath, &Found)> = Vec::new();
        let mut lists = Vec::new();
        for (path, found) in &tree.files {
            if !found.is_file {
                match survey::link(library, path) {
                    Some(target) => sorted.derive(path, DerivedKind::Symlink, Some(target), None),
                    None => {
                        sorted.strays.insert(path.clone());
                    }
                }
            } else if let Some(files) = survey::list(library, path) {
                lists.push((path, files));
            } else if area_of(path) == Area::Media {
                candidates.push((rank(path), path, found));
            } else if let Some(content) = reread.index(path)
                && (area_of(path) == Area::Other || details.contains_key(path))
            {
                sorted.kept.push((path.clone(), area_of(path), content));
            }
        }
        // where bytes stand twice, the dated tree has the medium, and an album the copy
        candidates.sort_by(|a, b| (a.0, a.1).cmp(&(b.0, b.1)));
        let rows = fingerprints(reread);
        let mut first: HashMap<ContentId, usize> = HashMap::new();
        for (_, path, found) in candidates {
            let Some(content) = reread.index(path) else { continue };
            match first.get(&content) {
                Some(&medium) if survey::is_in_albums(path) => sorted.copy(path, found, medium, tree, reread),
                None if sorted.is_medium(library, path, found, content, reread, &rows) => {
                    first.insert(content, sorted.media.len());
                    sorted.media.push(Medium { path: path.clone(), content, modified: found.modified });
                }
                _ => {
                    sorted.strays.insert(path.clone());
                }
            }
        }
        for (path, files) in lists {
            if files.iter().any(|file| tree.files.contains_key(file)) {
                let hash = reread.content(path).map(|c| c.blake3);
                sorted.derive(path, DerivedKind::List, None, hash);
            } else {
                sorted.strays.insert(path.clone());
            }
        }
        let Sorted { strays, derived, .. } = &mut sorted;
        strays.retain(|path| !derived.contains_key(path));
        sorted.find_shared(library);
        sorted
    }

    fn derive(
        &mut self,
        path: &LibraryPath,
        kind: DerivedKind,
        target: Option<LibraryPath>,
        blake3: Option<blake3::Hash>,
    ) {
        self.derived.insert(path.clone(), DerivedRecord { kind, target, blake3 });
    }

    fn copy(&mut self, path: &LibraryPath, found: &Found, medium: usize, tree: &Tree, reread: &Reread) {
        let target = self.media[medium].path.clone();
        let is_same_file =
            found.inode != 0 && tree.files.get(&target).is_some_and(|t| t.inode == found.inode);
        let hash = reread.content(path).map(|c| c.blake3);
        let (kind, hash) =
            if is_same_file { (DerivedKind::Hardlink, None) } else { (DerivedKind::Copy, hash) };
        self.derive(path, kind, Some(target), hash);
    }

    /// Whether a file of the tree is a medium that was imported. What no row speaks of and is no
    /// photo or video may be the owner's own: at the top of the library, or a sidecar.
    fn is_medium(
        &mut self,
        library: &Path,
        path: &LibraryPath,
        found: &Found,
        content: ContentId,
        reread: &Reread,
        rows: &HashSet<Fingerprint>,
    ) -> bool {
        let (bytes, said) = (&reread.contents.distinct[content], &reread.heard.photos.said[content]);
        if found.size == 0 {
            return false;
        }
        if said.embedded.format.kind(path.file_name()) != Kind::Other
            || said.fingerprint.is_some_and(|f| rows.contains(&f))
        {
            return true;
        }
        let (owner, _) = path.as_str().rsplit_once('.').unwrap_or_default();
        let beside = LibraryPath::parse(owner).ok().filter(|owner| library.join(owner.as_str()).is_file());
        let Some(target) = beside else { return path.parent().is_some() };
        if is_our_sidecar(&path.to_path(library)) {
            self.derive(path, DerivedKind::Sidecar, Some(target), Some(bytes.blake3));
        }
        false
    }

    /// Members of shared albums, by what stands in their folders.
    fn find_shared(&mut self, library: &Path) {
        let by_path: HashMap<&LibraryPath, usize> =
            self.media.iter().enumerate().map(|(index, m)| (&m.path, index)).collect();
        let mut shared = Vec::new();
        let mut add = |path: &LibraryPath, target: &LibraryPath| {
            let mut steps = path.as_str().splitn(3, '/');
            if let (Some(layout::SHARED_ALBUMS), Some(folder), Some(name), Some(&medium)) =
                (steps.next(), steps.next(), steps.next(), by_path.get(target))
            {
                shared.push(SharedFile { folder: folder.to_owned(), name: name.to_owned(), medium });
            }
        };
        for medium in &self.media {
            add(&medium.path, &medium.path);
        }
        for (path, record) in &self.derived {
            if let Some(target) = &record.target {
                add(path, target);
            } else if let Some(files) = survey::list(library, path) {
                let folder = text::split(path.as_str()).0;
                for file in &files {
                    if let Ok(line) = LibraryPath::parse(&format!("{folder}/{}", file.file_name())) {
                        add(&line, file);
                    }
                }
            }
        }
        self.shared = shared;
    }

    /// What the plan needs to find everything where it is.
    pub fn held(&self, contents: &Contents, album_folders: HashMap<(AlbumKind, String), String>) -> Held {
        let hash = |content: ContentId| contents.distinct[content].blake3;
        let paths = self.media.iter().map(|m| &m.path).chain(self.kept.iter().map(|(path, ..)| path));
        Held {
            media: self.media.iter().map(|m| (hash(m.content), m.path.clone())).collect(),
            kept: self.kept.iter().map(|(path, _, c)| (path.clone(), hash(*c))).collect(),
            taken: paths.map(PathKey::of).collect(),
            album_folders,
            ..Held::default()
        }
    }

    /// Entries of kept details and of `Other/`.
    pub fn kept_entries(
        &self,
        details: &BTreeMap<LibraryPath, KeptDetails>,
        deliveries: &Deliveries,
        reread: &Reread,
    ) -> Vec<Entry> {
        let paths: HashSet<String> = self.kept.iter().map(|(path, ..)| name::fold(path.as_str())).collect();
        let entry = |(path, _, content): &(LibraryPath, Area, ContentId)| {
            let (part, inner, sort) = match details.get(path) {
                Some(d) => (deliveries.part_of(d), d.inner.clone(), d.sort),
                None => {
                    let plain = without_suffix(path.as_str());
                    let got_suffix = paths.contains(&name::fold(&plain));
                    let whole = if got_suffix { plain.as_str() } else { path.as_str() };
                    let inner = whole.split_once('/').map_or(whole, |(_, inner)| inner);
                    (deliveries.default, inner.to_owned(), Sort::Other)
                }
            };
            let bytes = &reread.contents.distinct[*content];
            Entry {
                archive: ArchiveId::default(),
                part,
                position: 0,
                path: path.as_str().into(),
                inner: Inner::of(path.as_str(), &inner),
                class: sort.class(),
                sort: sort.into(),
                size: bytes.size,
                crc32: Some(bytes.crc32),
                modified: None,
                // so that match says what it finds in them
                given: sort.class() == Class::Details,
                bytes: Bytes::Sound(*content),
            }
        };
        self.kept.iter().map(entry).collect()
    }

    /// Every file that the catalog shall know.
    pub fn placements(&self) -> Vec<Placement> {
        let place = |path: &LibraryPath, area, content| Placement {
            path: path.clone(),
            area,
            content,
            modified: None,
        };
        let media = self.media.iter().map(|m| place(&m.path, Area::Media, m.content));
        media.chain(self.kept.iter().map(|(path, area, content)| place(path, *area, *content))).collect()
    }
}

/// Fingerprints that rows of the kept details state.
fn fingerprints(reread: &Reread) -> HashSet<Fingerprint> {
    let mut stated = HashSet::new();
    for file in reread.heard.photos.lists.values() {
        if let List::Rows(details) = file {
            stated.extend(details.rows.iter().filter_map(|row| match &row.checksum {
                Checksum::Fingerprint(fingerprint) => Some(*fingerprint),
                Checksum::Absent | Checksum::Opaque(_) => None,
            }));
        }
    }
    stated
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
