//! Rows in, a database out: its columns, its bytes, its search, and the questions of `docs/records.md`.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use chrono::{DateTime, NaiveDate};
use chrono_tz::Tz;
use rusqlite::types::Value;
use rusqlite::{Connection, OpenFlags};

use super::rows::MOST_BODY;
use super::{Bookmarked, Counted, Drive, File, Mail, Noted, Records, Source, Unaccounted, typed};
use crate::apple::sheet::Lines;
use crate::apple::table::Encoding;
use crate::category::bookmarks::{self, Bookmark};
use crate::category::calendars::{self, CalendarRow, EventRow, Moment, TaskRow};
use crate::category::contacts;
use crate::category::dated::{Dated, Written};
use crate::category::drive::files::Listed;
use crate::category::drive::rows::Rule;
use crate::category::mail::{self, Message, Sent};
use crate::category::notes::body::gist;
use crate::category::notes::markdown::TitleFrom;
use crate::category::notes::note::{Body, Note, Placing};
use crate::category::notes::path::{Area, Home, Mark};
use crate::category::notes::rows::{self, Matched};
use crate::category::notes::sharing::{Person, Role};
use crate::contents::{ContentId, Id};

const PACIFIC: Tz = Tz::America__Los_Angeles;

fn file<'r>(path: &'r str, size: u64) -> File<'r> {
    File { path, size, blake3: blake3::hash(path.as_bytes()) }
}

fn note(folder: &str, title: &str, text: &str, created: &str) -> Note {
    Note {
        home: Home { area: Area::Notes, folder: folder.into(), title: title.into() },
        mark: Mark::default(),
        body: Some(Body {
            path: "Notes/x.txt".into(),
            content: ContentId::at(0),
            gist: gist(text.as_bytes()),
        }),
        title: title.into(),
        title_from: TitleFrom::Text,
        created: Written::new(created).read_in(PACIFIC),
        modified: Dated::unknown(),
        pinned: false,
        drawing: false,
        hash: "".into(),
        matched: Matched::Nothing,
        people: Vec::new(),
        attachments: Vec::new(),
        placing: Placing::InText,
    }
}

fn message(subject: &str, text: &str) -> Message {
    Message {
        message_id: Some("<1@example.org>".to_owned()),
        sent: Some(Sent {
            time: DateTime::parse_from_rfc3339("2024-03-04T20:08:00+01:00").expect("a time"),
            raw: "Mon, 4 Mar 2024 20:08:00 +0100".to_owned(),
            basis: mail::Basis::Date,
        }),
        sender: Some("Ann Berg <ann@example.org>".to_owned()),
        recipients: Some("bo@example.org".to_owned()),
        subject: Some(subject.to_owned()),
        attachments: Vec::new(),
        text: text.to_owned(),
        has_header: true,
    }
}

fn mail<'r>(said: &'r Message, path: &'r str) -> Mail<'r> {
    Mail { said, file: file(path, 1_000), folder: "INBOX", flags: None, mbox_offset: None }
}

fn card(name: &str, phones: Option<&str>) -> contacts::Row {
    contacts::Row {
        uid: Some("u".to_owned()),
        name: Some(name.to_owned()),
        organisation: None,
        phones: phones.map(str::to_owned),
        emails: Some("a@example.org".to_owned()),
        birthday: Some("--04-12".to_owned()),
        has_photo: true,
        groups: None,
        kind: "person",
        path: format!("Contacts/Cards/{name}.vcf"),
    }
}

fn day(raw: &str, day: NaiveDate) -> Moment {
    Moment { raw: raw.into(), utc: None, day: Some(day), basis: calendars::Basis::DateOnly }
}

fn event(summary: &str, starts: Option<Moment>) -> EventRow {
    EventRow {
        uid: None,
        calendar: "Home".to_owned(),
        all_day: starts.is_some(),
        starts,
        ends: None,
        rule: None,
        summary: Some(summary.to_owned()),
        location: None,
        latitude: None,
        longitude: None,
    }
}

fn bookmark(url: &str) -> Bookmark {
    Bookmark { title: "t".to_owned(), url: url.to_owned(), ..Bookmark::default() }
}

const MAY_1: NaiveDate = NaiveDate::from_ymd_opt(2024, 5, 1).expect("a day");
const MAY_2: NaiveDate = NaiveDate::from_ymd_opt(2024, 5, 2).expect("a day");

/// A small file with every table, about which the page and the tests ask.
fn fill(records: &mut Records) -> rusqlite::Result<()> {
    let files = [file("Notes/Boat/Parts.assets/a.png", 7), file("Notes/Boat/Parts.assets/b.pdf", 8)];
    let person = |role, name: &str| Person {
        role,
        name: name.into(),
        email_masked: "b*@example.org".into(),
        permission: "READ_ONLY".into(),
        status: "".into(),
    };
    let parts = Note {
        modified: Dated::stated("2024-03-01T00:00:00Z", "2024-03-01T00:00:00Z".parse().expect("a time")),
        pinned: true,
        matched: Matched::Row(3, rows::Rule::FirstLine),
        people: vec![person(Role::Owner, "Ann"), person(Role::Participant, "")],
        ..note("Boat", "Parts", "Parts\n\ntwo ropes", "02-25-2024 18:09:10")
    };
    records.note(&Noted { note: &parts, path: "Notes/Boat/Parts.md", files: &files })?;
    let empty = Note { body: None, matched: Matched::OneOf([1, 2].into()), ..note("", "", "", "") };
    records.note(&Noted { note: &empty, path: "Notes/_.md", files: &[] })?;
    let old = note("", "Old", "Old", "02-25-2023 18:09:10");
    records.note(&Noted { note: &old, path: "Notes/Old.md", files: &[] })?;
    let mut deleted = note("", "Gone", "Gone", "02-26-2024 18:09:10");
    deleted.home.area = Area::RecentlyDeleted;
    records.note(&Noted { note: &deleted, path: "Notes/Recently Deleted/Gone.md", files: &[] })?;

    let listed = Listed {
        created: Written::new("05-07-2025 10:11:12").read_in(PACIFIC),
        modified: Dated::unknown(),
        opened: Written::new("13-40-2025 10:11:12").read_in(PACIFIC),
        favourite: Some(false),
        executable: None,
        base_hash: "3q2+7w==".into(),
        rule: Some(Rule::NameAndSize),
        differs_in_size: Some(u64::MAX),
    };
    let ambiguous = Listed { rule: None, differs_in_size: None, base_hash: "".into(), ..listed.clone() };
    for (path, size, listed) in [
        ("Drive/a/big.mov", 5_000, Some(&listed)),
        ("Drive/a/b/small.txt", 3, Some(&ambiguous)),
        ("Drive/a/b/empty", 0, None),
        ("Drive/top.txt", 4_000, None),
    ] {
        let title = path.rsplit('/').next().unwrap_or_default();
        records.drive_file(&Drive { file: file(path, size), title, listed, is_proved: size == 5_000 })?;
    }

    records.contact(&card("Bo", Some("+47 1; +47 2")))?;
    records.contact(&card("Ann", None))?;
    records.contact(&contacts::Row { kind: "group", ..card("Friends", None) })?;

    records.calendar(&CalendarRow {
        name: "Home".to_owned(),
        kind: "events",
        time_zone: Some("Europe/Oslo".to_owned()),
        path: "Calendars/Home.ics".to_owned(),
    })?;
    let starts = Moment {
        raw: "20240502T100000".into(),
        utc: Some("2024-05-02T08:00:00Z".parse().expect("a time")),
        day: Some(MAY_2),
        basis: calendars::Basis::Assumed(Tz::Europe__Oslo),
    };
    records.event(&EventRow {
        rule: Some("FREQ=WEEKLY".to_owned()),
        latitude: Some(59.9),
        longitude: Some(f64::NAN),
        all_day: false,
        ..event("Choir", Some(starts))
    })?;
    records.event(&event("Ferry", Some(day("20240502", MAY_2))))?;
    records.event(&event("Labour", Some(day("20240501", MAY_1))))?;
    records.event(&event("Some day", None))?;
    records.task(&TaskRow {
        uid: None,
        list: "Shopping".to_owned(),
        summary: Some("Rope".to_owned()),
        due: Some(day("20240501", MAY_1)),
        done: true,
        path: "Reminders/Shopping.ics".to_owned(),
    })?;

    let mut boat = message("The Boat", "We need two ropes for the boát, and some paint for the deck of it.");
    boat.attachments = vec!["plan.pdf".to_owned(), String::new(), "b; c.png".to_owned()];
    records.message(&Mail { flags: Some(5), ..mail(&boat, "Mail/INBOX/a.eml") })?;
    let other = message("Lunch", "At noon?");
    records.message(&mail(&other, "Mail/INBOX/b.eml"))?;
    let nothing = Message::default();
    records.message(&Mail { folder: "", mbox_offset: Some(42), ..mail(&nothing, "Mail/All.mbox") })?;

    let stamp = |raw: &str| bookmarks::Stamp { raw: raw.to_owned(), utc: raw.parse().ok() };
    for bookmark in [
        Bookmark {
            modified: Some(stamp("2024-03-04T19:08:00Z")),
            favourite: true,
            folder: Some(bookmarks::FolderPath::default().within("Sea").within("Boats")),
            reading_list: true,
            note: "first lines".to_owned(),
            ..bookmark("https://www.example.org/a")
        },
        Bookmark {
            added: Some(stamp("yesterday")),
            folder: Some(bookmarks::FolderPath::default()),
            ..bookmark("https://example.org/b")
        },
        bookmark("javascript:alert(1)"),
        Bookmark { deleted: true, ..bookmark("https://gone.example/") },
        bookmark("https://sea.example/"),
    ] {
        records.bookmark(&Bookmarked { bookmark: &bookmark, source: "Bookmarks_1" })?;
    }

    let lines =
        Lines { lines: 12, physical: 14, header: 1, rows: 6, preamble: 2, footer: 1, blank: 1, bad: 1 };
    let source = |entry, counted| Source {
        archive: "iCloud Notes.zip",
        entry,
        size: 900,
        blake3: blake3::hash(b"x"),
        encoding: None,
        counted,
        duplicate_of: None,
    };
    let list =
        Source { encoding: Some(Encoding::Utf16Le), ..source("Notes Details.csv", Counted::Lines(lines)) };
    let first = records.source(&list)?;
    records.source(&Source { duplicate_of: Some(first), ..list })?;
    records.source(&source("Calendar Metadata.json", Counted::Rows(3)))?;
    records.source(&source("Drive/a.bin", Counted::Nothing))?;
    Ok(())
}

/// What `fill` writes, at a path of the caller's.
fn written(path: &Path) -> Connection {
    let mut records = Records::create(path).expect("a new file");
    fill(&mut records).expect("rows");
    assert_eq!(records.finish().expect("it ends"), []);
    opened(path)
}

fn opened(path: &Path) -> Connection {
    Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).expect("a database")
}

/// A row a line, `|` between cells, as the sqlite3 shell prints them, but for `∅` where it prints nothing.
fn asked(connection: &Connection, sql: &str) -> Vec<String> {
    let mut statement = connection.prepare(sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
    let width = statement.column_count();
    let cell = |value: Value| match value {
        Value::Null => "∅".to_owned(),
        Value::Integer(number) => number.to_string(),
        Value::Real(number) => number.to_string(),
        Value::Text(text) => text,
        Value::Blob(bytes) => format!("{bytes:?}"),
    };
    let rows = statement.query_map([], |row| {
        let cells: rusqlite::Result<Vec<String>> = (0..width).map(|at| Ok(cell(row.get(at)?))).collect();
        Ok(cells?.join("|"))
    });
    rows.and_then(Iterator::collect).unwrap_or_else(|error| panic!("{sql}: {error}"))
}

/// Every table with the columns that are promised first.
const TABLES: [(&str, &str); 12] = [
    (
        "notes",
        "title folder path created_utc modified_utc pinned deleted shared words attachments dates_basis",
    ),
    ("note_attachments", "note position path size blake3"),
    ("note_participants", "note name email_masked permission status role"),
    (
        "drive_files",
        "path title size blake3 base_hash created_utc modified_utc favourite executable match_rule",
    ),
    ("contacts", "uid name organisation phones emails birthday has_photo groups path"),
    ("calendars", "name kind time_zone path"),
    ("events", "uid calendar starts_utc ends_utc all_day rule summary location latitude longitude"),
    ("tasks", "uid list summary due_utc done path"),
    ("messages", "path folder message_id sent_utc sender recipients subject size attachments blake3"),
    ("bookmarks", "title url modified_utc favourite deleted folder reading_list"),
    (
        "_sources",
        "archive entry size blake3 encoding lines physical_lines header_lines rows preamble footer blank bad duplicate_of",
    ),
    ("_columns", "table position name header type"),
];

#[test]
fn the_columns_that_are_promised_come_first() {
    let folder = tempfile::tempdir().expect("a folder");
    let connection = written(&folder.path().join("r"));
    for (table, columns) in TABLES {
        let found =
            asked(&connection, &format!("SELECT name FROM pragma_table_info('{table}') ORDER BY cid"));
        let expected: Vec<&str> = columns.split(' ').collect();
        assert_eq!(found[..expected.len()], expected, "{table}");
        let schema = asked(&connection, &format!("SELECT sql FROM sqlite_schema WHERE name = '{table}'"));
        assert!(schema[0].contains("-- ") && schema[0].ends_with("STRICT"), "{table}");
        let times = found.iter().filter_map(|name| name.strip_suffix("_utc"));
        for time in times.map(str::to_owned) {
            for end in ["raw", "basis"] {
                assert!(found.contains(&format!("{time}_{end}")), "{table}.{time}_{end}");
            }
        }
        // nothing is an empty text
        for column in &found {
            let sql = format!("SELECT count(*) FROM {table} WHERE \"{column}\" = ''");
            assert_eq!(asked(&connection, &sql), ["0"], "{table}.{column}");
        }
        if !table.starts_with('_') {
            let described = asked(
                &connection,
                &format!("SELECT name FROM _columns WHERE \"table\" = '{table}' ORDER BY position"),
            );
            assert_eq!(described, found);
        }
    }
}

#[test]
fn every_table_has_its_rows() {
    let folder = tempfile::tempdir().expect("a folder");
    let connection = written(&folder.path().join("r"));
    let hash = |path: &str| blake3::hash(path.as_bytes()).to_hex().to_string();
    let assumed = "assumed:America/Los_Angeles";
    for (sql, expected) in [
        (
            "SELECT * FROM notes WHERE id < 3",
            vec![
                format!(
                    "Parts|Boat|Notes/Boat/Parts.md|2024-02-26T02:09:10Z|2024-03-01T00:00:00Z|1|0|1|3|2|{assumed}|\
                     02-25-2024 18:09:10|{assumed}|2024-03-01T00:00:00Z|stated|0|first-line|∅|Notes/x.txt|1"
                ),
                "∅|∅|Notes/_.md|∅|∅|0|0|0|∅|0|none|∅|none|∅|none|0|ambiguous|∅|∅|2".to_owned(),
            ],
        ),
        ("SELECT path FROM notes WHERE deleted", vec!["Notes/Recently Deleted/Gone.md".to_owned()]),
        (
            "SELECT * FROM note_attachments",
            ["a.png", "b.pdf"]
                .iter()
                .zip(1..)
                .map(|(name, at)| {
                    let path = format!("Notes/Boat/Parts.assets/{name}");
                    format!("1|{at}|{path}|{}|{}", at + 6, hash(&path))
                })
                .collect(),
        ),
        (
            "SELECT * FROM note_participants",
            vec![
                "1|Ann|b*@example.org|READ_ONLY|∅|owner".to_owned(),
                "1|∅|b*@example.org|READ_ONLY|∅|participant".to_owned(),
            ],
        ),
        (
            "SELECT * FROM drive_files WHERE size < 10 OR listed_size IS NOT NULL",
            vec![
                format!(
                    "Drive/a/big.mov|big.mov|5000|{}|3q2+7w==|2025-05-07T17:11:12Z|∅|0|∅|name-and-size|05-07-2025 \
                     10:11:12|{assumed}|∅|none|∅|13-40-2025 10:11:12|none|9223372036854775807|1",
                    hash("Drive/a/big.mov")
                ),
                format!(
                    "Drive/a/b/small.txt|small.txt|3|{}|∅|2025-05-07T17:11:12Z|∅|0|∅|ambiguous|05-07-2025 \
                     10:11:12|{assumed}|∅|none|∅|13-40-2025 10:11:12|none|∅|0",
                    hash("Drive/a/b/small.txt")
                ),
                format!(
                    "Drive/a/b/empty|empty|0|{}|∅|∅|∅|∅|∅|∅|∅|none|∅|none|∅|∅|none|∅|0",
                    hash("Drive/a/b/empty")
                ),
            ],
        ),
        (
            "SELECT * FROM contacts WHERE phones IS NOT NULL",
            vec!["u|Bo|∅|+47 1; +47 2|a@example.org|--04-12|1|∅|Contacts/Cards/Bo.vcf|person".to_owned()],
        ),
        ("SELECT * FROM calendars", vec!["Home|events|Europe/Oslo|Calendars/Home.ics".to_owned()]),
        (
            "SELECT * FROM events WHERE summary IN ('Choir', 'Ferry', 'Some day')",
            vec![
                "∅|Home|2024-05-02T08:00:00Z|∅|0|FREQ=WEEKLY|Choir|∅|59.9|∅|20240502T100000|assumed:Europe/Oslo|∅|none|\
                 2024-05-02|∅"
                    .to_owned(),
                "∅|Home|2024-05-02|∅|1|∅|Ferry|∅|∅|∅|20240502|date-only|∅|none|2024-05-02|∅".to_owned(),
                "∅|Home|∅|∅|0|∅|Some day|∅|∅|∅|∅|none|∅|none|∅|∅".to_owned(),
            ],
        ),
        (
            "SELECT * FROM tasks",
            vec![
                "∅|Shopping|Rope|2024-05-01|1|Reminders/Shopping.ics|20240501|date-only|2024-05-01".to_owned(),
            ],
        ),
        (
            "SELECT * FROM messages WHERE id IN (1, 3)",
            vec![
                format!(
                    "Mail/INBOX/a.eml|INBOX|<1@example.org>|2024-03-04T19:08:00Z|Ann Berg \
                     <ann@example.org>|bo@example.org|The Boat|1000|3|{}|Mon, 4 Mar 2024 20:08:00 +0100|stated|plan.pdf; \
                     b; c.png|5|∅|1|We need two ropes for the boát, and some paint for the deck of it.",
                    hash("Mail/INBOX/a.eml")
                ),
                format!("Mail/All.mbox|∅|∅|∅|∅|∅|∅|1000|0|{}|∅|none|∅|∅|42|3|∅", hash("Mail/All.mbox")),
            ],
        ),
        (
            "SELECT * FROM bookmarks",
            vec![
                "t|https://www.example.org/a|2024-03-04T19:08:00Z|1|0|Sea/Boats|1|2024-03-04T19:08:00Z|stated|\
                 example.org|first lines|Bookmarks_1"
                    .to_owned(),
                "t|https://example.org/b|∅|0|0|∅|0|yesterday|none|example.org|∅|Bookmarks_1".to_owned(),
                "t|javascript:alert(1)|∅|0|0|∅|0|∅|none|∅|∅|Bookmarks_1".to_owned(),
                "t|https://gone.example/|∅|0|1|∅|0|∅|none|gone.example|∅|Bookmarks_1".to_owned(),
                "t|https://sea.example/|∅|0|0|∅|0|∅|none|sea.example|∅|Bookmarks_1".to_owned(),
            ],
        ),
        (
            "SELECT entry, encoding, lines, physical_lines, header_lines, rows, preamble, footer, blank, bad, \
             duplicate_of, id FROM _sources",
            vec![
                "Notes Details.csv|utf-16le|12|14|1|6|2|1|1|1|∅|1".to_owned(),
                "Notes Details.csv|utf-16le|12|14|1|6|2|1|1|1|1|2".to_owned(),
                "Calendar Metadata.json|∅|∅|∅|∅|3|∅|∅|∅|∅|∅|3".to_owned(),
                "Drive/a.bin|∅|∅|∅|∅|∅|∅|∅|∅|∅|∅|4".to_owned(),
            ],
        ),
        (
            "SELECT position, name, header, type FROM _columns WHERE \"table\" = 'bookmarks' AND position IN (1, 3, 7)",
            vec![
                "1|title|Title|TEXT".to_owned(),
                "3|modified_utc|modifiedOn|TEXT".to_owned(),
                "7|reading_list|∅|INTEGER".to_owned(),
            ],
        ),
    ] {
        assert_eq!(asked(&connection, sql), expected, "{sql}");
    }
}

#[test]
fn mail_is_found_by_its_words() {
    let folder = tempfile::tempdir().expect("a folder");
    let connection = written(&folder.path().join("r"));
    for (query, found) in [
        ("boat", vec!["1"]),
        ("ROPES", vec!["1"]),
        ("\"two ropes\"", vec!["1"]),
        ("ann", vec!["1", "2"]),
        ("from: bo", vec![]),
        ("to: bo", vec!["1", "2"]),
        ("subject: boat AND body: paint", vec!["1"]),
        ("noo*", vec!["2"]),
        ("nowhere", vec![]),
    ] {
        let sql = format!("SELECT rowid FROM messages_fts WHERE messages_fts MATCH '{query}' ORDER BY rowid");
        assert_eq!(asked(&connection, &sql), found, "{query}");
    }
}

/// The page cannot lie: each of its questions is asked, and each table is in it.
#[test]
fn the_questions_of_the_page() {
    let page = include_str!("../../docs/records.md");
    for (table, _) in TABLES.into_iter().chain([("messages_fts", "")]) {
        assert!(page.contains(&format!("| `{table}` |")), "{table}");
    }
    let folder = tempfile::tempdir().expect("a folder");
    let connection = written(&folder.path().join("r"));
    let questions: Vec<&str> =
        page.split("```sql\n").skip(1).filter_map(|rest| Some(rest.split_once("```")?.0)).collect();
    let (of_people, of_records) = questions.split_at(6);
    let answers: Vec<Vec<String>> = of_people.iter().map(|sql| asked(&connection, sql)).collect();
    let expected: [&[&str]; 6] = [
        &["2024-03-04T19:08:00Z|Ann Berg <ann@example.org>|The Boat|We need two ropes for the [boát], and…"],
        &["2024-02-26T02:09:10Z|Boat|Parts|3"],
        &["Drive/a/|1|5000", "Drive/|1|4000", "Drive/a/b/|2|3"],
        &["Ann|a@example.org|Contacts/Cards/Ann.vcf"],
        &["2024-05-02|2|Choir, Ferry"],
        &["example.org|2", "sea.example|1"],
    ];
    assert_eq!(answers, expected);
    let plays = "Event Type,Song Name,Album Name,Artist Name,Event End Timestamp,Play Duration Milliseconds,Media Duration In Milliseconds,End Reason Type\n\
                 PLAY_END,Ebb,Tides,Ida Holm,2024-03-01T18:03:12Z,60000,200000,NATURAL_END_OF_TRACK\n\
                 PLAY_END,Ebb,Tides,Ida Holm,2024-03-02T18:03:12Z,90000,200000,NATURAL_END_OF_TRACK\n\
                 PLAY_END,Unknown,Pier,,2025-03-02T18:03:12Z,30000,200000,NATURAL_END_OF_TRACK\n";
    let log = r#"[{"Transaction Type":"addContainer","Transaction Date":"2024-01-01T00:00:00Z","Playlist":{"Container Identifier":3,"Title":"Night train","Playlist Item Identifiers":[13]}},
                  {"Transaction Type":"addItems","Transaction Date":"2024-01-01T00:00:00Z","Tracks":[{"Track Identifier":13,"Title":"Ebb","Artist":"Ida Holm"}]},
                  {"Transaction Type":"deleteContainer","Transaction Date":"2024-02-01T00:00:00Z","Playlist Identifier":3}]"#;
    let bought = "Apple Account Number,Item Purchased Date,Content Type,Item Reference Number,Item Description,Seller,Invoice Item Total,Refund Amount,Order Number,Payment Type,Currency\n\
                  1,2026-02-11T08:09:10Z,iOS and tvOS Apps,3,Tile Run,Example GmbH,\"3,99 \u{20ac}\",,X1,Visa,EUR\n\
                  1,2026-02-12T08:09:10Z,iOS and tvOS Apps,4,Salt,Example GmbH,\"1,50 \u{20ac}\",\"1,50 \u{20ac}\",X2,Visa,EUR\n";
    let subscribed = "Subscription Initiated Date,Item Reference Number,Item Description,Seller,Automatic Renewal?\n\
                      2026-01-02T08:09:10Z,5,Monthly,Example GmbH,Yes\n2020-01-02T08:09:10Z,6,Weekly,Example GmbH,No\n";
    let seen = r#"{"events":[{"stored_event":{"media_type":"TV","timestamp":1700000000123,"play_cursor_in_milliseconds":2610000},
                  "event_interpretation":{"media_description":"Tide Line (Episode Number: [3], Episode Title: [Ebb], Season Number: [1])"}}]}"#;
    let devices = "Device Name,Device Model Name,Device Added Date,Device Last Heartbeat Timestamp\n\
                   Box,iPad,2019-01-01 00:00:00,2021-01-01 00:00:00\nNew,iPhone,2024-01-01 00:00:00,2026-01-01 00:00:00\n";
    let delivered = typed::tests::Written::of(&[
        ("media", "Apple Music Play Activity.csv", plays.as_bytes()),
        ("media", "Apple Music Library Activity.json", log.as_bytes()),
        ("media", "Store Transaction Purchase and Free Apps History.csv", bought.as_bytes()),
        ("media", "Subscription History.csv", subscribed.as_bytes()),
        ("media", "TV App Favorites and Activity.json", seen.as_bytes()),
        ("account", "Apple ID Device Information.csv", devices.as_bytes()),
    ]);
    let answers: Vec<Vec<String>> = of_records.iter().map(|sql| delivered.rows(sql)).collect();
    let expected: [&[&str]; 10] = [
        &["2024|Ida Holm|2|2.5"],
        &["Ebb|Ida Holm|2|2024-03-02T18:03:12Z"],
        &["Unknown|Pier|1"],
        &["Night train|1|Ebb|Ida Holm"],
        &["2026|EUR|5.49|1.50"],
        &["Tile Run|3.99|EUR|1", "Salt|0.00|EUR|1"],
        &["Monthly|Example GmbH|2026-01-02T08:09:10Z"],
        &["2023-11-14|Tide Line: Ebb|-"],
        &["Box|iPad|2021-01-01T00:00:00Z"],
        // files without a whole run have no sources
        &[],
    ];
    assert_eq!(answers, expected);
}

#[test]
fn the_same_rows_give_the_same_bytes() {
    let folder = tempfile::tempdir().expect("a folder");
    let bytes = |name: &str| {
        let path = folder.path().join(name);
        drop(written(&path));
        std::fs::read(path).expect("it is there")
    };
    let first = bytes("one");
    assert_eq!(first, bytes("another, longer name"));
    assert!(first.starts_with(b"SQLite format 3\0") && first.len() % 4096 == 0);
    assert_eq!(first[68..72], *b"WfRe");
    let beside: Vec<_> = std::fs::read_dir(folder.path()).expect("a folder").collect();
    assert_eq!(beside.len(), 2, "{beside:?}");
}

/// Enough words that the index is written in many pieces, which are then joined.
#[test]
fn many_messages_are_written_bounded_and_alike() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str| {
        let path = folder.path().join(name);
        let mut records = Records::create(&path).expect("a new file");
        records
            .connection
            .execute("INSERT INTO messages_fts (messages_fts, rank) VALUES ('hashsize', 20000)", [])
            .expect("a smaller one");
        let mut state = 1_u64;
        let mut word = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            format!("w{:x}", (state >> 33) % 5_000)
        };
        for number in 0..1_500 {
            let text: Vec<String> = (0..60).map(|_| word()).collect();
            let said = message(&format!("number{number}"), &text.join(" "));
            records.message(&mail(&said, "Mail/a.eml")).expect("a row");
        }
        assert_eq!(records.finish().expect("it ends"), []);
        path
    };
    let (one, another) = (write("one"), write("another"));
    assert!(std::fs::read(&one).expect("it is there") == std::fs::read(&another).expect("it is there"));
    let connection = Connection::open(&one).expect("a database");
    assert_eq!(asked(&connection, "PRAGMA freelist_count"), ["0"]);
    assert_eq!(asked(&connection, "PRAGMA integrity_check"), ["ok"]);
    connection
        .execute("INSERT INTO messages_fts (messages_fts, rank) VALUES ('integrity-check', 1)", [])
        .expect("the index says what the table says");
    assert_eq!(
        asked(&connection, "SELECT rowid FROM messages_fts WHERE messages_fts MATCH 'number1234'"),
        ["1235"]
    );
}

#[test]
fn hostile_texts_are_texts() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("r");
    let mut records = Records::create(&path).expect("a new file");
    let hostile = "'); DROP TABLE notes;--\0\u{fffd}\u{202e}\u{feff}\"";
    let mut long = message(hostile, &"é".repeat(5_000_000));
    long.text.push_str(" tail");
    long.sender = Some("\0".to_owned());
    records
        .message(&Mail { flags: Some(u64::MAX), ..mail(&long, "Mail/\0.eml") })
        .expect("a row, and a number that SQLite has not");
    records
        .drive_file(&Drive { file: file("", u64::MAX), title: "", listed: None, is_proved: false })
        .expect("a row");
    let quoted = Note { created: Written::new("\0\0").read_in(PACIFIC), ..note(hostile, hostile, "", "") };
    records.note(&Noted { note: &quoted, path: hostile, files: &[] }).expect("a row");
    let url = Bookmark { url: "https://".to_owned(), ..bookmark("") };
    records.bookmark(&Bookmarked { bookmark: &url, source: "" }).expect("a row");
    assert_eq!(records.finish().expect("it ends"), []);

    let connection = Connection::open(&path).expect("a database");
    let shown = hostile.replace('\0', "\u{fffd}");
    assert_eq!(asked(&connection, "SELECT subject FROM messages"), std::slice::from_ref(&shown));
    assert_eq!(asked(&connection, "SELECT title || folder FROM notes"), [shown.repeat(2)]);
    assert_eq!(asked(&connection, "SELECT octet_length(body) FROM messages"), [MOST_BODY.to_string()]);
    assert_eq!(
        asked(&connection, "SELECT flags, sender, path FROM messages"),
        ["9223372036854775807|\u{fffd}|Mail/\u{fffd}.eml"]
    );
    assert_eq!(
        asked(&connection, "SELECT count(*) FROM messages_fts WHERE messages_fts MATCH 'tail'"),
        ["0"]
    );
    assert_eq!(
        asked(&connection, "SELECT path, title, size FROM drive_files"),
        ["|∅|9223372036854775807"],
        "a path is one, be it empty"
    );
    assert_eq!(asked(&connection, "SELECT host, source FROM bookmarks"), ["∅|∅"]);
    connection
        .execute("INSERT INTO messages_fts (messages_fts, rank) VALUES ('integrity-check', 1)", [])
        .expect("the index says what the table says");
}

#[test]
fn lines_that_fall_out_are_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut records = Records::create(&folder.path().join("r")).expect("a new file");
    let lines = Lines { lines: 9, physical: 9, header: 1, rows: 6, ..Lines::default() };
    let source = Source {
        archive: "a.zip",
        entry: "b.csv",
        size: 1,
        blake3: blake3::hash(b""),
        encoding: Some(Encoding::Utf8),
        counted: Counted::Lines(lines),
        duplicate_of: None,
    };
    records.source(&source).expect("a row");
    for sound in [
        Counted::Lines(Lines { lines: 7, ..lines }),
        Counted::Lines(Lines::default()),
        Counted::Rows(4),
        Counted::Nothing,
    ] {
        assert_eq!(Source { counted: sound, ..source }.unaccounted(), None);
        records.source(&Source { counted: sound, ..source }).expect("a row");
    }
    let faults = records.finish().expect("it ends");
    let expected =
        Unaccounted { archive: "a.zip".to_owned(), entry: "b.csv".to_owned(), lines: 9, became: 7 };
    assert_eq!(faults, [expected]);
    assert_eq!(faults[0].to_string(), "`b.csv` in `a.zip` has 9 lines, of which 7 are accounted for");
}

#[test]
fn a_file_that_stands_there_is_not_written_over() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("r");
    drop(written(&path));
    let before = std::fs::read(&path).expect("it is there");
    assert!(Records::create(&path).is_err());
    assert!(Records::create(&folder.path().join("none/r")).is_err());
    assert!(std::fs::read(&path).expect("it is there") == before);
}

/// Another program than ours reads the file as well, where there is one.
#[test]
fn every_sqlite_reads_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("r");
    let connection = written(&path);
    let questions: BTreeMap<&str, &str> = BTreeMap::from([
        ("PRAGMA integrity_check", "ok"),
        (
            "SELECT count(*) FROM messages JOIN messages_fts ON id = messages_fts.rowid WHERE messages_fts MATCH 'boat'",
            "1",
        ),
        ("SELECT title FROM notes WHERE pinned", "Parts"),
        ("SELECT snippet(messages_fts, 0, '<', '>', '…', 4) FROM messages_fts('boat')", "The <Boat>"),
    ]);
    for (sql, answer) in questions {
        assert_eq!(asked(&connection, sql), [answer], "{sql}");
        if let Ok(said) = Command::new("sqlite3").arg("-readonly").arg(&path).arg(sql).output() {
            assert_eq!(String::from_utf8_lossy(&said.stdout).trim_end(), answer, "{said:?}");
        }
    }
}
