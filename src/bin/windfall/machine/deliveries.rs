//! What Apple delivered and where it lies, by names alone: in the folders where downloads come, and on drives.
//!
//! Whether it is what its name says, and what is missing of it, is for the library to tell.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::drives::{Drive, folders_in};
use super::{PATIENCE, within};
use windfall::cli::{is_apple_name, is_library, is_unfinished_download};

/// More folders of one drive are not looked into.
const MOST_FOLDERS: usize = 100;

/// What lies in one folder.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// The folder.
    pub folder: PathBuf,
    /// Zips and unzipped folders with Apple's names, by name.
    pub parts: Vec<PathBuf>,
    /// Names of downloads that have not finished.
    pub unfinished: Vec<String>,
}

/// Where browsers and people put things in this home folder. On Linux the folders' own names follow the language.
pub fn usual_folders(home: &Path) -> Vec<PathBuf> {
    let table = fs::read_to_string(home.join(".config/user-dirs.dirs")).unwrap_or_default();
    let folder = |key: &str, usual: &str| named_in(&table, key, home).unwrap_or_else(|| home.join(usual));
    vec![folder("XDG_DOWNLOAD_DIR", "Downloads"), folder("XDG_DESKTOP_DIR", "Desktop")]
}

/// `XDG_DOWNLOAD_DIR="$HOME/Téléchargements"`.
fn named_in(table: &str, key: &str, home: &Path) -> Option<PathBuf> {
    let value = table.lines().find_map(|line| line.trim().strip_prefix(key)?.strip_prefix('='))?;
    let value = value.trim().trim_matches('"');
    let path = match value.strip_prefix("$HOME") {
        Some(rest) => home.join(rest.trim_start_matches('/')),
        None => PathBuf::from(value),
    };
    // a folder that is not wanted is said to be the home folder itself
    (path.is_absolute() && path != home).then_some(path)
}

/// What lies directly in these folders, then at the top of these drives and one folder below. Each folder counts
/// once, by whichever way it is reached.
pub fn lying_in(folders: &[PathBuf], drives: &[Drive]) -> Vec<Found> {
    let roots: Vec<PathBuf> = drives.iter().map(|drive| drive.root.clone()).collect();
    let on_drives = |root: PathBuf| {
        let below = folders_in(&root).into_iter().filter(|folder| !is_part(folder)).take(MOST_FOLDERS);
        std::iter::once(root.clone()).chain(below).filter_map(|folder| in_folder(&folder)).collect::<Vec<_>>()
    };
    let mut found: Vec<Found> = within(PATIENCE, folders.to_vec(), |folder: PathBuf| in_folder(&folder))
        .into_iter()
        .flatten()
        .collect();
    found.extend(within(PATIENCE, roots, on_drives).into_iter().flatten());
    let mut seen = HashSet::new();
    found.retain(|found| fs::canonicalize(&found.folder).map_or(true, |real| seen.insert(real)));
    found
}

/// What lies directly in a folder; nothing if it is a library.
fn in_folder(folder: &Path) -> Option<Found> {
    if is_library(folder) {
        return None;
    }
    let mut here: Vec<PathBuf> = fs::read_dir(folder).ok()?.flatten().map(|entry| entry.path()).collect();
    here.sort();
    let mut found = Found { folder: folder.to_owned(), ..Found::default() };
    let names: HashSet<String> = here.iter().map(|path| name_of(path)).collect();
    let mut strangers = Vec::new();
    for path in here {
        let name = name_of(&path);
        if is_unfinished_download(&name) {
            // Chrome tells the name only at the end
            if is_apple_name(&name) || name.starts_with("Unconfirmed") {
                found.unfinished.push(name);
            } else {
                strangers.push(name);
            }
        } else if is_part(&path) && !is_being_downloaded(&name, &names) {
            found.parts.push(path);
        }
    }
    if !found.parts.is_empty() {
        // beside Apple's parts any of them may be the next one
        found.unfinished.append(&mut strangers);
    }
    (!found.parts.is_empty() || !found.unfinished.is_empty()).then_some(found)
}

/// Firefox keeps the name free by an empty file beside `NAME.part`.
fn is_being_downloaded(name: &str, names: &HashSet<String>) -> bool {
    names.contains(&format!("{name}.part"))
}

fn is_part(path: &Path) -> bool {
    let is_zip = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("zip"));
    is_apple_name(&name_of(path)) && if is_zip { path.is_file() } else { path.is_dir() && !is_library(path) }
}

fn name_of(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{Found, lying_in, usual_folders};
    use crate::machine::drives::Mounted;
    use std::fs;
    use std::path::Path;

    fn names(found: &Found) -> Vec<String> {
        found.parts.iter().map(|path| super::name_of(path)).collect()
    }

    #[test]
    fn parts_are_found_by_name_and_each_folder_counts_once() {
        let home = tempfile::tempdir().unwrap();
        let (downloads, drive) = (home.path().join("Downloads"), home.path().join("USB"));
        let parts = ["iCloud Photos Part 1 of 3.zip", "iCloud Photos Part 1 of 3 (1).zip"];
        for (folder, name) in [
            (&downloads, parts[0]),
            (&downloads, parts[1]),
            (&downloads, "iCloud Photos Part 2 of 3.zip.crdownload"),
            (&downloads, "iCloud Photos Part 3 of 3.zip"),
            (&downloads, "iCloud Photos Part 3 of 3.zip.part"),
            (&downloads, "Unconfirmed 83421.crdownload"),
            (&downloads, "film.mkv.crdownload"),
            (&downloads, "holiday.zip"),
            (&drive.join("zips"), "iCloud Photos Part 2 of 3.zip"),
            (&drive.join("too/deep"), "iCloud Photos Part 2 of 3.zip"),
            (&drive.join("Photos/.windfall"), "catalog.sqlite"),
            (&drive.join("Photos"), "iCloud Photos Part 2 of 3.zip"),
            (&home.path().join("Desktop"), "other.part"),
        ] {
            fs::create_dir_all(folder).unwrap();
            fs::write(folder.join(name), "").unwrap();
        }
        let folders = [downloads.clone(), home.path().join("Desktop"), downloads.join("../Downloads")];
        let found = lying_in(&folders, &Mounted::These(vec![drive.clone()]).drives());
        let folders: Vec<&Path> = found.iter().map(|found| &*found.folder).collect();
        assert_eq!(folders, [&*downloads, &*drive.join("zips")]);
        assert_eq!(names(&found[0]), [parts[1], parts[0]]);
        let unfinished = [
            "Unconfirmed 83421.crdownload",
            "iCloud Photos Part 2 of 3.zip.crdownload",
            "iCloud Photos Part 3 of 3.zip.part",
            "film.mkv.crdownload",
        ];
        assert_eq!(found[0].unfinished, unfinished);
    }

    #[test]
    fn every_category_is_found_zipped_unzipped_and_half_way() {
        let home = tempfile::tempdir().unwrap();
        let zips = [
            "Apple Account and device information.zip",
            "Apple Media Services Information Part 1 of 2.zip",
            "Apple.com and Apple Store.zip",
            "AppleCare.zip",
            "Game Center.zip",
            "Marketing communications.zip",
            "Other Data Part 1 of 7.zip",
            "Wallet Activity.zip",
            "iCloud Bookmarks.zip",
            "iCloud Calendars and Reminders.zip",
            "iCloud Contacts (1).zip",
            "iCloud Drive Part 2 of 3.zip",
            "iCloud Mail.zip",
            "iCloud Notes.zip",
            "iCloud Photos Part 1 of 2.zip",
        ];
        for name in zips.iter().chain(&["holiday.zip", "Applesauce recipes.zip", "iCloud Notes.pdf"]) {
            fs::write(home.path().join(name), "").unwrap();
        }
        for name in ["Other Data Part 2 of 7", "iCloud Drive Part 1 of 3", "Game Boy"] {
            fs::create_dir(home.path().join(name)).unwrap();
        }
        let unfinished = ["Other Data Part 3 of 7.zip.crdownload", "iCloud Mail.zip.part"];
        for name in unfinished.iter().chain(&["film.mkv.part"]) {
            fs::write(home.path().join(name), "").unwrap();
        }
        let found = lying_in(&[home.path().to_owned()], &[]);
        let mut expected: Vec<&str> =
            zips.iter().chain(&["Other Data Part 2 of 7", "iCloud Drive Part 1 of 3"]).copied().collect();
        // while it is downloaded again, nobody knows what the zip of that name is
        expected.retain(|name| *name != "iCloud Mail.zip");
        expected.sort_unstable();
        assert_eq!(names(&found[0]), expected);
        for name in unfinished {
            assert!(found[0].unfinished.iter().any(|one| one == name), "{name}: {found:?}");
        }
    }

    #[test]
    fn the_names_of_folders_follow_the_language() {
        let home = tempfile::tempdir().unwrap();
        let downloads = || usual_folders(home.path())[0].clone();
        assert_eq!(downloads(), home.path().join("Downloads"));
        fs::create_dir(home.path().join(".config")).unwrap();
        let table = "# a comment\nXDG_DESKTOP_DIR=\"$HOME/\"\nXDG_DOWNLOAD_DIR=\"$HOME/Téléchargements\"\n";
        fs::write(home.path().join(".config/user-dirs.dirs"), table).unwrap();
        assert_eq!(downloads(), home.path().join("Téléchargements"));
        assert_eq!(usual_folders(home.path())[1], home.path().join("Desktop"));
    }
}
