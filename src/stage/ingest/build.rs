//! Inputs as values, for the tests of a pass: one archive of photos, of which nothing is read yet.

use crate::contents::{Archive, Bytes, Category, Class, Entry, Export, Identity, Inner, Part, Sort};
use crate::stage::discover::Inputs;
use crate::stage::discover::container::Source;

/// A file of the archive.
pub(super) struct File<'a> {
    pub(super) path: &'a str,
    pub(super) size: u64,
    pub(super) crc32: Option<u32>,
}

/// Inputs with these files, whose bytes are at the source, each in its place.
pub(super) fn inputs<'a>(source: Source, files: impl Iterator<Item = File<'a>>) -> Inputs {
    let mut inputs = Inputs::default();
    let contents = &mut inputs.contents;
    let export = contents.exports.push(Export {
        name: "iCloud Photos".into(),
        category: Category::Photos,
        total: None,
        built: None,
        label: String::new(),
    });
    let part = contents.parts.push(Part { export, number: 1 });
    let archive = contents.archives.push(Archive { name: "Part 1".into(), identity: Identity::Folder });
    contents.entries.extend((0..).zip(files).map(|(position, File { path, size, crc32 })| Entry {
        archive,
        part,
        position,
        path: path.into(),
        inner: Inner::of(path, path),
        category: Category::Photos,
        class: Class::Resource,
        sort: Sort(0),
        size,
        crc32,
        modified: None,
        given: true,
        bytes: Bytes::Unread,
    }));
    inputs.sources.insert(archive, source);
    inputs
}
