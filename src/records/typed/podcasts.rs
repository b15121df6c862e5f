//! Podcasts, their episodes and the saved ones.
//!
//! The key of a podcast is its address as it was delivered; addresses that differ in case or a slash are two rows here,
//! and one only in the list for other programs. An episode has Apple's own number, which nothing else knows: whoever
//! wants its title has to ask the feed, and Windfall never goes online.
//!
//! The surprise: an address may be a secret, for paid feeds carry a token in it. Such rows are marked `private`, and no
//! page, list of problems or structure report may show them.

use rusqlite::params;

use crate::apple::table::yes_or_no;
use crate::records::cell::Text;
use crate::records::columns::Headers;
use crate::records::typed::staged::{Cells, each_of};
use crate::records::typed::{Raw, said};

pub const TABLES: &str = include_str!("podcasts.sql");

/// What columns are called in what Apple delivered.
pub const HEADERS: Headers = &[
    (
        "podcasts",
        &[
            ("title", "Title"),
            ("feed_url", "Feed URL"),
            ("subscribed", "Subscribed?"),
            ("added", "Added on"),
            ("updated", "Last updated"),
            ("touched", "Last touched on"),
            ("show_type", "Show type"),
        ],
    ),
    (
        "podcast_episodes",
        &[
            ("feed_url", "Feed URL"),
            ("episode_id", "Episode ID"),
            ("played", "Has been played?"),
            ("position_s", "Playback position"),
            ("last_played", "Last played on"),
            ("marked", "Marked as played on"),
            ("plays", "Play count"),
            ("visible", "Visible?"),
            ("is_new", "Is New?"),
            ("manually_set", "Manually set"),
        ],
    ),
    (
        "podcast_bookmarks",
        &[("feed_url", "Feed URL"), ("episode_guid", "Episode GUID"), ("created", "Created on")],
    ),
];

/// Makes the tables. The raw tables and the empty tables have to be there.
///
/// # Errors
/// If the database cannot be read or written.
pub fn fill(raw: Raw<'_>) -> rusqlite::Result<()> {
    podcasts(raw)?;
    episodes(raw)?;
    bookmarks(raw)
}

fn podcasts(raw: Raw<'_>) -> rusqlite::Result<()> {
    const COLUMNS: [&str; 7] =
        ["title", "feed_url", "subscribed", "added_on", "last_updated", "last_touched_on", "show_type"];
    let mut insert = raw
        .connection
        .prepare("INSERT INTO podcasts VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14)")?;
    each(raw, "your_podcasts", &COLUMNS, "feed_url", |cells| {
        let cell = |at| cells.said(at);
        let url = cell(1);
        let added = cells.time(3, "Added on", raw.zone);
        let updated = cells.time(4, "Last updated", raw.zone);
        let touched = cells.time(5, "Last touched on", raw.zone);
        insert.execute(params![
            Text::of(cell(0)),
            Text::of(url),
            cell(2).and_then(yes_or_no),
            added.utc,
            added.raw,
            added.basis,
            updated.utc,
            updated.raw,
            updated.basis,
            touched.utc,
            touched.raw,
            touched.basis,
            Text::of(cell(6)),
            url.map(is_private),
        ])
    })
}

fn episodes(raw: Raw<'_>) -> rusqlite::Result<()> {
    const COLUMNS: [&str; 11] = [
        "feed_url",
        "episode_id",
        "has_been_played",
        "playback_position",
        "playback_position_s",
        "last_played_on",
        "marked_as_played_on",
        "play_count",
        "visible",
        "is_new",
        "manually_set",
    ];
    let mut insert = raw
        .connection
        .prepare("INSERT INTO podcast_episodes VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14)")?;
    each(raw, "podcasts_playstate", &COLUMNS, "feed_url, episode_id", |cells| {
        let cell = |at| cells.said(at);
        let flag = |at| cells.said(at).and_then(yes_or_no);
        let played = cells.time(5, "Last played on", raw.zone);
        let marked = cells.time(6, "Marked as played on", raw.zone);
        insert.execute(params![
            Text::of(cell(0)),
            Text::of(cell(1)),
            flag(2),
            cell(3).or(cell(4)).and_then(said::amount),
            played.utc,
            played.raw,
            played.basis,
            marked.utc,
            marked.raw,
            marked.basis,
            cell(7).and_then(count),
            flag(8),
            flag(9),
            flag(10),
        ])
    })
}

fn bookmarks(raw: Raw<'_>) -> rusqlite::Result<()> {
    const COLUMNS: [&str; 3] = ["feed_url", "episode_guid", "created_on"];
    let mut insert = raw.connection.prepare("INSERT INTO podcast_bookmarks VALUES (?1,?2,?3,?4,?5)")?;
    each(raw, "your_podcast_episode_bookmarks", &COLUMNS, "feed_url, episode_guid", |cells| {
        let created = cells.time(2, "Created on", raw.zone);
        insert.execute(params![
            Text::of(cells.said(0)),
            Text::of(cells.said(1)),
            created.utc,
            created.raw,
            created.basis,
        ])
    })
}

/// Every row that counts, in the order of exports, files and lines. A row without its key is one of its own.
fn each(
    raw: Raw<'_>,
    kind: &str,
    columns: &[&str],
    key: &str,
    mut add: impl FnMut(Cells<'_>) -> rusqlite::Result<usize>,
) -> rusqlite::Result<()> {
    let rows = raw.rows(kind, columns)?;
    let whole = key.split(", ").map(|name| format!("{name} IS NOT NULL")).collect::<Vec<_>>().join(" AND ");
    let own = format!("CASE WHEN {whole} THEN 0 ELSE \"row\" END");
    let newest = Raw::newest(&rows, &format!("{key}, {own}"));
    each_of(raw, &newest, columns, |cells| add(cells).map(drop))
}

/// How often, which may be never.
fn count(text: &str) -> Option<i64> {
    if said::amount(text) == Some(0.0) { Some(0) } else { said::ordinal(text) }
}

/// Whether an address has a user in it, or something in its query that opens it.
fn is_private(url: &str) -> bool {
    let (_, rest) = url.split_once("://").unwrap_or(("", url));
    let (before, query) = rest.split_once('?').unwrap_or((rest, ""));
    let host = before.split('/').next().unwrap_or_default();
    let opens = |name: &str| {
        let name = name.to_ascii_lowercase();
        ["token", "auth", "key", "secret", "signature", "password"].iter().any(|word| name.contains(word))
    };
    host.contains('@') || query.split('&').any(|pair| opens(pair.split('=').next().unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::is_private;
    use crate::records::typed::tests::Written;

    const PODCASTS: &str = "Last updated,Added on,Feed URL,Title,Subscribed?,Last touched on,Show type\n\
        2025-02-11T08:09:10Z,2021-03-04T05:06:07Z,https://example.org/a.xml,\"Tides, and \"\"more\"\"\",Yes,,episodic\n\
        ,,https://example.org/b?x=1&token=abc,Harbour,No,N/A,\n\
        ,,,No address,true,,\n,,N/A,,,,\n";

    #[test]
    fn podcasts_with_all_that_is_said() {
        let written = Written::of(&[("one", "p/Your Podcasts.csv", PODCASTS.as_bytes())]);
        assert_eq!(
            written.rows("SELECT title, feed_url, subscribed, added_utc, private FROM podcasts"),
            [
                "Tides, and \"more\"|https://example.org/a.xml|1|2021-03-04T05:06:07Z|0",
                "Harbour|https://example.org/b?x=1&token=abc|0|-|1",
                "No address|-|1|-|-",
                "-|-|-|-|-",
            ]
        );
        assert_eq!(
            written
                .rows("SELECT added_raw, added_basis, touched_raw, touched_basis, show_type FROM podcasts")
                [..2],
            ["2021-03-04T05:06:07Z|stated|-|none|episodic", "-|none|N/A|none|-"]
        );
    }

    #[test]
    fn the_newest_export_says_whether_one_is_subscribed() {
        let older = "Feed URL,Title,Subscribed?\nu:a,A,Yes\nu:b,B,Yes\n,C,Yes\nu:d,D,Yes\nu:d,D again,No\n";
        let newer = "Feed URL,Title,Subscribed?\nu:a,A,No\n,C,No\n";
        let written = Written::of(&[
            ("one", "Your Podcasts.csv", older.as_bytes()),
            ("two", "Your Podcasts.csv", newer.as_bytes()),
        ]);
        assert_eq!(
            written.rows("SELECT feed_url, title, subscribed FROM podcasts"),
            ["u:b|B|1", "-|C|1", "u:d|D|1", "u:d|D again|0", "u:a|A|0", "-|C|0"]
        );
    }

    #[test]
    fn episodes_and_bookmarks() {
        let states = "Feed URL,Episode ID,Visible?,Marked as played on,Manually set,Is New?,Last played on,Playback position,Play count,Has been played?\n\
            u:a,E1,Yes,,No,No,2025-02-11T08:09:10Z,61.5,2,No\n\
            u:a,E2,Yes,2025-02-12T08:09:10Z,Yes,No,,-3,0,Yes\n";
        let later = "Feed URL,Episode ID,Last played on,Playback position (s),Has been played?\n\
            u:a,E1,2025-03-11T08:09:10Z,0,true\n";
        let saved = "Feed URL,Episode GUID,Created on\nu:a,guid-1,2025-01-01T00:00:00Z\n";
        let written = Written::of(&[
            ("one", "Podcasts Playstate.csv", states.as_bytes()),
            ("one", "Your Podcast Episode Bookmarks.csv", saved.as_bytes()),
            ("two", "Podcasts Playstate.csv", later.as_bytes()),
        ]);
        assert_eq!(
            written.rows(
                "SELECT feed_url, episode_id, played, position_s, last_played_utc, plays, marked_utc, manually_set \
                 FROM podcast_episodes"
            ),
            [
                "u:a|E2|1|-|-|0|2025-02-12T08:09:10Z|1",
                "u:a|E1|1|0|2025-03-11T08:09:10Z|-|-|-",
            ]
        );
        assert_eq!(
            written.rows("SELECT feed_url, episode_guid, created_utc FROM podcast_bookmarks"),
            ["u:a|guid-1|2025-01-01T00:00:00Z"]
        );
    }

    #[test]
    fn addresses_that_open_something() {
        for (url, expected) in [
            ("https://example.org/feed.xml", false),
            ("https://example.org/feed?id=token", false),
            ("https://example.org/feed?a=1&Auth=x", true),
            ("https://me:pass@example.org/feed", true),
            ("https://example.org/@me/feed", false),
            ("feed", false),
        ] {
            assert_eq!(is_private(url), expected, "{url}");
        }
    }
}
