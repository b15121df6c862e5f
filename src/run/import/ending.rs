//! The end of a run: staging is emptied, and the report is made.
//!
//! In: what was decided and placed. Out: the problems that are left, and the [`Report`].
//! Never: removes bytes that are not placed yet; those wait and are named.
//! The one surprise: a damaged entry may be no loss, if the library has a file of its size and
//! checksum from elsewhere; the report says so, and still calls the archive damaged.

use std::collections::HashMap;
use std::path::Path;

use crate::category::photos::{Asset, Resource, counts};
use crate::contents::{Bytes, ContentId, ContentSet, Contents};
use crate::error::Error;
use crate::library::catalog::{Catalog, Ids};
use crate::library::path::LibraryPath;
use crate::library::settings::Settings;
use crate::library::staging::Staging;
use crate::problem::{Code, Problem};
use crate::run::import::decide::Decided;
use crate::run::import::side::LibrarySide;
use crate::stage::discover::Inputs;
use crate::stage::ingest::Tally;
use crate::stage::place::Unplaced;
use crate::stage::plan::Plan;
use crate::stage::plan::records::Records;
use crate::stage::report::{self, Done, Report, TimeZone};

/// Empties staging of what nobody will place; names what waits for inputs that were not given.
pub(super) fn leave_staging(
    catalog: &mut Catalog,
    staging: Staging,
    inputs: &Inputs,
    decided: &Decided,
    ids: &Ids,
    unplaced: &Unplaced,
) -> Result<Vec<Problem>, Error> {
    let given: ContentSet =
        inputs.contents.entries.iter().filter(|e| e.given).filter_map(|e| e.content()).collect();
    let failed: ContentSet = decided
        .plan
        .placements
        .iter()
        .filter(|p| unplaced.paths.contains(&p.path))
        .map(|p| p.content)
        .collect();
    let here = staging.waiting();
    let mut waiting: Vec<i64> = Vec::new();
    for (index, content) in inputs.contents.distinct.pairs() {
        let Some(&id) = ids.contents.get(index).filter(|_| here.contains(&content.blake3)) else { continue };
        if given.contains(index) && !failed.contains(index) {
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
        .map(|(content, path)| ((contents.distinct[content].size, contents.distinct[content].crc32), path))
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

pub(super) fn finish_report(
    library: &Path,
    inputs: &Inputs,
    side: &LibrarySide,
    decided: Decided,
    tally: Tally,
    unplaced: &Unplaced,
    settings: &Settings,
) -> Result<Report, Error> {
    let done = Done {
        inputs,
        plan: &decided.plan,
        held: &side.media,
        held_paths: &side.paths,
        unplaced: &unplaced.paths,
        bytes_read: tally.bytes,
    };
    let counted = report::count(&done)?;
    let (exports, missing_parts) = report::exports(inputs);
    let stands = |content: ContentId| {
        decided.plan.paths.get(content).is_some_and(|path| !unplaced.paths.contains(path))
    };
    let facts =
        Records::new(&inputs.contents, &inputs.heard, &decided.matched, &decided.plan, &side.present.files);
    let rests =
        |asset: &Asset, resource: &Resource| stands(resource.content) && facts.is_dated_now(asset, resource);
    let time_zone = TimeZone {
        name: settings.zone.name().to_owned(),
        from: settings.zone_from,
        dates: counts::dated_by_zone(&inputs.contents, &decided.matched, &rests),
    };
    let mut problems = inputs.problems.clone();
    problems.extend(tally.problems);
    problems.extend(missing_parts);
    problems.extend(decided.problems);
    problems.extend(unplaced.problems.iter().cloned());
    say_what_is_safe(&inputs.contents, &decided.plan, &mut problems);
    problems.sort();
    Ok(Report {
        windfall: report::version(),
        library: library.display().to_string(),
        dry_run: false,
        exports,
        entries: counted.entries,
        sizes: counted.sizes,
        bytes: counted.bytes,
        rows: decided.rows,
        media: counts::media(&inputs.contents, &decided.matched, &stands),
        albums: counts::albums(&decided.matched),
        time_zone,
        left_alone: inputs.left_alone.clone(),
        problems,
        elapsed_seconds: 0.0,
    })
}
