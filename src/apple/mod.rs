//! What Apple writes, whatever the category: zips, tables, dates, names of parts, fingerprints.
//!
//! Of the rest of this crate it knows only [`problem`](crate::problem).

// bytes from strangers are never indexed into
#![cfg_attr(not(test), deny(clippy::indexing_slicing))]

pub mod date;
pub mod fingerprint;
pub mod part_name;
pub mod table;
pub mod text;
pub mod zip;
