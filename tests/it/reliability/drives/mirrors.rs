//! Mirrors on drives of every kind, and of libraries that stand on such.

use std::fs;
use std::path::Path;
use std::process::Output;

use super::{Drive, EXT4, Kind, fill};
use crate::reliability::{Bench, hashes, tree};
use crate::support::{command, differences, said};

fn mirror(library: &Path, to: &Path) -> Output {
    command().arg("mirror").arg(library).arg("--to").arg(to).args(["--json", "--jobs", "2"]).output().unwrap()
}

/// A run that must end well; gives its report.
fn mirrored(library: &Path, to: &Path) -> serde_json::Value {
    let output = mirror(library, to);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// A mirror on this drive has the same files, and albums as the drive can have them; a library on it has a mirror
/// elsewhere with albums as an import there makes them.
pub fn have_the_same_files(kind: &'static Kind) {
    let drive = Drive::new(kind, 320);
    let (bench, like) = (Bench::new(), Bench::with(kind.albums));
    let trial = bench.trial();
    trial.import();
    let second = drive.root().join("mirror");
    let report = mirrored(&trial.library, &second);
    let lists = report["problems"].to_string().contains("links-unsupported");
    assert_eq!(lists, !kind.albums.is_empty(), "{report:#}");
    let paths = |library: &Path| tree(library).into_keys().collect::<Vec<String>>();
    assert_eq!(paths(&second), like.tree.keys().cloned().collect::<Vec<_>>());
    // times as near as the drive can hold them
    let time = |file: &Path| file.metadata().unwrap().modified().unwrap();
    let photos = super::super::files(&trial.library).filter(|entry| entry.file_type().is_file());
    for photo in photos.map(walkdir::DirEntry::into_path) {
        let copy = second.join(photo.strip_prefix(&trial.library).unwrap());
        let (here, there) = (time(&copy), time(&photo));
        let apart = here.duration_since(there).unwrap_or_else(|earlier| earlier.duration());
        assert!(apart <= std::time::Duration::from_secs(2), "{}: {here:?} and {there:?}", copy.display());
    }
    // the table of settings says which library this is, and lists are made by each
    let is_missing = |hash: &&blake3::Hash| !hashes(&second).contains(*hash);
    assert!(hashes(&trial.library).iter().filter(is_missing).count() == 0);
    // a drive of coarse times, plugged in again
    drive.unmount();
    drive.mount();
    let again = mirrored(&trial.library, &second);
    assert_eq!((&again["files"]["copied"], &again["files"]["moved"]), (&0.into(), &0.into()), "{again:#}");
    assert_eq!(again["files"]["already_there"], again["files"]["total"]);
    let verified = command().arg("verify").arg(&second).output().unwrap();
    assert_eq!(verified.status.code(), Some(0), "{}", said(&verified));
    let report = bench.trial_at(second.clone()).import();
    assert_eq!(report["entries"]["imported"], 0);
    assert_eq!(paths(&second), like.tree.keys().cloned().collect::<Vec<_>>());

    // the other way round: the library stands on such a drive
    let of_drive = bench.trial_at(drive.library());
    of_drive.import();
    let elsewhere = bench.trial();
    mirrored(&of_drive.library, &elsewhere.library);
    let made: Vec<String> = paths(&elsewhere.library);
    assert_eq!(made, bench.tree.keys().cloned().collect::<Vec<_>>());
    let links = |tree: &super::Tree| -> Vec<String> {
        tree.iter()
            .filter(|(_, what)| what.starts_with("->"))
            .map(|(path, what)| format!("{path} {what}"))
            .collect()
    };
    assert_eq!(links(&tree(&elsewhere.library)), links(&bench.tree));
}

#[test]
#[ignore = "needs root and loop devices"]
fn a_full_drive_stops_a_mirroring_and_the_next_one_goes_on() {
    let bench = Bench::new();
    let trial = bench.trial();
    trial.import();
    let size: u64 = super::super::files(&trial.library).map(|file| file.metadata().unwrap().len()).sum();
    let drive = Drive::new(&EXT4, 16);
    let to = drive.root().join("mirror");
    let mut stopped = 0;
    for step in 0..6 {
        // less than is needed is seen before, a little more only when it is written
        let leave = size / 2 + step * size / 8;
        fill(&drive.root(), leave);
        let output = mirror(&trial.library, &to);
        if output.status.code() != Some(0) {
            let text = said(&output);
            assert_eq!(output.status.code(), Some(1), "with {leave} bytes free: {text}");
            assert!(text.contains("hint: free some space") && text.contains("needed"), "{text}");
            stopped += 1;
        }
        fs::remove_file(drive.root().join("ballast")).unwrap();
        mirrored(&trial.library, &to);
        assert_eq!(differences(&tree(&to), &tree(&trial.library)), [""; 0]);
        fs::remove_dir_all(&to).unwrap();
    }
    assert!(stopped > 2, "only {stopped} runs found the drive full");
}
