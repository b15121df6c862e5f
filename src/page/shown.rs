//! What the page shows, and its gallery as data. Hidden and deleted items are not shown unless the owner
//! asks.
//!
//! The gallery is JSON that is safe inside a script element. It has columns of numbers and names instead of a
//! list of objects, so a library of 100,000 items is 10 MB that a browser reads in a blink.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::{DateTime, Datelike, FixedOffset, Timelike};
use serde::Serialize;

use crate::category::photos::media::{Format, Kind};
use crate::library::catalog::StoredFile;
use crate::library::path::LibraryPath;
use crate::page::HiddenPhotos;
use crate::page::figures::collection_word;
use crate::page::holdings::{Collection, Holdings, kind};
use crate::picture::Drawn;

/// The largest original that stands in for its own thumbnail, in bytes.
const LARGEST_STAND_IN: u64 = 8 << 20;

const VIDEO: u32 = 1;
const FAVORITE: u32 = 2;
const HIDDEN: u32 = 4;
const DELETED: u32 = 8;
const STAND_IN: u32 = 16;

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Month {
    /// `2024-03`; empty for what is undated.
    pub key: String,
    /// Photos, Live Photos among them.
    pub photos: u64,
    pub videos: u64,
}

/// An album as the page shows it.
#[derive(Debug)]
pub struct Album<'a> {
    /// As the catalog has it.
    pub collection: &'a Collection,
    /// Its members, indexes into [`Shown::items`].
    pub items: Vec<usize>,
}

pub struct Shown<'a> {
    pub files: Vec<&'a StoredFile>,
    /// Photos and videos, a Live Photo once; newest first, undated last.
    pub items: Vec<&'a StoredFile>,
    /// Newest first, undated last.
    pub months: Vec<Month>,
    /// Albums of which something may be shown, and empty ones.
    pub albums: Vec<Album<'a>>,
    /// Items that are not shown because they are hidden.
    pub hidden: u64,
    /// Items that are not shown because they are recently deleted.
    pub deleted: u64,
    /// Albums that are not shown because all that is in them is not.
    pub albums_left_out: u64,
}

impl<'a> Shown<'a> {
    pub fn of(holdings: &'a Holdings, hidden: HiddenPhotos) -> Self {
        let media: Vec<&StoredFile> = holdings.media().collect();
        let is_shown = |file: &&StoredFile| hidden == HiddenPhotos::Shown || !Holdings::is_private(file);
        let stills: HashSet<&LibraryPath> =
            media.iter().filter(|f| kind(f) == Kind::Photo).filter_map(|f| f.live_photo.as_ref()).collect();
        let is_item = |file: &&StoredFile| match kind(file) {
            Kind::Photo => file.companion_of.is_none(),
            Kind::Video => !stills.contains(&file.path),
            Kind::Adjustment | Kind::Other => false,
        };
        let (mut items, left_out): (Vec<&StoredFile>, Vec<&StoredFile>) =
            media.iter().filter(|f| is_item(f)).partition(|f| is_shown(f));
        // by the clock where it was taken, as the gallery shows it
        let taken = |item: &StoredFile| item.captured.map(|time| time.naive_local());
        items.sort_by(|a, b| taken(b).cmp(&taken(a)).then_with(|| a.path.cmp(&b.path)));
        let (albums, albums_left_out) = albums(holdings, &items);
        Shown {
            files: media.into_iter().filter(is_shown).collect(),
            months: months(&items),
            albums,
            items,
            deleted: left_out.iter().filter(|f| f.deleted).count() as u64,
            hidden: left_out.iter().filter(|f| !f.deleted).count() as u64,
            albums_left_out,
        }
    }

    /// The gallery as JSON. `pictures` says which ones there are of each item.
    pub fn data(&self, pictures: &[Drawn]) -> String {
        let mut folders: HashMap<&str, usize> = HashMap::new();
        let mut data = Data::default();
        for (index, item) in self.items.iter().enumerate() {
            let (folder, name) = item.path.as_str().rsplit_once('/').unwrap_or(("", item.path.as_str()));
            let next = folders.len();
            data.folder.push(*folders.entry(folder).or_insert_with(|| {
                data.folders.push(folder);
                next
            }));
            data.name.push(name);
            data.minute.push(item.captured.map_or(-1, minute));
            data.flags.push(flags(item));
            let has_thumbnail = pictures.get(index).is_some_and(|drawn| drawn.thumbnail);
            let thumbnail = has_thumbnail.then(|| item.content.blake3.to_hex().to_string());
            data.thumbnail.push(thumbnail.unwrap_or_default());
            if kind(item) == Kind::Photo
                && let Some(movie) = &item.live_photo
            {
                data.live.insert(index, movie.as_str());
            }
        }
        data.months = self.months.iter().map(|m| (m.key.as_str(), m.photos + m.videos)).collect();
        for Album { collection, items } in &self.albums {
            data.albums.push((collection_word(collection.kind), &collection.title, items));
        }
        in_script(&serde_json::to_string(&data).unwrap_or_else(|_| "null".to_owned()))
    }
}

#[derive(Default, Serialize)]
struct Data<'a> {
    months: Vec<(&'a str, u64)>,
    folders: Vec<&'a str>,
    folder: Vec<usize>,
    name: Vec<&'a str>,
    /// Since the month began, −1 if undated.
    minute: Vec<i64>,
    flags: Vec<u32>,
    /// By their names; empty where there is none.
    thumbnail: Vec<String>,
    /// The movie of a Live Photo.
    live: BTreeMap<usize, &'a str>,
    albums: Vec<(&'static str, &'a str, &'a [usize])>,
}

/// JSON that cannot end its script element, nor open a comment in it.
fn in_script(json: &str) -> String {
    let mut text = String::with_capacity(json.len() + 64);
    for c in json.chars() {
        match c {
            '<' => text.push_str("\\u003c"),
            '>' => text.push_str("\\u003e"),
            '&' => text.push_str("\\u0026"),
            '\u{2028}' => text.push_str("\\u2028"),
            '\u{2029}' => text.push_str("\\u2029"),
            _ => text.push(c),
        }
    }
    text
}

fn month(captured: DateTime<FixedOffset>) -> String {
    captured.format("%Y-%m").to_string()
}

/// Minutes since the month began, by the clock where it was taken.
fn minute(captured: DateTime<FixedOffset>) -> i64 {
    i64::from(captured.day0()) * 1440 + i64::from(captured.hour() * 60 + captured.minute())
}

fn flags(item: &StoredFile) -> u32 {
    let shows_itself =
        matches!(item.content.format, Format::Jpeg | Format::Png | Format::Gif | Format::WebP | Format::Avif);
    [
        (kind(item) == Kind::Video, VIDEO),
        (item.favorite, FAVORITE),
        (item.hidden, HIDDEN),
        (item.deleted, DELETED),
        (shows_itself && item.content.size <= LARGEST_STAND_IN, STAND_IN),
    ]
    .into_iter()
    .filter(|(holds, _)| *holds)
    .fold(0, |flags, (_, flag)| flags | flag)
}

fn months(items: &[&StoredFile]) -> Vec<Month> {
    let mut months: Vec<Month> = Vec::new();
    for item in items {
        let key = item.captured.map(month).unwrap_or_default();
        if months.last().is_none_or(|last| last.key != key) {
            months.push(Month { key, photos: 0, videos: 0 });
        }
        if let Some(month) = months.last_mut() {
            *(if kind(item) == Kind::Video { &mut month.videos } else { &mut month.photos }) += 1;
        }
    }
    months
}

fn albums<'a>(holdings: &'a Holdings, items: &[&StoredFile]) -> (Vec<Album<'a>>, u64) {
    let mut by_path: HashMap<&str, usize> = HashMap::new();
    for (index, item) in items.iter().enumerate() {
        by_path.insert(item.path.as_str(), index);
        if let Some(movie) = item.live_photo.as_ref().filter(|_| kind(item) == Kind::Photo) {
            by_path.entry(movie.as_str()).or_insert(index);
        }
    }
    let mut albums = Vec::new();
    let mut left_out = 0;
    for collection in &holdings.collections {
        let mut seen = HashSet::new();
        let members = collection.paths.iter().filter_map(|path| by_path.get(path.as_str()).copied());
        let items: Vec<usize> = members.filter(|item| seen.insert(*item)).collect();
        if items.is_empty() && !collection.paths.is_empty() {
            left_out += 1;
        } else {
            albums.push(Album { collection, items });
        }
    }
    (albums, left_out)
}

#[cfg(test)]
mod tests {
    use super::{in_script, minute};

    #[test]
    fn json_stays_in_its_script() {
        let hostile = serde_json::to_string("</script><!--\u{2028}\u{2029}&'\"\\").unwrap();
        let safe = in_script(&hostile);
        assert!(!safe.contains(['<', '>', '&', '\u{2028}', '\u{2029}']), "{safe}");
        let back: String = serde_json::from_str(&safe).unwrap();
        assert_eq!(back, "</script><!--\u{2028}\u{2029}&'\"\\");
    }

    #[test]
    fn minutes_of_a_month() {
        let minute = |text: &str| minute(text.parse().unwrap());
        assert_eq!(minute("2024-03-01T00:00:00+01:00"), 0);
        assert_eq!(minute("2024-03-03T10:05:17.25+01:00"), 2 * 1440 + 605);
    }
}
