//! Filters, and the library that a command is about where it names none.

use std::collections::BTreeSet;
use std::path::Path;

use crate::builder::{Exif, Export, Movie, Part, Photo, Row, jpeg, mov};
use crate::support::place::{Place, Run};

/// A Live Photo, a photo of another camera, a video, a hidden and a deleted photo, an undated one, in albums.
fn travels() -> Place {
    let place = Place::new();
    let phone = Exif::taken("2024:07:31 23:30:00")
        .offset("-05:00")
        .camera("Apple", "iPhone 15 Pro")
        .gps(40.73, -73.99);
    let camera = Exif::taken("2023:01:01 00:10:00").offset("+14:00").camera("Panasonic", "Lumix Málaga");
    let photo = |name: &str, seed, exif: &Exif, row: Row| Photo::new(name, jpeg(seed, exif)).row(row);
    let live = mov(2, &Movie::new().created("2024-07-31T23:30:00-0500").live("AAA"));
    let clip = mov(4, &Movie::new().created("2024-08-02T10:00:00+0200"));
    let part = Part::new()
        .photo(photo("IMG_1.JPG", 1, &phone.live("AAA"), Row::created("2024-08-01 04:30").favorite()))
        .photo(Photo::new("IMG_1.MOV", live))
        .photo(photo("Übersee.JPG", 3, &camera, Row::created("2022-12-31 10:10")))
        .photo(Photo::new("clip.MOV", clip).row(Row::created("2024-08-02 08:00")))
        .photo(photo("secret.JPG", 5, &Exif::none(), Row::created("2024-08-03 08:00").hidden()))
        .deleted(photo("gone.JPG", 6, &Exif::none(), Row::created("2024-08-04 08:00").deleted()))
        .photo(Photo::new("when.JPG", jpeg(7, &Exif::none())).row(Row::undated()))
        .entry("Extra/notes.txt", "not a photo")
        .album("Lake", ["IMG_1.JPG"])
        .album("Lake week", ["clip.MOV"])
        .album("Łódź 2022", ["Übersee.JPG"]);
    Export::new("iCloud Photos").built("2025-05-01 22:03").part(part).write_zips(&place.parts());
    let run = place.run(&["import", "parts", "--to", "lib", "--json"]);
    assert_eq!(run.code(), 0, "{}{}", run.out(), run.err());
    place
}

/// The names of the files that a listing has.
fn names(run: &Run) -> BTreeSet<String> {
    assert_eq!(run.code(), 0, "{}", run.err());
    let name = |path: &str| Path::new(path).file_name().unwrap().to_str().unwrap().to_owned();
    let path = |line: &str| {
        let file: serde_json::Value = serde_json::from_str(line).unwrap();
        name(file["path"].as_str().unwrap())
    };
    run.out().lines().map(path).collect()
}

const ALL: &[&str] =
    &["IMG_1.JPG", "IMG_1.MOV", "Übersee.JPG", "clip.MOV", "secret.JPG", "gone.JPG", "when.JPG", "notes.txt"];
const LIVE: &[&str] = &["IMG_1.JPG", "IMG_1.MOV"];

#[test]
fn a_list_has_what_was_asked_for() {
    let place = travels();
    let cases: &[(&[&str], &[&str])] = &[
        (&[], ALL),
        (&["--album", "lake"], &["IMG_1.JPG", "IMG_1.MOV", "clip.MOV"]),
        (&["--album", "ake"], &["IMG_1.JPG", "IMG_1.MOV", "clip.MOV"]),
        (&["--album", "lodz"], &["Übersee.JPG"]),
        (&["--album", "sea"], &[]),
        (&["--favorites"], LIVE),
        (&["--from", "2024"], &["IMG_1.JPG", "IMG_1.MOV", "clip.MOV", "secret.JPG", "gone.JPG"]),
        (&["--from", "2024-07", "--until", "2024-07"], LIVE),
        (&["--from", "2024-07-31", "--until", "2024-07-31"], LIVE),
        (&["--from", "2024-08-01", "--until", "2024-08-02"], &["clip.MOV"]),
        (&["--until", "2023"], &["Übersee.JPG"]),
        (&["--until", "2022"], &[]),
        (&["--from", "2024-08-03", "--from", "2024-08-02"], &["clip.MOV", "secret.JPG", "gone.JPG"]),
        (&["--kind", "photo"], &["IMG_1.JPG", "Übersee.JPG", "secret.JPG", "gone.JPG", "when.JPG"]),
        (&["--kind", "video"], &["clip.MOV"]),
        (&["--kind", "live"], LIVE),
        (&["--kind", "video", "--kind", "live"], &["IMG_1.JPG", "IMG_1.MOV", "clip.MOV"]),
        (&["--kind", "photo", "--favorites"], &["IMG_1.JPG"]),
        (&["--camera", "IPHONE"], &["IMG_1.JPG"]),
        (&["--camera", "panasonic lumix malaga"], &["Übersee.JPG"]),
        (&["--place", "new york"], &["IMG_1.JPG"]),
        (&["--place", "UNITED STATES", "--place", "Kenya"], &["IMG_1.JPG"]),
        (&["--place", "Kenya"], &[]),
        (&["--search", "new york"], &["IMG_1.JPG"]),
        (&["--search", "ubersee"], &["Übersee.JPG"]),
        (&["--search", "july"], LIVE),
        (&["--search", "recently deleted"], &["gone.JPG"]),
        (&["--search", "lake week", "--search", "lodz"], &["clip.MOV", "Übersee.JPG"]),
        (&["--category", "photos"], ALL),
        (&["--category", "notes"], &[]),
    ];
    for (filters, expected) in cases {
        let found = names(&place.run(&[&["list", "lib", "--json"], *filters].concat()));
        assert_eq!(found, expected.iter().map(|name| (*name).to_owned()).collect(), "{filters:?}");
    }
}

#[test]
fn every_form_of_a_list_has_the_same_files() {
    let place = travels();
    let filters = ["--kind", "live", "--album", "Lake"];
    for form in [&[][..], &["--checksums"], &["--json"]] {
        let run = place.run(&[&["list", "lib"], form, &filters].concat());
        assert_eq!((run.code(), run.out().lines().count()), (0, 2), "{form:?}: {}{}", run.out(), run.err());
    }
}

#[test]
fn a_wrong_filter_is_wrong_usage_and_says_what_is_right() {
    let place = travels();
    for (filter, value, said) in [
        ("--from", "2024-13", "`2024-07-21`"),
        ("--until", "2024-02-30", "`2024-07-21`"),
        ("--from", "yesterday", "`2024-07-21`"),
        ("--kind", "raw", "possible values: photo, video, live"),
        ("--category", "songs", "`photos`, `notes`"),
        ("--search", " ", "it is empty"),
        ("--album", "", "it is empty"),
    ] {
        let run = place.run(&["list", "lib", filter, value]);
        assert_eq!((run.code(), run.out()), (2, ""), "{filter} {value}");
        assert!(run.err().starts_with("error: ") && run.err().contains(said), "{}", run.err());
        assert_eq!(run.err().matches("\nhint: ").count(), 1, "{}", run.err());
    }
}

#[test]
fn a_library_in_the_environment_need_not_be_named() {
    let place = travels();
    let library = [("WINDFALL_LIBRARY", "lib")];
    for command in [
        &["list", "--json"][..],
        &["list", "--explain", "Undated/when.JPG"],
        &["verify", "--json"],
        &["verify", "--against", "parts"],
        &["report"],
        &["sidecars", "--for", "xmp"],
        &["sidecars", "--for", "xmp", "--remove"],
        &["import", "parts", "--json"],
        &["similar"],
        &["copy", "--to", "copies"],
        &["mirror", "--to", "second"],
        &["repair", "--from", "second"],
        &["albums", "--as", "list"],
        &["arrange", "--layout", "{year}"],
        &["arrange", "--undo"],
        &["forget", "Undated/when.JPG"],
        &["forget", "--undo", "Undated/when.JPG"],
        &["forget", "lib", "Undated/when.JPG"],
    ] {
        let run = place.run_with(command, &library);
        assert_eq!(run.code(), 0, "{command:?}: {}{}", run.out(), run.err());
    }
    // what is named comes first
    let run = place.run_with(&["list", "parts"], &library);
    assert!(run.err().contains("no Windfall library at `parts`"), "{}", run.err());
    let run = place.run_with(&["forget", "second", "2024/x.JPG"], &library);
    assert_eq!((run.code(), run.out()), (1, ""), "{}", run.err());
    // and a word that is no library is a file of the usual one
    let run = place.run_with(&["forget", "nowhere.JPG"], &library);
    assert!(run.err().contains("the library holds no file `nowhere.JPG`"), "{}", run.err());
    let run = place.run_with(&["forget", "lib"], &library);
    assert!(run.code() == 2 && run.err().contains("<PATH>..."), "{}", run.err());
}

#[test]
fn without_a_library_the_variable_is_the_hint() {
    let place = Place::new();
    for command in [
        &["list"][..],
        &["verify", "--against", "parts"],
        &["report"],
        &["import", "parts"],
        &["forget"],
        &["forget", "2024/a.jpg"],
        &["mirror", "--to", "second"],
        &["albums", "--as", "list"],
    ] {
        let unset = place.run(command);
        let empty = place.run_with(command, &[("WINDFALL_LIBRARY", "")]);
        assert_eq!((unset.code(), unset.out()), (2, ""), "{command:?}");
        let hint = unset.err().lines().find(|line| line.starts_with("hint: "));
        assert!(hint.is_some_and(|hint| hint.contains("WINDFALL_LIBRARY")), "{command:?}: {}", unset.err());
        assert_eq!((empty.code(), empty.err()), (2, unset.err()), "{command:?}");
    }
}
