//! Finds hashes that differ in few bits among very many, without comparing each with each.
//!
//! A hash is cut into five bands. Two hashes that differ in at most nine bits differ in at most one bit of some
//! band, so whoever looks under each band, and under each band with one bit turned, misses none of them.

/// The bits of each band; together 64.
const BANDS: [u32; 5] = [13, 13, 13, 13, 12];
/// Hashes that differ in more bits may be missed.
const SURE: u32 = 9;
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{BANDS, MOST, Near, SURE};

    fn found(near: &Near, hash: u64, distance: u32) -> Vec<u32> {
        let mut found = Vec::new();
        near.each(hash, distance, &mut |number| found.push(number));
        found.sort_unstable();
        found.dedup();
        found
    }

    #[test]
    fn bands_are_the_whole_hash() {
        assert_eq!(BANDS.iter().sum::<u32>(), 64);
        // one bit of each band may differ, and not one more
        assert_eq!(SURE + 1, 2 * u32::try_from(BANDS.len()).unwrap());
    }

    proptest! {
        #[test]
        fn all_that_are_near_are_found_and_no_others(
            hash: u64,
            turned in prop::collection::vec(prop::collection::vec(0_u32..64, 0..14), 1..20),
        ) {
            let others: Vec<u64> = turned.iter().map(|bits| bits.iter().fold(hash, |hash, bit| hash ^ 1 << bit)).collect();
            let mut near = Near::default();
            for (number, other) in others.iter().enumerate() {
                near.insert(*other, u32::try_from(number).unwrap());
            }
            for distance in [0, 4, SURE] {
                let is_near = |(_, other): &(usize, &u64)| (hash ^ **other).count_ones() <= distance;
                let expected: Vec<u32> =
                    others.iter().enumerate().filter(is_near).map(|(number, _)| u32::try_from(number).unwrap()).collect();
                prop_assert_eq!(found(&near, hash, distance), expected);
            }
        }
    }

    #[test]
    fn very_many_of_one_hash_take_no_more_time_than_some() {
        let mut near = Near::default();
        (0..3 * u32::try_from(MOST).unwrap()).for_each(|number| near.insert(7, number));
        assert_eq!(found(&near, 7, 0).len(), MOST);
    }
}
