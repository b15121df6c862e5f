//! Where an owner's iCloud Drive begins in an archive, and what its names are.
//!
//! Below the root everything is the owner's, whatever it is called: zips, `Photos/`, another `Drive Details.csv`. Only
//! what systems leave lying about is passed over. Nothing is opened or unpacked.

use crate::apple::part_name::without_copy_marks;
use crate::apple::text::{above, below, depth, file_name, has_extension, match_key, same_name, split};

/// Folders above the root at most: a wrapper, perhaps doubled.
const MOST_WRAPPERS: usize = 2;

/// Folders that a Mac shows as one file.
const PACKAGES: [&str; 16] = [
    "key",
    "pages",
    "numbers",
    "band",
    "logicx",
    "rtfd",
    "app",
    "pxm",
    "imovielibrary",
    "playgroundbook",
    "abbu",
    "framework",
    "bundle",
    "xcodeproj",
    "photoslibrary",
    "fcpbundle",
];

/// Packages that programs also keep as one zip, which they open.
const ZIPS: [&str; 3] = ["key", "pages", "numbers"];

/// Where a root is in an archive or folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shape {
    /// The folder; `""` if all of it is the root.
    root: String,
    has_list: bool,
    /// The list, where it has another name than Apple gives it.
    renamed: Option<String>,
}

/// What one path is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Use<'p> {
    /// `Drive Details.csv` in the root.
    List,
    /// The owner's file; its path below the root.
    File(&'p str),
    /// A zip `Drive….zip` beside the root, which holds more of the tree.
    MoreOfTheTree,
    /// `.DS_Store`, `._…`, `__MACOSX/`.
    Ignored,
    /// Outside the root, such as a guide.
    Other,
}

impl Shape {
    /// Looks at all paths of a part (`/` between components). A part without the list has a root only if its folder is
    /// called `Drive`, and is one only if a sibling has the list or the archive is called iCloud Drive, which the
    /// caller knows. `None` if there is no root.
    pub fn of<'p>(paths: impl Iterator<Item = &'p str> + Clone) -> Option<Self> {
        let outermost = |found: Option<&'p str>, folder: &'p str| {
            let place = |folder: &'p str| (depth(folder), folder);
            Some(found.filter(|found| place(found) <= place(folder)).unwrap_or(folder))
        };
        let (mut listed, mut called) = (None, None);
        for path in paths.filter(|path| !is_ignored(path)) {
            if is_list(file_name(path)) && depth(above(path)) <= MOST_WRAPPERS + 1 {
                listed = outermost(listed, above(path));
            }
            if let Some(folder) = called_drive(path) {
                called = outermost(called, folder);
            }
        }
        match (listed, called) {
            // a list deeper in the tree is the owner's
            (Some(listed), Some(called)) if is_below(listed, called) => {
                Some(Shape { root: called.to_owned(), has_list: false, renamed: None })
            }
            (Some(listed), _) => Some(Shape { root: listed.to_owned(), has_list: true, renamed: None }),
            (None, called) => {
                called.map(|called| Shape { root: called.to_owned(), has_list: false, renamed: None })
            }
        }
    }

    /// A root whose list has a name of its owner's.
    pub fn with_list(path: &str) -> Self {
        let root = above(path).to_owned();
        Shape { root, has_list: true, renamed: Some(path.to_owned()) }
    }

    /// The folder below which everything is the owner's; `""` if that is all.
    pub fn root(&self) -> &str {
        &self.root
    }

    /// Whether Apple's list lies in it.
    pub fn has_list(&self) -> bool {
        self.has_list
    }

    /// What this path is for.
    pub fn part<'p>(&self, path: &'p str) -> Use<'p> {
        if is_ignored(path) {
            return Use::Ignored;
        }
        let Some(below) = below(path, &self.root) else {
            let beside = above(&self.root);
            let file = below(path, beside).map(match_key).unwrap_or_default();
            let is_more = !file.contains('/') && file.starts_with("drive") && file.ends_with(".zip");
            return if is_more { Use::MoreOfTheTree } else { Use::Other };
        };
        let is_renamed = self.renamed.as_deref() == Some(path);
        if self.has_list && is_list(below) || is_renamed { Use::List } else { Use::File(below) }
    }
}

/// Whether a file lies where the list of an iCloud Drive may lie.
pub fn may_be_list(path: &str) -> bool {
    path.matches('/').count() <= MOST_WRAPPERS + 1 && !is_ignored(path)
}

/// The outermost folder `Drive` of a path, if only wrappers are above it.
fn called_drive(path: &str) -> Option<&str> {
    let mut end = 0;
    for component in path.split('/').take(MOST_WRAPPERS + 1) {
        end += component.len();
        if same_name(component, "drive") && path.get(end..)?.starts_with('/') {
            return path.get(..end);
        }
        end += 1;
    }
    None
}

fn is_below(folder: &str, above: &str) -> bool {
    below(folder, above).is_some_and(|below| !below.is_empty())
}

/// `Drive Details.csv`, and copies and further ones.
fn is_list(file: &str) -> bool {
    if !has_extension(file, &["csv"]) {
        return false;
    }
    let key = match_key(file);
    let Some(stem) = key.strip_suffix(".csv").map(without_copy_marks) else { return false };
    let number = stem.strip_prefix("drive details").map(|rest| rest.strip_prefix(['-', '_']).unwrap_or(rest));
    number.is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()))
}

/// What no owner put there, wherever it lies.
pub fn is_ignored(path: &str) -> bool {
    let is_litter = |component: &[u8]| {
        component.starts_with(b"._") || component == b".DS_Store" || component == b"__MACOSX"
    };
    path.as_bytes().split(|&byte| byte == b'/').any(is_litter)
}

/// Whether a Mac shows a folder of this name as one file.
pub fn is_package(name: &str) -> bool {
    let (_, extension) = split(name);
    PACKAGES.contains(&match_key(extension).as_str())
}

/// Whether a file of this name is a package as a zip if it is a zip.
pub fn may_be_package_as_zip(name: &str) -> bool {
    let key = match_key(name);
    let inner = key.strip_suffix(".zip").unwrap_or(&key);
    let (_, extension) = split(inner);
    let opens = ZIPS.contains(&extension) && inner.len() == key.len();
    is_package(inner) && !opens
}

/// Whether a file of this name that begins so is a package as a zip, which no program opens until it is unzipped. The
/// first four bytes are enough.
pub fn is_package_as_zip(name: &str, first_bytes: &[u8]) -> bool {
    may_be_package_as_zip(name) && first_bytes.starts_with(b"PK\x03\x04")
}

#[cfg(test)]
mod tests {
    use super::{Shape, Use, is_package, is_package_as_zip};
    use proptest::prelude::{any, prop, proptest};

    fn root(paths: &[&str]) -> Option<(String, bool)> {
        Shape::of(paths.iter().copied()).map(|shape| (shape.root().to_owned(), shape.has_list()))
    }

    #[test]
    fn where_a_tree_begins() {
        for (paths, expected) in [
            (
                &["iCloud Drive/Drive/Drive Details.csv", "iCloud Drive/Drive/a.txt"][..],
                Some(("iCloud Drive/Drive", true)),
            ),
            (&["w/w/Drive/Drive Details.csv"], Some(("w/w/Drive", true))),
            (&["Drive/Drive Details (1).csv"], Some(("Drive", true))),
            (&["Drive Details.csv", "a.txt"], Some(("", true))),
            (&["w/Drive Details-2.csv"], Some(("w", true))),
            // a further part, and one that has only the owner's list
            (&["iCloud Drive Part 2 of 3/Drive/a.txt"], Some(("iCloud Drive Part 2 of 3/Drive", false))),
            (&["w/Drive/Backup/Drive Details.csv"], Some(("w/Drive", false))),
            (&["w/Drive/Drive Details.csv", "w/Drive/Drive/Drive Details.csv"], Some(("w/Drive", true))),
            (&["w/a/b/c/Drive/x"], None),
            (&["w/Drive"], None),
            (&["w/My Drive Details.csv", "w/drive details x.csv"], None),
            (&["__MACOSX/w/Drive/._a"], None),
        ] {
            assert_eq!(
                root(paths),
                expected.map(|(root, listed): (&str, bool)| (root.to_owned(), listed)),
                "{paths:?}"
            );
        }
    }

    #[test]
    fn below_the_root_everything_is_the_owners() {
        let shape = Shape::of(["w/Drive/Drive Details.csv"].into_iter()).expect("a root");
        for (path, expected) in [
            ("w/Drive/Drive Details.csv", Use::List),
            ("w/Drive/Photos/Photo Details.csv", Use::File("Photos/Photo Details.csv")),
            ("w/Drive/x/Drive Details.csv", Use::File("x/Drive Details.csv")),
            ("w/Drive/a.zip", Use::File("a.zip")),
            ("w/Drive/.git/config", Use::File(".git/config")),
            ("w/Drive/.a.txt.icloud", Use::File(".a.txt.icloud")),
            ("w/Drive/.DS_Store", Use::Ignored),
            ("w/Drive/x/._a", Use::Ignored),
            ("w/Drive2.zip", Use::MoreOfTheTree),
            ("w/iCloud Drive - Guide.pdf", Use::Other),
            ("v/a.txt", Use::Other),
        ] {
            assert_eq!(shape.part(path), expected, "{path}");
        }
    }

    #[test]
    fn packages() {
        assert!(
            is_package("Song.band") && is_package("A.KEY") && !is_package("a.txt") && !is_package("band")
        );
        for (name, head, expected) in [
            ("Song.band", "PK\x03\x04", true),
            ("Song.band.zip", "PK\x03\x04", true),
            ("Talk.key.zip", "PK\x03\x04", true),
            ("Talk.key", "PK\x03\x04", false),
            ("Song.band", "bplist00", false),
            ("a.zip", "PK\x03\x04", false),
        ] {
            assert_eq!(is_package_as_zip(name, head.as_bytes()), expected, "{name}");
        }
    }

    proptest! {
        #[test]
        fn any_path_is_for_something(paths in prop::collection::vec(any::<String>(), 0..4), near in r"(Drive|/|w|Drive Details\.csv|é){0,8}") {
            let all = || paths.iter().map(String::as_str).chain([near.as_str()]);
            if let Some(shape) = Shape::of(all()) {
                all().for_each(|path| _ = shape.part(path));
            }
        }
    }
}
