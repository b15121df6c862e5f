//! Apple's lists of plays, tracks and playlists in, the tables of music out: every generation and every trap of theirs.

use crate::records::typed::tests::Written;

/// Play Activity of today, with these columns in front: type, title, end, played, media, reason, device.
fn plays(rows: &[&str]) -> Vec<u8> {
    let head = "Event Type,Song Name,Event End Timestamp,Play Duration Milliseconds,\
                Media Duration In Milliseconds,End Reason Type,Device Identifier";
    table(head, rows)
}

fn table(head: &str, rows: &[&str]) -> Vec<u8> {
    let rows: String = rows.iter().map(|row| format!("{row}\n")).collect();
    format!("{head}\n{rows}").into_bytes()
}

fn written(files: &[(&str, &[u8])]) -> Written {
    let files: Vec<(&str, &str, &[u8])> = files.iter().map(|(name, bytes)| ("one", *name, *bytes)).collect();
    Written::of(&files)
}

const PLAYS: &str = "Apple Music Play Activity.csv";
const DAILY: &str = "Apple Music - Play History Daily Tracks.csv";
const HISTORY: &str = "Apple Music - Track Play History.csv";
const TRACKS: &str = "Apple Music Library Tracks.json";
const PLAYLISTS: &str = "Apple Music Library Playlists.json";
const ACTIVITY: &str = "Apple Music Library Activity.json";

const LISTENS: &str = "SELECT substr(started_utc, 12, 8), substr(ended_utc, 12, 8), title, played_ms, end_reason, \
                       segments FROM listens ORDER BY id";
const FATES: &str = "SELECT fate, events FROM play_events";

#[test]
fn without_music_everything_is_there_and_empty() {
    let written = Written::of(&[("one", "x.csv", b"A,B\n1,2\n")]);
    for table in [
        "listens",
        "play_events",
        "daily_tracks",
        "library_tracks",
        "playlists",
        "playlist_items",
        "library_activity",
        "favorites",
        "scrobbles",
        "top_artists_by_year",
        "minutes_by_day",
        "plays_by_year",
    ] {
        assert!(written.rows(&format!("SELECT * FROM {table}")).is_empty(), "{table}");
    }
}

#[test]
fn an_event_is_a_listen_that_began_as_long_before_its_end_as_was_played() {
    let head = "Event Type,Song Name,Album Name,Event Start Timestamp,Event End Timestamp,\
                Play Duration Milliseconds,Media Duration In Milliseconds,End Reason Type,Media Type,\
                UTC Offset In Seconds";
    let row = "PLAY_END,North Window,Harbour Lights,2025-03-01T18:00:05.000Z,2025-03-01T18:03:12.480Z,192360,211000,\
               TRACK_SKIPPED_FORWARDS,AUDIO,3600";
    let written = written(&[(PLAYS, &table(head, &[row]))]);
    assert_eq!(
        written.rows("SELECT * FROM listens"),
        ["2025-03-01T18:00:00Z|2025-03-01T18:03:12Z|3600|North Window|-|-|Harbour Lights|192360|211000|\
          TRACK_SKIPPED_FORWARDS|1|-|2025-03-01T18:00:05.000Z|derived|2025-03-01T18:03:12.480Z|stated|-|1"]
    );
}

#[test]
fn an_old_export_says_whom_a_song_of_a_newer_one_is_by() {
    let old = "Event Type,Content Name,Artist Name,Event End Timestamp,Play Duration Milliseconds,Device Identifier\n\
               PLAY_END,Intro,Ida Holm,2016-03-01T18:03:00Z,180000,a\n\
               PLAY_END,Intro,The Dashes,2016-03-01T18:03:00Z,180000,b\n\
               PLAY_END,Intro,The Dashes,2016-03-02T18:03:00Z,180000,a\n";
    let new = "Event Type,Song Name,Event End Timestamp,Play Duration Milliseconds,Device Identifier\n\
               PLAY_END,Intro,2016-03-01T18:03:00Z,180000,a\n\
               PLAY_END,Intro,2016-03-01T18:03:00Z,180000,b\n\
               PLAY_END,Intro,2016-03-03T18:03:00Z,180000,a\n";
    let written = Written::of(&[("2020", PLAYS, old.as_bytes()), ("2026", PLAYS, new.as_bytes())]);
    assert_eq!(
        written.rows(
            "SELECT substr(ended_utc, 1, 10), device_id, artist, artist_source FROM listens ORDER BY id"
        ),
        [
            "2016-03-01|a|Ida Holm|stated",
            "2016-03-01|b|The Dashes|stated",
            "2016-03-02|a|The Dashes|stated",
            "2016-03-03|a|-|-",
        ]
    );
}

#[test]
fn the_three_generations() {
    let oldest = "\"Apple Id Number\",\"Artist Name\",\"Content Name\",\"Event End Timestamp\",\"Event Type\",\"Genre\",\
                  \"Media Duration In Milliseconds\",\"Play Duration Milliseconds\"\r\n\
                  \"1\",\"Ida Holm\",\"North Window\",\"2016-03-01T18:03:00Z\",\"\",\"Folk\",\"211000\",\"180000\"\r\n";
    let middle = "Song Name,Event Type,Event End Timestamp,Play Duration Milliseconds\n\
                  North Window,PLAY_END,2022-03-01T18:03:00Z,180000\n";
    let wide: Vec<String> = (0..130).map(|n| format!("Column {n}")).collect();
    let newest = format!(
        "{},Event End Timestamp,Event Type,Play Duration Milliseconds,Song Name\n{}2026-01-01T18:03:00Z,PLAY_END,180000,North Window\n",
        wide.join(","),
        ",".repeat(130)
    );
    let written = Written::of(&[
        ("2020", PLAYS, oldest.as_bytes()),
        ("2022", PLAYS, middle.as_bytes()),
        ("2026", PLAYS, newest.as_bytes()),
    ]);
    assert_eq!(
        written.rows("SELECT started_utc, title, artist, artist_source, played_ms FROM listens ORDER BY id"),
        [
            "2016-03-01T18:00:00Z|North Window|Ida Holm|stated|180000",
            "2022-03-01T18:00:00Z|North Window|Ida Holm|title|180000",
            "2026-01-01T18:00:00Z|North Window|Ida Holm|title|180000",
        ]
    );
}

#[test]
fn what_is_no_listen_is_counted() {
    let head = "Event Type,Song Name,Event End Timestamp,Play Duration Milliseconds,Media Type,Item Type,Device Identifier";
    let rows = [
        "PLAY_END,A,2025-03-01T10:03:00Z,60000,AUDIO,ITUNES_STORE_CONTENT,d",
        "PLAY_START,A,2025-03-01T10:03:00Z,60000,AUDIO,ITUNES_STORE_CONTENT,d",
        "LYRIC_DISPLAY,A,2025-03-01T10:03:00Z,60000,AUDIO,ITUNES_STORE_CONTENT,d",
        "PLAY_END,B,2025-03-01T10:03:00Z,60000,VIDEO,ITUNES_STORE_CONTENT,d",
        "PLAY_END,C,2025-03-01T10:03:00Z,60000,AUDIO,STREAM,d",
        "PLAY_END,C,2025-03-01T10:03:00Z,60000,AUDIO,NON_SONG_CLIP,d",
        "PLAY_END,C,2025-03-01T10:03:00Z,60000,AUDIO,ARTIST_UPLOADED_CONTENT,d",
        "PLAY_END,C,2025-03-01T10:03:00Z,60000,AUDIO,TIMED_METADATA_PING,d",
        "PLAY_END,,2025-03-01T10:03:00Z,900000000,AUDIO,AGGREGATE_NON_CATALOG_PLAY_TIME,d",
        "PLAY_END,N/A,2025-03-01T10:03:00Z,60000,AUDIO,,d",
    ];
    let written = written(&[(PLAYS, &table(head, &rows))]);
    assert_eq!(written.rows("SELECT title FROM listens"), ["A"]);
    assert_eq!(written.rows(FATES), ["listen|1", "other-event|2", "nameless|1", "not-music|6"]);
    assert_eq!(
        written.rows(
            "SELECT sum(events) = (SELECT count(*) FROM raw_apple_music_play_activity) FROM play_events"
        ),
        ["1"]
    );
}

#[test]
fn the_first_year_without_types_is_kept_and_what_has_one_as_well_counts_once() {
    let written = written(&[(
        PLAYS,
        &plays(&[
            ",A,2015-08-01T10:03:00Z,180000,200000,,d",
            ",B,2016-04-01T10:03:00Z,180000,200000,,d",
            "PLAY_END,B,2016-04-01T10:03:00Z,180000,200000,NATURAL_END_OF_TRACK,d",
            ",B,2016-04-01T10:03:00Z,180000,200000,,another",
            "PLAY_END,C,2018-04-01T10:03:00Z,180000,200000,NATURAL_END_OF_TRACK,d",
        ]),
    )]);
    assert_eq!(
        written.rows("SELECT ended_utc, title, device, end_reason FROM listens ORDER BY id"),
        [
            "2015-08-01T10:03:00Z|A|d|-",
            "2016-04-01T10:03:00Z|B|another|-",
            "2016-04-01T10:03:00Z|B|d|NATURAL_END_OF_TRACK",
            "2018-04-01T10:03:00Z|C|d|NATURAL_END_OF_TRACK",
        ]
    );
    assert_eq!(written.rows(FATES), ["listen|4", "same-event|1"]);
}

#[test]
fn a_pause_of_half_an_hour_is_within_a_listen_and_a_longer_one_is_not() {
    let written = written(&[(
        PLAYS,
        &plays(&[
            "PLAY_END,A,2025-03-01T10:01:00Z,60000,200000,PLAYBACK_MANUALLY_PAUSED,d",
            "PLAY_END,A,2025-03-01T10:32:00Z,60000,200000,EXITED_APPLICATION,d",
            "PLAY_END,A,2025-03-01T11:03:01Z,60000,200000,PLAYBACK_SUSPENDED,d",
            "PLAY_END,A,2025-03-01T11:05:01Z,60000,200000,NATURAL_END_OF_TRACK,d",
            "PLAY_END,A,2025-03-01T11:06:01Z,60000,200000,A_NEW_REASON,d",
            "PLAY_END,A,2025-03-01T11:07:01Z,60000,200000,TRACK_SKIPPED_FORWARDS,d",
        ]),
    )]);
    assert_eq!(
        written.rows(LISTENS),
        [
            "10:00:00|10:32:00|A|120000|EXITED_APPLICATION|2",
            "11:02:01|11:05:01|A|120000|NATURAL_END_OF_TRACK|2",
            "11:05:01|11:06:01|A|60000|A_NEW_REASON|1",
            "11:06:01|11:07:01|A|60000|TRACK_SKIPPED_FORWARDS|1",
        ]
    );
}

#[test]
fn moving_the_cursor_adds_no_time() {
    let written = written(&[(
        PLAYS,
        &plays(&[
            "PLAY_END,A,2025-03-01T10:01:00Z,60000,200000,SCRUB_BEGIN,d",
            "PLAY_END,A,2025-03-01T10:01:05Z,5000,200000,SCRUB_END,d",
            "PLAY_END,A,2025-03-01T10:02:05Z,60000,200000,NATURAL_END_OF_TRACK,d",
        ]),
    )]);
    assert_eq!(written.rows(LISTENS), ["10:00:00|10:02:05|A|120000|NATURAL_END_OF_TRACK|3"]);
}

#[test]
fn devices_are_apart_and_songs_may_be_between() {
    let written = written(&[(
        PLAYS,
        &plays(&[
            "PLAY_END,A,2025-03-01T10:01:00Z,60000,200000,PLAYBACK_MANUALLY_PAUSED,d",
            "PLAY_END,A,2025-03-01T10:02:00Z,60000,200000,PLAYBACK_MANUALLY_PAUSED,e",
            "PLAY_END,B,2025-03-01T10:03:00Z,60000,200000,NATURAL_END_OF_TRACK,d",
            "PLAY_END,A,2025-03-01T10:04:00Z,60000,200000,NATURAL_END_OF_TRACK,d",
            "PLAY_END,A,2025-03-01T10:05:00Z,30000,200000,TRACK_SKIPPED_BACKWARDS,e",
        ]),
    )]);
    assert_eq!(
        written.rows("SELECT device, title, played_ms, end_reason, segments FROM listens ORDER BY id"),
        [
            "d|A|120000|NATURAL_END_OF_TRACK|2",
            "e|A|90000|TRACK_SKIPPED_BACKWARDS|2",
            "d|B|60000|NATURAL_END_OF_TRACK|1",
        ]
    );
}

#[test]
fn two_songs_of_one_title_are_two() {
    let head =
        "Event Type,Song Name,Album Name,Event End Timestamp,Play Duration Milliseconds,End Reason Type";
    let rows = [
        "PLAY_END,Home,First,2025-03-01T10:01:00Z,60000,PLAYBACK_MANUALLY_PAUSED",
        "PLAY_END,Home,Second,2025-03-01T10:03:00Z,60000,NATURAL_END_OF_TRACK",
    ];
    let library = r#"[{"Track Identifier":1,"Title":"Home","Artist":"Ida Holm","Album":"First"},
                      {"Track Identifier":2,"Title":"Home","Artist":"Jon Berg","Album":"Second"}]"#;
    let written = written(&[(PLAYS, &table(head, &rows)), (TRACKS, library.as_bytes())]);
    assert_eq!(
        written.rows("SELECT album, artist, artist_source, segments FROM listens ORDER BY id"),
        ["First|Ida Holm|library|1", "Second|Jon Berg|library|1"]
    );
}

#[test]
fn played_time_is_within_the_song() {
    let written = written(&[(
        PLAYS,
        &plays(&[
            "PLAY_END,Negative,2025-03-01T10:00:00Z,-5000,200000,NATURAL_END_OF_TRACK,d",
            "PLAY_END,Runaway,2025-03-01T11:00:00Z,9000000000000000000,200000,NATURAL_END_OF_TRACK,d",
            "PLAY_END,Unsaid,2025-03-01T12:00:00Z,,200000,NATURAL_END_OF_TRACK,d",
            "PLAY_END,Endless,2025-03-01T13:00:00Z,60000,0,NATURAL_END_OF_TRACK,d",
            "PLAY_END,Decimal,2025-03-01T14:00:00Z,60000.0,90000.0,NATURAL_END_OF_TRACK,d",
            "PLAY_END,Again,2025-03-01T15:01:30Z,90000,100000,SCRUB_BEGIN,d",
            "PLAY_END,Again,2025-03-01T15:03:00Z,90000,100000,NATURAL_END_OF_TRACK,d",
        ]),
    )]);
    assert_eq!(
        written.rows("SELECT title, substr(started_utc, 12), played_ms, media_ms FROM listens ORDER BY id"),
        [
            "Negative|10:00:00Z|0|200000",
            "Runaway|10:56:40Z|200000|200000",
            "Unsaid|-|-|200000",
            "Endless|12:59:00Z|60000|-",
            "Decimal|13:59:00Z|60000|90000",
            "Again|15:00:00Z|100000|100000",
        ]
    );
}

#[test]
fn start_or_end_may_be_blank() {
    let head = "Event Type,Song Name,Event Start Timestamp,Event End Timestamp,Event Timestamp,Play Duration Milliseconds";
    let rows = [
        "PLAY_END,A,,2025-03-01T10:01:00Z,,60000",
        "PLAY_END,B,2025-03-01T11:00:00Z,,2025-03-01T11:09:00Z,60000",
        "PLAY_END,C,,,2025-03-01T12:01:00Z,60000",
        "PLAY_END,D,2025-03-01T13:00:00Z,2025-03-01T13:01:00Z,,",
        "PLAY_END,E,,,,60000",
        "PLAY_END,E,,,,60000",
    ];
    let written = written(&[(PLAYS, &table(head, &rows))]);
    assert_eq!(
        written.rows(
            "SELECT title, substr(started_utc, 12), started_basis, substr(ended_utc, 12), ended_basis FROM listens ORDER BY id"
        ),
        [
            "E|-|none|-|none",
            "E|-|none|-|none",
            "A|10:00:00Z|derived|10:01:00Z|stated",
            "B|11:00:00Z|stated|11:01:00Z|derived",
            "C|12:00:00Z|derived|12:01:00Z|stated",
            "D|13:00:00Z|stated|13:01:00Z|stated",
        ]
    );
}

#[test]
fn several_exports_do_not_double_a_play() {
    let old = "Event Type,Song Name,Event Start Timestamp,Event End Timestamp,Play Duration Milliseconds\n\
               PLAY_END,Only then,2024-03-01T09:00:00Z,2024-03-01T09:01:00Z,60000\n\
               PLAY_END,A,2024-03-01T10:00:00Z,2024-03-01T10:01:00Z,60000\n\
               PLAY_END,Same,2024-03-01T11:00:00Z,2024-03-01T11:01:00Z,60000\n";
    let new = "Event Type,Song Name,Event End Timestamp,Play Duration Milliseconds,Device Identifier,Album Name\n\
               PLAY_END,A,2024-03-01T10:01:00.000Z,60000,d,Harbour Lights\n\
               PLAY_END,Same,2024-03-01T11:01:00Z,60000,d,\n\
               PLAY_END,Same,2024-03-01T11:01:00Z,60000,e,\n";
    let written = Written::of(&[("2024", PLAYS, old.as_bytes()), ("2025", PLAYS, new.as_bytes())]);
    assert_eq!(
        written.rows("SELECT title, album, device FROM listens ORDER BY id"),
        ["Only then|-|-", "A|Harbour Lights|d", "Same|-|d", "Same|-|e"]
    );
    assert_eq!(written.rows(FATES), ["listen|4", "older-export|2"]);
}

#[test]
fn artists_in_the_order_of_what_knows_them() {
    let head = "Event Type,Song Name,Album Name,Artist Name,Event End Timestamp,Play Duration Milliseconds,UTC Offset In Seconds";
    let rows = [
        "PLAY_END,Stated,,Own Name,2025-03-01T01:00:00Z,60000,0",
        // 23:30 of the day before, for the listener
        "PLAY_END,By day,Harbour Lights,,2025-03-02T07:30:00Z,60000,-28800",
        "PLAY_END,Day after,,,2025-03-03T12:00:00Z,60000,0",
        "PLAY_END,Two of a day,,,2025-03-04T12:00:00Z,60000,0",
        "PLAY_END,North Window,HARBOUR lights,,2025-03-05T12:00:00Z,60000,0",
        "PLAY_END,Not in library,Harbour Lights,,2025-03-06T12:00:00Z,60000,0",
        "PLAY_END,Of many,Best of all,,2025-03-07T12:00:00Z,60000,0",
        "PLAY_END,From history,,,2025-03-08T12:00:00Z,60000,0",
        "PLAY_END,B - C,,,2025-03-09T12:00:00Z,60000,0",
        "PLAY_END,North Window,,,2025-03-10T12:00:00Z,60000,0",
        "PLAY_END,Nobody knows,,,2025-03-11T12:00:00Z,60000,0",
        "PLAY_END,Shared,,,2025-03-12T12:00:00Z,60000,0",
    ];
    let daily = table(
        "Date Played,Track Description,Play Count",
        &[
            "20250301,Day Singer - By day,1",
            "20250302,Other Singer - By day,1",
            "20250302,Before - Day after,1",
            "20250304,One - Two of a day,1",
            "20250304,Two - Two of a day,1",
            "20250309,A - B - C,1",
            "20240312,One - Shared,1",
        ],
    );
    let history = table(
        "Track Name,Last Played Date,Is User Initiated",
        &[
            "History Band - From history,1700000000123,true",
            "One - Two of a day,1700000000123,true",
            "no stroke,1,true",
        ],
    );
    let library = r#"[{"Track Identifier":1,"Title":"north window","Artist":"Ida Holm","Album":"Harbour Lights"},
                      {"Track Identifier":2,"Title":"Second","Artist":"IDA HOLM","Album":"Harbour Lights"},
                      {"Track Identifier":3,"Title":"x","Artist":"One","Album":"Best of all"},
                      {"Track Identifier":4,"Title":"y","Artist":"Two","Album":"Best of all"},
                      {"Track Identifier":5,"Title":"Shared","Artist":"Two","Album":"z"}]"#;
    let written = written(&[
        (PLAYS, &table(head, &rows)),
        (DAILY, &daily),
        (HISTORY, &history),
        (TRACKS, library.as_bytes()),
    ]);
    assert_eq!(
        written.rows("SELECT title, artist, artist_source FROM listens ORDER BY id"),
        [
            "Stated|Own Name|stated",
            "By day|Day Singer|daily-tracks",
            "Day after|Before|daily-tracks",
            "Two of a day|-|-",
            "North Window|Ida Holm|library",
            "Not in library|IDA HOLM|album",
            "Of many|-|-",
            "From history|History Band|track-history",
            "B - C|A|daily-tracks",
            "North Window|Ida Holm|title",
            "Nobody knows|-|-",
            "Shared|-|-",
        ]
    );
}

#[test]
fn days_and_years_are_the_listeners() {
    let head = "Event Type,Song Name,Artist Name,Event End Timestamp,Play Duration Milliseconds,\
                Media Duration In Milliseconds,UTC Offset In Seconds";
    let rows = [
        // the night in which clocks go forward: 01:59 and 03:01
        "PLAY_END,A,Ida Holm,2025-03-30T00:59:00Z,60000,60000,3600",
        "PLAY_END,A,Ida Holm,2025-03-30T01:02:00Z,60000,60000,7200",
        // the new year has begun for the listener
        "PLAY_END,B,Ida Holm,2025-12-31T23:31:00Z,60000,600000,3600",
        "PLAY_END,B,Jon Berg,2025-12-31T22:31:00Z,20000,60000,3600",
    ];
    let daily =
        table("Date Played,Track Description,Play Count", &["20250330,Ida Holm - A,3", "20240101,X - Y,2"]);
    let written = written(&[(PLAYS, &table(head, &rows)), (DAILY, &daily)]);
    assert_eq!(
        written.rows("SELECT * FROM minutes_by_day"),
        ["2025-03-30|2|2", "2025-12-31|0.3|1", "2026-01-01|1|1"]
    );
    assert_eq!(
        written.rows("SELECT * FROM top_artists_by_year"),
        ["2025|Ida Holm|2|2", "2025|Jon Berg|1|0.3", "2026|Ida Holm|1|1"]
    );
    assert_eq!(written.rows("SELECT * FROM plays_by_year"), ["2024|-|2", "2025|3|3", "2026|1|-"]);
    assert_eq!(written.rows("SELECT title, played_ms FROM scrobbles"), ["A|60000", "A|60000"]);
}

#[test]
fn scrobbles_are_half_of_the_song_or_four_minutes() {
    let written = written(&[(
        PLAYS,
        &plays(&[
            "PLAY_END,Half,2025-03-01T10:01:00Z,100000,200000,,d",
            "PLAY_END,Less,2025-03-01T11:01:00Z,99999,200000,,d",
            "PLAY_END,Long,2025-03-01T12:01:00Z,240000,2000000,,d",
            "PLAY_END,Long and less,2025-03-01T13:01:00Z,239999,2000000,,d",
            "PLAY_END,Unknown,2025-03-01T14:01:00Z,240000,,,d",
            "PLAY_END,Unknown and less,2025-03-01T15:01:00Z,200000,,,d",
        ]),
    )]);
    assert_eq!(written.rows("SELECT title FROM scrobbles ORDER BY id"), ["Half", "Long", "Unknown"]);
}

#[test]
fn library_tracks_of_both_years() {
    let old = "[{\n  \"Content Type\" : \"Song\",\n  \"Track Identifier\" : 9007199254740993,\n  \"Title\" : \"North Window\",\n  \
               \"Artist\" : \"Ida Holm\",\n  \"Album\" : \"Harbour Lights\",\n  \"Track Like Rating\" : \"UNDEFINED\",\n  \
               \"Track Play Count\" : 3\n} ,\n{ \"Track Identifier\" : \"7\", \"Title\" : \"Gone since\" },\n{\"Title\":\"Without a number\"}]";
    let new = r#"[{"Content Type":"Song","Track Identifier":9007199254740993,"Title":"North Window","Artist":"Ida Holm","Album Artist":"Ida Holm","Album":"Harbour Lights","Composer":"I. Holm","Genre":"Folk","Track Year":2019,"Track Number On Album":3,"Disc Number Of Album":1,"Track Duration":211000,"Track Play Count":17,"Skip Count":2,"Is Part of Compilation":false,"Date Added To Library":"2021-03-04T05:06:07Z","Last Played Date":"2024-03-04T05:06:07Z","Track Like Rating":"none","Favorite Status - Track":true,"Playlist Only Track":false,"Apple Music Track Identifier":1500000001},{"Track Identifier":8,"Title":"Twice","Track Like Rating":"liked","Track Year":0,"Apple Music Track Identifier":0},{"Track Identifier":8,"Title":"Twice","Track Like Rating":"none"}]"#;
    let written = Written::of(&[("2020", TRACKS, old.as_bytes()), ("2024", TRACKS, new.as_bytes())]);
    assert_eq!(
        written.rows(
            "SELECT track_id, title, artist, album, album_artist, genre, year, duration_ms, plays, skips, added_utc, \
             last_played_utc, liked, catalogue_id FROM library_tracks"
        ),
        [
            "7|Gone since|-|-|-|-|-|-|-|-|-|-|-|-",
            "-|Without a number|-|-|-|-|-|-|-|-|-|-|-|-",
            "9007199254740993|North Window|Ida Holm|Harbour Lights|Ida Holm|Folk|2019|211000|17|2|2021-03-04T05:06:07Z|2024-03-04T05:06:07Z|1|1500000001",
            "8|Twice|-|-|-|-|-|-|-|-|-|-|1|-",
            "8|Twice|-|-|-|-|-|-|-|-|-|-|0|-",
        ]
    );
}

#[test]
fn playlists_keep_every_place() {
    let library = r#"[{"Track Identifier":100200300,"Title":"North Window","Artist":"Ida Holm","Album":"Harbour Lights","Track Duration":211000,"Apple Music Track Identifier":1500000001,"Date Added To Library":"2021-03-04T05:06:07Z"}]"#;
    let lists = r#"[{"Container Type":"Playlist","Container Identifier":200100001,"Title":"Night train","Playlist Item Identifiers":[100200300,100200399,"100200398",100200300],"Added Date":"2022-03-04T05:06:07Z"},{"Container Type":"Favorites Playlist","Container Identifier":200100002,"Title":"Empty","Playlist Item Identifiers":[]},{"Container Identifier":200100003}]"#;
    let log = r#"[{"Transaction Type":"addItems","Transaction Date":"2021-01-01T00:00:00Z","Tracks":[{"Track Identifier":100200398,"Title":"Gone","Artist":"Jon Berg"}]},{"Transaction Type":"deleteItems","Transaction Date":"2021-01-02T00:00:00Z","Track Identifiers":[100200398]}]"#;
    let written =
        written(&[(TRACKS, library.as_bytes()), (PLAYLISTS, lists.as_bytes()), (ACTIVITY, log.as_bytes())]);
    assert_eq!(
        written.rows("SELECT playlist_id, title, kind, items, added_utc, deleted FROM playlists"),
        [
            "200100001|Night train|Playlist|4|2022-03-04T05:06:07Z|0",
            "200100002|Empty|Favorites Playlist|0|-|0",
            "200100003|-|-|0|-|0",
        ]
    );
    assert_eq!(
        written.rows("SELECT * FROM playlist_items"),
        [
            "200100001|1|100200300|North Window|Ida Holm|1|Harbour Lights|-|211000|1500000001|2021-03-04T05:06:07Z|1",
            "200100001|2|100200399|-|-|0|-|-|-|-|-|1",
            "200100001|3|100200398|Gone|Jon Berg|0|-|-|-|-|-|1",
            "200100001|4|100200300|North Window|Ida Holm|1|Harbour Lights|-|211000|1500000001|2021-03-04T05:06:07Z|1",
        ]
    );
}

#[test]
fn the_log_gives_back_what_the_library_has_no_more() {
    // not in the order of time
    let log = r#"[
      {"Transaction Type":"deleteContainer","Transaction Date":"2020-01-09T00:00:00Z","Playlist Identifier":1},
      {"Track Identifier":13,"Title":"Bare","Artist":"Ida Holm"},
      {"Transaction Type":"addContainer","Transaction Identifier":5,"Transaction Date":"2020-01-01T00:00:00Z","Playlist":{"Container Type":"Playlist","Container Identifier":1,"Title":"First name","Playlist Item Identifiers":[11,12],"Added Date":"2020-01-01T00:00:00Z"}},
      {"Transaction Type":"addItems","Transaction Date":"2019-12-31T00:00:00Z","Tracks":[{"Track Identifier":11,"Title":"Eleven","Artist":"Jon Berg","Track Duration":1000},{"Track Identifier":12,"Title":"Twelve"}]},
      {"Transaction Type":"updateItems","Transaction Date":"2020-01-02T00:00:00Z","Tracks":[{"Track Identifier":11,"Album":"Elf"}]},
      {"Transaction Type":"updateContainer","Transaction Date":"2020-01-03T00:00:00Z","Playlist":{"Container Identifier":1,"Title":"Second name"}},
      {"Transaction Type":"appendContainerItems","Transaction Date":"2020-01-04T00:00:00Z","Playlist":{"Container Identifier":1,"Playlist Item Identifiers":[13,14]}},
      {"Transaction Type":"deleteItems","Transaction Date":"2020-01-05T00:00:00Z","Track Identifiers":[12]},
      {"Transaction Type":"deleteItems","Transaction Date":"2020-01-10T00:00:00Z","Track Identifiers":[11]},
      {"Transaction Type":"addContainers","Transaction Date":"2020-01-06T00:00:00Z","Playlists":[{"Container Identifier":2,"Title":"Lapsed","Playlist Item Identifiers":[11]},{"Container Identifier":3,"Title":"Still there"}]},
      {"Transaction Type":"deleteContainer","Transaction Date":"2020-01-07T00:00:00Z","Playlist Identifier":99},
      {"Transaction Type":"updateUser","Transaction Date":"2020-01-08T00:00:00Z","User":{"Subscription Types":["A"]}}
    ]"#;
    let lists = r#"[{"Container Identifier":3,"Title":"Still there","Playlist Item Identifiers":[11]}]"#;
    let written = written(&[(PLAYLISTS, lists.as_bytes()), (ACTIVITY, log.as_bytes())]);
    assert_eq!(
        written.rows("SELECT playlist_id, title, items, added_utc, deleted FROM playlists"),
        [
            "3|Still there|1|-|0",
            // its tracks are those of the day on which it was deleted
            "1|Second name|3|2020-01-01T00:00:00Z|1",
            "2|Lapsed|0|-|1",
        ]
    );
    assert_eq!(
        written.rows("SELECT playlist_id, position, track_id, title, artist, album, duration_ms, found FROM playlist_items"),
        [
            "3|1|11|Eleven|Jon Berg|Elf|1000|0",
            "1|1|11|Eleven|Jon Berg|Elf|1000|0",
            "1|2|13|Bare|Ida Holm|-|-|0",
            "1|3|14|-|-|-|-|0",
        ]
    );
    assert_eq!(
        written.rows("SELECT at_utc, kind, title, tracks, playlist_id, transaction_id FROM library_activity"),
        [
            "-|-|Bare|1|-|-",
            "2019-12-31T00:00:00Z|addItems|-|2|-|-",
            "2020-01-01T00:00:00Z|addContainer|First name|2|1|5",
            "2020-01-02T00:00:00Z|updateItems|-|1|-|-",
            "2020-01-03T00:00:00Z|updateContainer|Second name|-|1|-",
            "2020-01-04T00:00:00Z|appendContainerItems|-|2|1|-",
            "2020-01-05T00:00:00Z|deleteItems|-|1|-|-",
            "2020-01-06T00:00:00Z|addContainers|-|-|-|-",
            "2020-01-07T00:00:00Z|deleteContainer|-|-|99|-",
            "2020-01-08T00:00:00Z|updateUser|-|-|-|-",
            "2020-01-09T00:00:00Z|deleteContainer|-|-|1|-",
            "2020-01-10T00:00:00Z|deleteItems|-|1|-|-",
        ]
    );
}

#[test]
fn only_a_later_log_ends_a_playlist_that_a_list_has() {
    let lists = r#"[{"Container Identifier":1,"Title":"A","Playlist Item Identifiers":[11]},{"Container Identifier":2,"Title":"B","Playlist Item Identifiers":[11]}]"#;
    let newer_lists = r#"[{"Container Identifier":2,"Title":"B","Playlist Item Identifiers":[11,12]}]"#;
    let log = r#"[{"Transaction Type":"addContainers","Transaction Date":"2020-01-01T00:00:00Z","Playlists":[{"Container Identifier":1},{"Container Identifier":2}]},
                  {"Transaction Type":"deleteContainer","Transaction Date":"2020-01-02T00:00:00Z","Playlist Identifier":1},
                  {"Transaction Type":"deleteContainer","Transaction Date":"2020-01-02T00:00:00Z","Playlist Identifier":2}]"#;
    let written = Written::of(&[
        ("2020", PLAYLISTS, lists.as_bytes()),
        ("2021", PLAYLISTS, newer_lists.as_bytes()),
        ("2021", ACTIVITY, log.as_bytes()),
    ]);
    assert_eq!(written.rows("SELECT title, items, deleted FROM playlists"), ["A|1|1", "B|2|0"]);
}

#[test]
fn odd_elements_of_the_log_are_passed_over() {
    let log = r#"[7,null,{"Transaction Type":"addContainer","Playlist":"no object"},{"Transaction Type":"appendContainerItems","Playlist":{"Container Identifier":18446744073709551617,"Title":"Long number","Playlist Item Identifiers":[18446744073709551618,null,"a\u0000b"]}},{"Transaction Type":"addItems","Tracks":{"no":"array"}}]"#;
    let written = written(&[(ACTIVITY, log.as_bytes())]);
    assert_eq!(
        written.rows("SELECT playlist_id, title, items FROM playlists"),
        ["18446744073709551617|Long number|3"]
    );
    assert_eq!(
        written.rows("SELECT position, track_id FROM playlist_items"),
        ["1|18446744073709551618", "2|-", "3|a\u{fffd}b"]
    );
    assert_eq!(written.rows("SELECT count(*) FROM library_activity"), ["5"]);
}

#[test]
fn favorites_old_and_new() {
    let old = "\"Item Description\",Preference,Created,\"Last Modified\",\"Item Reference\"\n\
               \"Ida Holm - North Window\",LOVE,2019-01-01T00:00:00Z,2019-01-02T00:00:00Z,1500000001\n\
               \"Jon Berg - Elf - Live\",DISLIKE,2019-01-01T00:00:00Z,,1500000002\n";
    let new = "Favorite Type,Item Reference,Item Description,Last Modified,Preference\n\
               SONG,1500000001,Ida Holm - North Window,2025-01-02T00:00:00Z,FAVORITE\n\
               ARTIST,r.1,A - B,2025-01-03T00:00:00Z,FAVORITE\n\
               PLAYLIST,pl.1,Deep - Focus,2025-01-04T00:00:00Z,FAVORITE\n\
               ALBUM,1500000003,Untitled,N/A,FAVORITE\n";
    let radio = "Created,Track Description,Event Type\n2018-01-01T00:00:00Z,Ida Holm - North Window,LIKE\n";
    let stations = "Shared?,Created,Last Modified,Deleted?,Station Description\nNo,2018-01-01T00:00:00Z,,Yes,Rock - Hits\n";
    let written = Written::of(&[
        ("2020", "Apple Music Likes and Dislikes.csv", old.as_bytes()),
        ("2025", "Apple Music - Favorites.csv", new.as_bytes()),
        ("2025", "Music - Liked Radio Tracks.csv", radio.as_bytes()),
        ("2025", "Music - Favorite Stations.csv", stations.as_bytes()),
    ]);
    assert_eq!(
        written.rows("SELECT kind, title, artist, changed_utc, preference, deleted FROM favorites"),
        [
            "-|Elf - Live|Jon Berg|2019-01-01T00:00:00Z|DISLIKE|-",
            "SONG|North Window|Ida Holm|2025-01-02T00:00:00Z|FAVORITE|-",
            "ARTIST|-|A - B|2025-01-03T00:00:00Z|FAVORITE|-",
            "PLAYLIST|Deep - Focus|-|2025-01-04T00:00:00Z|FAVORITE|-",
            "ALBUM|Untitled|-|-|FAVORITE|-",
            "RADIO TRACK|North Window|Ida Holm|2018-01-01T00:00:00Z|LIKE|-",
            "STATION|Rock - Hits|-|2018-01-01T00:00:00Z|-|1",
        ]
    );
}

#[test]
fn daily_tracks_of_two_exports() {
    let head = "Country,Track Identifier,Media type,Date Played,Play Duration Milliseconds,End Reason Type,Source Type,\
                Play Count,Skip Count,Track Description";
    let old = table(
        head,
        &["Norway,1500000001,AUDIO,20240301,1000,NATURAL_END_OF_TRACK,IPHONE,1,0,Ida Holm - North Window"],
    );
    let new = table(
        head,
        &[
            "Norway,1500000001,AUDIO,20240301,2000,NATURAL_END_OF_TRACK,IPHONE,2,0,Ida Holm - North Window",
            "Norway,1500000001,AUDIO,20240301,5,TRACK_SKIPPED_FORWARDS,IPHONE,0,1,Ida Holm - North Window",
        ],
    );
    let written = Written::of(&[("2024", DAILY, &old), ("2025", DAILY, &new)]);
    assert_eq!(
        written.rows("SELECT played_utc, title, artist, plays, skips, played_ms, end_reason, played_raw, played_basis FROM daily_tracks"),
        [
            "2024-03-01|North Window|Ida Holm|2|0|2000|NATURAL_END_OF_TRACK|20240301|date-only",
            "2024-03-01|North Window|Ida Holm|0|1|5|TRACK_SKIPPED_FORWARDS|20240301|date-only",
        ]
    );
}

#[test]
fn the_columns_have_the_titles_that_apple_gave_them() {
    let written = written(&[(PLAYS, &plays(&["PLAY_END,A,2025-03-01T10:01:00Z,1,1,,d"]))]);
    for (table, names) in super::HEADERS {
        let known = written.rows(&format!("SELECT name FROM pragma_table_info('{table}')"));
        for (name, _) in *names {
            let is_known = known.iter().any(|column| column == name || *column == format!("{name}_utc"));
            assert!(is_known, "{table}.{name}");
        }
    }
}
