//! Sees the photos of a library through their thumbnails. Where one does not stand it is made, and where none can be
//! kept, on a drive that is only read, the photo itself is looked at.

use std::num::NonZeroUsize;
use std::path::Path;

use image::ImageFormat;
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};

use super::Photo;
use super::look::Look;
use crate::error::Error;
use crate::library::catalog::StoredFile;
use crate::page::{picture, thumbnails};
use crate::progress::{Phase, Watch};
use crate::threads;

/// These files as photos, in their order.
///
/// # Errors
/// If the owner interrupts; thumbnails that are made stay.
pub fn photos<'a>(
    library: &Path,
    files: &[&'a StoredFile],
    watch: Watch<'_>,
    jobs: NonZeroUsize,
) -> Result<Vec<Photo<'a>>, Error> {
    thumbnails::make(library, files, watch, jobs)?;
    watch.progress.begin(Phase::Compare, files.len() as u64, 0);
    let one = |file: &&'a StoredFile| match watch.is_cancelled() {
        true => Err(Error::Interrupted),
        false => {
            let photo = photo(library, file);
            watch.progress.file("");
            Ok(photo)
        }
    };
    match threads::pool(jobs) {
        Ok(pool) => pool.install(|| files.par_iter().map(one).collect()),
        Err(_) => files.iter().map(one).collect(),
    }
}

fn photo<'a>(library: &Path, file: &'a StoredFile) -> Photo<'a> {
    Photo {
        path: file.path.as_str(),
        name: file.original_name.as_deref().unwrap_or_else(|| file.path.file_name()),
        look: look(library, file).unwrap_or_default(),
        captured: file.captured,
        camera: &file.content.camera,
        pixels: pixels(library, file),
        format: file.content.format,
        favorite: file.favorite,
    }
}

fn look(library: &Path, file: &StoredFile) -> Option<Look> {
    let kept = std::fs::read(library.join(thumbnails::place(&file.content.blake3))).ok();
    let decoded = |bytes: Vec<u8>| image::load_from_memory_with_format(&bytes, ImageFormat::Jpeg).ok();
    let drawn = || decoded(picture::small(&file.path.to_path(library), file.content.format)?);
    let levels = kept.and_then(decoded).or_else(drawn)?.into_luma8();
    let side = |side: u32| usize::try_from(side).ok();
    Some(Look::of(side(levels.width())?, side(levels.height())?, levels.as_raw()))
}

fn pixels(_library: &Path, _file: &StoredFile) -> Option<(u32, u32)> {
    None
}
