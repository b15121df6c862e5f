//! The page of a folder of copies: the same photos, viewer and search as that of a library, and not a word of the
//! library that they are from.
//!
//! It knows the albums by which the copies were chosen and no others, because their titles are nobody else's
//! business.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io;
use std::num::NonZeroUsize;
use std::path::Path;

use crate::category::photos::AlbumKind;
use crate::error::Error;
use crate::library::catalog::{Health, StoredFile};
use crate::library::filter::HiddenAndDeleted;
use crate::library::settings::RememberedSettings;
use crate::page::found::Found;
use crate::page::gallery::{self, Beside};
use crate::page::holdings::{Collection, Delivered, Holdings};
use crate::page::shown::Shown;
use crate::page::{Gallery, Others, Subject, put, refuse_foreign, render};
use crate::picture::{self, Previews, Wanted};
use crate::progress::Watch;

/// What stands in a folder of copies.
pub struct Copies<'a> {
    pub folder: &'a Path,
    /// The part of it that is Windfall's own, where thumbnails are kept.
    pub own: &'a str,
    /// Where each copy stands, and what is known of it.
    pub files: Vec<StoredFile>,
    /// The paths of copies by the title of their album.
    pub albums: BTreeMap<String, Vec<String>>,
}

/// Writes the page of a folder of copies.
///
/// # Errors
/// If a file that is no page of ours stands in the place, if the page cannot be written, or if the owner interrupts.
pub fn write_beside(
    copies: Copies<'_>,
    page: &Path,
    watch: Watch<'_>,
    jobs: NonZeroUsize,
) -> Result<(), Error> {
    refuse_foreign(page)?;
    // what people said among themselves is not given away
    let album = |(title, paths)| Collection {
        kind: AlbumKind::Album,
        title,
        paths,
        posted: HashMap::new(),
        comments: 0,
        likes: 0,
    };
    let holdings = Holdings {
        health: Health::default(),
        files: copies.files,
        collections: copies.albums.into_iter().map(album).collect(),
        deliveries: Vec::new(),
        delivered: Delivered::default(),
        runs: Vec::new(),
        read: HashMap::new(),
        settings: RememberedSettings::default(),
    };
    let shown = Shown::of(&holdings, HiddenAndDeleted::Included);
    let in_folder: HashSet<blake3::Hash> = holdings.files.iter().map(|file| file.content.blake3).collect();
    let stays = |photo: &blake3::Hash| in_folder.contains(photo);
    let wanted = Wanted { items: &shown.items, stays: &stays, previews: Previews::Found };
    let own = copies.folder.join(copies.own);
    let pictures = picture::make_in(&own, copies.folder, &wanted, watch, jobs)?;
    let beside = Beside { pictures: &pictures, similar: &[], own: copies.own };
    let gallery = Gallery { data: gallery::data(&shown, &beside), similar: 0 };
    let others = Others { found: &Found::default(), folder: None };
    let hidden = HiddenAndDeleted::Included;
    let html = render(Subject::Copies, &holdings, &shown, hidden, &[], Some(&gallery), &others)
        .map_err(|error| Error::io("write", page)(io::Error::other(error)))?;
    put(&own, page, &html).map(drop)
}
