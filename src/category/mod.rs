//! A category turns what Apple delivered into what its owner has.
//!
//! The pipeline knows resources, details and assets; only a category knows what they say. Every category
//! answers the same questions, and each question is one `match` in this file, so a new category is a folder
//! and one arm in each of them.

mod asset;
mod budget;
pub mod photos;
pub mod recognise;
pub(crate) mod unsorted;

use std::io::{Read, Seek};

pub use asset::{Apart, Asset, Assets, Fields, Resource, Stem, Wish};
pub use budget::Budget;
pub(crate) use photos::classify::is_apples_folder;
pub use photos::classify::{Delivered, Shape};
pub use photos::{Album, AlbumId, AlbumKind};

use crate::contents::{Category, Class, ContentId, Sort};

/// What bytes and lists said. It is kept apart from `Contents`, which only holds what was delivered.
#[derive(Debug, Default)]
pub struct Heard {
    pub photos: photos::Heard,
}

/// What one content says of itself. Bytes are read once, and those of any category may lie in iCloud Photos as
/// well, so all are inspected as photos are.
pub use photos::Said;

/// One of Apple's lists, read.
#[derive(Debug, Clone, PartialEq)]
pub enum List {
    Photos(photos::List),
}

/// A source of bytes that can be read here and there.
pub trait ReadSeek: Read + Seek {}
impl<T: Read + Seek> ReadSeek for T {}

/// What vouches for bytes besides Apple's own checksum.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Vouched {
    /// The CRC-32 of their archive.
    ByArchive,
    /// Nothing: a folder states no checksum.
    ByNothing,
}

impl Heard {
    /// Whether these bytes have been read as a list of this sort.
    pub fn has(&self, category: Category, content: ContentId, sort: Sort) -> bool {
        match category {
            Category::Photos => self.photos.lists.contains_key(&(content, sort.into())),
            _ => false,
        }
    }

    pub fn add(&mut self, content: ContentId, sort: Sort, list: List) {
        match list {
            List::Photos(list) => _ = self.photos.lists.insert((content, sort.into()), list),
        }
    }

    /// About how much memory the lists take, in bytes, here and while they are matched.
    fn weight(&self) -> u64 {
        self.photos.lists.values().map(photos::List::weight).sum()
    }
}

/// Whether Apple's checksum of such entries is wanted. It is for everything but details: bytes beside photos may
/// lie among them as well, and are read only once.
pub(crate) fn wants_fingerprint(class: Class) -> bool {
    class != Class::Details
}

/// What bytes say of themselves. Never fails, and reads no more than a few blocks of them.
pub(crate) fn inspect(source: &mut impl ReadSeek, size: u64, vouched: Vouched) -> Said {
    photos::inspect(source, size, vouched)
}

/// What becomes of a list of `size` bytes if it is larger than any of Apple's.
pub(crate) fn too_large(category: Category, size: u64, budget: &Budget) -> Option<List> {
    match category {
        Category::Photos => photos::lists::too_large(size, budget).map(List::Photos),
        _ => None,
    }
}

/// Reads one of Apple's lists, with bounded memory.
pub(crate) fn read(category: Category, sort: Sort, bytes: &[u8], budget: &Budget) -> Option<List> {
    match category {
        Category::Photos => Some(List::Photos(photos::lists::read(sort.into(), bytes, budget))),
        _ => None,
    }
}

/// The word in the catalog for what an entry is.
pub(crate) fn word(category: Category, sort: Sort) -> &'static str {
    match category {
        Category::Photos => photos::Sort::from(sort).as_str(),
        _ => "other",
    }
}

/// The words in the catalog for entries of a class, whatever their category.
pub(crate) fn words(class: Class) -> impl Iterator<Item = &'static str> {
    photos::Sort::words(class)
}

/// What an entry with that word in the catalog is.
pub(crate) fn of_word(category: Category, word: &str) -> Option<(Class, Sort)> {
    match category {
        Category::Photos => photos::Sort::from_name(word).map(|sort| (sort.class(), sort.into())),
        _ => None,
    }
}
