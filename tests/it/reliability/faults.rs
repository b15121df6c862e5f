//! Failing calls: each kind of call fails once, or from some moment on for good.
//! `WINDFALL_FAULTS=all` tries every index of every call, a number so many.

use std::collections::BTreeSet;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::{Bench, Trial, asked, can_trace, differences, hashes, most_calls, said, tree};

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

const CALLS: [(&str, &[&str], Reaches); 23] = [
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
        Reaches::Bytes => {
            trial.import();
            let found = hashes(&trial.library);
            let lacks = |file: &&String| {
                trial.bench.known.difference(&found).any(|h| file.contains(h.to_hex().as_str()))
            };
            let lost: Vec<_> = trial.bench.tree.iter().filter(|(_, file)| lacks(file)).collect();
            assert!(lost.is_empty(), "{what}: {lost:#?} are not in {:#?}", tree(&trial.library));
        }
    }
}

#[test]
fn any_call_may_fail_and_the_next_run_completes() {
    if !can_trace() {
        return;
    }
    let bench = Bench::new();
    let counts = most_calls(&bench, &CALLS.map(|(name, ..)| name));
    let mut all = Vec::new();
    for (name, errors, reaches) in CALLS {
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
        // one bad ending shall not hide the next
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
}

/// Runs into one fault and completes; gives the exit code of the first run if it began at all.
fn try_fault(bench: &Bench, inject: &str, name: &str, reaches: Reaches) -> Option<usize> {
    let trial = bench.trial();
    let tracing = ["-o", "/dev/null", "-e", &format!("trace={name}"), "-e", inject].map(str::to_owned);
    let output = trial.traced(&tracing).output().unwrap();
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

#[test]
fn a_library_that_cannot_be_written_stops_the_run_and_says_so() {
    let bench = Bench::new();
    let trial = bench.trial();
    fs::write(&trial.library, "a file where the library shall be").unwrap();
    let output = trial.command().output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(said(&output).contains("hint: "), "{}", said(&output));
    assert_eq!(fs::read_to_string(&trial.library).unwrap(), "a file where the library shall be");
}

/// Found by failing reads: a nested archive counted as read to its end when one entry had failed.
#[test]
fn what_failed_in_a_nested_archive_is_read_again() {
    let bench = Bench::new();
    for zip in &bench.zips {
        let sound = fs::read(zip).unwrap();
        let trial = bench.trial();
        let inner = if zip.ends_with("iCloud Photos Part 2 of 2.zip") { "S1.JPG" } else { "IMG_1.JPG" };
        let name = sound.windows(inner.len()).position(|bytes| bytes == inner.as_bytes()).unwrap();
        let mut damaged = sound.clone();
        damaged[name + 100] ^= 0xff;
        fs::write(zip, damaged).unwrap();
        let output = trial.command().output().unwrap();
        fs::write(zip, sound).unwrap();
        assert_eq!(output.status.code(), Some(3), "{}", said(&output));
        trial.assert_holds("damaged");
        assert_finishes(&trial, Reaches::Bytes, "the part is sound again");
    }
}
