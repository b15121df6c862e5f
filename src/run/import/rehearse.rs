//! What an import would do, without doing it: the same stages, and none of the calls that write.

use std::path::Path;
use std::time::Instant;

use std::collections::HashSet;

use crate::error::Error;
use crate::library::catalog::{Catalog, Remembered};
use crate::library::drive;
use crate::library::settings::RememberedSettings;
use crate::library::tree::Tree;
use crate::run::import::decide::decide;
use crate::run::import::discover::{Discovered, Spool, discover_beside, refuse_bad_inputs};
use crate::run::import::place::Placed;
use crate::run::import::read::read_only;
use crate::run::import::report::report;
use crate::run::import::{Choose, Run, heal};
use crate::stage::discover::fit::Space;
use crate::stage::place::Unplaced;
use crate::stage::report::{self, ExportReport, Report};
use crate::stage::survey::Before;

/// Reports what an import would do, in the same numbers. Creates nothing.
///
/// # Errors
/// Whatever stops a run: see [`Error`].
pub fn dry_run(run: &Run<'_>, library: &Path, choose: &Choose<'_>) -> Result<Report, Error> {
    let started = Instant::now();
    let (discovered, remembered) = discover_only(run, library)?;
    let settings = choose(&remembered);
    let read = heal::foresee(read_only(run, library, discovered.fitted(run, library)?)?);
    let decided = decide(run, library, read, &settings, drive::expect_links(library));
    let nothing_done = Placed { decided, unplaced: Unplaced::default() };
    let (report, _) = report(library, nothing_done, &settings)?;
    Ok(Report { dry_run: true, elapsed_seconds: started.elapsed().as_secs_f64(), ..report })
}

/// What inputs hold, by their names and central directories.
#[derive(Debug, Clone, PartialEq)]
pub struct Glance {
    /// The exports, with parts that are missing.
    pub exports: Vec<ExportReport>,
    /// What an import would take of the drive.
    pub space: Space,
}

/// Looks at inputs without reading media. Creates nothing.
///
/// # Errors
/// Whatever stops a run: see [`Error`].
pub fn glance(run: &Run<'_>, library: &Path) -> Result<Glance, Error> {
    let (Discovered { inputs, before, .. }, _) = discover_only(run, library)?;
    let (exports, _) = report::exports(&inputs);
    Ok(Glance { exports, space: Space::of(&inputs, &before.safe, library) })
}

/// What the inputs hold beside a library that is not touched, and what that library remembers: nothing, if there
/// is none yet.
fn discover_only(run: &Run<'_>, library: &Path) -> Result<(Discovered, RememberedSettings), Error> {
    refuse_bad_inputs(run.inputs, library)?;
    let (known, remembered) = match Catalog::read(library) {
        Ok(catalog) => (catalog.load()?, catalog.settings()?),
        Err(Error::NotALibrary(_)) => Default::default(),
        Err(error) => return Err(error),
    };
    let Remembered { delivered, recorded } = known;
    let before = Before::new(library, Tree::walk(library)?, recorded, &delivered.contents, &HashSet::new());
    Ok((discover_beside(run, library, delivered, before, Spool::Temporary)?, remembered))
}
