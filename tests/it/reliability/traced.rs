//! Below strace: runs that are killed at chosen system calls, and calls that fail once or from some
//! moment on for good. `WINDFALL_KILLS=300` asks for so many kills, `WINDFALL_FAULTS=all` for every
//! index of every call that can fail, a number for so many.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::{Command, Output};

use super::{Bench, Trial, asked, hashes, tree};
use crate::support::{command_below, differences, said, tool};

/// A run of this trial below strace, which does what it is told to the calls that it is told.
fn traced(trial: &Trial<'_>, tracing: &[&str]) -> Command {
    let mut command = command_below("strace", [&["-f", "-qq"], tracing].concat());
    trial.arguments(&mut command);
    command
}

/// A run to one of whose calls something happens.
fn disturbed(trial: &Trial<'_>, call: &str, inject: &str) -> Output {
    tool(traced(trial, &["-o", "/dev/null", "-e", &format!("trace={call}"), "-e", inject]))
}

/// How often one thread of an undisturbed run makes each of these calls, at most.
fn most_calls(bench: &Bench, names: &[&str]) -> BTreeMap<String, usize> {
    let trial = bench.trial();
    let log = bench.folder.path().join("calls");
    let trace = format!("trace={}", names.join(","));
    let output = tool(traced(&trial, &["-o", log.to_str().unwrap(), "-e", &trace]));
    assert!(output.status.success(), "{}", said(&output));
    let mut counts: BTreeMap<(String, String), usize> = BTreeMap::new();
    for line in fs::read_to_string(&log).unwrap().lines() {
        if let Some((thread, call)) = line.split_once(' ')
            && let Some((name, _)) = call.trim_start().split_once('(')
            && names.contains(&name)
        {
            *counts.entry((name.to_owned(), thread.to_owned())).or_default() += 1;
        }
    }
    fs::remove_file(&log).unwrap();
    let mut most: BTreeMap<String, usize> = BTreeMap::new();
    for ((name, _), count) in counts {
        let entry = most.entry(name).or_insert(0);
        *entry = count.max(*entry);
    }
    most
}

/// Calls that change something outside the process, and some that part them.
const KILLS: [&str; 22] = [
    "openat",
    "close",
    "read",
    "write",
    "pwrite64",
    "lseek",
    "ftruncate",
    "mkdir",
    "rmdir",
    "rename",
    "renameat2",
    "link",
    "linkat",
    "symlink",
    "symlinkat",
    "unlink",
    "unlinkat",
    "utimensat",
    "fsync",
    "fdatasync",
    "syncfs",
    "flock",
];

#[test]
#[ignore = "needs strace"]
fn runs_killed_at_any_call_end_in_the_tree_of_a_whole_one() {
    let bench = Bench::new();
    let calls = most_calls(&bench, &KILLS);
    let all: Vec<(&String, usize)> =
        calls.iter().flat_map(|(name, &most)| (1..=most).map(move |number| (name, number))).collect();
    let wanted = asked("WINDFALL_KILLS").unwrap_or(24).min(all.len());
    let mut killed = 0;
    for pick in 0..wanted {
        let (name, number) = all[pick * all.len() / wanted];
        let what = format!("killed at {name} {number}");
        let trial = bench.trial();
        let kill = |number: usize| {
            let inject = format!("inject={name}:signal=SIGKILL:when={number}");
            let output = disturbed(&trial, name, &inject);
            assert!(
                output.status.signal() == Some(9) || output.status.success(),
                "{what}: {}",
                said(&output)
            );
            usize::from(output.status.signal().is_some())
        };
        killed += kill(number);
        trial.assert_holds(&what);
        if pick % 3 == 2 {
            // the run that goes on is killed as well
            killed += kill(1 + number / 2);
            trial.assert_holds(&what);
        }
        trial.assert_finishes(&what);
    }
    println!("{killed} runs were killed at {wanted} calls of {}", all.len());
    assert!(killed > wanted / 2, "only {killed} of {wanted} runs were killed");
}

/// How much of an undisturbed tree the next run must reach.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Reaches {
    /// All of it.
    Tree,
    /// All of it, where times that were refused may lack.
    Files,
    /// All bytes: an input that could not be read for a while is like one that came later, and
    /// takes the next free name.
    Bytes,
}

const FAULTS: [(&str, &[&str], Reaches); 23] = [
    ("write", &["EIO", "ENOSPC"], Reaches::Tree),
    ("pwrite64", &["EIO", "ENOSPC"], Reaches::Tree),
    ("rename", &["EIO", "ENOSPC"], Reaches::Tree),
    ("renameat2", &["EIO", "EACCES"], Reaches::Tree),
    ("mkdir", &["EIO", "ENOSPC"], Reaches::Tree),
    ("symlink", &["EIO", "ENOSPC"], Reaches::Tree),
    ("symlinkat", &["EIO"], Reaches::Tree),
    ("linkat", &["EIO"], Reaches::Tree),
    ("ftruncate", &["EIO"], Reaches::Tree),
    ("fsync", &["EIO"], Reaches::Tree),
    ("fdatasync", &["EIO"], Reaches::Tree),
    ("syncfs", &["EIO", "ENOSPC"], Reaches::Tree),
    ("unlink", &["EIO", "EROFS"], Reaches::Tree),
    ("unlinkat", &["EIO"], Reaches::Tree),
    ("rmdir", &["EIO"], Reaches::Tree),
    ("flock", &["EIO"], Reaches::Tree),
    ("utimensat", &["EPERM"], Reaches::Files),
    ("openat", &["EIO", "ENOSPC"], Reaches::Bytes),
    ("read", &["EIO"], Reaches::Bytes),
    ("pread64", &["EIO"], Reaches::Bytes),
    ("getdents64", &["EIO"], Reaches::Bytes),
    ("statx", &["EIO"], Reaches::Bytes),
    ("newfstatat", &["EIO"], Reaches::Bytes),
];

fn assert_finishes(trial: &Trial<'_>, reaches: Reaches, what: &str) {
    match reaches {
        Reaches::Tree => trial.assert_finishes(what),
        Reaches::Files => {
            trial.import();
            let paths = |tree: super::Tree| tree.into_keys().collect::<BTreeSet<_>>();
            assert_eq!(paths(tree(&trial.library)), paths(trial.bench.tree.clone()), "{what}");
        }
        Reaches::Bytes => trial.assert_reaches_bytes(what),
    }
}

#[test]
#[ignore = "needs strace"]
fn any_call_may_fail_and_the_next_run_completes() {
    let bench = Bench::new();
    let counts = most_calls(&bench, &FAULTS.map(|(name, ..)| name));
    let mut all = Vec::new();
    for (name, errors, reaches) in FAULTS {
        for number in 1..=counts.get(name).copied().unwrap_or(0) {
            for error in errors {
                for plus in ["", "+"] {
                    all.push((format!("inject={name}:error={error}:when={number}{plus}"), name, reaches));
                }
            }
        }
    }
    let only = std::env::var("WINDFALL_FAULT_CALL").ok();
    all.retain(|(_, name, _)| only.as_ref().is_none_or(|only| only == name));
    let wanted = if std::env::var("WINDFALL_FAULTS").is_ok_and(|text| text == "all") {
        all.len()
    } else {
        asked("WINDFALL_FAULTS").unwrap_or(40).min(all.len())
    };
    let mut ended = [0; 4];
    let mut failed = Vec::new();
    for pick in 0..wanted {
        let (inject, name, reaches) = &all[pick * all.len() / wanted];
        // one bad ending must not hide the next
        match catch_unwind(AssertUnwindSafe(|| try_fault(&bench, inject, name, *reaches))) {
            Ok(code) => ended[code.unwrap_or(2)] += 1,
            Err(_) => failed.push(inject),
        }
    }
    println!(
        "{wanted} faults of {}: {} runs ended with 0, {} with 1, {} with 3",
        all.len(),
        ended[0],
        ended[1],
        ended[3]
    );
    assert!(failed.is_empty(), "{failed:#?}");
    assert!(ended[2] * 2 < wanted, "{} of {wanted} runs did not even begin", ended[2]);
}

/// Runs into one fault and completes; gives the exit code of the first run if it began at all.
fn try_fault(bench: &Bench, inject: &str, name: &str, reaches: Reaches) -> Option<usize> {
    let trial = bench.trial();
    let output = disturbed(&trial, name, inject);
    let text = said(&output);
    let code = output.status.code();
    if code == Some(127) || text.contains("error while loading shared libraries") {
        return None;
    }
    assert!(matches!(code, Some(0 | 1 | 3)), "{inject}: {text}");
    assert!(!text.contains("panicked"), "{inject}: {text}");
    trial.assert_holds(inject);
    match code {
        Some(0) if reaches == Reaches::Tree => {
            assert_eq!(differences(&tree(&trial.library), &bench.tree), [""; 0], "{inject}: {text}");
        }
        Some(0) => assert_eq!(hashes(&trial.library), bench.known, "{inject}: {text}"),
        // words cannot be had where writing fails for good
        Some(1) => assert!(name == "write" || text.contains("hint: "), "{inject}: {text}"),
        _ => assert!(text.contains("write-failed") || reaches != Reaches::Tree, "{inject}: {text}"),
    }
    assert_finishes(&trial, reaches, &format!("{inject}, which ended so: {text}"));
    usize::try_from(code?).ok()
}
