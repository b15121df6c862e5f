//! `verify --rebuild-catalog`: a lost or damaged catalog made anew from the library's files, the tables of
//! origins and Apple's kept details.
//!
//! The tables say of every file where it came from, so that the next import knows its archives again. What no
//! table names, in a library of version 0.1.0 or where a table is damaged, is taken as it stands: `stand_ins`
//! makes the lines that lack, which hold until the next import of the true archive. Match and plan run over all
//! of it as in an import.
//!
//! `old` asks the old catalog, `told` reads the tables, `sorted` says what each file is, `kept` and `deliveries` read the folders of details.
//! Links, lists, copies and sidecars are in no table, so that `sorted` must know them by what they are; else they
//! would be called the owner's.
//!
//! No file of the library is changed; the old catalog is kept aside, and stays in its place until the new one is
//! whole.

mod deliveries;
mod kept;
mod old;
mod sorted;
mod stand_ins;
mod told;

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use chrono::Utc;

use crate::category::outcome::Wishes;
use crate::category::photos::{Sort, matched};
use crate::category::{Assets, Said};
use crate::contents::{ArchiveId, Arena, ContentId, Contents, EntryId};
use crate::error::Error;
use crate::library::catalog::{Catalog, ForgottenRecord, Ids, KeptEdit};
use crate::library::choices;
use crate::library::layout;
use crate::library::numbers;
use crate::library::path::LibraryPath;
use crate::library::record::{AlbumRecord, Area, FileRecord, Fresh, Novelty, ReadEntry};
use crate::library::settings::{RememberedSettings, Settings};
use crate::problem::{Code, Problem};
use crate::progress::Phase;
use crate::run::import::Choose;
use crate::run::rebuild::deliveries::Deliveries;
use crate::run::rebuild::kept::{KeptDetails, kept_details};
use crate::run::rebuild::old::{Old, end_moves, remembered};
use crate::run::rebuild::sorted::{Sorted, area_of};
use crate::run::rebuild::stand_ins::StandIns;
use crate::run::rebuild::told::Told;
use crate::run::verify::on_drive::{self, OnDrive, Reread, ToRead, staging_left};
use crate::run::verify::{Looked, Verification, VerifyRun, against, exports, hold};
use crate::stage::ingest::Wanted;
use crate::stage::plan::plan;
use crate::stage::plan::records::{Records, album_records};

/// Makes the catalog anew, and verifies the library by the same reading; with `against`, also
/// those archives. `choose` makes the settings from what the old catalog remembers, if it still
/// tells.
///
/// # Errors
/// What stops a run: no library, a library in use, a drive that cannot be written to.
pub fn rebuild(
    run: &VerifyRun<'_>,
    choose: &Choose<'_>,
    against: Option<&[PathBuf]>,
) -> Result<Verification, Error> {
    let started = Instant::now();
    let began = Utc::now().to_rfc3339();
    let _lock = hold(run.library)?;
    let inputs = against.map(|inputs| against::find(run, inputs)).transpose()?;
    end_moves(run)?;
    let on_drive = OnDrive::walk(run.library);
    let old = Old::read(run.library, &on_drive)?;
    let settings = choose(&old.settings);
    let told = Told::read(run.library);
    let kept = kept_details(run.library, &on_drive, &told);
    let mut reread = on_drive::reread(run, to_read(&on_drive, &kept), Wanted::Everything)?;
    let unvouched = told.unvouched();
    for (content, said) in reread.contents.distinct.iter().zip(&mut reread.heard.photos.said) {
        // what an archive vouched for, or may have, is not called cut short
        said.cut_short &= unvouched.contains(&content.blake3);
    }
    old.silence(&mut reread);
    let sorted = Sorted::new(run.library, &on_drive, &told, &kept, &reread);
    run.watch.progress.begin(Phase::Match, 0, 0);
    let made = Made::new(run.library, &told, &sorted, &kept, &reread, &settings);
    let new = layout::internal(run.library).join(format!("{}.new", layout::CATALOG));
    let edits = old.edits(&reread);
    made.write(&new, &sorted, &remembered(&old, &settings), &edits, &old.forgotten)?;
    let kept_aside = swap(run.library, &new)?;

    let mut looked = look(&old, &edits, &told, &on_drive, &sorted, &reread, made);
    looked.problems.extend(told.damage());
    looked.problems.extend(old.damage());
    let compared = inputs.map(|inputs| against::compare(run, inputs, &looked.holding)).transpose()?;
    let mut verification = Verification::new(run.library, looked);
    verification.kept_aside = kept_aside;
    verification.problems.extend(staging_left(run.library, None));
    if let Some(compared) = compared {
        verification.add(compared);
    }
    verification.problems.sort();
    verification.elapsed_seconds = started.elapsed().as_secs_f64();
    let json = serde_json::to_string(&verification);
    let json = json.map_err(|e| Error::io("record the rebuild of", run.library)(e.into()))?;
    let mut catalog = Catalog::open(run.library)?;
    // the tables say what these should be, and that is what was read
    let told: Vec<LibraryPath> = sorted.told.iter().map(|file| file.path.clone()).collect();
    catalog.record_sound(Utc::now(), &told)?;
    choices::keep(run.library, &catalog)?;
    catalog.record_run("rebuild", &began, &json, None)?;
    Ok(verification)
}

fn to_read(on_drive: &OnDrive, kept: &BTreeMap<LibraryPath, KeptDetails>) -> Vec<ToRead> {
    let files = on_drive.files.iter().filter(|(_, stat)| stat.is_file);
    let sort = |path: &LibraryPath| match kept.get(path) {
        Some(details) => details.sort,
        None if area_of(path) == Area::Media => Sort::Photo,
        None => Sort::Other,
    };
    files.map(|(path, stat)| ToRead { path: path.clone(), stat: *stat, sort: sort(path) }).collect()
}

/// What the new catalog will say.
struct Made {
    contents: Contents,
    complete: Vec<ArchiveId>,
    said: Arena<ContentId, Said>,
    records: Vec<FileRecord>,
    albums: Vec<AlbumRecord>,
    problems: Vec<Problem>,
}

impl Made {
    fn new(
        library: &Path,
        told: &Told,
        sorted: &Sorted,
        kept: &BTreeMap<LibraryPath, KeptDetails>,
        reread: &Reread,
        settings: &Settings,
    ) -> Self {
        let heard = &reread.heard;
        let folders = kept.values().map(|d| (d.label.as_str(), d.number));
        let deliveries = Deliveries::new(told, folders, sorted.untold.is_empty());
        let StandIns { lines, album_folders } =
            StandIns::new(library, sorted, kept, reread, &deliveries.default);
        let standing: HashSet<ContentId> = sorted.files().map(|file| file.content).collect();
        let mut contents = Contents {
            exports: deliveries.exports.clone(),
            parts: deliveries.parts.clone(),
            distinct: reread.contents.distinct.clone(),
            ..Contents::default()
        };
        let complete = told.restore(&lines, |c| standing.contains(&c), &deliveries, &mut contents);
        contents.sort_entries();
        let mut matched = matched(&contents, &heard.photos, settings.zone);
        let problems = std::mem::take(&mut matched.problems).into_iter();
        let held = sorted.held(&contents, album_folders);
        let wishes = Wishes::new();
        let plan = plan(&contents, Assets::Photos(&matched, &heard.photos), &wishes, &held, settings);
        let nothing = BTreeMap::new();
        let recording = Records::new(&contents, heard, &matched, &wishes, &plan, &nothing, settings.zone);
        let absent = plan.placements.iter().map(|p| p.path.clone()).collect();
        let mut records: Vec<FileRecord> = sorted.files().map(|file| recording.of(file, &absent)).collect();
        records.sort_by(|a, b| a.path.cmp(&b.path));
        Made {
            records,
            albums: album_records(&matched, &plan, &HashSet::new()),
            // an option may have left it out; nobody knows any more
            problems: problems.filter(|p| p.code == Code::MissingMedia).map(Problem::as_warning).collect(),
            said: heard.photos.said.clone(),
            complete,
            contents,
        }
    }

    fn write(
        &self,
        path: &Path,
        sorted: &Sorted,
        settings: &RememberedSettings,
        edits: &[KeptEdit],
        forgotten: &[ForgottenRecord],
    ) -> Result<(), Error> {
        remove(path)?;
        remove(&beside(path, "-journal"))?;
        let mut catalog = Catalog::open_file(path.to_owned())?;
        let mut ids = Ids::default();
        catalog.remember(settings)?;
        catalog.record_archives(&self.contents, &mut ids)?;
        catalog.record_read(&self.contents, &self.read_entries(), &mut ids)?;
        let complete: Vec<i64> = self.complete.iter().map(|archive| ids.archives[archive]).collect();
        catalog.record_complete(&complete)?;
        catalog.record_staged(&[])?;
        catalog.record_files(&self.records, &ids)?;
        catalog.record_albums(&self.albums)?;
        catalog.record_originals(edits)?;
        catalog.record_recognised(&sorted.derived)?;
        catalog.record_forgotten(forgotten)
    }

    fn read_entries(&self) -> Vec<ReadEntry> {
        let read = |(entry, content): (EntryId, ContentId)| {
            let fresh =
                Fresh { content: self.contents.distinct[content].clone(), said: self.said[content].clone() };
            let novelty = Novelty::Fresh(Box::new(fresh));
            ReadEntry { entry, content, novelty }
        };
        let entries = self.contents.entries.pairs();
        entries.filter_map(|(entry, e)| Some((entry, e.content()?))).map(read).collect()
    }
}

/// What the reading came to, by the new catalog, and by what the old one and the tables still knew.
fn look(
    old: &Old,
    edits: &[KeptEdit],
    told: &Told,
    on_drive: &OnDrive,
    sorted: &Sorted,
    reread: &Reread,
    made: Made,
) -> Looked {
    let mut looked = Looked { problems: made.problems, ..Looked::default() };
    let left_out = old.forgotten.iter().map(|file| &file.bytes.content);
    looked.holding.left_out.extend(left_out.map(|content| (content.blake3, content.size)));
    for record in &made.records {
        looked.intact(record, &made.contents.distinct[record.content]);
    }
    let unreadable: BTreeSet<&LibraryPath> = on_drive
        .files
        .iter()
        .filter(|(path, stat)| stat.is_file && reread.index(path).is_none())
        .map(|(path, _)| path)
        .collect();
    for path in &unreadable {
        let message = format!("{}: the new catalog does not know it", reread.fault(path));
        looked.problems.push(Problem::new(Code::ChangedFile, message).with_entry(path.as_str()));
        looked.files.changed += 1;
    }
    let replaced = edits.iter().map(|edit| (edit.original.blake3, edit.original.size));
    looked.holding.left_out.extend(replaced);
    let recorded = old.known.recorded.files.values().map(|record| {
        let content = &old.known.delivered.contents.distinct[record.content];
        (&record.path, (content.blake3, content.size))
    });
    let mut expected = told.files();
    expected.extend(recorded);
    for (path, (blake3, size)) in expected {
        if looked.holding.has(blake3, size) {
            continue;
        }
        looked.holding.lost.insert(blake3, path.clone());
        if unreadable.contains(path) {
            continue;
        }
        let (code, message) = if on_drive.files.contains_key(path) {
            let message = "other bytes were imported to this place, and the new catalog knows those that stand here \
                           now: if nobody edited it, move it away and import the archive that held it again";
            (Code::ChangedFile, message)
        } else {
            (Code::MissingFile, "it is gone: import the archive that held it again to have it back")
        };
        *(if code == Code::ChangedFile { &mut looked.files.changed } else { &mut looked.files.missing }) += 1;
        looked.problems.push(Problem::new(code, message).with_entry(path.as_str()));
    }
    looked.files.total = looked.files.intact + looked.files.changed + looked.files.missing;
    looked.foreign(&sorted.foreign);
    looked.balance.exports = exports(&made.contents);
    looked
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

fn remove(path: &Path) -> Result<(), Error> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(Error::io("remove", path)(error)),
        _ => Ok(()),
    }
}

/// Keeps the old catalog aside, with the journal that belongs to it: SQLite would roll that back
/// into the new one. Then the new one takes its place.
fn swap(library: &Path, new: &Path) -> Result<Option<PathBuf>, Error> {
    let path = Catalog::path_in(library);
    let mut aside = None;
    if path.exists() {
        let at = |n| beside(&path, &if n == 1 { ".damaged".to_owned() } else { format!(".damaged.{n}") });
        let free = numbers::first_free(at, |to| {
            fs::symlink_metadata(to).is_err() && fs::symlink_metadata(beside(to, "-journal")).is_err()
        });
        let journal = beside(&path, "-journal");
        if journal.exists() {
            fs::rename(&journal, beside(&free, "-journal")).map_err(Error::io("rename", &journal))?;
        }
        fs::rename(&path, &free).map_err(Error::io("rename", &path))?;
        aside = Some(free);
    } else {
        remove(&beside(&path, "-journal"))?;
    }
    fs::rename(new, &path).map_err(Error::io("rename", new))?;
    Ok(aside)
}
