//! The report: every entry in exactly one state, with sums that hold, and what was wrong.
//!
//! In: what was found, read, matched, planned and placed. Out: [`Report`] (`import`), [`Check`]:
//! the JSON of the design, field for field. Pure. Never: prints, decides what a problem means.
//! The one surprise: `media` counts distinct files of this run's inputs, whether this run imported them
//! or an earlier one; `entries` counts what this run did.

mod count;

use std::collections::{BTreeMap, BTreeSet, HashSet};

use serde::{Deserialize, Serialize};

pub use count::{Counted, Done, count};

use crate::category::photos::media::Kind;
use crate::category::photos::{AlbumKind, Asset, Matched, Resource};
use crate::contents::{Bytes, ContentSet, Contents, DetailsFile, Export, Role};
use crate::library::settings::{Settings, ZoneFrom};
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
    #[serde(skip_deserializing, default = "category")]
    pub category: &'static str,
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
    /// All.
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
    /// Of duplicates.
    pub duplicate: u64,
}

/// Distinct media files of this run's inputs, imported now or before.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MediaCounts {
    /// Photos.
    pub photos: u64,
    /// Videos, movies of Live Photos among them.
    pub videos: u64,
    /// Pairs.
    pub live_photos: u64,
    /// Files whose fingerprint a row carries.
    pub proved: u64,
    /// Files that only their archive vouches for.
    pub unproved: u64,
    /// Photos and videos without a date.
    pub undated: u64,
}

/// Albums of the library.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlbumCounts {
    /// The owner's albums.
    pub albums: u64,
    /// Apple's automatic collections.
    pub memories: u64,
    /// Shared albums.
    pub shared: u64,
    /// Distinct pairs of album and asset, without memories.
    pub memberships: u64,
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

/// What an import did, or would do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// Version.
    #[serde(skip_deserializing, default = "version")]
    pub windfall: &'static str,
    /// The library's folder.
    pub library: String,
    /// Nothing was written.
    pub dry_run: bool,
    /// Exports of these inputs.
    pub exports: Vec<ExportReport>,
    /// What became of the entries.
    pub entries: Entries,
    /// The bytes of the entries in each state, as far as their archives state them; they add up too.
    #[serde(skip)]
    pub sizes: Entries,
    /// The same in bytes.
    pub bytes: ByteCounts,
    /// Media.
    pub media: MediaCounts,
    /// Albums.
    pub albums: AlbumCounts,
    /// The zone for what carries none.
    pub time_zone: TimeZone,
    /// Rows of the details in these inputs.
    #[serde(skip)]
    pub rows: u64,
    /// What was not taken; in JSON the names.
    pub left_alone: LeftAlone,
    /// What was wrong.
    pub problems: Vec<Problem>,
    /// How long it took.
    pub elapsed_seconds: f64,
}

/// The version that reports.
pub fn version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}

/// What kind of data exports are so far.
fn category() -> &'static str {
    "photos"
}

/// What a check found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Check {
    /// Version.
    pub windfall: &'static str,
    /// Exports of these inputs.
    pub exports: Vec<ExportReport>,
    /// Entries.
    pub entries: CheckedEntries,
    /// The same in bytes, as far as their archives state them.
    #[serde(skip)]
    pub sizes: CheckedEntries,
    /// Rows of the details in these inputs.
    #[serde(skip)]
    pub rows: u64,
    /// Media.
    pub media: CheckedMedia,
    /// Nothing is missing or damaged.
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
    /// All.
    pub total: u64,
    /// Whole.
    pub sound: u64,
    /// Not whole.
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

/// The rows of the details in this run's inputs.
pub fn count_rows(contents: &Contents) -> u64 {
    let given: HashSet<(usize, Role)> = contents
        .entries
        .iter()
        .filter(|e| e.given && e.role == Role::Details)
        .filter_map(|e| Some((e.content()?, e.role)))
        .collect();
    let rows = given.iter().filter_map(|key| match contents.details.get(key) {
        Some(DetailsFile::Rows(details)) => Some(details.rows.len() as u64),
        _ => None,
    });
    rows.sum()
}

/// The media of this run's inputs; `counts` says which contents count.
pub fn count_media(contents: &Contents, matched: &Matched, counts: &dyn Fn(usize) -> bool) -> MediaCounts {
    let given = given_media(contents);
    let here = |content: usize| given.contains(content) && counts(content);
    let mut media = MediaCounts::default();
    for asset in &matched.assets {
        for resource in asset.resources.iter().filter(|r| here(r.content)) {
            match resource.kind {
                Kind::Photo => media.photos += 1,
                Kind::Video => media.videos += 1,
                Kind::Adjustment | Kind::Other => {}
            }
            *(if resource.proved { &mut media.proved } else { &mut media.unproved }) += 1;
        }
        let primary = here(asset.primary().content);
        let pair = asset.movie().is_some_and(|movie| primary || here(movie.content));
        media.live_photos += u64::from(pair);
        media.undated += u64::from(primary && asset.is_undated());
    }
    media.live_photos += matched.shared_movies.iter().filter(|(still, _)| here(*still)).count() as u64;
    media
}

fn given_media(contents: &Contents) -> ContentSet {
    let given = contents.entries.iter().filter(|e| e.given && e.role.is_media());
    given.filter_map(|e| e.content()).collect()
}

/// What rests on the zone for what carries none, of the media of this run's inputs; `counts` says which
/// resources count.
pub fn count_zone(
    contents: &Contents,
    matched: &Matched,
    counts: &dyn Fn(&Asset, &Resource) -> bool,
    settings: &Settings,
) -> TimeZone {
    let given = given_media(contents);
    let resources = matched.assets.iter().flat_map(|asset| asset.resources.iter().map(move |r| (asset, r)));
    let resting = resources.filter(|(asset, r)| {
        let is_medium = matches!(r.kind, Kind::Photo | Kind::Video);
        is_medium && r.captured.is_zone_assumed && given.contains(r.content) && counts(asset, r)
    });
    TimeZone {
        name: settings.zone.name().to_owned(),
        from: settings.zone_from,
        dates: resting.count() as u64,
    }
}

/// The albums.
pub fn count_albums(matched: &Matched) -> AlbumCounts {
    let mut counts = AlbumCounts::default();
    for album in &matched.albums {
        match album.kind {
            AlbumKind::Album => counts.albums += 1,
            AlbumKind::Memory => counts.memories += 1,
            AlbumKind::Shared => counts.shared += 1,
            AlbumKind::Subscribed => {}
        }
        if matches!(album.kind, AlbumKind::Album | AlbumKind::Shared) {
            counts.memberships += album.members.len() as u64;
        }
    }
    counts
}

/// The exports of these inputs and their missing parts, each of which is a problem.
pub fn exports(inputs: &Inputs) -> (Vec<ExportReport>, Vec<Problem>) {
    let contents = &inputs.contents;
    let mut found: BTreeMap<usize, BTreeSet<u32>> = BTreeMap::new();
    for &part in &inputs.given_parts {
        found.entry(contents.parts[part].export).or_default();
    }
    let seen: BTreeSet<usize> =
        contents.entries.iter().map(|e| e.part).chain(inputs.given_parts.iter().copied()).collect();
    for part in seen.iter().map(|&p| &contents.parts[p]) {
        if let Some(numbers) = found.get_mut(&part.export) {
            numbers.insert(part.number);
        }
    }
    let mut twice: BTreeMap<usize, Vec<u32>> = BTreeMap::new();
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
            category: category(),
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
            "{which} of {total} of `{}` {are} not here: download from privacy.apple.com what is missing, and import it too",
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
        let damaged = entry.bytes == Bytes::Failed && entry.role != Role::Ignored;
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
