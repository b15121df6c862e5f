//! Writes what each target begins with, made by the builder of exports: `corpus/<target>/…`.

#[path = "../../fixtures/builder.rs"]
#[allow(dead_code, unused_imports)] // the corpus needs only some of it
mod builder;

use std::fs;
use std::path::Path;

use builder::{
    Exif, Export, Movie, Pack, Part, Photo, Row, SharedAlbum, SharedAlbums, Zip64, apple_date, avif, damage,
    heic, jpeg, mov, mp4, png, tiff, webp,
};

fn main() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    let write = |target: &str, name: &str, bytes: &[u8]| {
        let folder = corpus.join(target);
        fs::create_dir_all(&folder).expect("a folder");
        fs::write(folder.join(name), bytes).expect("room");
    };
    let exif = || {
        Exif::taken("2024:03:03 10:00:00")
            .offset("+01:00")
            .camera("Apple", "iPhone")
            .gps(47.0, 8.0)
            .live("ID")
    };
    let movie = || Movie::new().created("2024-03-03T10:00:00+0100").live("ID").gps(47.0, 8.0).size(4_000);
    for (name, bytes) in [
        ("jpeg", jpeg(1, &exif())),
        ("heic", heic(2, &exif())),
        ("avif", avif(3, &exif())),
        ("png", png(4, &exif(), &[("Title", "x")])),
        ("webp", webp(5, &exif())),
        ("tiff", tiff(6, &exif())),
        ("mov", mov(7, &movie())),
        ("mp4", mp4(8, &movie().moov_last())),
    ] {
        write("media", name, &bytes);
    }
    let row = || Row::created("2024-03-03 09:00").imported("2024-03-03 09:05").views(4);
    let part = |pack: Pack| {
        Part::new()
            .pack(pack.clone())
            .photo(Photo::new("IMG_1.JPG", jpeg(1, &exif())).row(row().favorite()))
            .photo(Photo::new("IMG_1.MOV", mov(1, &movie())).row(row()))
            .photo(Photo::new("IMG_2.PNG", png(2, &Exif::none(), &[])).row(row().hidden().opaque_checksum()))
            .deleted(Photo::new("IMG_3.JPG", jpeg(3, &Exif::none())).row(row()))
            .album("Lake", ["IMG_1.JPG", "IMG_2.PNG"])
            .memory("Trip", ["IMG_1.JPG"])
            .favorites(["IMG_2.PNG"])
            .entry("guide.pdf", "guide")
            .shared_albums(
                SharedAlbums::new([SharedAlbum::new("Trip")
                    .photo("S.JPG", jpeg(9, &Exif::none()))
                    .comment("S.JPG", "nice")
                    .like("S.JPG")])
                .pack(pack),
            )
    };
    let folder = tempfile::tempdir().expect("a folder");
    let parts = [
        ("deflated", part(Pack::deflated())),
        ("stored", part(Pack::stored())),
        ("streamed", part(Pack::deflated().descriptor())),
        ("zip64", part(Pack::deflated().zip64()).zip64(Zip64::Forced)),
    ];
    for (name, part) in parts {
        let export = Export::new("iCloud Photos").part(part);
        let path = folder.path().join(name);
        export.write_zip(1, &path);
        let bytes = fs::read(&path).expect("the part");
        for target in ["archive", "import"] {
            write(target, name, &bytes);
        }
        damage::truncate(&path, 0.7);
        let cut = fs::read(&path).expect("the part");
        write("archive", &format!("{name}-cut"), &cut);
        write("import", &format!("{name}-cut"), &cut);
        for entry in export.entries(1) {
            let target = match entry.name.rsplit('/').next() {
                Some(file) if file.starts_with("Photo Details") => "details",
                Some(file) if file.ends_with(".csv") || file.ends_with(".json") => "album",
                Some(file) if file.ends_with(".zip") => "archive",
                _ => continue,
            };
            let file = entry.name.rsplit('/').next().unwrap_or_default().replace(' ', "-");
            write(target, &format!("{name}-{file}"), &entry.content.bytes());
        }
    }
    write(
        "album",
        "AlbumInfo.json",
        br#"{"albumName":"Trip","creationDate":"Monday July 4,2022 8:15 PM GMT","isPublic":"no","owner":{"fullName":"A B"},
            "photos":[{"name":"S.JPG","dateCreated":"Monday July 4,2022 8:15 PM GMT","comments":[{"isLike":true}]}],"participants":[]}"#,
    );
    for (number, text) in [
        apple_date("2024-03-03 09:05"),
        "Sunday March 3,2024 9:05 AM GMT".to_owned(),
        "2024-03-03T09:05:00+01:00".to_owned(),
        "IMG_20190102_030405.JPG".to_owned(),
        "Screenshot 2019-01-02 at 3.04.05 PM.png".to_owned(),
        "PXL_20190102_030405123.jpg".to_owned(),
    ]
    .iter()
    .enumerate()
    {
        write("date", &number.to_string(), text.as_bytes());
    }
    for (number, text) in [
        "CON.JPG",
        "../../etc",
        "a:b?.JPG",
        "IMG_1 (2).HEIC",
        "\u{e9}\u{202e}.jpg",
        "{year}/%Y-%m",
        "{original}_{make}",
    ]
    .iter()
    .enumerate()
    {
        write("names", &number.to_string(), text.as_bytes());
        write("template", &number.to_string(), text.as_bytes());
    }
    others(&write);
}

/// What the readers of the other categories begin with: each of their forms, with what is odd about it.
fn others(write: &impl Fn(&str, &str, &[u8])) {
    const CARD: &str = "BEGIN:VCARD\r\nVERSION:3.0\r\nN:Berg;Ann;;;\r\nFN:Ann Berg\r\nitem1.TEL;type=pref:+47 00 00 00 00\r\n\
                        item1.X-ABLabel:_$!<Mobile>!$_\r\nBDAY;X-APPLE-OMIT-YEAR=1604:1604-05-17\r\n\
                        PHOTO;ENCODING=b;TYPE=JPEG:/9j/4AAQSk\r\n ZJRgABAQ==\r\nUID:1\r\nEND:VCARD\r\n";
    const EVENT: &str = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nX-WR-CALNAME:Home\r\nBEGIN:VTIMEZONE\r\nTZID:Europe/Oslo\r\n\
                         BEGIN:DAYLIGHT\r\nDTSTART:19810329T020000\r\nRRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\r\n\
                         TZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200\r\nEND:DAYLIGHT\r\nEND:VTIMEZONE\r\nBEGIN:VEVENT\r\nUID:1\r\n\
                         DTSTART;TZID=Europe/Oslo:20240502T100000\r\nDURATION:PT1H\r\nRRULE:FREQ=WEEKLY\r\nSUMMARY:Choir\\, \
                         all\r\nBEGIN:VALARM\r\nX-APPLE-DEFAULT-ALARM:TRUE\r\nEND:VALARM\r\nEND:VEVENT\r\nBEGIN:VTODO\r\nUID:2\r\n\
                         SUMMARY:Rope\r\nDUE;VALUE=DATE:20240501\r\nSTATUS:COMPLETED\r\nEND:VTODO\r\nEND:VCALENDAR\r\n";
    const MESSAGE: &str = "Received: by x; Mon, 4 Mar 2024 19:08:02 +0000\r\nFrom: =?utf-8?Q?Ann_B=C3=A9rg?= <ann@example.org>\r\n\
                           To: bo@example.org\r\nSubject: =?utf-8?B?w4ViZXQ=?=\r\nDate: Mon, 4 Mar 2024 20:08:00 +0100\r\n\
                           Message-ID: <1@example.org>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\
                           Content-Type: text/html; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n\
                           <p>Caf=E9 &amp; more</p>\r\n--b\r\nContent-Type: image/png; name*=utf-8''a%20b.png\r\n\
                           Content-Transfer-Encoding: base64\r\n\r\niVBORw0KGgo=\r\n--b--\r\n";
    let emlx = format!(
        "{}\n{MESSAGE}<?xml version=\"1.0\"?><plist><dict><key>flags</key><integer>5</integer></dict></plist>",
        MESSAGE.len()
    );
    let mbox = format!(
        "From ann@example.org Mon Mar  4 19:08:00 2024\n{MESSAGE}\n>From here\n\nFrom bo@example.org Tue Mar  5 19:08:00 \
         2024\nSubject: b\n\n>>From there\n"
    );
    for (target, name, text) in [
        (
            "lists",
            "notes",
            "Title, Created On, Modified On, Pinned, Deleted, Drawing/Handwriting, ContentHash at Import\n\
             Leeks, beans, dill,05-30-2022 20:01:10,06-02-2022 07:45:00,Yes,No,No,\n",
        ),
        (
            "lists",
            "drive",
            "Title, Base Hash, Type, Size, Created On, Modified On, Last Opened On, Favourite, Executable, Package Signature\n\
             \"a, \"\"b\"\".txt\",3q2+7w==,File,48213,05-07-2025 10:11:12,05-07-2025 10:11:12,,no,yes,\n",
        ),
        (
            "lists",
            "shared",
            "File Name, Shared On, Last Modified Date, Participants Details\nBoat/Spare parts/Spare parts.txt,07-01-2024 \
             11:12:13,07-04-2024 14:15:16,\"Name:Ann Berg; Email:a*****@example.com; Permission:READ_WRITE; Acceptance \
             Status:ACCEPTED | Name:Bo\"\n",
        ),
        (
            "lists",
            "subscribed",
            "File Name, Owner Details, Last Modified Date, Shared On, Participants Details\na/b/b.txt,Name:Cy,07-04-2024 \
             14:15:16,N/A,Name:Ann\n",
        ),
        (
            "json",
            "calendars",
            "[{\"Calendar Display Name\":\"Home\",\"Original Calendar Collection Type\":\"VEVENT\",\"Calendar User \
             Timezone\":\"Europe/Oslo\",\"Calendar Collection Subscribed To Public URL\":\"\"}]",
        ),
        ("json", "members", "{\"events\" : [{\"a\":\"]\\\"\"},{\"a\":12345678901234567890}], \"count\": 2}"),
        (
            "plist",
            "xml",
            "<?xml version=\"1.0\"?><!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" \
             \"http://www.apple.com/DTDs/PropertyList-1.0.dtd\"><plist><array><dict><key>a</key><date>2024-03-04T19:08:00Z</date>\
             <key>b</key><data>3q2+</data><key>c</key><true/></dict><real>1.5</real><![CDATA[x]]></array></plist>",
        ),
        (
            "tables",
            "titled",
            "iCloud: Device registration\n\"Date\",\"Event Code\"\n\"2026-01-03 08:00:00\",\"reboot\"\n\n\
             Photos: Delete, restore\n\"Date\",\"Count\"\n",
        ),
        (
            "tables",
            "stacked",
            "Report\n\nKnown,Day,Price\r\n1,\"a\n\nb\",\"2,50\"\n2,x\n3,y,z,\n\nDay,Other\n4,5\nTotal\n",
        ),
        (
            "delivered",
            "table",
            "Item Purchased Date, Content Type,Content Type,Invoice Item Total\n2024-03-04T05:06:07Z,Apps,,\"3,99 \u{20ac}\"\nx,y\n",
        ),
        (
            "delivered",
            "json",
            "{\"games_state\" : [{\"game_name\":\"a\\n\",\"b\":null,\"b\":[1, 2]},{\"game_name\":}], \"friends\":[7], \"count\": 2}",
        ),
        (
            "delivered",
            "list",
            "<plist version=\"1.0\"><array><dict><key>Home</key><dict><key>added_at</key><date>2024-03-04T19:08:00Z</date>\
             </dict></dict><string>x</string></array></plist>",
        ),
        (
            "markup",
            "page",
            "<!DOCTYPE html><!-- a --><p title='b>c' d=e>f &amp; g&#x92;</p><script>if (a<b)</script>h",
        ),
        (
            "bookmarks",
            "table",
            "Title,URL,modifiedOn,favorite,deleted\n\"a \"\"b\"\"\",\"https://example.org/a?b=1&c=2,3\",\"Monday March 4,2019 7:08 PM \
             GMT\",no,yes\n",
        ),
        (
            "bookmarks",
            "html",
            "<!DOCTYPE NETSCAPE-Bookmark-file-1>\n<DL><p><DT><H3>Sea &amp; sand</H3><DL><p><DT><A HREF=\"https://example.org\" \
             ADD_DATE=\"1600000000\">a</A><DD>b</DL><p><DT><H3>com.apple.ReadingList</H3></DL>",
        ),
        ("contacts", "card", CARD),
        (
            "contacts",
            "group",
            "BEGIN:VCARD\nVERSION:3.0\nFN:Sea\nX-ADDRESSBOOKSERVER-KIND:group\nX-ADDRESSBOOKSERVER-MEMBER:urn:uuid:1\nEND:VCARD\n\
             BEGIN:VCARD\nVERSION:2.1\nFN;ENCODING=QUOTED-PRINTABLE;CHARSET=ISO-8859-1:B=F8=\n x\nTEL;CELL:1\nEND:VCARD\n",
        ),
        ("calendars", "mixed", EVENT),
        ("mail", "message", MESSAGE),
        ("mail", "emlx", &emlx),
        ("mail", "mbox", &mbox),
        (
            "markdown",
            "note",
            "Spare *parts*\n\n\t◦\tbuy rope\n\t\t✓\tdone\n- a\n    code\n1. b\n# c\n\u{fffc}\n| d | <e> &amp; `f`\n",
        ),
        (
            "paths",
            "notes",
            "w/Notes/Boat/Idea/Idea-2021-03-04T05_06_07Z.txt\0w/Recently Deleted/Idea/Idea-1.txt",
        ),
        ("paths", "drive", "w/Drive/Drive Details.csv\0w/Drive/a/../b\0w/Drive/Talk.key/index.xml"),
    ] {
        write(target, name, text.as_bytes());
    }
    write(
        "lists",
        "utf-16",
        &[&[0xff, 0xfe][..], &"Title,Size\n".encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>()]
            .concat(),
    );
    write("plist", "binary", b"bplist00\xd1\x01\x02Qa\x10\x2a\x08\x0b\x0d\0\0\0\0\0\0\x01\x01\0\0\0\0\0\0\0\x03\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x0f");
}
