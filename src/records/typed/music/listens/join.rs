//! Which segments are one listen.

use rusqlite::{Row, Statement, params};

/// Milliseconds. What follows later is another listen.
const LONGEST_PAUSE: i64 = 30 * 60 * 1000;

/// How a segment ends that another one may go on with. Any other reason, also one that nobody knows, ends the listen.
const PAUSES: [&str; 5] =
    ["PLAYBACK_MANUALLY_PAUSED", "PLAYBACK_SUSPENDED", "SCRUB_BEGIN", "SCRUB_END", "EXITED_APPLICATION"];

/// The columns of a segment, in the order of its fields.
pub(super) const SEGMENT: &str = "\"row\", title, title_key, artist, album, start, end, started_raw, ended_raw, started_basis, ended_basis, played_ms, media_ms, reason, offset, device, device_id";

/// A part of a listen. Its times are in milliseconds.
#[derive(Debug, Clone, Default)]
pub(super) struct Segment {
    pub row: i64,
    pub title: String,
    pub title_key: String,
    pub artist: Option<String>,
    pub album: Option<String>,
    pub start: Option<i64>,
    pub end: Option<i64>,
    pub started_raw: Option<String>,
    pub ended_raw: Option<String>,
    pub started_basis: String,
    pub ended_basis: String,
    pub played: Option<i64>,
    pub media: Option<i64>,
    pub reason: Option<String>,
    pub offset: Option<i64>,
    pub device: Option<String>,
    pub device_id: Option<String>,
}

impl Segment {
    pub(super) fn of(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Segment {
            row: row.get(0)?,
            title: row.get(1)?,
            title_key: row.get(2)?,
            artist: row.get(3)?,
            album: row.get(4)?,
            start: row.get(5)?,
            end: row.get(6)?,
            started_raw: row.get(7)?,
            ended_raw: row.get(8)?,
            started_basis: row.get(9)?,
            ended_basis: row.get(10)?,
            played: row.get(11)?,
            media: row.get(12)?,
            reason: row.get(13)?,
            offset: row.get(14)?,
            device: row.get(15)?,
            device_id: row.get(16)?,
        })
    }
}

/// Segments that are one listen.
#[derive(Debug)]
pub(super) struct Listen {
    /// What its first segment says, but for the end and what was played, which are of all.
    whole: Segment,
    segments: i64,
}

impl Listen {
    pub(super) fn new(segment: Segment) -> Self {
        Listen { whole: segment, segments: 1 }
    }

    /// Whether the next segment, which begins no earlier, is a part of it. Two songs of one title are two, where they
    /// state different albums or artists.
    pub(super) fn goes_on_with(&self, next: &Segment) -> bool {
        let Segment { title_key, artist, album, end, reason, device, device_id, .. } = &self.whole;
        let differs =
            |one: &Option<String>, other: &Option<String>| one.is_some() && other.is_some() && one != other;
        let is_paused = reason.as_deref().is_some_and(|reason| PAUSES.contains(&reason));
        let is_soon =
            end.zip(next.start).is_some_and(|(end, start)| start.saturating_sub(end) <= LONGEST_PAUSE);
        let is_here =
            device_id.as_ref().or(device.as_ref()) == next.device_id.as_ref().or(next.device.as_ref());
        is_paused
            && is_soon
            && is_here
            && *title_key == next.title_key
            && !differs(artist, &next.artist)
            && !differs(album, &next.album)
    }

    pub(super) fn add(&mut self, next: Segment) {
        self.segments += 1;
        let whole = &mut self.whole;
        whole.media = whole.media.or(next.media);
        let played = match (whole.played, next.played) {
            (Some(before), Some(next)) => Some(before.saturating_add(next)),
            (before, next) => before.or(next),
        };
        // who hears a passage again has not heard more than all of it
        whole.played = played.map(|played| played.min(whole.media.unwrap_or(i64::MAX)));
        whole.artist = whole.artist.take().or(next.artist);
        whole.album = whole.album.take().or(next.album);
        whole.offset = whole.offset.or(next.offset);
        whole.reason = next.reason;
        (whole.end, whole.ended_raw, whole.ended_basis) = (next.end, next.ended_raw, next.ended_basis);
    }

    /// Inserts it into `temp.music_listens`.
    pub(super) fn insert(self, insert: &mut Statement<'_>) -> rusqlite::Result<()> {
        let whole = self.whole;
        insert.execute(params![
            whole.row,
            whole.title,
            whole.title_key,
            whole.artist,
            whole.album,
            whole.start,
            whole.end,
            whole.started_raw,
            whole.ended_raw,
            whole.started_basis,
            whole.ended_basis,
            whole.played,
            whole.media,
            whole.reason,
            whole.offset,
            self.segments,
            whole.device,
            whole.device_id,
        ])?;
        Ok(())
    }
}
