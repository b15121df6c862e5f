//! Inputs to containers: every archive and part folder that the inputs hold, nested archives
//! included, with their central directories read and nothing else.
//!
//! In: paths as the owner typed them. Out: [`Search`]. Never: reads media, writes anything; a
//! deflated nested archive goes through a temporary file that the caller makes.
//! The one surprise: a nested archive of Apple's is a container of its own, and no longer a file of the
//! archive or folder that it lies in.

use std::collections::{HashMap, HashSet};
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use blake3::Hash;

use crate::contents::{Identity, Role};
use crate::error::{Error, is_full};
use crate::export::archive::{Archive, Window, ZipEntry, most_bytes};
use crate::export::classify::Shape;
use crate::export::container::{Container, FileAt, Source, container, faults, folder_container, name_of};
use crate::export::folder::{Folder, is_zip_name};
use crate::export::{Refused, part_name};
use crate::problem::{Code, Problem};

/// Archives in archives in archives: deeper ones are kept as files.
const DEEPEST_NESTING: usize = 3;
/// A deflated nested archive without Apple's name is inflated to be looked at up to this size.
const LARGEST_GUESS: u64 = 2 << 30;

/// What the inputs hold.
#[derive(Default)]
pub struct Search {
    /// In the order of the inputs.
    pub containers: Vec<Container>,
    /// Archives and folders that are not Apple's.
    pub left_alone: Vec<String>,
    /// Unfinished downloads, damaged and unreadable archives.
    pub problems: Vec<Problem>,
    /// One value for each archive, part folder and unfinished download that lies in the inputs, and for all
    /// that tells it from another; not for what was found in an archive.
    pub marks: Vec<Hash>,
}

/// What search needs from its caller.
pub trait Surroundings {
    /// A temporary file for a deflated nested archive.
    ///
    /// # Errors
    /// If it cannot be made.
    fn spool(&self) -> io::Result<File>;

    /// Where that file is: bytes that are free there are asked for before it is written.
    fn spool_place(&self) -> PathBuf;

    /// The index of the archive that the catalog remembers for a nested archive, if nothing of it
    /// needs to be read again.
    fn remembered(&self, parent: &Container, name: &str) -> Option<usize>;
}

/// Finds all containers. `library` is skipped where it lies in an input.
///
/// # Errors
/// If an input does not exist or lies in the library, or a temporary file cannot be made.
pub fn search(
    inputs: &[PathBuf],
    library: Option<&Path>,
    around: &dyn Surroundings,
) -> Result<Search, Error> {
    let library = library.and_then(|l| fs::canonicalize(l).ok());
    let mut seen = HashSet::new();
    let mut searcher = Searcher {
        found: Search::default(),
        library: library.as_deref(),
        around,
        inflated: HashMap::new(),
        expanded: HashMap::new(),
    };
    let mut canonical = Vec::new();
    for input in inputs {
        let path = fs::canonicalize(input).map_err(|_| Error::InputMissing(input.clone()))?;
        if let Some(library) = library.as_deref().filter(|l| path.is_dir() && path.starts_with(l)) {
            return Err(Error::InputInLibrary { input: input.clone(), library: library.to_owned() });
        }
        canonical.push(path);
    }
    for path in canonical.iter().filter(|p| p.is_file()).chain(canonical.iter().filter(|p| !p.is_file())) {
        if path.is_dir() {
            let before = searcher.found.containers.len();
            searcher.folder(path, &mut seen)?;
            if searcher.found.containers.len() == before && !seen.contains(path) {
                searcher.explicit_folder(path);
            }
        } else if seen.insert(path.clone()) {
            searcher.file(path, Given::Named)?;
        }
    }
    Ok(searcher.found)
}

/// Whether the owner named a file or it was found in a folder.
#[derive(Clone, Copy, PartialEq)]
enum Given {
    Named,
    Found,
}

struct Searcher<'a> {
    found: Search,
    library: Option<&'a Path>,
    around: &'a dyn Surroundings,
    /// Of every container that is not on the drive as it is, the archive there that it came out of.
    inflated: HashMap<usize, usize>,
    /// What came out of an archive on the drive, and what that claims to hold, in bytes.
    expanded: HashMap<usize, u64>,
}

impl Searcher<'_> {
    fn file(&mut self, path: &Path, given: Given) -> Result<(), Error> {
        let name = name_of(path);
        if part_name::is_unfinished_download(&name) {
            self.unfinished(&name);
            return Ok(());
        }
        if given == Given::Found && !is_zip_name(&name) {
            return Ok(());
        }
        let opened = File::open(path).and_then(Window::file);
        let opened = opened.map_err(|e| e.to_string()).and_then(|w| Archive::open(w).map_err(|e| e.message));
        match opened {
            Ok(archive) => {
                let container = container(name.clone(), Arc::new(archive), None);
                let apples = container.shape.is_apples()
                    || part_name::is_apple_name(&name) && (container.shape.has_media() || !container.sound);
                if given == Given::Named || apples {
                    self.found.marks.push(container.mark());
                    self.add(container)?;
                } else {
                    self.found.left_alone.push(name);
                }
            }
            Err(message) if given == Given::Named || part_name::is_apple_name(&name) => {
                self.found.marks.push(blake3::hash(name.as_bytes()));
                self.unreadable(name, (Code::DamagedArchive, message));
            }
            Err(_) => self.found.left_alone.push(name),
        }
        Ok(())
    }

    fn unfinished(&mut self, name: &str) {
        self.found.marks.push(blake3::hash(name.as_bytes()));
        self.found.problems.push(
            Problem::new(
                Code::UnfinishedDownload,
                format!("`{name}` is a download that has not finished; it was left alone: finish it and import again"),
            )
            .in_archive(name),
        );
    }

    fn unreadable(&mut self, name: String, (code, message): Refused) {
        self.found.problems.push(Problem::new(code, message).in_archive(&name));
        self.found.containers.push(Container {
            name,
            source: Source::Unreadable,
            identity: Identity::Folder,
            files: Vec::new(),
            shape: Shape::default(),
            parent: None,
            built: None,
            sound: false,
        });
    }

    /// Adds an archive and the nested archives in it.
    fn add(&mut self, container: Container) -> Result<(), Error> {
        for fault in faults(&container.source) {
            let mut problem = Problem::new(fault.code, &fault.message).in_archive(&container.name);
            problem.entry.clone_from(&fault.entry);
            self.found.problems.push(problem);
        }
        self.found.containers.push(container);
        let index = self.found.containers.len() - 1;
        self.nested(index)
    }

    fn depth(&self, mut index: usize) -> usize {
        let mut depth = 0;
        while let Some(parent) = self.found.containers[index].parent {
            index = parent;
            depth += 1;
        }
        depth
    }

    /// Opens the nested archives of a container and takes them out of its files.
    fn nested(&mut self, index: usize) -> Result<(), Error> {
        if self.depth(index) >= DEEPEST_NESTING {
            return Ok(());
        }
        let files = std::mem::take(&mut self.found.containers[index].files);
        let mut kept = Vec::with_capacity(files.len());
        for file in files {
            if !is_zip_name(&file.path) || file.refusal.is_some() {
                kept.push(file);
                continue;
            }
            let normal = file.path.replace('\\', "/");
            let other = self.found.containers[index].shape.classify(&normal, file.size).role == Role::Other;
            if !other || !self.read_through(index, &file, &normal)? {
                kept.push(file);
            }
        }
        self.found.containers[index].files = kept;
        Ok(())
    }

    /// Whether the file was an archive of Apple's and is read through from now on.
    fn read_through(&mut self, index: usize, file: &FileAt, normal: &str) -> Result<bool, Error> {
        let here = &self.found.containers[index];
        let file_name = normal.rsplit('/').next().unwrap_or(normal);
        let name = format!("{}/{file_name}", here.name);
        let apples_name = part_name::is_apple_name(file_name);
        if let Some(remembered) = self.around.remembered(here, &name) {
            self.found.containers.push(Container {
                name,
                source: Source::Remembered(remembered),
                identity: Identity::Folder,
                files: Vec::new(),
                shape: Shape::default(),
                parent: Some(index),
                built: None,
                sound: true,
            });
            return Ok(true);
        }
        let damaged = |message: String| (Code::DamagedArchive, message);
        // the archive on the drive that answers for what comes out of it
        let mut base = self.inflated.get(&index).copied();
        let window = match &here.source {
            Source::Folder(root) => {
                File::open(root.join(&*file.path)).and_then(Window::file).map_err(|e| damaged(e.to_string()))
            }
            Source::Zip(archive) => match super::zip_entry(archive, file.position) {
                Some(entry) => match archive.stored_window(entry) {
                    Some(window) => Ok(window),
                    None if !apples_name && entry.size > LARGEST_GUESS => return Ok(false),
                    None => {
                        let (archive, entry) = (Arc::clone(archive), entry.clone());
                        let base = *base.get_or_insert(index);
                        match self.allow(base, entry.size) {
                            Ok(()) => self.inflate(&archive, &entry)?,
                            Err(refused) => Err(refused),
                        }
                    }
                },
                None => return Ok(false),
            },
            Source::Remembered(_) | Source::Unreadable => return Ok(false),
        };
        let opened = window.and_then(|w| Archive::open(w).map_err(|e| damaged(e.message)));
        let allowed = opened.and_then(|archive| {
            let declared = archive.entries.iter().map(|e| e.size).fold(0, u64::saturating_add);
            base.map_or(Ok(()), |base| self.allow(base, declared)).map(|()| archive)
        });
        match allowed {
            Ok(archive) => {
                let container = container(name, Arc::new(archive), Some(index));
                if !apples_name && !container.shape.is_apples() {
                    return Ok(false);
                }
                self.inflated.extend(base.map(|base| (self.found.containers.len(), base)));
                self.add(container)?;
            }
            Err(refused) if apples_name => {
                self.unreadable(name, refused);
                if let Some(last) = self.found.containers.last_mut() {
                    last.parent = Some(index);
                }
            }
            Err(_) => return Ok(false),
        }
        Ok(true)
    }

    /// Whether so many bytes more may come out of an archive on the drive. Nested archives multiply:
    /// each alone may be within what an archive of its size can hold, and all together beyond.
    fn allow(&mut self, base: usize, bytes: u64) -> Result<(), Refused> {
        let Some(Container { source: Source::Zip(archive), name, .. }) = self.found.containers.get(base)
        else {
            return Ok(());
        };
        let so_far = self.expanded.entry(base).or_default();
        let expanded = so_far.saturating_add(bytes);
        if expanded <= most_bytes(archive.size) {
            *so_far = expanded;
            return Ok(());
        }
        let message = format!(
            "with it, `{name}` would expand to {expanded} bytes, which no real photos and videos do; nothing of it \
             is read"
        );
        Err((Code::LimitExceeded, message))
    }

    /// Inflates a nested archive into a temporary file. What can be had of a damaged one is kept:
    /// its own entries are checked one by one.
    fn inflate(&self, archive: &Archive, entry: &ZipEntry) -> Result<Result<Window, Refused>, Error> {
        let path = self.around.spool_place();
        if let Some(free) = fs4::available_space(&path).ok().filter(|free| *free < entry.size) {
            return Err(Error::NoSpace { path, need: entry.size, free });
        }
        let temporary = |source: io::Error| {
            let path = path.clone();
            if is_full(&source) {
                return Error::Full { path, need: entry.size };
            }
            Error::Io { doing: "write a temporary file in", path, source }
        };
        let mut reader = match archive.reader(entry) {
            Ok(reader) => reader,
            Err(fault) => return Ok(Err((fault.code, fault.message))),
        };
        let mut spool = self.around.spool().map_err(temporary)?;
        let mut buffer = vec![0; 256 * 1024];
        loop {
            match reader.read(&mut buffer) {
                Ok(0) | Err(_) => break,
                Ok(count) => spool.write_all(&buffer[..count]).map_err(temporary)?,
            }
        }
        Ok(Window::file(spool).map_err(|e| (Code::DamagedArchive, e.to_string())))
    }

    /// Searches a folder that may be a part, hold parts, or neither.
    fn folder(&mut self, root: &Path, seen: &mut HashSet<PathBuf>) -> Result<(), Error> {
        if Some(root) == self.library || seen.contains(root) {
            return Ok(());
        }
        let listing = Folder::of(root);
        if listing.is_part(root) {
            if seen.insert(root.to_owned()) {
                self.part_folder(root)?;
            }
            return Ok(());
        }
        for file in &listing.files {
            let name = name_of(file);
            let concerns = part_name::is_unfinished_download(&name) || is_zip_name(&name);
            if concerns && seen.insert(file.clone()) {
                self.file(file, Given::Found)?;
            }
        }
        for folder in &listing.folders {
            let name = name_of(folder);
            if name.starts_with('.') {
                continue;
            }
            if part_name::is_unfinished_download(&name) {
                self.unfinished(&name);
                continue;
            }
            let before = (self.found.containers.len(), self.found.left_alone.len());
            self.folder(folder, seen)?;
            let nothing = before == (self.found.containers.len(), self.found.left_alone.len());
            if nothing && Some(folder.as_path()) != self.library && !seen.contains(folder) {
                self.found.left_alone.push(name);
            }
        }
        Ok(())
    }

    fn part_folder(&mut self, root: &Path) -> Result<(), Error> {
        let container = folder_container(root, self.library);
        self.found.marks.push(container.mark());
        self.found.containers.push(container);
        self.nested(self.found.containers.len() - 1)
    }

    /// A folder that the owner named and in which nothing of Apple's was found: read if it holds
    /// media, as a flat download would.
    fn explicit_folder(&mut self, root: &Path) {
        let container = folder_container(root, self.library);
        if container.shape.has_media() && self.found.left_alone.iter().all(|name| !is_zip_name(name)) {
            self.found.left_alone.clear();
            self.found.marks.push(container.mark());
            self.found.containers.push(container);
        }
    }
}
