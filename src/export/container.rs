//! Archives and part folders, as the stages after discovery see them.
//!
//! In: an opened archive, or a folder. Out: [`Container`], with its files and what their paths have in
//! common. Never: opens an archive or reads media.
//! The one surprise: a folder's files have no checksum and no order of their own; their order is that
//! of their paths.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use blake3::{Hash, Hasher};
use chrono::{DateTime, NaiveDateTime, Utc};
use walkdir::WalkDir;

use crate::contents::Identity;
use crate::export::Refused;
use crate::export::archive::{Archive, Fault, ZipEntry};
use crate::export::classify::Shape;
use crate::names;
use crate::problem::Code;

/// Where the bytes of a container's files are.
#[derive(Clone)]
pub enum Source {
    /// In an archive.
    Zip(Arc<Archive>),
    /// In a folder.
    Folder(PathBuf),
    /// Not opened: the catalog remembers this archive (an index) and nothing of it is needed.
    Remembered(usize),
    /// It cannot be opened at all.
    Unreadable,
}

/// A file of a container.
pub struct FileAt {
    /// Its order in an archive; in a folder its order by path.
    pub position: u32,
    /// Its path, verbatim.
    pub path: Arc<str>,
    /// Bytes, as declared.
    pub size: u64,
    /// As declared by an archive.
    pub crc32: Option<u32>,
    /// The archive's stamp or the file's modification time.
    pub modified: Option<NaiveDateTime>,
    /// Why its bytes will not be read.
    pub refusal: Option<Box<Refused>>,
}

/// An archive or part folder.
pub struct Container {
    /// Its file name; nested `Outer.zip/Inner.zip`.
    pub name: String,
    /// Where the bytes are.
    pub source: Source,
    /// What tells it from others.
    pub identity: Identity,
    /// Its files, without directories and without the nested archives that are read through.
    pub files: Vec<FileAt>,
    /// What its paths have in common.
    pub shape: Shape,
    /// The container that it lies in.
    pub parent: Option<usize>,
    /// The newest stamp of its entries; folders have none.
    pub built: Option<NaiveDateTime>,
    /// Read to its end without a fault of the archive itself.
    pub sound: bool,
}

impl Container {
    /// One value for all by which the catalog knows it again: of an archive its name, size and central
    /// directory, of a folder the path, size and time of every file.
    pub(super) fn mark(&self) -> Hash {
        let mut hasher = Hasher::new();
        hasher.update(self.name.as_bytes()).update(&[0]);
        match &self.identity {
            Identity::Zip { size, directory } => {
                hasher.update(&size.to_le_bytes()).update(directory.as_bytes());
            }
            Identity::Folder => {
                for file in &self.files {
                    hasher.update(file.path.as_bytes()).update(&[0, u8::from(file.refusal.is_some())]);
                    let nanoseconds = file.modified.and_then(|time| time.and_utc().timestamp_nanos_opt());
                    hasher.update(&nanoseconds.unwrap_or(0).to_le_bytes()).update(&file.size.to_le_bytes());
                }
            }
        }
        hasher.finalize()
    }
}

/// What is wrong with the archive itself, and with entries of it.
pub(super) fn faults(source: &Source) -> &[Fault] {
    match source {
        Source::Zip(archive) => &archive.problems,
        Source::Folder(_) | Source::Remembered(_) | Source::Unreadable => &[],
    }
}

/// An opened archive.
pub(super) fn container(name: String, archive: Arc<Archive>, parent: Option<usize>) -> Container {
    let files: Vec<FileAt> = archive
        .entries
        .iter()
        .map(|entry| FileAt {
            position: entry.position,
            path: entry.name.clone(),
            size: entry.size,
            crc32: Some(entry.crc32),
            modified: entry.modified,
            refusal: entry.refusal().map(|fault| Box::new((fault.code, fault.message))),
        })
        .collect();
    let normal: Vec<std::borrow::Cow<'_, str>> = archive.entries.iter().map(ZipEntry::path).collect();
    let file_name = name.rsplit('/').next().unwrap_or(&name);
    let shape = Shape::of(file_name, normal.iter().map(AsRef::as_ref));
    let built = files.iter().filter_map(|f| f.modified).max();
    let sound = archive.problems.is_empty();
    let identity = Identity::Zip { size: archive.size, directory: archive.directory };
    drop(normal);
    Container { name, source: Source::Zip(archive), identity, files, shape, parent, built, sound }
}

/// A part folder; `library` is no part of it, wherever it lies.
pub(super) fn folder_container(root: &Path, library: Option<&Path>) -> Container {
    let walk = WalkDir::new(root).follow_links(false).sort_by_file_name().into_iter();
    let mut files = Vec::new();
    for entry in walk.filter_entry(|e| Some(e.path()) != library) {
        let (path, refusal, metadata) = match &entry {
            Ok(entry) if entry.file_type().is_dir() => continue,
            Ok(entry) if entry.file_type().is_file() => (entry.path(), None, entry.metadata().ok()),
            Ok(entry) => {
                let why =
                    "it is a link or a device, and no file: name what it points to as an input of its own";
                (entry.path(), Some((Code::UnsupportedEntry, why.to_owned())), None)
            }
            Err(error) => {
                let why = format!("it cannot be read: {error}");
                (error.path().unwrap_or(root), Some((Code::DamagedEntry, why)), None)
            }
        };
        files.push(FileAt {
            position: u32::try_from(files.len()).unwrap_or(u32::MAX),
            path: names::below(root, path).into(),
            size: metadata.as_ref().map_or(0, fs::Metadata::len),
            crc32: None,
            modified: metadata.and_then(|m| m.modified().ok()).map(|t| DateTime::<Utc>::from(t).naive_utc()),
            refusal: refusal.map(Box::new),
        });
    }
    let name = name_of(root);
    let shape = Shape::of(&name, files.iter().map(|f| &*f.path));
    Container {
        name,
        source: Source::Folder(root.to_owned()),
        identity: Identity::Folder,
        files,
        shape,
        parent: None,
        built: None,
        sound: true,
    }
}

/// The last component of a path on the drive.
pub(super) fn name_of(path: &Path) -> String {
    path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
}
