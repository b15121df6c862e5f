//! Folders on the drive: what lies in one, and whether it is a part.
//!
//! In: a path. Out: [`Folder`]. Never: looks into a file, or follows a link to a folder.
//! The one surprise: a folder with a `Photos` folder is no part if parts lie beside that: it is where
//! somebody keeps downloads.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use crate::export::classify::{self, Shape};
use crate::export::container::name_of;
use crate::export::part_name;

/// What lies in one folder, by path.
pub(super) struct Folder {
    /// Files, and links to files.
    pub(super) files: Vec<PathBuf>,
    /// Folders, and no links to any.
    pub(super) folders: Vec<PathBuf>,
}

impl Folder {
    /// Reads them; of a folder that cannot be read there are none.
    pub(super) fn of(folder: &Path) -> Self {
        let mut entries: BTreeMap<PathBuf, bool> = BTreeMap::new();
        for entry in WalkDir::new(folder).min_depth(1).max_depth(1).follow_links(false).into_iter().flatten()
        {
            // a link to a file is followed, a link to a folder is not
            let is_file = entry.path().is_file();
            if is_file || entry.file_type().is_dir() {
                entries.insert(entry.into_path(), is_file);
            }
        }
        let (files, folders): (Vec<_>, Vec<_>) = entries.into_iter().partition(|(_, is_file)| *is_file);
        let paths = |list: Vec<(PathBuf, bool)>| list.into_iter().map(|(path, _)| path).collect();
        Folder { files: paths(files), folders: paths(folders) }
    }

    /// Whether it is a part: it holds Apple's folders, and no parts lie in it.
    pub(super) fn is_part(&self, root: &Path) -> bool {
        let holds_parts = self.files.iter().any(|file| {
            let name = name_of(file);
            is_zip_name(&name) && is_part_name(&name)
        }) || self.folders.iter().any(|folder| {
            let name = name_of(folder);
            let numbered = part_name::PartName::read(&name).number.is_some();
            is_part_name(&name) && (numbered || folder.join("Photos").is_dir())
        });
        if holds_parts {
            return false;
        }
        let files: Vec<String> =
            self.files.iter().map(|p| name_of(p)).filter(|n| !classify::is_ignored(n)).collect();
        // one level below is enough to see Apple's folders
        let below = self.folders.iter().map(|folder| format!("{}/x", name_of(folder)));
        let paths: Vec<String> = files.iter().cloned().chain(below).collect();
        let name = name_of(root);
        let shape = Shape::of(&name, paths.iter().map(String::as_str));
        shape.is_apples() || part_name::is_apple_name(&name) && shape.has_media()
    }
}

/// Whether a name says that it is an archive.
pub(super) fn is_zip_name(name: &str) -> bool {
    Path::new(name).extension().is_some_and(|e| e.eq_ignore_ascii_case("zip"))
}

fn is_part_name(name: &str) -> bool {
    part_name::is_apple_name(name) && !name.to_lowercase().contains("shared albums")
}
