//! What the entries of an iCloud Photos export are.

use crate::contents::{self, Category, Class, Entry};

/// What an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Sort {
    /// A file of `Photos/` that is not details.
    Photo,
    /// A file of `Recently Deleted/` that is not details.
    Deleted,
    /// A file of a shared album's folder.
    Shared,
    /// `Photo Details*.csv`.
    Details,
    /// `Shared Library Details*.csv`.
    Contributions,
    /// `Albums/*.csv`.
    Album,
    /// `Memories/*.csv`.
    Memory,
    /// `AlbumInfo.json` of a shared album.
    AlbumInfo,
    /// `Subscribed Albums.json`.
    Subscribed,
    /// Anything else that Apple delivered.
    Other,
    /// What no person ever made.
    Ignored,
    /// A photo or video of 0 bytes.
    Placeholder,
}

use Sort::{
    Album, AlbumInfo, Contributions, Deleted, Details, Ignored, Memory, Other, Photo, Placeholder, Shared,
    Subscribed,
};

/// In the order of their numbers, with their words in the catalog.
const SORTS: [(Sort, &str); 12] = [
    (Photo, "photo"),
    (Deleted, "deleted"),
    (Shared, "shared"),
    (Details, "details"),
    (Contributions, "contributions"),
    (Album, "album"),
    (Memory, "memory"),
    (AlbumInfo, "album-info"),
    (Subscribed, "subscribed"),
    (Other, "other"),
    (Ignored, "ignored"),
    (Placeholder, "placeholder"),
];

impl Sort {
    /// What this entry is. Those of other categories are nothing to photos.
    pub fn of(entry: &Entry) -> Sort {
        if entry.category == Category::Photos { entry.sort.into() } else { Other }
    }

    /// What it is to the pipeline.
    pub fn class(self) -> Class {
        match self {
            Photo | Deleted | Shared => Class::Resource,
            Details | Contributions | Album | Memory | AlbumInfo | Subscribed => Class::Details,
            Other => Class::Other,
            Ignored => Class::Ignored,
            Placeholder => Class::Placeholder,
        }
    }

    /// The word in the catalog.
    pub fn as_str(self) -> &'static str {
        SORTS.get(self as usize).map_or("other", |(_, name)| name)
    }

    /// The words in the catalog of all sorts that are of this class to the pipeline.
    pub fn words(class: Class) -> impl Iterator<Item = &'static str> {
        SORTS.iter().filter(move |(sort, _)| sort.class() == class).map(|(_, word)| *word)
    }

    /// The sort of that word in the catalog.
    pub fn from_name(name: &str) -> Option<Sort> {
        SORTS.iter().find(|(_, n)| *n == name).map(|(sort, _)| *sort)
    }
}

impl From<contents::Sort> for Sort {
    fn from(sort: contents::Sort) -> Self {
        SORTS.get(usize::from(sort.0)).map_or(Other, |(sort, _)| *sort)
    }
}

impl From<Sort> for contents::Sort {
    fn from(sort: Sort) -> Self {
        contents::Sort(sort as u8)
    }
}

#[cfg(test)]
mod tests {
    use super::{SORTS, Sort};

    #[test]
    fn numbers_and_words_name_the_same_sorts() {
        for (number, (sort, name)) in SORTS.into_iter().enumerate() {
            assert_eq!(sort as usize, number);
            assert_eq!(Sort::from_name(name), Some(sort));
            assert_eq!(sort.as_str(), name);
        }
        assert_eq!(Sort::from_name("painting"), None);
    }
}
