//! How large the picture of a HEIC, HEIF or AVIF is: the properties of its primary item.
//!
//! A property crops or turns what those before it have made. The orientation in EXIF only repeats them and counts for
//! nothing; other items (thumbnails, tiles, depth) have properties of their own.

use crate::category::photos::media::boxes::{Boxes, Fields, child};
use crate::category::photos::media::pixels::Pixels;
use crate::category::photos::media::window::big_endian;

/// Properties of all items together; an association cannot name a later one.
const MOST_PROPERTIES: usize = 1 << 15;

/// Properties of one item.
const MOST_OF_ITEM: usize = 64;

/// The size of the picture as it is seen, by the children of `meta`.
pub(super) fn pixels(children: &[u8]) -> Option<Pixels> {
    let pitm = child(children, b"pitm")?;
    let primary = big_endian(pitm.get(4..if *pitm.first()? == 0 { 6 } else { 8 })?);
    let iprp = child(children, b"iprp")?;
    let all: Vec<_> = Boxes(child(iprp, b"ipco")?).take(MOST_PROPERTIES).collect();
    let mut pixels = None;
    for number in associated(iprp, primary) {
        let Some((kind, body)) = number.checked_sub(1).and_then(|index| all.get(index)) else { continue };
        pixels = match kind {
            b"ispe" => size(body),
            b"clap" => cropped(body).or(pixels),
            b"irot" if body.first().is_some_and(|turns| turns % 2 == 1) => pixels.map(Pixels::turned),
            _ => pixels,
        };
    }
    pixels
}

/// The numbers of an item's properties, counted from 1.
fn associated(iprp: &[u8], item: u64) -> Vec<usize> {
    let mut numbers = Vec::new();
    for (_, ipma) in Boxes(iprp).filter(|(kind, _)| kind == b"ipma") {
        let mut fields = Fields(ipma);
        // `None` ends the walk, with the box
        let _ = (|| {
            let version = fields.number(1)?;
            let is_wide = fields.number(3)? & 1 == 1;
            for _ in 0..fields.number(4)? {
                let of = fields.number(if version == 0 { 2 } else { 4 })?;
                for _ in 0..fields.number(1)? {
                    // the first bit only says that the property is essential
                    let number = if is_wide { fields.number(2)? & 0x7fff } else { fields.number(1)? & 0x7f };
                    if of == item && numbers.len() < MOST_OF_ITEM {
                        numbers.push(usize::try_from(number).ok()?);
                    }
                }
            }
            Some(())
        })();
    }
    numbers
}

fn size(ispe: &[u8]) -> Option<Pixels> {
    let mut fields = Fields(ispe.get(4..)?);
    Pixels::new(fields.number(4)?, fields.number(4)?)
}

/// The clean aperture: width and height as fractions.
fn cropped(clap: &[u8]) -> Option<Pixels> {
    let mut fields = Fields(clap);
    let mut side = || {
        let (above, below) = (fields.number(4)?, fields.number(4)?);
        above.checked_div(below)
    };
    Pixels::new(side()?, side()?)
}

#[cfg(test)]
mod tests {
    use super::pixels;
    use crate::category::photos::media::Pixels;

    fn boxed(kind: &[u8; 4], body: &[u8]) -> Vec<u8> {
        [&(body.len() as u32 + 8).to_be_bytes()[..], kind, body].concat()
    }

    fn ispe(width: u32, height: u32) -> Vec<u8> {
        boxed(b"ispe", &[[0; 4], width.to_be_bytes(), height.to_be_bytes()].concat())
    }

    fn irot(turns: u8) -> Vec<u8> {
        boxed(b"irot", &[turns])
    }

    fn clap(width: [u32; 2], height: [u32; 2]) -> Vec<u8> {
        let numbers = [width, height, [0, 1], [0, 1]].concat();
        boxed(b"clap", &numbers.iter().flat_map(|number| number.to_be_bytes()).collect::<Vec<_>>())
    }

    /// A `meta` with these properties, of which item 1, a thumbnail, has the first, and item 2, the picture, the others.
    fn meta(properties: &[Vec<u8>], version: u8, is_wide: bool) -> Vec<u8> {
        let id = |id: u32| {
            if version == 0 { (id as u16).to_be_bytes().to_vec() } else { id.to_be_bytes().to_vec() }
        };
        let number = |n: usize| {
            if is_wide { (n as u16 | 0x8000).to_be_bytes().to_vec() } else { vec![n as u8 | 0x80] }
        };
        let mut ipma = [&[version, 0, 0, u8::from(is_wide)][..], &2u32.to_be_bytes(), &id(1), &[1]].concat();
        ipma.extend(number(1));
        ipma.extend(id(2));
        ipma.push(properties.len() as u8 - 1);
        ipma.extend((2..=properties.len()).flat_map(number));
        let pitm = boxed(b"pitm", &[&[version, 0, 0, 0][..], &id(2)].concat());
        let ipco = boxed(b"ipco", &properties.concat());
        [pitm, boxed(b"iprp", &[ipco, boxed(b"ipma", &ipma)].concat())].concat()
    }

    /// Properties of two items, and the size that they come to.
    type Case = (Vec<Vec<u8>>, Option<(u64, u64)>);

    #[test]
    fn properties_of_the_primary_item_apply_in_their_order() {
        let thumbnail = || ispe(320, 240);
        let photo = || ispe(4032, 3024);
        let cases: &[Case] = &[
            (vec![thumbnail(), photo()], Some((4032, 3024))),
            (vec![thumbnail(), photo(), irot(0)], Some((4032, 3024))),
            (vec![thumbnail(), photo(), irot(1)], Some((3024, 4032))),
            (vec![thumbnail(), photo(), irot(2)], Some((4032, 3024))),
            (vec![thumbnail(), photo(), irot(3)], Some((3024, 4032))),
            (vec![thumbnail(), photo(), clap([4000, 1], [6000, 2]), irot(3)], Some((3000, 4000))),
            (vec![thumbnail(), photo(), clap([4000, 0], [3000, 1])], Some((4032, 3024))),
            (vec![thumbnail(), irot(1)], None),
            (vec![thumbnail(), ispe(0, 3024)], None),
            (vec![thumbnail(), ispe(u32::MAX, u32::MAX)], None),
        ];
        for (properties, expected) in cases {
            let expected = expected.and_then(|(width, height)| Pixels::new(width, height));
            for (version, is_wide) in [(0, false), (0, true), (1, false), (1, true)] {
                assert_eq!(pixels(&meta(properties, version, is_wide)), expected, "{properties:?}");
            }
        }
    }

    #[test]
    fn boxes_that_lie_tell_nothing() {
        let whole = meta(&[ispe(320, 240), ispe(4032, 3024), irot(1)], 0, false);
        assert!(pixels(&whole).is_some());
        for cut in 0..whole.len() {
            // without the turn, or with nothing at all
            assert!([None, Pixels::new(4032, 3024)].contains(&pixels(&whole[..cut])), "{cut}");
        }
        assert_eq!(pixels(&whole[..whole.len() / 2]), None);
        assert_eq!(pixels(&boxed(b"pitm", b"")), None);
    }
}
