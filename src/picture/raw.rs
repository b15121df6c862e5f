//! RAW files: the pictures that cameras put into them. Nothing is developed.
//!
//! They keep their pictures in many places, but all as ordinary JPEGs, so these are looked for by their first
//! bytes. Sensor data may be JPEG as well, of a kind that no viewer shows.

use std::fs::File;
use std::io::{Cursor, Read, Seek, SeekFrom};
use std::path::Path;

use image::ImageFormat;

use super::{Enough, Limits, Picture, Undrawable, exif_of, raster, tags};
use crate::category::photos::media::Format;

/// Pictures are looked for up to here, in bytes from the start.
const WITHIN: u64 = 128 << 20;
/// How many beginnings of JPEGs are looked at, and how many JPEGs are taken.
const MOST_TRIES: usize = 1 << 14;
const MOST_PICTURES: usize = 64;
/// Segments of a JPEG before its scan.
const MOST_SEGMENTS: usize = 256;
/// Coarser ones are no use, in pixels of the shorter side.
const COARSEST: u16 = 90;

/// The smallest picture in the file that is large enough, else the largest.
pub fn decode(path: &Path, format: Format, enough: Enough, limits: &Limits) -> Result<Picture, Undrawable> {
    let mut file = File::open(path)?;
    let mut found = {
        let _share = limits.bytes(file.metadata()?.len().min(WITHIN));
        let mut bytes = Vec::new();
        file.by_ref().take(WITHIN).read_to_end(&mut bytes)?;
        pictures(&bytes)
    };
    found.sort_by_key(|jpeg| {
        let (width, height) = (u32::from(jpeg.width), u32::from(jpeg.height));
        let pixels = i64::from(width) * i64::from(height);
        if enough.is_met_by(width, height) { (0, pixels) } else { (1, -pixels) }
    });
    if found.is_empty() {
        // a few have an uncompressed one, as a TIFF has
        let none = |_| Undrawable::Damaged("no picture is in it".to_owned());
        return raster::decode(path, ImageFormat::Tiff, limits).map_err(none);
    }
    let turn = exif_of(path, format).as_ref().and_then(tags::orientation);
    let mut why = Undrawable::Damaged("none of its pictures can be read".to_owned());
    for jpeg in found {
        let mut bytes = Vec::new();
        file.seek(SeekFrom::Start(jpeg.start))?;
        file.by_ref().take(jpeg.length).read_to_end(&mut bytes)?;
        match raster::read(Cursor::new(bytes), ImageFormat::Jpeg, limits) {
            Ok(mut picture) => {
                picture.turn = turn.unwrap_or(picture.turn);
                return Ok(picture);
            }
            Err(error) => why = error,
        }
    }
    Err(why)
}

/// A JPEG inside another file.
#[derive(Debug, PartialEq, Eq)]
struct Jpeg {
    start: u64,
    length: u64,
    width: u16,
    height: u16,
}

/// The JPEGs in these bytes that are not too coarse.
fn pictures(bytes: &[u8]) -> Vec<Jpeg> {
    let mut found = Vec::new();
    let mut start = 0;
    for _ in 0..MOST_TRIES {
        let rest = bytes.get(start..).unwrap_or_default();
        let Some(at) = find(rest, &[0xff, 0xd8, 0xff]) else { break };
        start += at;
        let rest = rest.get(at..).unwrap_or_default();
        let header = header(rest).filter(|(width, height, _)| *width.min(height) >= COARSEST);
        let Some((width, height, scan)) = header else {
            start += 3;
            continue;
        };
        // an end before the scan is that of a smaller picture inside
        let scan = rest.get(scan..).unwrap_or_default();
        let after = find(scan, &[0xff, 0xd9]).map_or(0, |end| scan.len() - end - 2);
        let length = rest.len() - after;
        found.push(Jpeg { start: start as u64, length: length as u64, width, height });
        start += length;
        if found.len() == MOST_PICTURES {
            break;
        }
    }
    found
}

/// The size of a JPEG that viewers show, and where its first scan begins.
fn header(jpeg: &[u8]) -> Option<(u16, u16, usize)> {
    let mut at = 2;
    let mut size = None;
    for _ in 0..MOST_SEGMENTS {
        let segment = jpeg.get(at..)?;
        let [0xff, marker, high, low] = *segment.first_chunk::<4>()? else { return None };
        match marker {
            0xc0..=0xc2 => {
                let [_, a, b, c, d] = *segment.get(4..)?.first_chunk::<5>()?;
                size = Some((u16::from_be_bytes([c, d]), u16::from_be_bytes([a, b])));
            }
            // huffman and arithmetic tables are not frames
            0xc4 | 0xcc => {}
            0xc3..=0xcf | 0x00..=0xbf | 0xd0..=0xd9 => return None,
            0xda => return size.map(|(width, height)| (width, height, at)),
            _ => {}
        }
        at += 2 + usize::from(u16::from_be_bytes([high, low]));
    }
    None
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}

#[cfg(test)]
mod tests {
    use super::{Jpeg, pictures};
    use image::RgbImage;

    fn jpeg(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = Vec::new();
        let encoder = image::codecs::jpeg::JpegEncoder::new(&mut bytes);
        RgbImage::new(width, height).write_with_encoder(encoder).unwrap();
        bytes
    }

    #[test]
    fn jpegs_are_found_wherever_they_are() {
        let (small, large) = (jpeg(160, 120), jpeg(400, 300));
        let raw = [b"II*\0...", &small[..], b"\xff\xd8\xff", &large, b"sensor", &jpeg(60, 60)].concat();
        let at = 7 + small.len() + 3;
        let lengths = (small.len() as u64, large.len() as u64);
        assert_eq!(
            pictures(&raw),
            [
                Jpeg { start: 7, length: lengths.0, width: 160, height: 120 },
                Jpeg { start: at as u64, length: lengths.1, width: 400, height: 300 },
            ]
        );
        // cut in the scan of the second: what is there of it
        let cut = &raw[..at + large.len() - 20];
        assert_eq!(pictures(cut)[1].length, lengths.1 - 20);
    }

    #[test]
    fn sensor_data_is_no_picture() {
        let mut lossless = jpeg(400, 300);
        let frame = lossless.windows(2).position(|pair| pair == [0xff, 0xc0]).unwrap();
        lossless[frame + 1] = 0xc3;
        assert_eq!(pictures(&lossless), []);
        assert_eq!(pictures(&[0xff, 0xd8].repeat(1000)), []);
        assert_eq!(pictures(&[0xff, 0xd8, 0xff, 0xe1, 0xff, 0xff]), []);
    }
}
