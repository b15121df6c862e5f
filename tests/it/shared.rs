//! What people did and said in shared albums, as the library keeps it and tells it.

use std::fs;

use serde_json::{Value, json};

use crate::arrange::Library;
use crate::builder::{Exif, Export, Part, Photo, Row, SharedAlbum, jpeg};

const OWN: &str = "2022/2022-07/IMG_7.JPG";
const SHARED: &str = "Shared Albums/Our trip/IMG_1001.JPG";

/// The owner's own photo, which the album has under a name that another photo of the album has in the library; and
/// one that only the album has.
fn trip() -> SharedAlbum {
    SharedAlbum::new("Our trip")
        .folder("Trip")
        .photo("IMG_1001.JPG", shared())
        .by("IMG_1001.JPG", "Kari")
        .comment("IMG_1001.JPG", "is this\nReine?")
        .by("IMG_1001.JPG", "Ola")
        .like("IMG_1001.JPG")
        .photo("IMG_7.JPG", jpeg(3, &Exif::taken("2022:07:03 10:00:00").offset("+02:00")))
        .by("IMG_7.JPG", "Per")
        .photo("IMG_2002.JPG", own())
        .by("IMG_2002.JPG", "Me")
        .like("IMG_2002.JPG")
}

fn own() -> Vec<u8> {
    jpeg(1, &Exif::taken("2022:07:01 10:00:00").offset("+02:00"))
}

fn shared() -> Vec<u8> {
    jpeg(2, &Exif::taken("2022:07:02 10:00:00").offset("+02:00"))
}

fn export(built: &str, album: SharedAlbum) -> Export {
    let part = Part::new()
        .photo(Photo::new("IMG_7.JPG", own()).row(Row::created("2022-07-01 08:00")))
        .album("Trip", ["IMG_7.JPG"])
        .shared_album(album);
    Export::new("iCloud Photos").built(built).part(part)
}

fn library(options: &[&str]) -> Library {
    Library::of(&export("2024-05-01 10:00", trip()), options)
}

fn posted(library: &Library, path: &str) -> Value {
    let run = library.run(&["list", "lib", "--explain", path, "--json"]);
    assert_eq!(run.code(), 0, "{}", run.err());
    run.json()["posted"].clone()
}

/// What is told of the photo that only the album has.
fn told() -> Value {
    json!([{ "album": "Our trip", "by": "Kari", "time": "2022-07-04T20:16:00Z", "remarks": [
        { "by": "Ola", "text": "is this\nReine?", "time": "2022-07-05T08:00:00Z" },
        { "by": "B. Person", "text": null, "time": "2022-07-05T08:00:00Z" }
    ]}])
}

#[test]
fn who_posted_a_photo_and_what_was_said_of_it_is_told_of_that_photo() {
    let library = library(&[]);
    assert_eq!(posted(&library, SHARED), told());
    let own = posted(&library, OWN);
    assert_eq!(
        (&own[0]["by"], own[0]["remarks"].as_array().map(Vec::len)),
        (&"Me".into(), Some(1)),
        "{own:#}"
    );
    let run = library.run(&["list", "lib", "--explain", "IMG_1001.JPG"]);
    for line in [
        "  posted         to `Our trip` by Kari on 4 July 2022\n",
        "                 Ola on 5 July 2022: is this\n                   Reine?\n",
        "                 B. Person likes it\n",
    ] {
        assert!(run.out().contains(line), "{line} in {}", run.out());
    }
    // people are no business of whoever reads a list of all files, and their addresses of nobody
    let all = library.run(&["list", "lib", "--json"]);
    assert!(all.out().contains("Our trip") && !all.out().contains("Kari"), "{}", all.out());
    for all in [&["list", "lib", "--explain", "IMG_1001.JPG", "--json"][..], &["report", "lib"]] {
        let run = library.run(all);
        assert!(run.code() == 0 && !run.out().contains("@example.com"), "{}", run.out());
    }
    let page = fs::read_to_string(library.at("windfall-report.html")).unwrap();
    assert!(page.contains("\"Kari\"") && page.contains("Reine?") && !page.contains("@example.com"));
}

#[test]
fn what_a_later_export_does_not_tell_any_more_stays() {
    let library = library(&[]);
    let later = SharedAlbum::new("Our trip")
        .folder("Trip")
        .photo("IMG_1001.JPG", shared())
        .by("IMG_1001.JPG", "Kari")
        .comment("IMG_1001.JPG", "yes");
    library.later("later", &export("2025-05-01 10:00", later));
    let mut expected = told();
    let yes = json!({ "by": "B. Person", "text": "yes", "time": "2022-07-05T08:00:00Z" });
    expected[0]["remarks"].as_array_mut().unwrap().push(yes);
    assert_eq!(posted(&library, SHARED), expected);
    assert_eq!(posted(&library, OWN)[0]["by"], "Me");
    // nor is it lost with the catalog, or with the folders that tell what came from where
    fs::remove_file(library.at(".windfall/catalog.sqlite")).unwrap();
    assert_eq!(library.run(&["verify", "lib", "--rebuild-catalog"]).code(), 0);
    assert_eq!(posted(&library, SHARED), expected);
    for entry in walkdir::WalkDir::new(library.at(".windfall/details")) {
        let entry = entry.unwrap();
        if entry.file_name() == "origins.csv" {
            fs::remove_file(entry.path()).unwrap();
        }
    }
    fs::remove_file(library.at(".windfall/catalog.sqlite")).unwrap();
    assert_eq!(library.run(&["verify", "lib", "--rebuild-catalog"]).code(), 0);
    assert_eq!(posted(&library, SHARED), expected);
}

#[test]
fn in_a_sidecar_who_posted_it_is_its_source() {
    let library = library(&["--sidecars", "xmp"]);
    let text = |path: &str| fs::read_to_string(library.at(&format!("{path}.xmp"))).unwrap();
    assert!(text(SHARED).contains("<photoshop:Source>Kari</photoshop:Source>"), "{}", text(SHARED));
    assert!(text(OWN).contains("<photoshop:Source>Me</photoshop:Source>"), "{}", text(OWN));
    for words in ["Reine", "Ola", "description", "example.com"] {
        assert!(!text(SHARED).contains(words), "{words} in {}", text(SHARED));
    }
}

#[test]
fn a_photo_that_was_left_out_is_explained() {
    let library = library(&[]);
    let path = ".windfall/forgotten/Shared Albums/Our trip/IMG_1001.JPG";
    library.done(&["forget", "lib", SHARED]);
    for named in [SHARED, "IMG_1001.JPG", path, "img_1001.jpg"] {
        let run = library.run(&["list", "lib", "--explain", named]);
        assert_eq!(run.code(), 0, "{named}: {}", run.err());
        let undo = format!("windfall forget lib '{SHARED}' --undo");
        for said in [SHARED, "on purpose, on 20", &format!("in `{path}`"), &undo] {
            assert!(run.out().contains(said), "{said} in {}", run.out());
        }
    }
    let json = library.run(&["list", "lib", "--explain", SHARED, "--json"]).json();
    assert_eq!(
        (&json["path"], &json["kept"], &json["went_with"]),
        (&SHARED.into(), &path.into(), &Value::Null)
    );
    assert_eq!(json["size"].as_u64(), Some(shared().len() as u64), "{json:#}");
    let delete = ["forget", "lib", SHARED, "--delete"];
    library.done(&delete);
    let run = library.run(&["list", "lib", "--explain", SHARED]);
    assert!(
        run.out().contains("nowhere in the library")
            && run.out().contains("and the next import that has it:"),
        "{}",
        run.out()
    );
    library.run(&["forget", "lib", SHARED, "--undo"]);
    assert_eq!(library.run(&["list", "lib", "--explain", SHARED]).code(), 1);
}

#[test]
fn a_damaged_and_an_edited_photo_say_so() {
    let library = library(&[]);
    let whole = fs::read(library.at(OWN)).unwrap();
    let time = fs::metadata(library.at(OWN)).unwrap().modified().unwrap();
    let mut bad = whole.clone();
    *bad.last_mut().unwrap() ^= 1;
    fs::write(library.at(OWN), &bad).unwrap();
    fs::File::options().write(true).open(library.at(OWN)).unwrap().set_modified(time).unwrap();
    assert_eq!(library.run(&["verify", "lib"]).code(), 3);
    let story = library.run(&["list", "lib", "--explain", OWN]);
    assert!(story.out().contains("its bytes are not those that were imported"), "{}", story.out());
    assert!(story.out().contains("none: what stands there now is not what was imported"), "{}", story.out());
    assert!(!story.out().contains("not read again"), "{}", story.out());
    let lines = library.run(&["list", "lib"]);
    assert!(lines.out().starts_with("2022-07-01 10:00:00  damaged"), "{}", lines.out());
    // what it should be is what its owner can check it by
    let sums = library.run(&["list", "lib", "--checksums"]);
    let sum = format!("{}  {OWN}\n", blake3::hash(&whole).to_hex());
    assert!(sums.out().starts_with(&sum), "{}", sums.out());

    fs::write(library.at(OWN), &bad).unwrap();
    assert_eq!(library.run(&["verify", "lib"]).code(), 3);
    library.done(&["forget", "lib", OWN, "--edited"]);
    let story = library.run(&["list", "lib", "--explain", OWN]);
    assert!(story.out().contains("none: Apple's checksum is that of the original"), "{}", story.out());
    let kept = format!("the original had BLAKE3 {}", blake3::hash(&whole).to_hex());
    assert!(story.out().contains(&kept), "{}", story.out());
    let sums = library.run(&["list", "lib", "--checksums"]);
    assert!(sums.out().starts_with(blake3::hash(&bad).to_hex().as_str()), "{}", sums.out());
}
