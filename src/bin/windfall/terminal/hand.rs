//! What became of a library by its owner's hand, in words: albums in another form, files in another layout, photos
//! that are left out.

use std::io::{self, Write};

use super::{Reader, Voice, outcome, print, problems, shown};
use windfall::cli::{
    Word,
    albums::Remade,
    amount::{self, counted},
    arrange::Arranged,
    counts::Counts,
    forget::left_out::{Fate, LeftOut},
};
use windfall::{AlbumForm, Error, Problem};

/// Moves that are printed unless all are asked for.
const NAMED: usize = 20;

pub fn albums_made(remade: &Remade, voice: Voice) -> Result<(), Error> {
    let Remade { counts: Counts { made, removed, kept, problems, .. }, form } = remade;
    let (one, what) = match form {
        AlbumForm::List => ("list", "lists"),
        AlbumForm::Copy => ("copy", "copies"),
        AlbumForm::None => ("album", "albums"),
        AlbumForm::Symlink | AlbumForm::Auto | AlbumForm::Hardlink => ("link", "links"),
    };
    let mut lines = vec![match (form, made, kept) {
        (AlbumForm::None, ..) => "Albums are in the catalog and the page only.".to_owned(),
        (_, 0, 0) => "This library has no albums.".to_owned(),
        (_, 0, kept) => format!(
            "Nothing to make: {} as they should be.",
            counted(*kept, "album file is", "album files are")
        ),
        (_, made, 0) => format!("Made {} for the albums.", counted(*made, one, what)),
        (_, made, kept) => format!(
            "Made {} for the albums; {} there already.",
            counted(*made, one, what),
            counted(*kept, "was", "were")
        ),
    }];
    if *removed > 0 {
        lines.push(format!("Removed {} of the old form.", counted(*removed, "album file", "album files")));
    }
    lines.push(format!("Later imports will do the same ({}).", form.as_str()));
    say(&lines, problems, voice)
}

/// What an arrangement was to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arranging {
    /// Move files.
    Real,
    /// Say what it would move.
    DryRun,
    /// Take the last one back.
    Undo,
}

pub fn arranged(arranged: &Arranged, what: Arranging, voice: Voice) -> Result<(), Error> {
    let Arranged { counts: Counts { moved, kept, problems, .. }, moves } = arranged;
    let files = counted(*moved, "file", "files");
    let mut lines = vec![match (what, moved) {
        (Arranging::Undo, 0) if problems.is_empty() => "There is no arrangement to take back.".to_owned(),
        (Arranging::Real | Arranging::Undo, 0) if !problems.is_empty() => "Nothing was moved.".to_owned(),
        (Arranging::Undo, _) => format!("Moved {files} back to where they were."),
        (_, 0) => "Nothing to move: every file stands where it should.".to_owned(),
        (Arranging::DryRun, _) => format!("Dry run, nothing was moved. {files} would move:"),
        (Arranging::Real, _) => format!("Moved {files}; --undo takes that back."),
    }];
    // a dry run is asked for in order to see every one of them
    let named = match (what, voice) {
        (Arranging::DryRun, _) | (_, Voice::Verbose) => moves.len(),
        _ => moves.len().min(NAMED),
    };
    lines.extend(moves.iter().take(named).map(|way| format!("  {} → {}", way.from, way.to)));
    if moves.len() > named {
        let more = amount::count((moves.len() - named) as u64);
        lines.push(format!("  … and {more} more (--verbose names them)"));
    }
    if *moved > 0 && *kept > 0 {
        let (stay, are) =
            if *kept == 1 { ("other file stays", "it is") } else { ("other files stay", "they are") };
        lines.push(format!("{} where {are}.", counted(*kept, stay, stay)));
    }
    say(&lines, problems, voice)
}

/// What was to become of photos.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Forgetting {
    /// They are left out.
    Done(Fate),
    /// They come back.
    Undo,
}

pub fn forgotten(left_out: &LeftOut, what: Forgetting, voice: Voice) -> Result<(), Error> {
    let LeftOut { counts: Counts { moved, kept, problems, .. }, .. } = left_out;
    let files = counted(*moved, "file", "files");
    let mut lines = Vec::new();
    match what {
        Forgetting::Done(Fate::PutAway) if *moved > 0 => {
            let them = them(*moved);
            lines.push(format!("Put {files} into .windfall/forgotten; --undo brings {them} back."));
        }
        Forgetting::Done(Fate::Deleted) if left_out.deleted > 0 => {
            lines.push(format!("Deleted {}.", counted(left_out.deleted, "file", "files")));
        }
        Forgetting::Undo if *moved > 0 => lines.push(format!("Brought {files} back.")),
        _ => {}
    }
    if *kept > 0 {
        lines.push(match what {
            Forgetting::Undo => format!(
                "{} with the next import that has {}.",
                counted(*kept, "file comes back", "files come back"),
                them(*kept)
            ),
            Forgetting::Done(_) => {
                format!("{} here.", counted(*kept, "file was no longer", "files were no longer"))
            }
        });
    }
    let forgotten = moved + left_out.deleted + kept;
    if let Forgetting::Done(_) = what {
        lines.push(match forgotten {
            0 => "Nothing was forgotten.".to_owned(),
            1 => "No import brings it back, and `verify --against` does not ask for it.".to_owned(),
            _ => "No import brings them back, and `verify --against` does not ask for them.".to_owned(),
        });
    } else if lines.is_empty() && problems.is_empty() {
        lines.push("They are not forgotten; there is nothing to bring back.".to_owned());
    }
    say(&lines, problems, voice)
}

fn them(count: u64) -> &'static str {
    if count == 1 { "it" } else { "them" }
}

fn say(lines: &[String], all: &[Problem], voice: Voice) -> Result<(), Error> {
    print(Reader::Person, |out| {
        outcome(write_lines(out, lines))?;
        outcome(problems::write(out, all, voice))
    })
}

fn write_lines(out: &mut dyn Write, lines: &[String]) -> io::Result<()> {
    lines.iter().try_for_each(|line| writeln!(out, "{}", shown(line)))
}
