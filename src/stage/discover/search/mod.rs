//! Finds every archive and part folder in the inputs, nested archives included, with their central
//! directories read.
//!
//! Only what is proved to be Apple's is taken; a stranger's archive or folder is named and left alone, or
//! refused if the owner named it. No media are read and nothing is written, except that a deflated nested
//! archive goes through a temporary file that the caller makes.
//!
//! A nested archive of Apple's is a container of its own, and no longer a file of the archive or folder in
//! which it lies. `files` looks at single files, `folders` goes through folders, `nested` through archives.

mod expansion;
mod files;
mod folders;
mod nested;

use std::collections::{HashMap, HashSet};
use std::fs::{self, File};
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use blake3::Hash;
use serde::{Deserialize, Serialize};

use crate::apple::text::slashed;
use crate::apple::zip::{Window, ZipArchive};
use crate::category::delivery::Shape;
use crate::category::recognise::Beside;
use crate::contents::{ArchiveId, Category, Class, Identity};
use crate::error::Error;
use crate::problem::refusal::Refusal;
use crate::problem::{Code, Problem};
use crate::stage::discover::container::{
    Container, Extent, FileAt, Lies, Source, container, faults, folder_container, name_of,
};
use crate::stage::discover::folder::Deeper;
use crate::stage::discover::search::expansion::Expansion;

/// What the inputs hold.
#[derive(Default)]
pub struct Search {
    /// In the order of the inputs.
    pub containers: Vec<Container>,
    pub left_alone: LeftAlone,
    /// Unfinished downloads, damaged and unreadable archives.
    pub problems: Vec<Problem>,
    /// One hash for each archive, part folder and unfinished download in the inputs, of all that tells it from
    /// another. Nested archives have none.
    pub hashes: Vec<Hash>,
    /// The files that are nested archives, and what came out of them.
    pub passages: Vec<Passage>,
}

/// A nested archive that is read through.
pub struct Passage {
    /// The container in which it lies, by index.
    pub outer: usize,
    /// The file that it is there.
    pub file: FileAt,
    /// It and what is nested in it.
    pub containers: Range<usize>,
}

/// What lies in the inputs and was not taken.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "Vec<String>", from = "Vec<String>")]
pub struct LeftAlone {
    /// Archives, and the topmost folders that hold nothing of Apple's; the folders end with a `/`.
    pub names: Vec<String>,
    /// Those of the names that are libraries of Windfall.
    pub libraries: Vec<String>,
    /// How many files beside Apple's are no archives.
    pub loose_files: u64,
}

impl LeftAlone {
    /// Takes note of a library, which is no export.
    fn library(&mut self, folder: &Path) {
        let name = format!("{}/", name_of(folder));
        self.libraries.push(name.clone());
        self.names.push(name);
    }
}

impl From<LeftAlone> for Vec<String> {
    fn from(left: LeftAlone) -> Self {
        left.names
    }
}

impl From<Vec<String>> for LeftAlone {
    fn from(names: Vec<String>) -> Self {
        LeftAlone { names, ..LeftAlone::default() }
    }
}

/// What becomes of an archive or folder that the owner named, if nothing proves it to be Apple's.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Strangers {
    /// The run ends before anything is written.
    #[default]
    Refused,
    /// Its photos and videos are imported without details.
    Loose,
}

/// What search needs from its caller.
pub trait Surroundings: Sync {
    /// A temporary file for a deflated nested archive.
    ///
    /// # Errors
    /// If it cannot be made.
    fn spool(&self) -> io::Result<File>;

    /// The folder of that file. There must be room for it before it is written.
    fn spool_place(&self) -> PathBuf;

    /// The exports that the catalog knows: name, number of parts, category.
    fn known_exports(&self) -> Vec<(String, Option<u32>, Category)>;

    /// The archive that the catalog remembers for a nested one of so many bytes, if nothing in it needs to be read again.
    fn remembered(&self, parent: &Container, name: &str, size: u64) -> Option<ArchiveId>;

    /// Archives that the library keeps as files: see [`kept`](super::kept).
    fn kept(&self) -> Vec<Container> {
        Vec::new()
    }

    /// Whether anything of this category is wanted of what the library keeps.
    fn wants(&self, _: Category) -> bool {
        true
    }
}

/// Finds all containers, on the threads of the current rayon pool. If `library` lies in an input, it is skipped.
///
/// # Errors
/// If an input does not exist, lies in the library or is a stranger's, or a temporary file cannot be made.
pub fn search(
    inputs: &[PathBuf],
    strangers: Strangers,
    library: Option<&Path>,
    around: &dyn Surroundings,
) -> Result<Search, Error> {
    let library = library.and_then(|l| fs::canonicalize(l).ok());
    let mut searcher = Searcher {
        found: Search::default(),
        library: library.as_deref(),
        around,
        seen: HashSet::new(),
        waiting: Vec::new(),
        waiting_folders: Vec::new(),
        expansion: Expansion::default(),
    };
    let mut canonical = Vec::new();
    for input in inputs {
        let path = fs::canonicalize(input).map_err(|_| Error::InputMissing(input.clone()))?;
        if let Some(library) = library.as_deref().filter(|l| path.is_dir() && path.starts_with(l)) {
            return Err(Error::InputInLibrary { input: input.clone(), library: library.to_owned() });
        }
        canonical.push((path, input));
    }
    // files first, so that a folder that holds them does not have them searched twice
    canonical.sort_by_key(|(path, _)| path.is_dir());
    let files = canonical.iter().map(|(path, _)| path).filter(|path| !path.is_dir());
    let files: Vec<PathBuf> = files.filter(|path| searcher.seen.insert((*path).clone())).cloned().collect();
    let mut whose: HashMap<&Path, Whose> =
        files.iter().map(PathBuf::as_path).zip(searcher.files(&files)?).collect();
    let mut refused = Vec::new();
    for (path, input) in &canonical {
        let whose = match path.is_dir() {
            true => searcher.named_folder(path)?,
            // one that is named twice is spoken of once
            false => whose.remove(path.as_path()).unwrap_or(Whose::Apples),
        };
        match (whose, strangers) {
            (Whose::Apples | Whose::Known, _) => {}
            (Whose::NoArchive, _) => searcher.found.left_alone.loose_files += 1,
            (Whose::Nobodys, Strangers::Loose) if searcher.loose(path) => {}
            (Whose::Nobodys, _) => refused.push((*input).clone()),
        }
    }
    for stranger in searcher.join_siblings()? {
        let named = canonical.iter().find(|(path, _)| *path == stranger);
        let is_taken = strangers == Strangers::Loose && searcher.loose(&stranger);
        refused.extend(named.filter(|_| !is_taken).map(|(_, input)| (*input).clone()));
    }
    match refused.len() {
        0 => {
            searcher.kept()?;
            let names = &mut searcher.found.left_alone.names;
            names.sort();
            names.dedup();
            Ok(searcher.found)
        }
        all if all == inputs.len() => Err(Error::NoExport(refused)),
        _ => Err(Error::Strangers(refused)),
    }
}

/// What was found out about a file or folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Whose {
    /// Apple's, or an unfinished download of it, which has been said.
    Apples,
    /// Litter of a system, or a library: there is nothing to say, or it has been said.
    Known,
    /// Somebody's archive.
    Nobodys,
    /// A file that is no archive.
    NoArchive,
}

struct Searcher<'a> {
    found: Search,
    library: Option<&'a Path>,
    around: &'a dyn Surroundings,
    /// Files and folders that were searched, by canonical path.
    seen: HashSet<PathBuf>,
    /// Archives called like parts in which nothing shows whose they are.
    waiting: Vec<(PathBuf, Container)>,
    /// Folders likewise.
    waiting_folders: Vec<(PathBuf, Option<Extent>)>,
    expansion: Expansion,
}

impl Searcher<'_> {
    fn strangers_archive(&mut self, name: String) -> Whose {
        self.found.left_alone.names.push(name);
        Whose::Nobodys
    }

    fn unfinished_download(&mut self, name: &str) {
        let message = format!(
            "`{name}` is a download that has not finished, so it was not used: finish it and import again"
        );
        self.unfinished(name, &message);
    }

    fn unfinished(&mut self, name: &str, message: &str) {
        self.found.hashes.push(blake3::hash(name.as_bytes()));
        self.found.problems.push(Problem::new(Code::UnfinishedDownload, message).in_archive(name));
    }

    fn unreadable_file(&mut self, name: String, refused: Refusal) -> Whose {
        self.found.hashes.push(blake3::hash(name.as_bytes()));
        self.unreadable(name, refused, Lies::On(PathBuf::new()));
        Whose::Apples
    }

    fn unreadable(&mut self, name: String, (code, message): Refusal, lies: Lies) {
        self.found.problems.push(Problem::new(code, message).in_archive(&name));
        self.found.containers.push(Container::closed(name, Source::Unreadable, lies));
    }

    /// Takes the photos and videos of a stranger's archive or folder; `false` if there are none.
    fn loose(&mut self, path: &Path) -> bool {
        let container = match path.is_dir() {
            true => {
                Some(folder_container(path, Extent::Whole, &self.apart(Deeper::default()), Beside::Nothing))
            }
            false => {
                let archive =
                    File::open(path).and_then(Window::file).ok().and_then(|w| ZipArchive::open(w).ok());
                archive.map(|archive| {
                    container(name_of(path), Arc::new(archive), Lies::on_drive(path), Beside::Nothing)
                })
            }
        };
        let Some(mut container) = container else { return false };
        container.shape = Shape::loose();
        let is_medium = |file: &FileAt| {
            container.shape.classify(&slashed(&file.path), file.size.max(1)).class == Class::Resource
        };
        if !container.files.iter().any(is_medium) {
            return false;
        }
        // it was left alone before, and is not any more
        self.found.left_alone.names.retain(|name| *name != container.name);
        self.found.hashes.extend([container.hash(), blake3::hash(b"loose")]);
        self.found.containers.push(container);
        true
    }

    /// Looks through what the library keeps, unless the archive in which it was delivered is given again. What shows
    /// itself an owner's, and what nobody wants now, stays as it is. An import needs a reason of its own.
    fn kept(&mut self) -> Result<(), Error> {
        if !self.found.containers.iter().any(|found| !matches!(found.source, Source::Unreadable)) {
            return Ok(());
        }
        for container in self.around.kept() {
            let is_given = match container.identity {
                Identity::Zip { .. } => self.found.containers.iter().any(|found| {
                    matches!(found.source, Source::Zip(_))
                        && (&found.name, &found.identity) == (&container.name, &container.identity)
                }),
                Identity::Folder => self.found.passages.iter().any(|passage| {
                    let outer = &self.found.containers[passage.outer];
                    let is_it =
                        |file: &FileAt| (&file.path, file.size) == (&passage.file.path, passage.file.size);
                    matches!(outer.source, Source::Folder(_))
                        && outer.name == container.name
                        && container.files.iter().any(is_it)
                }),
            };
            if is_given {
                continue;
            }
            let (index, problems, passages) =
                (self.found.containers.len(), self.found.problems.len(), self.found.passages.len());
            self.found.containers.push(container);
            self.nested(index)?;
            let nested = &self.found.containers[index + 1..];
            if !nested.iter().any(|nested| self.is_wanted(nested)) {
                (index..self.found.containers.len()).for_each(|index| self.expansion.forget(index));
                self.found.containers.truncate(index);
                self.found.problems.truncate(problems);
                self.found.passages.truncate(passages);
            }
        }
        Ok(())
    }

    /// Whether a container holds anything that is wanted, or is remembered.
    fn is_wanted(&self, container: &Container) -> bool {
        let of_file = |file: &FileAt| {
            let path = slashed(&file.path);
            let classified = container.shape.classify(&path, file.size.max(1));
            classified.class != Class::Ignored && self.around.wants(classified.category)
        };
        matches!(container.source, Source::Remembered(_)) || container.files.iter().any(of_file)
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
}
