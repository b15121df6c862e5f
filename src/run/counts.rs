//! What verbs count that make or change something, in the words that all of them share in JSON.

use serde::Serialize;

use crate::problem::Problem;

/// What became of files. Each verb says which files it counts.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Counts {
    /// Written anew.
    pub made: u64,
    /// Given another path.
    pub moved: u64,
    /// Taken away.
    pub removed: u64,
    /// As they should be, or left alone.
    pub kept: u64,
    /// What could not be done.
    pub problems: Vec<Problem>,
}
