//! Dates, offsets and positions in the texts and numbers that files carry.
//!
//! Values come as cameras write them, blanks and nonsense included. Whatever cannot be true is dropped, and
//! nothing missing is guessed: a date without a time of day is no time. Years before 1826 are impossible, as
//! there was no photography.

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, NaiveDateTime, Timelike};

use crate::category::photos::media::{LocalTime, Position};

/// The oldest photograph that exists was taken in 1826 or 1827.
const EARLIEST_YEAR: i32 = 1826;

/// Seconds from the QuickTime epoch (1904) to the Unix epoch (1970).
const QUICKTIME_TO_UNIX: i64 = 2_082_844_800;

/// Whether a photo can be of this time. A program that knows no date writes the epoch of QuickTime (1904), Unix
/// (1970) or FAT (1980).
pub(crate) fn is_possible(time: NaiveDateTime) -> bool {
    let is_epoch = matches!((time.year(), time.ordinal()), (1904 | 1970 | 1980, 1))
        && time.num_seconds_from_midnight() == 0
        && time.nanosecond() == 0;
    (EARLIEST_YEAR..=9999).contains(&time.year()) && !is_epoch
}

/// The hour on a clock. Some phones write `24:MM:SS` for the first hour of the same date.
pub(crate) fn hour(written: u32) -> u32 {
    if written == 24 { 0 } else { written }
}

/// EXIF (`2019:01:02 03:04:05`), ISO 8601 (`2019-01-02T03:04:05.678+0100`) and what lies between.
pub(crate) fn time(text: &str) -> Option<LocalTime> {
    let mut rest = Digits(text.trim_matches(|c: char| c == '\0' || c.is_whitespace()));
    let year = rest.number(4, 4)?;
    let month = rest.after(":-/. ")?.number(1, 2)?;
    let day = rest.after(":-/. ")?.number(1, 2)?;
    let hour = hour(rest.after(" T")?.number(1, 2)?);
    let minute = rest.after(":.")?.number(1, 2)?;
    let second = rest.after(":.").and_then(|rest| rest.number(1, 2)).unwrap_or(0);
    let fraction = if rest.0.starts_with(['.', ',']) { fraction(rest.after(".,")?.run()) } else { None };
    let time = NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)?.and_hms_nano_opt(
        hour,
        minute,
        second,
        fraction.unwrap_or(0),
    )?;
    let offset = offset(rest.0);
    let instant = offset.map_or(Some(time), |offset| time.checked_sub_offset(offset))?;
    (is_possible(time) && is_possible(instant)).then_some(LocalTime { time, offset })
}

/// The same, or a date without a time, which means midnight; XMP may state one.
pub(crate) fn time_or_date(text: &str) -> Option<LocalTime> {
    let text = text.trim_matches(|c: char| c == '\0' || c.is_whitespace());
    match text.as_bytes() {
        [_, _, _, _, b'-' | b':', _, _, b'-' | b':', _, _] => time(&format!("{text} 00:00:00")),
        _ => time(text),
    }
}

/// The date of an AVI: `MON SEP 10 20:52:00 2012`, `2012-09-10  20:52:00`, `2012/09/10/ 20:52`,
/// `2012/ 9/10  8:52PM`, or as in EXIF.
pub(crate) fn idit(text: &str) -> Option<LocalTime> {
    const MONTHS: [&str; 12] =
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let text = text.split('\0').next().unwrap_or_default().trim().to_ascii_lowercase();
    let words: Vec<&str> = text.split_whitespace().collect();
    if let [_, month, day, clock, year, ..] = words.as_slice()
        && let Some(month) = MONTHS.iter().position(|known| month.starts_with(known))
    {
        return time(&format!("{year}:{}:{day} {clock}", month + 1));
    }
    let (text, half) = match (text.strip_suffix("am"), text.strip_suffix("pm")) {
        (Some(text), _) => (text, Some(0)),
        (_, Some(text)) => (text, Some(12)),
        _ => (text.as_str(), None),
    };
    let found = time(&text.trim_end().replace("/ ", "/").replacen('/', ":", 2).replacen('/', " ", 1))?;
    // in both halves of the day, 12:05 is in the first hour
    let hour = match (half, found.time.hour()) {
        (Some(half), hour @ 0..=12) => hour % 12 + half,
        (_, hour) => hour,
    };
    Some(LocalTime { time: found.time.with_hour(hour)?, ..found })
}

/// `+01:00`, `+0100`, `+01` or `Z`, from −12:00 to +14:00.
pub(crate) fn offset(text: &str) -> Option<FixedOffset> {
    let text = text.trim_matches(|c: char| c == '\0' || c.is_whitespace());
    if matches!(text, "Z" | "z") {
        return FixedOffset::east_opt(0);
    }
    let (sign, digits) = match text.split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-", digits) => (-1, digits),
        _ => return None,
    };
    let digits = match digits.as_bytes() {
        [_, _, b':', _, _] => digits.replace(':', ""),
        [_, _] | [_, _, _, _] => digits.to_owned(),
        _ => return None,
    };
    let value: i32 = if digits.bytes().all(|b| b.is_ascii_digit()) {
        digits.parse().ok()?
    } else {
        return None;
    };
    let (hours, minutes) = if digits.len() == 2 { (value, 0) } else { (value / 100, value % 100) };
    let seconds = sign * (hours * 3600 + minutes * 60);
    let real = minutes < 60 && (-12 * 3600..=14 * 3600).contains(&seconds);
    if real { FixedOffset::east_opt(seconds) } else { None }
}

/// Nanoseconds from the decimal digits after the point, as in `SubSecTimeOriginal`.
pub(crate) fn fraction(digits: &str) -> Option<u32> {
    let digits = digits.trim_matches(|c: char| c == '\0' || c.is_whitespace());
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    format!("{digits:0<9}").get(..9)?.parse().ok()
}

/// A QuickTime creation time: seconds since 1904, in UTC. Some writers count from 1970. As no movie is that old,
/// anything that would be before 1970 is read that way, as in exiftool.
pub(crate) fn since_1904(seconds: u64) -> Option<NaiveDateTime> {
    let seconds = i64::try_from(seconds).ok()?;
    let unix = if seconds >= QUICKTIME_TO_UNIX { seconds - QUICKTIME_TO_UNIX } else { seconds };
    DateTime::from_timestamp(unix, 0).map(|time| time.naive_utc()).filter(|time| is_possible(*time))
}

/// A position that can be true. Exactly 0, 0 is what a phone writes that has no fix.
pub(crate) fn position(latitude: f64, longitude: f64) -> Option<Position> {
    let real = latitude.abs() <= 90.0 && longitude.abs() <= 180.0 && (latitude != 0.0 || longitude != 0.0);
    real.then_some(Position { latitude, longitude })
}

/// ISO 6709 as in QuickTime: `+27.1281+100.2508+000.000/`, in degrees, in degrees and minutes (`+2707.69`), or
/// with seconds as well.
pub(crate) fn iso6709(text: &str) -> Option<Position> {
    let text = text.trim_matches(|c: char| c == '\0' || c.is_whitespace());
    let longitude_at = text.get(1..)?.find(['+', '-'])? + 1;
    let (latitude, rest) = text.split_at_checked(longitude_at)?;
    let end = rest.get(1..)?.find(|c: char| !c.is_ascii_digit() && c != '.').map_or(rest.len(), |at| at + 1);
    position(degrees(latitude, 2)?, degrees(rest.get(..end)?, 3)?)
}

/// Signed degrees whose whole part begins with `width` digits of degrees.
fn degrees(text: &str, width: usize) -> Option<f64> {
    let digits = text.strip_prefix(['+', '-'])?;
    if !digits.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
        return None;
    }
    let whole = digits.find('.').unwrap_or(digits.len());
    let part = |text: Option<&str>| text?.parse::<f64>().ok();
    let value = if whole <= width {
        part(Some(digits))?
    } else if whole == width + 2 {
        part(digits.get(..width))? + part(digits.get(width..))? / 60.0
    } else if whole == width + 4 {
        part(digits.get(..width))?
            + part(digits.get(width..width + 2))? / 60.0
            + part(digits.get(width + 2..))? / 3600.0
    } else {
        return None;
    };
    Some(if text.starts_with('-') { -value } else { value })
}

/// The rest of a text that is read number by number.
struct Digits<'a>(&'a str);

impl<'a> Digits<'a> {
    /// One separator of these, and any blanks after it (old cameras pad numbers with blanks).
    fn after(&mut self, separators: &str) -> Option<&mut Self> {
        self.0 = self.0.strip_prefix(|c| separators.contains(c))?.trim_start_matches(' ');
        Some(self)
    }

    /// All digits from here on.
    fn run(&mut self) -> &'a str {
        let end = self.0.find(|c: char| !c.is_ascii_digit()).unwrap_or(self.0.len());
        let (run, rest) = self.0.split_at(end);
        self.0 = rest;
        run
    }

    fn number(&mut self, least: usize, most: usize) -> Option<u32> {
        let run = self.run();
        if (least..=most).contains(&run.len()) { run.parse().ok() } else { None }
    }
}

#[cfg(test)]
mod tests {
    use super::{idit, iso6709, offset, since_1904, time};

    #[test]
    fn times_as_cameras_write_them() {
        let cases = [
            ("2019:01:02 03:04:05", Some("2019-01-02T03:04:05")),
            ("2019:01:02 03:04:05\0", Some("2019-01-02T03:04:05")),
            ("2019: 1: 2  3: 4: 5", Some("2019-01-02T03:04:05")),
            ("2019-02-12T15:27:12+0800", Some("2019-02-12T15:27:12 +08:00")),
            ("2019-02-12T15:27:12.25+08:00", Some("2019-02-12T15:27:12.250 +08:00")),
            ("2019-02-12 15:27:12Z", Some("2019-02-12T15:27:12 +00:00")),
            ("2019-02-12T15:27:12", Some("2019-02-12T15:27:12")),
            ("2019:01:02 03:04", Some("2019-01-02T03:04:00")),
            ("2015:08:31 24:08:19", Some("2015-08-31T00:08:19")),
            ("2015-08-31T24:08:19.5+0200", Some("2015-08-31T00:08:19.500 +02:00")),
            ("2015:08:31 25:08:19", None),
            ("2015:08:31 24:60:19", None),
            ("1980:01:01 00:00:00", None),
            ("1980:01:01 24:00:00", None),
            ("1980:01:01 00:00:01", Some("1980-01-01T00:00:01")),
            ("2019:01:02", None),
            ("2019", None),
            ("0000:00:00 00:00:00", None),
            ("    :  :     :  :  ", None),
            (":07:04 16:24:01", None),
            ("2019:02:30 03:04:05", None),
            ("2019:01:02 25:04:05", None),
            ("0001:01:01 00:00:00", None),
            ("1970:01:01 00:00:00", None),
            ("1904:01:01 00:00:00", None),
            ("1970-01-01T01:00:00+0100", None),
            ("", None),
            ("日本語日本語日本語", None),
        ];
        for (text, expected) in cases {
            let found = time(text).map(|t| match t.offset {
                Some(offset) => format!("{:?} {offset}", t.time),
                None => format!("{:?}", t.time),
            });
            assert_eq!(found.as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn dates_of_avi() {
        for text in [
            "MON SEP 10 20:52:00 2012\n\0",
            "Mon Sep 10 20:52:00 2012",
            "Mon Sep 10 20:52:00 2012 ",
            "2012:09:10 20:52:00\0",
            "2012-09-10  20:52:00\0\0",
            "2012/09/10/ 20:52",
            "2012/09/10 20:52:00",
            "2012/ 9/10  8:52PM",
            "2012/ 9/10  20:52",
        ] {
            let found = idit(text).map(|found| format!("{:?}", found.time));
            assert_eq!(found.as_deref(), Some("2012-09-10T20:52:00"), "{text}");
        }
        let single = idit("Sun Sep  2 09:05:01 2012").map(|found| format!("{:?}", found.time));
        assert_eq!(single.as_deref(), Some("2012-09-02T09:05:01"));
        for (text, hour) in [("2012/ 9/10 12:52AM", 0), ("2012/ 9/10  1:42AM", 1), ("2012/ 9/10 12:52PM", 12)]
        {
            assert_eq!(idit(text).map(|found| chrono::Timelike::hour(&found.time)), Some(hour), "{text}");
        }
        for text in ["", "2012", "2012/09/10", "Mon Foo 10 20:52:00 2012", "\0MON SEP 10 20:52:00 2012"] {
            assert_eq!(idit(text), None, "{text}");
        }
    }

    #[test]
    fn offsets() {
        let cases = [
            ("+01:00", Some(3600)),
            ("-0330", Some(-12600)),
            ("+05", Some(18000)),
            ("Z", Some(0)),
            ("-12:00", Some(-43200)),
            ("+14:00", Some(50400)),
            ("+14:15", None),
            ("-13:00", None),
            ("+01:60", None),
            ("01:00", None),
            ("   :  ", None),
            ("\"\", \"\"", None),
            ("+1é", None),
            ("", None),
        ];
        for (text, seconds) in cases {
            assert_eq!(offset(text).map(|o| o.local_minus_utc()), seconds, "{text}");
        }
    }

    #[test]
    fn positions() {
        let cases = [
            ("+27.1281+100.2508+000.000/", Some((27.1281, 100.2508))),
            ("-33.8688+151.2093/", Some((-33.8688, 151.2093))),
            ("+2707.5-10015.0/", Some((27.125, -100.25))),
            ("+270730+1001500/", Some((27.125, 100.25))),
            ("+00.0000+000.0000/", None),
            ("+91.0+010.0/", None),
            ("+27.1281", None),
            ("+x+y", None),
            ("é+1", None),
            ("", None),
        ];
        for (text, expected) in cases {
            assert_eq!(iso6709(text).map(|p| (p.latitude, p.longitude)), expected, "{text}");
        }
    }

    #[test]
    fn quicktime_instants() {
        let cases = [
            (0, None),
            (2_082_844_800, None),
            (3_600_000_000, Some("2018-01-28T16:00:00")),
            (1_517_155_200, Some("2018-01-28T16:00:00")),
            (u64::MAX, None),
        ];
        for (seconds, expected) in cases {
            assert_eq!(since_1904(seconds).map(|t| format!("{t:?}")).as_deref(), expected, "{seconds}");
        }
    }
}
