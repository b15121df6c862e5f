//! The local header of an entry compared with what the central directory says. Neither is preferred to the other.
//!
//! Sizes and checksum are compared only where the local header claims to know them, and in 32 bits where it has no
//! more, because writers that stream leave them out in half a dozen ways.

use std::io;
use std::ops::Range;

use crate::apple::zip::entry::ZipEntry;
use crate::apple::zip::headers::{
    CENTRAL, CentralHeader, DESCRIPTOR_LENGTH, Header, LOCAL, LocalHeader, descriptor, u16_at,
};
use crate::apple::zip::window::Window;

/// Most local headers are shorter than this.
const USUAL: usize = 512;

/// Where the entry's data lies. `None` if its local header is missing, disagrees, or leads beyond the entry's
/// limit.
pub(super) fn data_range(window: &Window, entry: &ZipEntry) -> io::Result<Option<Range<u64>>> {
    Ok(find(window, entry)?.map(|found| found.data))
}

/// The same, but if sizes follow the data, they must be there and right. Only for entries under suspicion: some
/// writers' descriptors are wrong.
pub(super) fn described_range(window: &Window, entry: &ZipEntry) -> io::Result<Option<Range<u64>>> {
    let Some(found) = find(window, entry)? else {
        return Ok(None);
    };
    if !found.streamed {
        return Ok(Some(found.data));
    }
    let bytes = window.bytes_at(found.data.end, DESCRIPTOR_LENGTH)?;
    Ok(descriptor(&bytes, entry.crc32, entry.compressed, entry.size).map(|_| found.data))
}

struct Found {
    data: Range<u64>,
    /// Whether sizes and checksum follow the data.
    streamed: bool,
}

fn find(window: &Window, entry: &ZipEntry) -> io::Result<Option<Found>> {
    let mut usual = [0; USUAL];
    let count = window.read_at(&mut usual, entry.header)?;
    let bytes = usual.get(..count).unwrap_or_default();
    let Some(length) = LocalHeader::length(bytes) else {
        return Ok(None);
    };
    let longer;
    let bytes = if length <= count {
        bytes
    } else {
        longer = window.bytes_at(entry.header, length)?;
        &longer
    };
    let Some(LocalHeader(local)) = LocalHeader::parse(bytes) else {
        return Ok(None);
    };
    if !agrees(&local, entry) || !named(window, &local, entry)? {
        return Ok(None);
    }
    let start = entry.header.saturating_add(local.length);
    let end = start.saturating_add(entry.compressed);
    // the limit counts only if another entry really begins there
    if end > window.len() || (end > entry.limit && begins_entry(window, entry.limit)) {
        return Ok(None);
    }
    Ok(Some(Found { data: start..end, streamed: local.streamed() }))
}

fn begins_entry(window: &Window, at: u64) -> bool {
    let mut four = [0; 4];
    !matches!(window.read_at(&mut four, at), Ok(4) if four != LOCAL && four != CENTRAL)
}

fn agrees(local: &Header<'_>, entry: &ZipEntry) -> bool {
    if local.method != entry.method || local.encrypted() {
        return false;
    }
    if local.streamed() {
        return true;
    }
    // 0 and the largest value mean that the local header does not know
    let same = |here: u64, there: u64| {
        here == 0
            || here == u64::from(u32::MAX)
            || here == there
            || (!local.zip64 && here == there & u64::from(u32::MAX))
    };
    same(local.compressed, entry.compressed)
        && same(local.size, entry.size)
        && (local.crc32 == 0 || local.crc32 == entry.crc32)
}

/// Whether the local header has the entry's name: the same text, or the same bytes as the central header. The
/// texts differ where only one of the two has a Unicode Path field.
fn named(window: &Window, local: &Header<'_>, entry: &ZipEntry) -> io::Result<bool> {
    if local.name() == *entry.name {
        return Ok(true);
    }
    let Some(central) = entry.central else {
        return Ok(false);
    };
    let fixed = window.bytes_at(central, CentralHeader::FIXED)?;
    let length = u16_at(&fixed, 28).map_or(0, usize::from);
    let name = window.bytes_at(central.saturating_add(CentralHeader::FIXED as u64), length)?;
    Ok(name == local.raw_name)
}
