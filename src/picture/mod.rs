//! What photos and movies look like: their pixels, and smaller or other JPEGs of them.
//!
//! Whatever the bytes are, this neither panics nor takes more than its [`Limits`]: a picture that cannot be
//! drawn is an [`Undrawable`] with words why, and the others go on. It changes no photo.
//!
//! Of a RAW file the picture is the one that the camera put into it; nothing is developed. Of a movie it is the
//! first one, if it is HEVC, as iPhones record: the decoder of HEIC photos knows these too. None that we have
//! reads H.264.

// bytes from strangers are never indexed into
#![cfg_attr(not(test), deny(clippy::indexing_slicing))]

mod copy;
mod heic;
mod kept;
mod limits;
#[cfg(feature = "heic")]
mod movie;
mod raster;
mod raw;
mod scale;
mod tags;
mod thumbnails;

use std::cell::Cell;
use std::fs::File;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use image::metadata::Orientation;
use image::{DynamicImage, RgbImage};

use crate::category::photos::media::{Carried, Format, carried};

pub use copy::{Encoding, jpeg};
pub use kept::thumbnail;
pub use limits::Limits;
pub use scale::within;
pub use thumbnails::{Drawn, Previews, Wanted, WhyNone, make, make_in, previews_to_make};

/// Larger photos are not read, in bytes.
const LARGEST_FILE: u64 = 256 << 20;

/// A decoded picture.
#[derive(Debug)]
pub struct Picture {
    /// What was transparent is white, as on paper.
    pub pixels: RgbImage,
    /// The ICC profile of these pixels; without one they are sRGB.
    pub profile: Option<Vec<u8>>,
    /// How the pixels still have to be turned.
    turn: Orientation,
    /// Held until the picture is dropped.
    _share: limits::Share,
}

/// Why a picture cannot be drawn.
#[derive(Debug, thiserror::Error)]
pub enum Undrawable {
    /// The system does not give its bytes.
    #[error("cannot be read: {0}")]
    Unreadable(#[from] io::Error),
    /// Nothing here reads what it is.
    #[error("nothing here can draw what it is")]
    Format,
    /// It has more pixels than any may have, or than this machine has memory for, or is too large a file.
    #[error("is too large to be drawn")]
    TooLarge,
    /// Its bytes are no such picture.
    #[error("is damaged, or of a kind that cannot be drawn ({0})")]
    Damaged(String),
    /// It made a decoder panic.
    #[error("is damaged so that its decoder gave up")]
    Panicked,
}

impl Undrawable {
    /// Damaged, in the words of a decoder, which may think that they have a page for themselves.
    fn damaged(error: impl ToString) -> Self {
        let error = error.to_string();
        Undrawable::Damaged(error.split_whitespace().collect::<Vec<_>>().join(" "))
    }
}

/// Whether this build draws some of the files of that format.
pub fn can_draw(format: Format) -> bool {
    match format {
        Format::Heic | Format::Heif | Format::Mov | Format::Mp4 => cfg!(feature = "heic"),
        format => raster::known(format).is_some() || format.is_known_raw(),
    }
}

/// Whether every browser shows photos of that format itself.
pub fn is_for_browsers(format: Format) -> bool {
    matches!(format, Format::Jpeg | Format::Png | Format::Gif | Format::WebP | Format::Avif | Format::Bmp)
}

/// The picture in a file, upright.
///
/// # Errors
/// If it cannot be drawn.
pub fn decode(path: &Path, format: Format, limits: &Limits) -> Result<Picture, Undrawable> {
    guarded(|| {
        let mut picture = stored(path, format, Enough::Whole, limits)?;
        picture.turn_upright();
        Ok(picture)
    })
}

/// How large a picture has to be. A smaller one that the camera put beside or into the photo may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Enough {
    /// The longer side has at least so many pixels.
    LongEdge(u32),
    /// The largest there is.
    Whole,
}

impl Enough {
    fn is_met_by(self, width: u32, height: u32) -> bool {
        match self {
            Enough::LongEdge(long_edge) => width.max(height) >= long_edge,
            Enough::Whole => false,
        }
    }
}

/// The picture as it is stored, not yet turned.
fn stored(path: &Path, format: Format, enough: Enough, limits: &Limits) -> Result<Picture, Undrawable> {
    let metadata = path.metadata()?;
    if !metadata.is_file() {
        return Err(Undrawable::Format);
    }
    if matches!(format, Format::Mov | Format::Mp4) {
        #[cfg(feature = "heic")]
        return movie::decode(path, limits);
        #[cfg(not(feature = "heic"))]
        return Err(Undrawable::Format);
    }
    if metadata.len() > LARGEST_FILE {
        return Err(Undrawable::TooLarge);
    }
    match format {
        Format::Heic | Format::Heif => heic::decode(path, enough, limits),
        format if format.is_known_raw() => raw::decode(path, format, enough, limits),
        format => match raster::known(format) {
            Some(known) => raster::decode(path, known, limits),
            None => Err(Undrawable::Format),
        },
    }
}

thread_local! {
    static IS_GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// Decoders promise not to panic; a photo that proves one wrong must not end the run.
fn guarded<T>(draw: impl FnOnce() -> Result<T, Undrawable>) -> Result<T, Undrawable> {
    let was = IS_GUARDED.replace(true);
    let drawn = catch_unwind(AssertUnwindSafe(draw));
    IS_GUARDED.set(was);
    drawn.unwrap_or(Err(Undrawable::Panicked))
}

/// Whether a panic of this thread costs no more than a picture, so that nobody need hear of it.
pub fn is_panic_expected() -> bool {
    IS_GUARDED.get()
}

impl Picture {
    fn new(pixels: RgbImage, profile: Option<Vec<u8>>, turn: Orientation, share: limits::Share) -> Self {
        Picture { pixels, profile: profile.filter(|profile| is_of_rgb(profile)), turn, _share: share }
    }

    /// Makes it smaller, if its longer side has more pixels than this.
    fn shrink(&mut self, long_edge: u32) {
        if let Some(smaller) = scale::to_long_edge(&self.pixels, long_edge) {
            self.pixels = smaller;
        }
    }

    fn turn_upright(&mut self) {
        let turn = std::mem::replace(&mut self.turn, Orientation::NoTransforms);
        if turn != Orientation::NoTransforms {
            let mut picture = DynamicImage::ImageRgb8(std::mem::take(&mut self.pixels));
            picture.apply_orientation(turn);
            self.pixels = picture.into_rgb8();
        }
    }
}

/// Profiles of paper, ink and grey do not fit what is decoded.
fn is_of_rgb(profile: &[u8]) -> bool {
    profile.get(16..20) == Some(b"RGB ")
}

/// What EXIF says of a photo.
fn exif_of(path: &Path, format: Format) -> Option<Carried> {
    let mut file = File::open(path).ok()?;
    let size = file.metadata().ok()?.len();
    carried(&mut file, size, format)
}

#[cfg(test)]
mod tests;
