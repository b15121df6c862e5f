//! A small upright JPEG of a photo, whatever the photo is. Whatever the bytes are, this neither panics nor
//! needs more memory than its limits.
//!
//! The small picture that a camera put into its file is taken as it is, although one made from the photo
//! would be finer. It is forty times as fast to get, so a library of 100,000 photos is done in minutes.

use std::fs::File;
use std::io::{BufReader, Cursor, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use exif::{In, Tag};
use image::codecs::jpeg::JpegEncoder;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageEncoder, ImageFormat, ImageReader, Limits, Rgb, RgbImage};

use crate::category::photos::media::Format;

/// The shorter side of a small picture, in pixels.
const SHORT: u32 = 240;
/// The longer side, in pixels: panoramas.
const LONG: u32 = 640;
const QUALITY: u8 = 80;

/// Larger files have no small picture, in bytes.
const LARGEST_FILE: u64 = 256 << 20;
/// Larger photos have none, in pixels of a side.
const LARGEST_SIDE: u32 = 30_000;
/// What decoding one photo may take, in bytes.
const MOST_MEMORY: u64 = 512 << 20;
/// Coarser embedded pictures are not used, in pixels of the shorter side.
const COARSEST: u32 = 90;
/// Where the embedded picture of a RAW file is looked for, in bytes from its start.
const RAW_PREFIX: u64 = 8 << 20;
/// How much of a RAW file's start may hold the box with the orientation, in bytes.
const TIFF_WITHIN: usize = 4096;
/// How many JPEGs in a RAW file are tried.
const MOST_TRIES: u32 = 16;
/// Larger colour profiles are dropped, in bytes; Apple's have about 550.
const LARGEST_PROFILE: usize = 4096;

/// Whether this build can make a small picture of that format.
pub fn can_draw(format: Format) -> bool {
    match format {
        Format::Jpeg | Format::Png | Format::WebP | Format::Gif | Format::Tiff => true,
        Format::Heic | Format::Heif => cfg!(feature = "heic"),
        format => is_raw(format),
    }
}

/// Whether it is RAW of a kind that holds an ordinary JPEG.
fn is_raw(format: Format) -> bool {
    matches!(
        format,
        Format::Dng | Format::Cr2 | Format::Cr3 | Format::Nef | Format::Arw | Format::Orf | Format::Rw2
    )
}

/// A small JPEG of the photo at `path`; `None` if none can be had.
pub fn small(path: &Path, format: Format) -> Option<Vec<u8>> {
    let metadata = path.metadata().ok()?;
    if !metadata.is_file() || metadata.len() > LARGEST_FILE {
        return None;
    }
    // decoders promise not to panic; a photo that proves one wrong must not end the run
    catch_unwind(AssertUnwindSafe(|| encode(&scaled(drawn(path, format)?)))).ok().flatten()
}

struct Drawing {
    picture: DynamicImage,
    profile: Option<Vec<u8>>,
}

impl From<DynamicImage> for Drawing {
    fn from(picture: DynamicImage) -> Self {
        Drawing { picture, profile: None }
    }
}

fn drawn(path: &Path, format: Format) -> Option<Drawing> {
    match format {
        Format::Jpeg => embedded_in_jpeg(path).or_else(|| decoded(path, ImageFormat::Jpeg)),
        Format::Png => decoded(path, ImageFormat::Png),
        Format::WebP => decoded(path, ImageFormat::WebP),
        Format::Gif => decoded(path, ImageFormat::Gif),
        Format::Tiff => decoded(path, ImageFormat::Tiff),
        Format::Heic | Format::Heif => heic(path),
        format if is_raw(format) => embedded_in_raw(path),
        _ => None,
    }
}

fn limits() -> Limits {
    let mut limits = Limits::default();
    limits.max_image_width = Some(LARGEST_SIDE);
    limits.max_image_height = Some(LARGEST_SIDE);
    limits.max_alloc = Some(MOST_MEMORY);
    limits
}

fn reader(path: &Path, format: ImageFormat) -> Option<ImageReader<BufReader<File>>> {
    let mut reader = ImageReader::with_format(BufReader::new(File::open(path).ok()?), format);
    reader.limits(limits());
    Some(reader)
}

fn decoded(path: &Path, format: ImageFormat) -> Option<Drawing> {
    let mut decoder = reader(path, format)?.into_decoder().ok()?;
    let (width, height) = decoder.dimensions();
    if decoder.total_bytes() > MOST_MEMORY || width == 0 || height == 0 {
        return None;
    }
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let profile = decoder.icc_profile().ok().flatten().filter(|p| p.len() <= LARGEST_PROFILE);
    let is_colour = decoder.color_type().has_color();
    let mut picture = DynamicImage::from_decoder(decoder).ok()?;
    // turning is cheaper when the picture is small already
    picture = shrunk(picture);
    picture.apply_orientation(orientation);
    Some(Drawing { picture, profile: profile.filter(|_| is_colour) })
}

/// The picture that the camera embedded, if it shows what the photo shows.
fn embedded_in_jpeg(path: &Path) -> Option<Drawing> {
    let mut source = BufReader::new(File::open(path).ok()?);
    let tags = tags(exif::Reader::new().continue_on_error(true).read_from_container(&mut source))?;
    let mut picture = embedded(&tags)?;
    let (width, height) = reader(path, ImageFormat::Jpeg)?.into_dimensions().ok()?;
    // black bars, or a photo that was cropped later
    if !are_alike((width, height), (picture.width(), picture.height())) {
        return None;
    }
    picture.apply_orientation(orientation(&tags));
    Some(picture.into())
}

/// RAW files keep their pictures in many places; all have one as an ordinary JPEG, and the TIFF
/// block with the orientation at their start, or in the box `CMT1`.
fn embedded_in_raw(path: &Path) -> Option<Drawing> {
    let mut prefix = Vec::new();
    File::open(path).ok()?.take(RAW_PREFIX).read_to_end(&mut prefix).ok()?;
    let box_at = prefix.get(..TIFF_WITHIN).and_then(|head| find(head, b"CMT1"));
    let block = prefix.get(box_at.map_or(0, |at| at + 4)..).unwrap_or_default().to_vec();
    let tags = tags(exif::Reader::new().continue_on_error(true).read_raw(block));
    let picture = tags.as_ref().and_then(embedded);
    let mut picture = picture.or_else(|| first_jpeg(&prefix))?;
    picture.apply_orientation(tags.as_ref().map_or(Orientation::NoTransforms, orientation));
    Some(picture.into())
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}

/// The first JPEG in these bytes that can be decoded and is not too coarse.
fn first_jpeg(bytes: &[u8]) -> Option<DynamicImage> {
    let mut rest = bytes;
    for _ in 0..MOST_TRIES {
        rest = rest.get(find(rest, &[0xff, 0xd8, 0xff])?..)?;
        // what a RAW file's sensor data begin with is a JPEG that no viewer can show
        let is_picture = matches!(rest.get(3), Some(0xdb | 0xe0..=0xe2));
        if let Some(picture) = is_picture.then(|| jpeg(rest)).flatten() {
            return Some(picture);
        }
        rest = rest.get(3..)?;
    }
    None
}

fn jpeg(bytes: &[u8]) -> Option<DynamicImage> {
    let mut reader = ImageReader::with_format(Cursor::new(bytes), ImageFormat::Jpeg);
    reader.limits(limits());
    let picture = reader.decode().ok()?;
    (picture.width().min(picture.height()) >= COARSEST).then_some(picture)
}

fn tags(read: Result<exif::Exif, exif::Error>) -> Option<exif::Exif> {
    read.or_else(|error| error.distill_partial_result(|_| ())).ok()
}

fn embedded(tags: &exif::Exif) -> Option<DynamicImage> {
    let number = |tag| {
        let value = tags.get_field(tag, In::THUMBNAIL)?.value.get_uint(0)?;
        usize::try_from(value).ok()
    };
    let start = number(Tag::JPEGInterchangeFormat)?;
    let end = start.checked_add(number(Tag::JPEGInterchangeFormatLength)?)?;
    jpeg(tags.buf().get(start..end)?)
}

fn orientation(tags: &exif::Exif) -> Orientation {
    let stated = tags.get_field(Tag::Orientation, In::PRIMARY).and_then(|field| field.value.get_uint(0));
    let known = stated.and_then(|n| Orientation::from_exif(u8::try_from(n).ok()?));
    known.unwrap_or(Orientation::NoTransforms)
}

/// Whether two sizes have the same proportions, within 3 %.
fn are_alike(one: (u32, u32), other: (u32, u32)) -> bool {
    let (a, b) = (u64::from(one.0) * u64::from(other.1), u64::from(one.1) * u64::from(other.0));
    a > 0 && b > 0 && a.abs_diff(b) * 100 <= a.max(b) * 3
}

#[cfg(not(feature = "heic"))]
fn heic(_path: &Path) -> Option<Drawing> {
    None
}

#[cfg(feature = "heic")]
fn heic(path: &Path) -> Option<Drawing> {
    use heifer::heifer_isobmff::HeifFile;

    const MOST_PIXELS: u64 = 1 << 26;
    const SMALL_ITEM: u64 = 1 << 21;

    let bytes = std::fs::read(path).ok()?;
    let file = HeifFile::parse(&bytes).ok()?;
    let pixels = |id| {
        let size = file.image_size(id).ok().flatten();
        size.map_or(u64::MAX, |(width, height)| u64::from(width) * u64::from(height))
    };
    let items = file.referencing_items(file.primary_id, b"thmb");
    let item = items.into_iter().filter(|&id| pixels(id) <= SMALL_ITEM).max_by_key(|&id| pixels(id));
    let ready = item.and_then(|id| heifer::decode_item(&file, id, 0).ok());
    if let Some(picture) = ready.filter(|p| p.width.min(p.height) >= COARSEST) {
        let shift = picture.bit_depth.saturating_sub(8);
        let samples = picture.data.iter().map(|&sample| u8::try_from(sample >> shift).unwrap_or(u8::MAX));
        let picture = image::RgbaImage::from_raw(picture.width, picture.height, samples.collect())?;
        return Some(DynamicImage::ImageRgba8(picture).into());
    }
    let options = heifer::Options { max_threads: 1, max_pixels: MOST_PIXELS };
    let picture = heifer::decode_srgb_rgba8(&bytes, &options).ok()?;
    let picture = image::RgbaImage::from_raw(picture.width, picture.height, picture.data)?;
    Some(DynamicImage::ImageRgba8(picture).into())
}

fn shrunk(picture: DynamicImage) -> DynamicImage {
    let (width, height) = (f64::from(picture.width()), f64::from(picture.height()));
    let (short, long) = (width.min(height), width.max(height));
    let scale = (f64::from(SHORT) / short).min(f64::from(LONG) / long);
    if scale >= 1.0 {
        return picture;
    }
    let side = |length: f64| ((length * scale).round() as u32).max(1);
    picture.thumbnail_exact(side(width), side(height))
}

fn scaled(drawing: Drawing) -> Drawing {
    Drawing { picture: shrunk(drawing.picture), ..drawing }
}

fn encode(drawing: &Drawing) -> Option<Vec<u8>> {
    let opaque = opaque(&drawing.picture);
    let mut bytes = Vec::new();
    let mut encoder = JpegEncoder::new_with_quality(&mut bytes, QUALITY);
    if let Some(profile) = &drawing.profile {
        // a picture without its profile is a little pale, and better than none
        let _ = encoder.set_icc_profile(profile.clone());
    }
    encoder.encode_image(&opaque).ok()?;
    Some(bytes)
}

/// What is transparent becomes white, as on paper.
fn opaque(picture: &DynamicImage) -> RgbImage {
    if !picture.color().has_alpha() {
        return picture.to_rgb8();
    }
    let source = picture.to_rgba8();
    let over_white = |channel: u8, alpha: u8| {
        let (channel, alpha) = (u16::from(channel), u16::from(alpha));
        u8::try_from((channel * alpha + 255 * (255 - alpha)) / 255).unwrap_or(u8::MAX)
    };
    RgbImage::from_fn(source.width(), source.height(), |x, y| {
        let [red, green, blue, alpha] = source.get_pixel(x, y).0;
        Rgb([over_white(red, alpha), over_white(green, alpha), over_white(blue, alpha)])
    })
}

#[cfg(test)]
mod tests {
    use super::{LONG, SHORT, are_alike, can_draw, small};
    use crate::category::photos::media::Format;
    use std::path::{Path, PathBuf};

    fn fixture(name: &str) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/media").join(name)
    }

    fn size(bytes: &[u8]) -> (u32, u32) {
        let picture = image::load_from_memory_with_format(bytes, image::ImageFormat::Jpeg).unwrap();
        (picture.width(), picture.height())
    }

    /// A white picture with a black top left corner, stored in that orientation.
    fn corner(orientation: u8) -> Vec<u8> {
        let picture = image::RgbImage::from_fn(600, 400, |x, y| {
            image::Rgb(if x < 150 && y < 100 { [0; 3] } else { [255; 3] })
        });
        let mut jpeg = Vec::new();
        image::codecs::jpeg::JpegEncoder::new(&mut jpeg).encode_image(&picture).unwrap();
        let mut exif = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".to_vec();
        exif.extend([orientation, 0, 0, 0, 0, 0, 0]);
        let mut whole = vec![0xff, 0xd8, 0xff, 0xe1, 0, u8::try_from(exif.len() + 2).unwrap()];
        whole.extend(exif);
        whole.extend(&jpeg[2..]);
        whole
    }

    #[test]
    fn orientation_is_honoured() {
        let folder = tempfile::tempdir().unwrap();
        // where the stored top left corner is on the screen: right, below
        for (orientation, right, below) in
            [(1, false, false), (2, true, false), (3, true, true), (6, true, false), (8, false, true)]
        {
            let path = folder.path().join("a.jpg");
            std::fs::write(&path, corner(orientation)).unwrap();
            let bytes = small(&path, Format::Jpeg).unwrap();
            let picture = image::load_from_memory(&bytes).unwrap().to_luma8();
            let (width, height) = picture.dimensions();
            assert_eq!(width < height, orientation >= 5, "{orientation}");
            let x = if right { width - 4 } else { 4 };
            let y = if below { height - 4 } else { 4 };
            assert!(picture.get_pixel(x, y).0[0] < 60, "{orientation}");
        }
    }

    #[test]
    fn fixtures_have_small_pictures() {
        for (name, format) in [
            ("jpeg/IMG_3589.JPG", Format::Jpeg),
            ("jpeg/ultrahdr.jpg", Format::Jpeg),
            ("png/density_plot.png", Format::Png),
            ("other/Issue_473_(Java).webp", Format::WebP),
            ("other/exif.tif", Format::Tiff),
            ("raw/sample.cr2", Format::Cr2),
        ] {
            let bytes = small(&fixture(name), format).unwrap_or_else(|| panic!("{name}"));
            let (width, height) = size(&bytes);
            assert!(width.max(height) <= LONG, "{name}");
            assert!(width.min(height) <= SHORT.max(width.max(height)), "{name}");
        }
    }

    #[test]
    fn hostile_bytes_have_none_and_do_no_harm() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("bad");
        let whole = std::fs::read(fixture("png/exif.png")).unwrap();
        let heic = std::fs::read(fixture("heic/empty_icc.heic")).unwrap();
        let mut huge = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
        huge.extend([0x7f, 0xff, 0xff, 0xff, 0x7f, 0xff, 0xff, 0xff, 8, 6, 0, 0, 0, 0, 0, 0, 0]);
        for bytes in [&b""[..], b"\xff\xd8\xff", b"GIF89a", &whole[..40], &heic[..heic.len() / 3], &huge] {
            std::fs::write(&path, bytes).unwrap();
            for format in [
                Format::Jpeg,
                Format::Png,
                Format::WebP,
                Format::Gif,
                Format::Tiff,
                Format::Dng,
                Format::Heic,
                Format::Mov,
                Format::Unknown,
            ] {
                assert_eq!(small(&path, format), None, "{format:?}");
            }
        }
        assert_eq!(small(folder.path(), Format::Jpeg), None);
        assert_eq!(small(&folder.path().join("none"), Format::Jpeg), None);
    }

    #[test]
    fn proportions() {
        assert!(are_alike((4032, 3024), (160, 120)));
        assert!(!are_alike((6000, 4000), (160, 120)));
        assert!(!are_alike((3024, 4032), (160, 120)));
        assert!(!are_alike((0, 0), (160, 120)));
    }

    #[test]
    fn formats_of_the_build() {
        assert!(can_draw(Format::Jpeg));
        assert_eq!(can_draw(Format::Heic), cfg!(feature = "heic"));
        assert!(!can_draw(Format::Mov));
    }
}
