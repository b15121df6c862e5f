//! What an owner moves by hand is followed by everything that names it.

use std::fs;

use crate::arrange::Library;
use crate::builder::{Exif, Export, Movie, Part, Photo, Row, aae, jpeg, mov};

fn live() -> Library {
    let still = jpeg(1, &Exif::taken("2024:03:03 10:05:17").offset("+00:00").live("AAA"));
    let part = Part::new()
        .photo(Photo::new("IMG_1.JPG", still).row(Row::created("2024-03-03 10:05")))
        .photo(Photo::new("IMG_1.MOV", mov(2, &Movie::new().live("AAA"))))
        .photo(Photo::new("IMG_1.AAE", aae(3)));
    Library::of(&Export::new("iCloud Photos").part(part), &[])
}

fn move_by_hand(library: &Library, names: &[&str]) {
    fs::create_dir_all(library.at("Best")).unwrap();
    for name in names {
        fs::rename(library.at("2024/2024-03").join(name), library.at("Best").join(name)).unwrap();
    }
}

#[test]
fn halves_name_each_other_wherever_both_were_moved() {
    for verb in [
        &["arrange", "lib"][..],
        &["sidecars", "lib", "--for", "xmp"],
        &["import", "parts", "--to", "lib"],
        &["repair", "lib", "--from", "parts"],
    ] {
        let library = live();
        move_by_hand(&library, &["IMG_1.JPG", "IMG_1.MOV"]);
        library.done(verb);
        let files = library.place.list();
        let of = |path: &str| files.iter().find(|file| file["path"] == path).unwrap();
        assert_eq!(of("Best/IMG_1.JPG")["live_photo"], "Best/IMG_1.MOV", "{verb:?}");
        assert_eq!(of("Best/IMG_1.MOV")["live_photo"], "Best/IMG_1.JPG", "{verb:?}");
        assert_eq!(of("Best/IMG_1.JPG")["companions"][0], "2024/2024-03/IMG_1.AAE", "{verb:?}");
        // where an owner puts a file, it stays
        assert_eq!(library.import("parts", &[])["to_arrange"], 0, "{verb:?}");
        assert_eq!(library.done(&["arrange", "lib"])["moved"], 0, "{verb:?}");
        library.assert_sound("moved by hand");
    }
}

#[test]
fn a_half_that_was_moved_takes_the_other_along_into_oblivion() {
    let library = live();
    move_by_hand(&library, &["IMG_1.JPG"]);
    let done = library.done(&["forget", "lib", "Best/IMG_1.JPG"]);
    assert_eq!(done["moved"], 3, "{done:#}");
    assert!(!library.at("2024/2024-03/IMG_1.MOV").exists() && !library.at("Best/IMG_1.JPG").exists());
    assert_eq!(library.place.list().len(), 0);
}
