//! What is to become of each file: decided by what is known, and where that is not enough, by its bytes.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io;
use std::path::Path;

use rayon::iter::{IntoParallelRefIterator, ParallelIterator};
use walkdir::WalkDir;

use crate::error::Error;
use crate::library::files::set_time;
use crate::library::layout;
use crate::mirror::carry::{Carrier, buffer};
use crate::mirror::decide::{Bytes, Decision, Here, Wanted, Worth, decide};
use crate::mirror::folder::Folder;
use crate::mirror::memory::{Change, Line};
use crate::mirror::scan::{Moment, Scan, Seen};
use crate::progress::Phase;
use crate::run::mirror::ending::Old;
use crate::run::mirror::{Outcome, Work};

/// What was read of a file.
struct Looked {
    number: usize,
    /// The mirror's; `None` if this program may not read it.
    here: Option<Bytes>,
    /// The library's, where nobody knows what its bytes should be.
    there: Option<blake3::Hash>,
}

/// Judges every file. Whatever turns out to be there is remembered.
///
/// # Errors
/// If the owner interrupts, or the mirror's drive refuses.
pub fn judge(
    carrier: &Carrier<'_>,
    mut files: Vec<Wanted>,
    here: &Scan,
    folder: &mut Folder,
    old: &Old,
) -> Result<Work, Error> {
    let first: Vec<Decision> = files.iter().map(|file| judged(file, here, folder, old, None)).collect();
    let doubtful: Vec<usize> = (0..files.len()).filter(|&number| first[number] == Decision::Look).collect();
    let bytes = doubtful.iter().map(|&number| files[number].size).sum();
    if !doubtful.is_empty() {
        carrier.watch.progress.begin(Phase::Verify, doubtful.len() as u64, bytes);
    }
    let look = |memory: &mut Vec<u8>, &number: &usize| look(carrier, &files[number], number, memory);
    let looked: Vec<Looked> = doubtful.par_iter().map_init(buffer, look).collect();
    if carrier.watch.is_cancelled() {
        return Err(Error::Interrupted);
    }
    let mut outcomes: Vec<Outcome> =
        first.into_iter().map(|decision| outcome(decision, Outcome::There)).collect();
    let mut changes: Vec<Change> = Vec::new();
    for Looked { number, here: bytes, there } in looked {
        let file = &mut files[number];
        file.blake3 = file.blake3.or(there);
        let decision = match bytes {
            Some(bytes) => judged(file, here, folder, old, Some(bytes)),
            None => Decision::Taken,
        };
        outcomes[number] = outcome(decision, Outcome::Read);
    }
    for (file, outcome) in files.iter_mut().zip(&outcomes) {
        if matches!(outcome, Outcome::There | Outcome::Read) {
            changes.extend(adopted(carrier, file, here, folder));
        }
    }
    folder.learn(changes)?;
    Ok(Work { files, outcomes })
}

fn judged(file: &Wanted, here: &Scan, folder: &Folder, old: &Old, bytes: Option<Bytes>) -> Decision {
    let seen = here.at(&file.path);
    if file.worth == Worth::Link {
        // nothing but its text tells what a link is, and that is compared when it is to be made
        return Decision::Bring;
    }
    let is_suspect = old.is_harmed(&file.path);
    decide(file, &Here { seen, line: folder.memory.at(&file.path), is_suspect, bytes })
}

fn outcome(decision: Decision, there: Outcome) -> Outcome {
    match decision {
        Decision::There | Decision::Adopt => there,
        Decision::Bring => Outcome::Pending(None),
        Decision::Renew(former) => Outcome::Pending(Some(former)),
        // a second look tells no more than the first
        Decision::Edited | Decision::Look => Outcome::Edited,
        Decision::Taken => Outcome::Taken,
    }
}

fn look(carrier: &Carrier<'_>, file: &Wanted, number: usize, memory: &mut [u8]) -> Looked {
    let (place, _) = carrier.target(file);
    let here = match File::open(place).and_then(|here| carrier.hash(here, memory)) {
        Ok(hash) => Some(Bytes::Are(hash)),
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => None,
        Err(_) => Some(Bytes::Unreadable),
    };
    let mut there = || File::open(carrier.source(file)).and_then(|there| carrier.hash(there, memory)).ok();
    let there = if file.blake3.is_none() { there() } else { None };
    carrier.watch.progress.bytes(file.size);
    carrier.watch.progress.file(&file.path);
    Looked { number, here, there }
}

/// Finds out the bytes of files that may wait in staging, where a run that was killed put them, so that they are not
/// swept.
pub fn recognise(carrier: &Carrier<'_>, work: &mut Work) {
    let staged = WalkDir::new(layout::staging(carrier.mirror)).min_depth(2).follow_links(false);
    let sizes: HashSet<u64> =
        staged.into_iter().flatten().filter_map(|file| Some(file.metadata().ok()?.len())).collect();
    if sizes.is_empty() {
        return;
    }
    for (number, _) in work.pending() {
        let file = &mut work.files[number];
        if file.blake3.is_none() && file.sound_source().is_some() && sizes.contains(&file.size) {
            let there = File::open(carrier.source(file));
            file.blake3 = there.and_then(|there| carrier.hash(there, &mut buffer())).ok();
        }
    }
}

/// Remembers a file that is there, and gives it the library's time if it has another.
fn adopted(carrier: &Carrier<'_>, file: &Wanted, here: &Scan, folder: &Folder) -> Option<Change> {
    let seen = here.at(&file.path)?;
    let line = folder.memory.at(&file.path);
    let modified = file.modified().or(line.map(|line| line.modified)).unwrap_or(seen.modified);
    let blake3 = file.blake3.or(line.map(|line| line.blake3))?;
    let is_known = |line: &Line| {
        line.blake3 == blake3
            && line.size == seen.size
            && line.modified.is_near(modified)
            && line.here.is_near(seen.modified)
    };
    if line.is_some_and(is_known) {
        return None;
    }
    let (place, _) = carrier.target(file);
    let here = give_time(&place, seen, modified);
    Some((file.path.clone(), Some(Line { size: seen.size, modified, here, blake3 })))
}

/// Gives a file this time, if its drive can hold it, and says which one it has then.
pub fn give_time(place: &Path, seen: Seen, modified: Moment) -> Moment {
    if seen.modified.is_near(modified) {
        return seen.modified;
    }
    set_time(place, Some(modified.time().into()));
    fs::symlink_metadata(place).map_or(seen.modified, |metadata| Moment::of(&metadata))
}
