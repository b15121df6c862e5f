//! Mirrorings killed at any instant, the first one and a later one with moves. `WINDFALL_KILLS=300` asks for so many.

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant, SystemTime};

use blake3::Hash;

use super::{Pair, edit, everything, set_time};
use crate::reliability::kills::Killer;
use crate::support::verified::{rich, try_verify};
use crate::support::{command, contents, differences, rot, said};
use windfall::library::name::path_below;
use windfall::mirror::memory::Memory;

const SIGKILL: i32 = 9;

/// A library, and a mirror of what it was before its owner and an import changed it.
struct Bench {
    pair: Pair,
    before: PathBuf,
    /// A file of that mirror which rotted, as is known there; the library has it elsewhere by now.
    bad: String,
    time: Duration,
}

impl Bench {
    fn new() -> Bench {
        let pair = Pair::of(&rich());
        let library = pair.library();
        for number in 0..20 {
            let path = library.join(format!("mine/{number}.bin"));
            edit(&path, vec![number; 400_000]);
            set_time(&path, SystemTime::UNIX_EPOCH + Duration::from_secs(60 * u64::from(number)));
        }
        let before = pair.mirror();
        let output = run(&library, &before, &[]).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
        // moves, two of them into each other's places, and new ones
        fs::rename(library.join("mine/0.bin"), library.join("mine/way")).unwrap();
        fs::rename(library.join("mine/1.bin"), library.join("mine/0.bin")).unwrap();
        fs::rename(library.join("mine/way"), library.join("mine/1.bin")).unwrap();
        fs::rename(library.join("mine/2.bin"), library.join("2.bin")).unwrap();
        let photos: Vec<PathBuf> =
            fs::read_dir(library.join("2024/2024-03")).unwrap().map(|f| f.unwrap().path()).collect();
        let bad = format!("2024/2024-03/{}", photos[0].file_name().unwrap().to_str().unwrap());
        rot(&before.join(&bad));
        assert_eq!(try_verify(&before, None).unwrap().files.damaged, 1);
        fs::create_dir(library.join("Best")).unwrap();
        for photo in &photos {
            fs::rename(photo, library.join("Best").join(photo.file_name().unwrap())).unwrap();
        }
        edit(&library.join("mine/3.bin"), vec![103; 500_000]);
        for number in 20..30 {
            edit(&library.join(format!("mine/{number}.bin")), vec![number; 400_000]);
        }
        pair.scratch.import(&pair.zips);
        let mut bench = Bench { pair, before, bad, time: Duration::ZERO };
        let trial = bench.trial(true);
        let started = Instant::now();
        bench.finish(&trial.1, "undisturbed");
        bench.time = started.elapsed();
        bench
    }

    /// A folder for a mirror: empty, or as the library was before.
    fn trial(&self, later: bool) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let mirror = folder.path().join("mirror");
        if later {
            let copied = Command::new("cp").arg("-a").arg(&self.before).arg(&mirror).status().unwrap();
            assert!(copied.success());
        }
        (folder, mirror)
    }

    /// The next run ends in the library's very tree, without litter.
    fn finish(&self, mirror: &Path, what: &str) {
        let output = run(&self.pair.library(), mirror, &["--json"]).output().unwrap();
        let report = report(&output, what);
        assert!(
            report["problems"].as_array().unwrap().iter().all(|problem| problem["severity"] == "warning"),
            "{what}: {report:#}"
        );
        let library = self.pair.library();
        assert_eq!(differences(&everything(mirror), &everything(&library)), [""; 0], "{what}");
        assert_eq!(differences(&contents(mirror), &contents(&library)), [""; 0], "{what}");
        let own: Vec<String> = fs::read_dir(mirror.join(".windfall"))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| {
                !["catalog.sqlite", "damaged", "details", "lock", "mirror.csv"].contains(&name.as_str())
            })
            .collect();
        assert!(own.is_empty(), "{what}: litter: {own:?}");
        let found = try_verify(mirror, None).unwrap();
        assert_eq!((found.files.intact, found.files.total), (found.files.total, found.files.total), "{what}");
    }
}

fn run(library: &Path, mirror: &Path, more: &[&str]) -> Command {
    let mut command = command();
    command.arg("mirror").arg(library).arg("--to").arg(mirror).args(["--jobs", "2"]).args(more);
    command
}

fn report(output: &Output, what: &str) -> serde_json::Value {
    assert_eq!(output.status.code(), Some(0), "{what}: {}", said(output));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// BLAKE3 of every file below a folder, `.windfall` and all.
fn hashes(folder: &Path) -> HashSet<Hash> {
    let walk = walkdir::WalkDir::new(folder).into_iter().flatten();
    let files = walk.filter(|entry| entry.file_type().is_file());
    files.map(|entry| blake3::hash(&fs::read(entry.path()).unwrap())).collect()
}

/// Whatever happened: only whole files under final names, none lost, and a memory that does not lead them.
fn assert_holds(bench: &Bench, mirror: &Path, known: &HashSet<Hash>, needed: &HashSet<Hash>, what: &str) {
    let standing: BTreeMap<String, String> = everything(mirror);
    let strange: Vec<&String> = standing
        .iter()
        .filter(|(_, hash)| !hash.is_empty() && !known.contains(&Hash::from_hex(hash).unwrap()))
        .map(|(path, _)| path)
        .collect();
    assert!(strange.is_empty(), "{what}: files that are not whole: {strange:?}");
    let lost: Vec<String> = needed.difference(&hashes(mirror)).map(Hash::to_string).collect();
    assert!(lost.is_empty(), "{what}: lost {lost:?} of {standing:#?}");
    let Ok(text) = fs::read(mirror.join(".windfall/mirror.csv")) else { return };
    let memory = Memory::parse(&text).unwrap_or_else(|| panic!("{what}: no memory"));
    let stale = |(path, line): &(&str, &windfall::mirror::memory::Line)| {
        // one that is being moved has left its old name before that is remembered
        let place = path_below(mirror, path);
        place.is_file() && blake3::hash(&fs::read(place).unwrap()) != line.blake3
    };
    // a place that was taken by another in the very moment is read again, by its time and size
    let leading: Vec<&str> = memory
        .iter()
        .filter(stale)
        .filter(|(path, line)| {
            let seen =
                windfall::mirror::scan::Seen::of(&fs::symlink_metadata(path_below(mirror, path)).unwrap());
            line.is_of(&seen)
        })
        .map(|(path, _)| path)
        // known to be bad where it is, and nowhere else
        .filter(|path| *path != bench.bad)
        .collect();
    assert!(leading.is_empty(), "{what}: remembered and not there: {leading:?}");
}

#[test]
fn mirrorings_killed_at_any_instant_lose_nothing_and_go_on() {
    let bench = Bench::new();
    let kills: usize = std::env::var("WINDFALL_KILLS").ok().and_then(|n| n.parse().ok()).unwrap_or(12);
    let mut killer = Killer::within(bench.time);
    let before = hashes(&bench.before);
    let known: HashSet<Hash> = before.union(&hashes(&bench.pair.library())).copied().collect();
    // the catalog, the memory and the tables beside the catalog are replaced by newer ones
    let is_file_of_owner = |path: &str| !path.starts_with(".windfall") && !path.ends_with("mine/3.bin");
    let needed: HashSet<Hash> = everything(&bench.before)
        .into_iter()
        .filter(|(path, hash)| is_file_of_owner(path) && !hash.is_empty())
        .map(|(_, hash)| Hash::from_hex(hash).unwrap())
        .collect();
    for number in 0..kills {
        let later = number % 2 == 1;
        let (_folder, mirror) = bench.trial(later);
        let needed = if later { needed.clone() } else { HashSet::new() };
        // every third run is killed again, and again
        for round in 0..1 + usize::from(number % 3 == 2) * 2 {
            let time = killer.instant();
            let mut command = run(&bench.pair.library(), &mirror, &[]);
            let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
            std::thread::sleep(time);
            child.kill().unwrap();
            let output = child.wait_with_output().unwrap();
            let was_killed = killer.was_killed(output.status.signal() == Some(SIGKILL));
            assert!(was_killed || output.status.success(), "kill {number}, round {round}: {}", said(&output));
            assert_holds(
                &bench,
                &mirror,
                &known,
                &needed,
                &format!("kill {number}, round {round}, after {time:?}"),
            );
        }
        bench.finish(&mirror, &format!("kill {number}"));
    }
    println!("{} runs were killed", killer.killed);
    assert!(killer.killed > kills / 2, "only {} runs were killed", killer.killed);
}

#[test]
fn an_interrupted_mirroring_says_how_to_go_on() {
    let bench = Bench::new();
    let mut interrupted = 0;
    for step in 1..6 {
        let (_folder, mirror) = bench.trial(false);
        let mut command = run(&bench.pair.library(), &mirror, &[]);
        let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        std::thread::sleep(bench.time * step / 6);
        let kill = Command::new("kill").args(["-INT", &child.id().to_string()]).output().unwrap();
        assert!(kill.status.success(), "{}", said(&kill));
        let output = child.wait_with_output().unwrap();
        match output.status.code() {
            Some(130) => {
                interrupted += 1;
                // or it had just come to its end
                let words = ["run the same command again", "is a whole second copy"];
                assert!(words.iter().any(|words| said(&output).contains(words)), "{}", said(&output));
            }
            // before there is a handler the signal ends the process, after the end it meets nobody
            Some(code) => assert_eq!(code, 0, "{}", said(&output)),
            None => assert_eq!(output.status.signal(), Some(2), "{}", said(&output)),
        }
        bench.finish(&mirror, "interrupted");
    }
    assert!(interrupted > 0, "no run was interrupted");
}
