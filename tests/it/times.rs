//! Modification times: a file keeps the time of its date, and follows when that is corrected.

use std::fs::File;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::SystemTime;

use crate::builder::{Exif, Export, Movie, Part, Photo, Row, aae, jpeg, mov};
use crate::support::Scratch;
use chrono::{DateTime, Utc};
use windfall::library::catalog::Catalog;
use windfall::progress::Phase;
use windfall::run::list;
use windfall::{Error, Progress, Run, Strangers, Watch, import};

fn time_of(scratch: &Scratch, path: &str) -> String {
    let modified = scratch.library().join(path).metadata().unwrap().modified().unwrap();
    DateTime::<Utc>::from(modified).format("%Y-%m-%d %H:%M:%S").to_string()
}

fn set_time(scratch: &Scratch, path: &str, time: &str) {
    let time: DateTime<Utc> = time.parse().unwrap();
    let file = File::options().write(true).open(scratch.library().join(path)).unwrap();
    file.set_modified(SystemTime::from(time)).unwrap();
}

/// A Live Photo with an adjustment, and a photo beside, dated by rows alone.
fn export(scratch: &Scratch, year: &str, built: &str, created: &str) -> Vec<PathBuf> {
    let still = jpeg(1, &Exif::none().live("LIVE"));
    let movie = mov(2, &Movie::new().live("LIVE"));
    let row = || Row::created(created).imported("2024-04-01 10:00");
    let part = Part::new()
        .photo(Photo::new("IMG_1.JPG", still).row(row()))
        .photo(Photo::new("IMG_1.MOV", movie).row(row()))
        .photo(Photo::new("IMG_1.AAE", aae(3)))
        .photo(Photo::new("IMG_2.JPG", jpeg(4, &Exif::none())).row(row()));
    Export::new("iCloud Photos").built(built).part(part).write_zips(&scratch.folder(year))
}

#[test]
fn a_corrected_date_brings_the_modification_time_along() {
    let scratch = Scratch::new();
    scratch.import(&export(&scratch, "2024", "2024-05-01 22:03", "2024-03-03 09:05"));
    let files =
        ["IMG_1.JPG", "IMG_1.MOV", "IMG_1.AAE", "IMG_2.JPG"].map(|name| format!("2024/2024-03/{name}"));
    for file in &files {
        assert_eq!(time_of(&scratch, file), "2024-03-03 09:05:00", "{file}");
    }
    // FAT keeps every other second; another time is the owner's
    set_time(&scratch, &files[0], "2024-03-03T09:05:02Z");
    set_time(&scratch, &files[3], "2024-03-03T09:05:03Z");
    let later = export(&scratch, "2025", "2025-05-01 22:03", "1987-06-01 12:00");
    scratch.import(&later);
    for file in &files[..3] {
        assert_eq!(time_of(&scratch, file), "1987-06-01 12:00:00", "{file}");
    }
    assert_eq!(time_of(&scratch, &files[3]), "2024-03-03 09:05:03");
    // and nothing more happens
    set_time(&scratch, &files[1], "2000-01-01T00:00:00Z");
    scratch.import(&later);
    assert_eq!(time_of(&scratch, &files[1]), "2000-01-01 00:00:00");
}

#[test]
fn a_run_that_ended_between_file_and_record_is_made_up_for() {
    let scratch = Scratch::new();
    scratch.import(&export(&scratch, "2024", "2024-05-01 22:03", "2024-03-03 09:05"));
    // as if a run had been killed when half of the files had followed
    set_time(&scratch, "2024/2024-03/IMG_1.JPG", "1987-06-01T12:00:00Z");
    scratch.import(&export(&scratch, "2025", "2025-05-01 22:03", "1987-06-01 12:00"));
    for name in ["IMG_1.JPG", "IMG_1.MOV", "IMG_1.AAE", "IMG_2.JPG"] {
        assert_eq!(time_of(&scratch, &format!("2024/2024-03/{name}")), "1987-06-01 12:00:00", "{name}");
    }
}

#[test]
fn a_row_that_comes_later_dates_what_had_none() {
    let scratch = Scratch::new();
    let bytes = jpeg(7, &Exif::none());
    let alone = Part::new().photo(Photo::new("IMG_7.JPG", bytes.clone()));
    let first =
        Export::new("iCloud Photos").built("2024-05-01 22:03").part(alone).write_zips(&scratch.folder("a"));
    scratch.import(&first);
    let dated = Part::new().photo(Photo::new("IMG_7.JPG", bytes).row(Row::created("2011-02-03 04:05")));
    let second =
        Export::new("iCloud Photos").built("2025-05-01 22:03").part(dated).write_zips(&scratch.folder("b"));
    scratch.import(&second);
    assert_eq!(time_of(&scratch, "Undated/IMG_7.JPG"), "2011-02-03 04:05:00");
}

/// Interrupts a run when it has read everything, and so finished what the run before it had planned.
#[derive(Default)]
struct StopsBeforePlacing(AtomicBool);

impl Progress for StopsBeforePlacing {
    fn begin(&self, phase: Phase, _: u64, _: u64) {
        if phase == Phase::Match {
            self.0.store(true, Ordering::Relaxed);
        }
    }
}

/// Imports until everything is read; the run ends in placing a file that the library has not.
fn import_interrupted(scratch: &Scratch, inputs: &[PathBuf]) {
    let stops = StopsBeforePlacing::default();
    let run = Run {
        inputs,
        strangers: Strangers::Refused,
        jobs: std::num::NonZeroUsize::MIN,
        watch: Watch { progress: &stops, cancel: &stops.0 },
    };
    let result = import(&run, &scratch.library(), &|_| scratch.settings.clone());
    assert!(matches!(result, Err(Error::Interrupted)), "{result:?}");
}

/// Of every file, when it was imported into iCloud, as `list` says it.
fn imported(scratch: &Scratch) -> Vec<Option<String>> {
    let mut imported = Vec::new();
    let visit = &mut |file: list::Listed| {
        imported.push(file.imported_to_icloud);
        ControlFlow::Continue(())
    };
    list::files(&scratch.library(), visit).unwrap();
    imported
}

#[test]
fn a_run_interrupted_twice_tells_no_date_that_nobody_gave() {
    let scratch = Scratch::new();
    let first = export(&scratch, "2024", "2024-05-01 22:03", "2024-03-03 09:05");
    scratch.import(&first);
    let whole = (scratch.records(), imported(&scratch));
    // as if that run had been killed when it had placed its files and recorded none
    let connection = rusqlite::Connection::open(Catalog::path_in(&scratch.library())).unwrap();
    let undo = "INSERT INTO plan (path, area, content, modified)
            SELECT path, area, content, coalesce(captured, imported_to_icloud) FROM files WHERE area = 'media';
        DELETE FROM files WHERE area = 'media'; DELETE FROM unchanged";
    connection.execute_batch(undo).unwrap();
    drop(connection);
    let later = export(&scratch, "2025", "2025-05-01 22:03", "1987-06-01 12:00");
    import_interrupted(&scratch, &later);
    assert_eq!(imported(&scratch), [None, None, None, None], "what no row has said is unknown");
    // the owner's own time stays, those that the first run gave follow
    set_time(&scratch, "2024/2024-03/IMG_2.JPG", "2024-03-03T09:05:03Z");
    scratch.import(&later);
    for name in ["IMG_1.JPG", "IMG_1.MOV", "IMG_1.AAE"] {
        assert_eq!(time_of(&scratch, &format!("2024/2024-03/{name}")), "1987-06-01 12:00:00", "{name}");
    }
    assert_eq!(time_of(&scratch, "2024/2024-03/IMG_2.JPG"), "2024-03-03 09:05:03");
    assert_eq!(imported(&scratch), whole.1);
    assert!(scratch.records().values().all(|record| record.modified.is_none()), "a run has dated them");
    assert_eq!(scratch.records().len(), whole.0.len() + 1, "the details of the later export are new");
}
