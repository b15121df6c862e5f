//! What cards and calendars look like: which components and properties they have, how often, and with which
//! parameters. Of the values of properties only the version is told, and who wrote the file if that was Apple.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::apple::content_line::{Lines, text_of};

/// Properties and components of vCards and calendars; any other could be a piece of somebody's text.
const NAMES: &str = "\
ACTION ADR AGENT ANNIVERSARY ATTACH ATTENDEE BDAY BEGIN CALSCALE CATEGORIES CLASS CLIENTPIDMAP COLOR COMMENT COMPLETED \
CONFERENCE CONTACT CREATED DAYLIGHT DESCRIPTION DTEND DTSTAMP DTSTART DUE DURATION EMAIL END EXDATE EXRULE FBURL FN \
FREEBUSY GENDER GEO IMAGE IMPP KEY KIND LABEL LANG LAST-MODIFIED LOCATION LOGO MAILER MEMBER METHOD N NAME NICKNAME \
NOTE ORG ORGANIZER PERCENT-COMPLETE PHOTO PRIORITY PRODID PROFILE RDATE RECURRENCE-ID REFRESH-INTERVAL RELATED \
RELATED-TO REPEAT REQUEST-STATUS RESOURCES REV ROLE RRULE SEQUENCE SORT-STRING SOUND SOURCE STANDARD STATUS SUMMARY TEL \
TITLE TRANSP TRIGGER TZ TZID TZNAME TZOFFSETFROM TZOFFSETTO TZURL UID URL VALARM VCALENDAR VCARD VERSION VEVENT \
VFREEBUSY VJOURNAL VTIMEZONE VTODO XML ACKNOWLEDGED PROXIMITY";

/// Parameters of them.
const PARAMETERS: &str = "\
ALTID ALTREP CHARSET CN CUTYPE DELEGATED-FROM DELEGATED-TO DIR DISPLAY EMAIL ENCODING FBTYPE FEATURE FILENAME FMTTYPE \
GEO INDEX LABEL LANGUAGE LEVEL MEDIATYPE MEMBER PARTSTAT PID PREF RANGE RELATED RELTYPE ROLE RSVP SCHEDULE-AGENT \
SCHEDULE-STATUS SENT-BY SIZE SORT-AS TYPE TZ TZID VALUE";

/// How names of properties and parameters begin that programs make up.
const PRIVATE: [&str; 14] = [
    "X-AB",
    "X-ADDRESSBOOKSERVER-",
    "X-ADDRESSING-",
    "X-AIM",
    "X-ALT-DESC",
    "X-APPLE-",
    "X-CALENDARSERVER-",
    "X-EVOLUTION-",
    "X-GOOGLE-",
    "X-LIC-",
    "X-MICROSOFT-",
    "X-MOZ-",
    "X-PHONETIC-",
    "X-WR-",
];

/// Longest name that a program makes up.
const LONGEST: usize = 48;

/// Cards or calendars together.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Components {
    /// How many files.
    pub files: u64,
    /// Files that are larger than any of Apple's, or cannot be read.
    pub unread: u64,
    /// Files with more than one component of the outermost kind.
    pub files_of_several: u64,
    /// Files that begin with one.
    pub files_with_a_byte_order_mark: u64,
    /// Files with a line break that is LF alone.
    pub files_with_lf: u64,
    /// `VCARD`, `VEVENT` … and how many.
    pub components: BTreeMap<String, u64>,
    /// What `VERSION` says, and how often.
    pub versions: BTreeMap<String, u64>,
    /// Who wrote the files, where it was Apple; others are `another program`.
    pub written_by: BTreeMap<String, u64>,
    /// By their names.
    pub properties: BTreeMap<String, Property>,
}

/// A property.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Property {
    /// How often it comes.
    pub count: u64,
    /// How many belong to a group (`item1.TEL`).
    pub in_groups: u64,
    /// How many have no value.
    pub blank: u64,
    /// Their names, and how often each comes.
    pub parameters: BTreeMap<String, u64>,
}

impl Components {
    /// Adds a file.
    pub fn add(&mut self, bytes: &[u8]) {
        self.files += 1;
        self.files_with_a_byte_order_mark +=
            u64::from(matches!(bytes, [0xef, 0xbb, 0xbf, ..] | [0xff, 0xfe, ..] | [0xfe, 0xff, ..]));
        let text = text_of(bytes);
        let count = |wanted: &[u8]| text.windows(wanted.len()).filter(|found| *found == wanted).count();
        self.files_with_lf += u64::from(count(b"\n") > count(b"\r\n"));
        let (mut outermost, mut depth) = (0_u64, 0_u64);
        let mut lines = Lines::new(&*text);
        while let Ok(Some(line)) = lines.next() {
            let Some(property) = line.property() else {
                self.property("no property").count += 1;
                continue;
            };
            match &*property.name {
                "BEGIN" => {
                    outermost += u64::from(depth == 0);
                    depth += 1;
                    let name = name_of(property.text().to_ascii_uppercase().as_str());
                    *self.components.entry(name).or_default() += 1;
                }
                "END" => depth = depth.saturating_sub(1),
                "VERSION" => {
                    let version = property.text();
                    let is_plain = version.len() <= 4
                        && version.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
                    *self
                        .versions
                        .entry(if is_plain { version } else { "another".to_owned() })
                        .or_default() += 1;
                }
                "PRODID" => {
                    let program = property.text();
                    *self.written_by.entry(writer(&program)).or_default() += 1;
                }
                _ => (),
            }
            if matches!(&*property.name, "BEGIN" | "END") {
                continue;
            }
            let counted = self.property(&name_of(&property.name));
            counted.count += 1;
            counted.in_groups += u64::from(property.group.is_some());
            counted.blank += u64::from(property.is_blank());
            for parameter in property.parameter_names() {
                *counted.parameters.entry(parameter_of(parameter)).or_default() += 1;
            }
        }
        self.files_of_several += u64::from(outermost > 1);
    }

    fn property(&mut self, name: &str) -> &mut Property {
        self.properties.entry(name.to_owned()).or_default()
    }
}

fn name_of(name: &str) -> String {
    told(name, NAMES)
}

fn parameter_of(name: &str) -> String {
    told(name, PARAMETERS)
}

/// A name as it is, if a standard or a known program made it.
fn told(name: &str, known: &str) -> String {
    let is_known = known.split_ascii_whitespace().any(|known| known == name);
    let is_private = || {
        PRIVATE.iter().any(|start| name.starts_with(start))
            && name.len() <= LONGEST
            && name.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'-')
    };
    if is_known || is_private() { name.to_owned() } else { "another".to_owned() }
}

/// `-//Apple Inc.//iCloud 1.0//EN`, or nobody who is told.
fn writer(program: &str) -> String {
    const PROGRAMS: [&str; 12] = [
        "icloud",
        "calendarserver",
        "ical",
        "macos",
        "mac",
        "os",
        "x",
        "iphone",
        "ios",
        "ipados",
        "addressbook",
        "contacts",
    ];
    let is_apples = program.strip_prefix("-//Apple Inc.//").is_some_and(|rest| {
        rest.len() <= LONGEST
            && rest.split(|c: char| !c.is_ascii_alphabetic()).filter(|word| !word.is_empty()).all(|word| {
                let word = word.to_ascii_lowercase();
                word.len() == 2 || PROGRAMS.contains(&word.as_str())
            })
    });
    if is_apples { program.to_owned() } else { "another program".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::Components;
    use proptest::prelude::{any, prop, proptest};

    #[test]
    fn a_card() {
        let card = "BEGIN:VCARD\r\nVERSION:3.0\r\nPRODID:-//Apple Inc.//iOS 17.2//EN\r\nFN:Ann Berg\r\n\
                    item1.TEL;type=pref:+47 1\r\nitem1.X-ABLabel:Boat\r\nX-ANN-SECRET;X-BERG=1:x\r\nOslo:here\r\n\
                    at the lake\r\nEND:VCARD\r\n";
        let mut cards = Components::default();
        cards.add(card.as_bytes());
        cards.add(b"BEGIN:VCARD\nPRODID:-//Ann's Cards//EN\nEND:VCARD\nBEGIN:VCARD\nEND:VCARD\n");
        assert_eq!((cards.files, cards.files_of_several, cards.files_with_lf), (2, 1, 1));
        assert_eq!(cards.components["VCARD"], 3);
        assert_eq!((cards.properties["TEL"].in_groups, cards.properties["TEL"].parameters["TYPE"]), (1, 1));
        assert_eq!(cards.properties["X-ABLABEL"].count, 1);
        assert_eq!(cards.properties["another"].count, 2);
        assert!(cards.written_by.contains_key("-//Apple Inc.//iOS 17.2//EN"));
        let told = serde_json::to_string(&cards).unwrap().to_lowercase();
        for value in ["ann", "berg", "boat", "oslo", "lake", "47", "secret"] {
            assert!(!told.contains(value), "{value}: {told}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            Components::default().add(&bytes);
        }
    }
}
