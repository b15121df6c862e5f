//! `verify`: reads the library's bytes again and says what is as it was, what is not, and whether archives
//! can be deleted. It changes no file of the library.
//!
//! A file counts as intact only after its BLAKE3 was computed in this very run. Sizes, times, names, the
//! catalog and the archives only make claims.
//!
//! `tree` walks and reads, `catalog` examines the catalog, `against` compares archives.
//! [`rebuild`](crate::run::rebuild) makes a lost catalog anew.

pub(super) mod against;
pub(super) mod catalog;
pub(super) mod tree;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fs::File;
use std::io;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::Instant;

use serde::Serialize;

use crate::category::photos::Sort;
use crate::contents::{Content, ContentId, Contents, ExportId, PartId, REBUILT};
use crate::error::Error;
use crate::library::catalog::Remembered;
use crate::library::layout::INTERNAL;
use crate::library::lock::lock;
use crate::library::path::LibraryPath;
use crate::library::record::{Area, FileRecord};
use crate::problem::{Code, Problem, amount};
use crate::progress::Watch;
use crate::stage::discover::search::LeftAlone;
use crate::stage::ingest::Wanted;
use crate::stage::report::{ExportReport, missing_parts};

pub use against::Against;

use against::Holding;
use tree::{Found, Reread, Standing, Tree, Wish, staging_left};

/// What a verification needs.
pub struct VerifyRun<'a> {
    /// The folder of the library.
    pub library: &'a Path,
    /// How many threads read.
    pub jobs: NonZeroUsize,
    /// Who is told, and who may stop it.
    pub watch: Watch<'a>,
}

/// What a verification found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Verification {
    /// The version of Windfall that looked.
    pub windfall: &'static str,
    /// The library's folder.
    pub library: String,
    /// Files of the library.
    pub files: Files,
    /// Entries of the archives that it was compared with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub against: Option<Against>,
    /// Whether those archives may be deleted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub safe_to_delete: Option<bool>,
    /// What was wrong; any error means exit code 3.
    pub problems: Vec<Problem>,
    /// How long it took.
    pub elapsed_seconds: f64,
    /// What the certificate says besides.
    #[serde(skip)]
    pub balance: Balance,
    /// What was not taken, of which nothing was said.
    #[serde(skip)]
    pub left_alone: LeftAlone,
    /// Where a rebuild kept the old catalog.
    #[serde(skip)]
    pub kept_aside: Option<PathBuf>,
}

/// Files of the library; `intact`, `changed` and `missing` add up to `total`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Files {
    /// All that the catalog records: media, other files, kept details.
    pub total: u64,
    /// Byte for byte what was imported.
    pub intact: u64,
    /// Other bytes now, or unreadable.
    pub changed: u64,
    /// Files that are gone.
    pub missing: u64,
    /// Files that no import put there.
    pub extra: u64,
}

/// What a certificate says of the intact files.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Balance {
    /// Bytes of all of them.
    pub bytes: u64,
    /// Media that are byte-identical to what iCloud held: a row of Apple's carries their fingerprint.
    pub proved: u64,
    /// Media that only their archive vouches for.
    pub unproved: u64,
    /// Other files.
    pub other: u64,
    /// Kept details.
    pub details: u64,
    /// Exports that the library has seen, and their parts.
    pub exports: Vec<ExportReport>,
}

/// Reads the library again; with `against`, also those archives.
///
/// # Errors
/// What stops a run: no library, a library in use, inputs that do not exist or hold no export.
pub fn verify(run: &VerifyRun<'_>, against: Option<&[PathBuf]>) -> Result<Verification, Error> {
    let started = Instant::now();
    let _lock = hold(run.library)?;
    // a mistyped input shows before hours of reading
    let inputs = against.map(|inputs| against::find(run, inputs)).transpose()?;
    let (known, damages) = catalog::examine(run.library)?;
    let sound = damages.is_empty();
    let tree = Tree::walk(run.library);
    let mut looked = match &known {
        Some(known) => look(run, known, &tree)?,
        // nothing tells what the files should be, but their bytes may hold what the archives hold
        None if inputs.is_some() => read_everything(run, &tree)?,
        None => Looked::default(),
    };
    looked.problems.extend(damages);
    looked.problems.extend(staging_left(run.library, known.as_ref()));
    let compared = inputs.map(|inputs| against::compare(run, inputs, &looked.holding)).transpose()?;
    let mut verification = Verification::new(run.library, looked);
    if let Some(compared) = compared {
        verification.add(compared, sound);
    }
    verification.problems.sort();
    verification.elapsed_seconds = started.elapsed().as_secs_f64();
    Ok(verification)
}

impl Verification {
    pub(super) fn new(library: &Path, looked: Looked) -> Self {
        Verification {
            windfall: env!("CARGO_PKG_VERSION"),
            library: library.display().to_string(),
            files: looked.files,
            against: None,
            safe_to_delete: None,
            problems: looked.problems,
            elapsed_seconds: 0.0,
            balance: looked.balance,
            left_alone: LeftAlone::default(),
            kept_aside: None,
        }
    }

    pub(super) fn add(&mut self, compared: against::Compared, catalog_is_sound: bool) {
        self.against = Some(compared.against);
        self.safe_to_delete = Some(compared.all_held && catalog_is_sound);
        self.left_alone = compared.left_alone;
        self.problems.extend(compared.problems);
    }
}

/// The library's lock. A drive that nobody can write to needs none.
pub(super) fn hold(library: &Path) -> Result<Option<File>, Error> {
    if !library.join(INTERNAL).is_dir() {
        return Err(Error::NotALibrary(library.to_owned()));
    }
    match lock(library) {
        Ok(file) => Ok(Some(file)),
        Err(Error::Io { source, .. })
            if matches!(
                source.kind(),
                io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::PermissionDenied
            ) =>
        {
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// What the files came to.
#[derive(Default)]
pub(super) struct Looked {
    pub(super) files: Files,
    pub(super) holding: Holding,
    pub(super) balance: Balance,
    pub(super) problems: Vec<Problem>,
}

impl Looked {
    pub(super) fn intact(&mut self, record: &FileRecord, content: &Content) {
        self.files.intact += 1;
        self.holding.intact.insert((content.blake3, content.size));
        self.balance.bytes = self.balance.bytes.saturating_add(content.size);
        *match record.area {
            Area::Media if record.proved => &mut self.balance.proved,
            Area::Media => &mut self.balance.unproved,
            Area::Other => &mut self.balance.other,
            Area::Details => &mut self.balance.details,
        } += 1;
    }
}

/// Compares every recorded file with its bytes.
fn look(run: &VerifyRun<'_>, known: &Remembered, tree: &Tree) -> Result<Looked, Error> {
    let mut standing: BTreeMap<&LibraryPath, Standing> = BTreeMap::new();
    let mut claimed: HashSet<LibraryPath> = HashSet::new();
    for path in known.recorded.files.keys() {
        let found = tree.find(run.library, path);
        if let Standing::Here(at, _) = &found {
            claimed.insert(at.clone());
        }
        standing.insert(path, found);
    }
    let planned: HashSet<&LibraryPath> = known.recorded.plan.iter().map(|p| &p.path).collect();
    let is_stray = |path: &LibraryPath| {
        !claimed.contains(path)
            && !known.recorded.derived.contains_key(path)
            && !planned.contains(path)
            && !path.as_str().starts_with(INTERNAL)
    };
    let strays: BTreeMap<&LibraryPath, &Found> =
        tree.files.iter().filter(|(path, _)| is_stray(path)).collect();
    let size = |record: &FileRecord| known.delivered.contents.distinct[record.content].size;
    let gone: HashSet<u64> = standing
        .iter()
        .filter(|(_, found)| matches!(found, Standing::Gone))
        .map(|(path, _)| size(&known.recorded.files[*path]))
        .collect();
    let mut wishes = Vec::new();
    for (path, found) in &standing {
        if let Standing::Here(at, found) = found
            && found.is_file
        {
            let sort =
                if known.recorded.files[*path].area == Area::Media { Sort::Photo } else { Sort::Other };
            wishes.push(Wish { path: at.clone(), found: found.clone(), sort });
        }
    }
    let candidates = strays.iter().filter(|(_, found)| found.is_file && gone.contains(&found.size));
    wishes.extend(candidates.map(|(path, found)| wish(path, found)));
    let reread = tree::reread(run, wishes, Wanted::Hashes)?;
    let mut looking = Looking {
        known,
        reread: &reread,
        unclaimed: strays.keys().map(|path| (*path).clone()).collect(),
        archives: archives(known),
        looked: Looked::default(),
    };
    for (path, found) in standing {
        looking.file(&known.recorded.files[path], &found);
    }
    let Looking { unclaimed, mut looked, .. } = looking;
    looked.files.extra = unclaimed.len() as u64;
    looked.problems.extend(unclaimed.iter().map(extra));
    looked.balance.exports = exports(&known.delivered.contents);
    Ok(looked)
}

fn wish(path: &LibraryPath, found: &Found) -> Wish {
    Wish { path: path.clone(), found: found.clone(), sort: Sort::Other }
}

fn read_everything(run: &VerifyRun<'_>, tree: &Tree) -> Result<Looked, Error> {
    let files = tree.files.iter().filter(|(_, found)| found.is_file);
    let reread = tree::reread(run, files.map(|(path, found)| wish(path, found)).collect(), Wanted::Hashes)?;
    let mut looked = Looked::default();
    looked.holding.intact = reread.contents.distinct.iter().map(|c| (c.blake3, c.size)).collect();
    Ok(looked)
}

pub(super) fn extra(path: &LibraryPath) -> Problem {
    let message = "no import put this file here, so Windfall does not touch it";
    Problem::new(Code::ExtraFile, message).with_entry(path.as_str())
}

/// An archive that held each content: what to import again.
fn archives(known: &Remembered) -> HashMap<ContentId, &str> {
    let contents = &known.delivered.contents;
    let archives = |e: &crate::contents::Entry| &contents.archives[e.archive];
    let entries = contents.entries.iter().filter(|e| !archives(e).is_stand_in());
    entries.filter_map(|e| Some((e.content()?, archives(e).name.as_str()))).collect()
}

/// What is known while files are compared.
struct Looking<'a> {
    known: &'a Remembered,
    reread: &'a Reread,
    /// Files that no record speaks of (yet).
    unclaimed: BTreeSet<LibraryPath>,
    archives: HashMap<ContentId, &'a str>,
    looked: Looked,
}

impl Looking<'_> {
    fn file(&mut self, record: &FileRecord, standing: &Standing) {
        let recorded = &self.known.delivered.contents.distinct[record.content];
        self.looked.files.total += 1;
        match standing {
            Standing::Here(at, found) => self.compare(record, recorded, at, found),
            Standing::Gone => self.gone(record, recorded),
            Standing::Unreadable(why) => self.changed(record, recorded, &format!("it cannot be read: {why}")),
        }
    }

    fn compare(&mut self, record: &FileRecord, recorded: &Content, at: &LibraryPath, found: &Found) {
        if !found.is_file {
            return self.changed(record, recorded, "a link or a device is in its place");
        }
        let Some(content) = self.reread.content(at) else {
            return self.changed(record, recorded, self.reread.fault(at));
        };
        if content.blake3 != recorded.blake3 {
            let how = if content.size == recorded.size {
                format!("its {} bytes are not the same any more", amount::count(recorded.size))
            } else {
                format!(
                    "it has {} bytes and had {}",
                    amount::count(content.size),
                    amount::count(recorded.size)
                )
            };
            return self.changed(record, recorded, &how);
        }
        let recorded_print = self.known.delivered.heard.photos.said[record.content].fingerprint;
        let found_print = self.reread.said(at).and_then(|said| said.fingerprint);
        let differs = record.area == Area::Media && recorded_print.is_some() && found_print != recorded_print;
        if content.size != recorded.size || differs {
            self.looked.problems.push(
                Problem::new(
                    Code::CatalogDamaged,
                    "the file is intact, but the catalog has another size or fingerprint for the same BLAKE3: \
                     `windfall verify --rebuild-catalog` makes a new catalog",
                )
                .with_entry(record.path.as_str()),
            );
        }
        self.looked.intact(record, content);
    }

    fn changed(&mut self, record: &FileRecord, recorded: &Content, how: &str) {
        self.looked.files.changed += 1;
        self.looked.holding.lost.insert(recorded.blake3, record.path.clone());
        let message = format!(
            "it is not what was imported: {how}; if nobody edited it, check the drive; to get the original back, \
             move this file away and import {} again",
            self.source(record)
        );
        self.looked.problems.push(Problem::new(Code::ChangedFile, message).with_entry(record.path.as_str()));
    }

    fn gone(&mut self, record: &FileRecord, recorded: &Content) {
        let same = |path: &&LibraryPath| {
            self.reread.content(path).is_some_and(|c| (c.blake3, c.size) == (recorded.blake3, recorded.size))
        };
        let moved = self.unclaimed.iter().find(same).filter(|_| record.area != Area::Details).cloned();
        if let Some(to) = moved {
            let message = format!("it is at `{to}` now, unchanged; the next import remembers the new place");
            let problem = Problem::new(Code::MovedFile, message).with_entry(record.path.as_str());
            self.looked.problems.push(problem);
            self.unclaimed.remove(&to);
            self.looked.intact(record, recorded);
            return;
        }
        self.looked.files.missing += 1;
        self.looked.holding.lost.insert(recorded.blake3, record.path.clone());
        let message = format!("it is gone: import {} again to get it back", self.source(record));
        self.looked.problems.push(Problem::new(Code::MissingFile, message).with_entry(record.path.as_str()));
    }

    fn source(&self, record: &FileRecord) -> String {
        let archive = self.archives.get(&record.content);
        archive.map_or_else(|| "the zip that had it".to_owned(), |name| format!("`{name}`"))
    }
}

/// The exports that the library has seen.
pub(super) fn exports(contents: &Contents) -> Vec<ExportReport> {
    let seen: BTreeSet<PartId> = contents.entries.iter().map(|e| e.part).collect();
    let numbers = |export: ExportId| -> BTreeSet<u32> {
        let parts = seen.iter().map(|&part| &contents.parts[part]);
        parts.filter(|part| part.export == export).map(|part| part.number).collect()
    };
    let all = contents.exports.pairs().filter(|(_, export)| export.name != REBUILT);
    all.map(|(index, export)| {
        let found = numbers(index);
        ExportReport {
            name: export.name.clone(),
            category: export.category,
            parts_missing: missing_parts(export.total, |number| found.contains(&number)),
            parts_found: found.into_iter().collect(),
            parts_expected: export.total,
            parts_twice: Vec::new(),
        }
    })
    .collect()
}
