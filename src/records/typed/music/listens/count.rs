//! Which events count, where several exports have the same one, or one export has it twice: with its type and without.
//!
//! The newest export that has an event says what it is, but only old ones say whom a song is by: that is taken over.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::Connection;

use crate::records::typed::music::listens::Fate;

/// An event among those of the same moment, title and duration.
struct Event {
    row: i64,
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
    /// Rows that count, and their devices.
    counting: Vec<(i64, Option<String>)>,
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
        let typed = self.typed.entry(event.device.clone()).or_default();
        if event.is_typed {
            *typed += 1;
        } else if *typed > 0 {
            *typed -= 1;
            return Fate::SameEvent;
        }
        self.counting.push((event.row, event.device));
        Fate::Listen
    }

    /// The rows that count and are this event.
    fn of(&self, device: Option<&String>) -> impl Iterator<Item = i64> {
        let is_same =
            move |known: &Option<String>| known.is_none() || device.is_none() || known.as_ref() == device;
        self.counting.iter().filter(move |(_, known)| is_same(known)).map(|(row, _)| *row)
    }
}

/// What becomes of the rows of segments.
pub(super) struct Counted {
    /// Rows that do not count, by their fate.
    pub left_out: [(Fate, Vec<i64>); 2],
    /// Whom the songs of rows that count are by, as other rows of the same events say it; those of newer exports first.
    pub artists: Vec<(i64, String)>,
}

/// Which rows count. What has no time is like nothing else.
pub(super) fn count(connection: &Connection) -> rusqlite::Result<Counted> {
    let mut asked = connection.prepare(
        "SELECT \"row\", rank, is_typed, device_id, stamp, title_key, said_ms, artist FROM temp.music_segments \
         WHERE stamp IS NOT NULL ORDER BY stamp, title_key, said_ms, rank DESC, is_typed DESC, \"row\"",
    )?;
    let mut rows = asked.query([])?;
    let (mut same_event, mut older_export, mut artists) = (Vec::new(), Vec::new(), Vec::new());
    let mut same: Option<Same> = None;
    while let Some(row) = rows.next()? {
        let (at, device): (i64, Option<String>) = (row.get(0)?, row.get(3)?);
        let event = Event { row: at, rank: row.get(1)?, is_typed: row.get(2)?, device: device.clone() };
        let key = (row.get(4)?, row.get(5)?, row.get(6)?);
        let same = match same.take().filter(|same| same.key == key) {
            Some(known) => same.insert(known),
            None => same.insert(Same { key, rank: event.rank, ..Same::default() }),
        };
        match same.fate(event) {
            Fate::SameEvent => same_event.push(at),
            Fate::OlderExport => older_export.push(at),
            _ => continue,
        }
        if let Some(artist) = row.get::<_, Option<String>>(7)? {
            artists.extend(same.of(device.as_ref()).map(|counting| (counting, artist.clone())));
        }
    }
    let left_out = [(Fate::SameEvent, same_event), (Fate::OlderExport, older_export)];
    Ok(Counted { left_out, artists })
}
