//! The certificate of a verification: what the library still is, and whether the zips can be deleted.
//!
//! "Safe" is said only of what was read in this very run. Without `--against` nothing is said about zips: the
//! library's own word is not enough to delete them.

use std::io::{self, Write};

use super::certificate::{duration, exports, proof};
use super::{BAD, GOOD, Reader, Voice, outcome, print, problems, shown, styled};
use windfall::cli::amount::{self, counted};
use windfall::{Error, MadeFiles, Severity, Verification, Yardstick};

/// Prints what a verification found.
pub fn verified(verification: &Verification, voice: Voice) -> Result<(), Error> {
    print(Reader::Person, |out| outcome(words(out, verification, voice)))
}

/// How many paths are named of a kind.
const NAMED: usize = 5;

/// Says of the files that Windfall makes how they are.
fn made(out: &mut dyn Write, made: &MadeFiles) -> io::Result<()> {
    if made.intact > 0 {
        writeln!(out, "  {} made of them, as they were made", counted(made.intact, "file", "files"))?;
    }
    for (paths, what) in [
        (&made.edited, "made by Windfall and changed by you, which stay so"),
        (&made.missing, "made by Windfall and gone, which the next import makes again"),
        (
            &made.unreadable,
            "made by Windfall that cannot be read (check the drive; once deleted, the next import makes them again)",
        ),
    ] {
        if paths.is_empty() {
            continue;
        }
        let named: Vec<String> =
            paths.iter().take(NAMED).map(|path| format!("`{}`", shown(path.as_str()))).collect();
        let more = match paths.len().saturating_sub(NAMED) {
            0 => String::new(),
            more => format!(" and {} more", amount::count(more as u64)),
        };
        let count = counted(paths.len() as u64, "file", "files");
        writeln!(out, "  {count} {what}: {}{more}", named.join(", "))?;
    }
    Ok(())
}

fn words(out: &mut dyn Write, verification: &Verification, voice: Voice) -> io::Result<()> {
    let (library, took) = (shown(&verification.library), duration(verification.elapsed_seconds));
    match verification.compared_with {
        Yardstick::Catalog => writeln!(out, "Verified `{library}` in {took}: every file was read again.")?,
        Yardstick::Nothing => writeln!(
            out,
            "`{library}` could not be verified: its catalog is lost, and nothing else says what its files should be."
        )?,
    }
    if let Some(aside) = &verification.kept_aside {
        writeln!(
            out,
            "A new catalog was made; the old one is kept as `{}`.",
            shown(&aside.display().to_string())
        )?;
    }
    writeln!(out)?;
    let (files, balance) = (&verification.files, &verification.balance);
    exports(out, &balance.exports)?;
    if verification.compared_with == Yardstick::Catalog {
        let total = counted(files.total, "file", "files");
        let (intact, size) = (amount::count(files.intact), amount::size(balance.bytes));
        writeln!(out, "  {total} in the catalog; {intact} intact, {size}")?;
    }
    for (count, what) in [(files.damaged, "damaged"), (files.changed, "changed"), (files.missing, "missing")]
    {
        if count > 0 {
            writeln!(out, "  {}", styled(BAD, format_args!("{} {what}", counted(count, "file", "files"))))?;
        }
    }
    if files.extra > 0 {
        writeln!(out, "  {} of your own beside them", counted(files.extra, "file", "files"))?;
    }
    made(out, &verification.made)?;
    proof(out, balance.proved, balance.unproved, 0)?;
    if let Some(against) = &verification.against {
        let entries = counted(against.entries, "file", "files");
        let held = match against.held - verification.left_out {
            held if held == against.entries => "all".to_owned(),
            held => amount::count(held),
        };
        let left_out = match verification.left_out {
            0 => String::new(),
            left_out => format!(", and {} left out on purpose", amount::count(left_out)),
        };
        writeln!(out, "  {entries} in these archives; the library has {held} of them{left_out}")?;
    }
    writeln!(out)?;
    if !verification.problems.is_empty() {
        problems::write(out, &verification.problems, voice)?;
        writeln!(out)?;
    }
    let errors = problems::count(&verification.problems, Severity::Error);
    match verification.safe_to_delete {
        Some(true) => {
            let all = match verification.left_out {
                0 => "Every byte of these archives is in the library",
                _ => "Every byte of these archives is in the library or was left out on purpose",
            };
            writeln!(out, "{}", styled(GOOD, format_args!("{all}: they are safe to delete.")))
        }
        Some(false) => {
            writeln!(out, "{}", styled(BAD, "Keep these archives: not everything in them is in the library."))
        }
        None if errors > 0 => writeln!(out, "{}", styled(BAD, problems::total(&verification.problems))),
        None => writeln!(out, "{}", styled(GOOD, "Every file is as it was imported.")),
    }
}
