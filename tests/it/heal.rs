//! Files that rot, are edited or vanish: what verify keeps of that, how an import and `repair` put it right, and how an
//! edit becomes the library's own.

use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use serde_json::Value;

use crate::builder::{Exif, Export, Pack, Part, Photo, Row, SharedAlbum, SharedAlbums, jpeg};
use crate::support::verified::{photo, rebuilt, said, try_verify, verified};
use crate::support::{self, Depth, Scratch, codes, command, contents, rot, tree};
use windfall::Listed;
use windfall::library::catalog::Catalog;
use windfall::library::settings::AlbumForm;
use windfall::problem::Code;
use windfall::run::list;
use windfall::run::verify::health;

const FIRST: &str = "2024/2024-03/IMG_1.JPG";
const SECOND: &str = "2024/2024-03/IMG_2.JPG";
const SHARED: &str = "Shared Albums/Trip/S.JPG";

fn export() -> Export {
    let shared = SharedAlbum::new("Trip").photo("S.JPG", jpeg(500, &Exif::taken("2022:07:04 12:00:00")));
    Export::new("iCloud Photos").part(
        Part::new()
            .photo(photo(1, "IMG_1.JPG", "2024-03"))
            .photo(photo(2, "IMG_2.JPG", "2024-03"))
            .photo(photo(3, "IMG_3.JPG", "2023-07"))
            .photo(Photo::new("plain.JPG", jpeg(4, &Exif::none())).row(Row::created("2020-01-01 10:00")))
            .shared_albums(SharedAlbums::new([shared]).pack(Pack::deflated()))
            .album("Lake week", ["IMG_1.JPG"])
            .entry("Notes/readme.txt", "hello"),
    )
}

/// A library and its archives.
fn imported() -> (Scratch, Vec<PathBuf>) {
    let scratch = Scratch::new();
    let zips = export().write_zips(&scratch.parts());
    let report = scratch.import(&zips);
    assert_eq!(report.problems, []);
    (scratch, zips)
}

/// Writes other bytes of the same size, as a program does that edits.
fn edit(path: &Path) -> Vec<u8> {
    let mut bytes = fs::read(path).unwrap();
    let end = bytes.len() - 3;
    bytes[end] ^= 0xff;
    fs::write(path, &bytes).unwrap();
    bytes
}

fn listed(library: &Path, path: &str) -> Listed {
    let mut found = None;
    list::files(library, &mut |file| {
        if file.path.as_str() == path {
            found = Some(file);
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    })
    .unwrap();
    found.unwrap_or_else(|| panic!("{path} is not in {:#?}", tree(library)))
}

fn damage(library: &Path, path: &str) -> Option<&'static str> {
    listed(library, path).damage.map(|damage| damage.what)
}

/// Runs a verb with `--json`; gives its exit code, what it printed, and what it said beside.
fn run(verb: &str, library: &Path, words: &[&str]) -> (Option<i32>, Value, String) {
    let mut command = command();
    command.arg(verb).arg(library).args(words).arg("--json");
    let output = command.output().unwrap();
    let json = serde_json::from_slice(&output.stdout).unwrap_or(Value::Null);
    (output.status.code(), json, support::said(&output))
}

fn page(scratch: &Scratch) -> String {
    let page = scratch.path("page.html");
    let output = command().arg("report").arg(scratch.library()).arg("--output").arg(&page).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", support::said(&output));
    fs::read_to_string(page).unwrap()
}

fn repaired(library: &Path, words: &[&str]) -> (Option<i32>, [u64; 3]) {
    let (code, json, said) = run("repair", library, words);
    let count = |name: &str| json[name].as_u64().unwrap_or_else(|| panic!("{said}"));
    (code, [count("healed"), count("restored"), count("still_damaged")])
}

#[test]
fn what_verify_finds_is_kept_until_it_is_put_right() {
    let (scratch, zips) = imported();
    let library = scratch.library();
    let before = contents(&library);
    assert_eq!(listed(&library, FIRST).verified, None, "nobody has read it back yet");
    let bad = rot(&library.join(FIRST));
    let found = verified(&scratch);
    assert_eq!(said(&found)[0], (Code::DamagedFile, FIRST));
    assert_eq!((found.files.damaged, found.files.changed), (1, 0));
    assert_eq!(found.files.intact + found.files.damaged, found.files.total);
    assert_eq!(damage(&library, FIRST), Some("damaged"));
    assert!(listed(&library, SECOND).verified.is_some() && listed(&library, FIRST).verified.is_none());
    let since = listed(&library, FIRST).damage.unwrap().found;
    verified(&scratch);
    assert_eq!(listed(&library, FIRST).damage.unwrap().found, since, "it is known since then");
    // and nobody calls it proved
    assert!(!listed(&library, FIRST).proved && listed(&library, SECOND).proved);
    let told = |words: &[&str]| {
        let output = command().arg("list").arg(&library).args(words).output().unwrap();
        support::said(&output)
    };
    let line = told(&[]).lines().find(|line| line.ends_with(FIRST)).unwrap().to_owned();
    assert!(!line.contains("proved"), "{line}");
    let story = told(&["--explain", FIRST]);
    assert!(!story.contains("proved") && !story.contains("not read again"), "{story}");
    let page = page(&scratch);
    assert!(page.contains("1 file is not as imported any more"), "{page}");

    // whoever only looks says it and ends well
    let output = command().arg("list").arg(&library).output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(support::said(&output).contains("1 file is damaged"), "{}", support::said(&output));
    let output = command().arg("albums").arg(&library).args(["--as", "auto"]).output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(support::said(&output).contains("1 file is damaged"), "{}", support::said(&output));
    // another export does not have it
    let other = Export::new("iCloud Photos").part(Part::new().photo(photo(9, "IMG_9.JPG", "2022-02")));
    let other = other.write_zips(&scratch.folder("other"));
    let report = scratch.import(&other);
    let standing = report.problems.iter().find(|p| p.code == Code::DamagedFile).unwrap();
    assert!(standing.message.contains("windfall repair "), "{}", standing.message);
    assert_eq!(report.healed, [""; 0]);
    assert_eq!(scratch.import_again(&other).1, Depth::Whole);

    let page = self::page(&scratch);
    for words in ["missing or damaged", FIRST, "windfall repair LIBRARY --from ZIPS", "Last verified "] {
        assert!(page.contains(words), "{words}");
    }

    let dry = scratch.dry_run(&zips);
    let report = scratch.import(&zips);
    assert_eq!((&report.healed, &dry.healed), (&vec![FIRST.to_owned()], &vec![FIRST.to_owned()]));
    assert_eq!((report.entries, report.media), (dry.entries, dry.media));
    assert!(!codes(&report.problems).contains(&Code::DamagedFile));
    let aside = library.join(".windfall/damaged").join(FIRST);
    assert_eq!(fs::read(&aside).unwrap(), bad, "nothing is destroyed");
    assert_eq!(damage(&library, FIRST), None);
    fs::remove_file(library.join("2022/2022-02/IMG_9.JPG")).unwrap();
    assert_eq!(contents(&library), before, "bytes and times are as they were");
    scratch.import(&other);
    let found = verified(&scratch);
    assert_eq!((found.files.intact, said(&found)), (found.files.total, vec![]));
    assert_eq!(health(&library).unwrap().harmed(), 0);
    let now = self::page(&scratch);
    assert!(
        now.contains(&format!("all {} files intact", found.files.total)) && !now.contains("windfall repair")
    );
    assert_eq!(scratch.import_again(&zips).0.healed, [""; 0]);
    assert_eq!(scratch.import_again(&zips).1, Depth::Glance, "what is whole is not in the way any more");
    // and again: the bad bytes of before stay
    rot(&library.join(FIRST));
    verified(&scratch);
    assert_eq!(scratch.import(&zips).healed, [FIRST]);
    assert!(aside.exists() && aside.with_file_name("IMG_1 (2).JPG").exists());
}

#[test]
fn verify_that_finds_all_well_leaves_the_next_import_its_glance() {
    let (scratch, zips) = imported();
    assert_eq!(verified(&scratch).files.damaged, 0);
    assert_eq!(scratch.import_again(&zips).1, Depth::Glance);
}

#[test]
fn what_is_gone_is_restored_by_an_import_and_by_a_repair() {
    let (scratch, zips) = imported();
    let library = scratch.library();
    let before = contents(&library);
    fs::remove_file(library.join(FIRST)).unwrap();
    fs::remove_file(library.join("Other/Notes/readme.txt")).unwrap();
    verified(&scratch);
    assert_eq!(damage(&library, FIRST), Some("missing"));
    let report = scratch.import(&zips);
    assert_eq!(report.healed, [FIRST, "Other/Notes/readme.txt"]);
    assert_eq!((contents(&library), damage(&library, FIRST)), (before.clone(), None));
    fs::remove_file(library.join(FIRST)).unwrap();
    fs::remove_file(library.join(SHARED)).unwrap();
    let zip = zips[0].to_str().unwrap();
    assert_eq!(repaired(&library, &["--from", zip]), (Some(0), [0, 2, 0]), "also from a nested archive");
    assert_eq!(contents(&library), before);
    assert_eq!(said(&verified(&scratch)), []);
}

#[test]
fn a_repair_takes_true_bytes_from_anywhere_and_nothing_else() {
    let (scratch, zips) = imported();
    let library = scratch.library();
    let before = contents(&library);
    // somebody's folder, under other names, with decoys of the same size
    let folder = scratch.folder("old pictures/2024");
    let true_bytes = fs::read(library.join(FIRST)).unwrap();
    fs::write(folder.join("a decoy.jpg"), vec![7; true_bytes.len()]).unwrap();
    fs::write(folder.join("holiday.jpeg"), &true_bytes).unwrap();
    fs::write(folder.join("broken.zip"), "PK\x03\x04 and no more").unwrap();
    let pictures = scratch.path("old pictures");
    // a second library
    let second = scratch.path("second");
    scratch.try_import_to(&second, &zips).unwrap();
    let single = folder.join("holiday.jpeg");
    for from in [&pictures, &single, &second, &zips[0], &scratch.parts()] {
        let from = from.to_str().unwrap();
        rot(&library.join(FIRST));
        assert_eq!(repaired(&library, &["--from", from]), (Some(0), [0, 0, 0]), "nobody has looked yet");
        assert_eq!(repaired(&library, &["--from", from, "--all"]), (Some(0), [1, 0, 0]), "{from}");
        assert_eq!(contents(&library), before, "{from}");
        rot(&library.join(FIRST));
        verified(&scratch);
        assert_eq!(repaired(&library, &["--from", from]), (Some(0), [1, 0, 0]), "{from}");
        assert_eq!(contents(&library), before, "{from}");
        assert!(!library.join(".windfall/staging").exists(), "{from}");
    }
    // nothing there has it
    let decoys = scratch.folder("decoys");
    fs::rename(folder.join("a decoy.jpg"), decoys.join("a.jpg")).unwrap();
    let bad = rot(&library.join(FIRST));
    fs::remove_file(library.join(SECOND)).unwrap();
    verified(&scratch);
    let (code, json, said) = run("repair", &library, &["--from", decoys.to_str().unwrap()]);
    assert_eq!((code, json["still_damaged"].as_u64()), (Some(3), Some(2)), "{said}");
    assert_eq!(fs::read(library.join(FIRST)).unwrap(), bad, "what cannot be healed stays where it is");
    assert_eq!(json["problems"][0]["code"], "damaged-file");
    assert_eq!(json["problems"][1]["code"], "missing-file");
    // and back: a library is healed from the other one
    assert_eq!(repaired(&library, &["--from", second.to_str().unwrap()]), (Some(0), [1, 1, 0]));
    assert_eq!(contents(&library), before);
}

#[test]
fn kept_details_are_healed_too() {
    let (scratch, zips) = imported();
    let library = scratch.library();
    let details = |library: &Path| {
        let walk = walkdir::WalkDir::new(library.join(".windfall/details")).into_iter().map(Result::unwrap);
        walk.map(walkdir::DirEntry::into_path).find(|p| p.ends_with("Photos/Photo Details.csv")).unwrap()
    };
    let csv = details(&library);
    let text = fs::read(&csv).unwrap();
    for heal in [true, false] {
        rot(&csv);
        assert_eq!(verified(&scratch).files.damaged, 1);
        if heal {
            assert_eq!(scratch.import(&zips).healed.len(), 1);
        } else {
            assert_eq!(repaired(&library, &["--from", zips[0].to_str().unwrap()]), (Some(0), [1, 0, 0]));
        }
        assert_eq!(fs::read(&csv).unwrap(), text);
        assert_eq!(said(&verified(&scratch)), []);
    }
}

#[test]
fn an_edit_stays_until_its_owner_decides() {
    let (scratch, zips) = imported();
    let library = scratch.library();
    let zip = zips[0].to_str().unwrap();
    let original = fs::read(library.join(FIRST)).unwrap();
    let edited = edit(&library.join(FIRST));
    let found = verified(&scratch);
    assert_eq!(said(&found)[0], (Code::ChangedFile, FIRST));
    let message = &found.problems[0].message;
    assert!(message.contains("forget") && message.contains("--changed"), "{message}");
    assert_eq!(damage(&library, FIRST), Some("changed"));
    assert_eq!(repaired(&library, &["--from", zip]), (Some(3), [0, 0, 1]));
    assert_eq!(fs::read(library.join(FIRST)).unwrap(), edited);
    // taken back
    assert_eq!(repaired(&library, &["--from", zip, "--changed", FIRST]), (Some(0), [1, 0, 0]));
    assert_eq!(fs::read(library.join(FIRST)).unwrap(), original);
    assert_eq!(fs::read(library.join(".windfall/damaged").join(FIRST)).unwrap(), edited);
    assert_eq!(said(&verified(&scratch)), []);
    // taken back before anybody has looked
    edit(&library.join(FIRST));
    assert_eq!(repaired(&library, &["--from", zip, "--changed", FIRST]), (Some(0), [1, 0, 0]));
    assert_eq!(fs::read(library.join(FIRST)).unwrap(), original);
    let (code, json, said) = run("repair", &library, &["--from", zip, "--changed", "2024/none.jpg"]);
    assert_eq!((code, json), (Some(1), Value::Null), "{said}");
}

#[test]
fn an_edit_that_is_kept_is_the_librarys_own() {
    let (scratch, zips) = imported();
    let library = scratch.library();
    let original = blake3::hash(&fs::read(library.join(FIRST)).unwrap()).to_hex().to_string();
    let mut edited = fs::read(library.join(FIRST)).unwrap();
    edited.extend_from_slice(b"a caption");
    fs::write(library.join(FIRST), &edited).unwrap();
    let before = contents(&library);
    let (code, json, text) = run("forget", &library, &[FIRST, "--edited"]);
    assert_eq!((code, json["kept"].as_u64()), (Some(0), Some(1)), "{text}");
    assert_eq!(json["problems"].as_array().map(Vec::len), Some(0));
    let now = listed(&library, FIRST);
    assert_eq!(now.blake3, blake3::hash(&edited).to_hex().to_string());
    assert_eq!(
        (now.original_blake3.as_str(), now.size, now.proved),
        (original.as_str(), edited.len() as u64, false)
    );
    assert_eq!((now.damage, now.sources.len()), (None, 1));
    assert_eq!(listed(&library, SECOND).original_blake3, listed(&library, SECOND).blake3);
    assert_eq!(said(&verified(&scratch)), []);
    let against = try_verify(&library, Some(&zips)).unwrap();
    assert_eq!(against.safe_to_delete, Some(true), "{:#?}", against.problems);
    // also of an archive of another name
    let copy = scratch.folder("again").join("iCloud Photos.zip");
    fs::copy(&zips[0], &copy).unwrap();
    for inputs in [&zips, &vec![copy], &export().write_folders(&scratch.folder("folders"))] {
        let report = scratch.import(inputs);
        assert_eq!(report.entries.imported + report.entries.details, 0, "{:#?}", report.entries);
        assert_eq!(contents(&library), before, "the original does not come back");
    }
    assert_eq!(said(&verified(&scratch)), []);
    assert_eq!(listed(&library, FIRST).original_blake3, original, "an import knows it still");
    assert_eq!(listed(&library, FIRST).albums, ["Lake week"]);
    // it rots: the zips have only the original, a copy of the library has the edit
    let copy = scratch.folder("copy");
    fs::write(copy.join("x.jpg"), &edited).unwrap();
    rot(&library.join(FIRST));
    assert_eq!(said(&verified(&scratch))[0], (Code::DamagedFile, FIRST));
    let report = scratch.import(&zips);
    assert_eq!(report.healed, [""; 0]);
    assert!(codes(&report.problems).contains(&Code::DamagedFile));
    assert!(!library.join("2024/2024-03/IMG_1 (2).JPG").exists());
    assert_eq!(repaired(&library, &["--from", copy.to_str().unwrap()]), (Some(0), [1, 0, 0]));
    assert_eq!(contents(&library), before);
    // a second edit keeps the first original; the original again is none
    edit(&library.join(FIRST));
    assert_eq!(run("forget", &library, &[FIRST, "--edited"]).0, Some(0));
    assert_eq!(listed(&library, FIRST).original_blake3, original);
    assert_eq!(
        repaired(&library, &["--from", zips[0].to_str().unwrap(), "--changed", FIRST]),
        (Some(0), [1, 0, 0])
    );
    let now = listed(&library, FIRST);
    assert_eq!((now.blake3.as_str(), now.original_blake3.as_str()), (original.as_str(), original.as_str()));
    assert!(now.proved);
    assert_eq!(said(&verified(&scratch)), []);
    let (code, json, text) = run("forget", &library, &["2024/none.jpg", "--edited"]);
    assert_eq!((code, json), (Some(1), Value::Null), "{text}");
}

#[test]
fn a_file_that_is_cut_short_is_damaged_and_one_of_another_size_is_an_edit() {
    let (scratch, zips) = imported();
    let library = scratch.library();
    let before = contents(&library);
    let time = fs::metadata(library.join(FIRST)).unwrap().modified().unwrap();
    for kept in [0, 200] {
        let file = fs::File::options().write(true).open(library.join(FIRST)).unwrap();
        file.set_len(kept).unwrap();
        file.set_modified(time).unwrap();
        assert_eq!(said(&verified(&scratch))[0], (Code::DamagedFile, FIRST), "{kept}");
        assert_eq!(
            repaired(&library, &["--from", zips[0].to_str().unwrap()]),
            (Some(0), [1, 0, 0]),
            "{kept}"
        );
        assert_eq!(contents(&library), before);
    }
    let bytes = [fs::read(library.join(FIRST)).unwrap(), b"a caption".to_vec()].concat();
    fs::write(library.join(FIRST), bytes).unwrap();
    fs::File::options().write(true).open(library.join(FIRST)).unwrap().set_modified(time).unwrap();
    assert_eq!(said(&verified(&scratch))[0], (Code::ChangedFile, FIRST), "whatever its time says");
    // a file whose drive stores times in steps of two seconds
    fs::remove_file(library.join(FIRST)).unwrap();
    scratch.import(&zips);
    rot(&library.join(FIRST));
    let coarse = time - Duration::from_millis(1900);
    fs::File::options().write(true).open(library.join(FIRST)).unwrap().set_modified(coarse).unwrap();
    assert_eq!(said(&verified(&scratch))[0], (Code::DamagedFile, FIRST));
    // rot that becomes somebody's edit is left alone
    fs::File::options()
        .write(true)
        .open(library.join(FIRST))
        .unwrap()
        .set_modified(SystemTime::now())
        .unwrap();
    let report = scratch.import(&zips);
    assert_eq!(report.healed, [""; 0]);
    assert!(codes(&report.problems).contains(&Code::ChangedFile));
    assert_eq!(damage(&library, FIRST), Some("changed"));
}

#[test]
fn what_is_whole_again_by_itself_is_no_damage_any_more() {
    let (scratch, zips) = imported();
    let library = scratch.library();
    let bytes = fs::read(library.join(FIRST)).unwrap();
    rot(&library.join(FIRST));
    fs::rename(library.join(SECOND), scratch.path("elsewhere.jpg")).unwrap();
    verified(&scratch);
    fs::write(library.join(FIRST), bytes).unwrap();
    fs::rename(scratch.path("elsewhere.jpg"), library.join("2024/second.jpg")).unwrap();
    let report = scratch.import(&zips);
    assert_eq!((&report.healed, codes(&report.problems).contains(&Code::DamagedFile)), (&vec![], false));
    assert_eq!((damage(&library, FIRST), damage(&library, "2024/second.jpg")), (None, None));
}

#[test]
fn hard_links_in_albums_lead_to_the_healed_file() {
    let mut scratch = Scratch::new();
    scratch.settings.albums = AlbumForm::Hardlink;
    let zips = export().write_zips(&scratch.parts());
    scratch.import(&zips);
    let library = scratch.library();
    let before = contents(&library);
    for repair in [false, true] {
        rot(&library.join(FIRST));
        verified(&scratch);
        if repair {
            assert_eq!(repaired(&library, &["--from", zips[0].to_str().unwrap()]), (Some(0), [1, 0, 0]));
        } else {
            assert_eq!(scratch.import(&zips).healed, [FIRST]);
        }
        assert_eq!(contents(&library), before);
    }
}

#[test]
fn a_folder_in_the_place_of_a_file_is_not_moved() {
    let (scratch, zips) = imported();
    let library = scratch.library();
    fs::remove_file(library.join(FIRST)).unwrap();
    fs::create_dir(library.join(FIRST)).unwrap();
    fs::write(library.join(FIRST).join("mine.txt"), "mine").unwrap();
    let (code, json, said) = run("repair", &library, &["--from", zips[0].to_str().unwrap()]);
    assert_eq!((code, json["still_damaged"].as_u64()), (Some(3), Some(1)), "{said}");
    assert_eq!(fs::read(library.join(FIRST).join("mine.txt")).unwrap(), b"mine");
}

#[test]
fn a_repair_needs_a_library_and_places_that_are_there() {
    let (scratch, zips) = imported();
    let library = scratch.library();
    let (code, json, said) = run("repair", &library, &["--from", scratch.path("none").to_str().unwrap()]);
    assert_eq!((code, json), (Some(1), Value::Null), "{said}");
    let nowhere = scratch.path("nowhere");
    let (code, _, said) = run("repair", &nowhere, &["--from", zips[0].to_str().unwrap()]);
    assert_eq!(code, Some(1), "{said}");
    assert!(!nowhere.exists());
    assert_eq!(run("repair", &library, &[]).0, Some(2));
}

#[test]
fn a_lost_catalog_is_told_as_what_it_is_and_my_own_files_stay_mine() {
    let (scratch, _) = imported();
    let library = scratch.library();
    fs::write(library.join("2024/mine.txt"), "mine").unwrap();
    let before = verified(&scratch);
    fs::remove_file(Catalog::path_in(&library)).unwrap();
    let output = command().arg("verify").arg(&library).output().unwrap();
    let text = support::said(&output);
    assert_eq!(output.status.code(), Some(3), "{text}");
    assert!(text.contains("its catalog is lost") && !text.contains("in the catalog;"), "{text}");
    let made = rebuilt(&scratch);
    assert_eq!((made.files, made.balance.unproved), (before.files, before.balance.unproved));
    assert_eq!(said(&made), [(Code::ExtraFile, "2024/mine.txt")]);
}

/// An edit of another size, as a program makes it that writes a caption.
fn caption(path: &Path) -> Vec<u8> {
    let mut bytes = fs::read(path).unwrap();
    bytes.extend_from_slice(b"a caption");
    fs::write(path, &bytes).unwrap();
    bytes
}

#[test]
fn an_edit_that_is_gone_makes_room_for_its_original() {
    let (scratch, zips) = imported();
    let library = scratch.library();
    let before = contents(&library);
    let from = zips[0].to_str().unwrap().to_owned();
    let accept = |library: &Path| assert_eq!(run("forget", library, &[FIRST, "--edited"]).0, Some(0));
    // the original is nowhere else: an import puts it back, and so does a repair
    for repair in [false, true] {
        let edited = caption(&library.join(FIRST));
        accept(&library);
        let copy = scratch.folder("copy").join("edited.jpg");
        fs::write(&copy, edited).unwrap();
        fs::remove_file(library.join(FIRST)).unwrap();
        let found = verified(&scratch);
        assert_eq!(said(&found), [(Code::MissingFile, FIRST)]);
        if repair {
            // a copy that has the edit is as good
            let words = ["--from", &from, "--from", copy.parent().unwrap().to_str().unwrap()];
            assert_eq!(repaired(&library, &words), (Some(0), [0, 1, 0]));
            assert_eq!(fs::read(library.join(FIRST)).unwrap(), fs::read(&copy).unwrap());
            fs::remove_file(library.join(FIRST)).unwrap();
            assert_eq!(repaired(&library, &["--from", &from]), (Some(0), [0, 1, 0]));
        } else {
            let report = scratch.import(&zips);
            assert_eq!(
                (report.problems.as_slice(), report.healed.as_slice()),
                (&[][..], &[FIRST.to_owned()][..])
            );
        }
        assert_eq!(contents(&library), before);
        let now = listed(&library, FIRST);
        assert_eq!((now.blake3 == now.original_blake3, now.proved), (true, true));
        assert_eq!(listed(&library, FIRST).albums, ["Lake week"]);
        assert_eq!(said(&verified(&scratch)), []);
        assert_eq!(scratch.import(&zips).problems, []);
    }
}

#[test]
fn an_edit_that_is_gone_beside_its_original_is_no_loss() {
    let again = "2024/2024-03/IMG_1 (2).JPG";
    for (accept, repair) in [(false, false), (false, true), (true, false), (true, true)] {
        let (scratch, zips) = imported();
        let library = scratch.library();
        let original = fs::read(library.join(FIRST)).unwrap();
        caption(&library.join(FIRST));
        let report = scratch.import(&zips);
        assert_eq!((codes(&report.problems), report.entries.imported), (vec![Code::ChangedFile], 1));
        assert_eq!(fs::read(library.join(again)).unwrap(), original);
        if accept {
            assert_eq!(run("forget", &library, &[FIRST, "--edited"]).0, Some(0));
        }
        fs::remove_file(library.join(FIRST)).unwrap();
        if !accept {
            assert_eq!(said(&verified(&scratch)), [(Code::MovedFile, FIRST)]);
        }
        if repair {
            let words = ["--from", zips[0].to_str().unwrap()];
            assert_eq!(repaired(&library, &words), (Some(0), [0, 0, 0]));
        } else {
            let report = scratch.import(&zips);
            assert_eq!((report.problems, report.entries.imported), (vec![], 0));
        }
        assert!(!library.join(FIRST).exists());
        assert_eq!(fs::read(library.join(again)).unwrap(), original);
        assert_eq!(said(&verified(&scratch)), [], "{accept} {repair}");
        assert_eq!(scratch.import(&zips).problems, []);
        assert_eq!(listed(&library, again).albums, ["Lake week"]);
        assert_eq!(fs::read(library.join("Albums/Lake week/IMG_1 (2).JPG")).unwrap(), original);
    }
}

#[test]
fn a_list_of_apples_that_somebody_changed_is_put_back() {
    for repair in [false, true] {
        let (scratch, zips) = imported();
        let library = scratch.library();
        let before = tree(&library);
        let kept =
            scratch.records().into_keys().find(|path| path.ends_with("Photos/Photo Details.csv")).unwrap();
        let place = library.join(&kept);
        let text = fs::read(&place).unwrap();
        let changed = caption(&place);
        let found = verified(&scratch);
        assert_eq!(codes(&found.problems), [Code::ChangedFile]);
        // nobody edits lists, so there is no edit to keep
        assert!(!found.problems[0].message.contains("--edited"), "{}", found.problems[0].message);
        if repair {
            assert_eq!(repaired(&library, &["--from", zips[0].to_str().unwrap()]), (Some(0), [1, 0, 0]));
        } else {
            let report = scratch.import(&zips);
            assert_eq!((report.problems, report.healed), (vec![], vec![kept.clone()]));
        }
        assert_eq!(fs::read(&place).unwrap(), text);
        let aside = library.join(".windfall/damaged").join(kept.strip_prefix(".windfall/").unwrap());
        assert_eq!(fs::read(aside).unwrap(), changed);
        assert_eq!((said(&verified(&scratch)), tree(&library)), (vec![], before));
    }
}

#[test]
fn a_hard_link_that_a_kill_left_with_the_bad_bytes_follows_later() {
    let mut scratch = Scratch::new();
    scratch.settings.albums = AlbumForm::Hardlink;
    let zips = export().write_zips(&scratch.parts());
    scratch.import(&zips);
    let library = scratch.library();
    let before = contents(&library);
    for repair in [false, true] {
        rot(&library.join(FIRST));
        verified(&scratch);
        scratch.import(&zips);
        // as if the run had been killed before it came to the link, and somebody had verified since
        let link = library.join("Albums/Lake week/IMG_1.JPG");
        fs::remove_file(&link).unwrap();
        fs::hard_link(library.join(".windfall/damaged").join(FIRST), &link).unwrap();
        assert_eq!(said(&verified(&scratch)), []);
        if repair {
            assert_eq!(repaired(&library, &["--from", zips[0].to_str().unwrap()]), (Some(0), [0, 0, 0]));
        } else {
            scratch.import(&export().write_folders(&scratch.folder("folders")));
        }
        assert_eq!(contents(&library), before);
        fs::remove_dir_all(library.join(".windfall/damaged")).unwrap();
    }
}
