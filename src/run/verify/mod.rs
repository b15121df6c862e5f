//! `verify`: reads the library's bytes again and says what is as it was, what is not, and whether archives
//! can be deleted. It changes no file of the library but the catalog, which keeps what was found; a library that cannot
//! be written to is verified all the same.
//!
//! A file counts as intact only after its BLAKE3 was computed in this very run. Sizes, times, names, the
//! catalog and the archives only make claims.
//!
//! `on_drive` walks and reads, `catalog` examines the catalog, `recorded` compares what it records, `against`
//! compares archives, `measure` fills in what a catalog of an earlier version does not know.
//! [`rebuild`](crate::run::rebuild) makes a lost catalog anew.

pub(super) mod against;
pub(super) mod catalog;
mod measure;
pub(super) mod on_drive;
pub(super) mod recorded;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::Instant;

use chrono::Utc;
use serde::Serialize;

use crate::contents::{Content, Contents, ExportId, PartId, REBUILT};
use crate::error::Error;
use crate::library::catalog::{Catalog, Health, Remembered};
use crate::library::layout::INTERNAL;
use crate::library::lock::lock;
use crate::library::path::LibraryPath;
use crate::library::record::{Area, DerivedKind, FileRecord, Harm};
use crate::library::settings::{AlbumForm, Word};
use crate::problem::{Code, Problem, amount, remedy};
use crate::progress::Watch;
use crate::stage::discover::search::LeftAlone;
use crate::stage::ingest::Wanted;
use crate::stage::report::{ExportReport, missing_parts};
use crate::stage::survey::is_in_albums;

pub use against::Against;

use against::Holding;
use on_drive::{OnDrive, ToRead, staging_left};

/// What a verification needs.
pub struct VerifyRun<'a> {
    /// The folder of the library.
    pub library: &'a Path,
    /// How many threads read.
    pub jobs: NonZeroUsize,
    /// Who is told, and who may stop it.
    pub watch: Watch<'a>,
}

/// What a verification found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Verification {
    /// The version of Windfall that looked.
    pub windfall: &'static str,
    /// The library's folder.
    pub library: String,
    /// Files of the library.
    pub files: Files,
    /// Entries of the archives that it was compared with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub against: Option<Against>,
    /// Of those that are held: how many the owner left out on purpose.
    #[serde(skip)]
    pub left_out: u64,
    /// Whether those archives may be deleted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub safe_to_delete: Option<bool>,
    /// What was wrong; any error means exit code 3.
    pub problems: Vec<Problem>,
    /// How long it took.
    pub elapsed_seconds: f64,
    /// What the certificate says besides.
    #[serde(skip)]
    pub balance: Balance,
    /// Files that were made of others. They are in no count: they can be made again.
    #[serde(skip)]
    pub made: MadeFiles,
    /// What was not taken, of which nothing was said.
    #[serde(skip)]
    pub left_alone: LeftAlone,
    /// What the files were compared with.
    #[serde(skip)]
    pub compared_with: Yardstick,
    /// Where a rebuild kept the old catalog.
    #[serde(skip)]
    pub kept_aside: Option<PathBuf>,
}

/// What files were compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Yardstick {
    /// What the catalog records.
    Catalog,
    /// Nothing: the catalog cannot be read, so nothing says what they should be. They were read only to see what is in
    /// the archives.
    Nothing,
}

/// Files of the library; `intact`, `damaged`, `changed` and `missing` add up to `total`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Files {
    /// All that the catalog records: media, other files, kept details.
    pub total: u64,
    /// Byte for byte what was imported.
    pub intact: u64,
    /// Other bytes now, though nobody wrote to them, or unreadable.
    pub damaged: u64,
    /// Other bytes now, because somebody wrote to them.
    pub changed: u64,
    /// Files that are gone.
    pub missing: u64,
    /// Files that no import put there.
    pub extra: u64,
}

/// Files that were made of originals and details.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MadeFiles {
    /// How many are as they were made.
    pub intact: u64,
    /// Those that their owner changed, and that stay as they are.
    pub edited: Vec<LibraryPath>,
    /// Those that are gone. The next import makes them again.
    pub missing: Vec<LibraryPath>,
    /// Those whose drive does not give them.
    pub unreadable: Vec<LibraryPath>,
}

/// What a certificate says of the intact files.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Balance {
    /// Bytes of all of them.
    pub bytes: u64,
    /// Media that are byte-identical to what iCloud held: a row of Apple's carries their fingerprint.
    pub proved: u64,
    /// Media that only their archive vouches for.
    pub unproved: u64,
    /// Other files.
    pub other: u64,
    /// Kept details.
    pub details: u64,
    /// Exports that the library has seen, and their parts.
    pub exports: Vec<ExportReport>,
}

/// Reads the library again; with `against`, also those archives.
///
/// # Errors
/// What stops a run: no library, a library in use, inputs that do not exist or hold no export.
pub fn verify(run: &VerifyRun<'_>, against: Option<&[PathBuf]>) -> Result<Verification, Error> {
    let started = Instant::now();
    let lock = hold(run.library)?;
    // a mistyped input shows before hours of reading
    let inputs = against.map(|inputs| against::find(run, inputs)).transpose()?;
    let (known, damages) = catalog::examine(run.library)?;
    let sound = damages.is_empty();
    let on_drive = OnDrive::walk(run.library);
    let mut looked = match &known {
        Some(known) => {
            let looked = recorded::compare(run, known, &on_drive)?;
            if sound {
                keep(run, lock.as_ref(), &looked.harmed);
            }
            looked
        }
        // nothing tells what the files should be, but their bytes may hold what the archives hold
        None if inputs.is_some() => read_everything(run, &on_drive)?,
        None => Looked::default(),
    };
    looked.problems.extend(known.as_ref().and_then(|known| albums_gone(run.library, known)));
    looked.problems.extend(damages);
    looked.problems.extend(staging_left(run.library, known.as_ref()));
    let compared = inputs.map(|inputs| against::compare(run, inputs, &looked.holding)).transpose()?;
    let mut verification = Verification::new(run.library, looked);
    if known.is_none() {
        verification.compared_with = Yardstick::Nothing;
    }
    if let Some(compared) = compared {
        verification.add(compared);
        if !sound {
            verification.safe_to_delete = Some(false);
        }
    }
    verification.problems.sort();
    verification.elapsed_seconds = started.elapsed().as_secs_f64();
    Ok(verification)
}

/// How the files of a library were when somebody last looked.
///
/// # Errors
/// If there is no catalog, or SQLite refuses.
pub fn health(library: &Path) -> Result<Health, Error> {
    Catalog::read(library)?.health()
}

impl Verification {
    pub(super) fn new(library: &Path, looked: Looked) -> Self {
        Verification {
            windfall: env!("CARGO_PKG_VERSION"),
            library: library.display().to_string(),
            files: looked.files,
            against: None,
            left_out: 0,
            safe_to_delete: None,
            problems: looked.problems,
            elapsed_seconds: 0.0,
            balance: looked.balance,
            made: looked.made,
            left_alone: LeftAlone::default(),
            compared_with: Yardstick::Catalog,
            kept_aside: None,
        }
    }

    pub(super) fn add(&mut self, compared: against::Compared) {
        self.against = Some(compared.against);
        self.left_out = compared.left_out;
        self.safe_to_delete = Some(compared.all_held);
        self.left_alone = compared.left_alone;
        self.problems.extend(compared.problems);
    }
}

/// Keeps what was found, if the library can be written to. What was found is said in any case.
fn keep(run: &VerifyRun<'_>, lock: Option<&File>, harmed: &BTreeMap<LibraryPath, Harm>) {
    let kept = match lock {
        Some(_) => Catalog::open(run.library)
            .and_then(|mut catalog| {
                catalog.record_verified(Utc::now(), harmed)?;
                measure::measure(run, &mut catalog)
            })
            .map_err(|error| [vec![error.to_string()], error.causes()].concat().join(": ")),
        None => Err("it may not be written to".to_owned()),
    };
    if let Err(why) = kept {
        let found = "what was found is said here and could not be kept in the library";
        run.watch.progress.note(&format!("{found}: {why}"));
    }
}

/// Albums whose folder has nothing left of what an import made there. Drives without links lose them when a library is
/// copied there.
fn albums_gone(library: &Path, known: &Remembered) -> Option<Problem> {
    let mut folders: BTreeMap<LibraryPath, bool> = BTreeMap::new();
    let mut copies = BTreeSet::new();
    for (path, record) in known.recorded.derived.iter().filter(|(path, _)| is_in_albums(path)) {
        let folder = match record.kind {
            DerivedKind::List => Some(path.clone()),
            DerivedKind::Symlink | DerivedKind::Hardlink | DerivedKind::Copy => path.parent(),
            DerivedKind::Sidecar | DerivedKind::Made => None,
        };
        let Some(folder) = folder else { continue };
        if record.kind == DerivedKind::Copy {
            copies.insert(folder.clone());
        }
        let stands = folders.entry(folder).or_insert(false);
        *stands = *stands || fs::symlink_metadata(path.to_path(library)).is_ok();
    }
    let gone: Vec<&LibraryPath> = folders.iter().filter(|(_, stands)| !**stands).map(|(at, _)| at).collect();
    // copies are the owner's choice; what else there was may depend on the drive
    let form =
        if gone.iter().all(|folder| copies.contains(*folder)) { AlbumForm::Copy } else { AlbumForm::Auto };
    let named: Vec<String> = gone.iter().take(NAMED).map(|folder| format!("`{folder}`")).collect();
    let more = match gone.len().saturating_sub(named.len()) {
        0 => String::new(),
        more => format!(" and {} more", amount::count(more as u64)),
    };
    let (are, stand) =
        if gone.len() == 1 { ("album is", "its folder is") } else { ("albums are", "their folders are") };
    (!gone.is_empty()).then(|| {
        let message = format!(
            "{} {are} in the catalog, and {stand} gone or empty: {}{more}; no photo is missing; `{}` makes them anew",
            amount::count(gone.len() as u64),
            named.join(", "),
            remedy::albums(library, form.as_str())
        );
        Problem::new(Code::AlbumsGone, message)
    })
}

/// How many albums are named.
const NAMED: usize = 5;

/// The library's lock. A drive that nobody can write to needs none.
pub(super) fn hold(library: &Path) -> Result<Option<File>, Error> {
    if !library.join(INTERNAL).is_dir() {
        return Err(Error::NotALibrary(library.to_owned()));
    }
    match lock(library) {
        Ok(file) => Ok(Some(file)),
        Err(Error::Io { source, .. })
            if matches!(
                source.kind(),
                io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::PermissionDenied
            ) =>
        {
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// What the files came to.
#[derive(Default)]
pub(super) struct Looked {
    pub(super) files: Files,
    pub(super) holding: Holding,
    pub(super) balance: Balance,
    pub(super) made: MadeFiles,
    pub(super) problems: Vec<Problem>,
    /// What is wrong with which files.
    pub(super) harmed: BTreeMap<LibraryPath, Harm>,
}

impl Looked {
    pub(super) fn intact(&mut self, record: &FileRecord, content: &Content) {
        self.files.intact += 1;
        self.holding.add(record, content);
        self.balance.bytes = self.balance.bytes.saturating_add(content.size);
        *match record.area {
            Area::Media if record.proved && record.original.is_none() => &mut self.balance.proved,
            Area::Media => &mut self.balance.unproved,
            Area::Other => &mut self.balance.other,
            Area::Details => &mut self.balance.details,
        } += 1;
    }

    pub(super) fn foreign(&mut self, files: &BTreeSet<LibraryPath>) {
        self.files.extra = files.len() as u64;
        let message = "no import put this file here, so Windfall does not touch it";
        let problem = |path: &LibraryPath| Problem::new(Code::ExtraFile, message).with_entry(path.as_str());
        self.problems.extend(files.iter().map(problem));
    }
}

/// Without a catalog: all that is there counts as held.
fn read_everything(run: &VerifyRun<'_>, on_drive: &OnDrive) -> Result<Looked, Error> {
    let files = on_drive.files.iter().filter(|(_, stat)| stat.is_file);
    let files = files.map(|(path, stat)| ToRead::plain(path, stat)).collect();
    let reread = on_drive::reread(run, files, Wanted::Hashes)?;
    let mut looked = Looked::default();
    looked.holding.add_any(reread.contents.distinct.iter());
    Ok(looked)
}

/// The exports that the library has seen; parts are here once a run that was given them has ended.
pub(super) fn exports(contents: &Contents, unfinished: &BTreeSet<PartId>) -> Vec<ExportReport> {
    let seen: BTreeSet<PartId> = contents.entries.iter().map(|e| e.part).collect();
    let seen: BTreeSet<PartId> = seen.difference(unfinished).copied().collect();
    let numbers = |export: ExportId| -> BTreeSet<u32> {
        let parts = seen.iter().map(|&part| &contents.parts[part]);
        parts.filter(|part| part.export == export).map(|part| part.number).collect()
    };
    let all = contents.exports.pairs().filter(|(_, export)| export.name != REBUILT);
    all.map(|(index, export)| {
        let found = numbers(index);
        ExportReport {
            name: export.name.clone(),
            category: export.category,
            parts_missing: missing_parts(export.total, |number| found.contains(&number)),
            parts_found: found.into_iter().collect(),
            parts_expected: export.total,
            parts_twice: Vec::new(),
        }
    })
    .collect()
}
