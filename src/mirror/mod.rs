//! A mirror: a second copy of a library on another drive, proved while it is written, and a library itself.
//!
//! What becomes of each file is decided as a value (`decide`, `moves`, `albums`), from what stands on both drives
//! (`scan`) and what the mirror remembers (`memory`). The library is only read, but for what is found of its bytes.
//! In the mirror nothing is overwritten that somebody else put there or changed, and no good file is given up for a
//! worse one.

pub mod albums;
pub mod bring;
pub mod carry;
pub mod decide;
pub mod folder;
pub mod memory;
pub mod scan;
pub mod stray;
pub mod wanted;
