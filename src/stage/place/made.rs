//! Files that are made of originals and details: written where nothing stands, replaced as long as nobody changed them.
//!
//! One that its owner changed is never replaced. Where there is something new to say, the newer one stands beside it
//! with a number, and is ours from then on.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

use blake3::{Hash, Hasher};
use chrono::{DateTime, Utc};

use crate::apple::text;
use crate::category::outcome::{Made, Open};
use crate::contents::Category;
use crate::error::{Error, is_failing, is_full};
use crate::library::catalog::Catalog;
use crate::library::drive::hash_file;
use crate::library::files::{make_folder, rename_new, set_time};
use crate::library::name;
use crate::library::path::LibraryPath;
use crate::library::record::{DerivedKind, DerivedRecord};
use crate::library::staging::sync_all;
use crate::problem::{Code, Problem};
use crate::stage::place::{Placing, stopped};

/// How many numbers are tried beside a file that its owner changed.
const MOST_BESIDE: u64 = 1000;

/// What became of the files.
#[derive(Debug, Default)]
pub struct Making {
    /// How many stand, by category.
    pub standing: BTreeMap<Category, u64>,
    pub problems: Vec<Problem>,
    /// Every path that is ours, whether it was made now or before.
    ours: BTreeSet<LibraryPath>,
}

/// Makes files and records them.
///
/// # Errors
/// If the drive is full or gone, or the catalog refuses.
pub fn make(
    placing: &Placing<'_>,
    made: &[Made<'_>],
    open: &dyn Open,
    known: &BTreeMap<LibraryPath, DerivedRecord>,
    catalog: &mut Catalog,
) -> Result<Making, Error> {
    let mut making = Making::default();
    let mut written: Vec<(LibraryPath, Hash)> = Vec::new();
    for made in made {
        match one(placing, made, open, known, &mut making) {
            Ok(Some(new)) => written.push(new),
            Ok(None) => {}
            Err(error) if is_full(&error) || is_failing(&error) => return Err(stopped(placing, error, 0)),
            Err(error) => {
                let message = format!("it could not be made: {error}; import again to retry");
                making.problems.push(Problem::new(Code::WriteFailed, message).with_entry(made.path.as_str()));
                making.ours.insert(path_of(made));
            }
        }
    }
    let paths: Vec<PathBuf> = written.iter().map(|(path, _)| path.to_path(placing.library)).collect();
    if !paths.is_empty() {
        sync_all(placing.library, &paths)?;
    }
    catalog.record_made(&written)?;
    Ok(making)
}

impl Making {
    /// Files that an earlier run made and that this one would not.
    pub fn unwanted<'k>(
        &self,
        known: &'k BTreeMap<LibraryPath, DerivedRecord>,
    ) -> Vec<(&'k LibraryPath, &'k DerivedRecord)> {
        let made = known.iter().filter(|(_, record)| record.kind == DerivedKind::Made);
        made.filter(|(path, _)| !self.ours.contains(*path)).collect()
    }
}

fn path_of(made: &Made<'_>) -> LibraryPath {
    LibraryPath::new(made.path.split('/'))
}

/// Makes one file; gives what is to be recorded.
fn one(
    placing: &Placing<'_>,
    made: &Made<'_>,
    open: &dyn Open,
    known: &BTreeMap<LibraryPath, DerivedRecord>,
    making: &mut Making,
) -> io::Result<Option<(LibraryPath, Hash)>> {
    let mut hasher = Hasher::new();
    made.write(open, &mut hasher)?;
    let hash = hasher.finalize();
    let first = path_of(made);
    making.ours.insert(first.clone());
    *making.standing.entry(made.category).or_default() += 1;
    let is_said = known.get(&first).is_some_and(|record| record.blake3 == Some(hash));
    match standing(placing, &first) {
        Standing::Nothing => {
            return write(placing, made, open, &first, rename_new).map(|()| Some((first, hash)));
        }
        Standing::Has(there) if there == hash => return Ok((!is_said).then_some((first, hash))),
        Standing::Has(there) if known.get(&first).is_some_and(|record| record.blake3 == Some(there)) => {
            return write(placing, made, open, &first, |from, to| fs::rename(from, to))
                .map(|()| Some((first, hash)));
        }
        // its owner changed it, and there is nothing new to say
        Standing::Has(_) | Standing::Other if is_said => return Ok(None),
        Standing::Has(_) | Standing::Other => {}
    }
    let beside = beside(placing, &first, hash, known)?;
    making.ours.insert(beside.path.clone());
    let message = format!(
        "somebody changed this file or put it there, and it was not touched; the newer one is beside it as `{}`",
        beside.path
    );
    making.problems.push(Problem::new(Code::EditedByOwner, message).with_entry(first.as_str()));
    match beside.there {
        Standing::Has(there) if there == hash => {}
        Standing::Nothing => write(placing, made, open, &beside.path, rename_new)?,
        _ => write(placing, made, open, &beside.path, |from, to| fs::rename(from, to))?,
    }
    Ok(Some((beside.path, hash)))
}

/// What stands at a path.
enum Standing {
    Nothing,
    /// A file with these bytes.
    Has(Hash),
    /// Anything else.
    Other,
}

fn standing(placing: &Placing<'_>, path: &LibraryPath) -> Standing {
    let on_disk = path.to_path(placing.library);
    match fs::symlink_metadata(&on_disk) {
        Err(_) => Standing::Nothing,
        Ok(metadata) if metadata.is_file() => hash_file(&on_disk).map_or(Standing::Other, Standing::Has),
        Ok(_) => Standing::Other,
    }
}

struct Beside {
    path: LibraryPath,
    there: Standing,
}

/// The first numbered path that is free, ours and unchanged, or has these bytes already.
fn beside(
    placing: &Placing<'_>,
    first: &LibraryPath,
    hash: Hash,
    known: &BTreeMap<LibraryPath, DerivedRecord>,
) -> io::Result<Beside> {
    let (stem, extension) = text::split(first.file_name());
    let folder = first.parent();
    for n in 2..MOST_BESIDE {
        let name = name::with_suffix(stem, extension, n);
        let path = folder.as_ref().map_or_else(|| LibraryPath::new([&name]), |folder| folder.join(&name));
        let there = standing(placing, &path);
        let is_ours = |there: Hash| known.get(&path).is_some_and(|record| record.blake3 == Some(there));
        match there {
            Standing::Nothing => return Ok(Beside { path, there }),
            Standing::Has(bytes) if bytes == hash || is_ours(bytes) => return Ok(Beside { path, there }),
            Standing::Has(_) | Standing::Other => {}
        }
    }
    Err(io::Error::new(io::ErrorKind::AlreadyExists, "every name beside it is taken"))
}

fn write(
    placing: &Placing<'_>,
    made: &Made<'_>,
    open: &dyn Open,
    path: &LibraryPath,
    rename: fn(&std::path::Path, &std::path::Path) -> io::Result<()>,
) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        make_folder(placing.library, folder.as_str())?;
    }
    let mut staged = placing.staging.begin()?;
    let mut to = BufWriter::new(&mut staged.file);
    made.write(open, &mut to)?;
    to.flush()?;
    drop(to);
    finish(&staged.file, staged.path(), made.modified)?;
    rename(staged.path(), &path.to_path(placing.library))?;
    staged.placed();
    Ok(())
}

fn finish(file: &File, path: &std::path::Path, modified: Option<DateTime<Utc>>) -> io::Result<()> {
    file.sync_all()?;
    set_time(path, modified);
    Ok(())
}
