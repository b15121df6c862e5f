//! Windfall turns the zip archives that Apple sends after a privacy request into a library that
//! its owner keeps for life.
//!
//! This is the library behind the command. An import needs a [`Run`], and [`Settings`] made from what the library
//! remembers ([`RememberedSettings`]); [`check`], [`verify`] and [`list`] answer what an owner asks afterwards.
//!
//! The folders of the source are the pipeline and what it stands on; each imports only from those above it.
//! `docs/design.md` has the picture, the words and the rules.
//!
//! | folder | holds |
//! |---|---|
//! | `problem`, `error`, `progress`, `threads` | what goes wrong, what stops a run, who is told, what runs side by side |
//! | `apple` | what Apple writes, whatever the category: zips, tables, dates, names of parts, checksums |
//! | `contents` | what was delivered, as plain values: exports, parts, archives, entries, distinct bytes |
//! | `place` | which time zone, country, region and town a position lies in |
//! | `category` | what the entries of each category mean; `category::photos` turns them into photos and albums |
//! | `library` | an owner's folder: its words, its drive, and the catalog |
//! | `records` | `Records.sqlite`: what was delivered besides photos, as tables |
//! | `stage` | the pipeline: discover → ingest → survey → plan → place → report |
//! | `picture` | what photos and movies look like: thumbnails, previews, copies as JPEG |
//! | `alike` | which photos of a library look alike, and why |
//! | `page`, `sidecar`, `copy` | what is made from a library for people and for other programs |
//! | `mirror` | what becomes of each file in a second copy of a library, and how it gets there |
//! | `structure` | what a request looks like without a single value of it |
//! | `run` | one file or folder for each verb: it calls the stages, and has no rule about photos, names or proof |
//!
//! The library prints nothing: it tells a [`Progress`] what it does, returns an [`Error`] where nothing more can be
//! done, and a [`Problem`] for everything else. Only the binary in `src/bin/windfall` prints.
//!
//! ```no_run
//! use std::num::NonZeroUsize;
//! use std::path::{Path, PathBuf};
//! use std::sync::atomic::AtomicBool;
//!
//! use windfall::{Run, Settings, Strangers, Watch, import};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let settings = Settings::standard(chrono_tz::Tz::Europe__Oslo);
//! let run = Run {
//!     inputs: &[PathBuf::from("Downloads")],
//!     strangers: Strangers::Refused,
//!     jobs: NonZeroUsize::MIN,
//!     watch: Watch { progress: &(), cancel: &AtomicBool::new(false) },
//! };
//! let report = import(&run, Path::new("Photos"), &|_remembered| settings.clone())?;
//! for problem in &report.problems {
//!     eprintln!("{}: {}", problem.code.as_str(), problem.message);
//! }
//! # Ok(())
//! # }
//! ```

// each is declared twice because rustfmt does not follow a `mod` that a macro writes
#[cfg(not(feature = "internals"))]
mod alike;
#[cfg(feature = "internals")]
#[doc(hidden)]
pub mod alike;
#[cfg(not(feature = "internals"))]
mod apple;
#[cfg(feature = "internals")]
#[doc(hidden)]
pub mod apple;
#[cfg(not(feature = "internals"))]
mod category;
#[cfg(feature = "internals")]
#[doc(hidden)]
pub mod category;
#[cfg(not(feature = "internals"))]
mod contents;
#[cfg(feature = "internals")]
#[doc(hidden)]
pub mod contents;
#[cfg(not(feature = "internals"))]
mod copy;
#[cfg(feature = "internals")]
#[doc(hidden)]
pub mod copy;
#[cfg(not(feature = "internals"))]
mod error;
#[cfg(feature = "internals")]
#[doc(hidden)]
pub mod error;
#[cfg(not(feature = "internals"))]
mod library;
#[cfg(feature = "internals")]
#[doc(hidden)]
pub mod library;
#[cfg(not(feature = "internals"))]
mod mirror;
#[cfg(feature = "internals")]
#[doc(hidden)]
pub mod mirror;
#[cfg(not(feature = "internals"))]
mod page;
#[cfg(feature = "internals")]
#[doc(hidden)]
pub mod page;
#[cfg(not(feature = "internals"))]
mod picture;
#[cfg(feature = "internals")]
#[doc(hidden)]
pub mod picture;
#[cfg(not(feature = "internals"))]
mod place;
#[cfg(feature = "internals")]
#[doc(hidden)]
pub mod place;
#[cfg(not(feature = "internals"))]
mod problem;
#[cfg(feature = "internals")]
#[doc(hidden)]
pub mod problem;
#[cfg(not(feature = "internals"))]
mod progress;
#[cfg(feature = "internals")]
#[doc(hidden)]
pub mod progress;
#[cfg(not(feature = "internals"))]
mod records;
#[cfg(feature = "internals")]
#[doc(hidden)]
pub mod records;
#[cfg(not(feature = "internals"))]
mod run;
#[cfg(feature = "internals")]
#[doc(hidden)]
pub mod run;
#[cfg(not(feature = "internals"))]
mod sidecar;
#[cfg(feature = "internals")]
#[doc(hidden)]
pub mod sidecar;
#[cfg(not(feature = "internals"))]
mod stage;
#[cfg(feature = "internals")]
#[doc(hidden)]
pub mod stage;
#[cfg(not(feature = "internals"))]
mod structure;
#[cfg(feature = "internals")]
#[doc(hidden)]
pub mod structure;
#[cfg(not(feature = "internals"))]
mod threads;
#[cfg(feature = "internals")]
#[doc(hidden)]
pub mod threads;

pub use category::drive::decide::Proof as DriveProof;
pub use category::outcome::Count;
pub use category::photos::counts::{AlbumCounts, MediaCounts};
pub use category::{Choices, Mbox, Packages, Wanted};
pub use contents::Category;
pub use error::{CatalogFault, CatalogFaultKind, Error};
pub use library::catalog::Health;
pub use library::path::{LibraryPath, NotInLibrary};
pub use library::settings::{
    AlbumForm, Hidden, Memories, RecentlyDeleted, RememberedSettings, Settings, SidecarForm, ZoneFrom,
};
pub use library::template::{Purpose, Template, TemplateError};
pub use place::Place;
pub use problem::{Code, Problem, Severity};
pub use progress::{Phase, Progress, Watch};
pub use run::check::check;
pub use run::import::{Choose, Run, dry_run, import};
pub use run::list::{KnownDamage, Listed, Origin, files as list};
pub use run::rebuild::rebuild;
pub use run::repair::{Look, RepairRun, Repaired, repair};
pub use run::verify::{Against, Balance, Files, MadeFiles, Verification, VerifyRun, Yardstick, verify};
pub use stage::discover::search::{LeftAlone, Strangers};
pub use stage::report::{
    ByteCounts, Check, CheckedEntries, CheckedMedia, Entries, ExportReport, Report, TimeZone,
};

/// What the command line needs besides: the page, sidecars, a look before an import, and words for people.
// always built, so that the compiler can tell what nobody uses
#[cfg_attr(not(feature = "cli"), doc(hidden))]
pub mod cli {
    pub use crate::apple::part_name::is_unfinished_download;
    pub use crate::category::delivery::is_apple_name;
    pub use crate::library::catalog::StoredFile;
    pub use crate::library::drive::{Links, is_read_only};
    pub use crate::library::filter;
    pub use crate::library::layout::{
        ALBUMS, HIDDEN, MEMORIES, OF_CATEGORIES, OTHER, RECENTLY_DELETED, has_own_folder, is_library,
    };
    pub use crate::library::settings::{self, Word};
    pub use crate::library::{name, template::Purpose};
    pub use crate::picture::is_panic_expected;
    pub use crate::problem::{advice, amount, remedy};
    pub use crate::run::import::{Glance, glance};
    pub use crate::run::{
        albums, arrange, check, copy, counts, forget, import, list, mirror, moves, rebuild, repair, sidecars,
        similar, verify,
    };
    pub use crate::stage::discover::fit::{Space, room};
    pub use crate::stage::report;
    pub use crate::threads::fitting;

    /// How sure a mirroring makes itself of what it writes.
    pub use crate::mirror::bring::Proof;

    /// Copies that other programs can show.
    pub use crate::picture::Encoding;

    /// What a request looks like.
    pub mod structure {
        pub use crate::structure::{
            Archive, Column, Components, Document, Forms, Node, Packages, Property, Structure, Table,
            Vocabulary,
        };
    }

    /// The page of a library.
    pub mod page {
        pub use crate::library::filter::HiddenAndDeleted;
        pub use crate::page::address::of_file;
        pub use crate::page::{PageOptions, Written, previews_to_make, write};
        pub use crate::picture::Previews;
    }
}
