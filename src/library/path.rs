//! Where something is in a library. All text that comes in is hostile, and no [`LibraryPath`] leads outside.
//!
//! What is made new gets a portable path. What exists already is taken as it is, because owners may rename files to
//! names that only their system can hold.

use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Serialize;

use crate::library::layout::{DETAILS, FORGOTTEN, INTERNAL};
use crate::library::name::{ADDED_MAX, INTERNAL_SHORT, display, fold, is_ordinary, portable, shorten};

/// Bytes that have room for most folders.
const USUAL: usize = 48;

/// A path relative to the library, with `/`. It is never absolute or empty and never has `.` or `..`. Below
/// `.windfall` it leads only if made by [`LibraryPath::internal`] or [`LibraryPath::recorded`]. Everything written
/// into the library goes through this type. Ordered by bytes, and cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct LibraryPath(Arc<str>);

/// A key for all library paths that [`fold`] to the same text. It has only eight bytes, because a library has
/// hundreds of thousands. Two different paths may share a key by chance or malice; that costs a needless ` (2)`
/// and never a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PathKey(u64);

impl PathKey {
    /// The key of a path. Keys must not be stored: another release of Rust may compute others.
    pub fn of(path: &LibraryPath) -> Self {
        #[cfg(test)]
        crate::contents::steps::step();
        let mut hasher = DefaultHasher::new();
        fold(path.as_str()).hash(&mut hasher);
        PathKey(hasher.finish())
    }
}

/// A text that is not the path of a file inside the library.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{}` is not a path inside the library", display(.0))]
pub struct NotInLibrary(pub String);

impl LibraryPath {
    /// The path of these components, each made [`portable`] (a `/` in one becomes `_`). Without components it
    /// is `_`.
    pub fn new<I>(components: I) -> Self
    where
        I: IntoIterator,
        I::Item: AsRef<str>,
    {
        let mut path = String::with_capacity(USUAL);
        for component in components {
            if !path.is_empty() {
                path.push('/');
            }
            path.push_str(&portable(component.as_ref()));
        }
        if path.is_empty() {
            return LibraryPath(portable("").into());
        }
        LibraryPath(path.into())
    }

    /// The path of these components below `.windfall`.
    pub fn internal<I>(components: I) -> Self
    where
        I: IntoIterator,
        I::Item: AsRef<str>,
    {
        let below = LibraryPath::new(components);
        LibraryPath(format!("{INTERNAL}/{}", below.0).into())
    }

    /// A path that exists already, as the catalog or a walk through the library has it. It is taken as it is,
    /// because owners may rename files to names that only their system can hold.
    ///
    /// # Errors
    /// [`NotInLibrary`] if it could lead outside the library or below `.windfall`.
    pub fn parse(path: &str) -> Result<Self, NotInLibrary> {
        let top = fold(path.split('/').next().unwrap_or_default());
        let internal = top == INTERNAL || top.starts_with(INTERNAL_SHORT);
        if internal || !path.split('/').all(is_ordinary) {
            return Err(NotInLibrary(path.to_owned()));
        }
        Ok(LibraryPath(path.into()))
    }

    /// A path from the catalog: in the tree, or below `.windfall/details` or `.windfall/forgotten`.
    ///
    /// # Errors
    /// [`NotInLibrary`] if it could lead anywhere else.
    pub fn recorded(path: &str) -> Result<Self, NotInLibrary> {
        let kept = path.strip_prefix(INTERNAL).and_then(|rest| rest.strip_prefix('/')?.split_once('/'));
        match kept.filter(|(top, _)| [DETAILS, FORGOTTEN].contains(top)).map(|(_, below)| below) {
            Some(below) => Self::parse(below).map(|_| LibraryPath(path.into())),
            None => Self::parse(path),
        }
    }

    /// Where a file of this path is kept when its owner left it out of the library.
    pub fn forgotten(&self) -> Self {
        LibraryPath(format!("{INTERNAL}/{FORGOTTEN}/{}", self.0).into())
    }

    /// Whether it is where files are kept that their owner left out of the library.
    pub fn is_kept_forgotten(&self) -> bool {
        let mut steps = self.0.split('/');
        (steps.next(), steps.next()) == (Some(INTERNAL), Some(FORGOTTEN)) && steps.next().is_some()
    }

    /// The path of something in this folder. The name is made [`portable`].
    pub fn join(&self, name: &str) -> Self {
        let name = portable(name);
        let mut path = String::with_capacity(self.0.len() + 1 + name.len());
        path.push_str(&self.0);
        path.push('/');
        path.push_str(&name);
        LibraryPath(path.into())
    }

    /// The path of something that exists in this folder, taken as it is.
    ///
    /// # Errors
    /// [`NotInLibrary`] if the name is none.
    pub fn holding(&self, name: &str) -> Result<Self, NotInLibrary> {
        let path = format!("{}/{name}", self.0);
        if is_ordinary(name) && !name.contains('/') {
            Ok(LibraryPath(path.into()))
        } else {
            Err(NotInLibrary(path))
        }
    }

    /// The same path, moved below this folder.
    pub fn below(&self, path: &LibraryPath) -> Self {
        LibraryPath(format!("{}/{}", self.0, path.0).into())
    }

    /// `a/IMG_1.HEIC` and `xmp` → `a/IMG_1.HEIC.xmp`: the place of a sidecar. Portable names leave 14 bytes free
    /// for it, so the name in front is never cut.
    pub fn with_added_extension(&self, extension: &str) -> Self {
        let extension = portable(extension);
        LibraryPath(format!("{}.{}", self.0, shorten(&extension, ADDED_MAX)).into())
    }

    /// Follows a relative path, as made by [`relative`](super::name::relative), from a folder of the library.
    /// `None` if it leads outside, or nowhere.
    pub fn at(folder: &str, way: &str) -> Option<Self> {
        let mut components: Vec<&str> = folder.split('/').filter(|c| !c.is_empty()).collect();
        for step in way.split('/') {
            match step {
                ".." => {
                    components.pop()?;
                }
                "." => {}
                step => components.push(step),
            }
        }
        Self::parse(&components.join("/")).ok()
    }

    /// The path as text, with `/`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The path on this machine, for a library at `root`.
    pub fn to_path(&self, root: &Path) -> PathBuf {
        let mut path = PathBuf::with_capacity(root.as_os_str().len() + 1 + self.0.len());
        path.push(root);
        path.extend(self.0.split('/'));
        path
    }

    /// The folder that it is in; `None` at the top of the library.
    pub fn parent(&self) -> Option<LibraryPath> {
        let (parent, _) = self.0.rsplit_once('/')?;
        Some(LibraryPath(parent.into()))
    }

    /// The last component.
    pub fn file_name(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or(&self.0)
    }
}

impl fmt::Display for LibraryPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
