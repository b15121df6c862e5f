//! Libraries that earlier versions made of `fixtures/example`: `fixtures/library-0.1.0`, and the same with the catalogs
//! of later schemas. They are read as they are, and an import into them goes on where those versions ended.

use std::collections::BTreeMap;
use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use crate::support::verified::{assert_same, exports, facts, rebuilt, said};
use crate::support::{Depth, Scratch, codes, tree};
use windfall::Watch;
use windfall::category::photos::time::Rule;
use windfall::library::catalog::Catalog;
use windfall::library::path::LibraryPath;
use windfall::library::record::{DerivedKind, DerivedRecord};
use windfall::page::{self, PageOptions};
use windfall::run::list::{self, Explained, Story};
use windfall::run::verify::{self, Verification, VerifyRun, verify};

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name)
}

/// A copy that may be written, links as links.
fn copy(from: &Path, to: &Path) {
    for entry in walkdir::WalkDir::new(from).into_iter().map(Result::unwrap) {
        let target = to.join(entry.path().strip_prefix(from).unwrap());
        if entry.file_type().is_dir() {
            fs::create_dir_all(&target).unwrap();
        } else if entry.file_type().is_symlink() {
            #[cfg(unix)]
            std::os::unix::fs::symlink(fs::read_link(entry.path()).unwrap(), &target).unwrap();
        } else {
            fs::copy(entry.path(), &target).unwrap();
        }
    }
}

/// The library of version 0.1.0, in a scratch folder.
fn library_0_1_0() -> Scratch {
    let mut scratch = Scratch::new();
    scratch.settings.zone = chrono_tz::Tz::Europe__Berlin;
    copy(&fixture("library-0.1.0"), &scratch.library());
    scratch
}

/// The same with the catalog of a later schema.
fn library_of_schema(version: u32) -> Scratch {
    let scratch = library_0_1_0();
    let catalog = Catalog::path_in(&scratch.library());
    fs::remove_file(&catalog).unwrap();
    let dump = fs::read_to_string(fixture(&format!("catalog-{version}.sql"))).unwrap();
    rusqlite::Connection::open(catalog).unwrap().execute_batch(&dump).unwrap();
    scratch
}

/// All of them, each with the rules that its catalog has.
fn libraries() -> [(Scratch, [&'static str; 4]); 5] {
    let later = |schema| (library_of_schema(schema), NAMES);
    [(library_0_1_0(), SENTENCES), later(2), later(3), later(4), later(5)]
}

fn verified(library: &Path) -> Verification {
    let cancel = AtomicBool::new(false);
    verify(
        &VerifyRun {
            library,
            jobs: std::num::NonZeroUsize::MIN,
            watch: Watch { progress: &(), cancel: &cancel },
        },
        None,
    )
    .unwrap()
}

/// What `list` says of a file's date: the time, its source, and the rule.
type Dated = (Option<String>, &'static str, Option<&'static str>);

fn story(library: &Path, path: &str) -> Story {
    match list::explain(library, Path::new(path)).unwrap() {
        Explained::File(story) => *story,
        left_out => panic!("{left_out:?}"),
    }
}

/// The dates of all files, by path.
fn dates(library: &Path) -> BTreeMap<String, Dated> {
    let mut dates = BTreeMap::new();
    list::files(library, &mut |file| {
        let story = story(library, file.path.as_str());
        assert_eq!(story.file, file);
        let rule = story.rule.map(Rule::as_str);
        dates.insert(file.path.to_string(), (file.captured, file.captured_from, rule));
        ControlFlow::Continue(())
    })
    .unwrap();
    dates
}

/// Links of albums, and where they lead.
fn links(library: &Path) -> Vec<(String, DerivedKind, Option<String>)> {
    let known = Catalog::read(library).unwrap().load().unwrap();
    let link = |(path, record): (LibraryPath, DerivedRecord)| {
        (path.to_string(), record.kind, record.target.map(|target| target.to_string()))
    };
    known.recorded.derived.into_iter().map(link).collect()
}

/// The rules as they stand in the catalog, each once.
fn rules(library: &Path) -> Vec<String> {
    let connection = rusqlite::Connection::open(Catalog::path_in(library)).unwrap();
    let mut statement =
        connection.prepare("SELECT DISTINCT rule FROM files WHERE rule IS NOT NULL ORDER BY rule").unwrap();
    statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
}

const NAMES: [&str; 4] = ["embedded-agrees", "embedded-alone", "follows-still", "row-alone"];
const SENTENCES: [&str; 4] = [
    "it belongs to a photo and has that photo's date",
    "the file has no date of its own; the date is Apple's",
    "the file itself says when it was taken and in which time zone",
    "the file itself says when it was taken, and Apple's details agree",
];

/// The columns of every table of a catalog, in their order: name, type, whether it may be NULL, place in the key.
fn columns(library: &Path) -> Vec<(String, String, String, bool, i64)> {
    let connection = rusqlite::Connection::open(Catalog::path_in(library)).unwrap();
    let sql = "SELECT tables.name, columns.name, columns.type, \"notnull\", pk FROM sqlite_schema AS tables \
        JOIN pragma_table_info(tables.name) AS columns WHERE tables.type = 'table' ORDER BY tables.name, cid";
    let mut statement = connection.prepare(sql).unwrap();
    let column =
        |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?));
    statement.query_map([], column).unwrap().map(Result::unwrap).collect()
}

#[test]
fn list_and_the_page_read_it_and_leave_it_as_it_is() {
    libraries().iter().for_each(|(scratch, _)| assert_read_as_it_is(scratch));
}

fn assert_read_as_it_is(scratch: &Scratch) {
    let library = scratch.library();
    let before = fs::read(Catalog::path_in(&library)).unwrap();

    let dates = dates(&library);
    assert_eq!(dates.len(), 12);
    let taken = |path: &str| {
        let (captured, from, rule) = &dates[path];
        (captured.as_deref(), *from, *rule)
    };
    let time = Some("2021-07-06T16:08:14.164+03:00");
    assert_eq!(taken("2021/2021-07/IMG_2231.HEIC"), (time, "exif", Some(NAMES[0])));
    let time = Some("2022-07-04T21:30:00+02:00");
    assert_eq!(taken("Shared Albums/Trip/IMG_1001.JPG"), (time, "exif", Some(NAMES[1])));
    let time = Some("2024-03-03T10:05:17.482+01:00");
    assert_eq!(taken("2024/2024-03/IMG_4821.MOV"), (time, "still", Some(NAMES[2])));
    let time = Some("2018-12-24T18:30:00+01:00");
    assert_eq!(taken("2018/2018-12/IMG_0412.JPG"), (time, "row", Some(NAMES[3])));
    assert_eq!(scratch.records().len(), 21, "twelve files and nine details");

    let links = links(&library);
    assert_eq!(links.len(), 5);
    let (path, target) = ("Albums/Lake week/IMG_4821.MOV", "2024/2024-03/IMG_4821.MOV");
    assert_eq!(links[4], (path.to_owned(), DerivedKind::Symlink, Some(target.to_owned())));
    assert_eq!(story(&library, path).file.path.as_str(), target, "a link stands for its file");
    let posted = story(&library, "Shared Albums/Trip/IMG_1001.JPG").posted.remove(0);
    assert_eq!((posted.by.as_deref(), posted.remarks[0].text.as_deref()), (Some("B. Person"), Some("nice")));

    let page = page(scratch);
    for said in [
        "Nothing is missing.",
        "11 files are exactly what was in iCloud",
        "2 of 2 parts",
        "22 files looked at, 12 new",
    ] {
        assert!(page.contains(said), "{said}");
    }
    assert_eq!(fs::read(Catalog::path_in(&library)).unwrap(), before, "who only reads changes nothing");

    let verification = verified(&library);
    assert_eq!((verification.files.total, verification.files.intact), (21, 21));
    assert_eq!(codes(&verification.problems), []);
    let health = verify::health(&library).unwrap();
    assert_eq!((health.files, health.verified, health.harmed()), (21, 21, 0), "what verify finds is kept");
}

/// The page of a library, written elsewhere.
fn page(scratch: &Scratch) -> String {
    let options = PageOptions { output: Some(scratch.path("page.html")), ..PageOptions::default() };
    let cancel = AtomicBool::new(false);
    let watch = Watch { progress: &(), cancel: &cancel };
    let written = page::write(&scratch.library(), &options, watch, std::num::NonZeroUsize::MIN).unwrap();
    fs::read_to_string(written.path).unwrap()
}

#[test]
fn an_import_goes_on_with_it() {
    libraries().iter().for_each(|(scratch, rules)| assert_goes_on(scratch, *rules));
}

fn assert_goes_on(scratch: &Scratch, recorded: [&str; 4]) {
    let library = scratch.library();
    let (before, dates_before, links_before) = (tree(&library), dates(&library), links(&library));
    assert_eq!(rules(&library), recorded);
    let dry = scratch.dry_run(&[fixture("export-0.1.0")]);
    assert_eq!(rules(&library), recorded, "a dry run migrates nothing");
    let report = scratch.import(&[fixture("export-0.1.0")]);
    assert_eq!(report.entries.already_present, report.entries.total, "nothing is new");
    assert_eq!((report.entries, report.media), (dry.entries, dry.media));
    assert_eq!(codes(&report.problems), []);
    assert_eq!(tree(&library), before);
    assert_eq!((dates(&library), links(&library)), (dates_before, links_before));
    assert_eq!(rules(&library), NAMES);
    assert_eq!(verified(&library).files.intact, 21);
    let page = page(scratch);
    assert!(page.contains("22 files looked at, 12 new") && page.contains("22 files looked at, 0 new"));

    let records = scratch.records();
    assert_eq!(scratch.import_again(&[fixture("export-0.1.0")]).1, Depth::Glance);
    assert_eq!((scratch.records(), tree(&library)), (records, before));
}

#[test]
fn an_open_for_writing_names_the_rules() {
    let scratch = library_0_1_0();
    let (dates_before, records) = (dates(&scratch.library()), scratch.records());
    drop(Catalog::open(&scratch.library()).unwrap());
    assert_eq!(rules(&scratch.library()), NAMES);
    assert_eq!((dates(&scratch.library()), scratch.records()), (dates_before, records));
}

#[test]
fn its_catalog_becomes_one_like_any_new_one() {
    let new = Scratch::new();
    std::fs::create_dir_all(Catalog::path_in(&new.library()).parent().unwrap()).unwrap();
    drop(Catalog::open(&new.library()).unwrap());
    for (scratch, _) in libraries() {
        drop(Catalog::open(&scratch.library()).unwrap());
        assert_eq!(columns(&scratch.library()), columns(&new.library()));
    }
}

#[test]
fn without_its_catalog_it_keeps_what_is_certain() {
    let scratch = library_0_1_0();
    let library = scratch.library();
    let (before, links_before) = (tree(&library), links(&library));
    let (facts_before, exports_before, records) = (facts(&scratch), exports(&scratch), scratch.records());
    fs::remove_file(Catalog::path_in(&library)).unwrap();
    let made = rebuilt(&scratch);
    assert_eq!((said(&made), made.files.intact), (vec![], 21));
    assert_eq!((tree(&library), links(&library)), (before.clone(), links_before.clone()));
    for (path, record) in scratch.records() {
        let known = &records[&path];
        assert_eq!((record.proved, &record.original_name), (known.proved, &known.original_name), "{path}");
        assert_eq!(record.captured, known.captured, "{path}");
    }
    let origins = library.join(".windfall/details/iCloud Photos 2024-06-01/origins.csv");
    assert!(!origins.exists(), "a rebuild changes nothing but the catalog");
    let report = scratch.import(&[fixture("export-0.1.0")]);
    assert_eq!(report.entries.already_present, report.entries.total);
    assert_eq!((tree(&library), links(&library)), (before, links_before));
    assert_eq!(exports(&scratch), exports_before);
    assert_same(&facts_before, &facts(&scratch), "imported again");
    let table = fs::read_to_string(&origins).unwrap();
    assert!(!table.contains("rebuilt from the library"), "{table}");
}

#[test]
fn sizes_that_it_never_read_are_known_when_the_catalog_is_made_anew() {
    for (scratch, _) in libraries() {
        let seen = || {
            let mut seen = BTreeMap::new();
            list::files(&scratch.library(), &mut |file| {
                seen.insert(file.path.to_string(), (file.width.zip(file.height), file.duration));
                ControlFlow::Continue(())
            })
            .unwrap();
            seen
        };
        assert!(seen().values().all(|known| *known == (None, None)));
        scratch.import(&[fixture("export-0.1.0")]);
        assert!(
            seen().values().all(|known| *known == (None, None)),
            "what is there already is not read again"
        );
        rebuilt(&scratch);
        let known = seen();
        assert_eq!(known["2021/2021-07/IMG_2231.HEIC"], (Some((1025, 900)), None));
        assert_eq!(known["2024/2024-03/IMG_4821.MOV"], (None, Some(1.0)));
    }
}
