//! What each file of iCloud Drive becomes: its place, its dates, and whether Apple's list proves it.
//!
//! Bytes stay as delivered, packages too. A date that several rows may mean is unknown.

use std::borrow::Cow;
use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use crate::apple::text::{above, split};
use crate::category::dated::Dated;
use crate::category::drive::delivered::nfc;
use crate::category::drive::hash::{BaseHash, SAMPLES};
use crate::category::drive::list::{Date, Hash, Rows};
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

/// What the list says of a file, before its dates are read in a zone: half a million are held at once.
#[derive(Debug, Clone)]
pub struct Said {
    created: Date<Box<str>>,
    modified: Date<Box<str>>,
    opened: Date<Box<str>>,
    base_hash: Hash<Box<str>>,
    favourite: Option<bool>,
    pub executable: Option<bool>,
    rule: Option<Rule>,
    differs_in_size: Option<u64>,
}

impl Said {
    /// With the dates that it has where its clock stood in `zone`.
    pub fn read_in(&self, zone: Tz) -> Listed {
        Listed {
            created: self.created.written().read_in(zone),
            modified: self.modified.written().read_in(zone),
            opened: self.opened.written().read_in(zone),
            favourite: self.favourite,
            executable: self.executable,
            base_hash: self.base_hash.to_string().into(),
            rule: self.rule,
            differs_in_size: self.differs_in_size,
        }
    }

    /// The modification time that the file gets, if it is known.
    pub fn modified_in(&self, zone: Tz) -> Option<DateTime<Utc>> {
        self.modified.written().read_in(zone).utc
    }
}

/// What the list says of a file, as far as all rows that may speak of it say the same. `None` if no row can. `size` is
/// that of the file.
pub fn said(rows: &Rows<'_>, matching: &Matching, file: usize, size: u64) -> Option<Said> {
    let mut of_file = matching.rows_of(file).iter().filter_map(|row| rows.get(*row));
    let first = of_file.next()?;
    let [mut created, mut modified, mut opened] = first.dates();
    let (mut base_hash, mut favourite, mut executable) = (first.base_hash, first.favourite, first.executable);
    let mut differs_in_size = first.size.filter(|stated| *stated != size);
    for other in of_file {
        let unless = |date: &mut Date<&str>, agrees: bool| {
            if !agrees {
                *date = Date::Text("");
            }
        };
        unless(&mut created, other.created == first.created);
        unless(&mut modified, other.modified == first.modified);
        unless(&mut opened, other.opened == first.opened);
        if other.base_hash != first.base_hash {
            base_hash = Hash::Text("");
        }
        favourite = favourite.filter(|flag| other.favourite == Some(*flag));
        executable = executable.filter(|flag| other.executable == Some(*flag));
        differs_in_size = None;
    }
    Some(Said {
        created: created.owned(),
        modified: modified.owned(),
        opened: opened.owned(),
        base_hash: base_hash.owned(),
        favourite,
        executable,
        rule: match matching.files.get(file) {
            Some(Matched::Row(_, rule)) => Some(*rule),
            _ => None,
        },
        differs_in_size,
    })
}

/// The files on which the schemes of `Base Hash` are tried: the ten smallest that found their row by name and size.
/// Empty ones come last, for all of them have one hash. `sizes` are those of the files, in their order.
pub fn samples(rows: &Rows<'_>, matching: &Matching, sizes: &[u64]) -> Vec<(usize, BaseHash)> {
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

/// Compares files' hashes with what their rows state.
pub struct Proving<'m> {
    rows: &'m Rows<'m>,
    matching: &'m Matching,
    /// What the rows of a group state, by the first of them: thousands of files may share thousands of rows.
    stated: HashMap<usize, Stated>,
}

struct Stated {
    hashes: HashSet<BaseHash>,
    /// Whether a row states none.
    is_silent: bool,
}

impl<'m> Proving<'m> {
    pub fn new(rows: &'m Rows<'m>, matching: &'m Matching) -> Self {
        Proving { rows, matching, stated: HashMap::new() }
    }

    /// What `hash` says of a file.
    pub fn verdict(&mut self, file: usize, hash: BaseHash) -> Verdict {
        let of = |row: &usize| self.rows.get(*row).and_then(|row| row.hash());
        match self.matching.rows_of(file) {
            [] => Verdict::Unknown,
            [row] => match of(row) {
                Some(stated) if stated == hash => Verdict::Proved,
                Some(_) => Verdict::Mismatch,
                None => Verdict::Unknown,
            },
            several @ [first, ..] => {
                let stated = self.stated.entry(*first).or_insert_with(|| Stated {
                    hashes: several.iter().filter_map(of).collect(),
                    is_silent: several.iter().any(|row| of(row).is_none()),
                });
                match stated.hashes.contains(&hash) {
                    true => Verdict::Proved,
                    false if stated.is_silent => Verdict::Unknown,
                    false => Verdict::Mismatch,
                }
            }
        }
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
        self.places.folder(ROOT, above(path))
    }
}

#[cfg(test)]
mod tests {
    use super::{Listed, Proving, Tree, Verdict, said, samples};
    use crate::category::drive::hash::{BaseHash, Scheme, proved};
    use crate::category::drive::list::{Packed, Rows, read};
    use crate::category::drive::rows::{Known, Rule, matching};
    use base64::Engine;
    use chrono_tz::Tz;
    use sha2::Digest;

    fn rows(text: &str) -> Packed {
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
        let list = rows(&format!(
            "a.sh,{},File,2,05-07-2025 10:11:12,05-07-2025 10:11:13,,yes,yes\n\
             b,,File,1,05-07-2025 10:11:12,05-07-2025 10:11:12,,no,no\n\
             b,,File,1,05-08-2025 10:11:12,05-07-2025 10:11:12,,no,yes\nc,,File,7,,,,,\n",
            hash("aa")
        ));
        let rows = Rows::Of(&list);
        let files = [known("x/a.sh", 2), known("x/b", 1), known("y/b", 1), known("c", 8), known("d", 1)];
        let found = matching(&rows, &files);
        let said = |file: usize| -> Option<Listed> {
            said(&rows, &found, file, files[file].size).map(|said| said.read_in(Tz::America__Los_Angeles))
        };
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
        let list = rows(&table);
        let rows = Rows::Of(&list);
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
        let verdict = |list: &Packed, files: &[Known<'_>], hash: BaseHash| {
            let rows = Rows::Of(list);
            Proving::new(&rows, &matching(&rows, files)).verdict(0, hash)
        };
        assert_eq!(verdict(&list, &files, scheme.of(b"")), Verdict::Proved);
        assert_eq!(verdict(&list, &files, scheme.of(b"y")), Verdict::Mismatch);
        let bare = super::tests::rows("0.txt,,File,0,,,,,\n");
        assert_eq!(verdict(&bare, &files[..1], scheme.of(b"")), Verdict::Unknown);
        assert_eq!(verdict(&Packed::default(), &files, scheme.of(b"")), Verdict::Unknown);
        let twins = [known("x/a", 1), known("y/a", 1)];
        let pair = |b: &str| super::tests::rows(&format!("a,{},File,1,,,,,\na,{b},File,1,,,,,\n", hash("p")));
        for (other, of, expected) in [
            (hash("q"), "q", Verdict::Proved),
            (hash("q"), "r", Verdict::Mismatch),
            (String::new(), "p", Verdict::Proved),
            (String::new(), "r", Verdict::Unknown),
        ] {
            assert_eq!(verdict(&pair(&other), &twins, Scheme::Plain.of(of.as_bytes())), expected, "{of}");
        }
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
