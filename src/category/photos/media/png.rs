//! Where a PNG keeps its metadata: in the `eXIf` chunk, and in texts into which programs put profiles.
//!
//! Picture data is never read, nor the texts that say when a file was changed. Before `eXIf` existed,
//! ImageMagick wrote every profile as a text of hexadecimal digits, and many programs still do.

use std::io::{Read, Seek};

use crate::category::photos::media::blocks::{Blocks, LARGEST_BLOCK, XMP_NAME, inflated};
use crate::category::photos::media::iptc;
use crate::category::photos::media::pixels::Pixels;
use crate::category::photos::media::window::{Window, big_endian};

/// Chunks of a PNG.
const MOST_CHUNKS: u32 = 1 << 16;

/// How many texts are read; a file has one profile of each kind.
const MOST_TEXTS: u32 = 4;

/// The longest text with a profile: two digits a byte, and line ends.
const LONGEST_TEXT: u64 = 3 * LARGEST_BLOCK;

pub(super) fn blocks(window: &mut Window<'_, impl Read + Seek>) -> Blocks {
    let mut blocks = Blocks::default();
    let (mut at, mut texts) = (8u64, 0);
    for _ in 0..MOST_CHUNKS {
        let Some([a, b, c, d, kind @ ..]) = window.array::<8>(at) else {
            break;
        };
        let length = u64::from(u32::from_be_bytes([a, b, c, d]));
        match &kind {
            b"IHDR" if blocks.pixels.is_none() => {
                let [a, b, c, d, height @ ..] = window.array::<8>(at + 8).unwrap_or_default();
                blocks.pixels = Pixels::new(big_endian(&[a, b, c, d]), big_endian(&height));
            }
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
    /// IPTC, or Photoshop's resources with IPTC in them.
    Iptc,
    /// XMP in plain text.
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
        b"zTXt" => Some(inflated(rest.get(1..)?)),
        _ => {
            let is_compressed = *rest.first()? == 1;
            // language and translated keyword
            let text = after_nul(after_nul(rest.get(2..)?)?)?;
            Some(if is_compressed { inflated(text) } else { text.to_vec() })
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

/// Reads a line with the name, one with the length, then the digits, among which anything else is skipped.
fn from_digits(text: &[u8]) -> Vec<u8> {
    let start = text.iter().position(|byte| !byte.is_ascii_whitespace()).unwrap_or(text.len());
    let mut lines = text.get(start..).unwrap_or_default().splitn(2, |&byte| byte == b'\n');
    let digits = lines.nth(1).unwrap_or_default().trim_ascii_start();
    // the length has a line of its own
    let digits = digits.splitn(2, |&byte| byte == b'\n').nth(1).unwrap_or_default();
    let mut values = digits.iter().filter_map(|&digit| char::from(digit).to_digit(16));
    let mut bytes = Vec::new();
    while let (Some(high), Some(low)) = (values.next(), values.next()) {
        bytes.push((high << 4 | low) as u8);
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::{Blocks, blocks};
    use crate::category::photos::media::window::Window;
    use flate2::Compression;
    use flate2::write::ZlibEncoder;
    use std::io::{Cursor, Write};

    const TIFF: &[u8] = b"MM\0*\0\0\0\x08\0\0\0\0\0\0";
    const PACKET: &[u8] = b"<x:xmpmeta/>";
    const RECORDS: &[u8] = b"\x1c\x02\x37\0\x0820120910";

    fn found(kind: &[u8; 4], body: &[u8]) -> Blocks {
        let chunk = [&(body.len() as u32).to_be_bytes()[..], kind, body, b"CRC_"].concat();
        let file = [&b"\x89PNG\r\n\x1a\n\0\0\0\x01IDATxCRC_"[..], &chunk, b"\0\0\0\0IENDCRC_"].concat();
        blocks(&mut Window::new(&mut Cursor::new(&file), file.len() as u64))
    }

    /// As ImageMagick writes it.
    fn digits(name: &str, bytes: &[u8]) -> Vec<u8> {
        let digits: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        let lines: Vec<String> = digits.chunks(8).map(|line| line.concat()).collect();
        format!("\n{name}\n{:8}\n{}\n", bytes.len(), lines.join("\n")).into_bytes()
    }

    fn packed(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn profiles_in_every_kind_of_text() {
        let exif = [b"Exif\0\0", TIFF].concat();
        let app1 = [b"http://ns.adobe.com/xap/1.0/\0", PACKET].concat();
        let resource = [b"8BIM\x04\x04\0\0\0\0\0\x0d", RECORDS].concat();
        let photoshop = [b"Photoshop 3.0\0", &resource[..]].concat();
        let (tiff, xmp, iptc) =
            ((Some(TIFF), None, None), (None, Some(PACKET), None), (None, None, Some(RECORDS)));
        let cases = [
            ("exif", exif.clone(), tiff),
            ("exif", TIFF.to_vec(), tiff),
            ("APP1", exif, tiff),
            ("APP1", app1, xmp),
            ("xmp", PACKET.to_vec(), xmp),
            ("iptc", RECORDS.to_vec(), iptc),
            ("iptc", resource, iptc),
            ("8bim", photoshop, iptc),
        ];
        for (name, bytes, expected) in cases {
            let keyword = format!("Raw profile type {name}\0").into_bytes();
            let text = digits(name, &bytes);
            let chunks = [
                (b"tEXt", [&keyword[..], &text].concat()),
                (b"zTXt", [&keyword[..], b"\0", &packed(&text)].concat()),
                (b"iTXt", [&keyword[..], b"\0\0en\0\0", &text].concat()),
                (b"iTXt", [&keyword[..], b"\x01\0\0\0", &packed(&text)].concat()),
            ];
            for (kind, body) in chunks {
                let blocks = found(kind, &body);
                let first = |blocks: &[Vec<u8>]| blocks.first().cloned();
                let found = (first(&blocks.tiff), first(&blocks.xmp), first(&blocks.iptc));
                let expected = (
                    expected.0.map(<[u8]>::to_vec),
                    expected.1.map(<[u8]>::to_vec),
                    expected.2.map(<[u8]>::to_vec),
                );
                assert_eq!(found, expected, "{name} in {}", String::from_utf8_lossy(kind));
            }
        }
        let packet = found(b"iTXt", &[b"XML:com.adobe.xmp\0\0\0\0\0", PACKET].concat());
        assert_eq!(packet.xmp, [PACKET]);
        assert!(found(b"tEXt", b"Comment\0date").xmp.is_empty());
        assert!(found(b"zTXt", b"Raw profile type exif").tiff.is_empty());
    }
}
