//! The records of one owner from two years, whole: every table is there, every line accounted for, the same whatever way
//! it came, and nothing is told that nobody may know.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::{Scene, contents, problems, told};
use crate::builder::{
    Language, Outer, Part, SECRETS, delivery_of_2021, delivery_of_2026, export, library_tracks,
};
use crate::support::place::Run;
use crate::support::tree;

/// The raw tables of 2021, without `raw_`.
const OF_2021: [&str; 24] = [
    "apple_id_account_information",
    "apple_id_device_information",
    "apple_id_signon_information",
    "apple_music_favorites",
    "apple_music_library_activity",
    "apple_music_library_tracks",
    "apple_music_play_activity",
    "apple_pay_cards",
    "devices_registered_with_apple_messaging",
    "game_center_data",
    "known_networks",
    "locations",
    "online_purchase_history",
    "podcasts_playstate",
    "recent_correspondents",
    "store_free_transaction_history",
    "store_re_download_and_update_history",
    "store_transaction_purchase_and_free_apps_history",
    "subscription_history",
    "usage_icloud_device_registration_from_an_icloud_enabled_device",
    "usage_maps_nothing_to_speak_of",
    "usage_photos_delete_photo_video_from_icloud_photo_library",
    "video_play_activity",
    "your_podcasts",
];

/// Those that 2026 has besides.
const SINCE: [&str; 16] = [
    "app_install_activity",
    "apple_books_user_annotations",
    "apple_music_library_playlists",
    "apple_music_play_history_daily_tracks",
    "applecare_cases",
    "applecare_device_details",
    "applecare_device_details_2",
    "applecare_device_details_3",
    "applecare_partners_repairs_and_service",
    "applecare_repairs_and_service",
    "data_privacy_request_history",
    "hide_my_email_information",
    "marketing_communications_delivery",
    "passkeys_information",
    "playback_activity",
    "reviews",
];

/// Archives of a delivery in a folder of their own.
fn deliver(folder: &Path, language: Language, built: &str, delivery: Vec<(Outer, Vec<Part>)>) {
    fs::create_dir_all(folder).unwrap();
    for (outer, parts) in delivery {
        let export = export(outer, language).built(built);
        parts.into_iter().fold(export, crate::builder::Export::part).write_zips(folder);
    }
}

/// A scene with both deliveries, in `2021` and `2026`.
fn delivered() -> Scene {
    delivered_in(Language::English)
}

fn delivered_in(language: Language) -> Scene {
    let scene = Scene::new();
    deliver(&scene.0.path("2021"), language, "2021-06-01 10:00", delivery_of_2021());
    deliver(&scene.0.path("2026"), language, "2026-05-03 10:00", delivery_of_2026());
    scene
}

fn import(scene: &Scene, inputs: &[&str], library: &str, more: &[&str]) -> Run {
    let run = scene.run(&[&["import"], inputs, &["--to", library, "--json"], more].concat());
    assert_eq!(run.code(), 0, "{}", told(&run));
    run
}

fn raw_tables(scene: &Scene) -> Vec<String> {
    scene.rows(
        "SELECT substr(name, 5) FROM sqlite_schema WHERE type = 'table' AND name LIKE 'raw\\_%' ESCAPE '\\' ORDER BY name",
    )
}

#[test]
fn every_table_of_both_years() {
    let scene = delivered();
    let report = import(&scene, &["2021"], "lib", &[]).json();
    assert_eq!(raw_tables(&scene), OF_2021);
    assert_eq!(problems(&report), [""; 0]);
    let report = import(&scene, &["2026"], "lib", &[]).json();
    let all: BTreeSet<&str> = OF_2021.into_iter().chain(SINCE).collect();
    assert_eq!(raw_tables(&scene), Vec::from_iter(all));
    assert_eq!(problems(&report), [""; 0]);
    // each column has a line in the list of columns, whichever table or view it is of
    assert_eq!(
        scene.rows(
            "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE '\\_%' ESCAPE '\\' \
             AND name NOT LIKE 'messages\\_%' ESCAPE '\\' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' \
             AND (SELECT count(*) FROM pragma_table_info(sqlite_schema.name)) \
                 <> (SELECT count(*) FROM _columns WHERE \"table\" = sqlite_schema.name)"
        ),
        [""; 0]
    );
}

#[test]
fn the_names_of_archives_decide_nothing() {
    let rows = |language: Language| {
        let scene = delivered_in(language);
        import(&scene, &["2021", "2026"], "lib", &[]);
        let tables = raw_tables(&scene);
        let count = |table: &String| scene.rows(&format!("SELECT count(*) FROM \"raw_{table}\"")).remove(0);
        let counts: Vec<String> = tables.iter().map(count).collect();
        (scene.tree(), tables, counts)
    };
    let english = rows(Language::English);
    for language in [Language::French, Language::Chinese, Language::Czech] {
        assert_eq!(rows(language), english, "{language:?}");
    }
}

#[test]
fn every_line_of_every_table() {
    let scene = delivered();
    import(&scene, &["2021", "2026"], "lib", &[]);
    assert_eq!(
        scene.rows(
            "SELECT entry FROM _sources WHERE lines IS NOT NULL \
             AND lines <> header_lines + rows + preamble + footer + blank + bad"
        ),
        [""; 0]
    );
    assert_eq!(scene.rows("SELECT entry FROM _sources WHERE bad > 0"), [""; 0]);
    // lines, header, rows, preamble, footer, blank, and the physical ones
    for (entry, expected) in [
        ("%/AppleCare Cases.csv", "6|1|2|0|3|0|6"),
        ("%/AppleCare Repairs and Service.csv", "3|1|1|0|1|0|3"),
        ("%/AppleCare Partners Repairs and Service.csv", "8|1|2|4|1|0|8"),
        ("%AppleCare Device Details.csv", "8|3|3|0|0|2|8"),
        ("%Marketing Communications Delivery.csv", "4|2|2|0|0|0|4"),
        ("%/Reviews.csv", "2|1|1|0|0|0|3"),
        ("%/Additional Subscriptions.csv", "0|0|0|0|0|0|0"),
    ] {
        let sql = format!(
            "SELECT lines, header_lines, rows, preamble, footer, blank, physical_lines FROM _sources WHERE entry LIKE '{entry}'"
        );
        assert_eq!(scene.rows(&sql), [expected], "{entry}");
    }
    let both = |entry: &str| {
        scene.rows(&format!(
            "SELECT lines, header_lines, rows, preamble, footer, blank FROM _sources WHERE entry LIKE '{entry}' ORDER BY lines"
        ))
    };
    assert_eq!(both("%Online Purchase History.csv"), ["5|2|2|0|0|1", "6|2|3|0|0|1"]);
    assert_eq!(both("%iCloudUsageData Set1.csv"), ["10|3|2|3|0|2", "11|3|3|3|0|2"]);
    // what has no lines has rows
    assert_eq!(
        scene.rows("SELECT rows FROM _sources WHERE lines IS NULL AND entry LIKE '%Library Playlists.json'"),
        ["2"]
    );
    // what is in the raw tables is what the files have, less what two exports both have
    assert_eq!(scene.rows("SELECT count(*) FROM raw_online_purchase_history"), ["3"]);
    assert_eq!(scene.rows("SELECT count(*) FROM raw_apple_music_play_activity"), ["11"]);
    assert_eq!(scene.rows("SELECT count(*) FROM raw_store_re_download_and_update_history"), ["3"]);
}

#[test]
fn two_years_are_one() {
    let scene = delivered();
    import(&scene, &["2021", "2026"], "lib", &[]);
    for (sql, expected) in [
        (
            "SELECT title, artist, ended_utc, played_ms, segments FROM listens ORDER BY ended_utc",
            &[
                "North Window|Ida Holm|2015-09-01T18:03:12Z|180000|1",
                "North Window|Ida Holm|2019-03-01T18:03:12Z|180000|1",
                "North Window|Ida Holm|2020-03-01T18:13:00Z|180000|2",
                "Gone since|Ida Holm|2020-04-01T18:03:00Z|0|1",
                "North Window|Ida Holm|2026-01-01T18:03:12Z|180000|1",
                "South Door|Ida Holm|2026-01-02T18:03:12Z|200000|1",
            ][..],
        ),
        (
            "SELECT year, artist, plays, minutes FROM top_artists_by_year",
            &["2015|Ida Holm|1|3", "2019|Ida Holm|1|3", "2020|Ida Holm|2|3", "2026|Ida Holm|2|6.3"],
        ),
        (
            "SELECT track_id, title, liked FROM library_tracks ORDER BY track_id",
            &["100200300|North Window|1", "100200301|South Door|0", "100200302|Gone since|0"],
        ),
        (
            "SELECT title, items, deleted FROM playlists ORDER BY title",
            &["Empty|0|0", "Lost tapes|2|1", "Night train|2|0"],
        ),
        (
            "SELECT p.title, i.position, i.title, i.found FROM playlist_items i JOIN playlists p ON p.id = i.playlist \
             ORDER BY p.title, i.position",
            &[
                "Lost tapes|1|North Window|1",
                "Lost tapes|2|Only in the log|0",
                "Night train|1|North Window|1",
                "Night train|2|-|0",
            ],
        ),
        ("SELECT title, artist, changed_utc FROM favorites", &["North Window|Ida Holm|2025-03-04T05:06:07Z"]),
        (
            "SELECT bought_utc, item, amount, currency, refund FROM purchases ORDER BY bought_utc",
            &[
                "2018-02-11T08:09:10Z|Free App|-|-|-",
                "2019-02-11T08:09:10Z|Example App|3.99|EUR|-",
                "2019-02-12T08:09:10Z|Returned App|2.99|EUR|2.99",
                "2026-02-01T08:09:10Z|Gift card|25.00|EUR|-",
                "2026-02-02T08:09:10Z|Dear App, gold edition|1019.99|EUR|-",
                "2026-02-03T08:09:10Z|Example Weekly|-|EUR|-",
            ],
        ),
        ("SELECT item, amount FROM subscriptions ORDER BY item", &["Example Monthly|2.99", "Example+|9.99"]),
        (
            "SELECT item, kind FROM downloads ORDER BY item",
            &["Example App|iOS and tvOS Apps", "Free App|iOS and tvOS Apps", "Other App|iOS and tvOS Apps"],
        ),
        ("SELECT item, rating, text FROM reviews", &["Example App|4|First line\nsecond line, with a comma"]),
        (
            "SELECT show, season, episode, title, ended_utc FROM watched ORDER BY ended_utc",
            &[
                "Tide Line|1|3|Ebb|2020-12-01T20:43:00Z",
                "-|-|-|Salt Road|2025-12-01T20:00:00Z",
                "Tide Line|1|4|Flow|2025-12-01T20:43:00Z",
            ],
        ),
        ("SELECT title, subscribed FROM podcasts ORDER BY title", &["For me alone|1", "Tides & more|0"]),
        ("SELECT episode_id, played, position_s FROM podcast_episodes", &["EP-1|1|12.5"]),
        ("SELECT book, quote, note FROM book_annotations", &["The Salt Road|a line\nof it|compare ch. 2"]),
        (
            "SELECT name, serial, last_seen_utc FROM devices",
            &[
                "Ann's old iPad|SERIAL0000002|2021-06-01T07:00:00Z",
                "Ann's iPhone|SERIAL0000001|2026-04-30T08:00:00Z",
            ],
        ),
        (
            "SELECT at_utc, application, ip FROM sign_ins",
            &[
                "2021-05-03T08:00:00Z|iCloud|198.51.100.23",
                "2026-01-03T08:00:00Z|iCloud|192.0.2.7",
                "2026-01-04T09:10:11Z|App Store|-",
                "2026-02-04T09:10:11Z|App Store|192.0.2.7",
            ],
        ),
        ("SELECT address, label FROM aliases", &["quiet_owl@icloud.com|Harbour shop"]),
        ("SELECT name, device, issuer FROM wallet_cards", &["Example Card|iPhone|-"]),
        (
            "SELECT name, latitude, longitude, at_utc FROM places",
            &[
                "Quay|59.907|10.7522|2021-02-03T04:05:06Z",
                "Quay|59.907|10.7522|2021-05-04T06:07:08Z",
                "Quay|59.907|10.7522|2025-03-04T05:06:07Z",
            ],
        ),
        ("SELECT ssid, added_utc FROM known_networks", &["Harbour Guest|2021-02-25T18:09:10Z"]),
        ("SELECT name, last_utc, times FROM recent_correspondents", &["Bo|2025-03-04T05:06:07Z|2"]),
        (
            "SELECT name, last_played_utc FROM games",
            &["Forgotten|2019-01-02T03:04:05Z", "Tile Run|2024-02-25T18:09:10Z"],
        ),
        (
            "SELECT leaderboard, rank, submitted_utc FROM game_scores",
            &["Daily|9|2021-03-04T10:00:00Z", "Daily|3|2024-02-24T10:00:00Z"],
        ),
        (
            "SELECT date_utc FROM usage_icloud_device_registration_from_an_icloud_enabled_device",
            &["2021-05-03T08:00:00Z", "2026-01-03T08:00:00Z"],
        ),
    ] {
        assert_eq!(scene.rows(sql), expected, "{sql}");
    }
}

#[test]
fn files_for_other_programs() {
    let scene = delivered();
    import(&scene, &["2021", "2026"], "lib", &[]);
    let tree = scene.tree();
    for path in [
        "Account/places.geojson",
        "Account/summary.md",
        "Books/The Salt Road.md",
        "Books/highlights.csv",
        "Music/Playlists/Night train.csv",
        "Music/Playlists/Night train.m3u8",
        "Music/favorites.csv",
        "Music/library.csv",
        "Music/listens.jsonl",
        "Podcasts/episodes.csv",
        "Podcasts/subscriptions.opml",
        "Purchases/purchases.csv",
        "Purchases/reviews.md",
        "Purchases/subscriptions.csv",
        "TV/watched.csv",
        "Recordings/Hey Siri 1.m4a",
    ] {
        assert!(tree.contains(&path.to_owned()), "{path} is not in {tree:#?}");
    }
    // what is gone is made again, to the same bytes
    let made = ["Account/summary.md", "Music/listens.jsonl", "Purchases/purchases.csv", "Records.sqlite"];
    let before = made.map(|path| scene.bytes(path));
    made.iter().for_each(|path| fs::remove_file(scene.path(path)).unwrap());
    assert_eq!(scene.run(&["verify", "lib"]).code(), 0);
    import(&scene, &["2026"], "lib", &[]);
    for (path, bytes) in made.iter().zip(before) {
        assert!(scene.bytes(path) == bytes, "{path}");
    }
}

/// The visible files of a library, and the database.
fn all(scene: &Scene, library: &str) -> (Vec<String>, Vec<u8>) {
    let library = scene.0.path(library);
    (contents(&library), fs::read(library.join("Records.sqlite")).unwrap())
}

#[test]
fn any_order_and_any_run_give_the_same() {
    let scene = delivered();
    import(&scene, &["2021", "2026"], "lib", &[]);
    let first = all(&scene, "lib");
    import(&scene, &["2026", "2021"], "lib 2", &["--jobs", "1"]);
    assert!(all(&scene, "lib 2") == first, "another order");
    let again = import(&scene, &["2021", "2026"], "lib", &[]).json();
    assert_eq!((&again["entries"]["imported"], problems(&again)), (&0.into(), vec![]));
    assert!(all(&scene, "lib") == first, "a second run");
    import(&scene, &["2021"], "lib 3", &[]);
    import(&scene, &["2026"], "lib 3", &[]);
    assert!(all(&scene, "lib 3") == first, "one after the other");
}

#[test]
fn the_newer_export_first_says_the_same() {
    let scene = delivered();
    import(&scene, &["2021", "2026"], "lib", &[]);
    let queries = [
        "SELECT * FROM devices",
        "SELECT * FROM places",
        "SELECT title, artist, ended_utc FROM listens",
        "SELECT item, amount FROM purchases",
        "SELECT title, subscribed FROM podcasts",
    ];
    let expected = queries.map(|sql| scene.rows(sql));
    fs::remove_dir_all(scene.library()).unwrap();
    import(&scene, &["2026"], "lib", &[]);
    import(&scene, &["2021"], "lib", &[]);
    for (sql, expected) in queries.iter().zip(expected) {
        assert_eq!(scene.rows(sql), expected, "{sql}");
    }
}

#[test]
fn a_file_and_its_zip_count_once() {
    let document = library_tracks(&[(7, "North Window", "Ida Holm", "Harbour Lights", "liked")]).to_string();
    let name = "Apple Music Library Tracks.json";
    let part = Part::new()
        .entry(name, document.clone())
        .nested(&format!("{name}.zip"), Part::new().entry(name, document));
    let scene = Scene::of([&export(Outer::MediaServices, Language::English).part(part)]);
    let report = scene.import();
    assert_eq!(scene.rows("SELECT count(*) FROM raw_apple_music_library_tracks"), ["1"]);
    assert_eq!(scene.rows("SELECT count(*) FROM library_tracks"), ["1"]);
    assert_eq!(
        scene.rows("SELECT rows, duplicate_of IS NULL FROM _sources ORDER BY duplicate_of IS NULL DESC"),
        ["1|1", "1|0"]
    );
    assert_eq!(super::numbers(&report, "records")[0], Some(1));
}

#[test]
fn the_same_bytes_under_another_name_are_another_table() {
    let table = "Question,Answer\nHow was it?,Fine\n";
    let part = Part::new()
        .entry("Subscription History.csv", "Subscription Initiated Date,Item Description\n")
        .entry("First Survey.csv", table)
        .entry("First Survey (1).csv", table)
        .entry("Second Survey.csv", table);
    let scene = Scene::of([&export(Outer::MediaServices, Language::English).part(part)]);
    scene.import();
    assert_eq!(scene.rows("SELECT answer FROM raw_first_survey"), ["Fine"]);
    assert_eq!(scene.rows("SELECT answer FROM raw_second_survey"), ["Fine"]);
    assert_eq!(scene.rows("SELECT count(*) FROM _sources WHERE duplicate_of IS NOT NULL"), ["1"]);
}

#[test]
fn tables_that_nobody_knows_come_with_a_name_that_is_known() {
    let inner = Part::new().entry("Places.json", "[{\"name\":\"Pier\"}]");
    let scene = Scene::of([
        &export(Outer::Installs, Language::English)
            .part(Part::new().entry("Items.csv", "Id,Title\n1,Crash\n")),
        &export(Outer::OtherData, Language::English).part(Part::new().nested("Maps.zip", inner)),
    ]);
    let report = scene.import();
    assert_eq!((problems(&report), report["left_alone"].as_array().map(Vec::len)), (vec![], Some(0)));
    assert_eq!(scene.rows("SELECT title FROM raw_items"), ["Crash"]);
    assert_eq!(scene.rows("SELECT name FROM raw_places"), ["Pier"]);
    assert_eq!(scene.run(&["verify", "lib", "--against", "parts"]).code(), 0);
}

#[test]
fn records_that_were_left_out_come_later() {
    let scene = delivered();
    let report = import(&scene, &["2021", "2026"], "lib", &["--without", "records"]).json();
    assert_eq!(report["categories"], serde_json::json!([]));
    assert!(!scene.path("Records.sqlite").exists());
    import(&scene, &["2021", "2026"], "lib", &["--only", "all"]);
    import(&scene, &["2021", "2026"], "lib 2", &[]);
    assert!(all(&scene, "lib") == all(&scene, "lib 2"));
}

#[test]
fn nothing_sensitive_is_told() {
    let scene = delivered();
    let both = ["2021", "2026"];
    let run = |arguments: &[&str]| scene.run(arguments);
    let mut said: Vec<(String, String)> = Vec::new();
    let mut hear = |what: &str, run: Run| {
        said.push((what.to_owned(), format!("{}\n{}", run.out(), run.err())));
    };
    hear("check", run(&["check", "2021", "2026", "--verbose"]));
    hear("check --json", run(&["check", "2021", "2026", "--json"]));
    hear("check --structure", run(&["check", "2021", "2026", "--structure"]));
    hear("check --structure --json", run(&["check", "2021", "2026", "--structure", "--json"]));
    hear("import", run(&["import", "2021", "2026", "--to", "lib", "--verbose"]));
    hear("import --json", import(&scene, &both, "lib", &[]));
    hear("list", run(&["list", "lib"]));
    hear("list --json", run(&["list", "lib", "--json"]));
    hear("verify", run(&["verify", "lib", "--against", "2021", "2026", "--verbose"]));
    hear("verify --json", run(&["verify", "lib", "--json"]));
    let report = run(&["report", "lib"]);
    assert_eq!(report.code(), 0, "{}", report.err());
    hear("report", report);
    for path in tree(&scene.library()).iter().filter(|path| path.starts_with("windfall-report")) {
        said.push((path.clone(), String::from_utf8_lossy(&scene.bytes(path)).into_owned()));
    }
    assert!(said.iter().any(|(what, _)| what.ends_with(".html")), "the page is among them");
    said.push(("summary".to_owned(), scene.text("Account/summary.md")));
    for (what, said) in &said {
        let found: Vec<&str> = SECRETS.into_iter().filter(|secret| said.contains(secret)).collect();
        assert!(found.is_empty(), "{what} tells {found:?}");
    }
    // the database is its owner's, and has all of it
    let database = String::from_utf8_lossy(&scene.bytes("Records.sqlite")).into_owned();
    let missing: Vec<&str> = SECRETS.into_iter().filter(|secret| !database.contains(secret)).collect();
    assert_eq!(missing, [""; 0]);
}
