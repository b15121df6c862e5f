//! One copy: read from the library, checked against its BLAKE3, and written without a name yet.
//!
//! An original whose bytes are not those that were imported is never passed on. What stands in the place of a copy is
//! replaced only if it is ours and unchanged; if somebody else has put the very same bytes there, they are the copy.

use std::fs::{self, File, Metadata};
use std::io::{self, Read, Write};
use std::path::PathBuf;

use blake3::{Hash, Hasher};
use chrono::{DateTime, Utc};
use tempfile::NamedTempFile;

use crate::copy::Form;
use crate::copy::choose::Item;
use crate::copy::folder::{Folder, Standing, Waiting};
use crate::copy::naming::Place;
use crate::copy::written::{Hand, Written};
use crate::error::{is_failing, is_full};
use crate::library::drive::hash_file;
use crate::library::files::{is_near, set_time};
use crate::library::path::LibraryPath;
use crate::picture::{self, Encoding, Limits};
use crate::problem::refusal::Refused;
use crate::problem::{Code, Problem};
use crate::progress::Watch;

/// Bytes that are read at a time.
const CHUNK: usize = 1 << 20;

/// What a copy is made with.
pub struct Maker<'a> {
    pub library: &'a std::path::Path,
    pub folder: &'a Folder,
    pub limits: &'a Limits,
    pub watch: Watch<'a>,
}

/// A copy that is there, or is about to be.
#[derive(Debug)]
pub struct Made {
    pub outcome: Outcome,
    /// Why it is not in the form that was asked for.
    pub warning: Option<Problem>,
}

/// What became of a copy.
#[derive(Debug)]
pub enum Outcome {
    /// It only lacks its name.
    Waits(Waiting),
    /// Somebody else has put these bytes there.
    Stands(Written),
}

/// Why there is no copy.
#[derive(Debug)]
pub enum Failure {
    /// The others can still be made.
    Problem(Problem),
    /// The drive is full or fails.
    Drive(io::Error),
    Interrupted,
}

impl Maker<'_> {
    /// Makes one copy.
    ///
    /// # Errors
    /// If there is none.
    pub fn make(&self, item: &Item<'_>, place: &Place) -> Result<Made, Failure> {
        match item.form {
            Form::AsItIs => self.as_it_is(item, &place.path),
            Form::Jpeg(encoding) => self.jpeg(item, place, &encoding),
        }
    }

    fn as_it_is(&self, item: &Item<'_>, path: &LibraryPath) -> Result<Made, Failure> {
        let content = &item.file.content;
        let written = written(item, path, content.size, content.blake3);
        let standing = self.folder.standing(path, &item.file.path);
        if let Standing::Foreign(size) = standing {
            return self.foreign(item, written, size);
        }
        let mut temporary = self.begin(path)?;
        let modified = self.read(item, &mut |bytes| temporary.write_all(bytes))?;
        Ok(waits(temporary, written, standing, modified))
    }

    fn jpeg(&self, item: &Item<'_>, place: &Place, encoding: &Encoding) -> Result<Made, Failure> {
        let modified = self.read(item, &mut |_| Ok(()))?;
        let original = item.file.path.to_path(self.library);
        let bytes = match picture::jpeg(&original, item.file.content.format, encoding, self.limits) {
            Ok(bytes) => bytes,
            Err(why) => {
                let made = self.as_it_is(item, &place.as_it_is)?;
                let message = format!("it {why}, so it did not become a JPEG and was copied as it is");
                let warning = Problem::new(Code::UnsupportedEntry, message).as_warning();
                let warning = warning.with_entry(item.file.path.as_str());
                return Ok(Made { warning: Some(warning), ..made });
            }
        };
        let written = written(item, &place.path, bytes.len() as u64, blake3::hash(&bytes));
        let standing = self.folder.standing(&place.path, &item.file.path);
        if let Standing::Foreign(size) = standing {
            return self.foreign(item, written, size);
        }
        let mut temporary = self.begin(&place.path)?;
        temporary.write_all(&bytes).map_err(|error| unwritable(error, &place.path))?;
        Ok(waits(temporary, written, standing, modified))
    }

    /// What becomes of a copy in whose place somebody else's file stands.
    fn foreign(&self, item: &Item<'_>, written: Written, size: Option<u64>) -> Result<Made, Failure> {
        let is_the_same = || hash_file(&self.folder.path_of(&written.path)) == Some(written.blake3);
        if size == Some(written.size) && is_the_same() {
            let written = Written { hand: Hand::Theirs, ..written };
            return Ok(Made { outcome: Outcome::Stands(written), warning: None });
        }
        let problem =
            |message: &str| Problem::new(Code::WriteFailed, message).with_entry(written.path.as_str());
        Err(Failure::Problem(match self.folder.list.at(&written.path) {
            Some(ours) if ours.is_of(item) => problem(
                "it was changed since it was copied, so it stays as it is: delete it, and the same command copies it again",
            )
            .as_warning(),
            Some(ours) if ours.hand == Hand::Ours => problem(
                "the copy there was changed by somebody, so it was not replaced: move it away, then run the same \
                 command again",
            ),
            Some(_) | None => problem(
                "something else has this name there, so nothing was written: move it away, then run the same \
                 command again",
            ),
        }))
    }

    fn begin(&self, path: &LibraryPath) -> Result<NamedTempFile, Failure> {
        self.folder.begin().map_err(|error| unwritable(error, path))
    }

    /// Reads an original to its end and checks that it is what was imported; returns the time that its copy gets.
    fn read(
        &self,
        item: &Item<'_>,
        write: &mut dyn FnMut(&[u8]) -> io::Result<()>,
    ) -> Result<Option<DateTime<Utc>>, Failure> {
        let (mut original, metadata) = self.open(item)?;
        let mut hasher = Hasher::new();
        let mut buffer = vec![0; CHUNK.min(usize::try_from(metadata.len()).unwrap_or(CHUNK).max(1))];
        loop {
            if self.watch.is_cancelled() {
                return Err(Failure::Interrupted);
            }
            let bytes = match original.read(&mut buffer) {
                Ok(0) => break,
                Ok(count) => buffer.get(..count).unwrap_or_default(),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(unreadable(item, &error)),
            };
            hasher.update(bytes);
            self.watch.progress.bytes(bytes.len() as u64);
            write(bytes).map_err(|error| unwritable(error, &item.file.path))?;
        }
        if hasher.finalize() != item.file.content.blake3 {
            return Err(spoilt(item, &metadata));
        }
        let captured = item.file.captured.map(|time| time.to_utc());
        Ok(captured.or_else(|| metadata.modified().ok().map(DateTime::from)))
    }

    fn open(&self, item: &Item<'_>) -> Result<(File, Metadata), Failure> {
        let path: PathBuf = item.file.path.to_path(self.library);
        let metadata = fs::symlink_metadata(&path).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => failure(
                Code::MissingFile,
                item,
                "it is gone from the library, so it was not copied; `windfall verify` says what else is missing",
            ),
            _ => unreadable(item, &error),
        })?;
        if !metadata.is_file() || metadata.len() != item.file.content.size {
            return Err(spoilt(item, &metadata));
        }
        let file = File::open(&path).map_err(|error| unreadable(item, &error))?;
        Ok((file, metadata))
    }
}

fn written(item: &Item<'_>, path: &LibraryPath, size: u64, blake3: Hash) -> Written {
    Written {
        path: path.clone(),
        size,
        blake3,
        original: item.file.path.clone(),
        original_blake3: item.file.content.blake3,
        form: item.form.to_string(),
        album: item.album.unwrap_or_default().to_owned(),
        hand: Hand::Ours,
    }
}

fn waits(
    temporary: NamedTempFile,
    written: Written,
    standing: Standing,
    modified: Option<DateTime<Utc>>,
) -> Made {
    let temporary = temporary.into_temp_path();
    set_time(&temporary, modified);
    Made { outcome: Outcome::Waits(Waiting { temporary, written, standing }), warning: None }
}

/// The failure of an original that is not what was imported: damaged, if it still has the time that it was given.
fn spoilt(item: &Item<'_>, metadata: &Metadata) -> Failure {
    let file = item.file;
    let given = file.modified.or(file.captured.map(|time| time.to_utc())).or(file.imported_to_icloud);
    let is_as_given =
        given.zip(metadata.modified().ok()).is_none_or(|(given, modified)| is_near(modified, given));
    match metadata.is_file() && metadata.len() == file.content.size && is_as_given {
        true => failure(
            Code::DamagedFile,
            item,
            "its bytes are not those that were imported, so it was not copied; check the drive",
        ),
        false => failure(
            Code::ChangedFile,
            item,
            "somebody changed it since it was imported, so it was not copied",
        ),
    }
}

fn unreadable(item: &Item<'_>, error: &io::Error) -> Failure {
    failure(Code::Unreadable, item, &Refused::of(error).message())
}

fn failure(code: Code, item: &Item<'_>, message: &str) -> Failure {
    Failure::Problem(Problem::new(code, message).with_entry(item.file.path.as_str()))
}

fn unwritable(error: io::Error, path: &LibraryPath) -> Failure {
    if is_full(&error) || is_failing(&error) {
        return Failure::Drive(error);
    }
    let message = format!("it could not be written: {error}");
    Failure::Problem(Problem::new(Code::WriteFailed, message).with_entry(path.as_str()))
}
