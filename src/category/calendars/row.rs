//! What the tables `calendars`, `events` and `tasks` say. `None` is NULL.

use crate::category::calendars::component::{Component, Status};
use crate::category::calendars::gathered::{Gathered, Part};
use crate::category::calendars::time::{Moment, Time};
use crate::category::calendars::zone::Zones;

/// One row of the table `calendars`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalendarRow {
    /// What its owner calls it.
    pub name: String,
    /// `events`, `tasks`, `events and tasks`, or `empty`.
    pub kind: &'static str,
    /// The zone that the file states for it.
    pub time_zone: Option<String>,
    /// Where the library has the file.
    pub path: String,
}

/// One row of the table `events`: an event or a series. What replaces one of a series has none.
#[derive(Debug, Clone, PartialEq)]
pub struct EventRow {
    /// `UID`.
    pub uid: Option<String>,
    /// The name of its calendar.
    pub calendar: String,
    /// `starts_raw`, `starts_utc`, `starts_basis`.
    pub starts: Option<Moment>,
    /// Likewise; where the file has a duration, `ends_raw` is that.
    pub ends: Option<Moment>,
    /// Whether it has days and no hours. Then its end is the day after the last.
    pub all_day: bool,
    /// `RRULE`, verbatim.
    pub rule: Option<String>,
    /// Its title.
    pub summary: Option<String>,
    /// Where.
    pub location: Option<String>,
    /// In degrees.
    pub latitude: Option<f64>,
    /// In degrees.
    pub longitude: Option<f64>,
}

/// One row of the table `tasks`.
#[derive(Debug, Clone, PartialEq)]
pub struct TaskRow {
    /// `UID`.
    pub uid: Option<String>,
    /// The name of its list.
    pub list: String,
    /// Its title.
    pub summary: Option<String>,
    /// `due_raw`, `due_utc`, `due_basis`.
    pub due: Option<Moment>,
    /// Whether it is done; a cancelled one is not.
    pub done: bool,
    /// Where the library has the file.
    pub path: String,
}

impl CalendarRow {
    /// The row of a calendar in the file at `path`.
    pub fn of(calendar: &Gathered, path: &str) -> Self {
        let has_events = calendar.has(&[Part::Event, Part::EventOverride]);
        CalendarRow {
            name: calendar.name.clone(),
            kind: match (has_events, calendar.is_list()) {
                (true, true) => "events and tasks",
                (true, false) => "events",
                (false, true) => "tasks",
                (false, false) => "empty",
            },
            time_zone: calendar
                .calendars
                .iter()
                .find_map(|block| block.time_zone.as_deref())
                .map(str::to_owned),
            path: path.to_owned(),
        }
    }
}

impl EventRow {
    /// The row of an event in the calendar of this name.
    pub fn of(event: &Component, calendar: &str, zones: &Zones) -> Self {
        let moment = |time: &Option<Time>| time.as_ref().map(|time| time.moment(zones));
        let lasts_to = || {
            let (starts, lasts) = event.starts.as_ref().zip(event.lasts.as_ref())?;
            let ends = Time { raw: lasts.raw.clone(), form: starts.later_by(lasts)? };
            Some(ends.moment(zones))
        };
        EventRow {
            uid: text(&event.uid),
            calendar: calendar.to_owned(),
            starts: moment(&event.starts),
            ends: moment(&event.ends).or_else(lasts_to),
            all_day: event.starts.as_ref().is_some_and(Time::is_day),
            rule: text(&event.rule),
            summary: text(&event.summary),
            location: text(&event.location),
            latitude: event.position.map(|position| position.latitude),
            longitude: event.position.map(|position| position.longitude),
        }
    }
}

impl TaskRow {
    /// The row of a task in the list of this name, in the file at `path`.
    pub fn of(task: &Component, list: &str, zones: &Zones, path: &str) -> Self {
        TaskRow {
            uid: text(&task.uid),
            list: list.to_owned(),
            summary: text(&task.summary),
            due: task.due.as_ref().map(|due| due.moment(zones)),
            done: task.status == Status::Done,
            path: path.to_owned(),
        }
    }
}

fn text(value: &Option<Box<str>>) -> Option<String> {
    value.as_deref().map(str::to_owned)
}
