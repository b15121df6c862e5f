//! Apple's lists of names: albums, memories, who contributed to a shared library, shared albums.
//!
//! They name files and nothing more; finding the files is for the match. No file is given up because of one
//! odd value: nobody has documented these files, so JSON is read into a tree first, and a field of an
//! unexpected type counts as absent.

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

/// JSON that takes more bytes of memory is not Apple's: a shared album holds at most 5,000 photos and videos,
/// which take 20 MiB, and 40,000 comments on them would still fit.
const LARGEST_TREE: usize = 128 << 20;

/// A list of more names is not Apple's: iCloud Photos holds a million photos and videos at most.
const MOST_NAMES: usize = 1_000_000;

/// Apple's headers for such a list: in albums of the owner, in Favorites and Hidden, in memories.
const TITLES: [&str; 4] = ["images", "imgname", "imagename", "image name"];

/// The bare file names in an `Albums/*.csv` or `Memories/*.csv`, in order, each once: column 0,
/// whatever the header says. Apple also writes albums of 0 bytes.
///
/// # Errors
/// If there are more than 1,000,000 names, or more than `room` bytes of memory have space for.
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

/// All of these, unless they are too many or take more than `room` bytes of memory.
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
/// If there are more than 1,000,000 of them, or more than `room` bytes of memory have space for.
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

/// Whether a file that begins so lists an album: one column, with one of Apple's headers or at least one name of
/// a photo or video. A few thousand bytes are enough.
pub fn looks_like_names(first_bytes: &[u8]) -> bool {
    let text = table::decode(first_bytes);
    let mut records = Records::new(&text, ',').flatten().peekable();
    let is_titled = records.peek().is_some_and(|r| r.fields.first().is_some_and(|f| is_title(f)));
    let is_medium = |name: &str| Format::Unknown.kind(name.trim()) != Kind::Other;
    let mut media = 0;
    for record in records {
        match record.fields.as_slice() {
            [name] => media += usize::from(is_medium(name)),
            // below one of Apple's headers, another column is one that Apple has added since
            _ if is_titled => {}
            _ => return false,
        }
    }
    is_titled || media > 0
}

/// The title of an album or memory: its file name without `.csv`, in NFC. Where two have the same title, Apple
/// appends a digit (`Nov 4, 20201`). Nothing tells that digit from one of the owner's, so it stays.
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

/// `AlbumInfo.json`, which lies in the folder of a shared album. It serialises as Apple writes it, except that
/// dates become RFC 3339. It holds other people's names and addresses: never print it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct AlbumInfo {
    /// The true title; the folder's name may be a rewritten one.
    #[serde(deserialize_with = "lenient")]
    pub album_name: Option<String>,
    #[serde(rename = "creationDate", deserialize_with = "instant")]
    pub created: Option<DateTime<Utc>>,
    /// Whether subscribers may add photos and videos.
    #[serde(deserialize_with = "flag")]
    pub allow_contributions: Option<bool>,
    /// Whether the album had a public page.
    #[serde(deserialize_with = "flag")]
    pub is_public: Option<bool>,
    #[serde(deserialize_with = "lenient")]
    pub owner: Option<Person>,
    /// Incomplete: the folder may hold files that are not listed here, and lack some that are.
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

/// A photo or video of a shared album.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct SharedPhoto {
    /// The bare file name.
    #[serde(deserialize_with = "lenient")]
    pub name: Option<String>,
    /// When it was posted to the album. Apple calls it `dateCreated`, but it is no capture time.
    #[serde(rename = "dateCreated", deserialize_with = "instant")]
    pub posted: Option<DateTime<Utc>>,
    #[serde(deserialize_with = "lenient")]
    pub contributor: Option<Person>,
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
    #[serde(deserialize_with = "lenient")]
    pub comment: Option<String>,
    #[serde(deserialize_with = "instant")]
    pub timestamp: Option<DateTime<Utc>>,
    #[serde(deserialize_with = "lenient")]
    pub contributor: Option<Person>,
}

/// Somebody who was invited to a shared album.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Participant {
    #[serde(deserialize_with = "lenient")]
    pub participant: Option<Person>,
    #[serde(rename = "sharingDate", deserialize_with = "instant")]
    pub invited: Option<DateTime<Utc>>,
    /// What came of it, in Apple's words.
    #[serde(rename = "sharingStatus", deserialize_with = "lenient")]
    pub status: Option<String>,
}

/// One album of `Subscribed Albums.json`: somebody else's, so it comes without photos.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct SubscribedAlbum {
    #[serde(deserialize_with = "lenient")]
    pub album_name: Option<String>,
    /// Nobody has seen what Apple puts here, so it is kept as it is.
    #[serde(deserialize_with = "anything")]
    pub files: Vec<Value>,
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
    #[serde(deserialize_with = "list")]
    pub comments: Vec<Comment>,
}

/// Reads an `AlbumInfo.json`.
///
/// # Errors
/// If it does not describe an album, or takes more than `room` bytes of memory.
pub fn parse_album_info(bytes: &[u8], room: usize) -> Result<AlbumInfo, Refused> {
    match tree(bytes, room)? {
        object @ Value::Object(_) => read(object),
        _ => Err((Code::BadRow, "it does not describe an album".to_owned())),
    }
}

/// Reads a `Subscribed Albums.json`.
///
/// # Errors
/// If it does not list albums, or takes more than `room` bytes of memory.
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

/// A slightly high estimate of the memory, in bytes, that the tree of a JSON text takes: a text of nothing but
/// `{"":0},` takes a hundred times its size.
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
mod tests;
