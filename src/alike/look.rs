//! How a photo looks, in a few numbers: hashes of the whole picture, of what is inside its borders, and of crops
//! that people make of it. Pure arithmetic on one small picture, with no file and no decoder.
//!
//! A hash has 64 bits: the 8 × 8 slowest waves of the picture (its discrete cosine transform), each bit whether a
//! wave is stronger than the median. Saving again, scaling, brightening and filters hardly change it; a turned or
//! mirrored picture is another one. The hash alone would find false twins among 100,000 photos, so each view has
//! its grain too: 64 means of brightness, whatever the exposure, which must agree as well.
//!
//! A picture without structure (sky, wall, a lens cap) is *plain*: its waves are noise, so it is like no other.

use std::f64::consts::PI;
use std::ops::Range;
use std::sync::LazyLock;

/// The picture is measured in so many cells across and down.
const CELLS: usize = 32;
/// The waves of a hash, across and down; also the cells of a grain.
const WAVES: usize = 8;
/// A wave this far from the median, in levels, is no noise.
const CLEAR: f64 = 1.5;
/// So many waves of a picture with structure are clear, of 64.
const CLEAR_WAVES: usize = 40;
/// The least mean step between neighbours of the grain, in levels.
const LEAST_STEP: f64 = 4.0;
/// Proportions of crops, the longer side over the shorter.
const CROPS: [f64; 4] = [1.0, 4.0 / 3.0, 3.0 / 2.0, 16.0 / 9.0];
/// Crops that keep the proportions, as a share of each side.
const ZOOMS: [f64; 3] = [0.9, 0.8, 0.7];
/// Proportions this close are the same, as a share.
const SAME_SHAPE: f64 = 0.05;
/// The least part of a side that must be left inside borders, and the most that may, as shares.
const INSIDE: [f64; 2] = [0.2, 0.96];
/// A pixel this far from the colour of the border is picture, in levels.
const OFF_BORDER: u8 = 14;
/// A row and a column are picture if more than this share of them is off the border.
const FILLED: [f64; 2] = [0.2, 0.5];
/// The spread of a grain, in its units.
const SPREAD: f64 = 40.0;

/// What part of a picture a view shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// All of it.
    Whole,
    /// What is left without the borders around it: a photo on a telephone's screen, in a frame, with bars.
    Inside,
    /// The middle, as people crop.
    Crop,
}

/// A part of a picture, as it is compared.
#[derive(Debug, Clone, PartialEq)]
pub struct View {
    pub part: Part,
    pub hash: u64,
    /// Width over height.
    pub shape: f32,
    pub grain: [i8; WAVES * WAVES],
}

impl View {
    /// In how many bits of 64 two hashes differ.
    pub fn distance(&self, other: &View) -> u32 {
        (self.hash ^ other.hash).count_ones()
    }

    /// Whether both have the same proportions.
    pub fn is_shaped_as(&self, other: &View) -> bool {
        is_same_shape(f64::from(self.shape), f64::from(other.shape))
    }

    /// How well the grains agree: 1 if they are the same, 0 for strangers.
    pub fn agreement(&self, other: &View) -> f64 {
        let product = |one: &[i8], two: &[i8]| -> f64 {
            f64::from(one.iter().zip(two).map(|(a, b)| i32::from(*a) * i32::from(*b)).sum::<i32>())
        };
        let size = product(&self.grain, &self.grain) * product(&other.grain, &other.grain);
        if size > 0.0 { product(&self.grain, &other.grain) / size.sqrt() } else { 0.0 }
    }
}

fn is_same_shape(one: f64, other: f64) -> bool {
    (one - other).abs() <= SAME_SHAPE * one.max(other)
}

/// How a photo looks.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Look {
    /// The whole first, then what is inside, then crops; none of a plain picture.
    pub views: Vec<View>,
}

impl Look {
    /// Looks at a picture of `width` × `height` levels of brightness, row by row.
    pub fn of(width: usize, height: usize, levels: &[u8]) -> Self {
        let Some(plane) = Plane::new(width, height, levels) else { return Look::default() };
        let whole = Window { left: 0.0, top: 0.0, right: width as f64, bottom: height as f64 };
        let mut views: Vec<View> = plane.view(Part::Whole, &whole).into_iter().collect();
        let inside = plane.inside();
        let inside = inside.as_ref().and_then(|window| plane.view(Part::Inside, window));
        views.extend(inside);
        if views.first().is_some_and(|view| view.part == Part::Whole) {
            views.extend(crops(&whole).iter().filter_map(|crop| plane.view(Part::Crop, crop)));
        }
        Look { views }
    }

    /// Whether something is around the picture in it.
    pub fn is_framed(&self) -> bool {
        self.views.iter().any(|view| view.part == Part::Inside)
    }

    /// The views under which a copy of something else is looked for: a copy has no business with its own crops.
    pub fn as_copy(&self) -> impl Iterator<Item = &View> {
        self.views.iter().filter(|view| view.part != Part::Crop)
    }
}

/// Crops of the middle: other proportions at full height or width, and the same ones closer.
fn crops(whole: &Window) -> Vec<Window> {
    let (width, height) = (whole.right, whole.bottom);
    let shape = width / height;
    let others = CROPS.into_iter().flat_map(|crop| [crop, 1.0 / crop]).enumerate();
    // a square is the same, turned
    let others = others.filter(|(index, _)| *index != 1).map(|(_, crop)| crop);
    let others = others
        .filter(|crop| !is_same_shape(*crop, shape))
        .map(|crop| if crop < shape { (crop / shape, 1.0) } else { (1.0, shape / crop) });
    let closer = ZOOMS.into_iter().map(|zoom| (zoom, zoom));
    let window = |(across, down): (f64, f64)| Window {
        left: width * (1.0 - across) / 2.0,
        right: width * (1.0 + across) / 2.0,
        top: height * (1.0 - down) / 2.0,
        bottom: height * (1.0 + down) / 2.0,
    };
    // a sliver is no crop that anybody makes
    others.filter(|(across, down)| across.min(*down) >= 0.4).chain(closer).map(window).collect()
}

/// A part of a picture, in pixels.
#[derive(Debug, Clone, PartialEq)]
struct Window {
    left: f64,
    top: f64,
    right: f64,
    bottom: f64,
}

/// Levels of brightness, summed so that the mean of any window is at hand.
struct Plane<'a> {
    width: usize,
    height: usize,
    levels: &'a [u8],
    /// Of all pixels left of and above a corner; one more than pixels each way.
    sums: Vec<u32>,
}

impl<'a> Plane<'a> {
    fn new(width: usize, height: usize, levels: &'a [u8]) -> Option<Self> {
        let pixels = width.checked_mul(height)?;
        // sums of more could overflow; thumbnails are far smaller
        if pixels == 0 || pixels > 1 << 24 || levels.len() < pixels {
            return None;
        }
        let across = width + 1;
        let mut sums = vec![0_u32; across * (height + 1)];
        for (y, row) in levels.chunks_exact(width).take(height).enumerate() {
            let mut sum = 0;
            for (x, level) in row.iter().enumerate() {
                sum += u32::from(*level);
                sums[(y + 1) * across + x + 1] = sums[y * across + x + 1] + sum;
            }
        }
        Some(Plane { width, height, levels, sums })
    }

    /// The sum left of and above a point anywhere between pixels.
    fn sum(&self, x: f64, y: f64) -> f64 {
        let (x, y) = (x.clamp(0.0, self.width as f64), y.clamp(0.0, self.height as f64));
        let (column, row) = ((x as usize).min(self.width - 1), (y as usize).min(self.height - 1));
        let (dx, dy) = (x - column as f64, y - row as f64);
        let at = |x: usize, y: usize| f64::from(self.sums[y * (self.width + 1) + x]);
        let above = at(column, row) * (1.0 - dx) + at(column + 1, row) * dx;
        let below = at(column, row + 1) * (1.0 - dx) + at(column + 1, row + 1) * dx;
        above * (1.0 - dy) + below * dy
    }

    /// Means of the cells of a window.
    fn cells(&self, window: &Window) -> [[f64; CELLS]; CELLS] {
        let x = |n: usize| window.left + (window.right - window.left) * n as f64 / CELLS as f64;
        let y = |n: usize| window.top + (window.bottom - window.top) * n as f64 / CELLS as f64;
        let area = (x(1) - x(0)) * (y(1) - y(0));
        let row = |n: usize| -> [f64; CELLS + 1] { std::array::from_fn(|column| self.sum(x(column), y(n))) };
        let mut above = row(0);
        std::array::from_fn(|n| {
            let below = row(n + 1);
            let cells = std::array::from_fn(|c| (below[c + 1] - below[c] - above[c + 1] + above[c]) / area);
            above = below;
            cells
        })
    }

    /// A window as it is compared; none if it is plain.
    fn view(&self, part: Part, window: &Window) -> Option<View> {
        let (width, height) = (window.right - window.left, window.bottom - window.top);
        if width < WAVES as f64 || height < WAVES as f64 {
            return None;
        }
        let cells = self.cells(window);
        let hash = hash(&waves(&cells))?;
        Some(View { part, hash, shape: (width / height) as f32, grain: grain(&cells)? })
    }

    /// What is inside a border of one colour, if there is one: the longest run of rows, then of columns, that are
    /// mostly something else. Bars and clocks of a screen are runs of their own, and short.
    fn inside(&self) -> Option<Window> {
        let border = self.border()?;
        let is_picture = |x: usize, y: usize| self.levels[y * self.width + x].abs_diff(border) > OFF_BORDER;
        let share = |of: usize, is: &dyn Fn(usize) -> bool, from: Range<usize>| {
            let all = from.len();
            from.filter(|at| is(*at)).count() as f64 > all as f64 * FILLED[of]
        };
        // an upright picture on a wide screen fills less than half of a row
        let row = |y: usize| share(0, &|x| is_picture(x, y), 0..self.width);
        let rows = longest((0..self.height).map(row));
        let column = |x: usize| share(1, &|y| is_picture(x, y), rows.clone());
        let columns = longest((0..self.width).map(column));
        let shares = [columns.len() as f64 / self.width as f64, rows.len() as f64 / self.height as f64];
        let is_some_of_it = shares.iter().all(|share| *share >= INSIDE[0]);
        let is_not_all = shares.iter().any(|share| *share <= INSIDE[1]);
        (is_some_of_it && is_not_all).then_some(Window {
            left: columns.start as f64,
            right: columns.end as f64,
            top: rows.start as f64,
            bottom: rows.end as f64,
        })
    }

    /// The level of a border: that of all four corners, if they agree.
    fn border(&self) -> Option<u8> {
        let at = |x: usize, y: usize| self.levels[y * self.width + x];
        let (right, bottom) = (self.width - 1, self.height - 1);
        let corners = [at(0, 0), at(right, 0), at(0, bottom), at(right, bottom)];
        let lowest = corners.iter().copied().min()?;
        let highest = corners.iter().copied().max()?;
        (highest - lowest <= OFF_BORDER).then(|| lowest + (highest - lowest) / 2)
    }
}

/// The longest run of `true`, the first of several.
fn longest(flags: impl Iterator<Item = bool>) -> Range<usize> {
    let (mut best, mut start) = (0..0, 0);
    for (index, flag) in flags.enumerate() {
        if !flag {
            start = index + 1;
        } else if index + 1 - start > best.len() {
            best = start..index + 1;
        }
    }
    best
}

/// `WAVES` rows of the orthonormal transform of `CELLS` values.
static COSINES: LazyLock<[[f64; CELLS]; WAVES]> = LazyLock::new(|| {
    std::array::from_fn(|wave| {
        let scale = if wave == 0 { 1.0 / CELLS as f64 } else { 2.0 / CELLS as f64 }.sqrt();
        std::array::from_fn(|cell| scale * (PI * (cell as f64 + 0.5) * wave as f64 / CELLS as f64).cos())
    })
});

/// The slowest waves, row by row.
fn waves(cells: &[[f64; CELLS]; CELLS]) -> [f64; WAVES * WAVES] {
    let mut down = [[0.0; CELLS]; WAVES];
    for (wave, cosines) in down.iter_mut().zip(COSINES.iter()) {
        for (row, cosine) in cells.iter().zip(cosines) {
            for (sum, cell) in wave.iter_mut().zip(row) {
                *sum += cosine * cell;
            }
        }
    }
    std::array::from_fn(|index| {
        let (row, cosines) = (&down[index / WAVES], &COSINES[index % WAVES]);
        row.iter().zip(cosines).map(|(value, cosine)| value * cosine).sum()
    })
}

/// A bit for each wave that is above the median; none if too many are noise.
fn hash(waves: &[f64; WAVES * WAVES]) -> Option<u64> {
    let mut sorted = *waves;
    sorted.sort_by(f64::total_cmp);
    let median = (sorted[31] + sorted[32]) / 2.0;
    let clear = waves.iter().filter(|wave| (*wave - median).abs() >= CLEAR).count();
    let bits = waves.iter().fold(0, |bits, wave| bits << 1 | u64::from(*wave > median));
    (clear >= CLEAR_WAVES).then_some(bits)
}

/// Means of the cells, four by four, around 0 and with the same spread; none if they hardly differ.
fn grain(cells: &[[f64; CELLS]; CELLS]) -> Option<[i8; WAVES * WAVES]> {
    const SIDE: usize = CELLS / WAVES;
    let means: [f64; WAVES * WAVES] = std::array::from_fn(|index| {
        let (top, left) = (index / WAVES * SIDE, index % WAVES * SIDE);
        let sum: f64 = cells[top..top + SIDE].iter().flat_map(|row| &row[left..left + SIDE]).sum();
        sum / (SIDE * SIDE) as f64
    });
    let steps = (0..WAVES).flat_map(|n| (1..WAVES).map(move |m| (n, m)));
    let steps = steps.flat_map(|(n, m)| {
        let (across, down) = (n * WAVES + m, m * WAVES + n);
        [(means[across] - means[across - 1]).abs(), (means[down] - means[down - WAVES]).abs()]
    });
    let step = steps.sum::<f64>() / (2 * WAVES * (WAVES - 1)) as f64;
    let mean = means.iter().sum::<f64>() / means.len() as f64;
    let spread = (means.iter().map(|m| (m - mean).powi(2)).sum::<f64>() / means.len() as f64).sqrt();
    (step >= LEAST_STEP)
        .then(|| means.map(|m| ((m - mean) / spread * SPREAD).clamp(-127.0, 127.0).round() as i8))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use image::imageops::{FilterType, replace};
    use image::{DynamicImage, Rgb, RgbImage};

    use super::{Look, Part};

    fn photo(name: &str) -> DynamicImage {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/media").join(name);
        image::open(path).unwrap().thumbnail(400, 400)
    }

    fn look(picture: &DynamicImage) -> Look {
        let levels = picture.to_luma8();
        Look::of(levels.width() as usize, levels.height() as usize, levels.as_raw())
    }

    /// The least distance of a copy, the agreement there, and what of the original it shows.
    fn seen(original: &Look, copy: &Look) -> Option<(u32, f64, Part)> {
        let pairs = original.views.iter().flat_map(|theirs| copy.as_copy().map(move |own| (theirs, own)));
        let pairs = pairs.filter(|(theirs, own)| theirs.is_shaped_as(own));
        pairs
            .map(|(theirs, own)| (theirs.distance(own), theirs.agreement(own), theirs.part))
            .min_by(|one, other| (one.0, one.2).cmp(&(other.0, other.2)))
    }

    const PHOTOS: [&str; 4] = [
        "jpeg/A8266C97-9BAF-4AF4-99F3-0013832869B8.jpeg",
        "jpeg/3D5E8082-AA3F-4AE3-949F-B5AEFA58C412.jpeg",
        "jpeg/IMG_3589.JPG",
        "other/Issue_473_(Java).webp",
    ];

    fn centre(picture: &DynamicImage, across: f64, down: f64) -> DynamicImage {
        let (width, height) = (f64::from(picture.width()), f64::from(picture.height()));
        let at = |side: f64, share: f64| (side * (1.0 - share) / 2.0) as u32;
        let (x, y) = (at(width, across), at(height, down));
        picture.crop_imm(x, y, (width * across) as u32, (height * down) as u32)
    }

    fn resaved(picture: &DynamicImage) -> DynamicImage {
        let mut jpeg = Vec::new();
        let encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut jpeg, 30);
        picture.to_rgb8().write_with_encoder(encoder).unwrap();
        image::load_from_memory(&jpeg).unwrap()
    }

    /// A telephone's screen with the photo, a clock and a row of buttons.
    fn screen(picture: &DynamicImage, colour: u8) -> DynamicImage {
        let mut screen = RgbImage::from_pixel(185, 400, Rgb([colour; 3]));
        let photo = picture.resize(185, 300, FilterType::Triangle).to_rgb8();
        let top = i64::from(400 - photo.height()) / 2;
        replace(&mut screen, &photo, i64::from(185 - photo.width()) / 2, top);
        for (x, y) in [(20, 10), (150, 10), (20, 380), (90, 380), (160, 380)] {
            replace(&mut screen, &RgbImage::from_pixel(9, 9, Rgb([128; 3])), x, y);
        }
        DynamicImage::ImageRgb8(screen)
    }

    #[test]
    fn a_copy_looks_like_its_photo_and_like_no_other() {
        for name in PHOTOS {
            let original = photo(name);
            let whole = look(&original);
            let copies = [
                ("smaller", original.thumbnail(100, 100), Part::Whole),
                ("re-saved", resaved(&original), Part::Whole),
                ("brighter", original.brighten(25), Part::Whole),
                ("in grey", DynamicImage::ImageLuma8(original.to_luma8()), Part::Whole),
                ("its middle", centre(&original, 0.8, 0.8), Part::Crop),
                ("on a black screen", screen(&original, 0), Part::Whole),
                ("on a white screen", screen(&original, 255), Part::Whole),
            ];
            for (what, copy, part) in copies {
                let Some((distance, agreement, of)) = seen(&whole, &look(&copy)) else {
                    panic!("{name} {what}")
                };
                assert!(distance <= 8 && agreement >= 0.9, "{name} {what}: {distance} {agreement}");
                assert_eq!(of, part, "{name} {what}");
            }
            for other in PHOTOS.iter().filter(|other| **other != name) {
                let distance = seen(&whole, &look(&photo(other))).map_or(64, |(distance, ..)| distance);
                assert!(distance > 10, "{name} {other}: {distance}");
            }
            for another in [original.fliph(), original.rotate90()] {
                assert!(seen(&whole, &look(&another)).is_none_or(|(distance, ..)| distance > 10), "{name}");
            }
        }
    }

    #[test]
    fn a_square_of_a_photo_is_a_crop_of_it() {
        for name in &PHOTOS[..3] {
            let original = photo(name);
            let (width, height) = (f64::from(original.width()), f64::from(original.height()));
            let side = width.min(height);
            let square = look(&centre(&original, side / width, side / height));
            let (distance, agreement, part) = seen(&look(&original), &square).unwrap();
            assert!(
                distance <= 8 && agreement >= 0.9 && part == Part::Crop,
                "{name}: {distance} {agreement}"
            );
        }
    }

    #[test]
    fn what_is_plain_is_like_nothing() {
        let made = |level: &dyn Fn(u32, u32) -> u8| {
            let picture = RgbImage::from_fn(400, 300, |x, y| Rgb([level(x, y); 3]));
            look(&DynamicImage::ImageRgb8(picture))
        };
        let noise = |x: u32, y: u32| 100 + (x.wrapping_mul(2_654_435_761) ^ y.wrapping_mul(40_503)) as u8 % 8;
        for (what, plain) in [
            ("black", made(&|_, _| 0)),
            ("a wall", made(&noise)),
            ("the sky", made(&|_, y| (60 + y / 3) as u8)),
            ("nothing", Look::of(0, 0, &[])),
            ("a point", Look::of(1, 1, &[9])),
            ("a line", Look::of(4000, 1, &[9; 4000])),
            ("fewer pixels than it says", Look::of(400, 300, &[9; 100])),
            ("more than fit", Look::of(usize::MAX, 2, &[9; 100])),
        ] {
            assert_eq!(plain, Look::default(), "{what}");
        }
    }
}
