//! Photos of a library that look alike: bursts, copies that were saved again or made smaller, what a shared album
//! kept of a photo, screenshots of one, crops, edits beside their originals.
//!
//! A photo is seen through its thumbnail ([`look`]), few of very many are compared ([`near`]), and what the catalog
//! knows of both tells how they came to be two ([`kinship`]). Groups are shown and nothing is done to them: which of
//! two pictures of a child is the good one is for its owner to say. Movies are not compared, and neither are photos
//! that are hidden or deleted, nor the files of one photo with each other (the halves of a Live Photo, RAW beside
//! JPEG, adjustments).

pub mod group;
mod kinship;
pub mod look;
mod near;
mod seen;

use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::path::Path;

use chrono::{DateTime, FixedOffset};

use crate::category::photos::media::{Camera, Format, Kind};
use crate::error::Error;
use crate::library::catalog::StoredFile;
use crate::library::record::Area;
use crate::progress::Watch;
use look::{Look, Part, View};

pub use group::groups;
pub use kinship::Kinship;
pub use seen::prepare;

/// A photo as it is compared.
#[derive(Debug, Clone)]
pub struct Photo<'a> {
    /// In the library, with `/`.
    pub path: &'a str,
    /// What Apple called it.
    pub name: &'a str,
    pub look: Look,
    pub captured: Option<DateTime<FixedOffset>>,
    pub camera: &'a Camera,
    /// Width and height as a person sees it.
    pub pixels: Option<(u32, u32)>,
    pub format: Format,
    pub favorite: bool,
}

/// How one photo looks like a better one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sight {
    /// Which part of the better one it shows.
    pub part: Part,
    /// In how many bits of 64 the hashes differ.
    pub distance: u32,
    /// How well the grains agree, 1 at most.
    pub agreement: f64,
}

impl Sight {
    fn new(better: &View, own: &View) -> Self {
        Sight { part: better.part, distance: better.distance(own), agreement: better.agreement(own) }
    }

    /// Whether it is the very same picture, and no frame taken a moment later.
    fn is_same(self) -> bool {
        self.part == Part::Whole && self.distance <= 1 && self.agreement >= 0.999
    }
}

/// Photos that look alike.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// What the others are to the best.
    pub kinships: BTreeSet<Kinship>,
    /// The best first.
    pub members: Vec<Member>,
}

impl Group {
    /// Why they are a group, in words.
    pub fn reason(&self) -> String {
        self.kinships.iter().map(|kinship| kinship.as_str()).collect::<Vec<_>>().join("; ")
    }
}

/// A photo of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Member {
    /// Its place among the photos that were compared.
    pub index: usize,
    /// In how many bits of 64 it differs from the best.
    pub distance: u32,
    /// Width and height as a person sees it.
    pub pixels: Option<(u32, u32)>,
}

/// Whether a file is one of those that are compared.
pub fn is_compared(file: &StoredFile) -> bool {
    file.area == Area::Media
        && file.kind == Some(Kind::Photo)
        && file.companion_of.is_none()
        && !file.hidden
        && !file.deleted
}

/// The groups among these files of a library, which have their thumbnails, with their places in `files`; what is not compared is in none.
///
/// # Errors
/// If the owner interrupts.
pub fn among(
    library: &Path,
    files: &[&StoredFile],
    watch: Watch<'_>,
    jobs: NonZeroUsize,
) -> Result<Vec<Group>, Error> {
    let compared: Vec<(usize, &StoredFile)> =
        files.iter().enumerate().filter(|(_, file)| is_compared(file)).map(|(n, file)| (n, *file)).collect();
    let (places, files): (Vec<usize>, Vec<&StoredFile>) = compared.into_iter().unzip();
    let photos = seen::photos(library, &files, watch, jobs)?;
    let mut groups = groups(&photos);
    for member in groups.iter_mut().flat_map(|group| &mut group.members) {
        // a photo was seen for each of these files, in their order
        member.index = places[member.index];
    }
    Ok(groups)
}
