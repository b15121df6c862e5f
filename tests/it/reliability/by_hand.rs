//! Kills of the verbs that change a library by its owner's hand: nothing is lost, nothing stays half, and the next run
//! ends it. `WINDFALL_KILLS=300` asks for so many of each.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use blake3::Hash;
use tempfile::TempDir;

use super::kills::Killer;
use super::{asked, export, tree};
use crate::support::{self, differences, said};

/// A library, and what a command makes of it that nothing disturbs.
struct Bench {
    folder: TempDir,
    before: super::Tree,
    after: super::Tree,
    originals: HashSet<Hash>,
    time: Duration,
    arguments: Vec<&'static str>,
}

impl Bench {
    /// Of a library imported with these options and changed by this command.
    fn new(options: &[&str], first: &[&[&'static str]], arguments: &[&'static str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("parts")).unwrap();
        let zips = export().write_zips(&folder.path().join("parts"));
        let library = folder.path().join("library");
        let mut import = support::command();
        import.arg("import").args(zips).arg("--to").arg(&library).args(options);
        assert!(import.output().unwrap().status.success());
        for first in first {
            assert!(command(&library, first).output().unwrap().status.success(), "{first:?}");
        }
        let originals = bytes(&library);
        let before = without_tables(tree(&library));
        let mut bench = Bench {
            folder,
            before,
            after: super::Tree::new(),
            originals,
            time: Duration::ZERO,
            arguments: arguments.to_vec(),
        };
        let trial = bench.trial();
        let start = Instant::now();
        let output = command(&trial.1, arguments).output().unwrap();
        assert!(output.status.success(), "{}", said(&output));
        bench.time = start.elapsed();
        bench.after = without_tables(tree(&trial.1));
        assert_ne!(bench.before, bench.after, "{arguments:?} does nothing");
        bench
    }

    /// A copy of the library, with its links and times.
    fn trial(&self) -> (TempDir, PathBuf) {
        let folder = tempfile::tempdir_in(self.folder.path()).unwrap();
        let library = folder.path().join("library");
        let mut copy = Command::new("cp");
        let copied = copy.arg("-a").arg(self.folder.path().join("library")).arg(&library).status().unwrap();
        assert!(copied.success());
        (folder, library)
    }

    /// Kills the command many times, ends it by `next`, and compares.
    fn kill(&self, next: Next) {
        let kills = asked("WINDFALL_KILLS").unwrap_or(12);
        let mut killer = Killer::within(self.time);
        let mut killed = 0;
        for number in 0..kills {
            let (_folder, library) = self.trial();
            let mut was_killed = false;
            // every other run is killed again by the way
            for _ in 0..=number % 2 {
                was_killed |= killer.kill(command(&library, &self.arguments));
            }
            killed += usize::from(was_killed);
            let what = format!("{:?}, kill {number}", self.arguments);
            assert_eq!(bytes(&library), self.originals, "{what}: bytes are lost");
            let output = match next {
                Next::Same => command(&library, &self.arguments).output().unwrap(),
                Next::Another => {
                    command(&library, &["sidecars", "LIBRARY", "--for", "xmp", "--remove"]).output().unwrap()
                }
                Next::CatalogAnew => {
                    command(&library, &["verify", "LIBRARY", "--rebuild-catalog"]).output().unwrap()
                }
            };
            assert!(output.status.success(), "{what}: {}", said(&output));
            let found = without_tables(tree(&library));
            // before its moves were on record, a run has not begun
            let expected = if next != Next::Same && found.keys().eq(self.before.keys()) {
                &self.before
            } else {
                &self.after
            };
            assert_eq!(differences(&found, expected), [""; 0], "{what}");
            let verified = command(&library, &["verify", "LIBRARY"]).output().unwrap();
            assert!(verified.status.success(), "{what}: {}", said(&verified));
            assert!(!library.join(".windfall/staging").exists(), "{what}: litter");
        }
        println!("{killed} runs were killed");
        assert!(killed > kills / 3, "only {killed} runs were killed");
    }
}

/// What ends a run that was killed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    /// The same command.
    Same,
    /// Another one that writes, and has nothing to do itself.
    Another,
    /// A catalog that is made anew, and will not know of moves.
    CatalogAnew,
}

fn command(library: &Path, arguments: &[&str]) -> Command {
    let mut command = support::command();
    for argument in arguments {
        match *argument {
            "LIBRARY" => command.arg(library),
            argument => command.arg(argument),
        };
    }
    command
}

/// The bytes of all originals, wherever they stand.
fn bytes(library: &Path) -> HashSet<Hash> {
    let is_original = |path: &Path| {
        let path = path.strip_prefix(library).unwrap();
        let is_inside = path.starts_with(".windfall") && !path.starts_with(".windfall/forgotten");
        let is_derived = ["xmp", "m3u8"].iter().any(|ending| path.extension().is_some_and(|e| e == *ending));
        !is_inside && !is_derived && !path.starts_with("Albums")
    };
    let walk = walkdir::WalkDir::new(library).into_iter().filter_map(Result::ok);
    let files = walk.filter(|entry| entry.file_type().is_file() && is_original(entry.path()));
    files.map(|entry| blake3::hash(&fs::read(entry.path()).unwrap())).collect()
}

/// The tables beside the catalog tell when something was forgotten.
fn without_tables(mut tree: super::Tree) -> super::Tree {
    tree.retain(|path, _| !path.starts_with(".windfall"));
    tree
}

const LAYOUT: &[&str] = &["arrange", "LIBRARY", "--layout", "%Y/%d", "--name", "%H_{original}"];

#[test]
fn an_arrangement_that_is_killed_is_ended_by_the_next_run() {
    Bench::new(&["--sidecars", "xmp"], &[], LAYOUT).kill(Next::Same);
    Bench::new(&["--albums", "copy"], &[], LAYOUT).kill(Next::Another);
    Bench::new(&[], &[], LAYOUT).kill(Next::CatalogAnew);
}

#[test]
fn taking_it_back_is_ended_too() {
    Bench::new(&[], &[LAYOUT], &["arrange", "LIBRARY", "--undo"]).kill(Next::Another);
}

#[test]
fn forgetting_that_is_killed_is_ended_by_the_next_run() {
    let forget: &[&str] = &["forget", "LIBRARY", "2024/2024-03/IMG_0.JPG", "2024/2024-03/IMG_1.JPG"];
    Bench::new(&["--albums", "list"], &[], forget).kill(Next::Another);
    Bench::new(&[], &[forget], &[forget, &["--undo"]].concat()).kill(Next::Another);
    Bench::new(&[], &[], forget).kill(Next::CatalogAnew);
}

#[test]
fn albums_in_another_form_are_ended_by_the_same_command() {
    Bench::new(&["--albums", "copy"], &[], &["albums", "LIBRARY", "--as", "symlink"]).kill(Next::Same);
}
