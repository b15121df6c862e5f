//! A library opened for an import: its catalog loaded, an interrupted run finished, its folder surveyed.

use std::path::Path;

use chrono::Utc;

use crate::contents::Contents;
use crate::error::Error;
use crate::library::catalog::{Catalog, Delivered, Recorded, Remembered};
use crate::library::record::{Area, FileRecord, Placement};
use crate::library::staging::Staging;
use crate::library::tree::{self, Tree};
use crate::run::import::Run;
use crate::stage::place::{Placing, has_bytes, place, relink};
use crate::stage::survey::Before;
use crate::threads;

/// What a run begins with.
pub(super) struct Opened {
    pub(super) delivered: Delivered,
    pub(super) before: Before,
    pub(super) staging: Staging,
}

/// Opens a library. `tree` is what stands in it, if it has been walked already.
pub(super) fn open(
    run: &Run<'_>,
    library: &Path,
    catalog: &mut Catalog,
    tree: Option<Tree>,
) -> Result<Opened, Error> {
    let walk = || tree.map_or_else(|| Tree::walk(library), Ok);
    let (known, tree) = threads::beside(|| catalog.load(), walk);
    let (mut known, mut tree) = (known?, tree?);
    let staging = Staging::open(library, &known.staged())?;
    if !known.recorded.plan.is_empty() {
        finish(run, library, &staging, catalog, &known)?;
        (known, tree) = (catalog.load()?, Tree::walk(library)?);
    }
    let Remembered { delivered, recorded } = known;
    let mut before = Before::new(library, tree, recorded, &delivered.contents, &staging.waiting());
    if !before.moved.is_empty() {
        catalog.record_moved(&before.moved)?;
    }
    let settled = before.settle_lost();
    if !settled.superseded.is_empty() {
        catalog.record_superseded(&settled.superseded)?;
    }
    for path in &settled.edits {
        run.watch.progress.note(&format!("the edit of `{path}` is gone; the original takes its place again"));
    }
    relink(library, &staging, &before.derived)?;
    if !before.sound_again.is_empty() {
        catalog.record_sound(Utc::now(), &before.sound_again)?;
    }
    Ok(Opened { delivered, before, staging })
}

/// Finishes what an interrupted run had planned. The bytes are in staging, or at their final paths already.
fn finish(
    run: &Run<'_>,
    library: &Path,
    staging: &Staging,
    catalog: &mut Catalog,
    known: &Remembered,
) -> Result<(), Error> {
    let Remembered { delivered: Delivered { contents, ids, .. }, recorded: Recorded { files, plan, .. } } =
        known;
    let held = files.values().map(|f| (contents.distinct[f.content].blake3, f.path.clone())).collect();
    let placing = Placing { library, staging, held: &held, watch: run.watch };
    // whatever cannot be placed any more will be planned anew from its inputs
    place(&placing, plan, contents, &describe, catalog, ids)?;
    catalog.clear_plan()
}

/// The same for a dry run: what an import would finish first stands, as far as its bytes are at hand.
pub(super) fn foresee(library: &Path, plan: &[Placement], contents: &Contents, before: &mut Before) {
    let at_hand = before.at_hand();
    let (free, occupied): (Vec<_>, Vec<_>) =
        plan.iter().partition(|placement| tree::stat(&placement.path.to_path(library)).is_none());
    let is_placed = |placement: &&Placement| {
        has_bytes(&placement.path.to_path(library), &contents.distinct[placement.content])
    };
    before.now_stand(occupied.into_iter().filter(is_placed).map(describe).collect());
    let can_be_placed = |placement: &&Placement| at_hand.contains(placement.content);
    before.will_stand(free.into_iter().filter(can_be_placed).map(describe).collect());
}

/// The record of a file that an interrupted run had planned.
fn describe(placement: &Placement) -> FileRecord {
    let Placement { path, area, content, modified, .. } = placement.clone();
    // until a run has ended, nothing else tells which time a file was given, and its date may be corrected
    let modified = modified.filter(|_| area != Area::Details);
    // a record that the path has already is of other bytes
    FileRecord { modified, ..FileRecord::plain(path, area, content) }
}
