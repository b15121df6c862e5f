//! Archives of Apple's that the library keeps as files, because the version that imported them did not read them.
//!
//! Each comes as the archive in which it was delivered, with nothing in it but itself, so that it is looked through by
//! the same rules as there: by what it is, never an owner's. What it is called, how deep it lies and what lies beside it
//! the catalog knows. No file is opened here.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use crate::apple::part_name;
use crate::category::unsorted::is_unsorted;
use crate::contents::{ArchiveId, ContentId, Contents, EntryId, PartId};
use crate::stage::discover::container::{self, Container, FileAt, Lies, Source};
use crate::stage::discover::part_file;
use crate::stage::reclaim;

/// The file of the library that an entry of an archive is, which itself is not at hand.
#[derive(Debug, Clone)]
pub struct Kept {
    pub archive: ArchiveId,
    /// The part of what lies in the archive and has no number of its own.
    pub part: PartId,
    /// Where it stands.
    pub file: PathBuf,
}

impl Kept {
    /// Opens the file.
    ///
    /// # Errors
    /// If it cannot be opened, or is no file any more.
    pub fn open(&self) -> io::Result<File> {
        let folder = self.file.parent().unwrap_or(&self.file);
        part_file::open(folder, &container::name_of(&self.file))
    }
}

/// One container for each archive among the kept files; `standing` are the files by their bytes.
pub fn containers(contents: &Contents, standing: &HashMap<ContentId, PathBuf>) -> Vec<Container> {
    let mut archives: BTreeMap<ArchiveId, Vec<(EntryId, PathBuf)>> = BTreeMap::new();
    for (id, entry) in contents.entries.pairs() {
        let file = entry.content().and_then(|content| standing.get(&content));
        if let Some(file) = file.filter(|_| is_unsorted(entry) && part_name::is_zip(&entry.path)) {
            archives.entry(entry.archive).or_default().push((id, file.clone()));
        }
    }
    if archives.is_empty() {
        return Vec::new();
    }
    let mut beside: BTreeMap<ArchiveId, Vec<EntryId>> = BTreeMap::new();
    for (id, entry) in contents.entries.pairs().filter(|(_, entry)| archives.contains_key(&entry.archive)) {
        beside.entry(entry.archive).or_default().push(id);
    }
    let categories = reclaim::categories(contents);
    let mut containers = Vec::new();
    for (archive, kept) in archives {
        let mut all = beside.remove(&archive).unwrap_or_default();
        all.sort_by_key(|id| &contents.entries[*id].path);
        let Some(first) = all.first() else { continue };
        let part = contents.entries[*first].part;
        for (id, file) in kept {
            let entry = &contents.entries[id];
            let record = &contents.archives[archive];
            containers.push(Container {
                name: record.name.clone(),
                source: Source::Kept(Arc::new(Kept { archive, part, file })),
                identity: record.identity.clone(),
                files: vec![FileAt {
                    position: entry.position,
                    path: entry.path.clone(),
                    size: entry.size,
                    crc32: entry.crc32,
                    modified: entry.modified,
                    refusal: None,
                }],
                shape: reclaim::shape(contents, archive, &all, &categories),
                lies: Lies::On(PathBuf::new()),
                built: None,
                sound: true,
            });
        }
    }
    containers
}
