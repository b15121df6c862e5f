//! Damaged and hostile inputs: everything that can be had is had, everything else is named, and
//! nothing leaves the library.

use std::path::{Path, PathBuf};

use crate::builder::{
    Entry, Envelope, Exif, Export, Pack, Part, Photo, Row, SharedAlbum, SharedAlbums, damage, jpeg,
};
use crate::support::{Scratch, codes};
use windfall::Error;
use windfall::problem::Code;

fn photo(n: u64) -> Photo {
    let bytes = jpeg(n, &Exif::none());
    Photo::new(&format!("IMG_{n}.JPG"), bytes).row(Row::created(&format!("2020-01-{:02} 10:00", n + 1)))
}

fn photos(count: u64) -> Part {
    (0..count).fold(Part::new(), |part, n| part.photo(photo(n)))
}

fn one(part: Part, scratch: &Scratch) -> PathBuf {
    Export::new("iCloud Photos").part(part).write_zips(&scratch.parts()).remove(0)
}

/// Everything around the library, to see that nothing outside it changes.
fn canaries(scratch: &Scratch) -> Vec<(PathBuf, Vec<u8>)> {
    let walk = walkdir::WalkDir::new(scratch.path("")).into_iter().map(Result::unwrap);
    let outside = walk.filter(|e| e.file_type().is_file() && !e.path().starts_with(scratch.library()));
    outside.map(|e| (e.path().to_owned(), std::fs::read(e.path()).unwrap())).collect()
}

#[test]
fn one_flipped_byte_loses_one_entry_and_names_it() {
    let scratch = Scratch::new();
    let zip = one(photos(6), &scratch);
    damage::flip_byte(&zip, "Photos/IMG_3.JPG");
    let report = scratch.import(std::slice::from_ref(&zip));
    assert_eq!(codes(&report.problems), [Code::DamagedEntry], "{:#?}", report.problems);
    assert!(report.problems[0].entry.as_deref().unwrap().ends_with("Photos/IMG_3.JPG"));
    assert_eq!((report.entries.imported, report.entries.failed), (5, 1));
    let check = scratch.check(&[zip]);
    assert_eq!((check.entries.damaged, check.complete), (1, false));
}

#[cfg(unix)]
#[test]
fn a_link_in_an_unzipped_part_failed_and_is_no_placeholder() {
    let scratch = Scratch::new();
    let folder = Export::new("iCloud Photos").part(photos(1)).write_folders(&scratch.parts()).remove(0);
    std::os::unix::fs::symlink("IMG_0.JPG", folder.join("Photos/IMG_1.JPG")).unwrap();
    for run in 1..=2 {
        let report = scratch.import(std::slice::from_ref(&folder));
        assert_eq!(codes(&report.problems), [Code::UnsupportedEntry], "run {run}: {:#?}", report.problems);
        assert_eq!((report.entries.failed, report.entries.ignored), (1, 0), "run {run}");
    }
}

#[test]
fn what_another_part_holds_of_a_damaged_entry_is_safe() {
    let scratch = Scratch::new();
    let zip = one(photos(3), &scratch);
    let copy = damage::download_again(&zip);
    damage::flip_byte(&copy, "Photos/IMG_1.JPG");
    let report = scratch.import(&[zip, copy]);
    assert_eq!(codes(&report.problems), [Code::DamagedEntry]);
    assert!(report.problems[0].message.contains("nothing is lost"), "{}", report.problems[0].message);
    assert_eq!(scratch.tree().len(), 3);
}

#[test]
fn a_part_cut_short_gives_every_entry_that_is_whole() {
    for keep in [0.05, 0.2, 0.4, 0.9] {
        let scratch = Scratch::new();
        let zip = one(photos(20), &scratch);
        let listed = damage::list(&zip);
        damage::truncate(&zip, keep);
        let left = std::fs::metadata(&zip).unwrap().len();
        let photos = listed.iter().filter(|entry| entry.name.ends_with(b".JPG"));
        let whole = photos.filter(|entry| entry.data_at + entry.packed <= left).count();
        assert!(whole > 0 && (keep > 0.5 || whole < 20), "{whole} of 20 are left at {keep}");
        let report = scratch.import(&[zip]);
        assert!(codes(&report.problems).contains(&Code::DamagedArchive), "{:#?}", report.problems);
        assert_eq!(report.exports[0].parts_found, [1], "a damaged part is a found one");
        assert_eq!(scratch.tree().len(), whole, "of 20 at {keep}");
        assert!(!codes(&report.problems).contains(&Code::MissingPart));
    }
}

#[test]
fn a_cut_copy_beside_a_whole_part_loses_nothing() {
    let scratch = Scratch::new();
    let zip = one(photos(10), &scratch);
    let copy = damage::download_again(&zip);
    damage::truncate(&copy, 0.4);
    let report = scratch.import(&[scratch.parts()]);
    assert_eq!(scratch.tree().len(), 10);
    assert_eq!(report.entries.imported, 10);
    assert_eq!(report.exports.len(), 1, "{:#?}", report.exports);
    assert!(codes(&report.problems).contains(&Code::DamagedArchive));
}

#[test]
fn an_error_page_or_an_empty_file_instead_of_a_part_is_said_to_be_one() {
    let scratch = Scratch::new();
    let export = Export::new("iCloud Photos")
        .part(photos(2))
        .part(Part::new().photo(photo(5)))
        .part(Part::new().photo(photo(6)));
    let zips = export.write_zips(&scratch.parts());
    damage::html_page(&zips[1]);
    std::fs::write(&zips[2], "").unwrap();
    let report = scratch.import(&zips);
    assert_eq!(
        codes(&report.problems),
        [Code::DamagedArchive, Code::DamagedArchive],
        "{:#?}",
        report.problems
    );
    assert_eq!(report.exports[0].parts_found, [1, 2, 3]);
    assert_eq!((report.entries.imported, report.entries.failed), (2, 2));
    assert!(matches!(
        scratch.try_import_to(&scratch.path("second"), &zips[1..]),
        Err(Error::AllUnreadable(_))
    ));
}

#[test]
fn no_export_stops_the_run_before_anything_is_there() {
    let scratch = Scratch::new();
    assert!(matches!(scratch.try_import(&[scratch.parts()]), Err(Error::NoExport(_))));
    assert!(!scratch.library().exists());
    assert!(matches!(scratch.try_import(&[scratch.path("nowhere")]), Err(Error::InputMissing(_))));
    assert!(matches!(
        scratch.try_import_to(&scratch.parts(), &[scratch.parts()]),
        Err(Error::InputInLibrary { .. })
    ));
}

#[test]
fn hostile_names_and_entries_fail_and_stay_inside() {
    let scratch = Scratch::new();
    std::fs::write(scratch.path("canary.txt"), "alive").unwrap();
    let names: [&str; 9] = [
        "../../canary.txt",
        "Photos/../../../canary.txt",
        "/tmp/windfall-canary.JPG",
        "C:/canary.JPG",
        "Photos\\..\\..\\..\\canary.txt",
        "\\\\server\\share\\x.JPG",
        "Photos/a\0b.JPG",
        "..",
        "Photos/..",
    ];
    let part = names.iter().enumerate().fold(photos(2), |part, (n, name)| {
        part.packed_entry(
            "Photos/x.JPG",
            jpeg(100 + n as u64, &Exif::none()),
            Pack::stored().raw_name(name.as_bytes()),
        )
    });
    let part = part
        .packed_entry("Photos/link.JPG", "../../../canary.txt", Pack::symlink())
        .packed_entry("Photos/secret.JPG", jpeg(200, &Exif::none()), Pack::stored().encrypted())
        .packed_entry("Photos/odd.JPG", jpeg(201, &Exif::none()), Pack::stored().method(99));
    let zip = one(part, &scratch);
    let before = canaries(&scratch);
    let report = scratch.import(&[zip]);
    assert_eq!(before, canaries(&scratch), "something outside the library changed");
    assert!(!Path::new("/tmp/windfall-canary.JPG").exists());
    let found = codes(&report.problems);
    let count = |code| found.iter().filter(|c| **c == code).count();
    assert_eq!(count(Code::UnsafeName), 9, "{:#?}", report.problems);
    assert_eq!((count(Code::EncryptedEntry), count(Code::UnsupportedEntry)), (1, 2));
    assert_eq!((report.entries.imported, report.entries.failed), (2, 12));
    assert_eq!(scratch.tree().len(), 2);
}

#[test]
fn names_that_some_system_cannot_hold_are_rewritten_and_said() {
    let scratch = Scratch::new();
    let names = ["CON.JPG", "a:b?.JPG", "trailing. .JPG", "x\u{202e}gpj.JPG", ".windfall.JPG"];
    let part = names.iter().enumerate().fold(Part::new(), |part, (n, name)| {
        part.photo(Photo::new(name, jpeg(n as u64, &Exif::none())).row(Row::created("2020-01-01 10:00")))
    });
    let report = scratch.import(&[one(part, &scratch)]);
    assert_eq!(codes(&report.problems), [Code::Renamed; 4], "{:#?}", report.problems);
    assert_eq!(scratch.tree().len(), names.len());
    let records = scratch.records();
    for name in names {
        assert!(
            records.values().any(|r| r.original_name.as_deref() == Some(name)),
            "{name} is not remembered"
        );
    }
}

#[test]
fn two_entries_of_one_name_are_two_files() {
    let scratch = Scratch::new();
    let part = Part::new()
        .entry("Photos/IMG_1.JPG", jpeg(1, &Exif::taken("2020:01:01 10:00:00")))
        .entry("Photos/IMG_1.JPG", jpeg(2, &Exif::taken("2020:01:02 10:00:00")));
    let report = scratch.import(&[one(part, &scratch)]);
    assert_eq!(report.entries.imported, 2);
    assert_eq!(scratch.tree(), ["2020/2020-01/IMG_1 (2).JPG", "2020/2020-01/IMG_1.JPG"]);
}

#[cfg(unix)]
#[test]
fn a_library_folder_that_is_a_link_is_not_followed() {
    let scratch = Scratch::new();
    let outside = scratch.folder("outside");
    std::fs::create_dir_all(scratch.library()).unwrap();
    std::os::unix::fs::symlink(&outside, scratch.library().join("2020")).unwrap();
    let report = scratch.import(&[one(photos(2), &scratch)]);
    let expected = [Code::WriteFailed, Code::WriteFailed, Code::StagingLeft];
    assert_eq!(codes(&report.problems), expected, "{:#?}", report.problems);
    assert_eq!(report.entries.failed, 2);
    assert_eq!(std::fs::read_dir(&outside).unwrap().count(), 0);
    std::fs::remove_file(scratch.library().join("2020")).unwrap();
    let report = scratch.import(&[scratch.parts()]);
    assert_eq!(codes(&report.problems), []);
    assert_eq!(scratch.tree().len(), 2);
}

#[test]
fn a_nested_archive_that_is_cut_gives_what_is_whole() {
    let scratch = Scratch::new();
    let photo = |n| jpeg(n, &Exif::taken("2020:01:01 10:00:00"));
    let albums =
        SharedAlbums::new([(0..6u64)
            .fold(SharedAlbum::new("Trip"), |album, n| album.photo(&format!("IMG_{n}.JPG"), photo(n)))])
        .pack(Pack::stored());
    let zip = one(photos(1).shared_albums(albums), &scratch);
    damage::flip_byte(&zip, "iCloud Shared Albums.zip");
    let report = scratch.import(&[zip]);
    assert!(
        report
            .problems
            .iter()
            .any(|p| p.archive.as_deref() == Some("iCloud Photos.zip/iCloud Shared Albums.zip")),
        "{:#?}",
        report.problems
    );
    assert_eq!(scratch.tree().len(), 6, "{:#?}", scratch.tree());
}

#[test]
fn nested_archives_may_not_multiply() {
    let scratch = Scratch::new();
    let archive = |entry: Entry| Envelope::default().bytes(&[entry]);
    // within what an archive of its own size may claim, and far beyond what the part around it may
    let pack = Pack::stored().method(9).declared_size(1_100 << 20);
    let bomb = archive(Entry { name: "Trip/IMG_1.JPG".into(), content: vec![0; 1_150_000].into(), pack });
    let bytes = jpeg(7, &Exif::none());
    let sound =
        archive(Entry { name: "Trip/IMG_2.JPG".into(), content: bytes.into(), pack: Pack::deflated() });
    let part = photos(1).packed_entry("iCloud Shared Albums.zip", bomb, Pack::deflated()).packed_entry(
        "iCloud Shared Albums-1.zip",
        sound,
        Pack::deflated(),
    );
    let report = scratch.import(&[one(part, &scratch)]);
    let refused: Vec<_> = report.problems.iter().filter(|p| p.code == Code::LimitExceeded).collect();
    assert_eq!(refused.len(), 1, "{:#?}", report.problems);
    assert_eq!(refused[0].archive.as_deref(), Some("iCloud Photos.zip/iCloud Shared Albums.zip"));
    assert_eq!((report.entries.imported, report.entries.failed), (2, 1));
}

#[test]
fn every_bad_row_is_counted() {
    let scratch = Scratch::new();
    let header = "imgName,fileChecksum,favorite,hidden,deleted,originalCreationDate,viewCount,importDate";
    let text = format!("{header}\n{}", "IMG_1.JPG,,no,no,no,soon,,\n".repeat(1_234));
    let part = Part::new()
        .entry("Photos/IMG_1.JPG", jpeg(1, &Exif::taken("2020:01:01 10:00:00")))
        .entry("Photos/Photo Details.csv", text);
    let report = scratch.import(&[one(part, &scratch)]);
    let bad: Vec<_> = report.problems.iter().filter(|p| p.code == Code::BadRow).collect();
    assert_eq!(bad.len(), 1_001);
    assert_eq!(bad.iter().filter(|p| p.message.starts_with("234 more lines")).count(), 1);
}

#[test]
fn a_list_that_cannot_be_read_is_kept_and_named() {
    let scratch = Scratch::new();
    let album = SharedAlbum::new("Trip").photo("IMG_1.JPG", jpeg(1, &Exif::none())).json("not JSON");
    let part = photos(1).shared_albums(SharedAlbums::new([album]).subscribed("7").pack(Pack::stored()));
    let report = scratch.import(&[one(part, &scratch)]);
    let bad: Vec<_> = report.problems.iter().filter(|p| p.code == Code::BadRow).collect();
    let names = |name: &str| bad.iter().any(|p| p.entry.as_deref().is_some_and(|e| e.ends_with(name)));
    assert!(bad.len() == 2 && names("AlbumInfo.json") && names("Subscribed Albums.json"), "{bad:#?}");
    assert_eq!((report.entries.details, report.entries.failed), (3, 0));
}

#[test]
fn a_folders_file_that_is_cut_is_an_error_only_where_a_row_says_so() {
    let scratch = Scratch::new();
    let export = Export::new("iCloud Photos").part(photos(2));
    let folders = export.write_folders(&scratch.parts());
    let path = folders[0].join("Photos/IMG_1.JPG");
    let bytes = std::fs::read(&path).unwrap();
    std::fs::write(&path, &bytes[..bytes.len() - 10]).unwrap();
    let report = scratch.import(&folders);
    assert_eq!(codes(&report.problems), [Code::ChecksumMismatch], "{:#?}", report.problems);
    assert_eq!(report.problems[0].severity, windfall::problem::Severity::Error);
    assert_eq!(scratch.tree().len(), 2);
}
