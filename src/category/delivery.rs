//! Whose an archive or folder is, and what each of its paths is for: what discovery asks of everything it finds.
//!
//! Only evidence counts (see [`recognise`] and [`photos::classify`]); a name is believed where damage has left
//! nothing else. What is another category's is named and left alone.

use crate::category::photos::{self, classify};
use crate::category::recognise;
use crate::contents::litter::is_ignored;
use crate::contents::{Category, Class, Sort};

/// Whether an archive or a folder is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivered {
    /// An archive: its name may be all that tells a download from icloud.com.
    Archive,
    /// A folder. iCloud for Windows keeps photos in `iCloud Photos/Photos`, so that name proves nothing.
    Folder,
}

/// The beginning of a list, a few thousand bytes; `None` where it cannot be read.
pub type Head<'a> = &'a dyn Fn(&str) -> Option<Vec<u8>>;

/// What the paths of one archive or folder show.
#[derive(Debug, Default)]
pub enum Shape {
    /// It holds iCloud Photos.
    Photos(classify::Shape),
    /// It belongs to a category that is not imported.
    LeftAlone(Category),
    /// Nothing shows whose it is.
    #[default]
    Unknown,
}

/// What one path is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Classified {
    /// The wrapper folder's path, empty if there is none.
    pub wrapper: String,
    /// The path inside the part.
    pub inner: String,
    pub class: Class,
    pub sort: Sort,
}

impl Shape {
    /// Looks at all paths (`/` between components) of an archive or folder called `name`.
    pub fn of<'a>(
        name: &str,
        delivered: Delivered,
        paths: impl Iterator<Item = &'a str> + Clone,
        head: Head<'_>,
    ) -> Self {
        let paths = paths.filter(|path| !is_ignored(path));
        let is_empty = paths.clone().next().is_none();
        let other = if is_empty { recognise::by_name(name) } else { recognise::of(name, paths.clone()) };
        // all of an owner's iCloud Drive is the owner's, whatever it is called
        if other == Some(Category::Drive) {
            return Shape::LeftAlone(Category::Drive);
        }
        let photos = classify::Shape::of(name, delivered, other, paths, head);
        match other {
            _ if photos.is_part() => Shape::Photos(photos),
            Some(category) => Shape::LeftAlone(category),
            None => Shape::Unknown,
        }
    }

    /// A part of Apple's in which nothing can be read: only its name tells whose it is.
    pub fn by_name(name: &str) -> Self {
        recognise::by_name(name).map_or_else(|| Shape::Photos(classify::Shape::default()), Shape::LeftAlone)
    }

    /// What the owner wants imported although nothing shows that it is Apple's: its photos and videos.
    pub fn loose() -> Self {
        Shape::Photos(classify::Shape::loose())
    }

    /// The category of an export that such a delivery belongs to. Where nothing tells, it is photos: their parts
    /// are the only ones that are imported.
    pub fn category(&self) -> Category {
        match self {
            Shape::Photos(_) | Shape::Unknown => Category::Photos,
            Shape::LeftAlone(category) => *category,
        }
    }

    /// Whether it is a part that is imported.
    pub fn is_part(&self) -> bool {
        self.photos().is_some()
    }

    /// Whether the top itself is a part, and not only a folder below.
    pub fn is_part_itself(&self) -> bool {
        self.photos().is_some_and(classify::Shape::is_part_itself)
    }

    /// Whether it is the folder of one shared album, which belongs to the part in which it lies.
    pub fn is_shared_album(&self) -> bool {
        self.photos().is_some_and(classify::Shape::is_shared_album)
    }

    /// Whether its photos and videos are wanted although nobody knows whose it is.
    pub fn is_loose(&self) -> bool {
        self.photos().is_some_and(classify::Shape::is_loose)
    }

    /// The wrapper folders.
    pub fn wrappers(&self) -> impl Iterator<Item = &str> {
        self.photos().into_iter().flat_map(classify::Shape::wrappers)
    }

    /// What this path is for; `size` is in bytes.
    pub fn classify(&self, path: &str, size: u64) -> Classified {
        match self {
            Shape::Photos(shape) => shape.classify(path, size),
            Shape::LeftAlone(_) | Shape::Unknown => classify::Shape::default().classify(path, size),
        }
        .into()
    }

    fn photos(&self) -> Option<&classify::Shape> {
        match self {
            Shape::Photos(shape) => Some(shape),
            Shape::LeftAlone(_) | Shape::Unknown => None,
        }
    }
}

impl From<classify::Classified> for Classified {
    fn from(classify::Classified { wrapper, inner, sort }: classify::Classified) -> Self {
        Classified { wrapper, inner, class: sort.class(), sort: sort.into() }
    }
}

/// Whether a folder of this name may be one of Apple's in a part.
pub fn is_apples_folder(name: &str) -> bool {
    classify::is_apples_folder(name)
}

/// Whether this archive lies in parts beside Apple's folders, by its name.
pub fn is_archive_of_a_part(name: &str) -> bool {
    photos::classify::is_archive_of_a_part(name)
}

/// A file that tells whose a folder is, although it lies two folders deeper: in each shared album.
pub const DEEP_EVIDENCE: &str = classify::ALBUM_INFO;

/// Whether this is what Apple calls a delivery of a single part. Any other name without numbers may be the owner's.
pub fn names_a_single_part(base: &str) -> bool {
    classify::names_a_single_part(base)
}

#[cfg(test)]
mod tests {
    use super::{Delivered, Shape};
    use crate::contents::Category;

    #[test]
    fn evidence_decides_and_a_name_only_where_there_is_none() {
        let whose = |name: &str, paths: &[&str]| match Shape::of(
            name,
            Delivered::Archive,
            paths.iter().copied(),
            &|_| None,
        ) {
            Shape::Photos(_) => "photos",
            Shape::LeftAlone(category) => category.as_str(),
            Shape::Unknown => "nobody's",
        };
        for (name, paths, expected) in [
            ("x.zip", &["Photos/a.jpg", "Photos/Photo Details.csv"][..], "photos"),
            ("x.zip", &["Photos/a.jpg"], "nobody's"),
            ("iCloud Photos Part 1 of 2.zip", &[], "photos"),
            ("iCloud Notes.zip", &[], "notes"),
            ("iCloud Notes.zip", &["iCloud Notes/Notes/Plan/Plan.txt"], "notes"),
            // evidence outranks a name
            ("iCloud Photos Part 1 of 2.zip", &["Notes Details.csv"], "notes"),
            // lists of photos are evidence beside anything but iCloud Drive
            ("x.zip", &["Photos/Photo Details.csv", "Notes Details.csv"], "photos"),
            ("x.zip", &["Drive/Photos/Photo Details.csv", "Drive/Drive Details.csv"], "drive"),
            // litter is nothing
            ("iCloud Mail.zip", &[".DS_Store"], "mail"),
        ] {
            assert_eq!(whose(name, paths), expected, "{name} {paths:?}");
        }
    }

    #[test]
    fn a_name_tells_where_nothing_can_be_read() {
        assert_eq!(Shape::by_name("iCloud Photos Part 2 of 2.zip").category(), Category::Photos);
        assert!(Shape::by_name("iCloud Photos Part 2 of 2.zip").is_part());
        assert_eq!(Shape::by_name("iCloud Drive Part 2 of 2.zip").category(), Category::Drive);
        assert!(!Shape::by_name("iCloud Drive Part 2 of 2.zip").is_part());
    }
}
