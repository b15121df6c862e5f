//! The terminal: the only part of Windfall that prints. Results go to standard output; progress, notes and
//! errors go to standard error. It decides nothing.
//!
//! Names that came from an archive are hostile and are printed only through [`shown`]. A reader that goes
//! away (`windfall list … | head`) is no error.

mod certificate;
mod copied;
pub mod guide;
mod hand;
mod listing;
mod mirrored;
mod problems;
mod programs;
mod repaired;
mod screen;
mod sidecars;
mod similar;
mod structure;
mod typed;
mod verified;
mod wrap;

use std::fmt::Display;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::PathBuf;

use anstyle::{AnsiColor, Style};
use clap::CommandFactory;
use serde::Serialize;

use self::wrap::{Wrapping, wrapped};
use crate::cli::{CATEGORIES, Cli, Shell};
use windfall::Error;
use windfall::cli::page::{Written, of_file};
use windfall::cli::{amount::counted, name};

pub use certificate::{checked, errors, imported, left_alone};
pub use copied::copied;
pub use hand::{Arranging, Forgetting, albums_made, arranged, forgotten};
pub use listing::{checksums, explained, json_line, left_out, listed, listed_as_json, made};
pub use mirrored::mirrored;
pub use repaired::{edits_kept, harmed, repaired};
pub use screen::{Bar, Screen, locked};
pub use sidecars::{removed, written};
pub use similar::similar;
pub use structure::structure;
pub use verified::verified;

/// How much is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Voice {
    /// Errors only.
    Quiet,
    /// What a person wants to know.
    Normal,
    /// Every decision and every problem.
    Verbose,
}

const BAD: Style = AnsiColor::Red.on_default().bold();
const DOUBTFUL: Style = AnsiColor::Yellow.on_default();
const GOOD: Style = AnsiColor::Green.on_default();
const FAINT: Style = Style::new().dimmed();
const STRONG: Style = Style::new().bold();

/// The text with this style around it.
fn styled(style: Style, text: impl Display) -> String {
    format!("{style}{text}{style:#}")
}

/// A name from an archive, a row or the catalog, safe for a terminal.
fn shown(name: &str) -> std::borrow::Cow<'_, str> {
    name::display(name)
}

/// Whether a person looks at standard output.
pub fn is_read_by_a_person() -> bool {
    io::stdout().is_terminal()
}

/// Who reads standard output.
enum Reader {
    /// Somebody who likes colours, and lines that fit.
    Person,
    /// Somebody who likes colours, and columns that stay where they are.
    OfTable,
    /// Something that wants every byte as it is.
    Program,
}

/// Writes results to standard output.
fn print(reader: Reader, write: impl FnOnce(&mut dyn Write) -> Result<(), Error>) -> Result<(), Error> {
    let out: Box<dyn Write> = match reader {
        Reader::Person => Box::new(Wrapping::new(anstream::stdout().lock(), wrap::width_of_output())),
        Reader::OfTable => Box::new(anstream::stdout().lock()),
        Reader::Program => Box::new(io::stdout().lock()),
    };
    let held = if let Reader::Program = reader { HELD_FOR_PROGRAMS } else { HELD_FOR_PEOPLE };
    let mut out = BufWriter::with_capacity(held, out);
    match write(&mut out) {
        Ok(()) => outcome(out.flush()),
        Err(error) => {
            // half an answer is none: what is held is not let go
            let _ = out.into_parts();
            Err(error)
        }
    }
}

/// So much is held before any of it is written: whoever reads lines likes them early.
const HELD_FOR_PEOPLE: usize = 1 << 16;

/// A program is to get nothing where a run is stopped, and all that some ten thousand files come to fits here. Memory is
/// taken only as it fills.
const HELD_FOR_PROGRAMS: usize = 1 << 24;

/// What became of writing to standard output; that nobody reads any more is no error.
fn outcome(result: io::Result<()>) -> Result<(), Error> {
    match result {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(unprintable(error)),
        _ => Ok(()),
    }
}

fn unprintable(source: io::Error) -> Error {
    Error::Io { doing: "write to", path: PathBuf::from("standard output"), source }
}

/// Says what a page shows and where it is; the last line is an address that most terminals make a link.
pub fn page_written(page: &Written, voice: Voice) -> Result<(), Error> {
    print(Reader::Person, |out| outcome(page_words(out, page, voice)))
}

fn page_words(out: &mut dyn Write, page: &Written, voice: Voice) -> io::Result<()> {
    writeln!(out, "The page shows {}.", page.shown)?;
    if !page.problems.is_empty() {
        let count = page.problems.len() as u64;
        let without = counted(count, "photo has no picture there", "photos have no picture there");
        let names = if voice == Voice::Verbose { ":" } else { "; --verbose names each." };
        writeln!(out, "{without}, but the library has the bytes that Apple delivered{names}")?;
        for problem in page.problems.iter().filter(|_| voice == Voice::Verbose) {
            let path = problem.entry.as_deref().unwrap_or_default();
            writeln!(out, "  - {} – {}", shown(path), shown(&problem.message))?;
        }
    }
    writeln!(out, "Wrote `{}`. Open it in any browser:", shown(&page.path.display().to_string()))?;
    writeln!(out, "{}", of_file(&page.path))
}

/// Prints one JSON document.
pub fn json(value: &impl Serialize) -> Result<(), Error> {
    print(Reader::Program, |out| {
        let written = serde_json::to_writer_pretty(&mut *out, value).map_err(io::Error::from);
        outcome(written.and_then(|()| writeln!(out)))
    })
}

/// Prints what becomes of each category.
pub fn categories() -> Result<(), Error> {
    print(Reader::OfTable, |out| outcome(writeln!(out, "{CATEGORIES}")))
}

/// Prints what completes command lines in a shell.
pub fn completions(shell: Shell) -> Result<(), Error> {
    let mut command = Cli::command();
    let mut script = Vec::new();
    match shell {
        Shell::Common(shell) => clap_complete::generate(shell, &mut command, "windfall", &mut script),
        Shell::Nushell => {
            clap_complete::generate(clap_complete_nushell::Nushell, &mut command, "windfall", &mut script);
        }
    }
    print(Reader::Program, |out| outcome(out.write_all(&script)))
}

/// Prints the manual page: the command, then each of its own commands.
pub fn manual() -> Result<(), Error> {
    let mut command = Cli::command();
    command.build();
    print(Reader::Program, |out| {
        let page = clap_mangen::Man::new(command.clone());
        let parts = command.get_subcommands().filter(|part| part.get_name() != "help");
        let parts = parts.map(|part| clap_mangen::Man::new(part.clone()));
        outcome(page.render(out).and_then(|()| {
            parts.into_iter().try_for_each(|part| {
                part.render_name_section(out)?;
                part.render_synopsis_section(out)?;
                part.render_description_section(out)?;
                part.render_options_section(out)
            })
        }))
    })
}

/// Says what is wrong with a command line, with this hint in place of the parser's own.
pub fn misused(error: &clap::Error, hint: &str) {
    let words = error.render().ansi().to_string();
    match words.split_once("For more information, try ") {
        Some((what, _)) => {
            let _ = write!(anstream::stderr().lock(), "{what}");
            self::hint(hint);
        }
        None => _ = error.print(),
    }
}

/// Says why a run stopped; `hint` replaces the error's own.
pub fn stopped(error: &Error, hint: Option<&str>) {
    let causes: Vec<String> = error.causes();
    failure(&error.to_string(), &causes, hint.or(error.hint()));
}

/// Says what went wrong, why, and what to do next.
pub fn failure(what: &str, causes: &[String], hint: Option<&str>) {
    // standard error is the last resort: if it is gone, nobody is left to tell
    let _ = to_errors(&format!("{} {}", styled(BAD, "error:"), shown(what)));
    for cause in causes {
        let _ = to_errors(&format!("  cause: {}", shown(cause)));
    }
    if let Some(text) = hint {
        self::hint(text);
    }
}

/// Says what to do next.
pub fn hint(text: &str) {
    let _ = to_errors(&format!("{} {}", styled(STRONG, "hint:"), shown(text)));
}

/// Writes a line to standard error, broken where the terminal ends.
fn to_errors(line: &str) -> io::Result<()> {
    let line = wrap::width_of_errors().map_or_else(|| line.to_owned(), |width| wrapped(line, width));
    writeln!(anstream::stderr().lock(), "{line}")
}
