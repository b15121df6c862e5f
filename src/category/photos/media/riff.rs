//! Where WebP pictures and AVI movies keep their metadata; both are RIFF.
//!
//! Picture data is never read. No two makers write the date of an AVI alike; [`stamp::idit`] knows their
//! forms.

use std::io::{Read, Seek};

use crate::category::photos::media::LocalTime;
use crate::category::photos::media::blocks::{Blocks, LARGEST_BLOCK};
use crate::category::photos::media::window::Window;
use crate::category::photos::time::stamp;

/// Chunks of a file.
const MOST_CHUNKS: u32 = 1 << 16;

/// Bytes of a date.
const LONGEST_DATE: u64 = 64;

/// The chunks `EXIF` and `XMP ` of a WebP.
pub(super) fn webp(window: &mut Window<'_, impl Read + Seek>) -> Blocks {
    let mut blocks = Blocks::default();
    let mut at = 12u64;
    for _ in 0..MOST_CHUNKS {
        let Some((kind, size)) = chunk(window, at) else { break };
        let body = || window.bytes(at + 8, size.min(LARGEST_BLOCK));
        match &kind {
            b"EXIF" => blocks.add_tiff(body),
            b"XMP " => blocks.add_xmp(body),
            _ => (),
        }
        at += 8 + size + size % 2;
    }
    blocks
}

/// The date of an AVI (`IDIT`), which is in its list of headers or in a list beside that, and its XMP.
pub(super) fn avi(window: &mut Window<'_, impl Read + Seek>) -> (Option<LocalTime>, Blocks) {
    let (mut found, mut blocks) = (None, Blocks::default());
    let mut at = 12u64;
    for _ in 0..MOST_CHUNKS {
        let Some((kind, size)) = chunk(window, at) else { break };
        match &kind {
            // frames are many, and hold no date
            b"LIST" | b"RIFF" if window.array::<4>(at + 8) != Some(*b"movi") => {
                at += 12;
                continue;
            }
            b"IDIT" if found.is_none() => {
                let date = window.bytes(at + 8, size.min(LONGEST_DATE));
                found = stamp::idit(&String::from_utf8_lossy(&date));
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
            assert_eq!(found.unwrap().time, "2012-09-10T20:52:00".parse().unwrap());
            assert_eq!(blocks.xmp, [b"<x/>"]);
        }
        let file = chunk(b"RIFF", &[b"WEBP", &chunk(b"VP8X", b"odd")[..], &chunk(b"XMP ", b"<x/>")].concat());
        let blocks = webp(&mut Window::new(&mut Cursor::new(&file), file.len() as u64));
        assert_eq!(blocks.xmp, [b"<x/>"]);
    }
}
