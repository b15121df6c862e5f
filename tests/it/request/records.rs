//! `Records.sqlite`: what each category says as rows, and where every delivered file and every line of it went.

use super::{Scene, picture, problems};
use crate::builder::{
    Calendar, Card, Drive, DriveFile, Export, Language, Message, Note, Notes, Outer, Part, cards, export,
    person,
};

fn notes() -> Part {
    let ann = person("Ann Berg", "a*****@example.com");
    Part::new().files(
        Notes::new()
            .note(
                Note::new("Boat/Spare parts", "four words and \u{fffc}\n")
                    .dated("02-25-2024 18:09:10", "07-04-2024 14:15:16")
                    .pinned()
                    .file("Attachment.png", picture()),
            )
            .deleted(Note::new("Idea", ""))
            .shared("Boat/Spare parts/Spare parts.txt", "07-04-2024 14:15:16", &[ann]),
    )
}

fn of(outer: Outer, part: Part) -> Export {
    export(outer, Language::English).part(part)
}

#[test]
fn rows_of_notes_and_of_drive() {
    let drive = Drive::new()
        .hashed()
        .file(
            DriveFile::new("bin/run.sh", "#!/bin/sh\n")
                .modified("02-25-2024 18:09:10")
                .executable()
                .favourite(),
        )
        .unlisted("new.txt", "x");
    let scene = Scene::of([&of(Outer::Notes, notes()), &of(Outer::Drive, Part::new().files(drive))]);
    scene.import();
    assert_eq!(
        scene.rows("SELECT title, folder, path, created_utc, modified_utc, pinned, deleted, shared, attachments, dates_basis FROM notes ORDER BY path"),
        [
            "Spare parts|Boat|Notes/Boat/Spare parts.md|2024-02-26T02:09:10Z|2024-07-04T21:15:16Z|1|0|1|1|assumed:America/Los_Angeles",
            "Idea|-|Notes/Recently Deleted/Idea.md|-|-|0|1|0|0|none",
        ]
    );
    assert_eq!(
        scene.rows("SELECT created_raw, created_basis FROM notes WHERE title = 'Spare parts'"),
        ["02-25-2024 18:09:10|assumed:America/Los_Angeles"]
    );
    let png = picture();
    assert_eq!(
        scene.rows("SELECT a.position, a.path, a.size, a.blake3 FROM note_attachments a"),
        [format!("1|Notes/Boat/Spare parts.assets/Attachment.png|{}|{}", png.len(), blake3::hash(&png))]
    );
    assert_eq!(
        scene
            .rows("SELECT name, email_masked, permission, status, role FROM note_participants")
            .iter()
            .map(|row| row.rsplit_once('|').unwrap().0.to_owned())
            .collect::<Vec<_>>(),
        ["Ann Berg|a*****@example.com|READ_WRITE|ACCEPTED"]
    );
    let hash = blake3::hash(b"#!/bin/sh\n");
    assert_eq!(
        scene.rows("SELECT path, title, size, blake3, created_utc, modified_utc, favourite, executable FROM drive_files ORDER BY path"),
        [
            format!("Drive/bin/run.sh|run.sh|10|{hash}|2025-05-07T17:11:12Z|2024-02-26T02:09:10Z|1|1"),
            format!("Drive/new.txt|new.txt|1|{}|-|-|-|-", blake3::hash(b"x")),
        ]
    );
    // every column has its line in the list of columns
    let columns = scene.rows("SELECT name FROM _columns WHERE \"table\" = 'drive_files' ORDER BY position");
    assert!(columns.len() >= 8 && columns[0] == "path", "{columns:?}");
}

#[test]
fn every_line_of_every_file_is_accounted_for() {
    let odd = Part::new().files(
        Notes::new()
            .note(Note::new("A", "x\n").dated("02-25-2024 18:09:10", "02-25-2024 18:09:10"))
            .line("")
            .twisted(|list| list.header_again().line("garbage").crlf()),
    );
    let card = Card::new("Ann Berg");
    let calendar = Calendar::new("Home").event("E-1", "DTSTART:20240303T090500Z", "Dentist");
    let scene = Scene::of([
        &of(Outer::Notes, odd),
        &of(Outer::Contacts, Part::new().files(cards("", [("Ann Berg.vcf", card)]))),
        &of(Outer::Calendars, Part::new().entry("Home.ics", calendar.bytes())),
        &of(Outer::Mail, Part::new().entry("INBOX/1.eml", Message::new("Hi").text("x\n").bytes())),
    ]);
    let report = scene.import();
    assert!(problems(&report).iter().all(|problem| problem.starts_with("warning")), "{report}");
    assert_eq!(
        scene.rows(
            "SELECT entry FROM _sources WHERE lines IS NOT NULL \
             AND lines != header_lines + rows + preamble + footer + blank + bad"
        ),
        [""; 0]
    );
    assert_eq!(
        scene.rows("SELECT entry, lines, header_lines, rows, blank + bad + footer FROM _sources WHERE entry LIKE '%Notes Details.csv'"),
        ["Notes Details.csv|5|2|1|2"]
    );
    // of what is no table only its rows are counted
    assert_eq!(
        scene.rows(
            "SELECT entry, lines, rows FROM _sources WHERE lines IS NULL AND rows IS NOT NULL ORDER BY entry"
        ),
        ["Ann Berg.vcf|-|1", "Home.ics|-|1", "INBOX/1.eml|-|1"]
    );
    assert_eq!(
        scene.rows("SELECT count(*) FROM _sources WHERE length(blake3) != 64 OR archive IS NULL"),
        ["0"]
    );
}

#[test]
fn the_same_inputs_give_the_same_bytes() {
    let exports = || {
        [
            of(Outer::Notes, notes()),
            of(Outer::Contacts, Part::new().files(cards("", [("Ann.vcf", Card::new("Ann"))]))),
        ]
    };
    let [one, other] = [Scene::of(&exports()), Scene::of(&exports())];
    one.import();
    other.import_with(&["--jobs", "1"]);
    assert!(one.bytes("Records.sqlite") == other.bytes("Records.sqlite"), "two libraries");
    let before = one.bytes("Records.sqlite");
    one.import();
    assert!(one.bytes("Records.sqlite") == before, "a second run");
    std::fs::remove_file(one.path("Records.sqlite")).unwrap();
    one.import();
    assert!(one.bytes("Records.sqlite") == before, "made again");
}

#[test]
fn a_library_of_photos_alone_has_none() {
    use crate::builder::{Exif, Photo, Row, jpeg};
    let photo = Photo::new("IMG_1.JPG", jpeg(1, &Exif::none())).row(Row::created("2024-03-03 09:05"));
    let scene = Scene::of([&of(Outer::Photos, Part::new().photo(photo))]);
    scene.import();
    assert!(!scene.path("Records.sqlite").exists());
}
