//! What is wrong or uncertain about the files of iCloud Drive and the lists of them, in words.

use crate::category::drive::decide::Heard;
use crate::category::drive::delivered::{Delivered, File};
use crate::category::drive::files::{Proving, Verdict};
use crate::category::drive::list::{List, Row};
use crate::category::drive::package;
use crate::category::drive::rows::{Matched, Matching};
use crate::category::outcome::problem_of;
use crate::category::photos::doubts::{Doubts, quoted};
use crate::category::recognise::Sort;
use crate::contents::{ContentId, Contents, Entry, EntryId};
use crate::problem::amount::{count, counted, size};
use crate::problem::{Code, Problem, Severity};

/// Names that a message has at most.
const MOST_NAMES: usize = 50;

/// Adds what is to be said of an export.
pub fn tell(
    contents: &Contents,
    heard: &Heard,
    export: &Delivered<'_>,
    matching: &Matching,
    doubts: &mut Doubts,
) {
    let telling = Telling { contents, heard, export, matching };
    telling.faults(doubts);
    telling.missing(doubts);
    telling.ambiguous(doubts);
    telling.unlisted(doubts);
    let mut proving = Proving::new(&export.rows, matching);
    for (at, file) in export.files.iter().enumerate().filter(|(_, file)| file.is_given) {
        telling.mismatch(at, file, &mut proving, doubts);
        telling.package(file, doubts);
    }
}

struct Telling<'a> {
    contents: &'a Contents,
    heard: &'a Heard,
    export: &'a Delivered<'a>,
    matching: &'a Matching,
}

impl Telling<'_> {
    /// Lines that cannot be read, of the lists of these inputs.
    fn faults(&self, doubts: &mut Doubts) {
        for list in &self.export.lists {
            let (Some(List { rows, sheet }), Some(entry)) =
                (self.heard.lists.get(list), self.given_list(*list))
            else {
                continue;
            };
            let problem = |message: String| problem_of(self.contents, entry, Code::BadRow, message);
            for fault in &sheet.faults {
                doubts.add(Code::BadRow, || problem(format!("line {}: {}", fault.line, fault.message)));
            }
            if sheet.more_faults > 0 {
                let more = counted(sheet.more_faults, "more line", "more lines");
                doubts.add(Code::BadRow, || {
                    problem(format!("{more} cannot be read in full and are not named here"))
                });
            }
            if rows.is_empty() && sheet.faults.is_empty() {
                doubts.add(Code::EmptyDetails, || {
                    problem_of(self.contents, entry, Code::EmptyDetails, "this list of Apple's is empty")
                });
            }
        }
    }

    /// Rows whose file is nowhere, unless it may be in a part that is not here.
    fn missing(&self, doubts: &mut Doubts) {
        if !self.export.is_complete(self.contents) {
            return;
        }
        let list = match self.export.lists.as_slice() {
            [list] => self.given_list(*list),
            _ => None,
        };
        let mut add = |message: &dyn Fn() -> String| {
            doubts.add(Code::MissingItem, || match list {
                Some(list) => problem_of(self.contents, list, Code::MissingItem, message()),
                None => Problem::new(Code::MissingItem, message()),
            });
        };
        for row in self.matching.missing.iter().filter_map(|row| self.export.rows.get(*row)) {
            add(&|| format!("{} is listed, and nothing here has it", named(&row)));
        }
        for group in &self.matching.groups {
            let more = group.rows.len().saturating_sub(group.files.len());
            let Some(row) = group.rows.first().and_then(|row| self.export.rows.get(*row)) else { continue };
            if more > 0 {
                let of = count(group.rows.len() as u64);
                add(&|| {
                    format!("{more} of {of} files {} are listed, and nothing here has them", named(&row))
                });
            }
        }
    }

    /// Rows that may mean one of several files.
    fn ambiguous(&self, doubts: &mut Doubts) {
        let mut names: Vec<String> = Vec::new();
        let mut files = 0;
        for group in &self.matching.groups {
            let mut rows = group.rows.iter().filter_map(|row| self.export.rows.get(*row));
            let Some(first) = rows.next() else { continue };
            if group.rows.len() < group.files.len() || !rows.all(|row| row.agrees(&first)) {
                files += group.files.len();
                names.push(named(&first));
            }
        }
        if files > 0 {
            let (files, names) = (counted(files as u64, "file", "files"), listed(&names));
            doubts.add(Code::AmbiguousRow, || {
                let message = format!(
                    "Apple's list has no paths, and nothing tells which of its rows mean which of {files}: what the rows \
                     say differently, such as dates, is believed of none of them: {names}"
                );
                Problem::new(Code::AmbiguousRow, message)
            });
        }
    }

    /// Files that are in no list, where there is one.
    fn unlisted(&self, doubts: &mut Doubts) {
        if self.export.rows.is_empty() {
            return;
        }
        let files = self.matching.unlisted.iter().filter_map(|file| self.export.files.get(*file));
        let names: Vec<String> = files
            .filter(|file| file.is_given && file.content.is_some())
            .map(|file| quoted(file.path))
            .collect();
        if !names.is_empty() {
            let files = counted(names.len() as u64, "file", "files");
            let message = || format!("{files} of iCloud Drive are in no list of Apple's: {}", listed(&names));
            doubts.add(Code::UnlistedItem, || Problem::new(Code::UnlistedItem, message()));
        }
    }

    fn mismatch(&self, at: usize, file: &File<'_>, proving: &mut Proving<'_>, doubts: &mut Doubts) {
        let hash = file.content.and_then(|content| self.heard.hashes.get(&(self.export.export, content)));
        let is_one = matches!(self.matching.files.get(at), Some(Matched::Row(..) | Matched::OneOf(_)));
        let Some(hash) = hash.filter(|_| is_one) else { return };
        if proving.verdict(at, *hash) == Verdict::Mismatch {
            let message = "Apple's list has another hash than the file: it means another version of it";
            self.warn(file, Code::ChecksumMismatch, message, doubts);
        }
    }

    fn package(&self, file: &File<'_>, doubts: &mut Doubts) {
        match file.content.and_then(|content| self.heard.zips.get(&content)) {
            None => {}
            Some(None) => {
                let message = "on a Mac this is a folder that looks like a file; Apple sent it as a zip, which no program \
                               opens until it is unzipped: `--unpack-packages` does that";
                self.warn(file, Code::PackageAsZip, message, doubts);
            }
            Some(Some(package)) => {
                for fault in &package.refused {
                    let (code, message) = package::told(fault);
                    self.warn(file, code, &message, doubts);
                }
            }
        }
    }

    fn warn(&self, file: &File<'_>, code: Code, message: &str, doubts: &mut Doubts) {
        let given = file.entries.iter().find(|entry| self.contents.entries[**entry].given);
        if let Some(entry) = given {
            doubts.add_as(code, Severity::Warning, || problem_of(self.contents, *entry, code, message));
        }
    }

    /// The first entry of a list in these inputs.
    fn given_list(&self, list: ContentId) -> Option<EntryId> {
        let mut entries = self.contents.entries.pairs();
        let is_it = |(_, entry): &(EntryId, &Entry)| {
            entry.given && entry.content() == Some(list) && Sort::of(entry) == Some(Sort::DriveList)
        };
        entries.find(is_it).map(|(id, _)| id)
    }
}

/// The name and size of a row.
fn named(row: &Row<'_>) -> String {
    let size = row.size.map(|bytes| format!(" ({})", size(bytes))).unwrap_or_default();
    format!("{}{size}", quoted(row.title))
}

/// Some of these names.
fn listed(names: &[String]) -> String {
    let shown = names.get(..MOST_NAMES).unwrap_or(names).join(", ");
    match names.len().saturating_sub(MOST_NAMES) {
        0 => shown,
        more => format!("{shown} and {} more", count(more as u64)),
    }
}
