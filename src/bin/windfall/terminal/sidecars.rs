//! What became of sidecars, in words.
//!
//! Sidecars that somebody else wrote or changed are named although nothing is wrong with them: their owner
//! expects to find albums and dates in them, and would look in vain.

use std::io::{self, Write};

use super::{Reader, Voice, outcome, print, problems, shown};
use windfall::cli::{
    Word,
    amount::{self, counted},
    sidecars::{Kept, Removed},
};
use windfall::{Error, LibraryPath, Problem, SidecarForm};

/// How many files are named unless all are asked for.
const NAMED: usize = 8;

pub fn written(form: SidecarForm, kept: &Kept, problems: &[Problem], voice: Voice) -> Result<(), Error> {
    let Kept { wanted, replaced, others } = kept;
    print(Reader::Person, |out| {
        let what = format!("beside the photos that other programs read (sidecars, {})", form.as_str());
        let made = counted(wanted.made, "small file", "small files");
        let line = match (wanted.made, wanted.kept) {
            (_, 0) => format!("Wrote {made} {what}."),
            (0, kept) => {
                let kept = counted(kept, "small file is", "small files are");
                format!("Nothing to write: {kept} up to date ({}).", form.as_str())
            }
            (_, kept) => format!("Wrote {made} {what}; {} were up to date.", amount::count(kept)),
        };
        let mut lines = vec![line];
        if *replaced > 0 {
            let count = amount::count(*replaced);
            lines.push(format!(
                "{count} of them took the place of sidecars in another form, which had the same name."
            ));
        }
        if others.made + others.kept > 0 {
            let count = counted(others.made + others.kept, "sidecar", "sidecars");
            lines.push(format!("{count} in another form stay, up to date as well."));
        }
        let foreigners: Vec<LibraryPath> = wanted.foreign.iter().chain(&others.foreign).cloned().collect();
        outcome(
            writeln!(out, "{}", lines.join("\n")).and_then(|()| foreign(out, &foreigners, voice)).and_then(
                |()| {
                    writeln!(
                        out,
                        "From now on each import into this library writes them too; --remove ends that."
                    )
                },
            ),
        )?;
        outcome(problems::write(out, problems, voice))
    })
}

pub fn removed(form: SidecarForm, removed: &Removed, voice: Voice) -> Result<(), Error> {
    let Removed { removal, remembered } = removed;
    if voice == Voice::Quiet {
        return Ok(());
    }
    print(Reader::Person, |out| {
        let mut lines = vec![match removal.removed {
            0 if removal.foreign.is_empty() => {
                format!("This library has no sidecars of the form {}; nothing was removed.", form.as_str())
            }
            removed => format!("Removed {} ({}).", counted(removed, "sidecar", "sidecars"), form.as_str()),
        }];
        if let Some(other) = remembered.map(|other| other.as_str()) {
            lines.push(format!(
                "Its imports go on writing {other} sidecars; the same command with `--for {other}` removes those."
            ));
        }
        outcome(writeln!(out, "{}", lines.join("\n")).and_then(|()| foreign(out, &removal.foreign, voice)))
    })
}

fn foreign(out: &mut dyn Write, paths: &[LibraryPath], voice: Voice) -> io::Result<()> {
    if paths.is_empty() {
        return Ok(());
    }
    let count = counted(paths.len() as u64, "file was", "files were");
    writeln!(out, "{count} written or changed by somebody else, so Windfall does not touch them:")?;
    let named = if voice == Voice::Verbose { paths.len() } else { NAMED };
    for path in paths.iter().take(named) {
        writeln!(out, "  {}", shown(path.as_str()))?;
    }
    match paths.len().saturating_sub(named) {
        0 => Ok(()),
        more => writeln!(out, "  … and {more} more (--verbose names them)"),
    }
}
