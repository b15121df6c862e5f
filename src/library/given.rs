//! The modification times that Windfall gave files, as their records tell them.
//!
//! Pure. A file that has its time and its size was written by nobody else.

use std::collections::HashMap;
use std::time::SystemTime;

use chrono::{DateTime, Utc};

use crate::contents::{ContentId, Contents};
use crate::library::files::is_near;
use crate::library::record::{Area, FileRecord};

/// The time that its record says a file was given; `None` if it got the stamp of its entry.
pub fn given(record: &FileRecord) -> Option<DateTime<Utc>> {
    record.modified.or_else(|| dated(record))
}

/// When a photo or video was taken, or came to iCloud. A picture that stands where its owner put it is dated like any
/// other file there.
pub fn dated(record: &FileRecord) -> Option<DateTime<Utc>> {
    if record.area != Area::Media {
        return None;
    }
    record.captured.map(|time| time.to_utc()).or(record.imported_to_icloud)
}

/// The modification times that files were given.
pub struct Given(HashMap<ContentId, Vec<DateTime<Utc>>>);

impl Given {
    /// Of these files.
    pub fn of<'a>(contents: &Contents, records: impl Iterator<Item = &'a FileRecord>) -> Self {
        let untold = records.filter(|record| given(record).is_none()).map(|record| record.content);
        Given(stamps(contents, untold))
    }

    /// The time to give a file again.
    pub fn time(&self, record: &FileRecord) -> Option<DateTime<Utc>> {
        given(record).or_else(|| self.0.get(&record.content)?.first().copied())
    }

    /// Whether a file still has its time.
    pub fn has(&self, record: &FileRecord, time: SystemTime) -> bool {
        match given(record) {
            Some(given) => is_near(time, given),
            None => self.0.get(&record.content).into_iter().flatten().any(|stamp| is_near(time, *stamp)),
        }
    }
}

/// The stamps of entries, for files whose time came from one because nothing else told it.
pub fn stamps(
    contents: &Contents,
    untold: impl Iterator<Item = ContentId>,
) -> HashMap<ContentId, Vec<DateTime<Utc>>> {
    let mut stamps: HashMap<ContentId, Vec<_>> = untold.map(|content| (content, Vec::new())).collect();
    if !stamps.is_empty() {
        for entry in &contents.entries {
            if let (Some(content), Some(stamp)) = (entry.content(), entry.modified) {
                stamps.entry(content).and_modify(|stamps| stamps.push(stamp.and_utc()));
            }
        }
    }
    stamps
}
