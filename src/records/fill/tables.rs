//! The raw tables, of all exports that the library knows, and then the tables for people that are made of them.

use std::collections::{HashMap, HashSet};
use std::io::BufReader;

use crate::category::outcome::problem_of;
use crate::category::recognise::Sort;
use crate::contents::{ContentId, ExportId};
use crate::problem::Code;
use crate::records::fill::{Reading, is_delivered};
use crate::records::raw::File;
use crate::records::typed;

pub fn fill(reading: &mut Reading<'_, '_>) -> rusqlite::Result<()> {
    let contents = reading.filling.contents;
    let surveys = &reading.filling.decided.tables.surveys;
    let ranks: HashMap<ExportId, usize> =
        contents.exports.ids().enumerate().map(|(rank, export)| (export, rank)).collect();
    let mut seen: HashSet<(ExportId, ContentId, &str)> = HashSet::new();
    let mut files = Vec::new();
    let mut of_files = Vec::new();
    for (id, entry) in contents.entries.pairs() {
        let Some((Sort::Table, content)) = is_delivered(entry) else { continue };
        let export = contents.export_of(entry);
        let Some(survey) = surveys.get(content, entry.name()) else { continue };
        // a copy beside it, or the same file zipped
        if !seen.insert((export, content, &survey.known.slug)) {
            continue;
        }
        let open = reading.open;
        of_files.push(id);
        files.push(File {
            export: &contents.exports[export].label,
            rank: ranks.get(&export).copied().unwrap_or_default(),
            entry: entry.inner(),
            survey,
            open: Box::new(move || Ok(Box::new(BufReader::new(open.open(content)?)))),
        });
    }
    let zone = reading.filling.decided.zone;
    let refused = reading.records.raw_tables(&files, zone)?;
    for refused in refused {
        let Some(id) = of_files.get(refused.file).filter(|id| contents.entries[**id].given) else { continue };
        reading.problems.push(problem_of(contents, *id, Code::BadRow, refused.why));
    }
    typed::fill(&reading.records, zone)
}
