//! Rows to media: which row speaks of which bytes. What a claim means is decided in
//! [`assets`](super::assets).
//!
//! A row finds its bytes by fingerprint wherever they are, in any part, export or year, and only what is left
//! is settled by name. Two parts hold different files called `IMG_0403.MOV` (immich-go #1314), and a name
//! would give one the other's date.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::ptr;

use crate::category::photos::by_name::by_name;
use crate::category::photos::doubts::Doubts;
use crate::category::photos::lists::details::{self, Checksum, Row};
use crate::category::photos::{Heard, List, Sort};
use crate::contents::{ByDigest, Class, ContentId, ContentSet, Contents, Entry, EntryId, ExportId, Id};
use crate::problem::{Code, Problem};

/// One row, and where it stands.
#[derive(Debug, Clone, Copy)]
pub struct RowAt<'a> {
    /// The entry that holds it.
    pub details: &'a Entry,
    /// What it says.
    pub row: &'a Row,
}

impl RowAt<'_> {
    /// The export that it belongs to.
    pub fn export(&self, contents: &Contents) -> ExportId {
        contents.export_of(self.details)
    }
}

/// What the rows say of the media.
#[derive(Debug, Default)]
pub struct Rows<'a> {
    /// Contents and the rows that speak of them; of one content in the order of parts, files and lines.
    claims: Vec<(ContentId, RowAt<'a>)>,
    /// Contents that a row of any export carries the fingerprint of.
    pub proved: ContentSet,
    /// Exports that have any details.
    pub detailed: BTreeSet<ExportId>,
    /// How many rows have their medium nowhere, distinct by name and checksum.
    pub missing: usize,
    /// What was wrong or uncertain.
    pub problems: Doubts,
}

impl<'a> Rows<'a> {
    /// The rows that speak of this content.
    pub fn of(&self, content: ContentId) -> impl Iterator<Item = RowAt<'a>> + Clone {
        let from = self.claims.partition_point(|(other, _)| *other < content);
        let claims = self.claims[from..].iter().take_while(move |(other, _)| *other == content);
        claims.map(|(_, at)| *at)
    }

    /// Those of an export.
    pub fn of_export(
        &self,
        contents: &'a Contents,
        content: ContentId,
        export: ExportId,
    ) -> impl Iterator<Item = RowAt<'a>> {
        // rows of one content come in the order of exports
        let before = |(other, at): &(ContentId, RowAt<'_>)| (*other, at.export(contents)) < (content, export);
        let claims = self.claims[self.claims.partition_point(before)..].iter();
        let claims = claims.take_while(move |(other, at)| (*other, at.export(contents)) == (content, export));
        claims.map(|(_, at)| *at)
    }

    /// Says that these rows speak of this content; until they are sorted they cannot be asked for.
    pub fn claim(&mut self, content: ContentId, rows: impl IntoIterator<Item = RowAt<'a>>) {
        self.claims.extend(rows.into_iter().map(|at| (content, at)));
    }

    /// Puts the claims in the order of contents, and those of one content in that of details and lines.
    fn sort(&mut self, details: &HashMap<*const Entry, usize>) {
        let place = |at: &RowAt<'_>| (details.get(&ptr::from_ref(at.details)).copied(), at.row.line);
        self.claims
            .sort_unstable_by(|(a, one), (b, other)| a.cmp(b).then_with(|| place(one).cmp(&place(other))));
    }
}

/// Finds the media of all rows.
pub fn match_rows<'a>(contents: &'a Contents, heard: &'a Heard) -> Rows<'a> {
    let mut rows = Rows::default();
    let order = details_order(contents);
    let all = collect(contents, heard, &order, &mut rows);
    let fingerprint = |content: ContentId| heard.said[content].fingerprint;
    let mut by_fingerprint = ByDigest::with_capacity(contents.distinct.len());
    for content in contents.distinct.ids() {
        fingerprint(content).inspect(|found| by_fingerprint.insert(found.digest(), content.index()));
    }
    let held: ContentSet = media(contents).filter_map(Entry::content).collect();

    rows.claims.reserve_exact(all.len());
    let mut left: Vec<RowAt<'_>> = Vec::new();
    for &at in &all {
        let found = match &at.row.checksum {
            Checksum::Fingerprint(stated) => by_fingerprint
                .get(stated.digest(), |index| fingerprint(ContentId::at(index)) == Some(*stated))
                .map(ContentId::at),
            Checksum::Absent | Checksum::Opaque(_) => None,
        };
        match found.filter(|&c| held.contains(c)) {
            Some(content) => {
                rows.proved.add(content);
                rows.claim(content, [at]);
            }
            None => left.push(at),
        }
    }
    drop(by_fingerprint);
    let order =
        order.into_iter().enumerate().map(|(n, e)| (ptr::from_ref(&contents.entries[e]), n)).collect();
    rows.sort(&order);
    opaque_exports(contents, &all, &mut rows);
    by_name(contents, heard, &all, left, &mut rows);
    rows.sort(&order);
    rows
}

fn media(contents: &Contents) -> impl Iterator<Item = &Entry> {
    contents.entries.iter().filter(|e| e.class == Class::Resource)
}

/// Entries that hold rows: by export, part and file, the unnumbered file of a folder first; a
/// second copy of the same file of the same part is left out.
fn details_order(contents: &Contents) -> Vec<EntryId> {
    let mut order: Vec<EntryId> = contents
        .entries
        .pairs()
        .filter(|(_, entry)| Sort::of(entry) == Sort::Details && entry.content().is_some())
        .map(|(id, _)| id)
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

fn collect<'a>(
    contents: &'a Contents,
    heard: &'a Heard,
    order: &[EntryId],
    rows: &mut Rows<'a>,
) -> Vec<RowAt<'a>> {
    let read = |index: EntryId| {
        let entry = &contents.entries[index];
        let details = heard.list(entry)?;
        if let List::Rows(details) = details { Some((entry, details)) } else { None }
    };
    let count = order.iter().filter_map(|&index| read(index)).map(|(_, details)| details.rows.len()).sum();
    let mut all = Vec::with_capacity(count);
    for (entry, details) in order.iter().filter_map(|&index| read(index)) {
        let export = contents.export_of(entry);
        let problem = |code, message: String| {
            Problem::new(code, message)
                .in_archive(&contents.archives[entry.archive].name)
                .with_entry(entry.path.as_ref())
        };
        rows.detailed.insert(export);
        for bad in &details.bad {
            let message = || format!("line {}: {}", bad.line, bad.message);
            rows.problems.add(Code::BadRow, || problem(Code::BadRow, message()));
        }
        if details.more_bad > 0 {
            let message =
                || format!("{} more lines that cannot be read in full are not named here", details.more_bad);
            rows.problems.add(Code::BadRow, || problem(Code::BadRow, message()));
        }
        if details.rows.is_empty() && details.bad.is_empty() {
            let message = "this list of Apple's is empty";
            rows.problems.add(Code::EmptyDetails, || problem(Code::EmptyDetails, message.into()));
        }
        all.extend(details.rows.iter().map(|row| RowAt { details: entry, row }));
    }
    all
}

/// One warning for each export whose checksums cannot be checked.
fn opaque_exports(contents: &Contents, all: &[RowAt<'_>], rows: &mut Rows<'_>) {
    let mut opaque: BTreeMap<ExportId, usize> = BTreeMap::new();
    for at in all.iter().filter(|at| matches!(at.row.checksum, Checksum::Opaque(_))) {
        *opaque.entry(at.export(contents)).or_default() += 1;
    }
    for (export, count) in opaque {
        rows.problems.add(Code::OpaqueChecksums, || {
            Problem::new(
                Code::OpaqueChecksums,
                format!(
                    "`{}`: {count} {} a checksum that only Apple can compute: these files were found by name",
                    contents.exports[export].name,
                    if count == 1 { "line has" } else { "lines have" },
                ),
            )
        });
    }
}

fn order_key(name: &str) -> (u64, String) {
    let (number, name) = details::order(name);
    (number, name.to_owned())
}
