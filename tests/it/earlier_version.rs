//! A library that an earlier version made: `fixtures/library-0.1.0`, from `fixtures/example`.
//! It is read as it is, and an import into it goes on where that version ended.

use std::collections::BTreeMap;
use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use crate::support::{Depth, Scratch, codes, tree};
use windfall::run::list;
use windfall::run::verify::{Verification, VerifyRun, verify};

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name)
}

/// A copy that may be written, links as links.
fn copy(from: &Path, to: &Path) {
    for entry in walkdir::WalkDir::new(from).into_iter().map(Result::unwrap) {
        let target = to.join(entry.path().strip_prefix(from).unwrap());
        if entry.file_type().is_dir() {
            fs::create_dir_all(&target).unwrap();
        } else if entry.file_type().is_symlink() {
            #[cfg(unix)]
            std::os::unix::fs::symlink(fs::read_link(entry.path()).unwrap(), &target).unwrap();
        } else {
            fs::copy(entry.path(), &target).unwrap();
        }
    }
}

/// The library of version 0.1.0, in a scratch folder.
fn library_0_1_0() -> Scratch {
    let mut scratch = Scratch::new();
    scratch.settings.zone = chrono_tz::Tz::Europe__Berlin;
    copy(&fixture("library-0.1.0"), &scratch.library());
    scratch
}

fn verified(library: &Path) -> Verification {
    let cancel = AtomicBool::new(false);
    verify(&VerifyRun { library, jobs: std::num::NonZeroUsize::MIN, progress: &(), cancel: &cancel }, None)
        .unwrap()
}

/// What `list` says of each file: path, date and its source.
fn dates(library: &Path) -> BTreeMap<String, (Option<String>, String)> {
    let mut dates = BTreeMap::new();
    list::files(library, &mut |file| {
        dates.insert(file.path, (file.captured, file.captured_from));
        ControlFlow::Continue(())
    })
    .unwrap();
    dates
}

#[test]
fn list_and_verify_read_it_and_leave_it_as_it_is() {
    let scratch = library_0_1_0();
    let catalog = scratch.library().join(".windfall/catalog.sqlite");
    let before = fs::read(&catalog).unwrap();

    let dates = dates(&scratch.library());
    assert_eq!(dates.len(), 12);
    let (captured, from) = &dates["2021/2021-07/IMG_2231.HEIC"];
    assert_eq!((captured.as_deref(), from.as_str()), (Some("2021-07-06T16:08:14.164+03:00"), "exif"));
    assert_eq!(scratch.records().len(), 21, "twelve files and nine details");
    assert_eq!(fs::read(&catalog).unwrap(), before, "who only reads changes nothing");

    let verification = verified(&scratch.library());
    assert_eq!((verification.files.total, verification.files.intact), (21, 21));
    assert_eq!(codes(&verification.problems), []);
}

#[test]
fn an_import_goes_on_with_it() {
    let scratch = library_0_1_0();
    let (before, dates_before) = (tree(&scratch.library()), dates(&scratch.library()));
    let dry = scratch.dry_run(&[fixture("example")]);
    let report = scratch.import(&[fixture("example")]);
    assert_eq!(report.entries.already_present, report.entries.total, "nothing is new");
    assert_eq!((report.entries, report.media), (dry.entries, dry.media));
    assert_eq!(codes(&report.problems), []);
    assert_eq!(tree(&scratch.library()), before);
    assert_eq!(dates(&scratch.library()), dates_before);
    assert_eq!(verified(&scratch.library()).files.intact, 21);
    assert_eq!(scratch.import_again(&[fixture("example")]).1, Depth::Glance);
}
