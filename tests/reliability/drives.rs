//! Drives: small, read-only, unplugged, and of other file systems.
