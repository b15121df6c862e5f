//! Albums shared with others, and those of others that the owner follows.
//!
//! A shared album is the folder that its media lie in; what Apple says of it lies beside them, and may name media
//! that were not delivered.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::apple::text;
use crate::category::photos::albums::names::Names;
use crate::category::photos::albums::{Album, AlbumKind, Doubtful, open};
use crate::category::photos::doubts::Doubts;
use crate::category::photos::{Heard, List, Sort};
use crate::contents::{Arena, Contents, Entry};

/// Shared albums: a folder of media and an `AlbumInfo.json`, in one nested archive or over several.
pub(super) fn shared(
    contents: &Contents,
    heard: &Heard,
    names: &Names<'_>,
    found: &mut BTreeMap<(AlbumKind, String), Album>,
    problems: &mut Doubts,
) {
    let folder_name = |entry: &Entry| entry.folder().rsplit('/').next().unwrap_or_default().to_owned();
    let mut here: HashMap<String, HashSet<String>> = HashMap::new();
    for entry in contents.entries.iter().filter(|e| Sort::of(e) == Sort::Shared) {
        here.entry(folder_name(entry)).or_default().insert(text::match_key(entry.name()));
        let Some(asset) = entry.content().and_then(|c| names.asset_of.get(c)) else { continue };
        let folder = folder_name(entry);
        let album = open(found, AlbumKind::Shared, &folder, &folder);
        album.members.push(*asset);
    }
    let mut seen = HashSet::new();
    for entry in &contents.entries {
        match heard.list(entry) {
            Some(List::Album(info)) => {
                let folder = folder_name(entry);
                let album = open(found, AlbumKind::Shared, &folder, &folder);
                if let Some(title) = info.album_name.as_ref().filter(|t| !t.trim().is_empty()) {
                    title.clone_into(&mut album.title);
                }
                album.story = serde_json::to_string(info.as_ref()).ok();
                if !seen.insert((folder.clone(), entry.content())) {
                    continue;
                }
                let delivered = here.get(&folder);
                let mut doubts = Doubtful::of(contents, entry);
                for name in info.photos.iter().filter_map(|p| p.name.as_deref()) {
                    if !delivered.is_some_and(|d| d.contains(&text::match_key(name))) {
                        doubts.add(name, &[], &Arena::default(), problems);
                    }
                }
                doubts.end(problems);
            }
            Some(List::Subscribed(albums)) => {
                for (n, subscribed) in albums.iter().enumerate() {
                    let title = subscribed.album_name.clone().unwrap_or_default();
                    let album = open(found, AlbumKind::Subscribed, &format!("{title}/{n}"), &title);
                    album.story = serde_json::to_string(subscribed).ok();
                }
            }
            _ => {}
        }
    }
}
