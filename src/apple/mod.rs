//! What Apple writes, whatever the category: zips, tables, dates, part names, checksums.
//!
//! Imports nothing of ours but [`problem`](crate::problem).

pub mod date;
pub mod fingerprint;
pub mod part_name;
pub mod table;
pub mod text;
pub mod zip;
