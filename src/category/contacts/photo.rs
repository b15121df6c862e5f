//! The picture of a card, as bytes.
//!
//! A picture is 100 kB of folded base64, so a card only remembers where it stands, and this reads it there. A
//! picture that lies elsewhere is named and never fetched.

use std::io;

use crate::apple::content_line::{Property, Text, from_base64};
use crate::category::contacts::card::Card;
use crate::category::photos::media::Format;

/// The picture of a card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Photo {
    /// In the card.
    Bytes {
        /// The file.
        bytes: Vec<u8>,
        /// Of the file, without a dot: by its content, else by what the card says.
        extension: &'static str,
    },
    /// On a server, at this address.
    Elsewhere(Box<str>),
}

/// The picture of a card of this text. `None` if it has none, or one of which nothing can be read, be it because it is
/// larger than any.
///
/// # Errors
/// If the text cannot be read again.
pub fn photo(text: &Text, card: &Card) -> io::Result<Option<Photo>> {
    let Some(span) = &card.picture else { return Ok(None) };
    let mut lines = text.lines(span.clone());
    let line = lines.next()?.filter(|line| line.is_whole);
    Ok(line.and_then(|line| of_property(&line.property()?)))
}

fn of_property(property: &Property) -> Option<Photo> {
    let stated: Vec<String> = property.parameters_of("TYPE").map(str::to_ascii_lowercase).collect();
    if let Some(bytes) = property.binary() {
        return of_bytes(bytes, stated.first().map_or("", String::as_str));
    }
    let value = property.text();
    let Some((header, body)) = value.strip_prefix("data:").and_then(|rest| rest.split_once(',')) else {
        let is_address = value.split_once(':').is_some_and(|(scheme, rest)| {
            let is_scheme = !scheme.is_empty() && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric());
            is_scheme && !rest.is_empty()
        });
        // base64 without a word about it, as some programs write
        return match is_address {
            true => Some(Photo::Elsewhere(value.into())),
            false => of_bytes(from_base64(value.as_bytes()), stated.first().map_or("", String::as_str))
                .filter(|photo| photo.is_recognised()),
        };
    };
    let media_type = header.split(';').next().unwrap_or_default();
    header.ends_with(";base64").then(|| of_bytes(from_base64(body.as_bytes()), media_type)).flatten()
}

fn of_bytes(bytes: Vec<u8>, stated: &str) -> Option<Photo> {
    let extension = extension(&bytes).unwrap_or_else(|| by_type(stated));
    (!bytes.is_empty()).then_some(Photo::Bytes { bytes, extension })
}

impl Photo {
    fn is_recognised(&self) -> bool {
        matches!(self, Photo::Bytes { bytes, .. } if extension(bytes).is_some())
    }
}

fn extension(bytes: &[u8]) -> Option<&'static str> {
    match Format::recognise(bytes) {
        Format::Jpeg => Some("jpg"),
        Format::Png => Some("png"),
        Format::Gif => Some("gif"),
        Format::Tiff => Some("tiff"),
        Format::Bmp => Some("bmp"),
        Format::WebP => Some("webp"),
        Format::Heic | Format::Heif => Some("heic"),
        Format::Avif => Some("avif"),
        _ => None,
    }
}

/// For what cannot be recognised: JPEG is what nearly all are.
fn by_type(stated: &str) -> &'static str {
    match stated.rsplit('/').next().unwrap_or_default() {
        "png" => "png",
        "gif" => "gif",
        "tiff" => "tiff",
        _ => "jpg",
    }
}
