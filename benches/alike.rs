//! How long it takes to find what looks alike among very many photos, and how often pictures that have nothing to do
//! with each other are taken for alike.
//!
//! ```text
//! cargo bench --bench alike -- COUNT [FOLDER]
//! ```
//!
//! COUNT photos are compared: random ones, and tiles of the photos in FOLDER, which are as alike as a camera's
//! photos are. Then each tile is compared with each tile of another photo.

#![allow(clippy::print_stdout, clippy::print_stderr, clippy::unwrap_used)] // a script's helper

use std::path::{Path, PathBuf};
use std::time::Instant;

use image::imageops::FilterType;
use image::{DynamicImage, GenericImageView};
use windfall::alike::group::{MOST_BITS, sight};
use windfall::alike::look::{Look, Part, View};
use windfall::alike::{Photo, groups};
use windfall::category::photos::media::{self, Camera, Format};
use windfall::picture::{self, Limits};

fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    let [count, rest @ ..] = words.as_slice() else {
        // `cargo bench` without a name runs this too
        return eprintln!("alike COUNT [FOLDER]");
    };
    let count: usize = count.parse().unwrap();
    let pictures = rest.first().map(|folder| pictures(Path::new(folder))).unwrap_or_default();
    let started = Instant::now();
    let tiles: Vec<(usize, Look)> = pictures.iter().enumerate().flat_map(|(n, of)| tiles(n, of)).collect();
    if !tiles.is_empty() {
        let each = started.elapsed() / u32::try_from(tiles.len()).unwrap();
        println!(
            "{} tiles of {} photos with structure, {each:?} to cut and see one",
            tiles.len(),
            pictures.len()
        );
    }
    let mut seed = 1;
    let mut looks: Vec<Look> = tiles.iter().map(|(_, look)| look.clone()).take(count).collect();
    looks.resize_with(count, || random(&mut seed));
    let names: Vec<String> = (0..count).map(|n| format!("2024/IMG_{n:06}.JPG")).collect();
    let camera = Camera::default();
    let photos: Vec<Photo<'_>> = looks
        .into_iter()
        .zip(&names)
        .map(|(look, name)| Photo {
            path: name,
            name,
            look,
            captured: None,
            camera: &camera,
            pixels: Some((4032, 3024)),
            format: Format::Jpeg,
            favorite: false,
        })
        .collect();
    let started = Instant::now();
    let found = groups(&photos);
    println!("{count} photos compared in {:?}: {} groups", started.elapsed(), found.len());
    strangers(&tiles);
}

/// What a camera's photos of many things have: as many bits set as not, and a grain of their own.
fn random(seed: &mut u64) -> Look {
    let mut next = || {
        *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        *seed >> 33 ^ *seed << 31
    };
    let mut view = |part| {
        let grain = std::array::from_fn(|_| i8::try_from(next() % 128).unwrap() - 64);
        View { part, hash: next(), shape: 4.0 / 3.0, grain }
    };
    let crops = std::iter::repeat_n(Part::Crop, 9);
    Look { views: std::iter::once(Part::Whole).chain(crops).map(&mut view).collect() }
}

fn pictures(folder: &Path) -> Vec<DynamicImage> {
    let files = walkdir::WalkDir::new(folder).sort_by_file_name().into_iter().flatten();
    let files: Vec<PathBuf> =
        files.filter(|entry| entry.file_type().is_file()).map(|entry| entry.into_path()).collect();
    let limits = Limits::of_this_machine();
    let read = |path: &PathBuf| {
        let mut file = std::fs::File::open(path).ok()?;
        let size = file.metadata().ok()?.len();
        let format = media::read(&mut file, size).format;
        let is_movie = matches!(format, Format::Mov | Format::Mp4);
        let drawn = (!is_movie).then(|| picture::decode(path, format, &limits).ok()).flatten()?;
        let drawn = DynamicImage::ImageRgb8(drawn.pixels);
        (drawn.width().min(drawn.height()) >= 400).then(|| drawn.resize(1600, 1600, FilterType::Triangle))
    };
    files.iter().filter_map(read).collect()
}

/// Looks at a picture's tiles, from the whole to a sixth of each side.
fn tiles(number: usize, picture: &DynamicImage) -> Vec<(usize, Look)> {
    let (width, height) = picture.dimensions();
    let places = (1..=6).flat_map(|cut| (0..cut).flat_map(move |x| (0..cut).map(move |y| (cut, x, y))));
    let looks = places.map(|(cut, x, y)| {
        let (across, down) = (width / cut, height / cut);
        let tile = picture.crop_imm(x * across, y * down, across, down).thumbnail(400, 400).into_luma8();
        Look::of(tile.width() as usize, tile.height() as usize, tile.as_raw())
    });
    looks.filter(|look| !look.views.is_empty()).map(|look| (number, look)).collect()
}

/// Compares each tile with each of another photo.
fn strangers(tiles: &[(usize, Look)]) {
    let (mut pairs, mut near, mut crops, mut wholes) = (0_u64, 0_u64, 0_u64, 0_u64);
    for (of, one) in tiles {
        for (_, other) in tiles.iter().filter(|(by, _)| by != of) {
            pairs += 1;
            for theirs in &one.views {
                for own in other.as_copy().filter(|own| theirs.is_shaped_as(own)) {
                    near += u64::from(theirs.distance(own) <= MOST_BITS);
                    let is_taken_for_it = u64::from(sight(theirs, own).is_some());
                    match theirs.part {
                        Part::Crop => crops += is_taken_for_it,
                        Part::Whole | Part::Inside => wholes += is_taken_for_it,
                    }
                }
            }
        }
    }
    println!(
        "{pairs} pairs of tiles of different photos: {near} near by their hashes, of which {wholes} are taken for \
         copies and {crops} for crops"
    );
}
