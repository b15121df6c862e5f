//! What each path of an archive or folder is for, in all categories but photos.
//!
//! Nothing is believed of a name that its owner may have chosen: Drive's root and the folders of notes outrank every
//! file name below them, Apple's exact names outrank endings, and endings that any program writes count only where
//! something else shows that it is Apple who wrote them.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap, HashSet};

use crate::apple::text::{above, below, file_name, has_extension, match_key, same_name, split};
use crate::category::delivery::{Classified, Delivered, Head};
use crate::category::recognise::{
    Beside, Sort, exact, generic, has_drive_root, has_folder_of_notes, is_note, is_outer, names_tables,
    signature,
};
use crate::category::tables::delivered::Form;
use crate::category::{drive, notes};
use crate::contents::{Category, litter};

/// Files of one archive whose beginnings are read because their names say nothing.
const MOST_LOOKS: usize = 1000;

/// Tables of one archive that are looked into for Apple's list of iCloud Drive.
const MOST_LISTS: usize = 32;

/// What the paths of one archive or folder show.
#[derive(Debug, Default)]
pub struct Shape {
    drive: Option<drive::path::Shape>,
    notes: Option<notes::path::Shape>,
    /// The folder above everything that Apple delivered; empty if there is none.
    wrapper: String,
    /// Files that their beginnings told.
    told: HashMap<String, Sort>,
    /// Whether endings that any program writes count everywhere.
    is_apples: bool,
    /// Folders with a file of an exact name, beside which such endings count.
    beside_lists: HashSet<String>,
    /// Whether it has a folder called as the root of an iCloud Drive is, and nothing that shows it to be one.
    may_be_drive: bool,
    /// Categories of which something was found.
    found: BTreeSet<Category>,
    /// Whose all is of which nothing tells.
    whole: Option<Category>,
    /// Whether it is the archive of receipts.
    holds_receipts: bool,
}

impl Shape {
    /// Looks at all paths (`/` between components) of an archive or folder called `name`.
    pub fn of<'a>(
        name: &str,
        delivered: Delivered,
        beside: Beside,
        paths: impl Iterator<Item = &'a str> + Clone,
        head: Head<'_>,
    ) -> Self {
        let sibling = match beside {
            Beside::Part(category) => Some(category),
            Beside::Nothing | Beside::Apples => None,
        };
        let renamed = || {
            let tables = paths.clone().filter(|path| is_table(path) && drive::path::may_be_list(path));
            let mut lists = tables
                .take(MOST_LISTS)
                .filter(|path| head(path).is_some_and(|head| signature::is_drive_list(&head)));
            lists.next().map(drive::path::Shape::with_list)
        };
        let called = drive::path::Shape::of(paths.clone());
        let called = match called {
            Some(called) if called.has_list() => Some(called),
            // a table deeper in the tree is the owner's
            Some(called) => renamed().filter(|renamed| renamed.root() == called.root()).or(Some(called)),
            None => renamed(),
        };
        let has_called = called.is_some();
        // a list that lies about in somebody's own folder does not make that folder a Drive
        let is_apples_folder =
            || delivered == Delivered::Archive || is_outer(name) || same_name(name, "drive");
        let drive = called.filter(|shape| {
            shape.has_list() && (!shape.root().is_empty() || is_apples_folder())
                || sibling == Some(Category::Drive)
                || has_drive_root(name, paths.clone())
        });
        let root = drive.clone();
        let is_drives = |path: &str| {
            root.as_ref().is_some_and(|drive| !matches!(drive.part(path), drive::path::Use::Other))
        };
        let rest: Vec<&str> =
            paths.filter(|path| !is_drives(path) && !drive::path::is_ignored(path)).collect();
        let rest = rest.iter().copied();
        let telling: Vec<&str> = rest.clone().filter(|path| may_tell(path)).collect();
        let telling = telling.iter().copied();
        let lists = telling.clone().filter_map(|path| Some((path, exact(file_name(path))?.0)));
        let (beside_lists, mut found): (HashSet<String>, BTreeSet<Category>) =
            lists.map(|(path, category)| (above(path).to_owned(), category)).unzip();
        found.extend(sibling);
        let wrapper = wrapper_of(name, rest.clone());
        let is_apples = beside != Beside::Nothing || is_outer(name) || is_outer(&wrapper);
        let mut shape = Shape {
            wrapper,
            drive,
            is_apples,
            beside_lists,
            may_be_drive: has_called,
            whole: sibling.or_else(|| super::by_name(name)),
            holds_receipts: match_key(name).contains("receipt"),
            ..Shape::default()
        };
        let is_note = |path: &str| shape.is_below_apples(path) && is_note(name, path);
        if found.contains(&Category::Notes)
            || telling.clone().any(is_note)
            || has_folder_of_notes(name, rest.clone())
        {
            found.insert(Category::Notes);
            shape.notes = Some(notes::path::Shape::of(rest.clone()));
        }
        found.extend(shape.drive.is_some().then_some(Category::Drive));
        shape.may_be_drive &= shape.drive.is_none();
        shape.found = found;
        let mut looks = 0;
        for path in telling {
            let sort = shape.by_name(path);
            let is_below = shape.is_below_apples(path);
            let may_be_told =
                || is_below && may_be_told(path) || delivered == Delivered::Archive && is_table(path);
            if sort.is_none() && looks < MOST_LOOKS && may_be_told() {
                looks += 1;
                let told = head(path).and_then(|head| {
                    let anybodys = || signature::anybodys(path, &head).filter(|_| is_below);
                    signature::apples(path, &head).or_else(anybodys)
                });
                told.map(|sort| shape.told.insert(path.to_owned(), sort));
            }
            let sort = sort.or_else(|| shape.told.get(path).copied());
            shape.found.extend(sort.and_then(Sort::category));
        }
        let is_of_tables = || names_tables(name) || names_tables(file_name(&shape.wrapper));
        if shape.found.is_empty() && is_of_tables() && rest.clone().any(is_any_table) {
            shape.found.insert(Category::Records);
        }
        shape
    }

    /// Where nothing tells but the name: all is of this category.
    pub fn whole(category: Category) -> Self {
        Shape {
            found: BTreeSet::from([category]),
            whole: Some(category),
            is_apples: true,
            ..Shape::default()
        }
    }

    /// Whether another part of the same export may show that it is an iCloud Drive.
    pub fn may_be_drive(&self) -> bool {
        self.may_be_drive
    }

    /// Whether something of Apple's was found.
    pub fn is_part(&self) -> bool {
        !self.found.is_empty()
    }

    /// The category of most kinds of evidence: the only one, or records for a mixture.
    pub fn category(&self) -> Option<Category> {
        let mut found = self.found.iter();
        let first = found.next().copied()?;
        Some(if found.next().is_none() { first } else { Category::Records })
    }

    /// The wrapper folders.
    pub fn wrappers(&self) -> impl Iterator<Item = &str> {
        let drive = self.drive.as_ref().map(|drive| above(drive.root()));
        let notes = self.notes.as_ref().map(notes::path::Shape::wrapper);
        let all: BTreeSet<&str> = [Some(self.wrapper.as_str()), drive, notes].into_iter().flatten().collect();
        all.into_iter().filter(|wrapper| !wrapper.is_empty())
    }

    /// Whether this lies below the root of an iCloud Drive, where nothing is opened and nothing left out.
    pub fn is_drives(&self, path: &str) -> bool {
        let is_file = |drive: &drive::path::Shape| matches!(drive.part(path), drive::path::Use::File(_));
        self.drive.as_ref().is_some_and(is_file)
    }

    /// Whether this zip beside the root of an iCloud Drive holds more of it.
    pub fn is_more_of_the_drive(&self, path: &str) -> bool {
        self.drive.as_ref().is_some_and(|drive| drive.part(path) == drive::path::Use::MoreOfTheTree)
    }

    /// What this path is for; `None` if nothing shows that it is Apple's.
    pub fn claim<'p>(&'p self, path: &'p str) -> Option<Classified<'p>> {
        let sort = self.by_name(path).or_else(|| self.told.get(path).copied());
        let sort = sort.or_else(|| self.of_records(path).filter(|_| self.is_below_apples(path)))?;
        Some(self.classified(path, sort))
    }

    /// What this path is for, if all that lies here is Apple's.
    pub fn classify<'p>(&'p self, path: &'p str) -> Classified<'p> {
        self.claim(path).unwrap_or_else(|| {
            let notes = self.notes.as_ref().filter(|_| self.found.len() == 1);
            let sort = match notes.map(|notes| notes.part(path)) {
                Some(notes::path::Use::Attachment(..)) => Sort::NoteFile,
                _ if is_guide(path) => Sort::Guide,
                _ => self.of_records(path).unwrap_or(Sort::Unknown),
            };
            self.classified(path, sort)
        })
    }

    fn classified<'p>(&'p self, path: &'p str, sort: Sort) -> Classified<'p> {
        let category =
            sort.category().or_else(|| self.category()).or(self.whole).unwrap_or(Category::Records);
        let drive = self.drive.as_ref().filter(|_| category == Category::Drive);
        let notes = self.notes.as_ref().filter(|_| category == Category::Notes);
        let (wrapper, inner): (&str, Cow<'_, str>) = match (drive, notes) {
            (Some(drive), _) => {
                let wrapper = above(drive.root());
                let inner = match drive.part(path) {
                    drive::path::Use::File(below) => format!("Drive/{below}").into(),
                    drive::path::Use::List => format!("Drive/{}", file_name(path)).into(),
                    _ => below(path, wrapper).unwrap_or(path).into(),
                };
                (wrapper, inner)
            }
            (None, Some(notes)) => (notes.wrapper(), notes.inner(path).into()),
            (None, None) => (self.wrapper.as_str(), below(path, &self.wrapper).unwrap_or(path).into()),
        };
        let wrapper = if path.starts_with(wrapper) { wrapper } else { "" };
        Classified { wrapper, inner, category, class: sort.class(), sort: sort.into() }
    }

    /// What the places and names of files tell.
    fn by_name(&self, path: &str) -> Option<Sort> {
        match self.drive.as_ref().map(|drive| drive.part(path)) {
            Some(drive::path::Use::List) => return Some(Sort::DriveList),
            Some(drive::path::Use::File(_)) => return Some(Sort::DriveFile),
            Some(drive::path::Use::Ignored) => return Some(Sort::Ignored),
            Some(drive::path::Use::MoreOfTheTree | drive::path::Use::Other) | None => {}
        }
        if drive::path::is_ignored(path) {
            return Some(Sort::Ignored);
        }
        if is_guide(path) {
            return self.is_below_apples(path).then_some(Sort::Guide);
        }
        if let Some(sort) =
            self.notes.as_ref().filter(|notes| notes.claims(path)).and_then(|notes| of_note(notes, path))
        {
            return Some(sort);
        }
        if litter::is_ignored(path) {
            return Some(Sort::Ignored);
        }
        if let Some((_, sort)) = exact(file_name(path)).filter(|(_, sort)| *sort != Sort::Unknown) {
            return Some(sort);
        }
        generic(path).filter(|_| self.is_below_apples(path))
    }

    /// What is a table, a receipt or a recording, where there are Apple's tables; and what says something of mail, cards,
    /// calendars or bookmarks and lies beside them.
    fn of_records(&self, path: &str) -> Option<Sort> {
        let has = |category| self.found.contains(&category) || self.whole == Some(category);
        let key = match_key(path);
        let ending = split(file_name(&key)).1;
        if !has(Category::Records) {
            const ALONE: [Category; 4] =
                [Category::Contacts, Category::Calendars, Category::Mail, Category::Bookmarks];
            let is_beside = matches!(ending, "csv" | "json") && ALONE.into_iter().any(has);
            return is_beside.then_some(Sort::Table);
        }
        match ending {
            "csv" | "tsv" | "json" | "xml" | "plist" | "txt" | "html" | "htm" => Some(Sort::Table),
            "pdf" if self.holds_receipts || key.contains("receipt") => Some(Sort::Receipt),
            "m4a" | "caf" | "wav" | "mp3" | "aac" | "amr" => Some(Sort::Recording),
            _ => None,
        }
    }

    /// Whether an ending that any program writes counts here.
    fn is_below_apples(&self, path: &str) -> bool {
        self.is_apples
            || self.beside_lists.contains(above(path))
            || below(path, &self.wrapper).unwrap_or(path).split('/').next().is_some_and(is_outer)
    }
}

fn of_note(notes: &notes::path::Shape, path: &str) -> Option<Sort> {
    use notes::path::{ListKind, Use};
    Some(match notes.part(path) {
        Use::List(ListKind::Details) => Sort::NoteList,
        Use::List(ListKind::Shared) => Sort::SharedNoteList,
        Use::List(ListKind::Subscribed) => Sort::SubscribedNoteList,
        Use::Body(..) => Sort::NoteText,
        Use::Attachment(..) => Sort::NoteFile,
        Use::Other => return None,
    })
}

/// Whether the name or the beginning of such a file may tell whose all of it is. Of photos and videos, which are nearly all
/// that there is, nothing more has to be asked.
fn may_tell(path: &str) -> bool {
    const EXTENSIONS: [&str; 18] = [
        "", "csv", "json", "txt", "html", "htm", "xml", "plist", "pdf", "zip", "vcf", "ics", "vcs", "ical",
        "eml", "emlx", "mbox", "mbx",
    ];
    has_extension(file_name(path), &EXTENSIONS)
}

/// `iCloud Usage Data - Guide.pdf`
fn is_guide(path: &str) -> bool {
    if !has_extension(file_name(path), &["pdf"]) {
        return false;
    }
    let key = match_key(file_name(path));
    key.strip_suffix(".pdf").is_some_and(|stem| stem.ends_with("- guide") || stem.ends_with("_guide"))
}

fn is_table(path: &str) -> bool {
    has_extension(file_name(path), &["csv", "json"])
}

/// Whether it is of a form in which Apple delivers tables.
fn is_any_table(path: &str) -> bool {
    Form::of(file_name(path)).is_some()
}

/// Whether the beginning of such a file may tell what it is.
fn may_be_told(path: &str) -> bool {
    const EXTENSIONS: [&str; 11] =
        ["", "csv", "txt", "json", "html", "htm", "xml", "plist", "vcs", "mbx", "ical"];
    has_extension(file_name(path), &EXTENSIONS)
}

/// The one top folder, if it is only a wrapper, and once more if it is doubled.
fn wrapper_of<'a>(name: &str, paths: impl Iterator<Item = &'a str> + Clone) -> String {
    let stem = split(name).0;
    let key = |name: &str| match_key(&crate::apple::part_name::PartName::read(name).base);
    let mut wrapper = String::new();
    for outer in [stem.to_owned(), String::new()] {
        let mut tops = paths
            .clone()
            .map(|path| below(path, &wrapper).unwrap_or(path).split_once('/').map(|(top, _)| top));
        let Some(Some(top)) = tops.next() else { break };
        let doubles = outer.is_empty() && key(top) == key(file_name(&wrapper));
        let wraps = !outer.is_empty() && (key(top) == key(&outer) || is_outer(top) && !top.contains('_'));
        if !(doubles || wraps) || !tops.all(|other| other == Some(top)) {
            break;
        }
        let top = top.to_owned();
        wrapper = if wrapper.is_empty() { top } else { format!("{wrapper}/{top}") };
    }
    wrapper
}

#[cfg(test)]
mod tests {
    use super::{is_guide, is_table, may_be_told, may_tell};
    use crate::category::recognise::{exact, generic, is_note};
    use proptest::prelude::proptest;

    proptest! {
        /// In paths that are near to what is asked for.
        #[test]
        fn what_may_not_tell_is_asked_in_vain(
            path in "(notes/|a/|a|\\.|-| |guide|bookmarks|apple music|\u{130}|\u{212a}|\u{e9}|mbox|/|(csv|json|zip|xml|pdf|vcf|ics|emlx?|mbox|mbx|html?|txt|plist|vcs|ical|JPG|mov|tsv)|\\.(csv|TXT|pdf|eml)){0,7}",
        ) {
            let file = path.rsplit('/').next().unwrap_or_default();
            let tells = exact(file).is_some() || generic(&path).is_some() || is_note("x", &path);
            let tells = tells || is_guide(&path) || is_table(&path) || may_be_told(&path);
            assert!(may_tell(&path) || !tells, "{path:?}");
        }
    }
}
