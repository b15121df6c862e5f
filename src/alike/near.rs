//! Finds hashes that differ in few bits among very many, without comparing each with each.
//!
//! A hash is cut into five bands. Two hashes that differ in at most nine bits differ in at most one bit of some
//! band, so whoever looks under each band, and under each band with one bit turned, misses none of them.

/// The bits of each band; together 64.
const BANDS: [u32; 5] = [13, 13, 13, 13, 12];
/// Hashes that differ in more bits may be missed.
pub const SURE: u32 = 9;
/// Of more hashes with the same band only so many are found, so that no pictures, however they were made, take
/// the square of their number.
const MOST: usize = 2048;

/// Hashes, each with a number.
pub struct Near {
    /// For each band, and each value of it, the hashes.
    bands: [Vec<Vec<(u64, u32)>>; BANDS.len()],
}

impl Default for Near {
    fn default() -> Self {
        Near { bands: BANDS.map(|bits| vec![Vec::new(); 1 << bits]) }
    }
}

impl Near {
    pub fn insert(&mut self, hash: u64, number: u32) {
        for (places, band) in self.bands.iter_mut().zip(bands(hash)) {
            if let Some(place) = places.get_mut(band).filter(|place| place.len() < MOST) {
                place.push((hash, number));
            }
        }
    }

    /// Visits the numbers of hashes that differ in at most `distance` bits, some of them more than once.
    pub fn each(&self, hash: u64, distance: u32, visit: &mut dyn FnMut(u32)) {
        debug_assert!(distance <= SURE);
        for ((places, band), bits) in self.bands.iter().zip(bands(hash)).zip(BANDS) {
            let turned = (0..bits).map(|bit| band ^ 1 << bit);
            let found = turned.chain([band]).filter_map(|band| places.get(band)).flatten();
            for (other, number) in found {
                if (hash ^ other).count_ones() <= distance {
                    visit(*number);
                }
            }
        }
    }
}

/// The value of each band of a hash.
fn bands(hash: u64) -> [usize; BANDS.len()] {
    let mut rest = hash;
    BANDS.map(|bits| {
        let band = rest & ((1 << bits) - 1);
        rest >>= bits;
        // 13 bits fit everywhere
        usize::try_from(band).unwrap_or_default()
    })
}
