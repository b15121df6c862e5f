//! Finds which of many things has a given digest, without storing the digests.
//!
//! Whoever owns the things has their digests already, and half a million more would take much memory. So a lookup asks a
//! question instead: is the digest at this index the wanted one? Four stored bytes of it nearly always leave one index
//! to ask about.

use hashbrown::HashTable;

/// Indices by the digest of what they stand for, each with its first four bytes. If somebody forges digests that
/// begin alike, lookups take longer, but never give a wrong index.
#[derive(Debug, Clone, Default)]
pub struct ByDigest(HashTable<(u32, u32)>);

impl ByDigest {
    pub fn with_capacity(count: usize) -> Self {
        ByDigest(HashTable::with_capacity(count))
    }

    /// The index that has this digest, by the word of `is`.
    pub fn get(&self, digest: &[u8], is: impl Fn(usize) -> bool) -> Option<usize> {
        let start = start(digest);
        let found = self.0.find(hash(start), |&(other, index)| other == start && is(index as usize));
        found.map(|&(_, index)| index as usize)
    }

    /// Adds an index. Those beyond 4,294,967,295 are not found.
    pub fn insert(&mut self, digest: &[u8], index: usize) {
        let Ok(index) = u32::try_from(index) else { return };
        let start = start(digest);
        self.0.insert_unique(hash(start), (start, index), |&(start, _)| hash(start));
    }
}

fn start(digest: &[u8]) -> u32 {
    digest.first_chunk().map_or(0, |start| u32::from_le_bytes(*start))
}

/// Repeats the bits, because the table uses both the lowest and the highest.
fn hash(start: u32) -> u64 {
    u64::from(start) << 32 | u64::from(start)
}

#[cfg(test)]
mod tests {
    use super::ByDigest;

    #[test]
    fn digests_that_begin_alike_are_told_apart() {
        let digests: [&[u8]; 5] = [
            b"\xff\xff\xff\xffa",
            b"\xff\xff\xff\xffb",
            b"\x00\0\0\0c",
            b"\xff\xff\xff\xffd",
            b"\x01\0\0\0e",
        ];
        let mut by_digest = ByDigest::default();
        for (index, digest) in digests.iter().enumerate() {
            assert_eq!(by_digest.get(digest, |i| digests[i] == *digest), None);
            by_digest.insert(digest, index);
        }
        for (index, digest) in digests.iter().enumerate() {
            assert_eq!(by_digest.get(digest, |i| digests[i] == *digest), Some(index));
        }
        assert_eq!(by_digest.get(b"\xff\xff\xff\xffx", |_| false), None);
    }
}
