//! What the calendars and lists of all exports come to: originals, tasks apart from events, and what nobody delivered.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::apple::content_line::text_of;
use crate::apple::text::split;
use crate::category::calendars::metadata::{self, Delivered, Metadata, undelivered};
use crate::category::calendars::read::{Stream, read};
use crate::category::calendars::{Gathered, gathered, markdown, tasks_alone, todo_txt, without_tasks};
use crate::category::outcome::{
    Count, Hearing, LARGEST_WHOLE, Made, Standing, Wished, Wishes, problem_of, whole,
};
use crate::category::places::Places;
use crate::category::recognise::Sort;
use crate::contents::{Category, ContentId, Contents, Entry, EntryId, ExportId};
use crate::library::name;
use crate::problem::{Code, Problem};

const EXTENSION: &str = "ics";

/// What was read.
#[derive(Debug, Default)]
pub struct Heard {
    streams: BTreeMap<ContentId, Arc<Stream>>,
    metadata: BTreeMap<ContentId, Metadata>,
}

/// Reads every calendar, and what Apple says of them.
pub fn hear(hearing: &mut Hearing<'_>) -> Heard {
    let contents = hearing.contents;
    let mut heard = Heard::default();
    for entry in &contents.entries {
        let Some(content) = entry.content() else { continue };
        match Sort::of(entry) {
            Some(Sort::Calendar) if !heard.streams.contains_key(&content) => {
                let Some(bytes) = hearing.whole(content) else { continue };
                heard.streams.insert(content, Arc::new(read(&text_of(&bytes))));
            }
            Some(Sort::CalendarList) if !heard.metadata.contains_key(&content) => {
                let Some(bytes) = hearing.whole(content) else { continue };
                heard.metadata.insert(content, metadata::read(&bytes));
            }
            _ => {}
        }
    }
    heard
}

/// A file of calendars.
#[derive(Debug, Clone)]
pub struct File {
    pub entry: EntryId,
    pub content: ContentId,
    pub stem: String,
    pub stream: Arc<Stream>,
}

impl File {
    /// Its calendars and lists.
    pub fn gathered(&self) -> Vec<Gathered<'_>> {
        gathered(&self.stream, &self.stem)
    }
}

/// What the calendars come to.
#[derive(Debug, Default)]
pub struct Decided {
    /// Of these inputs, if they hold any.
    pub count: Option<Count>,
    pub wishes: Wishes,
    pub problems: Vec<Problem>,
    pub files: Vec<File>,
    /// Of all exports, for the addresses of subscribed calendars.
    metadata: Vec<Metadata>,
}

/// Decides for all exports together.
pub fn decide(contents: &Contents, heard: &Heard) -> Decided {
    let mut decided = Decided { metadata: heard.metadata.values().cloned().collect(), ..Decided::default() };
    let mut count = Count::of(Category::Calendars);
    let mut counted = BTreeSet::new();
    let calendars = contents.entries.pairs().filter(|(_, entry)| Sort::of(entry) == Some(Sort::Calendar));
    for (id, entry) in calendars {
        let Some(content) = entry.content() else { continue };
        let stream = heard.streams.get(&content).cloned().unwrap_or_default();
        let stem = split(entry.name()).0.to_owned();
        let path = format!("Calendars/{}", name::with_suffix(&stem, EXTENSION, 1));
        let file = File { entry: id, content, stem, stream };
        if entry.given && counted.insert((path.clone(), content)) {
            count.items += file.gathered().iter().map(|one| one.items() as u64).sum::<u64>();
            count.files += 1;
            decided.problems.extend(faults(contents, &file));
        }
        decided.wishes.insert(id, Wished::at(path));
        decided.files.push(file);
    }
    decided.count = (!counted.is_empty()).then_some(count);
    let missing = missing(contents, heard, &decided.files);
    decided.problems.extend(missing);
    decided
}

fn faults(contents: &Contents, file: &File) -> Vec<Problem> {
    let mut faults = Vec::new();
    let of = |code, why: String| problem_of(contents, file.entry, code, why);
    if file.stream.calendars.is_empty() {
        faults.push(of(Code::BadRow, "no calendar is in this file; it is kept as it is".to_owned()));
    }
    for list in file.gathered().iter().filter(|list| list.is_not_delivered()) {
        let message = format!(
            "Apple did not send the reminders of `{}`, only a note that the list was upgraded; a shortcut on an iPhone or \
             Mac can export them",
            list.name
        );
        faults.push(of(Code::RemindersNotDelivered, message));
    }
    faults
}

/// Calendars that Apple's list of these inputs names and that are nowhere.
fn missing(contents: &Contents, heard: &Heard, files: &[File]) -> Vec<Problem> {
    let mut by_export: BTreeMap<ExportId, Vec<&File>> = BTreeMap::new();
    for file in files {
        by_export.entry(contents.export_of(&contents.entries[file.entry])).or_default().push(file);
    }
    let is_list = |entry: &&Entry| entry.given && Sort::of(entry) == Some(Sort::CalendarList);
    let mut problems = Vec::new();
    let mut said = BTreeSet::new();
    for entry in contents.entries.iter().filter(is_list) {
        let Some(described) = entry.content().and_then(|content| heard.metadata.get(&content)) else {
            continue;
        };
        let files = by_export.get(&contents.export_of(entry)).map_or(&[] as &[&File], Vec::as_slice);
        let all: Vec<Vec<Gathered<'_>>> = files.iter().map(|file| file.gathered()).collect();
        let delivered: Vec<Delivered<'_>> = files
            .iter()
            .zip(&all)
            .flat_map(|(file, lists)| {
                let nothing = lists.is_empty().then(|| Delivered {
                    stem: &file.stem,
                    name: None,
                    has_events: false,
                    has_tasks: false,
                });
                let each = lists.iter().map(|list| Delivered {
                    stem: &file.stem,
                    name: Some(&list.name),
                    has_events: list.calendars.iter().any(|calendar| !calendar.components.is_empty())
                        && !only_tasks(list),
                    has_tasks: list.is_list(),
                });
                each.chain(nothing)
            })
            .collect();
        let archive = &contents.archives[entry.archive].name;
        for at in undelivered(&described.calendars, &delivered) {
            let one = &described.calendars[at];
            let name = one.name.as_deref().unwrap_or_default();
            if one.subscribed_to.is_some() || !said.insert(name.to_owned()) {
                continue;
            }
            let message = format!(
                "Apple lists a calendar `{name}`, and no file here holds it: ask Apple for calendars again"
            );
            let problem = Problem::new(Code::MissingItem, message);
            problems.push(problem.in_archive(archive).with_entry(entry.path.as_ref()));
        }
        if let Some(fault) = &described.fault {
            let message = format!("this list of Apple's breaks off, and what stands before counts: {fault}");
            problems.push(
                Problem::new(Code::BadRow, message).in_archive(archive).with_entry(entry.path.as_ref()),
            );
        }
    }
    problems
}

fn only_tasks(list: &Gathered<'_>) -> bool {
    use crate::category::calendars::gathered::Part;
    list.all(Part::Event).chain(list.all(Part::EventOverride)).next().is_none() && list.is_list()
}

impl Decided {
    /// The files that stand, each with its path, in the order of their paths.
    pub fn standing<'a>(&'a self, standing: &Standing<'a>) -> Vec<(&'a str, &'a File)> {
        let by_path: BTreeMap<&str, &File> =
            self.files.iter().filter_map(|file| Some((standing(file.entry)?, file))).collect();
        by_path.into_iter().collect()
    }

    /// Lists of reminders as calendars of their own and as Markdown, and calendars for programs that take events only.
    pub fn made<'a>(&'a self, standing: &Standing<'a>) -> Vec<Made<'a>> {
        let files = self.standing(standing);
        let mut places = Places::default();
        let mut made = Vec::new();
        for &(path, file) in &files {
            for (at, list) in file.gathered().iter().enumerate() {
                let Some(text) = markdown(list, None) else { continue };
                let [ics, md] = places.free("Reminders", &list.name, [EXTENSION, "md"]);
                made.push(Made::new(Category::Calendars, ics, move |open, to| {
                    let bytes = whole(open, file.content, LARGEST_WHOLE)?;
                    let all = file.gathered();
                    let alone = all.get(at).and_then(|list| tasks_alone(&text_of(&bytes), list));
                    to.write_all(&alone.unwrap_or_default())
                }));
                made.push(Made::text(Category::Calendars, md, text));
            }
            let name = path.rsplit('/').next().unwrap_or(path);
            if is_mixed(&file.stream) {
                let path = format!("Calendars/Import/{name}");
                made.push(Made::new(Category::Calendars, path, move |open, to| {
                    let bytes = whole(open, file.content, LARGEST_WHOLE)?;
                    to.write_all(&without_tasks(&text_of(&bytes), &file.stream).unwrap_or_default())
                }));
            }
        }
        let lists: Vec<Gathered<'a>> = files.iter().flat_map(|(_, file)| file.gathered()).collect();
        let todo = todo_txt(&lists, None).map(|text| ("Reminders/todo.txt", text));
        let described: Vec<_> =
            self.metadata.iter().flat_map(|list| list.calendars.iter().cloned()).collect();
        let subscriptions =
            metadata::subscriptions(&described).map(|text| ("Calendars/subscriptions.txt", text));
        let texts = [todo, subscriptions].into_iter().flatten();
        made.extend(texts.map(|(path, text)| Made::text(Category::Calendars, path, text)));
        made
    }
}

/// Whether events and tasks stand in one file.
fn is_mixed(stream: &Stream) -> bool {
    use crate::category::calendars::component::Kind;
    let has = |kind: Kind| {
        stream.calendars.iter().flat_map(|calendar| &calendar.components).any(|one| one.kind == kind)
    };
    has(Kind::Event) && has(Kind::Task)
}
