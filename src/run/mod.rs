//! A file or folder for each verb. Each calls the stages in order and decides nothing.

pub mod check;
pub mod import;
pub mod list;
pub mod rebuild;
pub mod sidecars;
pub mod verify;
