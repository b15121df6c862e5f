//! Counts looks at items, entries and names, for tests of how work grows. Whatever compares files with each other
//! takes such steps, and unlike seconds they are the same on every machine.

use std::cell::Cell;

thread_local! {
    static TAKEN: Cell<u64> = const { Cell::new(0) };
}

/// Counts one.
pub(crate) fn step() {
    TAKEN.set(TAKEN.get() + 1);
}

/// How many this takes, and what it gives.
pub(crate) fn counted<T>(work: impl FnOnce() -> T) -> (u64, T) {
    let before = TAKEN.get();
    let made = work();
    (TAKEN.get() - before, made)
}
