//! The tree of a library: every file in it outside `.windfall`. No file is opened.
//!
//! A folder that may not be read is an error, except at the top of a drive, where systems keep folders of their own.

use std::fs;
use std::io;
use std::path::Path;

use blake3::Hash;
use walkdir::WalkDir;

use crate::error::Error;
use crate::library::layout::INTERNAL;
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
    /// Walks through a library without entering `.windfall` or following links.
    ///
    /// # Errors
    /// If a folder cannot be read.
    pub fn walk(library: &Path) -> Result<Self, Error> {
        let mut seen = Vec::new();
        if !library.exists() {
            return Ok(Tree::default());
        }
        let walk = WalkDir::new(library).min_depth(1).follow_links(false).into_iter();
        for entry in walk.filter_entry(|e| e.depth() != 1 || e.file_name() != INTERNAL) {
            let entry = match entry {
                Ok(entry) => entry,
                // `lost+found`, `.Trashes`: the system's own folders at the top of a drive
                Err(error) if error.depth() > 0 && is_refused(&error) => continue,
                Err(error) => {
                    let path = error.path().unwrap_or(library).to_owned();
                    return Err(Error::Io { doing: "read", path, source: error.into() });
                }
            };
            if entry.file_type().is_dir() {
                continue;
            }
            if let Ok(path) = LibraryPath::parse(&name::text_below(library, entry.path())) {
                let size = entry.metadata().map_or(0, |m| m.len());
                seen.push((path, Seen { size, is_file: entry.file_type().is_file() }));
            }
        }
        seen.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
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

fn is_refused(error: &walkdir::Error) -> bool {
    error.io_error().is_some_and(|e| e.kind() == io::ErrorKind::PermissionDenied)
}
