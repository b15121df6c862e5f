//! Where WebP pictures and AVI movies keep their metadata, and how large they are; both are RIFF.
//!
//! Picture data is never read. No two makers write the date of an AVI alike; [`stamp::idit`] knows their
//! forms.

use std::io::{Read, Seek};

use crate::category::photos::media::LocalTime;
use crate::category::photos::media::blocks::{Blocks, LARGEST_BLOCK};
use crate::category::photos::media::pixels::{Pixels, seconds};
use crate::category::photos::media::window::{Window, little_endian};
use crate::category::photos::time::stamp;

/// Chunks of a file.
const MOST_CHUNKS: u32 = 1 << 16;

/// Bytes of a date.
const LONGEST_DATE: u64 = 64;

/// The chunks `EXIF` and `XMP ` of a WebP, and its size.
pub(super) fn webp(window: &mut Window<'_, impl Read + Seek>) -> Blocks {
    let mut blocks = Blocks::default();
    let mut at = 12u64;
    for _ in 0..MOST_CHUNKS {
        let Some((kind, size)) = chunk(window, at) else { break };
        let body = || window.bytes(at + 8, size.min(LARGEST_BLOCK));
        match &kind {
            b"EXIF" => blocks.add_tiff(body),
            b"XMP " => blocks.add_xmp(body),
            // the canvas comes before the pictures on it
            b"VP8X" | b"VP8L" | b"VP8 " if blocks.pixels.is_none() => {
                blocks.pixels = window.array::<10>(at + 8).and_then(|head| webp_size(&kind, &head));
            }
            _ => (),
        }
        at += 8 + size + size % 2;
    }
    blocks
}

fn webp_size(kind: &[u8; 4], &[a, b, c, d, e, f, g, h, i, j]: &[u8; 10]) -> Option<Pixels> {
    match kind {
        b"VP8X" => Pixels::new(little_endian(&[e, f, g]) + 1, little_endian(&[h, i, j]) + 1),
        b"VP8L" if a == 0x2f => {
            let both = little_endian(&[b, c, d, e]);
            Pixels::new((both & 0x3fff) + 1, (both >> 14 & 0x3fff) + 1)
        }
        // a key frame; two bits of each say how it was scaled
        b"VP8 " if a & 1 == 0 && [d, e, f] == [0x9d, 0x01, 0x2a] => {
            Pixels::new(little_endian(&[g, h]) & 0x3fff, little_endian(&[i, j]) & 0x3fff)
        }
        _ => None,
    }
}

/// What an AVI says besides its XMP and its size.
#[derive(Default)]
pub(super) struct Avi {
    /// `IDIT`, which is in its list of headers or in a list beside that.
    pub date: Option<LocalTime>,
    pub duration: Option<f64>,
}

/// The headers of an AVI, and its XMP.
pub(super) fn avi(window: &mut Window<'_, impl Read + Seek>) -> (Avi, Blocks) {
    let (mut found, mut blocks) = (Avi::default(), Blocks::default());
    let mut at = 12u64;
    for _ in 0..MOST_CHUNKS {
        let Some((kind, size)) = chunk(window, at) else { break };
        match &kind {
            // frames are many, and hold no date
            b"LIST" | b"RIFF" if window.array::<4>(at + 8) != Some(*b"movi") => {
                at += 12;
                continue;
            }
            b"IDIT" if found.date.is_none() => {
                let date = window.bytes(at + 8, size.min(LONGEST_DATE));
                found.date = stamp::idit(&String::from_utf8_lossy(&date));
            }
            b"avih" if blocks.pixels.is_none() => {
                let head = window.array::<40>(at + 8).unwrap_or([0; 40]);
                let number = |at| little_endian(head.get(at..at + 4).unwrap_or_default());
                let (frame, frames) = (number(0), number(16));
                found.duration = seconds(frame * frames, 1_000_000);
                blocks.pixels = Pixels::new(number(32), number(36));
            }
            b"_PMX" => blocks.add_xmp(|| window.bytes(at + 8, size.min(LARGEST_BLOCK))),
            _ => (),
        }
        at += 8 + size + size % 2;
    }
    (found, blocks)
}

fn chunk(window: &mut Window<'_, impl Read + Seek>, at: u64) -> Option<([u8; 4], u64)> {
    let [a, b, c, d, size @ ..] = window.array::<8>(at)?;
    Some(([a, b, c, d], u64::from(u32::from_le_bytes(size))))
}

#[cfg(test)]
mod tests {
    use super::{avi, webp};
    use crate::category::photos::media::pixels::Pixels;
    use crate::category::photos::media::window::Window;
    use std::io::Cursor;

    fn chunk(kind: &[u8; 4], body: &[u8]) -> Vec<u8> {
        [&kind[..], &(body.len() as u32).to_le_bytes(), body, &[0][..body.len() % 2]].concat()
    }

    #[test]
    fn dates_in_a_list_and_packets_beside() {
        let frames = chunk(b"LIST", &[b"movi", &chunk(b"IDIT", b"2001:01:01 01:01:01")[..]].concat());
        let date = chunk(b"IDIT", b"MON SEP 10 20:52:00 2012\n\0");
        let headers = chunk(b"LIST", &[b"hdrl", &chunk(b"avih", b"odd")[..], &date].concat());
        for inside in [[&headers[..], &frames].concat(), [&frames[..], &date].concat()] {
            let file = chunk(b"RIFF", &[b"AVI ", &inside[..], &chunk(b"_PMX", b"<x/>")].concat());
            let (found, blocks) = avi(&mut Window::new(&mut Cursor::new(&file), file.len() as u64));
            assert_eq!(found.date.unwrap().time, "2012-09-10T20:52:00".parse().unwrap());
            assert_eq!(blocks.xmp, [b"<x/>"]);
        }
        let file = chunk(b"RIFF", &[b"WEBP", &chunk(b"VP8X", b"odd")[..], &chunk(b"XMP ", b"<x/>")].concat());
        let blocks = webp(&mut Window::new(&mut Cursor::new(&file), file.len() as u64));
        assert_eq!(blocks.xmp, [b"<x/>"]);
    }

    #[test]
    fn sizes_of_every_kind_of_webp() {
        let size = |chunks: &[(&[u8; 4], &[u8])]| {
            let chunks: Vec<u8> = chunks.iter().flat_map(|(kind, body)| chunk(kind, body)).collect();
            let file = chunk(b"RIFF", &[b"WEBP", &chunks[..]].concat());
            let pixels = webp(&mut Window::new(&mut Cursor::new(&file), file.len() as u64)).pixels;
            pixels.map(|Pixels { width, height }| (width, height))
        };
        let canvas = (b"VP8X", &b"\0\0\0\0\xff\x0f\0\xff\x0b\0"[..]);
        let lossless = (b"VP8L", &b"\x2f\xff\xcf\xff\x02xxxxx"[..]);
        let lossy = (b"VP8 ", &b"\x10xx\x9d\x01\x2a\x00\x50\x00\x0c"[..]);
        assert_eq!(size(&[canvas, lossy]), Some((4096, 3072)));
        assert_eq!(size(&[lossless]), Some((4096, 3072)));
        assert_eq!(size(&[lossy]), Some((4096, 3072)));
        for not_one in
            [(b"VP8L", &b"\x2exxxxxxxxx"[..]), (b"VP8 ", b"\x11xx\x9d\x01\x2axxxx"), (b"VP8X", b"cut")]
        {
            assert_eq!(size(&[not_one]), None, "{not_one:?}");
        }
    }

    #[test]
    fn an_avi_says_how_long_and_large_it_is() {
        let read = |frame: u32, frames: u32, width: u32, height: u32| {
            let numbers = [frame, 0, 0, 0, frames, 0, 0, 0, width, height, 0, 0, 0, 0];
            let header: Vec<u8> = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
            let headers = chunk(b"LIST", &[b"hdrl", &chunk(b"avih", &header)[..]].concat());
            let file = chunk(b"RIFF", &[b"AVI ", &headers[..]].concat());
            let (found, blocks) = avi(&mut Window::new(&mut Cursor::new(&file), file.len() as u64));
            (found.duration, blocks.pixels.map(|Pixels { width, height }| (width, height)))
        };
        assert_eq!(read(33_333, 300, 640, 480), (Some(10.0), Some((640, 480))));
        assert_eq!(read(0, 300, 0, 480), (None, None));
        assert_eq!(read(u32::MAX, u32::MAX, u32::MAX, u32::MAX), (None, None));
    }
}
