//! Rows to media: which row speaks of which bytes.
//!
//! In: [`Contents`]. Out: [`Rows`], the claims of every row and the problems met. Never: decides
//! what a claim means (that is [`super::assets`]) or looks at a file.
//! The one surprise: a row finds its bytes by fingerprint wherever they are, in any part, export or
//! year; only what is left is settled by name. Two parts hold different files called
//! `IMG_0403.MOV` (immich-go #1314), and a name would give one the other's date.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use crate::contents::{ByContent, ContentSet, Contents, DetailsFile, Entry, Role};
use crate::export::details::{self, Checksum, Row};
use crate::fingerprint::Fingerprint;
use crate::matching::by_name::by_name;
use crate::problem::{Code, Problem};

/// One row, and where it stands.
#[derive(Debug, Clone, Copy)]
pub struct RowAt<'a> {
    /// The export that it belongs to.
    pub export: usize,
    /// The part whose details hold it.
    pub part: usize,
    /// The entry that holds it.
    pub details: usize,
    /// What it says.
    pub row: &'a Row,
}

/// What the rows say of the media.
#[derive(Debug, Default)]
pub struct Rows<'a> {
    /// Of every content, the rows that speak of it, in the order of parts, files and lines.
    pub claims: ByContent<Vec<RowAt<'a>>>,
    /// Contents that a row of any export carries the fingerprint of.
    pub proved: ContentSet,
    /// Exports that have any details.
    pub detailed: BTreeSet<usize>,
    /// Name and checksum of each row whose medium is nowhere.
    pub missing: HashSet<(&'a str, Option<String>)>,
    /// What was wrong or uncertain.
    pub problems: Vec<Problem>,
}

impl<'a> Rows<'a> {
    /// The rows that speak of this content.
    pub fn of(&self, content: usize) -> &[RowAt<'a>] {
        self.claims.get(content).map_or(&[], Vec::as_slice)
    }
}

/// Finds the media of all rows.
pub fn match_rows(contents: &Contents) -> Rows<'_> {
    let mut rows = Rows::default();
    let order = details_order(contents);
    let all = collect(contents, &order, &mut rows);
    let by_fingerprint: HashMap<Fingerprint, usize> =
        (0..contents.contents.len()).filter_map(|c| Some((contents.contents[c].fingerprint?, c))).collect();
    let held: ContentSet = media(contents).filter_map(Entry::content).collect();

    let mut left: Vec<RowAt<'_>> = Vec::new();
    for &at in &all {
        let found = match &at.row.checksum {
            Checksum::Fingerprint(fingerprint) => by_fingerprint.get(fingerprint).copied(),
            Checksum::Absent | Checksum::Opaque(_) => None,
        };
        match found.filter(|&c| held.contains(c)) {
            Some(content) => {
                rows.proved.add(content);
                // nearly every medium has one row
                rows.claims.slot(content).get_or_insert_with(|| Vec::with_capacity(1)).push(at);
            }
            None => left.push(at),
        }
    }
    opaque_exports(contents, &all, &mut rows);
    by_name(contents, &all, left, &mut rows);
    let order: HashMap<usize, usize> = order.into_iter().enumerate().map(|(n, e)| (e, n)).collect();
    for claims in rows.claims.values_mut() {
        claims.sort_by_key(|at| (at.export, order.get(&at.details).copied(), at.row.line));
    }
    rows
}

fn media(contents: &Contents) -> impl Iterator<Item = &Entry> {
    contents.entries.iter().filter(|e| e.role.is_media())
}

/// Entries that hold rows: by export, part and file, the unnumbered file of a folder first; a
/// second copy of the same file of the same part is left out.
fn details_order(contents: &Contents) -> Vec<usize> {
    let mut order: Vec<usize> = (0..contents.entries.len())
        .filter(|&i| contents.entries[i].role == Role::Details && contents.entries[i].content().is_some())
        .collect();
    order.sort_by_cached_key(|&i| {
        let entry = &contents.entries[i];
        let part = &contents.parts[entry.part];
        (part.export, part.number, entry.folder().to_owned(), order_key(entry.name()))
    });
    let mut seen = HashSet::new();
    order.retain(|&i| {
        let entry = &contents.entries[i];
        seen.insert((entry.part, entry.inner(), entry.content()))
    });
    order
}

fn collect<'a>(contents: &'a Contents, order: &[usize], rows: &mut Rows<'a>) -> Vec<RowAt<'a>> {
    let mut all = Vec::new();
    for &index in order {
        let entry = &contents.entries[index];
        let export = contents.export_of(entry);
        let problem = |code, message: String| {
            Problem::new(code, message)
                .in_archive(&contents.archives[entry.archive].name)
                .with_entry(entry.path.as_ref())
        };
        let details = match entry.content().and_then(|c| contents.details.get(&(c, Role::Details))) {
            Some(DetailsFile::Rows(details)) => details,
            _ => continue,
        };
        rows.detailed.insert(export);
        for bad in &details.bad {
            rows.problems.push(problem(Code::BadRow, format!("line {}: {}", bad.line, bad.message)));
        }
        if details.more_bad > 0 {
            let message =
                format!("{} more rows that cannot be read in full are not named here", details.more_bad);
            rows.problems.push(problem(Code::BadRow, message));
        }
        if details.rows.is_empty() && details.bad.is_empty() {
            rows.problems.push(problem(Code::EmptyDetails, "this details file has no rows".into()));
        }
        all.extend(details.rows.iter().map(|row| RowAt { export, part: entry.part, details: index, row }));
    }
    all
}

/// One warning for each export whose checksums cannot be checked.
fn opaque_exports(contents: &Contents, all: &[RowAt<'_>], rows: &mut Rows<'_>) {
    let mut opaque: BTreeMap<usize, usize> = BTreeMap::new();
    for at in all.iter().filter(|at| matches!(at.row.checksum, Checksum::Opaque(_))) {
        *opaque.entry(at.export).or_default() += 1;
    }
    for (export, count) in opaque {
        rows.problems.push(Problem::new(
            Code::OpaqueChecksums,
            format!(
                "`{}`: {count} {} a checksum that cannot be checked here: matched by name, and unproved",
                contents.exports[export].name,
                if count == 1 { "row carries" } else { "rows carry" },
            ),
        ));
    }
}

fn order_key(name: &str) -> (u64, String) {
    let (number, name) = details::order(name);
    (number, name.to_owned())
}
