//! Times as iCalendar writes them, and the instants that they mean.
//!
//! A time is in UTC, in a zone that it names, or *floating*: the same hour wherever its reader is. A floating time
//! is no instant. Where one is needed the calendar's own zone is assumed, and the basis says so. A day is no instant
//! either, and stays a day.

use chrono::{
    DateTime, Days, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, SecondsFormat, TimeDelta, Utc,
};
use chrono_tz::Tz;

use crate::apple::content_line::Property;
use crate::category::calendars::zone::Zones;

/// A time as it stands in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Time {
    /// The value, verbatim.
    pub raw: Box<str>,
    /// What it says.
    pub form: Form,
}

/// What a time says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Form {
    /// A day, whatever the hour.
    Day(NaiveDate),
    /// An instant.
    Utc(DateTime<Utc>),
    /// A time on a clock.
    Local {
        /// What the clock shows.
        time: NaiveDateTime,
        /// The zone of the clock (`TZID`); `None` if it floats.
        zone: Option<Box<str>>,
    },
    /// No time at all.
    Unreadable,
}

/// Why the instant of a moment is what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    /// The file states it.
    Stated,
    /// The file leaves its zone open, and this one is assumed.
    Assumed(Tz),
    /// It is a day.
    DateOnly,
    /// It has none.
    None,
}

impl Basis {
    /// The word in the column `…_basis`.
    pub fn text(self) -> String {
        match self {
            Basis::Stated => "stated".to_owned(),
            Basis::Assumed(zone) => format!("assumed:{zone}"),
            Basis::DateOnly => "date-only".to_owned(),
            Basis::None => "none".to_owned(),
        }
    }
}

/// A time with the instant that it means: three columns of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moment {
    /// As it stands in the file.
    pub raw: Box<str>,
    /// The instant, to the second.
    pub utc: Option<DateTime<Utc>>,
    /// The day on the clock that the file means, to sort and to show by.
    pub day: Option<NaiveDate>,
    /// Why.
    pub basis: Basis,
}

impl Moment {
    /// For the column `…_utc`: `2024-05-17T08:00:00Z`, of a day `2024-05-17`, so that no hour is invented.
    pub fn text(&self) -> Option<String> {
        let day = self.day.filter(|_| self.basis == Basis::DateOnly).map(|day| day.to_string());
        self.utc.map(|utc| utc.to_rfc3339_opts(SecondsFormat::Secs, true)).or(day)
    }
}

impl Time {
    /// What this means in a calendar of these zones.
    pub fn moment(&self, zones: &Zones) -> Moment {
        let (utc, day, basis) = match &self.form {
            Form::Day(day) => (None, Some(*day), Basis::DateOnly),
            Form::Utc(instant) => (Some(*instant), Some(instant.date_naive()), Basis::Stated),
            Form::Local { time, zone } => {
                let (instant, basis) = zones.instant(*time, zone.as_deref());
                (instant, Some(time.date()), basis)
            }
            Form::Unreadable => (None, None, Basis::None),
        };
        Moment { raw: self.raw.clone(), utc, day, basis }
    }

    /// Whether it is a day without an hour.
    pub fn is_day(&self) -> bool {
        matches!(self.form, Form::Day(_))
    }

    /// The day and, if it has one, the hour on the clock that the file means.
    pub fn on_the_clock(&self) -> Option<(NaiveDate, Option<NaiveTime>)> {
        match &self.form {
            Form::Day(day) => Some((*day, None)),
            Form::Utc(instant) => Some((instant.date_naive(), Some(instant.time()))),
            Form::Local { time, .. } => Some((time.date(), Some(time.time()))),
            Form::Unreadable => None,
        }
    }

    /// The same clock later by a span; days are days of the calendar, whatever their length.
    pub(super) fn later_by(&self, span: &Span) -> Option<Form> {
        let moved = |date: NaiveDate| {
            let days = Days::new(span.days.unsigned_abs());
            if span.days < 0 { date.checked_sub_days(days) } else { date.checked_add_days(days) }
        };
        Some(match &self.form {
            Form::Day(day) => {
                Form::Day(moved(*day)?.checked_add_signed(TimeDelta::days(span.clock.num_days()))?)
            }
            Form::Utc(instant) => {
                let local = moved(instant.date_naive())?.and_time(instant.time());
                Form::Utc(local.and_utc().checked_add_signed(span.clock)?)
            }
            Form::Local { time, zone } => {
                let local = moved(time.date())?.and_time(time.time());
                Form::Local { time: local.checked_add_signed(span.clock)?, zone: zone.clone() }
            }
            Form::Unreadable => return None,
        })
    }
}

/// `DURATION`: days of the calendar, and time on a clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) raw: Box<str>,
    days: i64,
    clock: TimeDelta,
}

impl Span {
    /// `P1W`, `P1DT2H30M`, `-PT15M`. `None` if it is no such text, or longer than ten thousand years.
    pub(super) fn read(text: &str) -> Option<Span> {
        const LONGEST: i64 = 3_700_000;
        let raw = text.trim();
        let (sign, body) = match raw.strip_prefix('-') {
            Some(body) => (-1, body),
            None => (1, raw.strip_prefix('+').unwrap_or(raw)),
        };
        let mut rest = body.strip_prefix(['P', 'p']).filter(|rest| !rest.is_empty())?;
        let (mut days, mut seconds, mut is_clock) = (0i64, 0i64, false);
        while !rest.is_empty() {
            if let Some(after) = rest.strip_prefix(['T', 't']) {
                (rest, is_clock) = (after, true);
                continue;
            }
            let end = rest.find(|c: char| !c.is_ascii_digit())?;
            let (number, after) = rest.split_at(end);
            let number: i64 = number.parse().ok().filter(|number| *number <= LONGEST * 86_400)?;
            let unit = after.chars().next()?;
            match (unit.to_ascii_uppercase(), is_clock) {
                ('W', false) => days += number.checked_mul(7)?,
                ('D', false) => days += number,
                ('H', true) => seconds += number.checked_mul(3600)?,
                ('M', true) => seconds += number.checked_mul(60)?,
                ('S', true) => seconds += number,
                _ => return None,
            }
            rest = after.get(1..)?;
            if days > LONGEST || seconds > LONGEST * 86_400 {
                return None;
            }
        }
        Some(Span { raw: raw.into(), days: sign * days, clock: TimeDelta::seconds(sign * seconds) })
    }
}

/// Reads the time of a property; `None` if it is empty.
pub(super) fn read(property: &Property) -> Option<Time> {
    one(property, property.raw().trim())
}

/// Reads the times of a property that has several, at most so many. Of a period (`start/end`) it is the start.
pub(super) fn read_all(property: &Property, most: usize) -> Vec<Time> {
    let raw = property.raw();
    let times = raw.split(',').map(|time| time.split('/').next().unwrap_or_default().trim());
    times.filter_map(|time| one(property, time)).take(most).collect()
}

fn one(property: &Property, raw: &str) -> Option<Time> {
    if raw.is_empty() {
        return None;
    }
    let is_day = property.parameter("VALUE").is_some_and(|value| value.eq_ignore_ascii_case("DATE"));
    let zone = property.parameter("TZID").filter(|zone| !zone.is_empty());
    let form = match clock(raw) {
        None => Form::Unreadable,
        Some((date, None, _)) => Form::Day(date),
        Some((date, _, _)) if is_day => Form::Day(date),
        Some((date, Some(time), Some(offset))) => {
            let local = NaiveDateTime::new(date, time);
            local.checked_sub_offset(offset).map_or(Form::Unreadable, |utc| Form::Utc(utc.and_utc()))
        }
        Some((date, Some(time), None)) => {
            Form::Local { time: NaiveDateTime::new(date, time), zone: zone.map(Into::into) }
        }
    };
    Some(Time { raw: raw.into(), form })
}

/// `20240517`, `20240517T080000`, `20240517T080000Z`, and the same with the marks of ISO 8601.
pub(super) fn clock(text: &str) -> Option<(NaiveDate, Option<NaiveTime>, Option<FixedOffset>)> {
    // the longest is `2024-05-17T08:00:00+02:00`
    if text.len() > 32 || !text.is_ascii() {
        return None;
    }
    let (date, time) = text.split_once(['T', 't', ' ']).unwrap_or((text, ""));
    let date =
        NaiveDate::parse_from_str(date, if date.contains('-') { "%Y-%m-%d" } else { "%Y%m%d" }).ok()?;
    // chrono takes a sign and more digits; nobody means the year 12345 or -3
    if !matches!(chrono::Datelike::year(&date), 1..=9999) || !text.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    if time.is_empty() {
        return Some((date, None, None));
    }
    let end = time.find(|c: char| !c.is_ascii_digit() && c != ':').unwrap_or(time.len());
    let (clock, offset) = time.split_at(end);
    let digits = clock.replace(':', "");
    let two = |at: usize| digits.get(at..at + 2).and_then(|digits| digits.parse::<u32>().ok());
    let second = if digits.len() == 4 { 0 } else { two(4)? };
    // a leap second is the last second of its minute
    let time = NaiveTime::from_hms_opt(two(0)?, two(2)?, second.min(59))?;
    let is_clock = matches!(digits.len(), 4 | 6) && second <= 60;
    let offset = match offset {
        "" => None,
        "Z" | "z" => FixedOffset::east_opt(0),
        _ => Some(fixed_offset(offset)?),
    };
    is_clock.then_some((date, Some(time), offset))
}

/// `+0200`, `-05:30`, `+02`, `+020000`.
pub(super) fn fixed_offset(text: &str) -> Option<FixedOffset> {
    let (sign, digits) = match text.trim().split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-", digits) => (-1, digits),
        _ => return None,
    };
    let digits = digits.replace(':', "");
    let two = |at: usize| digits.get(at..at + 2).and_then(|digits| digits.parse::<i32>().ok());
    let (hours, minutes, seconds) = match digits.len() {
        1 => (digits.parse().ok()?, 0, 0),
        2 => (two(0)?, 0, 0),
        4 => (two(0)?, two(2)?, 0),
        6 => (two(0)?, two(2)?, two(4)?),
        _ => return None,
    };
    let is_offset =
        digits.bytes().all(|byte| byte.is_ascii_digit()) && hours <= 15 && minutes < 60 && seconds < 60;
    if is_offset { FixedOffset::east_opt(sign * (hours * 3600 + minutes * 60 + seconds)) } else { None }
}

#[cfg(test)]
mod tests {
    use super::{Form, Span, Time, fixed_offset, read};
    use crate::apple::content_line::Lines;
    use proptest::prelude::{any, proptest};

    fn of(line: &str) -> Option<Time> {
        let mut lines = Lines::new(line.as_bytes());
        lines.next().unwrap().and_then(|line| line.property().and_then(|property| read(&property)))
    }

    fn shown(form: &Form) -> String {
        match form {
            Form::Day(day) => day.to_string(),
            Form::Utc(instant) => format!("{instant:?}"),
            Form::Local { time, zone } => format!("{time:?} {}", zone.as_deref().unwrap_or("-")),
            Form::Unreadable => "?".to_owned(),
        }
    }

    #[test]
    fn every_form_of_a_time() {
        let cases = [
            ("X:20240517", "2024-05-17"),
            ("X;VALUE=DATE:20240517", "2024-05-17"),
            ("X;VALUE=DATE:20240517T000000", "2024-05-17"),
            ("X;VALUE=DATE;TZID=Europe/Oslo:20240517", "2024-05-17"),
            ("X:20240517T080910Z", "2024-05-17T08:09:10Z"),
            ("X;TZID=Europe/Oslo:20240517T080910Z", "2024-05-17T08:09:10Z"),
            ("X:20240517T080910", "2024-05-17T08:09:10 -"),
            ("X;TZID=Europe/Oslo:20240517T080910", "2024-05-17T08:09:10 Europe/Oslo"),
            (
                "X;TZID=\"W. Europe Standard Time\":20240517T080910",
                "2024-05-17T08:09:10 W. Europe Standard Time",
            ),
            ("X;TZID=:20240517T080910", "2024-05-17T08:09:10 -"),
            ("X;VALUE=DATE-TIME:20240517t0809", "2024-05-17T08:09:00 -"),
            ("X:2024-05-17T08:09:10+02:00", "2024-05-17T06:09:10Z"),
            ("X:2024-05-17 08:09:10", "2024-05-17T08:09:10 -"),
            ("X:20161231T235960Z", "2016-12-31T23:59:59Z"),
            ("X:00010101T000000", "0001-01-01T00:00:00 -"),
            ("X:20240230", "?"),
            ("X:20240517T250000", "?"),
            ("X:20240517T0809", "2024-05-17T08:09:00 -"),
            ("X:20240517T08091", "?"),
            ("X:20240517T080961", "?"),
            ("X:+20240517", "?"),
            ("X:120240517", "?"),
            ("X:00000101", "?"),
            ("X:tomorrow", "?"),
            ("X:２０２４", "?"),
        ];
        for (line, expected) in cases {
            assert_eq!(of(line).map(|time| shown(&time.form)).as_deref(), Some(expected), "{line}");
        }
        assert_eq!(of("X: "), None);
    }

    #[test]
    fn later_by_a_span() {
        let cases = [
            ("X:20240517T080000Z", "PT1H30M", Some("2024-05-17T09:30:00Z")),
            ("X:20240517T080000", "P1DT2H", Some("2024-05-18T10:00:00 -")),
            ("X:20240517", "P1D", Some("2024-05-18")),
            ("X:20240517", "P1W", Some("2024-05-24")),
            ("X:20240517", "PT24H", Some("2024-05-18")),
            ("X:20240517T080000Z", "-PT15M", Some("2024-05-17T07:45:00Z")),
            ("X:20240517T080000Z", "+P1W", Some("2024-05-24T08:00:00Z")),
            ("X:99991231", "P9999999D", None),
            ("X:20240517", "P1H", None),
            ("X:20240517", "PT1D", None),
            ("X:20240517", "P", None),
            ("X:20240517", "P1", None),
            ("X:20240517", "P99999999999999999999D", None),
            ("X:20240517", "one hour", None),
            ("X:nonsense", "P1D", None),
        ];
        for (line, span, expected) in cases {
            let time = of(line).expect("a time");
            let later = Span::read(span).and_then(|span| time.later_by(&span));
            assert_eq!(later.map(|form| shown(&form)).as_deref(), expected, "{line} {span}");
        }
    }

    #[test]
    fn offsets() {
        let cases = [
            ("+0200", Some(7200)),
            ("-05:30", Some(-19800)),
            ("+2", Some(7200)),
            ("+005328", Some(3208)),
            ("0200", None),
            ("+2400", None),
            ("+é", None),
            ("", None),
        ];
        for (text, seconds) in cases {
            assert_eq!(fixed_offset(text).map(|offset| offset.local_minus_utc()), seconds, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_panics(text in any::<String>(), near in "[-+]?P?[0-9]{0,19}[WDT]?[0-9]{0,19}[HMS]?") {
            for text in [text, near] {
                let span = Span::read(&text);
                let time = of(&format!("X:{text}"));
                let _ = time.and_then(|time| span.and_then(|span| time.later_by(&span)));
                let _ = fixed_offset(&text);
            }
        }

        #[test]
        fn no_near_miss_panics(text in r"[0-9]{0,9}-?[0-9]{0,2}-?[0-9é]{0,2}[T ]?[0-9:]{0,8}[Z+-]?[0-9:é]{0,6}") {
            let _ = of(&format!("X:{text}"));
        }
    }
}
