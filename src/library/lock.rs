//! The lock of a library, or of a folder of copies: one run at a time.
//!
//! Taking it never waits, and it is released with the process, however that ends.
//!
//! A run that had nothing to import removes the lock file with everything else it made. Whoever opened the file just
//! before then holds a lock on nothing, so after locking it checks that the file is still there.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::Path;

use crate::error::Error;
use crate::library::layout::{INTERNAL, LOCK};

/// Locks a library for as long as the file lives. Makes the folder that the lock lies in.
pub(crate) fn lock(library: &Path) -> Result<File, Error> {
    lock_in(&library.join(INTERNAL), library)
}

/// Locks any folder by a file in the part of it that is Windfall's own, which is made.
pub(crate) fn lock_in(internal: &Path, folder: &Path) -> Result<File, Error> {
    fs::create_dir_all(internal).map_err(Error::io("create", internal))?;
    let path = internal.join(LOCK);
    let file = File::options().create(true).truncate(false).write(true).open(&path);
    let file = file.map_err(Error::io("create", &path))?;
    match file.try_lock() {
        // another run that had nothing to do has just removed it
        Ok(()) if !stands(&file, &path) => Err(Error::Locked(folder.to_owned())),
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Error::Locked(folder.to_owned())),
        // some network drives have no locks; there the owner has to take care
        Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => Ok(file),
        Err(TryLockError::Error(error)) => Err(Error::io("lock", &path)(error)),
    }
}

/// Whether an open file is the one at this path.
#[cfg(unix)]
fn stands(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let number = |metadata: fs::Metadata| (metadata.dev(), metadata.ino());
    let there = fs::symlink_metadata(path).map(number);
    file.metadata().map(number).is_ok_and(|here| there.is_ok_and(|there| there == here))
}

#[cfg(not(unix))]
fn stands(_: &File, _: &Path) -> bool {
    true
}

/// Removes everything that a run made which had nothing to import. The lock goes last: whoever has opened it by
/// then finds that it is gone.
pub(crate) fn withdraw(internal: &Path, locked: File) {
    let entries = fs::read_dir(internal).into_iter().flatten().flatten();
    for entry in entries.filter(|entry| entry.file_name() != LOCK) {
        let path = entry.path();
        let _ = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
    }
    unlock(internal, locked);
    let _ = fs::remove_dir(internal);
}

/// Removes a lock with its file.
pub(crate) fn unlock(internal: &Path, locked: File) {
    let lock = internal.join(LOCK);
    // Windows does not remove open files
    #[cfg(unix)]
    let _ = fs::remove_file(&lock);
    drop(locked);
    #[cfg(not(unix))]
    let _ = fs::remove_file(&lock);
}
