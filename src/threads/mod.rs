//! What a run does side by side, and how much of it.
//!
//! The surprise: [`beside`] keeps the first work on the thread that calls it, unlike [`rayon::join`], which
//! would move both to a pool. Each thread keeps memory of its own, so what the longer work allocates is freed
//! and used again only on the same thread.

mod disk;

use std::io;
use std::num::NonZeroUsize;
use std::panic::resume_unwind;
use std::path::Path;
use std::thread;

use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::error::Error;

/// Threads beyond which a disk that rotates is slower.
const ON_ROTATING: NonZeroUsize = NonZeroUsize::MIN.saturating_add(1);

/// How many threads are good for work on these places: one per processor, but two where one of them is on
/// a disk that rotates.
pub fn fitting<'a>(mut places: impl Iterator<Item = &'a Path>) -> NonZeroUsize {
    let processors = thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    if processors > ON_ROTATING && places.any(disk::rotates) { ON_ROTATING } else { processors }
}

/// So many threads.
///
/// # Errors
/// If the system gives none.
pub fn pool(jobs: NonZeroUsize) -> Result<ThreadPool, Error> {
    let pool = ThreadPoolBuilder::new().num_threads(jobs.get()).build();
    pool.map_err(|e| Error::io("start", Path::new("threads"))(io::Error::other(e)))
}

/// Does one thing here and another on a thread beside.
pub fn beside<A, B: Send>(here: impl FnOnce() -> A, there: impl FnOnce() -> B + Send) -> (A, B) {
    thread::scope(|scope| {
        let there = scope.spawn(there);
        let here = here();
        (here, there.join().unwrap_or_else(|panic| resume_unwind(panic)))
    })
}
