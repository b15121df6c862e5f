//! Playlists, the library, favorites and listens as other programs read them: Apple's tables in, whole files out.

use crate::records::elsewhere::files;
use crate::records::typed::tests::Written;

const PLAYS: &str = "Apple Music Play Activity.csv";
const TRACKS: &str = "Apple Music Library Tracks.json";
const PLAYLISTS: &str = "Apple Music Library Playlists.json";
const ACTIVITY: &str = "Apple Music Library Activity.json";

/// All files of a database with what is in them.
fn all(written: &Written) -> Vec<(String, String)> {
    let files = files(&written.connection).unwrap();
    let written = files.into_iter().map(|file| {
        let mut bytes = Vec::new();
        file.write(&written.connection, &mut bytes).unwrap();
        (file.path, String::from_utf8(bytes).unwrap())
    });
    written.filter(|(path, _)| path.starts_with("Music/")).collect()
}

fn written(files: &[(&str, &str)]) -> Written {
    let files: Vec<(&str, &str, &[u8])> =
        files.iter().map(|(name, text)| ("one", *name, text.as_bytes())).collect();
    Written::of(&files)
}

fn expected<'e>(files: &[(&'e str, &'e str)]) -> Vec<(String, String)> {
    files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect()
}

#[test]
fn nothing_is_written_of_nothing() {
    assert_eq!(
        all(&written(&[
            ("x.csv", "A,B\n1,2\n"),
            (PLAYLISTS, "[{\"Container Identifier\":1,\"Title\":\"Empty\"}]")
        ])),
        []
    );
}

#[test]
fn playlists_and_the_library() {
    let library = r#"[{"Track Identifier":11,"Title":"North, Window","Artist":"Ida Holm","Album":"Harbour Lights","Album Artist":"Holm","Genre":"Folk","Track Year":2019,"Track Duration":211600,"Track Play Count":17,"Skip Count":2,"Date Added To Library":"2021-03-04T05:06:07Z","Track Like Rating":"liked","Apple Music Track Identifier":1500000001}]"#;
    let lists = r#"[{"Container Identifier":1,"Title":"a/b","Playlist Item Identifiers":[11,12]},{"Container Identifier":2,"Title":"A/B","Playlist Item Identifiers":[11]}]"#;
    let log = r#"[{"Transaction Type":"addContainer","Playlist":{"Container Identifier":3,"Title":"Two\nlines","Playlist Item Identifiers":[13]}},{"Track Identifier":13,"Title":"Gone"}]"#;
    let written = written(&[(TRACKS, library), (PLAYLISTS, lists), (ACTIVITY, log)]);
    let head = "position,title,artist,album,album_artist,duration_ms,catalogue_id,isrc,added\n";
    let north = "1,\"North, Window\",Ida Holm,Harbour Lights,Holm,211600,1500000001,,2021-03-04T05:06:07Z\n";
    let files = [
        ("Music/Playlists/A_B.m3u8", "#EXTM3U\n#PLAYLIST:A/B\n#EXTINF:212,Ida Holm - North, Window\n".to_owned()),
        ("Music/Playlists/A_B.csv", format!("{head}{north}")),
        (
            "Music/Playlists/a_b (2).m3u8",
            "#EXTM3U\n#PLAYLIST:a/b\n#EXTINF:212,Ida Holm - North, Window\n#EXTINF:-1,Unknown track 12\n".to_owned(),
        ),
        ("Music/Playlists/a_b (2).csv", format!("{head}{north}2,Unknown track 12,,,,,,,\n")),
        ("Music/Playlists/Deleted/Two_lines.m3u8", "#EXTM3U\n#PLAYLIST:Two lines\n#EXTINF:-1,Gone\n".to_owned()),
        ("Music/Playlists/Deleted/Two_lines.csv", format!("{head}1,Gone,,,,,,,\n")),
        (
            "Music/library.csv",
            "title,artist,album,album_artist,genre,year,disc,track,duration_ms,plays,skips,liked,added,last_played,catalogue_id,track_id\n\
             \"North, Window\",Ida Holm,Harbour Lights,Holm,Folk,2019,,,211600,17,2,1,2021-03-04T05:06:07Z,,1500000001,11\n"
                .to_owned(),
        ),
    ];
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
    assert_eq!(all(&written), expected(&files));
}

#[test]
fn listens_in_both_shapes() {
    let plays = "Event Type,Song Name,Album Name,Artist Name,Event End Timestamp,Play Duration Milliseconds,\
                 Media Duration In Milliseconds,End Reason Type\n\
                 PLAY_END,\"North \"\"Window\"\"\",Harbour Lights,Ida Holm,2025-03-01T18:03:12.480Z,192360,211000,TRACK_SKIPPED_FORWARDS\n\
                 PLAY_END,Elf,,Jon Berg,2024-12-31T23:59:59Z,1000,,A_NEW_REASON\n\
                 PLAY_END,Nobody,,,2025-03-02T18:03:12Z,1000,2000,NATURAL_END_OF_TRACK\n\
                 PLAY_END,Never,,Jon Berg,,1000,2000,NATURAL_END_OF_TRACK\n";
    let favorites = "Favorite Type,Item Reference,Item Description,Last Modified,Preference\n\
                     SONG,1500000001,Ida Holm - North Window,2025-01-02T00:00:00Z,FAVORITE\n";
    let written = written(&[(PLAYS, plays), ("Apple Music - Favorites.csv", favorites)]);
    assert_eq!(
        all(&written),
        expected(&[
            (
                "Music/favorites.csv",
                "kind,title,artist,preference,changed\nSONG,North Window,Ida Holm,FAVORITE,2025-01-02T00:00:00Z\n",
            ),
            (
                "Music/listens.jsonl",
                "{\"listened_at\":1735689598,\"track_metadata\":{\"track_name\":\"Elf\",\"artist_name\":\"Jon Berg\",\
                 \"additional_info\":{\"music_service\":\"music.apple.com\",\"submission_client\":\"windfall\"}}}\n\
                 {\"listened_at\":1740852000,\"track_metadata\":{\"track_name\":\"North \\\"Window\\\"\",\
                 \"artist_name\":\"Ida Holm\",\"release_name\":\"Harbour Lights\",\"additional_info\":{\
                 \"duration_ms\":211000,\"music_service\":\"music.apple.com\",\"submission_client\":\"windfall\"}}}\n",
            ),
            (
                "Music/listens without artist.jsonl",
                "{\"listened_at\":1740938591,\"track_metadata\":{\"track_name\":\"Nobody\",\"additional_info\":{\
                 \"duration_ms\":2000,\"music_service\":\"music.apple.com\",\"submission_client\":\"windfall\"}}}\n",
            ),
            (
                "Music/Spotify-shaped/Streaming_History_Audio_2024_0.json",
                "[\n{\"ts\":\"2024-12-31T23:59:59Z\",\"ms_played\":1000,\"master_metadata_track_name\":\"Elf\",\
                 \"master_metadata_album_artist_name\":\"Jon Berg\",\"master_metadata_album_album_name\":null,\
                 \"reason_end\":\"unknown\",\"skipped\":false}\n]\n",
            ),
            (
                "Music/Spotify-shaped/Streaming_History_Audio_2025_0.json",
                "[\n{\"ts\":\"2025-03-01T18:03:12Z\",\"ms_played\":192360,\
                 \"master_metadata_track_name\":\"North \\\"Window\\\"\",\
                 \"master_metadata_album_artist_name\":\"Ida Holm\",\
                 \"master_metadata_album_album_name\":\"Harbour Lights\",\"reason_end\":\"fwdbtn\",\"skipped\":true}\n]\n",
            ),
        ])
    );
}

#[test]
fn a_year_of_many_listens_is_several_files() {
    let mut plays =
        "Event Type,Song Name,Artist Name,Event End Timestamp,Play Duration Milliseconds\n".to_owned();
    for n in 0..20_001 {
        let (hour, minute, second) = (n / 3600, n / 60 % 60, n % 60);
        plays.push_str(&format!(
            "PLAY_END,Song {n},Ida Holm,2025-03-01T{hour:02}:{minute:02}:{second:02}Z,1000\n"
        ));
    }
    let files = all(&written(&[(PLAYS, &plays)]));
    let counts: Vec<(&str, usize)> = files
        .iter()
        .filter_map(|(path, text)| {
            let part = path.strip_prefix("Music/Spotify-shaped/Streaming_History_Audio_")?;
            Some((part, serde_json::from_str::<Vec<serde_json::Value>>(text).unwrap().len()))
        })
        .collect();
    assert_eq!(counts, [("2025_0.json", 10_000), ("2025_1.json", 10_000), ("2025_2.json", 1)]);
}
