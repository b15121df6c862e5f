//! Albums shared with others, and those of others that the owner follows.
//!
//! A shared album is the folder that its media lie in; what Apple says of it lies beside them, and may name media
//! that were not delivered.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::apple::text;
use crate::category::photos::albums::names::Names;
use crate::category::photos::albums::{Album, AlbumKind, Doubtful, open};
use crate::category::photos::doubts::Doubts;
use crate::category::photos::lists::albums::{AlbumInfo, Comment, Participant, SharedPhoto};
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
    let mut told: BTreeMap<String, Vec<&AlbumInfo>> = BTreeMap::new();
    for entry in &contents.entries {
        match heard.list(entry) {
            Some(List::Album(info)) => {
                let folder = folder_name(entry);
                let album = open(found, AlbumKind::Shared, &folder, &folder);
                if let Some(title) = info.album_name.as_ref().filter(|t| !t.trim().is_empty()) {
                    title.clone_into(&mut album.title);
                }
                if !seen.insert((folder.clone(), entry.content())) {
                    continue;
                }
                told.entry(folder.clone()).or_default().push(info);
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
    for (folder, told) in told {
        open(found, AlbumKind::Shared, &folder, &folder).story = serde_json::to_string(&united(&told)).ok();
    }
}

/// What all deliveries tell of one album, the newest last, as one. What the newest says of the album and of a medium
/// counts; media, people and remarks that it does not have any more stay, as the photos of an album do.
fn united(told: &[&AlbumInfo]) -> AlbumInfo {
    let of_album =
        told.last().map(|last| AlbumInfo { photos: vec![], participants: vec![], ..(*last).clone() });
    let mut all = of_album.unwrap_or_default();
    let mut places: HashMap<Option<String>, usize> = HashMap::new();
    let mut people: HashSet<&Participant> = HashSet::new();
    let mut heard: HashSet<(usize, &Comment)> = HashSet::new();
    for info in told {
        all.participants.extend(info.participants.iter().filter(|person| people.insert(*person)).cloned());
        // somebody may have said the same twice, but not once more for each delivery
        let mut now = Vec::new();
        for photo in &info.photos {
            let place = *places.entry(photo.name.as_deref().map(text::match_key)).or_insert(all.photos.len());
            if place == all.photos.len() {
                all.photos.push(SharedPhoto { name: photo.name.clone(), ..SharedPhoto::default() });
            }
            let kept = &mut all.photos[place];
            kept.posted = photo.posted.or(kept.posted);
            kept.contributor = photo.contributor.clone().or_else(|| kept.contributor.take());
            let new = photo.comments.iter().filter(|comment| !heard.contains(&(place, *comment)));
            kept.comments.extend(new.cloned());
            now.extend(photo.comments.iter().map(|comment| (place, comment)));
        }
        heard.extend(now);
    }
    all
}

#[cfg(test)]
mod tests {
    use super::united;
    use crate::category::photos::lists::albums::{AlbumInfo, parse_album_info};

    fn info(json: &str) -> AlbumInfo {
        parse_album_info(json.as_bytes(), usize::MAX).unwrap()
    }

    #[test]
    fn what_a_later_delivery_does_not_tell_any_more_stays() {
        let first = info(
            r#"{"albumName": "Trip", "participants": [{"sharingStatus": "Accepted"}], "photos": [
                {"name": "A.JPG", "contributor": {"fullName": "Kari"},
                 "comments": [{"comment": "ha"}, {"comment": "ha"}, {"comment": "oh"}]},
                {"name": "B.JPG", "comments": [{"isLike": true}]}]}"#,
        );
        let later = info(
            r#"{"albumName": "Our trip", "participants": [{"sharingStatus": "Accepted"}], "photos": [
                {"name": "C.JPG"}, {"name": "a.jpg", "comments": [{"comment": "ha"}, {"comment": "new"}]}]}"#,
        );
        let all = united(&[&first, &later]);
        assert_eq!((all.album_name.as_deref(), all.participants.len()), (Some("Our trip"), 1));
        let said: Vec<_> = all
            .photos
            .iter()
            .map(|photo| {
                let by = photo.contributor.as_ref().and_then(|by| by.full_name.as_deref());
                let words = photo.comments.iter().map(|comment| comment.comment.as_deref());
                let words: Vec<Option<&str>> = words.collect();
                (photo.name.as_deref().unwrap(), by, words)
            })
            .collect();
        assert_eq!(
            said,
            [
                ("A.JPG", Some("Kari"), vec![Some("ha"), Some("ha"), Some("oh"), Some("new")]),
                ("B.JPG", None, vec![None]),
                ("C.JPG", None, vec![])
            ]
        );
        assert_eq!(united(&[&first]), first);
        assert_eq!(united(&[&later, &later]), later);
    }
}
