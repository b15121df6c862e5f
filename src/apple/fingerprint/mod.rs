//! Apple's fingerprint of a file's bytes, as in the `fileChecksum` column of the details.
//!
//! It is a salted SHA-1, `0x01 ‖ SHA-1(salt ‖ bytes)`, confirmed on fingerprints that Apple's own software and
//! servers stated. A plain SHA-1 never matches.
//!
//! It is the dearest of all hashes, so files are hashed many at once where the processor can ([`lanes`]).

pub mod lanes;
mod lockstep;

use base64::Engine;
use base64::display::Base64Display;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use sha1::{Digest, Sha1};

/// What stands before the bytes when they are hashed.
pub(crate) const SALT: &[u8] = b"com.apple.XattrObjectSalt\0com.apple.DataObjectSalt\0";

/// MMCS version 1 signature: the byte `0x01` and a SHA-1; shown as 28 base64 characters.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint([u8; 21]);

impl Fingerprint {
    /// Reads a `fileChecksum`. `None` unless it decodes to 21 bytes beginning with `0x01`: any
    /// other value cannot be checked and is opaque, never a sign of damage.
    pub fn parse(text: &str) -> Option<Self> {
        // the codec wants room for whole groups
        let mut bytes = [0; 24];
        let length = STANDARD_NO_PAD.decode_slice(text.trim().trim_end_matches('='), &mut bytes).ok()?;
        let bytes: [u8; 21] = bytes.get(..length)?.try_into().ok()?;
        (bytes[0] == 1).then_some(Fingerprint(bytes))
    }

    /// The SHA-1 alone: the byte before it is the same in every fingerprint.
    pub fn digest(&self) -> &[u8] {
        &self.0[1..]
    }

    pub fn of(bytes: &[u8]) -> Self {
        let mut hasher = Hasher::new();
        hasher.update(bytes);
        hasher.finish()
    }
}

impl std::fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        Base64Display::new(&self.0, &STANDARD_NO_PAD).fmt(f)
    }
}

impl std::fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Fingerprint({self})")
    }
}

/// Computes a fingerprint while bytes stream by.
pub struct Hasher(Sha1);

impl Hasher {
    /// A hasher that has seen the salt and no bytes.
    pub fn new() -> Self {
        let mut sha1 = Sha1::new();
        sha1.update(SALT);
        Hasher(sha1)
    }

    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    pub fn finish(self) -> Fingerprint {
        let mut bytes = [1; 21];
        bytes[1..].copy_from_slice(&self.0.finalize());
        Fingerprint(bytes)
    }
}

impl Default for Hasher {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::Fingerprint;

    #[test]
    fn the_empty_file_has_the_fingerprint_found_in_a_real_icloud_link() {
        assert_eq!(Fingerprint::of(b"").to_string(), "AW2cWT2PxzWixMKuuNMTHJ8CJ3sH");
    }

    #[test]
    fn only_21_bytes_beginning_with_1_can_be_checked() {
        assert!(Fingerprint::parse("AW2cWT2PxzWixMKuuNMTHJ8CJ3sH").is_some());
        assert!(Fingerprint::parse("BG2cWT2PxzWixMKuuNMTHJ8CJ3sH").is_none(), "second scheme, 0x04");
        assert!(Fingerprint::parse("AW2cWT2PxzWixMKuuNMTHJ8CJ3s").is_none(), "20 bytes");
        assert!(Fingerprint::parse("").is_none());
        assert!(Fingerprint::parse("n/a").is_none());
    }
}
