//! Files that no category understands. They are kept as they were, below `Other/`.

use crate::category::{photos, recognise};
use crate::contents::{Category, Contents, Entry};

/// The path of such an entry below `Other/`: its path in the part, without the wrapper folder. Entries of
/// anything but a photo export get a folder of that export's name.
pub(crate) fn place<'a>(contents: &'a Contents, entry: &'a Entry) -> impl Iterator<Item = &'a str> {
    let export = &contents.exports[contents.export_of(entry)];
    let above = (export.category != Category::Photos).then_some(export.name.as_str());
    above.into_iter().chain(entry.inner().split('/').filter(|component| !component.is_empty()))
}

/// Whether an entry is such a file.
pub(crate) fn is_unsorted(entry: &Entry) -> bool {
    match entry.category {
        Category::Photos => photos::Sort::from(entry.sort) == photos::Sort::Other,
        _ => recognise::Sort::from(entry.sort) == recognise::Sort::Unknown,
    }
}

/// The words in the catalog for them.
pub(crate) fn words() -> [&'static str; 2] {
    [photos::Sort::Other.as_str(), recognise::Sort::Unknown.as_str()]
}
