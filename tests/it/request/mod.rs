//! A whole request: every category but photos, from the archives that the builder writes to what stands in the
//! library, what the command says of it, and what it says to programs. Values are written out in every test, because
//! owners and their programs rely on them.

mod around;
mod as_apple_writes;
mod bookmarks;
mod calendars;
mod choices;
mod contacts;
mod derived;
mod drive;
mod kept;
mod mail;
mod notes;
mod page;
mod recognition;
mod records;
mod structure;
mod tables;
mod union;

use std::fs;
use std::path::{Path, PathBuf};

use crate::builder::{Exif, Export, Part, Wrapper};
use crate::support::place::{Place, Run};
use crate::support::tree;
use chrono::{DateTime, SecondsFormat, Utc};
use rusqlite::types::ValueRef;
use serde_json::Value;

/// A folder with archives in `parts/` and a library in `lib/`.
struct Scene(Place);

impl Scene {
    fn new() -> Self {
        Scene(Place::new())
    }

    /// With the archives of these exports.
    fn of<'e>(exports: impl IntoIterator<Item = &'e Export>) -> Self {
        let scene = Scene::new();
        exports.into_iter().for_each(|export| scene.deliver(export));
        scene
    }

    /// One more export, as archives.
    fn deliver(&self, export: &Export) {
        export.write_zips(&self.0.parts());
    }

    /// The command with these arguments, in the folder.
    fn run(&self, arguments: &[&str]) -> Run {
        self.0.run(arguments)
    }

    /// Imports `parts/`; the run may end as it likes.
    fn import_run(&self, more: &[&str]) -> Run {
        self.run(&[&["import", "parts", "--to", "lib", "--json"], more].concat())
    }

    /// Imports `parts/`, which has to end with nothing worse than warnings.
    fn import(&self) -> Value {
        self.import_with(&[])
    }

    fn import_with(&self, more: &[&str]) -> Value {
        let run = self.import_run(more);
        assert_eq!(run.code(), 0, "{}", told(&run));
        run.json()
    }

    /// Imports `parts/`, of which something has to be missing, damaged or not written.
    fn import_with_errors(&self) -> Value {
        let run = self.import_run(&[]);
        assert_eq!(run.code(), 3, "{}", told(&run));
        run.json()
    }

    fn library(&self) -> PathBuf {
        self.0.path("lib")
    }

    fn path(&self, name: &str) -> PathBuf {
        self.library().join(name)
    }

    /// Every visible file but the database.
    fn tree(&self) -> Vec<String> {
        tree(&self.library()).into_iter().filter(|path| path != "Records.sqlite").collect()
    }

    /// Apple's own tables and texts, without what the library notes beside them.
    fn details(&self) -> Vec<String> {
        let is_ours = |path: &String| path.ends_with("/origins.csv") || path.ends_with("/settings.csv");
        tree(&self.path(".windfall/details")).into_iter().filter(|path| !is_ours(path)).collect()
    }

    fn bytes(&self, path: &str) -> Vec<u8> {
        fs::read(self.path(path)).unwrap_or_else(|e| panic!("{path}: {e}; there are {:#?}", self.tree()))
    }

    fn text(&self, path: &str) -> String {
        String::from_utf8(self.bytes(path)).unwrap()
    }

    /// When a file was changed: `2024-03-03T09:05:00Z`.
    fn modified(&self, path: &str) -> String {
        let time =
            fs::metadata(self.path(path)).unwrap_or_else(|e| panic!("{path}: {e}")).modified().unwrap();
        DateTime::<Utc>::from(time).to_rfc3339_opts(SecondsFormat::Secs, true)
    }

    /// What `list --json` says, by path.
    fn listed(&self, path: &str) -> Value {
        let all = self.0.list();
        let found = all.iter().find(|line| line["path"] == path);
        found.unwrap_or_else(|| panic!("{path} is not listed")).clone()
    }

    /// The rows of a query of `Records.sqlite`, `|` between cells and `-` for NULL.
    fn rows(&self, query: &str) -> Vec<String> {
        let database = rusqlite::Connection::open(self.path("Records.sqlite")).unwrap();
        let mut statement = database.prepare(query).unwrap_or_else(|e| panic!("{query}: {e}"));
        let width = statement.column_count();
        let row = |row: &rusqlite::Row<'_>| {
            let cell = |at: usize| match row.get_ref(at).unwrap() {
                ValueRef::Null => "-".to_owned(),
                ValueRef::Integer(number) => number.to_string(),
                ValueRef::Real(number) => number.to_string(),
                ValueRef::Text(text) => String::from_utf8(text.to_vec()).unwrap(),
                ValueRef::Blob(bytes) => format!("{} bytes", bytes.len()),
            };
            Ok((0..width).map(cell).collect::<Vec<_>>().join("|"))
        };
        statement.query_map([], row).unwrap().map(Result::unwrap).collect()
    }
}

/// What a run says that ended otherwise than it should have.
fn told(run: &Run) -> String {
    let report: Value = serde_json::from_str(run.out()).unwrap_or_default();
    format!("{}\n{:#}\n{:#}", run.err(), report["problems"], report["categories"])
}

/// The numbers of a category in a report: items, listed, matched, files, derived.
fn numbers(report: &Value, category: &str) -> [Option<u64>; 5] {
    let all = report["categories"].as_array().unwrap();
    let found = all.iter().find(|one| one["category"] == category);
    let found = found.unwrap_or_else(|| panic!("no {category} in {all:?}"));
    ["items", "listed", "matched", "files", "derived"].map(|name| found[name].as_u64())
}

/// The names of the categories that a report has numbers of.
fn categories(report: &Value) -> Vec<&str> {
    report["categories"].as_array().unwrap().iter().map(|one| one["category"].as_str().unwrap()).collect()
}

/// `severity code` of every problem, sorted.
fn problems(report: &Value) -> Vec<String> {
    let problem =
        |one: &Value| format!("{} {}", one["severity"].as_str().unwrap(), one["code"].as_str().unwrap());
    let mut all: Vec<String> = report["problems"].as_array().unwrap().iter().map(problem).collect();
    all.sort();
    all
}

/// What the problems of this code say.
fn messages(report: &Value, code: &str) -> String {
    let of_code = report["problems"].as_array().unwrap().iter().filter(|one| one["code"] == code);
    of_code.map(|one| format!("{}\n", one["message"].as_str().unwrap())).collect()
}

/// The entries of a report that are in these states, of those that the inputs have.
fn entries(report: &Value, states: &[&str]) -> Vec<u64> {
    states.iter().map(|state| report["entries"][state].as_u64().unwrap()).collect()
}

/// A picture that says nothing of itself.
fn picture() -> Vec<u8> {
    crate::builder::png(1, &Exif::none(), &[])
}

/// A part as an archive of its own without a top folder, as bytes.
fn zipped(part: Part) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.zip");
    Export::new("x").wrapper(Wrapper::None).part(part).write_zip(1, &path);
    fs::read(path).unwrap()
}

/// Every visible file of a library with its bytes and its time, if it was given one. What the database says is told
/// by the tests of records.
fn contents(library: &Path) -> Vec<String> {
    let yesterday = Utc::now() - chrono::Duration::days(1);
    let what = |path: &String| {
        let file = library.join(path);
        let hash = blake3::hash(&fs::read(&file).unwrap());
        let time = DateTime::<Utc>::from(fs::metadata(&file).unwrap().modified().unwrap());
        match path.as_str() {
            "Records.sqlite" => path.clone(),
            _ if time > yesterday => format!("{path} {hash}"),
            _ => format!("{path} {hash} {time}"),
        }
    };
    tree(library).iter().map(what).collect()
}
