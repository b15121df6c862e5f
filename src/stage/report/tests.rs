//! What the report counts, as tables of cases over values made of a few words.

use std::collections::{BTreeSet, HashSet};

use crate::category::photos::build::{Built, row};
use crate::contents::PartId;
use crate::library::settings::{Hidden, RecentlyDeleted};
use crate::problem::Problem;
use crate::stage::discover::Inputs;
use crate::stage::plan::build::{Before, at};
use crate::stage::report::build::counted;
use crate::stage::report::{Counted, Done, Entries, ExportReport, count, exports};

/// The states that have any entries, with how many.
fn states(entries: Entries) -> String {
    let states = [
        ("imported", entries.imported),
        ("duplicate", entries.duplicate),
        ("already present", entries.already_present),
        ("details", entries.details),
        ("excluded", entries.excluded),
        ("ignored", entries.ignored),
        ("failed", entries.failed),
    ];
    assert_eq!(states.iter().fold(0_u64, |sum, (_, n)| sum.saturating_add(*n)), entries.total);
    let told = states.iter().filter(|(_, n)| *n > 0).map(|(state, n)| format!("{n} {state}"));
    told.collect::<Vec<_>>().join(", ")
}

#[test]
fn every_entry_is_in_one_state() {
    let one = || Built::new().file("Photos/A.JPG", "a");
    let other = || Built::new().file("Docs/a.txt", "1");
    let listed = || one().rows("Photos/Photo Details.csv", []);
    let details = ".windfall/details/iCloud Photos 0/Part 1/Photos/Photo Details.csv";
    let text = "iCloud Photos 0/Part 1/Photos/Photo Details.csv";
    let skip = || {
        Before::empty().with(|settings| {
            (settings.hidden, settings.recently_deleted) = (Hidden::Skip, RecentlyDeleted::Skip);
        })
    };
    let empty = Before::empty;
    let cases: [(&str, Built, Before, &[&str], &str); 20] = [
        ("nothing", Built::new(), empty(), &[], ""),
        ("a photo", one(), empty(), &[], "1 imported"),
        (
            "copies",
            one().file("Photos/B.JPG", "a").part(2).file("Photos/A.JPG", "a"),
            empty(),
            &[],
            "1 imported, 2 duplicate",
        ),
        (
            "a photo that stands",
            one().file("Photos/B.JPG", "a"),
            empty().photo("x.jpg", "a"),
            &[],
            "2 already present",
        ),
        ("a photo that was lost", one(), empty().settled("x.jpg", "a"), &[], "1 imported"),
        ("another file", other(), empty(), &[], "1 imported"),
        (
            "its copy at the same path",
            other().part(2).file("Docs/a.txt", "1"),
            empty(),
            &[],
            "1 imported, 1 duplicate",
        ),
        ("its copy at another path", other().file("Docs/b.txt", "1"), empty(), &[], "2 imported"),
        (
            "another file that stands",
            other(),
            empty().kept("Other/Docs/a.txt", "1"),
            &[],
            "1 already present",
        ),
        ("details", listed(), empty(), &[], "1 imported, 1 details"),
        ("details that stand", listed(), empty().kept(details, text), &[], "1 imported, 1 already present"),
        (
            "hidden, and left out with its copy",
            one().file("Photos/B.JPG", "a").rows("Photos/Photo Details.csv", [row("A.JPG").of("a").hidden()]),
            skip(),
            &[],
            "1 details, 2 excluded",
        ),
        (
            "deleted, and left out",
            Built::new().file("Recently Deleted/A.JPG", "a"),
            skip(),
            &[],
            "1 excluded",
        ),
        (
            "what is left out and stands",
            Built::new().file("Recently Deleted/A.JPG", "a"),
            skip().photo("x.jpg", "a"),
            &[],
            "1 already present",
        ),
        (
            "litter and placeholders",
            Built::new().file(".DS_Store", "x").file("Photos/A.JPG", ""),
            empty(),
            &[],
            "2 ignored",
        ),
        (
            "unread",
            one().file("Photos/B.JPG", "!").file("Docs/a.txt", "!"),
            empty(),
            &[],
            "1 imported, 2 failed",
        ),
        ("not placed", one().part(2).file("Photos/A.JPG", "a"), empty(), &["Undated/A.JPG"], "2 failed"),
        ("another not placed", other(), empty(), &["Other/Docs/a.txt"], "1 failed"),
        ("details not placed", listed(), empty(), &[details], "1 imported, 1 failed"),
        ("only remembered", one().remembered(), empty(), &[], ""),
    ];
    for (label, built, before, unplaced, expected) in cases {
        let unplaced = unplaced.iter().map(|path| at(path)).collect();
        assert_eq!(states(counted(before.plan(built), &before, &unplaced).entries), expected, "{label}");
    }
}

#[test]
fn an_archive_that_cannot_be_opened_is_one_entry_that_failed() {
    let inputs = Inputs { unreadable: vec!["a.zip".into(), "b.zip".into()], ..Inputs::default() };
    let (plan, held, paths) = (Default::default(), Default::default(), HashSet::new());
    let (held_paths, unplaced) = (&paths, &paths);
    let done = Done { inputs: &inputs, plan: &plan, held: &held, held_paths, unplaced, bytes_read: 0 };
    assert_eq!(states(count(&done).unwrap().entries), "2 failed");
}

#[test]
fn sums_of_what_archives_claim_saturate() {
    let before = Before::empty();
    let built = Built::new()
        .file("Photos/A.JPG", "a")
        .sized(u64::MAX - 1)
        .file("Photos/B.JPG", "b")
        .sized(9)
        .file("Photos/C.JPG", "a")
        .sized(u64::MAX)
        .file("Photos/D.JPG", "!")
        .sized(3);
    let Counted { entries, sizes, bytes } = counted(before.plan(built), &before, &HashSet::new());
    assert_eq!(states(entries), "2 imported, 1 duplicate, 1 failed");
    assert_eq!((bytes.read, bytes.imported, bytes.duplicate), (7, u64::MAX, u64::MAX));
    assert_eq!((sizes.total, sizes.failed), (u64::MAX, 3));
}

/// The exports of contents whose given and doubled parts these are, by their places.
fn told(built: Built, given: &[usize], twice: &[usize]) -> (Vec<ExportReport>, Vec<Problem>) {
    let (contents, _) = built.done();
    let ids: Vec<PartId> = contents.parts.ids().collect();
    let parts = |places: &[usize]| -> BTreeSet<PartId> { places.iter().map(|&place| ids[place]).collect() };
    let inputs =
        Inputs { contents, given_parts: parts(given), parts_twice: parts(twice), ..Inputs::default() };
    exports(&inputs)
}

#[test]
fn exports_say_which_parts_are_here_twice_and_missing() {
    let five = || {
        let of = Built::new().export("iCloud Photos", 5).file("Photos/A.JPG", "a");
        of.part(4).file("Photos/B.JPG", "b").part(2).file("Photos/C.JPG", "c").remembered()
    };
    let (reports, problems) = told(five(), &[1, 2], &[2, 1]);
    let [report] = &reports[..] else { panic!("{reports:?}") };
    assert_eq!(report.parts_found, [1, 2, 4], "given, or known from an earlier run");
    assert_eq!((report.parts_expected, &report.parts_missing[..]), (Some(5), &[3, 5][..]));
    assert_eq!(report.parts_twice, [1, 4]);
    let named: Vec<&str> = problems.iter().filter_map(|p| p.message.split(':').next()).collect();
    assert_eq!(
        named,
        ["part 3 of 5 of `iCloud Photos` is not here", "part 5 of 5 of `iCloud Photos` is not here"]
    );
    let (reports, problems) = told(five(), &[0], &[]);
    assert_eq!(
        (reports.len(), reports[0].parts_found.len(), problems.len()),
        (1, 1, 0),
        "of that export only"
    );
    assert_eq!(told(five(), &[], &[2]).0, [], "what was not given is no export of these inputs");
}

#[test]
fn many_missing_parts_are_named_in_runs() {
    let few = Built::new().export("iCloud Photos", 201);
    assert_eq!(told(few, &[1], &[]).1.len(), 200, "one by one");
    let many = Built::new().export("iCloud Photos", 1_000).part(500).part(502);
    let (reports, problems) = told(many, &[1, 2, 3], &[]);
    assert_eq!(reports[0].parts_missing.len(), 997);
    let named: Vec<&str> = problems.iter().filter_map(|p| p.message.split(" of ").next()).collect();
    assert_eq!(named, ["parts 2 to 499", "part 501", "parts 503 to 1000"]);
}
