//! `library_tracks`: the newest version of each track that a library has or had.

use rusqlite::params;

use crate::records::cell::Time;
use crate::records::typed::Raw;
use crate::records::typed::music::{above_zero, flag, id, number};

const COLUMNS: [&str; 25] = [
    "track_identifier",
    "title",
    "artist",
    "album",
    "album_artist",
    "genre",
    "track_year",
    "track_duration",
    "track_play_count",
    "skip_count",
    "date_added_to_library",
    "last_played_date",
    "track_like_rating",
    "favorite_status_track",
    "apple_music_track_identifier",
    "content_type",
    "composer",
    "disc_number_of_album",
    "track_number_on_album",
    "is_part_of_compilation",
    "playlist_only_track",
    "rating",
    "comments",
    "grouping",
    "beats_per_minute",
];

pub(super) fn fill(raw: Raw<'_>) -> rusqlite::Result<()> {
    let rows = raw.rows("apple_music_library_tracks", &COLUMNS)?;
    // what has no id is no version of anything
    let newest = Raw::newest(&rows, "coalesce(track_identifier, 'row ' || \"row\")");
    let mut asked = raw.connection.prepare(&format!("SELECT * FROM {newest} ORDER BY \"row\""))?;
    let mut insert = raw.connection.prepare(
        "INSERT INTO library_tracks (track_id, title, artist, album, album_artist, genre, year, duration_ms, \
         plays, skips, added_utc, last_played_utc, liked, catalogue_id, added_raw, added_basis, last_played_raw, \
         last_played_basis, kind, composer, disc, track, compilation, playlist_only, rating, comments, grouping, \
         beats_per_minute) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, \
         ?22, ?23, ?24, ?25, ?26, ?27, ?28)",
    )?;
    let mut rows = asked.query([])?;
    while let Some(row) = rows.next()? {
        let text = |column: &str| row.get::<_, Option<String>>(column);
        let added = text("date_added_to_library")?.unwrap_or_default();
        let added = Time::read(&added, "Date Added To Library", raw.zone);
        let played = text("last_played_date")?.unwrap_or_default();
        let played = Time::read(&played, "Last Played Date", raw.zone);
        let is_liked = liked(flag(row, "favorite_status_track")?, text("track_like_rating")?.as_deref());
        insert.execute(params![
            text("track_identifier")?,
            text("title")?,
            text("artist")?,
            text("album")?,
            text("album_artist")?,
            text("genre")?,
            above_zero(row, "track_year")?,
            number(row, "track_duration")?,
            number(row, "track_play_count")?,
            number(row, "skip_count")?,
            added.utc,
            played.utc,
            is_liked,
            id(text("apple_music_track_identifier")?),
            added.raw,
            added.basis,
            played.raw,
            played.basis,
            text("content_type")?,
            text("composer")?,
            above_zero(row, "disc_number_of_album")?,
            above_zero(row, "track_number_on_album")?,
            flag(row, "is_part_of_compilation")?,
            flag(row, "playlist_only_track")?,
            number(row, "rating")?,
            text("comments")?,
            text("grouping")?,
            above_zero(row, "beats_per_minute")?,
        ])?;
    }
    Ok(())
}

/// Whether the owner likes it: by the newer mark, or the older one, whose words differ from year to year.
fn liked(favorite: Option<bool>, rating: Option<&str>) -> Option<bool> {
    let rating = rating.and_then(|rating| match rating.to_ascii_lowercase().as_str() {
        "liked" | "like" | "loved" | "love" => Some(true),
        "none" | "undefined" | "disliked" | "dislike" => Some(false),
        _ => None,
    });
    match favorite {
        Some(true) => Some(true),
        _ => rating.or(favorite),
    }
}

#[cfg(test)]
mod tests {
    use super::liked;

    #[test]
    fn what_is_liked() {
        for (favorite, rating, expected) in [
            (None, None, None),
            (Some(true), None, Some(true)),
            (Some(false), None, Some(false)),
            (None, Some("LIKED"), Some(true)),
            (Some(false), Some("liked"), Some(true)),
            (Some(true), Some("none"), Some(true)),
            (None, Some("UNDEFINED"), Some(false)),
            (None, Some("disliked"), Some(false)),
            (None, Some("a new word"), None),
            (Some(false), Some("a new word"), Some(false)),
        ] {
            assert_eq!(liked(favorite, rating), expected, "{favorite:?} {rating:?}");
        }
    }
}
