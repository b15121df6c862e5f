//! What the page shows: photos and videos in order, months, albums. Hidden and deleted items are not shown unless
//! the owner asks.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, FixedOffset};
use serde::Serialize;

use crate::category::photos::media::Kind;
use crate::library::catalog::StoredFile;
use crate::library::filter::HiddenAndDeleted;
use crate::page::holdings::{Collection, Holdings, kind};

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
    /// What it is called in the address of the page: its title, unless another one has it too.
    pub key: String,
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
    pub fn of(holdings: &'a Holdings, hidden: HiddenAndDeleted) -> Self {
        let is_shown =
            |file: &&StoredFile| hidden == HiddenAndDeleted::Included || !Holdings::is_private(file);
        let (mut items, left_out): (Vec<&StoredFile>, Vec<&StoredFile>) =
            holdings.items().partition(is_shown);
        // by the clock where it was taken, as the gallery shows it
        let taken = |item: &StoredFile| item.captured.map(|time| time.naive_local());
        items.sort_by(|a, b| taken(b).cmp(&taken(a)).then_with(|| a.path.cmp(&b.path)));
        let (albums, albums_left_out) = albums(holdings, &items);
        Shown {
            files: holdings.media().filter(is_shown).collect(),
            months: months(&items),
            albums,
            items,
            deleted: left_out.iter().filter(|f| f.deleted).count() as u64,
            hidden: left_out.iter().filter(|f| !f.deleted).count() as u64,
            albums_left_out,
        }
    }
}

fn month(captured: DateTime<FixedOffset>) -> String {
    captured.format("%Y-%m").to_string()
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
    let mut keys = HashMap::new();
    let mut left_out = 0;
    for collection in &holdings.collections {
        let mut seen = HashSet::new();
        let members = collection.paths.iter().filter_map(|path| by_path.get(path.as_str()).copied());
        let items: Vec<usize> = members.filter(|item| seen.insert(*item)).collect();
        if items.is_empty() && !collection.paths.is_empty() {
            left_out += 1;
        } else {
            let key = unlike(&collection.title, &mut keys);
            albums.push(Album { collection, key, items });
        }
    }
    (albums, left_out)
}

/// The title, or `Title (2)` if others before it are called so; `keys` has those, and how often each was wanted.
fn unlike(title: &str, keys: &mut HashMap<String, u64>) -> String {
    loop {
        let times = keys.entry(title.to_owned()).or_default();
        *times += 1;
        if *times == 1 {
            return title.to_owned();
        }
        let key = format!("{title} ({times})");
        if !keys.contains_key(&key) {
            keys.insert(key.clone(), 1);
            return key;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::unlike;
    use std::collections::HashMap;

    #[test]
    fn no_two_albums_are_called_the_same_in_an_address() {
        let mut keys = HashMap::new();
        let titles = ["Lake", "Lake", "Lake (2)", "Lake (3)", "Lake", "Sea"];
        let keys = titles.map(|title| unlike(title, &mut keys));
        assert_eq!(keys, ["Lake", "Lake (2)", "Lake (2) (2)", "Lake (3)", "Lake (4)", "Sea"]);
    }
}
