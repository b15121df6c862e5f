//! iCloud Notes: what each path is for, what Apple's lists say, and what it all comes to.
//!
//! Nothing here opens a file or asks a clock: bytes and paths come in, values and texts go out. [`path`] tells notes
//! from folders and attachments, [`list`] and [`sharing`] read Apple's tables, [`rows`] finds the row of each note,
//! [`note`] puts notes together, [`unite`] joins those of several exports, [`names`] says what their files are
//! called, and [`written`] gives the [`markdown`] that a person reads. [`delivery`] brings them what was delivered,
//! [`tally`] counts it, [`doubts`] says what is wrong or uncertain, and [`decide`] is all of it in order.
//!
//! The surprise: nobody outside Apple knows in which zone the dates of the list are, or to which of two notes of one
//! title a row belongs. What is not known stays unknown.

pub mod body;
pub mod decide;
mod delivery;
mod doubts;
pub mod list;
pub mod markdown;
pub mod names;
pub mod note;
pub mod path;
pub mod rows;
pub mod sharing;
mod tally;
mod title;
pub mod unite;
pub mod written;
