//! What is known of bytes while they are read: the contents of the library, and those of this pass so far.
//!
//! All threads share one stock, behind a lock that is held for lookups only. Equal sizes and CRC-32s are
//! never taken for equal bytes; they only make a copy likely.

use std::collections::HashSet;

use crate::category::Said;
use crate::category::photos::media::Cameras;
use crate::contents::{Arena, ByDigest, Content, ContentId, ContentSet, Id};
use crate::library::record::Fresh;

/// For how many new contents room is made at the beginning, at most.
const MOST_ROOM: usize = 1 << 20;

pub(super) struct Stock {
    pub(super) contents: Arena<ContentId, Content>,
    pub(super) said: Arena<ContentId, Said>,
    cameras: Cameras,
    by_hash: ByDigest,
    /// Contents whose bytes are safe: in the library or in staging.
    pub(super) safe: ContentSet,
    /// Bytes that some thread is just putting into staging.
    pub(super) arriving: HashSet<blake3::Hash>,
    /// How many threads wait for some of them.
    pub(super) waiting: usize,
    sizes: HashSet<u64>,
    /// Size and CRC-32 of each, in four bytes; a false match only costs a second reading.
    sizes_and_crcs: HashSet<u32>,
}

impl Stock {
    /// Makes room for `new` more at once, because collections that grow bit by bit leave holes in memory. An
    /// archive that claims to hold more than any library gets its room bit by bit all the same.
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
            waiting: 0,
            sizes: HashSet::new(),
            sizes_and_crcs: HashSet::with_capacity(most),
        };
        for content in held.contents() {
            stock.expect(content);
        }
        stock
    }

    pub(super) fn find(&self, hash: &blake3::Hash) -> Option<ContentId> {
        let is_it = |index: usize| self.contents[ContentId::at(index)].blake3 == *hash;
        self.by_hash.get(hash.as_bytes(), is_it).map(ContentId::at)
    }

    /// Takes in new bytes.
    pub(super) fn add(&mut self, Fresh { content, mut said }: Fresh) -> ContentId {
        said.embedded.camera = self.cameras.share(std::mem::take(&mut said.embedded.camera));
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

/// Both in four bytes. Two values differ about as often as their sizes and checksums do.
fn size_and_crc(size: u64, crc32: u32) -> u32 {
    crc32 ^ (size as u32).rotate_left(16) ^ (size >> 32) as u32
}
