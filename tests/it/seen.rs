//! What a library says of photos and movies as something to look at: size, length, position, camera.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use crate::builder::{Exif, Export, Held, Movie, Part, Photo, Row, heic, mov, png};
use crate::support::{Scratch, command};
use windfall::category::photos::media::{self, Pixels};
use windfall::run::list::{self, Listed};

/// In the middle of the Atlantic, where no place is.
const AT_SEA: (f64, f64) = (35.5, -40.25);

/// A Live Photo, a picture that is stored lying on its side, a movie that is not, and a note.
fn export() -> Export {
    let at = "2024:03:03 10:05:17";
    let still =
        Exif::taken(at).offset("+01:00").camera("Apple", "iPhone 13").gps(AT_SEA.0, AT_SEA.1).live("AAA");
    let movie = Movie::new().created("2024-03-03T10:05:17+0100").camera("Canon", "Canon EOS R6").live("AAA");
    let movie = movie.pictures(1920, 1440, Held::Upright).lasting(1146);
    let flat =
        Movie::new().created("2024-03-03T10:05:17+0100").pictures(1280, 720, Held::Flat).lasting(75_000);
    Export::new("iCloud Photos").part(
        Part::new()
            .photo(Photo::new("IMG_1.HEIC", heic(1, &still)).row(Row::created("2024-03-03 09:05")))
            .photo(Photo::new("IMG_1.MOV", mov(2, &movie)))
            .photo(Photo::new("side.png", png(3, &Exif::taken(at).orientation(6), &[])))
            .photo(Photo::new("flat.MOV", mov(4, &flat)))
            .entry("Notes/readme.txt", "hello"),
    )
}

/// The export's library, imported by the library.
fn imported() -> Scratch {
    let scratch = Scratch::new();
    scratch.import(&export().write_zips(&scratch.parts()));
    scratch
}

fn listed(scratch: &Scratch) -> BTreeMap<String, Listed> {
    let mut files = BTreeMap::new();
    list::files(&scratch.library(), &mut |file| {
        files.insert(file.path.to_string(), file);
        ControlFlow::Continue(())
    })
    .unwrap();
    files
}

#[test]
fn a_line_says_all_that_is_known() {
    let scratch = imported();
    let path = "2024/2024-03/IMG_1.HEIC";
    let bytes = fs::read(scratch.library().join(path)).unwrap();
    let hash = blake3::hash(&bytes).to_hex();
    let file = &listed(&scratch)[path];
    let fingerprint = file.fingerprint.clone().unwrap();
    let expected = format!(
        "{{\"path\":\"{path}\",\"size\":{},\"blake3\":\"{hash}\",\"fingerprint\":\"{fingerprint}\",\"proved\":true,\
         \"kind\":\"photo\",\"original_name\":\"IMG_1.HEIC\",\"captured\":\"2024-03-03T10:05:17+01:00\",\
         \"captured_from\":\"exif\",\"imported_to_icloud\":\"2024-03-04T09:05:00Z\",\"favorite\":false,\
         \"hidden\":false,\"deleted\":false,\"view_count\":0,\"albums\":[],\"memories\":[],\"shared_albums\":[],\
         \"live_photo\":\"2024/2024-03/IMG_1.MOV\",\"companions\":[],\"contributed_by_me\":null,\
         \"evidence\":[{{\"source\":\"exif\",\"time\":\"2024-03-03T10:05:17\",\"offset\":\"+01:00\"}},\
         {{\"source\":\"row\",\"time\":\"2024-03-03T09:05:00Z\",\"offset\":null}}],\
         \"sources\":[{{\"archive\":\"iCloud Photos.zip\",\"entry\":\"iCloud Photos/Photos/IMG_1.HEIC\"}}],\
         \"category\":\"photos\",\"verified\":null,\"damage\":null,\"original_blake3\":\"{hash}\",\"width\":64,\
         \"height\":64,\"duration\":null,\
         \"latitude\":35.5,\"longitude\":-40.25,\"place\":null,\"camera\":\"Apple iPhone 13\",\"modified\":null}}",
        bytes.len()
    );
    assert_eq!(serde_json::to_string(file).unwrap(), expected);
}

#[test]
fn each_file_says_what_its_own_bytes_say() {
    let files = listed(&imported());
    let facts = |path: &str| {
        let file = &files[path];
        (file.width.zip(file.height), file.duration, file.latitude, file.camera.as_deref())
    };
    // the movie of a Live Photo has its own size, length and camera, and no position of its still's
    let movie = (Some((1440, 1920)), Some(1.91), None, Some("Canon EOS R6"));
    assert_eq!(facts("2024/2024-03/IMG_1.MOV"), movie);
    assert_eq!(facts("2024/2024-03/side.png"), (Some((1, 8)), None, None, None));
    assert_eq!(facts("2024/2024-03/flat.MOV"), (Some((1280, 720)), Some(125.0), None, None));
    assert_eq!(facts("Other/Notes/readme.txt"), (None, None, None, None));
    assert_eq!(files["Other/Notes/readme.txt"].category, "photos");
}

#[test]
fn one_file_is_explained_in_words() {
    let scratch = imported();
    let explain = |path: &str| {
        let output = command().arg("list").arg(scratch.library()).args(["--explain", path]).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    let still = explain("2024/2024-03/IMG_1.HEIC");
    assert!(still.contains(", 64 × 64 pixels\n") && still.contains("Apple iPhone 13\n"), "{still}");
    let movie = explain("2024/2024-03/IMG_1.MOV");
    assert!(movie.contains(", 1440 × 1920 pixels, 1.9 seconds\n"), "{movie}");
    let long = explain("2024/2024-03/flat.MOV");
    assert!(long.contains(", 1280 × 720 pixels, 2 minutes 5 seconds\n"), "{long}");
    let note = explain("Other/Notes/readme.txt");
    assert!(note.contains("other, 5 bytes\n") && !note.contains("camera"), "{note}");
}

/// A table of the fixtures' true metadata, as exiftool tells them.
fn provenance() -> Vec<BTreeMap<String, String>> {
    let media = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/media");
    let table = fs::read_to_string(media.join("PROVENANCE.tsv")).unwrap();
    let mut lines = table.lines().map(|line| line.split('\t').map(str::to_owned));
    let names: Vec<String> = lines.next().unwrap().collect();
    lines.map(|line| names.iter().cloned().zip(line).collect()).collect()
}

/// Of these the table has the size of a thumbnail, or of a preview.
const RAW: [(&str, (u32, u32)); 2] = [("raw/sample.dng", (2672, 1968)), ("raw/sample.cr2", (3648, 2736))];

#[test]
fn real_files_are_as_large_and_as_long_as_exiftool_says() {
    let mut compared = 0;
    for truth in provenance() {
        let path: PathBuf = [env!("CARGO_MANIFEST_DIR"), "fixtures/media", &truth["file"]].iter().collect();
        let size = path.metadata().unwrap().len();
        let embedded = media::read(&mut File::open(&path).unwrap(), size);
        let number = |column: &str| truth[column].parse::<u32>().ok();
        let in_table = number("width").zip(number("height"));
        let raw = RAW.iter().find(|(file, _)| truth["file"] == *file).map(|(_, size)| *size);
        let stored = raw.or(in_table).map(|(width, height)| Pixels { width, height });
        let is_turned = number("exif_orientation").is_some_and(|orientation| orientation >= 5)
            || number("qt_rotation").is_some_and(|degrees| degrees % 180 == 90);
        let seen = stored.map(|Pixels { width, height }| {
            if is_turned { Pixels { width: height, height: width } } else { Pixels { width, height } }
        });
        assert_eq!(embedded.pixels, seen, "{}", truth["file"]);
        // a photo has no length, although this one is built like a movie
        let is_photo = truth["file"].ends_with(".cr3");
        let seconds: Option<f64> = truth["qt_Duration_s"].parse().ok().filter(|_| !is_photo);
        let seconds = seconds.map(|seconds| (seconds * 1000.0).round() / 1000.0);
        assert_eq!(embedded.duration, seconds, "{}", truth["file"]);
        compared += usize::from(seen.is_some());
    }
    assert!(compared > 20, "{compared}");
}
