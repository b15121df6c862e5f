//! `daily_tracks`: what Apple counts for each track and day.

use rusqlite::params;

use crate::records::cell::Time;
use crate::records::typed::Raw;
use crate::records::typed::music::{described, id, number, said};

const COLUMNS: [&str; 10] = [
    "date_played",
    "track_description",
    "play_count",
    "skip_count",
    "play_duration_milliseconds",
    "source_type",
    "end_reason_type",
    "track_identifier",
    "country",
    "media_type",
];

pub(super) fn fill(raw: Raw<'_>) -> rusqlite::Result<()> {
    let rows = raw.rows("apple_music_play_history_daily_tracks", &COLUMNS)?;
    let key = "date_played, coalesce(track_identifier, track_description), source_type, end_reason_type";
    let newest = Raw::newest(&rows, key);
    let mut asked = raw.connection.prepare(&format!("SELECT * FROM {newest} ORDER BY \"row\""))?;
    let mut insert = raw.connection.prepare(
        "INSERT INTO daily_tracks (played_utc, title, artist, plays, skips, played_ms, source, end_reason, \
         catalogue_id, country, media, played_raw, played_basis) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
    )?;
    let mut rows = asked.query([])?;
    while let Some(row) = rows.next()? {
        let played = row.get::<_, Option<String>>("date_played")?.unwrap_or_default();
        let played = Time::read(&played, "Date Played", raw.zone);
        let description = said(row, "track_description")?;
        let (artist, title) = description.as_deref().map(described).unzip();
        insert.execute(params![
            played.utc,
            title,
            artist.flatten(),
            number(row, "play_count")?,
            number(row, "skip_count")?,
            number(row, "play_duration_milliseconds")?,
            said(row, "source_type")?,
            said(row, "end_reason_type")?,
            id(said(row, "track_identifier")?),
            said(row, "country")?,
            said(row, "media_type")?,
            played.raw,
            played.basis,
        ])?;
    }
    Ok(())
}
