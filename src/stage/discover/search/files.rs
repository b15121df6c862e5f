//! One file of the inputs, named or found: whose it is, and if it is an archive of Apple's, its container.
//!
//! A name says what a file may be, its content what it is. Where damage has left no evidence, a name of
//! Apple's is believed, so that a broken part is named and counted.

use std::collections::HashMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::iter::{IntoParallelRefIterator, ParallelIterator};

use crate::apple::part_name::{self, ArchiveName, PartName};
use crate::apple::text::match_key;
use crate::apple::zip::{Unreadable, UnreadableKind, Window, ZipArchive};
use crate::category::delivery;
use crate::category::recognise::Beside;
use crate::contents::{Category, litter};
use crate::error::Error;
use crate::problem::Code;
use crate::problem::refusal::{Refusal, refused};
use crate::stage::discover::container::{
    Container, Extent, Lies, Source, container, folder_container, name_of, no_file, shape_of,
};
use crate::stage::discover::search::{Searcher, Whose};

/// How many files are looked at side by side, each with an open handle.
const ABREAST: usize = 32;

/// What a file is by itself.
enum Look {
    /// Of a system, or no archive.
    Plain(Whose),
    UnfinishedDownload,
    /// It is not on this computer; its name without what iCloud makes of it.
    InCloud(String),
    /// It has a name of Apple's and cannot be opened.
    Unreadable(Refusal),
    /// An archive that cannot be opened and has no name of Apple's.
    Strangers,
    Archive(Box<Container>),
}

/// Looks at a file. Of an archive the central directory is read.
fn look(path: &Path) -> Look {
    let name = name_of(path);
    if litter::is_ignored(&name) {
        return Look::Plain(Whose::Known);
    }
    if let Some(original) = part_name::icloud_placeholder(&name) {
        return match part_name::is_zip(original) {
            true => Look::InCloud(original.to_owned()),
            false => Look::Plain(Whose::NoArchive),
        };
    }
    if part_name::is_unfinished_download(&name) {
        return Look::UnfinishedDownload;
    }
    let is_apples_name = delivery::is_apple_name(&name);
    let archive_name = part_name::archive_name(&name);
    match fs::metadata(path) {
        Err(error) if is_apples_name => return Look::Unreadable(refused(&error)),
        Err(_) => return Look::Plain(Whose::NoArchive),
        Ok(_) if archive_name == ArchiveName::No => return Look::Plain(Whose::NoArchive),
        Ok(metadata) if !metadata.is_file() => return Look::Unreadable(no_file(metadata.file_type())),
        Ok(_) => {}
    }
    match open(path, &name, archive_name) {
        Ok(Some(archive)) => {
            let lies = Lies::on_drive(path);
            let mut container = container(name.clone(), Arc::new(archive), lies, Beside::Nothing);
            container.believe_name_if_damaged(&name);
            Look::Archive(Box::new(container))
        }
        Ok(None) => Look::Plain(Whose::NoArchive),
        Err(refused) if is_apples_name => Look::Unreadable(refused),
        Err(_) => Look::Strangers,
    }
}

impl Searcher<'_> {
    /// Takes files in that are Apple's. They are looked at on the threads of the current rayon pool, and taken in one
    /// after the other. The caller decides what becomes of strangers.
    pub(super) fn files(&mut self, paths: &[PathBuf]) -> Result<Vec<Whose>, Error> {
        let mut whose = Vec::with_capacity(paths.len());
        for paths in paths.chunks(ABREAST) {
            let looks: Vec<Look> = paths.par_iter().map(|path| look(path)).collect();
            for (path, look) in paths.iter().zip(looks) {
                whose.push(self.file(path, look)?);
            }
        }
        Ok(whose)
    }

    fn file(&mut self, path: &Path, look: Look) -> Result<Whose, Error> {
        let name = name_of(path);
        match look {
            Look::Plain(whose) => return Ok(whose),
            Look::Archive(container) => return self.archive(path, name, *container),
            Look::Strangers => return Ok(self.strangers_archive(name)),
            Look::Unreadable(refused) => return Ok(self.unreadable_file(name, refused)),
            Look::UnfinishedDownload => self.unfinished_download(&name),
            Look::InCloud(original) => self.unfinished(
                &name,
                &format!(
                    "`{original}` is in iCloud Drive and not on this computer: open its folder, let iCloud download it, \
                     then import again"
                ),
            ),
        }
        Ok(Whose::Apples)
    }

    fn archive(&mut self, path: &Path, name: String, container: Container) -> Result<Whose, Error> {
        if container.shape.is_part() && !container.shape.may_be_drive() {
            self.found.hashes.push(container.hash());
            self.add(container)?;
            return Ok(Whose::Apples);
        }
        let is_counted = PartName::read(&name).total.is_some() || delivery::is_apple_name(&name);
        let is_open = container.shape.is_part() || container.shape.may_be_drive() && is_counted;
        let container = match is_open {
            true => container,
            false => match self.probe(container)? {
                Some(container) => container,
                None => return Ok(Whose::Apples),
            },
        };
        if !container.shape.is_part() && !is_counted {
            return Ok(self.strangers_archive(name));
        }
        // what lies in another part may show whose it is
        self.waiting.push((path.to_owned(), container));
        Ok(Whose::Known)
    }

    /// Takes in what waited for other parts of its export to show whose it is. Gives the paths of strangers.
    pub(super) fn join_siblings(&mut self) -> Result<Vec<PathBuf>, Error> {
        let key = |name: &str| {
            let PartName { base, total, .. } = PartName::read(name);
            // of some languages only one number is understood, which no two parts share
            let base: String = base.chars().map(|c| if c.is_numeric() { '#' } else { c }).collect();
            (match_key(&base), total)
        };
        let mut categories: HashMap<(String, Option<u32>), Category> = HashMap::new();
        for (name, total, category) in self.around.known_exports() {
            let (base, _) = key(&name);
            categories.insert((base, total), category);
        }
        for container in self.found.containers.iter().filter(|container| container.parent().is_none()) {
            let wrappers = container.shape.wrappers().flat_map(|wrapper| wrapper.split('/'));
            for name in wrappers.chain([container.name.as_str()]) {
                categories.entry(key(name)).or_insert_with(|| container.shape.category());
            }
        }
        let category =
            |name: &str| categories.get(&key(name)).copied().filter(|category| *category != Category::Photos);
        let mut strangers = Vec::new();
        for (folder, own) in std::mem::take(&mut self.waiting_folders) {
            let name = name_of(&folder);
            let beside = category(&name).map(Beside::Part).or(own.map(|_| Beside::Nothing));
            let Some(beside) = beside else {
                self.found.left_alone.names.push(format!("{name}/"));
                strangers.push(folder);
                continue;
            };
            let apart = self.library.map(Path::to_owned).into_iter().collect();
            let container = folder_container(&folder, Extent::Whole, &apart, beside);
            self.found.hashes.push(container.hash());
            self.add(container)?;
        }
        for (path, mut container) in std::mem::take(&mut self.waiting) {
            match (category(&container.name), &container.source) {
                (Some(category), Source::Zip(archive)) => {
                    container.shape = shape_of(&container.name, archive, Beside::Part(category));
                }
                _ if container.shape.is_part() => {}
                _ => {
                    self.strangers_archive(container.name);
                    strangers.push(path);
                    continue;
                }
            }
            self.found.hashes.push(container.hash());
            self.add(container)?;
        }
        Ok(strangers)
    }
}

/// The archive in a file; `None` if it only has the name of one.
fn open(path: &Path, name: &str, archive_name: ArchiveName) -> Result<Option<ZipArchive>, Refusal> {
    let window = File::open(path).and_then(Window::file).map_err(|e| refused(&e))?;
    // guides of Apple's and notes of somebody's may be called like an archive
    let is_none = archive_name == ArchiveName::Perhaps
        && !begins_as_archive(&window)
        && !part_name::counts_an_archive(name);
    match is_none {
        true => Ok(None),
        false => ZipArchive::open(window).map(Some).map_err(damaged),
    }
}

pub(super) fn damaged(unreadable: Unreadable) -> Refusal {
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
