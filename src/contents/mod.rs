//! What Apple delivered, as plain values: exports, parts, archives, entries and distinct bytes. Ingest fills them, and
//! categories read them.
//!
//! Entries of this run's inputs and entries that the catalog remembers are treated alike, because the details of one
//! delivery apply to the photos of another. [`Entry::given`] tells them apart.

mod arena;
mod by_content;
mod by_digest;
mod category;
mod excerpt;
pub mod litter;
#[cfg(test)]
pub(crate) mod steps;

use std::collections::HashSet;
use std::sync::Arc;

use chrono::NaiveDateTime;
use rayon::slice::ParallelSliceMut;

use crate::apple::text;

pub(crate) use arena::ids;
pub use arena::{Arena, Id};
pub use by_content::{ByContent, ContentSet};
pub use by_digest::ByDigest;
pub use category::{Category, word};
pub use excerpt::Excerpt;

ids! {
    /// An export.
    ExportId
    /// A part of an export.
    PartId
    /// An archive or part folder.
    ArchiveId
    /// An entry.
    EntryId
    /// One of the [`Contents::distinct`] bytes.
    ContentId
}

/// One request's delivery of one category.
#[derive(Debug, Clone, PartialEq)]
pub struct Export {
    /// Apple's name without the part number, e.g. `iCloud Photos`.
    pub name: String,
    /// What kind of data it is.
    pub category: Category,
    /// How many parts Apple announced. `None` where no part's name tells, and with it whether any is missing.
    pub total: Option<u32>,
    /// When Apple built it: the newest time of any entry in its zips. Folders tell none.
    pub built: Option<NaiveDateTime>,
    /// The folder below `.windfall/details` that holds its details.
    pub label: String,
}

/// One delivered part, however many copies of it there are.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    pub export: ExportId,
    /// From 1 to the export's total.
    pub number: u32,
}

/// An archive or part folder that entries came from.
#[derive(Debug, Clone, PartialEq)]
pub struct Archive {
    /// The name of its file or folder; `Outer.zip/Inner.zip` if nested.
    pub name: String,
    /// What tells it from all others.
    pub identity: Identity,
}

/// How an archive is recognised on a later run.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Identity {
    /// A zip: its size and the BLAKE3 of its central directory.
    Zip {
        /// Bytes of the whole archive.
        size: u64,
        /// BLAKE3 of the central directory.
        directory: blake3::Hash,
    },
    /// A folder, whose files are recognised one by one, by path, size and time.
    Folder,
}

/// The name of the archive that a rebuilt catalog has for files whose true archives it forgot.
pub const REBUILT: &str = "rebuilt from the library";

impl Archive {
    /// Whether it only stands in for archives that a rebuilt catalog does not know.
    pub fn is_stand_in(&self) -> bool {
        self.name == REBUILT && self.identity == Identity::Folder
    }
}

/// What an entry is to the pipeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// A file of the owner's, which its category turns into an asset or part of one.
    Resource,
    /// One of Apple's files about the resources.
    Details,
    /// Anything else that Apple delivered.
    Other,
    /// A resource of 0 bytes. There is nothing to import, but its name must not satisfy a row.
    Placeholder,
    /// Made by no person: `.DS_Store`, `__MACOSX/`, `Thumbs.db` …
    Ignored,
    /// Of a category that the owner does not want.
    Excluded,
}

impl Class {
    /// Whether it is neither read nor imported.
    pub fn is_left_out(self) -> bool {
        matches!(self, Class::Ignored | Class::Placeholder | Class::Excluded)
    }
}

/// What an entry is to its category, which alone knows what the number means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sort(pub u8);

/// What is known of an entry's bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bytes {
    /// Not read, or not yet.
    Unread,
    /// Read and found sound.
    Sound(ContentId),
    /// Damaged, or not read because the entry was refused.
    Failed,
}

/// The path of an entry inside its part. It is nearly always the end of its path in the archive, and then not
/// stored a second time.
#[derive(Debug, Clone, PartialEq)]
pub struct Inner(InnerText);

#[derive(Debug, Clone, PartialEq)]
enum InnerText {
    End(u32),
    Own(Box<str>),
}

impl Inner {
    /// The path `inner` of an entry whose path in the archive is `path`.
    pub fn of(path: &str, inner: &str) -> Self {
        let wrapper = path.strip_suffix(inner).and_then(|wrapper| u32::try_from(wrapper.len()).ok());
        Inner(wrapper.map_or_else(|| InnerText::Own(inner.into()), InnerText::End))
    }
}

/// A file in an archive or part folder.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    pub archive: ArchiveId,
    pub part: PartId,
    /// Its order in the archive, which tells two entries of one name apart.
    pub position: u32,
    /// Its path in the archive, verbatim.
    pub path: Arc<str>,
    /// Its path inside the part: without the wrapper folder, separated by `/`.
    pub inner: Inner,
    /// An archive may hold several.
    pub category: Category,
    pub class: Class,
    pub sort: Sort,
    /// Bytes, as its archive declares them.
    pub size: u64,
    /// As its archive declares it; folders declare none.
    pub crc32: Option<u32>,
    /// The time in the archive, or the file's modification time, in the zone of whoever wrote it.
    pub modified: Option<NaiveDateTime>,
    /// Whether this run's inputs hold it. If not, it comes from the catalog.
    pub given: bool,
    pub bytes: Bytes,
}

impl Entry {
    /// The last component of its path.
    pub fn name(&self) -> &str {
        text::file_name(self.inner())
    }

    /// Its folder inside the part, without a trailing `/`.
    pub fn folder(&self) -> &str {
        text::above(self.inner())
    }

    /// Its path inside the part.
    pub fn inner(&self) -> &str {
        #[cfg(test)]
        crate::contents::steps::step();
        match &self.inner.0 {
            InnerText::End(at) => self.path.get(*at as usize..).unwrap_or_default(),
            InnerText::Own(text) => text,
        }
    }

    /// Its bytes, if they are sound.
    pub fn content(&self) -> Option<ContentId> {
        #[cfg(test)]
        crate::contents::steps::step();
        match self.bytes {
            Bytes::Sound(content) => Some(content),
            Bytes::Unread | Bytes::Failed => None,
        }
    }
}

/// Distinct bytes, however many entries hold them.
#[derive(Debug, Clone, PartialEq)]
pub struct Content {
    /// The identity of the bytes.
    pub blake3: blake3::Hash,
    /// How many bytes there are.
    pub size: u64,
    /// As an archive declared and reading confirmed, or as computed for a file in a folder.
    pub crc32: u32,
}

/// Everything known about deliveries before anything is decided.
#[derive(Debug, Default)]
pub struct Contents {
    /// Oldest first.
    pub exports: Arena<ExportId, Export>,
    pub parts: Arena<PartId, Part>,
    pub archives: Arena<ArchiveId, Archive>,
    pub entries: Arena<EntryId, Entry>,
    pub distinct: Arena<ContentId, Content>,
}

impl Contents {
    pub fn export_of(&self, entry: &Entry) -> ExportId {
        self.parts[entry.part].export
    }

    /// Takes out the entries that stand in for those that a rebuilt catalog forgot, where the true
    /// ones are known again; gives back what was taken out.
    pub fn drop_stand_ins(&mut self) -> Vec<Entry> {
        let Contents { exports, parts, archives, entries, .. } = self;
        let is_stand_in = |e: &Entry| archives[e.archive].is_stand_in();
        if !entries.iter().any(is_stand_in) {
            return Vec::new();
        }
        // a stand-in knows its export at best, of details also the part
        let key = |e: &Entry, guessed: bool| {
            let export = (e.class == Class::Resource && !guessed).then(|| parts[e.part].export);
            let part = (e.class == Class::Details).then_some(e.part);
            e.content().map(|content| (e.class, export, part, content))
        };
        let real = entries.iter().filter(|e| !is_stand_in(e));
        let known: HashSet<_> = real.flat_map(|e| [key(e, false), key(e, true)]).flatten().collect();
        let is_known = |e: &Entry| {
            let guessed = exports[parts[e.part].export].name == REBUILT;
            key(e, guessed).is_some_and(|key| known.contains(&key))
        };
        let (gone, kept): (Vec<_>, Vec<_>) =
            std::mem::take(entries).into_iter().partition(|e| is_stand_in(e) && is_known(e));
        *entries = kept.into_iter().collect();
        gone
    }

    /// Sorts the entries by export, part, path inside the part, archive name and position. This order does not
    /// depend on how the inputs were given, so every later stage may take "the first" for an answer.
    pub fn sort_entries(&mut self) {
        let Contents { parts, archives, entries, .. } = self;
        // no two are equal, and a stable sort would need memory for half of them
        entries.par_sort_unstable_by(|a, b| {
            let key = |e: &Entry| (parts[e.part].export, parts[e.part].number);
            key(a)
                .cmp(&key(b))
                .then_with(|| a.inner().cmp(b.inner()))
                .then_with(|| archives[a.archive].name.cmp(&archives[b.archive].name))
                .then_with(|| a.archive.cmp(&b.archive))
                .then_with(|| a.position.cmp(&b.position))
        });
    }
}
