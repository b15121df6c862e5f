//! A cell of any of Apple's tables, read as a time.
//!
//! Every spelling that Apple uses is known, and what it leaves open is said: whether the zone is stated, assumed, or that
//! of a clock of which nothing tells where it stood. A date that would only be one with day and month the other way round
//! is refused, not turned. It asks neither the locale nor the clock.
//!
//! The surprise: numbers are dates too, as milliseconds or as `20190304`, but only below a title that speaks of time.
//! Most cells are no dates at all, so the first letters decide.

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};

use crate::apple::{date, stamp};

/// Bytes. No date is written in more.
const LONGEST: usize = 64;

/// Bytes. No date is written in less: `7/4/2022`.
const SHORTEST: usize = 8;

/// Years in which something can have happened to an owner's things.
const YEARS: std::ops::RangeInclusive<i32> = 1800..=2200;

/// Part of a title below which a number may be a date.
const WORDS_OF_TIME: [&str; 7] = ["date", "time", "played", "created", "modified", "added", "updated"];

/// Where the zone of a time comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Basis {
    /// The cell or its title names it.
    Stated,
    /// Neither does; servers write UTC.
    AssumedUtc,
    /// A clock showed it, and where it stood nothing tells.
    Apple,
    /// It is a day, without a time.
    DateOnly,
}

/// What a cell says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// With whatever fraction of a second is written.
    Instant(DateTime<Utc>, Basis),
    /// `02-25-2024 18:09:10`: to be read in the zone that the owner chose for Apple's clocks.
    Clock(NaiveDateTime),
    Day(NaiveDate),
    /// A date that stands for none: of the year 1, or exactly the epoch of 1904 or 1970.
    Never,
}

/// Reads a cell below this title. One character too many at either end is forgiven.
pub fn read(text: &str, title: &str) -> Option<When> {
    let text = text.trim();
    if !(SHORTEST..=LONGEST).contains(&text.len()) {
        return None;
    }
    let bytes = text.as_bytes();
    let first = *bytes.first()?;
    if first.is_ascii_digit() {
        return numeric(bytes, title).or_else(|| numeric(without_last(text)?.as_bytes(), title));
    }
    if first.is_ascii_alphabetic() && begins_with_a_name(bytes) {
        return written(text, title).or_else(|| written(without_last(text)?, title));
    }
    // no sign: a negative number is another one
    let rest =
        text.get(text.chars().next()?.len_utf8()..).filter(|_| !matches!(first, b'-' | b'+' | b'.'))?;
    let bytes = rest.as_bytes();
    match bytes.first()? {
        digit if digit.is_ascii_digit() && !is_number(bytes) => numeric(bytes, title),
        _ if begins_with_a_name(bytes) => written(rest, title),
        _ => None,
    }
}

/// Whether a cell stands for no value: it is empty, or one of Apple's words for nothing, or several of these between
/// bars.
pub fn is_null(text: &str) -> bool {
    text.split('|').all(stamp::is_nothing)
}

/// The text without a last character that can be a stray one, which a digit never is, nor what joins digits: behind that
/// something is missing.
fn without_last(text: &str) -> Option<&str> {
    let is_stray = |last: &char| !last.is_ascii_digit() && !matches!(last, '-' | '+' | '/' | ':' | '.' | 'T');
    let last = text.chars().next_back().filter(is_stray)?;
    text.strip_suffix(last).filter(|rest| rest.len() >= SHORTEST && !is_number(rest.as_bytes()))
}

fn is_number(bytes: &[u8]) -> bool {
    bytes.iter().all(u8::is_ascii_digit)
}

/// Whether the first letters are those of a month or a weekday.
fn begins_with_a_name(bytes: &[u8]) -> bool {
    let Some([first, second, third]) = bytes.first_chunk() else { return false };
    let name = [first, second, third].map(u8::to_ascii_lowercase);
    let is_month = matches!(
        &name,
        b"jan"
            | b"feb"
            | b"mar"
            | b"apr"
            | b"may"
            | b"jun"
            | b"jul"
            | b"aug"
            | b"sep"
            | b"oct"
            | b"nov"
            | b"dec"
    );
    is_month || matches!(&name, b"mon" | b"tue" | b"wed" | b"thu" | b"fri" | b"sat" | b"sun")
}

/// A date that begins with a digit.
fn numeric(bytes: &[u8], title: &str) -> Option<When> {
    let digits = bytes.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let mut rest = Rest(bytes);
    match (digits, bytes.get(digits)) {
        (4, Some(b'-')) => {
            let year = rest.number(4, 4)?;
            let month = rest.after(b'-')?.number(2, 2)?;
            let day = rest.after(b'-')?.number(2, 2)?;
            if rest.0.len() > 1 {
                rest.eat(b'T');
            }
            rest.timed(Date { year, month, day }, Basis::AssumedUtc, title)
        }
        (1 | 2, Some(separator @ (b'/' | b'-'))) => {
            let month = rest.number(1, 2)?;
            let day = rest.after(*separator)?.number(1, 2)?;
            let year = rest.after(*separator)?.number(4, 4)?;
            let date = Date { year, month, day };
            match separator {
                b'/' => rest.timed(date, Basis::AssumedUtc, title),
                // without a time it is no spelling of Apple's
                _ if rest.0.is_empty() => None,
                _ => rest.timed(date, Basis::Apple, title),
            }
        }
        (8, None) if speaks_of_time(title) => {
            let number = rest.number(8, 8)?;
            let date = Date { year: number / 10_000, month: number / 100 % 100, day: number % 100 };
            rest.timed(date, Basis::DateOnly, title)
        }
        (13, None) if speaks_of_time(title) => {
            let milliseconds = bytes.iter().fold(0, |sum, digit| sum * 10 + i64::from(digit - b'0'));
            let instant = DateTime::from_timestamp_millis(milliseconds)?;
            YEARS.contains(&instant.year()).then_some(When::Instant(instant, Basis::Stated))
        }
        _ => None,
    }
}

/// A date that begins with a month or a weekday.
fn written(text: &str, title: &str) -> Option<When> {
    // names and titles of works begin so too
    let clock = text.get(text.find(':')?..)?;
    match date::parse(text) {
        Ok(Some(instant)) => {
            let names_a_zone = |c| matches!(c, 'g' | 'G' | 'u' | 'U' | 'z' | 'Z' | '+' | '-' | '\u{2212}');
            let is_stated = clock.contains(names_a_zone) || ends_in_utc(title);
            Some(When::Instant(instant, if is_stated { Basis::Stated } else { Basis::AssumedUtc }))
        }
        Ok(None) => Some(When::Never),
        Err(_) => None,
    }
}

fn speaks_of_time(title: &str) -> bool {
    WORDS_OF_TIME.iter().any(|word| {
        let word = word.as_bytes();
        title.as_bytes().windows(word.len()).any(|part| part.eq_ignore_ascii_case(word))
    })
}

fn ends_in_utc(title: &str) -> bool {
    let title = title.trim_end_matches(|c: char| !c.is_alphanumeric()).as_bytes();
    title
        .len()
        .checked_sub(3)
        .and_then(|at| title.get(at..))
        .is_some_and(|end| end.eq_ignore_ascii_case(b"utc"))
}

/// As it is written; there may be no such day.
#[derive(Clone, Copy)]
struct Date {
    year: u32,
    month: u32,
    day: u32,
}

/// What is still to be read.
struct Rest<'t>(&'t [u8]);

impl Rest<'_> {
    /// What a date comes to with what follows it: nothing, or a time and perhaps a zone. `basis` is that of a time
    /// without a zone.
    fn timed(mut self, date: Date, basis: Basis, title: &str) -> Option<When> {
        let time = if self.0.is_empty() { None } else { Some(self.time()?) };
        let zone = if time.is_some() { self.zone()? } else { None };
        if !self.0.is_empty() {
            return None;
        }
        if matches!(date, Date { year: 1, .. } | Date { year: 0, month: 0, day: 0 }) {
            return Some(When::Never);
        }
        let year = i32::try_from(date.year).ok().filter(|year| YEARS.contains(year))?;
        let day = NaiveDate::from_ymd_opt(year, date.month, date.day)?;
        let Some(time) = time else { return Some(When::Day(day)) };
        let local = NaiveDateTime::new(day, time);
        let utc = local.checked_sub_signed(zone.unwrap_or_default())?.and_utc();
        if is_epoch(utc) {
            return Some(When::Never);
        }
        Some(match zone {
            Some(_) => When::Instant(utc, Basis::Stated),
            None if ends_in_utc(title) => When::Instant(utc, Basis::Stated),
            None if basis == Basis::Apple => When::Clock(local),
            None => When::Instant(utc, basis),
        })
    }

    fn time(&mut self) -> Option<NaiveTime> {
        self.skip_spaces();
        let hour = self.number(1, 2)?;
        let minute = self.after(b':')?.number(2, 2)?;
        let second = if self.eat(b':') { self.number(2, 2)? } else { 0 };
        let nanosecond = if self.eat(b'.') { self.fraction() } else { 0 };
        self.skip_spaces();
        let hour = match self.0 {
            [half @ (b'A' | b'a' | b'P' | b'p'), b'M' | b'm', rest @ ..] => {
                self.0 = rest;
                let is_afternoon = half.eq_ignore_ascii_case(&b'P');
                Some(hour % 12 + if is_afternoon { 12 } else { 0 }).filter(|_| hour <= 12)?
            }
            _ => hour,
        };
        NaiveTime::from_hms_nano_opt(hour, minute, second, nanosecond)
    }

    /// How far the clock is before UTC; `Some(None)` if nothing says so.
    fn zone(&mut self) -> Option<Option<TimeDelta>> {
        self.skip_spaces();
        let is_named = match self.0 {
            [b'Z' | b'z', rest @ ..] => {
                self.0 = rest;
                true
            }
            [_, _, _] => {
                let names_utc = self.0.eq_ignore_ascii_case(b"UTC") || self.0.eq_ignore_ascii_case(b"GMT");
                if names_utc {
                    self.0 = b"";
                }
                names_utc
            }
            _ => false,
        };
        if is_named {
            return Some(Some(TimeDelta::zero()));
        }
        let sign = match (self.eat(b'+'), self.eat(b'-')) {
            (true, false) => 1,
            (false, true) => -1,
            _ => return Some(None),
        };
        let (hours, minutes) = match self.number(4, 4) {
            Some(both) => (both / 100, both % 100),
            None => {
                let hours = self.number(2, 2)?;
                (hours, if self.eat(b':') { self.number(2, 2)? } else { 0 })
            }
        };
        let is_known = hours <= 15 && minutes < 60;
        is_known.then(|| Some(TimeDelta::minutes(sign * i64::from(hours * 60 + minutes))))
    }

    /// Nanoseconds; what is finer is dropped.
    fn fraction(&mut self) -> u32 {
        let mut nanoseconds = 0;
        let mut worth = 100_000_000;
        while let [digit @ b'0'..=b'9', rest @ ..] = self.0 {
            nanoseconds += u32::from(digit - b'0') * worth;
            worth /= 10;
            self.0 = rest;
        }
        nanoseconds
    }

    /// A whole run of digits, if there are as many as asked for.
    fn number(&mut self, least: usize, most: usize) -> Option<u32> {
        let digits = self.0.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (number, rest) = self.0.split_at_checked(digits).filter(|_| (least..=most).contains(&digits))?;
        self.0 = rest;
        Some(number.iter().fold(0, |sum, digit| sum * 10 + u32::from(digit - b'0')))
    }

    /// What follows this byte, which must come next.
    fn after(&mut self, wanted: u8) -> Option<&mut Self> {
        if self.eat(wanted) { Some(self) } else { None }
    }

    fn eat(&mut self, wanted: u8) -> bool {
        match self.0 {
            [found, rest @ ..] if *found == wanted => {
                self.0 = rest;
                true
            }
            _ => false,
        }
    }

    /// Plain ones, and those that do not break, which newer systems put before AM and PM.
    fn skip_spaces(&mut self) {
        while let [b' ', rest @ ..] | [0xc2, 0xa0, rest @ ..] | [0xe2, 0x80, 0xaf, rest @ ..] = self.0 {
            self.0 = rest;
        }
    }
}

/// Whether it is what servers write for "unknown".
fn is_epoch(utc: DateTime<Utc>) -> bool {
    const OF_1904: i64 = -2_082_844_800;
    matches!(utc.timestamp(), 0 | OF_1904) && utc.timestamp_subsec_nanos() == 0
}

#[cfg(test)]
mod tests {
    use super::{Basis, When, is_null, read};
    use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
    use proptest::prelude::{any, proptest};

    fn instant(rfc3339: &str, basis: Basis) -> Option<When> {
        Some(When::Instant(rfc3339.parse().unwrap(), basis))
    }

    #[test]
    fn instants_whose_zone_is_stated() {
        for (text, title, expected) in [
            ("2025-02-11T08:09:10Z", "", "2025-02-11T08:09:10Z"),
            ("2025-02-11T08:09:10.123Z", "", "2025-02-11T08:09:10.123Z"),
            ("2025-02-11T08:09:10.1Z", "", "2025-02-11T08:09:10.1Z"),
            ("2025-02-11T08:09:10.123456789Z", "", "2025-02-11T08:09:10.123456789Z"),
            ("2025-02-11T08:09Z", "", "2025-02-11T08:09:00Z"),
            ("2025-02-11T08:09:10+02:00", "", "2025-02-11T06:09:10Z"),
            ("2025-02-11T08:09:10.5-0730", "", "2025-02-11T15:39:10.5Z"),
            ("2025-02-11 08:09:10 +01", "", "2025-02-11T07:09:10Z"),
            ("2025-02-11 08:09:10 UTC", "", "2025-02-11T08:09:10Z"),
            ("2025-02-11 08:09:10", "last_played_utc", "2025-02-11T08:09:10Z"),
            ("2025-02-11T08:09:10", "Event Date (UTC)", "2025-02-11T08:09:10Z"),
            ("02/25/2024 18:09:10Z", "", "2024-02-25T18:09:10Z"),
            ("02/25/2024 18:09:10", "last_played_utc", "2024-02-25T18:09:10Z"),
            ("02-25-2024 18:09:10", "Created UTC", "2024-02-25T18:09:10Z"),
            ("02-25-2024 18:09:10Z", "", "2024-02-25T18:09:10Z"),
            ("Monday March 4,2019 7:08 PM GMT", "", "2019-03-04T19:08:00Z"),
            ("March 4, 2019 7:08:09 PM +0100", "", "2019-03-04T18:08:09Z"),
            ("1700000000123", "Date Played", "2023-11-14T22:13:20.123Z"),
            ("1700000000123", "eventTimestamp", "2023-11-14T22:13:20.123Z"),
        ] {
            assert_eq!(read(text, title), instant(expected, Basis::Stated), "{text} {title}");
        }
    }

    #[test]
    fn instants_whose_zone_is_assumed() {
        for (text, expected) in [
            ("2017-02-11T08:09:10", "2017-02-11T08:09:10Z"),
            ("2025-02-11 08:09:10", "2025-02-11T08:09:10Z"),
            (" 2025-02-11  08:09:10 ", "2025-02-11T08:09:10Z"),
            ("7/4/2022  9:05:06 PM", "2022-07-04T21:05:06Z"),
            ("7/4/2022 12:05:06 AM", "2022-07-04T00:05:06Z"),
            ("7/4/2022, 9:05 PM", ""),
            ("12/31/2022 12:05:06\u{202f}pm", "2022-12-31T12:05:06Z"),
            ("02/25/2024 18:09:10", "2024-02-25T18:09:10Z"),
            ("Feb 25 2022 18:09:10", "2022-02-25T18:09:10Z"),
        ] {
            let expected = if expected.is_empty() { None } else { instant(expected, Basis::AssumedUtc) };
            assert_eq!(read(text, "Date"), expected, "{text}");
        }
    }

    #[test]
    fn clocks_and_days() {
        let clock: NaiveDateTime = "2024-02-25T18:09:10".parse().unwrap();
        assert_eq!(read("02-25-2024 18:09:10", "Created On"), Some(When::Clock(clock)));
        let day = Some(When::Day(NaiveDate::from_ymd_opt(2019, 3, 4).unwrap()));
        for (text, title) in [
            ("2019-03-04", ""),
            ("3/4/2019", "Invoice Date"),
            ("03/04/2019", ""),
            ("20190304", "Date Played"),
        ] {
            assert_eq!(read(text, title), day, "{text}");
        }
    }

    #[test]
    fn what_never_happened() {
        for text in [
            "1904-01-01T00:00:00Z",
            "1970-01-01T00:00:00Z",
            "1970-01-01T00:00:00.000Z",
            "1970-01-01 00:00:00",
            "1970-01-01T01:00:00+01:00",
            "0001-01-01T00:00:00Z",
            "0001-01-01",
            "01-01-0001 00:00:00",
            "0000-00-00 00:00:00",
            "Thursday January 1,1970 12:00 AM GMT",
        ] {
            assert_eq!(read(text, "Date"), Some(When::Never), "{text}");
        }
    }

    #[test]
    fn one_character_too_many() {
        let expected = instant("2025-02-11T08:09:10Z", Basis::AssumedUtc);
        for text in [
            "2025-02-11 08:09:10'",
            "x2025-02-11 08:09:10",
            "\u{fffd}2025-02-11 08:09:10",
            "2025-02-11 08:09:10,",
        ] {
            assert_eq!(read(text, ""), expected, "{text}");
        }
        let expected = instant("2019-03-04T19:08:00Z", Basis::Stated);
        for text in ["Monday March 4,2019 7:08 PM GMT;", "'Monday March 4,2019 7:08 PM GMT"] {
            assert_eq!(read(text, ""), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_time() {
        for text in [
            "",
            "N/A",
            "2025",
            "1700000000123",
            "20190304",
            "12345678901234",
            "25-02-2024 18:09:10",
            "25/02/2024",
            "02-25-2024",
            "2024-02-30",
            "2024-13-01T00:00:00Z",
            "2024-2-1",
            "2024-02-01T24:00:00Z",
            "2024-02-01T10:00:00+99:00",
            "2024-02-011",
            "2024-02-01T",
            "2024-02-01 10:00:",
            "2024-02-01TT10:00:00",
            "2024-02-01 10:00:00 13:00",
            "7/4/2022 13:05:06 PM",
            "7/4/22 9:05:06 PM",
            "1799-12-31",
            "3.141592653",
            "March of the penguins",
            "Monday: a song of 2019",
            "555-1234-5678",
            "192.168.100.200",
            "xx2025-02-11 08:09:10",
            "\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}",
        ] {
            assert_eq!(read(text, "Description"), None, "{text}");
        }
        for (text, title) in [
            ("1700000000123", "Play Duration"),
            ("-1700000000123", "Date"),
            ("-20190304", "Date"),
            ("x1700000000123", "Date"),
            ("1700000000123x", "Date"),
            ("20191304", "Date"),
        ] {
            assert_eq!(read(text, title), None, "{text} {title}");
        }
    }

    #[test]
    fn what_stands_for_nothing() {
        for text in ["", " ", "N/A", "null", "-", "N/A|N/A", " | ", "null|-| N/A "] {
            assert!(is_null(text), "{text:?}");
        }
        for text in ["0", "No", "N/A|x", "--", "nullable"] {
            assert!(!is_null(text), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn no_text_panics(text in any::<String>(), title in any::<String>()) {
            let _ = (read(&text, &title), is_null(&text));
        }

        #[test]
        fn no_near_miss_panics(
            text in r#"(\PC|x)?[0-9]{0,4}[-/:T]?[0-9]{0,2}[-/]?[0-9]{0,4}[ T]{0,2}[0-9:.]{0,12}( ?[AP]M| |é)?[Z+-]?[0-9:]{0,5}\PC?"#,
        ) {
            let _ = read(&text, "Date");
        }

        #[test]
        fn what_apple_writes_is_read(milliseconds in -5_000_000_000_000i64..7_000_000_000_000) {
            let at = DateTime::<Utc>::from_timestamp_millis(milliseconds | 1).unwrap();
            let whole = DateTime::from_timestamp(at.timestamp() | 1, 0).unwrap();
            let written = |form: &str, at: DateTime<Utc>| read(&at.format(form).to_string(), "Date");
            assert_eq!(written("%Y-%m-%dT%H:%M:%S%.3fZ", at), Some(When::Instant(at, Basis::Stated)));
            let assumed = Some(When::Instant(whole, Basis::AssumedUtc));
            for form in ["%Y-%m-%d %H:%M:%S", "%-m/%-d/%Y  %-I:%M:%S %p", "%m/%d/%Y %H:%M:%S", "%b %d %Y %H:%M:%S"] {
                assert_eq!(written(form, whole), assumed, "{form}");
            }
            assert_eq!(written("%m-%d-%Y %H:%M:%S", whole), Some(When::Clock(whole.naive_utc())));
            let day = Some(When::Day(at.date_naive()));
            for form in ["%Y-%m-%d", "%-m/%-d/%Y", "%Y%m%d"] {
                assert_eq!(written(form, at), day, "{form}");
            }
        }
    }
}
