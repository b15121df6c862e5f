//! Windfall turns the zip archives of an Apple privacy export into a library its owner keeps.

pub mod fingerprint;
pub mod problem;
