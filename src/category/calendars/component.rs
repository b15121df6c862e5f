//! What one event or task says.

use std::ops::Range;

use crate::apple::content_line::Property;
use crate::category::calendars::read::text;
use crate::category::calendars::time::{self, Span, Time};
use crate::place::Position;

/// Zones that one event names; real ones name two.
const MOST_ZONES: usize = 64;

/// Times that are added to one series, and taken out of it.
const MOST_DATES: usize = 10_000;

/// Alarms of one event that Apple set by itself; it sets one.
const MOST_ALARMS: usize = 1_000;

/// Bytes of all that is read of one event. What else stands in it, such as files that are attached, does not count.
const LARGEST: usize = 16 << 20;

/// What is read of a block.
const READ: [&str; 20] = [
    "UID",
    "SUMMARY",
    "DESCRIPTION",
    "LOCATION",
    "URL",
    "DTSTART",
    "DTEND",
    "DUE",
    "COMPLETED",
    "CREATED",
    "RECURRENCE-ID",
    "RDATE",
    "EXDATE",
    "DURATION",
    "RRULE",
    "STATUS",
    "PERCENT-COMPLETE",
    "PRIORITY",
    "RELATED-TO",
    "GEO",
];

/// Whether anything of a block depends on a property.
pub(super) fn is_read(property: &Property) -> bool {
    READ.contains(&&*property.name) || &*property.name == "X-APPLE-STRUCTURED-LOCATION"
}

/// What a block is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Kind {
    /// `VEVENT`.
    Event,
    /// `VTODO`.
    Task,
    /// Anything else, by its name: `VJOURNAL`, `VFREEBUSY`.
    Other(Box<str>),
}

impl Kind {
    pub(super) fn of(name: &str) -> Self {
        match name {
            "VEVENT" => Kind::Event,
            "VTODO" => Kind::Task,
            other => Kind::Other(other.into()),
        }
    }
}

/// How far a task is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Status {
    /// Not done, or not said.
    #[default]
    Open,
    /// `COMPLETED`, or 100 per cent.
    Done,
    /// `CANCELLED`.
    Cancelled,
}

/// How much a task matters, of the nine steps of iCalendar the three that Reminders has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Priority {
    /// 1 to 4.
    High,
    /// 5.
    Medium,
    /// 6 to 9.
    Low,
}

/// An event, a task, or another block of a calendar.
#[derive(Debug, Clone, PartialEq)]
pub struct Component {
    /// What it is.
    pub kind: Kind,
    /// Where it stands in the text, to the line break after its `END`.
    pub span: Range<usize>,
    /// The blocks that have no `END`, innermost first. Empty for what is whole.
    pub missing_ends: Vec<Box<str>>,
    /// Where those would stand.
    pub(super) ends_missing_at: usize,
    /// `UID`.
    pub uid: Option<Box<str>>,
    /// `SUMMARY`: its title.
    pub summary: Option<Box<str>>,
    /// `DESCRIPTION`: notes about it.
    pub description: Option<Box<str>>,
    /// `LOCATION`, else the title of Apple's structured location.
    pub location: Option<Box<str>>,
    /// Apple's structured location, else `GEO`.
    pub position: Option<Position>,
    /// `URL`.
    pub url: Option<Box<str>>,
    /// `DTSTART`.
    pub starts: Option<Time>,
    /// `DTEND`. Of an event of whole days it is the day after the last.
    pub ends: Option<Time>,
    /// `DURATION`, where there is no end.
    pub(super) lasts: Option<Span>,
    /// `DUE`.
    pub due: Option<Time>,
    /// `COMPLETED`: when a task was done.
    pub completed: Option<Time>,
    /// `CREATED`.
    pub created: Option<Time>,
    /// `RRULE` as it stands in the file; several are on lines of their own.
    pub rule: Option<Box<str>>,
    /// `RDATE`: further times of a series.
    pub also: Vec<Time>,
    /// `EXDATE`: times of a series that were taken out of it.
    pub except: Vec<Time>,
    /// `RECURRENCE-ID`: which one of a series this replaces.
    pub replaces: Option<Time>,
    /// How far a task is.
    pub status: Status,
    /// `PRIORITY`; `None` for 0, which means none.
    pub priority: Option<Priority>,
    /// The UID of the task that this one is a part of.
    pub parent: Option<Box<str>>,
    /// The names of time zones that it uses, to copy them along.
    pub(super) zones: Vec<Box<str>>,
    /// Alarms that Apple set by itself.
    pub(super) default_alarms: Vec<Range<usize>>,
}

/// A block that is being read.
pub(super) struct Draft {
    component: Component,
    /// The title of Apple's structured location.
    place: Option<Box<str>>,
    /// `GEO`, which counts where that one has no position.
    geo: Option<Position>,
    rules: String,
    /// `STATUS`, which counts more than what else says that it is done: a task may have been opened again.
    stated: Option<Status>,
    /// Where the block directly in this one began, and whether it is an alarm that Apple set by itself.
    inner: Option<(usize, bool)>,
    /// Bytes that may still be read of it.
    room: usize,
}

impl Draft {
    pub(super) fn at(start: usize, kind: Kind) -> Self {
        Draft {
            component: Component {
                kind,
                span: start..start,
                missing_ends: Vec::new(),
                ends_missing_at: start,
                uid: None,
                summary: None,
                description: None,
                location: None,
                position: None,
                url: None,
                starts: None,
                ends: None,
                lasts: None,
                due: None,
                completed: None,
                created: None,
                rule: None,
                also: Vec::new(),
                except: Vec::new(),
                replaces: None,
                status: Status::Open,
                priority: None,
                parent: None,
                zones: Vec::new(),
                default_alarms: Vec::new(),
            },
            place: None,
            geo: None,
            rules: String::new(),
            stated: None,
            inner: None,
            room: LARGEST,
        }
    }

    /// Whether this property is not too much of what has to be kept.
    pub(super) fn has_room_for(&mut self, property: &Property) -> bool {
        let said = if is_read(property) { property.size() } else { 0 };
        let left = self.room.checked_sub(said + property.parameter("TZID").map_or(0, str::len));
        self.room = left.unwrap_or(self.room);
        left.is_some()
    }

    /// A block begins within this one.
    pub(super) fn begin(&mut self, start: usize) {
        if self.inner.is_none() {
            self.inner = Some((start, false));
        }
    }

    /// A block ends within this one, at a depth counted from this.
    pub(super) fn end(&mut self, end: usize, depth: usize) {
        if depth == 1
            && let Some((start, true)) = self.inner.take()
            && self.component.default_alarms.len() < MOST_ALARMS
        {
            self.component.default_alarms.push(start..end);
        }
    }

    /// Takes in one property. `within` are the blocks around it in this one, from the outside.
    pub(super) fn hear(&mut self, property: &Property, within: &[Box<str>]) {
        let component = &mut self.component;
        if let Some(zone) = property.parameter("TZID").filter(|_| component.zones.len() < MOST_ZONES)
            && !component.zones.iter().any(|known| **known == *zone)
        {
            component.zones.push(zone.into());
        }
        match within {
            [] => {}
            [alarm] if **alarm == *"VALARM" => {
                let is_default = matches!(&*property.name, "X-APPLE-DEFAULT-ALARM")
                    && property.raw().trim().eq_ignore_ascii_case("true");
                if let Some((_, found)) = self.inner.as_mut().filter(|_| is_default) {
                    *found = true;
                }
                return;
            }
            _ => return,
        }
        let first_time = |kept: &mut Option<Time>| {
            if kept.is_none() {
                *kept = time::read(property);
            }
        };
        let first_text = |kept: &mut Option<Box<str>>| {
            if kept.is_none() {
                *kept = text(property);
            }
        };
        match &*property.name {
            "UID" => first_text(&mut component.uid),
            "SUMMARY" => first_text(&mut component.summary),
            "DESCRIPTION" => first_text(&mut component.description),
            "LOCATION" => first_text(&mut component.location),
            "URL" => first_text(&mut component.url),
            "DTSTART" => first_time(&mut component.starts),
            "DTEND" => first_time(&mut component.ends),
            "DUE" => first_time(&mut component.due),
            "COMPLETED" => {
                first_time(&mut component.completed);
                component.status = Status::Done;
            }
            "CREATED" => first_time(&mut component.created),
            "RECURRENCE-ID" => first_time(&mut component.replaces),
            "RDATE" => component.also.extend(time::read_all(property, MOST_DATES - component.also.len())),
            "EXDATE" => {
                component.except.extend(time::read_all(property, MOST_DATES - component.except.len()))
            }
            "DURATION" => component.lasts = component.lasts.take().or(Span::read(&property.raw())),
            "RRULE" => {
                if !self.rules.is_empty() {
                    self.rules.push('\n');
                }
                self.rules.push_str(property.raw().trim());
            }
            "STATUS" => {
                self.stated = Some(match property.text().to_ascii_uppercase().as_str() {
                    "COMPLETED" => Status::Done,
                    "CANCELLED" => Status::Cancelled,
                    _ => Status::Open,
                });
            }
            "PERCENT-COMPLETE" if property.text() == "100" => component.status = Status::Done,
            "PRIORITY" => {
                component.priority = match property.text().parse() {
                    Ok(1..=4u8) => Some(Priority::High),
                    Ok(5) => Some(Priority::Medium),
                    Ok(6..=9) => Some(Priority::Low),
                    _ => None,
                };
            }
            "RELATED-TO" => {
                let relation = property.parameter("RELTYPE").unwrap_or("PARENT");
                if relation.eq_ignore_ascii_case("PARENT") {
                    first_text(&mut component.parent);
                }
            }
            "GEO" => self.geo = self.geo.or(position(&property.raw())),
            "X-APPLE-STRUCTURED-LOCATION" => {
                let raw = property.raw();
                let coordinates = raw.trim().strip_prefix("geo:").and_then(position);
                component.position = component.position.or(coordinates);
                let title = property.parameter("X-TITLE").map(crate::apple::content_line::unescaped);
                self.place = self.place.take().or(title.filter(|title| !title.is_empty()).map(Into::into));
            }
            _ => {}
        }
    }

    /// The block, which ends here and lacks these ends at the given place.
    pub(super) fn ending_at(
        mut self,
        end: usize,
        missing_ends: Vec<Box<str>>,
        missing_at: usize,
    ) -> Component {
        let component = &mut self.component;
        component.span.end = end;
        component.missing_ends = missing_ends;
        component.ends_missing_at = missing_at;
        component.rule = (!self.rules.is_empty()).then(|| self.rules.into());
        component.status = self.stated.unwrap_or(component.status);
        component.location = component.location.take().or(self.place);
        component.position = component.position.or(self.geo);
        self.component
    }
}

/// `59.91,10.75` of a geo URI, with its parameters, or `59.91;10.75` of `GEO`. Some programs protect the comma.
fn position(text: &str) -> Option<Position> {
    let (latitude, rest) = text.split_once([',', ';'])?;
    let longitude = rest.split([',', ';']).next().unwrap_or_default();
    let number = |text: &str| text.trim().trim_end_matches('\\').parse::<f64>().ok();
    let (latitude, longitude) = (number(latitude)?, number(longitude)?);
    let is_real = latitude.abs() <= 90.0 && longitude.abs() <= 180.0;
    is_real.then_some(Position { latitude, longitude })
}
