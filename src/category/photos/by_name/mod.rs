//! Names: the last resort by which a row finds its media.
//!
//! Settles the rows that no fingerprint settled: gives claims to [`Rows`], and says what stayed ambiguous or
//! missing. Never gives one file to two rows, or a row to a file by guess.
//!
//! Rows of one name compete. Apple lists `IMG_0861.MOV` twice and delivers `IMG_0861.MOV` and
//! `IMG_0861-1.MOV` (immich-go #1281); where no checksum tells them apart, the embedded date does, and else
//! the row goes to none. So `contest` settles all rows of a name together, in rounds.

mod contest;

use std::collections::{BTreeSet, HashMap, HashSet};

use chrono::{DateTime, Utc};

use crate::apple::fingerprint::Fingerprint;
use crate::apple::text;
use crate::category::photos::doubts::quoted;
use crate::category::photos::lists::details::{Checksum, Row};
use crate::category::photos::rows::{RowAt, Rows};
use crate::category::photos::{Heard, Sort};
use crate::contents::{Bytes, ContentId, Contents, Entry, EntryId, ExportId};
use crate::problem::{Code, Problem, Severity};
use contest::{Outcome, contest};

/// More files that a row may mean are not named in its problem.
const MOST_NAMED: usize = 20;

/// What the name was before Apple's second renaming scheme: `IMG_0861-1.MOV` → `IMG_0861.MOV`
/// (seen: immich-go #1281). One to three digits, no leading zero. A file may have been called so
/// from the start: ask for its exact name first.
pub(crate) fn scheme_b_base(name: &str) -> Option<String> {
    let (stem, extension) = text::split(name);
    let (base, counter) = stem.rsplit_once('-')?;
    let counts = (1..=3).contains(&counter.len())
        && counter.bytes().all(|byte| byte.is_ascii_digit())
        && !counter.starts_with('0');
    (counts && !base.is_empty()).then(|| text::joined(base, extension))
}

/// A file that a row may mean by its name.
#[derive(Debug, Clone, Copy)]
struct FileAt<'a> {
    /// Its place among all entries.
    index: EntryId,
    entry: &'a Entry,
    /// The row's name reaches it only by dropping Apple's `-N`.
    renamed: bool,
}

/// What is the same for all copies of the same bytes; a file without whole bytes is only itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Identity {
    Bytes(ContentId),
    Entry(EntryId),
}

impl FileAt<'_> {
    fn identity(&self) -> Identity {
        self.entry.content().map_or(Identity::Entry(self.index), Identity::Bytes)
    }
}

/// Rows of one name and checksum: they say the same thing, perhaps in several details files.
#[derive(Debug, Clone)]
struct Claimant<'a> {
    rows: Vec<RowAt<'a>>,
}

impl<'a> Claimant<'a> {
    fn first(&self) -> RowAt<'a> {
        self.rows[0]
    }

    fn name(&self) -> &'a str {
        &self.first().row.name
    }

    fn created(&self) -> Option<DateTime<Utc>> {
        self.rows.iter().filter_map(|r| r.row.created).min()
    }
}

/// Rows of one name in one export.
type Group<'a> = [(ExportId, String, RowAt<'a>)];

/// Settles by name what no fingerprint could, one name of one export at a time. `all` are all rows,
/// `left` those that are still without their media.
pub(super) fn by_name<'a>(
    contents: &'a Contents,
    heard: &'a Heard,
    all: &[RowAt<'a>],
    left: Vec<RowAt<'a>>,
    rows: &mut Rows<'a>,
) {
    let mut left: Vec<(ExportId, String, RowAt<'a>)> =
        left.into_iter().map(|at| (at.export(contents), text::match_key(&at.row.name), at)).collect();
    left.sort_by(|(a_export, a, _), (b_export, b, _)| (a_export, a).cmp(&(b_export, b)));
    let groups: Vec<&Group<'a>> = left.chunk_by(|a, b| (a.0, &a.1) == (b.0, &b.1)).collect();
    let files = files(contents, all, &groups, rows);
    let mut missing = Missing::default();
    let mut from = 0;
    for (index, group) in groups.iter().enumerate() {
        let count = files[from..].iter().take_while(|(of, _)| *of == index).count();
        let candidates: Vec<FileAt<'a>> = files[from..from + count].iter().map(|(_, file)| *file).collect();
        from += count;
        for (claimant, outcome) in contest(heard, claimants(group), candidates) {
            match outcome {
                Outcome::Takes(file) => claim(contents, heard, claimant, file, rows),
                Outcome::Ambiguous(files) => ambiguous(contents, &claimant, &files, rows),
                Outcome::Missing => missing.add(&claimant),
            }
        }
    }
    missing.tell(contents, rows);
}

/// The files that the rows of these groups may mean, each with its group, in the order of groups and entries.
fn files<'a>(
    contents: &'a Contents,
    all: &[RowAt<'a>],
    groups: &[&Group<'a>],
    rows: &Rows<'a>,
) -> Vec<(usize, FileAt<'a>)> {
    let by_name: HashMap<(ExportId, &str), usize> = groups
        .iter()
        .enumerate()
        .filter_map(|(index, group)| group.first().map(|(export, key, _)| ((*export, key.as_str()), index)))
        .collect();
    let mut files = Vec::new();
    let mut renamed: Vec<(ExportId, String, usize, FileAt<'a>)> = Vec::new();
    let mut seen = HashSet::new();
    // what is empty satisfies no row: it is as good as missing
    let is_medium = |(_, e): &(EntryId, &Entry)| {
        matches!(Sort::of(e), Sort::Photo | Sort::Deleted) && e.bytes != Bytes::Unread && !groups.is_empty()
    };
    for (index, entry) in contents.entries.pairs().filter(is_medium) {
        let export = contents.export_of(entry);
        let key = text::match_key(entry.name());
        let of_name = by_name.get(&(export, key.as_str())).copied();
        let base = scheme_b_base(entry.name()).map(|base| text::match_key(&base));
        let of_base = base.and_then(|base| by_name.get(&(export, base.as_str())).copied());
        if of_name.is_none() && of_base.is_none() {
            continue;
        }
        // a row of another export that speaks of the same bytes takes this export's file from nobody
        if entry.content().is_some_and(|content| rows.of_export(contents, content, export).next().is_some()) {
            continue;
        }
        if !seen.insert((entry.part, entry.folder(), entry.name(), entry.content(), entry.sort)) {
            continue;
        }
        let file = |renamed| FileAt { index, entry, renamed };
        files.extend(of_name.map(|group| (group, file(false))));
        renamed.extend(of_base.map(|group| (export, key, group, file(true))));
    }
    // a file whose very name is listed is not renamed
    let asked: HashSet<(ExportId, &str)> =
        renamed.iter().map(|(export, key, ..)| (*export, key.as_str())).collect();
    let listed: HashSet<(ExportId, String)> = all
        .iter()
        .filter(|_| !asked.is_empty())
        .map(|at| (at.export(contents), text::match_key(&at.row.name)))
        .filter(|(export, key)| asked.contains(&(*export, key.as_str())))
        .collect();
    drop(asked);
    let unlisted = renamed
        .into_iter()
        .filter_map(|(export, key, group, file)| (!listed.contains(&(export, key))).then_some((group, file)));
    files.extend(unlisted);
    files.sort_by_key(|(group, file)| (*group, file.index));
    files
}

/// The statements that rows of one name make.
fn claimants<'a>(group: &Group<'a>) -> Vec<Claimant<'a>> {
    let mut claimants: Vec<Claimant<'a>> = Vec::new();
    let mut known = HashMap::new();
    for (.., at) in group {
        let Row { name, checksum, created, imported, .. } = at.row;
        // an opaque value may be a placeholder that many rows share
        let dates = match checksum {
            Checksum::Fingerprint(_) => None,
            Checksum::Opaque(_) | Checksum::Absent => Some((created, imported)),
        };
        let at_claimant = *known.entry((&**name, checksum, dates)).or_insert_with(|| {
            claimants.push(Claimant { rows: Vec::new() });
            claimants.len() - 1
        });
        claimants[at_claimant].rows.push(*at);
    }
    claimants
}

fn claim<'a>(
    contents: &'a Contents,
    heard: &Heard,
    claimant: Claimant<'a>,
    file: FileAt<'a>,
    rows: &mut Rows<'a>,
) {
    // a failed entry is a problem already; its row is not missing as well
    let Some(content) = file.entry.content() else { return };
    if let Checksum::Fingerprint(stated) = &claimant.first().row.checksum {
        let said = &heard.said[content];
        let severity = if said.cut_short { Severity::Error } else { Severity::Warning };
        rows.problems.add_as(Code::ChecksumMismatch, severity, || {
            Problem::new(Code::ChecksumMismatch, mismatch_message(said.cut_short, stated, said.fingerprint))
                .in_archive(&contents.archives[file.entry.archive].name)
                .with_entry(file.entry.path.as_ref())
        });
    }
    rows.claim(content, claimant.rows);
}

fn mismatch_message(cut_short: bool, stated: &Fingerprint, found: Option<Fingerprint>) -> String {
    let found = found.map_or_else(|| "none".to_owned(), |f| f.to_string());
    if cut_short {
        format!(
            "the file ends too early, and Apple's list has the checksum {stated}, not {found}: it was cut short; take \
             it from the downloaded zip"
        )
    } else {
        format!(
            "Apple's list has the checksum {stated}, the file has {found}: the list may mean another version of it \
             (an edit, for example); the file is as it was sent"
        )
    }
}

fn ambiguous<'a>(contents: &Contents, claimant: &Claimant<'a>, files: &[FileAt<'a>], rows: &mut Rows<'a>) {
    let RowAt { details, row } = claimant.first();
    rows.problems.add(Code::AmbiguousRow, || {
        let archive = |f: &FileAt<'_>| contents.archives[f.entry.archive].name.as_str();
        let places: BTreeSet<(&str, &str)> =
            files.iter().take(MOST_NAMED).map(|f| (f.entry.path.as_ref(), archive(f))).collect();
        let mut candidates: Vec<String> = places
            .into_iter()
            .map(|(path, archive)| format!("{} in {}", quoted(path), quoted(archive)))
            .collect();
        if files.len() > MOST_NAMED {
            candidates.push(format!("{} more", files.len() - MOST_NAMED));
        }
        Problem::new(
            Code::AmbiguousRow,
            format!(
                "line {}: {}{} could mean {}; it was used for none of them",
                row.line,
                quoted(&row.name),
                row.created.map_or_else(String::new, |t| format!(" of {}", t.format("%Y-%m-%d %H:%M UTC"))),
                candidates.join(" or ")
            ),
        )
        .in_archive(&contents.archives[details.archive].name)
        .with_entry(details.path.as_ref())
    });
}

/// Rows without media, each name and checksum once.
#[derive(Default)]
struct Missing<'a> {
    known: HashMap<(&'a str, &'a Checksum), usize>,
    /// Where a row says it, and whether all that say it call it deleted.
    found: Vec<(RowAt<'a>, bool)>,
}

impl<'a> Missing<'a> {
    fn add(&mut self, claimant: &Claimant<'a>) {
        let at = claimant.rows.iter().find(|at| at.details.given).copied().unwrap_or(claimant.first());
        let deleted = claimant.rows.iter().all(|r| r.row.deleted == Some(true));
        let index = *self.known.entry((&at.row.name, &at.row.checksum)).or_insert(self.found.len());
        match self.found.get_mut(index) {
            None => self.found.push((at, deleted)),
            Some((before, deleted_before)) => {
                *deleted_before &= deleted;
                if !before.details.given && at.details.given {
                    *before = at;
                }
            }
        }
    }

    fn tell(self, contents: &Contents, rows: &mut Rows<'a>) {
        rows.missing = self.found.len();
        for (RowAt { details, row }, deleted) in self.found {
            let (severity, advice) = if deleted {
                (Severity::Warning, "it was in Recently Deleted and may be gone for good")
            } else {
                let advice = "see whether a part is missing or damaged; if not, look in iCloud";
                (Severity::Error, advice)
            };
            rows.problems.add_as(Code::MissingMedia, severity, || {
                let name = quoted(&row.name);
                let message =
                    format!("line {}: {name} is listed, but it is in none of the parts; {advice}", row.line);
                Problem::new(Code::MissingMedia, message)
                    .in_archive(&contents.archives[details.archive].name)
                    .with_entry(details.path.as_ref())
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::scheme_b_base;

    #[test]
    fn the_second_renaming_scheme_is_undone() {
        let table = [
            ("IMG_0861-1.MOV", Some("IMG_0861.MOV")),
            ("IMG_0861-999.MOV", Some("IMG_0861.MOV")),
            ("a-b-12.jpg", Some("a-b.jpg")),
            ("IMG_0861-1", Some("IMG_0861")),
            ("IMG_0861-01.MOV", None),
            ("IMG_0861-0.MOV", None),
            ("IMG_0861-1000.MOV", None),
            ("IMG-20190102.jpg", None),
            ("IMG_0861-.MOV", None),
            ("-1.MOV", None),
            ("IMG_0861-x.MOV", None),
            ("IMG_0861.MOV", None),
        ];
        for (name, expected) in table {
            assert_eq!(scheme_b_base(name).as_deref(), expected, "{name:?}");
        }
    }
}
