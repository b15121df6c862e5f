//! Whose a delivery is: by what is in it, in any language and shape, never by what it is called; and what is an
//! owner's stays alone.

use std::fs;

use super::{Scene, categories, contents, messages, numbers, problems, zipped};
use crate::builder::{
    BookmarkTable, Calendar, Card, Drive, Exif, Export, Language, Message, Note, Notes, Outer, Part, Photo,
    Row, Sheet, Wrapper, account, calendar_metadata, cards, damage, export, game_center, guide, jpeg,
    media_services, other_data, pdf, recording, request_history, store,
};

const A: &str = "02-25-2024 18:09:10";

/// A whole request, as parts of each export.
fn request() -> Vec<(Outer, Vec<Part>)> {
    let photo = |n: u64| {
        let bytes = jpeg(n, &Exif::taken(&format!("2024:03:0{n} 10:00:00")).offset("+00:00"));
        Photo::new(&format!("IMG_{n}.JPG"), bytes).row(Row::created(&format!("2024-03-0{n} 10:00")))
    };
    let notes = Notes::new().note(Note::new("Boat/Plan", "x\n").dated(A, A));
    let [first, second] = [[("a.txt", "a")], [("b/c.txt", "bc")]].map(|files| Drive::new().files(files));
    let calendar = Calendar::new("Home").event("E-1", "DTSTART:20240303T090500Z", "Dentist");
    let bookmarks = BookmarkTable::new().link("Example", "https://example.org", "2019-03-04 19:08");
    let message = Message::new("Dinner").date("Mon, 4 Mar 2019 19:08:00 +0100").text("x\n");
    vec![
        (Outer::Photos, vec![Part::new().photo(photo(1)), Part::new().photo(photo(2))]),
        (Outer::Notes, vec![Part::new().files(notes)]),
        (Outer::Drive, vec![Part::new().files(first.rows_of(&second)), Part::new().files(second.no_list())]),
        (
            Outer::Contacts,
            vec![Part::new().files(cards("vCards", [("Ann Berg.vcf", Card::new("Ann Berg"))]))],
        ),
        (
            Outer::Calendars,
            vec![
                Part::new()
                    .entry("Home.ics", calendar.bytes())
                    .files([calendar_metadata(&[("Home", "VEVENT", "")])]),
            ],
        ),
        (Outer::Mail, vec![Part::new().entry("INBOX/1.eml", message.bytes())]),
        (
            Outer::Bookmarks,
            vec![
                Part::new()
                    .nested("iCloud Bookmarks.zip", Part::new().entry("Bookmarks_1.csv", bookmarks.bytes())),
            ],
        ),
        (Outer::MediaServices, vec![media_services(), game_center()]),
        (Outer::Account, vec![account()]),
        (Outer::Store, vec![store(&["2019-03-04.pdf"]).files([guide("Orders")])]),
        // the second part holds nothing but sounds
        (Outer::OtherData, vec![other_data(), Part::new().entry("Siri/Hey Siri 2.m4a", recording(2))]),
    ]
}

fn exports(language: Language, wrapper: &Wrapper) -> Vec<Export> {
    let named = |(outer, parts): (Outer, Vec<Part>)| {
        parts.into_iter().fold(export(outer, language).wrapper(wrapper.clone()), Export::part)
    };
    request().into_iter().map(named).collect()
}

/// What stands in the library after the request, but for the database.
const TREE: [&str; 19] = [
    "2024/2024-03/IMG_1.JPG",
    "2024/2024-03/IMG_2.JPG",
    "Account/summary.md",
    "Bookmarks/bookmarks.csv",
    "Bookmarks/bookmarks.html",
    "Calendars/Home.ics",
    "Contacts/All contacts.vcf",
    "Contacts/Cards/Ann Berg.vcf",
    "Drive/a.txt",
    "Drive/b/c.txt",
    "Mail/INBOX/2019-03-04 1908 Dinner.eml",
    "Music/Spotify-shaped/Streaming_History_Audio_2025_0.json",
    "Music/library.csv",
    "Music/listens.jsonl",
    "Notes/Boat/Plan.md",
    "Purchases/Receipts/2019-03-04.pdf",
    "Purchases/subscriptions.csv",
    "Recordings/Hey Siri 1.m4a",
    "Recordings/Hey Siri 2.m4a",
];

fn assert_whole(scene: &Scene, report: &serde_json::Value, what: &str) {
    assert_eq!(scene.tree(), TREE, "{what}");
    assert!(problems(report).iter().all(|problem| problem == "warning renamed"), "{what}: {report}");
    assert_eq!(report["left_alone"], serde_json::json!([]), "{what}");
    assert_eq!(
        categories(report),
        ["notes", "drive", "contacts", "calendars", "mail", "bookmarks", "records"],
        "{what}"
    );
}

#[test]
fn a_whole_request_in_four_languages() {
    let mut first = None;
    for language in [Language::English, Language::French, Language::Chinese, Language::Czech] {
        let scene = Scene::of(&exports(language, &Wrapper::Same));
        let report = scene.import();
        assert_whole(&scene, &report, &format!("{language:?}"));
        let all = contents(&scene.library());
        assert_eq!(first.get_or_insert_with(|| all.clone()), &all, "{language:?}");
        let again = scene.import();
        assert_eq!(
            (&again["entries"]["imported"], again["problems"].as_array().unwrap().len()),
            (&0.into(), 0)
        );
        let verified = scene.run(&["verify", "lib", "--against", "parts", "--json"]);
        assert_eq!(
            (verified.code(), &verified.json()["safe_to_delete"]),
            (0, &true.into()),
            "{}",
            verified.out()
        );
        let checked = scene.run(&["check", "parts", "--json"]);
        assert_eq!(checked.code(), 0, "{}", checked.out());
        // a name that is not known to be that of a single part may be the owner's
        let is_known = language == Language::English;
        assert_eq!(checked.json()["complete"], is_known, "{language:?}: {}", checked.out());
        assert_eq!(categories(&checked.json()), categories(&report), "{language:?}");
    }
}

#[test]
fn the_top_folder_is_missing_or_doubled() {
    let straight = Scene::of(&exports(Language::English, &Wrapper::Same));
    straight.import();
    let expected = contents(&straight.library());
    for (what, wrapper) in [("none", Wrapper::None), ("doubled", Wrapper::Doubled)] {
        let scene = Scene::of(&exports(Language::English, &wrapper));
        let report = scene.import();
        assert_whole(&scene, &report, what);
        assert_eq!(contents(&scene.library()), expected, "{what}");
    }
}

#[test]
fn unzipped_and_downloaded_twice() {
    let straight = Scene::of(&exports(Language::English, &Wrapper::Same));
    straight.import();
    let expected = contents(&straight.library());

    let scene = Scene::new();
    for export in exports(Language::English, &Wrapper::Same) {
        for folder in export.write_folders(&scene.0.parts()) {
            fs::create_dir_all(folder.join("__MACOSX")).unwrap();
            fs::write(folder.join("__MACOSX/._a"), "x").unwrap();
        }
    }
    let report = scene.import();
    assert_whole(&scene, &report, "folders");
    assert_eq!(contents(&scene.library()), expected, "folders");

    let scene = Scene::new();
    for export in exports(Language::English, &Wrapper::Doubled) {
        export.write_folders(&scene.0.parts());
    }
    let report = scene.import();
    assert_whole(&scene, &report, "folders in folders");
    assert_eq!(contents(&scene.library()), expected, "folders in folders");

    let scene = Scene::new();
    for export in exports(Language::English, &Wrapper::Same) {
        for zip in export.write_zips(&scene.0.parts()) {
            damage::download_again(&zip);
        }
    }
    let report = scene.import();
    assert_whole(&scene, &report, "twice");
    assert_eq!(contents(&scene.library()), expected, "twice");
}

#[test]
fn what_other_people_zip_stays_alone() {
    let scene = Scene::of(&exports(Language::English, &Wrapper::Same)[1..2]);
    let parts = scene.0.parts();
    let own = [
        ("my cards.zip", Part::new().files(cards("friends", [("Bo.vcf", Card::new("Bo"))]))),
        ("calendar backup.zip", Part::new().entry("Home.ics", Calendar::new("Home").bytes())),
        ("mail.zip", Part::new().entry("1.eml", Message::new("x").bytes())),
        ("site.zip", Part::new().entry("index.html", "<h1>x</h1>")),
        ("songs.zip", Part::new().entry("a.m4a", recording(1))),
        ("tables.zip", Part::new().entry("a.csv", "a,b\n1,2\n")),
    ];
    for (name, part) in own {
        fs::write(parts.join(name), zipped(part)).unwrap();
    }
    fs::write(parts.join("Bo.vcf"), Card::new("Bo").bytes()).unwrap();
    let report = scene.import();
    assert_eq!(scene.tree(), ["Notes/Boat/Plan.md"]);
    let mut left: Vec<&str> =
        report["left_alone"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
    left.sort_unstable();
    for name in ["calendar backup.zip", "mail.zip", "my cards.zip", "site.zip", "songs.zip", "tables.zip"] {
        assert!(left.contains(&name), "{name} in {left:?}");
    }
}

#[test]
fn archives_in_archives() {
    // `level 5.zip` in `level 4.zip` in … in the part; `beside` says what lies on each level besides
    let nested = |depth: usize, beside: &dyn Fn(usize) -> Part| {
        let level =
            |inner: Part, level: usize| beside(level - 1).nested(&format!("level {level}.zip"), inner);
        let part = (1..=depth).rev().fold(beside(depth), level);
        Scene::of([&export(Outer::Account, Language::English).part(part)])
    };
    let table = |level: usize| {
        let table = Sheet::new(&["Logged In Date", "Application", "IP Address"]);
        Part::new().entry(&format!("Apple ID SignOn Information-{level}.csv"), table.bytes())
    };
    let scene = nested(5, &table);
    let report = scene.import();
    assert_eq!(problems(&report), [""; 0]);
    assert_eq!((scene.tree().len(), scene.details().len()), (0, 6), "{:#?}", scene.details());

    // archives that hold nothing but archives
    let innermost = |level: usize| if level == 5 { table(level) } else { Part::new() };
    let scene = nested(5, &innermost);
    assert_eq!(problems(&scene.import()), [""; 0]);
    assert_eq!((scene.tree().len(), scene.details().len()), (0, 1), "{:#?}", scene.tree());

    // deeper ones are kept as they are
    let scene = nested(6, &table);
    let report = scene.import_with_errors();
    assert_eq!(problems(&report), ["error limit-exceeded"]);
    assert_eq!(scene.tree(), ["Other/Apple Account and device information/level 6.zip"]);
    assert_eq!(scene.details().len(), 6);
}

#[test]
fn a_damaged_archive_gives_what_is_sound() {
    // in the middle of the archive inside
    let mut inner = zipped(
        Part::new()
            .entry("Wi-Fi/KnownNetworks.xml", "<plist/>")
            .entry("Siri/1.m4a", recording(1))
            .entry("Siri/2.m4a", recording(2)),
    );
    let at = inner.windows(8).position(|bytes| bytes == b"ftypM4A ").unwrap_or(inner.len() / 2) + 40;
    inner[at] ^= 0x10;
    let part = other_data().entry("More Features.zip", inner);
    let scene = Scene::of([&export(Outer::OtherData, Language::English).part(part)]);
    let report = scene.import_with_errors();
    assert!(problems(&report).iter().any(|problem| problem == "error damaged-entry"), "{report}");
    assert!(scene.tree().contains(&"Recordings/2.m4a".to_owned()), "{:#?}", scene.tree());

    // what cannot be opened at all stays as it came
    let part = Part::new()
        .entry("Bookmarks_1.csv", "Title,URL,modifiedOn,favorite,deleted\nA,https://example.org/,,no,no\n")
        .entry("iCloud Bookmarks.zip", "no archive");
    let scene = Scene::of([&export(Outer::Bookmarks, Language::English).part(part)]);
    let report = scene.import_with_errors();
    assert_eq!(problems(&report), ["error damaged-archive"]);
    assert_eq!(scene.text("Other/iCloud Bookmarks/iCloud Bookmarks.zip"), "no archive");

    // cut in its one archive, nothing inside can be read: the outer name decides
    let scene = Scene::new();
    let bookmarks = exports(Language::English, &Wrapper::Same).remove(6);
    for zip in bookmarks.write_zips(&scene.0.parts()) {
        damage::truncate_inside(&zip, "iCloud Bookmarks.zip");
    }
    let report = scene.import_with_errors();
    let said = problems(&report);
    assert!(said.contains(&"error damaged-archive".to_owned()), "{report}");
    assert!(said.iter().all(|problem| problem.starts_with("error damaged-")), "{report}");
    assert_eq!(report["exports"][0]["category"], "bookmarks");
    assert_eq!(report["left_alone"], serde_json::json!([]));
}

#[test]
fn guides_receipts_sounds_and_other_documents() {
    let store = export(Outer::Store, Language::English)
        .part(store(&["R1.pdf", "R2.pdf"]).files([guide("Orders")]).entry("Terms.pdf", pdf("terms")));
    let other = export(Outer::OtherData, Language::English).part(other_data());
    let scene = Scene::of([&store, &other]);
    let report = scene.import();
    assert_eq!(
        scene.tree(),
        [
            "Other/Apple.com and Apple Store/Terms.pdf",
            "Purchases/Receipts/R1.pdf",
            "Purchases/Receipts/R2.pdf",
            "Recordings/Hey Siri 1.m4a",
        ]
    );
    let details = scene.details();
    for file in
        ["Orders - Guide.pdf", "Online Purchase History.csv", "KnownNetworks.xml", "iCloudUsageData Set1.csv"]
    {
        assert!(details.iter().any(|path| path.ends_with(file)), "{file} in {details:#?}");
    }
    assert_eq!(
        report["exports"].as_array().unwrap().iter().filter(|one| one["category"] == "records").count(),
        2
    );
}

#[test]
fn what_was_asked_for_and_is_not_here() {
    let asked = |time: &str| {
        [
            ("ICLOUD_NOTES", time.to_owned()),
            ("ICLOUD_MAIL", time.to_owned()),
            ("ICLOUD_PHOTOS", "2024-01-01 08:00:00".to_owned()),
            ("HOVERCRAFT", time.to_owned()),
        ]
    };
    let rows = asked("2026-05-01 08:00:00");
    let mut rows: Vec<_> =
        rows.iter().map(|(name, time)| (*name, time.as_str(), "ACCESS", "COMPLETED")).collect();
    rows.push(("ICLOUD_CONTACTS", "2026-05-01 08:00:00", "ACCESS", "CANCELLED"));
    rows.push(("ICLOUD_BOOKMARKS", "2026-05-01 08:00:00", "DELETE", "COMPLETED"));
    let account =
        || export(Outer::Account, Language::English).part(account().files([request_history(&rows)]));
    let notes = || exports(Language::English, &Wrapper::Same).remove(1);
    let scene = Scene::of([&account(), &notes()]);
    let report = scene.import();
    assert!(problems(&report).iter().all(|problem| problem == "warning missing-category"), "{report}");
    let said = messages(&report, "missing-category").to_lowercase();
    assert!(said.contains("mail") && said.contains("hovercraft"), "{said}");
    for name in ["notes", "photos", "contacts", "bookmarks"] {
        assert!(!said.contains(name), "{name} in {said}");
    }
    let last = |words: &[&str]| scene.run(words).out().lines().last().unwrap_or_default().to_owned();
    let certificate = "Everything in these zips is here; 2 categories that you asked for are not.";
    assert_eq!(last(&["check", "parts"]), certificate);
    assert_eq!(last(&["import", "parts", "--to", "lib"]), certificate);
    scene.run(&["report", "lib"]);
    let page = fs::read_to_string(scene.path("windfall-report.html")).unwrap();
    assert!(page.contains("Everything that came is here; 2 categories that were asked for are not."));
    assert!(!page.contains("Nothing is missing."));
    // what is left out is not missed
    let report = scene.import_with(&["--without", "mail"]);
    assert!(!messages(&report, "missing-category").to_lowercase().contains("mail"), "{report}");
}

#[test]
fn what_is_said_keeps_to_itself_what_is_nobodys_business() {
    let scene = Scene::of(&exports(Language::English, &Wrapper::Same));
    let runs = [
        &["check", "parts"][..],
        &["check", "parts", "--json"],
        &["import", "parts", "--to", "lib", "-v"],
        &["import", "parts", "--to", "lib", "--json"],
        &["list", "lib", "--json"],
        &["verify", "lib", "--against", "parts"],
    ];
    for arguments in runs {
        let run = scene.run(arguments);
        assert_eq!(run.code(), 0, "{arguments:?}: {}", run.err());
        // a serial number, an address on the network, a network, an account, who wrote to whom, what a message says
        for secret in
            ["SERIAL0000001", "192.0.2.7", "Harbour Guest", "1000000001", "bo@example.org", "Dentist"]
        {
            assert!(!run.out().contains(secret) && !run.err().contains(secret), "{secret} in {arguments:?}");
        }
    }
}

#[test]
fn check_knows_every_category() {
    let scene = Scene::of(&exports(Language::English, &Wrapper::Same));
    let report = scene.run(&["check", "parts", "--json"]).json();
    assert_eq!(numbers(&report, "notes")[..3], [Some(1), Some(1), Some(1)]);
    assert_eq!(numbers(&report, "drive")[..3], [Some(2), Some(2), Some(2)]);
    let exports: Vec<(&str, &str)> = report["exports"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["name"].as_str().unwrap(), one["category"].as_str().unwrap()))
        .collect();
    for expected in [
        ("iCloud Notes", "notes"),
        ("iCloud Drive", "drive"),
        ("iCloud Contacts", "contacts"),
        ("iCloud Calendars and Reminders", "calendars"),
        ("iCloud Mail", "mail"),
        ("iCloud Bookmarks", "bookmarks"),
        ("Apple Media Services Information", "records"),
        ("Other Data", "records"),
    ] {
        assert!(exports.contains(&expected), "{expected:?} in {exports:?}");
    }
    let drive = Drive::new().files([("a.txt", "a")]).row("Lost.mov", 5);
    let spoilt = Scene::of([&export(Outer::Drive, Language::English).part(Part::new().files(drive))]);
    let run = spoilt.run(&["check", "parts", "--json"]);
    assert_eq!((run.code(), &run.json()["complete"]), (3, &false.into()));
}
