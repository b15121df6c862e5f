//! Problems for people: grouped by code, errors first, each group with what it means, what to do,
//! and a few examples.
//!
//! In: the problems of a report. Out: lines. Never: drops a code; what is not shown is counted.
//! The one surprise: the same code has other words as a warning than as an error, because a
//! missing photo that the owner deleted is no reason for alarm.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use indicatif::HumanCount;

use super::{BAD, DOUBTFUL, FAINT, STRONG, Voice, counted, shown, styled};
use windfall::Problem;
use windfall::problem::{Code, Severity};
use windfall::report::ExportReport;

/// How many problems of a group are shown unless all are asked for.
const EXAMPLES: usize = 3;

/// One of a kind, many of it, and what it means and what to do about it.
struct Words(&'static str, &'static str, &'static str);

/// Writes the groups; a quiet voice leaves warnings out.
pub fn write(out: &mut dyn Write, problems: &[Problem], voice: Voice) -> io::Result<()> {
    for ((severity, code), group) in grouped(problems) {
        let (style, word) = match severity {
            Severity::Error => (BAD, "error"),
            Severity::Warning if voice == Voice::Quiet => continue,
            Severity::Warning => (DOUBTFUL, "warning"),
        };
        let Words(one, many, meaning) = words(code, severity);
        let what = counted(group.len() as u64, one, many);
        writeln!(
            out,
            "{} {} {}",
            styled(style, format_args!("{word}:")),
            styled(STRONG, what),
            styled(FAINT, format_args!("({})", code.as_str()))
        )?;
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
            let more = HumanCount(more as u64);
            writeln!(out, "  … and {more} more: --verbose prints each, --json gives all as data")?;
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
            let Words(one, many, _) = words(*code, *severity);
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
        format!("{parts} {numbers} of {} of `{}`", export.parts_expected, shown(&export.name))
    });
    let is_damage = |problem: &&Problem| {
        problem.severity == Severity::Error
            && matches!(problem.code, Code::DamagedArchive | Code::DamagedEntry | Code::ChecksumMismatch)
    };
    let outer = |problem: &Problem| {
        let archive = problem.archive.as_deref()?;
        // of a nested archive, the one that was delivered
        let delivered = archive.split_once(".zip/").map(|(outer, _)| format!("{outer}.zip"));
        Some(format!("`{}`", shown(&delivered.unwrap_or_else(|| archive.to_owned()))))
    };
    let damaged: BTreeSet<String> = problems.iter().filter(is_damage).filter_map(outer).collect();
    missing.chain(damaged).collect()
}

/// `3, 5-9`.
pub fn ranges(numbers: &[u32]) -> String {
    let mut runs: Vec<(u32, u32)> = Vec::new();
    for &number in numbers {
        match runs.last_mut() {
            Some((_, last)) if last.checked_add(1) == Some(number) => *last = number,
            _ => runs.push((number, number)),
        }
    }
    let text = |&(first, last): &(u32, u32)| match last - first {
        0 => first.to_string(),
        1 => format!("{first}, {last}"),
        _ => format!("{first}-{last}"),
    };
    runs.iter().map(text).collect::<Vec<_>>().join(", ")
}

fn words(code: Code, severity: Severity) -> Words {
    if severity == Severity::Warning {
        match code {
            Code::MissingMedia => {
                return Words(
                    "deleted photo or video that is listed only",
                    "deleted photos or videos that are listed only",
                    "They were in Recently Deleted, and Apple delivered their rows without them.",
                );
            }
            Code::ChecksumMismatch => {
                return Words(
                    "file of another version than its row",
                    "files of another version than their rows",
                    "Apple's row speaks of another version, mostly of one before or after an edit. The files are whole and were kept.",
                );
            }
            _ => {}
        }
    }
    match code {
        Code::MissingPart => Words(
            "missing part",
            "missing parts",
            "Apple announced more than is here. Download what is missing, then run this again.",
        ),
        Code::MissingMedia => Words(
            "missing photo or video",
            "missing photos or videos",
            "Apple's details list them and none of the parts holds them. Get missing and damaged parts first, then look in iCloud.",
        ),
        Code::DamagedArchive => Words(
            "damaged archive",
            "damaged archives",
            "What can be read in them was read. Download them again, then run this again.",
        ),
        Code::DamagedEntry => Words(
            "damaged file",
            "damaged files",
            "Their bytes are not what the archive promises. Download that archive again, then run this again.",
        ),
        Code::ChecksumMismatch => Words(
            "file that is cut short",
            "files that are cut short",
            "They end too early and Apple's checksum is another. Get the zip again, and import it as it is.",
        ),
        Code::TooLarge => Words(
            "file that is too large for the drive",
            "files that are too large for the drive",
            "The drive's file system has a limit (FAT32: 4 GiB). Choose a drive with exFAT, NTFS, APFS or ext4 for these.",
        ),
        Code::CatalogDamaged => Words(
            "fault in the catalog",
            "faults in the catalog",
            "The photos are not touched by it. `windfall verify --rebuild-catalog` makes the catalog anew.",
        ),
        Code::EncryptedEntry => Words(
            "encrypted file",
            "encrypted files",
            "Apple does not encrypt, somebody packed them anew. Unpack the archive with its password and import the folder.",
        ),
        Code::UnsupportedEntry => Words(
            "entry that cannot be read",
            "entries that cannot be read",
            "They are links, devices, or packed as Apple never does. Unpack the archive with another program if you need them.",
        ),
        Code::UnsafeName => Words(
            "entry with an unsafe name",
            "entries with unsafe names",
            "Their names lead out of the library, so they were not written. Apple makes no such names: ask where the archive is from.",
        ),
        Code::LimitExceeded => Words(
            "entry that expands beyond reason",
            "entries that expand beyond reason",
            "No real photo or video is like that, so it was stopped. Download the archive again from Apple.",
        ),
        Code::WriteFailed => Words(
            "file that could not be written",
            "files that could not be written",
            "Look after the drive, then run this again: only what is not there yet is written.",
        ),
        Code::ChangedFile => Words(
            "changed file in the library",
            "changed files in the library",
            "They are not what was imported. They were left as they are.",
        ),
        Code::MissingFile => Words(
            "file that is gone from the library",
            "files that are gone from the library",
            "Import the archives that hold them to get them back.",
        ),
        Code::NotHeld => Words(
            "entry that the library does not hold",
            "entries that the library does not hold",
            "Keep the archives until these are in the library, or until you know that you do not want them.",
        ),
        Code::UnlistedMedia => Words(
            "file without a row in Apple's details",
            "files without rows in Apple's details",
            "They were kept and dated by what they say themselves; only their archive vouches for them.",
        ),
        Code::NoDetails => Words(
            "export without Apple's details",
            "exports without Apple's details",
            "Nobody can tell then whether all photos are there. The details come with the privacy export, in each part.",
        ),
        Code::BadRow => Words(
            "row that cannot be read in full",
            "rows that cannot be read in full",
            "What could be read of them was used, and the details are kept as they came.",
        ),
        Code::EmptyDetails => Words(
            "details file without rows",
            "details files without rows",
            "Apple's file about the photos is empty; the photos are dated by what they say themselves.",
        ),
        Code::OpaqueChecksums => Words(
            "export with checksums of another kind",
            "exports with checksums of another kind",
            "Apple's checksums in it cannot be computed by anybody else, so these files stay unproved. They are not damaged.",
        ),
        Code::ConflictingRows => Words(
            "file whose rows disagree about its date",
            "files whose rows disagree about their date",
            "The earliest date was taken. `windfall list --explain` shows what each source says.",
        ),
        Code::AmbiguousRow => Words(
            "row that could mean several files",
            "rows that could mean several files",
            "It was given to none of them; they are dated by what they say themselves.",
        ),
        Code::AmbiguousAlbumEntry => Words(
            "album entry that could mean several photos",
            "album entries that could mean several photos",
            "Albums state file names only. All that bear the name were added.",
        ),
        Code::UnresolvedAlbumEntry => Words(
            "album entry without a photo",
            "album entries without photos",
            "The album names a file that is in none of the parts; missing parts may bring it.",
        ),
        Code::Undated => Words(
            "photo or video without a date",
            "photos or videos without a date",
            "Nothing tells when they were taken. They are in `Undated/`.",
        ),
        Code::Placeholder => Words(
            "empty file",
            "empty files",
            "Apple delivered a name and no bytes. Look whether the photo is in iCloud, and ask for it again.",
        ),
        Code::UnfinishedDownload => Words(
            "unfinished download",
            "unfinished downloads",
            "They were left alone. Let the browser finish them, then run this again.",
        ),
        Code::Renamed => Words(
            "name that was rewritten",
            "names that were rewritten",
            "Some systems cannot hold them. The catalog knows the original names.",
        ),
        Code::LinksUnsupported => Words(
            "drive without links",
            "drives without links",
            "Albums are there in another form; nothing is missing from them.",
        ),
        Code::ExtraFile => Words(
            "file of your own in the library",
            "files of your own in the library",
            "No import brought them. They are left alone.",
        ),
        Code::MovedFile => Words(
            "file that was moved",
            "files that were moved",
            "Their bytes were found under another name. The next import remembers the new place.",
        ),
        Code::StagingLeft => Words(
            "interrupted import that waits",
            "interrupted imports that wait",
            "Give it the same archives again and it finishes.",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::{Voice, line, ranges, short_line, to_download, total, write};
    use windfall::Problem;
    use windfall::problem::Code;
    use windfall::report::ExportReport;

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
        assert!(lines[0].starts_with("error: 1 missing part (missing-part)"), "{normal}");
        assert_eq!(lines[2], "  - part 2 is not here");
        assert!(lines[3].starts_with("warning: 5 photos or videos without a date (undated)"), "{normal}");
        assert_eq!(lines[5], "  - A Part 1 of 2.zip: e1 – m1");
        assert!(lines[8].starts_with("  … and 2 more"), "{normal}");
        assert_eq!(text(&problems, Voice::Verbose).matches("\n  - ").count(), 6);
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
            category: "photos",
            parts_found: vec![2],
            parts_expected: 8,
            parts_missing: vec![1, 3, 4, 5, 7, 8],
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
        assert_eq!(ranges(&[]), "");
        assert_eq!(ranges(&[u32::MAX]), u32::MAX.to_string());
    }
}
