//! Windfall turns the zip archives that Apple sends after a privacy request into a library that
//! its owner keeps for life.
//!
//! The folders are the pipeline and what it stands on; each imports only from those above it:
//!
//! | folder | holds |
//! |---|---|
//! | [`problem`], [`error`], [`progress`], [`threads`] | what goes wrong, what stops a run, who is told, what runs side by side |
//! | [`apple`] | what Apple writes, whatever the category: zips, tables, dates, names of parts, checksums |
//! | [`contents`] | what was delivered, as plain values: exports, parts, archives, entries, distinct bytes |
//! | [`category`] | what the entries of each category mean; [`category::photos`] turns them into photos and albums |
//! | [`library`] | an owner's folder: its words, its drive, and the catalog |
//! | [`stage`] | discover → ingest → survey → plan → place → report |
//! | [`run`] | one file for each verb: it calls the stages in order and decides nothing |
//! | [`page`], [`sidecar`] | what is made from a library for people and for other programs |
//!
//! The library prints nothing: it tells a [`progress`] what it does, returns an [`Error`] where nothing more can be
//! done, and a [`Problem`] for everything else. Only the binary in `src/bin/windfall` prints.

pub mod apple;
pub mod category;
pub mod contents;
pub mod error;
pub mod library;
pub mod page;
pub mod problem;
pub mod progress;
pub mod run;
pub mod sidecar;
pub mod stage;
pub mod threads;

pub use error::Error;
pub use problem::Problem;
