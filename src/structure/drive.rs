//! What iCloud Drive looks like: how deep it is, what endings its files have, in which form packages came, and what its
//! list can be trusted with.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::apple::text::{match_key, split};
use crate::category::drive::files::samples;
use crate::category::drive::hash::{Scheme, proved};
use crate::category::drive::list::Rows;
use crate::category::drive::path::is_package;
use crate::category::drive::rows::{Known, matching};

/// iCloud Drive.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Drive {
    /// Parts that hold some of it.
    pub parts: u64,
    /// Parts that have a list of their own.
    pub parts_with_list: u64,
    /// All files below the root.
    pub files: u64,
    /// How many folders below the root a file lies in, and how many files lie so deep.
    pub depths: BTreeMap<usize, u64>,
    /// Endings, and how many files have each.
    pub extensions: BTreeMap<String, u64>,
    /// Files of 0 bytes.
    pub empty_files: u64,
    /// Files in folders whose names begin with a dot, or with such names.
    pub hidden_files: u64,
    /// `.Name.icloud`: content that never was uploaded.
    pub placeholders: u64,
    /// Packages by their ending: as a folder, as one file, as a zip beside their name.
    pub packages: BTreeMap<String, Packages>,
    /// Rows of all lists.
    pub rows: u64,
    /// Rows that found one file.
    pub matched_rows: u64,
    /// Rows that state another size than their file has.
    pub rows_of_another_size: u64,
    /// Smallest files on which it was tried what `Base Hash` is of.
    pub hash_samples: u64,
    /// What held for all of them.
    pub hash_is_of: Option<&'static str>,
}

/// Packages of one ending.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Packages {
    /// As Macs keep them.
    pub folders: u64,
    /// One file of that ending.
    pub files: u64,
    /// With `.zip` behind their ending.
    pub zips: u64,
}

/// A file of iCloud Drive.
#[derive(Debug, Clone, Copy)]
pub struct File<'a> {
    /// Below the root.
    pub path: &'a str,
    /// In bytes.
    pub size: u64,
}

impl Drive {
    /// Counts files; `extension` says how an ending is told.
    pub fn count(&mut self, files: &[File<'_>], extension: &dyn Fn(&str) -> String) {
        let mut folders: BTreeSet<&str> = BTreeSet::new();
        for file in files {
            let (folder, name) = file.path.rsplit_once('/').unwrap_or(("", file.path));
            self.files += 1;
            let depth = if folder.is_empty() { 0 } else { folder.split('/').count() };
            *self.depths.entry(depth).or_default() += 1;
            *self.extensions.entry(extension(name)).or_default() += 1;
            self.empty_files += u64::from(file.size == 0);
            self.hidden_files += u64::from(file.path.split('/').any(|name| name.starts_with('.')));
            self.placeholders += u64::from(name.starts_with('.') && match_key(name).ends_with(".icloud"));
            let mut end = 0;
            for component in folder.split('/').filter(|name| !name.is_empty()) {
                end += component.len() + usize::from(end > 0);
                if is_package(component) && folders.insert(folder.get(..end).unwrap_or_default()) {
                    self.package(component).folders += 1;
                }
            }
            if is_package(name) {
                self.package(name).files += 1;
            } else if let Some(inner) = match_key(name).strip_suffix(".zip").filter(|inner| is_package(inner))
            {
                self.package(inner).zips += 1;
            }
        }
    }

    fn package(&mut self, name: &str) -> &mut Packages {
        self.packages.entry(match_key(split(name).1)).or_default()
    }

    /// Compares the list with the files; `read` gives the bytes of a file.
    pub fn compare(
        &mut self,
        rows: &Rows<'_>,
        files: &[File<'_>],
        read: &mut dyn FnMut(usize) -> Option<Vec<u8>>,
    ) {
        let known: Vec<Known<'_>> =
            files.iter().map(|file| Known { path: file.path, size: file.size, hash: None }).collect();
        let found = matching(rows, &known);
        self.rows = rows.len() as u64;
        self.matched_rows = found.matched() as u64;
        let is_of_another_size = |file: &usize| {
            let size = files.get(*file).map(|file| file.size);
            matches!(found.rows_of(*file), [row] if rows.get(*row).and_then(|row| row.size).is_some_and(|stated| Some(stated) != size))
        };
        self.rows_of_another_size = (0..files.len()).filter(is_of_another_size).count() as u64;
        let sizes: Vec<u64> = files.iter().map(|file| file.size).collect();
        let tried = samples(rows, &found, &sizes).into_iter().filter_map(|(file, stated)| {
            let bytes = read(file)?;
            Some((stated, Scheme::ALL.map(|scheme| scheme.of(&bytes))))
        });
        let tried: Vec<_> = tried.collect();
        self.hash_samples = tried.len() as u64;
        self.hash_is_of = proved(&tried).map(|scheme| match scheme {
            Scheme::Plain => "SHA-256 of the bytes",
            Scheme::Salted => "SHA-256 of the bytes after two salts",
        });
    }
}

#[cfg(test)]
mod tests {
    use super::{Drive, File};
    use crate::category::drive::list::{self, Rows};
    use base64::Engine;

    #[test]
    fn a_tree_and_its_list() {
        let files =
            ["Budget.xlsx", "a/Talk.key/Index.zip", "a/Talk.key/b/x", "Song.band.zip", ".hidden/.x.icloud"];
        let files = files.map(|path| File { path, size: 3 });
        let mut drive = Drive::default();
        drive.count(&files, &|name| name.rsplit('.').next().unwrap_or_default().to_owned());
        assert_eq!((drive.files, drive.hidden_files, drive.placeholders, drive.depths[&2]), (5, 1, 1, 1));
        assert_eq!((drive.packages["key"].folders, drive.packages["band"].zips), (1, 1));
        let hash = sha256(b"abc");
        let text = format!("Title, Base Hash, Type, Size\nBudget.xlsx,{hash},File,3\n");
        let list = list::read(text.as_bytes(), 1 << 20).unwrap();
        drive.compare(&Rows::Of(&list.rows), &files, &mut |_| Some(b"abc".to_vec()));
        assert_eq!((drive.rows, drive.matched_rows, drive.hash_samples), (1, 1, 1));
        assert_eq!(drive.hash_is_of, Some("SHA-256 of the bytes"));
    }

    fn sha256(bytes: &[u8]) -> String {
        use sha2::Digest;
        base64::engine::general_purpose::STANDARD.encode(sha2::Sha256::digest(bytes))
    }
}
