//! Files that are made of originals and details: written where nothing stands, replaced as long as nobody changed them,
//! removed when nothing is made there any more.
//!
//! One that its owner changed is never replaced. Where there is something new to say, the newer one stands beside it
//! with a number, and is ours from then on; if its owner changes that one too, it is left alone as well.
//!
//! The catalog knows what a file is about to get before it gets it, so that a kill in between does not make a file of
//! ours look like its owner's.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use blake3::{Hash, Hasher};
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};

use crate::apple::text;
use crate::category::outcome::{Made, Open};
use crate::contents::Category;
use crate::error::{Error, is_failing, is_full};
use crate::library::catalog::Catalog;
use crate::library::drive::hash_file;
use crate::library::files::{keep_time, let_run, make_folder, rename_new, set_time};
use crate::library::name;
use crate::library::path::{LibraryPath, PathKey};
use crate::library::record::{DerivedKind, DerivedRecord};
use crate::library::staging::{Staged, sync_all};
use crate::problem::{Code, Problem};
use crate::stage::place::{Placing, remove, stopped};
use crate::stage::relocate::prune;

/// How many numbers are tried beside a file that its owner changed.
const MOST_BESIDE: u64 = 1000;
/// How many files are open at once.
const ABREAST: usize = 128;

/// What became of the files.
#[derive(Debug, Default)]
pub struct Making {
    /// How many stand, by category.
    pub standing: BTreeMap<Category, u64>,
    pub problems: Vec<Problem>,
    /// Every path that is ours, whether it was made now or before.
    ours: BTreeSet<LibraryPath>,
}

/// Makes files and records them, and removes those of an earlier run that nobody makes any more. `is_whole` says of
/// which categories everything could be read: of others, what stands may still be wanted.
///
/// # Errors
/// If the drive is full or gone, the catalog refuses, or the owner interrupts.
pub fn make(
    placing: &Placing<'_>,
    made: &[Made<'_>],
    open: &(dyn Open + '_),
    known: &BTreeMap<LibraryPath, DerivedRecord>,
    is_whole: &dyn Fn(Category) -> bool,
    catalog: &mut Catalog,
) -> Result<Making, Error> {
    let known: BTreeMap<&LibraryPath, &DerivedRecord> =
        known.iter().filter(|(_, record)| record.kind == DerivedKind::Made).collect();
    let respelled = respelled(made, &known);
    remove_all(placing.library, &respelled, catalog)?;
    let known = known.into_iter().filter(|(path, _)| !respelled.contains_key(*path)).collect();
    let mut making = Making::default();
    let tasks = Tasks::of(placing, made, open, &known, &mut making)?;
    let pending = tasks.pending();
    if !pending.is_empty() {
        catalog.record_making(&pending)?;
    }
    if !tasks.adopted.is_empty() {
        catalog.record_recognised(&tasks.adopted)?;
    }
    for batch in tasks.writes.chunks(ABREAST) {
        if placing.watch.is_cancelled() {
            return Err(Error::Interrupted);
        }
        write(placing, batch, open, catalog, &mut making)?;
    }
    let unwanted =
        |path: &LibraryPath, record: &DerivedRecord| !making.ours.contains(path) && is_whole(record.category);
    let unwanted = known.into_iter().filter(|(path, record)| unwanted(path, record)).collect();
    remove_all(placing.library, &unwanted, catalog)?;
    Ok(making)
}

/// Files that are wanted under the same name in another spelling, which some drives take for the same name.
fn respelled<'k>(
    made: &[Made<'_>],
    known: &BTreeMap<&'k LibraryPath, &'k DerivedRecord>,
) -> BTreeMap<&'k LibraryPath, &'k DerivedRecord> {
    let paths: HashSet<LibraryPath> = made.iter().map(path_of).collect();
    let others: Vec<_> = known.iter().filter(|(path, _)| !paths.contains(**path)).collect();
    if others.is_empty() {
        return BTreeMap::new();
    }
    let keys: HashSet<PathKey> = paths.iter().map(PathKey::of).collect();
    let others = others.into_iter().filter(|(path, _)| keys.contains(&PathKey::of(path)));
    others.map(|(path, record)| (*path, *record)).collect()
}

/// Removes files of ours that nobody changed, and the folders that are empty then.
fn remove_all(
    library: &Path,
    files: &BTreeMap<&LibraryPath, &DerivedRecord>,
    catalog: &mut Catalog,
) -> Result<(), Error> {
    if files.is_empty() {
        return Ok(());
    }
    let files: Vec<_> = files.iter().map(|(path, record)| (*path, *record)).collect();
    remove(library, &files, catalog)?;
    prune(library, files.iter().filter_map(|(path, _)| path.parent()));
    Ok(())
}

fn path_of(made: &Made<'_>) -> LibraryPath {
    LibraryPath::new(made.path.split('/'))
}

/// What is to be written, and how.
struct Writing<'m, 'a> {
    made: &'m Made<'a>,
    path: LibraryPath,
    hash: Hash,
    rename: fn(&Path, &Path) -> io::Result<()>,
}

/// What has to be done.
#[derive(Default)]
struct Tasks<'m, 'a> {
    /// Files with the bytes that they are to have, of which the catalog does not know yet.
    adopted: BTreeMap<LibraryPath, DerivedRecord>,
    writes: Vec<Writing<'m, 'a>>,
}

impl<'m, 'a> Tasks<'m, 'a> {
    fn of(
        placing: &Placing<'_>,
        made: &'m [Made<'a>],
        open: &(dyn Open + '_),
        known: &BTreeMap<&LibraryPath, &DerivedRecord>,
        making: &mut Making,
    ) -> Result<Self, Error> {
        let looked: Vec<(LibraryPath, Standing, io::Result<Hash>)> = made
            .par_iter()
            .map(|made| {
                let path = path_of(made);
                (path.clone(), Standing::at(placing.library, &path), hash(made, open))
            })
            .collect();
        let mut tasks = Tasks::default();
        let mut taken: HashMap<PathKey, usize> = HashMap::new();
        looked.iter().for_each(|(path, ..)| *taken.entry(PathKey::of(path)).or_default() += 1);
        for (made, (path, there, hash)) in made.iter().zip(looked) {
            making.ours.insert(path.clone());
            match hash {
                Ok(hash) => {
                    let file = Wanted { made, path, hash };
                    tasks.add(placing, file, there, known, &mut taken, making);
                }
                Err(error) if is_full(&error) => return Err(stopped(placing, error, 0)),
                Err(error) => making.problems.push(not_made(&path, &error)),
            }
        }
        Ok(tasks)
    }

    fn add(
        &mut self,
        placing: &Placing<'_>,
        file: Wanted<'m, 'a>,
        there: Standing,
        known: &BTreeMap<&LibraryPath, &DerivedRecord>,
        taken: &mut HashMap<PathKey, usize>,
        making: &mut Making,
    ) {
        let record = known.get(&file.path);
        let is_said = record.is_some_and(|record| record.blake3 == Some(file.hash));
        match there {
            Standing::Nothing => self.write(file, rename_new),
            Standing::Has(there) if there == file.hash => {
                making.stands(file.made);
                // what it is made of may be newer now, and say the same
                keep_time(&file.path.to_path(placing.library), file.made.modified);
                if !is_said || record.is_some_and(|record| record.pending.is_some()) {
                    self.adopt(file);
                }
            }
            Standing::Has(there) if record.is_some_and(|record| record.has(there)) => {
                self.write(file, |from, to| fs::rename(from, to));
            }
            // its owner changed it, and there is nothing new to say
            Standing::Has(_) | Standing::Other if is_said => making.stands(file.made),
            Standing::Has(_) | Standing::Other => {
                self.add_beside(placing, file, known, taken, making);
            }
        }
    }

    /// A newer one beside a file that its owner changed.
    fn add_beside(
        &mut self,
        placing: &Placing<'_>,
        file: Wanted<'m, 'a>,
        known: &BTreeMap<&LibraryPath, &DerivedRecord>,
        taken: &mut HashMap<PathKey, usize>,
        making: &mut Making,
    ) {
        let Some(Beside { path, there }) = beside(placing.library, &file, known, taken) else {
            let error = io::Error::new(io::ErrorKind::AlreadyExists, "every name beside it is taken");
            making.problems.push(not_made(&file.path, &error));
            return;
        };
        *taken.entry(PathKey::of(&path)).or_default() += 1;
        making.ours.insert(path.clone());
        let message = format!(
            "somebody changed this file or put it there, and it was not touched; the newer one is beside it as `{path}`"
        );
        making.problems.push(Problem::new(Code::EditedByOwner, message).with_entry(file.path.as_str()));
        let is_said = known.get(&path).is_some_and(|record| record.blake3 == Some(file.hash));
        let file = Wanted { path, ..file };
        match there {
            Standing::Has(there) if there == file.hash => {
                making.stands(file.made);
                if !is_said {
                    self.adopt(file);
                }
            }
            Standing::Nothing => self.write(file, rename_new),
            // its owner changed that one too
            _ if is_said => making.stands(file.made),
            _ => self.write(file, |from, to| fs::rename(from, to)),
        }
    }

    fn adopt(&mut self, file: Wanted<'m, 'a>) {
        self.adopted.insert(file.path, DerivedRecord::made(file.made.category, file.hash));
    }

    fn write(&mut self, file: Wanted<'m, 'a>, rename: fn(&Path, &Path) -> io::Result<()>) {
        let Wanted { made, path, hash } = file;
        self.writes.push(Writing { made, path, hash, rename });
    }

    fn pending(&self) -> BTreeMap<LibraryPath, DerivedRecord> {
        let record = |write: &Writing<'_, '_>| DerivedRecord::made(write.made.category, write.hash);
        self.writes.iter().map(|write| (write.path.clone(), record(write))).collect()
    }
}

/// A file that is to be made, and its bytes.
struct Wanted<'m, 'a> {
    made: &'m Made<'a>,
    path: LibraryPath,
    hash: Hash,
}

impl Making {
    fn stands(&mut self, made: &Made<'_>) {
        *self.standing.entry(made.category).or_default() += 1;
    }
}

fn not_made(path: &LibraryPath, error: &io::Error) -> Problem {
    let message = format!("it could not be made: {error}; import again to retry");
    Problem::new(Code::WriteFailed, message).with_entry(path.as_str())
}

fn hash(made: &Made<'_>, open: &(dyn Open + '_)) -> io::Result<Hash> {
    let mut hasher = Hasher::new();
    made.write(open, &mut hasher)?;
    Ok(hasher.finalize())
}

/// What stands at a path.
#[derive(Debug, Clone, Copy)]
enum Standing {
    Nothing,
    /// A file with these bytes.
    Has(Hash),
    /// Anything else.
    Other,
}

impl Standing {
    fn at(library: &Path, path: &LibraryPath) -> Self {
        let on_disk = path.to_path(library);
        match fs::symlink_metadata(&on_disk) {
            Err(_) => Standing::Nothing,
            Ok(metadata) if metadata.is_file() => hash_file(&on_disk).map_or(Standing::Other, Standing::Has),
            Ok(_) => Standing::Other,
        }
    }
}

struct Beside {
    path: LibraryPath,
    there: Standing,
}

/// The first numbered path that is free, ours, or has these bytes already. `None` if there is none.
fn beside(
    library: &Path,
    file: &Wanted<'_, '_>,
    known: &BTreeMap<&LibraryPath, &DerivedRecord>,
    taken: &HashMap<PathKey, usize>,
) -> Option<Beside> {
    let (stem, extension) = text::split(file.path.file_name());
    let folder = file.path.parent();
    let at = |n| {
        let name = name::with_suffix(stem, extension, n);
        folder.as_ref().map_or_else(|| LibraryPath::new([&name]), |folder| folder.join(&name))
    };
    let paths = (2..MOST_BESIDE).map(at).filter(|path| !taken.contains_key(&PathKey::of(path)));
    paths.map(|path| (Standing::at(library, &path), path)).find_map(|(there, path)| {
        let record = known.get(&path);
        let is_free = match there {
            Standing::Nothing => true,
            Standing::Has(bytes) if bytes == file.hash => true,
            Standing::Has(bytes) if record.is_some_and(|record| record.has(bytes)) => true,
            // it said this already before its owner changed it
            Standing::Has(_) | Standing::Other => {
                record.is_some_and(|record| record.blake3 == Some(file.hash))
            }
        };
        is_free.then_some(Beside { path, there })
    })
}

/// Writes some files, gives them their names once they are durable, and records them.
fn write(
    placing: &Placing<'_>,
    batch: &[Writing<'_, '_>],
    open: &(dyn Open + '_),
    catalog: &mut Catalog,
    making: &mut Making,
) -> Result<(), Error> {
    let staged: Vec<io::Result<(Staged, Hash)>> =
        batch.par_iter().map(|write| stage(placing, write, open)).collect();
    let paths: Vec<PathBuf> = staged.iter().flatten().map(|(staged, _)| staged.path().to_owned()).collect();
    if !paths.is_empty() {
        sync_all(placing.library, &paths)?;
    }
    let mut stop = None;
    let mut written = BTreeMap::new();
    for (write, staged) in batch.iter().zip(staged) {
        let placed = staged.and_then(|(staged, hash)| {
            if let Some(folder) = write.path.parent() {
                make_folder(placing.library, folder.as_str())?;
            }
            (write.rename)(staged.path(), &write.path.to_path(placing.library))?;
            staged.placed();
            Ok(hash)
        });
        match placed {
            Ok(hash) => {
                making.stands(write.made);
                written.insert(write.path.clone(), DerivedRecord::made(write.made.category, hash));
            }
            Err(error) if is_full(&error) || is_failing(&error) => {
                stop.get_or_insert_with(|| stopped(placing, error, 0));
            }
            Err(error) => making.problems.push(not_made(&write.path, &error)),
        }
    }
    if !written.is_empty() {
        let paths: Vec<PathBuf> = written.keys().map(|path| path.to_path(placing.library)).collect();
        sync_all(placing.library, &paths)?;
        catalog.record_recognised(&written)?;
    }
    stop.map_or(Ok(()), Err)
}

/// Writes one file to staging, with its time.
fn stage(
    placing: &Placing<'_>,
    write: &Writing<'_, '_>,
    open: &(dyn Open + '_),
) -> io::Result<(Staged, Hash)> {
    let mut staged = placing.staging.begin()?;
    let mut to = Hashing { to: BufWriter::new(&mut staged.file), hasher: Hasher::new() };
    write.made.write(open, &mut to)?;
    to.flush()?;
    let hash = to.hasher.finalize();
    drop(to);
    set_time(staged.path(), write.made.modified);
    if write.made.is_executable {
        // what the drive may not know is no reason not to make it
        let _ = let_run(staged.path());
    }
    Ok((staged, hash))
}

/// Writes bytes and hashes them.
struct Hashing<W> {
    to: W,
    hasher: Hasher,
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.to.write(bytes)?;
        self.hasher.update(&bytes[..count]);
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}
