//! Nested archives: what of Apple's lies in an archive or part folder as an archive of its own.
//!
//! A stored one is read in place, a deflated one through a temporary file that the caller makes. Never opens
//! documents or other people's zips for more than a look, and never lets archives multiply: all that comes out
//! of one archive on the drive counts against what that one may hold.

use std::io::{self, Read, Write};
use std::sync::Arc;

use crate::apple::part_name;
use crate::apple::zip::{Archive, Window, ZipEntry, most_bytes};
use crate::category::photos::Sort;
use crate::category::recognise;
use crate::contents::litter;
use crate::error::{Error, is_full};
use crate::problem::Code;
use crate::problem::refusal::{Refused, refused};
use crate::stage::discover::container::{Container, FileAt, Lies, Source, container};
use crate::stage::discover::search::{Searcher, damaged};
use crate::stage::discover::{self, part_file};

/// What an entry of an inflated archive costs in bytes, whatever its size: a small archive could bring
/// millions.
const ROOM_OF_AN_ENTRY: u64 = 10_000;
/// Archives in archives in archives: deeper ones are kept as files.
const DEEPEST_NESTING: usize = 5;
/// A deflated nested archive without Apple's name is inflated to be looked at up to this size.
const LARGEST_GUESS: u64 = 2 << 30;

impl Searcher<'_> {
    fn depth(&self, mut index: usize) -> usize {
        let mut depth = 0;
        while let Some(parent) = self.found.containers[index].parent() {
            index = parent;
            depth += 1;
        }
        depth
    }

    /// Opens the nested archives of a container and takes them out of its files.
    pub(super) fn nested(&mut self, index: usize) -> Result<(), Error> {
        if self.depth(index) >= DEEPEST_NESTING {
            return Ok(());
        }
        let files = std::mem::take(&mut self.found.containers[index].files);
        let mut kept = Vec::with_capacity(files.len());
        for file in files {
            if !part_name::is_zip(&file.path) || file.refusal.is_some() {
                kept.push(file);
                continue;
            }
            let normal = file.path.replace('\\', "/");
            // a zip of Apple's name is no photo, wherever it lies
            let may_be = part_name::is_apple_name(normal.rsplit('/').next().unwrap_or(&normal))
                || self.found.containers[index].shape.classify(&normal, file.size).sort == Sort::Other;
            if !may_be || litter::is_ignored(&normal) || !self.read_through(index, &file, &normal)? {
                kept.push(file);
            }
        }
        self.found.containers[index].files = kept;
        Ok(())
    }

    /// Whether the file was an archive of Apple's and is read through from now on.
    fn read_through(&mut self, index: usize, file: &FileAt, normal: &str) -> Result<bool, Error> {
        let here = &self.found.containers[index];
        let file_name = normal.rsplit('/').next().unwrap_or(normal);
        let name = format!("{}/{file_name}", here.name);
        let apples_name = part_name::is_apple_name(file_name);
        if let Some(remembered) = self.around.remembered(here, &name) {
            self.found.containers.push(Container::closed(
                name,
                Source::Remembered(remembered),
                Lies::In(index),
            ));
            return Ok(true);
        }
        // the archive on the drive that answers for what comes out of it
        let mut base = self.inflated.get(&index).copied();
        let window = match &here.source {
            Source::Folder(root) => {
                part_file::open(root, &file.path).and_then(Window::file).map_err(|e| refused(&e))
            }
            Source::Zip(archive) => match discover::zip_entry(archive, file.position) {
                Some(entry) => match archive.stored_window(entry) {
                    Some(window) => Ok(window),
                    None if !apples_name && entry.size > LARGEST_GUESS => return Ok(false),
                    None => {
                        let (archive, entry) = (Arc::clone(archive), entry.clone());
                        let base = *base.get_or_insert(index);
                        match self.allow(base, entry.size) {
                            Ok(()) => self.inflate(&archive, &entry)?,
                            Err(refused) => Err(refused),
                        }
                    }
                },
                None => return Ok(false),
            },
            Source::Remembered(_) | Source::Unreadable => return Ok(false),
        };
        let opened = window.and_then(|w| Archive::open(w).map_err(damaged));
        let allowed = opened.and_then(|archive| {
            let declared = (archive.entries.len() as u64).saturating_mul(ROOM_OF_AN_ENTRY);
            let declared = archive.declared().saturating_add(declared);
            base.map_or(Ok(()), |base| self.allow(base, declared)).map(|()| archive)
        });
        match allowed {
            Ok(archive) => {
                let container = container(name, Arc::new(archive), Lies::In(index));
                let is_damaged_part = apples_name && !container.sound && container.shape.category().is_none();
                if !container.shape.is_part() && !is_damaged_part {
                    return Ok(false);
                }
                self.inflated.extend(base.map(|base| (self.found.containers.len(), base)));
                self.add(container)?;
            }
            Err(refused) if apples_name && recognise::by_name(file_name).is_none() => {
                self.unreadable(name, refused, Lies::In(index));
            }
            Err(_) => return Ok(false),
        }
        Ok(true)
    }

    /// Whether so many bytes more may come out of an archive on the drive. Nested archives multiply:
    /// each alone may be within what an archive of its size can hold, and all together beyond.
    fn allow(&mut self, base: usize, bytes: u64) -> Result<(), Refused> {
        let Some(Container { source: Source::Zip(archive), name, .. }) = self.found.containers.get(base)
        else {
            return Ok(());
        };
        let so_far = self.expanded.entry(base).or_default();
        let expanded = so_far.saturating_add(bytes);
        if expanded <= most_bytes(archive.size) {
            *so_far = expanded;
            return Ok(());
        }
        let message = format!(
            "with it, `{name}` would expand to {expanded} bytes, which no real photos and videos do; nothing of it \
             is read"
        );
        Err((Code::LimitExceeded, message))
    }

    /// Inflates a nested archive into a temporary file. What can be had of a damaged one is kept:
    /// its own entries are checked one by one.
    fn inflate(&self, archive: &Archive, entry: &ZipEntry) -> Result<Result<Window, Refused>, Error> {
        let path = self.around.spool_place();
        if let Some(free) = fs4::available_space(&path).ok().filter(|free| *free < entry.size) {
            return Err(Error::NoSpace { path, need: entry.size, free });
        }
        let temporary = |source: io::Error| {
            let path = path.clone();
            if is_full(&source) {
                return Error::Full { path, need: entry.size };
            }
            Error::Io { doing: "write a temporary file in", path, source }
        };
        let mut reader = match archive.reader(entry) {
            Ok(reader) => reader,
            Err(fault) => return Ok(Err((fault.code, fault.message))),
        };
        let mut spool = self.around.spool().map_err(temporary)?;
        let mut buffer = vec![0; 256 * 1024];
        loop {
            match reader.read(&mut buffer) {
                Ok(0) | Err(_) => break,
                Ok(count) => spool.write_all(&buffer[..count]).map_err(temporary)?,
            }
        }
        Ok(Window::file(spool).map_err(|e| (Code::DamagedArchive, e.to_string())))
    }
}
