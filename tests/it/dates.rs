//! Dates from end to end: what a file embeds, what the details say, and what the catalog keeps of both.

use crate::builder::{Exif, Export, Part, Photo, Row, aae, jpeg};
use crate::support::{Scratch, codes};
use windfall::problem::Code;

/// A JPEG without EXIF, with a segment behind its first marker.
fn with_segment(seed: u64, marker: u8, body: &[u8]) -> Vec<u8> {
    let mut bytes = jpeg(seed, &Exif::none());
    let length = (body.len() as u16 + 2).to_be_bytes();
    bytes.splice(2..2, [&[0xff, marker][..], &length, body].concat());
    bytes
}

fn with_xmp(seed: u64, properties: &str) -> Vec<u8> {
    let packet = format!(
        "http://ns.adobe.com/xap/1.0/\0<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF \
         xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><rdf:Description rdf:about='' \
         xmlns:p='http://ns.adobe.com/photoshop/1.0/' {properties}/></rdf:RDF></x:xmpmeta>"
    );
    with_segment(seed, 0xe1, packet.as_bytes())
}

fn with_iptc(seed: u64, date: &str) -> Vec<u8> {
    let records = [&[0x1c, 2, 55, 0, date.len() as u8][..], date.as_bytes(), &[0x1c, 2, 0, 0, 0]].concat();
    let resource = [&b"Photoshop 3.0\08BIM\x04\x04\0\0"[..], &(records.len() as u32).to_be_bytes(), &records];
    with_segment(seed, 0xed, &resource.concat())
}

#[test]
fn xmp_and_iptc_date_what_exif_does_not_and_the_catalog_remembers_it() {
    let scratch = Scratch::new();
    let row = |created| Row::created(created).imported("2024-04-01 10:00");
    let export = |built: &str, folder: &str| {
        let part = Part::new()
            .photo(Photo::new("own.JPG", with_xmp(1, "p:DateCreated='2012-09-10T20:52:00.5+03:00'")))
            .photo(
                Photo::new("row.JPG", with_xmp(2, "p:DateCreated='2012-09-10T20:52:07'"))
                    .row(row("2012-09-10 15:07")),
            )
            .photo(Photo::new("day.JPG", with_iptc(3, "20120910")));
        Export::new("iCloud Photos").built(built).part(part).write_zips(&scratch.folder(folder))
    };
    let expected = [
        ("2012/2012-09/own.JPG", "2012-09-10T20:52:00.500+03:00", "xmp"),
        ("2012/2012-09/row.JPG", "2012-09-10T20:52:07+05:45", "xmp"),
        ("2012/2012-09/day.JPG", "2012-09-10T00:00:00+00:00", "iptc"),
    ];
    let report = scratch.import(&export("2024-05-01 22:03", "2024"));
    assert_eq!(report.time_zone.dates, 1, "of the day only");
    for folder in ["2024", "2025"] {
        scratch.import(&export(&format!("{folder}-05-01 22:03"), folder));
        for (path, captured, from) in expected {
            let record = scratch.record(path);
            assert_eq!(record.captured_text().as_deref(), Some(captured), "{path}");
            assert_eq!(record.captured_from.map(|from| from.as_str()), Some(from), "{path}");
            assert_eq!(record.evidence.unwrap()[0].source.as_str(), from, "{path}");
        }
    }
}

#[test]
fn dates_after_the_export_was_built_count_as_absent() {
    let scratch = Scratch::new();
    let part = Part::new()
        .photo(Photo::new("clock.JPG", jpeg(1, &Exif::taken("2031:01:01 10:00:00").offset("+01:00"))))
        .photo(Photo::new("IMG_20310101_100000.JPG", jpeg(2, &Exif::none())))
        .photo(Photo::new("sound.JPG", jpeg(3, &Exif::taken("2024:05:02 22:00:00"))));
    let zips = Export::new("iCloud Photos").built("2024-05-01 22:03").part(part).write_zips(&scratch.parts());
    let report = scratch.import(&zips);
    assert_eq!(
        scratch.tree(),
        ["2024/2024-05/sound.JPG", "Undated/IMG_20310101_100000.JPG", "Undated/clock.JPG"]
    );
    assert_eq!(report.media.undated, 2);
}

#[test]
fn an_archive_without_stamps_does_not_say_when_the_export_was_built() {
    // packed again by a program that keeps no times, or on a computer without a clock
    for built in ["1980-01-01 00:00", "2000-01-01 12:00"] {
        let scratch = Scratch::new();
        let part = Part::new().photo(Photo::new("IMG_1.JPG", jpeg(1, &Exif::taken("2024:05:02 22:00:00"))));
        scratch.import(&Export::new("iCloud Photos").built(built).part(part).write_zips(&scratch.parts()));
        assert_eq!(scratch.tree(), ["2024/2024-05/IMG_1.JPG"], "{built}");
    }
}

#[test]
fn what_keeps_the_clock_of_an_earlier_zone_does_not_rest_on_the_new_one() {
    let mut scratch = Scratch::new();
    let photo = |n: u64| Photo::new(&format!("IMG_{n}.JPG"), jpeg(n, &Exif::taken("2024:03:03 10:05:17")));
    let export = |count: u64| {
        let part = Part::new().photos((1..=count).map(photo));
        Export::new("iCloud Photos").part(part).write_zips(&scratch.folder(&count.to_string()))
    };
    let (two, three) = (export(2), export(3));
    assert_eq!(scratch.import(&two).time_zone.dates, 2);
    scratch.settings.zone = chrono_tz::Tz::Asia__Tokyo;
    assert_eq!(scratch.import(&two).time_zone.dates, 0);
    assert_eq!(scratch.dry_run(&three).time_zone.dates, 1);
    let report = scratch.import(&three);
    assert_eq!((report.time_zone.name.as_str(), report.time_zone.dates), ("Asia/Tokyo", 1));
    let captured = |path| scratch.record(path).captured_text();
    assert_eq!(captured("2024/2024-03/IMG_1.JPG").as_deref(), Some("2024-03-03T10:05:17+00:00"));
    assert_eq!(captured("2024/2024-03/IMG_3.JPG").as_deref(), Some("2024-03-03T10:05:17+09:00"));
}

#[test]
fn only_photos_and_videos_can_lack_a_date() {
    let scratch = Scratch::new();
    let part = Part::new()
        .photo(Photo::new("notes.txt", "no photo"))
        .photo(Photo::new("alone.AAE", aae(1)))
        .photo(Photo::new("IMG_1.JPG", jpeg(2, &Exif::none())).row(Row::undated()));
    let report = scratch.import(&Export::new("iCloud Photos").part(part).write_zips(&scratch.parts()));
    let undated: Vec<_> =
        report.problems.iter().filter(|p| p.code == Code::Undated).filter_map(|p| p.entry.clone()).collect();
    assert_eq!(undated.len(), 1, "{:?}", codes(&report.problems));
    assert!(undated[0].ends_with("IMG_1.JPG"));
    assert_eq!(report.media.undated, 1);
}
