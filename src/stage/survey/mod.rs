//! Survey: what the library holds and what its drive can do. [`Before`] is what was there before anything is
//! read, [`Held`] what the plan has to respect. No file is changed.
//!
//! The folder is believed before the catalog. Owners move, edit and delete files. What they moved is found
//! again by its bytes, what they deleted is restored, and what they changed is theirs. Of which files somebody found
//! that something is wrong, those are read again: the bytes may be back, and what was damaged may be somebody's edit
//! now.

mod albums;
mod harm;
mod held;
mod moved;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;

use blake3::Hash;

use crate::category::AlbumKind;
use crate::contents::{Bytes, Category, Class, ContentId, ContentSet, Contents};
use crate::error::Error;
use crate::library::catalog::{Forgotten, Recorded};
use crate::library::layout;
use crate::library::path::LibraryPath;
use crate::library::record::{Area, DerivedRecord, FileRecord, Harm};
use crate::library::tree::{self, Tree};
use crate::stage::reclaim::Reclaimed;

pub use albums::{is_in_albums, link, list};
use harm::Examined;
pub use harm::{examine, is_as_placed, is_cut};
pub use held::{Held, MovedByOwner, held};
use moved::{find_moved, lead_on};

/// The library as it was before this run: what of the catalog is really there, and what else stands in it.
#[derive(Debug, Default)]
pub struct Before {
    /// Files of the tree that are none of `files`.
    seen: Tree,
    /// Records whose file is there with its size.
    pub files: BTreeMap<LibraryPath, FileRecord>,
    /// Those of them that a dry run foresees: their bytes are elsewhere still.
    foreseen: HashSet<LibraryPath>,
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
    /// Links, lists, copies and sidecars of earlier runs.
    pub derived: BTreeMap<LibraryPath, DerivedRecord>,
    /// Folder names of albums, by kind and key.
    pub album_folders: HashMap<(AlbumKind, String), String>,
    /// Entries that an earlier version took for something else.
    pub reclaimed: Reclaimed,
    /// What the owner wants left out.
    pub forgotten: Vec<Forgotten>,
    /// Its contents that stand nowhere else.
    put_away: ContentSet,
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
        let Recorded {
            mut files,
            staged,
            plan: _,
            mut derived,
            album_folders,
            damage,
            forgotten,
            mut owners,
        } = recorded;
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
        let mut standing: ContentSet = files.values().map(|file| file.content).collect();
        let put_away = forgotten.iter().map(|file| file.content);
        let put_away: ContentSet = put_away.filter(|content| !standing.contains(*content)).collect();
        put_away.contents().for_each(|content| _ = standing.add(content));
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
            foreseen: HashSet::new(),
            lost,
            damaged,
            changed,
            sound_again,
            healed: Vec::new(),
            moved,
            derived,
            album_folders,
            reclaimed: Reclaimed::new(),
            forgotten,
            put_away,
            owners,
            standing,
            safe,
        }
    }

    /// Records whose file can be read where it stands.
    pub fn readable(&self) -> impl Iterator<Item = &FileRecord> {
        self.files.values().filter(|record| !self.foreseen.contains(&record.path))
    }

    /// These files will stand once what a killed run had planned is placed.
    pub fn will_stand(&mut self, records: Vec<FileRecord>) {
        self.foreseen.extend(records.iter().map(|record| record.path.clone()));
        self.now_stand(records);
    }

    /// Contents that stand in the library as files.
    pub fn placed(&self) -> ContentSet {
        self.standing.contents().filter(|content| !self.put_away.contains(*content)).collect()
    }

    /// Contents that need not be written to staging: they are at hand for whoever wants to place them.
    pub fn at_hand(&self) -> ContentSet {
        self.safe.contents().filter(|content| !self.put_away.contains(*content)).collect()
    }

    /// Contents that wait in staging and stand nowhere.
    pub fn waiting(&self) -> impl Iterator<Item = ContentId> {
        self.safe.contents().filter(|content| !self.standing.contains(*content))
    }

    /// What stands in the tree and is none of `files`: links and sidecars, changed files, and what no import put there.
    pub fn strange(&self) -> impl Iterator<Item = &LibraryPath> {
        self.seen.iter().map(|(path, _)| path)
    }

    /// Files of `Other/` as an import put them there.
    pub fn unsorted(&self) -> impl Iterator<Item = &FileRecord> {
        let is_there = |record: &&FileRecord| {
            let top = record.path.as_str().split('/').next();
            record.area == Area::Other && top == Some(layout::OTHER) && record.original.is_none()
        };
        self.files.values().filter(is_there).filter(|record| !self.owners.contains(&record.path))
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
    /// those that were not given and are not held do not exist for this run. Of photos nobody misses the bytes that
    /// were put away; other files may have the same ones at another path.
    pub fn unread_what_is_gone(&self, contents: &mut Contents) {
        for entry in &mut contents.entries {
            if let Bytes::Sound(content) = entry.bytes {
                let known = if entry.given { &self.safe } else { &self.standing };
                let is_put_away = entry.category != Category::Photos && self.put_away.contains(content);
                if is_put_away || !known.contains(content) {
                    entry.bytes = Bytes::Unread;
                }
                if is_put_away && !entry.given {
                    entry.class = Class::Excluded;
                }
            }
        }
    }

    /// These files stand now.
    pub fn now_stand(&mut self, records: Vec<FileRecord>) {
        if records.is_empty() {
            return;
        }
        for record in records {
            self.standing.add(record.content);
            self.safe.add(record.content);
            self.files.insert(record.path.clone(), record);
        }
        let Before { seen, lost, files, .. } = self;
        seen.retain(|path| !files.contains_key(path));
        lost.retain(|record| !files.contains_key(&record.path));
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

/// What is settled of files that are gone.
#[derive(Debug, Default)]
pub struct Settled {
    /// Paths of which nothing is missing, and where their photos stand.
    pub superseded: Vec<(LibraryPath, LibraryPath)>,
    /// Files whose edit is gone.
    pub edits: Vec<LibraryPath>,
}
