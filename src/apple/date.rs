//! Apple's written dates: `Sunday March 3,2024 9:05 AM GMT`.
//!
//! Asks neither the locale nor the clock nor the machine's time zone.
//!
//! A date without a time of day is refused. Midnight would look like a statement precise to the minute, and the
//! rules for capture times would recover a false UTC offset from it.

use chrono::{DateTime, Datelike, Duration, NaiveDate, NaiveDateTime, NaiveTime, Utc};

/// Bytes. No date is written in more.
const LONGEST: usize = 128;

/// The Unix and the QuickTime epoch, in Unix seconds: what cameras and servers write for "unknown".
const EPOCHS: [i64; 2] = [0, -2_082_844_800];

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// Not a date, or not one that a photo can have: impossible, before 1800 or after 2200.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a date")]
pub struct BadDate;

/// Reads a date, with minute precision as Apple writes it or with seconds (fractions are dropped).
///
/// Exports in every language have `<Weekday> <Month> <d>,<yyyy> <h>:<mm> <AM|PM> GMT`, in English and not
/// padded. Also accepted: abbreviated names, no weekday or a wrong one, day before month, other spacing
/// (any Unicode space), `at`, a 24-hour clock, ISO 8601, EXIF's `2024:03:03` and numeric offsets.
/// A time without a zone is GMT; a zone given only by its letters (`PST`) is refused, not guessed.
///
/// `Ok(None)`: empty, all zeros, or exactly the 1970 or 1904 epoch, which count as absent.
pub fn parse(text: &str) -> Result<Option<DateTime<Utc>>, BadDate> {
    let text = text.trim();
    if text.len() > LONGEST {
        return Err(BadDate);
    }
    let plain = plain(text);
    let plain = plain.trim();
    let all_zeros = plain.starts_with('0') && plain.chars().all(|c| "0:/-. tz+".contains(c));
    if plain.is_empty() || all_zeros {
        return Ok(None);
    }
    let instant = Cursor(plain).instant().ok_or(BadDate)?;
    Ok(Some(instant).filter(|instant| !EPOCHS.contains(&instant.timestamp())))
}

/// In lower case, with plain spaces only, and without quotes and invisible characters.
fn plain(text: &str) -> String {
    if text.bytes().all(|c| matches!(c, b' '..=b'~') && c != b'"') {
        return text.to_ascii_lowercase();
    }
    text.chars()
        .filter(|c| !matches!(c, '"' | '\0' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{feff}'))
        .map(|c| match c {
            '\u{2212}' => '-',
            c if c.is_whitespace() => ' ',
            c => c.to_ascii_lowercase(),
        })
        .collect()
}

/// The text still to be read. A method that does not find what it looks for leaves the text as it is.
struct Cursor<'t>(&'t str);

impl<'t> Cursor<'t> {
    fn instant(mut self) -> Option<DateTime<Utc>> {
        let date = self.date()?;
        self.skip(" ,");
        let _ = self.eat("at") || self.eat("t");
        self.skip(" ,");
        let time = self.time()?;
        self.skip(" ");
        let offset = self.zone()?;
        self.skip(" .");
        let local = NaiveDateTime::new(date, time);
        local.checked_sub_signed(offset).filter(|_| self.0.is_empty()).map(|utc| utc.and_utc())
    }

    fn date(&mut self) -> Option<NaiveDate> {
        let mut month = self.word().map(month_number);
        if month == Some(None) {
            // The weekday. It says nothing that the date does not, so a wrong one is no fault.
            self.skip(" ,.");
            month = self.word().map(month_number);
        }
        let (year, month, day) = match month {
            Some(month) => {
                self.skip(" .");
                let day = self.number(1..=2)?;
                let _ = ["st", "nd", "rd", "th"].iter().any(|ending| self.eat(ending));
                self.skip(" ,");
                (self.number(4..=4)?, month?, day)
            }
            None => match self.number(1..=2) {
                Some(day) => {
                    self.skip(" .");
                    let month = month_number(self.word()?)?;
                    self.skip(" .,");
                    (self.number(4..=4)?, month, day)
                }
                None => {
                    let year = self.number(4..=4)?;
                    let separator = ["-", "/", ":", "."].into_iter().find(|separator| self.eat(separator))?;
                    let month = self.number(1..=2)?;
                    if !self.eat(separator) {
                        return None;
                    }
                    (year, month, self.number(1..=2)?)
                }
            },
        };
        let date = NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)?;
        (1800..=2200).contains(&date.year()).then_some(date)
    }

    fn time(&mut self) -> Option<NaiveTime> {
        let hour = self.number(1..=2)?;
        if !self.eat(":") {
            return None;
        }
        let minute = self.number(2..=2)?;
        let second = if self.eat(":") { self.number(2..=2)? } else { 0 };
        if self.0.starts_with(['.', ',']) && self.0[1..].starts_with(|c: char| c.is_ascii_digit()) {
            self.0 = self.0[1..].trim_start_matches(|c: char| c.is_ascii_digit());
        }
        self.skip(" ");
        let mut says = |half: &[&str]| half.iter().any(|spelling| self.eat(spelling));
        let hour = if says(&["am", "a.m.", "a.m", "a. m."]) {
            Some(hour % 12).filter(|_| hour <= 12)?
        } else if says(&["pm", "p.m.", "p.m", "p. m."]) {
            if hour <= 12 { hour % 12 + 12 } else { hour }
        } else {
            hour
        };
        NaiveTime::from_hms_opt(hour, minute, second)
    }

    /// The offset from GMT; zero where no zone is named.
    fn zone(&mut self) -> Option<Duration> {
        let _ = ["gmt", "utc", "z"].iter().any(|name| self.eat(name));
        self.skip(" ");
        let sign = match (self.eat("+"), self.eat("-")) {
            (false, false) => return Some(Duration::zero()),
            (true, _) => 1,
            (false, true) => -1,
        };
        let (hours, minutes) = match self.number(4..=4) {
            Some(both) => (both / 100, both % 100),
            None => {
                let hours = self.number(1..=2)?;
                (hours, if self.eat(":") { self.number(2..=2)? } else { 0 })
            }
        };
        let known = hours <= 15 && minutes < 60;
        known.then(|| Duration::minutes(sign * i64::from(hours * 60 + minutes)))
    }

    fn skip(&mut self, any_of: &str) {
        self.0 = self.0.trim_start_matches(|c| any_of.contains(c));
    }

    fn eat(&mut self, literal: &str) -> bool {
        match self.0.strip_prefix(literal) {
            Some(rest) => {
                self.0 = rest;
                true
            }
            None => false,
        }
    }

    fn word(&mut self) -> Option<&'t str> {
        let (word, rest) = self.split_while(|c| c.is_alphabetic());
        (!word.is_empty()).then(|| {
            self.0 = rest;
            word
        })
    }

    /// A whole run of digits, if there are as many as asked for.
    fn number(&mut self, digits: std::ops::RangeInclusive<usize>) -> Option<u32> {
        let (number, rest) = self.split_while(|c| c.is_ascii_digit());
        let value = number.parse().ok().filter(|_| digits.contains(&number.len()))?;
        self.0 = rest;
        Some(value)
    }

    fn split_while(&self, wanted: impl Fn(char) -> bool) -> (&'t str, &'t str) {
        self.0.split_at(self.0.find(|c| !wanted(c)).unwrap_or(self.0.len()))
    }
}

/// 1 to 12 for an English month, in full or cut after three letters or more (`Sept`).
fn month_number(word: &str) -> Option<u32> {
    (1..).zip(MONTHS).find(|(_, name)| word.len() >= 3 && name.starts_with(word)).map(|(number, _)| number)
}

#[cfg(test)]
mod tests {
    use super::{BadDate, parse};
    use chrono::{DateTime, Utc};
    use proptest::prelude::{any, proptest};

    fn at(rfc3339: &str) -> Result<Option<DateTime<Utc>>, BadDate> {
        Ok(Some(rfc3339.parse().expect("a date of the table")))
    }

    #[test]
    fn every_spelling_of_one_minute_is_the_same_instant() {
        for text in [
            "Sunday March 3,2024 9:05 AM GMT",
            "Sunday March 3, 2024 9:05 AM GMT",
            "  Sunday  March 03,2024  09:05 AM  GMT ",
            "Sunday, March 3, 2024 at 9:05 AM GMT",
            "Sun Mar 3,2024 9:05 AM GMT",
            "Sun. Mar. 3rd, 2024, 9:05 a.m. GMT",
            "March 3,2024 9:05 AM GMT",
            "Friday March 3,2024 9:05 AM GMT",
            "Sunday March 3,2024 9:05 am gmt",
            "SUNDAY MARCH 3,2024 9:05AM GMT",
            "Sunday March 3,2024 9:05:00 AM GMT",
            "Sunday March 3,2024 9:05 GMT",
            "Sunday March 3,2024 09:05",
            "Sunday March 3,2024 9:05 AM UTC",
            "Sunday March 3,2024 9:05 AM Z",
            "Sunday March 3,2024 9:05 AM +00:00",
            "Sunday March 3,2024 10:05 AM +0100",
            "Sunday March 3,2024 10:05 AM GMT+1",
            "Sunday March 3,2024 10:05 AM GMT+01:00",
            "Sunday March 3,2024 4:05 AM \u{2212}05:00",
            "Saturday March 2,2024 11:05 PM -10",
            "Sunday March 3,2024 9:05\u{202f}AM GMT",
            "Sunday\u{a0}March\u{2009}3,2024\u{3000}9:05\u{a0}AM GMT",
            "\u{200e}Sunday March 3,2024 9:05 AM GMT",
            "\"Sunday March 3,2024 9:05 AM GMT\"",
            "Sun, 3 Mar 2024 09:05:00 +0000",
            "3 March 2024 9:05 AM",
            "2024-03-03T09:05:00Z",
            "2024-03-03T09:05Z",
            "2024-03-03 09:05:00",
            "2024-03-03 09:05:00 +0000",
            "2024-03-03T10:05:00.123456789012+01:00",
            "2024:03:03 09:05:00",
            "2024/03/03 9:05 AM",
        ] {
            assert_eq!(parse(text), at("2024-03-03T09:05:00Z"), "{text}");
        }
    }

    #[test]
    fn the_clock_and_the_calendar() {
        for (text, instant) in [
            ("Monday July 4,2022 12:05 AM GMT", "2022-07-04T00:05:00Z"),
            ("Monday July 4,2022 12:05 PM GMT", "2022-07-04T12:05:00Z"),
            ("Monday July 4,2022 12:00 AM GMT", "2022-07-04T00:00:00Z"),
            ("Monday July 4,2022 11:59 PM GMT", "2022-07-04T23:59:00Z"),
            ("Monday July 4,2022 23:59 GMT", "2022-07-04T23:59:00Z"),
            ("Monday July 4,2022 23:59 PM GMT", "2022-07-04T23:59:00Z"),
            ("Monday July 4,2022 0:05 AM GMT", "2022-07-04T00:05:00Z"),
            ("Monday July 4,2022 8:15:42 PM GMT", "2022-07-04T20:15:42Z"),
            ("Wednesday October 16,2024 4:32 AM GMT", "2024-10-16T04:32:00Z"),
            ("Sept 4,2013 9:10 PM GMT", "2013-09-04T21:10:00Z"),
            ("Thursday February 29,2024 1:00 AM GMT", "2024-02-29T01:00:00Z"),
            ("Friday May 1,2036 1:00 AM GMT", "2036-05-01T01:00:00Z"),
            ("Thursday January 1,1970 12:01 AM GMT", "1970-01-01T00:01:00Z"),
            ("Monday January 1,2001 12:00 AM GMT", "2001-01-01T00:00:00Z"),
            ("Wednesday January 1,1800 12:00 AM GMT", "1800-01-01T00:00:00Z"),
            ("Wednesday December 31,2200 11:59 PM GMT", "2200-12-31T23:59:00Z"),
        ] {
            assert_eq!(parse(text), at(instant), "{text}");
        }
    }

    #[test]
    fn what_counts_as_absent() {
        for text in [
            "",
            "   ",
            "\u{a0}",
            "\"\"",
            "0",
            "0000:00:00 00:00:00",
            "0000-00-00T00:00:00",
            "Thursday January 1,1970 12:00 AM GMT",
            "January 1,1970 12:00 AM GMT",
            "1970-01-01T01:00:00+01:00",
            "Friday January 1,1904 12:00 AM GMT",
        ] {
            assert_eq!(parse(text), Ok(None), "{text}");
        }
    }

    #[test]
    fn what_is_no_date() {
        for text in [
            "garbage",
            "n/a",
            "-",
            "yes",
            "4",
            "2024",
            "Sunday",
            "March 3,2024",
            "2024-03-03",
            "Sunday March 3,2024 GMT",
            "Sunday February 30,2024 9:05 AM GMT",
            "Wednesday February 29,2023 9:05 AM GMT",
            "March 0,2024 9:05 AM GMT",
            "March 32,2024 9:05 AM GMT",
            "2024-13-01T00:00:00Z",
            "March 3,2024 25:05 GMT",
            "March 3,2024 13:05 AM GMT",
            "March 3,2024 9:60 AM GMT",
            "March 3,2024 9:05:61 AM GMT",
            "March 3,2024 9:5 AM GMT",
            "March 3,24 9:05 AM GMT",
            "March 3,1799 9:05 AM GMT",
            "March 3,2201 9:05 AM GMT",
            "March 3,99999999999999999999 9:05 AM GMT",
            "Sonntag 3. März 2024 9:05",
            "Ma 3,2024 9:05 AM GMT",
            "Sunday March 3,2024 9:05 AM PST",
            "Sunday March 3,2024 9:05 AM GMT+16",
            "Sunday March 3,2024 9:05 AM GMT GMT",
            "3/3/2024 9:05 AM",
            "2024-03/03 09:05",
            "Sunday March 3,2024 9:05 AM GM",
            "a b March 3,2024 9:05 AM GMT",
        ] {
            assert_eq!(parse(text), Err(BadDate), "{text}");
        }
        assert_eq!(parse(&"March ".repeat(100)), Err(BadDate));
    }

    proptest! {
        #[test]
        fn no_text_panics(text in any::<String>()) {
            let _ = parse(&text);
        }

        #[test]
        fn no_near_miss_panics(text in r#"[A-Za-z]{0,4} ?(March|may|\PC){0,2} ?[0-9]{0,5},?[0-9:./+ -]{0,14} ?(AM|p\.m\.|é)? ?(GMT|Z)?[+-]?[0-9:]{0,6}"#) {
            let _ = parse(&text);
        }

        #[test]
        fn what_apple_writes_is_read(minute in -3_000_000i64..100_000_000) {
            let Some(instant) = DateTime::from_timestamp(minute * 60, 0).filter(|_| minute != 0) else { return Ok(()) };
            let text = instant.format("%A %B %-d,%Y %-I:%M %p GMT").to_string();
            assert_eq!(parse(&text), Ok(Some(instant)), "{text}");
        }
    }
}
