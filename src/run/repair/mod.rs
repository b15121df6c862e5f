//! `repair`: files of the library that are damaged or gone get their bytes back, from zips or from a second copy.
//!
//! What is to be put right is what the catalog knows, and what can be seen without reading: files that are gone or have
//! another size; or, if everything is to be read first, whatever differs. An edit of the owner's is put aside only where
//! its path is named. Nothing is written that has not exactly the bytes on record, and nothing is destroyed
//! (`stage/place/mend.rs`).

mod sources;

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::iter;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use chrono::Utc;
use serde::Serialize;

use crate::contents::Contents;
use crate::error::Error;
use crate::library::catalog::{Catalog, Delivered, Remembered};
use crate::library::given::Given;
use crate::library::path::LibraryPath;
use crate::library::record::{Area, FileRecord, Harm};
use crate::library::staging::Staging;
use crate::library::tree::Tree;
use crate::problem::{Code, Problem, remedy};
use crate::progress::Watch;
use crate::run::list;
use crate::run::moves;
use crate::run::verify::on_drive::OnDrive;
use crate::run::verify::{VerifyRun, recorded};
use crate::stage::place::{Healing, Placing, mend, relink};
use crate::stage::survey::{Before, examine};

use sources::Sources;

/// What a repair needs.
pub struct RepairRun<'a> {
    /// The folder of the library.
    pub library: &'a Path,
    /// Zips, libraries and folders that may have the true bytes.
    pub from: &'a [PathBuf],
    /// How it is found out what has to be put right.
    pub look: Look,
    /// Files whose edit is to be taken back.
    pub changed: &'a [PathBuf],
    /// How many threads read.
    pub jobs: NonZeroUsize,
    /// Who is told, and who may stop it.
    pub watch: Watch<'a>,
}

/// How it is found out what has to be put right.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Look {
    /// By what is known, and by what can be seen without reading.
    #[default]
    Known,
    /// By reading every byte first.
    Everything,
}

/// What a repair did.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Repaired {
    /// Files whose bytes were bad and are true again.
    pub healed: u64,
    /// Files that were gone and are back.
    pub restored: u64,
    /// Files with which something is wrong still.
    pub still_damaged: u64,
    /// What was wrong, and is.
    pub problems: Vec<Problem>,
}

/// A file that is to get bytes.
struct Need {
    record: FileRecord,
    harm: Harm,
    /// What will do, if an edit is gone for good.
    original: Option<FileRecord>,
}

impl Need {
    fn new(record: FileRecord, harm: Harm) -> Self {
        let is_lost_edit = harm == Harm::Missing && record.original.is_some();
        Need { original: is_lost_edit.then(|| record.clone().into_delivered()), record, harm }
    }

    /// The records that it may have in the end, the best one first.
    fn records(&self) -> impl Iterator<Item = &FileRecord> {
        iter::once(&self.record).chain(&self.original)
    }
}

/// Puts right what can be put right.
///
/// # Errors
/// What stops a run: no library, one in use, a place or path that is not there, a full drive.
pub fn repair(run: &RepairRun<'_>) -> Result<Repaired, Error> {
    for place in run.from {
        if fs::metadata(place).is_err() {
            return Err(Error::InputMissing(place.clone()));
        }
    }
    let library = run.library;
    let chosen = chosen(library, &Catalog::read(library)?, run.changed)?;
    let (_lock, mut catalog) = moves::open(&moves::Run { library, jobs: run.jobs, watch: run.watch })?;
    if run.look == Look::Everything {
        let verify = VerifyRun { library, jobs: run.jobs, watch: run.watch };
        let looked = recorded::compare(&verify, &catalog.load()?, &OnDrive::walk(library))?;
        catalog.record_verified(Utc::now(), &looked.harmed)?;
    }
    let known = catalog.load()?;
    let staging = Staging::open(library, &known.staged())?;
    let Remembered { delivered: Delivered { contents, ids, .. }, recorded } = known;
    let before = Before::new(library, Tree::walk(library)?, recorded, &contents, &staging.waiting());
    if !before.moved.is_empty() {
        catalog.record_moved(&before.moved)?;
    }
    relink(library, &staging, &before.derived)?;
    if !before.sound_again.is_empty() {
        catalog.record_sound(Utc::now(), &before.sound_again)?;
    }
    let (needs, left) = needs(library, &contents, &before, &chosen);

    let held = before.paths_by_hash(&contents);
    let waiting = staging.waiting();
    let is_at_hand = |record: &&FileRecord| {
        let hash = &contents.distinct[record.content].blake3;
        waiting.contains(hash) || held.get(hash).is_some_and(|path| *path != record.path)
    };
    let wanted = needs.iter().flat_map(Need::records).filter(|record| !is_at_hand(record));
    let wanted = wanted.map(|record| &contents.distinct[record.content]);
    let mut sources = Sources::new(library, &staging, run.watch, wanted);
    sources.search(run.from)?;
    let unread = std::mem::take(&mut sources.problems);

    // a photo that is gone and stands elsewhere needs nothing, nor does an edit that is nowhere beside its original
    let photos = before.photos_by_content();
    let mut superseded: Vec<(LibraryPath, LibraryPath)> = Vec::new();
    let waiting = staging.waiting();
    let given = Given::of(&contents, needs.iter().flat_map(Need::records));
    let mut healings: Vec<Healing> = Vec::new();
    for need in &needs {
        for record in need.records() {
            let is_gone_photo = need.harm == Harm::Missing && record.area == Area::Media;
            if let Some(stands) = photos.get(&record.content).filter(|_| is_gone_photo) {
                superseded.push((record.path.clone(), stands.clone()));
                break;
            }
            if waiting.contains(&contents.distinct[record.content].blake3) || is_at_hand(&record) {
                healings.push(Healing { modified: given.time(record), record: record.clone() });
                break;
            }
        }
    }
    if !superseded.is_empty() {
        catalog.record_superseded(&superseded)?;
    }
    let placing = Placing { library, staging: &staging, held: &held, watch: run.watch };
    let mended = mend(&placing, &healings, &contents, &before.derived, &mut catalog, &ids)?;
    let whole: HashSet<&LibraryPath> = mended.whole.iter().map(|record| &record.path).collect();

    let mut repaired = Repaired { problems: mended.problems, ..Repaired::default() };
    let mut still: BTreeMap<LibraryPath, Harm> = BTreeMap::new();
    for (path, stands) in &superseded {
        run.watch
            .progress
            .note(&format!("`{path}` is gone, and `{stands}` is the same photo: nothing is missing"));
    }
    let superseded: HashSet<&LibraryPath> = superseded.iter().map(|(path, _)| path).collect();
    for need in needs.iter().filter(|need| !superseded.contains(&need.record.path)) {
        let path = &need.record.path;
        match (whole.contains(path), need.harm) {
            (true, Harm::Missing) => {
                repaired.restored += 1;
                run.watch.progress.note(&format!("restored `{path}`, which was gone"));
            }
            (true, _) => {
                repaired.healed += 1;
                let aside = mended.aside.get(path).map(|to| format!("; what stood there is kept as `{to}`"));
                run.watch.progress.note(&format!("healed `{path}`{}", aside.unwrap_or_default()));
            }
            (false, harm) => _ = still.insert(path.clone(), harm),
        }
    }
    let named: HashSet<LibraryPath> = still.keys().cloned().collect();
    still.extend(left);
    catalog.record_harm(Utc::now(), &still)?;
    let told: HashSet<&str> = repaired.problems.iter().filter_map(|p| p.entry.as_deref()).collect();
    let untold = still.iter().filter(|(path, _)| !told.contains(path.as_str()));
    let problems: Vec<Problem> =
        untold.map(|(path, harm)| unhealed(library, path, *harm, named.contains(path))).collect();
    repaired.problems.extend(problems);
    repaired.still_damaged = still.len() as u64;
    if repaired.still_damaged > 0 {
        repaired.problems.extend(unread);
    }
    repaired.problems.sort();
    for healing in &healings {
        staging.discard(&contents.distinct[healing.record.content].blake3);
    }
    staging.close();
    Ok(repaired)
}

/// The paths in the catalog that the owner means.
fn chosen(library: &Path, catalog: &Catalog, paths: &[PathBuf]) -> Result<HashSet<LibraryPath>, Error> {
    let one = |path: &PathBuf| {
        list::path_of(library, catalog, path)?.ok_or_else(|| Error::NoSuchFile(path.display().to_string()))
    };
    paths.iter().map(one).collect()
}

/// Files that are to get bytes, and those that somebody changed and nobody named.
fn needs(
    library: &Path,
    contents: &Contents,
    before: &Before,
    chosen: &HashSet<LibraryPath>,
) -> (Vec<Need>, BTreeMap<LibraryPath, Harm>) {
    let (mut needs, mut left) = (Vec::new(), BTreeMap::new());
    for (record, harm) in before.harmed() {
        let is_chosen = chosen.contains(&record.path);
        match harm {
            Harm::Changed if !is_chosen => _ = left.insert(record.path.clone(), harm),
            _ if is_chosen => needs.push(Need::new(record.clone().into_delivered(), harm)),
            _ => needs.push(Need::new(record.clone(), harm)),
        }
    }
    let given = Given::of(contents, before.files.values().filter(|record| chosen.contains(&record.path)));
    for record in chosen.iter().filter_map(|path| before.files.get(path)) {
        // an edit of the same size, which nobody has seen yet, or one that was accepted
        if record.original.is_some() || examine(library, contents, &given, record).is_some() {
            needs.push(Need::new(record.clone().into_delivered(), Harm::Changed));
        }
    }
    needs.sort_by(|a, b| a.record.path.cmp(&b.record.path));
    (needs, left)
}

/// What is to be said of a file that is still not as it should be.
fn unhealed(library: &Path, path: &LibraryPath, harm: Harm, was_looked_for: bool) -> Problem {
    let nowhere = "nothing that was named has its bytes";
    let (code, message) = match harm {
        Harm::Damaged => (
            Code::DamagedFile,
            format!(
                "it is damaged, and {nowhere}: name the zip that brought it, or another copy of the library"
            ),
        ),
        Harm::Missing => (
            Code::MissingFile,
            format!(
                "it is gone, and {nowhere}: name the zip that brought it, or another copy of the library"
            ),
        ),
        Harm::Changed if was_looked_for => {
            (Code::ChangedFile, format!("somebody changed it, and {nowhere}: it was left as it is"))
        }
        Harm::Changed => (
            Code::ChangedFile,
            format!(
                "somebody changed it since it was imported, and it was left as it is: `{}` keeps the edit, `{}` takes it \
                 back",
                remedy::keep_edit(library, path.as_str()),
                remedy::take_back_edit(library, path.as_str()),
            ),
        ),
    };
    Problem::new(code, message).with_entry(path.as_str())
}
