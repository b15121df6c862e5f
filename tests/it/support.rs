//! What the tests share: a scratch folder, runs with default settings, the command itself, and the
//! tree that is left, as text.

pub mod place;
pub mod verified;

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fs;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;

use windfall::Error;
use windfall::Watch;
use windfall::category::photos::AlbumKind;
use windfall::library::catalog::Catalog;
use windfall::library::record::FileRecord;
use windfall::library::settings::{RememberedSettings, Settings};
use windfall::problem::Code;
use windfall::progress::{Phase, Progress};
use windfall::run::check::check;
use windfall::run::import::{Run, dry_run, import};
use windfall::stage::discover::search::Strangers;
use windfall::stage::report::{Check, Report};

/// Default settings, with dates that carry no zone read in UTC.
pub fn settings() -> Settings {
    Settings::standard(chrono_tz::Tz::UTC)
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

/// Flips a bit, and leaves the time as a failing drive does; gives the bytes that stand there now.
pub fn rot(path: &Path) -> Vec<u8> {
    let time = fs::metadata(path).unwrap().modified().unwrap();
    let mut bytes = fs::read(path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(path, &bytes).unwrap();
    fs::File::options().write(true).open(path).unwrap().set_modified(time).unwrap();
    bytes
}

/// A scratch folder with a place for parts and a library.
pub struct Scratch {
    folder: tempfile::TempDir,
    pub settings: Settings,
    pub jobs: usize,
}

impl Scratch {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Scratch { folder, settings: settings(), jobs: 2 }
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
        let run = Run {
            inputs,
            strangers: Strangers::Refused,
            jobs: self.jobs(),
            watch: Watch { progress, cancel: &cancel },
        };
        patiently(|| import(&run, library, &|_| self.settings.clone()))
    }

    pub fn import(&self, inputs: &[PathBuf]) -> Report {
        self.try_import(inputs).unwrap()
    }

    pub fn dry_run(&self, inputs: &[PathBuf]) -> Report {
        let cancel = AtomicBool::new(false);
        let run = Run {
            inputs,
            strangers: Strangers::Refused,
            jobs: self.jobs(),
            watch: Watch { progress: &(), cancel: &cancel },
        };
        dry_run(&run, &self.library(), &|_| self.settings.clone()).unwrap()
    }

    /// What the library remembers, as the next run is told it.
    pub fn recalled(&self, inputs: &[PathBuf]) -> RememberedSettings {
        let cancel = AtomicBool::new(false);
        let run = Run {
            inputs,
            strangers: Strangers::Refused,
            jobs: self.jobs(),
            watch: Watch { progress: &(), cancel: &cancel },
        };
        let heard = Mutex::new(RememberedSettings::default());
        let choose = |remembered: &RememberedSettings| {
            *heard.lock().unwrap() = remembered.clone();
            self.settings.clone()
        };
        dry_run(&run, &self.library(), &choose).unwrap();
        heard.into_inner().unwrap()
    }

    pub fn check(&self, inputs: &[PathBuf]) -> Check {
        let cancel = AtomicBool::new(false);
        check(&Run {
            inputs,
            strangers: Strangers::Refused,
            jobs: self.jobs(),
            watch: Watch { progress: &(), cancel: &cancel },
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
        known.recorded.files.into_iter().map(|(path, record)| (path.to_string(), record)).collect()
    }

    pub fn titles(&self, path: &str) -> Vec<(AlbumKind, String)> {
        let catalog = Catalog::read(&self.library()).unwrap();
        catalog.titles_by_path().unwrap().remove(path).unwrap_or_default()
    }
}

/// Runs something in this process that locks a library. Another test may just be starting a program, which holds the
/// locks of this process for the moment until it is loaded.
pub fn patiently<T>(run: impl Fn() -> Result<T, Error>) -> Result<T, Error> {
    for _ in 0..100 {
        match run() {
            Err(Error::Locked(_)) => std::thread::sleep(std::time::Duration::from_millis(20)),
            done => return done,
        }
    }
    run()
}

/// The command under test as on a computer in UTC where nobody has set anything.
pub fn command() -> Command {
    undisturbed(Command::new(binary()))
}

/// The same command, started by another program that takes it as its last words.
#[cfg(target_os = "linux")]
pub fn command_below<A: AsRef<OsStr>>(program: &str, arguments: impl IntoIterator<Item = A>) -> Command {
    let mut command = Command::new(program);
    command.args(arguments).arg(binary());
    undisturbed(command)
}

/// `WINDFALL_BINARY` names another build, such as a release.
fn binary() -> PathBuf {
    std::env::var_os("WINDFALL_BINARY").map_or_else(|| env!("CARGO_BIN_EXE_windfall").into(), PathBuf::from)
}

/// Takes away every variable that the command listens to, but for the time zone, which is UTC.
fn undisturbed(mut command: Command) -> Command {
    let is_ours = |name: &OsStr| name.to_string_lossy().starts_with("WINDFALL_");
    for name in std::env::vars_os().map(|(name, _)| name).filter(|name| is_ours(name)) {
        command.env_remove(name);
    }
    for name in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE"] {
        command.env_remove(name);
    }
    command.env("TZ", "UTC");
    // where it notes which libraries it has seen
    let state = Path::new(env!("CARGO_TARGET_TMPDIR")).join("state");
    for variable in ["XDG_STATE_HOME", "LOCALAPPDATA"] {
        command.env(variable, &state);
    }
    if cfg!(target_os = "macos") {
        command.env("HOME", &state);
    }
    command
}

/// Runs another program, which has to be there: a test that needs one is ignored by default.
pub fn tool(mut command: Command) -> Output {
    command.output().unwrap_or_else(|e| panic!("{command:?}: {e}; `tests/run` installs what tests need"))
}

/// Status and all words of a program that has ended.
pub fn said(output: &Output) -> String {
    let [out, err] = [&output.stdout, &output.stderr].map(|text| String::from_utf8_lossy(text).into_owned());
    format!("{}\n{out}{err}", output.status)
}

/// Every file below a library but `.windfall`, sorted; links as `path -> target`.
pub fn tree(library: &Path) -> Vec<String> {
    let mut tree: Vec<String> = files(library)
        .map(|file| {
            let path = relative(&file, library);
            link(&file).map_or_else(|| path.clone(), |target| format!("{path} {target}"))
        })
        .collect();
    tree.sort();
    tree
}

fn files(library: &Path) -> impl Iterator<Item = PathBuf> {
    let walk = walkdir::WalkDir::new(library).min_depth(1).into_iter();
    walk.filter_entry(|entry| entry.file_name() != ".windfall")
        .map(Result::unwrap)
        .filter(|entry| !entry.file_type().is_dir())
        .map(walkdir::DirEntry::into_path)
}

/// A path below a folder, with slashes on every system.
pub fn relative(path: &Path, folder: &Path) -> String {
    let path = path.strip_prefix(folder).unwrap().to_str().unwrap();
    path.replace(std::path::MAIN_SEPARATOR, "/")
}

/// Where a link leads: `-> target`.
pub fn link(path: &Path) -> Option<String> {
    let target = std::fs::read_link(path).ok()?;
    Some(format!("-> {}", target.to_str().unwrap().replace(std::path::MAIN_SEPARATOR, "/")))
}

/// Every file below a folder with its bytes' BLAKE3 and its time, for comparing whole libraries.
pub fn contents(library: &Path) -> BTreeMap<String, String> {
    files(library)
        .map(|file| {
            let path = relative(&file, library);
            let time = || std::fs::metadata(&file).unwrap().modified().unwrap();
            let what = link(&file).unwrap_or_else(|| {
                let hash = blake3::hash(&std::fs::read(&file).unwrap());
                // lists are written anew by every run
                if path.ends_with(".m3u8") { hash.to_string() } else { format!("{hash} {:?}", time()) }
            });
            (path, what)
        })
        .collect()
}

/// What stands in one tree and not in the other, or differently.
pub fn differences(left: &BTreeMap<String, String>, right: &BTreeMap<String, String>) -> Vec<String> {
    let paths: BTreeSet<&String> = left.keys().chain(right.keys()).collect();
    let differ = paths.into_iter().filter(|path| left.get(*path) != right.get(*path));
    differ.map(|path| format!("{path}: {:?}, not {:?}", left.get(path), right.get(path))).collect()
}

/// The codes of all problems, sorted.
pub fn codes(problems: &[windfall::Problem]) -> Vec<Code> {
    let mut codes: Vec<Code> = problems.iter().map(|p| p.code).collect();
    codes.sort();
    codes
}
