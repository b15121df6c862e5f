//! Places from positions: in listings, in folders and names, in sidecars, and the same from a catalog made anew.

use std::fs;

use crate::builder::{Exif, Export, Movie, Part, Photo, Row, aae, jpeg, mov};
use crate::support::verified::{assert_same, facts, rebuilt};
use crate::support::{Scratch, codes, command};
use serde_json::{Value, json};
use windfall::library::catalog::Catalog;
use windfall::{Purpose, SidecarForm, Template};

const REINE: (f64, f64) = (67.9324, 13.0887);
const OSLO: (f64, f64) = (59.9139, 10.7522);
const SAHARA: (f64, f64) = (23.5, 1.5);
const ATLANTIC: (f64, f64) = (30.0, -40.0);

/// A Live Photo whose movie was cut in Oslo, and photos in the desert, at sea, without a position and without a date.
fn travels() -> Export {
    let taken = || Exif::taken("2024:03:03 10:05:17").offset("+01:00");
    let at = |seed, exif: Exif, (latitude, longitude)| jpeg(seed, &exif.gps(latitude, longitude));
    let movie = Movie::new().created("2024-03-03T10:05:17+0100").live("AAA").gps(OSLO.0, OSLO.1);
    let row = || Row::created("2024-03-03 09:05");
    Export::new("iCloud Photos").part(
        Part::new()
            .photo(Photo::new("IMG_1.JPG", at(1, taken().live("AAA"), REINE)).row(row()))
            .photo(Photo::new("IMG_1.MOV", mov(2, &movie)).row(row()))
            .photo(Photo::new("IMG_1.AAE", aae(3)))
            .photo(Photo::new("IMG_2.JPG", at(4, taken(), SAHARA)).row(row()))
            .photo(Photo::new("IMG_3.JPG", at(5, taken(), ATLANTIC)).row(row()))
            .photo(Photo::new("IMG_4.JPG", jpeg(6, &taken())).row(row()))
            .photo(Photo::new("scan.jpg", at(7, Exif::none(), REINE)).row(Row::undated())),
    )
}

fn imported(layout: &str, name: &str, sidecars: Option<SidecarForm>) -> Scratch {
    let mut scratch = Scratch::new();
    scratch.settings.layout = Template::parse(layout, Purpose::Layout).unwrap();
    scratch.settings.name = Template::parse(name, Purpose::Name).unwrap();
    scratch.settings.sidecars = sidecars;
    let report = scratch.import(&travels().write_zips(&scratch.parts()));
    assert_eq!(codes(&report.problems), [windfall::Code::Undated], "{:#?}", report.problems);
    scratch
}

#[test]
fn a_listing_says_where_each_file_was_taken() {
    let scratch = imported("{year}", "{original}", None);
    let output = command().args(["list", "--json"]).arg(scratch.library()).output().unwrap();
    let lines = String::from_utf8(output.stdout).unwrap();
    let place = |path: &str| {
        let files = lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        let file = files.into_iter().find(|file| file["path"] == path);
        file.unwrap_or_else(|| panic!("{path} in {lines}"))["place"].clone()
    };
    let norway =
        |region, city| json!({ "country": "Norway", "country_code": "NO", "region": region, "city": city });
    assert_eq!(place("2024/IMG_1.JPG"), norway("Nordland", "Gravdal"));
    assert_eq!(place("2024/IMG_1.MOV"), norway("Oslo", "Oslo"), "a movie says what its own bytes say");
    let desert = json!({ "country": "Algeria", "country_code": "DZ", "region": null, "city": null });
    assert_eq!(place("2024/IMG_2.JPG"), desert);
    for nowhere in ["2024/IMG_3.JPG", "2024/IMG_4.JPG", "2024/IMG_1.AAE"] {
        assert_eq!(place(nowhere), Value::Null, "{nowhere}");
    }
}

#[test]
fn folders_and_names_say_where_and_a_live_photo_stays_together() {
    let scratch = imported("{country}/{region}/{city}", "{city} {original}", None);
    assert_eq!(
        scratch.tree(),
        [
            "Algeria/Unknown/Unknown/Unknown IMG_2.JPG",
            "Norway/Nordland/Gravdal/Gravdal IMG_1.AAE",
            "Norway/Nordland/Gravdal/Gravdal IMG_1.JPG",
            "Norway/Nordland/Gravdal/Gravdal IMG_1.MOV",
            "Undated/scan.jpg",
            "Unknown/Unknown/Unknown/Unknown IMG_3.JPG",
            "Unknown/Unknown/Unknown/Unknown IMG_4.JPG",
        ]
    );
}

#[test]
fn sidecars_say_where_to_those_who_read_it() {
    let scratch = imported("{year}", "{original}", Some(SidecarForm::Xmp));
    let text = |path: &str| fs::read_to_string(scratch.library().join(path)).unwrap_or_default();
    let words = |text: &str| {
        let names = ["photoshop:City", "photoshop:State", "photoshop:Country", "Iptc4xmpCore:CountryCode"];
        names.map(|name| {
            let value = text.split_once(&format!("<{name}>"))?.1.split_once(&format!("</{name}>"))?.0;
            Some(value.to_owned())
        })
    };
    let some = |words: [&str; 4]| words.map(|word| Some(word.to_owned()).filter(|word| !word.is_empty()));
    for (path, expected) in [
        ("2024/IMG_1.JPG.xmp", ["Gravdal", "Nordland", "Norway", "NO"]),
        ("2024/IMG_1.MOV.xmp", ["Oslo", "Oslo", "Norway", "NO"]),
        ("2024/IMG_2.JPG.xmp", ["", "", "Algeria", "DZ"]),
        ("2024/IMG_3.JPG.xmp", [""; 4]),
        // it has nothing to say but where
        ("Undated/scan.jpg.xmp", ["Gravdal", "Nordland", "Norway", "NO"]),
    ] {
        let text = text(path);
        assert!(text.contains("<rdf:Description"), "{path}: {text}");
        assert_eq!(words(&text), some(expected), "{path}: {text}");
    }
    assert_eq!(text("2024/IMG_1.AAE.xmp"), "");
    for form in [SidecarForm::PhotoPrism, SidecarForm::ImmichGo] {
        let scratch = imported("{year}", "{original}", Some(form));
        let beside = |name: &str| scratch.tree().iter().any(|path| path.starts_with(&format!("{name}.")));
        assert!(beside("2024/IMG_1.JPG") && !beside("Undated/scan.jpg"), "{form:?} {:?}", scratch.tree());
    }
}

#[test]
fn a_catalog_made_anew_says_the_same() {
    let scratch = imported("{year}/{country}", "{original}", None);
    let before = facts(&scratch);
    assert!(before["2024/Norway/IMG_1.JPG"].contains("Gravdal"), "{before:#?}");
    fs::write(Catalog::path_in(&scratch.library()), "no catalog at all").unwrap();
    rebuilt(&scratch);
    assert_same(&before, &facts(&scratch), "places");
}
