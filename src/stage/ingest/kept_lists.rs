//! Apple's lists that an earlier run kept: read where they stand in the library, or in staging, so that they
//! say again what they said.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use rayon::iter::{IntoParallelIterator, ParallelIterator};

use crate::category::photos::List;
use crate::category::{self, Budget};
use crate::contents::{Category, Class, ContentId, Entry, Sort};
use crate::library::path::LibraryPath;
use crate::library::staging;
use crate::problem::{Code, Problem};
use crate::stage::discover::Inputs;
use crate::stage::survey::Before;

/// Reads the kept lists that this run has not read yet, on the threads of the current rayon pool.
pub fn read_kept_lists(inputs: &mut Inputs, before: &Before, library: &Path) {
    let kept: HashMap<ContentId, &LibraryPath> = before.readable().map(|f| (f.content, &f.path)).collect();
    let contents = &inputs.contents;
    let mut wanted: BTreeMap<(ContentId, Sort), PathBuf> = BTreeMap::new();
    let is_list = |e: &&Entry| e.class == Class::Details && e.category == Category::Photos;
    for entry in contents.entries.iter().filter(is_list) {
        let Some(content) = entry.content() else { continue };
        if inputs.heard.has(content, entry.sort) {
            continue;
        }
        let hash = &contents.distinct[content].blake3;
        let standing = kept.get(&content).map(|path| path.to_path(library));
        let path = standing.unwrap_or_else(|| staging::path_in(library, hash));
        wanted.insert((content, entry.sort), path);
    }
    let budget = Budget::beside(contents, &inputs.heard);
    let read = |((content, sort), path): ((ContentId, Sort), PathBuf)| {
        let size = contents.distinct[content].size;
        let _turn = budget.turn(size);
        let read = match category::too_large(size, &budget) {
            Some(unread) => Ok(unread),
            None => read(sort, &path, &budget),
        };
        (content, sort, path, read)
    };
    let read: Vec<_> = wanted.into_par_iter().map(read).collect();
    for (content, sort, path, read) in read {
        match read {
            Ok(list) => inputs.heard.add(content, sort, list),
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
fn read(sort: Sort, path: &Path, budget: &Budget) -> io::Result<List> {
    let mut bytes = Vec::new();
    File::open(path)?.take(budget.largest() + 1).read_to_end(&mut bytes)?;
    Ok(category::read(sort, &bytes, budget))
}
