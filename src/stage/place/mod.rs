//! Place: carries out a [`Plan`](crate::stage::plan::Plan).
//!
//! The plan is durable in the catalog before anything here begins. Files get their final names, links and
//! lists are made, and each is recorded once it is durable. Nothing that is not its own is overwritten, moved
//! or removed, and no link is followed out of the library.
//!
//! The modification time is set before the rename, so that no kill can leave a file under its final name with
//! a wrong date.

mod derived;
mod made;
mod mend;
mod origins;
mod times;
mod twins;

use std::collections::{HashMap, HashSet};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use rayon::iter::{IndexedParallelIterator, IntoParallelRefIterator, ParallelIterator};

use crate::contents::{Content, ContentId, ContentSet, Contents};
use crate::error::{Error, is_failing, is_full};
use crate::library::catalog::{Catalog, Ids};
use crate::library::drive::hash_file;
use crate::library::files::{let_run, make_folder, rename_new, set_time};
use crate::library::name;
use crate::library::path::LibraryPath;
use crate::library::record::{FileRecord, Placement};
use crate::library::staging::{Staging, sync_all};
use crate::problem::{Code, Problem};
use crate::progress::{Phase, Watch};
use twins::Twin;

pub use derived::{Derivation, Removal, derive, is_in_form, remove};
pub use made::make;
pub use mend::{Healing, mend, relink};
pub use origins::{file_of, record_origins};
pub use times::{Corrected, correct};
pub use twins::let_all_run;

const BATCH_TIME: Duration = Duration::from_secs(2);
const BATCH_FILES: usize = 4096;
/// How many files are renamed in parallel before the clock is looked at.
const ABREAST: usize = 256;

/// What placing needs besides the plan.
pub struct Placing<'a> {
    pub library: &'a Path,
    /// Where the bytes wait.
    pub staging: &'a Staging,
    /// Files of the library by their BLAKE3, for bytes that it has already.
    pub held: &'a HashMap<blake3::Hash, LibraryPath>,
    pub watch: Watch<'a>,
}

/// What could not be placed.
#[derive(Debug, Default)]
pub struct Unplaced {
    /// Paths without a file.
    pub paths: HashSet<LibraryPath>,
    pub problems: Vec<Problem>,
}

/// Makes the record of a file that was placed.
pub type Describe<'a> = dyn Fn(&Placement) -> FileRecord + Sync + 'a;

/// Places files, batch by batch: renames and syncs them, then records what `describe` says of them. While one
/// batch is made durable and recorded, the next is renamed, on the threads of the current rayon pool.
///
/// # Errors
/// If the drive is full or gone, the catalog refuses, or the owner interrupts.
pub fn place(
    placing: &Placing<'_>,
    plan: &[Placement],
    contents: &Contents,
    describe: &Describe<'_>,
    catalog: &mut Catalog,
    ids: &Ids,
) -> Result<Unplaced, Error> {
    placing.watch.progress.begin(Phase::Place, plan.len() as u64, 0);
    let mut placer = Placer::new(placing, contents, plan);
    let mut unplaced = Unplaced::default();
    let mut rest = plan;
    let mut placed: Vec<&Placement> = Vec::new();
    let mut stop: Option<Error> = None;
    while stop.is_none() && !(rest.is_empty() && placed.is_empty()) {
        let (recorded, outcomes) =
            rayon::join(|| record(placing, &placed, describe, catalog, ids), || placer.batch(rest));
        recorded?;
        placed.clear();
        let (batch, after) = rest.split_at(outcomes.len());
        rest = after;
        for (placement, outcome) in batch.iter().zip(outcomes) {
            match outcome {
                Ok(()) => {
                    placing.watch.progress.decision(&|| told(&describe(placement)));
                    placed.push(placement);
                }
                Err(error) if is_full(&error) || is_failing(&error) => {
                    let need = contents.distinct[placement.content].size;
                    stop.get_or_insert_with(|| stopped(placing, error, need));
                }
                Err(error) => {
                    unplaced.paths.insert(placement.path.clone());
                    unplaced.problems.push(
                        Problem::new(
                            Code::WriteFailed,
                            format!("it could not be written: {error}; import again to retry"),
                        )
                        .with_entry(placement.path.as_str()),
                    );
                }
            }
            placing.watch.progress.file(placement.path.as_str());
        }
        if placing.watch.is_cancelled() {
            stop.get_or_insert(Error::Interrupted);
        }
    }
    record(placing, &placed, describe, catalog, ids)?;
    stop.map_or(Ok(unplaced), Err)
}

/// Says where a file was placed, and why there.
fn told(file: &FileRecord) -> String {
    let placed = format!("placed `{}`", name::display(file.path.as_str()));
    let Some(rule) = file.rule else { return placed };
    let captured = file.captured_text().unwrap_or_else(|| "undated".to_owned());
    let proof = if file.proved { "proved by Apple's checksum" } else { "arrived whole" };
    format!("{placed}, {captured} ({}), {proof}", rule.explain())
}

/// The end of a run on a drive that is full or fails. Whatever is not placed stays planned.
fn stopped(placing: &Placing<'_>, source: io::Error, need: u64) -> Error {
    let path = placing.library.to_owned();
    if is_full(&source) { Error::Full { path, need } } else { Error::Io { doing: "write to", path, source } }
}

fn record(
    placing: &Placing<'_>,
    placed: &[&Placement],
    describe: &Describe<'_>,
    catalog: &mut Catalog,
    ids: &Ids,
) -> Result<(), Error> {
    if placed.is_empty() {
        return Ok(());
    }
    let paths: Vec<PathBuf> = placed.iter().map(|p| p.path.to_path(placing.library)).collect();
    sync_all(placing.library, &paths)?;
    let records: Vec<FileRecord> = placed.par_iter().map(|p| describe(p)).collect();
    catalog.record_placed(&records, ids)
}

struct Placer<'a> {
    placing: &'a Placing<'a>,
    contents: &'a Contents,
    /// Contents that several placements need, and how many of those are still to come.
    shared: HashMap<ContentId, usize>,
    /// Where a file stands of which others may be further names.
    twins: HashMap<Twin, LibraryPath>,
    /// Folders of the library that were seen to be real folders and no links.
    folders: HashSet<String>,
}

impl<'a> Placer<'a> {
    fn new(placing: &'a Placing<'a>, contents: &'a Contents, plan: &[Placement]) -> Self {
        let mut seen = ContentSet::default();
        let mut shared: HashMap<ContentId, usize> = HashMap::new();
        for placement in plan {
            if !seen.add(placement.content) {
                *shared.entry(placement.content).or_insert(1) += 1;
            }
        }
        Placer { placing, contents, shared, twins: HashMap::new(), folders: HashSet::new() }
    }

    /// Places the first of these, as many as fit into a batch. Returns an outcome for each.
    fn batch(&mut self, plan: &[Placement]) -> Vec<io::Result<()>> {
        let since = Instant::now();
        let mut outcomes: Vec<io::Result<()>> = Vec::new();
        for some in plan.chunks(ABREAST) {
            let is_over = outcomes.len() >= BATCH_FILES || since.elapsed() >= BATCH_TIME;
            // the reason of a failure may concern all the others too
            let has_failed = outcomes.iter().rev().take(ABREAST).any(Result::is_err);
            if is_over || has_failed || self.placing.watch.is_cancelled() {
                break;
            }
            let folders: Vec<io::Result<()>> = some.iter().map(|p| self.folder(&p.path)).collect();
            let placed: Vec<Option<io::Result<()>>> = some
                .par_iter()
                .zip(folders)
                .map(|(placement, folder)| match folder {
                    Err(error) => Some(Err(error)),
                    Ok(()) if self.shared.contains_key(&placement.content) => None,
                    Ok(()) => Some(self.one(placement, Bytes::Last)),
                })
                .collect();
            // the last of those that share bytes takes them, so these go one after another
            let outcome = |(placement, placed): (&Placement, Option<io::Result<()>>)| {
                placed.unwrap_or_else(|| self.next_of_shared(placement))
            };
            outcomes.extend(some.iter().zip(placed).map(outcome));
        }
        outcomes
    }

    fn next_of_shared(&mut self, placement: &Placement) -> io::Result<()> {
        let left = self.shared.entry(placement.content).or_default();
        *left = left.saturating_sub(1);
        let bytes = if *left == 0 { Bytes::Last } else { Bytes::Wanted };
        let content = &self.contents.distinct[placement.content];
        let Some(twin) = Twin::of(placement, content.size) else { return self.one(placement, bytes) };
        if let Some(first) = self.twins.get(&twin)
            && twins::link(self.placing.library, first, &placement.path).is_ok()
        {
            if bytes == Bytes::Last {
                self.placing.staging.discard(&content.blake3);
            }
            return Ok(());
        }
        self.one(placement, bytes)?;
        self.twins.entry(twin).or_insert_with(|| placement.path.clone());
        Ok(())
    }

    fn one(&self, placement: &Placement, bytes: Bytes) -> io::Result<()> {
        let content = &self.contents.distinct[placement.content];
        let target = placement.path.to_path(self.placing.library);
        // the file of a rename that was not recorded, or exactly these bytes from somebody else
        let adopted = || has_bytes(&target, content);
        let staged = self.placing.staging.path_of(&content.blake3);
        if bytes == Bytes::Last {
            set_time(&staged, placement.modified);
            mark(&staged, placement);
            match rename_new(&staged, &target) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists && adopted() => {
                    self.placing.staging.discard(&content.blake3);
                    return Ok(());
                }
                // there are no bytes in staging
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                placed => return placed,
            }
        }
        if adopted() {
            return Ok(());
        }
        // other placements need the staged bytes too, or the library has them already
        let (library, held) = (self.placing.library, self.placing.held.get(&content.blake3));
        let source = match held.filter(|_| !staged.is_file()) {
            Some(held) if twins::is_twin(library, held, placement, content) => {
                match twins::link(library, held, &placement.path) {
                    Ok(()) => return Ok(()),
                    Err(_) => held.to_path(library),
                }
            }
            Some(held) => held.to_path(library),
            None if staged.is_file() => staged,
            None => return Err(io::Error::new(io::ErrorKind::NotFound, "its bytes are not at hand")),
        };
        copy_new(&source, &target, &content.blake3, self.placing.staging, placement.modified)?;
        mark(&target, placement);
        Ok(())
    }

    /// Makes the folders of a path. One that is a link is refused, because it may lead anywhere.
    fn folder(&mut self, path: &LibraryPath) -> io::Result<()> {
        let Some((folder, _)) = path.as_str().rsplit_once('/') else { return Ok(()) };
        if !self.folders.contains(folder) {
            make_folder(self.placing.library, folder)?;
            self.folders.insert(folder.to_owned());
        }
        Ok(())
    }
}

/// Whether this placement is the last to need its staged bytes, or another one still wants them.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Bytes {
    Last,
    Wanted,
}

/// Sets what the drive may not know, and what is no reason not to place a file.
fn mark(path: &Path, placement: &Placement) {
    if placement.is_executable {
        let _ = let_run(path);
    }
}

/// Whether a file has exactly these bytes.
pub fn has_bytes(path: &Path, content: &Content) -> bool {
    fs::symlink_metadata(path).is_ok_and(|m| m.is_file() && m.len() == content.size)
        && hash_file(path) == Some(content.blake3)
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
    // staged bytes are made durable with their batch; these were in none
    copy.file.sync_all()?;
    rename_new(copy.path(), to)?;
    copy.placed();
    Ok(())
}
