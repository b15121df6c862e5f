//! What the library had before a run began, and what that means for its inputs.
//!
//! In: the survey of the library. Out: [`LibrarySide`]: which entries must be read, which details
//! are at hand, how much space is needed. Never: changes the library.
//! The one surprise: an entry that the catalog knows is read again if its bytes are gone from the
//! drive; the drive is believed, not the catalog.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use rayon::iter::{IntoParallelIterator, ParallelIterator};

use crate::category::{self, Budget, List};
use crate::contents::{Bytes, Category, Class, ContentId, ContentSet, Contents, Entry, Sort};
use crate::error::Error;
use crate::library::catalog::{Ids, Remembered};
use crate::library::path::LibraryPath;
use crate::library::record::{Area, Kept, ReadEntry};
use crate::library::staging::Staging;
use crate::problem::{Code, Problem, amount};
use crate::run::import::Run;
use crate::stage::discover::Inputs;
use crate::stage::survey::Present;

/// What the library had before this run began.
pub(super) struct LibrarySide {
    /// What of the catalog is really there.
    pub(super) present: Present,
    /// Contents that stand in the library, whatever the area.
    pub(super) standing: ContentSet,
    /// Those, and what waits in staging: contents whose bytes need not be read again.
    pub(super) safe: ContentSet,
    /// Media contents that stood in the library.
    pub(super) media: ContentSet,
    /// Kept files that stood in the library.
    pub(super) paths: HashSet<LibraryPath>,
}

impl LibrarySide {
    pub(super) fn new(present: Present, staged: ContentSet) -> Self {
        let media = present.files.values().filter(|f| f.area == Area::Media).map(|f| f.content).collect();
        let paths =
            present.files.values().filter(|f| f.area != Area::Media).map(|f| f.path.clone()).collect();
        let standing = present.contents();
        let mut safe = standing.clone();
        staged.contents().for_each(|content| _ = safe.add(content));
        LibrarySide { present, standing, safe, media, paths }
    }

    /// Where bytes stand, whatever the area.
    pub(super) fn paths_by_hash(&self, contents: &Contents) -> HashMap<blake3::Hash, LibraryPath> {
        self.present.files.values().map(|f| (contents.distinct[f.content].blake3, f.path.clone())).collect()
    }

    /// Entries whose bytes the catalog knows and the drive does not hold any more are read again;
    /// those that were not given and are not held do not exist for this run.
    pub(super) fn unread_what_is_gone(&self, inputs: &mut Inputs) {
        for entry in &mut inputs.contents.entries {
            if let Bytes::Sound(content) = entry.bytes {
                let known = if entry.given { &self.safe } else { &self.standing };
                if !known.contains(content) {
                    entry.bytes = Bytes::Unread;
                }
            }
        }
    }

    /// Entries of a renamed copy of a known archive: known without being read, not yet recorded.
    pub(super) fn twins(&self, inputs: &Inputs, ids: &Ids) -> Vec<ReadEntry> {
        let entries = inputs.contents.entries.pairs();
        let new = entries.filter(|(_, e)| e.given && !ids.archives.contains_key(&e.archive));
        new.filter_map(|(entry, e)| Some(ReadEntry { entry, content: e.content()?, kept: Kept::Already }))
            .collect()
    }

    /// Reads the details that an earlier run kept, on the threads of the current pool.
    pub(super) fn load_details(&self, inputs: &mut Inputs, library: &Path, staging: Option<&Staging>) {
        let kept: HashMap<ContentId, &LibraryPath> =
            self.present.files.values().map(|f| (f.content, &f.path)).collect();
        let contents = &inputs.contents;
        let mut wanted: BTreeMap<(Category, ContentId, Sort), PathBuf> = BTreeMap::new();
        for entry in contents.entries.iter().filter(|e| e.class == Class::Details) {
            let Some(content) = entry.content() else { continue };
            let category = contents.category_of(entry);
            if inputs.heard.has(category, content, entry.sort) {
                continue;
            }
            let hash = &contents.distinct[content].blake3;
            let path =
                kept.get(&content).map(|p| p.to_path(library)).or_else(|| staging.map(|s| s.path_of(hash)));
            if let Some(path) = path {
                wanted.insert((category, content, entry.sort), path);
            }
        }
        let budget = Budget::beside(contents, &inputs.heard);
        let read = |((category, content, sort), path): ((Category, ContentId, Sort), PathBuf)| {
            let size = contents.distinct[content].size;
            let _turn = budget.turn(size);
            let read = match category::too_large(category, size, &budget) {
                Some(unread) => Ok(Some(unread)),
                None => read(category, sort, &path, &budget),
            };
            (content, sort, path, read)
        };
        let read: Vec<_> = wanted.into_par_iter().map(read).collect();
        for (content, sort, path, read) in read {
            match read {
                Ok(list) => list.into_iter().for_each(|list| inputs.heard.add(content, sort, list)),
                Err(error) => inputs.problems.push(
                    Problem::new(Code::MissingFile, format!("kept details cannot be read: {error}"))
                        .with_entry(path.display().to_string()),
                ),
            }
        }
    }
}

/// One more byte than a list may have shows that a file has too many.
fn read(category: Category, sort: Sort, path: &Path, budget: &Budget) -> io::Result<Option<List>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(budget.largest() + 1).read_to_end(&mut bytes)?;
    Ok(category::read(category, sort, &bytes, budget))
}

/// Files that the drive cannot hold are named before the run; the rest goes on.
pub(super) fn refuse_too_large(inputs: &mut Inputs, largest: Option<u64>) {
    let Some(largest) = largest else { return };
    for entry in &mut inputs.contents.entries {
        if entry.given && entry.bytes == Bytes::Unread && !entry.class.is_left_out() && entry.size > largest {
            entry.bytes = Bytes::Failed;
            inputs.problems.push(
                Problem::new(
                    Code::TooLarge,
                    format!(
                        "{} are more than a file of the destination's file system can hold; import to a drive \
                         with another one (exFAT, APFS, NTFS, ext4) to get it",
                        amount::size(entry.size)
                    ),
                )
                .in_archive(&inputs.contents.archives[entry.archive].name)
                .with_entry(entry.path.as_ref()),
            );
        }
    }
}

/// Bytes that the new files take at least (distinct sizes and checksums that are not held), and
/// bytes that are free.
pub(super) fn space(inputs: &Inputs, side: &LibrarySide, library: &Path) -> (u64, Option<u64>) {
    let contents = &inputs.contents;
    let unread = |e: &&Entry| e.given && e.bytes == Bytes::Unread && !e.class.is_left_out();
    let mut distinct: HashSet<(u64, Option<u32>)> = HashSet::new();
    if contents.entries.iter().any(|e| unread(&e)) {
        for content in side.safe.contents() {
            let content = &contents.distinct[content];
            distinct.extend([(content.size, Some(content.crc32)), (content.size, None)]);
        }
    }
    let need: u64 = contents
        .entries
        .iter()
        .filter(unread)
        .filter(|e| distinct.insert((e.size, e.crc32)))
        .map(|e| e.size)
        .fold(0, u64::saturating_add);
    let place = library.ancestors().find(|p| p.is_dir() || p.as_os_str().is_empty());
    let place = place.map(|place| if place.as_os_str().is_empty() { Path::new(".") } else { place });
    (need, place.and_then(|place| fs4::available_space(place).ok()))
}

/// Stops a run that does not fit, and warns where space is tight.
pub(super) fn check_space(
    inputs: &Inputs,
    side: &LibrarySide,
    library: &Path,
    run: &Run<'_>,
) -> Result<(), Error> {
    let (need, Some(free)) = space(inputs, side, library) else { return Ok(()) };
    if need > free {
        return Err(Error::NoSpace { path: library.to_owned(), need, free });
    }
    if need.saturating_add(need / 50).saturating_add(16 << 20) > free {
        let (need, free) = (amount::size(need), amount::size(free));
        run.progress.note(&format!("space is tight: {need} are needed and {free} are free"));
    }
    Ok(())
}

/// Contents that wait in staging, as its files confirm.
pub(super) fn waiting(known: &Remembered, staging: &Staging) -> ContentSet {
    let here = staging.waiting();
    let waits = |&&content: &&ContentId| here.contains(&known.contents.distinct[content].blake3);
    known.staged.iter().filter(waits).copied().collect()
}

#[cfg(test)]
mod tests {
    use super::refuse_too_large;
    use crate::contents::{Archive, ArchiveId, Bytes, Class, Entry, Identity, Inner, PartId, Sort};
    use crate::problem::Code;
    use crate::stage::discover::Inputs;

    fn entry(name: &str, size: u64) -> Entry {
        Entry {
            archive: ArchiveId::default(),
            part: PartId::default(),
            position: 0,
            path: name.into(),
            inner: Inner::of(name, name),
            class: Class::Resource,
            sort: Sort(0),
            size,
            crc32: Some(0),
            modified: None,
            given: true,
            bytes: Bytes::Unread,
        }
    }

    #[test]
    fn what_fat32_cannot_hold_is_named_and_the_rest_goes_on() {
        let fat32 = u64::from(u32::MAX);
        let mut inputs = Inputs::default();
        inputs
            .contents
            .archives
            .push(Archive { name: "iCloud Photos Part 1 of 2.zip".into(), identity: Identity::Folder });
        inputs.contents.entries.extend([entry("long.MOV", fat32 + 1), entry("fits.MOV", fat32)]);
        refuse_too_large(&mut inputs, None);
        assert_eq!(inputs.problems, []);
        refuse_too_large(&mut inputs, Some(fat32));
        let bytes: Vec<Bytes> = inputs.contents.entries.iter().map(|e| e.bytes).collect();
        assert_eq!(bytes, [Bytes::Failed, Bytes::Unread]);
        let named: Vec<_> = inputs.problems.iter().map(|p| (p.code, p.entry.as_deref())).collect();
        assert_eq!(named, [(Code::TooLarge, Some("long.MOV"))]);
    }
}
