//! `forget --edited`: the edited bytes of a file become the library's own.
//!
//! The file is not touched. What Apple delivered stays on record, so that an import does not bring it back beside the
//! edit, and `verify --against` counts it as held on purpose.

use std::fs::{self, File};
use std::io::{BufReader, Read, Seek};
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use chrono::{DateTime, Utc};

use crate::apple::fingerprint;
use crate::category::{self, Said, Vouched};
use crate::contents::Content;
use crate::error::Error;
use crate::library::catalog::{Catalog, Edit};
use crate::library::choices;
use crate::library::path::LibraryPath;
use crate::library::record::Area;
use crate::problem::{Code, Problem};
use crate::progress::Watch;
use crate::run::counts::Counts;
use crate::run::{list, moves};

/// Takes the edits of these files for the library's own: those are *kept*. All paths are known before anything is
/// changed.
///
/// # Errors
/// If there is no library, it is in use, or it knows no file of such a path.
pub fn keep_edits(library: &Path, paths: &[PathBuf]) -> Result<Counts, Error> {
    let named = named(library, &Catalog::read(library)?, paths)?;
    let watch = Watch { progress: &(), cancel: &AtomicBool::new(false) };
    let (_lock, mut catalog) = moves::open(&moves::Run { library, jobs: NonZeroUsize::MIN, watch })?;
    let (mut kept, mut edits) = (Counts::default(), Vec::new());
    for path in &named {
        let Some(known) = catalog.file(path.as_str())? else { continue };
        match look(&path.to_path(library), known.area) {
            Ok(seen) if seen.content.blake3 == known.content.blake3 => {
                kept.kept += 1;
                catalog.record_sound(Utc::now(), std::slice::from_ref(path))?;
            }
            Ok(Seen { content, said, modified }) => edits.push(Edit { path, content, said, modified }),
            Err(error) => {
                let code = if error.kind() == std::io::ErrorKind::NotFound {
                    Code::MissingFile
                } else {
                    Code::Unreadable
                };
                let message = format!("its edit cannot be kept: {error}");
                kept.problems.push(Problem::new(code, message).with_entry(path.as_str()));
            }
        }
    }
    kept.kept += edits.len() as u64;
    catalog.record_edits(Utc::now(), &edits)?;
    choices::keep(library, &catalog)?;
    Ok(kept)
}

/// The paths in the catalog that the owner means, each once.
fn named(library: &Path, catalog: &Catalog, paths: &[PathBuf]) -> Result<Vec<LibraryPath>, Error> {
    let mut named = Vec::new();
    for path in paths {
        named.push(
            list::path_of(library, catalog, path)?
                .ok_or_else(|| Error::NoSuchFile(path.display().to_string()))?,
        );
    }
    named.sort();
    named.dedup();
    Ok(named)
}

/// A file as it stands.
pub struct Seen {
    /// Its bytes.
    pub content: Content,
    /// What they say.
    pub said: Said,
    modified: DateTime<Utc>,
}

/// Reads a file, and what it says of itself.
///
/// # Errors
/// If it is no file, or cannot be read.
pub fn look(path: &Path, area: Area) -> std::io::Result<Seen> {
    let metadata = fs::symlink_metadata(path)?;
    if !metadata.is_file() {
        return Err(std::io::Error::new(std::io::ErrorKind::InvalidInput, "it is no file"));
    }
    let mut file = File::open(path)?;
    // what is on record has to be durable first
    file.sync_all()?;
    let (mut blake3, mut crc32) = (blake3::Hasher::new(), crc32fast::Hasher::new());
    let mut apples = fingerprint::Hasher::new();
    let mut buffer = vec![0; 256 << 10];
    let mut size = 0;
    loop {
        let count = match file.read(&mut buffer) {
            Ok(0) => break,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            count => count?,
        };
        let chunk = &buffer[..count];
        blake3.update(chunk);
        crc32.update(chunk);
        apples.update(chunk);
        size += count as u64;
    }
    let content = Content { blake3: blake3.finalize(), size, crc32: crc32.finalize() };
    let mut said = Said::default();
    if area == Area::Media {
        file.rewind()?;
        let inspect = || category::inspect(&mut BufReader::new(file), size, Vouched::ByArchive);
        // whatever a parser does with strange bytes
        said = catch_unwind(AssertUnwindSafe(inspect)).unwrap_or_default();
        said.fingerprint = Some(apples.finish());
    }
    Ok(Seen { content, said, modified: DateTime::from(metadata.modified()?) })
}
