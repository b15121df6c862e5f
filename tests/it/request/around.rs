//! Everything around an import: made files after kills and edits, and files of every category under all other verbs.

use std::fs;
use std::path::Path;

use rusqlite::Connection;
use serde_json::{Value, json};

use super::{Scene, contents, entries, messages, picture, problems};
use crate::builder::{
    Card, Drive, DriveFile, Exif, Export, Language, Message, Note, Notes, Outer, Part, Photo, Row, cards,
    export, jpeg,
};
use crate::support::tree;

const A: &str = "02-25-2024 18:09:10";

fn notes(text: &str, modified: &str, built: &str) -> Export {
    let notes = Notes::new()
        .note(Note::new("Trips/Plan", text).dated(A, modified))
        .note(Note::new("Other", "see \u{fffc}\n").dated(A, A).file("Attachment.png", picture()));
    export(Outer::Notes, Language::English).built(built).part(Part::new().files(notes))
}

fn first() -> Export {
    notes("first\n", A, "2024-05-01 22:03")
}

fn second() -> Export {
    notes("second\n", "07-04-2024 14:15:16", "2025-01-01 10:00")
}

fn drive(files: &[(&str, &str)]) -> Export {
    let listed = |drive: Drive, (path, text): &(&str, &str)| {
        drive.file(DriveFile::new(path, *text).modified("07-04-2024 14:15:16"))
    };
    let drive = files.iter().fold(Drive::new(), listed);
    export(Outer::Drive, Language::English).part(Part::new().files(drive))
}

fn contacts() -> Export {
    let cards = cards("", [("Ann Berg.vcf", Card::new("Ann Berg").phone("1"))]);
    export(Outer::Contacts, Language::English).part(Part::new().files(cards))
}

fn mail() -> Export {
    let message = Message::new("Dinner").date("Mon, 4 Mar 2019 19:08:00 +0100").text("x\n");
    export(Outer::Mail, Language::English).part(Part::new().entry("INBOX/1.eml", message.bytes()))
}

fn photos() -> Export {
    let photo = Photo::new("IMG_1.JPG", jpeg(1, &Exif::taken("2024:03:03 10:05:17")));
    Export::new("iCloud Photos").part(Part::new().photo(photo.row(Row::created("2024-03-03 10:05"))))
}

/// A little of everything.
fn whole() -> Scene {
    let drive = drive(&[("a/LICENSE", "free\n"), ("b/LICENSE", "free\n"), ("empty.txt", "")]);
    let scene = Scene::of([&first(), &drive, &contacts(), &mail(), &photos()]);
    scene.import();
    scene
}

fn sql(scene: &Scene, statement: &str) {
    let catalog = Connection::open(scene.path(".windfall/catalog.sqlite")).unwrap();
    catalog.execute_batch(statement).unwrap();
}

/// What the catalog knows of files and made files.
fn known(library: &Path) -> Vec<String> {
    let catalog = Connection::open(library.join(".windfall/catalog.sqlite")).unwrap();
    let mut known = Vec::new();
    for query in [
        "SELECT path, area || ' ' || category || ' ' || ifnull(kind, '-') || ' ' || ifnull(original_name, '-') || ' ' || \
         ifnull(modified, '-') || proved FROM files ORDER BY path",
        "SELECT path, kind || ' ' || category || ' ' || ifnull(blake3, '-') || ifnull(pending, '') FROM derived \
         ORDER BY path",
        "SELECT inner, sort FROM entries ORDER BY inner, sort",
    ] {
        let mut statement = catalog.prepare(query).unwrap();
        let row = |row: &rusqlite::Row<'_>| {
            Ok(format!("{}: {}", row.get::<_, String>(0)?, row.get::<_, String>(1)?))
        };
        known.extend(statement.query_map([], row).unwrap().map(Result::unwrap));
    }
    known
}

fn below<'t>(tree: &'t [String], folder: &str) -> Vec<&'t str> {
    tree.iter().map(String::as_str).filter(|path| path.starts_with(folder)).collect()
}

const PLAN: &str = "Notes/Trips/Plan.md";

#[test]
fn a_kill_after_the_rename_leaves_nobodys_file() {
    // a new file
    let scene = Scene::of([&first()]);
    scene.import();
    let before = contents(&scene.library());
    sql(&scene, &format!("DELETE FROM derived WHERE path = '{PLAN}'; DELETE FROM unchanged"));
    assert_eq!(problems(&scene.import()), [""; 0]);
    assert_eq!(contents(&scene.library()), before);
    // another text took the place of the first, and the record does not say so yet
    let text = scene.text(PLAN).replace("first", "halfway");
    fs::write(scene.path(PLAN), &text).unwrap();
    let hash = blake3::hash(text.as_bytes());
    sql(&scene, &format!("UPDATE derived SET pending = '{hash}' WHERE path = '{PLAN}'"));
    assert!(scene.run(&["verify", "lib"]).out().contains("as they were made"));
    scene.deliver(&second());
    assert_eq!(problems(&scene.import()), [""; 0]);
    assert!(scene.text(PLAN).ends_with("# Plan\n\nsecond\n"));
    assert_eq!(below(&scene.tree(), "Notes/Trips"), [PLAN]);
    // or it does, and the text did not get there
    sql(
        &scene,
        &format!("UPDATE derived SET pending = '{hash}' WHERE path = '{PLAN}'; DELETE FROM unchanged"),
    );
    assert_eq!(problems(&scene.import()), [""; 0]);
    assert!(known(&scene.library()).iter().all(|line| !line.contains(&hash.to_string())));
}

#[test]
fn edits_of_both_stay_and_are_named_once() {
    let scene = Scene::of([&first()]);
    scene.import();
    fs::write(scene.path(PLAN), "mine").unwrap();
    scene.deliver(&second());
    let report = scene.import();
    assert_eq!(problems(&report), ["warning edited-by-owner"]);
    let said = messages(&report, "edited-by-owner");
    let after = contents(&scene.library());
    for _ in 0..2 {
        assert_eq!(messages(&scene.import(), "edited-by-owner"), said);
        assert_eq!(contents(&scene.library()), after);
    }
    // the one beside it is the owner's as well, once it is changed
    fs::write(scene.path("Notes/Trips/Plan (2).md"), "mine too").unwrap();
    assert_eq!(messages(&scene.import(), "edited-by-owner"), said);
    assert_eq!(scene.text("Notes/Trips/Plan (2).md"), "mine too");
    assert_eq!(below(&scene.tree(), "Notes/Trips").len(), 2);
    let verified = scene.run(&["verify", "lib"]);
    assert_eq!(verified.code(), 0);
    assert!(verified.out().contains("changed by you"), "{}", verified.out());
    let verified = scene.run(&["verify", "lib", "--json"]).json();
    assert_eq!((&verified["files"]["extra"], &verified["problems"]), (&json!(0), &json!([])));
    // a third text has two edits before it
    scene.deliver(&notes("third\n", "08-04-2024 14:15:16", "2025-02-01 10:00"));
    scene.import();
    assert!(scene.text("Notes/Trips/Plan (3).md").ends_with("third\n"));
    assert_eq!(scene.text("Notes/Trips/Plan (2).md"), "mine too");
    // whoever deletes the edits has the newest in their place
    fs::remove_file(scene.path(PLAN)).unwrap();
    assert_eq!(problems(&scene.import()), [""; 0]);
    assert!(scene.text(PLAN).ends_with("third\n"));
    assert_eq!(below(&scene.tree(), "Notes/Trips"), ["Notes/Trips/Plan (2).md", PLAN]);
}

#[test]
fn what_the_owner_put_in_its_place_stays() {
    let scene = Scene::of([&first()]);
    fs::create_dir_all(scene.path(PLAN)).unwrap();
    fs::write(scene.path(PLAN).join("mine.txt"), "mine").unwrap();
    let report = scene.import();
    assert_eq!(problems(&report), ["warning edited-by-owner"]);
    assert_eq!(scene.text("Notes/Trips/Plan.md/mine.txt"), "mine");
    assert!(scene.text("Notes/Trips/Plan (2).md").ends_with("first\n"));
    // a file where a folder is wanted is nobody's loss but that of what cannot stand there
    let scene = Scene::of([&first()]);
    fs::create_dir_all(scene.path("Notes")).unwrap();
    fs::write(scene.path("Notes/Trips"), "mine").unwrap();
    let report = scene.import_with_errors();
    assert_eq!(problems(&report), ["error write-failed"]);
    assert!(messages(&report, "write-failed").contains("is a link or a file, and not a folder"));
    assert_eq!(scene.text("Notes/Trips"), "mine");
    assert!(scene.path("Notes/Other.md").exists());
    fs::remove_file(scene.path("Notes/Trips")).unwrap();
    assert_eq!(problems(&scene.import()), [""; 0]);
    assert!(scene.path(PLAN).exists());
}

#[test]
fn what_nobody_makes_any_more_goes() {
    let scene = Scene::of([&first()]);
    scene.import();
    let made = scene.text(PLAN);
    let hash = blake3::hash(made.as_bytes());
    for path in ["Notes/Old/Deep/Plan.md", "Notes/Edited/Plan.md", "Notes/trips/plan.md"] {
        let path_on_disk = scene.path(path);
        fs::create_dir_all(path_on_disk.parent().unwrap()).unwrap();
        fs::write(path_on_disk, &made).unwrap();
        sql(
            &scene,
            &format!(
                "INSERT OR REPLACE INTO derived (path, kind, blake3, category) VALUES ('{path}', 'made', '{hash}', \
                 'notes'); DELETE FROM unchanged"
            ),
        );
    }
    fs::write(scene.path("Notes/Edited/Plan.md"), "mine").unwrap();
    assert_eq!(problems(&scene.import()), [""; 0]);
    assert!(!scene.path("Notes/Old").exists(), "emptied folders go");
    assert_eq!(scene.text("Notes/Edited/Plan.md"), "mine");
    assert_eq!(scene.text(PLAN), made);
    assert!(!scene.library().join("Notes/trips/plan.md").exists() || scene.path("Notes/TRIPS").exists());
}

#[test]
fn a_category_that_is_excluded_or_silent_keeps_its_files() {
    let scene = whole();
    let before = contents(&scene.library());
    let report = scene.import_with(&["--without", "notes,drive"]);
    assert_eq!(problems(&report), [""; 0]);
    assert_eq!(contents(&scene.library()), before);
    assert_eq!(scene.rows("SELECT title FROM notes ORDER BY title"), ["Other", "Plan"]);
    assert_eq!(scene.run(&["verify", "lib"]).code(), 0);
    // of which every file still has its origin
    fs::remove_file(scene.path(".windfall/catalog.sqlite")).unwrap();
    let rebuilt = scene.run(&["verify", "lib", "--rebuild-catalog", "--json"]).json();
    assert_eq!((&rebuilt["files"]["extra"], &rebuilt["problems"]), (&json!(0), &json!([])));
    assert_eq!(contents(&scene.library()), before);
    let report = scene.import_with(&["--only", "all"]);
    assert_eq!(problems(&report), [""; 0]);
    assert_eq!(contents(&scene.library()), before);

    // a text that cannot be read makes no note unwanted
    let text = ".windfall/details/iCloud Notes 2024-05-01/Part 1/Notes/Trips/Plan/Plan.txt";
    fs::remove_file(scene.path(text)).unwrap();
    for zip in fs::read_dir(scene.0.parts()).unwrap().flatten() {
        if zip.file_name() != "iCloud Contacts.zip" {
            fs::remove_file(zip.path()).unwrap();
        }
    }
    scene.import_run(&[]);
    assert!(scene.text(PLAN).ends_with("first\n"));
}

#[test]
fn archives_are_safe_when_every_file_of_theirs_stands_by_its_name() {
    let scene = whole();
    let against = |scene: &Scene, parts: &str| {
        let run = scene.run(&["verify", "lib", "--against", parts, "--json"]).json();
        let count = |name: &str| run["against"][name].as_u64().unwrap();
        (run["safe_to_delete"].as_bool().unwrap(), count("entries"), count("held"), count("not_held"))
    };
    assert_eq!(against(&scene, "parts"), (true, 12, 12, 0));
    // an empty file more, and bytes that stand under another name and in another category
    let other = Scene::of([&drive(&[("empty.txt", ""), ("also empty.txt", ""), ("Ann Berg.txt", "free\n")])]);
    fs::rename(other.0.parts().join("iCloud Drive.zip"), scene.0.path("iCloud Drive.zip")).unwrap();
    assert_eq!(against(&scene, "iCloud Drive.zip"), (false, 4, 1, 3));
    // what is left out was never imported
    let fresh = Scene::of([&drive(&[("empty.txt", "")]), &contacts()]);
    fresh.import_with(&["--without", "drive"]);
    assert_eq!(against(&fresh, "parts"), (false, 3, 1, 2));
    assert_eq!(against(&fresh, "parts/iCloud Contacts.zip"), (true, 1, 1, 0));
    // a folder is as good as a zip
    let unzipped = Scene::of([&contacts()]);
    unzipped.import();
    drive(&[("empty.txt", ""), ("a/b.txt", "x")]).write_folders(&unzipped.0.path("folders"));
    assert!(!against(&unzipped, "folders").0);
    let run = unzipped.run(&["import", "folders", "--to", "lib"]);
    assert_eq!(run.code(), 0, "{}{}", run.out(), run.err());
    assert_eq!(against(&unzipped, "folders"), (true, 3, 3, 0));
}

#[test]
fn a_catalog_is_made_anew_of_every_category() {
    let scene = whole();
    let (files, before) = (contents(&scene.library()), known(&scene.library()));
    let settings = "SELECT name || value FROM settings WHERE name IN ('only', 'apple_time_zone', 'mbox')";
    let settings = |scene: &Scene| -> Vec<String> {
        let catalog = Connection::open(scene.path(".windfall/catalog.sqlite")).unwrap();
        let mut statement = catalog.prepare(settings).unwrap();
        let mut all: Vec<String> = statement.query_map([], |row| row.get(0)).unwrap().flatten().collect();
        all.sort();
        all
    };
    let chosen = settings(&scene);
    assert_eq!(chosen.len(), 3);
    fs::remove_file(scene.path(".windfall/catalog.sqlite")).unwrap();
    let rebuilt = scene.run(&["verify", "lib", "--rebuild-catalog", "--against", "parts", "--json"]).json();
    assert_eq!((&rebuilt["files"]["extra"], &rebuilt["problems"]), (&json!(0), &json!([])));
    assert_eq!(rebuilt["safe_to_delete"], true);
    assert_eq!(known(&scene.library()), before);
    assert_eq!(settings(&scene), chosen);
    assert_eq!(problems(&scene.import()), [""; 0]);
    assert_eq!(contents(&scene.library()), files);
    assert_eq!(known(&scene.library()), before);

    // an edit is its owner's, as long as nothing tells more
    fs::write(scene.path(PLAN), "mine").unwrap();
    fs::remove_file(scene.path(".windfall/catalog.sqlite")).unwrap();
    let rebuilt = scene.run(&["verify", "lib", "--rebuild-catalog", "--json"]).json();
    assert_eq!(rebuilt["files"]["extra"], 1);
    assert_eq!(scene.text(PLAN), "mine");
    scene.import();
    assert_eq!(scene.text(PLAN), "mine");
    assert!(scene.text("Notes/Trips/Plan (2).md").ends_with("first\n"));
}

#[test]
fn a_mirror_has_what_is_made_and_follows() {
    let scene = whole();
    let mirror = |scene: &Scene| scene.run(&["mirror", "lib", "--to", "second", "--json"]).json();
    assert_eq!(mirror(&scene)["problems"], json!([]));
    let copy = scene.0.path("second");
    assert_eq!(contents(&copy), contents(&scene.library()));
    let verified = scene.run(&["verify", "second", "--json"]).json();
    assert_eq!((&verified["files"]["extra"], &verified["problems"]), (&json!(0), &json!([])));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let program = scene.path("Drive/b/LICENSE");
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
        fs::remove_file(copy.join("Drive/b/LICENSE")).unwrap();
        mirror(&scene);
        assert_eq!(fs::metadata(copy.join("Drive/b/LICENSE")).unwrap().permissions().mode() & 0o777, 0o755);
    }
    // a newer text follows, and what somebody changed in the mirror stays
    fs::write(copy.join("Contacts/All contacts.vcf"), "changed in the mirror").unwrap();
    scene.deliver(&second());
    scene.import();
    mirror(&scene);
    assert_eq!(fs::read_to_string(copy.join(PLAN)).unwrap(), scene.text(PLAN));
    assert_eq!(fs::read_to_string(copy.join("Contacts/All contacts.vcf")).unwrap(), "changed in the mirror");
    // it is a library in every respect
    fs::remove_file(copy.join(PLAN)).unwrap();
    let run = scene.run(&["import", "parts", "--to", "second", "--json"]);
    assert_eq!(run.code(), 0, "{}{}", run.out(), run.err());
    assert_eq!(fs::read_to_string(copy.join(PLAN)).unwrap(), scene.text(PLAN));
}

#[test]
fn a_file_is_forgotten_where_it_stood() {
    let scene = whole();
    let before = contents(&scene.library());
    assert_eq!(scene.run(&["forget", "lib", "Drive/a/LICENSE", "Drive/empty.txt"]).code(), 0);
    assert_eq!(scene.run(&["forget", "lib", "Notes/Other.assets/Attachment.png"]).code(), 0);
    scene.deliver(&drive(&[
        ("a/LICENSE", "free\n"),
        ("b/LICENSE", "free\n"),
        ("empty.txt", ""),
        ("c/LICENSE", "free\n"),
        ("c/empty.txt", ""),
    ]));
    let report = scene.import();
    assert_eq!(entries(&report, &["excluded", "imported", "failed"]), [3, 2, 0], "{report}");
    let stand = ["Drive/b/LICENSE", "Drive/c/LICENSE", "Drive/c/empty.txt"];
    assert_eq!(below(&scene.tree(), "Drive"), stand);
    assert!(!scene.path("Notes/Other.assets").exists());
    assert!(!scene.text("Notes/Other.md").contains("Other.assets"), "{}", scene.text("Notes/Other.md"));
    let verified = scene.run(&["verify", "lib", "--against", "parts", "--json"]).json();
    assert_eq!(verified["safe_to_delete"], true, "{verified}");
    for path in ["Drive/a/LICENSE", "Drive/empty.txt", "Notes/Other.assets/Attachment.png"] {
        assert_eq!(scene.run(&["forget", "lib", "--undo", path]).code(), 0, "{path}");
    }
    fs::remove_dir_all(scene.path("Drive/c")).unwrap();
    scene.deliver(&drive(&[("a/LICENSE", "free\n"), ("b/LICENSE", "free\n"), ("empty.txt", "")]));
    scene.import_run(&[]);
    let after = contents(&scene.library());
    let of = |all: &[String], top: &str| -> Vec<String> {
        all.iter().filter(|line| line.starts_with(top)).cloned().collect()
    };
    assert_eq!(of(&after, "Notes"), of(&before, "Notes"));

    let refused = scene.run(&["forget", "lib", PLAN]);
    assert_eq!(refused.code(), 1);
    assert!(refused.err().contains("made of other files"), "{}", refused.err());
    assert!(scene.path(PLAN).exists());
}

#[test]
fn a_photo_that_is_forgotten_stays_in_iclouds_drive() {
    let bytes = jpeg(1, &Exif::taken("2024:03:03 10:05:17"));
    let photo = Photo::new("IMG_1.JPG", bytes.clone()).row(Row::created("2024-03-03 10:05"));
    let photos = Export::new("iCloud Photos").part(Part::new().photo(photo));
    let scene = Scene::of([&photos]);
    scene.import();
    let photo = below(&scene.tree(), "2024")[0].to_owned();
    assert_eq!(scene.run(&["forget", "lib", "--delete", &photo]).code(), 0);
    let drive = Drive::new().file(DriveFile::new("IMG_1.JPG", bytes.clone()));
    scene.deliver(&export(Outer::Drive, Language::English).part(Part::new().files(drive)));
    let report = scene.import();
    assert_eq!(entries(&report, &["excluded", "imported", "failed"]), [1, 1, 0], "{report}");
    assert_eq!(scene.tree(), ["Drive/IMG_1.JPG"]);
    assert_eq!(scene.bytes("Drive/IMG_1.JPG"), bytes);
}

#[test]
fn every_line_has_its_category_and_made_files_are_explained() {
    let scene = whole();
    let lines: Vec<(String, String)> = scene
        .0
        .list()
        .iter()
        .map(|line| {
            let word = |name: &str| line[name].as_str().unwrap().to_owned();
            (word("path"), word("category"))
        })
        .collect();
    let categories: Vec<&str> = lines.iter().map(|(_, category)| category.as_str()).collect();
    assert_eq!(categories, ["photos", "contacts", "drive", "drive", "drive", "mail", "notes"], "{lines:?}");
    // two files of the same bytes come from one entry each
    let sources = scene.listed("Drive/b/LICENSE")["sources"].clone();
    let sources: Vec<&str> =
        sources.as_array().unwrap().iter().map(|s| s["entry"].as_str().unwrap()).collect();
    assert_eq!(sources, ["iCloud Drive/Drive/b/LICENSE"]);
    let told = scene.run(&["list", "lib", "--explain", PLAN]);
    assert_eq!(told.code(), 0, "{}", told.err());
    assert!(told.out().contains("made of") && told.out().contains(".windfall/details"), "{}", told.out());
    let told: Value = scene.run(&["list", "lib", "--explain", PLAN, "--json"]).json();
    assert_eq!(told["category"], "notes");
}

#[test]
fn verbs_for_photos_leave_everything_else_alone() {
    let scene = whole();
    fs::write(scene.path("Drive/mine.txt"), "mine").unwrap();
    let before: Vec<String> =
        contents(&scene.library()).into_iter().filter(|line| !line.starts_with("20")).collect();
    let run = |arguments: &[&str]| {
        let run = scene.run(arguments);
        assert_eq!(run.code(), 0, "{arguments:?}: {}{}", run.out(), run.err());
    };
    run(&["arrange", "lib", "--layout", "{year}", "--name", "{year} {original}"]);
    run(&["arrange", "lib", "--undo"]);
    run(&["albums", "lib", "--as", "list"]);
    run(&["repair", "lib", "--from", "parts", "--all"]);
    run(&["copy", "lib", "--to", "copied"]);
    run(&["similar", "lib"]);
    run(&["verify", "lib"]);
    run(&["sidecars", "lib", "--for", "digikam"]);
    let after: Vec<String> =
        contents(&scene.library()).into_iter().filter(|line| !line.starts_with("20")).collect();
    assert_eq!(after, before);
    assert!(tree(&scene.0.path("copied")).iter().all(|path| !path.contains("LICENSE")));
    // files that are gone or bad come back
    fs::remove_file(scene.path("Drive/a/LICENSE")).unwrap();
    fs::remove_file(scene.path("Mail/INBOX/2019-03-04 1908 Dinner.eml")).unwrap();
    run(&["repair", "lib", "--from", "parts"]);
    let after: Vec<String> =
        contents(&scene.library()).into_iter().filter(|line| !line.starts_with("20")).collect();
    assert_eq!(after, before);
}

#[test]
fn what_the_owner_put_elsewhere_stays_there() {
    let scene = whole();
    fs::create_dir_all(scene.path("Drive/mine")).unwrap();
    fs::rename(scene.path("Drive/a/LICENSE"), scene.path("Drive/mine/license.txt")).unwrap();
    fs::rename(scene.path("Contacts/Cards/Ann Berg.vcf"), scene.path("Contacts/Ann.vcf")).unwrap();
    let before = contents(&scene.library());
    for _ in 0..2 {
        assert_eq!(problems(&scene.import()), [""; 0]);
        assert_eq!(contents(&scene.library()), before);
    }
    let verified = scene.run(&["verify", "lib", "--against", "parts", "--json"]).json();
    assert_eq!((&verified["safe_to_delete"], &verified["problems"]), (&json!(true), &json!([])));
    // one of the same bytes that was not there before gets its place
    scene.deliver(&drive(&[
        ("a/LICENSE", "free\n"),
        ("b/LICENSE", "free\n"),
        ("c/LICENSE", "free\n"),
        ("empty.txt", ""),
    ]));
    scene.import();
    let stand = ["Drive/b/LICENSE", "Drive/c/LICENSE", "Drive/empty.txt", "Drive/mine/license.txt"];
    assert_eq!(below(&scene.tree(), "Drive"), stand);
    // nobody forgets where it is
    fs::remove_file(scene.path(".windfall/catalog.sqlite")).unwrap();
    let rebuilt = scene.run(&["verify", "lib", "--rebuild-catalog", "--json"]).json();
    assert_eq!((&rebuilt["files"]["extra"], &rebuilt["problems"]), (&json!(0), &json!([])));
    assert_eq!(scene.listed("Drive/mine/license.txt")["category"], "drive");
    scene.import();
    assert_eq!(below(&scene.tree(), "Drive"), stand);
}

/// What stands after runs that were killed at any instant.
#[test]
fn a_request_that_is_killed_is_finished_by_the_next_run() {
    let scene = whole();
    // what is made of many cards has no time of its own
    let contents = |library: &Path| -> Vec<String> {
        let all = contents(library).into_iter();
        all.map(|line| if line.contains("All contacts") { line[..60].to_owned() } else { line }).collect()
    };
    let expected = contents(&scene.library());
    let started = std::time::Instant::now();
    assert_eq!(scene.run(&["import", "parts", "--to", "timed"]).code(), 0);
    let whole = started.elapsed();
    let mut killed = 0;
    for step in 1..=5 {
        let library = format!("trial {step}");
        for round in 0..2 {
            let mut command = scene.0.command(&["import", "parts", "--to", &library]);
            let command = command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null());
            let mut child = command.spawn().unwrap();
            std::thread::sleep(whole * (step + round) / 6);
            child.kill().unwrap();
            killed += u32::from(!child.wait().unwrap().success());
        }
        let run = scene.run(&["import", "parts", "--to", &library, "--json"]);
        assert_eq!(run.code(), 0, "{step}: {}{}", run.out(), run.err());
        assert_eq!(problems(&run.json()), [""; 0], "{step}");
        assert_eq!(contents(&scene.0.path(&library)), expected, "{step}");
        let verified = scene.run(&["verify", &library, "--json"]).json();
        assert_eq!((&verified["files"]["extra"], &verified["problems"]), (&json!(0), &json!([])), "{step}");
    }
    assert!(killed > 0, "no run was killed");
}

#[test]
fn names_of_litter_are_files_in_iclouds_drive() {
    let names = ["Thumbs.db", "a/desktop.ini", "#recycle/x.txt", ".localized"];
    let files: Vec<(&str, &str)> = names.iter().map(|name| (*name, *name)).collect();
    let scene = Scene::of([&drive(&files)]);
    assert_eq!(entries(&scene.import(), &["imported", "ignored"]), [4, 0]);
    let whole = |run: Value| {
        assert_eq!((&run["files"]["total"], &run["files"]["intact"]), (&json!(5), &json!(5)), "{run}");
        assert_eq!(run["problems"], json!([]));
        assert_eq!(run["safe_to_delete"], true);
    };
    whole(scene.run(&["verify", "lib", "--against", "parts", "--json"]).json());
    fs::remove_file(scene.path(".windfall/catalog.sqlite")).unwrap();
    whole(scene.run(&["verify", "lib", "--rebuild-catalog", "--against", "parts", "--json"]).json());
    scene.run(&["mirror", "lib", "--to", "second"]);
    assert_eq!(contents(&scene.0.path("second")), contents(&scene.library()));
    assert_eq!(entries(&scene.import(), &["already_present", "imported"]), [5, 0]);
}
