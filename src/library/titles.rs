//! The titles of the albums that each file is in, read before the first file because all files share them.

use std::collections::HashMap;

use crate::error::Error;
use crate::library::catalog::Catalog;
use crate::library::filter::{Filters, Title};
use crate::library::path::LibraryPath;

/// Titles by path.
#[derive(Debug, Default)]
pub struct Titles(HashMap<String, Vec<Title>>);

impl Titles {
    /// All of them, if filters ask for any; else none, because reading them takes time.
    ///
    /// # Errors
    /// If SQLite refuses.
    pub fn read(catalog: &Catalog, filters: &Filters) -> Result<Self, Error> {
        match filters.ask_for_titles() {
            true => catalog.titles_by_path().map(Titles),
            false => Ok(Titles::default()),
        }
    }

    /// Those of the albums that a file is in.
    pub fn of(&self, path: &LibraryPath) -> &[Title] {
        self.0.get(path.as_str()).map(Vec::as_slice).unwrap_or_default()
    }
}

#[cfg(test)]
impl<const N: usize> From<[(&str, Vec<Title>); N]> for Titles {
    fn from(titles: [(&str, Vec<Title>); N]) -> Self {
        Titles(titles.map(|(path, titles)| (path.to_owned(), titles)).into())
    }
}
