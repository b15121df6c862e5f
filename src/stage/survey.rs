//! Survey: what the library holds and what its drive can do. [`Before`] is what was there before anything is
//! read, [`Held`] what the plan has to respect. No file is changed.
//!
//! The folder is believed before the catalog. Owners move, edit and delete files. What they moved is found
//! again by its bytes, what they deleted is restored, and what they changed is theirs. Of which files somebody found
//! that something is wrong, those are read again: the bytes may be back, and what was damaged may be somebody's edit
//! now.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs;
use std::io::BufReader;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use blake3::Hash;

use crate::category::{self, AlbumKind, Vouched};
use crate::contents::{Bytes, ContentId, ContentSet, Contents};
use crate::error::Error;
use crate::library::catalog::Recorded;
use crate::library::drive::{Links, hash_file};
use crate::library::given::Given;
use crate::library::layout;
use crate::library::path::{LibraryPath, PathKey};
use crate::library::record::{Area, DerivedRecord, FileRecord, Harm, Looks, Placement};
use crate::library::tree::{self, Tree};

/// What the plan needs to know of the library.
#[derive(Debug, Default)]
pub struct Held {
    /// Media that stand in the library, by their bytes.
    pub media: HashMap<Hash, LibraryPath>,
    /// Media whose path is settled though they are not there: deleted by the owner, or planned by
    /// a run that was interrupted.
    pub reserved: HashMap<Hash, LibraryPath>,
    /// Files of `Other/` and kept details.
    pub kept: HashMap<LibraryPath, Hash>,
    /// Everything that stands in the tree, by collision key.
    pub taken: HashSet<PathKey>,
    /// Bytes that the owner wants left out.
    pub forgotten: HashSet<Hash>,
    /// Files that no import recorded: those of the size of bytes to be placed, and those in albums.
    pub foreign: HashMap<LibraryPath, Hash>,
    /// Symbolic links that no import recorded, and where they lead.
    pub foreign_links: HashMap<LibraryPath, String>,
    /// Links, lists, copies and sidecars of earlier runs.
    pub derived: BTreeMap<LibraryPath, DerivedRecord>,
    /// The same, by folder and by the file that they repeat.
    pub derived_to: HashMap<(LibraryPath, LibraryPath), LibraryPath>,
    /// Folder names of albums.
    pub album_folders: HashMap<(AlbumKind, String), String>,
    /// What links the drive has.
    pub links: Links,
}

impl Held {
    /// Whether a file that no import recorded stands at this path with exactly these bytes.
    pub fn is_adoptable(&self, path: &LibraryPath, hash: Hash) -> bool {
        self.foreign.get(path) == Some(&hash)
    }

    /// The link or copy in this folder that an earlier run made for this file.
    pub fn derived_to(&self, folder: &LibraryPath, file: &LibraryPath) -> Option<&LibraryPath> {
        self.derived_to.get(&(folder.clone(), file.clone()))
    }
}

/// The library as it was before this run: what of the catalog is really there, and what else stands in it.
#[derive(Debug, Default)]
pub struct Before {
    /// Files of the tree that are none of `files`.
    seen: Tree,
    /// Records whose file is there with its size.
    pub files: BTreeMap<LibraryPath, FileRecord>,
    /// Records whose file is gone.
    pub lost: Vec<FileRecord>,
    /// Records whose file has other bytes, though nobody wrote to it, or cannot be read.
    pub damaged: Vec<FileRecord>,
    /// Records whose file somebody wrote to.
    pub changed: Vec<FileRecord>,
    /// Files that were known to be harmed and have their bytes again.
    pub sound_again: Vec<LibraryPath>,
    /// Files that were harmed and got their bytes back in this run.
    pub healed: Vec<LibraryPath>,
    /// Files that the owner moved: from the record, to where the same bytes stand.
    pub moved: Vec<(LibraryPath, LibraryPath)>,
    /// What an interrupted run had still to place.
    pub plan: Vec<Placement>,
    /// Links, lists, copies and sidecars of earlier runs.
    pub derived: BTreeMap<LibraryPath, DerivedRecord>,
    /// Folder names of albums, by kind and key.
    pub album_folders: HashMap<(AlbumKind, String), String>,
    /// Contents that the owner wants left out.
    pub forgotten: ContentSet,
    /// Where the owner put files.
    pub owners: HashSet<LibraryPath>,
    /// Contents that stand in the library, whatever the area, and those that are left out on purpose.
    pub standing: ContentSet,
    /// Those, and what waits in staging: contents whose bytes need not be read again.
    pub safe: ContentSet,
}

impl Before {
    /// Compares the catalog with the tree of its library; `waiting` is what lies in staging.
    pub fn new(
        library: &Path,
        tree: Tree,
        recorded: Recorded,
        contents: &Contents,
        waiting: &HashSet<Hash>,
    ) -> Self {
        let Recorded { mut files, staged, plan, mut derived, album_folders, damage, forgotten, mut owners } =
            recorded;
        let mut seen = tree;
        let stands = |record: &FileRecord| {
            let found = match record.area {
                Area::Details => tree::stat(&record.path.to_path(library)),
                Area::Media | Area::Other => seen.get(record.path.as_str()),
            };
            found.map(|found| found.is_file && found.size == contents.distinct[record.content].size)
        };
        let doubted =
            files.extract_if(.., |path, record| stands(record) != Some(true) || damage.contains_key(path));
        let doubted: Vec<_> = doubted.map(|(_, record)| record).collect();
        let (here, gone): (Vec<_>, Vec<_>) = doubted.into_iter().partition(|record| stands(record).is_some());
        let Examined { sound, damaged, changed } = Examined::of(library, contents, here);
        let sound_again = sound.iter().map(|record| record.path.clone()).collect();
        files.extend(sound.into_iter().map(|record| (record.path.clone(), record)));
        seen.retain(|path| !files.contains_key(path));
        let harmed: HashSet<&LibraryPath> =
            damaged.iter().chain(&changed).map(|record| &record.path).collect();
        let is_recorded = |path: &LibraryPath| {
            files.contains_key(path) || derived.contains_key(path) || harmed.contains(path)
        };
        let found = find_moved(library, &seen, gone, contents, is_recorded);
        files.extend(found.records.into_iter().map(|record| (record.path.clone(), record)));
        lead_on(&mut files, &mut derived, &found.moved);
        owners.extend(found.moved.iter().map(|(_, to)| to.clone()));
        let moved_to: HashSet<&LibraryPath> = found.moved.iter().map(|(_, to)| to).collect();
        seen.retain(|path| !moved_to.contains(path));
        let forgotten: ContentSet = forgotten.iter().map(|file| file.content).collect();
        let mut standing: ContentSet =
            files.values().map(|file| file.content).chain(forgotten.contents()).collect();
        // what its owner edited is not to come back, unless the edit is gone
        let edited = files.values().chain(&damaged).chain(&changed);
        edited.filter_map(|file| file.original.as_deref()).for_each(|original| _ = standing.add(*original));
        let mut safe = standing.clone();
        let staged = staged.into_iter().filter(|&id| waiting.contains(&contents.distinct[id].blake3));
        staged.for_each(|id| _ = safe.add(id));
        let (lost, moved) = (found.lost, found.moved);
        Before {
            seen,
            files,
            lost,
            damaged,
            changed,
            sound_again,
            healed: Vec::new(),
            moved,
            plan,
            derived,
            album_folders,
            forgotten,
            owners,
            standing,
            safe,
        }
    }

    /// What stands in the tree and is none of `files`: links and sidecars, changed files, and what no import put there.
    pub fn strange(&self) -> impl Iterator<Item = &LibraryPath> {
        self.seen.iter().map(|(path, _)| path)
    }

    /// Records of edited files, whether they stand or not.
    pub fn edited(&self) -> impl Iterator<Item = &FileRecord> {
        let all = self.files.values().chain(&self.lost).chain(&self.damaged).chain(&self.changed);
        all.filter(|record| record.original.is_some())
    }

    /// Settles what the owner cannot mean to have back: photos that are gone and stand elsewhere in the library, as the
    /// original does beside an edit that was deleted; and edits that are gone, in whose place an import puts what Apple
    /// delivered.
    pub fn settle_lost(&mut self) -> Settled {
        let mut settled = Settled::default();
        if self.lost.is_empty() {
            return settled;
        }
        let standing = self.photos_by_content();
        for record in std::mem::take(&mut self.lost) {
            let stand_in = [record.content, *record.delivered()]
                .iter()
                .find_map(|content| standing.get(content).filter(|_| record.area == Area::Media));
            match stand_in {
                Some(path) => settled.superseded.push((record.path, path.clone())),
                None => {
                    settled.edits.extend(record.original.is_some().then(|| record.path.clone()));
                    self.lost.push(record.into_delivered());
                }
            }
        }
        lead_on(&mut self.files, &mut self.derived, &settled.superseded);
        settled
    }

    /// Where photos stand, each of which the library has once.
    pub fn photos_by_content(&self) -> HashMap<ContentId, LibraryPath> {
        let photos = self.files.values().filter(|record| record.area == Area::Media);
        photos.map(|record| (record.content, record.path.clone())).collect()
    }

    /// What is wrong with files now.
    pub fn harmed(&self) -> impl Iterator<Item = (&FileRecord, Harm)> {
        let damaged = self.damaged.iter().map(|record| (record, Harm::Damaged));
        let changed = self.changed.iter().map(|record| (record, Harm::Changed));
        damaged.chain(changed).chain(self.lost.iter().map(|record| (record, Harm::Missing)))
    }

    /// Where bytes stand, whatever the area.
    pub fn paths_by_hash(&self, contents: &Contents) -> HashMap<Hash, LibraryPath> {
        self.files.values().map(|f| (contents.distinct[f.content].blake3, f.path.clone())).collect()
    }

    /// Entries whose bytes the catalog knows and the drive does not hold any more are read again;
    /// those that were not given and are not held do not exist for this run.
    pub fn unread_what_is_gone(&self, contents: &mut Contents) {
        for entry in &mut contents.entries {
            if let Bytes::Sound(content) = entry.bytes {
                let known = if entry.given { &self.safe } else { &self.standing };
                if !known.contains(content) {
                    entry.bytes = Bytes::Unread;
                }
            }
        }
    }

    /// What stood here before and is still none of the catalog's, as one value.
    ///
    /// # Errors
    /// If the catalog cannot be asked.
    pub fn strangers(
        &self,
        is_recorded: &dyn Fn(&LibraryPath) -> Result<bool, Error>,
    ) -> Result<Hash, Error> {
        let mut strangers = Vec::new();
        for (path, seen) in self.seen.iter() {
            if !is_recorded(path)? {
                strangers.push((path, seen));
            }
        }
        Ok(tree::hash(strangers.into_iter()))
    }
}

/// What was derived of a file is derived of it still, wherever it stands now, and belongs to it.
fn lead_on(
    files: &mut BTreeMap<LibraryPath, FileRecord>,
    derived: &mut BTreeMap<LibraryPath, DerivedRecord>,
    moved: &[(LibraryPath, LibraryPath)],
) {
    let moved: HashMap<&LibraryPath, &LibraryPath> = moved.iter().map(|(from, to)| (from, to)).collect();
    let partners = files.values_mut().flat_map(|record| [&mut record.live_photo, &mut record.companion_of]);
    let targets = derived.values_mut().map(|record| &mut record.target);
    for path in partners.chain(targets).flatten() {
        if let Some(to) = moved.get(path) {
            path.clone_from(to);
        }
    }
}

/// What is settled of files that are gone.
#[derive(Debug, Default)]
pub struct Settled {
    /// Paths of which nothing is missing, and where their photos stand.
    pub superseded: Vec<(LibraryPath, LibraryPath)>,
    /// Files whose edit is gone.
    pub edits: Vec<LibraryPath>,
}

/// What became of files that may not have their bytes.
#[derive(Default)]
struct Examined {
    sound: Vec<FileRecord>,
    damaged: Vec<FileRecord>,
    changed: Vec<FileRecord>,
}

impl Examined {
    /// Reads files of which somebody said that something is wrong, and looks at those of another size.
    fn of(library: &Path, contents: &Contents, records: Vec<FileRecord>) -> Self {
        let given = Given::of(contents, records.iter());
        let mut examined = Examined::default();
        for record in records {
            let of = match examine(library, contents, &given, &record) {
                None => &mut examined.sound,
                Some(Harm::Damaged) => &mut examined.damaged,
                // nobody edits what is kept for later matches, so there is no edit to spare
                Some(Harm::Changed) if record.area == Area::Details => &mut examined.damaged,
                Some(Harm::Changed | Harm::Missing) => &mut examined.changed,
            };
            of.push(record);
        }
        examined
    }
}

/// What is wrong with the file that stands where a record says; `None` if it has its bytes.
pub fn examine(library: &Path, contents: &Contents, given: &Given, record: &FileRecord) -> Option<Harm> {
    let (path, content) = (record.path.to_path(library), &contents.distinct[record.content]);
    let Ok(metadata) = fs::symlink_metadata(&path) else { return Some(Harm::Missing) };
    if !metadata.is_file() {
        return Some(Harm::Changed);
    }
    let has_its_size = metadata.len() == content.size;
    let hash = if has_its_size { hash_file(&path) } else { None };
    if hash == Some(content.blake3) {
        return None;
    }
    let found = Looks {
        is_readable: !has_its_size || hash.is_some(),
        has_its_time: metadata.modified().is_ok_and(|time| given.has(record, time)),
        has_its_size,
        is_cut: metadata.len() < content.size && is_cut(&path, metadata.len()),
    };
    Some(Harm::of(&found))
}

/// Whether a file is as it was placed. Whoever writes to one changes its time; where that is another, its bytes tell.
pub fn is_as_placed(library: &Path, record: &FileRecord, contents: &Contents, given: &Given) -> bool {
    let path = record.path.to_path(library);
    let bytes = &contents.distinct[record.content];
    let Ok(metadata) = fs::symlink_metadata(&path) else { return false };
    let has_time = || metadata.modified().is_ok_and(|time| given.has(record, time));
    metadata.is_file()
        && metadata.len() == bytes.size
        && (has_time() || hash_file(&path) == Some(bytes.blake3))
}

/// Whether a file is empty, or ends in the middle of a picture or movie.
pub fn is_cut(path: &Path, size: u64) -> bool {
    let cut = |file: fs::File| {
        let inspect = || category::inspect(&mut BufReader::new(file), size, Vouched::ByNothing).cut_short;
        catch_unwind(AssertUnwindSafe(inspect)).unwrap_or(false)
    };
    size == 0 || fs::File::open(path).is_ok_and(cut)
}

/// What became of records whose file is not where it was.
#[derive(Default)]
struct Found {
    /// Records of files that stand elsewhere, with the new path.
    records: Vec<FileRecord>,
    moved: Vec<(LibraryPath, LibraryPath)>,
    lost: Vec<FileRecord>,
}

/// Finds files by their bytes among those of the tree that no record speaks of.
fn find_moved(
    library: &Path,
    seen: &Tree,
    gone: Vec<FileRecord>,
    contents: &Contents,
    is_recorded: impl Fn(&LibraryPath) -> bool,
) -> Found {
    let mut found = Found::default();
    let mut strangers: HashMap<u64, Vec<LibraryPath>> = HashMap::new();
    let wanted: HashSet<u64> = gone.iter().map(|record| contents.distinct[record.content].size).collect();
    let candidates = seen.iter().filter(|(_, seen)| seen.is_file && wanted.contains(&seen.size));
    for (path, seen) in candidates.filter(|(path, _)| !is_recorded(path)) {
        strangers.entry(seen.size).or_default().push(path.clone());
    }
    for mut record in gone {
        let content = &contents.distinct[record.content];
        let candidates = strangers.entry(content.size).or_default();
        let place = candidates.iter().position(|path| {
            record.area != Area::Details
                && hash_file(&path.to_path(library)).is_some_and(|hash| hash == content.blake3)
        });
        match place {
            Some(at) => {
                let to = candidates.swap_remove(at);
                found.moved.push((record.path.clone(), to.clone()));
                record.path = to;
                found.records.push(record);
            }
            None => found.lost.push(record),
        }
    }
    found
}

/// Completes what the plan needs: `wanted` are the contents that may be placed.
pub fn held(library: &Path, before: &Before, contents: &Contents, wanted: &ContentSet, links: Links) -> Held {
    let Standing { media, kept, taken } = Standing::of(contents, before);
    let Foreign { files, links: foreign_links } = Foreign::of(library, before, contents, wanted);
    Held {
        media,
        kept,
        taken,
        forgotten: before.forgotten.contents().map(|content| contents.distinct[content].blake3).collect(),
        reserved: settled(before, contents),
        foreign: files,
        foreign_links,
        derived_to: by_target(&before.derived),
        derived: before.derived.clone(),
        album_folders: before.album_folders.clone(),
        links,
    }
}

/// What the catalog knows and the tree has.
#[derive(Default)]
struct Standing {
    media: HashMap<Hash, LibraryPath>,
    kept: HashMap<LibraryPath, Hash>,
    taken: HashSet<PathKey>,
}

impl Standing {
    fn of(contents: &Contents, before: &Before) -> Self {
        let seen = before.seen.iter().map(|(path, _)| PathKey::of(path));
        let mut standing = Standing { taken: seen.collect(), ..Standing::default() };
        for record in before.files.values() {
            let (path, hash) = (&record.path, contents.distinct[record.content].blake3);
            standing.taken.insert(PathKey::of(path));
            match record.area {
                // the files come in the order of their paths, and the first stays
                Area::Media => _ = standing.media.entry(hash).or_insert_with(|| path.clone()),
                Area::Other | Area::Details => _ = standing.kept.insert(path.clone(), hash),
            }
        }
        // an edit stands for what it was made of
        for record in before.edited() {
            let hash = contents.distinct[*record.delivered()].blake3;
            match record.area {
                Area::Media => _ = standing.media.entry(hash).or_insert_with(|| record.path.clone()),
                Area::Other | Area::Details => _ = standing.kept.insert(record.path.clone(), hash),
            }
        }
        standing
    }
}

/// Media that have a path and are not there: planned by a run that was interrupted, or gone.
fn settled(before: &Before, contents: &Contents) -> HashMap<Hash, LibraryPath> {
    let planned = before.plan.iter().map(|p| (p.area, p.content, &p.path));
    let lost = before.lost.iter().map(|record| (record.area, record.content, &record.path));
    let mut settled = HashMap::new();
    for (_, content, path) in planned.chain(lost).filter(|(area, ..)| *area == Area::Media) {
        settled.entry(contents.distinct[content].blake3).or_insert_with(|| path.clone());
    }
    settled
}

/// What no import recorded.
#[derive(Default)]
struct Foreign {
    files: HashMap<LibraryPath, Hash>,
    links: HashMap<LibraryPath, String>,
}

impl Foreign {
    /// Reads the files that have the size of wanted bytes, or lie in albums.
    fn of(library: &Path, before: &Before, contents: &Contents, wanted: &ContentSet) -> Self {
        let recorded: HashSet<&LibraryPath> = before.files.keys().chain(before.derived.keys()).collect();
        let sizes: HashSet<u64> = wanted.contents().map(|c| contents.distinct[c].size).collect();
        let mut foreign = Foreign::default();
        for (path, seen) in before.seen.iter().filter(|(path, _)| !recorded.contains(path)) {
            let on_disk = path.to_path(library);
            if !seen.is_file {
                let target = fs::read_link(&on_disk).ok();
                foreign.links.extend(target.map(|to| (path.clone(), to.to_string_lossy().into_owned())));
            } else if sizes.contains(&seen.size) || is_in_albums(path) {
                foreign.files.extend(hash_file(&on_disk).map(|hash| (path.clone(), hash)));
            }
        }
        foreign
    }
}

/// The path of each link and copy, by its folder and what it repeats.
fn by_target(
    derived: &BTreeMap<LibraryPath, DerivedRecord>,
) -> HashMap<(LibraryPath, LibraryPath), LibraryPath> {
    let repeats = |(path, record): (&LibraryPath, &DerivedRecord)| {
        Some(((path.parent()?, record.target.clone()?), path.clone()))
    };
    derived.iter().filter_map(repeats).collect()
}

/// A list larger than this is none of ours.
const LARGEST_LIST: u64 = 64 << 20;

/// Whether a path lies in one of the folders of albums. A run that was interrupted may have left
/// links, lists and copies there that it did not record.
pub fn is_in_albums(path: &LibraryPath) -> bool {
    path.as_str().split_once('/').is_some_and(|(top, _)| layout::OF_ALBUMS.contains(&top))
}

/// The file that an album's link points to, by its text alone: the file may be gone.
pub fn link(library: &Path, path: &LibraryPath) -> Option<LibraryPath> {
    if !is_in_albums(path) {
        return None;
    }
    let target = fs::read_link(path.to_path(library)).ok()?;
    let way: Option<Vec<&str>> = target.iter().map(|c| c.to_str()).collect();
    LibraryPath::at(path.parent()?.as_str(), &way?.join("/"))
}

/// The files that an album's list names, by its text alone; `None` if it is no list like ours.
pub fn list(library: &Path, path: &LibraryPath) -> Option<Vec<LibraryPath>> {
    let (top, name) = path.as_str().split_once('/')?;
    let file = path.to_path(library);
    let is_list = layout::OF_ALBUMS.contains(&top) && !name.contains('/') && name.ends_with(".m3u8");
    if !is_list || fs::metadata(&file).ok()?.len() > LARGEST_LIST {
        return None;
    }
    let text = fs::read_to_string(&file).ok()?;
    let lines = text.strip_prefix("#EXTM3U\n")?.lines();
    lines.map(|line| LibraryPath::at(top, line)).collect()
}
