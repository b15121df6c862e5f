//! On which days an event takes place: that of a single one, and all of a series up to a last day.
//!
//! Days and hours are those of the clock that the event means, so that a meeting at nine stays at nine when clocks
//! change. A rule is read as RFC 5545 has it, from years down to days; one that repeats within a day, or that has
//! parts which nobody knows, counts as its first time alone, since a wrong day is worse than none.
//!
//! The work of one file is bounded: what is beyond that shows its first time.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::io;

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, NaiveDateTime, NaiveTime, Utc, Weekday};
use chrono_tz::Tz;

use crate::apple::content_line::Text;
use crate::category::calendars::component::{Component, Status};
use crate::category::calendars::gathered::{Entries, Entry, Gathered, Part};
use crate::category::calendars::observance;
use crate::category::calendars::read::Mark;
use crate::category::calendars::time::{self, Form, Time};
use crate::category::calendars::zone::Zones;

/// Times of one series that are found.
const MOST_TIMES: usize = 20_000;

/// Days that are looked at for all series of a calendar.
const MOST_STEPS: u64 = 20_000_000;

/// An event, or a series of events, on the days on which it takes place.
#[derive(Debug, Clone, PartialEq)]
pub struct Happening {
    pub event: Component,
    /// What the clock shows when it starts; `None` for whole days.
    pub starts: Option<NaiveTime>,
    /// How many days after its start it ends, and what the clock shows then. Of whole days it is the last one.
    pub ends: Option<(u64, Option<NaiveTime>)>,
    /// The days on which it starts, in order; never empty.
    pub days: Vec<NaiveDate>,
    /// It replaces one of a series.
    pub is_moved: bool,
    /// It was called off.
    pub is_cancelled: bool,
}

/// The events of a calendar, one after another.
pub struct Happenings<'t> {
    entries: Entries<'t>,
    /// Times of series that others replace.
    moved: HashMap<Mark, Vec<Form>>,
    last: NaiveDate,
    steps: u64,
}

/// The events of a calendar, in the order of the file, series up to a last day. What has no time that can be read is
/// left out. Times in UTC are shown on the calendar's own clock, else on that of `assumed`.
///
/// # Errors
/// If the text cannot be read again.
pub fn happenings<'t>(
    calendar: &'t Gathered,
    text: &'t Text,
    assumed: Option<Tz>,
    last: NaiveDate,
) -> io::Result<Happenings<'t>> {
    let mut moved: HashMap<Mark, Vec<Form>> = HashMap::new();
    if calendar.has(&[Part::EventOverride]) {
        let mut entries = calendar.entries(text, assumed);
        while let Some(Entry { component, part, .. }) = entries.next()? {
            let Some((uid, replaced)) = component.uid.zip(component.replaces) else { continue };
            if part == Part::EventOverride {
                // on whatever clock, a time of a series is on that of the series
                let form = match replaced.form {
                    Form::Local { time, .. } => Form::Local { time, zone: None },
                    other => other,
                };
                moved.entry(Mark::of(&uid)).or_default().push(form);
            }
        }
    }
    Ok(Happenings { entries: calendar.entries(text, assumed), moved, last, steps: MOST_STEPS })
}

impl Happenings<'_> {
    /// The next one; `None` at the end.
    ///
    /// # Errors
    /// If the text cannot be read again.
    // not an iterator: it may fail, and nobody asks for what is behind that
    #[allow(clippy::should_implement_trait)]
    pub fn next(&mut self) -> io::Result<Option<Happening>> {
        while let Some(Entry { zones, component: event, part }) = self.entries.next()? {
            if !matches!(part, Part::Event | Part::EventOverride) {
                continue;
            }
            let start = event.starts.as_ref().and_then(|starts| zones.on_the_clock(starts));
            let Some((first, starts)) = start else { continue };
            let series = Series { event: &event, zones, first, starts };
            let is_moved = part == Part::EventOverride;
            let days = match is_moved {
                true => vec![first],
                false => {
                    let replaced = event.uid.as_deref().and_then(|uid| self.moved.get(&Mark::of(uid)));
                    series.days(self.last, replaced.map_or(&[], Vec::as_slice), &mut self.steps)
                }
            };
            if days.is_empty() {
                continue;
            }
            let (ends, is_cancelled) = (series.ends(), event.status == Status::Cancelled);
            return Ok(Some(Happening { event, starts, ends, days, is_moved, is_cancelled }));
        }
        Ok(None)
    }
}

struct Series<'a> {
    event: &'a Component,
    zones: &'a Zones,
    first: NaiveDate,
    starts: Option<NaiveTime>,
}

impl Series<'_> {
    fn days(&self, last: NaiveDate, replaced: &[Form], steps: &mut u64) -> Vec<NaiveDate> {
        let mut days = BTreeSet::from([self.first]);
        for rule in self.event.rule.iter().flat_map(|rules| rules.lines()) {
            if let Some(rule) = Rule::read(rule, self.first) {
                days.extend(rule.days(self.first, last, &|day| self.is_before(day, &rule), steps));
            }
        }
        let also = self.event.also.iter().filter_map(|time| self.zones.on_the_clock(time));
        days.extend(also.map(|(day, _)| day));
        let out = Left::of(self.event.except.iter().map(|time| &time.form).chain(replaced));
        let mut days: Vec<NaiveDate> = days.into_iter().filter(|day| !self.is_out(*day, &out)).collect();
        days.truncate(MOST_TIMES);
        days
    }

    fn instant(&self, day: NaiveDate) -> Option<DateTime<Utc>> {
        let start = self.event.starts.as_ref()?;
        let form = match &start.form {
            Form::Local { zone, .. } => Form::Local { time: day.and_time(self.starts?), zone: zone.clone() },
            Form::Utc(_) => Form::Local { time: day.and_time(self.starts?), zone: None },
            Form::Day(_) | Form::Unreadable => return None,
        };
        Time { raw: "".into(), form }.moment(self.zones).utc
    }

    fn is_before(&self, day: NaiveDate, rule: &Rule) -> bool {
        match rule.until {
            None => true,
            Some(Until::Day(until)) => day <= until,
            Some(Until::Clock(until)) => day.and_time(self.starts.unwrap_or_default()) <= until,
            Some(Until::Instant(until)) => match self.instant(day) {
                Some(instant) => instant <= until,
                None => day <= until.date_naive(),
            },
        }
    }

    fn is_out(&self, day: NaiveDate, out: &Left) -> bool {
        let is_instant = || self.instant(day).is_some_and(|instant| out.instants.contains(&instant));
        out.days.contains(&day) || !out.instants.is_empty() && is_instant()
    }

    fn ends(&self) -> Option<(u64, Option<NaiveTime>)> {
        let ends = match (&self.event.ends, &self.event.starts, &self.event.lasts) {
            (Some(ends), ..) => self.zones.on_the_clock(ends),
            (None, Some(starts), Some(lasts)) => {
                let form = starts.later_by(lasts)?;
                self.zones.on_the_clock(&Time { raw: lasts.raw.clone(), form })
            }
            _ => None,
        };
        let (day, clock) = ends?;
        // the end of whole days is the day after the last
        let day = if self.starts.is_none() && day > self.first { day.pred_opt()? } else { day };
        let after = u64::try_from((day - self.first).num_days()).ok()?;
        Some((after, clock.filter(|_| self.starts.is_some())))
    }
}

/// Times that are no more in a series.
#[derive(Default)]
struct Left {
    days: HashSet<NaiveDate>,
    instants: HashSet<DateTime<Utc>>,
}

impl Left {
    fn of<'t>(forms: impl Iterator<Item = &'t Form>) -> Self {
        let mut left = Left::default();
        for form in forms {
            match form {
                Form::Day(day) => drop(left.days.insert(*day)),
                Form::Local { time, .. } => drop(left.days.insert(time.date())),
                Form::Utc(instant) => drop(left.instants.insert(*instant)),
                Form::Unreadable => {}
            }
        }
        left
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Every {
    Day,
    Week,
    Month,
    Year,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Until {
    Day(NaiveDate),
    Clock(NaiveDateTime),
    Instant(DateTime<Utc>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Rule {
    every: Every,
    interval: u32,
    count: Option<usize>,
    until: Option<Until>,
    months: Vec<u32>,
    /// 1 is the first, −1 the last.
    month_days: Vec<i32>,
    year_days: Vec<i32>,
    weeks: Vec<i32>,
    /// Which one of its month or year, 0 for each.
    weekdays: Vec<(i32, Weekday)>,
    /// Which of a period's days.
    positions: Vec<i32>,
    week_start: Weekday,
}

impl Rule {
    /// `FREQ=MONTHLY;BYDAY=2TU`; `None` for what is no such rule, or is more than days can say.
    fn read(text: &str, first: NaiveDate) -> Option<Rule> {
        let mut rule = Rule {
            every: Every::Day,
            interval: 1,
            count: None,
            until: None,
            months: Vec::new(),
            month_days: Vec::new(),
            year_days: Vec::new(),
            weeks: Vec::new(),
            weekdays: Vec::new(),
            positions: Vec::new(),
            week_start: Weekday::Mon,
        };
        let mut every = None;
        for part in text.trim().split(';').filter(|part| !part.trim().is_empty()) {
            let (name, value) = part.split_once('=')?;
            let value = value.trim();
            match name.trim().to_ascii_uppercase().as_str() {
                "FREQ" => {
                    every = Some(match value.to_ascii_uppercase().as_str() {
                        "DAILY" => Every::Day,
                        "WEEKLY" => Every::Week,
                        "MONTHLY" => Every::Month,
                        "YEARLY" => Every::Year,
                        _ => return None,
                    });
                }
                "INTERVAL" => {
                    rule.interval = value.parse().ok().filter(|interval| (1..=10_000).contains(interval))?
                }
                "COUNT" => rule.count = Some(value.parse().ok()?),
                "UNTIL" => rule.until = Some(until(value)?),
                "BYMONTH" => {
                    rule.months =
                        numbers(value, 1..=12)?.into_iter().filter_map(|n| u32::try_from(n).ok()).collect()
                }
                "BYMONTHDAY" => rule.month_days = numbers(value, -31..=31)?,
                "BYYEARDAY" => rule.year_days = numbers(value, -366..=366)?,
                "BYWEEKNO" => rule.weeks = numbers(value, -53..=53)?,
                "BYSETPOS" => rule.positions = numbers(value, -366..=366)?,
                "BYDAY" => rule.weekdays = value.split(',').map(weekday).collect::<Option<_>>()?,
                "WKST" => rule.week_start = weekday(value)?.1,
                // within a day: where they say what the start says, they say nothing
                "BYHOUR" | "BYMINUTE" | "BYSECOND" if !value.contains(',') => {}
                name if name.starts_with("X-") => {}
                _ => return None,
            }
        }
        rule.every = every?;
        let names_days =
            !rule.weekdays.is_empty() || !rule.month_days.is_empty() || !rule.year_days.is_empty();
        match rule.every {
            _ if names_days => {}
            Every::Day => {}
            Every::Week => rule.weekdays.push((0, first.weekday())),
            Every::Month => rule.month_days.push(i32::try_from(first.day()).ok()?),
            Every::Year if !rule.weeks.is_empty() => rule.weekdays.push((0, first.weekday())),
            Every::Year => {
                if rule.months.is_empty() {
                    rule.months.push(first.month());
                }
                rule.month_days.push(i32::try_from(first.day()).ok()?);
            }
        }
        Some(rule)
    }

    /// The days of this rule from the first on, which is one of them.
    fn days(
        &self,
        first: NaiveDate,
        last: NaiveDate,
        is_before: &dyn Fn(NaiveDate) -> bool,
        steps: &mut u64,
    ) -> Vec<NaiveDate> {
        let most = self.count.unwrap_or(MOST_TIMES).min(MOST_TIMES);
        let mut found = vec![first];
        let mut period = Some(self.period_of(first));
        while let Some(begin) = period.filter(|begin| *begin <= last) {
            let length = self.length(begin);
            let Some(rest) = steps.checked_sub(length) else { return found };
            *steps = rest;
            let days = begin.iter_days().take(usize::try_from(length).unwrap_or(0));
            let chosen: Vec<NaiveDate> = days.filter(|day| self.chooses(*day)).collect();
            for day in self.positioned(&chosen) {
                if day <= first {
                    continue;
                }
                if day > last || found.len() >= most || !is_before(day) {
                    return found;
                }
                found.push(day);
            }
            period = self.next(begin);
        }
        found
    }

    /// The first day of the period in which a day lies.
    fn period_of(&self, day: NaiveDate) -> NaiveDate {
        match self.every {
            Every::Day => day,
            Every::Week => day - Days::new(u64::from(day.weekday().days_since(self.week_start))),
            Every::Month => day.with_day(1).unwrap_or(day),
            Every::Year => day.with_ordinal(1).unwrap_or(day),
        }
    }

    fn length(&self, begin: NaiveDate) -> u64 {
        match self.every {
            Every::Day => 1,
            Every::Week => 7,
            Every::Month => u64::from(begin.num_days_in_month()),
            Every::Year => u64::from(days_of_year(begin)),
        }
    }

    fn next(&self, begin: NaiveDate) -> Option<NaiveDate> {
        match self.every {
            Every::Day => begin.checked_add_days(Days::new(u64::from(self.interval))),
            Every::Week => begin.checked_add_days(Days::new(7 * u64::from(self.interval))),
            Every::Month => begin.checked_add_months(Months::new(self.interval)),
            Every::Year => begin.checked_add_months(Months::new(12 * self.interval)),
        }
    }

    fn chooses(&self, day: NaiveDate) -> bool {
        let (month_length, year_length) = (i32::from(day.num_days_in_month()), days_of_year(day));
        let is_one = |chosen: &[i32], number: u32, length: i32| {
            let number = i32::try_from(number).unwrap_or(0);
            chosen.is_empty() || chosen.contains(&number) || chosen.contains(&(number - length - 1))
        };
        let year_length = i32::try_from(year_length).unwrap_or(366);
        // a numbered weekday is one of its month, or of its year where no month is named
        let is_of_month = self.every == Every::Month || !self.months.is_empty();
        let (number, length) = match is_of_month {
            true => (day.day(), month_length),
            false => (day.ordinal(), year_length),
        };
        let number = i32::try_from(number).unwrap_or(0);
        let nth = |of: i32| match of {
            0 => true,
            1.. => (number - 1) / 7 + 1 == of,
            _ => (length - number) / 7 + 1 == -of,
        };
        let is_weekday = self.weekdays.is_empty()
            || self.weekdays.iter().any(|(of, weekday)| {
                let counts = matches!(self.every, Every::Month | Every::Year);
                *weekday == day.weekday() && (!counts || nth(*of))
            });
        let weeks_of_year =
            NaiveDate::from_ymd_opt(day.iso_week().year(), 12, 28).map_or(52, |day| day.iso_week().week());
        is_weekday
            && (self.months.is_empty() || self.months.contains(&day.month()))
            && is_one(&self.month_days, day.day(), month_length)
            && is_one(&self.year_days, day.ordinal(), year_length)
            && is_one(&self.weeks, day.iso_week().week(), i32::try_from(weeks_of_year).unwrap_or(52))
    }

    /// Those of a period's days that are wanted, in order.
    fn positioned(&self, days: &[NaiveDate]) -> Vec<NaiveDate> {
        if self.positions.is_empty() {
            return days.to_vec();
        }
        let place = |position: &i32| match usize::try_from(position.unsigned_abs()).ok()? {
            0 => None,
            back if *position < 0 => days.len().checked_sub(back),
            place => Some(place - 1),
        };
        let places: BTreeSet<usize> = self.positions.iter().filter_map(place).collect();
        places.into_iter().filter_map(|place| days.get(place).copied()).collect()
    }
}

fn days_of_year(day: NaiveDate) -> u32 {
    if day.leap_year() { 366 } else { 365 }
}

fn numbers(text: &str, range: std::ops::RangeInclusive<i32>) -> Option<Vec<i32>> {
    let number =
        |text: &str| text.trim().parse().ok().filter(|number| *number != 0 && range.contains(number));
    text.split(',').map(number).collect()
}

/// `-1SU`, `+2SU`, `SU`: of a year at most the 53rd.
fn weekday(text: &str) -> Option<(i32, Weekday)> {
    let (nth, weekday) = observance::weekday(text.trim())?;
    Some((i32::try_from(nth).ok().filter(|nth| (-53..=53).contains(nth))?, weekday))
}

fn until(text: &str) -> Option<Until> {
    let (day, clock, offset) = time::clock(text)?;
    Some(match (clock, offset) {
        (None, _) => Until::Day(day),
        (Some(clock), None) => Until::Clock(day.and_time(clock)),
        (Some(clock), Some(offset)) => {
            Until::Instant(day.and_time(clock).checked_sub_offset(offset)?.and_utc())
        }
    })
}

#[cfg(test)]
mod tests {
    use super::{Rule, happenings};
    use crate::category::calendars::kept;
    use chrono::NaiveDate;
    use proptest::prelude::{any, proptest};

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a day of the table")
    }

    /// The days of the events of these lines until the end of 2025, those of each event in brackets.
    fn days(events: &[&str]) -> String {
        let events: String =
            events.iter().map(|lines| format!("BEGIN:VEVENT\n{lines}\nEND:VEVENT\n")).collect();
        let text = format!("BEGIN:VCALENDAR\nX-WR-TIMEZONE:Europe/Oslo\n{events}END:VCALENDAR\n");
        let (text, calendars) = kept(text.as_bytes(), "Home").unwrap();
        let mut found = happenings(&calendars[0], &text, None, day("2025-12-31")).unwrap();
        let mut shown = String::new();
        while let Some(happening) = found.next().unwrap() {
            let days: Vec<String> = happening.days.iter().map(|day| day.format("%m%d").to_string()).collect();
            shown.push_str(&format!("[{}]", days.join(" ")));
        }
        shown
    }

    #[test]
    fn rules() {
        for (start, rule, expected) in [
            ("20251229T090000", "FREQ=DAILY", "[1229 1230 1231]"),
            ("20251229T090000", "FREQ=DAILY;COUNT=2", "[1229 1230]"),
            ("20250101T090000", "FREQ=DAILY;INTERVAL=100", "[0101 0411 0720 1028]"),
            ("20250606T090000", "FREQ=WEEKLY;UNTIL=20250620T070000Z", "[0606 0613 0620]"),
            ("20250606T090000", "FREQ=WEEKLY;UNTIL=20250620T065959Z", "[0606 0613]"),
            ("20250606", "FREQ=WEEKLY;UNTIL=20250620", "[0606 0613 0620]"),
            ("20250603T090000", "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,TH;COUNT=5", "[0603 0605 0617 0619 0701]"),
            ("20251001T090000", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;COUNT=4", "[1001 1002 1003 1006]"),
            // the week of the start ends on Saturday, or on Sunday
            (
                "20250805T090000",
                "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO",
                "[0805 0810 0819 0824]",
            ),
            (
                "20250805T090000",
                "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU",
                "[0805 0817 0819 0831]",
            ),
            ("20250131T090000", "FREQ=MONTHLY;COUNT=4", "[0131 0331 0531 0731]"),
            ("20250131T090000", "FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=3", "[0131 0228 0331]"),
            ("20250114T090000", "FREQ=MONTHLY;BYDAY=2TU;COUNT=3", "[0114 0211 0311]"),
            ("20250926T090000", "FREQ=MONTHLY;BYDAY=-1FR", "[0926 1031 1128 1226]"),
            ("20250131T090000", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;COUNT=3", "[0131 0228 0331]"),
            ("20250613T090000", "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13", "[0613]"),
            ("20240229", "FREQ=YEARLY", "[0229]"),
            ("20230412", "FREQ=YEARLY", "[0412 0412 0412]"),
            ("20241128", "FREQ=YEARLY;BYMONTH=11;BYDAY=4TH", "[1128 1127]"),
            ("20240101", "FREQ=YEARLY;BYYEARDAY=1,-1", "[0101 1231 0101 1231]"),
            ("20250106", "FREQ=YEARLY;BYWEEKNO=2,3;BYDAY=MO", "[0106 0113]"),
            ("20250101", "FREQ=YEARLY;BYMONTH=1,7;BYMONTHDAY=1,2", "[0101 0102 0701 0702]"),
            ("20251201T090000", "FREQ=HOURLY;COUNT=100", "[1201]"),
            ("20251201T090000", "FREQ=DAILY;COUNT=2;BYEASTER=1", "[1201]"),
            ("20251201T090000", "nonsense", "[1201]"),
            ("20300101", "FREQ=DAILY", "[0101]"),
        ] {
            assert_eq!(days(&[&format!("DTSTART:{start}\nRRULE:{rule}")]), expected, "{start} {rule}");
        }
    }

    #[test]
    fn what_is_taken_out_moved_and_added() {
        let zoned = "UID:a\nDTSTART;TZID=Europe/Oslo:20250602T090000\nRRULE:FREQ=DAILY;COUNT=4";
        for (more, expected) in [
            ("EXDATE;TZID=Europe/Oslo:20250603T090000", "[0602 0604 0605]"),
            ("EXDATE:20250603T070000Z,20250604T070000Z", "[0602 0605]"),
            ("EXDATE:20250603T080000Z", "[0602 0603 0604 0605]"),
            ("EXDATE;VALUE=DATE:20250602", "[0603 0604 0605]"),
            ("RDATE;TZID=Europe/Oslo:20250701T090000", "[0602 0603 0604 0605 0701]"),
            ("EXDATE:tomorrow", "[0602 0603 0604 0605]"),
        ] {
            assert_eq!(days(&[&format!("{zoned}\n{more}")]), expected, "{more}");
        }
        let moved =
            "UID:a\nRECURRENCE-ID;TZID=Europe/Oslo:20250603T090000\nDTSTART;TZID=Europe/Oslo:20250610T100000";
        assert_eq!(days(&[zoned, moved]), "[0602 0604 0605][0610]");
        assert_eq!(days(&["UID:b\nSUMMARY:no time", "DTSTART:20250101"]), "[0101]");
    }

    #[test]
    fn starts_and_ends_on_the_clock() {
        for (lines, expected) in [
            ("DTSTART:20250602T090000Z\nDTEND:20250602T100000Z", "11:00 0 12:00"),
            ("DTSTART;TZID=Europe/Oslo:20250602T230000\nDURATION:PT2H", "23:00 1 01:00"),
            ("DTSTART:20250602\nDTEND:20250605", "- 2 -"),
            ("DTSTART:20250602\nDTEND:20250602", "- 0 -"),
            ("DTSTART:20250602T090000", "09:00"),
            ("DTSTART:20250602T090000\nDTEND:20250601T090000", "09:00"),
        ] {
            let text = format!(
                "BEGIN:VCALENDAR\nX-WR-TIMEZONE:Europe/Oslo\nBEGIN:VEVENT\n{lines}\nEND:VEVENT\nEND:VCALENDAR\n"
            );
            let (text, calendars) = kept(text.as_bytes(), "Home").unwrap();
            let clock = |clock: Option<chrono::NaiveTime>| {
                clock.map_or("-".to_owned(), |clock| clock.format("%H:%M").to_string())
            };
            let mut found = happenings(&calendars[0], &text, None, day("2025-12-31")).unwrap();
            let found = found.next().unwrap().expect("an event");
            let ends = found.ends.map(|(days, at)| format!(" {days} {}", clock(at))).unwrap_or_default();
            assert_eq!(format!("{}{ends}", clock(found.starts)), expected, "{lines}");
        }
    }

    proptest! {
        #[test]
        fn no_rule_panics_or_runs_away(
            any_text in any::<String>(),
            near in "(FREQ=(DAILY|WEEKLY|MONTHLY|YEARLY);)?((INTERVAL|COUNT|BYMONTH|BYMONTHDAY|BYYEARDAY|BYWEEKNO|BYSETPOS)=-?[0-9]{1,3}(,-?[0-9]{1,2})?;|BYDAY=[-+]?[0-9]{0,2}(MO|SU);){0,4}",
            ordinal in 0u64..3_650_000,
        ) {
            let first = day("0001-01-01") + chrono::Days::new(ordinal);
            let last = day("9999-12-31");
            for text in [any_text, near] {
                let mut steps = 100_000;
                if let Some(rule) = Rule::read(&text, first) {
                    let days = rule.days(first, last, &|_| true, &mut steps);
                    assert!(days.is_sorted() && days[0] == first, "{text} {days:?}");
                }
            }
        }
    }
}
