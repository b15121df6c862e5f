//! `check --structure`: what a request looks like, and that no value of it is told.

use std::collections::BTreeSet;
use std::io::Read;

use serde_json::Value;

use super::Scene;
use crate::builder::{
    BookmarkPage, BookmarkTable, Calendar, Card, Drive, DriveFile, Exif, Export, Language, Message, Note,
    Notes, Outer, Part, Photo, Row, TOMBSTONES, account, calendar_metadata, cards, emlx, export, game_center,
    guide, jpeg, mbox, media_services, other_data, person, request_history, store,
};

/// Names, titles and values of Apple's, which a report may hold or has words of.
const APPLES: &str = "\
iCloud Photos|iCloud Notes|iCloud Drive|iCloud Contacts|iCloud Calendars and Reminders|iCloud Mail|iCloud Bookmarks|\
iCloud Bookmarks.zip|Apple Media Services Information Part 1 of 2|Apple Media Services Information Part 2 of 2|\
Apple Account and device information|Apple.com and Apple Store|Other Data|iCloud|Bookmarks|Bookmarks_1|Bookmarks_1.csv|\
Photos|Photo Details|Photo Details.csv|Albums|Notes|Recently Deleted|Notes Details|Notes Details.csv|Shared Notes Info|\
Shared Notes Info.csv|Drive|Drive Details|Drive Details.csv|vCards|Calendar Metadata|Calendar Metadata.json|INBOX|Junk|\
Apple_Media_Services|Apple_Media_Services.zip|Apple Music Activity|Apple Music Play Activity|Apple Music Play Activity.csv|\
Apple Music Library Tracks|Apple Music Library Tracks.json|Apple Music Library Tracks.json.zip|Stores Activity|\
Account and Transaction History|Subscription History|Subscription History.csv|Game Center|Game Center Data|\
Game Center Data.json|Apple ID SignOn Information|Apple ID SignOn Information.csv|Apple ID Device Information|\
Apple ID Device Information.csv|Data & Privacy Request History|Data & Privacy Request History.csv|Transaction History|\
Online Purchase History|Online Purchase History.csv|Retail Store Receipts|Retail Store Receipts.zip|Orders - Guide|\
Orders - Guide.pdf|Wi-Fi|KnownNetworks|KnownNetworks.xml|Mail|Recents|Recents.xml|Siri|iCloudUsageData Set1|\
iCloudUsageData Set1.csv|Devices Registered with Apple Messaging|Devices Registered with Apple Messaging.json|\
Apple Features Using iCloud|Apple Features Using iCloud.zip|Attachment|Attachment.png|Attachments|\
imgName|fileChecksum|favorite|hidden|deleted|originalCreationDate|viewCount|importDate|Images|Title|Created On|Modified On|\
Pinned|Deleted|Drawing/Handwriting|ContentHash at Import|File Name|Shared On|Last Modified Date|Participants Details|Name|\
Email|Base Hash|Type|Size|Last Opened On|Favourite|Executable|Package Signature|File|modifiedOn|URL|Event Type|Song Name|\
Album Name|Event End Timestamp|Play Duration Milliseconds|Apple Account Number|Subscription Initiated Date|Content Type|\
Item Description|PLAY_END|Logged In Date|Application|IP Address|Device Name|Device Added Date|Device Serial Number|\
Device Model Name|Request ID|Category Name|Request Time|Activity Type|Archive Size|Request Status|ICLOUD_NOTES|ACCESS|\
COMPLETED|SIZE_25GB|Customer Order Number|Order Date|Line Item|Description|Currency|Date|Event Code|Device Type|Count|\
File Capture Date|Device registration from an iCloud enabled device|Delete photo/video from iCloud Photo Library|\
Track Identifier|Artist|Song|games_state|game_name|last_played_utc|device|address|added_at|\
Calendar Display Name|Original Calendar Collection Type|Calendar User Timezone|Calendar Collection Timestamp|\
Calendar Collection  Modified by User Timestamp|Calendar Collection Subscribed To Public URL|\
Calendar Collection Total Storage|VEVENT|VTODO|VCALENDAR|VCARD|BEGIN|VERSION|PRODID|CALSCALE|X-WR-CALNAME|\
-//Apple Inc.//iCloud 1.0//EN|DTSTART|SUMMARY|CREATED|DESCRIPTION|VALUE|PHOTO|ENCODING|EMAIL|BDAY|X-ABLabel|TYPE|type|\
Subject|From|Date|ADD_DATE|FOLDED|HREF|https|text|html|part|plist|dict|array|string|integer|true|name|Content-Type|\
Apple|Apple Inc.|Bookmarks.html|DATE|Drawing|Handwriting|NOTE|encoding|http|iCloud 1.0|where|\
iCloud: Device registration from an iCloud enabled device|Photos: Delete photo/video from iCloud Photo Library|\
Delete photo|video from iCloud Photo Library";

/// Every name and every text that a request is made of, in pieces, of which none may be told.
#[derive(Default)]
struct Pieces(BTreeSet<String>);

impl Pieces {
    fn of(exports: &[Export], parts: &[usize]) -> Self {
        let mut pieces = Pieces::default();
        for (export, parts) in exports.iter().zip(parts) {
            for part in 1..=*parts {
                for entry in export.entries(part) {
                    pieces.file(&entry.name, &entry.content.bytes());
                }
            }
        }
        let apples: BTreeSet<&str> = APPLES.split('|').collect();
        pieces.0.retain(|piece| piece.chars().count() > 3 && !apples.contains(piece.as_str()));
        pieces
    }

    fn file(&mut self, path: &str, bytes: &[u8]) {
        for name in path.split('/') {
            self.0.insert(name.to_owned());
            self.0.insert(name.rsplit_once('.').map_or(name, |(stem, _)| stem).to_owned());
        }
        if bytes.starts_with(b"PK\x03\x04") {
            return self.archive(bytes);
        }
        let Ok(text) = std::str::from_utf8(bytes) else { return };
        let marks = [',', ';', '"', '\n', '\r', '\t', '<', '>', '{', '}', '[', ']', '|', '='];
        for piece in text.split(marks) {
            self.0.insert(piece.trim().to_owned());
            self.0.extend(piece.split([':', '/']).map(|piece| piece.trim().to_owned()));
        }
    }

    /// The builder writes nested archives deflated, with sizes in front.
    fn archive(&mut self, mut bytes: &[u8]) {
        while let Some(rest) = bytes.strip_prefix(b"PK\x03\x04") {
            let number = |at: usize| u32::from_le_bytes(rest[at..at + 4].try_into().unwrap()) as usize;
            let short = |at: usize| usize::from(u16::from_le_bytes(rest[at..at + 2].try_into().unwrap()));
            let (method, size, name, extra) = (short(4), number(14), short(22), short(24));
            let path = String::from_utf8(rest[26..26 + name].to_vec()).unwrap();
            let from = 26 + name + extra;
            let packed = &rest[from..from + size];
            let mut content = Vec::new();
            match method {
                0 => content.extend_from_slice(packed),
                _ => _ = flate2::read::DeflateDecoder::new(packed).read_to_end(&mut content).unwrap(),
            }
            self.file(&path, &content);
            bytes = &rest[from + size..];
        }
    }
}

/// A whole request of distinct values, with traps of every category.
fn request() -> (Vec<Export>, Vec<usize>) {
    let photo = |n: u64| {
        let bytes = jpeg(n, &Exif::taken(&format!("2024:03:0{n} 10:00:00")).offset("+00:00"));
        Photo::new(&format!("IMG_482{n}.JPG"), bytes).row(Row::created(&format!("2024-03-0{n} 10:00")))
    };
    let photos = Part::new().photo(photo(1)).album("Lake week", ["IMG_4821.JPG"]);
    let ann = person("Ann Berg", "a*****@example.com");
    let stamps = ["02-25-2024 18:09:10", "05-07-2024 14:15:16", "03-10-2024 02:30:00"];
    let notes = Notes::new()
        .note(
            Note::new("Boat/Spare parts", "\t◦\tmooring rope\n\u{fffc}\n\u{fffc}\n")
                .dated(stamps[0], stamps[1])
                .pinned()
                .file("Attachment.png", "png"),
        )
        .note(Note::new("Ideas", "Sell the house").dated(stamps[2], stamps[2]))
        .note(Note::new("Ideas", "Keep the house").twin(1))
        .deleted(Note::new("Diary 2019", "Dear diary").stamped("2021-03-04T05:06:07Z"))
        .line("Leeks, beans, dill,05-30-2022 20:01:10,06-02-2022 07:45:00,Yes,No,No,")
        .line("Garlic, thyme, saffron, mint,05-30-2022 20:01:10,06-02-2022 07:45:00,Yes")
        .shared("Boat/Spare parts/Spare parts.txt", stamps[1], std::slice::from_ref(&ann));
    let drive = Drive::new()
        .hashed()
        .file(DriveFile::new("Taxes/Budget.xlsx", "abc").executable())
        .file(DriveFile::new("Notes/Photo Details.csv", "imgName,Secret Title\nkitten.jpg,x\n"))
        .files([("Desktop/Talk.key/Index.zip", "zipped"), ("Pictures/cat.berg", "meow")]);
    let card = Card::new("Ann Berg").phone("+47 123 45 678").email("ann@example.org").birthday("1980-05-17");
    let card = card.uid("A-17-B").line("NOTE:Met in Tromsø").line("X-NICK-OF-ANN:Nessie");
    let calendar = Calendar::new("Sailing club")
        .event("E-1-2024", "DTSTART:20240303T090500Z", "Dentist")
        .task("T-1-2024", "DUE;VALUE=DATE:20250301", "Buy milk")
        .tombstones(TOMBSTONES);
    let metadata = calendar_metadata(&[("Sailing club", "VEVENT", "https://calendars.example/sail.ics")]);
    let dinner = Message::new("Dinner on Sunday").date("Mon, 4 Mar 2019 19:08:00 +0100").id("1@mail.example");
    let mail = Part::new()
        .entry("INBOX/Dinner on Sunday.eml", dinner.clone().text("Bring the wine\n").bytes())
        .entry("Travel plans/17.emlx", emlx(&dinner.clone().header("X-Ann-Berg: yes").bytes(), 1))
        .entry("Junk/old.mbox", mbox(&[dinner.lf().text("From Bergen\n")]));
    let table = BookmarkTable::new().link("Example, a", "https://example.org/a?b=1", "2019-03-04 19:08");
    let page =
        BookmarkPage::new().folder("Newspapers").link("Daily", "https://daily.example/", 1_600_000_000);
    let bookmarks = Part::new()
        .nested("iCloud Bookmarks.zip", Part::new().entry("Bookmarks_1.csv", table.bytes()))
        .entry("Bookmarks.html", page.up().bytes());
    let history = request_history(&[("ICLOUD_NOTES", "2026-05-01 08:00:00", "ACCESS", "COMPLETED")]);
    let request = vec![
        (Outer::Photos, vec![photos]),
        (Outer::Notes, vec![Part::new().files(notes)]),
        (Outer::Drive, vec![Part::new().files(drive)]),
        (Outer::Contacts, vec![Part::new().files(cards("vCards", [("Ann Berg.vcf", card)]))]),
        (Outer::Calendars, vec![Part::new().entry("Sailing club.ics", calendar.bytes()).files([metadata])]),
        (Outer::Mail, vec![mail]),
        (Outer::Bookmarks, vec![bookmarks]),
        (Outer::MediaServices, vec![media_services(), game_center()]),
        (Outer::Account, vec![account().files([history])]),
        (Outer::Store, vec![store(&["Receipt of Ann.pdf"]).files([guide("Orders")])]),
        (Outer::OtherData, vec![other_data()]),
    ];
    let parts = request.iter().map(|(_, parts)| parts.len()).collect();
    let exports = request.into_iter().map(|(outer, parts)| {
        parts.into_iter().fold(export(outer, Language::English).built("2026-05-03 10:00"), Export::part)
    });
    (exports.collect(), parts)
}

fn structure(scene: &Scene, code: i32) -> (Value, String) {
    let [json, words] = [&["--json"][..], &[]].map(|more| {
        let run = scene.run(&[&["check", "parts", "--structure"], more].concat());
        assert_eq!((run.code(), run.err()), (code, ""));
        run
    });
    (json.json(), format!("{}\n{}", json.out(), words.out()))
}

#[test]
fn no_value_of_a_request_is_told() {
    let (exports, parts) = request();
    let scene = Scene::of(&exports);
    let pieces = Pieces::of(&exports, &parts);
    for known in [
        "Spare parts",
        "mooring rope",
        "Garlic",
        "Taxes",
        "Budget",
        "Secret Title",
        "kitten.jpg",
        "Ann Berg",
        "Nessie",
        "Sailing club",
        "Dentist",
        "Buy milk",
        "Dinner on Sunday",
        "Travel plans",
        "Bring the wine",
        "daily.example",
        "North Window",
        "Tile Run",
        "192.0.2.7",
        "SERIAL0000001",
        "Harbour Guest",
        "Keyboard",
        "Lake week",
        "IMG_4821",
        "Receipt of Ann",
        "Hey Siri 1",
    ] {
        assert!(pieces.0.contains(known), "{known} is not among {:#?}", pieces.0);
    }
    let code = scene.run(&["check", "parts"]).code();
    let (_, told) = structure(&scene, code);
    let found: Vec<&String> = pieces.0.iter().filter(|piece| told.contains(piece.as_str())).collect();
    assert!(found.is_empty(), "{found:#?}\n{told}");
    assert!(!told.contains("Ann") && !told.contains("house") && !told.contains("berg"), "{told}");
}

#[test]
fn a_request_is_told_by_its_shapes() {
    let (exports, _) = request();
    let scene = Scene::of(&exports);
    let code = scene.run(&["check", "parts"]).code();
    let (told, words) = structure(&scene, code);
    let notes = &told["tables"]["Notes Details.csv"][0];
    let titles: Vec<&str> =
        notes["columns"].as_array().unwrap().iter().map(|column| column["title"].as_str().unwrap()).collect();
    assert_eq!(titles[..4], ["Title", " Created On", " Modified On", " Pinned"]);
    assert_eq!((&notes["rows"], &notes["ragged_rows"]), (&4.into(), &1.into()));
    assert_eq!(notes["columns"][1]["forms"]["MM-DD-YYYY HH:MM:SS"], 1);
    assert_eq!(notes["columns"][1]["forms"]["??-??-YYYY HH:MM:SS"], 1);
    // a title with as many commas as cells lack at the end: its pieces stand where flags should
    assert_eq!(notes["columns"][1]["forms"]["text"], 1);
    let pinned = &notes["columns"][3]["vocabulary"];
    assert_eq!((&pinned["members"]["Yes"], &pinned["withheld"]), (&1.into(), &1.into()));
    let paths = |name: &str| {
        let archives = told["archives"].as_array().unwrap();
        let archive = archives.iter().find(|archive| archive["name"] == name);
        archive.unwrap_or_else(|| panic!("{name} in {archives:#?}"))["paths"].to_string()
    };
    assert!(paths("iCloud Notes.zip").contains("iCloud Notes/Recently Deleted/name-"));
    assert!(paths("iCloud Notes.zip").contains("-YYYY-MM-DDTHH:MM:SSZ.txt"));
    assert!(paths("iCloud Notes.zip").contains("/Attachment.png"));
    assert!(paths("iCloud Drive.zip").contains(".xlsx") && paths("iCloud Drive.zip").contains(".*"));
    assert!(paths("iCloud Bookmarks.zip/iCloud Bookmarks.zip").contains("Bookmarks_1.csv"));
    let tracks = "Apple Media Services Information Part 1 of 2.zip/Apple_Media_Services.zip/Apple Music Library Tracks.json.zip";
    assert!(paths(tracks).contains("Apple Music Library Tracks.json"));
    assert_eq!(told["notes"]["folders_with_more_objects"], 1);
    assert_eq!((&told["notes"]["dated_names"], &told["notes"]["numbered_names"]), (&1.into(), &1.into()));
    assert_eq!(told["drive"]["hash_is_of"], "SHA-256 of the bytes");
    assert_eq!(told["drive"]["packages"]["key"]["folders"], 1);
    assert_eq!(told["clock"]["skipped_in_los_angeles"], 2);
    assert_eq!(told["cards"]["properties"]["TEL"]["in_groups"], 1);
    assert_eq!(told["calendars"]["components"]["VTODO"], 3);
    assert_eq!((&told["mail"]["forms"]["emlx"], &told["mail"]["forms"]["mbox"]), (&1.into(), &1.into()));
    assert_eq!(told["bookmarks"]["links"], 1);
    let plays = &told["tables"]["Apple Music Play Activity.csv"][0];
    assert_eq!(plays["columns"][0]["vocabulary"]["members"]["PLAY_END"], 1);
    assert_eq!(told["property_lists"]["KnownNetworks.xml"]["paths"]["*.added_at"]["filled"], 1);
    let usage = told["tables"]["iCloudUsageData Set1.csv"].as_array().unwrap();
    assert_eq!(usage.len(), 2);
    for said in [
        "Table Notes Details.csv: 4 rows",
        "2. ` Created On`: 3 filled, 0 empty; ??-??-YYYY HH:MM:SS 1, MM-DD-YYYY HH:MM:SS 1, text 1; texts of 5 to 5 characters",
        "IP Address`: 2 filled, 0 empty; says who or where somebody is, and is not told",
        "PLAY_END 1",
        "hash is of: SHA-256 of the bytes",
    ] {
        assert!(words.contains(said), "{said}: {words}");
    }
}

#[test]
fn archives_that_their_owner_named_are_told_by_number() {
    let scene = Scene::new();
    let notes =
        Notes::new().note(Note::new("Ideas", "x\n").dated("02-25-2024 18:09:10", "02-25-2024 18:09:10"));
    Export::new("Backup of Ann").part(Part::new().files(notes)).write_zips(&scene.0.parts());
    let (told, words) = structure(&scene, 0);
    // an export is called by its category where its name says nothing
    assert_eq!(told["exports"][0]["name"], "iCloud Notes");
    assert_eq!(told["archives"][0]["name"], "name-1.zip");
    assert!(!words.contains("Ann"), "{words}");
}
