//! Where the bytes of contents can be read: in the library, in staging, or in the inputs themselves.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::category::outcome::{Open, spooled};
use crate::contents::{ArchiveId, ContentId, Contents};
use crate::library::staging;
use crate::stage::discover::container::Source;
use crate::stage::discover::open;

/// All places of bytes of one run.
pub struct Shelf<'a> {
    contents: &'a Contents,
    /// Where an archive of the inputs is, and the first entry of each content.
    sources: &'a HashMap<ArchiveId, Source>,
    entries: HashMap<ContentId, (ArchiveId, u32, &'a str)>,
    /// Files of the library.
    kept: HashMap<ContentId, PathBuf>,
    /// The library in whose staging bytes may wait.
    library: Option<&'a Path>,
}

impl<'a> Shelf<'a> {
    /// With these files of the library, and what waits in the staging of one.
    pub fn new(
        contents: &'a Contents,
        sources: &'a HashMap<ArchiveId, Source>,
        kept: impl Iterator<Item = (ContentId, PathBuf)>,
        library: Option<&'a Path>,
    ) -> Self {
        let given = contents.entries.iter().filter(|e| e.given && sources.contains_key(&e.archive));
        let mut entries = HashMap::new();
        for entry in given {
            if let Some(content) = entry.content() {
                entries.entry(content).or_insert((entry.archive, entry.position, entry.path.as_ref()));
            }
        }
        Shelf { contents, sources, entries, kept: kept.collect(), library }
    }
}

impl Shelf<'_> {
    /// A file of the library or in staging.
    fn here(&self, content: ContentId) -> Option<PathBuf> {
        let hash = &self.contents.distinct[content].blake3;
        let staged = || self.library.map(|library| staging::path_in(library, hash));
        let kept = self.kept.get(&content).cloned().into_iter().chain(staged());
        let is_file = |path: &PathBuf| fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_file());
        kept.into_iter().find(is_file)
    }
}

impl Open for Shelf<'_> {
    fn here_and_there(&self, content: ContentId) -> io::Result<File> {
        match self.here(content) {
            Some(path) => File::open(path),
            None => spooled(&mut self.open(content)?),
        }
    }

    fn open(&self, content: ContentId) -> io::Result<Box<dyn Read + Send>> {
        if let Some(path) = self.here(content) {
            return Ok(Box::new(File::open(path)?));
        }
        let (archive, position, path) =
            self.entries.get(&content).ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))?;
        let source = self.sources.get(archive).ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))?;
        open(source, *position, path).map_err(|refused| io::Error::other(refused.cause))
    }
}
