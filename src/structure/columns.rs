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

/// Columns of yes and no, as [`column_key`] has them.
const FLAGS: [&str; 10] = [
    "deleted",
    "drawinghandwriting",
    "executable",
    "favorite",
    "favoritestatusplaylist",
    "favoritestatustrack",
    "favourite",
    "hidden",
    "pinned",
    "subscribed",
];

/// Columns of currencies.
const CURRENCIES: [&str; 2] = ["currency", "currencyid"];

/// Columns of types, reasons and states.
const CODES: [&str; 26] = [
    "activitytype",
    "applicationtype",
    "archivesize",
    "categoryname",
    "containertype",
    "endreasontype",
    "eventcode",
    "eventtype",
    "favoritetype",
    "installationtype",
    "itemtype",
    "lastendreasontyoe",
    "lastendreasontype",
    "mediatype",
    "originalcalendarcollectiontype",
    "paymentstatus",
    "preference",
    "requeststatus",
    "responsetype",
    "showtype",
    "sort",
    "sourcetype",
    "tracklikerating",
    "transactiontype",
    "transfertype",
    "type",
];

/// Codes of Apple's that are no words of titles.
const KNOWN_CODES: [&str; 8] = ["BAN", "DISLIKE", "LOVE", "PHONE", "VEVENT", "VTODO", "WATCH", "tvOS"];

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
    /// Which values of this kind it has.
    Vocabulary(Members),
}

/// What the members of a vocabulary look like; any other value could be somebody's.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Members {
    /// `Yes`, `no`.
    #[default]
    Flags,
    /// `EUR`.
    Currencies,
    /// `PLAY_END`, `File`.
    Codes,
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
        } else if FLAGS.contains(&key.as_str()) {
            Told::Vocabulary(Members::Flags)
        } else if CURRENCIES.contains(&key.as_str()) {
            Told::Vocabulary(Members::Currencies)
        } else if CODES.contains(&key.as_str()) {
            Told::Vocabulary(Members::Codes)
        } else {
            Told::Forms
        }
    }
}

/// The values of a column of the list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Vocabulary {
    #[serde(skip)]
    kind: Members,
    /// Members, and how often each comes.
    pub members: BTreeMap<String, u64>,
    /// Values that could be somebody's and are not told.
    pub withheld: u64,
    /// Whether there are too many for a vocabulary; then none is told.
    pub is_open: bool,
}

impl Vocabulary {
    /// Of a column with this title, if it is one of the list.
    pub fn of(told: Told) -> Option<Self> {
        match told {
            Told::Vocabulary(kind) => Some(Vocabulary { kind, ..Vocabulary::default() }),
            Told::Nothing | Told::Forms => None,
        }
    }

    /// Adds a value that is not empty.
    pub fn add(&mut self, value: &str) {
        let value = value.trim();
        if !self.kind.has(value) {
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

impl Members {
    fn has(self, value: &str) -> bool {
        match self {
            Members::Flags => yes_or_no(value).is_some(),
            Members::Currencies => value.len() == 3 && value.bytes().all(|byte| byte.is_ascii_uppercase()),
            Members::Codes => {
                value.len() <= LONGEST
                    && (is_code(value) || words::is_apples(value) || KNOWN_CODES.contains(&value))
            }
        }
    }
}

/// `PLAY_END`, and not a word in capitals, which may be of a title whose commas moved it here.
fn is_code(value: &str) -> bool {
    value.contains('_')
        && value.starts_with(|c: char| c.is_ascii_uppercase())
        && value.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
        && value.bytes().filter(u8::is_ascii_digit).count() <= 3
}

#[cfg(test)]
mod tests {
    use super::{Members, Told, Vocabulary};

    #[test]
    fn what_may_be_told() {
        for (title, told) in [
            ("Event Type", Told::Vocabulary(Members::Codes)),
            (" Pinned", Told::Vocabulary(Members::Flags)),
            ("Last End Reason Tyoe", Told::Vocabulary(Members::Codes)),
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
        let told = |title: &str, values: &[&str]| {
            let mut vocabulary = Vocabulary::of(Told::of(title)).unwrap();
            values.iter().for_each(|value| vocabulary.add(value));
            (vocabulary.members.keys().cloned().collect::<Vec<_>>().join(" "), vocabulary.withheld)
        };
        let values =
            ["PLAY_END", "File", "No", " beans", "LEEKS", "06-02-2022 07:45:00", "ORDER_12345678", "EUR"];
        assert_eq!(told("Event Type", &values), ("File No PLAY_END".to_owned(), 5));
        assert_eq!(told("Pinned", &values), ("No".to_owned(), 7));
        assert_eq!(told("Currency", &values), ("EUR".to_owned(), 7));
        let mut vocabulary = Vocabulary::of(Told::of("Type")).unwrap();
        for letter in b'A'..=b'Z' {
            vocabulary.add(&format!("TYPE_{}", char::from(letter)));
        }
        assert!(vocabulary.is_open && vocabulary.members.is_empty());
    }
}
