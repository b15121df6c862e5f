//! iCloud Contacts: cards as they came, one file of all, pictures, and who may be there twice.

use super::{Scene, numbers, problems};
use crate::builder::{Card, Content, Exif, Export, Language, Outer, Part, cards, export, jpeg};

fn delivery(files: Vec<(String, Content)>) -> Export {
    export(Outer::Contacts, Language::English).part(Part::new().files(files))
}

#[test]
fn cards_stay_and_one_file_holds_all() {
    let picture = jpeg(7, &Exif::none());
    let ann = Card::new("Ann Berg")
        .phone("+47 22 33 44 55")
        .uid("A-1")
        .photo(&picture)
        .birthday_without_year("05-17");
    let bo = Card::new("Bo Dahl").email("bo@example.org").organisation("Dahl & Sons");
    let sailors = Card::group("Sailors", &["A-1"]);
    let [bom, bare] = [
        "\u{feff}BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Bom\r\nEND:VCARD\r\n",
        "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Zoe\r\nEND:VCARD",
    ];
    for folder in ["", "vCards"] {
        let mut files = cards(folder, [("Ann Berg.vcf", &ann), ("0042.vcf", &bo), ("Sailors.vcf", &sailors)]);
        files.extend([("Bom.vcf".to_owned(), bom.into()), ("Zoe.vcf".to_owned(), bare.into())]);
        let scene = Scene::of([&delivery(files)]);
        let report = scene.import();
        assert_eq!(
            scene.tree(),
            [
                "Contacts/All contacts with groups.vcf",
                "Contacts/All contacts.vcf",
                "Contacts/Cards/Ann Berg.vcf",
                "Contacts/Cards/Bo Dahl.vcf",
                "Contacts/Cards/Bom.vcf",
                "Contacts/Cards/Sailors.vcf",
                "Contacts/Cards/Zoe.vcf",
                "Contacts/Photos/Ann Berg.jpg",
            ],
            "{folder}"
        );
        assert_eq!(scene.bytes("Contacts/Cards/Bo Dahl.vcf"), bo.bytes());
        assert_eq!(scene.bytes("Contacts/Cards/Bom.vcf"), bom.as_bytes());
        assert_eq!(scene.bytes("Contacts/Photos/Ann Berg.jpg"), picture);
        let bom = bom.trim_start_matches('\u{feff}').as_bytes();
        let all = [&ann.bytes()[..], &bo.bytes(), bom, &sailors.bytes(), bare.as_bytes(), b"\r\n"].concat();
        assert!(
            scene.bytes("Contacts/All contacts.vcf") == all,
            "{}",
            scene.text("Contacts/All contacts.vcf")
        );
        // what is made has the time of what it is made of
        for made in ["All contacts.vcf", "All contacts with groups.vcf", "Photos/Ann Berg.jpg"] {
            let time = scene.modified(&format!("Contacts/{made}"));
            assert_eq!(time, scene.modified("Contacts/Cards/Ann Berg.vcf"), "{made}");
        }
        // programs that know no groups know categories
        let grouped = scene.text("Contacts/All contacts with groups.vcf");
        assert_eq!(grouped.matches("CATEGORIES:Sailors\r\n").count(), 1, "{grouped}");
        assert_eq!(problems(&report), [""; 0]);
        let [items, listed, _, files, derived] = numbers(&report, "contacts");
        assert_eq!((items, listed, files, derived), (Some(5), None, Some(5), Some(3)));
        assert_eq!(
            scene.rows("SELECT uid, name, organisation, phones, emails, birthday, has_photo, groups, path FROM contacts ORDER BY path"),
            [
                "A-1|Ann Berg|-|+47 22 33 44 55|-|--05-17|1|Sailors|Contacts/Cards/Ann Berg.vcf",
                "-|Bo Dahl|Dahl & Sons|-|bo@example.org|-|0|-|Contacts/Cards/Bo Dahl.vcf",
                "-|Bom|-|-|-|-|0|-|Contacts/Cards/Bom.vcf",
                "-|Sailors|-|-|-|-|0|-|Contacts/Cards/Sailors.vcf",
                "-|Zoe|-|-|-|-|0|-|Contacts/Cards/Zoe.vcf",
            ]
        );
    }
}

#[test]
fn twins_are_named_and_not_merged() {
    let one = Card::new("Ann Berg").phone("+47 22 33 44 55");
    let other = Card::new("Berg, Ann").phone("22334455").line("NOTE:from the old phone");
    let also = Card::new("Ann Berg").phone("+47 99 99 99 99");
    let mut files = cards("a", [("Ann Berg.vcf", &one)]);
    files.extend(cards("b", [("Ann Berg.vcf", &other)]));
    files.extend(cards("c", [("Ann Berg.vcf", &also)]));
    let scene = Scene::of([&delivery(files)]);
    let report = scene.import();
    assert_eq!(
        scene.tree(),
        [
            "Contacts/All contacts.vcf",
            "Contacts/Cards/Ann Berg (2).vcf",
            "Contacts/Cards/Ann Berg (3).vcf",
            "Contacts/Cards/Ann Berg.vcf",
            "Contacts/likely duplicates.csv",
        ]
    );
    let alike = scene.text("Contacts/likely duplicates.csv");
    assert_eq!(alike.lines().count(), 3, "a header and two cards: {alike}");
    assert!(alike.contains("Ann Berg") && alike.contains("Berg, Ann"), "{alike}");
    assert!(!alike.contains("99 99 99 99"), "a name alone is no reason: {alike}");
    assert_eq!(numbers(&report, "contacts")[0], Some(3));
    let twice = scene.text("Contacts/All contacts.vcf");
    assert_eq!(twice.matches("BEGIN:VCARD").count(), 3);
}

#[test]
fn odd_cards() {
    let two = [Card::new("One Card").bytes(), Card::new("Two Card").bytes()].concat();
    let old = Card::version("2.1").line("FN;ENCODING=QUOTED-PRINTABLE;CHARSET=UTF-8:Zo=C3=AB").bytes();
    let far = Card::new("Far Away").line("PHOTO;VALUE=uri:https://example.org/a.jpg").bytes();
    let files = [("both.vcf", two), ("7.vcf", old), ("Far Away.vcf", far), ("Empty.vcf", Vec::new())];
    let files = files.into_iter().map(|(name, bytes)| (name.to_owned(), bytes.into())).collect();
    let scene = Scene::of([&delivery(files)]);
    let report = scene.import();
    assert_eq!(
        scene.tree(),
        [
            "Contacts/All contacts.vcf",
            "Contacts/Cards/Empty.vcf",
            "Contacts/Cards/Far Away.vcf",
            "Contacts/Cards/Zoë.vcf",
            "Contacts/Cards/both.vcf",
        ]
    );
    assert_eq!(numbers(&report, "contacts")[0], Some(4));
    assert_eq!(
        scene.rows("SELECT name FROM contacts ORDER BY name"),
        ["Far Away", "One Card", "Two Card", "Zoë"]
    );
}
