//! What other players and services take of Apple Music: playlists, the library and favourites as tables, and the
//! listens in the shapes of ListenBrainz and of Spotify, for which importers exist.
//!
//! A playlist names its songs and no files, for Apple delivers none. In the shape of Spotify the reason of an end is in
//! Spotify's words.

#[cfg(test)]
mod tests;

use std::io::{self, Write};

use rusqlite::Connection;
use serde::Serialize;

use crate::category::places::Places;
use crate::library::layout::MUSIC;
use crate::records::elsewhere::{Elsewhere, each_row, has_rows, sheet};

/// Where playlists stand that the library has no more.
const DELETED: &str = "Deleted";

/// Listens in one file of Spotify's shape.
const MOST_IN_FILE: i64 = 10_000;

const LIBRARY: &str = "SELECT title, artist, album, album_artist, genre, year, disc, track, duration_ms, plays, skips, liked, \
     added_utc AS added, last_played_utc AS last_played, catalogue_id, track_id FROM library_tracks \
     ORDER BY artist IS NULL, artist, album IS NULL, album, disc, track, title, id";

const FAVORITES: &str = "SELECT kind, title, artist, preference, changed_utc AS changed FROM favorites \
                         ORDER BY kind, artist, title, changed_utc, rowid";

const ITEMS: &str = "SELECT position, coalesce(title, 'Unknown track ' || track_id, 'Unknown track') AS title, artist, \
                     album, album_artist, duration_ms, catalogue_id, NULL AS isrc, added_utc AS added \
                     FROM playlist_items WHERE playlist = ?1 ORDER BY position";

const LISTENED: &str = "unixepoch(started_utc) IS NOT NULL";

/// The files of a database.
pub(super) fn files(database: &Connection) -> rusqlite::Result<Vec<Elsewhere>> {
    let mut files = playlists(database)?;
    for (name, table, sql) in
        [("library.csv", "library_tracks", LIBRARY), ("favorites.csv", "favorites", FAVORITES)]
    {
        if has_rows(database, &format!("SELECT 1 FROM {table}"))? {
            files.push(Elsewhere::new(format!("{MUSIC}/{name}"), move |database, to| {
                sheet::write(database, sql, [], to)
            }));
        }
    }
    for (name, of) in
        [("listens.jsonl", "artist IS NOT NULL"), ("listens without artist.jsonl", "artist IS NULL")]
    {
        if has_rows(database, &format!("SELECT 1 FROM listens WHERE {of} AND {LISTENED}"))? {
            files.push(Elsewhere::new(format!("{MUSIC}/{name}"), move |database, to| {
                listens(database, of, to)
            }));
        }
    }
    files.extend(histories(database)?);
    Ok(files)
}

/// Those in which there is something, each as a list of its songs for players and as a table.
fn playlists(database: &Connection) -> rusqlite::Result<Vec<Elsewhere>> {
    let sql = "SELECT id, title, playlist_id, deleted FROM playlists WHERE items > 0 \
               ORDER BY deleted, title, playlist_id, id";
    let mut asked = database.prepare(sql)?;
    let mut rows = asked.query([])?;
    let mut places = Places::default();
    let mut files = Vec::new();
    let lists = places.folder(MUSIC, "Playlists");
    while let Some(row) = rows.next()? {
        let number: i64 = row.get(0)?;
        let title = match (row.get::<_, Option<String>>(1)?, row.get::<_, Option<String>>(2)?) {
            (Some(title), _) if !title.trim().is_empty() => title,
            (_, Some(id)) => format!("Playlist {id}"),
            _ => "Playlist".to_owned(),
        };
        let folder = if row.get(3)? { places.folder(&lists, DELETED) } else { lists.clone() };
        let [list, table] = places.free(&folder, &title, ["m3u8", "csv"]);
        files.push(Elsewhere::new(list, move |database, to| playlist(database, number, &title, to)));
        files.push(Elsewhere::new(table, move |database, to| sheet::write(database, ITEMS, [number], to)));
    }
    Ok(files)
}

/// An extended M3U in UTF-8.
fn playlist(database: &Connection, number: i64, title: &str, to: &mut dyn Write) -> io::Result<()> {
    write!(to, "#EXTM3U\n#PLAYLIST:{}\n", one_line(title))?;
    each_row(database, ITEMS, [number], |row| {
        let title: String = row.get("title")?;
        let name = match row.get::<_, Option<String>>("artist")? {
            Some(artist) => format!("{artist} - {title}"),
            None => title,
        };
        // -1 is how players write what they do not know
        let seconds = row.get::<_, Option<i64>>("duration_ms")?.filter(|ms| *ms > 0);
        let seconds = seconds.map_or(-1, |ms| ms.saturating_add(500) / 1000);
        Ok(writeln!(to, "#EXTINF:{seconds},{}", one_line(&name)))
    })
}

fn one_line(text: &str) -> String {
    text.split(['\r', '\n']).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
}

/// What ListenBrainz takes: an object a line.
#[derive(Serialize)]
struct Listened {
    listened_at: i64,
    track_metadata: Track,
}

#[derive(Serialize)]
struct Track {
    track_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    artist_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    release_name: Option<String>,
    additional_info: Additional,
}

#[derive(Serialize)]
struct Additional {
    #[serde(skip_serializing_if = "Option::is_none")]
    duration_ms: Option<i64>,
    music_service: &'static str,
    submission_client: &'static str,
}

fn listens(database: &Connection, of: &str, to: &mut dyn Write) -> io::Result<()> {
    let sql = format!(
        "SELECT unixepoch(started_utc) AS listened_at, title, artist, album, media_ms FROM listens \
         WHERE {of} AND {LISTENED} ORDER BY id"
    );
    each_row(database, &sql, [], |row| {
        let listened = Listened {
            listened_at: row.get("listened_at")?,
            track_metadata: Track {
                track_name: row.get("title")?,
                artist_name: row.get("artist")?,
                release_name: row.get("album")?,
                additional_info: Additional {
                    duration_ms: row.get("media_ms")?,
                    music_service: "music.apple.com",
                    submission_client: "windfall",
                },
            },
        };
        Ok(json(&listened, to).and_then(|()| to.write_all(b"\n")))
    })
}

fn json(value: &impl Serialize, to: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer(to, value).map_err(io::Error::from)
}

/// What Spotify delivers, and what its importers take: an array of such objects.
#[derive(Serialize)]
struct Streamed {
    ts: String,
    ms_played: i64,
    master_metadata_track_name: String,
    master_metadata_album_artist_name: String,
    master_metadata_album_album_name: Option<String>,
    reason_end: &'static str,
    skipped: bool,
}

/// Of what these files are made, of which every importer needs all.
const STREAMED: &str = "artist IS NOT NULL AND ended_utc IS NOT NULL AND played_ms IS NOT NULL";

/// Files of a year each, and of no more listens than Spotify's.
fn histories(database: &Connection) -> rusqlite::Result<Vec<Elsewhere>> {
    let sql = format!(
        "SELECT substr(ended_utc, 1, 4) AS year, count(*) FROM listens WHERE {STREAMED} GROUP BY year ORDER BY year"
    );
    let mut asked = database.prepare(&sql)?;
    let mut rows = asked.query([])?;
    let mut files = Vec::new();
    while let Some(row) = rows.next()? {
        let year: String = row.get(0)?;
        let parts = (row.get::<_, i64>(1)? - 1) / MOST_IN_FILE;
        for part in 0..=parts {
            let path = format!("{MUSIC}/Spotify-shaped/Streaming_History_Audio_{year}_{part}.json");
            let year = year.clone();
            files.push(Elsewhere::new(path, move |database, to| history(database, &year, part, to)));
        }
    }
    Ok(files)
}

fn history(database: &Connection, year: &str, part: i64, to: &mut dyn Write) -> io::Result<()> {
    let offset = part.saturating_mul(MOST_IN_FILE);
    let sql = format!(
        "SELECT ended_utc, played_ms, title, artist, album, end_reason FROM listens \
         WHERE {STREAMED} AND substr(ended_utc, 1, 4) = '{year}' ORDER BY ended_utc, id \
         LIMIT {MOST_IN_FILE} OFFSET {offset}"
    );
    let mut before = "[\n";
    each_row(database, &sql, [], |row| {
        let reason: Option<String> = row.get("end_reason")?;
        let reason_end = reason_of_end(reason.as_deref());
        let streamed = Streamed {
            ts: row.get("ended_utc")?,
            ms_played: row.get("played_ms")?,
            master_metadata_track_name: row.get("title")?,
            master_metadata_album_artist_name: row.get("artist")?,
            master_metadata_album_album_name: row.get("album")?,
            reason_end,
            skipped: matches!(reason_end, "fwdbtn" | "backbtn"),
        };
        let written = to.write_all(before.as_bytes()).and_then(|()| json(&streamed, to));
        before = ",\n";
        Ok(written)
    })?;
    to.write_all(b"\n]\n")
}

/// Apple's reason of an end in Spotify's words.
fn reason_of_end(reason: Option<&str>) -> &'static str {
    match reason {
        Some("NATURAL_END_OF_TRACK") => "trackdone",
        Some("TRACK_SKIPPED_FORWARDS") => "fwdbtn",
        Some("TRACK_SKIPPED_BACKWARDS") => "backbtn",
        Some(
            "MANUALLY_SELECTED_PLAYBACK_OF_A_DIFF_ITEM" | "PLAYBACK_MANUALLY_PAUSED" | "PLAYBACK_SUSPENDED",
        ) => "endplay",
        Some("EXITED_APPLICATION") => "logout",
        Some("FAILED_TO_LOAD") => "trackerror",
        _ => "unknown",
    }
}
