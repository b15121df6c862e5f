//! Sidecars: what the library knows about a photo, written beside it for other programs.
//!
//! This makes the texts; [`sidecars`](crate::run::sidecars) writes them. A text depends on nothing but the
//! records, so the same records give the same bytes on every machine.
//!
//! Every dated file gets a sidecar, even where the file itself has the date. Programs that find a sidecar ask
//! it first, and photos whose date was corrected in Photos could not be told apart afterwards.
//!
//! Country, region and town are said in the form `xmp` only. PhotoPrism and immich-go read no such words; both find
//! them by the position. Likewise who posted a photo to a shared album, which is its source, though not for sure its author.
//!
//! What people wrote about a photo there is in no sidecar. The only place that programs read for it is the caption, and
//! that is its owner's.

mod immich_go;
mod xmp;

use std::collections::HashSet;
use std::io;

use crate::apple::text;
use crate::category::photos::media::{Kind, Position};
use crate::category::photos::{AlbumKind, Said};
use crate::library::layout;
use crate::library::path::LibraryPath;
use crate::library::posted::Posted;
use crate::library::record::{Area, Derived, DerivedForm, FileRecord};
use crate::library::settings::{Hidden, Memories, SidecarForm};
use crate::place::Place;

/// What is added to the name of the file.
pub fn extension(form: SidecarForm) -> &'static str {
    match form {
        SidecarForm::Xmp | SidecarForm::PhotoPrism => "xmp",
        SidecarForm::ImmichGo => "json",
    }
}

/// The form of a sidecar that this program wrote.
pub(crate) fn form_of(text: &str) -> Option<SidecarForm> {
    SidecarForm::ALL.into_iter().find(|form| match form {
        SidecarForm::ImmichGo => text.contains(immich_go::SOFTWARE),
        SidecarForm::Xmp | SidecarForm::PhotoPrism => text.contains(&xmp::toolkit(*form)),
    })
}

/// What the owner chose that decides which albums a sidecar may name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Discretion {
    /// Hidden photos name no album unless they stand among the others.
    pub hidden: Hidden,
    /// Memories are named where they are folders.
    pub memories: Memories,
}

/// What a file has to say.
#[derive(Debug, Clone, PartialEq)]
struct Statement {
    /// What the owner called it.
    name: String,
    /// When it was taken, with an offset, never `Z`: readers take `Z` for "no zone known".
    captured: Option<String>,
    favorite: bool,
    deleted: bool,
    /// Hidden, and kept apart for it.
    hidden: bool,
    position: Option<Position>,
    place: Option<Place>,
    /// Who posted it to shared albums.
    posted_by: Option<String>,
    /// Album titles, each below the folder of its kind.
    tags: Vec<Tag>,
}

/// An album as a tag: `Albums`, `Lake week`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Tag {
    top: &'static str,
    title: String,
}

impl Tag {
    /// As a path of tags. A title is one step of it, whatever it holds.
    fn path(&self, separator: &str) -> String {
        format!("{}{separator}{}", self.top, self.title.replace(separator, "_"))
    }
}

impl Statement {
    /// Titles without their kind, each once.
    fn titles(&self) -> Vec<&str> {
        let mut titles: Vec<&str> = self.tags.iter().map(|tag| tag.title.as_str()).collect();
        titles.sort_unstable();
        titles.dedup();
        titles
    }
}

/// The sidecar of a file; `None` if it has nothing to say. `titles` are kind and title of its
/// albums, `posted` is what people of shared albums have to do with it, `said` is what its bytes say.
///
/// # Errors
/// Only those of a writer; there is none that fails here.
pub fn sidecar(
    form: SidecarForm,
    file: &FileRecord,
    titles: &[(AlbumKind, String)],
    posted: &[Posted],
    said: Option<&Said>,
    discretion: Discretion,
) -> io::Result<Option<Derived>> {
    let Some(statement) = statement(form, file, titles, posted, said, discretion) else { return Ok(None) };
    let text = match form {
        SidecarForm::Xmp | SidecarForm::PhotoPrism => xmp::text(form, &statement)?,
        SidecarForm::ImmichGo => immich_go::text(&statement)?,
    };
    let path = file.path.with_added_extension(extension(form));
    Ok(Some(Derived { path, form: DerivedForm::Sidecar(text) }))
}

/// The file that a sidecar speaks of.
pub(crate) fn subject(sidecar: &LibraryPath) -> Option<LibraryPath> {
    let (file, _) = sidecar.as_str().rsplit_once('.')?;
    LibraryPath::parse(file).ok()
}

fn statement(
    form: SidecarForm,
    file: &FileRecord,
    titles: &[(AlbumKind, String)],
    posted: &[Posted],
    said: Option<&Said>,
    discretion: Discretion,
) -> Option<Statement> {
    // no program reads a sidecar of an adjustment
    if file.area != Area::Media || file.kind == Some(Kind::Adjustment) {
        return None;
    }
    let hidden = file.hidden && discretion.hidden != Hidden::Mixed;
    let (titles, posted) = if hidden || file.deleted { (&[][..], &[][..]) } else { (titles, posted) };
    let mut tags: Vec<Tag> =
        titles.iter().filter_map(|(kind, title)| tag(*kind, title, discretion.memories)).collect();
    tags.sort();
    tags.dedup();
    let (place, posted_by) = match form {
        SidecarForm::Xmp => (said.and_then(|said| said.place.as_deref()).map(in_xml), names(posted)),
        SidecarForm::PhotoPrism | SidecarForm::ImmichGo => (None, None),
    };
    let is_told = place.is_some() || posted_by.is_some();
    if file.captured.is_none() && !file.favorite && tags.is_empty() && !is_told {
        return None;
    }
    let placed = file.path.file_name();
    let original = file.original_name.as_deref();
    let name = original.filter(|name| text::split(name).1 == text::split(placed).1).unwrap_or(placed);
    Some(Statement {
        name: name.to_owned(),
        captured: file.captured_text(),
        favorite: file.favorite,
        deleted: file.deleted,
        hidden,
        position: said.and_then(|said| said.embedded.position),
        place,
        posted_by,
        tags,
    })
}

/// Who posted a file, each once: `Kari, Ola`.
fn names(posted: &[Posted]) -> Option<String> {
    let mut once = HashSet::new();
    let names = posted.iter().filter_map(|posted| posted.by.as_deref()).map(word);
    let names = names.filter(|name| !name.trim().is_empty() && once.insert(name.clone()));
    let names: Vec<String> = names.collect();
    (!names.is_empty()).then(|| names.join(", "))
}

/// A text as XML can hold it.
fn word(text: &str) -> String {
    text.chars().filter(|&c| is_xml(c)).collect()
}

/// A place as XML can hold it, whatever the catalog says.
fn in_xml(place: &Place) -> Place {
    let known = |text: Option<&str>| text.map(word).filter(|text| !text.trim().is_empty()).map(Into::into);
    Place {
        country: word(&place.country).into(),
        country_code: word(&place.country_code).into(),
        region: known(place.region.as_deref()),
        city: known(place.city.as_deref()),
    }
}

fn tag(kind: AlbumKind, title: &str, memories: Memories) -> Option<Tag> {
    let top = match kind {
        AlbumKind::Album => layout::ALBUMS,
        AlbumKind::Shared => layout::SHARED_ALBUMS,
        AlbumKind::Memory if memories == Memories::Folders => layout::MEMORIES,
        AlbumKind::Memory | AlbumKind::Subscribed => return None,
    };
    let title = word(title);
    (!title.trim().is_empty()).then_some(Tag { top, title })
}

/// Whether XML 1.0 can hold a character; no escape helps those that it cannot.
fn is_xml(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

#[cfg(test)]
mod tests;
