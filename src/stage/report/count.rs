//! Counts every entry in exactly one state; none vanishes.
//!
//! The sums are checked again at the end: a run whose entries do not add up stops with an error instead of
//! claiming success.

use std::collections::HashSet;

use crate::contents::{Class, ContentSet, EntryId};
use crate::error::Error;
use crate::library::path::LibraryPath;
use crate::stage::discover::Inputs;
use crate::stage::plan::Plan;
use crate::stage::report::{ByteCounts, Entries};

/// What the run did, as far as counting needs it.
pub struct Done<'a> {
    /// The inputs.
    pub inputs: &'a Inputs,
    /// What was planned.
    pub plan: &'a Plan,
    /// Media contents that the library held before.
    pub held: &'a ContentSet,
    /// Kept files (`Other/`, details) that the library held before.
    pub held_paths: &'a HashSet<LibraryPath>,
    /// Paths that could not be placed.
    pub unplaced: &'a HashSet<LibraryPath>,
    /// Bytes that were read.
    pub bytes_read: u64,
}

/// Every entry, counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counted {
    /// Entries in each state.
    pub entries: Entries,
    /// The bytes of the entries in each state.
    pub sizes: Entries,
    /// Bytes that were read, and those of imported and duplicate entries.
    pub bytes: ByteCounts,
}

/// Counts every entry.
///
/// # Errors
/// If the entries do not add up.
pub fn count(done: &Done<'_>) -> Result<Counted, Error> {
    let contents = &done.inputs.contents;
    let unreadable = done.inputs.unreadable.len() as u64;
    let mut entries = Entries { total: unreadable, failed: unreadable, ..Entries::default() };
    let mut sizes = Entries::default();
    let mut bytes = ByteCounts { read: done.bytes_read, ..ByteCounts::default() };
    let mut seen_media = ContentSet::default();
    let mut seen_paths: HashSet<&LibraryPath> = HashSet::new();
    for (index, entry) in contents.entries.pairs().filter(|(_, e)| e.given) {
        let state = state(done, index, &mut seen_media, &mut seen_paths);
        entries.total += 1;
        *state.of(&mut entries) += 1;
        // sizes are what archives claim, and may add up to anything
        let add = |sum: &mut u64| *sum = sum.saturating_add(entry.size);
        add(&mut sizes.total);
        add(state.of(&mut sizes));
    }
    bytes.imported = sizes.imported;
    bytes.duplicate = sizes.duplicate;
    let sum = entries.imported
        + entries.duplicate
        + entries.already_present
        + entries.details
        + entries.excluded
        + entries.ignored
        + entries.failed;
    if sum == entries.total {
        Ok(Counted { entries, sizes, bytes })
    } else {
        Err(Error::Unaccounted(format!("{} entries, {sum} accounted for", entries.total)))
    }
}

/// Where an entry ended.
#[derive(Clone, Copy)]
enum State {
    Imported,
    Duplicate,
    AlreadyPresent,
    Details,
    Excluded,
    Ignored,
    Failed,
}

impl State {
    fn of(self, counts: &mut Entries) -> &mut u64 {
        match self {
            State::Imported => &mut counts.imported,
            State::Duplicate => &mut counts.duplicate,
            State::AlreadyPresent => &mut counts.already_present,
            State::Details => &mut counts.details,
            State::Excluded => &mut counts.excluded,
            State::Ignored => &mut counts.ignored,
            State::Failed => &mut counts.failed,
        }
    }
}

fn state<'a>(
    done: &Done<'a>,
    index: EntryId,
    seen_media: &mut ContentSet,
    seen_paths: &mut HashSet<&'a LibraryPath>,
) -> State {
    let entry = &done.inputs.contents.entries[index];
    if entry.class == Class::Excluded {
        return State::Excluded;
    }
    if entry.class.is_left_out() {
        return State::Ignored;
    }
    let Some(content) = entry.content() else { return State::Failed };
    let kept = entry.class != Class::Resource;
    let path = if kept { done.plan.kept.get(&index) } else { done.plan.paths.get(content) };
    let held = match path {
        Some(path) if kept => done.held_paths.contains(path),
        _ => !kept && done.held.contains(content),
    };
    match path {
        _ if held => State::AlreadyPresent,
        None if done.plan.excluded.contains(&content) => State::Excluded,
        None => State::Failed,
        Some(path) if done.unplaced.contains(path) => State::Failed,
        Some(path) => {
            let first = if kept { seen_paths.insert(path) } else { seen_media.add(content) };
            match (first, entry.class == Class::Details) {
                (false, _) => State::Duplicate,
                (true, true) => State::Details,
                (true, false) => State::Imported,
            }
        }
    }
}
