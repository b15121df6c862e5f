//! What people said of the media of a shared album: who added one, who wrote what about it, and who liked it.
//!
//! It is read from the story that the catalog keeps of the album, leniently: what is not as expected is not there.
//! Names are given as people call themselves; an address that Apple gives for a person is never taken from it.

use std::collections::HashMap;

use serde_json::Value;

use crate::apple::text;
use crate::page::figures::day;

/// Something that a person said of a photo or video.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// As they call themselves, if Apple says it.
    pub who: Option<String>,
    /// What they wrote; nothing for a like.
    pub text: Option<String>,
    /// `3 March 2024`, if Apple says it.
    pub day: Option<String>,
}

/// What people have to do with one photo or video.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Said {
    /// Who added it.
    pub contributor: Option<String>,
    pub remarks: Vec<Remark>,
}

/// All of an album, by the names of its media.
#[derive(Debug, Clone, Default)]
pub struct Remarks {
    said: HashMap<String, Said>,
    /// Comments without likes, also those of media that were not delivered.
    pub comments: u64,
    pub likes: u64,
}

impl Remarks {
    /// What was said of a medium that Apple calls `name`.
    pub fn of(&self, name: &str) -> Option<&Said> {
        self.said.get(&text::match_key(name))
    }

    pub fn is_empty(&self) -> bool {
        self.said.is_empty()
    }
}

/// Reads the story of an album.
pub fn remarks(story: &str) -> Remarks {
    let story: Value = serde_json::from_str(story).unwrap_or_default();
    let mut all = Remarks::default();
    for photo in list(&story, "photos") {
        let remarks: Vec<Remark> = list(photo, "comments").iter().map(remark).collect();
        let likes = remarks.iter().filter(|remark| remark.text.is_none()).count() as u64;
        all.likes += likes;
        all.comments += remarks.len() as u64 - likes;
        let Some(name) = photo.get("name").and_then(Value::as_str) else { continue };
        let said = all.said.entry(text::match_key(name)).or_default();
        said.contributor = said.contributor.take().or_else(|| person(photo));
        said.remarks.extend(remarks);
    }
    all
}

fn remark(value: &Value) -> Remark {
    let is_like = value.get("isLike").and_then(Value::as_bool) == Some(true);
    let text = value.get("comment").and_then(Value::as_str).unwrap_or_default();
    Remark {
        who: person(value),
        text: (!is_like).then(|| text.to_owned()),
        day: value.get("timestamp").and_then(Value::as_str).map(day),
    }
}

fn person(value: &Value) -> Option<String> {
    let name = value.get("contributor")?.get("fullName")?.as_str()?.trim();
    (!name.is_empty()).then(|| name.to_owned())
}

fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value.get(name).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

#[cfg(test)]
mod tests {
    use super::{Remark, remarks};

    #[test]
    fn people_are_named_and_their_addresses_are_not() {
        let story = r#"{"photos": [
            {"name": "A.JPG", "contributor": {"fullName": "Kari", "appleid": "kari@example.com"}, "comments": [
                {"isLike": false, "comment": "<b>fine</b>", "timestamp": "2022-07-05T08:00:00Z",
                 "contributor": {"fullName": " ", "appleid": "x@example.com"}},
                {"isLike": true, "comment": null, "contributor": {"fullName": "Ola"}}]},
            {"comments": [{"comment": "of a photo without a name"}]}, 7, {"name": 3}]}"#;
        let all = remarks(story);
        assert_eq!((all.comments, all.likes), (2, 1));
        let said = all.of("a.jpg").unwrap();
        assert_eq!(said.contributor.as_deref(), Some("Kari"));
        let text = |text: &str| Some(text.to_owned());
        assert_eq!(
            said.remarks,
            [
                Remark { who: None, text: text("<b>fine</b>"), day: text("5 July 2022") },
                Remark { who: text("Ola"), text: None, day: None }
            ]
        );
        assert!(!format!("{all:?}").contains("example.com"));
        assert!(remarks("no JSON").is_empty() && remarks("[]").is_empty());
    }
}
