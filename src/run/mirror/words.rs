//! What went wrong with files, in words: on the library's side, and on the mirror's.

use std::io;
use std::path::Path;

use crate::library::layout::{FORGOTTEN, INTERNAL};
use crate::library::record::Harm;
use crate::mirror::carry::Failure;
use crate::mirror::decide::Wanted;
use crate::problem::refusal::Refused;
use crate::problem::{Code, Problem, amount, remedy};
use crate::run::mirror::library::Library;
use crate::run::mirror::{Outcome, Run, Work};

/// A problem for each file of which the library or the mirror has no good copy, or has it elsewhere.
pub fn problems(run: &Run<'_>, work: &Work, library: &Library) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (file, outcome) in work.iter() {
        if let Some(harm) = library.harmed.get(&file.path) {
            problems.push(of_library(run, file, *harm, outcome.is_there()));
        }
        if let Some(to) = library.moved.get(&file.path) {
            let message = format!("it is at `{to}` now, unchanged; the next import remembers the new place");
            problems.push(Problem::new(Code::MovedFile, message).with_entry(&file.path));
        }
        let is_said = library.harmed.contains_key(&file.path) || library.moved.contains_key(&file.path);
        problems.extend(of_mirror(file, outcome, is_said).map(|problem| problem.with_entry(&file.path)));
    }
    problems
}

/// What is wrong with the library's file.
fn of_library(run: &Run<'_>, file: &Wanted, harm: Harm, is_in_mirror: bool) -> Problem {
    let (code, what) = match harm {
        Harm::Damaged => (Code::DamagedFile, "in the library it is damaged, though nobody wrote to it"),
        Harm::Changed => (Code::ChangedFile, "in the library somebody changed it"),
        Harm::Missing => (Code::MissingFile, "in the library it is gone"),
    };
    let (library, path) = (run.library, &*file.path);
    let repair = remedy::repair_from(library, run.folder);
    let keep = remedy::keep_edit(library, path);
    let next = match (is_in_mirror, harm) {
        // nothing puts right what was left out on purpose
        _ if is_forgotten(path) => {
            let undo = remedy::undo_forgetting(library, path);
            format!(
                " among what was left out on purpose: `{undo}`, then `{} --all` bring it back whole",
                remedy::repair(library)
            )
        }
        (true, Harm::Changed) => format!(
            "; the mirror has it as it was: `{repair} --changed {}` brings that back, `{keep}` keeps the change",
            remedy::quoted(Path::new(path))
        ),
        (true, _) => format!("; the mirror has it as it was: `{repair}` puts it right"),
        (false, Harm::Changed) => format!(
            ", so it was not copied, and the mirror has none: `{keep}` keeps the change, `{}` takes it back",
            remedy::take_back_edit(library, path)
        ),
        (false, _) => {
            format!(
                ", and the mirror has none: `{}` puts it right ({})",
                remedy::repair(library),
                remedy::SOURCES
            )
        }
    };
    Problem::new(code, format!("{what}{next}")).with_entry(&file.path)
}

fn is_forgotten(path: &str) -> bool {
    path.strip_prefix(INTERNAL).is_some_and(|below| below.starts_with(&format!("/{FORGOTTEN}/")))
}

/// What is wrong with the mirror's file. Where it lacks one because of the library's, that may be said already.
fn of_mirror(file: &Wanted, outcome: &Outcome, is_said: bool) -> Option<Problem> {
    const AGAIN: &str = "move it away, and run the same command again to get the library's";
    Some(match outcome {
        Outcome::Pending(_) | Outcome::There | Outcome::Read | Outcome::Moved | Outcome::Brought => {
            return None;
        }
        Outcome::Lacking | Outcome::Failed(Failure::Differs { .. } | Failure::Unread(_)) if is_said => {
            return None;
        }
        Outcome::Lacking | Outcome::Failed(Failure::Differs { .. } | Failure::Interrupted) => Problem::new(
            Code::Unreadable,
            "two readings gave different bytes: run the same command again; if it happens again, replace the drive",
        ),
        Outcome::Edited => Problem::new(
            Code::ChangedFile,
            format!("in the mirror somebody changed it, so it stays as it is: {AGAIN}"),
        ),
        Outcome::Taken => Problem::new(
            Code::WriteFailed,
            format!("in the mirror something else has its name, and stays as it is: {AGAIN}"),
        ),
        Outcome::TooLarge => {
            let size = amount::size(file.size);
            Problem::new(
                Code::TooLarge,
                format!("at {size} it is larger than any file that the mirror's drive can hold"),
            )
        }
        Outcome::NoLinks => {
            Problem::new(Code::LinksUnsupported, "it is a link, and the mirror's drive cannot hold links")
        }
        Outcome::Failed(Failure::Unread(error)) => {
            let refused = Refused::of(error);
            Problem::new(refused.code, refused.message())
        }
        Outcome::Failed(Failure::Unwritten(error)) => {
            let why = match error.kind() {
                // in the folder that was made for it
                io::ErrorKind::NotFound | io::ErrorKind::InvalidInput | io::ErrorKind::InvalidFilename => {
                    "its drive cannot hold such a name: give it another one in the library".to_owned()
                }
                io::ErrorKind::AlreadyExists => {
                    "its drive takes the name for that of another file: give it another one in the library"
                        .to_owned()
                }
                _ => error.to_string(),
            };
            Problem::new(Code::WriteFailed, format!("it could not be written to the mirror: {why}"))
        }
        Outcome::Failed(Failure::Unproved(error)) => {
            let how = error
                .as_ref()
                .map_or("other bytes back".to_owned(), |error| format!("nothing back ({error})"));
            let message = format!(
                "the mirror's drive gives {how} than were just written, so it got no name: check the cable, or take \
                 another drive"
            );
            Problem::new(Code::WriteFailed, message)
        }
    })
}
