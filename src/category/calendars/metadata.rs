//! `Calendar Metadata.json`: what Apple says of each calendar, and which of them nobody delivered.
//!
//! An array of objects with text values under long English keys. It is read one object at a time and value by value,
//! so that neither its size nor its depth costs memory. What stands before a fault counts.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::fmt;
use std::io::{BufReader, Read};

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::apple::content_line::text_of;
use crate::apple::text::match_key;
use crate::category::outcome::LARGEST_WHOLE;

/// Calendars that are read; iCloud allows 100 of a person.
const MOST: usize = 10_000;

/// Bytes that show how a file is encoded.
const HEAD: u64 = 4;

/// Bytes of a value that are kept.
const LONGEST: usize = 4096;

/// What the file says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Metadata {
    /// In the order of the file.
    pub calendars: Vec<Described>,
    /// What was wrong with the file; the calendars before it stand.
    pub fault: Option<String>,
    /// Calendars beyond the most that are read.
    pub beyond: u64,
}

/// What Apple says of one calendar. Times are texts: their form was never seen.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Described {
    /// `Calendar Display Name`.
    pub name: Option<Box<str>>,
    /// `Original Calendar Collection Type`: `VEVENT` or `VTODO`.
    pub kind: Option<Box<str>>,
    /// `Calendar User Timezone`.
    pub time_zone: Option<Box<str>>,
    /// `Calendar Collection Timestamp`.
    pub created: Option<Box<str>>,
    /// `Calendar Collection  Modified by User Timestamp`, which Apple writes with two spaces.
    pub modified: Option<Box<str>>,
    /// `Calendar Collection Subscribed To Public URL`: where it comes from, if it is somebody else's.
    pub subscribed_to: Option<Box<str>>,
    /// `Calendar Collection Total Storage`, in bytes, as text.
    pub storage: Option<Box<str>>,
}

/// One delivered calendar, to be found by what the metadata says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Delivered<'n> {
    /// The stem of its file.
    pub stem: &'n str,
    /// What the file itself calls it.
    pub name: Option<&'n str>,
    /// Whether it holds events.
    pub has_events: bool,
    /// Whether it holds tasks, or what stands in their place.
    pub has_tasks: bool,
}

/// Reads the file. Any bytes give what they hold.
#[cfg(any(test, feature = "internals"))]
pub fn read(bytes: &[u8]) -> Metadata {
    read_from(bytes)
}

/// Reads a file of any size from front to back. What stands before a place that cannot be read counts.
pub fn read_from(source: impl Read) -> Metadata {
    let mut source = BufReader::new(source);
    let mut found = Metadata::default();
    let mut head = Vec::new();
    let begun = (&mut source).take(HEAD).read_to_end(&mut head);
    // UTF-16 is read as a whole, which no request ever brought
    let encoded = matches!(text_of(&head), Cow::Owned(_));
    let read = if encoded {
        begun.and_then(|_| source.take(LARGEST_WHOLE).read_to_end(&mut head)).map(|_| {
            let text = text_of(&head);
            found.hear(serde_json::Deserializer::from_slice(&text))
        })
    } else {
        begun.map(|_| {
            let text = text_of(&head);
            found.hear(serde_json::Deserializer::from_reader((&*text).chain(source)))
        })
    };
    if let Err(error) = read {
        found.fault = Some(error.to_string());
    }
    found
}

/// For each calendar of the metadata, the file that holds it.
///
/// A file is found by its name or by what it calls itself, also where a zip program changed letters or a number tells
/// twins apart. Each file answers for one calendar of each kind.
pub fn matched(described: &[Described], delivered: &[Delivered]) -> Vec<Option<usize>> {
    let mut found = vec![None; described.len()];
    let mut taken: HashSet<(usize, Holds)> = HashSet::new();
    let keys = [(exact as Key, exact as Key), (letters, letters), (without_number, letters)];
    for (key_of_file, key_of_name) in keys {
        // an empty file answers only for what no other does
        for is_fitting in [|file: &Delivered, kind| file.holds(kind), |file: &Delivered, _| file.is_empty()] {
            let mut files: HashMap<(String, Holds), Vec<usize>> = HashMap::new();
            for (at, file) in delivered.iter().enumerate().rev() {
                let keys: BTreeSet<String> =
                    [Some(file.stem), file.name].into_iter().flatten().map(key_of_file).collect();
                for key in keys.into_iter().filter(|key| !key.is_empty()) {
                    for kind in Holds::BOTH.into_iter().filter(|kind| is_fitting(file, *kind)) {
                        files.entry((key.clone(), kind)).or_default().push(at);
                    }
                }
            }
            for (one, found) in described.iter().zip(&mut found).filter(|(_, found)| found.is_none()) {
                let name = key_of_name(one.name.as_deref().unwrap_or_default());
                *found = one.kinds().iter().find_map(|&kind| {
                    let files = files.get_mut(&(name.clone(), kind))?;
                    std::iter::from_fn(|| files.pop()).find(|&file| taken.insert((file, kind)))
                });
            }
        }
    }
    found
}

/// The calendars that the metadata names and no file holds, as places in it. Apple's own collections (`inbox`,
/// `notification`) are never delivered.
pub fn undelivered(described: &[Described], delivered: &[Delivered]) -> Vec<usize> {
    let all = described.iter().zip(matched(described, delivered)).enumerate();
    all.filter(|(_, (one, file))| file.is_none() && one.name.is_some() && !one.is_system())
        .map(|(at, _)| at)
        .collect()
}

/// What is the same in the name of a file and in that of a calendar.
type Key = fn(&str) -> String;

/// What a calendar holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Holds {
    Events,
    Tasks,
}

impl Holds {
    const BOTH: [Holds; 2] = [Holds::Events, Holds::Tasks];
}

impl Delivered<'_> {
    fn holds(&self, kind: Holds) -> bool {
        match kind {
            Holds::Events => self.has_events,
            Holds::Tasks => self.has_tasks,
        }
    }

    fn is_empty(&self) -> bool {
        !self.has_events && !self.has_tasks
    }
}

impl Metadata {
    fn hear<'de>(&mut self, mut json: serde_json::Deserializer<impl serde_json::de::Read<'de>>) {
        let end = (&mut json).deserialize_any(Objects(&mut *self)).and_then(|()| json.end());
        self.fault = end.err().map(|fault| fault.to_string());
    }
}

impl Described {
    /// What it is for; either, if Apple does not say, and one suffices.
    fn kinds(&self) -> &'static [Holds] {
        match self.kind.as_deref().map(|kind| kind.trim().to_ascii_uppercase()).as_deref() {
            Some("VTODO") => &[Holds::Tasks],
            Some("VEVENT") => &[Holds::Events],
            _ => &Holds::BOTH,
        }
    }

    /// Whether it is one of iCloud's own collections, which are nobody's calendars.
    pub fn is_system(&self) -> bool {
        let name = self.name.as_deref().map(|name| name.trim().to_lowercase()).unwrap_or_default();
        let is_named_so =
            matches!(name.as_str(), "inbox" | "outbox" | "notification" | "notifications" | "freebusy");
        let kind = self.kind.as_deref().map(|kind| kind.trim().to_ascii_uppercase()).unwrap_or_default();
        is_named_so || !matches!(kind.as_str(), "" | "VEVENT" | "VTODO" | "VEVENT,VTODO" | "VTODO,VEVENT")
    }

    fn hear(&mut self, key: &str, value: &str) {
        let words: Vec<&str> = key.split_whitespace().collect();
        let slot = match words.join(" ").to_ascii_lowercase().as_str() {
            "calendar display name" => &mut self.name,
            "original calendar collection type" => &mut self.kind,
            "calendar user timezone" => &mut self.time_zone,
            "calendar collection timestamp" => &mut self.created,
            "calendar collection modified by user timestamp" => &mut self.modified,
            "calendar collection subscribed to public url" => &mut self.subscribed_to,
            "calendar collection total storage" => &mut self.storage,
            _ => return,
        };
        let value = value.trim();
        let is_null = value.is_empty() || value == "null" || value == "N/A";
        if !is_null {
            *slot = Some(value.into());
        }
    }
}

/// `Calendars/subscriptions.txt`: a line for each subscribed calendar, its name, a tab and its address. `None` if
/// there are none.
pub fn subscriptions(described: &[Described]) -> Option<String> {
    let mut lines: Vec<String> = described
        .iter()
        .filter_map(|one| {
            let address = one.subscribed_to.as_deref()?;
            let name: Vec<&str> = one.name.as_deref().unwrap_or_default().split_whitespace().collect();
            Some(format!("{}\t{address}\n", name.join(" ")))
        })
        .collect();
    lines.sort();
    lines.dedup();
    (!lines.is_empty()).then(|| lines.concat())
}

fn exact(name: &str) -> String {
    let words: Vec<&str> = name.split_whitespace().collect();
    match_key(&words.join(" "))
}

/// What every zip program leaves as it is.
fn letters(name: &str) -> String {
    match_key(name).chars().filter(|c| c.is_alphanumeric()).collect()
}

/// `Home 2`, `Home-1` and `Home (1)` are twins of `Home`. `Trip 2024` is none of `Trip`: no name has so many twins.
fn without_number(stem: &str) -> String {
    let open = stem.trim_end_matches([' ', ')']);
    let bare = open.trim_end_matches(|c: char| c.is_ascii_digit());
    let name = bare.trim_end_matches([' ', '-', '_', '(']);
    let is_twin = (1..=2).contains(&(open.len() - bare.len())) && name.len() < bare.len();
    letters(if is_twin { name } else { stem })
}

/// The objects of an array, or of the values of an object, or one object alone.
struct Objects<'f>(&'f mut Metadata);

impl<'de> Visitor<'de> for Objects<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("an array of calendars")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while seq.next_element_seed(One(&mut *self.0))?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        One(self.0).visit_map(map)
    }
}

/// One object; anything else is passed over.
struct One<'f>(&'f mut Metadata);

impl<'de> DeserializeSeed<'de> for One<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for One<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("a calendar")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut described = Described::default();
        while let Some(key) = map.next_key_seed(Value(&mut *self.0))? {
            let value = map.next_value_seed(Value(&mut *self.0))?;
            if let Some((key, value)) = key.zip(value) {
                described.hear(&key, &value);
            }
        }
        if described != Described::default() {
            if self.0.calendars.len() < MOST {
                self.0.calendars.push(described);
            } else {
                self.0.beyond += 1;
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(())
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }
}

/// A key, or a value as text; `None` if it is null or longer than any of Apple's. Calendars within it are calendars
/// too: the array may be the value of a key.
struct Value<'f>(&'f mut Metadata);

impl<'de> DeserializeSeed<'de> for Value<'_> {
    type Value = Option<String>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<String>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Value<'_> {
    type Value = Option<String>;

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("a text")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Option<String>, E> {
        Ok((text.len() <= LONGEST).then(|| text.to_owned()))
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Option<String>, E> {
        Ok(Some(value.to_string()))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Option<String>, E> {
        Ok(Some(value.to_string()))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Option<String>, E> {
        Ok(Some(value.to_string()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Option<String>, E> {
        Ok(Some(value.to_string()))
    }

    fn visit_unit<E: Error>(self) -> Result<Option<String>, E> {
        Ok(None)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Option<String>, A::Error> {
        Objects(self.0).visit_seq(seq).map(|()| None)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Option<String>, A::Error> {
        One(self.0).visit_map(map).map(|()| None)
    }
}

#[cfg(test)]
mod tests {
    use super::{Delivered, Described, Metadata, matched, read, subscriptions, undelivered};
    use proptest::prelude::{any, prop, prop_assert, proptest};

    const HOME: &str = r#"{"Calendar Display Name":"Home","Original Calendar Collection Type":"VEVENT","Calendar User Timezone":"Europe/Oslo","Calendar Collection  Modified by User Timestamp":"2024","Calendar Collection Subscribed To Public URL":"","Calendar Collection Total Storage":"184320"}"#;

    fn names(found: &Metadata) -> Vec<&str> {
        found.calendars.iter().map(|one| one.name.as_deref().unwrap_or("?")).collect()
    }

    #[test]
    fn what_apple_says_of_a_calendar() {
        let found = read(format!("[{HOME}]").as_bytes());
        let expected = Described {
            name: Some("Home".into()),
            kind: Some("VEVENT".into()),
            time_zone: Some("Europe/Oslo".into()),
            modified: Some("2024".into()),
            storage: Some("184320".into()),
            ..Described::default()
        };
        assert_eq!(found, Metadata { calendars: vec![expected], fault: None, beyond: 0 });
    }

    #[test]
    fn files_of_other_shapes() {
        let cases: [(String, &[&str], bool); 16] = [
            ("[]".to_owned(), &[], true),
            (format!("\u{feff}[\n  {HOME} ,\r\n{HOME}]\n"), &["Home", "Home"], true),
            (HOME.to_owned(), &["Home"], true),
            (format!(r#"{{"calendars": [{HOME}]}}"#), &["Home"], true),
            (
                format!(r#"[1, "x", null, [{HOME}], {HOME}, {{}}, {{"other": {{"a": [1, 2.5e3]}}}}]"#),
                &["Home"],
                true,
            ),
            (
                r#"[{"calendar  display NAME " : "Work", "Calendar Collection Total Storage": 7}]"#
                    .to_owned(),
                &["Work"],
                true,
            ),
            (r#"[{"Calendar Display Name": 2024}]"#.to_owned(), &["2024"], true),
            (r#"[{"Calendar Display Name": "\ud83d\ude00 \u0041"}]"#.to_owned(), &["😀 A"], true),
            (
                r#"[{"Calendar Display Name": null, "Original Calendar Collection Type": "VTODO"}]"#
                    .to_owned(),
                &["?"],
                true,
            ),
            // broken off, or not what it seems
            (format!("[{HOME}, {}", &HOME[..40]), &["Home"], false),
            (format!("[{HOME},]"), &["Home"], false),
            (format!("[{HOME}] and more"), &["Home"], false),
            (format!("[{HOME}, {}1{}]", "[".repeat(10_000), "]".repeat(10_000)), &["Home"], true),
            ("\"text\"".to_owned(), &[], false),
            (String::new(), &[], false),
            ("<html>".to_owned(), &[], false),
        ];
        for (text, expected, is_sound) in cases {
            let found = read(text.as_bytes());
            assert_eq!(
                (names(&found).as_slice(), found.fault.is_none()),
                (expected, is_sound),
                "{text:.200}"
            );
        }
        let wide: Vec<u8> = format!("[{HOME}]").encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(names(&read(&wide)), ["Home"]);
    }

    #[test]
    fn long_texts_and_many_calendars_are_passed_over() {
        let long = format!(
            r#"[{{"Calendar Display Name": "{}", "Calendar User Timezone": "UTC"}}]"#,
            "x".repeat(5000)
        );
        assert_eq!(names(&read(long.as_bytes())), ["?"]);
        let many = format!("[{HOME}{}]", format!(",{HOME}").repeat(super::MOST + 1));
        let found = read(many.as_bytes());
        assert_eq!((found.calendars.len(), found.beyond), (super::MOST, 2));
    }

    fn described(name: &str, kind: &str) -> Described {
        let text = |text: &str| (!text.is_empty()).then(|| text.into());
        Described { name: text(name), kind: text(kind), ..Described::default() }
    }

    /// A file by its stem, with `e` for events, `t` for tasks, and what it calls itself after a `=`.
    fn file(text: &str) -> Delivered<'_> {
        let (stem, rest) = text.split_once('|').expect("a stem and a kind");
        let (holds, name) = rest.split_once('=').map_or((rest, None), |(holds, name)| (holds, Some(name)));
        Delivered { stem, name, has_events: holds.contains('e'), has_tasks: holds.contains('t') }
    }

    #[test]
    fn calendars_that_nobody_delivered() {
        type Case<'c> = (&'c [(&'c str, &'c str)], &'c [&'c str], &'c [usize]);
        let cases: [Case; 24] = [
            (&[("Home", "VEVENT")], &["Home|e"], &[]),
            (&[("Home", "VEVENT"), ("Work", "VEVENT")], &["Home|e"], &[1]),
            (&[("home ", "VEVENT")], &["HOME|e"], &[]),
            (&[("Café", "VEVENT")], &["Cafe\u{301}|e"], &[]),
            (&[("A/B: c", "VEVENT")], &["A_B_ c|e"], &[]),
            (&[("A/B", "VEVENT")], &["1|e=A/B"], &[]),
            (&[("Reminders ⚠️", "VTODO")], &["Reminders|t"], &[]),
            // twins
            (&[("Home", "VEVENT"), ("Home", "VEVENT")], &["Home|e", "Home-1|e"], &[]),
            (&[("Home", "VEVENT"), ("Home", "VEVENT")], &["Home|e", "Home (2)|e"], &[]),
            (&[("Home", "VEVENT"), ("Home", "VEVENT")], &["Home|e"], &[1]),
            (&[("Home", "VEVENT"), ("Home", "VEVENT"), ("Home 2", "VEVENT")], &["Home 2|e", "Home|e"], &[1]),
            // one file of events and tasks is two calendars, one of events is none of tasks
            (&[("Work", "VEVENT"), ("Work", "VTODO")], &["Work|et"], &[]),
            (&[("Work", "VTODO"), ("Work", "VEVENT")], &["Work|e"], &[0]),
            (&[("Work", "VTODO")], &["Work|"], &[]),
            (&[("Work", "")], &["Work|t"], &[]),
            (&[("日本の祝日", "VEVENT")], &["日本の祝日|e"], &[]),
            // nobody's calendars
            (&[("inbox", "VEVENT"), ("Notification", ""), ("x", "VAVAILABILITY"), ("", "VEVENT")], &[], &[]),
            (&[("⚠️", "VTODO")], &["⚠️|t"], &[]),
            (&[("2024", "VEVENT")], &["2023|e"], &[0]),
            (&[("Trip 2023", "VEVENT")], &["Trip 2024|e"], &[0]),
            (&[("Trip", "VEVENT")], &["Trip 2024|e"], &[0]),
            (&[("Home 2", "VEVENT"), ("Home 2", "VEVENT")], &["Home 2|e", "Home 2-1|e"], &[]),
            (&[("Home", "VEVENT"), ("Home", "VEVENT")], &["Home1|e", "Home|e"], &[1]),
            (&[], &["Home|e"], &[]),
        ];
        for (wanted, files, expected) in cases {
            let wanted: Vec<Described> = wanted.iter().map(|(name, kind)| described(name, kind)).collect();
            let files: Vec<Delivered> = files.iter().map(|text| file(text)).collect();
            assert_eq!(undelivered(&wanted, &files), expected, "{wanted:?} {files:?}");
        }
    }

    #[test]
    fn the_file_of_each_calendar() {
        let wanted = [
            described("Work", "VTODO"),
            described("Home", "VEVENT"),
            described("Home", "VEVENT"),
            described("Gone", ""),
        ];
        let files = ["Home 2|e", "Work|et", "Home|e"].map(file);
        assert_eq!(matched(&wanted, &files), [Some(1), Some(2), Some(0), None]);
        assert_eq!(matched(&[], &files), []);
    }

    #[test]
    fn subscribed_calendars_are_listed() {
        let subscribed = |name: &str, address: &str| Described {
            subscribed_to: Some(address.into()),
            ..described(name, "VEVENT")
        };
        let all = [
            subscribed("Moon\nphases", "webcal://b"),
            described("Home", ""),
            subscribed("", "https://a"),
            subscribed("", "https://a"),
        ];
        assert_eq!(subscriptions(&all).as_deref(), Some("\thttps://a\nMoon phases\twebcal://b\n"));
        assert_eq!(subscriptions(&all[1..2]), None);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read(bytes in prop::collection::vec(any::<u8>(), 0..300), near in r#"[\[\]{},:"0-9a-zé\\ ]{0,80}"#) {
            let found = read(&bytes);
            prop_assert!(found.calendars.is_empty());
            let _ = read(near.as_bytes());
        }

        #[test]
        fn every_calendar_is_delivered_or_not(
            wanted in prop::collection::vec(("[ab]{1,2}[ 12]{0,2}", "VEVENT|VTODO|"), 0..6),
            files in prop::collection::vec(("[ab]{1,2}[ 12]{0,2}", any::<bool>(), any::<bool>()), 0..6),
        ) {
            let wanted: Vec<Described> = wanted.iter().map(|(name, kind)| described(name, kind)).collect();
            let files: Vec<Delivered> = files
                .iter()
                .map(|(stem, has_events, has_tasks)| Delivered { stem, name: None, has_events: *has_events, has_tasks: *has_tasks })
                .collect();
            let missing = undelivered(&wanted, &files);
            prop_assert!(missing.len() <= wanted.len());
            prop_assert!(missing.is_sorted());
            prop_assert!(wanted.len() - missing.len() <= files.len() * 2);
        }
    }
}
