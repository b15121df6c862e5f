//! The runs: `import`, its dry run, and `check`. Each calls the stages in their order; nothing is
//! decided here.
//!
//! In: paths and settings. Out: a [`Report`] or a [`Check`]. Never: prints.
//! The one surprise: an import first finishes what an interrupted one had planned, then begins, so
//! that a killed run and the next one end in the tree of a run that nobody killed.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use chrono::Utc;
use chrono_tz::Tz;
use indicatif::HumanBytes;

use crate::catalog::{Catalog, FileRecord, INTERNAL, Ids, Remembered};
use crate::contents::{Bytes, Contents, Role};
use crate::error::Error;
use crate::export::search::{Container, Source, Surroundings, search};
use crate::export::{self, Inputs};
use crate::facts::{Facts, album_records};
use crate::ingest::{Kept, ReadEntry, Reading, Tally, Wanted, ingest};
use crate::matching::{Matched, matched};
use crate::names::LibraryPath;
use crate::place::{Placing, Unplaced, derive, place};
use crate::plan::{AlbumForm, Area, Placement, Plan, Settings, plan};
use crate::problem::{Code, Problem};
use crate::progress::{Phase, Progress};
use crate::report::{self, Check, CheckedMedia, Done, ExportReport, Report};
use crate::sidecar::{Discretion, keep};
use crate::staging::Staging;
use crate::survey::{self, Links, Present};

/// What every run needs.
pub struct Run<'a> {
    /// Zips and folders, as the owner named them.
    pub inputs: &'a [PathBuf],
    /// Threads that read.
    pub jobs: usize,
    /// Is told.
    pub progress: &'a dyn Progress,
    /// Set when the owner wants to stop.
    pub cancel: &'a AtomicBool,
}

/// Imports into `library`. `settings` makes the settings from what the library remembers.
///
/// # Errors
/// What stops a run: see [`Error`].
pub fn import(run: &Run<'_>, library: &Path, settings: &Choose<'_>) -> Result<Report, Error> {
    refuse_bad_inputs(run.inputs, library)?;
    let internal = library.join(INTERNAL);
    let (new_library, new_internal) = (!library.exists(), !internal.exists());
    fs::create_dir_all(&internal).map_err(Error::io("create", &internal))?;
    let result = import_into(run, library, settings);
    // a run that had nothing to import leaves nothing behind
    let nothing = matches!(result, Err(Error::NoExport(_) | Error::AllUnreadable(_) | Error::NoSpace { .. }));
    if nothing && new_internal {
        let _ = fs::remove_dir_all(&internal);
    }
    if nothing && new_library {
        let _ = fs::remove_dir(library);
    }
    result
}

fn import_into(run: &Run<'_>, library: &Path, settings: &Choose<'_>) -> Result<Report, Error> {
    let started = Instant::now();
    let began = Utc::now().to_rfc3339();
    let _lock = lock(library)?;
    let mut catalog = Catalog::open(library)?;
    let mut known = catalog.load()?;
    let staging = Staging::open(library, &recorded(&known))?;
    finish(run, library, &staging, &mut catalog, &mut known)?;

    let remembered: HashMap<String, String> = catalog.settings()?;
    let chosen = settings(&|name| remembered.get(name).cloned());
    let present = survey::present(library, &known)?;
    if !present.moved.is_empty() {
        catalog.record_moved(&present.moved)?;
    }
    run.progress.begin(Phase::Discover, 0, 0);
    let around = Around { spool: &|| staging.spool(), known: &known, present: Some(&present) };
    let found = search(run.inputs, Some(library), &around)?;
    let staged: HashSet<usize> = waiting(&known, &staging);
    let library_side = LibrarySide::new(present, staged);
    let mut inputs = gather(found, &mut known, run)?;
    library_side.unread_what_is_gone(&mut inputs);
    refuse_too_large(&mut inputs, survey::largest_file(library));
    check_space(&inputs, &library_side, library, run)?;
    catalog.remember(&chosen.remember)?;

    let mut ids = std::mem::take(&mut inputs.ids);
    let twins = library_side.twins(&inputs, &ids);
    catalog.record_archives(&inputs.contents, &mut ids)?;
    catalog.record_read(&inputs.contents, &twins, &mut ids)?;
    let safe = library_side.safe();
    let reading = Reading {
        staging: Some(&staging),
        wanted: Wanted::Everything,
        held: &safe,
        jobs: run.jobs,
        progress: run.progress,
        cancel: run.cancel,
    };
    let tally =
        ingest(&mut inputs, &reading, &mut |contents, batch| catalog.record_read(contents, batch, &mut ids))?;
    catalog.record_complete(&complete(&inputs, &ids))?;
    library_side.load_details(&mut inputs, library, Some(&staging));
    let stand_ins = inputs.contents.drop_stand_ins();
    catalog.forget_entries(&stand_ins, &ids)?;

    let links = survey::probe_links(library)?;
    let mut decided = decide(run, &mut inputs, &known, &library_side, library, &chosen.settings, links);
    catalog.record_plan(&decided.plan.placements, &ids)?;
    let standing = library_side.paths_by_hash(&inputs.contents);
    let placing =
        Placing { library, staging: &staging, held: &standing, progress: run.progress, cancel: run.cancel };
    let facts = Facts::new(&inputs.contents, &decided.matched, &decided.plan);
    let describe = |placement: &Placement| facts.of(placement, &HashSet::new());
    let unplaced =
        place(&placing, &decided.plan.placements, &inputs.contents, &describe, &mut catalog, &ids)?;
    catalog.clear_plan()?;
    let derived = derive(&placing, &decided.plan.derived, &unplaced, &known.derived, &mut catalog)?;
    decided.problems.extend(derived.problems);
    record(&mut catalog, &facts, &decided, &library_side, &unplaced, &ids)?;
    let Settings { hidden, memories, sidecars, .. } = chosen.settings;
    if sidecars.is_some() || known.derived.values().any(|d| d.form == "sidecar") {
        let spoken = keep::Spoken {
            files: &standing_records(&facts, &decided, &library_side, &unplaced),
            contents: &inputs.contents,
            discretion: Discretion { hidden, memories },
        };
        let sidecars = keep::keep(&placing, &spoken, sidecars, &known, &mut catalog)?;
        decided.problems.extend(sidecars.problems);
    }
    let left = leave_staging(&mut catalog, staging, &inputs, &decided, &ids, &unplaced)?;
    decided.problems.extend(left);

    let mut report = finish_report(run, library, &inputs, &library_side, decided, tally, &unplaced)?;
    report.elapsed_seconds = started.elapsed().as_secs_f64();
    let json = serde_json::to_string(&report).unwrap_or_default();
    catalog.record_run("import", &began, &json)?;
    Ok(report)
}

/// What an import would do, with the same numbers; creates nothing.
///
/// # Errors
/// What stops a run: see [`Error`].
pub fn dry_run(run: &Run<'_>, library: &Path, settings: &Choose<'_>) -> Result<Report, Error> {
    let started = Instant::now();
    refuse_bad_inputs(run.inputs, library)?;
    let catalog = match Catalog::read(library) {
        Ok(catalog) => Some(catalog),
        Err(Error::NotALibrary(_)) => None,
        Err(error) => return Err(error),
    };
    let mut known = catalog.as_ref().map_or_else(|| Ok(Remembered::default()), Catalog::load)?;
    let remembered = catalog.as_ref().map_or_else(|| Ok(HashMap::new()), Catalog::settings)?;
    let chosen = settings(&|name| remembered.get(name).cloned());
    let present = survey::present(library, &known)?;
    run.progress.begin(Phase::Discover, 0, 0);
    let around = Around { spool: &tempfile::tempfile, known: &known, present: Some(&present) };
    let found = search(run.inputs, Some(library), &around)?;
    let library_side = LibrarySide::new(present, HashSet::new());
    let mut inputs = gather(found, &mut known, run)?;
    library_side.unread_what_is_gone(&mut inputs);
    refuse_too_large(&mut inputs, survey::largest_file(library));
    check_space(&inputs, &library_side, library, run)?;
    let safe = library_side.safe();
    let reading = Reading {
        staging: None,
        wanted: Wanted::Everything,
        held: &safe,
        jobs: run.jobs,
        progress: run.progress,
        cancel: run.cancel,
    };
    let tally = ingest(&mut inputs, &reading, &mut |_, _| Ok(()))?;
    library_side.load_details(&mut inputs, library, None);
    inputs.contents.drop_stand_ins();
    let decided =
        decide(run, &mut inputs, &known, &library_side, library, &chosen.settings, Links::default());
    let mut report =
        finish_report(run, library, &inputs, &library_side, decided, tally, &Unplaced::default())?;
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
    let mut known = match Catalog::read(library) {
        Ok(catalog) => catalog.load()?,
        Err(Error::NotALibrary(_)) => Remembered::default(),
        Err(error) => return Err(error),
    };
    let present = survey::present(library, &known)?;
    run.progress.begin(Phase::Discover, 0, 0);
    let around = Around { spool: &tempfile::tempfile, known: &known, present: Some(&present) };
    let found = search(run.inputs, Some(library), &around)?;
    let library_side = LibrarySide::new(present, HashSet::new());
    let mut inputs = gather(found, &mut known, run)?;
    library_side.unread_what_is_gone(&mut inputs);
    let (exports, _) = report::exports(&inputs);
    let (need, free) = space(&inputs, &library_side, library);
    Ok(Glance { exports, need, free })
}

/// Reads everything and writes nothing: is the download complete and undamaged?
///
/// # Errors
/// What stops a run: see [`Error`].
pub fn check(run: &Run<'_>) -> Result<Check, Error> {
    let started = Instant::now();
    let mut inputs = discover(run, None)?;
    let held = HashSet::new();
    let reading = Reading {
        staging: None,
        wanted: Wanted::Everything,
        held: &held,
        jobs: run.jobs,
        progress: run.progress,
        cancel: run.cancel,
    };
    let tally = ingest(&mut inputs, &reading, &mut |_, _| Ok(()))?;
    run.progress.begin(Phase::Match, 0, 0);
    let matched = matched(&inputs.contents, Tz::UTC);
    let (exports, missing_parts) = report::exports(&inputs);
    let media = report::count_media(&inputs.contents, &matched, &|_| true);
    let (entries, sizes) = report::count_checked(&inputs);
    let mut problems = inputs.problems.clone();
    problems.extend(tally.problems);
    problems.extend(missing_parts);
    // the album and date warnings concern a library; a check asks for completeness
    problems.extend(matched.problems.iter().filter(|p| concerns_check(p)).cloned());
    sort(&mut problems);
    Ok(Check {
        windfall: env!("CARGO_PKG_VERSION"),
        exports,
        entries,
        sizes,
        rows: report::count_rows(&inputs.contents),
        media: CheckedMedia {
            proved: media.proved,
            unproved: media.unproved,
            listed_but_missing: matched.missing as u64,
        },
        complete: !report::has_errors(&problems),
        left_alone: inputs.left_alone.clone(),
        problems,
        elapsed_seconds: started.elapsed().as_secs_f64(),
    })
}

/// What the inputs hold, as if nothing were known of them: for `check` and `verify --against`.
pub(crate) fn discover(run: &Run<'_>, library: Option<&Path>) -> Result<Inputs, Error> {
    let mut known = Remembered::default();
    run.progress.begin(Phase::Discover, 0, 0);
    let around = Around { spool: &tempfile::tempfile, known: &known, present: None };
    let found = search(run.inputs, library, &around)?;
    gather(found, &mut known, run)
}

fn concerns_check(problem: &Problem) -> bool {
    !matches!(problem.code, Code::Undated | Code::AmbiguousAlbumEntry | Code::UnresolvedAlbumEntry)
}

/// Makes the settings of a run from what the library remembers by name.
pub type Choose<'a> = dyn Fn(&dyn Fn(&str) -> Option<String>) -> Chosen + 'a;

/// The settings of a run, and what the library shall remember of them.
pub struct Chosen {
    /// The settings.
    pub settings: Settings,
    /// Names and values to remember.
    pub remember: Vec<(&'static str, String)>,
}

pub(crate) fn sort(problems: &mut Vec<Problem>) {
    problems.sort();
    problems.dedup();
}

fn refuse_bad_inputs(inputs: &[PathBuf], library: &Path) -> Result<(), Error> {
    for input in inputs {
        if fs::symlink_metadata(input).is_err() || !input.exists() {
            return Err(Error::InputMissing(input.clone()));
        }
        let same = fs::canonicalize(library).ok().zip(fs::canonicalize(input).ok());
        if let Some((library, input)) =
            same.filter(|(library, input)| input.is_dir() && input.starts_with(library))
        {
            return Err(Error::InputInLibrary { input, library });
        }
    }
    Ok(())
}

/// One run at a time; the lock goes with the process.
pub(crate) fn lock(library: &Path) -> Result<File, Error> {
    let path = library.join(INTERNAL).join("lock");
    let file = File::options().create(true).truncate(false).write(true).open(&path);
    let file = file.map_err(Error::io("create", &path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Error::Locked(library.to_owned())),
        // some network drives have no locks; then the owner's care must do
        Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => Ok(file),
        Err(TryLockError::Error(error)) => Err(Error::io("lock", &path)(error)),
    }
}

/// Contents that the catalog says wait in staging.
pub(crate) fn recorded(known: &Remembered) -> HashSet<blake3::Hash> {
    known.staged.iter().map(|&c| known.contents.contents[c].blake3).collect()
}

fn waiting(known: &Remembered, staging: &Staging) -> HashSet<usize> {
    let here = |&&c: &&usize| {
        let content = &known.contents.contents[c];
        staging.holds(&content.blake3, content.size)
    };
    known.staged.iter().filter(here).copied().collect()
}

/// Finishes what an interrupted run had planned: the bytes wait in staging or stand in their place.
fn finish(
    run: &Run<'_>,
    library: &Path,
    staging: &Staging,
    catalog: &mut Catalog,
    known: &mut Remembered,
) -> Result<(), Error> {
    if known.plan.is_empty() {
        return Ok(());
    }
    let held =
        known.files.values().map(|f| (known.contents.contents[f.content].blake3, f.path.clone())).collect();
    let placing = Placing { library, staging, held: &held, progress: run.progress, cancel: run.cancel };
    // what cannot be placed any more is planned anew from its inputs
    let describe = |placement: &Placement| {
        let Placement { path, area, content, .. } = placement.clone();
        let before = known.files.get(&path).cloned();
        before.map_or_else(|| FileRecord::plain(path, area, content), |b| FileRecord { area, content, ..b })
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
    let mut whole: BTreeMap<usize, bool> = BTreeMap::new();
    for entry in contents.entries.iter().filter(|e| e.given && !e.role.is_left_out()) {
        *whole.entry(entry.archive).or_insert(true) &= entry.content().is_some();
    }
    let whole = whole
        .into_iter()
        .filter(|&(archive, whole)| whole && !damaged.contains(contents.archives[archive].name.as_str()));
    whole.filter_map(|(archive, _)| ids.archives.get(&archive).copied()).collect()
}

struct Around<'a> {
    spool: &'a dyn Fn() -> io::Result<File>,
    known: &'a Remembered,
    present: Option<&'a Present>,
}

impl Surroundings for Around<'_> {
    fn spool(&self) -> io::Result<File> {
        (self.spool)()
    }

    /// A nested archive need not be inflated again if its parent is known and every entry of it
    /// stands in the library.
    fn remembered(&self, parent: &Container, name: &str) -> Option<usize> {
        let present = self.present?.contents();
        if !matches!(parent.source, Source::Zip(_)) {
            return None;
        }
        let contents = &self.known.contents;
        contents.archives.iter().find(|a| a.name == parent.name && a.identity == parent.identity)?;
        let mut named = contents.archives.iter().enumerate().filter(|(_, a)| a.name == name);
        let (index, _) = named.next()?;
        if named.next().is_some() {
            return None;
        }
        let mut entries = contents.entries.iter().filter(|e| e.archive == index).peekable();
        // an entry that failed has no record, and shall be tried again
        if !self.known.complete.contains(&index) {
            return None;
        }
        entries.peek()?;
        entries.all(|e| e.content().is_some_and(|c| present.contains(&c))).then_some(index)
    }
}

fn gather(
    found: crate::export::search::Search,
    known: &mut Remembered,
    run: &Run<'_>,
) -> Result<Inputs, Error> {
    let remembered = Remembered {
        contents: std::mem::take(&mut known.contents),
        ids: std::mem::take(&mut known.ids),
        ..Remembered::default()
    };
    let inputs = export::gather(found, remembered);
    if inputs.sources.is_empty() {
        if !inputs.unreadable.is_empty() {
            let why: Vec<String> = inputs
                .problems
                .iter()
                .filter_map(|p| Some(format!("`{}`: {}", p.archive.as_ref()?, p.message)))
                .collect();
            return Err(Error::AllUnreadable(why));
        }
        return Err(Error::NoExport(run.inputs.to_vec()));
    }
    if !inputs.contents.entries.iter().any(|e| e.given) && inputs.unreadable.is_empty() {
        return Err(Error::NoExport(run.inputs.to_vec()));
    }
    Ok(inputs)
}

/// What the library had before this run began.
struct LibrarySide {
    present: Present,
    staged: HashSet<usize>,
    /// Media contents that stood in the library.
    media: HashSet<usize>,
    /// Kept files that stood in the library.
    paths: HashSet<LibraryPath>,
}

impl LibrarySide {
    fn new(present: Present, staged: HashSet<usize>) -> Self {
        let media = present.files.iter().filter(|f| f.area == Area::Media).map(|f| f.content).collect();
        let paths = present.files.iter().filter(|f| f.area != Area::Media).map(|f| f.path.clone()).collect();
        LibrarySide { present, staged, media, paths }
    }

    /// Where bytes stand, whatever the area.
    fn paths_by_hash(&self, contents: &Contents) -> HashMap<blake3::Hash, LibraryPath> {
        self.present.files.iter().map(|f| (contents.contents[f.content].blake3, f.path.clone())).collect()
    }

    /// Contents whose bytes need not be read again.
    fn safe(&self) -> HashSet<usize> {
        self.present.contents().union(&self.staged).copied().collect()
    }

    /// Entries whose bytes the catalog knows and the drive does not hold any more are read again;
    /// those that were not given and are not held do not exist for this run.
    fn unread_what_is_gone(&self, inputs: &mut Inputs) {
        let safe = self.safe();
        let held = self.present.contents();
        for entry in &mut inputs.contents.entries {
            if let Bytes::Sound(content) = entry.bytes {
                let known = if entry.given { &safe } else { &held };
                if !known.contains(&content) {
                    entry.bytes = Bytes::Unread;
                }
            }
        }
    }

    /// Entries of a renamed copy of a known archive: known without being read, not yet recorded.
    fn twins(&self, inputs: &Inputs, ids: &Ids) -> Vec<ReadEntry> {
        let entries = inputs.contents.entries.iter().enumerate();
        let new = entries.filter(|(_, e)| e.given && !ids.archives.contains_key(&e.archive));
        new.filter_map(|(entry, e)| Some(ReadEntry { entry, content: e.content()?, kept: Kept::Already }))
            .collect()
    }

    /// Reads the details that an earlier run kept.
    fn load_details(&self, inputs: &mut Inputs, library: &Path, staging: Option<&Staging>) {
        let kept: HashMap<usize, &LibraryPath> =
            self.present.files.iter().map(|f| (f.content, &f.path)).collect();
        let mut wanted: BTreeMap<(usize, Role), PathBuf> = BTreeMap::new();
        for entry in inputs.contents.entries.iter().filter(|e| e.role.is_details()) {
            let Some(content) = entry.content() else { continue };
            let key = (content, entry.role);
            if inputs.contents.details.contains_key(&key) {
                continue;
            }
            let hash = &inputs.contents.contents[content].blake3;
            let path =
                kept.get(&content).map(|p| p.to_path(library)).or_else(|| staging.map(|s| s.path_of(hash)));
            if let Some(path) = path {
                wanted.insert(key, path);
            }
        }
        for ((content, role), path) in wanted {
            match fs::read(&path) {
                Ok(bytes) => {
                    inputs.contents.details.insert((content, role), export::read_details(role, &bytes));
                }
                Err(error) => inputs.problems.push(
                    Problem::new(Code::MissingFile, format!("kept details cannot be read: {error}"))
                        .with_entry(path.display().to_string()),
                ),
            }
        }
    }
}

/// Files that the drive cannot hold are named before the run; the rest goes on.
fn refuse_too_large(inputs: &mut Inputs, largest: Option<u64>) {
    let Some(largest) = largest else { return };
    for entry in &mut inputs.contents.entries {
        if entry.given && entry.bytes == Bytes::Unread && !entry.role.is_left_out() && entry.size > largest {
            entry.bytes = Bytes::Failed;
            inputs.problems.push(
                Problem::new(
                    Code::TooLarge,
                    format!(
                        "{} bytes are more than a file of the destination's file system can hold; import to a drive \
                         with another one (exFAT, APFS, NTFS, ext4) to get it",
                        entry.size
                    ),
                )
                .in_archive(&inputs.contents.archives[entry.archive].name)
                .with_entry(entry.path.as_ref()),
            );
        }
    }
}

/// Bytes that the new files take at least (distinct sizes and checksums that are not held), and
/// bytes that are free.
fn space(inputs: &Inputs, side: &LibrarySide, library: &Path) -> (u64, Option<u64>) {
    let contents = &inputs.contents;
    let mut distinct: HashSet<(u64, Option<u32>)> = HashSet::new();
    for content in side.safe() {
        let content = &contents.contents[content];
        distinct.insert((content.size, Some(content.crc32)));
        distinct.insert((content.size, None));
    }
    let unread = |e: &&crate::contents::Entry| e.given && e.bytes == Bytes::Unread && !e.role.is_left_out();
    let need: u64 = contents
        .entries
        .iter()
        .filter(unread)
        .filter(|e| distinct.insert((e.size, e.crc32)))
        .map(|e| e.size)
        .sum();
    let place = library.ancestors().find(|p| p.is_dir() || p.as_os_str().is_empty());
    let place = place.map(|place| if place.as_os_str().is_empty() { Path::new(".") } else { place });
    (need, place.and_then(|place| fs4::available_space(place).ok()))
}

fn check_space(inputs: &Inputs, side: &LibrarySide, library: &Path, run: &Run<'_>) -> Result<(), Error> {
    let (need, Some(free)) = space(inputs, side, library) else { return Ok(()) };
    if need > free {
        return Err(Error::NoSpace { path: library.to_owned(), need, free });
    }
    if need + need / 50 + (16 << 20) > free {
        let (need, free) = (HumanBytes(need), HumanBytes(free));
        run.progress.note(&format!("space is tight: {need} are needed and {free} are free"));
    }
    Ok(())
}

/// What match and plan say.
struct Decided {
    matched: Matched,
    plan: Plan,
    problems: Vec<Problem>,
}

fn decide(
    run: &Run<'_>,
    inputs: &mut Inputs,
    known: &Remembered,
    side: &LibrarySide,
    library: &Path,
    settings: &Settings,
    links: Links,
) -> Decided {
    run.progress.begin(Phase::Match, 0, 0);
    let mut matched = matched(&inputs.contents, settings.zone);
    let mut problems = std::mem::take(&mut matched.problems);
    let present = side.present.contents();
    let wanted: HashSet<usize> = inputs
        .contents
        .entries
        .iter()
        .filter(|e| e.given)
        .filter_map(|e| e.content())
        .filter(|c| !present.contains(c))
        .collect();
    let held = survey::held(library, known, &inputs.contents, &side.present, &wanted, links);
    let mut plan = plan(&inputs.contents, &matched, &held, settings);
    problems.append(&mut plan.problems);
    let wants_links = matches!(settings.albums, AlbumForm::Auto | AlbumForm::Symlink | AlbumForm::Hardlink);
    let lacks = if settings.albums == AlbumForm::Hardlink { !links.hard } else { !links.symbolic };
    if wants_links && lacks && !matched.albums.is_empty() {
        problems.push(Problem::new(
            Code::LinksUnsupported,
            "the drive has no links: albums became `.m3u8` lists; `windfall report` shows them as a page",
        ));
    }
    for record in &side.present.changed {
        problems.push(
            Problem::new(
                Code::ChangedFile,
                "the file has been changed since it was imported; it was left alone, and its original stands beside \
                 it if these inputs hold it",
            )
            .with_entry(record.path.as_str()),
        );
    }
    for record in side.present.lost.iter().filter(|r| r.area != Area::Details) {
        let restored = plan.placements.iter().any(|p| p.content == record.content);
        if restored {
            run.progress.note(&format!("restored `{}`, which was gone", record.path));
        } else {
            problems.push(
                Problem::new(
                    Code::MissingFile,
                    "the file is gone from the library, and these inputs do not hold it; import the archive that does",
                )
                .with_entry(record.path.as_str()),
            );
        }
    }
    Decided { matched, plan, problems }
}

/// Records what is known of every file, and the albums.
fn record(
    catalog: &mut Catalog,
    facts: &Facts<'_>,
    decided: &Decided,
    side: &LibrarySide,
    unplaced: &Unplaced,
    ids: &Ids,
) -> Result<(), Error> {
    let before = side.present.files.iter();
    let renewed = before.map(|before| (before, facts.renewed(before.clone(), &unplaced.paths)));
    let mut changed: Vec<FileRecord> =
        renewed.filter(|(before, record)| *before != record).map(|(_, record)| record).collect();
    if !unplaced.paths.is_empty() {
        // what was placed may name a half that was not
        let placed = decided.plan.placements.iter().filter(|p| !unplaced.paths.contains(&p.path));
        changed.extend(placed.map(|p| facts.of(p, &unplaced.paths)));
    }
    catalog.record_facts(&changed.iter().collect::<Vec<_>>(), ids)?;
    let albums = album_records(&decided.matched, &decided.plan, &unplaced.paths);
    catalog.record_albums(&albums)
}

/// Records of all files that stand now.
fn standing_records(
    facts: &Facts<'_>,
    decided: &Decided,
    side: &LibrarySide,
    unplaced: &Unplaced,
) -> Vec<FileRecord> {
    let before = side.present.files.iter().map(|record| facts.renewed(record.clone(), &unplaced.paths));
    let placed = decided.plan.placements.iter().filter(|p| !unplaced.paths.contains(&p.path));
    before.chain(placed.map(|p| facts.of(p, &unplaced.paths))).collect()
}

/// Empties staging of what nobody will place; names what waits for inputs that were not given.
fn leave_staging(
    catalog: &mut Catalog,
    staging: Staging,
    inputs: &Inputs,
    decided: &Decided,
    ids: &Ids,
    unplaced: &Unplaced,
) -> Result<Vec<Problem>, Error> {
    let given: HashSet<usize> =
        inputs.contents.entries.iter().filter(|e| e.given).filter_map(|e| e.content()).collect();
    let failed: HashSet<usize> = decided
        .plan
        .placements
        .iter()
        .filter(|p| unplaced.paths.contains(&p.path))
        .map(|p| p.content)
        .collect();
    let here = staging.waiting();
    let mut waiting: Vec<i64> = Vec::new();
    for (index, content) in inputs.contents.contents.iter().enumerate() {
        let Some(&id) = ids.contents.get(&index).filter(|_| here.contains(&content.blake3)) else { continue };
        if given.contains(&index) && !failed.contains(&index) {
            staging.discard(&content.blake3);
        } else {
            waiting.push(id);
        }
    }
    catalog.record_staged(&waiting)?;
    let waiting = waiting.len();
    if waiting > 0 {
        return Ok(vec![Problem::new(
            Code::StagingLeft,
            format!(
                "the bytes of {waiting} entries that were not placed wait in `.windfall/staging`: import the same \
                 archives again to have them placed"
            ),
        )]);
    }
    staging.close();
    Ok(Vec::new())
}

/// A damaged entry is no loss if the library has a file of its size and checksum from elsewhere.
fn say_what_is_safe(contents: &Contents, plan: &Plan, problems: &mut [Problem]) {
    let mut damaged: HashMap<(&str, &str), (u64, u32)> = HashMap::new();
    for entry in contents.entries.iter().filter(|e| e.given && e.bytes == Bytes::Failed) {
        if let Some(crc32) = entry.crc32 {
            damaged.insert((&contents.archives[entry.archive].name, &entry.path), (entry.size, crc32));
        }
    }
    if damaged.is_empty() {
        return;
    }
    let safe: HashMap<(u64, u32), &LibraryPath> = plan
        .paths
        .iter()
        .map(|(&content, path)| ((contents.contents[content].size, contents.contents[content].crc32), path))
        .collect();
    for problem in problems.iter_mut().filter(|p| p.code == Code::DamagedEntry) {
        let place = problem.archive.as_deref().zip(problem.entry.as_deref());
        if let Some(path) = place.and_then(|place| damaged.get(&place)).and_then(|bytes| safe.get(bytes)) {
            problem.message.push_str(&format!(
                "; nothing is lost: `{path}`, which came from elsewhere, has the size and checksum that it should have"
            ));
        }
    }
}

fn finish_report(
    _run: &Run<'_>,
    library: &Path,
    inputs: &Inputs,
    side: &LibrarySide,
    decided: Decided,
    tally: Tally,
    unplaced: &Unplaced,
) -> Result<Report, Error> {
    let done = Done {
        inputs,
        matched: &decided.matched,
        plan: &decided.plan,
        held: &side.media,
        held_paths: &side.paths,
        unplaced: &unplaced.paths,
        bytes_read: tally.bytes,
    };
    let counted = report::count(&done)?;
    let (exports, missing_parts) = report::exports(inputs);
    let stands =
        |content: usize| decided.plan.paths.get(&content).is_some_and(|path| !unplaced.paths.contains(path));
    let mut problems = inputs.problems.clone();
    problems.extend(tally.problems);
    problems.extend(missing_parts);
    problems.extend(decided.problems);
    problems.extend(unplaced.problems.iter().cloned());
    say_what_is_safe(&inputs.contents, &decided.plan, &mut problems);
    sort(&mut problems);
    Ok(Report {
        windfall: env!("CARGO_PKG_VERSION"),
        library: library.display().to_string(),
        dry_run: false,
        exports,
        entries: counted.entries,
        sizes: counted.sizes,
        bytes: counted.bytes,
        rows: report::count_rows(&inputs.contents),
        media: report::count_media(&inputs.contents, &decided.matched, &stands),
        albums: report::count_albums(&decided.matched),
        left_alone: inputs.left_alone.clone(),
        problems,
        elapsed_seconds: 0.0,
    })
}
