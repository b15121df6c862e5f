//! When a message was sent: its `Date` in the zone of its sender, else the newest `Received`.
//!
//! A `Date` that cannot be is none: one that is no date, before e-mail or after 2100, or a year after the message
//! arrived. No clock is asked, and no zone is guessed: letters that RFC 5322 does not define mean UTC, as it says.

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime};

use crate::category::mail::head::Head;
use crate::category::mail::{Basis, Sent};

/// Years in which a message can have been sent.
const YEARS: std::ops::Range<i32> = 1971..2100;

/// Bytes of a date. `Received` has more before it.
const LONGEST: usize = 256;

const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// The zones that RFC 5322 still defines, in hours.
const ZONES: [(&str, i32); 8] =
    [("est", -5), ("edt", -4), ("cst", -6), ("cdt", -5), ("mst", -7), ("mdt", -6), ("pst", -8), ("pdt", -7)];

/// When it was sent, by its header.
pub fn sent(head: &Head<'_>) -> Option<Sent> {
    let stated = head.first("date").and_then(|raw| read(raw, Basis::Date));
    // servers put theirs in front, but not all of them
    let received = head
        .all("received")
        // the date is behind the last semicolon, unless a comment behind it has another
        .filter_map(|raw| raw.rsplit(|byte| *byte == b';').take(3).find_map(|raw| read(raw, Basis::Received)))
        .max_by_key(|sent| sent.time);
    match (stated, received) {
        (Some(stated), Some(received)) => {
            let is_absurd = (stated.time - received.time).num_days() > 366;
            Some(if is_absurd { received } else { stated })
        }
        (stated, received) => stated.or(received),
    }
}

fn read(raw: &[u8], basis: Basis) -> Option<Sent> {
    let text: String = String::from_utf8_lossy(raw.get(..LONGEST).unwrap_or(raw))
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    let time = parse(&text)?;
    YEARS.contains(&chrono::Datelike::year(&time)).then_some(Sent { time, raw: text, basis })
}

/// Reads `Mon, 4 Mar 2019 19:08:00 +0100 (CET)` and what else stands in such headers: no weekday, two digits of a year,
/// `4-Mar-2019`, the order of `ctime`, ISO 8601, dots in the time.
pub fn parse(text: &str) -> Option<DateTime<FixedOffset>> {
    let text = without_comments(text).to_ascii_lowercase();
    if let Ok(time) = DateTime::parse_from_rfc3339(text.trim()) {
        return Some(time);
    }
    let (mut day, mut month, mut year, mut time, mut offset) = (None, None, None, None, None);
    let mut half = None;
    for word in text.split(|c: char| c.is_whitespace() || c == ',').filter(|word| !word.is_empty()) {
        let is_number = word.bytes().all(|byte| byte.is_ascii_digit());
        if is_number && day.is_none() && word.len() <= 2 {
            day = word.parse().ok();
        } else if is_number && year.is_none() && (2..=4).contains(&word.len()) {
            year = Some(full_year(word)?);
        } else if time.is_none() && clock(word).is_some() {
            time = clock(word);
        } else if let Some((date, rest)) = hyphenated(word) {
            (day, month, year) = (Some(date.0), Some(date.1), Some(date.2));
            time = time.or_else(|| clock(rest));
        } else if time.is_some() && offset.is_none() && zone(word).is_some() {
            offset = zone(word);
        } else if time.is_some() && matches!(word, "am" | "pm") {
            half = Some(word == "pm");
        } else if month.is_none() {
            let found = word.get(..3).and_then(|start| MONTHS.iter().position(|month| *month == start));
            month = found.and_then(|at| u32::try_from(at + 1).ok());
        }
    }
    let date = NaiveDate::from_ymd_opt(year?, month?, day?)?;
    let time: NaiveTime = match half {
        None => time?,
        Some(is_afternoon) => {
            let seconds = chrono::Timelike::num_seconds_from_midnight(&time?) % 43_200;
            NaiveTime::from_num_seconds_from_midnight_opt(seconds + if is_afternoon { 43_200 } else { 0 }, 0)?
        }
    };
    let offset = offset.or_else(|| FixedOffset::east_opt(0))?;
    NaiveDateTime::new(date, time).and_local_timezone(offset).single()
}

/// Comments nest, and may stand anywhere.
fn without_comments(text: &str) -> String {
    let mut depth = 0u32;
    text.chars()
        .filter_map(|c| {
            match c {
                '(' => depth += 1,
                ')' if depth > 0 => {
                    depth -= 1;
                    return Some(' ');
                }
                _ => (),
            }
            (depth == 0).then_some(c)
        })
        .collect()
}

/// Two digits are of 1950 to 2049, three count from 1900 (a bug of the year 2000), as RFC 5322 says.
fn full_year(digits: &str) -> Option<i32> {
    let year: i32 = digits.parse().ok()?;
    Some(match (digits.len(), year) {
        (2, ..50) => year + 2000,
        (2 | 3, _) => year + 1900,
        _ => year,
    })
}

/// `19:08`, `19:08:00`, `19.08.00`, `7:08pm`; a second that was inserted into a day is the one before it.
fn clock(word: &str) -> Option<NaiveTime> {
    let bare = word.strip_suffix("am").or_else(|| word.strip_suffix("pm"));
    let mut parts = bare.unwrap_or(word).split([':', '.']);
    let mut part = |most: usize| {
        let part = parts.next()?;
        let fits = (1..=most).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
        fits.then(|| part.parse::<u32>().ok()).flatten()
    };
    let (hour, minute) = (part(2)?, part(2)?);
    let second = if word.matches([':', '.']).count() > 1 { part(2)? } else { 0 };
    let hour = match bare {
        None => hour,
        Some(_) if word.ends_with("pm") => hour % 12 + 12,
        Some(_) => hour % 12,
    };
    NaiveTime::from_hms_opt(hour, minute, second.min(59))
}

/// `4-mar-2019`, and `2019-03-04` with what follows its `t`.
fn hyphenated(word: &str) -> Option<((u32, u32, i32), &str)> {
    let mut parts = word.splitn(3, '-');
    let (first, second, third) = (parts.next()?, parts.next()?, parts.next()?);
    if let Some(month) = MONTHS.iter().position(|month| second.get(..3) == Some(month)) {
        return Some(((first.parse().ok()?, u32::try_from(month + 1).ok()?, full_year(third)?), ""));
    }
    let (day, rest) = third.split_once('t').unwrap_or((third, ""));
    let year = first.parse().ok().filter(|_| first.len() == 4)?;
    Some(((day.parse().ok()?, second.parse().ok()?, year), rest))
}

/// `+0100`, `-0500`, `+01:00`, `gmt+1`, `est`, and any other letters, which are UTC.
fn zone(word: &str) -> Option<FixedOffset> {
    let word = word.strip_prefix("gmt").or_else(|| word.strip_prefix("utc")).unwrap_or(word);
    let (sign, digits) = match (word.strip_prefix('+'), word.strip_prefix('-')) {
        (Some(digits), _) => (1, digits),
        (_, Some(digits)) => (-1, digits),
        _ => {
            let is_word = word.bytes().all(|byte| byte.is_ascii_alphabetic());
            let is_other = MONTHS.contains(&word.get(..3).unwrap_or(word)) || matches!(word, "am" | "pm");
            let hours = ZONES.iter().find(|(name, _)| *name == word).map_or(0, |(_, hours)| *hours);
            return FixedOffset::east_opt(hours * 3600).filter(|_| is_word && !is_other);
        }
    };
    let digits: String = digits.chars().filter(|c| *c != ':').collect();
    let number: i32 = digits.parse().ok().filter(|_| (1..=4).contains(&digits.len()))?;
    let (hours, minutes) = if digits.len() <= 2 { (number, 0) } else { (number / 100, number % 100) };
    FixedOffset::east_opt(sign * (hours * 3600 + minutes * 60)).filter(|_| hours < 24 && minutes < 60)
}

#[cfg(test)]
mod tests {
    use super::{parse, sent};
    use crate::category::mail::Basis;
    use crate::category::mail::head::Head;
    use proptest::prelude::{any, proptest};

    #[test]
    fn spellings() {
        for (text, time) in [
            ("Mon, 4 Mar 2019 19:08:00 +0100", "2019-03-04T19:08:00+01:00"),
            ("Mon, 4 Mar 2019 19:08:00 +0100 (CET (winter))", "2019-03-04T19:08:00+01:00"),
            ("4 Mar 2019 19:08 +0530", "2019-03-04T19:08:00+05:30"),
            ("Mon,  04 March 2019 19:08:00 -0330", "2019-03-04T19:08:00-03:30"),
            ("Fri, 4 Mar 2019 19:08:00 -0000", "2019-03-04T19:08:00+00:00"),
            ("Mon, 4 Mar 2019 19:08:00", "2019-03-04T19:08:00+00:00"),
            ("Mon, 4 Mar 2019 19:08:00 GMT", "2019-03-04T19:08:00+00:00"),
            ("Mon, 4 Mar 2019 19:08:00 EST", "2019-03-04T19:08:00-05:00"),
            ("Mon, 4 Mar 2019 19:08:00 CEST", "2019-03-04T19:08:00+00:00"),
            ("Mon, 4 Mar 2019 19:08:00 GMT+0100", "2019-03-04T19:08:00+01:00"),
            ("Mon, 4 Mar 2019 19:08:00 +01:00", "2019-03-04T19:08:00+01:00"),
            ("Mon, 4 Mar 19 19:08:00 +0100", "2019-03-04T19:08:00+01:00"),
            ("Thu, 4 Mar 99 19:08:00 +0100", "1999-03-04T19:08:00+01:00"),
            ("Mon, 4 Mar 119 19:08:00 +0100", "2019-03-04T19:08:00+01:00"),
            ("Mon Mar  4 19:08:00 2019", "2019-03-04T19:08:00+00:00"),
            ("Mon Mar  4 19:08:00 2019 +0100", "2019-03-04T19:08:00+01:00"),
            ("Mon Mar  4 19:08:00 PST 2019", "2019-03-04T19:08:00-08:00"),
            ("Mon, 4-Mar-2019 19:08:00 +0100", "2019-03-04T19:08:00+01:00"),
            ("2019-03-04T19:08:00+01:00", "2019-03-04T19:08:00+01:00"),
            ("2019-03-04 19:08:00 +0100", "2019-03-04T19:08:00+01:00"),
            ("Mon, 4 Mar 2019 19.08.00 +0100", "2019-03-04T19:08:00+01:00"),
            ("4 Mar 2019 7:08 PM +0100", "2019-03-04T19:08:00+01:00"),
            ("4 Mar 2019 12:08am", "2019-03-04T00:08:00+00:00"),
            ("Sat, 31 Dec 2016 23:59:60 +0000", "2016-12-31T23:59:59+00:00"),
            ("Thu, 29 Feb 2024 00:00:00 +1400", "2024-02-29T00:00:00+14:00"),
            ("Sat, 2 May 2020 10:00:00 +0000", "2020-05-02T10:00:00+00:00"),
        ] {
            assert_eq!(parse(text).map(|time| time.to_rfc3339()).as_deref(), Some(time), "{text}");
        }
        for text in [
            "",
            "now",
            "Mon, 4 Mar 2019",
            "19:08:00 +0100",
            "Mon, 32 Mar 2019 19:08:00",
            "Mon, 29 Feb 2023 19:08:00",
            "Mon, 4 Foo 2019 19:08:00",
            "Mon, 4 Mar 2019 25:08:00",
            "4 3 2019 19:08:00",
            "1551726480",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn the_header_that_decides() {
        let received = |date: &str| format!("Received: from a by b\r\n\tfor <x@y>; {date}\r\n");
        let (old, new) = ("Mon, 4 Mar 2019 19:00:00 +0000", "Mon, 4 Mar 2019 12:30:00 -0700 (MST)");
        let both = format!("{}{}", received(old), received(new));
        for (header, time, basis) in [
            ("Date: Mon, 4 Mar 2019 19:08:00 +0100\n".to_owned(), "2019-03-04T19:08:00+01:00", Basis::Date),
            (
                format!("{both}Date: Mon, 4 Mar 2019 19:08:00 +0100\n"),
                "2019-03-04T19:08:00+01:00",
                Basis::Date,
            ),
            (both.clone(), "2019-03-04T12:30:00-07:00", Basis::Received),
            (received("Mon, 4 Mar 2019 12:30:00 -0700 (a; b)"), "2019-03-04T12:30:00-07:00", Basis::Received),
            (format!("Date: nonsense\n{both}"), "2019-03-04T12:30:00-07:00", Basis::Received),
            (
                format!("Date: Thu, 1 Jan 1970 00:00:00 +0000\n{both}"),
                "2019-03-04T12:30:00-07:00",
                Basis::Received,
            ),
            (
                format!("Date: Mon, 4 Mar 2079 19:08:00 +0100\n{both}"),
                "2019-03-04T12:30:00-07:00",
                Basis::Received,
            ),
            (
                format!("Date: Mon, 4 Mar 2013 19:08:00 +0100\n{both}"),
                "2013-03-04T19:08:00+01:00",
                Basis::Date,
            ),
        ] {
            let (head, _) = Head::read(header.as_bytes());
            let sent = sent(&head).expect("a date");
            assert_eq!((sent.time.to_rfc3339().as_str(), sent.basis), (time, basis), "{header}");
        }
        for header in ["Subject: a\n", "Date: nonsense\nReceived: from a by b\n"] {
            assert_eq!(sent(&Head::read(header.as_bytes()).0), None, "{header}");
        }
    }

    proptest! {
        #[test]
        fn no_text_panics(text in any::<String>(), near in "(Mon|,| |[0-9]{1,4}|Mar|[-:.+]|PM|\\(|\\)|T){0,20}") {
            let _ = (parse(&text), parse(&near));
        }
    }
}
