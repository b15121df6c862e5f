//! Apple's lists of films and episodes in, `watched` out: both generations, and one view that several lists have.

use crate::records::typed::tests::Written;

const HEADER: &str = "Event Type,Action Type,Content Sub-Type,Content Title,Content Episode Name,Content Season Name,\
    Episode Number,UTC Start Time,UTC End Time,Play Duration,Feature Play Duration,Content Length MS,Hardware Model,\
    Subscription Channel\n";

const PATH: &str = "Other Activity/Video Play Activity.csv";

const COLUMNS: &str = "SELECT started_utc, ended_utc, kind, show, season, episode, title, year, minutes, channel, \
    progress FROM watched";

/// A file of Video Play Activity as it is since 2025.
fn video(rows: &[&str]) -> String {
    format!("{HEADER}{}\n", rows.join("\n"))
}

fn watched(files: &[(&str, &str)]) -> Vec<String> {
    let files: Vec<(&str, &str, &[u8])> =
        files.iter().map(|(path, text)| ("media", *path, text.as_bytes())).collect();
    Written::of(&files).rows(COLUMNS)
}

#[test]
fn a_sitting_counts_once_with_its_longest_row() {
    let rows = video(&[
        "playActivity,stop,,Ebb,Tide Line,Season 1,3.0,2026-05-01T20:00:00.120Z,2026-05-01T20:40:00Z,2400000,2390000,2700000,AppleTV11,Example+",
        "playActivity,stop,,Ebb,Tide Line,Season 1,3.0,2026-05-01T20:00:00.120Z,2026-05-01T20:10:00Z,600000,590000,2700000,AppleTV11,Example+",
        "playActivity,play,,Ebb,Tide Line,Season 1,3.0,2026-05-01T20:00:00.120Z,2026-05-01T20:50:00Z,3000000,,2700000,AppleTV11,Example+",
        "seekActivity,stop,,Ebb,Tide Line,Season 1,3.0,2026-05-01T20:00:00.120Z,2026-05-01T20:50:00Z,3000000,,2700000,AppleTV11,Example+",
        ",stop,,Flow,Tide Line,Season 1,4.0,2026-05-01T21:00:00Z,2026-05-01T21:45:00Z,9000000,0,2700000,,",
        "playActivity,stop,,Salt Road,,,0.0,2026-05-02T20:00:00Z,2026-05-02T22:00:00Z,-5,,6000000,,",
    ]);
    assert_eq!(
        watched(&[(PATH, &rows)]),
        [
            "2026-05-01T20:00:00Z|2026-05-01T20:40:00Z|episode|Tide Line|1|3|Ebb|-|39.83|Example+|-",
            "2026-05-01T21:00:00Z|2026-05-01T21:45:00Z|episode|Tide Line|1|4|Flow|-|45|-|-",
            "2026-05-02T20:00:00Z|2026-05-02T22:00:00Z|film|-|-|-|Salt Road|-|-|-|-",
        ]
    );
}

#[test]
fn promos_and_what_has_no_name_or_time_are_no_views() {
    let rows = video(&[
        "playActivity,stop,FeaturedPromo,A,B,,,2026-05-01T20:00:00Z,2026-05-01T20:01:00Z,60000,60000,,,",
        "playActivity,stop,preview,A,B,,,2026-05-01T20:00:00Z,2026-05-01T20:01:00Z,60000,60000,,,",
        "playActivity,stop,Promotional,A,B,,,2026-05-01T20:00:00Z,2026-05-01T20:01:00Z,60000,60000,,,",
        "playActivity,stop,Bonus,A,B,,,2026-05-01T20:00:00Z,2026-05-01T20:01:00Z,60000,60000,,,",
        "playActivity,stop,,N/A,,,,2026-05-01T20:00:00Z,2026-05-01T20:01:00Z,60000,60000,,,",
        "playActivity,stop,,A,,,,soon,,60000,60000,,,",
        "playActivity,stop,Feature,A,,,,2026-05-01T20:00:00Z,,60000,60000,,,",
    ]);
    assert_eq!(watched(&[(PATH, &rows)]), ["2026-05-01T20:00:00Z|-|film|-|-|-|A|-|1|-|-"]);
}

#[test]
fn the_column_with_fewer_names_has_the_show() {
    // either way round; the one file that cannot tell is read as the others are
    let other_way = video(&[
        "playActivity,stop,,Tide Line,Ebb,Season 1,1,2025-05-01 20:00:00,2025-05-01 20:40:00,2400000,,2700000,,",
        "playActivity,stop,,Tide Line,Flow,Season 1,2,2025-05-02 20:00:00,2025-05-02 20:40:00,2400000,,2700000,,",
        "playActivity,stop,,Salt Road,,,,2025-05-03 20:00:00,2025-05-03 20:40:00,2400000,,2700000,,",
    ]);
    let unclear =
        video(&["playActivity,stop,,Harbour,Lights,,5,2025-06-01 20:00:00,2025-06-01 20:40:00,2400000,,,,"]);
    let shows = |files: &[(&str, &str)]| -> Vec<String> {
        let files: Vec<(&str, &str, &[u8])> =
            files.iter().map(|(path, text)| ("media", *path, text.as_bytes())).collect();
        Written::of(&files).rows("SELECT show, title FROM watched")
    };
    assert_eq!(
        shows(&[(PATH, &other_way), ("b/Video Play Activity.csv", &unclear)]),
        ["Tide Line|Ebb", "Tide Line|Flow", "-|Salt Road", "Harbour|Lights"]
    );
    assert_eq!(shows(&[(PATH, &unclear)]), ["Lights|Harbour"]);
}

#[test]
fn seconds_are_told_from_milliseconds_by_the_length() {
    let seconds = video(&[
        "PLAY_END,,,Ebb,Tide Line,,1,2024-05-01 20:00:00,2024-05-01 20:40:00,2400,,2700000,,",
        "PLAY_END,,,Flow,Tide Line,,2,2024-05-02 20:00:00,2024-05-02 20:40:00,90,,2700000,,",
        "PLAY,,,Flow,Tide Line,,2,2024-05-02 20:00:00,,,,2700000,,",
    ]);
    let milliseconds = video(&[
        "playActivity,stop,,Ebb,Tide Line,,1,2026-05-01 20:00:00,2026-05-01 20:40:00,2400000,,2700000,,",
        "playActivity,stop,,Ebb,Tide Line,,1,2026-05-02 20:00:00,2026-05-02 20:00:02,1500,,2700000,,",
        "playActivity,stop,,Ebb,Tide Line,,1,2026-05-03 20:00:00,2026-05-03 20:00:02,99999999999,,2700000,,",
    ]);
    let named = "Event Type,Content Title,UTC Start Time,UTC End Time,Play Duration (Seconds)\n\
        PLAY_END,Salt Road,2023-05-01 20:00:00,2023-05-01 22:00:00,7000\n";
    let files = [
        ("a/Video Play Activity.csv", seconds.as_str()),
        (PATH, &milliseconds),
        ("c/Video Play Activity.csv", named),
    ];
    let files: Vec<(&str, &str, &[u8])> =
        files.iter().map(|(path, text)| ("media", *path, text.as_bytes())).collect();
    assert_eq!(
        Written::of(&files).rows("SELECT title, minutes, ended_basis FROM watched"),
        [
            "Salt Road|116.67|assumed:UTC",
            "Ebb|40|assumed:UTC",
            "Flow|1.5|assumed:UTC",
            "Ebb|40|assumed:UTC",
            "Ebb|0.03|assumed:UTC",
            "Ebb|45|assumed:UTC"
        ]
    );
}

#[test]
fn items_say_when_they_were_watched_last() {
    let positions = "Item Reference,Item Description,Last activity timestamp,Playback position,Play count,Has been played?\n\
        1,Salt Road,2026-01-15 22:00:00,5400,1,Yes\n2,Never seen,1904-01-01T00:00:00Z,0,0,No\n\
        3,Kept for later,2026-01-16 22:00:00,0,0,No\n4,Half of it,2026-01-17 22:00:00,600.5,0,No\n\
        5,Unknown,2026-01-18 22:00:00,,,\n6,By hand,1904-01-01T00:00:00Z,0,1,Yes\n";
    let bookmarks = "Item Reference,Last activity timestamp,Item Description,Marked as unwatched?,Has been played?,Playback position,Play count,Has been rented?\n\
        7,2026-01-19T22:00:00Z,\"Tide Line (Episode Number: [3], Episode Title: [Ebb], Season Number: [1])\",No,Yes,0,2,No\n";
    let files =
        [("Playback Activity.csv", positions.as_bytes()), ("Apple TV Bookmarks.csv", bookmarks.as_bytes())]
            .map(|(path, bytes)| ("media", path, bytes));
    let written = Written::of(&files);
    assert_eq!(
        written.rows("SELECT started_utc, ended_utc, kind, show, season, episode, title, minutes, position_s FROM watched"),
        [
            "-|2026-01-15T22:00:00Z|-|-|-|-|Salt Road|-|5400",
            "-|2026-01-17T22:00:00Z|-|-|-|-|Half of it|-|600.5",
            "-|2026-01-18T22:00:00Z|-|-|-|-|Unknown|-|-",
            "-|2026-01-19T22:00:00Z|episode|Tide Line|1|3|Ebb|-|0",
        ]
    );
    assert_eq!(written.rows("SELECT count(*) FROM raw_playback_activity"), ["6"]);
}

#[test]
fn the_older_playback_activity_has_events() {
    let plays = "Event Type,Content Type,Title,Episode Title,Season Number,Episode Number,Start Time,End Time,Device Type,Device Model,Country,Play Duration (Seconds)\n\
        PLAY,TV Episode,Tide Line,Ebb,1,3,2024-01-15 20:00:00,2024-01-15 20:40:00,Apple TV,AppleTV6,NO,2300\n\
        PAUSE,TV Episode,Tide Line,Ebb,1,3,2024-01-15 20:00:00,2024-01-15 20:40:00,Apple TV,AppleTV6,NO,\n\
        PLAY,Movie,Salt Road,,,,2024-01-16 20:00:00,2024-01-16 22:00:00,iPad,,NO,\n\
        PLAY,,Harbour,,,,2024-01-17 20:00:00,2024-01-17 22:00:00,iPad,,NO,-1\n";
    assert_eq!(
        watched(&[("Playback Activity.csv", plays)]),
        [
            "2024-01-15T20:00:00Z|2024-01-15T20:40:00Z|episode|Tide Line|1|3|Ebb|-|38.33|-|-",
            "2024-01-16T20:00:00Z|2024-01-16T22:00:00Z|film|-|-|-|Salt Road|-|-|-|-",
            "2024-01-17T20:00:00Z|2024-01-17T22:00:00Z|-|-|-|-|Harbour|-|-|-|-",
        ]
    );
}

#[test]
fn events_of_the_tv_app_in_both_spellings() {
    // 1700000000123 is 2023-11-14T22:13:20.123Z
    let newer = r#"{"events":[
        {"stored_event":{"media_type":"TV","timestamp":1700000000123,"play_cursor_in_milliseconds":2610000,
          "statistics":{"max_progress_percentage":87.5,"start_play_event_statistics":{"count":2}}},
         "event_interpretation":{"media_description":"Tide Line (Episode Number: [3], Episode Title: [Ebb], Season Number: [1])","channel_name":"Example+"}},
        {"stored_event":{"media_type":"Movie","timestamp":1700086400123,"play_cursor_in_milliseconds":0,
          "statistics":{"max_progress_percentage":0,"start_play_event_statistics":{"count":0}}},
         "event_interpretation":{"media_description":"Never begun"}},
        {"stored_event":null},{"stored_event":{"timestamp":"soon"},"event_interpretation":{"media_description":"x"}}]}"#;
    let older = r#"{"events":[
        {"stored_event":{"timestamp":1700000000123,"play_position_in_milliseconds":2610000},
         "event_interpretation":{"human_readable_media_description":"Tide Line (Episode Number: [3], Episode Title: [Ebb], Season Number: [1])"}},
        {"stored_event":{"timestamp":1600000000123,"play_position_in_milliseconds":61000},
         "event_interpretation":{"human_readable_media_description":"Salt [Cut], Released in Time (Directed by: [Ida Holm], Released in: [2005])"}}],
        "favorites":[{"a":1}]}"#;
    let name = "TV App Favorites and Activity.json";
    let written = Written::of(&[("one", name, older.as_bytes()), ("two", name, newer.as_bytes())]);
    assert_eq!(
        written.rows(COLUMNS),
        [
            "-|2020-09-13T12:26:40Z|film|-|-|-|Salt [Cut], Released in Time|2005|-|-|-",
            "-|2023-11-14T22:13:20Z|episode|Tide Line|1|3|Ebb|-|-|Example+|87.5",
        ]
    );
    assert_eq!(
        written.rows("SELECT ended_raw, ended_basis, position_s, sources FROM watched"),
        [
            "1600000000123|stated|61|TV App Favorites and Activity",
            "1700000000123|stated|2610|TV App Favorites and Activity"
        ]
    );
}

/// One episode, and one film, in all files.
fn everywhere() -> [(&'static str, String); 4] {
    let description =
        |title: &str| format!("{title} (Episode Number: [3], Episode Title: [Ebb], Season Number: [1])");
    let event = |timestamp: i64, description: &str| {
        format!(
            "{{\"stored_event\":{{\"timestamp\":{timestamp},\"statistics\":{{\"max_progress_percentage\":99}}}},\
             \"event_interpretation\":{{\"media_description\":\"{description}\"}}}}"
        )
    };
    [
        (
            PATH,
            video(&[
                "playActivity,stop,,Ebb,Tide Line,Season 1,3.0,2023-11-14T21:30:00Z,2023-11-14T22:13:00Z,2400000,2400000,2700000,AppleTV11,Example+",
                "playActivity,stop,,Flow,Tide Line,Season 1,4.0,2023-11-14T22:13:30Z,2023-11-14T22:16:00Z,150000,150000,2700000,AppleTV11,Example+",
                "playActivity,stop,,Salt Road,,,,2023-11-15T20:00:00Z,2023-11-15T22:00:00Z,6900000,6900000,7000000,AppleTV11,",
            ]),
        ),
        (
            "TV App Favorites and Activity.json",
            format!(
                "{{\"events\":[{},{},{}]}}",
                event(1_700_000_000_123, &description("TIDE LINE")),
                event(1_700_085_600_000, "Salt Road (Directed by: [Ida Holm], Released in: [2005])"),
                // the same film on another day
                event(1_700_172_000_000, "Salt Road (Directed by: [Ida Holm], Released in: [2005])"),
            ),
        ),
        (
            "Playback Activity.csv",
            "Item Reference,Item Description,Last activity timestamp,Playback position,Play count,Has been played?\n\
             1,Tide Line: Ebb,2023-11-14 22:12:30,2600,1,Yes\n2,Salt Road,2023-11-15 22:04:00,10,1,Yes\n"
                .to_owned(),
        ),
        (
            "Apple TV Bookmarks.csv",
            "Item Reference,Last activity timestamp,Item Description,Has been played?\n\
             1,2023-11-14 22:12:31,Tide Line: Ebb,Yes\n9,2023-11-15 22:30:00,Salt Road,Yes\n"
                .to_owned(),
        ),
    ]
}

#[test]
fn a_view_that_several_files_tell_of_counts_once() {
    let files = everywhere();
    let files: Vec<(&str, &str, &[u8])> =
        files.iter().map(|(path, text)| ("media", *path, text.as_bytes())).collect();
    let written = Written::of(&files);
    assert_eq!(
        written.rows(COLUMNS),
        [
            "2023-11-14T21:30:00Z|2023-11-14T22:13:00Z|episode|Tide Line|1|3|Ebb|-|40|Example+|99",
            "2023-11-14T22:13:30Z|2023-11-14T22:16:00Z|episode|Tide Line|1|4|Flow|-|2.5|Example+|-",
            "2023-11-15T20:00:00Z|2023-11-15T22:00:00Z|film|-|-|-|Salt Road|2005|115|-|99",
            "-|2023-11-15T22:30:00Z|-|-|-|-|Salt Road|-|-|-|-",
            "-|2023-11-16T22:00:00Z|film|-|-|-|Salt Road|2005|-|-|99",
        ]
    );
    assert_eq!(
        written.rows("SELECT sources, position_s FROM watched")[..3],
        [
            "Video Play Activity; TV App Favorites and Activity; Playback Activity; Apple TV Bookmarks|2600",
            "Video Play Activity|-",
            "Video Play Activity; TV App Favorites and Activity; Playback Activity|10"
        ]
    );
    assert_eq!(written.rows("SELECT * FROM top_shows_by_year"), ["2023|Tide Line|2|42.5"]);
    assert_eq!(written.rows("SELECT * FROM watched_by_month"), ["2023-11|5|157.5"]);
    assert_eq!(written.rows("SELECT count(*) FROM watched_5_minutes"), ["4"]);
}

#[test]
fn a_pause_makes_two_sittings_and_the_nearest_one_counts() {
    let rows = video(&[
        "playActivity,stop,,Salt Road,,,,2023-11-14T21:30:00Z,2023-11-14T22:08:00Z,1,1,,,",
        "playActivity,stop,,Salt Road,,,,2023-11-14T22:10:00Z,2023-11-14T22:13:00Z,1,1,,,",
    ]);
    let item = "Item Reference,Item Description,Last activity timestamp\n1,salt road!,2023-11-14 22:13:20\n";
    let files = [("media", PATH, rows.as_bytes()), ("media", "Playback Activity.csv", item.as_bytes())];
    assert_eq!(
        Written::of(&files).rows("SELECT ended_utc, sources FROM watched"),
        [
            "2023-11-14T22:08:00Z|Video Play Activity",
            "2023-11-14T22:13:00Z|Video Play Activity; Playback Activity"
        ]
    );
}

#[test]
fn of_two_exports_the_newest_row_of_a_sitting_counts() {
    let older = "Event Type,Content Title,Content Episode Name,Content Season Name,Episode Number,UTC Start Time,UTC End Time,Play Duration (Seconds)\n\
        PLAY_END,Ebb,Tide Line,Season 1,3,2024-05-01 20:00:00,2024-05-01 20:41:00,2460\n\
        PLAY_END,Flow,Tide Line,Season 1,4,2024-05-02 20:00:00,2024-05-02 20:41:00,2460\n";
    let newer = video(&[
        "playActivity,stop,,Ebb,Tide Line,Season 1,3.0,2024-05-01T20:00:00.5Z,2024-05-01T20:40:00Z,2400000,2400000,2700000,,",
    ]);
    let state = |at: &str| {
        format!("Item Reference,Item Description,Last activity timestamp,Play count\n1,Harbour,{at},1\n")
    };
    let (first, second) = (state("2024-01-01T00:00:00Z"), state("2025-01-01T00:00:00Z"));
    let written = Written::of(&[
        ("one", PATH, older.as_bytes()),
        ("one", "Playback Activity.csv", first.as_bytes()),
        ("two", PATH, newer.as_bytes()),
        ("two", "Playback Activity.csv", second.as_bytes()),
    ]);
    assert_eq!(
        written.rows("SELECT ended_utc, title, minutes FROM watched"),
        [
            "2024-01-01T00:00:00Z|Harbour|-",
            "2024-05-01T20:40:00Z|Ebb|40",
            "2024-05-02T20:41:00Z|Flow|41",
            "2025-01-01T00:00:00Z|Harbour|-"
        ]
    );
}

#[test]
fn the_same_files_give_the_same_table() {
    let files = everywhere();
    let mut delivered: Vec<(&str, &str, &[u8])> =
        files.iter().map(|(path, text)| ("media", *path, text.as_bytes())).collect();
    let expected = Written::of(&delivered).rows("SELECT * FROM watched");
    delivered.reverse();
    assert_eq!(Written::of(&delivered).rows("SELECT * FROM watched"), expected);
}

#[test]
fn there_are_tables_without_a_file() {
    let written = Written::of(&[("one", "x.csv", b"A,B\n1,2\n")]);
    for table in
        ["watched", "top_shows_by_year", "watched_by_month", "watched_30_seconds", "watched_5_minutes"]
    {
        assert_eq!(written.rows(&format!("SELECT count(*) FROM {table}")), ["0"], "{table}");
    }
}
