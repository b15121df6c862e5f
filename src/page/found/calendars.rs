//! Calendars: the rows say which events and tasks count, and the calendar's file on which days a series takes place.

use std::collections::HashMap;
use std::io;

use chrono::{Datelike, NaiveDate, Utc};

use crate::category::calendars::{self, Form, Happening, happenings};
use crate::page::found::Kept;
use crate::page::found::tables::{Row, Tables};
use crate::page::sections::{CalendarShown, Days, EventShown, Section, TaskShown};

/// Years from now on for which the days of a series are known to the page.
const YEARS_AHEAD: i32 = 10;

/// # Errors
/// If there is no room for what it says.
pub fn section(kept: &Kept<'_>, tables: &Tables) -> io::Result<Option<Section>> {
    let mut rows = 0;
    // the same event twice in one calendar is two rows
    let mut wanted: HashMap<Key, u32> = HashMap::new();
    let count = |row: Row| {
        rows += 1;
        *wanted.entry(key(row.text("calendar"), row.text("uid"), row.text("starts_raw"))).or_default() += 1;
    };
    let (Some(named), Some(())) = (
        tables.rows("calendars", &["name", "path"]),
        tables.each("events", &["uid", "calendar", "starts_raw"], count),
    ) else {
        return Ok(None);
    };
    let mut days = Days::new();
    let mut places: HashMap<(String, String), usize> = HashMap::new();
    let mut place = |days: &mut Days, name: &str, path: &str| {
        *places.entry((name.to_owned(), path.to_owned())).or_insert_with(|| {
            days.calendars.push(CalendarShown { name: name.to_owned(), path: path.to_owned() });
            days.calendars.len() - 1
        })
    };
    let last = NaiveDate::from_ymd_opt(Utc::now().year() + YEARS_AHEAD, 12, 31).unwrap_or(NaiveDate::MAX);
    let mut placed = 0;
    for row in &named {
        let Some(path) = row.text("path").filter(|path| kept.has(path)) else { continue };
        let Some(file) = kept.open(path) else { continue };
        let stem = path.rsplit('/').next().unwrap_or(path);
        let (stem, _) = crate::apple::text::split(stem);
        let Ok((text, found)) = calendars::kept(file, stem) else { continue };
        for calendar in found.iter().filter(|calendar| Some(calendar.name.as_str()) == row.text("name")) {
            let at = place(&mut days, &calendar.name, path);
            let mut all = happenings(calendar, &text, None, last)?;
            while let Some(happening) = all.next()? {
                let event = &happening.event;
                let starts = event.starts.as_ref().map(|starts| &*starts.raw);
                let key = key(row.text("name"), event.uid.as_deref(), starts);
                // what replaces one of a series has no row, and goes along with it
                if !happening.is_moved {
                    match wanted.get_mut(&key).filter(|left| **left > 0) {
                        Some(left) => *left -= 1,
                        None => continue,
                    }
                    placed += 1;
                }
                days.event(&shown(happening, at))?;
            }
        }
    }
    let columns = &["list", "summary", "due_utc", "due_day", "due_basis", "done", "path"];
    let mut ended = Ok(());
    let is_read = tables.each("tasks", columns, |row| {
        let path = row.text("path").filter(|path| kept.has(path) && ended.is_ok());
        if let Some(path) = path {
            let list = place(&mut days, row.text("list").unwrap_or_default(), path);
            ended = days.task(&task(&row, list));
        }
    });
    ended?;
    days.unplaced = u64::saturating_sub(rows, placed);
    let has_any = is_read.is_some() && (rows > 0 || days.has_tasks());
    Ok(has_any.then(|| Section::calendars(&days, rows)))
}

/// Stands for what tells an event from others; there may be very many.
type Key = [u8; 32];

/// What tells an event from others.
fn key(calendar: Option<&str>, uid: Option<&str>, starts: Option<&str>) -> Key {
    let parts = [calendar, uid, starts].map(|part| part.unwrap_or_default()).join("\0");
    blake3::hash(parts.as_bytes()).into()
}

fn shown(happening: Happening, calendar: usize) -> EventShown {
    let event = happening.event;
    let text = |text: Option<Box<str>>| text.map(String::from);
    let zone = event.starts.as_ref().and_then(|starts| match &starts.form {
        Form::Local { zone, .. } => zone.as_deref().map(str::to_owned),
        Form::Day(_) | Form::Utc(_) | Form::Unreadable => None,
    });
    EventShown {
        calendar,
        title: text(event.summary).unwrap_or_default(),
        days: happening.days,
        starts: happening.starts,
        ends: happening.ends,
        zone,
        rule: text(event.rule),
        location: text(event.location),
        notes: text(event.description),
        cancelled: happening.is_cancelled,
    }
}

fn task(row: &Row, list: usize) -> TaskShown {
    // what its owner set to a day is that day, wherever the page is looked at
    let day = row.text("due_day").filter(|_| row.text("due_basis") == Some("date-only"));
    TaskShown {
        list,
        title: row.text("summary").unwrap_or_default().to_owned(),
        due: day.or(row.text("due_utc")).map(str::to_owned),
        done: row.flag("done"),
    }
}
