//! The layout of a library: the names of its folders, and of the files that Windfall adds.

use std::path::{Path, PathBuf};

use crate::category::drive;
use crate::contents::litter;

/// The folder of the library that belongs to Windfall itself.
pub const INTERNAL: &str = ".windfall";
/// Inside it: Apple's details, verbatim, a folder for each export.
pub const DETAILS: &str = "details";
/// Inside a folder of those: what brought the files of one export, and what they were called there.
pub const ORIGINS: &str = "origins.csv";
/// Beside those: what the owner chose, a line for each setting.
pub const SETTINGS: &str = "settings.csv";
/// Beside those: which edits the owner kept.
pub const EDITS: &str = "edits.csv";
/// Beside those: what the owner left out on purpose.
pub const FORGOTTEN_TABLE: &str = "forgotten.csv";
/// Inside it: files that the owner left out on purpose, by the path that they had.
pub const FORGOTTEN: &str = "forgotten";
/// Inside it: bytes that wait until they are placed.
pub const STAGING: &str = "staging";
/// Inside it: bytes of files that were damaged, or that were changed and put aside, each at the path of its file.
pub const DAMAGED: &str = "damaged";
/// Inside it: the small pictures of the page.
pub const THUMBNAILS: &str = "thumbnails";
/// Inside it: large pictures of what browsers cannot show.
pub const PREVIEWS: &str = "previews";
/// Inside it: which photos look alike, as the page has them.
pub const ALIKE: &str = "alike.json";
/// Inside it: the catalog.
pub const CATALOG: &str = "catalog.sqlite";
/// Inside it: the file whose lock a run holds.
pub const LOCK: &str = "lock";
/// The page, unless the owner chose another place.
pub const PAGE: &str = "windfall-report.html";
/// The folder beside it, with its sections.
pub const SECTIONS: &str = "windfall-report";
/// The names of the sections there.
pub const SECTION_FILES: [&str; 7] = [
    "notes.html",
    "drive.html",
    "contacts.html",
    "calendar.html",
    "mail.html",
    "bookmarks.html",
    "records.html",
];

/// Media without any date.
pub const UNDATED: &str = "Undated";
/// Media that are hidden in Photos.
pub const HIDDEN: &str = "Hidden";
/// Media that are in Recently Deleted in Photos.
pub const RECENTLY_DELETED: &str = "Recently Deleted";
/// The owner's albums.
pub const ALBUMS: &str = "Albums";
/// Apple's automatic collections.
pub const MEMORIES: &str = "Memories";
/// Shared albums, and the media that only they have.
pub const SHARED_ALBUMS: &str = "Shared Albums";
/// Everything else that exports hold.
pub const OTHER: &str = "Other";

/// The owner's tree of iCloud Drive.
pub const DRIVE: &str = "Drive";
/// Notes as Markdown, with their files.
pub const NOTES: &str = "Notes";
/// Cards, and what is made of them.
pub const CONTACTS: &str = "Contacts";
/// Below it: the cards.
pub const CARDS: &str = "Cards";
/// Pictures of contacts, made from their cards.
pub const CONTACT_PHOTOS: &str = "Contacts/Photos";
/// Calendars as they came.
pub const CALENDARS: &str = "Calendars";
/// Below it: calendars without tasks, for programs that take events only.
pub const FOR_IMPORT: &str = "Import";
/// Lists of tasks, made from calendars.
pub const REMINDERS: &str = "Reminders";
/// Messages by folder.
pub const MAIL: &str = "Mail";
/// The two files that are made of all bookmarks.
pub const BOOKMARKS: &str = "Bookmarks";
/// What was bought.
pub const PURCHASES: &str = "Purchases";
/// Below it: receipts.
pub const RECEIPTS: &str = "Receipts";
/// What was recorded.
pub const RECORDINGS: &str = "Recordings";
/// Playlists, and what was heard.
pub const MUSIC: &str = "Music";
/// What was watched.
pub const TV: &str = "TV";
/// Subscriptions to podcasts, and what was heard of them.
pub const PODCASTS: &str = "Podcasts";
/// What was marked in books.
pub const BOOKS: &str = "Books";
/// Devices, sign-ins and places.
pub const ACCOUNT: &str = "Account";
/// The folders of all categories but photos.
pub const OF_CATEGORIES: [&str; 14] = [
    NOTES, DRIVE, CONTACTS, CALENDARS, REMINDERS, MAIL, BOOKMARKS, MUSIC, TV, PODCASTS, BOOKS, PURCHASES,
    ACCOUNT, RECORDINGS,
];
/// Everything besides photos that Apple delivered, as tables.
pub const RECORDS: &str = "Records.sqlite";

/// Folders whose links, lists and copies repeat what is elsewhere.
pub const OF_ALBUMS: [&str; 3] = [ALBUMS, MEMORIES, SHARED_ALBUMS];

/// The path of [`INTERNAL`] on the drive.
pub fn internal(library: &Path) -> PathBuf {
    library.join(INTERNAL)
}

/// The path of [`STAGING`] on the drive.
pub fn staging(library: &Path) -> PathBuf {
    internal(library).join(STAGING)
}

/// Whether a folder is a library, by what stands in it.
pub fn is_library(folder: &Path) -> bool {
    internal(folder).join(CATALOG).is_file()
}

/// Whether Windfall has a folder of its own in this one: it is a library, or was one until its catalog was lost.
pub fn has_own_folder(folder: &Path) -> bool {
    internal(folder).is_dir()
}

/// Whether a path of the library is that of the page, or of one of its sections, which `report` makes anew.
pub fn is_of_page(path: &str) -> bool {
    let section = path.strip_prefix(SECTIONS).and_then(|below| below.strip_prefix('/'));
    path == PAGE || section.is_some_and(|name| SECTION_FILES.contains(&name))
}

/// Whether nobody misses what stands at this path of the library, because systems put it there. In an owner's own tree that
/// is less: a file may be called as it likes.
pub fn is_litter(path: &str) -> bool {
    match path.split_once('/') {
        Some((top, below)) if OF_CATEGORIES.contains(&top) => drive::path::is_ignored(below),
        _ => litter::is_ignored(path),
    }
}

/// Whether a path of the library is that of a table which stands beside an export's details for a lost catalog.
pub fn is_beside_details(path: &str) -> bool {
    let mut steps = path.split('/');
    [INTERNAL, DETAILS].into_iter().all(|step| steps.next() == Some(step))
        && matches!(steps.nth(1), Some(ORIGINS | SETTINGS | EDITS | FORGOTTEN_TABLE))
        && steps.next().is_none()
}
