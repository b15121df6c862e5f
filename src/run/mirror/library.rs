//! The library of which a mirror is made: what its catalog knows, and what a run finds of its bytes, which is kept there.
//!
//! A library on a drive that nobody can write to is mirrored like any other; only what is found is then not kept.

use std::cell::OnceCell;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs;
use std::io;
use std::path::Path;

use blake3::Hash;
use chrono::Utc;

use crate::error::{CatalogFaultKind, Error};
use crate::library::catalog::{Catalog, Known, Remembered};
use crate::library::choices;
use crate::library::drive::hash_file;
use crate::library::given::Given;
use crate::library::lineage::Lineage;
use crate::library::path::LibraryPath;
use crate::library::record::{AlbumRecord, DerivedKind, DerivedRecord, Harm};
use crate::library::settings::{AlbumForm, name as setting};
use crate::library::tree::Tree;
use crate::mirror::carry::{Carrier, Failure};
use crate::mirror::decide::{Wanted, Worth};
use crate::mirror::folder::Folder;
use crate::mirror::scan::Scan;
use crate::mirror::wanted::Catalogued;
use crate::run::mirror::{Outcome, Run, Work};
use crate::run::moves;
use crate::stage::survey::{Before, examine};

/// A library that this run has locked.
pub struct Library {
    pub catalog: Catalog,
    pub lineage: Lineage,
    files: Vec<Known>,
    forgotten: Vec<Known>,
    pub derived: BTreeMap<LibraryPath, DerivedRecord>,
    /// The texts of lists that nobody changed.
    pub lists: HashMap<LibraryPath, String>,
    pub albums: Vec<AlbumRecord>,
    /// The form of albums that the owner chose.
    pub form: Option<AlbumForm>,
    /// Bytes that were left out on purpose.
    pub gone: HashSet<Hash>,
    /// Files with which something is wrong, by path.
    pub harmed: BTreeMap<String, Harm>,
    /// Files that stand elsewhere than the catalog says.
    pub moved: BTreeMap<String, String>,
}

impl Library {
    /// Opens a library.
    ///
    /// # Errors
    /// If there is none, or its catalog cannot be read.
    pub fn open(run: &Run<'_>) -> Result<Self, Error> {
        Library::of(open(run)?, run.library)
    }

    fn of(catalog: Catalog, root: &Path) -> Result<Self, Error> {
        let (files, forgotten) = catalog.all_known()?;
        let derived = catalog.derived()?;
        let lists = derived.iter().filter(|(_, record)| record.kind == DerivedKind::List);
        let lists =
            lists.filter_map(|(path, record)| Some((path.clone(), list(root, path, record)?))).collect();
        let harmed = catalog.damage()?.into_iter().map(|(path, damage)| (path.to_string(), damage.what));
        Ok(Library {
            lineage: catalog.lineage()?,
            files,
            forgotten,
            derived,
            lists,
            albums: catalog.albums()?,
            form: catalog.settings()?.choice(setting::ALBUMS),
            gone: catalog.gone_on_purpose()?.into_iter().collect(),
            harmed: harmed.collect(),
            moved: BTreeMap::new(),
            catalog,
        })
    }

    /// Follows what the owner did by hand since the last import, as that would: files that they moved have their new
    /// paths, so that the mirror moves them too. `there` is what stands in the library.
    ///
    /// # Errors
    /// If the catalog refuses, but not for a drive that cannot be written to.
    pub fn follow(self, run: &Run<'_>, there: &Scan) -> Result<Self, Error> {
        let is_there = |file: &Known| there.at(&file.path).is_some();
        if self.files.iter().all(is_there) {
            return Ok(self);
        }
        // where a folder cannot be read, nobody knows what is gone
        let Ok(tree) = Tree::walk(run.library) else { return Ok(self) };
        let Remembered { delivered, recorded } = self.catalog.load()?;
        // an edit that is gone may be in the mirror, for `repair` to bring it back
        let edited = recorded.files.iter().filter(|(_, record)| record.original.is_some());
        let edited: HashSet<LibraryPath> = edited.map(|(path, _)| path.clone()).collect();
        let mut before = Before::new(run.library, tree, recorded, &delivered.contents, &HashSet::new());
        let mut superseded = before.settle_lost().superseded;
        superseded.retain(|(path, _)| !edited.contains(path));
        let mut catalog = self.catalog;
        let followed =
            catalog.record_moved(&before.moved).and_then(|()| catalog.record_superseded(&superseded));
        writable(followed, run)?;
        Library::of(catalog, run.library)
    }

    /// What a mirror is made from.
    pub fn catalogued(&self) -> Catalogued<'_> {
        let Library { files, forgotten, derived, lists, .. } = self;
        Catalogued { files, forgotten, derived, lists }
    }

    /// Remembers which library this is, in the catalog and beside it.
    ///
    /// # Errors
    /// If the catalog refuses, but not for a drive that cannot be written to.
    pub fn remember_lineage(&mut self, run: &Run<'_>) -> Result<(), Error> {
        if writable(self.catalog.remember_lineage(&self.lineage), run)?.is_some() {
            // it follows from the catalog as well
            let _ = choices::keep(run.library, &self.catalog);
        }
        Ok(())
    }

    /// Finds out what is wrong with the library's files, as far as this run has seen them, and keeps it. Files of which
    /// something is known to be wrong are read again.
    ///
    /// # Errors
    /// If the catalog refuses, but not for a drive that cannot be written to.
    pub fn keep_findings(
        &mut self,
        run: &Run<'_>,
        carrier: &Carrier<'_>,
        work: &Work,
        folder: &Folder,
    ) -> Result<(), Error> {
        let before = std::mem::take(&mut self.harmed);
        let elsewhere = OnceCell::new();
        let mut sound: Vec<LibraryPath> = Vec::new();
        let mut doubtful: Vec<&str> = Vec::new();
        for (file, outcome) in work.iter().filter(|(file, _)| file.worth == Worth::Original) {
            match (file.source, outcome) {
                // the folder that it is in was named
                (None, _) if is_forbidden(carrier, file) => {}
                (None, _) => {
                    let elsewhere = elsewhere.get_or_init(|| own(work, folder));
                    match file.blake3.and_then(|blake3| elsewhere.get(&blake3)) {
                        Some(path) => _ = self.moved.insert(file.path.clone(), (*path).to_owned()),
                        None => _ = self.harmed.insert(file.path.clone(), Harm::Missing),
                    }
                }
                (_, Outcome::Brought) => sound.extend(LibraryPath::recorded(&file.path).ok()),
                (_, Outcome::Failed(Failure::Differs { .. })) => doubtful.push(&file.path),
                (_, Outcome::Failed(Failure::Unread(error))) if is_damage(error) => doubtful.push(&file.path),
                _ if file.sound_source().is_none() || before.contains_key(&file.path) => {
                    doubtful.push(&file.path);
                }
                _ => {}
            }
        }
        if !doubtful.is_empty() {
            let known = self.catalog.load_to_verify()?;
            let (contents, files) = (&known.delivered.contents, &known.recorded.files);
            let records = || doubtful.iter().map(|path| (*path, LibraryPath::recorded(path).ok()));
            let given = Given::of(contents, records().filter_map(|(_, path)| files.get(&path?)));
            for (path, recorded) in records() {
                let record = recorded.as_ref().and_then(|path| files.get(path));
                let harm = match record {
                    _ if run.watch.is_cancelled() => before.get(path).copied(),
                    Some(record) => examine(run.library, contents, &given, record),
                    // it is kept although it was left out on purpose
                    None => Some(Harm::Damaged),
                };
                match harm {
                    Some(harm) => _ = self.harmed.insert(path.to_owned(), harm),
                    None => sound.extend(recorded),
                }
            }
        }
        let recorded = |(path, harm): (&String, &Harm)| Some((LibraryPath::recorded(path).ok()?, *harm));
        let harmed: BTreeMap<LibraryPath, Harm> = self.harmed.iter().filter_map(recorded).collect();
        let now = Utc::now();
        let kept = match sound.is_empty() {
            true => Ok(()),
            false => self.catalog.record_sound(now, &sound),
        };
        let kept = kept.and_then(|()| self.catalog.record_harm(now, &harmed));
        writable(kept, run).map(drop)
    }
}

/// Whether this program may not look where a file should be.
fn is_forbidden(carrier: &Carrier<'_>, file: &Wanted) -> bool {
    let looked = fs::symlink_metadata(carrier.source(file));
    looked.is_err_and(|error| error.kind() == io::ErrorKind::PermissionDenied)
}

/// Whether it is the drive that does not give the bytes, and not a lack of permission.
fn is_damage(error: &io::Error) -> bool {
    !matches!(error.kind(), io::ErrorKind::PermissionDenied | io::ErrorKind::NotFound)
}

/// Where bytes stand that the catalog has elsewhere or does not know.
fn own<'a>(work: &'a Work, folder: &Folder) -> HashMap<Hash, &'a str> {
    let own = work.files.iter().filter(|file| file.worth == Worth::Own);
    let hash = |file: &Wanted| file.blake3.or_else(|| Some(folder.memory.at(&file.path)?.blake3));
    own.filter_map(|file| Some((hash(file)?, file.path.as_str()))).collect()
}

/// Opens a catalog for writing, and ends what an earlier run had begun to move; or where that is not possible, for
/// reading.
fn open(run: &Run<'_>) -> Result<Catalog, Error> {
    let root = run.library;
    if !Catalog::path_in(root).metadata().is_ok_and(|metadata| metadata.len() > 0) {
        return Err(Error::NotALibrary(root.to_owned()));
    }
    let mut catalog = match Catalog::open(root) {
        Err(Error::Catalog { source, .. }) if source.kind() == CatalogFaultKind::Refused => {
            return Catalog::read(root);
        }
        opened => opened?,
    };
    moves::finish(&moves::Run { library: root, jobs: run.jobs, watch: run.watch }, &mut catalog)?;
    Ok(catalog)
}

/// What writing to the catalog came to; `None` if the drive cannot be written to.
fn writable(result: Result<(), Error>, run: &Run<'_>) -> Result<Option<()>, Error> {
    match result {
        Err(Error::Catalog { source, .. })
            if matches!(source.kind(), CatalogFaultKind::Refused | CatalogFaultKind::Full) =>
        {
            run.watch.progress.note(&format!(
                "the catalog of the library cannot be written to ({source}), so what this run finds is not kept there"
            ));
            Ok(None)
        }
        result => result.map(Some),
    }
}

/// The text of a list, if it is as Windfall wrote it.
fn list(root: &Path, path: &LibraryPath, record: &DerivedRecord) -> Option<String> {
    let place = path.to_path(root);
    let is_file = fs::symlink_metadata(&place).is_ok_and(|metadata| metadata.is_file());
    if !is_file || hash_file(&place) != record.blake3 {
        return None;
    }
    fs::read_to_string(place).ok()
}
