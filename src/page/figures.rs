//! The library in numbers: kinds, years, cameras, each as the bars of a chart. What the page does not show is
//! not counted.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};

use crate::category::photos::AlbumKind;
use crate::category::photos::media::Kind;
use crate::library::catalog::StoredFile;
use crate::page::holdings::{Sum, kind};
use crate::problem::amount;

pub use crate::problem::amount::{count, counted};

/// How many cameras are named.
const CAMERAS: usize = 12;

#[derive(Debug, Clone, PartialEq)]
pub struct Bar {
    pub label: String,
    pub value: String,
    /// Its length in percent of the longest bar's.
    pub share: f64,
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
    let named = sums.into_iter().map(|(place, sum)| (names[place].to_owned(), sum));
    bars(named.collect(), |sum| sum.bytes)
}

/// The years and what they weigh, latest first.
pub fn years(files: &[&StoredFile]) -> Vec<Bar> {
    let mut sums: BTreeMap<Option<i32>, Sum> = BTreeMap::new();
    for file in files {
        sums.entry(file.captured.map(|time| time.year())).or_default().add(1, file.content.size);
    }
    let name = |year: Option<i32>| year.map_or("Undated".to_owned(), |year| format!("{year:04}"));
    bars(sums.into_iter().rev().map(|(year, sum)| (name(year), sum)).collect(), |sum| sum.bytes)
}

/// The cameras with most pictures.
pub fn cameras(items: &[&StoredFile]) -> Vec<Bar> {
    let mut sums: BTreeMap<Option<&str>, Sum> = BTreeMap::new();
    for item in items {
        sums.entry(item.content.camera.name()).or_default().add(1, item.content.size);
    }
    let unknown = sums.remove(&None);
    let mut ranked: Vec<(String, Sum)> =
        sums.into_iter().filter_map(|(name, sum)| Some((name?.to_owned(), sum))).collect();
    ranked.sort_by_key(|(_, sum)| std::cmp::Reverse(sum.files));
    let mut rest = Sum::default();
    let others = ranked.len().saturating_sub(CAMERAS) as u64;
    for (_, sum) in ranked.drain(ranked.len().min(CAMERAS)..) {
        rest.add(1, sum.bytes);
        rest.files += sum.files.saturating_sub(1);
    }
    if others > 0 {
        ranked.push((counted(others, "other camera", "other cameras"), rest));
    }
    ranked.extend(unknown.map(|sum| ("No camera named".to_owned(), sum)));
    bars(ranked, |sum| sum.files)
}

fn bars(sums: Vec<(String, Sum)>, measure: impl Fn(&Sum) -> u64) -> Vec<Bar> {
    let most = sums.iter().map(|(_, sum)| measure(sum)).max().unwrap_or(0).max(1) as f64;
    let bar = |(label, sum): (String, Sum)| Bar {
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
