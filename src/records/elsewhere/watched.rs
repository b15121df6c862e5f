//! What was watched: a history for any program, and the films for Letterboxd.

use rusqlite::Connection;

use super::{Elsewhere, has_rows, sheet};
use crate::library::layout::TV;

const WATCHED: &str =
    "SELECT started_utc AS started, ended_utc AS ended, kind, show, season, episode, title, year, minutes, channel, progress
    FROM watched ORDER BY rowid";

/// A film counts once on a day. Days are those of UTC; what was only looked into is no film watched.
const FILMS: &str = "SELECT DISTINCT title AS Title, coalesce(year, max(year) OVER (PARTITION BY title, day)) AS Year, day AS WatchedDate
    FROM (SELECT *, substr(coalesce(ended_utc, started_utc), 1, 10) AS day FROM watched_5_minutes
        WHERE kind = 'film' AND title IS NOT NULL)
    ORDER BY 3, 1, 2";

pub fn files(database: &Connection) -> rusqlite::Result<Vec<Elsewhere>> {
    let mut files = Vec::new();
    if has_rows(database, WATCHED)? {
        files.push(Elsewhere::new(format!("{TV}/watched.csv"), |database, to| {
            sheet::write(database, WATCHED, [], to)
        }));
    }
    if has_rows(database, FILMS)? {
        files.push(Elsewhere::new(format!("{TV}/letterboxd.csv"), |database, to| {
            sheet::write(database, FILMS, [], to)
        }));
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use crate::records::elsewhere::tests::written;

    #[test]
    fn a_history_and_the_films() {
        let rows = "Event Type,Content Title,Content Episode Name,Episode Number,UTC Start Time,UTC End Time,Play Duration,Subscription Channel\n\
            playActivity,Ebb,Tide Line,3,2026-05-01T20:00:00Z,2026-05-01T20:40:00Z,2400000,Example+\n\
            playActivity,\"Salt, Road\",,,2026-05-02T18:00:00Z,2026-05-02T18:30:00Z,1800000,\n\
            playActivity,\"Salt, Road\",,,2026-05-02T20:00:00Z,2026-05-02T21:30:00Z,5400000,\n\
            playActivity,Harbour,,,2026-05-03T20:00:00Z,2026-05-03T20:00:40Z,40000,\n";
        let events = "{\"events\":[{\"stored_event\":{\"timestamp\":\"2026-05-02T21:31:00Z\"},\"event_interpretation\":\
            {\"media_description\":\"Salt, Road (Released in: [2005])\"}}]}";
        assert_eq!(
            written(&[
                ("Video Play Activity.csv", rows.as_bytes()),
                ("TV App Favorites and Activity.json", events.as_bytes())
            ]),
            [
                (
                    "TV/letterboxd.csv".to_owned(),
                    "Title,Year,WatchedDate\n\"Salt, Road\",2005,2026-05-02\n".to_owned()
                ),
                (
                    "TV/watched.csv".to_owned(),
                    "started,ended,kind,show,season,episode,title,year,minutes,channel,progress\n\
                     2026-05-01T20:00:00Z,2026-05-01T20:40:00Z,episode,Tide Line,,3,Ebb,,40,Example+,\n\
                     2026-05-02T18:00:00Z,2026-05-02T18:30:00Z,film,,,,\"Salt, Road\",,30,,\n\
                     2026-05-02T20:00:00Z,2026-05-02T21:30:00Z,film,,,,\"Salt, Road\",2005,90,,\n\
                     2026-05-03T20:00:00Z,2026-05-03T20:00:40Z,film,,,,Harbour,,0.67,,\n"
                        .to_owned()
                ),
            ]
        );
    }
}
