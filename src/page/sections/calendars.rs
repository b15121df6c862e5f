//! Calendars by month, and lists of reminders.
//!
//! An event knows all days on which it takes place, as runs of equal steps: a weekly one is three numbers.

use std::io;

use chrono::{NaiveDate, NaiveTime, Timelike};
use serde::Serialize;

use crate::contents::Category;
use crate::page::json::Script;
use crate::page::sections::{Section, listed};

/// Characters of what is said of an event or a task.
const LONGEST: usize = 4000;

/// All that a calendar page shows.
#[derive(Debug)]
pub struct Days {
    pub calendars: Vec<CalendarShown>,
    /// Events as they are in the page.
    events: Script,
    has_events: bool,
    /// Tasks likewise.
    tasks: Script,
    task_count: u64,
    /// Events that are counted and have no day that anybody can read.
    pub unplaced: u64,
}

/// A calendar, or a list of reminders.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct CalendarShown {
    pub name: String,
    /// Where its file stands in the library.
    pub path: String,
}

/// An event, or a series.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EventShown {
    /// The index of its calendar.
    pub calendar: usize,
    pub title: String,
    /// The days on which it starts, in order.
    pub days: Vec<NaiveDate>,
    /// What the clock shows when it starts; `None` for whole days.
    pub starts: Option<NaiveTime>,
    /// How many days later it ends, and what the clock shows then.
    pub ends: Option<(u64, Option<NaiveTime>)>,
    /// The zone of that clock, where it names one.
    pub zone: Option<String>,
    /// `RRULE`, where it is a series.
    pub rule: Option<String>,
    pub location: Option<String>,
    pub notes: Option<String>,
    /// It was called off.
    pub cancelled: bool,
}

/// A task of a list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct TaskShown {
    /// The index of its list among the calendars.
    pub list: usize,
    pub title: String,
    /// A day, or RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due: Option<String>,
    pub done: bool,
}

#[derive(Serialize)]
struct Event<'a> {
    calendar: usize,
    title: &'a str,
    /// First day (since 1970), step in days, how many.
    runs: Vec<(i64, i64, usize)>,
    /// Minutes since midnight.
    #[serde(skip_serializing_if = "Option::is_none")]
    starts: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ends: Option<(u64, Option<u32>)>,
    #[serde(skip_serializing_if = "Option::is_none")]
    zone: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    notes: Option<&'a str>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    cancelled: bool,
}

impl Days {
    /// None yet.
    pub fn new() -> Self {
        Days {
            calendars: Vec::new(),
            events: Script::new(),
            has_events: false,
            tasks: Script::new(),
            task_count: 0,
            unplaced: 0,
        }
    }

    /// Adds an event. There may be so many that they are not held.
    ///
    /// # Errors
    /// If there is no room for it.
    pub fn event(&mut self, shown: &EventShown) -> io::Result<()> {
        let event = Event {
            calendar: shown.calendar,
            title: cut(&shown.title),
            runs: runs(&shown.days),
            starts: shown.starts.map(minute),
            ends: shown.ends.map(|(after, clock)| (after, clock.map(minute))),
            zone: shown.zone.as_deref(),
            rule: shown.rule.as_deref().map(cut),
            location: shown.location.as_deref().map(cut),
            notes: shown.notes.as_deref().map(cut),
            cancelled: shown.cancelled,
        };
        let comma = if self.has_events { "," } else { "" };
        self.has_events = true;
        self.events.push(&format!("{comma}{}", json(&event)))
    }

    /// Adds a task, likewise.
    ///
    /// # Errors
    /// As [`Days::event`].
    pub fn task(&mut self, shown: &TaskShown) -> io::Result<()> {
        let comma = if self.task_count > 0 { "," } else { "" };
        self.task_count += 1;
        self.tasks.push(&format!("{comma}{}", json(shown)))
    }

    /// Whether there are tasks.
    pub fn has_tasks(&self) -> bool {
        self.task_count > 0
    }

    fn script(&self) -> io::Result<Script> {
        let mut script = Script::new();
        script.push(&format!("{{\"calendars\":{},\"events\":[", json(&self.calendars)))?;
        script.append(&self.events)?;
        script.push("],\"tasks\":[")?;
        script.append(&self.tasks)?;
        script.push("]}")?;
        Ok(script)
    }
}

/// What a value says; the values of a page can all be said.
fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_else(|_| "null".to_owned())
}

impl Section {
    /// The section of these calendars and lists. `events` is how many events and series people count in them.
    pub fn calendars(days: &Days, events: u64) -> Self {
        let counts = [
            (events, "event", "events"),
            (days.task_count, "task", "tasks"),
            (days.calendars.len() as u64, "calendar or list", "calendars and lists"),
            (days.unplaced, "event without a day", "events without a day"),
        ];
        let is_listed = |(number, ..): &&(u64, &str, &str)| *number > 0;
        let first = counts.iter().take(2).position(|count| is_listed(&count)).unwrap_or(0);
        let (title, rest) = counts.split_at(first + 1);
        let (title, line) = (listed(title), listed(rest));
        Section { category: Category::Calendars, title, line, left_out: None, data: days.script() }
    }
}

fn minute(time: NaiveTime) -> u32 {
    time.hour() * 60 + time.minute()
}

/// The beginning of a text.
fn cut(text: &str) -> &str {
    text.char_indices().nth(LONGEST).and_then(|(end, _)| text.get(..end)).unwrap_or(text)
}

/// Days in order, as runs of equal steps.
fn runs(days: &[NaiveDate]) -> Vec<(i64, i64, usize)> {
    let number = |day: &NaiveDate| day.signed_duration_since(NaiveDate::default()).num_days();
    let mut runs: Vec<(i64, i64, usize)> = Vec::new();
    for day in days.iter().map(number) {
        match runs.last_mut() {
            Some((first, step, count @ 1)) if day > *first => (*step, *count) = (day - *first, 2),
            Some((first, step, count))
                if *count > 1 && day == *first + *step * i64::try_from(*count).unwrap_or(0) =>
            {
                *count += 1
            }
            _ => runs.push((day, 1, 1)),
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::runs;
    use chrono::{Days, NaiveDate};

    #[test]
    fn runs_of_days() {
        let days = |offsets: &[u64]| -> Vec<NaiveDate> {
            offsets.iter().map(|offset| NaiveDate::default() + Days::new(*offset)).collect()
        };
        assert_eq!(runs(&days(&[3])), [(3, 1, 1)]);
        assert_eq!(runs(&days(&[0, 7, 14, 28, 35, 42])), [(0, 7, 3), (28, 7, 3)]);
        assert_eq!(runs(&days(&[0, 1, 5, 6, 7])), [(0, 1, 2), (5, 1, 3)]);
        assert_eq!(runs(&[]), []);
    }
}
