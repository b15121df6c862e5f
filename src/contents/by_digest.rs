//! Which of many has a given digest.
//!
//! In: digests and indices. Out: [`ByDigest`], a map. Never: holds the digests: whoever owns the
//! contents has them already, and half a million of them shall take little memory.
//! The one surprise: it is asked with a question, whether the digest at an index is the one that is
//! looked for; four bytes tell nearly always which index it is, and others follow where they do not.

use std::collections::HashMap;

/// Indices by a digest of what they stand for. A digest is random, or whoever made it otherwise finds
/// that looking for it takes longer, and never another one's index.
#[derive(Debug, Clone, Default)]
pub struct ByDigest(HashMap<u32, u32>);

impl ByDigest {
    /// Room for so many.
    pub fn with_room(count: usize) -> Self {
        ByDigest(HashMap::with_capacity(count))
    }

    /// The index for which `is` says that it has this digest.
    pub fn get(&self, digest: &[u8], is: impl Fn(usize) -> bool) -> Option<usize> {
        self.after(digest).map(|index| index as usize).find(|&index| is(index))
    }

    /// Adds an index; of two with one digest the first is found. Of more than 4,294,967,295 things the
    /// last are not.
    pub fn insert(&mut self, digest: &[u8], index: usize) {
        let Ok(index) = u32::try_from(index) else { return };
        let mut key = start(digest);
        while self.0.contains_key(&key) {
            key = key.wrapping_add(1);
        }
        self.0.insert(key, index);
    }

    /// All that may be meant, one after the other.
    fn after(&self, digest: &[u8]) -> impl Iterator<Item = u32> {
        let mut key = start(digest);
        std::iter::from_fn(move || {
            let index = self.0.get(&key).copied();
            key = key.wrapping_add(1);
            index
        })
    }
}

fn start(digest: &[u8]) -> u32 {
    digest.first_chunk().map_or(0, |start| u32::from_le_bytes(*start))
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
