//! How much of iCloud Drive a run's inputs hold, as a person counts: a package is one file whatever it came as, and what
//! two exports both have counts once.

use std::cmp::Ordering;
use std::collections::HashSet;

use crate::category::drive::delivered::{Delivered, Lists, nfc, united};
use crate::category::drive::rows::{Matched, Matching};
use crate::category::outcome::Count;
use crate::category::recognise::Sort;
use crate::contents::{Category, ContentId, Contents};

/// What has been counted so far. Files are numbered.
pub struct Counting<'l> {
    lists: HashSet<ContentId>,
    files: HashSet<usize>,
    matched: HashSet<usize>,
    /// Files that lie in packages which came as folders.
    packed: HashSet<usize>,
    /// Those folders.
    packages: HashSet<String>,
    /// The name, size and hash of rows, in order: each as often as it is in one export, at most.
    listed: Vec<&'l [u8]>,
}

impl<'l> Counting<'l> {
    /// Of what these inputs hold.
    pub fn of(contents: &Contents) -> Self {
        let given = contents.entries.iter().filter(|entry| entry.given);
        let lists = given.filter(|entry| Sort::of(entry) == Some(Sort::DriveList));
        Counting {
            lists: lists.filter_map(|entry| entry.content()).collect(),
            files: HashSet::new(),
            matched: HashSet::new(),
            packed: HashSet::new(),
            packages: HashSet::new(),
            listed: Vec::new(),
        }
    }

    /// Adds an export; `numbers` are those of its files, `None` for damaged ones.
    pub fn add(
        &mut self,
        lists: &'l Lists,
        export: &Delivered<'_>,
        matching: &Matching,
        numbers: &[Option<usize>],
    ) {
        let number = |at: usize| numbers.get(at).copied().flatten();
        for (at, _) in export.files.iter().enumerate().filter(|(_, file)| file.is_given) {
            let Some(number) = number(at) else { continue };
            self.files.insert(number);
            match matching.files.get(at) {
                Some(Matched::Row(..)) => _ = self.matched.insert(number),
                Some(Matched::InPackage(row)) => {
                    self.packed.insert(number);
                    let found = matching.packages.binary_search_by_key(row, |(of, _)| *of);
                    let package = found.ok().and_then(|package| matching.packages.get(package));
                    self.packages.extend(package.map(|(_, folder)| nfc(folder).into_owned()));
                }
                Some(Matched::OneOf(_) | Matched::Nothing) | None => {}
            }
        }
        for group in &matching.groups {
            let given = |at: &&usize| export.files.get(**at).is_some_and(|file| file.is_given);
            let given = group.files.iter().filter(given).filter_map(|at| number(*at));
            self.matched.extend(given.take(group.rows.len()));
        }
        let given = export.lists.iter().filter(|list| self.lists.contains(list));
        let rows = united(given.filter_map(|list| lists.get(list)));
        let mut here: Vec<&[u8]> = rows.named().collect();
        here.sort_unstable();
        let before = std::mem::take(&mut self.listed);
        self.listed = if before.is_empty() { here } else { most_of_both(&before, &here) };
    }

    /// The numbers; `None` if these inputs hold nothing of iCloud Drive.
    pub fn done(self) -> Option<Count> {
        if self.files.is_empty() && self.lists.is_empty() {
            return None;
        }
        let packages = self.packages.len();
        let items = self.files.difference(&self.packed).count() + packages;
        let listed = (!self.lists.is_empty()).then_some(self.listed.len() as u64);
        let matched = (self.matched.len() + packages) as u64;
        let (items, files) = (items as u64, self.files.len() as u64);
        Some(Count { items, listed, matched, files, ..Count::of(Category::Drive) })
    }
}

/// What one or the other has, as often as the one that has it more often. Both are in order.
fn most_of_both<T: Ord + Copy>(a: &[T], b: &[T]) -> Vec<T> {
    let (mut a, mut b) = (a.iter().copied().peekable(), b.iter().copied().peekable());
    let next = || {
        let order = match (a.peek(), b.peek()) {
            (Some(of_a), Some(of_b)) => of_a.cmp(of_b),
            (_, None) => Ordering::Less,
            (None, _) => Ordering::Greater,
        };
        match order {
            Ordering::Less => a.next(),
            Ordering::Greater => b.next(),
            Ordering::Equal => a.next().and(b.next()),
        }
    };
    std::iter::from_fn(next).collect()
}

#[cfg(test)]
mod tests {
    use super::most_of_both;

    #[test]
    fn what_two_exports_have() {
        for (a, b, both) in [
            (&[1, 1, 2, 4][..], &[1, 2, 2, 3][..], &[1, 1, 2, 2, 3, 4][..]),
            (&[], &[1, 1], &[1, 1]),
            (&[2], &[], &[2]),
        ] {
            assert_eq!(most_of_both(a, b), both);
            assert_eq!(most_of_both(b, a), both);
        }
    }
}
