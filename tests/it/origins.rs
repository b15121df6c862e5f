//! The tables of origins, and catalogs that are lost and read back from them.

use std::collections::BTreeMap;
use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::builder::{Exif, Export, Part, Photo, Row, jpeg};
use crate::support::verified::{assert_same, derived, exports, facts, photo, rebuilt, rich, said, verified};
use crate::support::{Scratch, codes, command, contents};
use windfall::library::catalog::Catalog;
use windfall::library::settings::{AlbumForm, Hidden, Memories};
use windfall::library::template::{Purpose, Template};
use windfall::problem::{Code, Severity};
use windfall::run::list;

/// What `list --json` prints, a line each, but for when somebody last read the bytes.
fn lines(scratch: &Scratch) -> Vec<String> {
    let mut lines = Vec::new();
    list::files(&scratch.library(), &mut |mut file| {
        file.verified = None;
        lines.push(serde_json::to_string(&file).unwrap());
        ControlFlow::Continue(())
    })
    .unwrap();
    lines
}

/// The tables, by the label of their export.
fn tables(library: &Path) -> BTreeMap<String, String> {
    let labels = fs::read_dir(library.join(".windfall/details")).unwrap();
    labels
        .map(|label| label.unwrap().path())
        .map(|label| {
            let name = label.file_name().unwrap().to_string_lossy().into_owned();
            (name, fs::read_to_string(label.join("origins.csv")).unwrap())
        })
        .collect()
}

/// The tables on the drive, and when they were written.
fn written(library: &Path) -> Vec<(PathBuf, std::time::SystemTime)> {
    let labels = tables(library).into_keys();
    let path = |label: String| library.join(".windfall/details").join(label).join("origins.csv");
    labels.map(path).map(|path| (path.clone(), fs::metadata(path).unwrap().modified().unwrap())).collect()
}

fn lose_catalog(scratch: &Scratch) {
    fs::remove_file(Catalog::path_in(&scratch.library())).unwrap();
}

fn lose_tables(scratch: &Scratch) {
    for (path, _) in written(&scratch.library()) {
        fs::remove_file(path).unwrap();
    }
}

/// Loses the catalog, rebuilds it, and imports again: nothing that can be asked has another answer.
fn assert_nothing_is_lost(scratch: &Scratch, imports: &[&[PathBuf]], what: &str) {
    let library = scratch.library();
    let sound = verified(scratch);
    let before = (lines(scratch), exports(scratch), derived(scratch), contents(&library), tables(&library));
    let (facts_before, times) = (facts(scratch), written(&library));
    lose_catalog(scratch);
    let made = rebuilt(scratch);
    assert_eq!(said(&made), said(&sound), "{what}");
    assert_eq!((made.files, &made.balance), (sound.files, &sound.balance), "{what}");
    let after = || (lines(scratch), exports(scratch), derived(scratch), contents(&library), tables(&library));
    assert_eq!(after(), before, "{what}");
    assert_same(&facts_before, &facts(scratch), what);
    for inputs in imports {
        let report = scratch.import(inputs);
        assert_eq!(report.entries.already_present, report.entries.total - report.entries.ignored, "{what}");
        assert_eq!(report.bytes.read, 0, "{what}: its archives are known");
        assert_eq!(after(), before, "{what}, imported again");
    }
    assert_same(&facts_before, &facts(scratch), what);
    assert_eq!(written(&library), times, "{what}: no table is written again");
    assert_eq!(verified(scratch).files, sound.files, "{what}");
}

#[test]
fn nothing_is_lost_with_the_catalog() {
    for form in [AlbumForm::Symlink, AlbumForm::Hardlink, AlbumForm::Copy, AlbumForm::List] {
        let mut scratch = Scratch::new();
        (scratch.settings.albums, scratch.settings.memories) = (form, Memories::Folders);
        let zips = rich().write_zips(&scratch.parts());
        scratch.import(&zips);
        assert_nothing_is_lost(&scratch, &[&zips], &format!("{form:?}"));
    }
    let scratch = Scratch::new();
    let folders = rich().write_folders(&scratch.parts());
    scratch.import(&folders);
    assert_nothing_is_lost(&scratch, &[&folders], "folders");

    let mut scratch = Scratch::new();
    scratch.settings.name = Template::parse("{year}{month}{day}", Purpose::Name).unwrap();
    scratch.settings.hidden = Hidden::Mixed;
    let zips = rich().write_zips(&scratch.parts());
    scratch.import(&zips);
    assert_nothing_is_lost(&scratch, &[&zips], "a name template");
}

#[test]
fn every_copy_of_every_export_is_remembered() {
    let scratch = Scratch::new();
    let older = rich().built("2023-05-01 22:03").write_zips(&scratch.parts());
    let newer = Export::new("iCloud Photos").part(
        Part::new()
            .photo(photo(51, "IMG_1.JPG", "2024-04"))
            .photo(
                Photo::new("both.JPG", jpeg(41, &Exif::taken("2022:07:05 12:00:00").offset("+02:00")))
                    .row(Row::created("2022-07-05 10:00").favorite()),
            )
            .album("Newer", ["both.JPG"]),
    );
    let newer = newer.write_zips(&scratch.folder("newer"));
    // the same archive under its own name and under another one
    let (twin, renamed) = (scratch.folder("twin"), scratch.folder("renamed"));
    let twin = twin.join(older[0].file_name().unwrap());
    let renamed = renamed.join("iCloud Photos Part 1 of 3 (1).zip");
    fs::copy(&older[0], &twin).unwrap();
    fs::copy(&older[0], &renamed).unwrap();
    let older = [older, vec![twin, renamed]].concat();
    scratch.import(&older);
    scratch.import(&newer);
    assert_eq!(tables(&scratch.library()).len(), 2);
    let of_both = lines(&scratch).into_iter().find(|line| line.contains("/both.JPG\"")).unwrap();
    assert!(of_both.matches("\"archive\"").count() > 4, "{of_both}");
    assert_nothing_is_lost(&scratch, &[&older, &newer], "two exports");
}

#[test]
fn a_table_does_not_depend_on_the_order_of_the_inputs() {
    let scratch = Scratch::new();
    let zips = rich().write_zips(&scratch.parts());
    scratch.import(&zips);
    let mut other = Scratch::new();
    other.jobs = 1;
    let reversed: Vec<PathBuf> = zips.iter().rev().cloned().collect();
    other.import(&reversed);
    assert_eq!(tables(&scratch.library()), tables(&other.library()));
    // part by part it ends as the same table
    let other = Scratch::new();
    zips.iter().for_each(|zip| _ = other.import(std::slice::from_ref(zip)));
    let names = |library: PathBuf| -> Vec<(String, String)> {
        let table = tables(&library).into_values().next().unwrap();
        let mut reader = csv::Reader::from_reader(table.as_bytes());
        let header = reader.headers().unwrap().clone();
        let column = |name: &str| header.iter().position(|n| n == name).unwrap();
        let (archive, entry) = (column("archive"), column("entry"));
        reader.records().map(Result::unwrap).map(|r| (r[archive].to_owned(), r[entry].to_owned())).collect()
    };
    assert_eq!(names(scratch.library()), names(other.library()));
}

#[test]
fn a_table_is_written_only_where_it_changes() {
    let scratch = Scratch::new();
    let zips = rich().write_zips(&scratch.parts());
    scratch.import(&zips);
    let (before, times) = (tables(&scratch.library()), written(&scratch.library()));
    // not the same inputs: such a run does all its work
    scratch.import(&zips[1..]);
    assert_eq!((&tables(&scratch.library()), &written(&scratch.library())), (&before, &times));
    let more = Export::new("iCloud Photos").part(Part::new().photo(photo(70, "IMG_70.JPG", "2024-07")));
    scratch.import(&more.built("2025-06-01 10:00").write_zips(&scratch.folder("more")));
    let after = written(&scratch.library());
    assert_eq!((after.len(), &after[0]), (2, &times[0]), "the older export says what it said");
    // a damaged one is made anew
    fs::write(&times[0].0, &before.values().next().unwrap()[..500]).unwrap();
    scratch.import(&zips[1..]);
    assert_eq!(tables(&scratch.library()).values().next(), before.values().next());
}

#[test]
fn what_the_owner_chose_is_not_lost_with_the_catalog() {
    let scratch = Scratch::new();
    rich().write_zips(&scratch.parts());
    let (parts, library) = (scratch.parts(), scratch.library());
    let run = |words: &[&str]| {
        let output = command().args(words).output().unwrap();
        // the export lacks something, which ends with 3
        let is_done = matches!(output.status.code(), Some(0 | 3));
        assert!(is_done, "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let (parts, place) = (parts.to_str().unwrap(), library.to_str().unwrap());
    let choices = ["--time-zone", "Asia/Tokyo", "--layout", "{year}/%m", "--hidden", "skip"];
    run(&[&["import", parts, "--to", place][..], &choices].concat());
    // making a catalog anew reads every file, and keeps when
    let list = || -> Vec<Value> {
        let lines = run(&["list", place, "--json"]);
        let files = lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        files.map(|mut file| (file.as_object_mut().unwrap().remove("verified"), file).1).collect()
    };
    let (files, listed) = (contents(&library), list());
    lose_catalog(&scratch);
    run(&["verify", place, "--rebuild-catalog"]);
    assert_eq!(list(), listed);
    // the next import goes on as the owner chose
    run(&["import", parts, "--to", place]);
    assert_eq!((contents(&library), list()), (files, listed));
}

#[test]
fn a_table_that_is_gone_or_cut_is_written_again() {
    let scratch = Scratch::new();
    let parts = rich().write_zips(&scratch.parts());
    // the second run finds nothing to do
    scratch.import(&parts);
    scratch.import(&parts);
    let whole = tables(&scratch.library());
    lose_tables(&scratch);
    scratch.import(&parts);
    assert_eq!(tables(&scratch.library()), whole);
    for (path, _) in written(&scratch.library()) {
        fs::write(path, "cut").unwrap();
    }
    scratch.import(&parts);
    assert_eq!(tables(&scratch.library()), whole);
}

#[test]
fn what_the_owner_moved_and_added_is_known_after_a_rebuild() {
    let scratch = Scratch::new();
    let zips = rich().write_zips(&scratch.parts());
    scratch.import(&zips);
    let library = scratch.library();
    fs::create_dir(library.join("Best")).unwrap();
    fs::rename(library.join("2024/2024-03/IMG_2.JPG"), library.join("Best/lake.JPG")).unwrap();
    fs::write(library.join("2024/mine.JPG"), jpeg(99, &Exif::none())).unwrap();
    fs::write(library.join("Other/mine.txt"), "mine").unwrap();
    fs::write(library.join(".windfall/details/mine.csv"), "mine").unwrap();
    fs::remove_file(library.join("2024/2024-03/IMG_E2.JPG")).unwrap();
    lose_catalog(&scratch);
    let made = rebuilt(&scratch);
    let mut found = said(&made);
    found.retain(|(code, _)| *code != Code::MissingMedia);
    assert_eq!(
        found,
        [
            (Code::MissingFile, "2024/2024-03/IMG_E2.JPG"),
            (Code::ExtraFile, "2024/mine.JPG"),
            (Code::ExtraFile, "Other/mine.txt"),
        ]
    );
    let record = scratch.record("Best/lake.JPG");
    assert_eq!((record.original_name.as_deref(), record.proved), (Some("IMG_2.JPG"), true));
    let moved = lines(&scratch).into_iter().find(|line| line.contains("Best/lake.JPG")).unwrap();
    assert!(moved.contains("\"entry\":\"iCloud Photos Part 1 of 3/Photos/IMG_2.JPG\""), "{moved}");
    let report = scratch.import(&zips);
    assert_eq!(report.entries.imported, 1, "the one that was gone");
}

#[test]
fn damaged_tables_cost_what_was_in_the_damage() {
    let scratch = Scratch::new();
    let zips = rich().write_zips(&scratch.parts());
    scratch.import(&zips);
    let (facts_before, tree) = (facts(&scratch), contents(&scratch.library()));
    let before = lines(&scratch);
    let (path, _) = written(&scratch.library()).remove(0);
    let table = fs::read_to_string(&path).unwrap();
    let spoiled = table.replacen("/corrected.JPG,", "/../../../corrected.JPG,", 1);
    assert_ne!(spoiled, table);
    fs::write(&path, spoiled).unwrap();
    lose_catalog(&scratch);
    let made = rebuilt(&scratch);
    assert_eq!(codes(&made.problems), [Code::CatalogDamaged], "{:#?}", made.problems);
    assert_eq!(made.problems[0].severity, Severity::Warning);
    assert!(made.problems[0].message.starts_with("1 line "), "{}", made.problems[0].message);
    assert_same(&facts_before, &facts(&scratch), "one line is lost");
    let other = |lines: &[String]| -> Vec<String> {
        lines.iter().filter(|line| !line.contains("/corrected.JPG\",\"size\"")).cloned().collect()
    };
    assert_eq!(other(&lines(&scratch)), other(&before), "the others are what they were");
    let report = scratch.import(&zips);
    assert_eq!(report.entries.already_present, report.entries.total);
    assert_eq!(lines(&scratch), before);
    assert_eq!((contents(&scratch.library()), fs::read_to_string(&path).unwrap()), (tree, table));
}

#[test]
fn a_library_without_tables_keeps_what_is_certain() {
    for form in [AlbumForm::Symlink, AlbumForm::Hardlink, AlbumForm::Copy, AlbumForm::List] {
        let mut scratch = Scratch::new();
        scratch.settings.albums = form;
        let zips = rich().write_zips(&scratch.parts());
        scratch.import(&zips);
        let (facts_before, derived_before) = (facts(&scratch), derived(&scratch));
        let (tree, sound, records) = (contents(&scratch.library()), verified(&scratch), scratch.records());
        let (exports_before, before) = (exports(&scratch), lines(&scratch));
        lose_tables(&scratch);
        lose_catalog(&scratch);
        let made = rebuilt(&scratch);
        assert_eq!((said(&made), made.files), (vec![], sound.files), "{form:?}");
        assert_eq!((contents(&scratch.library()), derived(&scratch)), (tree.clone(), derived_before.clone()));
        for (path, record) in scratch.records() {
            let known = &records[&path];
            assert_eq!(record.proved, known.proved, "{form:?}: {path}");
            if record.proved {
                assert_eq!(record.original_name, known.original_name, "{form:?}: {path}");
                assert_eq!(record.captured, known.captured, "{form:?}: {path}");
                assert_eq!(record.favorite, known.favorite, "{form:?}: {path}");
            }
        }
        // the archives tell the rest
        let report = scratch.import(&zips);
        assert_eq!(report.entries.already_present, report.entries.total, "{form:?}: {report:#?}");
        assert_eq!(contents(&scratch.library()), tree, "{form:?}");
        assert_same(&facts_before, &facts(&scratch), &format!("{form:?}, imported again"));
        assert_eq!(exports(&scratch), exports_before, "{form:?}");
        assert_eq!((derived(&scratch), lines(&scratch)), (derived_before, before), "{form:?}");
        assert_eq!(scratch.import(&zips).bytes.read, 0);
    }
}

#[test]
fn several_exports_without_tables_double_nothing() {
    for form in [AlbumForm::Symlink, AlbumForm::List] {
        let mut scratch = Scratch::new();
        scratch.settings.albums = form;
        let older = rich().built("2023-05-01 22:03").write_zips(&scratch.parts());
        let newer = Export::new("iCloud Photos").part(
            Part::new()
                .photo(photo(51, "IMG_1.JPG", "2024-04"))
                .photo(photo(52, "IMG_1.JPG", "2024-03"))
                .album("Newer", ["IMG_1.JPG"]),
        );
        let newer = newer.write_zips(&scratch.folder("newer"));
        scratch.import(&older);
        scratch.import(&newer);
        let (tree, derived_before, before) =
            (contents(&scratch.library()), derived(&scratch), lines(&scratch));
        lose_tables(&scratch);
        lose_catalog(&scratch);
        let made = rebuilt(&scratch);
        assert!(codes(&made.problems).iter().all(|code| *code == Code::MissingMedia), "{form:?}: {made:#?}");
        assert_eq!(derived(&scratch), derived_before, "{form:?}");
        // another import leaves what it does not know of
        let more = Export::new("iCloud Photos").part(Part::new().photo(photo(70, "IMG_70.JPG", "2025-07")));
        let more = more.built("2025-08-01 10:00").write_zips(&scratch.folder("more"));
        scratch.import(&more);
        let mut with_more = contents(&scratch.library());
        with_more.retain(|path, _| !format!("{path:?}").contains("IMG_70"));
        assert_eq!(with_more.keys().collect::<Vec<_>>(), tree.keys().collect::<Vec<_>>(), "{form:?}");
        for inputs in [&older, &newer] {
            let report = scratch.import(inputs);
            assert_eq!(report.entries.already_present, report.entries.total, "{form:?}: {report:#?}");
        }
        let after: Vec<String> =
            lines(&scratch).into_iter().filter(|line| !line.contains("IMG_70")).collect();
        assert_eq!(after, before, "{form:?}");
    }
}

#[test]
fn an_edit_that_its_owner_kept_is_not_lost_with_the_catalog() {
    let scratch = Scratch::new();
    let zips = rich().write_zips(&scratch.parts());
    scratch.import(&zips);
    let photo = "2024/2024-03/IMG_2.JPG";
    let place = scratch.library().join(photo);
    fs::write(&place, jpeg(77, &Exif::none())).unwrap();
    windfall::cli::forget::edited::keep_edits(&scratch.library(), &[PathBuf::from(photo)]).unwrap();
    let before = contents(&scratch.library());
    lose_catalog(&scratch);
    rebuilt(&scratch);
    let records = scratch.records();
    let record = &records[photo];
    assert!(record.original.is_some());
    scratch.import(&zips);
    assert_eq!(contents(&scratch.library()), before);
}
