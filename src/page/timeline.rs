//! The timeline: photos and videos per month, as the numbers of an SVG bar chart. No month with photos is
//! left out.
//!
//! Years without any photo take no room, or else one scan dated 1904 would squeeze everything since into a
//! hair.

use crate::page::figures::counted;
use crate::page::shown::Month;

/// The height of the tallest bar, in the picture's units.
const TALLEST: f64 = 150.0;
/// The room for years below the bars.
const AXIS: f64 = 24.0;
const WIDTH: f64 = 1000.0;
/// The least room for a month, and the widest bar.
const SLOT: f64 = 3.5;
const WIDEST: f64 = 24.0;
/// The room that a year's number takes.
const LABEL: f64 = 40.0;

#[derive(Debug, PartialEq)]
pub struct Column {
    /// `2024-03`.
    pub key: String,
    /// `March 2024`.
    pub name: String,
    /// `12 photos, 1 video`.
    pub sum: String,
    pub photos: u64,
    pub videos: u64,
    /// Left edge of its room.
    pub left: f64,
    /// Left edge of its bars.
    pub x: f64,
    pub photos_y: f64,
    pub photos_height: f64,
    pub videos_y: f64,
    pub videos_height: f64,
}

/// A year below the bars.
#[derive(Debug, PartialEq)]
pub struct Year {
    /// `2024`.
    pub name: String,
    pub x: f64,
    /// Whether there is room for its number.
    pub is_named: bool,
    /// Its newest month with photos.
    pub newest: String,
}

#[derive(Debug, Default)]
pub struct Timeline {
    pub width: f64,
    pub height: f64,
    /// Where the bars stand.
    pub ground: f64,
    pub bar: f64,
    /// The width of a month.
    pub slot: f64,
    /// Wider than a screen.
    pub is_long: bool,
    /// Months with photos or videos, oldest first.
    pub columns: Vec<Column>,
    /// Years with photos or videos, oldest first.
    pub years: Vec<Year>,
}

/// Draws; `months` are newest first.
pub fn timeline(months: &[Month]) -> Timeline {
    let mut dated: Vec<(&Month, u32, u32)> = months.iter().filter_map(read).collect();
    dated.reverse();
    let mut years: Vec<u32> = dated.iter().map(|(_, year, _)| *year).collect();
    years.dedup();
    let slots = (years.len() * 12).max(1) as f64;
    let width = WIDTH.max(slots * SLOT);
    let slot = width / slots;
    let bar = (slot * 0.78).min(WIDEST);
    let most = dated.iter().map(|(m, ..)| m.photos + m.videos).max().unwrap_or(0).max(1) as f64;
    let tall = |number: u64| if number == 0 { 0.0 } else { (number as f64 / most * TALLEST).max(1.5) };
    let column = |&(month, year, number): &(&Month, u32, u32)| {
        let place = years.binary_search(&year).unwrap_or(0) * 12 + number as usize - 1;
        let left = place as f64 * slot;
        let (photos, videos) = (tall(month.photos), tall(month.videos));
        Column {
            key: month.key.clone(),
            name: month_name(&month.key),
            sum: sum(month),
            photos: month.photos,
            videos: month.videos,
            left: round(left),
            x: round(left + (slot - bar) / 2.0),
            photos_y: round(TALLEST + 4.0 - photos),
            photos_height: round(photos),
            videos_y: round(TALLEST + 4.0 - photos - videos),
            videos_height: round(videos),
        }
    };
    let every = (LABEL / (slot * 12.0)).ceil().max(1.0) as usize;
    let year = |(index, year): (usize, &u32)| Year {
        name: year.to_string(),
        x: round(index as f64 * 12.0 * slot),
        is_named: (years.len() - 1 - index).is_multiple_of(every),
        newest: dated.iter().rev().find(|(_, y, _)| y == year).map_or(String::new(), |(m, ..)| m.key.clone()),
    };
    Timeline {
        width: round(width),
        height: TALLEST + 4.0 + AXIS,
        ground: TALLEST + 4.0,
        bar: round(bar),
        slot: round(slot),
        is_long: width > WIDTH,
        columns: dated.iter().map(column).collect(),
        years: years.iter().enumerate().map(year).collect(),
    }
}

/// `12 photos, 1 video`.
pub fn sum(month: &Month) -> String {
    let photos = (month.photos > 0).then(|| counted(month.photos, "photo", "photos"));
    let videos = (month.videos > 0).then(|| counted(month.videos, "video", "videos"));
    [photos, videos].into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn read(month: &Month) -> Option<(&Month, u32, u32)> {
    let (year, number) = month.key.split_once('-')?;
    let number = number.parse().ok().filter(|n| (1..=12).contains(n))?;
    Some((month, year.parse().ok()?, number))
}

/// `2024-03` → `March 2024`.
pub fn month_name(key: &str) -> String {
    let first = format!("{key}-01").parse::<chrono::NaiveDate>();
    first.map_or_else(|_| "Undated".to_owned(), |date| date.format("%B %Y").to_string())
}

fn round(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

#[cfg(test)]
mod tests {
    use super::{month_name, timeline};
    use crate::page::shown::Month;

    fn month(key: &str, photos: u64, videos: u64) -> Month {
        Month { key: key.to_owned(), photos, videos }
    }

    #[test]
    fn years_without_photos_take_no_room() {
        let drawn = timeline(&[month("2024-03", 8, 2), month("1904-12", 1, 0), month("", 3, 0)]);
        assert_eq!(drawn.columns.len(), 2);
        assert_eq!(drawn.years.iter().map(|y| y.name.as_str()).collect::<Vec<_>>(), ["1904", "2024"]);
        assert!(drawn.years.iter().all(|y| y.is_named));
        let tallest = &drawn.columns[1];
        assert_eq!(tallest.videos_height + tallest.photos_height, 150.0);
        assert_eq!(tallest.sum, "8 photos, 2 videos");
        assert!(drawn.columns[0].left < drawn.columns[1].left);
    }

    #[test]
    fn hostile_months_are_left_out_of_the_picture() {
        for months in [vec![], vec![month("", 1, 0)], vec![month("2024-13", 1, 0)], vec![month("x-y", 1, 1)]]
        {
            assert_eq!(timeline(&months).columns, []);
        }
        assert_eq!(month_name("2024-03"), "March 2024");
        assert_eq!(month_name(""), "Undated");
    }

    #[test]
    fn a_thousand_years_fit() {
        let months: Vec<Month> = (1000..2000).rev().map(|y| month(&format!("{y}-01"), 1, 0)).collect();
        let drawn = timeline(&months);
        assert!(drawn.is_long);
        assert!(drawn.years.iter().filter(|y| y.is_named).count() <= 1000);
    }
}
