//! What is counted of a plan, for the tests of the pure stages.

use std::collections::HashSet;

use crate::contents::{ContentId, ContentSet};
use crate::library::path::LibraryPath;
use crate::stage::discover::Inputs;
use crate::stage::plan::build::{Before, Planned};
use crate::stage::report::{Counted, Done, count};

/// What is counted if all that was planned was done, but for these paths.
pub(crate) fn counted(planned: Planned, before: &Before, unplaced: &HashSet<LibraryPath>) -> Counted {
    let Planned { contents, plan, .. } = planned;
    let stood = |content: &ContentId| before.held.media.contains_key(&contents.distinct[*content].blake3);
    let held: ContentSet = contents.distinct.ids().filter(stood).collect();
    let held_paths: HashSet<LibraryPath> = before.held.kept.keys().cloned().collect();
    let inputs = Inputs { contents, ..Inputs::default() };
    let (plan, held, held_paths) = (&plan, &held, &held_paths);
    count(&Done { inputs: &inputs, plan, held, held_paths, unplaced, bytes_read: 7 }).unwrap()
}
