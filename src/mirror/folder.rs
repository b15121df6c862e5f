//! The folder of a mirror: whether it may be one, what of it is ours, and how files get their names there.
//!
//! Nothing that somebody else put there is overwritten or removed, and no link is followed. What has to go for a good
//! file is put aside in `.windfall`.

use std::collections::HashSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::apple::text;
use crate::copy::folder::whole;
use crate::error::{Error, NoMirror};
use crate::library::catalog::Catalog;
use crate::library::files::{Company, is_unfinished, make_folder, rename_new, replace};
use crate::library::layout::{self, INTERNAL};
use crate::library::lineage::{Kinship, Lineage};
use crate::library::lock::{lock, unlock};
use crate::library::name;
use crate::mirror::decide::Former;
use crate::mirror::memory::{self, Change, Memory};
use crate::mirror::scan::REPLACED;

/// The folder of a mirror that this run has locked.
pub struct Folder {
    root: PathBuf,
    lock: File,
    pub memory: Memory,
    /// Folders that were seen to be real folders and no links.
    made: HashSet<PathBuf>,
    /// Folders out of which something went.
    left: HashSet<PathBuf>,
    /// Whether this run made it a mirror.
    is_new: bool,
    /// Whether this run made it.
    made_root: bool,
}

/// Refuses a folder that cannot be a mirror of this library. Writes nothing.
///
/// # Errors
/// [`Error::NoMirror`], or if the catalog in it cannot be judged.
pub fn refuse(library: &Path, lineage: &Lineage, folder: &Path) -> Result<(), Error> {
    let refused = |why| Error::NoMirror { folder: folder.to_owned(), library: library.to_owned(), why };
    let (place, original) = (whole(folder), whole(library));
    let is_in_library = place.ancestors().skip(1).any(|above| above.join(INTERNAL).is_dir());
    if is_in_library || place.starts_with(&original) || original.starts_with(&place) {
        return Err(refused(NoMirror::Inside));
    }
    let internal = layout::internal(folder);
    let known = fs::read(internal.join(memory::FILE)).ok().and_then(|text| Memory::parse(&text));
    if known.as_ref().is_some_and(|memory| memory.library != lineage.id) {
        return Err(refused(NoMirror::Another));
    }
    let kinship = match Catalog::read(folder) {
        Ok(catalog) => lineage.kinship(&catalog.lineage()?),
        Err(newer @ Error::CatalogNewer { .. }) => return Err(newer),
        // it was never finished, or its catalog is damaged and gets replaced
        Err(_) if known.is_some() || is_bare(&internal) => Kinship::Mirror,
        Err(_) => Kinship::Stranger,
    };
    match kinship {
        Kinship::Mirror => Ok(()),
        Kinship::Ahead => Err(refused(NoMirror::Ahead)),
        Kinship::Stranger => Err(refused(NoMirror::Another)),
    }
}

/// Whether nothing shows that somebody's library was here: a first run was killed before it began.
fn is_bare(internal: &Path) -> bool {
    let begun = [layout::LOCK.as_ref(), layout::STAGING.as_ref()];
    let entries = fs::read_dir(internal).into_iter().flatten().flatten();
    entries.into_iter().all(|entry| {
        let name = entry.file_name();
        begun.contains(&&*name) || is_unfinished(&name.to_string_lossy())
    })
}

impl Folder {
    /// Opens a folder that was not refused, which is made if it is not there. It is known for a mirror before
    /// anything else is in it.
    ///
    /// # Errors
    /// If it is in use, or cannot be written.
    pub fn open(root: &Path, lineage: &Lineage) -> Result<Self, Error> {
        if root.exists() && !root.is_dir() {
            return Err(Error::io("create", root)(io::ErrorKind::NotADirectory.into()));
        }
        let internal = layout::internal(root);
        let (made_root, is_new) = (!root.exists(), fs::symlink_metadata(&internal).is_err());
        fs::create_dir_all(root).map_err(Error::io("create", root))?;
        make_folder(root, INTERNAL).map_err(Error::io("create", &internal))?;
        let lock = lock(root)?;
        let kept = fs::read(internal.join(memory::FILE)).ok().and_then(|text| Memory::parse(&text));
        let memory = kept.unwrap_or_else(|| Memory::new(lineage.id.clone()));
        let (made, left) = (HashSet::new(), HashSet::new());
        let folder = Folder { root: root.to_owned(), lock, memory, made, left, is_new, made_root };
        // a line that a power cut left unfinished would spoil the next one
        folder.write_memory()?;
        Ok(folder)
    }

    /// Whether this run made it a mirror.
    pub fn is_new(&self) -> bool {
        self.is_new
    }

    /// Remembers what changed, durably.
    ///
    /// # Errors
    /// If the drive refuses.
    pub fn learn(&mut self, changes: Vec<Change>) -> Result<(), Error> {
        if changes.is_empty() {
            return Ok(());
        }
        let place = layout::internal(&self.root).join(memory::FILE);
        let append = || {
            let mut file = OpenOptions::new().append(true).open(&place)?;
            file.write_all(&memory::lines(&changes)?)?;
            file.sync_data()
        };
        append().map_err(Error::io("write", &place))?;
        self.memory.learn(changes);
        Ok(())
    }

    /// Writes the memory anew, sorted and each path once, if it does not stand so already.
    ///
    /// # Errors
    /// If the drive refuses.
    pub fn write_memory(&self) -> Result<(), Error> {
        let place = layout::internal(&self.root).join(memory::FILE);
        let write = || {
            let text = self.memory.text()?;
            if fs::read(&place).is_ok_and(|standing| standing == text) {
                return Ok(());
            }
            replace(&layout::internal(&self.root), &place, Company::Nobody, &|to| to.write_all(&text))
        };
        write().map_err(Error::io("write", &place))
    }

    /// Gives a file its name: `way` below the mirror, in a folder that is there, with what stood there going where it
    /// belongs.
    ///
    /// # Errors
    /// If the drive refuses, or something else has the name.
    pub fn name(&self, file: &Path, way: &Path, former: Option<Former>) -> io::Result<()> {
        let place = self.root.join(way);
        match former {
            None => rename_new(file, &place),
            Some(Former::Spent) => fs::rename(file, &place),
            Some(former @ (Former::Bad | Former::Good)) => {
                match self.put_aside(&place, former) {
                    // it was wanted elsewhere, and has gone there
                    Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                    aside => aside?,
                }
                rename_new(file, &place)
            }
        }
    }

    /// Moves a file of the mirror out of the way, to the bad ones or to those that were replaced.
    ///
    /// # Errors
    /// If the drive refuses.
    pub fn put_aside(&self, place: &Path, former: Former) -> io::Result<()> {
        let way = place.strip_prefix(&self.root).unwrap_or(place);
        let area = if former == Former::Bad { layout::DAMAGED } else { REPLACED };
        let below = way.strip_prefix(INTERNAL).unwrap_or(way);
        let (below, file) = (below.parent().unwrap_or(Path::new("")), below.file_name().unwrap_or_default());
        let folder = Path::new(INTERNAL).join(area).join(below);
        make_folder(&self.root, &folder)?;
        let file = name::text_of(file);
        let (stem, extension) = text::split(&file);
        for number in 1..=u64::from(u16::MAX) {
            let aside = self.root.join(&folder).join(name::with_suffix(stem, extension, number));
            match rename_new(place, &aside) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                moved => return moved,
            }
        }
        Err(io::ErrorKind::AlreadyExists.into())
    }

    /// Makes the folder that something goes to.
    ///
    /// # Errors
    /// If the drive refuses, or a link or file is in the way.
    pub fn make_folder_of(&mut self, way: &Path) -> io::Result<()> {
        let Some(folder) = way.parent().filter(|folder| !folder.as_os_str().is_empty()) else {
            return Ok(());
        };
        if !self.made.contains(folder) {
            make_folder(&self.root, folder)?;
            self.made.insert(folder.to_owned());
        }
        Ok(())
    }

    /// Says that something went from here, so that its folder may be empty.
    pub fn went_from(&mut self, way: &Path) {
        if let Some(folder) = way.parent() {
            self.left.insert(folder.to_owned());
        }
    }

    /// Removes the folders that this run emptied.
    pub fn tidy(&mut self) {
        for folder in std::mem::take(&mut self.left) {
            for folder in folder.ancestors().filter(|folder| !folder.as_os_str().is_empty()) {
                if fs::remove_dir(self.root.join(folder)).is_err() {
                    break;
                }
                self.made.remove(folder);
            }
        }
    }

    /// Lets others in.
    pub fn close(self) {
        drop(self.lock);
    }

    /// Ends a run that never wrote anything, and leaves nothing of it.
    pub fn withdraw(self) {
        let internal = layout::internal(&self.root);
        let _ = fs::remove_file(internal.join(memory::FILE));
        let _ = fs::remove_dir(layout::staging(&self.root));
        unlock(&internal, self.lock);
        let _ = fs::remove_dir(&internal);
        if self.made_root {
            let _ = fs::remove_dir(&self.root);
        }
    }
}
