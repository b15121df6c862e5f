//! Pictures that the crate `image` decodes.

use std::fs::File;
use std::io::{BufRead, BufReader, Seek};
use std::path::Path;

use image::metadata::Orientation;
use image::{
    DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits as ImageLimits, Rgb, RgbImage,
};

use super::{Limits, Picture, Undrawable, exif_of, tags};
use crate::category::photos::media::Format;

/// What a decoder may allocate for itself, in bytes.
const MOST_MEMORY: u64 = 2 << 30;
/// The same for PNG, whose profiles and texts are deflated and need no more than this.
const MOST_MEMORY_OF_PNG: u64 = 64 << 20;

/// What `image` calls a format of ours.
pub fn known(format: Format) -> Option<ImageFormat> {
    match format {
        Format::Jpeg => Some(ImageFormat::Jpeg),
        Format::Png => Some(ImageFormat::Png),
        Format::WebP => Some(ImageFormat::WebP),
        Format::Gif => Some(ImageFormat::Gif),
        Format::Tiff => Some(ImageFormat::Tiff),
        Format::Bmp => Some(ImageFormat::Bmp),
        _ => None,
    }
}

pub fn decode(path: &Path, format: ImageFormat, limits: &Limits) -> Result<Picture, Undrawable> {
    let mut picture = read(BufReader::new(File::open(path)?), format, limits)?;
    // the decoder refuses EXIF that begins as it does in a JPEG
    if format == ImageFormat::WebP
        && let Some(turn) = exif_of(path, Format::WebP).as_ref().and_then(tags::orientation)
    {
        picture.turn = turn;
    }
    Ok(picture)
}

/// The picture in these bytes, as it is stored.
pub fn read(
    source: impl BufRead + Seek,
    format: ImageFormat,
    limits: &Limits,
) -> Result<Picture, Undrawable> {
    let mut reader = ImageReader::with_format(source, format);
    let mut within = ImageLimits::default();
    let of_png = format == ImageFormat::Png;
    within.max_alloc = Some(if of_png { MOST_MEMORY_OF_PNG } else { MOST_MEMORY });
    reader.limits(within);
    let mut decoder = reader.into_decoder()?;
    let (width, height) = decoder.dimensions();
    let share = limits.share(width, height, decoder.total_bytes())?;
    let turn = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let profile = decoder.icc_profile().ok().flatten();
    let is_colour = decoder.color_type().has_color();
    let pixels = opaque(DynamicImage::from_decoder(decoder)?);
    Ok(Picture::new(pixels, profile.filter(|_| is_colour), turn, share))
}

impl From<ImageError> for Undrawable {
    fn from(error: ImageError) -> Self {
        match error {
            ImageError::Limits(_) => Undrawable::TooLarge,
            error => Undrawable::damaged(error),
        }
    }
}

/// What is transparent becomes white, as on paper.
fn opaque(picture: DynamicImage) -> RgbImage {
    if !picture.color().has_alpha() {
        return picture.into_rgb8();
    }
    let source = picture.into_rgba8();
    RgbImage::from_fn(source.width(), source.height(), |x, y| {
        let [red, green, blue, alpha] = source.get_pixel(x, y).0;
        Rgb([red, green, blue].map(|channel| over_white(channel, alpha)))
    })
}

/// A channel of a pixel that is so opaque, on white.
pub fn over_white(channel: u8, alpha: u8) -> u8 {
    let (channel, alpha) = (u16::from(channel), u16::from(alpha));
    u8::try_from((channel * alpha + 255 * (255 - alpha) + 127) / 255).unwrap_or(u8::MAX)
}
