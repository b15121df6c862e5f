//! Sees the photos of a library through their thumbnails. Where one does not stand, as on a drive that is only read, the
//! photo itself is looked at.

use std::fs::File;
use std::num::NonZeroUsize;
use std::path::Path;

use image::{DynamicImage, GrayImage};
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};

use super::Photo;
use super::look::Look;
use crate::category::photos::media::{self, Format};
use crate::error::Error;
use crate::library::catalog::StoredFile;
use crate::library::layout;
use crate::picture::{self, Limits, Previews, Wanted};
use crate::progress::{Phase, Watch};
use crate::threads;

/// Makes the thumbnails that are missing, if they can be kept; otherwise it would only be work done twice.
///
/// # Errors
/// If the owner interrupts; what is made stays.
pub fn prepare(
    library: &Path,
    files: &[&StoredFile],
    watch: Watch<'_>,
    jobs: NonZeroUsize,
) -> Result<(), Error> {
    if tempfile::tempfile_in(layout::internal(library)).is_ok() {
        let wanted = Wanted { items: files, stays: &|_| true, previews: Previews::Found };
        picture::make(library, &wanted, watch, jobs)?;
    }
    Ok(())
}

/// These files as photos, in their order.
///
/// # Errors
/// If the owner interrupts.
pub fn photos<'a>(
    library: &Path,
    files: &[&'a StoredFile],
    watch: Watch<'_>,
    jobs: NonZeroUsize,
) -> Result<Vec<Photo<'a>>, Error> {
    watch.progress.begin(Phase::Compare, files.len() as u64, 0);
    let limits = Limits::of_this_machine();
    let one = |file: &&'a StoredFile| match watch.is_cancelled() {
        true => Err(Error::Interrupted),
        false => {
            let photo = photo(library, file, &limits);
            watch.progress.file("");
            Ok(photo)
        }
    };
    match threads::pool(jobs) {
        Ok(pool) => pool.install(|| files.par_iter().map(one).collect()),
        Err(_) => files.iter().map(one).collect(),
    }
}

fn photo<'a>(library: &Path, file: &'a StoredFile, limits: &Limits) -> Photo<'a> {
    let look = levels(library, file, limits).map(|levels| {
        let (width, height) = levels.dimensions();
        Look::of(width as usize, height as usize, levels.as_raw())
    });
    Photo {
        path: file.path.as_str(),
        name: file.original_name.as_deref().unwrap_or_else(|| file.path.file_name()),
        look: look.unwrap_or_default(),
        captured: file.captured,
        camera: &file.content.camera,
        pixels: pixels(library, file),
        format: file.content.format,
        favorite: file.favorite,
    }
}

/// The brightness of a photo's pixels; none if it cannot be drawn.
fn levels(library: &Path, file: &StoredFile, limits: &Limits) -> Option<GrayImage> {
    let drawn = |path: &Path, format| {
        let drawn = picture::decode(path, format, limits).ok()?;
        Some(DynamicImage::ImageRgb8(drawn.pixels).into_luma8())
    };
    drawn(&library.join(picture::thumbnail(&file.content.blake3)), Format::Jpeg)
        .or_else(|| drawn(&file.path.to_path(library), file.content.format))
}

/// How large a photo is. Catalogs of 0.1.0 do not say it, but the photo does.
fn pixels(library: &Path, file: &StoredFile) -> Option<(u32, u32)> {
    let read = || {
        let mut source = File::open(file.path.to_path(library)).ok()?;
        let size = source.metadata().ok()?.len();
        media::read(&mut source, size).pixels
    };
    file.content.pixels.or_else(read).map(|pixels| (pixels.width, pixels.height))
}
