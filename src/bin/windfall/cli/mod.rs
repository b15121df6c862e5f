//! The command line: commands, options, and what they mean to the library. Prints nothing and reads no file; it only
//! asks whether a folder is a library, where a word may be one or a file in one.

mod audience;
mod by_hand;
mod categories;
mod choices;
mod filters;
mod looking;
mod reading;
mod shells;

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use clap::builder::{PossibleValue, PossibleValuesParser, Resettable, TypedValueParser};
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, Args, ColorChoice, CommandFactory, FromArgMatches, Parser, Subcommand};

#[cfg(test)]
pub use self::audience::AUDIENCES;
pub use self::audience::Audience;
pub use self::by_hand::{Albums, Arrange, ByHand, Forget};
pub use self::categories::CATEGORIES;
pub use self::choices::{Choices, machine_zone};
pub use self::filters::Filtering;
pub use self::looking::{CopyPhotos, List, Report, Sidecars, Similar};
pub use self::reading::{Check, Import, Mirror, Reading, Repair, Verify};
#[cfg(test)]
use self::shells::SHELLS;
pub use self::shells::{Completions, Shell};
use crate::terminal::Voice;
use windfall::SidecarForm;
use windfall::cli::{Word, has_own_folder};

/// Turns the zips of an Apple privacy export into a library you keep for life.
///
/// Photos in dated folders, checked byte for byte against Apple's own checksums, with albums, Live Photos, favourites
/// and true local dates; notes as Markdown, iCloud Drive as it was, contacts, calendars, mail and bookmarks for any
/// program (`windfall categories`). Sources are never changed, and nothing is sent anywhere.
#[derive(Debug, Parser)]
#[command(
    name = "windfall",
    version = env!("WINDFALL_VERSION"),
    propagate_version = true,
    subcommand_required = true,
    arg_required_else_help = true
)]
#[command(max_term_width = 100, after_help = EXAMPLES)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// How to talk about it.
    #[command(flatten)]
    pub speech: Speech,
}

const EXAMPLES: &str = "Examples:
  windfall                                       on a terminal: asks what you would like to do
  windfall check ~/Downloads                     is the download complete and undamaged?
  windfall import ~/Downloads --to /Volumes/Photos
  windfall verify /Volumes/Photos --against ~/Downloads      are the zips safe to delete?
  windfall repair /Volumes/Photos --from ~/Downloads         put back what is damaged or gone
  windfall mirror /Volumes/Photos --to /Volumes/Second       a second copy, kept up to date
  windfall list /Volumes/Photos --explain 2024/2024-03/IMG_4821.HEIC
  windfall report /Volumes/Photos                a page to look at, on any computer
  windfall copy /Volumes/Photos --to /Volumes/FRAME --album 'Lake week' --jpeg

WINDFALL_LIBRARY names the library for commands that name none.

Exit codes: 0 done, 1 stopped, 2 wrong usage, 3 finished but something is missing or damaged, 130 interrupted.";

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Read exports and add what is new to a library
    Import(Box<Import>),
    /// Is the download complete and undamaged? Reads everything, writes nothing
    Check(Check),
    /// Read the whole library again: is everything as it was imported, and can the zips be deleted?
    Verify(Verify),
    /// Put back files that are damaged or gone, from the zips or from a second copy of the library
    Repair(Repair),
    /// Keep a second copy on another drive, proved while it is written; the next run brings it up to date
    Mirror(Mirror),
    /// What a library holds, a line per file
    List(List),
    /// Which photos look alike: bursts, smaller and re-saved copies, screenshots of photos. Deletes nothing
    Similar(Similar),
    /// Write a page to look at the library in any browser: photos, notes, files, mail, the certificate
    Report(Report),
    /// Copy chosen photos to a folder, to give away or for a program that cannot show HEIC
    Copy(Box<CopyPhotos>),
    /// Make the album folders anew, in another form
    Albums(Albums),
    /// Move the library's own files to another layout, or to where a later export wants them
    Arrange(Arrange),
    /// Leave photos and other files out on purpose, or keep an edit: no import undoes it
    Forget(Forget),
    /// Write small files beside the photos that other programs read: albums, favourites, dates, places
    Sidecars(Sidecars),
    /// What becomes of notes, iCloud Drive, mail …, which programs take it, and what Apple never sends
    #[command(after_help = CATEGORIES)]
    Categories,
    /// Print a script that completes the command line of a shell
    Completions(Completions),
    /// Print the manual page
    Man,
}

impl Command {
    /// The library that a verb is about. A dry run is about none: there may be none yet.
    pub fn library(&self) -> Option<&Path> {
        match self {
            Command::Import(import) => import.to.as_deref().filter(|_| !import.dry_run),
            Command::Verify(Verify { library, .. })
            | Command::Repair(Repair { library, .. })
            | Command::Mirror(Mirror { library, .. })
            | Command::List(List { library, .. })
            | Command::Similar(Similar { library, .. })
            | Command::Report(Report { library, .. })
            | Command::Albums(Albums { library, .. })
            | Command::Arrange(Arrange { library, .. })
            | Command::Forget(Forget { library, .. })
            | Command::Sidecars(Sidecars { library, .. }) => Some(library),
            Command::Copy(copy) => Some(&copy.library),
            Command::Check(_) | Command::Categories | Command::Completions(_) | Command::Man => None,
        }
    }

    /// Whether what a verb says of a library leaves out whether its files are as they should be.
    pub fn leaves_damage_unsaid(&self) -> bool {
        match self {
            Command::List(_)
            | Command::Report(_)
            | Command::Similar(_)
            | Command::Copy(_)
            | Command::Albums(_)
            | Command::Arrange(_)
            | Command::Forget(_)
            | Command::Sidecars(_) => true,
            Command::Import(_)
            | Command::Check(_)
            | Command::Verify(_)
            | Command::Repair(_)
            | Command::Mirror(_)
            | Command::Categories
            | Command::Completions(_)
            | Command::Man => false,
        }
    }
}

/// The variable that names the library, for commands that name none.
pub const LIBRARY: &str = "WINDFALL_LIBRARY";

/// Understands a command line. A variable that is empty counts as unset.
///
/// # Errors
/// If it is wrong, or asks for help.
pub fn parse(words: impl Iterator<Item = OsString>) -> Result<Cli, clap::Error> {
    let heard = |argument: Arg| {
        let value = argument.get_env().and_then(std::env::var_os);
        if value.is_some_and(|value| value.is_empty()) { argument.env(Resettable::Reset) } else { argument }
    };
    let mut command = Cli::command().mut_args(heard).mut_subcommands(|verb| verb.mut_args(heard));
    let mut cli = Cli::from_arg_matches(&command.clone().try_get_matches_from(words)?)?;
    if let Command::Forget(forget) = &mut cli.command {
        let usual = std::env::var_os(LIBRARY).filter(|usual| !usual.is_empty());
        forget.settle(usual.map(PathBuf::from), &|folder| has_own_folder(folder));
        if forget.paths.is_empty() {
            let missing = if has_own_folder(&forget.library) { "<PATH>..." } else { "<LIBRARY>" };
            return Err(lacks(&mut command, missing));
        }
    }
    Ok(cli)
}

/// The error for a `forget` that lacks one of its words.
fn lacks(command: &mut clap::Command, missing: &str) -> clap::Error {
    command.build();
    let verb = command.find_subcommand("forget").cloned().unwrap_or_default();
    let mut error = clap::Error::new(ErrorKind::MissingRequiredArgument).with_cmd(&verb);
    error.insert(ContextKind::InvalidArg, ContextValue::Strings(vec![missing.to_owned()]));
    error
}

/// Whether a word is one of the commands.
pub fn is_command(word: &OsStr) -> bool {
    let is_named = |name: &str| word == OsStr::new(name);
    is_named("help") || Cli::command().get_subcommands().any(|command| is_named(command.get_name()))
}

/// What to do about a command line that is wrong.
pub fn hint(error: &clap::Error) -> &'static str {
    let missing = match error.get(ContextKind::InvalidArg) {
        Some(ContextValue::Strings(missing)) => missing.as_slice(),
        _ => &[],
    };
    let lacks = |word: &str| missing.iter().any(|missing| missing == word);
    if lacks("<LIBRARY>") {
        "name the folder that the import was given with --to, or set WINDFALL_LIBRARY to it once for all commands"
    } else if lacks("<SHELL>") {
        "name one of bash, zsh, fish, powershell, elvish and nushell"
    } else {
        "the same command with --help says what it takes"
    }
}

/// Options of every command.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Output")]
pub struct Speech {
    /// Say nothing but errors
    #[arg(long, short, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Say every decision and every problem
    #[arg(long, short, global = true)]
    pub verbose: bool,
    /// Colours; NO_COLOR is honoured
    #[arg(long, global = true, value_name = "WHEN", default_value_t)]
    pub color: ColorChoice,
    /// No progress bar
    #[arg(long, global = true)]
    pub no_progress: bool,
    /// Append every decision, note and problem to a file
    #[arg(long, global = true, value_name = "FILE", env = "WINDFALL_LOG_FILE")]
    pub log_file: Option<PathBuf>,
}

/// What stands on standard output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Output {
    /// Words for people.
    Words,
    /// One JSON document.
    Json,
}

impl Speech {
    /// How much is said.
    pub fn voice(&self) -> Voice {
        match (self.quiet, self.verbose) {
            (true, _) => Voice::Quiet,
            (_, true) => Voice::Verbose,
            _ => Voice::Normal,
        }
    }
}

/// Choices with their help.
type Helped<T, const N: usize> = [(T, &'static str); N];

const SIDECAR_FORMS: Helped<SidecarForm, 3> = [
    (SidecarForm::Xmp, "NAME.EXT.xmp for Immich, digiKam, darktable, osxphotos"),
    (SidecarForm::PhotoPrism, "NAME.EXT.xmp as PhotoPrism reads it"),
    (SidecarForm::ImmichGo, "NAME.EXT.json, from which immich-go uploads"),
];

fn one_of<T, const N: usize>(choices: &'static Helped<T, N>) -> impl TypedValueParser<Value = T> + use<T, N>
where
    T: Word + Send + Sync,
{
    let values = choices.iter().map(|(choice, help)| PossibleValue::new(choice.as_str()).help(*help));
    PossibleValuesParser::new(values).try_map(|word| T::from_name(&word).ok_or("it is none of these words"))
}

#[cfg(test)]
mod tests {
    use super::{Cli, Command};
    use clap::{CommandFactory, Parser};
    use std::path::{Path, PathBuf};

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn the_library_may_be_left_out_before_the_files_to_forget() {
        for (usual, words, library, paths) in [
            (None, &["lib", "a.jpg"][..], "lib", &["a.jpg"][..]),
            (Some("usual"), &["a.jpg"], "usual", &["a.jpg"]),
            (Some("usual"), &["a.jpg", "b.jpg"], "usual", &["a.jpg", "b.jpg"]),
            (Some("usual"), &["lib", "a.jpg"], "lib", &["a.jpg"]),
            (Some("usual"), &["usual", "a.jpg"], "usual", &["a.jpg"]),
            (Some("usual"), &["lib"], "lib", &[]),
        ] {
            let line = ["windfall", "forget"].iter().chain(words);
            let Command::Forget(mut forget) = Cli::try_parse_from(line).unwrap().command else { panic!() };
            forget.settle(usual.map(PathBuf::from), &|folder| folder == Path::new("lib"));
            let said: Vec<&str> = forget.paths.iter().map(|path| path.to_str().unwrap()).collect();
            assert_eq!((forget.library.to_str(), &*said), (Some(library), paths), "{usual:?} {words:?}");
        }
    }

    #[test]
    fn wrong_usage() {
        for arguments in [
            &["import"][..],
            &["import", "in", "--layout", "{yaer}"],
            &["import", "in", "--name", "a/b"],
            &["import", "in", "--time-zone", "Berlin"],
            &["import", "in", "--albums", "links"],
            &["import", "in", "--jobs", "0"],
            &["import", "in", "--quiet", "--verbose"],
            &["list", "lib", "--json", "--checksums"],
            &["list", "lib", "--from", "2024-13"],
            &["list", "lib", "--kind", "raw"],
            &["list", "lib", "--category", "songs"],
            &["list", "lib", "--search", " "],
            &["list", "lib", "--explain", "a.jpg", "--favorites"],
            &["copy", "lib"],
            &["mirror", "lib"],
            &["copy", "lib", "--to", "out", "--quality", "80"],
            &["copy", "lib", "--to", "out", "--jpeg", "--quality", "101"],
            &["copy", "lib", "--to", "out", "--jpeg", "--long-edge", "15"],
            &["albums", "lib"],
            &["albums", "lib", "--as", "links"],
            &["arrange", "lib", "--layout", "{yaer}"],
            &["arrange", "lib", "--undo", "--dry-run"],
            &["arrange", "lib", "--undo", "--layout", "%Y"],
            &["forget", "lib", "a.jpg", "--delete", "--undo"],
            &["forget", "lib", "a.jpg", "--delete", "--edited"],
            &["sidecars", "lib"],
            &["sidecars", "lib", "--for", "none"],
            &["completions", "cmd"],
            &["undo"],
            &[],
        ] {
            let error = Cli::try_parse_from(std::iter::once(&"windfall").chain(arguments)).unwrap_err();
            assert_eq!(error.exit_code(), 2, "{arguments:?}");
        }
    }
}
