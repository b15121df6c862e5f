//! What the import tests share: a scratch folder, runs with default settings, and the tree that
//! they leave, as text.
#![allow(clippy::unwrap_used, clippy::print_stdout)] // a test that cannot go on stops, one that is skipped says so
#![allow(dead_code)] // each test binary uses its part

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;

use windfall::Error;
use windfall::catalog::{Catalog, FileRecord};
use windfall::export::search::Strangers;
use windfall::import::{Chosen, Run, check, dry_run, import};
use windfall::plan::Settings;
use windfall::problem::Code;
use windfall::progress::{Phase, Progress};
use windfall::report::{Check, Report};

/// Default settings, with dates that carry no zone read in UTC.
pub fn settings() -> Settings {
    Settings::standard(chrono_tz::Tz::UTC).unwrap()
}

/// What a run did.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Depth {
    /// Everything.
    Whole,
    /// It saw that nothing has changed.
    Glance,
}

#[derive(Default)]
struct Heard(Mutex<Vec<Phase>>);

impl Progress for Heard {
    fn begin(&self, phase: Phase, _files: u64, _bytes: u64) {
        self.0.lock().unwrap().push(phase);
    }
    fn bytes(&self, _count: u64) {}
    fn file(&self, _archive: &str) {}
    fn decision(&self, _text: &dyn Fn() -> String) {}
    fn note(&self, _text: &str) {}
}

/// A scratch folder with a place for parts and a library.
pub struct Scratch {
    folder: tempfile::TempDir,
    pub settings: Settings,
    pub jobs: usize,
}

impl Scratch {
    pub fn new() -> Self {
        Scratch { folder: tempfile::tempdir().unwrap(), settings: settings(), jobs: 2 }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A folder for parts; made if it is not there.
    pub fn parts(&self) -> PathBuf {
        self.folder("parts")
    }

    /// A folder of the scratch folder; made if it is not there.
    pub fn folder(&self, name: &str) -> PathBuf {
        let path = self.path(name);
        std::fs::create_dir_all(&path).unwrap();
        path
    }

    pub fn library(&self) -> PathBuf {
        self.path("library")
    }

    pub fn try_import(&self, inputs: &[PathBuf]) -> Result<Report, Error> {
        self.try_import_to(&self.library(), inputs)
    }

    pub fn try_import_to(&self, library: &Path, inputs: &[PathBuf]) -> Result<Report, Error> {
        self.import_telling(library, inputs, &())
    }

    /// Imports, and says whether the run had to match and plan anything.
    pub fn import_again(&self, inputs: &[PathBuf]) -> (Report, Depth) {
        let heard = Heard::default();
        let report = self.import_telling(&self.library(), inputs, &heard).unwrap();
        let whole = heard.0.lock().unwrap().contains(&Phase::Match);
        (report, if whole { Depth::Whole } else { Depth::Glance })
    }

    fn import_telling(
        &self,
        library: &Path,
        inputs: &[PathBuf],
        progress: &dyn Progress,
    ) -> Result<Report, Error> {
        let cancel = AtomicBool::new(false);
        let run = Run { inputs, strangers: Strangers::Refused, jobs: self.jobs(), progress, cancel: &cancel };
        import(&run, library, &|_| Chosen { settings: self.settings.clone(), remember: Vec::new() })
    }

    pub fn import(&self, inputs: &[PathBuf]) -> Report {
        self.try_import(inputs).unwrap()
    }

    pub fn dry_run(&self, inputs: &[PathBuf]) -> Report {
        let cancel = AtomicBool::new(false);
        let run =
            Run { inputs, strangers: Strangers::Refused, jobs: self.jobs(), progress: &(), cancel: &cancel };
        let chosen = |_: &dyn Fn(&str) -> Option<String>| Chosen {
            settings: self.settings.clone(),
            remember: Vec::new(),
        };
        dry_run(&run, &self.library(), &chosen).unwrap()
    }

    pub fn check(&self, inputs: &[PathBuf]) -> Check {
        let cancel = AtomicBool::new(false);
        check(&Run {
            inputs,
            strangers: Strangers::Refused,
            jobs: self.jobs(),
            progress: &(),
            cancel: &cancel,
        })
        .unwrap()
    }

    fn jobs(&self) -> NonZeroUsize {
        NonZeroUsize::new(self.jobs).unwrap()
    }

    pub fn tree(&self) -> Vec<String> {
        tree(&self.library())
    }

    /// The catalog's record of a file.
    pub fn record(&self, path: &str) -> FileRecord {
        self.records().remove(path).unwrap_or_else(|| panic!("no record of {path} in {:#?}", self.tree()))
    }

    pub fn records(&self) -> BTreeMap<String, FileRecord> {
        let known = Catalog::read(&self.library()).unwrap().load().unwrap();
        known.files.into_iter().map(|(path, record)| (path.to_string(), record)).collect()
    }

    pub fn titles(&self, path: &str) -> Vec<(String, String)> {
        let catalog = Catalog::read(&self.library()).unwrap();
        catalog.titles_by_path().unwrap().remove(path).unwrap_or_default()
    }
}

/// Every file below a library but `.windfall`, sorted; links as `path -> target`.
pub fn tree(library: &Path) -> Vec<String> {
    let walk = walkdir::WalkDir::new(library).min_depth(1).into_iter();
    let mut tree: Vec<String> = walk
        .filter_entry(|e| e.file_name() != ".windfall")
        .map(Result::unwrap)
        .filter(|e| !e.file_type().is_dir())
        .map(|e| {
            let path = e.path().strip_prefix(library).unwrap().to_str().unwrap().to_owned();
            match std::fs::read_link(e.path()) {
                Ok(target) => format!("{path} -> {}", target.display()),
                Err(_) => path,
            }
        })
        .collect();
    tree.sort();
    tree
}

/// Every file below a folder with its bytes' BLAKE3 and its time, for comparing whole libraries.
pub fn contents(library: &Path) -> BTreeMap<String, String> {
    let walk = walkdir::WalkDir::new(library).min_depth(1).into_iter();
    walk.filter_entry(|e| e.file_name() != ".windfall")
        .map(Result::unwrap)
        .filter(|e| !e.file_type().is_dir())
        .map(|e| {
            let path = e.path().strip_prefix(library).unwrap().to_str().unwrap().to_owned();
            let what = match std::fs::read_link(e.path()) {
                Ok(target) => format!("-> {}", target.display()),
                Err(_) if path.ends_with(".m3u8") => {
                    format!("{} written now", blake3::hash(&std::fs::read(e.path()).unwrap()))
                }
                Err(_) => {
                    let modified = e.metadata().unwrap().modified().unwrap();
                    format!("{} {modified:?}", blake3::hash(&std::fs::read(e.path()).unwrap()))
                }
            };
            (path, what)
        })
        .collect()
}

/// The codes of all problems, sorted.
pub fn codes(problems: &[windfall::Problem]) -> Vec<Code> {
    let mut codes: Vec<Code> = problems.iter().map(|p| p.code).collect();
    codes.sort();
    codes
}
