//! `playlists` and `playlist_items`: those that the library has, and those that its log remembers.
//!
//! A place whose track nobody knows stays, with its number.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{Statement, params};

use crate::records::cell::Time;
use crate::records::typed::Raw;
use crate::records::typed::music::activity::Logged;
use crate::records::typed::music::elements;

const COLUMNS: [&str; 7] = [
    "container_identifier",
    "title",
    "container_type",
    "playlist_item_identifiers",
    "added_date",
    "description",
    "public_playlist_identifier",
];

/// A playlist that is to be written.
struct Playlist<'p> {
    id: Option<&'p str>,
    title: Option<&'p str>,
    kind: Option<&'p str>,
    added: &'p str,
    description: Option<&'p str>,
    public_id: Option<&'p str>,
    items: &'p [Option<String>],
    is_deleted: bool,
}

struct Tables<'c> {
    playlist: Statement<'c>,
    item: Statement<'c>,
    raw: Raw<'c>,
}

pub(super) fn fill(raw: Raw<'_>, logged: &BTreeMap<String, Logged>) -> rusqlite::Result<()> {
    raw.connection.execute_batch(
        "CREATE TEMP TABLE music_items (
             playlist INTEGER NOT NULL, position INTEGER NOT NULL, playlist_id TEXT, track_id TEXT,
             PRIMARY KEY (playlist, position)
         ) STRICT, WITHOUT ROWID",
    )?;
    let mut tables = Tables {
        playlist: raw.connection.prepare(
            "INSERT INTO playlists (playlist_id, title, kind, items, added_utc, deleted, added_raw, added_basis, \
             description, public_id) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        )?,
        item: raw.connection.prepare("INSERT INTO temp.music_items VALUES (?1, ?2, ?3, ?4)")?,
        raw,
    };
    let mut in_library = BTreeSet::new();
    let rows = raw.rows("apple_music_library_playlists", &COLUMNS)?;
    let newest = Raw::newest(&rows, "coalesce(container_identifier, 'row ' || \"row\")");
    let mut asked = raw.connection.prepare(&format!("SELECT * FROM {newest} ORDER BY \"row\""))?;
    let mut rows = asked.query([])?;
    while let Some(row) = rows.next()? {
        let text = |column: &str| row.get::<_, Option<String>>(column);
        let id = text("container_identifier")?;
        let rank: i64 = row.get("rank")?;
        // a list is what there was on its day: only the log of a later export can end a playlist of it
        let deleted = id.as_ref().and_then(|id| logged.get(id)?.deleted);
        tables.add(&Playlist {
            id: id.as_deref(),
            title: text("title")?.as_deref(),
            kind: text("container_type")?.as_deref(),
            added: text("added_date")?.as_deref().unwrap_or_default(),
            description: text("description")?.as_deref(),
            public_id: text("public_playlist_identifier")?.as_deref(),
            items: &elements(&text("playlist_item_identifiers")?.unwrap_or_default()),
            is_deleted: deleted.is_some_and(|deleted| deleted > rank),
        })?;
        in_library.extend(id);
    }
    for (id, logged) in logged.iter().filter(|(id, _)| !in_library.contains(id.as_str())) {
        tables.add(&Playlist {
            id: Some(id),
            title: logged.title.as_deref(),
            kind: logged.kind.as_deref(),
            added: logged.added.as_deref().unwrap_or_default(),
            description: logged.description.as_deref(),
            public_id: logged.public_id.as_deref(),
            items: &logged.items,
            is_deleted: true,
        })?;
    }
    // a track may stand twice in the library; what is said of it first counts
    raw.connection.execute_batch(
        "INSERT INTO playlist_items (playlist_id, position, track_id, title, artist, found, album, album_artist, \
         duration_ms, catalogue_id, added_utc, playlist) \
         SELECT items.playlist_id, items.position, items.track_id, \
         iif(track.id IS NULL, logged.title, track.title), iif(track.id IS NULL, logged.artist, track.artist), \
         track.id IS NOT NULL, iif(track.id IS NULL, logged.album, track.album), \
         iif(track.id IS NULL, logged.album_artist, track.album_artist), \
         iif(track.id IS NULL, logged.duration_ms, track.duration_ms), \
         iif(track.id IS NULL, logged.catalogue_id, track.catalogue_id), \
         iif(track.id IS NULL, logged.added_utc, track.added_utc), items.playlist \
         FROM temp.music_items AS items \
         LEFT JOIN library_tracks AS track \
         ON track.id = (SELECT min(id) FROM library_tracks WHERE track_id = items.track_id) \
         LEFT JOIN temp.music_logged AS logged ON logged.track_id = items.track_id \
         ORDER BY items.playlist, items.position; \
         DROP TABLE temp.music_items",
    )
}

impl Tables<'_> {
    fn add(&mut self, playlist: &Playlist<'_>) -> rusqlite::Result<()> {
        let added = Time::read(playlist.added, "Added Date", self.raw.zone);
        let count = i64::try_from(playlist.items.len()).unwrap_or(i64::MAX);
        self.playlist.execute(params![
            playlist.id,
            playlist.title,
            playlist.kind,
            count,
            added.utc,
            playlist.is_deleted,
            added.raw,
            added.basis,
            playlist.description,
            playlist.public_id,
        ])?;
        let number = self.raw.connection.last_insert_rowid();
        for (position, track) in (1_i64..).zip(playlist.items) {
            self.item.execute(params![number, position, playlist.id, track])?;
        }
        Ok(())
    }
}
