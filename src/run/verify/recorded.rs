//! What the catalog records, compared with what stands on the drive: intact, changed, moved or gone, and what
//! no import recorded.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fs;
use std::path::Path;

use crate::category::photos::Sort;
use crate::contents::{Content, ContentId, Entry};
use crate::error::Error;
use crate::library::catalog::Remembered;
use crate::library::given::Given;
use crate::library::layout::INTERNAL;
use crate::library::path::LibraryPath;
use crate::library::record::{Area, DerivedKind, FileRecord, Harm, Looks};
use crate::problem::{Code, Problem, amount, remedy};
use crate::run::verify::on_drive::{self, OnDrive, Reread, Stat, ToRead, Whereabouts};
use crate::run::verify::{Looked, MadeFiles, VerifyRun, exports};
use crate::stage::ingest::Wanted;
use crate::stage::survey::is_cut;

/// Compares every recorded file with its bytes.
///
/// # Errors
/// If the owner interrupts.
pub fn compare(run: &VerifyRun<'_>, known: &Remembered, on_drive: &OnDrive) -> Result<Looked, Error> {
    let mut recorded: BTreeMap<&LibraryPath, Whereabouts> = BTreeMap::new();
    let mut claimed: HashSet<LibraryPath> = HashSet::new();
    // a run that was interrupted may have put a file away, and not yet said that it is gone
    let forgotten: HashSet<(&LibraryPath, ContentId)> =
        known.recorded.forgotten.iter().map(|file| (&file.path, file.content)).collect();
    let is_leaving = |record: &FileRecord| forgotten.contains(&(&record.path, record.content));
    for (path, _) in known.recorded.files.iter().filter(|(_, record)| !is_leaving(record)) {
        let whereabouts = on_drive.find(run.library, path);
        if let Whereabouts::Here(at, _) = &whereabouts {
            claimed.insert(at.clone());
        }
        recorded.insert(path, whereabouts);
    }
    let made: BTreeMap<&LibraryPath, Whereabouts> = known
        .recorded
        .derived
        .iter()
        .filter(|(_, record)| record.kind == DerivedKind::Made)
        .map(|(path, _)| (path, on_drive.find(run.library, path)))
        .collect();
    for whereabouts in made.values() {
        if let Whereabouts::Here(at, _) = whereabouts {
            claimed.insert(at.clone());
        }
    }
    let planned: HashSet<&LibraryPath> = known.recorded.plan.iter().map(|p| &p.path).collect();
    let is_foreign = |path: &LibraryPath| {
        !claimed.contains(path)
            && !known.recorded.derived.contains_key(path)
            && !planned.contains(path)
            && !path.as_str().starts_with(INTERNAL)
    };
    let foreign: BTreeMap<&LibraryPath, &Stat> =
        on_drive.files.iter().filter(|(path, _)| is_foreign(path)).collect();
    let size = |record: &FileRecord| known.delivered.contents.distinct[record.content].size;
    let gone: HashSet<u64> = recorded
        .iter()
        .filter(|(_, whereabouts)| matches!(whereabouts, Whereabouts::Gone))
        .map(|(path, _)| size(&known.recorded.files[*path]))
        .collect();
    let mut files = Vec::new();
    for (path, whereabouts) in &recorded {
        if let Whereabouts::Here(at, stat) = whereabouts
            && stat.is_file
        {
            let sort =
                if known.recorded.files[*path].area == Area::Media { Sort::Photo } else { Sort::Other };
            files.push(ToRead { path: at.clone(), stat: *stat, sort });
        }
    }
    for whereabouts in made.values() {
        if let Whereabouts::Here(at, stat) = whereabouts
            && stat.is_file
        {
            files.push(ToRead::plain(at, stat));
        }
    }
    let candidates = foreign.iter().filter(|(_, stat)| stat.is_file && gone.contains(&stat.size));
    files.extend(candidates.map(|(path, stat)| ToRead::plain(path, stat)));
    let reread = on_drive::reread(run, files, Wanted::Hashes)?;
    let given = Given::of(&known.delivered.contents, known.recorded.files.values());
    let photos = recorded.iter().filter_map(|(path, whereabouts)| {
        let (record, Whereabouts::Here(at, _)) = (&known.recorded.files[*path], whereabouts) else {
            return None;
        };
        let blake3 = known.delivered.contents.distinct[record.content].blake3;
        let is_sound = reread.content(at).is_some_and(|content| content.blake3 == blake3);
        (record.area == Area::Media && is_sound).then_some((record.content, *path))
    });
    let standing = if gone.is_empty() { HashMap::new() } else { photos.collect() };
    let mut comparing = Comparing {
        library: run.library,
        given: &given,
        known,
        reread: &reread,
        foreign: foreign.into_keys().cloned().collect(),
        archives: archives(known),
        standing,
        looked: Looked::default(),
    };
    for (path, whereabouts) in recorded {
        comparing.file(&known.recorded.files[path], &whereabouts);
    }
    let Comparing { foreign, mut looked, .. } = comparing;
    for file in &known.recorded.forgotten {
        looked.holding.leave_out(file.category, &known.delivered.contents.distinct[file.content]);
    }
    looked.made = made_files(known, &made, &reread);
    looked.foreign(&foreign);
    looked.balance.exports = exports(&known.delivered.contents, &known.delivered.unfinished);
    Ok(looked)
}

/// How the files are that were made of others.
fn made_files(known: &Remembered, made: &BTreeMap<&LibraryPath, Whereabouts>, reread: &Reread) -> MadeFiles {
    let mut files = MadeFiles::default();
    for (&path, whereabouts) in made {
        let list = match whereabouts {
            Whereabouts::Gone => &mut files.missing,
            Whereabouts::Unreadable(_) => &mut files.unreadable,
            Whereabouts::Here(_, stat) if !stat.is_file => &mut files.edited,
            Whereabouts::Here(at, _) => match reread.content(at) {
                None => &mut files.unreadable,
                Some(content) if known.recorded.derived[path].has(content.blake3) => {
                    files.intact += 1;
                    continue;
                }
                Some(_) => &mut files.edited,
            },
        };
        list.push(path.clone());
    }
    files
}

/// An archive that held each content: what to import again.
fn archives(known: &Remembered) -> HashMap<ContentId, &str> {
    let contents = &known.delivered.contents;
    let archives = |e: &Entry| &contents.archives[e.archive];
    let entries = contents.entries.iter().filter(|e| !archives(e).is_stand_in());
    entries.filter_map(|e| Some((e.content()?, archives(e).name.as_str()))).collect()
}

/// What is known while files are compared.
struct Comparing<'a> {
    library: &'a Path,
    given: &'a Given,
    known: &'a Remembered,
    reread: &'a Reread,
    /// Files that no import recorded, less those that turn out to have moved.
    foreign: BTreeSet<LibraryPath>,
    archives: HashMap<ContentId, &'a str>,
    /// Where photos stand that are intact, if any is gone.
    standing: HashMap<ContentId, &'a LibraryPath>,
    looked: Looked,
}

impl Comparing<'_> {
    fn file(&mut self, record: &FileRecord, whereabouts: &Whereabouts) {
        let recorded = &self.known.delivered.contents.distinct[record.content];
        self.looked.files.total += 1;
        match whereabouts {
            Whereabouts::Here(at, stat) => self.compare(record, recorded, at, stat),
            Whereabouts::Gone => self.gone(record, recorded),
            Whereabouts::Unreadable(why) => {
                self.harmed(record, Harm::Damaged, &format!("it cannot be read: {why}"));
            }
        }
    }

    fn compare(&mut self, record: &FileRecord, recorded: &Content, at: &LibraryPath, stat: &Stat) {
        if !stat.is_file {
            return self.harmed(record, Harm::Changed, "a link or a device is in its place");
        }
        let Some(content) = self.reread.content(at) else {
            return self.harmed(record, Harm::Damaged, self.reread.fault(at));
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
            return self.harmed(record, self.judge(record, recorded, at, content), &how);
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
        // an edit stands for what it was made of
        if let Some(original) = record.original.as_deref() {
            let original = &self.known.delivered.contents.distinct[*original];
            self.looked.holding.leave_out(record.category, original);
        }
    }

    /// Whether a file with other bytes rotted or was edited.
    fn judge(&self, record: &FileRecord, recorded: &Content, at: &LibraryPath, found: &Content) -> Harm {
        let path = at.to_path(self.library);
        let time = fs::symlink_metadata(&path).and_then(|metadata| metadata.modified());
        Harm::of(&Looks {
            is_readable: true,
            has_its_time: time.is_ok_and(|time| self.given.has(record, time)),
            has_its_size: found.size == recorded.size,
            is_cut: found.size < recorded.size && is_cut(&path, found.size),
        })
    }

    fn harmed(&mut self, record: &FileRecord, harm: Harm, how: &str) {
        let path = record.path.as_str();
        let (code, count) = match harm {
            Harm::Damaged => (Code::DamagedFile, &mut self.looked.files.damaged),
            Harm::Changed => (Code::ChangedFile, &mut self.looked.files.changed),
            Harm::Missing => (Code::MissingFile, &mut self.looked.files.missing),
        };
        *count += 1;
        let message = self.words(record, harm, how);
        let contents = &self.known.delivered.contents.distinct;
        for bytes in [&record.content, record.delivered()] {
            self.looked.holding.lost.insert(contents[*bytes].blake3, record.path.clone());
        }
        self.looked.harmed.insert(record.path.clone(), harm);
        self.looked.problems.push(Problem::new(code, message).with_entry(path));
    }

    /// What is wrong with a file, and what to do about it.
    fn words(&self, record: &FileRecord, harm: Harm, how: &str) -> String {
        let (repair, source) = (remedy::repair(self.library), self.source(record));
        let take_back = remedy::take_back_edit(self.library, record.path.as_str());
        let sources = remedy::SOURCES;
        let is_edit = record.original.is_some();
        match harm {
            Harm::Damaged if is_edit => format!(
                "your edit of it is damaged: {how}, and nobody changed it; check the drive; `{repair}` puts the edit \
                 back where a second copy of the library has it, `{take_back}` puts the original in its place ({source} \
                 has it)"
            ),
            Harm::Damaged | Harm::Changed if record.area == Area::Details => format!(
                "it is not the list that Apple delivered: {how}; import {source} again, or use `{repair}` ({sources}): \
                 both put the true one back and keep the other aside"
            ),
            Harm::Damaged => format!(
                "it is damaged: {how}, and nobody changed it; check the drive; import {source} again, or use `{repair}` \
                 ({sources}): both put the true bytes back and keep the bad ones aside"
            ),
            Harm::Changed => format!(
                "somebody changed it since it was imported: {how}; `{}` keeps the edit, `{take_back}` takes it back \
                 ({sources}; {source} has the original)",
                remedy::keep_edit(self.library, record.path.as_str()),
            ),
            Harm::Missing if is_edit => format!(
                "your edit of it is gone: `{repair}` brings it back where a second copy of the library has it, and the \
                 original otherwise, and so does importing {source} again"
            ),
            Harm::Missing => {
                format!("it is gone: import {source} again to get it back, or use `{repair}` ({sources})")
            }
        }
    }

    fn gone(&mut self, record: &FileRecord, recorded: &Content) {
        if let Some(stands) = self.standing.get(&record.content).filter(|_| record.area == Area::Media) {
            let message =
                format!("it is gone, and `{stands}` is the same photo; the next import forgets this one");
            self.looked
                .problems
                .push(Problem::new(Code::MovedFile, message).with_entry(record.path.as_str()));
            return self.looked.intact(record, recorded);
        }

        let same = |path: &&LibraryPath| {
            self.reread.content(path).is_some_and(|c| (c.blake3, c.size) == (recorded.blake3, recorded.size))
        };
        let moved = self.foreign.iter().find(same).filter(|_| record.area != Area::Details).cloned();
        if let Some(to) = moved {
            let message = format!("it is at `{to}` now, unchanged; the next import remembers the new place");
            let problem = Problem::new(Code::MovedFile, message).with_entry(record.path.as_str());
            self.looked.problems.push(problem);
            self.foreign.remove(&to);
            self.looked.intact(record, recorded);
            return;
        }
        self.harmed(record, Harm::Missing, "");
    }

    fn source(&self, record: &FileRecord) -> String {
        let archive = self.archives.get(record.delivered());
        archive.map_or_else(|| "the zip that had it".to_owned(), |name| format!("`{name}`"))
    }
}
