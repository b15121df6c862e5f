//! Which files of the mirror only need another name. Pure.
//!
//! A file that the library has elsewhere by now is known by its bytes; one of the owner's, whose bytes nobody knows
//! before they are read, by its size and time, and then by its bytes.

use std::collections::{HashMap, HashSet};

use blake3::Hash;

use crate::mirror::decide::Wanted;
use crate::mirror::memory::Line;
use crate::mirror::scan::Moment;

/// Files of the mirror that stand where the library wants them no more, unchanged since they were written.
#[derive(Debug, Default)]
pub struct Strays {
    by_hash: HashMap<Hash, Vec<String>>,
    looks: HashSet<(u64, Moment)>,
}

impl Strays {
    /// Those that may go elsewhere.
    pub fn new<'a>(files: impl Iterator<Item = (&'a str, &'a Line)>) -> Self {
        let mut strays = Strays::default();
        let mut sorted: Vec<_> = files.collect();
        // the last is taken first
        sorted.sort_unstable_by(|(a, _), (b, _)| b.cmp(a));
        for (path, line) in sorted {
            strays.by_hash.entry(line.blake3).or_default().push(path.to_owned());
            strays.looks.insert((line.size, line.modified));
        }
        strays
    }

    /// Whether one looks like this file, so that it is worth reading the library's to know its bytes.
    pub fn may_have(&self, wanted: &Wanted) -> bool {
        wanted.blake3.is_none()
            && wanted.modified().is_some_and(|modified| self.looks.contains(&(wanted.size, modified)))
    }

    /// Takes one with these bytes, if there is any.
    pub fn take(&mut self, blake3: &Hash) -> Option<String> {
        let paths = self.by_hash.get_mut(blake3)?;
        let path = paths.pop();
        if paths.is_empty() {
            self.by_hash.remove(blake3);
        }
        path
    }
}

#[cfg(test)]
mod tests {
    use super::Strays;
    use crate::mirror::decide::{Wanted, Worth};
    use crate::mirror::memory::Line;
    use crate::mirror::scan::{Moment, Nature, Seen};

    #[test]
    fn each_goes_to_one_place() {
        let line = |bytes: &[u8], modified| Line {
            size: bytes.len() as u64,
            modified: Moment(modified),
            here: Moment(modified),
            blake3: blake3::hash(bytes),
        };
        let lines = [("b", line(b"same", 1)), ("a", line(b"same", 2)), ("c", line(b"other", 3))];
        let mut strays = Strays::new(lines.iter().map(|(path, line)| (*path, line)));
        let own = |size, modified| Wanted {
            path: "x".to_owned(),
            alias: None,
            worth: Worth::Own,
            blake3: None,
            size,
            source: Some(Seen { nature: Nature::File, size, modified: Moment(modified) }),
        };
        assert!(strays.may_have(&own(5, 3)) && !strays.may_have(&own(5, 4)) && !strays.may_have(&own(6, 3)));
        let known = Wanted { blake3: Some(blake3::hash(b"other")), ..own(5, 3) };
        assert!(!strays.may_have(&known), "it is found by its bytes");
        let same = blake3::hash(b"same");
        assert_eq!(strays.take(&same).as_deref(), Some("a"));
        assert_eq!(strays.take(&same).as_deref(), Some("b"));
        assert_eq!(strays.take(&same), None);
    }
}
