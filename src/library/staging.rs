//! Staging: the folder inside the library where bytes wait until they are placed, each file named by its BLAKE3.
//!
//! Files are durable only after [`Staging::sync`], and count only with a record in the catalog. A file without one, or
//! of another size, may have been cut short by a kill and is swept at the next start.
//!
//! There is no sync for each file. One `syncfs` for a whole batch gives the same promise at a hundredth of the price;
//! systems without it sync the files of the batch one by one.

use std::collections::{HashMap, HashSet};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::error::Error;
use crate::library::layout;

/// The staging folder of a library that this run has locked.
pub struct Staging {
    library: PathBuf,
    root: PathBuf,
    counter: AtomicU64,
    unsynced: Mutex<Vec<PathBuf>>,
}

/// A file that is being written. It is removed when dropped, unless it was kept or placed.
pub struct Staged {
    /// Open for writing and reading.
    pub file: File,
    path: PathBuf,
    kept: bool,
}

impl Staged {
    /// Where it is while being written.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Says that it has been moved to its final name.
    pub fn placed(mut self) {
        self.kept = true;
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        if !self.kept {
            // if that fails, the next start sweeps it
            let _ = fs::remove_file(&self.path);
        }
    }
}

impl Staging {
    /// Opens the staging folder of a library and sweeps it. `recorded` has the files that stay, with their sizes.
    ///
    /// # Errors
    /// If it cannot be made or read.
    pub fn open(library: &Path, recorded: &HashMap<blake3::Hash, u64>) -> Result<Self, Error> {
        let root = layout::staging(library);
        fs::create_dir_all(&root).map_err(Error::io("create", &root))?;
        let staging = Staging {
            library: library.to_owned(),
            root,
            counter: AtomicU64::new(0),
            unsynced: Mutex::new(Vec::new()),
        };
        staging.sweep(recorded)?;
        Ok(staging)
    }

    pub fn library(&self) -> &Path {
        &self.library
    }

    fn sweep(&self, recorded: &HashMap<blake3::Hash, u64>) -> Result<(), Error> {
        let walk = walkdir::WalkDir::new(&self.root).min_depth(1).follow_links(false);
        for entry in walk.contents_first(true).into_iter().flatten() {
            if entry.file_type().is_dir() {
                // fails for folders that are not empty, which stay
                let _ = fs::remove_dir(entry.path());
                continue;
            }
            let hash = entry.file_name().to_str().and_then(|name| blake3::Hash::from_hex(name).ok());
            let size = hash.and_then(|hash| recorded.get(&hash));
            let is_whole = |size: &u64| entry.metadata().is_ok_and(|m| m.is_file() && m.len() == *size);
            if !size.is_some_and(is_whole) {
                fs::remove_file(entry.path()).map_err(Error::io("remove", entry.path()))?;
            }
        }
        Ok(())
    }

    /// Removes the staging folder if it is empty.
    pub fn close(self) {
        for byte in 0..=u8::MAX {
            let _ = fs::remove_dir(self.root.join(format!("{byte:02x}")));
        }
        let _ = fs::remove_dir(&self.root);
    }

    /// A new file to write to.
    pub fn begin(&self) -> io::Result<Staged> {
        loop {
            let path = self.root.join(format!("new-{}", self.counter.fetch_add(1, Ordering::Relaxed)));
            match OpenOptions::new().read(true).write(true).create_new(true).open(&path) {
                Ok(file) => return Ok(Staged { file, path, kept: false }),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// A new file with the contents of another that shares its blocks until one of them is written to. Fails if
    /// the file system cannot do that, or the other file is on another one.
    pub fn clone_of(&self, other: &File) -> io::Result<Staged> {
        let staged = self.begin()?;
        share_blocks(&staged.file, other)?;
        Ok(staged)
    }

    /// A temporary file without a name, for a nested archive.
    pub fn spool(&self) -> io::Result<File> {
        tempfile::tempfile_in(&self.root)
    }

    /// Keeps a written file under the hash of its bytes.
    pub fn keep(&self, staged: &mut Staged, hash: &blake3::Hash) -> io::Result<()> {
        let path = self.path_of(hash);
        match fs::rename(&staged.path, &path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                // the first of its folder
                path.parent().map_or(Ok(()), fs::create_dir_all)?;
                fs::rename(&staged.path, &path)?;
            }
            renamed => renamed?,
        }
        staged.kept = true;
        self.written(path);
        Ok(())
    }

    /// Keeps bytes that are in memory as a whole, written at once to their final name in staging.
    pub fn keep_whole(&self, bytes: &[u8], hash: &blake3::Hash) -> io::Result<()> {
        let path = self.path_of(hash);
        let create = || OpenOptions::new().write(true).create_new(true).open(&path);
        let created = match create() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                // the first of its folder
                path.parent().map_or(Ok(()), fs::create_dir_all)?;
                create()
            }
            created => created,
        };
        match created {
            Ok(mut file) => {
                if let Err(error) = file.write_all(bytes) {
                    let _ = fs::remove_file(&path);
                    return Err(error);
                }
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                // a record may refer to it, so it is replaced at once or not at all
                let mut staged = self.begin()?;
                staged.file.write_all(bytes)?;
                return self.keep(&mut staged, hash);
            }
            Err(error) => return Err(error),
        }
        self.written(path);
        Ok(())
    }

    fn written(&self, path: PathBuf) {
        // where one call makes everything durable, the paths are not needed
        if cfg!(not(target_os = "linux")) {
            self.unsynced.lock().unwrap_or_else(PoisonError::into_inner).push(path);
        }
    }

    /// Where the bytes with this hash wait, if they do.
    pub fn path_of(&self, hash: &blake3::Hash) -> PathBuf {
        path_below(&self.root, hash)
    }

    /// The hashes of all bytes that wait here.
    pub fn waiting(&self) -> HashSet<blake3::Hash> {
        let walk = walkdir::WalkDir::new(&self.root).min_depth(2).follow_links(false);
        let hash = |name: &std::ffi::OsStr| blake3::Hash::from_hex(name.to_str()?).ok();
        walk.into_iter().flatten().filter_map(|file| hash(file.file_name())).collect()
    }

    /// Removes bytes that nobody will place.
    pub fn discard(&self, hash: &blake3::Hash) {
        let _ = fs::remove_file(self.path_of(hash));
    }

    /// Makes durable everything that was kept since the last call.
    ///
    /// # Errors
    /// If the system reports only now that something could not be written.
    pub fn sync(&self) -> Result<(), Error> {
        let paths = std::mem::take(&mut *self.unsynced.lock().unwrap_or_else(PoisonError::into_inner));
        sync_all(&self.library, &paths)
    }
}

fn path_below(root: &Path, hash: &blake3::Hash) -> PathBuf {
    let hex = hash.to_hex();
    let mut path = PathBuf::with_capacity(root.as_os_str().len() + "/ab/".len() + hex.len());
    path.extend([root, Path::new(&hex[..2]), Path::new(hex.as_str())]);
    path
}

/// Where the bytes with this hash wait in the staging folder of a library, if they do.
pub fn path_in(library: &Path, hash: &blake3::Hash) -> PathBuf {
    path_below(&layout::staging(library), hash)
}

/// Of these hashes and sizes those whose bytes [`Staging::open`] would keep. Of a library that is not locked this is no
/// more than a guess.
pub fn kept(library: &Path, recorded: &HashMap<blake3::Hash, u64>) -> HashSet<blake3::Hash> {
    let is_whole = |hash: &blake3::Hash, size: u64| {
        fs::symlink_metadata(path_in(library, hash)).is_ok_and(|m| m.is_file() && m.len() == size)
    };
    recorded.iter().filter(|&(hash, &size)| is_whole(hash, size)).map(|(hash, _)| *hash).collect()
}

/// Works on btrfs, xfs and others. APFS can clone files only with all their attributes, which are not wanted.
fn share_blocks(new: &File, other: &File) -> io::Result<()> {
    #[cfg(target_os = "linux")]
    {
        Ok(rustix::fs::ioctl_ficlone(new, other)?)
    }
    #[cfg(not(target_os = "linux"))]
    {
        let _ = (new, other);
        Err(io::ErrorKind::Unsupported.into())
    }
}

/// Makes these files below `root` durable, and the folders that they are in.
///
/// # Errors
/// If the system reports that something could not be written.
pub fn sync_all(root: &Path, paths: &[PathBuf]) -> Result<(), Error> {
    #[cfg(target_os = "linux")]
    {
        let folder = File::open(root).map_err(Error::io("open", root))?;
        rustix::fs::syncfs(&folder).map_err(|errno| Error::io("sync", root)(errno.into()))?;
        if !is_served_by_a_program(&folder) {
            return Ok(());
        }
    }
    sync_each(root, paths)
}

/// Whether the file system is FUSE or a network's. There `syncfs` hands the bytes on without waiting until they
/// are durable.
#[cfg(target_os = "linux")]
fn is_served_by_a_program(folder: &File) -> bool {
    /// FUSE, NFS, CIFS, SMB2, SMB, 9P, Ceph, VirtualBox.
    const MAGIC: [u32; 8] =
        [0x6573_5546, 0x6969, 0xff53_4d42, 0xfe53_4d42, 0x517b, 0x0102_1997, 0x00c3_6400, 0x786f_4256];
    // as 32 bits, because the width and sign of the field depend on the processor
    rustix::fs::fstatfs(folder).map_or(true, |system| MAGIC.contains(&(system.f_type as u32)))
}

/// Makes durable that these files below `root` have their names. They are not opened: what they hold may be unreadable.
///
/// # Errors
/// If the system reports that something could not be written.
pub fn sync_names(root: &Path, paths: &[PathBuf]) -> Result<(), Error> {
    #[cfg(target_os = "linux")]
    {
        let folder = File::open(root).map_err(Error::io("open", root))?;
        rustix::fs::syncfs(&folder).map_err(|errno| Error::io("sync", root)(errno.into()))?;
    }
    sync_folders(root, paths);
    Ok(())
}

fn sync_each(root: &Path, paths: &[PathBuf]) -> Result<(), Error> {
    for path in paths.iter().filter(|path| !path.is_symlink()) {
        let file = OpenOptions::new().write(true).open(path);
        file.and_then(|f| f.sync_all()).map_err(Error::io("sync", path))?;
    }
    sync_folders(root, paths);
    Ok(())
}

fn sync_folders(root: &Path, paths: &[PathBuf]) {
    let above = |path: &'_ PathBuf| -> Vec<PathBuf> {
        path.ancestors().skip(1).take_while(|folder| folder.starts_with(root)).map(Path::to_owned).collect()
    };
    for folder in paths.iter().flat_map(above).collect::<HashSet<PathBuf>>() {
        // Windows cannot open a folder as a file, and journals its names itself; some network
        // drives do not sync folders
        if let Ok(folder) = File::open(folder) {
            let _ = folder.sync_all();
        }
    }
}
