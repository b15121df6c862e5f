//! How large the picture of a JPEG XL is: the first bits of its codestream.
//!
//! Numbers have as many bits as they need, the lowest first. What turns the picture stands here as well, and the
//! orientation in its EXIF counts for nothing.

use crate::category::photos::media::pixels::{Pixels, Turn};

/// How many bytes of a codestream are looked at.
pub(super) const HEAD: u64 = 32;

/// The size of the picture, turned.
pub(super) fn pixels(codestream: &[u8]) -> Option<Pixels> {
    let mut bits = Bits { bytes: codestream.strip_prefix(b"\xff\x0a")?, at: 0 };
    let is_small = bits.number(1)? == 1;
    let height = bits.side(is_small)?;
    let width = match bits.number(3)? {
        0 => bits.side(is_small)?,
        1 => height,
        2 => height * 12 / 10,
        3 => height * 4 / 3,
        4 => height * 3 / 2,
        5 => height * 16 / 9,
        6 => height * 5 / 4,
        _ => height * 2,
    };
    let is_default = bits.number(1)? == 1;
    let has_orientation = !is_default && bits.number(1)? == 1;
    let orientation = if has_orientation { bits.number(3)? + 1 } else { 1 };
    let turn = Turn::of_orientation(u32::try_from(orientation).ok()?)?;
    Pixels::new(width, height).map(|pixels| turn.apply(pixels))
}

struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Bits<'_> {
    fn number(&mut self, count: usize) -> Option<u64> {
        let mut number = 0;
        for place in 0..count {
            let byte = self.bytes.get(self.at / 8)?;
            number |= u64::from(byte >> (self.at % 8) & 1) << place;
            self.at += 1;
        }
        Some(number)
    }

    /// A side of the picture: in steps of eight pixels if it is small.
    fn side(&mut self, is_small: bool) -> Option<u64> {
        if is_small {
            return Some((self.number(5)? + 1) * 8);
        }
        let count = match self.number(2)? {
            0 => 9,
            1 => 13,
            2 => 18,
            _ => 30,
        };
        Some(self.number(count)? + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::pixels;
    use crate::category::photos::media::Pixels;

    /// A codestream of numbers, each with its count of bits.
    fn codestream(numbers: &[(u64, usize)]) -> Vec<u8> {
        let bits: Vec<u8> = numbers
            .iter()
            .flat_map(|&(number, count)| (0..count).map(move |n| (number >> n & 1) as u8))
            .collect();
        let bytes = bits.chunks(8).map(|bits| bits.iter().rev().fold(0, |byte, bit| byte << 1 | bit));
        [0xff, 0x0a].into_iter().chain(bytes).collect()
    }

    /// Numbers of a codestream, and what they come to.
    type Case<'a> = (&'a [(u64, usize)], Option<(u64, u64)>);

    #[test]
    fn sizes_large_and_small_and_turned() {
        let cases: &[Case<'_>] = &[
            // 24 pixels high, 40 wide
            (&[(1, 1), (2, 5), (0, 3), (4, 5), (1, 1)], Some((40, 24))),
            // as a proportion of the height
            (&[(0, 1), (1, 2), (3023, 13), (3, 3), (1, 1)], Some((4032, 3024))),
            (&[(0, 1), (0, 2), (89, 9), (5, 3), (1, 1)], Some((160, 90))),
            // with metadata, but without an orientation; then with one
            (&[(0, 1), (0, 2), (89, 9), (7, 3), (0, 1), (0, 1)], Some((180, 90))),
            (&[(0, 1), (0, 2), (89, 9), (7, 3), (0, 1), (1, 1), (2, 3)], Some((180, 90))),
            (&[(0, 1), (0, 2), (89, 9), (7, 3), (0, 1), (1, 1), (5, 3)], Some((90, 180))),
            // a thousand million pixels high
            (&[(0, 1), (3, 2), (999_999_999, 30), (1, 3), (1, 1)], None),
            (&[(0, 1), (3, 2)], None),
        ];
        for (numbers, expected) in cases {
            let expected = expected.and_then(|(width, height)| Pixels::new(width, height));
            assert_eq!(pixels(&codestream(numbers)), expected, "{numbers:?}");
        }
        assert_eq!(pixels(b"\xff\xd8"), None);
    }
}
