//! Decodes HEIC, and single pictures of HEVC by putting them into a HEIC of their own.

use heifer::heifer_isobmff::HeifFile;
use heifer::heifer_isobmff::boxes::{ColorInfo, HevcConfig, Property};
use heifer::heifer_isobmff::writer::{HeifWriter, ImageSpec};
use heifer::{Image, Options};
use image::RgbImage;
use image::metadata::Orientation;

use super::bounds::is_bounded;
use crate::picture::limits::Share;
use crate::picture::raster::over_white;
use crate::picture::{Enough, Limits, Picture, Undrawable};

/// Tiles of small pictures may be larger than they are, in pixels.
const SMALL: u64 = 1 << 22;
/// Pieces of one coded picture.
const MOST_UNITS: usize = 1 << 14;

/// The boxes of a file whose picture is what photos are.
pub fn parsed(bytes: &[u8]) -> Result<HeifFile<'_>, Undrawable> {
    let file = HeifFile::parse(bytes).map_err(Undrawable::damaged)?;
    match is_bounded(&file, file.primary_id, bytes.len()) {
        true => Ok(file),
        false => Err(Undrawable::damaged("it is made of more than it says")),
    }
}

pub fn primary(bytes: &[u8], file: &HeifFile<'_>, limits: &Limits) -> Result<Picture, Undrawable> {
    let (width, height) = file.image_size(file.primary_id).map_err(Undrawable::damaged)?.unwrap_or((0, 0));
    let share = limits.share(width, height, 0)?;
    let profile = file.icc_profile(file.primary_id).ok().flatten().map(<[u8]>::to_vec);
    decoded(bytes, (width, height), profile, share)
}

/// The small picture that the camera put beside the photo, if it is large enough and turned and shaped alike.
pub fn beside(bytes: &[u8], file: &HeifFile<'_>, enough: Enough, limits: &Limits) -> Option<Picture> {
    let size = |id| file.image_size(id).ok().flatten();
    let properties = |id| Some(file.item_properties(id).ok()?.cloned().collect::<Vec<_>>());
    let large = size(file.primary_id)?;
    let turns = turns(&properties(file.primary_id)?)?;
    let small = file.referencing_items(file.primary_id, b"thmb").into_iter();
    let will_do = |id: &_| size(*id).is_some_and(|(w, h)| enough.is_met_by(w, h) && are_alike(large, (w, h)));
    let id = small.filter(will_do).min_by_key(|id| size(*id))?;
    let of_small = properties(id)?;
    if self::turns(&of_small)? != turns || !is_bounded(file, id, bytes.len()) {
        return None;
    }
    let colour = of_small.into_iter().find_map(|property| match property {
        Property::Color(colour @ ColorInfo::Nclx { .. }) => Some(colour),
        _ => None,
    });
    let profile = file.icc_profile(id).ok().flatten().or(file.icc_profile(file.primary_id).ok().flatten());
    let config = file.hevc_config(id).ok().flatten()?.clone();
    let data = file.item_data(id).ok()?;
    let mut picture = coded(config, &data, size(id)?, (colour, profile.map(<[u8]>::to_vec)), limits).ok()?;
    let mut turned = image::DynamicImage::ImageRgb8(std::mem::take(&mut picture.pixels));
    for turn in turns {
        turned = match turn {
            Property::Rotation(1) => turned.rotate270(),
            Property::Rotation(2) => turned.rotate180(),
            Property::Rotation(3) => turned.rotate90(),
            Property::Mirror(true) => turned.flipv(),
            Property::Mirror(false) => turned.fliph(),
            _ => turned,
        };
    }
    picture.pixels = turned.into_rgb8();
    Some(picture)
}

/// How a picture is turned; `None` if it is cropped, too.
fn turns(properties: &[Property]) -> Option<Vec<Property>> {
    let is_cropped = properties.iter().any(|property| matches!(property, Property::CleanAperture { .. }));
    let is_turn = |property: &&Property| matches!(property, Property::Rotation(_) | Property::Mirror(_));
    (!is_cropped).then(|| properties.iter().filter(is_turn).cloned().collect())
}

/// Whether two sizes have the same proportions, within 2 %.
fn are_alike(one: (u32, u32), other: (u32, u32)) -> bool {
    let (a, b) = (u64::from(one.0) * u64::from(other.1), u64::from(one.1) * u64::from(other.0));
    a.abs_diff(b) * 50 <= a.max(b)
}

/// One picture of HEVC: what a track or an item says of it, its bytes, its size, and its colours.
pub fn coded(
    config: HevcConfig,
    data: &[u8],
    (width, height): (u32, u32),
    (colour, profile): (Option<ColorInfo>, Option<Vec<u8>>),
    limits: &Limits,
) -> Result<Picture, Undrawable> {
    let share = limits.share(width, height, 0)?;
    let slices = units(data, usize::from(config.nal_length_size));
    let config = HevcConfig { nal_length_size: 4, ..config };
    let mut writer = HeifWriter::new();
    writer.add_image(&ImageSpec { color: colour, ..ImageSpec::new(width, height, config, &slices) });
    decoded(&writer.finish(), (width, height), profile, share)
}

/// The units of HEVC in these bytes, each behind its length.
fn units(mut data: &[u8], length_size: usize) -> Vec<Vec<u8>> {
    let mut units = Vec::new();
    while let Some((length, rest)) = data.split_at_checked(length_size).filter(|_| units.len() < MOST_UNITS) {
        let length = length.iter().fold(0_usize, |length, byte| length << 8 | usize::from(*byte));
        let Some((unit, rest)) = rest.split_at_checked(length) else { break };
        units.push(unit.to_vec());
        data = rest;
    }
    units
}

fn decoded(
    bytes: &[u8],
    (width, height): (u32, u32),
    profile: Option<Vec<u8>>,
    share: Share,
) -> Result<Picture, Undrawable> {
    // what is coded may be a little larger than what is shown, and must not be much larger than was said
    let stated = u64::from(width) * u64::from(height);
    let options = Options { max_threads: 1, max_pixels: (stated * 2).max(SMALL) };
    let image = match profile {
        Some(_) => heifer::decode_rgba8(bytes, &options),
        // brighter than sRGB can be: as it is, which is a little pale
        None => heifer::decode_srgb_rgba8(bytes, &options).or_else(|error| match error {
            heifer::Error::Unsupported(_) => heifer::decode_rgba8(bytes, &options),
            error => Err(error),
        }),
    };
    let image = image.map_err(Undrawable::damaged)?;
    let pixels = RgbImage::from_raw(image.width, image.height, opaque(image));
    let pixels = pixels.filter(|pixels| pixels.width() > 0 && pixels.height() > 0);
    let pixels = pixels.ok_or_else(|| Undrawable::damaged("it ends too early"))?;
    Ok(Picture::new(pixels, profile, Orientation::NoTransforms, share))
}

fn opaque(mut image: Image<u8>) -> Vec<u8> {
    if image.has_alpha {
        for pixel in image.data.chunks_exact_mut(4) {
            if let [red, green, blue, alpha] = pixel {
                [*red, *green, *blue] = [*red, *green, *blue].map(|channel| over_white(channel, *alpha));
            }
        }
    }
    image.into_rgb8()
}
