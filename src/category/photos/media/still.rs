//! Where still formats keep their metadata, and how large they are: finds the blocks, the likeliest first.
//!
//! Blocks are interpreted in `tags`, `xmp` and `iptc`; picture data is never read, and nothing fails. kamadak
//! could find most of these blocks itself, but it refuses HEIF without the brand `mif1` or with more than 128
//! KB of EXIF, WebP whose EXIF begins as it does in a JPEG, and JPEG with stray bytes between its segments.

use std::io::{Cursor, Read, Seek};

use crate::category::photos::media::blocks::{
    Blocks, LARGEST_BLOCK, MOST_BLOCKS, XMP_NAME, is_tiff, unbrotlied,
};
use crate::category::photos::media::boxes::{Boxes, Fields, TopLevel, child};
use crate::category::photos::media::pixels::Pixels;
use crate::category::photos::media::window::{Window, big_endian, little_endian};
use crate::category::photos::media::{codestream, iptc, properties};

/// How much of a HEIF `meta` box is read: it is a directory of items, without picture data.
const LARGEST_META: u64 = 16 << 20;

/// Segments of a JPEG before its scan, and bytes between two of them that belong to none.
const MOST_SEGMENTS: u32 = 4096;
const MOST_STRAY_BYTES: u64 = 64 << 10;

/// Metadata items of a HEIF, and pieces of one.
const MOST_ITEMS: usize = 2 * MOST_BLOCKS;
const MOST_EXTENTS: u64 = 8;

/// Compressed boxes of a JPEG XL.
const MOST_PACKED: u32 = 4;

/// The list of values in a Fujifilm RAW, and the number of the size in it.
const LARGEST_RAF_LIST: u64 = 64 << 10;
const RAF_CROPPED_SIZE: u64 = 0x111;

/// The length of the older header of a BMP.
const BMP_OF_OS2: u8 = 12;

/// What stands before Photoshop's resources in a JPEG's segment; they may go on in the next one.
const PHOTOSHOP: &[u8] = b"Photoshop 3.0\0";

/// JPEG: the APP1 and APP13 segments before the scan, and the frame header with the size.
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
                    0xc0..=0xcf if !matches!(marker, 0xc4 | 0xc8 | 0xcc) && blocks.pixels.is_none() => {
                        let size = window.array::<5>(at + 4).unwrap_or_default();
                        let [_, height @ .., a, b] = size;
                        blocks.pixels = Pixels::new(big_endian(&[a, b]), big_endian(&height));
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
    let [a, b, c, d, width @ ..] = window.array::<8>(14).unwrap_or_default();
    let pixels = Pixels::new(big_endian(&width), big_endian(&[a, b, c, d]));
    let mut blocks = Blocks { pixels, ..Blocks::default() };
    let table = big_endian(&window.array::<4>(26).unwrap_or_default());
    let at = 30 + table;
    let size = big_endian(&window.array::<4>(at).unwrap_or_default());
    iptc::resources(&mut window.part(at + 4, size), &mut blocks);
    blocks
}

/// JPEG XL: the boxes around the picture. A bare codestream has no metadata but its size.
pub(super) fn jxl(window: &mut Window<'_, impl Read + Seek>) -> Blocks {
    let pixels = codestream::pixels(&window.bytes(0, codestream::HEAD));
    let mut blocks = Blocks { pixels, ..Blocks::default() };
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
            b"jxlc" if blocks.pixels.is_none() => {
                blocks.pixels = codestream::pixels(&boxes.body(&place, codestream::HEAD));
            }
            // a piece of it, behind its number
            b"jxlp" if blocks.pixels.is_none() => {
                let piece = boxes.body(&place, codestream::HEAD);
                blocks.pixels = piece.get(4..).and_then(codestream::pixels);
            }
            _ => (),
        }
    }
    blocks
}

/// GIF: the size of its canvas.
pub(super) fn gif(window: &mut Window<'_, impl Read + Seek>) -> Blocks {
    let [a, b, height @ ..] = window.array::<4>(6).unwrap_or_default();
    let pixels = Pixels::new(little_endian(&[a, b]), little_endian(&height));
    Blocks { pixels, ..Blocks::default() }
}

/// BMP: a header of two forms. A height below zero says that the rows come from above.
pub(super) fn bmp(window: &mut Window<'_, impl Read + Seek>) -> Blocks {
    let [form, _, _, _, a, b, c, d, height @ ..] = window.array::<12>(14).unwrap_or_default();
    let pixels = if form == BMP_OF_OS2 {
        Pixels::new(little_endian(&[a, b]), little_endian(&[c, d]))
    } else {
        let height = i32::from_le_bytes(height).unsigned_abs();
        Pixels::new(little_endian(&[a, b, c, d]), height.into())
    };
    Blocks { pixels, ..Blocks::default() }
}

/// Fujifilm RAW: a header, a JPEG with the EXIF, then the sensor's data.
pub(super) fn raf(window: &mut Window<'_, impl Read + Seek>) -> Blocks {
    let place = window.array::<8>(84).unwrap_or_default();
    let (offset, length) = place.split_at(4);
    let sensor = raf_size(window);
    let blocks = jpeg(&mut window.part(big_endian(offset), big_endian(length)));
    // the JPEG may be smaller than what the sensor took
    Blocks { pixels: sensor.or(blocks.pixels), ..blocks }
}

/// The size without the sensor's borders, in a list of numbered values.
fn raf_size(window: &mut Window<'_, impl Read + Seek>) -> Option<Pixels> {
    let at = big_endian(&window.array::<4>(92)?);
    let list = window.bytes(at, LARGEST_RAF_LIST);
    let mut fields = Fields(&list);
    for _ in 0..fields.number(4)? {
        let (number, length) = (fields.number(2)?, fields.number(2)?);
        if (number, length) == (RAF_CROPPED_SIZE, 4) {
            let (height, width) = (fields.number(2)?, fields.number(2)?);
            return Pixels::new(width, height);
        }
        fields.skip(length)?;
    }
    None
}

/// The `Exif` and XMP items of HEIC, HEIF and AVIF, and the size of the picture.
pub(super) fn heif(window: &mut Window<'_, impl Read + Seek>) -> Blocks {
    let mut blocks = Blocks::default();
    let mut boxes = TopLevel::new(window);
    let Some(place) = boxes.find(|place| &place.kind == b"meta") else {
        return blocks;
    };
    let meta = boxes.body(&place, LARGEST_META);
    let children = meta.get(4..).unwrap_or_default();
    blocks.pixels = properties::pixels(children);
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
            let sort = wanted.iter().find(|(item, _)| *item == id).map(|(_, sort)| *sort);
            let is_here = method < 2 && reference == 0 && found.len() < MOST_ITEMS;
            let sort = sort.filter(|_| is_here);
            let mut extents = Vec::new();
            for number in 0..fields.number(2)? {
                fields.number(index_size)?;
                let (offset, length) = (fields.number(offset_size)?, fields.number(length_size)?);
                if number < MOST_EXTENTS {
                    let extent = (base.checked_add(offset)?, length);
                    extents.extend(sort.map(|_| extent));
                }
            }
            if let Some(sort) = sort {
                found.push(Location { sort, is_inline: method == 1, extents });
            }
        }
        Some(())
    })();
    found
}

#[cfg(test)]
mod tests {
    use super::{bmp, gif, heif, jpeg, jxl, psd, raf};
    use crate::category::photos::media::blocks::Blocks;
    use crate::category::photos::media::pixels::Pixels;
    use crate::category::photos::media::window::Window;
    use crate::category::photos::media::{png, riff};
    use std::io::Cursor;

    type Find = fn(&mut Window<'_, Cursor<Vec<u8>>>) -> Blocks;

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

    #[test]
    fn stills_say_how_large_they_are() {
        let size = |blocks: Blocks| blocks.pixels.map(|Pixels { width, height }| (width, height));
        let of = |read: Find, bytes: &[u8]| {
            size(read(&mut Window::new(&mut Cursor::new(bytes.to_vec()), bytes.len() as u64)))
        };
        let frame = |marker: u8, height: [u8; 2], width: [u8; 2]| {
            [&[0xff, marker, 0, 11, 8][..], &height, &width, &[1, 1, 0x11, 0]].concat()
        };
        let file = |frames: &[Vec<u8>]| [b"\xff\xd8", &frames.concat()[..], b"\xff\xda\0\x02"].concat();
        let (height, width) = ([0x0b, 0xd0], [0x0f, 0xc0]);
        for marker in [0xc0, 0xc1, 0xc2, 0xc3, 0xc5, 0xcf] {
            assert_eq!(of(jpeg, &file(&[frame(marker, height, width)])), Some((4032, 3024)), "{marker:x}");
        }
        for (tables, frame) in
            [(0xc4, 0xc0), (0xcc, 0xc2), (0xc8, 0xc0)].map(|(t, f)| (t, frame(f, height, width)))
        {
            let tables = [0xff, tables, 0, 7, 1, 1, 1, 1, 1].to_vec();
            assert_eq!(of(jpeg, &file(&[tables, frame])), Some((4032, 3024)));
        }
        assert_eq!(of(jpeg, &file(&[frame(0xc0, [0; 2], width)])), None, "a height that comes later");
        assert_eq!(of(jpeg, &file(&[b"\xff\xc0\0\x03".to_vec()])[..8]), None);

        let chunk = |width: u32, height: u32| {
            let size = [width.to_be_bytes(), height.to_be_bytes()].concat();
            [b"\x89PNG\r\n\x1a\n\0\0\0\x04CgBIxxxxcrc_\0\0\0\x0dIHDR", &size[..], b"\x08\x06\0\0\0crc_"]
                .concat()
        };
        for (width, height, expected) in
            [(1854, 1486, Some((1854, 1486))), (0, 9, None), (1 << 31, 9, None), (u32::MAX, u32::MAX, None)]
        {
            assert_eq!(of(png::blocks, &chunk(width, height)), expected);
        }
        assert_eq!(of(gif, b"GIF89a\x40\x01\xf0\0"), Some((320, 240)));
        assert_eq!(of(gif, b"GIF89a\0\0\xf0\0"), None);
        assert_eq!(of(gif, b"GIF89a"), None);
        let bitmap = |header: &[u8]| [&b"BMxxxx\0\0\0\0xxxx"[..], header].concat();
        assert_eq!(of(bmp, &bitmap(b"\x28\0\0\0\x40\x01\0\0\xf0\0\0\0")), Some((320, 240)));
        assert_eq!(of(bmp, &bitmap(b"\x7c\0\0\0\x40\x01\0\0\x10\xff\xff\xff")), Some((320, 240)));
        assert_eq!(of(bmp, &bitmap(b"\x28\0\0\0\xff\xff\xff\xff\0\0\0\x80")), None);
        assert_eq!(of(bmp, &bitmap(b"\x0c\0\0\0\x40\x01\xf0\0xxxx")), Some((320, 240)));
        assert_eq!(of(psd, b"8BPS\0\x01xxxxxx\0\x03\0\0\x0b\xd0\0\0\x0f\xc0"), Some((4032, 3024)));

        let mut fuji = b"FUJIFILMCCD-RAW ".to_vec();
        fuji.resize(84, 0);
        let preview = file(&[frame(0xc0, [0, 90], [0, 120])]);
        fuji.extend([200u32, preview.len() as u32, 100].iter().flat_map(|number| number.to_be_bytes()));
        fuji.resize(100, 0);
        let list = b"\0\0\0\x02\x01\x10\0\x04\0\0\0\0\x01\x11\0\x04\x0b\xd0\x0f\xc0";
        fuji.extend(list);
        fuji.resize(200, 0);
        fuji.extend(&preview);
        assert_eq!(of(raf, &fuji), Some((4032, 3024)));
        fuji[103] = 1;
        assert_eq!(of(raf, &fuji), Some((120, 90)), "no size but that of the preview");

        let codestream = b"\xff\x0a\x41\xc3";
        let pieces =
            [boxed(b"JXL ", b"\r\n\x87\n"), boxed(b"jxlp", &[b"\0\0\0\0", &codestream[..]].concat())];
        let whole = [boxed(b"JXL ", b"\r\n\x87\n"), boxed(b"jxlc", codestream)];
        let bare = of(jxl, codestream);
        assert!(bare.is_some());
        assert_eq!((of(jxl, &pieces.concat()), of(jxl, &whole.concat())), (bare, bare));
    }
}
