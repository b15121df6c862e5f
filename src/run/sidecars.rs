//! Writes the sidecars of a library, keeps them up to date, and removes them. A sidecar is touched only if it
//! is recorded as ours and has the bytes that we gave it.
//!
//! Sidecars of a form that is no longer wanted are kept up to date as well. They are ours, and somebody may
//! still read them; getting rid of them is a command of its own.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs;
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::atomic::AtomicBool;

use crate::category::photos::{AlbumKind, Heard};
use crate::error::Error;
use crate::library::catalog::{Catalog, Delivered, Remembered};
use crate::library::choices;
use crate::library::drive::hash_file;
use crate::library::path::LibraryPath;
use crate::library::posted::Posted;
use crate::library::record::{Derived, DerivedKind, DerivedRecord, FileRecord};
use crate::library::settings::{Hidden, Memories, RememberedSettings, SidecarForm, Word, name};
use crate::library::staging::Staging;
use crate::library::tree::Tree;
use crate::progress::{Phase, Watch};
use crate::run::counts::Counts;
use crate::run::moves;
use crate::sidecar::{Discretion, extension, form_of, sidecar, subject};
use crate::stage::place::{self, Derivation, Placing, Removal, Unplaced};
use crate::stage::survey::Before;

/// Sidecars that are made durable together.
const BATCH: usize = 2048;

/// What sidecars are made of.
pub struct Spoken<'a> {
    /// The files of the library that stand.
    pub files: Vec<&'a FileRecord>,
    /// What their bytes said.
    pub heard: &'a Heard,
    /// Which albums may be named.
    pub discretion: Discretion,
}

/// What became of sidecars.
#[derive(Debug, Default)]
pub struct Kept {
    /// Those of the form that is wanted.
    pub wanted: Derivation,
    /// How many of them took the place of one in another form.
    pub replaced: u64,
    /// Those of other forms.
    pub others: Derivation,
    /// How many of those stay, by their form.
    pub stay: BTreeMap<&'static str, u64>,
    /// How many went, because their file is gone or has nothing to say any more.
    pub outlived: u64,
}

impl Kept {
    /// All forms together.
    pub fn counts(&self) -> Counts {
        let Kept { wanted, others, .. } = self;
        Counts {
            made: wanted.made + others.made,
            moved: 0,
            removed: self.outlived,
            kept: wanted.kept + others.kept + (wanted.foreign.len() + others.foreign.len()) as u64,
            problems: wanted.problems.iter().chain(&others.problems).cloned().collect(),
        }
    }
}

/// Writes sidecars of the wanted form, brings the others up to date, and removes those whose file
/// is gone or has nothing to say any more.
///
/// # Errors
/// If the drive is full, the catalog refuses, or the owner interrupts.
pub fn keep(
    placing: &Placing<'_>,
    spoken: &Spoken<'_>,
    form: Option<SidecarForm>,
    derived: &BTreeMap<LibraryPath, DerivedRecord>,
    catalog: &mut Catalog,
) -> Result<Kept, Error> {
    let ours: Vec<(&LibraryPath, &DerivedRecord)> = ours(derived).collect();
    if form.is_none() && ours.is_empty() {
        return Ok(Kept::default());
    }
    let speech = Speech::new(placing.library, spoken, catalog)?;
    let mut writing =
        Writing { placing, derived, catalog, batch: Vec::new(), derivation: Derivation::default() };
    let mut wanted: HashSet<LibraryPath> = HashSet::new();
    let mut kept = Kept::default();
    let mut otherwise = HashSet::new();
    if let Some(form) = form {
        for file in &spoken.files {
            if let Some(sidecar) = speech.of(form, file)? {
                wanted.insert(sidecar.path.clone());
                if is_otherwise(placing.library, form, &sidecar, derived) {
                    otherwise.insert(sidecar.path.clone());
                }
                writing.add(sidecar)?;
            }
            placing.watch.progress.file(file.path.as_str());
        }
        kept.wanted = writing.take()?;
        kept.wanted.foreign.iter().for_each(|path| _ = otherwise.remove(path));
        kept.replaced = otherwise.len() as u64;
    }
    let mut outlived: Vec<(&LibraryPath, &DerivedRecord)> = Vec::new();
    for (path, record) in ours.into_iter().filter(|(path, _)| !wanted.contains(*path)) {
        match speech.prospect(path)? {
            Prospect::Renewed(form, sidecar) => {
                *kept.stay.entry(form.as_str()).or_default() += 1;
                writing.add(sidecar)?;
            }
            Prospect::Outlived => outlived.push((path, record)),
            Prospect::LeftAlone => {}
        }
    }
    kept.others = writing.take()?;
    if !outlived.is_empty() {
        let standing = outlived.iter().filter(|(path, _)| is_there(placing.library, path)).count() as u64;
        // one that somebody changed stays, and is not ours any more
        let Removal { foreign, .. } = place::remove(placing.library, &outlived, catalog)?;
        kept.outlived = standing - foreign.len() as u64;
        kept.others.foreign.extend(foreign);
    }
    Ok(kept)
}

/// Whether a sidecar of another form stands in its place. Those that need no change are not read.
fn is_otherwise(
    library: &Path,
    form: SidecarForm,
    sidecar: &Derived,
    derived: &BTreeMap<LibraryPath, DerivedRecord>,
) -> bool {
    let hash = sidecar.form.text().map(|text| blake3::hash(text.as_bytes()));
    let is_changed = derived.get(&sidecar.path).is_some_and(|record| record.blake3 != hash);
    let standing = || fs::read_to_string(sidecar.path.to_path(library)).ok();
    is_changed && standing().as_deref().and_then(form_of).is_some_and(|found| found != form)
}

/// The kinds and titles of the albums that each path is in.
type Titles = HashMap<String, Vec<(AlbumKind, String)>>;

/// What the library says of its files.
struct Speech<'a> {
    library: &'a Path,
    spoken: &'a Spoken<'a>,
    files: HashMap<&'a LibraryPath, &'a FileRecord>,
    titles: Titles,
    /// What people of shared albums have to do with them, by their paths.
    posted: HashMap<String, Vec<Posted>>,
}

/// What becomes of a sidecar of ours that is not among those that are wanted.
enum Prospect {
    /// Its file stands and has something to say.
    Renewed(SidecarForm, Derived),
    /// Its file is gone, or has nothing to say any more.
    Outlived,
    /// Another hand wrote it, or its file is one that the owner changed.
    LeftAlone,
}

impl<'a> Speech<'a> {
    fn new(library: &'a Path, spoken: &'a Spoken<'a>, catalog: &Catalog) -> Result<Self, Error> {
        let files = spoken.files.iter().map(|file| (&file.path, *file)).collect();
        let (titles, posted) = (catalog.titles_by_path()?, catalog.posted(None)?);
        Ok(Speech { library, spoken, files, titles, posted })
    }

    /// The sidecar of a file in this form, if there is something to say.
    fn of(&self, form: SidecarForm, file: &FileRecord) -> Result<Option<Derived>, Error> {
        let titles = self.titles.get(file.path.as_str()).map_or(&[][..], Vec::as_slice);
        let posted = self.posted.get(file.path.as_str()).map_or(&[][..], Vec::as_slice);
        let said = self.spoken.heard.said.get(file.content);
        let path = file.path.to_path(self.library);
        sidecar(form, file, titles, posted, said, self.spoken.discretion)
            .map_err(Error::io("describe", &path))
    }

    fn prospect(&self, path: &LibraryPath) -> Result<Prospect, Error> {
        let Some(subject) = subject(path) else { return Ok(Prospect::LeftAlone) };
        let standing = fs::read_to_string(path.to_path(self.library));
        let form = standing.ok().as_deref().and_then(form_of);
        Ok(match (form, self.files.get(&subject)) {
            (Some(form), Some(file)) => {
                self.of(form, file)?.map_or(Prospect::Outlived, |sidecar| Prospect::Renewed(form, sidecar))
            }
            (None, Some(_)) if is_there(self.library, path) => Prospect::LeftAlone,
            (_, None) if is_there(self.library, &subject) => Prospect::LeftAlone,
            _ => Prospect::Outlived,
        })
    }
}

/// Sidecars on their way to the drive, so many at a time.
struct Writing<'a> {
    placing: &'a Placing<'a>,
    derived: &'a BTreeMap<LibraryPath, DerivedRecord>,
    catalog: &'a mut Catalog,
    batch: Vec<Derived>,
    derivation: Derivation,
}

impl Writing<'_> {
    fn add(&mut self, sidecar: Derived) -> Result<(), Error> {
        self.batch.push(sidecar);
        if self.batch.len() < BATCH { Ok(()) } else { self.flush() }
    }

    fn flush(&mut self) -> Result<(), Error> {
        if self.placing.watch.is_cancelled() {
            return Err(Error::Interrupted);
        }
        let none = Unplaced::default();
        self.derivation.add(place::derive(self.placing, &self.batch, &none, self.derived, self.catalog)?);
        self.batch.clear();
        Ok(())
    }

    /// Writes what waits; says what became of all since the last time.
    fn take(&mut self) -> Result<Derivation, Error> {
        self.flush()?;
        Ok(std::mem::take(&mut self.derivation))
    }
}

fn ours(
    derived: &BTreeMap<LibraryPath, DerivedRecord>,
) -> impl Iterator<Item = (&LibraryPath, &DerivedRecord)> {
    derived.iter().filter(|(_, record)| record.kind == DerivedKind::Sidecar)
}

fn is_there(library: &Path, path: &LibraryPath) -> bool {
    fs::symlink_metadata(path.to_path(library)).is_ok()
}

/// Writes the sidecars of a whole library; it remembers the form for its next imports.
///
/// # Errors
/// If it is no library or in use, the drive is full, or the owner interrupts.
pub fn write(library: &Path, form: SidecarForm, watch: Watch<'_>) -> Result<Kept, Error> {
    let (_lock, mut catalog) = moves::open(&moves::Run { library, jobs: NonZeroUsize::MIN, watch })?;
    let known = catalog.load()?;
    let staging = Staging::open(library, &known.staged())?;
    let Remembered { delivered: Delivered { contents, heard, .. }, recorded } = known;
    let mut before = Before::new(library, Tree::walk(library)?, recorded, &contents, &HashSet::new());
    // an import does not read them all; whoever asks for them is told which ones somebody changed
    let edited: Vec<LibraryPath> =
        before.derived.extract_if(.., |p, r| is_edited(library, p, r)).map(|(p, _)| p).collect();
    catalog.record_moved(&before.moved)?;
    catalog.remember(&remembering(Some(form)))?;
    choices::keep(library, &catalog)?;
    let remembered = catalog.settings()?;
    let discretion = Discretion {
        hidden: remembered.choice(name::HIDDEN).unwrap_or(Hidden::Apart),
        memories: remembered.choice(name::MEMORIES).unwrap_or(Memories::Catalog),
    };
    let held = HashMap::new();
    watch.progress.begin(Phase::Place, before.files.len() as u64, 0);
    let placing = Placing { library, staging: &staging, held: &held, watch };
    let spoken = Spoken { files: before.files.values().collect(), heard: &heard.photos, discretion };
    let mut kept = keep(&placing, &spoken, Some(form), &before.derived, &mut catalog)?;
    let is_new = |path: &LibraryPath| !kept.wanted.foreign.contains(path);
    let others: Vec<LibraryPath> = edited.into_iter().filter(is_new).collect();
    kept.others.foreign.extend(others);
    staging.close();
    Ok(kept)
}

/// Whether a sidecar of ours has other bytes than we gave it.
fn is_edited(library: &Path, path: &LibraryPath, record: &DerivedRecord) -> bool {
    record.kind == DerivedKind::Sidecar
        && hash_file(&path.to_path(library)).is_some_and(|hash| record.blake3 != Some(hash))
}

/// What became of the sidecars of a form that are not wanted any more.
#[derive(Debug)]
pub struct Removed {
    /// Which of them went.
    pub removal: Removal,
    /// The other form that imports go on writing.
    pub remembered: Option<SidecarForm>,
}

impl Removed {
    /// As numbers.
    pub fn counts(&self) -> Counts {
        let Removal { removed, foreign } = &self.removal;
        Counts { made: 0, moved: 0, removed: *removed, kept: foreign.len() as u64, problems: Vec::new() }
    }
}

/// Removes the sidecars of a form that are as they were made; the next imports make no more.
///
/// # Errors
/// If it is no library or in use, or one cannot be removed.
pub fn remove(library: &Path, form: SidecarForm) -> Result<Removed, Error> {
    let watch = Watch { progress: &(), cancel: &AtomicBool::new(false) };
    let (_lock, mut catalog) = moves::open(&moves::Run { library, jobs: NonZeroUsize::MIN, watch })?;
    let known = catalog.load()?;
    let suffix = format!(".{}", extension(form));
    let (of_form, gone): (Vec<_>, Vec<_>) = ours(&known.recorded.derived)
        .filter(|(path, _)| path.as_str().ends_with(&suffix))
        .filter(|(path, _)| {
            let text = fs::read_to_string(path.to_path(library));
            // what is gone or was changed beyond recognition is forgotten with the others
            text.ok().as_deref().and_then(form_of).is_none_or(|found| found == form)
        })
        .partition(|(path, _)| is_there(library, path));
    let removal = place::remove(library, &of_form, &mut catalog)?;
    // nobody knows of which form they were, and they are not removed now
    place::remove(library, &gone, &mut catalog)?;
    let mut remembered: Option<SidecarForm> = catalog.settings()?.choice(name::SIDECARS).flatten();
    if remembered == Some(form) {
        catalog.remember(&remembering(None))?;
        choices::keep(library, &catalog)?;
        remembered = None;
    }
    Ok(Removed { removal, remembered })
}

/// What the library remembers of the sidecars that it wants.
fn remembering(form: Option<SidecarForm>) -> RememberedSettings {
    std::iter::once((name::SIDECARS.to_owned(), form.as_str().to_owned())).collect()
}
