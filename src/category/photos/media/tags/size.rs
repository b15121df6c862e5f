//! How large the picture of a TIFF or RAW file is.
//!
//! The first directory describes the picture, or a thumbnail; those below it describe the rest. Their sizes are those of
//! what is stored, which for RAW has borders that nobody sees, so that its EXIF is believed first. Directories stand
//! anywhere in a file: each is read where it is, and none is followed further.

use std::io::{Read, Seek};

use super::{Directory, Order};
use crate::category::photos::media::Format;
use crate::category::photos::media::pixels::{Pixels, Turn};
use crate::category::photos::media::window::Window;

/// Bytes of a directory that are read, with 500 entries.
const LARGEST_DIRECTORY: u64 = 6 << 10;

/// Directories below the first.
const MOST_BELOW: u64 = 8;

const EXIF: u16 = 0x8769;
const ORIENTATION: u16 = 0x0112;
const BELOW: u16 = 0x014a;
const WIDTH_AND_HEIGHT: [u16; 2] = [0x0100, 0x0101];
const SEEN_WIDTH_AND_HEIGHT: [u16; 2] = [0xa002, 0xa003];
/// Where Panasonic's sensor ends: top, left, bottom, right.
const BORDERS: [u16; 4] = [4, 5, 6, 7];

/// The size of the picture, turned.
pub(in super::super) fn pixels(window: &mut Window<'_, impl Read + Seek>, format: Format) -> Option<Pixels> {
    let [a, b, _, _, at @ ..] = window.array::<8>(0)?;
    let order = Order::of(&[a, b])?;
    let mut table = |at: u32| Table { bytes: window.bytes(u64::from(at), LARGEST_DIRECTORY), order };
    let first = table(order.u32(&at)?);
    let exif = first.number(EXIF).map(&mut table);
    let seen = exif.and_then(|exif| exif.size(SEEN_WIDTH_AND_HEIGHT));
    let stored = |window: &mut Window<'_, _>| {
        let below = first.below(window).into_iter();
        let below = below.map(|at| Table { bytes: window.bytes(u64::from(at), LARGEST_DIRECTORY), order });
        let sizes =
            below.filter_map(|table| table.size(WIDTH_AND_HEIGHT)).chain(first.size(WIDTH_AND_HEIGHT));
        sizes.max_by_key(|pixels| pixels.count())
    };
    let pixels = match format {
        Format::Tiff => stored(window).or(seen),
        Format::Rw2 => first.within_borders().or(seen),
        _ => seen.or_else(|| stored(window)),
    };
    let turn = first.number(ORIENTATION).and_then(Turn::of_orientation).unwrap_or(Turn::None);
    pixels.map(|pixels| turn.apply(pixels))
}

/// A directory by itself.
struct Table {
    bytes: Vec<u8>,
    order: Order,
}

impl Table {
    fn entry(&self, tag: u16) -> Option<super::Entry<'_>> {
        Directory::at(&self.bytes, 0, self.order)?.entries().find(|entry| entry.tag == tag)
    }

    /// A tag's only number.
    fn number(&self, tag: u16) -> Option<u32> {
        let entry = self.entry(tag).filter(|entry| entry.count == 1)?;
        match entry.kind {
            3 => self.order.u16(entry.value).map(u32::from),
            4 | 13 => self.order.u32(entry.value),
            _ => None,
        }
    }

    fn size(&self, [width, height]: [u16; 2]) -> Option<Pixels> {
        Pixels::new(self.number(width)?.into(), self.number(height)?.into())
    }

    fn within_borders(&self) -> Option<Pixels> {
        let [top, left, bottom, right] = BORDERS.map(|tag| self.number(tag));
        let side = |from: Option<u32>, to: Option<u32>| to?.checked_sub(from?).map(u64::from);
        Pixels::new(side(left, right)?, side(top, bottom)?)
    }

    /// Where the directories below are.
    fn below(&self, window: &mut Window<'_, impl Read + Seek>) -> Vec<u32> {
        let Some(entry) = self.entry(BELOW).filter(|entry| matches!(entry.kind, 4 | 13)) else {
            return Vec::new();
        };
        let offset = self.order.u32(entry.value);
        if entry.count == 1 {
            return offset.into_iter().collect();
        }
        let count = u64::from(entry.count).min(MOST_BELOW);
        let offsets = offset.map(|at| window.bytes(u64::from(at), 4 * count)).unwrap_or_default();
        offsets.chunks_exact(4).filter_map(|bytes| self.order.u32(bytes)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::pixels;
    use crate::category::photos::media::window::Window;
    use crate::category::photos::media::{Format, Pixels};
    use std::io::Cursor;

    /// A directory of entries that hold one number each, as SHORT where the flag says so.
    fn directory(entries: &[(u16, u32)]) -> Vec<u8> {
        let mut bytes = (entries.len() as u16).to_le_bytes().to_vec();
        for (tag, value) in entries {
            bytes.extend(tag.to_le_bytes());
            // as LONG where it does not fit into a SHORT
            bytes.extend(if *value > 0xffff { 4u16 } else { 3u16 }.to_le_bytes());
            bytes.extend(1u32.to_le_bytes());
            bytes.extend(value.to_le_bytes());
        }
        [bytes, vec![0; 4]].concat()
    }

    fn pointer(tag: u16, kind: u16, count: u32, at: u32) -> Vec<u8> {
        [&tag.to_le_bytes()[..], &kind.to_le_bytes(), &count.to_le_bytes(), &at.to_le_bytes()].concat()
    }

    /// A file whose first directory has these entries and points to the others.
    fn file(first: &[(u16, u32)], below: &[&[(u16, u32)]], exif: &[(u16, u32)]) -> Vec<u8> {
        let (at_exif, at_array, at_below) = (1000u32, 1900u32, 2000u32);
        let mut main = directory(first);
        let count = first.len() as u16 + 2;
        main.truncate(main.len() - 4);
        main[..2].copy_from_slice(&count.to_le_bytes());
        let places: Vec<u32> = (0..below.len() as u32).map(|n| at_below + 500 * n).collect();
        main.extend(pointer(
            0x014a,
            13,
            places.len() as u32,
            if places.len() == 1 { at_below } else { at_array },
        ));
        main.extend(pointer(0x8769, 4, 1, at_exif));
        let mut file = [b"II*\0\x08\0\0\0".to_vec(), main].concat();
        file.resize(at_exif as usize, 0);
        file.extend(directory(exif));
        file.resize(at_array as usize, 0);
        file.extend(places.iter().flat_map(|place| place.to_le_bytes()));
        for (place, entries) in places.iter().zip(below) {
            file.resize(*place as usize, 0);
            file.extend(directory(entries));
        }
        file
    }

    fn size(file: &[u8], format: Format) -> Option<(u32, u32)> {
        let found = pixels(&mut Window::new(&mut Cursor::new(file), file.len() as u64), format);
        found.map(|Pixels { width, height }| (width, height))
    }

    #[test]
    fn the_largest_picture_counts_and_of_raw_what_is_seen() {
        let thumbnail = &[(0x100, 160), (0x101, 120)][..];
        let (sensor, preview) = (&[(0x100, 6048), (0x101, 4024)][..], &[(0x100, 1600), (0x101, 1200)][..]);
        let seen = &[(0xa002, 6000), (0xa003, 4000)][..];
        let nothing = &[][..];
        for (below, exif, as_tiff, as_raw) in [
            (&[][..], nothing, (160, 120), (160, 120)),
            (&[sensor], nothing, (6048, 4024), (6048, 4024)),
            (&[preview, sensor], nothing, (6048, 4024), (6048, 4024)),
            (&[preview, sensor], seen, (6048, 4024), (6000, 4000)),
            (&[], seen, (160, 120), (6000, 4000)),
        ] {
            let file = file(thumbnail, below, exif);
            assert_eq!(size(&file, Format::Tiff), Some(as_tiff));
            assert_eq!(size(&file, Format::Dng), Some(as_raw));
        }
        assert_eq!(size(&file(nothing, &[], seen), Format::Tiff), Some((6000, 4000)));
        let borders = &[(4, 10), (5, 20), (6, 3010), (7, 4020), (0x112, 8)];
        assert_eq!(size(&file(borders, &[], nothing), Format::Rw2), Some((3000, 4000)));
        let inverted = &[(4, 10), (5, 20), (6, 5), (7, 4020)];
        assert_eq!(size(&file(inverted, &[], nothing), Format::Rw2), None);
    }

    #[test]
    fn orientations_turn_it_and_lies_are_nothing() {
        for orientation in 0..10 {
            let file = file(&[(0x100, 70_000), (0x101, 50), (0x112, orientation)], &[], &[]);
            let expected = if (5..=8).contains(&orientation) { (50, 70_000) } else { (70_000, 50) };
            assert_eq!(size(&file, Format::Tiff), Some(expected), "{orientation}");
        }
        for lie in [(0, 50), (50, 0), (u32::MAX, 50), (50, 1 << 31)] {
            assert_eq!(
                size(&file(&[(0x100, lie.0), (0x101, lie.1)], &[], &[]), Format::Tiff),
                None,
                "{lie:?}"
            );
        }
        let whole = file(&[(0x100, 70), (0x101, 50)], &[&[(0x100, 90), (0x101, 50)]], &[]);
        assert_eq!(size(&whole[..200], Format::Tiff), Some((70, 50)), "what is not there is not larger");
        assert_eq!(size(&whole[..9], Format::Tiff), None);
        // directories that lead to the first again, and more than anybody has
        let mut many = file(&[(0x100, 70), (0x101, 50)], &[&[], &[]], &[]);
        let at = many.windows(2).position(|tag| tag == 0x014au16.to_le_bytes()).unwrap();
        many[at + 4..at + 8].copy_from_slice(&u32::MAX.to_le_bytes());
        assert_eq!(size(&many, Format::Tiff), Some((70, 50)));
    }
}
