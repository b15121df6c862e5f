//! What is taken for Apple's: only what evidence shows, wherever it lies and whatever it is called. A stranger's
//! file in a library, or a drive that is called safe to delete, is the worst that can happen.

use std::fs;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use crate::builder::{Exif, Export, Part, Photo, Row, SharedAlbum, Wrapper, jpeg};
use crate::support::{Scratch, codes, tree};
use windfall::Error;
use windfall::Watch;
use windfall::contents::Category;
use windfall::problem::{Code, Severity};
use windfall::run::import::{Run, import};
use windfall::run::verify::{Verification, VerifyRun, verify};
use windfall::stage::discover::search::Strangers;
use windfall::stage::report::Report;

fn photo(n: u64) -> Photo {
    let bytes = jpeg(n, &Exif::taken(&format!("2024:03:0{n} 10:00:00")).offset("+00:00"));
    Photo::new(&format!("IMG_{n}.JPG"), bytes).row(Row::created(&format!("2024-03-0{n} 10:00")))
}

/// Two parts with an album over both, a deleted photo and a shared album.
fn export() -> Export {
    Export::new("iCloud Photos")
        .part(Part::new().photo(photo(1)).album("Lake", ["IMG_1.JPG", "IMG_2.JPG"]).shared_album(
            SharedAlbum::new("Party").photo("S1.JPG", jpeg(9, &Exif::taken("2024:03:09 10:00:00"))),
        ))
        .part(Part::new().photo(photo(2)).deleted(photo(3)))
}

const TREE: [&str; 6] = [
    "2024/2024-03/IMG_1.JPG",
    "2024/2024-03/IMG_2.JPG",
    "Albums/Lake/IMG_1.JPG -> ../../2024/2024-03/IMG_1.JPG",
    "Albums/Lake/IMG_2.JPG -> ../../2024/2024-03/IMG_2.JPG",
    "Recently Deleted/2024/2024-03/IMG_3.JPG",
    "Shared Albums/Party/S1.JPG",
];

fn write(path: &Path, bytes: impl AsRef<[u8]>) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

/// A zip of somebody who is not Apple: folders called like Apple's, and no evidence.
fn strangers_zip(path: &Path) {
    let part =
        Part::new().photo(Photo::new("wedding.jpg", jpeg(50, &Exif::none()))).entry("Albums/readme.txt", "x");
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    Export::new("x").wrapper(Wrapper::None).part(part).write_zip(1, path);
}

fn against(library: &Path, inputs: &[PathBuf]) -> Result<Verification, Error> {
    let cancel = AtomicBool::new(false);
    verify(
        &VerifyRun {
            library,
            jobs: NonZeroUsize::MIN.saturating_add(1),
            watch: Watch { progress: &(), cancel: &cancel },
        },
        Some(inputs),
    )
}

fn import_loose(scratch: &Scratch, inputs: &[PathBuf]) -> Result<Report, Error> {
    let cancel = AtomicBool::new(false);
    let run = Run {
        inputs,
        strangers: Strangers::Loose,
        jobs: NonZeroUsize::MIN.saturating_add(1),
        watch: Watch { progress: &(), cancel: &cancel },
    };
    import(&run, &scratch.library(), &|_| scratch.settings.clone())
}

fn errors(report: &Report) -> Vec<Code> {
    report.problems.iter().filter(|p| p.severity == Severity::Error).map(|p| p.code).collect()
}

#[test]
fn a_folder_called_photos_makes_nothing_a_part() {
    for parent in ["Photos", "Albums", "memories", "Recently Deleted", "Fotos/Photos"] {
        let scratch = Scratch::new();
        export().write_zips(&scratch.folder(&format!("drive/{parent}")));
        write(&scratch.path("drive/Documents/tax.pdf"), "tax");
        let inputs = [scratch.path("drive")];
        let report = scratch.import(&inputs);
        assert_eq!(scratch.tree(), TREE, "{parent}");
        assert_eq!(report.left_alone.names, ["Documents/"], "{parent}");
        assert_eq!((report.exports[0].parts_found.as_slice(), report.exports.len()), (&[1, 2][..], 1));
        let verified = against(&scratch.library(), &inputs).unwrap();
        assert_eq!(
            (verified.safe_to_delete, verified.against.unwrap().entries),
            (Some(true), report.entries.total)
        );
        // the folder itself as input
        let other = Scratch::new();
        other.import(&[scratch.path("drive").join(parent)]);
        assert_eq!(other.tree(), TREE, "{parent}");
    }
}

#[test]
fn what_an_owner_keeps_beside_the_parts_is_left_alone() {
    let scratch = Scratch::new();
    let drive = scratch.folder("drive");
    export().write_zips(&scratch.folder("drive/apple download"));
    write(&drive.join("Photos/holiday 2009/DSC_1.JPG"), jpeg(60, &Exif::none()));
    write(&drive.join("Music/song.mp3"), "la");
    write(&drive.join("setup.exe"), "MZ");
    write(&drive.join("apple download/calendar.ics"), "BEGIN:VCALENDAR");
    write(&drive.join("$RECYCLE.BIN/S-1/IMG_77.JPG"), jpeg(61, &Exif::none()));
    strangers_zip(&drive.join("Photos-001.zip"));
    let report = scratch.import(std::slice::from_ref(&drive));
    assert_eq!(scratch.tree(), TREE);
    assert_eq!(report.left_alone.names, ["Music/", "Photos-001.zip", "Photos/"]);
    assert_eq!(report.left_alone.loose_files, 2);
    // a second look says the same, and the drive is not called safe for what was not read
    assert_eq!(scratch.import(std::slice::from_ref(&drive)).left_alone, report.left_alone);
    let verified = against(&scratch.library(), &[drive]).unwrap();
    assert_eq!(verified.left_alone.names, report.left_alone.names);
}

#[test]
fn a_library_is_no_export_whatever_it_is_called() {
    let scratch = Scratch::new();
    let drive = scratch.folder("drive");
    export().write_zips(&scratch.folder("drive/zips"));
    let library = drive.join("Photos");
    for run in 1..=2 {
        let report = scratch.try_import_to(&library, std::slice::from_ref(&drive)).unwrap();
        assert_eq!(tree(&library), TREE, "run {run}");
        assert_eq!(report.left_alone.names, [""; 0], "run {run}");
    }
    // another library beside it, which lies in a part even
    scratch.import(std::slice::from_ref(&drive));
    assert_eq!(scratch.tree(), TREE);
    let folder = export().write_folders(&scratch.folder("unzipped")).remove(1);
    fs::rename(&library, folder.join("my library")).unwrap();
    let third = scratch.path("third");
    let report = scratch.try_import_to(&third, &[scratch.path("unzipped")]).unwrap();
    assert_eq!(tree(&third), TREE);
    assert_eq!(report.left_alone.names, ["my library/"]);
    // as an input it is named, and nothing to import
    assert!(matches!(scratch.try_import_to(&third, &[folder.join("my library")]), Err(Error::NoExport(_))));
}

#[test]
fn parts_unzipped_into_numbered_folders_are_one_export_of_unknown_total() {
    let scratch = Scratch::new();
    export().write_folder(1, &scratch.path("Photos/1"));
    export().write_folder(2, &scratch.path("Photos/2"));
    let report = scratch.import(&[scratch.path("Photos")]);
    assert_eq!(scratch.tree(), TREE);
    let exports: Vec<_> = report
        .exports
        .iter()
        .map(|e| (e.name.as_str(), e.parts_found.as_slice(), e.parts_expected))
        .collect();
    assert_eq!(exports, [("iCloud Photos", &[1, 2][..], None)]);
    assert_eq!(codes(&report.problems), []);
    assert!(!scratch.check(&[scratch.path("Photos")]).complete, "nobody knows");
}

#[test]
fn renamed_zips_are_one_export_if_they_were_built_together() {
    let scratch = Scratch::new();
    let year = |built: &str| export().built(built).wrapper(Wrapper::None);
    year("2024-05-01 22:03").write_zip(1, &scratch.parts().join("first.zip"));
    year("2024-05-03 01:00").write_zip(2, &scratch.parts().join("2024-2025.zip"));
    let report = scratch.import(&[scratch.parts()]);
    assert_eq!(scratch.tree(), TREE);
    assert_eq!((report.exports.len(), report.exports[0].parts_expected), (1, None));
    // in two runs as well
    let other = Scratch::new();
    other.import(&[scratch.parts().join("first.zip")]);
    let report = other.import(&[scratch.parts().join("2024-2025.zip")]);
    assert_eq!((report.exports.len(), report.exports[0].parts_found.as_slice()), (1, &[1, 2][..]));
    // a year later it is another one
    year("2025-06-01 10:00").write_zip(1, &scratch.parts().join("golang-1.24.zip"));
    assert_eq!(scratch.import(&[scratch.parts()]).exports.len(), 2);
}

#[test]
fn strangers_are_refused_before_anything_is_written() {
    let scratch = Scratch::new();
    let good = export().write_zips(&scratch.parts());
    let zip = scratch.path("Photos.zip");
    strangers_zip(&zip);
    let folder = scratch.folder("iCloud Photos");
    write(&folder.join("Photos/a.jpg"), jpeg(40, &Exif::none()));
    for stranger in [&zip, &folder] {
        let alone = scratch.try_import(std::slice::from_ref(stranger)).unwrap_err();
        assert!(alone.hint().unwrap().contains("--loose"), "{alone}");
        let inputs = [good.clone(), vec![stranger.clone()]].concat();
        let beside = scratch.try_import(&inputs).unwrap_err();
        assert!(
            matches!(&beside, Error::Strangers(named) if named == std::slice::from_ref(stranger)),
            "{beside}"
        );
        assert!(beside.hint().unwrap().contains("--loose"));
        assert!(!scratch.library().exists());
        assert!(against(&scratch.path("nowhere"), std::slice::from_ref(stranger)).is_err());
    }
}

#[test]
fn loose_photos_are_taken_when_they_are_asked_for() {
    let scratch = Scratch::new();
    let zip = scratch.path("Photos.zip");
    strangers_zip(&zip);
    let folder = scratch.folder("old camera");
    write(&folder.join("DCIM/a.jpg"), jpeg(40, &Exif::taken("2019:01:02 03:04:05")));
    write(&folder.join("DCIM/notes.txt"), "not a photo");
    let inputs = [zip.clone(), folder.clone()];
    let report = import_loose(&scratch, &inputs).unwrap();
    assert_eq!(scratch.tree(), ["2019/2019-01/a.jpg", "Undated/wedding.jpg"]);
    assert_eq!(codes(&report.problems), [Code::NoDetails, Code::NoDetails, Code::Undated]);
    let expected: Vec<Option<u32>> = report.exports.iter().map(|e| e.parts_expected).collect();
    assert_eq!(expected, [None, None]);
    // what only --loose took is not Apple's: nobody says that it may go
    assert!(against(&scratch.library(), &inputs).is_err());
    // nothing to take
    write(&scratch.path("texts/a.txt"), "x");
    assert!(import_loose(&scratch, &[scratch.path("texts")]).is_err());
}

#[test]
fn other_categories_are_apples_and_no_photos() {
    let scratch = Scratch::new();
    export().write_zips(&scratch.parts());
    let other = |name: &str, entries: &[(&str, &str)]| {
        let part = entries.iter().fold(Part::new(), |part, (path, text)| part.entry(path, *text));
        Export::new(name).part(part).write_zip(1, &scratch.parts().join(format!("{name}.zip")));
    };
    other("iCloud Notes", &[("Notes Details.csv", "Title"), ("Recently Deleted/Old/Old.txt", "text")]);
    other(
        "iCloud Drive Part 1 of 2",
        &[
            ("Drive/Drive Details.csv", "x"),
            ("Drive/Photos/scan.jpg", "y"),
            ("Drive/Albums/Lake.csv", "Images\nscan.jpg\n"),
        ],
    );
    write(&scratch.parts().join("iCloud Drive Part 2 of 2/Drive/Photos/Passport.jpg"), "z");
    let report = scratch.import(&[scratch.parts()]);
    let others = [
        "Drive/Albums/Lake.csv",
        "Drive/Photos/Passport.jpg",
        "Drive/Photos/scan.jpg",
        "Notes/Recently Deleted/text.md",
        "Records.sqlite",
    ];
    let mut expected = [&TREE[..], &others].concat();
    expected.sort_unstable();
    assert_eq!(scratch.tree(), expected);
    let categories: Vec<Category> = report.exports.iter().map(|export| export.category).collect();
    assert_eq!(categories, [Category::Drive, Category::Notes, Category::Photos]);
}

/// Seven ways in which a download damages the list of what is in an archive.
fn damages(zip: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let find = |mark: &[u8], from: usize| from + zip[from..].windows(4).position(|w| w == mark).unwrap();
    let directory = find(b"PK\x01\x02", 0);
    let end = find(b"PK\x05\x06", directory);
    let flipped = |at: usize| {
        let mut bytes = zip.to_vec();
        bytes[at] ^= 0x40;
        bytes
    };
    vec![
        ("last byte missing", zip[..zip.len() - 1].to_vec()),
        ("no end record", zip[..end].to_vec()),
        ("cut in the directory", zip[..directory + 70].to_vec()),
        ("CRC", flipped(directory + 16)),
        ("size", flipped(directory + 24)),
        ("name", flipped(directory + 46 + 3)),
        ("offset", flipped(directory + 42)),
        ("cut in the middle", zip[..directory / 2].to_vec()),
    ]
}

#[test]
fn a_part_that_came_damaged_and_comes_sound_is_that_part() {
    let probe = Scratch::new();
    let sound = fs::read(&export().write_zips(&probe.parts())[1]).unwrap();
    for (kind, damaged) in damages(&sound) {
        let scratch = Scratch::new();
        let zips = export().write_zips(&scratch.parts());
        fs::write(&zips[1], &damaged).unwrap();
        let first = scratch.import(&[scratch.parts()]);
        assert_eq!(first.exports[0].parts_found, [1, 2], "{kind}");
        assert_ne!(errors(&first), [], "{kind}");
        fs::remove_file(&zips[0]).unwrap();
        fs::write(&zips[1], &sound).unwrap();
        let again = scratch.import(&zips[1..]);
        assert_eq!(errors(&again), [], "{kind}: {:#?}", again.problems);
        assert_eq!(again.exports.len(), 1, "{kind}");
        assert_eq!(scratch.tree(), TREE, "{kind}");
    }
}

#[test]
fn archives_and_downloads_under_odd_names() {
    let scratch = Scratch::new();
    let zips = export().write_zips(&scratch.parts());
    fs::rename(&zips[0], scratch.parts().join("iCloud Photos Part 1 of 2.zip.1")).unwrap();
    fs::rename(&zips[1], scratch.parts().join("iCloud%20Photos%20Part%202%20of%202.zip?o=3&k=a")).unwrap();
    for name in
        ["Unconfirmed 83421.crdownload", "iCloud Photos Part 3 of 3.zip.jc!", ".iCloud Photos.zip.icloud"]
    {
        write(&scratch.parts().join(name), "x");
    }
    for name in ["._iCloud Photos Part 1 of 2.zip", "x.zip:Zone.Identifier", "notes.docx"] {
        write(&scratch.parts().join(name), "x");
    }
    let report = scratch.import(&[scratch.parts()]);
    assert_eq!(scratch.tree(), TREE);
    assert_eq!(codes(&report.problems), [Code::UnfinishedDownload; 3]);
    assert_eq!(
        (report.exports[0].parts_missing.as_slice(), report.exports[0].parts_expected),
        (&[][..], Some(2))
    );
    assert_eq!(report.left_alone.loose_files, 1);
    // litter that a shell named among the others is ignored as well
    let litter = [scratch.parts(), scratch.parts().join("._iCloud Photos Part 1 of 2.zip")];
    assert_eq!(codes(&scratch.import(&litter).problems), [Code::UnfinishedDownload; 3]);
}

#[test]
fn what_is_only_called_like_apples_archives_is_none() {
    let scratch = Scratch::new();
    let mut inputs = export().write_zips(&scratch.parts());
    for name in ["iCloud Photos - Guide.pdf", "iCloud Photos.jpg", "icloud notes"] {
        write(&scratch.parts().join(name), "no archive");
    }
    let report = scratch.import(&[scratch.parts()]);
    assert_eq!(
        (codes(&report.problems), report.left_alone.loose_files),
        (vec![], 3),
        "{:#?}",
        report.problems
    );
    // named one by one they are counted as well
    inputs.push(scratch.parts().join("iCloud Photos - Guide.pdf"));
    assert_eq!(scratch.check(&inputs).left_alone.loose_files, 1);
    // what must be one is damaged
    write(&scratch.parts().join("iCloud Photos Part 3 of 3"), "<html>");
    let report = scratch.import(&[scratch.parts()]);
    assert!(errors(&report).contains(&Code::DamagedArchive), "{:#?}", report.problems);
}

#[test]
fn shared_albums_beside_other_parts_are_read_once() {
    let scratch = Scratch::new();
    let folder = scratch.path("here");
    export().write_folder(1, &folder);
    export().write_zip(2, &folder.join("iCloud Photos Part 2 of 2.zip"));
    write(&folder.join("tax.pdf"), "tax");
    let report = scratch.import(&[folder]);
    let tree = scratch.tree();
    assert!(tree.contains(&"Shared Albums/Party/S1.JPG".to_owned()), "{tree:#?}");
    assert!(!tree.iter().any(|line| line.starts_with("Other/")), "{tree:#?}");
    assert_eq!((report.entries.duplicate, report.left_alone.loose_files), (0, 1));
    let names: Vec<&str> = report.exports.iter().map(|export| export.name.as_str()).collect();
    assert_eq!(names, ["iCloud Photos", "iCloud Photos"]);
}

#[test]
fn a_part_given_twice_is_said_once() {
    let scratch = Scratch::new();
    let zips = export().write_zips(&scratch.parts());
    fs::copy(&zips[1], scratch.parts().join("iCloud Photos Part 2 of 2 (1).zip")).unwrap();
    export().write_folder(2, &scratch.parts().join("iCloud Photos Part 2 of 2"));
    let report = scratch.import(&[scratch.parts()]);
    assert_eq!(scratch.tree(), TREE);
    assert_eq!((report.exports[0].parts_twice.as_slice(), report.exports.len()), (&[2][..], 1));
}

#[test]
fn zips_of_apples_name_are_never_photos_and_lists_neither() {
    let scratch = Scratch::new();
    let inner = export().write_zips(&scratch.parts());
    let outer = Part::new()
        .photo(photo(5))
        .entry("Photos/iCloud Photos Part 1 of 2.zip", fs::read(&inner[0]).unwrap())
        .entry("Photos/iCloud Photos Part 2 of 2.zip", fs::read(&inner[1]).unwrap())
        .entry("Photos/my list.csv", "a,b\n1,2\n");
    let zip = Export::new("iCloud Photos").part(outer).write_zips(&scratch.folder("outer")).remove(0);
    scratch.import(&[zip]);
    let tree = scratch.tree();
    for path in TREE.iter().chain(&["2024/2024-03/IMG_5.JPG", "Other/Photos/my list.csv"]) {
        assert!(tree.iter().any(|line| line == path), "{path} in {tree:#?}");
    }
    assert!(!tree.iter().any(|line| line.contains(".zip")), "{tree:#?}");
}

#[test]
fn a_total_read_from_a_name_costs_nothing() {
    let scratch = Scratch::new();
    let named = |total: &'static str| {
        Export::new("x")
            .localised(move |_, _| format!("iCloud Photos Part 2 of {total}"))
            .part(Part::new().photo(photo(1)))
    };
    let zips = named("10000").write_zips(&scratch.parts());
    let report = scratch.import(&zips);
    let missing: Vec<&str> =
        report.problems.iter().map(|p| p.message.split(" of `").next().unwrap()).collect();
    assert_eq!(missing, ["part 1 of 10000", "parts 3 to 10000 of 10000"]);
    let zips = named("4294967295").write_zips(&scratch.folder("more"));
    assert_eq!(scratch.import(&zips).exports[0].parts_expected, None);
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::symlink;
    use std::process::Command;

    use super::{Code, Scratch, codes, export};

    #[test]
    fn what_is_no_file_is_not_opened() {
        let scratch = Scratch::new();
        export().write_zips(&scratch.parts());
        let pipe = scratch.parts().join("iCloud Photos Part 3 of 3.zip");
        assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        let report = scratch.import(&[scratch.parts()]);
        assert!(codes(&report.problems).contains(&Code::UnsupportedEntry), "{:#?}", report.problems);
        assert_eq!((report.entries.failed, report.exports.len()), (1, 2));
    }

    #[test]
    fn links_that_are_not_followed_are_named() {
        let scratch = Scratch::new();
        export().write_zips(&scratch.parts());
        symlink(scratch.folder("elsewhere"), scratch.parts().join("more parts")).unwrap();
        let report = scratch.import(&[scratch.parts()]);
        assert_eq!(report.left_alone.names, ["more parts"]);
    }
}

/// macOS and Windows have no such names.
#[cfg(target_os = "linux")]
#[test]
fn names_that_are_no_text_are_names() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    let scratch = Scratch::new();
    let folders = export().write_folders(&scratch.parts());
    let names: [&[u8]; 3] = [b"caf\xe9.JPG", b"\xff\xfe.JPG", b"100%E9.JPG"];
    for (n, name) in names.iter().enumerate() {
        let path = folders[0].join("Photos").join(OsStr::from_bytes(name));
        write(&path, jpeg(70 + n as u64, &Exif::taken("2024:03:09 10:00:00").offset("+00:00")));
    }
    let report = scratch.import(&[scratch.parts()]);
    assert_eq!((report.entries.failed, errors(&report)), (0, Vec::new()));
    let mut tree = scratch.tree();
    tree.retain(|line| line.starts_with("2024/2024-03/") && !line.contains("IMG_"));
    assert_eq!(tree, ["2024/2024-03/%FF%FE.JPG", "2024/2024-03/100%E9.JPG", "2024/2024-03/caf%E9.JPG"]);
    let again = scratch.import(&[scratch.parts()]);
    assert_eq!(again.entries.already_present, again.entries.total);
    let verified = against(&scratch.library(), &[scratch.parts()]).unwrap();
    assert_eq!(verified.safe_to_delete, Some(true), "{:#?}", verified.problems);
    fs::remove_dir_all(&folders[0]).unwrap();
}

#[test]
fn parts_that_were_unzipped_side_by_side_are_of_one_request() {
    let scratch = Scratch::new();
    for request in ["a", "later"] {
        let part = |n: u64| {
            let name = format!("{request}{n}.JPG");
            let bytes = jpeg(n + u64::from(request.as_bytes()[0]), &Exif::none());
            Part::new().photo(Photo::new(&name, bytes).row(Row::created("2020-01-05 10:00")))
        };
        let export = Export::new("iCloud Photos").part(part(1)).part(part(2)).part(part(3));
        export.write_folders(&scratch.folder(&format!("request {request}")));
    }
    let report = scratch.import(&[scratch.path("request a"), scratch.path("request later")]);
    assert_eq!(report.exports.iter().map(|e| e.parts_found.as_slice()).collect::<Vec<_>>(), [[1, 2, 3]; 2]);
    for (label, request) in [("iCloud Photos", "a"), ("iCloud Photos (2)", "later")] {
        for n in 1..=3 {
            let list = format!(".windfall/details/{label}/Part {n}/Photos/Photo Details.csv");
            let rows = std::fs::read_to_string(scratch.library().join(list)).unwrap();
            assert!(rows.contains(&format!("{request}{n}.JPG")), "{label}, part {n}: {rows}");
        }
    }
}
