//! Troubles: the problems of past runs that may still stand, in groups, with what to do. None is called
//! solved unless the catalog proves it, and what is hidden or deleted is not named, unless asked for.
//!
//! What a run found by looking at the whole library (missing photos, doubtful albums) counts only if the
//! newest import found it, but what it found in one archive stands until that very entry was read whole,
//! because the newest run may have had other archives.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use crate::library::catalog::{ExportRecord, StoredFile};
use crate::library::layout;
use crate::library::name;
use crate::page::Hidden;
use crate::page::figures::counted;
use crate::page::holdings::{Holdings, PastProblem, PastRun, missing};
use crate::problem::advice::{self, Advice};
use crate::problem::{Code, Severity};

/// How many problems of a group are listed; the rest are counted.
const LISTED: usize = 500;

/// Problems of one kind.
#[derive(Debug)]
pub struct Group {
    /// `error` or `warning`.
    pub severity: Severity,
    /// The stable code.
    pub code: String,
    /// `3 damaged files`.
    pub title: String,
    /// What it means and what to do.
    pub advice: String,
    /// Where, and what.
    pub places: Vec<Place>,
    /// How many more there are.
    pub more: u64,
}

/// One problem.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Archive and entry.
    pub place: String,
    /// What, in pieces.
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
pub struct Troubles {
    /// Errors first.
    pub groups: Vec<Group>,
    /// How many errors there are.
    pub errors: u64,
    /// How many warnings there are.
    pub warnings: u64,
    /// How many concern hidden or deleted items and are not listed.
    pub private: u64,
    /// An export came without details.
    pub untold: bool,
    /// How many deleted photos Apple lists without delivering them.
    pub listed_only: u64,
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Trouble {
    severity: Severity,
    code: String,
    archive: Option<String>,
    entry: Option<String>,
    message: String,
}

impl Trouble {
    fn of(problem: &PastProblem) -> Self {
        Trouble {
            severity: if problem.severity == "error" { Severity::Error } else { Severity::Warning },
            code: problem.code.clone(),
            archive: problem.archive.clone(),
            entry: problem.entry.clone(),
            message: problem.message.clone(),
        }
    }

    /// Of what is missing, only a row that says deleted is a warning.
    fn is_listed_only(&self) -> bool {
        self.known() == Some(Code::MissingMedia) && self.severity == Severity::Warning
    }

    fn known(&self) -> Option<Code> {
        Code::ALL.iter().copied().find(|code| code.as_str() == self.code)
    }
}

/// How long a problem stands: until its part is seen, until the next import or run of its command,
/// or until its entry is read.
enum Until {
    /// The parts that the catalog knows decide.
    PartIsSeen,
    /// Every run looks at the whole library.
    NextRun,
    /// Only that archive can tell.
    EntryIsRead,
}

fn stands(code: Code) -> Until {
    match code {
        Code::MissingPart => Until::PartIsSeen,
        Code::DamagedArchive
        | Code::DamagedEntry
        | Code::EncryptedEntry
        | Code::UnsupportedEntry
        | Code::UnsafeName
        | Code::LimitExceeded
        | Code::TooLarge
        | Code::Placeholder => Until::EntryIsRead,
        _ => Until::NextRun,
    }
}

/// Gathers what may still stand.
pub fn troubles(holdings: &Holdings, hidden: Hidden) -> Troubles {
    let mut standing: BTreeSet<Trouble> = missing_parts(&holdings.deliveries).collect();
    let mut newer = HashSet::new();
    for run in &holdings.runs {
        let is_newest = !newer.contains("import") && newer.insert(run.command.as_str());
        let found = run.report.problems.iter().map(Trouble::of);
        standing.extend(found.filter(|t| is_standing(t, is_newest, holdings)).map(|t| relative(t, run)));
    }
    let private = Private::of(holdings);
    let mut troubles = Troubles::default();
    let mut groups: BTreeMap<(Severity, usize, String), Vec<Trouble>> = BTreeMap::new();
    for trouble in standing {
        match trouble.severity {
            Severity::Error => troubles.errors += 1,
            Severity::Warning => troubles.warnings += 1,
        }
        let code = trouble.known();
        troubles.listed_only += u64::from(trouble.is_listed_only());
        troubles.untold |= code == Some(Code::NoDetails);
        if hidden == Hidden::LeftOut && private.concerns(&trouble, holdings) {
            troubles.private += 1;
            continue;
        }
        let order = Code::ALL.iter().position(|c| Some(*c) == code).unwrap_or(usize::MAX);
        groups.entry((trouble.severity, order, trouble.code.clone())).or_default().push(trouble);
    }
    troubles.groups =
        groups.into_iter().map(|((severity, _, code), found)| group(severity, code, found)).collect();
    troubles
}

fn missing_parts(exports: &[ExportRecord]) -> impl Iterator<Item = Trouble> {
    exports.iter().flat_map(|export| {
        let total = export.total.unwrap_or(0);
        missing(export).into_iter().map(move |number| Trouble {
            severity: Severity::Error,
            code: Code::MissingPart.as_str().to_owned(),
            archive: None,
            entry: None,
            message: format!("part {number} of {total} of `{}` is not here", export.name),
        })
    })
}

fn is_standing(trouble: &Trouble, is_newest: bool, holdings: &Holdings) -> bool {
    match trouble.known().map(stands) {
        Some(Until::PartIsSeen) => false,
        Some(Until::NextRun) | None => is_newest,
        Some(Until::EntryIsRead) => match trouble.archive.clone().zip(trouble.entry.clone()) {
            Some(place) => !holdings.read.contains_key(&place),
            None => is_newest,
        },
    }
}

/// Says nothing of where the library lay on the computer that imported it.
fn relative(mut trouble: Trouble, run: &PastRun) -> Trouble {
    let library = run.report.library.trim_end_matches(['/', '\\']);
    if library.len() > 2 {
        let strip = |text: &mut String| {
            for separator in ["/", "\\"] {
                *text = text.replace(&format!("{library}{separator}"), "");
            }
            *text = text.replace(library, "the library");
        };
        trouble.entry.as_mut().map(strip);
        strip(&mut trouble.message);
    }
    trouble
}

fn group(severity: Severity, code: String, found: Vec<Trouble>) -> Group {
    let count = found.len() as u64;
    let known = found.first().and_then(Trouble::known);
    let (title, advice) = match known.map(|code| advice::of(code, severity)) {
        Some(Advice { one, many, meaning }) => (counted(count, one, many), meaning),
        None => (counted(count, "other problem", "other problems"), "A newer Windfall may know it."),
    };
    let mut places: Vec<Place> = found.into_iter().map(place).collect();
    let more = places.len().saturating_sub(LISTED) as u64;
    places.truncate(LISTED);
    Group { severity, code, title, advice: advice.to_owned(), places, more }
}

fn place(trouble: Trouble) -> Place {
    let parts: Vec<String> = [trouble.archive, trouble.entry].into_iter().flatten().collect();
    Place {
        place: name::display(&parts.join(": ")).into_owned(),
        message: pieces(&name::display(&trouble.message)),
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
    /// In hex.
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

    fn concerns(&self, trouble: &Trouble, holdings: &Holdings) -> bool {
        if trouble.is_listed_only() {
            return true;
        }
        let Some(entry) = &trouble.entry else { return false };
        let inside =
            entry.split('/').any(|folder| folder == layout::HIDDEN || folder == layout::RECENTLY_DELETED);
        let place = trouble.archive.clone().zip(trouble.entry.clone());
        let hash = place.and_then(|place| holdings.read.get(&place));
        inside
            || self.paths.contains(entry.as_str())
            || self.names.contains(entry.rsplit('/').next().unwrap_or_default())
            || hash.is_some_and(|hash| self.hashes.contains(hash))
            || quoted(&trouble.message).any(|name| self.names.contains(name) || self.paths.contains(name))
    }
}

/// What stands in backticks.
fn quoted(message: &str) -> impl Iterator<Item = &str> {
    message.split('`').skip(1).step_by(2)
}
