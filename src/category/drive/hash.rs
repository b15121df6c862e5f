//! `Base Hash`: 32 bytes for each file, of which nobody outside Apple knows what they are the hash of.
//!
//! So what they could be is tried on the smallest files. A scheme counts only if it holds for every one of them; then it
//! proves the whole tree. If none does, that says nothing against the files.

use std::fmt;

use base64::Engine;
use base64::display::Base64Display;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use sha2::{Digest, Sha256};

use crate::apple::fingerprint::SALT;

/// On how many files the schemes are tried.
pub const SAMPLES: usize = 10;

/// The value of `Base Hash`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BaseHash([u8; BaseHash::LENGTH]);

impl BaseHash {
    /// Bytes.
    pub const LENGTH: usize = 32;

    /// Reads a cell: base64 of 32 bytes, with or without padding. Any other value cannot be checked and is no sign of
    /// damage.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = STANDARD_NO_PAD.decode(text.trim().trim_end_matches('=')).ok()?;
        bytes.try_into().ok().map(BaseHash)
    }

    pub fn of_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(BaseHash)
    }

    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Display for BaseHash {
    /// As Apple writes it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Base64Display::new(&self.0, &STANDARD).fmt(f)
    }
}

/// What the hash could be of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scheme {
    /// SHA-256 of the bytes.
    Plain,
    /// SHA-256 of the bytes after the two salts of the photos' fingerprint.
    Salted,
}

impl Scheme {
    /// All that are tried, the likeliest first.
    pub const ALL: [Scheme; 2] = [Scheme::Plain, Scheme::Salted];

    /// The hash of bytes that are at hand.
    pub fn of(self, bytes: &[u8]) -> BaseHash {
        let mut hasher = Hasher::new(self);
        hasher.update(bytes);
        hasher.finish()
    }
}

/// Computes a hash while bytes stream by.
pub struct Hasher(Sha256);

impl Hasher {
    /// A hasher that has seen no bytes.
    pub fn new(scheme: Scheme) -> Self {
        let mut sha256 = Sha256::new();
        match scheme {
            Scheme::Plain => {}
            Scheme::Salted => sha256.update(SALT),
        }
        Hasher(sha256)
    }

    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    pub fn finish(self) -> BaseHash {
        BaseHash(self.0.finalize().into())
    }
}

/// The scheme that holds for all samples: what the list states, and the file's hash by each of [`Scheme::ALL`]. `None`
/// if none does, or if there are no samples.
pub fn proved(samples: &[(BaseHash, [BaseHash; 2])]) -> Option<Scheme> {
    if samples.is_empty() {
        return None;
    }
    let mut schemes = Scheme::ALL.into_iter().enumerate();
    let holds = |nth: usize| samples.iter().all(|(stated, hashes)| hashes.get(nth) == Some(stated));
    schemes.find(|(nth, _)| holds(*nth)).map(|(_, scheme)| scheme)
}

#[cfg(test)]
mod tests {
    use super::{BaseHash, Scheme, proved};

    #[test]
    fn hashes_are_base64_of_32_bytes() {
        let empty = BaseHash::parse("47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=").expect("a hash");
        assert_eq!(Scheme::Plain.of(b""), empty);
        assert_ne!(Scheme::Salted.of(b""), empty);
        assert_eq!(BaseHash::parse(" 47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU "), Some(empty));
        for none in ["", "N/A", "47DEQpj8", "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU5", "é"] {
            assert_eq!(BaseHash::parse(none), None, "{none}");
        }
    }

    #[test]
    fn a_scheme_counts_only_if_it_always_holds() {
        let sample =
            |stated: Scheme, bytes: &[u8]| (stated.of(bytes), Scheme::ALL.map(|scheme| scheme.of(bytes)));
        let unknown = (Scheme::Plain.of(b"y"), Scheme::ALL.map(|scheme| scheme.of(b"x")));
        assert_eq!(proved(&[]), None);
        assert_eq!(proved(&[sample(Scheme::Plain, b"a"), sample(Scheme::Plain, b"b")]), Some(Scheme::Plain));
        assert_eq!(
            proved(&[sample(Scheme::Salted, b"a"), sample(Scheme::Salted, b"")]),
            Some(Scheme::Salted)
        );
        assert_eq!(proved(&[sample(Scheme::Salted, b"a"), sample(Scheme::Plain, b"b")]), None);
        assert_eq!(proved(&[sample(Scheme::Plain, b"a"), unknown]), None);
    }
}
