//! How the library tells what it is doing: one small trait, with `()` as its null.
//!
//! In: phases and counts. Out: whatever the terminal makes of them. Never: prints by itself.
//! The one surprise: calls come from many threads, often; an implementation must be cheap.

/// A stretch of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Finding archives and reading their directories.
    Discover,
    /// Reading, checking and hashing every entry.
    Read,
    /// Deciding what belongs together and where it goes.
    Match,
    /// Moving files to their places.
    Place,
    /// Hashing what the library holds.
    Verify,
    /// Making small pictures for the page.
    Thumbnails,
}

/// Is told what happens.
pub trait Progress: Sync {
    /// A phase begins; `files` and `bytes` are what lies ahead, 0 where nobody knows.
    fn begin(&self, phase: Phase, files: u64, bytes: u64);
    /// These bytes were read.
    fn bytes(&self, count: u64);
    /// One more file is done; `archive` is where it came from.
    fn file(&self, archive: &str);
    /// One decision, for those who want to see each.
    fn decision(&self, text: &dyn Fn() -> String);
    /// Something that the owner should hear at once.
    fn note(&self, text: &str);
}

impl Progress for () {
    fn begin(&self, _phase: Phase, _files: u64, _bytes: u64) {}
    fn bytes(&self, _count: u64) {}
    fn file(&self, _archive: &str) {}
    fn decision(&self, _text: &dyn Fn() -> String) {}
    fn note(&self, _text: &str) {}
}
