//! The stamps of Apple's lists of notes and of iCloud Drive: `02-25-2024 18:09:10`.
//!
//! It reads what a clock showed and never says where that clock stood: no list states a zone. The month comes
//! first, as days above 12 prove in lists of notes; a stamp that would only be a date the other way round is
//! refused, not turned. Other spellings of Apple's are read too, and those that state a zone give an instant.

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};

use crate::apple::date::{self, BadDate};

/// What a stamp says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stamp {
    /// A clock showed this; where it stood, nothing tells.
    Clock(NaiveDateTime),
    /// It names its zone.
    Instant(DateTime<Utc>),
}

/// Bytes. No stamp is written in more.
const LONGEST: usize = 64;

/// Reads a stamp, with or without seconds. `Ok(None)`: empty, one of Apple's words for nothing, or a year in which
/// only a date that was never set lies.
///
/// # Errors
/// If it is no date, or one before 1800 or after 2200.
pub fn parse(text: &str) -> Result<Option<Stamp>, BadDate> {
    let text = text.trim();
    if is_nothing(text) {
        return Ok(None);
    }
    if text.len() > LONGEST {
        return Err(BadDate);
    }
    match month_first(text) {
        Some((1, _)) => Ok(None),
        Some((year, time)) => {
            let known = (1800..=2200).contains(&year);
            time.filter(|_| known).map(|time| Some(Stamp::Clock(time))).ok_or(BadDate)
        }
        None if text.starts_with("0001-") => Ok(None),
        None => Ok(date::parse(text)?.map(|instant| match states_zone(text) {
            true => Stamp::Instant(instant),
            false => Stamp::Clock(instant.naive_utc()),
        })),
    }
}

/// Whether a cell looks like a stamp, or like none where one may stand.
pub fn looks_like_one(text: &str) -> bool {
    let text = text.trim();
    let is_dated = || text.len() >= "2024-02-25".len() && text.len() <= LONGEST && date::parse(text).is_ok();
    is_nothing(text) || month_first(text).is_some() || is_dated()
}

/// The words that Apple writes where there is no value.
pub fn is_nothing(text: &str) -> bool {
    matches!(text.trim(), "" | "-" | "N/A" | "n/a" | "null" | "NULL")
}

/// The year, and the time if such a time exists. `None` if the text has another form.
fn month_first(text: &str) -> Option<(i32, Option<NaiveDateTime>)> {
    let (date, time) = text.split_once(' ')?;
    let separator = if date.contains('/') { '/' } else { '-' };
    let mut date = date.split(separator);
    let month = number(date.next()?, 1..=2)?;
    let day = number(date.next()?, 1..=2)?;
    let year = i32::try_from(number(date.next()?, 4..=4)?).ok()?;
    let mut clock = time.trim_start().split(':');
    let hour = number(clock.next()?, 1..=2)?;
    let minute = number(clock.next()?, 2..=2)?;
    let second = clock.next().map_or(Some(0), |second| number(second, 2..=2))?;
    if date.next().is_some() || clock.next().is_some() {
        return None;
    }
    let date = NaiveDate::from_ymd_opt(year, month, day);
    Some((year, date.and_then(|date| date.and_hms_opt(hour, minute, second))))
}

fn number(text: &str, digits: std::ops::RangeInclusive<usize>) -> Option<u32> {
    let plain = digits.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if plain { text.parse().ok() } else { None }
}

/// Whether a date that has been read ends with a zone or an offset.
fn states_zone(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    let clock = text.rsplit_once(':').map_or("", |(_, clock)| clock);
    let before = text.find(':').and_then(|at| text.get(at..)).unwrap_or_default();
    ["gmt", "utc", "z"].iter().any(|zone| text.contains(zone))
        || clock.contains('+')
        || before.contains(['+', '-', '\u{2212}'])
}

#[cfg(test)]
mod tests {
    use super::{Stamp, looks_like_one, parse};
    use chrono::{DateTime, NaiveDateTime, Utc};
    use proptest::prelude::{any, proptest};

    #[test]
    fn what_a_clock_showed() {
        for (text, local) in [
            ("02-25-2024 18:09:10", "2024-02-25T18:09:10"),
            (" 02-25-2024  18:09:10 ", "2024-02-25T18:09:10"),
            ("05-07-2025 10:11:12", "2025-05-07T10:11:12"),
            ("2/5/2024 8:09", "2024-02-05T08:09:00"),
            ("12-31-1999 23:59:59", "1999-12-31T23:59:59"),
            ("2024-02-25 18:09:10", "2024-02-25T18:09:10"),
            ("2024-02-25T18:09:10", "2024-02-25T18:09:10"),
        ] {
            let local: NaiveDateTime = local.parse().expect("a time of the table");
            assert_eq!(parse(text), Ok(Some(Stamp::Clock(local))), "{text}");
            assert!(looks_like_one(text), "{text}");
        }
        for (text, instant) in [
            ("2024-02-25T18:09:10Z", "2024-02-25T18:09:10Z"),
            ("2024-02-25T18:09:10.123Z", "2024-02-25T18:09:10Z"),
            ("2024-02-25T18:09:10+01:00", "2024-02-25T17:09:10Z"),
            ("2024-02-25 18:09:10 -0800", "2024-02-26T02:09:10Z"),
            ("Sunday February 25,2024 6:09 PM GMT", "2024-02-25T18:09:00Z"),
        ] {
            let instant: DateTime<Utc> = instant.parse().expect("a time of the table");
            assert_eq!(parse(text), Ok(Some(Stamp::Instant(instant))), "{text}");
        }
    }

    #[test]
    fn what_is_absent_and_what_is_no_stamp() {
        for text in [
            "",
            " ",
            "N/A",
            "null",
            "-",
            "01-01-0001 00:00:00",
            "0001-01-01T00:00:00Z",
            "1970-01-01T00:00:00Z",
        ] {
            assert_eq!(parse(text), Ok(None), "{text}");
        }
        for text in [
            "25-02-2024 18:09:10",
            "02-30-2024 18:09:10",
            "02-25-2024 24:09:10",
            "02-25-2024",
            "02-25-24 18:09:10",
            "02-25-1799 18:09:10",
            "02-25-2024 18:09:10:11",
            "Leeks",
            "No",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
        assert!(!looks_like_one("Leeks") && !looks_like_one("No") && looks_like_one(""));
        assert!(looks_like_one("25-02-2024 18:09:10"), "its form is right, though it is no date");
    }

    proptest! {
        #[test]
        fn no_text_panics(text in any::<String>(), near in r"[0-9/:\- ]{0,24}(Z|é)?") {
            let _ = (parse(&text), parse(&near), looks_like_one(&near));
        }

        #[test]
        fn what_apple_writes_is_read(second in -5_000_000_000i64..7_000_000_000) {
            let time = DateTime::from_timestamp(second, 0).expect("in range").naive_utc();
            let text = time.format("%m-%d-%Y %H:%M:%S").to_string();
            assert_eq!(parse(&text), Ok(Some(Stamp::Clock(time))));
        }
    }
}
