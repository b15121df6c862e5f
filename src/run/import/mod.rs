//! `import`: calls the stages in their order and hands each what the one before it gave. No rule about
//! photos, names or proof is in it, and it never prints.
//!
//! An import first finishes what an interrupted one had planned. Only then does it begin, so that a killed
//! run and the one after it end in the same tree as a run that nobody killed.

mod decide;
mod discover;
mod heal;
mod opened;
mod place;
mod read;
mod read_through;
mod reclaimed;
mod rehearse;
mod report;
mod unchanged;

use std::collections::HashSet;
use std::fs;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::Instant;

use chrono::Utc;

use crate::contents::ContentSet;
use crate::error::Error;
use crate::library::catalog::Catalog;
use crate::library::choices;
use crate::library::drive;
use crate::library::layout::INTERNAL;
use crate::library::lock::{lock, withdraw};
use crate::library::record::Unchanged;
use crate::library::settings::{RememberedSettings, Settings};
use crate::library::staging::Staging;
use crate::progress::Watch;
use crate::run::moves;
use crate::stage::discover::Inputs;
use crate::stage::discover::search::Strangers;
use crate::stage::ingest::{Reading, Wanted};
use crate::stage::report::Report;
use crate::threads;

pub(crate) use discover::discover;
pub use rehearse::{Glance, dry_run, glance};

use discover::{Spool, refuse_bad_inputs};
use opened::Opened;
use unchanged::Outset;

/// What every run needs.
pub struct Run<'a> {
    /// Zips and folders, as the owner named them.
    pub inputs: &'a [PathBuf],
    /// What becomes of inputs that nothing proves to be Apple's.
    pub strangers: Strangers,
    /// How many threads read.
    pub jobs: NonZeroUsize,
    /// Whom to tell about the progress, and who may stop the run.
    pub watch: Watch<'a>,
}

impl Run<'_> {
    /// How this run reads its inputs when everything is wanted.
    pub(super) fn reading<'r>(&'r self, staging: Option<&'r Staging>, held: &'r ContentSet) -> Reading<'r> {
        Reading { staging, wanted: Wanted::Everything, held, jobs: self.jobs, watch: self.watch }
    }
}

/// Makes the settings of a run from what the library remembers.
pub type Choose<'a> = dyn Fn(&RememberedSettings) -> Settings + Sync + 'a;

/// Imports into `library`, which is made if it does not exist. `choose` makes the settings from what the library
/// remembers.
///
/// # Errors
/// Whatever stops a run: see [`Error`]. What is wrong with single entries is in the report instead.
pub fn import(run: &Run<'_>, library: &Path, choose: &Choose<'_>) -> Result<Report, Error> {
    refuse_bad_inputs(run.inputs, library)?;
    let internal = library.join(INTERNAL);
    let (new_library, new_internal) = (!library.exists(), !internal.exists());
    let locked = lock(library)?;
    let result = threads::within(run.jobs, || import_into(run, library, choose));
    // a run that had nothing to import leaves nothing behind
    let nothing = matches!(
        result,
        Err(Error::NoExport(_) | Error::Strangers(_) | Error::AllUnreadable(_) | Error::NoSpace { .. })
    );
    if nothing && new_internal {
        withdraw(&internal, locked);
    }
    if nothing && new_library {
        let _ = fs::remove_dir(library);
    }
    result
}

/// The run itself, in a pool of its threads.
fn import_into(run: &Run<'_>, library: &Path, choose: &Choose<'_>) -> Result<Report, Error> {
    let clock = Clock::start();
    let mut catalog = Catalog::open(library)?;
    moves::finish(&moves::Run { library, jobs: run.jobs, watch: run.watch }, &mut catalog)?;
    let settings = choose(&catalog.settings()?);
    let tree = match unchanged::outset(run, library, &catalog, &settings)? {
        Outset::Unchanged(report, left) => return clock.record(library, *report, Some(&left), &mut catalog),
        Outset::Changed(tree) => tree,
    };
    let Opened { delivered, before, staging } = opened::open(run, library, &mut catalog, tree)?;
    let discovered = {
        let wanted = &settings.categories.wanted;
        discover::discover_beside(run, library, delivered, before, Spool::Staging(&staging), wanted)?
    }
    .fitted(run, library)?;
    let given = discovered.given;
    catalog.remember(&settings.remembered())?;
    let read = read::read(run, library, discovered, &staging, &mut catalog, &settings.categories)?;
    let read = heal::heal(run, library, read, &staging, &mut catalog)?;
    let decided = decide::decide(run, library, read, &settings, drive::probe_links(library)?);
    let mut placed = place::place(run, library, decided, &settings, staging, &mut catalog)?;
    read_through::leave(run, library, &mut placed, &mut catalog)?;
    let finished = finished(&placed.decided.inputs);
    let has_more = placed.decided.inputs.read_through.iter().any(|through| through.is_ours);
    let keep = || choices::keep(library, &catalog);
    let (kept, reported) = threads::beside(keep, || report::report(library, placed, &settings));
    kept?;
    let (report, before) = reported?;
    let healed: HashSet<&str> = report.healed.iter().map(String::as_str).collect();
    let harmed = before.harmed().filter(|(record, _)| !healed.contains(record.path.as_str()));
    let harmed = harmed.map(|(record, harm)| (record.path.clone(), harm)).collect();
    catalog.record_harm(Utc::now(), &harmed)?;
    // the next run reports on the inputs alone
    let left = match has_more {
        true => None,
        false => unchanged::left(library, &report, &given, &before, &catalog, &settings)?,
    };
    catalog.record_finished(&finished)?;
    clock.record(library, report, left.as_ref(), &mut catalog)
}

/// The parts of which the owner is told by this run, as the catalog knows them.
fn finished(inputs: &Inputs) -> Vec<i64> {
    inputs.given_parts.iter().filter_map(|part| inputs.ids.parts.get(part).copied()).collect()
}

/// When a run began.
struct Clock {
    started: Instant,
    began: String,
}

impl Clock {
    fn start() -> Self {
        Clock { started: Instant::now(), began: Utc::now().to_rfc3339() }
    }

    /// Adds the time that the run took to the report, and records it in the catalog.
    fn record(
        self,
        library: &Path,
        mut report: Report,
        left: Option<&Unchanged>,
        catalog: &mut Catalog,
    ) -> Result<Report, Error> {
        report.elapsed_seconds = self.started.elapsed().as_secs_f64();
        let json = serde_json::to_string(&report);
        let json = json.map_err(|e| Error::io("record the report of", library)(e.into()))?;
        catalog.record_run("import", &self.began, &json, left)?;
        report.health = Some(catalog.health()?).filter(|health| health.since.is_some());
        Ok(report)
    }
}
