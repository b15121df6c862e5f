//! What a request looks like without a single value of it, so that somebody with a real export can show it to those
//! who have none.
//!
//! Takes what was delivered and reads it once more, and gives [`Structure`], which is also the JSON. It tells names that
//! Apple gave, numbers, forms, and values of a short list of columns; what an owner chose or wrote is never in it. What
//! nobody can tell apart is left out. So each room has words of its own for everything it says, and a text that was
//! delivered is told only where [`words`] or a list like it knows every word of it.
//!
//! Nothing is decided here about a category, and no file of an owner is looked into but for lines that calendars,
//! cards, messages and notes are made of.

mod clock;
mod columns;
mod document;
mod drive;
mod form;
mod lines;
mod links;
mod messages;
mod names;
mod notes;
mod shapes;
mod table;
mod words;

use std::collections::BTreeMap;

use serde::Serialize;

pub use clock::Clock;
pub use columns::Vocabulary;
pub use document::{Document, Node};
pub use drive::{Drive, Packages};
pub use form::Forms;
pub use lines::{Components, Property};
pub use links::Links;
pub use messages::Messages;
pub use notes::Notes;
pub use shapes::{Archive, Export};
pub use table::{Column, Table};

use crate::apple::text::{match_key, split};
use crate::category::drive::list as drive_list;
use crate::category::outcome::{Hearing, Open};
use crate::category::recognise::Sort;
use crate::contents::{Category, Class, ContentId, ContentSet, Contents, Entry};
use crate::problem::Problem;
use crate::stage::report::{ExportReport, version};

use names::Names;

/// Tables and documents that are told apart, and columns of all tables together. Apple's are a tenth of that.
const MOST_TABLES: usize = 1000;
const MOST_COLUMNS: usize = 20_000;

/// Memory for the rows of Apple's list of iCloud Drive, in bytes.
const ROOM_FOR_ROWS: usize = 96 << 20;

/// A sample of iCloud Drive is read as a whole.
const LARGEST_SAMPLE: u64 = 16 << 20;

/// What a request looks like.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Structure {
    /// The version of Windfall that looked.
    pub windfall: &'static str,
    /// What Apple delivered, one for each category.
    pub exports: Vec<Export>,
    /// As they lie in these inputs, nested ones too.
    pub archives: Vec<Archive>,
    /// Files of each category, by what they are.
    pub categories: BTreeMap<&'static str, BTreeMap<&'static str, u64>>,
    /// By the names of their files.
    pub tables: BTreeMap<String, Vec<Table>>,
    /// JSON, by the names of its files.
    pub json: BTreeMap<String, Document>,
    /// Property lists, by the names of their files.
    pub property_lists: BTreeMap<String, Document>,
    /// Tables, columns and documents of which nothing is told because there are too many.
    pub more_tables: u64,
    /// Tables and documents that could not be read.
    pub unread: u64,
    /// Where there are any, like all that follow.
    pub notes: Option<Notes>,
    /// iCloud Drive.
    pub drive: Option<Drive>,
    /// The clock of Apple's lists of notes and of iCloud Drive.
    pub clock: Option<Clock>,
    /// Contacts.
    pub cards: Option<Components>,
    /// Calendars and reminders.
    pub calendars: Option<Components>,
    /// Messages.
    pub mail: Option<Messages>,
    /// Pages of links.
    pub bookmarks: Option<Links>,
    /// Archives and folders that were not used.
    pub left_alone: u64,
    /// How many problems of each code a check finds.
    pub problems: BTreeMap<&'static str, u64>,
}

/// Looks at everything in these inputs that was delivered. Only numbers are told of `problems`.
pub fn of(contents: &Contents, open: &dyn Open, exports: &[ExportReport], problems: &[Problem]) -> Structure {
    let mut names = Names::default();
    let mut structure = Structure { windfall: version(), ..Structure::default() };
    structure.exports = exports.iter().map(|export| Export::of(export, &mut names)).collect();
    structure.archives = shapes::archives(contents, &mut names);
    for problem in problems {
        *structure.problems.entry(problem.code.as_str()).or_default() += 1;
    }
    let hearing = Hearing::new(contents, open);
    let mut looking = Looking { hearing, names, structure, seen: ContentSet::default(), columns: 0 };
    looking.entries();
    looking.notes();
    looking.drive();
    looking.structure
}

/// How a file is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Table,
    Json,
    PropertyList,
    Links,
    Cards,
    Calendar,
    Message,
}

impl Kind {
    fn of(entry: &Entry) -> Option<Kind> {
        let key = match_key(entry.name());
        let by_ending = || match split(&key).1 {
            "csv" | "tsv" => Some(Kind::Table),
            "json" => Some(Kind::Json),
            "xml" | "plist" => Some(Kind::PropertyList),
            "html" | "htm" => Some(Kind::Links),
            _ => None,
        };
        match Sort::of(entry) {
            Some(Sort::Cards) => Some(Kind::Cards),
            Some(Sort::Calendar) => Some(Kind::Calendar),
            Some(Sort::Message) => Some(Kind::Message),
            Some(Sort::NoteText) => None,
            // of the sorts of photos and the others alike, details are what Apple wrote
            _ if entry.class == Class::Details => by_ending(),
            _ => None,
        }
    }
}

/// What has been looked at so far.
struct Looking<'a> {
    hearing: Hearing<'a>,
    names: Names,
    structure: Structure,
    /// The same bytes are looked at once.
    seen: ContentSet,
    /// Columns of all tables.
    columns: usize,
}

impl Looking<'_> {
    fn entries(&mut self) {
        let contents = self.hearing.contents;
        for entry in contents.entries.iter().filter(|entry| entry.given) {
            let category = self.structure.categories.entry(entry.category.as_str()).or_default();
            *category.entry(word(entry)).or_default() += 1;
            let (Some(kind), Some(content)) = (Kind::of(entry), entry.content()) else { continue };
            if self.seen.add(content) {
                self.look(kind, entry, content);
            }
        }
    }

    fn look(&mut self, kind: Kind, entry: &Entry, content: ContentId) {
        match kind {
            Kind::Table => self.table(entry, content),
            Kind::Json => {
                let read = self
                    .hearing
                    .open
                    .open(content)
                    .and_then(|source| document::json(std::io::BufReader::new(source)));
                let name = self.names.file(entry);
                self.document(Kind::Json, name, read.ok());
            }
            Kind::PropertyList => {
                let fits = self.hearing.contents.distinct[content].size <= document::LARGEST_LIST;
                let bytes = if fits { self.hearing.whole(content) } else { None };
                let list = bytes.map(|bytes| document::list(&bytes));
                let name = self.names.file(entry);
                self.document(Kind::PropertyList, name, list);
            }
            Kind::Links => match self.hearing.whole(content) {
                Some(bytes) => self.structure.bookmarks.get_or_insert_default().add(&bytes),
                None => self.structure.unread += 1,
            },
            Kind::Cards | Kind::Calendar => {
                let bytes = self.hearing.whole(content);
                let components = match kind {
                    Kind::Cards => self.structure.cards.get_or_insert_default(),
                    _ => self.structure.calendars.get_or_insert_default(),
                };
                match bytes {
                    Some(bytes) => components.add(&bytes),
                    None => components.unread += 1,
                }
            }
            Kind::Message => {
                let head = self.hearing.head(content, messages::READ);
                let mail = self.structure.mail.get_or_insert_default();
                match head {
                    Some(head) => mail.add(entry.inner(), &head),
                    None => mail.unread += 1,
                }
            }
        }
    }

    fn table(&mut self, entry: &Entry, content: ContentId) {
        let Ok(tables) = self.hearing.open.open(content).and_then(table::read) else {
            self.structure.unread += 1;
            return;
        };
        let name = self.names.file(entry);
        let kinds = self.structure.tables.len();
        if kinds >= MOST_TABLES && !self.structure.tables.contains_key(&name) {
            self.structure.more_tables += tables.len() as u64;
            return;
        }
        let known = self.structure.tables.entry(name).or_default();
        for table in tables {
            match known.iter_mut().find(|known| known.has_the_columns_of(&table)) {
                Some(known) => known.join(table),
                None if self.columns + table.columns.len() > MOST_COLUMNS => self.structure.more_tables += 1,
                None => {
                    self.columns += table.columns.len();
                    known.push(table);
                }
            }
        }
    }

    fn document(&mut self, kind: Kind, name: String, document: Option<Document>) {
        let Some(document) = document else {
            self.structure.unread += 1;
            return;
        };
        let known = match kind {
            Kind::Json => &mut self.structure.json,
            _ => &mut self.structure.property_lists,
        };
        if known.len() >= MOST_TABLES && !known.contains_key(&name) {
            self.structure.more_tables += 1;
        } else {
            known.entry(name).or_default().join(document);
        }
    }

    fn notes(&mut self) {
        let contents = self.hearing.contents;
        let entries =
            || contents.entries.iter().filter(|entry| entry.given && entry.category == Category::Notes);
        let mut counting = notes::Counting::of(entries().map(Entry::inner));
        let mut is_any = false;
        for entry in entries() {
            match Sort::of(entry) {
                Some(Sort::NoteText) => {
                    let bytes = entry.content().and_then(|content| self.hearing.whole(content));
                    counting.text(entry.inner(), bytes.as_deref());
                }
                Some(Sort::NoteFile) => counting.file(entry.inner(), extension(entry.name())),
                Some(Sort::NoteList) => {
                    self.clock(entry);
                    continue;
                }
                _ => continue,
            }
            is_any = true;
        }
        self.structure.notes = is_any.then(|| counting.finish());
    }

    fn drive(&mut self) {
        let contents = self.hearing.contents;
        let given =
            || contents.entries.iter().filter(|entry| entry.given && entry.category == Category::Drive);
        let of_sort = |sort| given().filter(move |entry| Sort::of(entry) == Some(sort));
        let entries: Vec<&Entry> = of_sort(Sort::DriveFile).collect();
        let mut drive = Drive::default();
        let below = |entry: &&Entry| {
            entry
                .inner()
                .strip_prefix("Drive/")
                .map(str::to_owned)
                .unwrap_or_else(|| entry.inner().to_owned())
        };
        let paths: Vec<String> = entries.iter().map(below).collect();
        let files: Vec<drive::File<'_>> =
            paths.iter().zip(&entries).map(|(path, entry)| drive::File { path, size: entry.size }).collect();
        let parts: std::collections::BTreeSet<_> = given().map(|entry| entry.part).collect();
        let with_list: std::collections::BTreeSet<_> =
            of_sort(Sort::DriveList).map(|entry| entry.part).collect();
        if parts.is_empty() {
            return;
        }
        (drive.parts, drive.parts_with_list) = (parts.len() as u64, with_list.len() as u64);
        drive.count(&files, &extension);
        let mut lists = Vec::new();
        for entry in of_sort(Sort::DriveList) {
            self.clock(entry);
            let room = ROOM_FOR_ROWS.saturating_add(self.hearing.room_of(entry));
            let list = entry.content().and_then(|content| self.hearing.reader(content));
            lists.extend(list.and_then(|list| drive_list::read(list, room).ok()));
        }
        let rows = drive_list::Rows::all(lists.iter());
        let hearing = &mut self.hearing;
        drive.compare(&rows, &files, &mut |file| {
            let entry = entries.get(file).filter(|entry| entry.size <= LARGEST_SAMPLE)?;
            hearing.whole(entry.content()?)
        });
        self.structure.drive = Some(drive);
    }

    /// Looks at the stamps of a list that states no zone.
    fn clock(&mut self, entry: &Entry) {
        let Some(bytes) = entry.content().and_then(|content| self.hearing.whole(content)) else { return };
        let contents = self.hearing.contents;
        let built = contents.exports[contents.export_of(entry)].built;
        self.structure.clock.get_or_insert_default().add(&bytes, built);
    }
}

/// What an entry is, in a word of ours.
fn word(entry: &Entry) -> &'static str {
    match (Sort::of(entry), entry.class) {
        (Some(sort), _) => sort.as_str(),
        (None, Class::Resource) => "photo or video",
        (None, Class::Details) => "list",
        (None, Class::Other) => "other",
        (None, Class::Placeholder) => "empty",
        (None, Class::Ignored) => "litter",
        (None, Class::Excluded) => "left out",
    }
}

/// The ending of a file, if it says nothing of whose it is.
fn extension(name: &str) -> String {
    let extension = match_key(split(name).1);
    match extension.as_str() {
        "" => "none".to_owned(),
        known if words::is_extension(known) => known.to_owned(),
        _ => "another".to_owned(),
    }
}
