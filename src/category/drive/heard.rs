//! What the lists of iCloud Drive say, and what only the bytes of files can tell: whether Apple's hashes are those of
//! their bytes, and which packages came as zips.
//!
//! Files are read for their hashes only once the smallest have shown what the hashes are of. Then every file is read
//! again, but for those that an earlier run has proved.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read};

use rayon::iter::{IntoParallelIterator, ParallelIterator};

use crate::category::Packages;
use crate::category::drive::delivered::{self, Delivered, Lists};
use crate::category::drive::files::samples;
use crate::category::drive::hash::{BaseHash, Hasher, Scheme, proved};
use crate::category::drive::list;
use crate::category::drive::package::{self, Package};
use crate::category::drive::path::{is_package_as_zip, may_be_package_as_zip};
use crate::category::drive::rows::{Matched, Matching, Rule};
use crate::category::outcome::{Hearing, Open};
use crate::category::recognise::Sort;
use crate::contents::{ContentId, ExportId};
use crate::problem::refusal::refused;

/// Bytes of memory that the rows of all lists may take, besides what each brings: those of some 300,000 files.
const FLOOR: usize = 80 << 20;

/// What is added for each file: its row.
const EACH_FILE: usize = 1 << 10;

/// What was read.
#[derive(Debug, Default)]
pub struct Heard {
    pub lists: Lists,
    /// What the hashes of an export were found to be of.
    pub schemes: BTreeMap<ExportId, Scheme>,
    /// The hashes of bytes, by the scheme of their export.
    pub hashes: BTreeMap<(ExportId, ContentId), BaseHash>,
    /// Bytes of packages that came as zips, and what is in them if anybody asks.
    pub zips: BTreeMap<ContentId, Option<Package>>,
}

/// Reads every list, and of files as much as their lists call for.
pub fn hear(hearing: &mut Hearing<'_>) -> Heard {
    let contents = hearing.contents;
    let mut heard = Heard { lists: lists(hearing), ..Heard::default() };
    for delivered in delivered::all(contents, &heard.lists) {
        let matching = delivered.matching(|_| None);
        if let Some(scheme) = scheme(hearing.open, &delivered, &matching) {
            let wanted = to_hash(hearing, &delivered, &matching);
            let open = hearing.open;
            let hashed: Vec<_> =
                wanted.into_par_iter().map(|content| (content, hash_of(open, content, scheme))).collect();
            for (content, hash) in hashed {
                match hash {
                    Ok(hash) => _ = heard.hashes.insert((delivered.export, content), hash),
                    Err(error) => hearing.refuse(content, refused(&error)),
                }
            }
            heard.schemes.insert(delivered.export, scheme);
        }
        let packages = delivered.files.iter().filter(|file| may_be_package_as_zip(file.name()));
        for (content, name) in packages.filter_map(|file| Some((file.content?, file.name()))) {
            if heard.zips.contains_key(&content)
                || !hearing.head(content, 4).is_some_and(|head| is_package_as_zip(name, &head))
            {
                continue;
            }
            let package = match hearing.packages {
                Packages::AsDelivered => None,
                Packages::Unpacked => match package::read(hearing.open, content, name) {
                    Ok(package) => Some(package),
                    Err(refusal) => {
                        hearing.refuse(content, refusal);
                        None
                    }
                },
            };
            heard.zips.insert(content, package);
        }
    }
    heard
}

fn lists(hearing: &mut Hearing<'_>) -> Lists {
    let contents = hearing.contents;
    let of = |wanted: Sort| contents.entries.iter().filter(move |entry| Sort::of(entry) == Some(wanted));
    let mut room = of(Sort::DriveFile).count().saturating_mul(EACH_FILE).saturating_add(FLOOR);
    let mut lists = Lists::new();
    for entry in of(Sort::DriveList) {
        let Some(content) = entry.content().filter(|content| !lists.contains_key(content)) else { continue };
        room = room.saturating_add(hearing.room_of(entry));
        let Some(source) = hearing.reader(content) else { continue };
        match list::read(source, room) {
            Ok(list) => {
                room = room.saturating_sub(list.sheet.weight);
                lists.insert(content, list);
            }
            Err(refusal) => hearing.refuse(content, refusal),
        }
    }
    lists
}

/// What the hashes of an export are of, if the smallest files show it.
fn scheme(open: &dyn Open, delivered: &Delivered<'_>, matching: &Matching) -> Option<Scheme> {
    let sizes: Vec<u64> = delivered.files.iter().map(|file| file.size).collect();
    let samples = samples(&delivered.rows, matching, &sizes);
    let tried = samples.into_iter().map(|(file, stated)| {
        let content = delivered.files.get(file)?.content?;
        let mut hashes = Scheme::ALL.iter().map(|scheme| hash_of(open, content, *scheme).ok());
        Some((stated, [hashes.next()??, hashes.next()??]))
    });
    proved(&tried.collect::<Option<Vec<_>>>()?)
}

/// The bytes of files whose hash says more than is known.
fn to_hash(hearing: &Hearing<'_>, delivered: &Delivered<'_>, matching: &Matching) -> BTreeSet<ContentId> {
    let is_wanted = |matched: &Matched, content: ContentId| match matched {
        Matched::Row(row, rule) => {
            let states = delivered.rows.get(*row).is_some_and(|row| row.hash().is_some());
            states && !(*rule == Rule::NameAndSize && hearing.proved.contains(content))
        }
        Matched::OneOf(_) | Matched::Nothing => true,
        Matched::InPackage(_) => false,
    };
    let files = delivered.files.iter().zip(&matching.files);
    files.filter_map(|(file, matched)| file.content.filter(|content| is_wanted(matched, *content))).collect()
}

fn hash_of(open: &dyn Open, content: ContentId, scheme: Scheme) -> io::Result<BaseHash> {
    let mut reader = open.open(content)?;
    let mut hasher = Hasher::new(scheme);
    let mut buffer = vec![0; 128 * 1024];
    loop {
        match reader.read(&mut buffer)? {
            0 => return Ok(hasher.finish()),
            count => hasher.update(buffer.get(..count).unwrap_or_default()),
        }
    }
}
