//! Verbs that read archives and libraries through: `import`, `check`, `verify`, `mirror`, `repair`.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::Args;

use super::{Choices, LIBRARY, Output};
use windfall::Strangers;
use windfall::Watch;
use windfall::cli::{
    Proof, fitting,
    mirror::{self, Leftovers},
    remedy,
    repair::Look,
};

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

/// As many threads as were asked for, or as fit these places.
pub fn jobs<'a>(wanted: Option<u16>, places: impl Iterator<Item = &'a PathBuf>) -> NonZeroUsize {
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
#[command(after_help = CHECK_HELP)]
pub struct Check {
    #[command(flatten)]
    pub reading: Reading,
    /// Print what the request looks like instead, without a single value of it: to show to others
    #[arg(long)]
    pub structure: bool,
}

const CHECK_HELP: &str =
    "--structure tells folders, titles of columns, forms of values and counts, but no name that you chose and
nothing that you wrote: with it, people who have a request can help those who build for it.";

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
/// thumbnails, the catalog. Each file is hashed while it is read, so that damage in the library is found and
/// never copied, and read back from the mirror's drive before it gets its name there. A later run copies what is new and
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
    /// Do not read back what was written to the mirror's drive; faster, but proves less
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
