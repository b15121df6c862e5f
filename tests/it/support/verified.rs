//! What the tests of `verify` and of catalogs made anew share: an export that has everything, and all that is known
//! of a library.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use crate::builder::{Exif, Export, Movie, Part, Photo, Row, SharedAlbum, aae, jpeg, mov};
use crate::support::{Scratch, patiently};
use windfall::Error;
use windfall::Watch;
use windfall::category::photos::media::Embedded;
use windfall::contents::ContentId;
use windfall::library::catalog::Catalog;
use windfall::problem::Code;
use windfall::run::rebuild::rebuild;
use windfall::run::verify::{Verification, VerifyRun, verify};

pub fn try_verify(library: &Path, against: Option<&[PathBuf]>) -> Result<Verification, Error> {
    let cancel = AtomicBool::new(false);
    let run = VerifyRun {
        library,
        jobs: NonZeroUsize::MIN.saturating_add(1),
        watch: Watch { progress: &(), cancel: &cancel },
    };
    patiently(|| verify(&run, against))
}

pub fn verified(scratch: &Scratch) -> Verification {
    try_verify(&scratch.library(), None).unwrap()
}

pub fn rebuilt(scratch: &Scratch) -> Verification {
    let cancel = AtomicBool::new(false);
    let library = scratch.library();
    let run = VerifyRun {
        library: &library,
        jobs: NonZeroUsize::MIN.saturating_add(1),
        watch: Watch { progress: &(), cancel: &cancel },
    };
    patiently(|| rebuild(&run, &|_| scratch.settings.clone(), None)).unwrap()
}

/// Code and path of every problem.
pub fn said(verification: &Verification) -> Vec<(Code, &str)> {
    verification.problems.iter().map(|p| (p.code, p.entry.as_deref().unwrap_or_default())).collect()
}

pub fn photo(seed: u64, name: &str, day: &str) -> Photo {
    let taken = format!("{}:03 10:05:{:02}", day.replace('-', ":"), seed % 60);
    let still = jpeg(seed, &Exif::taken(&taken).offset("+00:00").camera("Apple", "iPhone 15"));
    Photo::new(name, still).row(Row::created(&format!("{day}-03 10:05")))
}

/// One of everything, in two parts.
pub fn rich() -> Export {
    let live =
        |seed, at: &str| jpeg(seed, &Exif::taken(at).offset("+01:00").camera("Apple", "X").live("AAA"));
    let movie = |seed| mov(seed, &Movie::new().created("2024-03-03T10:05:17+0100").live("AAA"));
    let named = |seed, at: &str| jpeg(seed, &Exif::taken(at).camera("Apple", "X"));
    let shared = jpeg(40, &Exif::taken("2022:07:04 12:00:00"));
    let in_both = jpeg(41, &Exif::taken("2022:07:05 12:00:00").offset("+02:00"));
    let corrected = jpeg(31, &Exif::taken("2011:01:01 00:00:00").offset("+00:00"));
    let row = Row::created;
    let one = Part::new()
        .photo(
            Photo::new("IMG_1.JPG", live(1, "2024:03:03 10:05:17")).row(row("2024-03-03 09:05").favorite()),
        )
        .photo(Photo::new("IMG_1.MOV", movie(2)))
        .photo(Photo::new("IMG_2.JPG", named(3, "2024:03:04 10:05:17")).row(row("2024-03-04 09:05").views(7)))
        .photo(Photo::new("IMG_2.AAE", aae(4)))
        .photo(Photo::new("IMG_E2.JPG", named(5, "2024:03:04 10:05:17")).row(row("2024-03-04 09:05")))
        .photo(Photo::new("unlisted.JPG", named(6, "2019:05:04 10:05:17")))
        .photo(Photo::new("IMG_20180101_020304.JPG", jpeg(7, &Exif::none())))
        .photo(Photo::new("nothing.JPG", jpeg(8, &Exif::none())))
        .photo(
            Photo::new("secret.JPG", named(9, "2020:01:01 10:00:00")).row(row("2020-01-01 10:00").hidden()),
        )
        .photo(
            Photo::new("opaque.JPG", jpeg(10, &Exif::none())).row(row("2010-01-01 10:00").opaque_checksum()),
        )
        .photo(Photo::new("SAME.JPG", jpeg(11, &Exif::none())).row(row("2010-02-02 10:00").no_checksum()))
        .photo(Photo::new("strange.xyz", "what is this"))
        .deleted(Photo::new("gone.JPG", named(12, "2021:01:01 10:00:00")).row(row("2021-01-01 10:00")))
        .deleted(Photo::new("gone too.JPG", named(13, "2021:01:02 10:00:00")))
        .album("Lake week", ["IMG_1.JPG", "IMG_1.JPG", "unlisted.JPG", "both.JPG", "secret.JPG"])
        .album("lake WEEK", ["IMG_2.JPG"])
        .memory("On this day", ["IMG_2.JPG"])
        .shared_library([("IMG_1.JPG", true), ("IMG_2.JPG", false)])
        .shared_album(
            SharedAlbum::new("Trip: south").photo("s1.JPG", shared).photo("both.JPG", in_both.clone()),
        )
        .entry("Notes/readme.txt", "hello");
    let two = Part::new()
        .photo(Photo::new("IMG_1.JPG", named(21, "2024:03:09 10:05:17")).row(row("2024-03-09 08:05")))
        .photo(Photo::new("IMG_1.MOV", mov(22, &Movie::new().created("2024-03-09T10:05:18+0200"))))
        .photo(Photo::new("IMG_1.AAE", aae(24)))
        .photo(Photo::new("SAME.JPG", jpeg(23, &Exif::none())).row(row("2012-02-02 10:00").no_checksum()))
        .photo(Photo::new("both.JPG", in_both).row(row("2022-07-05 10:00")))
        .photo(
            Photo::new("corrected.JPG", corrected).row(row("2001-05-05 12:00").imported("2024-01-01 00:00")),
        )
        .entry("Notes/readme.txt", "hello from part two");
    Export::new("iCloud Photos").part(one).part(two).missing_part()
}

/// All that `list` says of every file but its sources, and its size and length, which earlier versions did not read.
pub fn facts(scratch: &Scratch) -> BTreeMap<String, String> {
    let catalog = Catalog::read(&scratch.library()).unwrap();
    let known = catalog.load().unwrap();
    let titles = catalog.titles_by_path().unwrap();
    let fact =
        |(path, record): (&windfall::library::path::LibraryPath, &windfall::library::record::FileRecord)| {
            let content = &known.delivered.contents.distinct[record.content];
            let said = &known.delivered.heard.photos.said[record.content];
            let mut plain = record.clone();
            plain.content = ContentId::default();
            let titles = titles.get(path.as_str()).cloned().unwrap_or_default();
            let embedded = Embedded { pixels: None, duration: None, ..said.embedded.clone() };
            let bytes =
                (content.blake3, content.size, content.crc32, said.fingerprint, embedded, &said.place);
            (path.to_string(), format!("{plain:#?} {titles:?} {bytes:?}"))
        };
    known.recorded.files.iter().map(fact).collect()
}

pub fn exports(scratch: &Scratch) -> Vec<(String, u32, String)> {
    let known = Catalog::read(&scratch.library()).unwrap().load().unwrap();
    known.delivered.contents.exports.into_iter().map(|e| (e.name, e.total.unwrap_or(0), e.label)).collect()
}

pub fn derived(scratch: &Scratch) -> Vec<String> {
    let known = Catalog::read(&scratch.library()).unwrap().load().unwrap();
    known.recorded.derived.iter().map(|(path, record)| format!("{path} {record:?}")).collect()
}

pub fn assert_same(before: &BTreeMap<String, String>, after: &BTreeMap<String, String>, what: &str) {
    assert_eq!(before.keys().collect::<Vec<_>>(), after.keys().collect::<Vec<_>>(), "{what}");
    for (path, fact) in before {
        assert_eq!(fact, &after[path], "{what}: {path}");
    }
}
