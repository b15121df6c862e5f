//! What people have to do with the media of shared albums: who posted one, what they wrote about it, who liked it.
//!
//! It comes from the story that Apple tells of an album, kept in the catalog as JSON. Nobody has documented that format,
//! so what is not as expected is not there. People are called what they call themselves; the address that Apple gives for
//! a person is never taken from it.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use crate::apple::text;
use crate::category::photos::lists::albums::{AlbumInfo, Comment, Person, SharedPhoto};

/// A medium of a shared album.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Posted {
    /// What tells the album from others: its folder at Apple's.
    pub key: String,
    /// The title of the album.
    pub album: String,
    /// Who posted it.
    pub by: Option<String>,
    /// When.
    pub time: Option<DateTime<Utc>>,
    /// What was said of it there, and who liked it.
    pub remarks: Vec<Remark>,
}

/// Something that a person said of a medium.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    pub by: Option<String>,
    /// What they wrote; nothing for a like.
    pub text: Option<String>,
    pub time: Option<DateTime<Utc>>,
}

/// What Apple tells of a shared album, by the names that its media have there.
#[derive(Debug, Clone, Default)]
pub struct Story {
    key: String,
    title: String,
    photos: HashMap<String, SharedPhoto>,
    /// Comments without likes, also those of media that were not delivered.
    pub comments: u64,
    pub likes: u64,
}

impl Story {
    /// Reads the story of an album.
    pub fn read(key: &str, title: &str, json: &str) -> Story {
        let info: AlbumInfo = serde_json::from_str(json).unwrap_or_default();
        let mut story = Story { key: key.to_owned(), title: title.to_owned(), ..Story::default() };
        for photo in info.photos {
            let remarks: Vec<Remark> = photo.comments.iter().filter_map(remark).collect();
            let likes = remarks.iter().filter(|remark| remark.text.is_none()).count() as u64;
            story.likes += likes;
            story.comments += remarks.len() as u64 - likes;
            if let Some(name) = &photo.name {
                story.photos.entry(text::match_key(name)).or_insert(photo);
            }
        }
        story
    }

    /// What it tells of the medium that has this name in the album.
    pub fn of(&self, name: &str) -> Option<Posted> {
        let photo = self.photos.get(&text::match_key(name))?;
        Some(Posted {
            key: self.key.clone(),
            album: self.title.clone(),
            by: called(photo.contributor.as_ref()),
            time: photo.posted,
            remarks: photo.comments.iter().filter_map(remark).collect(),
        })
    }
}

/// Without a text it is nothing, unless it is a like.
fn remark(comment: &Comment) -> Option<Remark> {
    let text = comment.comment.as_ref().filter(|text| !text.trim().is_empty());
    let is_like = comment.is_like == Some(true);
    (is_like || text.is_some()).then(|| Remark {
        by: called(comment.contributor.as_ref()),
        text: text.filter(|_| !is_like).cloned(),
        time: comment.timestamp,
    })
}

fn called(person: Option<&Person>) -> Option<String> {
    let name = person?.full_name.as_deref()?.trim();
    (!name.is_empty()).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::{Remark, Story};

    #[test]
    fn people_are_named_and_their_addresses_are_not() {
        let json = r#"{"photos": [
            {"name": "A.JPG", "contributor": {"fullName": "Kari", "appleid": "kari@example.com"},
             "dateCreated": "2022-07-04T20:16:00Z", "comments": [
                {"isLike": false, "comment": "<b>fine</b>", "timestamp": "2022-07-05T08:00:00Z",
                 "contributor": {"fullName": " ", "appleid": "x@example.com"}},
                {"isLike": true, "comment": null, "contributor": {"fullName": "Ola"}},
                {"comment": " "}, {}]},
            {"comments": [{"comment": "of a photo without a name"}]}, 7, {"name": 3}]}"#;
        let story = Story::read("Trip", "Our trip", json);
        assert_eq!((story.comments, story.likes), (2, 1));
        let posted = story.of("a.jpg").unwrap();
        assert_eq!((posted.album.as_str(), posted.by.as_deref()), ("Our trip", Some("Kari")));
        let time = |text: &str| text.parse().ok();
        assert_eq!(posted.time, time("2022-07-04T20:16:00Z"));
        let text = |text: &str| Some(text.to_owned());
        assert_eq!(
            posted.remarks,
            [
                Remark { by: None, text: text("<b>fine</b>"), time: time("2022-07-05T08:00:00Z") },
                Remark { by: text("Ola"), text: None, time: None }
            ]
        );
        assert!(!format!("{posted:?}").contains("example.com"));
        for odd in ["no JSON", "[]", "{}", r#"{"photos": {"name": "A.JPG"}}"#] {
            let story = Story::read("Trip", "Trip", odd);
            assert_eq!((story.of("A.JPG"), story.comments, story.likes), (None, 0, 0), "{odd}");
        }
    }
}
