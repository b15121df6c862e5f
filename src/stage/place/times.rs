//! Modification times of files whose date was corrected.
//!
//! A file is touched only if it still has the time that Windfall gave it; any other time is its owner's
//! doing. The time that a file was given follows from its record, as it did when the file was placed; only the
//! record of one that an interrupted run had planned names it. So the file has to be changed before the record
//! is.

use std::collections::HashMap;
use std::fs::{self, Metadata};
use std::path::PathBuf;

use chrono::{DateTime, Utc};

use crate::contents::{ContentId, Contents};
use crate::error::Error;
use crate::library::files::{is_near, set_time};
use crate::library::given::{dated, given, stamps};
use crate::library::path::LibraryPath;
use crate::library::record::{Area, FileRecord};
use crate::library::staging::sync_all;
use crate::stage::place::{Placing, twins};

/// A file that is to get another time than the one it was given.
pub struct Corrected {
    path: LibraryPath,
    content: ContentId,
    /// `None` if it got the stamp of its entry.
    given: Option<DateTime<Utc>>,
    wanted: DateTime<Utc>,
    /// Whether other names of the same file are other files to their owner.
    is_apart: bool,
}

impl Corrected {
    /// Compares two records of a file; `None` unless its time changes. An edit of its owner's keeps its own.
    pub fn of(before: &FileRecord, record: &FileRecord) -> Option<Corrected> {
        let given_now = match record.area {
            Area::Media => dated(record),
            Area::Other => record.modified,
            Area::Details => None,
        };
        let (given, wanted) = (given(before), given_now?);
        (record.original.is_none() && given != Some(wanted)).then(|| Corrected {
            path: record.path.clone(),
            content: record.content,
            given,
            wanted,
            is_apart: record.area == Area::Other,
        })
    }
}

/// Gives files their new time, where they still have the one that Windfall gave them.
///
/// # Errors
/// If the drive does not confirm that the times are durable.
pub fn correct(placing: &Placing<'_>, contents: &Contents, files: &[Corrected]) -> Result<(), Error> {
    let untold = files.iter().filter(|file| file.given.is_none());
    let stamps = stamps(contents, untold.map(|file| file.content));
    let mut ours: Vec<(PathBuf, Metadata, &Corrected)> = Vec::new();
    for file in files {
        let path = file.path.to_path(placing.library);
        let Ok(metadata) = fs::symlink_metadata(&path) else { continue };
        let Some(has) = metadata.modified().ok().filter(|_| metadata.is_file()) else { continue };
        let of_entries = stamps.get(&file.content).into_iter().flatten();
        let is_ours = match file.given {
            Some(given) => is_near(has, given),
            None => of_entries.into_iter().any(|stamp| is_near(has, *stamp)),
        };
        if is_ours {
            ours.push((path, metadata, file));
        }
    }
    // a file with several names has one time
    let mut alike: HashMap<_, u64> = HashMap::new();
    for (_, metadata, file) in &ours {
        *alike.entry((twins::names(metadata).0, file.wanted)).or_default() += 1;
    }
    let mut paths = Vec::new();
    for (path, metadata, file) in ours {
        let (number, names) = twins::names(&metadata);
        let are_all = alike.get(&(number, file.wanted)) == Some(&names);
        // hard links in albums are made to follow their photo
        if names > 1 && !are_all && file.is_apart && twins::part(&path, placing.staging).is_err() {
            continue;
        }
        set_time(&path, Some(file.wanted));
        paths.push(path);
    }
    if paths.is_empty() { Ok(()) } else { sync_all(placing.library, &paths) }
}
