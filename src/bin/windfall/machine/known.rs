//! The libraries that this computer has worked with, the one used last first: a path a line, in a small text file
//! where the system keeps such. Its owner may read it, change it or throw it away.
//!
//! It is a convenience. That it cannot be read or written stops nothing, and is said only to who wants to change it.

use std::env;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use super::{PATIENCE, home, within};
use windfall::cli::mirror::are_the_same;

/// More than these are not kept.
const MOST: usize = 20;
/// What is longer was not written here.
const LONGEST: u64 = 1 << 17;

/// Where the list is.
pub fn file() -> Option<PathBuf> {
    let named = |name: &str| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let folder = if cfg!(windows) {
        named("LOCALAPPDATA")?.join("Windfall")
    } else if cfg!(target_os = "macos") {
        home()?.join("Library/Application Support/Windfall")
    } else {
        named("XDG_STATE_HOME").or_else(|| Some(home()?.join(".local/state")))?.join("windfall")
    };
    Some(folder.join("libraries.txt"))
}

/// The libraries of a list.
pub fn libraries(file: &Path) -> Vec<PathBuf> {
    let mut bytes = Vec::new();
    let read = File::open(file).and_then(|file| file.take(LONGEST).read_to_end(&mut bytes));
    // a line that is damaged costs no other
    let lines = bytes.split(|&byte| byte == b'\n').filter_map(|line| std::str::from_utf8(line).ok());
    let paths = lines.map(str::trim).map(PathBuf::from).filter(|path| path.is_absolute());
    if read.is_ok() { paths.take(MOST).collect() } else { Vec::new() }
}

/// Notes that a library was used just now.
pub fn remember(library: &Path) {
    if let Some(file) = file() {
        remember_in(&file, library);
    }
}

/// The same in a given list.
pub fn remember_in(file: &Path, library: &Path) {
    // `\\?\` before a path of Windows would only puzzle its owner
    let whole = if cfg!(windows) { std::path::absolute(library) } else { fs::canonicalize(library) };
    let library = whole.or_else(|_| std::path::absolute(library)).unwrap_or_else(|_| library.to_owned());
    let is_line = library.to_str().is_some_and(|text| !text.contains(['\n', '\r']) && text.trim() == text);
    let mut known = libraries(file);
    if !is_line || known.first() == Some(&library) {
        return;
    }
    let at = place_of(&library, &known);
    if known.get(at) == Some(&library) {
        return;
    }
    known.retain(|other| *other != library);
    known.insert(at, library);
    known.truncate(MOST);
    let _ = write(file, &known);
}

/// Where in the list a library belongs that was used just now: at the top, but for a second copy of one that is listed.
/// That comes after it, so that nobody who had it read again is led to add photos to it.
fn place_of(library: &Path, known: &[PathBuf]) -> usize {
    let pairs = known.iter().enumerate().take_while(|(_, other)| *other != library);
    let pairs: Vec<_> = pairs.map(|(at, other)| (at, other.clone(), library.to_owned())).collect();
    let same = within(PATIENCE, pairs, |(at, other, library): (usize, PathBuf, PathBuf)| {
        are_the_same(&other, &library).then_some(at)
    });
    let before = same.into_iter().flatten().min();
    match (before, known.iter().position(|other| other == library)) {
        (None, _) => 0,
        (Some(_), Some(at)) => at,
        (Some(before), None) => before + 1,
    }
}

/// Takes a library out of a list. The library itself is not touched.
///
/// # Errors
/// If the list cannot be written.
pub fn forget(file: &Path, library: &Path) -> io::Result<()> {
    let mut known = libraries(file);
    known.retain(|other| other != library);
    write(file, &known)
}

fn write(file: &Path, libraries: &[PathBuf]) -> io::Result<()> {
    let folder = file.parent().ok_or(io::ErrorKind::NotFound)?;
    fs::create_dir_all(folder)?;
    // a name of its own and a rename, because two runs may end at once
    let mut new = tempfile::NamedTempFile::new_in(folder)?;
    for library in libraries {
        writeln!(new, "{}", library.display())?;
    }
    new.persist(file)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{MOST, forget, libraries, remember_in};
    use std::path::PathBuf;

    #[test]
    fn what_was_used_last_comes_first_and_what_is_forgotten_goes() {
        let folder = tempfile::tempdir().unwrap();
        let list = folder.path().join("deep/er/libraries.txt");
        let path = |n: usize| std::path::absolute(folder.path().join(format!("library {n}"))).unwrap();
        for n in [1, 2, 1, 3] {
            remember_in(&list, &path(n));
        }
        assert_eq!(libraries(&list), [path(3), path(1), path(2)]);
        forget(&list, &path(1)).unwrap();
        assert_eq!(libraries(&list), [path(3), path(2)]);
        for n in 0..50 {
            remember_in(&list, &path(n));
        }
        assert_eq!(libraries(&list).len(), MOST);
        assert_eq!(libraries(&list)[0], path(49));
    }

    #[test]
    fn a_list_that_is_none_is_no_error() {
        let folder = tempfile::tempdir().unwrap();
        let list = folder.path().join("libraries.txt");
        std::fs::write(&list, b"\xff\xfe/a\n").unwrap();
        assert_eq!(libraries(&list), [] as [PathBuf; 0]);
        let whole = folder.path().join("library");
        let line = format!("{}\n", whole.display()).into_bytes();
        std::fs::write(&list, [&b"/a\xff\n"[..], &line, &b"\0\0"[..]].concat()).unwrap();
        assert_eq!(libraries(&list), [whole]);
        std::fs::write(&list, "relative\n\n").unwrap();
        assert_eq!(libraries(&list), [] as [PathBuf; 0]);
        // a folder in its place
        remember_in(folder.path(), &folder.path().join("library"));
        assert!(folder.path().is_dir());
        assert!(forget(folder.path(), &folder.path().join("library")).is_err());
    }
}
