//! What the drive of a library can do: which links it has, and how large a file may be.
//!
//! Asks the file system where it tells, and otherwise tries in a folder that is removed at once.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use blake3::Hash;

use crate::error::{Error, is_failing, is_full};
use crate::library::layout;

/// Which links a drive has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Links {
    /// Symbolic links.
    pub symbolic: bool,
    /// Hard links.
    pub hard: bool,
}

impl Default for Links {
    fn default() -> Self {
        Links { symbolic: cfg!(unix), hard: true }
    }
}

/// BLAKE3 of a file; `None` if it cannot be read.
pub fn hash_file(path: &Path) -> Option<Hash> {
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(File::open(path).ok()?).ok()?;
    Some(hasher.finalize())
}

/// Asks the system to read a file from its drive, and not from memory. It has to be durable by now.
///
/// Linux then drops what it remembers of a file on a local drive, and macOS reads around its memory; network drives
/// and FUSE may answer from their own.
pub fn forget_cached(file: &File) {
    #[cfg(target_os = "linux")]
    let _ = rustix::fs::fadvise(file, 0, None, rustix::fs::Advice::DontNeed);
    #[cfg(target_vendor = "apple")]
    let _ = rustix::fs::fcntl_nocache(file, true);
    #[cfg(not(any(target_os = "linux", target_vendor = "apple")))]
    let _ = file;
}

/// Tries which links the library's drive has.
///
/// # Errors
/// If the drive cannot be written to.
pub fn probe_links(library: &Path) -> Result<Links, Error> {
    let inside = layout::staging(library);
    let failed = |source| Error::io("write to", &inside)(source);
    try_links(&inside).map_err(failed)
}

/// Which links the drive of a library has, or of one that does not exist yet, without leaving anything there.
pub fn expect_links(library: &Path) -> Links {
    let Some(place) = standing_place(library) else { return Links::default() };
    match known_links(place) {
        Some(links) => links,
        None => try_links(place).unwrap_or_default(),
    }
}

/// The library's folder, or the nearest one above it that exists.
fn standing_place(library: &Path) -> Option<&Path> {
    library
        .ancestors()
        .map(|p| if p.as_os_str().is_empty() { Path::new(".") } else { p })
        .find(|p| p.is_dir())
}

#[cfg(target_os = "linux")]
fn known_links(place: &Path) -> Option<Links> {
    /// FAT and exFAT have neither.
    const NONE: [u64; 2] = [0x4d44, 0x2011_bab0];
    /// With FUSE, SMB, CIFS and NFS it depends on the other side.
    const UNKNOWN: [u64; 5] = [0x6573_5546, 0x517b, 0xff53_4d42, 0xfe53_4d42, 0x6969];
    let magic = u64::try_from(rustix::fs::statfs(place).ok()?.f_type).ok()? & 0xffff_ffff;
    if NONE.contains(&magic) {
        return Some(Links { symbolic: false, hard: false });
    }
    (!UNKNOWN.contains(&magic)).then(Links::default)
}

#[cfg(not(target_os = "linux"))]
fn known_links(_: &Path) -> Option<Links> {
    None
}

fn try_links(place: &Path) -> io::Result<Links> {
    let folder = tempfile::Builder::new().prefix("probe-").tempdir_in(place)?;
    let target = folder.path().join("a");
    File::create(&target)?;
    let has = |made: io::Result<()>| match made {
        Err(error) if is_failing(&error) || is_full(&error) => Err(error),
        made => Ok(made.is_ok()),
    };
    let link = folder.path().join("b");
    // Wine and some network drives say that they made a link, and made none
    let linked = symlink(Path::new("a"), &link).and_then(|()| fs::read_link(&link)).map(drop);
    Ok(Links { symbolic: has(linked)?, hard: has(fs::hard_link(&target, folder.path().join("c")))? })
}

/// Makes a symbolic link to a file. Fails where the system or the drive has none.
pub fn symlink(target: &Path, link: &Path) -> std::io::Result<()> {
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(target, link)
    }
    #[cfg(windows)]
    {
        std::os::windows::fs::symlink_file(target, link)
    }
    #[cfg(not(any(unix, windows)))]
    {
        let _ = (target, link);
        Err(std::io::ErrorKind::Unsupported.into())
    }
}

/// Whether the drive of a folder can only be read, as far as the system tells: a locked card, or a drive of another
/// system that this one cannot write to.
pub fn is_read_only(folder: &Path) -> bool {
    #[cfg(unix)]
    {
        use rustix::fs::StatVfsMountFlags;
        rustix::fs::statvfs(folder).is_ok_and(|system| system.f_flag.contains(StatVfsMountFlags::RDONLY))
    }
    #[cfg(not(unix))]
    {
        let _ = folder;
        false
    }
}

/// Bytes of the largest file that the drive of this folder can hold, if it has a limit and tells it.
pub fn largest_file(library: &Path) -> Option<u64> {
    #[cfg(target_os = "linux")]
    {
        /// `MSDOS_SUPER_MAGIC`: FAT12, FAT16 and FAT32.
        const FAT: u64 = 0x4d44;
        let place = library.ancestors().find(|p| p.is_dir())?;
        let system = rustix::fs::statfs(place).ok()?;
        let magic = u64::try_from(system.f_type).ok()?;
        (magic == FAT).then_some(u64::from(u32::MAX))
    }
    #[cfg(not(target_os = "linux"))]
    {
        let _ = library;
        None
    }
}
