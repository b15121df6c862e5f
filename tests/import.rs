//! Exports as Apple writes them, imported whole: what stands where afterwards, and what is said.

#[path = "../fixtures/builder.rs"]
mod builder;
mod support;

use builder::{Exif, Export, Movie, Part, Photo, Row, jpeg, mov};
use support::{Scratch, codes};

#[test]
fn a_small_export_becomes_a_dated_tree() {
    let scratch = Scratch::new();
    let still = jpeg(
        1,
        &Exif::taken("2024:03:03 10:05:17").offset("+01:00").camera("Apple", "iPhone 15").live("AAA"),
    );
    let movie = mov(2, &Movie::new().created("2024-03-03T10:05:17+0100").live("AAA"));
    let plain = jpeg(3, &Exif::none());
    let export = Export::new("iCloud Photos").part(
        Part::new()
            .photo(
                Photo::new("IMG_4821.JPG", still).row(Row::created("2024-03-03 09:05").favorite().views(4)),
            )
            .photo(Photo::new("IMG_4821.MOV", movie).row(Row::created("2024-03-03 09:05")))
            .photo(Photo::new("old.jpg", plain).row(Row::created("2001-12-31 23:30")))
            .album("Lake week", ["IMG_4821.JPG"]),
    );
    let zips = export.write_zips(&scratch.parts());
    let report = scratch.import(&zips);
    assert_eq!(codes(&report.problems), [], "{:#?}", report.problems);
    assert_eq!(
        scratch.tree(),
        [
            "2001/2001-12/old.jpg",
            "2024/2024-03/IMG_4821.JPG",
            "2024/2024-03/IMG_4821.MOV",
            "Albums/Lake week/IMG_4821.JPG -> ../../2024/2024-03/IMG_4821.JPG",
            "Albums/Lake week/IMG_4821.MOV -> ../../2024/2024-03/IMG_4821.MOV",
        ]
    );
    assert_eq!(report.entries.imported, 3);
    assert_eq!(report.media.proved, 3);
    assert_eq!(report.media.live_photos, 1);
    let again = scratch.import(&zips);
    assert_eq!(again.entries.already_present, again.entries.total);
    assert_eq!(again.bytes.read, 0);
}
