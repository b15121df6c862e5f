//! Photos that are left out on purpose stay away, and come back when their owner says so.

use std::collections::BTreeMap;
use std::fs;

use crate::arrange::{Library, timeless};
use crate::builder::{Exif, Export, Movie, Part, Photo, Row, aae, jpeg, mov};
use crate::support::differences;

/// A Live Photo with its adjustment, and two others.
fn part() -> Part {
    let taken = |seed, at: &str| jpeg(seed, &Exif::taken(at).offset("+00:00"));
    let row = Row::created;
    let live = jpeg(1, &Exif::taken("2024:03:03 10:05:17").offset("+00:00").live("AAA"));
    Part::new()
        .photo(Photo::new("IMG_1.JPG", live).row(row("2024-03-03 10:05").favorite()))
        .photo(Photo::new("IMG_1.MOV", mov(2, &Movie::new().live("AAA"))))
        .photo(Photo::new("IMG_1.AAE", aae(3)))
        .photo(Photo::new("IMG_2.JPG", taken(4, "2024:03:04 10:00:00")).row(row("2024-03-04 10:00")))
        .photo(Photo::new("IMG_3.JPG", taken(5, "2024:03:05 10:00:00")).row(row("2024-03-05 10:00")))
        .album("Lake", ["IMG_1.JPG", "IMG_2.JPG"])
        .entry("Notes/readme.txt", "hello")
}

fn export(built: &str) -> Export {
    Export::new("iCloud Photos").built(built).part(part())
}

fn library(options: &[&str]) -> Library {
    Library::of(&export("2024-05-01 10:00"), options)
}

/// Later exports with the same photos, and one more each.
fn three_later_ones(library: &Library) {
    for year in 2025..2028u64 {
        let photo = Photo::new(&format!("N{year}.JPG"), jpeg(year, &Exif::none()));
        let part = part().photo(photo.row(Row::created("2024-03-09 10:00")));
        let later = Export::new("iCloud Photos").built(&format!("{year}-05-01 10:00")).part(part);
        let report = library.later(&format!("later {year}"), &later);
        assert!(report["entries"]["excluded"].as_u64().unwrap() > 0, "{report:#}");
        let missing = report["problems"].as_array().unwrap().iter().any(|p| p["code"] == "missing-media");
        assert!(!missing, "{report:#}");
        assert!(library.at(&format!("2024/2024-03/N{year}.JPG")).is_file());
    }
}

fn without(contents: &BTreeMap<String, String>, gone: &[&str]) -> BTreeMap<String, String> {
    let is_gone = |path: &String| gone.iter().any(|gone| path.contains(gone));
    contents.iter().filter(|(path, _)| !is_gone(path)).map(|(p, c)| (p.clone(), c.clone())).collect()
}

#[test]
fn forgotten_photos_stay_away_over_three_later_exports_and_come_back() {
    for (option, kept) in [(&[][..], true), (&["--delete"], false)] {
        let library = library(&["--sidecars", "xmp"]);
        let before = library.contents();
        let done = library.done(&[&["forget", "lib", "2024/2024-03/IMG_1.MOV"], option].concat());
        let count = if kept { &done["moved"] } else { &done["removed"] };
        assert!(count.as_u64().unwrap() >= 3, "{done:#}");
        let after = without(&before, &["IMG_1."]);
        assert_eq!(differences(&library.contents(), &after), [""; 0]);
        for name in ["IMG_1.JPG", "IMG_1.MOV", "IMG_1.AAE"] {
            let put = library.at(&format!(".windfall/forgotten/2024/2024-03/{name}"));
            assert_eq!(put.is_file(), kept, "{name}");
        }
        library.assert_sound("forgotten");
        let listed: Vec<String> = library.place.list().iter().map(|file| file["path"].to_string()).collect();
        assert!(!listed.iter().any(|path| path.contains("IMG_1")), "{listed:?}");
        // the zips may go, because what they have more than the library is not wanted
        let against = library.run(&["verify", "lib", "--against", "parts", "--json"]);
        assert_eq!(
            (against.code(), &against.json()["safe_to_delete"]),
            (0, &true.into()),
            "{}",
            against.out()
        );
        let again = library.import("parts", &[]);
        assert_eq!(again["entries"]["excluded"], 3, "{again:#}");
        assert_eq!(differences(&library.contents(), &after), [""; 0]);
        three_later_ones(&library);
        assert_eq!(without(&library.contents(), &["N202"]), after);
        // a lost catalog does not forget it
        fs::remove_file(library.at(".windfall/catalog.sqlite")).unwrap();
        assert_eq!(library.run(&["verify", "lib", "--rebuild-catalog"]).code(), 0);
        library.import("later 2025", &[]);
        assert_eq!(without(&library.contents(), &["N202"]), after);
        let back = library.done(&["forget", "lib", "2024/2024-03/IMG_1.JPG", "--undo"]);
        assert_eq!(back["moved"], if kept { 3 } else { 0 }, "{back:#}");
        if kept {
            assert_eq!(
                differences(&timeless(without(&library.contents(), &["N202"])), &timeless(before.clone())),
                [""; 0]
            );
            assert!(!library.at(".windfall/forgotten").exists());
        }
        library.import("parts", &[]);
        assert_eq!(
            differences(&timeless(without(&library.contents(), &["N202"])), &timeless(before)),
            [""; 0]
        );
        library.assert_sound("remembered");
    }
}

#[test]
fn a_path_may_be_a_link_or_of_a_file_that_is_gone_and_an_unknown_one_stops_before_anything() {
    let library = library(&[]);
    let before = library.contents();
    let run = library.run(&["forget", "lib", "2024/2024-03/IMG_2.JPG", "2024/nobody.JPG"]);
    assert_eq!(run.code(), 1, "{}", run.out());
    assert_eq!(differences(&library.contents(), &before), [""; 0]);
    assert!(!library.at(".windfall/forgotten").exists());
    fs::remove_file(library.at("2024/2024-03/IMG_3.JPG")).unwrap();
    let done = library.done(&["forget", "lib", "2024/2024-03/IMG_3.JPG", "Albums/Lake/IMG_2.JPG"]);
    assert_eq!((&done["moved"], &done["kept"]), (&1.into(), &1.into()), "{done:#}");
    assert_eq!(differences(&library.contents(), &without(&before, &["IMG_2", "IMG_3"])), [""; 0]);
    library.assert_sound("gone");
    library.import("parts", &[]);
    assert_eq!(differences(&library.contents(), &without(&before, &["IMG_2", "IMG_3"])), [""; 0]);
    library.done(&["forget", "lib", "2024/2024-03/IMG_3.JPG", "2024/2024-03/IMG_2.JPG", "--undo"]);
    library.import("parts", &[]);
    assert_eq!(differences(&library.contents(), &before), [""; 0]);
}

#[test]
fn what_comes_later_of_a_forgotten_photo_stays_away_too() {
    let library = library(&[]);
    library.done(&["forget", "lib", "2024/2024-03/IMG_2.JPG"]);
    let edited = Export::new("iCloud Photos")
        .built("2025-05-01 10:00")
        .part(part().photo(Photo::new("IMG_2.AAE", aae(77))));
    library.later("later", &edited);
    let left: Vec<String> = library.contents().into_keys().filter(|path| path.contains("IMG_2")).collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn a_photo_comes_back_beside_what_took_its_place() {
    let library = library(&[]);
    let photo = fs::read(library.at("2024/2024-03/IMG_2.JPG")).unwrap();
    library.done(&["forget", "lib", "2024/2024-03/IMG_2.JPG"]);
    fs::write(library.at("2024/2024-03/IMG_2.JPG"), "mine").unwrap();
    library.done(&["forget", "lib", "2024/2024-03/IMG_2.JPG", "--undo"]);
    assert_eq!(fs::read(library.at("2024/2024-03/IMG_2.JPG")).unwrap(), b"mine");
    assert_eq!(fs::read(library.at("2024/2024-03/IMG_2 (2).JPG")).unwrap(), photo);
    library.assert_sound("beside");
}

#[test]
fn other_files_can_be_left_out_and_put_away_ones_deleted() {
    let library = library(&[]);
    library.done(&["forget", "lib", "Other/Notes/readme.txt"]);
    assert!(library.at(".windfall/forgotten/Other/Notes/readme.txt").is_file());
    let report = library.import("parts", &[]);
    assert_eq!(report["entries"]["excluded"], 1, "{report:#}");
    assert!(!library.at("Other").exists());
    let done = library.done(&["forget", "lib", "Other/Notes/readme.txt", "--delete"]);
    assert_eq!(done["removed"], 1, "{done:#}");
    assert!(!library.at(".windfall/forgotten").exists());
    library.import("parts", &[]);
    assert!(!library.at("Other").exists());
}

#[test]
fn what_somebody_changed_is_deleted_at_the_second_word_only() {
    let library = library(&[]);
    let photo = library.at("2024/2024-03/IMG_2.JPG");
    fs::write(&photo, "mine, and in no zip").unwrap();
    let done =
        library.done(&["forget", "lib", "2024/2024-03/IMG_2.JPG", "2024/2024-03/IMG_3.JPG", "--delete"]);
    let put_away = library.at(".windfall/forgotten/2024/2024-03/IMG_2.JPG");
    assert_eq!(fs::read(&put_away).unwrap(), b"mine, and in no zip");
    assert!(!photo.exists() && !library.at("2024/2024-03/IMG_3.JPG").exists());
    assert_eq!(done["moved"], 1, "{done:#}");
    let problems = done["problems"].as_array().unwrap();
    assert!(
        matches!(&problems[..], [one] if one["code"] == "changed-file" && one["severity"] == "warning"),
        "{problems:#?}"
    );
    library.done(&["forget", "lib", "2024/2024-03/IMG_2.JPG", "--undo"]);
    assert_eq!(fs::read(&photo).unwrap(), b"mine, and in no zip");
    library.done(&["forget", "lib", "2024/2024-03/IMG_2.JPG", "--delete"]);
    let again = library.done(&["forget", "lib", "2024/2024-03/IMG_2.JPG", "--delete"]);
    assert_eq!((&again["removed"], put_away.exists()), (&1.into(), false), "{again:#}");
    library.import("parts", &[]);
    assert!(!photo.exists());
    library.assert_sound("deleted");
}

#[test]
fn a_path_is_understood_in_any_spelling() {
    let library = library(&[]);
    let before = library.contents();
    let again = |path: &str| {
        let undone = library.done(&["forget", "lib", path, "--undo"]);
        assert_eq!(undone["moved"], 1, "{path}: {undone:#}");
        assert_eq!(differences(&library.contents(), &before), [""; 0], "{path}");
    };
    for path in ["albums/LAKE/img_2.jpg", "Albums/Lake/IMG_2.JPG", r"2024\2024-03\IMG_2.JPG"] {
        assert_eq!(library.done(&["forget", "lib", path])["moved"], 1, "{path}");
        // a link is gone by now, and is known all the same
        assert_eq!(library.done(&["forget", "lib", path])["kept"], 1, "{path}");
        again(path);
    }
    // its folder is gone, and the path begins where the owner is
    fs::remove_dir_all(library.at("2024")).unwrap();
    let whole = library.at("2024/2024-03/IMG_3.JPG");
    let done = library.done(&["forget", "./lib", whole.to_str().unwrap()]);
    assert_eq!(done["kept"], 1, "{done:#}");
}

#[test]
fn what_was_left_out_is_said_beside_what_the_library_has() {
    let library = library(&[]);
    library.done(&["forget", "lib", "2024/2024-03/IMG_2.JPG", "--delete"]);
    let run = library.run(&["verify", "lib", "--against", "parts"]);
    assert!(run.out().contains("and 1 left out on purpose"), "{}", run.out());
    assert!(!run.out().contains("archives is in the library:"), "{}", run.out());
    assert!(run.out().contains("safe to delete"), "{}", run.out());
}

#[test]
fn a_catalog_made_anew_misses_nothing_that_was_left_out() {
    let library = library(&[]);
    library.done(&["forget", "lib", "2024/2024-03/IMG_2.JPG"]);
    library.done(&["forget", "lib", "2024/2024-03/IMG_3.JPG", "--delete"]);
    fs::remove_file(library.at(".windfall/catalog.sqlite")).unwrap();
    let made = library.done(&["verify", "lib", "--rebuild-catalog"]);
    assert_eq!(made["problems"], serde_json::json!([]), "{made:#}");
}

#[test]
fn a_record_that_nobody_understands_costs_itself_and_not_the_library() {
    for (said, damaged) in [
        (r#"""kind"":""photo"#, r#"""kind"":""exhibition"#),
        (r#"""proved"":1"#, r#"""proved"":""yes"""#),
        (r#"{""file"#, r#"{""fi"#),
    ] {
        let library = library(&[]);
        library.done(&["forget", "lib", "2024/2024-03/IMG_2.JPG"]);
        let details = library.at(".windfall/details");
        let table = fs::read_dir(details).unwrap().next().unwrap().unwrap().path().join("forgotten.csv");
        let text = fs::read_to_string(&table).unwrap();
        assert!(text.contains(said), "{text}");
        fs::write(&table, text.replace(said, damaged)).unwrap();
        fs::remove_file(library.at(".windfall/catalog.sqlite")).unwrap();
        library.done(&["verify", "lib", "--rebuild-catalog"]);
        library.done(&["forget", "lib", "2024/2024-03/IMG_2.JPG", "--undo"]);
        assert!(library.at("2024/2024-03/IMG_2.JPG").is_file());
        library.import("parts", &[]);
        library.assert_sound(damaged);
        assert!(library.place.list().iter().any(|file| file["path"] == "2024/2024-03/IMG_2.JPG"));
    }
}
