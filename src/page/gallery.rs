//! The gallery as data: JSON that is safe inside a script element.
//!
//! It has columns of numbers and names instead of a list of objects, and maps for what few items have, so a
//! library of 100,000 items is some 12 MB that a browser reads in a blink. Nothing of an item that is not shown is in
//! it: not its name, not what people said of it, not where it was taken.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use chrono::{DateTime, Datelike, FixedOffset, Timelike};
use serde::Serialize;

use crate::category::photos::media::Kind;
use crate::library::catalog::StoredFile;
use crate::library::posted::Remark;
use crate::page::figures::{collection_word, date};
use crate::page::holdings::{is_live, kind};
use crate::page::json::{Shared, in_script};
use crate::page::shown::{Album, Shown};
use crate::picture::{Drawn, is_for_browsers};
use crate::place::Place;

/// The largest original that stands in for its own thumbnail, in bytes.
const LARGEST_STAND_IN: u64 = 8 << 20;

/// As long as a name of 32 bytes in base64.
const NO_THUMBNAIL: &str = "                                           ";

const VIDEO: u32 = 1;
const FAVORITE: u32 = 2;
const HIDDEN: u32 = 4;
const DELETED: u32 = 8;
const STAND_IN: u32 = 16;
const PROVED: u32 = 32;
const SHOWS_ITSELF: u32 = 64;
const PREVIEW: u32 = 128;
const HARMED: u32 = 256;

/// What stands beside the originals, by the index of an item in [`Shown::items`].
#[derive(Debug, Clone, Copy)]
pub struct Beside<'a> {
    /// Which pictures there are of each item.
    pub pictures: &'a [Drawn],
    /// Groups of items that look alike, best first, each with a word why.
    pub similar: &'a [(String, Vec<usize>)],
    /// The folder beside the page in which the pictures are.
    pub own: &'a str,
}

/// The gallery as JSON.
pub fn data(shown: &Shown<'_>, beside: &Beside<'_>) -> String {
    let mut data = Data::default();
    let mut folders = Shared::default();
    let mut cameras = Shared::default();
    let mut places = Shared::default();
    for (index, item) in shown.items.iter().enumerate() {
        let (folder, name) = item.path.as_str().rsplit_once('/').unwrap_or(("", item.path.as_str()));
        data.folder.push(folders.number(folder));
        data.name.push(name);
        data.minute.push(item.captured.map_or(-1, minute));
        data.offset.push(item.captured.map(|time| time.offset().local_minus_utc() / 60));
        let drawn = beside.pictures.get(index);
        let has_thumbnail = drawn.is_some_and(|drawn| drawn.thumbnail);
        let preview = if has_thumbnail && drawn.is_some_and(|drawn| drawn.preview) { PREVIEW } else { 0 };
        data.flags.push(flags(item) | preview);
        data.size.push(item.content.size);
        data.camera.push(item.content.camera.name().map(|name| cameras.number(name)));
        match has_thumbnail {
            true => STANDARD_NO_PAD.encode_string(item.content.blake3.as_bytes(), &mut data.thumbnail),
            false => data.thumbnail.push_str(NO_THUMBNAIL),
        }
        if is_live(item)
            && let Some(movie) = &item.live_photo
        {
            data.live.insert(index, movie.as_str());
        }
        if let Some(original) = item.original_name.as_deref().filter(|original| *original != name) {
            data.original.insert(index, original);
        }
        let content = &item.content;
        data.width.push(content.pixels.map_or(0, |pixels| pixels.width));
        data.height.push(content.pixels.map_or(0, |pixels| pixels.height));
        if let Some(seconds) = content.duration {
            data.duration.insert(index, (seconds * 10.0).round() / 10.0);
        }
        data.place.push(content.place.as_deref().map(|place| places.number(levels(place))));
        if let Some(position) = content.position {
            data.position.insert(index, [rounded(position.latitude), rounded(position.longitude)]);
        }
    }
    data.folders = folders.names;
    data.cameras = cameras.names;
    data.places = places.names;
    data.months = shown.months.iter().map(|m| (m.key.as_str(), m.photos + m.videos)).collect();
    for (number, album) in shown.albums.iter().enumerate() {
        let Album { collection, key, items } = album;
        data.albums.push((collection_word(collection.kind), &collection.title, items, key));
        for &index in &album.items {
            let Some(item) = shown.items.get(index) else { continue };
            if let Some(posted) = album.collection.posted.get(item.path.as_str()) {
                let remarks = posted.remarks.iter().map(spoken).collect();
                data.people.entry(index).or_default().push((number, posted.by.as_deref(), remarks));
            }
        }
    }
    data.similar = beside.similar;
    data.own = beside.own;
    in_script(&serde_json::to_string(&data).unwrap_or_else(|_| "null".to_owned()))
}

/// Who, what (nothing: they liked it), and when.
type Spoken<'a> = (Option<&'a str>, Option<&'a str>, Option<String>);

/// The number of a shared album, who added the item to it, and what was said of it there.
type Heard<'a> = (usize, Option<&'a str>, Vec<Spoken<'a>>);

fn spoken(remark: &Remark) -> Spoken<'_> {
    (remark.by.as_deref(), remark.text.as_deref(), remark.time.map(|time| date(time.date_naive())))
}

#[derive(Default, Serialize)]
struct Data<'a> {
    months: Vec<(&'a str, u64)>,
    folders: Vec<&'a str>,
    folder: Vec<usize>,
    name: Vec<&'a str>,
    /// Names that Apple gave, where the file has another.
    original: BTreeMap<usize, &'a str>,
    /// Since the month began, −1 if undated.
    minute: Vec<i64>,
    /// Of the clock there, in minutes east of Greenwich.
    offset: Vec<Option<i32>>,
    flags: Vec<u32>,
    /// In bytes.
    size: Vec<u64>,
    cameras: Vec<&'a str>,
    camera: Vec<Option<usize>>,
    /// In pixels, as seen; 0 where nobody knows.
    width: Vec<u32>,
    height: Vec<u32>,
    /// Of a movie, in seconds.
    duration: BTreeMap<usize, f64>,
    /// Country, region and town, each empty where it is not known.
    places: Vec<[&'a str; 3]>,
    place: Vec<Option<usize>>,
    /// North and east, in degrees.
    position: BTreeMap<usize, [f64; 2]>,
    /// The names of all of them in one text, which is less to keep than 100,000 texts: the bytes of each in base64,
    /// [`NO_THUMBNAIL`] where there is none.
    thumbnail: String,
    /// The movie of a Live Photo.
    live: BTreeMap<usize, &'a str>,
    /// What it is, its title, its items, and what it is called in the address.
    albums: Vec<(&'static str, &'a str, &'a [usize], &'a str)>,
    /// What people of shared albums have to do with an item.
    people: BTreeMap<usize, Vec<Heard<'a>>>,
    similar: &'a [(String, Vec<usize>)],
    /// The folder in which the thumbnails and previews are.
    own: &'a str,
}

/// Country, region and town, each empty where it is not known.
fn levels(place: &Place) -> [&str; 3] {
    [&place.country, place.region.as_deref().unwrap_or_default(), place.city.as_deref().unwrap_or_default()]
}

/// To about a metre; a camera knows no more.
fn rounded(degrees: f64) -> f64 {
    (degrees * 1e5).round() / 1e5
}

/// Minutes since the month began, by the clock where it was taken.
fn minute(captured: DateTime<FixedOffset>) -> i64 {
    i64::from(captured.day0()) * 1440 + i64::from(captured.hour() * 60 + captured.minute())
}

fn flags(item: &StoredFile) -> u32 {
    [
        (kind(item) == Kind::Video, VIDEO),
        (item.favorite, FAVORITE),
        (item.hidden, HIDDEN),
        (item.deleted, DELETED),
        (is_for_browsers(item.content.format) && item.content.size <= LARGEST_STAND_IN, STAND_IN),
        (item.proved, PROVED),
        (item.content.damage.is_some(), HARMED),
        (is_for_browsers(item.content.format), SHOWS_ITSELF),
    ]
    .into_iter()
    .filter(|(holds, _)| *holds)
    .fold(0, |flags, (_, flag)| flags | flag)
}

#[cfg(test)]
mod tests {
    use super::minute;

    #[test]
    fn minutes_of_a_month() {
        let minute = |text: &str| minute(text.parse().unwrap());
        assert_eq!(minute("2024-03-01T00:00:00+01:00"), 0);
        assert_eq!(minute("2024-03-03T10:05:17.25+01:00"), 2 * 1440 + 605);
    }
}
