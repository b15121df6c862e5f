//! What stands in a folder, a library or its mirror: every file and link but what concerns only the drive that it
//! stands on (staging, bad copies that were put aside, the lock, the catalog) and what systems leave everywhere.
//!
//! No file is opened and no link followed. A folder that cannot be read is named, and the rest is looked at.

use std::collections::{BTreeMap, HashMap};
use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use walkdir::{DirEntry, WalkDir};

use crate::contents::litter;
use crate::library::files::is_unfinished;
use crate::library::layout::{self, INTERNAL};
use crate::library::name;
use crate::mirror::memory;
use crate::problem::Problem;
use crate::problem::refusal::refused_walk;

/// Below `.windfall`: good files of a mirror whose place was needed for others.
pub const REPLACED: &str = "replaced";

/// A modification time, in nanoseconds since 1970.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment(pub i64);

impl Moment {
    /// FAT has steps of two seconds.
    const RESOLUTION: u64 = 2_000_000_000;

    /// Whether it is the same time, as far as every drive can hold it.
    pub fn is_near(self, other: Moment) -> bool {
        self.0.abs_diff(other.0) <= Self::RESOLUTION
    }

    /// The time for a file.
    pub fn time(self) -> SystemTime {
        let distance = Duration::from_nanos(self.0.unsigned_abs());
        let time =
            if self.0 < 0 { UNIX_EPOCH.checked_sub(distance) } else { UNIX_EPOCH.checked_add(distance) };
        time.unwrap_or(UNIX_EPOCH)
    }

    /// The time of a file.
    pub fn of(metadata: &Metadata) -> Self {
        let Ok(time) = metadata.modified() else { return Moment::default() };
        let nanos = |distance: Duration| i64::try_from(distance.as_nanos()).unwrap_or(i64::MAX);
        Moment(time.duration_since(UNIX_EPOCH).map_or_else(|before| -nanos(before.duration()), nanos))
    }
}

/// What something is, as far as it matters for carrying it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nature {
    File,
    Link,
    /// A pipe, a socket, a device.
    Strange,
}

/// Something that stands in a folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    pub nature: Nature,
    pub size: u64,
    pub modified: Moment,
}

impl Seen {
    /// What the system says of it.
    pub fn of(metadata: &Metadata) -> Self {
        let nature = match metadata {
            metadata if metadata.is_file() => Nature::File,
            metadata if metadata.is_symlink() => Nature::Link,
            _ => Nature::Strange,
        };
        Seen { nature, size: metadata.len(), modified: Moment::of(metadata) }
    }
}

/// All that stands in a folder.
#[derive(Debug, Default)]
pub struct Scan {
    root: PathBuf,
    /// By its path there, with `/`.
    pub seen: BTreeMap<String, Seen>,
    /// Folders that could not be looked into.
    pub refused: Vec<Problem>,
    aliases: OnceLock<HashMap<String, String>>,
}

impl Scan {
    /// What stands at a path, under its own name or under the one that the file system made of it (another
    /// normalisation, another case).
    pub fn at(&self, path: &str) -> Option<Seen> {
        if let Some(seen) = self.seen.get(path) {
            return Some(*seen);
        }
        let fold = |path: &String| (name::fold(path), path.clone());
        let alias =
            self.aliases.get_or_init(|| self.seen.keys().map(fold).collect()).get(&name::fold(path))?;
        // where both names may stand side by side, they are two files
        fs::symlink_metadata(name::path_below(&self.root, path)).ok()?;
        self.seen.get(alias).copied()
    }
}

/// Looks at a folder; one that is not there is empty.
pub fn scan(root: &Path) -> Scan {
    let mut scan = Scan { root: root.to_owned(), ..Scan::default() };
    let walk = WalkDir::new(root).min_depth(1).follow_links(false).into_iter();
    for entry in walk.filter_entry(is_carried) {
        let metadata = entry.and_then(|entry| match entry.file_type().is_dir() {
            true => Ok(None),
            false => entry.metadata().map(|metadata| Some((entry, metadata))),
        });
        match metadata {
            Ok(None) => {}
            Ok(Some((entry, metadata))) => {
                let path = name::text_below(root, entry.path());
                if !layout::is_litter(&path) {
                    scan.seen.insert(path, Seen::of(&metadata));
                }
            }
            Err(error) if is_gone(&error) => {}
            Err(error) => {
                let (code, message) = refused_walk(&error);
                let path = error.path().map(|path| name::text_below(root, path)).unwrap_or_default();
                scan.refused.push(Problem::new(code, message).with_entry(path));
            }
        }
    }
    scan
}

fn is_carried(entry: &DirEntry) -> bool {
    let name = entry.file_name().to_string_lossy();
    match entry.depth() {
        1 => !litter::is_of_a_drive(&name),
        2 if is_internal(entry.path()) => {
            const OF_ITS_DRIVE: [&str; 4] = [layout::STAGING, layout::DAMAGED, REPLACED, layout::LOCK];
            // each with what waits to take its place
            let is_kept_there = [layout::CATALOG, memory::FILE].iter().any(|file| name.starts_with(file));
            !OF_ITS_DRIVE.contains(&&*name) && !is_kept_there && !is_unfinished(&name)
        }
        _ => true,
    }
}

fn is_internal(path: &Path) -> bool {
    path.parent().is_some_and(|parent| parent.file_name() == Some(INTERNAL.as_ref()))
}

fn is_gone(error: &walkdir::Error) -> bool {
    error.io_error().is_some_and(|error| error.kind() == io::ErrorKind::NotFound)
}

#[cfg(test)]
mod tests {
    use super::{Moment, Nature, scan};
    use std::fs::{self, File, FileTimes};
    use std::time::{Duration, UNIX_EPOCH};

    #[test]
    fn everything_stands_there_but_what_is_of_the_drive() {
        let folder = tempfile::tempdir().unwrap();
        for path in [
            "2024/a.jpg",
            ".windfall/details/x/list.csv",
            ".windfall/forgotten/2024/b.jpg",
            ".windfall/thumbnails/ab/c.jpg",
            "2024/.windfall/odd.jpg",
            ".windfall/staging/ab/c",
            ".windfall/damaged/2024/a.jpg",
            ".windfall/replaced/2024/a.jpg",
            ".windfall/lock",
            ".windfall/catalog.sqlite",
            ".windfall/catalog.sqlite-journal",
            ".windfall/mirror.csv",
            ".windfall/.windfall-new-Ab3",
            "2024/.DS_Store",
            "lost+found/x",
        ] {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "x").unwrap();
        }
        let found = scan(folder.path());
        let paths: Vec<&str> = found.seen.keys().map(String::as_str).collect();
        assert_eq!(
            paths,
            [
                ".windfall/details/x/list.csv",
                ".windfall/forgotten/2024/b.jpg",
                ".windfall/thumbnails/ab/c.jpg",
                "2024/.windfall/odd.jpg",
                "2024/a.jpg",
            ]
        );
        assert!(found.seen.values().all(|seen| seen.nature == Nature::File && seen.size == 1));
        assert_eq!(found.refused, []);
        assert_eq!(found.at("2024/a.jpg"), Some(found.seen["2024/a.jpg"]));
        // which names are one is for the file system to say
        let is_one = folder.path().join("2024/A.JPG").exists();
        assert_eq!(found.at("2024/A.JPG").is_some(), is_one);
        assert!(scan(&folder.path().join("nothing")).seen.is_empty());
    }

    #[test]
    fn times_before_and_after_1970_come_back() {
        let folder = tempfile::tempdir().unwrap();
        let file = File::create(folder.path().join("a")).unwrap();
        let second = Duration::from_secs(1);
        for time in [UNIX_EPOCH + second * 1_700_000_000, UNIX_EPOCH - second * 1_000_000] {
            file.set_times(FileTimes::new().set_modified(time)).unwrap();
            assert_eq!(Moment::of(&file.metadata().unwrap()).time(), time);
        }
        assert!(Moment(0).is_near(Moment(2_000_000_000)) && !Moment(0).is_near(Moment(2_000_000_001)));
        assert!(!Moment(i64::MIN).is_near(Moment(i64::MAX)));
    }
}
