//! How much of iCloud Drive a run's inputs hold, as a person counts: a package is one file whatever it came as, and what
//! two exports both have counts once.

use std::collections::{HashMap, HashSet};

use crate::category::drive::delivered::{Delivered, Lists, nfc, united};
use crate::category::drive::rows::{Matched, Matching};
use crate::category::outcome::Count;
use crate::category::recognise::Sort;
use crate::contents::{Category, ContentId, Contents};

/// What has been counted so far. Files are numbered.
pub struct Counting {
    lists: HashSet<ContentId>,
    files: HashSet<usize>,
    matched: HashSet<usize>,
    /// Files that lie in packages which came as folders.
    packed: HashSet<usize>,
    /// Those folders.
    packages: HashSet<String>,
    /// How often rows of one name, size and hash are in one export, at most.
    listed: HashMap<Row, u64>,
}

type Row = (Box<str>, Option<u64>, Box<str>);

impl Counting {
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
            listed: HashMap::new(),
        }
    }

    /// Adds an export; `numbers` are those of its files, `None` for damaged ones.
    pub fn add(
        &mut self,
        lists: &Lists,
        export: &Delivered<'_>,
        matching: &Matching,
        numbers: &[Option<usize>],
    ) {
        let number = |at: usize| numbers.get(at).copied().flatten();
        for (at, file) in export.files.iter().enumerate().filter(|(_, file)| file.is_given) {
            let Some(number) = number(at) else { continue };
            self.files.insert(number);
            match matching.files.get(at) {
                Some(Matched::Row(..)) => _ = self.matched.insert(number),
                Some(Matched::InPackage(row)) => {
                    self.packed.insert(number);
                    let package = matching
                        .packages
                        .iter()
                        .find(|(of, folder)| of == row && file.path.get(..folder.len()) == Some(folder));
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
        let rows = united(given.filter_map(|list| lists.get(list)).map(|sheet| sheet.rows.as_slice()));
        let mut here: HashMap<Row, u64> = HashMap::new();
        for row in rows.iter() {
            *here.entry((row.title.clone(), row.size, row.base_hash.clone())).or_default() += 1;
        }
        for (row, count) in here {
            let most = self.listed.entry(row).or_default();
            *most = count.max(*most);
        }
    }

    /// The numbers; `None` if these inputs hold nothing of iCloud Drive.
    pub fn done(self) -> Option<Count> {
        if self.files.is_empty() && self.lists.is_empty() {
            return None;
        }
        let packages = self.packages.len();
        let items = self.files.difference(&self.packed).count() + packages;
        let listed = (!self.lists.is_empty()).then(|| self.listed.values().sum());
        let matched = (self.matched.len() + packages) as u64;
        let (items, files) = (items as u64, self.files.len() as u64);
        Some(Count { items, listed, matched, files, ..Count::of(Category::Drive) })
    }
}
