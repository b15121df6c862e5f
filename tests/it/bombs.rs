//! Small archives whose lists would take all memory: the real command, which may have a gigabyte of
//! addresses and no more, keeps them unread, names them, and does the rest.
#![cfg(target_os = "linux")] // elsewhere a shell cannot bound a command's memory

use std::collections::BTreeMap;
use std::path::Path;

use crate::builder::{Content, Exif, Export, Pack, Part, Photo, Row, SharedAlbum, SharedAlbums, jpeg};
use crate::support::command_below;
use serde_json::Value;

/// Kilobytes of addresses: threads and the program itself take 300,000 of them.
const MEMORY: u32 = 1 << 20;

const HEADER: &str =
    "imgName,fileChecksum,favorite,hidden,deleted,originalCreationDate,viewCount,importDate\n";

fn rows(row: &'static str, count: usize) -> Content {
    Content::made(move || format!("{HEADER}{}", row.repeat(count)).into_bytes())
}

fn names(count: usize) -> Content {
    Content::made(move || (0..count).map(|n| format!("{n:x}\n")).collect::<String>().into_bytes())
}

/// A JSON text of this beginning, so many times the middle, and this end.
fn json(begin: &'static str, middle: &'static str, count: usize, end: &'static str) -> Content {
    Content::made(move || format!("{begin}{}{end}", middle.repeat(count)).into_bytes())
}

/// Lists that are left unread, each in its own way beyond any of Apple's, by the end of their path.
fn bombs() -> Vec<(&'static str, Content)> {
    vec![
        ("Photos/Photo Details-1.csv", rows("a,,,\n", 10_000_000)),
        ("Photos/Photo Details-2.csv", rows("x", 100 << 20)),
        ("Photos/Shared Library Details.csv", rows("a,no\n", 1_000_001)),
        ("Albums/All.csv", names(1_000_100)),
        ("Albums/Line.csv", rows("\"", 70 << 20)),
        ("Objects/AlbumInfo.json", json(r#"{"x":["#, r#"{"":0},"#, 300_000, "0]}")),
        ("Wide/AlbumInfo.json", json(r#"{"photos":["#, "{},", 1_000_000, "{}]}")),
        ("Deep/AlbumInfo.json", json("", r#"{"a":"#, 1_000_000, "")),
        ("Deeper/AlbumInfo.json", json("", "[", 2 << 20, "")),
    ]
}

/// Lists of which each line is out of all proportion, and the rest is read.
fn odd_lines() -> Vec<(&'static str, Content)> {
    vec![
        ("Photos/Photo Details-3.csv", rows("x", 2 << 20)),
        ("Photos/Photo Details-4.csv", rows(",", 1_000_000)),
        ("Photos/Photo Details-5.csv", Content::made(|| vec![b'\xa4'; 2 << 20])),
        (
            "Photos/Photo Details-6.csv",
            Content::made(|| [b"\xff\xfe".to_vec(), vec![b'1'; 2 << 20]].concat()),
        ),
        ("Long/AlbumInfo.json", json(r#"{"albumName":""#, "a", 2 << 20, "\"}")),
    ]
}

fn photo(n: u64) -> Photo {
    Photo::new(&format!("IMG_{n}.JPG"), jpeg(n, &Exif::none())).row(Row::created("2020-01-01 10:00"))
}

/// Runs the command with bounded memory; it must end with exit code 3 and a report.
fn run(arguments: &[&str], folder: &Path) -> Value {
    run_to(3, arguments, folder)
}

fn run_to(code: i32, arguments: &[&str], folder: &Path) -> Value {
    let bounded = format!("ulimit -v {MEMORY} && exec \"$0\" \"$@\"");
    let mut command = command_below("sh", ["-c", &bounded]);
    command.args(arguments).args(["--json", "--jobs", "2"]);
    command.current_dir(folder).env("MALLOC_ARENA_MAX", "1").env("RAYON_NUM_THREADS", "2");
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {said}");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// How often each path has a problem of this code.
fn named<'r>(report: &'r Value, code: &str) -> BTreeMap<&'r str, usize> {
    let mut named = BTreeMap::new();
    for problem in report["problems"].as_array().unwrap().iter().filter(|p| p["code"] == code) {
        *named.entry(problem["entry"].as_str().unwrap()).or_default() += 1;
    }
    named
}

fn assert_named(report: &Value, bombs: &[(&str, Content)]) {
    let mut unread = named(report, "limit-exceeded");
    unread.extend(named(report, "bad-row"));
    for (path, _) in bombs {
        assert!(unread.keys().any(|entry| entry.ends_with(path)), "{path}: {unread:#?}");
    }
}

#[test]
fn lists_of_all_sizes_take_bounded_memory() {
    let folder = tempfile::tempdir().unwrap();
    let (bombs, odd) = (bombs(), odd_lines());
    let mut part = Part::new().photo(photo(1)).photo(photo(2)).album("Lake", ["IMG_1.JPG"]);
    for (path, content) in bombs.iter().chain(&odd) {
        part = part.packed_entry(path, content.clone(), Pack::deflated());
    }
    Export::new("iCloud Photos").part(part).write_zips(folder.path());
    let report = run(&["import", "iCloud Photos.zip", "--to", "library"], folder.path());
    assert_named(&report, &bombs);
    assert_eq!(report["entries"]["failed"], 0, "{report:#}");
    assert_eq!((&report["entries"]["imported"], &report["media"]["photos"]), (&2.into(), &2.into()));
    assert!(folder.path().join("library/Albums/Lake/IMG_1.JPG").exists());
    let kept = folder.path().join("library/.windfall/details/iCloud Photos 2024-05-01/Part 1");
    assert_eq!(
        kept.join("Photos/Photo Details-2.csv").metadata().unwrap().len(),
        (100 << 20) + HEADER.len() as u64
    );
    assert_named(&run(&["check", "iCloud Photos.zip"], folder.path()), &bombs);
}

#[test]
fn many_lists_share_what_memory_there_is() {
    let folder = tempfile::tempdir().unwrap();
    let mut part = Part::new().photo(photo(1));
    for n in 0..4 {
        let rows = Content::made(move || format!("{HEADER}{n}{}", "a,,,\n".repeat(400_000)).into_bytes());
        part = part.packed_entry(&format!("Photos/Photo Details-{}.csv", n + 1), rows, Pack::deflated());
        let names = (0..20).map(move |i| format!("{n}{i}{}", "a".repeat(1_000_000)));
        part = part.entry(&format!("Albums/{n}.csv"), names.collect::<Vec<_>>().join("\n"));
        let comments = json(r#"{"photos":[{"comments":["#, "{},", 100_000, "{}]}]}");
        part = part.packed_entry(&format!("Shared {n}/AlbumInfo.json"), comments, Pack::deflated());
    }
    Export::new("iCloud Photos").part(part).write_zips(folder.path());
    let report = run(&["import", "iCloud Photos.zip", "--to", "library"], folder.path());
    let unread = named(&report, "limit-exceeded").len();
    assert!((4..12).contains(&unread), "{unread} of 12 lists were left unread");
    assert_eq!((&report["entries"]["imported"], &report["entries"]["failed"]), (&1.into(), &0.into()));
    // what was kept is read again by every later run, within the same bounds
    let again = run(&["import", "iCloud Photos.zip", "--to", "library"], folder.path());
    assert!((4..12).contains(&named(&again, "limit-exceeded").len()));
    assert_eq!(again["entries"]["imported"], 0);
}

/// A name in so many spellings, and so many photos that bear it, in so many albums.
#[test]
fn albums_of_few_photos_have_few_places() {
    let folder = tempfile::tempdir().unwrap();
    let spellings: Vec<String> = (0..64u32)
        .map(|n| {
            let letter = |(i, c): (usize, char)| if n >> i & 1 == 1 { c.to_ascii_lowercase() } else { c };
            let letters: String = "IMGJPG".chars().enumerate().map(letter).collect();
            format!("{}.{}", &letters[..3], &letters[3..])
        })
        .collect();
    let mut part = Part::new().album("Small", ["IMG.JPG"]);
    for n in 0..500 {
        let row = Row::created("2020-01-01 10:00").named("IMG.JPG");
        part = part.photo(Photo::new(&format!("IMG-{n}.JPG"), jpeg(n, &Exif::none())).row(row));
    }
    for n in 0..40 {
        part = part.album(&format!("Album {n:02}"), &spellings);
    }
    Export::new("iCloud Photos").part(part).write_zips(folder.path());
    let over = named(&run(&["check", "iCloud Photos.zip"], folder.path()), "limit-exceeded").len();
    // 500 places for each of 64 names: three albums; the others, and the small one, are beyond
    assert_eq!(over, 40 - 3 + 1);
}

#[test]
fn rows_and_photos_of_one_name_are_not_compared_all_with_all() {
    let folder = tempfile::tempdir().unwrap();
    let photos = (0..6_000).map(|n| Photo::new(&format!("IMG_1-{n}.JPG"), format!("photo {n}")));
    let lines = Content::made(|| {
        let row = |n: usize| {
            format!("IMG_1.JPG,,no,no,no,\"Sunday March 3,2024 {}:{:02} AM GMT\",0,\n", 1 + n % 11, n % 60)
        };
        format!("{HEADER}{}", (0..20_000).map(row).collect::<String>()).into_bytes()
    });
    let part = photos.fold(Part::new(), Part::photo).entry("Photos/Photo Details.csv", lines);
    Export::new("iCloud Photos").part(part).write_zips(folder.path());
    let report = run_to(0, &["import", "iCloud Photos.zip", "--to", "library"], folder.path());
    assert_eq!(report["entries"]["imported"], 6_000);
    std::fs::remove_file(folder.path().join("library/.windfall/catalog.sqlite")).unwrap();
    let made = run_to(0, &["verify", "library", "--rebuild-catalog"], folder.path());
    assert_eq!((&made["files"]["intact"], &made["files"]["changed"]), (&6_001.into(), &0.into()));
}

#[test]
fn a_real_export_notices_nothing() {
    // far more rows and names than a part of Apple's has, for a single photo
    let folder = tempfile::tempdir().unwrap();
    let row = "IMG_4821.HEIC,AW2cWT2PxzWixMKuuNMTHJ8CJ3sH,no,no,no,\"Sunday March 3,2024 9:05 AM GMT\",4,\"Sunday March 3,2024 9:06 AM GMT\"\n";
    let part = Part::new()
        .photo(photo(1))
        .packed_entry("Photos/Photo Details-1.csv", rows(row, 50_000), Pack::deflated())
        .packed_entry("Memories/Everything.csv", names(100_000), Pack::deflated())
        .shared_albums(SharedAlbums::new([
            SharedAlbum::new("Trip").photo("IMG_2.JPG", jpeg(2, &Exif::none()))
        ]));
    Export::new("iCloud Photos").part(part).write_zips(folder.path());
    // exit code 3, for the photo of all those rows is missing
    let report = run(&["check", "iCloud Photos.zip"], folder.path());
    assert_eq!(named(&report, "missing-media").len(), 1);
    assert!(named(&report, "limit-exceeded").is_empty(), "{report:#}");
}
