//! The command as people and scripts use it: exit codes, what stands on which stream, JSON.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
#[cfg(unix)]
use std::process::Command;

use crate::builder::damage::{flip_byte, html_page};
use crate::builder::{Exif, Export, Movie, Part, Photo, Row, aae, jpeg, mov};
use crate::support::place::{Place, Run};
use serde_json::Value;

/// A Live Photo with an adjustment in an album, and a photo whose date only the row knows.
fn lake() -> Export {
    let still = jpeg(1, &Exif::taken("2024:03:03 10:05:17").offset("+01:00").live("AAA"));
    let movie = mov(2, &Movie::new().created("2024-03-03T10:05:17+0100").live("AAA"));
    Export::new("iCloud Photos").part(
        Part::new()
            .photo(Photo::new("IMG_1.JPG", still).row(Row::created("2024-03-03 09:05").favorite().views(4)))
            .photo(Photo::new("IMG_1.MOV", movie).row(Row::created("2024-03-03 09:05")))
            .photo(Photo::new("IMG_1.AAE", aae(4)))
            .photo(Photo::new("old.jpg", jpeg(3, &Exif::none())).row(Row::created("2001-12-31 23:30")))
            .album("Lake week", ["IMG_1.JPG"])
            .memory("On this day", ["IMG_1.JPG"])
            .entry("Extra/notes.txt", "not a photo"),
    )
}

fn imported() -> Place {
    let place = Place::new();
    lake().write_zips(&place.parts());
    let run = place.run(&["import", "parts", "--to", "lib", "--json"]);
    assert_eq!(run.code(), 0, "{}{}", run.out(), run.err());
    place
}

fn keys(value: &Value) -> BTreeSet<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

#[test]
fn a_sound_export_is_done_and_said_to_be_whole() {
    let place = Place::new();
    lake().write_zips(&place.parts());
    let check = place.run(&["check", "parts"]);
    assert_eq!((check.code(), check.last_line()), (0, "Nothing is missing."));
    let import = place.run(&["import", "parts", "--to", "lib"]);
    assert_eq!(import.code(), 0, "{}", import.err());
    assert_eq!(import.err(), "");
    for said in [
        "iCloud Photos: 1 of 1 part here",
        "2 photos and 0 videos; 1 of the photos is a Live Photo",
        "3 files are exactly what was in iCloud",
    ] {
        assert!(import.out().contains(said), "{said}: {}", import.out());
    }
    assert!(import.last_line().starts_with("Nothing is missing."), "{}", import.out());
    let again = place.run(&["import", "parts", "--to", "lib"]);
    assert!(again.out().contains("already there"), "{}", again.out());
}

#[test]
fn what_is_missing_or_damaged_is_exit_code_3_and_named() {
    let place = Place::new();
    let photo =
        |name: &str, seed| Photo::new(name, jpeg(seed, &Exif::none())).row(Row::created("2024-03-03 09:05"));
    let export = Export::new("iCloud Photos")
        .part(Part::new().photo(photo("IMG_1.JPG", 1)).photo(photo("IMG_2.JPG", 2)))
        .missing_part()
        .part(Part::new().photo(photo("IMG_3.JPG", 3)));
    let zips = export.write_zips(&place.parts());
    flip_byte(&zips[0], "Photos/IMG_2.JPG");
    for command in [&["check", "parts"][..], &["import", "parts", "--to", "lib"]] {
        let run = place.run(command);
        assert_eq!(run.code(), 3, "{}{}", run.out(), run.err());
        let download = "Download from privacy.apple.com: part 2 of 3 of `iCloud Photos`, \
                        `iCloud Photos Part 1 of 3.zip`.";
        assert!(run.out().contains(download), "{}", run.out());
        let verdict = "2 things are missing or damaged: 1 missing part, 1 damaged file.";
        assert_eq!(run.last_line(), verdict);
        let quiet = place.run(&[command, &["--quiet"]].concat());
        assert_eq!((quiet.code(), quiet.out()), (3, ""));
        assert!(quiet.err().ends_with(&format!("{verdict}\n")), "{}", quiet.err());
    }
    let check = place.run(&["check", "parts", "--json"]).json();
    assert_eq!(check["complete"], false);
    assert_eq!(check["entries"]["damaged"], 1);
}

#[test]
fn what_stops_a_run_leaves_standard_output_empty() {
    let place = Place::new();
    fs::write(place.path("parts/holiday.txt"), "none of Apple's").unwrap();
    fs::create_dir(place.path("broken")).unwrap();
    let broken = place.path("broken/iCloud Photos Part 1 of 2.zip");
    fs::write(&broken, "").unwrap();
    html_page(&broken);
    fs::create_dir_all(place.path("lib/inside")).unwrap();
    for (arguments, code, error, hint) in [
        (&["check", "nowhere"][..], 1, "error: input `nowhere` does not exist", "hint: check the path"),
        (&["check", "parts"], 1, "error: found nothing that Apple sent in `parts`", "hint: name the zips"),
        (
            &["check", "broken"],
            1,
            "error: none of the archives can be read\n  cause: `iCloud",
            "hint: download",
        ),
        (&["import", "nowhere", "--to", "new"], 1, "error: input `nowhere`", "hint: "),
        (&["import", "lib/inside", "--to", "lib"], 2, "error: input `", "lies in it\nhint: "),
        (&["import", "parts"], 2, "error: --to is missing", "`windfall import parts --to LIBRARY`"),
        (&["import", "parts", "--to", "new", "--layout", "{yaer}"], 2, "error: ", "unknown field `{yaer}`"),
        (&["import", "parts", "--to", "new", "--layout", "../{year}"], 2, "error: ", "cannot be called `..`"),
        (
            &["import", "parts", "--to", "new", "--time-zone", "Berlin"],
            2,
            "error: ",
            "no time zone is called this",
        ),
        (&["import", "--to", "new"], 2, "error: ", "<INPUT>"),
        (&["list", "parts"], 1, "error: there is no Windfall library at `parts`: no catalog", "hint: "),
        (&["list", "nowhere"], 1, "error: there is no Windfall library at `nowhere`", "hint: check the path"),
        (&["list", "parts", "--explain", "x"], 1, "error: there is no Windfall library", "hint: "),
        (&["undo"], 2, "error: ", "undo"),
    ] {
        let json = if arguments[0] == "undo" { &[][..] } else { &["--json"] };
        let run = place.run(&[arguments, json].concat());
        assert_eq!((run.code(), run.out()), (code, ""), "{arguments:?}: {}", run.err());
        assert!(run.err().starts_with(error) && run.err().contains(hint), "{arguments:?}: {}", run.err());
    }
    assert!(!place.path("new").exists());
}

#[test]
fn what_stops_a_list_half_way_leaves_standard_output_empty() {
    let place = Place::new();
    let photos = (0..120u64).map(|seed| {
        Photo::new(&format!("IMG_{seed}.JPG"), jpeg(seed, &Exif::none()))
            .row(Row::created("2024-03-03 09:05"))
    });
    let part = photos.fold(Part::new(), Part::photo);
    Export::new("iCloud Photos").part(part).write_zips(&place.parts());
    assert_eq!(place.run(&["import", "parts", "--to", "lib"]).code(), 0);
    let catalog = place.path("lib/.windfall/catalog.sqlite");
    let whole = fs::read(&catalog).unwrap();
    let page = 4096;
    let mut stopped = 0;
    for at in (page..whole.len()).step_by(page) {
        let mut damaged = whole.clone();
        damaged[at..at + page].fill(0xa5);
        fs::write(&catalog, damaged).unwrap();
        let run = place.run(&["list", "lib", "--json"]);
        if run.code() == 1 {
            stopped += 1;
            assert_eq!(run.out(), "", "{at}: {}", run.err());
            assert!(run.err().contains("windfall verify --rebuild-catalog"), "{}", run.err());
        }
    }
    // the first pages of the table of files, and some that come after other lines
    assert!(stopped > 3, "{stopped}");
}

#[test]
fn a_library_among_the_inputs_is_called_one() {
    let place = imported();
    let run = place.run(&["check", "."]);
    assert_eq!((run.code(), run.err()), (0, "note: not used, because it is a Windfall library: `lib/`\n"));
    assert_eq!(place.run(&["check", ".", "--json"]).json()["left_alone"], serde_json::json!(["lib/"]));
}

#[test]
fn the_report_has_the_fields_of_the_contract() {
    let place = Place::new();
    lake().part(Part::new().row("gone.jpg", Row::created("2024-03-04 12:00"))).write_zips(&place.parts());
    holiday(&place.path("parts/holiday.zip"));
    let run = place.run(&["import", "parts", "--to", "lib", "--json", "--dry-run"]);
    let dry = run.json();
    assert!(!place.path("lib").exists());
    assert_eq!(run.err(), "note: not used, because nothing shows that Apple sent it: `holiday.zip`\n");
    let real = place.run(&["import", "parts", "--to", "lib", "--json"]).json();
    for report in [&dry, &real] {
        let fields = "windfall library dry_run exports entries bytes media albums categories time_zone healed to_arrange left_alone problems elapsed_seconds";
        assert_eq!(keys(report), fields.split(' ').collect());
        let states = "total imported duplicate already_present details excluded ignored failed";
        assert_eq!(keys(&report["entries"]), states.split(' ').collect());
        assert_eq!(keys(&report["bytes"]), BTreeSet::from(["read", "imported", "duplicate"]));
        let media = "photos videos live_photos proved unproved undated";
        assert_eq!(keys(&report["media"]), media.split(' ').collect());
        assert_eq!(keys(&report["albums"]), BTreeSet::from(["albums", "memories", "shared", "memberships"]));
        let export = "name category parts_found parts_expected parts_missing parts_twice";
        assert_eq!(keys(&report["exports"][0]), export.split(' ').collect());
        let problem = BTreeSet::from(["code", "severity", "archive", "entry", "message"]);
        assert_eq!(keys(&report["problems"][0]), problem);
        assert_eq!(keys(&report["time_zone"]), BTreeSet::from(["name", "from", "dates"]));
        assert_eq!(report["left_alone"], serde_json::json!(["holiday.zip"]));
    }
    assert_eq!((&dry["dry_run"], &real["dry_run"]), (&Value::from(true), &Value::from(false)));
    for numbers in ["exports", "entries", "bytes", "media", "albums", "time_zone", "problems"] {
        assert_eq!(dry[numbers], real[numbers], "{numbers}");
    }
    let check = place.run(&["check", "parts", "--json"]).json();
    assert_eq!(check["complete"], false);
    assert_eq!(keys(&check["entries"]), BTreeSet::from(["total", "sound", "damaged"]));
    assert_eq!(keys(&check["media"]), BTreeSet::from(["proved", "unproved", "listed_but_missing"]));
}

/// Writes a zip that is not Apple's.
fn holiday(path: &Path) {
    let mut zip = zip::ZipWriter::new(fs::File::create(path).unwrap());
    zip.start_file("pictures/a.txt", zip::write::SimpleFileOptions::default()).unwrap();
    zip.finish().unwrap();
}

#[test]
fn the_list_is_complete_and_sorted() {
    let place = imported();
    let files = place.list();
    let paths: Vec<&str> = files.iter().map(|file| file["path"].as_str().unwrap()).collect();
    assert_eq!(
        paths,
        [
            "2002/2002-01/old.jpg",
            "2024/2024-03/IMG_1.AAE",
            "2024/2024-03/IMG_1.JPG",
            "2024/2024-03/IMG_1.MOV",
            "Other/Extra/notes.txt",
        ]
    );
    let order = "path size blake3 fingerprint proved kind original_name captured captured_from imported_to_icloud \
                 favorite hidden deleted view_count albums memories shared_albums live_photo companions \
                 contributed_by_me evidence sources category verified damage original_blake3 width height duration latitude longitude \
                 place camera modified";
    let first = place.run(&["list", "lib", "--json"]).out().lines().next().unwrap().to_owned();
    let positions: Vec<usize> =
        order.split_whitespace().map(|key| first.find(&format!("\"{key}\":")).expect(key)).collect();
    assert!(positions.is_sorted(), "{first}");
    for file in &files {
        assert_eq!(keys(file), order.split_whitespace().collect());
    }
    let still = &files[2];
    assert_eq!(still["captured"], "2024-03-03T10:05:17+01:00");
    assert_eq!(
        (&still["kind"], &still["proved"], &still["favorite"]),
        (&"photo".into(), &true.into(), &true.into())
    );
    assert_eq!(still["view_count"], 4);
    assert_eq!(still["albums"], serde_json::json!(["Lake week"]));
    assert_eq!(still["memories"], serde_json::json!(["On this day"]));
    assert_eq!(still["live_photo"], "2024/2024-03/IMG_1.MOV");
    assert_eq!(files[3]["live_photo"], "2024/2024-03/IMG_1.JPG");
    assert_eq!(still["companions"], serde_json::json!(["2024/2024-03/IMG_1.AAE"]));
    assert_eq!(still["sources"][0]["archive"], "iCloud Photos.zip");
    assert_eq!(still["sources"][0]["entry"], "iCloud Photos/Photos/IMG_1.JPG");
    assert_eq!(files[0]["captured"], "2002-01-01T00:30:00+01:00");
    assert_eq!(files[0]["captured_from"], "row");
    let other = &files[4];
    assert_eq!(
        (&other["kind"], &other["captured"], &other["captured_from"]),
        (&"other".into(), &Value::Null, &"none".into())
    );
    assert_eq!(other["sources"].as_array().unwrap().len(), 1);
    let words = place.run(&["list", "lib"]);
    let shown: Vec<&str> = words.out().lines().map(|line| &line[41..]).collect();
    assert_eq!(shown, paths);
}

#[test]
fn checksums_are_those_of_the_files() {
    let place = imported();
    let run = place.run(&["list", "lib", "--checksums"]);
    assert_eq!((run.code(), run.out().lines().count()), (0, 5));
    for line in run.out().lines() {
        let (sum, path) = line.split_once("  ").unwrap();
        let bytes = fs::read(place.path("lib").join(path)).unwrap();
        assert_eq!(blake3::hash(&bytes).to_hex().as_str(), sum, "{path}");
    }
}

#[test]
fn one_file_is_explained_however_it_is_named() {
    let place = imported();
    let whole = place.path("lib/2024/2024-03/IMG_1.JPG");
    let mut ways =
        vec!["2024/2024-03/IMG_1.JPG", "lib/2024/2024-03/IMG_1.JPG", "./lib/2024/2024-03/IMG_1.JPG"];
    ways.push(whole.to_str().unwrap());
    if cfg!(unix) {
        ways.push("lib/Albums/Lake week/IMG_1.JPG");
    }
    for named in ways {
        let run = place.run(&["list", "lib", "--explain", named]);
        assert_eq!(run.code(), 0, "{named}: {}", run.err());
        for said in [
            "2024/2024-03/IMG_1.JPG\n",
            "iCloud Photos.zip: iCloud Photos/Photos/IMG_1.JPG",
            "proved: exactly what was in iCloud; Apple's lists have the checksum",
            "2024-03-03T10:05:17+01:00, from exif",
            "and Apple's list agrees",
            "2024-03-03T09:05:00Z, agrees",
            "with `2024/2024-03/IMG_1.MOV`",
            "Lake week",
            "favourite, looked at 4 times",
        ] {
            assert!(run.out().contains(said), "{said}: {}", run.out());
        }
    }
    let json = place.run(&["list", "lib", "--json", "--explain", "2024/2024-03/IMG_1.AAE"]).json();
    assert_eq!(json["kind"], "adjustment");
    for nothing in ["2024/2024-03/IMG_2.JPG", ".windfall/catalog.sqlite", "../parts"] {
        let run = place.run(&["list", "lib", "--explain", nothing]);
        assert_eq!((run.code(), run.out()), (1, ""));
        let error = format!("error: the library holds no file `{nothing}`\nhint: ");
        assert!(run.err().starts_with(&error), "{}", run.err());
    }
}

/// What is no photo has no date of capture and no checksum of Apple's.
#[test]
fn of_other_categories_is_told_what_is_known_of_them() {
    let place = Place::new();
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/example");
    let run = place.run(&["import", example.to_str().unwrap(), "--to", "lib"]);
    let made = "27 files made of them: Notes, Contacts, Calendars and reminders, Bookmarks, Records.sqlite and lists for \
                other programs\n";
    for said in [
        made,
        "Apple's lists and texts ",
        "\n  1 file of a photo or video arrived whole; Apple gives no checksum",
    ] {
        assert!(run.out().contains(said), "{said}: {}", run.out());
    }
    let told = |path: &str| place.run(&["list", "lib", "--explain", path]).out().to_owned();
    let drive = told("Drive/Scripts/backup.sh");
    for said in [
        "a file of iCloud Drive, 20 bytes\n",
        "it arrived whole, and Apple's list of iCloud Drive has a row for it; Apple gives checksums of photos and videos only\n",
        "  modified       2023-01-07T17:00:00Z\n",
    ] {
        assert!(drive.contains(said), "{said}: {drive}");
    }
    assert!(!drive.contains("taken"), "{drive}");
    let card = told("Contacts/Cards/Bo Dahl.vcf");
    assert!(
        card.contains("a file of contacts, ")
            && card.contains(
                "  proof          it arrived whole; Apple gives checksums of photos and videos only\n"
            )
            && card.contains("  modified "),
        "{card}"
    );
    let list = place.run(&["list", "lib"]);
    let line = list.out().lines().find(|line| line.ends_with("Drive/Scripts/backup.sh")).unwrap();
    assert!(line.starts_with("2023-01-07 17:00:00  - "), "{line}");
    for file in place.list() {
        assert_eq!(file["fingerprint"].is_null(), file["category"] != "photos", "{file}");
    }
}

#[test]
fn a_name_alone_is_enough_if_only_one_file_has_it() {
    let place = Place::new();
    let photo = |seed, date: &str| Photo::new("IMG_9.JPG", jpeg(seed, &Exif::taken(date).offset("+01:00")));
    let export = Export::new("iCloud Photos").part(
        Part::new()
            .photo(photo(1, "2024:03:03 10:05:17"))
            .photo(Photo::new("one:of.JPG", jpeg(3, &Exif::taken("2024:03:05 10:05:17").offset("+01:00")))),
    );
    export.write_zips(&place.parts());
    let later = Export::new("iCloud Photos").built("2026-01-01 00:00");
    fs::create_dir(place.path("later")).unwrap();
    later.part(Part::new().photo(photo(2, "2023:07:01 10:05:17"))).write_zips(&place.path("later"));
    for folder in ["parts", "later"] {
        let run = place.run(&["import", folder, "--to", "lib"]);
        assert_eq!(run.code(), 0, "{}", run.err());
    }
    // as it is called here, in any case, and as Apple called it
    for name in ["one_of.JPG", "ONE_OF.jpg", "one:of.JPG"] {
        let run = place.run(&["list", "lib", "--explain", name]);
        assert_eq!(run.code(), 0, "{name}: {}", run.err());
        assert!(run.out().starts_with("2024/2024-03/one_of.JPG\n"), "{name}: {}", run.out());
    }
    let run = place.run(&["list", "lib", "--explain", "img_9.jpg"]);
    let error =
        "error: 2 files are called `img_9.jpg`: `2023/2023-07/IMG_9.JPG`, `2024/2024-03/IMG_9.JPG`\nhint: ";
    assert_eq!((run.code(), run.out()), (1, ""));
    assert!(run.err().starts_with(error), "{}", run.err());
}

#[test]
fn every_command_has_its_help() {
    let place = Place::new();
    let help = place.run(&["help"]);
    assert_eq!(help.code(), 0, "{}", help.err());
    let commands = help.out().split("Commands:\n").nth(1).unwrap().lines();
    let commands: Vec<&str> = commands
        .take_while(|line| !line.is_empty())
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    assert!(commands.len() > 8 && commands.contains(&"help"), "{commands:?}");
    for command in commands.into_iter().filter(|command| *command != "help") {
        let help = place.run(&["help", command]);
        assert_eq!((help.code(), help.err()), (0, ""), "{command}");
        assert!(help.out().contains(&format!("Usage: windfall {command}")), "{command}: {}", help.out());
    }
}

/// What `docs/json.md` promises of each command, by what the command prints.
#[test]
fn the_json_is_as_its_page_says() {
    let place = imported();
    let page = include_str!("../../docs/json.md");
    let commands: [(&str, &[&str]); 14] = [
        ("import", &["import", "parts", "--to", "lib"]),
        ("check", &["check", "parts"]),
        ("check --structure", &["check", "parts", "--structure"]),
        ("verify", &["verify", "lib", "--against", "parts"]),
        ("list", &["list", "lib", "--explain", "2024/2024-03/IMG_1.JPG"]),
        ("similar", &["similar", "lib"]),
        ("copy", &["copy", "lib", "--to", "copies"]),
        ("sidecars", &["sidecars", "lib", "--for", "xmp"]),
        ("report", &["report", "lib"]),
        ("mirror", &["mirror", "lib", "--to", "second"]),
        ("repair", &["repair", "lib", "--from", "second"]),
        ("albums", &["albums", "lib", "--as", "list"]),
        ("arrange", &["arrange", "lib", "--layout", "{year}"]),
        ("forget", &["forget", "lib", "2024/IMG_1.JPG"]),
    ];
    for (command, arguments) in commands {
        let run = place.run(&[arguments, &["--json"]].concat());
        let section = page
            .split("\n## ")
            .find(|section| section.lines().next().unwrap().contains(&format!("`{command}`")));
        let section = section.unwrap_or_else(|| panic!("no section for {command}"));
        for field in keys(&run.json()) {
            assert!(section.contains(&format!("`{field}`")), "{command}: {field} in {section}");
        }
    }
    for code in windfall::Code::ALL {
        assert!(page.contains(&format!("`{}`", code.as_str())), "{}", code.as_str());
    }
}

#[test]
fn choices_are_remembered_and_changes_are_said() {
    let place = Place::new();
    lake().write_zips(&place.parts());
    let library = [("WINDFALL_LIBRARY", "lib"), ("WINDFALL_TIME_ZONE", "Asia/Tokyo"), ("WINDFALL_JOBS", "1")];
    let run = place.run_with(&["import", "parts", "--layout", "%Y", "--albums", "list"], &library);
    assert_eq!((run.code(), run.err()), (0, ""));
    assert!(place.path("lib/Albums/Lake week.m3u8").is_file());
    let old = place.list().remove(0);
    assert_eq!(
        (&old["path"], &old["captured"]),
        (&"2002/old.jpg".into(), &"2002-01-01T08:30:00+09:00".into())
    );
    let more = jpeg(9, &Exif::none());
    let part = Part::new().photo(Photo::new("new.jpg", more).row(Row::created("2005-01-01 00:00")));
    fs::create_dir(place.path("later")).unwrap();
    Export::new("iCloud Photos").built("2025-05-01 22:03").part(part).write_zips(&place.path("later"));
    let run = place.run(&["import", "later", "--to", "lib", "--layout", "%Y/%m"]);
    assert_eq!(run.code(), 0, "{}", run.err());
    assert!(run.err().starts_with("note: --layout is `%Y/%m` from now on; it was `%Y`"), "{}", run.err());
    let new = place.list().into_iter().find(|file| file["original_name"] == "new.jpg").unwrap();
    assert_eq!(
        (&new["path"], &new["captured"]),
        (&"2005/01/new.jpg".into(), &"2005-01-01T09:00:00+09:00".into())
    );
}

#[test]
fn hostile_names_do_not_reach_a_terminal() {
    let place = Place::new();
    let hostile = "IMG\u{1b}[2J\u{202e}gpj.JPG";
    let export = Export::new("iCloud Photos").part(
        Part::new()
            .photo(Photo::new(hostile, jpeg(1, &Exif::none())).row(Row::created("2024-03-03 09:05")))
            .album("evil\u{1b}]0;title\u{7}", [hostile]),
    );
    export.write_zips(&place.parts());
    let import = ["import", "parts", "--to", "lib", "--verbose", "--color", "never"];
    for arguments in [&["check", "parts"][..], &import, &["list", "lib"]] {
        let run = place.run(arguments);
        assert_eq!(run.code(), 0, "{}", run.err());
        for text in [run.out(), run.err()] {
            assert!(!text.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{arguments:?}: {text}");
        }
    }
    let path = place.list()[0]["path"].as_str().unwrap().to_owned();
    let story = place.run(&["list", "lib", "--explain", &path, "--color", "never"]);
    assert!(story.out().contains("\\u{1b}") && !story.out().contains('\u{1b}'), "{}", story.out());
}

#[test]
fn colours_are_for_those_who_want_them() {
    let place = imported();
    let explain = ["list", "lib", "--explain", "2024/2024-03/IMG_1.JPG"];
    let coloured = |options: &[&str], variables: &[(&str, &str)]| {
        place.run_with(&[&explain[..], options].concat(), variables).out().contains('\u{1b}')
    };
    let forced = ("CLICOLOR_FORCE", "1");
    assert!(!coloured(&[], &[]));
    assert!(coloured(&["--color", "always"], &[]));
    assert!(coloured(&[], &[forced]));
    assert!(!coloured(&["--color", "never"], &[forced]));
    assert!(!coloured(&[], &[forced, ("NO_COLOR", "1")]));
}

#[test]
fn help_and_version_everywhere() {
    let place = Place::new();
    for command in [&[][..], &["import"], &["check"], &["list"]] {
        for (option, said) in [("--help", "Usage: windfall"), ("--version", "windfall")] {
            let run = place.run(&[command, &[option]].concat());
            assert_eq!((run.code(), run.err()), (0, ""), "{command:?} {option}");
            assert!(run.out().contains(said), "{command:?} {option}: {}", run.out());
        }
    }
    let helped = place.run(&["help", "copy"]);
    assert_eq!(helped.code(), 0, "{}", helped.err());
    assert!(
        helped.out().contains("Usage: windfall copy")
            && helped.out().lines().all(|line| line.chars().count() <= 100)
    );
    let manual = place.run(&["man"]);
    assert!(
        manual.out().contains("windfall copy") && !manual.out().contains("windfall help"),
        "{}",
        manual.out()
    );
}

/// An interrupted run ends cleanly with 130, and the same command ends in the same tree.
#[cfg(unix)]
#[test]
fn an_interrupted_import_goes_on() {
    let place = Place::new();
    Export::bulk(7, 200, 200_000..300_000, 2).write_zips(&place.parts());
    let mut import = place.command(&["import", "parts", "--to", "lib", "--json", "--jobs", "1"]);
    let mut child =
        import.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped()).spawn().unwrap();
    let staging = place.path("lib/.windfall/staging");
    while !has_files(&staging) {
        assert!(child.try_wait().unwrap().is_none(), "it ended before it could be interrupted");
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    let run = Run(child.wait_with_output().unwrap());
    assert_eq!((run.code(), run.out()), (130, ""), "{}", run.err());
    assert!(run.err().contains("hint: run the same command again: it goes on"), "{}", run.err());
    let report = place.run(&["import", "parts", "--to", "lib", "--json"]).json();
    assert_eq!(report["problems"], serde_json::json!([]));
    assert_eq!(place.list().len(), 200);
}

#[cfg(unix)]
fn has_files(folder: &Path) -> bool {
    fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some())
}

#[test]
fn the_certificate_names_the_zone_and_what_rests_on_it() {
    let place = Place::new();
    let photo = |seed, exif: &Exif| Photo::new(&format!("IMG_{seed}.JPG"), jpeg(seed, exif));
    let local = Exif::taken("2024:03:03 10:05:17");
    let part = Part::new()
        .photo(photo(1, &local))
        .photo(photo(2, &Exif::taken("2024:03:04 10:05:17")).row(Row::created("2024-03-04 15:05")))
        .photo(photo(3, &Exif::taken("2024:03:05 10:05:17").offset("+01:00")));
    Export::new("iCloud Photos").part(part).write_zips(&place.parts());
    let import = |arguments: &[&str], tz: &str| {
        let line = [&["import", "parts", "--to", "lib"], arguments].concat();
        place.run_with(&line, &[("TZ", tz)])
    };
    let run = import(&["--json", "--dry-run"], "Atlantis");
    assert!(run.err().contains("TZ is `Atlantis`, which is not a time zone"), "{}", run.err());
    let zone = |run: &Run| run.json()["time_zone"].clone();
    assert_eq!(zone(&run)["dates"], 1);
    let run = import(&["--json", "--dry-run"], "");
    assert_eq!(zone(&run), serde_json::json!({"name": "UTC", "from": "TZ", "dates": 1}));
    let run = import(&[], "CET-1CEST");
    let words = "1 photo or video has no time zone: its time is read in CET (this computer's, by TZ)";
    assert!(run.out().contains(words), "{}", run.out());
    let run = import(&["--json"], "Asia/Tokyo");
    assert_eq!(zone(&run), serde_json::json!({"name": "CET", "from": "library", "dates": 1}));
    let run = import(&["--json", "--time-zone", "Asia/Tokyo"], "UTC");
    // what stands keeps the clock that it was given
    assert_eq!(zone(&run), serde_json::json!({"name": "Asia/Tokyo", "from": "option", "dates": 0}));
}

#[test]
fn a_page_is_told_by_an_address_in_numbers_and_opened() {
    let place = Place::new();
    lake().write_zips(&place.parts());
    let import = place.run(&["import", "parts", "--to", "my lib"]);
    assert_eq!(import.code(), 0, "{}", import.err());
    let report = place.run(&["report", "my lib"]);
    assert_eq!(report.code(), 0, "{}", report.err());
    assert!(report.out().starts_with("The page shows 2 photos and 0 videos"), "{}", report.out());
    assert!(report.last_line().starts_with("file:///"), "{}", report.out());
    assert!(report.last_line().ends_with("/my%20lib/windfall-report.html"), "{}", report.out());

    let json = place.run(&["report", "my lib", "--json"]).json();
    assert_eq!(keys(&json), BTreeSet::from(["made", "moved", "removed", "kept", "problems"]));
    assert_eq!((&json["made"], &json["moved"], &json["removed"]), (&0.into(), &0.into(), &0.into()));
    assert!(json["kept"].as_u64().unwrap() >= 1, "{json}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_page_is_opened_in_the_browser_if_there_is_one() {
    use std::os::unix::fs::PermissionsExt;

    let place = Place::new();
    lake().write_zips(&place.parts());
    assert_eq!(place.run(&["import", "parts", "--to", "lib"]).code(), 0);
    std::fs::create_dir(place.path("bin")).unwrap();
    let bin = place.path("bin");
    let nothing = place.run_with(&["report", "lib", "--open"], &[("PATH", bin.to_str().unwrap())]);
    assert_eq!(nothing.code(), 0, "{}", nothing.err());
    assert!(nothing.err().contains("no browser could be opened"), "{}", nothing.err());
    assert!(nothing.err().contains("file:///"), "{}", nothing.err());

    let opener = bin.join("xdg-open");
    std::fs::write(&opener, "#!/bin/sh\necho \"$1\" > opened.new && mv opened.new opened\n").unwrap();
    std::fs::set_permissions(&opener, std::fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:/usr/bin:/bin", bin.display());
    let opened = place.run_with(&["report", "lib", "--open"], &[("PATH", &path)]);
    assert_eq!((opened.code(), opened.err()), (0, ""));
    // it is opened by another process, which nobody waits for
    let asked = std::iter::repeat_with(|| {
        std::thread::sleep(std::time::Duration::from_millis(20));
        std::fs::read_to_string(place.path("opened")).ok()
    });
    let asked = asked.take(500).flatten().next().unwrap();
    assert!(asked.trim_end().ends_with("windfall-report.html"), "{asked}");
}
