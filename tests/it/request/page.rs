//! The page of a library that holds every category: its sections, what they leave out, and what a person does with
//! them in a real browser.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::{Scene, messages};
use crate::builder::{
    BookmarkTable, Calendar, Card, Drive, DriveFile, Exif, Export, Language, Message, Note, Notes, Outer,
    Part, Photo, Row, Sheet, cards, export, jpeg,
};
use serde_json::Value;

const MARKUP: &str = "<img src=x onerror=document.title='owned'>";

const SECTIONS: [&str; 7] = [
    "bookmarks.html",
    "calendar.html",
    "contacts.html",
    "drive.html",
    "mail.html",
    "notes.html",
    "records.html",
];

/// What tells a device or a place, and is in the tables below.
const SENSITIVE: [&str; 6] =
    ["203.0.113.9", "SERIAL0000009", "990000862471854", "DEVICE-ID-9", "feeds.example", "1000000009"];

fn of(outer: Outer, part: Part) -> Export {
    export(outer, Language::English).part(part)
}

/// What was listened to, watched and bought.
fn media() -> Part {
    let plays = Sheet::new(&[
        "Event Type",
        "Song Name",
        "Artist Name",
        "Event Start Timestamp",
        "Event End Timestamp",
        "Play Duration Milliseconds",
        "Media Duration In Milliseconds",
        "End Reason Type",
        "UTC Offset In Seconds",
        "Client IP Address",
        "Device Identifier",
    ]);
    let play = |sheet: Sheet, (song, artist, from, to): (&str, &str, &str, &str)| {
        let end = "NATURAL_END_OF_TRACK";
        sheet.row(&[
            "PLAY_END",
            song,
            artist,
            from,
            to,
            "192000",
            "192000",
            end,
            "3600",
            "203.0.113.9",
            "DEVICE-ID-9",
        ])
    };
    let plays = [
        ("North Window", "Ida Holm", "2024-03-01T18:00:00Z", "2024-03-01T18:03:12Z"),
        // on the listener's clock a new year has begun
        ("Ferry", MARKUP, "2023-12-31T23:30:00Z", "2023-12-31T23:33:12Z"),
        ("North Window", "Ida Holm", "2022-05-01T10:00:00Z", "2022-05-01T10:03:12Z"),
    ]
    .into_iter()
    .fold(plays, play);
    let watched = Sheet::new(&[
        "Event Type",
        "Action Type",
        "Content Title",
        "Content Episode Name",
        "Content Season Name",
        "Episode Number",
        "UTC Start Time",
        "UTC End Time",
        "Play Duration",
        "Content Length MS",
    ])
    .row(&[
        "playActivity",
        "stop",
        "Ebb",
        "Tide Line",
        "Season 1",
        "3.0",
        "2026-05-01T20:00:00Z",
        "2026-05-01T20:40:00Z",
        "2400000",
        "2700000",
    ])
    .row(&[
        "playActivity",
        "stop",
        "Flow",
        "Tide Line",
        "Season 1",
        "4.0",
        "2026-05-02T20:00:00Z",
        "2026-05-02T20:40:00Z",
        "2400000",
        "2700000",
    ]);
    let bought = Sheet::new(&[
        "Apple Account Number",
        "Item Purchased Date",
        "Content Type",
        "Item Reference Number",
        "Item Description",
        "Seller",
        "Invoice Item Total",
        "Refund Amount",
        "Order Number",
        "Payment Type",
        "Currency",
        "iCloud Family Purchase?",
        "Device IP Address",
    ]);
    let purchase = |sheet: Sheet,
                    (date, number, item, total, refund, currency, family): (
        &str,
        &str,
        &str,
        &str,
        &str,
        &str,
        &str,
    )| {
        let kind = "iOS and tvOS Apps";
        let order = format!("XX{number}");
        let ip = "203.0.113.9";
        sheet.row(&[
            "1000000009",
            date,
            kind,
            number,
            item,
            "Example GmbH",
            total,
            refund,
            &order,
            "Visa",
            currency,
            family,
            ip,
        ])
    };
    let bought = [
        ("2025-02-11T08:09:10Z", "300000001", "Example App", "3,99 €", "", "EUR", "No"),
        ("2026-02-11T08:09:10Z", "300000002", "Other App", "1.202,99 €", "2,99 €", "EUR", "No"),
        ("2026-02-11T08:09:10Z", "300000003", "Their App", "77,00 €", "", "EUR", "Yes"),
        ("2026-02-12T08:09:10Z", "300000004", "Third App", "kr 49,00", "", "NOK", "No"),
    ]
    .into_iter()
    .fold(bought, purchase);
    let podcasts = Sheet::new(&["Added on", "Feed URL", "Title", "Subscribed?"]).row(&[
        "2024-03-01T18:00:00Z",
        "https://feeds.example/private",
        "The Harbour Hour",
        "true",
    ]);
    let stores = Part::new()
        .entry(
            "Account and Transaction History/Store Transaction Purchase and Free Apps History.csv",
            bought.bytes(),
        )
        .entry("Other Activity/Video Play Activity.csv", watched.bytes())
        .entry("Apple TV and Podcast Information/Your Podcasts.csv", podcasts.bytes());
    let music = Part::new().entry("Apple Music Play Activity.csv", plays.bytes());
    let inside = Part::new().below("Apple Music Activity", music).below("Stores Activity", stores);
    Part::new().nested("Apple_Media_Services.zip", Part::new().below("Apple_Media_Services", inside))
}

/// The account's devices and sign-ins.
fn account() -> Part {
    let sign_ins = Sheet::new(&["Logged In Date", "Application", "IP Address"])
        .row(&["2026-01-03 18:00:00", "iCloud", "203.0.113.9"])
        .row(&["2026-03-04 19:10:11", "App Store", "N/A"]);
    let devices = Sheet::new(&[
        "Device Name",
        "Device Added Date",
        "Device Serial Number",
        "Device Model Name",
        "Device IMEI",
    ])
    .row(&[MARKUP, "2024-10-01 19:08:07", "SERIAL0000009", "iPhone 15 Pro", "990000862471854"]);
    Part::new()
        .entry("Apple ID SignOn Information.csv", sign_ins.bytes())
        .entry("Apple ID Device Information.csv", devices.bytes())
}

/// Something of every category.
fn everything() -> Scene {
    let time = "02-25-2024 18:09:10";
    let photo = Photo::new("IMG_1.JPG", jpeg(1, &Exif::taken("2024:03:03 10:05:17").offset("+01:00")));
    let notes = Notes::new()
        .note(
            Note::new("Boat/Spare parts", "\t◦\trope\n\t✓\tpulley\n\n\u{fffc}\n")
                .dated(time, time)
                .file("Attachment.png", super::picture()),
        )
        .note(
            Note::new("Garden plan", &format!("{MARKUP}\n<script>document.title='owned'</script>\n"))
                .dated(time, time),
        )
        .note(Note::new("Plain", "x\n").dated(time, time).pinned())
        .deleted(Note::new("Idea", "").dated(time, time));
    let drive = Drive::new()
        .file(DriveFile::new("Work/Budget.xlsx", "numbers").modified(time).favourite())
        .file(DriveFile::new("Work/Old/a.txt", "old.."))
        .file(DriveFile::new("<b>.txt", "x"));
    let ann = Card::new("Ann Berg")
        .phone("+47 22 33 44 55")
        .uid("A-1")
        .photo(&jpeg(7, &Exif::none()))
        .birthday_without_year("05-17");
    let contacts =
        cards("vCards", [("Ann Berg.vcf", ann), ("x.vcf", Card::new(MARKUP).email("x@example.org"))]);
    let home = Calendar::new("Home")
        .zone("Europe/Oslo")
        .event("E-1", "DTSTART;TZID=Europe/Oslo:20240303T100500\nDTEND;TZID=Europe/Oslo:20240303T110500\nLOCATION:Harbour\\, pier 2", "Dentist")
        .event("E-2", "DTSTART;VALUE=DATE:20240517\nDTEND;VALUE=DATE:20240518\nRRULE:FREQ=YEARLY", "Day off")
        .event("E-2", "RECURRENCE-ID;VALUE=DATE:20250517\nDTSTART;VALUE=DATE:20250518\nDTEND;VALUE=DATE:20250519", "Day off, late")
        .task("T-1", "DUE;VALUE=DATE:20250301", "Buy milk")
        .task("T-2", "STATUS:COMPLETED", "Pay rent");
    let dinner =
        Message::new("Dinner").date("Mon, 4 Mar 2019 19:08:00 +0100").text("At the harbour at nine?\n");
    let markup = Message::new(MARKUP).date("Tue, 5 Mar 2019 08:00:00 -0800").text("x\n");
    let mail = Part::new().entry("INBOX/1.eml", dinner.bytes()).entry("Sent Messages/2.eml", markup.bytes());
    let links = BookmarkTable::new()
        .link("Example", "https://example.org/a?b=1&c=2", "2019-03-04 19:08")
        .deleted("Gone", "https://old.example", "2018-01-01 12:00")
        .link(MARKUP, "javascript:alert(1)", "2019-03-04 19:08");
    let bookmarks =
        Part::new().nested("iCloud Bookmarks.zip", Part::new().entry("Bookmarks_1.csv", links.bytes()));
    Scene::of(&[
        Export::new("iCloud Photos").part(Part::new().photo(photo.row(Row::created("2024-03-03 09:05")))),
        of(Outer::Notes, Part::new().files(notes)),
        of(Outer::Drive, Part::new().files(drive)),
        of(Outer::Contacts, Part::new().files(contacts)),
        of(Outer::Calendars, Part::new().entry("Home.ics", home.bytes())),
        of(Outer::Mail, mail),
        of(Outer::Bookmarks, bookmarks),
        of(Outer::MediaServices, media()),
        of(Outer::Account, account()),
    ])
}

fn report(scene: &Scene, more: &[&str]) -> Value {
    let run = scene.run(&[&["report", "lib", "--json"], more].concat());
    assert_eq!(run.code(), 0, "{}{}", run.out(), run.err());
    run.json()
}

fn sections(scene: &Scene) -> Vec<String> {
    let found = fs::read_dir(scene.path("windfall-report")).into_iter().flatten();
    let mut names: Vec<String> =
        found.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn every_category_has_its_section() {
    let scene = everything();
    let imported = scene.import();
    assert_eq!(messages(&imported, "missing-item"), "");
    let first = report(&scene, &[]);
    assert_eq!(sections(&scene), SECTIONS);
    let page = scene.text("windfall-report.html");
    for said in [
        "Notes",
        "3 notes",
        "iCloud Drive",
        "3 files",
        "2 contacts",
        "2 events",
        "2 messages",
        "2 bookmarks",
        "3 plays",
        "2 films and episodes watched, 3 purchases, 1 device, 2 sign-ins, 1 podcast",
    ] {
        assert!(page.contains(said), "{said} in {page}");
    }
    assert!(page.contains("Notes: 4 of 4 that Apple lists are here."), "{page}");
    assert!(page.contains("<h1>1 photo and 0 videos</h1>"));
    for name in SECTIONS {
        assert!(page.contains(&format!("href=\"windfall-report/{name}\"")), "{name}");
        let section = scene.text(&format!("windfall-report/{name}"));
        assert_eq!(section.matches("<script").count(), 2, "{name}");
        assert!(!section.contains("<img src=x") && !section.contains("at nine"), "{name}");
        assert!(!section.contains(scene.library().to_str().unwrap()), "{name}");
        for sensitive in SENSITIVE {
            assert!(!section.contains(sensitive) && !page.contains(sensitive), "{sensitive} in {name}");
        }
    }
    // what was deleted is not shown unasked, and that is said
    let notes = scene.text("windfall-report/notes.html");
    assert!(!notes.contains("Idea") && notes.contains("1 recently deleted note is not shown"));
    let bookmarks = scene.text("windfall-report/bookmarks.html");
    assert!(!bookmarks.contains("old.example") && bookmarks.contains("1 deleted bookmark is not shown"));

    let again = report(&scene, &[]);
    assert_eq!((&again["made"], &again["removed"]), (&0.into(), &0.into()), "{again}");
    assert_eq!(again["kept"], first["made"]);
    report(&scene, &["--with-hidden"]);
    assert!(scene.text("windfall-report/notes.html").contains("Idea"));
    assert!(scene.text("windfall-report/bookmarks.html").contains("old.example"));
    let run = scene.run(&["verify", "lib"]);
    assert_eq!(run.code(), 0, "{}{}", run.out(), run.err());
    assert!(!run.out().contains("windfall-report"), "{}", run.out());
}

#[test]
fn an_owners_edit_is_what_the_page_shows() {
    let scene = everything();
    scene.import();
    let path = scene.path("Notes/Plain.md");
    fs::write(&path, "# Plain, edited\n\nmy own words\n").unwrap();
    report(&scene, &[]);
    let notes = scene.text("windfall-report/notes.html");
    assert!(notes.contains("Plain, edited") && notes.contains("my own words"));
}

#[test]
fn elsewhere_it_says_what_there_is_and_keeps_it_to_itself() {
    let scene = everything();
    scene.import();
    report(&scene, &["--output", "certificate.html"]);
    let page = fs::read_to_string(scene.library().with_file_name("certificate.html")).unwrap();
    assert!(page.contains("3 notes") && page.contains("in the page inside the library"), "{page}");
    assert!(!page.contains("windfall-report/") && !page.contains("Garden plan"));
    assert_eq!(sections(&scene), [""; 0]);
}

#[test]
fn without_the_database_the_page_says_what_it_cannot_show() {
    let scene = everything();
    scene.import();
    report(&scene, &[]);
    fs::write(scene.path("Records.sqlite"), "mine").unwrap();
    let written = report(&scene, &[]);
    assert_eq!(sections(&scene), ["drive.html"], "the catalog knows iCloud Drive");
    assert_eq!(written["removed"], 6);
    let page = scene.text("windfall-report.html");
    let said = "Notes, contacts, calendars, mail, bookmarks and records of this library cannot be shown";
    assert!(page.contains(said), "{page}");
}

#[test]
fn a_file_of_somebody_elses_is_never_replaced() {
    let scene = everything();
    scene.import();
    fs::create_dir(scene.path("windfall-report")).unwrap();
    fs::write(scene.path("windfall-report/notes.html"), "<p>mine</p>").unwrap();
    let run = scene.run(&["report", "lib"]);
    assert_eq!(run.code(), 1, "{}{}", run.out(), run.err());
    assert_eq!(scene.text("windfall-report/notes.html"), "<p>mine</p>");
    assert!(!scene.path("windfall-report.html").exists());
}

#[test]
fn a_library_without_photos_has_a_page_too() {
    let scene = Scene::of([&of(Outer::Notes, Part::new().files(Notes::new().note(Note::new("x", "y\n"))))]);
    scene.import_run(&[]);
    report(&scene, &[]);
    let page = scene.text("windfall-report.html");
    assert!(page.contains("<h1>1 note</h1>"), "{page}");
    assert!(!page.contains("0 photos") && !page.contains("id=\"gallery\""), "{page}");
}

#[test]
#[ignore = "needs Chromium"]
fn a_person_reads_and_searches_every_section() {
    let scene = everything();
    scene.import();
    report(&scene, &[]);
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser/sections.py");
    let run = Command::new("python3").arg(script).arg(scene.library()).env("TZ", "UTC").output().unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
}
