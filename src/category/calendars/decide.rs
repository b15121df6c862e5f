//! What the calendars and lists of all exports come to: originals, tasks apart from events, and what nobody delivered.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, BufReader, Read};
use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::apple::content_line::{Decoded, Text};
use crate::apple::text::split;
use crate::category::calendars::gathered::Part;
use crate::category::calendars::metadata::{self, Delivered, Metadata, undelivered};
use crate::category::calendars::read::read;
use crate::category::calendars::{Gathered, gathered, kept, markdown, tasks_alone, todo_txt, without_tasks};
use crate::category::outcome::{
    Count, Files, Hearing, Made, Open, Standing, Wished, Wishes, problem_of, time_of,
};
use crate::category::places::Places;
use crate::category::recognise::Sort;
use crate::contents::{Category, ContentId, Contents, Entry, EntryId, ExportId};
use crate::library::{layout, name};
use crate::problem::refusal::refused;
use crate::problem::{Code, Problem, amount};

const EXTENSION: &str = "ics";

/// What was read. Of what is in the files no more is kept than says what is to be made of them: a calendar of many years
/// takes several times its size once it is read.
#[derive(Debug, Default)]
pub struct Heard {
    /// By their bytes, and the names that what has none of its own gets from them.
    gists: BTreeMap<(ContentId, String), Arc<Gist>>,
    metadata: BTreeMap<ContentId, Metadata>,
}

/// What a file of calendars holds.
#[derive(Debug, Default)]
struct Gist {
    lists: Vec<List>,
    /// Whether events and tasks stand in it.
    is_mixed: bool,
    /// Lines that are too long to be read, and what there is no room for.
    too_long: u64,
    beyond: u64,
}

/// A calendar or list of a file.
#[derive(Debug)]
struct List {
    name: String,
    items: u64,
    /// It is for events, also where it has none.
    has_events: bool,
    /// It is for tasks, also where they were not delivered.
    is_list: bool,
    has_tasks: bool,
    is_not_delivered: bool,
}

impl Gist {
    fn of(source: impl Read, stem: &str) -> io::Result<Self> {
        let stream = read(BufReader::new(Decoded::new(source)?))?;
        let (too_long, beyond) = (stream.too_long, stream.beyond);
        let lists = gathered(stream, stem);
        let has = |parts: &[Part]| lists.iter().any(|list| list.has(parts));
        let is_mixed = has(&[Part::Event, Part::EventOverride])
            && has(&[Part::Task, Part::TaskOverride, Part::Tombstone]);
        Ok(Gist { lists: lists.iter().map(List::of).collect(), is_mixed, too_long, beyond })
    }
}

impl List {
    fn of(list: &Gathered) -> Self {
        let is_list = list.is_list();
        let only_tasks = is_list && !list.has(&[Part::Event, Part::EventOverride]);
        List {
            name: list.name.clone(),
            items: list.items() as u64,
            has_events: !list.is_empty() && !only_tasks,
            is_list,
            has_tasks: list.has(&[Part::Task]),
            is_not_delivered: list.is_not_delivered(),
        }
    }
}

/// Reads every calendar, and what Apple says of them.
pub fn hear(hearing: &mut Hearing<'_>) -> Heard {
    let contents = hearing.contents;
    let mut heard = Heard::default();
    for entry in &contents.entries {
        let Some(content) = entry.content() else { continue };
        match Sort::of(entry) {
            Some(Sort::Calendar) => {
                let key = (content, stem(entry));
                if heard.gists.contains_key(&key) {
                    continue;
                }
                let Some(source) = hearing.reader(content) else { continue };
                match Gist::of(source, &key.1) {
                    Ok(gist) => drop(heard.gists.insert(key, Arc::new(gist))),
                    Err(error) => hearing.refuse(content, refused(&error)),
                }
            }
            Some(Sort::CalendarList) if !heard.metadata.contains_key(&content) => {
                let Some(list) = hearing.reader(content) else { continue };
                heard.metadata.insert(content, metadata::read_from(list));
            }
            _ => {}
        }
    }
    heard
}

/// What a file calls the calendar in it that has no name.
fn stem(entry: &Entry) -> String {
    split(entry.name()).0.to_owned()
}

/// A file of calendars.
#[derive(Debug, Clone)]
struct File {
    entry: EntryId,
    content: ContentId,
    stem: String,
    gist: Arc<Gist>,
    modified: Option<DateTime<Utc>>,
}

impl File {
    /// Its text, and the calendars and lists in it.
    fn read(&self, open: &dyn Open) -> io::Result<(Text, Vec<Gathered>)> {
        kept(open.open(self.content)?, &self.stem)
    }
}

/// What the calendars come to.
#[derive(Debug, Default)]
pub struct Decided {
    /// Of these inputs, if they hold any.
    pub count: Option<Count>,
    pub wishes: Wishes,
    pub problems: Vec<Problem>,
    files: Vec<File>,
    /// Of all exports, for the addresses of subscribed calendars.
    metadata: Vec<Metadata>,
    /// The newest time of those lists.
    described: Option<DateTime<Utc>>,
}

/// Decides for all exports together.
pub fn decide(contents: &Contents, heard: &Heard) -> Decided {
    let mut decided = Decided { metadata: heard.metadata.values().cloned().collect(), ..Decided::default() };
    let mut count = Count::of(Category::Calendars);
    let mut counted = Files::default();
    let calendars = contents.entries.pairs().filter(|(_, entry)| Sort::of(entry) == Some(Sort::Calendar));
    for (id, entry) in calendars {
        let Some(content) = entry.content() else { continue };
        let stem = stem(entry);
        let path = format!("{}/{}", layout::CALENDARS, name::with_suffix(&stem, EXTENSION, 1));
        let key = (content, stem);
        let gist = heard.gists.get(&key).cloned().unwrap_or_default();
        let file = File { entry: id, content, stem: key.1, gist, modified: time_of(entry) };
        if entry.given && counted.counts(contents, id, content, &path) {
            count.items += file.gist.lists.iter().map(|list| list.items).sum::<u64>();
            count.files += 1;
            decided.problems.extend(faults(contents, &file));
        }
        decided.wishes.insert(id, Wished::at(path));
        decided.files.push(file);
    }
    decided.count = (!counted.is_empty()).then_some(count);
    let lists = contents.entries.iter().filter(|entry| Sort::of(entry) == Some(Sort::CalendarList));
    decided.described = lists.filter_map(time_of).max();
    let missing = missing(contents, heard, &decided.files);
    decided.problems.extend(missing);
    decided
}

fn faults(contents: &Contents, file: &File) -> Vec<Problem> {
    let mut faults = Vec::new();
    let of = |code, why: String| problem_of(contents, file.entry, code, why);
    if file.gist.lists.is_empty() {
        faults.push(of(Code::BadRow, "no calendar is in this file; it is kept as it is".to_owned()));
    }
    if file.gist.too_long > 0 {
        let lines = amount::counted(file.gist.too_long, "line of this file is", "lines of this file are");
        let message = format!(
            "{lines} longer than any of a calendar, or of an event that is larger than any, and not read; the file is \
             kept as it is"
        );
        faults.push(of(Code::LimitExceeded, message));
    }
    if file.gist.beyond > 0 {
        let beyond = amount::counted(file.gist.beyond, "block or line", "blocks and lines");
        let message = format!(
            "this calendar has more in it than fits into memory: {beyond} behind the first were kept, but not read"
        );
        faults.push(of(Code::LimitExceeded, message));
    }
    for list in file.gist.lists.iter().filter(|list| list.is_not_delivered) {
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
        let delivered: Vec<Delivered<'_>> = files.iter().flat_map(|file| delivered(file)).collect();
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

/// The calendars of a file, as Apple's list may name them.
fn delivered(file: &File) -> Vec<Delivered<'_>> {
    let stem = &file.stem;
    let lists = &file.gist.lists;
    if lists.is_empty() {
        return vec![Delivered { stem, name: None, has_events: false, has_tasks: false }];
    }
    let each = lists.iter().map(|list| Delivered {
        stem,
        name: Some(&list.name),
        has_events: list.has_events,
        has_tasks: list.is_list,
    });
    each.collect()
}

impl Decided {
    /// The files that stand, each with its path, in the order of their paths.
    fn standing<'a>(&'a self, standing: &Standing<'a>) -> Vec<(&'a str, &'a File)> {
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
            for (at, list) in file.gist.lists.iter().enumerate().filter(|(_, list)| list.has_tasks) {
                let [ics, md] = places.free(layout::REMINDERS, &list.name, [EXTENSION, "md"]);
                let alone = Made::new(Category::Calendars, ics, move |open, to| {
                    let (text, all) = file.read(open)?;
                    all.get(at).map_or(Ok(()), |list| tasks_alone(&text, list, to))
                });
                let text = Made::new(Category::Calendars, md, move |open, to| {
                    let (text, all) = file.read(open)?;
                    all.get(at).map_or(Ok(()), |list| markdown(&text, list, None, to))
                });
                made.extend([alone, text].map(|made| made.modified(file.modified)));
            }
            let name = path.rsplit('/').next().unwrap_or(path);
            if file.gist.is_mixed {
                let path = [layout::CALENDARS, layout::FOR_IMPORT, name].join("/");
                let events = Made::new(Category::Calendars, path, move |open, to| {
                    let (text, all) = file.read(open)?;
                    without_tasks(&text, &all, to)
                });
                made.push(events.modified(file.modified));
            }
        }
        let with_tasks = files.iter().filter(|(_, file)| file.gist.lists.iter().any(|list| list.has_tasks));
        let with_tasks: Vec<&File> = with_tasks.map(|(_, file)| *file).collect();
        if !with_tasks.is_empty() {
            let newest = with_tasks.iter().filter_map(|file| file.modified).max();
            let todo =
                Made::new(Category::Calendars, format!("{}/todo.txt", layout::REMINDERS), move |open, to| {
                    for file in &with_tasks {
                        let (text, all) = file.read(open)?;
                        todo_txt(&text, &all, None, to)?;
                    }
                    Ok(())
                });
            made.push(todo.modified(newest));
        }
        let described: Vec<_> =
            self.metadata.iter().flat_map(|list| list.calendars.iter().cloned()).collect();
        let subscriptions = metadata::subscriptions(&described).map(|text| {
            Made::text(Category::Calendars, format!("{}/subscriptions.txt", layout::CALENDARS), text)
        });
        made.extend(subscriptions.map(|made| made.modified(self.described)));
        made
    }
}
