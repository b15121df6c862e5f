//! The example that is checked in: a small, whole, undamaged request, as somebody with an iPhone has it. Real photos, and
//! a little of every other category.

use std::fs;

use super::{fixtures, media};
use crate::builder::{
    BookmarkTable, Calendar, Card, Content, Drive, DriveFile, Exif, Export, Language, Message, Note, Notes,
    Outer, Pack, Part, Photo, Row, SharedAlbum, account, calendar_metadata, cards, delivery_of_2026, export,
    guide, jpeg, other_data, person, request_history, store, tagged,
};

const BUILT: &str = "2024-06-01 22:03";

/// Every export of the request.
pub fn request() -> Vec<Export> {
    let others = [
        (Outer::Notes, notes()),
        (Outer::Drive, drive()),
        (Outer::Contacts, contacts()),
        (Outer::Calendars, calendars()),
        (Outer::Mail, mail()),
        (Outer::Bookmarks, bookmarks()),
        (Outer::Account, account().files([asked_for(), guide("Account")])),
        (Outer::MediaServices, services()),
        (Outer::Store, store(&["2019-03-04 Oslo.pdf"])),
        (Outer::OtherData, other_data()),
    ];
    let others = others.map(|(outer, part)| export(outer, Language::English).built(BUILT).part(part));
    std::iter::once(photos()).chain(others).collect()
}

/// Something of everything that media services hold.
fn services() -> Part {
    let mut parts = delivery_of_2026().into_iter().filter(|(outer, _)| *outer == Outer::MediaServices);
    parts.next().and_then(|(_, parts)| parts.into_iter().next()).expect("the first part of media services")
}

fn picture(name: &str) -> Vec<u8> {
    let path = fixtures().join("photos").join(name);
    fs::read(&path).unwrap_or_else(|error| panic!("`{}`: {error}", path.display()))
}

fn notes() -> Part {
    let packing = "Ferry at 8:40, cabin 212.\n\n\t✓\tTickets\n\t◦\tMap\n\t\t◦\tthe large one\n\t◦\tRain jackets\n\n\u{fffc}\n\nhttps://example.org/ferry\n";
    let notes = Notes::new()
        .note(
            Note::new("Travel/Packing list", packing)
                .dated("05-01-2024 18:09:10", "05-20-2024 07:15:16")
                .pinned()
                .file("Attachment.jpeg", picture("denali-shared.jpg")),
        )
        .note(
            Note::new(
                "Soup for six",
                "- 3 leeks\n- 1 kg potatoes\n- dill, salt, cream\n\n1. Fry the leeks.\n2. Boil the rest.\n",
            )
            .dated("10-02-2023 17:30:00", "10-02-2023 17:52:40"),
        )
        .deleted(
            Note::new("Old idea", "A boat with wheels?\n")
                .dated("02-11-2022 08:01:02", "02-11-2022 08:02:03"),
        )
        .shared(
            "Travel/Packing list/Packing list.txt",
            "05-20-2024 07:15:16",
            &[person("Bo Dahl", "b*****@example.com")],
        );
    Part::new().files(notes)
}

fn drive() -> Part {
    let budget = "month,rent,food\n2024-04,900,310\n2024-05,900,295\n";
    let letter = "Dear Bo,\n\nthe boat is in the water again. Come and see it.\n\nAnn\n";
    let drive = Drive::new()
        .file(
            DriveFile::new("Documents/Budget 2024.csv", budget)
                .uploaded("05-12-2024 10:11:13")
                .modified("05-12-2024 10:11:12")
                .favourite(),
        )
        .file(
            DriveFile::new("Documents/Letters/To Bo.txt", letter)
                .uploaded("05-19-2024 21:40:06")
                .modified("05-19-2024 21:40:05"),
        )
        .file(
            DriveFile::new("Scripts/backup.sh", "#!/bin/sh\necho done\n")
                .uploaded("01-07-2023 09:00:01")
                .modified("01-07-2023 09:00:00")
                .executable(),
        );
    Part::new().files(drive)
}

fn contacts() -> Part {
    let ann = Card::new("Ann Berg")
        .phone("+47 22 33 44 55")
        .email("ann@example.org")
        .birthday_without_year("05-17")
        .uid("6F1E0B1A-0001")
        .photo(&picture("cat.jpg"));
    let bo = Card::new("Bo Dahl").email("bo@example.org").organisation("Harbour Office").uid("6F1E0B1A-0002");
    Part::new().files(cards("vCards", [("Ann Berg.vcf", ann), ("Bo Dahl.vcf", bo)]))
}

fn calendars() -> Part {
    let home = Calendar::new("Home")
        .zone("Europe/Oslo")
        .event(
            "E-0001",
            "DTSTART;TZID=Europe/Oslo:20240603T100000\nDTEND;TZID=Europe/Oslo:20240603T103000\nLOCATION:Storgata 1",
            "Dentist",
        )
        .event("E-0002", "DTSTART;VALUE=DATE:20240517\nDTEND;VALUE=DATE:20240518\nRRULE:FREQ=YEARLY", "Ann's birthday");
    let errands = Calendar::new("Errands").task("T-0001", "DUE;VALUE=DATE:20240605", "Buy varnish").task(
        "T-0002",
        "STATUS:COMPLETED\nCOMPLETED:20240528T101112Z",
        "Renew the library card",
    );
    let metadata = calendar_metadata(&[("Home", "VEVENT", ""), ("Errands", "VTODO", "")]);
    Part::new().entry("Home.ics", home.bytes()).entry("Errands.ics", errands.bytes()).files([metadata])
}

fn mail() -> Part {
    let dinner = Message::new("Dinner on Sunday")
        .date("Tue, 28 May 2024 19:08:00 +0200")
        .id("0001@example.org")
        .text("Shall we eat at the harbour on Sunday?\n\nAnn\n");
    let plan = Message::new("Plan of the boat")
        .date("Wed, 29 May 2024 07:30:00 +0200")
        .id("0002@example.org")
        .text("The plan is attached.\n")
        .attachment("plan.txt", b"bow ---- mast ---- stern\n");
    Part::new().entry("INBOX/1.eml", dinner.bytes()).entry("Sent Messages/2.eml", plan.bytes())
}

fn bookmarks() -> Part {
    let table = BookmarkTable::new()
        .favourite("Tides at Oslo", "https://example.org/tides?place=oslo&unit=cm", "2023-11-05 18:20")
        .link("Knots, illustrated", "https://example.org/knots", "2024-02-14 07:45");
    Part::new().nested("iCloud Bookmarks.zip", Part::new().entry("Bookmarks_1.csv", table.bytes()))
}

fn asked_for() -> (String, Content) {
    let names = ["PHOTOS", "NOTES", "DRIVE", "CONTACTS", "CALENDARS", "MAIL", "BOOKMARKS"];
    let names = names.map(|name| format!("ICLOUD_{name}"));
    request_history(
        &names.each_ref().map(|name| (name.as_str(), "2024-05-27 08:00:00", "ACCESS", "COMPLETED")),
    )
}

fn photos() -> Export {
    let taken = |local: &str, offset: &str, model: &str| {
        Exif::taken(local).offset(offset).camera("Apple", model).subsec("417")
    };
    let palace = taken("2023:07:09 20:36:12", "+08:00", "iPhone 14").gps(39.9996, 116.2735);
    let wheel = taken("2020:03:07 18:18:11", "-08:00", "iPhone 11").gps(34.0083, -118.4979);
    let denali = taken("2022:06:21 15:10:42", "-08:00", "iPhone 12").gps(63.5386, -149.9711);
    let coffee = taken("2022:11:13 09:20:05", "+01:00", "iPhone 12");
    let cat = taken("2023:12:27 16:41:30", "+01:00", "iPhone 14");
    let sea = |subsec: &str, second: u32| {
        let local = format!("2016:10:09 14:44:{second}");
        Exif::taken(&local).camera("Apple", "iPhone 6s").subsec(subsec)
    };
    let told =
        |name: &str, of: &str, exif: &Exif, row: Row| Photo::new(name, tagged(&picture(of), exif)).row(row);
    let twin = || {
        let sunset = media("jpeg/A8266C97-9BAF-4AF4-99F3-0013832869B8.jpeg");
        Photo::new("IMG_0231.JPG", sunset).row(Row::created("2021-09-06 02:41").views(2))
    };
    let still = Row::created("2024-03-03 09:05").favorite().views(4);
    let blurred = jpeg(9, &taken("2024:04:01 18:00:00", "+02:00", "iPhone 15 Pro"));
    let shared = tagged(&picture("denali-shared.jpg"), &Exif::taken("2022:06:21 15:10:42").offset("-08:00"));
    Export::new("iCloud Photos")
        .built(BUILT)
        .part(
            Part::new()
                .photo(Photo::new("IMG_4821.HEIC", picture("magnolia.heic")).row(still.clone()))
                .photo(Photo::new("IMG_4821.MOV", picture("magnolia.mov")).row(still.views(0)))
                .photo(
                    Photo::new("IMG_2231.HEIC", media("heic/empty_icc.heic"))
                        .row(Row::created("2021-07-06 13:08").views(7)),
                )
                .photo(twin())
                .photo(
                    Photo::new("IMG_0232.PNG", picture("screenshot.png"))
                        .row(Row::created("2021-09-08 18:20")),
                )
                .photo(told(
                    "IMG_5102.JPG",
                    "palace.jpg",
                    &palace,
                    Row::created("2023-07-09 12:36").favorite(),
                ))
                .photo(
                    Photo::new("IMG_0412.JPG", media("jpeg/IMG_3589.JPG"))
                        .row(Row::created("2018-10-24 13:30")),
                )
                .photo(told("IMG_0658.JPG", "sea-1.jpg", &sea("878", 17), Row::created("2016-10-09 21:44")))
                .photo(told("IMG_0664.JPG", "sea-2.jpg", &sea("445", 18), Row::created("2016-10-09 21:44")))
                .details_split(4)
                .album("Lake week", ["IMG_0412.JPG", "IMG_2231.HEIC", "IMG_4821.HEIC", "IMG_4821.MOV"])
                .album("Blåtur 🚲", ["IMG_2204.MOV", "IMG_0117.JPG", "IMG_3307.JPG", "IMG_3350.JPG"])
                .favorites(["IMG_4821.HEIC", "IMG_4821.MOV", "IMG_5102.JPG", "IMG_0117.JPG", "IMG_4410.JPG"])
                .hidden(["IMG_6120.JPG"])
                .memory("Summer 2021", ["IMG_2231.HEIC", "IMG_0231.JPG"])
                .shared_album(
                    SharedAlbum::new("Trip").photo("IMG_1001.JPG", shared).comment("IMG_1001.JPG", "nice"),
                ),
        )
        .part(
            Part::new()
                .pack(Pack::stored())
                .photo(twin())
                .photo(told("IMG_0117.JPG", "wheel.jpg", &wheel, Row::created("2020-03-08 02:18").favorite()))
                .photo(told("IMG_3307.JPG", "denali.jpg", &denali, Row::created("2022-06-21 23:10").views(3)))
                .photo(told("IMG_3350.JPG", "coffee.jpg", &coffee, Row::created("2022-11-13 08:20")))
                .photo(told("IMG_4410.JPG", "cat.jpg", &cat, Row::created("2023-12-27 15:41").favorite()))
                .photo(
                    Photo::new("IMG_6120.JPG", media("jpeg/ultrahdr.jpg"))
                        .row(Row::created("2024-05-07 01:33").hidden()),
                )
                .photo(
                    Photo::new("IMG_7210.AVIF", media("other/exif.avif"))
                        .row(Row::created("2022-07-22 13:26")),
                )
                .photo(
                    Photo::new("IMG_2204.MOV", picture("clip.mov"))
                        .row(Row::created("2019-07-24 08:25").views(1)),
                )
                .deleted(Photo::new("IMG_4907.JPG", blurred).row(Row::created("2024-04-01 16:00"))),
        )
}
