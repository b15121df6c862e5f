//! Pictures of every kind, drawn and compared with what they should be.

use std::fs;
use std::path::{Path, PathBuf};

use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, ImageBuffer, ImageEncoder, ImageFormat, Luma, Rgb, RgbImage, Rgba, RgbaImage};
use jpeg_encoder::{ColorType, Encoder};

use super::{Encoding, Limits, Picture, Undrawable, can_draw, decode, guarded, is_for_browsers, jpeg};
use crate::category::photos::media::{self, Format, LocalTime};

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/media").join(name)
}

fn limits() -> Limits {
    Limits::within(1 << 30)
}

fn drawn(bytes: &[u8], format: Format) -> Result<Picture, Undrawable> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("photo");
    fs::write(&path, bytes).unwrap();
    decode(&path, format, &limits())
}

fn copied(path: &Path, format: Format, long_edge: Option<u32>) -> Vec<u8> {
    jpeg(path, format, &Encoding { long_edge, ..Encoding::default() }, &limits()).unwrap()
}

fn embedded(jpeg: &[u8]) -> media::Embedded {
    media::read(&mut std::io::Cursor::new(jpeg), jpeg.len() as u64)
}

fn profile(jpeg: &[u8]) -> Option<Vec<u8>> {
    use image::ImageDecoder;
    let mut decoder = image::codecs::jpeg::JpegDecoder::new(std::io::Cursor::new(jpeg)).unwrap();
    decoder.icc_profile().unwrap()
}

fn pixels(jpeg: &[u8]) -> RgbImage {
    image::load_from_memory_with_format(jpeg, ImageFormat::Jpeg).unwrap().to_rgb8()
}

fn encoded(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// A JPEG of these pixels, stored in that orientation.
fn oriented(picture: &RgbImage, orientation: u8) -> Vec<u8> {
    let mut jpeg = Vec::new();
    JpegEncoder::new_with_quality(&mut jpeg, 95).encode_image(picture).unwrap();
    let mut exif = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".to_vec();
    exif.extend([orientation, 0, 0, 0, 0, 0, 0]);
    let length = u16::try_from(exif.len() + 2).unwrap().to_be_bytes();
    [&[0xff, 0xd8, 0xff, 0xe1], &length[..], &exif, &jpeg[2..]].concat()
}

/// Four fields, of which each has a colour of its own.
const FIELDS: [[u8; 3]; 4] = [[200, 30, 30], [30, 200, 30], [30, 30, 200], [220, 220, 220]];

fn fields(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        Rgb(FIELDS[usize::from(x >= width / 2) + 2 * usize::from(y >= height / 2)])
    })
}

/// Which field of the stored picture is at the four corners on the screen: top left, top right, below them.
fn corners(picture: &RgbImage) -> [usize; 4] {
    let (width, height) = picture.dimensions();
    let nearest = |x, y| {
        let Rgb(found) = *picture.get_pixel(x, y);
        let distance =
            |field: &[u8; 3]| field.iter().zip(found).map(|(a, b)| u32::from(a.abs_diff(b))).sum::<u32>();
        (0..4).min_by_key(|index| distance(&FIELDS[*index])).unwrap()
    };
    let (left, right, top, bottom) = (width / 4, width * 3 / 4, height / 4, height * 3 / 4);
    [nearest(left, top), nearest(right, top), nearest(left, bottom), nearest(right, bottom)]
}

#[test]
fn every_orientation_is_upright() {
    for (orientation, expected) in [
        (1, [0, 1, 2, 3]),
        (2, [1, 0, 3, 2]),
        (3, [3, 2, 1, 0]),
        (4, [2, 3, 0, 1]),
        (5, [0, 2, 1, 3]),
        (6, [2, 0, 3, 1]),
        (7, [3, 1, 2, 0]),
        (8, [1, 3, 0, 2]),
        (9, [0, 1, 2, 3]),
    ] {
        let stored = oriented(&fields(60, 40), orientation);
        let picture = drawn(&stored, Format::Jpeg).unwrap();
        let upright = if (5..9).contains(&orientation) { (40, 60) } else { (60, 40) };
        assert_eq!(picture.pixels.dimensions(), upright, "{orientation}");
        assert_eq!(corners(&picture.pixels), expected, "{orientation}");

        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("photo.jpg");
        fs::write(&path, &stored).unwrap();
        let copy = copied(&path, Format::Jpeg, Some(30));
        // whoever reads the copy's EXIF must not turn it again
        let copy = drawn(&copy, Format::Jpeg).unwrap();
        assert_eq!(corners(&copy.pixels), expected, "{orientation}");
        assert_eq!(copy.pixels.dimensions().0.max(copy.pixels.dimensions().1), 30);
    }
}

#[test]
fn fixtures_are_drawn() {
    for (name, format, size) in [
        ("jpeg/IMG_3589.JPG", Format::Jpeg, None),
        ("jpeg/ultrahdr.jpg", Format::Jpeg, None),
        ("png/density_plot.png", Format::Png, Some((800, 800))),
        ("other/exif.tif", Format::Tiff, Some((15, 7))),
        // its EXIF begins as it does in a JPEG, and says that it lies on its side
        ("other/Issue_473_(Java).webp", Format::WebP, Some((240, 320))),
        ("raw/sample.cr2", Format::Cr2, Some((1600, 1200))),
        ("raw/canon-r6.cr3", Format::Cr3, None),
        ("raw/sample.dng", Format::Dng, Some((128, 96))),
    ] {
        let picture = decode(&fixture(name), format, &limits());
        let picture = picture.unwrap_or_else(|error| panic!("{name}: {error}"));
        if let Some(size) = size {
            assert_eq!(picture.pixels.dimensions(), size, "{name}");
        }
    }
}

#[cfg(feature = "heic")]
#[test]
fn a_photo_of_an_iphone_keeps_its_colours_its_date_and_its_place() {
    let path = fixture("heic/empty_icc.heic");
    let copy = copied(&path, Format::Heic, None);
    let picture = decode(&path, Format::Heic, &limits()).unwrap();
    assert_eq!(pixels(&copy).dimensions(), picture.pixels.dimensions());
    let profile = profile(&copy).unwrap();
    assert_eq!(Some(&profile), picture.profile.as_ref());
    let text: Vec<u8> = profile.iter().copied().filter(|byte| *byte != 0).collect();
    assert!(text.windows(10).any(|text| text == b"Display P3"), "in UTF-16");
    let (said, before) = (embedded(&copy), embedded(&fs::read(&path).unwrap()));
    assert!(before.exif.is_some() && before.camera.model() == Some("iPhone XS"));
    assert_eq!(said.exif, before.exif);
    assert_eq!(said.camera, before.camera);
    assert_eq!(said.position, before.position);
    assert_eq!(said.content_identifier, before.content_identifier, "the maker's note is whole");
    let alike = psnr(&pixels(&copy), &picture.pixels);
    assert!(alike > 40.0, "{alike}");
}

#[cfg(feature = "heic")]
#[test]
fn the_first_picture_of_a_movie_is_drawn_if_it_is_hevc() {
    let picture = decode(&fixture("video/udta.auth.mp4"), Format::Mp4, &limits()).unwrap();
    assert_eq!(picture.pixels.dimensions(), (886, 1920));
    for (name, format) in [("video/h264.mp4", Format::Mp4), ("video/with-gps.mov", Format::Mov)] {
        let none = decode(&fixture(name), format, &limits());
        assert!(matches!(none, Err(Undrawable::Format)), "{name}: {none:?}");
    }
}

/// How alike two pictures are, in decibels.
fn psnr(one: &RgbImage, other: &RgbImage) -> f64 {
    let squares = one.as_raw().iter().zip(other.as_raw()).map(|(a, b)| f64::from(a.abs_diff(*b)).powi(2));
    let mean = squares.sum::<f64>() / one.as_raw().len() as f64;
    10.0 * (255.0 * 255.0 / mean).log10()
}

#[test]
fn tiff_webp_and_raw_say_in_a_copy_when_and_with_what_they_were_taken() {
    for (name, format) in [
        ("other/Issue_473_(Java).webp", Format::WebP),
        ("raw/sample.cr2", Format::Cr2),
        ("raw/canon-r6.cr3", Format::Cr3),
        ("raw/sample.dng", Format::Dng),
    ] {
        let path = fixture(name);
        let before = embedded(&fs::read(&path).unwrap());
        let said = embedded(&copied(&path, format, Some(100)));
        assert!(before.exif.is_some(), "{name}");
        assert_eq!(said.exif, before.exif, "{name}");
        assert_eq!(said.camera, before.camera, "{name}");
        assert_eq!(said.position, before.position, "{name}");
    }
}

#[test]
fn a_tiff_of_sixteen_bits_says_when_it_was_taken() {
    let deep = ImageBuffer::<Rgb<u16>, _>::from_fn(40, 30, |x, _| Rgb([(x * 1600) as u16, 0, 65_535]));
    let mut tiff = encoded(&DynamicImage::ImageRgb16(deep), ImageFormat::Tiff);
    // a directory with a date takes the place of the pointer to the only one, which follows it
    let at = u32::try_from(tiff.len()).unwrap();
    let first = u32::from_le_bytes(tiff[4..8].try_into().unwrap());
    let count = u16::from_le_bytes(tiff[first as usize..][..2].try_into().unwrap());
    let entries = tiff[first as usize + 2..][..usize::from(count) * 12].to_vec();
    let details = at + 2 + (u32::from(count) + 1) * 12 + 4;
    let mut pointer = vec![0x69, 0x87, 4, 0, 1, 0, 0, 0];
    pointer.extend(details.to_le_bytes());
    tiff.extend((count + 1).to_le_bytes());
    tiff.extend([entries, pointer, vec![0; 4]].concat());
    tiff.extend([1, 0, 0x03, 0x90, 2, 0, 20, 0, 0, 0]);
    tiff.extend((details + 18).to_le_bytes());
    tiff.extend([0; 4]);
    tiff.extend(b"2024:03:03 10:05:17\0");
    tiff[4..8].copy_from_slice(&at.to_le_bytes());

    let picture = drawn(&tiff, Format::Tiff).unwrap();
    assert_eq!(picture.pixels.get_pixel(39, 0), &Rgb([243, 0, 255]));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("scan.tif");
    fs::write(&path, &tiff).unwrap();
    let said = embedded(&copied(&path, Format::Tiff, None)).exif;
    let taken = |LocalTime { time, .. }| time.to_string();
    assert_eq!(said.map(taken).as_deref(), Some("2024-03-03 10:05:17"));
}

#[test]
fn ink_grey_and_glass() {
    let mut ink = Vec::new();
    let cyan: Vec<u8> = [255, 0, 0, 0].repeat(16 * 16);
    Encoder::new(&mut ink, 95).encode(&cyan, 16, 16, ColorType::Cmyk).unwrap();
    let Rgb([red, green, blue]) = *drawn(&ink, Format::Jpeg).unwrap().pixels.get_pixel(8, 8);
    assert!(red < 40 && green > 200 && blue > 200, "cyan, and no negative of it: {red} {green} {blue}");

    let mut grey = Vec::new();
    let mut encoder = JpegEncoder::new(&mut grey);
    let mut profile_of_grey = vec![0; 128];
    profile_of_grey[16..20].copy_from_slice(b"GRAY");
    encoder.set_icc_profile(profile_of_grey).unwrap();
    encoder.encode_image(&ImageBuffer::from_pixel(8, 8, Luma([77_u8]))).unwrap();
    let picture = drawn(&grey, Format::Jpeg).unwrap();
    assert_eq!(picture.pixels.get_pixel(4, 4), &Rgb([77; 3]));
    assert_eq!(picture.profile, None, "it is not that of the colours");

    let glass = RgbaImage::from_pixel(8, 8, Rgba([255, 0, 0, 128]));
    for format in [(ImageFormat::Png, Format::Png), (ImageFormat::WebP, Format::WebP)] {
        let bytes = encoded(&DynamicImage::ImageRgba8(glass.clone()), format.0);
        assert_eq!(drawn(&bytes, format.1).unwrap().pixels.get_pixel(4, 4), &Rgb([255, 127, 127]));
    }
}

#[test]
fn gif_and_bmp() {
    let picture = DynamicImage::ImageRgb8(fields(60, 40));
    for (image, format) in [(ImageFormat::Gif, Format::Gif), (ImageFormat::Bmp, Format::Bmp)] {
        let picture = match image {
            ImageFormat::Gif => DynamicImage::ImageRgba8(picture.to_rgba8()),
            _ => picture.clone(),
        };
        let bytes = encoded(&picture, image);
        assert_eq!(embedded(&bytes).format, format);
        assert_eq!(corners(&drawn(&bytes, format).unwrap().pixels), [0, 1, 2, 3]);
    }
}

#[test]
fn what_claims_to_be_huge_is_refused_before_anything_is_decoded() {
    let mut png = encoded(&DynamicImage::ImageRgb8(fields(4, 4)), ImageFormat::Png);
    png[16..20].copy_from_slice(&50_000_u32.to_be_bytes());
    png[20..24].copy_from_slice(&50_000_u32.to_be_bytes());
    let checksum = crc32fast::hash(&png[12..29]);
    png[29..33].copy_from_slice(&checksum.to_be_bytes());
    let mut jpeg = oriented(&fields(16, 16), 1);
    let frame = jpeg.windows(2).position(|pair| pair == [0xff, 0xc0]).unwrap();
    jpeg[frame + 5..frame + 9].copy_from_slice(&[0xc3, 0x50, 0xc3, 0x50]);
    let mut gif = encoded(&DynamicImage::ImageRgba8(RgbaImage::new(4, 4)), ImageFormat::Gif);
    gif[6..10].copy_from_slice(&[0x50, 0xc3, 0x50, 0xc3]);
    for (bytes, format) in [(png, Format::Png), (jpeg, Format::Jpeg), (gif, Format::Gif)] {
        let refused = drawn(&bytes, format);
        assert!(matches!(refused, Err(Undrawable::TooLarge)), "{format:?}: {refused:?}");
    }
    // as large as may be, but not on a machine with so little memory
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("photo");
    fs::write(&path, oriented(&fields(600, 400), 1)).unwrap();
    let refused = decode(&path, Format::Jpeg, &Limits::within(1 << 20));
    assert!(matches!(refused, Err(Undrawable::TooLarge)), "{refused:?}");
}

/// A profile in a PNG that is a gigabyte of zeros.
#[test]
fn a_profile_that_inflates_without_end_is_none() {
    use std::io::Write;
    let mut png = encoded(&DynamicImage::ImageRgb8(fields(4, 4)), ImageFormat::Png);
    let mut packed = flate2::write::ZlibEncoder::new(b"iCCPp\0\0".to_vec(), flate2::Compression::best());
    for _ in 0..128 {
        packed.write_all(&vec![0; 1 << 20]).unwrap();
    }
    let chunk = packed.finish().unwrap();
    let length = u32::try_from(chunk.len() - 4).unwrap().to_be_bytes();
    let checksum = crc32fast::hash(&chunk).to_be_bytes();
    let whole = [&length[..], &chunk, &checksum].concat();
    png.splice(33..33, whole);
    match drawn(&png, Format::Png) {
        Ok(picture) => assert_eq!(picture.profile, None),
        Err(error) => assert!(matches!(error, Undrawable::Damaged(_) | Undrawable::TooLarge), "{error}"),
    }
}

#[test]
fn cut_and_hostile_bytes_say_why() {
    let jpeg = oriented(&fields(60, 40), 1);
    let png = fs::read(fixture("png/density_plot.png")).unwrap();
    let heic = fs::read(fixture("heic/empty_icc.heic")).unwrap();
    for (bytes, format) in [
        (&b""[..], Format::Jpeg),
        (&jpeg[..jpeg.len() / 10], Format::Jpeg),
        (&png[..40], Format::Png),
        (&heic[..heic.len() / 3], Format::Heic),
        (b"GIF89a", Format::Gif),
        (b"II*\0\x08\0\0\0", Format::Tiff),
        (b"II*\0\x08\0\0\0", Format::Dng),
        (b"RIFF\0\0\0\0WEBPVP8 ", Format::WebP),
    ] {
        let error = drawn(bytes, format).unwrap_err();
        assert!(error.to_string().starts_with("is ") || error.to_string().starts_with("nothing"), "{error}");
    }
    // whatever the bytes are said to be
    for bytes in [&jpeg[..], &png, &heic] {
        for format in [
            Format::Jpeg,
            Format::Png,
            Format::WebP,
            Format::Gif,
            Format::Tiff,
            Format::Bmp,
            Format::Dng,
            Format::Heic,
            Format::Mov,
            Format::Unknown,
        ] {
            let _ = drawn(bytes, format);
        }
    }
    let folder = tempfile::tempdir().unwrap();
    assert!(matches!(decode(folder.path(), Format::Jpeg, &limits()), Err(Undrawable::Format)));
    let gone = decode(&folder.path().join("none"), Format::Jpeg, &limits());
    assert!(matches!(gone, Err(Undrawable::Unreadable(_))), "{gone:?}");
}

#[test]
fn a_panic_of_a_decoder_is_a_reason() {
    // what a decoder would do, quietly
    let panicked: Result<(), Undrawable> = guarded(|| std::panic::resume_unwind(Box::new("oh")));
    assert!(matches!(panicked, Err(Undrawable::Panicked)));
    assert!(!super::is_panic_expected());
    guarded(|| {
        assert!(super::is_panic_expected());
        Ok(())
    })
    .unwrap();
}

#[test]
fn formats_of_the_build() {
    for format in
        [Format::Jpeg, Format::Png, Format::Gif, Format::WebP, Format::Tiff, Format::Bmp, Format::Raf]
    {
        assert!(can_draw(format), "{format:?}");
    }
    for format in [Format::Heic, Format::Heif, Format::Mov, Format::Mp4] {
        assert_eq!(can_draw(format), cfg!(feature = "heic"), "{format:?}");
    }
    for format in [Format::Avif, Format::Jxl, Format::Psd, Format::Avi, Format::Unknown] {
        assert!(!can_draw(format), "{format:?}");
    }
    assert!(
        is_for_browsers(Format::Avif) && !is_for_browsers(Format::Heic) && !is_for_browsers(Format::Tiff)
    );
}

#[test]
fn the_words_of_a_decoder_are_one_line() {
    let why = Undrawable::damaged("Not enough bytes,\n  expected 12\n");
    assert!(why.to_string().ends_with("(Not enough bytes, expected 12)"), "{why}");
}
