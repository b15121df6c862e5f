//! `albums`: makes all album folders anew in another form, from the catalog. No zip is needed, and no photo is touched.
//!
//! What an earlier run made goes where it is as it was made; what its owner changed stays, and is named. A kill in
//! between leaves fewer albums than there should be; the choice is remembered by then, and the same command ends it.

use std::collections::HashSet;

use serde::Serialize;

use crate::error::Error;
use crate::library::drive;
use crate::library::layout;
use crate::library::path::LibraryPath;
use crate::library::record::{DerivedKind, DerivedRecord};
use crate::library::settings::{AlbumForm, Memories, RememberedSettings, Settings, Word, name};
use crate::library::staging::Staging;
use crate::problem::{Code, Problem};
use crate::run::counts::Counts;
use crate::run::moves::{Derivatives, Run, open, settle};
use crate::stage::place;
use crate::stage::plan::form_on;
use crate::stage::relocate::prune;

/// What became of albums.
#[derive(Debug, Serialize)]
pub struct Remade {
    /// Links, lists and copies: those that were made, those of another form or of albums that are no longer shown, which
    /// were removed, and those that stood as they should.
    #[serde(flatten)]
    pub counts: Counts,
    /// The form that this drive could do.
    #[serde(skip)]
    pub form: AlbumForm,
}

/// Makes the albums in this form, and remembers it.
///
/// # Errors
/// If it is no library or in use, the drive is full, or the owner interrupts.
pub fn albums(run: &Run<'_>, wanted: AlbumForm) -> Result<Remade, Error> {
    let library = run.library;
    let (_lock, mut catalog) = open(run)?;
    let chosen = [(name::ALBUMS.to_owned(), wanted.as_str().to_owned())];
    catalog.remember(&chosen.into_iter().collect::<RememberedSettings>())?;
    let settings = Settings::of(&catalog.settings()?);
    let known = catalog.load()?;
    let staging = Staging::open(library, &known.staged())?;
    let links = drive::probe_links(library)?;
    staging.close();
    let form = form_on(links, wanted);
    let derived = known.recorded.derived;
    let old: Vec<(&LibraryPath, &DerivedRecord)> = derived
        .iter()
        .filter(|(_, record)| record.kind.is_of_album())
        .filter(|(path, record)| {
            !is_wanted(path, record, form, settings.memories) || !place::is_in_form(library, path, record)
        })
        .collect();
    let removal = place::remove(library, &old, &mut catalog)?;
    let stayed: HashSet<&LibraryPath> = removal.foreign.iter().collect();
    let gone = old.iter().map(|(path, _)| *path).filter(|path| !stayed.contains(path));
    prune(library, gone.filter_map(LibraryPath::parent));
    let moved = settle(run, &mut catalog)?;
    let mut problems: Vec<Problem> = removal.foreign.iter().map(changed).collect();
    problems.extend(unsupported(wanted, form));
    problems.extend(moved.problems);
    problems.sort();
    let Derivatives { made, kept } = moved.albums;
    let removed = removal.removed + moved.removed;
    Ok(Remade { counts: Counts { made, moved: 0, removed, kept, problems }, form })
}

/// Whether something that was derived for an album has the form that is wanted now.
fn is_wanted(path: &LibraryPath, record: &DerivedRecord, form: AlbumForm, memories: Memories) -> bool {
    let is_of_memories = path.as_str().split_once('/').is_some_and(|(top, _)| top == layout::MEMORIES);
    let kind = match form {
        AlbumForm::Symlink | AlbumForm::Auto => Some(DerivedKind::Symlink),
        AlbumForm::Hardlink => Some(DerivedKind::Hardlink),
        AlbumForm::Copy => Some(DerivedKind::Copy),
        AlbumForm::List => Some(DerivedKind::List),
        AlbumForm::None => None,
    };
    kind == Some(record.kind) && (memories == Memories::Folders || !is_of_memories)
}

fn changed(path: &LibraryPath) -> Problem {
    let message = "somebody changed it since it was made for an album, so it stays";
    Problem::new(Code::ExtraFile, message).with_entry(path.as_str())
}

fn unsupported(wanted: AlbumForm, form: AlbumForm) -> Option<Problem> {
    let is_other = matches!(wanted, AlbumForm::Auto | AlbumForm::Symlink | AlbumForm::Hardlink)
        && form == AlbumForm::List;
    is_other.then(|| {
        Problem::new(
            Code::LinksUnsupported,
            "this drive cannot hold album folders without copying, so each album is an `.m3u8` list: look at albums in \
             the page that `windfall report` writes, or use `--as copy`",
        )
    })
}
