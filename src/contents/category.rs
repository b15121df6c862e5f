//! The kinds of data that Apple delivers. What each of them means is for [`category`](crate::category) to say.

use std::fmt;

/// A kind of data that Apple delivers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Category {
    /// iCloud Photos.
    Photos,
    /// iCloud Notes.
    Notes,
    /// iCloud Drive.
    Drive,
    /// iCloud Contacts.
    Contacts,
    /// iCloud Calendars and Reminders.
    Calendars,
    /// iCloud Mail.
    Mail,
    /// iCloud Bookmarks.
    Bookmarks,
    /// Whatever comes as tables: purchases, plays, devices, the account.
    Records,
}

impl Category {
    /// Every one of them.
    pub const ALL: [Category; 8] = [
        Category::Photos,
        Category::Notes,
        Category::Drive,
        Category::Contacts,
        Category::Calendars,
        Category::Mail,
        Category::Bookmarks,
        Category::Records,
    ];

    /// Its word in the catalog and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Category::Photos => "photos",
            Category::Notes => "notes",
            Category::Drive => "drive",
            Category::Contacts => "contacts",
            Category::Calendars => "calendars",
            Category::Mail => "mail",
            Category::Bookmarks => "bookmarks",
            Category::Records => "records",
        }
    }

    /// The category with this word.
    pub fn from_name(name: &str) -> Option<Category> {
        Self::ALL.into_iter().find(|category| category.as_str() == name)
    }
}

impl fmt::Display for Category {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Category::Photos => "iCloud Photos",
            Category::Notes => "iCloud Notes",
            Category::Drive => "iCloud Drive",
            Category::Contacts => "contacts",
            Category::Calendars => "calendars",
            Category::Mail => "mail",
            Category::Bookmarks => "bookmarks",
            Category::Records => "account and purchases",
        })
    }
}

/// A category as its word.
pub mod word {
    use serde::{Deserialize, Deserializer, Serializer, de};

    use crate::contents::Category;

    /// # Errors
    /// If the serializer refuses.
    pub fn serialize<S: Serializer>(category: &Category, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(category.as_str())
    }

    /// # Errors
    /// If there is no text, or it names no category.
    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Category, D::Error> {
        let word = String::deserialize(from)?;
        Category::from_name(&word).ok_or_else(|| de::Error::custom(format!("no category: `{word}`")))
    }
}
