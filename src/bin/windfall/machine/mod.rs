//! This computer, as far as Windfall is concerned: the libraries that it has worked with, the drives that are
//! connected, the parts that lie about. Prints nothing, and writes nothing but its list of libraries.
//!
//! Whatever may hang (a drive that fell asleep, a share that is gone) is asked by a thread that may be left
//! behind, so that nobody waits for it.

pub mod deliveries;
pub mod drives;
pub mod known;
pub mod window;

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use drives::{Drive, Mounted};
use windfall::cli::is_library;

/// The variable that names folders to be taken for drives, where the system's own are not meant.
const DRIVES: &str = "WINDFALL_DRIVES";

/// How long drives are waited for: one that sleeps takes some seconds to turn again.
const PATIENCE: Duration = Duration::from_secs(8);

/// Where to look on this computer.
#[derive(Debug, Clone, Default)]
pub struct Machine {
    /// The home folder.
    pub home: Option<PathBuf>,
    /// Where downloads may lie, likeliest first: Downloads, Desktop, the current folder, the program's own.
    pub folders: Vec<PathBuf>,
    /// What is taken for a drive.
    pub mounted: Mounted,
    /// The list of libraries.
    pub known: Option<PathBuf>,
    /// The library that the environment names.
    pub usual: Option<PathBuf>,
}

impl Machine {
    /// This computer, with what the environment says; `usual` is the library that it names.
    pub fn this(usual: Option<OsString>) -> Self {
        let home = home();
        let program = env::current_exe().ok().and_then(|program| program.parent().map(Path::to_owned));
        let folders = home.as_deref().map(deliveries::usual_folders).unwrap_or_default();
        let named = env::var_os(DRIVES).filter(|named| !named.is_empty());
        Machine {
            folders: folders.into_iter().chain(env::current_dir().ok()).chain(program).collect(),
            mounted: named
                .map_or(Mounted::BySystem, |named| Mounted::These(env::split_paths(&named).collect())),
            known: known::file(),
            usual: usual.filter(|path| !path.is_empty()).map(PathBuf::from),
            home,
        }
    }

    /// Libraries to offer, the one used last first: those that the list knows, connected or not, then those that
    /// are found on connected drives.
    pub fn libraries(&self, drives: &[Drive]) -> Vec<PathBuf> {
        let listed = self.known.as_deref().map(known::libraries).unwrap_or_default();
        let roots = drives.iter().map(|drive| drive.root.clone()).collect();
        let found = within(PATIENCE, roots, |root: PathBuf| drives::libraries_on(&root));
        let usual = self.usual.iter().filter(|usual| is_library(usual)).cloned();
        let mut libraries: Vec<PathBuf> = Vec::new();
        for library in usual.chain(listed).chain(found.into_iter().flatten()) {
            if !libraries.iter().any(|known| is_same(known, &library)) {
                libraries.push(library);
            }
        }
        libraries
    }
}

/// The home folder, if the system names one.
pub fn home() -> Option<PathBuf> {
    env::home_dir().filter(|home| !home.as_os_str().is_empty())
}

/// Whether two paths lead to the same place.
pub fn is_same(one: &Path, other: &Path) -> bool {
    one == other || fs::canonicalize(one).is_ok_and(|one| fs::canonicalize(other).is_ok_and(|it| it == one))
}

/// What the work comes to for each of these, in their order; what has not answered in time is left out.
pub fn within<A, T>(patience: Duration, items: Vec<A>, work: fn(A) -> T) -> Vec<T>
where
    A: Send + 'static,
    T: Send + 'static,
{
    let (sender, answers) = mpsc::channel();
    for (at, item) in items.into_iter().enumerate() {
        let sender = sender.clone();
        // without a thread there is no answer
        let _ = thread::Builder::new().spawn(move || sender.send((at, work(item))));
    }
    drop(sender);
    let end = Instant::now() + patience;
    let mut found = Vec::new();
    while let Ok(answer) = answers.recv_timeout(end.saturating_duration_since(Instant::now())) {
        found.push(answer);
    }
    found.sort_by_key(|(at, _)| *at);
    found.into_iter().map(|(_, answer)| answer).collect()
}

#[cfg(test)]
mod tests {
    use super::{Machine, Mounted, known, within};
    use std::fs;
    use std::path::Path;
    use std::time::Duration;

    fn make_library(path: &Path) {
        fs::create_dir_all(path.join(".windfall")).unwrap();
        fs::write(path.join(".windfall/catalog.sqlite"), "").unwrap();
    }

    #[test]
    fn who_does_not_answer_is_left_behind() {
        let answers = within(Duration::from_millis(200), vec![1, 2, 3], |n: u64| {
            if n == 2 {
                std::thread::park();
            }
            n * 10
        });
        assert_eq!(answers, [10, 30]);
    }

    #[test]
    fn libraries_are_known_by_the_list_and_found_on_drives_each_once() {
        let folder = tempfile::tempdir().unwrap();
        let drive = folder.path().join("USB");
        let (listed, found) = (drive.join("Photos"), drive.join("old/2023/Library"));
        make_library(&listed);
        make_library(&found);
        make_library(&drive.join("a/b/c/too deep"));
        let gone = folder.path().join("gone");
        let list = folder.path().join("state/libraries.txt");
        known::remember_in(&list, &gone);
        known::remember_in(&list, &listed);
        let machine =
            Machine { mounted: Mounted::These(vec![drive]), known: Some(list), ..Machine::default() };
        let libraries = machine.libraries(&machine.mounted.drives());
        assert_eq!(libraries, [listed, gone, found]);
    }
}
