//! What became of sidecars, in words.
//!
//! Sidecars that somebody else wrote or changed are named although nothing is wrong with them: their owner
//! expects to find albums and dates in them, and would look in vain.

use std::io::{self, Write};

use super::{Reader, Voice, outcome, print, problems, shown};
use windfall::cli::{
    Derivation, Removal, Word,
    amount::{self, counted},
};
use windfall::{Error, LibraryPath, SidecarForm};

/// How many files are named unless all are asked for.
const NAMED: usize = 8;

pub fn written(form: SidecarForm, derivation: &Derivation, voice: Voice) -> Result<(), Error> {
    print(Reader::Person, |out| {
        let what = format!("beside the photos that other programs read (sidecars, {})", form.as_str());
        let made = counted(derivation.made, "small file", "small files");
        let line = match (derivation.made, derivation.kept) {
            (_, 0) => format!("Wrote {made} {what}."),
            (0, kept) => {
                let kept = counted(kept, "small file is", "small files are");
                format!("Nothing to write: {kept} up to date ({}).", form.as_str())
            }
            (_, kept) => format!("Wrote {made} {what}; {} were up to date.", amount::count(kept)),
        };
        outcome(writeln!(out, "{line}").and_then(|()| foreign(out, &derivation.foreign, voice)).and_then(
            |()| {
                writeln!(
                    out,
                    "From now on each import into this library writes them too; --remove ends that."
                )
            },
        ))?;
        outcome(problems::write(out, &derivation.problems, voice))
    })
}

pub fn removed(form: SidecarForm, removal: &Removal, voice: Voice) -> Result<(), Error> {
    if voice == Voice::Quiet {
        return Ok(());
    }
    print(Reader::Person, |out| {
        let count = counted(removal.removed, "sidecar", "sidecars");
        outcome(
            writeln!(out, "Removed {count} ({}).", form.as_str())
                .and_then(|()| foreign(out, &removal.foreign, voice)),
        )
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
