//! The parts of the page that are not photos: one category each, each a page of its own in a folder beside the main one.
//!
//! Whatever its size a section is a file of its own, so that the first screen knows of it only a figure. A section is
//! made of plain values and knows neither the catalog nor a database. Its texts travel as JSON and become texts in the
//! browser, so nothing that a stranger wrote is ever markup; addresses become links only where they lead to the web or
//! into the library. Bodies of messages are not in it at all.

mod bookmarks;
mod calendars;
mod contacts;
mod drive;
mod mail;
mod markdown;
mod notes;
mod records;

use std::io::{self, Write};

use askama::Template;
use serde::Serialize;

use crate::contents::Category;
use crate::page::figures::counted;
use crate::page::json::Script;
use crate::page::nonce_of;

pub use bookmarks::BookmarkShown;
pub use calendars::{CalendarShown, Days, EventShown, TaskShown};
pub use contacts::{CardShown, Reach};
pub use drive::FileShown;
pub use mail::MessageShown;
pub use notes::NoteShown;
pub use records::{Device, First, Purse, RecordsShown, Subscription, Times, Top, YearOfMoney, parts, sum};

const STYLE: &str =
    concat!(include_str!("../page.css"), include_str!("../gallery.css"), include_str!("section.css"),);

/// What every section does in a browser before it does its own.
const SHARED: &str = concat!(include_str!("../words.js"), include_str!("section.js"));

/// One category, ready to be written.
#[derive(Debug)]
pub struct Section {
    pub category: Category,
    /// How many of it there are, in words: `120 notes`.
    pub title: String,
    /// What more there is to say in a line: `8 folders, 34 attachments`.
    pub line: String,
    /// What is left out of it, in words.
    pub left_out: Option<String>,
    /// What it knows, as JSON that is safe in a script element. If there was no room for it, why.
    data: io::Result<Script>,
}

/// What is fixed of a section.
struct Form {
    name: &'static str,
    file: &'static str,
    search: &'static str,
    script: &'static str,
}

/// The form of a category's section; `None` for those that have none.
fn form(category: Category) -> Option<Form> {
    Some(match category {
        Category::Notes => Form {
            name: "Notes",
            file: "notes.html",
            search: "Search notes",
            script: include_str!("notes.js"),
        },
        Category::Drive => Form {
            name: "iCloud Drive",
            file: "drive.html",
            search: "Search names of files",
            script: include_str!("drive.js"),
        },
        Category::Contacts => Form {
            name: "Contacts",
            file: "contacts.html",
            search: "Search names, numbers, addresses",
            script: include_str!("contacts.js"),
        },
        Category::Calendars => Form {
            name: "Calendar",
            file: "calendar.html",
            search: "Search events and tasks",
            script: include_str!("calendar.js"),
        },
        Category::Mail => Form {
            name: "Mail",
            file: "mail.html",
            search: "Search subjects and people",
            script: include_str!("mail.js"),
        },
        Category::Bookmarks => Form {
            name: "Bookmarks",
            file: "bookmarks.html",
            search: "Search titles and addresses",
            script: include_str!("bookmarks.js"),
        },
        // sums have nothing that a search would find
        Category::Records => {
            Form { name: "Records", file: "records.html", search: "", script: include_str!("records.js") }
        }
        Category::Photos => return None,
    })
}

/// The file names that sections have in their folder.
pub fn file_names() -> impl Iterator<Item = &'static str> {
    Category::ALL.into_iter().filter_map(form).map(|form| form.file)
}

impl Section {
    fn new(category: Category, title: String, line: String, data: &impl Serialize) -> Self {
        Section { category, title, line, left_out: None, data: Script::of(data) }
    }

    /// What people call it.
    pub fn name(&self) -> &'static str {
        form(self.category).map_or("", |form| form.name)
    }

    /// What its file is called.
    pub fn file(&self) -> &'static str {
        form(self.category).map_or("", |form| form.file)
    }

    /// What it knows, as JSON.
    #[cfg(test)]
    pub fn data(&self) -> String {
        let mut data = Vec::new();
        self.data.as_ref().expect("room").copy(&mut data).expect("memory");
        String::from_utf8(data).expect("ASCII")
    }

    /// Says how many are left out because they are deleted, in these words for one and for many.
    fn without(self, left_out: u64, one: &str, many: &str) -> Self {
        let is = if left_out == 1 { "is" } else { "are" };
        let said = (left_out > 0).then(|| format!("{} {is} not shown", counted(left_out, one, many)));
        Section { left_out: said, ..self }
    }
}

#[derive(Template)]
#[template(path = "sections/section.html", config = "src/page/askama.toml")]
struct Page<'a> {
    version: &'static str,
    shows_hidden: &'static str,
    nonce: &'a str,
    style: &'static str,
    scripts: [&'static str; 2],
    section: &'a Section,
    search: &'static str,
    others: &'a [Section],
    main: String,
    data: &'a str,
}

/// The page of a section, but for what it knows.
pub struct Frame {
    before: String,
    behind: String,
}

/// Stands in the frame where the data goes; no text of a page has it.
const PLACE: &str = "\0";

/// The page of a section, ready to be written. `others` are all sections that stand in its folder, and `main` is the
/// file name of the page that the folder is beside.
///
/// # Errors
/// If the template cannot be filled, which no value causes, or if there was no room for what the section knows.
pub fn frame(
    section: &Section,
    others: &[Section],
    main: &str,
    shows_hidden: &'static str,
) -> io::Result<Frame> {
    let form = form(section.category);
    let (search, script) = form.map_or(("", ""), |form| (form.search, form.script));
    let fill = |nonce: &str| {
        let page = Page {
            version: env!("CARGO_PKG_VERSION"),
            shows_hidden,
            nonce,
            style: STYLE,
            scripts: [SHARED, script],
            section,
            search,
            others,
            main: crate::page::address::encoded(main.as_bytes()),
            data: PLACE,
        };
        let html = page.render().map_err(io::Error::other)?;
        let parts = html.split_once(PLACE).map(|(before, behind)| (before.to_owned(), behind.to_owned()));
        parts.map(|(before, behind)| Frame { before, behind }).ok_or_else(|| io::Error::other("no place"))
    };
    // the nonce is a hash of all that the page says
    let mut hash = blake3::Hasher::new();
    section.write(&fill("")?, &mut hash)?;
    fill(nonce_of(&hash.finalize()).as_str())
}

impl Section {
    /// Writes its page, whose frame this is.
    ///
    /// # Errors
    /// If what it knows cannot be read again, or `to` refuses.
    pub fn write(&self, frame: &Frame, to: &mut dyn Write) -> io::Result<()> {
        to.write_all(frame.before.as_bytes())?;
        match &self.data {
            Ok(data) => data.copy(to)?,
            Err(error) => return Err(io::Error::new(error.kind(), error.to_string())),
        }
        to.write_all(frame.behind.as_bytes())
    }
}

/// Counted words with commas between them; what there is none of is left out.
fn listed(counts: &[(u64, &str, &str)]) -> String {
    let words = counts.iter().filter(|(number, ..)| *number > 0);
    words.map(|(number, one, many)| counted(*number, one, many)).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests;
