//! Mend: the bytes that a file should have take the place of those that it has.
//!
//! What stands there is never destroyed: it is moved to `.windfall/damaged`, under its own path. First everything bad is
//! aside, then everything true is in place, then it is read back and recorded; each step is durable before the next
//! begins. A kill leaves a file either bad, or gone with its true bytes at hand, or whole; in each case the next run
//! sees what is left to do.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use blake3::Hash;
use chrono::{DateTime, Utc};

use crate::apple::text;
use crate::contents::Contents;
use crate::error::{Error, is_failing, is_full};
use crate::library::catalog::{Catalog, Ids};
use crate::library::drive::hash_file;
use crate::library::files::{is_runnable, let_run, make_folder, rename_new, set_time};
use crate::library::layout::{self, INTERNAL};
use crate::library::name;
use crate::library::path::LibraryPath;
use crate::library::record::{DerivedKind, DerivedRecord, FileRecord, Harm};
use crate::library::staging::{Staging, sync_all, sync_names};
use crate::problem::{Code, Problem};
use crate::stage::place::{Placing, copy_new, stopped};

/// A file that is to get its bytes back.
pub struct Healing {
    /// Its record as it will be. Its bytes are in staging, or stand somewhere in the library.
    pub record: FileRecord,
    /// The modification time to set.
    pub modified: Option<DateTime<Utc>>,
}

/// What became of the files.
#[derive(Debug, Default)]
pub struct Mended {
    /// Those that have their bytes again.
    pub whole: Vec<FileRecord>,
    /// Where the bad bytes of a file are now, if it had any.
    pub aside: BTreeMap<LibraryPath, LibraryPath>,
    /// Files for which it could not be done.
    pub problems: Vec<Problem>,
}

/// Gives files their bytes back.
///
/// # Errors
/// If the drive is full or gone, or the catalog refuses.
pub fn mend(
    placing: &Placing<'_>,
    healings: &[Healing],
    contents: &Contents,
    derived: &BTreeMap<LibraryPath, DerivedRecord>,
    catalog: &mut Catalog,
    ids: &Ids,
) -> Result<Mended, Error> {
    let mut mending = Mending { placing, contents, mended: Mended::default(), placed: HashMap::new() };
    let ready = mending.all(healings.iter().collect(), Mending::prepare)?;
    placing.staging.sync()?;
    let cleared = mending.all(ready, Mending::put_aside)?;
    let aside: Vec<PathBuf> =
        mending.mended.aside.values().map(|path| path.to_path(placing.library)).collect();
    sync_names(placing.library, &aside)?;
    let placed = mending.all(cleared, Mending::put_in_place)?;
    let paths: Vec<PathBuf> =
        placed.iter().map(|healing| healing.record.path.to_path(placing.library)).collect();
    if !paths.is_empty() {
        sync_all(placing.library, &paths)?;
    }
    let mut mended = mending.mended;
    let mut harmed = BTreeMap::new();
    for healing in placed {
        let path = &healing.record.path;
        if hash_file(&path.to_path(placing.library)) == Some(contents.distinct[healing.record.content].blake3)
        {
            mended.whole.push(healing.record.clone());
            continue;
        }
        harmed.insert(path.clone(), Harm::Damaged);
        let message = "the drive gives back other bytes than were just written to it: copy the library to another drive";
        mended.problems.push(Problem::new(Code::DamagedFile, message).with_entry(path.as_str()));
    }
    relink(placing.library, placing.staging, derived)?;
    let now = Utc::now();
    catalog.record_harm(now, &harmed)?;
    catalog.record_mended(&mended.whole, ids, now)?;
    Ok(mended)
}

struct Mending<'a> {
    placing: &'a Placing<'a>,
    contents: &'a Contents,
    mended: Mended,
    /// Where bytes stand by now, for other files that need the same.
    placed: HashMap<Hash, LibraryPath>,
}

impl Mending<'_> {
    /// Does one step for all files, and gives those for which it could be done.
    fn all<'w>(
        &mut self,
        healings: Vec<&'w Healing>,
        step: fn(&mut Self, &Healing) -> io::Result<()>,
    ) -> Result<Vec<&'w Healing>, Error> {
        let mut done = Vec::new();
        for healing in healings {
            match step(self, healing) {
                Ok(()) => done.push(healing),
                Err(error) if is_full(&error) || is_failing(&error) => {
                    let need = self.contents.distinct[healing.record.content].size;
                    return Err(stopped(self.placing, error, need));
                }
                Err(error) => {
                    let message = format!("it could not be put right: {error}");
                    let problem = Problem::new(Code::WriteFailed, message);
                    self.mended.problems.push(problem.with_entry(healing.record.path.as_str()));
                }
            }
        }
        Ok(done)
    }

    fn hash(&self, healing: &Healing) -> Hash {
        self.contents.distinct[healing.record.content].blake3
    }

    /// Sees to it that the bytes are in staging.
    fn prepare(&mut self, healing: &Healing) -> io::Result<()> {
        let (hash, staging) = (self.hash(healing), self.placing.staging);
        if staging.path_of(&hash).is_file() {
            return Ok(());
        }
        let held = self.placing.held.get(&hash).filter(|path| **path != healing.record.path);
        let held =
            held.ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, "its bytes are not at hand"))?;
        let mut copy = staging.begin()?;
        io::copy(&mut fs::File::open(held.to_path(self.placing.library))?, &mut copy.file)?;
        if hash_file(copy.path()) != Some(hash) {
            return Err(io::Error::new(io::ErrorKind::InvalidData, format!("`{held}` has changed")));
        }
        copy.file.sync_all()?;
        staging.keep(&mut copy, &hash)
    }

    /// Moves what stands there out of the way.
    fn put_aside(&mut self, healing: &Healing) -> io::Result<()> {
        let (library, path) = (self.placing.library, &healing.record.path);
        let from = path.to_path(library);
        match fs::symlink_metadata(&from) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(error),
            Ok(metadata) if metadata.is_dir() => {
                return Err(io::Error::new(io::ErrorKind::IsADirectory, "a folder is in its place"));
            }
            Ok(_) => {}
        }
        let to = put_aside(library, path)?;
        self.mended.aside.insert(path.clone(), to);
        Ok(())
    }

    fn put_in_place(&mut self, healing: &Healing) -> io::Result<()> {
        let (hash, path) = (self.hash(healing), &healing.record.path);
        let Placing { library, staging, .. } = *self.placing;
        if let Some(folder) = path.parent() {
            make_folder(library, folder.as_str())?;
        }
        let (staged, target) = (staging.path_of(&hash), path.to_path(library));
        if let Some(same) = self.placed.get(&hash) {
            copy_new(&same.to_path(library), &target, &hash, staging, healing.modified)?;
        } else {
            set_time(&staged, healing.modified);
            rename_new(&staged, &target)?;
            self.placed.insert(hash, path.clone());
        }
        // a program stays one
        let aside = self.mended.aside.get(path).and_then(|aside| fs::metadata(aside.to_path(library)).ok());
        if aside.is_some_and(|aside| is_runnable(&aside)) {
            let _ = let_run(&target);
        }
        Ok(())
    }
}

/// Moves a file of the library to `.windfall/damaged`, under its own path (that below `.windfall` for Apple's lists) or the
/// next free number of it, and says where it is now.
fn put_aside(library: &Path, path: &LibraryPath) -> io::Result<LibraryPath> {
    let internal = path.as_str().strip_prefix(INTERNAL).and_then(|below| below.strip_prefix('/'));
    let path_there = internal.unwrap_or(path.as_str());
    let (folder, file) = path_there.rsplit_once('/').unwrap_or(("", path_there));
    let steps = [layout::DAMAGED].into_iter().chain(folder.split('/').filter(|step| !step.is_empty()));
    let folder = LibraryPath::internal(steps);
    make_folder(library, folder.as_str())?;
    let (stem, extension) = text::split(file);
    let mut n = 1;
    loop {
        let to = folder.join(&name::with_suffix(stem, extension, n));
        match rename_new(&path.to_path(library), &to.to_path(library)) {
            Ok(()) => return Ok(to),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => n += 1,
            Err(error) => return Err(error),
        }
    }
}

/// Makes the hard links in albums lead to files again whose bytes were put back: a link still has the bad ones, which
/// were put aside. One that somebody replaced by a file of their own has neither.
///
/// # Errors
/// If the drive does not confirm that the links are durable.
pub fn relink(
    library: &Path,
    staging: &Staging,
    derived: &BTreeMap<LibraryPath, DerivedRecord>,
) -> Result<(), Error> {
    let mut renewed = Vec::new();
    let links = derived.iter().filter(|(_, record)| record.kind == DerivedKind::Hardlink);
    for (link, record) in links {
        let Some(target) = record.target.as_ref().filter(|target| has_aside(library, target)) else {
            continue;
        };
        let (link, target) = (link.to_path(library), target.to_path(library));
        if fs::symlink_metadata(&link).is_ok_and(|metadata| metadata.is_file())
            && !is_same_file(&link, &target)
            && is_aside(library, &link)
        {
            let Ok(name) = staging.begin() else { continue };
            let way = name.path().with_extension("link");
            let made = fs::hard_link(&target, &way).and_then(|()| fs::rename(&way, &link));
            if made.is_ok() {
                renewed.push(link);
            }
        }
    }
    if renewed.is_empty() { Ok(()) } else { sync_names(library, &renewed) }
}

/// Whether something was put aside that stood at this path.
fn has_aside(library: &Path, path: &LibraryPath) -> bool {
    let aside = LibraryPath::internal([layout::DAMAGED]).below(path);
    fs::symlink_metadata(aside.to_path(library)).is_ok()
}

/// Whether a file is one of those that were put aside.
fn is_aside(library: &Path, file: &Path) -> bool {
    let aside = walkdir::WalkDir::new(library.join(INTERNAL).join(layout::DAMAGED)).follow_links(false);
    let mut files = aside.into_iter().flatten().filter(|entry| entry.file_type().is_file());
    files.any(|entry| is_same_file(entry.path(), file))
}

/// Whether two names are of one file.
#[cfg(unix)]
fn is_same_file(one: &Path, other: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let number = |path: &Path| fs::symlink_metadata(path).map(|metadata| (metadata.dev(), metadata.ino()));
    number(one).is_ok_and(|one| number(other).is_ok_and(|other| one == other))
}

/// Whether two names are of one file, as far as its bytes tell.
#[cfg(not(unix))]
fn is_same_file(one: &Path, other: &Path) -> bool {
    let size = |path: &Path| fs::metadata(path).map(|metadata| metadata.len());
    size(one).is_ok_and(|one| size(other).is_ok_and(|other| one == other))
        && hash_file(one) == hash_file(other)
}
