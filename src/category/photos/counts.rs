//! How many photos, videos, rows and albums: the numbers that a report states of iCloud Photos.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::category::photos::media::Kind;
use crate::category::photos::{AlbumKind, Asset, Heard, List, Matched, Resource, Sort};
use crate::contents::{Class, ContentId, ContentSet, Contents, Entry};

/// Distinct media files of this run's inputs, imported now or before.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MediaCounts {
    /// Files that are photos, RAW files among them.
    pub photos: u64,
    /// Videos, movies of Live Photos among them.
    pub videos: u64,
    /// Pairs of a still and a movie.
    pub live_photos: u64,
    /// Files whose fingerprint a row carries.
    pub proved: u64,
    /// Files that only their archive vouches for.
    pub unproved: u64,
    /// Photos and videos without a date.
    pub undated: u64,
}

/// Albums of the library.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlbumCounts {
    /// The owner's albums.
    pub albums: u64,
    /// Apple's automatic collections.
    pub memories: u64,
    /// Shared albums.
    pub shared: u64,
    /// Distinct pairs of album and asset, without memories.
    pub memberships: u64,
}

/// The rows of the details in this run's inputs.
pub fn rows(contents: &Contents, heard: &Heard) -> u64 {
    let details = contents.entries.iter().filter(|e| e.given && Sort::of(e) == Sort::Details);
    let given: HashMap<ContentId, &Entry> = details.filter_map(|e| Some((e.content()?, e))).collect();
    let rows = given.values().filter_map(|entry| match heard.list(entry)? {
        List::Rows(details) => Some(details.rows.len() as u64),
        _ => None,
    });
    rows.sum()
}

/// The media of this run's inputs; `counts` says which contents count.
pub fn media(contents: &Contents, matched: &Matched, counts: &dyn Fn(ContentId) -> bool) -> MediaCounts {
    let given = given_media(contents);
    let here = |content: ContentId| given.contains(content) && counts(content);
    let mut media = MediaCounts::default();
    for asset in &matched.assets {
        for resource in asset.resources().filter(|r| here(r.content)) {
            match resource.kind {
                Kind::Photo => media.photos += 1,
                Kind::Video => media.videos += 1,
                Kind::Adjustment | Kind::Other => {}
            }
            *(if resource.proved { &mut media.proved } else { &mut media.unproved }) += 1;
        }
        let primary = here(asset.primary.content);
        let pair = asset.movie().is_some_and(|movie| primary || here(movie.content));
        media.live_photos += u64::from(pair);
        media.undated += u64::from(primary && asset.is_undated());
    }
    media.live_photos += matched.shared_movies.iter().filter(|(still, _)| here(*still)).count() as u64;
    media
}

fn given_media(contents: &Contents) -> ContentSet {
    let given = contents.entries.iter().filter(|e| e.given && e.class == Class::Resource);
    given.filter_map(|e| e.content()).collect()
}

/// Counts the albums of each kind, and what belongs to them.
pub fn albums(matched: &Matched) -> AlbumCounts {
    let mut counts = AlbumCounts::default();
    for album in &matched.albums {
        match album.kind {
            AlbumKind::Album => counts.albums += 1,
            AlbumKind::Memory => counts.memories += 1,
            AlbumKind::Shared => counts.shared += 1,
            AlbumKind::Subscribed => {}
        }
        if matches!(album.kind, AlbumKind::Album | AlbumKind::Shared) {
            counts.memberships += album.members.len() as u64;
        }
    }
    counts
}

/// How many photos and videos of this run's inputs have a local time that rests on the zone for what carries
/// none; `counts` says which resources count.
pub fn dated_by_zone(
    contents: &Contents,
    matched: &Matched,
    counts: &dyn Fn(&Asset, &Resource) -> bool,
) -> u64 {
    let given = given_media(contents);
    let resources = matched.assets.iter().flat_map(|asset| asset.resources().map(move |r| (asset, r)));
    let resting = resources.filter(|(asset, r)| {
        let is_medium = matches!(r.kind, Kind::Photo | Kind::Video);
        is_medium && r.captured.is_zone_assumed && given.contains(r.content) && counts(asset, r)
    });
    resting.count() as u64
}
