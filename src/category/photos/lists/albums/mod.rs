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
mod tests;
