//! Which columns and keys may tell what stands in them, and which tell nothing at all.
//!
//! A vocabulary is told for columns of this list alone, never because a column happens to have few values; and a member
//! only if it is a code, a flag or made of Apple's own words. So a row whose cells have moved, because a title before
//! them has commas, gives away no piece of that title.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::apple::table::{column_key, yes_or_no};
use crate::structure::words;

/// A vocabulary has fewer members, or is none.
const MOST_MEMBERS: usize = 20;

/// Characters of a member.
const LONGEST: usize = 48;

/// Columns of types, reasons, states and currencies, as [`column_key`] has them.
const TOLD: [&str; 38] = [
    "activitytype",
    "applicationtype",
    "archivesize",
    "categoryname",
    "containertype",
    "currency",
    "currencyid",
    "deleted",
    "drawinghandwriting",
    "endreasontype",
    "eventcode",
    "eventtype",
    "executable",
    "favorite",
    "favoritestatusplaylist",
    "favoritestatustrack",
    "favoritetype",
    "favourite",
    "hidden",
    "installationtype",
    "itemtype",
    "lastendreasontyoe",
    "lastendreasontype",
    "mediatype",
    "originalcalendarcollectiontype",
    "paymentstatus",
    "pinned",
    "preference",
    "requeststatus",
    "responsetype",
    "showtype",
    "sort",
    "sourcetype",
    "subscribed",
    "tracklikerating",
    "transactiontype",
    "transfertype",
    "type",
];

/// Words of titles whose values say who or where somebody is.
const SENSITIVE: [&str; 21] = [
    "address",
    "authorization",
    "card",
    "credential",
    "email",
    "e-mail",
    "iccid",
    "imei",
    "ip",
    "latitude",
    "longitude",
    "meid",
    "phone",
    "postal",
    "prefix",
    "secret",
    "serial",
    "street",
    "token",
    "udid",
    "zip",
];

/// Titles that are sensitive as a whole, as [`column_key`] has them.
const SENSITIVE_TITLES: [&str; 6] =
    ["appleidnumber", "appleaccountnumber", "deviceidentifier", "billinginformationid", "recipients", "uuid"];

/// What may be told of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// Only how many of its cells are empty.
    Nothing,
    /// What its values look like.
    Forms,
    /// Which values it has.
    Vocabulary,
}

impl Told {
    /// Of a column or key with this title.
    pub fn of(title: &str) -> Told {
        let key = column_key(title);
        let words = title.to_lowercase();
        let is_sensitive =
            words.split(|c: char| !c.is_alphanumeric() && c != '-').any(|word| SENSITIVE.contains(&word));
        if is_sensitive || SENSITIVE_TITLES.contains(&key.as_str()) {
            Told::Nothing
        } else if TOLD.contains(&key.as_str()) {
            Told::Vocabulary
        } else {
            Told::Forms
        }
    }
}

/// The values of a column of the list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Vocabulary {
    /// Members, and how often each comes.
    pub members: BTreeMap<String, u64>,
    /// Values that could be somebody's and are not told.
    pub withheld: u64,
    /// Whether there are too many for a vocabulary; then none is told.
    pub is_open: bool,
}

impl Vocabulary {
    /// Adds a value that is not empty.
    pub fn add(&mut self, value: &str) {
        let value = value.trim();
        if !is_member(value) {
            self.withheld += 1;
        } else {
            self.count(value.to_owned(), 1);
        }
    }

    /// Joins the values of another column of the same title.
    pub fn join(&mut self, other: Vocabulary) {
        self.withheld += other.withheld;
        for (member, times) in other.members {
            self.count(member, times);
        }
        if other.is_open {
            self.open();
        }
    }

    fn count(&mut self, member: String, times: u64) {
        if self.is_open {
            return;
        }
        *self.members.entry(member).or_default() += times;
        if self.members.len() >= MOST_MEMBERS {
            self.open();
        }
    }

    fn open(&mut self) {
        self.is_open = true;
        self.members.clear();
    }
}

/// A flag, a code such as `PLAY_END` or `EUR`, or Apple's own words.
fn is_member(value: &str) -> bool {
    let is_code = || {
        value.starts_with(|c: char| c.is_ascii_uppercase())
            && value.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
            && value.bytes().filter(u8::is_ascii_digit).count() <= 3
    };
    value.len() <= LONGEST && (yes_or_no(value).is_some() || is_code() || words::is_apples(value))
}

#[cfg(test)]
mod tests {
    use super::{Told, Vocabulary};

    #[test]
    fn what_may_be_told() {
        for (title, told) in [
            ("Event Type", Told::Vocabulary),
            (" Pinned", Told::Vocabulary),
            ("Last End Reason Tyoe", Told::Vocabulary),
            ("Title", Told::Forms),
            ("Content Type", Told::Forms),
            ("Device Type", Told::Forms),
            ("IP Address", Told::Nothing),
            ("Device Serial Number", Told::Nothing),
            ("IP Latitude", Told::Nothing),
            ("Device IP Address", Told::Nothing),
            ("Apple ID Number", Told::Nothing),
            ("address", Told::Nothing),
        ] {
            assert_eq!(Told::of(title), told, "{title}");
        }
    }

    #[test]
    fn a_vocabulary_is_small_and_nobodys() {
        let mut vocabulary = Vocabulary::default();
        for value in ["PLAY_END", "File", "No", " beans", "Leeks", "06-02-2022 07:45:00", "ORDER_12345678"] {
            vocabulary.add(value);
        }
        let members: Vec<&str> = vocabulary.members.keys().map(String::as_str).collect();
        assert_eq!((members, vocabulary.withheld), (vec!["File", "No", "PLAY_END"], 4));
        for letter in b'A'..=b'Z' {
            vocabulary.add(&format!("TYPE_{}", char::from(letter)));
        }
        assert!(vocabulary.is_open && vocabulary.members.is_empty());
    }
}
