//! What was put right, what is still wrong, and which edits were kept, in words.

use std::io::{self, Write};
use std::path::Path;

use super::{BAD, DOUBTFUL, GOOD, Reader, Voice, outcome, print, problems, shown, styled, to_errors};
use windfall::cli::amount::{self, counted};
use windfall::cli::counts::Counts;
use windfall::cli::remedy;
use windfall::{Error, Health, Look, Repaired};

/// Prints what a repair did.
pub fn repaired(repaired: &Repaired, look: Look, voice: Voice) -> Result<(), Error> {
    print(Reader::Person, |out| outcome(words(out, repaired, look, voice)))
}

fn words(out: &mut dyn Write, repaired: &Repaired, look: Look, voice: Voice) -> io::Result<()> {
    let Repaired { healed, restored, still_damaged, problems } = repaired;
    if *healed > 0 {
        let healed = counted(*healed, "file has its true bytes again", "files have their true bytes again");
        writeln!(out, "{healed}; what stood there is kept in `.windfall/damaged`.")?;
    }
    if *restored > 0 {
        writeln!(
            out,
            "{}.",
            counted(*restored, "file that was gone is back", "files that were gone are back")
        )?;
    }
    if !problems.is_empty() {
        writeln!(out)?;
        problems::write(out, problems, voice)?;
        writeln!(out)?;
    }
    match still_damaged {
        0 if healed + restored == 0 => {
            writeln!(out, "{}", styled(GOOD, "Nothing had to be put right."))?;
            match look {
                Look::Everything => Ok(()),
                Look::Known => writeln!(
                    out,
                    "Only what is known or can be seen was looked at; `--all` reads every byte first."
                ),
            }
        }
        0 => writeln!(out, "{}", styled(GOOD, "Nothing is known to be damaged or missing any more.")),
        still => {
            let still = counted(*still, "file is", "files are");
            writeln!(out, "{}", styled(BAD, format_args!("{still} still not as imported.")))
        }
    }
}

/// Prints which edits were kept.
pub fn edits_kept(kept: &Counts, voice: Voice) -> Result<(), Error> {
    print(Reader::Person, |out| {
        let said = match kept.kept {
            0 => writeln!(out, "No edit was kept."),
            1 => writeln!(out, "1 edited file is the library's own now; no import brings the original back."),
            many => writeln!(
                out,
                "{} edited files are the library's own now; no import brings the originals back.",
                amount::count(many)
            ),
        };
        outcome(said.and_then(|()| problems::write(out, &kept.problems, voice)))
    })
}

/// Says on standard error what is known to be wrong with files of a library, if anything is.
pub fn harmed(library: &Path, health: &Health) {
    if let Some(harm) = harm(health) {
        let library = remedy::quoted(library);
        let advice = format!("{harm}: `windfall verify {library}` names them and says what to do");
        // that nobody reads it is no error
        let _ = to_errors(&format!("{} {}", styled(DOUBTFUL, "warning:"), shown(&advice)));
    }
}

/// `2 files are damaged, 1 file is missing`; nothing where nothing is known to be wrong.
pub(super) fn harm(health: &Health) -> Option<String> {
    let parts =
        [(health.damaged, "damaged"), (health.missing, "missing"), (health.changed, "changed by somebody")];
    let parts: Vec<String> = parts
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{} {what}", counted(count, "file is", "files are")))
        .collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}
