//! iCloud Drive as one export delivered it: the rows of all its lists and the files of all its parts.
//!
//! A part that came twice, or once as a zip and once unzipped, is there once. Nobody knows whether each part has a
//! list of its own or each has the list of all: lists that mostly say the same are taken for one.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use unicode_normalization::UnicodeNormalization;

use crate::category::drive::hash::BaseHash;
use crate::category::drive::list::{List, Rows};
use crate::category::drive::rows::{Known, Matching, matching};
use crate::category::recognise::Sort;
use crate::contents::{Bytes, ContentId, Contents, Entry, EntryId, ExportId};

/// The lists that were read, by their bytes.
pub type Lists = BTreeMap<ContentId, List>;

/// One export.
#[derive(Debug)]
pub struct Delivered<'a> {
    pub export: ExportId,
    pub rows: Rows<'a>,
    /// The lists whose rows these are.
    pub lists: Vec<ContentId>,
    /// In the order of their entries.
    pub files: Vec<File<'a>>,
    /// The numbers of its parts of which anything is here.
    parts: BTreeSet<u32>,
}

/// A file of the owner's, however many entries hold it.
#[derive(Debug)]
pub struct File<'a> {
    /// Below the root, as delivered.
    pub path: &'a str,
    /// `None` where its bytes are damaged.
    pub content: Option<ContentId>,
    pub size: u64,
    pub entries: Vec<EntryId>,
    /// Whether this run's inputs hold it.
    pub is_given: bool,
    /// How many files come before it that have the same bytes, and a path that only normalisation tells from its own.
    pub twin: usize,
}

impl File<'_> {
    /// Its name.
    pub fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(self.path)
    }
}

/// Every export that has anything of iCloud Drive, the oldest first.
pub fn all<'a>(contents: &'a Contents, lists: &'a Lists) -> Vec<Delivered<'a>> {
    let mut exports: BTreeMap<ExportId, Gathered<'a>> = BTreeMap::new();
    for (id, entry) in contents.entries.pairs() {
        let sort = Sort::of(entry).filter(|sort| matches!(sort, Sort::DriveList | Sort::DriveFile));
        let is_here = entry.content().is_some() || entry.bytes == Bytes::Failed;
        let Some(sort) = sort.filter(|_| is_here) else { continue };
        let gathered = exports.entry(contents.export_of(entry)).or_default();
        gathered.parts.insert(contents.parts[entry.part].number);
        if sort == Sort::DriveList {
            gathered.lists.extend(entry.content().filter(|content| lists.contains_key(content)));
        } else {
            gathered.file(contents, id, entry);
        }
    }
    exports.into_iter().map(|(export, gathered)| gathered.done(export, lists)).collect()
}

/// The path below the root of the owner's tree.
fn below_root(inner: &str) -> &str {
    inner.split_once('/').map_or(inner, |(_, below)| below)
}

/// The same for a path that a zip has decomposed and a folder composed.
pub fn nfc(path: &str) -> Cow<'_, str> {
    if path.is_ascii() { Cow::Borrowed(path) } else { Cow::Owned(path.nfc().collect()) }
}

/// What makes entries one file, but for the normalisation of its path.
type Identity<'a> = (Cow<'a, str>, Option<ContentId>);

#[derive(Default)]
struct Gathered<'a> {
    lists: BTreeSet<ContentId>,
    files: Vec<File<'a>>,
    /// Where each file is, by its path and bytes.
    known: HashMap<Identity<'a>, usize>,
    /// Where others of the same path and bytes are, which only normalisation tells apart.
    twins: HashMap<Identity<'a>, Vec<usize>>,
    parts: BTreeSet<u32>,
}

impl<'a> Gathered<'a> {
    fn file(&mut self, contents: &Contents, id: EntryId, entry: &'a Entry) {
        let (path, content) = (below_root(entry.inner()), entry.content());
        let (mut at, mut twin) = (*self.known.entry((nfc(path), content)).or_insert(self.files.len()), 0);
        let of_this_archive = |known: &EntryId| contents.entries[*known].archive == entry.archive;
        let is_twin = |known: &File<'_>| known.path != path && known.entries.iter().any(of_this_archive);
        if self.files.get(at).is_some_and(is_twin) {
            let twins = self.twins.entry((nfc(path), content)).or_default();
            let is_it = |at: &usize| self.files.get(*at).is_some_and(|known| known.path == path);
            let place = twins.iter().position(is_it).unwrap_or_else(|| {
                twins.push(self.files.len());
                twins.len() - 1
            });
            (at, twin) = (twins.get(place).copied().unwrap_or(at), place + 1);
        }
        if at == self.files.len() {
            let size = entry.size;
            self.files.push(File { path, content, size, entries: Vec::new(), is_given: false, twin });
        }
        if let Some(file) = self.files.get_mut(at) {
            file.entries.push(id);
            file.is_given |= entry.given;
        }
    }

    fn done(self, export: ExportId, lists: &'a Lists) -> Delivered<'a> {
        let Gathered { lists: ids, mut files, known, parts, .. } = self;
        let is_sound = |file: &File<'_>| file.content.is_some();
        if !files.iter().all(is_sound) {
            // damaged in one copy of a part and sound in another
            let sound: HashSet<&Cow<'_, str>> =
                known.keys().filter(|(_, content)| content.is_some()).map(|(path, _)| path).collect();
            files.retain(|file| is_sound(file) || !sound.contains(&nfc(file.path)));
        }
        let sheets = ids.iter().filter_map(|content| lists.get(content));
        let rows = united(sheets);
        Delivered { export, rows, lists: ids.into_iter().collect(), files, parts }
    }
}

/// The rows of several lists. Of one that mostly repeats the others only what it has more often is added.
pub fn united<'l>(lists: impl Iterator<Item = &'l List>) -> Rows<'l> {
    let lists: Vec<Rows<'l>> = lists.map(|list| Rows::Of(&list.rows)).collect();
    match <[Rows<'l>; 1]>::try_from(lists) {
        Ok([one]) => one,
        Err(several) => Rows::Some(several_united(&several)),
    }
}

fn several_united<'l>(lists: &[Rows<'l>]) -> Vec<&'l [u8]> {
    let mut known: HashMap<&[u8], usize> = HashMap::new();
    let mut rows = Vec::new();
    for list in lists {
        let mut here: HashMap<&[u8], usize> = HashMap::new();
        let mut new: Vec<&[u8]> = Vec::new();
        for row in list.said() {
            let count = here.entry(row).or_default();
            *count += 1;
            if known.get(row).is_none_or(|known| *count > *known) {
                new.push(row);
            }
        }
        let repeated = list.len() - new.len();
        let added = if repeated * 2 > list.len() { new } else { list.said().collect() };
        for row in added {
            *known.entry(row).or_default() += 1;
            rows.push(row);
        }
    }
    rows
}

impl Delivered<'_> {
    /// Matches the rows with the files, which `hash` knows by their bytes where a scheme has proved itself.
    pub fn matching(&self, hash: impl Fn(ContentId) -> Option<BaseHash>) -> Matching {
        let known = self.files.iter().map(|file| {
            let hash = file.content.and_then(&hash);
            Known { path: file.path, size: file.size, hash }
        });
        let files: Vec<Known<'_>> = known.collect();
        matching(&self.rows, &files)
    }

    /// Whether something of every part is here, or nobody knows how many there are.
    pub fn is_complete(&self, contents: &Contents) -> bool {
        let total = contents.exports[self.export].total;
        total.is_none_or(|total| (1..=total).all(|number| self.parts.contains(&number)))
    }

    /// Whether this run's inputs hold anything of it.
    pub fn is_given(&self) -> bool {
        self.files.iter().any(|file| file.is_given)
    }
}
