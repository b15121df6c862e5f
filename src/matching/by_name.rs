//! Names: the last resort by which a row finds its media.
//!
//! In: the rows that no fingerprint settled. Out: claims, added to [`Rows`], and what stayed
//! ambiguous or missing. Never: gives one file to two rows, or a row to a file by guess.
//! The one surprise: rows of one name compete. Apple lists `IMG_0861.MOV` twice and delivers
//! `IMG_0861.MOV` and `IMG_0861-1.MOV` (immich-go #1281); where no checksum tells them apart, the
//! embedded date does, and else the row goes to none.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use chrono::{DateTime, TimeDelta, Utc};

use crate::contents::{Bytes, Contents, Entry, Role};
use crate::export::details::Checksum;
use crate::fingerprint::Fingerprint;
use crate::matching::rows::{RowAt, Rows};
use crate::names;
use crate::problem::{Code, Problem};

/// How far an embedded date may lie from a row's for the row to mean that file, when only dates
/// can tell: a day and the widest zone.
const SAME_MOMENT: TimeDelta = TimeDelta::hours(26);

/// A file that a row may mean by its name.
#[derive(Debug, Clone, Copy)]
struct FileAt<'a> {
    entry: &'a Entry,
    /// The row's name reaches it only by dropping Apple's `-N`.
    renamed: bool,
}

/// Rows of one name and checksum: they say the same thing, perhaps in several details files.
struct Claimant<'a> {
    rows: Vec<RowAt<'a>>,
}

impl<'a> Claimant<'a> {
    fn first(&self) -> RowAt<'a> {
        self.rows[0]
    }

    fn created(&self) -> Option<DateTime<Utc>> {
        self.rows.iter().filter_map(|r| r.row.created).min()
    }
}

/// Settles by name what no fingerprint could, one name of one export at a time. `all` are all rows,
/// `left` those that are still without their media.
pub(super) fn by_name<'a>(
    contents: &'a Contents,
    all: &[RowAt<'a>],
    left: Vec<RowAt<'a>>,
    rows: &mut Rows<'a>,
) {
    if left.is_empty() {
        return;
    }
    let mut files: HashMap<(usize, String), Vec<FileAt<'a>>> = HashMap::new();
    let listed: HashSet<(usize, String)> =
        all.iter().map(|at| (at.export(contents), names::match_key(&at.row.name))).collect();
    let mut seen = HashSet::new();
    for entry in
        contents.entries.iter().filter(|e| matches!(e.role, Role::Photo | Role::Deleted | Role::Placeholder))
    {
        let export = contents.export_of(entry);
        // a row of another export that speaks of the same bytes takes this export's file from nobody
        let mut claims = entry.content().into_iter().flat_map(|content| rows.of(content));
        if claims.any(|at| at.export(contents) == export) {
            continue;
        }
        if entry.bytes == Bytes::Unread && entry.role != Role::Placeholder {
            continue;
        }
        if !seen.insert((entry.part, entry.folder(), entry.name(), entry.content(), entry.role)) {
            continue;
        }
        let key = names::match_key(entry.name());
        if let Some(base) = names::scheme_b_base(entry.name())
            && !listed.contains(&(export, key.clone()))
        {
            let base = (export, names::match_key(&base));
            files.entry(base).or_default().push(FileAt { entry, renamed: true });
        }
        files.entry((export, key)).or_default().push(FileAt { entry, renamed: false });
    }

    let mut groups: BTreeMap<(usize, String), Vec<RowAt<'a>>> = BTreeMap::new();
    for at in left {
        groups.entry((at.export(contents), names::match_key(&at.row.name))).or_default().push(at);
    }
    for (key, group) in groups {
        let candidates = files.get(&key).map_or(&[][..], Vec::as_slice);
        settle(contents, claimants(group), candidates, rows);
    }
}

fn claimants(group: Vec<RowAt<'_>>) -> Vec<Claimant<'_>> {
    let mut claimants: Vec<Claimant<'_>> = Vec::new();
    for at in group {
        let same = claimants.iter_mut().find(|claimant| {
            let (one, other) = (claimant.first().row, at.row);
            // an opaque value may be a placeholder that many rows share
            let alike = match one.checksum {
                Checksum::Fingerprint(_) => true,
                Checksum::Opaque(_) | Checksum::Absent => {
                    one.created == other.created && one.imported == other.imported
                }
            };
            alike && one.checksum == other.checksum && one.name == other.name
        });
        match same {
            Some(claimant) => claimant.rows.push(at),
            None => claimants.push(Claimant { rows: vec![at] }),
        }
    }
    claimants
}

/// The scopes in which a name is looked for, the closest first.
#[derive(Clone, Copy, PartialEq)]
enum Scope {
    Folder,
    Part,
    Export,
}

fn in_scope(scope: Scope, at: RowAt<'_>, file: FileAt<'_>) -> bool {
    let entry = file.entry;
    match scope {
        Scope::Folder => {
            let beside = entry.folder() == at.details.folder();
            let deleted = at.row.deleted == Some(true) && entry.role == Role::Deleted;
            entry.part == at.details.part && (beside || deleted)
        }
        Scope::Part => entry.part == at.details.part,
        Scope::Export => true,
    }
}

fn settle<'a>(
    contents: &'a Contents,
    claimants: Vec<Claimant<'a>>,
    files: &[FileAt<'a>],
    rows: &mut Rows<'a>,
) {
    let mut open = claimants;
    let mut free: Vec<FileAt<'a>> = files.to_vec();
    let mut ambiguous: Vec<(Claimant<'a>, Vec<FileAt<'a>>)> = Vec::new();
    for scope in [Scope::Folder, Scope::Part, Scope::Export] {
        // rows of one folder compete for the files of that folder
        let mut waiting: Vec<Claimant<'a>> = std::mem::take(&mut open);
        while !waiting.is_empty() {
            let reach = |c: &Claimant<'a>| -> Vec<FileAt<'a>> {
                let near = |f: &&FileAt<'a>| c.rows.iter().any(|at| in_scope(scope, *at, **f));
                free.iter().filter(near).copied().collect()
            };
            let pool = reach(&waiting[0]);
            let first = waiting.remove(0);
            if pool.is_empty() {
                open.push(first);
                continue;
            }
            let (rivals, others): (Vec<_>, Vec<_>) = waiting
                .into_iter()
                .partition(|c| reach(c).iter().any(|f| pool.iter().any(|p| same_file(p, f))));
            waiting = others;
            let mut competing = vec![first];
            competing.extend(rivals);
            if scope == Scope::Export && !unique(&pool) {
                ambiguous.extend(competing.into_iter().map(|c| (c, pool.clone())));
                continue;
            }
            let settled = assign(contents, competing, pool.clone());
            for (claimant, file) in settled.pairs {
                free.retain(|f| !same_bytes(f, &file));
                claim(contents, claimant, file, rows);
            }
            ambiguous.extend(settled.ambiguous.into_iter().map(|c| (c, pool.clone())));
            open.extend(settled.unmatched);
        }
    }
    for (claimant, files) in ambiguous {
        rows.problems.push(ambiguous_row(contents, &claimant, &files));
    }
    for claimant in open {
        missing(contents, &claimant, rows);
    }
}

fn same_file(a: &FileAt<'_>, b: &FileAt<'_>) -> bool {
    std::ptr::eq(a.entry, b.entry)
}

fn same_bytes(a: &FileAt<'_>, b: &FileAt<'_>) -> bool {
    same_file(a, b) || (a.entry.content().is_some() && a.entry.content() == b.entry.content())
}

fn unique(pool: &[FileAt<'_>]) -> bool {
    pool.iter().all(|f| same_bytes(f, &pool[0]))
}

struct Settled<'a> {
    pairs: Vec<(Claimant<'a>, FileAt<'a>)>,
    ambiguous: Vec<Claimant<'a>>,
    unmatched: Vec<Claimant<'a>>,
}

/// Gives each claimant its file among those that its name reaches.
fn assign<'a>(contents: &Contents, claimants: Vec<Claimant<'a>>, mut pool: Vec<FileAt<'a>>) -> Settled<'a> {
    let mut settled = Settled { pairs: Vec::new(), ambiguous: Vec::new(), unmatched: Vec::new() };
    let mut open = claimants;
    let take = |settled: &mut Settled<'a>, pool: &mut Vec<FileAt<'a>>, claimant, file: FileAt<'a>| {
        pool.retain(|f| !same_bytes(f, &file));
        settled.pairs.push((claimant, file));
    };
    // a spelling that only one row and only one file have
    let mut index = 0;
    while index < open.len() {
        let name = &open[index].first().row.name;
        let alone = open.iter().filter(|c| c.first().row.name == *name).count() == 1;
        let spelled: Vec<_> =
            pool.iter().filter(|f| f.entry.name() == name.as_ref() as &str).copied().collect();
        let others = pool.iter().any(|f| !spelled.iter().any(|s| same_bytes(s, f)));
        if alone && open.len() > 1 && !spelled.is_empty() && unique(&spelled) && others {
            let claimant = open.remove(index);
            take(&mut settled, &mut pool, claimant, spelled[0]);
        } else {
            index += 1;
        }
    }
    // otherwise the embedded date tells, until nothing more can be told
    loop {
        let told = open.iter().enumerate().find_map(|(n, claimant)| {
            let near: Vec<_> =
                pool.iter().filter(|f| is_near(contents, claimant, f) == Some(true)).copied().collect();
            let rival = open.iter().enumerate().any(|(m, other)| {
                m != n && near.first().is_some_and(|f| is_near(contents, other, f) == Some(true))
            });
            let several = pool.len() > 1 || open.len() > 1;
            (several && !near.is_empty() && unique(&near) && !rival).then(|| (n, near[0]))
        });
        let Some((n, file)) = told else { break };
        let claimant = open.remove(n);
        take(&mut settled, &mut pool, claimant, file);
    }
    match open.len() {
        0 => {}
        _ if pool.is_empty() => settled.unmatched.extend(open),
        1 => {
            let claimant = open.remove(0);
            match best(&claimant, &pool) {
                Some(file)
                    if settled.pairs.is_empty() || is_near(contents, &claimant, &file) != Some(false) =>
                {
                    take(&mut settled, &mut pool, claimant, file);
                }
                _ => settled.ambiguous.push(claimant),
            }
        }
        _ => settled.ambiguous.extend(open),
    }
    settled
}

/// Of several files that one row may mean: the folder that its `deleted` speaks of, then the exact
/// spelling, then another case, then Apple's `-N`.
fn best<'a>(claimant: &Claimant<'a>, pool: &[FileAt<'a>]) -> Option<FileAt<'a>> {
    let row = claimant.first().row;
    let expected = if row.deleted == Some(true) { Role::Deleted } else { Role::Photo };
    let rank = |f: &FileAt<'a>| {
        let spelled = f.entry.name() == row.name.as_ref() as &str;
        (f.entry.role == Role::Placeholder, f.entry.role != expected, f.renamed, !spelled)
    };
    let best = pool.iter().map(rank).min()?;
    let candidates: Vec<_> = pool.iter().filter(|f| rank(f) == best).copied().collect();
    unique(&candidates).then(|| candidates[0])
}

/// Whether the file's own date lies close enough to the row's; `None` where either has none.
fn is_near(contents: &Contents, claimant: &Claimant<'_>, file: &FileAt<'_>) -> Option<bool> {
    let created = claimant.created()?.naive_utc();
    let embedded = &contents.contents[file.entry.content()?].embedded;
    let local = embedded.exif.as_ref().or(embedded.quicktime.as_ref()).map(|local| local.time);
    let time = local.or(embedded.utc)?;
    Some((time - created).abs() <= SAME_MOMENT)
}

fn claim<'a>(contents: &'a Contents, claimant: Claimant<'a>, file: FileAt<'a>, rows: &mut Rows<'a>) {
    if file.entry.role == Role::Placeholder {
        missing(contents, &claimant, rows);
        return;
    }
    // a failed entry is a problem already; its row is not missing as well
    let Some(content) = file.entry.content() else { return };
    if let Checksum::Fingerprint(stated) = &claimant.first().row.checksum {
        let bytes = &contents.contents[content];
        let problem = Problem::new(
            Code::ChecksumMismatch,
            mismatch_message(bytes.cut_short, stated, bytes.fingerprint),
        )
        .in_archive(&contents.archives[file.entry.archive].name)
        .with_entry(file.entry.path.as_ref());
        rows.problems.push(if bytes.cut_short { problem } else { problem.as_warning() });
    }
    rows.claim(content, claimant.rows);
}

fn mismatch_message(cut_short: bool, stated: &Fingerprint, found: Option<Fingerprint>) -> String {
    let found = found.map_or_else(|| "none".to_owned(), |f| f.to_string());
    if cut_short {
        format!(
            "the file ends too early and its row states the checksum {stated}, not {found}: it was cut short; take \
             it from the downloaded zip"
        )
    } else {
        format!(
            "its row states the checksum {stated}, the file has {found}: the row may speak of another version of it \
             (an edit, for instance); the bytes are as the archive holds them"
        )
    }
}

fn ambiguous_row(contents: &Contents, claimant: &Claimant<'_>, files: &[FileAt<'_>]) -> Problem {
    let at = claimant.first();
    let details = at.details;
    let candidates: BTreeSet<String> = files
        .iter()
        .map(|f| format!("`{}` in `{}`", f.entry.path, contents.archives[f.entry.archive].name))
        .collect();
    Problem::new(
        Code::AmbiguousRow,
        format!(
            "line {}: the row `{}`{} could mean {}; it was given to none",
            at.row.line,
            at.row.name,
            at.row.created.map_or_else(String::new, |t| format!(" of {}", t.format("%Y-%m-%d %H:%M UTC"))),
            candidates.into_iter().collect::<Vec<_>>().join(" or ")
        ),
    )
    .in_archive(&contents.archives[details.archive].name)
    .with_entry(details.path.as_ref())
}

fn missing<'a>(contents: &Contents, claimant: &Claimant<'a>, rows: &mut Rows<'a>) {
    let at = claimant.first();
    let checksum = match &at.row.checksum {
        Checksum::Absent => None,
        Checksum::Fingerprint(fingerprint) => Some(fingerprint.to_string()),
        Checksum::Opaque(text) => Some(text.to_string()),
    };
    if !rows.missing.insert((&at.row.name, checksum)) {
        return;
    }
    let details = at.details;
    let deleted = claimant.rows.iter().all(|r| r.row.deleted == Some(true));
    let advice = if deleted {
        "it was in Recently Deleted and may be gone for good"
    } else {
        "look whether a part is missing or damaged; else it can only be had from iCloud itself"
    };
    let problem = Problem::new(
        Code::MissingMedia,
        format!("line {}: `{}` is listed, but no part holds it; {advice}", at.row.line, at.row.name),
    )
    .in_archive(&contents.archives[details.archive].name)
    .with_entry(details.path.as_ref());
    rows.problems.push(if deleted { problem.as_warning() } else { problem });
}
