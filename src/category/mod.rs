//! A category turns what Apple delivered into what its owner has.
//!
//! The pipeline knows resources, details and assets; only a category knows what they say. [`recognise`] and [`delivery`]
//! tell whose a path is and what it is for. Photos come to [`Assets`], which the pipeline places itself. Everything else
//! comes together in [`others`]: what lists and texts say, and then, of all exports and of what the library keeps, where
//! files are to stand, which are made of them, what is wrong and how much there is. A new category is a folder, a variant
//! of [`Category`], and its line in each answer there.

mod asset;
pub mod bookmarks;
mod budget;
pub mod calendars;
mod choices;
pub mod contacts;
pub mod dated;
pub mod delivery;
pub mod drive;
pub mod mail;
pub mod notes;
pub mod others;
pub mod outcome;
pub mod photos;
pub mod places;
pub mod recognise;
pub mod tables;
pub mod trial;
pub(crate) mod unsorted;

use std::io::{Read, Seek};

pub use asset::{Apart, Asset, Assets, Fields, Resource, Stem, Wish};
pub use budget::Budget;
pub use choices::{Choices, Mbox, Packages, Wanted};
pub use photos::{Album, AlbumId, AlbumKind};

use crate::contents::{Category, Class, ContentId, Sort};
use crate::library::layout;

/// What bytes and lists said. It is kept apart from `Contents`, which only holds what was delivered.
#[derive(Debug, Default)]
pub struct Heard {
    pub photos: photos::Heard,
    pub others: others::Heard,
}

/// What one content says of itself. Bytes are read once, and those of any category may lie in iCloud Photos as
/// well, so all are inspected as photos are.
pub use photos::Said;

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
    pub fn has(&self, content: ContentId, sort: Sort) -> bool {
        self.photos.lists.contains_key(&(content, sort.into()))
    }

    pub fn add(&mut self, content: ContentId, sort: Sort, list: photos::List) {
        self.photos.lists.insert((content, sort.into()), list);
    }

    /// About how much memory the lists take, in bytes, here and while they are matched.
    fn weight(&self) -> u64 {
        self.photos.lists.values().map(photos::List::weight).sum()
    }
}

/// Whether Apple's checksum of such entries is wanted. It is for everything but details: bytes beside photos may
/// lie among them as well, and are read only once. A large list is read while no other is, and would keep its turn while it
/// waited to be hashed beside others.
pub(crate) fn wants_fingerprint(class: Class) -> bool {
    class != Class::Details
}

/// What bytes say of themselves. Never fails, and reads no more than a few blocks of them.
pub(crate) fn inspect(source: &mut impl ReadSeek, size: u64, vouched: Vouched) -> Said {
    photos::inspect(source, size, vouched)
}

/// What becomes of a list of `size` bytes if it is larger than any of Apple's.
pub(crate) fn too_large(size: u64, budget: &Budget) -> Option<photos::List> {
    photos::lists::too_large(size, budget)
}

/// Reads one of the lists of photos, with bounded memory.
pub(crate) fn read(sort: Sort, bytes: &[u8], budget: &Budget) -> photos::List {
    photos::lists::read(sort.into(), bytes, budget)
}

/// The word in the catalog for what an entry is.
pub(crate) fn word(category: Category, sort: Sort) -> &'static str {
    match category {
        Category::Photos => photos::Sort::from(sort).as_str(),
        _ => recognise::Sort::from(sort).as_str(),
    }
}

/// The words in the catalog for entries of a class, whatever their category.
pub(crate) fn words(class: Class) -> impl Iterator<Item = &'static str> {
    photos::Sort::words(class).chain(recognise::Sort::words(class))
}

/// What a file that is made is made of, in words.
pub fn made_of(category: Category, path: &str) -> &'static str {
    let is = |start: &str| path.starts_with(start);
    match category {
        Category::Notes => {
            "the text that Apple delivered, which is kept in `.windfall/details`, and its attachments"
        }
        Category::Contacts if is(layout::CONTACT_PHOTOS) => "the picture in a card below `Contacts/Cards`",
        Category::Contacts => "the cards below `Contacts/Cards`",
        Category::Calendars => "the calendars and lists that Apple delivered, below `Calendars`",
        Category::Mail => "the messages in the folder beside it",
        Category::Bookmarks => "the bookmarks that Apple delivered, which are kept in `.windfall/details`",
        Category::Drive => "a package that stands beside it as it was delivered",
        Category::Records if path == layout::RECORDS => {
            "what Apple delivered besides photos, and what stands here of it"
        }
        Category::Records => "Apple's own tables, which are kept in `.windfall/details`",
        Category::Photos => "photos of this library",
    }
}

/// What a file of no photo is, by where it stands in a library: below the folder of its category. `None` if it is in none
/// of them, or what is made there.
pub(crate) fn of_place(path: &str) -> Option<(Category, Sort)> {
    let steps: Vec<&str> = path.split('/').collect();
    let is = |ending: &str| path.to_ascii_lowercase().ends_with(ending);
    let (category, sort) = match steps.as_slice() {
        [layout::DRIVE, _, ..] => (Category::Drive, recognise::Sort::DriveFile),
        [layout::NOTES, above @ .., _] if above.last().is_some_and(|folder| folder.ends_with(".assets")) => {
            (Category::Notes, recognise::Sort::NoteFile)
        }
        [layout::CONTACTS, layout::CARDS, _, ..] => (Category::Contacts, recognise::Sort::Cards),
        [layout::CALENDARS, _, ..] if is(".ics") => (Category::Calendars, recognise::Sort::Calendar),
        [layout::MAIL, _, ..] if [".eml", ".emlx", ".mbox"].into_iter().any(is) => {
            (Category::Mail, recognise::Sort::Message)
        }
        [layout::PURCHASES, layout::RECEIPTS, _, ..] => (Category::Records, recognise::Sort::Receipt),
        [layout::RECORDINGS, _, ..] => (Category::Records, recognise::Sort::Recording),
        _ => return None,
    };
    Some((category, sort.into()))
}

/// What an entry with that word in the catalog is, in an export of this category.
pub(crate) fn of_word(export: Category, word: &str) -> Option<(Category, Class, Sort)> {
    let of_photos =
        || photos::Sort::from_name(word).map(|sort| (Category::Photos, sort.class(), sort.into()));
    let of_others = |sort: recognise::Sort| (sort.category().unwrap_or(export), sort.class(), sort.into());
    recognise::Sort::from_name(word).map(of_others).or_else(of_photos)
}
