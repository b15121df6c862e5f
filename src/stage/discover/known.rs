//! What the catalog knows of archives and their entries, found again by what identifies them.
//!
//! A zip is known by its name, size and central directory, and its entries with it. A folder has only its
//! name, so its files are known one by one, by path, size and time; of several records with that name, the
//! right one is the one that has its files.
//!
//! A zip under another name, with the same size and central directory, is a twin: it gets a record of its
//! own, with the bytes of the first.

use std::cmp::Reverse;
use std::collections::{HashMap, VecDeque};

use crate::contents::{Archive, ArchiveId, Bytes, Contents, EntryId, Identity};
use crate::stage::discover::container::{Container, FileAt};

/// What the catalog knew before this run's inputs were added.
pub(super) struct Known {
    archives: HashMap<(String, Identity), VecDeque<ArchiveId>>,
    twins: HashMap<Identity, ArchiveId>,
    /// By archive and position.
    entries: HashMap<(ArchiveId, u32), EntryId>,
    /// By folder name and path.
    files: HashMap<(String, String), Vec<EntryId>>,
}

/// The record of an archive or part folder.
pub(super) struct Record {
    pub(super) archive: ArchiveId,
    /// The known archive of the same bytes.
    twin: Option<ArchiveId>,
    /// Of a folder, where a new file goes whose own place a known one has: behind all others.
    next: u32,
}

impl Record {
    /// That of a remembered archive.
    pub(super) fn of(archive: ArchiveId) -> Self {
        Record { archive, twin: None, next: 0 }
    }
}

/// What a folder and a record have in common, by which records are compared: requests of one name have files of the same
/// names and sizes, so times count first.
#[derive(Default, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Shared {
    /// Files of one path, size and time.
    pub(super) of_one_time: u64,
    /// Files of one path and size.
    files: u64,
}

impl Shared {
    /// Adds a file of one path and size.
    pub(super) fn add(&mut self, is_of_one_time: bool) {
        self.files += 1;
        self.of_one_time += u64::from(is_of_one_time);
    }
}

impl Known {
    pub(super) fn new(contents: &Contents) -> Self {
        let mut known = Known {
            archives: HashMap::new(),
            twins: HashMap::new(),
            entries: HashMap::new(),
            files: HashMap::new(),
        };
        for (index, archive) in contents.archives.pairs() {
            known
                .archives
                .entry((archive.name.clone(), archive.identity.clone()))
                .or_default()
                .push_back(index);
            if archive.identity != Identity::Folder {
                known.twins.entry(archive.identity.clone()).or_insert(index);
            }
        }
        for (index, entry) in contents.entries.pairs() {
            known.entries.insert((entry.archive, entry.position), index);
            let archive = &contents.archives[entry.archive];
            if archive.identity == Identity::Folder {
                known.files.entry((archive.name.clone(), entry.path.to_string())).or_default().push(index);
            }
        }
        known
    }

    /// The record of this archive or folder; a new one if the catalog has none yet.
    pub(super) fn record(&mut self, contents: &mut Contents, container: &Container) -> Record {
        let archive = self.record_of(contents, container).unwrap_or_else(|| {
            let (name, identity) = (container.name.clone(), container.identity.clone());
            contents.archives.push(Archive { name, identity })
        });
        let known = contents.entries.iter().filter(|e| e.archive == archive);
        let given = container.files.iter().map(|file| file.position);
        match container.identity {
            Identity::Zip { .. } => {
                Record { archive, twin: self.twins.get(&container.identity).copied(), next: 0 }
            }
            Identity::Folder => {
                let last = known.map(|entry| entry.position).chain(given).max();
                Record { archive, twin: None, next: last.map_or(0, |last| last.saturating_add(1)) }
            }
        }
    }

    /// The position of a new file. In a zip it is the one in the central directory, and no other has it.
    pub(super) fn position(&self, record: &mut Record, file: &FileAt) -> u32 {
        if !self.entries.contains_key(&(record.archive, file.position)) {
            return file.position;
        }
        let next = record.next;
        record.next = next.saturating_add(1);
        next
    }

    /// The record of this very archive; of several folders of one name, the record that has most of its files.
    fn record_of(&mut self, contents: &Contents, container: &Container) -> Option<ArchiveId> {
        let files = &self.files;
        let known = |file: &FileAt| files.get(&(container.name.clone(), file.path.to_string()));
        let shared = |archive: ArchiveId| {
            container.files.iter().flat_map(move |file| {
                let of_archive = move |index: &&EntryId| {
                    let entry = &contents.entries[**index];
                    entry.archive == archive && entry.size == file.size
                };
                let entries = known(file).into_iter().flatten().filter(of_archive);
                entries.map(|index| contents.entries[*index].modified == file.modified)
            })
        };
        let records = self.archives.get_mut(&(container.name.clone(), container.identity.clone()))?;
        let is_zip = container.identity != Identity::Folder;
        let is_it = |at: &usize| is_zip || shared(records[*at]).next().is_some();
        let mut fitting = (0..records.len()).filter(is_it);
        let (first, second) = (fitting.next()?, fitting.next());
        let weight = |at: &usize| {
            let mut all = Shared::default();
            shared(records[*at]).for_each(|is_of_one_time| all.add(is_of_one_time));
            (all, Reverse(*at))
        };
        let found = match second.filter(|_| !is_zip) {
            Some(second) => [first, second].into_iter().chain(fitting).max_by_key(weight)?,
            None => first,
        };
        records.remove(found)
    }

    /// The entry that the catalog has for a file of this record.
    pub(super) fn entry(
        &self,
        contents: &Contents,
        record: &Record,
        container: &Container,
        file: &FileAt,
    ) -> Option<EntryId> {
        if container.identity != Identity::Folder {
            return self.entries.get(&(record.archive, file.position)).copied();
        }
        let candidates = self.files.get(&(container.name.clone(), file.path.to_string()))?;
        candidates.iter().copied().find(|&index| {
            let entry = &contents.entries[index];
            entry.archive == record.archive && entry.size == file.size && entry.modified == file.modified
        })
    }

    /// What the twin of its archive tells about the bytes of a new file.
    pub(super) fn bytes_of_twin(&self, contents: &Contents, record: &Record, file: &FileAt) -> Bytes {
        let entry = record.twin.and_then(|twin| self.entries.get(&(twin, file.position)));
        entry.map_or(Bytes::Unread, |&index| contents.entries[index].bytes)
    }
}
