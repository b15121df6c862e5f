//! The owner's tree of iCloud Drive.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::contents::Category;
use crate::page::figures::{counted, size};
use crate::page::json::Shared;
use crate::page::sections::Section;

/// A file as the page shows it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileShown {
    /// Where it stands in the library: `Drive/Work/plan.pages`.
    pub path: String,
    /// In bytes.
    pub size: u64,
    /// When its owner changed it, RFC 3339.
    pub modified: Option<String>,
    pub favourite: bool,
}

/// Columns, because there may be very many.
#[derive(Serialize, Default)]
struct Data<'a> {
    folders: Vec<&'a str>,
    folder: Vec<usize>,
    name: Vec<&'a str>,
    size: Vec<u64>,
    /// The day; empty where nobody knows.
    modified: Vec<&'a str>,
    favourites: Vec<usize>,
}

impl Section {
    /// The section of these files.
    pub fn drive(mut files: Vec<FileShown>) -> Self {
        files.sort_by(|a, b| a.path.cmp(&b.path));
        let mut folders = Shared::default();
        let mut data = Data::default();
        for (index, file) in files.iter().enumerate() {
            let (folder, name) = file.path.rsplit_once('/').unwrap_or(("", &file.path));
            data.folder.push(folders.number(folder));
            data.name.push(name);
            data.size.push(file.size);
            data.modified.push(file.modified.as_deref().and_then(|time| time.get(..10)).unwrap_or_default());
            if file.favourite {
                data.favourites.push(index);
            }
        }
        data.folders = folders.names;
        let bytes = files.iter().map(|file| file.size).fold(0, u64::saturating_add);
        let line = match folders_of(&data.folders) {
            0 => size(bytes),
            folders => format!("{} in {}", size(bytes), counted(folders, "folder", "folders")),
        };
        Section::new(Category::Drive, counted(files.len() as u64, "file", "files"), line, &data)
    }
}

/// How many folders there are below the one that all lie in.
fn folders_of(paths: &[&str]) -> u64 {
    let mut folders = BTreeSet::new();
    for path in paths {
        let ends = path.match_indices('/').map(|(end, _)| end).chain([path.len()]).skip(1);
        folders.extend(ends.filter_map(|end| path.get(..end)));
    }
    folders.len() as u64
}
