//! JPEGs of photos for programs that know nothing else: upright, with their colours, and with what their EXIF
//! says.

use std::path::Path;

use image::RgbImage;
use jpeg_encoder::{ColorType, Encoder, EncodingError, SamplingFactor};

use super::{Enough, Limits, Undrawable, exif_of, guarded, stored, tags};
use crate::category::photos::media::Format;

/// How a JPEG is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Encoding {
    /// From 1 to 100.
    pub quality: u8,
    /// The longer side has no more pixels than this.
    pub long_edge: Option<u32>,
}

impl Default for Encoding {
    /// As large as it is, and looking the same.
    fn default() -> Self {
        Encoding { quality: 90, long_edge: None }
    }
}

/// The longest side of a JPEG, in pixels.
const LONGEST: u32 = 65_535;

/// What a JPEG carries besides its pixels.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Carrying<'a> {
    /// An ICC profile.
    pub profile: Option<&'a [u8]>,
    /// A TIFF block.
    pub exif: Option<&'a [u8]>,
}

/// A JPEG of the photo in a file, with its profile and its EXIF; of a RAW file the picture in it.
///
/// # Errors
/// If it cannot be drawn.
pub fn jpeg(
    path: &Path,
    format: Format,
    encoding: &Encoding,
    limits: &Limits,
) -> Result<Vec<u8>, Undrawable> {
    guarded(|| {
        let mut picture = stored(path, format, Enough::Whole, limits)?;
        // turning is cheaper when the picture is small already
        picture.shrink(encoding.long_edge.unwrap_or(LONGEST).clamp(1, LONGEST));
        picture.turn_upright();
        let exif = exif_of(path, format).and_then(|exif| tags::block(exif, picture.pixels.dimensions()));
        let carrying = Carrying { profile: picture.profile.as_deref(), exif: exif.as_deref() };
        encode(&picture.pixels, carrying, encoding.quality)
    })
}

/// A JPEG of these pixels.
pub(super) fn encode(pixels: &RgbImage, carrying: Carrying<'_>, quality: u8) -> Result<Vec<u8>, Undrawable> {
    let side = |side: u32| u16::try_from(side).map_err(|_| Undrawable::TooLarge);
    let (width, height) = (side(pixels.width())?, side(pixels.height())?);
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, quality.clamp(1, 100));
    // tables made for each picture would save 2 %, but come in scans that not every decoder knows
    encoder.set_sampling_factor(SamplingFactor::F_2_2);
    if let Some(exif) = carrying.exif {
        encoder.add_exif_metadata(exif)?;
    }
    if let Some(profile) = carrying.profile {
        // one that is too large for a JPEG is left out: colours a little off are better than no picture
        let _ = encoder.add_icc_profile(profile);
    }
    encoder.encode(pixels.as_raw(), width, height, ColorType::Rgb)?;
    Ok(bytes)
}

impl From<EncodingError> for Undrawable {
    fn from(error: EncodingError) -> Self {
        Undrawable::damaged(error)
    }
}
