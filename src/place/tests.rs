//! Positions and what people call them.

use std::sync::Arc;

use super::table::{COLUMNS, ROWS, TABLE};
use super::{Place, Position, at};

/// Code, country, region and town.
fn words(latitude: f64, longitude: f64) -> Option<String> {
    let place = at(Position { latitude, longitude })?;
    let Place { country, country_code, region, city } = place.as_ref();
    let or_none = |word: &Option<_>| word.as_deref().unwrap_or("-").to_owned();
    Some(format!("{country_code} {country}, {}, {}", or_none(region), or_none(city)))
}

#[test]
fn places_are_called_what_people_call_them() {
    let cases = [
        ("Zürich", 47.3769, 8.5417, "CH Switzerland, Zurich, Zürich"),
        ("Zermatt", 46.0207, 7.7491, "CH Switzerland, Valais, Zermatt"),
        ("the Matterhorn's summit", 45.9766, 7.6585, "CH Switzerland, Valais, Zermatt"),
        ("Yosemite Valley", 37.7456, -119.5936, "US United States, California, Yosemite Valley"),
        ("Uluru", -25.3444, 131.0369, "AU Australia, Northern Territory, Yulara"),
        ("Paris 16e", 48.8637, 2.2769, "FR France, Île-de-France, Paris"),
        ("Versailles", 48.8049, 2.1204, "FR France, Île-de-France, Versailles"),
        ("Basel", 47.5596, 7.5886, "CH Switzerland, Basel-City, Basel"),
        ("the French side of Basel's tripoint", 47.5915, 7.5855, "FR France, Grand Est, Huningue"),
        ("its German side", 47.5935, 7.5925, "DE Germany, Baden-Wurttemberg, Weil am Rhein"),
        ("Hanoi", 21.0285, 105.8542, "VN Vietnam, Hanoi, Hanoi"),
        ("Reine on Lofoten", 67.9324, 13.0887, "NO Norway, Nordland, Gravdal"),
        ("Manhattan", 40.7831, -73.9712, "US United States, New York, New York City"),
        ("Hoboken", 40.744, -74.0324, "US United States, New Jersey, Hoboken"),
        ("Waikīkī", 21.2793, -157.8292, "US United States, Hawaii, Waikīkī"),
        ("Tokyo", 35.6595, 139.7005, "JP Japan, Tokyo, Tokyo"),
        ("Pristina", 42.6629, 21.1655, "XK Kosovo, Pristina, Pristina"),
        ("Bethlehem", 31.7054, 35.2024, "PS Palestine, West Bank, Bethlehem"),
        ("Macau", 22.1987, 113.5439, "MO Macao, -, Macau"),
        ("Vatican", 41.9022, 12.4539, "VA Vatican City, -, Vatican City"),
        ("Longyearbyen", 78.2232, 15.6267, "SJ Svalbard and Jan Mayen, Svalbard, Longyearbyen"),
        ("the Sahara", 23.5, 1.5, "DZ Algeria, -, -"),
        ("Jökulsárlón", 64.0784, -16.2306, "IS Iceland, East, -"),
        ("Taveuni on the antimeridian", -16.8, -179.99, "FJ Fiji, Northern, -"),
        ("Taveuni west of it", -16.8, 179.95, "FJ Fiji, Northern, -"),
        ("the Diomedes, Russia", 65.78, -169.06, "RU Russia, Chukotka, -"),
        ("the South Pole", -90.0, 0.0, "AQ Antarctica, -, -"),
        ("the South Pole at the antimeridian", -90.0, 180.0, "AQ Antarctica, -, -"),
    ];
    for (name, latitude, longitude, expected) in cases {
        assert_eq!(words(latitude, longitude).as_deref(), Some(expected), "{name}");
    }
}

/// Every twentieth town of the table; borders and names come from different hands.
#[test]
fn towns_lie_in_their_own_countries() {
    let (mut asked, mut wrong) = (0, Vec::new());
    for town in (0..ROWS).flat_map(|row| TABLE.towns(row, 0..COLUMNS)).step_by(20) {
        let position = Position { latitude: town.latitude.into(), longitude: town.longitude.into() };
        let (own, _) = TABLE.region(town.region).unwrap();
        let found = at(position);
        asked += 1;
        if found.as_ref().is_none_or(|place| place.country_code != own) {
            wrong.push((TABLE.name(town), own, found));
        }
    }
    assert!(asked > 7_000 && wrong.len() * 1000 <= asked, "{} of {asked}: {wrong:#?}", wrong.len());
}

#[test]
fn the_sea_has_no_places_and_neither_has_nonsense() {
    let cases = [
        ("the Gulf of Guinea, where broken receivers are", 0.0, 0.0),
        ("the Atlantic", 30.0, -40.0),
        ("the Pacific on the antimeridian", 10.0, 180.0),
        ("the same from the other side", 10.0, -180.0),
        ("the North Pole", 90.0, 0.0),
        ("not a number", f64::NAN, 8.5),
        ("nor this", 47.4, f64::NAN),
        ("beyond the pole", 90.1, 8.5),
        ("beyond the antimeridian", 47.4, -180.5),
        ("infinitely far", 47.4, f64::INFINITY),
        ("far beyond what a number of steps can be", -1e300, 1e300),
    ];
    for (name, latitude, longitude) in cases {
        assert_eq!(words(latitude, longitude), None, "{name}");
    }
}

#[test]
fn whoever_asks_again_gets_the_same_place() {
    let first = at(Position { latitude: 47.37690, longitude: 8.54170 });
    let (again, beside) = (
        at(Position { latitude: 47.37691, longitude: 8.54169 }),
        at(Position { latitude: 47.3771, longitude: 8.5419 }),
    );
    let first = first.unwrap();
    for other in [again, beside] {
        assert!(Arc::ptr_eq(&first, &other.unwrap()));
    }
}

proptest::proptest! {
    #[test]
    fn no_position_panics(latitude in -91.0..91.0, longitude in -181.0..181.0) {
        if let Some(place) = at(Position { latitude, longitude }) {
            proptest::prop_assert_eq!(place.country_code.len(), 2);
            proptest::prop_assert!(!place.country.is_empty());
        }
    }
}
