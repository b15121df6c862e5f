//! Photos that are left out on purpose, and brought back.
//!
//! All paths are known before anything is changed. A photo goes with its movie, its adjustments and its RAW file; its
//! links, lists and sidecars follow. A file that is put away lies below `.windfall/forgotten` at the path that it had.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

use chrono::Utc;
use serde::Serialize;

use crate::apple::text;
use crate::error::Error;
use crate::library::catalog::{Catalog, Delivered, Forgotten, Move, NewMove, Remembered};
use crate::library::given::Given;
use crate::library::layout;
use crate::library::name;
use crate::library::numbers::first_free;
use crate::library::path::{LibraryPath, PathKey};
use crate::library::record::{Area, FileRecord};
use crate::library::tree::Tree;
use crate::problem::{Code, Problem};
use crate::run::counts::Counts;
use crate::run::list;
use crate::run::moves::{Moved, Run, carry_out, open};
use crate::stage::survey::{Before, is_as_placed};

/// What becomes of the file of a photo that is forgotten.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It is put away.
    PutAway,
    /// It is deleted.
    Deleted,
}

/// What became of the photos that were named.
#[derive(Debug, Default, Serialize)]
pub struct LeftOut {
    /// Files that were put away or brought back, and those of which only the catalog has to know, because they were gone
    /// or forgotten before; what was made and removed along with them.
    #[serde(flatten)]
    pub counts: Counts,
    /// Files that were deleted, without what went with them.
    #[serde(skip)]
    pub deleted: u64,
}

/// Leaves photos out on purpose.
///
/// # Errors
/// If it is no library or in use, if it knows no such file, or if the drive is full.
pub fn forget(run: &Run<'_>, paths: &[PathBuf], fate: Fate) -> Result<LeftOut, Error> {
    let mut opened = Opened::new(run)?;
    let named = opened.named(run.library, paths)?;
    let asked: BTreeSet<&LibraryPath> = named.iter().filter_map(Named::file).collect();
    let all = opened.with_followers(&asked);
    let taken: HashSet<PathKey> =
        opened.forgotten.iter().filter_map(|file| file.kept.as_ref()).map(PathKey::of).collect();
    let mut places = Places { library: run.library, taken };
    let stands = |path: &LibraryPath| {
        fs::symlink_metadata(path.to_path(run.library)).is_ok_and(|metadata| metadata.is_file())
    };
    let given = Given::of(&opened.delivered.contents, opened.files.values());
    let (mut files, mut problems) = (Vec::new(), Vec::new());
    let (mut gone, mut put_away) = (0, 0);
    for (path, with) in &all {
        let (record, stands) = (&opened.files[*path], stands(path));
        gone += u64::from(!stands);
        // what is in no zip is not deleted at the first word
        let is_edit = || !is_as_placed(run.library, record, &opened.delivered.contents, &given);
        let is_kept = stands && (fate == Fate::PutAway || is_edit());
        let kept = is_kept.then(|| places.free(&path.forgotten()));
        if let Some(kept) = kept.as_ref().filter(|_| fate == Fate::Deleted) {
            let message = format!(
                "somebody changed this file since it was placed, so it is put away as `{kept}`; the same command once \
                 more deletes it"
            );
            problems.push(Problem::new(Code::ChangedFile, message).as_warning().with_entry(path.as_str()));
        }
        put_away += u64::from(is_kept);
        files.push(Forgotten {
            content: record.content,
            path: (*path).clone(),
            kept,
            with: with.cloned(),
            category: record.category,
        });
    }
    // what was put away before, and is to be deleted now
    let before: Vec<&Forgotten> = named.iter().flat_map(Named::forgotten).collect();
    let kept = before
        .iter()
        .filter(|_| fate == Fate::Deleted)
        .filter_map(|file| Some((file.content, file.kept.clone()?)));
    let again: Vec<NewMove> =
        kept.map(|(content, old)| NewMove { old, new: None, content: Some(content) }).collect();
    let leaving = (files.len() + again.len()) as u64 - gone;
    let known = gone + (before.len() - again.len()) as u64;
    if files.is_empty() && again.is_empty() {
        return Ok(LeftOut { counts: Counts { kept: known, ..Counts::default() }, deleted: 0 });
    }
    opened.catalog.begin_forgetting(Utc::now(), &files, &again, &opened.delivered.ids.contents)?;
    let moved = carry_out(run, &mut opened.catalog)?;
    let refused =
        |going: fn(&Move) -> bool| moved.refused.iter().filter(|(one, _)| going(one)).count() as u64;
    let deleted = leaving - put_away - refused(|going| going.new.is_none());
    let put_away = put_away - refused(|going| going.new.is_some());
    let mut told = told(moved, put_away, deleted, known);
    told.counts.problems.extend(problems);
    told.counts.problems.sort();
    Ok(told)
}

/// Brings photos back that were left out. One that was deleted comes back with the next import that has it.
///
/// # Errors
/// As [`forget`].
pub fn bring_back(run: &Run<'_>, paths: &[PathBuf]) -> Result<LeftOut, Error> {
    let mut opened = Opened::new(run)?;
    let mut back: BTreeMap<&LibraryPath, Vec<&Forgotten>> = BTreeMap::new();
    for path in paths {
        let found = opened.find_forgotten(run.library, path);
        // a photo that is not forgotten is as it should be
        if found.is_empty() && opened.find(run.library, path)?.is_none() {
            return Err(Error::NoSuchFile(path.display().to_string()));
        }
        for file in found {
            let leader = file.with.as_ref().unwrap_or(&file.path);
            let together = opened
                .forgotten
                .iter()
                .filter(|other| other.path == *leader || other.with.as_ref() == Some(leader));
            back.insert(leader, together.collect());
        }
    }
    if back.is_empty() {
        return Ok(LeftOut::default());
    }
    let tree = Tree::walk(run.library)?;
    let mut places =
        Places { library: run.library, taken: tree.iter().map(|(path, _)| PathKey::of(path)).collect() };
    let mut problems = Vec::new();
    let files: Vec<(Forgotten, Option<LibraryPath>)> = back
        .values()
        .flatten()
        .map(|&file| {
            let stands = |kept: &LibraryPath| kept.to_path(run.library).is_file();
            match &file.kept {
                Some(kept) if stands(kept) => (file.clone(), Some(places.free(&file.path))),
                Some(kept) => {
                    let message =
                        format!("it is not in `{kept}` any more; the next import that has it brings it back");
                    problems.push(
                        Problem::new(Code::MissingFile, message).as_warning().with_entry(file.path.as_str()),
                    );
                    (Forgotten { kept: None, ..file.clone() }, None)
                }
                None => (file.clone(), None),
            }
        })
        .collect();
    let coming = files.iter().filter(|(_, new)| new.is_some()).count() as u64;
    let others = files.len() as u64 - coming;
    opened.catalog.begin_bringing_back(&files, &opened.delivered.ids.contents)?;
    let moved = carry_out(run, &mut opened.catalog)?;
    let came = coming - moved.refused.len() as u64;
    let mut told = told(moved, came, 0, others);
    told.counts.problems.extend(problems);
    told.counts.problems.sort();
    Ok(told)
}

fn told(moved: Moved, files: u64, deleted: u64, kept: u64) -> LeftOut {
    let made = moved.made();
    let Moved { removed, problems, .. } = moved;
    let counts = Counts { made, moved: files, removed: removed + deleted, kept, problems };
    LeftOut { counts, deleted }
}

/// A library that is opened to be changed.
struct Opened {
    catalog: Catalog,
    _lock: fs::File,
    delivered: Delivered,
    /// All files on record, whether they stand or not.
    files: BTreeMap<LibraryPath, FileRecord>,
    forgotten: Vec<Forgotten>,
    /// Where forgotten files were shown in albums: paths below the folders of all albums, and where the files stood.
    links: Vec<(String, LibraryPath)>,
}

/// What an owner's path means.
enum Named {
    File(LibraryPath),
    Forgotten(Vec<Forgotten>),
}

impl Named {
    fn file(&self) -> Option<&LibraryPath> {
        match self {
            Named::File(path) => Some(path),
            Named::Forgotten(_) => None,
        }
    }

    fn forgotten(&self) -> &[Forgotten] {
        match self {
            Named::File(_) => &[],
            Named::Forgotten(files) => files,
        }
    }
}

impl Opened {
    fn new(run: &Run<'_>) -> Result<Self, Error> {
        let library = run.library;
        let (lock, mut catalog) = open(run)?;
        let Remembered { delivered, recorded } = catalog.load()?;
        let before =
            Before::new(library, Tree::walk(library)?, recorded, &delivered.contents, &HashSet::new());
        if !before.moved.is_empty() {
            catalog.record_moved(&before.moved)?;
        }
        let Remembered { delivered, recorded } = catalog.load()?;
        let (files, forgotten) = (recorded.files, recorded.forgotten);
        let links = catalog.links_of_forgotten()?;
        Ok(Opened { catalog, _lock: lock, delivered, files, forgotten, links })
    }

    fn named(&self, library: &Path, paths: &[PathBuf]) -> Result<Vec<Named>, Error> {
        let mut named = Vec::new();
        for path in paths {
            let forgotten = self.find_forgotten(library, path);
            named.push(match self.find(library, path)? {
                Some(file) => Named::File(file),
                None if forgotten.is_empty() => {
                    if let Some(made) = list::made(&self.catalog, &list::candidates(library, path))? {
                        return Err(Error::MadeOfOthers(made.path.to_string()));
                    }
                    return Err(Error::NoSuchFile(path.display().to_string()));
                }
                None => Named::Forgotten(forgotten.into_iter().cloned().collect()),
            });
        }
        Ok(named)
    }

    /// The file on record that an owner's path means: itself, or by a link of an album.
    fn find(&self, library: &Path, path: &Path) -> Result<Option<LibraryPath>, Error> {
        let found = list::path_of(library, &self.catalog, path)?;
        Ok(found.filter(|found| self.files.get(found).is_some_and(|file| file.area != Area::Details)))
    }

    /// What stood at an owner's path and is forgotten, whatever the case of its letters; the path may be that of the
    /// link which it had in an album.
    fn find_forgotten(&self, library: &Path, path: &Path) -> Vec<&Forgotten> {
        let texts: HashSet<String> =
            list::candidates(library, path).iter().map(|text| name::fold(text)).collect();
        let is_meant = |path: &LibraryPath| texts.contains(&name::fold(path.as_str()));
        let meant = |file: &&Forgotten| is_meant(&file.path) || file.kept.as_ref().is_some_and(is_meant);
        let found: Vec<&Forgotten> = self.forgotten.iter().filter(meant).collect();
        if !found.is_empty() {
            return found;
        }
        let is_link = |link: &str| {
            layout::OF_ALBUMS.iter().any(|top| texts.contains(&name::fold(&format!("{top}/{link}"))))
        };
        let linked: HashSet<&LibraryPath> =
            self.links.iter().filter(|(link, _)| is_link(link)).map(|(_, path)| path).collect();
        self.forgotten.iter().filter(|file| linked.contains(&file.path)).collect()
    }

    /// These files, and those that go along: each with the file that it goes along with.
    fn with_followers<'a>(
        &'a self,
        asked: &BTreeSet<&'a LibraryPath>,
    ) -> BTreeMap<&'a LibraryPath, Option<&'a LibraryPath>> {
        let mut all: BTreeMap<&LibraryPath, Option<&LibraryPath>> =
            asked.iter().map(|path| (*path, None)).collect();
        let halves = |path: &LibraryPath| {
            let half = self.files.get(path)?.live_photo.as_ref()?;
            let (half, record) = self.files.get_key_value(half)?;
            // a movie of two stills stands for both: it goes with the one that it names
            (record.live_photo.as_ref() == Some(path)).then_some(half)
        };
        for &path in asked {
            if let Some(half) = halves(path).filter(|half| !self.is_shared(half, path)) {
                all.entry(half).or_insert(Some(path));
            }
        }
        let leaders: Vec<(&LibraryPath, &LibraryPath)> =
            all.iter().map(|(path, with)| (*path, with.unwrap_or(path))).collect();
        for (path, leader) in leaders {
            for (companion, _) in
                self.files.iter().filter(|(_, file)| file.companion_of.as_ref() == Some(path))
            {
                all.entry(companion).or_insert(Some(leader));
            }
        }
        all
    }

    /// Whether a movie belongs to another still besides this one.
    fn is_shared(&self, movie: &LibraryPath, still: &LibraryPath) -> bool {
        let mut others = self.files.values().filter(|file| file.path != *still);
        others.any(|file| file.live_photo.as_ref() == Some(movie))
    }
}

/// Names that are free.
struct Places<'a> {
    library: &'a Path,
    taken: HashSet<PathKey>,
}

impl Places<'_> {
    /// This path, or with the first number with which nothing stands there.
    fn free(&mut self, path: &LibraryPath) -> LibraryPath {
        let (stem, extension) = text::split(path.file_name());
        let at = |n| match path.parent() {
            _ if n == 1 => path.clone(),
            Some(folder) => folder.join(&name::with_suffix(stem, extension, n)),
            None => LibraryPath::new([name::with_suffix(stem, extension, n)]),
        };
        let is_free = |path: &LibraryPath| {
            !self.taken.contains(&PathKey::of(path))
                && fs::symlink_metadata(path.to_path(self.library)).is_err()
        };
        let free = first_free(at, is_free);
        self.taken.insert(PathKey::of(&free));
        free
    }
}
