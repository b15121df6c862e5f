//! The reading of a run: all new bytes, once, into staging and the catalog, and what the lists say.

use std::collections::{BTreeMap, HashSet};
use std::path::Path;

use crate::category::{Choices, others};
use crate::contents::{ArchiveId, Class, ContentSet, Entry};
use crate::error::Error;
use crate::library::catalog::{Catalog, Ids};
use crate::library::record::{Area, Novelty, ReadEntry};
use crate::library::staging::Staging;
use crate::run::import::Run;
use crate::run::import::discover::Discovered;
use crate::run::import::read_through::{Leaving, take_out};
use crate::stage::discover::Inputs;
use crate::stage::ingest::{Tally, ingest, read_kept_lists};
use crate::stage::shelf::Shelf;
use crate::stage::survey::Before;

/// Everything that is known once all bytes are read.
pub(super) struct Read {
    pub(super) inputs: Inputs,
    pub(super) before: Before,
    pub(super) tally: Tally,
    /// Archives that an earlier version kept, and that were read through.
    pub(super) leaving: Vec<Leaving>,
}

/// Reads into staging, and records in the catalog what is durable.
pub(super) fn read(
    run: &Run<'_>,
    library: &Path,
    Discovered { mut inputs, before, .. }: Discovered,
    staging: &Staging,
    catalog: &mut Catalog,
    choices: &Choices,
) -> Result<Read, Error> {
    let mut ids = std::mem::take(&mut inputs.ids);
    let twins = twins(&inputs, &ids);
    catalog.record_archives(&inputs.contents, &mut ids)?;
    catalog.record_read(&inputs.contents, &twins, &mut ids)?;
    let at_hand = before.at_hand();
    let reading = run.reading(Some(staging), &at_hand);
    let tally =
        ingest(&mut inputs, &reading, &mut |contents, batch| catalog.record_read(contents, batch, &mut ids))?;
    catalog.record_complete(&complete(&inputs, &ids))?;
    read_kept_lists(&mut inputs, &before, library);
    hear_others(&mut inputs, &before, library, choices);
    // nothing more is read: central directories and the catalog's cache make room for the match
    inputs.sources.clear();
    catalog.shrink()?;
    let stand_ins = inputs.contents.drop_stand_ins();
    catalog.forget_entries(&stand_ins, &ids)?;
    inputs.ids = ids;
    let leaving = take_out(&mut inputs, &before, library);
    Ok(Read { inputs, before, tally, leaving })
}

/// Reads for a dry run: no bytes are kept, and nothing is recorded.
pub(super) fn read_only(
    run: &Run<'_>,
    library: &Path,
    Discovered { mut inputs, before, .. }: Discovered,
    choices: &Choices,
) -> Result<Read, Error> {
    let tally = ingest(&mut inputs, &run.reading(None, &before.at_hand()), &mut |_, _| Ok(()))?;
    read_kept_lists(&mut inputs, &before, library);
    hear_others(&mut inputs, &before, library, choices);
    inputs.contents.drop_stand_ins();
    let leaving = take_out(&mut inputs, &before, library);
    Ok(Read { inputs, before, tally, leaving })
}

/// Asks what the lists and texts of all categories but photos say.
fn hear_others(inputs: &mut Inputs, before: &Before, library: &Path, choices: &Choices) {
    let kept = before.readable().map(|record| (record.content, record.path.to_path(library)));
    let shelf = Shelf::new(&inputs.contents, &inputs.sources, kept, Some(library));
    let proved = before.files.values().filter(|record| record.area == Area::Other && record.proved);
    let proved: ContentSet = proved.map(|record| *record.delivered()).collect();
    let heard = others::hear(&inputs.contents, &shelf, proved, choices);
    inputs.heard.others = heard;
}

/// Entries of a renamed copy of a known archive, which are known without being read but not on record yet.
fn twins(inputs: &Inputs, ids: &Ids) -> Vec<ReadEntry> {
    let new =
        inputs.contents.entries.pairs().filter(|(_, e)| e.given && !ids.archives.contains_key(&e.archive));
    new.filter_map(|(entry, e)| Some(ReadEntry { entry, content: e.content()?, novelty: Novelty::Already }))
        .collect()
}

/// Sound archives of which every entry was read, by their identity in the catalog.
fn complete(inputs: &Inputs, ids: &Ids) -> Vec<i64> {
    let contents = &inputs.contents;
    let damaged: HashSet<&str> = inputs.problems.iter().filter_map(|p| p.archive.as_deref()).collect();
    let mut whole: BTreeMap<ArchiveId, bool> = BTreeMap::new();
    let counts = |e: &&Entry| e.given && (!e.class.is_left_out() || e.class == Class::Excluded);
    for entry in contents.entries.iter().filter(counts) {
        *whole.entry(entry.archive).or_insert(true) &= entry.content().is_some();
    }
    let whole = whole
        .into_iter()
        .filter(|&(archive, whole)| whole && !damaged.contains(contents.archives[archive].name.as_str()));
    whole.filter_map(|(archive, _)| ids.archives.get(&archive).copied()).collect()
}
