//! What the entries of every category but photos are.

use crate::contents::{self, Category, Class, Entry};

/// What an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Sort {
    /// The text of a note.
    NoteText,
    /// A file of a note.
    NoteFile,
    /// `Notes Details.csv`.
    NoteList,
    /// `Shared Notes Info.csv`.
    SharedNoteList,
    /// `Subscribed Notes Info.csv`.
    SubscribedNoteList,
    /// A file of the owner's iCloud Drive.
    DriveFile,
    /// `Drive Details.csv`.
    DriveList,
    /// Cards of contacts, mostly one.
    Cards,
    /// A calendar or a list of reminders.
    Calendar,
    /// `Calendar Metadata.json`.
    CalendarList,
    /// A message, or a file of many.
    Message,
    /// A file of bookmarks.
    Bookmarks,
    /// A table, whatever its dialect.
    Table,
    /// A receipt of one of Apple's shops.
    Receipt,
    /// A recording of the owner's voice.
    Recording,
    /// Apple's explanation of its own tables.
    Guide,
    /// Anything else that Apple delivered.
    Unknown,
    /// What no person ever made.
    Ignored,
}

/// In the order of their numbers, with their words in the catalog. None is a word of photos.
const SORTS: [(Sort, &str); 18] = [
    (Sort::NoteText, "note"),
    (Sort::NoteFile, "note-file"),
    (Sort::NoteList, "note-list"),
    (Sort::SharedNoteList, "shared-note-list"),
    (Sort::SubscribedNoteList, "subscribed-note-list"),
    (Sort::DriveFile, "drive-file"),
    (Sort::DriveList, "drive-list"),
    (Sort::Cards, "cards"),
    (Sort::Calendar, "calendar"),
    (Sort::CalendarList, "calendar-list"),
    (Sort::Message, "message"),
    (Sort::Bookmarks, "bookmarks"),
    (Sort::Table, "table"),
    (Sort::Receipt, "receipt"),
    (Sort::Recording, "recording"),
    (Sort::Guide, "guide"),
    (Sort::Unknown, "unknown"),
    (Sort::Ignored, "litter"),
];

impl Sort {
    /// What this entry is; `None` if it belongs to photos.
    pub fn of(entry: &Entry) -> Option<Sort> {
        (entry.category != Category::Photos).then(|| entry.sort.into())
    }

    /// Its category, if that does not depend on what it lies beside.
    pub fn category(self) -> Option<Category> {
        Some(match self {
            Sort::NoteText
            | Sort::NoteFile
            | Sort::NoteList
            | Sort::SharedNoteList
            | Sort::SubscribedNoteList => Category::Notes,
            Sort::DriveFile | Sort::DriveList => Category::Drive,
            Sort::Cards => Category::Contacts,
            Sort::Calendar | Sort::CalendarList => Category::Calendars,
            Sort::Message => Category::Mail,
            Sort::Bookmarks => Category::Bookmarks,
            Sort::Table | Sort::Receipt | Sort::Recording => Category::Records,
            Sort::Guide | Sort::Unknown | Sort::Ignored => return None,
        })
    }

    /// What it is to the pipeline.
    pub fn class(self) -> Class {
        match self {
            Sort::NoteFile
            | Sort::DriveFile
            | Sort::Cards
            | Sort::Calendar
            | Sort::Message
            | Sort::Receipt
            | Sort::Recording
            | Sort::Unknown => Class::Other,
            Sort::NoteText
            | Sort::NoteList
            | Sort::SharedNoteList
            | Sort::SubscribedNoteList
            | Sort::DriveList
            | Sort::CalendarList
            | Sort::Bookmarks
            | Sort::Table
            | Sort::Guide => Class::Details,
            Sort::Ignored => Class::Ignored,
        }
    }

    /// The word in the catalog.
    pub fn as_str(self) -> &'static str {
        SORTS.get(self as usize).map_or("unknown", |(_, word)| word)
    }

    /// The words in the catalog of all sorts that are of this class to the pipeline.
    pub fn words(class: Class) -> impl Iterator<Item = &'static str> {
        SORTS.iter().filter(move |(sort, _)| sort.class() == class).map(|(_, word)| *word)
    }

    /// The sort of that word in the catalog.
    pub fn from_name(word: &str) -> Option<Sort> {
        SORTS.iter().find(|(_, known)| *known == word).map(|(sort, _)| *sort)
    }
}

impl From<contents::Sort> for Sort {
    fn from(sort: contents::Sort) -> Self {
        SORTS.get(usize::from(sort.0)).map_or(Sort::Unknown, |(sort, _)| *sort)
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
    use crate::category::photos;

    #[test]
    fn numbers_and_words_name_the_same_sorts() {
        for (number, (sort, word)) in SORTS.into_iter().enumerate() {
            assert_eq!(sort as usize, number);
            assert_eq!(Sort::from_name(word), Some(sort));
            assert_eq!(sort.as_str(), word);
            assert_eq!(photos::Sort::from_name(word), None, "`{word}` would mean two things in a catalog");
        }
        assert_eq!(Sort::from_name("painting"), None);
    }
}
