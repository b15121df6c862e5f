//! The command line: commands, options, and what they mean to the library. Prints nothing and reads no file; it only
//! asks whether a folder is a library, where a word may be one or a file in one.

mod audience;
mod choices;
mod filters;

use std::ffi::{OsStr, OsString};
use std::iter;
use std::mem;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use clap::builder::{PossibleValue, PossibleValuesParser, Resettable, TypedValueParser};
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, Args, ColorChoice, CommandFactory, FromArgMatches, Parser, Subcommand};

#[cfg(test)]
pub use self::audience::AUDIENCES;
pub use self::audience::Audience;
pub use self::choices::{Choices, machine_zone};
pub use self::filters::Filtering;
use crate::terminal::Voice;
use windfall::cli::{
    Encoding, Proof, Word, arrange,
    copy::{OwnPage, Wishes},
    fitting, forget, has_own_folder,
    mirror::{self, Leftovers},
    moves,
    page::{HiddenAndDeleted, PageOptions, Previews},
    remedy,
    repair::Look,
};
use windfall::{AlbumForm, SidecarForm, Strangers, Template, Watch};

/// Turns the zips of an Apple privacy export into a photo library you keep for life.
///
/// Every original once, in dated folders, checked byte for byte against Apple's own checksums, with albums, Live
/// Photos, favourites and true local dates. Sources are never changed, and nothing is sent anywhere.
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

const COPY_EXAMPLES: &str = "Examples:
  windfall copy LIBRARY --to /Volumes/FRAME --album 'Lake week' --jpeg --long-edge 1920
  windfall copy LIBRARY --to E:\\ --favorites --from 2024-07 --until 2024-08
  windfall copy LIBRARY --to Norway --place Norway --no-page

Copies say where and when they were taken, as their photos do.";

const LIST_EXAMPLES: &str = "Examples:
  windfall list LIBRARY --place Oslo --from 2024
  windfall list LIBRARY --album 'Lake week' --kind live
  windfall list LIBRARY --explain 2024/2024-03/IMG_4821.HEIC

A line says when a file was taken, whether Apple's checksum proves it, its size and its path. Hidden and recently deleted
photos are listed too.";

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
    /// Write a page to look at the library in any browser: certificate, timeline, problems, photos
    Report(Report),
    /// Copy chosen photos to a folder, to give away or for a program that cannot show HEIC
    Copy(Box<CopyPhotos>),
    /// Make the album folders anew, in another form
    Albums(Albums),
    /// Move the library's own files to another layout, or to where a later export wants them
    Arrange(Arrange),
    /// Leave photos out on purpose, or keep an edit: no import undoes it
    Forget(Forget),
    /// Write small files beside the photos that other programs read: albums, favourites, dates, places
    Sidecars(Sidecars),
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
            Command::Check(_) | Command::Completions(_) | Command::Man => None,
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

/// Where to read, and how fast.
#[derive(Debug, Clone, Args)]
pub struct Reading {
    /// Zips, folders of zips and unzipped folders, in any mix
    #[arg(value_name = "INPUT", required = true)]
    pub inputs: Vec<PathBuf>,
    #[command(flatten)]
    pub pace: Pace,
}

/// How fast to read, and what to print.
#[derive(Debug, Clone, Args)]
pub struct Pace {
    /// Threads that read [default: one per processor; 2 where a hard disk is involved]
    #[arg(long, value_name = "N", env = "WINDFALL_JOBS", value_parser = clap::value_parser!(u16).range(1..=1024))]
    jobs: Option<u16>,
    /// Print one JSON document on standard output
    #[arg(long)]
    json: bool,
}

impl Pace {
    /// What stands on standard output.
    pub fn output(&self) -> Output {
        if self.json { Output::Json } else { Output::Words }
    }

    /// Threads that read and write these places, at least one.
    pub fn jobs<'a>(&self, places: impl Iterator<Item = &'a PathBuf>) -> NonZeroUsize {
        jobs(self.jobs, places)
    }
}

fn jobs<'a>(wanted: Option<u16>, places: impl Iterator<Item = &'a PathBuf>) -> NonZeroUsize {
    let wanted = wanted.and_then(|wanted| NonZeroUsize::new(wanted.into()));
    wanted.unwrap_or_else(|| fitting(places.map(PathBuf::as_path)))
}

/// `windfall import`.
#[derive(Debug, Args)]
#[command(override_usage = "windfall import [OPTIONS] <INPUT>... --to <LIBRARY>")]
pub struct Import {
    /// The folder that is or becomes the library
    #[arg(long, value_name = "LIBRARY", env = LIBRARY)]
    pub to: Option<PathBuf>,
    #[command(flatten)]
    pub reading: Reading,
    /// Say what an import would do, and write nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Also take photos and videos from zips and folders that nothing shows to come from Apple
    #[arg(long)]
    pub loose: bool,
    #[command(flatten)]
    pub choices: Choices,
}

impl Import {
    /// What becomes of inputs that are not Apple's.
    pub fn strangers(&self) -> Strangers {
        if self.loose { Strangers::Loose } else { Strangers::Refused }
    }

    /// The command as it should have been typed, with a place for the library.
    pub fn whole_command(&self) -> String {
        const MOST: usize = 3;
        let mut words: Vec<String> =
            self.reading.inputs.iter().take(MOST).map(|input| remedy::quoted(input)).collect();
        if self.reading.inputs.len() > MOST {
            words.push("…".to_owned());
        }
        format!("windfall import {} --to LIBRARY", words.join(" "))
    }
}

/// `windfall check`.
#[derive(Debug, Args)]
pub struct Check {
    #[command(flatten)]
    pub reading: Reading,
}

/// `windfall verify`.
#[derive(Debug, Args)]
pub struct Verify {
    /// The folder that an import was given with --to
    #[arg(value_name = "LIBRARY", env = LIBRARY)]
    pub library: PathBuf,
    /// Zips and folders to compare with the library: if it has every byte of them, they are safe to delete
    #[arg(long, value_name = "INPUT", num_args = 1..)]
    pub against: Option<Vec<PathBuf>>,
    /// Make a new catalog from the library and the lists kept in it, where it is lost or damaged
    #[arg(long)]
    pub rebuild_catalog: bool,
    #[command(flatten)]
    pub pace: Pace,
}

/// `windfall mirror`.
///
/// Copies everything of the library: originals, your own files, details, what was left out on purpose and kept,
/// thumbnails, the catalog. Each file is hashed while it is read, so that damage of the library is found and never
/// copied, and read back from the mirror's drive before it gets its name there. A later run copies what is new and
/// renames what moved; what only the mirror has stays. The mirror is a library itself: verify, list, report and
/// import work there, and repair takes from it. Albums become lists where its drive has no links. It may be
/// interrupted at any time, and goes on when it is run again.
#[derive(Debug, Args)]
pub struct Mirror {
    /// The folder that an import was given with --to
    #[arg(value_name = "LIBRARY", env = LIBRARY)]
    pub library: PathBuf,
    /// The folder that is or becomes the second copy, best on another drive
    #[arg(long, value_name = "FOLDER")]
    pub to: PathBuf,
    /// Remove from the mirror what the library has moved or forgotten, where nobody changed it
    #[arg(long)]
    delete: bool,
    /// Believe the mirror's drive, and do not read back what was written to it; faster, and proves less
    #[arg(long)]
    no_read_back: bool,
    #[command(flatten)]
    pace: Pace,
}

impl Mirror {
    /// What stands on standard output.
    pub fn output(&self) -> Output {
        self.pace.output()
    }

    /// The run that is meant.
    pub fn run<'a>(&'a self, watch: Watch<'a>) -> mirror::Run<'a> {
        mirror::Run {
            library: &self.library,
            folder: &self.to,
            jobs: self.pace.jobs([&self.library, &self.to].into_iter()),
            proof: if self.no_read_back { Proof::Trust } else { Proof::ReadBack },
            leftovers: if self.delete { Leftovers::Deleted } else { Leftovers::Kept },
            watch,
        }
    }
}

/// `windfall repair`.
#[derive(Debug, Args)]
#[command(override_usage = "windfall repair [OPTIONS] <LIBRARY> --from <INPUT|LIBRARY|FOLDER>...")]
pub struct Repair {
    /// The folder that an import was given with --to
    #[arg(value_name = "LIBRARY", env = LIBRARY)]
    pub library: PathBuf,
    /// Zips, another copy of the library, or any folder that may have the files
    #[arg(long, value_name = "INPUT|LIBRARY|FOLDER", num_args = 1.., required = true)]
    pub from: Vec<PathBuf>,
    /// Read every byte of the library first, and not only what is known or seen to be damaged
    #[arg(long)]
    pub all: bool,
    /// Also put back the originals of these files, which somebody edited; the edited ones are kept aside
    #[arg(long, value_name = "PATH", num_args = 1..)]
    pub changed: Vec<PathBuf>,
    #[command(flatten)]
    pub pace: Pace,
}

impl Repair {
    /// How it is found out what has to be put right.
    pub fn look(&self) -> Look {
        if self.all { Look::Everything } else { Look::Known }
    }
}

/// `windfall list`.
#[derive(Debug, Args)]
#[command(after_help = LIST_EXAMPLES)]
pub struct List {
    /// The folder that an import was given with --to
    #[arg(value_name = "LIBRARY", env = LIBRARY)]
    pub library: PathBuf,
    /// Tell where one file came from, how it was proved and why it has its date and place
    #[arg(long, value_name = "PATH", conflicts_with_all = ["checksums", "Filtering"])]
    pub explain: Option<PathBuf>,
    /// Print lines for `b3sum --check`, to be run inside the library
    #[arg(long, conflicts_with = "json")]
    pub checksums: bool,
    /// Print one JSON object per file
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub filtering: Filtering,
}

/// `windfall similar`.
#[derive(Debug, Args)]
pub struct Similar {
    /// The folder that an import was given with --to
    #[arg(value_name = "LIBRARY", env = LIBRARY)]
    pub library: PathBuf,
    #[command(flatten)]
    pub pace: Pace,
    #[command(flatten)]
    pub filtering: Filtering,
}

/// `windfall report`.
#[derive(Debug, Args)]
pub struct Report {
    /// The folder that an import was given with --to
    #[arg(value_name = "LIBRARY", env = LIBRARY)]
    pub library: PathBuf,
    /// Where to write the page; outside the library it has no photos [default:
    /// LIBRARY/windfall-report.html]
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Show hidden and recently deleted photos too
    #[arg(long)]
    pub with_hidden: bool,
    /// Open the page in the browser
    #[arg(long)]
    pub open: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// Make large pictures of photos that browsers cannot show (HEIC, RAW, TIFF); later pages show them too
    #[arg(long)]
    pub previews: bool,
    /// Threads that make thumbnails [default: one per processor]
    #[arg(long, value_name = "N", env = "WINDFALL_JOBS", value_parser = clap::value_parser!(u16).range(1..=1024))]
    jobs: Option<u16>,
}

impl Report {
    /// Threads that make thumbnails, at least one.
    pub fn jobs(&self) -> NonZeroUsize {
        jobs(self.jobs, iter::once(&self.library))
    }

    /// How the result is printed.
    pub fn output(&self) -> Output {
        if self.json { Output::Json } else { Output::Words }
    }

    /// What the page should be.
    pub fn options(&self) -> PageOptions {
        let hidden = if self.with_hidden { HiddenAndDeleted::Included } else { HiddenAndDeleted::LeftOut };
        let previews = if self.previews { Previews::Made } else { Previews::Found };
        PageOptions { output: self.output.clone(), hidden, previews }
    }
}

/// `windfall copy`.
#[derive(Debug, Args)]
#[command(after_help = COPY_EXAMPLES)]
pub struct CopyPhotos {
    /// The folder that an import was given with --to
    #[arg(value_name = "LIBRARY", env = LIBRARY)]
    pub library: PathBuf,
    /// The folder to copy to; a later run into the same folder writes only what is new
    #[arg(long, value_name = "FOLDER")]
    pub to: PathBuf,
    /// Turn HEIC, TIFF, WebP and RAW into JPEG, which every program and television can show. JPEG, PNG, GIF, AVIF
    /// and videos stay as they are
    #[arg(long)]
    jpeg: bool,
    /// With --jpeg: make the new JPEGs smaller, so that no side has more pixels than this
    #[arg(long, value_name = "N", requires = "jpeg", value_parser = clap::value_parser!(u32).range(16..=65535))]
    long_edge: Option<u32>,
    /// With --jpeg: how fine the new JPEGs are, from 1 to 100 [default: 90]
    #[arg(long, value_name = "N", requires = "jpeg", value_parser = clap::value_parser!(u8).range(1..=100))]
    quality: Option<u8>,
    /// Write no page to look at the copies
    #[arg(long)]
    no_page: bool,
    /// Copy hidden and recently deleted photos too
    #[arg(long)]
    with_hidden: bool,
    /// Threads that copy [default: one per processor; 2 where a hard disk is involved]
    #[arg(long, value_name = "N", env = "WINDFALL_JOBS", value_parser = clap::value_parser!(u16).range(1..=1024))]
    jobs: Option<u16>,
    /// Print one JSON document on standard output
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    filtering: Filtering,
}

impl CopyPhotos {
    /// What stands on standard output.
    pub fn output(&self) -> Output {
        if self.json { Output::Json } else { Output::Words }
    }

    /// Threads that copy, at least one.
    pub fn jobs(&self) -> NonZeroUsize {
        jobs(self.jobs, [&self.library, &self.to].into_iter())
    }

    /// What is to be copied, and in which form.
    pub fn wishes(&self) -> Wishes {
        let usual = Encoding::default();
        let encoding = Encoding { quality: self.quality.unwrap_or(usual.quality), long_edge: self.long_edge };
        Wishes {
            filters: self.filtering.filters(),
            hidden: if self.with_hidden { HiddenAndDeleted::Included } else { HiddenAndDeleted::LeftOut },
            jpeg: self.jpeg.then_some(encoding),
            page: if self.no_page { OwnPage::None } else { OwnPage::Written },
        }
    }
}

/// `windfall albums`.
#[derive(Debug, Args)]
#[command(after_help = ALBUMS_HELP)]
pub struct Albums {
    /// The folder that an import was given with --to
    #[arg(value_name = "LIBRARY", env = LIBRARY)]
    pub library: PathBuf,
    /// How albums appear below Albums/; later imports make them so too
    #[arg(long = "as", value_name = "FORM", value_parser = one_of(&choices::ALBUMS))]
    pub form: AlbumForm,
    #[command(flatten)]
    made: MadeByHand,
}

const ALBUMS_HELP: &str =
    "All album folders are made from what the library knows, so no zip is needed. What was there in
another form goes, unless somebody changed it. Use it after a library was copied to a drive that
cannot hold links, or back.";

/// `windfall arrange`.
#[derive(Debug, Args)]
#[command(after_help = ARRANGE_HELP)]
pub struct Arrange {
    /// The folder that an import was given with --to
    #[arg(value_name = "LIBRARY", env = LIBRARY)]
    pub library: PathBuf,
    /// Folders, as for import: {year}/{month}, {country}/{year} …; later imports use it too
    #[arg(long, value_name = "TEMPLATE", value_parser = choices::layout)]
    layout: Option<Template>,
    /// File names without extension, as for import; later imports use it too
    #[arg(long, value_name = "TEMPLATE", value_parser = choices::name)]
    name: Option<Template>,
    /// Print every move, and move nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Take the last arrangement back
    #[arg(long, conflicts_with_all = ["layout", "name", "dry_run"])]
    pub undo: bool,
    #[command(flatten)]
    made: MadeByHand,
}

const ARRANGE_HELP: &str =
    "Without a template it moves photos that a later export hides, shows, deletes or dates otherwise
to where they belong today. Files that somebody changed, and files that no import put there, are
never moved. It may be stopped at any time: the next run goes on.";

impl Arrange {
    /// What is wanted otherwise.
    pub fn wanted(&self) -> arrange::Wanted {
        arrange::Wanted { layout: self.layout.clone(), name: self.name.clone() }
    }
}

/// `windfall forget`.
#[derive(Debug, Args)]
#[command(after_help = FORGET_HELP, override_usage = "windfall forget [OPTIONS] <LIBRARY> <PATH>...")]
pub struct Forget {
    /// The folder that an import was given with --to
    #[arg(value_name = "LIBRARY", env = LIBRARY)]
    pub library: PathBuf,
    /// Files of the library, as `windfall list` prints them, or links in albums
    // at least one, but where the library is left out the first of them stands in its place
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Delete the files; without this they are put into .windfall/forgotten
    #[arg(long, group = "fate")]
    delete: bool,
    /// Bring the photos back
    #[arg(long, group = "fate")]
    pub undo: bool,
    /// Keep these files as they are now: the edited bytes become the library's own
    #[arg(long, group = "fate")]
    pub edited: bool,
    #[command(flatten)]
    made: MadeByHand,
}

const FORGET_HELP: &str =
    "A Live Photo goes as a whole, and a photo with its edits. Later exports may hold it: it stays
away, and the zips that hold it can be deleted all the same. --undo brings it back; what was
deleted comes back with the next import that has it.";

impl Forget {
    /// Takes the first word for a file of the `usual` library, unless it is a library itself.
    fn settle(&mut self, usual: Option<PathBuf>, is_library: &dyn Fn(&Path) -> bool) {
        if let Some(usual) = usual.filter(|usual| *usual != self.library && !is_library(&self.library)) {
            self.paths.insert(0, mem::replace(&mut self.library, usual));
        }
    }

    /// What becomes of the files.
    pub fn fate(&self) -> forget::left_out::Fate {
        if self.delete { forget::left_out::Fate::Deleted } else { forget::left_out::Fate::PutAway }
    }
}

/// How a command says what it changed by its owner's hand, and with how many threads.
#[derive(Debug, Clone, Args)]
pub struct MadeByHand {
    /// Threads that make the pictures of a page that stands [default: one per processor]
    #[arg(long, value_name = "N", env = "WINDFALL_JOBS", value_parser = clap::value_parser!(u16).range(1..=1024))]
    jobs: Option<u16>,
    /// Print one JSON document on standard output
    #[arg(long)]
    json: bool,
}

/// A command that changes a library by its owner's hand.
pub trait ByHand {
    /// The library, and how the command says what it did.
    fn parts(&self) -> (&PathBuf, &MadeByHand);

    /// What stands on standard output.
    fn output(&self) -> Output {
        if self.parts().1.json { Output::Json } else { Output::Words }
    }

    /// What the run needs.
    fn run<'a>(&'a self, watch: Watch<'a>) -> moves::Run<'a> {
        let (library, made) = self.parts();
        moves::Run { library, jobs: jobs(made.jobs, iter::once(library)), watch }
    }
}

impl ByHand for Albums {
    fn parts(&self) -> (&PathBuf, &MadeByHand) {
        (&self.library, &self.made)
    }
}

impl ByHand for Arrange {
    fn parts(&self) -> (&PathBuf, &MadeByHand) {
        (&self.library, &self.made)
    }
}

impl ByHand for Forget {
    fn parts(&self) -> (&PathBuf, &MadeByHand) {
        (&self.library, &self.made)
    }
}

/// `windfall sidecars`.
#[derive(Debug, Args)]
pub struct Sidecars {
    /// The folder that an import was given with --to
    #[arg(value_name = "LIBRARY", env = LIBRARY)]
    pub library: PathBuf,
    /// For which program, or in which form; later imports write them too
    #[arg(long = "for", value_name = "PROGRAM", value_parser = one_of(&audience::AUDIENCES))]
    pub audience: Audience,
    /// Remove the ones of this form, except those that somebody changed
    #[arg(long)]
    pub remove: bool,
    /// Print one JSON document on standard output
    #[arg(long)]
    json: bool,
}

impl Sidecars {
    /// What stands on standard output.
    pub fn output(&self) -> Output {
        if self.json { Output::Json } else { Output::Words }
    }
}

/// `windfall completions`.
#[derive(Debug, Args)]
pub struct Completions {
    /// Which shell
    #[arg(value_name = "SHELL", value_parser = one_of(&SHELLS))]
    pub shell: Shell,
}

/// A shell that can complete command lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shell {
    /// One that clap knows itself.
    Common(clap_complete::Shell),
    /// Nushell.
    Nushell,
}

/// Choices with their help.
type Helped<T, const N: usize> = [(T, &'static str); N];

const SIDECAR_FORMS: Helped<SidecarForm, 3> = [
    (SidecarForm::Xmp, "NAME.EXT.xmp for Immich, digiKam, darktable, osxphotos"),
    (SidecarForm::PhotoPrism, "NAME.EXT.xmp as PhotoPrism reads it"),
    (SidecarForm::ImmichGo, "NAME.EXT.json, from which immich-go uploads"),
];
const SHELLS: Helped<Shell, 6> = [
    (Shell::Common(clap_complete::Shell::Bash), ""),
    (Shell::Common(clap_complete::Shell::Zsh), ""),
    (Shell::Common(clap_complete::Shell::Fish), ""),
    (Shell::Common(clap_complete::Shell::PowerShell), ""),
    (Shell::Common(clap_complete::Shell::Elvish), ""),
    (Shell::Nushell, ""),
];

impl Word for Shell {
    const WORDS: &'static [(Self, &'static str)] = &[
        (Shell::Common(clap_complete::Shell::Bash), "bash"),
        (Shell::Common(clap_complete::Shell::Zsh), "zsh"),
        (Shell::Common(clap_complete::Shell::Fish), "fish"),
        (Shell::Common(clap_complete::Shell::PowerShell), "powershell"),
        (Shell::Common(clap_complete::Shell::Elvish), "elvish"),
        (Shell::Nushell, "nushell"),
    ];
}

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
