//! Packages that came as zips, unpacked: which files are in one, and their bytes.
//!
//! The zip itself is the original and stays. What the reader of zips refuses (links, names that lead elsewhere, what
//! claims to be larger than it can be) is left in the zip and named.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};

use crate::apple::text::{match_key, split};
use crate::apple::zip::{Fault, Window, ZipArchive};
use crate::category::outcome::Open;
use crate::category::places::Places;
use crate::contents::ContentId;
use crate::problem::Code;
use crate::problem::refusal::{Refusal, refused};

/// What is in a package.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Package {
    pub files: Vec<Packed>,
    /// Files that stay in the zip, each with the reason.
    pub refused: Vec<Fault>,
}

/// A file of a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Packed {
    /// What tells it from the others.
    position: u32,
    /// Below the package, as it is called in the zip.
    path: Box<str>,
    pub modified: Option<DateTime<Utc>>,
    pub is_executable: bool,
}

/// Reads what is in a package called `name`.
///
/// # Errors
/// If it is no zip that can be read.
pub fn read(open: &dyn Open, content: ContentId, name: &str) -> Result<Package, Refusal> {
    let archive = archive(open, content).map_err(|error| refused(&error))?;
    let sound = archive.entries.iter().filter(|entry| entry.refusal().is_none());
    let paths: Vec<_> = sound.clone().map(|entry| entry.path()).collect();
    let wrapper = wrapper(name, paths.iter().map(AsRef::as_ref)).to_owned();
    let packed = sound.zip(&paths).filter_map(|(entry, path)| {
        let below = path.get(wrapper.len()..)?;
        Some(Packed {
            position: entry.position,
            path: below.into(),
            modified: entry.modified.map(|time| time.and_utc()),
            is_executable: entry.is_executable,
        })
    });
    let refused = archive.entries.iter().filter_map(|entry| entry.refusal());
    Ok(Package { files: packed.collect(), refused: refused.chain(archive.problems.clone()).collect() })
}

/// The folder in which all of a package lies if its zip has the package itself in it, with its `/`.
fn wrapper<'p>(name: &str, mut paths: impl Iterator<Item = &'p str>) -> &'p str {
    let name = match_key(name);
    let name = name.strip_suffix(".zip").unwrap_or(&name);
    let top = |path: &'p str| path.split_once('/').map(|(top, _)| top);
    let Some(first) = paths.next() else { return "" };
    match top(first) {
        Some(folder) if match_key(folder) == name && paths.all(|path| top(path) == Some(folder)) => {
            first.get(..=folder.len()).unwrap_or_default()
        }
        _ => "",
    }
}

impl Package {
    /// Where its files are to stand below `folder`, in their order.
    pub fn places(&self, folder: &str) -> Vec<String> {
        let mut places = Places::default();
        let way = |path: &str| path.rsplit_once('/').map_or(String::new(), |(way, _)| way.to_owned());
        let folders: Vec<String> =
            self.files.iter().map(|file| places.folder(folder, &way(&file.path))).collect();
        let mut place = |(file, folder): (&Packed, &String)| {
            let (stem, extension) = split(file.path.rsplit('/').next().unwrap_or(&file.path));
            let [place] = places.free(folder, stem, [extension]);
            place
        };
        self.files.iter().zip(&folders).map(&mut place).collect()
    }
}

/// The package that was opened last: its files are written one after the other.
#[derive(Debug, Default)]
pub struct Opened(Mutex<Option<(ContentId, Arc<ZipArchive>)>>);

impl Opened {
    /// Writes a file of a package.
    ///
    /// # Errors
    /// If the zip cannot be read, or `to` refuses.
    pub fn write(
        &self,
        open: &dyn Open,
        content: ContentId,
        file: &Packed,
        to: &mut dyn Write,
    ) -> io::Result<()> {
        let archive = self.archive(open, content)?;
        let is_it = |position: u32| position == file.position;
        let entry = archive.entries.iter().find(|entry| is_it(entry.position));
        let entry = entry.ok_or(io::ErrorKind::NotFound)?;
        let mut reader = archive.reader(entry).map_err(io::Error::other)?;
        io::copy(&mut reader, to).map(drop)
    }

    fn archive(&self, open: &dyn Open, content: ContentId) -> io::Result<Arc<ZipArchive>> {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, archive)) = last.as_ref().filter(|(of, _)| *of == content) {
            return Ok(Arc::clone(archive));
        }
        let archive = Arc::new(archive(open, content)?);
        *last = Some((content, Arc::clone(&archive)));
        Ok(archive)
    }
}

fn archive(open: &dyn Open, content: ContentId) -> io::Result<ZipArchive> {
    let window = Window::file(open.here_and_there(content)?)?;
    ZipArchive::open(window).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error.message))
}

/// Why some of a package stays in its zip, for a person.
pub fn told(fault: &Fault) -> (Code, String) {
    let message = match &fault.entry {
        Some(name) => format!("`{name}` in it was not unpacked: {}", fault.message),
        None => format!("not all of it could be unpacked: {}", fault.message),
    };
    (fault.code, message)
}
