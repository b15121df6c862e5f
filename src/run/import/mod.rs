//! The runs: `import`, its dry run, and `check`. Each calls the stages in their order; nothing is
//! decided here.
//!
//! In: paths and settings. Out: a [`Report`] or a [`report::Check`]. Never: prints.
//! The one surprise: an import first finishes what an interrupted one had planned, then begins, so
//! that a killed run and the next one end in the tree of a run that nobody killed.

mod decide;
mod ending;
mod look;
mod side;
mod unchanged;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs::{self};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use chrono::Utc;

use crate::contents::{ArchiveId, ContentId, ContentSet, Contents};
use crate::error::Error;
use crate::library::catalog::{Catalog, Ids, Remembered};
use crate::library::drive;
use crate::library::layout::INTERNAL;
use crate::library::lock::{lock, withdraw};
use crate::library::record::{DerivedKind, FileRecord, Placement};
use crate::library::settings::{Memory, Settings};
use crate::library::staging::Staging;
use crate::library::tree::Tree;
use crate::progress::Progress;
use crate::run::sidecars;
use crate::sidecar::Discretion;
use crate::stage::discover::Inputs;
use crate::stage::discover::search::Strangers;
use crate::stage::ingest::{Reading, Wanted, ingest};
use crate::stage::place::{self, Corrected, Placing, Unplaced, derive, place, record_origins, remove};
use crate::stage::plan::records::{Records, album_records};
use crate::stage::report::{self, ExportReport, Report};
use crate::stage::survey;
use crate::threads;

pub(crate) use look::discover;

use decide::{Decided, decide};
use ending::{finish_report, leave_staging};
use look::{Spool, look, refuse_bad_inputs};
use side::{LibrarySide, check_space, refuse_too_large, space, waiting};
use unchanged::Outset;

/// What every run needs.
pub struct Run<'a> {
    /// Zips and folders, as the owner named them.
    pub inputs: &'a [PathBuf],
    /// What becomes of inputs that nothing shows to be Apple's.
    pub strangers: Strangers,
    /// Threads that read.
    pub jobs: NonZeroUsize,
    /// Is told.
    pub progress: &'a dyn Progress,
    /// Set when the owner wants to stop.
    pub cancel: &'a AtomicBool,
}

impl Run<'_> {
    /// How this run reads everything of its inputs.
    pub(super) fn reading<'r>(&'r self, staging: Option<&'r Staging>, held: &'r ContentSet) -> Reading<'r> {
        Reading {
            staging,
            wanted: Wanted::Everything,
            held,
            jobs: self.jobs,
            progress: self.progress,
            cancel: self.cancel,
        }
    }
}

/// Imports into `library`. `choose` makes the settings from what the library remembers.
///
/// # Errors
/// What stops a run: see [`Error`].
pub fn import(run: &Run<'_>, library: &Path, choose: &Choose<'_>) -> Result<Report, Error> {
    refuse_bad_inputs(run.inputs, library)?;
    let internal = library.join(INTERNAL);
    let (new_library, new_internal) = (!library.exists(), !internal.exists());
    let locked = lock(library)?;
    let result = import_into(run, library, choose);
    // a run that had nothing to import leaves nothing behind
    let nothing = matches!(
        result,
        Err(Error::NoExport(_)
            | Error::NotPhotos(_)
            | Error::Strangers(_)
            | Error::AllUnreadable(_)
            | Error::NoSpace { .. })
    );
    if nothing && new_internal {
        withdraw(&internal, locked);
    }
    if nothing && new_library {
        let _ = fs::remove_dir(library);
    }
    result
}

fn import_into(run: &Run<'_>, library: &Path, choose: &Choose<'_>) -> Result<Report, Error> {
    let started = Instant::now();
    let began = Utc::now().to_rfc3339();
    let mut catalog = Catalog::open(library)?;
    let settings = choose(&catalog.settings()?);
    let tree = match unchanged::outset(run, library, &catalog, &settings)? {
        Outset::Unchanged(mut report, left) => {
            report.elapsed_seconds = started.elapsed().as_secs_f64();
            catalog.record_run("import", &began, &json(library, &report)?, Some(&left))?;
            return Ok(*report);
        }
        Outset::Changed(tree) => tree,
    };
    let walk = || tree.map_or_else(|| Tree::walk(library), Ok);
    let (known, tree) = threads::beside(|| catalog.load(), walk);
    let (mut known, mut tree) = (known?, tree?);
    let staging = Staging::open(library, &recorded(&known))?;
    if !known.plan.is_empty() {
        finish(run, library, &staging, &mut catalog, &mut known)?;
        tree = Tree::walk(library)?;
    }
    let present = survey::present(library, tree, &mut known);
    if !present.moved.is_empty() {
        catalog.record_moved(&present.moved)?;
    }
    let staged = waiting(&known, &staging);
    let (mut inputs, library_side, found) =
        look(run, library, &mut known, present, staged, Spool::Staging(&staging))?;
    refuse_too_large(&mut inputs, drive::largest_file(library));
    check_space(&inputs, &library_side, library, run)?;
    catalog.remember(&settings.memory())?;

    let mut ids = std::mem::take(&mut inputs.ids);
    let twins = library_side.twins(&inputs, &ids);
    catalog.record_archives(&inputs.contents, &mut ids)?;
    catalog.record_read(&inputs.contents, &twins, &mut ids)?;
    let tally =
        ingest(&mut inputs, &run.reading(Some(&staging), &library_side.safe), &mut |contents, batch| {
            catalog.record_read(contents, batch, &mut ids)
        })?;
    catalog.record_complete(&complete(&inputs, &ids))?;
    let pool = threads::pool(run.jobs)?;
    pool.install(|| library_side.load_details(&mut inputs, library, Some(&staging)));
    // nothing is read any more; central directories and the catalog's cache make room for the match
    inputs.sources.clear();
    catalog.shrink()?;
    let stand_ins = inputs.contents.drop_stand_ins();
    catalog.forget_entries(&stand_ins, &ids)?;

    let links = drive::probe_links(library)?;
    let mut decided = decide(run, &mut inputs, &known, &library_side, library, &settings, links);
    catalog.record_plan(&decided.plan.placements, &ids)?;
    let standing = library_side.paths_by_hash(&inputs.contents);
    let placing =
        Placing { library, staging: &staging, held: &standing, progress: run.progress, cancel: run.cancel };
    let facts = Records::new(
        &inputs.contents,
        &inputs.heard,
        &decided.matched,
        &decided.plan,
        &library_side.present.files,
    );
    let describe = |placement: &Placement| facts.of(placement, &HashSet::new());
    let unplaced = pool.install(|| {
        place(&placing, &decided.plan.placements, &inputs.contents, &describe, &mut catalog, &ids)
    })?;
    catalog.clear_plan()?;
    let derived = derive(&placing, &decided.plan.derived, &unplaced, &known.derived, &mut catalog)?;
    decided.problems.extend(derived.problems);
    let withdrawn: Vec<_> =
        decided.plan.withdrawn.iter().filter_map(|path| known.derived.get_key_value(path)).collect();
    if !withdrawn.is_empty() {
        remove(library, &withdrawn, &mut catalog)?;
    }
    record((library, &inputs.contents), &mut catalog, &facts, &decided, &library_side, &unplaced, &ids)?;
    let plan = &decided.plan;
    let unwritten = record_origins(&placing, &inputs.contents, plan, &unplaced, &catalog, &ids)?;
    decided.problems.extend(unwritten);
    let Settings { hidden, memories, sidecars, .. } = settings;
    if sidecars.is_some() || known.derived.values().any(|d| d.kind == DerivedKind::Sidecar) {
        let standing = standing_records(&facts, &decided, &library_side, &unplaced);
        let spoken = sidecars::Spoken {
            files: standing.iter().collect(),
            heard: &inputs.heard.photos,
            discretion: Discretion { hidden, memories },
        };
        let sidecars = sidecars::keep(&placing, &spoken, sidecars, &known, &mut catalog)?;
        decided.problems.extend(sidecars.problems);
    }
    let left = leave_staging(&mut catalog, staging, &inputs, &decided, &ids, &unplaced)?;
    decided.problems.extend(left);

    let mut report = finish_report(library, &inputs, &library_side, decided, tally, &unplaced, &settings)?;
    report.elapsed_seconds = started.elapsed().as_secs_f64();
    let left = unchanged::left(&report, &found, &library_side.present, &catalog, &settings)?;
    catalog.record_run("import", &began, &json(library, &report)?, left.as_ref())?;
    Ok(report)
}

fn json(library: &Path, report: &Report) -> Result<String, Error> {
    serde_json::to_string(report).map_err(|e| Error::io("record the report of", library)(e.into()))
}

/// What an import would do, with the same numbers; creates nothing.
///
/// # Errors
/// What stops a run: see [`Error`].
pub fn dry_run(run: &Run<'_>, library: &Path, choose: &Choose<'_>) -> Result<Report, Error> {
    let started = Instant::now();
    refuse_bad_inputs(run.inputs, library)?;
    let (mut known, remembered) = read_only(library)?;
    let settings = choose(&remembered);
    let present = survey::present(library, Tree::walk(library)?, &mut known);
    let (mut inputs, library_side, _) =
        look(run, library, &mut known, present, ContentSet::default(), Spool::Temporary)?;
    refuse_too_large(&mut inputs, drive::largest_file(library));
    check_space(&inputs, &library_side, library, run)?;
    let tally = ingest(&mut inputs, &run.reading(None, &library_side.safe), &mut |_, _| Ok(()))?;
    threads::pool(run.jobs)?.install(|| library_side.load_details(&mut inputs, library, None));
    inputs.contents.drop_stand_ins();
    let links = drive::expect_links(library);
    let decided = decide(run, &mut inputs, &known, &library_side, library, &settings, links);
    let mut report =
        finish_report(library, &inputs, &library_side, decided, tally, &Unplaced::default(), &settings)?;
    report.dry_run = true;
    report.elapsed_seconds = started.elapsed().as_secs_f64();
    Ok(report)
}

/// What inputs are, by their names and central directories.
#[derive(Debug, Clone, PartialEq)]
pub struct Glance {
    /// The exports, with parts that are missing.
    pub exports: Vec<ExportReport>,
    /// Bytes that an import would write at least.
    pub need: u64,
    /// Bytes that are free where the library is or shall be, if the system says so.
    pub free: Option<u64>,
}

/// Looks at inputs without reading them; creates nothing.
///
/// # Errors
/// What stops a run: see [`Error`].
pub fn glance(run: &Run<'_>, library: &Path) -> Result<Glance, Error> {
    refuse_bad_inputs(run.inputs, library)?;
    let (mut known, _) = read_only(library)?;
    let present = survey::present(library, Tree::walk(library)?, &mut known);
    let (inputs, library_side, _) =
        look(run, library, &mut known, present, ContentSet::default(), Spool::Temporary)?;
    let (exports, _) = report::exports(&inputs);
    let (need, free) = space(&inputs, &library_side, library);
    Ok(Glance { exports, need, free })
}

/// What a library remembers, without touching it; nothing where there is none yet.
fn read_only(library: &Path) -> Result<(Remembered, Memory), Error> {
    match Catalog::read(library) {
        Ok(catalog) => Ok((catalog.load()?, catalog.settings()?)),
        Err(Error::NotALibrary(_)) => Ok(Default::default()),
        Err(error) => Err(error),
    }
}

/// Makes the settings of a run from what the library remembers.
pub type Choose<'a> = dyn Fn(&Memory) -> Settings + 'a;

/// Contents that the catalog says wait in staging, with their sizes.
pub(crate) fn recorded(known: &Remembered) -> HashMap<blake3::Hash, u64> {
    let content = |&id: &ContentId| &known.contents.distinct[id];
    known.staged.iter().map(content).map(|content| (content.blake3, content.size)).collect()
}

/// Finishes what an interrupted run had planned: the bytes wait in staging or stand in their place.
fn finish(
    run: &Run<'_>,
    library: &Path,
    staging: &Staging,
    catalog: &mut Catalog,
    known: &mut Remembered,
) -> Result<(), Error> {
    let held =
        known.files.values().map(|f| (known.contents.distinct[f.content].blake3, f.path.clone())).collect();
    let placing = Placing { library, staging, held: &held, progress: run.progress, cancel: run.cancel };
    // what cannot be placed any more is planned anew from its inputs
    let describe = |placement: &Placement| {
        let Placement { path, area, content, modified } = placement.clone();
        let before = known.files.get(&path).cloned();
        // until the run has ended, this is what tells which time the file was given
        let plain =
            |path| FileRecord { imported_to_icloud: modified, ..FileRecord::plain(path, area, content) };
        before.map_or_else(|| plain(path), |b| FileRecord { area, content, ..b })
    };
    place(&placing, &known.plan, &known.contents, &describe, catalog, &known.ids)?;
    catalog.clear_plan()?;
    *known = catalog.load()?;
    Ok(())
}

/// Archives that are sound and of which every entry was read.
fn complete(inputs: &Inputs, ids: &Ids) -> Vec<i64> {
    let contents = &inputs.contents;
    let damaged: HashSet<&str> = inputs.problems.iter().filter_map(|p| p.archive.as_deref()).collect();
    let mut whole: BTreeMap<ArchiveId, bool> = BTreeMap::new();
    for entry in contents.entries.iter().filter(|e| e.given && !e.class.is_left_out()) {
        *whole.entry(entry.archive).or_insert(true) &= entry.content().is_some();
    }
    let whole = whole
        .into_iter()
        .filter(|&(archive, whole)| whole && !damaged.contains(contents.archives[archive].name.as_str()));
    whole.filter_map(|(archive, _)| ids.archives.get(&archive).copied()).collect()
}

/// Records what is known of every file, and the albums.
fn record(
    (library, contents): (&Path, &Contents),
    catalog: &mut Catalog,
    facts: &Records<'_>,
    decided: &Decided,
    side: &LibrarySide,
    unplaced: &Unplaced,
    ids: &Ids,
) -> Result<(), Error> {
    let before = side.present.files.values();
    let renewed = before.map(|before| (before, facts.renewed(before.clone(), &unplaced.paths)));
    let (mut changed, mut corrected) = (Vec::new(), Vec::new());
    for (before, record) in renewed.filter(|(before, record)| !record.says_the_same(before)) {
        corrected.extend(Corrected::of(before, &record));
        changed.push(record);
    }
    // before the record: until it is made, the next run sees that the files may have either time
    place::correct(library, contents, &corrected)?;
    if !unplaced.paths.is_empty() {
        // what was placed may name a half that was not
        let placed = decided.plan.placements.iter().filter(|p| !unplaced.paths.contains(&p.path));
        changed.extend(placed.map(|p| facts.of(p, &unplaced.paths)));
    }
    catalog.record_facts(&changed, ids)?;
    let albums = album_records(&decided.matched, &decided.plan, &unplaced.paths);
    catalog.record_albums(&albums)
}

/// Records of all files that stand now.
fn standing_records(
    facts: &Records<'_>,
    decided: &Decided,
    side: &LibrarySide,
    unplaced: &Unplaced,
) -> Vec<FileRecord> {
    let before = side.present.files.values().map(|record| facts.renewed(record.clone(), &unplaced.paths));
    let placed = decided.plan.placements.iter().filter(|p| !unplaced.paths.contains(&p.path));
    before.chain(placed.map(|p| facts.of(p, &unplaced.paths))).collect()
}
