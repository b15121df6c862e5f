//! What the catalog says that the page needs; no file of the library is read.
//!
//! Hidden and deleted items are included, because the certificate counts them. [`Holdings::is_private`] tells
//! what must not be named.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::ControlFlow;

use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::category::outcome::Count;
use crate::category::photos::AlbumKind;
use crate::category::photos::media::Kind;
use crate::contents::Category;
use crate::error::Error;
use crate::library::catalog::{Catalog, Detail, ExportRecord, Health, RunRecord, StoredFile};
use crate::library::path::LibraryPath;
use crate::library::posted::{Posted, Story};
use crate::library::record::{AlbumRecord, Area};
use crate::library::settings::RememberedSettings;
use crate::problem::Severity;
use crate::stage::report::{Entries, missing_parts};

/// An album, memory or shared album.
#[derive(Debug, Clone)]
pub struct Collection {
    /// Whose it is.
    pub kind: AlbumKind,
    pub title: String,
    /// Its files, in order.
    pub paths: Vec<String>,
    /// What people have to do with the media of a shared album, by the paths of these.
    pub posted: HashMap<String, Posted>,
    /// Comments in it, also on media that were not delivered.
    pub comments: u64,
    /// Likes, likewise.
    pub likes: u64,
}

/// Files and their bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sum {
    pub files: u64,
    pub bytes: u64,
}

impl Sum {
    /// Counts `files` of `size` bytes each.
    pub fn add(&mut self, files: u64, size: u64) {
        self.files = self.files.saturating_add(files);
        self.bytes = self.bytes.saturating_add(size.saturating_mul(files));
    }
}

/// What became of the entries that were read whole; the parts add up to `all`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Delivered {
    /// Entries read to their end.
    pub all: Sum,
    /// Stand in the library.
    pub placed: Sum,
    /// Further copies of bytes that stand in the library.
    pub copies: Sum,
    pub details: Sum,
    /// Left out, or not placed yet.
    pub left_out: Sum,
}

/// What wrote a report.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Command {
    Import,
    Verify,
    /// One of which the page says nothing of its own.
    Other(String),
}

impl Command {
    pub fn as_str(&self) -> &str {
        match self {
            Command::Import => "import",
            Command::Verify => "verify",
            Command::Other(name) => name,
        }
    }
}

impl From<String> for Command {
    fn from(name: String) -> Self {
        let known = [Command::Import, Command::Verify].into_iter().find(|known| known.as_str() == name);
        known.unwrap_or(Command::Other(name))
    }
}

#[derive(Debug, Clone)]
pub struct PastRun {
    pub command: Command,
    /// When it began, RFC 3339.
    pub started: String,
    pub report: PastReport,
}

/// What the report of a run says, whichever command and version wrote it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct PastReport {
    /// The library's folder, as it was called then.
    pub library: String,
    /// What became of the entries; a rebuild looks at none.
    pub entries: Option<Entries>,
    pub problems: Vec<PastProblem>,
    /// How much of each category there was, in the words of that version.
    categories: Vec<Value>,
}

/// A problem as some version told it. Its words are not those of [`Problem`](crate::Problem), for a code that
/// only a newer version knows is a problem all the same.
#[derive(Debug, Clone, Deserialize)]
pub struct PastProblem {
    #[serde(default)]
    pub code: String,
    #[serde(default = "unknown_severity", deserialize_with = "severity")]
    pub severity: Severity,
    pub archive: Option<String>,
    pub entry: Option<String>,
    #[serde(default)]
    pub message: String,
}

fn unknown_severity() -> Severity {
    Severity::Warning
}

fn severity<'de, D: Deserializer<'de>>(word: D) -> Result<Severity, D::Error> {
    let word = Value::deserialize(word)?;
    Ok(Severity::deserialize(word).unwrap_or_else(|_| unknown_severity()))
}

impl From<RunRecord> for PastRun {
    fn from(RunRecord { command, started, report }: RunRecord) -> Self {
        PastRun {
            command: command.into(),
            started,
            report: serde_json::from_str(&report).unwrap_or_default(),
        }
    }
}

pub struct Holdings {
    /// Files, sorted by path.
    pub files: Vec<StoredFile>,
    /// Albums, sorted by kind and title.
    pub collections: Vec<Collection>,
    /// Exports, oldest first.
    pub deliveries: Vec<ExportRecord>,
    pub delivered: Delivered,
    /// Runs, newest first.
    pub runs: Vec<PastRun>,
    /// Archives and entries with problems that were read whole at some time, and the BLAKE3 of
    /// their bytes in hex.
    pub read: HashMap<(String, String), String>,
    /// What the library remembers.
    pub settings: RememberedSettings,
    /// How its files were when somebody last looked.
    pub health: Health,
}

impl Holdings {
    pub fn of(catalog: &Catalog) -> Result<Self, Error> {
        let mut files = Vec::new();
        catalog.each_file(Detail::WithoutEvidence, &mut |file| {
            files.push(file);
            ControlFlow::Continue(())
        })?;
        let runs: Vec<PastRun> = catalog.runs()?.into_iter().map(PastRun::from).collect();
        Ok(Holdings {
            files,
            collections: collections(catalog)?,
            deliveries: catalog.exports()?,
            delivered: delivered(catalog)?,
            read: read(catalog, &runs)?,
            runs,
            settings: catalog.settings()?,
            health: catalog.health()?,
        })
    }

    pub fn media(&self) -> impl Iterator<Item = &StoredFile> {
        self.files.iter().filter(|f| f.area == Area::Media)
    }

    /// Photos and videos as their owner counts them: a Live Photo once, and no RAW file beside its photo.
    pub fn items(&self) -> impl Iterator<Item = &StoredFile> {
        let stills: HashSet<&LibraryPath> =
            self.media().filter(|f| kind(f) == Kind::Photo).filter_map(|f| f.live_photo.as_ref()).collect();
        self.media().filter(move |file| match kind(file) {
            Kind::Photo => file.companion_of.is_none(),
            Kind::Video => !stills.contains(&file.path),
            Kind::Adjustment | Kind::Other => false,
        })
    }

    /// How much there is of each category but photos, as the newest import says that had any of it.
    pub fn counts(&self) -> Vec<Count> {
        let imports = self.runs.iter().filter(|run| run.command == Command::Import);
        let mut counts: BTreeMap<Category, Count> = BTreeMap::new();
        for value in imports.flat_map(|run| &run.report.categories) {
            if let Ok(count) = Count::deserialize(value) {
                counts.entry(count.category).or_insert(count);
            }
        }
        counts.into_values().filter(|count| count.category != Category::Photos).collect()
    }

    /// Whether a file is hidden or recently deleted.
    pub fn is_private(file: &StoredFile) -> bool {
        file.hidden || file.deleted
    }

    /// Whether a row of Apple's speaks of a file.
    pub fn is_listed(file: &StoredFile) -> bool {
        file.proved || file.imported_to_icloud.is_some()
    }
}

/// What a file of the media is.
pub fn kind(file: &StoredFile) -> Kind {
    file.kind.unwrap_or(Kind::Other)
}

/// Whether it is a photo that moves.
pub fn is_live(file: &StoredFile) -> bool {
    kind(file) == Kind::Photo && file.live_photo.is_some()
}

/// How many photos, Live Photos among them, and how many videos.
pub fn photos_and_videos(items: &[&StoredFile]) -> (u64, u64) {
    let videos = items.iter().filter(|item| kind(item) == Kind::Video).count();
    ((items.len() - videos) as u64, videos as u64)
}

/// Numbers of the parts of an export that the library has not seen.
pub fn missing(export: &ExportRecord) -> Vec<u32> {
    let seen: HashSet<u32> = export.parts.iter().copied().collect();
    missing_parts(export.total, |number| seen.contains(&number))
}

fn collections(catalog: &Catalog) -> Result<Vec<Collection>, Error> {
    let mut by_album: HashMap<String, HashMap<String, Posted>> = HashMap::new();
    for (path, all) in catalog.posted(None)? {
        for posted in all {
            // whoever posted the same bytes twice said it there first
            by_album.entry(posted.key.clone()).or_default().entry(path.clone()).or_insert(posted);
        }
    }
    let collection = |album: AlbumRecord| {
        // the owner's own album may have the same title
        let is_shared = album.kind == AlbumKind::Shared;
        let story = album.story.filter(|_| is_shared);
        let story = story.map(|story| Story::read(&album.key, &album.title, &story)).unwrap_or_default();
        let posted = if is_shared { by_album.remove(&album.key) } else { None };
        Collection {
            posted: posted.unwrap_or_default(),
            kind: album.kind,
            title: album.title,
            paths: album.files,
            comments: story.comments,
            likes: story.likes,
        }
    };
    Ok(catalog.albums()?.into_iter().map(collection).collect())
}

fn delivered(catalog: &Catalog) -> Result<Delivered, Error> {
    let mut sums = Delivered::default();
    catalog.each_balance(&mut |bytes| {
        let stands = bytes.placed > 0 || bytes.details > 0;
        let placed = bytes.placed.min(bytes.given);
        let details = bytes.details.min(bytes.given - placed);
        let rest = bytes.given - placed - details;
        sums.all.add(bytes.given, bytes.size);
        sums.placed.add(placed, bytes.size);
        sums.details.add(details, bytes.size);
        if stands { &mut sums.copies } else { &mut sums.left_out }.add(rest, bytes.size);
    })?;
    Ok(sums)
}

/// Only what a problem names is kept: a library may have a million entries.
fn read(catalog: &Catalog, runs: &[PastRun]) -> Result<HashMap<(String, String), String>, Error> {
    let places: HashSet<(&str, &str)> = runs
        .iter()
        .flat_map(|run| &run.report.problems)
        .filter_map(|problem| problem.archive.as_deref().zip(problem.entry.as_deref()))
        .collect();
    let mut found = HashMap::new();
    if !places.is_empty() {
        catalog.each_read(&mut |archive, entry, blake3| {
            if places.contains(&(archive, entry)) {
                found.insert((archive.to_owned(), entry.to_owned()), blake3.to_owned());
            }
        })?;
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::{PastRun, RunRecord, Severity};

    fn run(report: &str) -> PastRun {
        let (command, started) = ("import".to_owned(), "2024-06-01T10:00:00+00:00".to_owned());
        PastRun::from(RunRecord { command, started, report: report.to_owned() })
    }

    #[test]
    fn a_report_of_any_command_and_version_is_read() {
        // an earlier version, which knew less of an entry; a newer one, with a code and a field of its own
        let early = run(r#"{"windfall":"0.1.0","entries":{"total":22,"imported":12},"problems":[]}"#);
        assert_eq!(early.report.entries.map(|entries| (entries.total, entries.imported)), Some((22, 12)));
        let newer = run(
            r#"{"problems":[{"code":"faded-photo","severity":"grave","entry":"a","message":"it fades","age":7}]}"#,
        );
        let problem = &newer.report.problems[0];
        assert_eq!((problem.code.as_str(), problem.entry.as_deref()), ("faded-photo", Some("a")));
        assert_eq!((newer.report.entries, problem.archive.as_deref()), (None, None));
        assert_eq!(problem.severity, Severity::Warning);
        let counts = r#"[{"category":"notes","items":2,"listed":3,"matched":2,"files":0,"derived":2},{"category":"dreams"}]"#;
        assert_eq!(run(&format!(r#"{{"categories":{counts}}}"#)).report.categories.len(), 2);
        let known = run(r#"{"problems":[{"severity":"error"},{}]}"#).report.problems;
        assert_eq!(
            known.iter().map(|p| p.severity).collect::<Vec<_>>(),
            [Severity::Error, Severity::Warning]
        );
        assert!(run("").report.problems.is_empty());
    }
}
