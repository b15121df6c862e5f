//! The command line: commands, options, and what they mean for the library.
//!
//! In: arguments, `WINDFALL_*` variables, the machine's zone. Out: [`Cli`], and [`Chosen`], the
//! settings of an import: option before memory before default. Never: prints, reads a file.
//! The one surprise: `--to` is optional for the parser, because a person who forgets it is better
//! helped by the whole command to type than by a usage line.

use std::path::{Path, PathBuf};
use std::thread::available_parallelism;

use chrono_tz::Tz;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Args, ColorChoice, Parser, Subcommand};

use crate::terminal::Voice;
use windfall::import::Chosen;
use windfall::page::{self, PageOptions};
use windfall::plan::{AlbumForm, Hidden, Memories, RecentlyDeleted, Settings};
use windfall::sidecar::{Form, keep};
use windfall::template::{DEFAULT_LAYOUT, DEFAULT_NAME, Purpose, Template, TemplateError};

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
#[command(disable_help_subcommand = true, max_term_width = 100, after_help = EXAMPLES)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// How to talk about it.
    #[command(flatten)]
    pub speech: Speech,
}

const EXAMPLES: &str = "Examples:
  windfall                                       on a terminal: asks for what it needs
  windfall check ~/Downloads                     is the download complete and undamaged?
  windfall import ~/Downloads --to /Volumes/Photos
  windfall verify /Volumes/Photos --against ~/Downloads      are the zips safe to delete?
  windfall list /Volumes/Photos --explain 2024/2024-03/IMG_4821.HEIC
  windfall report /Volumes/Photos                a page to look at, on any computer

Exit codes: 0 done, 1 stopped, 2 wrong usage, 3 finished but something is missing or damaged, 130 interrupted.";

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Read exports and add what is new to a library
    Import(Box<Import>),
    /// Is the download complete and undamaged? Reads everything, writes nothing
    Check(Check),
    /// Read a library's bytes again: is everything as it was imported, and may the zips go?
    Verify(Verify),
    /// What a library holds, a line per file
    List(List),
    /// Write an HTML page that shows a library: certificate, timeline, problems, photos
    Report(Report),
    /// Write what the library knows beside its photos, for other programs
    Sidecars(Sidecars),
    /// Print a script that completes the command line of a shell
    Completions(Completions),
    /// Print the manual page
    Man,
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
    /// Threads that read [default: one per processor]
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

    /// Threads that read, at least one.
    pub fn jobs(&self) -> usize {
        jobs(self.jobs)
    }
}

fn jobs(wanted: Option<u16>) -> usize {
    let processors = || available_parallelism().map_or(1, usize::from);
    wanted.map_or_else(processors, usize::from)
}

/// `windfall import`.
#[derive(Debug, Args)]
#[command(override_usage = "windfall import [OPTIONS] <INPUT>... --to <LIBRARY>")]
pub struct Import {
    /// The folder that is or becomes the library
    #[arg(long, value_name = "LIBRARY", env = "WINDFALL_LIBRARY")]
    pub to: Option<PathBuf>,
    #[command(flatten)]
    pub reading: Reading,
    /// Say what an import would do; create nothing
    #[arg(long)]
    pub dry_run: bool,
    #[command(flatten)]
    pub choices: Choices,
}

impl Import {
    /// The command as it should have been typed, with a place for the library.
    pub fn whole_command(&self) -> String {
        const MOST: usize = 3;
        let mut words: Vec<String> =
            self.reading.inputs.iter().take(MOST).map(|input| quoted(input)).collect();
        if self.reading.inputs.len() > MOST {
            words.push("…".to_owned());
        }
        format!("windfall import {} --to LIBRARY", words.join(" "))
    }
}

/// A path as a shell takes it.
pub fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    let is_plain = |c: char| c.is_alphanumeric() || "/\\.:_-".contains(c);
    if text.chars().all(is_plain) { text } else { format!("'{}'", text.replace('\'', r"'\''")) }
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
    #[arg(value_name = "LIBRARY")]
    pub library: PathBuf,
    /// Zips and folders of which every byte must be in the library: then they are safe to delete
    #[arg(long, value_name = "INPUT", num_args = 1..)]
    pub against: Option<Vec<PathBuf>>,
    /// Make a lost or damaged catalog anew from the library and the kept details
    #[arg(long)]
    pub rebuild_catalog: bool,
    #[command(flatten)]
    pub pace: Pace,
}

/// `windfall list`.
#[derive(Debug, Args)]
pub struct List {
    /// The folder that an import was given with --to
    #[arg(value_name = "LIBRARY")]
    pub library: PathBuf,
    /// Tell where one file came from, how it was proved and why it has its date and place
    #[arg(long, value_name = "PATH", conflicts_with = "checksums")]
    pub explain: Option<PathBuf>,
    /// Print lines for `b3sum --check`, to be run inside the library
    #[arg(long, conflicts_with = "json")]
    pub checksums: bool,
    /// Print one JSON object per file
    #[arg(long)]
    pub json: bool,
}

/// `windfall report`.
#[derive(Debug, Args)]
pub struct Report {
    /// The folder that an import was given with --to
    #[arg(value_name = "LIBRARY")]
    pub library: PathBuf,
    /// Where to write the page; outside the library it has no photos [default:
    /// LIBRARY/windfall-report.html]
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Show hidden and recently deleted photos too
    #[arg(long)]
    pub with_hidden: bool,
    /// Threads that make thumbnails [default: one per processor]
    #[arg(long, value_name = "N", env = "WINDFALL_JOBS", value_parser = clap::value_parser!(u16).range(1..=1024))]
    jobs: Option<u16>,
}

impl Report {
    /// Threads that make thumbnails, at least one.
    pub fn jobs(&self) -> usize {
        jobs(self.jobs)
    }

    /// What the page shall be.
    pub fn options(&self) -> PageOptions {
        let hidden = if self.with_hidden { page::Hidden::Shown } else { page::Hidden::LeftOut };
        PageOptions { output: self.output.clone(), hidden }
    }
}

/// `windfall sidecars`.
#[derive(Debug, Args)]
pub struct Sidecars {
    /// The folder that an import was given with --to
    #[arg(value_name = "LIBRARY")]
    pub library: PathBuf,
    /// For which program; imports go on writing them
    #[arg(long = "for", value_name = "FORM", value_parser = one_of(&SIDECAR_FORMS))]
    pub form: Form,
    /// Remove those of this form that are as they were written
    #[arg(long)]
    pub remove: bool,
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

/// What the owner may choose; the library remembers it from its first import.
#[derive(Debug, Clone, Default, PartialEq, Args)]
#[command(next_help_heading = "Library (remembered from the first import)")]
pub struct Choices {
    /// Folders: strftime codes (`%Y/%m`) and {year} {month} {day} {hour} {minute} {second} {month_name} {kind}
    /// {make} {model} {original} [default: {year}/{year}-{month}]
    #[arg(long, value_name = "TEMPLATE", value_parser = layout)]
    layout: Option<Template>,
    /// File names without extension, with the same codes and fields [default: {original}]
    #[arg(long, value_name = "TEMPLATE", value_parser = name)]
    name: Option<Template>,
    /// For photos that know no time zone [default: the machine's]
    #[arg(long, value_name = "ZONE", env = "WINDFALL_TIME_ZONE", value_parser = zone)]
    time_zone: Option<Tz>,
    /// How albums appear below Albums/ [default: auto]
    #[arg(long, value_name = "FORM", value_parser = one_of(&ALBUMS))]
    albums: Option<AlbumForm>,
    /// Make Apple's memories folders below Memories/, like albums [default: no]
    #[arg(long, value_name = "YES|NO", num_args = 0..=1, require_equals = true, default_missing_value = "yes",
        value_parser = one_of(&MEMORIES))]
    memories: Option<Memories>,
    /// Where hidden photos go [default: apart]
    #[arg(long, value_name = "PLACE", value_parser = one_of(&HIDDEN))]
    hidden: Option<Hidden>,
    /// Where recently deleted photos go [default: apart]
    #[arg(long, value_name = "PLACE", value_parser = one_of(&RECENTLY_DELETED))]
    recently_deleted: Option<RecentlyDeleted>,
    /// What is written beside each photo for other programs [default: none]
    #[arg(long, value_name = "FORM", value_parser = one_of(&SIDECARS))]
    sidecars: Option<Wanted>,
}

/// A form of sidecars, or none; clap takes an `Option` in an `Option` for something else.
type Wanted = Option<Form>;

/// The words of a choice, on the command line and in the catalog, each with its help.
type Words<T, const N: usize> = [(&'static str, T, &'static str); N];

const ALBUMS: Words<AlbumForm, 6> = [
    ("auto", AlbumForm::Auto, "symbolic links where the drive has them, else lists"),
    ("symlink", AlbumForm::Symlink, "relative symbolic links"),
    ("hardlink", AlbumForm::Hardlink, "hard links"),
    ("copy", AlbumForm::Copy, "copies"),
    ("list", AlbumForm::List, "an .m3u8 list per album"),
    ("none", AlbumForm::None, "only in the catalog"),
];
const MEMORIES: Words<Memories, 2> =
    [("yes", Memories::Folders, "folders below Memories/"), ("no", Memories::Catalog, "only in the catalog")];
const HIDDEN: Words<Hidden, 3> = [
    ("apart", Hidden::Apart, "below Hidden/"),
    ("mixed", Hidden::Mixed, "among the others"),
    ("skip", Hidden::Skip, "left out"),
];
const RECENTLY_DELETED: Words<RecentlyDeleted, 2> = [
    ("apart", RecentlyDeleted::Apart, "below Recently Deleted/"),
    ("skip", RecentlyDeleted::Skip, "left out"),
];
const SIDECARS: Words<Wanted, 4> = [
    (keep::NONE, None, "nothing; what was written stays"),
    (XMP.0, Some(XMP.1), XMP.2),
    (PHOTOPRISM.0, Some(PHOTOPRISM.1), PHOTOPRISM.2),
    (IMMICH_GO.0, Some(IMMICH_GO.1), IMMICH_GO.2),
];
const SIDECAR_FORMS: Words<Form, 3> = [XMP, PHOTOPRISM, IMMICH_GO];
const XMP: (&str, Form, &str) =
    (Form::Xmp.as_str(), Form::Xmp, "NAME.EXT.xmp for Immich, digiKam, darktable, osxphotos");
const PHOTOPRISM: (&str, Form, &str) =
    (Form::PhotoPrism.as_str(), Form::PhotoPrism, "NAME.EXT.xmp as PhotoPrism reads it");
const IMMICH_GO: (&str, Form, &str) =
    (Form::ImmichGo.as_str(), Form::ImmichGo, "NAME.EXT.json, from which immich-go uploads");
const SHELLS: Words<Shell, 6> = [
    ("bash", Shell::Common(clap_complete::Shell::Bash), ""),
    ("zsh", Shell::Common(clap_complete::Shell::Zsh), ""),
    ("fish", Shell::Common(clap_complete::Shell::Fish), ""),
    ("powershell", Shell::Common(clap_complete::Shell::PowerShell), ""),
    ("elvish", Shell::Common(clap_complete::Shell::Elvish), ""),
    ("nushell", Shell::Nushell, ""),
];

fn read<T: Copy, const N: usize>(words: &Words<T, N>, word: &str) -> Option<T> {
    words.iter().find(|(known, ..)| *known == word).map(|(_, value, _)| *value)
}

fn write<T: PartialEq, const N: usize>(words: &Words<T, N>, value: &T) -> String {
    words.iter().find(|(_, known, _)| known == value).map_or("", |(word, ..)| word).to_owned()
}

fn one_of<T, const N: usize>(words: &'static Words<T, N>) -> impl TypedValueParser<Value = T> + use<T, N>
where
    T: Copy + Send + Sync + 'static,
{
    let values = words.iter().map(|(word, _, help)| PossibleValue::new(*word).help(*help));
    PossibleValuesParser::new(values).try_map(|word| read(words, &word).ok_or("it is none of these words"))
}

fn layout(text: &str) -> Result<Template, String> {
    Template::parse(text, Purpose::Layout).map_err(|error| error.to_string())
}

fn name(text: &str) -> Result<Template, String> {
    Template::parse(text, Purpose::Name).map_err(|error| error.to_string())
}

fn zone(text: &str) -> Result<Tz, String> {
    text.parse().map_err(|_| "it is no IANA time zone; write for instance `Europe/Berlin`".to_owned())
}

/// The zone of the machine: `TZ` if it names one, else what the system says.
pub fn machine_zone() -> Option<Tz> {
    let stated = std::env::var("TZ").ok();
    let named = stated.and_then(|text| text.strip_prefix(':').unwrap_or(&text).parse().ok());
    named.or_else(|| iana_time_zone::get_timezone().ok()?.parse().ok())
}

/// What holds where nobody chose.
pub struct Defaults {
    layout: Template,
    name: Template,
}

impl Defaults {
    /// The contract's.
    ///
    /// # Errors
    /// Never, as long as the default templates are templates.
    pub fn new() -> Result<Self, TemplateError> {
        Ok(Defaults {
            layout: Template::parse(DEFAULT_LAYOUT, Purpose::Layout)?,
            name: Template::parse(DEFAULT_NAME, Purpose::Name)?,
        })
    }
}

impl Choices {
    /// The settings of a run. `remembered` is what the library remembers, by name; `machine` is
    /// the machine's zone; `note` hears what the owner should know.
    pub fn settle(
        &self,
        defaults: &Defaults,
        remembered: &dyn Fn(&str) -> Option<String>,
        machine: &dyn Fn() -> Option<Tz>,
        note: &dyn Fn(&str),
    ) -> Chosen {
        let mut settled = Settled { remembered, note, remember: Vec::new() };
        let settings = Settings {
            layout: settled.choose(
                "layout",
                self.layout.clone(),
                |text| Template::parse(text, Purpose::Layout).ok(),
                Template::to_string,
                || defaults.layout.clone(),
            ),
            name: settled.choose(
                "name",
                self.name.clone(),
                |text| Template::parse(text, Purpose::Name).ok(),
                Template::to_string,
                || defaults.name.clone(),
            ),
            zone: settled.choose(
                "time_zone",
                self.time_zone,
                |text| text.parse().ok(),
                |zone| zone.name().to_owned(),
                || machine().unwrap_or_else(|| announce_utc(note)),
            ),
            albums: settled.choose_word("albums", self.albums, &ALBUMS, AlbumForm::Auto),
            memories: settled.choose_word("memories", self.memories, &MEMORIES, Memories::Catalog),
            hidden: settled.choose_word("hidden", self.hidden, &HIDDEN, Hidden::Apart),
            recently_deleted: settled.choose_word(
                "recently_deleted",
                self.recently_deleted,
                &RECENTLY_DELETED,
                RecentlyDeleted::Apart,
            ),
            sidecars: settled.choose_word(keep::SETTING, self.sidecars, &SIDECARS, None),
        };
        Chosen { settings, remember: settled.remember }
    }
}

fn announce_utc(note: &dyn Fn(&str)) -> Tz {
    note(
        "this machine does not say its time zone: photos that know none are dated in UTC; \
         choose another with --time-zone",
    );
    Tz::UTC
}

struct Settled<'a> {
    remembered: &'a dyn Fn(&str) -> Option<String>,
    note: &'a dyn Fn(&str),
    remember: Vec<(&'static str, String)>,
}

impl Settled<'_> {
    /// Option before memory before default; says so where an option replaces the memory.
    fn choose<T>(
        &mut self,
        name: &'static str,
        given: Option<T>,
        read: impl Fn(&str) -> Option<T>,
        write: impl Fn(&T) -> String,
        default: impl FnOnce() -> T,
    ) -> T {
        let before = (self.remembered)(name);
        let value = given.or_else(|| read(before.as_deref()?)).unwrap_or_else(default);
        let word = write(&value);
        if let Some(before) = before.filter(|before| *before != word) {
            let option = name.replace('_', "-");
            (self.note)(&format!(
                "--{option} is `{word}` from now on, and was `{before}` in this library; what stands in it stays"
            ));
        }
        self.remember.push((name, word));
        value
    }

    fn choose_word<T: Copy + PartialEq, const N: usize>(
        &mut self,
        name: &'static str,
        given: Option<T>,
        words: &Words<T, N>,
        default: T,
    ) -> T {
        self.choose(name, given, |word| read(words, word), |value| write(words, value), || default)
    }
}

#[cfg(test)]
mod tests {
    use super::{
        ALBUMS, Choices, Cli, Defaults, HIDDEN, MEMORIES, RECENTLY_DELETED, SHELLS, SIDECARS, Words, read,
        write,
    };
    use chrono_tz::Tz;
    use clap::{CommandFactory, Parser};
    use std::cell::RefCell;
    use std::collections::HashMap;
    use windfall::import::Chosen;

    fn choices(arguments: &[&str]) -> Choices {
        let line = ["windfall", "import", "in", "--to", "lib"].iter().chain(arguments);
        match Cli::try_parse_from(line).unwrap().command {
            super::Command::Import(import) => import.choices,
            other => panic!("{other:?}"),
        }
    }

    fn settle(arguments: &[&str], remembered: &[(&str, &str)], machine: Option<Tz>) -> (Chosen, Vec<String>) {
        let notes = RefCell::new(Vec::new());
        let remembered: HashMap<_, _> = remembered.iter().map(|(k, v)| (*k, (*v).to_owned())).collect();
        let chosen = choices(arguments).settle(
            &Defaults::new().unwrap(),
            &|name| remembered.get(name).cloned(),
            &|| machine,
            &|text| notes.borrow_mut().push(text.to_owned()),
        );
        (chosen, notes.into_inner())
    }

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn words_of_choices_come_back() {
        fn all<T: Copy + PartialEq + std::fmt::Debug, const N: usize>(words: &Words<T, N>) {
            for (word, value, _) in words {
                assert_eq!(read(words, word), Some(*value));
                assert_eq!(write(words, value), *word);
            }
        }
        all(&ALBUMS);
        all(&MEMORIES);
        all(&HIDDEN);
        all(&RECENTLY_DELETED);
        all(&SIDECARS);
        all(&SHELLS);
    }

    #[test]
    fn defaults_are_remembered() {
        let (chosen, notes) = settle(&[], &[], Some(Tz::Europe__Zurich));
        let expected = [
            ("layout", "{year}/{year}-{month}"),
            ("name", "{original}"),
            ("time_zone", "Europe/Zurich"),
            ("albums", "auto"),
            ("memories", "no"),
            ("hidden", "apart"),
            ("recently_deleted", "apart"),
            ("sidecars", "none"),
        ];
        assert_eq!(chosen.remember, expected.map(|(name, word)| (name, word.to_owned())));
        assert_eq!(notes, [] as [&str; 0]);
    }

    #[test]
    fn an_option_goes_before_memory_and_memory_before_default() {
        let memory = [("layout", "%Y"), ("time_zone", "Asia/Tokyo"), ("hidden", "skip"), ("albums", "list")];
        let options = ["--layout", "%Y/%m", "--albums=list"];
        let (chosen, notes) = settle(&options, &memory, Some(Tz::Europe__Zurich));
        assert_eq!(chosen.settings.layout.to_string(), "%Y/%m");
        assert_eq!(chosen.settings.zone, Tz::Asia__Tokyo);
        assert_eq!(write(&HIDDEN, &chosen.settings.hidden), "skip");
        assert_eq!(
            notes,
            ["--layout is `%Y/%m` from now on, and was `%Y` in this library; what stands in it stays"]
        );
    }

    #[test]
    fn a_fall_back_to_utc_is_announced_once() {
        let (chosen, notes) = settle(&[], &[], None);
        assert_eq!(chosen.settings.zone, Tz::UTC);
        assert!(notes.len() == 1 && notes[0].contains("--time-zone"), "{notes:?}");
        let (_, notes) = settle(&["--time-zone", "UTC"], &[], None);
        assert_eq!(notes, [] as [&str; 0]);
        let (_, notes) = settle(&[], &[("time_zone", "UTC")], None);
        assert_eq!(notes, [] as [&str; 0]);
    }

    #[test]
    fn memories_can_be_switched_on_and_off_again() {
        for (options, expected) in
            [(&["--memories"], "yes"), (&["--memories=no"], "no"), (&["--memories=yes"], "yes")]
        {
            let (chosen, _) = settle(options, &[("memories", "yes")], Some(Tz::UTC));
            assert_eq!(write(&MEMORIES, &chosen.settings.memories), expected);
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
