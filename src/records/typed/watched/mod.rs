//! What was watched: one row for each sitting, made of the five files of Apple's that tell of it.
//!
//! Video Play Activity and the older Playback Activity have a row for each event. Of a sitting, which is what has one
//! start and one name, the longest row counts. Promos, previews, trailers and bonus material are no views, nor is
//! anything without a name or without a time.
//! The TV app's activity, the newer Playback Activity and the bookmarks say when something was watched last, and each
//! export's last time is a view.
//!
//! **Each view once.** Views of different files are one if they are of the same thing and end within ten minutes of each
//! other; where several would do, the nearest. Views of one file are never one. Of what the files say the one with the
//! most detail counts, in the order above, and the others fill in what it leaves open.
//!
//! The surprise: position is no duration. Where only a position is known, nobody knows how long it took to get there,
//! and `minutes` and `started` stay NULL.

mod description;
mod source;
#[cfg(test)]
mod tests;
mod united;

use chrono::{DateTime, NaiveDate, NaiveTime};
use rusqlite::{Connection, params};

use crate::category::tables::kind::column_key;
use crate::records::cell::Time;
use crate::records::columns::Headers;
use crate::records::typed::Raw;

pub const TABLES: &str = include_str!("watched.sql");

/// What columns are called in what Apple delivered.
pub const HEADERS: Headers = &[(
    "watched",
    &[
        ("started", "UTC Start Time"),
        ("ended", "UTC End Time"),
        ("season_name", "Content Season Name"),
        ("episode", "Episode Number"),
        ("minutes", "Feature Play Duration"),
        ("channel", "Subscription Channel"),
        ("progress", "max_progress_percentage"),
        ("position_s", "Playback position"),
        ("device", "Hardware Model"),
    ],
)];

/// The views of all files, before those that are one are brought together.
const STAGED: &str = "CREATE TEMP TABLE views (
    source INTEGER, rank INTEGER, sitting TEXT, at INTEGER, item TEXT,
    started_utc TEXT, started_raw TEXT, started_basis TEXT, ended_utc TEXT, ended_raw TEXT, ended_basis TEXT,
    kind TEXT, is_certain INTEGER, show TEXT, season INTEGER, episode INTEGER, season_name TEXT, title TEXT,
    year INTEGER, played_ms REAL, channel TEXT, progress REAL, position_s REAL, device TEXT, id INTEGER PRIMARY KEY
) STRICT";

/// Makes the table. The raw tables and the empty table have to be there.
///
/// # Errors
/// If the database cannot be read or written.
pub fn fill(raw: Raw<'_>) -> rusqlite::Result<()> {
    raw.connection.execute_batch(STAGED)?;
    source::video(raw)?;
    source::playback(raw)?;
    source::events(raw)?;
    source::bookmarks(raw)?;
    united::write(raw.connection)?;
    raw.connection.execute_batch("DROP TABLE temp.views")
}

/// A file that tells of views; the first ones tell most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Source {
    Video,
    /// The older Playback Activity, of events.
    Plays,
    Events,
    /// The newer Playback Activity, of items.
    Positions,
    Bookmarks,
}

impl Source {
    const ALL: [Source; 5] =
        [Source::Video, Source::Plays, Source::Events, Source::Positions, Source::Bookmarks];

    fn name(self) -> &'static str {
        match self {
            Source::Video => "Video Play Activity",
            Source::Plays | Source::Positions => "Playback Activity",
            Source::Events => "TV App Favorites and Activity",
            Source::Bookmarks => "Apple TV Bookmarks",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Episode,
    Film,
}

impl Kind {
    /// By what a file calls it.
    fn of(text: &str) -> Option<Self> {
        let text = text.to_lowercase();
        let has = |words: &[&str]| words.iter().any(|word| text.contains(word));
        if has(&["movie", "film"]) {
            Some(Kind::Film)
        } else if has(&["tv", "episode", "show", "series"]) {
            Some(Kind::Episode)
        } else {
            None
        }
    }

    fn name(self) -> &'static str {
        match self {
            Kind::Episode => "episode",
            Kind::Film => "film",
        }
    }
}

/// What was watched, as far as one file says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct What {
    kind: Option<Kind>,
    /// Whether the kind is stated, not only likely.
    is_certain: bool,
    show: Option<String>,
    season: Option<i64>,
    season_name: Option<String>,
    episode: Option<i64>,
    title: Option<String>,
    year: Option<i64>,
}

impl What {
    fn is_nameless(&self) -> bool {
        self.show.is_none() && self.title.is_none()
    }
}

/// The letters and digits of a name; all of it where it has neither.
fn name_key(name: &str) -> String {
    Some(column_key(name)).filter(|key| !key.is_empty()).unwrap_or_else(|| name.to_lowercase())
}

/// A view, as one file tells of it.
struct View<'r> {
    source: Source,
    rank: i64,
    /// What views of one file have in common if they are one; the row of the newest export counts, or else the longest.
    sitting: String,
    /// Apple's number of what was watched.
    item: Option<&'r str>,
    started: Time<'r>,
    ended: Time<'r>,
    what: What,
    played_ms: Option<f64>,
    channel: Option<&'r str>,
    progress: Option<f64>,
    position_s: Option<f64>,
    device: Option<&'r str>,
}

impl View<'_> {
    /// Adds it to the others, if it has a name and a time.
    fn stage(self, connection: &Connection) -> rusqlite::Result<()> {
        let begun = seconds(&self.started).map(|started| {
            #[allow(clippy::cast_possible_truncation, reason = "of the size of a day")]
            let played = self.played_ms.map_or(0, |ms| (ms / 1000.0) as i64);
            started.saturating_add(played)
        });
        let Some(at) = seconds(&self.ended).or(begun).filter(|_| !self.what.is_nameless()) else {
            return Ok(());
        };
        let What { kind, is_certain, show, season, season_name, episode, title, year } = self.what;
        let sql = "INSERT INTO temp.views VALUES \
            (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16,?17,?18,?19,?20,?21,?22,?23,?24,NULL)";
        connection.prepare_cached(sql)?.execute(params![
            self.source as i64,
            self.rank,
            self.sitting,
            at,
            self.item,
            self.started.utc,
            self.started.raw,
            self.started.basis,
            self.ended.utc,
            self.ended.raw,
            self.ended.basis,
            kind.map(Kind::name),
            is_certain,
            show,
            season,
            episode,
            season_name,
            title,
            year,
            self.played_ms,
            self.channel,
            self.progress,
            self.position_s,
            self.device,
        ])?;
        Ok(())
    }
}

/// Seconds since 1970 of a time, at midnight of a day.
fn seconds(time: &Time<'_>) -> Option<i64> {
    let utc = time.utc.as_deref()?;
    let instant = DateTime::parse_from_rfc3339(utc).map(|at| at.timestamp());
    instant
        .or_else(|_| utc.parse().map(|day: NaiveDate| day.and_time(NaiveTime::MIN).and_utc().timestamp()))
        .ok()
}
