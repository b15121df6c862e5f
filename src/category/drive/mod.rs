//! iCloud Drive: where the owner's tree begins, what Apple's list says of its files, and whether it proves them.
//!
//! The tree itself is never interpreted: whatever it holds is the owner's, in the owner's folders, with the owner's names
//! made portable. [`path`] finds the root, [`list`] reads the list, [`rows`] finds the row of each file, [`hash`] tries
//! what `Base Hash` could be, and [`files`] says what each file becomes.

mod count;
pub mod decide;
mod delivered;
mod doubts;
pub mod files;
pub mod hash;
mod heard;
pub mod list;
mod package;
pub mod path;
pub mod rows;
