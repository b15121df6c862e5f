//! Albums made anew in another form, without the zips.

use std::fs;

use crate::arrange::Library;
use crate::builder::{Exif, Export, Part, Photo, Row, SharedAlbum, jpeg};
use crate::support::{contents, differences, tree};

fn export() -> Export {
    let taken = |seed, at: &str| jpeg(seed, &Exif::taken(at).offset("+00:00"));
    let row = Row::created;
    let part = Part::new()
        .photo(Photo::new("A.JPG", taken(1, "2024:03:03 10:05:17")).row(row("2024-03-03 10:05")))
        .photo(Photo::new("B.JPG", taken(2, "2024:04:04 10:00:00")).row(row("2024-04-04 10:00")))
        .photo(Photo::new("C.JPG", taken(3, "2020:01:01 10:00:00")).row(row("2020-01-01 10:00").hidden()))
        .album("Lake", ["A.JPG", "B.JPG", "C.JPG"])
        .memory("On this day", ["A.JPG"])
        .shared_album(
            SharedAlbum::new("Trip")
                .photo("S.JPG", taken(4, "2022:07:04 12:00:00"))
                .photo("A.JPG", taken(1, "2024:03:03 10:05:17")),
        );
    Export::new("iCloud Photos").part(part)
}

#[test]
fn each_form_is_that_of_an_import_in_it() {
    let forms = ["symlink", "list", "copy", "hardlink", "none", "auto"];
    for memories in ["--memories=no", "--memories=yes"] {
        let imported = forms.map(|form| Library::of(&export(), &["--albums", form, memories]).contents());
        let library = Library::of(&export(), &["--albums", "copy", memories]);
        fs::remove_dir_all(library.place.parts()).unwrap();
        // from each form to each other one
        for from in 0..forms.len() {
            for to in 0..forms.len() {
                library.done(&["albums", "lib", "--as", forms[from]]);
                let done = library.done(&["albums", "lib", "--as", forms[to]]);
                let what = format!("{} to {}: {done}", forms[from], forms[to]);
                assert_eq!(differences(&library.contents(), &imported[to]), [""; 0], "{what}");
                assert_eq!(done["moved"], 0, "{what}");
                let again = library.done(&["albums", "lib", "--as", forms[to]]);
                assert_eq!((&again["made"], &again["removed"]), (&0.into(), &0.into()), "{what}");
            }
        }
        library.assert_sound(memories);
    }
}

#[test]
fn the_choice_is_remembered() {
    let library = Library::of(&export(), &["--albums", "symlink"]);
    library.done(&["albums", "lib", "--as", "list"]);
    library.import("parts", &[]);
    assert!(library.at("Albums/Lake.m3u8").is_file() && !library.at("Albums/Lake").exists());
    // also where the catalog is lost
    fs::remove_file(library.at(".windfall/catalog.sqlite")).unwrap();
    library.run(&["verify", "lib", "--rebuild-catalog"]);
    library.import("parts", &[]);
    assert!(library.at("Albums/Lake.m3u8").is_file() && !library.at("Albums/Lake").exists());
}

#[test]
fn albums_come_back_after_a_copy_that_lost_or_followed_the_links() {
    let library = Library::of(&export(), &["--albums", "symlink"]);
    let before = library.contents();
    for how in ["lost", "followed"] {
        for link in ["Albums/Lake/A.JPG", "Albums/Lake/B.JPG", "Shared Albums/Trip/A.JPG"] {
            let link = library.at(link);
            let bytes = fs::read(&link).unwrap();
            fs::remove_file(&link).unwrap();
            if how == "followed" {
                fs::write(&link, bytes).unwrap();
            }
        }
        library.done(&["albums", "lib", "--as", "symlink"]);
        assert_eq!(differences(&library.contents(), &before), [""; 0], "{how}");
        library.assert_sound(how);
    }
}

#[test]
fn what_somebody_changed_in_an_album_stays() {
    let library = Library::of(&export(), &["--albums", "list"]);
    fs::write(library.at("Albums/Lake.m3u8"), "my own order\n").unwrap();
    let done = library.done(&["albums", "lib", "--as", "copy"]);
    assert_eq!(fs::read(library.at("Albums/Lake.m3u8")).unwrap(), b"my own order\n");
    assert_eq!(done["problems"][0]["code"], "extra-file", "{done:#}");
    assert!(tree(&library.path()).contains(&"Albums/Lake/A.JPG".to_owned()));
    let one = contents(&library.path());
    library.done(&["albums", "lib", "--as", "copy"]);
    assert_eq!(differences(&contents(&library.path()), &one), [""; 0]);
}

#[test]
fn verify_says_which_albums_do_not_stand_and_its_command_brings_them_back() {
    for (form, given) in [("copy", "copy"), ("list", "auto"), ("symlink", "auto")] {
        let library = Library::of(&export(), &["--albums", form]);
        let before = library.contents();
        fs::remove_dir_all(library.at("Albums")).unwrap();
        let run = library.run(&["verify", "lib", "--json"]);
        let problems = run.json()["problems"].clone();
        let gone: Vec<_> =
            problems.as_array().unwrap().iter().filter(|p| p["code"] == "albums-gone").collect();
        let [gone] = gone[..] else { panic!("{form}: {problems:#}") };
        assert_eq!((run.code(), &gone["severity"]), (0, &"warning".into()), "{form}");
        let command = format!("`windfall albums lib --as {given}`");
        let message = gone["message"].as_str().unwrap();
        assert!(message.contains(&command) && message.contains("Albums/Lake"), "{form}: {message}");
        library.done(&["albums", "lib", "--as", given]);
        if form != "list" {
            assert_eq!(differences(&library.contents(), &before), [""; 0], "{form}");
        }
        let again = library.run(&["verify", "lib", "--json"]);
        assert!(!again.out().contains("albums-gone"), "{form}: {}", again.out());
    }
}
