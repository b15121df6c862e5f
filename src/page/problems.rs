//! Problems of past runs that may still be open, in groups, with what to do about them. None is called solved
//! unless the catalog proves it, and what is hidden or deleted is not named unless the owner asks.
//!
//! What a run found by looking at the whole library (missing photos, doubtful albums) counts only if the
//! newest import found it. What it found in one archive stays open until that very entry has been read whole,
//! because the newest run may have had other archives.
//!
//! Whether a problem concerns a hidden photo is told by its entry and by the names that its message has in
//! backticks. A field for these names would not be safer: what a report leaves out of it would be shown, so
//! the message would have to be searched all the same.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use chrono::DateTime;

use crate::apple::text;
use crate::library::catalog::{ExportRecord, StoredFile};
use crate::library::filter::HiddenAndDeleted;
use crate::library::record::Harm;
use crate::library::{layout, name};
use crate::page::figures::{counted, date};
use crate::page::holdings::{Command, Holdings, PastProblem, PastRun, missing};
use crate::problem::advice::{self, Advice};
use crate::problem::standing::Until;
use crate::problem::{Code, Problem, Severity};

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
    /// The command that the advice speaks of.
    pub command: Option<&'static str>,
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
    /// How many categories were asked for and did not come.
    pub not_here: u64,
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
            severity: problem.severity,
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
pub fn problems(holdings: &Holdings, hidden: HiddenAndDeleted) -> Problems {
    let mut standing: BTreeSet<OpenProblem> = missing_parts(&holdings.deliveries).collect();
    standing.extend(holdings.files.iter().filter_map(harmed));
    let mut newer = HashSet::new();
    for run in &holdings.runs {
        let is_newest = !newer.contains(&Command::Import) && newer.insert(&run.command);
        let found = run.report.problems.iter().map(OpenProblem::of);
        let found =
            found.filter(|t| is_standing(t, is_newest, holdings) && !is_known_better(t, run, holdings));
        let found = found.map(|t| relative(t, run));
        standing.extend(found.map(|t| with_command(t, &run.command)));
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
        problems.not_here += u64::from(code == Some(Code::MissingCategory));
        problems.untold |= code == Some(Code::NoDetails);
        if hidden == HiddenAndDeleted::LeftOut && private.concerns(&problem, holdings) {
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

/// What the catalog knows to be wrong with a file, and the command that puts it right.
fn harmed(file: &StoredFile) -> Option<OpenProblem> {
    let damage = file.content.damage?;
    let (code, what, remedy) = match damage.what {
        Harm::Damaged => (
            Code::DamagedFile,
            "its bytes are not those that were imported, though nobody changed it",
            format!("`{REPAIR}` puts the true ones back"),
        ),
        Harm::Missing => (Code::MissingFile, "it is gone", format!("`{REPAIR}` brings it back")),
        Harm::Changed => (
            Code::ChangedFile,
            "somebody changed it since it was imported",
            "`windfall forget LIBRARY PATH --edited` keeps the edit, \
             `windfall repair LIBRARY --from ZIPS --changed PATH` takes it back"
                .to_owned(),
        ),
    };
    Some(OpenProblem {
        severity: Severity::Error,
        code: code.as_str().to_owned(),
        archive: None,
        entry: Some(file.path.as_str().to_owned()),
        message: format!("{what}, as was found on {}; {remedy}", date(damage.found.date_naive())),
    })
}

/// What heals a library, for somebody who has only this page.
const REPAIR: &str = "windfall repair LIBRARY --from ZIPS";

/// Whether the catalog knows more of a file than the run that spoke of it: what is wrong with it, or that somebody has
/// read it since and it was intact.
fn is_known_better(problem: &OpenProblem, run: &PastRun, holdings: &Holdings) -> bool {
    let is_of_a_file =
        matches!(problem.known(), Some(Code::DamagedFile | Code::ChangedFile | Code::MissingFile));
    let file = || {
        let path = problem.entry.as_deref()?;
        let at = holdings.files.binary_search_by(|file| file.path.as_str().cmp(path)).ok()?;
        holdings.files.get(at)
    };
    let began = DateTime::parse_from_rfc3339(&run.started).ok();
    is_of_a_file
        && file().is_some_and(|file| {
            file.content.damage.is_some()
                || began.is_some_and(|began| file.content.verified > Some(began.to_utc()))
        })
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

/// What brings more into a library, for somebody who has only this page.
const IMPORT: &str = "windfall import DOWNLOADS --to LIBRARY";

/// Names the command that is meant: a page is read years later, when "this" is nothing.
fn with_command(mut problem: OpenProblem, command: &Command) -> OpenProblem {
    let again = |command: &str| format!("run `{command}` again");
    let this = match command {
        Command::Import => IMPORT,
        Command::Verify => "windfall verify LIBRARY",
        Command::Other(_) => return problem,
    };
    problem.message =
        problem.message.replace("run this again", &again(this)).replace("import again", &again(IMPORT));
    problem
}

fn group(severity: Severity, code: String, found: Vec<OpenProblem>) -> Group {
    let count = found.len() as u64;
    let known = found.first().and_then(OpenProblem::known);
    let (title, advice) = match known.map(|code| advice::of(code, severity)) {
        Some(Advice { one, many, meaning }) => (counted(count, one, many), meaning),
        None => (counted(count, "other problem", "other problems"), "A newer Windfall may know it."),
    };
    let command =
        ["import again", "Import the"].into_iter().any(|word| advice.contains(word)).then_some(IMPORT);
    let mut places: Vec<Place> = found.into_iter().map(place).collect();
    let more = places.len().saturating_sub(LISTED) as u64;
    places.truncate(LISTED);
    Group { severity, code, title, advice: advice.to_owned(), command, places, more }
}

/// Photos that the page has no picture of; they are as they came.
pub fn undrawn(found: &[Problem]) -> Option<Group> {
    let first = found.first()?;
    let place = |problem: &Problem| Place {
        place: name::display(problem.entry.as_deref().unwrap_or_default()).into_owned(),
        message: pieces(&name::display(&problem.message)),
    };
    Some(Group {
        severity: Severity::Warning,
        code: first.code.as_str().to_owned(),
        title: counted(
            found.len() as u64,
            "photo without a picture on this page",
            "photos without a picture on this page",
        ),
        advice:
            "They are in the library as Apple delivered them; only a small picture of each could not be made."
                .to_owned(),
        command: None,
        places: found.iter().take(LISTED).map(place).collect(),
        more: found.len().saturating_sub(LISTED) as u64,
    })
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
    /// As they are compared: an archive may write a name in another way than the library.
    names: HashSet<String>,
    /// Names that backticks in a message do not enclose, because they have some themselves.
    with_backticks: HashSet<&'a str>,
}

impl<'a> Private<'a> {
    fn of(holdings: &'a Holdings) -> Self {
        let (private, public): (Vec<_>, Vec<_>) =
            holdings.files.iter().partition(|f| Holdings::is_private(f));
        let names = |file: &'a StoredFile| [Some(file.path.file_name()), file.original_name.as_deref()];
        let public: HashSet<&str> = public.into_iter().flat_map(names).flatten().collect();
        let all = || private.iter().copied().flat_map(names).flatten();
        Private {
            hashes: private.iter().map(|f| f.content.blake3.to_hex().to_string()).collect(),
            paths: private.iter().map(|f| f.path.as_str()).collect(),
            names: all().filter(|name| !public.contains(name)).map(text::match_key).collect(),
            with_backticks: all().filter(|name| name.contains('`')).collect(),
        }
    }

    fn concerns(&self, problem: &OpenProblem, holdings: &Holdings) -> bool {
        let place = problem.archive.clone().zip(problem.entry.clone());
        let hash = place.and_then(|place| holdings.read.get(&place));
        problem.is_listed_only()
            || self.is_told_in(&problem.message)
            || problem.entry.as_deref().is_some_and(|entry| self.is_named_by(entry))
            || hash.is_some_and(|hash| self.hashes.contains(hash))
    }

    fn is_told_in(&self, message: &str) -> bool {
        quoted(message).any(|text| self.is_named_by(text))
            || self.with_backticks.iter().any(|name| message.contains(name))
    }

    /// Whether this is the name or path of a private file, in the library or in an archive. Whatever lies in a
    /// folder that is called hidden or deleted is private, whoever named it: what cannot be read has no record
    /// that would tell.
    fn is_named_by(&self, text: &str) -> bool {
        let is_apart = |folder| {
            [layout::HIDDEN, layout::RECENTLY_DELETED].into_iter().any(|apart| text::same_name(folder, apart))
        };
        text.split('/').any(is_apart)
            || self.paths.contains(text)
            || self.names.contains(&text::match_key(text.rsplit('/').next().unwrap_or_default()))
            || self.is_beginning(text)
    }

    /// Whether this is a name that a message cut short.
    fn is_beginning(&self, text: &str) -> bool {
        let Some(path) = text.strip_suffix('…') else { return false };
        let start = text::match_key(path.rsplit('/').next().unwrap_or_default());
        !start.is_empty() && self.names.iter().any(|name| name.starts_with(&start))
    }
}

/// Names in a message: what it has in backticks.
fn quoted(message: &str) -> impl Iterator<Item = &str> {
    message.split('`').skip(1).step_by(2)
}

#[cfg(test)]
mod tests {
    use super::{OpenProblem, Private, with_command};
    use crate::apple::text;
    use crate::page::holdings::Command;
    use crate::problem::Severity;

    #[test]
    fn a_remedy_names_its_command() {
        let said = |message: &str, command: &Command| {
            let problem = OpenProblem {
                severity: Severity::Error,
                code: String::new(),
                archive: None,
                entry: None,
                message: message.to_owned(),
            };
            with_command(problem, command).message
        };
        assert_eq!(
            said("copy it to another drive, then run this again", &Command::Import),
            "copy it to another drive, then run `windfall import DOWNLOADS --to LIBRARY` again"
        );
        assert_eq!(said("then run this again", &Command::Verify), "then run `windfall verify LIBRARY` again");
        assert_eq!(
            said("finish it and import again", &Command::Verify),
            "finish it and run `windfall import DOWNLOADS --to LIBRARY` again"
        );
    }

    #[test]
    fn no_message_names_what_is_private() {
        let long = "é".repeat(150);
        let names = ["secret.JPG", "a`b.jpg", &long];
        let private = Private {
            hashes: Default::default(),
            paths: ["2024/IMG_1.JPG"].into(),
            names: names.map(text::match_key).into(),
            with_backticks: ["a`b.jpg"].into(),
        };
        let cut = format!("the row `{}…` is strange", "é".repeat(100));
        for message in [
            "the row `secret.JPG` is strange",
            "the row `SECRET.jpg` is strange",
            "it could be `Photos/secret.JPG` in `iCloud Photos Part 1 of 1.zip`",
            "it is in the library as `2024/IMG_1.JPG`",
            "it could be `recently deleted/IMG_2.JPG`",
            "`Hidden/2024/2024-03/IMG_2.JPG` is gone",
            "the row `a`b.jpg` is strange",
            &cut,
        ] {
            assert!(private.is_told_in(message), "{message}");
        }
        for message in
            ["the row `IMG_1.JPG` is strange", "secret", "it could be `2025/IMG_1.JPG`", "run `windfall …`"]
        {
            assert!(!private.is_told_in(message), "{message}");
        }
    }
}
