//! What is still known of a library whose catalog is made anew: by the old one, if it can be read at all, and by the
//! tables that stand beside it.

use std::collections::{BTreeMap, HashSet};
use std::path::Path;

use crate::apple::fingerprint::Fingerprint;
use crate::category::photos::lists::List;
use crate::category::photos::lists::details::{Checksum, Row};
use crate::error::Error;
use crate::library::catalog::{Catalog, ForgottenRecord, KeptEdit, Remembered};
use crate::library::choices;
use crate::library::choices::settings::Kept;
use crate::library::layout;
use crate::library::path::LibraryPath;
use crate::library::settings::{AlbumForm, RememberedSettings, Settings, Word, name};
use crate::problem::{Code, Problem, amount};
use crate::run::forget::edited;
use crate::run::moves;
use crate::run::rebuild::sorted::area_of;
use crate::run::verify::on_drive::{OnDrive, Reread};
use crate::run::verify::{VerifyRun, catalog};

/// Ends what an interrupted run had begun to move, as long as the old catalog tells what: the new one will not.
///
/// # Errors
/// If the drive is full or gone, or the owner interrupts.
pub fn end_moves(run: &VerifyRun<'_>) -> Result<(), Error> {
    let moving = moves::Run { library: run.library, jobs: run.jobs, watch: run.watch };
    let end = || match catalog::open(run.library)?.unfinished_moves()?.is_empty() {
        true => Ok(()),
        false => moves::finish(&moving, &mut Catalog::open(run.library)?),
    };
    match end() {
        // that is what it is made anew for
        Err(Error::Catalog { .. } | Error::NotALibrary(_)) => Ok(()),
        ended => ended,
    }
}

/// What the old catalog still tells.
pub struct Old {
    /// Its rows.
    pub known: Remembered,
    /// What the owner chose, as the catalog or the tables beside it say.
    pub settings: RememberedSettings,
    /// How many of them cannot be read any more.
    lost: usize,
    /// What was left out on purpose.
    pub forgotten: Vec<ForgottenRecord>,
    /// Edits that the tables tell of.
    edits: Vec<KeptEdit>,
}

impl Old {
    /// Reads it, if it can be, and the tables.
    ///
    /// # Errors
    /// If it is one of a newer version.
    pub fn read(library: &Path, on_drive: &OnDrive) -> Result<Self, Error> {
        let (known, settings, told) = match catalog::open(library) {
            Ok(catalog) => (
                catalog.load().unwrap_or_default(),
                catalog.settings().unwrap_or_default(),
                catalog.all_forgotten().unwrap_or_default(),
            ),
            Err(newer @ Error::CatalogNewer { .. }) => return Err(newer),
            Err(_) => Default::default(),
        };
        let Kept { settings: beside, lost } = choices::settings::kept(library);
        // what the catalog says is newer
        let lost = if settings.iter().next().is_some() { 0 } else { lost };
        let lists = has_lists(on_drive).then_some((name::ALBUMS, AlbumForm::List.as_str()));
        let all = lists.into_iter().chain(beside.iter()).chain(settings.iter());
        let settings = all.map(|(name, text)| (name.to_owned(), text.to_owned())).collect();
        let mut forgotten = choices::forgotten::kept(library);
        let is_told = |kept: &ForgottenRecord| told.iter().any(|told| told.bytes == kept.bytes);
        forgotten.retain(|kept| !is_told(kept));
        forgotten.extend(told.iter().cloned());
        forgotten.iter_mut().for_each(|file| learn(library, file));
        Ok(Old { known, settings, lost, forgotten, edits: choices::edits::kept(library) })
    }

    /// What the owner should know of settings that are lost.
    pub fn damage(&self) -> Option<Problem> {
        let message = format!(
            "{} of what was chosen for this library cannot be read, and the usual holds instead: give the options of \
             your imports once more with the next one",
            amount::counted(self.lost as u64, "line", "lines")
        );
        let place = format!("{}/{}", layout::INTERNAL, layout::DETAILS);
        let problem = Problem::new(Code::CatalogDamaged, message).with_entry(place).as_warning();
        (self.lost > 0).then_some(problem)
    }

    /// Takes the lines out of Apple's lists that speak of what was left out on purpose: nobody misses that.
    pub fn silence(&self, reread: &mut Reread) {
        let stands: HashSet<blake3::Hash> = reread.contents.distinct.iter().map(|c| c.blake3).collect();
        let gone = self.forgotten.iter().filter(|file| !stands.contains(&file.bytes.content.blake3));
        let gone: HashSet<Fingerprint> = gone.filter_map(|file| file.said.fingerprint).collect();
        let is_of =
            |row: &Row| matches!(&row.checksum, Checksum::Fingerprint(stated) if gone.contains(stated));
        for list in reread.heard.photos.lists.values_mut() {
            if let List::Rows(details) = list {
                details.rows.retain(|row| !is_of(row));
            }
        }
    }

    /// The edits that their owner kept and that stand there still.
    pub fn edits(&self, reread: &Reread) -> Vec<KeptEdit> {
        let Remembered { delivered, recorded } = &self.known;
        let known = recorded.files.values().filter_map(|record| {
            let original = *record.original.as_deref()?;
            Some(KeptEdit {
                path: record.path.clone(),
                blake3: delivered.contents.distinct[record.content].blake3,
                original: delivered.contents.distinct[original].clone(),
                said: delivered.heard.photos.said[original].clone(),
            })
        });
        // what the catalog says is newer
        let all = self.edits.iter().cloned().chain(known);
        let all: BTreeMap<LibraryPath, KeptEdit> = all.map(|edit| (edit.path.clone(), edit)).collect();
        let stands =
            |edit: &KeptEdit| reread.content(&edit.path).is_some_and(|found| found.blake3 == edit.blake3);
        all.into_values().filter(stands).collect()
    }
}

/// Learns what forgotten bytes say of themselves, where they are kept.
fn learn(library: &Path, file: &mut ForgottenRecord) {
    let Some(kept) = &file.bytes.kept else { return };
    match edited::look(&kept.to_path(library), area_of(&file.bytes.path)) {
        Ok(seen) if seen.content == file.bytes.content => file.said = seen.said,
        _ => {}
    }
}

/// Whether albums stand as lists, which no table says.
fn has_lists(on_drive: &OnDrive) -> bool {
    let is_list = |path: &LibraryPath| {
        path.as_str().strip_prefix(layout::ALBUMS).is_some_and(|rest| rest.starts_with('/'))
            && path.as_str().ends_with(".m3u8")
    };
    on_drive.files.keys().any(is_list)
}

/// Settings for the new catalog: those that were chosen, and of the old ones the others.
pub fn remembered(old: &Old, settings: &Settings) -> RememberedSettings {
    let (old, chosen) = (&old.settings, settings.remembered());
    let all = old.iter().chain(chosen.iter()).map(|(name, text)| (name.to_owned(), text.to_owned()));
    // that of the new catalog is its own
    all.filter(|(name, _)| name != "schema_version").collect()
}
