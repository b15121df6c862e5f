//! Files and folders below a root, a library or a folder of copies: looked at without following a link, made, named and
//! dated without overwriting anything; and those of Windfall's own that a new text replaces, all at once or not at all.

use std::fs::{self, File, Metadata};
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::time::{Duration, SystemTime};

use chrono::{DateTime, Utc};
use tempfile::TempPath;

use crate::error::is_full;
use crate::library::path::LibraryPath;

/// FAT stores times in steps of two seconds.
const RESOLUTION: Duration = Duration::from_secs(2);
/// How files begin that wait to take the place of others.
const UNFINISHED: &str = ".windfall-new-";
/// Nobody writes at one of them for so long.
const LONGEST: Duration = Duration::from_hours(1);

/// Makes a folder of the library and those above it, each a real folder.
///
/// This looks first and then acts, both by path. That is enough against archives, which make no links here. It
/// does not stop somebody who changes the library at the same time, but whoever may write to it needs no race to
/// spoil it. Nor would it help to hold folders open: on most systems the rename that follows goes by path.
pub fn make_folder(library: &Path, folder: &str) -> io::Result<()> {
    let mut at = library.to_path_buf();
    for component in folder.split('/') {
        at.push(component);
        match fs::symlink_metadata(&at) {
            Ok(metadata) if metadata.is_dir() => {}
            Ok(_) => {
                let why = format!("`{}` is a link or a file, and not a folder", at.display());
                return Err(io::Error::new(io::ErrorKind::NotADirectory, why));
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => match fs::create_dir(&at) {
                Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
                _ => {}
            },
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// What the system says of a path, if no link leads there.
pub fn metadata(root: &Path, path: &LibraryPath) -> Option<Metadata> {
    let mut place = root.to_owned();
    let mut steps = path.as_str().split('/').peekable();
    while let Some(step) = steps.next() {
        place.push(step);
        let metadata = fs::symlink_metadata(&place).ok()?;
        if steps.peek().is_none() {
            return Some(metadata);
        }
        if !metadata.is_dir() {
            return None;
        }
    }
    None
}

/// Renames to a name that must be free. Where the system has no such rename, the library's lock and a check that
/// the name is free have to do.
pub fn rename_new(from: &Path, to: &Path) -> io::Result<()> {
    let source = TempPath::try_from_path(from)?;
    match source.persist_noclobber(to) {
        Ok(()) => Ok(()),
        Err(failed) => {
            let error = failed.error;
            let _ = failed.path.keep();
            if matches!(error.kind(), io::ErrorKind::AlreadyExists | io::ErrorKind::NotFound)
                || is_full(&error)
            {
                return Err(error);
            }
            match fs::symlink_metadata(to) {
                Err(absent) if absent.kind() == io::ErrorKind::NotFound => fs::rename(from, to),
                Ok(_) => Err(io::ErrorKind::AlreadyExists.into()),
                Err(other) => Err(other),
            }
        }
    }
}

/// Puts a file of Windfall's own in the place of the one that stands there: whenever a run is killed or the power
/// fails, the old one or the new one stands there as a whole.
///
/// It is written in `own`, Windfall's folder on that drive, so that nothing half written ever lies among an owner's
/// files. What a killed run left there goes.
pub fn replace(own: &Path, path: &Path, write: &dyn Fn(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    sweep(own);
    let create = |path: &Path| File::options().write(true).create_new(true).open(path);
    let file = tempfile::Builder::new().prefix(UNFINISHED).make_in(own, create)?;
    let mut buffered = BufWriter::new(file.as_file());
    write(&mut buffered)?;
    buffered.flush()?;
    drop(buffered);
    file.as_file().sync_all()?;
    file.persist(path).map(drop).map_err(|error| error.error)
}

/// Young ones stay: pages are written without a lock, so another run may be at it.
fn sweep(own: &Path) {
    for entry in fs::read_dir(own).into_iter().flatten().flatten() {
        let is_unfinished = entry.file_name().to_string_lossy().starts_with(UNFINISHED);
        let is_old = || entry.metadata().ok()?.modified().ok()?.elapsed().ok().map(|age| age > LONGEST);
        if is_unfinished && is_old() == Some(true) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// A time that the file system cannot store is left out; the catalog has it.
pub fn set_time(path: &Path, modified: Option<DateTime<Utc>>) {
    let Some(modified) = modified else { return };
    #[cfg(target_os = "linux")]
    {
        // by name, which takes half as many system calls as opening the file
        use rustix::fs::{AtFlags, CWD, Timespec, Timestamps, UTIME_OMIT, utimensat};
        let seconds = modified.timestamp();
        let times = Timestamps {
            last_access: Timespec { tv_sec: 0, tv_nsec: UTIME_OMIT },
            last_modification: Timespec {
                tv_sec: seconds,
                tv_nsec: modified.timestamp_subsec_nanos().min(999_999_999).into(),
            },
        };
        let _ = utimensat(CWD, path, &times, AtFlags::SYMLINK_NOFOLLOW);
    }
    #[cfg(not(target_os = "linux"))]
    if let Ok(file) = fs::OpenOptions::new().write(true).open(path) {
        let times = fs::FileTimes::new().set_modified(SystemTime::from(modified));
        let _ = file.set_times(times);
    }
}

/// Whether a file has the time that it was given, as far as its drive can store it.
pub fn is_near(has: SystemTime, given: DateTime<Utc>) -> bool {
    let given = SystemTime::from(given);
    has.duration_since(given).unwrap_or_else(|earlier| earlier.duration()) <= RESOLUTION
}

#[cfg(test)]
mod tests {
    use super::replace;
    use std::fs::{self, File};
    use std::io;
    use std::time::{Duration, SystemTime};

    #[test]
    fn a_file_is_replaced_as_a_whole_or_not_at_all() {
        let scratch = tempfile::tempdir().unwrap();
        let own = scratch.path().join("own");
        fs::create_dir(&own).unwrap();
        let path = scratch.path().join("page.html");
        replace(&own, &path, &|to| to.write_all(b"one")).unwrap();
        let failed = replace(&own, &path, &|to| {
            to.write_all(b"tw")?;
            Err(io::ErrorKind::StorageFull.into())
        });
        assert_eq!(failed.unwrap_err().kind(), io::ErrorKind::StorageFull);
        assert_eq!(fs::read(&path).unwrap(), b"one");
        assert_eq!(fs::read_dir(&own).unwrap().count(), 0);
    }

    #[test]
    fn what_a_killed_run_left_goes_and_what_another_one_writes_stays() {
        let scratch = tempfile::tempdir().unwrap();
        let left = |name: &str, age: u64| {
            let path = scratch.path().join(name);
            let file = File::create(&path).unwrap();
            file.set_modified(SystemTime::now() - Duration::from_secs(age)).unwrap();
            path
        };
        let (old, young) = (left(".windfall-new-a", 100_000), left(".windfall-new-b", 1));
        let owners = left("new", 100_000);
        replace(scratch.path(), &scratch.path().join("page.html"), &|to| to.write_all(b"one")).unwrap();
        assert!(!old.exists() && young.exists() && owners.exists());
    }
}
