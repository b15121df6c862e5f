//! What an entry is for, by its path.
//!
//! In: paths of one archive or part folder. Out: for each the wrapper folder, the path inside the
//! part, and a [`Role`]. Pure. Never: opens anything.
//! The one surprise: Apple's folders are found by name at any depth from 0 to 3, because the
//! wrapper may be missing, renamed, doubled or in any language, while `Photos`, `Albums`,
//! `Memories` and `Recently Deleted` are English in every edition seen.

use std::collections::{BTreeSet, HashSet};

use crate::contents::Role;
use crate::export::{details, part_name};
use crate::media::{Format, Kind};
use crate::names;

/// How deep Apple's folders may lie below the top.
const DEEPEST: usize = 3;

/// One of Apple's folders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Marker {
    Photos,
    Deleted,
    Albums,
    Memories,
    SharedAlbums,
}

fn marker(component: &str) -> Option<Marker> {
    Some(match names::match_key(component).as_str() {
        "photos" => Marker::Photos,
        "recently deleted" => Marker::Deleted,
        "albums" => Marker::Albums,
        "memories" => Marker::Memories,
        "my albums" => Marker::SharedAlbums,
        _ => return None,
    })
}

/// The marker of a path and how many folders precede it.
fn find_marker(components: &[&str]) -> Option<(usize, Marker)> {
    let folders = components.len().saturating_sub(1);
    (0..folders.min(DEEPEST + 1)).find_map(|depth| {
        let found = marker(components[depth])?;
        // a wrapper may itself be called `Photos`
        let wrapper = depth + 1 < folders && depth < DEEPEST && marker(components[depth + 1]).is_some();
        (!wrapper).then_some((depth, found))
    })
}

/// What the paths of one archive have in common.
#[derive(Debug, Default)]
pub struct Shape {
    /// Folders that hold Apple's folders, as paths.
    wrappers: BTreeSet<String>,
    /// Folders that hold an `AlbumInfo.json`.
    shared_folders: HashSet<String>,
    has_markers: bool,
    has_details: bool,
    has_media: bool,
}

/// What one path is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Classified {
    /// The wrapper folder's path, empty if there is none.
    pub wrapper: String,
    /// The path inside the part.
    pub inner: String,
    /// What it is for.
    pub role: Role,
}

impl Shape {
    /// Looks at all paths (`/` between components) of an archive called `name`.
    pub fn of<'a>(name: &str, paths: impl Iterator<Item = &'a str> + Clone) -> Self {
        let mut shape = Shape::default();
        for path in paths.clone().filter(|p| !is_ignored(p)) {
            let components: Vec<&str> = path.split('/').collect();
            let file = components[components.len() - 1];
            if let Some((depth, _)) = find_marker(&components) {
                shape.has_markers = true;
                shape.wrappers.insert(components[..depth].join("/"));
            }
            if names::same_name(file, "AlbumInfo.json") {
                shape.shared_folders.insert(components[..components.len() - 1].join("/"));
            }
            shape.has_details |=
                details::is_details_name(file) || names::same_name(file, "Subscribed Albums.json");
            shape.has_media |= Format::Unknown.kind(file) != Kind::Other;
        }
        if !shape.has_markers {
            shape.wrappers.extend(common_wrapper(name, paths));
        }
        shape
    }

    /// Whether its content shows that it comes from Apple.
    pub fn is_apples(&self) -> bool {
        self.has_markers || self.has_details || !self.shared_folders.is_empty()
    }

    /// Whether it holds photos or videos, by their names.
    pub fn has_media(&self) -> bool {
        self.has_media
    }

    /// The wrapper folders.
    pub fn wrappers(&self) -> impl Iterator<Item = &str> {
        self.wrappers.iter().map(String::as_str).filter(|w| !w.is_empty())
    }

    /// What this path is for.
    pub fn classify(&self, path: &str, size: u64) -> Classified {
        let components: Vec<&str> = path.split('/').filter(|c| !c.is_empty() && *c != ".").collect();
        let Some(file) = components.last() else {
            return Classified { wrapper: String::new(), inner: String::new(), role: Role::Other };
        };
        let marker = find_marker(&components);
        let depth = marker.map_or_else(|| self.wrapper_depth(&components), |(depth, _)| depth);
        let role = if is_ignored(path) { Role::Ignored } else { self.role(&components, marker, file) };
        let role = if role.is_media() && size == 0 { Role::Placeholder } else { role };
        Classified { wrapper: components[..depth].join("/"), inner: components[depth..].join("/"), role }
    }

    fn wrapper_depth(&self, components: &[&str]) -> usize {
        (1..components.len())
            .rev()
            .find(|&depth| self.wrappers.contains(&components[..depth].join("/")))
            .unwrap_or(0)
    }

    fn role(&self, components: &[&str], marker: Option<(usize, Marker)>, file: &str) -> Role {
        let folder = components[..components.len() - 1].join("/");
        if names::same_name(file, "Subscribed Albums.json") {
            return Role::Subscribed;
        }
        if self.shared_folders.contains(&folder) {
            let info = names::same_name(file, "AlbumInfo.json");
            return if info { Role::AlbumInfo } else { Role::Shared };
        }
        let is_csv = names::split(file).1.eq_ignore_ascii_case("csv");
        let of_photos = |other: Role| match () {
            () if details::is_details_name(file) => Role::Details,
            () if details::is_shared_library_name(file) => Role::Contributions,
            () => other,
        };
        match marker {
            Some((_, Marker::Photos)) => of_photos(Role::Photo),
            Some((_, Marker::Deleted)) => of_photos(Role::Deleted),
            Some((_, Marker::Albums)) if is_csv => Role::Album,
            Some((_, Marker::Memories)) if is_csv => Role::Memory,
            Some((depth, Marker::SharedAlbums)) if components.len() > depth + 2 => Role::Shared,
            Some(_) => Role::Other,
            // no folder of Apple's at all: a download from icloud.com, or details without folders
            None if !self.has_markers && Format::Unknown.kind(file) != Kind::Other => Role::Photo,
            None => of_photos(Role::Other),
        }
    }
}

/// The one top folder of an archive without Apple's folders, if it is only a wrapper.
fn common_wrapper<'a>(name: &str, paths: impl Iterator<Item = &'a str>) -> Option<String> {
    let mut tops = paths.filter(|p| !is_ignored(p)).map(|path| path.split_once('/').map(|(top, _)| top));
    let first = tops.next()??;
    let stem = name.strip_suffix(".zip").unwrap_or(name);
    let is_wrapper = part_name::is_apple_name(first)
        || part_name::PartName::read(first).number.is_some()
        || names::same_name(first, stem);
    (is_wrapper && tops.all(|top| top == Some(first))).then(|| first.to_owned())
}

/// What no person ever made and nobody misses.
pub fn is_ignored(path: &str) -> bool {
    const NAMES: [&str; 4] = [".ds_store", "thumbs.db", "desktop.ini", ".localized"];
    let file = path.rsplit('/').next().unwrap_or(path);
    file.starts_with("._")
        || NAMES.iter().any(|name| file.eq_ignore_ascii_case(name))
        || path.split('/').any(|component| component == "__MACOSX")
}

#[cfg(test)]
mod tests {
    use super::{Classified, Shape};
    use crate::contents::Role;

    fn classify(name: &str, paths: &[&str]) -> Vec<Classified> {
        let shape = Shape::of(name, paths.iter().copied());
        paths.iter().map(|path| shape.classify(path, 1)).collect()
    }

    #[test]
    fn apples_folders_are_found_below_any_wrapper() {
        for (wrapper, name) in [
            ("iCloud Photos Part 1 of 2/", "iCloud Photos Part 1 of 2.zip"),
            ("iCloud 照片 第 1 部分（共 2 部分）/", "x.zip"),
            ("part1/", "iCloud Photos Part 1 of 2.zip"),
            ("", "iCloud Photos.zip"),
            ("Downloads/old/iCloud Photos Part 1 of 2/", "everything.zip"),
        ] {
            let paths: Vec<String> =
                ["Photos/IMG_1.HEIC", "Photos/Photo Details.csv", "Albums/Lake.csv", "guide.pdf"]
                    .iter()
                    .map(|p| format!("{wrapper}{p}"))
                    .collect();
            let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
            let found = classify(name, &paths);
            let roles: Vec<Role> = found.iter().map(|c| c.role).collect();
            assert_eq!(roles, [Role::Photo, Role::Details, Role::Album, Role::Other], "{wrapper}");
            let inner: Vec<&str> = found.iter().map(|c| c.inner.as_str()).collect();
            assert_eq!(
                inner[..3],
                ["Photos/IMG_1.HEIC", "Photos/Photo Details.csv", "Albums/Lake.csv"],
                "{wrapper}"
            );
            assert_eq!(inner[3], "guide.pdf", "{wrapper}");
        }
    }

    #[test]
    fn a_wrapper_may_be_called_photos() {
        let found = classify("Photos.zip", &["Photos/Photos/IMG_1.HEIC", "Photos/Albums/Lake.csv"]);
        assert_eq!((found[0].wrapper.as_str(), found[0].inner.as_str()), ("Photos", "Photos/IMG_1.HEIC"));
        assert_eq!(found[1].role, Role::Album);
    }

    #[test]
    fn a_flat_download_holds_photos() {
        let found = classify("iCloud Photos.zip", &["iCloud Photos/IMG_1.HEIC", "iCloud Photos/readme.txt"]);
        assert_eq!(found[0].role, Role::Photo);
        assert_eq!(found[0].inner, "IMG_1.HEIC");
        assert_eq!(found[1].role, Role::Other);
    }

    #[test]
    fn shared_albums_are_found_with_and_without_their_folder() {
        let found = classify(
            "iCloud Shared Albums.zip",
            &[
                "My Albums/Trip/IMG_1.JPG",
                "My Albums/Trip/AlbumInfo.json",
                "Subscribed Albums.json",
                "Lake/AlbumInfo.json",
                "Lake/a.jpg",
            ],
        );
        let roles: Vec<Role> = found.iter().map(|c| c.role).collect();
        assert_eq!(roles, [Role::Shared, Role::AlbumInfo, Role::Subscribed, Role::AlbumInfo, Role::Shared]);
    }

    #[test]
    fn rubbish_is_ignored_and_empty_media_are_placeholders() {
        let paths =
            ["Photos/.DS_Store", "__MACOSX/Photos/._IMG_1.JPG", "Photos/._IMG_1.JPG", "Photos/IMG_1.JPG"];
        let shape = Shape::of("x.zip", paths.into_iter());
        let roles: Vec<Role> = paths.iter().map(|p| shape.classify(p, 0).role).collect();
        assert_eq!(roles, [Role::Ignored, Role::Ignored, Role::Ignored, Role::Placeholder]);
    }
}
