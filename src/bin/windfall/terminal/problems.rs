//! Problems for people: in groups, errors first, each with what it means, what to do, and a few examples.
//! What is not shown is counted.
//!
//! The words come from the library, because the page uses the same ones. The codes are for programs: they
//! stand in the JSON, and here only with `--verbose`.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use super::{BAD, DOUBTFUL, FAINT, STRONG, Voice, shown, styled};
use windfall::cli::{
    advice::{self, Advice, ranges},
    amount::{self, counted},
};
use windfall::{Code, ExportReport, Problem, Severity};

/// How many problems of a group are shown unless all are asked for.
const EXAMPLES: usize = 3;

/// Writes the groups; a quiet voice leaves warnings out.
pub fn write(out: &mut dyn Write, problems: &[Problem], voice: Voice) -> io::Result<()> {
    for ((severity, code), group) in grouped(problems) {
        let (style, word) = match severity {
            Severity::Error => (BAD, "error"),
            Severity::Warning if voice == Voice::Quiet => continue,
            Severity::Warning => (DOUBTFUL, "warning"),
        };
        let Advice { one, many, meaning } = advice::of(code, severity);
        let what = counted(group.len() as u64, one, many);
        let code = match voice {
            Voice::Verbose => styled(FAINT, format_args!(" ({})", code.as_str())),
            Voice::Quiet | Voice::Normal => String::new(),
        };
        writeln!(out, "{} {}{code}", styled(style, format_args!("{word}:")), styled(STRONG, what))?;
        writeln!(out, "  {meaning}")?;
        let most = if voice == Voice::Verbose { usize::MAX } else { EXAMPLES };
        let all_say_the_same = group.len() > 1 && group.iter().all(|p| p.message == group[0].message);
        for problem in group.iter().take(most) {
            match voice {
                Voice::Verbose => writeln!(out, "  - {}", line(problem))?,
                _ if all_say_the_same && problem.entry.is_some() => writeln!(out, "  - {}", place(problem))?,
                _ => writeln!(out, "  - {}", short_line(problem))?,
            }
        }
        if let Some(more) = group.len().checked_sub(most).filter(|more| *more > 0) {
            let more = amount::count(more as u64);
            writeln!(out, "  … and {more} more; --verbose shows each of them")?;
        }
    }
    Ok(())
}

fn grouped(problems: &[Problem]) -> BTreeMap<(Severity, Code), Vec<&Problem>> {
    let mut groups: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for problem in problems {
        groups.entry((problem.severity, problem.code)).or_default().push(problem);
    }
    groups
}

/// `archive: entry – message`, all of it.
fn line(problem: &Problem) -> String {
    let place: Vec<&str> =
        [&problem.archive, &problem.entry].into_iter().flatten().map(String::as_str).collect();
    joined(&shown(&place.join(": ")), problem)
}

/// The same, without the folder that every part wraps its entries in.
fn short_line(problem: &Problem) -> String {
    joined(&place(problem), problem)
}

fn joined(place: &str, problem: &Problem) -> String {
    let message = shown(&problem.message);
    if place.is_empty() { message.into_owned() } else { format!("{place} – {message}") }
}

/// `iCloud Photos Part 1 of 2.zip: Photos/IMG_1.HEIC`.
fn place(problem: &Problem) -> String {
    let (archive, entry) = (problem.archive.as_deref(), problem.entry.as_deref());
    let (Some(archive), Some(entry)) = (archive, entry) else {
        return shown(archive.or(entry).unwrap_or_default()).into_owned();
    };
    let wrapper = archive.strip_suffix(".zip").unwrap_or(archive);
    let inner = entry.strip_prefix(wrapper).and_then(|rest| rest.strip_prefix('/')).unwrap_or(entry);
    format!("{}: {}", shown(archive), shown(inner))
}

/// How many problems are of this severity.
pub fn count(problems: &[Problem], severity: Severity) -> u64 {
    problems.iter().filter(|p| p.severity == severity).count() as u64
}

/// `3 things are missing or damaged: 1 missing part, 2 damaged files`.
pub fn total(problems: &[Problem]) -> String {
    let groups = grouped(problems);
    let errors = groups.iter().filter(|((severity, _), _)| *severity == Severity::Error);
    let named: Vec<String> = errors
        .map(|((severity, code), group)| {
            let Advice { one, many, .. } = advice::of(*code, *severity);
            counted(group.len() as u64, one, many)
        })
        .collect();
    let things = counted(
        count(problems, Severity::Error),
        "thing is missing or damaged",
        "things are missing or damaged",
    );
    format!("{things}: {}.", named.join(", "))
}

/// What to get from Apple once more: `part 3 of `iCloud Photos``, damaged archives by name.
pub fn to_download(exports: &[ExportReport], problems: &[Problem]) -> Vec<String> {
    let missing = exports.iter().filter(|export| !export.parts_missing.is_empty()).map(|export| {
        let parts = if export.parts_missing.len() == 1 { "part" } else { "parts" };
        let numbers = ranges(&export.parts_missing);
        format!("{parts} {numbers} of {} of `{}`", export.parts_expected.unwrap_or(0), shown(&export.name))
    });
    let is_damage = |problem: &&Problem| {
        problem.severity == Severity::Error
            && matches!(problem.code, Code::DamagedArchive | Code::DamagedEntry | Code::ChecksumMismatch)
    };
    let outer = |problem: &Problem| {
        let archive = problem.archive.as_deref()?;
        // for a nested archive, the one that was delivered
        let delivered = archive.split_once(".zip/").map(|(outer, _)| format!("{outer}.zip"));
        Some(format!("`{}`", shown(&delivered.unwrap_or_else(|| archive.to_owned()))))
    };
    let damaged: BTreeSet<String> = problems.iter().filter(is_damage).filter_map(outer).collect();
    missing.chain(damaged).collect()
}

#[cfg(test)]
mod tests {
    use super::{Voice, line, short_line, to_download, total, write};
    use windfall::{Category, Code, ExportReport, Problem};

    fn text(problems: &[Problem], voice: Voice) -> String {
        let mut out = Vec::new();
        write(&mut out, problems, voice).unwrap();
        anstream::adapter::strip_str(&String::from_utf8(out).unwrap()).to_string()
    }

    #[test]
    fn errors_come_first_and_at_most_three_are_shown() {
        let undated = |n: u32| {
            let entry = format!("A Part 1 of 2/e{n}");
            Problem::new(Code::Undated, format!("m{n}")).in_archive("A Part 1 of 2.zip").with_entry(entry)
        };
        let mut problems: Vec<Problem> = (1..=5).map(undated).collect();
        problems.push(Problem::new(Code::MissingPart, "part 2 is not here"));
        let normal = text(&problems, Voice::Normal);
        let lines: Vec<&str> = normal.lines().collect();
        assert_eq!(lines[0], "error: 1 missing part");
        assert_eq!(lines[2], "  - part 2 is not here");
        assert_eq!(lines[3], "warning: 5 photos or videos without a date");
        assert_eq!(lines[5], "  - A Part 1 of 2.zip: e1 – m1");
        assert!(lines[8].starts_with("  … and 2 more"), "{normal}");
        let verbose = text(&problems, Voice::Verbose);
        assert_eq!(verbose.matches("\n  - ").count(), 6);
        assert!(verbose.starts_with("error: 1 missing part (missing-part)\n"), "{verbose}");
        assert_eq!(text(&problems, Voice::Quiet).lines().count(), 3);
        assert_eq!(total(&problems), "1 thing is missing or damaged: 1 missing part.");
    }

    #[test]
    fn every_code_has_words_without_flood() {
        for &code in Code::ALL {
            let text = text(&[Problem::new(code, "m")], Voice::Normal);
            assert_eq!(text.lines().count(), 3, "{text}");
        }
    }

    #[test]
    fn names_from_archives_do_not_reach_the_terminal_as_they_are() {
        let hostile = "a\u{1b}[2J\n\u{202e}gpj";
        let problem = Problem::new(Code::BadRow, hostile).in_archive(hostile).with_entry(hostile);
        for text in [line(&problem), short_line(&problem)] {
            assert!(!text.contains(['\u{1b}', '\n', '\u{202e}']), "{text}");
        }
    }

    #[test]
    fn what_to_download_again() {
        let export = ExportReport {
            name: "iCloud Photos".to_owned(),
            category: Category::Photos,
            parts_found: vec![2],
            parts_expected: Some(8),
            parts_missing: vec![1, 3, 4, 5, 7, 8],
            parts_twice: Vec::new(),
        };
        let problems = [
            Problem::new(Code::DamagedEntry, "m").in_archive("iCloud Photos Part 2 of 8.zip/Shared.zip"),
            Problem::new(Code::DamagedEntry, "m").in_archive("iCloud Photos Part 2 of 8.zip"),
            Problem::new(Code::Undated, "m").in_archive("iCloud Photos Part 6 of 8.zip"),
        ];
        assert_eq!(
            to_download(&[export], &problems),
            ["parts 1, 3-5, 7, 8 of 8 of `iCloud Photos`", "`iCloud Photos Part 2 of 8.zip`"]
        );
    }
}
