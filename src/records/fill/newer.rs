//! Which rows of several exports count.
//!
//! Every export is a full snapshot. Of a row with a key the newest export that has it decides; rows without one are
//! counted, and there are as many as the export has that has most. Within one export nothing is merged.

use std::collections::HashMap;

use crate::contents::ExportId;

/// What makes rows of two exports one.
///
/// It stands for a name or a row and does not hold it: there may be millions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Key {
    mark: [u8; 16],
    /// Whether Apple or another program calls it so, by a UID or a name. Else nothing makes rows one but that they say
    /// the same.
    is_named: bool,
}

impl Key {
    /// The key of a row with this name, or else with these bytes.
    pub fn of(name: Option<&str>, bytes: impl FnOnce() -> Vec<u8>) -> Self {
        match name.filter(|name| !name.is_empty()) {
            Some(name) => Key::named(name),
            None => Key::said(&blake3::hash(&bytes())),
        }
    }

    pub fn named(name: &str) -> Self {
        Key { is_named: true, ..Key::said(&blake3::hash(name.as_bytes())) }
    }

    /// The key of a row without a name, whose bytes have this hash.
    pub fn said(hash: &blake3::Hash) -> Self {
        let mut mark = [0; 16];
        mark.iter_mut().zip(hash.as_bytes()).for_each(|(mark, byte)| *mark = *byte);
        Key { mark, is_named: false }
    }
}

/// The rows of a table that went by.
#[derive(Debug, Default)]
pub struct Newer(HashMap<Key, Seen>);

#[derive(Debug)]
struct Seen {
    export: ExportId,
    in_this: u32,
    /// The most in any export that is newer.
    in_newer: u32,
}

impl Newer {
    /// Whether a row of this export counts. Exports have to come one after the other, the newest first.
    pub fn counts(&mut self, export: ExportId, key: Key) -> bool {
        let seen = self.0.entry(key).or_insert(Seen { export, in_this: 0, in_newer: 0 });
        if seen.export != export {
            seen.in_newer = seen.in_newer.max(seen.in_this);
            seen.in_this = 0;
            seen.export = export;
        }
        seen.in_this = seen.in_this.saturating_add(1);
        if key.is_named { seen.in_newer == 0 } else { seen.in_this > seen.in_newer }
    }
}

#[cfg(test)]
mod tests {
    use super::{Key, Newer};
    use crate::contents::{ExportId, Id};

    #[test]
    fn the_newest_version_counts_and_rows_without_a_key_are_counted() {
        let mut rows = Newer::default();
        let mut counted =
            |export, name, bytes: &str| rows.counts(ExportId::at(export), Key::of(name, || bytes.into()));
        for (export, name, bytes, expected) in [
            (2, Some("a"), "1", true),
            (2, Some("a"), "2", true),
            (2, None, "x", true),
            (2, None, "x", true),
            (2, Some(""), "y", true),
            (1, Some("a"), "3", false),
            (1, Some("b"), "1", true),
            (1, None, "x", false),
            (1, None, "y", false),
            (1, None, "y", true),
            (0, None, "x", false),
            (0, None, "x", false),
            (0, None, "x", true),
            (0, None, "y", false),
            (0, Some("b"), "1", false),
            (0, Some("b"), "2", false),
            (0, Some("c"), "2", true),
        ] {
            assert_eq!(counted(export, name, bytes), expected, "{export} {name:?} {bytes}");
        }
    }
}
