//! What the lists and files of iCloud Drive come to, of all exports together: one tree, each file with its place, its
//! dates, and whether Apple's list proves it.
//!
//! Of several rows for the same file the newest export's decides. Nothing is said of exports of which these inputs hold
//! nothing.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::Write;

use chrono::NaiveDateTime;
use chrono_tz::Tz;

use crate::apple::sheet::Lines;
use crate::apple::stamp::Stamp;
use crate::apple::table::Encoding;
use crate::apple::text::split;
use crate::category::drive::count::Counting;
use crate::category::drive::delivered::{self, Delivered};
use crate::category::drive::doubts;
use crate::category::drive::files::{Proving, Said, Tree, Verdict, said};
use crate::category::drive::hash::BaseHash;
use crate::category::drive::list::{List, Row};
use crate::category::drive::package::{Opened, Package, Packed};
use crate::category::drive::path::may_be_package_as_zip;
use crate::category::drive::rows::Matching;
use crate::category::outcome::{Count, Earlier, Made, Open, Standing, Wished, Wishes};
use crate::category::photos::doubts::Doubts;
use crate::category::trial::{self, Trial};
use crate::category::{Choices, Packages};
use crate::contents::{Category, ContentId, Contents, EntryId};
use crate::problem::Problem;

pub use crate::category::drive::heard::{Heard, hear};

/// What it comes to.
#[derive(Debug, Default)]
pub struct Decided {
    /// Of these inputs, if they hold any.
    pub count: Option<Count>,
    pub wishes: Wishes,
    pub problems: Vec<Problem>,
    /// Every file, in the order in which they were first delivered.
    pub files: Vec<File>,
    /// What became of the lines of each list, and how its text was read.
    pub lines: BTreeMap<ContentId, (Encoding, Lines)>,
    /// How much Apple's lists prove of these inputs.
    pub proof: Proof,
    /// What speaks against the zone in which the dates of the lists are read, if there are any.
    pub trial: Option<Trial>,
    packages: Vec<Unpacked>,
    opened: Opened,
}

/// A package that came as a zip and is to be unpacked.
#[derive(Debug)]
struct Unpacked {
    /// The zip.
    entry: EntryId,
    content: ContentId,
    /// Where the package is to stand.
    folder: String,
    /// Its files, each with its place.
    files: Vec<(String, Packed)>,
}

/// A file of the owner's iCloud Drive.
#[derive(Debug)]
pub struct File {
    pub content: ContentId,
    /// The first of its entries, which stands where it stands and has its name.
    pub entry: EntryId,
    /// What Apple's list says of it.
    pub listed: Option<Said>,
    /// Whether the list has the hash of its bytes.
    pub is_proved: bool,
}

/// How much Apple's lists prove.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Proof {
    /// There is no list, or none of its files.
    #[default]
    Nothing,
    /// What the hashes in the lists are of is unknown: only that the files have the names and sizes that are listed.
    Sizes,
    /// The hashes in the lists are those of the files.
    Hashes,
}

/// Decides for all exports together.
pub fn decide(contents: &Contents, heard: &Heard, choices: &Choices) -> Decided {
    let exports = delivered::all(contents, &heard.lists);
    let mut tree = Tree::default();
    for export in &exports {
        tree.grow(export.files.iter().filter(|file| file.content.is_some()).map(|file| file.path));
    }
    let mut united = United::default();
    let mut counting = Counting::of(contents);
    let mut doubts = Doubts::default();
    let mut proof = Proof::Nothing;
    for export in &exports {
        let hash = |content| heard.hashes.get(&(export.export, content)).copied();
        let matching = export.matching(hash);
        let numbers = united.add(&tree, export, &matching, choices.zone, &hash);
        counting.add(&heard.lists, export, &matching, &numbers);
        if export.is_given() {
            doubts::tell(contents, heard, export, &matching, &mut doubts);
            proof = proof.max(Proof::of(heard, export, &matching));
        }
    }
    let count = counting.done();
    let trial = tried(contents, &exports, choices.zone);
    let mut wishes = united.wishes(choices.zone);
    let zips = united.zips(contents, heard);
    let mut files: Vec<File> = united.files.into_iter().map(|(_, _, file)| file).collect();
    // they stay to the end, without what stood beside them
    files.shrink_to_fit();
    let packages = unpacked(&mut tree, zips, choices.packages, &mut wishes);
    let (problems, opened) = (doubts.into_problems(), Opened::default());
    let lines =
        heard.lists.iter().map(|(content, List { sheet, .. })| (*content, (sheet.encoding, sheet.lines)));
    let lines = lines.collect();
    Decided { count, wishes, problems, files, lines, proof, trial, packages, opened }
}

/// What the dates of the lists prove of the zone that they are read in.
fn tried(contents: &Contents, exports: &[Delivered<'_>], zone: Tz) -> Option<Trial> {
    let mut trial = Trial::of(zone);
    // exports that list the same file are not two witnesses, nor are its dates that are the same
    let mut heard = HashSet::new();
    for export in exports {
        let built = contents.exports[export.export].built.map(trial::latest);
        for row in export.rows.iter() {
            let dates = row.dates();
            for (at, date) in dates.iter().enumerate() {
                let is_another = !dates.iter().take(at).any(|earlier| earlier == date);
                if is_another
                    && let Ok(Some(Stamp::Clock(time))) = date.written().says()
                    && heard.insert(witness(&row, time))
                {
                    trial.stamp(time, built);
                }
            }
        }
    }
    (trial.stamps > 0).then_some(trial)
}

/// A date of a listed file, in few bytes: a list may have three million.
fn witness(row: &Row<'_>, time: NaiveDateTime) -> [u8; 16] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(format!("{:?}{}", row.size, time.and_utc().timestamp()).as_bytes());
    hasher.update(row.title.as_bytes());
    let mut witness = [0; 16];
    hasher.finalize_xof().fill(&mut witness);
    witness
}

/// A package that came as a zip.
struct Zip<'h> {
    place: String,
    entries: Vec<EntryId>,
    content: ContentId,
    package: Option<&'h Package>,
}

impl Zip<'_> {
    /// Wishes it elsewhere.
    fn wish(&self, path: &str, earlier: &Earlier, wishes: &mut Wishes) {
        for entry in &self.entries {
            if let Some(wished) = wishes.get_mut(entry) {
                (wished.path, wished.earlier) = (path.to_owned(), Some(earlier.clone()));
            }
        }
    }
}

/// Gives packages the places of their zips, which stand beside them.
fn unpacked(
    tree: &mut Tree<'_>,
    zips: Vec<Zip<'_>>,
    packages: Packages,
    wishes: &mut Wishes,
) -> Vec<Unpacked> {
    let mut unpacked: Vec<Unpacked> = Vec::new();
    for zip in zips {
        let beside = format!("{}.zip", zip.place);
        let name = zip.place.rsplit('/').next().unwrap_or_default();
        let (stem, extension) = split(name);
        let own = Some(stem).filter(|_| extension.eq_ignore_ascii_case("zip"));
        let folder = match (zip.package, own) {
            (None, Some(_)) => continue,
            (None, None) => {
                if packages == Packages::AsDelivered {
                    zip.wish(&zip.place, &Earlier::Stays(beside), wishes);
                }
                continue;
            }
            (Some(_), Some(own)) => tree.beside(&zip.place, own),
            (Some(_), None) => {
                zip.wish(&beside, &Earlier::Leaves(zip.place.clone()), wishes);
                // another version of it may have been first
                match unpacked.iter().any(|known| known.folder == zip.place) {
                    true => tree.beside(&zip.place, name),
                    false => zip.place.clone(),
                }
            }
        };
        if let (Some(package), Some(&entry)) = (zip.package, zip.entries.first()) {
            let files = package.places(&folder).into_iter().zip(package.files.iter().cloned()).collect();
            unpacked.push(Unpacked { entry, content: zip.content, folder, files });
        }
    }
    unpacked
}

impl Proof {
    fn of(heard: &Heard, export: &Delivered<'_>, matching: &Matching) -> Proof {
        match heard.schemes.contains_key(&export.export) {
            true => Proof::Hashes,
            false if matching.matched() > 0 => Proof::Sizes,
            false => Proof::Nothing,
        }
    }
}

/// The files of all exports, each path and bytes once.
#[derive(Default)]
struct United<'a> {
    /// Each with its place and its entries.
    files: Vec<(&'a str, Vec<EntryId>, File)>,
    /// Which file has this place and these bytes, and which of those that only normalisation tells apart.
    known: HashMap<(&'a str, ContentId, usize), usize>,
}

impl<'a> United<'a> {
    /// Adds the files of one more export, and says which each of them is; `None` for damaged ones.
    fn add(
        &mut self,
        tree: &'a Tree<'a>,
        export: &Delivered<'a>,
        matching: &Matching,
        zone: Tz,
        hash: &dyn Fn(ContentId) -> Option<BaseHash>,
    ) -> Vec<Option<usize>> {
        let short = short(matching);
        let mut which = Vec::with_capacity(export.files.len());
        let mut proving = Proving::new(&export.rows, matching);
        // thousands of files of one name and size share their rows, which say the same of all of them
        let mut of_groups: HashMap<usize, Option<Said>> = HashMap::new();
        for (at, delivered) in export.files.iter().enumerate() {
            let place = delivered.content.zip(tree.place(delivered.path)).zip(delivered.entries.first());
            let Some(((content, place), entry)) = place else {
                which.push(None);
                continue;
            };
            let say = || said(&export.rows, matching, at, delivered.size);
            let listed = match short.contains(&at) {
                true => None,
                false => match matching.rows_of(at) {
                    [first, _, ..] => of_groups.entry(*first).or_insert_with(say).clone(),
                    _ => say(),
                },
            };
            let verdict = hash(content).map(|hash| proving.verdict(at, hash));
            let is_proved = verdict == Some(Verdict::Proved);
            let new = File { content, entry: *entry, listed, is_proved };
            let known = *self.known.entry((place, content, delivered.twin)).or_insert(self.files.len());
            which.push(Some(known));
            match self.files.get_mut(known) {
                Some((_, entries, file)) => {
                    entries.extend(&delivered.entries);
                    file.is_proved |= new.is_proved;
                    file.listed = newest(new.listed, file.listed.take(), zone);
                }
                None => self.files.push((place, delivered.entries.clone(), new)),
            }
        }
        which
    }

    /// The packages that came as zips.
    fn zips<'h>(&self, contents: &Contents, heard: &'h Heard) -> Vec<Zip<'h>> {
        let name = |file: &File| contents.entries[file.entry].name();
        let zip = |(place, entries, file): &(&str, Vec<EntryId>, File)| {
            let package = heard.zips.get(&file.content).filter(|_| may_be_package_as_zip(name(file)))?;
            Some(Zip {
                place: (*place).to_owned(),
                entries: entries.clone(),
                content: file.content,
                package: package.as_ref(),
            })
        };
        self.files.iter().filter_map(zip).collect()
    }

    fn wishes(&self, zone: Tz) -> Wishes {
        let wished = |(place, _, file): &(&str, Vec<EntryId>, File)| Wished {
            path: (*place).to_owned(),
            modified: file.listed.as_ref().and_then(|listed| listed.modified_in(zone)),
            is_executable: file.listed.as_ref().is_some_and(|listed| listed.executable == Some(true)),
            is_proved: file.is_proved,
            earlier: None,
        };
        let of_file =
            |file: &(_, Vec<EntryId>, _)| file.1.iter().map(|id| (*id, wished(file))).collect::<Vec<_>>();
        self.files.iter().flat_map(of_file).collect()
    }
}

/// Files of groups with fewer rows than files: some have no row, and nobody knows which.
fn short(matching: &Matching) -> HashSet<usize> {
    let short = matching.groups.iter().filter(|group| group.rows.len() < group.files.len());
    short.flat_map(|group| group.files.iter().copied()).collect()
}

/// What a newer list says of a file, unless only the older one dates it.
fn newest(newer: Option<Said>, older: Option<Said>, zone: Tz) -> Option<Said> {
    let is_dated = |said: &Said| said.modified_in(zone).is_some();
    match (newer, older) {
        (Some(newer), Some(older)) if !is_dated(&newer) && is_dated(&older) => Some(older),
        (newer, older) => newer.or(older),
    }
}

impl Decided {
    /// The files of packages that came as zips, where their zips do not stand in their way.
    pub fn made<'a>(&'a self, _: &Contents, standing: &Standing<'a>) -> Vec<Made<'a>> {
        let stands_beside =
            |package: &&Unpacked| standing(package.entry).is_some_and(|zip| zip != package.folder);
        let files = self
            .packages
            .iter()
            .filter(stands_beside)
            .flat_map(|package| package.files.iter().map(|(path, file)| (package.content, path, file)));
        let made = |(content, path, file): (ContentId, &String, &'a Packed)| {
            let write = move |open: &dyn Open, to: &mut dyn Write| self.opened.write(open, content, file, to);
            let mut made = Made::new(Category::Drive, path.clone(), write).modified(file.modified);
            made.is_executable = file.is_executable;
            made
        };
        files.map(made).collect()
    }
}

#[cfg(test)]
mod tests;
