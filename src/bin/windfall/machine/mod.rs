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
use windfall::cli::has_own_folder;

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
            usual: usual
                .filter(|path| !path.is_empty())
                .map(|path| std::path::absolute(&path).unwrap_or_else(|_| PathBuf::from(path))),
            home,
        }
    }

    /// Libraries to offer, the one used last first: those that the list knows, connected or not, then those that
    /// are found on connected drives and among the pictures of the home folder.
    pub fn libraries(&self, drives: &[Drive]) -> Vec<Library> {
        let listed = self.known.as_deref().map(known::libraries).unwrap_or_default();
        let named: Vec<PathBuf> = self.usual.iter().cloned().chain(listed).collect();
        // one on a share that is gone does not answer, and is not here
        let answers = within(PATIENCE, named.clone(), |path: PathBuf| has_own_folder(&path).then_some(path));
        let here: Vec<PathBuf> = answers.into_iter().flatten().collect();
        // where a library stands that nobody chose a place for, and the list may be lost
        let pictures = self.home.iter().map(|home| home.join("Pictures"));
        let roots = drives.iter().map(|drive| drive.root.clone()).chain(pictures).collect();
        let found = within(PATIENCE, roots, |root: PathBuf| drives::libraries_on(&root));
        let named = named.into_iter().map(|path| Library { is_here: here.contains(&path), path });
        let found = found.into_iter().flatten().map(|path| Library { is_here: true, path });
        let mut libraries: Vec<Library> = Vec::new();
        for library in named.chain(found) {
            // the environment may name one that is still to be made
            let is_to_come = !library.is_here && self.usual.as_ref() == Some(&library.path);
            let is_the_same = |known: &Library| match known.is_here && library.is_here {
                true => is_same(&known.path, &library.path),
                false => known.path == library.path,
            };
            if !is_to_come && !libraries.iter().any(is_the_same) {
                libraries.push(library);
            }
        }
        libraries
    }
}

/// A library that this computer knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Library {
    /// Where it is, or was.
    pub path: PathBuf,
    /// Whether it stands there now, be it without its catalog.
    pub is_here: bool,
}

/// The home folder, if the system names one.
pub fn home() -> Option<PathBuf> {
    env::home_dir().filter(|home| !home.as_os_str().is_empty())
}

/// Whether two paths lead to the same place.
fn is_same(one: &Path, other: &Path) -> bool {
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
    use super::{Library, Machine, Mounted, known, within};
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
        let (home, gone) = (folder.path().join("home"), folder.path().join("gone"));
        let of_home = home.join("Pictures/Windfall");
        make_library(&of_home);
        let list = folder.path().join("state/libraries.txt");
        known::remember_in(&list, &gone);
        known::remember_in(&list, &listed);
        let machine = Machine {
            mounted: Mounted::These(vec![drive]),
            known: Some(list),
            home: Some(home),
            ..Machine::default()
        };
        let libraries = machine.libraries(&machine.mounted.drives());
        let expected = [(listed, true), (gone, false), (found, true), (of_home, true)];
        assert_eq!(libraries, expected.map(|(path, is_here)| Library { path, is_here }));
    }
}
