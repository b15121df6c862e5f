//! What stands in the library under a name, with or without a number.
//!
//! Pure. The same bytes are not placed twice under one name, whichever number they have there. Nothing counts
//! through the numbers to find them; a name is looked up without its number.

use std::collections::HashMap;

use blake3::Hash;

use crate::apple::text;
use crate::library::path::LibraryPath;
use crate::library::{name, numbers};

/// Bytes of a stem that count: the number of a long one takes the place of its end.
const COUNTED: usize = 150;

/// Long names of one beginning that are told apart.
const MOST_ALIKE: usize = 16;

/// Paths, each with its number, by what stands there and the name without a number.
#[derive(Default)]
pub(super) struct Standing(HashMap<(Hash, String), Vec<(u64, LibraryPath)>>);

impl Standing {
    /// Indexes these paths, each with what stands there.
    pub(super) fn of<'a>(paths: impl Iterator<Item = (&'a LibraryPath, Hash)>) -> Self {
        let mut standing = Standing::default();
        paths.for_each(|(path, what)| standing.add(path, what));
        standing
    }

    /// Says that this stands there now.
    pub(super) fn add(&mut self, path: &LibraryPath, what: Hash) {
        let folder = path.parent();
        let whole = (path.file_name().to_owned(), 1);
        for (name, number) in [whole].into_iter().chain(numbers::unnumbered(path.file_name())) {
            let (stem, extension) = text::split(&name);
            let known = self.0.entry((what, key(folder.as_ref(), stem, extension))).or_default();
            if known.len() < MOST_ALIKE {
                known.push((number, path.clone()));
            }
        }
    }

    /// Where this stands in a folder under this name, and with which number.
    pub(super) fn find(
        &self,
        what: Hash,
        folder: &LibraryPath,
        stem: &str,
        extension: &str,
    ) -> Option<(u64, &LibraryPath)> {
        self.find_but(what, folder, (stem, extension), |_| false)
    }

    /// The same, passing over what `is_another` says is another file of these bytes.
    pub(super) fn find_but(
        &self,
        what: Hash,
        folder: &LibraryPath,
        (stem, extension): (&str, &str),
        is_another: impl Fn(&LibraryPath) -> bool,
    ) -> Option<(u64, &LibraryPath)> {
        if self.0.is_empty() {
            return None;
        }
        let first = name::with_suffix(stem, extension, 1);
        let (portable_stem, portable_extension) = text::split(&first);
        let key = key(Some(folder), portable_stem, portable_extension);
        let alike = self.0.get(&(what, key))?.iter();
        let is_it = |number: u64, path: &LibraryPath| {
            folder.join(&name::with_suffix(stem, extension, number)) == *path
        };
        let alike = alike.filter(|(number, path)| is_it(*number, path) && !is_another(path));
        let first = alike.min_by_key(|(number, _)| *number);
        first.map(|(number, path)| (*number, path))
    }
}

fn key(folder: Option<&LibraryPath>, stem: &str, extension: &str) -> String {
    let counted = stem.get(..stem.floor_char_boundary(COUNTED)).unwrap_or(stem);
    format!("{}/{counted}.{extension}", folder.map_or("", LibraryPath::as_str))
}

#[cfg(test)]
mod tests {
    use super::Standing;
    use crate::library::name;
    use crate::library::path::LibraryPath;

    #[test]
    fn the_same_bytes_are_found_under_any_number() {
        let hash = |text: &str| blake3::hash(text.as_bytes());
        let folder = LibraryPath::new(["Other"]);
        let long = "é".repeat(200);
        let paths: Vec<(LibraryPath, blake3::Hash)> = [
            ("a.txt", "1"),
            ("a (2).txt", "2"),
            ("a (3).txt", "1"),
            ("b (2).txt", "3"),
            (&name::with_suffix(&long, "txt", 12), "4"),
        ]
        .into_iter()
        .map(|(name, bytes)| (folder.join(name), hash(bytes)))
        .collect();
        let standing = Standing::of(paths.iter().map(|(path, hash)| (path, *hash)));
        let find = |bytes: &str, stem: &str| standing.find(hash(bytes), &folder, stem, "txt").map(|(n, _)| n);
        assert_eq!([find("1", "a"), find("2", "a"), find("3", "a")], [Some(1), Some(2), None]);
        assert_eq!([find("3", "b"), find("3", "b (2)"), find("3", "B")], [Some(2), Some(1), None]);
        assert_eq!([find("4", &long), find("4", &"é".repeat(199))], [Some(12), Some(12)]);
    }
}
