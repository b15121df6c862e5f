//! Which of many has a given digest.
//!
//! The digests are not held: whoever owns the contents has them already, and half a million of them would take
//! much memory. So it is asked with a question, whether the digest at an index is the one that is looked for;
//! four bytes of it tell nearly always which index that is.

use hashbrown::HashTable;

/// Indices by a digest of what they stand for, each with the first bytes of its digest. A digest is random, or
/// whoever made it otherwise finds that looking for it takes longer, and never another one's index.
#[derive(Debug, Clone, Default)]
pub struct ByDigest(HashTable<(u32, u32)>);

impl ByDigest {
    /// Room for so many.
    pub fn with_capacity(count: usize) -> Self {
        ByDigest(HashTable::with_capacity(count))
    }

    /// The index for which `is` says that it has this digest.
    pub fn get(&self, digest: &[u8], is: impl Fn(usize) -> bool) -> Option<usize> {
        let start = start(digest);
        let found = self.0.find(hash(start), |&(other, index)| other == start && is(index as usize));
        found.map(|&(_, index)| index as usize)
    }

    /// Adds an index. Of more than 4,294,967,295 things the last are not found.
    pub fn insert(&mut self, digest: &[u8], index: usize) {
        let Ok(index) = u32::try_from(index) else { return };
        let start = start(digest);
        self.0.insert_unique(hash(start), (start, index), |&(start, _)| hash(start));
    }
}

fn start(digest: &[u8]) -> u32 {
    digest.first_chunk().map_or(0, |start| u32::from_le_bytes(*start))
}

/// The table looks at the lowest bits and at the highest.
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
