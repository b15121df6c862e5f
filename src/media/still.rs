//! Where still formats keep their EXIF.
//!
//! In: a file window. Out: the TIFF blocks in it, the likeliest first. Never: interprets a block
//! (`tags` does), reads picture data, or fails. The one decision a newcomer would question: kamadak
//! could find most of these itself, but refuses HEIF without the brand `mif1` or with more than
//! 128 KB of EXIF, WebP whose EXIF begins as in a JPEG, and JPEG whose segments are out of step.

use std::io::{Read, Seek};

use super::boxes::{Boxes, TopLevel, child};
use super::window::{Window, big_endian};

/// The largest EXIF block taken from a container; Apple's have about 3 KB.
const LARGEST_BLOCK: u64 = 8 << 20;

/// The largest HEIF `meta` box: a directory of items, no picture data.
const LARGEST_META: u64 = 16 << 20;

/// Segments of a JPEG before its scan, and bytes between two of them that belong to none.
const MOST_SEGMENTS: u32 = 4096;
const MOST_STRAY_BYTES: u64 = 64 << 10;

/// Chunks of a PNG or WebP.
const MOST_CHUNKS: u32 = 1 << 16;

/// EXIF blocks of one file; a sane file has one.
const MOST_BLOCKS: usize = 8;

/// APP1 segments before the scan.
pub(super) fn jpeg(window: &mut Window<'_, impl Read + Seek>) -> Vec<Vec<u8>> {
    let mut blocks = Vec::new();
    let mut at = 2;
    for _ in 0..MOST_SEGMENTS {
        let Some(head) = window.array::<4>(at) else {
            break;
        };
        match head {
            [0xff, 0xff, ..] => at += 1,
            [0xff, 0x00 | 0x01 | 0xd0..=0xd8, ..] => at += 2,
            [0xff, 0xd9 | 0xda, ..] => break,
            [0xff, marker, high, low] => {
                let length = u64::from(u16::from_be_bytes([high, low]));
                if marker == 0xe1 && blocks.len() < MOST_BLOCKS {
                    let segment = window.bytes(at + 4, length.saturating_sub(2));
                    if segment.starts_with(b"Exif\0") {
                        blocks.extend(tiff_block(segment));
                    }
                }
                at += 2 + length.max(2);
            }
            _ => {
                let stray = window.bytes(at, MOST_STRAY_BYTES);
                match stray.iter().position(|&byte| byte == 0xff) {
                    Some(skipped) => at += skipped as u64,
                    None => break,
                }
            }
        }
    }
    blocks
}

/// The `eXIf` chunk.
pub(super) fn png(window: &mut Window<'_, impl Read + Seek>) -> Vec<Vec<u8>> {
    let mut at = 8u64;
    for _ in 0..MOST_CHUNKS {
        let Some([a, b, c, d, kind @ ..]) = window.array::<8>(at) else {
            break;
        };
        let length = u64::from(u32::from_be_bytes([a, b, c, d]));
        match &kind {
            b"eXIf" => {
                return tiff_block(window.bytes(at + 8, length.min(LARGEST_BLOCK))).into_iter().collect();
            }
            b"IEND" => break,
            _ => at += 12 + length,
        }
    }
    Vec::new()
}

/// The `EXIF` chunk.
pub(super) fn webp(window: &mut Window<'_, impl Read + Seek>) -> Vec<Vec<u8>> {
    let mut at = 12u64;
    for _ in 0..MOST_CHUNKS {
        let Some([a, b, c, d, size @ ..]) = window.array::<8>(at) else {
            break;
        };
        let size = u64::from(u32::from_le_bytes(size));
        if &[a, b, c, d] == b"EXIF" {
            return tiff_block(window.bytes(at + 8, size.min(LARGEST_BLOCK))).into_iter().collect();
        }
        at += 8 + size + size % 2;
    }
    Vec::new()
}

/// Fujifilm RAW: a header, a JPEG with the EXIF, then the sensor's data.
pub(super) fn raf(window: &mut Window<'_, impl Read + Seek>) -> Vec<Vec<u8>> {
    let place = window.array::<8>(84).unwrap_or_default();
    let (offset, length) = place.split_at(4);
    jpeg(&mut window.part(big_endian(offset), big_endian(length)))
}

/// The `Exif` items of HEIC, HEIF and AVIF.
pub(super) fn heif(window: &mut Window<'_, impl Read + Seek>) -> Vec<Vec<u8>> {
    let mut boxes = TopLevel::new(window);
    let Some(place) = boxes.find(|place| &place.kind == b"meta") else {
        return Vec::new();
    };
    let meta = boxes.body(&place, LARGEST_META);
    let children = meta.get(4..).unwrap_or_default();
    let items = child(children, b"iinf").and_then(exif_items).unwrap_or_default();
    let locations = child(children, b"iloc").map(|iloc| item_locations(iloc, &items)).unwrap_or_default();
    let inline = child(children, b"idat").unwrap_or_default();
    let mut blocks = Vec::new();
    for location in locations {
        let mut item = Vec::new();
        for (offset, length) in location.extents {
            let room = LARGEST_BLOCK.saturating_sub(item.len() as u64);
            let length = if length == 0 { room } else { length.min(room) };
            if location.is_inline {
                let start = usize::try_from(offset).unwrap_or(usize::MAX);
                let rest = inline.get(start..).unwrap_or_default();
                item.extend(rest.iter().take(usize::try_from(length).unwrap_or(usize::MAX)));
            } else {
                item.extend(window.bytes(offset, length));
            }
        }
        // The first 4 bytes say how far the TIFF block is behind them.
        let skipped = usize::try_from(big_endian(item.get(..4).unwrap_or_default())).unwrap_or(usize::MAX);
        let block = item.get(skipped.saturating_add(4)..).filter(|block| is_tiff(block)).map(<[u8]>::to_vec);
        blocks.extend(block.or_else(|| tiff_block(item)));
    }
    blocks
}

/// Drops what stands before the TIFF header: `Exif\0\0`, or a HEIF length. `None` without a header.
fn tiff_block(mut bytes: Vec<u8>) -> Option<Vec<u8>> {
    let start = bytes.windows(4).take(16).position(is_tiff)?;
    bytes.drain(..start);
    Some(bytes)
}

fn is_tiff(bytes: &[u8]) -> bool {
    bytes.starts_with(b"II*\0") || bytes.starts_with(b"MM\0*")
}

/// Identifiers of the items of type `Exif`.
fn exif_items(iinf: &[u8]) -> Option<Vec<u64>> {
    let version = *iinf.first()?;
    let entries = iinf.get(if version == 0 { 6 } else { 8 }..)?;
    let items = Boxes(entries).filter(|(kind, _)| kind == b"infe").filter_map(|(_, entry)| {
        let id_size = match entry.first()? {
            2 => 2,
            3 => 4,
            _ => return None,
        };
        let is_exif = entry.get(4 + id_size + 2..)?.starts_with(b"Exif");
        is_exif.then(|| entry.get(4..4 + id_size).map(big_endian)).flatten()
    });
    Some(items.take(MOST_BLOCKS).collect())
}

/// Where an item's bytes are: in the file, or inline in `idat`.
struct Location {
    is_inline: bool,
    /// Offset and length; length 0 means all the rest.
    extents: Vec<(u64, u64)>,
}

/// Locations of the wanted items, as far as the box is sound.
fn item_locations(iloc: &[u8], wanted: &[u64]) -> Vec<Location> {
    let mut found = Vec::new();
    let mut fields = Fields(iloc);
    // `None` ends the walk: the box ended, or is of a version nobody writes.
    let _ = (|| {
        let version = fields.number(1)?;
        fields.number(3)?;
        let sizes = fields.number(2)?;
        let (offset_size, length_size, base_size) = (sizes >> 12, sizes >> 8 & 15, sizes >> 4 & 15);
        let index_size = if version == 0 { 0 } else { sizes & 15 };
        let id_size = if version < 2 { 2 } else { 4 };
        for _ in 0..fields.number(id_size)? {
            let id = fields.number(id_size)?;
            let method = if version == 0 { 0 } else { fields.number(2)? & 15 };
            let reference = fields.number(2)?;
            let base = fields.number(base_size)?;
            let mut extents = Vec::new();
            for _ in 0..fields.number(2)? {
                fields.number(index_size)?;
                let (offset, length) = (fields.number(offset_size)?, fields.number(length_size)?);
                if extents.len() < MOST_BLOCKS {
                    extents.push((base.checked_add(offset)?, length));
                }
            }
            if wanted.contains(&id) && method < 2 && reference == 0 && found.len() < MOST_BLOCKS {
                found.push(Location { is_inline: method == 1, extents });
            }
        }
        Some(())
    })();
    found
}

/// Big-endian numbers, one after the other.
struct Fields<'a>(&'a [u8]);

impl Fields<'_> {
    /// The next number of `size` bytes (0 bytes are the number 0).
    fn number(&mut self, size: u64) -> Option<u64> {
        let (field, rest) = self.0.split_at_checked(usize::try_from(size).ok().filter(|&size| size <= 8)?)?;
        self.0 = rest;
        Some(big_endian(field))
    }
}

#[cfg(test)]
mod tests {
    use super::{heif, jpeg, png, raf, webp};
    use crate::media::window::Window;
    use std::io::Cursor;

    const TIFF: &[u8] = b"MM\0*\0\0\0\x08\0\0\0\0\0\0";

    fn boxed(kind: &[u8; 4], body: &[u8]) -> Vec<u8> {
        [&(body.len() as u32 + 8).to_be_bytes()[..], kind, body].concat()
    }

    #[test]
    fn blocks_are_found_where_kamadak_would_refuse() {
        let app1 = [&b"\xff\xe1\0\x16Exif\0\0"[..], TIFF].concat();
        let out_of_step = [&b"\xff\xd8\xff\xe0\0\x03a junk"[..], &app1, b"\xff\xda"].concat();
        let none_after_scan = [&b"\xff\xd8\xff\xda\0\x02"[..], &app1].concat();
        let window_of = |bytes: &[u8]| jpeg(&mut Window::new(&mut Cursor::new(bytes), bytes.len() as u64));
        assert_eq!(window_of(&out_of_step), [TIFF]);
        assert!(window_of(&none_after_scan).is_empty());

        let chunk = [&b"RIFF\0\0\0\0WEBPodd_\x01\0\0\0x\0EXIF\x14\0\0\0Exif\0\0"[..], TIFF].concat();
        assert_eq!(webp(&mut Window::new(&mut Cursor::new(&chunk), chunk.len() as u64)), [TIFF]);

        let late = [&b"\x89PNG\r\n\x1a\n\0\0\0\x01IDATxCRC_\0\0\0\x0eeXIf"[..], TIFF, b"CRC_"].concat();
        assert_eq!(png(&mut Window::new(&mut Cursor::new(&late), late.len() as u64)), [TIFF]);

        let mut fuji = b"FUJIFILMCCD-RAW ".to_vec();
        fuji.resize(84, 0);
        fuji.extend(100u32.to_be_bytes());
        fuji.extend((out_of_step.len() as u32).to_be_bytes());
        fuji.resize(100, 0);
        fuji.extend(&out_of_step);
        assert_eq!(raf(&mut Window::new(&mut Cursor::new(&fuji), fuji.len() as u64)), [TIFF]);
    }

    #[test]
    fn heif_items_without_mif1_inline_or_large() {
        let padding = vec![0; 200_000];
        let item = [&b"\0\0\0\x06Exif\0\0"[..], TIFF, &padding].concat();
        let infe = boxed(b"infe", b"\x02\0\0\0\0\x07\0\0Exif\0");
        let iinf = boxed(b"iinf", &[&b"\0\0\0\0\0\x01"[..], &infe].concat());
        let iloc = |method: u16, offset: u32| {
            let entry =
                [&b"\0\x07"[..], &method.to_be_bytes(), b"\0\0\0\x01", &offset.to_be_bytes()].concat();
            let length = (item.len() as u32).to_be_bytes();
            boxed(b"iloc", &[&b"\x01\0\0\0\x44\0\0\x01"[..], &entry, &length].concat())
        };
        let file = |iloc: Vec<u8>, idat: Vec<u8>| {
            let meta = boxed(b"meta", &[&b"\0\0\0\0"[..], &iinf, &iloc, &idat].concat());
            [boxed(b"ftyp", b"heic\0\0\0\0heic"), meta, boxed(b"mdat", &item)].concat()
        };
        let place = file(iloc(0, 0), Vec::new()).len() - item.len();
        for bytes in [file(iloc(0, place as u32), Vec::new()), file(iloc(1, 0), boxed(b"idat", &item))] {
            let blocks = heif(&mut Window::new(&mut Cursor::new(&bytes), bytes.len() as u64));
            assert_eq!(blocks.len(), 1);
            assert!(blocks[0].starts_with(TIFF));
        }
    }
}
