//! The database from deliveries in memory to rows: several exports, what cannot be read, what each file became.

use std::collections::HashMap;
use std::io::{self, Cursor, Read};
use std::path::Path;

use rusqlite::Connection;

use super::{Database, Filling};
use crate::category::outcome::Open;
use crate::category::recognise::Sort;
use crate::category::{Choices, others};
use crate::contents::{
    Archive, ArchiveId, Bytes, Category, Content, ContentId, ContentSet, Contents, Entry, EntryId, Export,
    ExportId, Id, Identity, Inner, Part, PartId,
};

/// Deliveries in memory: each file is an export, a sort, a path in it, the place in the library, and bytes.
#[derive(Default)]
struct Delivered {
    contents: Contents,
    bytes: HashMap<ContentId, Vec<u8>>,
    standing: HashMap<EntryId, String>,
}

impl Delivered {
    fn export(&mut self, name: &str) -> ExportId {
        let export = Export {
            name: name.to_owned(),
            category: Category::Records,
            total: Some(1),
            built: None,
            label: name.to_owned(),
        };
        let export = self.contents.exports.push(export);
        self.contents.parts.push(Part { export, number: 1 });
        self.contents.archives.push(Archive { name: format!("{name}.zip"), identity: Identity::Folder });
        export
    }

    fn deliver(&mut self, export: ExportId, sort: Sort, path: &str, place: Option<&str>, bytes: &[u8]) {
        let blake3 = blake3::hash(bytes);
        let known = self.contents.distinct.pairs().find(|(_, content)| content.blake3 == blake3);
        let content = known.map(|(content, _)| content).unwrap_or_else(|| {
            self.contents.distinct.push(Content { blake3, size: bytes.len() as u64, crc32: 0 })
        });
        self.bytes.insert(content, bytes.to_vec());
        let (archive, part) = (ArchiveId::at(export.index()), PartId::at(export.index()));
        let entry = self.contents.entries.push(Entry {
            archive,
            part,
            position: 0,
            path: path.into(),
            inner: Inner::of(path, path),
            category: sort.category().unwrap_or(Category::Records),
            class: sort.class(),
            sort: sort.into(),
            size: bytes.len() as u64,
            crc32: None,
            modified: None,
            given: true,
            bytes: Bytes::Sound(content),
        });
        if let Some(place) = place {
            self.standing.insert(entry, place.to_owned());
        }
    }

    /// The database that it comes to, made twice.
    fn written(&self, folder: &Path) -> Connection {
        let heard = others::hear(&self.contents, self, ContentSet::default(), &Choices::default());
        let decided = others::decide(&self.contents, &heard, &Choices::default());
        let standing = |entry| self.standing.get(&entry).map(String::as_str);
        let filling =
            Filling { contents: &self.contents, decided: &decided, standing: &standing, scratch: folder };
        let first = anew(filling, self);
        assert!(first == anew(filling, self));
        assert_eq!(std::fs::read_dir(folder).expect("a folder").count(), 0, "nothing is left behind");
        let path = folder.join("made");
        std::fs::write(&path, first).expect("room");
        Connection::open(path).expect("a database")
    }
}

fn anew(filling: Filling<'_>, open: &dyn Open) -> Vec<u8> {
    let database = filling.database(open);
    let made = Database::made(&database);
    let mut bytes = Vec::new();
    made.first().expect("something that is no photo").write(open, &mut bytes).expect("it can be made");
    bytes
}

impl Open for Delivered {
    fn open(&self, content: ContentId) -> io::Result<Box<dyn Read + Send>> {
        let bytes = self.bytes.get(&content).ok_or(io::ErrorKind::NotFound)?;
        Ok(Box::new(Cursor::new(bytes.clone())))
    }
}

fn asked(connection: &Connection, sql: &str) -> Vec<String> {
    let mut statement = connection.prepare(sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
    let width = statement.column_count();
    let rows = statement.query_map([], |row| {
        let cell = |at| Ok(row.get::<_, Option<String>>(at)?.unwrap_or_else(|| "∅".to_owned()));
        Ok((0..width).map(cell).collect::<rusqlite::Result<Vec<String>>>()?.join("|"))
    });
    rows.and_then(Iterator::collect).unwrap_or_else(|error| panic!("{sql}: {error}"))
}

fn card(uid: &str, name: &str) -> String {
    format!("BEGIN:VCARD\r\nVERSION:3.0\r\n{uid}FN:{name}\r\nEND:VCARD\r\n")
}

fn calendar(body: &str) -> String {
    format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nX-WR-CALNAME:Home\r\n{body}END:VCALENDAR\r\n")
}

fn event(uid: &str, summary: &str) -> String {
    format!("BEGIN:VEVENT\r\n{uid}DTSTART:20240502T100000\r\nSUMMARY:{summary}\r\nEND:VEVENT\r\n")
}

fn message(subject: &str) -> String {
    format!(
        "From: ann@example.org\r\nSubject: {subject}\r\nDate: Mon, 4 Mar 2024 20:08:00 +0100\r\n\r\nHello {subject}\r\n"
    )
}

/// Two exports, of which the newer one has what changed.
fn two_exports() -> Delivered {
    let mut all = Delivered::default();
    let (old, new) = (all.export("Old"), all.export("New"));
    let bo = card("", "Bo");
    all.deliver(
        old,
        Sort::Cards,
        "w/Ann.vcf",
        Some("Contacts/Cards/Ann.vcf"),
        card("UID:1\r\n", "Ann").as_bytes(),
    );
    all.deliver(old, Sort::Cards, "w/Bo.vcf", Some("Contacts/Cards/Bo.vcf"), bo.as_bytes());
    all.deliver(
        old,
        Sort::Cards,
        "w/Cy.vcf",
        Some("Contacts/Cards/Cy.vcf"),
        card("UID:3\r\n", "Cy").as_bytes(),
    );
    let married = card("UID:1\r\n", "Ann Berg");
    all.deliver(new, Sort::Cards, "w/Ann.vcf", Some("Contacts/Cards/Ann (2).vcf"), married.as_bytes());
    all.deliver(new, Sort::Cards, "w/Bo.vcf", Some("Contacts/Cards/Bo.vcf"), bo.as_bytes());

    let task = "BEGIN:VTODO\r\nUID:t\r\nSUMMARY:Rope\r\nEND:VTODO\r\n";
    let before =
        calendar(&(event("UID:e\r\n", "Choir") + &event("", "Same") + &event("UID:g\r\n", "Gone") + task));
    let after = calendar(&(event("UID:e\r\n", "Big choir") + &event("", "Same") + &event("", "Same")));
    all.deliver(old, Sort::Calendar, "w/Home.ics", Some("Calendars/Home.ics"), before.as_bytes());
    all.deliver(new, Sort::Calendar, "w/Home.ics", Some("Calendars/Home (2).ics"), after.as_bytes());
    let zone = r#"[{"Calendar Display Name":"Home","Calendar User Timezone":"Europe/Oslo"}]"#;
    all.deliver(new, Sort::CalendarList, "w/Calendar Metadata.json", None, zone.as_bytes());

    let mbox = |subjects: &[&str]| -> String {
        let line = "From ann@example.org Mon Mar  4 19:08:00 2024\n";
        subjects.iter().map(|subject| format!("{line}{}\n", message(subject))).collect()
    };
    all.deliver(old, Sort::Message, "w/All.mbox", Some("Mail/All.mbox"), mbox(&["One", "Two"]).as_bytes());
    all.deliver(
        new,
        Sort::Message,
        "w/All.mbox",
        Some("Mail/All (2).mbox"),
        mbox(&["Two", "Three"]).as_bytes(),
    );
    for folder in ["INBOX", "Archive"] {
        let (path, place) = (format!("w/{folder}/1.eml"), format!("Mail/{folder}/Four.eml"));
        all.deliver(new, Sort::Message, &path, Some(&place), message("Four").as_bytes());
    }

    let table = "Title,URL,modifiedOn,favorite,deleted\nA,https://example.org,,no,no\n\nbad,\n";
    all.deliver(new, Sort::Bookmarks, "w/Bookmarks_1.csv", None, table.as_bytes());
    all.deliver(new, Sort::Bookmarks, "w/Bookmarks_1.csv.zip/Bookmarks_1.csv", None, table.as_bytes());
    let list = "Title, Created On, Modified On, Pinned, Deleted\nParts,02-25-2024 18:09:10,07-04-2024 14:15:16,Yes,No\n";
    for (export, place, text) in
        [(old, "a.png", "Parts\nold \u{fffc}"), (new, "a (2).png", "Parts\nnew words \u{fffc}")]
    {
        let place = format!("Notes/Boat/Parts.assets/{place}");
        let picture = format!("picture {text}");
        all.deliver(export, Sort::NoteList, "Notes Details.csv", None, list.as_bytes());
        all.deliver(export, Sort::NoteText, "Notes/Boat/Parts/Parts.txt", None, text.as_bytes());
        all.deliver(export, Sort::NoteFile, "Notes/Boat/Parts/a.png", Some(&place), picture.as_bytes());
    }
    let shared =
        "File Name, Shared On, Last Modified Date, Participants Details\nBoat/Parts/Parts.txt,,,Name:Bo\n";
    all.deliver(new, Sort::SharedNoteList, "Shared Notes Info.csv", None, shared.as_bytes());
    let list = "Title, Base Hash, Type, Size, Created On, Modified On, Last Opened On, Favourite, Executable\na.txt,,File,1,05-07-2025 \
                10:11:12,05-07-2025 10:11:13,,yes,no\n";
    all.deliver(new, Sort::DriveList, "Drive/Drive Details.csv", None, list.as_bytes());
    all.deliver(new, Sort::DriveFile, "Drive/a.txt", Some("Drive/a.txt"), b"a");
    all.deliver(new, Sort::Ignored, "w/.DS_Store", None, b"x");
    all
}

#[test]
fn of_several_exports_the_newest_version_of_each_row_counts() {
    let folder = tempfile::tempdir().expect("a folder");
    let connection = two_exports().written(folder.path());
    for (sql, expected) in [
        (
            "SELECT name, path FROM contacts",
            &["Ann Berg|Contacts/Cards/Ann (2).vcf", "Bo|Contacts/Cards/Bo.vcf", "Cy|Contacts/Cards/Cy.vcf"]
                [..],
        ),
        ("SELECT name, path FROM calendars", &["Home|Calendars/Home (2).ics"]),
        (
            "SELECT summary, starts_utc, starts_basis FROM events",
            &[
                "Big choir|2024-05-02T08:00:00Z|assumed:Europe/Oslo",
                "Same|2024-05-02T08:00:00Z|assumed:Europe/Oslo",
                "Same|2024-05-02T08:00:00Z|assumed:Europe/Oslo",
                "Gone|2024-05-02T08:00:00Z|assumed:Europe/Oslo",
            ],
        ),
        ("SELECT summary, list, path FROM tasks", &["Rope|Home|Calendars/Home.ics"]),
        (
            "SELECT subject, folder, path, CAST(mbox_offset AS TEXT) FROM messages",
            &[
                "Two|All|Mail/All (2).mbox|46",
                "Three|All|Mail/All (2).mbox|181",
                "Four|Archive|Mail/Archive/Four.eml|∅",
                "Four|INBOX|Mail/INBOX/Four.eml|∅",
                "One|All|Mail/All.mbox|46",
            ],
        ),
        (
            "SELECT title, folder, path, created_utc, CAST(words AS TEXT), CAST(pinned + shared AS TEXT), match_rule, source FROM \
             notes",
            &["Parts|Boat|Notes/Boat/Parts.md|2024-02-26T02:09:10Z|3|2|title|Notes/Boat/Parts/Parts.txt"],
        ),
        (
            "SELECT CAST(note AS TEXT), CAST(position AS TEXT), path, CAST(size AS TEXT) FROM note_attachments",
            &["1|1|Notes/Boat/Parts.assets/a (2).png|27"],
        ),
        (
            "SELECT path, title, modified_utc, CAST(favourite AS TEXT), match_rule, CAST(proved AS TEXT) FROM drive_files",
            &["Drive/a.txt|a.txt|2025-05-07T17:11:13Z|1|name-and-size|0"],
        ),
        ("SELECT name, role FROM note_participants", &["Bo|participant"]),
        ("SELECT title, source FROM bookmarks", &["A|Bookmarks_1", "bad|Bookmarks_1"]),
    ] {
        assert_eq!(asked(&connection, sql), expected, "{sql}");
    }
}

#[test]
fn every_delivered_file_has_a_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let connection = two_exports().written(folder.path());
    let sources = asked(
        &connection,
        "SELECT archive, entry, encoding, CAST(lines AS TEXT), CAST(rows AS TEXT), CAST(blank + bad AS TEXT), \
         CAST(duplicate_of AS TEXT) FROM _sources",
    );
    let expected = [
        "Old.zip|w/Ann.vcf|∅|∅|1|∅|∅",
        "Old.zip|w/Bo.vcf|∅|∅|1|∅|∅",
        "Old.zip|w/Cy.vcf|∅|∅|1|∅|∅",
        "New.zip|w/Ann.vcf|∅|∅|1|∅|∅",
        "New.zip|w/Bo.vcf|∅|∅|1|∅|2",
        "Old.zip|w/Home.ics|∅|∅|4|∅|∅",
        "New.zip|w/Home.ics|∅|∅|3|∅|∅",
        "New.zip|w/Calendar Metadata.json|∅|∅|1|∅|∅",
        "Old.zip|w/All.mbox|∅|∅|2|∅|∅",
        "New.zip|w/All.mbox|∅|∅|2|∅|∅",
        "New.zip|w/INBOX/1.eml|∅|∅|1|∅|∅",
        "New.zip|w/Archive/1.eml|∅|∅|1|∅|∅",
        "New.zip|w/Bookmarks_1.csv|utf-8|4|2|1|∅",
        "New.zip|w/Bookmarks_1.csv.zip/Bookmarks_1.csv|utf-8|4|2|1|13",
        "Old.zip|Notes Details.csv|utf-8|2|1|0|∅",
        "Old.zip|Notes/Boat/Parts/Parts.txt|∅|∅|∅|∅|∅",
        "Old.zip|Notes/Boat/Parts/a.png|∅|∅|∅|∅|∅",
        "New.zip|Notes Details.csv|utf-8|2|1|0|15",
        "New.zip|Notes/Boat/Parts/Parts.txt|∅|∅|∅|∅|∅",
        "New.zip|Notes/Boat/Parts/a.png|∅|∅|∅|∅|∅",
        "New.zip|Shared Notes Info.csv|utf-8|2|1|0|∅",
        "New.zip|Drive/Drive Details.csv|utf-8|2|1|0|∅",
        "New.zip|Drive/a.txt|∅|∅|∅|∅|∅",
    ];
    assert_eq!(sources, expected);
}

#[test]
fn what_cannot_be_read_has_no_row_and_stops_no_other() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut all = two_exports();
    let lost = all.contents.entries.iter().find(|entry| entry.name() == "Cy.vcf").and_then(Entry::content);
    all.bytes.remove(&lost.expect("its bytes"));
    let connection = all.written(folder.path());
    assert_eq!(asked(&connection, "SELECT name FROM contacts"), ["Ann Berg", "Bo"]);
    assert_eq!(asked(&connection, "SELECT CAST(count(*) AS TEXT) FROM messages"), ["5"]);
}

#[test]
fn photos_alone_make_none() {
    let (contents, decided) = (Contents::default(), others::Decided::default());
    let filling = Filling {
        contents: &contents,
        decided: &decided,
        standing: &|_| None,
        scratch: Path::new("nowhere"),
    };
    assert!(filling.database(&Delivered::default()).expect("nothing is written").is_none());
}
