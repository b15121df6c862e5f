//! iCloud Drive: the owner's tree of all parts, with the dates of the list, and nothing of it opened or taken for
//! something else.

use std::fs;

use super::{Scene, entries, messages, numbers, problems, zipped};
use crate::builder::{
    Drive, DriveFile, Exif, Export, Language, Note, Notes, Outer, Part, Photo, Row, export, jpeg, noise,
};
use unicode_normalization::UnicodeNormalization;

fn part(drive: Drive) -> Part {
    Part::new().files(drive)
}

fn one(drive: Drive) -> Export {
    export(Outer::Drive, Language::English).part(part(drive))
}

#[test]
fn the_owners_tree_whatever_is_in_it() {
    let notes = Notes::new().note(Note::new("x", "x\n").dated("02-25-2024 18:09:10", "02-25-2024 18:09:10"));
    let backup = zipped(Part::new().files(notes));
    let photos = zipped(
        Part::new()
            .photo(Photo::new("IMG_1.JPG", jpeg(1, &Exif::none())).row(Row::created("2024-03-03 10:05"))),
    );
    let drive = Drive::new()
        .file(DriveFile::new("Documents/Budget.xlsx", "numbers").modified("02-25-2024 18:09:10"))
        .file(DriveFile::new("bin/run.sh", "#!/bin/sh\n").modified("07-04-2024 14:15:16").executable())
        .file(DriveFile::new("backup.zip", backup.clone()))
        .file(DriveFile::new("iCloud Photos.zip", photos))
        .files([
            ("Photos/Photo Details.csv", "imgName\n"),
            ("Albums/Lake.csv", "Images\n"),
            ("Notes Details.csv", "mine"),
            ("Old/Drive Details.csv", "Title, Base Hash, Type, Size\n"),
            ("empty.txt", ""),
            (".git/HEAD", "ref: refs/heads/main\n"),
            ("movie.mp4.crdownload", "half"),
            ("node_modules/a/index.js", "a"),
            ("Ann.vcf", "BEGIN:VCARD\nEND:VCARD\n"),
            ("a, \"b\".txt", "quoted"),
        ])
        .unlisted(".DS_Store", "x")
        .unlisted("__MACOSX/._Budget.xlsx", "x");
    let scene = Scene::of([&one(drive)]);
    let report = scene.import();
    assert_eq!(
        scene.tree(),
        [
            "Drive/.git/HEAD",
            "Drive/Albums/Lake.csv",
            "Drive/Ann.vcf",
            "Drive/Documents/Budget.xlsx",
            "Drive/Notes Details.csv",
            "Drive/Old/Drive Details.csv",
            "Drive/Photos/Photo Details.csv",
            "Drive/a, _b_.txt",
            "Drive/backup.zip",
            "Drive/bin/run.sh",
            "Drive/empty.txt",
            "Drive/iCloud Photos.zip",
            "Drive/movie.mp4.crdownload",
            "Drive/node_modules/a/index.js",
        ]
    );
    assert_eq!(scene.bytes("Drive/backup.zip"), backup);
    assert_eq!(scene.modified("Drive/Documents/Budget.xlsx"), "2024-02-26T02:09:10Z");
    assert_eq!(scene.modified("Drive/bin/run.sh"), "2024-07-04T21:15:16Z");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path: &str| fs::metadata(scene.path(path)).unwrap().permissions().mode() & 0o111;
        assert_ne!(mode("Drive/bin/run.sh"), 0);
        assert_eq!(mode("Drive/Documents/Budget.xlsx"), 0);
    }
    assert_eq!(scene.details(), ["iCloud Drive 2024-05-01/Part 1/Drive/Drive Details.csv"]);
    assert_eq!(numbers(&report, "drive"), [Some(14), Some(14), Some(14), Some(14), Some(0)]);
    assert_eq!(entries(&report, &["imported", "details", "ignored", "failed"]), [14, 1, 2, 0]);
    assert_eq!(report["media"]["photos"], 0);
    assert_eq!(super::categories(&report), ["drive"], "what an owner keeps in iCloud Drive is iCloud Drive");
    assert!(problems(&report).iter().all(|problem| problem == "warning renamed"), "{report}");
    let said = scene.run(&["import", "parts", "--to", "lib"]);
    assert!(said.out().contains("iCloud Drive: 14 of 14 that Apple lists are here"), "{}", said.out());
    let listed = scene.listed("Drive/Documents/Budget.xlsx");
    assert_eq!(
        (&listed["category"], &listed["captured"], &listed["modified"], &listed["proved"]),
        (&"drive".into(), &serde_json::Value::Null, &"2024-02-26T02:09:10Z".into(), &false.into())
    );
}

#[test]
fn parts_are_one_tree_with_one_list_or_two() {
    let first = || Drive::new().files([("a.txt", "a"), ("both/one.txt", "one")]);
    let second = || Drive::new().files([("both/two.txt", "two too")]);
    let one_list = export(Outer::Drive, Language::English)
        .part(part(first().rows_of(&second())))
        .part(part(second().no_list()));
    let two_lists = export(Outer::Drive, Language::English).part(part(first())).part(part(second()));
    for parts in [&one_list, &two_lists] {
        let scene = Scene::of([parts]);
        let report = scene.import();
        assert_eq!(scene.tree(), ["Drive/a.txt", "Drive/both/one.txt", "Drive/both/two.txt"]);
        assert_eq!(numbers(&report, "drive"), [Some(3), Some(3), Some(3), Some(3), Some(0)]);
        assert_eq!(problems(&report), [""; 0]);
        assert_eq!(scene.modified("Drive/both/two.txt"), "2025-05-07T17:11:12Z");
    }
    // what a missing part holds is missed by that part's name alone
    let scene = Scene::new();
    one_list.write_zip(1, &scene.0.parts().join("iCloud Drive Part 1 of 2.zip"));
    let report = scene.import_with_errors();
    assert_eq!(problems(&report), ["error missing-part"]);
    assert_eq!(numbers(&report, "drive")[..3], [Some(2), Some(3), Some(2)]);
    // and it comes later
    one_list.write_zip(2, &scene.0.parts().join("iCloud Drive Part 2 of 2.zip"));
    assert_eq!(problems(&scene.import()), [""; 0]);
    assert_eq!(scene.modified("Drive/both/two.txt"), "2025-05-07T17:11:12Z");
}

#[test]
fn hashes_prove_a_tree_if_they_prove_themselves() {
    let files: Vec<(String, String)> = (0..12).map(|n| (format!("f{n}.txt"), "x".repeat(n + 1))).collect();
    let filled =
        |drive: Drive| files.iter().fold(drive, |drive, (path, text)| drive.file(DriveFile::new(path, text)));
    for (drive, proves) in [
        (filled(Drive::new().hashed()), true),
        (filled(Drive::new().salted()), true),
        (filled(Drive::new()), false),
    ] {
        let scene = Scene::of([&one(drive)]);
        let report = scene.import();
        assert_eq!(problems(&report), [""; 0], "a hash that nobody can check is no damage");
        assert!(scene.0.list().iter().all(|line| line["proved"] == proves), "{proves}");
    }
    // one of twelve, and not among those on which it is tried
    let spoilt = filled(Drive::new().hashed()).unlisted("big.bin", "y".repeat(40)).row("big.bin", 40);
    let scene = Scene::of([&one(spoilt)]);
    let run = scene.import_run(&[]);
    let report = run.json();
    assert!(problems(&report).iter().any(|problem| problem.ends_with("checksum-mismatch")), "{report}");
    assert!(scene.tree().contains(&"Drive/big.bin".to_owned()), "it is imported either way");
    assert_eq!(scene.listed("Drive/big.bin")["proved"], false);
    assert_eq!(scene.listed("Drive/f3.txt")["proved"], true);
}

#[test]
fn rows_find_their_files_or_nobody_guesses() {
    let dated = |path: &str, text: &str, date: &str| DriveFile::new(path, text).modified(date);
    let decomposed: String = "Café.txt".nfd().collect();
    let drive = Drive::new()
        // one name, sizes apart
        .file(dated("a/README", "short", "02-25-2024 18:09:10"))
        .file(dated("b/README", "longer", "07-04-2024 14:15:16"))
        // one name and one size
        .file(dated("a/LICENSE", "same", "02-25-2024 18:09:10"))
        .file(dated("b/LICENSE", "same", "07-04-2024 14:15:16"))
        .file(dated(&decomposed, "c", "02-25-2024 18:09:10").titled("Café.txt"))
        // a package is listed with another size
        .file(dated("Talk.key", "PK talk", "02-25-2024 18:09:10").listed_size(99_999));
    let scene = Scene::of([&one(drive)]);
    let report = scene.import();
    assert_eq!(scene.modified("Drive/a/README"), "2024-02-26T02:09:10Z");
    assert_eq!(scene.modified("Drive/b/README"), "2024-07-04T21:15:16Z");
    for path in ["Drive/a/LICENSE", "Drive/b/LICENSE"] {
        assert!(
            !["2024-02-26T02:09:10Z", "2024-07-04T21:15:16Z"].contains(&scene.modified(path).as_str()),
            "{path}"
        );
    }
    let cafe = scene.tree().into_iter().find(|path| path.contains("Caf")).unwrap();
    assert_eq!(scene.modified(&cafe), "2024-02-26T02:09:10Z");
    assert_eq!(scene.modified("Drive/Talk.key"), "2024-02-26T02:09:10Z");
    assert!(problems(&report).contains(&"warning ambiguous-row".to_owned()), "{report}");
    // equal bytes at two places are two files, and both are imported
    assert_eq!(entries(&report, &["imported", "duplicate"]), [6, 0]);
}

#[test]
fn what_is_nowhere_and_what_is_in_no_list() {
    let scene = Scene::of([&one(Drive::new().files([("a.txt", "a")]).row("Lost.mov", 5))]);
    let report = scene.import_with_errors();
    assert_eq!(problems(&report), ["error missing-item"]);
    assert!(messages(&report, "missing-item").contains("Lost.mov"), "{report}");
    let scene = Scene::of([&one(Drive::new().files([("a.txt", "a")]).unlisted("New.txt", "b"))]);
    let report = scene.import();
    assert_eq!(problems(&report), ["warning unlisted-item"]);
    assert!(messages(&report, "unlisted-item").contains("New.txt"), "{report}");
}

#[test]
fn packages_stay_as_they_came_or_are_unpacked() {
    let band = zipped(Part::new().entry("projectData", "notes of a song").entry("Media/a.wav", "RIFF"));
    let drive = || {
        Drive::new()
            .file(DriveFile::new("Songs/Shanty.band", band.clone()))
            .files([("Talk.key/Index.zip", "an index"), ("Talk.key/Data/a.png", "picture")])
    };
    let scene = Scene::of([&one(drive())]);
    let report = scene.import();
    assert_eq!(
        scene.tree(),
        ["Drive/Songs/Shanty.band", "Drive/Talk.key/Data/a.png", "Drive/Talk.key/Index.zip"]
    );
    assert_eq!(problems(&report), ["warning package-as-zip"]);
    let scene = Scene::of([&one(drive())]);
    scene.import_with(&["--unpack-packages"]);
    assert_eq!(
        scene.tree(),
        [
            "Drive/Songs/Shanty.band.zip",
            "Drive/Songs/Shanty.band/Media/a.wav",
            "Drive/Songs/Shanty.band/projectData",
            "Drive/Talk.key/Data/a.png",
            "Drive/Talk.key/Index.zip",
        ]
    );
    assert_eq!(scene.bytes("Drive/Songs/Shanty.band.zip"), band);
    assert_eq!(scene.text("Drive/Songs/Shanty.band/projectData"), "notes of a song");
}

#[test]
fn a_picture_of_iclouds_photos_stands_in_iclouds_drive_too() {
    let picture = jpeg(1, &Exif::taken("2024:03:03 10:05:17").offset("+01:00"));
    let photos = export(Outer::Photos, Language::English)
        .part(Part::new().photo(Photo::new("IMG_1.JPG", &picture).row(Row::created("2024-03-03 09:05"))));
    let scene = Scene::of([&photos, &one(Drive::new().file(DriveFile::new("Pictures/IMG_1.JPG", &picture)))]);
    let report = scene.import();
    assert_eq!(scene.tree(), ["2024/2024-03/IMG_1.JPG", "Drive/Pictures/IMG_1.JPG"]);
    assert_eq!(entries(&report, &["imported", "duplicate"]), [2, 0]);
    assert_eq!(report["media"]["photos"], 1);
    assert_eq!(scene.listed("Drive/Pictures/IMG_1.JPG")["category"], "drive");
    assert_eq!(scene.listed("2024/2024-03/IMG_1.JPG")["category"], "photos");
}

#[test]
fn thousands_of_small_files() {
    let drive = (0..3000).fold(Drive::new(), |drive, n| {
        let path = format!("project/node_modules/m{}/f{n}.js", n % 300);
        drive.file(DriveFile::new(&path, noise(n, 40 + n as usize % 7)))
    });
    let scene = Scene::of([&one(drive)]);
    let report = scene.import();
    assert_eq!(numbers(&report, "drive"), [Some(3000), Some(3000), Some(3000), Some(3000), Some(0)]);
    assert_eq!(scene.tree().len(), 3000);
}

#[test]
fn the_zone_of_the_list_is_named_and_tried() {
    let certificate = |built: &str| {
        let file =
            DriveFile::new("a.txt", "a").uploaded("02-25-2024 18:09:10").modified("02-25-2024 18:09:10");
        let scene = Scene::of([&one(Drive::new().file(file)).built(built)]);
        let run = scene.run(&["import", "parts", "--to", "lib"]);
        // in which lines it is broken is another matter
        run.out().split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let right = certificate("2024-06-01 22:03");
    let said = "their clocks are read in America/Los_Angeles, and nothing refutes it";
    assert!(right.contains(said), "{right}");
    let wrong = certificate("2024-01-01 22:03");
    assert!(
        wrong.contains("1 clock in Apple's lists says that they are not of America/Los_Angeles"),
        "{wrong}"
    );
}
