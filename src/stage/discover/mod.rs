//! Discover: what Apple delivered, from paths to entries.
//!
//! What is read here is little: central directories, the first 8 KB of lists that tell whose an archive is,
//! and deflated nested archives, which have to be inflated before they can be opened. No photo is read, and
//! nothing is called a duplicate yet. An archive that the catalog knows is recognised by its size and central
//! directory, so its entries arrive with their bytes already known and need not be read again.
//!
//! [`search`] finds archives and folders, [`kept`] those that the library keeps as files, `group` joins parts to
//! exports, `known` finds what the catalog has on record, `part_file` opens the files of part folders. What makes a
//! part, and what an entry is for, is for the [`category`](crate::category) to say.

pub mod container;
pub mod fit;
mod folder;
mod group;
pub mod kept;
mod known;
pub(crate) mod part_file;
pub mod search;

use std::collections::{BTreeSet, HashMap};
use std::io::Read;
use std::sync::Arc;

use crate::apple::zip::{self, DEFLATED, ZipEntry};
use crate::apple::{part_name, text};
use crate::category::Heard;
use crate::contents::{ArchiveId, Bytes, Category, Class, Contents, Entry, ExportId, Inner, PartId, Sort};
use crate::library::catalog::{Delivered, Ids};
use crate::problem::refusal::Refused;
use crate::problem::{Code, Problem};
use crate::stage::reclaim::Key;
use crate::threads;

use container::{Container, FileAt, Source};
use known::{Known, Record};
use search::{LeftAlone, Passage, Search};

/// Everything that is known before bytes are read.
#[derive(Default)]
pub struct Inputs {
    /// The inputs' entries and those that the catalog remembers.
    pub contents: Contents,
    /// What the catalog remembers of their bytes and lists.
    pub heard: Heard,
    /// Identities in the catalog.
    pub ids: Ids,
    /// Where the bytes of each archive of this run are.
    pub sources: HashMap<ArchiveId, Source>,
    pub left_alone: LeftAlone,
    /// Names of archives that cannot be opened: each counts as one failed entry.
    pub unreadable: Vec<String>,
    /// Parts among the inputs of this run.
    pub given_parts: BTreeSet<PartId>,
    /// Those of them that came more than once.
    pub parts_twice: BTreeSet<PartId>,
    /// Parts that only killed runs were given before.
    pub unfinished: BTreeSet<PartId>,
    /// Nested archives that the catalog has as files, and that are read through now.
    pub read_through: Vec<ReadThrough>,
    pub problems: Vec<Problem>,
}

/// A nested archive that an earlier version kept as a file.
#[derive(Debug, Clone)]
pub struct ReadThrough {
    /// The entry that it was.
    pub entry: Key,
    /// It and what is nested in it.
    pub archives: Vec<ArchiveId>,
    /// Whether its bytes come from the library, and not from the inputs.
    pub is_ours: bool,
}

/// Joins what search found with what the catalog remembers, on the threads of the current rayon pool.
pub fn gather(found: Search, delivered: Delivered) -> Inputs {
    let Search { containers, left_alone, problems, passages, .. } = found;
    let Delivered { contents, heard, ids, complete, unfinished } = delivered;
    let mut inputs = Inputs { contents, heard, ids, unfinished, left_alone, problems, ..Inputs::default() };
    let grouped = group::group(&containers, &mut inputs.contents, &complete);
    let mut known = Known::new(&inputs.contents);
    let mut order: Vec<usize> = (0..containers.len()).collect();
    order.sort_by(|&a, &b| containers[a].name.cmp(&containers[b].name));
    let mut records: HashMap<usize, Record> = HashMap::new();
    for index in order {
        let container = &containers[index];
        if matches!(container.source, Source::Kept(_)) {
            continue;
        }
        if matches!(container.source, Source::Unreadable) {
            inputs.unreadable.push(container.name.clone());
        }
        let part = |wrapper: &str| grouped.part(index, wrapper);
        let parts: BTreeSet<PartId> =
            part("").into_iter().chain(container.shape.wrappers().filter_map(part)).collect();
        // that a nested archive came twice is said of the outer one
        let again = parts.intersection(&inputs.given_parts).filter(|_| container.parent().is_none());
        inputs.parts_twice.extend(again);
        inputs.given_parts.extend(parts);
        match container.source {
            Source::Unreadable | Source::Kept(_) => {}
            Source::Remembered(archive) => {
                give_remembered(&mut inputs, archive);
                records.insert(index, Record::of(archive));
            }
            Source::Zip(_) | Source::Folder(_) => {
                records.insert(index, add(&mut inputs, container, &mut known, &part));
            }
        }
    }
    inputs.read_through = passages
        .iter()
        .filter_map(|passage| read_through(&inputs.contents, &containers, &records, &known, passage))
        .collect();
    inputs.contents.entries.shrink_to_fit();
    order_exports(&mut inputs);
    group::label(&mut inputs.contents);
    inputs.contents.sort_entries();
    inputs
}

/// What a nested archive was to the catalog, if it was a file; `None` also where something in it cannot be read.
fn read_through(
    contents: &Contents,
    containers: &[Container],
    records: &HashMap<usize, Record>,
    known: &Known,
    Passage { outer, file, containers: nested }: &Passage,
) -> Option<ReadThrough> {
    let outer_container = &containers[*outer];
    let entry = match &outer_container.source {
        Source::Kept(kept) => (kept.archive, file.position),
        _ => {
            let entry = known.entry(contents, records.get(outer)?, outer_container, file)?;
            let entry = &contents.entries[entry];
            (entry.archive, entry.position)
        }
    };
    let archive = |index: usize| {
        let record = records.get(&index).filter(|_| containers[index].sound)?;
        Some(record.archive)
    };
    let archives = nested.clone().map(archive).collect::<Option<_>>()?;
    Some(ReadThrough { entry, archives, is_ours: matches!(outer_container.source, Source::Kept(_)) })
}

fn give_remembered(inputs: &mut Inputs, archive: ArchiveId) {
    for entry in inputs.contents.entries.iter_mut().filter(|e| e.archive == archive) {
        entry.given = true;
        inputs.given_parts.insert(entry.part);
    }
    inputs.sources.insert(archive, Source::Remembered(archive));
}

/// What a file is, and where in its part.
struct Recognised {
    part: Option<PartId>,
    inner: Inner,
    category: Category,
    class: Class,
    sort: Sort,
}

/// Adds an archive or part folder: its record, and an entry for each file that is not in the catalog.
fn add(
    inputs: &mut Inputs,
    container: &Container,
    known: &mut Known,
    part: &(dyn Fn(&str) -> Option<PartId> + Sync),
) -> Record {
    let contents = &mut inputs.contents;
    let mut record = known.record(contents, container);
    let recognise = |file: &FileAt| {
        // a file that cannot be read has failed, and its size of 0 does not make it a placeholder
        let size = if file.refusal.is_some() { file.size.max(1) } else { file.size };
        let path = text::slashed(&file.path);
        let found = container.shape.classify(&path, size);
        Recognised {
            part: part(found.wrapper),
            inner: Inner::of(&file.path, &found.inner),
            category: found.category,
            class: found.class,
            sort: found.sort,
        }
    };
    let recognised = container.files.iter().zip(threads::abreast(&container.files, recognise));
    for (file, Recognised { part, inner, category, class, sort }) in recognised {
        let Some(part) = part else { continue };
        if let Some(index) = known.entry(contents, &record, container, file) {
            contents.entries[index].given = true;
            continue;
        }
        let bytes = match &file.refusal {
            Some(_) if class != Class::Ignored => Bytes::Failed,
            _ => known.bytes_of_twin(contents, &record, file),
        };
        inputs.problems.extend(problem(container, file, class));
        contents.entries.push(Entry {
            archive: record.archive,
            part,
            position: known.position(&mut record, file),
            path: file.path.clone(),
            inner,
            category,
            class,
            sort,
            size: file.size,
            crc32: file.crc32,
            modified: file.modified,
            given: true,
            bytes,
        });
    }
    inputs.sources.insert(record.archive, container.source.clone());
    record
}

/// What is wrong with a new file even before it is read.
fn problem(container: &Container, file: &FileAt, class: Class) -> Option<Problem> {
    let (code, message) = match (file.refusal.as_deref(), class) {
        (Some(_), Class::Ignored) => return None,
        (Some((code, message)), _) => (*code, message.clone()),
        (None, Class::Placeholder) => (Code::Placeholder, placeholder(&file.path)),
        (None, _) => return None,
    };
    Some(Problem::new(code, message).in_archive(&container.name).with_entry(file.path.as_ref()))
}

/// Why a photo has no bytes, and where they may be.
fn placeholder(path: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or(path);
    match part_name::icloud_placeholder(name) {
        Some(original) => format!(
            "`{original}` is in iCloud Drive and not on this computer: let iCloud download it, then import again"
        ),
        None => {
            "an empty file: Apple sent a name and nothing else; see whether another part has it".to_owned()
        }
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
            let file = part_file::open(root, path).map_err(|e| Refused::of(&e))?;
            Ok(Box::new(file))
        }
        Source::Remembered(_) | Source::Kept(_) | Source::Unreadable => {
            Err((Code::DamagedEntry, "its archive is not at hand".to_owned()).into())
        }
    }
}

/// Whether the bytes of an entry have to be inflated.
pub(crate) fn is_deflated(source: &Source, position: u32) -> bool {
    match source {
        Source::Zip(archive) => zip_entry(archive, position).is_some_and(|entry| entry.method == DEFLATED),
        Source::Folder(_) | Source::Remembered(_) | Source::Kept(_) | Source::Unreadable => false,
    }
}

/// The entry at this position of the central directory.
pub fn zip_entry(archive: &Arc<zip::ZipArchive>, position: u32) -> Option<&ZipEntry> {
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
