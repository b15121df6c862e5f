//! How much may come out of an archive on the drive.
//!
//! Nested archives multiply: each one may hold no more than an archive of its size can, and all of them
//! together far more. So everything inflated out of one archive on the drive counts against what that archive
//! may hold.

use std::collections::HashMap;

use crate::apple::zip::{ZipArchive, most_bytes};
use crate::problem::refusal::Refusal;
use crate::problem::{Code, amount};

/// What an entry of an inflated archive costs in bytes, whatever its size: a small archive could bring
/// millions.
const ROOM_OF_AN_ENTRY: u64 = 10_000;

/// What came out of the archives on the drive so far.
#[derive(Default)]
pub(super) struct Expansion {
    /// Of every container that was inflated, the one on the drive that it came out of.
    bases: HashMap<usize, usize>,
    /// What came out of one on the drive, and what that claims to hold, in bytes.
    bytes: HashMap<usize, u64>,
}

impl Expansion {
    /// The container on the drive that answers for what comes out of this one.
    pub(super) fn base(&self, container: usize) -> Option<usize> {
        self.bases.get(&container).copied()
    }

    /// This container came out of that one.
    pub(super) fn came_out(&mut self, container: usize, base: usize) {
        self.bases.insert(container, base);
    }

    /// Counts so many bytes more, if they may come out of this archive.
    pub(super) fn allow(
        &mut self,
        base: usize,
        (name, archive): (&str, &ZipArchive),
        bytes: u64,
    ) -> Result<(), Refusal> {
        let so_far = self.bytes.entry(base).or_default();
        let expanded = so_far.saturating_add(bytes);
        if expanded <= most_bytes(archive.size) {
            *so_far = expanded;
            return Ok(());
        }
        let message = format!(
            "with it, `{name}` would expand to {}, which no real photos and videos do; nothing of it is read",
            amount::size(expanded)
        );
        Err((Code::LimitExceeded, message))
    }
}

/// What an archive claims to hold.
pub(super) fn claimed(archive: &ZipArchive) -> u64 {
    let entries = (archive.entries.len() as u64).saturating_mul(ROOM_OF_AN_ENTRY);
    archive.declared().saturating_add(entries)
}
