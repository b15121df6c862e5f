//! What is wrong with files of which somebody said so, or that look otherwise than on record.

use std::fs;
use std::io::BufReader;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use crate::category::{self, Vouched};
use crate::contents::Contents;
use crate::library::drive::hash_file;
use crate::library::given::Given;
use crate::library::record::{Area, FileRecord, Harm, Looks};

/// What became of files that may not have their bytes.
#[derive(Default)]
pub struct Examined {
    pub sound: Vec<FileRecord>,
    pub damaged: Vec<FileRecord>,
    pub changed: Vec<FileRecord>,
}

impl Examined {
    /// Reads files of which somebody said that something is wrong, and looks at those of another size.
    pub fn of(library: &Path, contents: &Contents, records: Vec<FileRecord>) -> Self {
        let given = Given::of(contents, records.iter());
        let mut examined = Examined::default();
        for record in records {
            let of = match examine(library, contents, &given, &record) {
                None => &mut examined.sound,
                Some(Harm::Damaged) => &mut examined.damaged,
                // nobody edits what is kept for later matches, so there is no edit to spare
                Some(Harm::Changed) if record.area == Area::Details => &mut examined.damaged,
                Some(Harm::Changed | Harm::Missing) => &mut examined.changed,
            };
            of.push(record);
        }
        examined
    }
}

/// What is wrong with the file that stands where a record says; `None` if it has its bytes.
pub fn examine(library: &Path, contents: &Contents, given: &Given, record: &FileRecord) -> Option<Harm> {
    let (path, content) = (record.path.to_path(library), &contents.distinct[record.content]);
    let Ok(metadata) = fs::symlink_metadata(&path) else { return Some(Harm::Missing) };
    if !metadata.is_file() {
        return Some(Harm::Changed);
    }
    let has_its_size = metadata.len() == content.size;
    let hash = if has_its_size { hash_file(&path) } else { None };
    if hash == Some(content.blake3) {
        return None;
    }
    let found = Looks {
        is_readable: !has_its_size || hash.is_some(),
        has_its_time: metadata.modified().is_ok_and(|time| given.has(record, time)),
        has_its_size,
        is_cut: metadata.len() < content.size && is_cut(&path, metadata.len()),
    };
    Some(Harm::of(&found))
}

/// Whether a file is as it was placed. Whoever writes to one changes its time; where that is another, its bytes tell.
pub fn is_as_placed(library: &Path, record: &FileRecord, contents: &Contents, given: &Given) -> bool {
    let path = record.path.to_path(library);
    let bytes = &contents.distinct[record.content];
    let Ok(metadata) = fs::symlink_metadata(&path) else { return false };
    let has_time = || metadata.modified().is_ok_and(|time| given.has(record, time));
    metadata.is_file()
        && metadata.len() == bytes.size
        && (has_time() || hash_file(&path) == Some(bytes.blake3))
}

/// Whether a file is empty, or ends in the middle of a picture or movie.
pub fn is_cut(path: &Path, size: u64) -> bool {
    let cut = |file: fs::File| {
        let inspect = || category::inspect(&mut BufReader::new(file), size, Vouched::ByNothing).cut_short;
        catch_unwind(AssertUnwindSafe(inspect)).unwrap_or(false)
    };
    size == 0 || fs::File::open(path).is_ok_and(cut)
}
