//! What the owner chooses: which categories, and the zone of lists that state none. The library remembers both.

use super::{Scene, categories, entries, problems};
use crate::builder::{
    Card, Exif, Export, Language, Message, Note, Notes, Outer, Part, Photo, cards, export, jpeg,
};

fn exports() -> [Export; 3] {
    let dated = "02-25-2024 18:09:10";
    let notes = Notes::new().note(Note::new("Plan", "x\n").dated(dated, dated));
    let message = Message::new("Dinner").date("Mon, 4 Mar 2019 19:08:00 +0100").text("x\n");
    [
        export(Outer::Notes, Language::English).part(Part::new().files(notes)),
        export(Outer::Mail, Language::English).part(Part::new().entry("INBOX/1.eml", message.bytes())),
        export(Outer::Contacts, Language::English)
            .part(Part::new().files(cards("", [("Ann Berg.vcf", Card::new("Ann Berg"))]))),
    ]
}

const NOTE: &str = "Notes/Plan.md";
const MAIL: &str = "Mail/INBOX/2019-03-04 1908 Dinner.eml";
const CARD: &str = "Contacts/Cards/Ann Berg.vcf";

fn has(scene: &Scene, path: &str) -> bool {
    scene.path(path).exists()
}

#[test]
fn some_categories_only() {
    let scene = Scene::of(&exports());
    let report = scene.import_with(&["--only", "notes,contacts"]);
    assert_eq!([NOTE, MAIL, CARD].map(|path| has(&scene, path)), [true, false, true]);
    assert_eq!(entries(&report, &["total", "imported", "details", "excluded"]), [4, 1, 2, 1]);
    assert_eq!(categories(&report), ["notes", "contacts"], "what is excluded has no numbers");
    assert_eq!(problems(&report), [""; 0]);
    // it is remembered, taken back, and then what was left out is read
    assert_eq!(entries(&scene.import(), &["excluded"]), [1]);
    assert!(!has(&scene, MAIL));
    scene.import_with(&["--only", "all"]);
    assert!(has(&scene, MAIL));
}

#[test]
fn photos_that_are_not_wanted_lack_no_details() {
    let picture = Photo::new("IMG_1.JPG", jpeg(1, &Exif::taken("2019:07:01 12:00:00")));
    let photos = Export::new("iCloud Photos").part(Part::new().photo(picture));
    let [notes, ..] = exports();
    let scene = Scene::of([&photos, &notes]);
    for _ in 0..2 {
        let report = scene.import_with(&["--only", "notes"]);
        assert_eq!((entries(&report, &["excluded"]), problems(&report)), (vec![1], vec![]));
    }
    assert_eq!(problems(&scene.import_with(&["--only", "all"])), ["warning no-details"]);
}

#[test]
fn all_but_some() {
    let scene = Scene::of(&exports());
    scene.import_with(&["--without", "mail"]);
    assert_eq!([NOTE, MAIL, CARD].map(|path| has(&scene, path)), [true, false, true]);
    // the newer setting replaces the older
    scene.import_with(&["--only", "mail"]);
    assert!(has(&scene, MAIL));
    let usage = scene.run(&["import", "parts", "--to", "lib", "--only", "health"]);
    assert_eq!(usage.code(), 2, "{}", usage.err());
}

#[test]
fn nothing_but_what_is_left_out() {
    let scene = Scene::of(&exports()[1..2]);
    let report = scene.import_with(&["--without", "mail"]);
    assert_eq!(entries(&report, &["total", "imported", "excluded"]), [1, 0, 1]);
    assert_eq!(report["categories"], serde_json::json!([]));
    let verified = scene.run(&["verify", "lib", "--against", "parts", "--json"]).json();
    assert_eq!(verified["safe_to_delete"], false, "it holds nothing of it: {verified}");
}

#[test]
fn a_dry_run_says_the_same() {
    let scene = Scene::of(&exports());
    let dry = scene.import_with(&["--dry-run"]);
    assert!(!scene.library().exists());
    let wet = scene.import();
    for field in ["entries", "categories", "exports", "problems"] {
        assert_eq!(dry[field], wet[field], "{field}");
    }
}

#[test]
fn the_zone_of_apples_lists() {
    let scene = Scene::of(&exports());
    scene.import_with(&["--apple-time-zone", "UTC"]);
    assert!(scene.text(NOTE).contains("created: 2024-02-25T18:09:10Z\n"));
    assert_eq!(scene.modified(NOTE), "2024-02-25T18:09:10Z");
    assert_eq!(scene.rows("SELECT dates_basis FROM notes"), ["assumed:UTC"]);
    // remembered, and named in the certificate
    let said = scene.run(&["import", "parts", "--to", "lib"]);
    assert_eq!(said.code(), 0);
    assert!(scene.text(NOTE).contains("created: 2024-02-25T18:09:10Z\n"));
    // a later change makes what was made anew
    let said = scene.run(&["import", "parts", "--to", "lib", "--apple-time-zone", "America/Los_Angeles"]);
    assert!(said.out().contains("America/Los_Angeles"), "{}", said.out());
    assert!(scene.text(NOTE).contains("created: 2024-02-26T02:09:10Z\n"));
    assert_eq!(scene.modified(NOTE), "2024-02-26T02:09:10Z");
    assert_eq!(
        scene.rows("SELECT created_utc, dates_basis FROM notes"),
        ["2024-02-26T02:09:10Z|assumed:America/Los_Angeles"]
    );
    let usage = scene.run(&["import", "parts", "--to", "lib", "--apple-time-zone", "Mars/Base"]);
    assert_eq!(usage.code(), 2);
}

#[test]
fn lists_can_be_filtered_by_category() {
    let scene = Scene::of(&exports());
    scene.import();
    let lines =
        |category: &str| scene.run(&["list", "lib", "--category", category, "--json"]).out().lines().count();
    assert_eq!(["notes", "mail", "contacts", "drive"].map(lines), [0, 1, 1, 0]);
}
