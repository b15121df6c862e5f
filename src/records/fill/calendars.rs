//! The tables `calendars`, `events` and `tasks`.

use std::collections::HashMap;

use chrono_tz::Tz;

use crate::apple::content_line::text_of;
use crate::apple::text::{match_key, split};
use crate::category::calendars::{CalendarRow, EventRow, TaskRow, gathered, metadata, named_zone, read};
use crate::category::recognise::Sort;
use crate::contents::ExportId;
use crate::records::fill::newer::{Key, Newer};
use crate::records::fill::{Reading, is_delivered};

pub fn fill(reading: &mut Reading<'_, '_>) -> rusqlite::Result<()> {
    let zones = stated_zones(reading);
    let (mut calendars, mut events, mut tasks) = (Newer::default(), Newer::default(), Newer::default());
    for file in reading.standing(Sort::Calendar) {
        let Some(bytes) = reading.whole(file.content) else { continue };
        let stream = read(&text_of(&bytes));
        let (stem, _) = split(file.entry.name());
        let mut items = 0;
        for calendar in gathered(&stream, stem) {
            items += calendar.items() as u64;
            let zone = zones.get(&match_key(&calendar.name)).copied();
            let mut row = CalendarRow::of(&calendar, file.path);
            row.time_zone = row.time_zone.or_else(|| zone.map(|zone| zone.name().to_owned()));
            if calendars.counts(file.export, Key::Named(row.name.as_str().into())) {
                reading.records.calendar(&row)?;
            }
            for event in EventRow::all(&calendar, zone) {
                if events.counts(file.export, Key::of(event.uid.as_deref(), format!("{event:?}").as_bytes()))
                {
                    reading.records.event(&event)?;
                }
            }
            for task in TaskRow::all(&calendar, zone, file.path) {
                // its path is where it stands, not what it is
                let said = TaskRow { path: String::new(), ..task.clone() };
                if tasks.counts(file.export, Key::of(task.uid.as_deref(), format!("{said:?}").as_bytes())) {
                    reading.records.task(&task)?;
                }
            }
        }
        reading.items.insert(file.content, items);
    }
    Ok(())
}

/// The zones that Apple states for calendars whose files may name none, by name. The newest export decides, for all alike.
fn stated_zones(reading: &mut Reading<'_, '_>) -> HashMap<String, Tz> {
    let contents = reading.filling.contents;
    let mut zones: HashMap<String, (ExportId, Tz)> = HashMap::new();
    for entry in contents.entries.iter() {
        let Some((Sort::CalendarList, content)) = is_delivered(entry) else { continue };
        let Some(bytes) = reading.whole(content) else { continue };
        let described = metadata::read(&bytes).calendars;
        reading.items.insert(content, described.len() as u64);
        for one in described {
            let zone = one.time_zone.as_deref().and_then(named_zone);
            let (Some(name), Some(zone)) = (one.name, zone) else { continue };
            let export = contents.export_of(entry);
            let known = zones.entry(match_key(&name)).or_insert((export, zone));
            if known.0 < export {
                *known = (export, zone);
            }
        }
    }
    zones.into_iter().map(|(name, (_, zone))| (name, zone)).collect()
}
