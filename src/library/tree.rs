//! The tree of a library: every file that stands in it, `.windfall` apart.
//!
//! In: the library's folder. Out: [`Tree`], by path. Never: opens a file.
//! The one surprise: a folder that nobody may read is an error, but not at the top of a drive, where
//! systems keep folders of their own.

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
    /// Bytes; of a link those of its text.
    pub size: u64,
    /// No link.
    pub is_file: bool,
}

/// Files of a library, ordered by path.
#[derive(Debug, Default)]
pub struct Tree(Vec<(LibraryPath, Seen)>);

impl Tree {
    /// Walks through a library; `.windfall` and links to folders are not entered.
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
                // `lost+found`, `.Trashes`: at the top of a drive stand folders that are nobody's affair
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

    /// What stands at a path.
    pub fn get(&self, path: &str) -> Option<Seen> {
        let at = self.0.binary_search_by(|(other, _)| other.as_str().cmp(path)).ok()?;
        Some(self.0[at].1)
    }

    /// All, by path.
    pub fn iter(&self) -> impl Iterator<Item = (&LibraryPath, Seen)> {
        self.0.iter().map(|(path, seen)| (path, *seen))
    }

    /// Keeps the files whose path is wanted.
    pub fn retain(&mut self, wanted: impl Fn(&LibraryPath) -> bool) {
        self.0.retain(|(path, _)| wanted(path));
        self.0.shrink_to_fit();
    }
}

/// What stands at a place, if anything does.
pub fn stat(path: &Path) -> Option<Seen> {
    let metadata = fs::symlink_metadata(path).ok()?;
    Some(Seen { size: metadata.len(), is_file: metadata.is_file() })
}

/// One value for files and what they are, in this order.
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
