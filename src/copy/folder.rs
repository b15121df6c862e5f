//! The folder that copies are written into: what of it is ours, and how files get their names there.
//!
//! Windfall has one folder of its own in it, with the list of what was written, small pictures for its page, and files
//! that have no name yet. A file gets its name only when its bytes and its line in the list are durable, so that no
//! kill and no power cut leaves half a file, or one that nobody knows. What somebody else put there is never touched,
//! and no link is followed.

use std::collections::HashSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Component, Path, PathBuf, absolute};

use tempfile::{NamedTempFile, TempPath};

use crate::copy::written::{self, Hand, Key, List, Written};
use crate::error::{Error, is_failing, is_full};
use crate::library::drive::hash_file;
use crate::library::files::{make_folder, metadata, rename_new, replace};
use crate::library::layout::INTERNAL;
use crate::library::lock::{lock_in, unlock};
use crate::library::path::LibraryPath;
use crate::library::staging::sync_all;

/// Windfall's own folder in a folder of copies.
pub const OWN: &str = ".windfall-copy";
/// Inside it: what was written.
const LIST: &str = "copied.csv";
/// Inside it: how files begin that have no name yet.
const NEW: &str = "new-";

/// Refuses a folder that is a library, lies in one, or has this one inside.
///
/// # Errors
/// [`Error::CopyIntoLibrary`].
pub fn refuse(library: &Path, folder: &Path) -> Result<(), Error> {
    let place = whole(folder);
    let refused = |library: &Path| {
        Err(Error::CopyIntoLibrary { folder: folder.to_owned(), library: library.to_owned() })
    };
    match place.ancestors().find(|above| above.join(INTERNAL).is_dir()) {
        Some(other) => refused(other),
        None if whole(library).starts_with(&place) => refused(library),
        None => Ok(()),
    }
}

/// A path without links and steps upwards, also where its end does not exist yet.
fn whole(path: &Path) -> PathBuf {
    let path = absolute(path).unwrap_or_else(|_| path.to_owned());
    let standing = path.ancestors().find_map(|above| Some((above, fs::canonicalize(above).ok()?)));
    let Some((above, mut whole)) = standing else { return path };
    for step in path.strip_prefix(above).unwrap_or(Path::new("")).components() {
        match step {
            Component::ParentDir => _ = whole.pop(),
            step => whole.push(step),
        }
    }
    whole
}

/// A folder of copies that this run has locked.
pub struct Folder {
    root: PathBuf,
    lock: File,
    /// Whether this run made it.
    is_new: bool,
    /// What was written into it.
    pub list: List,
}

/// A file that waits for its name.
#[derive(Debug)]
pub struct Waiting {
    pub temporary: TempPath,
    pub written: Written,
    /// What it takes the place of.
    pub standing: Standing,
}

/// What stands where a copy goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    Nothing,
    /// A copy that we wrote and nobody changed.
    Ours,
    /// What somebody else put there or changed, with its size if it is a file.
    Foreign(Option<u64>),
}

impl Folder {
    /// Opens a folder, which is made if it is not there, and clears away what a killed run left.
    ///
    /// # Errors
    /// If it is in use, or cannot be written.
    pub fn open(root: &Path) -> Result<Self, Error> {
        let is_new = fs::symlink_metadata(root).is_err();
        if root.exists() && !root.is_dir() {
            return Err(Error::io("create", root)(io::ErrorKind::NotADirectory.into()));
        }
        fs::create_dir_all(root).map_err(Error::io("create", root))?;
        let own = root.join(OWN);
        make_folder(root, OWN).map_err(Error::io("create", &own))?;
        let lock = lock_in(&own, root)?;
        for entry in fs::read_dir(&own).map_err(Error::io("read", &own))?.flatten() {
            if entry.file_name().to_string_lossy().starts_with(NEW) {
                let _ = fs::remove_file(entry.path());
            }
        }
        let list = List::parse(&read(&own.join(LIST))?);
        let folder = Folder { root: root.to_owned(), lock, is_new, list };
        // a line that a power cut left unfinished would spoil the next one
        folder.write_list()?;
        Ok(folder)
    }

    /// The error of a drive that is full or fails.
    pub fn failed(&self, error: io::Error) -> Error {
        Error::io("write to", &self.root)(error)
    }

    /// Where something is in it.
    pub fn path_of(&self, path: &LibraryPath) -> PathBuf {
        path.to_path(&self.root)
    }

    /// A new file without a name, readable for whoever may read files made here.
    ///
    /// # Errors
    /// If the drive refuses.
    pub fn begin(&self) -> io::Result<NamedTempFile> {
        let create = |path: &Path| File::options().write(true).create_new(true).open(path);
        tempfile::Builder::new().prefix(NEW).make_in(self.root.join(OWN), create)
    }

    /// What stands at a path where the copy of this file of the library goes.
    pub fn standing(&self, path: &LibraryPath, original: &LibraryPath) -> Standing {
        // whatever else is wrong with the place shows when a file is to get its name
        let Some(metadata) = metadata(&self.root, path) else { return Standing::Nothing };
        if !metadata.is_file() {
            return Standing::Foreign(None);
        }
        let ours = self.list.at(path);
        let ours = ours.filter(|ours| ours.hand == Hand::Ours && ours.original == *original);
        let ours = ours.filter(|ours| ours.size == metadata.len());
        match ours {
            Some(ours) if hash_file(&self.path_of(path)) == Some(ours.blake3) => Standing::Ours,
            _ => Standing::Foreign(Some(metadata.len())),
        }
    }

    /// Whether a copy still stands, as far as its size tells. One that somebody changed would not be written again
    /// either.
    pub fn has(&self, written: &Written) -> bool {
        let metadata = metadata(&self.root, &written.path);
        metadata.is_some_and(|metadata| metadata.is_file() && metadata.len() == written.size)
    }

    /// Gives files their names; says of each whether it got it. If the drive fills up, as many get theirs as there is
    /// room for.
    ///
    /// # Errors
    /// If the drive is full or fails.
    pub fn place(&mut self, mut waiting: Vec<Waiting>) -> Result<Vec<(Written, io::Result<()>)>, Error> {
        if waiting.is_empty() {
            return Ok(Vec::new());
        }
        let temporary: Vec<PathBuf> = waiting.iter().map(|file| file.temporary.to_path_buf()).collect();
        sync_all(&self.root, &temporary)?;
        let mut full = None;
        while let Err(error) = self.append(&waiting) {
            if !is_full(&error) || waiting.len() == 1 {
                return Err(self.failed(error));
            }
            // those that are let go make room for the lines of the others
            waiting.truncate(waiting.len() / 2);
            full = Some(error);
        }
        let mut made: HashSet<String> = HashSet::new();
        let mut placed = Vec::new();
        for Waiting { temporary, written, standing } in waiting {
            match self.name(temporary, &written.path, standing, &mut made) {
                Err(error) if is_full(&error) => full = Some(error),
                Err(error) if is_failing(&error) => return Err(self.failed(error)),
                result => {
                    if result.is_ok() {
                        self.list.add(written.clone());
                    }
                    placed.push((written, result));
                }
            }
        }
        full.map_or(Ok(placed), |error| Err(self.failed(error)))
    }

    /// Adds lines to the list on the drive, all of them or none.
    fn append(&self, waiting: &[Waiting]) -> io::Result<()> {
        let lines = written::lines(waiting.iter().map(|file| &file.written))?;
        let mut file = OpenOptions::new().append(true).open(self.root.join(OWN).join(LIST))?;
        let before = file.metadata()?.len();
        let added = file.write_all(&lines).and_then(|()| file.sync_data());
        if added.is_err() {
            let _ = file.set_len(before);
        }
        added
    }

    fn name(
        &self,
        temporary: TempPath,
        path: &LibraryPath,
        standing: Standing,
        made: &mut HashSet<String>,
    ) -> io::Result<()> {
        if let Some(folder) = path.parent()
            && !made.contains(folder.as_str())
        {
            make_folder(&self.root, folder.as_str())?;
            made.insert(folder.to_string());
        }
        let place = self.path_of(path);
        match standing {
            Standing::Ours => temporary.persist(place).map_err(|error| error.error),
            Standing::Nothing | Standing::Foreign(_) => {
                rename_new(&temporary, &place)?;
                // nothing is left to remove
                let _ = temporary.keep();
                Ok(())
            }
        }
    }

    /// Removes the copies whose place this one has taken, where nobody changed them.
    pub fn supersede(&mut self, key: &Key, wanted: &LibraryPath) {
        let others: Vec<LibraryPath> =
            self.list.of(key).map(|other| &other.path).filter(|path| *path != wanted).cloned().collect();
        for other in others {
            let is_gone = match self.standing(&other, &key.original) {
                Standing::Ours => fs::remove_file(self.path_of(&other)).is_ok(),
                Standing::Nothing | Standing::Foreign(_) => true,
            };
            if is_gone {
                self.list.remove(&other);
            }
        }
    }

    /// Writes the list anew, sorted and each path once, if it is not so already.
    fn write_list(&self) -> Result<(), Error> {
        let place = self.root.join(OWN).join(LIST);
        let write = || {
            let bytes = self.list.table()?;
            if fs::read(&place).is_ok_and(|standing| standing == bytes) {
                return Ok(());
            }
            replace(&self.root.join(OWN), &place, &|to| to.write_all(&bytes))
        };
        write().map_err(Error::io("write", &place))
    }

    /// Ends a run, and lets others in. A folder into which nothing was written stays as it was.
    ///
    /// # Errors
    /// If the list cannot be written.
    pub fn close(self) -> Result<(), Error> {
        let own = self.root.join(OWN);
        let result = match self.list.is_empty() {
            true => fs::remove_file(own.join(LIST)).or(Ok(())),
            false => self.write_list(),
        };
        unlock(&own, self.lock);
        if self.list.is_empty() {
            let _ = fs::remove_dir(&own);
            if self.is_new {
                let _ = fs::remove_dir(&self.root);
            }
        }
        result
    }
}

fn read(path: &Path) -> Result<Vec<u8>, Error> {
    match fs::read(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        read => read.map_err(Error::io("read", path)),
    }
}
