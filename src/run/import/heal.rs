//! An import heals: where its inputs brought the bytes of a damaged file, these take their place again.
//!
//! It comes before anything is planned, so that a healed file is planned for as one that always stood. A file that
//! somebody changed is never replaced.

use std::collections::HashSet;
use std::path::Path;

use blake3::Hash;

use crate::contents::ContentSet;
use crate::error::Error;
use crate::library::catalog::Catalog;
use crate::library::given::Given;
use crate::library::record::FileRecord;
use crate::library::staging::Staging;
use crate::run::import::Run;
use crate::run::import::read::Read;
use crate::stage::place::{Healing, Placing, mend};
use crate::stage::survey::Before;

/// Heals what can be healed.
///
/// # Errors
/// If the drive is full or gone, or the catalog refuses.
pub(super) fn heal(
    run: &Run<'_>,
    library: &Path,
    mut read: Read,
    staging: &Staging,
    catalog: &mut Catalog,
) -> Result<Read, Error> {
    if read.before.damaged.is_empty() {
        return Ok(read);
    }
    let contents = &read.inputs.contents;
    let held = read.before.paths_by_hash(contents);
    let waiting = staging.waiting();
    let is_at_hand = |hash: &Hash| waiting.contains(hash) || held.contains_key(hash);
    let (curable, others): (Vec<_>, Vec<_>) = std::mem::take(&mut read.before.damaged)
        .into_iter()
        .partition(|record| is_at_hand(&contents.distinct[record.content].blake3));
    read.before.damaged = others;
    let given = Given::of(contents, curable.iter());
    let healing = |record: FileRecord| Healing { modified: given.time(&record), record };
    let healings: Vec<Healing> = curable.into_iter().map(healing).collect();
    let placing = Placing { library, staging, held: &held, watch: run.watch };
    let mended = mend(&placing, &healings, contents, &read.before.derived, catalog, &read.inputs.ids)?;
    for record in &mended.whole {
        let bad = mended.aside.get(&record.path).map(|to| format!("; the bad ones are kept as `{to}`"));
        run.watch.progress.note(&format!(
            "healed `{}`, whose bytes were damaged{}",
            record.path,
            bad.unwrap_or_default()
        ));
    }
    let whole: HashSet<_> = mended.whole.iter().map(|record| record.path.clone()).collect();
    let failed =
        healings.into_iter().map(|healing| healing.record).filter(|record| !whole.contains(&record.path));
    read.before.damaged.extend(failed);
    read.tally.problems.extend(mended.problems);
    read.before.cured(mended.whole);
    Ok(read)
}

/// The same for a dry run, which says what would be healed.
pub(super) fn foresee(mut read: Read) -> Read {
    let entries = read.inputs.contents.entries.iter().filter(|entry| entry.given);
    let mut at_hand: ContentSet = entries.filter_map(|entry| entry.content()).collect();
    read.before.safe.contents().for_each(|content| _ = at_hand.add(content));
    let (curable, others) = std::mem::take(&mut read.before.damaged)
        .into_iter()
        .partition(|record| at_hand.contains(record.content));
    read.before.damaged = others;
    read.before.cured(curable);
    read
}

impl Before {
    /// These stand now as they should.
    fn cured(&mut self, records: Vec<FileRecord>) {
        self.healed.extend(records.iter().map(|record| record.path.clone()));
        self.healed.sort();
        self.now_stand(records);
    }
}
