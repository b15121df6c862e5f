//! Kills while a library is healed, by an import or by `repair`, at any instant and at any call.

use std::collections::HashSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use super::kills::Killer;
use super::{Bench, asked, hashes, tree};
use crate::support::{self, differences, said};
use blake3::Hash;

/// How a library is healed.
#[derive(Debug, Clone, Copy)]
enum By {
    Import,
    Repair,
}

/// A library with every kind of harm that can be healed, as `verify` left it.
struct Ward {
    bench: Bench,
    folder: tempfile::TempDir,
    /// The bytes that are to be put aside.
    bad: HashSet<Hash>,
}

impl Ward {
    fn new() -> Self {
        let bench = Bench::new();
        let folder = tempfile::tempdir().unwrap();
        let trial = bench.trial_at(folder.path().join("sick"));
        trial.import();
        let library = trial.library;
        let mut bad = HashSet::new();
        let media =
            bench.tree.iter().filter(|(path, what)| path.ends_with(".JPG") && !what.starts_with("->"));
        for (number, (path, _)) in media.enumerate() {
            let path = library.join(path);
            if number % 3 == 2 {
                fs::remove_file(path).unwrap();
            } else {
                bad.insert(blake3::hash(&support::rot(&path)));
            }
        }
        let output = support::command().arg("verify").arg(&library).output().unwrap();
        assert_eq!(output.status.code(), Some(3), "{}", said(&output));
        assert!(bad.len() > 5);
        Ward { bench, folder, bad }
    }

    /// A copy with its times.
    fn patient(&self, library: &Path) {
        let from = self.folder.path().join("sick");
        let copied = Command::new("cp").arg("-a").arg(&from).arg(library).output().unwrap();
        assert!(copied.status.success(), "{}", said(&copied));
    }

    fn arguments(&self, by: By, library: &Path, command: &mut Command) {
        match by {
            By::Import => {
                command.arg("import").args(&self.bench.zips).arg("--to").arg(library).args(["--jobs", "2"])
            }
            By::Repair => command.arg("repair").arg(library).arg("--from").args(&self.bench.zips),
        };
    }

    fn command(&self, by: By, library: &Path) -> Command {
        let mut command = support::command();
        self.arguments(by, library, &mut command);
        command
    }

    /// Whatever happened: under final names stand true bytes, or those that stood there, and nothing bad is lost.
    fn assert_holds(&self, library: &Path, what: &str) {
        self.bench.assert_outside_unchanged();
        let standing = hashes(library);
        let strange: Vec<&Hash> = standing
            .iter()
            .filter(|hash| !self.bench.known.contains(*hash) && !self.bad.contains(*hash))
            .collect();
        assert!(strange.is_empty(), "{what}: files that are not whole: {strange:?}");
        let aside = self.aside(library);
        let lost: Vec<&Hash> =
            self.bad.iter().filter(|hash| !standing.contains(*hash) && !aside.contains(*hash)).collect();
        assert!(lost.is_empty(), "{what}: bad bytes were destroyed: {lost:?}");
    }

    fn aside(&self, library: &Path) -> Vec<Hash> {
        let walk =
            walkdir::WalkDir::new(library.join(".windfall/damaged")).into_iter().filter_map(Result::ok);
        let files = walk.filter(|entry| entry.file_type().is_file());
        files.map(|entry| blake3::hash(&fs::read(entry.path()).unwrap())).collect()
    }

    /// The next run ends in the tree of a library that never was ill.
    fn assert_healed(&self, by: By, library: &Path, what: &str) {
        let output = self.command(by, library).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{what}: {}", said(&output));
        assert_eq!(differences(&tree(library), &self.bench.tree), [""; 0], "{what}");
        let aside = self.aside(library);
        assert_eq!(
            (aside.len(), aside.into_iter().collect::<HashSet<_>>()),
            (self.bad.len(), self.bad.clone()),
            "{what}"
        );
        assert!(!library.join(".windfall/staging").exists(), "{what}: litter");
        let output = support::command().arg("verify").arg(library).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{what}: {}", said(&output));
    }
}

#[test]
fn healing_that_is_killed_at_any_instant_is_ended_by_the_next_run() {
    let ward = Ward::new();
    let kills = asked("WINDFALL_KILLS").unwrap_or(12);
    let mut killer = Killer::within(ward.bench.time);
    for number in 0..kills {
        let place = tempfile::tempdir().unwrap();
        let library = place.path().join("library");
        ward.patient(&library);
        let ways = [By::Import, By::Repair];
        let (first, last) = (ways[number % 2], ways[number / 2 % 2]);
        let what = format!("kill {number}, {first:?} then {last:?}");
        killer.kill(ward.command(first, &library));
        ward.assert_holds(&library, &what);
        ward.assert_healed(last, &library, &what);
    }
    println!("{} runs were killed", killer.killed);
    assert!(killer.killed > kills / 3, "only {} runs were killed", killer.killed);
}

#[test]
#[cfg(target_os = "linux")]
#[ignore = "needs strace"]
fn healing_that_is_killed_at_any_call_is_ended_by_the_next_run() {
    use std::os::unix::process::ExitStatusExt;

    use crate::support::{command_below, tool};

    const CALLS: [&str; 9] =
        ["rename", "renameat2", "mkdir", "unlink", "pwrite64", "syncfs", "fsync", "utimensat", "write"];
    let ward = Ward::new();
    let (mut killed, mut trials) = (0, 0);
    let most = asked("WINDFALL_KILLS").unwrap_or(40) / (2 * CALLS.len()) + 1;
    for by in [By::Import, By::Repair] {
        for call in CALLS {
            for step in 0..most {
                let number = 1 + step * 3;
                let place = tempfile::tempdir().unwrap();
                let library = place.path().join("library");
                ward.patient(&library);
                let inject = format!("inject={call}:signal=SIGKILL:when={number}");
                let mut command = command_below(
                    "strace",
                    ["-f", "-qq", "-o", "/dev/null", "-e", &format!("trace={call}"), "-e", &inject],
                );
                ward.arguments(by, &library, &mut command);
                let output = tool(command);
                let what = format!("{by:?} killed at {call} {number}");
                let was_killed = output.status.signal() == Some(9);
                assert!(was_killed || output.status.success(), "{what}: {}", said(&output));
                killed += usize::from(was_killed);
                trials += 1;
                ward.assert_holds(&library, &what);
                ward.assert_healed([By::Repair, By::Import][trials % 2], &library, &what);
            }
        }
    }
    println!("{killed} of {trials} runs were killed");
    assert!(killed > trials / 3, "only {killed} of {trials} runs were killed");
}
