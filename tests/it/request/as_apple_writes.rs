//! What the builder writes of each category, letter by letter as the documents say that Apple does.

use crate::builder::{
    BookmarkPage, BookmarkTable, Calendar, Card, Content, Drive, DriveFile, Export, Generation, Language,
    Message, Note, Notes, Outer, Part, Play, Plays, Sheet, TOMBSTONES, Table, Wrapper, account,
    calendar_metadata, cards, emlx, export, game_center, guide, library_activity, library_tracks, mbox,
    media_services, other_data, pdf, person, playlists, plist, recording, request_history, spaced_json,
    store,
};

fn text(bytes: impl Into<Content>) -> String {
    String::from_utf8(bytes.into().bytes()).unwrap()
}

/// The files of a delivery with their texts, as they stand in the archive.
fn files(files: impl IntoIterator<Item = (String, Content)>) -> Vec<(String, String)> {
    files.into_iter().map(|(name, content)| (name, text(content.bytes()))).collect()
}

fn names(export: &Export, part: usize) -> Vec<String> {
    export.entries(part).into_iter().map(|entry| entry.name).collect()
}

fn assert_files(found: impl IntoIterator<Item = (String, Content)>, expected: &[(&str, &str)]) {
    let expected: Vec<(String, String)> =
        expected.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
    assert_eq!(files(found), expected);
}

#[test]
fn notes() {
    let ann = person("Ann Berg", "a*****@example.com");
    let notes = Notes::new()
        .note(
            Note::new("Boat/Spare parts", "\t◦\trope\n\u{fffc}\n")
                .dated("02-25-2024 18:09:10", "07-04-2024 14:15:16")
                .pinned()
                .file("Attachment.png", "png"),
        )
        .note(Note::new("Idea", "").twin(1))
        .deleted(Note::new("https:||example.org|a", "x").dated("02-25-2023 08:01:02", "02-25-2023 08:01:02"))
        .at_top(Note::new("Old/Plan", "y").stamped("2021-03-04T05:06:07Z").file("photo.jpg", "jpg"))
        .note(Note::without_text("Sketch").file("sketches/1.png", "s").drawing().no_flags())
        .line("Leeks, beans, dill,05-30-2022 20:01:10,06-02-2022 07:45:00,Yes,No,No,")
        .shared("Boat/Spare parts/Spare parts.txt", "07-04-2024 14:15:16", &[ann.clone(), ann.clone()])
        .subscribed("Theirs/Theirs.txt", "07-04-2024 14:15:16", "Name:Bo", &[ann]);
    assert_files(
        notes,
        &[
            ("Notes/Boat/Spare parts/Spare parts.txt", "Spare parts\n\n\t◦\trope\n\u{fffc}\n"),
            ("Notes/Boat/Spare parts/Attachment.png", "png"),
            ("Notes/Idea/Idea-1.txt", "Idea"),
            (
                "Recently Deleted/https:||example.org|a/https:||example.org|a.txt",
                "https://example.org/a\n\nx",
            ),
            ("Old/Plan/Plan-2021-03-04T05:06:07Z.txt", "Plan\n\ny"),
            ("Old/Plan/Attachments/photo.jpg", "jpg"),
            ("Notes/Sketch/sketches/1.png", "s"),
            (
                "Notes Details.csv",
                "Title, Created On, Modified On, Pinned, Deleted, Drawing/Handwriting, ContentHash at Import\n\
                 Spare parts,02-25-2024 18:09:10,07-04-2024 14:15:16,Yes,No,No,\n\
                 https://example.org/a,02-25-2023 08:01:02,02-25-2023 08:01:02,No,Yes,No,\n\
                 Leeks, beans, dill,05-30-2022 20:01:10,06-02-2022 07:45:00,Yes,No,No,\n",
            ),
            (
                "Shared Notes Info.csv",
                "File Name, Shared On, Last Modified Date, Participants Details\n\
                 Boat/Spare parts/Spare parts.txt,07-01-2024 11:12:13,07-04-2024 14:15:16,\
                 Name:Ann Berg; Email:a*****@example.com; Permission:READ_WRITE; Acceptance Status:ACCEPTED | \
                 Name:Ann Berg; Email:a*****@example.com; Permission:READ_WRITE; Acceptance Status:ACCEPTED\n",
            ),
            (
                "Subscribed Notes Info.csv",
                "File Name, Owner Details, Last Modified Date, Shared On, Participants Details\n\
                 Theirs/Theirs.txt,Name:Bo,07-04-2024 14:15:16,07-01-2024 11:12:13,\
                 Name:Ann Berg; Email:a*****@example.com; Permission:READ_WRITE; Acceptance Status:ACCEPTED\n",
            ),
        ],
    );
}

#[test]
fn drive() {
    let part = Drive::new()
        .hashed()
        .file(DriveFile::new("Budget.xlsx", "abc").modified("05-08-2025 01:02:03").favourite().executable())
        .files([("a, b/c.txt", "a longer one")])
        .unlisted("later.txt", "later")
        .row("else \"where\".mov", 48_213);
    let header = "Title, Base Hash, Type, Size, Created On, Modified On, Last Opened On, Favourite, Executable, Package Signature\n";
    let expected = format!(
        "{header}\"else \"\"where\"\".mov\",47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=,File,48213,05-07-2025 10:11:12,05-07-2025 10:11:12,05-07-2025 10:11:11,no,no,\n\
         c.txt,+4TRTl70lTaoMSdqMpWJB9QdFuucHCq2qkyEi2TeqWk=,File,12,05-07-2025 10:11:12,05-07-2025 10:11:12,05-07-2025 10:11:11,no,no,\n\
         Budget.xlsx,ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=,File,3,05-07-2025 10:11:12,05-08-2025 01:02:03,05-07-2025 10:11:11,yes,yes,\n"
    );
    assert_files(
        part.clone(),
        &[
            ("Drive/Drive Details.csv", &expected),
            ("Drive/Budget.xlsx", "abc"),
            ("Drive/a, b/c.txt", "a longer one"),
            ("Drive/later.txt", "later"),
        ],
    );
    assert_files(Drive::new().no_list().unlisted("x", "y"), &[("Drive/x", "y")]);
    // one list for two parts, and hashes that nobody can check, or that are salted
    let list = |drive: Drive| files(drive)[0].1.clone();
    let both = list(Drive::new().rows_of(&part));
    assert_eq!(both, expected);
    let [plain, unknown, salted] = [Drive::new().hashed(), Drive::new(), Drive::new().salted()]
        .map(|drive| list(drive.files([("x", "y")])));
    assert!(plain != unknown && unknown != salted && plain.len() == salted.len());
    assert_eq!(
        list(Drive::new().twisted(|list| list.bom().crlf())),
        format!("\u{feff}{}\r\n", header.trim_end())
    );
}

#[test]
fn contacts_and_calendars() {
    let card = Card::new("Ann Berg")
        .phone("+47 1")
        .email("ann@example.org")
        .organisation("Berg; Sons")
        .birthday("1980-05-17")
        .uid("A-1")
        .photo(&[7; 60]);
    assert_files(
        cards("vCards", [("Ann Berg.vcf", card)]),
        &[(
            "vCards/Ann Berg.vcf",
            "BEGIN:VCARD\r\nVERSION:3.0\r\nN:Berg;Ann;;;\r\nFN:Ann Berg\r\nitem1.TEL;type=pref:+47 1\r\n\
             item1.X-ABLabel:_$!<Mobile>!$_\r\nEMAIL;type=INTERNET;type=HOME:ann@example.org\r\nORG:Berg\\; Sons;\r\n\
             BDAY:1980-05-17\r\nUID:A-1\r\n\
             PHOTO;ENCODING=b;TYPE=JPEG:BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcH\r\n \
             BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcH\r\nEND:VCARD\r\n",
        )],
    );
    let group = Card::group("Sailors", &["A-1"]).birthday_without_year("05-17").line("NOTE:x");
    assert_files(
        cards("", [("g.vcf", group)]),
        &[(
            "g.vcf",
            "BEGIN:VCARD\r\nVERSION:3.0\r\nN:Sailors;;;;\r\nFN:Sailors\r\nX-ADDRESSBOOKSERVER-KIND:group\r\n\
             X-ADDRESSBOOKSERVER-MEMBER:urn:uuid:A-1\r\nBDAY;X-APPLE-OMIT-YEAR=1604:1604-05-17\r\nNOTE:x\r\nEND:VCARD\r\n",
        )],
    );
    // 74 letters and one that folding parts
    let parted = Card::version("2.1").line(&format!("NOTE:{}é", "x".repeat(69))).bytes();
    assert!(parted.windows(5).any(|window| window == b"\xc3\r\n \xa9"));
    let calendar = Calendar::new("Home")
        .event("E-1", "DTSTART:20240303T090500Z", "Dentist, again")
        .task("T-1", "DUE;VALUE=DATE:20250301", "Buy milk")
        .tombstones(TOMBSTONES)
        .bytes();
    let tasks = "BEGIN:VTODO\r\nUID:T-1\r\nDUE;VALUE=DATE:20250301\r\nSUMMARY:Buy milk\r\nEND:VTODO\r\n\
         BEGIN:VTODO\r\nUID:upgraded\r\nCREATED:20191008T101112Z\r\nDESCRIPTION:https://support.apple.com/HT210220\r\n\
         SUMMARY:The creator of this list has upgraded these reminders.\r\nEND:VTODO\r\n\
         BEGIN:VTODO\r\nUID:where\r\nCREATED:20191008T101112Z\r\nSUMMARY:Where are my reminders?\r\nEND:VTODO\r\n";
    assert_eq!(
        text(calendar),
        format!(
            "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Apple Inc.//iCloud 1.0//EN\r\nCALSCALE:GREGORIAN\r\nX-WR-CALNAME:Home\r\n\
             BEGIN:VEVENT\r\nUID:E-1\r\nDTSTART:20240303T090500Z\r\nSUMMARY:Dentist\\, again\r\nEND:VEVENT\r\n{tasks}END:VCALENDAR\r\n"
        )
    );
    assert!(
        text(Calendar::unnamed().zone("Europe/Oslo").bytes()).contains("TZID:Europe/Oslo\r\nBEGIN:DAYLIGHT")
    );
    let (name, json) = calendar_metadata(&[("Home", "VEVENT", "")]);
    assert_eq!(name, "Calendar Metadata.json");
    assert!(
        text(json.bytes())
            .contains(r#""Calendar Collection  Modified by User Timestamp":"2024-03-04 05:06:07""#)
    );
}

#[test]
fn mail_and_bookmarks() {
    let message = Message::new("Dinner").date("Mon, 4 Mar 2019 19:08:00 +0100").id("1@x").text("Sunday?\n");
    let head = "From: Ann Berg <ann@example.org>\r\nTo: bo@example.org\r\nSubject: Dinner\r\n";
    let sent = format!("{head}Date: Mon, 4 Mar 2019 19:08:00 +0100\r\nMessage-ID: <1@x>\r\n\r\nSunday?\r\n");
    assert_eq!(text(message.bytes()), sent);
    let kept = text(emlx(&message.bytes(), 1));
    assert!(
        kept.starts_with(&format!("{}\n{sent}<?xml", sent.len())) && kept.contains("<integer>1</integer>")
    );
    let quoted = Message::new("a").lf().text("From here\n>From there\nx\n");
    assert_eq!(
        text(mbox(&[quoted])),
        "From ann@example.org Mon Mar  4 19:08:00 2019\nFrom: Ann Berg <ann@example.org>\nTo: bo@example.org\n\
         Subject: a\n\n>From here\n>>From there\nx\n\n"
    );
    let attached = text(Message::new("").text("see\n").attachment("a.bin", b"abc").bytes());
    assert!(
        attached.ends_with("Content-Transfer-Encoding: base64\r\n\r\nYWJj\r\n--part--\r\n"),
        "{attached}"
    );
    assert_eq!(Message::new("").lf().body(b"\0\xff").bytes().last(), Some(&0xff));
    let table = BookmarkTable::new()
        .link("Example, a", "https://example.org/a?b=1&c=2", "2019-03-04 19:08")
        .favourite("F", "https://f.example", "2019-03-04 19:08")
        .deleted("D", "https://d.example", "2019-03-04 19:08");
    assert_eq!(
        text(table.bytes()),
        "Title,URL,modifiedOn,favorite,deleted\n\
         \"Example, a\",https://example.org/a?b=1&c=2,\"Monday March 4,2019 7:08 PM GMT\",no,no\n\
         F,https://f.example,\"Monday March 4,2019 7:08 PM GMT\",yes,no\n\
         D,https://d.example,\"Monday March 4,2019 7:08 PM GMT\",no,yes\n"
    );
    let page = BookmarkPage::new().folder("News").link("A", "https://a.example/?b=1&c", 1_600_000_000).up();
    let page = text(page.reading_list().up().bytes());
    assert!(page.contains(
        "<DT><H3 FOLDED>News</H3>\n<DL><p>\n<DT><A HREF=\"https://a.example/?b=1&amp;c\" ADD_DATE=\"1600000000\">A</A>\n</DL><p>\n"
    ));
    assert!(
        page.starts_with("<!DOCTYPE NETSCAPE-Bookmark-file-1>\n") && page.contains("com.apple.ReadingList")
    );
}

#[test]
fn tables_in_apples_dialects() {
    let sheet = Sheet::new(&["A", "B"]).row(&["1", "x, \"y\""]).header_again().line("");
    assert_eq!(text(sheet.bytes()), "A,B\n1,\"x, \"\"y\"\"\"\nA,B\n\n");
    let titled = |title: &str| Sheet::new(&["A"]).below(&[title]).quoted().row(&["1"]);
    assert_eq!(text(titled("One").then(&titled("Two")).bytes()), "One\n\"A\"\n\"1\"\n\nTwo\n\"A\"\n\"1\"\n");
    assert_eq!(Sheet::new(&["A"]).utf16le().bytes(), b"\xff\xfeA\0\n\0");
    assert_eq!(text(Sheet::spaced(&["A", "B"]).bom().crlf().bytes()), "\u{feff}A, B\r\n");
}

#[test]
fn plays_of_three_generations() {
    let play = Play::new("North Window", "2025-03-01T18:03:12.480Z")
        .by("Ida Holm")
        .on("Harbour Lights")
        .played(192_360)
        .without_type();
    let table = |generation| text(Plays::of(generation).play(&play).bytes());
    let first = table(Generation::First);
    let lines: Vec<&str> = first.split("\r\n").collect();
    assert_eq!((lines.len(), lines[0].split(',').count(), lines[2]), (3, 31, ""));
    assert!(lines[0].starts_with("\"Apple Id Number\",\"Apple Music Subscription\",\"Artist Name\""));
    assert!(
        lines[1].starts_with("\"1000000001\",\"\",\"Ida Holm\",") && lines[1].contains(",\"North Window\",")
    );
    let newest = table(Generation::Third);
    let [header, row] = [0, 1].map(|at| newest.lines().nth(at).unwrap().split(',').collect::<Vec<_>>());
    assert_eq!((header.len(), row.len(), newest.contains('"')), (143, 143, false));
    let cell = |title: &str| row[header.iter().position(|known| *known == title).unwrap()];
    assert_eq!(cell("Song Name"), "North Window");
    assert_eq!(cell("Event Start Timestamp"), "2025-03-01T18:00:00.120Z");
    assert_eq!((cell("Event Type"), cell("Play Duration Milliseconds")), ("", "192360"));
    let second = table(Generation::Second);
    assert!(!second.contains("Artist Name,") || !second.contains("Ida Holm"));
    assert!(second.contains("Song Name") && second.contains("User\u{2019}s Audio Quality"));
}

#[test]
fn documents_of_music() {
    let tracks = library_tracks(&[(7, "A", "B", "C", "LIKED")]);
    assert_eq!(tracks[0]["Apple Music Track Identifier"], 1_400_000_007);
    assert!(spaced_json(&tracks).contains("\n    \"Track Identifier\" : 7,\n"));
    assert_eq!(playlists(&[(1, "A", &[7, 8])])[0]["Playlist Item Identifiers"], serde_json::json!([7, 8]));
    let log = library_activity(&[(1, "A", &[7])], &[1]);
    assert_eq!(
        [0, 1, 2].map(|at| log[at]["Transaction Type"].clone()),
        [serde_json::json!("addContainer"), serde_json::json!("deleteContainer"), serde_json::Value::Null]
    );
}

#[test]
fn rows_by_their_columns() {
    let table =
        Table::Downloads.sheet().cells(&[("Item Description", "iOS and tvOS Apps"), ("Activity Date", "x")]);
    assert!(text(table.bytes()).ends_with("Device Identifier\n,x,,,iOS and tvOS Apps,,,,,\n"));
    let old = Table::OldTransactions.sheet().cells(&[("Content Type", "Songs")]);
    assert!(text(old.bytes()).starts_with("Apple ID Number,Item Purchased Date, Content Type,"));
}

#[test]
fn outer_names_and_nested_archives() {
    let shop = export(Outer::Store, Language::Chinese).part(store(&["2019.pdf"]).files([guide("Orders")]));
    assert_eq!(
        names(&shop, 1),
        [
            "Apple.com 和 Apple Store 商店/Transaction History/Online Purchase History.csv",
            "Apple.com 和 Apple Store 商店/Orders - Guide.pdf",
            "Apple.com 和 Apple Store 商店/Retail Store Receipts.zip",
        ]
    );
    let receipts = shop.entries(1)[2].content.bytes();
    assert!(receipts.starts_with(b"PK\x03\x04") && receipts.windows(8).any(|name| name == b"2019.pdf"));
    let media = export(Outer::MediaServices, Language::Czech).part(media_services()).part(game_center());
    assert_eq!(media.part_name(2), "Informace o mediálních službách Apple Část 2 z 2");
    assert_eq!(names(&media, 1), [format!("{}/Apple_Media_Services.zip", media.part_name(1))]);
    let inner = media.entries(1)[0].content.bytes();
    let deep = b"Apple_Media_Services/Apple Music Activity/Apple Music Library Tracks.json.zip";
    assert!(inner.windows(deep.len()).any(|name| name == deep));
    let doubled = export(Outer::OtherData, Language::French).wrapper(Wrapper::Doubled);
    let history = request_history(&[("ICLOUD_NOTES", "2026-05-01 08:00:00", "ACCESS", "COMPLETED")]);
    let doubled = doubled.part(account().files([history]));
    assert_eq!(
        doubled.entries(1)[2].name,
        "Autres données/Autres données/Data & Privacy Request History.csv"
    );
    assert_eq!(
        text(doubled.entries(1)[2].content.bytes()),
        "Request ID,Category Name,Request Time,Activity Type,Archive Size,Request Status\n\
         R0001,ICLOUD_NOTES,2026-05-01 08:00:00,ACCESS,SIZE_25GB,COMPLETED\n"
    );
    let other = export(Outer::OtherData, Language::English).part(other_data()).part(Part::new());
    assert_eq!(names(&other, 1).last().unwrap(), "Other Data Part 1 of 2/Apple Features Using iCloud.zip");
    assert_eq!(&recording(1)[4..12], b"ftypM4A ");
    assert!(
        pdf("x").starts_with(b"%PDF-")
            && text(plist("<array/>")).contains("<plist version=\"1.0\"><array/></plist>")
    );
    let below = Part::new().below("a", Part::new().entry("b", "").nested("c.zip", Part::new()));
    assert_eq!(names(&Export::new("x").part(below), 1), ["x/a/b", "x/a/c.zip"]);
}
