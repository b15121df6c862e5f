//! What only several paths together prove: folders called like Apple's, and the lists that lie in them.
//!
//! What a folder shows does not depend on its files, so it is asked once for all that lie in it.

use std::collections::{BTreeMap, BTreeSet};

use crate::apple::{part_name, text};
use crate::category::delivery::Head;
use crate::category::photos::lists::names;

/// How deep Apple's folders may lie below the top where only a name speaks for them.
const DEEPEST: usize = 3;
/// Lists of one root that are looked into before it is believed that none is Apple's.
const MOST_LOOKS: usize = 32;

/// One of Apple's folders.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Marker {
    Photos,
    Deleted,
    Albums,
    Memories,
    SharedAlbums,
}

pub(super) fn marker(component: &str) -> Option<Marker> {
    const NAMES: [(&str, Marker); 5] = [
        ("photos", Marker::Photos),
        ("recently deleted", Marker::Deleted),
        ("albums", Marker::Albums),
        ("memories", Marker::Memories),
        ("my albums", Marker::SharedAlbums),
    ];
    NAMES.into_iter().find(|(name, _)| text::same_name(component, name)).map(|(_, marker)| marker)
}

/// What the first of Apple's folders lies in, of those in the path of a folder.
fn above_marker(folder: &str) -> Option<&str> {
    let mut folders = folder.split('/').take(DEEPEST + 1).peekable();
    let mut begin = 0;
    while let Some(name) = folders.next() {
        // a wrapper may itself be called `Photos`
        let is_wrapper = folders.peek().is_some_and(|next| marker(next).is_some());
        if marker(name).is_some() && !is_wrapper {
            return folder.get(..begin).map(|above| above.strip_suffix('/').unwrap_or(above));
        }
        begin += name.len() + "/".len();
    }
    None
}

/// A folder with files in it.
#[derive(Clone, Copy)]
pub(super) struct Folder<'a> {
    pub(super) path: &'a str,
    /// What it lies in.
    pub(super) above: &'a str,
    pub(super) marker: Option<Marker>,
}

/// What is put together from several paths.
#[derive(Default)]
pub(super) struct Evidence {
    /// Whether the archive or folder itself has a name that counts a part of iCloud's.
    pub(super) is_counted: bool,
    /// Lists in folders called `Albums`, by what the folder lies in.
    pub(super) lists: BTreeMap<String, Vec<String>>,
    /// Apple's folders with files in them, by what they lie in.
    markers: BTreeSet<(String, Marker)>,
    /// What holds Apple's folders and has a name that counts a part of iCloud's.
    pub(super) named: BTreeSet<String>,
    /// What holds folders called like Apple's.
    pub(super) folders: BTreeSet<String>,
}

impl Evidence {
    /// None yet, of an archive or folder called `name`.
    pub(super) fn of(name: &str) -> Self {
        Evidence { is_counted: part_name::is_part_of_icloud(name), ..Evidence::default() }
    }

    /// Takes what a folder with files in it proves, whatever they are.
    pub(super) fn folder<'a>(&mut self, path: &'a str) -> Folder<'a> {
        let folder = Folder { path, above: text::above(path), marker: marker(text::file_name(path)) };
        self.markers.extend(folder.marker.map(|marker| (folder.above.to_owned(), marker)));
        if let Some(root) = above_marker(path).filter(|root| !self.folders.contains(*root)) {
            if self.is_counted || root.split('/').any(part_name::is_part_of_icloud) {
                self.named.insert(root.to_owned());
            }
            self.folders.insert(root.to_owned());
        }
        folder
    }

    /// Folders where lists of albums lie in `Albums/` and other folders of Apple's beside it.
    pub(super) fn roots_of_lists(&self, head: Head<'_>) -> Vec<String> {
        let others = [Marker::Photos, Marker::Deleted, Marker::Memories];
        let has_others = |root: &str| others.iter().any(|m| self.markers.contains(&(root.to_owned(), *m)));
        let is_list = |path: &&String| head(path).is_some_and(|start| names::looks_like_names(&start));
        let roots = self.lists.iter().filter(|(root, _)| has_others(root));
        roots
            .filter(|(_, lists)| lists.iter().take(MOST_LOOKS).any(|list| is_list(&list)))
            .map(|(root, _)| root.clone())
            .collect()
    }
}
