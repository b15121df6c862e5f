//! What each file of iCloud Drive becomes: its place, its dates, and whether Apple's list proves it.
//!
//! Bytes stay as delivered, packages too. A date that several rows may mean is unknown.

use std::borrow::Cow;
use std::collections::HashMap;
use std::collections::hash_map::Entry;

use chrono_tz::Tz;

use crate::apple::text::split;
use crate::category::dated::{Dated, Written};
use crate::category::drive::delivered::nfc;
use crate::category::drive::hash::{BaseHash, SAMPLES};
use crate::category::drive::list::Row;
use crate::category::drive::rows::{Matched, Matching, Rule};
use crate::category::places::Places;

/// Where iCloud Drive stands in a library.
const ROOT: &str = "Drive";

/// A file as the list has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    pub created: Dated,
    /// The modification time that the file gets, if it is known.
    pub modified: Dated,
    pub opened: Dated,
    pub favourite: Option<bool>,
    pub executable: Option<bool>,
    /// `Base Hash` as it stands; empty where several rows say different ones.
    pub base_hash: Box<str>,
    /// By what the row was found; `None` for equal candidates.
    pub rule: Option<Rule>,
    /// Whether the list states another size than the file has. Of packages it may.
    pub differs_in_size: Option<u64>,
}

/// What the list says of a file, as far as all rows that may speak of it say the same. `None` if no row can. `size` is
/// that of the file; `zone` is where the clock of the list is thought to have stood.
pub fn listed(rows: &[Row], matching: &Matching, file: usize, size: u64, zone: Tz) -> Option<Listed> {
    let of_file: Vec<&Row> = matching.rows_of(file).iter().filter_map(|row| rows.get(*row)).collect();
    let (first, others) = of_file.split_first()?;
    let date = |of: fn(&Row) -> &Written| {
        let agreed = others.iter().all(|row| of(row) == of(first));
        if agreed { of(first).read_in(zone) } else { Dated::unknown() }
    };
    let flag = |of: fn(&Row) -> Option<bool>| {
        of(first).filter(|flag| others.iter().all(|row| of(row) == Some(*flag)))
    };
    let hash = others.iter().all(|row| row.base_hash == first.base_hash).then(|| first.base_hash.clone());
    Some(Listed {
        created: date(|row| &row.created),
        modified: date(|row| &row.modified),
        opened: date(|row| &row.opened),
        favourite: flag(|row| row.favourite),
        executable: flag(|row| row.executable),
        base_hash: hash.unwrap_or_default(),
        rule: match matching.files.get(file) {
            Some(Matched::Row(_, rule)) => Some(*rule),
            _ => None,
        },
        differs_in_size: first.size.filter(|stated| others.is_empty() && *stated != size),
    })
}

/// The files on which the schemes of `Base Hash` are tried: the ten smallest that found their row by name and size.
/// Empty ones come last, for all of them have one hash. `sizes` are those of the files, in their order.
pub fn samples(rows: &[Row], matching: &Matching, sizes: &[u64]) -> Vec<(usize, BaseHash)> {
    let stated = |(file, matched): (usize, &Matched)| match matched {
        Matched::Row(row, Rule::NameAndSize) => Some((file, rows.get(*row)?.hash()?)),
        _ => None,
    };
    let mut samples: Vec<(usize, BaseHash)> = matching.files.iter().enumerate().filter_map(stated).collect();
    let order = |(file, _): &(usize, BaseHash)| {
        let size = sizes.get(*file).copied().unwrap_or(u64::MAX);
        (size == 0, size, *file)
    };
    samples.sort_unstable_by_key(order);
    samples.truncate(SAMPLES);
    samples
}

/// What a hash of the bytes says of a file, once a scheme has proved itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// A row that speaks of it states this hash.
    Proved,
    /// Its row states another: a checksum mismatch.
    Mismatch,
    /// No row that speaks of it states one.
    Unknown,
}

/// Compares a file's hash with what its rows state.
pub fn verdict(rows: &[Row], matching: &Matching, file: usize, hash: BaseHash) -> Verdict {
    let stated: Vec<Option<BaseHash>> =
        matching.rows_of(file).iter().filter_map(|row| rows.get(*row)).map(Row::hash).collect();
    match stated.as_slice() {
        all if all.contains(&Some(hash)) => Verdict::Proved,
        [] => Verdict::Unknown,
        all if all.iter().all(Option::is_some) => Verdict::Mismatch,
        _ => Verdict::Unknown,
    }
}

/// The owner's tree, made portable: where each path below the root wants to stand, from the library, `/` between
/// components. A path of several exports has one place; two that a file system takes for one get ` (2)` in their order.
#[derive(Debug, Default)]
pub struct Tree<'p> {
    places: Places,
    /// The place of each path, as both zips and folders have it.
    known: HashMap<Cow<'p, str>, String>,
}

impl<'p> Tree<'p> {
    /// Gives places to the paths of one more export: its folders come before its files.
    pub fn grow(&mut self, paths: impl Iterator<Item = &'p str>) {
        let new: Vec<&str> = paths.filter(|path| !self.known.contains_key(&nfc(path))).collect();
        let folders: Vec<String> = new.iter().map(|path| self.folder(path)).collect();
        for (path, folder) in new.into_iter().zip(folders) {
            let (stem, extension) = split(path.rsplit('/').next().unwrap_or(path));
            if let Entry::Vacant(unknown) = self.known.entry(nfc(path)) {
                let [place] = self.places.free(&folder, stem, [extension]);
                unknown.insert(place);
            }
        }
    }

    /// The place of a path that was given one.
    pub fn place(&self, path: &'p str) -> Option<&str> {
        self.known.get(&nfc(path)).map(String::as_str)
    }

    /// A place of this name beside another one, and of nobody else.
    pub fn beside(&mut self, place: &str, name: &str) -> String {
        let (folder, _) = place.rsplit_once('/').unwrap_or((ROOT, place));
        let (stem, extension) = split(name);
        let [free] = self.places.free(folder, stem, [extension]);
        free
    }

    fn folder(&mut self, path: &str) -> String {
        self.places.folder(ROOT, path.rsplit_once('/').map_or("", |(folder, _)| folder))
    }
}

#[cfg(test)]
mod tests {
    use super::{Tree, Verdict, listed, samples, verdict};
    use crate::category::drive::hash::{Scheme, proved};
    use crate::category::drive::list::{Row, read};
    use crate::category::drive::rows::{Known, Rule, matching};
    use base64::Engine;
    use chrono_tz::Tz;
    use sha2::Digest;

    fn rows(text: &str) -> Vec<Row> {
        let header =
            "Title, Base Hash, Type, Size, Created On, Modified On, Last Opened On, Favourite, Executable\n";
        read(format!("{header}{text}").as_bytes(), 1 << 20).expect("it has room").rows
    }

    fn hash(content: &str) -> String {
        base64::engine::general_purpose::STANDARD.encode(sha2::Sha256::digest(content))
    }

    fn known<'a>(path: &'a str, size: u64) -> Known<'a> {
        Known { path, size, hash: None }
    }

    #[test]
    fn what_the_list_says_of_a_file() {
        let rows = rows(&format!(
            "a.sh,{},File,2,05-07-2025 10:11:12,05-07-2025 10:11:13,,yes,yes\n\
             b,,File,1,05-07-2025 10:11:12,05-07-2025 10:11:12,,no,no\n\
             b,,File,1,05-08-2025 10:11:12,05-07-2025 10:11:12,,no,yes\nc,,File,7,,,,,\n",
            hash("aa")
        ));
        let files = [known("x/a.sh", 2), known("x/b", 1), known("y/b", 1), known("c", 8), known("d", 1)];
        let found = matching(&rows, &files);
        let said = |file: usize| listed(&rows, &found, file, files[file].size, Tz::America__Los_Angeles);
        let script = said(0).expect("a row");
        assert_eq!(script.modified.rfc3339().as_deref(), Some("2025-05-07T17:11:13Z"));
        assert_eq!(
            (script.executable, script.favourite, script.rule),
            (Some(true), Some(true), Some(Rule::NameAndSize))
        );
        let twin = said(1).expect("two rows");
        assert_eq!(
            (twin.created.utc, twin.modified.utc.is_some(), twin.favourite, twin.executable),
            (None, true, Some(false), None)
        );
        assert_eq!(said(3).expect("a row").differs_in_size, Some(7));
        assert_eq!(said(4), None);
    }

    #[test]
    fn hashes_are_tried_on_the_smallest() {
        let contents: Vec<String> = (0..14).map(|n| "x".repeat(n / 2)).collect();
        let names: Vec<String> = (0..14).map(|n| format!("{n}.txt")).collect();
        let table: String = names
            .iter()
            .zip(&contents)
            .map(|(name, content)| format!("{name},{},File,{},,,,,\n", hash(content), content.len()))
            .collect();
        let rows = rows(&table);
        let files: Vec<Known> =
            names.iter().zip(&contents).map(|(name, content)| known(name, content.len() as u64)).collect();
        let sizes: Vec<u64> = files.iter().map(|file| file.size).collect();
        let found = matching(&rows, &files);
        let samples = samples(&rows, &found, &sizes);
        assert_eq!(
            samples.iter().map(|(file, _)| *file).collect::<Vec<_>>(),
            [2, 3, 4, 5, 6, 7, 8, 9, 10, 11]
        );
        let tried: Vec<_> = samples
            .iter()
            .map(|(file, stated)| (*stated, Scheme::ALL.map(|scheme| scheme.of(contents[*file].as_bytes()))))
            .collect();
        let scheme = proved(&tried).expect("it holds");
        assert_eq!(verdict(&rows, &found, 0, scheme.of(b"")), Verdict::Proved);
        assert_eq!(verdict(&rows, &found, 0, scheme.of(b"y")), Verdict::Mismatch);
        let bare = super::tests::rows("0.txt,,File,0,,,,,\n");
        assert_eq!(verdict(&bare, &matching(&bare, &files[..1]), 0, scheme.of(b"")), Verdict::Unknown);
        assert_eq!(verdict(&[], &matching(&[], &files), 0, scheme.of(b"")), Verdict::Unknown);
    }

    #[test]
    fn the_owners_tree_made_portable() {
        let tree = [
            "a/b.txt",
            "A/B.txt",
            "c?/d",
            "c:/d",
            "CON/x.",
            "../y",
            "e.tar.gz",
            "Photos/Photo Details.csv",
            "a",
        ];
        let mut places = Tree::default();
        places.grow(tree.into_iter());
        assert_eq!(
            tree.map(|path| places.place(path).unwrap_or_default()),
            [
                "Drive/a/b.txt",
                "Drive/a/B (2).txt",
                "Drive/c_/d",
                "Drive/c_ (2)/d",
                "Drive/_CON/x",
                "Drive/_/y",
                "Drive/e.tar.gz",
                "Drive/Photos/Photo Details.csv",
                "Drive/a (2)",
            ]
        );
        // a later export has some of it, with a folder where a file was
        places.grow(["a/b.txt", "e.tar.gz/x", "e\u{301}"].into_iter());
        assert_eq!(places.place("a/b.txt"), Some("Drive/a/b.txt"));
        assert_eq!(places.place("e.tar.gz/x"), Some("Drive/e.tar.gz (2)/x"));
        assert_eq!(places.place("\u{e9}"), Some("Drive/\u{e9}"));
        assert_eq!(places.beside("Drive/a/b.txt", "Song.band"), "Drive/a/Song.band");
        assert_eq!(places.beside("Drive/a/b.txt", "Song.band"), "Drive/a/Song (2).band");
    }
}
