//! The library in numbers: kinds, years, cameras, each as the bars of a chart. What the page does not show is
//! not counted.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};

use crate::category::photos::AlbumKind;
use crate::category::photos::media::Kind;
use crate::library::catalog::StoredFile;
use crate::page::address::find;
use crate::page::holdings::{Sum, kind};
use crate::problem::amount;

pub use crate::problem::amount::{count, counted};

/// How many cameras and countries are named.
const NAMED: usize = 12;

#[derive(Debug, Clone, PartialEq)]
pub struct Bar {
    pub label: String,
    pub value: String,
    /// Its length in percent of the longest bar's.
    pub share: f64,
    /// What finds its items in the page: `year=2024`.
    pub find: Option<String>,
}

/// `3,037 photos and 3 videos`.
pub fn photos_and_videos(photos: u64, videos: u64) -> String {
    format!("{} and {}", counted(photos, "photo", "photos"), counted(videos, "video", "videos"))
}

/// `4.2 MB`, with a space that does not break.
pub fn size(bytes: u64) -> String {
    amount::size(bytes).replace(' ', "\u{a0}")
}

/// The day of an RFC 3339 time: `3 March 2024`.
pub fn day(time: &str) -> String {
    let day = time.get(..10).and_then(|text| text.parse::<NaiveDate>().ok());
    day.map_or_else(|| time.to_owned(), date)
}

/// `3 March 2024`.
pub fn date(day: NaiveDate) -> String {
    day.format("%-d %B %Y").to_string()
}

/// What an album is called.
pub fn collection_word(kind: AlbumKind) -> &'static str {
    match kind {
        AlbumKind::Album => "Album",
        AlbumKind::Memory => "Memory",
        AlbumKind::Shared => "Shared album",
        AlbumKind::Subscribed => "Subscribed album",
    }
}

/// What the files are, with their bytes.
pub fn kinds(files: &[&StoredFile]) -> Vec<Bar> {
    let mut sums: BTreeMap<usize, Sum> = BTreeMap::new();
    let names = ["Photos", "Videos", "Live Photo movies", "RAW files and edits", "Other files"];
    for file in files {
        let place = match kind(file) {
            _ if file.companion_of.is_some() => 3,
            Kind::Photo => 0,
            Kind::Video if file.live_photo.is_some() => 2,
            Kind::Video => 1,
            Kind::Adjustment => 3,
            Kind::Other => 4,
        };
        sums.entry(place).or_default().add(1, file.content.size);
    }
    let shown = [Some("photo"), Some("video"), Some("live"), None, None];
    let named = |(place, sum): (usize, Sum)| {
        (names[place].to_owned(), shown[place].map(|kind| find("kind", kind)), sum)
    };
    bars(sums.into_iter().map(named).collect(), |sum| sum.bytes)
}

/// The years, latest first: how many photos and videos, and what all their files weigh.
pub fn years(items: &[&StoredFile], files: &[&StoredFile]) -> Vec<Bar> {
    let year = |file: &StoredFile| file.captured.map(|time| time.year());
    let mut sums: BTreeMap<Option<i32>, Sum> = BTreeMap::new();
    for item in items {
        sums.entry(year(item)).or_default().files += 1;
    }
    for file in files {
        // what has no photo or video of its year is in no year that the page shows
        if let Some(sum) = sums.get_mut(&year(file)) {
            sum.bytes = sum.bytes.saturating_add(file.content.size);
        }
    }
    let named = |(year, sum): (Option<i32>, Sum)| {
        let name = year.map_or("Undated".to_owned(), |year| format!("{year:04}"));
        let find = find("year", &name.to_lowercase());
        (name, Some(find), sum)
    };
    bars(sums.into_iter().rev().map(named).collect(), |sum| sum.bytes)
}

/// The cameras with most pictures.
pub fn cameras(items: &[&StoredFile]) -> Vec<Bar> {
    let mut sums: BTreeMap<&str, Sum> = BTreeMap::new();
    let mut unknown = Sum::default();
    for item in items {
        let sum = item.content.camera.name().map_or(&mut unknown, |name| sums.entry(name).or_default());
        sum.add(1, item.content.size);
    }
    let named = sums.into_iter().map(|(name, sum)| (name.to_owned(), Some(find("camera", name)), sum));
    let mut ranked = largest(named.collect(), "other camera", "other cameras");
    ranked.extend((unknown.files > 0).then(|| ("No camera named".to_owned(), None, unknown)));
    bars(ranked, |sum| sum.files)
}

/// The countries with most pictures.
pub fn places(items: &[&StoredFile]) -> Vec<Bar> {
    let mut sums: BTreeMap<&str, Sum> = BTreeMap::new();
    for item in items {
        if let Some(place) = &item.content.place {
            sums.entry(&place.country).or_default().add(1, item.content.size);
        }
    }
    let named = sums.into_iter().map(|(name, sum)| (name.to_owned(), Some(find("place", name)), sum));
    bars(largest(named.collect(), "other country", "other countries"), |sum| sum.files)
}

/// Those with most files, largest first, and the others as one.
fn largest(mut ranked: Vec<Named>, one: &str, many: &str) -> Vec<Named> {
    ranked.sort_by_key(|(.., sum)| std::cmp::Reverse(sum.files));
    let mut rest = Sum::default();
    let others = ranked.len().saturating_sub(NAMED) as u64;
    for (.., sum) in ranked.drain(ranked.len().min(NAMED)..) {
        rest.bytes = rest.bytes.saturating_add(sum.bytes);
        rest.files = rest.files.saturating_add(sum.files);
    }
    if others > 0 {
        ranked.push((counted(others, one, many), None, rest));
    }
    ranked
}

/// A label, what finds its items, and what they come to.
type Named = (String, Option<String>, Sum);

fn bars(sums: Vec<Named>, measure: impl Fn(&Sum) -> u64) -> Vec<Bar> {
    let most = sums.iter().map(|(.., sum)| measure(sum)).max().unwrap_or(0).max(1) as f64;
    let bar = |(label, find, sum): Named| Bar {
        find,
        label: crate::library::name::display(&label).into_owned(),
        value: format!("{} · {}", count(sum.files), size(sum.bytes)),
        share: (measure(&sum) as f64 * 1000.0 / most).round() / 10.0,
    };
    sums.into_iter().map(bar).collect()
}

#[cfg(test)]
mod tests {
    use super::{day, size};

    #[test]
    fn days_and_sizes() {
        assert_eq!(size(4_200_000), "4.2\u{a0}MB");
        assert_eq!(day("2024-03-03T10:05:17+01:00"), "3 March 2024");
        assert_eq!(day("soon"), "soon");
    }
}
