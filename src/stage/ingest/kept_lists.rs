//! Apple's lists that an earlier run kept: read where they stand in the library, or in staging, so that they
//! say again what they said.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use rayon::iter::{IntoParallelIterator, ParallelIterator};

use crate::category::{self, Budget, List};
use crate::contents::{Category, Class, ContentId, Sort};
use crate::library::path::LibraryPath;
use crate::library::record::FileRecord;
use crate::library::staging::Staging;
use crate::problem::{Code, Problem};
use crate::stage::discover::Inputs;

/// Reads the kept lists that this run has not read yet, on the threads of the current rayon pool.
pub fn read_kept_lists(
    inputs: &mut Inputs,
    files: &BTreeMap<LibraryPath, FileRecord>,
    library: &Path,
    staging: Option<&Staging>,
) {
    let kept: HashMap<ContentId, &LibraryPath> = files.values().map(|f| (f.content, &f.path)).collect();
    let contents = &inputs.contents;
    let mut wanted: BTreeMap<(Category, ContentId, Sort), PathBuf> = BTreeMap::new();
    for entry in contents.entries.iter().filter(|e| e.class == Class::Details) {
        let Some(content) = entry.content() else { continue };
        let category = contents.category_of(entry);
        if inputs.heard.has(category, content, entry.sort) {
            continue;
        }
        let hash = &contents.distinct[content].blake3;
        let path =
            kept.get(&content).map(|p| p.to_path(library)).or_else(|| staging.map(|s| s.path_of(hash)));
        if let Some(path) = path {
            wanted.insert((category, content, entry.sort), path);
        }
    }
    let budget = Budget::beside(contents, &inputs.heard);
    let read = |((category, content, sort), path): ((Category, ContentId, Sort), PathBuf)| {
        let size = contents.distinct[content].size;
        let _turn = budget.turn(size);
        let read = match category::too_large(category, size, &budget) {
            Some(unread) => Ok(Some(unread)),
            None => read(category, sort, &path, &budget),
        };
        (content, sort, path, read)
    };
    let read: Vec<_> = wanted.into_par_iter().map(read).collect();
    for (content, sort, path, read) in read {
        match read {
            Ok(list) => list.into_iter().for_each(|list| inputs.heard.add(content, sort, list)),
            Err(error) => inputs.problems.push(
                Problem::new(
                    Code::MissingFile,
                    format!("this list of Apple's, kept in the library, cannot be read: {error}"),
                )
                .with_entry(path.display().to_string()),
            ),
        }
    }
}

/// Reads one byte more than a list may have, which shows that a file is too large.
fn read(category: Category, sort: Sort, path: &Path, budget: &Budget) -> io::Result<Option<List>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(budget.largest() + 1).read_to_end(&mut bytes)?;
    Ok(category::read(category, sort, &bytes, budget))
}
