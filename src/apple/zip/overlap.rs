//! Entries that share bytes, as those of bombs and of damaged directories do.
//!
//! All but the first of them are refused, and each entry gets a limit that its data must not pass. In a sound archive
//! nothing is refused.
//!
//! Local headers are read only if entries seem to overlap even at the least extent that they can have. An entry that
//! its local header contradicts then claims no bytes: one wrong size in a damaged directory must not cost the entries
//! behind it.

use std::io;

use crate::apple::zip::entry::{Refusal, ZipEntry};
use crate::apple::zip::local;
use crate::apple::zip::window::Window;

/// Refuses all but the first of overlapping entries. All data must end before `end`.
pub(super) fn refuse_overlaps(window: &Window, entries: &mut [ZipEntry], end: u64) -> io::Result<()> {
    let mut order: Vec<usize> = (0..entries.len()).collect();
    order.sort_by_key(|&at| entries.get(at).map(|entry| (entry.header, entry.position)));
    let mut reach = 0;
    let mut suspicious = false;
    for entry in order.iter().filter_map(|&at| entries.get(at)) {
        suspicious |= entry.header < reach || entry.least_end() > end;
        reach = reach.max(entry.least_end());
    }
    if suspicious {
        refuse_exactly(window, entries, &order, end)?;
    }
    let mut limit = end;
    for &at in order.iter().rev() {
        let Some(entry) = entries.get_mut(at) else {
            continue;
        };
        entry.limit = limit.max(entry.header);
        if !matches!(entry.refusal, Some(Refusal::Disagrees | Refusal::Overlap)) {
            limit = entry.header;
        }
    }
    Ok(())
}

fn refuse_exactly(window: &Window, entries: &mut [ZipEntry], order: &[usize], end: u64) -> io::Result<()> {
    let mut reach = 0;
    for &at in order {
        let Some(entry) = entries.get_mut(at) else {
            continue;
        };
        entry.limit = end;
        match local::described_range(window, entry)? {
            None => entry.refuse(Refusal::Disagrees),
            Some(_) if entry.header < reach => entry.refuse(Refusal::Overlap),
            Some(data) => reach = data.end,
        }
    }
    Ok(())
}
