//! What a pass reads, and in which order.
//!
//! By archive and position, which is how the bytes lie on the drive, but large entries go first, so that none of them
//! is left running alone at the end.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::slice::ParallelSliceMut;

use crate::apple::fingerprint::lanes::side_by_side;
use crate::apple::zip::WHOLE;
use crate::contents::{Bytes, Contents, Entry, EntryId};

/// An entry to read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Task {
    pub(super) id: EntryId,
    pub(super) company: Company,
    /// Its place in the order.
    at: usize,
}

/// Beside which entries one is open. One so large that it would be left alone at the end comes on no faster than those
/// beside it, of which one follows the other if they are small; so only large ones are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Company {
    Small,
    Large,
}

/// The entries that no thread has taken yet.
pub(super) struct Tasks {
    entries: Vec<EntryId>,
    /// So many of them are large.
    large: usize,
    next: AtomicUsize,
    /// How many bytes there were in all.
    pub(super) bytes: u64,
}

impl Tasks {
    /// Everything whose bytes are not known.
    pub(super) fn of(contents: &Contents, jobs: NonZeroUsize) -> Self {
        let unread = |(_, entry): &(EntryId, &Entry)| {
            entry.given && entry.bytes == Bytes::Unread && !entry.class.is_left_out()
        };
        let mut entries: Vec<EntryId> = contents.entries.pairs().filter(unread).map(|(id, _)| id).collect();
        let size = |id: &EntryId| contents.entries[*id].size;
        let bytes = entries.iter().map(size).fold(0, u64::saturating_add);
        let open = (jobs.get() * side_by_side()) as u64;
        let least = (bytes / open.saturating_mul(16)).max(WHOLE);
        let is_large = |id: &EntryId| size(id) >= least;
        entries.par_sort_unstable_by_key(|id| {
            let entry = &contents.entries[*id];
            let first = if is_large(id) { u64::MAX - entry.size } else { u64::MAX };
            (first, entry.archive, entry.position)
        });
        let large = entries.iter().filter(|id| is_large(id)).count();
        Tasks { entries, large, next: AtomicUsize::new(0), bytes }
    }

    /// The next one, which stays until a thread takes it.
    pub(super) fn next(&self) -> Option<Task> {
        let at = self.next.load(Ordering::Relaxed);
        let company = if at < self.large { Company::Large } else { Company::Small };
        self.entries.get(at).map(|&id| Task { id, company, at })
    }

    /// Takes this one; `false` if another thread was faster.
    pub(super) fn take(&self, Task { at, .. }: Task) -> bool {
        self.next.compare_exchange(at, at + 1, Ordering::Relaxed, Ordering::Relaxed).is_ok()
    }

    /// How many are left.
    pub(super) fn left(&self) -> usize {
        self.entries.len().saturating_sub(self.next.load(Ordering::Relaxed))
    }
}
