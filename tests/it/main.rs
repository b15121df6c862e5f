//! Windfall as others use it: whole imports by the library and by the command, over exports that
//! [`builder`] writes. One module a subject, in one crate, which is linked once.
//!
//! What needs another program or root is ignored with the reason, and fails where that is not there;
//! `tests/run` installs what can be installed and says what it has to leave out.
#![allow(clippy::unwrap_used, clippy::print_stdout)] // a test that cannot go on stops, and counts what it did

#[path = "../../fixtures/builder.rs"]
mod builder;
mod support;

mod again;
mod albums_as;
mod apples_format;
mod arrange;
mod bombs;
mod claims;
mod cli;
mod copy;
mod damage;
mod dates;
mod door;
mod earlier_version;
mod exiftool;
mod filters;
mod forget;
mod heal;
mod import;
mod laws;
mod mirror;
mod origins;
mod owner;
mod page;
mod pairs;
mod pictures;
mod place;
mod recognition;
mod reliability;
mod request;
mod seen;
mod shared;
mod sidecars;
mod similar;
mod times;
mod verify;
