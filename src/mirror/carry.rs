//! One file carried from the library to its mirror: hashed while it is read, written under a temporary name, and read
//! back from the mirror's drive.
//!
//! Bytes that are not what the catalog knows are never given a name.

use std::fs::{File, Permissions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use blake3::{Hash, Hasher};
use tempfile::TempPath;

use crate::library::files::{is_runnable, let_run, times};
use crate::library::{drive, layout, name};
use crate::mirror::decide::{Wanted, Worth};
use crate::mirror::scan::Moment;
use crate::progress::Watch;

/// Bytes that are read at once.
const PIECE: usize = 1 << 20;

/// Where from and where to.
#[derive(Clone, Copy)]
pub struct Carrier<'a> {
    pub library: &'a Path,
    pub mirror: &'a Path,
    pub watch: Watch<'a>,
}

/// A file that is whole under a temporary name.
#[derive(Debug)]
pub struct Carried {
    pub temporary: TempPath,
    pub blake3: Hash,
    pub size: u64,
    /// The time that the library's file had when it was read.
    pub modified: Moment,
}

/// Why a file was not carried.
#[derive(Debug)]
pub enum Failure {
    /// The library's drive does not give its bytes.
    Unread(io::Error),
    /// Its bytes are not those that the catalog knows.
    Differs {
        /// How many there are.
        size: u64,
    },
    /// The mirror's drive does not take them.
    Unwritten(io::Error),
    /// The mirror's drive took them, and gives others back, or none.
    Unproved(Option<io::Error>),
    Interrupted,
}

/// Memory for reading, one for each thread.
pub fn buffer() -> Vec<u8> {
    vec![0; PIECE]
}

impl Carrier<'_> {
    /// Where a file is in the library.
    pub fn source(&self, wanted: &Wanted) -> PathBuf {
        name::path_below(self.library, wanted.alias.as_deref().unwrap_or(&wanted.path))
    }

    /// Where a file is in the mirror, and the way there.
    pub fn target(&self, wanted: &Wanted) -> (PathBuf, PathBuf) {
        let source = name::path_below(self.library, &wanted.path);
        let way = source.strip_prefix(self.library).unwrap_or(Path::new(&wanted.path)).to_owned();
        (self.mirror.join(&way), way)
    }

    /// Copies a file to a temporary name.
    ///
    /// # Errors
    /// Says on which side it failed.
    pub fn carry(&self, wanted: &Wanted, buffer: &mut [u8]) -> Result<Carried, Failure> {
        let mut source = File::open(self.source(wanted)).map_err(Failure::Unread)?;
        let metadata = source.metadata().map_err(Failure::Unread)?;
        let (file, temporary) = self.begin().map_err(Failure::Unwritten)?;
        let mut hasher = Hasher::new();
        let mut size = 0;
        loop {
            if self.watch.is_cancelled() {
                return Err(Failure::Interrupted);
            }
            let piece = match source.read(buffer) {
                Ok(0) => break,
                Ok(read) => &buffer[..read],
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(Failure::Unread(error)),
            };
            hasher.update(piece);
            (&file).write_all(piece).map_err(Failure::Unwritten)?;
            size += piece.len() as u64;
            self.watch.progress.bytes(piece.len() as u64);
        }
        let blake3 = hasher.finalize();
        if wanted.blake3.is_some_and(|expected| expected != blake3) {
            return Err(Failure::Differs { size });
        }
        let modified = Moment::of(&metadata);
        // a drive that cannot hold a time or permissions has the bytes all the same
        let _ = file.set_times(times(metadata.modified().unwrap_or(modified.time())));
        if (wanted.worth == Worth::Own || is_of_iclouds_drive(wanted))
            && let Some(permissions) = permissions(&metadata.permissions())
        {
            let _ = file.set_permissions(permissions);
        }
        // on some drives every photo may be run, which says nothing
        if wanted.path.starts_with(PROGRAMS) && is_runnable(&metadata) {
            let _ = let_run(&temporary);
        }
        Ok(Carried { temporary, blake3, size, modified })
    }

    /// A new file without a name, readable for whoever may read files made here.
    fn begin(&self) -> io::Result<(File, TempPath)> {
        let create = |path: &Path| File::options().write(true).create_new(true).open(path);
        let made = tempfile::Builder::new().prefix("new-").make_in(layout::staging(self.mirror), create)?;
        Ok(made.into_parts())
    }

    /// Reads what a file came to on the mirror's drive. It has to be durable by now: as far as the system lets itself
    /// be asked, the bytes come from the drive and not from memory.
    ///
    /// # Errors
    /// If the drive does not give them, or the owner interrupts.
    pub fn read_back(&self, path: &Path, buffer: &mut [u8]) -> io::Result<Hash> {
        let file = File::open(path)?;
        drive::forget_cached(&file);
        self.hash(file, buffer)
    }

    /// BLAKE3 of a file.
    ///
    /// # Errors
    /// If its drive does not give its bytes, or the owner interrupts.
    pub fn hash(&self, mut file: File, buffer: &mut [u8]) -> io::Result<Hash> {
        let mut hasher = Hasher::new();
        loop {
            if self.watch.is_cancelled() {
                return Err(io::Error::other("interrupted"));
            }
            match file.read(buffer) {
                Ok(0) => return Ok(hasher.finalize()),
                Ok(read) => _ = hasher.update(&buffer[..read]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }
}

/// Whether iCloud may have said that it is a program.
fn is_of_iclouds_drive(wanted: &Wanted) -> bool {
    wanted.path.strip_prefix(layout::DRIVE).is_some_and(|below| below.starts_with('/'))
}

/// Where programs of the owner's may stand.
const PROGRAMS: &str = "Drive/";

/// The permissions of a copy: those of the original, but its owner may always write to it.
#[cfg(unix)]
fn permissions(of: &Permissions) -> Option<Permissions> {
    use std::os::unix::fs::PermissionsExt;
    Some(Permissions::from_mode(of.mode() & 0o777 | 0o600))
}

#[cfg(not(unix))]
fn permissions(_: &Permissions) -> Option<Permissions> {
    None
}
