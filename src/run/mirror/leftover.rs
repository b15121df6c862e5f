//! What the mirror has and the library does not. It stays and is named, but for what Windfall makes again whenever it
//! is asked to, for what the owner wants removed and the library says it has moved or forgotten, and for copies that
//! `verify` found to be bad and whose good ones have another name by now: those are put aside.

use std::collections::HashSet;
use std::fs;
use std::path::PathBuf;

use blake3::Hash;

use crate::error::Error;
use crate::library::drive::hash_file;
use crate::library::layout::INTERNAL;
use crate::library::name;
use crate::library::record::DerivedKind;
use crate::library::staging::sync_all;
use crate::mirror::decide::Former;
use crate::mirror::folder::Folder;
use crate::mirror::memory::{Change, Line};
use crate::mirror::scan::Scan;
use crate::mirror::wanted::is_remade;
use crate::problem::{Code, Problem};
use crate::run::mirror::ending::{Ending, Old};
use crate::run::mirror::{Leftovers, Mirrored, Run, Work};

/// Puts aside what `verify` found to be bad where the library wants nothing any more: its good copy gets another name.
/// That comes before the catalog, which forgets what it knew of such a path.
///
/// # Errors
/// If the mirror's drive refuses.
pub fn put_bad_aside(
    run: &Run<'_>,
    work: &Work,
    here: &Scan,
    old: &Old,
    folder: &mut Folder,
) -> Result<(), Error> {
    let wanted: HashSet<String> = work.files.iter().map(|file| name::fold(&file.path)).collect();
    let mut changes: Vec<Change> = Vec::new();
    for path in old.harmed().filter(|path| !wanted.contains(&name::fold(path))) {
        let seen = here.seen.get(path);
        let Some(line) = folder.memory.at(path).filter(|line| seen.is_some_and(|seen| line.is_of(seen)))
        else {
            continue;
        };
        let place = name::path_below(run.folder, path);
        if hash_file(&place) != Some(line.blake3) {
            folder.put_aside(&place, Former::Bad).map_err(Error::io("move", &place))?;
            if let Ok(way) = place.strip_prefix(run.folder) {
                folder.went_from(way);
            }
            changes.push((path.to_owned(), None));
        }
    }
    folder.learn(changes)
}

impl Ending<'_> {
    /// Sees to what only the mirror has. `albums` are its links, lists and copies, folded.
    ///
    /// # Errors
    /// If the mirror's drive refuses.
    pub fn leave(
        &self,
        folder: &mut Folder,
        albums: &HashSet<String>,
        mirrored: &mut Mirrored,
    ) -> Result<(), Error> {
        let wanted: HashSet<String> = self.work.files.iter().map(|file| name::fold(&file.path)).collect();
        let held = self.held();
        let mut changes: Vec<Change> = Vec::new();
        let mut emptied: Vec<PathBuf> = Vec::new();
        for (path, seen) in &self.here.seen {
            let key = name::fold(path);
            if wanted.contains(&key) || albums.contains(&key) {
                continue;
            }
            let place = name::path_below(self.run.folder, path);
            if fs::symlink_metadata(&place).is_err() {
                continue;
            }
            let line = folder.memory.at(path).copied().filter(|line| line.is_of(seen));
            let may_go = line.is_some_and(|line| self.may_go(path, &line, &held));
            if may_go && line.is_some_and(|line| hash_file(&place) == Some(line.blake3)) {
                fs::remove_file(&place).map_err(Error::io("remove", &place))?;
                mirrored.removed += u64::from(!is_remade(path));
                emptied.push(place);
            } else if !is_internal(path) {
                mirrored.files.only_in_mirror += 1;
                let message = "only the mirror has it, so it stays as it is";
                mirrored.problems.push(Problem::new(Code::ExtraFile, message).with_entry(path));
            }
        }
        for way in emptied.iter().filter_map(|place| place.strip_prefix(self.run.folder).ok()) {
            folder.went_from(way);
        }
        // whoever looks next is not to wonder about files that went
        let forgotten = folder.memory.iter().filter(|(path, _)| {
            !wanted.contains(&name::fold(path))
                && fs::symlink_metadata(name::path_below(self.run.folder, path)).is_err()
        });
        changes.extend(forgotten.map(|(path, _)| (path.to_owned(), None)));
        if !emptied.is_empty() {
            let folders: Vec<PathBuf> =
                emptied.iter().filter_map(|path| path.parent()).map(Into::into).collect();
            sync_all(self.run.folder, if cfg!(target_os = "linux") { &[] } else { &folders })?;
        }
        folder.learn(changes)
    }

    /// Whether a file that the mirror has as it was written may be removed.
    fn may_go(&self, path: &str, line: &Line, held: &HashSet<Hash>) -> bool {
        let is_sidecar = || {
            let derived = self.old.derived.iter().find(|(of, _)| of.as_str() == path);
            derived.is_some_and(|(_, record)| record.kind == DerivedKind::Sidecar)
        };
        let is_given_up = || self.library.gone.contains(&line.blake3) || held.contains(&line.blake3);
        is_remade(path) || is_sidecar() || self.run.leftovers == Leftovers::Deleted && is_given_up()
    }
}

fn is_internal(path: &str) -> bool {
    path.strip_prefix(INTERNAL).is_some_and(|below| below.starts_with('/'))
}
