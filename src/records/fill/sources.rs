//! `_sources`: every delivered file, with what became of its lines.

use std::collections::{HashMap, HashSet};

use crate::apple::sheet::{Lines, Sheet};
use crate::apple::table::Encoding;
use crate::category::calendars::metadata;
use crate::category::recognise::Sort;
use crate::category::tables::delivered::Form;
use crate::category::tables::survey::Survey;
use crate::category::{drive, notes};
use crate::contents::{ContentId, Identity};
use crate::records::fill::{Filling, Reading, is_delivered};
use crate::records::{Counted, Source, SourceId};

/// Memory for the rows of one list.
const ROOM: usize = 512 << 20;

/// What makes a file another copy of one that is there.
#[derive(Debug, PartialEq, Eq, Hash)]
enum Place<'a> {
    /// A list says the same wherever it lies, and a table of one kind.
    List(Sort, ContentId, &'a str),
    /// A file that stands once in the library, whichever archives brought it.
    Standing(&'a str, ContentId),
}

/// An entry of an archive: the archive's name and identity, the path, and its order.
type Delivered<'a> = (&'a str, Option<(u64, blake3::Hash)>, &'a str, u32);

pub fn fill(reading: &mut Reading<'_, '_>) -> rusqlite::Result<()> {
    let Filling { contents, decided, standing, .. } = reading.filling;
    let mut delivered: HashSet<Delivered<'_>> = HashSet::new();
    let mut counted: HashMap<(Sort, ContentId), (Option<Encoding>, Counted)> = HashMap::new();
    let mut first: HashMap<Place<'_>, SourceId> = HashMap::new();
    for (id, entry) in contents.entries.pairs() {
        let Some((sort, content)) = is_delivered(entry) else { continue };
        let archive = &contents.archives[entry.archive];
        let identity = match archive.identity {
            Identity::Zip { size, directory } => Some((size, directory)),
            Identity::Folder => None,
        };
        // an archive that the library knows may be given again
        if !delivered.insert((&archive.name, identity, &entry.path, entry.position)) {
            continue;
        }
        let survey = decided.tables.surveys.get(content, entry.name()).filter(|_| sort == Sort::Table);
        let (encoding, counted) = match survey {
            Some(survey) => of_table(survey),
            None => *counted.entry((sort, content)).or_insert_with(|| count(reading, sort, content)),
        };
        let place = if is_list(sort) {
            Some(Place::List(sort, content, survey.map_or("", |survey| &survey.known.slug)))
        } else {
            standing(id).map(|path| Place::Standing(path, content))
        };
        let source = Source {
            archive: &archive.name,
            entry: entry.inner(),
            size: contents.distinct[content].size,
            blake3: contents.distinct[content].blake3,
            encoding,
            counted,
            duplicate_of: place.as_ref().and_then(|place| first.get(place)).copied(),
        };
        let added = reading.records.source(&source)?;
        if let Some(place) = place {
            first.entry(place).or_insert(added);
        }
    }
    Ok(())
}

fn is_list(sort: Sort) -> bool {
    matches!(
        sort,
        Sort::NoteList
            | Sort::SharedNoteList
            | Sort::SubscribedNoteList
            | Sort::DriveList
            | Sort::CalendarList
            | Sort::Bookmarks
            | Sort::Table
    )
}

/// What became of a file, and how its text was read.
fn count(reading: &Reading<'_, '_>, sort: Sort, content: ContentId) -> (Option<Encoding>, Counted) {
    let nothing = (None, Counted::Nothing);
    let file = || reading.open.open(content).ok();
    let items = || Some((None, Counted::Rows(*reading.items.get(&content)?)));
    match sort {
        Sort::NoteList => file().and_then(|list| lines(notes::list::count(list).ok()?)),
        Sort::SharedNoteList => file().and_then(|list| lines(notes::sharing::read_shared(list, ROOM).ok()?)),
        Sort::SubscribedNoteList => {
            file().and_then(|list| lines(notes::sharing::read_subscribed(list, ROOM).ok()?))
        }
        Sort::DriveList => {
            let read = reading.filling.decided.drive.lines.get(&content);
            let read = read.map(|(encoding, lines)| (Some(*encoding), Counted::Lines(*lines)));
            read.or_else(|| lines(drive::list::count(file()?).ok()?))
        }
        Sort::Bookmarks => reading.filling.decided.bookmarks.counted.get(&content).map(of_bookmarks),
        Sort::CalendarList => items().or_else(|| {
            let described = metadata::read_from(file()?).calendars;
            Some((None, Counted::Rows(described.len() as u64)))
        }),
        Sort::Cards | Sort::Calendar | Sort::Message => items(),
        // of a table its survey says it, where it can be read
        Sort::Table
        | Sort::NoteText
        | Sort::NoteFile
        | Sort::DriveFile
        | Sort::Receipt
        | Sort::Recording
        | Sort::Guide
        | Sort::Unknown
        | Sort::Ignored => None,
    }
    .unwrap_or(nothing)
}

fn of_table(survey: &Survey) -> (Option<Encoding>, Counted) {
    let counted = match survey.form {
        Form::Text(_) => Counted::Lines(survey.lines),
        Form::Json | Form::List => Counted::Rows(survey.lines.rows),
    };
    (survey.encoding, counted)
}

fn lines<R>(sheet: Sheet<R>) -> Option<(Option<Encoding>, Counted)> {
    Some((Some(sheet.encoding), Counted::Lines(sheet.lines)))
}

fn of_bookmarks(&(lines, encoding): &(Lines, Option<Encoding>)) -> (Option<Encoding>, Counted) {
    let counted = match lines.lines {
        // HTML has none
        0 if lines.rows > 0 => Counted::Rows(lines.rows),
        _ => Counted::Lines(lines),
    };
    (encoding, counted)
}
