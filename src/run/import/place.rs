//! Brings about what was decided: files, links, lists and sidecars, and the records of them.

use std::collections::{BTreeMap, HashSet};
use std::path::Path;

use crate::category::others;
use crate::category::outcome::time_of;
use crate::contents::{Category, ContentSet, EntryId};
use crate::error::Error;
use crate::library::catalog::Catalog;
use crate::library::layout::{self, INTERNAL, STAGING};
use crate::library::path::LibraryPath;
use crate::library::record::{DerivedKind, FileRecord, Placement};
use crate::library::settings::Settings;
use crate::library::staging::Staging;
use crate::problem::{Code, Problem, amount};
use crate::records::fill::{Database, Filling};
use crate::run::import::Run;
use crate::run::import::decide::Decided;
use crate::run::import::reclaimed;
use crate::run::sidecars;
use crate::sidecar::Discretion;
use crate::stage::discover::Inputs;
use crate::stage::place::{self, Corrected, Placing, Unplaced, derive, record_origins, remove};
use crate::stage::plan::records::{Records, album_records};
use crate::stage::shelf::Shelf;

/// What was decided, and how much of it could not be placed.
pub(super) struct Placed {
    pub(super) decided: Decided,
    pub(super) unplaced: Unplaced,
    /// How many files of each category were made, or stand as they were.
    pub(super) made: BTreeMap<Category, u64>,
}

/// Places the files and everything derived from them. The plan is in the catalog before the first rename.
pub(super) fn place(
    run: &Run<'_>,
    library: &Path,
    mut decided: Decided,
    settings: &Settings,
    staging: Staging,
    catalog: &mut Catalog,
) -> Result<Placed, Error> {
    let Inputs { contents, heard, ids, .. } = &decided.inputs;
    let (plan, before) = (&decided.plan, &decided.before);
    catalog.record_plan(&plan.placements, ids)?;
    reclaimed::bring(library, plan, before)?;
    let standing = before.paths_by_hash(contents);
    let placing = Placing { library, staging: &staging, held: &standing, watch: run.watch };
    let records =
        Records::new(contents, heard, &decided.matched, &decided.wishes, plan, &before.files, settings.zone);
    let describe = |placement: &Placement| records.of(placement, &HashSet::new());
    let unplaced = place::place(&placing, &plan.placements, contents, &describe, catalog, ids)?;
    catalog.clear_plan()?;
    reclaimed::leave(run, library, &decided, &unplaced, catalog)?;
    let derived = derive(&placing, &plan.derived, &unplaced, &before.derived, catalog)?;
    let withdrawn: Vec<_> =
        plan.withdrawn.iter().filter_map(|path| before.derived.get_key_value(path)).collect();
    if !withdrawn.is_empty() {
        remove(library, &withdrawn, catalog)?;
    }
    record(&placing, catalog, &records, &decided, &unplaced)?;
    let mut problems = derived.problems;
    let complete = catalog.complete_archives(ids)?;
    problems.extend(record_origins(&placing, contents, plan, &unplaced, complete)?);
    let Settings { hidden, memories, sidecars, .. } = *settings;
    if sidecars.is_some() || before.derived.values().any(|d| d.kind == DerivedKind::Sidecar) {
        let standing = standing_records(&records, &decided, &unplaced);
        let spoken = sidecars::Spoken {
            files: standing.iter().collect(),
            heard: &heard.photos,
            discretion: Discretion { hidden, memories },
        };
        let sidecars = sidecars::keep(&placing, &spoken, sidecars, &before.derived, catalog)?;
        problems.extend(sidecars.wanted.problems.into_iter().chain(sidecars.others.problems));
    }
    let (made, of_made) = make_others(&placing, &decided, &unplaced, settings, catalog)?;
    problems.extend(of_made);
    problems.extend(leave_staging(catalog, staging, &decided, &unplaced)?);
    decided.problems.extend(problems);
    Ok(Placed { decided, unplaced, made })
}

/// Makes the files of all categories but photos, of what stands now.
fn make_others(
    placing: &Placing<'_>,
    decided: &Decided,
    unplaced: &Unplaced,
    settings: &Settings,
    catalog: &mut Catalog,
) -> Result<(BTreeMap<Category, u64>, Vec<Problem>), Error> {
    let contents = &decided.inputs.contents;
    let kept = |entry| decided.plan.kept.get(&entry).filter(|path| !unplaced.paths.contains(*path));
    let standing = |entry| kept(entry).map(LibraryPath::as_str);
    let scratch = layout::staging(placing.library);
    let filling = Filling { contents, decided: &decided.others, standing: &standing, scratch: &scratch };
    let planned = contents.entries.pairs().filter_map(|(id, entry)| Some((entry.content()?, kept(id)?)));
    let before = decided.before.files.values().map(|record| (record.content, &record.path));
    let files = before.chain(planned).map(|(content, path)| (content, path.to_path(placing.library)));
    let shelf = Shelf::new(contents, &decided.inputs.sources, files, Some(placing.library));
    let database = filling.database(&shelf);
    let mut made = decided.others.made(contents, &standing);
    let others = contents.entries.iter().filter(|e| e.category != Category::Photos && !e.class.is_left_out());
    let newest = others.filter_map(time_of).max();
    made.extend(Database::made(&database).into_iter().map(|made| made.modified(newest)));
    let known = &decided.before.derived;
    let whole = others::whole(contents, &decided.inputs.heard.others, &settings.categories);
    // what cannot be made now may be wanted still
    let is_whole =
        |category| whole.contains(&category) && (category != Category::Records || database.is_ok());
    let making = place::make(placing, &made, &shelf, known, &is_whole, catalog)?;
    let mut problems = making.problems;
    problems.extend(database.iter().flatten().flat_map(|database| database.problems.iter().cloned()));
    Ok((making.standing, problems))
}

/// Records what is known of every file, and the albums.
fn record(
    placing: &Placing<'_>,
    catalog: &mut Catalog,
    records: &Records<'_>,
    decided: &Decided,
    unplaced: &Unplaced,
) -> Result<(), Error> {
    let Inputs { contents, ids, .. } = &decided.inputs;
    let before = decided.before.files.values();
    let renewed = before.map(|before| (before, records.renewed(before.clone(), &unplaced.paths)));
    let (mut changed, mut corrected) = (Vec::new(), Vec::new());
    for (before, record) in renewed.filter(|(before, record)| !record.says_the_same(before)) {
        corrected.extend(Corrected::of(before, &record));
        changed.push(record);
    }
    // before the record is made: as long as it is not, the next run knows that a file may have either time
    place::correct(placing, contents, &corrected)?;
    let runs = |id: &EntryId| decided.wishes.get(id).is_some_and(|wish| wish.is_executable);
    let programs = decided.plan.kept.iter().filter(|(id, path)| runs(id) && !unplaced.paths.contains(*path));
    place::let_all_run(placing, programs.map(|(_, path)| path))?;
    if !unplaced.paths.is_empty() {
        // a file that was placed may name the other half of a Live Photo that was not
        let placed = decided.plan.placements.iter().filter(|p| !unplaced.paths.contains(&p.path));
        changed.extend(placed.map(|p| records.of(p, &unplaced.paths)));
    }
    catalog.record_files(&changed, ids)?;
    let albums = album_records(&decided.matched, &decided.plan, &unplaced.paths);
    catalog.record_albums(&albums)
}

/// The records of all files that stand now.
fn standing_records(records: &Records<'_>, decided: &Decided, unplaced: &Unplaced) -> Vec<FileRecord> {
    let before = decided.before.files.values().map(|record| records.renewed(record.clone(), &unplaced.paths));
    let placed = decided.plan.placements.iter().filter(|p| !unplaced.paths.contains(&p.path));
    before.chain(placed.map(|p| records.of(p, &unplaced.paths))).collect()
}

/// Discards what nobody will place from staging, and names what waits there for inputs that were not given.
fn leave_staging(
    catalog: &mut Catalog,
    staging: Staging,
    decided: &Decided,
    unplaced: &Unplaced,
) -> Result<Option<Problem>, Error> {
    let Inputs { contents, ids, .. } = &decided.inputs;
    let given: ContentSet = contents.entries.iter().filter(|e| e.given).filter_map(|e| e.content()).collect();
    let failed: ContentSet = decided
        .plan
        .placements
        .iter()
        .filter(|p| unplaced.paths.contains(&p.path))
        .map(|p| p.content)
        .collect();
    let here = staging.waiting();
    let mut waiting: Vec<i64> = Vec::new();
    for (index, content) in contents.distinct.pairs() {
        let Some(&id) = ids.contents.get(index).filter(|_| here.contains(&content.blake3)) else { continue };
        if given.contains(index) && !failed.contains(index) {
            staging.discard(&content.blake3);
        } else {
            waiting.push(id);
        }
    }
    catalog.record_staged(&waiting)?;
    let left = staging_left(waiting.len());
    if left.is_none() {
        staging.close();
    }
    Ok(left)
}

/// So many files wait in staging for inputs that were not given.
pub(super) fn staging_left(count: usize) -> Option<Problem> {
    let files = amount::counted(count as u64, "file", "files");
    let message = format!(
        "an interrupted import left {files} waiting in `{INTERNAL}/{STAGING}`: import the same zips again to finish it"
    );
    (count > 0).then(|| Problem::new(Code::StagingLeft, message))
}
