//! The first picture of a movie, if it is HEVC.
//!
//! A phone's movie begins with a whole picture, which is coded like a HEIC photo. Where it lies is in the tables
//! of `moov`; nothing else of the media data is read.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use heifer::heifer_isobmff::boxes::HevcConfig;

use super::{Limits, Picture, Undrawable, heic};
use crate::category::photos::media::first_picture;

/// More is not read of one picture, in bytes.
const LARGEST: u64 = 16 << 20;

/// The picture, not yet turned.
pub fn decode(path: &Path, limits: &Limits) -> Result<Picture, Undrawable> {
    let mut file = File::open(path)?;
    let size = file.metadata()?.len();
    let first = first_picture(&mut file, size).ok_or(Undrawable::Format)?;
    let config = HevcConfig::parse(&first.config).map_err(Undrawable::damaged)?;
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(first.offset))?;
    file.take(first.length.min(LARGEST)).read_to_end(&mut bytes)?;
    let mut picture = heic::coded(config, &bytes, (first.width, first.height), (None, None), limits)?;
    picture.turn = first.turn;
    Ok(picture)
}
