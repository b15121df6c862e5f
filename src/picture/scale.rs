//! Smaller pictures: each new pixel is the mean of what it covers, which neither blurs nor flickers.

use image::RgbImage;

/// The picture with this longer side; `None` if it has no more already.
pub fn to_long_edge(picture: &RgbImage, long_edge: u32) -> Option<RgbImage> {
    let (width, height) = within(picture.dimensions(), long_edge)?;
    Some(mean(picture, width, height))
}

/// How large a picture is with this longer side; `None` if it has no more already.
pub fn within((width, height): (u32, u32), long_edge: u32) -> Option<(u32, u32)> {
    let long = width.max(height);
    if long <= long_edge || long_edge == 0 {
        return None;
    }
    let side = |side: u32| {
        let side = (u64::from(side) * u64::from(long_edge) + u64::from(long) / 2) / u64::from(long);
        u32::try_from(side).unwrap_or(long_edge).max(1)
    };
    Some((side(width), side(height)))
}

/// What one new pixel covers along a side: the first old one, and how much of each.
struct Cover {
    first: usize,
    weights: Vec<f32>,
}

fn covers(old: u32, new: u32) -> Vec<Cover> {
    let (old, new) = (u64::from(old), u64::from(new));
    // lengths are counted in parts, of which an old pixel has `new` and a new one `old`
    let cover = |index: u64| {
        let (start, end) = (index * old, (index + 1) * old);
        let first = start / new;
        let part = |pixel: u64| (end.min((pixel + 1) * new) - start.max(pixel * new)) as f32 / old as f32;
        Cover {
            first: usize::try_from(first).unwrap_or(usize::MAX),
            weights: (first..end.div_ceil(new)).map(part).collect(),
        }
    };
    (0..new).map(cover).collect()
}

fn mean(picture: &RgbImage, width: u32, height: u32) -> RgbImage {
    let old_row = picture.width() as usize * 3;
    let old = picture.as_raw();
    let across = covers(picture.width(), width);
    let mut new = Vec::with_capacity(width as usize * height as usize * 3);
    let mut sums = vec![0_f32; width as usize * 3];
    for down in covers(picture.height(), height) {
        sums.fill(0.0);
        for (row, weight) in old.chunks_exact(old_row).skip(down.first).zip(&down.weights) {
            add_row(&mut sums, row, &across, *weight);
        }
        new.extend(sums.iter().map(|sum| (sum + 0.5) as u8));
    }
    RgbImage::from_raw(width, height, new).unwrap_or_default()
}

/// Adds a row of the picture, narrowed and weighted.
fn add_row(sums: &mut [f32], row: &[u8], across: &[Cover], weight: f32) {
    for (sum, cover) in sums.chunks_exact_mut(3).zip(across) {
        let mut mean = [0_f32; 3];
        let covered = row.get(cover.first * 3..).unwrap_or_default();
        for (pixel, part) in covered.chunks_exact(3).zip(&cover.weights) {
            for (channel, mean) in pixel.iter().zip(&mut mean) {
                *mean += f32::from(*channel) * part;
            }
        }
        for (sum, mean) in sum.iter_mut().zip(mean) {
            *sum += mean * weight;
        }
    }
}

#[cfg(test)]
mod tests {
    use image::{Rgb, RgbImage};

    use super::{covers, to_long_edge};

    #[test]
    fn sizes() {
        let size = |width, height, edge| {
            to_long_edge(&RgbImage::new(width, height), edge).map(|smaller| smaller.dimensions())
        };
        assert_eq!(size(4032, 3024, 400), Some((400, 300)));
        assert_eq!(size(3024, 4032, 400), Some((300, 400)));
        assert_eq!(size(400, 300, 400), None);
        assert_eq!(size(401, 1, 400), Some((400, 1)));
        assert_eq!(size(9000, 2, 400), Some((400, 1)));
        assert_eq!(size(10, 10, 0), None);
    }

    #[test]
    fn a_new_pixel_is_the_mean_of_what_it_covers() {
        let picture = RgbImage::from_fn(4, 2, |x, y| Rgb([(x * 10) as u8, (y * 100) as u8, 200]));
        let half = to_long_edge(&picture, 2).unwrap();
        assert_eq!(half.as_raw(), &[5, 50, 200, 25, 50, 200]);
        // a third of the way into the second pixel
        let row = RgbImage::from_fn(4, 1, |x, _| Rgb([(x * 30) as u8; 3]));
        assert_eq!(to_long_edge(&row, 3).unwrap().as_raw(), &[8, 8, 8, 45, 45, 45, 83, 83, 83]);
    }

    #[test]
    fn every_old_pixel_counts_once() {
        for (old, new) in [(4032, 400), (1000, 999), (3, 2), (65_535, 1)] {
            let covers = covers(old, new);
            assert_eq!(covers.len(), new as usize);
            let mut counted = vec![0.0; old as usize];
            for cover in &covers {
                assert!((cover.weights.iter().sum::<f32>() - 1.0).abs() < 1e-3, "{old} {new}");
                for (at, weight) in cover.weights.iter().enumerate() {
                    counted[cover.first + at] += weight * old as f32 / new as f32;
                }
            }
            assert!(counted.iter().all(|count| (count - 1.0).abs() < 1e-2), "{old} {new}");
        }
    }
}
