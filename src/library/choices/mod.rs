//! What only the catalog would know, once more beside it, in tables that stand with Apple's lists: if the catalog is
//! lost, what its owner chose, kept and left out on purpose is not.
//!
//! The catalog is what counts while it is there; these tables are read only to make a lost one anew. They stand beside
//! the origins of every export, so that they go wherever those go, and all say the same.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::library::catalog::Catalog;
use crate::library::files::{Company, replace};
use crate::library::layout;

pub mod edits;
pub mod forgotten;
pub mod settings;

/// Puts everything beside the catalog that belongs there, durably, unless it stands there already.
///
/// # Errors
/// If the drive is full, gone or read-only.
pub fn keep(library: &Path, catalog: &Catalog) -> Result<(), Error> {
    settings::keep(library, &catalog.settings()?)?;
    edits::keep(library, &catalog.edits()?)?;
    forgotten::keep(library, &catalog.all_forgotten()?)
}

/// The tables that stand or may stand, in a fixed order, as far as the drive tells.
pub fn tables(library: &Path) -> impl Iterator<Item = PathBuf> {
    let tables = [layout::SETTINGS, layout::EDITS, layout::FORGOTTEN_TABLE];
    tables.into_iter().flat_map(|table| places(library, table).unwrap_or_default())
}

/// Where this table belongs: beside the origins of each export.
fn places(library: &Path, table: &str) -> io::Result<BTreeSet<PathBuf>> {
    let exports = match fs::read_dir(layout::internal(library).join(layout::DETAILS)) {
        Ok(exports) => exports,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(BTreeSet::new()),
        Err(error) => return Err(error),
    };
    let exports = exports.map(|export| Ok(export?.path())).collect::<io::Result<Vec<PathBuf>>>()?;
    let exports = exports.into_iter().filter(|export| is_file(&export.join(layout::ORIGINS)));
    Ok(exports.map(|export| export.join(table)).collect())
}

fn is_file(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_file())
}

/// Lets this text stand everywhere where the table belongs, or none.
fn put(library: &Path, table: &str, text: Option<&[u8]>) -> Result<(), Error> {
    let places = places(library, table).map_err(Error::io("list the exports of", library))?;
    for place in places {
        let Some(text) = text else {
            match fs::remove_file(&place) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    return Err(Error::io("remove", &place)(error));
                }
                _ => continue,
            }
        };
        if is_file(&place) && fs::read(&place).is_ok_and(|held| held == text) {
            continue;
        }
        replace(&layout::internal(library), &place, Company::Nobody, &|to| to.write_all(text))
            .map_err(Error::io("write", &place))?;
    }
    Ok(())
}
