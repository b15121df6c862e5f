//! Files to another layout, to where a later export wants them, and back.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::builder::{Exif, Export, Movie, Part, Photo, Row, aae, jpeg, mov};
use crate::support::place::{Place, Run};
use crate::support::{contents, differences, tree};

/// Photos of two months with a name in common, a Live Photo with its adjustment, albums, a shared one, and one hidden.
fn export() -> Export {
    let taken = |seed, at: &str| jpeg(seed, &Exif::taken(at).offset("+00:00").camera("Apple", "iPhone 15"));
    let row = Row::created;
    let live = jpeg(1, &Exif::taken("2024:03:03 10:05:17").offset("+00:00").live("AAA"));
    let part = Part::new()
        .photo(Photo::new("IMG_1.JPG", live).row(row("2024-03-03 10:05").favorite()))
        .photo(Photo::new("IMG_1.MOV", mov(2, &Movie::new().live("AAA"))))
        .photo(Photo::new("IMG_1.AAE", aae(3)))
        .photo(Photo::new("IMG_2.JPG", taken(4, "2024:03:04 10:00:00")).row(row("2024-03-04 10:00")))
        .photo(
            Photo::new("secret.JPG", taken(6, "2020:01:01 10:00:00")).row(row("2020-01-01 10:00").hidden()),
        )
        .photo(Photo::new("nothing.JPG", jpeg(8, &Exif::none())))
        .album("Lake", ["IMG_1.JPG", "IMG_2.JPG", "secret.JPG"])
        .entry("Notes/readme.txt", "hello");
    let other = Part::new()
        .photo(Photo::new("IMG_2.JPG", taken(5, "2024:04:09 10:00:00")).row(row("2024-04-09 10:00")))
        .shared_album(
            crate::builder::SharedAlbum::new("Trip").photo("S.JPG", taken(7, "2022:07:04 12:00:00")),
        );
    Export::new("iCloud Photos").part(part).part(other)
}

pub struct Library {
    pub place: Place,
}

impl Library {
    pub fn of(export: &Export, options: &[&str]) -> Self {
        let place = Place::new();
        export.write_zips(&place.parts());
        let library = Library { place };
        library.import("parts", options);
        library
    }

    pub fn import(&self, inputs: &str, options: &[&str]) -> Value {
        let arguments = [&["import", inputs, "--to", "lib", "--json"], options].concat();
        let run = self.place.run(&arguments);
        assert!([0, 3].contains(&run.code()), "{}", run.err());
        run.json()
    }

    /// Another export in a folder of its own.
    pub fn later(&self, folder: &str, export: &Export) -> Value {
        fs::create_dir_all(self.place.path(folder)).unwrap();
        export.write_zips(&self.place.path(folder));
        self.import(folder, &[])
    }

    pub fn path(&self) -> PathBuf {
        self.place.path("lib")
    }

    pub fn at(&self, path: &str) -> PathBuf {
        self.path().join(path)
    }

    pub fn run(&self, arguments: &[&str]) -> Run {
        self.place.run(arguments)
    }

    /// A command that must end with 0 and says what it did as JSON.
    pub fn done(&self, arguments: &[&str]) -> Value {
        let run = self.run(&[arguments, &["--json"]].concat());
        assert_eq!(run.code(), 0, "{arguments:?}: {}{}", run.out(), run.err());
        run.json()
    }

    pub fn contents(&self) -> BTreeMap<String, String> {
        contents(&self.path())
    }

    /// Everything is as the catalog says.
    pub fn assert_sound(&self, what: &str) {
        let run = self.run(&["verify", "lib", "--json"]);
        let problems = run.json()["problems"].clone();
        let bad: Vec<&Value> = problems
            .as_array()
            .unwrap()
            .iter()
            .filter(|problem| !["extra-file", "undated"].contains(&problem["code"].as_str().unwrap()))
            .collect();
        assert!(bad.is_empty() && run.code() == 0, "{what}: {bad:#?}");
    }
}

/// The tree that an import with this layout makes.
fn imported(options: &[&str]) -> BTreeMap<String, String> {
    Library::of(&export(), options).contents()
}

/// Sidecars have the time when they were written.
pub fn timeless(mut contents: BTreeMap<String, String>) -> BTreeMap<String, String> {
    let sidecars = contents.iter_mut().filter(|(path, _)| path.ends_with(".xmp"));
    sidecars.for_each(|(_, what)| what.truncate(64));
    contents
}

fn assert_same(found: &BTreeMap<String, String>, expected: &BTreeMap<String, String>, what: &str) {
    assert_eq!(differences(found, expected), [""; 0], "{what}");
}

fn folders(library: &Path) -> Vec<String> {
    let walk = walkdir::WalkDir::new(library).min_depth(1).into_iter().filter_map(Result::ok);
    let folders = walk.filter(|entry| entry.file_type().is_dir());
    let mut folders: Vec<String> = folders
        .map(|entry| crate::support::relative(entry.path(), library))
        .filter(|path| !path.starts_with(".windfall"))
        .collect();
    folders.sort();
    folders
}

#[test]
fn an_arrangement_ends_in_the_tree_of_an_import_with_that_layout_and_undo_in_the_one_before() {
    for options in [
        &["--layout", "{year}"][..],
        &["--layout", "%Y/%m/%d", "--name", "%Y%m%d_{original}"],
        &["--layout", "{make}/{kind}"],
    ] {
        for how in
            [&["--albums", "symlink"][..], &["--albums", "list", "--sidecars", "xmp"], &["--albums", "copy"]]
        {
            let what = format!("{options:?} {how:?}");
            let library = Library::of(&export(), how);
            let before = library.contents();
            let told = library.done(&[&["arrange", "lib", "--dry-run"], options].concat());
            assert_same(&library.contents(), &before, &what);
            let done = library.done(&[&["arrange", "lib"], options].concat());
            assert_eq!(done["moves"], told["moves"], "{what}");
            assert_eq!(done["moved"], done["moves"].as_array().unwrap().len(), "{what}");
            assert!(done["moved"].as_u64().unwrap() > 3, "{what}: {done:#}");
            assert_same(&timeless(library.contents()), &timeless(imported(&[options, how].concat())), &what);
            library.assert_sound(&what);
            assert_eq!(library.import("parts", &[])["to_arrange"], 0, "{what}");
            assert_eq!(library.done(&[&["arrange", "lib"], options].concat())["moved"], 0, "{what}");
            let back = library.done(&["arrange", "lib", "--undo"]);
            assert_eq!(back["moved"], done["moved"], "{what}");
            assert_same(&library.contents(), &before, &what);
            library.assert_sound(&what);
            assert_eq!(library.import("parts", &[])["to_arrange"], 0, "{what}");
            assert_eq!(library.done(&["arrange", "lib", "--undo"])["moved"], 0, "{what}");
            assert_same(&library.contents(), &before, &what);
        }
    }
}

#[test]
fn folders_that_are_left_empty_go() {
    let library = Library::of(&export(), &[]);
    let before = folders(&library.path());
    library.done(&["arrange", "lib", "--layout", "all"]);
    let after = folders(&library.path());
    assert!(
        before.contains(&"2024/2024-03".to_owned()) && !after.iter().any(|f| f.starts_with("2024")),
        "{after:?}"
    );
    library.done(&["arrange", "lib", "--undo"]);
    assert_eq!(folders(&library.path()), before);
}

/// Photos of which a later export says other things.
fn two(said: [Row; 4]) -> Export {
    let mut part = Part::new();
    for (n, row) in (0..).zip(said) {
        let photo = jpeg(50 + n, &Exif::none());
        part = part.photo(Photo::new(&format!("P{n}.JPG"), photo).row(row));
    }
    Export::new("iCloud Photos").part(part.album("All", ["P0.JPG", "P1.JPG", "P2.JPG", "P3.JPG"]))
}

#[test]
fn without_a_template_photos_go_where_a_later_export_wants_them() {
    let row = Row::created;
    let library = Library::of(
        &two([
            row("2024-01-01 10:00"),
            row("2024-01-02 10:00").hidden(),
            row("2024-01-03 10:00"),
            row("2024-01-04 10:00"),
        ])
        .built("2024-05-01 10:00"),
        &[],
    );
    assert_eq!(library.import("parts", &[])["to_arrange"], 0);
    let before = library.contents();
    let later = two([
        row("2024-01-01 10:00").hidden(),
        row("2024-01-02 10:00"),
        row("2019-06-03 10:00"),
        row("2024-01-04 10:00"),
    ])
    .built("2025-05-01 10:00");
    assert_eq!(library.later("later", &later)["to_arrange"], 3);
    let words = library.run(&["import", "later", "--to", "lib"]);
    assert!(words.out().contains("windfall arrange lib"), "{}", words.out());
    let paths = |contents: &BTreeMap<String, String>| -> Vec<String> { contents.keys().cloned().collect() };
    assert!(before.contains_key("2024/2024-01/P0.JPG"));
    let told = library.done(&["arrange", "lib", "--dry-run"]);
    let done = library.done(&["arrange", "lib"]);
    assert_eq!((&done["moved"], &done["moves"]), (&3.into(), &told["moves"]));
    assert_eq!(
        paths(&library.contents()),
        [
            "2019/2019-06/P2.JPG",
            "2024/2024-01/P1.JPG",
            "2024/2024-01/P3.JPG",
            "Albums/All/P1.JPG",
            "Albums/All/P2.JPG",
            "Albums/All/P3.JPG",
            "Hidden/2024/2024-01/P0.JPG",
        ]
    );
    library.assert_sound("arranged");
    assert_eq!(library.import("later", &[])["to_arrange"], 0);
    assert_eq!(library.done(&["arrange", "lib"])["moved"], 0);
}

#[test]
fn what_somebody_changed_or_brought_stays_and_is_named() {
    let library = Library::of(&export(), &[]);
    // as many bytes as before
    let edited = library.at("2024/2024-03/IMG_2.JPG");
    let mut bytes = fs::read(&edited).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    fs::write(&edited, &bytes).unwrap();
    fs::write(library.at("2024/2024-03/mine.txt"), "mine").unwrap();
    fs::create_dir_all(library.at("2024/2024-04/04")).unwrap();
    let run = library.run(&["arrange", "lib", "--layout", "%Y", "--json"]);
    assert_eq!(run.code(), 0, "{}", run.err());
    let problems = run.json()["problems"].clone();
    let named: Vec<(&str, &str, &str)> = problems
        .as_array()
        .unwrap()
        .iter()
        .map(|p| (p["code"].as_str().unwrap(), p["severity"].as_str().unwrap(), p["entry"].as_str().unwrap()))
        .collect();
    assert_eq!(
        named,
        [
            ("changed-file", "warning", "2024/2024-03/IMG_2.JPG"),
            ("extra-file", "warning", "2024/2024-03/mine.txt"),
        ]
    );
    assert_eq!(fs::read(&edited).unwrap(), bytes);
    assert_eq!(fs::read(library.at("2024/2024-03/mine.txt")).unwrap(), b"mine");
    assert!(library.at("2024/IMG_1.JPG").is_file() && library.at("2024/IMG_1.MOV").is_file());
}

#[test]
fn a_file_that_stands_in_the_way_is_gone_around() {
    let library = Library::of(&export(), &[]);
    fs::create_dir_all(library.at("all")).unwrap();
    fs::write(library.at("all/img_1.jpg"), "mine").unwrap();
    library.done(&["arrange", "lib", "--layout", "all"]);
    assert_eq!(fs::read(library.at("all/img_1.jpg")).unwrap(), b"mine");
    let tree = tree(&library.path());
    assert!(
        tree.contains(&"all/IMG_1 (2).JPG".to_owned()) && tree.contains(&"all/IMG_1 (2).MOV".to_owned()),
        "{tree:#?}"
    );
    library.assert_sound("around");
}

#[test]
fn names_change_places() {
    // the second export brings the earlier photo, which an import of both would call `A.JPG`
    let photo = |seed, at: &str| {
        Part::new().photo(
            Photo::new("A.JPG", jpeg(seed, &Exif::taken(at).offset("+00:00")))
                .row(Row::created(&at[..16].replacen(':', "-", 2))),
        )
    };
    let late = photo(90, "2024:03:09 10:00:00");
    let early = photo(91, "2024:03:01 10:00:00");
    let library = Library::of(&Export::new("iCloud Photos").built("2024-05-01 10:00").part(late), &[]);
    let first = fs::read(library.at("2024/2024-03/A.JPG")).unwrap();
    library.later("later", &Export::new("iCloud Photos").built("2025-05-01 10:00").part(early));
    let before = library.contents();
    assert_eq!(library.done(&["arrange", "lib"])["moved"], 0, "it fits under any number");
    let done = library.done(&["arrange", "lib", "--layout", "{year}/{year}-{month}"]);
    assert_eq!(done["moved"], 2, "{done:#}");
    assert_eq!(fs::read(library.at("2024/2024-03/A (2).JPG")).unwrap(), first);
    library.assert_sound("changed places");
    library.done(&["arrange", "lib", "--undo"]);
    assert_same(&library.contents(), &before, "and back");
}

#[test]
fn what_the_owner_moved_stays_unless_a_template_is_given() {
    let library = Library::of(&export(), &[]);
    fs::create_dir_all(library.at("Best")).unwrap();
    fs::rename(library.at("2024/2024-03/IMG_2.JPG"), library.at("Best/The lake.JPG")).unwrap();
    assert_eq!(library.import("parts", &[])["to_arrange"], 0);
    assert_eq!(library.done(&["arrange", "lib"])["moved"], 0);
    library.done(&["arrange", "lib", "--layout", "%Y"]);
    assert!(library.at("2024/IMG_2.JPG").is_file() && library.at("Best").is_dir());
}

#[test]
fn undo_takes_back_what_still_stands_where_it_was_put() {
    let library = Library::of(&export(), &[]);
    library.done(&["arrange", "lib", "--layout", "all"]);
    fs::remove_file(library.at("Hidden/all/secret.JPG")).unwrap();
    fs::rename(library.at("all/IMG_2.JPG"), library.at("kept.JPG")).unwrap();
    let done = library.done(&["arrange", "lib", "--undo"]);
    assert!(library.at("kept.JPG").is_file() && library.at("2024/2024-03/IMG_1.JPG").is_file());
    let problems = done["problems"].as_array().unwrap();
    assert!(
        problems.iter().any(|p| p["code"] == "moved-file" && p["entry"] == "all/IMG_2.JPG"),
        "{problems:#?}"
    );
}

#[test]
fn a_page_that_stands_is_made_again() {
    let library = Library::of(&export(), &[]);
    library.done(&["report", "lib"]);
    library.done(&["arrange", "lib", "--layout", "elsewhere"]);
    let page = fs::read_to_string(library.at("windfall-report.html")).unwrap();
    assert!(page.contains("\"elsewhere\"") && !page.contains("\"2024/2024-03\""));
}

#[test]
fn what_the_owner_moved_is_nobodys_but_the_librarys() {
    let library = Library::of(&export(), &[]);
    fs::create_dir_all(library.at("2024")).unwrap();
    // where the layout wants it
    fs::rename(library.at("2024/2024-03/IMG_1.AAE"), library.at("2024/IMG_1.AAE")).unwrap();
    fs::create_dir_all(library.at("Best")).unwrap();
    fs::rename(library.at("Undated/nothing.JPG"), library.at("Best/nothing.JPG")).unwrap();
    let done = library.done(&["arrange", "lib", "--layout", "%Y"]);
    assert!(library.at("2024/IMG_1.AAE").is_file() && library.at("2024/IMG_1.JPG").is_file(), "{done:#}");
    assert!(library.at("Undated/nothing.JPG").is_file(), "{done:#}");
    assert_eq!(done["problems"], serde_json::json!([]), "{done:#}");
}

#[test]
fn what_could_not_be_taken_back_can_be_once_its_name_is_free() {
    let library = Library::of(&export(), &[]);
    let before = library.contents();
    library.done(&["arrange", "lib", "--layout", "all"]);
    fs::create_dir_all(library.at("2024/2024-03")).unwrap();
    fs::write(library.at("2024/2024-03/IMG_2.JPG"), "mine").unwrap();
    let run = library.run(&["arrange", "lib", "--undo", "--json"]);
    assert_eq!(run.code(), 3, "{}", run.out());
    assert_eq!(fs::read(library.at("2024/2024-03/IMG_2.JPG")).unwrap(), b"mine");
    assert!(library.at("all/IMG_2.JPG").is_file() && library.at("2024/2024-03/IMG_1.JPG").is_file());
    fs::remove_file(library.at("2024/2024-03/IMG_2.JPG")).unwrap();
    let again = library.done(&["arrange", "lib", "--undo"]);
    assert_eq!(again["moved"], 1, "{again:#}");
    assert_same(&library.contents(), &before, "taken back");
    assert_eq!(library.done(&["arrange", "lib", "--undo"])["moved"], 0);
}

#[test]
fn another_photo_that_got_a_name_since_is_not_taken_back() {
    let library = Library::of(&export(), &[]);
    library.done(&["arrange", "lib", "--layout", "all"]);
    library.done(&["forget", "lib", "Hidden/all/secret.JPG"]);
    let photo =
        Photo::new("secret.JPG", jpeg(60, &Exif::none())).row(Row::created("2024-03-09 10:00").hidden());
    library.later(
        "later",
        &Export::new("iCloud Photos").built("2025-05-01 10:00").part(Part::new().photo(photo)),
    );
    let other = fs::read(library.at("Hidden/all/secret.JPG")).unwrap();
    library.done(&["arrange", "lib", "--undo"]);
    assert_eq!(fs::read(library.at("Hidden/all/secret.JPG")).unwrap(), other);
    assert!(library.at("2024/2024-03/IMG_1.JPG").is_file());
}
