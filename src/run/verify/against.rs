//! `verify --against`: can these archives be deleted?
//!
//! The archives are read as if nothing were known about them, and compared with the bytes that the library
//! was just seen to hold. Neither the catalog nor a checksum that an archive states is believed.
//!
//! Parts that were never downloaded do not make the given ones unsafe; `check` and `import` are the ones to
//! speak of those.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;

use blake3::Hash;
use serde::Serialize;

use crate::contents::{Bytes, Category, Class, Content, ContentSet, Entry};
use crate::error::Error;
use crate::library::path::LibraryPath;
use crate::library::record::{Area, FileRecord};
use crate::problem::{Code, Problem, Severity};
use crate::run::import::{Run, discover};
use crate::run::verify::VerifyRun;
use crate::stage::discover::Inputs;
use crate::stage::discover::search::{LeftAlone, Strangers};
use crate::stage::ingest::{Reading, Wanted, ingest};

/// Entries of the archives; ignored ones and placeholders do not count.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Against {
    /// How many entries the archives have.
    pub entries: u64,
    /// Their bytes stand in the library, or were left out of it on purpose.
    pub held: u64,
    /// They do not, or nobody can say.
    pub not_held: u64,
}

/// What comparing the archives with the library came to.
pub struct Compared {
    pub against: Against,
    /// Of the entries that are held: those that the owner left out, or has an edit of in their place.
    pub left_out: u64,
    /// Every entry is held, and no archive is damaged.
    pub all_held: bool,
    /// What was not taken: nothing was said of it.
    pub left_alone: LeftAlone,
    /// What was wrong with the archives, and what is not held.
    pub problems: Vec<Problem>,
}

/// What the library holds.
///
/// Photos are one for the same bytes, and so are Apple's lists. A file of any other category is one for itself: that
/// the same bytes stand elsewhere, as all empty files do, does not mean that it is here.
#[derive(Default)]
pub struct Holding {
    /// Bytes that were just read and found as recorded, with their size.
    intact: HashSet<(Hash, u64)>,
    /// Those of the files of each category, with the names that they were delivered with.
    named: HashSet<(Category, Box<str>, Hash)>,
    /// Those of which nobody knows more.
    any: HashSet<(Hash, u64)>,
    /// Bytes that the owner left out, or has an edit of in their place.
    pub left_out: HashSet<(Hash, u64)>,
    /// Those of files that are no photos, with their category and where they stood.
    pub left_out_files: HashSet<(Category, Hash)>,
    /// Where bytes should stand that were not found.
    pub lost: HashMap<Hash, LibraryPath>,
}

impl Holding {
    /// Adds a file that was found as recorded.
    pub fn add(&mut self, record: &FileRecord, content: &Content) {
        self.intact.insert((content.blake3, content.size));
        match (&record.original_name, record.area) {
            // versions before categories kept everything so
            (_, Area::Other) if record.category == Category::Photos => self.any.insert(key(content)),
            (Some(name), Area::Other) => self.named.insert((record.category, name.clone(), content.blake3)),
            (None, Area::Other) => self.any.insert(key(content)),
            (_, Area::Media | Area::Details) => true,
        };
    }

    /// Adds bytes of which nothing else is known.
    pub fn add_any<'c>(&mut self, contents: impl Iterator<Item = &'c Content>) {
        for content in contents {
            self.intact.insert(key(content));
            self.any.insert(key(content));
        }
    }

    /// Whether these very bytes stand in the library, as a file of their own where each is one.
    fn stands(&self, entry: &Entry, content: &Content) -> bool {
        match (entry.category, entry.class) {
            (Category::Photos, _) | (_, Class::Details) => self.intact.contains(&key(content)),
            (category, _) => {
                self.any.contains(&key(content))
                    || self.named.contains(&(category, entry.name().into(), content.blake3))
            }
        }
    }

    /// Adds what was left out.
    pub fn leave_out(&mut self, category: Category, content: &Content) {
        match category {
            Category::Photos => self.left_out.insert(key(content)),
            _ => self.left_out_files.insert((category, content.blake3)),
        };
    }

    /// Whether the owner left this out, or has an edit of it in its place.
    fn is_left_out(&self, entry: &Entry, content: &Content) -> bool {
        match (entry.category, entry.class) {
            (Category::Photos, _) | (_, Class::Details) => self.left_out.contains(&key(content)),
            (category, _) => self.left_out_files.contains(&(category, content.blake3)),
        }
    }

    /// Whether nobody misses these bytes if an archive of them goes.
    pub fn has(&self, blake3: Hash, size: u64) -> bool {
        let is_file = |(_, hash): &(Category, Hash)| *hash == blake3;
        self.intact.contains(&(blake3, size))
            || self.left_out.contains(&(blake3, size))
            || self.left_out_files.iter().any(is_file)
    }
}

/// Finds the archives, before anything is read.
///
/// # Errors
/// If there are none, none can be read, or one is the library.
pub fn find(run: &VerifyRun<'_>, inputs: &[PathBuf]) -> Result<Inputs, Error> {
    let strangers = Strangers::Refused;
    let run_of = Run { inputs, strangers, jobs: run.jobs, watch: run.watch };
    discover(&run_of, Some(run.library))
}

/// Reads every entry to its end and compares.
///
/// # Errors
/// If the owner interrupts.
pub fn compare(run: &VerifyRun<'_>, mut inputs: Inputs, holding: &Holding) -> Result<Compared, Error> {
    let reading = Reading {
        staging: None,
        wanted: Wanted::Hashes,
        held: &ContentSet::default(),
        jobs: run.jobs,
        watch: run.watch,
    };
    let tally = ingest(&mut inputs, &reading, &mut |_, _| Ok(()))?;
    let mut problems = std::mem::take(&mut inputs.problems);
    problems.extend(tally.problems);
    let sound = !problems.iter().any(|p| p.severity == Severity::Error);
    let mut against = Against::default();
    let mut left_out = 0;
    for name in &inputs.unreadable {
        against.entries += 1;
        against.not_held += 1;
        let why = "this zip cannot be read, so nobody can say whether the library has what is in it: keep it";
        problems.push(Problem::new(Code::NotHeld, why).in_archive(name));
    }
    let contents = &inputs.contents;
    let given = contents.entries.iter().filter(|e| e.given);
    for entry in given.filter(|e| !matches!(e.class, Class::Ignored | Class::Placeholder)) {
        against.entries += 1;
        let why = match entry.bytes {
            Bytes::Sound(content) => {
                let content = &contents.distinct[content];
                let stands = holding.stands(entry, content);
                if stands || holding.is_left_out(entry, content) {
                    against.held += 1;
                    left_out += u64::from(!stands);
                    continue;
                }
                match holding.lost.get(&content.blake3) {
                    Some(path) => format!(
                        "`{path}` was this file, and is gone or changed now: import this zip again before you delete \
                         it"
                    ),
                    None => "the library does not have it: an option left it out, or it was never imported; import \
                             this zip before you delete it"
                        .to_owned(),
                }
            }
            Bytes::Failed | Bytes::Unread => {
                "it cannot be read, so nobody can say whether the library has it: keep the zip".to_owned()
            }
        };
        against.not_held += 1;
        let problem = Problem::new(Code::NotHeld, why);
        let archive = &contents.archives[entry.archive].name;
        problems.push(problem.in_archive(archive).with_entry(entry.path.as_ref()));
    }
    let all_held = sound && against.not_held == 0;
    Ok(Compared { against, left_out, all_held, left_alone: inputs.left_alone, problems })
}

fn key(content: &Content) -> (Hash, u64) {
    (content.blake3, content.size)
}
