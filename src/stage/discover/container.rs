//! Archives and part folders, as the stages after discovery see them: a [`Container`], its files, and what
//! their paths have in common.
//!
//! Media are never read here, and lists only at the beginning, where that tells whose they are. The files of a
//! folder have no checksum and no order of their own; they are in the order of their paths.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::{HashMap, HashSet};
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use blake3::{Hash, Hasher};
use chrono::{DateTime, NaiveDateTime, Utc};
use walkdir::{DirEntry, WalkDir};

use crate::apple::zip::{Fault, ZipArchive, ZipEntry};
use crate::category::delivery::{self, Delivered, Shape, is_apples_folder};
use crate::category::recognise::Beside;
use crate::contents::{ArchiveId, Identity, litter};
use crate::library::name;
use crate::problem::Code;
use crate::problem::refusal::{Refusal, refused_walk};
use crate::stage::discover::kept::Kept;

/// Where the bytes of a container's files are.
#[derive(Clone)]
pub enum Source {
    Zip(Arc<ZipArchive>),
    Folder(PathBuf),
    /// Not opened: the catalog remembers this archive, and nothing in it needs to be read.
    Remembered(ArchiveId),
    /// Not at hand, but for an archive in it that the library keeps.
    Kept(Arc<Kept>),
    /// It cannot be opened at all.
    Unreadable,
}

/// A file of a container.
pub struct FileAt {
    /// From 0: in an archive by its central directory, in a folder by path.
    pub position: u32,
    /// The path in the container, verbatim.
    pub path: Arc<str>,
    /// In bytes, as declared.
    pub size: u64,
    /// As declared by an archive; folders declare none.
    pub crc32: Option<u32>,
    /// The stamp in the archive, on a clock of unknown offset, or the modification time of the file, in UTC.
    pub modified: Option<NaiveDateTime>,
    /// Why its bytes will not be read.
    pub refusal: Option<Box<Refusal>>,
}

/// Where an archive or part folder lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lies {
    /// In this folder of the drive.
    On(PathBuf),
    /// In another container, by index.
    In(usize),
}

impl Lies {
    /// The place of a file or folder on the drive.
    pub(super) fn on_drive(path: &Path) -> Self {
        Lies::On(path.parent().unwrap_or(path).to_owned())
    }
}

/// An archive or part folder.
pub struct Container {
    /// The file name; of a nested one `Outer.zip/Inner.zip`.
    pub name: String,
    pub source: Source,
    pub identity: Identity,
    /// Its files, without directories and without nested archives of Apple's, which are containers themselves.
    pub files: Vec<FileAt>,
    /// What its paths have in common.
    pub shape: Shape,
    pub lies: Lies,
    /// The newest stamp of its entries; folders have none.
    pub built: Option<NaiveDateTime>,
    /// Whether the archive itself could be read without a fault.
    pub sound: bool,
}

impl Container {
    pub fn parent(&self) -> Option<usize> {
        match self.lies {
            Lies::In(parent) => Some(parent),
            Lies::On(_) => None,
        }
    }

    /// A container that cannot be opened, or need not be.
    pub(super) fn closed(name: String, source: Source, lies: Lies) -> Self {
        let sound = matches!(source, Source::Remembered(_));
        let shape = Shape::by_name(name.rsplit('/').next().unwrap_or(&name));
        Container {
            name,
            source,
            identity: Identity::Folder,
            files: Vec::new(),
            shape,
            lies,
            built: None,
            sound,
        }
    }

    /// Where damage has taken all the evidence, a name of Apple's decides whose it is.
    pub(super) fn believe_name_if_damaged(&mut self, file_name: &str) {
        if !self.shape.is_part() && !self.sound && delivery::is_apple_name(file_name) {
            self.shape = Shape::by_name(file_name);
        }
    }

    /// A hash of all by which the catalog knows it again: name, size and central directory for an archive, the
    /// path, size and time of every file for a folder.
    pub(super) fn hash(&self) -> Hash {
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
        Source::Folder(_) | Source::Remembered(_) | Source::Kept(_) | Source::Unreadable => &[],
    }
}

/// How many bytes of a list it takes to tell whose it is.
const HEAD: u64 = 8192;

/// An opened archive.
pub(super) fn container(name: String, archive: Arc<ZipArchive>, lies: Lies, beside: Beside) -> Container {
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
    let shape = shape_of(&name, &archive, beside);
    let sound = archive.problems.is_empty();
    let built = built(&files, sound);
    let identity = Identity::Zip { size: archive.size, directory: archive.directory };
    Container { name, source: Source::Zip(archive), identity, files, shape, lies, built, sound }
}

/// What the paths in an archive of this name show.
pub(super) fn shape_of(name: &str, archive: &ZipArchive, beside: Beside) -> Shape {
    let normal: Vec<Cow<'_, str>> = archive.entries.iter().map(ZipEntry::path).collect();
    let file_name = name.rsplit('/').next().unwrap_or(name);
    let by_path: OnceCell<HashMap<&str, &ZipEntry>> = OnceCell::new();
    let head = |path: &str| {
        let entries = || normal.iter().map(AsRef::as_ref).zip(&archive.entries).collect();
        let entry = by_path.get_or_init(entries).get(path)?;
        let mut start = Vec::new();
        archive.reader(entry).ok()?.take(HEAD).read_to_end(&mut start).ok()?;
        Some(start)
    };
    Shape::of(file_name, Delivered::Archive, beside, normal.iter().map(AsRef::as_ref), &head)
}

/// The newest stamp. A damaged archive has the median instead, which no flipped bit can move far.
fn built(files: &[FileAt], sound: bool) -> Option<NaiveDateTime> {
    let mut stamps: Vec<NaiveDateTime> = files.iter().filter_map(|f| f.modified).collect();
    stamps.sort_unstable();
    if sound { stamps.last().copied() } else { stamps.get(stamps.len() / 2).copied() }
}

/// How much of a folder is the part.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    Whole,
    /// Apple's folders and archives of photos; everything else there is somebody's own.
    ApplesFolders,
    /// What is shown to be of other categories; everything else there is somebody's own.
    Claimed,
}

/// A part folder, without the folders in `apart`, which are parts or libraries themselves.
pub(super) fn folder_container(
    root: &Path,
    extent: Extent,
    apart: &HashSet<PathBuf>,
    beside: Beside,
) -> Container {
    let walk = WalkDir::new(root).follow_links(false).sort_by_file_name().into_iter();
    let belongs = |entry: &DirEntry| {
        let is_apples = || {
            let name = name::text_of(entry.file_name());
            match entry.file_type().is_dir() {
                true => is_apples_folder(&name),
                false => delivery::is_archive_of_a_part(&name) || litter::is_ignored(&name),
            }
        };
        !apart.contains(entry.path())
            && (extent != Extent::ApplesFolders || entry.depth() != 1 || is_apples())
    };
    let mut files = Vec::new();
    for entry in walk.filter_entry(belongs) {
        let (path, refusal, metadata) = match &entry {
            Ok(entry) if entry.file_type().is_dir() => continue,
            Ok(entry) if entry.file_type().is_file() => (entry.path(), None, entry.metadata().ok()),
            Ok(entry) => (entry.path(), Some(no_file(entry.file_type())), None),
            Err(error) => {
                let path = error.path().unwrap_or(root);
                if path.file_name().is_some_and(|name| litter::is_litter(&name::text_of(name))) {
                    continue;
                }
                (path, Some(refused_walk(error)), None)
            }
        };
        files.push(FileAt {
            position: u32::try_from(files.len()).unwrap_or(u32::MAX),
            path: name::text_below(root, path).into(),
            size: metadata.as_ref().map_or(0, fs::Metadata::len),
            crc32: None,
            modified: metadata.and_then(|m| m.modified().ok()).map(|t| DateTime::<Utc>::from(t).naive_utc()),
            refusal: refusal.map(Box::new),
        });
    }
    let name = name_of(root);
    let head = |path: &str| head_of(root, path);
    let shape = Shape::of(&name, Delivered::Folder, beside, files.iter().map(|f| &*f.path), &head);
    if extent == Extent::Claimed {
        files.retain(|file| shape.is_claimed(&file.path));
        (0..).zip(&mut files).for_each(|(position, file)| file.position = position);
    }
    Container {
        name,
        source: Source::Folder(root.to_owned()),
        identity: Identity::Folder,
        files,
        shape,
        lies: Lies::on_drive(root),
        built: None,
        sound: true,
    }
}

/// The beginning of a file in a folder; nothing of a link or a pipe.
pub(super) fn head_of(root: &Path, path: &str) -> Option<Vec<u8>> {
    let path = name::path_below(root, path);
    if !fs::symlink_metadata(&path).ok()?.is_file() {
        return None;
    }
    let mut start = Vec::new();
    File::open(path).ok()?.take(HEAD).read_to_end(&mut start).ok()?;
    Some(start)
}

/// Why something that is neither file nor folder is not read.
pub(super) fn no_file(kind: fs::FileType) -> Refusal {
    let why = if kind.is_symlink() {
        "it is a link: name what it points to as an input of its own"
    } else {
        "it is a pipe, a socket or a device, and no file: it was not opened"
    };
    (Code::UnsupportedEntry, why.to_owned())
}

/// The last component of a path on the drive.
pub(crate) fn name_of(path: &Path) -> String {
    path.file_name().map_or_else(|| path.display().to_string(), |name| name::text_of(name).into_owned())
}
