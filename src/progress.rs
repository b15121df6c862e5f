//! How the library tells what it is doing: one small trait, which `()` implements by ignoring everything.
//!
//! Calls come often and from many threads, so an implementation must be cheap. Nothing is printed here.

use std::sync::atomic::{AtomicBool, Ordering};

/// A stage of a run that takes time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Finding archives and reading their directories.
    Discover,
    /// Reading, checking and hashing every entry.
    Read,
    /// Deciding what belongs together and where it goes.
    Match,
    /// Moving files to their final places.
    Place,
    /// Bringing files to a mirror.
    Mirror,
    /// Hashing what the library holds.
    Verify,
    /// Making small pictures for the page.
    Thumbnails,
    /// Making them, and large ones of what browsers cannot show.
    Previews,
    /// Looking which photos are alike.
    Compare,
}

/// Is told what happens. Every method does nothing unless it is implemented.
pub trait Progress: Sync {
    /// A phase begins. `files` and `bytes` are what lies ahead, 0 where that is unknown.
    fn begin(&self, _phase: Phase, _files: u64, _bytes: u64) {}
    /// These bytes were read.
    fn bytes(&self, _count: u64) {}
    /// One more file is done; `archive` is where it came from.
    fn file(&self, _archive: &str) {}
    /// One decision; `text` costs nothing unless it is called.
    fn decision(&self, _text: &dyn Fn() -> String) {}
    /// Something that the owner should know at once.
    fn note(&self, _text: &str) {}
}

impl Progress for () {}

/// Who is told of a run, and who may end it.
#[derive(Clone, Copy)]
pub struct Watch<'a> {
    /// Hears what happens.
    pub progress: &'a dyn Progress,
    /// Set when the owner wants to stop.
    pub cancel: &'a AtomicBool,
}

impl Watch<'_> {
    /// Whether the owner wants to stop.
    pub fn is_cancelled(&self) -> bool {
        self.cancel.load(Ordering::Relaxed)
    }
}
