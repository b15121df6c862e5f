//! Folders on the drive: what lies in one, whether it is a part, and which parts lie deeper.
//!
//! No link to a folder is followed, no library is entered, and the only bytes read are the beginnings of lists.
//! What lies one folder below tells whether a folder is a part, so folders called like Apple's are listed
//! twice; nobody has so many that it would matter.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use crate::apple::part_name;
use crate::category::delivery::{self, DEEP_EVIDENCE, Delivered, Shape, is_apples_folder};
use crate::category::recognise::{self, Beside};
use crate::contents::litter;
use crate::library::layout::INTERNAL;
use crate::library::name;
use crate::problem::refusal::{Refusal, refused_walk};
use crate::stage::discover::container::{Extent, head_of, name_of};

/// What lies in one folder, sorted by path, without the litter of systems.
#[derive(Default)]
pub(super) struct Folder {
    /// Files, links to files, pipes and devices.
    pub(super) files: Vec<PathBuf>,
    /// Folders, without links to folders.
    pub(super) folders: Vec<PathBuf>,
    /// Links to folders or to nothing.
    pub(super) links: Vec<PathBuf>,
    /// Why it cannot be listed.
    pub(super) refusal: Option<Refusal>,
}

impl Folder {
    pub(super) fn of(folder: &Path) -> Self {
        let mut listing = Folder::default();
        let mut entries: BTreeMap<PathBuf, fs::FileType> = BTreeMap::new();
        for entry in WalkDir::new(folder).min_depth(1).max_depth(1).follow_links(false) {
            match entry {
                Ok(entry) => _ = entries.insert(entry.path().to_owned(), entry.file_type()),
                Err(error) => listing.refusal = Some(refused_walk(&error)),
            }
        }
        for (path, kind) in entries {
            let name = name_of(&path);
            if litter::is_ignored(&name) || litter::is_litter(&name) {
                continue;
            }
            let list = if kind.is_dir() {
                &mut listing.folders
            } else if kind.is_symlink() && !path.is_file() {
                &mut listing.links
            } else {
                &mut listing.files
            };
            list.push(path);
        }
        listing
    }

    /// What tells whether the folder is a part: what lies in it, and in folders called like Apple's.
    pub(super) fn shape(&self, root: &Path) -> Shape {
        let mut paths: Vec<String> = self.files.iter().map(|file| name_of(file)).collect();
        for folder in self.folders.iter().filter(|f| is_apples_folder(&name_of(f))) {
            let name = name_of(folder);
            let below = Folder::of(folder);
            paths.extend(below.files.iter().map(|file| format!("{name}/{}", name_of(file))));
            let albums = below.folders.iter().filter(|album| album.join(DEEP_EVIDENCE).is_file());
            paths.extend(albums.map(|album| format!("{name}/{}/{DEEP_EVIDENCE}", name_of(album))));
        }
        let head = |path: &str| head_of(root, path);
        Shape::of(&name_of(root), Delivered::Folder, Beside::Nothing, paths.iter().map(String::as_str), &head)
    }

    /// How much of the folder is a delivery of other categories than photos, if any is: all of it if it is called as
    /// Apple calls one, or if nothing else lies in it. A folder that holds deliveries is none.
    pub(super) fn extent_of_others(&self, root: &Path) -> Option<Extent> {
        let name = name_of(root);
        let is_named = recognise::names_apples(&name);
        let lists = self.files.iter().map(|file| name_of(file));
        let has_list = lists.chain(self.lists_of_drive()).any(|file| recognise::names_a_list(&file));
        if !is_named && !has_list {
            return None;
        }
        let is_delivery = |folder: &PathBuf| delivery::is_apple_name(&name_of(folder)) || is_library(folder);
        let is_archive = |file: &PathBuf| {
            let name = name_of(file);
            part_name::is_zip(&name)
                && delivery::is_apple_name(&name)
                && recognise::of_archive(&name).is_none()
        };
        let holds_deliveries = self.folders.iter().any(is_delivery) || self.files.iter().any(is_archive);
        if holds_deliveries && !has_list {
            return None;
        }
        let paths = paths_below(root);
        let head = |path: &str| head_of(root, path);
        let all = || paths.iter().map(String::as_str);
        let shape = Shape::of(&name, Delivered::Folder, Beside::Nothing, all(), &head);
        if !shape.has_others() {
            return None;
        }
        let is_whole = !holds_deliveries && (is_named || all().all(|path| shape.is_claimed(path)));
        Some(if is_whole { Extent::Whole } else { Extent::Claimed })
    }

    /// The names of Apple's lists one folder below, where that of iCloud Drive lies.
    fn lists_of_drive(&self) -> Vec<String> {
        let is_drive = |folder: &&PathBuf| name_of(folder).eq_ignore_ascii_case("drive");
        let drives = self.folders.iter().filter(is_drive);
        drives
            .flat_map(|drive| Folder::of(drive).files)
            .map(|file| name_of(&file))
            .filter(|name| recognise::is_drive_list(name))
            .collect()
    }

    /// Whether more lies here than Apple delivered. Then it is a place where somebody keeps things, and only
    /// Apple's folders in it are the part.
    pub(super) fn is_shared_with_others(&self, root: &Path, deeper: &Deeper) -> bool {
        const OF_THE_DRIVE: [&str; 3] = ["system volume information", "$recycle.bin", ".trashes"];
        let name = name_of(root);
        if part_name::is_part_of_icloud(&name) || part_name::is_icloud_photos(&name) {
            return false;
        }
        let is_apples = |file: &PathBuf| {
            let name = name_of(file);
            part_name::is_unfinished_download(&name)
                || part_name::is_zip(&name) && part_name::is_part_of_icloud(&name)
        };
        !deeper.parts.is_empty()
            || !deeper.libraries.is_empty()
            || self.files.iter().any(is_apples)
            || OF_THE_DRIVE.iter().any(|folder| root.join(folder).is_dir())
            || root.parent().is_none()
    }
}

/// The paths of all files below a folder.
fn paths_below(root: &Path) -> Vec<String> {
    let files = WalkDir::new(root).follow_links(false).sort_by_file_name().into_iter().flatten();
    let files = files.filter(|entry| entry.file_type().is_file());
    files.map(|entry| name::text_below(root, entry.path())).collect()
}

pub(super) fn is_library(folder: &Path) -> bool {
    folder.join(INTERNAL).is_dir()
}

/// What lies in a part folder but does not belong to the part.
#[derive(Default)]
pub(super) struct Deeper {
    /// Folders that are parts by evidence of their own.
    pub(super) parts: Vec<PathBuf>,
    pub(super) libraries: Vec<PathBuf>,
}

impl Deeper {
    pub(super) fn of(part: &Folder) -> Self {
        let mut deeper = Deeper::default();
        for folder in &part.folders {
            if is_library(folder) {
                deeper.libraries.push(folder.clone());
            } else if is_apples_folder(&name_of(folder)) {
                // Apple's folder is evidence for the part, and no part itself
                deeper.search(&Folder::of(folder));
            } else {
                deeper.visit(folder);
            }
        }
        deeper
    }

    fn search(&mut self, listing: &Folder) {
        listing.folders.iter().for_each(|folder| self.visit(folder));
    }

    fn visit(&mut self, folder: &Path) {
        if is_library(folder) {
            return self.libraries.push(folder.to_owned());
        }
        let listing = Folder::of(folder);
        let shape = listing.shape(folder);
        // the folder of a shared album belongs to the part in which it lies
        if shape.is_part_itself() && !shape.is_shared_album() {
            return self.parts.push(folder.to_owned());
        }
        self.search(&listing);
    }
}
