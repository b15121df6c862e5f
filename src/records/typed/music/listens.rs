//! `listens`: the events of Play Activity put together to what somebody listened to.
//!
//! An event is a segment: a pause, a move of the cursor, leaving the app end one, and what follows on the same device
//! and of the same song within half an hour belongs to it. Only the end of a segment was read from a clock, so it
//! began that much earlier as was played. Events of the first year have no type, and some stand there again with one.
//!
//! The rows lie sorted in tables of SQLite's own while this looks at them, so that there may be any number.

mod count;
mod join;

use chrono::{DateTime, FixedOffset, NaiveDate};
use rusqlite::types::ToSqlOutput;
use rusqlite::{Connection, Row, params};

use crate::apple::when::{self, When};
use crate::records::cell::instant;
use crate::records::typed::Raw;
use crate::records::typed::music::artists::{Artists, Source, name_key};
use crate::records::typed::music::{above_zero, number, said};
use join::{Listen, SEGMENT, Segment};

const COLUMNS: [&str; 17] = [
    "event_type",
    "song_name",
    "artist_name",
    "album_name",
    "event_start_timestamp",
    "event_end_timestamp",
    "event_timestamp",
    "utc_offset_in_seconds",
    "play_duration_milliseconds",
    "media_duration_in_milliseconds",
    "end_reason_type",
    "media_type",
    "item_type",
    "device_identifier",
    "device_type",
    "device_os_name",
    "client_device_name",
];

/// Where a column stands in the rows that are asked for. Names are found while this is compiled: there are a hundred
/// thousand rows, and SQLite would look for each name in each.
const fn at(name: &str) -> usize {
    let mut rest: &[&str] = &COLUMNS;
    let mut at = 0;
    while let [column, after @ ..] = rest {
        if is_same(column.as_bytes(), name.as_bytes()) {
            return at;
        }
        rest = after;
        at += 1;
    }
    panic!("there is no such column")
}

const fn is_same(mut one: &[u8], mut other: &[u8]) -> bool {
    while let ([first, after @ ..], [other_first, other_after @ ..]) = (one, other) {
        if *first != *other_first {
            return false;
        }
        one = after;
        other = other_after;
    }
    one.is_empty() && other.is_empty()
}

/// Kinds of items that are no songs.
const NO_SONGS: [&str; 5] = [
    "STREAM",
    "NON_SONG_CLIP",
    "ARTIST_UPLOADED_CONTENT",
    "TIMED_METADATA_PING",
    "AGGREGATE_NON_CATALOG_PLAY_TIME",
];

/// Seconds. No clock on earth is further from UTC.
const FARTHEST: i64 = 18 * 60 * 60;

/// What becomes of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Listen,
    OtherEvent,
    Nameless,
    NotMusic,
    SameEvent,
    OlderExport,
}

impl Fate {
    const ALL: [Fate; 6] =
        [Fate::Listen, Fate::OtherEvent, Fate::Nameless, Fate::NotMusic, Fate::SameEvent, Fate::OlderExport];

    fn word(self) -> &'static str {
        match self {
            Fate::Listen => "listen",
            Fate::OtherEvent => "other-event",
            Fate::Nameless => "nameless",
            Fate::NotMusic => "not-music",
            Fate::SameEvent => "same-event",
            Fate::OlderExport => "older-export",
        }
    }
}

/// How many events met which fate.
#[derive(Default)]
struct Fates([i64; 6]);

impl Fates {
    fn add(&mut self, fate: Fate, events: usize) {
        let count = Fate::ALL.iter().position(|known| *known == fate).and_then(|at| self.0.get_mut(at));
        if let Some(count) = count {
            *count += i64::try_from(events).unwrap_or(i64::MAX);
        }
    }

    fn write(&self, connection: &Connection) -> rusqlite::Result<()> {
        let mut insert = connection.prepare("INSERT INTO play_events (fate, events) VALUES (?1, ?2)")?;
        for (fate, events) in Fate::ALL.into_iter().zip(self.0).filter(|(_, events)| *events > 0) {
            insert.execute(params![fate.word(), events])?;
        }
        Ok(())
    }
}

pub(super) fn fill(raw: Raw<'_>) -> rusqlite::Result<()> {
    let connection = raw.connection;
    connection.execute_batch(
        "CREATE TEMP TABLE music_segments (
             \"row\" INTEGER PRIMARY KEY, rank INTEGER NOT NULL, is_typed INTEGER NOT NULL,
             title TEXT NOT NULL, title_key TEXT NOT NULL, artist TEXT, album TEXT,
             stamp INTEGER, start INTEGER, end INTEGER, started_raw TEXT, ended_raw TEXT, ended_basis TEXT NOT NULL,
             started_basis TEXT NOT NULL, said_ms INTEGER, played_ms INTEGER, media_ms INTEGER, reason TEXT,
             offset INTEGER, device TEXT, device_id TEXT
         ) STRICT;
         CREATE TEMP TABLE music_listens (
             \"row\" INTEGER PRIMARY KEY, title TEXT NOT NULL, title_key TEXT NOT NULL, artist TEXT, album TEXT,
             start INTEGER, end INTEGER, started_raw TEXT, ended_raw TEXT, started_basis TEXT NOT NULL,
             ended_basis TEXT NOT NULL, played_ms INTEGER, media_ms INTEGER, reason TEXT, offset INTEGER,
             segments INTEGER NOT NULL, device TEXT, device_id TEXT
         ) STRICT;",
    )?;
    let mut artists = Artists::new(raw)?;
    let mut fates = Fates::default();
    read(raw, &mut artists, &mut fates)?;
    let counted = count::count(connection)?;
    let mut by = connection
        .prepare("UPDATE temp.music_segments SET artist = ?2 WHERE \"row\" = ?1 AND artist IS NULL")?;
    counted.artists.iter().try_for_each(|said| by.execute(params![said.0, said.1]).map(drop))?;
    drop(by);
    for (fate, rows) in counted.left_out {
        let mut delete = connection.prepare("DELETE FROM temp.music_segments WHERE \"row\" = ?1")?;
        rows.iter().try_for_each(|row| delete.execute([row]).map(drop))?;
        fates.add(fate, rows.len());
    }
    fates.add(
        Fate::Listen,
        connection.query_row("SELECT count(*) FROM temp.music_segments", [], |r| r.get(0))?,
    );
    fates.write(connection)?;
    join(connection)?;
    write(connection, &mut artists)?;
    connection.execute_batch("DROP TABLE temp.music_segments; DROP TABLE temp.music_listens")
}

/// Reads the events of songs.
fn read(raw: Raw<'_>, artists: &mut Artists<'_>, fates: &mut Fates) -> rusqlite::Result<()> {
    let rows = raw.rows("apple_music_play_activity", &COLUMNS)?;
    let mut asked = raw
        .connection
        .prepare(&format!("SELECT {}, \"row\", rank FROM {rows} ORDER BY \"row\"", COLUMNS.join(", ")))?;
    let mut insert = raw.connection.prepare(
        "INSERT INTO temp.music_segments VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, \
         ?16, ?17, ?18, ?19, ?20, ?21)",
    )?;
    let mut rows = asked.query([])?;
    while let Some(row) = rows.next()? {
        let kind = said(row, const { at("event_type") })?;
        let (title, is_typed) = match (song(row, kind.as_deref())?, kind.is_some()) {
            (Ok(title), is_typed) => (title, is_typed),
            (Err(fate), _) => {
                fates.add(fate, 1);
                continue;
            }
        };
        let title_key = name_key(&title);
        let artist = said(row, const { at("artist_name") })?;
        if let Some(artist) = &artist {
            artists.learn_title(&title_key, artist)?;
        }
        let media = above_zero(row, const { at("media_duration_in_milliseconds") })?;
        let reason = said(row, const { at("end_reason_type") })?;
        let spent = number(row, const { at("play_duration_milliseconds") })?;
        let played = spent.map(|played| played.clamp(0, media.unwrap_or(i64::MAX)));
        let times = Times::of(row, played)?;
        let device_id = said(row, const { at("device_identifier") })?;
        let kinds = const { [at("device_type"), at("device_os_name"), at("client_device_name")] };
        let named = kinds.into_iter().find_map(|column| said(row, column).transpose()).transpose()?;
        let offset =
            number(row, const { at("utc_offset_in_seconds") })?.filter(|offset| offset.abs() <= FARTHEST);
        insert.execute(params![
            row.get::<_, i64>(COLUMNS.len())?,
            row.get::<_, i64>(COLUMNS.len() + 1)?,
            is_typed,
            title,
            title_key,
            artist,
            said(row, const { at("album_name") })?,
            times.stamp,
            times.start,
            times.end,
            times.started_raw,
            times.ended_raw,
            times.ended_basis,
            times.started_basis,
            spent,
            played.map(|played| if reason.as_deref() == Some("SCRUB_END") { 0 } else { played }),
            media,
            reason,
            offset,
            named.or_else(|| device_id.clone()),
            device_id,
        ])?;
    }
    Ok(())
}

/// The title of the song that an event is about, or why it is about none.
fn song(row: &Row<'_>, kind: Option<&str>) -> rusqlite::Result<Result<String, Fate>> {
    let is = |column: usize, words: &[&str]| -> rusqlite::Result<bool> {
        let said = said(row, column)?;
        Ok(said.is_some_and(|said| words.iter().any(|word| said.trim().eq_ignore_ascii_case(word))))
    };
    if kind.is_some_and(|kind| kind.trim() != "PLAY_END") {
        return Ok(Err(Fate::OtherEvent));
    }
    if is(const { at("media_type") }, &["VIDEO"])? || is(const { at("item_type") }, &NO_SONGS)? {
        return Ok(Err(Fate::NotMusic));
    }
    Ok(said(row, const { at("song_name") })?.ok_or(Fate::Nameless))
}

/// When a segment was, in milliseconds.
struct Times {
    /// What makes it the same as one of another export: its end, else its start.
    stamp: Option<i64>,
    start: Option<i64>,
    end: Option<i64>,
    started_raw: Option<String>,
    ended_raw: Option<String>,
    started_basis: &'static str,
    ended_basis: &'static str,
}

impl Times {
    fn of(row: &Row<'_>, played: Option<i64>) -> rusqlite::Result<Self> {
        let read = |column: usize| -> rusqlite::Result<(Option<i64>, Option<String>)> {
            let text: Option<String> = row.get(column)?;
            let at = match when::read(text.as_deref().unwrap_or_default(), "Timestamp") {
                Some(When::Instant(at, _)) => Some(at.timestamp_millis()),
                _ => None,
            };
            Ok((at, text))
        };
        let (stated_start, started_raw) = read(const { at("event_start_timestamp") })?;
        let (mut stated_end, mut ended_raw) = read(const { at("event_end_timestamp") })?;
        if stated_start.or(stated_end).is_none() {
            // the moment at which the event was told of is that of its end
            (stated_end, ended_raw) = read(const { at("event_timestamp") })?;
        }
        let derived = match (stated_start, stated_end, played) {
            (_, Some(end), Some(played)) => (end.checked_sub(played), Some(end), "derived", "stated"),
            (start, Some(end), None) => (start, Some(end), "stated", "stated"),
            (Some(start), None, Some(played)) => {
                (Some(start), start.checked_add(played), "stated", "derived")
            }
            (start, None, _) => (start, None, "stated", "none"),
        };
        let (start, end, started_basis, ended_basis) = derived;
        let started_basis = if start.is_some() { started_basis } else { "none" };
        let stamp = stated_end.or(stated_start);
        Ok(Times { stamp, start, end, started_raw, ended_raw, started_basis, ended_basis })
    }
}

/// Joins the segments of each song on each device.
fn join(connection: &Connection) -> rusqlite::Result<()> {
    let mut asked = connection.prepare(&format!(
        "SELECT {SEGMENT} FROM temp.music_segments \
         ORDER BY coalesce(device_id, device), title_key, start, end, rank, \"row\""
    ))?;
    let mut insert = connection.prepare(
        "INSERT INTO temp.music_listens VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, \
         ?17, ?18)",
    )?;
    let mut open: Option<Listen> = None;
    let mut rows = asked.query([])?;
    while let Some(row) = rows.next()? {
        let segment = Segment::of(row)?;
        match open.as_mut().filter(|open| open.goes_on_with(&segment)) {
            Some(open) => open.add(segment),
            None => {
                if let Some(ended) = open.replace(Listen::new(segment)) {
                    ended.insert(&mut insert)?;
                }
            }
        }
    }
    open.map_or(Ok(()), |open| open.insert(&mut insert))
}

/// Writes the listens in the order of time, and asks whom they are by.
fn write(connection: &Connection, artists: &mut Artists<'_>) -> rusqlite::Result<()> {
    let mut asked = connection.prepare(
        "SELECT start, end, offset, title_key, album, artist, title, played_ms, media_ms, reason, segments, device, \
         started_raw, started_basis, ended_raw, ended_basis, device_id FROM temp.music_listens \
         ORDER BY coalesce(start, end), end, title_key, device_id, device, \"row\"",
    )?;
    let mut insert = connection.prepare(
        "INSERT INTO listens (started_utc, ended_utc, local_offset, artist, artist_source, album, title, played_ms, \
         media_ms, end_reason, segments, device, started_raw, started_basis, ended_raw, ended_basis, device_id) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)",
    )?;
    let utc = |at: Option<i64>| at.and_then(DateTime::from_timestamp_millis).map(instant);
    let mut rows = asked.query([])?;
    while let Some(row) = rows.next()? {
        let (start, end): (Option<i64>, Option<i64>) = (row.get(0)?, row.get(1)?);
        let offset: Option<i64> = row.get(2)?;
        let album: Option<String> = row.get(4)?;
        let by = match row.get::<_, Option<String>>(5)? {
            Some(artist) => Some((artist, Source::Stated)),
            None => artists.of(&row.get::<_, String>(3)?, album.as_deref(), day(start.or(end), offset))?,
        };
        let (artist, source) = by.unzip();
        let cell = |at| row.get_ref(at).map(ToSqlOutput::Borrowed);
        insert.execute(params![
            utc(start),
            utc(end),
            offset,
            artist,
            source.map(Source::word),
            album,
            cell(6)?,
            cell(7)?,
            cell(8)?,
            cell(9)?,
            cell(10)?,
            cell(11)?,
            cell(12)?,
            cell(13)?,
            cell(14)?,
            cell(15)?,
            cell(16)?,
        ])?;
    }
    Ok(())
}

/// The listener's day.
fn day(at: Option<i64>, offset: Option<i64>) -> Option<NaiveDate> {
    let at = DateTime::from_timestamp_millis(at?)?;
    let offset = i32::try_from(offset.unwrap_or_default()).ok().and_then(FixedOffset::east_opt)?;
    Some(at.with_timezone(&offset).date_naive())
}
