//! The end of a run: every entry in one state, and what is said about it.
//!
//! A damaged entry is no loss if the library has a file of its size and checksum from elsewhere. The report
//! says so, and still calls the archive damaged.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;

use crate::category::others;
use crate::category::outcome::Count;
use crate::category::photos::{Asset, Resource, counts};
use crate::contents::{Bytes, Category, ContentId, Contents};
use crate::error::Error;
use crate::library::path::LibraryPath;
use crate::library::record::Area;
use crate::library::settings::Settings;
use crate::problem::{Code, Problem};
use crate::run::import::decide::Decided;
use crate::run::import::place::Placed;
use crate::stage::plan::Plan;
use crate::stage::plan::records::Records;
use crate::stage::report::{self, Done, Proved, Report, TimeZone};
use crate::stage::survey::Before;

/// Makes the report of a run.
///
/// # Errors
/// If the entries do not add up.
pub(super) fn report(library: &Path, placed: Placed, settings: &Settings) -> Result<(Report, Before), Error> {
    let Placed { decided, unplaced, made } = placed;
    let Decided { inputs, before, tally, rows, matched, others, wishes, plan, to_arrange, problems, .. } =
        decided;
    let held = || before.files.values().chain(before.edited());
    let media = held().filter(|f| f.area == Area::Media).map(|f| *f.delivered()).collect();
    let kept = held().filter(|f| f.area != Area::Media).map(|f| f.path.clone()).collect();
    let placed: HashSet<&LibraryPath> = plan.placements.iter().map(|placement| &placement.path).collect();
    let restored = before.lost.iter().map(|record| &record.path);
    let restored = restored.filter(|path| placed.contains(path) && !unplaced.paths.contains(*path));
    let mut healed: Vec<String> =
        before.healed.iter().chain(restored).map(|path| path.as_str().to_owned()).collect();
    healed.sort();
    let done = Done {
        inputs: &inputs,
        plan: &plan,
        held: &media,
        held_paths: &kept,
        unplaced: &unplaced.paths,
        bytes_read: tally.bytes,
    };
    let counted = report::count(&done)?;
    let (exports, missing_parts) = report::exports(&inputs);
    let stands =
        |content: ContentId| plan.paths.get(content).is_some_and(|path| !unplaced.paths.contains(path));
    let records =
        Records::new(&inputs.contents, &inputs.heard, &matched, &wishes, &plan, &before.files, settings.zone);
    let rests = |asset: &Asset, resource: &Resource| {
        stands(resource.content) && records.is_dated_now(asset, resource)
    };
    let time_zone = TimeZone {
        name: settings.zone.name().to_owned(),
        from: settings.zone_from,
        dates: counts::dated_by_zone(&inputs.contents, &matched, &rests),
    };
    let mut all = inputs.problems.clone();
    all.extend(tally.problems);
    all.extend(missing_parts);
    all.extend(problems);
    all.extend(unplaced.problems.iter().cloned());
    say_what_is_safe(&inputs.contents, &plan, &mut all);
    all.sort();
    let report = Report {
        windfall: report::version(),
        library: library.display().to_string(),
        dry_run: false,
        exports,
        entries: counted.entries,
        sizes: counted.sizes,
        bytes: counted.bytes,
        rows,
        media: counts::media(&inputs.contents, &matched, &stands),
        albums: counts::albums(&matched),
        proved: Proved::of(&others),
        categories: categories(&others, &made),
        time_zone,
        healed,
        to_arrange,
        health: None,
        left_alone: inputs.left_alone.clone(),
        problems: all,
        elapsed_seconds: 0.0,
    };
    Ok((report, before))
}

/// How much of each category there is, with the files that were made of it.
fn categories(others: &others::Decided, made: &BTreeMap<Category, u64>) -> Vec<Count> {
    let with_made =
        |count: Count| Count { derived: made.get(&count.category).copied().unwrap_or(0), ..count };
    others.counts().into_iter().map(with_made).collect()
}

/// Adds to problems with damaged entries where the library has a file of the same size and checksum.
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
