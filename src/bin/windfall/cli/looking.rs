//! Verbs that show what a library holds, or make something from it for others: `list`, `similar`, `report`, `copy`,
//! `sidecars`.

use std::iter;
use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::Args;

use super::reading::{Pace, jobs};
use super::{Audience, Filtering, LIBRARY, Output, audience, one_of};
use windfall::cli::{
    Encoding,
    copy::{OwnPage, Wishes},
    page::{HiddenAndDeleted, PageOptions, Previews},
};

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
    /// Where to write the page; outside the library it shows no photos and no files [default:
    /// LIBRARY/windfall-report.html]
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Show hidden and recently deleted photos too, and deleted notes and bookmarks
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
