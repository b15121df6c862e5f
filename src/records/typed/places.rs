//! Places, Wi-Fi networks and correspondents, of the property lists that iCloud's features keep.
//!
//! What lies in each other there is JSON in the raw tables. A place stands in the table once for each of its times, so
//! that the times of several exports come together. Calendar and Mail both call their lists `Recents.xml`: what has
//! coordinates in them is a place, what has an address of mail a correspondent.

use std::borrow::Cow;

use serde_json::Value;

use crate::records::cell::{Text, Time, number};
use crate::records::columns::Headers;
use crate::records::typed::Raw;
use crate::records::typed::staged::{Cells, Staged, each, key};

/// The tables of this room.
pub const TABLES: &str = include_str!("places.sql");

/// What Apple calls the columns.
pub const HEADERS: Headers = &[
    (
        "places",
        &[
            ("name", "display name"),
            ("address", "address"),
            ("latitude", "map location"),
            ("longitude", "map location"),
            ("at", "t"),
        ],
    ),
    ("known_networks", &[("ssid", "key"), ("added", "added_at")]),
    (
        "recent_correspondents",
        &[("address", "address"), ("name", "display name"), ("first", "t"), ("last", "t"), ("times", "t")],
    ),
];

/// Columns of places.
const PLACE: [&str; 8] =
    ["key", "display_name", "address", "addressarray", "map_location", "latitude", "longitude", "t"];

/// Fills them.
///
/// # Errors
/// If the database cannot be read or written. That is true of everything here.
pub fn fill(raw: Raw<'_>) -> rusqlite::Result<()> {
    let mut staged = Staged::of(raw.connection, "places")?;
    each(raw, "locations", &PLACE, |cells| place(raw, &mut staged, cells))?;
    each(raw, "recent_correspondents", &PLACE, |cells| match is_place(cells) {
        true => place(raw, &mut staged, cells),
        false => Ok(()),
    })?;
    staged.settle("at_utc, name, address, latitude, longitude")?;
    known_networks(raw)?;
    correspondents(raw)
}

fn is_place(cells: Cells<'_>) -> bool {
    cells.said(4).is_some() || cells.said(5).is_some() && cells.said(6).is_some()
}

/// A row for each time of a place.
fn place(raw: Raw<'_>, staged: &mut Staged<'_>, cells: Cells<'_>) -> rusqlite::Result<()> {
    let name = cells.said(1);
    let address = cells.said(2).map(Cow::Borrowed).or_else(|| cells.said(3).map(lines));
    let position = position(cells);
    let (latitude, longitude) = position.unzip();
    let described = key(&[
        name.unwrap_or_default(),
        address.as_deref().unwrap_or_default(),
        &position.map(|(north, east)| format!("{north} {east}")).unwrap_or_default(),
    ]);
    let rank = cells.rank()?;
    let mut add = |at: &str, of: &str| {
        let time = Time::read(at, "t", raw.zone);
        let identity = key(&[of, time.utc.as_deref().unwrap_or(at)]);
        staged.add(
            Some(&identity),
            rank,
            &[
                &Text::of(name),
                &Text::of(address.as_deref()),
                &latitude,
                &longitude,
                &time.utc,
                &time.raw,
                &time.basis,
            ],
        )
    };
    let times = times(cells.verbatim(7));
    if times.is_empty() {
        return add("", &described);
    }
    // an owner may call a place otherwise, and it is the same by the key that Apple gave it
    let of = cells.said(0).unwrap_or(&described);
    times.iter().try_for_each(|at| add(at, of))
}

/// Latitude and longitude; half of them, or one that is nowhere on Earth, is none.
fn position(cells: Cells<'_>) -> Option<(f64, f64)> {
    let map: Value = cells.said(4).and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    let degrees = |name: &str, at: usize, most: f64| {
        let degrees = match map.get(name) {
            Some(Value::Number(number)) => number.as_f64(),
            Some(Value::String(text)) => text.trim().parse().ok(),
            _ => cells.said(at).and_then(|text| text.parse().ok()),
        };
        degrees.filter(|degrees: &f64| degrees.abs() <= most)
    };
    degrees("latitude", 5, 90.0).zip(degrees("longitude", 6, 180.0))
}

/// The lines of an address.
fn lines(array: &str) -> Cow<'_, str> {
    match serde_json::from_str::<Vec<String>>(array) {
        Ok(lines) => Cow::Owned(lines.join("; ")),
        Err(_) => Cow::Borrowed(array),
    }
}

/// The times in a cell: those of an array, or the only one.
fn times(cell: &str) -> Vec<String> {
    let text_of = |value: Value| match value {
        Value::String(text) => text,
        other => other.to_string(),
    };
    let all: Vec<String> = match serde_json::from_str(cell) {
        Ok(Value::Array(values)) => values.into_iter().map(text_of).collect(),
        _ => vec![cell.to_owned()],
    };
    all.into_iter().filter(|text| !text.trim().is_empty()).collect()
}

fn known_networks(raw: Raw<'_>) -> rusqlite::Result<()> {
    let mut staged = Staged::of(raw.connection, "known_networks")?;
    each(raw, "known_networks", &["key", "ssid_str", "ssid", "added_at"], |cells| {
        let ssid = [0, 1, 2].into_iter().map(|at| cells.verbatim(at)).find(|text| !text.is_empty());
        let added = Time::read(cells.verbatim(3), "added_at", raw.zone);
        staged.add(ssid, cells.rank()?, &[&Text::of(ssid), &added.utc, &added.raw, &added.basis])
    })?;
    staged.settle("added_utc, ssid")
}

fn correspondents(raw: Raw<'_>) -> rusqlite::Result<()> {
    let columns = [PLACE[0], "display_name", "address", "name", PLACE[4], PLACE[5], PLACE[6], "t"];
    let mut staged = Staged::of(raw.connection, "recent_correspondents")?;
    each(raw, "recent_correspondents", &columns, |cells| {
        if is_place(cells) {
            return Ok(());
        }
        let address = cells.said(2).or_else(|| cells.said(0).filter(|key| key.contains('@')));
        let name = cells.said(1).or_else(|| cells.said(3));
        let all = times(cells.verbatim(7));
        let mut known: Vec<Time<'_>> = all.iter().map(|at| Time::read(at, "t", raw.zone)).collect();
        known.sort_by(|one, other| one.utc.cmp(&other.utc));
        let of_date = || known.iter().filter(|time| time.utc.is_some());
        let none = Time::none();
        let (first, last) = (of_date().next().unwrap_or(&none), of_date().next_back().unwrap_or(&none));
        staged.add(
            address.map(str::to_lowercase).as_deref(),
            cells.rank()?,
            &[
                &Text::of(address),
                &Text::of(name),
                &first.utc,
                &last.utc,
                &number(all.len()),
                &first.raw,
                &first.basis,
                &last.raw,
                &last.basis,
            ],
        )
    })?;
    staged.settle("address, name, last_utc")
}

#[cfg(test)]
mod tests {
    use crate::records::typed::tests::Written;

    const LOCATIONS: &str = "Apple Features Using iCloud/EventKit/Locations.xml";

    fn list(inner: &str) -> Vec<u8> {
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" \
             \"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n<plist version=\"1.0\">{inner}</plist>"
        )
        .into_bytes()
    }

    fn pair(key: &str, value: &str) -> String {
        format!("<key>{key}</key>{value}")
    }

    fn text(key: &str, text: &str) -> String {
        pair(key, &format!("<string>{text}</string>"))
    }

    fn at(latitude: &str, longitude: &str) -> String {
        let degrees = |key, text| pair(key, &format!("<real>{text}</real>"));
        let inner = degrees("latitude", latitude) + &degrees("longitude", longitude);
        pair("map location", &format!("<dict>{inner}</dict>"))
    }

    fn times(all: &[&str]) -> String {
        let dates: String = all.iter().map(|at| format!("<date>{at}</date>")).collect();
        pair("t", &format!("<array>{dates}</array>"))
    }

    fn dict(pairs: &[String]) -> String {
        format!("<dict>{}</dict>", pairs.concat())
    }

    #[test]
    fn a_row_for_each_time_of_a_place() {
        let quay = dict(&[
            text("display name", "Quay"),
            text("address", "1 Harbour Road"),
            at("59.907", "10.7522"),
            times(&["2024-03-04T05:06:07Z", "2023-01-02T03:04:05Z"]),
        ]);
        let nowhere = dict(&[
            text("display name", "Beyond"),
            at("95", "10"),
            pair("addressArray", "<array><string>Line 1</string><string>Line 2</string></array>"),
        ]);
        let expected = [
            "Beyond|Line 1; Line 2|-|-|-|-|none",
            "Quay|1 Harbour Road|59.907|10.7522|2023-01-02T03:04:05Z|2023-01-02T03:04:05Z|stated",
            "Quay|1 Harbour Road|59.907|10.7522|2024-03-04T05:06:07Z|2024-03-04T05:06:07Z|stated",
        ];
        for inner in [
            dict(&[pair("ID-1", &quay), pair("ID-2", &nowhere)]),
            format!("<array>{}{}</array>", dict(&[pair("ID-1", &quay)]), dict(&[pair("ID-2", &nowhere)])),
            format!("<array>{quay}{nowhere}</array>"),
        ] {
            let written = Written::of(&[("a", LOCATIONS, &list(&inner))]);
            assert_eq!(written.rows("SELECT * FROM places"), expected, "{inner}");
        }
    }

    #[test]
    fn times_of_two_exports_come_together() {
        let old =
            dict(&[pair("ID-1", &dict(&[text("display name", "Quay"), times(&["2023-01-02T03:04:05Z"])]))]);
        let same_and_more = times(&["2023-01-02T03:04:05Z", "2024-03-04T05:06:07Z"]);
        let new = dict(&[pair("ID-1", &dict(&[text("display name", "Old quay"), same_and_more]))]);
        let (old, new) = (list(&old), list(&new));
        let written = Written::of(&[("old", LOCATIONS, &old), ("new", LOCATIONS, &new)]);
        assert_eq!(
            written.rows("SELECT name, at_utc FROM places"),
            ["Old quay|2023-01-02T03:04:05Z", "Old quay|2024-03-04T05:06:07Z"]
        );
    }

    #[test]
    fn networks_without_their_keys() {
        let of = |date: &str| dict(&[text("added_at", date), text("password", "hunter2")]);
        let inner = format!(
            "<array>{}{}</array>",
            dict(&[pair("Harbour Guest", &of("Feb 25 2022 18:09:10"))]),
            dict(&[pair("-", &of(""))])
        );
        let older =
            list(&dict(&[pair("Harbour Guest", &of("garbage")), pair("Attic &amp; roof", &of("garbage"))]));
        let written = Written::of(&[
            ("old", "Wi-Fi/KnownNetworks.xml", &older),
            ("new", "Wi-Fi/KnownNetworks.xml", &list(&inner)),
        ]);
        assert_eq!(
            written.rows("SELECT * FROM known_networks"),
            [
                "-|-|-|none",
                "Attic & roof|-|garbage|none",
                "Harbour Guest|2022-02-25T18:09:10Z|Feb 25 2022 18:09:10|assumed:UTC",
            ]
        );
    }

    #[test]
    fn correspondents_and_places_of_recents() {
        let bo = dict(&[
            text("address", "Bo@example.org"),
            text("display name", "Bo Lind"),
            times(&["2024-03-04T05:06:07Z", "2023-01-02T03:04:05Z"]),
        ]);
        let cy = dict(&[text("address", "cy@example.org")]);
        let shop =
            dict(&[text("display name", "Shop"), at("59.9", "10.7"), times(&["2024-03-04T05:06:07Z"])]);
        let old = list(&format!("<array>{}</array>", dict(&[text("address", "bo@example.org")])));
        let mail = list(&format!("<array>{bo}{cy}</array>"));
        let calendar = list(&format!("<array>{shop}</array>"));
        let written = Written::of(&[
            ("old", "Mail/Recents.xml", &old),
            ("new", "Mail/Recents.xml", &mail),
            ("new", "Calendar/Recents.xml", &calendar),
        ]);
        assert_eq!(
            written.rows(
                "SELECT address, name, first_utc, last_utc, times, last_basis FROM recent_correspondents"
            ),
            [
                "Bo@example.org|Bo Lind|2023-01-02T03:04:05Z|2024-03-04T05:06:07Z|2|stated",
                "cy@example.org|-|-|-|0|none",
            ]
        );
        assert_eq!(written.rows("SELECT name, latitude FROM places"), ["Shop|59.9"]);
    }
}
