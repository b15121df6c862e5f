//! Photos of iPhones. The boxes `irot` and `imir` say how to turn them, which the decoder does; their EXIF
//! orientation says it once more and is ignored.

#[cfg(feature = "heic")]
mod bounds;
#[cfg(feature = "heic")]
mod decoding;

use std::path::Path;

use super::{Enough, Limits, Picture, Undrawable};

#[cfg(feature = "heic")]
pub use decoding::coded;

#[cfg(not(feature = "heic"))]
pub fn decode(_path: &Path, _enough: Enough, _limits: &Limits) -> Result<Picture, Undrawable> {
    Err(Undrawable::Format)
}

/// The picture in a file, or the one that the camera put beside it if that is large enough.
#[cfg(feature = "heic")]
pub fn decode(path: &Path, enough: Enough, limits: &Limits) -> Result<Picture, Undrawable> {
    let bytes = std::fs::read(path)?;
    let file = decoding::parsed(&bytes)?;
    match decoding::beside(&bytes, &file, enough, limits) {
        Some(picture) => Ok(picture),
        None => decoding::primary(&bytes, &file, limits),
    }
}
