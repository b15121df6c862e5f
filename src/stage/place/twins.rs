//! Files of the owner's with the same bytes, the same time and the same right to be run: they stand as one file with
//! several names, where the drive has hard links.
//!
//! Only within one folder of a category: whoever edits a photo does not mean the picture in iCloud Drive, whatever
//! bytes they share. Where a later list tells times or rights apart, each name gets a file of its own again. On systems
//! that do not tell how many names a file has, nothing is linked.

use std::fs::{self, File, Metadata};
use std::io;
use std::path::Path;

use chrono::{DateTime, Utc};

use crate::contents::{Content, ContentId};
use crate::error::Error;
use crate::library::drive::hash_file;
use crate::library::files::{is_near, is_runnable, let_run, times};
use crate::library::path::LibraryPath;
use crate::library::record::{Area, Placement};
use crate::library::staging::{Staging, sync_all};
use crate::stage::place::Placing;

/// What files have in common that may be one.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Twin {
    content: ContentId,
    top: String,
    modified: Option<DateTime<Utc>>,
    is_executable: bool,
}

impl Twin {
    /// What this has in common with its twins, if it may have any. `size` is in bytes; empty files are nobody's twins,
    /// because they are made to be written to.
    pub fn of(placement: &Placement, size: u64) -> Option<Twin> {
        let (top, _) = placement.path.as_str().split_once('/')?;
        let may_be = cfg!(unix) && placement.area == Area::Other && size > 0;
        may_be.then(|| Twin {
            content: placement.content,
            top: top.to_owned(),
            modified: placement.modified,
            is_executable: placement.is_executable,
        })
    }
}

/// Whether a file of the library is what this placement would become, so that it may have that name too.
pub fn is_twin(library: &Path, file: &LibraryPath, placement: &Placement, content: &Content) -> bool {
    let top = file.as_str().split_once('/').map(|(top, _)| top);
    let Some(twin) = Twin::of(placement, content.size).filter(|twin| top == Some(&twin.top)) else {
        return false;
    };
    let path = file.to_path(library);
    let Ok(metadata) = fs::symlink_metadata(&path) else { return false };
    let has_its_time = |given| metadata.modified().is_ok_and(|has| is_near(has, given));
    metadata.is_file()
        && twin.modified.is_some_and(has_its_time)
        && is_runnable(&metadata) == twin.is_executable
        && hash_file(&path) == Some(content.blake3)
}

/// Gives a file of the library one more name, which must be free.
pub fn link(library: &Path, file: &LibraryPath, name: &LibraryPath) -> io::Result<()> {
    fs::hard_link(file.to_path(library), name.to_path(library))
}

/// What tells a file from all others, and how many names it has.
#[cfg(unix)]
pub fn names(metadata: &Metadata) -> ((u64, u64), u64) {
    use std::os::unix::fs::MetadataExt;
    ((metadata.dev(), metadata.ino()), metadata.nlink())
}

/// As if every name had a file of its own.
#[cfg(not(unix))]
pub fn names(_: &Metadata) -> ((u64, u64), u64) {
    ((0, 0), 1)
}

/// Puts a copy in the place of one name of a file that has several, so that what is done to it is not done to the
/// others.
pub fn part(path: &Path, staging: &Staging) -> io::Result<()> {
    let metadata = fs::symlink_metadata(path)?;
    let hash = hash_file(path);
    let mut copy = staging.begin()?;
    io::copy(&mut File::open(path)?, &mut copy.file)?;
    if hash.is_none() || hash_file(copy.path()) != hash {
        return Err(io::Error::new(io::ErrorKind::InvalidData, format!("`{}` has changed", path.display())));
    }
    copy.file.set_permissions(metadata.permissions())?;
    copy.file.set_times(times(metadata.modified()?))?;
    copy.file.sync_all()?;
    fs::rename(copy.path(), path)?;
    copy.placed();
    Ok(())
}

/// Lets files be run that a list calls programs, those that stood before too.
///
/// # Errors
/// If the drive does not confirm that this is durable.
pub fn let_all_run<'p>(
    placing: &Placing<'_>,
    files: impl Iterator<Item = &'p LibraryPath>,
) -> Result<(), Error> {
    let mut changed = Vec::new();
    for file in files {
        let path = file.to_path(placing.library);
        let Ok(metadata) = fs::symlink_metadata(&path) else { continue };
        if !metadata.is_file() || is_runnable(&metadata) {
            continue;
        }
        // a drive without such a right, or one that fails, is no reason to stop
        let is_alone = names(&metadata).1 <= 1 || part(&path, placing.staging).is_ok();
        if is_alone && let_run(&path).is_ok() {
            changed.push(path);
        }
    }
    if changed.is_empty() { Ok(()) } else { sync_all(placing.library, &changed) }
}
