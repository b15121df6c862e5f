//! Opens a file of a part folder, without following a link or waiting at a pipe.
//!
//! What was a file when the folder was searched may be something else by the time it is read, and a link may
//! lead anywhere.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;

use crate::library::name;

/// Opens the file at `way` below a part folder.
///
/// # Errors
/// If it cannot be opened, or is not a file any more.
pub(crate) fn open(root: &Path, way: &str) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true);
    no_detours(&mut options);
    let file = options.open(name::path_below(root, way))?;
    match file.metadata()?.is_file() {
        true => Ok(file),
        false => Err(io::ErrorKind::Unsupported.into()),
    }
}

#[cfg(unix)]
fn no_detours(options: &mut OpenOptions) {
    use rustix::fs::OFlags;
    use std::os::unix::fs::OpenOptionsExt;
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
    options.custom_flags(flags.bits().cast_signed());
}

#[cfg(not(unix))]
fn no_detours(_: &mut OpenOptions) {}

#[cfg(all(test, unix))]
mod tests {
    use super::open;
    use crate::problem::Code;
    use crate::problem::refusal::refused;
    use std::fs;
    use std::os::unix::fs::symlink;

    #[test]
    fn what_became_a_link_or_a_pipe_is_not_read() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("IMG_1.JPG"), "bytes").unwrap();
        assert!(open(folder.path(), "IMG_1.JPG").is_ok());
        symlink("/etc/hostname", folder.path().join("IMG_2.JPG")).unwrap();
        let pipe = folder.path().join("IMG_3.JPG");
        rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, rustix::fs::Mode::RUSR, 0)
            .unwrap();
        for name in ["IMG_2.JPG", "IMG_3.JPG"] {
            let error = open(folder.path(), name).unwrap_err();
            assert_eq!(refused(&error).0, Code::UnsupportedEntry, "{name}: {error}");
        }
    }
}
