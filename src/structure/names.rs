//! Names of archives, folders and files as a structure report tells them: Apple's as they are, an owner's as
//! `name-17.pages`.
//!
//! Whose a name is depends on where it stands. Below the root of iCloud Drive, in notes, in mail, among contacts and
//! calendars every name is the owner's, however much it looks like one of Apple's. Everywhere else a name is Apple's
//! only if it is made of Apple's words.

use std::collections::HashMap;

use crate::apple::part_name::PartName;
use crate::apple::text::{match_key, split};
use crate::category::recognise::Sort;
use crate::contents::{Category, Entry};
use crate::structure::form::form;
use crate::structure::words;

/// Names of archives that Apple gave in other languages, as they were seen.
const LOCALISED: [&str; 3] =
    ["calendriers et rappels icloud", "communications marketing", "apple.com 和 apple store 商店"];

/// Folders of mail that every account has.
const MAILBOXES: [&str; 8] =
    ["INBOX", "Sent Messages", "Deleted Messages", "Junk", "Archive", "Drafts", "Notes", "Recently Deleted"];

/// Folders of iCloud Photos that every export has.
const OF_PHOTOS: [&str; 7] =
    ["Photos", "Albums", "Memories", "Recently Deleted", "Shared Albums", "Shared Library", "My Albums"];

/// Lists of iCloud Photos in folders whose other lists are called as their owner called the albums.
const AMONG_ALBUMS: [&str; 3] = ["Favorites.csv", "Hidden.csv", "AlbumInfo.json"];

/// Gives out numbers for names that an owner chose, the same for the same name within one report.
#[derive(Debug, Default)]
pub struct Names {
    numbers: HashMap<String, usize>,
}

impl Names {
    /// What to call an archive or a folder that an archive was unzipped to. The names of nested ones are told one by
    /// one.
    pub fn archive(&mut self, name: &str) -> String {
        name.split('/').map(|name| self.outer(name)).collect::<Vec<_>>().join("/")
    }

    fn outer(&mut self, name: &str) -> String {
        if words::names_apples(name) || words::is_apples(name) {
            return name.to_owned();
        }
        let part = PartName::read(name);
        let ending = if match_key(name).ends_with(".zip") { ".zip" } else { "" };
        let base = match LOCALISED.contains(&match_key(&part.base).as_str()) || words::is_apples(&part.base) {
            true => part.base.clone(),
            false => self.owners(&part.base),
        };
        match (part.number, part.total) {
            (Some(number), Some(total)) => format!("{base} ({number} of {total}){ending}"),
            _ => format!("{base}{ending}"),
        }
    }

    /// What to call a table or document, wherever it lies, without the number that tells it from its siblings.
    pub fn file(&mut self, entry: &Entry) -> String {
        let path = self.inner(entry, entry.inner());
        let shown = path.rsplit('/').next().unwrap_or(&path).to_owned();
        let (stem, extension) = split(&shown);
        let stem = stem.trim_end_matches(|c: char| c.is_ascii_digit());
        match stem {
            // albums are tables too, and what each is called says nothing of what they are like
            "name-" => format!("name-#.{extension}"),
            numbered if numbered.ends_with(['-', '_']) => {
                format!("{}.{extension}", numbered.trim_end_matches(['-', '_']))
            }
            _ => shown,
        }
    }

    /// The path of an entry in its archive.
    pub fn path(&mut self, entry: &Entry) -> String {
        let inner = entry.inner();
        let wrapper = entry.path.strip_suffix(inner).unwrap_or_default().trim_matches(['/', '\\']);
        let inner = self.inner(entry, inner);
        if wrapper.is_empty() {
            inner
        } else {
            format!("{}/{inner}", self.archive(&wrapper.replace('\\', "/")))
        }
    }

    fn inner(&mut self, entry: &Entry, inner: &str) -> String {
        let mut shown: Vec<String> = Vec::new();
        let mut above = "";
        let mut components = inner.split('/').peekable();
        while let Some(name) = components.next() {
            let step = if components.peek().is_none() { Step::File } else { Step::Folder };
            let name_shown = match (is_of_apple(entry, name, shown.len(), step), step) {
                (true, _) => name.to_owned(),
                (false, Step::File) => self.owners_file(entry, name, above),
                (false, Step::Folder) => self.owners(name),
            };
            shown.push(name_shown);
            above = name;
        }
        shown.join("/")
    }

    /// A file that the owner named. In notes it repeats the name of its folder, and that it does is no secret.
    fn owners_file(&mut self, entry: &Entry, name: &str, folder: &str) -> String {
        let (stem, extension) = split(name);
        let ending = if extension.is_empty() {
            String::new()
        } else if words::is_extension(extension) {
            format!(".{extension}")
        } else {
            ".*".to_owned()
        };
        let of_note = matches!(Sort::of(entry), Some(Sort::NoteText | Sort::NoteFile));
        let number = |rest: &str| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit());
        if of_note {
            if let Some(rest) = stem.strip_prefix("Attachment") {
                if rest.is_empty() {
                    return format!("Attachment{ending}");
                }
                if rest.strip_prefix('-').is_some_and(number) {
                    return format!("Attachment-#{ending}");
                }
            }
            if let Some(rest) = stem.strip_prefix(folder).and_then(|rest| rest.strip_prefix('-')) {
                let mark = if number(rest) { "#".into() } else { form(&rest.replace('_', ":")) };
                return format!("{}-{mark}{ending}", self.owners(folder));
            }
        }
        format!("{}{ending}", self.owners(stem))
    }

    fn owners(&mut self, name: &str) -> String {
        let next = self.numbers.len() + 1;
        format!("name-{}", self.numbers.entry(name.to_owned()).or_insert(next))
    }
}

/// A step of a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Folder,
    File,
}

/// Whether Apple gave this name, which stands so deep below the wrapper.
fn is_of_apple(entry: &Entry, name: &str, depth: usize, step: Step) -> bool {
    let key = match_key(name);
    if entry.category == Category::Photos {
        let is_list = words::names_apples(name) && matches!(split(&key).1, "csv" | "json" | "txt" | "zip");
        let is_among_albums = depth > 0 && !entry.folder().starts_with("Photos");
        return match step {
            Step::File if is_among_albums => AMONG_ALBUMS.contains(&name),
            Step::File => is_list,
            Step::Folder => depth == 0 && OF_PHOTOS.contains(&name),
        };
    }
    let is_file = step == Step::File;
    match Sort::of(entry) {
        Some(Sort::DriveFile) => !is_file && depth == 0 && key == "drive",
        Some(Sort::NoteText | Sort::NoteFile) => {
            let is_area = depth == 0 && matches!(key.as_str(), "notes" | "recently deleted");
            !is_file && (is_area || depth > 1 && matches!(name, "Attachments" | "sketches"))
        }
        Some(Sort::Cards) => !is_file && key == "vcards",
        Some(Sort::Message) => !is_file && MAILBOXES.contains(&name) || is_file && key == "mbox",
        Some(Sort::Calendar) => false,
        _ if is_file => words::names_apples(name),
        _ => words::is_apples(name),
    }
}
