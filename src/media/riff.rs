//! Where WebP pictures and AVI movies, both RIFF, keep their metadata.
//!
//! In: a file window. Out: [`Blocks`], or the date in an AVI's `IDIT`. Never: reads picture data.
//! The one surprise: no two makers write the date of an AVI alike; [`stamp::idit`] knows their forms.

use std::io::{Read, Seek};

use super::blocks::{Blocks, LARGEST_BLOCK};
use super::window::Window;
use super::{LocalTime, stamp};

/// Chunks of a file.
const MOST_CHUNKS: u32 = 1 << 16;

/// Bytes of a date.
const LONGEST_DATE: u64 = 64;

/// `EXIF` and `XMP ` of a WebP.
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

/// `IDIT` of an AVI, which stands in its list of headers or in a list beside, and its XMP.
pub(super) fn avi(window: &mut Window<'_, impl Read + Seek>) -> (Option<LocalTime>, Blocks) {
    let (mut found, mut blocks) = (None, Blocks::default());
    let mut at = 12u64;
    for _ in 0..MOST_CHUNKS {
        let Some((kind, size)) = chunk(window, at) else { break };
        match &kind {
            // frames are many, and dates of nothing
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
