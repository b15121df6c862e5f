//! What a run does side by side.
//!
//! In: work. Out: its results. Never: decides what may run beside what.
//! The one surprise: [`beside`] keeps the first work on the thread that calls it and is no
//! [`rayon::join`], which would move both to a pool: what the longer work allocates is freed and used
//! again there, and each thread keeps memory of its own.

use std::io;
use std::panic::resume_unwind;
use std::path::Path;
use std::thread;

use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::error::Error;

/// So many threads.
///
/// # Errors
/// If the system gives none.
pub fn pool(jobs: usize) -> Result<ThreadPool, Error> {
    let pool = ThreadPoolBuilder::new().num_threads(jobs).build();
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
