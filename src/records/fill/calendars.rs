//! The tables `calendars`, `events` and `tasks`.

use std::collections::HashMap;

use chrono_tz::Tz;

use crate::apple::text::{match_key, split};
use crate::category::calendars::{CalendarRow, Entry, EventRow, Part, TaskRow, kept, metadata, named_zone};
use crate::category::recognise::Sort;
use crate::contents::ExportId;
use crate::records::fill::newer::{Key, Newer};
use crate::records::fill::{Reading, as_sql, is_delivered};

pub fn fill(reading: &mut Reading<'_, '_>) -> rusqlite::Result<()> {
    let zones = stated_zones(reading);
    let (mut calendars, mut events, mut tasks) = (Newer::default(), Newer::default(), Newer::default());
    for file in reading.standing(Sort::Calendar) {
        let (stem, _) = split(file.entry.name());
        // what cannot be read was said when it was read before
        let opened = reading.open.open(file.content);
        let Ok((text, lists)) = opened.and_then(|opened| kept(opened, stem)) else { continue };
        let mut items = 0;
        for list in lists {
            items += list.items() as u64;
            let zone = zones.get(&match_key(&list.name)).copied();
            let mut row = CalendarRow::of(&list, file.path);
            row.time_zone = row.time_zone.or_else(|| zone.map(|zone| zone.name().to_owned()));
            if calendars.counts(file.export, Key::named(&row.name)) {
                reading.records.calendar(&row)?;
            }
            let mut entries = list.entries(&text, zone);
            while let Some(Entry { zones, component, part }) = entries.next().map_err(as_sql)? {
                match part {
                    Part::Event => {
                        let event = EventRow::of(&component, &list.name, zones);
                        let key = Key::of(event.uid.as_deref(), || format!("{event:?}").into_bytes());
                        if events.counts(file.export, key) {
                            reading.records.event(&event)?;
                        }
                    }
                    Part::Task => {
                        // its path is where it stands, not what it is
                        let said = TaskRow::of(&component, &list.name, zones, "");
                        let key = Key::of(said.uid.as_deref(), || format!("{said:?}").into_bytes());
                        if tasks.counts(file.export, key) {
                            reading.records.task(&TaskRow { path: file.path.to_owned(), ..said })?;
                        }
                    }
                    Part::EventOverride | Part::TaskOverride | Part::Tombstone | Part::Other => {}
                }
            }
        }
        reading.items.insert(file.content, items);
    }
    Ok(())
}

/// The zones that Apple states for calendars whose files may name none, by name. The newest export decides, for all
/// alike.
fn stated_zones(reading: &mut Reading<'_, '_>) -> HashMap<String, Tz> {
    let contents = reading.filling.contents;
    let mut zones: HashMap<String, (ExportId, Tz)> = HashMap::new();
    for entry in contents.entries.iter() {
        let Some((Sort::CalendarList, content)) = is_delivered(entry) else { continue };
        let Ok(list) = reading.open.open(content) else { continue };
        let described = metadata::read_from(list).calendars;
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
