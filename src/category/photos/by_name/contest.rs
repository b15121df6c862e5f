//! The contest of rows and files of one name: who takes whom.
//!
//! Pure. Rows look in their own folder first, then in their part, then in the whole export; in each of these
//! a row of a deleted photo looks into `Recently Deleted` first and any other there last. Where several rows
//! reach the same files, the exact spelling decides, then the embedded date, then that only one is left.
//!
//! Row and file alone do not say whether one may take the other: that depends on who else still looks in that
//! place, and which files are still free there. So there are rounds, from near to far, instead of one ranking
//! of all pairs from which each row takes its best. A round looks up what it needs by place, spelling and
//! date, because a hostile archive has a hundred thousand rows and files of one name.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use chrono::{NaiveDateTime, TimeDelta};

use crate::category::photos::by_name::{Claimant, FileAt, Identity};
use crate::category::photos::rows::RowAt;
use crate::category::photos::{Heard, Sort};
use crate::contents::PartId;

/// How far an embedded date may lie from a row's for the row to mean that file, when only dates
/// can tell: a day and the widest zone.
const SAME_MOMENT: TimeDelta = TimeDelta::hours(26);

/// What became of a row.
#[derive(Debug)]
pub(super) enum Outcome<'a> {
    /// It speaks of this file.
    Takes(FileAt<'a>),
    /// It could mean any of these.
    Ambiguous(Rc<[FileAt<'a>]>),
    /// Nothing bears its name.
    Missing,
}

/// Where a name is looked for, the closest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scope {
    Folder,
    Part,
    Export,
}

/// A place in which rows and files of one name meet: part and folder as far as they matter, and whether the
/// files are those of `Recently Deleted`.
type Place<'a> = (Option<PartId>, Option<&'a str>, bool);

fn place_of_file<'a>(scope: Scope, file: &FileAt<'a>) -> Place<'a> {
    let deleted = Sort::of(file.entry) == Sort::Deleted;
    match scope {
        Scope::Folder => (Some(file.entry.part), Some(file.entry.folder()), deleted),
        Scope::Part => (Some(file.entry.part), None, deleted),
        Scope::Export => (None, None, deleted),
    }
}

/// Where a row looks; `last` is the place that its `deleted` does not speak of.
fn place_of_row<'a>(scope: Scope, last: bool, at: &RowAt<'a>) -> Place<'a> {
    let deleted = (at.row.deleted == Some(true)) != last;
    let part = Some(at.details.part);
    match scope {
        // details lie beside the photos, and never beside the deleted ones
        Scope::Folder if deleted && !last => (part, None, true),
        Scope::Folder => (part, Some(at.details.folder()), deleted),
        Scope::Part => (part, None, deleted),
        Scope::Export => (None, None, deleted),
    }
}

/// Settles the rows and files of one name.
pub(super) fn contest<'a>(
    heard: &Heard,
    claimants: Vec<Claimant<'a>>,
    files: Vec<FileAt<'a>>,
) -> Vec<(Claimant<'a>, Outcome<'a>)> {
    // nearly all names are such ones
    if let ([_], [file, ..]) = (claimants.as_slice(), files.as_slice())
        && are_one(&files)
    {
        let taken = Outcome::Takes(*file);
        return claimants.into_iter().zip([taken]).collect();
    }
    let outcomes = claimants.iter().map(|_| None).collect();
    let mut contest = Contest { heard, claimants, files, taken: HashSet::new(), outcomes };
    for scope in [Scope::Folder, Scope::Part, Scope::Export] {
        for last in [false, true] {
            contest.look(scope, last);
        }
    }
    contest.share_copies();
    let outcomes = contest.outcomes.into_iter().map(|outcome| outcome.unwrap_or(Outcome::Missing));
    contest.claimants.into_iter().zip(outcomes).collect()
}

struct Contest<'c, 'a> {
    heard: &'c Heard,
    claimants: Vec<Claimant<'a>>,
    files: Vec<FileAt<'a>>,
    /// Bytes that a row has taken.
    taken: HashSet<Identity>,
    outcomes: Vec<Option<Outcome<'a>>>,
}

impl<'a> Contest<'_, 'a> {
    fn look(&mut self, scope: Scope, last: bool) {
        let looks = self.looks(scope, last);
        if looks.is_empty() || self.files.is_empty() {
            return;
        }
        let mut here: HashMap<Place<'a>, Vec<FileAt<'a>>> = HashMap::new();
        for file in &self.files {
            here.entry(place_of_file(scope, file)).or_default().push(*file);
            if scope == Scope::Folder && Sort::of(file.entry) == Sort::Deleted {
                here.entry(place_of_file(Scope::Part, file)).or_default().push(*file);
            }
        }
        for (place, mut rivals) in looks {
            let Some(files) = here.get(&place) else { continue };
            rivals.retain(|&claimant| self.outcomes[claimant].is_none());
            let pool: Rc<[FileAt<'a>]> = files.iter().filter(|file| self.is_free(file)).copied().collect();
            if rivals.is_empty() || pool.is_empty() {
                continue;
            }
            if scope == Scope::Export && !are_one(&pool) {
                self.doubt(&rivals, &pool);
            } else {
                self.assign(rivals, &pool);
            }
        }
    }

    /// Where the rows look that have no file yet, in the order of rows, and which of them look there.
    fn looks(&self, scope: Scope, last: bool) -> Vec<(Place<'a>, Vec<usize>)> {
        let mut known: HashMap<Place<'a>, usize> = HashMap::new();
        let mut looks: Vec<(Place<'a>, Vec<usize>)> = Vec::new();
        for claimant in (0..self.claimants.len()).filter(|&c| self.outcomes[c].is_none()) {
            for at in &self.claimants[claimant].rows {
                let place = place_of_row(scope, last, at);
                let index = *known.entry(place).or_insert(looks.len());
                if index == looks.len() {
                    looks.push((place, Vec::new()));
                }
                let rivals = &mut looks[index].1;
                if rivals.last() != Some(&claimant) {
                    rivals.push(claimant);
                }
            }
        }
        looks
    }

    fn is_free(&self, file: &FileAt<'_>) -> bool {
        !self.taken.contains(&file.identity())
    }

    fn take(&mut self, claimant: usize, file: FileAt<'a>) {
        self.taken.insert(file.identity());
        self.outcomes[claimant] = Some(Outcome::Takes(file));
    }

    fn doubt(&mut self, claimants: &[usize], pool: &Rc<[FileAt<'a>]>) {
        for &claimant in claimants {
            self.outcomes[claimant] = Some(Outcome::Ambiguous(Rc::clone(pool)));
        }
    }

    /// Gives each of these rows its file among those that all of them reach.
    fn assign(&mut self, rivals: Vec<usize>, pool: &Rc<[FileAt<'a>]>) {
        let before = rivals.len();
        // where each has a copy it does not matter which
        if are_one(pool) && before <= pool.len() {
            rivals.into_iter().zip(pool.iter()).for_each(|(claimant, file)| self.take(claimant, *file));
            return;
        }
        let mut open = rivals;
        if before > 1 {
            open = self.by_spelling(open, pool);
        }
        open = self.by_date(open, pool);
        let left: Vec<FileAt<'a>> = pool.iter().filter(|file| self.is_free(file)).copied().collect();
        match open.as_slice() {
            // they look further away
            _ if left.is_empty() => {}
            [claimant] => {
                let file = best(&self.claimants[*claimant], &left);
                let is_likely =
                    |file: &FileAt<'a>| before == 1 || self.is_near(*claimant, file) != Some(false);
                match file.filter(is_likely) {
                    Some(file) => self.take(*claimant, file),
                    None => self.doubt(&open, pool),
                }
            }
            open => self.doubt(open, pool),
        }
    }

    /// A spelling that only one row and only one file have; gives back the rows that are left.
    fn by_spelling(&mut self, rivals: Vec<usize>, pool: &[FileAt<'a>]) -> Vec<usize> {
        let mut rows: HashMap<&str, usize> = HashMap::new();
        rivals.iter().for_each(|&c| *rows.entry(self.claimants[c].name()).or_default() += 1);
        let mut files: HashMap<&str, (FileAt<'a>, bool)> = HashMap::new();
        for file in pool {
            let (first, is_alone) = files.entry(file.entry.name()).or_insert((*file, true));
            *is_alone &= first.identity() == file.identity();
        }
        let mut left = Vec::new();
        for claimant in rivals {
            let name = self.claimants[claimant].name();
            match files.get(name) {
                Some((file, true)) if rows.get(name) == Some(&1) && self.is_free(file) => {
                    self.take(claimant, *file);
                }
                _ => left.push(claimant),
            }
        }
        left
    }

    /// Rows and files that are near each other and near no other; gives back the rows that are left.
    fn by_date(&mut self, open: Vec<usize>, pool: &[FileAt<'a>]) -> Vec<usize> {
        let mut known = HashSet::new();
        let free = pool.iter().filter(|file| self.is_free(file));
        let dated = free.filter_map(|file| Some((embedded(self.heard, file)?, *file)));
        let mut files: Vec<(NaiveDateTime, FileAt<'a>)> =
            dated.filter(|(_, file)| known.insert(file.identity())).collect();
        files.sort_by_key(|(time, file)| (*time, file.index));
        let created = |c: usize| self.claimants[c].created().map(|time| time.naive_utc());
        let mut rows: Vec<NaiveDateTime> = open.iter().filter_map(|&c| created(c)).collect();
        rows.sort_unstable();
        let told = |&c: &usize| {
            let [(time, file)] = &files[within(&files, |(at, _)| *at, created(c)?)] else { return None };
            (within(&rows, |at| *at, *time).len() == 1).then_some(*file)
        };
        let told: Vec<Option<FileAt<'a>>> = open.iter().map(told).collect();
        let mut left = Vec::new();
        for (claimant, file) in open.into_iter().zip(told) {
            match file {
                Some(file) => self.take(claimant, file),
                None => left.push(claimant),
            }
        }
        left
    }

    /// Where as many files as rows bear the name, and some are copies of each other, no row is missing.
    fn share_copies(&mut self) {
        let mut first = HashSet::new();
        let copies = self.files.iter().filter(|file| !self.is_free(file) && !first.insert(file.identity()));
        let copies: Vec<FileAt<'a>> = copies.copied().collect();
        let open: Vec<usize> = (0..self.claimants.len()).filter(|&c| self.outcomes[c].is_none()).collect();
        for (claimant, copy) in open.into_iter().zip(copies) {
            self.take(claimant, copy);
        }
    }

    /// Whether the file's own date lies close enough to the row's; `None` where either has none.
    fn is_near(&self, claimant: usize, file: &FileAt<'_>) -> Option<bool> {
        let created = self.claimants[claimant].created()?.naive_utc();
        Some((embedded(self.heard, file)? - created).abs() <= SAME_MOMENT)
    }
}

/// Which of these, sorted by time, lie within [`SAME_MOMENT`] of a time.
fn within<T>(
    sorted: &[T],
    time: impl Fn(&T) -> NaiveDateTime,
    around: NaiveDateTime,
) -> std::ops::Range<usize> {
    let from = sorted.partition_point(|item| around - time(item) > SAME_MOMENT);
    let to = sorted.partition_point(|item| time(item) - around <= SAME_MOMENT);
    from..to.max(from)
}

/// The time that a file states of itself.
fn embedded(heard: &Heard, file: &FileAt<'_>) -> Option<NaiveDateTime> {
    let embedded = &heard.said[file.entry.content()?].embedded;
    let local = embedded.exif.as_ref().or(embedded.quicktime.as_ref()).map(|local| local.time);
    local.or(embedded.utc)
}

/// Which of several files one row means: the one of its exact spelling, then of another case, then with Apple's
/// `-N`.
fn best<'a>(claimant: &Claimant<'a>, pool: &[FileAt<'a>]) -> Option<FileAt<'a>> {
    let rank = |file: &FileAt<'a>| (file.renamed, file.entry.name() != claimant.name());
    let best = pool.iter().map(rank).min()?;
    let candidates: Vec<FileAt<'a>> = pool.iter().filter(|file| rank(file) == best).copied().collect();
    are_one(&candidates).then(|| candidates.first().copied())?
}

/// Whether all of these are copies of the same bytes.
fn are_one(files: &[FileAt<'_>]) -> bool {
    files.iter().all(|file| files.first().is_some_and(|first| first.identity() == file.identity()))
}
