//! `windfall` alone, as a person meets it: in a terminal of 80 columns and 24 lines, with wrong answers, the end of
//! input, and Ctrl-C at every prompt.
#![cfg(target_os = "linux")]

mod terminal;

use std::fs;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use crate::builder::damage::truncate;
use crate::builder::{Exif, Export, Part, Photo, Row, jpeg};
use crate::support::place::Place;
use terminal::Terminal;
use windfall::{Phase, Progress, Run, Settings, Strangers, Watch};

/// A computer: a home with Downloads, and two drives.
struct Computer {
    place: Place,
}

fn photo(name: &str, seed: u64) -> Photo {
    Photo::new(name, jpeg(seed, &Exif::taken("2024:03:03 10:05:17").offset("+01:00")))
        .row(Row::created("2024-03-03 09:05"))
}

impl Computer {
    /// With an export of two parts in Downloads.
    fn new() -> Self {
        let computer = Computer { place: Place::new() };
        for name in ["home/Downloads", "home/Desktop", "home/Pictures", "USB", "BACKUP", "here"] {
            fs::create_dir_all(computer.path(name)).unwrap();
        }
        computer
    }

    fn with_parts(self) -> Self {
        let export = Export::new("iCloud Photos")
            .part(Part::new().photo(photo("IMG_1.JPG", 1)).album("Lake week", ["IMG_1.JPG"]))
            .part(Part::new().photo(photo("IMG_2.JPG", 2)));
        export.write_zips(&self.path("home/Downloads"));
        self
    }

    fn path(&self, name: &str) -> PathBuf {
        self.place.path(name)
    }

    fn text(&self, name: &str) -> String {
        self.path(name).display().to_string()
    }

    /// `windfall` in a terminal of this computer.
    fn windfall(&self, arguments: &[&str]) -> Terminal {
        let drives = std::env::join_paths([self.path("USB"), self.path("BACKUP")]).unwrap();
        let variables = [
            ("HOME", self.path("home").into_os_string()),
            ("XDG_STATE_HOME", self.path("state").into_os_string()),
            ("WINDFALL_DRIVES", drives),
            ("TERM", "xterm-256color".into()),
            // nothing here opens a browser
            ("PATH", self.path("here").into_os_string()),
        ];
        Terminal::run(&self.path("here"), arguments, &variables)
    }

    /// A library on the drive USB, made without questions.
    fn with_library(self) -> Self {
        let computer = self.with_parts();
        let (downloads, library) = (computer.text("home/Downloads"), computer.text("USB/Photos"));
        let state = computer.text("state");
        let run = computer
            .place
            .run_with(&["import", &downloads, "--to", &library], &[("XDG_STATE_HOME", state.as_str())]);
        assert_eq!(run.code(), 0, "{}", run.err());
        computer
    }
}

const MENU: &str = "What would you like to do?";
const PLACE: &str = "Where should all of it go?";

#[test]
fn a_first_evening() {
    let computer = Computer::new().with_parts();
    let mut windfall = computer.windfall(&[]);
    windfall.expect("Found 2 zips in");
    windfall.expect(PLACE).expect("A new library on the drive USB").expect("[1] > ");
    windfall.answer("nonsense").expect("Please type a number from 1 to 4, or q.").expect("> ");
    windfall.answer("3").expect("2 of 2 parts here").expect("to be written").expect("Begin?").expect("> ");
    assert!(!computer.path("USB/Windfall").exists());
    windfall.answer("maybe").expect("Please type yes or no").expect("> ");
    windfall.answer("yes").expect("Nothing is missing.");
    windfall.expect("Look at what is in it now?").expect("> ");
    windfall.answer("").expect("The page shows 2 photos").expect("Can the zips be deleted?").expect("> ");
    windfall.answer("").expect("they are safe to delete").expect(MENU).expect("> ");
    windfall.answer("q");
    assert_eq!(windfall.end(), 0);
    let library = computer.path("USB/Windfall");
    assert!(library.join("2024/2024-03/IMG_1.JPG").exists() && library.join("windfall-report.html").exists());
    assert_eq!(known(&computer), [library]);
}

/// All that a request brings is found, imported, and named before anybody is told to delete it.
#[test]
fn the_zips_of_every_category_are_found_and_compared() {
    let computer = Computer::new();
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/example");
    let zips = fs::read_dir(example).unwrap().map(|entry| entry.unwrap().path());
    let zips: Vec<PathBuf> = zips.filter(|path| path.extension().is_some_and(|end| end == "zip")).collect();
    for zip in &zips {
        fs::copy(zip, computer.path("home/Downloads").join(zip.file_name().unwrap())).unwrap();
    }
    let mut windfall = computer.windfall(&[]);
    windfall.expect(&format!("Found {} zips in", zips.len())).expect(PLACE).expect("[1] > ");
    windfall.answer("3").expect("to be written").expect("Begin?").expect("> ");
    windfall.answer("yes").expect("Imported into").expect("Look at what is in it now?").expect("> ");
    windfall.answer("no").expect("Can the zips be deleted?").expect("> ");
    let compared = windfall.answer("");
    for export in [
        "Apple Account and device information",
        "Apple Media Services Information",
        "Apple.com and Apple Store",
        "Other Data",
        "iCloud Bookmarks",
        "iCloud Calendars and Reminders",
        "iCloud Contacts",
        "iCloud Drive",
        "iCloud Mail",
        "iCloud Notes",
    ] {
        compared.expect(&format!("{export}:"));
    }
    compared.expect("iCloud Photos: 2 of 2 parts here");
    compared.expect("they are safe to delete").expect(MENU).expect("> ");
    windfall.answer("q");
    assert_eq!(windfall.end(), 0);
    let library = computer.path("USB/Windfall");
    for held in ["Notes", "Drive", "Contacts/Cards", "Calendars", "Mail", "Bookmarks", "Records.sqlite"] {
        assert!(library.join(held).exists(), "{held}");
    }
}

/// The libraries that the computer knows, the one used last first.
fn known(computer: &Computer) -> Vec<PathBuf> {
    let list = fs::read_to_string(computer.path("state/windfall/libraries.txt")).unwrap_or_default();
    list.lines().map(PathBuf::from).collect()
}

#[test]
fn whatever_is_done_with_a_library_it_is_known_afterwards() {
    let computer = Computer::new().with_library();
    let (library, state) = (computer.text("USB/Photos"), computer.text("state"));
    let second = computer.text("BACKUP/Photos");
    for arguments in [
        &["list", &library][..],
        &["similar", &library],
        &["copy", &library, "--to", &computer.text("copies")],
        &["mirror", &library, "--to", &second],
        &["repair", &library, "--from", &second],
        &["albums", &library, "--as", "list"],
        &["arrange", &library, "--layout", "{year}"],
        &["forget", &library, "2024/IMG_1.JPG"],
        &["sidecars", &library, "--for", "xmp"],
        &["report", &library],
        &["verify", &library],
        // what stopped has to be found again all the same
        &["forget", &library, "nowhere.JPG"],
    ] {
        let _ = fs::remove_dir_all(computer.path("state"));
        computer.place.run_with(arguments, &[("XDG_STATE_HOME", state.as_str())]);
        assert_eq!(known(&computer), [computer.path("USB/Photos")], "{arguments:?}");
    }
    // to have the second copy read again makes it no library to add to
    for _ in 0..2 {
        computer.place.run_with(&["verify", &second], &[("XDG_STATE_HOME", state.as_str())]);
        assert_eq!(known(&computer), [computer.path("USB/Photos"), computer.path("BACKUP/Photos")]);
    }
    fs::remove_dir_all(computer.path("state")).unwrap();
    for arguments in [
        &["check", &computer.text("home/Downloads")][..],
        &["import", &computer.text("home/Downloads"), "--to", &library, "--dry-run"],
        &["list", &computer.text("nowhere")],
    ] {
        computer.place.run_with(arguments, &[("XDG_STATE_HOME", state.as_str())]);
        assert_eq!(known(&computer), [] as [PathBuf; 0], "{arguments:?}");
    }
}

#[test]
fn what_is_missing_doubled_and_cut_off_is_said_before_anything_is_written() {
    let computer = Computer::new();
    let downloads = computer.path("home/Downloads");
    let export = Export::new("iCloud Photos")
        .part(Part::new().photo(photo("IMG_1.JPG", 1)))
        .part(Part::new().photo(photo("IMG_2.JPG", 2)))
        .missing_part();
    let zips = export.write_zips(&downloads);
    fs::copy(&zips[0], downloads.join("iCloud Photos Part 1 of 3 (1).zip")).unwrap();
    fs::write(downloads.join("Unconfirmed 83421.crdownload"), "half").unwrap();
    truncate(&zips[1], 0.6);
    let mut windfall = computer.windfall(&[]);
    windfall.expect("`Unconfirmed 83421.crdownload` has not finished downloading");
    windfall.expect(PLACE).expect("> ");
    windfall.answer("1").expect("part 3 is missing").expect("part 1 is here twice");
    windfall.expect("`iCloud Photos Part 2 of 3.zip`: ").expect("Begin?").expect("> ");
    windfall.answer("no").expect("Nothing was done.");
    assert_eq!(windfall.end(), 0);
    assert!(!computer.path("home/Pictures/Windfall").exists());
}

/// Interrupts its own run once everything is read.
struct Impatient<'a>(&'a AtomicBool);

impl Progress for Impatient<'_> {
    fn begin(&self, phase: Phase, _files: u64, _bytes: u64) {
        self.0.fetch_or(phase == Phase::Match, Ordering::Relaxed);
    }
}

#[test]
fn what_staging_holds_is_not_needed_again() {
    let computer = Computer::new().with_parts();
    let (inputs, library) = ([computer.path("home/Downloads")], computer.path("USB/Photos"));
    let cancel = AtomicBool::new(false);
    let progress = Impatient(&cancel);
    let run = |watch| Run { inputs: &inputs, strangers: Strangers::Refused, jobs: NonZeroUsize::MIN, watch };
    let never = AtomicBool::new(false);
    let glance =
        || windfall::cli::import::glance(&run(Watch { progress: &(), cancel: &never }), &library).unwrap();
    let before = glance().space.need;
    let stopped = windfall::import(&run(Watch { progress: &progress, cancel: &cancel }), &library, &|_| {
        Settings::standard(chrono_tz::Tz::UTC)
    });
    assert!(matches!(stopped, Err(windfall::Error::Interrupted)), "{stopped:?}");
    assert_eq!((before > 0, glance().space.need), (true, 0));
}

#[test]
fn what_is_there_already_is_said() {
    let computer = Computer::new().with_library();
    let mut windfall = computer.windfall(&[]);
    windfall.expect(MENU).expect("> ").answer("1").expect("0 bytes").expect("in the library already");
    windfall.expect("Begin?").expect("> ").answer("q").expect("Nothing was done.").expect(MENU);
    windfall.expect("> ").answer("q");
    assert_eq!(windfall.end(), 0);
}

#[test]
fn everything_that_can_be_done_with_a_library_is_one_number_away() {
    let computer = Computer::new().with_library();
    let mut windfall = computer.windfall(&[]);
    windfall.expect("Your library: `").expect("on USB").expect(MENU).expect("[1] > ");
    windfall.answer("4").expect("Every file is as it was imported.").expect(MENU).expect("> ");
    windfall.answer("3").expect("Found 2 parts in").expect("Are these the ones?").expect("> ");
    windfall.answer("yes").expect("they are safe to delete").expect(MENU).expect("> ");
    windfall.answer("5").expect("For which program?").expect("> ");
    windfall.answer("4").expect("--for digikam").expect("Wrote 2 small files").expect("What next");
    windfall.expect("In digiKam:").expect(MENU).expect("> ");
    windfall.answer("2").expect("--open").expect("The page shows 2 photos").expect(MENU).expect("> ");
    windfall
        .answer("6")
        .expect("Where should the second copy be?")
        .expect("A new one on the drive BACKUP")
        .expect("> ");
    windfall.answer("1").expect("windfall mirror").expect("Begin?").expect("> ");
    windfall.answer("q").expect("Nothing was done.").expect(MENU).expect("> ");
    windfall.answer("7").expect("Which library?").expect("Make a new library").expect("> ");
    windfall.answer("q").expect(MENU).expect("> ");
    windfall.answer("q");
    assert_eq!(windfall.end(), 0);
}

#[test]
fn what_a_check_found_is_said_at_the_door_and_put_right() {
    let computer = Computer::new().with_library();
    let photo = computer.path("USB/Photos/2024/2024-03/IMG_1.JPG");
    let whole = fs::read(&photo).unwrap();
    fs::remove_file(&photo).unwrap();
    let mut windfall = computer.windfall(&[]);
    windfall.expect(MENU).expect("> ").answer("4").expect("that is gone from the library");
    windfall.expect("1 file is missing.").expect("1  Put back what is damaged or missing").expect("[1] > ");
    windfall.answer("").expect("From where?").expect("The 2 zips in").expect("> ");
    windfall.answer("perhaps").expect("Please type a number from 1 to 2").expect("> ");
    windfall.answer("").expect("1 file that was gone is back.").expect(MENU).expect("[2] > ");
    assert_eq!(fs::read(&photo).unwrap(), whole);
    // from another place, and back from there
    fs::remove_file(&photo).unwrap();
    windfall.answer("4").expect("Put back").expect("> ").answer("1").expect("From where?").expect("> ");
    windfall.answer("2").expect("Which folder or zip holds them?").expect("> ").answer("q");
    windfall.expect("Nothing was done.").expect("1 file is missing.").expect("> ").answer("q");
    assert_eq!(windfall.end(), 3);
}

#[test]
fn a_library_without_its_catalog_is_not_taken_for_gone() {
    let computer = Computer::new().with_library();
    let catalog = computer.path("USB/Photos/.windfall/catalog.sqlite");
    for damage in ["", "no catalog at all, but something else altogether"] {
        match damage {
            "" => fs::remove_file(&catalog).unwrap(),
            damage => fs::write(&catalog, damage).unwrap(),
        }
        let run = computer.place.run(&["list", &computer.text("USB/Photos")]);
        assert_eq!((run.code(), run.out()), (1, ""));
        assert!(run.err().contains("hint: ") && run.err().contains("windfall verify"), "{}", run.err());
        let mut windfall = computer.windfall(&[]);
        windfall.expect("is lost or damaged").expect("Make a new catalog").expect("[1] > ");
        windfall.answer("").expect("--rebuild-catalog").expect("Add an export").expect("> ").answer("q");
        windfall.end();
        assert_eq!(computer.place.run(&["verify", &computer.text("USB/Photos")]).code(), 0);
    }
}

#[test]
fn a_folder_that_is_dropped_on_the_program_is_added() {
    let computer = Computer::new().with_library();
    let zips = computer.path("here/zips");
    fs::create_dir(&zips).unwrap();
    let later = Export::new("iCloud Photos").built("2026-01-01 00:00");
    later.part(Part::new().photo(photo("IMG_3.JPG", 3))).write_zips(&zips);
    let mut windfall = computer.windfall(&["zips"]);
    windfall.expect(PLACE).expect("Your library on USB").expect("> ");
    windfall.answer("").expect("1 of 1 part here").expect("Begin?").expect("> ");
    windfall.answer("").expect("imported").expect("Look at what is in it now?").expect("> ");
    windfall.answer("no").expect("Can the zips be deleted?").expect("> ");
    windfall.answer("no").expect(MENU).expect("> ").answer("q");
    assert_eq!(windfall.end(), 0);
    assert!(computer.path("USB/Photos/2024/2024-03/IMG_3.JPG").exists());
    let mut windfall = computer.windfall(&["./nowhere"]);
    windfall.expect("/nowhere` does not exist.").expect(MENU).expect("> ").answer("q");
    assert_eq!(windfall.end(), 0);
    // what is neither command nor path is wrong usage, as in a pipe
    let mut windfall = computer.windfall(&["nowhere"]);
    windfall.expect("unrecognized subcommand");
    assert_eq!(windfall.end(), 2);
}

#[test]
fn the_end_of_input_and_ctrl_c_end_every_question() {
    let library = Computer::new().with_library();
    let new = Computer::new().with_parts();
    let nothing = Computer::new();
    for (computer, steps, question) in [
        (&nothing, &[][..], "Which folder or zip holds them?"),
        (&new, &[], PLACE),
        (&new, &[(PLACE, "4")], "Which folder?"),
        (&new, &[(PLACE, "1")], "Begin?"),
        (&library, &[], MENU),
        (&library, &[(MENU, "1")], "Begin?"),
        (&library, &[(MENU, "3")], "Are these the ones?"),
        (&library, &[(MENU, "3"), ("Are these the ones?", "no")], "Which folder or zip holds them?"),
        (&library, &[(MENU, "5")], "For which program?"),
        (&library, &[(MENU, "6")], "Where should the second copy be?"),
        (&library, &[(MENU, "6"), ("Where should the second copy be?", "2")], "Which folder?"),
        (&library, &[(MENU, "7")], "Which library?"),
    ] {
        for (key, code) in [("\u{4}", 0), ("\u{3}", 130)] {
            let mut windfall = computer.windfall(&[]);
            for (asked, answer) in steps {
                windfall.expect(asked).expect("> ").answer(answer);
            }
            windfall.expect(question).expect("> ").press(key);
            if code == 0 {
                windfall.expect("Nothing was done.");
            }
            assert_eq!(windfall.end(), code, "{question} {steps:?}");
        }
    }
}

#[test]
fn lines_can_be_edited_and_come_back() {
    let computer = Computer::new().with_parts();
    let mut windfall = computer.windfall(&[]);
    windfall.expect(PLACE).expect("> ");
    // `15` with the 5 taken away by the arrow and the delete key, then the same line brought back
    windfall.press("15\u{1b}[D\u{1b}[3~\r");
    windfall.expect("Begin?").expect("> ");
    windfall.press("\u{1b}[A\u{1b}[A\r");
    windfall.expect("Please type yes or no").expect("> ");
    assert!(!windfall.said().contains("^["), "{}", windfall.said());
    windfall.answer("no").expect("Nothing was done.");
    assert_eq!(windfall.end(), 0);
}

/// What is asked where a drive has none is tried in `guide/tests.rs`.
#[test]
fn on_a_drive_with_links_nobody_is_asked_what_albums_are() {
    let computer = Computer::new().with_parts();
    let mut windfall = computer.windfall(&[]);
    windfall.expect(PLACE).expect("> ").answer("3").expect("Begin?").expect("> ");
    assert!(!windfall.said().contains("What should albums be?"));
    windfall.answer("no");
    assert_eq!(windfall.end(), 0);
}

#[test]
fn a_list_has_a_title_on_a_terminal() {
    let computer = Computer::new().with_library();
    let mut windfall = computer.windfall(&["list", &computer.text("USB/Photos")]);
    windfall.expect("taken").expect("proof").expect("size").expect("path").expect("2024/2024-03/IMG_2.JPG");
    assert_eq!(windfall.end(), 0);
}

#[test]
fn a_computer_that_cannot_remember_works_all_the_same() {
    let computer = Computer::new().with_parts();
    fs::write(computer.path("state"), "a file where the folder should be").unwrap();
    let mut windfall = computer.windfall(&[]);
    windfall.expect(PLACE).expect("> ").answer("3").expect("Begin?").expect("> ").answer("yes");
    windfall
        .expect("Look at what is in it now?")
        .expect("> ")
        .answer("q")
        .expect(MENU)
        .expect("> ")
        .answer("q");
    assert_eq!(windfall.end(), 0);
    // it stands on a drive, so it is found again
    let mut windfall = computer.windfall(&[]);
    windfall.expect("Your library: `").expect(MENU).expect("> ").answer("q");
    assert_eq!(windfall.end(), 0);
    assert!(Path::new(&computer.text("state")).is_file());
}
