//! What archives claim to hold: sizes that cannot be, headers that mean nothing, entries that share bytes,
//! and archives that come out of small ones by the hundred thousand. What is sound beside them is imported.

use std::fs;

use crate::builder::{Entry, Envelope, Exif, Export, Pack, Part, Photo, Row, jpeg};
use crate::support::{Scratch, codes};
use windfall::problem::Code;

const PATH: &str = "Photos/IMG_3.JPG";

fn photo(n: u64) -> Photo {
    let row = Row::created("2020-01-01 10:00");
    Photo::new(&format!("IMG_{n}.JPG"), jpeg(n, &Exif::taken("2020:01:01 10:00:00").offset("+00:00")))
        .row(row)
}

fn part() -> Part {
    Part::new().photo(photo(1)).photo(photo(2))
}

/// Code and entry of each problem.
fn said(problems: &[windfall::Problem]) -> Vec<(Code, Option<&str>)> {
    problems.iter().map(|p| (p.code, p.entry.as_deref().map(|e| e.rsplit('/').next().unwrap_or(e)))).collect()
}

#[test]
fn one_entry_that_claims_too_much_is_refused_alone() {
    let sizes = [4 << 30, 1 << 40, 1 << 63, u64::MAX - 1, 300_000];
    for pack in [Pack::deflated(), Pack::stored(), Pack::deflated().zip64(), Pack::stored().descriptor()] {
        for size in sizes {
            let scratch = Scratch::new();
            // twice, for the sum of two is more than a number holds
            let lie = || pack.clone().declared_size(size);
            let part = part().packed_entry(PATH, "few bytes", lie()).packed_entry(
                "Photos/IMG_4.JPG",
                "as few",
                lie(),
            );
            let zips = Export::new("iCloud Photos").part(part).write_zips(&scratch.parts());
            let report = scratch.import(&zips);
            assert_eq!((report.entries.imported, report.entries.failed), (2, 2), "{size}");
            let expected =
                [(Code::LimitExceeded, Some("IMG_3.JPG")), (Code::LimitExceeded, Some("IMG_4.JPG"))];
            assert_eq!(said(&report.problems), expected, "{size}: {:#?}", report.problems);
            assert_eq!(scratch.tree(), ["2020/2020-01/IMG_1.JPG", "2020/2020-01/IMG_2.JPG"]);
            let check = scratch.check(&zips);
            assert_eq!((check.entries.sound, check.entries.damaged), (3, 2), "{size}");
        }
    }
}

#[test]
fn an_archive_that_claims_too_much_with_all_of_them_is_not_read() {
    let scratch = Scratch::new();
    let zeros = vec![0; 1 << 20];
    let mut part = part();
    for n in 0..1200 {
        // each could be true: a kilobyte that holds a megabyte
        let path = format!("Photos/Z_{n}.JPG");
        part = part.packed_entry(&path, zeros.clone(), Pack::deflated());
    }
    let zips = Export::new("iCloud Photos").part(part).write_zips(&scratch.parts());
    assert!(fs::metadata(&zips[0]).unwrap().len() < 4 << 20);
    let report = scratch.import(&zips);
    assert_eq!((report.entries.imported, report.entries.failed), (0, report.entries.total));
    assert!(said(&report.problems).contains(&(Code::LimitExceeded, None)), "the archive itself");
}

#[test]
fn of_entries_that_share_bytes_the_first_is_read() {
    let scratch = Scratch::new();
    let shared = |of: &str| Pack::deflated().data_of(of);
    let part = part()
        .packed_entry("Photos/A.txt", "the same bytes", Pack::deflated())
        .packed_entry("Photos/B.txt", "the same bytes", shared("Photos/A.txt"))
        .packed_entry("Photos/C.txt", "the same bytes", shared("Photos/A.txt"));
    let zips = Export::new("iCloud Photos").part(part).write_zips(&scratch.parts());
    let report = scratch.import(&zips);
    assert_eq!((report.entries.imported, report.entries.failed), (3, 2), "{:#?}", report.problems);
    let damaged = report.problems.iter().filter(|p| p.code == Code::DamagedEntry);
    let named: Vec<_> = damaged.filter_map(|p| p.entry.as_deref()?.rsplit('/').next()).collect();
    assert_eq!(named, ["B.txt", "C.txt"]);
}

/// A nested archive of so many entries that together with their names they compress to next to nothing.
#[test]
fn a_nested_archive_has_no_more_entries_than_its_archive_has_room_for() {
    let scratch = Scratch::new();
    let entry = |n: u32| Entry {
        name: format!("Albums/{n:06}/{n:06}.JPG"),
        content: "x".into(),
        pack: Pack::stored(),
    };
    let entries: Vec<Entry> = (0..200_000).map(entry).collect();
    let nested = Envelope::default().bytes(&entries);
    let part = part().packed_entry("iCloud Shared Albums.zip", nested, Pack::deflated());
    let zips = Export::new("iCloud Photos").part(part).write_zips(&scratch.parts());
    let report = scratch.import(&zips);
    assert_eq!(report.entries.imported, 2, "{:#?}", report.entries);
    assert_eq!(codes(&report.problems), [Code::LimitExceeded]);
}
