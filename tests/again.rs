//! Runs that are stopped and begun again: the tree is that of a run that nobody stopped.
#![allow(clippy::unwrap_used, clippy::print_stdout)] // a test that cannot go on stops, one that is skipped says so

#[path = "../fixtures/builder.rs"]
mod builder;
mod support;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use builder::{Exif, Export, Movie, Part, Photo, Row, SharedAlbum, jpeg, mov};
use support::{Scratch, contents};
use windfall::Error;
use windfall::import::{Chosen, Run, import};
use windfall::plan::AlbumForm;
use windfall::progress::{Phase, Progress};

/// Interrupts a run when it has told so many things.
struct Interrupter {
    left: AtomicU64,
    cancel: AtomicBool,
}

impl Interrupter {
    fn after(count: u64) -> Self {
        Interrupter { left: AtomicU64::new(count), cancel: AtomicBool::new(false) }
    }

    fn tick(&self) {
        if self.left.fetch_sub(1, Ordering::Relaxed) == 1 {
            self.cancel.store(true, Ordering::Relaxed);
        }
    }
}

impl Progress for Interrupter {
    fn begin(&self, _phase: Phase, _files: u64, _bytes: u64) {}
    fn bytes(&self, _count: u64) {
        self.tick();
    }
    fn file(&self, _archive: &str) {
        self.tick();
    }
    fn decision(&self, _text: &dyn Fn() -> String) {}
    fn note(&self, _text: &str) {}
}

fn export() -> Export {
    let mut export = Export::new("iCloud Photos");
    for part in 0..3u64 {
        let mut filled = Part::new();
        for n in 0..8u64 {
            let seed = part * 8 + n;
            let taken = format!("2024:0{}:0{} 10:00:00", 1 + n % 4, 1 + part);
            let id = format!("LIVE-{seed}");
            let row = Row::created(&format!("2024-0{}-0{} 10:00", 1 + n % 4, 1 + part));
            let still = jpeg(seed, &Exif::taken(&taken).offset("+00:00").live(&id));
            filled = filled.photo(Photo::new(&format!("IMG_{n}.JPG"), still).row(row.clone()));
            if n % 3 == 0 {
                let movie = mov(seed, &Movie::new().live(&id).size(200_000));
                filled = filled.photo(Photo::new(&format!("IMG_{n}.MOV"), movie).row(row));
            }
        }
        filled = filled
            .photo(Photo::new("same.JPG", jpeg(999, &Exif::none())).row(Row::created("2020-01-01 10:00")))
            .album("Lake", ["IMG_1.JPG", "IMG_2.JPG"])
            .entry("guide.pdf", "guide")
            .shared_album(SharedAlbum::new("Trip").photo("S.JPG", jpeg(500 + part, &Exif::none())));
        export = export.part(filled);
    }
    export
}

fn differences(left: &BTreeMap<String, String>, right: &BTreeMap<String, String>) -> Vec<String> {
    let paths: std::collections::BTreeSet<&String> = left.keys().chain(right.keys()).collect();
    let differ = paths.into_iter().filter(|path| left.get(*path) != right.get(*path));
    differ.map(|path| format!("{path}: {:?} {:?}", left.get(path), right.get(path))).collect()
}

#[test]
fn a_run_stopped_anywhere_ends_in_the_tree_of_a_whole_one() {
    for form in [AlbumForm::Symlink, AlbumForm::Copy, AlbumForm::List] {
        let mut whole = Scratch::new();
        whole.settings.albums = form;
        let zips = export().write_zips(&whole.parts());
        whole.import(&zips);
        let expected = contents(&whole.library());
        let mut stops = 0;
        for count in (1..400).step_by(23) {
            let mut scratch = Scratch::new();
            scratch.settings.albums = form;
            let interrupter = Interrupter::after(count);
            let run = Run { inputs: &zips, jobs: 2, progress: &interrupter, cancel: &interrupter.cancel };
            let settings = scratch.settings.clone();
            let chosen = |_: &dyn Fn(&str) -> Option<String>| Chosen {
                settings: settings.clone(),
                remember: Vec::new(),
            };
            match import(&run, &scratch.library(), &chosen) {
                Err(Error::Interrupted) => stops += 1,
                Ok(_) => {}
                Err(error) => panic!("{error}"),
            }
            let report = scratch.import(&zips);
            assert_eq!(
                differences(&contents(&scratch.library()), &expected),
                [""; 0],
                "{form:?} stopped after {count}"
            );
            assert_eq!(report.problems, whole.import(&zips).problems, "stopped after {count}");
            assert!(!scratch.library().join(".windfall/staging").exists(), "litter after {count}");
        }
        assert!(stops > 5, "only {stops} runs were stopped");
    }
}

#[test]
fn what_an_interrupted_run_staged_is_not_read_again() {
    let scratch = Scratch::new();
    let zips = export().write_zips(&scratch.parts());
    let interrupter = Interrupter::after(60);
    let run = Run { inputs: &zips, jobs: 1, progress: &interrupter, cancel: &interrupter.cancel };
    let settings = scratch.settings.clone();
    let chosen =
        |_: &dyn Fn(&str) -> Option<String>| Chosen { settings: settings.clone(), remember: Vec::new() };
    assert!(matches!(import(&run, &scratch.library(), &chosen), Err(Error::Interrupted)));
    let whole = Scratch::new();
    let all = whole.import(&zips).bytes.read;
    let rest = scratch.import(&zips).bytes.read;
    assert!(rest < all, "{rest} of {all} bytes were read again");
}

#[test]
fn staged_bytes_of_other_inputs_wait_and_are_named() {
    let scratch = Scratch::new();
    let zips = export().write_zips(&scratch.parts());
    let interrupter = Interrupter::after(60);
    let run = Run { inputs: &zips[..2], jobs: 1, progress: &interrupter, cancel: &interrupter.cancel };
    let settings = scratch.settings.clone();
    let chosen =
        |_: &dyn Fn(&str) -> Option<String>| Chosen { settings: settings.clone(), remember: Vec::new() };
    assert!(matches!(import(&run, &scratch.library(), &chosen), Err(Error::Interrupted)));
    let report = scratch.import(&zips[2..]);
    assert!(
        report.problems.iter().any(|p| p.code == windfall::problem::Code::StagingLeft),
        "{:#?}",
        report.problems
    );
    scratch.import(&zips);
    let whole = Scratch::new();
    whole.import(&zips);
    assert_eq!(support::tree(&scratch.library()).len(), support::tree(&whole.library()).len());
}

#[test]
fn a_second_run_changes_nothing_not_even_a_time() {
    let scratch = Scratch::new();
    let zips = export().write_zips(&scratch.parts());
    scratch.import(&zips);
    let before = contents(&scratch.library());
    let records = scratch.records();
    scratch.import(&zips);
    assert_eq!(contents(&scratch.library()), before);
    assert_eq!(scratch.records(), records);
}

#[test]
fn one_run_at_a_time() {
    let scratch = Scratch::new();
    let zips = export().write_zips(&scratch.parts());
    scratch.import(&zips);
    let lock = std::fs::File::options().write(true).open(scratch.library().join(".windfall/lock")).unwrap();
    lock.try_lock().unwrap();
    assert!(matches!(scratch.try_import(&zips), Err(Error::Locked(_))));
}
