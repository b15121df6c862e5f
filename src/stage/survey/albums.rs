//! Links and lists of albums that stand in a library, by their text alone.

use std::fs;
use std::path::Path;

use crate::library::layout;
use crate::library::path::LibraryPath;

/// A list larger than this is none of ours.
const LARGEST_LIST: u64 = 64 << 20;

/// Whether a path lies in one of the folders of albums. A run that was interrupted may have left
/// links, lists and copies there that it did not record.
pub fn is_in_albums(path: &LibraryPath) -> bool {
    path.as_str().split_once('/').is_some_and(|(top, _)| layout::OF_ALBUMS.contains(&top))
}

/// The file that an album's link points to, by its text alone: the file may be gone.
pub fn link(library: &Path, path: &LibraryPath) -> Option<LibraryPath> {
    if !is_in_albums(path) {
        return None;
    }
    let target = fs::read_link(path.to_path(library)).ok()?;
    let way: Option<Vec<&str>> = target.iter().map(|c| c.to_str()).collect();
    LibraryPath::at(path.parent()?.as_str(), &way?.join("/"))
}

/// The files that an album's list names, by its text alone; `None` if it is no list like ours.
pub fn list(library: &Path, path: &LibraryPath) -> Option<Vec<LibraryPath>> {
    let (top, name) = path.as_str().split_once('/')?;
    let file = path.to_path(library);
    let is_list = layout::OF_ALBUMS.contains(&top) && !name.contains('/') && name.ends_with(".m3u8");
    if !is_list || fs::metadata(&file).ok()?.len() > LARGEST_LIST {
        return None;
    }
    let text = fs::read_to_string(&file).ok()?;
    let lines = text.strip_prefix("#EXTM3U\n")?.lines();
    lines.map(|line| LibraryPath::at(top, line)).collect()
}
