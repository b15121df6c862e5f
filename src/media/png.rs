//! Where a PNG keeps its metadata: the `eXIf` chunk, and texts that programs put profiles into.
//!
//! In: a file window. Out: [`Blocks`]. Never: reads picture data, or the texts that say when a file
//! was changed. The one surprise: before there was `eXIf`, ImageMagick wrote any profile as a text of
//! hexadecimal digits, and half the world does so still.

use std::io::{Read, Seek};

use super::blocks::{Blocks, LARGEST_BLOCK, XMP_NAME, inflated};
use super::iptc;
use super::window::Window;

/// Chunks of a PNG.
const MOST_CHUNKS: u32 = 1 << 16;

/// Texts that are read; a sane file has two profiles.
const MOST_TEXTS: u32 = 64;

/// The longest text with a profile: two digits a byte, and line ends.
const LONGEST_TEXT: u64 = 3 * LARGEST_BLOCK;

/// What the chunks hold.
pub(super) fn blocks(window: &mut Window<'_, impl Read + Seek>) -> Blocks {
    let mut blocks = Blocks::default();
    let (mut at, mut texts) = (8u64, 0);
    for _ in 0..MOST_CHUNKS {
        let Some([a, b, c, d, kind @ ..]) = window.array::<8>(at) else {
            break;
        };
        let length = u64::from(u32::from_be_bytes([a, b, c, d]));
        match &kind {
            b"eXIf" => blocks.add_tiff(|| window.bytes(at + 8, length.min(LARGEST_BLOCK))),
            b"tEXt" | b"zTXt" | b"iTXt" if texts < MOST_TEXTS => {
                let keyword = window.bytes(at + 8, length.min(80));
                if let Some(profile) = Profile::named(keyword.split(|&byte| byte == 0).next()) {
                    texts += 1;
                    let text = text(&kind, &window.bytes(at + 8, length.min(LONGEST_TEXT)));
                    add(&mut blocks, profile, text.unwrap_or_default());
                }
            }
            b"IEND" => break,
            _ => (),
        }
        at += 12 + length;
    }
    blocks
}

#[derive(Clone, Copy)]
enum Profile {
    /// EXIF or XMP, as in a JPEG's APP1.
    App1,
    /// XMP in hexadecimal digits.
    Xmp,
    /// IPTC, or Photoshop's resources with it.
    Iptc,
    /// XMP as it is.
    Packet,
}

impl Profile {
    fn named(keyword: Option<&[u8]>) -> Option<Profile> {
        match keyword?.to_ascii_lowercase().as_slice() {
            b"raw profile type exif" | b"raw profile type app1" => Some(Profile::App1),
            b"raw profile type xmp" => Some(Profile::Xmp),
            b"raw profile type iptc" | b"raw profile type 8bim" => Some(Profile::Iptc),
            b"xml:com.adobe.xmp" => Some(Profile::Packet),
            _ => None,
        }
    }
}

/// The text of a chunk, inflated if it is compressed.
fn text(kind: &[u8; 4], body: &[u8]) -> Option<Vec<u8>> {
    let rest = after_nul(body)?;
    match kind {
        b"tEXt" => Some(rest.to_vec()),
        b"zTXt" => Some(inflated(rest.get(1..)?, LONGEST_TEXT)),
        _ => {
            let is_compressed = *rest.first()? == 1;
            // language and translated keyword
            let text = after_nul(after_nul(rest.get(2..)?)?)?;
            Some(if is_compressed { inflated(text, LONGEST_TEXT) } else { text.to_vec() })
        }
    }
}

fn after_nul(bytes: &[u8]) -> Option<&[u8]> {
    bytes.get(bytes.iter().position(|&byte| byte == 0)? + 1..)
}

fn add(blocks: &mut Blocks, profile: Profile, text: Vec<u8>) {
    match profile {
        Profile::Packet => blocks.add_xmp(|| text),
        Profile::Xmp | Profile::App1 => {
            let bytes = from_digits(&text);
            match bytes.strip_prefix(XMP_NAME) {
                Some(packet) => blocks.add_xmp(|| packet.to_vec()),
                None if matches!(profile, Profile::Xmp) => blocks.add_xmp(|| bytes),
                None => blocks.add_tiff(|| bytes),
            }
        }
        Profile::Iptc => {
            let bytes = from_digits(&text);
            if bytes.first() == Some(&0x1c) {
                return blocks.add_iptc(|| bytes);
            }
            let resources = bytes.strip_prefix(b"Photoshop 3.0\0").unwrap_or(&bytes);
            let size = resources.len() as u64;
            iptc::resources(&mut Window::new(&mut std::io::Cursor::new(resources), size), blocks);
        }
    }
}

/// A line with the name, one with the length, then the digits; blanks and line ends count nowhere.
fn from_digits(text: &[u8]) -> Vec<u8> {
    let start = text.iter().position(|byte| !byte.is_ascii_whitespace()).unwrap_or(text.len());
    let mut lines = text.get(start..).unwrap_or_default().splitn(2, |&byte| byte == b'\n');
    let digits = lines.nth(1).unwrap_or_default().trim_ascii_start();
    // the length stands on a line of its own
    let digits = digits.splitn(2, |&byte| byte == b'\n').nth(1).unwrap_or_default();
    let mut values = digits.iter().filter_map(|&digit| char::from(digit).to_digit(16));
    let mut bytes = Vec::new();
    while let (Some(high), Some(low)) = (values.next(), values.next()) {
        bytes.push((high << 4 | low) as u8);
    }
    bytes
}
