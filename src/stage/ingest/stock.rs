//! What is known of bytes while they are read: the contents of the library, and those of this pass so far.
//!
//! All threads share one stock, behind a lock that is held for lookups only. Equal sizes and CRC-32s are
//! never taken for equal bytes; they only make a copy likely.

use std::collections::HashSet;

use crate::category::Said;
use crate::category::photos::media::Cameras;
use crate::contents::{Arena, ByDigest, Content, ContentId, ContentSet, Id};
use crate::library::record::Fresh;

/// So many new contents have room from the beginning.
const MOST_ROOM: usize = 1 << 20;

/// What is known of bytes while they are read.
pub(super) struct Stock {
    pub(super) contents: Arena<ContentId, Content>,
    pub(super) said: Arena<ContentId, Said>,
    cameras: Cameras,
    by_hash: ByDigest,
    /// Contents whose bytes are safe: in the library, or staged.
    pub(super) safe: ContentSet,
    /// Bytes that a thread is putting into staging.
    pub(super) arriving: HashSet<blake3::Hash>,
    sizes: HashSet<u64>,
    /// Four bytes of each: a false one costs a reading.
    sizes_and_crcs: HashSet<u32>,
}

impl Stock {
    /// Has room for `new` more: what grows bit by bit leaves holes in memory behind. An archive that
    /// claims more than any library holds gets its room bit by bit all the same.
    pub(super) fn new(
        (mut contents, mut said): (Arena<ContentId, Content>, Arena<ContentId, Said>),
        new: usize,
        held: &ContentSet,
    ) -> Self {
        let new = new.min(MOST_ROOM);
        contents.reserve_exact(new);
        said.reserve_exact(new);
        let most = contents.len() + new;
        let mut by_hash = ByDigest::with_capacity(most);
        for (id, content) in contents.pairs() {
            by_hash.insert(content.blake3.as_bytes(), id.index());
        }
        let mut stock = Stock {
            contents,
            said,
            cameras: Cameras::default(),
            by_hash,
            safe: held.clone(),
            arriving: HashSet::new(),
            sizes: HashSet::new(),
            sizes_and_crcs: HashSet::with_capacity(most),
        };
        for content in held.contents() {
            stock.expect(content);
        }
        stock
    }

    /// The bytes of this hash.
    pub(super) fn find(&self, hash: &blake3::Hash) -> Option<ContentId> {
        let is_it = |index: usize| self.contents[ContentId::at(index)].blake3 == *hash;
        self.by_hash.get(hash.as_bytes(), is_it).map(ContentId::at)
    }

    /// Takes in bytes that nobody knew.
    pub(super) fn add(&mut self, Fresh { content, mut said }: Fresh) -> ContentId {
        self.cameras.share(&mut said.embedded);
        let id = self.contents.next();
        self.by_hash.insert(content.blake3.as_bytes(), id.index());
        self.contents.push(content);
        self.said.push(said);
        id
    }

    pub(super) fn expect(&mut self, content: ContentId) {
        let content = &self.contents[content];
        self.sizes.insert(content.size);
        self.sizes_and_crcs.insert(size_and_crc(content.size, content.crc32));
    }

    pub(super) fn is_expected(&self, size: u64, crc32: Option<u32>) -> bool {
        match crc32 {
            Some(crc32) => self.sizes_and_crcs.contains(&size_and_crc(size, crc32)),
            None => self.sizes.contains(&size),
        }
    }
}

/// Differs as often as sizes and checksums do.
fn size_and_crc(size: u64, crc32: u32) -> u32 {
    crc32 ^ (size as u32).rotate_left(16) ^ (size >> 32) as u32
}
