//! Keeps the sidecars of a library: writes them, brings them up to date, removes them.
//!
//! In: the catalog's records and the form that the owner wants. Out: what became of the sidecars.
//! Never: touches one that is not recorded as ours, or that has other bytes than we gave it.
//! The one surprise: sidecars of another form than the wanted one are brought up to date as well.
//! They are ours, and somebody still reads them; to be rid of them is a command of its own.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::contents::Contents;
use crate::error::Error;
use crate::library::catalog::{Catalog, Remembered};
use crate::library::lock::lock;
use crate::library::path::LibraryPath;
use crate::library::record::{Derived, DerivedKind, DerivedRecord, FileRecord};
use crate::library::settings::{Hidden, Memories};
use crate::library::staging::Staging;
use crate::library::tree::Tree;
use crate::progress::{Phase, Progress};
use crate::run::import::recorded;
use crate::sidecar::{Discretion, Form, sidecar, subject};
use crate::stage::place::{self, Derivation, Placing, Removal, Unplaced};
use crate::stage::survey;

/// Sidecars that are made durable together.
const BATCH: usize = 2048;
/// The library remembers the form under this name.
pub const SETTING: &str = "sidecars";
/// What the library remembers where it wants none.
pub const NONE: &str = "none";

/// What sidecars are made of.
pub struct Spoken<'a> {
    /// The files of the library that stand.
    pub files: Vec<&'a FileRecord>,
    /// Their bytes.
    pub contents: &'a Contents,
    /// Which albums may be named.
    pub discretion: Discretion,
}

/// Writes sidecars of the wanted form, brings the others up to date, and removes those whose file
/// is gone or has nothing to say any more.
///
/// # Errors
/// If the drive is full, the catalog refuses, or the owner interrupts.
pub fn keep(
    placing: &Placing<'_>,
    spoken: &Spoken<'_>,
    form: Option<Form>,
    known: &Remembered,
    catalog: &mut Catalog,
) -> Result<Derivation, Error> {
    let ours: Vec<(&LibraryPath, &DerivedRecord)> = ours(known).collect();
    let mut derivation = Derivation::default();
    if form.is_none() && ours.is_empty() {
        return Ok(derivation);
    }
    let titles = catalog.titles_by_path()?;
    let speak = |form: Form, file: &FileRecord| {
        let titles = titles.get(file.path.as_str()).map_or(&[][..], Vec::as_slice);
        let position = spoken.contents.contents.get(file.content).and_then(|c| c.embedded.position);
        let path = file.path.to_path(placing.library);
        sidecar(form, file, titles, position, spoken.discretion).map_err(Error::io("describe", &path))
    };
    let mut wanted: HashSet<LibraryPath> = HashSet::new();
    let mut batch: Vec<Derived> = Vec::new();
    for &file in form.iter().flat_map(|_| &spoken.files) {
        if let Some(form) = form
            && let Some(derived) = speak(form, file)?
        {
            wanted.insert(derived.path.clone());
            batch.push(derived);
        }
        if batch.len() >= BATCH {
            flush(placing, &mut batch, known, catalog, &mut derivation)?;
        }
        placing.progress.file(file.path.as_str());
    }
    let by_path: HashMap<&LibraryPath, &FileRecord> = spoken.files.iter().map(|f| (&f.path, *f)).collect();
    let mut stale = Vec::new();
    for (path, record) in ours.into_iter().filter(|(path, _)| !wanted.contains(*path)) {
        let Some(subject) = subject(path) else { continue };
        let standing = fs::read_to_string(path.to_path(placing.library));
        let file = by_path.get(&subject);
        let derived = match (standing.ok().as_deref().and_then(Form::of), file) {
            (Some(form), Some(file)) => speak(form, file)?,
            // another hand wrote it, or its file is one that the owner changed
            (None, Some(_)) if is_there(placing.library, path) => continue,
            (_, None) if is_there(placing.library, &subject) => continue,
            _ => None,
        };
        match derived {
            Some(derived) => batch.push(derived),
            None => stale.push((path, record)),
        }
        if batch.len() >= BATCH {
            flush(placing, &mut batch, known, catalog, &mut derivation)?;
        }
    }
    flush(placing, &mut batch, known, catalog, &mut derivation)?;
    if !stale.is_empty() {
        place::remove(placing.library, &stale, catalog)?;
    }
    Ok(derivation)
}

fn flush(
    placing: &Placing<'_>,
    batch: &mut Vec<Derived>,
    known: &Remembered,
    catalog: &mut Catalog,
    derivation: &mut Derivation,
) -> Result<(), Error> {
    if placing.cancel.load(Ordering::Relaxed) {
        return Err(Error::Interrupted);
    }
    derivation.add(place::derive(placing, batch, &Unplaced::default(), &known.derived, catalog)?);
    batch.clear();
    Ok(())
}

fn ours(known: &Remembered) -> impl Iterator<Item = (&LibraryPath, &DerivedRecord)> {
    known.derived.iter().filter(|(_, record)| record.kind == DerivedKind::Sidecar)
}

fn is_there(library: &Path, path: &LibraryPath) -> bool {
    fs::symlink_metadata(path.to_path(library)).is_ok()
}

/// Writes the sidecars of a whole library; it remembers the form for its next imports.
///
/// # Errors
/// If it is no library or in use, the drive is full, or the owner interrupts.
pub fn write(
    library: &Path,
    form: Form,
    progress: &dyn Progress,
    cancel: &AtomicBool,
) -> Result<Derivation, Error> {
    Catalog::read(library)?;
    let _lock = lock(library)?;
    let mut catalog = Catalog::open(library)?;
    let mut known = catalog.load()?;
    let staging = Staging::open(library, &recorded(&known))?;
    let present = survey::present(library, Tree::walk(library)?, &mut known);
    catalog.record_moved(&present.moved)?;
    catalog.remember(&[(SETTING, form.as_str().to_owned())])?;
    let settings = catalog.settings()?;
    let is = |name: &str, word: &str| settings.get(name).is_some_and(|value| value == word);
    let discretion = Discretion {
        hidden: if is("hidden", "mixed") { Hidden::Mixed } else { Hidden::Apart },
        memories: if is("memories", "yes") { Memories::Folders } else { Memories::Catalog },
    };
    let held = HashMap::new();
    progress.begin(Phase::Place, present.files.len() as u64, 0);
    let placing = Placing { library, staging: &staging, held: &held, progress, cancel };
    let spoken = Spoken { files: present.files.values().collect(), contents: &known.contents, discretion };
    let derivation = keep(&placing, &spoken, Some(form), &known, &mut catalog)?;
    staging.close();
    Ok(derivation)
}

/// Removes the sidecars of a form that are as they were made; the next imports make no more.
///
/// # Errors
/// If it is no library or in use, or one cannot be removed.
pub fn remove(library: &Path, form: Form) -> Result<Removal, Error> {
    Catalog::read(library)?;
    let _lock = lock(library)?;
    let mut catalog = Catalog::open(library)?;
    let known = catalog.load()?;
    let suffix = format!(".{}", form.extension());
    let of_form: Vec<(&LibraryPath, &DerivedRecord)> = ours(&known)
        .filter(|(path, _)| path.as_str().ends_with(&suffix))
        .filter(|(path, _)| {
            let text = fs::read_to_string(path.to_path(library));
            // what is gone or was changed beyond recognition is forgotten with the others
            text.ok().as_deref().and_then(Form::of).is_none_or(|found| found == form)
        })
        .collect();
    let removal = place::remove(library, &of_form, &mut catalog)?;
    if catalog.settings()?.get(SETTING).is_some_and(|word| word == form.as_str()) {
        catalog.remember(&[(SETTING, NONE.to_owned())])?;
    }
    Ok(removal)
}
