//! Files of the mirror that need only another name.
//!
//! Each goes there by one rename, so that a kill leaves it under its old name or under the new one. Only where two
//! files want each other's names does one of them wait in staging, named by its bytes, and the next run finds it there.

use std::collections::{HashMap, HashSet};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use blake3::Hash;

use crate::error::{Error, is_failing, is_full};
use crate::library::drive::hash_file;
use crate::library::name;
use crate::library::staging::{Staging, sync_all};
use crate::mirror::carry::{Carrier, buffer};
use crate::mirror::decide::Former;
use crate::mirror::folder::Folder;
use crate::mirror::memory::{Change, Line};
use crate::mirror::scan::{Scan, Seen};
use crate::mirror::stray::Strays;
use crate::run::mirror::ending::Old;
use crate::run::mirror::judge::give_time;
use crate::run::mirror::{Outcome, Work};

/// Files whose names are made durable together.
const TOGETHER: usize = 4096;

/// A file that stands elsewhere.
struct Move {
    number: usize,
    former: Option<Former>,
    from: From,
    line: Line,
}

enum From {
    /// A path of the mirror.
    Path(String),
    /// It waits in staging.
    Staging,
}

/// Gives names to what stands elsewhere in the mirror.
///
/// # Errors
/// If the owner interrupts, or the mirror's drive is full or fails.
pub fn shift(
    carrier: &Carrier<'_>,
    staging: &Staging,
    work: &mut Work,
    here: &Scan,
    folder: &mut Folder,
    old: &Old,
) -> Result<(), Error> {
    let mut shifting =
        Shifting { carrier, staging, work, folder, old, paths: Vec::new(), changes: Vec::new() };
    let gone = shifting.go(here);
    shifting.settle()?;
    gone
}

struct Shifting<'a> {
    carrier: &'a Carrier<'a>,
    staging: &'a Staging,
    work: &'a mut Work,
    folder: &'a mut Folder,
    old: &'a Old,
    /// Names that are not durable yet.
    paths: Vec<PathBuf>,
    changes: Vec<Change>,
}

impl Shifting<'_> {
    fn go(&mut self, here: &Scan) -> Result<(), Error> {
        let mut moves = self.moves(here);
        let mut leaving: HashSet<String> = moves.iter().filter_map(Move::path).map(str::to_owned).collect();
        while !moves.is_empty() {
            let before = moves.len();
            let mut blocked = Vec::new();
            for next in moves {
                if self.carrier.watch.is_cancelled() {
                    return Err(Error::Interrupted);
                }
                let target = &self.work.files[next.number].path;
                if leaving.contains(target) && next.path() != Some(target) {
                    blocked.push(next);
                    continue;
                }
                if let Some(from) = next.path() {
                    leaving.remove(from);
                }
                self.one(next)?;
            }
            moves = blocked;
            if moves.len() == before
                && let Some(first) = moves.iter_mut().find(|next| next.path().is_some())
            {
                // they want each other's names: one steps aside
                let from = first.path().unwrap_or_default().to_owned();
                let (hash, place) = (first.line.blake3, self.place(&from));
                match self.step_aside(&place, &hash) {
                    Ok(()) => {
                        self.changes.push((from.clone(), None));
                        first.from = From::Staging;
                    }
                    Err(error) => return Err(Error::io("write to", self.carrier.mirror)(error)),
                }
                leaving.remove(&from);
            }
        }
        Ok(())
    }

    /// Which files only need another name.
    fn moves(&mut self, here: &Scan) -> Vec<Move> {
        let pending = self.work.pending();
        if pending.is_empty() {
            return Vec::new();
        }
        let waiting = self.staging.waiting();
        let mut strays = self.strays(here, &pending);
        let mut taken: HashSet<Hash> = HashSet::new();
        let mut moves = Vec::new();
        for (number, former) in pending {
            let file = &mut self.work.files[number];
            if strays.may_have(file) {
                let there = File::open(self.carrier.source(file));
                file.blake3 = there.and_then(|there| self.carrier.hash(there, &mut buffer())).ok();
            }
            let Some(blake3) = file.blake3 else { continue };
            if waiting.contains(&blake3)
                && taken.insert(blake3)
                && hash_file(&self.staging.path_of(&blake3)) == Some(blake3)
            {
                let modified = file.modified().unwrap_or_default();
                let line = Line { size: file.size, modified, here: modified, blake3 };
                moves.push(Move { number, former, from: From::Staging, line });
            } else if let Some(path) = strays.take(&blake3) {
                let Some(line) = self.folder.memory.at(&path).copied() else { continue };
                moves.push(Move { number, former, from: From::Path(path), line });
            }
        }
        moves
    }

    /// What the mirror has where the library wants it no more, as it was written and as far as anybody has read it.
    fn strays(&self, here: &Scan, pending: &[(usize, Option<Former>)]) -> Strays {
        let wanted: HashMap<&str, usize> =
            self.work.files.iter().enumerate().map(|(number, file)| (file.path.as_str(), number)).collect();
        let given_up: HashSet<usize> = pending
            .iter()
            .filter(|(_, former)| matches!(former, Some(Former::Good | Former::Spent)))
            .map(|(number, _)| *number)
            .collect();
        let is_stray = |(path, line): &(&str, &Line)| {
            wanted.get(path).is_none_or(|number| given_up.contains(number))
                && !self.old.is_harmed(path)
                && here.at(path).is_some_and(|seen| line.is_of(&seen))
        };
        Strays::new(self.folder.memory.iter().filter(is_stray))
    }

    fn place(&self, path: &str) -> PathBuf {
        name::path_below(self.carrier.mirror, path)
    }

    /// Takes a file out of the way, to where the next run finds it by its bytes.
    fn step_aside(&self, place: &Path, hash: &Hash) -> io::Result<()> {
        let staged = self.staging.path_of(hash);
        staged.parent().map_or(Ok(()), fs::create_dir_all)?;
        fs::rename(place, staged)
    }

    fn one(&mut self, Move { number, former, from, line }: Move) -> Result<(), Error> {
        let file = &self.work.files[number];
        let (place, way) = self.carrier.target(file);
        let standing = match &from {
            From::Path(path) => self.place(path),
            From::Staging => self.staging.path_of(&line.blake3),
        };
        // what stood there may have been moved by now
        let former = former.filter(|_| fs::symlink_metadata(&place).is_ok());
        let made = self.folder.make_folder_of(&way);
        match made.and_then(|()| self.folder.name(&standing, &way, former)) {
            Ok(()) => {}
            Err(error) if is_full(&error) || is_failing(&error) => {
                return Err(Error::io("write to", self.carrier.mirror)(error));
            }
            // then it is carried like any other
            Err(_) => return Ok(()),
        }
        let modified = file.modified().unwrap_or(line.modified);
        let here = fs::symlink_metadata(&place)
            .map_or(line.here, |metadata| give_time(&place, Seen::of(&metadata), modified));
        if let From::Path(path) = from {
            if let Ok(way) = standing.strip_prefix(self.carrier.mirror) {
                self.folder.went_from(way);
            }
            self.changes.push((path, None));
        }
        self.changes.push((file.path.clone(), Some(Line { modified, here, ..line })));
        self.paths.push(place);
        self.work.outcomes[number] = Outcome::Moved;
        if self.paths.len() >= TOGETHER { self.settle() } else { Ok(()) }
    }

    /// Makes names durable, and remembers them.
    fn settle(&mut self) -> Result<(), Error> {
        if self.changes.is_empty() {
            return Ok(());
        }
        sync_all(self.carrier.mirror, &std::mem::take(&mut self.paths))?;
        self.folder.learn(in_order(std::mem::take(&mut self.changes)))
    }
}

impl Move {
    /// The path that it leaves.
    fn path(&self) -> Option<&str> {
        match &self.from {
            From::Path(path) => Some(path),
            From::Staging => None,
        }
    }
}

/// A path that one file left and another took is the other's.
fn in_order(changes: Vec<Change>) -> Vec<Change> {
    let (gone, come): (Vec<_>, Vec<_>) = changes.into_iter().partition(|(_, line)| line.is_none());
    gone.into_iter().chain(come).collect()
}
