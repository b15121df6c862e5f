//! What is known of bytes while they are read: the library's, and those of this pass so far.
//!
//! In: contents. Out: answers by hash, by size and CRC-32. Never: takes equal sizes and CRC-32 for
//! equal bytes; they only say that a copy is likely.
//! The one surprise: all threads share one, behind a lock that is held for lookups only.

use std::collections::{HashMap, HashSet};

use crate::contents::{Content, ContentSet};
use crate::media::Cameras;

/// What is known of bytes while they are read.
pub(super) struct Stock {
    pub(super) contents: Vec<Content>,
    pub(super) cameras: Cameras,
    pub(super) by_hash: HashMap<blake3::Hash, usize>,
    /// Contents whose bytes are safe: in the library, or staged.
    pub(super) safe: ContentSet,
    /// Bytes that a thread is putting into staging.
    pub(super) arriving: HashSet<blake3::Hash>,
    sizes: HashSet<u64>,
    sizes_and_crcs: HashSet<(u64, u32)>,
}

impl Stock {
    pub(super) fn new(contents: Vec<Content>, held: &ContentSet) -> Self {
        let by_hash = contents.iter().enumerate().map(|(i, c)| (c.blake3, i)).collect();
        let mut stock = Stock {
            contents,
            cameras: Cameras::default(),
            by_hash,
            safe: held.clone(),
            arriving: HashSet::new(),
            sizes: HashSet::new(),
            sizes_and_crcs: HashSet::new(),
        };
        for content in held.contents() {
            stock.expect(content);
        }
        stock
    }

    pub(super) fn expect(&mut self, content: usize) {
        let content = &self.contents[content];
        self.sizes.insert(content.size);
        self.sizes_and_crcs.insert((content.size, content.crc32));
    }

    pub(super) fn is_expected(&self, size: u64, crc32: Option<u32>) -> bool {
        match crc32 {
            Some(crc32) => self.sizes_and_crcs.contains(&(size, crc32)),
            None => self.sizes.contains(&size),
        }
    }
}
