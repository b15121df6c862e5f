//! The end of a mirroring: albums in the form that the mirror's drive can do, and the catalog, which comes last. Until
//! then the catalog of the run before stands, or none, and the next run sees that there is something to do.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use blake3::{Hash, Hasher};
use chrono::{SecondsFormat, Utc};

use crate::error::{CatalogFaultKind, Error};
use crate::library::catalog::{Catalog, Reading};
use crate::library::drive::{hash_file, probe_links};
use crate::library::layout::{self, INTERNAL};
use crate::library::name;
use crate::library::path::LibraryPath;
use crate::library::record::{Derived, DerivedForm, DerivedKind, DerivedRecord, Harm};
use crate::library::staging::{Staging, sync_all};
use crate::mirror::albums::{Albums, Standing, albums};
use crate::mirror::bring::Proof;
use crate::mirror::carry::buffer;
use crate::mirror::decide::Worth;
use crate::mirror::folder::Folder;
use crate::mirror::scan::Scan;
use crate::problem::{Code, Problem};
use crate::run::mirror::library::Library;
use crate::run::mirror::{Mirrored, Outcome, Run, Work};
use crate::run::verify;
use crate::stage::place::{Placing, Unplaced, derive, remove};

/// What the mirror's catalog knew before this run.
#[derive(Debug, Default)]
pub struct Old {
    is_there: bool,
    /// What is known of the bytes on the mirror's drive.
    readings: HashMap<String, (Hash, Reading)>,
    pub derived: BTreeMap<LibraryPath, DerivedRecord>,
}

impl Old {
    /// That of a mirror. A catalog that cannot be read is none: it gets replaced.
    pub fn read(folder: &Path) -> Self {
        let read = || {
            let catalog = verify::catalog::open(folder)?;
            Ok::<_, Error>((catalog.readings()?, catalog.derived()?))
        };
        match read() {
            Ok((readings, derived)) => Old { is_there: true, readings, derived },
            Err(_) => Old::default(),
        }
    }

    /// Files with which somebody found that something is wrong.
    pub fn harmed(&self) -> impl Iterator<Item = &str> {
        let harmed = self.readings.iter().filter(|(_, (_, reading))| reading.damage.is_some());
        harmed.map(|(path, _)| path.as_str())
    }

    /// Whether somebody found that something is wrong with a file.
    pub fn is_harmed(&self, path: &str) -> bool {
        self.readings.get(path).is_some_and(|(_, reading)| reading.damage.is_some())
    }
}

/// What the end of a run needs to know.
pub struct Ending<'a> {
    pub run: &'a Run<'a>,
    pub library: &'a Library,
    pub work: &'a Work,
    /// What stood in the mirror before.
    pub here: &'a Scan,
    pub old: &'a Old,
    pub staging: &'a Staging,
}

impl Ending<'_> {
    /// Makes albums and brings the catalog, if there is anything to do. Gives the paths of the mirror's links, lists and
    /// copies, folded.
    ///
    /// # Errors
    /// If a drive refuses, or a catalog.
    pub fn settle(&self, folder: &mut Folder, mirrored: &mut Mirrored) -> Result<HashSet<String>, Error> {
        let Albums { derived, listed } = self.albums()?;
        if listed > 0 {
            let message = "the mirror's drive cannot hold album folders without copying, so each album is an `.m3u8` \
                           list there: look at albums in the page that `windfall report` writes";
            mirrored.problems.push(Problem::new(Code::LinksUnsupported, message));
        }
        let wanted: BTreeMap<&LibraryPath, &DerivedForm> =
            derived.iter().map(|item| (&item.path, &item.form)).collect();
        let keys = wanted.keys().map(|path| name::fold(path.as_str())).collect();
        let source = Catalog::path_in(self.run.library);
        let hash = hash_file(&source);
        if self.is_settled(hash, folder, &wanted) {
            return Ok(keys);
        }
        let new = layout::internal(self.run.folder).join(format!("{}.new", layout::CATALOG));
        let copied = copy_catalog(&source, &new)?;
        match self.write(&new, derived.as_slice(), &wanted, mirrored) {
            Ok(()) => {}
            // a good catalog is not given up for a bad one
            Err(Error::Catalog { source, .. }) if source.kind() == CatalogFaultKind::Damaged => {
                let _ = fs::remove_file(&new);
                let message = format!(
                    "the catalog is damaged ({source}), so the mirror keeps the one it has: `windfall verify \
                     --rebuild-catalog` makes a new one from the library"
                );
                let path = format!("{INTERNAL}/{}", layout::CATALOG);
                mirrored.problems.push(Problem::new(Code::CatalogDamaged, message).with_entry(path));
                return Ok(keys);
            }
            Err(error) => return Err(error),
        }
        let place = Catalog::path_in(self.run.folder);
        // a journal belongs to the catalog that it was written for, and would spoil another
        remove_if_there(&place.with_file_name(format!("{}-journal", layout::CATALOG)))?;
        File::open(&new).and_then(|file| file.sync_all()).map_err(Error::io("sync", &new))?;
        fs::rename(&new, &place).map_err(Error::io("rename", &new))?;
        sync_all(self.run.folder, &[place])?;
        folder.memory.catalog = Some(copied);
        Ok(keys)
    }

    fn albums(&self) -> Result<Albums, Error> {
        let files: HashSet<String> = self.work.files.iter().map(|file| name::fold(&file.path)).collect();
        let Library { derived, lists, albums: of, form, .. } = self.library;
        let standing = Standing { derived, lists, albums: of, form: *form };
        let links = probe_links(self.staging.library())?;
        Ok(albums(&standing, links, &|path| files.contains(path)))
    }

    /// Whether the mirror has this catalog and these albums.
    fn is_settled(
        &self,
        catalog: Option<Hash>,
        folder: &Folder,
        wanted: &BTreeMap<&LibraryPath, &DerivedForm>,
    ) -> bool {
        let stands = |path: &LibraryPath| fs::symlink_metadata(path.to_path(self.run.folder)).is_ok();
        let of_albums = || self.old.derived.iter().filter(|(_, record)| record.kind.is_of_album());
        self.old.is_there
            && catalog.is_some()
            && folder.memory.catalog == catalog
            && self.work.outcomes.iter().all(|outcome| matches!(outcome, Outcome::There))
            && of_albums().count() == wanted.len()
            && of_albums().all(|(path, record)| {
                wanted.get(path).is_some_and(|form| is_as_recorded(form, record)) && stands(path)
            })
    }

    /// Turns a copy of the library's catalog into the mirror's, and makes the albums that it records.
    fn write(
        &self,
        new: &Path,
        derived: &[Derived],
        wanted: &BTreeMap<&LibraryPath, &DerivedForm>,
        mirrored: &mut Mirrored,
    ) -> Result<(), Error> {
        let mut catalog = Catalog::open_file(new.to_owned())?;
        let there: HashSet<&str> =
            self.work.iter().filter(|(_, o)| o.is_there()).map(|(file, _)| file.path.as_str()).collect();
        let sidecars = self
            .library
            .derived
            .iter()
            .filter(|(path, record)| goes_along(record) && there.contains(path.as_str()));
        let sidecars: HashSet<&LibraryPath> = sidecars.map(|(path, _)| path).collect();
        let of_albums = || self.old.derived.iter().filter(|(_, record)| record.kind.is_of_album());
        let kept = self.old.derived.iter().filter(|(path, record)| match record.kind {
            DerivedKind::Sidecar | DerivedKind::Made => sidecars.contains(path),
            _ => wanted.get(path).is_some_and(|form| is_as_recorded(form, record)),
        });
        let of_library = sidecars.iter().map(|path| ((*path).clone(), self.library.derived[*path].clone()));
        let kept = kept.map(|(path, record)| (path.clone(), record.clone()));
        let known: BTreeMap<LibraryPath, DerivedRecord> = kept.chain(of_library).collect();
        catalog.become_mirror(&self.readings(), &known)?;
        // what took another form has to make room first
        let is_stale = |(path, record): &(&LibraryPath, &DerivedRecord)| match wanted.get(path) {
            Some(form) => {
                form.kind() != record.kind
                    || record.kind == DerivedKind::Copy && !is_as_recorded(form, record)
            }
            None => true,
        };
        let (hard, stale): (Vec<_>, Vec<_>) =
            of_albums().filter(is_stale).partition(|(_, record)| record.kind == DerivedKind::Hardlink);
        self.unlink(hard.into_iter().map(|(path, _)| path))?;
        // what somebody changed stays, and is named with all that only the mirror has
        remove(self.run.folder, &stale, &mut catalog)?;
        let placing = Placing {
            library: self.run.folder,
            staging: self.staging,
            held: &HashMap::new(),
            watch: self.run.watch,
        };
        let unplaced = Unplaced { paths: self.absent(), problems: Vec::new() };
        let derivation = derive(&placing, derived, &unplaced, &known, &mut catalog)?;
        mirrored.problems.extend(derivation.problems);
        for path in &derivation.foreign {
            let message = "it is where an album of the mirror would be, and somebody else's, so it stays";
            mirrored.problems.push(Problem::new(Code::ExtraFile, message).with_entry(path.as_str()));
        }
        match catalog.integrity()?.first() {
            None => Ok(()),
            Some(fault) => Err(Error::damaged_catalog(new, fault)),
        }
    }

    /// Removes hard links whose bytes the mirror has under a name of their own.
    fn unlink<'p>(&self, links: impl Iterator<Item = &'p LibraryPath>) -> Result<(), Error> {
        let held: HashSet<Hash> = self.held();
        for path in links.map(|path| path.to_path(self.run.folder)) {
            if hash_file(&path).is_some_and(|hash| held.contains(&hash)) {
                remove_if_there(&path)?;
            }
        }
        Ok(())
    }

    /// The bytes that the mirror has, of those that are known.
    pub fn held(&self) -> HashSet<Hash> {
        let there = self.work.iter().filter(|(_, outcome)| outcome.is_there());
        there.filter_map(|(file, _)| file.blake3).collect()
    }

    /// Originals that the mirror does not have.
    fn absent(&self) -> HashSet<LibraryPath> {
        let absent =
            self.work.iter().filter(|(file, outcome)| file.worth == Worth::Original && !outcome.is_there());
        absent.filter_map(|(file, _)| LibraryPath::recorded(&file.path).ok()).collect()
    }

    /// What is known of the bytes on the mirror's drive, now.
    fn readings(&self) -> HashMap<String, (Hash, Reading)> {
        let now = Utc::now().to_rfc3339_opts(SecondsFormat::Secs, true);
        let by_bytes: HashMap<Hash, &Reading> = self
            .old
            .readings
            .values()
            .filter(|(_, reading)| reading.damage.is_none())
            .map(|(blake3, reading)| (*blake3, reading))
            .collect();
        let mut readings = HashMap::new();
        for (file, outcome) in self.work.iter().filter(|(file, _)| file.worth == Worth::Original) {
            let Some(blake3) = file.blake3 else { continue };
            let before = self.old.readings.get(&file.path).map(|(_, reading)| reading);
            let harmed = |harm: Harm| Reading {
                verified: before.and_then(|reading| reading.verified.clone()),
                damage: Some(harm.as_str().to_owned()),
                damage_found: before.and_then(|reading| reading.damage_found.clone()).or(Some(now.clone())),
            };
            let is_read = || self.run.proof == Proof::ReadBack;
            let reading = match outcome {
                Outcome::Read => Some(Reading { verified: Some(now.clone()), ..Reading::default() }),
                Outcome::Brought if is_read() => {
                    Some(Reading { verified: Some(now.clone()), ..Reading::default() })
                }
                Outcome::Brought => None,
                Outcome::There => before.cloned(),
                Outcome::Moved => by_bytes.get(&blake3).map(|reading| (*reading).clone()),
                Outcome::Edited | Outcome::Taken => Some(harmed(Harm::Changed)),
                _ if self.here.at(&file.path).is_some() => before.cloned(),
                _ => Some(harmed(Harm::Missing)),
            };
            readings.extend(reading.map(|reading| (file.path.clone(), (blake3, reading))));
        }
        readings
    }

    /// Removes from staging what stands under its name by now.
    pub fn sweep(&self) {
        let waiting = self.staging.waiting();
        if waiting.is_empty() {
            return;
        }
        let lacking = self.work.iter().filter(|(_, outcome)| !outcome.is_there());
        let lacking: HashSet<Hash> = lacking.filter_map(|(file, _)| file.blake3).collect();
        waiting.difference(&lacking).for_each(|hash| self.staging.discard(hash));
    }
}

/// Whether something derived goes along like any file.
fn goes_along(record: &DerivedRecord) -> bool {
    matches!(record.kind, DerivedKind::Sidecar | DerivedKind::Made)
}

/// Whether something derived is of the kind that is recorded and, where only its bytes could tell, of the same file.
fn is_as_recorded(form: &DerivedForm, record: &DerivedRecord) -> bool {
    let by_bytes = matches!(record.kind, DerivedKind::Copy | DerivedKind::Hardlink);
    form.kind() == record.kind && (!by_bytes || form.target() == record.target.as_ref())
}

/// Copies the catalog as it stands. The library's lock is held, so nobody writes to it, and gives the BLAKE3 of what
/// was copied.
fn copy_catalog(from: &Path, to: &Path) -> Result<Hash, Error> {
    let journal: PathBuf = to.with_file_name(format!(
        "{}-journal",
        to.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
    ));
    remove_if_there(to)?;
    remove_if_there(&journal)?;
    let mut source = File::open(from).map_err(Error::io("read", from))?;
    let mut copy = File::create(to).map_err(Error::io("create", to))?;
    let mut hasher = Hasher::new();
    let mut memory = buffer();
    loop {
        match source.read(&mut memory) {
            Ok(0) => return Ok(hasher.finalize()),
            Ok(read) => {
                hasher.update(&memory[..read]);
                copy.write_all(&memory[..read]).map_err(Error::io("write", to))?;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(Error::io("read", from)(error)),
        }
    }
}

fn remove_if_there(path: &Path) -> Result<(), Error> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(Error::io("remove", path)(error)),
        _ => Ok(()),
    }
}
