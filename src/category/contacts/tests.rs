//! Cards of every dialect: whose they are, where they begin and end, and what is made of them.

use std::io::BufReader;

use super::card::Kind;
use super::{Birthday, Card, Cards, Groups, Photo, Row, merged, photo, read, with_categories};
use crate::apple::content_line::{Text, text_of};
use base64::Engine;
use proptest::prelude::{any, prop, prop_assert, prop_assert_eq, proptest};

const JPEG: &[u8] = b"\xff\xd8\xff\xe0\x00\x10JFIF and more";

fn base64(bytes: &[u8]) -> String {
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

/// A card of version 3 with these lines.
fn vcard(lines: &str) -> String {
    format!("BEGIN:VCARD\r\nVERSION:3.0\r\n{lines}\r\nEND:VCARD\r\n")
}

/// The picture of a card of this text.
fn photo_in(text: &[u8], card: &Card) -> Option<Photo> {
    photo(&Text::of(text).unwrap(), card).unwrap()
}

/// The cards of a text, read as those of a file are.
fn cards_in(text: &Text) -> Cards {
    read(BufReader::new(text.part(text.span()))).unwrap()
}

/// What is made of these files, one after another.
fn categorised(files: &[&[u8]], groups: &Groups) -> Vec<u8> {
    let mut made = Vec::new();
    for file in files {
        let text = Text::of(*file).unwrap();
        with_categories(&text, &cards_in(&text).cards, groups, &mut made).unwrap();
    }
    made
}

fn only(text: &[u8]) -> Card {
    let found = read(text).unwrap();
    assert_eq!(found.cards.len(), 1, "{found:?}");
    found.cards.into_iter().next().expect("one card")
}

fn row(text: &[u8]) -> Row {
    Row::of(&only(text), &Groups::default(), "Contacts/Cards/x.vcf")
}

fn values(reaches: &[super::Reach]) -> Vec<(&str, Option<&str>)> {
    reaches.iter().map(|reach| (&*reach.value, reach.label.as_deref())).collect()
}

#[test]
fn a_card_as_apple_writes_it() {
    let text = format!(
        "BEGIN:VCARD\r\nVERSION:3.0\r\nPRODID:-//Apple Inc.//iCloud Web Address Book 2420B21//EN\r\n\
         N:Berg;Ann;Marie;Dr.;\r\nFN:Dr. Ann Marie Berg\r\nORG:Berg\\, Sons & Co;Sales;\r\n\
         item1.TEL;type=pref:+47 22 33 44 55\r\nitem1.X-ABLabel:_$!<Mobile>!$_\r\n\
         TEL;type=HOME;type=VOICE:+47 99\r\nEMAIL;type=INTERNET;type=HOME;type=pref:ann@example.org\r\n\
         item2.EMAIL;type=INTERNET:boat@example.org\r\nitem2.X-ABLabel:Boat\r\n\
         BDAY;X-APPLE-OMIT-YEAR=1604:1604-05-17\r\nPHOTO;ENCODING=b;TYPE=JPEG:{}\r\n {}\r\n\
         CATEGORIES:Friends,Choir\r\nUID:urn:uuid:0B1A-7\r\nEND:VCARD\r\n",
        &base64(JPEG)[..9],
        &base64(JPEG)[9..],
    );
    let card = only(text.as_bytes());
    assert_eq!(card.span, 0..text.len());
    assert!(card.is_whole);
    assert_eq!(values(&card.phones), [("+47 22 33 44 55", Some("Mobile")), ("+47 99", Some("home"))]);
    assert_eq!(values(&card.emails), [("ann@example.org", Some("home")), ("boat@example.org", Some("Boat"))]);
    assert_eq!(card.spoken_name.as_deref(), Some("Dr. Ann Marie Berg"));
    assert_eq!(card.birthday, Some(Birthday::Anniversary { month: 5, day: 17 }));
    let expected = Photo::Bytes { bytes: JPEG.to_vec(), extension: "jpg" };
    assert_eq!(photo_in(text.as_bytes(), &card), Some(expected));
    let expected = Row {
        uid: Some("0B1A-7".into()),
        name: Some("Dr. Ann Marie Berg".into()),
        organisation: Some("Berg, Sons & Co".into()),
        phones: Some("+47 22 33 44 55; +47 99".into()),
        emails: Some("ann@example.org; boat@example.org".into()),
        birthday: Some("--05-17".into()),
        has_photo: true,
        groups: Some("Choir; Friends".into()),
        kind: "person",
        path: "Contacts/Cards/x.vcf".into(),
    };
    assert_eq!(row(text.as_bytes()), expected);
}

#[test]
fn one_person_in_every_dialect() {
    let two = b"BEGIN:VCARD\nVERSION:2.1\nN;CHARSET=ISO-8859-1;ENCODING=QUOTED-PRINTABLE:=D8re;J=\n=F6rg\n\
        FN;QUOTED-PRINTABLE;CHARSET=ISO-8859-1:J=F6rg =D8re\nTEL;CELL;VOICE:123\nEMAIL;INTERNET:j@example.org\n\
        BDAY:19850412\nEND:VCARD\n";
    let three = "BEGIN:VCARD\r\nVERSION:3.0\r\nN:Øre;Jörg;;;\r\nFN:Jörg Øre\r\nTEL;TYPE=CELL,VOICE:123\r\n\
        EMAIL;TYPE=INTERNET:j@example.org\r\nBDAY;VALUE=date:1985-04-12\r\nEND:VCARD\r\n";
    let four = "BEGIN:VCARD\rVERSION:4.0\rN:Øre;Jörg;;;\rFN:Jörg Øre\rTEL;TYPE=\"cell,voice\";VALUE=uri:tel:123\r\
        EMAIL:mailto:j@example.org\rBDAY:19850412\rEND:VCARD\r";
    let wide: Vec<u8> = three.encode_utf16().flat_map(u16::to_le_bytes).collect();
    for bytes in [&two[..], three.as_bytes(), four.as_bytes(), &wide] {
        let text = text_of(bytes);
        let card = only(&text);
        assert_eq!(card.full_name.as_deref(), Some("Jörg Øre"));
        assert_eq!(card.spoken_name.as_deref(), Some("Jörg Øre"));
        assert_eq!(values(&card.phones), [("123", Some("cell"))]);
        assert_eq!(card.emails[0].value.as_ref(), "j@example.org");
        assert_eq!(card.birthday.map(|day| day.text()).as_deref(), Some("1985-04-12"));
    }
}

#[test]
fn what_a_card_is_called() {
    let cases = [
        ("FN:Ann Berg\nN:X;Y", Some("Ann Berg")),
        ("FN: \nN:Berg;Ann;;;", Some("Ann Berg")),
        ("FN:\nN:;;;;\nORG:Berg & Sons;", Some("Berg & Sons")),
        ("ORG:;Sales", Some("Sales")),
        ("NICKNAME:Annie", Some("Annie")),
        ("TEL:1\nEMAIL:a@b", Some("a@b")),
        ("TEL:1", Some("1")),
        ("FN:Ann\\nBerg\\, \\; x", Some("Ann Berg, ; x")),
        ("FN:Ann\nFN:Bo", Some("Ann")),
        ("NOTE:x", None),
    ];
    for (lines, expected) in cases {
        assert_eq!(row(vcard(lines).as_bytes()).name.as_deref(), expected, "{lines}");
    }
}

#[test]
fn whose_card_it_is() {
    let cases = [
        ("FN:x", Kind::Person),
        ("KIND:individual", Kind::Person),
        ("X-ABShowAs:COMPANY", Kind::Company),
        ("KIND:org", Kind::Company),
        ("KIND:group", Kind::Group),
        ("X-ADDRESSBOOKSERVER-KIND:group\nX-ABShowAs:COMPANY", Kind::Group),
    ];
    for (lines, expected) in cases {
        assert_eq!(only(vcard(lines).as_bytes()).kind, expected, "{lines}");
    }
}

/// Names of the cards, and whether each is whole.
fn cards_of(found: &Cards) -> Vec<(&str, bool)> {
    found.cards.iter().map(|card| (card.display_name().unwrap_or("?"), card.is_whole)).collect()
}

#[test]
fn where_cards_begin_and_end() {
    type Expected<'e> = (&'e [(&'e str, bool)], u64, u64);
    let table: &[(&str, Expected)] = &[
        ("", (&[], 0, 0)),
        ("\r\n\r\n", (&[], 0, 0)),
        ("BEGIN:VCARD\nFN:A\nEND:VCARD\nBEGIN:VCARD\nFN:B\nEND:VCARD", (&[("A", true), ("B", true)], 0, 0)),
        ("begin:vcard\nFN:A\nend:vcard \n", (&[("A", true)], 0, 0)),
        // cut off, by the end of the file or by the next card
        ("BEGIN:VCARD\nFN:A", (&[("A", false)], 0, 0)),
        ("BEGIN:VCARD\nFN:A\nBEGIN:VCARD\nFN:B\nEND:VCARD\n", (&[("A", false), ("B", true)], 0, 0)),
        (
            "BEGIN:VCARD\nFN:A\nPHOTO;ENCODING=b:/9j/\n 4AA\nBEGIN:VCARD\nFN:B\nEND:VCARD\n",
            (&[("A", false), ("B", true)], 0, 0),
        ),
        (
            "BEGIN:VCARD\nFN;ENCODING=QUOTED-PRINTABLE:A=\nBEGIN:VCARD\nFN:B\nEND:VCARD\n",
            (&[("A", false), ("B", true)], 0, 0),
        ),
        // an agent's card within a card
        (
            "BEGIN:VCARD\nFN:A\nAGENT:\nBEGIN:VCARD\nFN:X\nTEL:1\nEND:VCARD\nTEL:2\nEND:VCARD\n",
            (&[("A", true)], 0, 0),
        ),
        ("BEGIN:VCARD\nFN:A\nAGENT:BEGIN:VCARD\\nFN:X\\nEND:VCARD\nEND:VCARD\n", (&[("A", true)], 0, 0)),
        // lines that belong to nobody
        ("x\nBEGIN:VCARD\nFN:A\n<html>\nEND:VCARD\nEND:VCARD\ny:z\n", (&[("A", true)], 3, 1)),
        ("BEGIN:VCALENDAR\nEND:VCALENDAR\n", (&[], 2, 0)),
        ("<html>not a card</html>", (&[], 1, 0)),
        (
            "\u{feff}BEGIN:VCARD\nFN:A\nEND:VCARD\n\u{feff}BEGIN:VCARD\nFN:B\nEND:VCARD\n",
            (&[("A", true), ("B", true)], 0, 0),
        ),
        (
            "\u{feff}\u{feff}\u{feff}BEGIN:VCARD\n\u{feff}\u{feff}FN:A\n\u{feff}END:VCARD\n",
            (&[("A", true)], 0, 0),
        ),
    ];
    for (text, (cards, stray, bad)) in table {
        let found = read(text.as_bytes()).unwrap();
        assert_eq!((cards_of(&found).as_slice(), found.stray, found.bad), (*cards, *stray, *bad), "{text}");
    }
}

#[test]
fn pictures() {
    let jpeg = base64(JPEG);
    let png = base64(b"\x89PNG\r\n\x1a\nrest");
    let bytes = |bytes: &[u8], extension| Some(Photo::Bytes { bytes: bytes.to_vec(), extension });
    let elsewhere = |address: &str| Some(Photo::Elsewhere(address.into()));
    let cases = [
        (format!("PHOTO;ENCODING=b;TYPE=JPEG:{jpeg}"), bytes(JPEG, "jpg")),
        (format!("PHOTO;ENCODING=BASE64;JPEG:\n {jpeg}\n\n"), bytes(JPEG, "jpg")),
        (format!("PHOTO;X-ABCROP-RECTANGLE=AB_1&0&0&9&x==;ENCODING=b:{jpeg}"), bytes(JPEG, "jpg")),
        (format!("PHOTO;ENCODING=b;TYPE=JPEG:{png}"), bytes(b"\x89PNG\r\n\x1a\nrest", "png")),
        (format!("PHOTO:data:image/jpeg;base64,{jpeg}"), bytes(JPEG, "jpg")),
        (format!("PHOTO:data:image/jpeg;base64\\,{jpeg}"), bytes(JPEG, "jpg")),
        (format!("PHOTO:{jpeg}"), bytes(JPEG, "jpg")),
        ("PHOTO;ENCODING=b;TYPE=PNG:QUJD".to_owned(), bytes(b"ABC", "png")),
        ("PHOTO;ENCODING=b:QUJD".to_owned(), bytes(b"ABC", "jpg")),
        ("PHOTO:data:image/gif;base64,QUJD".to_owned(), bytes(b"ABC", "gif")),
        ("PHOTO;VALUE=uri:https://example.org/a.jpg".to_owned(), elsewhere("https://example.org/a.jpg")),
        ("PHOTO;VALUE=URL:http://example.org/a.jpg".to_owned(), elsewhere("http://example.org/a.jpg")),
        ("PHOTO;ENCODING=b:".to_owned(), None),
        ("PHOTO;ENCODING=b:!!!".to_owned(), None),
        ("PHOTO:no picture".to_owned(), None),
        ("PHOTO::x".to_owned(), None),
        ("PHOTO:".to_owned(), None),
        ("NOTE:x".to_owned(), None),
    ];
    for (lines, expected) in cases {
        let text = vcard(&lines);
        assert_eq!(photo_in(text.as_bytes(), &only(text.as_bytes())), expected, "{lines}");
    }
    let address = vcard("PHOTO;VALUE=uri:https://example.org/a.jpg");
    assert!(row(address.as_bytes()).has_photo);
    assert!(!row(vcard("PHOTO:").as_bytes()).has_photo);
}

#[test]
fn a_damaged_picture_gives_what_is_there() {
    let text = format!("BEGIN:VCARD\nPHOTO;ENCODING=b:{}", &base64(JPEG)[..17]);
    let Some(Photo::Bytes { bytes, extension }) = photo_in(text.as_bytes(), &only(text.as_bytes())) else {
        panic!("a picture");
    };
    assert_eq!((bytes.as_slice(), extension), (&JPEG[..12], "jpg"));
}

#[test]
fn files_are_merged_by_bytes() {
    let a = vcard("FN:A");
    let wide: Vec<u8> = [0xff, 0xfe].into_iter().chain(a.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let bare = a.trim_end();
    let marked = format!("\u{feff}{a}");
    let cut = "BEGIN:VCARD\nFN:B";
    let ends = format!("{bare}\n");
    type Files<'f> = Vec<(&'f str, &'f [u8])>;
    let cases: [(Files, String); 8] = [
        (vec![], String::new()),
        (vec![("a", a.as_bytes())], a.clone()),
        (vec![("b", b"2\n"), ("a", b"1\r"), ("C", b"3"), ("\u{e9}", b"4")], "3\r\n1\r2\n4\r\n".to_owned()),
        (vec![("a", bare.as_bytes()), ("b", a.as_bytes())], format!("{a}{a}")),
        (vec![("a", marked.as_bytes()), ("b", marked.as_bytes())], format!("{a}{a}")),
        (vec![("a", b""), ("b", b"\xef\xbb\xbf"), ("c", ends.as_bytes())], ends.clone()),
        (vec![("a", &wide), ("b", a.as_bytes())], format!("{a}{a}")),
        (vec![("a", cut.as_bytes()), ("b", a.as_bytes())], format!("{cut}\r\n{a}")),
    ];
    for (files, expected) in cases {
        assert_eq!(String::from_utf8_lossy(&merged(&files)), expected);
    }
}

#[test]
fn groups_by_cards_and_by_categories() {
    let group = vcard(
        "FN:Choir\\, old; new\nX-ADDRESSBOOKSERVER-KIND:group\nX-ADDRESSBOOKSERVER-MEMBER:urn:uuid:A-1\nX-ADDRESSBOOKSERVER-MEMBER:urn:uuid:gone\nUID:G",
    );
    let four = vcard("FN:Work\nKIND:group\nMEMBER:urn:uuid:a-1\nMEMBER:urn:uuid:b-2");
    let ann = vcard("FN:Ann\nUID:a-1\nCATEGORIES:Work,Friends");
    let bo = vcard("FN:Bo\nUID:B-2");
    let all: Vec<Card> = [&group, &four, &ann, &bo].map(|text| only(text.as_bytes())).into();
    let groups = Groups::of_cards(&all);
    let of = |at: usize| groups.of(&all[at]).into_iter().collect::<Vec<_>>();
    assert_eq!(of(2), ["Choir, old; new", "Friends", "Work"]);
    assert_eq!(of(3), ["Work"]);
    assert_eq!(of(0), [] as [&str; 0]);

    let mixed = format!("{four}{bo}stray\n");
    let files = [ann.trim_end().as_bytes(), mixed.as_bytes(), group.as_bytes()];
    let with_ann = ann.replace("END:", "CATEGORIES:Choir\\, old\\; new\r\nEND:");
    let with_bo = bo.replace("END:", "CATEGORIES:Work\r\nEND:");
    let made = categorised(&files, &groups);
    assert_eq!(String::from_utf8_lossy(&made), format!("{with_ann}{with_bo}stray\n"));
}

#[test]
fn a_long_list_of_groups_is_folded() {
    let members: String =
        (0..30).map(|n| vcard(&format!("FN:Grüppe {n:02}\nKIND:group\nMEMBER:u"))).collect();
    let text = format!("{members}{}", vcard("FN:Ann\nUID:u"));
    let groups = Groups::of_cards(&read(text.as_bytes()).unwrap().cards);
    let made = categorised(&[text.as_bytes()], &groups);
    let made = String::from_utf8(made).expect("text");
    assert!(made.split("\r\n").all(|line| line.len() <= 75), "{made}");
    assert_eq!(groups.of(&only(made.as_bytes())).len(), 30);
}

#[test]
fn of_too_many_cards_the_rest_is_counted() {
    let text = "BEGIN:VCARD\nEND:VCARD\n".repeat(super::MOST_CARDS + 3);
    let found = read(text.as_bytes()).unwrap();
    assert_eq!((found.cards.len(), found.beyond), (super::MOST_CARDS, 3));
}

proptest! {
    #[test]
    fn cards_stand_one_after_the_other_in_any_bytes(
        pieces in prop::collection::vec(
            prop::sample::select(vec![
                "BEGIN:VCARD\n", "END:VCARD\r\n", "FN:A\n", "AGENT:\n", "PHOTO;ENCODING=b:/9j/\n", " folded\n",
                "NOTE;QUOTED-PRINTABLE:x=\n", "KIND:group\n", "MEMBER:u\n", "UID:u\n", "BDAY:--0230\n", "\n", "x",
                "item1.X-ABLabel:Boat\n", "item1.TEL:1\n", "\u{feff}",
            ]),
            0..24,
        ),
        noise in prop::collection::vec(any::<u8>(), 0..12),
        at in any::<prop::sample::Index>(),
    ) {
        let mut bytes = pieces.concat().into_bytes();
        let at = at.index(bytes.len() + 1);
        bytes.splice(at..at, noise);
        let text = Text::of(bytes.as_slice()).unwrap();
        let found = cards_in(&text);
        let mut end = 0;
        for card in &found.cards {
            prop_assert!(card.span.start >= end && card.span.end > card.span.start);
            end = card.span.end;
            let _ = photo(&text, card).unwrap();
            // a card alone is the same card
            let alone = read(BufReader::new(text.part(card.span.clone()))).unwrap();
            prop_assert_eq!(alone.cards.len(), 1);
            prop_assert_eq!(&alone.cards[0].full_name, &card.full_name);
        }
        prop_assert!(end <= text.span().end);
        let groups = Groups::of_cards(&found.cards);
        let mut made = Vec::new();
        with_categories(&text, &found.cards, &groups, &mut made).unwrap();
        // a card that breaks off takes in whatever comes to stand after it
        if found.cards.iter().all(|card| card.is_whole) {
            let kept = found.cards.iter().filter(|card| card.kind != Kind::Group).count();
            prop_assert_eq!(read(made.as_slice()).unwrap().cards.len(), kept);
        }
    }

    #[test]
    fn merging_keeps_every_byte(files in prop::collection::vec(("[a-c]{1,2}", "[A-Z:\r\n]{0,12}"), 0..6)) {
        let files: Vec<(&str, &[u8])> = files.iter().map(|(path, text)| (path.as_str(), text.as_bytes())).collect();
        let mut ordered = files.clone();
        ordered.sort_by_key(|(path, _)| *path);
        let mut expected = Vec::new();
        for (_, bytes) in ordered {
            expected.extend_from_slice(bytes);
            if bytes.last().is_some_and(|last| !b"\r\n".contains(last)) {
                expected.extend_from_slice(b"\r\n");
            }
        }
        prop_assert_eq!(merged(&files), expected);
    }
}
