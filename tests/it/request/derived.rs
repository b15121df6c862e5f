//! Files that are made: known by their bytes, made again when they are gone, and never written over what their owner
//! wrote.

use std::fs;

use super::{Scene, problems};
use crate::builder::{Card, Export, Language, Note, Notes, Outer, Part, cards, export};

const A: &str = "02-25-2024 18:09:10";

fn notes(text: &str, modified: &str, built: &str) -> Export {
    let notes = Notes::new()
        .note(Note::new("Plan", text).dated(A, modified))
        .note(Note::new("Other", "x\n").dated(A, A));
    export(Outer::Notes, Language::English).built(built).part(Part::new().files(notes))
}

fn scene() -> Scene {
    let cards = cards("", [("Ann Berg.vcf", Card::new("Ann Berg").phone("1"))]);
    let contacts = export(Outer::Contacts, Language::English).part(Part::new().files(cards));
    let scene = Scene::of([&notes("first\n", A, "2024-05-01 22:03"), &contacts]);
    scene.import();
    scene
}

#[test]
fn what_is_gone_is_made_again() {
    let scene = scene();
    let made = ["Notes/Plan.md", "Contacts/All contacts.vcf", "Records.sqlite"];
    let before = made.map(|path| scene.bytes(path));
    made.iter().for_each(|path| fs::remove_file(scene.path(path)).unwrap());
    let verified = scene.run(&["verify", "lib"]);
    assert_eq!(verified.code(), 0, "nothing is lost: {}", verified.out());
    assert!(verified.out().contains("Notes/Plan.md") || verified.out().contains('3'), "{}", verified.out());
    let numbers = scene.run(&["verify", "lib", "--json"]).json();
    assert_eq!((&numbers["files"]["missing"], &numbers["files"]["extra"]), (&0.into(), &0.into()));
    let report = scene.import();
    assert_eq!(problems(&report), [""; 0]);
    for (path, bytes) in made.iter().zip(before) {
        assert!(scene.bytes(path) == bytes, "{path}");
    }
}

#[test]
fn the_archives_need_not_be_there_for_it() {
    let scene = scene();
    let before = scene.text("Notes/Plan.md");
    fs::remove_file(scene.path("Notes/Plan.md")).unwrap();
    // only the contacts are imported; the notes are known to the library
    fs::remove_file(scene.0.parts().join("iCloud Notes.zip")).unwrap();
    scene.import();
    assert_eq!(scene.text("Notes/Plan.md"), before);
}

#[test]
fn an_edit_is_its_owners() {
    let scene = scene();
    let edited = "# Plan\n\nmy own words\n";
    fs::write(scene.path("Notes/Plan.md"), edited).unwrap();
    // nothing new is to be said
    assert_eq!(problems(&scene.import()), [""; 0]);
    assert_eq!(scene.tree().iter().filter(|path| path.starts_with("Notes/Plan")).count(), 1);
    let verified = scene.run(&["verify", "lib"]);
    assert_eq!(verified.code(), 0, "verify is content with it: {}", verified.out());
    // a newer text stands beside it
    scene.deliver(&notes("second\n", "07-04-2024 14:15:16", "2025-01-01 10:00"));
    let report = scene.import();
    assert_eq!(problems(&report), ["warning edited-by-owner"], "{report}");
    assert_eq!(scene.text("Notes/Plan.md"), edited);
    assert!(scene.text("Notes/Plan (2).md").ends_with("# Plan\n\nsecond\n"));
    assert_eq!(scene.run(&["verify", "lib"]).code(), 0);
    // which is ours, and replaced while it is as it was written
    scene.deliver(&notes("third\n", "08-04-2024 14:15:16", "2025-02-01 10:00"));
    scene.import();
    assert_eq!(scene.text("Notes/Plan.md"), edited);
    assert!(scene.text("Notes/Plan (2).md").ends_with("# Plan\n\nthird\n"));
    assert!(!scene.path("Notes/Plan (3).md").exists());
    assert!(scene.text("Notes/Other.md").ends_with("# Other\n\nx\n"));
}

#[test]
fn a_newer_text_replaces_what_nobody_touched() {
    let scene = scene();
    scene.deliver(&notes("second\n", "07-04-2024 14:15:16", "2025-01-01 10:00"));
    let report = scene.import();
    assert_eq!(problems(&report), [""; 0]);
    assert!(scene.text("Notes/Plan.md").ends_with("# Plan\n\nsecond\n"));
    assert_eq!(scene.modified("Notes/Plan.md"), "2024-07-04T21:15:16Z");
    let texts = scene.details().into_iter().filter(|path| path.ends_with("Plan.txt")).count();
    assert_eq!(texts, 2, "older texts stay among the details");
}

#[test]
fn a_database_that_its_owner_changed_stays() {
    let scene = scene();
    let database = rusqlite::Connection::open(scene.path("Records.sqlite")).unwrap();
    database.execute_batch("CREATE VIEW mine AS SELECT title FROM notes").unwrap();
    drop(database);
    scene.deliver(&notes("second\n", "07-04-2024 14:15:16", "2025-01-01 10:00"));
    let report = scene.import();
    assert_eq!(problems(&report), ["warning edited-by-owner"]);
    assert_eq!(scene.rows("SELECT count(*) FROM mine"), ["2"]);
    assert!(scene.path("Records (2).sqlite").exists());
}

#[test]
fn a_file_of_the_owners_own_is_in_nobodys_way() {
    let scene = Scene::of([&notes("first\n", A, "2024-05-01 22:03")]);
    fs::create_dir_all(scene.path("Notes")).unwrap();
    fs::write(scene.path("Notes/Plan.md"), "mine").unwrap();
    scene.import();
    assert_eq!(scene.text("Notes/Plan.md"), "mine");
    assert!(scene.text("Notes/Plan (2).md").ends_with("# Plan\n\nfirst\n"));
}
