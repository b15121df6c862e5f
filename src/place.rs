//! Place: carries out the plan.
//!
//! In: a [`Plan`](crate::plan::Plan) that is durable in the catalog. Out: files under their final
//! names, links and lists, and a record of each once it is durable. Never: overwrites, moves or
//! removes a file that is not its own; never follows a link out of the library.
//! The one surprise: the modification time is set before the rename, so that no kill leaves a file
//! under its final name with a wrong date.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use tempfile::TempPath;

use crate::catalog::{Catalog, DerivedRecord, FileRecord, Ids};
use crate::contents::Contents;
use crate::error::{Error, is_failing, is_full};
use crate::names::{self, LibraryPath};
use crate::plan::{Derived, DerivedForm, Placement};
use crate::problem::{Code, Problem};
use crate::progress::{Phase, Progress};
use crate::staging::{Staging, sync_all};
use crate::survey::{hash_file, symlink};

const BATCH_TIME: Duration = Duration::from_secs(2);
const BATCH_FILES: usize = 4096;

/// What placing needs besides the plan.
pub struct Placing<'a> {
    /// The library.
    pub library: &'a Path,
    /// Where the bytes wait.
    pub staging: &'a Staging,
    /// Files of the library by their bytes, for bytes that stand there already.
    pub held: &'a HashMap<blake3::Hash, LibraryPath>,
    /// Is told.
    pub progress: &'a dyn Progress,
    /// Set when the owner wants to stop.
    pub cancel: &'a AtomicBool,
}

/// What could not be done.
#[derive(Debug, Default)]
pub struct Unplaced {
    /// Paths that stay empty.
    pub paths: HashSet<LibraryPath>,
    /// Why.
    pub problems: Vec<Problem>,
}

/// Places files, batch by batch: sync, then record what `describe` says of them.
///
/// # Errors
/// If the drive is full or gone, the catalog refuses, or the owner interrupts.
pub fn place(
    placing: &Placing<'_>,
    plan: &[Placement],
    contents: &Contents,
    describe: &dyn Fn(&Placement) -> FileRecord,
    catalog: &mut Catalog,
    ids: &Ids,
) -> Result<Unplaced, Error> {
    let mut placer = Placer { placing, contents, uses: HashMap::new(), folders: HashSet::new() };
    for placement in plan {
        *placer.uses.entry(placement.content).or_default() += 1;
    }
    placing.progress.begin(Phase::Place, plan.len() as u64, 0);
    let mut unplaced = Unplaced::default();
    let mut batch: Vec<&Placement> = Vec::new();
    let mut since = Instant::now();
    for placement in plan {
        let interrupted = placing.cancel.load(Ordering::Relaxed);
        if interrupted || batch.len() >= BATCH_FILES || since.elapsed() >= BATCH_TIME {
            record(placing, &mut batch, describe, catalog, ids)?;
            since = Instant::now();
        }
        if interrupted {
            return Err(Error::Interrupted);
        }
        match placer.one(placement) {
            Ok(()) => {
                placing.progress.decision(&|| told(&describe(placement)));
                batch.push(placement);
            }
            Err(error) if is_full(&error) || is_failing(&error) => {
                record(placing, &mut batch, describe, catalog, ids)?;
                let need = contents.contents[placement.content].size;
                return Err(stopped(placing, error, need));
            }
            Err(error) => {
                unplaced.paths.insert(placement.path.clone());
                unplaced.problems.push(
                    Problem::new(
                        Code::WriteFailed,
                        format!("it could not be placed: {error}; import again to retry"),
                    )
                    .with_entry(placement.path.as_str()),
                );
            }
        }
        placing.progress.file(placement.path.as_str());
    }
    record(placing, &mut batch, describe, catalog, ids)?;
    Ok(unplaced)
}

/// Where a file was placed, and why there.
fn told(file: &FileRecord) -> String {
    let placed = format!("placed `{}`", names::display(file.path.as_str()));
    let Some(rule) = file.rule else { return placed };
    let captured = file.captured_text().unwrap_or_else(|| "undated".to_owned());
    let proof = if file.proved { "proved by Apple's checksum" } else { "vouched for by the archive only" };
    format!("{placed}, {captured} ({}), {proof}", rule.explain())
}

/// A drive that is full or fails: whatever is not placed stays planned.
fn stopped(placing: &Placing<'_>, source: io::Error, need: u64) -> Error {
    let path = placing.library.to_owned();
    if is_full(&source) { Error::Full { path, need } } else { Error::Io { doing: "write to", path, source } }
}

fn record(
    placing: &Placing<'_>,
    batch: &mut Vec<&Placement>,
    describe: &dyn Fn(&Placement) -> FileRecord,
    catalog: &mut Catalog,
    ids: &Ids,
) -> Result<(), Error> {
    if !batch.is_empty() {
        let paths: Vec<PathBuf> = batch.iter().map(|p| p.path.to_path(placing.library)).collect();
        sync_all(placing.library, &paths)?;
        let records: Vec<FileRecord> = batch.iter().map(|p| describe(p)).collect();
        catalog.record_facts(&records.iter().collect::<Vec<_>>(), ids)?;
        batch.clear();
    }
    Ok(())
}

struct Placer<'a> {
    placing: &'a Placing<'a>,
    contents: &'a Contents,
    /// How many placements still need the staged bytes of each content.
    uses: HashMap<usize, usize>,
    /// Folders that were seen to be real folders inside the library.
    folders: HashSet<LibraryPath>,
}

impl Placer<'_> {
    fn one(&mut self, placement: &Placement) -> io::Result<()> {
        let content = &self.contents.contents[placement.content];
        let target = placement.path.to_path(self.placing.library);
        let left = self.uses.get_mut(&placement.content).map_or(0, |left| {
            *left = left.saturating_sub(1);
            *left
        });
        self.folder(&placement.path)?;
        // a rename that was not recorded, or exactly these bytes from another hand
        let adopted = || stands(&target, content.size, &content.blake3);
        let staged = self.placing.staging.path_of(&content.blake3);
        let is_staged = self.placing.staging.holds(&content.blake3, content.size);
        if is_staged && left == 0 {
            set_time(&staged, placement.modified);
            return match rename_new(&staged, &target) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists && adopted() => {
                    self.placing.staging.discard(&content.blake3);
                    Ok(())
                }
                placed => placed,
            };
        }
        if adopted() {
            return Ok(());
        }
        // other placements need the staged bytes too, or they stand in the library already
        let elsewhere = self.placing.held.get(&content.blake3).map(|path| path.to_path(self.placing.library));
        let source = if is_staged { Some(staged) } else { elsewhere };
        let source =
            source.ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, "its bytes are not at hand"))?;
        copy_new(&source, &target, &content.blake3, self.placing.staging, placement.modified)
    }

    /// Makes the folders of a path; refuses one that is a link, for it may lead anywhere.
    fn folder(&mut self, path: &LibraryPath) -> io::Result<()> {
        let Some(folder) = path.parent() else { return Ok(()) };
        if self.folders.contains(&folder) {
            return Ok(());
        }
        make_folder(self.placing.library, &folder)?;
        self.folders.insert(folder);
        Ok(())
    }
}

/// Makes a folder of the library and those above it, each a real folder.
fn make_folder(library: &Path, folder: &LibraryPath) -> io::Result<()> {
    let mut at = library.to_path_buf();
    for component in folder.as_str().split('/') {
        at.push(component);
        match fs::symlink_metadata(&at) {
            Ok(metadata) if metadata.is_dir() => {}
            Ok(_) => {
                let why = format!("`{}` is a link or a file, and not a folder", at.display());
                return Err(io::Error::new(io::ErrorKind::NotADirectory, why));
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => match fs::create_dir(&at) {
                Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
                _ => {}
            },
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn stands(path: &Path, size: u64, hash: &blake3::Hash) -> bool {
    fs::symlink_metadata(path).is_ok_and(|m| m.is_file() && m.len() == size)
        && hash_file(path).as_ref() == Some(hash)
}

/// A time that the file system cannot hold is left: the catalog has it.
fn set_time(path: &Path, modified: Option<DateTime<Utc>>) {
    let Some(modified) = modified else { return };
    #[cfg(target_os = "linux")]
    {
        // by name: half the calls of opening it
        use rustix::fs::{AtFlags, CWD, Timespec, Timestamps, UTIME_OMIT, utimensat};
        let seconds = modified.timestamp();
        let times = Timestamps {
            last_access: Timespec { tv_sec: 0, tv_nsec: UTIME_OMIT },
            last_modification: Timespec {
                tv_sec: seconds,
                tv_nsec: modified.timestamp_subsec_nanos().min(999_999_999).into(),
            },
        };
        let _ = utimensat(CWD, path, &times, AtFlags::SYMLINK_NOFOLLOW);
    }
    #[cfg(not(target_os = "linux"))]
    if let Ok(file) = fs::OpenOptions::new().write(true).open(path) {
        let times = fs::FileTimes::new().set_modified(std::time::SystemTime::from(modified));
        let _ = file.set_times(times);
    }
}

/// Renames to a name that must be free. Where a system has no such rename, the library's lock and
/// a look that finds nothing stand in for it.
fn rename_new(from: &Path, to: &Path) -> io::Result<()> {
    let source = TempPath::try_from_path(from)?;
    match source.persist_noclobber(to) {
        Ok(()) => Ok(()),
        Err(failed) => {
            let error = failed.error;
            let _ = failed.path.keep();
            if matches!(error.kind(), io::ErrorKind::AlreadyExists | io::ErrorKind::NotFound)
                || is_full(&error)
            {
                return Err(error);
            }
            match fs::symlink_metadata(to) {
                Err(absent) if absent.kind() == io::ErrorKind::NotFound => fs::rename(from, to),
                Ok(_) => Err(io::ErrorKind::AlreadyExists.into()),
                Err(other) => Err(other),
            }
        }
    }
}

fn copy_new(
    from: &Path,
    to: &Path,
    hash: &blake3::Hash,
    staging: &Staging,
    modified: Option<DateTime<Utc>>,
) -> io::Result<()> {
    let mut source = File::open(from)?;
    let mut copy = staging.begin()?;
    io::copy(&mut source, &mut copy.file)?;
    if hash_file(copy.path()).as_ref() != Some(hash) {
        return Err(io::Error::new(io::ErrorKind::InvalidData, format!("`{}` has changed", from.display())));
    }
    set_time(copy.path(), modified);
    // staged bytes are durable before they are placed; these have waited for no batch
    copy.file.sync_all()?;
    rename_new(copy.path(), to)?;
    copy.placed();
    Ok(())
}

/// What became of derived files.
#[derive(Debug, Default)]
pub struct Derivation {
    /// Made anew or replaced.
    pub made: u64,
    /// As an earlier run made them.
    pub kept: u64,
    /// Left alone: somebody else made them, or changed them.
    pub foreign: Vec<LibraryPath>,
    /// What could not be made.
    pub problems: Vec<Problem>,
}

impl Derivation {
    /// Adds what became of others.
    pub fn add(&mut self, other: Derivation) {
        self.made += other.made;
        self.kept += other.kept;
        self.foreign.extend(other.foreign);
        self.problems.extend(other.problems);
    }
}

/// Makes links, lists, copies and sidecars; records them. One that its owner changed is left alone,
/// and one of a file that could not be placed waits for the file.
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
    New(Option<blake3::Hash>),
}

fn derive_one(placing: &Placing<'_>, item: &Derived, known: Option<&DerivedRecord>) -> io::Result<Made> {
    let library = placing.library;
    let path = item.path.to_path(library);
    let folder = item.path.parent();
    let hash = item.form.text().map(|text| blake3::hash(text.as_bytes()));
    let recorded = |hash: Option<blake3::Hash>| match known {
        Some(record) if record.blake3 == hash.map(|h| h.to_hex().to_string()) => Made::AsRecorded,
        _ => Made::New(hash),
    };
    let standing = fs::symlink_metadata(&path).ok();
    if let Some(standing) = &standing {
        let is = match &item.form {
            DerivedForm::Symlink(target) => {
                fs::read_link(&path).is_ok_and(|found| found == link_target(folder.as_ref(), target))
            }
            // a library has as many sidecars as photos; those that need no change are not read
            DerivedForm::Sidecar(_) if matches!(recorded(hash), Made::AsRecorded) => true,
            DerivedForm::Text(_) | DerivedForm::Sidecar(_) => standing.is_file() && hash_file(&path) == hash,
            DerivedForm::Hardlink(target) | DerivedForm::Copy(target) => {
                known.is_some()
                    || hash_file(&path).is_some_and(|h| hash_file(&target.to_path(library)) == Some(h))
            }
        };
        if is {
            return Ok(match &item.form {
                DerivedForm::Copy(_) | DerivedForm::Hardlink(_) if known.is_some() => Made::AsRecorded,
                DerivedForm::Copy(_) => Made::New(hash_file(&path)),
                _ => recorded(hash),
            });
        }
        let ours = match (&item.form, known) {
            (DerivedForm::Symlink(_), Some(_)) => standing.is_symlink(),
            (_, Some(record)) => is_unchanged(&path, record),
            // sidecars are made durable by the thousand: what a power cut empties is nobody's
            (DerivedForm::Sidecar(_), None) => standing.is_file() && standing.len() == 0,
            (_, None) => false,
        };
        if !ours {
            return Ok(Made::Foreign);
        }
        if item.form.text().is_none() {
            fs::remove_file(&path)?;
        }
    }
    if let Some(folder) = &folder {
        make_folder(library, folder)?;
    }
    match &item.form {
        DerivedForm::Symlink(target) => {
            symlink(&link_target(folder.as_ref(), target), &path).map(|()| Made::New(None))
        }
        DerivedForm::Hardlink(target) => {
            fs::hard_link(target.to_path(library), &path).map(|()| Made::New(None))
        }
        DerivedForm::Copy(target) => {
            let from = target.to_path(library);
            let hash = hash_file(&from).ok_or(io::ErrorKind::NotFound)?;
            let modified = fs::metadata(&from).and_then(|m| m.modified()).ok().map(DateTime::<Utc>::from);
            copy_new(&from, &path, &hash, placing.staging, modified).map(|()| Made::New(Some(hash)))
        }
        DerivedForm::Text(text) | DerivedForm::Sidecar(text) => {
            let mut staged = placing.staging.begin()?;
            io::Write::write_all(&mut staged.file, text.as_bytes())?;
            if matches!(item.form, DerivedForm::Text(_)) {
                staged.file.sync_all()?;
            }
            match standing {
                Some(_) => fs::rename(staged.path(), &path)?,
                None => rename_new(staged.path(), &path)?,
            }
            staged.placed();
            Ok(Made::New(hash))
        }
    }
}

/// Whether a derived file is what was made: the link leads where it led, the bytes are those given.
fn is_as_made(library: &Path, path: &LibraryPath, record: &DerivedRecord) -> bool {
    let on_disk = path.to_path(library);
    match (record.form.as_str(), &record.target) {
        ("symlink", Some(target)) => {
            fs::read_link(&on_disk).is_ok_and(|found| found == link_target(path.parent().as_ref(), target))
        }
        ("hardlink", Some(target)) => {
            hash_file(&on_disk).is_some_and(|hash| hash_file(&target.to_path(library)) == Some(hash))
        }
        _ => is_unchanged(&on_disk, record),
    }
}

/// Whether a derived file has the bytes that it was given.
fn is_unchanged(path: &Path, record: &DerivedRecord) -> bool {
    fs::symlink_metadata(path).is_ok_and(|m| m.is_file())
        && hash_file(path).is_some_and(|h| record.blake3.as_deref() == Some(h.to_hex().as_str()))
}

/// What became of derived files that are wanted no more.
#[derive(Debug, Default)]
pub struct Removal {
    /// Removed, or gone before.
    pub removed: u64,
    /// Changed since they were made: they stand, and are their owner's from now on.
    pub foreign: Vec<LibraryPath>,
}

/// Removes derived files that are as they were made, and forgets them all.
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
    PathBuf::from(names::relative(folder.map_or("", LibraryPath::as_str), target.as_str()))
}
