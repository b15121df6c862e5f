//! Libraries made before: archives of Apple's that an earlier version kept in `Other/`, because it did not read them, are
//! read through by the next import, and the library becomes what an import of today makes.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use super::{Scene, contents, entries, problems, zipped};
use crate::builder::{
    BookmarkTable, Card, Exif, Export, Language, Note, Notes, Outer, Part, Photo, Row, cards, damage, export,
    jpeg,
};
use crate::support::tree;
use rusqlite::{Connection, params};
use windfall::apple::zip::{Window, ZipArchive};
use windfall::library::catalog::Catalog;

const A: &str = "02-25-2024 18:09:10";
const B: &str = "03-26-2024 19:10:11";
const NOTES: &str = "iCloud Notes.zip";
const BOOKMARKS: &str = "iCloud Bookmarks.zip";

/// An archive of notes.
fn notes(text: &str) -> Vec<u8> {
    let note =
        Note::new("Plan", &format!("{text}\n\u{fffc}\n")).dated(A, A).file("sketch.png", super::picture());
    let other = Note::new("Boat/Parts", "a rope\n").dated(B, B);
    zipped(Part::new().files(Notes::new().note(note).note(other)))
}

fn bookmarks() -> Vec<u8> {
    let table = BookmarkTable::new().link("Example", "https://example.org", "2019-03-04 19:08");
    zipped(Part::new().entry("Bookmarks_1.csv", table.bytes()))
}

fn photo(n: u64) -> Photo {
    let bytes = jpeg(n, &Exif::taken(&format!("2024:03:0{n} 10:00:00")).offset("+00:00"));
    Photo::new(&format!("IMG_{n}.JPG"), bytes).row(Row::created(&format!("2024-03-0{n} 10:00")))
}

/// A part of photos with these archives in it.
fn part(nested: &[(&str, Vec<u8>)]) -> Part {
    nested.iter().fold(Part::new().photo(photo(1)), |part, (name, bytes)| part.entry(name, bytes.clone()))
}

fn photos(nested: &[(&str, Vec<u8>)]) -> Export {
    Export::new("iCloud Photos").part(part(nested))
}

/// What lies in no part and is delivered later.
fn later() -> Export {
    let card = cards("", [("Ann Berg.vcf", Card::new("Ann Berg"))]);
    export(Outer::Contacts, Language::English).part(Part::new().files(card))
}

/// What 0.1.0 made of the archives in `parts/`: photos as today, and each of these nested archives as a file.
fn made_before(scene: &Scene, nested: &[&str]) {
    // that something is damaged is said
    assert!([0, 3].contains(&scene.import_run(&["--only", "photos"]).code()));
    let zips: BTreeMap<String, PathBuf> = fs::read_dir(scene.0.parts())
        .unwrap()
        .map(|zip| zip.unwrap().path())
        .map(|path| (path.file_name().unwrap().to_str().unwrap().to_owned(), path))
        .collect();
    let catalog = Connection::open(Catalog::path_in(&scene.library())).unwrap();
    // nor the photos in nested archives
    let of_nested =
        "content IN (SELECT content FROM entries JOIN archives ON id = archive WHERE name LIKE '%/%')";
    let mut files = catalog.prepare(&format!("DELETE FROM files WHERE {of_nested} RETURNING path")).unwrap();
    for path in files.query_map([], |row| row.get::<_, String>(0)).unwrap().map(Result::unwrap) {
        fs::remove_file(scene.path(&path)).unwrap();
    }
    drop(files);
    catalog
        .execute_batch(
            "DELETE FROM entries WHERE archive IN (SELECT id FROM archives WHERE name LIKE '%/%'); DELETE FROM archives WHERE name LIKE '%/%'; DELETE FROM settings WHERE name = 'only'; \
             DELETE FROM unchanged; DELETE FROM runs",
        )
        .unwrap();
    for (name, path) in &zips {
        let archive = ZipArchive::open(Window::file(File::open(path).unwrap()).unwrap()).unwrap();
        let id: i64 =
            catalog.query_row("SELECT id FROM archives WHERE name = ?1", [name], |row| row.get(0)).unwrap();
        let wrapper = name.trim_end_matches(".zip");
        for entry in &archive.entries {
            let inner = entry.name.strip_prefix(&format!("{wrapper}/")).unwrap_or(&entry.name);
            if !nested.contains(&inner) {
                continue;
            }
            let mut bytes = Vec::new();
            std::io::Read::read_to_end(&mut archive.reader(entry).unwrap(), &mut bytes).unwrap();
            let hash = blake3::hash(&bytes).to_hex();
            let known =
                catalog.query_row("SELECT id FROM contents WHERE blake3 = ?1", [hash.as_str()], |row| {
                    row.get::<_, i64>(0)
                });
            let content = known.unwrap_or_else(|_| {
                let add = "INSERT INTO contents (blake3, size, crc32) VALUES (?1, ?2, ?3)";
                catalog.execute(add, params![hash.as_str(), entry.size, entry.crc32]).unwrap();
                catalog.last_insert_rowid()
            });
            catalog
                .execute(
                    "INSERT OR IGNORE INTO entries (archive, position, part, path, inner, sort, size, content) \
                     SELECT ?1, ?2, min(part), ?3, ?4, 'other', ?5, ?6 FROM entries WHERE archive = ?1",
                    params![id, entry.position, &*entry.name, inner, entry.size, content],
                )
                .unwrap();
            let path = format!("Other/{inner}");
            fs::create_dir_all(scene.path("Other")).unwrap();
            if !scene.path(&path).exists() {
                fs::write(scene.path(&path), &bytes).unwrap();
            }
            catalog
                .execute(
                    "INSERT OR IGNORE INTO files (path, area, content, kind) VALUES (?1, 'other', ?2, 'other')",
                    params![path, content],
                )
                .unwrap();
        }
        catalog.execute("UPDATE archives SET complete = 1 WHERE id = ?1", [id]).unwrap();
    }
    for table in tree(&scene.path(".windfall/details")) {
        if table.ends_with("origins.csv") || table.ends_with("settings.csv") {
            fs::remove_file(scene.path(".windfall/details").join(table)).unwrap();
        }
    }
}

/// `parts/` moved out of the way, and something else there.
fn next_delivery(scene: &Scene) {
    fs::rename(scene.0.parts(), scene.0.path("first")).unwrap();
    fs::create_dir(scene.0.parts()).unwrap();
    scene.deliver(&later());
}

/// All that a library says of itself: its files, what `list` says, its tables and database.
fn all(scene: &Scene) -> Vec<String> {
    let mut all = contents(&scene.library());
    // when somebody verified them is another matter
    all.extend(scene.0.list().into_iter().map(|mut line| {
        line["verified"].take();
        line.to_string()
    }));
    for table in tree(&scene.path(".windfall/details")) {
        let bytes = fs::read(scene.path(".windfall/details").join(&table)).unwrap();
        all.extend(String::from_utf8_lossy(&bytes).lines().map(|line| format!("{table}: {line}")));
    }
    if scene.path("Records.sqlite").exists() {
        for query in ["SELECT archive, entry, blake3 FROM _sources", "SELECT title, path FROM notes"] {
            all.extend(scene.rows(&format!("{query} ORDER BY 1, 2")));
        }
    }
    let catalog = Connection::open(Catalog::path_in(&scene.library())).unwrap();
    for query in [
        "SELECT archives.name || '|' || entries.path || '|' || sort || '|' || inner FROM entries \
         JOIN archives ON archives.id = archive ORDER BY 1",
        "SELECT name || '|' || complete FROM archives ORDER BY 1",
        "SELECT name || '|' || label || '|' || category FROM exports ORDER BY 1",
        "SELECT path || '|' || area || '|' || category FROM files ORDER BY 1",
    ] {
        let mut statement = catalog.prepare(query).unwrap();
        all.extend(statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap));
    }
    all
}

fn assert_same(found: &[String], expected: &[String], what: &str) {
    let lacks = |these: &[String], those: &[String]| {
        these.iter().filter(|line| !those.contains(line)).cloned().collect::<Vec<_>>()
    };
    assert_eq!((lacks(found, expected), lacks(expected, found)), (vec![], vec![]), "{what}");
}

/// What an import of today makes of both deliveries.
fn made_today(exports: &[Export]) -> Vec<String> {
    let scene = Scene::of(exports);
    scene.import();
    next_delivery(&scene);
    scene.import();
    all(&scene)
}

fn request() -> [Export; 1] {
    [photos(&[(NOTES, notes("the boat")), (BOOKMARKS, bookmarks())])]
}

fn earlier() -> Scene {
    let scene = Scene::of(&request());
    made_before(&scene, &[NOTES, BOOKMARKS]);
    assert_eq!(
        scene.tree(),
        ["2024/2024-03/IMG_1.JPG", "Other/iCloud Bookmarks.zip", "Other/iCloud Notes.zip"]
    );
    scene
}

fn assert_sound(scene: &Scene, what: &str) {
    let verified = scene.run(&["verify", "lib", "--json"]);
    assert_eq!((verified.code(), problems(&verified.json())), (0, vec![]), "{what}: {}", verified.out());
}

#[test]
fn the_next_import_reads_them_through() {
    let expected = made_today(&request());
    let scene = earlier();
    assert_sound(&scene, "before");
    next_delivery(&scene);
    let run = scene.import_run(&[]);
    let report = run.json();
    assert_eq!((run.code(), problems(&report)), (0, vec![]), "{}", super::messages(&report, "ambiguous-row"));
    assert!(run.err().contains("2 archives that an earlier version kept unread went"), "{}", run.err());
    assert_same(&all(&scene), &expected, "read through");
    assert!(scene.path("Notes/Plan.md").exists() && !scene.path("Other").exists());
    assert_sound(&scene, "after");
    let against = scene.run(&["verify", "lib", "--against", "first", "--json"]);
    assert_eq!((against.code(), &against.json()["safe_to_delete"]), (0, &true.into()), "{}", against.out());
    // there is nothing more to do
    for _ in 0..2 {
        let again = scene.import();
        assert_eq!(entries(&again, &["total", "already_present"]), [1, 1]);
        assert_same(&all(&scene), &expected, "again");
    }
    let lists = all(&scene);
    let rebuilt = scene.run(&["verify", "lib", "--rebuild-catalog", "--json"]);
    assert_eq!((rebuilt.code(), problems(&rebuilt.json())), (0, vec![]), "{}", rebuilt.out());
    let listed =
        |all: &[String]| all.iter().filter(|line| line.starts_with('{')).cloned().collect::<Vec<_>>();
    assert_eq!(listed(&all(&scene)), listed(&lists));
    scene.import();
    assert_same(&all(&scene), &expected, "made anew");
}

#[test]
fn also_where_the_request_is_given_again() {
    let expected = made_today(&request());
    let scene = earlier();
    assert_eq!(problems(&scene.import()), [""; 0]);
    assert!(!scene.path("Other").exists());
    next_delivery(&scene);
    scene.import();
    assert_same(&all(&scene), &expected, "given again");
}

#[test]
fn a_dry_run_says_it_and_changes_nothing() {
    let scene = earlier();
    next_delivery(&scene);
    let before = all(&scene);
    let run = scene.import_run(&["--dry-run"]);
    assert!(
        run.err().contains("2 archives that an earlier version kept unread would be read"),
        "{}",
        run.err()
    );
    assert_same(&all(&scene), &before, "a dry run");
    let (dry, wet) = (run.json(), scene.import());
    for field in ["entries", "categories", "exports", "problems"] {
        assert_eq!(dry[field], wet[field], "{field}");
    }
}

#[test]
fn what_is_an_owners_stays() {
    let holiday = zipped(Part::new().entry("Plan.txt", "x").entry("IMG_7.JPG", jpeg(7, &Exif::none())));
    let request = [photos(&[("holiday.zip", holiday)])];
    let scene = Scene::of(&request);
    made_before(&scene, &["holiday.zip"]);
    next_delivery(&scene);
    assert_eq!(entries(&scene.import(), &["total"]), [1]);
    assert_same(&all(&scene), &made_today(&request), "an owner's");
    assert!(scene.path("Other/holiday.zip").exists());
}

#[test]
fn what_is_damaged_stays_and_what_can_be_read_of_it_is_read() {
    // nothing of it can be read: it is no concern of an import of something else
    let cut = b"PK\x03\x04 and nothing else".to_vec();
    let scene = Scene::of(&[photos(&[(NOTES, cut.clone())])]);
    made_before(&scene, &[NOTES]);
    next_delivery(&scene);
    assert_eq!(problems(&scene.import()), [""; 0]);
    assert_eq!(scene.bytes("Other/iCloud Notes.zip"), cut);
    // one entry is
    let folder = tempfile::tempdir().unwrap();
    let zip = folder.path().join("x.zip");
    fs::write(&zip, notes("the boat")).unwrap();
    damage::flip_byte(&zip, "sketch.png");
    let damaged = fs::read(&zip).unwrap();
    let scene = Scene::of(&[photos(&[(NOTES, damaged.clone())])]);
    made_before(&scene, &[NOTES]);
    next_delivery(&scene);
    for _ in 0..2 {
        let report = scene.import_with_errors();
        assert!(problems(&report).contains(&"error damaged-entry".to_owned()), "{report:#}");
        assert_eq!(scene.bytes("Other/iCloud Notes.zip"), damaged);
        assert!(scene.path("Notes/Plan.md").exists() && scene.path("Notes/Boat/Parts.md").exists());
    }
}

#[test]
fn what_is_not_wanted_waits() {
    let expected = made_today(&request());
    let scene = earlier();
    next_delivery(&scene);
    let before = tree(&scene.path("Other"));
    let report = scene.import_with(&["--only", "contacts"]);
    assert_eq!((tree(&scene.path("Other")), entries(&report, &["total", "excluded"])), (before, vec![1, 0]));
    let report = scene.import_with(&["--only", "contacts,notes"]);
    assert_eq!(problems(&report), [""; 0]);
    assert_eq!(tree(&scene.path("Other")), [BOOKMARKS]);
    scene.import_with(&["--only", "all"]);
    assert_same(&all(&scene), &expected, "in the end");
}

#[test]
fn an_archive_of_which_an_option_leaves_something_out_stays() {
    let secret =
        Photo::new("IMG_3.JPG", jpeg(3, &Exif::none())).row(Row::created("2024-03-03 10:00").hidden());
    let hidden = zipped(Part::new().photo(photo(2)).photo(secret));
    const NAME: &str = "iCloud Photos Part 1 of 1.zip";
    let scene = Scene::of(&[photos(&[(NAME, hidden)])]);
    made_before(&scene, &[NAME]);
    next_delivery(&scene);
    for _ in 0..2 {
        scene.import_with(&["--hidden", "skip"]);
        let photos = ["2024/2024-03/IMG_1.JPG", "2024/2024-03/IMG_2.JPG"];
        let cards = ["Contacts/All contacts.vcf", "Contacts/Cards/Ann Berg.vcf"];
        let stays = format!("Other/{NAME}");
        assert_eq!(scene.tree(), [&photos[..], &cards, &[&stays]].concat());
        assert!(
            all(&scene).iter().any(|line| line.contains("origins.csv: Other/iCloud Photos Part 1 of 1.zip"))
        );
    }
}

#[test]
fn one_file_of_two_parts_goes_once_both_are_read() {
    let second = Part::new().photo(photo(2)).entry(NOTES, notes("the boat"));
    let request = [photos(&[(NOTES, notes("the boat"))]).part(second)];
    let scene = Scene::of(&request);
    made_before(&scene, &[NOTES]);
    assert_eq!(tree(&scene.path("Other")), [NOTES]);
    next_delivery(&scene);
    scene.import();
    assert_same(&all(&scene), &made_today(&request), "two parts");
}

#[test]
fn archives_of_one_name_with_other_bytes() {
    // the second part is given again, the first is not
    let second = Part::new().photo(photo(2)).entry(NOTES, notes("the car!"));
    let request = [photos(&[(BOOKMARKS, bookmarks())]).part(second)];
    let scene = Scene::of(&request);
    made_before(&scene, &[NOTES, BOOKMARKS]);
    fs::remove_file(scene.0.parts().join("iCloud Photos Part 1 of 2.zip")).unwrap();
    assert_eq!(problems(&scene.import()), [""; 0]);
    assert!(!scene.path("Other").exists() && scene.text("Notes/Plan.md").contains("the car!"));
    assert!(scene.path("Bookmarks/bookmarks.html").exists());
}

#[test]
fn without_its_catalog_all_of_it_comes_to_its_place_too() {
    let scene = earlier();
    next_delivery(&scene);
    fs::remove_file(Catalog::path_in(&scene.library())).unwrap();
    let rebuilt = scene.run(&["verify", "lib", "--rebuild-catalog", "--json"]);
    assert_eq!(rebuilt.code(), 0, "{}", rebuilt.out());
    scene.import();
    let fresh = Scene::of(&request());
    fresh.import();
    fs::remove_dir_all(fresh.0.parts()).unwrap();
    fs::create_dir(fresh.0.parts()).unwrap();
    fresh.deliver(&later());
    fresh.import();
    assert_same(&contents(&scene.library()), &contents(&fresh.library()), "without its catalog");
    assert_sound(&scene, "without its catalog");
}

#[test]
fn an_archive_that_its_owner_moved_is_the_owners() {
    let scene = earlier();
    next_delivery(&scene);
    fs::create_dir(scene.path("Mine")).unwrap();
    fs::rename(scene.path("Other/iCloud Notes.zip"), scene.path("Mine/notes.zip")).unwrap();
    scene.import();
    assert!(scene.path("Mine/notes.zip").exists() && !scene.path("Notes").exists());
    assert!(!scene.path("Other").exists() && scene.path("Bookmarks/bookmarks.html").exists());
}

#[cfg(unix)]
#[test]
fn a_kill_at_any_moment_loses_nothing() {
    use crate::reliability::kills::Killer;
    let expected = made_today(&request());
    let scene = earlier();
    next_delivery(&scene);
    let library = scene.library();
    let pristine = scene.0.path("pristine");
    copy(&library, &pristine);
    let start = std::time::Instant::now();
    scene.import();
    let time = start.elapsed();
    let mut killer = Killer::within(time);
    let kills = std::env::var("WINDFALL_KILLS").ok().and_then(|n| n.parse().ok()).unwrap_or(12);
    for number in 0..kills {
        fs::remove_dir_all(&library).unwrap();
        copy(&pristine, &library);
        for _ in 0..=number % 2 {
            let command = scene.0.command(&["import", "parts", "--to", "lib", "--json"]);
            killer.kill(command);
        }
        let kept = |name: &str| scene.path(&format!("Other/{name}")).exists();
        assert!(kept(NOTES) || scene.path("Notes/Boat/Parts.md").exists(), "kill {number}");
        scene.import();
        assert_same(&all(&scene), &expected, &format!("kill {number}"));
        assert_sound(&scene, &format!("kill {number}"));
        assert!(!scene.path(".windfall/staging").exists(), "kill {number}");
    }
    assert!(killer.killed > kills / 3, "only {} runs were killed", killer.killed);
}

#[cfg(unix)]
fn copy(from: &Path, to: &Path) {
    let copied = std::process::Command::new("cp").arg("-a").arg(from).arg(to).status().unwrap();
    assert!(copied.success(), "{}", from.display());
}
