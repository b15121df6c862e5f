//! Thumbnails: small pictures of the library's photos in `.windfall/thumbnails`, named by their BLAKE3 and
//! made only once. No photo fails: one without a thumbnail has a placeholder in the page.
//!
//! That a photo cannot be drawn is remembered too, as an empty `.none` file, so a second run does nothing at
//! all.

use std::fs::{self, File};
use std::io::{self, Write};
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use rayon::iter::{IntoParallelRefIterator, ParallelIterator};

use crate::error::Error;
use crate::library::catalog::StoredFile;
use crate::library::layout::{INTERNAL, THUMBNAILS};
use crate::page::picture;
use crate::progress::{Phase, Progress, Watch};
use crate::threads;

/// The extension that says that there is none.
const NONE: &str = "none";

/// Where the thumbnail of these bytes is, relative to the library, with `/`. The first two digits
/// are a folder, because exFAT is slow with many files in one.
pub fn place(blake3: &blake3::Hash) -> String {
    let hex = blake3.to_hex();
    format!("{INTERNAL}/{THUMBNAILS}/{}/{hex}.jpg", hex.get(..2).unwrap_or("00"))
}

/// Makes the thumbnails that are not there yet; says of each photo whether it has one now.
///
/// # Errors
/// If the owner interrupts; the thumbnails that are made stay.
pub fn make(
    library: &Path,
    photos: &[&StoredFile],
    watch: Watch<'_>,
    jobs: NonZeroUsize,
) -> Result<Vec<bool>, Error> {
    let unwritable = AtomicBool::new(false);
    let one = |photo: &&StoredFile| match watch.is_cancelled() {
        true => Err(Error::Interrupted),
        false => Ok(has(library, photo, watch.progress, &unwritable)),
    };
    watch.progress.begin(Phase::Thumbnails, photos.len() as u64, 0);
    let made: Result<Vec<bool>, Error> = match threads::pool(jobs) {
        Ok(pool) => pool.install(|| photos.par_iter().map(one).collect()),
        Err(_) => photos.iter().map(one).collect(),
    };
    if unwritable.into_inner() {
        watch.progress.note("some thumbnails could not be written: the page has placeholders for them");
    }
    made
}

fn has(library: &Path, photo: &StoredFile, progress: &dyn Progress, unwritable: &AtomicBool) -> bool {
    let has = ready(library, photo).unwrap_or_else(|| draw(library, photo, unwritable));
    progress.file("");
    has
}

fn draw(library: &Path, photo: &StoredFile, unwritable: &AtomicBool) -> bool {
    let source = photo.path.to_path(library);
    if File::open(&source).is_err() {
        // gone or out of reach today; that says nothing about the photo
        return false;
    }
    let small = picture::small(&source, photo.content.format);
    let path = library.join(place(&photo.content.blake3));
    let written = match &small {
        Some(bytes) => write(&path, bytes),
        None => write(&path.with_extension(NONE), &[]),
    };
    unwritable.fetch_or(written.is_err(), Ordering::Relaxed);
    small.is_some() && written.is_ok()
}

/// Whether the photo has a thumbnail, if that is known without drawing it.
fn ready(library: &Path, photo: &StoredFile) -> Option<bool> {
    if !picture::can_draw(photo.content.format) {
        return Some(false);
    }
    let path = library.join(place(&photo.content.blake3));
    // a power cut can leave a name without bytes
    if fs::symlink_metadata(&path).is_ok_and(|m| m.is_file() && m.len() > 0) {
        return Some(true);
    }
    fs::symlink_metadata(path.with_extension(NONE)).ok().map(|_| false)
}

fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().unwrap_or(path);
    fs::create_dir_all(folder)?;
    replace(folder, path, bytes)
}

/// Writes beside the place and renames, so that nobody ever sees half a file.
pub fn replace(folder: &Path, path: &Path, bytes: &[u8]) -> io::Result<()> {
    let create = |path: &Path| File::options().write(true).create_new(true).open(path);
    let mut file = tempfile::Builder::new().prefix(".new-").make_in(folder, create)?;
    file.write_all(bytes)?;
    file.persist(path).map(|_| ()).map_err(|error| error.error)
}
