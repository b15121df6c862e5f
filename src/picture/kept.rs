//! Smaller pictures that are kept in `.windfall`, named by the BLAKE3 of what they show.
//!
//! A folder knows by which recipe its pictures were made, so that those of a version that made them otherwise go
//! as one. That a photo cannot be drawn is remembered too, in a file that says why. Nothing that Windfall did not
//! name so is ever removed.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::library::layout::{INTERNAL, THUMBNAILS};

/// The extension that says that there is none.
const NONE: &str = "none";
/// The file that says by which recipe.
const RECIPE: &str = "recipe";
/// How half-written ones begin.
const UNFINISHED: &str = ".new-";
/// Nobody writes at one picture for so long.
const LONGEST: Duration = Duration::from_hours(1);
/// The longest reason that is read, in bytes.
const LONGEST_REASON: u64 = 1024;

/// The path of a photo's thumbnail in its library, with `/`. The first two digits are a folder, because exFAT is
/// slow with many files in one.
pub fn thumbnail(blake3: &blake3::Hash) -> String {
    let hex = blake3.to_hex();
    format!("{INTERNAL}/{THUMBNAILS}/{}/{hex}.jpg", hex.get(..2).unwrap_or("00"))
}

/// What is known of one picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    Made,
    /// It cannot be made; [`Kept::reason`] has the words.
    Impossible,
}

/// A folder of smaller pictures.
pub struct Kept {
    folder: PathBuf,
    known: HashMap<blake3::Hash, Known>,
}

impl Kept {
    /// What is in a folder and was made by this recipe.
    pub fn read(folder: PathBuf, recipe: &str) -> Self {
        let by_it = fs::read_to_string(folder.join(RECIPE)).is_ok_and(|kept| kept.trim_end() == recipe);
        let mut known = HashMap::new();
        if by_it {
            each_file(&folder, &mut |path, metadata| match ours(path) {
                // a power cut can leave a name without bytes
                Some((hash, state)) if metadata.len() > 0 => {
                    known.insert(hash, state);
                }
                _ => {}
            });
        }
        Kept { folder, known }
    }

    /// Removes what was made by another recipe, of what is not in the library any more, and what was left half
    /// written; then the folder is of this recipe.
    pub fn sweep(&mut self, recipe: &str, stays: &dyn Fn(&blake3::Hash) -> bool) -> io::Result<()> {
        let mut failed = None;
        each_file(&self.folder, &mut |path, metadata| {
            let is_stale = match ours(path) {
                Some((hash, _)) => !self.known.contains_key(&hash) || !stays(&hash),
                None => is_left_half_written(path, metadata),
            };
            if is_stale && let Err(error) = fs::remove_file(path) {
                failed = Some(error);
            }
        });
        self.known.retain(|hash, _| stays(hash));
        match failed {
            Some(error) => Err(error),
            None => self.name_recipe(recipe),
        }
    }

    fn name_recipe(&self, recipe: &str) -> io::Result<()> {
        let path = self.folder.join(RECIPE);
        if fs::read_to_string(&path).is_ok_and(|kept| kept.trim_end() == recipe) {
            return Ok(());
        }
        fs::create_dir_all(&self.folder)?;
        replace(&self.folder, &path, format!("{recipe}\n").as_bytes())
    }

    pub fn known(&self, hash: &blake3::Hash) -> Option<Known> {
        self.known.get(hash).copied()
    }

    /// Why a picture cannot be made.
    pub fn reason(&self, hash: &blake3::Hash) -> Option<String> {
        use std::io::Read;

        let mut words = Vec::new();
        let file = File::open(self.path(hash).with_extension(NONE)).ok()?;
        file.take(LONGEST_REASON).read_to_end(&mut words).ok()?;
        let words = String::from_utf8_lossy(&words).trim().to_owned();
        (!words.is_empty()).then_some(words)
    }

    /// Keeps a picture.
    pub fn keep(&self, hash: &blake3::Hash, jpeg: &[u8]) -> io::Result<()> {
        write(&self.path(hash), jpeg)
    }

    /// Remembers why a picture cannot be made.
    pub fn keep_reason(&self, hash: &blake3::Hash, words: &str) -> io::Result<()> {
        write(&self.path(hash).with_extension(NONE), format!("{words}\n").as_bytes())
    }

    fn path(&self, hash: &blake3::Hash) -> PathBuf {
        let hex = hash.to_hex();
        self.folder.join(hex.get(..2).unwrap_or("00")).join(format!("{hex}.jpg"))
    }
}

/// The photo that a file of ours is of.
fn ours(path: &Path) -> Option<(blake3::Hash, Known)> {
    let state = match path.extension()?.to_str()? {
        "jpg" => Known::Made,
        NONE => Known::Impossible,
        _ => return None,
    };
    Some((blake3::Hash::from_hex(path.file_stem()?.to_str()?).ok()?, state))
}

fn is_left_half_written(path: &Path, metadata: &fs::Metadata) -> bool {
    let is_unfinished = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(UNFINISHED));
    let age = metadata.modified().ok().and_then(|modified| modified.elapsed().ok());
    is_unfinished && age.is_some_and(|age| age > LONGEST)
}

/// Visits the files in the folders of a folder. What cannot be read is not there.
fn each_file(folder: &Path, visit: &mut dyn FnMut(&Path, &fs::Metadata)) {
    for part in fs::read_dir(folder).into_iter().flatten().flatten() {
        if !part.file_type().is_ok_and(|kind| kind.is_dir()) {
            continue;
        }
        for entry in fs::read_dir(part.path()).into_iter().flatten().flatten() {
            if let Ok(metadata) = entry.metadata()
                && metadata.is_file()
            {
                visit(&entry.path(), &metadata);
            }
        }
    }
}

fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().unwrap_or(path);
    fs::create_dir_all(folder)?;
    replace(folder, path, bytes)
}

/// Writes beside the place and renames, so that nobody ever sees half a file. Nothing is synced, because there are
/// very many: what a power cut spoils is made again.
fn replace(folder: &Path, path: &Path, bytes: &[u8]) -> io::Result<()> {
    let create = |path: &Path| File::options().write(true).create_new(true).open(path);
    let mut file = tempfile::Builder::new().prefix(UNFINISHED).make_in(folder, create)?;
    file.write_all(bytes)?;
    file.persist(path).map(|_| ()).map_err(|error| error.error)
}

#[cfg(test)]
mod tests {
    use super::{Kept, Known};
    use std::fs::{self, File};
    use std::time::{Duration, SystemTime};

    fn hash(n: u8) -> blake3::Hash {
        blake3::hash(&[n])
    }

    #[test]
    fn what_another_recipe_made_goes_and_a_stranger_stays() {
        let scratch = tempfile::tempdir().unwrap();
        let folder = scratch.path().join("thumbnails");
        let mut kept = Kept::read(folder.clone(), "1");
        kept.sweep("1", &|_| true).unwrap();
        kept.keep(&hash(1), b"jpeg").unwrap();
        kept.keep_reason(&hash(2), "is damaged").unwrap();
        kept.keep(&hash(3), b"").unwrap();
        let stranger = kept.path(&hash(1)).with_file_name("mine.jpg");
        fs::write(&stranger, "mine").unwrap();

        let kept = Kept::read(folder.clone(), "1");
        assert_eq!(kept.known(&hash(1)), Some(Known::Made));
        assert_eq!(kept.known(&hash(2)), Some(Known::Impossible));
        assert_eq!(kept.reason(&hash(2)).as_deref(), Some("is damaged"));
        assert_eq!(kept.known(&hash(3)), None, "a power cut left a name without bytes");

        let mut newer = Kept::read(folder.clone(), "2");
        assert_eq!(newer.known(&hash(1)), None);
        newer.sweep("2", &|_| true).unwrap();
        assert!(!newer.path(&hash(1)).exists() && stranger.exists());
        assert_eq!(Kept::read(folder, "1").known(&hash(1)), None);
    }

    #[test]
    fn what_is_of_no_photo_any_more_goes() {
        let scratch = tempfile::tempdir().unwrap();
        let folder = scratch.path().to_owned();
        let mut kept = Kept::read(folder.clone(), "1");
        kept.sweep("1", &|_| true).unwrap();
        kept.keep(&hash(1), b"jpeg").unwrap();
        kept.keep(&hash(2), b"jpeg").unwrap();
        let unfinished = |name: &str, age: u64| {
            let path = kept.path(&hash(1)).with_file_name(name);
            let file = File::create(&path).unwrap();
            file.set_modified(SystemTime::now() - Duration::from_secs(age)).unwrap();
            path
        };
        let (old, young) = (unfinished(".new-a", 100_000), unfinished(".new-b", 1));
        let mut kept = Kept::read(folder, "1");
        kept.sweep("1", &|photo| *photo == hash(2)).unwrap();
        assert_eq!((kept.known(&hash(1)), kept.known(&hash(2))), (None, Some(Known::Made)));
        assert!(!kept.path(&hash(1)).exists() && kept.path(&hash(2)).exists());
        assert!(!old.exists() && young.exists());
    }
}
