//! Derived files: links, lists, copies and sidecars, made and taken back. One that its owner changed is never
//! touched.
//!
//! A hard link or a copy is recognised by its bytes, because a file system may say nothing else of it.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};

use crate::error::{Error, is_failing, is_full};
use crate::library::catalog::Catalog;
use crate::library::drive::{hash_file, symlink};
use crate::library::files::{make_folder, rename_new};
use crate::library::name;
use crate::library::path::LibraryPath;
use crate::library::record::{Derived, DerivedForm, DerivedKind, DerivedRecord};
use crate::library::staging::sync_all;
use crate::problem::{Code, Problem};
use crate::stage::place::{Placing, Unplaced, copy_new, stopped};

/// The outcome for derived files.
#[derive(Debug, Default)]
pub struct Derivation {
    /// Made anew or replaced.
    pub made: u64,
    /// As an earlier run made them.
    pub kept: u64,
    /// Left alone, because somebody else made or changed them.
    pub foreign: Vec<LibraryPath>,
    /// One for each that could not be made.
    pub problems: Vec<Problem>,
}

impl Derivation {
    pub(crate) fn add(&mut self, other: Derivation) {
        self.made += other.made;
        self.kept += other.kept;
        self.foreign.extend(other.foreign);
        self.problems.extend(other.problems);
    }
}

/// Makes links, lists, copies and sidecars, and records them. One that its owner changed is left alone; one for a
/// file that could not be placed waits for that file.
///
/// # Errors
/// If the drive is full or gone, or the catalog refuses.
pub fn derive(
    placing: &Placing<'_>,
    derived: &[Derived],
    unplaced: &Unplaced,
    known: &BTreeMap<LibraryPath, DerivedRecord>,
    catalog: &mut Catalog,
) -> Result<Derivation, Error> {
    let mut derivation = Derivation::default();
    let mut made = Vec::new();
    let waits = |item: &Derived| item.form.target().is_some_and(|target| unplaced.paths.contains(target));
    let mut stop = None;
    for item in derived.iter().filter(|item| !waits(item)) {
        match derive_one(placing, item, known.get(&item.path)) {
            Ok(Made::AsRecorded) => derivation.kept += 1,
            Ok(Made::Foreign) => derivation.foreign.push(item.path.clone()),
            Ok(Made::New(hash)) => made.push((item, hash)),
            Err(error) if is_full(&error) || is_failing(&error) => {
                stop = Some(stopped(placing, error, 0));
                break;
            }
            Err(error) => derivation.problems.push(
                Problem::new(
                    Code::WriteFailed,
                    format!("it could not be made: {error}; import again to retry"),
                )
                .with_entry(item.path.as_str()),
            ),
        }
    }
    if !made.is_empty() {
        derivation.made = made.len() as u64;
        let paths: Vec<PathBuf> = made.iter().map(|(item, _)| item.path.to_path(placing.library)).collect();
        sync_all(placing.library, &paths)?;
        catalog.record_derived(&made)?;
    }
    stop.map_or(Ok(derivation), Err)
}

enum Made {
    AsRecorded,
    Foreign,
    /// With the hash for the catalog.
    New(Option<blake3::Hash>),
}

fn derive_one(placing: &Placing<'_>, item: &Derived, known: Option<&DerivedRecord>) -> io::Result<Made> {
    match standing(placing.library, item, known) {
        Standing::AsRecorded => Ok(Made::AsRecorded),
        Standing::AsWanted(hash) => Ok(Made::New(hash)),
        Standing::Foreign => Ok(Made::Foreign),
        Standing::Ours => {
            // a text replaces the old one in one step
            if item.form.text().is_none() {
                fs::remove_file(item.path.to_path(placing.library))?;
            }
            make(placing, item, |from, to| fs::rename(from, to)).map(Made::New)
        }
        Standing::Nothing => make(placing, item, rename_new).map(Made::New),
    }
}

/// What stands where a derived file is wanted.
enum Standing {
    /// What is wanted, and the catalog says so.
    AsRecorded,
    /// What is wanted, whoever made it, with the hash for the catalog.
    AsWanted(Option<blake3::Hash>),
    /// What an earlier run made there and nobody changed.
    Ours,
    /// Somebody else's.
    Foreign,
    Nothing,
}

fn standing(library: &Path, item: &Derived, known: Option<&DerivedRecord>) -> Standing {
    let path = item.path.to_path(library);
    let Ok(metadata) = fs::symlink_metadata(&path) else { return Standing::Nothing };
    match &item.form {
        DerivedForm::Symlink(target) => {
            let target = link_target(item.path.parent().as_ref(), target);
            match fs::read_link(&path).is_ok_and(|found| found == target) {
                true => as_wanted(known, None),
                false if known.is_some() && metadata.is_symlink() => Standing::Ours,
                false => Standing::Foreign,
            }
        }
        DerivedForm::Hardlink(_) | DerivedForm::Copy(_) if known.is_some() => Standing::AsRecorded,
        DerivedForm::Hardlink(target) | DerivedForm::Copy(target) => match hash_file(&path) {
            Some(hash) if hash_file(&target.to_path(library)) == Some(hash) => {
                Standing::AsWanted(Some(hash).filter(|_| matches!(item.form, DerivedForm::Copy(_))))
            }
            _ => Standing::Foreign,
        },
        DerivedForm::Text(text) | DerivedForm::Sidecar(text) => {
            let is_sidecar = matches!(item.form, DerivedForm::Sidecar(_));
            let hash = blake3::hash(text.as_bytes());
            // every photo may have a sidecar, so those that need no change are not read
            if is_sidecar && is_recorded(known, Some(hash)) {
                return Standing::AsRecorded;
            }
            if metadata.is_file() && hash_file(&path) == Some(hash) {
                return as_wanted(known, Some(hash));
            }
            match known {
                Some(record) if is_unchanged(&path, record) => Standing::Ours,
                // sidecars are made durable by the thousand, so a power cut may leave empty ones of ours
                None if is_sidecar && metadata.is_file() && metadata.len() == 0 => Standing::Ours,
                _ => Standing::Foreign,
            }
        }
    }
}

fn as_wanted(known: Option<&DerivedRecord>, hash: Option<blake3::Hash>) -> Standing {
    if is_recorded(known, hash) { Standing::AsRecorded } else { Standing::AsWanted(hash) }
}

fn is_recorded(known: Option<&DerivedRecord>, hash: Option<blake3::Hash>) -> bool {
    known.is_some_and(|record| record.blake3 == hash)
}

/// Makes a derived file and returns its hash for the catalog. A text is put in place by `rename`.
fn make(
    placing: &Placing<'_>,
    item: &Derived,
    rename: fn(&Path, &Path) -> io::Result<()>,
) -> io::Result<Option<blake3::Hash>> {
    let library = placing.library;
    let path = item.path.to_path(library);
    let folder = item.path.parent();
    if let Some(folder) = &folder {
        make_folder(library, folder.as_str())?;
    }
    match &item.form {
        DerivedForm::Symlink(target) => {
            symlink(&link_target(folder.as_ref(), target), &path)?;
            Ok(None)
        }
        DerivedForm::Hardlink(target) => {
            fs::hard_link(target.to_path(library), &path)?;
            Ok(None)
        }
        DerivedForm::Copy(target) => {
            let from = target.to_path(library);
            let hash = hash_file(&from).ok_or(io::ErrorKind::NotFound)?;
            let modified = fs::metadata(&from).and_then(|m| m.modified()).ok().map(DateTime::<Utc>::from);
            copy_new(&from, &path, &hash, placing.staging, modified)?;
            Ok(Some(hash))
        }
        DerivedForm::Text(text) | DerivedForm::Sidecar(text) => {
            let mut staged = placing.staging.begin()?;
            staged.file.write_all(text.as_bytes())?;
            if matches!(item.form, DerivedForm::Text(_)) {
                staged.file.sync_all()?;
            }
            rename(staged.path(), &path)?;
            staged.placed();
            Ok(Some(blake3::hash(text.as_bytes())))
        }
    }
}

/// Whether a derived file is as it was made: the link leads where it led, the bytes are the same.
fn is_as_made(library: &Path, path: &LibraryPath, record: &DerivedRecord) -> bool {
    let on_disk = path.to_path(library);
    match (record.kind, &record.target) {
        (DerivedKind::Symlink, Some(target)) => {
            fs::read_link(&on_disk).is_ok_and(|found| found == link_target(path.parent().as_ref(), target))
        }
        (DerivedKind::Hardlink, Some(target)) => {
            hash_file(&on_disk).is_some_and(|hash| hash_file(&target.to_path(library)) == Some(hash))
        }
        _ => is_unchanged(&on_disk, record),
    }
}

/// Whether a derived file still has the bytes that it was given.
fn is_unchanged(path: &Path, record: &DerivedRecord) -> bool {
    fs::symlink_metadata(path).is_ok_and(|m| m.is_file())
        && hash_file(path).is_some_and(|h| record.blake3 == Some(h))
}

/// The outcome for derived files that are no longer wanted.
#[derive(Debug, Default)]
pub struct Removal {
    /// Removed now, or gone before.
    pub removed: u64,
    /// Changed since they were made; they stay, and are their owner's from now on.
    pub foreign: Vec<LibraryPath>,
}

/// Removes the derived files that are as they were made, and takes all of them out of the catalog.
///
/// # Errors
/// If one cannot be removed, or the catalog refuses.
pub fn remove(
    library: &Path,
    derived: &[(&LibraryPath, &DerivedRecord)],
    catalog: &mut Catalog,
) -> Result<Removal, Error> {
    let mut removal = Removal::default();
    for (path, record) in derived {
        let on_disk = path.to_path(library);
        if fs::symlink_metadata(&on_disk).is_err() {
            removal.removed += 1;
        } else if is_as_made(library, path, record) {
            fs::remove_file(&on_disk).map_err(Error::io("remove", &on_disk))?;
            removal.removed += 1;
        } else {
            removal.foreign.push((*path).clone());
        }
    }
    let paths: Vec<&LibraryPath> = derived.iter().map(|(path, _)| *path).collect();
    catalog.forget_derived(&paths)?;
    Ok(removal)
}

fn link_target(folder: Option<&LibraryPath>, target: &LibraryPath) -> PathBuf {
    PathBuf::from(name::relative(folder.map_or("", LibraryPath::as_str), target.as_str()))
}
