//! Verbs that change a library by its owner's hand: `albums`, `arrange`, `forget`.

use std::iter;
use std::mem;
use std::path::{Path, PathBuf};

use clap::Args;

use super::reading::jobs;
use super::{LIBRARY, Output, choices, one_of};
use windfall::cli::{arrange, forget, moves};
use windfall::{AlbumForm, Template, Watch};

/// `windfall albums`.
#[derive(Debug, Args)]
#[command(after_help = ALBUMS_HELP)]
pub struct Albums {
    /// The folder that an import was given with --to
    #[arg(value_name = "LIBRARY", env = LIBRARY)]
    pub library: PathBuf,
    /// How albums appear below Albums/; later imports use this form too
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
    /// Folders, as for import: {year}/{month}, {country}/{year} …; later imports use them too
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
    "Without a template, photos that a later export has hidden, unhidden, deleted or redated move to
where they now belong. Files that somebody changed, and files that no import put there, are
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
    /// Bring the files back
    #[arg(long, group = "fate")]
    pub undo: bool,
    /// Keep these files as they are now: the edited bytes become the library's own
    #[arg(long, group = "fate")]
    pub edited: bool,
    #[command(flatten)]
    made: MadeByHand,
}

const FORGET_HELP: &str =
    "A Live Photo goes as a whole, and a photo with its edits. Even if a later export contains it,
it stays away, and `verify --against` counts it as left out on purpose. --undo brings it back; what
was deleted comes back with the next import that has it.";

impl Forget {
    /// Takes the first word for a file of the `usual` library, unless it is a library itself.
    pub fn settle(&mut self, usual: Option<PathBuf>, is_library: &dyn Fn(&Path) -> bool) {
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
    /// Threads that make thumbnails when the page is written again [default: one per processor]
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
