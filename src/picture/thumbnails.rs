//! Thumbnails of photos and movies, and previews of photos that browsers cannot show. Each is made once, and two
//! of one photo together, because decoding it takes nearly all of the time.
//!
//! No photo fails: one without a thumbnail has words why.

use std::collections::HashSet;
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use rayon::iter::{IntoParallelRefIterator, ParallelIterator};

use super::copy::{Carrying, encode};
use super::kept::{Kept, Known};
use super::{Enough, Limits, Undrawable, can_draw, guarded, is_for_browsers, stored};
use crate::category::photos::media::{Format, Kind};
use crate::error::Error;
use crate::library::catalog::StoredFile;
use crate::library::drive::hash_file;
use crate::library::layout::{self, PREVIEWS, THUMBNAILS};
use crate::progress::{Phase, Progress, Watch};
use crate::threads;

/// The longer side of a thumbnail, in pixels.
const OF_THUMBNAIL: u32 = 400;
/// The longer side of a preview, in pixels.
const OF_PREVIEW: u32 = 2048;
const QUALITY: u8 = 80;
/// Larger colour profiles are dropped, in bytes; Apple's have about 550.
const LARGEST_PROFILE: usize = 8192;

/// How thumbnails are made; another number makes them all anew. 0.1.0 had none, and blurred ones.
const RECIPE_OF_THUMBNAILS: &str = if cfg!(feature = "heic") { "2" } else { "2 without HEIC" };
const RECIPE_OF_PREVIEWS: &str = if cfg!(feature = "heic") { "1" } else { "1 without HEIC" };

/// Whether previews are made.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Previews {
    /// Those that are there are found.
    #[default]
    Found,
    /// Those that are missing are made.
    Made,
}

/// Which pictures are wanted.
pub struct Wanted<'a> {
    /// Photos and movies.
    pub items: &'a [&'a StoredFile],
    /// Whose pictures stay: everything in the library, whether it is wanted now or not.
    pub stays: &'a dyn Fn(&blake3::Hash) -> bool,
    pub previews: Previews,
}

/// Which pictures of a photo or movie there are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Drawn {
    pub thumbnail: bool,
    pub preview: bool,
    /// How many of these two were made now.
    pub new: u64,
    /// Where there is no thumbnail.
    pub why_none: Option<WhyNone>,
}

/// Why there is no picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WhyNone {
    /// Nothing here draws what it is; nobody can do anything about that.
    Kind,
    /// In words, to follow the name of the file.
    Failed(String),
}

/// Makes the pictures that are not there yet, and sweeps out what is of no use any more; says which there are of
/// each item.
///
/// # Errors
/// If the owner interrupts; what is made stays.
pub fn make(
    library: &Path,
    wanted: &Wanted<'_>,
    watch: Watch<'_>,
    jobs: NonZeroUsize,
) -> Result<Vec<Drawn>, Error> {
    make_in(&layout::internal(library), library, wanted, watch, jobs)
}

/// The same for any folder of photos, whose pictures are kept in `own`.
///
/// # Errors
/// As [`make`].
pub fn make_in(
    own: &Path,
    photos: &Path,
    wanted: &Wanted<'_>,
    watch: Watch<'_>,
    jobs: NonZeroUsize,
) -> Result<Vec<Drawn>, Error> {
    if watch.is_cancelled() {
        return Err(Error::Interrupted);
    }
    let mut shelf = Shelf {
        photos,
        own,
        thumbnails: Kept::read(own.join(THUMBNAILS), RECIPE_OF_THUMBNAILS),
        previews: Kept::read(own.join(PREVIEWS), RECIPE_OF_PREVIEWS),
        wanted: wanted.previews,
        limits: Limits::of_this_machine(),
        is_unwritable: AtomicBool::new(false),
    };
    shelf.sweep(wanted);
    let missing = wanted.items.iter().filter(|item| !shelf.missing(item).is_empty()).count();
    let phase = if wanted.previews == Previews::Made { Phase::Previews } else { Phase::Thumbnails };
    watch.progress.begin(phase, missing as u64, 0);
    let one = |item: &&StoredFile| match watch.is_cancelled() {
        true => Err(Error::Interrupted),
        false => Ok(shelf.drawn(item, watch.progress)),
    };
    let drawn: Result<Vec<Drawn>, Error> = match threads::pool(jobs) {
        Ok(pool) => pool.install(|| wanted.items.par_iter().map(one).collect()),
        Err(_) => wanted.items.iter().map(one).collect(),
    };
    let drawn = drawn?;
    tell(watch.progress, wanted.items, &drawn);
    if shelf.is_unwritable.into_inner() {
        watch.progress.note("some thumbnails could not be written");
    }
    Ok(drawn)
}

/// How many of these photos could have a preview and have none yet. Makes nothing.
pub fn previews_to_make<'a>(library: &Path, items: impl IntoIterator<Item = &'a StoredFile>) -> u64 {
    let kept = Kept::read(layout::internal(library).join(PREVIEWS), RECIPE_OF_PREVIEWS);
    let mut seen = HashSet::new();
    let is_missing = |item: &&StoredFile| {
        let (hash, format) = (item.content.blake3, item.content.format);
        can_draw(format) && needs_preview(format) && kept.known(&hash).is_none() && seen.insert(hash)
    };
    items.into_iter().filter(is_missing).count() as u64
}

/// Says which photos could not be drawn.
fn tell(progress: &dyn Progress, items: &[&StoredFile], drawn: &[Drawn]) {
    let failed = items.iter().zip(drawn).filter_map(|(item, drawn)| match &drawn.why_none {
        Some(WhyNone::Failed(words)) => Some((item, words)),
        _ => None,
    });
    let failed: Vec<_> = failed.collect();
    for (item, words) in &failed {
        progress.decision(&|| format!("{}: no thumbnail: it {words}", item.path));
    }
    match failed.as_slice() {
        [] => {}
        [(item, words)] => progress.note(&format!("1 photo has no thumbnail: `{}` {words}", item.path)),
        [(item, words), ..] => progress.note(&format!(
            "{} photos have no thumbnail; --verbose names them all. The first: `{}` {words}",
            failed.len(),
            item.path
        )),
    }
}

/// The pictures of a library that are there, and what making more takes.
struct Shelf<'a> {
    photos: &'a Path,
    own: &'a Path,
    thumbnails: Kept,
    previews: Kept,
    wanted: Previews,
    limits: Limits,
    is_unwritable: AtomicBool,
}

/// A kind of picture that a photo does not have yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Size {
    Thumbnail,
    Preview,
}

impl Shelf<'_> {
    fn sweep(&mut self, wanted: &Wanted<'_>) {
        let mut swept = vec![self.thumbnails.sweep(RECIPE_OF_THUMBNAILS, wanted.stays)];
        if self.wanted == Previews::Made || self.own.join(PREVIEWS).is_dir() {
            swept.push(self.previews.sweep(RECIPE_OF_PREVIEWS, wanted.stays));
        }
        self.is_unwritable.fetch_or(swept.iter().any(Result::is_err), Ordering::Relaxed);
    }

    fn missing(&self, item: &StoredFile) -> Vec<Size> {
        let (hash, format) = (&item.content.blake3, item.content.format);
        let mut missing = Vec::new();
        if !can_draw(format) {
            return missing;
        }
        if self.thumbnails.known(hash).is_none() {
            missing.push(Size::Thumbnail);
        }
        if self.wanted == Previews::Made && needs_preview(format) && self.previews.known(hash).is_none() {
            missing.push(Size::Preview);
        }
        missing
    }

    fn kept(&self, size: Size) -> &Kept {
        match size {
            Size::Thumbnail => &self.thumbnails,
            Size::Preview => &self.previews,
        }
    }

    /// What there is of an item, once what is missing is made.
    fn drawn(&self, item: &StoredFile, progress: &dyn Progress) -> Drawn {
        let hash = &item.content.blake3;
        let is_made = |size| self.kept(size).known(hash) == Some(Known::Made);
        let mut drawn = Drawn {
            thumbnail: is_made(Size::Thumbnail),
            preview: is_made(Size::Preview),
            ..Drawn::default()
        };
        if self.thumbnails.known(hash) == Some(Known::Impossible) {
            drawn.why_none = Some(self.thumbnails.reason(hash).map_or(WhyNone::Kind, WhyNone::Failed));
        } else if !can_draw(item.content.format) {
            drawn.why_none = Some(WhyNone::Kind);
        }
        let missing = self.missing(item);
        if missing.is_empty() {
            return drawn;
        }
        match jpegs(&item.path.to_path(self.photos), item.content.format, &missing, &self.limits) {
            Ok(jpegs) => {
                for (size, jpeg) in missing.into_iter().zip(jpegs) {
                    let is_kept = self.is_written(self.kept(size).keep(hash, &jpeg));
                    drawn.new += u64::from(is_kept);
                    match size {
                        Size::Thumbnail if !is_kept => {
                            drawn.why_none = Some(WhyNone::Failed("could not be written".to_owned()));
                        }
                        Size::Thumbnail => drawn.thumbnail = true,
                        Size::Preview => drawn.preview = is_kept,
                    }
                }
            }
            Err(error) => {
                self.remember(item, &missing, &error);
                if !drawn.thumbnail {
                    drawn.why_none = Some(match &error {
                        Undrawable::Format => WhyNone::Kind,
                        error => WhyNone::Failed(error.to_string()),
                    });
                }
            }
        }
        progress.file("");
        drawn
    }

    /// Remembers what will be the same next time.
    fn remember(&self, item: &StoredFile, missing: &[Size], error: &Undrawable) {
        let words = match error {
            // gone or out of reach today, or too large for this machine: that says nothing about the photo
            Undrawable::Unreadable(_) | Undrawable::TooLarge => return,
            Undrawable::Format => String::new(),
            // the drive may have damaged what was imported, and `repair` may bring it back
            _ if hash_file(&item.path.to_path(self.photos)) != Some(item.content.blake3) => return,
            error => error.to_string(),
        };
        for size in missing {
            self.is_written(self.kept(*size).keep_reason(&item.content.blake3, &words));
        }
    }

    fn is_written(&self, result: std::io::Result<()>) -> bool {
        self.is_unwritable.fetch_or(result.is_err(), Ordering::Relaxed);
        result.is_ok()
    }
}

/// Whether browsers show no photo of that format. Movies they play or do not.
fn needs_preview(format: Format) -> bool {
    format.kind("") == Kind::Photo && !is_for_browsers(format)
}

/// These pictures of a photo, as JPEG.
fn jpegs(path: &Path, format: Format, sizes: &[Size], limits: &Limits) -> Result<Vec<Vec<u8>>, Undrawable> {
    guarded(|| {
        let enough = if sizes.contains(&Size::Preview) { OF_PREVIEW } else { OF_THUMBNAIL };
        let mut picture = stored(path, format, Enough::LongEdge(enough), limits)?;
        // turning is cheaper when the picture is small already
        picture.shrink(enough);
        picture.turn_upright();
        let profile = picture.profile.take().filter(|profile| profile.len() <= LARGEST_PROFILE);
        let carrying = Carrying { profile: profile.as_deref(), exif: None };
        // the largest first, because the others are made from it
        let mut made = Vec::new();
        for size in sizes.iter().rev() {
            if *size == Size::Thumbnail {
                picture.shrink(OF_THUMBNAIL);
            }
            made.push(encode(&picture.pixels, carrying, QUALITY)?);
        }
        made.reverse();
        Ok(made)
    })
}
