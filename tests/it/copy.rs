//! Copies of chosen photos: what goes along and in which form, what a second run does, what somebody else's
//! files and damaged originals do to it, and runs that do not come to their end.

use std::collections::BTreeMap;
use std::fs;
use std::io::Cursor;
use std::path::Path;
use std::time::{Duration, SystemTime};

use image::{ImageFormat, RgbImage};
use serde_json::Value;

use crate::builder::{Exif, Export, Movie, Part, Photo, Row, aae, heic, jpeg, mov, png};
use crate::page::{play, thumbnail_names};
use crate::support::place::Place;
use crate::support::relative;

/// A picture that every decoder draws.
fn picture(seed: u8, format: ImageFormat) -> Vec<u8> {
    let pixels = RgbImage::from_fn(96, 64, |x, y| image::Rgb([seed, (x * 2) as u8, (y * 3) as u8]));
    let mut bytes = Cursor::new(Vec::new());
    pixels.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

fn fixture(path: &str) -> Vec<u8> {
    fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/media").join(path)).unwrap()
}

/// A Live Photo with an adjustment, photos of every kind that becomes a JPEG or stays, a HEIC that nobody can draw, a
/// video, and a hidden, a deleted and an undated photo. Two of them meet as `IMG_3.jpg`.
fn library() -> Place {
    let place = Place::new();
    let march = |name: &str, bytes: Vec<u8>| Photo::new(name, bytes).row(Row::created("2024-03-03 09:05"));
    let july = |name: &str, bytes: Vec<u8>| Photo::new(name, bytes).row(Row::created("2023-07-01 10:00"));
    let live = mov(2, &Movie::new().created("2024-03-03T10:05:17+0100"));
    let part = Part::new()
        .photo(march("IMG_1.HEIC", fixture("heic/empty_icc.heic")))
        .photo(march("IMG_1.MOV", live))
        .photo(Photo::new("IMG_1.AAE", aae(1)))
        .photo(march("IMG_2.PNG", png(3, &Exif::none(), &[])))
        .photo(march("IMG_3.JPG", jpeg(4, &Exif::none())))
        .photo(march("IMG_3.TIF", picture(5, ImageFormat::Tiff)))
        .photo(july("drawing.webp", picture(6, ImageFormat::WebP)))
        .photo(july("broken.HEIC", heic(7, &Exif::none())))
        .photo(july("clip.MOV", mov(8, &Movie::new())))
        .photo(
            Photo::new("secret.JPG", jpeg(9, &Exif::none())).row(Row::created("2024-03-05 09:05").hidden()),
        )
        .deleted(
            Photo::new("gone.JPG", jpeg(10, &Exif::none())).row(Row::created("2024-03-06 09:05").deleted()),
        )
        .photo(Photo::new("when.JPG", jpeg(11, &Exif::none())).row(Row::undated()))
        .entry("Extra/notes.txt", "not a photo")
        .album("Lake / \u{202e}week?", ["IMG_1.HEIC", "IMG_3.TIF"])
        .album("Lake | \u{202e}week?", ["IMG_2.PNG", "IMG_1.HEIC"])
        .album("CON", ["clip.MOV"]);
    Export::new("iCloud Photos").part(part).write_zips(&place.parts());
    let run = place.run(&["import", "parts", "--to", "lib", "--json"]);
    assert_eq!(run.code(), 0, "{}{}", run.out(), run.err());
    place
}

/// What goes along unasked.
const ALL: [&str; 10] = [
    "2023/2023-07/broken.HEIC",
    "2023/2023-07/clip.MOV",
    "2023/2023-07/drawing.webp",
    "2024/2024-03/IMG_1.AAE",
    "2024/2024-03/IMG_1.HEIC",
    "2024/2024-03/IMG_1.MOV",
    "2024/2024-03/IMG_2.PNG",
    "2024/2024-03/IMG_3.JPG",
    "2024/2024-03/IMG_3.TIF",
    "Undated/when.JPG",
];

/// The same with `--jpeg`.
const ALL_AS_JPEG: [&str; 9] = [
    "2023/2023-07/broken.HEIC",
    "2023/2023-07/clip.MOV",
    "2023/2023-07/drawing.jpg",
    "2024/2024-03/IMG_1.MOV",
    "2024/2024-03/IMG_1.jpg",
    "2024/2024-03/IMG_2.PNG",
    "2024/2024-03/IMG_3 (2).jpg",
    "2024/2024-03/IMG_3.JPG",
    "Undated/when.JPG",
];

/// Every copy below a folder, with its bytes' BLAKE3 and its time.
fn files(folder: &Path) -> BTreeMap<String, (blake3::Hash, SystemTime)> {
    let is_copy = |path: &String| !path.starts_with(".windfall-copy/") && path != "photos.html";
    everything(folder).into_iter().filter(|(path, _)| is_copy(path)).collect()
}

/// What Windfall has for itself in a folder of copies, but for small pictures.
fn own(folder: &Path) -> Vec<String> {
    let own = everything(&folder.join(".windfall-copy")).into_keys();
    own.filter(|path| !path.starts_with("thumbnails/")).collect()
}

fn everything(folder: &Path) -> BTreeMap<String, (blake3::Hash, SystemTime)> {
    let walk = walkdir::WalkDir::new(folder).into_iter().map(Result::unwrap);
    let walk = walk.filter(|entry| entry.file_type().is_file());
    let file = |path: &Path| {
        let time = fs::metadata(path).unwrap().modified().unwrap();
        (relative(path, folder), (blake3::hash(&fs::read(path).unwrap()), time))
    };
    walk.map(|entry| file(entry.path())).collect()
}

fn names(folder: &Path) -> Vec<String> {
    files(folder).into_keys().collect()
}

/// Runs a copy and returns its counts: copied, converted, already there, and the codes of problems.
fn copy(place: &Place, arguments: &[&str], code: i32) -> (u64, u64, u64, Vec<String>) {
    let run = place.run(&[&["copy", "lib", "--json", "--to"], arguments].concat());
    assert_eq!(run.code(), code, "{arguments:?}: {}{}", run.out(), run.err());
    let json = run.json();
    let keys: Vec<&String> = json.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["already_there", "converted", "copied", "problems"]);
    let count = |name: &str| json[name].as_u64().unwrap();
    let problem = |problem: &Value| problem["code"].as_str().unwrap().to_owned();
    let problems = json["problems"].as_array().unwrap().iter().map(problem).collect();
    (count("copied"), count("converted"), count("already_there"), problems)
}

#[test]
fn copies_are_the_originals_with_their_paths_and_times() {
    let place = library();
    let before = everything(&place.path("lib"));
    assert_eq!(copy(&place, &["out"], 0), (10, 0, 0, vec![]));
    assert_eq!(names(&place.path("out")), ALL);
    let originals = files(&place.path("lib"));
    for (path, copy) in files(&place.path("out")) {
        assert_eq!(copy, originals[&path], "{path}");
    }
    assert_eq!(own(&place.path("out")), ["copied.csv"]);
    assert_eq!(everything(&place.path("lib")), before, "the library is only read");
    let words = place.run(&["copy", "lib", "--to", "again", "--no-page"]);
    assert_eq!((words.code(), words.err()), (0, ""));
    let first = words.out().lines().next().unwrap();
    assert!(first.starts_with("Copied 10 files to `again` ("), "{first}");
    for left_out in ["1 hidden photo or video was left out", "1 recently deleted photo or video was left out"]
    {
        assert!(words.out().contains(left_out), "{}", words.out());
    }
}

#[test]
fn a_second_run_writes_only_what_is_new() {
    let place = library();
    copy(&place, &["out", "--kind", "video"], 0);
    let (before, list) = (files(&place.path("out")), fs::read(place.path("out/.windfall-copy/copied.csv")));
    assert_eq!(copy(&place, &["out", "--kind", "video"], 0), (0, 0, 1, vec![]));
    assert_eq!(files(&place.path("out")), before);
    assert_eq!(fs::read(place.path("out/.windfall-copy/copied.csv")).unwrap(), list.unwrap());
    assert_eq!(copy(&place, &["out"], 0), (9, 0, 1, vec![]));
    fs::remove_file(place.path("out/Undated/when.JPG")).unwrap();
    assert_eq!(copy(&place, &["out"], 0), (1, 0, 9, vec![]));
    let words = place.run(&["copy", "lib", "--to", "out"]);
    assert!(words.out().starts_with("Nothing to copy: 10 were there already."), "{}", words.out());
    // a list that is lost is made anew from what stands
    fs::remove_dir_all(place.path("out/.windfall-copy")).unwrap();
    assert_eq!(copy(&place, &["out"], 0), (0, 0, 10, vec![]));
    assert_eq!(copy(&place, &["out"], 0), (0, 0, 10, vec![]));
}

#[test]
fn photos_become_jpegs_beside_what_stays_as_it_is() {
    let place = library();
    let run = place.run(&["copy", "lib", "--to", "out", "--jpeg", "--json"]);
    assert_eq!(run.code(), 0, "{}{}", run.out(), run.err());
    assert_eq!((&run.json()["copied"], &run.json()["converted"]), (&6.into(), &3.into()));
    let problem = &run.json()["problems"][0];
    assert_eq!((&problem["code"], &problem["severity"]), (&"unsupported-entry".into(), &"warning".into()));
    assert_eq!(problem["entry"], "2023/2023-07/broken.HEIC");
    assert_eq!(names(&place.path("out")), ALL_AS_JPEG);
    let originals = files(&place.path("lib"));
    for (path, (hash, time)) in files(&place.path("out")) {
        match originals.get(&path) {
            Some(original) => assert_eq!((hash, time), *original, "{path}"),
            None => {
                let bytes = fs::read(place.path("out").join(&path)).unwrap();
                assert_eq!(image::guess_format(&bytes).unwrap(), ImageFormat::Jpeg, "{path}");
                let captured = if path.starts_with("2023") { "drawing.webp" } else { "IMG_1.MOV" };
                let same = originals.iter().find(|(path, _)| path.ends_with(captured)).unwrap();
                assert_eq!(time, same.1.1, "{path}");
            }
        }
    }
    let seen = image::load_from_memory(&fs::read(place.path("out/2024/2024-03/IMG_3 (2).jpg")).unwrap());
    assert_eq!(seen.unwrap().to_rgb8().dimensions(), (96, 64));
    // what nobody can draw is not tried again
    assert_eq!(copy(&place, &["out", "--jpeg"], 0), (0, 0, 9, vec![]));
    assert_eq!(names(&place.path("out")), ALL_AS_JPEG);
}

#[test]
fn a_name_that_is_given_stays_whatever_comes_later() {
    let place = library();
    assert_eq!(copy(&place, &["out", "--jpeg", "--search", "IMG_3.TIF"], 0).1, 1);
    assert_eq!(names(&place.path("out")), ["2024/2024-03/IMG_3.jpg"]);
    assert_eq!(copy(&place, &["out", "--jpeg", "--search", "IMG_3"], 0), (1, 0, 1, vec![]));
    assert_eq!(names(&place.path("out")), ["2024/2024-03/IMG_3 (2).JPG", "2024/2024-03/IMG_3.jpg"]);
    assert_eq!(copy(&place, &["out", "--jpeg", "--search", "IMG_3"], 0), (0, 0, 2, vec![]));
}

#[test]
fn another_form_takes_the_place_of_the_one_before() {
    let place = library();
    let webp = ["out", "--search", "webp"];
    let with = |more: &[&'static str]| copy(&place, &[&webp, more].concat(), 0);
    let width = || {
        let bytes = fs::read(place.path("out/2023/2023-07/drawing.jpg")).unwrap();
        image::load_from_memory(&bytes).unwrap().to_rgb8().dimensions().0
    };
    assert_eq!(with(&[]), (1, 0, 0, vec![]));
    assert_eq!(with(&["--jpeg"]), (0, 1, 0, vec![]));
    assert_eq!((names(&place.path("out")), width()), (vec!["2023/2023-07/drawing.jpg".to_owned()], 96));
    assert_eq!(with(&["--jpeg", "--long-edge", "48"]), (0, 1, 0, vec![]));
    assert_eq!((names(&place.path("out")).len(), width()), (1, 48));
    assert_eq!(with(&["--jpeg", "--long-edge", "48"]), (0, 0, 1, vec![]));
    assert_eq!(with(&[]), (1, 0, 0, vec![]));
    assert_eq!(names(&place.path("out")), ["2023/2023-07/drawing.webp"]);
}

#[test]
fn what_somebody_else_put_there_or_changed_is_never_overwritten() {
    let place = library();
    let path = |name: &str| place.path("out/2024/2024-03").join(name);
    fs::create_dir_all(path("")).unwrap();
    fs::write(path("IMG_2.PNG"), "mine").unwrap();
    fs::create_dir(path("IMG_1.HEIC")).unwrap();
    fs::copy(place.path("lib/2024/2024-03/IMG_3.JPG"), path("IMG_3.JPG")).unwrap();
    let (copied, _, there, problems) = copy(&place, &["out"], 3);
    assert_eq!((copied, there, problems), (7, 1, vec!["write-failed".to_owned(), "write-failed".to_owned()]));
    assert_eq!(fs::read(path("IMG_2.PNG")).unwrap(), b"mine");
    assert!(path("IMG_1.HEIC").is_dir());
    // a copy that somebody cropped is theirs
    fs::write(path("IMG_3.JPG"), "cropped").unwrap();
    fs::write(path("IMG_3.TIF"), "cropped").unwrap();
    let run = place.run(&["copy", "lib", "--to", "out", "--search", "IMG_3", "--json"]);
    assert_eq!(run.code(), 0, "{}", run.out());
    let severities =
        run.json()["problems"].as_array().unwrap().iter().map(|p| p["severity"].clone()).collect::<Vec<_>>();
    assert_eq!(severities, ["warning", "warning"]);
    let (_, converted, _, problems) = copy(&place, &["out", "--search", "IMG_3", "--jpeg"], 0);
    assert_eq!((converted, problems), (1, vec!["write-failed".to_owned()]));
    for name in ["IMG_3.JPG", "IMG_3.TIF"] {
        assert_eq!(fs::read(path(name)).unwrap(), b"cropped", "{name}");
    }
    // nor in a form of before
    fs::write(path("IMG_3 (2).jpg"), "cropped").unwrap();
    let (.., problems) = copy(&place, &["out", "--search", "IMG_3.TIF", "--jpeg", "--quality", "10"], 3);
    assert_eq!(problems, ["write-failed"]);
    assert_eq!(fs::read(path("IMG_3 (2).jpg")).unwrap(), b"cropped");
    // what somebody else put there is theirs, also where its bytes are the same
    let webp = place.path("out/2023/2023-07/drawing.webp");
    fs::remove_file(&webp).unwrap();
    fs::remove_dir_all(place.path("out/.windfall-copy")).unwrap();
    fs::copy(place.path("lib/2023/2023-07/drawing.webp"), &webp).unwrap();
    for form in [&[][..], &["--jpeg"]] {
        copy(&place, &[&["out", "--search", "drawing"], form].concat(), 0);
    }
    assert!(webp.is_file() && webp.with_extension("jpg").is_file());
}

#[test]
fn filters_choose_and_albums_are_folders_with_safe_names() {
    let place = library();
    copy(&place, &["out", "--album", "lake", "--album", "con"], 0);
    let lake = ["Lake _ _week_", "Lake _ _week_ (2)"];
    let mut expected = vec![
        "_CON/2023/2023-07/clip.MOV".to_owned(),
        format!("{}/2024/2024-03/IMG_3.TIF", lake[0]),
        format!("{}/2024/2024-03/IMG_2.PNG", lake[1]),
    ];
    for (album, name) in lake.iter().flat_map(|album| ["AAE", "HEIC", "MOV"].map(|name| (album, name))) {
        expected.push(format!("{album}/2024/2024-03/IMG_1.{name}"));
    }
    expected.sort();
    assert_eq!(names(&place.path("out")), expected);
    assert_eq!(copy(&place, &["some", "--kind", "photo", "--from", "2024-03", "--jpeg"], 0).1, 2);
    let some = ["IMG_1.MOV", "IMG_1.jpg", "IMG_2.PNG", "IMG_3 (2).jpg", "IMG_3.JPG"];
    assert_eq!(names(&place.path("some")), some.map(|name| format!("2024/2024-03/{name}")));
    let run = place.run(&["copy", "lib", "--to", "none", "--category", "notes"]);
    assert_eq!(
        (run.code(), run.out()),
        (0, "No photo or video is all that was asked for, so nothing was copied.\n")
    );
    assert!(!place.path("none").exists());
}

#[test]
fn hidden_and_deleted_ones_come_along_only_if_asked_for() {
    let place = library();
    let run = place.run(&["copy", "lib", "--to", "out", "--search", "secret"]);
    assert!(
        run.out().starts_with("Nothing was copied.\n1 hidden photo or video was left out"),
        "{}",
        run.out()
    );
    assert_eq!(copy(&place, &["out", "--search", "secret", "--search", "gone"], 0), (0, 0, 0, vec![]));
    assert!(!place.path("out").exists());
    assert_eq!(copy(&place, &["out", "--with-hidden"], 0).0, 12);
    let private = ["Hidden/2024/2024-03/secret.JPG", "Recently Deleted/2024/2024-03/gone.JPG"];
    assert!(private.iter().all(|path| place.path("out").join(path).is_file()));
}

#[test]
fn a_folder_in_or_around_a_library_is_wrong_usage() {
    let place = library();
    fs::create_dir_all(place.path("other/.windfall")).unwrap();
    let here = place.path(".").to_str().unwrap().to_owned();
    let mut folders =
        vec!["lib", "lib/out", "lib/.windfall", "lib/../lib/new/../out", "other/out", ".", &here];
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(place.path("lib"), place.path("link")).unwrap();
        folders.extend(["link", "link/out"]);
    }
    let before = everything(&place.path("."));
    for folder in folders {
        let run = place.run(&["copy", "lib", "--to", folder, "--json"]);
        assert_eq!((run.code(), run.out()), (2, ""), "{folder}");
        assert!(run.err().contains("lies in it, or has it inside"), "{}", run.err());
    }
    assert_eq!(everything(&place.path(".")), before);
    let run = place.run(&["copy", "parts", "--to", "out"]);
    assert_eq!(run.code(), 1, "{}", run.err());
    let run = place.run(&["copy", "lib", "--to", "parts/iCloud Photos.zip"]);
    assert_eq!(run.code(), 1, "{}", run.err());
    assert!(run.err().contains("hint: a file stands where a folder is to be"), "{}", run.err());
}

#[test]
fn originals_that_are_not_what_was_imported_are_not_passed_on() {
    let place = library();
    let original = |name: &str| place.path("lib/2024/2024-03").join(name);
    let rot = |name: &str| {
        let path = original(name);
        let time = fs::metadata(&path).unwrap().modified().unwrap();
        let mut bytes = fs::read(&path).unwrap();
        *bytes.last_mut().unwrap() ^= 1;
        fs::write(&path, bytes).unwrap();
        fs::File::options().write(true).open(&path).unwrap().set_modified(time).unwrap();
    };
    rot("IMG_3.TIF");
    rot("IMG_2.PNG");
    fs::write(original("IMG_3.JPG"), "another picture").unwrap();
    fs::remove_file(original("IMG_1.MOV")).unwrap();
    let run = place.run(&["copy", "lib", "--to", "out", "--jpeg", "--from", "2024", "--json"]);
    assert_eq!(run.code(), 3, "{}{}", run.out(), run.err());
    let json = run.json();
    let problem = |problem: &Value| {
        (problem["code"].as_str().unwrap().to_owned(), problem["entry"].as_str().unwrap().to_owned())
    };
    let problems: Vec<_> = json["problems"].as_array().unwrap().iter().map(problem).collect();
    let expected = [
        ("damaged-file", "2024/2024-03/IMG_2.PNG"),
        ("damaged-file", "2024/2024-03/IMG_3.TIF"),
        ("changed-file", "2024/2024-03/IMG_3.JPG"),
        ("missing-file", "2024/2024-03/IMG_1.MOV"),
    ];
    assert_eq!(problems, expected.map(|(code, path)| (code.to_owned(), path.to_owned())));
    assert_eq!(names(&place.path("out")), ["2024/2024-03/IMG_1.jpg"]);
}

#[cfg(unix)]
#[test]
fn no_link_leads_out_of_the_folder() {
    let place = library();
    fs::create_dir(place.path("out")).unwrap();
    std::os::unix::fs::symlink(place.path("lib/2024"), place.path("out/2024")).unwrap();
    std::os::unix::fs::symlink("/dev/null", place.path("out/Undated")).unwrap();
    let before = everything(&place.path("lib"));
    let (copied, _, _, problems) = copy(&place, &["out"], 3);
    assert_eq!((copied, problems.len()), (3, 7));
    assert!(problems.iter().all(|code| code == "write-failed"), "{problems:?}");
    assert_eq!(everything(&place.path("lib")), before);
    let elsewhere = place.path("elsewhere");
    fs::create_dir_all(&elsewhere).unwrap();
    fs::create_dir(place.path("linked")).unwrap();
    std::os::unix::fs::symlink(&elsewhere, place.path("linked/.windfall-copy")).unwrap();
    assert_eq!(place.run(&["copy", "lib", "--to", "linked"]).code(), 1);
    assert!(everything(&elsewhere).is_empty());
}

#[test]
fn whatever_a_killed_run_left_the_next_one_ends_in_the_same_folder() {
    let place = library();
    copy(&place, &["whole", "--jpeg"], 0);
    let whole = files(&place.path("whole"));
    let list = fs::read_to_string(place.path("whole/.windfall-copy/copied.csv")).unwrap();
    let lines: Vec<&str> = list.split_inclusive('\n').collect();
    assert_eq!(lines.len(), 1 + whole.len());
    let mut left: Vec<(String, Vec<&str>)> = Vec::new();
    for files in 0..=whole.len() {
        // files have their lines first, and the last line may be cut
        for lines in [lines[..=files].concat(), lines.concat(), lines.concat()[..list.len() - 20].to_owned()]
        {
            left.push((lines, whole.keys().take(files).map(String::as_str).collect()));
        }
    }
    for (number, (list, standing)) in left.into_iter().enumerate() {
        let folder = place.path(&format!("killed {number}"));
        fs::create_dir_all(folder.join(".windfall-copy")).unwrap();
        fs::write(folder.join(".windfall-copy/copied.csv"), &list).unwrap();
        fs::write(folder.join(".windfall-copy/new-half"), "half").unwrap();
        fs::write(folder.join(".windfall-copy/lock"), "").unwrap();
        for path in &standing {
            let to = folder.join(path);
            fs::create_dir_all(to.parent().unwrap()).unwrap();
            fs::copy(place.path("whole").join(path), &to).unwrap();
            fs::File::options().write(true).open(&to).unwrap().set_modified(whole[*path].1).unwrap();
        }
        let name = folder.file_name().unwrap().to_str().unwrap();
        let (copied, converted, there, _) = copy(&place, &[name, "--jpeg", "--no-page"], 0);
        assert_eq!((copied + converted, there), (9 - standing.len() as u64, standing.len() as u64), "{list}");
        assert_eq!(files(&folder), whole, "{list}");
        assert_eq!(own(&folder), ["copied.csv"]);
    }
}

/// A library of so many small photos, of which every second becomes a JPEG.
fn many() -> Place {
    let place = Place::new();
    let photo = |number: u8| {
        let (name, bytes) = match number % 2 {
            0 => (format!("IMG_{number}.TIF"), picture(number, ImageFormat::Tiff)),
            _ => (format!("IMG_{number}.JPG"), jpeg(number.into(), &Exif::none())),
        };
        Photo::new(&name, bytes).row(Row::created("2024-03-03 09:05"))
    };
    let part = Part::new().photos((0..200).map(photo));
    Export::new("iCloud Photos").part(part).write_zips(&place.parts());
    assert_eq!(place.run(&["import", "parts", "--to", "lib"]).code(), 0);
    place
}

#[cfg(unix)]
#[test]
fn runs_killed_at_any_instant_go_on() {
    use std::os::unix::process::ExitStatusExt;
    use std::process::Stdio;

    let place = many();
    let begun = std::time::Instant::now();
    assert_eq!(copy(&place, &["whole", "--jpeg", "--jobs", "2"], 0), (100, 100, 0, vec![]));
    let (whole, time) = (files(&place.path("whole")), begun.elapsed());
    for (number, signal) in ["-KILL", "-INT"].into_iter().cycle().take(8).enumerate() {
        let folder = format!("killed {number}");
        for round in 1..3 {
            let arguments = ["copy", "lib", "--to", &folder, "--jpeg", "--jobs", "1"];
            let mut command = place.command(&arguments);
            let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
            std::thread::sleep(time.mul_f64((number + round) as f64 / 12.0).max(Duration::from_millis(1)));
            std::process::Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap();
            let status = child.wait().unwrap();
            let ended = matches!(status.code(), Some(0 | 130)) || matches!(status.signal(), Some(2 | 9));
            assert!(ended, "{status}");
            let standing =
                if place.path(&folder).exists() { files(&place.path(&folder)) } else { BTreeMap::new() };
            for (path, file) in standing {
                assert_eq!(file, whole[&path], "{path}: half a file has a name");
            }
        }
        let (copied, converted, there, problems) = copy(&place, &[&folder, "--jpeg"], 0);
        assert_eq!((copied + converted + there, problems), (200, vec![]));
        assert_eq!(files(&place.path(&folder)), whole);
    }
}

/// Unmounts a drive at the end, however a test ends.
#[cfg(target_os = "linux")]
struct Mounted<'a>(&'a Path);

#[cfg(target_os = "linux")]
impl Drop for Mounted<'_> {
    fn drop(&mut self) {
        let _ = std::process::Command::new("umount").arg(self.0).status();
    }
}

#[cfg(target_os = "linux")]
#[test]
#[ignore = "needs root to mount a small drive"]
fn a_full_drive_says_how_much_is_missing_and_keeps_what_is_whole() {
    let place = many();
    assert_eq!(copy(&place, &["whole", "--jpeg", "--quality", "100"], 0), (100, 100, 0, vec![]));
    let whole = files(&place.path("whole"));
    let drive = place.path("drive");
    fs::create_dir(&drive).unwrap();
    let mount = |options: &str| {
        let arguments = ["-t", "tmpfs", "-o", options, "tmpfs", drive.to_str().unwrap()];
        assert!(std::process::Command::new("mount").args(arguments).status().unwrap().success());
    };
    let copy_to = |options: &[&str]| {
        place.run(
            &[&["copy", "lib", "--to", "drive/out", "--no-page", "--quality", "100", "--jpeg"], options]
                .concat(),
        )
    };
    // what goes as it is fits, the JPEGs do not
    mount("size=600k");
    let _mounted = Mounted(&drive);
    let ended = copy_to(&[]);
    assert_eq!((ended.code(), ended.out()), (1, ""), "{}", ended.err());
    let words = "is full; at least ";
    assert!(ended.err().contains(words) && ended.err().contains("hint: free some space"), "{}", ended.err());
    let standing = files(&drive.join("out"));
    assert!((1..200).contains(&standing.len()), "{}", standing.len());
    assert!(standing.iter().all(|(path, file)| whole[path] == *file));
    mount("remount,size=16m");
    let ended = copy_to(&["--json"]);
    assert_eq!(ended.code(), 0, "{}", ended.err());
    assert_eq!(ended.json()["already_there"], standing.len());
    assert_eq!(files(&drive.join("out")), whole);
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let place = many();
    for (folder, jobs) in [("one", "1"), ("four", "4")] {
        copy(&place, &[folder, "--jpeg", "--jobs", jobs], 0);
    }
    let [one, four] = ["one", "four"].map(|folder| files(&place.path(folder)));
    assert_eq!((one.len(), &one), (200, &four));
    for file in ["photos.html", ".windfall-copy/copied.csv"] {
        let [one, four] = ["one", "four"].map(|folder| fs::read(place.path(folder).join(file)).unwrap());
        assert_eq!(one, four, "{file}");
    }
}

/// The photos of a page, as its script reads them.
fn on_page(place: &Place, folder: &str) -> Value {
    let page = fs::read_to_string(place.path(folder).join("photos.html")).unwrap();
    let (_, rest) = page.split_once("type=\"application/json\">").unwrap();
    serde_json::from_str(rest.split_once("</script>").unwrap().0).unwrap()
}

#[test]
fn the_page_shows_every_copy_and_nothing_of_the_library() {
    let place = library();
    copy(&place, &["out", "--jpeg", "--album", "CON"], 0);
    copy(&place, &["out", "--jpeg", "--search", "IMG", "--with-hidden"], 0);
    let data = on_page(&place, "out");
    let names = ["IMG_3.JPG", "IMG_1.jpg", "IMG_2.PNG", "IMG_3 (2).jpg", "clip.MOV"];
    let mut shown: Vec<&str> =
        data["name"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
    shown.sort_unstable();
    let mut expected = names;
    expected.sort_unstable();
    assert_eq!(shown, expected);
    let albums = data["albums"].as_array().unwrap();
    assert_eq!((albums.len(), &albums[0][1]), (1, &"CON".into()));
    assert_eq!(data["live"].as_object().unwrap().values().next().unwrap(), "2024/2024-03/IMG_1.MOV");
    let thumbnails = thumbnail_names(&data);
    assert!(thumbnails.len() >= 2, "{thumbnails:?}");
    for hash in thumbnails {
        let thumbnail = format!("out/.windfall-copy/thumbnails/{}/{hash}.jpg", &hash[..2]);
        assert!(place.path(&thumbnail).is_file(), "{thumbnail}");
    }
    let page = fs::read_to_string(place.path("out/photos.html")).unwrap();
    let words = page.split("<script").next().unwrap();
    for secret in ["Lake", "certificate of", "windfall verify", "windfall-report"] {
        assert!(!words.contains(secret), "{secret}");
    }
    assert!(!place.path("lib/.windfall/thumbnails").exists(), "the library is only read");
}

#[test]
#[ignore = "needs Chromium"]
fn the_page_works_in_a_browser_as_that_of_a_library_does() {
    let place = Place::new();
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/example");
    let run = place.run(&["import", example.to_str().unwrap(), "--to", "lib"]);
    assert_eq!(run.code(), 0, "{}", run.err());
    copy(&place, &["out", "--jpeg"], 0);
    play("copies", &place.path("out/photos.html"));
}

#[test]
fn a_page_is_written_only_where_it_is_wanted_and_can_be() {
    let place = library();
    copy(&place, &["out", "--no-page"], 0);
    assert!(!place.path("out/photos.html").exists() && !place.path("out/.windfall-copy/thumbnails").exists());
    fs::write(place.path("out/photos.html"), "mine").unwrap();
    assert_eq!(copy(&place, &["out"], 3), (0, 0, 10, vec!["write-failed".to_owned()]));
    assert_eq!(fs::read(place.path("out/photos.html")).unwrap(), b"mine");
    let words = place.run(&["copy", "lib", "--to", "new"]);
    let last = words.out().lines().last().unwrap();
    assert!(last.starts_with("file://") && last.ends_with("/new/photos.html"), "{last}");
}
