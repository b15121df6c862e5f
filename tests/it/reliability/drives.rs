//! Drives: full, cut off from power, and of file systems without links. Each is an image in a
//! loop device, which only root may make. `tests/run` leaves out this module, or the tests that begin
//! with the name of a file system, where there is none of it. `WINDFALL_POWER_CUTS=50` asks for so many.

mod mirrors;

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

use super::{Bench, Tree, Trial, asked, hashes, tree};
use crate::builder::{Export, Language, Movie, Part, Photo, Row, delivery_of_2026, export, mov};
use crate::support::{command, contents, differences, said};

/// Shuts a mounted file system down at once, unwritten journal and all.
const POWER_CUT: &str = "import fcntl, os, struct, sys; \
    fcntl.ioctl(os.open(sys.argv[1], os.O_RDONLY), 0x8004587D, struct.pack('I', 2))";

/// A file system in a file.
struct Drive {
    kind: &'static Kind,
    folder: TempDir,
    device: Option<String>,
}

struct Kind {
    /// Arguments before the image.
    make: &'static [&'static str],
    /// Arguments before device and folder.
    mount: &'static [&'static str],
    /// What an import elsewhere is told so that its albums are those of such a drive.
    albums: &'static [&'static str],
}

const EXT4: Kind =
    Kind { make: &["mkfs.ext4", "-q", "-F", "-m", "0"], mount: &["mount", "-t", "ext4"], albums: &[] };
const XFS: Kind = Kind { make: &["mkfs.xfs", "-q"], mount: &["mount", "-t", "xfs"], albums: &[] };
const BTRFS: Kind = Kind { make: &["mkfs.btrfs", "-q"], mount: &["mount", "-t", "btrfs"], albums: &[] };
const NTFS: Kind =
    Kind { make: &["mkfs.ntfs", "-q", "-F", "-Q"], mount: &["ntfs-3g", "-o", "windows_names"], albums: &[] };
const EXFAT: Kind =
    Kind { make: &["mkfs.exfat"], mount: &["mount.exfat-fuse"], albums: &["--albums", "list"] };
const FAT32: Kind =
    Kind { make: &["mkfs.vfat", "-F", "32"], mount: &["mount", "-t", "vfat"], albums: &["--albums", "list"] };

fn run(words: &[&str]) -> Result<Output, String> {
    let [program, arguments @ ..] = words else { return Err("nothing to run".to_owned()) };
    let output = Command::new(program).args(arguments).output().map_err(|e| format!("{program}: {e}"))?;
    if output.status.success() { Ok(output) } else { Err(format!("{program}: {}", said(&output).trim())) }
}

impl Drive {
    /// A new drive of this size.
    fn new(kind: &'static Kind, mebibytes: u64) -> Drive {
        let folder = tempfile::tempdir().unwrap();
        let image = folder.path().join("image");
        File::create(&image).and_then(|file| file.set_len(mebibytes << 20)).unwrap();
        fs::create_dir(folder.path().join("mounted")).unwrap();
        let mut drive = Drive { kind, folder, device: None };
        let image = image.to_str().unwrap();
        run(&[kind.make, &[image]].concat()).unwrap();
        let output = run(&["losetup", "--find", "--show", image]).unwrap();
        drive.device = Some(String::from_utf8_lossy(&output.stdout).trim().to_owned());
        drive.mount();
        drive
    }

    fn root(&self) -> PathBuf {
        self.folder.path().join("mounted")
    }

    fn library(&self) -> PathBuf {
        self.root().join("library")
    }

    fn mount(&self) {
        let device = self.device.as_deref().unwrap();
        run(&[self.kind.mount, &[device, self.root().to_str().unwrap()]].concat()).unwrap();
    }

    fn unmount(&self) {
        for _ in 0..50 {
            if run(&["umount", self.root().to_str().unwrap()]).is_ok() {
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(100));
        }
    }

    fn cut_power(&self) {
        run(&["python3", "-c", POWER_CUT, self.root().to_str().unwrap()]).unwrap();
    }
}

impl Drop for Drive {
    fn drop(&mut self) {
        if let Some(device) = &self.device {
            self.unmount();
            let _ = run(&["losetup", "--detach", device]);
        }
    }
}

/// Fills a drive until so many bytes are free.
fn fill(root: &Path, leave: u64) {
    let free = fs4::available_space(root).unwrap();
    let ballast = vec![1; usize::try_from(free.saturating_sub(leave)).unwrap()];
    fs::write(root.join("ballast"), ballast).unwrap();
    File::open(root).unwrap().sync_all().unwrap();
}

fn assert_full(output: &Output, trial: &Trial<'_>, what: &str) {
    let text = said(output);
    assert_eq!(output.status.code(), Some(1), "{what}: {text}");
    assert!(text.contains("hint: free some space"), "{what}: {text}");
    trial.assert_holds(what);
}

#[test]
#[ignore = "needs root and loop devices"]
fn a_full_drive_stops_the_run_and_the_next_one_goes_on() {
    let bench = Bench::new();
    let drive = Drive::new(&EXT4, 16);
    let mut stopped = 0;
    for step in 0..8 {
        let trial = bench.trial_at(drive.library());
        let leave = bench.bytes_read / 2 + step * 96 * 1024;
        fill(&drive.root(), leave);
        let output = trial.command().output().unwrap();
        let what = format!("with {leave} bytes free");
        if output.status.code() != Some(0) {
            assert_full(&output, &trial, &what);
            stopped += 1;
        }
        fs::remove_file(drive.root().join("ballast")).unwrap();
        trial.assert_finishes(&what);
        fs::remove_dir_all(drive.library()).unwrap();
    }
    assert!(stopped > 2, "only {stopped} runs found the drive full");
}

/// What is made of Apple's tables is no original, and a drive that has no room for it loses nothing.
#[test]
#[ignore = "needs root and loop devices"]
fn a_full_drive_stops_what_is_made_and_the_next_run_makes_it() {
    let folder = tempfile::tempdir().unwrap();
    let (request, elsewhere) = (folder.path().join("request"), folder.path().join("library"));
    fs::create_dir(&request).unwrap();
    for (outer, parts) in delivery_of_2026() {
        let built = export(outer, Language::English).built("2026-05-03 10:00");
        parts.into_iter().fold(built, Export::part).write_zips(&request);
    }
    let import =
        |library: &Path| command().arg("import").arg(&request).arg("--to").arg(library).output().unwrap();
    assert_eq!(import(&elsewhere).status.code(), Some(0));
    let expected = contents(&elsewhere);
    let drive = Drive::new(&EXT4, 16);
    let mut stopped = 0;
    for step in 1..=10 {
        let leave = step * 256 * 1024;
        fill(&drive.root(), leave);
        let output = import(&drive.library());
        if output.status.code() != Some(0) {
            assert_eq!(output.status.code(), Some(1), "with {leave} bytes free: {}", said(&output));
            assert!(said(&output).contains("free some space"), "with {leave} bytes free: {}", said(&output));
            stopped += 1;
        }
        fs::remove_file(drive.root().join("ballast")).unwrap();
        let output = import(&drive.library());
        assert_eq!(output.status.code(), Some(0), "after {leave} bytes free: {}", said(&output));
        let different = differences(&contents(&drive.library()), &expected);
        assert!(different.is_empty(), "after {leave} bytes free: {different:#?}");
        fs::remove_dir_all(drive.library()).unwrap();
    }
    assert!(stopped > 2, "only {stopped} runs found the drive full");
}

#[test]
#[ignore = "needs root and loop devices"]
fn a_power_cut_loses_nothing_that_was_recorded() {
    let bench = Bench::new();
    for number in 0..asked("WINDFALL_POWER_CUTS").unwrap_or(4) {
        let drive = Drive::new(&EXT4, 32);
        let trial = bench.trial_at(drive.library());
        let mut child = trial.command().stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        if number % 4 == 3 {
            // the run ends and says so: people delete the zips now
            assert_eq!(child.wait().unwrap().code(), Some(0));
        } else {
            std::thread::sleep(bench.time * (2 + u32::try_from(number * 5 % 8).unwrap()) / 10);
        }
        drive.cut_power();
        let code = child.wait().unwrap().code();
        assert!(matches!(code, Some(0 | 1 | 3)), "{code:?}");
        drive.unmount();
        drive.mount();
        let what = format!("power cut {number}, after which the run ended with {code:?}");
        if drive.library().join(".windfall").exists() {
            trial.assert_holds(&what);
            if code == Some(0) && number % 4 == 3 {
                trial.assert_whole(&what);
            }
        }
        trial.import();
        trial.assert_whole(&what);
    }
}

#[test]
#[ignore = "needs root, loop devices and exFAT"]
fn exfat_gets_the_same_files_once() {
    gets_the_same_files_once(&EXFAT);
}

#[test]
#[ignore = "needs root, loop devices and NTFS"]
fn ntfs_gets_the_same_files_once() {
    gets_the_same_files_once(&NTFS);
}

#[test]
#[ignore = "needs root, loop devices and FAT32"]
fn fat32_gets_the_same_files_once() {
    gets_the_same_files_once(&FAT32);
}

#[test]
#[ignore = "needs root, loop devices and XFS"]
fn xfs_gets_the_same_files_once() {
    gets_the_same_files_once(&XFS);
}

#[test]
#[ignore = "needs root, loop devices and Btrfs"]
fn btrfs_gets_the_same_files_once() {
    gets_the_same_files_once(&BTRFS);
}

#[test]
#[ignore = "needs root, loop devices and exFAT"]
fn exfat_mirrors_have_the_same_files() {
    mirrors::have_the_same_files(&EXFAT);
}

#[test]
#[ignore = "needs root, loop devices and NTFS"]
fn ntfs_mirrors_have_the_same_files() {
    mirrors::have_the_same_files(&NTFS);
}

#[test]
#[ignore = "needs root, loop devices and FAT32"]
fn fat32_mirrors_have_the_same_files() {
    mirrors::have_the_same_files(&FAT32);
}

#[test]
#[ignore = "needs root, loop devices and XFS"]
fn xfs_mirrors_have_the_same_files() {
    mirrors::have_the_same_files(&XFS);
}

#[test]
#[ignore = "needs root, loop devices and Btrfs"]
fn btrfs_mirrors_have_the_same_files() {
    mirrors::have_the_same_files(&BTRFS);
}

fn gets_the_same_files_once(kind: &'static Kind) {
    let drive = Drive::new(kind, 320);
    let bench = Bench::new();
    let trial = bench.trial_at(drive.library());
    let report = trial.import();
    let lists = report["problems"].to_string().contains("links-unsupported");
    assert_eq!(lists, !kind.albums.is_empty(), "{report:#}");
    let like = Bench::with(kind.albums);
    let paths = |tree: &Tree| tree.keys().cloned().collect::<BTreeSet<String>>();
    let imported = tree(&trial.library);
    assert_eq!(paths(&imported), paths(&like.tree));
    assert_eq!(hashes(&trial.library), like.known);
    // a drive of coarse times, plugged in again
    drive.unmount();
    drive.mount();
    let plugged_in = tree(&trial.library);
    assert_eq!(paths(&plugged_in), paths(&imported));
    let report = trial.import();
    assert_eq!((&report["entries"]["imported"], &report["bytes"]["read"]), (&0.into(), &0.into()));
    assert_eq!(differences(&tree(&trial.library), &plugged_in), [""; 0]);
}

#[test]
#[ignore = "needs root, loop devices and XFS"]
fn xfs_clones_unzipped_parts() {
    clones_unzipped_parts(&XFS);
}

#[test]
#[ignore = "needs root, loop devices and Btrfs"]
fn btrfs_clones_unzipped_parts() {
    clones_unzipped_parts(&BTRFS);
}

/// Where a drive can clone, a large file of an unzipped part is not copied, and is the library's own all
/// the same.
fn clones_unzipped_parts(kind: &'static Kind) {
    const SIZE: usize = 32 << 20;
    let drive = Drive::new(kind, 400);
    let parts = drive.root().join("parts");
    let video = mov(1, &Movie::new().size(SIZE));
    let photo = Photo::new("IMG_1.MOV", video.clone()).row(Row::created("2024-03-03 09:05"));
    let folders = Export::new("iCloud Photos").part(Part::new().photo(photo)).write_folders(&parts);
    let free = || {
        run(&["sync", "-f", drive.root().to_str().unwrap()]).unwrap();
        fs4::available_space(drive.root()).unwrap()
    };
    let before = free();
    let output = command().arg("import").args(&folders).arg("--to").arg(drive.library()).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let taken = before.saturating_sub(free());
    assert!(taken < SIZE as u64 / 2, "{taken} bytes were written");

    let placed = drive.library().join("2024/2024-03/IMG_1.MOV");
    assert!(fs::read(&placed).unwrap() == video, "other bytes");
    let source = walkdir::WalkDir::new(&parts).into_iter().flatten();
    let source = source.into_iter().find(|file| file.file_name() == "IMG_1.MOV").unwrap();
    fs::write(source.path(), vec![0; SIZE]).unwrap();
    assert!(fs::read(&placed).unwrap() == video, "it changed with its source");
}

#[test]
#[ignore = "needs root and loop devices"]
fn a_read_only_drive_is_named() {
    let bench = Bench::new();
    let drive = Drive::new(&EXT4, 16);
    run(&["mount", "-o", "remount,ro", drive.root().to_str().unwrap()]).unwrap();
    let output = bench.trial_at(drive.library()).command().output().unwrap();
    let text = said(&output);
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(text.contains("ead-only file system") && text.contains("hint: "), "{text}");
}
