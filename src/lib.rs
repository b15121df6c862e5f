//! Windfall turns the zip archives that Apple sends after a privacy request into a library that
//! its owner keeps for life.
//!
//! The modules are the pipeline, in this order:
//!
//! | stage | module | does |
//! |---|---|---|
//! | discover | [`export`] | paths → archives, parts, exports, entries with roles |
//! | ingest | [`ingest`] | the one parallel pass over bytes: hashes, metadata, [`staging`] |
//! | match | [`matching`] | rows ↔ media, Live Photos, albums, [`capture`] time (pure) |
//! | survey | [`survey`] | what the library and its drive hold, as one value |
//! | plan | [`plan`] | which bytes go to which path (pure) |
//! | place | [`place`] | renames, times, links, [`sidecar`]s; the [`catalog`] records |
//! | report | [`report`] | every entry accounted for |
//!
//! [`import`] calls them, [`list`] tells what the catalog knows afterwards, [`verify`] reads the
//! library's bytes again. [`contents`] holds the values that pass between them, [`media`] reads
//! what files say of themselves, [`names`] and [`template`] make paths, [`fingerprint`] is Apple's
//! checksum, [`threads`] run what may run side by side. [`page`] shows a library as one HTML page. The
//! library prints nothing: it tells a [`progress`] what it does, returns an [`Error`] where nothing more can be done, and a
//! [`Problem`] for everything else, whose meaning [`advice`] tells.

pub mod advice;
pub mod capture;
pub mod catalog;
pub mod contents;
pub mod error;
pub mod export;
pub mod facts;
pub mod fingerprint;
pub mod import;
pub mod ingest;
pub mod list;
pub mod matching;
pub mod media;
pub mod name_date;
pub mod names;
pub mod page;
pub mod place;
pub mod plan;
pub mod problem;
pub mod progress;
pub mod report;
pub mod sidecar;
pub mod staging;
pub mod survey;
pub mod template;
pub mod threads;
pub mod verify;
pub mod zone;

pub use error::Error;
pub use problem::Problem;
