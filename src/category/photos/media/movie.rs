//! What movies say about themselves: QuickTime and MP4, and Canon's CR3, which is built like one. How long and large
//! they are is for `tracks`.
//!
//! Media data is never read, and `moov` may come late, be cut or make no sense. Beware of `meta`: it is a
//! plain box in QuickTime and a full box in MP4, and the entries of its `ilst` refer to `keys` by numbers
//! from 1.

use std::io::{Cursor, Read, Seek};

use exif::Context;

use crate::category::photos::media::blocks::{Blocks, LARGEST_BLOCK};
use crate::category::photos::media::boxes::{Boxes, TopLevel, child, meta_children};
use crate::category::photos::media::tags::{self, Tags, clean};
use crate::category::photos::media::window::{Window, big_endian};
use crate::category::photos::media::{Embedded, Format, LocalTime, tracks};
use crate::category::photos::time::stamp;

/// How much of a `moov` is read, in bytes; that of an hour of video has about 2 MB.
pub(super) const LARGEST_MOOV: u64 = 64 << 20;

/// How much of a `meta` box outside `moov` is read.
const LARGEST_META: u64 = 1 << 20;

/// Metadata keys of one file; Apple writes about ten.
const MOST_KEYS: usize = 1024;

/// The longest value worth having.
const LONGEST_TEXT: usize = 4096;

/// The `uuid` box of an XMP packet.
const XMP: [u8; 16] = *b"\xbe\x7a\xcf\xcb\x97\xa9\x42\xe8\x9c\x71\x99\x94\x91\xe3\xaf\xac";

/// Canon's box of TIFF blocks inside a CR3's `moov`.
pub(super) const CANON: [u8; 16] = *b"\x85\xc0\xb6\x87\x82\x0f\x11\xe0\x81\x11\xf4\xce\x46\x2b\x6a\x48";

/// Fills the gaps in `embedded` with what `moov` says, then with a `meta` box beside it.
pub(super) fn fill(embedded: &mut Embedded, blocks: &mut Blocks, window: &mut Window<'_, impl Read + Seek>) {
    let mut boxes = TopLevel::new(window);
    let (mut beside, mut is_moov_read) = (None, false);
    while let Some(place) = boxes.next() {
        match &place.kind {
            b"moov" if !is_moov_read => {
                fill_from_moov(embedded, blocks, &boxes.body(&place, LARGEST_MOOV));
                is_moov_read = true;
                // what follows can only tell a date
                if embedded.exif.is_some() || embedded.quicktime.is_some() {
                    break;
                }
            }
            b"uuid" if boxes.body(&place, 16) == XMP => {
                blocks.add_xmp(|| boxes.body(&place, LARGEST_BLOCK).split_off(16));
            }
            // one is enough, or a file of nothing but these would have them all read
            b"meta" if beside.is_none() => beside = Some(boxes.body(&place, LARGEST_META)),
            _ => (),
        }
    }
    fill_from_meta(embedded, &beside.unwrap_or_default());
}

fn fill_from_moov(embedded: &mut Embedded, blocks: &mut Blocks, moov: &[u8]) {
    // a CR3 has tracks too, of which none is a movie
    if embedded.format != Format::Cr3 {
        tracks::fill(embedded, moov);
    }
    for (kind, body) in Boxes(moov) {
        match &kind {
            b"mvhd" => embedded.utc = embedded.utc.or_else(|| creation_time(body)),
            b"meta" => fill_from_meta(embedded, body),
            b"uuid" if body.starts_with(&XMP) => {
                blocks.add_xmp(|| body.get(16..).unwrap_or_default().to_vec());
            }
            b"uuid" if body.starts_with(&CANON) => {
                fill_from_canon(embedded, body.get(16..).unwrap_or_default())
            }
            _ => (),
        }
    }
    // after `meta`, wherever that stands, because Apple's keys are the better source
    for (_, user) in Boxes(moov).filter(|(kind, _)| kind == b"udta") {
        for (kind, body) in Boxes(user) {
            match &kind {
                b"meta" => fill_from_meta(embedded, body),
                b"XMP_" => blocks.add_xmp(|| body.to_vec()),
                _ => fill_one(embedded, &kind, international_text(body)),
            }
        }
    }
}

/// Creation time of `mvhd`: 32 bits in version 0, 64 in version 1.
fn creation_time(mvhd: &[u8]) -> Option<chrono::NaiveDateTime> {
    let wide = *mvhd.first()? == 1;
    stamp::since_1904(big_endian(mvhd.get(4..if wide { 12 } else { 8 })?))
}

/// Reads Apple's keys, or a list in the style of iTunes, whose entries are named by their type.
fn fill_from_meta(embedded: &mut Embedded, meta: &[u8]) {
    let children = meta_children(meta);
    let Some(list) = child(children, b"ilst") else {
        return;
    };
    let keys: Vec<&[u8]> = child(children, b"keys")
        .and_then(|keys| keys.get(8..))
        .map_or(Vec::new(), |keys| Boxes(keys).take(MOST_KEYS).map(|(_, name)| name).collect());
    for (kind, item) in Boxes(list) {
        let value = child(item, b"data").and_then(|data| text(data.get(8..)?));
        let number = usize::try_from(u32::from_be_bytes(kind)).unwrap_or(0);
        match number.checked_sub(1).and_then(|index| keys.get(index)) {
            Some(key) => fill_one(embedded, key, value),
            None => fill_one(embedded, &kind, value),
        }
    }
}

/// Takes in one named value, unless a better one is there already.
fn fill_one(embedded: &mut Embedded, key: &[u8], value: Option<String>) {
    let Some(value) = value else { return };
    let time: fn(&str) -> Option<LocalTime> = stamp::time;
    match key {
        b"com.apple.quicktime.creationdate" | b"\xa9day" if embedded.quicktime.is_none() => {
            embedded.quicktime = time(&value);
        }
        b"com.apple.quicktime.location.ISO6709" | b"\xa9xyz" if embedded.position.is_none() => {
            embedded.position = stamp::iso6709(&value);
        }
        b"com.apple.quicktime.make" | b"com.android.manufacturer" | b"\xa9mak" => {
            embedded.camera.fill(Some(value), None);
        }
        b"com.apple.quicktime.model" | b"com.android.model" | b"\xa9mod" => {
            embedded.camera.fill(None, Some(value));
        }
        b"com.apple.quicktime.content.identifier" if embedded.content_identifier.is_none() => {
            embedded.content_identifier = Some(value.into());
        }
        _ => (),
    }
}

/// QuickTime user data: length, language, text.
fn international_text(body: &[u8]) -> Option<String> {
    let length = usize::from(u16::from_be_bytes(*body.first_chunk()?));
    let rest = body.get(4..)?;
    text(rest.get(..length).unwrap_or(rest))
}

fn text(bytes: &[u8]) -> Option<String> {
    clean(bytes.get(..LONGEST_TEXT).unwrap_or(bytes))
}

/// In a CR3, `CMT1` is the first directory of a TIFF, `CMT2` its EXIF and `CMT4` its GPS directory, each as a
/// TIFF block of its own.
fn fill_from_canon(embedded: &mut Embedded, canon: &[u8]) {
    for (kind, body) in Boxes(canon) {
        let Some(tags) = (kind.starts_with(b"CMT")).then(|| Tags::parse(body.to_vec())).flatten() else {
            continue;
        };
        match &kind {
            b"CMT1" => {
                tags.fill(embedded);
                let block = &mut Cursor::new(body);
                embedded.pixels =
                    tags::size::pixels(&mut Window::new(block, body.len() as u64), embedded.format);
            }
            b"CMT2" => tags.fill(embedded),
            b"CMT4" => tags.fill_position(embedded, Context::Tiff),
            _ => (),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::fill;
    use crate::category::photos::media::blocks::Blocks;
    use crate::category::photos::media::window::Window;
    use crate::category::photos::media::{Embedded, LocalTime};
    use chrono::{FixedOffset, NaiveDate};
    use std::io::Cursor;

    fn boxed(kind: &[u8], body: &[u8]) -> Vec<u8> {
        [&(body.len() as u32 + 8).to_be_bytes()[..], kind, body].concat()
    }

    fn keyed(pairs: &[(&str, &str)]) -> Vec<u8> {
        let names: Vec<u8> = pairs.iter().flat_map(|(key, _)| boxed(b"mdta", key.as_bytes())).collect();
        let keys = boxed(b"keys", &[&[0, 0, 0, 0, 0, 0, 0, pairs.len() as u8][..], &names].concat());
        let items: Vec<u8> = pairs
            .iter()
            .zip(1u32..)
            .flat_map(|((_, value), number)| {
                let data = boxed(b"data", &[b"\0\0\0\x01\0\0\0\0", value.as_bytes()].concat());
                boxed(&number.to_be_bytes(), &data)
            })
            .collect();
        [keys, boxed(b"ilst", &items)].concat()
    }

    fn read(bytes: &[u8]) -> Embedded {
        let mut embedded = Embedded::default();
        let mut blocks = Blocks::default();
        fill(&mut embedded, &mut blocks, &mut Window::new(&mut Cursor::new(bytes), bytes.len() as u64));
        embedded
    }

    fn local(offset: Option<i32>) -> Option<LocalTime> {
        let time = NaiveDate::from_ymd_opt(2022, 7, 22).unwrap().and_hms_opt(21, 26, 32).unwrap();
        Some(LocalTime { time, offset: offset.map(|hours| FixedOffset::east_opt(hours * 3600).unwrap()) })
    }

    #[test]
    fn keys_in_a_box_and_in_a_full_box() {
        let pairs = [
            ("com.apple.quicktime.make", "Apple"),
            ("com.apple.quicktime.creationdate", "2022-07-22T21:26:32+0800"),
            ("com.apple.quicktime.content.identifier", "242684F6"),
            ("com.apple.quicktime.location.ISO6709", "+43.29+084.22+1595/"),
        ];
        for prefix in [&b""[..], b"\0\0\0\0"] {
            let meta = boxed(b"meta", &[prefix, &keyed(&pairs)].concat());
            let large = [&1u32.to_be_bytes()[..], b"mdat", &24u64.to_be_bytes(), &[0; 8]].concat();
            let found = read(&[large, boxed(b"moov", &meta)].concat());
            assert_eq!(found.quicktime, local(Some(8)));
            assert_eq!(found.camera.make(), Some("Apple"));
            assert_eq!(found.content_identifier.as_deref(), Some("242684F6"));
            assert!(found.position.is_some());
        }
    }

    #[test]
    fn user_data_is_the_second_choice() {
        let value = |kind: &[u8; 4], text: &str| {
            boxed(kind, &[&(text.len() as u16).to_be_bytes()[..], b"\x15\xc7", text.as_bytes()].concat())
        };
        let user =
            boxed(b"udta", &[value(b"\xa9mak", "Old"), value(b"\xa9day", "2022-07-22T21:26:32")].concat());
        let meta = boxed(b"meta", &keyed(&[("com.apple.quicktime.make", "Apple")]));
        let found = read(&boxed(b"moov", &[user, meta].concat()));
        assert_eq!(found.camera.make(), Some("Apple"));
        assert_eq!(found.quicktime, local(None), "a creation date without offset has none");
        let year = read(&boxed(b"moov", &boxed(b"udta", &value(b"\xa9day", "2022"))));
        assert_eq!(year.quicktime, None, "a year is no time");
    }

    #[test]
    fn the_movie_header_counts_from_1904() {
        let seconds: u32 = 3_600_000_000;
        let narrow = boxed(b"mvhd", &[&[0; 4][..], &seconds.to_be_bytes()].concat());
        let wide = boxed(b"mvhd", &[&[1, 0, 0, 0][..], &u64::from(seconds).to_be_bytes()].concat());
        let expected = NaiveDate::from_ymd_opt(2018, 1, 28).and_then(|date| date.and_hms_opt(16, 0, 0));
        assert_eq!(read(&boxed(b"moov", &narrow)).utc, expected);
        assert_eq!(read(&boxed(b"moov", &wide)).utc, expected);
        assert_eq!(read(&boxed(b"moov", &boxed(b"mvhd", &[0; 100]))).utc, None);
    }
}
