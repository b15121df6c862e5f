//! The drives that are connected now, beside the one of the home folder: their names, how much room they have, and
//! which libraries stand on them.

use std::fs;
use std::path::{Path, PathBuf};

use super::{PATIENCE, within};
use windfall::cli::{is_library, is_read_only, room};

/// More folders of one drive are not looked into for libraries.
const MOST_FOLDERS: usize = 200;

/// What is taken for a drive.
#[derive(Debug, Clone, Default)]
pub enum Mounted {
    /// What the system mounts where it mounts removable drives.
    #[default]
    BySystem,
    /// These folders.
    These(Vec<PathBuf>),
}

/// A drive that is connected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drive {
    /// What its owner calls it; on Windows the letter.
    pub name: String,
    /// Where it begins.
    pub root: PathBuf,
    /// Bytes that are free, and all that it has; a drive that does not say is none to write to.
    pub room: Option<(u64, u64)>,
    /// Whether this computer can only read it.
    pub is_read_only: bool,
}

impl Mounted {
    /// The drives that answer, by name.
    pub fn drives(&self) -> Vec<Drive> {
        let roots = match self {
            Mounted::BySystem => system(),
            Mounted::These(roots) => roots.clone(),
        };
        let drive = |root: PathBuf| {
            let last = root.file_name().map(|name| name.to_string_lossy().into_owned());
            let name = last.unwrap_or_else(|| root.display().to_string());
            root.is_dir().then(|| Drive { name, room: room(&root), is_read_only: is_read_only(&root), root })
        };
        let mut drives: Vec<Drive> = within(PATIENCE, roots, drive).into_iter().flatten().collect();
        drives.sort_by(|a, b| a.root.cmp(&b.root));
        drives.dedup_by(|a, b| a.root == b.root);
        drives
    }
}

impl Drive {
    /// How much room there is for something new; none where nothing can be written.
    pub fn room_for_more(&self) -> Option<(u64, u64)> {
        self.room.filter(|_| !self.is_read_only)
    }
}

/// The drive that a path lies on.
pub fn drive_of<'a>(drives: &'a [Drive], path: &Path) -> Option<&'a Drive> {
    let holding = drives.iter().filter(|drive| path.starts_with(&drive.root));
    holding.max_by_key(|drive| drive.root.components().count())
}

/// Libraries at the top of a drive, and one or two folders below.
pub fn libraries_on(root: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut level = vec![root.to_owned()];
    for depth in 0..=3 {
        let (libraries, others): (Vec<PathBuf>, Vec<PathBuf>) =
            level.into_iter().partition(|f| is_library(f));
        found.extend(libraries);
        if depth == 3 {
            break;
        }
        level = others.iter().flat_map(|folder| folders_in(folder)).take(MOST_FOLDERS).collect();
    }
    found
}

/// The folders in a folder by name, without hidden ones and links.
pub fn folders_in(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let is_folder = |entry: &fs::DirEntry| {
        let is_hidden = entry.file_name().as_encoded_bytes().starts_with(b".");
        !is_hidden && entry.file_type().is_ok_and(|kind| kind.is_dir())
    };
    let mut folders: Vec<PathBuf> = entries.filter(is_folder).map(|entry| entry.path()).collect();
    folders.sort();
    folders
}

/// Where removable drives begin.
#[cfg(target_os = "linux")]
fn system() -> Vec<PathBuf> {
    // the table is the kernel's own, so no drive has to answer
    fs::read_to_string("/proc/self/mountinfo").map(|table| mounted_in(&table)).unwrap_or_default()
}

/// The drives in the kernel's table of mounts.
#[cfg(any(target_os = "linux", test))]
fn mounted_in(table: &str) -> Vec<PathBuf> {
    /// What is mounted there and is no drive.
    const NONE: [&str; 6] = ["autofs", "overlay", "squashfs", "proc", "sysfs", "devtmpfs"];
    let drive = |line: &str| {
        let (place, system) = line.split_once(" - ")?;
        let path = unescaped(place.split(' ').nth(4)?);
        let below = |folder: &str| path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
        let is_removable = path == "/mnt" || ["/media", "/run/media", "/mnt"].iter().any(|f| below(f));
        let kind = system.split(' ').next()?;
        (is_removable && !NONE.contains(&kind)).then(|| PathBuf::from(path))
    };
    table.lines().filter_map(drive).collect()
}

/// The kernel writes a space in a path as `\040`.
#[cfg(any(target_os = "linux", test))]
fn unescaped(text: &str) -> String {
    let mut plain: Vec<u8> = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let code = after.get(..3).filter(|_| byte == b'\\');
        let code = code.and_then(|code| u8::from_str_radix(std::str::from_utf8(code).ok()?, 8).ok());
        match code {
            Some(code) => {
                plain.push(code);
                rest = &after[3..];
            }
            None => {
                plain.push(byte);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&plain).into_owned()
}

/// Where removable drives begin. The drive of the system is there too, as a link to `/`.
#[cfg(all(unix, not(target_os = "linux")))]
fn system() -> Vec<PathBuf> {
    fn other_drive(place: PathBuf) -> Option<PathBuf> {
        use std::os::unix::fs::MetadataExt;
        let drive = |path: &Path| fs::metadata(path).map(|metadata| metadata.dev());
        (drive(&place).ok()? != drive(Path::new("/")).ok()?).then_some(place)
    }
    within(PATIENCE, folders_in(Path::new("/Volumes")), other_drive).into_iter().flatten().collect()
}

/// Where drives begin: the letters that answer, without that of the home folder.
#[cfg(windows)]
fn system() -> Vec<PathBuf> {
    let home = super::home().map(|home| home.display().to_string().to_uppercase());
    let letters = ('C'..='Z').map(|letter| format!("{letter}:\\"));
    let others = letters.filter(|root| !home.as_deref().is_some_and(|home| home.starts_with(root.as_str())));
    let answering = |root: PathBuf| root.is_dir().then_some(root);
    within(PATIENCE, others.map(PathBuf::from).collect(), answering).into_iter().flatten().collect()
}

#[cfg(not(any(unix, windows)))]
fn system() -> Vec<PathBuf> {
    Vec::new()
}

#[cfg(test)]
mod tests {
    use super::{Drive, Mounted, drive_of, mounted_in};
    use std::path::{Path, PathBuf};

    #[test]
    fn drives_are_what_is_mounted_where_drives_are_mounted() {
        let table = "\
22 1 8:2 / / rw,relatime shared:1 - ext4 /dev/sda2 rw
30 22 0:26 / /run rw,nosuid - tmpfs tmpfs rw
97 22 8:17 / /media/ann/My\\040Disk rw,nosuid shared:9 - exfat /dev/sdb1 rw
98 22 8:33 / /run/media/ann/USB rw - ntfs3 /dev/sdc1 rw
99 22 0:50 / /mnt rw - cifs //nas/photos rw
100 22 0:51 / /media/ann/net rw - autofs systemd-1 rw
101 22 0:52 / /mediaserver rw - ext4 /dev/sdd1 rw
a line of something else
";
        let expected = ["/media/ann/My Disk", "/run/media/ann/USB", "/mnt"];
        assert_eq!(mounted_in(table), expected.map(PathBuf::from));
    }

    #[test]
    fn a_path_lies_on_the_innermost_drive() {
        let drive =
            |root: &str| Drive { name: String::new(), root: root.into(), room: None, is_read_only: false };
        let drives = [drive("/mnt"), drive("/mnt/usb"), drive("/media/a")];
        assert_eq!(drive_of(&drives, Path::new("/mnt/usb/Photos")), Some(&drives[1]));
        assert_eq!(drive_of(&drives, Path::new("/mnt/usbstick")), Some(&drives[0]));
        assert_eq!(drive_of(&drives, Path::new("/home/a")), None);
    }

    #[test]
    fn a_drive_that_is_not_there_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let here = folder.path().to_owned();
        let mounted = Mounted::These(vec![here.clone(), here.join("unplugged"), here.clone()]);
        let drives = mounted.drives();
        assert_eq!(drives.iter().map(|drive| &drive.root).collect::<Vec<_>>(), [&here]);
        assert!(drives[0].room.is_some_and(|(free, all)| free <= all));
    }
}
