//! Conversations with a person who is a list of lines, on a computer that is a scratch folder.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::ask::{Answers, Line};
use super::{Came, World, converse};
use crate::machine::drives::Mounted;
use crate::machine::{Machine, known};
use crate::terminal::wrap::columns;
use windfall::cli::{Glance, Links, Space};
use windfall::{AlbumForm, Category, Code, Error, ExportReport, Health, Problem};

/// Answers these lines; then nobody answers any more.
struct Typist(VecDeque<String>);

impl Answers for Typist {
    fn line(&mut self, _: &str) -> io::Result<Line> {
        Ok(match self.0.pop_front() {
            Some(line) if line == "^C" => Line::Interrupted,
            Some(line) => Line::Typed(line),
            None => Line::End,
        })
    }
}

/// A computer with Downloads and a drive.
struct Computer {
    folder: tempfile::TempDir,
    /// What an import would come to.
    glance: RefCell<Glance>,
    came: Cell<Came>,
    previews: u64,
    health: fn() -> Result<Health, Error>,
    are_the_same: bool,
}

/// What was said, and the command lines that were run.
struct Talked {
    said: String,
    ran: Vec<Vec<String>>,
    came: Came,
}

const NO_LINKS: Links = Links { symbolic: false, hard: false };

impl Computer {
    fn new() -> Self {
        let folder = tempfile::Builder::new().prefix("wf").tempdir().unwrap();
        for name in ["home/Downloads", "home/Pictures", "USB", "BACKUP"] {
            fs::create_dir_all(folder.path().join(name)).unwrap();
        }
        let export = ExportReport {
            name: "iCloud Photos".into(),
            category: Category::Photos,
            parts_found: vec![1, 2],
            parts_expected: Some(3),
            parts_missing: vec![3],
            parts_twice: vec![2],
        };
        let glance = Glance {
            exports: vec![export],
            space: Space { need: 1_000, free: Some(5_000) },
            problems: Vec::new(),
            albums: None,
            links: Some(Links::default()),
        };
        Computer {
            folder,
            glance: RefCell::new(glance),
            came: Cell::new(Came::Whole),
            previews: 0,
            health: || Ok(Health::default()),
            are_the_same: false,
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn text(&self, name: &str) -> String {
        self.path(name).display().to_string()
    }

    fn with_parts(self) -> Self {
        for name in
            ["Part 1 of 3.zip", "Part 2 of 3.zip", "Part 2 of 3 (1).zip", "Part 3 of 3.zip.crdownload"]
        {
            fs::write(self.path("home/Downloads").join(format!("iCloud Photos {name}")), "").unwrap();
        }
        fs::write(self.path("home/Downloads/holiday.zip"), "").unwrap();
        self
    }

    fn make_library(&self, name: &str) {
        fs::create_dir_all(self.path(name).join(".windfall")).unwrap();
        fs::write(self.path(name).join(".windfall/catalog.sqlite"), "").unwrap();
    }

    fn talk(&self, lines: &[&str], paths: &[PathBuf]) -> Talked {
        let ran = RefCell::new(Vec::new());
        let world = World {
            look: &|_, _| Ok(self.glance.borrow().clone()),
            health: &|_| (self.health)(),
            are_the_same: &|_, _| self.are_the_same,
            previews: &|_| self.previews,
            run: &|words: &[OsString]| {
                let words: Vec<String> = words.iter().map(|w| w.to_str().unwrap().to_owned()).collect();
                let to = words.iter().position(|word| word == "--to").filter(|_| words[0] == "import");
                if let Some(to) = to {
                    self.make_library(&words[to + 1]);
                }
                ran.borrow_mut().push(words);
                self.came.get()
            },
            machine: Machine {
                home: Some(self.path("home")),
                folders: vec![self.path("home/Downloads")],
                mounted: Mounted::These(vec![self.path("USB"), self.path("BACKUP")]),
                known: Some(self.path("state/libraries.txt")),
                usual: None,
            },
        };
        let mut said = Vec::new();
        let mut answers = Typist(lines.iter().map(|line| (*line).to_owned()).collect());
        let came = converse(&mut answers, &mut said, 80, world, paths.to_vec()).unwrap();
        let said = String::from_utf8(said).unwrap();
        for line in said.lines().filter(|line| !line.trim_start().starts_with("windfall ")) {
            // a path of the scratch folder may be wide by itself
            let is_one_word = line.split('`').any(|piece| columns(piece) > 60);
            assert!(columns(line) <= 80 || is_one_word, "{} columns: {line}", columns(line));
        }
        Talked { said: anstream::adapter::strip_str(&said).to_string(), ran: ran.into_inner(), came }
    }
}

impl Talked {
    #[track_caller]
    fn says(&self, words: &[&str]) {
        // however it is broken into lines
        let flat = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let said = flat(&self.said);
        for words in words {
            assert!(said.contains(&flat(words)), "{words:?} in\n{}", self.said);
        }
    }
}

#[test]
fn a_first_import_says_what_there_is_before_it_begins_and_goes_on_afterwards() {
    let computer = Computer::new().with_parts();
    // on the drive BACKUP; begin; look; check the zips; quit
    let talked = computer.talk(&["2", "", "", "", "q"], &[]);
    talked.says(&[
        "Found 3 zips in",
        "`iCloud Photos Part 3 of 3.zip.crdownload` has not finished downloading",
        "A new library on this computer",
        "A new library on the drive BACKUP",
        "2 of 3 parts here, part 3 is missing",
        "part 2 is here twice; one copy is enough",
        "The same without questions (… stands for 2 more):",
        "Look at what is in it now?",
        "Can the zips be deleted?",
        "What would you like to do?",
    ]);
    let library = computer.text("BACKUP/Windfall");
    let part = |name: &str| computer.text(&format!("home/Downloads/iCloud Photos {name}.zip"));
    let parts = [part("Part 1 of 3"), part("Part 2 of 3 (1)"), part("Part 2 of 3")];
    let ran: Vec<&[String]> = talked.ran.iter().map(Vec::as_slice).collect();
    assert_eq!(ran[0][0], "import");
    let mut read = ran[0][1..4].to_vec();
    read.sort();
    let mut expected = parts.to_vec();
    expected.sort();
    assert_eq!((read, &ran[0][4..]), (expected, &["--to".to_owned(), library.clone()][..]));
    assert_eq!(ran[1], ["report", &library, "--open"]);
    assert_eq!(ran[2][..3], ["verify".to_owned(), library, "--against".to_owned()]);
    assert_eq!(ran.len(), 3);
}

#[test]
fn nothing_begins_without_a_yes() {
    let computer = Computer::new().with_parts();
    for lines in
        [&[][..], &["no"], &["q"], &["1"], &["1", "no"], &["1", "maybe"], &["1", "^C"], &["3", "exit"]]
    {
        let talked = computer.talk(lines, &[]);
        assert_eq!(talked.ran, [] as [Vec<String>; 0], "{lines:?}");
        match lines.last() {
            Some(&"^C") => assert_eq!(talked.came, Came::Interrupted),
            _ => assert!(talked.said.ends_with("Nothing was done.\n"), "{lines:?}: {}", talked.said),
        }
    }
}

#[test]
fn nonsense_is_asked_again() {
    let computer = Computer::new().with_parts();
    let file = computer.text("home/Downloads/holiday.zip");
    let missing = computer.text("usb/Photos");
    let new = computer.text("home/Pictures/All");
    let place = ["banana", "0", "99", "?", "4", "maybe", "", "E:\\Photos", &file, &missing, &new];
    let begin = ["perhaps", "/media/USB", "yes", "no", "no", "q"];
    let talked = computer.talk(&[&place[..], &begin[..]].concat(), &[]);
    let drive = if cfg!(windows) { "`E:\\` is not there" } else { "That is a Windows path" };
    talked.says(&[
        "Please type a number from 1 to 4, or q.",
        "Please type a whole path",
        "Please type a path, or drop a folder",
        drive,
        "is a file.",
        "is not there. Is the drive connected, and is its name right?",
        "Please type yes or no, or press Return.",
    ]);
    // the list, and once more because it was asked for
    assert_eq!(talked.said.matches("Where should all of it go?").count(), 2);
    assert_eq!(talked.said.matches("Please type yes or no").count(), 2);
    assert_eq!(talked.ran.len(), 1);
    assert_eq!(talked.ran[0].last(), Some(&new));
}

#[test]
fn what_is_not_there_is_asked_for() {
    let computer = Computer::new();
    let folder = computer.text("home/Downloads");
    let talked =
        computer.talk(&["/nowhere/at/all", &format!("'{folder}'"), "1", "yes", "no", "no", "q"], &[]);
    talked.says(&["None of Apple's zips", "`/nowhere/at/all` does not exist"]);
    assert_eq!(talked.ran[0][..2], ["import".to_owned(), folder]);
}

#[test]
fn a_folder_with_other_things_in_it_is_not_made_a_library() {
    let computer = Computer::new().with_parts();
    let downloads = computer.text("home/Downloads");
    let talked = computer.talk(&["4", &downloads, "yes", "no", "no", "q"], &[]);
    talked.says(&["There are other things in", "So the library will be in"]);
    assert_eq!(talked.ran[0].last(), Some(&computer.text("home/Downloads/Windfall")));
}

#[test]
fn a_full_drive_is_asked_for_again() {
    let computer = Computer::new().with_parts();
    computer.glance.borrow_mut().space = Space { need: 9_000, free: Some(5_000) };
    let talked = computer.talk(&["1", "2"], &[]);
    assert_eq!(talked.said.matches("There is not enough room on that drive.").count(), 2);
    assert_eq!(talked.ran, [] as [Vec<String>; 0]);
}

#[test]
fn what_the_ends_of_zips_tell_is_said_before_anything_is_written() {
    let computer = Computer::new().with_parts();
    let problem = Problem::new(Code::DamagedArchive, "it is cut off: download this part again");
    computer.glance.borrow_mut().problems =
        (1..=9).map(|n| problem.clone().in_archive(format!("iCloud Photos Part {n} of 9.zip"))).collect();
    let talked = computer.talk(&["1", "no"], &[]);
    talked.says(&["`iCloud Photos Part 1 of 9.zip`: it is cut off", "and 3 more like these"]);
}

#[test]
fn without_links_the_person_says_what_albums_are() {
    let computer = Computer::new().with_parts();
    computer.glance.borrow_mut().links = Some(NO_LINKS);
    for (answer, form, said) in
        [("", "none", "They take no room."), ("2", "copy", "1.0 kB more if each is in one.")]
    {
        let talked = computer.talk(&["2", answer, "yes", "no", "no", "q"], &[]);
        talked.says(&["This drive cannot hold links", said]);
        assert_eq!(talked.ran[0][talked.ran[0].len() - 2..], ["--albums", form]);
        fs::remove_dir_all(computer.path("BACKUP/Windfall")).unwrap();
    }
    computer.glance.borrow_mut().albums = Some(AlbumForm::List);
    computer.glance.borrow_mut().links = None;
    let talked = computer.talk(&["2", "yes", "no", "no", "q"], &[]);
    assert!(!talked.ran[0].contains(&"--albums".to_owned()));
}

#[test]
fn a_known_library_is_offered_with_all_that_can_be_done() {
    let computer = Computer::new().with_parts();
    computer.make_library("USB/Photos");
    let library = computer.text("USB/Photos");
    known::remember_in(&computer.path("state/libraries.txt"), &computer.path("USB/Photos"));
    for (lines, expected) in [
        (&["1", "yes", "no", "no", "q"][..], &["import"][..]),
        (&["2", "q"], &["report", &library, "--open"]),
        (&["3", "", "q"], &["verify", &library, "--against"]),
        (&["4", "q"], &["verify", &library]),
        (&["5", "4", "q"], &["sidecars", &library, "--for", "digikam"]),
        (&["6", "1", "yes", "q"], &["mirror", &library, "--to", &computer.text("BACKUP/Photos")]),
    ] {
        let talked = computer.talk(lines, &[]);
        talked.says(&["Your library: `", "Add an export", "second copy"]);
        assert_eq!(talked.ran.len(), 1, "{lines:?}: {}", talked.said);
        assert_eq!(talked.ran[0][..expected.len()], *expected, "{lines:?}");
        assert_eq!(talked.said.matches("What would you like to do?").count(), 2, "{}", talked.said);
    }
    // going back does nothing and asks anew
    for lines in [&["1", "no", "q"][..], &["3", "no", "q", "q"], &["5", "q", "q"], &["6", "2", "no", "q"]] {
        let talked = computer.talk(lines, &[]);
        assert_eq!(talked.ran, [] as [Vec<String>; 0], "{lines:?}");
        talked.says(&["Nothing was done."]);
        assert_eq!(
            talked.said.matches("What would you like to do?").count(),
            2,
            "{lines:?}: {}",
            talked.said
        );
    }
}

#[test]
fn a_second_copy_beside_the_library_needs_a_second_thought() {
    let computer = Computer::new();
    computer.make_library("USB/Photos");
    let beside = computer.text("USB/Copy");
    let talked = computer.talk(&["6", "2", &beside, "", "q"], &[]);
    talked.says(&["would be lost with it", "Nothing was done."]);
    assert_eq!(talked.ran, [] as [Vec<String>; 0]);
    let around = computer.text("USB");
    let talked = computer.talk(&["6", "2", &around, &beside, "yes", "yes", "q"], &[]);
    talked.says(&["The library itself is in there."]);
    assert_eq!(talked.ran[0][3], beside);
}

#[test]
fn large_pictures_are_asked_for_with_their_price() {
    let mut computer = Computer::new();
    computer.make_library("USB/Photos");
    computer.previews = 3_000;
    let library = computer.text("USB/Photos");
    let talked = computer.talk(&["2", "yes", "q"], &[]);
    talked.says(&["3,000 photos are of a kind that browsers cannot show", "1.8 GB"]);
    assert_eq!(talked.ran, [["report", &library, "--open", "--previews"]]);
    let talked = computer.talk(&["2", "no", "q"], &[]);
    assert_eq!(talked.ran, [["report", &library, "--open"]]);
}

#[test]
fn a_library_whose_drive_is_away_is_named_and_can_be_forgotten() {
    let computer = Computer::new().with_parts();
    let list = computer.path("state/libraries.txt");
    let away = computer.path("gone/Photos");
    known::remember_in(&list, &away);
    let talked = computer.talk(&["1", "q"], &[]);
    talked.says(&["(not there now)", "is not there. Connect its drive first", "Nothing was done."]);
    assert_eq!(known::libraries(&list), [away]);
    let talked = computer.talk(&["4", "1", "q"], &[]);
    talked.says(&["It is no longer on the list"]);
    assert_eq!(known::libraries(&list), [] as [PathBuf; 0]);
    assert_eq!(talked.ran, [] as [Vec<String>; 0]);
}

#[test]
fn while_the_library_used_last_is_away_no_other_is_taken_unasked() {
    let computer = Computer::new();
    computer.make_library("USB/Copy");
    known::remember_in(&computer.path("state/libraries.txt"), &computer.path("gone/Photos"));
    let talked = computer.talk(&["1", "", "4", "q"], &[]);
    talked.says(&["Which library?", "(not there now)", "if it was moved, choose its new folder"]);
    assert_eq!(talked.ran, [["verify", &computer.text("USB/Copy")]]);
}

#[test]
fn a_library_that_was_moved_is_named() {
    let computer = Computer::new();
    computer.make_library("home/new/Photos");
    known::remember_in(&computer.path("state/libraries.txt"), &computer.path("gone/Photos"));
    let (nowhere, moved) = (computer.text("home"), computer.text("home/new/Photos"));
    let talked = computer.talk(&["3", &nowhere, "3", &moved, "4", "q"], &[]);
    talked.says(&["There is no library in"]);
    assert_eq!(talked.ran, [["verify", &moved]]);
}

#[test]
fn known_damage_is_said_and_healed_from_what_lies_about() {
    let mut computer = Computer::new().with_parts();
    for name in ["USB/Photos", "BACKUP/Photos"] {
        computer.make_library(name);
    }
    let (library, copy) = (computer.text("USB/Photos"), computer.text("BACKUP/Photos"));
    known::remember_in(&computer.path("state/libraries.txt"), &computer.path("USB/Photos"));
    computer.health = || Ok(Health { damaged: 2, missing: 1, ..Health::default() });
    computer.are_the_same = true;
    let talked = computer.talk(&["", "2", "q"], &[]);
    talked.says(&[
        "2 files are damaged, 1 file is missing.",
        "Put back what is damaged",
        "The second copy in",
    ]);
    assert_eq!(talked.ran, [["repair", &library, "--from", &copy]]);
    // all that was found, and then something else
    let talked = computer.talk(&["1", "1", "q"], &[]);
    assert_eq!((&*talked.ran[0][3], talked.ran[0].len()), (&*copy, 7));
    let talked = computer.talk(&["1", "4", &computer.text("home/Downloads"), "q"], &[]);
    assert_eq!(talked.ran[0][3..], [computer.text("home/Downloads")]);
    // what somebody changed is not put back unasked
    computer.health = || Ok(Health { changed: 1, ..Health::default() });
    let talked = computer.talk(&["4", "q"], &[]);
    talked.says(&["1 file is changed by somebody: check the drive to see which, and what to do."]);
    assert_eq!(talked.ran, [["verify", &library]]);
}

#[test]
fn a_lost_catalog_is_offered_to_be_made_anew() {
    let mut computer = Computer::new();
    computer.make_library("USB/Photos");
    fs::remove_file(computer.path("USB/Photos/.windfall/catalog.sqlite")).unwrap();
    known::remember_in(&computer.path("state/libraries.txt"), &computer.path("USB/Photos"));
    computer.health = || Err(Error::NotALibrary(PathBuf::new()));
    let talked = computer.talk(&["", "q"], &[]);
    talked.says(&["is lost or damaged", "Make a new catalog", "Another library"]);
    assert_eq!(talked.ran, [["verify", &computer.text("USB/Photos"), "--rebuild-catalog"]]);
    // one that a newer version wrote is not to be replaced
    computer.health = || Err(Error::CatalogNewer { path: PathBuf::new(), found: 99, known: 1 });
    let talked = computer.talk(&["", "q", "q"], &[]);
    talked.says(&["was written by a newer Windfall", "What to do: update Windfall.", "Which library?"]);
    assert_eq!(talked.ran, [] as [Vec<String>; 0]);
}

#[test]
fn a_second_copy_is_renewed_and_never_added_to() {
    let mut computer = Computer::new().with_parts();
    for name in ["USB/Photos", "BACKUP/Photos"] {
        computer.make_library(name);
    }
    let (library, copy) = (computer.text("USB/Photos"), computer.text("BACKUP/Photos"));
    known::remember_in(&computer.path("state/libraries.txt"), &computer.path("USB/Photos"));
    computer.are_the_same = true;
    let talked = computer.talk(&["6", "", "yes", "q"], &[]);
    talked.says(&["Renew the one on BACKUP"]);
    assert_eq!(talked.ran, [["mirror", &library, "--to", &copy]]);
    let talked = computer.talk(&["7", "q", "q"], &[]);
    talked.says(&["BACKUP/Photos` (a second copy)"]);
    let talked = computer.talk(&["q"], &[computer.path("home/Downloads")]);
    assert_eq!(talked.said.matches("Your library on").count(), 1, "{}", talked.said);
    // one that was begun is gone on with
    fs::remove_file(computer.path("BACKUP/Photos/.windfall/catalog.sqlite")).unwrap();
    let talked = computer.talk(&["6", "", "yes", "q"], &[]);
    talked.says(&["Go on with the one on the drive BACKUP"]);
    assert_eq!(talked.ran, [["mirror", &library, "--to", &copy]]);
    computer.make_library("BACKUP/Photos");
    // another library of the same name is not taken for one
    computer.are_the_same = false;
    let talked = computer.talk(&["6", "", "yes", "q"], &[]);
    assert_eq!(talked.ran, [["mirror", &library, "--to", &computer.text("BACKUP/Photos 2")]]);
}

#[test]
fn what_is_dropped_together_is_added_together() {
    let computer = Computer::new();
    for name in ["a 1.zip", "a 2.zip"] {
        fs::write(computer.path("home").join(name), "").unwrap();
    }
    let (one, two) = (computer.text("home/a 1.zip"), computer.text("home/a 2.zip"));
    let talked = computer.talk(&[&format!("'{one}' '{two}'"), "1", "yes", "no", "no", "q"], &[]);
    assert_eq!(talked.ran[0][1..3], [one, two]);
}

#[test]
fn of_several_libraries_one_is_spoken_of() {
    let computer = Computer::new();
    for name in ["USB/Photos", "BACKUP/old/Photos"] {
        computer.make_library(name);
    }
    known::remember_in(&computer.path("state/libraries.txt"), &computer.path("USB/Photos"));
    let talked = computer.talk(&["7", "2", "4", "q"], &[]);
    assert_eq!(talked.ran, [["verify", &computer.text("BACKUP/old/Photos")]]);
}

#[test]
fn what_was_dropped_on_the_program_is_added_or_opened() {
    let computer = Computer::new();
    computer.make_library("USB/Photos");
    let library = computer.path("USB/Photos");
    let talked = computer.talk(&["4", "q"], std::slice::from_ref(&library));
    assert_eq!(talked.ran, [["verify", &computer.text("USB/Photos")]]);
    let zips = [computer.path("home/Downloads"), computer.path("home/Downloads/nowhere")];
    let talked = computer.talk(&["1", "yes", "no", "no", "q"], &zips);
    talked.says(&["Your library on USB", "nowhere` does not exist."]);
    let expected = ["import", &computer.text("home/Downloads"), "--to", &computer.text("USB/Photos")];
    assert_eq!(talked.ran, [expected]);
}

#[test]
fn what_came_incomplete_keeps_its_zips_and_what_stopped_is_asked_about_again() {
    let computer = Computer::new().with_parts();
    computer.came.set(Came::Incomplete);
    let talked = computer.talk(&["1", "yes", "no", "q"], &[]);
    talked.says(&["Keep the zips. Download what is missing"]);
    assert!(!talked.said.contains("Read everything again and tell?"), "{}", talked.said);
    assert_eq!(talked.came, Came::Incomplete);
    computer.came.set(Came::Interrupted);
    let talked = computer.talk(&["1", "yes"], &[]);
    assert_eq!(talked.came, Came::Interrupted);
    assert!(Path::new(&talked.ran[0][0]).ends_with("import"));
}
