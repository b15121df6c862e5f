//! Files and folders below a root, a library or a folder of copies: looked at without following a link, made, named
//! and dated without overwriting anything; and those of Windfall's own that a new text replaces, all at once or not
//! at all, unless they hold it already.

use std::fs::{self, File, Metadata};
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::Path;
use std::time::{Duration, SystemTime};

use chrono::{DateTime, Utc};
use tempfile::TempPath;

use crate::error::is_full;
use crate::library::path::LibraryPath;

/// FAT stores times in steps of two seconds.
const RESOLUTION: Duration = Duration::from_secs(2);
/// What a file is called that waits to take the place of another, where nobody else writes.
const UNFINISHED: &str = ".windfall-new";
/// How such files begin where others may write too.
const PAGE: &str = ".windfall-page-";
/// Nobody writes at one of those for so long.
const LONGEST: Duration = Duration::from_hours(1);

/// Makes a folder of the library and those above it, each a real folder.
///
/// This looks first and then acts, both by path. That is enough against archives, which make no links here. It
/// does not stop somebody who changes the library at the same time, but whoever may write to it needs no race to
/// spoil it. Nor would it help to hold folders open: on most systems the rename that follows goes by path.
pub fn make_folder(library: &Path, folder: impl AsRef<Path>) -> io::Result<()> {
    let mut at = library.to_path_buf();
    for component in folder.as_ref().components() {
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

/// Who else may be writing in the same folder of Windfall's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Company {
    /// Nobody: this run holds the lock.
    Nobody,
    /// Another run, as pages are written without a lock.
    Others,
}

/// Puts a file of Windfall's own in the place of the one that stands there: whenever a run is killed or the power
/// fails, the old one or the new one stands there as a whole.
///
/// It is written in `own`, Windfall's folder on that drive, so that nothing half written ever lies among an owner's
/// files. What a killed run left there goes with the next one.
pub fn replace(
    own: &Path,
    path: &Path,
    company: Company,
    write: &dyn Fn(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    let create = |path: &Path| File::options().write(true).create_new(true).open(path);
    let file = match company {
        Company::Nobody => {
            // always the same name, so that no folder has to be searched for what was left
            let left = own.join(UNFINISHED);
            match fs::remove_file(&left) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
            tempfile::Builder::new().prefix(UNFINISHED).rand_bytes(0).make_in(own, create)?
        }
        Company::Others => {
            sweep(own);
            tempfile::Builder::new().prefix(PAGE).make_in(own, create)?
        }
    };
    let mut buffered = BufWriter::new(file.as_file());
    write(&mut buffered)?;
    buffered.flush()?;
    drop(buffered);
    file.as_file().sync_all()?;
    file.persist(path).map(drop).map_err(|error| error.error)
}

/// Whether a file holds exactly what `write` writes. It is not read beyond the first difference.
pub fn holds(file: File, write: &dyn Fn(&mut dyn Write) -> io::Result<()>) -> bool {
    let mut comparing = Comparing(BufReader::new(file));
    write(&mut comparing).is_ok() && comparing.0.fill_buf().is_ok_and(<[u8]>::is_empty)
}

/// Takes what a file holds, and refuses anything else at the first difference.
struct Comparing(BufReader<File>);

impl Write for Comparing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let held = self.0.fill_buf()?;
        let length = held.len().min(bytes.len());
        let is_same = length > 0 && held.get(..length) == bytes.get(..length);
        self.0.consume(length);
        if is_same || bytes.is_empty() { Ok(length) } else { Err(io::ErrorKind::InvalidData.into()) }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Whether a file of Windfall's own waits to take the place of another, or did when a run was killed.
pub fn is_unfinished(name: &str) -> bool {
    name.starts_with(UNFINISHED) || name.starts_with(PAGE)
}

/// Removes what killed runs left, but nothing young: another run may be at it.
fn sweep(own: &Path) {
    for entry in fs::read_dir(own).into_iter().flatten().flatten() {
        let is_unfinished = entry.file_name().to_string_lossy().starts_with(PAGE);
        let age = || entry.metadata().ok()?.modified().ok()?.elapsed().ok();
        if is_unfinished && age().is_some_and(|age| age > LONGEST) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Lets whoever may read a file run it, where its drive knows such a right. A link is left alone.
#[cfg(unix)]
pub fn let_run(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let metadata = fs::symlink_metadata(path)?;
    let mode = metadata.permissions().mode();
    let runnable = mode | (mode & 0o444) >> 2;
    if !metadata.is_file() || runnable == mode {
        return Ok(());
    }
    fs::set_permissions(path, fs::Permissions::from_mode(runnable))
}

/// There is no such right.
#[cfg(not(unix))]
pub fn let_run(_: &Path) -> io::Result<()> {
    Ok(())
}

/// Whether a file may be run by somebody.
#[cfg(unix)]
pub fn is_runnable(metadata: &Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    metadata.permissions().mode() & 0o111 != 0
}

/// Nobody asks.
#[cfg(not(unix))]
pub fn is_runnable(_: &Metadata) -> bool {
    false
}

/// Sets the modification time of a file that has another one.
pub fn keep_time(path: &Path, modified: Option<DateTime<Utc>>) {
    let has = || fs::metadata(path).and_then(|metadata| metadata.modified()).ok();
    let stands = |wanted: DateTime<Utc>| has().is_some_and(|has| is_near(has, wanted));
    if modified.is_some_and(|wanted| !stands(wanted)) {
        set_time(path, modified);
    }
}

/// A time that the file system cannot store is left out; the catalog has it.
pub fn set_time(path: &Path, modified: Option<DateTime<Utc>>) {
    let Some(modified) = modified else { return };
    #[cfg(target_os = "linux")]
    {
        // by name, which takes half as many system calls as opening the file
        use rustix::fs::{AtFlags, CWD, Timespec, Timestamps, UTIME_NOW, utimensat};
        let seconds = modified.timestamp();
        let times = Timestamps {
            // drives by FUSE (exFAT) take both times or none
            last_access: Timespec { tv_sec: 0, tv_nsec: UTIME_NOW },
            last_modification: Timespec {
                tv_sec: seconds,
                tv_nsec: modified.timestamp_subsec_nanos().min(999_999_999).into(),
            },
        };
        let _ = utimensat(CWD, path, &times, AtFlags::SYMLINK_NOFOLLOW);
    }
    #[cfg(not(target_os = "linux"))]
    if let Ok(file) = fs::OpenOptions::new().write(true).open(path) {
        let _ = file.set_times(times(SystemTime::from(modified)));
    }
}

/// The times of a file that was modified then. Drives by FUSE (exFAT) take both times or none.
pub fn times(modified: SystemTime) -> fs::FileTimes {
    fs::FileTimes::new().set_accessed(SystemTime::now()).set_modified(modified)
}

/// Whether a file has the time that it was given, as far as its drive can store it.
pub fn is_near(has: SystemTime, given: DateTime<Utc>) -> bool {
    let given = SystemTime::from(given);
    has.duration_since(given).unwrap_or_else(|earlier| earlier.duration()) <= RESOLUTION
}

#[cfg(test)]
mod tests {
    use super::{Company, replace};
    use std::fs::{self, File};
    use std::io;
    use std::time::{Duration, SystemTime};

    #[test]
    fn a_file_is_replaced_as_a_whole_or_not_at_all() {
        let scratch = tempfile::tempdir().unwrap();
        let own = scratch.path().join("own");
        fs::create_dir(&own).unwrap();
        let path = scratch.path().join("page.html");
        replace(&own, &path, Company::Nobody, &|to| to.write_all(b"one")).unwrap();
        let failed = replace(&own, &path, Company::Nobody, &|to| {
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
        let (old, young) = (left(".windfall-page-a", 100_000), left(".windfall-page-b", 1));
        let (locked, owners) = (left(".windfall-new", 1), left("new", 100_000));
        let write = |company| {
            let page = scratch.path().join("page.html");
            replace(scratch.path(), &page, company, &|to| to.write_all(b"one")).unwrap();
        };
        write(Company::Others);
        assert!(!old.exists() && young.exists() && locked.exists() && owners.exists());
        write(Company::Nobody);
        assert!(young.exists() && !locked.exists() && owners.exists());
    }
}
