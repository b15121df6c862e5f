//! Match and plan, called one after the other, and what the library's owner should know about the outcome.
//! Nothing is changed.
//!
//! While the match runs, the library is surveyed for the plan: foreign files must be read for that, and
//! neither needs the other.

use std::path::Path;

use crate::category::outcome::Wishes;
use crate::category::photos::{Matched, counts, matched};
use crate::category::{self, Assets, others};
use crate::contents::ContentSet;
use crate::library::drive::Links;
use crate::library::record::Area;
use crate::library::settings::{AlbumForm, Settings};
use crate::problem::{Code, Problem, remedy};
use crate::progress::Phase;
use crate::run::import::Run;
use crate::run::import::read::Read;
use crate::run::import::read_through::Leaving;
use crate::stage::discover::Inputs;
use crate::stage::ingest::Tally;
use crate::stage::plan::records::Records;
use crate::stage::plan::{Plan, fitting, plan};
use crate::stage::survey::{self, Before};
use crate::threads;

/// What match and plan decided about everything that was read.
pub(super) struct Decided {
    pub(super) inputs: Inputs,
    pub(super) before: Before,
    pub(super) tally: Tally,
    /// How many rows the details in this run's inputs have.
    pub(super) rows: u64,
    pub(super) matched: Matched,
    /// What all other categories come to, and where their files are to stand.
    pub(super) others: others::Decided,
    pub(super) wishes: Wishes,
    pub(super) plan: Plan,
    /// Files that stand where the rules of an earlier day put them.
    pub(super) to_arrange: u64,
    pub(super) problems: Vec<Problem>,
    /// Archives that an earlier version kept, and that were read through.
    pub(super) leaving: Vec<Leaving>,
}

/// Calls match and plan, and names what the owner did to the library.
pub(super) fn decide(
    run: &Run<'_>,
    library: &Path,
    Read { mut inputs, before, tally, leaving }: Read,
    settings: &Settings,
    links: Links,
) -> Decided {
    run.watch.progress.begin(Phase::Match, 0, 0);
    let (contents, heard) = (&inputs.contents, &inputs.heard.photos);
    let held = || {
        let given = contents.entries.iter().filter(|e| e.given).filter_map(|e| e.content());
        let wanted: ContentSet = given.filter(|&c| !before.standing.contains(c)).collect();
        survey::held(library, &before, contents, &wanted, links)
    };
    let matched = || matched(contents, heard, settings.zone);
    let (mut matched, held) = threads::beside(matched, held);
    let mut problems = std::mem::take(&mut matched.problems);
    // nobody needs the rows any more, and they take as much room as the plan will
    let rows = counts::rows(contents, heard);
    inputs.heard.photos.lists.clear();
    let mut others = others::decide(&inputs.contents, &inputs.heard.others, &settings.categories);
    inputs.heard.others.drive = Default::default();
    problems.extend(others.problems().cloned());
    let wishes = others.take_wishes();
    let assets = Assets::Photos(&matched, &inputs.heard.photos);
    let mut plan = plan(&inputs.contents, assets, &wishes, &held, settings);
    problems.append(&mut plan.problems);
    // what gets its path in this run gets it where it should stand
    let is_all_new = held.media.is_empty() && held.reserved.is_empty();
    let misplaced = || {
        let (contents, assets) = (&inputs.contents, Assets::Photos(&matched, &inputs.heard.photos));
        let records =
            Records::new(contents, &inputs.heard, &matched, &wishes, &plan, &before.files, settings.zone);
        let standing =
            |content| plan.paths.get(content).filter(|path| !before.owners.contains(*path)).cloned();
        let time = |asset: category::Asset<'_>| records.time(asset);
        fitting(contents, assets, &held, settings, &standing, &time).misplaced.len() as u64
    };
    let to_arrange = if is_all_new { 0 } else { misplaced() };
    problems.extend(lacking_links(library, &matched, settings, links));
    problems.extend(owners_changes(run, library, &before, &plan));
    Decided { inputs, before, tally, rows, matched, others, wishes, plan, to_arrange, problems, leaving }
}

fn lacking_links(library: &Path, matched: &Matched, settings: &Settings, links: Links) -> Option<Problem> {
    let wants_links = matches!(settings.albums, AlbumForm::Auto | AlbumForm::Symlink | AlbumForm::Hardlink);
    let lacks = if settings.albums == AlbumForm::Hardlink { !links.hard } else { !links.symbolic };
    (wants_links && lacks && !matched.albums.is_empty()).then(|| {
        let message = format!(
            "this drive cannot hold album folders without copying, so each album is an `.m3u8` list: look at albums in \
             the page that `windfall report` writes; `{}` makes folders of copies",
            remedy::albums_of_copies(library)
        );
        Problem::new(Code::LinksUnsupported, message)
    })
}

/// What the owner or the drive did to the library: changed files are left alone, damaged and missing ones get their
/// bytes back if that is possible.
fn owners_changes(run: &Run<'_>, library: &Path, before: &Before, plan: &Plan) -> Vec<Problem> {
    let mut problems = Vec::new();
    for record in &before.changed {
        let message = format!(
            "somebody changed this file since it was imported, and it was not touched; the original is beside it if these \
             zips have it; `{}` keeps the edit, `{}` takes it back ({})",
            remedy::keep_edit(library, record.path.as_str()),
            remedy::take_back_edit(library, record.path.as_str()),
            remedy::SOURCES,
        );
        problems.push(Problem::new(Code::ChangedFile, message).with_entry(record.path.as_str()));
    }
    for record in &before.damaged {
        let repair = remedy::repair(library);
        let message = match record.original {
            Some(_) => format!(
                "your edit of it is damaged, though nobody changed it: check the drive; `{repair}` puts the edit back \
                 where a second copy of the library has it, `{}` puts the original in its place",
                remedy::take_back_edit(library, record.path.as_str()),
            ),
            None => format!(
                "its bytes are not those that were imported, and these zips do not have it: check the drive, then use \
                 `{repair}`, {}",
                remedy::SOURCES,
            ),
        };
        problems.push(Problem::new(Code::DamagedFile, message).with_entry(record.path.as_str()));
    }
    for record in before.lost.iter().filter(|r| r.area != Area::Details) {
        if plan.placements.iter().any(|p| p.content == record.content) {
            run.watch.progress.note(&format!("restored `{}`, which was gone", record.path));
        } else {
            let message = format!(
                "the file is gone from the library, and these zips do not have it: import the one that does, or use `{}` ({})",
                remedy::repair(library),
                remedy::SOURCES,
            );
            problems.push(Problem::new(Code::MissingFile, message).with_entry(record.path.as_str()));
        }
    }
    problems
}
