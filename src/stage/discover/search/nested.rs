//! Nested archives: Apple's archives inside an archive or part folder.
//!
//! A stored one is read in place, a deflated one through a temporary file that the caller makes. Documents
//! and other people's zips are read no further than it takes to recognise them. Archives cannot multiply:
//! everything that comes out of one archive on the drive counts against what that archive may hold.

use std::io::{self, Read, Write};
use std::sync::Arc;

use crate::apple::zip::{Window, ZipArchive, ZipEntry};
use crate::apple::{part_name, text};
use crate::category::delivery::{self, Shape};
use crate::category::recognise::{self, Beside};
use crate::contents::{ArchiveId, Category, litter};
use crate::error::{Error, is_full};
use crate::problem::refusal::{Refusal, refused};
use crate::problem::{Code, Problem};
use crate::stage::discover::container::{Container, FileAt, Lies, Source, container, shape_of};
use crate::stage::discover::search::expansion::claimed;
use crate::stage::discover::search::files::damaged;
use crate::stage::discover::search::{Passage, Searcher};
use crate::stage::discover::{self, part_file};

/// How deep archives lie in archives; still deeper ones are kept unopened, and named.
const DEEPEST_NESTING: usize = 5;
/// A deflated nested archive without Apple's name is inflated up to this size to find out whose it is.
const LARGEST_GUESS: u64 = 2 << 30;

/// What a file with the name of an archive turned out to be.
enum Through {
    /// An archive of Apple's. If it was inflated, also the container on the drive that it counts against.
    Opened(Box<Container>, Option<usize>),
    /// An archive in one of Apple's that shows nothing but further archives.
    Wrapping(Box<Container>, Option<usize>),
    /// An archive that the catalog remembers, and that need not be opened.
    Remembered(ArchiveId),
    /// Apple's, and damaged or refused as a whole.
    Unreadable(Refusal),
    /// Somebody's, or a document: a file like any other.
    NotApples,
}

impl Searcher<'_> {
    /// Whether a nested archive can be read in place.
    fn is_stored(&self, index: usize, file: &FileAt) -> bool {
        let Source::Zip(archive) = &self.found.containers[index].source else { return true };
        discover::zip_entry(archive, file.position)
            .is_some_and(|entry| archive.stored_window(entry).is_some())
    }

    fn depth(&self, mut index: usize) -> usize {
        let mut depth = 0;
        while let Some(parent) = self.found.containers[index].parent() {
            index = parent;
            depth += 1;
        }
        let root = &self.found.containers[index];
        match root.source {
            Source::Kept(_) => depth + root.name.matches('/').count(),
            _ => depth,
        }
    }

    /// Looks for archives of Apple's in an archive that shows nothing itself: an owner may have zipped what was
    /// downloaded, and Apple zips some things twice. What lies beside them is Apple's only if the archive is called as
    /// Apple calls one, or lies in one of Apple's. Gives the archive back if there are none.
    pub(super) fn probe(&mut self, container: Container) -> Result<Option<Container>, Error> {
        if !holds_archives(&container) {
            return Ok(Some(container));
        }
        let (index, hash, problems) =
            (self.found.containers.len(), container.hash(), self.found.problems.len());
        self.found.containers.push(container);
        self.nested(index)?;
        let Some(category) = self.found.containers.get(index + 1).map(|nested| nested.shape.category())
        else {
            self.found.problems.truncate(problems);
            self.expansion.forget(index);
            return Ok(self.found.containers.pop());
        };
        self.found.hashes.push(hash);
        let outer = &mut self.found.containers[index];
        let is_nested = outer.parent().is_some();
        let is_apples = is_nested || delivery::is_apple_name(&outer.name);
        outer.shape = match &outer.source {
            Source::Zip(archive) if is_apples && category != Category::Photos => {
                shape_of(&outer.name, archive, Beside::Part(category))
            }
            _ => {
                if !is_nested {
                    outer.files.clear();
                }
                Shape::of_category(category)
            }
        };
        Ok(None)
    }

    /// Opens the nested archives of a container and takes them out of its files.
    pub(super) fn nested(&mut self, index: usize) -> Result<(), Error> {
        let is_deepest = self.depth(index) >= DEEPEST_NESTING;
        let files = std::mem::take(&mut self.found.containers[index].files);
        let mut remaining = Vec::with_capacity(files.len());
        for file in files {
            if !part_name::is_zip(&file.path) || file.refusal.is_some() {
                remaining.push(file);
                continue;
            }
            let normal = text::slashed(&file.path);
            let file_name = normal.rsplit('/').next().unwrap_or(&normal);
            let outer = &self.found.containers[index];
            // a zip of Apple's name is no photo, wherever it lies
            let is_of_photos = || outer.shape.classify(&normal, file.size).category == Category::Photos;
            let is_apples =
                || delivery::is_apple_name(file_name) || recognise::of_archive(file_name).is_some();
            let may_be = match outer.shape.is_part() {
                true => {
                    outer.shape.may_be_opened(&normal, file.size)
                        || part_name::is_apple_name(file_name) && is_of_photos()
                }
                false => is_apples() || delivery::is_apple_name(&outer.name) || self.is_stored(index, &file),
            };
            if !may_be || litter::is_ignored(&normal) {
                remaining.push(file);
                continue;
            }
            let name = format!("{}/{file_name}", outer.name);
            let is_kept = matches!(outer.source, Source::Kept(_));
            // that was said when it was delivered
            if is_deepest && is_kept {
                remaining.push(file);
                continue;
            }
            if is_deepest {
                let message = format!(
                    "`{file_name}` lies in {DEEPEST_NESTING} archives and was not opened; it is kept as it is: unzip it and \
                     import what is in it"
                );
                let problem = Problem::new(Code::LimitExceeded, message).in_archive(&outer.name);
                self.found.problems.push(problem.with_entry(file.path.as_ref()));
                remaining.push(file);
                continue;
            }
            let first = self.found.containers.len();
            let through = |searcher: &mut Self, file| {
                let containers = first..searcher.found.containers.len();
                searcher.found.passages.push(Passage { outer: index, file, containers });
            };
            match self.through(index, &file, &name)? {
                Through::Opened(container, base) => {
                    if let Some(base) = base {
                        self.expansion.came_out(self.found.containers.len(), base);
                    }
                    self.add(*container)?;
                    through(self, file);
                }
                Through::Wrapping(container, base) => {
                    if let Some(base) = base {
                        self.expansion.came_out(self.found.containers.len(), base);
                    }
                    match self.probe(*container)? {
                        Some(_) => remaining.push(file),
                        None => through(self, file),
                    }
                }
                Through::Remembered(archive) => {
                    let source = Source::Remembered(archive);
                    self.found.containers.push(Container::closed(name, source, Lies::In(index)));
                    through(self, file);
                }
                Through::Unreadable(_) if is_kept => remaining.push(file),
                // what cannot be opened is a file like any other, so that nothing is lost that came with it
                Through::Unreadable((code, message)) if self.found.containers[index].shape.has_others() => {
                    let message = format!("{message}; it is kept as it is");
                    self.found.problems.push(Problem::new(code, message).in_archive(&name));
                    remaining.push(file);
                }
                Through::Unreadable(refused) => self.unreadable(name, refused, Lies::In(index)),
                Through::NotApples => remaining.push(file),
            }
        }
        self.found.containers[index].files = remaining;
        Ok(())
    }

    /// Looks into a file of a container, as an archive with this name.
    fn through(&mut self, index: usize, file: &FileAt, name: &str) -> Result<Through, Error> {
        let outer = &self.found.containers[index];
        if let Some(remembered) = self.around.remembered(outer, name, file.size) {
            return Ok(Through::Remembered(remembered));
        }
        let file_name = name.rsplit('/').next().unwrap_or(name);
        let apples_name = delivery::is_apple_name(file_name);
        let beside = match recognise::of_archive(file_name) {
            _ if outer.shape.is_more_of_the_drive(&file.path) => Beside::Part(Category::Drive),
            Some(category) => Beside::Part(category),
            None if outer.shape.has_others() && outer.shape.category() == Category::Records => {
                Beside::Part(Category::Records)
            }
            None if !outer.shape.is_part() && recognise::names_tables(&outer.name) => {
                Beside::Part(Category::Records)
            }
            None if outer.shape.has_others() || delivery::is_apple_name(&outer.name) => Beside::Apples,
            None => Beside::Nothing,
        };
        let is_of_photos = outer.shape.is_part_itself();
        let mut base = self.expansion.base(index);
        let window = match &outer.source {
            Source::Folder(root) => {
                part_file::open(root, &file.path).and_then(Window::file).map_err(|e| refused(&e))
            }
            Source::Zip(archive) => {
                let Some(entry) = discover::zip_entry(archive, file.position) else {
                    return Ok(Through::NotApples);
                };
                match archive.stored_window(entry) {
                    Some(window) => Ok(window),
                    None if !apples_name && entry.size > LARGEST_GUESS => return Ok(Through::NotApples),
                    None => {
                        let (archive, entry) = (Arc::clone(archive), entry.clone());
                        base = base.or(Some(index));
                        match self.allow(base, entry.size) {
                            Ok(()) => self.inflate(&archive, &entry)?,
                            Err(refused) => Err(refused),
                        }
                    }
                }
            }
            Source::Kept(kept) => kept.open().and_then(Window::file).map_err(|e| refused(&e)),
            Source::Remembered(_) | Source::Unreadable => return Ok(Through::NotApples),
        };
        let opened = window.and_then(|w| ZipArchive::open(w).map_err(damaged));
        let allowed = opened.and_then(|archive| self.allow(base, claimed(&archive)).map(|()| archive));
        Ok(match allowed {
            Ok(archive) => {
                let mut container = container(name.to_owned(), Arc::new(archive), Lies::In(index), beside);
                container.believe_name_if_damaged(file_name);
                let wraps = beside != Beside::Nothing && !is_of_photos && holds_archives(&container);
                match container.shape.is_part() {
                    true => Through::Opened(Box::new(container), base),
                    false if wraps => Through::Wrapping(Box::new(container), base),
                    false => Through::NotApples,
                }
            }
            Err(refused) if apples_name && Shape::by_name(file_name).is_part() => {
                Through::Unreadable(refused)
            }
            Err(_) => Through::NotApples,
        })
    }

    /// Counts `bytes` against the container on the drive from which they come, if so many may.
    fn allow(&mut self, base: Option<usize>, bytes: u64) -> Result<(), Refusal> {
        let Some(base) = base else { return Ok(()) };
        match &self.found.containers[base] {
            Container { source: Source::Zip(archive), name, .. } => {
                self.expansion.allow(base, (name, archive), bytes)
            }
            _ => Ok(()),
        }
    }

    /// Inflates a nested archive into a temporary file. A damaged one is inflated as far as it goes, because its
    /// entries will be checked one by one.
    fn inflate(&self, archive: &ZipArchive, entry: &ZipEntry) -> Result<Result<Window, Refusal>, Error> {
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

fn holds_archives(container: &Container) -> bool {
    container.files.iter().any(|file| part_name::is_zip(&file.path))
}
