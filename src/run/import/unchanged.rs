//! A run that finds everything as the last one left it, and gives the report that the last one wrote for it.
//!
//! That takes a tenth of the time; otherwise the whole catalog would have to be read and every row matched to
//! say the same. Nothing is taken on trust: every file on record must stand in its place, and no archive is
//! recognised by its name alone. Anything else written to the catalog withdraws the report, and whenever
//! there is doubt, the whole run takes place.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use blake3::{Hash, Hasher};

use crate::contents::{ArchiveId, Category};
use crate::error::Error;
use crate::library::catalog::{Catalog, OnRecord};
use crate::library::choices;
use crate::library::layout;
use crate::library::path::LibraryPath;
use crate::library::record::{Area, Unchanged};
use crate::library::settings::{Settings, ZoneFrom};
use crate::library::tree::{self, Tree};
use crate::problem::Code;
use crate::progress::Phase;
use crate::records;
use crate::run::import::Run;
use crate::stage::discover::container::Container;
use crate::stage::discover::search::{Search, Surroundings, search};
use crate::stage::report::{self, Entries, Report, TimeZone};
use crate::stage::survey::Before;
use crate::threads;

/// What a run finds out before it begins.
pub(super) enum Outset {
    /// There is nothing to do, and this to report.
    Unchanged(Box<Report>, Unchanged),
    /// There may be something to do. What stands in the library, if it has been walked.
    Changed(Option<Tree>),
}

/// Finds out whether a run has anything to do, in a tenth of the time that it takes to find out what.
pub(super) fn outset(
    run: &Run<'_>,
    library: &Path,
    catalog: &Catalog,
    settings: &Settings,
) -> Result<Outset, Error> {
    let Some(left) = catalog.unchanged()? else { return Ok(Outset::Changed(None)) };
    run.watch.progress.begin(Phase::Discover, 0, 0);
    let found = || search(run.inputs, run.strangers, Some(library), &Closed);
    let recorded = || Catalog::read(library)?.all_paths();
    let seen = || rayon::join(found, || Tree::walk(library));
    let ((found, tree), recorded) = threads::beside(seen, recorded);
    let (tree, recorded) = (tree?, recorded?);
    let found = match found {
        Ok(found) => found,
        // the catalog may know whose they are, which is not asked here
        Err(Error::NoExport(_) | Error::Strangers(_)) => return Ok(Outset::Changed(Some(tree))),
        Err(error) => return Err(error),
    };
    // what is wrong may be put right by these inputs
    let is_sound = !recorded.iter().any(|record| record.is_harmed);
    let is_swept = !layout::staging(library).exists();
    if is_sound
        && is_swept
        && let Some(strangers) = strangers(library, &tree, &recorded)
        && state(library, &inputs(&found), strangers, settings) == left.state
        && let Ok((report, sizes, rows)) = serde_json::from_str::<(Report, Entries, u64)>(&left.report)
    {
        let library = library.display().to_string();
        let time_zone = TimeZone { from: settings.zone_from, ..report.time_zone };
        let left_alone = found.left_alone;
        let report = Report { library, sizes, rows, time_zone, left_alone, ..report };
        return Ok(Outset::Unchanged(Box::new(report), left));
    }
    Ok(Outset::Changed(Some(tree)))
}

/// What the next run is to report if nothing changes; `None` if it will have something to do all the same.
/// `before` is the library before this run, `catalog` is as it is after the run.
pub(super) fn left(
    library: &Path,
    report: &Report,
    inputs: &Hash,
    before: &Before,
    catalog: &Catalog,
    settings: &Settings,
) -> Result<Option<Unchanged>, Error> {
    let Some(again) = again(report) else { return Ok(None) };
    let strangers = before.strangers(&|path| catalog.has_path(path))?;
    let report = serde_json::to_string(&(&again, again.sizes, again.rows)).ok();
    Ok(report.map(|report| Unchanged { state: state(library, inputs, strangers, settings), report }))
}

/// What a report becomes once everything that was imported is there already.
fn again(report: &Report) -> Option<Report> {
    // entries that failed or were excluded are read again
    let is_settled = report.entries.failed == 0 && report.entries.excluded == 0;
    if !is_settled || !report.problems.iter().all(|p| p.code.lasts()) {
        return None;
    }
    let mut again = report.clone();
    again.healed.clear();
    // a name is rewritten only once
    again.problems.retain(|p| p.code != Code::Renamed);
    (again.entries, again.sizes) = (present(report.entries), present(report.sizes));
    again.bytes = report::ByteCounts::default();
    again.elapsed_seconds = 0.0;
    Some(again)
}

fn present(Entries { total, ignored, .. }: Entries) -> Entries {
    Entries { total, ignored, already_present: total - ignored, ..Entries::default() }
}

/// A hash of everything that a run depends on.
fn state(library: &Path, inputs: &Hash, strangers: Hash, settings: &Settings) -> String {
    // where the zone comes from changes nothing but a word in the report
    let settings = Settings { zone_from: ZoneFrom::Library, ..settings.clone() };
    let mut hasher = Hasher::new();
    hasher.update(report::version().as_bytes()).update(format!("{settings:?}").as_bytes());
    // tables that this version makes otherwise are made anew
    hasher.update(&records::VERSION.to_le_bytes());
    hasher.update(inputs.as_bytes()).update(strangers.as_bytes()).update(tables(library).as_bytes());
    hasher.finalize().to_string()
}

/// A hash of how large each table of origins is, and those beside it. The catalog does not know of these
/// files, and one that is gone or cut has to be written again.
fn tables(library: &Path) -> Hash {
    let folders = fs::read_dir(layout::internal(library).join(layout::DETAILS)).into_iter().flatten();
    let tables = folders.flatten().map(|folder| folder.path().join(layout::ORIGINS));
    let mut sizes: Vec<(PathBuf, Option<u64>)> = tables
        .chain(choices::tables(library))
        .map(|table| {
            let metadata = fs::symlink_metadata(&table).ok().filter(fs::Metadata::is_file);
            (table.strip_prefix(library).map(Path::to_owned).unwrap_or_default(), metadata.map(|m| m.len()))
        })
        .collect();
    sizes.sort();
    blake3::hash(format!("{sizes:?}").as_bytes())
}

/// A hash of what lies in the inputs, whatever their order.
pub(super) fn inputs(found: &Search) -> Hash {
    let left_alone = found.left_alone.names.iter().map(|name| blake3::hash(name.as_bytes()));
    let mut hashes: Vec<[u8; 32]> =
        found.hashes.iter().copied().chain(left_alone).map(|hash| *hash.as_bytes()).collect();
    hashes.sort_unstable();
    blake3::hash(hashes.as_flattened())
}

/// A hash of everything in the library that the catalog does not know; `None` unless everything that it knows
/// stands in its place.
fn strangers(library: &Path, tree: &Tree, recorded: &[OnRecord]) -> Option<Hash> {
    let mut standing = tree.iter().peekable();
    let mut strangers = Vec::new();
    let mut stands = |OnRecord { path, file, .. }: &OnRecord| {
        if let Some((Area::Details, size)) = *file {
            let seen = LibraryPath::recorded(path).ok().and_then(|path| tree::stat(&path.to_path(library)));
            return seen.is_some_and(|seen| seen.is_file && seen.size == size);
        }
        // both are in the order of their paths
        while let Some(stranger) = standing.next_if(|(other, _)| other.as_str() < &**path) {
            strangers.push(stranger);
        }
        let here = standing.next_if(|(other, _)| other.as_str() == &**path);
        here.is_some_and(|(_, seen)| file.is_none_or(|(_, size)| seen.is_file && seen.size == size))
    };
    let all_stand = recorded.iter().all(&mut stands);
    strangers.extend(standing);
    all_stand.then(|| tree::hash(strangers.into_iter()))
}

/// Opens no nested archive: they are unchanged if the archives in which they lie are.
struct Closed;

impl Surroundings for Closed {
    fn known_exports(&self) -> Vec<(String, Option<u32>, Category)> {
        Vec::new()
    }

    fn spool(&self) -> io::Result<File> {
        Err(io::ErrorKind::Unsupported.into())
    }

    fn spool_place(&self) -> PathBuf {
        PathBuf::new()
    }

    fn remembered(&self, _: &Container, _: &str, _: u64) -> Option<ArchiveId> {
        Some(ArchiveId::default())
    }
}
