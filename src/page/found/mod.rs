//! What a library has besides photos, as the values that sections show.
//!
//! `Records.sqlite` says what there is, for it has settled which of several exports counts; the files that stand in the
//! library say what it says: the text of a note is what its owner made of it, labels of numbers are those of the card,
//! the days of a series those of the calendar. iCloud Drive is known from the catalog alone. Nothing that a row names
//! is shown unless the catalog has the file, so that what was forgotten stays so, and no path leads out of the library.
//!
//! A database that is not there, or that somebody else wrote, costs the sections that need it, and the page says so.

mod calendars;
mod contacts;
mod records;
mod tables;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs::{self, File};
use std::io::Read;
use std::path::Path;

use crate::apple::text;
use crate::contents::Category;
use crate::error::Error;
use crate::library::catalog::Catalog;
use crate::library::filter::HiddenAndDeleted;
use crate::library::layout;
use crate::library::name;
use crate::library::path::LibraryPath;
use crate::library::record::{Area, DerivedRecord};
use crate::page::found::tables::{Row, Tables};
use crate::page::holdings::Holdings;
use crate::page::sections::{BookmarkShown, FileShown, MessageShown, NoteShown, Section};

/// Bytes of a file that is read as a whole for the page; a note is far smaller.
const LARGEST: u64 = 64 << 20;

/// How many databases are looked for beside one that its owner changed.
const MOST_BESIDE: u64 = 100;

/// The sections of a library.
#[derive(Debug, Default)]
pub struct Found {
    /// In the order in which the page names them; none is empty.
    pub sections: Vec<Section>,
    /// Why some are not here, for a person.
    pub unread: Option<String>,
}

/// Everything besides photos that a library has.
///
/// # Errors
/// If the catalog cannot be read, or there is no room for what a section says. What is wrong with the database or a
/// file is no error.
pub fn sections(
    library: &Path,
    catalog: &Catalog,
    holdings: &Holdings,
    hidden: HiddenAndDeleted,
) -> Result<Found, Error> {
    let kept = Kept {
        library,
        files: holdings
            .files
            .iter()
            .filter(|file| file.area != Area::Details)
            .map(|file| file.path.as_str())
            .collect(),
        derived: catalog.derived()?,
    };
    let has = |category| holdings.files.iter().any(|file| file.category == category);
    let tables = kept.records().find_map(|path| Tables::open(&path.to_path(library)));
    let mut found = Found::default();
    if let Some(tables) = &tables {
        found.sections.extend(notes(&kept, tables, hidden));
    }
    found.sections.extend(drive(holdings, tables.as_ref()));
    if let Some(tables) = &tables {
        found.sections.extend(contacts::section(&kept, tables));
        found.sections.extend(calendars::section(&kept, tables).map_err(Error::io("read", library))?);
        found.sections.extend(mail(&kept, tables));
        found.sections.extend(bookmarks(tables, hidden));
        found.sections.extend(records::section(tables));
    } else {
        let names = [
            (Category::Notes, "notes"),
            (Category::Contacts, "contacts"),
            (Category::Calendars, "calendars"),
            (Category::Mail, "mail"),
            (Category::Bookmarks, "bookmarks"),
            (Category::Records, "records"),
        ];
        let names: Vec<&str> =
            names.into_iter().filter(|(category, _)| has(*category)).map(|(_, name)| name).collect();
        found.unread = (!names.is_empty()).then(|| {
            format!(
                "{} of this library cannot be shown, because {} is not here or is not the one that Windfall wrote. \
                 The next import makes it again; the files themselves are in the library.",
                in_words(&names),
                layout::RECORDS
            )
        });
    }
    Ok(found)
}

/// `Notes, mail and bookmarks`.
fn in_words(names: &[&str]) -> String {
    let words = match names {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    };
    let mut letters = words.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// What the catalog knows to stand in the library.
struct Kept<'a> {
    library: &'a Path,
    files: HashSet<&'a str>,
    derived: BTreeMap<LibraryPath, DerivedRecord>,
}

impl Kept<'_> {
    /// Whether a row may name this file.
    fn has(&self, path: &str) -> bool {
        self.files.contains(path)
            || LibraryPath::parse(path).is_ok_and(|path| self.derived.contains_key(&path))
    }

    /// Where the database may be, the newest first: where its owner changed it, the next one stands beside it.
    fn records(&self) -> impl Iterator<Item = LibraryPath> {
        let first = LibraryPath::new([layout::RECORDS]);
        let (stem, extension) = text::split(layout::RECORDS);
        let beside = |number| LibraryPath::new([name::with_suffix(stem, extension, number)]);
        let is_there = |path: &LibraryPath| self.derived.contains_key(path);
        let numbered: Vec<LibraryPath> = (2..MOST_BESIDE).map(beside).filter(is_there).collect();
        numbered.into_iter().rev().chain([first])
    }

    /// A file, if one stands there that is no link.
    fn open(&self, path: &str) -> Option<File> {
        let place = LibraryPath::parse(path).ok()?.to_path(self.library);
        fs::symlink_metadata(&place).ok().filter(|metadata| metadata.is_file())?;
        File::open(place).ok()
    }

    /// The bytes of a file.
    fn read(&self, path: &str) -> Option<Vec<u8>> {
        let mut bytes = Vec::new();
        self.open(path)?.take(LARGEST).read_to_end(&mut bytes).ok()?;
        Some(bytes)
    }
}

fn notes(kept: &Kept<'_>, tables: &Tables, hidden: HiddenAndDeleted) -> Option<Section> {
    let mut people: HashMap<i64, Vec<String>> = HashMap::new();
    for row in tables.rows("note_participants", &["note", "name", "email_masked", "role"])? {
        if let Some((note, name)) = row.number("note").zip(row.text("name").or(row.text("email_masked"))) {
            people.entry(note).or_default().push(name.to_owned());
        }
    }
    let columns =
        &["title", "folder", "path", "created_utc", "modified_utc", "pinned", "deleted", "attachments", "id"];
    let rows = tables.rows("notes", columns)?;
    let (mut notes, mut left_out) = (Vec::new(), 0);
    for row in &rows {
        let Some(path) = row.text("path").filter(|path| kept.has(path)) else { continue };
        let deleted = row.flag("deleted");
        if deleted && hidden == HiddenAndDeleted::LeftOut {
            left_out += 1;
            continue;
        }
        let text = |column| row.text(column).map(str::to_owned);
        notes.push(NoteShown {
            title: text("title").unwrap_or_default(),
            folder: text("folder").unwrap_or_default(),
            path: path.to_owned(),
            created: text("created_utc"),
            modified: text("modified_utc"),
            pinned: row.flag("pinned"),
            deleted,
            shared_with: row.number("id").and_then(|id| people.remove(&id)).unwrap_or_default(),
            attachments: row.count("attachments"),
            markdown: kept.read(path).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()),
        });
    }
    (!notes.is_empty() || left_out > 0).then(|| Section::notes(notes, left_out))
}

fn drive(holdings: &Holdings, tables: Option<&Tables>) -> Option<Section> {
    let rows = tables.and_then(|tables| tables.rows("drive_files", &["path", "modified_utc", "favourite"]));
    let rows = rows.unwrap_or_default();
    let rows: HashMap<&str, &Row> = rows.iter().filter_map(|row| Some((row.text("path")?, row))).collect();
    let below = format!("{}/", layout::DRIVE);
    let is_here = |path: &str| path.starts_with(&below);
    let files =
        holdings.files.iter().filter(|file| file.category == Category::Drive && is_here(file.path.as_str()));
    let shown = files.map(|file| {
        let row = rows.get(file.path.as_str());
        FileShown {
            path: file.path.as_str().to_owned(),
            size: file.content.size,
            modified: row.and_then(|row| row.text("modified_utc")).map(str::to_owned),
            favourite: row.is_some_and(|row| row.flag("favourite")),
        }
    });
    let shown: Vec<FileShown> = shown.collect();
    (!shown.is_empty()).then(|| Section::drive(shown))
}

fn mail(kept: &Kept<'_>, tables: &Tables) -> Option<Section> {
    let columns = &["path", "folder", "sent_utc", "sender", "recipients", "subject", "size", "attachments"];
    let rows = tables.rows("messages", columns)?;
    let message = |row: &Row| {
        let text = |column| row.text(column).map(str::to_owned);
        Some(MessageShown {
            path: text("path").filter(|path| kept.has(path))?,
            folder: text("folder").unwrap_or_default(),
            sent: text("sent_utc"),
            sender: text("sender").unwrap_or_default(),
            recipients: text("recipients").unwrap_or_default(),
            subject: text("subject").unwrap_or_default(),
            size: row.count("size"),
            attachments: row.count("attachments"),
        })
    };
    let messages: Vec<MessageShown> = rows.iter().filter_map(message).collect();
    (!messages.is_empty()).then(|| Section::mail(messages))
}

/// Bytes of an address that a page is to follow. No server takes longer ones, and a page of them would fill the memory.
const LONGEST_ADDRESS: usize = 8 << 10;

fn bookmarks(tables: &Tables, hidden: HiddenAndDeleted) -> Option<Section> {
    let columns = &["title", "url", "modified_utc", "favourite", "deleted", "folder", "reading_list"];
    let (mut shown, mut left_out) = (Vec::new(), 0);
    tables.each("bookmarks", columns, |row| {
        if row.flag("deleted") && hidden == HiddenAndDeleted::LeftOut {
            left_out += 1;
            return;
        }
        let text = |column| row.text(column).map(str::to_owned);
        shown.push(BookmarkShown {
            title: text("title").unwrap_or_default(),
            url: text("url").filter(|url| url.len() <= LONGEST_ADDRESS).unwrap_or_default(),
            folder: text("folder").unwrap_or_default(),
            modified: text("modified_utc"),
            favourite: row.flag("favourite"),
            reading_list: row.flag("reading_list"),
            deleted: row.flag("deleted"),
        });
    })?;
    let is_none = shown.is_empty() && left_out == 0;
    (!is_none).then(|| Section::bookmarks(&shown, left_out))
}

#[cfg(test)]
mod tests;
