//! Folders of the inputs: those that are parts, those that hold parts, and those of strangers.
//!
//! A stranger's folder beside something of Apple's is named once, by its topmost folder. If the owner names a
//! folder with nothing of Apple's in it, only that is said.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use crate::apple::part_name::{self, PartName};
use crate::category::delivery::{self, is_apples_folder, is_archive_of_a_part};
use crate::category::recognise::Beside;
use crate::contents::litter;
use crate::error::Error;
use crate::problem::Problem;
use crate::problem::refusal::Refusal;
use crate::stage::discover::container::{Extent, folder_container, name_of};
use crate::stage::discover::folder::{Deeper, Folder, is_library};
use crate::stage::discover::search::{Searcher, Whose};

/// What lies below a folder that is no part.
#[derive(Default)]
struct Below {
    /// Whether there is something of Apple's.
    apples: bool,
    /// How many files are no archives.
    loose: u64,
    /// The topmost folders with nothing of Apple's in them, if there is something of Apple's beside them.
    strangers: Vec<String>,
}

impl Searcher<'_> {
    /// Searches a folder that the owner named.
    pub(super) fn named_folder(&mut self, path: &Path) -> Result<Whose, Error> {
        if is_library(path) {
            self.found.left_alone.library(path);
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
        // if it cannot be read, that has been said already; if it is empty, there is nothing to say
        let is_said = below.apples || self.found.problems.len() > problems;
        let is_empty = below.loose == 0 && self.found.left_alone.names.len() == names;
        if is_said || is_empty {
            return Ok(Whose::Apples);
        }
        if counts_parts(&name_of(path)) {
            self.waiting_folders.push((path.to_owned(), None));
            return Ok(Whose::Known);
        }
        Ok(Whose::Nobodys)
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
        let shape = listing.shape(root);
        if !shape.is_part_itself() {
            return match listing.extent_of_others(root) {
                Some(extent) => self.folder_of_others(root, extent, listing),
                None => self.search_in(&listing),
            };
        }
        let deeper = Deeper::of(&listing);
        let parts = deeper.parts.clone();
        for library in deeper.libraries.iter().filter(|l| Some(l.as_path()) != self.library) {
            self.found.left_alone.library(library);
        }
        let extent = match listing.is_shared_with_others(root, &deeper) {
            true => Extent::ApplesFolders,
            false => Extent::Whole,
        };
        let container = folder_container(root, extent, &self.apart(deeper), Beside::Nothing);
        self.found.hashes.push(container.hash());
        self.found.containers.push(container);
        self.nested(self.found.containers.len() - 1)?;
        let mut below = Below { apples: true, ..Below::default() };
        if extent == Extent::ApplesFolders {
            listing.folders.retain(|folder| !is_apples_folder(&name_of(folder)));
            listing.files.retain(|file| !is_archive_of_a_part(&name_of(file)));
            let here = self.search_in(&listing)?;
            below.loose = here.loose;
            below.strangers = here.strangers;
        }
        for part in parts {
            self.folder(&part)?;
        }
        Ok(below)
    }

    /// Takes in a folder of other categories than photos, where nothing is apart: all in it is Apple's or the owner's.
    fn folder_of_others(&mut self, root: &Path, extent: Extent, mut listing: Folder) -> Result<Below, Error> {
        let apart = self.library.map(Path::to_owned).into_iter().collect();
        let container = folder_container(root, extent, &apart, Beside::Nothing);
        if container.shape.may_be_drive() && extent == Extent::Whole {
            self.waiting_folders.push((root.to_owned(), Some(extent)));
            return Ok(Below { apples: true, ..Below::default() });
        }
        let taken: HashSet<PathBuf> = container
            .files
            .iter()
            .map(|file| root.join(file.path.split('/').next().unwrap_or_default()))
            .collect();
        self.found.hashes.push(container.hash());
        self.found.containers.push(container);
        self.nested(self.found.containers.len() - 1)?;
        let mut below = Below { apples: true, ..Below::default() };
        if extent == Extent::Claimed {
            listing.files.retain(|file| !taken.contains(file));
            listing.folders.retain(|folder| !taken.contains(folder));
            let here = self.search_in(&listing)?;
            below.loose = here.loose;
            below.strangers = here.strangers;
        }
        Ok(below)
    }

    /// The folders in a part folder that do not belong to the part.
    pub(super) fn apart(&self, deeper: Deeper) -> HashSet<PathBuf> {
        deeper.parts.into_iter().chain(deeper.libraries).chain(self.library.map(Path::to_owned)).collect()
    }

    /// Searches everything in a folder that is no part itself.
    fn search_in(&mut self, listing: &Folder) -> Result<Below, Error> {
        let mut below = Below::default();
        let (new, seen): (Vec<PathBuf>, Vec<PathBuf>) =
            listing.files.iter().cloned().partition(|file| self.seen.insert(file.clone()));
        below.apples = !seen.is_empty();
        for whose in self.files(&new)? {
            match whose {
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
                    self.found.left_alone.library(folder);
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
                match counts_parts(&name) {
                    true => self.waiting_folders.push((folder.clone(), None)),
                    false => strangers.push(format!("{name}/")),
                }
            }
        }
        if below.apples {
            below.strangers = strangers;
        } else {
            below.loose += loose_below;
        }
        Ok(below)
    }

    /// A folder that cannot be listed. If it is a part by its name, it counts as found.
    fn unreadable_folder(&mut self, root: &Path, refused: Refusal) -> Below {
        let name = name_of(root);
        if delivery::is_apple_name(&name) {
            self.unreadable_file(name, refused);
            return Below { apples: true, ..Below::default() };
        }
        // a system's own folder at the top of a drive
        if name != "lost+found" {
            let (code, message) = refused;
            self.found.problems.push(Problem::new(code, message).in_archive(format!("{name}/")).as_warning());
        }
        Below::default()
    }
}

/// Whether a folder is called like one part of several: what lies in the others may show whose it is.
fn counts_parts(name: &str) -> bool {
    PartName::read(name).total.is_some()
}
