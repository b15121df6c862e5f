//! What became of sidecars, in words.
//!
//! Sidecars that somebody else wrote or changed are named although nothing is wrong with them: their owner
//! expects to find albums and dates in them, and would look in vain.

use std::io::{self, Write};
use std::path::Path;

use super::programs::next_steps;
use super::{Reader, STRONG, Voice, outcome, print, problems, shown, styled};
use crate::cli::Audience;
use windfall::cli::{
    Word,
    amount::{self, counted},
    remedy::quoted,
    sidecars::{Kept, Removed},
};
use windfall::{Error, LibraryPath, SidecarForm};

/// How many files are named unless all are asked for.
const NAMED: usize = 8;

pub fn written(library: &Path, audience: Audience, kept: &Kept, voice: Voice) -> Result<(), Error> {
    print(Reader::Person, |out| {
        outcome(words(out, library, audience, kept, voice))?;
        outcome(problems::write(out, &kept.counts().problems, voice))
    })
}

fn words(
    out: &mut dyn Write,
    library: &Path,
    audience: Audience,
    kept: &Kept,
    voice: Voice,
) -> io::Result<()> {
    let Kept { wanted, replaced, others, stay, outlived } = kept;
    let form = audience.form().as_str();
    let made = counted(wanted.made, "small file", "small files");
    let what = format!("beside the photos that other programs read (sidecars, {form})");
    match (wanted.made, wanted.kept) {
        (_, 0) => writeln!(out, "Wrote {made} {what}.")?,
        (0, kept) => {
            let kept = counted(kept, "small file is", "small files are");
            writeln!(out, "Nothing to write: {kept} up to date ({form}).")?;
        }
        (_, kept) => writeln!(out, "Wrote {made} {what}; {} were up to date.", amount::count(kept))?,
    }
    if *replaced > 0 {
        let count = amount::count(*replaced);
        writeln!(
            out,
            "{count} of them took the place of sidecars in another form, which had the same name."
        )?;
    }
    if *outlived > 0 {
        let one = "sidecar was removed: its photo is gone, or has nothing to say any more.";
        let many = "sidecars were removed: their photos are gone, or have nothing to say any more.";
        writeln!(out, "{}", counted(*outlived, one, many))?;
    }
    for (other, count) in stay {
        let count = counted(*count, "sidecar", "sidecars");
        writeln!(out, "{count} in another form ({other}) stay, up to date as well. To remove them:")?;
        writeln!(out, "    {}", shown(&removal(library, other)))?;
    }
    let foreigners: Vec<LibraryPath> = wanted.foreign.iter().chain(&others.foreign).cloned().collect();
    foreign(out, &foreigners, voice)?;
    writeln!(out, "From now on each import into this library writes them too. To remove them and end that:")?;
    writeln!(out, "    {}", shown(&removal(library, form)))?;
    let steps = next_steps(audience, library);
    if !steps.is_empty() {
        writeln!(out, "\n{}", styled(STRONG, "What next"))?;
    }
    steps.iter().try_for_each(|step| writeln!(out, "{}", shown(step)))
}

fn removal(library: &Path, form: &str) -> String {
    format!("windfall sidecars {} --for {form} --remove", quoted(library))
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
