//! The pipeline, in this order: discover, ingest, survey, plan, place, report.

pub mod discover;
pub mod ingest;
pub mod place;
pub mod plan;
pub mod report;
pub mod survey;
