//! `favorites`: what the owner likes, from the list of Apple Music, from the radio, and the stations.

use rusqlite::{Statement, params};

use crate::records::cell::Time;
use crate::records::typed::Raw;
use crate::records::typed::music::{described, flag, said};

const INSERT: &str = "INSERT INTO favorites (kind, title, artist, changed_utc, preference, changed_raw, \
                      changed_basis, reference, deleted) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";

/// A list of liked things: its kind of table and what stands where in it.
struct List {
    table: &'static str,
    description: &'static str,
    /// What all of it is, where it has no column that says so.
    kind: Option<&'static str>,
    preference: &'static str,
    /// Columns that make a row the same as one of another export.
    key: &'static str,
}

const LISTS: [List; 3] = [
    List {
        table: "apple_music_favorites",
        description: "item_description",
        kind: None,
        preference: "preference",
        key: "coalesce(item_reference, favorite_type || ' ' || item_description, item_description, \"row\")",
    },
    List {
        table: "music_liked_radio_tracks",
        description: "track_description",
        kind: Some("RADIO TRACK"),
        preference: "event_type",
        key: "track_description, created",
    },
    List {
        table: "music_favorite_stations",
        description: "station_description",
        kind: Some("STATION"),
        preference: "preference",
        key: "station_description",
    },
];

pub(super) fn fill(raw: Raw<'_>) -> rusqlite::Result<()> {
    let mut insert = raw.connection.prepare(INSERT)?;
    LISTS.iter().try_for_each(|list| list.fill(raw, &mut insert))
}

impl List {
    fn fill(&self, raw: Raw<'_>, insert: &mut Statement<'_>) -> rusqlite::Result<()> {
        let columns = [
            "favorite_type",
            "item_reference",
            self.description,
            self.preference,
            "created",
            "last_modified",
            "deleted",
        ];
        let newest = Raw::newest(&raw.rows(self.table, &columns)?, self.key);
        let mut asked = raw.connection.prepare(&format!("SELECT * FROM {newest} ORDER BY \"row\""))?;
        let mut rows = asked.query([])?;
        while let Some(row) = rows.next()? {
            let kind = said(row, "favorite_type")?.or(self.kind.map(str::to_owned));
            let description = said(row, self.description)?;
            let (artist, title) = named(kind.as_deref(), description.as_deref());
            let modified = said(row, "last_modified")?.map(|text| (text, "Last Modified"));
            let created = said(row, "created")?.map(|text| (text, "Created"));
            let changed = modified.or(created).unwrap_or_default();
            let changed = Time::read(&changed.0, changed.1, raw.zone);
            insert.execute(params![
                kind,
                title,
                artist,
                changed.utc,
                said(row, self.preference)?,
                changed.raw,
                changed.basis,
                said(row, "item_reference")?,
                flag(row, "deleted")?,
            ])?;
        }
        Ok(())
    }
}

/// Artist and title of what a description names. Playlists and stations have no artist, whatever strokes are in their
/// names.
fn named<'d>(kind: Option<&str>, description: Option<&'d str>) -> (Option<&'d str>, Option<&'d str>) {
    let kind = kind.unwrap_or_default().to_ascii_uppercase();
    let Some(description) = description else { return (None, None) };
    if ["PLAYLIST", "STATION", "CURATOR"].iter().any(|word| kind.contains(word)) {
        return (None, Some(description));
    }
    if kind.contains("ARTIST") {
        return (Some(description), None);
    }
    let (artist, title) = described(description);
    (artist, Some(title))
}
