//! Which events count, where several exports have the same one, or one export has it twice: with its type and without.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::Connection;

use crate::records::typed::music::listens::Fate;

/// An event among those of the same moment, title and duration.
struct Event {
    rank: i64,
    is_typed: bool,
    /// Not every year has a column for it.
    device: Option<String>,
}

/// The events of one moment, title and duration that went by, those of newer exports and with types first.
#[derive(Default)]
struct Same {
    key: (i64, String, Option<i64>),
    rank: i64,
    /// Devices of events of this export.
    here: BTreeSet<Option<String>>,
    /// Devices of events of newer exports.
    newer: BTreeSet<Option<String>>,
    /// How many events with a type there are that none without one is the same as.
    typed: BTreeMap<Option<String>, u64>,
}

impl Same {
    /// What becomes of the next event.
    fn fate(&mut self, event: Event) -> Fate {
        if event.rank != self.rank {
            self.rank = event.rank;
            self.newer.append(&mut self.here);
            self.typed.clear();
        }
        let is_in_newer = match &event.device {
            Some(_) => self.newer.contains(&event.device) || self.newer.contains(&None),
            None => !self.newer.is_empty(),
        };
        if is_in_newer {
            return Fate::OlderExport;
        }
        self.here.insert(event.device.clone());
        if event.is_typed {
            *self.typed.entry(event.device).or_default() += 1;
            return Fate::Listen;
        }
        match self.typed.get_mut(&event.device).filter(|typed| **typed > 0) {
            Some(typed) => {
                *typed -= 1;
                Fate::SameEvent
            }
            None => Fate::Listen,
        }
    }
}

/// The rows that do not count, by their fate. What has no time is like nothing else.
pub(super) fn left_out(connection: &Connection) -> rusqlite::Result<[(Fate, Vec<i64>); 2]> {
    let mut asked = connection.prepare(
        "SELECT \"row\", rank, is_typed, device_id, stamp, title_key, said_ms FROM temp.music_segments \
         WHERE stamp IS NOT NULL ORDER BY stamp, title_key, said_ms, rank DESC, is_typed DESC, \"row\"",
    )?;
    let mut rows = asked.query([])?;
    let (mut same_event, mut older_export) = (Vec::new(), Vec::new());
    let mut same: Option<Same> = None;
    while let Some(row) = rows.next()? {
        let event = Event { rank: row.get(1)?, is_typed: row.get(2)?, device: row.get(3)? };
        let key = (row.get(4)?, row.get(5)?, row.get(6)?);
        let same = match same.take().filter(|same| same.key == key) {
            Some(known) => same.insert(known),
            None => same.insert(Same { key, rank: event.rank, ..Same::default() }),
        };
        match same.fate(event) {
            Fate::SameEvent => same_event.push(row.get(0)?),
            Fate::OlderExport => older_export.push(row.get(0)?),
            _ => {}
        }
    }
    Ok([(Fate::SameEvent, same_event), (Fate::OlderExport, older_export)])
}
