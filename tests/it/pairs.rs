//! Live Photos, companions and dates, through whole imports.

use std::path::Path;

use crate::builder::{Exif, Export, Movie, Part, Photo, Row, aae, heic, jpeg, mov, png};
use crate::support::{Scratch, codes};
use windfall::category::photos::time::CapturedFrom;
use windfall::library::path::LibraryPath;
use windfall::library::record::FileRecord;
use windfall::problem::Code;

fn import(part: Part) -> (Scratch, windfall::stage::report::Report) {
    let scratch = Scratch::new();
    let report = scratch.import(&Export::new("iCloud Photos").part(part).write_zips(&scratch.parts()));
    (scratch, report)
}

fn at(created: &str) -> Row {
    Row::created(created)
}

/// When a file was taken, in the words of the catalog; two times with different offsets may be equal.
fn taken(record: &FileRecord) -> String {
    record.captured_text().unwrap_or_default()
}

#[test]
fn an_identifier_pairs_halves_wherever_they_are() {
    let scratch = Scratch::new();
    let still = heic(1, &Exif::taken("2024:03:03 10:05:17").subsec("603").offset("+01:00").live("ID-1"));
    let movie = mov(2, &Movie::new().created("2019-01-01T00:00:00+0000").live("ID-1"));
    let export = Export::new("iCloud Photos")
        .part(Part::new().photo(Photo::new("IMG_1.HEIC", still).row(at("2024-03-03 09:05").favorite())))
        .part(Part::new().photo(Photo::new("clip.MOV", movie).row(at("2019-01-01 00:00"))));
    let report = scratch.import(&export.write_zips(&scratch.parts()));
    assert_eq!(codes(&report.problems), [], "{:#?}", report.problems);
    assert_eq!(scratch.tree(), ["2024/2024-03/IMG_1.HEIC", "2024/2024-03/IMG_1.MOV"]);
    let record = scratch.record("2024/2024-03/IMG_1.MOV");
    assert_eq!(record.live_photo.as_ref().map(LibraryPath::as_str), Some("2024/2024-03/IMG_1.HEIC"));
    assert_eq!(taken(&record), "2024-03-03T10:05:17.603+01:00");
    assert_eq!(record.captured_from, Some(CapturedFrom::Still));
    assert_eq!(record.original_name.as_deref(), Some("clip.MOV"));
    assert!(record.favorite);
}

#[test]
fn a_half_of_a_later_run_stands_beside_the_earlier_one() {
    let scratch = Scratch::new();
    let still = jpeg(1, &Exif::taken("2024:03:03 10:05:17").offset("+01:00").live("ID-1"));
    let movie = mov(2, &Movie::new().created("2019-01-01T00:00:00+0000").live("ID-1"));
    let other = mov(3, &Movie::new().created("2024-03-01T00:00:00+0000").size(4000));
    let export = Export::new("iCloud Photos")
        .part(
            Part::new()
                .photo(Photo::new("IMG_1.JPG", still).row(at("2024-03-03 09:05")))
                .photo(Photo::new("IMG_1.MOV", other).row(at("2024-03-01 00:00"))),
        )
        .part(Part::new().photo(Photo::new("IMG_1.MOV", movie).row(at("2019-01-01 00:00"))));
    let zips = export.write_zips(&scratch.parts());
    scratch.import(&zips[..1]);
    assert_eq!(scratch.tree(), ["2024/2024-03/IMG_1.JPG", "2024/2024-03/IMG_1.MOV"]);
    scratch.import(&zips[1..]);
    assert_eq!(
        scratch.tree(),
        ["2024/2024-03/IMG_1 (2).MOV", "2024/2024-03/IMG_1.JPG", "2024/2024-03/IMG_1.MOV"]
    );
    let record = scratch.record("2024/2024-03/IMG_1.JPG");
    assert_eq!(record.live_photo.as_ref().map(LibraryPath::as_str), Some("2024/2024-03/IMG_1 (2).MOV"));
}

#[test]
fn names_pair_only_with_guards() {
    let still = |id: Option<&str>| {
        let exif = Exif::taken("2024:03:03 10:05:17").offset("+00:00");
        jpeg(1, &id.map_or(exif.clone(), |id| exif.live(id)))
    };
    let movie = |size: usize, id: Option<&str>| {
        let movie = Movie::new().size(size);
        mov(2, &id.map_or(movie.clone(), |id| movie.live(id)))
    };
    let cases = [
        ("rows of one minute", None, None, "2024-03-03 10:05", 5000, true),
        ("rows two minutes apart", None, None, "2024-03-03 10:07", 5000, true),
        ("rows three minutes apart", None, None, "2024-03-03 10:08", 5000, false),
        ("identifiers differ", Some("A"), Some("B"), "2024-03-03 10:05", 5000, false),
        ("one identifier only", Some("A"), None, "2024-03-03 10:05", 5000, true),
        ("a movie of 61 MB", None, None, "2024-03-03 10:05", 61_000_000, false),
    ];
    for (what, still_id, movie_id, created, size, pairs) in cases {
        let (_, report) = import(
            Part::new()
                .photo(Photo::new("IMG_1.JPG", still(still_id)).row(at("2024-03-03 10:05")))
                .photo(Photo::new("IMG_1.MOV", movie(size, movie_id)).row(at(created))),
        );
        assert_eq!(report.media.live_photos, u64::from(pairs), "{what}");
    }
}

#[test]
fn a_movie_called_minus_one_without_a_row_belongs_to_its_still() {
    let still = heic(1, &Exif::taken("2025:02:01 12:00:10").offset("+00:00").live("L"));
    let (scratch, report) = import(
        Part::new()
            .photo(Photo::new("IMG_0861.MOV", mov(5, &Movie::new().size(9000))).row(at("2023-02-01 12:00")))
            .photo(Photo::new("IMG_0861.HEIC", still).row(at("2025-02-01 12:00")))
            .photo(Photo::new("IMG_0861-1.MOV", mov(6, &Movie::new().live("L")))),
    );
    assert_eq!(codes(&report.problems), [], "{:#?}", report.problems);
    assert_eq!(
        scratch.tree(),
        ["2023/2023-02/IMG_0861.MOV", "2025/2025-02/IMG_0861.HEIC", "2025/2025-02/IMG_0861.MOV"]
    );
}

#[test]
fn the_heic_wins_the_movie_and_companions_follow_their_still() {
    let taken = |seed| Exif::taken("2024:03:03 10:05:17").offset("+00:00").text(0x010e, &format!("{seed}"));
    let (scratch, report) = import(
        Part::new()
            .photo(Photo::new("IMG_0200.HEIC", heic(1, &taken(1))).row(at("2024-03-03 10:05")))
            .photo(Photo::new("IMG_0200.JPG", jpeg(2, &taken(2))).row(at("2024-03-03 10:05")))
            .photo(Photo::new("IMG_0200.MOV", mov(3, &Movie::new())).row(at("2024-03-03 10:05")))
            .photo(Photo::new("IMG_0200.AAE", aae(1)))
            .photo(Photo::new("IMG_O0200.AAE", aae(2)))
            .photo(Photo::new("alone.AAE", aae(3))),
    );
    assert_eq!(codes(&report.problems), [], "an adjustment alone needs no date: {:#?}", report.problems);
    let still = scratch.record("2024/2024-03/IMG_0200.HEIC");
    assert_eq!(still.live_photo.as_ref().map(LibraryPath::as_str), Some("2024/2024-03/IMG_0200.MOV"));
    for name in ["IMG_0200.AAE", "IMG_O0200.AAE"] {
        let record = scratch.record(&format!("2024/2024-03/{name}"));
        assert_eq!(record.companion_of.as_ref().map(LibraryPath::as_str), Some("2024/2024-03/IMG_0200.HEIC"));
        assert_eq!(record.captured_from, Some(CapturedFrom::Still));
    }
    assert!(scratch.tree().contains(&"Undated/alone.AAE".to_owned()));
    assert_eq!(report.media.live_photos, 1);
}

#[test]
fn a_movie_of_two_stills_is_kept_once_and_both_name_it() {
    let still =
        |seed, minute: &str| jpeg(seed, &Exif::taken(&format!("2024:03:03 10:{minute}:17")).offset("+00:00"));
    let movie = mov(9, &Movie::new());
    let (scratch, report) = import(
        Part::new()
            .photo(Photo::new("IMG_1.JPG", still(1, "05")).row(at("2024-03-03 10:05")))
            .photo(Photo::new("IMG_1.MOV", movie.clone()).row(at("2024-03-03 10:05")))
            .photo(Photo::new("IMG_11.JPG", still(2, "06")).row(at("2024-03-03 10:06")))
            .photo(Photo::new("IMG_11.MOV", movie).row(at("2024-03-03 10:06"))),
    );
    assert_eq!(codes(&report.problems), [], "{:#?}", report.problems);
    assert_eq!(
        scratch.tree(),
        ["2024/2024-03/IMG_1.JPG", "2024/2024-03/IMG_1.MOV", "2024/2024-03/IMG_11.JPG"]
    );
    for still in ["IMG_1.JPG", "IMG_11.JPG"] {
        let record = scratch.record(&format!("2024/2024-03/{still}"));
        assert_eq!(
            record.live_photo.as_ref().map(LibraryPath::as_str),
            Some("2024/2024-03/IMG_1.MOV"),
            "{still}"
        );
    }
}

#[test]
fn every_rule_of_capture_time_reaches_the_tree() {
    let new_year = Exif::taken("2023:12:31 23:30:12");
    let upload = Exif::taken("2015:08:01 09:00:00").camera("Apple", "iPhone 6");
    let scanner = Exif::taken("2019:05:05 12:00:00").camera("EPSON", "V600");
    let whatsapp = Exif::taken("2015:08:01 09:00:00");
    let (scratch, report) = import(
        Part::new()
            .photo(Photo::new("party.PNG", png(1, &new_year, &[])).row(at("2024-01-01 05:30")))
            .photo(
                Photo::new("upload.JPG", jpeg(2, &upload))
                    .row(at("2021-02-02 10:00").imported("2021-02-02 10:01")),
            )
            .photo(
                Photo::new("scan.JPG", jpeg(3, &scanner))
                    .row(at("1987-06-01 12:00").imported("2019-06-01 12:00")),
            )
            .photo(
                Photo::new("chat.JPG", jpeg(4, &whatsapp))
                    .row(at("2021-02-02 10:00").imported("2021-02-02 10:01")),
            )
            .photo(Photo::new("IMG-20190102-WA0001.jpg", jpeg(5, &Exif::none())))
            .photo(Photo::new("clip.MOV", mov(6, &Movie::new().utc("2020-07-01 22:30:00").gps(48.1, 11.6)))),
    );
    assert_eq!(codes(&report.problems), [Code::UnlistedMedia, Code::UnlistedMedia], "{:#?}", report.problems);
    let facts = |path: &str| {
        let record = scratch.record(path);
        (taken(&record), record.captured_from.unwrap())
    };
    let expected = [
        ("2023/2023-12/party.PNG", "2023-12-31T23:30:12-06:00", "exif+row"),
        ("2015/2015-08/upload.JPG", "2015-08-01T09:00:00+00:00", "exif"),
        ("1987/1987-06/scan.JPG", "1987-06-01T12:00:00+00:00", "row"),
        ("2021/2021-02/chat.JPG", "2021-02-02T10:00:00+00:00", "row"),
        ("2019/2019-01/IMG-20190102-WA0001.jpg", "2019-01-02T00:00:00+00:00", "filename"),
        ("2020/2020-07/clip.MOV", "2020-07-02T00:30:00+02:00", "quicktime"),
    ];
    for (path, captured, from) in expected {
        let (time, source) = facts(path);
        assert_eq!((time.as_str(), source.as_str()), (captured, from), "{path}");
    }
    let modified =
        std::fs::metadata(scratch.library().join("2023/2023-12/party.PNG")).unwrap().modified().unwrap();
    assert_eq!(chrono::DateTime::<chrono::Utc>::from(modified).to_rfc3339(), "2024-01-01T05:30:12+00:00");
}

#[test]
fn the_shared_library_says_who_contributed() {
    let (scratch, _) = import(
        Part::new()
            .photo(Photo::new("A.jpg", jpeg(1, &Exif::none())).row(at("2020-01-05 10:00")))
            .photo(Photo::new("B.jpg", jpeg(2, &Exif::none())).row(at("2020-01-05 10:00")))
            .photo(Photo::new("C.jpg", jpeg(3, &Exif::none())).row(at("2020-01-05 10:00")))
            .shared_library([("A.jpg", true), ("B.jpg", false)]),
    );
    let mine = |name: &str| scratch.record(&format!("2020/2020-01/{name}")).contributed_by_me;
    assert_eq!((mine("A.jpg"), mine("B.jpg"), mine("C.jpg")), (Some(true), Some(false), None));
}

#[test]
fn a_new_export_decides_and_memberships_are_united() {
    let scratch = Scratch::new();
    let photo = || Photo::new("A.jpg", jpeg(1, &Exif::none()));
    let old = Export::new("iCloud Photos")
        .built("2023-05-01 22:03")
        .part(Part::new().photo(photo().row(at("2020-01-05 10:00"))).album("Old", ["A.jpg"]));
    let new = Export::new("iCloud Photos")
        .built("2024-05-01 22:03")
        .part(Part::new().photo(photo().row(at("2020-02-05 10:00").favorite())).album("New", ["A.jpg"]));
    scratch.import(&old.write_zips(&scratch.folder("old")));
    let report = scratch.import(&new.write_zips(&scratch.folder("new")));
    assert_eq!(codes(&report.problems), [], "{:#?}", report.problems);
    let record = scratch.record("2020/2020-01/A.jpg");
    assert!(record.favorite);
    assert_eq!(taken(&record), "2020-02-05T10:00:00+00:00");
    let titles: Vec<String> =
        scratch.titles("2020/2020-01/A.jpg").into_iter().map(|(_, title)| title).collect();
    assert_eq!(titles, ["New", "Old"]);
    assert_eq!(scratch.tree().iter().filter(|path| path.starts_with("Albums")).count(), 2);
}

#[test]
fn a_movie_follows_when_a_new_export_corrects_its_still() {
    let scratch = Scratch::new();
    let export = |built: &str, date: &str| {
        let still = heic(1, &Exif::taken("2020:01:05 10:00:00").offset("+01:00").live("ID-1"));
        let movie = mov(2, &Movie::new().created("2020-01-05T10:00:00+0100").live("ID-1"));
        let still = Photo::new("IMG_1.HEIC", still).row(at(date));
        Export::new("iCloud Photos")
            .built(built)
            .part(Part::new().photo(still).photo(Photo::new("IMG_1.MOV", movie)))
    };
    scratch.import(&export("2023-05-01 22:03", "2020-01-05 09:00").write_zips(&scratch.folder("old")));
    let both = || ["HEIC", "MOV"].map(|half| taken(&scratch.record(&format!("2020/2020-01/IMG_1.{half}"))));
    assert_eq!(both(), ["2020-01-05T10:00:00+01:00"; 2]);
    scratch.import(&export("2024-05-01 22:03", "2020-03-01 17:00").write_zips(&scratch.folder("new")));
    assert_eq!(both(), ["2020-03-01T18:00:00+01:00"; 2]);
}

#[test]
fn the_fingerprints_that_apple_stated_hold() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/media");
    let table = std::fs::read_to_string(folder.join("PROVENANCE.tsv")).unwrap();
    let mut lines = table.lines().map(|line| line.split('\t').collect::<Vec<_>>());
    let header = lines.next().unwrap();
    let column = |name: &str| header.iter().position(|h| *h == name).unwrap();
    let (file, stated, confirmed) =
        (column("file"), column("apple_fingerprint"), column("apple_fingerprint_confirmed_by"));
    let mut golden = 0;
    for row in lines {
        let bytes = std::fs::read(folder.join(row[file])).unwrap();
        assert_eq!(
            windfall::apple::fingerprint::Fingerprint::of(&bytes).to_string(),
            row[stated],
            "{}",
            row[file]
        );
        golden += usize::from(!row[confirmed].is_empty());
    }
    assert!(golden >= 3, "only {golden} fingerprints are Apple's own statement");
}

#[test]
fn the_example_export_imports_whole() {
    let scratch = Scratch::new();
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/example");
    let report = scratch.import(&[example]);
    let errors = windfall::stage::report::has_errors(&report.problems);
    assert!(!errors, "{:#?}", report.problems);
    assert_eq!(report.media.unproved, 1, "all but the photo that only a shared album has");
}
