//! Several exports of one category, in any order and in any shape: one library.

use super::{Scene, contents, entries, numbers, problems};
use crate::builder::{
    Calendar, Card, Drive, Export, Language, Message, Note, Notes, Outer, Part, cards, export,
};

const OLD: &str = "2022-05-01 22:03";
const A: &str = "02-25-2024 18:09:10";

fn notes_of_2022() -> Export {
    let notes = Notes::new()
        .note(Note::new("Plan", "first\n").stamped("2021-03-04T05:06:07Z"))
        .note(Note::new("Only then", "kept\n").stamped("2021-03-05T05:06:07Z"));
    export(Outer::Notes, Language::English).built(OLD).part(Part::new().files(notes))
}

fn notes_of_2024() -> Export {
    let notes = Notes::new()
        // 03-03 21:06:07 in Los Angeles is 03-04 05:06:07 in UTC
        .note(Note::new("Plan", "second\n").dated("03-03-2021 21:06:07", A))
        .note(Note::new("Only now", "new\n").dated(A, A));
    export(Outer::Notes, Language::English).part(Part::new().files(notes))
}

#[test]
fn a_note_of_two_exports_is_one() {
    let scene = Scene::new();
    notes_of_2022().write_zip(1, &scene.0.parts().join("iCloud Notes.zip"));
    notes_of_2024().write_zip(1, &scene.0.parts().join("iCloud Notes 2.zip"));
    scene.import();
    let tree = ["Notes/Only now.md", "Notes/Only then.md", "Notes/Plan.md"];
    assert_eq!(scene.tree(), tree);
    assert!(scene.text("Notes/Plan.md").ends_with("# Plan\n\nsecond\n"), "the newest text is the note");
    assert!(
        scene
            .text("Notes/Plan.md")
            .contains("created: 2021-03-04T05:06:07Z\nmodified: 2024-02-26T02:09:10Z\n")
    );
    assert_eq!(
        scene.details().iter().filter(|path| path.contains("Plan")).count(),
        2,
        "the older one is kept"
    );
    assert_eq!(scene.rows("SELECT title FROM notes ORDER BY title"), ["Only now", "Only then", "Plan"]);
    // one after the other, the older one last
    let later = Scene::of([&notes_of_2024()]);
    later.import();
    std::fs::remove_file(later.0.parts().join("iCloud Notes.zip")).unwrap();
    later.deliver(&notes_of_2022());
    let report = later.import();
    assert_eq!(problems(&report), [""; 0]);
    assert_eq!(contents(&later.library()), contents(&scene.library()));
    // the archives have other names, and so all of it is not the same bytes
    assert_eq!(later.rows("SELECT * FROM notes"), scene.rows("SELECT * FROM notes"));
}

fn drive(text: &str, extra: &str, built: &str) -> Export {
    let drive = Drive::new().files([("a.txt", text), ("same.txt", "same"), (extra, extra)]);
    export(Outer::Drive, Language::English).built(built).part(Part::new().files(drive))
}

#[test]
fn folders_of_one_name_are_two_exports_where_apples_lists_differ() {
    let scene = Scene::new();
    let now = || drive("newer", "now.txt", "2024-05-01 22:03");
    for (folder, export) in [("a", now()), ("before", drive("old", "then.txt", OLD)), ("copy", now())] {
        export.write_folders(&scene.0.parts().join(folder));
    }
    let report = scene.import();
    assert_eq!(report["exports"].as_array().map(Vec::len), Some(2), "{report}");
    assert_eq!(
        scene.tree(),
        ["Drive/a (2).txt", "Drive/a.txt", "Drive/now.txt", "Drive/same.txt", "Drive/then.txt"]
    );
    assert_eq!(scene.text("Drive/a.txt"), "old", "the older one comes first");
    let before = contents(&scene.library());
    assert_eq!(entries(&scene.import(), &["imported", "duplicate"]), [0, 0]);
    assert_eq!(contents(&scene.library()), before);
}

#[test]
fn drive_keeps_both_where_a_file_changed() {
    let scene = Scene::of([&drive("old", "then.txt", OLD)]);
    scene.import();
    scene.deliver(&drive("newer", "now.txt", "2024-05-01 22:03"));
    let report = scene.import();
    assert_eq!(
        scene.tree(),
        ["Drive/a (2).txt", "Drive/a.txt", "Drive/now.txt", "Drive/same.txt", "Drive/then.txt"]
    );
    assert_eq!(
        (scene.text("Drive/a.txt"), scene.text("Drive/a (2).txt")),
        ("old".to_owned(), "newer".to_owned()),
        "what stands keeps its path"
    );
    assert_eq!(problems(&report), [""; 0]);
}

#[test]
fn the_same_again_is_a_duplicate() {
    let message = || Message::new("Dinner").date("Mon, 4 Mar 2019 19:08:00 +0100").text("x\n").bytes();
    let mail = |built: &str| {
        export(Outer::Mail, Language::English).built(built).part(Part::new().entry("INBOX/1.eml", message()))
    };
    let scene = Scene::new();
    mail(OLD).write_zip(1, &scene.0.parts().join("iCloud Mail.zip"));
    mail("2024-05-01 22:03").write_zip(1, &scene.0.parts().join("iCloud Mail 2.zip"));
    let report = scene.import();
    assert_eq!(scene.tree(), ["Mail/INBOX/2019-03-04 1908 Dinner.eml"]);
    assert_eq!(entries(&report, &["imported", "duplicate"]), [1, 1]);
    assert_eq!(numbers(&report, "mail")[0], Some(1), "what two exports have counts once");
    assert_eq!(scene.rows("SELECT count(*) FROM messages"), ["1"]);
}

#[test]
fn a_card_or_calendar_that_changed() {
    let delivery = |phone: &str, summary: &str, built: &str| {
        let card = Card::new("Ann Berg").uid("A-1").phone(phone);
        let calendar = Calendar::new("Home").event("E-1", "DTSTART:20240303T090500Z", summary);
        [
            export(Outer::Contacts, Language::English)
                .built(built)
                .part(Part::new().files(cards("", [("Ann Berg.vcf", card)]))),
            export(Outer::Calendars, Language::English)
                .built(built)
                .part(Part::new().entry("Home.ics", calendar.bytes())),
        ]
    };
    let scene = Scene::of(&delivery("1", "Dentist", OLD));
    scene.import();
    for export in delivery("2", "Dentist, again", "2024-05-01 22:03") {
        scene.deliver(&export);
    }
    scene.import();
    assert_eq!(
        scene.rows("SELECT phones FROM contacts"),
        ["2"],
        "the newest version of a row with a key counts"
    );
    assert_eq!(scene.rows("SELECT summary FROM events"), ["Dentist, again"]);
    let cards = scene.tree().into_iter().filter(|path| path.starts_with("Contacts/Cards/")).count();
    assert_eq!(cards, 2, "no original is lost");
}

#[test]
fn the_order_of_inputs_changes_nothing() {
    let exports = [notes_of_2022(), notes_of_2024()];
    let straight = Scene::new();
    let [one, two] = ["one", "two"].map(|name| straight.0.path(name));
    for (folder, export) in [&one, &two].into_iter().zip(&exports) {
        std::fs::create_dir_all(folder).unwrap();
        export.write_zips(folder);
    }
    let import = |inputs: [&str; 2], library: &str, jobs: &str| {
        let run = straight.run(&["import", inputs[0], inputs[1], "--to", library, "--json", "--jobs", jobs]);
        assert_eq!(run.code(), 0, "{}", run.err());
        contents(&straight.0.path(library))
    };
    let first = import(["one", "two"], "lib", "2");
    assert_eq!(import(["two", "one"], "lib 2", "1"), first);
}
