//! Everything that comes as tables: their lines are counted, receipts and recordings have their places, and Apple's own
//! list of what was asked for says which categories lack.

mod asked;
pub mod delivered;
pub mod kind;
pub mod survey;

use std::collections::{BTreeMap, BTreeSet};
use std::io::BufReader;

pub use asked::{Asked, asked, category};

use crate::apple::text::split;
use crate::category::Wanted;
use crate::category::outcome::{Count, Hearing, Wished, Wishes, problem_of};
use crate::category::places::Places;
use crate::category::recognise::Sort;
use crate::category::tables::delivered::{Fault, Form};
use crate::category::tables::survey::{Survey, Surveyed, Surveys};
use crate::contents::{Category, ContentId, Contents, EntryId};
use crate::library::{layout, name};
use crate::problem::refusal::refused;
use crate::problem::{Code, Problem, amount};

/// What was read.
#[derive(Debug, Default)]
pub struct Heard {
    /// What there is in each table.
    pub surveys: Surveys,
    /// What each list of requests says.
    asked: BTreeMap<ContentId, Vec<Asked>>,
}

/// Reads every table once, and what was asked for.
pub fn hear(hearing: &mut Hearing<'_>) -> Heard {
    let contents = hearing.contents;
    let mut heard = Heard::default();
    for entry in contents.entries.iter().filter(|entry| Sort::of(entry) == Some(Sort::Table)) {
        let is_new = |content: &ContentId| heard.surveys.get(*content, entry.name()).is_none();
        let Some(content) = entry.content().filter(is_new) else { continue };
        let source = match hearing.open.open(content) {
            Ok(source) => source,
            Err(error) => {
                hearing.refuse(content, refused(&error));
                continue;
            }
        };
        match Survey::of(entry.name(), BufReader::new(source)) {
            Ok(Some(survey)) => heard.surveys.insert(content, entry.name(), survey),
            Ok(None) => {}
            Err(refusal) => {
                hearing.refuse(content, refusal);
                continue;
            }
        }
        if asked::is_list(entry.name())
            && let Some(bytes) = hearing.whole(content)
        {
            heard.asked.insert(content, asked(&bytes));
        }
    }
    heard
}

/// What the tables come to.
#[derive(Debug, Default)]
pub struct Decided {
    /// Of these inputs, if they hold any.
    pub count: Option<Count>,
    pub wishes: Wishes,
    pub problems: Vec<Problem>,
    /// What there is in each table.
    pub surveys: Surveys,
}

/// Decides for all exports together.
pub fn decide(contents: &Contents, heard: &Heard) -> Decided {
    let mut decided = Decided { surveys: heard.surveys.clone(), ..Decided::default() };
    let mut count = Count::of(Category::Records);
    let mut counted = BTreeSet::new();
    let mut places = Places::default();
    let mut has_any = false;
    for (id, entry) in contents.entries.pairs().filter(|(_, entry)| entry.category == Category::Records) {
        let Some(content) = entry.content() else { continue };
        has_any |= entry.given;
        let sort = Sort::of(entry);
        let folder = match sort {
            Some(Sort::Receipt) => places.folder(layout::PURCHASES, layout::RECEIPTS),
            Some(Sort::Recording) => layout::RECORDINGS.to_owned(),
            _ => {
                let survey = heard.surveys.get(content, entry.name()).filter(|_| sort == Some(Sort::Table));
                if let Some(survey) = survey.filter(|_| entry.given)
                    && counted.insert((survey.known.slug.clone(), content))
                {
                    count.items += survey.lines.rows;
                    decided.problems.extend(bad_rows(contents, id, survey));
                }
                continue;
            }
        };
        let (stem, extension) = split(entry.name());
        let path = format!("{folder}/{}", name::with_suffix(stem, extension, 1));
        if entry.given && counted.insert((path.clone(), content)) {
            count.files += 1;
        }
        decided.wishes.insert(id, Wished::at(path));
    }
    decided.count = has_any.then_some(count);
    decided
}

/// What is said of a table with lines that are no rows.
fn bad_rows(contents: &Contents, id: EntryId, survey: &Survey) -> Option<Problem> {
    if survey.parts.iter().any(Surveyed::is_too_wide) {
        let message = "a table of it has more columns than a table of a database may have; it is kept in \
                       `.windfall/details` alone";
        return Some(problem_of(contents, id, Code::BadRow, message));
    }
    let first = survey.first_bad.filter(|_| survey.lines.bad > 0);
    let message = match (first, survey.fault) {
        (Some(line), _) => {
            let place = if matches!(survey.form, Form::Text(_)) { "line" } else { "item" };
            let lines = amount::counted(survey.lines.bad, "line is no row", "lines are no rows");
            let where_to = match survey.is_too_long {
                true => {
                    "those that are not too long for it are in its raw table as they stand, all in `.windfall/details`"
                }
                false => "they are in its raw table as they stand",
            };
            format!("{lines} of this table, the first of them {place} {line}; {where_to}")
        }
        (None, Some(Fault::Cut)) => "this file ends before its end; what comes before it was read".to_owned(),
        (None, Some(Fault::Trailing)) => {
            "something stands behind the end of this file; what comes before it was read, the rest is in \
             `.windfall/details` alone"
                .to_owned()
        }
        (None, None) => return None,
    };
    Some(problem_of(contents, id, Code::BadRow, message))
}

/// What the owner asked for last and what is nowhere, by Apple's own list in these inputs.
pub fn missing(contents: &Contents, heard: &Heard, wanted: &Wanted) -> Vec<Problem> {
    let is_given = |content: &ContentId| {
        contents.entries.iter().any(|entry| entry.given && entry.content() == Some(*content))
    };
    if !heard.asked.keys().any(is_given) {
        return Vec::new();
    }
    let here: BTreeSet<Category> = contents.entries.iter().map(|entry| entry.category).collect();
    let lacks = |name: &String| category(name).is_none_or(|one| wanted.has(one) && !here.contains(&one));
    let lacking = asked::newest(heard.asked.values().flatten()).into_iter().filter(lacks);
    let message = |name: String| match category(&name) {
        Some(category) => format!(
            "you asked Apple for `{name}`, and nothing of it is here: download {category} and import it too"
        ),
        None => format!(
            "you asked Apple for `{name}`; Windfall does not know that name and cannot tell whether it is here"
        ),
    };
    lacking.map(|name| Problem::new(Code::MissingCategory, message(name))).collect()
}
