//! Which zone a `TZID` means.
//!
//! Names come from Apple (`Europe/Oslo`), from Windows (`W. Europe Standard Time`), from programs that put a path
//! before them (`/freeassociation.sourceforge.net/Europe/Oslo`), and from anybody's fancy, in which case the file's
//! own `VTIMEZONE` has the rules. A known name counts more than those rules: they are often cut down to one year.

use std::collections::HashMap;

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use chrono_tz::Tz;

use crate::category::calendars::observance::Observances;
use crate::category::calendars::read::Calendar;
use crate::category::calendars::time::{Basis, Form, Time, fixed_offset};
use crate::category::calendars::windows;
use crate::category::photos::time::zone;

/// What a name of a zone means.
#[derive(Debug, Clone, PartialEq)]
pub enum Zone {
    /// A zone of the time zone database.
    Named(Tz),
    /// The rules of the file itself.
    Ruled(Observances),
    /// A clock that never changes: `GMT+0200`.
    Fixed(FixedOffset),
}

/// The zones of a calendar.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Zones {
    defined: HashMap<Box<str>, Zone>,
    own: Option<Tz>,
}

impl Zones {
    /// Those of this calendar. Times that name none are taken to be in the calendar's own zone, else in `assumed`.
    pub fn of(calendar: &Calendar, assumed: Option<Tz>) -> Self {
        let mut defined = HashMap::new();
        for block in calendar.zones.iter().filter(|block| !block.id.is_empty()) {
            let known = named_zone(&block.id).or_else(|| block.location.as_deref().and_then(named_zone));
            let ruled = || (!block.observances.is_empty()).then(|| Zone::Ruled(block.observances.clone()));
            if let Some(zone) = known.map(Zone::Named).or_else(ruled) {
                defined.entry(block.id.clone()).or_insert(zone);
            }
        }
        let own = calendar.time_zone.as_deref().and_then(named_zone).or(assumed);
        Zones { defined, own }
    }

    /// The instant at which a clock in the zone of this name showed this time.
    pub(super) fn instant(&self, time: NaiveDateTime, name: Option<&str>) -> (Option<DateTime<Utc>>, Basis) {
        let stated = name.and_then(|name| match self.defined.get(name) {
            Some(zone) => zone.instant(time),
            None => named_zone(name).map(Zone::Named).or_else(|| fixed(name).map(Zone::Fixed))?.instant(time),
        });
        match (stated, self.own) {
            (Some(instant), _) => (Some(instant), Basis::Stated),
            (None, Some(own)) => (Some(zone::local(own, time).to_utc()), Basis::Assumed(own)),
            (None, None) => (None, Basis::None),
        }
    }

    /// The day and the hour that a clock shows: for a time in UTC one in the calendar's own zone, else the one that
    /// the file means.
    pub(super) fn on_the_clock(&self, time: &Time) -> Option<(NaiveDate, Option<NaiveTime>)> {
        match (&time.form, self.own) {
            (Form::Utc(instant), Some(own)) => {
                let local = zone::seen_in(own, *instant).naive_local();
                Some((local.date(), Some(local.time())))
            }
            _ => time.on_the_clock(),
        }
    }
}

impl Zone {
    fn instant(&self, time: NaiveDateTime) -> Option<DateTime<Utc>> {
        match self {
            Zone::Named(zone) => Some(zone::local(*zone, time).to_utc()),
            Zone::Ruled(rules) => time.checked_sub_offset(rules.offset_at(time)?).map(|utc| utc.and_utc()),
            Zone::Fixed(offset) => time.checked_sub_offset(*offset).map(|utc| utc.and_utc()),
        }
    }
}

/// The zone that a name means everywhere.
pub fn named_zone(name: &str) -> Option<Tz> {
    let name = name.trim();
    let iana = |name: &str| name.replace(' ', "_").parse::<Tz>().ok();
    if let Some(zone) = iana(name).or_else(|| windows::zone(name)) {
        return Some(zone);
    }
    // a path before it, and of the zones themselves some have one part, some three
    let parts: Vec<&str> = name.rsplitn(4, '/').collect();
    [3, 2, 1].into_iter().filter(|count| *count < parts.len()).find_map(|count| {
        let tail: Vec<&str> = parts.iter().take(count).rev().copied().collect();
        iana(&tail.join("/"))
    })
}

/// `GMT+0200`, `UTC-5`, `(UTC+01:00) Amsterdam, Berlin`.
fn fixed(name: &str) -> Option<FixedOffset> {
    let name = name.trim().trim_start_matches('(');
    let rest = ["GMT", "UTC", "Z"].into_iter().find_map(|prefix| name.strip_prefix(prefix)).unwrap_or(name);
    let end = rest.find(|c: char| !matches!(c, '+' | '-' | ':' | '0'..='9')).unwrap_or(rest.len());
    match rest.get(..end)? {
        "" if rest.is_empty() || rest.starts_with(')') => FixedOffset::east_opt(0).filter(|_| rest != name),
        offset => fixed_offset(offset),
    }
}

#[cfg(test)]
mod tests {
    use super::{fixed, named_zone};

    #[test]
    fn names_that_mean_a_zone_everywhere() {
        let cases = [
            ("Europe/Oslo", Some("Europe/Oslo")),
            ("America/New York", Some("America/New_York")),
            ("America/Argentina/Ushuaia", Some("America/Argentina/Ushuaia")),
            ("UTC", Some("UTC")),
            ("GMT", Some("GMT")),
            ("W. Europe Standard Time", Some("Europe/Berlin")),
            ("w. europe standard time", Some("Europe/Berlin")),
            ("Pacific Standard Time", Some("America/Los_Angeles")),
            ("/freeassociation.sourceforge.net/Europe/Oslo", Some("Europe/Oslo")),
            (
                "/freeassociation.sourceforge.net/Tzfile/America/Argentina/Ushuaia",
                Some("America/Argentina/Ushuaia"),
            ),
            ("/citadel.org/20210210_1/Europe/Oslo", Some("Europe/Oslo")),
            ("/softwarestudio.org/Olson_20011030_5/America/Chicago", Some("America/Chicago")),
            ("/example.org/Tzfile/UTC", Some("UTC")),
            ("Home", None),
            ("", None),
            ("/", None),
            ("a/b/c/d/e", None),
        ];
        for (name, expected) in cases {
            assert_eq!(named_zone(name).map(|zone| zone.name()), expected, "{name}");
        }
    }

    #[test]
    fn clocks_that_never_change() {
        let cases = [
            ("GMT+0200", Some(7200)),
            ("GMT-05:30", Some(-19_800)),
            ("UTC+1", Some(3600)),
            ("(UTC+01:00) Amsterdam, Berlin", Some(3600)),
            ("(UTC) Coordinated", Some(0)),
            ("+0300", Some(10_800)),
            ("Z", Some(0)),
            ("Home", None),
            ("", None),
            ("GMT+99", None),
            ("UTC and so on", None),
        ];
        for (name, seconds) in cases {
            assert_eq!(fixed(name).map(|offset| offset.local_minus_utc()), seconds, "{name}");
        }
    }
}
