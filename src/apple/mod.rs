//! What Apple writes, whatever the category: zips, tables, property lists, JSON, HTML, content lines, dates, names of
//! parts, fingerprints.
//!
//! It knows nothing of the rest of this crate but [`problem`](crate::problem).

// bytes from strangers are never indexed into
#![cfg_attr(not(test), deny(clippy::indexing_slicing))]

pub mod content_line;
pub mod date;
pub mod fingerprint;
pub mod json;
pub mod markup;
pub mod part_name;
pub mod plist;
pub mod sheet;
pub mod stamp;
pub mod table;
pub mod text;
pub mod when;
pub mod zip;
