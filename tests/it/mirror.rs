//! Second copies of libraries: the first one and later ones, damage on either side, moves, other people's files, drives
//! without links. `mirror::kills` ends runs at any instant.

#[cfg(unix)]
mod kills;

use std::collections::BTreeMap;
use std::fs::{self, File, FileTimes};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, SystemTime};

use crate::builder::{Export, Part, jpeg};
use crate::support::verified::{photo, rich, try_verify};
use crate::support::{Scratch, codes, command, contents, differences, patiently, rot, said, tree};
use windfall::Watch;
use windfall::error::{Error, NoMirror};
use windfall::library::catalog::Catalog;
use windfall::library::settings::AlbumForm;
use windfall::mirror::bring::Proof;
use windfall::problem::{Code, Problem};
use windfall::run::mirror::{Leftovers, Mirrored, Run, mirror};

struct Pair {
    scratch: Scratch,
    zips: Vec<PathBuf>,
}

impl Pair {
    fn of(export: &Export) -> Pair {
        let scratch = Scratch::new();
        let zips = export.write_zips(&scratch.parts());
        scratch.import(&zips);
        Pair { scratch, zips }
    }

    fn small() -> Pair {
        Pair::of(&small())
    }

    fn library(&self) -> PathBuf {
        self.scratch.library()
    }

    fn mirror(&self) -> PathBuf {
        self.scratch.path("mirror")
    }

    fn try_run(&self, to: &Path, leftovers: Leftovers) -> Result<Mirrored, Error> {
        let cancel = AtomicBool::new(false);
        let run = Run {
            library: &self.library(),
            folder: to,
            jobs: NonZeroUsize::MIN.saturating_add(1),
            proof: Proof::ReadBack,
            leftovers,
            watch: Watch { progress: &(), cancel: &cancel },
        };
        patiently(|| mirror(&run))
    }

    fn run(&self) -> Mirrored {
        self.try_run(&self.mirror(), Leftovers::Kept).unwrap()
    }

    fn command(&self, more: &[&str]) -> Output {
        let mut command = command();
        command.arg("mirror").arg(self.library()).arg("--to").arg(self.mirror()).args(more);
        command.output().unwrap()
    }

    /// The mirror is a library without a fault, and has the very tree of the library.
    fn assert_whole(&self) {
        assert_eq!(differences(&contents(&self.mirror()), &contents(&self.library())), [""; 0]);
        let found = try_verify(&self.mirror(), None).unwrap();
        let here = try_verify(&self.library(), None).unwrap();
        assert_eq!(found.files, here.files, "{:#?}", found.problems);
        assert_eq!(codes(&found.problems), codes(&here.problems), "{:#?}", found.problems);
    }
}

fn small() -> Export {
    Export::new("iCloud Photos").part(
        Part::new()
            .photo(photo(1, "IMG_1.JPG", "2024-03"))
            .photo(photo(2, "IMG_2.JPG", "2024-03"))
            .photo(photo(3, "IMG_3.JPG", "2023-07"))
            .album("Lake week", ["IMG_3.JPG", "IMG_1.JPG"])
            .entry("guide.pdf", "hello"),
    )
}

const FIRST: &str = "2024/2024-03/IMG_1.JPG";
const SECOND: &str = "2024/2024-03/IMG_2.JPG";

fn set_time(path: &Path, time: SystemTime) {
    let file = File::options().write(true).open(path).unwrap();
    file.set_times(FileTimes::new().set_modified(time)).unwrap();
}

/// Writes a file as somebody would, at a time of their own.
fn edit(path: &Path, bytes: impl AsRef<[u8]>) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

fn places(problems: &[Problem]) -> Vec<(Code, &str)> {
    problems.iter().map(|problem| (problem.code, problem.entry.as_deref().unwrap_or_default())).collect()
}

fn counts(mirrored: &Mirrored) -> (u64, u64, u64, u64) {
    let files = &mirrored.files;
    (files.copied, files.moved, files.already_there, files.only_in_mirror)
}

/// Everything below a folder, `.windfall` and all, but what concerns only the drive.
fn everything(folder: &Path) -> BTreeMap<String, String> {
    let scan = windfall::mirror::scan::scan(folder);
    let bytes = |path: &str| fs::read(folder.join(path)).map(|bytes| blake3::hash(&bytes).to_string());
    scan.seen.keys().map(|path| (path.clone(), bytes(path).unwrap_or_default())).collect()
}

#[test]
fn a_mirror_has_everything_and_is_a_library() {
    let pair = Pair::of(&rich());
    let library = pair.library();
    edit(&library.join("mine/notes, \"é\".txt"), "my notes");
    edit(&library.join("2024/my edit.jpg"), jpeg(900, &crate::builder::Exif::none()));
    edit(&library.join(".windfall/thumbnails/ab/abcd.jpg"), "small");
    edit(&library.join(".windfall/forgotten/2024/gone.jpg"), "left out on purpose");
    edit(&library.join(".windfall/damaged/2024/bad.jpg"), "rotten");
    edit(&library.join(".windfall/staging/ab/waiting"), "waiting");
    edit(&library.join("windfall-report.html"), "page");
    let mirrored = pair.run();
    assert_eq!(mirrored.problems, []);
    let total = mirrored.files.total;
    assert_eq!(counts(&mirrored), (total, 0, 0, 0));
    assert!(mirrored.bytes.copied > 0 && mirrored.bytes.copied == mirrored.bytes.read);
    assert_eq!(differences(&everything(&pair.mirror()), &everything(&library)), [""; 0]);
    for only_of_its_drive in ["damaged", "staging"] {
        assert!(!pair.mirror().join(".windfall").join(only_of_its_drive).exists(), "{only_of_its_drive}");
    }
    fs::remove_dir_all(library.join(".windfall/staging")).unwrap();
    pair.assert_whole();
    // what a verify of the library has kept since follows; then nothing to do is nothing done
    pair.run();
    let catalog = fs::metadata(Catalog::path_in(&pair.mirror())).unwrap().modified().unwrap();
    let again = pair.run();
    assert_eq!(again.problems, []);
    assert_eq!((counts(&again), again.bytes.copied), ((0, 0, total, 0), 0));
    assert_eq!(fs::metadata(Catalog::path_in(&pair.mirror())).unwrap().modified().unwrap(), catalog);
    // an import goes on in either
    let report = pair.scratch.try_import_to(&pair.mirror(), &pair.zips).unwrap();
    assert_eq!(report.entries.imported, 0, "{report:#?}");
    assert_eq!(tree(&pair.mirror()), tree(&library));
}

#[test]
fn the_command_says_what_it_did() {
    let pair = Pair::small();
    let output = pair.command(&["--json"]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let files = &json["files"];
    assert_eq!((&files["total"], &files["copied"]), (&files["copied"], &files["total"]));
    assert_eq!(
        (&files["moved"], &files["already_there"], &files["only_in_mirror"]),
        (&0.into(), &0.into(), &0.into())
    );
    assert_eq!(json["problems"], serde_json::json!([]));
    assert_eq!(json["bytes"]["read"], json["bytes"]["copied"]);
    assert_eq!(json.as_object().unwrap().len(), 3);
    let output = pair.command(&[]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert!(
        said(&output).contains("Nothing to copy") && said(&output).contains("whole second copy"),
        "{}",
        said(&output)
    );
    let output = pair.command(&["--quiet", "--no-read-back"]);
    assert_eq!((output.status.code(), said(&output).lines().count()), (Some(0), 1), "{}", said(&output));
    // the variable names the library
    let output = command()
        .args(["mirror", "--to"])
        .arg(pair.mirror())
        .env("WINDFALL_LIBRARY", pair.library())
        .output();
    assert_eq!(output.unwrap().status.code(), Some(0));
    let help = command().args(["help", "mirror"]).output().unwrap();
    assert!(said(&help).contains("--no-read-back"), "{}", said(&help));
}

#[test]
fn damage_of_the_library_is_found_and_never_copied() {
    let pair = Pair::small();
    rot(&pair.library().join(FIRST));
    let mirrored = pair.run();
    assert_eq!(places(&mirrored.problems), [(Code::DamagedFile, FIRST)]);
    assert!(!pair.mirror().join(FIRST).exists());
    assert_eq!(mirrored.files.copied, mirrored.files.total - 1);
    // it is known from now on
    let known = Catalog::read(&pair.library()).unwrap().damage().unwrap();
    assert_eq!(known.keys().map(|path| path.as_str()).collect::<Vec<_>>(), [FIRST]);
    let output = pair.command(&["--json"]);
    assert_eq!(output.status.code(), Some(3), "{}", said(&output));

    // a good copy in the mirror stays, and is pointed at
    let pair = Pair::small();
    pair.run();
    let good = fs::read(pair.mirror().join(FIRST)).unwrap();
    rot(&pair.library().join(FIRST));
    try_verify(&pair.library(), None).unwrap();
    edit(&pair.library().join(SECOND), "edited by its owner");
    fs::remove_file(pair.library().join("2023/2023-07/IMG_3.JPG")).unwrap();
    let mirrored = pair.run();
    assert_eq!(
        places(&mirrored.problems),
        [
            (Code::DamagedFile, FIRST),
            (Code::ChangedFile, SECOND),
            (Code::MissingFile, "2023/2023-07/IMG_3.JPG"),
        ]
    );
    assert!(
        mirrored.problems.iter().all(|problem| problem.message.contains("windfall repair")),
        "{mirrored:#?}"
    );
    assert_eq!(fs::read(pair.mirror().join(FIRST)).unwrap(), good);
    assert_eq!(mirrored.files.already_there, mirrored.files.total);
    assert_eq!(try_verify(&pair.mirror(), None).unwrap().problems, []);
}

#[test]
fn damage_of_the_mirror_is_replaced_and_put_aside() {
    let pair = Pair::small();
    pair.run();
    let (good, bad) = (pair.library().join(FIRST), pair.mirror().join(FIRST));
    rot(&bad);
    let rotten = fs::read(&bad).unwrap();
    // nobody has read it again yet
    assert_eq!(pair.run().files.copied, 0);
    let found = try_verify(&pair.mirror(), None).unwrap();
    assert_eq!(codes(&found.problems), [Code::DamagedFile], "{found:#?}");
    let mirrored = pair.run();
    assert_eq!(mirrored.problems, []);
    assert_eq!(mirrored.files.copied, 1);
    assert_eq!(fs::read(&bad).unwrap(), fs::read(&good).unwrap());
    assert_eq!(fs::read(pair.mirror().join(".windfall/damaged").join(FIRST)).unwrap(), rotten);
    pair.assert_whole();
    assert_eq!(counts(&pair.run()).0, 0);
}

#[test]
fn damage_on_both_sides_stays_where_it_is() {
    let pair = Pair::small();
    pair.run();
    rot(&pair.library().join(FIRST));
    rot(&pair.mirror().join(FIRST));
    let rotten = fs::read(pair.mirror().join(FIRST)).unwrap();
    try_verify(&pair.mirror(), None).unwrap();
    let mirrored = pair.run();
    assert!(places(&mirrored.problems).contains(&(Code::DamagedFile, FIRST)), "{mirrored:#?}");
    assert_eq!(fs::read(pair.mirror().join(FIRST)).unwrap(), rotten);
    // it is not forgotten
    assert_eq!(Catalog::read(&pair.mirror()).unwrap().damage().unwrap().len(), 1);
}

#[test]
fn what_somebody_changed_in_the_mirror_stays() {
    let pair = Pair::small();
    edit(&pair.library().join("mine.txt"), "mine");
    pair.run();
    edit(&pair.mirror().join(FIRST), "my edit");
    edit(&pair.mirror().join("mine.txt"), "changed in the mirror");
    edit(&pair.mirror().join("only here.txt"), "new");
    // the library's changes as well
    edit(&pair.library().join("mine.txt"), "changed in the library");
    let mirrored = pair.run();
    assert_eq!(
        places(&mirrored.problems),
        [(Code::ChangedFile, FIRST), (Code::ChangedFile, "mine.txt"), (Code::ExtraFile, "only here.txt")]
    );
    assert_eq!(mirrored.files.only_in_mirror, 1);
    for (path, text) in [(FIRST, "my edit"), ("mine.txt", "changed in the mirror"), ("only here.txt", "new")]
    {
        assert_eq!(fs::read_to_string(pair.mirror().join(path)).unwrap(), text);
    }
    // out of the way, and the library's comes
    fs::remove_file(pair.mirror().join(FIRST)).unwrap();
    fs::remove_file(pair.mirror().join("mine.txt")).unwrap();
    let mirrored = pair.run();
    assert_eq!(places(&mirrored.problems), [(Code::ExtraFile, "only here.txt")]);
    assert_eq!(mirrored.files.copied, 2);
}

#[test]
fn what_the_owner_changes_and_touches_in_the_library_follows() {
    let pair = Pair::small();
    edit(&pair.library().join("mine.txt"), "mine");
    pair.run();
    let later = SystemTime::now() + Duration::from_secs(60);
    edit(&pair.library().join("mine.txt"), "mine, and longer");
    set_time(&pair.library().join(FIRST), later);
    let mirrored = pair.run();
    assert_eq!(mirrored.problems, []);
    assert_eq!((mirrored.files.copied, mirrored.files.moved), (1, 0));
    assert_eq!(fs::read_to_string(pair.mirror().join("mine.txt")).unwrap(), "mine, and longer");
    assert_eq!(fs::metadata(pair.mirror().join(FIRST)).unwrap().modified().unwrap(), later);
    // a mirror of which somebody touched everything is read, and nothing is copied
    for path in [FIRST, SECOND, "mine.txt"] {
        set_time(&pair.mirror().join(path), later + Duration::from_secs(60));
    }
    let mirrored = pair.run();
    assert_eq!((mirrored.problems.len(), mirrored.files.copied), (0, 0));
    pair.assert_whole();
}

#[test]
fn moves_are_followed_without_copying() {
    let pair = Pair::small();
    edit(&pair.library().join("mine/a.txt"), "mine");
    pair.run();
    let library = pair.library();
    // the owner moves files
    fs::create_dir(library.join("Best")).unwrap();
    fs::rename(library.join("2023/2023-07/IMG_3.JPG"), library.join("Best/third.JPG")).unwrap();
    fs::rename(library.join("mine"), library.join("yours")).unwrap();
    pair.scratch.import(&pair.zips);
    let mirrored = pair.run();
    // the table of origins names the new place
    assert_eq!(mirrored.files.copied, 1, "{mirrored:#?}");
    assert!(mirrored.files.moved >= 2, "{mirrored:#?}");
    assert!(!pair.mirror().join("mine").exists() && !pair.mirror().join("2023").exists());
    pair.assert_whole();
}

#[test]
fn files_that_changed_places_change_them_in_the_mirror() {
    let pair = Pair::small();
    let library = pair.library();
    for name in ["a", "b", "c"] {
        edit(&library.join("mine").join(name), name);
        set_time(&library.join("mine").join(name), SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000));
    }
    pair.run();
    // the places of a ring: all of one size and time, so only bytes tell them apart
    fs::rename(library.join("mine/a"), library.join("mine/way")).unwrap();
    fs::rename(library.join("mine/c"), library.join("mine/a")).unwrap();
    fs::rename(library.join("mine/b"), library.join("mine/c")).unwrap();
    fs::rename(library.join("mine/way"), library.join("mine/b")).unwrap();
    for (name, second) in [("a", 2_000_010), ("b", 2_000_020), ("c", 2_000_030)] {
        set_time(&library.join("mine").join(name), SystemTime::UNIX_EPOCH + Duration::from_secs(second));
    }
    let mirrored = pair.run();
    assert_eq!(mirrored.problems, []);
    pair.assert_whole();
    assert!(!pair.mirror().join(".windfall/staging").exists());
}

#[test]
fn a_later_export_brings_only_what_is_new() {
    let pair = Pair::small();
    pair.run();
    let later = Export::new("iCloud Photos").part(
        Part::new()
            .photo(photo(1, "IMG_1.JPG", "2024-03"))
            .photo(photo(9, "IMG_9.JPG", "2025-01"))
            .album("Lake week", ["IMG_9.JPG"]),
    );
    let folder = pair.scratch.folder("later");
    pair.scratch.import(&later.write_zips(&folder));
    let mirrored = pair.run();
    assert_eq!(mirrored.problems, []);
    assert!(pair.mirror().join("2025/2025-01/IMG_9.JPG").exists());
    // the photo, its list and tables
    assert_eq!(mirrored.files.copied, 5, "{mirrored:#?}");
    pair.assert_whole();
}

#[test]
fn what_the_library_lost_stays_unless_it_is_to_go() {
    let pair = Pair::small();
    edit(&pair.library().join("mine.txt"), "mine");
    pair.run();
    fs::remove_file(pair.library().join("mine.txt")).unwrap();
    // a copy that the mirror had before the file moved there
    fs::create_dir(pair.library().join("Best")).unwrap();
    fs::rename(pair.library().join(FIRST), pair.library().join("Best/first.JPG")).unwrap();
    pair.scratch.import(&pair.zips);
    edit(&pair.mirror().join("Best/first.JPG"), fs::read(pair.mirror().join(FIRST)).unwrap());
    let mirrored = pair.run();
    assert_eq!(places(&mirrored.problems), [(Code::ExtraFile, FIRST), (Code::ExtraFile, "mine.txt")]);
    assert_eq!(mirrored.files.only_in_mirror, 2);
    let mirrored = pair.try_run(&pair.mirror(), Leftovers::Deleted).unwrap();
    // what it moved goes; what its owner had in it is not the catalog's to give up
    assert_eq!(places(&mirrored.problems), [(Code::ExtraFile, "mine.txt")]);
    assert_eq!((mirrored.removed, mirrored.files.only_in_mirror), (1, 1));
    assert!(!pair.mirror().join(FIRST).exists() && pair.mirror().join("mine.txt").exists());
}

#[test]
fn folders_that_cannot_be_a_mirror_are_refused() {
    let pair = Pair::small();
    let library = pair.library();
    let refused = |to: &Path| match pair.try_run(to, Leftovers::Kept) {
        Err(error @ Error::NoMirror { why, .. }) => {
            assert!(error.is_usage());
            why
        }
        other => panic!("{other:?}"),
    };
    for inside in
        [library.clone(), library.join("second"), library.join("../library/."), pair.scratch.path("")]
    {
        assert_eq!(refused(&inside), NoMirror::Inside, "{}", inside.display());
    }
    assert!(!library.join("second").exists());
    let other = pair.scratch.path("other");
    let export = Export::new("iCloud Photos").part(Part::new().photo(photo(50, "IMG_50.JPG", "2020-03")));
    let zips = export.write_zips(&pair.scratch.folder("parts of others"));
    pair.scratch.try_import_to(&other, &zips).unwrap();
    let before = everything(&other);
    assert_eq!(refused(&other), NoMirror::Another);
    assert_eq!(refused(&other.join("below")), NoMirror::Inside);
    assert_eq!(differences(&everything(&other), &before), [""; 0]);
    // somebody's library of which the catalog is lost
    let lost = pair.scratch.path("lost");
    edit(&lost.join(".windfall/details/x/Photo Details.csv"), "x");
    assert_eq!(refused(&lost), NoMirror::Another);
    // a mirror that has become a library of its own
    pair.run();
    pair.scratch.try_import_to(&pair.mirror(), &zips).unwrap();
    assert_eq!(refused(&pair.mirror()), NoMirror::Ahead);
    let output = pair.command(&[]);
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert!(output.stdout.is_empty());
}

#[test]
fn a_folder_with_files_of_others_and_a_copy_made_by_hand_will_do() {
    let pair = Pair::small();
    edit(&pair.mirror().join("holiday.txt"), "mine");
    edit(&pair.mirror().join(SECOND), "not a photo");
    let mirrored = pair.run();
    assert_eq!(places(&mirrored.problems), [(Code::WriteFailed, SECOND), (Code::ExtraFile, "holiday.txt")]);
    assert_eq!(fs::read_to_string(pair.mirror().join(SECOND)).unwrap(), "not a photo");
    assert_eq!(mirrored.files.only_in_mirror, 1);

    let pair = Pair::small();
    let copied = std::process::Command::new("cp").arg("-a").arg(pair.library()).arg(pair.mirror()).status();
    if copied.is_ok_and(|status| status.success()) {
        let mirrored = pair.run();
        assert_eq!(mirrored.problems, []);
        // but for the table of settings, which knows since then which library this is
        assert_eq!(counts(&mirrored), (1, 0, mirrored.files.total - 1, 0));
        pair.assert_whole();
    }
}

#[test]
fn what_is_no_file_is_named_and_links_are_links() {
    #[cfg(unix)]
    {
        let pair = Pair::small();
        std::os::unix::fs::symlink("2024", pair.library().join("this year")).unwrap();
        let pipe = std::process::Command::new("mkfifo").arg(pair.library().join("pipe")).status().unwrap();
        assert!(pipe.success());
        let mirrored = pair.run();
        assert_eq!(places(&mirrored.problems), [(Code::UnsupportedEntry, "pipe")]);
        assert_eq!(fs::read_link(pair.mirror().join("this year")).unwrap(), Path::new("2024"));
        assert_eq!(counts(&pair.run()), (0, 0, mirrored.files.total, 0));
        // it leads elsewhere by now
        fs::remove_file(pair.library().join("this year")).unwrap();
        std::os::unix::fs::symlink("2023", pair.library().join("this year")).unwrap();
        assert_eq!(pair.run().files.copied, 1);
        assert_eq!(fs::read_link(pair.mirror().join("this year")).unwrap(), Path::new("2023"));
    }
}

#[test]
fn lists_that_were_asked_for_stay_lists() {
    let mut scratch = Scratch::new();
    scratch.settings.albums = AlbumForm::List;
    let zips = small().write_zips(&scratch.parts());
    scratch.import(&zips);
    let pair = Pair { scratch, zips };
    assert!(pair.library().join("Albums/Lake week.m3u8").exists());
    pair.run();
    assert!(pair.mirror().join("Albums/Lake week.m3u8").exists(), "it was asked for");
    pair.assert_whole();
}

#[test]
fn a_mirror_of_a_mirror_and_the_way_back() {
    let pair = Pair::small();
    pair.run();
    let third = pair.scratch.path("third");
    let cancel = AtomicBool::new(false);
    let run = |library: &Path, folder: &Path| {
        let run = Run {
            library,
            folder,
            jobs: NonZeroUsize::MIN,
            proof: Proof::Trust,
            leftovers: Leftovers::Kept,
            watch: Watch { progress: &(), cancel: &cancel },
        };
        patiently(|| mirror(&run))
    };
    assert_eq!(run(&pair.mirror(), &third).unwrap().problems, []);
    assert_eq!(differences(&contents(&third), &contents(&pair.library())), [""; 0]);
    // the library goes on, and an older mirror is not to undo that
    let later = Export::new("iCloud Photos").part(Part::new().photo(photo(9, "IMG_9.JPG", "2025-01")));
    pair.scratch.import(&later.write_zips(&pair.scratch.folder("later")));
    let error = run(&pair.mirror(), &pair.library()).unwrap_err();
    assert!(matches!(error, Error::NoMirror { why: NoMirror::Ahead, .. }), "{error}");
    assert_eq!(run(&pair.library(), &third).unwrap().problems, []);
    assert_eq!(differences(&contents(&third), &contents(&pair.library())), [""; 0]);
}

#[test]
fn a_mirror_that_was_never_finished_says_so() {
    let pair = Pair::small();
    pair.run();
    fs::remove_file(Catalog::path_in(&pair.mirror())).unwrap();
    let found = try_verify(&pair.mirror(), None).unwrap();
    assert_eq!(codes(&found.problems), [Code::CatalogDamaged]);
    assert!(found.problems[0].message.contains("run `windfall mirror` again"), "{found:#?}");
    assert_eq!(pair.run().files.copied, 0);
    pair.assert_whole();
}

/// A verb on the library that must end well.
fn done(pair: &Pair, verb: &str, more: &[&str]) {
    let output = command().arg(verb).arg(pair.library()).args(more).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
}

#[test]
fn what_is_forgotten_and_arranged_follows() {
    let pair = Pair::small();
    pair.run();
    done(&pair, "arrange", &["--layout", "{year}"]);
    let mirrored = pair.run();
    assert_eq!((mirrored.problems.len(), mirrored.files.moved), (0, 3), "{mirrored:#?}");
    assert!(pair.mirror().join("2024/IMG_1.JPG").exists() && !pair.mirror().join("2023/2023-07").exists());
    pair.assert_whole();

    done(&pair, "forget", &["2024/IMG_1.JPG"]);
    let mirrored = pair.run();
    assert_eq!((mirrored.problems.len(), mirrored.files.moved), (0, 1), "{mirrored:#?}");
    assert!(pair.mirror().join(".windfall/forgotten/2024/IMG_1.JPG").exists());
    pair.assert_whole();

    // deleted in the library, and kept in the mirror until that is to go there too
    done(&pair, "forget", &["2024/IMG_2.JPG", "--delete"]);
    let mirrored = pair.run();
    assert_eq!(places(&mirrored.problems), [(Code::ExtraFile, "2024/IMG_2.JPG")]);
    let mirrored = pair.try_run(&pair.mirror(), Leftovers::Deleted).unwrap();
    assert_eq!((mirrored.problems.len(), mirrored.removed), (0, 1), "{mirrored:#?}");
    assert!(!pair.mirror().join("2024/IMG_2.JPG").exists());
    pair.assert_whole();
}

#[test]
fn a_library_is_repaired_from_its_mirror_and_the_other_way_round() {
    let pair = Pair::small();
    pair.run();
    rot(&pair.library().join(FIRST));
    fs::remove_file(pair.library().join(SECOND)).unwrap();
    try_verify(&pair.library(), None).unwrap();
    let mirrored = pair.run();
    assert_eq!(places(&mirrored.problems), [(Code::DamagedFile, FIRST), (Code::MissingFile, SECOND)]);
    done(&pair, "repair", &["--from", pair.mirror().to_str().unwrap()]);
    assert_eq!(pair.run().problems, []);
    pair.assert_whole();
    // an edit that its owner accepts goes along, and the original stays in the mirror
    let original = fs::read(pair.mirror().join(FIRST)).unwrap();
    edit(&pair.library().join(FIRST), "edited");
    done(&pair, "forget", &[FIRST, "--edited"]);
    assert_eq!(pair.run().problems, []);
    assert_eq!(fs::read_to_string(pair.mirror().join(FIRST)).unwrap(), "edited");
    assert_eq!(fs::read(pair.mirror().join(".windfall/replaced").join(FIRST)).unwrap(), original);
    pair.assert_whole();
}

#[test]
fn a_copy_that_is_known_to_be_bad_is_not_moved() {
    let pair = Pair::small();
    pair.run();
    rot(&pair.mirror().join(FIRST));
    let rotten = fs::read(pair.mirror().join(FIRST)).unwrap();
    let found = try_verify(&pair.mirror(), None).unwrap();
    assert_eq!(codes(&found.problems), [Code::DamagedFile]);
    done(&pair, "arrange", &["--layout", "{year}"]);
    let mirrored = pair.run();
    assert_eq!((mirrored.problems.as_slice(), mirrored.files.moved), (&[][..], 2), "{mirrored:#?}");
    assert!(!pair.mirror().join(FIRST).exists());
    assert_eq!(fs::read(pair.mirror().join(".windfall/damaged").join(FIRST)).unwrap(), rotten);
    pair.assert_whole();
}

#[test]
fn what_the_owner_moved_is_moved_before_any_import_has_seen_it() {
    let pair = Pair::small();
    pair.run();
    fs::create_dir(pair.library().join("Best")).unwrap();
    fs::rename(pair.library().join(FIRST), pair.library().join("Best/first.JPG")).unwrap();
    let mirrored = pair.run();
    assert_eq!(mirrored.problems, []);
    assert_eq!((mirrored.files.moved, mirrored.bytes.copied), (1, 0), "{mirrored:#?}");
    assert!(!pair.mirror().join(FIRST).exists());
    pair.scratch.import(&pair.zips);
    pair.run();
    pair.assert_whole();
}

#[test]
fn damage_of_what_was_left_out_on_purpose_has_a_way_back() {
    let pair = Pair::small();
    done(&pair, "forget", &[FIRST]);
    let kept = format!(".windfall/forgotten/{FIRST}");
    rot(&pair.library().join(&kept));
    let mirrored = pair.run();
    assert_eq!(places(&mirrored.problems), [(Code::DamagedFile, &*kept)]);
    let message = &mirrored.problems[0].message;
    assert!(message.contains("--undo") && message.contains("--all"), "{message}");
    done(&pair, "forget", &[&kept, "--undo"]);
    done(&pair, "repair", &["--from", pair.zips[0].to_str().unwrap(), "--all"]);
    assert_eq!(pair.run().problems, []);
    pair.assert_whole();
}

#[test]
fn a_library_of_an_earlier_version_is_measured_when_it_is_verified() {
    let pair = Pair::small();
    let measures = |library: &Path| -> Vec<(Option<i64>, Option<f64>)> {
        let catalog = rusqlite::Connection::open(Catalog::path_in(library)).unwrap();
        let mut statement = catalog.prepare("SELECT width, duration FROM contents ORDER BY id").unwrap();
        statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().map(Result::unwrap).collect()
    };
    let library = pair.library();
    let before = measures(&library);
    assert_eq!(before.iter().filter(|(width, _)| width.is_some()).count(), 3, "{before:?}");
    let forget = "UPDATE contents SET width = NULL, height = NULL, duration = NULL";
    rusqlite::Connection::open(Catalog::path_in(&library)).unwrap().execute_batch(forget).unwrap();
    rot(&library.join(FIRST));
    try_verify(&library, None).unwrap();
    // not of what is damaged
    assert_eq!(measures(&library).iter().filter(|(width, _)| width.is_some()).count(), 2);
    done(&pair, "repair", &["--from", pair.zips[0].to_str().unwrap()]);
    try_verify(&library, None).unwrap();
    assert_eq!(measures(&library), before);
}
