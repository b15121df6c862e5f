//! Files that no category understands. They are kept as they were, below `Other/`.

use crate::contents::{Category, Contents, Entry};

/// Where such an entry stands below `Other/`: at its path in a photo export, without the wrapper; of any other
/// export below the export's name.
pub fn place<'a>(contents: &'a Contents, entry: &'a Entry) -> impl Iterator<Item = &'a str> {
    let export = &contents.exports[contents.export_of(entry)];
    let above = (export.category != Category::Photos).then_some(export.name.as_str());
    above.into_iter().chain(entry.inner().split('/').filter(|component| !component.is_empty()))
}
