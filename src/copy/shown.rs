//! What the page of a folder of copies shows: everything that stands there, also from earlier runs, with what the library
//! knows of it.
//!
//! What the library does not know any more is not shown; nor is what it knows besides, such as the other albums of a
//! photo.

use std::collections::{BTreeMap, HashMap};

use crate::category::photos::media::{Format, Pixels};
use crate::copy::Form;
use crate::copy::written::{Key, List, Written};
use crate::library::catalog::StoredFile;
use crate::library::path::LibraryPath;
use crate::picture::{Encoding, within};

/// The copies as files that a page can show.
pub fn files<'w>(
    written: impl Iterator<Item = &'w Written>,
    list: &List,
    originals: &[StoredFile],
) -> Vec<StoredFile> {
    let by_path: HashMap<&LibraryPath, &StoredFile> =
        originals.iter().map(|file| (&file.path, file)).collect();
    let by_bytes: HashMap<blake3::Hash, &StoredFile> =
        originals.iter().map(|file| (file.content.blake3, file)).collect();
    let original = |written: &Written| {
        let same = by_path.get(&written.original);
        let same = same.filter(|file| file.content.blake3 == written.original_blake3);
        same.or_else(|| by_bytes.get(&written.original_blake3)).copied()
    };
    written.filter_map(|written| Some(copy(written, original(written)?, list))).collect()
}

fn copy(written: &Written, original: &StoredFile, list: &List) -> StoredFile {
    let beside = |other: &Option<LibraryPath>| {
        let key = Key { folder: written.key().folder, original: other.clone()? };
        list.of(&key).next().map(|other| other.path.clone())
    };
    let mut file = StoredFile {
        path: written.path.clone(),
        live_photo: beside(&original.live_photo),
        companion_of: beside(&original.companion_of),
        original_name: None,
        hidden: false,
        deleted: false,
        ..original.clone()
    };
    file.content.size = written.size;
    file.content.blake3 = written.blake3;
    if !written.is_as_it_is() {
        file.content.format = Format::Jpeg;
        if let Some(Form::Jpeg(Encoding { long_edge: Some(edge), .. })) = Form::parse(&written.form) {
            file.content.pixels = file.content.pixels.map(|pixels| {
                let smaller = within((pixels.width, pixels.height), edge);
                smaller.map_or(pixels, |(width, height)| Pixels { width, height })
            });
        }
    }
    file
}

/// The paths of copies by the title of the album that they were chosen by.
pub fn albums<'w>(written: impl Iterator<Item = &'w Written>) -> BTreeMap<String, Vec<String>> {
    let mut albums: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for written in written.filter(|written| !written.album.is_empty()) {
        albums.entry(written.album.clone()).or_default().push(written.path.to_string());
    }
    albums
}
