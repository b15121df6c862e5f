//! The library of which a mirror is made: what its catalog knows, and what a run finds of its bytes, which is kept there.
//!
//! A library on a drive that nobody can write to is mirrored like any other; only what is found is then not kept.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs::{self, File};
use std::io;
use std::path::Path;

use blake3::Hash;
use chrono::Utc;

use crate::error::{CatalogFaultKind, Error};
use crate::library::catalog::{Catalog, Known};
use crate::library::drive::hash_file;
use crate::library::given::Given;
use crate::library::identity::Identity;
use crate::library::kept_settings;
use crate::library::path::LibraryPath;
use crate::library::record::{AlbumRecord, DerivedKind, DerivedRecord, Harm, Looks};
use crate::library::settings::{AlbumForm, name as setting};
use crate::mirror::carry::{Carrier, Failure, buffer};
use crate::mirror::decide::{Class, Wanted};
use crate::mirror::folder::Folder;
use crate::mirror::wanted::Catalogued;
use crate::run::mirror::{Outcome, Run, Work};

/// A library that this run has locked.
pub struct Library {
    pub catalog: Catalog,
    pub identity: Identity,
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
    pub fn open(root: &Path) -> Result<Self, Error> {
        let catalog = open(root)?;
        let (files, forgotten) = catalog.all_known()?;
        let derived = catalog.derived()?;
        let lists = derived.iter().filter(|(_, record)| record.kind == DerivedKind::List);
        let lists =
            lists.filter_map(|(path, record)| Some((path.clone(), list(root, path, record)?))).collect();
        let harmed = catalog.damage()?.into_iter().map(|(path, damage)| (path.to_string(), damage.what));
        Ok(Library {
            identity: catalog.identity()?,
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

    /// What a mirror is made from.
    pub fn catalogued(&self) -> Catalogued<'_> {
        let Library { files, forgotten, derived, lists, .. } = self;
        Catalogued { files, forgotten, derived, lists }
    }

    /// Remembers which library this is, in the catalog and beside it.
    ///
    /// # Errors
    /// If the catalog refuses, but not for a drive that cannot be written to.
    pub fn remember_identity(&mut self, run: &Run<'_>) -> Result<(), Error> {
        let remembered = self.catalog.remember_identity(&self.identity);
        if writable(remembered, run)?.is_some() {
            // it follows from the catalog as well
            let _ = kept_settings::keep(run.library, &self.catalog.settings()?);
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
        let known = std::mem::take(&mut self.harmed);
        let mut sound: Vec<LibraryPath> = Vec::new();
        let mut looks: BTreeMap<&str, Looks> = BTreeMap::new();
        let mut elsewhere = None;
        for (file, outcome) in work.iter().filter(|(file, _)| file.class == Class::Original) {
            let found = match (outcome, file.source) {
                _ if file.sound_source().is_none() => match file.source {
                    // the folder that it is in was named
                    None if is_forbidden(carrier, file) => Found::Unknown,
                    None => {
                        let elsewhere = elsewhere.get_or_insert_with(|| own(work, folder));
                        match file.blake3.and_then(|blake3| elsewhere.get(&blake3)) {
                            Some(path) => _ = self.moved.insert(file.path.clone(), (*path).to_owned()),
                            None => _ = self.harmed.insert(file.path.clone(), Harm::Missing),
                        }
                        continue;
                    }
                    Some(_) => Found::Other,
                },
                (Outcome::Brought, _) => Found::Sound,
                (Outcome::Failed(Failure::Differs { .. }), _) => Found::Other,
                (Outcome::Failed(Failure::Unread(error)), _) if is_damage(error) => Found::Unreadable,
                _ if known.contains_key(&file.path) && !run.watch.is_cancelled() => look(carrier, file),
                _ => Found::Unknown,
            };
            match found {
                Found::Sound => sound.extend(LibraryPath::recorded(&file.path).ok()),
                Found::Other => _ = looks.insert(&file.path, self::looks(file)),
                Found::Unreadable => {
                    let unreadable = Looks { is_readable: false, ..self::looks(file) };
                    looks.insert(&file.path, unreadable);
                }
                Found::Unknown => {
                    self.harmed.extend(known.get_key_value(&file.path).map(|(p, h)| (p.clone(), *h)))
                }
            }
        }
        self.time(carrier, work, &mut looks)?;
        self.harmed.extend(looks.into_iter().map(|(path, looks)| (path.to_owned(), Harm::of(&looks))));
        let harmed: BTreeMap<LibraryPath, Harm> = self
            .harmed
            .iter()
            .filter_map(|(path, harm)| Some((LibraryPath::recorded(path).ok()?, *harm)))
            .collect();
        let now = Utc::now();
        let kept = match sound.is_empty() {
            true => Ok(()),
            false => self.catalog.record_sound(now, &sound),
        };
        let kept = kept.and_then(|()| self.catalog.record_harm(now, &harmed));
        writable(kept, run).map(drop)
    }

    /// Sees which of these files have the times that Windfall gave them.
    fn time(
        &self,
        carrier: &Carrier<'_>,
        work: &Work,
        looks: &mut BTreeMap<&str, Looks>,
    ) -> Result<(), Error> {
        if looks.is_empty() {
            return Ok(());
        }
        let known = self.catalog.load_to_verify()?;
        let given = Given::of(&known.delivered.contents, known.recorded.files.values());
        for file in &work.files {
            if let Some(looks) = looks.get_mut(file.path.as_str())
                && let Some(record) =
                    LibraryPath::recorded(&file.path).ok().and_then(|path| known.recorded.files.get(&path))
                && let Ok(modified) = fs::symlink_metadata(carrier.source(file)).and_then(|m| m.modified())
            {
                looks.has_its_time = given.has(record, modified);
            }
        }
        Ok(())
    }
}

/// What was found of a file.
enum Found {
    Sound,
    /// Other bytes.
    Other,
    Unreadable,
    Unknown,
}

fn look(carrier: &Carrier<'_>, file: &Wanted) -> Found {
    match File::open(carrier.source(file)).and_then(|there| carrier.hash(there, &mut buffer())) {
        Ok(hash) if Some(hash) == file.blake3 => Found::Sound,
        Ok(_) => Found::Other,
        Err(_) if carrier.watch.is_cancelled() => Found::Unknown,
        Err(error) if is_damage(&error) => Found::Unreadable,
        Err(_) => Found::Unknown,
    }
}

/// How a file looks whose bytes are others, but for its time.
fn looks(file: &Wanted) -> Looks {
    Looks {
        is_readable: true,
        has_its_time: false,
        has_its_size: file.sound_source().is_some(),
        is_cut: false,
    }
}

/// Whether it is the drive that does not give the bytes, and not a lack of permission.
fn is_damage(error: &io::Error) -> bool {
    !matches!(error.kind(), io::ErrorKind::PermissionDenied | io::ErrorKind::NotFound)
}

/// Whether this program may not look where a file should be.
fn is_forbidden(carrier: &Carrier<'_>, file: &Wanted) -> bool {
    let looked = fs::symlink_metadata(carrier.source(file));
    looked.is_err_and(|error| error.kind() == io::ErrorKind::PermissionDenied)
}

/// Where bytes stand that the catalog has elsewhere or does not know.
fn own<'a>(work: &'a Work, folder: &Folder) -> HashMap<Hash, &'a str> {
    let own = work.files.iter().filter(|file| file.class == Class::Own);
    let hash = |file: &Wanted| file.blake3.or_else(|| Some(folder.memory.at(&file.path)?.blake3));
    own.filter_map(|file| Some((hash(file)?, file.path.as_str()))).collect()
}

/// Opens a catalog for writing, or where that is not possible for reading.
fn open(root: &Path) -> Result<Catalog, Error> {
    let path = Catalog::path_in(root);
    if !path.metadata().is_ok_and(|metadata| metadata.len() > 0) {
        return Err(Error::NotALibrary(root.to_owned()));
    }
    match Catalog::open(root) {
        Err(Error::Catalog { source, .. }) if source.kind() == CatalogFaultKind::Refused => {
            Catalog::read(root)
        }
        opened => opened,
    }
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
