//! The memory that Apple's lists may take.
//!
//! Memory is bounded, not rows: a row of four bytes takes fifty times its size once it is read, so a small
//! archive of lists could take all the memory there is. A run may take a generous floor, and as much more as
//! the lists of its resources could ever need. A list beyond that is kept but not read, and a problem says
//! so.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::category::Heard;
use crate::contents::{Class, Contents};

/// A file of more bytes is not taken for a list. Apple's have up to 330 rows; 500,000 would fit.
const LARGEST: u64 = 64 << 20;

/// Files up to this size may be read side by side.
const SMALL: u64 = 256 << 10;

/// What all lists of a run may take, in bytes of memory: 200,000 rows without any media.
const FLOOR: u64 = 96 << 20;

/// What is added for each resource: its row, and its places in albums.
const EACH_RESOURCE: u64 = 1 << 10;

/// How much memory is left for lists.
#[derive(Debug)]
pub struct Budget {
    largest: u64,
    left: AtomicU64,
    turn: Mutex<()>,
}

impl Budget {
    /// What the lists of these contents may take, less what those in `heard` have taken.
    pub fn beside(contents: &Contents, heard: &Heard) -> Self {
        let resources = contents.entries.iter().filter(|e| e.class == Class::Resource).count() as u64;
        let all = resources.saturating_mul(EACH_RESOURCE).saturating_add(FLOOR);
        let left = AtomicU64::new(all.saturating_sub(heard.weight()));
        // the text of a list is held beside what is read from it
        Budget { largest: LARGEST.min(all / 3), left, turn: Mutex::new(()) }
    }

    /// How large a list may be, in bytes of its file.
    pub fn largest(&self) -> u64 {
        self.largest
    }

    /// How many bytes of memory are left.
    pub fn left(&self) -> usize {
        usize::try_from(self.left.load(Ordering::Relaxed)).unwrap_or(usize::MAX)
    }

    /// Takes `weight` bytes of memory; `false` if fewer are left.
    pub fn take(&self, weight: u64) -> bool {
        let left =
            self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(weight));
        left.is_ok()
    }

    /// Waits until no other large list is being read. The guard is to be held while this one is.
    pub fn turn(&self, size: u64) -> Option<MutexGuard<'_, ()>> {
        (size > SMALL).then(|| self.turn.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
