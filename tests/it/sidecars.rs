//! Sidecars as other programs find them: what exiftool and exiv2 read, whose they are, and when
//! they change or go.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::builder::{Exif, Export, Movie, Part, Photo, Row, jpeg, mov};
use crate::support::{command, relative, tool};
use serde_json::Value;
use tempfile::TempDir;

const TITLE: &str = "Lake <week> & \"more\" 'of it' 🌊";
const NAME: &str = "a & b 'c' 🌊.JPG";

struct Place(TempDir);

impl Place {
    fn new(export: &Export) -> Self {
        let place = Place(tempfile::tempdir().unwrap());
        place.deliver("parts", export);
        place
    }

    fn deliver(&self, folder: &str, export: &Export) {
        fs::create_dir_all(self.path(folder)).unwrap();
        export.write_zips(&self.path(folder));
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn lib(&self, name: &str) -> PathBuf {
        self.path("lib").join(name)
    }

    fn text(&self, name: &str) -> String {
        fs::read_to_string(self.lib(name)).unwrap_or_else(|e| panic!("{name}: {e}"))
    }

    /// Runs the command, which must be done; gives what it says.
    fn run(&self, arguments: &[&str]) -> String {
        let output = command().current_dir(self.0.path()).args(arguments).output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert_eq!(output.status.code(), Some(0), "{said}{}", String::from_utf8_lossy(&output.stderr));
        said
    }

    fn import(&self, folder: &str, more: &[&str]) {
        self.run(&[&["import", folder, "--to", "lib"], more].concat());
    }

    /// Every sidecar below the library, sorted.
    fn sidecars(&self) -> Vec<String> {
        let library = self.path("lib");
        let mut found: Vec<String> = walkdir::WalkDir::new(&library)
            .into_iter()
            .filter_entry(|e| e.file_name() != ".windfall")
            .map(|e| relative(e.unwrap().path(), &library))
            .filter(|path| path.ends_with(".xmp") || path.ends_with(".json"))
            .collect();
        found.sort();
        found
    }

    fn bytes(&self) -> Vec<(String, Vec<u8>)> {
        self.sidecars().into_iter().map(|path| (path.clone(), fs::read(self.lib(&path)).unwrap())).collect()
    }
}

/// A favourite Live Photo in an album, a hidden and a deleted photo in it too, one without anything.
fn lake() -> Export {
    let still = jpeg(1, &Exif::taken("2024:03:03 10:05:17").offset("+01:00").live("AAA").gps(47.5, 8.25));
    let movie = mov(2, &Movie::new().created("2024-03-03T10:05:17+0100").live("AAA"));
    let dated = |seed| jpeg(seed, &Exif::taken("2024:03:04 10:00:00").offset("-05:00"));
    Export::new("iCloud Photos").part(
        Part::new()
            .photo(Photo::new(NAME, still).row(Row::created("2024-03-03 09:05").favorite()))
            .photo(Photo::new("a & b 'c' 🌊.MOV", movie).row(Row::created("2024-03-03 09:05")))
            .photo(Photo::new("hidden.jpg", dated(3)).row(Row::created("2024-03-04 15:00").hidden()))
            .deleted(Photo::new("gone.jpg", dated(4)).row(Row::created("2024-03-04 15:00").deleted()))
            .photo(Photo::new("plain.jpg", jpeg(5, &Exif::none())).row(Row::undated()))
            .album(TITLE, [NAME, "hidden.jpg", "gone.jpg"]),
    )
}

const STILL: &str = "2024/2024-03/a & b 'c' 🌊.JPG";

fn exiftool(path: &Path) -> Value {
    let mut exiftool = Command::new("exiftool");
    exiftool.args(["-j", "-G1", "-struct", "-a"]).arg(path);
    let output = tool(exiftool);
    let all: Value = serde_json::from_slice(&output.stdout).unwrap();
    all[0].clone()
}

#[test]
#[ignore = "needs exiftool"]
fn exiftool_reads_what_an_xmp_says() {
    let place = Place::new(&lake());
    place.import("parts", &["--sidecars", "xmp"]);
    let tags = exiftool(&place.lib(&format!("{STILL}.xmp")));
    for (tag, expected) in [
        ("XMP-xmp:CreateDate", Value::from("2024:03:03 10:05:17+01:00")),
        ("XMP-photoshop:DateCreated", "2024:03:03 10:05:17+01:00".into()),
        ("XMP-exif:DateTimeOriginal", "2024:03:03 10:05:17+01:00".into()),
        ("XMP-photoshop:City", "Untersiggenthal".into()),
        ("XMP-photoshop:State", "Aargau".into()),
        ("XMP-photoshop:Country", "Switzerland".into()),
        ("XMP-iptcCore:CountryCode", "CH".into()),
        ("XMP-xmp:Rating", 5.into()),
        ("XMP-dc:Subject", vec![TITLE].into()),
        ("XMP-digiKam:TagsList", vec![format!("Albums/{TITLE}")].into()),
        ("XMP-lr:HierarchicalSubject", vec![format!("Albums|{TITLE}")].into()),
    ] {
        assert_eq!(tags[tag], expected, "{tag} in {tags:#}");
    }
    assert_eq!(tags.get("ExifTool:Warning"), None, "{tags:#}");
    let mut validate = Command::new("exiftool");
    validate.args(["-validate", "-warning", "-a"]).arg(place.lib(&format!("{STILL}.xmp")));
    let output = tool(validate);
    assert!(String::from_utf8_lossy(&output.stdout).contains(": OK"), "{output:?}");
}

#[test]
#[ignore = "needs exiv2"]
fn exiv2_reads_what_an_xmp_says() {
    let place = Place::new(&lake());
    for (form, expected) in [
        (
            "xmp",
            vec![
                "Xmp.exif.DateTimeOriginal 2024-03-03T10:05:17+01:00".to_owned(),
                "Xmp.photoshop.Country Switzerland".to_owned(),
                "Xmp.iptc.CountryCode CH".to_owned(),
                "Xmp.xmp.Rating 5".to_owned(),
                format!("Xmp.digiKam.TagsList Albums/{TITLE}"),
                format!("Xmp.lr.hierarchicalSubject Albums|{TITLE}"),
                format!("Xmp.dc.subject {TITLE}"),
            ],
        ),
        (
            "photoprism",
            vec![
                "Xmp.photoshop.DateCreated 2024-03-03T10:05:17+01:00".to_owned(),
                format!("Xmp.dc.subject {TITLE}"),
                "Xmp.fstop.favorite 1".to_owned(),
            ],
        ),
    ] {
        place.import("parts", &["--sidecars", form]);
        let mut command = Command::new("exiv2");
        command.args(["-PXkv"]).arg(place.lib(&format!("{STILL}.xmp")));
        let output = tool(command);
        let lines: Vec<String> = String::from_utf8_lossy(&output.stdout)
            .lines()
            .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
            .collect();
        assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
        for line in expected {
            assert!(lines.contains(&line), "{line} in {lines:#?}");
        }
    }
}

#[test]
fn every_file_that_has_something_to_say_has_one() {
    let place = Place::new(&lake());
    place.import("parts", &["--sidecars", "immich-go"]);
    assert_eq!(
        place.sidecars(),
        [
            "2024/2024-03/a & b 'c' 🌊.JPG.json",
            "2024/2024-03/a & b 'c' 🌊.MOV.json",
            "Hidden/2024/2024-03/hidden.jpg.json",
            "Recently Deleted/2024/2024-03/gone.jpg.json",
        ]
    );
    let json = |path: &str| serde_json::from_str::<Value>(&place.text(path)).unwrap();
    let still = json("2024/2024-03/a & b 'c' 🌊.JPG.json");
    assert_eq!(still["fileName"], NAME);
    assert_eq!(still["dateTaken"], "2024-03-03T10:05:17+01:00");
    assert_eq!(still["albums"][0]["title"], TITLE);
    assert_eq!(still["favorited"], true);
    assert!((still["latitude"].as_f64().unwrap() - 47.5).abs() < 1e-3, "{still:#}");
    for apart in ["Hidden/2024/2024-03/hidden.jpg.json", "Recently Deleted/2024/2024-03/gone.jpg.json"] {
        assert!(!place.text(apart).contains("Lake"), "{apart}");
    }
}

#[test]
fn hidden_and_deleted_photos_name_no_album_unless_hidden_is_mixed() {
    let place = Place::new(&lake());
    place.import("parts", &["--sidecars", "xmp", "--hidden", "mixed"]);
    assert!(place.text("2024/2024-03/hidden.jpg.xmp").contains("Lake"));
    assert!(!place.text("Recently Deleted/2024/2024-03/gone.jpg.xmp").contains("Lake"));
}

#[test]
fn a_second_import_changes_nothing_and_the_form_is_remembered() {
    let place = Place::new(&lake());
    place.import("parts", &["--sidecars", "xmp"]);
    let before = place.bytes();
    place.import("parts", &[]);
    assert_eq!(place.bytes(), before);
    fs::remove_file(place.lib(&format!("{STILL}.xmp"))).unwrap();
    place.import("parts", &[]);
    assert_eq!(place.bytes(), before);
}

#[test]
fn new_facts_bring_sidecars_up_to_date() {
    let place = Place::new(&lake());
    place.import("parts", &["--sidecars", "xmp"]);
    let still = jpeg(1, &Exif::taken("2024:03:03 10:05:17").offset("+01:00").live("AAA").gps(47.5, 8.25));
    let later = Export::new("iCloud Photos").built("2026-01-01 00:00").part(
        Part::new()
            .photo(Photo::new(NAME, still).row(Row::created("2024-03-03 09:05")))
            .album("Another", [NAME]),
    );
    place.deliver("later", &later);
    let edited = "Hidden/2024/2024-03/hidden.jpg.xmp";
    fs::write(place.lib(edited), "mine").unwrap();
    place.import("later", &[]);
    let text = place.text(&format!("{STILL}.xmp"));
    assert!(text.contains("<rdf:li>Another</rdf:li>") && text.contains("Lake"), "{text}");
    assert!(!text.contains("Rating"), "{text}");
    assert_eq!(place.text(edited), "mine");
}

#[test]
fn what_is_the_owners_is_never_touched() {
    let place = Place::new(&lake());
    place.import("parts", &[]);
    let own = format!("{STILL}.xmp");
    fs::write(place.lib(&own), "<x:xmpmeta/>").unwrap();
    let said = place.run(&["sidecars", "lib", "--for", "xmp"]);
    assert!(said.contains("Wrote 3 small files beside the photos") && said.contains(&own), "{said}");
    assert_eq!(place.text(&own), "<x:xmpmeta/>");
    let edited = "Hidden/2024/2024-03/hidden.jpg.xmp";
    let changed = place.text(edited) + "<!-- mine -->";
    fs::write(place.lib(edited), &changed).unwrap();
    // one that was edited is not said to be up to date
    let said = place.run(&["sidecars", "lib", "--for", "xmp"]);
    assert!(said.starts_with("Nothing to write: 2 small files are up to date (xmp)."), "{said}");
    assert!(
        said.contains("2 files were written or changed by somebody else") && said.contains(edited),
        "{said}"
    );
    // nor if it is for another form that they are written
    let said = place.run(&["sidecars", "lib", "--for", "immich-go"]);
    assert!(
        said.contains("1 file was written or changed by somebody else") && said.contains(edited),
        "{said}"
    );
    assert!(
        said.contains("2 sidecars in another form (xmp) stay, up to date as well. To remove them:"),
        "{said}"
    );
    place.run(&["sidecars", "lib", "--for", "immich-go", "--remove"]);
    let said = place.run(&["sidecars", "lib", "--for", "xmp", "--remove"]);
    assert!(said.contains("Removed 2 sidecars"), "{said}");
    assert_eq!(place.sidecars(), [own.clone(), edited.to_owned()]);
    assert_eq!((place.text(&own), place.text(edited)), ("<x:xmpmeta/>".to_owned(), changed));
    // the next import writes none
    place.import("parts", &[]);
    assert_eq!(place.sidecars(), [own, edited.to_owned()]);
}

#[test]
fn forms_stand_side_by_side_and_go_one_by_one() {
    let place = Place::new(&lake());
    place.import("parts", &["--sidecars", "immich-go"]);
    let said = place.run(&["sidecars", "lib", "--for", "photoprism"]);
    assert!(said.starts_with("Wrote 4 small files beside the photos"), "{said}");
    let stay = "(sidecars, photoprism).\n4 sidecars in another form (immich-go) stay, up to date as well. To remove \
                them:\n    windfall sidecars lib --for immich-go --remove\n";
    assert!(said.contains(stay), "{said}");
    assert_eq!(place.sidecars().len(), 8);
    assert!(place.text(&format!("{STILL}.xmp")).contains("fstop:favorite=\"1\""));
    let said = place.run(&["sidecars", "lib", "--for", "xmp"]);
    assert!(said.contains("\n4 of them took the place of sidecars in another form"), "{said}");
    let said = place.run(&["sidecars", "lib", "--for", "xmp"]);
    assert!(said.starts_with("Nothing to write: 4 small files are up to date (xmp)."), "{said}");
    assert!(!said.contains("took the place"), "{said}");
    assert_eq!(place.sidecars().len(), 8);
    assert!(place.text(&format!("{STILL}.xmp")).contains("digiKam:TagsList"));
    // those of another dialect are not there to be removed
    let said = place.run(&["sidecars", "lib", "--for", "photoprism", "--remove"]);
    assert!(said.starts_with("This library has no sidecars of the form photoprism"), "{said}");
    assert!(said.contains("`--for xmp`"), "{said}");
    assert_eq!(place.sidecars().len(), 8);
    place.run(&["sidecars", "lib", "--for", "immich-go", "--remove"]);
    assert_eq!(place.sidecars().len(), 4);
}

#[test]
fn people_think_of_programs() {
    let place = Place::new(&lake());
    place.import("parts", &[]);
    for (program, said) in [
        ("digikam", "In digiKam: Settings"),
        ("darktable", "In darktable: Import"),
        ("lightroom", "exiftool -r"),
        ("apple-photos", "osxphotos import lib/[12]*"),
        ("immich", "External Libraries"),
        ("immich-go", "immich-go upload"),
        ("photoprism", ".ppignore"),
    ] {
        let all = place.run(&["sidecars", "lib", "--for", program]);
        assert!(all.contains("\nWhat next\n") && all.contains(said), "{program}: {all}");
    }
    let said = place.run(&["sidecars", "lib", "--for", "xmp"]);
    assert!(!said.contains("What next"), "{said}");
    let counts = |arguments: &[&str]| {
        let said = place.run(&[&["sidecars", "lib", "--json"], arguments].concat());
        let counts: Value = serde_json::from_str(&said).unwrap();
        ["made", "moved", "removed", "kept"].map(|field| counts[field].as_u64().unwrap())
    };
    assert_eq!(counts(&["--for", "digikam"]), [0, 0, 0, 8]);
    assert_eq!(counts(&["--for", "immich-go", "--remove"]), [0, 0, 4, 0]);
    assert_eq!(counts(&["--for", "darktable"]), [0, 0, 0, 4]);
}

#[test]
fn a_sidecar_follows_its_file_and_goes_with_it() {
    let place = Place::new(&lake());
    place.import("parts", &["--sidecars", "xmp"]);
    fs::create_dir(place.lib("mine")).unwrap();
    fs::rename(place.lib("Hidden/2024/2024-03/hidden.jpg"), place.lib("mine/hidden.jpg")).unwrap();
    place.import("parts", &[]);
    let sidecars = place.sidecars();
    assert!(sidecars.contains(&"mine/hidden.jpg.xmp".to_owned()), "{sidecars:#?}");
    assert!(!sidecars.contains(&"Hidden/2024/2024-03/hidden.jpg.xmp".to_owned()), "{sidecars:#?}");
    fs::remove_file(place.lib("mine/hidden.jpg")).unwrap();
    fs::remove_file(place.lib(STILL)).unwrap();
    let said = place.run(&["sidecars", "lib", "--for", "digikam"]);
    assert!(said.contains("2 sidecars were removed: their photos are gone"), "{said}");
    // what its owner removed is not removed once more
    let left = place.sidecars();
    fs::remove_file(place.lib(&left[0])).unwrap();
    let counts = place.run(&["sidecars", "lib", "--for", "xmp", "--remove", "--json"]);
    let counts: Value = serde_json::from_str(&counts).unwrap();
    assert_eq!((&counts["removed"], left.len()), (&1.into(), 2), "{counts:#}");
}

#[test]
fn completions_and_the_manual_come_from_the_command_line_itself() {
    let place = Place::new(&lake());
    for shell in ["bash", "zsh", "fish", "powershell", "elvish", "nushell"] {
        let script = place.run(&["completions", shell]);
        assert!(script.contains("recently-deleted") && script.contains("sidecars"), "{shell}");
    }
    let manual = place.run(&["man"]);
    assert!(manual.contains(".TH windfall 1") && manual.contains("recently\\-deleted"), "{manual}");
    assert!(place.run(&["--version"]).starts_with("windfall 0."));
}

#[test]
fn a_log_holds_what_was_done_and_what_was_wrong() {
    let place = Place::new(&lake());
    place.import("parts", &["--log-file", "windfall.log", "--quiet"]);
    place.import("parts", &["--log-file", "windfall.log", "--sidecars", "xmp"]);
    let log = fs::read_to_string(place.path("windfall.log")).unwrap();
    for expected in [
        "command: ",
        "decision: placed `Hidden/2024/2024-03/hidden.jpg`, 2024-03-",
        "(it belongs to a photo and has that photo's date), proved by Apple's checksum",
        "warning: undated: ",
        "note: --sidecars is",
    ] {
        assert!(log.contains(expected), "{expected} in {log}");
    }
    assert_eq!(log.matches("command: ").count(), 2, "{log}");
}

#[test]
fn nobody_is_asked_in_a_pipe() {
    let output = command().output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("Usage"), "{output:?}");
}
