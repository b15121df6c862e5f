//! `check`: reads the inputs as an import does, without a library, and writes nothing but temporary files
//! without a name.
//!
//! Warnings about albums and dates are left out. They concern a library; a check asks whether the download is
//! complete and undamaged.

use std::iter;
use std::time::Instant;

use chrono_tz::Tz;

use crate::category::photos::{counts, matched};
use crate::category::{Choices, others};
use crate::contents::ContentSet;
use crate::error::Error;
use crate::problem::{Code, Problem};
use crate::progress::Phase;
use crate::run::import::{Run, discover};
use crate::stage::discover::Inputs;
use crate::stage::ingest::ingest;
use crate::stage::report::{self, Check, CheckedMedia, ExportReport};
use crate::stage::shelf::Shelf;
use crate::structure::{self, Structure};

/// Reads everything and writes nothing: is the download complete and undamaged?
///
/// # Errors
/// What stops a run: see [`Error`].
pub fn check(run: &Run<'_>) -> Result<Check, Error> {
    read_through(run).map(|(check, _)| check)
}

/// Checks, and says what everything looks like without a single value of it.
///
/// # Errors
/// As for [`check`].
pub fn structure(run: &Run<'_>) -> Result<(Check, Structure), Error> {
    let (check, inputs) = read_through(run)?;
    let shelf = Shelf::new(&inputs.contents, &inputs.sources, iter::empty(), None);
    let mut structure = structure::of(&inputs.contents, &shelf, &check.exports, &check.problems);
    structure.left_alone = check.left_alone.names.len() as u64;
    Ok((check, structure))
}

/// What a check finds, and the inputs for whoever has more to ask.
fn read_through(run: &Run<'_>) -> Result<(Check, Inputs), Error> {
    let started = Instant::now();
    let mut inputs = discover(run, None)?;
    let held = ContentSet::default();
    let tally = ingest(&mut inputs, &run.reading(None, &held), &mut |_, _| Ok(()))?;
    run.watch.progress.begin(Phase::Match, 0, 0);
    let choices = Choices::default();
    let heard = others::hear(
        &inputs.contents,
        &Shelf::new(&inputs.contents, &inputs.sources, std::iter::empty(), None),
        ContentSet::default(),
        &choices,
    );
    let others = others::decide(&inputs.contents, &heard, &choices);
    let matched = matched(&inputs.contents, &inputs.heard.photos, Tz::UTC);
    let (exports, missing_parts) = report::exports(&inputs);
    let media = counts::media(&inputs.contents, &matched, &|_| true);
    let (entries, sizes) = report::count_checked(&inputs);
    let mut problems = inputs.problems.clone();
    problems.extend(tally.problems);
    problems.extend(missing_parts);
    problems.extend(others.problems().cloned());
    problems.extend(matched.problems.iter().filter(|p| concerns_check(p)).cloned());
    problems.sort();
    let check = Check {
        windfall: report::version(),
        entries,
        sizes,
        rows: counts::rows(&inputs.contents, &inputs.heard.photos),
        media: CheckedMedia {
            proved: media.proved,
            unproved: media.unproved,
            listed_but_missing: matched.missing as u64,
        },
        categories: others.counts(),
        complete: is_complete(&exports, &problems),
        exports,
        left_alone: inputs.left_alone.clone(),
        problems,
        elapsed_seconds: started.elapsed().as_secs_f64(),
    };
    Ok((check, inputs))
}

/// Whether anybody can say that all is here, and it is.
fn is_complete(exports: &[ExportReport], problems: &[Problem]) -> bool {
    !report::has_errors(problems)
        && exports.iter().all(|export| export.parts_expected.is_some())
        && problems.iter().all(|problem| problem.code != Code::NoDetails)
}

fn concerns_check(problem: &Problem) -> bool {
    !matches!(problem.code, Code::Undated | Code::AmbiguousAlbumEntry | Code::UnresolvedAlbumEntry)
}
