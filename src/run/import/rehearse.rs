//! What an import would do, without doing it: the same stages, and none of the calls that write.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant;

use crate::contents::{Category, ContentSet};
use crate::error::Error;
use crate::library::catalog::{Catalog, Remembered};
use crate::library::drive::{self, Links};
use crate::library::path::LibraryPath;
use crate::library::settings::{AlbumForm, RememberedSettings, Settings, name};
use crate::library::staging;
use crate::library::tree::Tree;
use crate::problem::Problem;
use crate::records::fill::{Database, Filling};
use crate::run::import::decide::{Decided, decide};
use crate::run::import::discover::{Discovered, Spool, discover_beside, refuse_bad_inputs};
use crate::run::import::place::{Placed, staging_left};
use crate::run::import::read::read_only;
use crate::run::import::report::report;
use crate::run::import::{Choose, Run, heal, opened, read_through};
use crate::stage::discover::fit::{self, Space};
use crate::stage::place::Unplaced;
use crate::stage::report::{self, ExportReport, Report};
use crate::stage::shelf::Shelf;
use crate::stage::survey::Before;
use crate::threads;

/// Reports what an import would do, in the same numbers. Creates nothing.
///
/// # Errors
/// Whatever stops a run: see [`Error`].
pub fn dry_run(run: &Run<'_>, library: &Path, choose: &Choose<'_>) -> Result<Report, Error> {
    threads::within(run.jobs, || rehearse(run, library, choose))
}

fn rehearse(run: &Run<'_>, library: &Path, choose: &Choose<'_>) -> Result<Report, Error> {
    let started = Instant::now();
    let (discovered, remembered) = discover_only(run, library, choose)?;
    let settings = choose(&remembered);
    let read =
        heal::foresee(read_only(run, library, discovered.fitted(run, library)?, &settings.categories)?);
    read_through::foretell(run, &read.leaving);
    let mut decided = decide(run, library, read, &settings, drive::expect_links(library));
    decided.problems.extend(left_waiting(&decided));
    let made = made(&decided, library);
    let nothing_done = Placed { decided, unplaced: Unplaced::default(), made };
    let (report, _) = report(library, nothing_done, &settings)?;
    Ok(Report { dry_run: true, elapsed_seconds: started.elapsed().as_secs_f64(), ..report })
}

/// What would still wait in staging for inputs that were not given.
fn left_waiting(Decided { inputs, before, .. }: &Decided) -> Option<Problem> {
    let given = inputs.contents.entries.iter().filter(|entry| entry.given);
    let given: ContentSet = given.filter_map(|entry| entry.content()).collect();
    staging_left(before.waiting().filter(|content| !given.contains(*content)).count())
}

/// How many files of each category would be made. Those of the database are known when it is written.
fn made(decided: &Decided, library: &Path) -> BTreeMap<Category, u64> {
    let kept = |entry| decided.plan.kept.get(&entry).map(LibraryPath::as_str);
    let contents = &decided.inputs.contents;
    let before = decided.before.readable();
    let files = before.map(|record| (record.content, record.path.to_path(library)));
    let shelf = Shelf::new(contents, &decided.inputs.sources, files, Some(library));
    let scratch = std::env::temp_dir();
    let filling = Filling { contents, decided: &decided.others, standing: &kept, scratch: &scratch };
    let database = filling.database(&shelf);
    let mut counts = BTreeMap::new();
    for made in decided.others.made(contents, &kept).into_iter().chain(Database::made(&database)) {
        *counts.entry(made.category).or_default() += 1;
    }
    counts
}

/// What inputs hold, by their names and central directories.
#[derive(Debug, Clone, PartialEq)]
pub struct Glance {
    /// The exports, with parts that are missing.
    pub exports: Vec<ExportReport>,
    /// What an import would take of the drive.
    pub space: Space,
    /// What their names, ends and sizes tell already: archives that are cut off or damaged, downloads that go on, files
    /// that the drive cannot hold.
    pub problems: Vec<Problem>,
    /// Whether the library remembers what its albums are; a new one does not.
    pub albums: Option<AlbumForm>,
    /// Which links its drive has, where that still has to be known.
    pub links: Option<Links>,
}

/// Looks at inputs without reading media. Creates nothing.
///
/// # Errors
/// Whatever stops a run: see [`Error`].
pub fn glance(run: &Run<'_>, library: &Path) -> Result<Glance, Error> {
    let settings = |remembered: &RememberedSettings| Settings::of(remembered);
    let (Discovered { mut inputs, before, .. }, remembered) =
        threads::within(run.jobs, || discover_only(run, library, &settings))?;
    fit::refuse_too_large(&mut inputs, drive::largest_file(library));
    let (exports, _) = report::exports(&inputs);
    let albums = remembered.choice(name::ALBUMS);
    let links = if albums.is_none() { Some(drive::expect_links(library)) } else { None };
    let space = Space::of(&inputs, &before.safe, library);
    Ok(Glance { exports, space, problems: inputs.problems, albums, links })
}

/// What the inputs hold beside a library that is not touched, and what that library remembers: nothing, if there
/// is none yet.
fn discover_only(
    run: &Run<'_>,
    library: &Path,
    choose: &Choose<'_>,
) -> Result<(Discovered, RememberedSettings), Error> {
    refuse_bad_inputs(run.inputs, library)?;
    let (known, remembered) = match Catalog::read(library) {
        Ok(catalog) => (catalog.load()?, catalog.settings()?),
        Err(Error::NotALibrary(_)) => Default::default(),
        Err(error) => return Err(error),
    };
    let waiting = staging::kept(library, &known.staged());
    let Remembered { delivered, mut recorded } = known;
    let plan = std::mem::take(&mut recorded.plan);
    let mut before = Before::new(library, Tree::walk(library)?, recorded, &delivered.contents, &waiting);
    opened::foresee(library, &plan, &delivered.contents, &mut before);
    before.settle_lost();
    let wanted = choose(&remembered).categories.wanted;
    Ok((discover_beside(run, library, delivered, before, Spool::Temporary, &wanted)?, remembered))
}
