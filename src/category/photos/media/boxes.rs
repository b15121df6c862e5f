//! ISO base media boxes: the frame of MOV, MP4, HEIC, AVIF and CR3.
//!
//! Nothing here recurses or trusts a size: a box that claims more than there is gets what is there, and a box
//! that does not lead on to the next ends the walk. [`TopLevel`] reports the end that a box claims, even
//! beyond the end of the file, because that is how truncation shows.

use std::io::{Read, Seek};

use crate::category::photos::media::window::{Window, big_endian};

/// Fragmented recordings have thousands of top-level boxes; no real file has more than this.
const MOST_BOXES: u32 = 1 << 16;

/// The type of a box, such as `moov`.
pub(super) type Kind = [u8; 4];

/// Where a top-level box lies in its file.
pub(super) struct Place {
    pub kind: Kind,
    /// Offset of the first byte after its header.
    pub body: u64,
    /// Offset just past its last byte, as it claims; may be beyond the end of the file.
    pub end: u64,
}

/// Walks the boxes of a window without reading their bodies.
pub(super) struct TopLevel<'w, 'a, S> {
    window: &'w mut Window<'a, S>,
    at: u64,
    left: u32,
}

impl<'w, 'a, S: Read + Seek> TopLevel<'w, 'a, S> {
    pub fn new(window: &'w mut Window<'a, S>) -> Self {
        TopLevel { window, at: 0, left: MOST_BOXES }
    }

    /// Up to `limit` bytes of a box's body.
    pub fn body(&mut self, place: &Place, limit: u64) -> Vec<u8> {
        self.window.bytes(place.body, limit.min(place.end.saturating_sub(place.body)))
    }
}

impl<S: Read + Seek> Iterator for TopLevel<'_, '_, S> {
    type Item = Place;

    fn next(&mut self) -> Option<Place> {
        self.left = self.left.checked_sub(1)?;
        let (kind, header, claimed) = header(self.window.fill(self.at, &mut [0; 16]))?;
        let body = self.at.checked_add(header)?;
        let end = match claimed {
            Some(size) => self.at.checked_add(size)?,
            None => self.window.size(),
        };
        self.at = end;
        Some(Place { kind, body, end })
    }
}

/// Walks the boxes inside bytes: type and body. A body is cut where the bytes end.
pub(super) struct Boxes<'a>(pub &'a [u8]);

impl<'a> Iterator for Boxes<'a> {
    type Item = (Kind, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let (kind, header, claimed) = header(self.0)?;
        let there = self.0.len();
        let end = claimed.and_then(|size| usize::try_from(size).ok()).unwrap_or(there).min(there);
        let body = self.0.get(usize::try_from(header).ok()?..end)?;
        self.0 = self.0.get(end..)?;
        Some((kind, body))
    }
}

/// The body of the first child of this type.
pub(super) fn child<'a>(parent: &'a [u8], kind: &Kind) -> Option<&'a [u8]> {
    Boxes(parent).find(|(found, _)| found == kind).map(|(_, body)| body)
}

/// The children of a `meta` box, which is a plain box in QuickTime and has version and flags
/// before its children elsewhere: no child is 0 bytes long, so four zeros are never a size.
pub(super) fn meta_children(body: &[u8]) -> &[u8] {
    match body.split_first_chunk::<4>() {
        Some((&[0, 0, 0, 0], children)) => children,
        _ => body,
    }
}

/// Type, header length and claimed size of the box that begins here. `None` as size means all the rest.
fn header(bytes: &[u8]) -> Option<(Kind, u64, Option<u64>)> {
    let size = big_endian(bytes.get(..4)?);
    let kind = bytes.get(4..8)?.try_into().ok()?;
    match size {
        0 => Some((kind, 8, None)),
        1 => {
            let large = big_endian(bytes.get(8..16)?);
            (large >= 16).then_some((kind, 16, Some(large)))
        }
        size => (size >= 8).then_some((kind, 8, Some(size))),
    }
}

/// Big-endian numbers, one after another.
pub(super) struct Fields<'a>(pub &'a [u8]);

impl Fields<'_> {
    /// The next number of `size` bytes (0 bytes are the number 0).
    pub fn number(&mut self, size: u64) -> Option<u64> {
        let (field, rest) = self.0.split_at_checked(usize::try_from(size).ok().filter(|&size| size <= 8)?)?;
        self.0 = rest;
        Some(big_endian(field))
    }

    /// Passes over so many bytes.
    pub fn skip(&mut self, count: u64) -> Option<()> {
        self.0 = self.0.get(usize::try_from(count).ok()?..)?;
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Boxes, TopLevel, child, meta_children};
    use crate::category::photos::media::window::Window;
    use std::io::Cursor;

    #[test]
    fn sizes_that_lie_end_the_walk() {
        let cases: &[(&[u8], usize)] = &[
            (b"", 0),
            (b"\0\0\0\x08fr", 0),
            (b"\0\0\0\x08free", 1),
            (b"\0\0\0\x08free\0\0\0\x07free", 1),
            (b"\0\0\0\0mdatxxxx", 1),
            (b"\0\0\0\x01mdat\0\0\0\0\0\0\0\x10\0\0\0\x08free", 2),
            (b"\0\0\0\x01mdat\0\0\0\0\0\0\0\x0f", 0),
            (b"\0\0\0\x01mdat\xff\xff\xff\xff\xff\xff\xff\xff", 1),
            (b"\xff\xff\xff\xffmdat", 1),
        ];
        for (bytes, boxes) in cases {
            let mut cursor = Cursor::new(bytes);
            let mut window = Window::new(&mut cursor, bytes.len() as u64);
            assert_eq!(TopLevel::new(&mut window).count(), *boxes, "{bytes:?}");
            assert_eq!(Boxes(bytes).count(), *boxes, "{bytes:?}");
        }
    }

    #[test]
    fn meta_is_a_box_or_a_full_box() {
        let hdlr = b"\0\0\0\x0ahdlrab";
        assert_eq!(child(meta_children(hdlr), b"hdlr"), Some(&b"ab"[..]));
        let full = [&b"\0\0\0\0"[..], hdlr].concat();
        assert_eq!(child(meta_children(&full), b"hdlr"), Some(&b"ab"[..]));
    }
}
