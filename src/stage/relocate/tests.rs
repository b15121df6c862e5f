//! Moves of small files whose bytes are their first names: what stands where in the end, and what was refused.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::atomic::AtomicBool;

use super::{Attempt, Going, Mover, aside, prune, relocate};
use crate::library::catalog::Move;
use crate::library::path::LibraryPath;
use crate::progress::Watch;

fn at(path: &str) -> LibraryPath {
    LibraryPath::recorded(path).unwrap()
}

/// A library of files that hold their own first names.
fn library(names: &[&str]) -> tempfile::TempDir {
    let library = tempfile::tempdir().unwrap();
    for name in names {
        let path = at(name).to_path(library.path());
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, name).unwrap();
    }
    library
}

fn moves(moves: &[(&str, &str)]) -> Vec<Move> {
    let one = |(position, (old, new)): (i64, &(&str, &str))| Move {
        position,
        old: at(old),
        new: Some(*new).filter(|new| !new.is_empty()).map(at),
        blake3: Some(blake3::hash(old.as_bytes())),
    };
    (0..).zip(moves).map(one).collect()
}

/// What stands where.
fn told(library: &Path) -> BTreeMap<String, String> {
    let walk = walkdir::WalkDir::new(library).into_iter().map(Result::unwrap);
    walk.filter(|entry| entry.file_type().is_file())
        .map(|entry| {
            let path = entry.path().strip_prefix(library).unwrap().to_string_lossy().into_owned();
            (path, fs::read_to_string(entry.path()).unwrap())
        })
        .collect()
}

/// Carries out, and gives the positions that arrived and those that were refused.
fn run(library: &Path, moves: &[Move], attempt: Attempt) -> (Vec<i64>, Vec<i64>) {
    let (mut arrived, mut refused) = (Vec::new(), Vec::new());
    let watch = Watch { progress: &(), cancel: &AtomicBool::new(false) };
    relocate(library, moves, attempt, watch, &mut |batch| {
        arrived.extend(&batch.arrived);
        refused.extend(batch.refused.iter().map(|(position, _)| *position));
        Ok(())
    })
    .unwrap();
    arrived.sort_unstable();
    (arrived, refused)
}

const MOVES: [(&str, &str); 7] =
    [("a", "b"), ("b", "a"), ("c/1", "c/2"), ("c/2", "c/3"), ("c/3", "c/1"), ("d", "e/d"), ("f", "")];

fn expected() -> BTreeMap<String, String> {
    let files = MOVES.iter().filter(|(_, new)| !new.is_empty());
    files.map(|(old, new)| ((*new).to_owned(), (*old).to_owned())).collect()
}

#[test]
fn everything_arrives_from_wherever_a_run_was_stopped() {
    let names: Vec<&str> = MOVES.iter().map(|(old, _)| *old).collect();
    let all: Vec<i64> = (0..7).collect();
    let moves = moves(&MOVES);
    let first = library(&names);
    assert_eq!(run(first.path(), &moves, Attempt::First), (all.clone(), vec![]));
    assert_eq!(told(first.path()), expected());
    // what has arrived stays
    assert_eq!(run(first.path(), &moves, Attempt::Again), (all.clone(), vec![]));
    assert_eq!(told(first.path()), expected());
    let renames: [&[(&str, &str)]; 5] = [
        &[],
        &[("c/1", "c/1.moving")],
        &[("c/1", "c/1.moving"), ("c/3", "c/1")],
        &[("c/1", "c/1.moving"), ("c/3", "c/1"), ("c/2", "c/3")],
        &[("a", "a.moving"), ("b", "a"), ("a.moving", "b")],
    ];
    for renames in renames {
        let stopped = library(&names);
        for (old, new) in renames {
            fs::rename(stopped.path().join(old), stopped.path().join(new)).unwrap();
        }
        assert_eq!(run(stopped.path(), &moves, Attempt::Again), (all.clone(), vec![]), "{renames:?}");
        assert_eq!(told(stopped.path()), expected(), "{renames:?}");
    }
}

#[test]
fn what_stands_in_the_way_is_not_touched() {
    let library = library(&["a", "b", "x/c"]);
    let moves = moves(&[("a", "b"), ("x/c", "x/d")]);
    fs::write(library.path().join("x/d"), "mine").unwrap();
    assert_eq!(run(library.path(), &moves, Attempt::First), (vec![], vec![0, 1]));
    let told = told(library.path());
    assert_eq!((told["b"].as_str(), told["x/d"].as_str(), told["a"].as_str()), ("b", "mine", "a"));
}

#[test]
fn what_is_gone_or_another_file_now_is_left() {
    let library = library(&["a", "b", "f"]);
    fs::write(library.path().join("f"), "mine").unwrap();
    fs::remove_file(library.path().join("a")).unwrap();
    let moves = moves(&[("a", "x/a"), ("b", "x/b"), ("f", "")]);
    assert_eq!(run(library.path(), &moves, Attempt::Again), (vec![1, 2], vec![0]));
    assert_eq!(told(library.path())["f"], "mine");
}

#[test]
fn a_circle_that_cannot_be_closed_is_as_it_was() {
    let library = library(&["a", "b", "c"]);
    let going = |from: &str, to: &str| Going { position: 0, from: at(from), to: at(to) };
    let circle = [going("a", "b"), going("b", "c"), going("c", "a")];
    let before = told(library.path());
    // something has that name already
    fs::create_dir(library.path().join(aside(&at("a")).as_str())).unwrap();
    let mut mover = Mover { library: library.path(), folders: Default::default() };
    let outcomes = mover.step(&circle.iter().collect::<Vec<_>>());
    assert!(outcomes.len() == 3 && outcomes.iter().all(Result::is_err), "{outcomes:?}");
    assert_eq!(told(library.path()), before);
}

#[test]
fn what_is_put_away_or_comes_back_is_believed_by_its_name() {
    let library = library(&[".windfall/forgotten/a", "c", ".windfall/forgotten/d"]);
    for changed in [".windfall/forgotten/a", "c", ".windfall/forgotten/d"] {
        fs::write(library.path().join(changed), "changed by its owner").unwrap();
    }
    // a run was stopped after the first two renames, and before the last file was deleted
    let moves = moves(&[
        ("a", ".windfall/forgotten/a"),
        (".windfall/forgotten/c", "c"),
        (".windfall/forgotten/d", ""),
    ]);
    assert_eq!(run(library.path(), &moves, Attempt::Again), (vec![0, 1, 2], vec![]));
    assert_eq!(told(library.path()).into_keys().collect::<Vec<_>>(), [".windfall/forgotten/a", "c"]);
}

#[test]
fn only_empty_folders_go() {
    let library = library(&["x/y/z/a", "x/b", "v/b"]);
    fs::remove_file(library.path().join("x/y/z/a")).unwrap();
    fs::remove_file(library.path().join("v/b")).unwrap();
    // of those below it, another run has removed what was empty
    prune(library.path(), [at("x/y/z"), at("x"), at("v/w/z")].into_iter());
    assert!(!library.path().join("x/y").exists() && library.path().join("x/b").is_file());
    assert!(!library.path().join("v").exists());
}
