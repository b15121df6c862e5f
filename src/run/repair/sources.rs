//! Where true bytes may be: archives, also in other archives, part folders, libraries, any folder of files, or one file.
//!
//! Names say nothing here. A file is read if its size is that of bytes that are wanted, and in an archive if its CRC-32
//! is too; it is taken if its BLAKE3 agrees. Nothing is changed, no link is followed, and what cannot be read is named.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use blake3::Hash;
use walkdir::WalkDir;

use crate::apple::part_name::{self, ArchiveName};
use crate::apple::zip::{UnreadableKind, Window, ZipArchive, ZipEntry, most_bytes};
use crate::contents::Content;
use crate::error::{Error, is_full};
use crate::library::drive::hash_file;
use crate::library::staging::Staging;
use crate::problem::refusal::{refused, refused_walk};
use crate::problem::{Code, Problem};
use crate::progress::{Phase, Watch};
use crate::stage::discover::container::name_of;
use crate::stage::discover::part_file;

/// How deep archives may lie in archives.
const DEEPEST: usize = 4;
/// Bytes read at a time.
const CHUNK: usize = 256 << 10;

/// Bytes that are wanted, by size.
#[derive(Debug, Default)]
struct Wanted(HashMap<u64, Vec<(Hash, u32)>>);

impl Wanted {
    fn has_size(&self, size: u64) -> bool {
        self.0.contains_key(&size)
    }

    fn may_be(&self, size: u64, crc32: u32) -> bool {
        self.0.get(&size).into_iter().flatten().any(|(_, wanted)| *wanted == crc32)
    }

    /// Whether these bytes are wanted; then they are not any more.
    fn take(&mut self, size: u64, hash: Hash) -> bool {
        let Some(of_size) = self.0.get_mut(&size) else { return false };
        let count = of_size.len();
        of_size.retain(|(wanted, _)| *wanted != hash);
        let is_wanted = of_size.len() < count;
        if of_size.is_empty() {
            self.0.remove(&size);
        }
        is_wanted
    }
}

/// Looks for bytes and puts what it finds into staging.
pub(super) struct Sources<'a> {
    staging: &'a Staging,
    /// The library itself, which is no source.
    library: Option<PathBuf>,
    watch: Watch<'a>,
    wanted: Wanted,
    /// What could not be read.
    pub(super) problems: Vec<Problem>,
}

impl<'a> Sources<'a> {
    pub(super) fn new<'c>(
        library: &Path,
        staging: &'a Staging,
        watch: Watch<'a>,
        wanted: impl Iterator<Item = &'c Content>,
    ) -> Self {
        let mut sizes: HashMap<u64, Vec<(Hash, u32)>> = HashMap::new();
        for content in wanted {
            let of_size = sizes.entry(content.size).or_default();
            if !of_size.iter().any(|(hash, _)| *hash == content.blake3) {
                of_size.push((content.blake3, content.crc32));
            }
        }
        let library = fs::canonicalize(library).ok();
        Sources { staging, library, watch, wanted: Wanted(sizes), problems: Vec::new() }
    }

    /// Looks in all of these places, until nothing is wanted any more.
    ///
    /// # Errors
    /// If the library's drive is full or gone, or the owner interrupts.
    pub(super) fn search(&mut self, places: &[PathBuf]) -> Result<(), Error> {
        self.watch.progress.begin(Phase::Read, 0, 0);
        for place in places {
            // the owner may name a link to the place
            let place = fs::canonicalize(place).unwrap_or_else(|_| place.clone());
            let library = self.library.clone();
            let walk = WalkDir::new(&place).follow_links(false).sort_by_file_name().into_iter();
            for entry in walk.filter_entry(|entry| Some(entry.path()) != library.as_deref()) {
                if self.wanted.0.is_empty() {
                    return Ok(());
                }
                match entry {
                    Ok(entry) if entry.file_type().is_file() => self.file(entry.path())?,
                    Ok(_) => {}
                    Err(error) => {
                        let (code, message) = refused_walk(&error);
                        let at = error.path().map_or_else(|| name_of(&place), name_of);
                        self.problems.push(Problem::new(code, message).in_archive(at).as_warning());
                    }
                }
            }
        }
        Ok(())
    }

    fn file(&mut self, path: &Path) -> Result<(), Error> {
        let Ok(size) = fs::symlink_metadata(path).map(|metadata| metadata.len()) else { return Ok(()) };
        let name = name_of(path);
        if self.wanted.has_size(size) {
            self.watch.progress.file(&name);
            // most of the same size are other photos, so nothing is written before it is known
            let is_wanted = |hash: &Hash| {
                self.wanted.0.get(&size).into_iter().flatten().any(|(wanted, _)| wanted == hash)
            };
            if hash_file(path).as_ref().is_some_and(is_wanted)
                && let Some(file) = open(path)
            {
                self.take(file, size)?;
            }
        }
        if part_name::archive_name(&name) == ArchiveName::No || !begins_as_archive(path) {
            return Ok(());
        }
        let Some(window) = open(path).and_then(|file| Window::file(file).ok()) else { return Ok(()) };
        match ZipArchive::open(window) {
            Ok(archive) => {
                let mut room = most_bytes(archive.size);
                self.archive(&name, &archive, 0, &mut room)
            }
            Err(unreadable) => {
                let (code, message) = match unreadable.kind {
                    UnreadableKind::Io(error) => refused(&error),
                    _ => (Code::DamagedArchive, unreadable.message),
                };
                self.problems.push(Problem::new(code, message).in_archive(name).as_warning());
                Ok(())
            }
        }
    }

    /// Looks through an archive and those in it; `room` is how much may still be inflated for that.
    fn archive(
        &mut self,
        name: &str,
        archive: &ZipArchive,
        depth: usize,
        room: &mut u64,
    ) -> Result<(), Error> {
        self.watch.progress.file(name);
        for entry in archive.entries.iter().filter(|entry| entry.refusal().is_none()) {
            if self.wanted.may_be(entry.size, entry.crc32)
                && let Ok(reader) = archive.reader(entry)
            {
                self.take(reader, entry.size)?;
            }
            let path = entry.path();
            let inner = path.rsplit('/').next().unwrap_or_default();
            if depth < DEEPEST
                && part_name::is_zip(inner)
                && let Some(window) = self.inside(archive, entry, room)?
                && let Ok(nested) = ZipArchive::open(window)
            {
                self.archive(&format!("{name}/{inner}"), &nested, depth + 1, room)?;
            }
        }
        Ok(())
    }

    /// The bytes of an archive in an archive: in place if they are stored, else inflated into a file without a name.
    fn inside(
        &self,
        archive: &ZipArchive,
        entry: &ZipEntry,
        room: &mut u64,
    ) -> Result<Option<Window>, Error> {
        if let Some(window) = archive.stored_window(entry) {
            return Ok(Some(window));
        }
        let Some(left) = room.checked_sub(entry.size) else { return Ok(None) };
        *room = left;
        let Ok(reader) = archive.reader(entry) else { return Ok(None) };
        let mut spool = self.staging.spool().map_err(|error| self.unwritable(error, entry.size))?;
        self.pour(reader, &mut spool, entry.size, &mut |_| {})?;
        Ok(Window::file(spool).ok())
    }

    /// Reads to the end and keeps the bytes if they are wanted.
    fn take(&mut self, source: impl Read, size: u64) -> Result<(), Error> {
        let mut staged = self.staging.begin().map_err(|error| self.unwritable(error, size))?;
        let mut hasher = blake3::Hasher::new();
        let written = self.pour(source, &mut staged.file, size, &mut |chunk| _ = hasher.update(chunk))?;
        let hash = hasher.finalize();
        if written == size && self.wanted.take(size, hash) {
            staged.file.sync_all().map_err(|error| self.unwritable(error, size))?;
            self.staging.keep(&mut staged, &hash).map_err(|error| self.unwritable(error, size))?;
        }
        Ok(())
    }

    /// Copies until the end or a fault of the source, and says how many bytes came.
    fn pour(
        &self,
        mut source: impl Read,
        to: &mut File,
        need: u64,
        hear: &mut dyn FnMut(&[u8]),
    ) -> Result<u64, Error> {
        let mut buffer = vec![0; CHUNK];
        let mut done = 0;
        loop {
            if self.watch.is_cancelled() {
                return Err(Error::Interrupted);
            }
            let count = match source.read(&mut buffer) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Ok(0) | Err(_) => return Ok(done),
                Ok(count) => count,
            };
            let chunk = &buffer[..count];
            to.write_all(chunk).map_err(|error| self.unwritable(error, need))?;
            hear(chunk);
            done += count as u64;
            self.watch.progress.bytes(count as u64);
        }
    }

    fn unwritable(&self, source: io::Error, need: u64) -> Error {
        let path = self.staging.library().to_owned();
        if is_full(&source) {
            Error::Full { path, need }
        } else {
            Error::Io { doing: "write to", path, source }
        }
    }
}

/// Opens a file, unless something else has taken its place.
fn open(path: &Path) -> Option<File> {
    let folder = path.parent()?;
    part_file::open(folder, &crate::library::name::text_of(path.file_name()?)).ok()
}

fn begins_as_archive(path: &Path) -> bool {
    let mut start = [0; 4];
    open(path).is_some_and(|mut file| file.read_exact(&mut start).is_ok())
        && matches!(start, [b'P', b'K', 3, 4] | [b'P', b'K', 5, 6])
}
