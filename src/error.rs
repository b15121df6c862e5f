//! What stops a run. One thing wrong with one entry does not: that is a [`Problem`].
//!
//! People in trouble read these texts, so they all have the same form: lower case, paths in backticks, causes on lines
//! of their own, and one hint for what to do next.

use std::error::Error as _;
use std::io;
use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

use crate::library::layout::{CATALOG, INTERNAL, has_own_folder};
use crate::problem::{Code, Problem, amount};

/// What stops a run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// An input does not exist.
    #[error("input `{}` does not exist", .0.display())]
    InputMissing(PathBuf),
    /// The inputs hold nothing that Apple delivered.
    #[error("found nothing that Apple sent in {}", list(.0))]
    NoExport(Vec<PathBuf>),
    /// Nothing shows that these inputs come from Apple.
    #[error("nothing shows that this comes from Apple: {}", list(.0))]
    Strangers(Vec<PathBuf>),
    /// No archive that was found can be read; each has its own cause.
    #[error("none of the archives can be read")]
    AllUnreadable(Vec<Problem>),
    /// An input is the library, or lies in it.
    #[error("input `{}` is the library `{}`, or lies in it", .input.display(), .library.display())]
    InputInLibrary {
        /// The input.
        input: PathBuf,
        /// The library.
        library: PathBuf,
    },
    /// The folder for copies is a library, or lies in or around one.
    #[error("`{}` is the library `{}`, lies in it, or has it inside", .folder.display(), .library.display())]
    CopyIntoLibrary {
        /// The folder for copies.
        folder: PathBuf,
        /// The library.
        library: PathBuf,
    },
    /// The folder cannot be a mirror of this library.
    #[error("{}", no_mirror(.folder, .library, *.why))]
    NoMirror {
        /// The folder for the mirror.
        folder: PathBuf,
        /// The library.
        library: PathBuf,
        /// Why not.
        why: NoMirror,
    },
    /// Another run holds the library, or the folder for copies.
    #[error("`{}` is in use by another run", .0.display())]
    Locked(PathBuf),
    /// The folder has no catalog, or is not there.
    #[error(
        "there is no Windfall library at `{}`: no catalog is at `{}`",
        .0.display(), .0.join(INTERNAL).join(CATALOG).display()
    )]
    NotALibrary(PathBuf),
    /// The page would replace a file that is not a page.
    #[error("`{}` is not a page of Windfall, so it is not replaced", .0.display())]
    NotAPage(PathBuf),
    /// The library has no file at this path.
    #[error("the library holds no file `{0}`")]
    NoSuchFile(String),
    /// Windfall makes this file of others, and would make it again.
    #[error("`{0}` is made of other files, and the next import would make it again")]
    MadeOfOthers(String),
    /// Several files of the library have this name.
    #[error("{} files are called `{name}`: {}", .paths.len(), some(.paths))]
    SeveralFiles {
        /// The name.
        name: String,
        /// Their paths, in order.
        paths: Vec<String>,
    },
    /// The catalog cannot be read or written.
    #[error("the catalog `{}` cannot be used", .path.display())]
    Catalog {
        /// The catalog.
        path: PathBuf,
        /// What is wrong with it.
        source: CatalogFault,
    },
    /// The catalog was written by a newer version.
    #[error("catalog `{}` was written by a newer Windfall (schema {found}, this one knows {known})", .path.display())]
    CatalogNewer {
        /// The catalog.
        path: PathBuf,
        /// Its schema.
        found: i64,
        /// The newest schema that this version knows.
        known: i64,
    },
    /// The drive has too little space for the new files.
    #[error(
        "not enough space on the drive of `{}`: {} are needed, {} are free",
        .path.display(), amount::size(*.need), amount::size(*.free)
    )]
    NoSpace {
        /// The library.
        path: PathBuf,
        /// Bytes that the new files need at least.
        need: u64,
        /// Bytes that are free.
        free: u64,
    },
    /// The drive filled up during the run.
    #[error("the drive of `{}` is full; at least {} more are needed", .path.display(), amount::size(*.need))]
    Full {
        /// The library.
        path: PathBuf,
        /// Bytes not yet written.
        need: u64,
    },
    /// A file or folder of the library cannot be written or read.
    #[error("cannot {doing} `{}`", .path.display())]
    Io {
        /// What was tried: `create`, `read`.
        doing: &'static str,
        /// On what.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The owner interrupted the run.
    #[error("interrupted")]
    Interrupted,
    /// The entries do not add up. This is a bug, and the run is not to be trusted.
    #[error("the entries do not add up: {0}")]
    Unaccounted(String),
}

/// Why a folder cannot be a mirror of a library.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoMirror {
    /// It lies in a library, or has this one inside.
    Inside,
    /// It is another library, or the mirror of one.
    Another,
    /// It has had imports that the library has not.
    Ahead,
}

fn no_mirror(folder: &Path, library: &Path, why: NoMirror) -> String {
    let (folder, library) = (folder.display(), library.display());
    match why {
        NoMirror::Inside => {
            format!("`{folder}` is the library `{library}`, lies in a library, or has this one inside")
        }
        NoMirror::Another => format!("`{folder}` is another library, and no mirror of `{library}`"),
        NoMirror::Ahead => format!("`{folder}` has had imports that `{library}` has not"),
    }
}

const FREE_SPACE: &str =
    "free some space or choose a larger drive, then run the same command again: it goes on where it stopped";
const CHECK_DRIVE: &str = "check that the drive is connected and works, then run the same command again";

fn list(paths: &[PathBuf]) -> String {
    let names: Vec<String> = paths.iter().map(|p| format!("`{}`", p.display())).collect();
    names.join(", ")
}

/// The first of many paths.
fn some(paths: &[String]) -> String {
    const MOST: usize = 8;
    let named: Vec<String> = paths.iter().take(MOST).map(|path| format!("`{path}`")).collect();
    let more = if paths.len() > MOST { ", …" } else { "" };
    format!("{}{more}", named.join(", "))
}

impl Error {
    /// Makes an I/O error with its path, for `map_err`.
    pub fn io(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Error {
        let path = path.to_owned();
        move |source| Error::Io { doing, path, source }
    }

    /// The error for a catalog in which SQLite's own check found a fault.
    pub(crate) fn damaged_catalog(path: &Path, fault: &str) -> Error {
        let code = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_CORRUPT);
        let source = CatalogFault::new(rusqlite::Error::SqliteFailure(code, Some(fault.to_owned())));
        Error::Catalog { path: path.to_owned(), source }
    }

    /// Whether the command was used wrongly (exit code 2), where any other error stopped it (exit code 1).
    pub fn is_usage(&self) -> bool {
        matches!(self, Error::InputInLibrary { .. } | Error::CopyIntoLibrary { .. } | Error::NoMirror { .. })
    }

    /// The causes, nearest first; empty where the message says it all.
    pub fn causes(&self) -> Vec<String> {
        if let Error::AllUnreadable(problems) = self {
            let place = |problem: &Problem| problem.archive.clone().unwrap_or_default();
            return problems.iter().map(|p| format!("`{}`: {}", place(p), p.message)).collect();
        }
        let mut causes = Vec::new();
        let mut next = self.source();
        while let Some(cause) = next {
            causes.push(cause.to_string());
            next = cause.source();
        }
        causes
    }

    /// What to do next.
    pub fn hint(&self) -> Option<&'static str> {
        Some(match self {
            Error::InputMissing(path) => match path.to_string_lossy() {
                path if path.contains(['*', '?']) => {
                    "`*` does not work here: name the folder, and all of Apple's zips in it are found"
                }
                path if path.starts_with('~') => {
                    "`~` does not work here: write the path of your home folder in full"
                }
                _ => "check the path; quote it if it has spaces",
            },
            Error::Strangers(_) => {
                "leave it out; if your photos are in it, `windfall import … --loose` takes them as they are"
            }
            Error::NoExport(_) => {
                "name the zips that Apple sent (`iCloud Photos Part 1 of 12.zip`, …) or the folder that holds them; \
                 `windfall import … --loose` takes photos that came another way"
            }
            Error::AllUnreadable(problems) if problems.iter().all(|p| p.code == Code::DamagedArchive) => {
                "download the parts again from privacy.apple.com; the links there last two weeks"
            }
            Error::AllUnreadable(_) => "do what each line says, then run the same command again",
            Error::InputInLibrary { .. } => "name the downloaded zips as input, and another folder with --to",
            Error::CopyIntoLibrary { .. } => "name a folder outside of the library with --to",
            Error::NoMirror { why: NoMirror::Ahead, .. } => {
                "it is a library of its own by now: name another folder with --to, or mirror the other way round"
            }
            Error::NoMirror { .. } => {
                "name another folder with --to, best on another drive; it may be a new one"
            }
            Error::Locked(_) => "wait for the other run to end, or end it",
            Error::NotALibrary(path) if has_own_folder(path) => {
                "its catalog is lost, or was never finished: `windfall verify` says what to do"
            }
            Error::NotALibrary(_) => {
                "check the path and that its drive is connected; it is the folder that `windfall import --to` was given"
            }
            Error::NotAPage(_) => "name another file with --output",
            Error::SeveralFiles { .. } => "name one of them by its whole path",
            Error::MadeOfOthers(_) => {
                "`windfall list --explain` says what it is made of: name that, and what is made of it follows; `--without` \
                 leaves out a whole category"
            }
            Error::NoSuchFile(_) => "name a path as `windfall list` prints it",
            Error::Catalog { source, .. } => match source.kind() {
                CatalogFaultKind::Full => FREE_SPACE,
                CatalogFaultKind::Damaged => {
                    "`windfall verify --rebuild-catalog` makes a new one from the library"
                }
                CatalogFaultKind::InUse => {
                    "wait for the other program that uses it to end, then run the same command again"
                }
                CatalogFaultKind::UnknownWord => {
                    "update Windfall, or let `windfall verify --rebuild-catalog` make a new one from the library"
                }
                CatalogFaultKind::Refused | CatalogFaultKind::Other => CHECK_DRIVE,
            },
            Error::CatalogNewer { .. } => "update Windfall",
            Error::NoSpace { .. } | Error::Full { .. } => FREE_SPACE,
            Error::Io { source, .. } if is_full(source) => FREE_SPACE,
            Error::Io { source, .. } if source.kind() == io::ErrorKind::PermissionDenied => {
                "check that you may write there, or choose another folder"
            }
            Error::Io { source, .. } if source.kind() == io::ErrorKind::NotADirectory => {
                "a file stands where a folder is to be: name a folder"
            }
            Error::Io { source, .. } if source.kind() == io::ErrorKind::NotFound => {
                "check the path and that its drive is connected, then run the same command again"
            }
            Error::Io { .. } => CHECK_DRIVE,
            Error::Interrupted => "run the same command again: it goes on where it stopped",
            Error::Unaccounted(_) => "please report this; keep the archives",
        })
    }
}

/// Why a catalog cannot be used: what SQLite says, or which word of a record is unknown.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct CatalogFault(rusqlite::Error);

/// The kinds of fault that call for different advice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CatalogFaultKind {
    /// The drive has no space left.
    Full,
    /// The file is damaged, or not a catalog.
    Damaged,
    /// Another program uses it.
    InUse,
    /// It may not be opened or written.
    Refused,
    /// It has a word that this version does not know.
    UnknownWord,
    /// Anything else.
    Other,
}

impl CatalogFault {
    /// Made here alone, so that no other crate depends on which SQLite this is.
    pub(crate) fn new(error: rusqlite::Error) -> Self {
        CatalogFault(error)
    }

    /// What kind of fault this is.
    pub fn kind(&self) -> CatalogFaultKind {
        match self.0.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => CatalogFaultKind::Full,
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => CatalogFaultKind::Damaged,
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => CatalogFaultKind::InUse,
            Some(
                ErrorCode::CannotOpen
                | ErrorCode::PermissionDenied
                | ErrorCode::ReadOnly
                | ErrorCode::OutOfMemory,
            ) => CatalogFaultKind::Refused,
            None if matches!(self.0, rusqlite::Error::FromSqlConversionFailure(..)) => {
                CatalogFaultKind::UnknownWord
            }
            _ => CatalogFaultKind::Other,
        }
    }

    /// Whether an unfinished transaction has to be rolled back, which means writing.
    pub(crate) fn needs_rollback(&self) -> bool {
        let code = self.0.sqlite_error().map(|error| error.extended_code);
        code == Some(rusqlite::ffi::SQLITE_READONLY_ROLLBACK)
    }
}

/// Whether the drive fails as a whole, so that the next file would fare no better: it is read-only or gone, or
/// reports an I/O error.
pub fn is_failing(error: &io::Error) -> bool {
    let code = error.raw_os_error();
    let of_the_drive = if cfg!(windows) {
        // not ready, device not connected, I/O device error
        matches!(code, Some(21 | 1167 | 1117))
    } else {
        // EIO, ENXIO, ENODEV
        matches!(code, Some(5 | 6 | 19))
    };
    of_the_drive
        || matches!(error.kind(), io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::StaleNetworkFileHandle)
}

/// Whether the file system or the user's quota is full.
pub fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
}
