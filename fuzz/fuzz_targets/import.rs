//! Any bytes as a part: a whole import of it, and a second one that changes nothing. Nothing is
//! written beside the library, and the counts add up (a run fails if they do not).
#![no_main]

use std::num::NonZeroUsize;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use libfuzzer_sys::fuzz_target;
use windfall::Watch;
use windfall::Error;
use windfall::stage::discover::search::Strangers;
use windfall::run::import::{Run, import};
use windfall::library::settings::{AlbumForm, Settings};

fn files(folder: &Path) -> BTreeMap<PathBuf, Option<Vec<u8>>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() && !path.is_symlink() {
                if !path.ends_with(".windfall") {
                    folders.push(path);
                }
            } else {
                found.insert(path.clone(), fs::read(&path).ok());
            }
        }
    }
    found
}

fuzz_target!(|bytes: &[u8]| {
    let base = Path::new("/dev/shm");
    let scratch = if base.is_dir() { tempfile::tempdir_in(base) } else { tempfile::tempdir() };
    let scratch = scratch.expect("a folder");
    let part = scratch.path().join("iCloud Photos Part 1 of 1.zip");
    let library = scratch.path().join("library");
    fs::write(&part, bytes).expect("room");
    let settings = || {
        let standard = Settings::standard(chrono_tz::Tz::UTC);
        Settings { albums: AlbumForm::Symlink, ..standard }
    };
    let run = || {
        let cancel = AtomicBool::new(false);
        let inputs = [part.clone()];
        let run = Run { inputs: &inputs, strangers: Strangers::Loose, jobs: NonZeroUsize::MIN, watch: Watch { progress: &(), cancel: &cancel } };
        import(&run, &library, &|_| settings())
    };
    match run() {
        Ok(first) => {
            let before = files(&library);
            let second = run().expect("what was read once is read again");
            assert_eq!(files(&library), before, "a second run changed something");
            assert_eq!(first.entries.total, second.entries.total);
            assert_eq!(second.entries.imported, 0);
        }
        Err(Error::NoExport(_) | Error::AllUnreadable(_) | Error::NoSpace { .. }) => {}
        Err(error) => panic!("{error:?}"),
    }
    let beside: Vec<_> =
        fs::read_dir(scratch.path()).expect("a folder").flatten().map(|e| e.path()).collect();
    assert!(beside.iter().all(|path| *path == part || *path == library), "{beside:?}");
});
