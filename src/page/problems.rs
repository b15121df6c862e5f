//! Problems of past runs that may still be open, in groups, with what to do about them. None is called solved
//! unless the catalog proves it, and what is hidden or deleted is not named unless the owner asks.
//!
//! What a run found by looking at the whole library (missing photos, doubtful albums) counts only if the
//! newest import found it. What it found in one archive stays open until that very entry has been read whole,
//! because the newest run may have had other archives.
//!
//! Whether a problem concerns a hidden photo is told by its entry and by the names that its message has in
//! backticks. A field of its own would say it better, but the reports of past runs, which this reads, do not
//! have one.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use crate::library::catalog::{ExportRecord, StoredFile};
use crate::library::{layout, name};
use crate::page::Hidden;
use crate::page::figures::counted;
use crate::page::holdings::{Holdings, PastProblem, PastRun, missing};
use crate::problem::advice::{self, Advice};
use crate::problem::standing::Until;
use crate::problem::{Code, Severity};

/// How many problems of a group are listed; the rest are counted.
const LISTED: usize = 500;

#[derive(Debug)]
pub struct Group {
    pub severity: Severity,
    pub code: String,
    /// `3 damaged files`.
    pub title: String,
    /// What it means and what to do.
    pub advice: String,
    pub places: Vec<Place>,
    pub more: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Archive and entry.
    pub place: String,
    pub message: Vec<Piece>,
}

/// Some words of a message.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Piece {
    /// Ordinary ones.
    Words(String),
    /// A name or a command, which the message has in backticks.
    Code(String),
}

/// All problems that may still stand.
#[derive(Debug, Default)]
pub struct Problems {
    /// Errors first.
    pub groups: Vec<Group>,
    pub errors: u64,
    pub warnings: u64,
    /// How many concern hidden or deleted items and are not listed.
    pub private: u64,
    /// An export came without details.
    pub untold: bool,
    /// How many deleted photos Apple lists without delivering them.
    pub listed_only: u64,
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct OpenProblem {
    severity: Severity,
    code: String,
    archive: Option<String>,
    entry: Option<String>,
    message: String,
}

impl OpenProblem {
    fn of(problem: &PastProblem) -> Self {
        OpenProblem {
            severity: if problem.severity == "error" { Severity::Error } else { Severity::Warning },
            code: problem.code.clone(),
            archive: problem.archive.clone(),
            entry: problem.entry.clone(),
            message: problem.message.clone(),
        }
    }

    /// A missing medium is a warning only if its row says that it was deleted.
    fn is_listed_only(&self) -> bool {
        self.known() == Some(Code::MissingMedia) && self.severity == Severity::Warning
    }

    fn known(&self) -> Option<Code> {
        Code::ALL.iter().copied().find(|code| code.as_str() == self.code)
    }
}

/// Gathers what may still stand.
pub fn problems(holdings: &Holdings, hidden: Hidden) -> Problems {
    let mut standing: BTreeSet<OpenProblem> = missing_parts(&holdings.deliveries).collect();
    let mut newer = HashSet::new();
    for run in &holdings.runs {
        let is_newest = !newer.contains("import") && newer.insert(run.command.as_str());
        let found = run.report.problems.iter().map(OpenProblem::of);
        standing.extend(found.filter(|t| is_standing(t, is_newest, holdings)).map(|t| relative(t, run)));
    }
    let private = Private::of(holdings);
    let mut problems = Problems::default();
    let mut groups: BTreeMap<(Severity, usize, String), Vec<OpenProblem>> = BTreeMap::new();
    for problem in standing {
        match problem.severity {
            Severity::Error => problems.errors += 1,
            Severity::Warning => problems.warnings += 1,
        }
        let code = problem.known();
        problems.listed_only += u64::from(problem.is_listed_only());
        problems.untold |= code == Some(Code::NoDetails);
        if hidden == Hidden::LeftOut && private.concerns(&problem, holdings) {
            problems.private += 1;
            continue;
        }
        let order = Code::ALL.iter().position(|c| Some(*c) == code).unwrap_or(usize::MAX);
        groups.entry((problem.severity, order, problem.code.clone())).or_default().push(problem);
    }
    problems.groups =
        groups.into_iter().map(|((severity, _, code), found)| group(severity, code, found)).collect();
    problems
}

fn missing_parts(exports: &[ExportRecord]) -> impl Iterator<Item = OpenProblem> {
    exports.iter().flat_map(|export| {
        let total = export.total.unwrap_or(0);
        missing(export).into_iter().map(move |number| OpenProblem {
            severity: Severity::Error,
            code: Code::MissingPart.as_str().to_owned(),
            archive: None,
            entry: None,
            message: format!("part {number} of {total} of `{}` is not here", export.name),
        })
    })
}

fn is_standing(problem: &OpenProblem, is_newest: bool, holdings: &Holdings) -> bool {
    match problem.known().map(Code::stands_until) {
        Some(Until::PartIsSeen) => false,
        Some(Until::NextRun) | None => is_newest,
        Some(Until::EntryIsRead) => match problem.archive.clone().zip(problem.entry.clone()) {
            Some(place) => !holdings.read.contains_key(&place),
            None => is_newest,
        },
    }
}

/// Says nothing of where the library lay on the computer that imported it.
fn relative(mut problem: OpenProblem, run: &PastRun) -> OpenProblem {
    let library = run.report.library.trim_end_matches(['/', '\\']);
    if library.len() > 2 {
        let strip = |text: &mut String| {
            for separator in ["/", "\\"] {
                *text = text.replace(&format!("{library}{separator}"), "");
            }
            *text = text.replace(library, "the library");
        };
        problem.entry.as_mut().map(strip);
        strip(&mut problem.message);
    }
    problem
}

fn group(severity: Severity, code: String, found: Vec<OpenProblem>) -> Group {
    let count = found.len() as u64;
    let known = found.first().and_then(OpenProblem::known);
    let (title, advice) = match known.map(|code| advice::of(code, severity)) {
        Some(Advice { one, many, meaning }) => (counted(count, one, many), meaning),
        None => (counted(count, "other problem", "other problems"), "A newer Windfall may know it."),
    };
    let mut places: Vec<Place> = found.into_iter().map(place).collect();
    let more = places.len().saturating_sub(LISTED) as u64;
    places.truncate(LISTED);
    Group { severity, code, title, advice: advice.to_owned(), places, more }
}

fn place(problem: OpenProblem) -> Place {
    let parts: Vec<String> = [problem.archive, problem.entry].into_iter().flatten().collect();
    Place {
        place: name::display(&parts.join(": ")).into_owned(),
        message: pieces(&name::display(&problem.message)),
    }
}

fn pieces(message: &str) -> Vec<Piece> {
    let piece = |(index, text): (usize, &str)| match index % 2 {
        0 => Piece::Words(text.to_owned()),
        _ => Piece::Code(text.to_owned()),
    };
    message.split('`').enumerate().filter(|(_, text)| !text.is_empty()).map(piece).collect()
}

/// What must not be named.
struct Private<'a> {
    hashes: HashSet<String>,
    paths: HashSet<&'a str>,
    names: HashSet<&'a str>,
}

impl<'a> Private<'a> {
    fn of(holdings: &'a Holdings) -> Self {
        let (private, public): (Vec<_>, Vec<_>) =
            holdings.files.iter().partition(|f| Holdings::is_private(f));
        let names = |file: &'a StoredFile| [Some(file.path.file_name()), file.original_name.as_deref()];
        let public: HashSet<&str> = public.into_iter().flat_map(names).flatten().collect();
        Private {
            hashes: private.iter().map(|f| f.content.blake3.to_hex().to_string()).collect(),
            paths: private.iter().map(|f| f.path.as_str()).collect(),
            names: private.into_iter().flat_map(names).flatten().filter(|n| !public.contains(n)).collect(),
        }
    }

    fn concerns(&self, problem: &OpenProblem, holdings: &Holdings) -> bool {
        let named = |name: &str| self.names.contains(name) || self.paths.contains(name);
        if problem.is_listed_only() || quoted(&problem.message).any(named) {
            return true;
        }
        let Some(entry) = &problem.entry else { return false };
        let inside =
            entry.split('/').any(|folder| folder == layout::HIDDEN || folder == layout::RECENTLY_DELETED);
        let place = problem.archive.clone().zip(problem.entry.clone());
        let hash = place.and_then(|place| holdings.read.get(&place));
        inside
            || self.paths.contains(entry.as_str())
            || self.names.contains(entry.rsplit('/').next().unwrap_or_default())
            || hash.is_some_and(|hash| self.hashes.contains(hash))
    }
}

/// Names in a message: what it has in backticks.
fn quoted(message: &str) -> impl Iterator<Item = &str> {
    message.split('`').skip(1).step_by(2)
}
