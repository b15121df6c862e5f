//! How the folders of a library are spelled. To many drives `a` and `A` are one folder, which has the name that it was
//! made with; a path that spells it otherwise leads there too, and is not what a walk through the library finds.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use crate::library::name;
use crate::library::path::LibraryPath;

/// The spelling of folders that stand, each looked up once.
pub struct Spelling<'a> {
    library: &'a Path,
    known: HashMap<LibraryPath, LibraryPath>,
}

impl<'a> Spelling<'a> {
    /// Of this library.
    pub fn of(library: &'a Path) -> Self {
        Spelling { library, known: HashMap::new() }
    }

    /// The path with its folders spelled as they stand.
    pub fn path(&mut self, path: &LibraryPath) -> LibraryPath {
        let Some(folder) = path.parent() else { return path.clone() };
        let spelled = self.folder(&folder);
        if spelled == folder { path.clone() } else { within(&spelled, path.file_name(), path) }
    }

    fn folder(&mut self, folder: &LibraryPath) -> LibraryPath {
        if let Some(known) = self.known.get(folder) {
            return known.clone();
        }
        let above = folder.parent().map(|above| self.folder(&above));
        let name = folder.file_name();
        let on_drive =
            above.as_ref().map_or_else(|| self.library.to_owned(), |above| above.to_path(self.library));
        let spelled = match fs::symlink_metadata(on_drive.join(name)) {
            Ok(_) => spelled(name, names(&on_drive)),
            Err(_) => None,
        };
        let spelled = match (&above, spelled.as_deref().unwrap_or(name)) {
            (Some(above), name) => within(above, name, folder),
            (None, name) => LibraryPath::recorded(name).unwrap_or_else(|_| folder.clone()),
        };
        self.known.insert(folder.clone(), spelled.clone());
        spelled
    }
}

fn within(folder: &LibraryPath, name: &str, otherwise: &LibraryPath) -> LibraryPath {
    LibraryPath::recorded(&format!("{folder}/{name}")).unwrap_or_else(|_| otherwise.clone())
}

fn names(folder: &Path) -> impl Iterator<Item = String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().into_string().ok())
}

/// The name among these by which something is found that stands under no other spelling; `None` if this one is listed.
fn spelled(name: &str, names: impl Iterator<Item = String>) -> Option<String> {
    let key = name::fold(name);
    let mut alike = None;
    for listed in names {
        if listed == name {
            return None;
        }
        if name::fold(&listed) == key {
            alike = Some(listed);
        }
    }
    alike
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{Spelling, spelled};
    use crate::library::path::LibraryPath;

    #[test]
    fn a_name_that_stands_is_found_under_its_own_spelling() {
        let found = |name: &str, listed: &[&str]| spelled(name, listed.iter().map(|name| (*name).to_owned()));
        assert_eq!(found("A", &["b", "a"]), Some("a".to_owned()));
        assert_eq!(found("A", &["a", "A"]), None);
        assert_eq!(found("Über", &["U\u{308}BER"]), Some("U\u{308}BER".to_owned()));
        assert_eq!(found("A", &["b"]), None);
    }

    #[test]
    fn what_does_not_stand_or_stands_as_it_is_spelled_stays() {
        let library = tempfile::tempdir().unwrap();
        fs::create_dir_all(library.path().join("2024/Süd")).unwrap();
        let mut spelling = Spelling::of(library.path());
        for path in ["2024/Süd/a.jpg", "2024/new/b.jpg", "c.jpg"] {
            let path = LibraryPath::recorded(path).unwrap();
            assert_eq!(spelling.path(&path), path);
        }
    }
}
