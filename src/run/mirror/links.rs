//! Links that the owner made in the library, made in the mirror as they are. Nobody looks where they lead.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::error::{Error, is_failing, is_full};
use crate::library::drive::{probe_links, symlink};
use crate::library::staging::{Staging, sync_all};
use crate::mirror::carry::{Carrier, Failure};
use crate::mirror::folder::Folder;
use crate::mirror::memory::{Change, Line};
use crate::mirror::scan::Moment;
use crate::run::mirror::{Outcome, Work};

/// Makes the links that are pending.
///
/// # Errors
/// If the mirror's drive is full or fails.
pub fn make(
    carrier: &Carrier<'_>,
    staging: &Staging,
    work: &mut Work,
    folder: &mut Folder,
) -> Result<(), Error> {
    let pending = work.pending();
    if pending.is_empty() {
        return Ok(());
    }
    let can = probe_links(staging.library())?.symbolic;
    let mut paths: Vec<PathBuf> = Vec::new();
    let mut changes: Vec<Change> = Vec::new();
    for (number, _) in pending {
        let file = &work.files[number];
        let (place, way) = carrier.target(file);
        let made = fs::read_link(carrier.source(file)).map_err(Failure::Unread).and_then(|leads| {
            let line = line(&leads);
            let before = folder.memory.at(&file.path).copied();
            let outcome =
                one(folder, &leads, &place, &way, before.as_ref(), can).map_err(Failure::Unwritten)?;
            let is_ours = matches!(outcome, Outcome::There | Outcome::Brought);
            if is_ours && before != Some(line) {
                changes.push((file.path.clone(), Some(line)));
            }
            Ok(outcome)
        });
        work.outcomes[number] = match made {
            Err(Failure::Unwritten(error)) if is_full(&error) || is_failing(&error) => {
                return Err(Error::io("write to", carrier.mirror)(error));
            }
            Err(failure) => Outcome::Failed(failure),
            Ok(Outcome::Brought) => {
                paths.push(place);
                Outcome::Brought
            }
            Ok(outcome) => outcome,
        };
    }
    if !paths.is_empty() {
        sync_all(carrier.mirror, &paths)?;
    }
    folder.learn(changes)
}

fn one(
    folder: &mut Folder,
    leads: &Path,
    place: &Path,
    way: &Path,
    before: Option<&Line>,
    can: bool,
) -> io::Result<Outcome> {
    match fs::read_link(place) {
        Ok(standing) if standing == leads => return Ok(Outcome::There),
        // it led elsewhere in the library too, and nobody changed it here
        Ok(standing) if before == Some(&line(&standing)) => fs::remove_file(place)?,
        Ok(_) => return Ok(Outcome::Taken),
        Err(_) if fs::symlink_metadata(place).is_ok() => return Ok(Outcome::Taken),
        Err(_) if !can => return Ok(Outcome::NoLinks),
        Err(_) => {}
    }
    folder.make_folder_of(way)?;
    symlink(leads, place)?;
    Ok(Outcome::Brought)
}

/// What is remembered of a link: where it leads.
fn line(leads: &Path) -> Line {
    let text = leads.as_os_str().as_encoded_bytes();
    let (modified, here) = (Moment::default(), Moment::default());
    Line { size: text.len() as u64, modified, here, blake3: blake3::hash(text) }
}
