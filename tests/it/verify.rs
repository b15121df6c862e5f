//! Libraries verified: what is said of files that changed, went or came; which archives may be
//! deleted; and what a catalog made anew still knows.

use std::fs;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;

use crate::builder::{Exif, Export, Movie, Part, Photo, Row, aae, damage, jpeg, mov};
use crate::support::verified::{
    assert_same, derived, exports, facts, photo, rebuilt, rich, said, try_verify, verified,
};
use crate::support::{Scratch, codes, contents};
use windfall::Error;
use windfall::Watch;
use windfall::library::catalog::Catalog;
use windfall::library::settings::{AlbumForm, Hidden, Memories};
use windfall::library::template::{Purpose, Template};
use windfall::problem::{Code, Severity};
use windfall::run::rebuild::rebuild;
use windfall::run::verify::{Against, Files, Verification, VerifyRun};

fn verified_against(scratch: &Scratch, inputs: &[PathBuf]) -> Verification {
    try_verify(&scratch.library(), Some(inputs)).unwrap()
}

fn small() -> Export {
    Export::new("iCloud Photos").part(
        Part::new()
            .photo(photo(1, "IMG_1.JPG", "2024-03"))
            .photo(photo(2, "IMG_2.JPG", "2024-03"))
            .photo(photo(3, "IMG_3.JPG", "2023-07"))
            .album("Lake week", ["IMG_1.JPG"])
            .entry("Notes/readme.txt", "hello"),
    )
}

/// A small library and its archives. 4 files, 2 details.
fn imported() -> (Scratch, Vec<PathBuf>) {
    let scratch = Scratch::new();
    let zips = small().write_zips(&scratch.parts());
    let report = scratch.import(&zips);
    assert_eq!(codes(&report.problems), [], "{:#?}", report.problems);
    (scratch, zips)
}

fn files(total: u64, intact: u64, changed: u64, missing: u64, extra: u64) -> Files {
    Files { total, intact, damaged: 0, changed, missing, extra }
}

const FIRST: &str = "2024/2024-03/IMG_1.JPG";

#[test]
fn an_intact_library_is_intact_details_and_all() {
    let (scratch, _) = imported();
    let found = verified(&scratch);
    assert_eq!(found.files, files(6, 6, 0, 0, 0), "{:#?}", found.problems);
    assert_eq!(found.problems, []);
    assert_eq!((found.against, found.safe_to_delete), (None, None));
    let balance = &found.balance;
    assert_eq!((balance.proved, balance.unproved, balance.other, balance.details), (3, 0, 1, 2));
    assert_eq!(balance.exports[0].parts_found, [1]);
    let json = serde_json::to_value(&found).unwrap();
    assert_eq!(json["files"]["intact"], 6);
    assert!(json.get("against").is_none() && json.get("safe_to_delete").is_none(), "{json}");
}

#[test]
fn what_the_owner_or_the_drive_did_is_named() {
    let (scratch, _) = imported();
    let at = |path: &str| scratch.library().join(path);
    let flip = |path: &str| {
        let mut bytes = fs::read(at(path)).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        fs::write(at(path), bytes).unwrap();
    };
    flip(FIRST);
    let found = verified(&scratch);
    assert_eq!(found.files, files(6, 5, 1, 0, 0));
    assert_eq!(said(&found), [(Code::ChangedFile, FIRST)]);
    assert!(found.problems[0].message.contains("not the same"), "{}", found.problems[0].message);
    assert!(found.problems[0].message.contains("`iCloud Photos.zip`"), "{}", found.problems[0].message);

    let bytes = fs::read(at("2024/2024-03/IMG_2.JPG")).unwrap();
    fs::write(at("2024/2024-03/IMG_2.JPG"), &bytes[..bytes.len() - 9]).unwrap();
    fs::remove_file(at("2023/2023-07/IMG_3.JPG")).unwrap();
    fs::remove_file(at("Albums/Lake week/IMG_1.JPG")).unwrap();
    fs::write(at("2023/mine.txt"), "mine").unwrap();
    fs::write(at("2023/.DS_Store"), "system").unwrap();
    fs::write(at("windfall-report.html"), "page").unwrap();
    fs::write(at(".windfall/anything"), "ours").unwrap();
    let found = verified(&scratch);
    assert_eq!(found.files, files(6, 3, 2, 1, 1));
    assert_eq!(
        said(&found),
        [
            (Code::ChangedFile, FIRST),
            (Code::ChangedFile, "2024/2024-03/IMG_2.JPG"),
            (Code::MissingFile, "2023/2023-07/IMG_3.JPG"),
            (Code::ExtraFile, "2023/mine.txt"),
            (Code::AlbumsGone, ""),
        ]
    );
    let size = found.problems.iter().find(|p| p.entry.as_deref() == Some("2024/2024-03/IMG_2.JPG"));
    assert!(size.unwrap().message.contains("bytes and had"), "{size:?}");
}

#[test]
fn a_moved_file_is_found_by_its_bytes_and_followed() {
    let (scratch, zips) = imported();
    let library = scratch.library();
    fs::create_dir(library.join("Best")).unwrap();
    fs::rename(library.join(FIRST), library.join("Best/first.JPG")).unwrap();
    let found = verified_against(&scratch, &zips);
    assert_eq!(found.files, files(6, 6, 0, 0, 0));
    assert_eq!(said(&found), [(Code::MovedFile, FIRST)]);
    assert_eq!(found.problems[0].severity, Severity::Warning);
    assert_eq!(found.safe_to_delete, Some(true), "its bytes are there");
    scratch.import(&zips);
    assert_eq!(said(&verified(&scratch)), []);
    // kept details have their place
    let details = library.join(".windfall/details");
    let moved = fs::read_dir(&details).unwrap().next().unwrap().unwrap().path();
    let csv = moved.join("Part 1/Photos/Photo Details.csv");
    fs::rename(&csv, csv.with_file_name("other.csv")).unwrap();
    assert_eq!(verified(&scratch).files, files(6, 5, 0, 1, 0));
}

#[test]
fn derived_files_are_neither_missing_nor_extra() {
    for form in [AlbumForm::Symlink, AlbumForm::Hardlink, AlbumForm::Copy, AlbumForm::List] {
        let mut scratch = Scratch::new();
        scratch.settings.albums = form;
        let zips = small().write_zips(&scratch.parts());
        scratch.import(&zips);
        assert_eq!(said(&verified(&scratch)), [], "{form:?}");
        fs::remove_dir_all(scratch.library().join("Albums")).unwrap();
        let found = verified(&scratch);
        assert_eq!(
            (found.files, codes(&found.problems)),
            (files(6, 6, 0, 0, 0), vec![Code::AlbumsGone]),
            "{form:?}"
        );
        let message = &found.problems[0].message;
        assert!(message.contains("`windfall albums ") && message.contains("Lake week"), "{message}");
        fs::create_dir(scratch.library().join("Albums")).unwrap();
        fs::write(scratch.library().join("Albums/Lake week.m3u8"), "mine now").unwrap();
        let extra = u64::from(form != AlbumForm::List);
        assert_eq!(verified(&scratch).files, files(6, 6, 0, 0, extra), "{form:?}");
    }
}

#[test]
fn staging_that_is_left_is_named() {
    let (scratch, _) = imported();
    let staging = scratch.library().join(".windfall/staging/ab");
    fs::create_dir_all(&staging).unwrap();
    fs::write(staging.join("abcd"), "12345").unwrap();
    let found = verified(&scratch);
    assert_eq!(codes(&found.problems), [Code::StagingLeft]);
    assert!(found.problems[0].message.contains("1 file (5 bytes) waits"), "{}", found.problems[0].message);
}

#[test]
fn a_folder_without_a_catalog_of_ours_is_no_library() {
    let scratch = Scratch::new();
    fs::create_dir_all(scratch.library()).unwrap();
    assert!(matches!(try_verify(&scratch.library(), None), Err(Error::NotALibrary(_))));
    assert!(matches!(try_verify(&scratch.path("nowhere"), None), Err(Error::NotALibrary(_))));
    assert!(!scratch.library().join(".windfall").exists(), "verify makes nothing");
}

#[test]
fn inputs_are_refused_before_the_library_is_read() {
    let (scratch, _) = imported();
    let against = |input: PathBuf| try_verify(&scratch.library(), Some(&[input])).unwrap_err();
    assert!(matches!(against(scratch.path("nothing.zip")), Error::InputMissing(_)));
    assert!(matches!(against(scratch.library().join("2024")), Error::InputInLibrary { .. }));
    let empty = scratch.path("empty");
    fs::create_dir(&empty).unwrap();
    assert!(matches!(against(empty), Error::NoExport(_)));
}

#[test]
fn a_damaged_catalog_is_a_problem_and_says_what_to_do() {
    let (scratch, zips) = imported();
    let catalog = Catalog::path_in(&scratch.library());
    let sound = fs::read(&catalog).unwrap();
    type Damage = fn(&mut Vec<u8>);
    let damages: [(&str, Damage); 4] = [
        ("header", |bytes| bytes[..64].fill(0xff)),
        ("cut", |bytes| bytes.truncate(bytes.len() / 3)),
        ("pages", |bytes| bytes[8192..].iter_mut().step_by(97).for_each(|b| *b ^= 0x55)),
        ("empty", Vec::clear),
    ];
    for (name, damage) in damages {
        let mut bytes = sound.clone();
        damage(&mut bytes);
        fs::write(&catalog, bytes).unwrap();
        let found = verified_against(&scratch, &zips);
        assert!(codes(&found.problems).contains(&Code::CatalogDamaged), "{name}: {:#?}", found.problems);
        assert!(found.problems[0].message.contains("--rebuild-catalog"), "{name}");
        assert_eq!(found.safe_to_delete, Some(false), "{name}");
    }
    fs::remove_file(&catalog).unwrap();
    assert_eq!(codes(&verified(&scratch).problems), [Code::CatalogDamaged]);
    assert!(!catalog.exists(), "verify makes none");
}

#[test]
fn words_of_a_newer_version_stop_an_import_and_stay() {
    for (table, column, word) in
        [("entries", "sort", "photo"), ("files", "area", "media"), ("files", "kind", "photo")]
    {
        let (scratch, zips) = imported();
        let catalog = || rusqlite::Connection::open(Catalog::path_in(&scratch.library())).unwrap();
        let change = format!("UPDATE {table} SET {column} = 'painting' WHERE {column} = '{word}'");
        let changed = catalog().execute(&change, []).unwrap();
        // one more photo, so that there is something to do
        let more = Export::new("iCloud Photos").part(Part::new().photo(photo(7, "IMG_7.JPG", "2024-07")));
        let more = more.write_zips(&scratch.folder("more"));
        let error = scratch.try_import(&[zips.as_slice(), &more].concat()).unwrap_err();
        assert!(matches!(error, Error::Catalog { .. }), "{column}: {error}");
        let count = format!("SELECT count(*) FROM {table} WHERE {column} = 'painting'");
        assert_eq!(catalog().query_row(&count, [], |row| row.get(0)), Ok(changed), "{column}");
        assert_ne!(changed, 0, "{column}");
    }
}

#[test]
fn a_catalog_that_contradicts_itself_is_damaged() {
    let (scratch, _) = imported();
    let sql = |text: &str| {
        let connection = rusqlite::Connection::open(Catalog::path_in(&scratch.library())).unwrap();
        connection.execute_batch(text).unwrap();
    };
    sql("PRAGMA foreign_keys = OFF; UPDATE contents SET size = size + 1 WHERE id = 1");
    let found = verified(&scratch);
    assert_eq!(codes(&found.problems), [Code::CatalogDamaged]);
    assert_eq!(found.files.intact, 6, "the bytes are what they were");
    sql("UPDATE contents SET size = size - 1 WHERE id = 1; UPDATE files SET area = 'attic' WHERE path = \
         '2024/2024-03/IMG_1.JPG'");
    assert_eq!(said(&verified(&scratch)), [(Code::CatalogDamaged, FIRST)]);
    sql("PRAGMA foreign_keys = OFF; UPDATE files SET area = 'media', content = 99 WHERE path = \
         '2024/2024-03/IMG_1.JPG'");
    let found = verified(&scratch);
    assert!(
        found.problems.iter().any(|p| p.code == Code::CatalogDamaged && p.entry.as_deref() == Some(FIRST))
    );
}

#[test]
fn archives_whose_every_entry_is_held_may_go() {
    let (scratch, zips) = imported();
    let found = verified_against(&scratch, &zips);
    assert_eq!(found.against, Some(Against { entries: 6, held: 6, not_held: 0 }));
    assert_eq!(found.safe_to_delete, Some(true));
    assert_eq!(said(&found), []);
    // unzipped they are the same
    let folders = scratch.path("unzipped");
    fs::create_dir(&folders).unwrap();
    let found = verified_against(&scratch, &small().write_folders(&folders));
    assert_eq!((found.against.unwrap().held, found.safe_to_delete), (6, Some(true)));
    // a part that was never downloaded is not in these archives
    let scratch = Scratch::new();
    let zips = Export::new("iCloud Photos")
        .part(Part::new().photo(photo(1, "IMG_1.JPG", "2024-03")).entry("Photos/.DS_Store", "x"))
        .missing_part()
        .write_zips(&scratch.parts());
    scratch.import(&zips);
    let found = verified_against(&scratch, &zips);
    assert_eq!(found.against, Some(Against { entries: 2, held: 2, not_held: 0 }));
    assert_eq!(found.safe_to_delete, Some(true));
}

#[test]
fn another_archive_is_not_held() {
    let (scratch, zips) = imported();
    let other = Export::new("iCloud Photos").part(Part::new().photo(photo(9, "IMG_9.JPG", "2024-03")));
    let folder = scratch.path("other");
    fs::create_dir(&folder).unwrap();
    let other = other.write_zips(&folder);
    let all: Vec<PathBuf> = zips.iter().chain(&other).cloned().collect();
    let found = verified_against(&scratch, &all);
    assert_eq!(found.against, Some(Against { entries: 8, held: 6, not_held: 2 }));
    assert_eq!(found.safe_to_delete, Some(false));
    let not_held: Vec<_> = found.problems.iter().filter(|p| p.code == Code::NotHeld).collect();
    assert_eq!(not_held.len(), 2, "{:#?}", found.problems);
    assert_eq!(not_held[1].archive.as_deref(), Some("iCloud Photos.zip"));
    assert!(not_held.iter().any(|p| p.entry.as_deref() == Some("iCloud Photos/Photos/IMG_9.JPG")));
    assert_eq!(not_held[0].severity, Severity::Error);
}

#[test]
fn what_an_option_left_out_is_not_held() {
    let mut scratch = Scratch::new();
    scratch.settings.hidden = Hidden::Skip;
    let hidden =
        Photo::new("IMG_5.JPG", jpeg(5, &Exif::none())).row(Row::created("2024-03-03 10:05").hidden());
    let zips = Export::new("iCloud Photos")
        .part(Part::new().photo(photo(1, "IMG_1.JPG", "2024-03")).photo(hidden))
        .write_zips(&scratch.parts());
    assert_eq!(scratch.import(&zips).entries.excluded, 1);
    let found = verified_against(&scratch, &zips);
    assert_eq!(found.against, Some(Against { entries: 3, held: 2, not_held: 1 }));
    assert_eq!(found.safe_to_delete, Some(false));
    assert_eq!(said(&found), [(Code::NotHeld, "iCloud Photos/Photos/IMG_5.JPG")]);
}

#[test]
fn damaged_archives_are_never_safe() {
    let (scratch, zips) = imported();
    let copy = scratch.path("copies");
    fs::create_dir(&copy).unwrap();
    let damaged = small().write_zips(&copy);
    damage::flip_byte(&damaged[0], "IMG_2.JPG");
    let found = verified_against(&scratch, &damaged);
    assert_eq!(found.against, Some(Against { entries: 6, held: 5, not_held: 1 }));
    assert_eq!(found.safe_to_delete, Some(false));
    assert_eq!(codes(&found.problems), [Code::DamagedEntry, Code::NotHeld]);
    // an archive of which nothing can be read is one entry that is not held
    let page = copy.join("iCloud Photos Part 1 of 2.zip");
    damage::html_page(&page);
    let found = verified_against(&scratch, &[zips[0].clone(), page]);
    assert_eq!(found.against, Some(Against { entries: 7, held: 6, not_held: 1 }));
    assert_eq!(found.safe_to_delete, Some(false));
    assert_eq!(codes(&found.problems), [Code::DamagedArchive, Code::NotHeld]);
    // all that is left of it is held, but nobody knows what was behind
    let cut = small().write_zips(&copy);
    damage::truncate_inside(&cut[0], "readme.txt");
    let found = verified_against(&scratch, &cut);
    assert_eq!(found.safe_to_delete, Some(false), "{:#?}", found.problems);
}

#[test]
fn a_file_that_changed_holds_nothing() {
    let (scratch, zips) = imported();
    let file = scratch.library().join(FIRST);
    let bytes = fs::read(&file).unwrap();
    fs::write(&file, [&bytes[..bytes.len() - 1], b"x"].concat()).unwrap();
    let found = verified_against(&scratch, &zips);
    assert_eq!(found.against, Some(Against { entries: 6, held: 5, not_held: 1 }));
    assert_eq!(found.safe_to_delete, Some(false));
    assert_eq!(codes(&found.problems), [Code::ChangedFile, Code::NotHeld]);
    let lost = found.problems.iter().find(|p| p.code == Code::NotHeld).unwrap();
    assert!(lost.message.contains(FIRST), "{}", lost.message);
    // a details file holds its entry, and nothing else does
    fs::write(&file, bytes).unwrap();
    let details = scratch.library().join(".windfall/details");
    let part = fs::read_dir(&details).unwrap().next().unwrap().unwrap().path().join("Part 1");
    fs::remove_file(part.join("Albums/Lake week.csv")).unwrap();
    let found = verified_against(&scratch, &zips);
    assert_eq!(found.safe_to_delete, Some(false));
    assert_eq!(codes(&found.problems), [Code::MissingFile, Code::NotHeld]);
}

#[test]
fn a_rebuilt_catalog_knows_what_bytes_and_details_tell() {
    for form in [AlbumForm::Symlink, AlbumForm::Hardlink, AlbumForm::Copy, AlbumForm::List] {
        let mut scratch = Scratch::new();
        scratch.settings.albums = form;
        scratch.settings.memories = Memories::Folders;
        let zips = rich().write_zips(&scratch.parts());
        scratch.import(&zips);
        let (facts_before, derived_before) = (facts(&scratch), derived(&scratch));
        let (tree, exports_before) = (contents(&scratch.library()), exports(&scratch));
        let sound = verified(&scratch);
        assert_eq!(said(&sound), [], "{form:?}");

        fs::write(Catalog::path_in(&scratch.library()), "no catalog at all").unwrap();
        let made = rebuilt(&scratch);
        assert_eq!(said(&made), [], "{form:?}");
        assert_eq!(made.files, sound.files, "{form:?}");
        assert!(made.kept_aside.as_ref().is_some_and(|p| p.ends_with(".windfall/catalog.sqlite.damaged")));
        assert_eq!(contents(&scratch.library()), tree, "{form:?}");
        assert_same(&facts_before, &facts(&scratch), &format!("rebuilt {form:?}"));
        assert_eq!(derived(&scratch), derived_before, "{form:?}");
        let again = verified_against(&scratch, &zips);
        assert_eq!((said(&again), again.safe_to_delete), (vec![], Some(true)), "{form:?}");

        let report = scratch.import(&zips);
        assert_eq!(report.entries.already_present, report.entries.total, "{form:?}: {:#?}", report);
        assert_eq!(contents(&scratch.library()), tree, "{form:?}");
        assert_same(&facts_before, &facts(&scratch), &format!("imported again {form:?}"));
        assert_eq!(exports(&scratch), exports_before, "{form:?}");
        assert_eq!(derived(&scratch), derived_before, "{form:?}");
        let known = Catalog::read(&scratch.library()).unwrap().load().unwrap();
        let real =
            |e: &windfall::contents::Entry| !known.delivered.contents.archives[e.archive].is_stand_in();
        assert!(
            known.delivered.contents.entries.iter().all(real),
            "true sources take the place of stand-ins"
        );
        assert_eq!(scratch.import(&zips).bytes.read, 0);
    }
}

#[test]
fn a_catalog_that_is_merely_gone_doubles_no_file() {
    for form in [AlbumForm::Symlink, AlbumForm::Hardlink, AlbumForm::Copy, AlbumForm::List] {
        let mut scratch = Scratch::new();
        scratch.settings.albums = form;
        let zips = rich().write_zips(&scratch.parts());
        scratch.import(&zips);
        let (facts_before, derived_before) = (facts(&scratch), derived(&scratch));
        let tree = contents(&scratch.library());
        fs::remove_file(Catalog::path_in(&scratch.library())).unwrap();
        scratch.import(&zips);
        assert_eq!(contents(&scratch.library()), tree, "{form:?}");
        assert_same(&facts_before, &facts(&scratch), &format!("{form:?}"));
        assert_eq!(derived(&scratch), derived_before, "{form:?}");
        assert_eq!(said(&verified(&scratch)), [], "{form:?}");
    }
}

#[test]
fn a_rebuild_says_what_the_old_catalog_still_knew() {
    let (scratch, _) = imported();
    let library = scratch.library();
    fs::remove_file(library.join(FIRST)).unwrap();
    fs::write(library.join("2024/2024-03/IMG_2.JPG"), jpeg(77, &Exif::none())).unwrap();
    fs::write(library.join("mine.txt"), "mine").unwrap();
    fs::write(library.join("2023/2023-07/IMG_3.JPG.xmp"), "<x:xmpmeta x:xmptk=\"digiKam\"/>").unwrap();
    let found = rebuilt(&scratch);
    assert_eq!(found.files, files(7, 5, 1, 1, 2));
    let errors: Vec<_> = found.problems.iter().filter(|p| p.severity == Severity::Error).collect();
    assert_eq!(errors.len(), 2, "{errors:#?}");
    assert_eq!(
        (errors[0].code, errors[0].entry.as_deref()),
        (Code::ChangedFile, Some("2024/2024-03/IMG_2.JPG"))
    );
    assert_eq!((errors[1].code, errors[1].entry.as_deref()), (Code::MissingFile, Some(FIRST)));
    let rows = found.problems.iter().filter(|p| p.code == Code::MissingMedia);
    assert!(rows.clone().count() == 1 && rows.clone().all(|p| p.severity == Severity::Warning), "{rows:?}");
    // a second one keeps the first old catalog too; a journal never reaches the new one
    fs::write(Catalog::path_in(&library), "no catalog").unwrap();
    fs::write(library.join(".windfall/catalog.sqlite-journal"), "torn").unwrap();
    let aside = rebuilt(&scratch).kept_aside.unwrap();
    assert!(aside.ends_with(".windfall/catalog.sqlite.damaged.2"), "{}", aside.display());
    assert!(fs::metadata(library.join(".windfall/catalog.sqlite-journal")).map_or(true, |m| m.len() == 0));
    assert_eq!(verified(&scratch).files, files(5, 5, 0, 0, 2));
}

#[test]
fn a_rebuilt_catalog_learns_how_many_parts_there_are() {
    // the table of origins tells it; without one the kept details name one part, and the archives tell the rest
    for (is_told, expected) in [(true, Some(3)), (false, Some(1))] {
        let scratch = Scratch::new();
        let export = Export::new("iCloud Photos")
            .part(Part::new().photo(photo(1, "IMG_1.JPG", "2024-03")))
            .part(Part::new().photo(Photo::new("IMG_2.JPG", jpeg(2, &Exif::none()))))
            .part(Part::new().photo(Photo::new("IMG_3.JPG", jpeg(3, &Exif::none()))));
        let zips = export.write_zips(&scratch.parts());
        scratch.import(&zips);
        let before = exports(&scratch);
        let facts_before = facts(&scratch);
        fs::remove_file(Catalog::path_in(&scratch.library())).unwrap();
        if !is_told {
            let label = &before[0].2;
            let details = scratch.library().join(".windfall/details");
            fs::remove_file(details.join(label).join("origins.csv")).unwrap();
        }
        let made = rebuilt(&scratch);
        assert_eq!(made.kept_aside, None);
        assert_eq!(made.balance.exports[0].parts_expected, expected);
        let report = scratch.import(&zips[2..]);
        assert_eq!(report.entries.already_present, report.entries.total);
        let report = scratch.import(&zips);
        assert_eq!(report.entries.already_present, report.entries.total);
        assert_eq!(report.exports[0].parts_found, [1, 2, 3]);
        assert_eq!(exports(&scratch), before);
        assert_same(&facts_before, &facts(&scratch), "parts");
    }
}

/// Rebuilds, imports again, and compares everything with what was before.
fn assert_rebuild_is_whole(scratch: &Scratch, inputs: &[&[PathBuf]], what: &str) {
    let (facts_before, derived_before) = (facts(scratch), derived(scratch));
    let (tree, exports_before) = (contents(&scratch.library()), exports(scratch));
    fs::remove_file(Catalog::path_in(&scratch.library())).unwrap();
    assert_eq!(said(&rebuilt(scratch)), [], "{what}");
    assert_same(&facts_before, &facts(scratch), &format!("{what}, rebuilt"));
    for inputs in inputs {
        let report = scratch.import(inputs);
        assert_eq!(report.entries.already_present, report.entries.total, "{what}: {report:#?}");
    }
    assert_same(&facts_before, &facts(scratch), &format!("{what}, imported again"));
    assert_eq!(contents(&scratch.library()), tree, "{what}");
    assert_eq!((exports(scratch), derived(scratch)), (exports_before, derived_before), "{what}");
}

#[test]
fn several_exports_are_told_apart_after_a_rebuild() {
    let scratch = Scratch::new();
    let older = rich().built("2023-05-01 22:03").write_zips(&scratch.parts());
    let newer = Export::new("iCloud Photos").part(
        Part::new()
            .photo(photo(51, "IMG_1.JPG", "2024-04"))
            .photo(
                Photo::new("both.JPG", jpeg(41, &Exif::taken("2022:07:05 12:00:00").offset("+02:00")))
                    .row(Row::created("2022-07-05 10:00").favorite()),
            )
            .album("Lake week", ["IMG_1.JPG", "both.JPG"])
            .album("Newer", ["both.JPG"]),
    );
    let folder = scratch.path("newer");
    fs::create_dir(&folder).unwrap();
    let newer = newer.write_zips(&folder);
    scratch.import(&older);
    scratch.import(&newer);
    assert_eq!(exports(&scratch).len(), 2);
    assert_rebuild_is_whole(&scratch, &[&newer, &older], "two exports");
}

#[test]
fn folders_and_renamed_files_survive_a_rebuild() {
    let scratch = Scratch::new();
    let folders = rich().write_folders(&scratch.parts());
    scratch.import(&folders);
    assert_rebuild_is_whole(&scratch, &[&folders], "folders");

    let mut scratch = Scratch::new();
    scratch.settings.name = Template::parse("{year}{month}{day}", Purpose::Name).unwrap();
    scratch.settings.hidden = Hidden::Mixed;
    let at = "2024:03:03 10:05:17";
    let still = jpeg(60, &Exif::taken(at).offset("+01:00").camera("Apple", "X").live("LLL"));
    let movie = mov(61, &Movie::new().created("2024-03-03T10:05:17+0100").live("LLL"));
    let zips = Export::new("iCloud Photos")
        .part(
            Part::new()
                .photo(photo(1, "IMG_1.JPG", "2024-03"))
                .photo(photo(2, "IMG_2.JPG", "2024-03"))
                .photo(Photo::new("IMG_3.JPG", still).row(Row::created("2024-03-03 09:05").hidden()))
                .photo(Photo::new("IMG_3.MOV", movie))
                .photo(Photo::new("IMG_3.AAE", aae(62)))
                .album("All", ["IMG_1.JPG", "IMG_2.JPG", "IMG_3.JPG"]),
        )
        .write_zips(&scratch.parts());
    scratch.import(&zips);
    assert_rebuild_is_whole(&scratch, &[&zips], "a name template");
}

#[test]
fn a_library_without_details_can_be_rebuilt_too() {
    let scratch = Scratch::new();
    let zips = Export::new("iCloud Photos")
        .part(Part::new().photo(Photo::new("IMG_2.JPG", jpeg(2, &Exif::taken("2020:01:01 10:00:00")))))
        .write_zips(&scratch.parts());
    scratch.import(&zips);
    let before = facts(&scratch);
    fs::remove_file(Catalog::path_in(&scratch.library())).unwrap();
    assert_eq!(rebuilt(&scratch).files, files(1, 1, 0, 0, 0));
    assert_same(&before, &facts(&scratch), "rebuilt");
    let report = scratch.import(&zips);
    assert_eq!(report.entries.already_present, 1);
    assert_same(&before, &facts(&scratch), "imported again");
    let folder = Scratch::new();
    fs::create_dir_all(folder.library().join("2024")).unwrap();
    let cancel = AtomicBool::new(false);
    let library = folder.library();
    let run = VerifyRun {
        library: &library,
        jobs: NonZeroUsize::MIN,
        watch: Watch { progress: &(), cancel: &cancel },
    };
    assert!(matches!(rebuild(&run, &|_| folder.settings.clone(), None), Err(Error::NotALibrary(_))));
}
