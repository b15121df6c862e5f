//! Apple's lists of names: albums, memories, who contributed to a shared library, shared albums. One odd
//! value does not cost the rest of a file.
//!
//! JSON is read into a tree first, and field by field from that. Nobody has documented these files, so a
//! field of another type than expected counts as absent.

use crate::apple::{date, table};
use crate::category::photos::lists;
use crate::category::photos::media::{Format, Kind};
use crate::problem::Code;
use crate::problem::refusal::Refused;
use chrono::{DateTime, Utc};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use std::collections::HashSet;
use table::Records;
use unicode_normalization::UnicodeNormalization;

/// JSON that takes more memory, in bytes, is none of Apple's: a shared album holds 5,000 media at
/// most, which take 20 MiB, and 40,000 comments on them would fit.
const LARGEST_TREE: usize = 128 << 20;

/// A list of more names is none of Apple's: iCloud Photos hold a million media at most.
const MOST_NAMES: usize = 1_000_000;

/// What the first row of a list says if it is a header: user albums, Favorites and Hidden, memories.
const TITLES: [&str; 4] = ["images", "imgname", "imagename", "image name"];

/// The bare file names in an `Albums/*.csv` or `Memories/*.csv`, in order, each once: column 0,
/// whatever the header says. Apple also writes albums of 0 bytes.
///
/// # Errors
/// If there are more than 1,000,000 names, or more than so many bytes of memory have room for.
pub fn parse_names(bytes: &[u8], room: usize) -> Result<Vec<String>, Refused> {
    let text = table::decode(bytes);
    let mut seen = HashSet::new();
    let names = Records::new(&text, ',').flatten().filter_map(|record| record.fields.into_iter().next());
    let names = names
        .enumerate()
        .filter(|(index, name)| *index > 0 || !is_title(name))
        .filter(|(_, name)| !name.trim().is_empty() && seen.insert(name.clone()))
        .map(|(_, name)| name.into_owned());
    bounded(names, String::len, room)
}

/// All of these, if they are not too many and have room.
fn bounded<T>(
    named: impl Iterator<Item = T>,
    length: impl Fn(&T) -> usize,
    mut room: usize,
) -> Result<Vec<T>, Refused> {
    let mut all = Vec::new();
    for item in named {
        if all.len() == MOST_NAMES {
            return Err((Code::LimitExceeded, format!("more than {MOST_NAMES} names are none of Apple's")));
        }
        room = room.checked_sub(lists::NAME + length(&item)).ok_or_else(lists::too_much)?;
        all.push(item);
    }
    Ok(all)
}

/// The names in a `Shared Library Details*.csv`, and whether the owner of the export contributed
/// them. A row that says neither yes nor no says nothing and is left out.
///
/// # Errors
/// If there are more than 1,000,000 of them, or more than so many bytes of memory have room for.
pub fn parse_contributions(bytes: &[u8], room: usize) -> Result<Vec<(String, bool)>, Refused> {
    let text = table::decode(bytes);
    let mut records = Records::new(&text, ',').flatten().peekable();
    let position = |fields: &[_], title: &str| {
        fields.iter().position(|field: &std::borrow::Cow<str>| field.trim().eq_ignore_ascii_case(title))
    };
    let columns = records.peek().and_then(|header| {
        Some((position(&header.fields, "imgName")?, position(&header.fields, "contributedByMe")?))
    });
    let (name, by_me) = columns.unwrap_or((0, 1));
    let named = records.filter_map(|record| {
        let flag = table::yes_or_no(record.fields.get(by_me)?)?;
        let name = record.fields.get(name).filter(|name| !name.trim().is_empty())?;
        Some((name.as_ref().to_owned(), flag))
    });
    bounded(named, |(name, _)| name.len(), room)
}

/// Whether a file with this beginning (a few thousand bytes do) is a list of an album: one column, with one
/// of Apple's headers or at least one name of a photo or video in it.
pub fn looks_like_names(first_bytes: &[u8]) -> bool {
    let text = table::decode(first_bytes);
    let mut records = Records::new(&text, ',').flatten().peekable();
    let is_titled = records.peek().is_some_and(|r| r.fields.first().is_some_and(|f| is_title(f)));
    let is_medium = |name: &str| Format::Unknown.kind(name.trim()) != Kind::Other;
    let mut media = 0;
    for record in records {
        match record.fields.as_slice() {
            [name] => media += usize::from(is_medium(name)),
            // with a title of Apple's a further column is one that came later
            _ if is_titled => {}
            _ => return false,
        }
    }
    is_titled || media > 0
}

/// The title of an album or memory: its file name without `.csv`, NFC. Apple appends a digit to a title
/// that it used before (`Nov 4, 20201`); nothing tells such a digit from one of the owner's, so it stays.
pub fn title(file_name: &str) -> String {
    let stem = match file_name.split_at_checked(file_name.len().saturating_sub(4)) {
        Some((stem, ending)) if ending.eq_ignore_ascii_case(".csv") => stem,
        _ => file_name,
    };
    stem.nfc().collect()
}

fn is_title(text: &str) -> bool {
    TITLES.iter().any(|title| text.trim().trim_start_matches('\u{feff}').eq_ignore_ascii_case(title))
}

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
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
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
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
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
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Participant {
    /// Who.
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
pub fn parse_album_info(bytes: &[u8], room: usize) -> Result<AlbumInfo, Refused> {
    match tree(bytes, room)? {
        object @ Value::Object(_) => read(object),
        _ => Err((Code::BadRow, "it does not describe an album".to_owned())),
    }
}

/// Reads a `Subscribed Albums.json`.
///
/// # Errors
/// If it is none, or far larger than any.
pub fn parse_subscribed(bytes: &[u8], room: usize) -> Result<Vec<SubscribedAlbum>, Refused> {
    match tree(bytes, room)? {
        Value::Array(albums) => Ok(objects(albums).collect()),
        object @ Value::Object(_) => Ok(vec![read(object)?]),
        _ => Err((Code::BadRow, "it does not list albums".to_owned())),
    }
}

/// At most 128 MiB of memory, or what there is room for, and 128 levels deep (serde_json's own limit).
fn tree(bytes: &[u8], room: usize) -> Result<Value, Refused> {
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

fn read<T: DeserializeOwned>(object: Value) -> Result<T, Refused> {
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
    use super::{
        AlbumInfo, MOST_NAMES, parse_album_info, parse_contributions, parse_names, parse_subscribed, title,
    };
    use crate::problem::Code;
    use proptest::prelude::{any, prop, proptest};

    #[test]
    fn lists_of_names() {
        let table: &[(&[u8], &[&str])] = &[
            (b"", &[]),
            (b"Images", &[]),
            (b"Images\n", &[]),
            (b"Images\nIMG_1.JPG\nIMG_2.MOV", &["IMG_1.JPG", "IMG_2.MOV"]),
            (b"imgName\r\nIMG_1.JPG\r\n", &["IMG_1.JPG"]),
            (b"imageName\rIMG_1.JPG\r", &["IMG_1.JPG"]),
            (b" \"IMAGE NAME\" \nIMG_1.JPG\n", &["IMG_1.JPG"]),
            (b"IMG_1.JPG\nImages\n", &["IMG_1.JPG", "Images"]),
            (b"Images,favorite\nIMG_1.JPG,yes\n", &["IMG_1.JPG"]),
            (b"\nImages\n\n\"a, b.jpg\"\n\"say \"\"hi\"\".jpg\"\n", &["a, b.jpg", "say \"hi\".jpg"]),
            (b"Images\nb.jpg\na.jpg\nb.jpg\nB.jpg\n", &["b.jpg", "a.jpg", "B.jpg"]),
            (b"\"Images\na.jpg\nb.jpg\n\"c.jpg\"\n", &["a.jpg", "b.jpg", "c.jpg"]),
            (b"\xef\xbb\xbfImages\n\xc3\xa9.jpg\n", &["\u{e9}.jpg"]),
            (b"Images\n\xe9.jpg\n", &["\u{e9}.jpg"]),
            (b"\xff\xfeI\0m\0a\0g\0e\0s\0\n\0\xe9\0\n\0", &["\u{e9}"]),
            (b"I\0m\0a\0g\0e\0s\0\n\0a\0\n\0", &["a"]),
            (b",x\n \na.jpg,", &["a.jpg"]),
        ];
        for (bytes, names) in table {
            assert_eq!(parse_names(bytes, usize::MAX).expect("few"), *names, "{}", bytes.escape_ascii());
        }
    }

    #[test]
    fn contributions() {
        for text in [
            "imgName,contributedByMe\na.jpg,yes\n\"b,c.jpg\",No\nd.jpg,\ne.jpg\n,yes\n",
            "ContributedByMe,x,IMGNAME\nyes,,a.jpg\nno,,\"b,c.jpg\"\n",
            "a.jpg,yes\r\n\"b,c.jpg\",no",
        ] {
            assert_eq!(
                parse_contributions(text.as_bytes(), usize::MAX),
                Ok(vec![("a.jpg".to_owned(), true), ("b,c.jpg".to_owned(), false)]),
                "{text}"
            );
        }
        assert_eq!(parse_contributions(b"", usize::MAX), Ok(Vec::new()));
    }

    #[test]
    fn titles() {
        for (name, expected) in [
            ("Lake week.csv", "Lake week"),
            ("1. April 2025.CSV", "1. April 2025"),
            ("Spe\u{301}cial.csv", "Sp\u{e9}cial"),
            ("\u{1f3d4}.csv", "\u{1f3d4}"),
            ("Nov 4, 20201.csv", "Nov 4, 20201"),
            ("x", "x"),
            ("é", "é"),
            (".csv", ""),
        ] {
            assert_eq!(title(name), expected);
        }
    }

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
        let names: String = (0..=MOST_NAMES).map(|n| format!("{n}\n")).collect();
        let rows = "a,no\n".repeat(MOST_NAMES + 1);
        let photos = format!("{{\"photos\":[{}{{}}]}}", "{},".repeat(200_000));
        let odd = format!("[{{\"files\":[{}0]}}]", "{\"\":0},".repeat(200_000));
        for refused in [
            parse_names(names.as_bytes(), usize::MAX).err(),
            parse_contributions(rows.as_bytes(), usize::MAX).err(),
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
            let _ = (parse_names(&bytes, usize::MAX), parse_contributions(&bytes, usize::MAX), parse_album_info(&bytes, usize::MAX), parse_subscribed(&bytes, usize::MAX));
        }

        #[test]
        fn no_cut_json_panics(cut in 0..ALBUM.len(), filler in "[\\[\\]{}\",:0-9a-z]{0,20}") {
            let text = format!("{}{filler}", ALBUM.get(..cut).unwrap_or(""));
            let _ = (parse_album_info(text.as_bytes(), usize::MAX), parse_subscribed(text.as_bytes(), usize::MAX), title(&text));
        }

        #[test]
        fn a_list_survives_being_written(names in prop::collection::btree_set("[ ,\"a-zé照]{0,12}\\.jpg", 0..9)) {
            let mut writer = csv::Writer::from_writer(Vec::new());
            for name in std::iter::once("Images").chain(names.iter().map(String::as_str)) {
                writer.write_record([name]).expect("into memory");
            }
            let bytes = writer.into_inner().expect("into memory");
            assert_eq!(parse_names(&bytes, usize::MAX), Ok(names.into_iter().collect::<Vec<_>>()));
        }
    }
}
