//! Portable places for names that an owner chose freely, each file and folder at one of its own.
//!
//! It knows nothing of the library's files: whether something else stands at a place is for the plan. Which of two names
//! that a file system takes for one gets ` (2)` depends on the order in which they are asked for.

use std::collections::{HashMap, HashSet};

use crate::apple::text::match_key;
use crate::library::name::{fold, with_suffix};

/// The places that are given, in one tree.
#[derive(Debug, Default)]
pub struct Places {
    /// The path of each folder, by where it is and what it is called.
    folders: HashMap<(String, String), String>,
    /// Keys of all paths.
    taken: HashSet<String>,
    /// The next number for a name that is asked for again, so that a thousand of one name cost a thousand steps.
    next: HashMap<String, u64>,
}

impl Places {
    /// The path of the folder at `way` below `root`. Names that differ in case or normalisation are one folder, as they
    /// are to their owner's Mac; any others stay apart.
    pub fn folder(&mut self, root: &str, way: &str) -> String {
        way.split('/').filter(|component| !component.is_empty()).fold(root.to_owned(), |above, component| {
            let key = (above, match_key(component));
            if let Some(known) = self.folders.get(&key) {
                return known.clone();
            }
            let [path] = self.free(&key.0, component, [""]);
            self.folders.insert(key, path.clone());
            path
        })
    }

    /// Paths in a folder with one stem and these extensions, none of which is taken. They are from now on.
    pub fn free<const N: usize>(&mut self, folder: &str, stem: &str, extensions: [&str; N]) -> [String; N] {
        let paths = |n| extensions.map(|extension| format!("{folder}/{}", with_suffix(stem, extension, n)));
        let wanted = paths(1);
        let key = wanted.first().map_or_else(String::new, |path| fold(path));
        let mut n = self.next.get(&key).copied().unwrap_or(1);
        loop {
            let paths = if n == 1 { wanted.clone() } else { paths(n) };
            n += 1;
            if paths.iter().all(|path| !self.taken.contains(&fold(path))) {
                self.next.insert(key, n);
                self.taken.extend(paths.iter().map(|path| fold(path)));
                return paths;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Places;

    #[test]
    fn each_has_a_place_of_its_own() {
        let mut places = Places::default();
        assert_eq!(places.folder("R", "a?/B"), "R/a_/B");
        assert_eq!(places.folder("R", "A?/b"), "R/a_/B", "the same to a Mac");
        assert_eq!(places.folder("R", "a:/B"), "R/a_ (2)/B", "not the same to a Mac");
        assert_eq!(places.folder("R", ""), "R");
        assert_eq!(places.free("R", "x", ["md", "assets"]), ["R/x.md", "R/x.assets"]);
        assert_eq!(places.free("R", "X", ["assets"]), ["R/X (2).assets"]);
        assert_eq!(places.free("R", "x", ["md", "assets"]), ["R/x (3).md", "R/x (3).assets"]);
        assert_eq!(places.free("R", "a_", [""]), ["R/a_ (3)"], "a folder has it");
    }

    #[test]
    fn a_hundred_thousand_of_one_name_are_no_trouble() {
        let mut places = Places::default();
        let last = (0..100_000).map(|_| places.free("R", "x", ["txt"])).last();
        assert_eq!(last, Some(["R/x (100000).txt".to_owned()]));
    }
}
