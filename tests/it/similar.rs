//! Photos that look alike, over whole libraries of real photos and copies that are made of them here.

use std::collections::BTreeMap;
use std::fs;
use std::io::Cursor;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use crate::builder::{Exif, Export, Part, Photo, Row, SharedAlbum, aae, tagged};
use crate::support::{Scratch, command, said};
use image::imageops::FilterType;
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use serde_json::Value;
use windfall::library::filter::Filters;
use windfall::run::similar::similar;
use windfall::{Error, Watch};

const BOAT: &str = "jpeg/A8266C97-9BAF-4AF4-99F3-0013832869B8.jpeg";
const OTHER: &str = "jpeg/3D5E8082-AA3F-4AE3-949F-B5AEFA58C412.jpeg";
const THIRD: &str = "jpeg/IMG_3589.JPG";

fn media(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/media").join(name)
}

fn picture(name: &str) -> DynamicImage {
    image::open(media(name)).unwrap()
}

fn jpeg(picture: &DynamicImage, quality: u8) -> Vec<u8> {
    let mut jpeg = Vec::new();
    let encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut jpeg, quality);
    picture.to_rgb8().write_with_encoder(encoder).unwrap();
    jpeg
}

fn png(picture: &DynamicImage) -> Vec<u8> {
    let mut png = Vec::new();
    picture.write_to(&mut Cursor::new(&mut png), ImageFormat::Png).unwrap();
    png
}

fn phone(local: &str) -> Exif {
    Exif::taken(local).offset("+02:00").camera("Apple", "iPhone 11 Pro")
}

/// What a telephone shows that shows a photo.
fn screen(photo: &DynamicImage) -> DynamicImage {
    let mut screen = RgbImage::from_pixel(390, 844, Rgb([0; 3]));
    let photo = photo.resize(390, 844, FilterType::Triangle).to_rgb8();
    let top = i64::from(844 - photo.height()) / 2;
    image::imageops::replace(&mut screen, &photo, i64::from(390 - photo.width()) / 2, top);
    image::imageops::replace(&mut screen, &RgbImage::from_pixel(40, 12, Rgb([255; 3])), 30, 16);
    DynamicImage::ImageRgb8(screen)
}

/// A library of these photos.
fn library(part: Part) -> Scratch {
    let scratch = Scratch::new();
    let zips = Export::new("iCloud Photos").part(part).write_zips(&scratch.parts());
    scratch.import(&zips);
    scratch
}

fn run(scratch: &Scratch, arguments: &[&str]) -> std::process::Output {
    command().arg("similar").arg(scratch.library()).args(arguments).output().unwrap()
}

fn groups(scratch: &Scratch, arguments: &[&str]) -> Vec<Value> {
    let output = run(scratch, &[&["--json"], arguments].concat());
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let json: Value = serde_json::from_slice(&output.stdout).unwrap();
    json["groups"].as_array().unwrap().clone()
}

fn paths(group: &Value) -> Vec<&str> {
    group["files"].as_array().unwrap().iter().map(|file| file["path"].as_str().unwrap()).collect()
}

fn told(groups: &[Value]) -> Vec<(&str, Vec<&str>)> {
    groups.iter().map(|group| (group["reason"].as_str().unwrap(), paths(group))).collect()
}

fn one_of_each() -> Part {
    let boat = picture(BOAT);
    let moved = |shift: u32| boat.crop_imm(shift, 0, boat.width() - 8, boat.height());
    let burst = |n: u32| tagged(&jpeg(&moved(n * 4), 90), &phone(&format!("2021:06:01 12:00:0{n}")));
    let other = tagged(&jpeg(&picture(OTHER), 92), &phone("2020:05:02 10:00:00"));
    let third = tagged(&jpeg(&picture(THIRD), 92), &phone("2019:04:03 09:00:00"));
    let row = |created: &str| Row::created(created);
    Part::new()
        .photo(Photo::new("IMG_0001.JPG", burst(0)).row(row("2021-06-01 10:00")))
        .photo(Photo::new("IMG_0002.JPG", burst(1)).row(row("2021-06-01 10:00").favorite()))
        .photo(Photo::new("IMG_0003.JPG", burst(2)).row(row("2021-06-01 10:00")))
        .photo(Photo::new("IMG_0010.JPG", other).row(row("2020-05-02 08:00")))
        .photo(
            Photo::new("copy.jpg", jpeg(&picture(OTHER).thumbnail(300, 300), 60))
                .row(row("2022-01-01 08:00")),
        )
        .photo(Photo::new("IMG_0020.JPG", third).row(row("2019-04-03 07:00")))
        .photo(Photo::new("IMG_0021.PNG", png(&screen(&picture(THIRD)))).row(row("2019-05-03 07:00")))
        .shared_album(
            SharedAlbum::new("Trip").photo("shared.jpg", jpeg(&picture(THIRD).thumbnail(500, 500), 70)),
        )
}

#[test]
fn a_burst_a_copy_a_screenshot_and_a_shared_copy_are_told_apart() {
    let scratch = library(one_of_each());
    let groups = groups(&scratch, &[]);
    assert_eq!(
        told(&groups),
        [
            (
                "a low-resolution copy from a shared album; a screenshot of a photo",
                vec![
                    "2019/2019-04/IMG_0020.JPG",
                    "Shared Albums/Trip/shared.jpg",
                    "2019/2019-05/IMG_0021.PNG"
                ]
            ),
            ("a smaller, re-saved copy", vec!["2020/2020-05/IMG_0010.JPG", "2022/2022-01/copy.jpg"]),
            (
                "a burst: the same camera within seconds",
                vec!["2021/2021-06/IMG_0002.JPG", "2021/2021-06/IMG_0001.JPG", "2021/2021-06/IMG_0003.JPG"]
            ),
        ]
    );
    let files = groups[1]["files"].as_array().unwrap();
    let names: Vec<&String> = files[0].as_object().unwrap().keys().collect();
    assert_eq!(names, ["distance", "height", "path", "size", "width"]);
    let (width, height) = (picture(OTHER).width(), picture(OTHER).height());
    assert_eq!((&files[0]["width"], &files[0]["height"]), (&width.into(), &height.into()));
    assert_eq!(files[0]["distance"], 0);
    assert!(files[1]["distance"].as_u64().unwrap() <= 8);
    let size = fs::metadata(scratch.library().join("2020/2020-05/IMG_0010.JPG")).unwrap().len();
    assert_eq!(files[0]["size"], size);
}

#[test]
fn it_says_the_same_every_time_and_changes_nothing_but_thumbnails() {
    let scratch = library(one_of_each());
    let before = scratch.tree();
    let first = run(&scratch, &["--json", "--jobs", "1"]);
    let thumbnails = walkdir::WalkDir::new(scratch.library().join(".windfall/thumbnails")).into_iter();
    assert!(thumbnails.filter(|entry| entry.as_ref().unwrap().file_type().is_file()).count() >= 8);
    for jobs in ["1", "4"] {
        assert_eq!(run(&scratch, &["--json", "--jobs", jobs]).stdout, first.stdout);
    }
    assert_eq!(scratch.tree(), before);
}

#[test]
fn words_for_people() {
    let scratch = library(one_of_each());
    let output = run(&scratch, &[]);
    let words = String::from_utf8(output.stdout).unwrap();
    for line in [
        "2. a smaller, re-saved copy",
        "701 × 903",
        "Of 8 photos, 3 groups look alike.",
        "Nothing is deleted",
        "windfall report",
        "Videos, and photos that are hidden or recently deleted, are not compared.",
    ] {
        assert!(words.contains(line), "{line}:\n{words}");
    }
    assert!(words.lines().all(|line| line.chars().count() <= 80), "{words}");
    assert!(run(&scratch, &["--quiet"]).stdout.is_empty());
}

#[test]
fn nothing_alike_is_a_sentence() {
    let photo = |name: &str| Photo::new(&name.replace('/', "-"), fs::read(media(name)).unwrap());
    let scratch = library(Part::new().photo(photo(BOAT)).photo(photo(OTHER)).photo(photo(THIRD)));
    let words = String::from_utf8(run(&scratch, &[]).stdout).unwrap();
    assert!(words.starts_with("No two of 3 photos look alike.\n"), "{words}");
    assert_eq!(groups(&scratch, &[]), [] as [Value; 0]);
    let none = String::from_utf8(run(&scratch, &["--favorites"]).stdout).unwrap();
    assert!(none.starts_with("There are no photos to compare.\n"), "{none}");
}

/// A RAW file of a camera that put this picture into it.
fn dng(jpeg: &[u8]) -> Vec<u8> {
    let head: [&[u8]; 8] = [
        b"II*\0",
        &8_u32.to_le_bytes(),
        // one tag: the version of DNG, four bytes
        &1_u16.to_le_bytes(),
        &50_706_u16.to_le_bytes(),
        &1_u16.to_le_bytes(),
        &4_u32.to_le_bytes(),
        &[1, 4, 0, 0],
        &0_u32.to_le_bytes(),
    ];
    [&head.concat(), jpeg].concat()
}

#[test]
fn hidden_and_deleted_photos_are_in_no_group_and_neither_are_the_files_of_one_photo() {
    let boat = picture(BOAT);
    let copy = |edge: u32| jpeg(&boat.thumbnail(edge, edge), 80);
    let row = || Row::created("2021-06-01 10:00");
    let photo = tagged(&jpeg(&boat, 92), &phone("2021:06:01 12:00:00"));
    let raw = |name: &str| Photo::new(name, dng(&jpeg(&boat, 90)));
    let part = Part::new()
        .photo(Photo::new("IMG_0001.JPG", photo.clone()).row(row()))
        .photo(Photo::new("IMG_0001.AAE", aae(1)))
        .photo(raw("IMG_0001.DNG"))
        .photo(Photo::new("hidden.jpg", copy(400)).row(row().hidden()))
        .deleted(Photo::new("deleted.jpg", copy(500)).row(row()));
    assert_eq!(groups(&library(part), &[]), [] as [Value; 0]);
    // the same RAW file is compared where it stands for itself
    let apart = Part::new().photo(Photo::new("IMG_0001.JPG", photo).row(row())).photo(raw("IMG_0002.DNG"));
    assert_eq!(groups(&library(apart), &[]).len(), 1);
}

#[test]
fn a_crop_and_an_edit_are_told_apart() {
    let (boat, other) = (picture(BOAT), picture(OTHER));
    let (width, height) = (boat.width(), boat.height());
    let middle = boat.crop_imm(width / 10, height / 10, width * 8 / 10, height * 8 / 10);
    let edit = other.crop_imm(0, 0, other.width() * 9 / 10, other.height() * 9 / 10).brighten(20);
    let exif = phone("2020:05:02 10:00:00").subsec("250");
    let part = Part::new()
        .photo(Photo::new("IMG_0001.JPG", tagged(&jpeg(&boat, 92), &phone("2021:06:01 12:00:00"))))
        .photo(Photo::new("middle.jpg", jpeg(&middle, 85)))
        .photo(Photo::new("IMG_1853.JPG", tagged(&jpeg(&other, 92), &exif)))
        .photo(Photo::new("IMG_E1853.JPG", tagged(&jpeg(&edit, 92), &exif)));
    let groups = groups(&library(part), &[]);
    assert_eq!(
        told(&groups),
        [
            ("an edit and its original", vec!["2020/2020-05/IMG_1853.JPG", "2020/2020-05/IMG_E1853.JPG"]),
            ("a cropped copy", vec!["2021/2021-06/IMG_0001.JPG", "Undated/middle.jpg"]),
        ]
    );
}

#[test]
fn an_interrupted_run_gives_no_half_answer() {
    let scratch = library(one_of_each());
    let watch = Watch { progress: &(), cancel: &AtomicBool::new(true) };
    let result = similar(&scratch.library(), &Filters::default(), watch, NonZeroUsize::MIN);
    assert!(matches!(result, Err(Error::Interrupted)));
}

#[test]
fn filters_choose_what_is_compared() {
    let scratch = library(one_of_each());
    for (filter, expected) in [
        (&["--from", "2021", "--until", "2021"][..], 1),
        (&["--camera", "iphone 11"], 1),
        (&["--kind", "video"], 0),
        (&["--until", "2019-04"], 0),
        (&["--until", "2019", "--until", "2021-05"], 1),
    ] {
        assert_eq!(groups(&scratch, filter).len(), expected, "{filter:?}");
    }
    let output = command().args(["similar", "lib", "--from", "June"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let output = command().arg("similar").arg(scratch.path("nowhere")).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn hostile_names_are_escaped_and_pictures_that_cannot_be_drawn_cost_nobody_else() {
    let boat = picture(BOAT);
    let mut huge = png(&boat);
    huge[16..24].copy_from_slice(&[0, 0, 0xc3, 0x50, 0, 0, 0xc3, 0x50]);
    let crc = crc32fast::hash(&huge[12..29]).to_be_bytes();
    huge[29..33].copy_from_slice(&crc);
    let cut = jpeg(&boat, 90);
    let part = Part::new()
        .photo(Photo::new("a\u{1b}[31m\u{202e}.JPG", jpeg(&boat, 90)))
        .photo(Photo::new("b.JPG", jpeg(&boat.thumbnail(600, 600), 90)))
        .photo(Photo::new("huge.PNG", huge))
        .photo(Photo::new("cut.JPG", cut[..cut.len() / 50].to_vec()))
        .photo(Photo::new("text.JPG", b"no picture at all".to_vec()));
    let scratch = library(part);
    let output = run(&scratch, &["--color", "never"]);
    let words = String::from_utf8(output.stdout.clone()).unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert!(words.contains("b.JPG") && words.contains("1 group looks alike"), "{words}");
    assert!(!words.contains(['\u{1b}', '\u{202e}']), "{words:?}");
}

#[cfg(unix)]
#[test]
fn a_library_that_is_only_read_is_compared_as_well() {
    use std::os::unix::fs::PermissionsExt;

    let scratch = library(one_of_each());
    let expected = groups(&scratch, &[]);
    let internal = scratch.library().join(".windfall");
    // a file in the place of the folder stops root as well
    fs::remove_dir_all(internal.join("thumbnails")).unwrap();
    fs::write(internal.join("thumbnails"), "in the way").unwrap();
    fs::set_permissions(&internal, fs::Permissions::from_mode(0o555)).unwrap();
    let found = groups(&scratch, &[]);
    fs::set_permissions(&internal, fs::Permissions::from_mode(0o755)).unwrap();
    let by_path = |groups: &[Value]| -> BTreeMap<String, Vec<String>> {
        let of = |group: &Value| paths(group).iter().map(|path| (*path).to_owned()).collect::<Vec<_>>();
        groups.iter().map(|group| (group["reason"].as_str().unwrap().to_owned(), of(group))).collect()
    };
    assert_eq!(by_path(&found), by_path(&expected));
}
