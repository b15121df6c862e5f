//! `similar`: which photos of a library look alike, as JSON and for people. Nothing but thumbnails is written, and
//! those only where they can be.

use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::path::Path;

use serde::Serialize;

use crate::alike::{self, is_compared};
use crate::error::Error;
use crate::library::catalog::{Catalog, Detail, StoredFile};
use crate::library::filter::Filters;
use crate::library::path::LibraryPath;
use crate::library::titles::Titles;
use crate::progress::Watch;

/// Groups of photos that look alike.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Similar {
    /// By the path of the best of each.
    pub groups: Vec<Alike>,
    /// How many photos were compared.
    #[serde(skip)]
    pub compared: u64,
}

/// Photos that look alike.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Alike {
    /// Why they are a group, in words.
    pub reason: String,
    /// The best first.
    pub files: Vec<AlikeFile>,
}

/// A photo of a group.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AlikeFile {
    /// Relative to the library, with `/`.
    pub path: LibraryPath,
    /// How many bytes it has.
    pub size: u64,
    /// In pixels, as a person sees it; `None` if nobody knows.
    pub width: Option<u32>,
    /// In pixels.
    pub height: Option<u32>,
    /// In how many of 64 features it differs from the best.
    pub distance: u32,
}

/// Compares the photos that are meant, without hidden and deleted ones. `jobs` threads look at them.
///
/// # Errors
/// If there is no catalog, or the owner interrupts. A photo that cannot be seen is no error; it is in no group.
pub fn similar(
    library: &Path,
    filters: &Filters,
    watch: Watch<'_>,
    jobs: NonZeroUsize,
) -> Result<Similar, Error> {
    let files = files(&Catalog::read(library)?, filters)?;
    let files: Vec<&StoredFile> = files.iter().collect();
    alike::prepare(library, &files, watch, jobs)?;
    let file = |member: &alike::Member| {
        let file = files[member.index];
        let (width, height) = member.pixels.unzip();
        let (path, size) = (file.path.clone(), file.content.size);
        AlikeFile { path, size, width, height, distance: member.distance }
    };
    let found = alike::among(library, &files, watch, jobs)?;
    let groups = found
        .iter()
        .map(|group| Alike { reason: group.reason(), files: group.members.iter().map(file).collect() });
    Ok(Similar { groups: groups.collect(), compared: files.len() as u64 })
}

fn files(catalog: &Catalog, filters: &Filters) -> Result<Vec<StoredFile>, Error> {
    let titles = Titles::read(catalog, filters)?;
    let mut files = Vec::new();
    catalog.each_file(Detail::WithoutEvidence, &mut |file| {
        if is_compared(&file) && filters.mean(&file, titles.of(&file.path)) {
            files.push(file);
        }
        ControlFlow::Continue(())
    })?;
    Ok(files)
}
