//! Dates in file names, as phones, messengers and screenshots write them.
//!
//! Instead of a list of patterns for each app there is one grammar, a date and perhaps a time, because apps
//! differ only in separators and words, and words are translated (`Bildschirmfoto 2019-01-02 um 15.04.05`).
//! Counters, identifiers and impossible dates are not taken for one; years run from 1990 to 2099.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime};

use crate::category::photos::time::stamp;

/// Longer names, in bytes, are not searched; no file system holds them.
const LONGEST_NAME: usize = 1024;

/// The time in a file name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NameDate {
    /// 00:00:00 if the name has only a date.
    pub time: NaiveDateTime,
    pub zone: NameZone,
}

/// The clock that shows the time in a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameZone {
    /// The clock on the wall.
    Local,
    /// UTC: Google's camera (`PXL_…`), and names that end their time with `Z`.
    Utc,
}

/// The date in a file name. A date with a time outranks one without; of equals the first counts.
pub fn from_name(name: &str) -> Option<NameDate> {
    if name.len() > LONGEST_NAME {
        return None;
    }
    if let Some(found) = ios_screen_recording(name) {
        return Some(found);
    }
    let text = legible(name);
    let utc = text.starts_with("pxl_");
    let zone = |z: bool| {
        if utc || z { NameZone::Utc } else { NameZone::Local }
    };
    let mut only_date = None;
    for start in 0..text.len() {
        let Some((date, rest)) = date_at(&text, start) else {
            continue;
        };
        if let Some((time, z)) = rest.time() {
            return Some(NameDate { time: date.and_time(time), zone: zone(z) });
        }
        if only_date.is_none() && rest.may_lack_time() {
            only_date = Some(NameDate { time: date.and_time(NaiveTime::MIN), zone: NameZone::Local });
        }
    }
    only_date
}

/// `RPReplay_Final1546398245.MP4`: seconds since 1970.
fn ios_screen_recording(name: &str) -> Option<NameDate> {
    let digits: String =
        name.strip_prefix("RPReplay_Final")?.chars().take_while(char::is_ascii_digit).collect();
    let time = DateTime::from_timestamp(digits.parse().ok().filter(|_| digits.len() == 10)?, 0)?.naive_utc();
    Some(NameDate { time, zone: NameZone::Utc })
}

/// The name in lower case, without extension. No-break spaces (macOS writes U+202F before `PM`) become spaces.
/// UUIDs, whose first eight digits can look like a date, become letters.
fn legible(name: &str) -> String {
    let stem = match name.rsplit_once('.') {
        Some((stem, extension)) if extension.chars().any(|c| c.is_ascii_alphabetic()) => stem,
        _ => name,
    };
    let mut chars: Vec<char> =
        stem.to_lowercase().chars().map(|c| if c.is_whitespace() { ' ' } else { c }).collect();
    let uuid = |window: &[char]| {
        window.iter().enumerate().all(|(at, c)| match at {
            8 | 13 | 18 | 23 => *c == '-',
            _ => c.is_ascii_hexdigit(),
        })
    };
    let found: Vec<usize> =
        chars.windows(36).enumerate().filter(|(_, window)| uuid(window)).map(|(at, _)| at).collect();
    for at in found {
        chars.iter_mut().skip(at).take(36).for_each(|c| *c = 'x');
    }
    chars.into_iter().collect()
}

/// What follows a date, and how the date was written.
struct Rest<'a> {
    text: &'a str,
    form: Form,
}

#[derive(Clone, Copy, PartialEq)]
enum Form {
    /// `20190102`
    Packed,
    /// `20190102030405`, perhaps with milliseconds: the time follows without a gap.
    Endless,
    /// `2019-01-02`
    Separated,
}

/// A date that begins at this byte.
fn date_at(text: &str, start: usize) -> Option<(NaiveDate, Rest<'_>)> {
    let (before, here) = text.split_at_checked(start)?;
    if !here.starts_with(['1', '2']) || !may_precede(before) {
        return None;
    }
    let run = digits(here);
    match run.len() {
        8 => Some((
            date(run.get(..4)?, run.get(4..6)?, run.get(6..)?)?,
            Rest { text: here.get(8..)?, form: Form::Packed },
        )),
        14 | 17 => {
            let date = date(run.get(..4)?, run.get(4..6)?, run.get(6..8)?)?;
            Some((date, Rest { text: here.get(8..)?, form: Form::Endless }))
        }
        4 => {
            let rest = here.get(4..)?;
            let separator = rest.chars().next().filter(|c| "-_.:".contains(*c))?;
            let rest = rest.strip_prefix(separator)?;
            let month = digits(rest);
            let rest = rest.get(month.len()..)?.strip_prefix(separator)?;
            let day = digits(rest);
            let date = date(run, month, day)?;
            Some((date, Rest { text: rest.get(day.len()..)?, form: Form::Separated }))
        }
        _ => None,
    }
}

/// Whether a date may follow this: anything but a digit, and letters only if they are a word (`IMG20190102`) and
/// not the beginning of a hexadecimal identifier.
fn may_precede(before: &str) -> bool {
    let word_start = before.trim_end_matches(|c: char| c.is_alphanumeric()).len();
    let word = before.get(word_start..).unwrap_or_default();
    word.is_empty()
        || (!word.contains(|c: char| c.is_numeric()) && word.contains(|c: char| !c.is_ascii_hexdigit()))
}

impl Rest<'_> {
    /// The time of day after the date, and whether it is marked as UTC.
    fn time(&self) -> Option<(NaiveTime, bool)> {
        if self.form == Form::Endless {
            return packed_time(self.text).map(|(time, rest)| (time, is_utc_mark(rest)));
        }
        let after_mark = self.text.strip_prefix(['-', '_', ' ', 't', '.']);
        if let Some((time, rest)) = after_mark.and_then(packed_time) {
            return Some((time, is_utc_mark(rest)));
        }
        // `2019-01-02 at 3.04.05 PM`, `2019-01-02_03-04-05`, `2019-01-02 下午3.04.05`: there are at most a few
        // words between date and time
        let joint_end = self.text.find(|c: char| c.is_ascii_digit())?;
        let (joint, rest) = self.text.split_at_checked(joint_end)?;
        if joint.is_empty() || joint.chars().count() > 12 {
            return None;
        }
        let (time, separator, rest) = separated_time(rest)?;
        let is_short = time.len() == 2;
        let is_plain_joint = matches!(joint, " " | "_" | " at " | ", " | "t");
        if is_short && (separator == '-' || separator == '_' || !is_plain_joint) {
            return None;
        }
        let millis = rest
            .strip_prefix(separator)
            .map(digits)
            .filter(|run| !is_short && separator == '-' && run.len() == 3);
        let number = |at: usize| time.get(at).map_or(Some(0), |part| part.parse::<u32>().ok());
        let hour = stamp::hour(twelve_hours(number(0)?, half_of_day(joint, rest))?);
        let millis = millis.and_then(|run| run.parse().ok()).unwrap_or(0);
        Some((NaiveTime::from_hms_milli_opt(hour, number(1)?, number(2)?, millis)?, is_utc_mark(rest)))
    }

    /// Whether this can be a date on its own, not the beginning of a longer identifier.
    fn may_lack_time(&self) -> bool {
        let is_word_end = !self.text.starts_with(|c: char| c.is_alphanumeric());
        let follower = digits(self.text.trim_start_matches(['-', '_', ' ', '.']));
        self.form != Form::Endless && is_word_end && follower.len() < 7
    }
}

/// `030405`, or with milliseconds `030405123`; and what follows.
fn packed_time(text: &str) -> Option<(NaiveTime, &str)> {
    let run = digits(text);
    let millis = match run.len() {
        6 => 0,
        9 => run.get(6..)?.parse().ok()?,
        _ => return None,
    };
    let part = |from: usize| run.get(from..from + 2)?.parse::<u32>().ok();
    let time = NaiveTime::from_hms_milli_opt(stamp::hour(part(0)?), part(2)?, part(4)?, millis)?;
    Some((time, text.get(run.len()..)?))
}

/// `3.04.05` or `03.04`: the numbers, their separator, and what follows.
fn separated_time(text: &str) -> Option<(Vec<&str>, char, &str)> {
    let hour = digits(text);
    let rest = text.get(hour.len()..)?;
    let separator = rest.chars().next().filter(|c| ".-_:".contains(*c))?;
    let minute = digits(rest.strip_prefix(separator)?);
    let rest = rest.get(1 + minute.len()..)?;
    if !(1..=2).contains(&hour.len()) || minute.len() != 2 {
        return None;
    }
    let second = rest.strip_prefix(separator).map(digits).unwrap_or_default();
    if second.len() == 2 {
        Some((vec![hour, minute, second], separator, rest.get(3..)?))
    } else {
        (hour.len() == 2 && second.is_empty()).then_some((vec![hour, minute], separator, rest))
    }
}

/// Half of a 12-hour day.
#[derive(Clone, Copy)]
enum Half {
    Morning,
    Afternoon,
}

/// The half of the day, from the word before the time (Chinese, Japanese, Korean) or after it.
fn half_of_day(before: &str, after: &str) -> Option<Half> {
    let after: String = after.chars().filter(|c| !matches!(c, ' ' | '.')).take(3).collect();
    let is_word =
        |word: &str| after.strip_prefix(word).is_some_and(|rest| !rest.starts_with(char::is_alphanumeric));
    let names = |words: [&str; 3]| words.iter().any(|word| before.contains(word));
    if is_word("am") || names(["上午", "午前", "오전"]) {
        Some(Half::Morning)
    } else if is_word("pm") || names(["下午", "午後", "오후"]) {
        Some(Half::Afternoon)
    } else {
        None
    }
}

fn twelve_hours(hour: u32, half: Option<Half>) -> Option<u32> {
    match half {
        None => Some(hour),
        Some(_) if hour > 12 || hour == 0 => Some(hour),
        Some(Half::Morning) => Some(hour % 12),
        Some(Half::Afternoon) => Some(hour % 12 + 12),
    }
}

fn is_utc_mark(rest: &str) -> bool {
    rest.strip_prefix('z').is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
}

fn date(year: &str, month: &str, day: &str) -> Option<NaiveDate> {
    let short = |text: &str| (1..=2).contains(&text.len()).then(|| text.parse::<u32>().ok()).flatten();
    let year = year.parse().ok().filter(|year| (1990..=2099).contains(year))?;
    NaiveDate::from_ymd_opt(year, short(month)?, short(day)?)
}

/// The digits that a text begins with.
fn digits(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    text.get(..end).unwrap_or_default()
}

#[cfg(test)]
mod tests;
