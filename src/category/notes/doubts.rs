//! What is wrong or uncertain about notes, said only of what these inputs hold.
//!
//! Where a part of an export is missing, nobody can tell what is in it: its notes are missed under that part.

use std::collections::{BTreeMap, BTreeSet};

use crate::apple::sheet::{Fault, Sheet};
use crate::category::notes::decide::{Heard, Version};
use crate::category::notes::note::{Note, Placing};
use crate::category::notes::rows::{Group, Matched};
use crate::category::notes::tally::{Export, Tally};
use crate::category::outcome::problem_of;
use crate::category::photos::doubts::{Doubts, quoted};
use crate::category::recognise::Sort;
use crate::contents::{Contents, EntryId};
use crate::problem::amount::counted;
use crate::problem::{Code, Problem};

/// More lines or candidates than this are counted.
const MOST_NAMED: usize = 8;

/// More notes without a row than this are counted.
const MOST_UNLISTED: usize = 100;

/// What helps where something that Apple lists is nowhere.
const LOOK: &str = "see whether a part is missing or damaged; if not, look for it in Notes";

/// Everything that is wrong or uncertain.
pub fn problems(contents: &Contents, heard: &Heard, tally: &Tally<'_>) -> Vec<Problem> {
    let mut doubts = Doubts::default();
    let mut say = |entry: EntryId, code: Code, message: &dyn Fn() -> String| {
        doubts.add(code, || problem_of(contents, entry, code, message()));
    };
    for export in &tally.exports {
        bad_rows(heard, export, tally, &mut say);
        for group in &export.notes.matching.groups {
            ambiguous(export, group, tally, &mut say);
        }
        if export.delivery.is_whole {
            missing(export, &mut say);
            pointing_nowhere(export, tally, &mut say);
        }
    }
    for version in tally.notes.iter().filter_map(|versions| versions.first()) {
        let text =
            version.note.body.iter().flat_map(|body| version.delivery.entries(&body.path, body.content));
        let given = text.copied().find(|entry| tally.is_given(*entry));
        if let Some(entry) = given.filter(|_| version.note.is_unplaced() && version.delivery.is_whole) {
            say(entry, Code::AmbiguousRow, &|| unplaced(version.note));
        }
    }
    let mut problems = doubts.into_problems();
    problems.extend(unlisted(tally));
    problems
}

type Say<'s> = dyn FnMut(EntryId, Code, &dyn Fn() -> String) + 's;

fn bad_rows(heard: &Heard, export: &Export<'_>, tally: &Tally<'_>, say: &mut Say<'_>) {
    fn faults<R>(sheet: Option<&Sheet<R>>) -> (&[Fault], u64) {
        sheet.map_or((&[], 0), |sheet| (&sheet.faults, sheet.more_faults))
    }
    for (list, content, sort) in export.delivery.lists.iter().filter(|(list, ..)| tally.is_given(*list)) {
        let (faults, more) = match sort {
            Sort::NoteList => faults(heard.details.get(content)),
            Sort::SharedNoteList => faults(heard.shared.get(content)),
            _ => faults(heard.subscribed.get(content)),
        };
        for fault in faults {
            say(*list, Code::BadRow, &|| format!("line {}: {}", fault.line, fault.message));
        }
        if more > 0 {
            say(*list, Code::BadRow, &|| {
                format!("{more} more lines that cannot be read in full are not named here")
            });
        }
    }
}

/// Rows and notes that only a title joins, unless the rows all say the same and there is one for each note.
fn ambiguous(export: &Export<'_>, group: &Group, tally: &Tally<'_>, say: &mut Say<'_>) {
    let rows = &export.delivery.details;
    let Some((first, list)) = group.rows.first().and_then(|row| rows.get(*row)) else { return };
    let says_the_same =
        |row: &usize| rows.get(*row).is_some_and(|(row, _)| row.unplaced() == first.unplaced());
    let is_certain = group.rows.len() >= group.notes.len() && group.rows.iter().all(says_the_same);
    if is_certain || !tally.is_given(list) {
        return;
    }
    say(list, Code::AmbiguousRow, &|| {
        let sources: BTreeSet<&str> =
            group.notes.iter().filter_map(|note| export.note(*note)).map(Note::source).collect();
        let candidates: Vec<String> = sources.into_iter().map(quoted).collect();
        format!(
            "{}: {} could mean {}; no date was guessed",
            lines(export, group),
            quoted(&first.title),
            few(&candidates, " or ")
        )
    });
}

/// `line 2`, `lines 2, 3 and 4`.
fn lines(export: &Export<'_>, group: &Group) -> String {
    let rows = group.rows.iter().filter_map(|row| export.delivery.details.get(*row));
    let lines: Vec<String> = rows.map(|(row, _)| row.line.to_string()).collect();
    format!("{} {}", if lines.len() == 1 { "line" } else { "lines" }, few(&lines, " and "))
}

/// The first few of them, and how many more there are.
fn few(all: &[String], last: &str) -> String {
    let (shown, more) = all.split_at(all.len().min(MOST_NAMED));
    let mut shown = shown.to_vec();
    if !more.is_empty() {
        shown.push(format!("{} more", more.len()));
    }
    match shown.split_last() {
        Some((end, begin)) if !begin.is_empty() => format!("{}{last}{end}", begin.join(", ")),
        _ => shown.concat(),
    }
}

/// Rows whose note is nowhere. A drawing may have neither text nor files, and what arrived damaged is named already.
fn missing(export: &Export<'_>, say: &mut Say<'_>) {
    let delivery = export.delivery;
    let groups: BTreeMap<usize, &Group> = export
        .notes
        .matching
        .groups
        .iter()
        .flat_map(|group| group.rows.iter().skip(group.notes.len()).map(move |row| (*row, group)))
        .collect();
    let mut surplus: BTreeMap<usize, (&Group, usize)> = BTreeMap::new();
    for &index in &export.missing {
        let Some((row, list)) = delivery.details.get(index) else { continue };
        if row.drawing == Some(true) || delivery.is_damaged(&row.title) {
            continue;
        }
        if let Some((group, first)) =
            groups.get(&index).and_then(|group| Some((*group, *group.rows.first()?)))
        {
            surplus.entry(first).or_insert((group, 0)).1 += 1;
            continue;
        }
        say(list, Code::MissingItem, &|| {
            let title = quoted(&row.title);
            format!("line {}: the note {title} is listed, but it is in none of the parts; {LOOK}", row.line)
        });
    }
    for (first, (group, missing)) in surplus {
        let Some((row, list)) = delivery.details.get(first) else { continue };
        say(list, Code::MissingItem, &|| {
            let (title, listed) = (quoted(&row.title), group.rows.len());
            let (lines, are) = (lines(export, group), if missing == 1 { "is" } else { "are" });
            format!(
                "{lines}: {missing} of the {listed} notes called {title} {are} in none of the parts; {LOOK}"
            )
        });
    }
}

/// Rows of the lists of shared notes that name no note.
fn pointing_nowhere(export: &Export<'_>, tally: &Tally<'_>, say: &mut Say<'_>) {
    let mut by_list: BTreeMap<EntryId, Vec<String>> = BTreeMap::new();
    let rows = export.notes.pointing_nowhere.iter().filter_map(|row| export.delivery.shared.get(*row));
    for (row, list) in rows.filter(|(_, list)| tally.is_given(*list)) {
        by_list.entry(list).or_default().push(format!("{} (line {})", quoted(&row.path), row.line));
    }
    for (list, named) in by_list {
        say(list, Code::UnlistedItem, &|| {
            let notes = counted(named.len() as u64, "shared note", "shared notes");
            let (is, it) = if named.len() == 1 { ("is", "it") } else { ("are", "them") };
            format!(
                "{notes} {is} named by a path where no note lies, so nothing is known of {it} but the people: {}",
                few(&named, " and ")
            )
        });
    }
}

/// Why the files of a note are at its end.
fn unplaced(note: &Note) -> String {
    let objects = note.body.as_ref().map_or(0, |body| body.gist.objects) as u64;
    let number = note.attachments.len() as u64;
    let (places, files) = (counted(objects, "place", "places"), counted(number, "file", "files"));
    let (belongs, they) = if number == 1 { ("belongs", "it is") } else { ("belong", "they are") };
    match (objects, number, note.placing) {
        (_, 0, _) => format!(
            "its text has {places} for pictures, files or tables, and Apple delivered none: what stood there is only in \
             Notes, and a mark shows where"
        ),
        (.., Placing::Shared) => format!(
            "nothing tells to which of the notes in this folder the {files} in it {belongs}: {they} linked at the end of \
             each"
        ),
        (0, ..) => format!("its text does not say where its {files} {belongs}: {they} linked at its end"),
        (..) => format!(
            "its text has {places} for pictures, files or tables, and Apple delivered {files}: nobody can tell what \
             belongs where, so marks show the places, and {they} linked at its end"
        ),
    }
}

/// Notes that are in no list, together.
fn unlisted(tally: &Tally<'_>) -> Option<Problem> {
    let mut names: Vec<String> = Vec::new();
    for versions in tally.notes {
        let is_listed = versions.iter().any(|version| version.note.matched != Matched::Nothing);
        let may_be = |version: &&Version<'_>| version.delivery.has_list() && tally.holds(version);
        if let Some(version) = versions.iter().find(may_be).filter(|_| !is_listed) {
            names.push(quoted(&version.note.home.below_area()));
        }
    }
    let number = names.len() as u64;
    if number == 0 {
        return None;
    }
    names.sort();
    let more = names.len().saturating_sub(MOST_UNLISTED);
    names.truncate(MOST_UNLISTED);
    if more > 0 {
        names.push(format!("{more} more"));
    }
    let (them, dates) = if number == 1 { ("it", "its dates") } else { ("them", "their dates") };
    let message = format!(
        "{} arrived whole and {} kept, but Apple's list does not name {them}, so nothing tells {dates}: {}",
        counted(number, "note", "notes"),
        if number == 1 { "is" } else { "are" },
        names.join(", ")
    );
    Some(Problem::new(Code::UnlistedItem, message))
}
