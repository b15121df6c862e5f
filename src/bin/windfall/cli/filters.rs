//! The filters of `list`, `copy` and `similar`: the same options everywhere.

use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

use windfall::Category;
use windfall::cli::filter::{Filters, Period, Sight, Text};

/// Which files are meant; without any, all are.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Filters (repeated ones mean or, different ones and)")]
pub struct Filtering {
    /// In an album with this in its title
    #[arg(long, value_name = "TITLE")]
    album: Vec<Text>,
    /// Favourites only
    #[arg(long)]
    favorites: bool,
    /// Taken on this day, month or year, or later: 2024, 2024-07, 2024-07-21
    #[arg(long, value_name = "DATE")]
    from: Vec<Period>,
    /// Taken on this day, month or year, or earlier
    #[arg(long, value_name = "DATE")]
    until: Vec<Period>,
    /// What it is
    #[arg(long, value_name = "KIND", value_parser = sights())]
    kind: Vec<Sight>,
    /// Taken in a country, region or town with this in its English name
    #[arg(long, value_name = "TEXT")]
    place: Vec<Text>,
    /// Taken by a camera with this in its name
    #[arg(long, value_name = "TEXT")]
    camera: Vec<Text>,
    /// With this in its name, album, place, camera or date
    #[arg(long, value_name = "TEXT")]
    search: Vec<Text>,
    /// Of this category: photos, notes, drive, …
    #[arg(long, value_name = "NAME", value_parser = category)]
    category: Vec<Category>,
}

impl Filtering {
    /// What was asked for.
    pub fn filters(&self) -> Filters {
        Filters {
            albums: self.album.clone(),
            favorites: self.favorites,
            from: self.from.clone(),
            until: self.until.clone(),
            kinds: self.kind.clone(),
            places: self.place.clone(),
            cameras: self.camera.clone(),
            searches: self.search.clone(),
            categories: self.category.clone(),
        }
    }
}

const SIGHTS: [(Sight, &str, &str); 3] = [
    (Sight::Photo, "photo", "photos, also the stills of Live Photos"),
    (Sight::Video, "video", "videos, but not the movies of Live Photos"),
    (Sight::Live, "live", "both halves of Live Photos"),
];

fn sights() -> impl TypedValueParser<Value = Sight> {
    let words = SIGHTS.map(|(_, word, help)| PossibleValue::new(word).help(help));
    let sight = |word: String| SIGHTS.iter().find(|(_, known, _)| *known == word).map(|(sight, ..)| *sight);
    PossibleValuesParser::new(words).try_map(move |word| sight(word).ok_or("it is none of these words"))
}

fn category(text: &str) -> Result<Category, String> {
    Category::from_name(text).ok_or_else(|| {
        let words = Category::ALL.map(|category| format!("`{}`", category.as_str()));
        format!("there is no such category; there are {}", words.join(", "))
    })
}
