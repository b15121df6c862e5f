//! Rows to files: which row of Apple's list speaks of which file.
//!
//! The list has names and sizes and no paths, and a tree with a hundred `index.html` is an ordinary one. Rows and files
//! that nothing tells apart stay together as a group, and no date is guessed from it. What all rows of a group say is
//! still true of each of its files.
//!
//! A package (`Talk.key`) is one row whatever it came as: a folder, a file, or a zip beside its name.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use crate::apple::text::{file_name, match_key};
use crate::category::drive::delivered::nfc;
use crate::category::drive::hash::BaseHash;
use crate::category::drive::list::{Row, Rows};
use crate::category::drive::path::is_package;
use crate::library::name::{fold, portable};

/// What of a file tells which row is its own.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// Its path below the root.
    pub path: &'a str,
    /// In bytes.
    pub size: u64,
    /// Its hash, where a scheme has proved itself.
    pub hash: Option<BaseHash>,
}

/// By what a file found its row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rule {
    /// The only row and the only file of this name and size.
    NameAndSize,
    /// The only row and the only file of this name, although the sizes differ.
    Name,
    /// The only row and the only file of this name with these bytes.
    Hash,
    /// By name and size, whatever the case or what a file system made of the name.
    Folded,
    /// A package that came as `X.key.zip`.
    PackageAsZip,
}

impl Rule {
    /// Its word in tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Rule::NameAndSize => "name-and-size",
            Rule::Name => "name",
            Rule::Hash => "hash",
            Rule::Folded => "folded-name-and-size",
            Rule::PackageAsZip => "package-as-zip",
        }
    }
}

/// What a file found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Matched {
    /// No row.
    Nothing,
    /// The row at this index.
    Row(usize, Rule),
    /// One of these rows, nobody knows which.
    OneOf(Arc<[usize]>),
    /// It lies in the package of the row at this index.
    InPackage(usize),
}

/// Rows and files that nothing tells apart. Indices into what was matched, sorted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    pub rows: Arc<[usize]>,
    pub files: Vec<usize>,
}

/// All rows and files, matched.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Matching {
    /// What each file found, in the order given.
    pub files: Vec<Matched>,
    pub groups: Vec<Group>,
    /// Rows of packages that came as folders, with the folder's path below the root.
    pub packages: Vec<(usize, Box<str>)>,
    /// Rows whose file is nowhere; of a group with more rows than files nobody knows which these are.
    pub missing: Vec<usize>,
    /// Files that no row can speak of.
    pub unlisted: Vec<usize>,
}

impl Matching {
    /// How many rows have found what they speak of.
    pub fn matched(&self) -> usize {
        let alone = self.files.iter().filter(|matched| matches!(matched, Matched::Row(..))).count();
        let grouped: usize = self.groups.iter().map(|group| group.rows.len().min(group.files.len())).sum();
        alone + self.packages.len() + grouped
    }

    /// The rows that may speak of a file itself: none, one, or equal candidates.
    pub fn rows_of(&self, file: usize) -> &[usize] {
        match self.files.get(file) {
            Some(Matched::Row(row, _)) => std::slice::from_ref(row),
            Some(Matched::OneOf(rows)) => rows,
            Some(Matched::Nothing | Matched::InPackage(_)) | None => &[],
        }
    }
}

/// Matches the rows of all lists of an export with the files of all its parts.
pub fn matching(rows: &Rows<'_>, files: &[Known<'_>]) -> Matching {
    let mut open = Open {
        rows,
        files,
        open_rows: (0..rows.len()).collect(),
        open_files: (0..files.len()).collect(),
        found: Matching { files: vec![Matched::Nothing; files.len()], ..Matching::default() },
    };
    open.tier(Rule::NameAndSize, |row| Some((title(row), row.size?)), |file| Some((name(file), file.size)));
    open.only_name();
    open.tier(Rule::Hash, |row| Some((title(row), row.hash()?)), |file| Some((name(file), file.hash?)));
    open.tier(
        Rule::Folded,
        |row| Some((match_key(row.title), row.size?)),
        |file| Some((match_key(file_name(file.path)), file.size)),
    );
    // a name that an unzipper or a share has made portable
    open.tier(
        Rule::Folded,
        |row| Some((loose(row.title), row.size?)),
        |file| Some((loose(file_name(file.path)), file.size)),
    );
    open.tier(
        Rule::PackageAsZip,
        |row| Some(match_key(row.title)).filter(|title| is_package(title)),
        |file| match_key(file_name(file.path)).strip_suffix(".zip").map(str::to_owned),
    );
    open.package_folders();
    open.group(|row| Some((title(row), row.size?)), |file| (name(file), file.size));
    open.group(|row| Some(title(row)), name);
    open.finish()
}

fn title<'a>(row: &Row<'a>) -> Cow<'a, str> {
    nfc(row.title)
}

fn name<'a>(file: &Known<'a>) -> Cow<'a, str> {
    nfc(file_name(file.path))
}

/// What has not been matched yet.
struct Open<'a> {
    rows: &'a Rows<'a>,
    files: &'a [Known<'a>],
    open_rows: Vec<usize>,
    open_files: Vec<usize>,
    found: Matching,
}

/// Rows and files that have one key.
type Sides<K> = BTreeMap<K, (Vec<usize>, Vec<usize>)>;

impl<'a> Open<'a> {
    /// By the keys that files have: a list may have a million rows more.
    fn sides<K: Ord>(
        &self,
        row_key: impl Fn(&Row<'a>) -> Option<K>,
        file_key: impl Fn(&Known<'a>) -> Option<K>,
    ) -> Sides<K> {
        let mut sides: Sides<K> = BTreeMap::new();
        for &file in &self.open_files {
            if let Some(key) = self.files.get(file).and_then(&file_key) {
                sides.entry(key).or_default().1.push(file);
            }
        }
        if sides.is_empty() {
            return sides;
        }
        for &row in &self.open_rows {
            let key = self.rows.get(row).and_then(|row| row_key(&row));
            if let Some(side) = key.and_then(|key| sides.get_mut(&key)) {
                side.0.push(row);
            }
        }
        sides
    }

    /// Pairs the one row and the one file of a key.
    fn tier<K: Ord>(
        &mut self,
        rule: Rule,
        row_key: impl Fn(&Row<'a>) -> Option<K>,
        file_key: impl Fn(&Known<'a>) -> Option<K>,
    ) {
        for (rows, files) in self.sides(row_key, file_key).into_values() {
            if let ([row], [file]) = (rows.as_slice(), files.as_slice()) {
                self.set(*file, Matched::Row(*row, rule));
            }
        }
        self.close();
    }

    /// Pairs by name alone, but only names that no other row and no other file of the whole export has: of two files of
    /// one name the sizes may be all that tells which is missing.
    fn only_name(&mut self) {
        let mut counts: HashMap<Cow<'a, str>, [usize; 2]> = HashMap::new();
        for file in self.files {
            let [files, _] = counts.entry(name(file)).or_default();
            *files += 1;
        }
        for row in self.rows.iter() {
            if let Some([_, rows]) = counts.get_mut(&title(&row)) {
                *rows += 1;
            }
        }
        counts.retain(|_, counts| *counts == [1, 1]);
        let once = |key: &Cow<'a, str>| counts.contains_key(key);
        self.tier(Rule::Name, |row| Some(title(row)).filter(once), |file| Some(name(file)).filter(once));
    }

    /// Packages that came as folders: the only row and the only folder of that name.
    fn package_folders(&mut self) {
        let mut folders: BTreeMap<String, HashSet<&str>> = BTreeMap::new();
        for &file in &self.open_files {
            if let Some((folder, name)) = self.files.get(file).and_then(|file| package_of(file.path)) {
                folders.entry(match_key(name)).or_default().insert(folder);
            }
        }
        if folders.is_empty() {
            return;
        }
        let mut rows: HashMap<&str, Vec<usize>> = HashMap::new();
        for &row in &self.open_rows {
            let name = self.rows.get(row).map(|row| match_key(row.title)).unwrap_or_default();
            if let Some((name, _)) = folders.get_key_value(&name) {
                rows.entry(name).or_default().push(row);
            }
        }
        let mut owner: HashMap<&str, usize> = HashMap::new();
        for (name, folders) in &folders {
            let rows = rows.get(name.as_str()).map(Vec::as_slice).unwrap_or_default();
            let mut folders = folders.iter();
            if let ([row], Some(folder), None) = (rows, folders.next(), folders.next()) {
                owner.insert(folder, *row);
                self.found.packages.push((*row, (*folder).into()));
            }
        }
        for file in self.open_files.clone() {
            let package = self.files.get(file).and_then(|file| package_of(file.path));
            if let Some(row) = package.and_then(|(folder, _)| owner.get(folder)) {
                self.set(file, Matched::InPackage(*row));
            }
        }
        let taken = self.found.packages.iter().map(|(row, _)| *row).collect();
        self.open_rows = without(std::mem::take(&mut self.open_rows), taken);
        self.close();
    }

    /// Puts what has one key on both sides together.
    fn group<K: Ord>(&mut self, row_key: impl Fn(&Row<'a>) -> Option<K>, file_key: impl Fn(&Known<'a>) -> K) {
        let sides = self.sides(row_key, |file| Some(file_key(file)));
        for (rows, files) in sides.into_values().filter(|(rows, _)| !rows.is_empty()) {
            let rows: Arc<[usize]> = rows.into();
            for &file in &files {
                self.set(file, Matched::OneOf(Arc::clone(&rows)));
            }
            self.found.groups.push(Group { rows, files });
        }
        self.close();
    }

    fn set(&mut self, file: usize, matched: Matched) {
        if let Some(found) = self.found.files.get_mut(file) {
            *found = matched;
        }
    }

    /// Takes what was matched out of what is open.
    fn close(&mut self) {
        let found = &self.found;
        let mut taken: Vec<usize> =
            found.groups.iter().flat_map(|group| group.rows.iter().copied()).collect();
        self.open_files.retain(|file| match found.files.get(*file) {
            Some(Matched::Nothing) => true,
            Some(Matched::Row(row, _)) => {
                taken.push(*row);
                false
            }
            Some(Matched::OneOf(_) | Matched::InPackage(_)) | None => false,
        });
        self.open_rows = without(std::mem::take(&mut self.open_rows), taken);
    }

    fn finish(self) -> Matching {
        let mut found = self.found;
        found.groups.sort_by(|a, b| a.files.cmp(&b.files));
        found.packages.sort();
        Matching { missing: self.open_rows, unlisted: self.open_files, ..found }
    }
}

/// The outermost folder of a path that is a package, and its name.
fn package_of(path: &str) -> Option<(&str, &str)> {
    let mut end = 0;
    let mut components = path.split('/').peekable();
    while let Some(component) = components.next() {
        end += component.len();
        components.peek()?;
        if is_package(component) {
            return Some((path.get(..end)?, component));
        }
        end += 1;
    }
    None
}

/// A name as any file system would have it.
fn loose(name: &str) -> String {
    fold(&portable(name))
}

fn without(all: Vec<usize>, mut taken: Vec<usize>) -> Vec<usize> {
    taken.sort_unstable();
    all.into_iter().filter(|one| taken.binary_search(one).is_err()).collect()
}

#[cfg(test)]
mod tests;
