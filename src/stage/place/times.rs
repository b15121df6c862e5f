//! Modification times of files whose date was corrected.
//!
//! A file is touched only if it still has the time that Windfall gave it; any other time is its owner's
//! doing. The time that a file was given follows from its record, as it did when the file was placed; only the
//! record of one that an interrupted run had planned names it. So the file has to be changed before the record
//! is.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use chrono::{DateTime, Utc};

use crate::contents::{ContentId, Contents};
use crate::error::Error;
use crate::library::files::{is_near, set_time};
use crate::library::path::LibraryPath;
use crate::library::record::{Area, FileRecord};
use crate::library::staging::sync_all;

/// A file that is to get another time than the one it was given.
pub struct Corrected {
    path: LibraryPath,
    content: ContentId,
    /// `None` if it got the stamp of its entry.
    given: Option<DateTime<Utc>>,
    wanted: DateTime<Utc>,
}

impl Corrected {
    /// Compares two records of a file; `None` unless it is a photo or video whose time changes.
    pub fn of(before: &FileRecord, record: &FileRecord) -> Option<Corrected> {
        let time = |record: &FileRecord| record.captured.map(|t| t.to_utc()).or(record.imported_to_icloud);
        let (given, wanted) = (before.modified.or_else(|| time(before)), time(record)?);
        (record.area == Area::Media && given != Some(wanted)).then(|| Corrected {
            path: record.path.clone(),
            content: record.content,
            given,
            wanted,
        })
    }
}

/// Gives files their new time, where they still have the one that Windfall gave them.
///
/// # Errors
/// If the drive does not confirm that the times are durable.
pub fn correct(library: &Path, contents: &Contents, files: &[Corrected]) -> Result<(), Error> {
    let stamps = stamps(contents, files);
    let mut paths = Vec::new();
    for file in files {
        let path = file.path.to_path(library);
        let Ok(metadata) = fs::symlink_metadata(&path) else { continue };
        let Some(has) = metadata.modified().ok().filter(|_| metadata.is_file()) else { continue };
        let of_entries = stamps.get(&file.content).into_iter().flatten();
        let is_ours = match file.given {
            Some(given) => is_near(has, given),
            None => of_entries.into_iter().any(|stamp| is_near(has, *stamp)),
        };
        if is_ours {
            set_time(&path, Some(file.wanted));
            paths.push(path);
        }
    }
    if paths.is_empty() { Ok(()) } else { sync_all(library, &paths) }
}

/// The stamps of entries, for files whose time came from one because nothing else told it.
fn stamps(contents: &Contents, files: &[Corrected]) -> HashMap<ContentId, Vec<DateTime<Utc>>> {
    let untold = files.iter().filter(|file| file.given.is_none());
    let mut stamps: HashMap<ContentId, Vec<_>> = untold.map(|file| (file.content, Vec::new())).collect();
    if !stamps.is_empty() {
        for entry in &contents.entries {
            if let (Some(content), Some(stamp)) = (entry.content(), entry.modified) {
                stamps.entry(content).and_modify(|stamps| stamps.push(stamp.and_utc()));
            }
        }
    }
    stamps
}
