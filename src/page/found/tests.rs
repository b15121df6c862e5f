//! A library's folder, its `Records.sqlite` and its catalog, and the sections that are found there.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use rusqlite::Connection;
use serde_json::Value;
use tempfile::TempDir;

use super::{Found, sections};
use crate::library::catalog::Catalog;
use crate::library::filter::HiddenAndDeleted;
use crate::library::path::LibraryPath;
use crate::library::record::{DerivedKind, DerivedRecord};
use crate::page::holdings::Holdings;
use crate::page::sections::Section;
use crate::records::Records;

const PNG: &str =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

/// A library in which these files stand, known to its catalog but for the last.
struct Library(TempDir);

impl Library {
    fn new(files: &[(&str, &[u8])], rows: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        fs::create_dir(folder.path().join(".windfall")).expect("a folder");
        let mut derived = BTreeMap::new();
        for (path, bytes) in files {
            let place = folder.path().join(path);
            fs::create_dir_all(place.parent().expect("a folder")).expect("a folder");
            fs::write(&place, bytes).expect("a file");
            let record = DerivedRecord::of_photos(DerivedKind::Made, None, Some(blake3::hash(bytes)));
            if !path.contains("unknown") {
                derived.insert(LibraryPath::parse(path).expect("a path"), record);
            }
        }
        let mut catalog = Catalog::open(folder.path()).expect("a catalog");
        catalog.record_recognised(&derived).expect("a catalog");
        let library = Library(folder);
        library.records("Records.sqlite", rows);
        library
    }

    fn records(&self, name: &str, rows: &str) {
        let path = self.0.path().join(name);
        let records = Records::create(&path).expect("a database");
        assert_eq!(records.finish().expect("a database"), []);
        Connection::open(&path).expect("a database").execute_batch(rows).expect("rows");
    }

    /// A table, or what stands in for a view: its name and columns, and its rows.
    fn table(&self, form: &str, rows: &str) {
        let database = Connection::open(self.path().join("Records.sqlite")).expect("a database");
        let name = form.split('(').next().unwrap_or_default().trim();
        // what stands in has not all that other tables refer to
        database.pragma_update(None, "foreign_keys", false).expect("a setting");
        let kind = "SELECT type FROM sqlite_schema WHERE name = ?1";
        if let Ok(kind) = database.query_row(kind, [name], |row| row.get::<_, String>(0)) {
            database.execute_batch(&format!("DROP {kind} {name};")).expect("no table");
        }
        let sql = format!("CREATE TABLE {form}; INSERT INTO {name} VALUES {rows};");
        database.execute_batch(&sql).expect("a table");
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn found(&self, hidden: HiddenAndDeleted) -> Found {
        let catalog = Catalog::read(self.path()).expect("a catalog");
        let holdings = Holdings::of(&catalog).expect("holdings");
        sections(self.path(), &catalog, &holdings, hidden).expect("sections")
    }

    /// The section of this name, and what it knows.
    fn section(&self, name: &str) -> (Section, Value) {
        let found = self.found(HiddenAndDeleted::LeftOut);
        let section = found.sections.into_iter().find(|section| section.name() == name).expect("the section");
        let data = serde_json::from_str(&section.data()).expect("JSON");
        (section, data)
    }
}

#[test]
fn notes_are_as_their_owner_left_them_and_deleted_ones_are_asked_for() {
    let library = Library::new(
        &[
            ("Notes/Boat/Rope.md", b"---\ntitle: \"Rope\"\n---\n\n# Rope, edited\n\n- [x] bought\n"),
            ("Notes/Recently Deleted/Old.md", b"# Old\n"),
            ("Notes/unknown.md", b"# Forgotten\n"),
        ],
        "INSERT INTO notes (title, folder, path, pinned, deleted, shared, attachments, dates_basis, created_basis, \
         modified_basis, drawing) VALUES \
         ('Rope', 'Boat', 'Notes/Boat/Rope.md', 1, 0, 1, 2, 'none', 'none', 'none', 0), \
         ('Old', NULL, 'Notes/Recently Deleted/Old.md', 0, 1, 0, 0, 'none', 'none', 'none', 0), \
         ('Forgotten', NULL, 'Notes/unknown.md', 0, 0, 0, 0, 'none', 'none', 'none', 0), \
         ('Outside', NULL, '../outside.md', 0, 0, 0, 0, 'none', 'none', 'none', 0);\
         INSERT INTO note_participants VALUES (1, NULL, 'a*@b.c', 'READ_ONLY', 'ACCEPTED', 'participant');",
    );
    let (section, data) = library.section("Notes");
    assert_eq!(section.title, "1 note");
    assert_eq!(section.left_out.as_deref(), Some("1 recently deleted note is not shown"));
    assert_eq!(
        data["notes"],
        serde_json::json!([{
            "title": "Rope, edited", "folder": "Boat", "path": "Notes/Boat/Rope.md", "pinned": true,
            "people": ["a*@b.c"], "attachments": 2, "text": [{"task": [0, true, ["bought"]]}],
        }])
    );
    let all = library.found(HiddenAndDeleted::Included).sections;
    assert_eq!((all[0].title.as_str(), &all[0].left_out), ("2 notes", &None));
}

#[test]
fn a_card_says_what_its_numbers_are_called_and_where_its_picture_stands() {
    let card = format!(
        "BEGIN:VCARD\nVERSION:3.0\nUID:1\nFN:Ann\nTEL;type=CELL:+47 1\nitem1.EMAIL:a@b.c\nitem1.X-ABLabel:Boat\n\
         PHOTO;ENCODING=b;TYPE=PNG:{PNG}\nEND:VCARD\n"
    );
    let picture = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, PNG).expect("base64");
    let library = Library::new(
        &[
            ("Contacts/Cards/Ann.vcf", card.as_bytes()),
            ("Contacts/Photos/Ann.png", &picture),
            ("Contacts/Cards/Bo.vcf", b"not a card"),
        ],
        "INSERT INTO contacts VALUES \
         ('1', 'Ann', NULL, '+47 1', 'a@b.c', '--04-12', 1, 'Boat; Family', 'Contacts/Cards/Ann.vcf', 'person'), \
         ('2', 'Bo', 'ACME', '1; 2', NULL, NULL, 0, NULL, 'Contacts/Cards/Bo.vcf', 'person');",
    );
    let (section, data) = library.section("Contacts");
    assert_eq!((section.title.as_str(), section.line.as_str()), ("2 contacts", "2 groups, 1 picture"));
    assert_eq!(
        data["cards"],
        serde_json::json!([
            {"name": "Ann", "phones": [{"value": "+47 1", "label": "cell"}],
             "emails": [{"value": "a@b.c", "label": "Boat"}], "birthday": "--04-12", "groups": ["Boat", "Family"],
             "picture": "Contacts/Photos/Ann.png", "path": "Contacts/Cards/Ann.vcf"},
            {"name": "Bo", "organisation": "ACME", "phones": [{"value": "1"}, {"value": "2"}],
             "path": "Contacts/Cards/Bo.vcf"},
        ])
    );
}

#[test]
fn rows_say_which_events_count_and_the_file_on_which_days() {
    let home = "BEGIN:VCALENDAR\nX-WR-CALNAME:Home\nX-WR-TIMEZONE:Europe/Oslo\n\
        BEGIN:VEVENT\nUID:a\nSUMMARY:Rowing\nDTSTART;TZID=Europe/Oslo:20240301T090000\nDURATION:PT1H\n\
        RRULE:FREQ=WEEKLY;COUNT=4\nEXDATE;TZID=Europe/Oslo:20240308T090000\nEND:VEVENT\n\
        BEGIN:VEVENT\nUID:a\nRECURRENCE-ID;TZID=Europe/Oslo:20240315T090000\nSUMMARY:Rowing late\n\
        DTSTART;TZID=Europe/Oslo:20240316T110000\nSTATUS:CANCELLED\nEND:VEVENT\n\
        BEGIN:VEVENT\nUID:b\nSUMMARY:Of an older export\nDTSTART:20200101\nEND:VEVENT\nEND:VCALENDAR\n";
    let library = Library::new(
        &[
            ("Calendars/Home.ics", home.as_bytes()),
            ("Reminders/Shop.ics", b"BEGIN:VCALENDAR\nEND:VCALENDAR\n"),
        ],
        "INSERT INTO calendars VALUES ('Home', 'events', 'Europe/Oslo', 'Calendars/Home.ics');\
         INSERT INTO events (uid, calendar, all_day, starts_raw, starts_basis, ends_basis) VALUES \
         ('a', 'Home', 0, '20240301T090000', 'stated', 'stated'), ('c', 'Home', 0, 'soon', 'none', 'none');\
         INSERT INTO tasks VALUES ('t', 'Shop', 'Rope', '2025-03-01', 1, 'Reminders/Shop.ics', '20250301', 'date-only', \
         '2025-03-01'), ('u', 'Shop', 'Tar', '2025-03-01T10:00:00Z', 0, 'Reminders/Shop.ics', '20250301T100000Z', \
         'stated', '2025-03-01');",
    );
    let (section, data) = library.section("Calendar");
    assert_eq!(section.title, "2 events");
    assert_eq!(section.line, "2 tasks, 2 calendars and lists, 1 event without a day");
    let days = [19783, 19804];
    assert_eq!(
        data["events"],
        serde_json::json!([
            {"calendar": 0, "title": "Rowing", "runs": [[days[0], days[1] - days[0], 2]], "starts": 540,
             "ends": [0, 600], "zone": "Europe/Oslo", "rule": "FREQ=WEEKLY;COUNT=4"},
            {"calendar": 0, "title": "Rowing late", "runs": [[19798, 1, 1]], "starts": 660, "zone": "Europe/Oslo",
             "cancelled": true},
        ])
    );
    assert_eq!(
        data["tasks"],
        serde_json::json!([
            {"list": 1, "title": "Rope", "due": "2025-03-01", "done": true},
            {"list": 1, "title": "Tar", "due": "2025-03-01T10:00:00Z", "done": false},
        ])
    );
}

#[test]
fn mail_and_bookmarks_come_from_rows() {
    let library = Library::new(
        &[("Mail/INBOX/a.eml", b"Subject: a\n\nsecret words")],
        "INSERT INTO messages (path, folder, sent_utc, sender, subject, size, attachments, blake3, sent_basis, body) \
         VALUES ('Mail/INBOX/a.eml', 'INBOX', '2024-03-01T10:00:00Z', 'Ann <a@b.c>', 'Rope', 7, 1, 'x', 'stated', \
         'secret words');\
         INSERT INTO bookmarks (title, url, favourite, deleted, folder, reading_list, modified_basis) VALUES \
         ('Rope', 'https://example.org', 1, 0, 'Boat/Ropes', 0, 'none'), ('Gone', 'https://b.c', 0, 1, NULL, 0, 'none');",
    );
    let (section, data) = library.section("Mail");
    assert_eq!(section.title, "1 message");
    assert_eq!((&data["subject"][0], &data["people"][0]), (&"Rope".into(), &"Ann <a@b.c>".into()));
    assert!(!data.to_string().contains("secret"), "{data}");
    let (section, data) = library.section("Bookmarks");
    assert_eq!(
        (section.title.as_str(), section.left_out.as_deref()),
        ("1 bookmark", Some("1 deleted bookmark is not shown"))
    );
    assert_eq!(data["bookmarks"].as_array().map(Vec::len), Some(1));
}

const SECRETS: [&str; 4] = ["SER1AL", "203.0.113.7", "990000862471854", "feed.example/token"];

/// Something of every table of records.
fn records() -> Library {
    let library = Library::new(&[], "");
    library.table(
        "listens (title, played_ms)",
        "('North Window', 192360), ('North Window', 200000), ('Undated', 1000), ('Nameless', 120000)",
    );
    library.table(
        "minutes_by_day (day, minutes, plays)",
        "('2023-12-31', 3.2, 1), ('2024-01-01', 3.3, 1), ('2024-01-30', 2.0, 1), ('soon', 1, 1)",
    );
    library.table(
        "top_artists_by_year (year, artist, plays, minutes)",
        "(2023, 'Ida Holm', 1, 3.2), (2024, 'Ida Holm', 1, 3.3), (2024, 'Ada', 1, 3.3)",
    );
    library.table(
        "watched (started_utc, ended_utc, kind, show, title, minutes)",
        "('2024-02-01T20:00:00Z', '2024-02-01T20:40:00Z', 'episode', 'Tide Line', 'Ebb', 40.0), \
         ('2024-02-02T20:00:00Z', NULL, 'film', NULL, 'Harbour', NULL)",
    );
    library.table("top_shows_by_year (year, show, views, minutes)", "(2024, 'Tide Line', 1, 40.0)");
    library.table("purchases (item, family)", "('App', 0), ('App', NULL), ('Theirs', 1)");
    library.table(
        "spend_by_year (year, currency, paid_in, consumed, refunded)",
        "('2024', 'EUR', '3.99', '6.98', '0'), ('2023', 'EUR', '10', '0.00', '2.50'), ('2024', NULL, '6.00', '6.00', '0'), \
         ('2024', 'NOK', 'many', '1', '0')",
    );
    library.table(
        "spend_by_app (item, currency, amount, purchases)",
        "('Small', 'EUR', '9.00', 3), ('Large', 'EUR', '10.5', 1), ('Back', 'EUR', '0.00', 1)",
    );
    library.table(
        "subscriptions (started_utc, item, seller, amount, currency, renews, disabled_utc)",
        "('2020-01-01T00:00:00Z', 'Ended', 'S', NULL, NULL, 0, '2021-01-01T00:00:00Z'), \
         ('2019-01-01T00:00:00Z', 'Monthly', 'S', '2.99', 'EUR', 1, NULL)",
    );
    library.table(
        "devices (name, model, serial, added_utc, last_seen_utc, imei)",
        "('Old phone', 'iPhone 8', 'SER1AL', '2018-01-01T00:00:00Z', '2020-01-01T00:00:00Z', '990000862471854'), \
         (NULL, 'iPad', 'SER1AL', NULL, '2024-01-01T00:00:00Z', NULL)",
    );
    library.table(
        "sign_ins (at_utc, application, ip)",
        "('2024-01-01T00:00:00Z', 'iCloud', '203.0.113.7'), ('2024-01-02T00:00:00Z', 'iCloud', '203.0.113.7'), \
         (NULL, NULL, '203.0.113.7')",
    );
    library.table("playlists (title, items, deleted)", "('Night', 2, 0), ('Gone', 9, 1), ('Day', 3, 0)");
    library.table(
        "podcasts (title, feed_url, subscribed)",
        "('B', 'https://feed.example/token', 0), ('A', 'https://feed.example/token', 1)",
    );
    library
}

#[test]
fn records_are_sums_and_nothing_that_tells_a_device_or_a_place() {
    let (section, data) = records().section("Records");
    assert_eq!(section.title, "4 plays");
    assert_eq!(
        section.line,
        "2 films and episodes watched, 2 purchases, 2 subscriptions, 2 devices, 3 sign-ins, 2 playlists, 2 podcasts"
    );
    for secret in SECRETS {
        assert!(!data.to_string().contains(secret), "{secret} in {data}");
    }
    let expected = serde_json::json!({
        "listening": {
            "times": 4, "minutes": 9,
            "months": [["2023-12", 1, 3], ["2024-01", 2, 5]],
            "tops": [[
                {"year": "", "names": [["Ida Holm", 2, 7], ["Ada", 1, 3]], "more": 0, "named": 3},
                {"year": "2023", "names": [["Ida Holm", 1, 3]], "more": 0, "named": 1},
                {"year": "2024", "names": [["Ada", 1, 3], ["Ida Holm", 1, 3]], "more": 0, "named": 2},
            ]],
        },
        "watching": {
            "times": 2, "minutes": 40,
            "months": [["2024-02", 2, 40]],
            "tops": [[
                {"year": "", "names": [["Tide Line", 1, 40]], "more": 0, "named": 1},
                {"year": "2024", "names": [["Tide Line", 1, 40]], "more": 0, "named": 1},
            ], [
                {"year": "", "names": [["Harbour", 1, 0]], "more": 0, "named": 1},
                {"year": "2024", "names": [["Harbour", 1, 0]], "more": 0, "named": 1},
            ]],
        },
        "purchases": 2,
        "money": [
            {"currency": "EUR", "sign": null, "years": [
                {"year": "2023", "paid_in": "10", "consumed": "0.00", "refunded": "2.50"},
                {"year": "2024", "paid_in": "3.99", "consumed": "6.98", "refunded": "0"},
            ], "sums": {"year": "", "paid_in": "13.99", "consumed": "6.98", "refunded": "2.50"},
             "items": {"items": [["Large", "10.5", 1], ["Small", "9.00", 3]], "more": 0}, "unread": 0},
            {"currency": "NOK", "sign": null, "years": [
                {"year": "2024", "paid_in": "many", "consumed": "1", "refunded": "0"},
            ], "sums": null, "items": {"items": [], "more": 0}, "unread": 0},
            {"currency": null, "sign": null, "years": [
                {"year": "2024", "paid_in": "6.00", "consumed": "6.00", "refunded": "0"},
            ], "sums": {"year": "", "paid_in": "6.00", "consumed": "6.00", "refunded": "0"},
             "items": {"items": [], "more": 0}, "unread": 0},
        ],
        "subscriptions": {"items": [
            {"item": "Monthly", "amount": "2.99", "currency": "EUR", "sign": null, "started": "2019-01-01", "disabled": null,
             "renews": true},
            {"item": "Ended", "amount": null, "currency": null, "sign": null, "started": "2020-01-01", "disabled": "2021-01-01",
             "renews": false},
        ], "more": 0},
        "devices": {"items": [
            {"name": "", "model": "iPad", "added": null, "last_seen": "2024-01-01"},
            {"name": "Old phone", "model": "iPhone 8", "added": "2018-01-01", "last_seen": "2020-01-01"},
        ], "more": 0},
        "sign_ins": {
            "times": 3, "minutes": 0,
            "months": [["2024-01", 2, 0]],
            "tops": [[{"year": "", "names": [["iCloud", 2, 0]], "more": 0, "named": 2}]],
        },
        "playlists": {"items": [["Day", 3], ["Night", 2]], "more": 0},
        "podcasts": {"items": [["A", true], ["B", false]], "more": 0},
    });
    for (part, value) in expected.as_object().expect("an object") {
        assert_eq!(&data[part], value, "{part}");
    }
}

#[test]
fn a_table_of_records_that_is_not_there_costs_what_it_would_say() {
    let library = Library::new(&[], "");
    let names = |library: &Library| -> Vec<&str> {
        library.found(HiddenAndDeleted::LeftOut).sections.iter().map(Section::name).collect()
    };
    assert_eq!(names(&library), [""; 0]);
    library.table("devices (model)", "('iPad')");
    library.table("listens (of_another_version)", "(1)");
    let (section, data) = library.section("Records");
    assert_eq!((section.title.as_str(), section.line.as_str()), ("1 device", ""));
    assert_eq!(data["devices"]["items"][0]["model"], "iPad");
    assert_eq!(data["listening"]["times"], 0);
}

#[test]
fn whatever_there_is_the_page_of_records_stays_small() {
    let library = Library::new(&[], "");
    let every = "WITH RECURSIVE n (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM n WHERE n < 19999) SELECT";
    library.table("listens (played_ms)", "(1)");
    library.table("minutes_by_day (day, minutes, plays)", "('2024-01-01', 1, 1)");
    library.table("top_artists_by_year (year, artist, plays, minutes)", "(2024, 'a', 1, 1)");
    let database = Connection::open(library.path().join("Records.sqlite")).expect("a database");
    database
        .execute_batch(&format!(
            "INSERT INTO listens {every} 60000 FROM n; \
             INSERT INTO minutes_by_day {every} date('2015-01-01', (n % 4000) || ' days'), 1.5, 1 FROM n; \
             INSERT INTO top_artists_by_year {every} 2015 + n % 10, 'Artist ' || n, 1 + n % 7, 2 FROM n;"
        ))
        .expect("rows");
    let (section, data) = library.section("Records");
    assert_eq!(section.title, "20,001 plays");
    let tops = data["listening"]["tops"][0].as_array().expect("years");
    assert_eq!(tops.len(), 11);
    assert!(tops.iter().all(|top| top["names"].as_array().is_some_and(|names| names.len() == 20)));
    assert_eq!(tops[0]["more"], 20_001 - 20);
    assert!(section.data().len() < 20_000, "{}", section.data().len());
}

#[test]
fn an_address_that_no_server_takes_is_no_link() {
    let row = |at: u32, length: usize| {
        let url = format!("https://b.c/{}", "x".repeat(length));
        format!(
            "INSERT INTO bookmarks (title, url, favourite, deleted, reading_list, modified_basis) \
             VALUES ('{at}', '{url}', 0, 0, 0, 'none');"
        )
    };
    let library = Library::new(&[], &format!("{}{}", row(1, 1_000), row(2, 9_000)));
    let bookmarks = library.section("Bookmarks").1["bookmarks"].clone();
    let lengths = [0, 1].map(|at| bookmarks[at]["url"].as_str().map_or(0, str::len));
    assert_eq!(lengths, [1_012, 0]);
    assert_eq!(bookmarks[1]["title"], "2");
}

#[test]
fn the_newest_database_of_ours_counts_and_nobody_elses() {
    let rows = |title: &str| {
        format!(
            "INSERT INTO bookmarks (title, url, favourite, deleted, reading_list, modified_basis) \
             VALUES ('{title}', 'https://b.c', 0, 0, 0, 'none');"
        )
    };
    let library = Library::new(&[("Records (2).sqlite", b"")], &rows("edited"));
    let title = |library: &Library| library.section("Bookmarks").1["bookmarks"][0]["title"].clone();
    assert_eq!(title(&library), "edited");
    fs::remove_file(library.path().join("Records (2).sqlite")).expect("a file");
    library.records("Records (2).sqlite", &rows("newer"));
    library.records("Records (3).sqlite", &rows("foreign"));
    assert_eq!(title(&library), "newer");

    let library = Library::new(&[], &rows("ours"));
    let database = library.path().join("Records.sqlite");
    Connection::open(&database)
        .expect("a database")
        .pragma_update(None, "application_id", 7)
        .expect("a number");
    assert!(library.found(HiddenAndDeleted::Included).sections.is_empty());
    fs::write(&database, "not a database").expect("a file");
    assert!(library.found(HiddenAndDeleted::Included).sections.is_empty());
    fs::remove_file(&database).expect("a file");
    assert!(library.found(HiddenAndDeleted::Included).sections.is_empty());
}
