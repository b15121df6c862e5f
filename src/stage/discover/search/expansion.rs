//! How much may come out of an archive on the drive.
//!
//! Nested archives multiply: each one may hold no more than an archive of its size can, and all of them
//! together far more. So everything inflated out of one archive on the drive counts against what that archive
//! may hold.

use std::collections::HashMap;

use crate::apple::zip::{ZipArchive, most_bytes};
use crate::problem::refusal::Refusal;
use crate::problem::{Code, amount};

/// What every entry of an inflated archive counts in bytes, besides its size: a small archive could bring
/// millions.
const ROOM_OF_AN_ENTRY: u64 = 10_000;

/// What has come out of the archives on the drive so far.
#[derive(Default)]
pub(super) struct Expansion {
    /// For every inflated container, the one on the drive from which it came.
    bases: HashMap<usize, usize>,
    /// For each container on the drive, the bytes that came out of it, and those that they claim to hold.
    bytes: HashMap<usize, u64>,
}

impl Expansion {
    /// The container on the drive that answers for what comes out of this one.
    pub(super) fn base(&self, container: usize) -> Option<usize> {
        self.bases.get(&container).copied()
    }

    /// Records that `container` came out of `base`.
    pub(super) fn came_out(&mut self, container: usize, base: usize) {
        self.bases.insert(container, base);
    }

    /// Forgets a container that was not taken in after all.
    pub(super) fn forget(&mut self, container: usize) {
        self.bases.remove(&container);
    }

    /// Counts `bytes` more, if so many may come out of this archive.
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

/// What an archive claims to hold, in bytes.
pub(super) fn claimed(archive: &ZipArchive) -> u64 {
    let entries = (archive.entries.len() as u64).saturating_mul(ROOM_OF_AN_ENTRY);
    archive.declared().saturating_add(entries)
}
