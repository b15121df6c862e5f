//! Who a song is by, where the events say only its title.
//!
//! Everything that Apple delivers besides is asked, what knows most of a listen first: what was played on that day, the
//! library by title and album, the other tracks of the album, the history of tracks, and last all of them by the title
//! alone. What names two artists does not answer. Names are the same whatever their case.

use chrono::{Days, NaiveDate};
use rusqlite::{Statement, params};

use crate::apple::text::match_key;
use crate::records::typed::Raw;
use crate::records::typed::music::{described, said};

/// Who says it. The order of the variants is that of asking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    /// The event itself.
    Stated,
    DailyTracks,
    Library,
    Album,
    TrackHistory,
    Title,
}

impl Source {
    pub(super) fn word(self) -> &'static str {
        match self {
            Source::Stated => "stated",
            Source::DailyTracks => "daily-tracks",
            Source::Library => "library",
            Source::Album => "album",
            Source::TrackHistory => "track-history",
            Source::Title => "title",
        }
    }
}

/// How a title, an album or an artist is compared.
pub(super) fn name_key(name: &str) -> String {
    match_key(name.trim())
}

/// What is known of songs, as table `temp.music_names`.
pub(super) struct Artists<'c> {
    insert: Statement<'c>,
    ask: Statement<'c>,
}

impl<'c> Artists<'c> {
    /// Learns all that the tables of the library and of days and the history of tracks say.
    pub(super) fn new(raw: Raw<'c>) -> rusqlite::Result<Self> {
        raw.connection.execute_batch(
            "CREATE TEMP TABLE music_names (
                 source TEXT NOT NULL, title TEXT NOT NULL, \"at\" TEXT NOT NULL, -- a day or an album
                 artist_key TEXT NOT NULL, artist TEXT NOT NULL,
                 PRIMARY KEY (source, title, \"at\", artist_key)
             ) STRICT, WITHOUT ROWID",
        )?;
        let insert = raw.connection.prepare(
            "INSERT INTO temp.music_names VALUES (?1, ?2, ?3, ?4, ?5) \
             ON CONFLICT DO UPDATE SET artist = min(artist, excluded.artist)",
        )?;
        let ask = raw.connection.prepare(
            "SELECT min(artist), count(DISTINCT artist_key) FROM temp.music_names \
             WHERE source = ?1 AND title = ?2 AND \"at\" BETWEEN ?3 AND ?4",
        )?;
        let mut artists = Artists { insert, ask };
        artists.learn_days(raw)?;
        artists.learn_library(raw)?;
        artists.learn_history(raw)?;
        Ok(artists)
    }

    fn learn_days(&mut self, raw: Raw<'_>) -> rusqlite::Result<()> {
        let sql = "SELECT DISTINCT title, artist, played_utc FROM daily_tracks \
                   WHERE title IS NOT NULL AND artist IS NOT NULL";
        let mut asked = raw.connection.prepare(sql)?;
        let mut rows = asked.query([])?;
        while let Some(row) = rows.next()? {
            let (title, artist): (String, String) = (name_key(&row.get::<_, String>(0)?), row.get(1)?);
            if let Some(day) = row.get::<_, Option<String>>(2)? {
                self.add(Source::DailyTracks, &title, &day, &artist)?;
            }
            self.add(Source::Title, &title, "", &artist)?;
        }
        Ok(())
    }

    fn learn_library(&mut self, raw: Raw<'_>) -> rusqlite::Result<()> {
        let sql = "SELECT DISTINCT title, artist, album FROM library_tracks WHERE artist IS NOT NULL";
        let mut asked = raw.connection.prepare(sql)?;
        let mut rows = asked.query([])?;
        while let Some(row) = rows.next()? {
            let title = row.get::<_, Option<String>>(0)?.map(|title| name_key(&title));
            let artist: String = row.get(1)?;
            let album = row.get::<_, Option<String>>(2)?.map(|album| name_key(&album));
            if let Some(album) = &album {
                self.add(Source::Album, "", album, &artist)?;
            }
            if let (Some(title), Some(album)) = (&title, &album) {
                self.add(Source::Library, title, album, &artist)?;
            }
            if let Some(title) = &title {
                self.add(Source::Title, title, "", &artist)?;
            }
        }
        Ok(())
    }

    fn learn_history(&mut self, raw: Raw<'_>) -> rusqlite::Result<()> {
        let rows = raw.rows("apple_music_track_play_history", &["track_name"])?;
        let mut asked = raw.connection.prepare(&format!("SELECT DISTINCT track_name FROM {rows}"))?;
        let mut rows = asked.query([])?;
        while let Some(row) = rows.next()? {
            let Some(name) = said(row, "track_name")? else { continue };
            let (Some(artist), title) = described(&name) else { continue };
            let title = name_key(title);
            self.add(Source::TrackHistory, &title, "", artist)?;
            self.add(Source::Title, &title, "", artist)?;
        }
        Ok(())
    }

    /// Learns what an event states of a title.
    pub(super) fn learn_title(&mut self, title: &str, artist: &str) -> rusqlite::Result<()> {
        self.add(Source::Title, title, "", artist)
    }

    fn add(&mut self, source: Source, title: &str, at: &str, artist: &str) -> rusqlite::Result<()> {
        let artist = artist.trim();
        if !artist.is_empty() {
            self.insert.execute(params![source.word(), title, at, name_key(artist), artist])?;
        }
        Ok(())
    }

    /// Who a song is by; `title` is a [`name_key`], `day` the listener's.
    pub(super) fn of(
        &mut self,
        title: &str,
        album: Option<&str>,
        day: Option<NaiveDate>,
    ) -> rusqlite::Result<Option<(String, Source)>> {
        let of_day = match day {
            Some(day) => self.of_day(title, day)?,
            None => Said::Nothing,
        };
        // where two had the same title on that day, the title alone says nothing any more
        let is_one_title = of_day != Said::Several;
        if let Said::One(artist) = of_day {
            return Ok(Some((artist, Source::DailyTracks)));
        }
        let album = album.map(name_key);
        let of_album =
            album.as_deref().map(|album| [(Source::Library, title, album), (Source::Album, "", album)]);
        let of_title =
            is_one_title.then_some([(Source::TrackHistory, title, ""), (Source::Title, title, "")]);
        for (source, title, at) in of_album.into_iter().chain(of_title).flatten() {
            if let Said::One(artist) = self.ask(source, title, at, at)? {
                return Ok(Some((artist, source)));
            }
        }
        Ok(None)
    }

    /// Apple's day and the listener's may differ by one. Only where the day itself says nothing its neighbours are asked.
    fn of_day(&mut self, title: &str, day: NaiveDate) -> rusqlite::Result<Said> {
        let on = day.to_string();
        let said = self.ask(Source::DailyTracks, title, &on, &on)?;
        if said != Said::Nothing {
            return Ok(said);
        }
        let before = day.checked_sub_days(Days::new(1)).unwrap_or(day).to_string();
        let after = day.checked_add_days(Days::new(1)).unwrap_or(day).to_string();
        self.ask(Source::DailyTracks, title, &before, &after)
    }

    fn ask(&mut self, source: Source, title: &str, from: &str, to: &str) -> rusqlite::Result<Said> {
        self.ask.query_row(params![source.word(), title, from, to], |row| {
            Ok(match (row.get(0)?, row.get::<_, i64>(1)?) {
                (Some(artist), 1) => Said::One(artist),
                (None, _) => Said::Nothing,
                _ => Said::Several,
            })
        })
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Said {
    Nothing,
    One(String),
    Several,
}
