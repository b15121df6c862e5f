//! ` (2)`, ` (3)` …: the number for a name that is taken. Numbers start at 1, which is not shown.
//!
//! Where counting stopped is remembered for each name. A hostile archive may have a hundred thousand files of one name,
//! and each would count from the beginning again.

use std::collections::HashMap;
use std::hash::Hash;

use crate::apple::text;

/// The first of these that is free. Only finitely many are taken, so the search ends.
pub fn first_free<T>(make: impl Fn(u64) -> T, is_free: impl Fn(&T) -> bool) -> T {
    let mut n = 1;
    loop {
        let made = make(n);
        if is_free(&made) {
            return made;
        }
        n += 1;
    }
}

/// How far each name has been counted.
#[derive(Debug, Clone)]
pub struct Numbers<K>(HashMap<K, u64>);

impl<K> Default for Numbers<K> {
    fn default() -> Self {
        Numbers(HashMap::new())
    }
}

impl<K: Eq + Hash> Numbers<K> {
    /// The first free number of `counted`. Numbers below it are not asked about again.
    pub fn first_free(&mut self, counted: K, is_free: impl Fn(u64) -> bool) -> u64 {
        let from = self.0.get(&counted).copied().unwrap_or(1);
        let free = first_free(|n| from + (n - 1), |n| is_free(*n));
        if free > 1 {
            self.0.insert(counted, free);
        }
        free
    }
}

/// `IMG_1 (2).HEIC` → `IMG_1.HEIC` and 2: what a name may have been before it was numbered.
pub fn unnumbered(name: &str) -> Option<(String, u64)> {
    let (stem, extension) = text::split(name);
    let (base, number) = stem.strip_suffix(')')?.rsplit_once(" (")?;
    let is_number =
        !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()) && !number.starts_with('0');
    let number = number.parse().ok().filter(|n| is_number && *n > 1 && !base.is_empty())?;
    Some((text::joined(base, extension), number))
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::collections::HashSet;

    use super::{Numbers, unnumbered};

    #[test]
    fn counting_goes_on_where_it_stopped() {
        let (mut numbers, mut taken) = (Numbers::default(), HashSet::new());
        let looks = Cell::new(0);
        let mut next = |name: &'static str| {
            let free = numbers.first_free(name, |n| {
                looks.set(looks.get() + 1);
                !taken.contains(&(name, n))
            });
            taken.insert((name, free));
            free
        };
        assert_eq!(["a", "a", "b", "a", "b"].map(&mut next), [1, 2, 1, 3, 2]);
        for n in 4..=10_000 {
            assert_eq!(next("a"), n);
        }
        assert!(looks.get() < 30_000, "{} looks", looks.get());
    }

    #[test]
    fn only_a_number_of_ours_is_taken_off() {
        for (name, plain) in [
            ("IMG_1 (2).HEIC", Some(("IMG_1.HEIC", 2))),
            ("Lake (12)", Some(("Lake", 12))),
            ("....csv (3)", Some(("....csv", 3))),
            ("IMG_1 (1).HEIC", None),
            ("IMG_1 (02).HEIC", None),
            ("IMG_1 (+2).HEIC", None),
            ("IMG_1 ().HEIC", None),
            ("IMG_1(2).HEIC", None),
            ("(2).HEIC", None),
            ("IMG_1 (x).HEIC", None),
        ] {
            let found = unnumbered(name);
            assert_eq!(found.as_ref().map(|(name, n)| (name.as_str(), *n)), plain, "{name}");
        }
    }
}
