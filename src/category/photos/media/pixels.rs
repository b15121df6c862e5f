//! How large a picture is, and how long a movie, as far as what a file claims can be true.

/// The longest side believed, in pixels. Nobody has such a picture, and everybody can claim one.
const LONGEST_SIDE: u64 = 1_000_000;

/// The longest movie believed, in seconds: a year.
const LONGEST_MOVIE: f64 = 366.0 * 86_400.0;

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

    /// After a quarter turn, in either direction.
    pub(super) fn turned(self) -> Pixels {
        Pixels { width: self.height, height: self.width }
    }

    pub(super) fn count(self) -> u64 {
        u64::from(self.width) * u64::from(self.height)
    }
}

/// What EXIF says of how a picture is to be turned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// Not at all, or only mirrored or upside down.
    None,
    Quarter,
}

impl Turn {
    /// By the orientation in EXIF, 1 to 8; any other says nothing.
    pub fn of_orientation(orientation: u32) -> Option<Turn> {
        match orientation {
            1..=4 => Some(Turn::None),
            5..=8 => Some(Turn::Quarter),
            _ => None,
        }
    }

    pub fn apply(self, pixels: Pixels) -> Pixels {
        match self {
            Turn::None => pixels,
            Turn::Quarter => pixels.turned(),
        }
    }
}

/// How long so many units are, of which `scale` make a second: in seconds, to the millisecond. No movie lasts no
/// time, and none a year.
pub(super) fn seconds(units: u64, scale: u64) -> Option<f64> {
    let seconds = (units as f64 * 1000.0 / scale as f64).round() / 1000.0;
    (seconds > 0.0 && seconds <= LONGEST_MOVIE).then_some(seconds)
}

#[cfg(test)]
mod tests {
    use super::{Pixels, Turn, seconds};

    #[test]
    fn what_cannot_be_true_is_not_known() {
        assert_eq!(Pixels::new(4032, 3024), Some(Pixels { width: 4032, height: 3024 }));
        assert_eq!(Pixels::new(50_000, 1), Some(Pixels { width: 50_000, height: 1 }));
        for (width, height) in [(0, 3024), (4032, 0), (1 << 31, 3024), (4032, u64::MAX), (1_000_001, 1)] {
            assert_eq!(Pixels::new(width, height), None, "{width} x {height}");
        }
        assert_eq!((seconds(340, 600), seconds(600, 600)), (Some(0.567), Some(1.0)));
        for (units, scale) in [(0, 600), (600, 0), (0, 0), (u64::MAX, 1), (1, u64::MAX)] {
            assert_eq!(seconds(units, scale), None, "{units} of {scale}");
        }
    }

    #[test]
    fn four_of_the_eight_orientations_are_quarter_turns() {
        let turns: Vec<_> = (0..10).map(Turn::of_orientation).collect();
        let (none, quarter) = (Some(Turn::None), Some(Turn::Quarter));
        assert_eq!(turns, [None, none, none, none, none, quarter, quarter, quarter, quarter, None]);
        let stored = Pixels { width: 4, height: 3 };
        assert_eq!((Turn::None.apply(stored), Turn::Quarter.apply(stored)), (stored, stored.turned()));
    }
}
