//! What a run does in parallel, and on how many threads.
//!
//! [`beside`] keeps the first task on the calling thread, where [`rayon::join`] may move both. Each thread keeps memory of
//! its own, so what the longer task allocates is used again only by work on the same thread.

mod disk;

pub use disk::serves_many;

use std::io;
use std::num::NonZeroUsize;
use std::path::Path;
use std::thread;

use rayon::iter::{IntoParallelRefIterator, ParallelIterator};
use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::error::Error;

/// Of how many things is asked side by side: their answers wait for each other in memory.
pub const ABREAST: usize = 4096;

/// A rotating disk gets slower with more threads than this.
const ON_ROTATING: NonZeroUsize = NonZeroUsize::MIN.saturating_add(1);

/// As much as a main thread has, for whole runs are done in pools.
const STACK: usize = 8 << 20;

/// How many threads to use for files in these places: one per processor, but two if any of them is on a rotating
/// disk.
pub fn fitting<'a>(mut places: impl Iterator<Item = &'a Path>) -> NonZeroUsize {
    let processors = thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    if processors > ON_ROTATING && places.any(disk::rotates) { ON_ROTATING } else { processors }
}

/// A pool of this many threads.
///
/// # Errors
/// If the system has no more threads.
pub fn pool(jobs: NonZeroUsize) -> Result<ThreadPool, Error> {
    let pool = ThreadPoolBuilder::new().num_threads(jobs.get()).stack_size(STACK).build();
    pool.map_err(|e| Error::io("start", Path::new("threads"))(io::Error::other(e)))
}

/// Does work in a new pool of this many threads. All of it that nothing does side by side is done on one of them, so what
/// one stage gives back of its memory is used again by the next.
///
/// # Errors
/// If the system has no more threads, or the work fails.
pub fn within<R: Send>(
    jobs: NonZeroUsize,
    work: impl FnOnce() -> Result<R, Error> + Send,
) -> Result<R, Error> {
    pool(jobs)?.install(work)
}

/// What each of these comes to, in their order, asked on the threads of the current rayon pool.
pub fn abreast<'a, T: Sync, R: Send + 'a>(
    all: &'a [T],
    ask: impl Fn(&'a T) -> R + Sync + 'a,
) -> impl Iterator<Item = R> + 'a {
    all.chunks(ABREAST).flat_map(move |some| some.par_iter().map(&ask).collect::<Vec<R>>())
}

/// Does one thing on this thread, and another on any of the current rayon pool. Neither may wait for the other: in a pool of
/// one thread they go one after another.
pub fn beside<A, B: Send>(here: impl FnOnce() -> A, there: impl FnOnce() -> B + Send) -> (A, B) {
    let mut other = None;
    let here = rayon::in_place_scope(|scope| {
        scope.spawn(|_| other = Some(there()));
        here()
    });
    (here, other.expect("a scope ends when all in it is done"))
}
