//! iCloud Notes.
pub mod list;
pub mod markdown;
pub mod path;
pub mod rows;
pub mod sharing;
mod title;
