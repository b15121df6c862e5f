//! Blocks of metadata embedded in a file: TIFF blocks with EXIF, packets of XMP, records of IPTC.
//!
//! [`Blocks`] takes a few of each, none too large, and interprets none. Beside them stands the one thing that a
//! container says itself: how large its picture is. Containers offer bytes as closures,
//! so that nothing beyond the limits is even read.

use std::io::Read;

use flate2::read::ZlibDecoder;

use crate::category::photos::media::pixels::Pixels;

/// The largest block taken, in bytes; Apple's have about 3 KB.
pub(super) const LARGEST_BLOCK: u64 = 8 << 20;

/// Blocks of one kind in one file; a sane file has one.
pub(super) const MOST_BLOCKS: usize = 8;

/// Bytes of all blocks together.
const MOST_BYTES: usize = 4 * LARGEST_BLOCK as usize;

/// The name that stands before a packet in a JPEG's segment.
pub(super) const XMP_NAME: &[u8] = b"http://ns.adobe.com/xap/1.0/\0";

/// The blocks found in one file, the likeliest first.
#[derive(Default)]
pub(super) struct Blocks {
    /// Each begins with a TIFF header.
    pub tiff: Vec<Vec<u8>>,
    /// XML.
    pub xmp: Vec<Vec<u8>>,
    pub iptc: Vec<Vec<u8>>,
    /// The size of the picture as it is stored; where EXIF has no say in it, as it is seen.
    pub pixels: Option<Pixels>,
}

impl Blocks {
    /// Takes a TIFF block, and drops what stands before its header.
    pub fn add_tiff(&mut self, bytes: impl FnOnce() -> Vec<u8>) {
        if self.has_room(self.tiff.len()) {
            self.tiff.extend(tiff_block(bytes()));
        }
    }

    pub fn add_xmp(&mut self, bytes: impl FnOnce() -> Vec<u8>) {
        if self.has_room(self.xmp.len()) {
            self.xmp.push(bytes());
        }
    }

    pub fn add_iptc(&mut self, bytes: impl FnOnce() -> Vec<u8>) {
        if self.has_room(self.iptc.len()) {
            self.iptc.push(bytes());
        }
    }

    fn has_room(&self, of_this_kind: usize) -> bool {
        let all = [&self.tiff, &self.xmp, &self.iptc];
        let held: usize = all.iter().flat_map(|blocks| blocks.iter()).map(Vec::len).sum();
        of_this_kind < MOST_BLOCKS && held < MOST_BYTES
    }
}

/// Drops what stands before the TIFF header: `Exif\0\0`, or a HEIF length. `None` without a header.
pub(super) fn tiff_block(mut bytes: Vec<u8>) -> Option<Vec<u8>> {
    let start = bytes.windows(4).take(16).position(is_tiff)?;
    bytes.drain(..start);
    Some(bytes)
}

pub(super) fn is_tiff(bytes: &[u8]) -> bool {
    bytes.starts_with(b"II*\0") || bytes.starts_with(b"MM\0*")
}

/// Inflates what zlib deflated, as far as it is sound, within limits.
pub(super) fn inflated(bytes: &[u8]) -> Vec<u8> {
    taken(ZlibDecoder::new(bytes), bytes.len())
}

/// Unpacks what Brotli packed, likewise.
pub(super) fn unbrotlied(bytes: &[u8]) -> Vec<u8> {
    taken(brotli_decompressor::Decompressor::new(bytes, 4096), bytes.len())
}

/// A small archive can hold thousands of pictures whose texts are nothing but zeros, so the limit grows with the
/// number of packed bytes.
fn taken(source: impl Read, packed: usize) -> Vec<u8> {
    let limit = ((packed as u64).saturating_mul(16) + (64 << 10)).min(LARGEST_BLOCK);
    let mut bytes = Vec::new();
    // what was read before an error is all there is to have
    let _ = source.take(limit).read_to_end(&mut bytes);
    bytes
}

#[cfg(test)]
mod tests {
    use super::{inflated, unbrotlied};
    use flate2::Compression;
    use flate2::write::ZlibEncoder;
    use std::io::Write;

    #[test]
    fn what_expands_beyond_reason_is_cut() {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(&vec![0; 64 << 20]).unwrap();
        let packed = encoder.finish().unwrap();
        assert!(inflated(&packed).len() <= 8 << 20);
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(b"profile").unwrap();
        assert_eq!(inflated(&encoder.finish().unwrap()), b"profile");
        // a block that is stored, and the empty one that ends a stream
        assert_eq!(unbrotlied(b"\x60\0\x10profile\x03"), b"profile");
        assert_eq!(unbrotlied(b"\xff\xff\xff"), b"");
    }
}
