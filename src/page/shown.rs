//! Shown: what the page shows of the holdings, and its gallery as data.
//!
//! In: [`Holdings`]. Out: [`Shown`], and [`Shown::data`], compact JSON that is safe inside a
//! script element. Pure. Never: shows what is hidden or deleted, unless asked to.
//! The one surprise: the gallery is columns of numbers and names and not a list of objects: a
//! library of 100,000 items is then 10 MB that a browser reads in a blink.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde::Serialize;

use crate::category::photos::media::Kind;
use crate::page::Hidden;
use crate::page::figures::collection_word;
use crate::page::holdings::{Collection, Holding, Holdings};

/// The largest original that stands in for its own thumbnail, in bytes.
const LARGEST_STAND_IN: u64 = 8 << 20;

const VIDEO: u32 = 1;
const FAVORITE: u32 = 2;
const HIDDEN: u32 = 4;
const DELETED: u32 = 8;
const STAND_IN: u32 = 16;

/// A month of the library.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Month {
    /// `2024-03`; empty for what is undated.
    pub key: String,
    /// Photos, Live Photos among them.
    pub photos: u64,
    /// Videos.
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

/// What the page shows.
pub struct Shown<'a> {
    /// Media files.
    pub files: Vec<&'a Holding>,
    /// Photos and videos, a Live Photo once; newest first, undated last.
    pub items: Vec<&'a Holding>,
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
    /// Chooses.
    pub fn of(holdings: &'a Holdings, hidden: Hidden) -> Self {
        let media: Vec<&Holding> = holdings.media().collect();
        let is_shown = |file: &&Holding| hidden == Hidden::Shown || !Holdings::is_private(file);
        let stills: HashSet<&str> =
            media.iter().filter(|f| f.kind == Kind::Photo).filter_map(|f| f.live_photo.as_deref()).collect();
        let is_item = |file: &&Holding| match file.kind {
            Kind::Photo => file.companion_of.is_none(),
            Kind::Video => !stills.contains(file.path.as_str()),
            Kind::Adjustment | Kind::Other => false,
        };
        let (mut items, left_out): (Vec<&Holding>, Vec<&Holding>) =
            media.iter().filter(|f| is_item(f)).partition(|f| is_shown(f));
        items.sort_by(|a, b| b.captured.cmp(&a.captured).then_with(|| a.path.cmp(&b.path)));
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

    /// The gallery as JSON. `thumbnails` says which items have one.
    pub fn data(&self, thumbnails: &[bool]) -> String {
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
            data.minute.push(item.captured.as_deref().map_or(-1, minute));
            data.flags.push(flags(item));
            let has_thumbnail = thumbnails.get(index).copied().unwrap_or(false);
            data.thumbnail.push(if has_thumbnail { &item.blake3 } else { "" });
            if item.kind == Kind::Photo
                && let Some(movie) = &item.live_photo
            {
                data.live.insert(index, movie);
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
    thumbnail: Vec<&'a str>,
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

fn month(captured: Option<&str>) -> &str {
    captured.and_then(|text| text.get(..7)).unwrap_or("")
}

/// `2024-03-03T10:05…` → minutes since the month began.
fn minute(captured: &str) -> i64 {
    let number = |from: usize, to: usize| captured.get(from..to).and_then(|text| text.parse::<i64>().ok());
    let parts = number(8, 10).zip(number(11, 13)).zip(number(14, 16));
    parts.map_or(-1, |((day, hour), minute)| (day - 1) * 1440 + hour * 60 + minute)
}

fn flags(item: &Holding) -> u32 {
    let shows_itself = matches!(item.format.as_str(), "jpeg" | "png" | "gif" | "webp" | "avif");
    [
        (item.kind == Kind::Video, VIDEO),
        (item.favorite, FAVORITE),
        (item.hidden, HIDDEN),
        (item.deleted, DELETED),
        (shows_itself && item.size <= LARGEST_STAND_IN, STAND_IN),
    ]
    .into_iter()
    .filter(|(holds, _)| *holds)
    .fold(0, |flags, (_, flag)| flags | flag)
}

fn months(items: &[&Holding]) -> Vec<Month> {
    let mut months: Vec<Month> = Vec::new();
    for item in items {
        let key = month(item.captured.as_deref());
        if months.last().is_none_or(|last| last.key != key) {
            months.push(Month { key: key.to_owned(), photos: 0, videos: 0 });
        }
        if let Some(month) = months.last_mut() {
            *(if item.kind == Kind::Video { &mut month.videos } else { &mut month.photos }) += 1;
        }
    }
    months
}

fn albums<'a>(holdings: &'a Holdings, items: &[&Holding]) -> (Vec<Album<'a>>, u64) {
    let mut by_path: HashMap<&str, usize> = HashMap::new();
    for (index, item) in items.iter().enumerate() {
        by_path.insert(item.path.as_str(), index);
        if let Some(movie) = item.live_photo.as_deref().filter(|_| item.kind == Kind::Photo) {
            by_path.entry(movie).or_insert(index);
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
        assert_eq!(minute("2024-03-01T00:00:00+01:00"), 0);
        assert_eq!(minute("2024-03-03T10:05:17.25+01:00"), 2 * 1440 + 605);
        assert_eq!(minute("nonsense"), -1);
    }
}
