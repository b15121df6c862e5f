//! The report: every entry in exactly one state, with sums that hold, and what was wrong.
//!
//! [`Report`] is the JSON of `import`, [`Check`] that of `check`; their field names are promised to programs and
//! stay. Pure; what a problem means is not decided here.
//!
//! `media` counts distinct files of this run's inputs, whether this run imported them or an earlier one;
//! `entries` counts what this run did.

#[cfg(test)]
pub(crate) mod build;
mod count;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

pub use count::{Counted, Done, count};

use crate::category::outcome::Count;
use crate::category::photos::counts::{AlbumCounts, MediaCounts};
use crate::category::{drive, others};
use crate::contents::{Bytes, Category, Class, Export, ExportId, PartId};
use crate::library::catalog::Health;
use crate::library::settings::ZoneFrom;
use crate::problem::advice::runs;
use crate::problem::{Code, Problem, Severity};
use crate::stage::discover::Inputs;
use crate::stage::discover::search::LeftAlone;

/// One export of these inputs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ExportReport {
    /// Apple's name without the part number.
    pub name: String,
    /// What kind of data.
    #[serde(with = "crate::contents::word")]
    pub category: Category,
    /// Numbers of the parts of these inputs and those that the library has seen.
    pub parts_found: Vec<u32>,
    /// How many Apple announced; `None` where no name of a part says it.
    pub parts_expected: Option<u32>,
    /// Numbers that are neither here nor in the library.
    pub parts_missing: Vec<u32>,
    /// Numbers of the parts that these inputs hold more than once.
    pub parts_twice: Vec<u32>,
}

/// What became of the entries; the other fields add up to `total`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Entries {
    /// All entries of these inputs; an archive that cannot be opened counts as one.
    pub total: u64,
    /// Placed in the library by this run.
    pub imported: u64,
    /// The same bytes as an imported one.
    pub duplicate: u64,
    /// Bytes that the library held before.
    pub already_present: u64,
    /// Kept below `.windfall/details`.
    pub details: u64,
    /// Left out by an option.
    pub excluded: u64,
    /// What no person misses.
    pub ignored: u64,
    /// Not whole, or not placed; each with a problem.
    pub failed: u64,
}

/// Bytes of entries.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ByteCounts {
    /// Read by this run.
    pub read: u64,
    /// Of imported entries.
    pub imported: u64,
    /// Of duplicates, which were not written again.
    pub duplicate: u64,
}

/// The zone for what carries none, and what rests on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimeZone {
    /// Its name in the tz database.
    pub name: String,
    /// Who named it.
    pub from: ZoneFrom,
    /// Distinct photos and videos of this run's inputs whose local time is read in it.
    pub dates: u64,
}

/// What Apple's lists of other categories prove; for people only.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Proved {
    /// The zone in which clocks without one were read, if there are any.
    pub zone: Option<&'static str>,
    /// How many clocks say that it is the wrong one, and how many that it is right.
    pub against: u64,
    /// As another export of the same notes states them.
    pub confirmed: u64,
    /// The offset that the clocks are of, where anything tells.
    pub offset: Option<String>,
    /// What is proved of the files of iCloud Drive.
    pub drive: Option<drive::decide::Proof>,
}

impl Proved {
    /// What the decisions of a run come to.
    pub fn of(others: &others::Decided) -> Self {
        let drive = others.drive.count.map(|_| others.drive.proof);
        let Some(trial) = others.trial() else { return Proved { drive, ..Proved::default() } };
        Proved {
            zone: Some(trial.zone().name()),
            against: trial.against,
            confirmed: trial.confirmed,
            offset: trial.refuted.iter().find_map(|refuted| refuted.offset).map(|offset| offset.to_string()),
            drive,
        }
    }
}

/// What an import did, or would do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// The version of Windfall that made this report.
    #[serde(skip_deserializing, default = "version")]
    pub windfall: &'static str,
    /// The library's folder.
    pub library: String,
    /// Whether this tells what an import would do, and nothing was written.
    pub dry_run: bool,
    /// Exports of these inputs.
    pub exports: Vec<ExportReport>,
    /// How many entries ended in which state.
    pub entries: Entries,
    /// The bytes of the entries in each state, as far as their archives state them; they add up too.
    #[serde(skip)]
    pub sizes: Entries,
    /// Bytes that were read, and those of imported and duplicate entries.
    pub bytes: ByteCounts,
    /// Distinct photos and videos of these inputs, whichever run imported them.
    pub media: MediaCounts,
    /// Albums of the whole library.
    pub albums: AlbumCounts,
    /// How much of each category these inputs hold.
    #[serde(default)]
    pub categories: Vec<Count>,
    /// What Apple's lists prove of other categories.
    #[serde(skip)]
    pub proved: Proved,
    /// The zone for what carries none.
    pub time_zone: TimeZone,
    /// Rows of the details in these inputs.
    #[serde(skip)]
    pub rows: u64,
    /// Files that were damaged or gone and have their bytes again.
    #[serde(default)]
    pub healed: Vec<String>,
    /// How many files stand elsewhere than the rules of today would put them.
    #[serde(default)]
    pub to_arrange: u64,
    /// How the library's files were when somebody last looked, if anybody has since they were written.
    #[serde(skip)]
    pub health: Option<Health>,
    /// What was not taken; in JSON the names.
    pub left_alone: LeftAlone,
    /// What was wrong.
    pub problems: Vec<Problem>,
    /// How long the run took.
    pub elapsed_seconds: f64,
}

/// The version that reports.
pub fn version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}

/// What a check found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Check {
    /// The version of Windfall that checked.
    pub windfall: &'static str,
    /// Exports of these inputs.
    pub exports: Vec<ExportReport>,
    /// How many entries are sound, and how many damaged.
    pub entries: CheckedEntries,
    /// The same in bytes, as far as their archives state them.
    #[serde(skip)]
    pub sizes: CheckedEntries,
    /// Rows of the details in these inputs.
    #[serde(skip)]
    pub rows: u64,
    /// Distinct media of these inputs, and how many that Apple lists are not here.
    pub media: CheckedMedia,
    /// How much of each category these inputs hold.
    pub categories: Vec<Count>,
    /// Whether every announced part is here, the parts have Apple's lists, and nothing is missing or damaged.
    pub complete: bool,
    /// What was not taken; in JSON the names.
    pub left_alone: LeftAlone,
    /// What was wrong.
    pub problems: Vec<Problem>,
    /// How long it took.
    pub elapsed_seconds: f64,
}

/// Entries of a check; `sound` and `damaged` add up to `total`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct CheckedEntries {
    /// All entries of these inputs; an archive that cannot be opened counts as one.
    pub total: u64,
    /// Those that were read whole, and those that need not be read.
    pub sound: u64,
    /// The others, each with a problem.
    pub damaged: u64,
}

/// Media of a check.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct CheckedMedia {
    /// Files whose fingerprint a row carries.
    pub proved: u64,
    /// Files that only their archive vouches for.
    pub unproved: u64,
    /// Distinct rows whose medium is nowhere.
    pub listed_but_missing: u64,
}

/// The exports of these inputs and their missing parts, each of which is a problem. A part is here if it was given, or an
/// earlier run that was given it has ended.
pub fn exports(inputs: &Inputs) -> (Vec<ExportReport>, Vec<Problem>) {
    let contents = &inputs.contents;
    let mut found: BTreeMap<ExportId, BTreeSet<u32>> = BTreeMap::new();
    for &part in &inputs.given_parts {
        found.entry(contents.parts[part].export).or_default();
    }
    let recorded: BTreeSet<PartId> = contents.entries.iter().map(|entry| entry.part).collect();
    let recorded = recorded.difference(&inputs.unfinished).copied();
    let seen: BTreeSet<PartId> = recorded.chain(inputs.given_parts.iter().copied()).collect();
    for part in seen.iter().map(|&p| &contents.parts[p]) {
        if let Some(numbers) = found.get_mut(&part.export) {
            numbers.insert(part.number);
        }
    }
    let mut twice: BTreeMap<ExportId, Vec<u32>> = BTreeMap::new();
    for part in inputs.parts_twice.iter().map(|&p| &contents.parts[p]) {
        twice.entry(part.export).or_default().push(part.number);
    }
    let mut reports = Vec::new();
    let mut problems = Vec::new();
    for (index, numbers) in found {
        let export = &contents.exports[index];
        let missing = missing_parts(export.total, |number| numbers.contains(&number));
        problems.extend(missing_problems(export, &missing));
        let mut parts_twice = twice.remove(&index).unwrap_or_default();
        parts_twice.sort_unstable();
        reports.push(ExportReport {
            name: export.name.clone(),
            category: export.category,
            parts_found: numbers.into_iter().collect(),
            parts_expected: export.total,
            parts_missing: missing,
            parts_twice,
        });
    }
    (reports, problems)
}

/// The numbers up to a total that nobody has; a total is at most 10,000.
pub fn missing_parts(total: Option<u32>, is_here: impl Fn(u32) -> bool) -> Vec<u32> {
    (1..=total.unwrap_or(0)).filter(|number| !is_here(*number)).collect()
}

/// More missing parts than this are named in runs: whoever has one part of ten thousand has the wrong name.
const MOST_NAMED: usize = 200;

fn missing_problems(export: &Export, missing: &[u32]) -> Vec<Problem> {
    let total = export.total.unwrap_or(0);
    let named = |which: &str, are: &str| {
        format!(
            "{which} of {total} of `{}` {are} not here: download what is missing from privacy.apple.com, and import it too",
            export.name
        )
    };
    let one = |number: &u32| named(&format!("part {number}"), "is");
    let messages: Vec<String> = match missing.len() <= MOST_NAMED {
        true => missing.iter().map(one).collect(),
        false => runs(missing)
            .into_iter()
            .map(|(first, last)| match first == last {
                true => one(&first),
                false => named(&format!("parts {first} to {last}"), "are"),
            })
            .collect(),
    };
    messages.into_iter().map(|message| Problem::new(Code::MissingPart, message)).collect()
}

/// Entries of a check, and their bytes.
pub fn count_checked(inputs: &Inputs) -> (CheckedEntries, CheckedEntries) {
    let given = inputs.contents.entries.iter().filter(|e| e.given);
    let unreadable = inputs.unreadable.len() as u64;
    let mut counts = CheckedEntries { total: unreadable, damaged: unreadable, sound: 0 };
    let mut sizes = CheckedEntries::default();
    for entry in given {
        let damaged = entry.bytes == Bytes::Failed && entry.class != Class::Ignored;
        for (counted, amount) in [(&mut counts, 1), (&mut sizes, entry.size)] {
            let kind = if damaged { &mut counted.damaged } else { &mut counted.sound };
            *kind = kind.saturating_add(amount);
            counted.total = counted.total.saturating_add(amount);
        }
    }
    (counts, sizes)
}

/// Whether any problem is an error: exit code 3.
pub fn has_errors(problems: &[Problem]) -> bool {
    problems.iter().any(|p| p.severity == Severity::Error)
}
