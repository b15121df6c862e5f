//! Where still formats keep their metadata: finds the blocks, the likeliest first.
//!
//! Blocks are interpreted in `tags`, `xmp` and `iptc`; picture data is never read, and nothing fails. kamadak
//! could find most of these blocks itself, but it refuses HEIF without the brand `mif1` or with more than 128
//! KB of EXIF, WebP whose EXIF begins as it does in a JPEG, and JPEG with stray bytes between its segments.

use std::io::{Cursor, Read, Seek};

use crate::category::photos::media::blocks::{
    Blocks, LARGEST_BLOCK, MOST_BLOCKS, XMP_NAME, is_tiff, unbrotlied,
};
use crate::category::photos::media::boxes::{Boxes, TopLevel, child};
use crate::category::photos::media::iptc;
use crate::category::photos::media::window::{Window, big_endian};

/// How much of a HEIF `meta` box is read: it is a directory of items, without picture data.
const LARGEST_META: u64 = 16 << 20;

/// Segments of a JPEG before its scan, and bytes between two of them that belong to none.
const MOST_SEGMENTS: u32 = 4096;
const MOST_STRAY_BYTES: u64 = 64 << 10;

/// Metadata items of a HEIF, and pieces of one.
const MOST_ITEMS: usize = 2 * MOST_BLOCKS;
const MOST_EXTENTS: usize = 8;

/// Compressed boxes of a JPEG XL.
const MOST_PACKED: u32 = 4;

/// What stands before Photoshop's resources in a JPEG's segment; they may go on in the next one.
const PHOTOSHOP: &[u8] = b"Photoshop 3.0\0";

/// JPEG: the APP1 and APP13 segments before the scan.
pub(super) fn jpeg(window: &mut Window<'_, impl Read + Seek>) -> Blocks {
    let (mut blocks, mut resources) = (Blocks::default(), Vec::new());
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
                let mut segment = || window.bytes(at + 4, length.saturating_sub(2));
                match marker {
                    0xe1 => {
                        let segment = segment();
                        if let Some(packet) = segment.strip_prefix(XMP_NAME) {
                            blocks.add_xmp(|| packet.to_vec());
                        } else if segment.starts_with(b"Exif\0") {
                            blocks.add_tiff(|| segment);
                        }
                    }
                    0xed if resources.len() < LARGEST_BLOCK as usize => {
                        resources.extend(segment().strip_prefix(PHOTOSHOP).unwrap_or_default());
                    }
                    _ => (),
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
    let size = resources.len() as u64;
    iptc::resources(&mut Window::new(&mut Cursor::new(resources), size), &mut blocks);
    blocks
}

/// Photoshop's own format: the resources follow the header and a table of colours.
pub(super) fn psd(window: &mut Window<'_, impl Read + Seek>) -> Blocks {
    let mut blocks = Blocks::default();
    let table = big_endian(&window.array::<4>(26).unwrap_or_default());
    let at = 30 + table;
    let size = big_endian(&window.array::<4>(at).unwrap_or_default());
    iptc::resources(&mut window.part(at + 4, size), &mut blocks);
    blocks
}

/// JPEG XL: the boxes around the picture. A bare codestream has no metadata.
pub(super) fn jxl(window: &mut Window<'_, impl Read + Seek>) -> Blocks {
    let mut blocks = Blocks::default();
    let mut boxes = TopLevel::new(window);
    let mut packed_left = MOST_PACKED;
    while let Some(place) = boxes.next() {
        let packed;
        let (kind, body): (_, &mut dyn FnMut() -> Vec<u8>) = match &place.kind {
            b"brob" if packed_left > 0 => {
                packed_left -= 1;
                packed = boxes.body(&place, LARGEST_BLOCK);
                let Some((kind, packed)) = packed.split_first_chunk::<4>() else { continue };
                (*kind, &mut || unbrotlied(packed))
            }
            kind => (*kind, &mut || boxes.body(&place, LARGEST_BLOCK)),
        };
        match &kind {
            b"Exif" => blocks.add_tiff(|| behind_length(body())),
            b"xml " => blocks.add_xmp(body),
            _ => (),
        }
    }
    blocks
}

/// Fujifilm RAW: a header, a JPEG with the EXIF, then the sensor's data.
pub(super) fn raf(window: &mut Window<'_, impl Read + Seek>) -> Blocks {
    let place = window.array::<8>(84).unwrap_or_default();
    let (offset, length) = place.split_at(4);
    jpeg(&mut window.part(big_endian(offset), big_endian(length)))
}

/// The `Exif` and XMP items of HEIC, HEIF and AVIF.
pub(super) fn heif(window: &mut Window<'_, impl Read + Seek>) -> Blocks {
    let mut blocks = Blocks::default();
    let mut boxes = TopLevel::new(window);
    let Some(place) = boxes.find(|place| &place.kind == b"meta") else {
        return blocks;
    };
    let meta = boxes.body(&place, LARGEST_META);
    let children = meta.get(4..).unwrap_or_default();
    let items = child(children, b"iinf").and_then(metadata_items).unwrap_or_default();
    let locations = child(children, b"iloc").map(|iloc| item_locations(iloc, &items)).unwrap_or_default();
    let inline = child(children, b"idat").unwrap_or_default();
    for location in locations {
        let mut item = || bytes_of(&location, inline, window);
        match location.sort {
            Sort::Exif => blocks.add_tiff(|| behind_length(item())),
            Sort::Xmp => blocks.add_xmp(item),
        }
    }
    blocks
}

fn bytes_of(location: &Location, inline: &[u8], window: &mut Window<'_, impl Read + Seek>) -> Vec<u8> {
    let mut item = Vec::new();
    for &(offset, length) in &location.extents {
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
    item
}

/// Skips 4 bytes and as many more as these say, if there is a TIFF block behind them.
fn behind_length(item: Vec<u8>) -> Vec<u8> {
    let skipped = usize::try_from(big_endian(item.get(..4).unwrap_or_default())).unwrap_or(usize::MAX);
    let block = item.get(skipped.saturating_add(4)..).filter(|block| is_tiff(block)).map(<[u8]>::to_vec);
    block.unwrap_or(item)
}

/// The sorts of metadata items in a HEIF.
#[derive(Clone, Copy)]
enum Sort {
    Exif,
    Xmp,
}

/// The metadata items and their identifiers.
fn metadata_items(iinf: &[u8]) -> Option<Vec<(u64, Sort)>> {
    let version = *iinf.first()?;
    let entries = iinf.get(if version == 0 { 6 } else { 8 }..)?;
    let items = Boxes(entries).filter(|(kind, _)| kind == b"infe").filter_map(|(_, entry)| {
        let id_size = match entry.first()? {
            2 => 2,
            3 => 4,
            _ => return None,
        };
        let id = big_endian(entry.get(4..4 + id_size)?);
        let (kind, rest) = entry.get(4 + id_size + 2..)?.split_first_chunk::<4>()?;
        match kind {
            b"Exif" => Some((id, Sort::Exif)),
            // name and type end with a zero
            b"mime" if rest.split(|&byte| byte == 0).nth(1)? == b"application/rdf+xml" => {
                Some((id, Sort::Xmp))
            }
            _ => None,
        }
    });
    Some(items.take(MOST_ITEMS).collect())
}

/// Where the bytes of an item are: in the file, or inline in `idat`.
struct Location {
    sort: Sort,
    is_inline: bool,
    /// Offset and length; length 0 means all the rest.
    extents: Vec<(u64, u64)>,
}

/// Locations of the wanted items, as far as the box is sound.
fn item_locations(iloc: &[u8], wanted: &[(u64, Sort)]) -> Vec<Location> {
    let mut found = Vec::new();
    let mut fields = Fields(iloc);
    // `None` ends the walk: the box has ended, or is of a version that nobody writes
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
                if extents.len() < MOST_EXTENTS {
                    extents.push((base.checked_add(offset)?, length));
                }
            }
            let sort = wanted.iter().find(|(item, _)| *item == id).map(|(_, sort)| *sort);
            let is_here = method < 2 && reference == 0 && found.len() < MOST_ITEMS;
            if let Some(sort) = sort.filter(|_| is_here) {
                found.push(Location { sort, is_inline: method == 1, extents });
            }
        }
        Some(())
    })();
    found
}

/// Big-endian numbers, one after another.
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
    use super::{heif, jpeg, jxl, psd, raf};
    use crate::category::photos::media::window::Window;
    use crate::category::photos::media::{png, riff};
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
        let window_of =
            |bytes: &[u8]| jpeg(&mut Window::new(&mut Cursor::new(bytes), bytes.len() as u64)).tiff;
        assert_eq!(window_of(&out_of_step), [TIFF]);
        assert!(window_of(&none_after_scan).is_empty());

        let chunk = [&b"RIFF\0\0\0\0WEBPodd_\x01\0\0\0x\0EXIF\x14\0\0\0Exif\0\0"[..], TIFF].concat();
        let mut cursor = Cursor::new(&chunk);
        assert_eq!(riff::webp(&mut Window::new(&mut cursor, chunk.len() as u64)).tiff, [TIFF]);

        let late = [&b"\x89PNG\r\n\x1a\n\0\0\0\x01IDATxCRC_\0\0\0\x0eeXIf"[..], TIFF, b"CRC_"].concat();
        assert_eq!(png::blocks(&mut Window::new(&mut Cursor::new(&late), late.len() as u64)).tiff, [TIFF]);

        let mut fuji = b"FUJIFILMCCD-RAW ".to_vec();
        fuji.resize(84, 0);
        fuji.extend(100u32.to_be_bytes());
        fuji.extend((out_of_step.len() as u32).to_be_bytes());
        fuji.resize(100, 0);
        fuji.extend(&out_of_step);
        assert_eq!(raf(&mut Window::new(&mut Cursor::new(&fuji), fuji.len() as u64)).tiff, [TIFF]);
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
            let blocks = heif(&mut Window::new(&mut Cursor::new(&bytes), bytes.len() as u64)).tiff;
            assert_eq!(blocks.len(), 1);
            assert!(blocks[0].starts_with(TIFF));
        }
    }

    #[test]
    fn jpeg_xl_in_boxes_and_photoshop() {
        let exif = boxed(b"Exif", &[&b"\0\0\0\0"[..], TIFF].concat());
        let file = [boxed(b"JXL ", b"\r\n\x87\n"), boxed(b"jxlc", b"picture"), exif, boxed(b"xml ", b"<x/>")]
            .concat();
        let blocks = jxl(&mut Window::new(&mut Cursor::new(&file), file.len() as u64));
        assert_eq!((blocks.tiff, blocks.xmp), (vec![TIFF.to_vec()], vec![b"<x/>".to_vec()]));

        let resource = |number: u16, name: &[u8], body: &[u8]| {
            let padding = &[0][..body.len() % 2];
            [&b"8BIM"[..], &number.to_be_bytes(), name, &(body.len() as u32).to_be_bytes(), body, padding]
                .concat()
        };
        let resources = [
            resource(1005, b"\x03abc", b"odd"),
            resource(1058, b"\0\0", TIFF),
            resource(1060, b"\0\0", b"<x/>"),
            resource(1028, b"\x02ab\0", b"\x1c"),
        ]
        .concat();
        let header = [
            &b"8BPS\0\x01"[..],
            &[0; 20],
            &3u32.to_be_bytes(),
            b"rgb",
            &(resources.len() as u32).to_be_bytes(),
        ]
        .concat();
        let file = [&header[..], &resources, b"layers"].concat();
        let blocks = psd(&mut Window::new(&mut Cursor::new(&file), file.len() as u64));
        assert_eq!(
            (blocks.tiff, blocks.xmp, blocks.iptc),
            (vec![TIFF.to_vec()], vec![b"<x/>".to_vec()], vec![b"\x1c".to_vec()])
        );

        let app13 = [b"Photoshop 3.0\0", &resources[..]].concat();
        let halves = app13.split_at(40);
        let second = [b"Photoshop 3.0\0", halves.1].concat();
        let segment = |body: &[u8]| [b"\xff\xed", &(body.len() as u16 + 2).to_be_bytes()[..], body].concat();
        let file = [&b"\xff\xd8"[..], &segment(halves.0), &segment(&second), b"\xff\xda"].concat();
        let blocks = jpeg(&mut Window::new(&mut Cursor::new(&file), file.len() as u64));
        assert_eq!((blocks.tiff.len(), blocks.xmp.len(), blocks.iptc.len()), (1, 1, 1));
    }
}
