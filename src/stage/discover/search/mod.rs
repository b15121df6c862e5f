//! Inputs to containers: every archive and part folder that the inputs hold, nested archives included, with
//! their central directories read and nothing larger than the beginning of a list.
//!
//! Only what evidence shows to be Apple's is taken; what is nobody's is named and left alone, or refused where
//! the owner named it. Never reads media, never writes anything; a deflated nested archive goes through a
//! temporary file that the caller makes.
//!
//! The surprise: a nested archive of Apple's is a container of its own, and no longer a file of the archive or
//! folder that it lies in.

mod nested;

use std::collections::{HashMap, HashSet};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use blake3::Hash;
use serde::{Deserialize, Serialize};

use crate::apple::part_name::{self, ArchiveName};
use crate::apple::zip::{Archive, Unreadable, UnreadableKind, Window};
use crate::category::photos::Sort;
use crate::category::photos::classify::{self, Shape};
use crate::category::recognise;
use crate::contents::{ArchiveId, Category, litter};
use crate::error::Error;
use crate::problem::refusal::{Refused, refused};
use crate::problem::{Code, Problem};
use crate::stage::discover::container::{
    Container, Extent, FileAt, Lies, Source, container, faults, folder_container, is_of_a_part, name_of,
    no_file,
};
use crate::stage::discover::folder::{Deeper, Folder, is_library};

/// What the inputs hold.
#[derive(Default)]
pub struct Search {
    /// In the order of the inputs.
    pub containers: Vec<Container>,
    /// What was not taken.
    pub left_alone: LeftAlone,
    /// Unfinished downloads, damaged and unreadable archives.
    pub problems: Vec<Problem>,
    /// One value for each archive, part folder and unfinished download that lies in the inputs, and for all
    /// that tells it from another; not for what was found in an archive.
    pub marks: Vec<Hash>,
}

/// What lies in the inputs and was not taken.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "Vec<String>", from = "Vec<String>")]
pub struct LeftAlone {
    /// Archives, and the topmost folders that hold nothing of Apple's, these with a `/`.
    pub names: Vec<String>,
    /// Those of the names that are Apple's, but no photos, with what they are.
    pub not_photos: Vec<(String, Category)>,
    /// Files beside Apple's that are no archives.
    pub loose_files: u64,
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

/// What becomes of an archive or folder that the owner named and nothing shows to be Apple's.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Strangers {
    /// The run ends before anything is written.
    #[default]
    Refused,
    /// Its photos and videos are taken for what they are.
    Loose,
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
    fn remembered(&self, parent: &Container, name: &str) -> Option<ArchiveId>;
}

/// Finds all containers. `library` is skipped where it lies in an input.
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
        inflated: HashMap::new(),
        expanded: HashMap::new(),
    };
    let mut canonical = Vec::new();
    for input in inputs {
        let path = fs::canonicalize(input).map_err(|_| Error::InputMissing(input.clone()))?;
        if let Some(library) = library.as_deref().filter(|l| path.is_dir() && path.starts_with(l)) {
            return Err(Error::InputInLibrary { input: input.clone(), library: library.to_owned() });
        }
        canonical.push((path, input));
    }
    // files first: what a folder holds besides shall not be searched twice
    canonical.sort_by_key(|(path, _)| path.is_dir());
    let mut refused = Vec::new();
    for (path, input) in canonical {
        let whose = match path.is_dir() {
            true => searcher.named_folder(&path)?,
            false if searcher.seen.insert(path.clone()) => searcher.file(&path)?,
            false => Whose::Apples,
        };
        match (whose, strangers) {
            (Whose::Apples | Whose::Known, _) => {}
            (Whose::NoArchive, _) => searcher.found.left_alone.loose_files += 1,
            (Whose::Nobodys, Strangers::Loose) if searcher.loose(&path) => {}
            (Whose::Nobodys, _) => refused.push(input.clone()),
        }
    }
    match refused.len() {
        0 => {
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
    /// Apple's, or at least a download that speaks of it, and said to be so.
    Apples,
    /// What systems make, or a library: nothing needs to be said of it, or it was said.
    Known,
    /// Somebody's archive.
    Nobodys,
    /// A file that is no archive.
    NoArchive,
}

/// What lies below a folder that is no part.
#[derive(Default)]
struct Below {
    /// Something of Apple's.
    apples: bool,
    /// Files that are no archives.
    loose: u64,
    /// The topmost folders without anything of Apple's, if there is something of Apple's beside them.
    strangers: Vec<String>,
}

struct Searcher<'a> {
    found: Search,
    library: Option<&'a Path>,
    around: &'a dyn Surroundings,
    /// Files and folders that were looked at, by canonical path.
    seen: HashSet<PathBuf>,
    /// Of every container that is not on the drive as it is, the archive there that it came out of.
    inflated: HashMap<usize, usize>,
    /// What came out of an archive on the drive, and what that claims to hold, in bytes.
    expanded: HashMap<usize, u64>,
}

impl Searcher<'_> {
    fn named_folder(&mut self, path: &Path) -> Result<Whose, Error> {
        if is_library(path) {
            self.found.left_alone.names.push(format!("{}/", name_of(path)));
            return Ok(Whose::Known);
        }
        if litter::is_litter(&name_of(path)) {
            return Ok(Whose::Known);
        }
        let (problems, names) = (self.found.problems.len(), self.found.left_alone.names.len());
        let below = self.folder(path)?;
        self.found.left_alone.names.extend(below.strangers);
        if below.apples {
            self.found.left_alone.loose_files += below.loose;
        }
        // that it cannot be read is said already, and of nothing there is nothing to say
        let is_said = below.apples || self.found.problems.len() > problems;
        let is_empty = below.loose == 0 && self.found.left_alone.names.len() == names;
        Ok(match is_said || is_empty {
            true => Whose::Apples,
            false => Whose::Nobodys,
        })
    }

    /// Looks at a file, named or found. The caller decides what becomes of strangers.
    fn file(&mut self, path: &Path) -> Result<Whose, Error> {
        let name = name_of(path);
        if litter::is_ignored(&name) {
            return Ok(Whose::Known);
        }
        if let Some(original) = part_name::icloud_placeholder(&name) {
            if !part_name::is_zip(original) {
                return Ok(Whose::NoArchive);
            }
            self.unfinished(
                &name,
                &format!(
                    "`{original}` is in iCloud Drive and not on this computer: open its folder, let iCloud download it, \
                     then import again"
                ),
            );
            return Ok(Whose::Apples);
        }
        if part_name::is_unfinished_download(&name) {
            self.unfinished_download(&name);
            return Ok(Whose::Apples);
        }
        let is_apples_name = part_name::is_apple_name(&name);
        let kind = match fs::metadata(path) {
            Ok(metadata) => metadata.file_type(),
            Err(error) if is_apples_name => return Ok(self.unreadable_file(name, refused(&error))),
            Err(_) => return Ok(Whose::NoArchive),
        };
        let archive_name = part_name::archive_name(&name);
        if !kind.is_file() {
            return Ok(match archive_name {
                ArchiveName::No => Whose::NoArchive,
                ArchiveName::Perhaps | ArchiveName::Plain => self.unreadable_file(name, no_file(kind)),
            });
        }
        if archive_name == ArchiveName::No {
            return Ok(Whose::NoArchive);
        }
        let opened = File::open(path).and_then(Window::file);
        let opened = opened.map_err(|e| refused(&e)).and_then(|window| {
            if archive_name == ArchiveName::Perhaps && !begins_as_archive(&window) {
                // Apple's guides and somebody's notes are called like Apple's archives, and are none
                return match part_name::counts_an_archive(&name) {
                    true => Archive::open(window).map(Some).map_err(damaged),
                    false => Ok(None),
                };
            }
            Archive::open(window).map(Some).map_err(damaged)
        });
        let archive = match opened {
            Ok(Some(archive)) => archive,
            Ok(None) => return Ok(Whose::NoArchive),
            Err(refused) if is_apples_name => {
                return Ok(match recognise::by_name(&name) {
                    Some(category) => self.not_photos(name, category),
                    None => self.unreadable_file(name, refused),
                });
            }
            Err(_) => return Ok(self.strangers_archive(name)),
        };
        let container = container(name.clone(), Arc::new(archive), Lies::on_drive(path));
        let category = container.shape.category();
        // where damage took all evidence the name decides
        let is_damaged_part = !container.sound && is_apples_name && recognise::by_name(&name).is_none();
        match category {
            Some(category) => Ok(self.not_photos(name, category)),
            None if container.shape.is_part() || is_damaged_part => {
                self.found.marks.push(container.mark());
                self.add(container)?;
                Ok(Whose::Apples)
            }
            None => Ok(self.strangers_archive(name)),
        }
    }

    fn strangers_archive(&mut self, name: String) -> Whose {
        self.found.left_alone.names.push(name);
        Whose::Nobodys
    }

    fn not_photos(&mut self, name: String, category: Category) -> Whose {
        self.found.left_alone.names.push(name.clone());
        self.found.left_alone.not_photos.push((name, category));
        Whose::Apples
    }

    fn unfinished_download(&mut self, name: &str) {
        let message = format!(
            "`{name}` is a download that has not finished; it was left alone: finish it and import again"
        );
        self.unfinished(name, &message);
    }

    fn unfinished(&mut self, name: &str, message: &str) {
        self.found.marks.push(blake3::hash(name.as_bytes()));
        self.found.problems.push(Problem::new(Code::UnfinishedDownload, message).in_archive(name));
    }

    fn unreadable_file(&mut self, name: String, refused: Refused) -> Whose {
        self.found.marks.push(blake3::hash(name.as_bytes()));
        self.unreadable(name, refused, Lies::On(PathBuf::new()));
        Whose::Apples
    }

    fn unreadable(&mut self, name: String, (code, message): Refused, lies: Lies) {
        self.found.problems.push(Problem::new(code, message).in_archive(&name));
        self.found.containers.push(Container::closed(name, Source::Unreadable, lies));
    }

    /// Takes the photos and videos of what nothing shows to be Apple's; whether there are any.
    fn loose(&mut self, path: &Path) -> bool {
        let container = match path.is_dir() {
            true => Some(folder_container(path, Extent::Whole, &self.apart(Deeper::default()))),
            false => {
                let archive =
                    File::open(path).and_then(Window::file).ok().and_then(|w| Archive::open(w).ok());
                archive.map(|archive| container(name_of(path), Arc::new(archive), Lies::on_drive(path)))
            }
        };
        let Some(mut container) = container else { return false };
        container.shape = Shape::loose();
        let is_medium = |file: &FileAt| {
            container.shape.classify(&file.path.replace('\\', "/"), file.size.max(1)).sort == Sort::Photo
        };
        if !container.files.iter().any(is_medium) {
            return false;
        }
        // what was left alone as somebody's is not any more
        self.found.left_alone.names.retain(|name| *name != container.name);
        self.found.marks.extend([container.mark(), blake3::hash(b"loose")]);
        self.found.containers.push(container);
        true
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

    /// Searches a folder that may be a part, hold parts, or neither.
    fn folder(&mut self, root: &Path) -> Result<Below, Error> {
        if Some(root) == self.library {
            return Ok(Below::default());
        }
        if !self.seen.insert(root.to_owned()) {
            return Ok(Below { apples: true, ..Below::default() });
        }
        let mut listing = Folder::of(root);
        if let Some(refused) = listing.refusal.take() {
            return Ok(self.unreadable_folder(root, refused));
        }
        if listing.is_drive(root) {
            // all of it is the owner's
            let wrapper = root.parent().filter(|parent| recognise::by_name(&name_of(parent)).is_some());
            self.not_photos(format!("{}/", name_of(wrapper.unwrap_or(root))), Category::Drive);
            return Ok(Below { apples: true, ..Below::default() });
        }
        let shape = listing.shape(root);
        if !shape.is_part_itself() {
            let mut below = self.search_in(&listing)?;
            if let Some(category) = shape.category().filter(|_| !below.apples) {
                self.not_photos(format!("{}/", name_of(root)), category);
                below = Below { apples: true, ..Below::default() };
            }
            return Ok(below);
        }
        let deeper = Deeper::of(&listing);
        let parts = deeper.parts.clone();
        let libraries = deeper.libraries.iter().filter(|l| Some(l.as_path()) != self.library);
        self.found.left_alone.names.extend(libraries.map(|library| format!("{}/", name_of(library))));
        let extent = match listing.is_shared_with_others(root, &deeper) {
            true => Extent::ApplesFolders,
            false => Extent::Whole,
        };
        let container = folder_container(root, extent, &self.apart(deeper));
        self.found.marks.push(container.mark());
        self.found.containers.push(container);
        self.nested(self.found.containers.len() - 1)?;
        let mut below = Below { apples: true, ..Below::default() };
        if extent == Extent::ApplesFolders {
            listing.folders.retain(|folder| !classify::is_apples_folder(&name_of(folder)));
            listing.files.retain(|file| !is_of_a_part(&name_of(file)));
            let here = self.search_in(&listing)?;
            below.loose = here.loose;
            below.strangers = here.strangers;
        }
        for part in parts {
            self.folder(&part)?;
        }
        Ok(below)
    }

    /// What is no part of a part folder.
    fn apart(&self, deeper: Deeper) -> HashSet<PathBuf> {
        deeper.parts.into_iter().chain(deeper.libraries).chain(self.library.map(Path::to_owned)).collect()
    }

    /// Looks at everything in a folder that is no part itself.
    fn search_in(&mut self, listing: &Folder) -> Result<Below, Error> {
        let mut below = Below::default();
        for file in listing.files.iter() {
            if !self.seen.insert(file.clone()) {
                below.apples = true;
                continue;
            }
            match self.file(file)? {
                Whose::Apples => below.apples = true,
                Whose::NoArchive => below.loose += 1,
                Whose::Known | Whose::Nobodys => {}
            }
        }
        for link in &listing.links {
            self.found.left_alone.names.push(name_of(link));
        }
        let mut strangers = Vec::new();
        let mut loose_below = 0;
        for folder in &listing.folders {
            let name = name_of(folder);
            if name.starts_with('.') {
                continue;
            }
            if part_name::is_unfinished_download(&name) {
                self.unfinished_download(&name);
                below.apples = true;
                continue;
            }
            if is_library(folder) {
                if Some(folder.as_path()) != self.library {
                    self.found.left_alone.names.push(format!("{name}/"));
                }
                continue;
            }
            let inner = self.folder(folder)?;
            if inner.apples {
                below.apples = true;
                below.loose += inner.loose;
                strangers.extend(inner.strangers);
            } else if inner.loose > 0 {
                loose_below += inner.loose;
                strangers.push(format!("{name}/"));
            }
        }
        if below.apples {
            below.strangers = strangers;
        } else {
            below.loose += loose_below;
        }
        Ok(below)
    }

    /// A folder that cannot be listed: an unreadable part counts as found.
    fn unreadable_folder(&mut self, root: &Path, refused: Refused) -> Below {
        let name = name_of(root);
        if part_name::is_apple_name(&name) && recognise::by_name(&name).is_none() {
            self.unreadable_file(name, refused);
            return Below { apples: true, ..Below::default() };
        }
        // at the top of a drive systems keep folders of their own
        if name != "lost+found" {
            let (code, message) = refused;
            self.found.problems.push(Problem::new(code, message).in_archive(format!("{name}/")).as_warning());
        }
        Below::default()
    }
}

fn damaged(unreadable: Unreadable) -> Refused {
    match unreadable.kind {
        UnreadableKind::Io(error) => refused(&error),
        _ => (Code::DamagedArchive, unreadable.message),
    }
}

/// Whether the first bytes are those of an archive.
fn begins_as_archive(window: &Window) -> bool {
    let mut start = [0; 4];
    window.read_at(&mut start, 0).is_ok_and(|count| count == start.len())
        && matches!(start, [b'P', b'K', 3, 4] | [b'P', b'K', 5, 6])
}
