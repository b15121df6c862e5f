//! The certificate of completeness: is everything there? Sentences and sums for a person.
//!
//! It claims no more than the catalog knows, which is what was read when the library was made, and what `windfall
//! verify` found since; that alone can tell whether the drive still holds it today. Without Apple's lists nothing can be called
//! complete, however whole it is.

use crate::category::outcome::Count;
use crate::category::photos::media::Kind;
use crate::library::catalog::{ExportRecord, StoredFile};
use crate::library::settings::{Hidden, RecentlyDeleted, name};
use crate::page::figures::{count, counted, date, day, photos_and_videos, size};
use crate::page::holdings::{Command, Holdings, Sum, is_live, kind, missing, photos_and_videos as tally};
use crate::page::problems::Problems;
use crate::problem::advice::ranges;
use crate::problem::amount::live_photos;

/// What the answer is, in a word that styles it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// Nothing is missing.
    Whole,
    /// Nobody can tell, or more was asked for than came.
    Untold,
    /// Something is missing or damaged.
    Lacking,
}

impl Answer {
    pub fn as_str(self) -> &'static str {
        match self {
            Answer::Whole => "whole",
            Answer::Untold => "untold",
            Answer::Lacking => "lacking",
        }
    }
}

#[derive(Debug, PartialEq, Eq)]
pub struct Line {
    pub label: &'static str,
    pub files: String,
    pub bytes: String,
}

#[derive(Debug, PartialEq, Eq)]
pub struct Parts {
    /// `iCloud Photos, built 3 March 2024`.
    pub export: String,
    /// `3 of 3 parts`.
    pub here: String,
    /// `part 2`, if any.
    pub missing: Option<String>,
}

#[derive(Debug)]
pub struct Certificate {
    pub answer: Answer,
    pub headline: String,
    /// What is here, beside the headline: `3,037 photos and 3 videos (87 not shown here) in 3,272 files`.
    pub line: String,
    pub lead: String,
    pub parts: Vec<Parts>,
    /// What there is of all other categories, a line each.
    pub categories: Vec<String>,
    /// How each photo and video is vouched for.
    pub proof: Vec<String>,
    /// Adds up to `total`.
    pub balance: Vec<Line>,
    /// All that was delivered and could be read.
    pub total: Option<Line>,
    /// What is not in the library, or not in the page, on purpose.
    pub left_out: Vec<String>,
    /// When that was known.
    pub as_of: Option<String>,
}

/// What the library says of itself; `not_shown` of its photos and videos are left out of the page.
pub fn certificate(holdings: &Holdings, problems: &Problems, not_shown: u64) -> Certificate {
    let media: Vec<&StoredFile> = holdings.media().collect();
    let knows_exports = !holdings.deliveries.is_empty();
    let counts = holdings.counts();
    let is_listed = match media.is_empty() && !counts.is_empty() {
        true => counts.iter().any(|count| count.listed.is_some()),
        false => media.iter().any(|f| Holdings::is_listed(f)),
    };
    let untold = problems.untold || !knows_exports || !is_listed;
    let answer = match (problems.errors, untold || problems.not_here > 0) {
        (1.., _) => Answer::Lacking,
        (0, true) => Answer::Untold,
        (0, false) => Answer::Whole,
    };
    let things = counted(problems.errors, "thing is", "things are");
    let (headline, lead) = match answer {
        Answer::Whole => (
            "Nothing is missing.".to_owned(),
            format!(
                "Every part that Apple announced was read to its end, and everything that its lists name is in this \
                 library{}.",
                exceptions(holdings, problems)
            ),
        ),
        Answer::Untold if !untold => (
            format!(
                "Everything that came is here; {} not.",
                counted(
                    problems.not_here,
                    "category that was asked for is",
                    "categories that were asked for are"
                )
            ),
            format!(
                "Every part that Apple announced was read to its end, and everything that its lists name is in this \
                 library{}. What was asked for besides is under Problems.",
                exceptions(holdings, problems)
            ),
        ),
        Answer::Untold => (
            "Nothing here is damaged.".to_owned(),
            match knows_exports {
                true if media.is_empty() => {
                    "Nobody can tell whether everything is here: Apple has no list of what it delivered."
                }
                true => {
                    "Nobody can tell whether everything is here: Apple's lists of all photos did not come with every \
                     delivery."
                }
                false => {
                    "The catalog cannot tell whether everything is here: it does not know what Apple announced. \
                     Import the zips again, or compare them with windfall verify --against."
                }
            }
            .to_owned(),
        ),
        Answer::Lacking => (
            format!("{things} missing or damaged."),
            "Everything else is safe in this library. What is missing, and what to do about it, is under Problems."
                .to_owned(),
        ),
    };
    let (total, balance) = balance(holdings);
    Certificate {
        answer,
        headline,
        lead,
        parts: parts(holdings),
        line: match media.is_empty() && !counts.is_empty() {
            true => String::new(),
            false => line_beside(holdings, media.len() as u64, not_shown),
        },
        proof: if media.is_empty() && !counts.is_empty() { Vec::new() } else { proof(holdings, &media) },
        categories: counts
            .iter()
            .map(Count::words)
            .map(|(name, words)| format!("{name}: {words}."))
            .collect(),
        balance,
        total,
        left_out: left_out(holdings),
        as_of: as_of(holdings),
    }
}

/// What the lists name and the library has not, for good reasons.
fn exceptions(holdings: &Holdings, problems: &Problems) -> &'static str {
    match (holdings.delivered.left_out.files, problems.listed_only) {
        (0, 0) => "",
        (_, 0) => ", but for what was left out",
        (0, _) => ", but for what its owner had deleted",
        (_, _) => ", but for what was left out and what its owner had deleted",
    }
}

fn parts(holdings: &Holdings) -> Vec<Parts> {
    let one = |delivery: &ExportRecord| {
        let missing = missing(delivery);
        let built = delivery.built.map(|built| format!(", made by Apple on {}", date(built.date())));
        let word = if missing.len() == 1 { "part" } else { "parts" };
        Parts {
            export: format!("{}{}", crate::library::name::display(&delivery.name), built.unwrap_or_default()),
            here: match delivery.total {
                Some(expected) => format!(
                    "{} of {}",
                    count(delivery.parts.len() as u64),
                    counted(u64::from(expected), "part", "parts")
                ),
                None => {
                    format!(
                        "{}; the names do not say how many there should be",
                        counted(delivery.parts.len() as u64, "part", "parts")
                    )
                }
            },
            missing: (!missing.is_empty()).then(|| format!("{word} {}", ranges(&missing))),
        }
    };
    holdings.deliveries.iter().map(one).collect()
}

fn line_beside(holdings: &Holdings, files: u64, not_shown: u64) -> String {
    let aside = match not_shown {
        0 => String::new(),
        more => format!(" ({} not shown here)", count(more)),
    };
    format!("{}{aside} in {}", held(holdings), counted(files, "file", "files"))
}

/// What the library holds, counted as the page counts: hidden and deleted ones too, and a Live Photo once.
fn held(holdings: &Holdings) -> String {
    let items: Vec<&StoredFile> = holdings.items().collect();
    let (photos, videos) = tally(&items);
    photos_and_videos(photos, videos)
}

fn proof(holdings: &Holdings, media: &[&StoredFile]) -> Vec<String> {
    let live = holdings.items().filter(|item| is_live(item)).count() as u64;
    let raw = media.iter().filter(|f| kind(f) == Kind::Photo && f.companion_of.is_some()).count() as u64;
    let private = holdings.items().filter(|item| Holdings::is_private(item)).count() as u64;
    let proved = media.iter().filter(|f| f.proved).count() as u64;
    let harmed = media.iter().filter(|f| f.content.damage.is_some()).count() as u64;
    let unproved = media.len() as u64 - proved - harmed;
    let mut held = format!("The library holds {}", held(holdings));
    if let Some(live) = live_photos(live) {
        held += &format!("; {live}");
    }
    match raw {
        0 => {}
        1 => held += "; 1 photo has a RAW file beside it",
        raw => held += &format!("; {} photos have a RAW file beside them", count(raw)),
    }
    match private {
        0 => {}
        1 => held += "; 1 of all these is hidden or recently deleted",
        private => held += &format!("; {} of all these are hidden or recently deleted", count(private)),
    }
    let mut lines = vec![held + "."];
    if proved > 0 {
        lines.push(format!(
            "{} exactly what was in iCloud: Apple's own checksum was computed again from the bytes, and agrees.",
            counted(proved, "file is", "files are")
        ));
    }
    if unproved > 0 {
        lines.push(format!(
            "{} arrived whole, as Apple packed {}; Apple gives no checksum to prove more.",
            counted(unproved, "file of a photo or video", "files of photos and videos"),
            if unproved == 1 { "it" } else { "them" }
        ));
    }
    if harmed > 0 {
        let (files, are) = (counted(harmed, "file", "files"), if harmed == 1 { "is" } else { "are" });
        lines.push(format!("{files} {are} not as imported any more: what to do is under Problems."));
    }
    lines
}

fn line(label: &'static str, sum: Sum) -> Line {
    Line { label, files: count(sum.files), bytes: size(sum.bytes) }
}

fn balance(holdings: &Holdings) -> (Option<Line>, Vec<Line>) {
    let delivered = &holdings.delivered;
    if delivered.all.files == 0 {
        return (None, Vec::new());
    }
    let lines = [
        ("are in this library", delivered.placed),
        ("are further copies of the same files", delivered.copies),
        ("are Apple's lists and texts, kept in .windfall/details", delivered.details),
        ("were left out", delivered.left_out),
    ];
    let kept = lines.into_iter().filter(|(_, sum)| sum.files > 0).map(|(label, sum)| line(label, sum));
    (Some(line("files were delivered and read whole", delivered.all)), kept.collect())
}

fn left_out(holdings: &Holdings) -> Vec<String> {
    let mut lines = Vec::new();
    if holdings.settings.choice(name::HIDDEN) == Some(Hidden::Skip) {
        lines.push("Hidden photos are left out of this library, as its owner chose.".to_owned());
    }
    if holdings.settings.choice(name::RECENTLY_DELETED) == Some(RecentlyDeleted::Skip) {
        lines.push("Recently deleted photos are left out of this library, as its owner chose.".to_owned());
    }
    let newest = holdings.runs.iter().find(|run| run.command == Command::Import);
    let ignored = newest.and_then(|run| run.report.entries).map(|entries| entries.ignored);
    if let Some(ignored) = ignored.filter(|n| *n > 0) {
        lines.push(format!(
            "The newest import ignored {}: empty ones, and the kind that computers leave in every folder.",
            counted(ignored, "file", "files")
        ));
    }
    lines
}

fn as_of(holdings: &Holdings) -> Option<String> {
    let read_again = last_verified(holdings);
    let Some(run) = holdings.runs.first() else { return read_again };
    let read = run.report.entries.map(|e| format!(", which looked at {}", counted(e.total, "file", "files")));
    let command = match run.command {
        Command::Import => "import",
        Command::Verify => "check of this library",
        Command::Other(_) => "run",
    };
    let as_of = format!("As of the {command} on {}{}.", day(&run.started), read.unwrap_or_default());
    Some(read_again.map_or_else(|| as_of.clone(), |again| format!("{as_of} {again}")))
}

/// When the library's own bytes were last read, and how they were.
fn last_verified(holdings: &Holdings) -> Option<String> {
    let health = holdings.health;
    let since = date(health.since?.date_naive());
    Some(match health.files.saturating_sub(health.verified) {
        0 => format!("Last verified {since}: all {} intact.", counted(health.files, "file", "files")),
        others => format!(
            "Last verified {since}: {} intact; {} not read since, or not as imported.",
            counted(health.verified, "file", "files"),
            counted(others, "is", "are")
        ),
    })
}
