//! The files that tell of views, and what a row of each says.

use serde_json::Value;

use super::{Kind, Source, View, What, description, key};
use crate::apple::table::yes_or_no;
use crate::records::cell::Time;
use crate::records::typed::staged::{Cells, each, each_of};
use crate::records::typed::{Raw, said};

/// What is shown before, between and beside.
const NO_VIEWS: [&str; 5] = ["FeaturedPromo", "Preview", "Promotional", "Bonus", "Trailer"];

const VIDEO: [&str; 15] = [
    "event_type",
    "action_type",
    "content_sub_type",
    "content_title",
    "content_episode_name",
    "content_season_name",
    "episode_number",
    "utc_start_time",
    "utc_end_time",
    "play_duration",
    "play_duration_seconds",
    "feature_play_duration",
    "content_length_ms",
    "hardware_model",
    "subscription_channel",
];

/// How a file of Video Play Activity is to be read.
#[derive(Debug, Default)]
struct Dialect {
    export: String,
    entry: String,
    /// Of rows with an episode's number: how many names there are in either column.
    episode_names: i64,
    titles: i64,
    /// Rows whose duration can be compared with the length, and those where it could be seconds.
    compared: i64,
    as_seconds: i64,
}

impl Dialect {
    /// Which of the columns has the show. There are fewer shows than episodes; who cannot tell asks the other files, and
    /// then takes what a real export had.
    fn show_is_title(&self, all: (i64, i64)) -> bool {
        match self.episode_names.cmp(&self.titles) {
            std::cmp::Ordering::Equal => all.0 > all.1,
            order => order.is_gt(),
        }
    }

    /// Whether durations without a unit are seconds: milliseconds taken for them would be longer than what is played.
    fn is_in_seconds(&self) -> bool {
        self.compared > 0 && self.as_seconds * 10 >= self.compared * 9
    }
}

/// How each file is to be read.
fn dialects(raw: Raw<'_>) -> rusqlite::Result<Vec<Dialect>> {
    let columns =
        ["content_episode_name", "content_title", "episode_number", "play_duration", "content_length_ms"];
    let sql = format!(
        "SELECT _export, _entry,
            count(DISTINCT content_episode_name) FILTER (WHERE is_episode),
            count(DISTINCT content_title) FILTER (WHERE is_episode),
            count(*) FILTER (WHERE played > 0 AND length > 0),
            count(*) FILTER (WHERE played > 0 AND length > 0 AND played * 1000 <= length * 2)
        FROM (SELECT *, CAST(play_duration AS REAL) AS played, CAST(content_length_ms AS REAL) AS length,
            CAST(episode_number AS REAL) > 0 AND content_episode_name NOT IN ('N/A', 'null', '-')
                AND content_title NOT IN ('N/A', 'null', '-') AS is_episode FROM {})
        GROUP BY _export, _entry ORDER BY _export, _entry",
        raw.rows("video_play_activity", &columns)?
    );
    let mut asked = raw.connection.prepare(&sql)?;
    let dialects = asked.query_map([], |row| {
        Ok(Dialect {
            export: row.get(0)?,
            entry: row.get(1)?,
            episode_names: row.get(2)?,
            titles: row.get(3)?,
            compared: row.get(4)?,
            as_seconds: row.get(5)?,
        })
    })?;
    dialects.collect()
}

/// Video Play Activity, of both generations.
pub fn video(raw: Raw<'_>) -> rusqlite::Result<()> {
    let dialects = dialects(raw)?;
    let all = dialects
        .iter()
        .fold((0, 0), |(names, titles), file| (names + file.episode_names, titles + file.titles));
    let unknown = Dialect::default();
    let columns = [&VIDEO[..], &["_export", "_entry"]].concat();
    each_of(raw, &raw.rows("video_play_activity", &VIDEO)?, &columns, |cells| {
        let file = (cells.verbatim(VIDEO.len()), cells.verbatim(VIDEO.len() + 1));
        let known = dialects.iter().find(|known| (known.export.as_str(), known.entry.as_str()) == file);
        let dialect = known.unwrap_or(&unknown);
        let cell = |at| cells.said(at);
        if !is_view(cell(0), cell(1), cell(2)) {
            return Ok(());
        }
        let (title, name) = (cell(3), cell(4));
        let (show, other) = if dialect.show_is_title(all) { (title, name) } else { (name, title) };
        let season = cell(5);
        let episode = cell(6).and_then(said::ordinal);
        let owned = |text: Option<&str>| text.map(str::to_owned);
        let what = if season.is_some() || episode.is_some() {
            What {
                kind: Some(Kind::Episode),
                is_certain: true,
                show: owned(show),
                season: season.and_then(season_number),
                season_name: owned(season),
                episode,
                title: owned(other),
                year: None,
            }
        } else {
            // nothing says that it is a film but that it is no episode
            What { kind: Some(Kind::Film), title: owned(show.or(other)), ..What::default() }
        };
        let started = cells.time(7, "UTC Start Time", raw.zone);
        let ended = cells.time(8, "UTC End Time", raw.zone);
        let milliseconds = |at, scale: f64| cell(at).and_then(said::amount).map(|played| played * scale);
        let unit = if dialect.is_in_seconds() { 1000.0 } else { 1.0 };
        let played = milliseconds(11, 1.0)
            .filter(|played| *played > 0.0)
            .or(milliseconds(9, unit))
            .or(milliseconds(10, 1000.0));
        let length = milliseconds(12, 1.0).filter(|length| *length > 0.0);
        let names = format!("{}\n{}", name.unwrap_or_default(), title.unwrap_or_default());
        View {
            source: Source::Video,
            rank: cells.rank()?,
            sitting: sitting(&started, &ended, &names),
            item: None,
            started,
            ended,
            what,
            played_ms: played.map(|played| length.map_or(played, |length| played.min(length))),
            channel: cell(14),
            progress: None,
            position_s: None,
            device: cell(13),
        }
        .stage(raw.connection)
    })
}

/// Whether a row of an event is of a view. Newer files have a row of the same name for every step of playing, of which
/// the last one is a `stop`.
fn is_view(event: Option<&str>, action: Option<&str>, sub_type: Option<&str>) -> bool {
    let is = |text: &str, wanted: &str| text.eq_ignore_ascii_case(wanted);
    let is_stop = action.map(|action| is(action, "stop"));
    let is_play = match event {
        Some(event) if is(event, "playActivity") => is_stop != Some(false),
        Some(event) => is(event, "PLAY") || is(event, "PLAY_END"),
        None => is_stop == Some(true),
    };
    is_play && !sub_type.is_some_and(|sub_type| NO_VIEWS.iter().any(|other| is(sub_type, other)))
}

/// The only number in the name of a season.
fn season_number(name: &str) -> Option<i64> {
    let mut numbers = name.split(|c: char| !c.is_ascii_digit()).filter(|digits| !digits.is_empty());
    let number = numbers.next()?;
    if numbers.next().is_some() && said::ordinal(name).is_none() { None } else { said::ordinal(number) }
}

/// Playback Activity: of events before 2025, of items now.
pub fn playback(raw: Raw<'_>) -> rusqlite::Result<()> {
    const COLUMNS: [&str; 18] = [
        "event_type",
        "title",
        "episode_title",
        "season_number",
        "episode_number",
        "start_time",
        "end_time",
        "content_type",
        "device_model",
        "device_type",
        "play_duration_seconds",
        "item_reference",
        "item_description",
        "last_activity_timestamp",
        "playback_position",
        "play_count",
        "has_been_played",
        // where the title says seconds
        "playback_position_s",
    ];
    each(raw, "playback_activity", &COLUMNS, |cells| match cells.said(0).or(cells.said(5)) {
        Some(_) => play(raw, cells),
        None => item(raw, cells, Source::Positions, 11),
    })
}

/// An event of the older Playback Activity.
fn play(raw: Raw<'_>, cells: Cells<'_>) -> rusqlite::Result<()> {
    let cell = |at| cells.said(at);
    if !is_view(cell(0), None, None) {
        return Ok(());
    }
    let (name, title) = (cell(1), cell(2));
    let season = cell(3);
    let episode = cell(4).and_then(said::ordinal);
    let stated = cell(7).and_then(Kind::of);
    let is_episode = title.is_some() || season.and_then(said::ordinal).is_some() || episode.is_some();
    let kind = stated.or(is_episode.then_some(Kind::Episode));
    let owned = |text: Option<&str>| text.map(str::to_owned);
    let what = What { kind, is_certain: kind.is_some(), ..What::default() };
    let what = match kind {
        Some(Kind::Episode) => What {
            show: owned(name),
            season: season.and_then(season_number),
            season_name: owned(season),
            episode,
            title: owned(title),
            ..what
        },
        Some(Kind::Film) | None => What { title: owned(name.or(title)), ..what },
    };
    let started = cells.time(5, "Start Time", raw.zone);
    let ended = cells.time(6, "End Time", raw.zone);
    let names = format!("{}\n{}", name.unwrap_or_default(), title.unwrap_or_default());
    View {
        source: Source::Plays,
        rank: cells.rank()?,
        sitting: sitting(&started, &ended, &names),
        item: None,
        started,
        ended,
        what,
        played_ms: cell(10).and_then(said::amount).map(|seconds| seconds * 1000.0),
        channel: None,
        progress: None,
        position_s: None,
        device: cell(8).or(cell(9)),
    }
    .stage(raw.connection)
}

/// Apple TV Bookmarks.
pub fn bookmarks(raw: Raw<'_>) -> rusqlite::Result<()> {
    const COLUMNS: [&str; 7] = [
        "item_reference",
        "item_description",
        "last_activity_timestamp",
        "playback_position",
        "play_count",
        "has_been_played",
        // where the title says seconds
        "playback_position_s",
    ];
    each(raw, "apple_tv_bookmarks", &COLUMNS, |cells| item(raw, cells, Source::Bookmarks, 0))
}

/// An item, and when it was watched last. The columns of what it says begin at `from`.
fn item(raw: Raw<'_>, cells: Cells<'_>, source: Source, from: usize) -> rusqlite::Result<()> {
    let cell = |at: usize| cells.said(from + at);
    let position = cell(3).or(cell(6)).and_then(said::amount);
    let count = cell(4).and_then(said::amount);
    let is_played = cell(5).and_then(yes_or_no).map(|is_played| f64::from(u8::from(is_played)));
    // kept for later, and never begun
    if is_never([position, count, is_played]) {
        return Ok(());
    }
    let (reference, name) = (cell(0), cell(1));
    let ended = cells.time(from + 2, "Last activity timestamp", raw.zone);
    View {
        source,
        rank: cells.rank()?,
        sitting: sitting(&Time::none(), &ended, reference.or(name).unwrap_or_default()),
        item: reference,
        started: Time::none(),
        ended,
        what: name.map(|name| description::read(name, None)).unwrap_or_default(),
        played_ms: None,
        channel: None,
        progress: None,
        position_s: position,
        device: None,
    }
    .stage(raw.connection)
}

/// TV App Favorites and Activity, in both spellings of its keys.
pub fn events(raw: Raw<'_>) -> rusqlite::Result<()> {
    // beside other arrays the events have a table of their own
    for kind in ["tv_app_favorites_and_activity", "tv_app_favorites_and_activity_events"] {
        each(raw, kind, &["stored_event", "event_interpretation"], |cells| {
            let json = |at| -> Value {
                cells.said(at).and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
            };
            event(raw, &json(0), &json(1), cells.rank()?)
        })?;
    }
    Ok(())
}

fn event(raw: Raw<'_>, stored: &Value, interpretation: &Value, rank: i64) -> rusqlite::Result<()> {
    let statistics = stored.get("statistics").unwrap_or(&Value::Null);
    let starts = statistics.get("start_play_event_statistics").unwrap_or(&Value::Null);
    let amount = |of: &Value, name| said::member(of, name).as_deref().and_then(said::amount);
    let cursor = amount(stored, "play_cursor_in_milliseconds")
        .or_else(|| amount(stored, "play_position_in_milliseconds"));
    let progress = amount(statistics, "max_progress_percentage");
    if is_never([cursor, progress, amount(starts, "count")]) {
        return Ok(());
    }
    let name = said::member(interpretation, "media_description")
        .or_else(|| said::member(interpretation, "human_readable_media_description"));
    let media = said::member(stored, "media_type");
    let timestamp = said::member(stored, "timestamp").unwrap_or_default();
    let ended = Time::read(&timestamp, "timestamp", raw.zone);
    let channel = said::member(interpretation, "channel_name");
    View {
        source: Source::Events,
        rank,
        sitting: sitting(&Time::none(), &ended, name.as_deref().unwrap_or_default()),
        item: None,
        started: Time::none(),
        ended,
        what: name.as_deref().map(|name| description::read(name, media.as_deref())).unwrap_or_default(),
        played_ms: None,
        channel: channel.as_deref().map(str::trim),
        progress,
        position_s: cursor.map(|milliseconds| milliseconds / 1000.0),
        device: None,
    }
    .stage(raw.connection)
}

/// Whether some is stated, and all of it is nought.
fn is_never(stated: [Option<f64>; 3]) -> bool {
    let mut stated = stated.into_iter().flatten().peekable();
    stated.peek().is_some() && stated.all(|amount| amount == 0.0)
}

/// What makes rows of one file one view: when it began, or else when it ended, and its names.
fn sitting(started: &Time<'_>, ended: &Time<'_>, names: &str) -> String {
    let when = started.utc.as_ref().or(ended.utc.as_ref()).map_or("", String::as_str);
    format!("{when}\n{}", key(names))
}
