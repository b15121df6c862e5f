//! How large a picture is, as far as what a file claims can be true.

/// The longest side believed, in pixels. Nobody has such a picture, and everybody can claim one.
const LONGEST_SIDE: u64 = 1_000_000;

/// Width and height of a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Pixels {
    pub width: u32,
    pub height: u32,
}

impl Pixels {
    /// `None` where no picture can be that large, or that small.
    pub fn new(width: u64, height: u64) -> Option<Pixels> {
        let side = |length: u64| u32::try_from(length).ok().filter(|_| (1..=LONGEST_SIDE).contains(&length));
        Some(Pixels { width: side(width)?, height: side(height)? })
    }
}
