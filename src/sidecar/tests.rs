//! Sidecars of every form, as the programs read them that they are for.

use super::{Discretion, form_of, sidecar, subject};
use crate::category::photos::media::{Embedded, Kind, Position};
use crate::category::photos::{AlbumKind, Said};
use crate::contents::ContentId;
use crate::library::path::LibraryPath;
use crate::library::posted::{Posted, Remark};
use crate::library::record::FileRecord;
use crate::library::record::{Area, DerivedForm};
use crate::library::settings::{Hidden, Memories, SidecarForm};
use crate::place::{self, Place};

const OPEN: Discretion = Discretion { hidden: Hidden::Apart, memories: Memories::Catalog };

fn photo(path: &str) -> FileRecord {
    let mut file = FileRecord::plain(LibraryPath::parse(path).unwrap(), Area::Media, ContentId::default());
    file.kind = Some(Kind::Photo);
    file
}

fn dated(path: &str) -> FileRecord {
    FileRecord { captured: "2024-03-03T10:05:17.250+01:00".parse().ok(), ..photo(path) }
}

fn taken_at(latitude: f64, longitude: f64) -> Said {
    let position = Position { latitude, longitude };
    let embedded = Embedded { position: Some(position), ..Embedded::default() };
    Said { embedded, place: place::at(position), ..Said::default() }
}

fn titles(of: &[(AlbumKind, &str)]) -> Vec<(AlbumKind, String)> {
    of.iter().map(|(kind, title)| (*kind, (*title).to_owned())).collect()
}

fn text(
    form: SidecarForm,
    file: &FileRecord,
    albums: &[(AlbumKind, &str)],
    discretion: Discretion,
) -> String {
    match sidecar(form, file, &titles(albums), &[], None, discretion).unwrap().unwrap().form {
        DerivedForm::Sidecar(text) => text,
        other => panic!("{other:?}"),
    }
}

/// What it has, its record, its albums, whether it gets a sidecar.
type Case<'a> = (&'a str, FileRecord, &'a [(AlbumKind, &'a str)], bool);

#[test]
fn only_media_that_have_something_to_say_get_one() {
    let date = "2024-03-03T10:05:17+01:00";
    let cases: [Case<'_>; 7] = [
        ("nothing", photo("a.jpg"), &[], false),
        ("a date", dated("a.jpg"), &[], true),
        ("a favourite", FileRecord { favorite: true, ..photo("a.jpg") }, &[], true),
        ("an album", photo("a.jpg"), &[(AlbumKind::Album, "Lake")], true),
        ("a memory", photo("a.jpg"), &[(AlbumKind::Memory, "Lake")], false),
        ("an adjustment", FileRecord { kind: Some(Kind::Adjustment), ..dated("a.AAE") }, &[], false),
        (
            "another file",
            FileRecord { area: Area::Other, captured: date.parse().ok(), ..photo("Other/a") },
            &[],
            false,
        ),
    ];
    for (name, file, albums, expected) in cases {
        for form in SidecarForm::ALL {
            let found = sidecar(form, &file, &titles(albums), &[], None, OPEN).unwrap();
            assert_eq!(found.is_some(), expected, "{name} {form:?}");
        }
    }
}

#[test]
fn only_the_form_that_is_read_for_it_tells_the_place() {
    let (reine, at_sea) = (taken_at(67.9324, 13.0887), taken_at(0.0, 0.0));
    let derived = |form, said| sidecar(form, &photo("a.jpg"), &[], &[], Some(said), OPEN).unwrap();
    let Some(DerivedForm::Sidecar(text)) = derived(SidecarForm::Xmp, &reine).map(|derived| derived.form)
    else {
        panic!("a place is something to say")
    };
    for expected in [
        "<photoshop:City>Gravdal</photoshop:City>",
        "<photoshop:State>Nordland</photoshop:State>",
        "<photoshop:Country>Norway</photoshop:Country>",
        "<Iptc4xmpCore:CountryCode>NO</Iptc4xmpCore:CountryCode>",
    ] {
        assert_eq!(text.matches(expected).count(), 1, "{expected} in {text}");
    }
    for form in SidecarForm::ALL {
        assert_eq!(derived(form, &reine).is_some(), form == SidecarForm::Xmp, "{form:?}");
        assert_eq!(derived(form, &at_sea), None, "{form:?}");
    }
}

#[test]
fn who_posted_it_is_its_source_and_what_they_wrote_no_caption() {
    let posted = |album: &str, by: Option<&str>| Posted {
        key: album.to_owned(),
        album: album.to_owned(),
        by: by.map(str::to_owned),
        time: None,
        remarks: vec![Remark { by: None, text: Some("nice".to_owned()), time: None }],
    };
    let all = [
        posted("A", Some("Kari & \u{1}Ola")),
        posted("B", None),
        posted("C", Some("Kari & Ola")),
        posted("D", Some("Per")),
    ];
    let source = "<photoshop:Source>Kari &amp; Ola, Per</photoshop:Source>";
    let hidden = FileRecord { hidden: true, ..dated("a.jpg") };
    let deleted = FileRecord { deleted: true, ..dated("a.jpg") };
    for (file, form, expected) in [
        (&dated("a.jpg"), SidecarForm::Xmp, true),
        (&photo("a.jpg"), SidecarForm::Xmp, true),
        (&hidden, SidecarForm::Xmp, false),
        (&deleted, SidecarForm::Xmp, false),
        (&dated("a.jpg"), SidecarForm::PhotoPrism, false),
        (&dated("a.jpg"), SidecarForm::ImmichGo, false),
    ] {
        let derived = sidecar(form, file, &[], &all, None, OPEN).unwrap().unwrap();
        let DerivedForm::Sidecar(text) = derived.form else { panic!() };
        assert_eq!(text.contains(source), expected, "{form:?} {text}");
        assert!((expected || !text.contains("Per")) && !text.contains("nice"), "{form:?} {text}");
    }
}

#[test]
fn words_of_a_place_are_texts_whatever_a_catalog_says() {
    let place = Place {
        country: "<b>&\u{1}".into(),
        country_code: "X\0X".into(),
        region: Some("]]>".into()),
        city: Some("\u{b}".into()),
    };
    let said = Said { place: Some(place.into()), ..Said::default() };
    let derived = sidecar(SidecarForm::Xmp, &photo("a.jpg"), &[], &[], Some(&said), OPEN).unwrap().unwrap();
    let DerivedForm::Sidecar(text) = derived.form else { panic!() };
    for expected in [">&lt;b&gt;&amp;</photoshop:Country>", ">XX</Iptc4xmpCore:", ">]]&gt;</photoshop:State>"]
    {
        assert!(text.contains(expected), "{expected} in {text}");
    }
    assert!(!text.contains("photoshop:City"), "{text}");
}

#[test]
fn it_stands_beside_its_file_and_finds_back() {
    for (form, expected) in
        SidecarForm::ALL.into_iter().zip(["2024/a b.HEIC.xmp", "2024/a b.HEIC.xmp", "2024/a b.HEIC.json"])
    {
        let path = sidecar(form, &dated("2024/a b.HEIC"), &[], &[], None, OPEN).unwrap().unwrap().path;
        assert_eq!(path.as_str(), expected);
        assert_eq!(subject(&path), Some(LibraryPath::parse("2024/a b.HEIC").unwrap()));
    }
}

#[test]
fn hidden_and_deleted_files_name_no_albums() {
    let mixed = Discretion { hidden: Hidden::Mixed, ..OPEN };
    let hidden = FileRecord { hidden: true, ..dated("a.jpg") };
    let deleted = FileRecord { deleted: true, ..dated("a.jpg") };
    for form in SidecarForm::ALL {
        for (file, discretion, named) in [
            (&dated("a.jpg"), OPEN, true),
            (&hidden, OPEN, false),
            (&hidden, mixed, true),
            (&deleted, OPEN, false),
            (&deleted, mixed, false),
        ] {
            let text =
                text(form, file, &[(AlbumKind::Album, "Lake"), (AlbumKind::Shared, "Lake")], discretion);
            assert_eq!(text.contains("Lake"), named, "{form:?} {file:?}");
        }
    }
}

#[test]
fn every_kind_of_album_has_its_own_top() {
    let with_memories = Discretion { memories: Memories::Folders, ..OPEN };
    let albums = [
        (AlbumKind::Album, "A/B|C"),
        (AlbumKind::Album, "A/B|C"),
        (AlbumKind::Shared, "S"),
        (AlbumKind::Memory, "M"),
        (AlbumKind::Subscribed, "X"),
    ];
    let text = text(SidecarForm::Xmp, &dated("a.jpg"), &albums, with_memories);
    for expected in [
        "<rdf:li>Albums/A_B|C</rdf:li>",
        "<rdf:li>Albums|A/B_C</rdf:li>",
        "<rdf:li>A/B|C</rdf:li>",
        "<rdf:li>Shared Albums/S</rdf:li>",
        "<rdf:li>Memories/M</rdf:li>",
    ] {
        assert_eq!(text.matches(expected).count(), 1, "{expected} in {text}");
    }
    assert!(!text.contains('X'), "{text}");
}

#[test]
fn what_xml_cannot_hold_is_left_out_and_the_rest_is_escaped() {
    let title = "a\0b\u{1}c\u{b}d\u{fffe}e & <f> \"g\" 'h' 🌊";
    let text = text(
        SidecarForm::Xmp,
        &dated("a.jpg"),
        &[(AlbumKind::Album, title), (AlbumKind::Album, "\u{2}")],
        OPEN,
    );
    assert!(text.contains("abcde &amp; &lt;f&gt;"), "{text}");
    assert!(text.contains('🌊') && !text.contains(|c: char| c.is_control() && c != '\n'), "{text}");
    assert_eq!(text.matches("<rdf:li>").count(), 3, "{text}");
}

#[test]
fn photoprism_reads_a_sequence_and_an_attribute() {
    let file = FileRecord { favorite: true, ..dated("a.jpg") };
    let text = text(SidecarForm::PhotoPrism, &file, &[(AlbumKind::Album, "Lake")], OPEN);
    for expected in [
        "fstop:favorite=\"1\"",
        "<photoshop:DateCreated>2024-03-03T10:05:17.250+01:00</photoshop:DateCreated>",
        "<rdf:Seq>",
    ] {
        assert!(text.contains(expected), "{expected} in {text}");
    }
    // PhotoPrism reads one description only
    assert_eq!(text.matches("<rdf:Description").count(), 1);
}

#[test]
fn immich_go_reads_the_name_the_place_and_the_flags() {
    let file = FileRecord {
        favorite: true,
        original_name: Some("IMG:1.HEIC".into()),
        ..dated("2024/IMG_1 (2).HEIC")
    };
    let said = taken_at(47.5, -8.25);
    let derived = sidecar(
        SidecarForm::ImmichGo,
        &file,
        &titles(&[(AlbumKind::Album, "Lake \"week\"")]),
        &[],
        Some(&said),
        OPEN,
    )
    .unwrap()
    .unwrap();
    let DerivedForm::Sidecar(text) = derived.form else { panic!() };
    assert!(text.contains("immich-go version"));
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(json["fileName"], "IMG:1.HEIC");
    assert_eq!(json["dateTaken"], "2024-03-03T10:05:17.250+01:00");
    assert_eq!(json["albums"], serde_json::json!([{ "title": "Lake \"week\"" }]));
    assert_eq!((&json["favorited"], &json["latitude"]), (&true.into(), &47.5.into()));
    assert_eq!((json.get("archived"), json.get("trashed")), (None, None));
    let hidden = text_of_hidden();
    assert!(hidden.contains("\"archived\": true") && !hidden.contains("favorited"), "{hidden}");
}

fn text_of_hidden() -> String {
    text(SidecarForm::ImmichGo, &FileRecord { hidden: true, ..dated("a.jpg") }, &[], OPEN)
}

#[test]
fn a_sidecar_tells_its_own_form() {
    for form in SidecarForm::ALL {
        assert_eq!(form_of(&text(form, &dated("a.jpg"), &[], OPEN)), Some(form));
    }
    assert_eq!(form_of("<x:xmpmeta x:xmptk=\"darktable\"/>"), None);
}
