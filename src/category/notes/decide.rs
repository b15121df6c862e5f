//! What the lists and files of all exports come to.

use crate::category::Choices;
use crate::category::outcome::{Count, Hearing, Made, Standing, Wishes};
use crate::contents::Contents;
use crate::problem::Problem;

/// What was read.
#[derive(Debug, Default)]
pub struct Heard {}

/// Reads every list and text.
pub fn hear(_: &mut Hearing<'_>) -> Heard {
    Heard::default()
}

/// What it comes to.
#[derive(Debug, Default)]
pub struct Decided {
    /// Of these inputs, if they hold any.
    pub count: Option<Count>,
    pub wishes: Wishes,
    pub problems: Vec<Problem>,
}

/// Decides for all exports together.
pub fn decide(_: &Contents, _: &Heard, _: &Choices) -> Decided {
    Decided::default()
}

impl Decided {
    /// Files made of it.
    pub fn made<'a>(&'a self, _: &Contents, _: &Standing<'a>) -> Vec<Made<'a>> {
        Vec::new()
    }
}
