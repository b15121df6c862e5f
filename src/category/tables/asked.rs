//! `Data & Privacy Request History.csv`: what its owner asked Apple for, the nearest thing to a list of the whole
//! request.
//!
//! Which words Apple has for categories is not known for all of them, so they stay words here.

use std::collections::BTreeSet;

use chrono::{NaiveDateTime, TimeDelta};

use crate::apple::stamp::{self, Stamp};
use crate::apple::table::{Records, column_key, decode};
use crate::apple::text::match_key;
use crate::contents::Category;

/// Rows this near to the newest belong to the same request.
const ONE_REQUEST: TimeDelta = TimeDelta::days(1);

/// One category that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// In Apple's words.
    pub category: String,
    pub at: Option<NaiveDateTime>,
}

/// Whether a file of this name is that list.
pub fn is_list(name: &str) -> bool {
    match_key(name).starts_with("data & privacy request history")
}

/// The categories that were asked for a copy of, and not cancelled.
pub fn asked(bytes: &[u8]) -> Vec<Asked> {
    let text = decode(bytes);
    let mut records = Records::new(&text, ',').flatten();
    let Some(header) = records.next() else { return Vec::new() };
    let keys: Vec<String> = header.fields.iter().map(|field| column_key(field)).collect();
    let column = |name: &str| keys.iter().position(|key| key == name);
    let (Some(category), Some(time)) = (column("categoryname"), column("requesttime")) else {
        return Vec::new();
    };
    let (activity, status) = (column("activitytype"), column("requeststatus"));
    let rows = records.filter_map(|record| {
        let cell = |at: Option<usize>| at.and_then(|at| record.fields.get(at)).map_or("", |cell| cell.trim());
        let is_access = activity.is_none() || cell(activity).eq_ignore_ascii_case("access");
        let is_cancelled = cell(status).to_ascii_uppercase().contains("CANCEL");
        let name = cell(Some(category));
        let at = stamp::parse(cell(Some(time))).ok().flatten().map(clock);
        (is_access && !is_cancelled && !name.is_empty()).then(|| Asked { category: name.to_owned(), at })
    });
    rows.collect()
}

/// What one of Apple's words for a category means here: `ICLOUD_NOTES`, `iCloud Notes`. `None` if nobody knows.
pub fn category(name: &str) -> Option<Category> {
    const WORDS: [(&str, Category); 25] = [
        ("photo", Category::Photos),
        ("note", Category::Notes),
        ("drive", Category::Drive),
        ("contact", Category::Contacts),
        ("calendar", Category::Calendars),
        ("reminder", Category::Calendars),
        ("bookmark", Category::Bookmarks),
        ("reading list", Category::Bookmarks),
        ("icloud mail", Category::Mail),
        ("media", Category::Records),
        ("music", Category::Records),
        ("account", Category::Records),
        ("apple id", Category::Records),
        ("device", Category::Records),
        ("store", Category::Records),
        ("apple com", Category::Records),
        ("applecare", Category::Records),
        ("apple care", Category::Records),
        ("marketing", Category::Records),
        ("wallet", Category::Records),
        ("apple pay", Category::Records),
        ("game", Category::Records),
        ("install", Category::Records),
        ("feedback", Category::Records),
        ("other", Category::Records),
    ];
    let words: String =
        name.to_lowercase().chars().map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect();
    let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
    let is_mail = words == "mail" || words == "icloud mail";
    let found = WORDS.iter().find(|(word, _)| words.contains(word)).map(|(_, category)| *category);
    if is_mail { Some(Category::Mail) } else { found }
}

fn clock(stamp: Stamp) -> NaiveDateTime {
    match stamp {
        Stamp::Clock(time) => time,
        Stamp::Instant(time) => time.naive_utc(),
    }
}

/// The categories of the newest request.
pub fn newest<'a>(all: impl Iterator<Item = &'a Asked> + Clone) -> BTreeSet<String> {
    let newest = all.clone().filter_map(|asked| asked.at).max();
    let is_of_it = |asked: &&Asked| match (newest, asked.at) {
        (Some(newest), Some(at)) => newest - at <= ONE_REQUEST,
        (None, None) => true,
        _ => false,
    };
    all.filter(is_of_it).map(|asked| asked.category.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::{asked, category, newest};
    use crate::contents::Category;

    #[test]
    fn apples_words_for_categories() {
        for (name, expected) in [
            ("ICLOUD_NOTES", Some(Category::Notes)),
            ("iCloud Calendars and Reminders", Some(Category::Calendars)),
            ("ICLOUD_MAIL", Some(Category::Mail)),
            ("Apple Media Services information", Some(Category::Records)),
            ("FREEFORM", None),
        ] {
            assert_eq!(category(name), expected, "{name}");
        }
    }

    #[test]
    fn the_newest_request_counts_and_what_was_cancelled_does_not() {
        let table = "Request ID,Category Name,Request Time,Activity Type,Archive Size,Request Status\n\
                     1,iCloud Photos,01/02/2024 10:00:00,ACCESS,SIZE_25GB,COMPLETED\n\
                     2,iCloud Notes,03/01/2026 10:00:00,ACCESS,SIZE_25GB,COMPLETED\n\
                     2,iCloud Mail,03/01/2026 10:00:05,ACCESS,SIZE_25GB,CANCELLED\n\
                     2,iCloud Drive,03/01/2026 09:59:00,ACCESS,SIZE_25GB,COMPLETED\n\
                     3,iCloud Photos,03/01/2026 11:00:00,TRANSFER,,COMPLETED\n";
        let rows = asked(table.as_bytes());
        let names: Vec<String> = newest(rows.iter()).into_iter().collect();
        assert_eq!(names, ["iCloud Drive", "iCloud Notes"]);
        assert_eq!(asked(b"a,b\n1,2\n"), []);
    }
}
