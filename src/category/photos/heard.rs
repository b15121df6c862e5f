//! What the bytes and the lists of iCloud Photos said: it travels beside [`Contents`](crate::contents::Contents),
//! which knows nothing of photos.

use std::collections::BTreeMap;
use std::io::{Read, Seek};
use std::sync::Arc;

use crate::apple::fingerprint::Fingerprint;
use crate::category::Vouched;
use crate::category::photos::lists::List;
use crate::category::photos::media::{self, Embedded};
use crate::category::photos::sort::Sort;
use crate::contents::{Arena, ContentId, Entry};
use crate::place::{self, Place};

/// What one content said of itself.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Said {
    /// Apple's checksum of the bytes; resources only.
    pub fingerprint: Option<Fingerprint>,
    /// What the file says of itself; resources only.
    pub embedded: Embedded,
    /// No archive's CRC-32 vouches for the bytes, and the file visibly ends too early.
    pub cut_short: bool,
    /// What a person calls the position that the file states.
    pub place: Option<Arc<Place>>,
}

/// What bytes say of themselves as a photo or video. Whatever else they are, they say little.
pub fn inspect(source: &mut (impl Read + Seek), size: u64, vouched: Vouched) -> Said {
    let embedded = media::read(source, size);
    let cut_short = vouched == Vouched::ByNothing && media::is_cut_short(source, size, embedded.format);
    let place = embedded.position.and_then(place::at);
    Said { fingerprint: None, embedded, cut_short, place }
}

/// Everything that was said.
#[derive(Debug, Default)]
pub struct Heard {
    /// What each content says of itself.
    pub said: Arena<ContentId, Said>,
    /// Apple's lists, by their bytes and what they are for.
    pub lists: BTreeMap<(ContentId, Sort), List>,
}

impl Heard {
    /// The list that this entry is, if it was read.
    pub fn list(&self, entry: &Entry) -> Option<&List> {
        self.lists.get(&(entry.content()?, Sort::of(entry)))
    }
}
