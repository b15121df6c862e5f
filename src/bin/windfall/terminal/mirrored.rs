//! What a mirroring came to.

use std::path::Path;

use super::{Reader, Voice, outcome, print, problems, shown};
use windfall::cli::amount::{self, counted};
use windfall::cli::mirror::Mirrored;
use windfall::cli::{remedy::quoted, report};
use windfall::{Error, Severity};

pub fn mirrored(folder: &Path, mirrored: &Mirrored, voice: Voice) -> Result<(), Error> {
    print(Reader::Person, |out| {
        for line in words(&folder.display().to_string(), mirrored) {
            outcome(writeln!(out, "{}", shown(&line)))?;
        }
        outcome(problems::write(out, &mirrored.problems, voice))
    })
}

fn words(folder: &str, mirrored: &Mirrored) -> Vec<String> {
    let Mirrored { files, bytes, problems, removed } = mirrored;
    let mut lines = Vec::new();
    let mut done = Vec::new();
    if files.copied > 0 {
        done.push(format!(
            "copied {} ({})",
            counted(files.copied, "file", "files"),
            amount::size(bytes.copied)
        ));
    }
    if files.moved > 0 {
        done.push(format!("gave {} another name", counted(files.moved, "file", "files")));
    }
    if *removed > 0 {
        done.push(format!("removed {}", counted(*removed, "file", "files")));
    }
    let there = counted(files.already_there, "was there already", "were there already");
    let done = done.join(", ");
    lines.push(match (done.is_empty(), files.already_there) {
        (true, 0) => "Nothing was copied.".to_owned(),
        (true, _) => format!("Nothing to copy: {there}."),
        (false, 0) => format!("{}.", capital(&done)),
        (false, _) => format!("{}; {there}.", capital(&done)),
    });
    let lacking = files.total - files.copied - files.moved - files.already_there;
    lines.push(if lacking > 0 {
        format!(
            "`{folder}` lacks {} of the library's {}.",
            amount::count(lacking),
            counted(files.total, "file", "files")
        )
    } else if report::has_errors(problems) {
        format!("`{folder}` has all files of the library, but something is wrong:")
    } else {
        format!("`{folder}` is a whole second copy of the library.")
    });
    if files.only_in_mirror > 0 {
        lines.push(format!(
            "{} only there and left alone.",
            counted(files.only_in_mirror, "file is", "files are")
        ));
    }
    let warnings = problems.iter().any(|problem| problem.severity == Severity::Warning);
    if lacking == 0 && !warnings && !report::has_errors(problems) {
        let folder = quoted(Path::new(folder));
        lines.push(format!("To read it again some day: `windfall verify {folder}`"));
    }
    lines
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::words;
    use windfall::cli::mirror::{Bytes, Files, Mirrored};

    #[test]
    fn what_a_run_says() {
        let all = |copied, moved, already_there, only_in_mirror| Mirrored {
            files: Files { total: 10, copied, moved, already_there, only_in_mirror },
            bytes: Bytes { read: 5_000_000, copied: 5_000_000 },
            ..Mirrored::default()
        };
        for (mirrored, first, second) in [
            (all(10, 0, 0, 0), "Copied 10 files (5.0 MB).", "`M` is a whole second copy of the library."),
            (
                all(1, 2, 7, 0),
                "Copied 1 file (5.0 MB), gave 2 files another name; 7 were there already.",
                "`M` is a whole second copy of the library.",
            ),
            (
                all(0, 0, 10, 0),
                "Nothing to copy: 10 were there already.",
                "`M` is a whole second copy of the library.",
            ),
            (
                all(0, 0, 9, 0),
                "Nothing to copy: 9 were there already.",
                "`M` lacks 1 of the library's 10 files.",
            ),
        ] {
            assert_eq!(words("M", &mirrored)[..2], [first, second]);
        }
        assert!(words("M", &all(10, 0, 0, 2)).contains(&"2 files are only there and left alone.".to_owned()));
    }
}
