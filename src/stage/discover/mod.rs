//! Discover: what Apple delivered, from paths to entries.
//!
//! In: the paths that the owner named and what the catalog remembers. Out: [`Inputs`]: exports,
//! parts, archives and entries, each with a role, and where to read their bytes. Reads central
//! directories and nothing larger. Never: reads media, decides what is a duplicate.
//! The one surprise: an archive that the catalog knows is recognised by size and central
//! directory, so its entries come with their bytes already known and need not be read again.
//!
//! [`search`] finds archives and folders, [`group`] joins parts to exports, [`part_file`] opens the files of
//! part folders. What makes a part and what an entry is for, the [`category`](crate::category) says.

pub mod container;
mod folder;
pub mod group;
pub mod part_file;
pub mod search;

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::io::Read;
use std::sync::Arc;

use crate::apple::part_name;
use crate::apple::zip::{self, DEFLATED, ZipEntry};
use crate::category::Heard;
use crate::contents::{
    Archive, ArchiveId, Bytes, Class, Contents, Entry, EntryId, ExportId, Identity, Inner, PartId,
};
use crate::library::catalog::{Ids, Remembered};
use crate::problem::refusal::{self, Refused};
use crate::problem::{Code, Problem};

use container::{Container, FileAt, Source};
use search::{LeftAlone, Search};

/// Everything that is known before bytes are read.
#[derive(Default)]
pub struct Inputs {
    /// The inputs' entries and those that the catalog remembers.
    pub contents: Contents,
    /// What was heard of them so far.
    pub heard: Heard,
    /// Identities in the catalog.
    pub ids: Ids,
    /// Of every archive of this run, where its bytes are.
    pub sources: HashMap<ArchiveId, Source>,
    /// What was not taken.
    pub left_alone: LeftAlone,
    /// Names of archives that cannot be opened: each counts as one failed entry.
    pub unreadable: Vec<String>,
    /// Parts that this run was given.
    pub given_parts: BTreeSet<PartId>,
    /// Those of them that it was given more than once.
    pub parts_twice: BTreeSet<PartId>,
    /// What was wrong so far.
    pub problems: Vec<Problem>,
}

/// Joins what search found with what the catalog remembers.
pub fn gather(found: Search, remembered: Remembered) -> Inputs {
    let Search { containers, left_alone, problems, .. } = found;
    let Remembered { contents, heard, ids, complete, .. } = remembered;
    let mut inputs = Inputs { contents, heard, ids, left_alone, problems, ..Inputs::default() };
    let grouped = group::group(&containers, &mut inputs.contents, &complete);
    let mut known = Known::new(&inputs.contents);
    let mut order: Vec<usize> = (0..containers.len()).collect();
    order.sort_by(|&a, &b| containers[a].name.cmp(&containers[b].name));
    for index in order {
        let container = &containers[index];
        if matches!(container.source, Source::Unreadable) {
            inputs.unreadable.push(container.name.clone());
        }
        let part = |wrapper: &str| grouped.part(index, wrapper);
        let parts: BTreeSet<PartId> =
            part("").into_iter().chain(container.shape.wrappers().filter_map(part)).collect();
        // of what lies in another archive, the outer one speaks
        let again = parts.intersection(&inputs.given_parts).filter(|_| container.parent().is_none());
        inputs.parts_twice.extend(again);
        inputs.given_parts.extend(parts);
        match container.source {
            Source::Unreadable => {}
            Source::Remembered(archive) => give_remembered(&mut inputs, archive),
            Source::Zip(_) | Source::Folder(_) => add(&mut inputs, container, &mut known, &part),
        }
    }
    inputs.contents.entries.shrink_to_fit();
    order_exports(&mut inputs);
    group::label(&mut inputs.contents);
    inputs.contents.sort_entries();
    inputs
}

fn give_remembered(inputs: &mut Inputs, archive: ArchiveId) {
    for entry in inputs.contents.entries.iter_mut().filter(|e| e.archive == archive) {
        entry.given = true;
        inputs.given_parts.insert(entry.part);
    }
    inputs.sources.insert(archive, Source::Remembered(archive));
}

/// What the catalog knows of archives and their entries.
struct Known {
    archives: HashMap<(String, Identity), VecDeque<ArchiveId>>,
    twins: HashMap<Identity, ArchiveId>,
    /// By archive and position.
    entries: HashMap<(ArchiveId, u32), EntryId>,
    /// By folder name and path.
    files: HashMap<(String, String), Vec<EntryId>>,
}

impl Known {
    fn new(contents: &Contents) -> Self {
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

    /// The record of this very archive; of several folders of one name the one whose files it has.
    fn record_of(&mut self, contents: &Contents, container: &Container) -> Option<ArchiveId> {
        let files = &self.files;
        let holds_any = |archive: ArchiveId| {
            container.files.iter().any(|file| {
                let known = files.get(&(container.name.clone(), file.path.to_string()));
                known.into_iter().flatten().any(|&index| {
                    let entry = &contents.entries[index];
                    entry.archive == archive && entry.size == file.size
                })
            })
        };
        let records = self.archives.get_mut(&(container.name.clone(), container.identity.clone()))?;
        let is_zip = container.identity != Identity::Folder;
        let found = records.iter().position(|&archive| is_zip || holds_any(archive))?;
        records.remove(found)
    }
}

fn add(inputs: &mut Inputs, container: &Container, known: &mut Known, part: &dyn Fn(&str) -> Option<PartId>) {
    let same = known.record_of(&inputs.contents, container);
    let twin =
        known.twins.get(&container.identity).copied().filter(|_| container.identity != Identity::Folder);
    let contents = &mut inputs.contents;
    let archive = same.unwrap_or_else(|| {
        contents.archives.push(Archive { name: container.name.clone(), identity: container.identity.clone() })
    });
    // a zip's entries have their place in its directory; a folder's new files follow the known ones
    let known_entries = contents.entries.iter().filter(|e| e.archive == archive);
    let mut position = match container.identity {
        Identity::Folder => known_entries.map(|e| e.position + 1).max(),
        Identity::Zip { .. } => None,
    };
    for file in &container.files {
        let normal = file.path.replace('\\', "/");
        // what cannot be read says nothing of its size: it failed, and is no placeholder
        let size = if file.refusal.is_some() { file.size.max(1) } else { file.size };
        let classified = container.shape.classify(&normal, size);
        let Some(part) = part(&classified.wrapper) else { continue };
        let index = match container.identity {
            Identity::Zip { .. } => known.entries.get(&(archive, file.position)).copied(),
            Identity::Folder => known_file(known, contents, archive, container, file),
        };
        if let Some(index) = index {
            contents.entries[index].given = true;
            continue;
        }
        let class = classified.sort.class();
        let mut entry = Entry {
            archive,
            part,
            position: file.position,
            path: file.path.clone(),
            inner: Inner::of(&file.path, &classified.inner),
            class,
            sort: classified.sort.into(),
            size: file.size,
            crc32: file.crc32,
            modified: file.modified,
            given: true,
            bytes: Bytes::Unread,
        };
        if let Some(next) = &mut position {
            entry.position = *next;
            *next += 1;
        }
        if let Some(twin) = twin.and_then(|twin| known.entries.get(&(twin, file.position))) {
            entry.bytes = contents.entries[*twin].bytes;
        }
        if let Some((code, message)) = file.refusal.as_deref().filter(|_| class != Class::Ignored) {
            entry.bytes = Bytes::Failed;
            inputs.problems.push(
                Problem::new(*code, message).in_archive(&container.name).with_entry(file.path.as_ref()),
            );
        } else if class == Class::Placeholder {
            inputs.problems.push(
                Problem::new(Code::Placeholder, placeholder(&file.path))
                    .in_archive(&container.name)
                    .with_entry(file.path.as_ref()),
            );
        }
        contents.entries.push(entry);
    }
    inputs.sources.insert(archive, container.source.clone());
}

/// A folder's file that the catalog knows by path, size and time. It may stand in the record of
/// an earlier run's folder of the same name; then that record is this archive's as well.
fn known_file(
    known: &Known,
    contents: &Contents,
    archive: ArchiveId,
    container: &Container,
    file: &FileAt,
) -> Option<EntryId> {
    let candidates = known.files.get(&(container.name.clone(), file.path.to_string()))?;
    candidates.iter().copied().find(|&index| {
        let entry = &contents.entries[index];
        entry.archive == archive && entry.size == file.size && entry.modified == file.modified
    })
}

/// Why a photo has no bytes, and where they may be.
fn placeholder(path: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or(path);
    match part_name::icloud_placeholder(name) {
        Some(original) => format!(
            "`{original}` is in iCloud Drive and not on this computer: let iCloud download it, then import again"
        ),
        None => "an empty file: Apple delivered a name and no photo; look whether another part holds it"
            .to_owned(),
    }
}

/// Opens an entry's bytes. A zip's reader checks sizes and CRC-32 itself.
///
/// # Errors
/// If the entry is damaged, refused or gone.
pub fn open(source: &Source, position: u32, path: &str) -> Result<Box<dyn Read + Send>, Refused> {
    match source {
        Source::Zip(archive) => {
            let gone = || (Code::DamagedEntry, "the archive no longer lists it".to_owned());
            let entry = zip_entry(archive, position).ok_or_else(gone)?;
            let reader = archive.reader(entry).map_err(|fault| (fault.code, fault.message))?;
            Ok(Box::new(reader))
        }
        Source::Folder(root) => {
            let file = part_file::open(root, path).map_err(|e| refusal::refused(&e))?;
            Ok(Box::new(file))
        }
        Source::Remembered(_) | Source::Unreadable => {
            Err((Code::DamagedEntry, "its archive is not at hand".to_owned()))
        }
    }
}

/// Whether the bytes of an entry must be inflated.
pub fn is_deflated(source: &Source, position: u32) -> bool {
    match source {
        Source::Zip(archive) => zip_entry(archive, position).is_some_and(|entry| entry.method == DEFLATED),
        Source::Folder(_) | Source::Remembered(_) | Source::Unreadable => false,
    }
}

/// The entry at this position of the central directory.
pub fn zip_entry(archive: &Arc<zip::Archive>, position: u32) -> Option<&ZipEntry> {
    let at = archive.entries.binary_search_by_key(&position, |entry| entry.position).ok()?;
    archive.entries.get(at)
}

/// Oldest first: the newest export's rows decide.
fn order_exports(inputs: &mut Inputs) {
    let contents = &mut inputs.contents;
    let mut order: Vec<ExportId> = contents.exports.ids().collect();
    order.sort_by(|&a, &b| {
        let key = |i: ExportId| {
            (contents.exports[i].built, &contents.exports[i].name, contents.exports[i].total, i)
        };
        key(a).cmp(&key(b))
    });
    let new_index: HashMap<ExportId, ExportId> = order.iter().copied().zip(contents.exports.ids()).collect();
    contents.exports = order.iter().map(|&old| contents.exports[old].clone()).collect();
    for part in &mut contents.parts {
        part.export = new_index[&part.export];
    }
    inputs.ids.exports = inputs.ids.exports.iter().map(|(old, id)| (new_index[old], *id)).collect();
}
