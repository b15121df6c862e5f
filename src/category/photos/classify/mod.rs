//! What an entry is for, by its path; and whether an archive or folder is a part at all.
//!
//! Only Apple's evidence makes a part: details, the description of a shared album, the lists of albums, or a
//! name that counts a part of iCloud's together with one of Apple's folders; and a zip called `iCloud
//! Photos`, as downloads from icloud.com are. A folder called `Photos` proves nothing; half of all drives
//! have one. Pure but for the first bytes of lists, which the caller reads.
//!
//! Evidence belongs to a folder, its *root*, and speaks only of what lies below. The wrapper may be missing,
//! renamed, doubled or in any language, while `Photos`, `Albums`, `Memories` and `Recently Deleted` are
//! English in every edition seen; of several roots above a path the deepest counts.

mod evidence;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::collections::{BTreeSet, HashSet};
use std::ops::Bound;

use crate::apple::{part_name, text};
use crate::category::delivery::{Delivered, Head};
use crate::category::photos::Sort;
use crate::category::photos::classify::evidence::{Evidence, Folder, Marker, marker};
use crate::category::photos::lists::details;
use crate::category::photos::media::{Format, Kind};
use crate::contents::litter::is_ignored;
use crate::contents::{Category, Class};

/// What describes a shared album, in its folder.
pub(crate) const ALBUM_INFO: &str = "AlbumInfo.json";
/// What Apple calls a delivery of a single part, in the languages that were seen (immich-go #853, dayowe, a zh-CN
/// script).
const OF_ONE_PART: [&str; 5] =
    ["icloud photos", "icloud-bilder", "icloud fotos", "icloud-fotos", "icloud 照片"];

/// Whether a folder of this name may be one of Apple's in a part.
pub(crate) fn is_apples_folder(name: &str) -> bool {
    marker(name).is_some()
}

/// Whether this is what Apple calls a delivery of a single part.
pub(crate) fn names_a_single_part(base: &str) -> bool {
    OF_ONE_PART.contains(&text::match_key(base).as_str())
}

/// Whether this archive lies in parts beside Apple's folders, by its name.
pub(crate) fn is_archive_of_a_part(name: &str) -> bool {
    let is_apples = part_name::is_shared_albums(name) || name.to_lowercase().contains("icloudusagedata");
    is_apples && part_name::is_zip(name)
}

/// What the paths of one archive or folder have in common.
#[derive(Debug, Default)]
pub struct Shape {
    /// Folders that evidence shows to hold what Apple delivered, as paths; empty for the top.
    roots: BTreeSet<String>,
    /// Roots in which media may lie without one of Apple's folders.
    flat: BTreeSet<String>,
    /// Folders that hold an `AlbumInfo.json`.
    shared_folders: HashSet<String>,
    /// Details under other names, told by their header.
    renamed_details: HashSet<String>,
    is_loose: bool,
}

/// What one path is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Classified<'p> {
    /// The wrapper folder's path, empty if there is none.
    pub wrapper: &'p str,
    /// The path inside the part.
    pub inner: Cow<'p, str>,
    /// What it is for.
    pub sort: Sort,
}

impl Shape {
    /// Looks at all paths (`/` between components, no litter) of an archive or folder called `name`. If they show
    /// another category, names and folders called like Apple's prove nothing.
    pub fn of<'a>(
        name: &str,
        delivered: Delivered,
        other: Option<Category>,
        paths: impl Iterator<Item = &'a str> + Clone,
        head: Head<'_>,
    ) -> Self {
        let mut shape = Shape::default();
        let mut evidence = Evidence::of(name);
        let mut last = None;
        for path in paths.clone() {
            let folder = text::above(path);
            // the files of a folder come one after another
            let folder = last
                .filter(|last: &Folder<'_>| last.path == folder)
                .unwrap_or_else(|| evidence.folder(folder));
            last = Some(folder);
            shape.look(delivered, folder, path, head, &mut evidence);
        }
        shape.roots.extend(evidence.roots_of_lists(head));
        if other.is_none() {
            shape.roots.extend(evidence.named);
            let is_download = delivered == Delivered::Archive && part_name::is_icloud_photos(name);
            if is_download && shape.roots.is_empty() {
                shape.roots.extend(evidence.folders);
            }
            if is_download && shape.roots.is_empty() {
                let root = common_wrapper(name, paths.clone()).unwrap_or_default();
                shape.flat.insert(root.clone());
                shape.roots.insert(root);
            }
        }
        // what holds nothing holds nothing that is somebody else's
        let is_empty_part = delivered == Delivered::Archive
            && paths.clone().next().is_none()
            && part_name::is_part_of_icloud(name)
            && other.is_none();
        if shape.roots.is_empty() && (part_name::is_shared_albums(name) || is_empty_part) {
            shape.roots.insert(String::new());
        }
        shape
    }

    /// Looks at the paths of details that an import kept, which were Apple's.
    pub fn of_kept<'a>(paths: impl Iterator<Item = &'a str> + Clone) -> Self {
        let mut shape =
            Shape::of("", Delivered::Folder, None, paths.filter(|path| !is_ignored(path)), &|_| None);
        shape.roots.insert(String::new());
        shape
    }

    /// What the owner wants imported although nothing shows that it is Apple's: its photos and videos.
    pub fn loose() -> Self {
        Shape { roots: BTreeSet::from([String::new()]), is_loose: true, ..Shape::default() }
    }

    /// Takes what one path proves.
    fn look(
        &mut self,
        delivered: Delivered,
        Folder { path: folder, above, marker: in_marker }: Folder<'_>,
        path: &str,
        head: Head<'_>,
        evidence: &mut Evidence,
    ) {
        let file = text::file_name(path);
        let is_csv = is_csv(file);
        let mut is_details =
            is_csv && (details::is_details_name(file) || details::is_shared_library_name(file));
        if is_csv && !is_details && !matches!(in_marker, Some(Marker::Albums | Marker::Memories)) {
            is_details = head(path).is_some_and(|start| details::looks_like_details(&start));
            if is_details {
                self.renamed_details.insert(path.to_owned());
            }
        }
        if is_details {
            // the folder itself, unless it is the one where Apple keeps them
            let beside = matches!(in_marker, Some(Marker::Photos | Marker::Deleted));
            let root = if beside { above } else { folder };
            if !beside {
                self.flat.insert(root.to_owned());
            }
            self.roots.insert(root.to_owned());
        } else if text::same_name(file, ALBUM_INFO) {
            let in_albums = marker(text::file_name(above)) == Some(Marker::SharedAlbums);
            let root = if in_albums { text::above(above) } else { above };
            self.roots.insert(root.to_owned());
            self.shared_folders.insert(folder.to_owned());
        } else if text::same_name(file, "Subscribed Albums.json") {
            let inside = in_marker == Some(Marker::SharedAlbums);
            self.roots.insert(if inside { above } else { folder }.to_owned());
        } else if part_name::is_shared_albums(file) && part_name::is_zip(file) && in_marker.is_none() {
            // in a folder it may lie by itself, among things that are nobody's
            if delivered == Delivered::Archive || evidence.is_counted {
                self.roots.insert(folder.to_owned());
            }
        } else if is_csv && in_marker == Some(Marker::Albums) {
            evidence.lists.entry(above.to_owned()).or_default().push(path.to_owned());
        }
    }

    /// Whether its content shows that it is a part.
    pub fn is_part(&self) -> bool {
        !self.roots.is_empty()
    }

    /// Whether the top itself is a part, and not only a folder below.
    pub(crate) fn is_part_itself(&self) -> bool {
        self.roots.contains("")
    }

    /// Whether it is the folder of one shared album.
    pub(crate) fn is_shared_album(&self) -> bool {
        self.shared_folders.contains("")
    }

    /// Whether its photos and videos are wanted although nobody knows whose it is.
    pub fn is_loose(&self) -> bool {
        self.is_loose
    }

    /// The wrapper folders.
    pub fn wrappers(&self) -> impl Iterator<Item = &str> {
        self.roots.iter().map(String::as_str).filter(|w| !w.is_empty())
    }

    /// What this path is for.
    pub fn classify<'p>(&'p self, path: &'p str, size: u64) -> Classified<'p> {
        let plain = plain(path);
        if plain.is_empty() {
            return Classified { wrapper: "", inner: plain, sort: Sort::Other };
        }
        let file = text::file_name(&plain);
        let root = self.root_above(&plain);
        let sort = match root {
            _ if is_ignored(path) => Sort::Ignored,
            None => Sort::Other,
            Some(_) if self.is_loose => loose_sort(file),
            Some(root) => self.sort(&plain, root, file),
        };
        let is_empty = size == 0 || part_name::icloud_placeholder(file).is_some();
        let sort = if sort.class() == Class::Resource && is_empty { Sort::Placeholder } else { sort };
        let wrapper = root.unwrap_or_default();
        let inner = match plain {
            Cow::Borrowed(path) => text::below(path, wrapper).unwrap_or(path).into(),
            Cow::Owned(path) => text::below(&path, wrapper).unwrap_or(&path).to_owned().into(),
        };
        Classified { wrapper, inner, sort }
    }

    /// The deepest root above a path.
    fn root_above(&self, path: &str) -> Option<&str> {
        if self.roots.len() == 1 && self.is_part_itself() {
            return Some("");
        }
        let mut roots = self.roots.range::<str, _>((Bound::Unbounded, Bound::Included(path)));
        while let Some(root) = roots.next_back() {
            let shared = path.bytes().zip(root.bytes()).take_while(|(a, b)| a == b).count();
            if shared == root.len() && (root.is_empty() || path.as_bytes().get(shared) == Some(&b'/')) {
                return Some(root);
            }
            // a root above the path that comes before this one begins both of them
            let end = path.floor_char_boundary(shared);
            let to = path
                .get(..end)
                .filter(|_| shared < root.len())
                .map_or(Bound::Excluded(root.as_str()), Bound::Included);
            roots = self.roots.range::<str, _>((Bound::Unbounded, to));
        }
        None
    }

    fn sort(&self, path: &str, root: &str, file: &str) -> Sort {
        if text::same_name(file, "Subscribed Albums.json") {
            return Sort::Subscribed;
        }
        let is_csv = is_csv(file);
        if self.shared_folders.contains(text::above(path)) {
            return match text::same_name(file, ALBUM_INFO) {
                true => Sort::AlbumInfo,
                false if is_csv => Sort::Other,
                false => Sort::Shared,
            };
        }
        let inner = text::below(path, root).unwrap_or(path);
        let marker = inner.split_once('/').and_then(|(first, _)| marker(first));
        if is_csv {
            return match marker {
                Some(Marker::Albums) => Sort::Album,
                Some(Marker::Memories) => Sort::Memory,
                Some(Marker::SharedAlbums) => Sort::Other,
                Some(Marker::Photos | Marker::Deleted) | None => self.sort_of_list(path, file),
            };
        }
        match marker {
            Some(Marker::Photos) => Sort::Photo,
            Some(Marker::Deleted) => Sort::Deleted,
            Some(Marker::SharedAlbums) if inner.matches('/').count() > 1 => Sort::Shared,
            Some(_) => Sort::Other,
            // a download from icloud.com, or details without folders
            None if self.flat.contains(root) && is_medium(file) => Sort::Photo,
            None => Sort::Other,
        }
    }

    /// A CSV is never a medium.
    fn sort_of_list(&self, path: &str, file: &str) -> Sort {
        if details::is_shared_library_name(file) {
            Sort::Contributions
        } else if details::is_details_name(file) || self.renamed_details.contains(path) {
            Sort::Details
        } else {
            Sort::Other
        }
    }
}

/// A path without empty and `.` components.
fn plain(path: &str) -> Cow<'_, str> {
    let is_plain = |component: &&str| !component.is_empty() && *component != ".";
    if path.split('/').all(|component| is_plain(&component)) {
        return path.into();
    }
    let components: Vec<&str> = path.split('/').filter(is_plain).collect();
    components.join("/").into()
}

fn is_csv(file: &str) -> bool {
    // an album may be called `...`, which no stem may
    file.rsplit_once('.')
        .is_some_and(|(title, ending)| !title.is_empty() && ending.eq_ignore_ascii_case("csv"))
}

fn is_medium(file: &str) -> bool {
    Format::Unknown.kind(file) != Kind::Other
}

/// Takes photos and videos, and what belongs to them, from a folder that nobody knows.
fn loose_sort(file: &str) -> Sort {
    let original = part_name::icloud_placeholder(file).unwrap_or(file);
    if is_medium(original) && !is_csv(original) { Sort::Photo } else { Sort::Ignored }
}

/// The one top folder of an archive without Apple's folders, if it is only a wrapper.
fn common_wrapper<'a>(name: &str, paths: impl Iterator<Item = &'a str>) -> Option<String> {
    let mut tops = paths.map(|path| path.split_once('/').map(|(top, _)| top));
    let first = tops.next()??;
    let stem = name.strip_suffix(".zip").unwrap_or(name);
    let is_wrapper = part_name::is_apple_name(first)
        || part_name::PartName::read(first).number.is_some()
        || text::same_name(first, stem);
    (is_wrapper && tops.all(|top| top == Some(first))).then(|| first.to_owned())
}
