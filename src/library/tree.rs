//! The tree of a library: every file in it outside `.windfall`. No file is opened.
//!
//! A folder that may not be read is an error, except at the top of a drive, where systems keep folders of their own.

use std::fs::{self, DirEntry};
use std::io;
use std::path::{Path, PathBuf};

use blake3::Hash;
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};
use rayon::slice::ParallelSliceMut;

use crate::error::Error;
use crate::library::name;
use crate::library::path::LibraryPath;

/// A file in the library's folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    /// Bytes; for a link, of its text.
    pub size: u64,
    /// Whether it is an ordinary file and not a link.
    pub is_file: bool,
}

/// The files of a library, sorted by path.
#[derive(Debug, Default)]
pub struct Tree(Vec<(LibraryPath, Seen)>);

impl Tree {
    /// Walks through a library without entering `.windfall` or following links, on the threads of the current rayon pool.
    ///
    /// # Errors
    /// If a folder cannot be read.
    pub fn walk(library: &Path) -> Result<Self, Error> {
        if !library.exists() {
            return Ok(Tree::default());
        }
        let mut seen = Vec::new();
        let mut level = vec![Folder { place: library.to_owned(), path: None }];
        while !level.is_empty() {
            let read: Result<Vec<Read>, Error> = level.par_iter().map(Folder::read).collect();
            level.clear();
            for mut read in read? {
                seen.append(&mut read.files);
                level.append(&mut read.folders);
            }
        }
        seen.par_sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
        Ok(Tree(seen))
    }

    /// The file at a path.
    pub fn get(&self, path: &str) -> Option<Seen> {
        let at = self.0.binary_search_by(|(other, _)| other.as_str().cmp(path)).ok()?;
        Some(self.0[at].1)
    }

    /// All files, by path.
    pub fn iter(&self) -> impl Iterator<Item = (&LibraryPath, Seen)> {
        self.0.iter().map(|(path, seen)| (path, *seen))
    }

    /// Drops the files whose path is not wanted.
    pub fn retain(&mut self, wanted: impl Fn(&LibraryPath) -> bool) {
        self.0.retain(|(path, _)| wanted(path));
        self.0.shrink_to_fit();
    }
}

/// A folder that is to be read.
struct Folder {
    /// Where it is on this machine.
    place: PathBuf,
    /// Its path in the library, of which the top has none.
    path: Option<LibraryPath>,
}

/// What is directly in a folder.
#[derive(Default)]
struct Read {
    files: Vec<(LibraryPath, Seen)>,
    folders: Vec<Folder>,
}

impl Folder {
    /// Reads it. For a file there is one call of the system, and of its path only the name is new.
    fn read(&self) -> Result<Read, Error> {
        let mut read = Read::default();
        let entries = fs::read_dir(&self.place);
        let added =
            entries.and_then(|mut entries| entries.try_for_each(|entry| self.add(&mut read, &entry?)));
        match added {
            // `lost+found`, `.Trashes`: the system's own folders at the top of a drive
            Err(error) if self.path.is_some() && error.kind() == io::ErrorKind::PermissionDenied => {}
            added => added.map_err(Error::io("read", &self.place))?,
        }
        Ok(read)
    }

    fn add(&self, read: &mut Read, entry: &DirEntry) -> io::Result<()> {
        let name = entry.file_name();
        let name = name::text_of(&name);
        let path = self.path.as_ref().map_or_else(|| LibraryPath::parse(&name), |path| path.holding(&name));
        let Ok(path) = path else { return Ok(()) };
        let sort = entry.file_type()?;
        if sort.is_dir() {
            read.folders.push(Folder { place: entry.path(), path: Some(path) });
        } else {
            let size = entry.metadata().map_or(0, |metadata| metadata.len());
            read.files.push((path, Seen { size, is_file: sort.is_file() }));
        }
        Ok(())
    }
}

/// What is at a path, if anything is.
pub fn stat(path: &Path) -> Option<Seen> {
    let metadata = fs::symlink_metadata(path).ok()?;
    Some(Seen { size: metadata.len(), is_file: metadata.is_file() })
}

/// One hash over files, their sizes and whether they are links, in this order.
pub fn hash<'a>(files: impl Iterator<Item = (&'a LibraryPath, Seen)>) -> Hash {
    let mut hasher = blake3::Hasher::new();
    for (path, seen) in files {
        hasher.update(path.as_str().as_bytes()).update(&[0, u8::from(seen.is_file)]);
        hasher.update(&seen.size.to_le_bytes());
    }
    hasher.finalize()
}
