//! Runs that are stopped and begun again: the tree is that of a run that nobody stopped.

use std::collections::BTreeMap;
use std::fs;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::builder::damage::truncate;
use crate::builder::{Exif, Export, Movie, Part, Photo, Row, SharedAlbum, jpeg, mov};
use crate::support::verified::verified;
use crate::support::{self, Depth, Scratch, contents, differences};
use windfall::Error;
use windfall::Watch;
use windfall::contents::ContentId;
use windfall::library::catalog::Catalog;
use windfall::library::record::FileRecord;
use windfall::library::settings::{AlbumForm, Hidden, Settings, name};
use windfall::library::template::{Purpose, Template};
use windfall::progress::{Phase, Progress};
use windfall::run::import::{Run, import};
use windfall::stage::discover::search::Strangers;
use windfall::stage::report::Report;

/// Interrupts a run when it has told so many things, or begins a phase.
struct Interrupter {
    left: AtomicU64,
    phase: Option<Phase>,
    cancel: AtomicBool,
}

impl Interrupter {
    fn after(count: u64) -> Self {
        Interrupter { left: AtomicU64::new(count), phase: None, cancel: AtomicBool::new(false) }
    }

    fn before(phase: Phase) -> Self {
        Interrupter { left: AtomicU64::new(u64::MAX), phase: Some(phase), cancel: AtomicBool::new(false) }
    }

    fn tick(&self) {
        if self.left.fetch_sub(1, Ordering::Relaxed) == 1 {
            self.cancel.store(true, Ordering::Relaxed);
        }
    }
}

impl Progress for Interrupter {
    fn begin(&self, phase: Phase, _files: u64, _bytes: u64) {
        if self.phase == Some(phase) {
            self.cancel.store(true, Ordering::Relaxed);
        }
    }
    fn bytes(&self, _count: u64) {
        self.tick();
    }
    fn file(&self, _archive: &str) {
        self.tick();
    }
    fn decision(&self, _text: &dyn Fn() -> String) {}
    fn note(&self, _text: &str) {}
}

/// Imports, and stops when the run has told so many things; whether it had not ended before.
fn is_stopped(scratch: &Scratch, inputs: &[PathBuf], jobs: usize, count: u64) -> bool {
    is_interrupted(scratch, inputs, jobs, &Interrupter::after(count))
}

fn is_interrupted(scratch: &Scratch, inputs: &[PathBuf], jobs: usize, interrupter: &Interrupter) -> bool {
    let run = Run {
        inputs,
        strangers: Strangers::Refused,
        jobs: NonZeroUsize::new(jobs).unwrap(),
        watch: Watch { progress: interrupter, cancel: &interrupter.cancel },
    };
    match import(&run, &scratch.library(), &|_| scratch.settings.clone()) {
        Err(Error::Interrupted) => true,
        Ok(_) => false,
        Err(error) => panic!("{error}"),
    }
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
            stops += usize::from(is_stopped(&scratch, &zips, 2, count));
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

/// How the parts of several requests came that have the same names.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Came {
    /// Each request in a zip without a number, all built on one day.
    Unnumbered,
    Unzipped,
    /// In two parts each, those of the first built before and after the others.
    DaysApart,
}

fn requests_of_one_name(scratch: &Scratch, came: Came) -> Vec<PathBuf> {
    let part = |n: u64| {
        let photos = (0..6).fold(Part::new(), |part, k| {
            let row = Row::created(&format!("2024-0{}-0{} 10:00", n + 1, k + 1));
            // files of one path, size and time are one, and photos hardly ever have one size
            let size = 200 + n * 10 + k;
            let mut bytes = jpeg(n * 10 + k, &Exif::none());
            bytes.resize(size as usize, 0);
            part.photo(Photo::new(&format!("IMG_{k}.JPG"), bytes).row(row))
        });
        photos.entry("guide.pdf", "guide")
    };
    let request = |n: u64| {
        let export = |day| Export::new("iCloud Photos").built(&format!("2025-03-0{day} 10:00")).part(part(n));
        let folder = scratch.folder(&format!("request {n}"));
        match came {
            Came::Unzipped => export(1).write_folders(&folder),
            Came::Unnumbered => {
                let zip = folder.join("iCloud Photos.zip");
                export(1).write_zip(1, &zip);
                vec![zip]
            }
            Came::DaysApart => {
                let [first, last] = [[1, 6], [2, 2], [3, 3]][n as usize];
                let zips = [1, 2].map(|part| folder.join(format!("iCloud Photos Part {part} of 2.zip")));
                export(first).part(part(n + 3)).write_zip(1, &zips[0]);
                export(last).part(part(n + 3)).write_zip(2, &zips[1]);
                zips.into()
            }
        }
    };
    (0..3).flat_map(request).collect()
}

#[test]
fn a_run_stopped_among_requests_of_one_name_gives_their_details_the_same_folders() {
    for came in [Came::Unnumbered, Came::Unzipped, Came::DaysApart] {
        let whole = Scratch::new();
        let inputs = requests_of_one_name(&whole, came);
        let everything = |scratch: &Scratch| {
            let mut all = contents(&scratch.library());
            // two lists of ours among them are written anew by every run
            let details = contents(&scratch.library().join(".windfall/details"));
            all.extend(details.into_iter().map(|(path, what)| (path, what[..64].to_owned())));
            all
        };
        // in which order bytes were read says nothing of them
        let recorded = |scratch: &Scratch| -> BTreeMap<String, FileRecord> {
            let records = scratch.records().into_iter();
            records
                .map(|(path, record)| (path, FileRecord { content: ContentId::default(), ..record }))
                .collect()
        };
        let report = whole.import(&inputs);
        let expected = everything(&whole);
        assert!(expected.keys().any(|path| path.starts_with("iCloud Photos")), "{expected:#?}");
        let mut stops = 0;
        for count in 1..60 {
            let scratch = Scratch::new();
            stops += usize::from(is_stopped(&scratch, &inputs, 2, count));
            let finished = scratch.import(&inputs);
            let differ = differences(&everything(&scratch), &expected);
            assert_eq!(differ, [""; 0], "{came:?}, stopped after {count}");
            assert_eq!(recorded(&scratch), recorded(&whole), "{came:?}, stopped after {count}");
            assert_eq!(finished.exports, report.exports, "{came:?}, stopped after {count}");
        }
        assert!(stops > 20, "only {stops} runs were stopped");
    }
}

/// What a run chose reaches the choice of the next one, and a dry run is told it without remembering
/// anything itself.
#[test]
fn a_library_remembers_settings() {
    let mut scratch = Scratch::new();
    let zips = export().write_zips(&scratch.parts());
    let words = |scratch: &Scratch| {
        let remembered = scratch.recalled(&zips);
        [name::ALBUMS, name::TIME_ZONE, name::LAYOUT]
            .map(|name| remembered.text(name).unwrap_or("").to_owned())
    };
    assert_eq!(words(&scratch), ["", "", ""]);
    scratch.settings.albums = AlbumForm::List;
    scratch.settings.zone = chrono_tz::Tz::Asia__Tokyo;
    assert_eq!(words(&scratch), ["", "", ""], "a dry run remembers nothing");
    scratch.import(&zips);
    assert_eq!(words(&scratch), ["list", "Asia/Tokyo", "{year}/{year}-{month}"]);
    scratch.settings.albums = AlbumForm::Copy;
    scratch.import(&zips);
    assert_eq!(words(&scratch), ["copy", "Asia/Tokyo", "{year}/{year}-{month}"]);
    // a run that is stopped while it reads has remembered already
    let mut stopped = Scratch::new();
    stopped.settings.layout = Template::parse("%Y", Purpose::Layout).unwrap();
    assert!(is_stopped(&stopped, &zips, 1, 60));
    assert_eq!(words(&stopped)[2], "%Y");
}

/// A caller that chooses what the library remembers makes the tree that the first choice made.
#[test]
fn what_is_remembered_can_be_chosen_again() {
    let mut scratch = Scratch::new();
    let zips = export().write_zips(&scratch.parts());
    scratch.settings.albums = AlbumForm::List;
    scratch.settings.layout = Template::parse("Years/%Y", Purpose::Layout).unwrap();
    scratch.import(&zips[..1]);
    let standard = support::settings();
    let cancel = AtomicBool::new(false);
    let run = Run {
        inputs: &zips,
        strangers: Strangers::Refused,
        jobs: NonZeroUsize::MIN,
        watch: Watch { progress: &(), cancel: &cancel },
    };
    let report = import(&run, &scratch.library(), &|memory| Settings {
        albums: memory.choice(name::ALBUMS).unwrap(),
        layout: Template::parse(memory.text(name::LAYOUT).unwrap(), Purpose::Layout).unwrap(),
        ..standard.clone()
    });
    assert_eq!(report.unwrap().entries.failed, 0);
    let tree = scratch.tree();
    assert!(tree.iter().any(|path| path.starts_with("Years/")), "{tree:#?}");
    assert!(!tree.iter().any(|path| path.starts_with("20")), "{tree:#?}");
    let albums: Vec<&String> = tree.iter().filter(|path| path.starts_with("Albums/")).collect();
    assert!(!albums.is_empty() && albums.iter().all(|path| path.ends_with(".m3u8")), "{tree:#?}");
}

#[test]
fn what_a_killed_run_had_placed_gets_the_records_of_a_whole_one() {
    let scratch = Scratch::new();
    let zips = export().write_zips(&scratch.parts());
    scratch.import(&zips);
    let expected = scratch.records();
    let connection = rusqlite::Connection::open(Catalog::path_in(&scratch.library())).unwrap();
    let undo =
        "INSERT INTO plan (path, area, content, modified) SELECT path, area, content, coalesce(captured,
            (SELECT max(modified) || '+00:00' FROM entries WHERE entries.content = files.content)) FROM files;
        DELETE FROM files; DELETE FROM unchanged";
    connection.execute_batch(undo).unwrap();
    drop(connection);
    scratch.import(&zips);
    assert!(expected.keys().any(|path| path == "Other/guide.pdf"), "{expected:#?}");
    assert_eq!(scratch.records(), expected);
}

#[test]
fn what_an_interrupted_run_staged_is_not_read_again() {
    let scratch = Scratch::new();
    let zips = export().write_zips(&scratch.parts());
    assert!(is_stopped(&scratch, &zips, 1, 60));
    let whole = Scratch::new();
    let all = whole.import(&zips).bytes.read;
    let rest = scratch.import(&zips).bytes.read;
    assert!(rest < all, "{rest} of {all} bytes were read again");
}

#[test]
fn staged_bytes_of_another_size_are_read_again() {
    let whole = Scratch::new();
    let zips = export().write_zips(&whole.parts());
    whole.import(&zips);
    let mut cut = 0;
    for count in (1..400).step_by(37) {
        let scratch = Scratch::new();
        is_stopped(&scratch, &zips, 2, count);
        // a drive that was pulled out and had promised too much
        for file in walkdir::WalkDir::new(scratch.library().join(".windfall/staging")).into_iter().flatten() {
            let length = file.metadata().unwrap().len();
            if file.file_type().is_file() && length > 1 {
                fs::File::options().write(true).open(file.path()).unwrap().set_len(length / 2).unwrap();
                cut += 1;
            }
        }
        scratch.import(&zips);
        let differ = differences(&contents(&scratch.library()), &contents(&whole.library()));
        assert_eq!(differ, [""; 0], "stopped after {count}");
    }
    assert!(cut > 20, "only {cut} files were cut");
}

#[test]
fn staged_bytes_of_other_inputs_wait_and_are_named() {
    let scratch = Scratch::new();
    let zips = export().write_zips(&scratch.parts());
    assert!(is_stopped(&scratch, &zips[..2], 1, 60));
    let report = scratch.import(&zips[2..]);
    assert!(
        report.problems.iter().any(|p| p.code == windfall::problem::Code::StagingLeft),
        "{:#?}",
        report.problems
    );
    scratch.import(&zips);
    let whole = Scratch::new();
    whole.import(&zips);
    assert_eq!(scratch.tree().len(), whole.tree().len());
}

/// Whoever stopped a run was not told what it read of its parts. They are here once a run that was given them has ended.
#[test]
fn parts_that_only_a_stopped_run_has_read_are_missing() {
    let parts = |report: &Report| -> Vec<u32> { report.exports[0].parts_found.clone() };
    let mut stopped = 0;
    let reading = (1..500).step_by(19).map(Interrupter::after);
    for (at, interrupter) in reading.chain([Interrupter::before(Phase::Place)]).enumerate() {
        let scratch = Scratch::new();
        let zips = export().write_zips(&scratch.parts());
        let is_stopped = is_interrupted(&scratch, &zips, 2, &interrupter);
        let expected: &[u32] = if is_stopped { &[1] } else { &[1, 2, 3] };
        let known = || Catalog::read(&scratch.library()).unwrap();
        for run in 0..2 {
            assert_eq!(parts(&scratch.import(&zips[..1])), expected, "run {run} after stop {at}");
            assert_eq!(known().exports().unwrap()[0].parts, expected, "run {run} after stop {at}");
            let verified = verified(&scratch);
            assert_eq!(verified.balance.exports[0].parts_found, expected, "run {run} after stop {at}");
        }
        assert_eq!(parts(&scratch.import(&zips)), [1, 2, 3]);
        assert_eq!(parts(&scratch.import(&zips[..1])), [1, 2, 3], "after stop {at}, and all");
        assert_eq!(known().exports().unwrap()[0].parts, [1, 2, 3]);
        stopped += usize::from(is_stopped);
    }
    assert!(stopped > 4, "only {stopped} runs were stopped");
}

/// A photo that is gone is missed until it is back, whatever comes with its name.
#[test]
fn another_photo_does_not_take_the_place_of_one_that_is_gone() {
    let one = |seed: u64| {
        let row = Row::created("2024-03-05 10:00");
        Export::new("iCloud Photos")
            .part(Part::new().photo(Photo::new("IMG_1.JPG", jpeg(seed, &Exif::none())).row(row)))
    };
    let scratch = Scratch::new();
    let (old, new) = (scratch.path("old"), scratch.path("new"));
    fs::create_dir_all(&old).unwrap();
    fs::create_dir_all(&new).unwrap();
    let (old, new) = (one(1).write_zips(&old), one(2).write_zips(&new));
    scratch.import(&old);
    let place = scratch.library().join("2024/2024-03/IMG_1.JPG");
    let bytes = fs::read(&place).unwrap();
    fs::remove_file(&place).unwrap();
    for _ in 0..2 {
        let report = scratch.import(&new);
        assert_eq!(report.healed, [] as [&str; 0]);
        let codes: Vec<_> = report.problems.iter().map(|problem| problem.code).collect();
        assert!(codes.contains(&windfall::problem::Code::MissingFile), "{codes:?}");
        assert!(!place.exists(), "{:#?}", scratch.tree());
    }
    let report = scratch.import(&old);
    assert_eq!(report.healed, ["2024/2024-03/IMG_1.JPG"]);
    assert_eq!(fs::read(&place).unwrap(), bytes);
    assert!(scratch.library().join("2024/2024-03/IMG_1 (2).JPG").is_file(), "{:#?}", scratch.tree());
}

/// Everything that the stopped run had read may be in the library already, or be damaged.
#[test]
fn what_a_stopped_run_never_told_of_a_part_is_told_before_it_counts() {
    let known = |n: u64| Photo::new(&format!("OLD_{n}.JPG"), jpeg(n, &Exif::none()));
    let last_year = (0..30).fold(Part::new(), |part, n| part.photo(known(n)));
    let first = Part::new().photo(Photo::new("A.JPG", jpeg(100, &Exif::none())));
    let second = (0..30).fold(Part::new(), |part, n| part.photo(known(n)));
    let second = second.photo(Photo::new("B.JPG", jpeg(101, &Exif::none())));
    for count in (4..40).step_by(5) {
        let scratch = Scratch::new();
        let (old, new) = (scratch.path("old"), scratch.path("new"));
        fs::create_dir_all(&old).unwrap();
        fs::create_dir_all(&new).unwrap();
        scratch.import(&Export::new("iCloud Photos").part(last_year.clone()).write_zips(&old));
        let zips = Export::new("iCloud Photos").part(first.clone()).part(second.clone()).write_zips(&new);
        scratch.import(&zips[..1]);
        assert!(is_stopped(&scratch, &zips[1..], 1, count), "{count}");
        let export =
            |report: Report| report.exports.into_iter().find(|e| e.parts_expected == Some(2)).unwrap();
        assert_eq!(export(scratch.import(&zips[..1])).parts_missing, [2], "stopped after {count}");
        assert_eq!(export(scratch.import(&zips[1..])).parts_missing, [] as [u32; 0]);
    }
}

/// What is wrong with other parts that were imported does not make them parts that only a stopped run has read.
#[test]
fn parts_that_were_imported_stay_here_when_another_run_is_stopped() {
    let mut later = Part::new();
    for n in 0..40 {
        later = later.photo(Photo::new(&format!("NEW_{n}.JPG"), jpeg(700 + n, &Exif::none())));
    }
    let mut waiting = 0;
    for count in [10, 20, 30, 60] {
        let scratch = Scratch::new();
        let zips = export().write_zips(&scratch.parts());
        scratch.import(&zips);
        let second = scratch.library().join("2024/2024-01/IMG_0 (2).JPG");
        assert!(second.is_file(), "{:#?}", scratch.tree());
        fs::remove_file(second).unwrap();
        let folder = scratch.path("later");
        fs::create_dir_all(&folder).unwrap();
        let others = Export::new("iCloud Photos").part(later.clone()).write_zips(&folder);
        assert!(is_stopped(&scratch, &others, 1, count));
        let dry = scratch.dry_run(&zips[..1]);
        let report = scratch.import(&zips[..1]);
        assert_eq!(report.exports, dry.exports);
        assert_eq!(report.exports[0].parts_found, [1, 2, 3], "stopped after {count}");
        let is_left =
            |problem: &windfall::problem::Problem| problem.code == windfall::problem::Code::StagingLeft;
        waiting += usize::from(report.problems.iter().any(is_left));
    }
    assert!(waiting > 1, "{waiting} runs left something");
}

/// What the stopped run had planned is placed by the next one before it begins, whatever its inputs.
#[test]
fn a_dry_run_foresees_what_a_stopped_one_leaves_to_place() {
    let placing = || Interrupter::before(Phase::Place);
    let reading = (1..500).step_by(19).map(|count| (Interrupter::after(count), 1));
    for (at, (interrupter, requests)) in reading.chain([(placing(), 1), (placing(), 2)]).enumerate() {
        let scratch = Scratch::new();
        let zips = export().write_zips(&scratch.parts());
        let stopped = is_interrupted(&scratch, &zips, 2, &interrupter);
        if interrupter.phase.is_some() {
            let known = Catalog::read(&scratch.library()).unwrap().load().unwrap();
            assert!(stopped && known.recorded.plan.len() > 40 && known.recorded.files.is_empty());
        }
        // a second request has the same lists, each of which stands in the library once by now
        if requests == 2 {
            let folder = scratch.path("later");
            fs::create_dir_all(&folder).unwrap();
            scratch.import(&zips);
            let others = export().built("2025-05-01 22:03").write_zips(&folder);
            assert!(is_interrupted(&scratch, &others, 2, &placing()));
        }
        for inputs in [&zips[..1], &zips[1..], &zips] {
            let mut dry = scratch.dry_run(inputs);
            let mut real = scratch.import(inputs);
            real.dry_run = true;
            (dry.elapsed_seconds, real.elapsed_seconds) = (0.0, 0.0);
            assert_eq!(dry, real, "{} inputs after stop {at}", inputs.len());
        }
    }
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

/// Whatever changes, the next run looks at everything; the one after it has nothing to do again.
#[test]
fn a_run_is_whole_again_after_any_change() {
    type Change = fn(&mut Scratch, &mut Vec<PathBuf>);
    let changes: [(&str, Change); 12] = [
        ("a file is gone", |scratch, _| fs::remove_file(a_photo(scratch)).unwrap()),
        ("a file has another size", |scratch, _| fs::write(a_photo(scratch), "mine").unwrap()),
        ("a file was moved", |scratch, _| {
            let moved = scratch.library().join("mine.jpg");
            fs::rename(a_photo(scratch), moved).unwrap();
        }),
        ("a stranger came", |scratch, _| fs::write(scratch.library().join("mine.txt"), "mine").unwrap()),
        ("an album's link is gone", |scratch, _| {
            let albums = scratch.library().join("Albums");
            fs::remove_dir_all(albums).unwrap();
        }),
        ("kept details are gone", |scratch, _| {
            fs::remove_dir_all(scratch.library().join(".windfall/details")).unwrap();
        }),
        ("something waits in staging", |scratch, _| {
            let staging = scratch.library().join(".windfall/staging");
            fs::create_dir_all(&staging).unwrap();
            fs::write(staging.join("new-0"), "half").unwrap();
        }),
        ("another zone", |scratch, _| scratch.settings.zone = chrono_tz::Tz::Europe__Vienna),
        ("another form of albums", |scratch, _| scratch.settings.albums = AlbumForm::List),
        ("a part less", |_, inputs| drop(inputs.pop())),
        ("a part has another name", |_, inputs| {
            let renamed = inputs[0].with_file_name("iCloud Photos Part 1 of 3 (1).zip");
            fs::rename(&inputs[0], &renamed).unwrap();
            inputs[0] = renamed;
        }),
        ("a part came twice", |scratch, inputs| {
            let copy = scratch.folder("copies").join(inputs[0].file_name().unwrap());
            fs::copy(&inputs[0], &copy).unwrap();
            inputs.push(copy);
        }),
    ];
    for (what, change) in changes {
        let mut scratch = Scratch::new();
        let mut inputs = export().write_zips(&scratch.parts());
        scratch.import(&inputs);
        assert_eq!(scratch.import_again(&inputs).1, Depth::Glance, "before {what}");
        change(&mut scratch, &mut inputs);
        assert_eq!(scratch.import_again(&inputs).1, Depth::Whole, "{what}");
        if what != "a file has another size" {
            assert_eq!(scratch.import_again(&inputs).1, Depth::Glance, "after {what}");
        }
    }
}

#[test]
fn the_order_of_the_inputs_is_no_change() {
    let scratch = Scratch::new();
    let mut inputs = export().write_zips(&scratch.parts());
    scratch.import(&inputs);
    inputs.reverse();
    assert_eq!(scratch.import_again(&inputs).1, Depth::Glance);
    assert_eq!(scratch.import_again(&[scratch.parts()]).1, Depth::Glance);
}

/// What could not be read or was left out is tried again by every run.
#[test]
fn a_run_is_whole_while_anything_failed_or_was_left_out() {
    let scratch = Scratch::new();
    let zips = export().write_zips(&scratch.parts());
    truncate(&zips[1], 0.5);
    scratch.import(&zips);
    assert_eq!(scratch.import_again(&zips).1, Depth::Whole);

    let mut scratch = Scratch::new();
    let hidden = Row::created("2024-01-01 10:00").hidden();
    let photo = Photo::new("IMG_1.JPG", jpeg(1, &Exif::none())).row(hidden);
    let zips = Export::new("iCloud Photos").part(Part::new().photo(photo)).write_zips(&scratch.parts());
    scratch.settings.hidden = Hidden::Skip;
    scratch.import(&zips);
    assert_eq!(scratch.import_again(&zips).1, Depth::Whole);
}

/// A run of other inputs takes back what was said of these.
#[test]
fn another_import_makes_the_next_one_whole() {
    let scratch = Scratch::new();
    let zips = export().write_zips(&scratch.parts());
    scratch.import(&zips[..2]);
    scratch.import(&zips[2..]);
    assert_eq!(scratch.import_again(&zips[..2]).1, Depth::Whole);
    assert_eq!(scratch.import_again(&zips[2..]).1, Depth::Whole);
    assert_eq!(scratch.import_again(&zips[2..]).1, Depth::Glance);
}

fn a_photo(scratch: &Scratch) -> PathBuf {
    let photo = scratch.tree().into_iter().find(|path| path.starts_with("20") && path.ends_with(".JPG"));
    scratch.library().join(photo.unwrap())
}
