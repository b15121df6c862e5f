//! Whose an archive or folder is, and what each of its paths is for: what discovery asks of everything it finds.
//!
//! Only evidence counts (see [`recognise`] and [`photos::classify`]); a name is believed where damage has left
//! nothing else.

use std::borrow::Cow;

use crate::apple::part_name;
use crate::category::photos::{self, classify};
use crate::category::recognise::{self, Beside};
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

/// What the paths of one archive or folder show. It may hold several categories; each path has one.
#[derive(Debug, Default)]
pub struct Shape {
    photos: classify::Shape,
    others: recognise::Shape,
    /// Whose it is by its name, where nothing in it tells.
    named: Option<Category>,
}

/// What one path is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Classified<'p> {
    /// The wrapper folder's path, empty if there is none.
    pub wrapper: &'p str,
    /// The path inside the part, nearly always the end of the path that was asked for.
    pub inner: Cow<'p, str>,
    pub category: Category,
    pub class: Class,
    pub sort: Sort,
}

impl Shape {
    /// Looks at all paths (`/` between components) of an archive or folder called `name`.
    pub fn of<'a>(
        name: &str,
        delivered: Delivered,
        beside: Beside,
        paths: impl Iterator<Item = &'a str> + Clone,
        head: Head<'_>,
    ) -> Self {
        let wanted = paths.clone().filter(|path| !is_ignored(path));
        let is_empty = wanted.clone().next().is_none();
        let named = if is_empty { recognise::by_name(name) } else { None };
        let others = recognise::Shape::of(name, delivered, beside, paths, head);
        let other = if is_empty { named } else { others.category() };
        // all of an owner's iCloud Drive is the owner's, whatever it is called
        let wanted = wanted.filter(|path| !others.is_drives(path));
        let photos = classify::Shape::of(name, delivered, other, wanted, head);
        Shape { photos, others, named }
    }

    /// A part of Apple's in which nothing can be read: only its name tells whose it is.
    pub fn by_name(name: &str) -> Self {
        match recognise::by_name(name) {
            Some(category) => Shape { others: recognise::Shape::whole(category), ..Shape::default() },
            None => Shape::of_category(Category::Photos),
        }
    }

    /// An archive of which only the archives in it are Apple's.
    pub fn of_category(category: Category) -> Self {
        Shape { named: Some(category), ..Shape::default() }
    }

    /// What the owner wants imported although nothing shows that it is Apple's: its photos and videos.
    pub fn loose() -> Self {
        Shape { photos: classify::Shape::loose(), ..Shape::default() }
    }

    /// The category of an export that such a delivery belongs to: photos, whatever lies beside them, else what most of
    /// it is.
    pub fn category(&self) -> Category {
        let others = if self.photos.is_part() { None } else { self.others.category() };
        others.or(self.named).unwrap_or(Category::Photos)
    }

    /// Whether it is a part of a request.
    pub fn is_part(&self) -> bool {
        self.photos.is_part() || self.others.is_part() || self.named.is_some()
    }

    /// Whether the top itself is a part of iCloud Photos, and not only a folder below.
    pub fn is_part_itself(&self) -> bool {
        self.photos.is_part_itself()
    }

    /// Whether another part of the same export may show that it is an iCloud Drive, whatever it looks like.
    pub fn may_be_drive(&self) -> bool {
        self.others.may_be_drive()
    }

    /// Whether it is part of another category than photos.
    pub fn has_others(&self) -> bool {
        self.others.is_part()
    }

    /// Whether it is the folder of one shared album, which belongs to the part in which it lies.
    pub fn is_shared_album(&self) -> bool {
        self.photos.is_shared_album()
    }

    /// Whether its photos and videos are wanted although nobody knows whose it is.
    pub fn is_loose(&self) -> bool {
        self.photos.is_loose()
    }

    /// The wrapper folders.
    pub fn wrappers(&self) -> impl Iterator<Item = &str> {
        self.photos.wrappers().chain(self.others.wrappers())
    }

    /// Whether a zip at this path may be looked into. What lies in an owner's iCloud Drive, in a note or in a message is
    /// the owner's.
    pub fn may_be_opened(&self, path: &str, size: u64) -> bool {
        if self.others.is_drives(path) {
            return false;
        }
        self.others.is_more_of_the_drive(path) || {
            let classified = self.classify(path, size);
            match classified.category {
                Category::Photos => classified.class == Class::Other,
                _ => classified.sort == recognise::Sort::Unknown.into(),
            }
        }
    }

    /// Whether this zip beside the root of an iCloud Drive holds more of it.
    pub fn is_more_of_the_drive(&self, path: &str) -> bool {
        self.others.is_more_of_the_drive(path)
    }

    /// Whether this path is shown to be of another category than photos.
    pub fn is_claimed(&self, path: &str) -> bool {
        self.others.claim(path).is_some()
    }

    /// What this path is for; `size` is in bytes.
    pub fn classify<'p>(&'p self, path: &'p str, size: u64) -> Classified<'p> {
        if self.others.is_drives(path) || !self.photos.is_part() && self.others.is_part() {
            return self.others.classify(path);
        }
        let photos = self.photos.classify(path, size);
        match photos.sort {
            photos::Sort::Other => self.others.claim(path).unwrap_or_else(|| photos.into()),
            _ => photos.into(),
        }
    }
}

impl<'p> From<classify::Classified<'p>> for Classified<'p> {
    fn from(classify::Classified { wrapper, inner, sort }: classify::Classified<'p>) -> Self {
        Classified { wrapper, inner, category: Category::Photos, class: sort.class(), sort: sort.into() }
    }
}

/// Whether Apple calls a delivery so, counted or not.
pub fn is_apple_name(name: &str) -> bool {
    part_name::is_apple_name(name) || recognise::names_a_delivery(name)
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
    // in some languages only the number of the part is understood: `第 2 部分`
    let has_number = base.chars().any(char::is_numeric);
    classify::names_a_single_part(base) || recognise::names_a_delivery(base) && !has_number
}

#[cfg(test)]
mod tests {
    use super::{Beside, Delivered, Shape};
    use crate::contents::Category;

    #[test]
    fn evidence_decides_and_a_name_only_where_there_is_none() {
        let whose = |name: &str, paths: &[&str]| {
            let paths = paths.iter().copied();
            let shape = Shape::of(name, Delivered::Archive, Beside::Nothing, paths, &|_| None);
            if shape.is_part() { shape.category().as_str() } else { "nobody's" }
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
        assert!(Shape::by_name("iCloud Drive Part 2 of 2.zip").is_part());
    }
}
