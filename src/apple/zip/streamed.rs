//! Data whose size is stated only behind it, in a descriptor. Descriptors are never taken at their word.
//!
//! Deflated data tells its own end. Stored data ends at the first descriptor that has both its length and its
//! checksum: those inside a stored nested archive do not.

use std::io::{self, ErrorKind};

use crate::apple::zip::entry::{DEFLATED, DEFLATED_64, STORED};
use crate::apple::zip::headers::{CENTRAL, DESCRIPTOR, DESCRIPTOR_LENGTH, LOCAL, descriptor, u32_at, u64_at};
use crate::apple::zip::listing::BLOCK;
use crate::apple::zip::reader::Inflater;
use crate::apple::zip::window::Peek;

/// A descriptor and the signature behind it.
const DESCRIPTOR_SEARCHED: usize = DESCRIPTOR_LENGTH + 4;

/// What data of undeclared size turned out to be.
pub(super) enum Measured {
    /// The stream ends after this many compressed bytes.
    Whole { compressed: u64, size: u64, crc32: u32 },
    /// The window ends before the stream does.
    CutOff,
    /// The stream is damaged, after this many compressed bytes at the latest.
    Broken { at: u64 },
}

/// Finds where the data that begins at `data` ends. Inflated bytes are taken from the budget.
pub(super) fn measure(peek: &mut Peek, method: u16, data: u64, budget: &mut u64) -> io::Result<Measured> {
    match method {
        STORED => measure_stored(peek, data),
        DEFLATED | DEFLATED_64 => {
            let window = peek.window();
            let rest = window.slice(data, window.len().saturating_sub(data));
            measure_deflated(Inflater::new(method, rest), budget)
        }
        _ => Ok(Measured::Broken { at: 0 }),
    }
}

fn measure_deflated(mut inflater: Inflater, budget: &mut u64) -> io::Result<Measured> {
    let mut crc32 = crc32fast::Hasher::new();
    let mut scratch = vec![0; 64 << 10];
    let mut size = 0;
    while size <= *budget {
        match inflater.read(&mut scratch) {
            Ok(0) => {
                *budget -= size;
                return Ok(Measured::Whole {
                    compressed: inflater.consumed(),
                    size,
                    crc32: crc32.finalize(),
                });
            }
            Ok(count) => {
                crc32.update(scratch.get(..count).unwrap_or_default());
                size += count as u64;
            }
            Err(error) if error.kind() != ErrorKind::InvalidData => return Err(error),
            Err(_) if inflater.is_exhausted() => {
                return Ok(Measured::CutOff);
            }
            Err(_) => break,
        }
    }
    *budget = budget.saturating_sub(size);
    Ok(Measured::Broken { at: inflater.consumed() })
}

/// Finds the first descriptor that has the length and checksum of the data before it.
fn measure_stored(peek: &mut Peek, data: u64) -> io::Result<Measured> {
    let mut crc32 = crc32fast::Hasher::new();
    let mut length = 0;
    loop {
        let bytes = peek.at(data + length, BLOCK)?;
        let cut_off = bytes.len() < BLOCK;
        let last = if cut_off { bytes.len() } else { BLOCK - DESCRIPTOR_SEARCHED };
        let mut hashed = 0;
        for offset in 0..last {
            let size = length + offset as u64;
            if !describes(bytes, offset, size) {
                continue;
            }
            crc32.update(bytes.get(hashed..offset).unwrap_or_default());
            hashed = offset;
            let sum = crc32.clone().finalize();
            let rest = bytes.get(offset..).unwrap_or_default();
            if descriptor(rest, sum, size, size).is_some() {
                return Ok(Measured::Whole { compressed: size, size, crc32: sum });
            }
            // its length and then a header, but not its checksum: it ends here, and is damaged
            if let Some(length) = [12, 16, 20, 24].into_iter().find(|&length| begins_header(rest, length)) {
                return Ok(Measured::Broken { at: size + length as u64 });
            }
        }
        if cut_off {
            return Ok(Measured::CutOff);
        }
        crc32.update(bytes.get(hashed..last).unwrap_or_default());
        length += last as u64;
    }
}

/// Whether this may be the descriptor of stored data of this length. Without a signature it counts only in front
/// of a header, or a dozen zeros would do.
fn describes(bytes: &[u8], offset: usize, length: u64) -> bool {
    let Some(bytes) = bytes.get(offset..) else {
        return false;
    };
    let narrow = |at| u32_at(bytes, at).map(u64::from) == Some(length);
    let wide = |at| u64_at(bytes, at) == Some(length);
    let header = |at| begins_header(bytes, at);
    if bytes.starts_with(&DESCRIPTOR) {
        (narrow(8) && narrow(12)) || (wide(8) && wide(16))
    } else {
        (narrow(4) && narrow(8) && header(12)) || (wide(4) && wide(12) && header(20))
    }
}

fn begins_header(bytes: &[u8], at: usize) -> bool {
    bytes.get(at..).is_some_and(|rest| rest.starts_with(&LOCAL) || rest.starts_with(&CENTRAL))
}
