//! `library_activity`, and what replaying it gives: playlists that the library has no more, and what tracks were called
//! that it has no more.
//!
//! The log is played from its first day to its last, whatever the order of its elements. A track that is deleted leaves
//! the playlists of that moment, as it does in Apple Music; a playlist that is deleted stays as it was then.
//! What the log does not say is left open: a playlist of which it knows no more than its end is none.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{Row, Statement, params};

use crate::apple::when::{self, When};
use crate::records::cell::Time;
use crate::records::typed::Raw;
use crate::records::typed::music::{elements, id, members, whole};

const COLUMNS: [&str; 16] = [
    "transaction_type",
    "transaction_identifier",
    "transaction_date",
    "tracks",
    "track_identifiers",
    "playlist",
    "playlists",
    "playlist_identifier",
    "track_identifier",
    "title",
    "artist",
    "album",
    "album_artist",
    "track_duration",
    "apple_music_track_identifier",
    "date_added_to_library",
];

/// Those of a track.
const OF_TRACKS: [&str; 8] = [
    "track_identifier",
    "title",
    "artist",
    "album",
    "album_artist",
    "track_duration",
    "apple_music_track_identifier",
    "date_added_to_library",
];

/// A playlist as the log leaves it.
#[derive(Debug, Default)]
pub(super) struct Logged {
    pub title: Option<String>,
    pub kind: Option<String>,
    pub description: Option<String>,
    pub public_id: Option<String>,
    pub added: Option<String>,
    pub items: Vec<Option<String>>,
    /// The place of the export whose log deletes it, the oldest is 0.
    pub deleted: Option<i64>,
}

/// Playlists while the log is played. A moment is the place of a change in it.
#[derive(Default)]
struct Replay {
    playlists: BTreeMap<String, Playing>,
    /// Tracks that are deleted, and when.
    gone: BTreeSet<(String, u64)>,
}

#[derive(Default)]
struct Playing {
    logged: Logged,
    /// What is in it, and since when.
    items: Vec<(Option<String>, u64)>,
    /// When it was deleted.
    end: Option<u64>,
}

/// Writes the log and what it says of tracks (`temp.music_logged`), and gives the playlists that it leaves, by their id.
pub(super) fn replay(raw: Raw<'_>) -> rusqlite::Result<BTreeMap<String, Logged>> {
    raw.connection.execute_batch(
        "CREATE TEMP TABLE music_log (\"row\" INTEGER PRIMARY KEY, moment INTEGER) STRICT;
         CREATE TEMP TABLE music_logged (
             track_id TEXT PRIMARY KEY, title TEXT, artist TEXT, album TEXT, album_artist TEXT, duration_ms INTEGER,
             catalogue_id TEXT, added_utc TEXT
         ) STRICT, WITHOUT ROWID;",
    )?;
    let rows = raw.rows("apple_music_library_activity", &COLUMNS)?;
    let newest = Raw::newest(&rows, "coalesce(transaction_identifier, 'row ' || \"row\")");
    order(raw, &rows)?;
    let mut asked = raw.connection.prepare(&format!(
        "SELECT changes.* FROM {newest} AS changes JOIN temp.music_log AS log ON log.\"row\" = changes.\"row\" \
         ORDER BY log.moment, log.\"row\""
    ))?;
    let mut written = Written::new(raw)?;
    let mut replay = Replay::default();
    let mut rows = asked.query([])?;
    let mut moment = 0;
    while let Some(row) = rows.next()? {
        moment += 1;
        let change = Change::of(row)?;
        written.change(&change)?;
        change.tracks.iter().try_for_each(|track| written.track(track))?;
        replay.play(moment, change);
    }
    drop(rows);
    raw.connection.execute_batch("DROP TABLE temp.music_log")?;
    Ok(replay.end())
}

/// When each change was, so that they can be sorted.
fn order(raw: Raw<'_>, rows: &str) -> rusqlite::Result<()> {
    let mut asked = raw.connection.prepare(&format!("SELECT \"row\", transaction_date FROM {rows}"))?;
    let mut insert = raw.connection.prepare("INSERT INTO temp.music_log VALUES (?1, ?2)")?;
    let mut rows = asked.query([])?;
    while let Some(row) = rows.next()? {
        let date: Option<String> = row.get(1)?;
        let moment = match when::read(&date.unwrap_or_default(), DATE) {
            Some(When::Instant(at, _)) => Some(at.timestamp_millis()),
            _ => None,
        };
        insert.execute(params![row.get::<_, i64>(0)?, moment])?;
    }
    Ok(())
}

const DATE: &str = "Transaction Date";

/// An element of the log.
struct Change {
    kind: Option<String>,
    transaction: Option<String>,
    date: String,
    rank: i64,
    tracks: Vec<BTreeMap<String, String>>,
    deleted_tracks: Vec<Option<String>>,
    playlists: Vec<BTreeMap<String, String>>,
    /// The playlist that it deletes.
    deleted: Option<String>,
}

impl Change {
    fn of(row: &Row<'_>) -> rusqlite::Result<Self> {
        let text = |column: &str| row.get::<_, Option<String>>(column);
        let objects = |array: Option<String>| {
            let elements = elements(array.as_deref().unwrap_or_default());
            elements.into_iter().flatten().map(|object| members(&object))
        };
        let mut tracks: Vec<_> = objects(text("tracks")?).collect();
        if text("track_identifier")?.is_some() {
            // the element is itself a track
            let mut track = BTreeMap::new();
            for column in OF_TRACKS {
                track.extend(text(column)?.map(|cell| (column.to_owned(), cell)));
            }
            tracks.push(track);
        }
        let playlist = text("playlist")?.map(|object| members(&object));
        Ok(Change {
            kind: text("transaction_type")?,
            transaction: text("transaction_identifier")?,
            date: text("transaction_date")?.unwrap_or_default(),
            rank: row.get("rank")?,
            tracks,
            deleted_tracks: elements(&text("track_identifiers")?.unwrap_or_default()),
            playlists: playlist.into_iter().chain(objects(text("playlists")?)).collect(),
            deleted: text("playlist_identifier")?,
        })
    }
}

impl Replay {
    fn play(&mut self, moment: u64, change: Change) {
        match change.kind.as_deref() {
            Some("deleteItems") => {
                self.gone.extend(change.deleted_tracks.into_iter().flatten().map(|track| (track, moment)));
            }
            Some("deleteContainer") => {
                let deleted = change.deleted.as_ref().and_then(|playlist| self.playlists.get_mut(playlist));
                if let Some(playing) = deleted {
                    playing.end = Some(moment);
                    playing.logged.deleted = Some(change.rank);
                }
            }
            Some("appendContainerItems") => {
                for playlist in change.playlists {
                    self.write(moment, playlist, Items::Append);
                }
            }
            Some("addContainer" | "addContainers" | "updateContainer") => {
                for playlist in change.playlists {
                    self.write(moment, playlist, Items::Replace);
                }
            }
            _ => {}
        }
    }

    /// Writes what a change says of a playlist; it says nothing of the rest.
    fn write(&mut self, moment: u64, mut says: BTreeMap<String, String>, items: Items) {
        let Some(playlist) = says.remove("container_identifier") else { return };
        let playing = self.playlists.entry(playlist).or_default();
        let logged = &mut playing.logged;
        for (column, place) in [
            ("title", &mut logged.title),
            ("container_type", &mut logged.kind),
            ("description", &mut logged.description),
            ("public_playlist_identifier", &mut logged.public_id),
            ("added_date", &mut logged.added),
        ] {
            if let Some(said) = says.remove(column) {
                *place = Some(said);
            }
        }
        (playing.end, logged.deleted) = (None, None);
        if let Some(said) = says.remove("playlist_item_identifiers") {
            if matches!(items, Items::Replace) {
                playing.items.clear();
            }
            playing.items.extend(elements(&said).into_iter().map(|item| (item, moment)));
        }
    }

    fn end(self) -> BTreeMap<String, Logged> {
        let Replay { playlists, gone } = self;
        let is_gone = |item: &Option<String>, since: u64, end: Option<u64>| {
            let Some(item) = item else { return false };
            gone.range((item.clone(), since)..(item.clone(), end.unwrap_or(u64::MAX))).next().is_some()
        };
        let ended = playlists.into_iter().map(|(id, Playing { mut logged, items, end })| {
            let kept = items.into_iter().filter(|(item, since)| !is_gone(item, *since, end));
            logged.items = kept.map(|(item, _)| item).collect();
            (id, logged)
        });
        ended.collect()
    }
}

/// What a change's items are to those that are there.
enum Items {
    Replace,
    Append,
}

/// The tables that the log is written to.
struct Written<'c> {
    change: Statement<'c>,
    track: Statement<'c>,
    raw: Raw<'c>,
}

impl<'c> Written<'c> {
    fn new(raw: Raw<'c>) -> rusqlite::Result<Self> {
        let change = raw.connection.prepare(
            "INSERT INTO library_activity (at_utc, kind, title, tracks, playlist_id, transaction_id, at_raw, at_basis) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?;
        // a later change says what it changes and no more
        let track = raw.connection.prepare(
            "INSERT INTO temp.music_logged VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT DO UPDATE SET \
             title = coalesce(excluded.title, title), artist = coalesce(excluded.artist, artist), \
             album = coalesce(excluded.album, album), album_artist = coalesce(excluded.album_artist, album_artist), \
             duration_ms = coalesce(excluded.duration_ms, duration_ms), \
             catalogue_id = coalesce(excluded.catalogue_id, catalogue_id), \
             added_utc = coalesce(excluded.added_utc, added_utc)",
        )?;
        Ok(Written { change, track, raw })
    }

    fn change(&mut self, change: &Change) -> rusqlite::Result<()> {
        let only = |says: &'_ [BTreeMap<String, String>], column: &str| match says {
            [only] => only.get(column).cloned(),
            _ => None,
        };
        let playlist = only(&change.playlists, "container_identifier").or_else(|| change.deleted.clone());
        let title = only(&change.playlists, "title").or_else(|| only(&change.tracks, "title"));
        let items = only(&change.playlists, "playlist_item_identifiers").map(|items| elements(&items).len());
        let tracks = [change.tracks.len(), change.deleted_tracks.len()].into_iter().find(|count| *count > 0);
        let tracks = tracks.or(items).map(|count| i64::try_from(count).unwrap_or(i64::MAX));
        let at = Time::read(&change.date, DATE, self.raw.zone);
        self.change.execute(params![
            at.utc,
            change.kind,
            title,
            tracks,
            playlist,
            change.transaction,
            at.raw,
            at.basis
        ])?;
        Ok(())
    }

    fn track(&mut self, track: &BTreeMap<String, String>) -> rusqlite::Result<()> {
        let Some(track_id) = track.get("track_identifier") else { return Ok(()) };
        let added = track.get("date_added_to_library").map_or("", String::as_str);
        self.track.execute(params![
            track_id,
            track.get("title"),
            track.get("artist"),
            track.get("album"),
            track.get("album_artist"),
            track.get("track_duration").and_then(|text| whole(text)),
            id(track.get("apple_music_track_identifier").cloned()),
            Time::read(added, "Date Added To Library", self.raw.zone).utc,
        ])?;
        Ok(())
    }
}
