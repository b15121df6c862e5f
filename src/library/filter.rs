//! Which files of a library a command is about, as its owner says it: by album, date, kind, place, camera, or a word
//! found anywhere. The same for every verb that takes filters.
//!
//! Filters of one kind mean *or*, different ones *and*; without any, every file is meant. They say nothing of hidden
//! and deleted files: each verb decides on those, or asks for a [`HiddenAndDeleted`]. Nothing is read here.

use std::collections::BTreeSet;
use std::str::FromStr;

use chrono::NaiveDate;
use unicode_normalization::UnicodeNormalization;

use crate::apple::text::match_key;
use crate::category::photos::AlbumKind;
use crate::category::photos::media::{Camera, Kind};
use crate::contents::Category;
use crate::library::catalog::StoredFile;

/// What an owner asked for; empty, it means every file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filters {
    /// What is in the title of an album.
    pub albums: Vec<Text>,
    /// Only favourites.
    pub favorites: bool,
    /// Taken in one of these periods or later: of several, the earliest counts.
    pub from: Vec<Period>,
    /// Taken in one of these periods or earlier: of several, the latest counts.
    pub until: Vec<Period>,
    /// Photos, videos or Live Photos.
    pub kinds: Vec<Sight>,
    /// Where it was taken.
    pub places: Vec<Text>,
    /// Makers and models.
    pub cameras: Vec<Text>,
    /// Words in anything that has words.
    pub searches: Vec<Text>,
    /// Kinds of data.
    pub categories: Vec<Category>,
}

/// Whether what is hidden or recently deleted is meant too, where a verb lets its owner choose.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum HiddenAndDeleted {
    /// It is not.
    #[default]
    LeftOut,
    /// It is, like everything else.
    Included,
}

/// What somebody sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sight {
    /// A photo, also the still of a Live Photo.
    Photo,
    /// A video, but not the movie of a Live Photo.
    Video,
    /// Either half of a Live Photo.
    Live,
}

/// A year, a month or a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    first: NaiveDate,
    last: NaiveDate,
}

/// A text that is no date as filters take it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it is no date; write a year, month or day: `2024`, `2024-07`, `2024-07-21`")]
pub struct NotADate;

impl FromStr for Period {
    type Err = NotADate;

    fn from_str(text: &str) -> Result<Self, NotADate> {
        let steps: Vec<&str> = text.split('-').collect();
        let number = |at: usize, digits: usize| -> Option<u32> {
            let step = steps.get(at)?;
            let is_plain = step.len() == digits && step.bytes().all(|byte| byte.is_ascii_digit());
            step.parse().ok().filter(|_| is_plain)
        };
        let day = |year: u32, month, day| NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day);
        let year = number(0, 4).ok_or(NotADate)?;
        let (first, after) = match steps.len() {
            1 => (day(year, 1, 1), day(year + 1, 1, 1)),
            2 => {
                let month = number(1, 2).ok_or(NotADate)?;
                (day(year, month, 1), day(year + month / 12, month % 12 + 1, 1))
            }
            3 => {
                let only = number(1, 2).zip(number(2, 2)).and_then(|(month, date)| day(year, month, date));
                (only, only.and_then(|only| only.succ_opt()))
            }
            _ => (None, None),
        };
        let last = after.and_then(|after| after.pred_opt());
        let (first, last) = first.zip(last).ok_or(NotADate)?;
        Ok(Period { first, last })
    }
}

/// A text that is looked for in others, without regard to case and accents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text(String);

/// A text with nothing to look for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it is empty")]
pub struct Empty;

impl FromStr for Text {
    type Err = Empty;

    fn from_str(text: &str) -> Result<Self, Empty> {
        let plain = plain(text.trim());
        if plain.is_empty() { Err(Empty) } else { Ok(Text(plain)) }
    }
}

impl Text {
    /// Whether it is somewhere in another text.
    pub fn is_in(&self, text: &str) -> bool {
        plain(text).contains(&self.0)
    }
}

/// A text without case and accents. Letters with a stroke are no letters with an accent to Unicode, but to whoever
/// has no key for them.
fn plain(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let bare: String = text.nfkd().filter(|c| !is_accent(*c)).collect();
    let mut plain = String::with_capacity(bare.len());
    for c in match_key(&bare).chars() {
        match c {
            'ø' => plain.push('o'),
            'ł' => plain.push('l'),
            'đ' | 'ð' => plain.push('d'),
            'ħ' => plain.push('h'),
            'ŧ' => plain.push('t'),
            'ı' => plain.push('i'),
            'þ' => plain.push_str("th"),
            'æ' => plain.push_str("ae"),
            'œ' => plain.push_str("oe"),
            other => plain.push(other),
        }
    }
    plain
}

/// Whether a character is an accent on the letter before it. Vowel signs of scripts that write vowels so are none.
fn is_accent(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}' | '\u{fe20}'..='\u{fe2f}')
}

/// The kind and title of an album.
pub type Title = (AlbumKind, String);

impl Filters {
    /// Whether the titles of albums have to be known.
    pub fn ask_for_titles(&self) -> bool {
        !self.albums.is_empty() || !self.searches.is_empty()
    }

    /// Whether a file is meant.
    pub fn mean(&self, file: &StoredFile, titles: &[Title]) -> bool {
        let Filters { albums, favorites, from, until, kinds, places, cameras, searches, categories } = self;
        (!favorites || file.favorite)
            && any(categories, |wanted| *wanted == file.category)
            && any(kinds, |wanted| is_seen_as(file, *wanted))
            && any(albums, |text| titles.iter().any(|(_, title)| text.is_in(title)))
            && any(from, |period| day(file).is_some_and(|day| day >= period.first))
            && any(until, |period| day(file).is_some_and(|day| day <= period.last))
            && any(cameras, |text| is_in_camera(text, &file.content.camera))
            && any(places, |text| place(file).is_some_and(|words| text.is_in(&words)))
            && any(searches, |text| is_found(text, file, titles))
    }

    /// The titles of the albums that were asked for and that a file is in, each once.
    pub fn albums_of<'t>(&self, titles: &'t [Title]) -> impl Iterator<Item = &'t str> {
        let titles: BTreeSet<&str> = titles.iter().map(|(_, title)| title.as_str()).collect();
        titles.into_iter().filter(|title| self.albums.iter().any(|text| text.is_in(title)))
    }
}

/// Whether one of these fits, or there is none.
fn any<T>(wanted: &[T], fits: impl FnMut(&T) -> bool) -> bool {
    wanted.is_empty() || wanted.iter().any(fits)
}

/// The day on which it was taken, by the clock there.
fn day(file: &StoredFile) -> Option<NaiveDate> {
    file.captured.map(|time| time.naive_local().date())
}

fn is_seen_as(file: &StoredFile, sight: Sight) -> bool {
    match sight {
        Sight::Photo => file.kind == Some(Kind::Photo),
        Sight::Video => file.kind == Some(Kind::Video) && file.live_photo.is_none(),
        Sight::Live => file.live_photo.is_some(),
    }
}

/// Where it was taken, in words.
fn place(file: &StoredFile) -> Option<String> {
    file.content.place.as_ref().map(|place| place.words())
}

/// Whether a text is in the name of a camera, as people and listings say it or with all that its maker calls itself.
fn is_in_camera(text: &Text, camera: &Camera) -> bool {
    let all = camera.make().zip(camera.model()).map(|(make, model)| format!("{make} {model}"));
    camera.name().is_some_and(|name| text.is_in(name)) || all.is_some_and(|all| text.is_in(&all))
}

/// Whether a text is in something that has words: path, names, albums, place, camera, date.
fn is_found(text: &Text, file: &StoredFile, titles: &[Title]) -> bool {
    let is_in = |words: Option<String>| words.is_some_and(|words| text.is_in(&words));
    let dates = || day(file).map(|day| format!("{} {day}", day.format("%-d %B %Y")));
    text.is_in(file.path.as_str())
        || file.original_name.as_deref().is_some_and(|name| text.is_in(name))
        || titles.iter().any(|(_, title)| text.is_in(title))
        || is_in(place(file))
        || is_in_camera(text, &file.content.camera)
        || is_in(dates())
        || file.favorite && (text.is_in("favorite") || text.is_in("favourite"))
}

#[cfg(test)]
mod tests {
    use super::{
        AlbumKind, Camera, Category, Filters, Kind, NotADate, Period, Sight, StoredFile, Text, plain,
    };
    use crate::library::path::LibraryPath;
    use crate::library::record::FileRecord;

    fn taken(path: &str, captured: &str) -> StoredFile {
        FileRecord { captured: captured.parse().ok(), ..StoredFile::sample(path, Kind::Photo) }
    }

    /// A photo, a Live Photo, a video, an adjustment, and their albums.
    fn library() -> Vec<(StoredFile, Vec<(AlbumKind, String)>)> {
        let album = |titles: &[&str]| titles.iter().map(|t| (AlbumKind::Album, (*t).to_owned())).collect();
        let still = FileRecord {
            live_photo: LibraryPath::parse("2024/live.MOV").ok(),
            favorite: true,
            original_name: Some("Übersee.HEIC".into()),
            ..taken("2024/live.HEIC", "2024-07-31T23:30:00-05:00")
        };
        let movie = FileRecord {
            kind: Some(Kind::Video),
            path: LibraryPath::parse("2024/live.MOV").unwrap(),
            live_photo: Some(still.path.clone()),
            original_name: None,
            ..still.clone()
        };
        let mut video =
            FileRecord { kind: Some(Kind::Video), ..taken("2023/clip.MOV", "2023-12-31T00:30:00+14:00") };
        video.content.camera = Camera::new(None, Some("Lumix Málaga".into()));
        video.content.place = crate::place::at(crate::place::Position { latitude: 47.378, longitude: 8.54 });
        vec![
            (taken("2024/lake.HEIC", "2024-07-01T00:00:00+09:00"), album(&["Lake"])),
            (still, album(&["Lake week", "Łódź"])),
            (movie, album(&["Lake week", "Łódź"])),
            (video, album(&[])),
            (StoredFile::sample("Undated/a.AAE", Kind::Adjustment), album(&[])),
        ]
    }

    fn chosen(filters: &Filters) -> Vec<String> {
        let library = library();
        let chosen = library.iter().filter(|(file, titles)| filters.mean(file, titles));
        chosen
            .map(|(file, _)| file.path.as_str().rsplit_once('/').map_or("", |(_, name)| name).to_owned())
            .collect()
    }

    fn texts(texts: &[&str]) -> Vec<Text> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    fn periods(texts: &[&str]) -> Vec<Period> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    const ALL: &[&str] = &["lake.HEIC", "live.HEIC", "live.MOV", "clip.MOV", "a.AAE"];
    const LIVE: &[&str] = &["live.HEIC", "live.MOV"];

    #[test]
    fn each_filter_alone() {
        let none = Filters::default;
        let cases: &[(&str, Filters, &[&str])] = &[
            ("none", none(), ALL),
            (
                "albums with a word in their titles, also one of just that title",
                Filters { albums: texts(&["LAKE"]), ..none() },
                &["lake.HEIC", "live.HEIC", "live.MOV"],
            ),
            ("an album without its accents", Filters { albums: texts(&["lodz"]), ..none() }, LIVE),
            ("no such album", Filters { albums: texts(&["sea"]), ..none() }, &[]),
            ("favourites", Filters { favorites: true, ..none() }, LIVE),
            (
                "from a year",
                Filters { from: periods(&["2024"]), ..none() },
                &["lake.HEIC", "live.HEIC", "live.MOV"],
            ),
            ("from a day", Filters { from: periods(&["2024-07-02"]), ..none() }, LIVE),
            ("from that very day", Filters { from: periods(&["2024-07-31"]), ..none() }, LIVE),
            ("until a year", Filters { until: periods(&["2023"]), ..none() }, &["clip.MOV"]),
            (
                "until a month",
                Filters { until: periods(&["2024-07"]), ..none() },
                &["lake.HEIC", "live.HEIC", "live.MOV", "clip.MOV"],
            ),
            (
                "until a day",
                Filters { until: periods(&["2024-07-01"]), ..none() },
                &["lake.HEIC", "clip.MOV"],
            ),
            ("photos", Filters { kinds: vec![Sight::Photo], ..none() }, &["lake.HEIC", "live.HEIC"]),
            ("videos", Filters { kinds: vec![Sight::Video], ..none() }, &["clip.MOV"]),
            ("Live Photos", Filters { kinds: vec![Sight::Live], ..none() }, LIVE),
            ("a camera", Filters { cameras: texts(&["LUMIX malaga"]), ..none() }, &["clip.MOV"]),
            (
                "a maker with a model",
                Filters { cameras: texts(&["apple iphone 15"]), ..none() },
                &["lake.HEIC", "live.HEIC", "live.MOV", "a.AAE"],
            ),
            ("a town", Filters { places: texts(&["zurich"]), ..none() }, &["clip.MOV"]),
            ("a country", Filters { places: texts(&["SWITZER"]), ..none() }, &["clip.MOV"]),
            ("a place among all words", Filters { searches: texts(&["zürich"]), ..none() }, &["clip.MOV"]),
            ("photos are all there is", Filters { categories: vec![Category::Photos], ..none() }, ALL),
            ("no notes", Filters { categories: vec![Category::Notes], ..none() }, &[]),
            ("a word in a path", Filters { searches: texts(&["clip"]), ..none() }, &["clip.MOV"]),
            ("a word in a name", Filters { searches: texts(&["ubersee"]), ..none() }, &["live.HEIC"]),
            ("a word in a title", Filters { searches: texts(&["week"]), ..none() }, LIVE),
            ("a month in words", Filters { searches: texts(&["december 2023"]), ..none() }, &["clip.MOV"]),
            ("a day in words", Filters { searches: texts(&["31 July"]), ..none() }, LIVE),
            ("a month in numbers", Filters { searches: texts(&["2023-12"]), ..none() }, &["clip.MOV"]),
            ("a favourite in words", Filters { searches: texts(&["favour"]), ..none() }, LIVE),
        ];
        for (name, filters, expected) in cases {
            assert_eq!(chosen(filters), *expected, "{name}");
        }
    }

    #[test]
    fn one_kind_means_or_and_different_ones_and() {
        let kinds = vec![Sight::Video, Sight::Live];
        let either = Filters { kinds: kinds.clone(), ..Filters::default() };
        assert_eq!(chosen(&either), ["live.HEIC", "live.MOV", "clip.MOV"]);
        let both =
            Filters { kinds, favorites: true, until: periods(&["2023", "2024"]), ..Filters::default() };
        assert_eq!(chosen(&both), LIVE);
        let neither = Filters { from: periods(&["2024"]), until: periods(&["2023"]), ..Filters::default() };
        assert_eq!(chosen(&neither), [] as [&str; 0]);
        let albums = Filters { albums: texts(&["lake", "łódź"]), ..Filters::default() };
        assert_eq!(chosen(&albums), ["lake.HEIC", "live.HEIC", "live.MOV"]);
    }

    #[test]
    fn a_file_knows_the_albums_that_were_asked_for() {
        let filters = Filters { albums: texts(&["lake"]), ..Filters::default() };
        let titles = ["Lake week", "Lake", "Trip"].map(|title| (AlbumKind::Album, title.to_owned()));
        let titles = [&titles[..], &[(AlbumKind::Shared, "Lake".to_owned())]].concat();
        assert_eq!(filters.albums_of(&titles).collect::<Vec<_>>(), ["Lake", "Lake week"]);
    }

    #[test]
    fn periods_are_years_months_and_days() {
        for (text, first, last) in [
            ("2024", "2024-01-01", "2024-12-31"),
            ("2024-02", "2024-02-01", "2024-02-29"),
            ("2023-12", "2023-12-01", "2023-12-31"),
            ("2024-07-21", "2024-07-21", "2024-07-21"),
            ("0001", "0001-01-01", "0001-12-31"),
            ("9999-12-31", "9999-12-31", "9999-12-31"),
        ] {
            let period: Period = text.parse().unwrap();
            assert_eq!((period.first.to_string(), period.last.to_string()), (first.into(), last.into()));
        }
        for text in ["", "24", "2024-7", "2024-13", "2024-00", "2024-02-30", "2024-07-21-", "July", "+024"] {
            assert_eq!(text.parse::<Period>(), Err(NotADate), "{text}");
        }
    }

    #[test]
    fn words_are_compared_without_case_and_accents() {
        for (one, other) in [
            ("MÁLAGA", "malaga"),
            ("Straße", "STRASSE"),
            ("Tromsø", "tromso"),
            ("ＡＢＣ", "abc"),
            ("E\u{301}te\u{301}", "été"),
            ("İstanbul", "istanbul"),
        ] {
            assert_eq!(plain(one), plain(other), "{one}");
        }
        // these signs are vowels
        assert_ne!(plain("กิน"), plain("กน"));
        assert_eq!("  ".parse::<Text>(), Err(super::Empty));
        assert!("\u{301}".parse::<Text>().is_err());
    }
}
