//! The tables of Apple Music: what was listened to, the library and its playlists, what the owner likes.
//!
//! They are made in this order, because each asks the ones before: the library and its log, what Apple counted by day,
//! then the listens, whose artists the others know. Nothing is guessed: a song of which nothing names the artist, or
//! of which two are named, has none.

mod activity;
mod artists;
mod daily;
mod favorites;
mod library;
mod listens;
mod playlists;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use rusqlite::{Row, RowIndex};
use serde_json::value::RawValue;

use crate::apple::table::yes_or_no;
use crate::apple::when;
use crate::category::tables::kind::slug;
use crate::records::columns::Headers;
use crate::records::typed::Raw;

pub const TABLES: &str = include_str!("music.sql");

/// What columns are called in what Apple delivered.
pub const HEADERS: Headers = &[
    (
        "listens",
        &[
            ("started", "Event Start Timestamp"),
            ("ended", "Event End Timestamp"),
            ("local_offset", "UTC Offset In Seconds"),
            ("title", "Song Name"),
            ("album", "Album Name"),
            ("played_ms", "Play Duration Milliseconds"),
            ("media_ms", "Media Duration In Milliseconds"),
            ("end_reason", "End Reason Type"),
            ("device", "Device Type"),
            ("device_id", "Device Identifier"),
        ],
    ),
    (
        "daily_tracks",
        &[
            ("played", "Date Played"),
            ("title", "Track Description"),
            ("artist", "Track Description"),
            ("plays", "Play Count"),
            ("skips", "Skip Count"),
            ("played_ms", "Play Duration Milliseconds"),
            ("source", "Source Type"),
            ("end_reason", "End Reason Type"),
            ("catalogue_id", "Track Identifier"),
            ("country", "Country"),
            ("media", "Media type"),
        ],
    ),
    (
        "library_tracks",
        &[
            ("track_id", "Track Identifier"),
            ("title", "Title"),
            ("artist", "Artist"),
            ("album", "Album"),
            ("album_artist", "Album Artist"),
            ("genre", "Genre"),
            ("year", "Track Year"),
            ("duration_ms", "Track Duration"),
            ("plays", "Track Play Count"),
            ("skips", "Skip Count"),
            ("added", "Date Added To Library"),
            ("last_played", "Last Played Date"),
            ("liked", "Track Like Rating"),
            ("catalogue_id", "Apple Music Track Identifier"),
            ("kind", "Content Type"),
            ("composer", "Composer"),
            ("disc", "Disc Number Of Album"),
            ("track", "Track Number On Album"),
            ("compilation", "Is Part of Compilation"),
            ("playlist_only", "Playlist Only Track"),
            ("rating", "Rating"),
            ("comments", "Comments"),
            ("grouping", "Grouping"),
            ("beats_per_minute", "Beats Per Minute"),
        ],
    ),
    (
        "playlists",
        &[
            ("playlist_id", "Container Identifier"),
            ("title", "Title"),
            ("kind", "Container Type"),
            ("items", "Playlist Item Identifiers"),
            ("added", "Added Date"),
            ("description", "Description"),
            ("public_id", "Public Playlist Identifier"),
        ],
    ),
    ("playlist_items", &[("track_id", "Playlist Item Identifiers")]),
    (
        "library_activity",
        &[
            ("at", "Transaction Date"),
            ("kind", "Transaction Type"),
            ("transaction_id", "Transaction Identifier"),
        ],
    ),
    (
        "favorites",
        &[
            ("kind", "Favorite Type"),
            ("title", "Item Description"),
            ("artist", "Item Description"),
            ("changed", "Last Modified"),
            ("preference", "Preference"),
            ("reference", "Item Reference"),
            ("deleted", "Deleted?"),
        ],
    ),
];

/// # Errors
/// If the database cannot be read or written. That is true of everything here.
pub fn fill(raw: Raw<'_>) -> rusqlite::Result<()> {
    library::fill(raw)?;
    playlists::fill(raw, &activity::replay(raw)?)?;
    daily::fill(raw)?;
    favorites::fill(raw)?;
    listens::fill(raw)?;
    raw.connection.execute_batch("DROP TABLE temp.music_names; DROP TABLE temp.music_logged")
}

/// What a cell of a table says; `None` of Apple's words for nothing.
fn said(row: &Row<'_>, column: impl RowIndex) -> rusqlite::Result<Option<String>> {
    Ok(row.get::<_, Option<String>>(column)?.filter(|text| !when::is_null(text)))
}

/// A whole number. Some programs that wrote these tables put `.0` behind every one.
fn whole(text: &str) -> Option<i64> {
    let text = text.trim();
    let digits =
        text.split_once('.').filter(|(_, end)| end.bytes().all(|b| b == b'0')).map(|(start, _)| start);
    digits.unwrap_or(text).parse().ok()
}

fn number(row: &Row<'_>, column: impl RowIndex) -> rusqlite::Result<Option<i64>> {
    Ok(said(row, column)?.as_deref().and_then(whole))
}

/// A number of which 0 stands for none.
fn above_zero(row: &Row<'_>, column: impl RowIndex) -> rusqlite::Result<Option<i64>> {
    Ok(number(row, column)?.filter(|number| *number > 0))
}

/// An id as it is written, of which 0 stands for none.
fn id(text: Option<String>) -> Option<String> {
    text.filter(|text| !matches!(text.trim(), "" | "0"))
}

fn flag(row: &Row<'_>, column: &str) -> rusqlite::Result<Option<bool>> {
    Ok(said(row, column)?.as_deref().and_then(yes_or_no))
}

/// Artist and title of a description, `Artist - Title`. The title may have more such strokes.
fn described(text: &str) -> (Option<&str>, &str) {
    match text.split_once(" - ") {
        Some((artist, title)) if !artist.trim().is_empty() && !title.trim().is_empty() => {
            (Some(artist.trim()), title.trim())
        }
        _ => (None, text.trim()),
    }
}

/// The members of a JSON object by the names that columns have; texts without quotes, no nulls.
fn members(object: &str) -> BTreeMap<String, String> {
    let members: BTreeMap<String, &RawValue> = serde_json::from_str(object).unwrap_or_default();
    members.into_iter().filter_map(|(name, value)| Some((slug(&name), text_of(value)?))).collect()
}

/// The elements of a JSON array, texts without quotes, numbers with their digits; `None` of what is null.
fn elements(array: &str) -> Vec<Option<String>> {
    let elements: Vec<&RawValue> = serde_json::from_str(array).unwrap_or_default();
    elements.into_iter().map(text_of).collect()
}

fn text_of(value: &RawValue) -> Option<String> {
    match value.get() {
        "null" => None,
        // as cells of raw tables are, of which SQLite would show nothing behind a NUL
        text if text.starts_with('"') => {
            serde_json::from_str::<String>(text).ok().map(|text| text.replace('\0', "\u{fffd}"))
        }
        other => Some(other.to_owned()),
    }
}
