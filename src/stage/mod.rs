//! The pipeline, in this order: discover, ingest, survey, plan, place, report.

pub mod arrange;
pub mod discover;
pub mod ingest;
#[cfg(test)]
mod laws;
pub mod place;
pub mod plan;
pub mod recall;
pub mod reclaim;
pub mod relocate;
pub mod report;
pub mod shelf;
pub mod survey;
