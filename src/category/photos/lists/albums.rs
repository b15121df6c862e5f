//! What Apple says of shared albums, in JSON: titles, people, comments.
//!
//! Never finds the media or gives a file up because of one odd value. A file is read
//! into a tree first, and field by field from that. Nobody has documented these files, so
//! a field of another type than expected is an absent field.

use chrono::{DateTime, Utc};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use crate::apple::{date, table};
use crate::problem::Code;
use crate::problem::refusal::Refusal;

/// JSON that takes more memory, in bytes, is none of Apple's: a shared album holds 5,000 media at
/// most, which take 20 MiB, and 40,000 comments on them would fit.
const LARGEST_TREE: usize = 128 << 20;

/// `AlbumInfo.json`: a shared album, beside whose media it lies. It serialises as Apple writes it, but
/// for the dates, which become RFC 3339. Holds other people's names and addresses: not for printing.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct AlbumInfo {
    /// The true title.
    #[serde(deserialize_with = "lenient")]
    pub album_name: Option<String>,
    /// When the album was made.
    #[serde(rename = "creationDate", deserialize_with = "instant")]
    pub created: Option<DateTime<Utc>>,
    /// Whether subscribers may add media.
    #[serde(deserialize_with = "flag")]
    pub allow_contributions: Option<bool>,
    /// Whether the album had a public page.
    #[serde(deserialize_with = "flag")]
    pub is_public: Option<bool>,
    /// Whose album it is.
    #[serde(deserialize_with = "lenient")]
    pub owner: Option<Person>,
    /// What Apple lists; media may lack here, and listed ones may lack in the folder.
    #[serde(deserialize_with = "list")]
    pub photos: Vec<SharedPhoto>,
    /// Who else sees it.
    #[serde(deserialize_with = "list")]
    pub participants: Vec<Participant>,
}

/// Somebody with an Apple account.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Person {
    /// As they call themselves.
    #[serde(deserialize_with = "lenient")]
    pub full_name: Option<String>,
    /// Mostly an e-mail address.
    #[serde(rename = "appleid", deserialize_with = "lenient")]
    pub apple_id: Option<String>,
}

/// A medium of a shared album.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct SharedPhoto {
    /// The bare file name.
    #[serde(deserialize_with = "lenient")]
    pub name: Option<String>,
    /// When it was posted to the album. Apple calls it `dateCreated`, but it is no capture time.
    #[serde(rename = "dateCreated", deserialize_with = "instant")]
    pub posted: Option<DateTime<Utc>>,
    /// Who posted it.
    #[serde(deserialize_with = "lenient")]
    pub contributor: Option<Person>,
    /// What people said.
    #[serde(deserialize_with = "list")]
    pub comments: Vec<Comment>,
}

/// A comment or a like.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Comment {
    /// A like has no text.
    #[serde(deserialize_with = "flag")]
    pub is_like: Option<bool>,
    /// The text.
    #[serde(deserialize_with = "lenient")]
    pub comment: Option<String>,
    /// When it was written.
    #[serde(deserialize_with = "instant")]
    pub timestamp: Option<DateTime<Utc>>,
    /// Who wrote it.
    #[serde(deserialize_with = "lenient")]
    pub contributor: Option<Person>,
}

/// Somebody who was invited to a shared album.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Participant {
    /// Who was invited.
    #[serde(deserialize_with = "lenient")]
    pub participant: Option<Person>,
    /// When they were invited.
    #[serde(rename = "sharingDate", deserialize_with = "instant")]
    pub invited: Option<DateTime<Utc>>,
    /// What came of it, in Apple's words.
    #[serde(rename = "sharingStatus", deserialize_with = "lenient")]
    pub status: Option<String>,
}

/// One album of `Subscribed Albums.json`: somebody else's, so without media.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct SubscribedAlbum {
    /// The title.
    #[serde(deserialize_with = "lenient")]
    pub album_name: Option<String>,
    /// Nobody has seen what Apple puts here, so it is kept as it is.
    #[serde(deserialize_with = "anything")]
    pub files: Vec<Value>,
    /// What people said about which file.
    #[serde(deserialize_with = "list")]
    pub comments: Vec<FileComments>,
}

/// What people said about one file of a subscribed album.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct FileComments {
    /// The bare file name.
    #[serde(deserialize_with = "lenient")]
    pub file_name: Option<String>,
    /// What they said.
    #[serde(deserialize_with = "list")]
    pub comments: Vec<Comment>,
}

/// Reads an `AlbumInfo.json`.
///
/// # Errors
/// If it is none, or far larger than any.
pub fn parse_album_info(bytes: &[u8], room: usize) -> Result<AlbumInfo, Refusal> {
    match tree(bytes, room)? {
        object @ Value::Object(_) => read(object),
        _ => Err((Code::BadRow, "it does not describe an album".to_owned())),
    }
}

/// Reads a `Subscribed Albums.json`.
///
/// # Errors
/// If it is none, or far larger than any.
pub fn parse_subscribed(bytes: &[u8], room: usize) -> Result<Vec<SubscribedAlbum>, Refusal> {
    match tree(bytes, room)? {
        Value::Array(albums) => Ok(objects(albums).collect()),
        object @ Value::Object(_) => Ok(vec![read(object)?]),
        _ => Err((Code::BadRow, "it does not list albums".to_owned())),
    }
}

/// At most 128 MiB of memory, or what there is room for, and 128 levels deep (serde_json's own limit).
fn tree(bytes: &[u8], room: usize) -> Result<Value, Refusal> {
    let text = table::decode(bytes);
    if size_as_tree(&text) > LARGEST_TREE.min(room) {
        return Err((Code::LimitExceeded, "it says more than any album of Apple's".to_owned()));
    }
    serde_json::from_str(&text).map_err(|error| (Code::BadRow, format!("it is not JSON: {error}")))
}

/// What the tree of a JSON text takes in memory, in bytes, or a little more: a text of `{"":0},`
/// takes a hundred times its size.
fn size_as_tree(json: &str) -> usize {
    const OBJECT: usize = 700;
    const VALUE: usize = 100;
    let mut in_string = false;
    let mut escaped = false;
    let marks = json.bytes().map(|byte| {
        if std::mem::take(&mut escaped) {
            return 0;
        }
        match byte {
            b'"' => in_string = !in_string,
            b'\\' => escaped = in_string,
            b'{' if !in_string => return OBJECT,
            b'[' | b',' | b':' if !in_string => return VALUE,
            _ => {}
        }
        0
    });
    marks.sum::<usize>() + json.len()
}

fn read<T: DeserializeOwned>(object: Value) -> Result<T, Refusal> {
    T::deserialize(object).map_err(|error| (Code::BadRow, error.to_string()))
}

fn objects<T: DeserializeOwned>(values: Vec<Value>) -> impl Iterator<Item = T> {
    values.into_iter().filter(Value::is_object).filter_map(|value| T::deserialize(value).ok())
}

fn lenient<'de, D: Deserializer<'de>, T: DeserializeOwned>(field: D) -> Result<Option<T>, D::Error> {
    Ok(T::deserialize(Value::deserialize(field)?).ok())
}

fn list<'de, D: Deserializer<'de>, T: DeserializeOwned>(field: D) -> Result<Vec<T>, D::Error> {
    Ok(match Value::deserialize(field)? {
        Value::Array(values) => objects(values).collect(),
        _ => Vec::new(),
    })
}

fn anything<'de, D: Deserializer<'de>>(field: D) -> Result<Vec<Value>, D::Error> {
    Ok(match Value::deserialize(field)? {
        Value::Array(values) => values,
        Value::Null => Vec::new(),
        value => vec![value],
    })
}

fn instant<'de, D: Deserializer<'de>>(field: D) -> Result<Option<DateTime<Utc>>, D::Error> {
    Ok(lenient(field)?.and_then(|text: String| date::parse(&text).ok().flatten()))
}

fn flag<'de, D: Deserializer<'de>>(field: D) -> Result<Option<bool>, D::Error> {
    Ok(match Value::deserialize(field)? {
        Value::Bool(flag) => Some(flag),
        Value::String(text) => table::yes_or_no(&text),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::{AlbumInfo, parse_album_info, parse_subscribed};
    use crate::problem::Code;
    use proptest::prelude::{any, prop, proptest};

    const ALBUM: &str = r#"{ "albumName": "Lake week", "creationDate": "Monday July 4,2022 8:15 PM GMT",
        "allowContributions": true, "isPublic": false, "newField": {"a": [1]},
        "owner": {"fullName": "A. Person", "appleid": "a@example.com"},
        "photos": [ { "name": "IMG_1001.JPG", "dateCreated": "Monday July 4,2022 8:16 PM GMT",
            "contributor": {"fullName": "B. Person", "appleid": "b@example.com"},
            "comments": [ {"isLike": false, "comment": "nice", "timestamp": "Monday July 4,2022 9:00 PM GMT", "contributor": {}},
                          {"isLike": true, "comment": null, "timestamp": "soon", "contributor": null} ] } ],
        "participants": [ {"participant": {"fullName": "C"}, "sharingDate": "Monday July 4,2022 8:15 PM GMT", "sharingStatus": "accepted"} ] }"#;

    #[test]
    fn an_album_is_read_and_survives_being_written() {
        let album = parse_album_info(ALBUM.as_bytes(), usize::MAX).expect("an album");
        assert_eq!(album.album_name.as_deref(), Some("Lake week"));
        assert_eq!(album.created.map(|at| at.to_rfc3339()).as_deref(), Some("2022-07-04T20:15:00+00:00"));
        assert_eq!((album.allow_contributions, album.is_public), (Some(true), Some(false)));
        assert_eq!(album.owner.as_ref().and_then(|owner| owner.apple_id.as_deref()), Some("a@example.com"));
        let photo = &album.photos[0];
        assert_eq!(photo.name.as_deref(), Some("IMG_1001.JPG"));
        assert!(photo.posted.is_some() && photo.contributor.is_some());
        assert_eq!(
            (photo.comments[0].is_like, photo.comments[0].comment.as_deref()),
            (Some(false), Some("nice"))
        );
        assert_eq!((photo.comments[1].is_like, photo.comments[1].timestamp), (Some(true), None));
        assert_eq!(album.participants[0].status.as_deref(), Some("accepted"));
        let written = serde_json::to_vec(&album).expect("JSON");
        assert_eq!(parse_album_info(&written, usize::MAX), Ok(album));
    }

    #[test]
    fn one_odd_field_costs_itself_only() {
        let odd = r#"{ "albumName": 7, "albumName": "A", "creationDate": 12, "allowContributions": "yes", "isPublic": [], "owner": "me",
            "photos": [null, 3, "x", {}, {"name": "a.jpg", "comments": {}, "contributor": 1}, {"name": null, "dateCreated": null}], "participants": null }"#;
        let album = parse_album_info(odd.as_bytes(), usize::MAX).expect("an album");
        assert_eq!((album.album_name.as_deref(), album.created, album.owner), (Some("A"), None, None));
        assert_eq!((album.allow_contributions, album.is_public), (Some(true), None));
        assert_eq!(
            album.photos.iter().filter_map(|photo| photo.name.as_deref()).collect::<Vec<_>>(),
            ["a.jpg"]
        );
        assert_eq!(parse_album_info(b"{}", usize::MAX), Ok(AlbumInfo::default()));
        assert_eq!(parse_album_info(b"\xef\xbb\xbf{}", usize::MAX), Ok(AlbumInfo::default()));
    }

    #[test]
    fn what_is_no_album() {
        let bomb = "[".repeat(1_000_000);
        let nested = format!("{{\"owner\":{bomb}");
        for text in ["", "[]", "null", "{", "\"x\"", "albumName", &bomb, &nested] {
            let read = parse_album_info(text.as_bytes(), usize::MAX);
            assert_eq!(read.map_err(|(code, _)| code), Err(Code::BadRow), "{text:.20}");
        }
    }

    #[test]
    fn what_is_far_larger_than_any_list() {
        let photos = format!("{{\"photos\":[{}{{}}]}}", "{},".repeat(200_000));
        let odd = format!("[{{\"files\":[{}0]}}]", "{\"\":0},".repeat(200_000));
        for refused in [
            parse_album_info(photos.as_bytes(), usize::MAX).err(),
            parse_subscribed(odd.as_bytes(), usize::MAX).err(),
        ] {
            assert_eq!(refused.map(|(code, _)| code), Some(Code::LimitExceeded));
        }
    }

    #[test]
    fn the_largest_shared_album_is_read() {
        let comment = r#"{"isLike":false,"comment":"{[,:]}","timestamp":"","contributor":{"fullName":"","appleid":""}}"#;
        let photo = format!(
            r#"{{"name":"a\".JPG","dateCreated":"","contributor":{{}},"comments":[{}]}},"#,
            [comment; 5].join(",")
        );
        let text = format!(r#"{{"photos":[{}{{}}]}}"#, photo.repeat(5_000));
        assert_eq!(parse_album_info(text.as_bytes(), usize::MAX).map(|album| album.photos.len()), Ok(5_001));
    }

    #[test]
    fn subscribed_albums() {
        let text = r#"[ {"albumName": "X", "files": ["a.jpg", 1, {"name": "b"}, null],
            "comments": [ {"fileName": "a.jpg", "comments": [ {"isLike": true, "contributor": {"fullName": "A"}} ]}, 5 ]},
            null, {"albumName": null, "files": null}, {"files": "c.jpg"} ]"#;
        let albums = parse_subscribed(text.as_bytes(), usize::MAX).expect("albums");
        assert_eq!(albums.iter().map(|album| album.files.len()).collect::<Vec<_>>(), [4, 0, 1]);
        assert_eq!(albums[0].comments.len(), 1);
        assert_eq!(albums[0].comments[0].comments[0].is_like, Some(true));
        let written = serde_json::to_vec(&albums).expect("JSON");
        assert_eq!(parse_subscribed(&written, usize::MAX), Ok(albums));
        assert_eq!(
            parse_subscribed(b"{\"albumName\": \"one\"}", usize::MAX).map(|albums| albums.len()),
            Ok(1)
        );
        assert!(parse_subscribed(b"3", usize::MAX).is_err() && parse_subscribed(b"", usize::MAX).is_err());
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let _ = (parse_album_info(&bytes, usize::MAX), parse_subscribed(&bytes, usize::MAX));
        }

        #[test]
        fn no_cut_json_panics(cut in 0..ALBUM.len(), filler in "[\\[\\]{}\",:0-9a-z]{0,20}") {
            let text = format!("{}{filler}", ALBUM.get(..cut).unwrap_or(""));
            let _ = (parse_album_info(text.as_bytes(), usize::MAX), parse_subscribed(text.as_bytes(), usize::MAX));
        }

    }
}
