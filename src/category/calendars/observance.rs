//! The rules of a `VTIMEZONE`: from when on its clocks were how far ahead.
//!
//! Only for zones that the database does not know by name. Of rules it reads what such blocks have: a day of each
//! year, by weekday or by date, until an end. A rule that it cannot read counts from its first day on.

use chrono::{Datelike, Days, FixedOffset, NaiveDate, NaiveDateTime, Weekday};

use crate::apple::content_line::Property;
use crate::category::calendars::time::{self, Form, fixed_offset};

/// Changes that one block may describe; the longest real one has some hundred.
const MOST: usize = 512;

/// All changes of a zone's clocks.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Observances(Vec<Observance>);

/// One change of clocks, once or each year (`STANDARD` or `DAYLIGHT`).
#[derive(Debug, Clone, PartialEq, Default)]
struct Observance {
    /// The first change, on the clock before it.
    starts: Option<NaiveDateTime>,
    from: Option<FixedOffset>,
    to: Option<FixedOffset>,
    yearly: Option<Yearly>,
    /// Further changes, on the same clock.
    also: Vec<NaiveDateTime>,
}

/// A day of each year.
#[derive(Debug, Clone, PartialEq, Default)]
struct Yearly {
    month: Option<u32>,
    /// `-1SU`: which one of its month, 0 for any.
    weekday: Option<(i64, Weekday)>,
    /// `8,9,10,11,12,13,14`: the days of the month, of which one is it.
    days: Vec<i64>,
    until: Option<Until>,
}

/// The end of a rule. Where it is an instant, `TZOFFSETFROM` says what the clock showed; that may come later in
/// the file.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Until {
    Clock(NaiveDateTime),
    Instant(NaiveDateTime),
}

impl Observances {
    /// Whether the block had none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Bytes of memory that they take.
    pub(super) fn weight(&self) -> usize {
        let days =
            |one: &Observance| one.yearly.as_ref().map_or(0, |rule| rule.days.len() * size_of::<i64>());
        let dates = |one: &Observance| one.also.len() * size_of::<NaiveDateTime>();
        self.0.iter().map(|one| size_of::<Observance>() + days(one) + dates(one)).sum()
    }

    /// A block begins within a `VTIMEZONE`.
    pub(super) fn begin(&mut self, name: &str) {
        if matches!(name, "STANDARD" | "DAYLIGHT") && self.0.len() < MOST {
            self.0.push(Observance::default());
        }
    }

    /// Takes in a property of the block that began last.
    pub(super) fn hear(&mut self, property: &Property) {
        let Some(last) = self.0.last_mut() else { return };
        match &*property.name {
            "DTSTART" => last.starts = local(&time::read(property)),
            "TZOFFSETFROM" => last.from = fixed_offset(&property.raw()),
            "TZOFFSETTO" => last.to = fixed_offset(&property.raw()),
            "RRULE" => last.yearly = Yearly::read(&property.raw()),
            "RDATE" => {
                let dates = property.raw();
                let dates = dates.split(',').take(MOST).filter_map(|date| {
                    let date = date.trim().trim_end_matches(['Z', 'z']);
                    NaiveDateTime::parse_from_str(date, "%Y%m%dT%H%M%S").ok()
                });
                last.also.extend(dates);
                last.also.sort_unstable();
                last.also.truncate(MOST);
            }
            _ => {}
        }
    }

    /// How far ahead a clock was that showed this time: before a change if it showed it twice or never.
    pub fn offset_at(&self, time: NaiveDateTime) -> Option<FixedOffset> {
        let changes = self.0.iter().filter_map(|change| Some((change.last_before(time)?, change)));
        let Some((onset, change)) = changes.max_by_key(|(onset, _)| *onset) else {
            let first =
                self.0.iter().filter(|change| change.starts.is_some()).min_by_key(|change| change.starts)?;
            return first.from.or(first.to);
        };
        let (from, to) = (change.from.or(change.to)?, change.to?);
        let skipped = i64::from(to.local_minus_utc()) - i64::from(from.local_minus_utc());
        let is_skipped = (time - onset).num_seconds() < skipped;
        Some(if is_skipped { from } else { to })
    }
}

impl Observance {
    /// The last change at or before a time.
    fn last_before(&self, time: NaiveDateTime) -> Option<NaiveDateTime> {
        let first = self.starts.filter(|first| *first <= time)?;
        let by_rule = self.yearly.as_ref().and_then(|rule| {
            let end = match rule.until {
                None => time,
                Some(Until::Clock(end)) => end,
                Some(Until::Instant(end)) => {
                    self.from.map_or(Some(end), |from| end.checked_add_offset(from))?
                }
            };
            // a rule that ended long ago changed the clocks last in its last year
            let end = end.min(time);
            let years = [end.year(), end.year() - 1];
            years
                .into_iter()
                .filter_map(|year| rule.in_year(year, first))
                .find(|onset| (first..=end).contains(onset))
        });
        let also = self.also.partition_point(|also| *also <= time).checked_sub(1);
        let also = also.and_then(|at| self.also.get(at).copied());
        [Some(first), by_rule, also].into_iter().flatten().max()
    }
}

impl Yearly {
    /// `FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU`; `None` for every other kind.
    fn read(text: &str) -> Option<Yearly> {
        let mut rule = Yearly::default();
        let mut is_yearly = false;
        for part in text.trim().split(';') {
            let (name, value) = part.split_once('=')?;
            match name.trim().to_ascii_uppercase().as_str() {
                "FREQ" => is_yearly = value.trim().eq_ignore_ascii_case("YEARLY"),
                "BYMONTH" => rule.month = value.split(',').next()?.trim().parse().ok(),
                "BYDAY" => {
                    rule.weekday =
                        weekday(value.split(',').next()?.trim()).filter(|(nth, _)| (-5..=5).contains(nth))
                }
                "BYMONTHDAY" => {
                    rule.days = value.split(',').take(31).filter_map(|day| day.trim().parse().ok()).collect();
                }
                "UNTIL" => rule.until = until(value.trim()),
                _ => {}
            }
        }
        is_yearly.then_some(rule)
    }

    fn in_year(&self, year: i32, first: NaiveDateTime) -> Option<NaiveDateTime> {
        let month = self.month.unwrap_or(first.month());
        let first_day = NaiveDate::from_ymd_opt(year, month, 1)?;
        let length = i64::from(first_day.num_days_in_month());
        let day = |number: i64| {
            let number = if number < 0 { length + number } else { number - 1 };
            first_day
                .checked_add_days(Days::new(u64::try_from(number).ok()?))
                .filter(|day| day.month() == month)
        };
        let date = match (self.weekday, self.days.as_slice()) {
            (None, []) => day(first.day().into()),
            (None, [number, ..]) => day(*number),
            (Some((0, weekday)), []) => (1..=7).filter_map(day).find(|day| day.weekday() == weekday),
            (Some((0, weekday)), days) => {
                days.iter().filter_map(|number| day(*number)).filter(|day| day.weekday() == weekday).min()
            }
            (Some((nth, weekday)), _) => {
                let mut all = (1..=length).filter_map(day).filter(|day| day.weekday() == weekday);
                match usize::try_from(nth.unsigned_abs()).ok()? {
                    nth_from_end if nth < 0 => all.rev().nth(nth_from_end - 1),
                    nth => all.nth(nth - 1),
                }
            }
        };
        date.map(|date| date.and_time(first.time()))
    }
}

/// `-1SU`, `+2SU`, `SU`, whose number is 0.
pub(super) fn weekday(text: &str) -> Option<(i64, Weekday)> {
    let (nth, name) = text.split_at_checked(text.len().checked_sub(2)?)?;
    let weekday = match name.to_ascii_uppercase().as_str() {
        "MO" => Weekday::Mon,
        "TU" => Weekday::Tue,
        "WE" => Weekday::Wed,
        "TH" => Weekday::Thu,
        "FR" => Weekday::Fri,
        "SA" => Weekday::Sat,
        "SU" => Weekday::Sun,
        _ => return None,
    };
    let nth = if nth.is_empty() { 0 } else { nth.parse().ok()? };
    Some((nth, weekday))
}

fn until(text: &str) -> Option<Until> {
    let bare = text.trim_end_matches(['Z', 'z']);
    let time = match NaiveDateTime::parse_from_str(bare, "%Y%m%dT%H%M%S") {
        Ok(time) => time,
        Err(_) => NaiveDate::parse_from_str(bare, "%Y%m%d").ok()?.and_hms_opt(23, 59, 59)?,
    };
    Some(if bare == text { Until::Clock(time) } else { Until::Instant(time) })
}

fn local(time: &Option<time::Time>) -> Option<NaiveDateTime> {
    match &time.as_ref()?.form {
        Form::Local { time, .. } => Some(*time),
        Form::Utc(instant) => Some(instant.naive_utc()),
        Form::Day(day) => day.and_hms_opt(0, 0, 0),
        Form::Unreadable => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::category::calendars::read;
    use crate::category::calendars::zone::Zones;
    use chrono::NaiveDateTime;

    const YEARLY: &str = "BEGIN:DAYLIGHT\nTZOFFSETFROM:+0100\nRRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\n\
        DTSTART:19810329T020000\nTZOFFSETTO:+0200\nEND:DAYLIGHT\nBEGIN:STANDARD\nTZOFFSETFROM:+0200\n\
        RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\nDTSTART:19961027T030000\nTZOFFSETTO:+0100\nEND:STANDARD\n";

    /// The instant of a local time in a zone of these blocks, which nobody knows by name.
    fn utc(blocks: &str, local: &str) -> Option<String> {
        let text =
            format!("BEGIN:VCALENDAR\nBEGIN:VTIMEZONE\nTZID:Mine\n{blocks}END:VTIMEZONE\nEND:VCALENDAR\n");
        let stream = read(text.as_bytes()).unwrap();
        let zones = Zones::of(&stream.calendars[0], None);
        let local: NaiveDateTime = local.parse().expect("a time of the table");
        zones.instant(local, Some("Mine")).0.map(|instant| instant.format("%FT%T").to_string())
    }

    #[test]
    fn clocks_by_the_rules_of_the_file() {
        let cases = [
            ("2024-01-15T12:00:00", "2024-01-15T11:00:00"),
            ("2024-07-15T12:00:00", "2024-07-15T10:00:00"),
            ("2024-03-31T01:59:59", "2024-03-31T00:59:59"),
            // skipped: as far on as the clock was set
            ("2024-03-31T02:30:00", "2024-03-31T01:30:00"),
            ("2024-03-31T03:00:00", "2024-03-31T01:00:00"),
            // shown twice: the first
            ("2024-10-27T02:30:00", "2024-10-27T00:30:00"),
            ("2024-10-27T03:00:00", "2024-10-27T02:00:00"),
            ("1970-07-15T12:00:00", "1970-07-15T11:00:00"),
            ("9999-07-15T12:00:00", "9999-07-15T10:00:00"),
        ];
        for (local, expected) in cases {
            assert_eq!(utc(YEARLY, local).as_deref(), Some(expected), "{local}");
        }
    }

    #[test]
    fn rules_of_other_shapes() {
        let block = |from: &str, to: &str, start: &str, more: &str| {
            format!(
                "BEGIN:STANDARD\nDTSTART:{start}\n{more}TZOFFSETFROM:{from}\nTZOFFSETTO:{to}\nEND:STANDARD\n"
            )
        };
        let cases = [
            (
                block("+0100", "+0300", "20200101T000000", ""),
                "2024-06-01T12:00:00",
                Some("2024-06-01T09:00:00"),
            ),
            (
                block("+0100", "+0300", "20200101T000000", ""),
                "2019-06-01T12:00:00",
                Some("2019-06-01T11:00:00"),
            ),
            // the first Sunday from the 8th on, as Outlook and Apple write it
            (
                block(
                    "-0500",
                    "-0400",
                    "20070311T020000",
                    "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=SU;BYMONTHDAY=8,9,10,11,12,13,14\n",
                ),
                "2024-03-10T03:00:00",
                Some("2024-03-10T07:00:00"),
            ),
            (
                block("-0500", "-0400", "20070311T020000", "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU\n"),
                "2024-03-10T01:00:00",
                Some("2024-03-10T05:00:00"),
            ),
            // an end in UTC that is the last change itself
            (
                block(
                    "+0200",
                    "+0100",
                    "19960101T030000",
                    "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU;UNTIL=20061029T010000Z\n",
                ),
                "2010-01-01T00:00:00",
                Some("2009-12-31T23:00:00"),
            ),
            (
                block("+0100", "+0200", "20200101T000000", "RDATE:20210101T000000,20220101T000000\n"),
                "2023-01-01T00:00:00",
                Some("2022-12-31T22:00:00"),
            ),
            (
                block("+0100", "+0200", "20200101T000000", "RRULE:FREQ=DAILY\n"),
                "2023-01-01T00:00:00",
                Some("2022-12-31T22:00:00"),
            ),
            (
                block("+0100", "+0200", "20200131T000000", "RRULE:FREQ=YEARLY;BYMONTH=2\n"),
                "2023-01-01T00:00:00",
                Some("2022-12-31T22:00:00"),
            ),
            (block("", "", "20200101T000000", ""), "2023-01-01T00:00:00", None),
            (block("+0100", "+0200", "nonsense", ""), "2023-01-01T00:00:00", None),
        ];
        for (blocks, local, expected) in cases {
            assert_eq!(utc(&blocks, local).as_deref(), expected, "{blocks}");
        }
    }
}
