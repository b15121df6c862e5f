//! The folder beside the page, in which its sections stand.
//!
//! Only files that Windfall wrote are replaced or removed there. A section that the library has no more goes, so that
//! nothing is read there that the page does not say.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::library::layout;
use crate::page::sections::{self, Section};
use crate::page::{put_written, refuse_foreign};

/// What became of the sections.
#[derive(Debug, Clone, Copy, Default)]
pub struct Counts {
    pub made: u64,
    pub removed: u64,
    pub kept: u64,
}

/// The name of the folder beside a page of this name. A page that its owner called otherwise has one of its own.
pub fn name(page: &Path) -> String {
    match page.file_name().and_then(|name| name.to_str()) {
        None | Some(layout::PAGE) => layout::SECTIONS.to_owned(),
        Some(other) => {
            let stem = Path::new(other).file_stem().unwrap_or_default().to_string_lossy();
            format!("{stem}-{}", layout::SECTIONS)
        }
    }
}

fn folder(page: &Path) -> PathBuf {
    page.with_file_name(name(page))
}

/// Says whether anything stands there that is not ours to replace.
///
/// # Errors
/// [`Error::NotAPage`] if so.
pub fn refuse_others(page: &Path) -> Result<(), Error> {
    let folder = folder(page);
    match fs::symlink_metadata(&folder) {
        Err(_) => Ok(()),
        Ok(metadata) if metadata.is_dir() => {
            sections::file_names().try_for_each(|name| refuse_foreign(&folder.join(name)))
        }
        Ok(_) => Err(Error::NotAPage(folder)),
    }
}

/// Writes the sections of a page. `own` is Windfall's own folder on the same drive.
///
/// # Errors
/// If one cannot be written.
pub fn write(
    own: &Path,
    page: &Path,
    sections: &[Section],
    shows_hidden: &'static str,
) -> Result<Counts, Error> {
    let folder = folder(page);
    let mut counts = Counts::default();
    if !sections.is_empty() {
        fs::create_dir_all(&folder).map_err(Error::io("create", &folder))?;
    }
    let main = page.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    for section in sections {
        let place = folder.join(section.file());
        let frame = sections::frame(section, sections, &main, shows_hidden);
        let frame = frame.map_err(|error| Error::io("write", &place)(error))?;
        match put_written(own, &place, &|to| section.write(&frame, to))? {
            true => counts.made += 1,
            false => counts.kept += 1,
        }
    }
    let is_gone = |name: &&str| sections.iter().all(|section| section.file() != *name);
    for name in sections::file_names().filter(is_gone) {
        let place = folder.join(name);
        match fs::remove_file(&place) {
            Ok(()) => counts.removed += 1,
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {}
            Err(error) => return Err(Error::io("remove", &place)(error)),
        }
    }
    if sections.is_empty() {
        // only where nothing of anybody's is left in it
        let _ = fs::remove_dir(&folder);
    }
    Ok(counts)
}
