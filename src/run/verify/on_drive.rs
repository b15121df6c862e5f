//! The library's folder as it stands, and its bytes read again. No link is followed, the catalog is not
//! believed, and nothing in `.windfall` is looked at but the kept details.
//!
//! The bytes are read by the same pass as an import's ([`ingest`]), with the library as a part folder. What
//! reads the archives is what proves the library.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs::{self, Metadata};
use std::path::Path;

use walkdir::{DirEntry, WalkDir};

use crate::category::photos::Sort;
use crate::category::{Heard, Said};
use crate::contents::{
    Archive, ArchiveId, Bytes, Category, Content, ContentId, ContentSet, Contents, Entry, EntryId, Export,
    Identity, Inner, Part, PartId, litter,
};
use crate::error::Error;
use crate::library::catalog::Remembered;
use crate::library::files;
use crate::library::layout::{self, INTERNAL};
use crate::library::name;
use crate::library::path::LibraryPath;
use crate::problem::{Code, Problem, amount};
use crate::progress::{Phase, Progress, Watch};
use crate::run::verify::VerifyRun;
use crate::stage::discover::Inputs;
use crate::stage::discover::container::Source;
use crate::stage::ingest::{Reading, Wanted, ingest};

/// A file or link in the library's folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stat {
    pub size: u64,
    /// A regular file; else a link or a device.
    pub is_file: bool,
    /// Files of one number are one file under several names; numbers that lie close were written
    /// together. Zero where a system has none.
    pub inode: u64,
}

impl Stat {
    fn of(metadata: &Metadata) -> Self {
        #[cfg(unix)]
        let inode = std::os::unix::fs::MetadataExt::ino(metadata);
        #[cfg(not(unix))]
        let inode = 0;
        Stat { size: metadata.len(), is_file: metadata.is_file(), inode }
    }
}

/// Everything in the library's folder that may be somebody's: without what systems leave, the
/// report page, and `.windfall` but for Apple's lists among the kept details.
// two walks, because their rules differ: `library::tree` fails where a folder cannot be read, so that an import does
// not take its files for gone; this one tells of a failing drive what it can, and looks at kept details too
#[derive(Debug, Default)]
pub struct OnDrive {
    pub files: BTreeMap<LibraryPath, Stat>,
    aliases: OnceCell<HashMap<String, LibraryPath>>,
}

impl OnDrive {
    /// Walks the folder. What cannot be read is not in it.
    pub fn walk(library: &Path) -> Self {
        let tops = WalkDir::new(library).min_depth(1).follow_links(false).into_iter();
        let tops = tops.filter_entry(|e| e.depth() != 1 || !is_of_the_system(e)).flatten();
        let details =
            WalkDir::new(layout::internal(library).join(layout::DETAILS)).min_depth(1).follow_links(false);
        let mut on_drive = OnDrive::default();
        for entry in tops.chain(details.into_iter().flatten()).filter(|e| !e.file_type().is_dir()) {
            let text = name::text_below(library, entry.path());
            if layout::is_of_page(&text) || layout::is_beside_details(&text) || litter::is_ignored(&text) {
                continue;
            }
            if let (Ok(path), Ok(metadata)) = (LibraryPath::recorded(&text), entry.metadata()) {
                on_drive.files.insert(path, Stat::of(&metadata));
            }
        }
        on_drive
    }

    /// Adds files that stand there although their names are those of litter: an owner's iCloud Drive may have them.
    pub fn add<'p>(&mut self, library: &Path, paths: impl Iterator<Item = &'p LibraryPath>) {
        for path in paths.filter(|path| litter::is_ignored(path.as_str())) {
            if let Some(metadata) = files::metadata(library, path).filter(Metadata::is_file) {
                self.files.insert(path.clone(), Stat::of(&metadata));
            }
        }
    }

    /// Where a recorded path stands, and as what: under its own name, or under the one that the
    /// file system made of it (another normalisation, another case).
    pub fn find(&self, library: &Path, path: &LibraryPath) -> Whereabouts {
        if let Some(stat) = self.files.get(path) {
            return Whereabouts::Here(path.clone(), *stat);
        }
        if is_below_link(library, path) {
            return Whereabouts::Gone;
        }
        match fs::symlink_metadata(path.to_path(library)) {
            Ok(metadata) if metadata.is_dir() => Whereabouts::Gone,
            Ok(metadata) => {
                let folded = |p: &LibraryPath| (name::fold(p.as_str()), p.clone());
                let aliases = self.aliases.get_or_init(|| self.files.keys().map(folded).collect());
                let alias = aliases.get(&name::fold(path.as_str()));
                Whereabouts::Here(alias.unwrap_or(path).clone(), Stat::of(&metadata))
            }
            Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => {
                Whereabouts::Unreadable(error.to_string())
            }
            Err(_) => Whereabouts::Gone,
        }
    }
}

/// What of a recorded file is there.
pub enum Whereabouts {
    /// It stands under this name.
    Here(LibraryPath, Stat),
    /// Nothing stands there.
    Gone,
    /// Nobody can say.
    Unreadable(String),
}

fn is_of_the_system(entry: &DirEntry) -> bool {
    let name = entry.file_name().to_string_lossy();
    name == INTERNAL || litter::is_of_a_drive(&name)
}

fn is_below_link(library: &Path, path: &LibraryPath) -> bool {
    let parents = std::iter::successors(path.parent(), LibraryPath::parent);
    parents.into_iter().any(|p| fs::symlink_metadata(p.to_path(library)).is_ok_and(|m| m.is_symlink()))
}

/// What an interrupted import left behind.
pub fn staging_left(library: &Path, known: Option<&Remembered>) -> Option<Problem> {
    let staging = WalkDir::new(layout::staging(library)).follow_links(false);
    let files = staging.into_iter().flatten().filter(|e| e.file_type().is_file());
    let sizes: Vec<u64> =
        files.filter_map(|e| fs::symlink_metadata(e.path()).ok()).map(|m| m.len()).collect();
    let planned = known.map_or(0, |known| known.recorded.plan.len());
    if sizes.is_empty() && planned == 0 {
        return None;
    }
    let staging = format!("{INTERNAL}/{}", layout::STAGING);
    let files = amount::counted(sizes.len() as u64, "file", "files");
    let wait = if sizes.len() == 1 { "waits" } else { "wait" };
    let bytes = amount::size(sizes.iter().fold(0, |sum: u64, size| sum.saturating_add(*size)));
    let message = format!(
        "an import was interrupted: {files} ({bytes}) {wait} in `{staging}`; import the same zips again to \
         finish it"
    );
    Some(Problem::new(Code::StagingLeft, message).with_entry(staging))
}

/// A file whose bytes are to be read.
pub struct ToRead {
    pub path: LibraryPath,
    pub stat: Stat,
    /// What it is for: media have a fingerprint, details are understood.
    pub sort: Sort,
}

impl ToRead {
    /// A file of which only the bytes matter.
    pub fn plain(path: &LibraryPath, stat: &Stat) -> Self {
        ToRead { path: path.clone(), stat: *stat, sort: Sort::Other }
    }
}

/// What the bytes say now.
pub struct Reread {
    /// An entry for each file, in one archive, part and export.
    pub contents: Contents,
    /// What they say.
    pub heard: Heard,
    /// The entry of each path.
    entries: HashMap<LibraryPath, EntryId>,
    faults: HashMap<EntryId, String>,
}

impl Reread {
    /// The bytes of a file, if they could be read.
    pub fn index(&self, path: &LibraryPath) -> Option<ContentId> {
        self.contents.entries[*self.entries.get(path)?].content()
    }

    /// The bytes of a file, if they could be read.
    pub fn content(&self, path: &LibraryPath) -> Option<&Content> {
        self.index(path).map(|index| &self.contents.distinct[index])
    }

    /// What the bytes of a file say of themselves, if they could be read.
    pub fn said(&self, path: &LibraryPath) -> Option<&Said> {
        self.index(path).map(|index| &self.heard.photos.said[index])
    }

    /// Why a file could not be read.
    pub fn fault(&self, path: &LibraryPath) -> &str {
        let fault = self.entries.get(path).and_then(|entry| self.faults.get(entry));
        fault.map_or("it cannot be read", String::as_str)
    }
}

/// Reads files of the library, all at once; files that were written together one after another.
///
/// # Errors
/// If the owner interrupts.
pub fn reread(run: &VerifyRun<'_>, mut files: Vec<ToRead>, wanted: Wanted) -> Result<Reread, Error> {
    files.sort_by(|a, b| (a.stat.inode, &a.path).cmp(&(b.stat.inode, &b.path)));
    files.dedup_by(|a, b| a.path == b.path);
    let name = run.library.file_name().map_or_else(|| "library".into(), |n| n.to_string_lossy().into_owned());
    let entry = |(position, file): (usize, &ToRead)| Entry {
        archive: ArchiveId::default(),
        part: PartId::default(),
        position: u32::try_from(position).unwrap_or(u32::MAX),
        path: file.path.as_str().into(),
        inner: Inner::of(file.path.as_str(), file.path.as_str()),
        category: Category::Photos,
        class: file.sort.class(),
        sort: file.sort.into(),
        size: file.stat.size,
        crc32: None,
        modified: None,
        given: true,
        bytes: Bytes::Unread,
    };
    let mut contents =
        Contents { entries: files.iter().enumerate().map(entry).collect(), ..Contents::default() };
    let category = Category::Photos;
    let export = Export { name: name.clone(), category, total: Some(1), built: None, label: name.clone() };
    let export = contents.exports.push(export);
    let part = contents.parts.push(Part { export, number: 1 });
    let archive = contents.archives.push(Archive { name, identity: Identity::Folder });
    let mut inputs = Inputs {
        contents,
        sources: HashMap::from([(archive, Source::Folder(run.library.to_owned()))]),
        given_parts: BTreeSet::from([part]),
        ..Inputs::default()
    };
    let reading = Reading {
        staging: None,
        wanted,
        held: &ContentSet::default(),
        jobs: run.jobs,
        watch: Watch { progress: &Verifying(run.watch.progress), cancel: run.watch.cancel },
    };
    let tally = ingest(&mut inputs, &reading, &mut |_, _| Ok(()))?;
    Ok(Reread {
        entries: files.into_iter().map(|file| file.path).zip(inputs.contents.entries.ids()).collect(),
        contents: inputs.contents,
        heard: inputs.heard,
        faults: tally.causes,
    })
}

/// The same progress, but what is read is the library.
struct Verifying<'a>(&'a dyn Progress);

impl Progress for Verifying<'_> {
    fn begin(&self, _phase: Phase, files: u64, bytes: u64) {
        self.0.begin(Phase::Verify, files, bytes);
    }

    fn bytes(&self, count: u64) {
        self.0.bytes(count);
    }

    fn file(&self, archive: &str) {
        self.0.file(archive);
    }

    fn decision(&self, text: &dyn Fn() -> String) {
        self.0.decision(text);
    }

    fn note(&self, text: &str) {
        self.0.note(text);
    }
}
