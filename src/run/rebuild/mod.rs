//! `verify --rebuild-catalog`: a lost or damaged catalog made anew from the library's files, the tables of
//! origins and Apple's kept details.
//!
//! The tables say of every file where it came from, so that the next import knows its archives again. What no
//! table names, in a library of version 0.1.0 or where a table is damaged, is taken as it stands: `stand_ins`
//! makes the lines that lack, which hold until the next import of the true archive. Match and plan run over all
//! of it as in an import.
//!
//! `old` asks the old catalog, `told` reads the tables, `sorted` says what each file is, `kept` and `deliveries` read
//! the folders of details. Links, lists, copies and sidecars are in no table, so that `sorted` must know them by what
//! they are; else they would be called the owner's.
//!
//! No file of the library is changed; the old catalog is kept aside, and stays in its place until the new one is
//! whole.

mod deliveries;
mod kept;
mod old;
mod sorted;
mod stand_ins;
mod told;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use chrono::Utc;
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};

use crate::apple::text;
use crate::category::photos::{Sort, matched};
use crate::category::{self, Assets, Choices, Said, others, outcome};
use crate::contents::{ArchiveId, Arena, Category, ContentId, ContentSet, Contents, EntryId};
use crate::error::Error;
use crate::library::catalog::{Catalog, ForgottenRecord, Ids, KeptEdit};
use crate::library::choices;
use crate::library::layout;
use crate::library::name;
use crate::library::numbers;
use crate::library::path::LibraryPath;
use crate::library::record::{
    AlbumRecord, Area, DerivedKind, DerivedRecord, FileRecord, Fresh, Novelty, Placement, ReadEntry,
};
use crate::library::settings::{RememberedSettings, Settings};
use crate::problem::{Code, Problem};
use crate::progress::Phase;
use crate::records::fill::{Database, Filling};
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
use crate::stage::shelf::Shelf;
use crate::stage::survey::Held;
use crate::threads;

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
    let told = Told::read(run.library);
    let mut on_drive = OnDrive::walk(run.library);
    on_drive.add(run.library, told.files().into_keys());
    let old = Old::read(run.library, &on_drive)?;
    let settings = choose(&old.settings);
    let kept = kept_details(run.library, &on_drive, &told);
    let mut reread = on_drive::reread(run, to_read(&on_drive, &kept), Wanted::Everything)?;
    let unvouched = told.unvouched();
    for (content, said) in reread.contents.distinct.iter().zip(&mut reread.heard.photos.said) {
        // what an archive vouched for, or may have, is not called cut short
        said.cut_short &= unvouched.contains(&content.blake3);
    }
    old.silence(&mut reread);
    let mut sorted = Sorted::new(run.library, &on_drive, &told, &kept, &reread);
    run.watch.progress.begin(Phase::Match, 0, 0);
    let made = Made::new(run, &told, &mut sorted, &kept, &reread, &settings)?;
    sorted.recall(&old.known.recorded.derived);
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
    /// Where the owner put files.
    moved: Vec<(LibraryPath, LibraryPath)>,
    albums: Vec<AlbumRecord>,
    problems: Vec<Problem>,
}

impl Made {
    fn new(
        run: &VerifyRun<'_>,
        told: &Told,
        sorted: &mut Sorted,
        kept: &BTreeMap<LibraryPath, KeptDetails>,
        reread: &Reread,
        settings: &Settings,
    ) -> Result<Self, Error> {
        let library = run.library;
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
        let mut held = sorted.held(&contents, album_folders);
        let pool = threads::pool(run.jobs)?;
        let files = || sorted.files().map(|file| (file.content, file.path.to_path(library)));
        let nowhere = HashMap::new();
        let shelf = Shelf::new(&contents, &nowhere, files(), None);
        // what was made before a category was excluded stands still
        let choices = Choices { wanted: category::Wanted::all(), ..settings.categories.clone() };
        let others = pool.install(|| others::hear(&contents, &shelf, ContentSet::default(), &choices));
        let mut others = others::decide(&contents, &others, &choices);
        let wishes = others.take_wishes();
        let planned =
            |held: &Held| plan(&contents, Assets::Photos(&matched, &heard.photos), &wishes, held, settings);
        let mut plan = planned(&held);
        // what stands elsewhere than its path says was put there by its owner
        let at_home: HashSet<&LibraryPath> = plan.kept.values().collect();
        let away = sorted.told.iter().filter(|f| f.area == Area::Other && !at_home.contains(&f.path));
        let away: Vec<&Placement> = away.collect();
        if !away.is_empty() {
            for file in &away {
                let hash = contents.distinct[file.content].blake3;
                held.moved.entry(hash).or_default().push((file.path.clone(), None));
            }
            plan = planned(&held);
        }
        let moved = away.into_iter().map(|file| (file.path.clone(), file.path.clone())).collect();
        let nothing = BTreeMap::new();
        let recording = Records::new(&contents, heard, &matched, &wishes, &plan, &nothing, settings.zone);
        let absent = plan.placements.iter().map(|p| p.path.clone()).collect();
        let mut records: Vec<FileRecord> = sorted.files().map(|file| recording.of(file, &absent)).collect();
        let of_others = told.others();
        for record in records.iter_mut().filter(|r| r.area == Area::Other && r.category == Category::Photos) {
            // its owner moved it
            let content = &contents.distinct[record.content];
            if let Some((category, name)) = of_others.get(&(content.blake3, content.size)) {
                record.category = *category;
                record.original_name.get_or_insert_with(|| (*name).into());
            }
        }
        let recognised = {
            let standing = |entry| plan.kept.get(&entry).filter(|path| !absent.contains(*path));
            let standing = |entry| standing(entry).map(LibraryPath::as_str);
            let scratch = std::env::temp_dir();
            let filling =
                Filling { contents: &contents, decided: &others, standing: &standing, scratch: &scratch };
            let database = filling.database(&shelf);
            let mut made = others.made(&contents, &standing);
            made.extend(Database::made(&database));
            pool.install(|| recognised(&made, &shelf, &sorted.foreign, reread))
        };
        records.sort_by(|a, b| a.path.cmp(&b.path));
        let made = Made {
            moved,
            records,
            albums: album_records(&matched, &plan, &HashSet::new()),
            // an option may have left it out; nobody knows any more
            problems: problems.filter(|p| p.code == Code::MissingMedia).map(Problem::as_warning).collect(),
            said: heard.photos.said.clone(),
            complete,
            contents: Contents::default(),
        };
        sorted.adopt(recognised);
        Ok(Made { contents, ..made })
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
        catalog.record_finished(&ids.parts.values().copied().collect::<Vec<i64>>())?;
        catalog.record_staged(&[])?;
        catalog.record_files(&self.records, &ids)?;
        catalog.record_moved(&self.moved)?;
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

/// The files among those of nobody that are as Windfall makes them of all that stands; those beside their names too,
/// where the owner has another file.
fn recognised(
    made: &[outcome::Made<'_>],
    open: &Shelf<'_>,
    foreign: &BTreeSet<LibraryPath>,
    reread: &Reread,
) -> BTreeMap<LibraryPath, DerivedRecord> {
    let by_hash = |path: &LibraryPath, hash| reread.content(path).is_some_and(|c| c.blake3 == hash);
    let find = |made: &outcome::Made<'_>| {
        let mut hasher = blake3::Hasher::new();
        made.write(open, &mut hasher).ok()?;
        let hash = hasher.finalize();
        let wanted = LibraryPath::new(made.path.split('/'));
        let (stem, extension) = text::split(wanted.file_name());
        let folder = wanted.parent();
        let at = |n| {
            let name = name::with_suffix(stem, extension, n);
            folder.as_ref().map_or_else(|| LibraryPath::new([&name]), |folder| folder.join(&name))
        };
        let mut paths = (1..).map(at).take_while(|path| foreign.contains(path));
        let path = paths.find(|path| by_hash(path, hash))?;
        Some((path, DerivedRecord::made(made.category, hash)))
    };
    made.par_iter().filter_map(find).collect()
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
    for file in &old.forgotten {
        looked.holding.leave_out(file.bytes.category, &file.bytes.content);
    }
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
    for edit in edits {
        let category = made.records.iter().find(|record| record.path == edit.path).map(|r| r.category);
        looked.holding.leave_out(category.unwrap_or(Category::Photos), &edit.original);
    }
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
    let of_made = sorted.derived.values().filter(|record| record.kind == DerivedKind::Made);
    looked.made.intact = of_made.count() as u64;
    looked.foreign(&sorted.foreign);
    looked.balance.exports = exports(&made.contents, &BTreeSet::new());
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
