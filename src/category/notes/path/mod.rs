//! What each path of an export of notes is for.
//!
//! A note is a folder that holds a text of its own name: `Boat/Spare parts/Spare parts.txt` is a note in the folder
//! `Boat`. That rule alone tells notes from folders, and bodies from attachments that happen to be texts, at any
//! depth, in both forms that Apple delivered. Outer folders may be missing, doubled, and in any language.
//!
//! The surprise: the folder is the title, never the file. `Deck-2/Deck-2.txt` is called "Deck-2", and
//! `Deck/Deck-2.txt` is the third note called "Deck".

use std::collections::HashSet;

use chrono::{DateTime, NaiveDate, Utc};

use crate::apple::part_name::without_copy_marks;
use crate::apple::text::{below, depth, has_extension, match_key, same_name};
use crate::category::notes::title;

/// Where notes lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Area {
    Notes,
    RecentlyDeleted,
}

/// Apple's lists of notes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ListKind {
    /// `Notes Details.csv`: a row for each note.
    Details,
    /// `Shared Notes Info.csv`: what the owner shares.
    Shared,
    /// `Subscribed Notes Info.csv`: what others share with the owner.
    Subscribed,
}

/// The folder that is a note.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Home {
    pub area: Area,
    /// The owner's folder, `/` between its components; `""` where the note is in none.
    pub folder: Box<str>,
    /// The name of the note's own folder, which is its title, perhaps cut.
    pub title: Box<str>,
}

impl Home {
    /// The path of the folder below its area, as Apple's lists of shared notes have it.
    pub fn below_area(&self) -> String {
        if self.folder.is_empty() {
            self.title.to_string()
        } else {
            format!("{}/{}", self.folder, self.title)
        }
    }
}

/// What a body's file name says besides the title.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mark {
    /// The `N` of `Idea-N.txt`, which tells notes of one title apart; 0 without.
    pub number: u32,
    /// When it was made (form A), in UTC.
    pub created: Option<DateTime<Utc>>,
}

/// What one path is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Use {
    List(ListKind),
    /// The text of a note.
    Body(Home, Mark),
    /// A file of a note. Its path below the note's folder, in which `Attachments/` of form A is left out.
    Attachment(Home, Box<str>),
    /// Something else, such as a guide.
    Other,
}

/// What the paths of one archive or folder show.
#[derive(Debug, Clone, Default)]
pub struct Shape {
    wrapper: String,
    /// Keys of the folders that hold a body.
    homes: HashSet<String>,
}

impl Shape {
    /// Looks at all paths (`/` between components).
    pub fn of<'p>(paths: impl Iterator<Item = &'p str> + Clone) -> Self {
        Shape::below(wrapper_of(paths.clone()), paths)
    }

    /// Looks at all paths, of which those below this wrapper count.
    pub fn below<'p>(wrapper: &str, paths: impl Iterator<Item = &'p str> + Clone) -> Self {
        let below = |path: &'p str| below(path, wrapper);
        let has_body = |path: &'p str| Some(folder_key(body_of(below(path)?)?.0));
        let all: HashSet<String> = paths.filter_map(has_body).collect();
        // in form A a text among the attachments may be called as their folder
        let is_of_attachments = |home: &String| {
            home.rsplit_once('/').is_some_and(|(above, name)| name == ATTACHMENTS && all.contains(above))
        };
        let homes = all.iter().filter(|home| !is_of_attachments(home)).cloned().collect();
        Shape { wrapper: wrapper.to_owned(), homes }
    }

    /// The folder above all that Apple delivered; `""` if there is none.
    pub fn wrapper(&self) -> &str {
        &self.wrapper
    }

    /// The path below the wrapper.
    pub fn inner<'p>(&self, path: &'p str) -> &'p str {
        below(path, &self.wrapper).unwrap_or(path)
    }

    /// What this path is for.
    pub fn part(&self, path: &str) -> Use {
        let Some(inner) = below(path, &self.wrapper) else { return Use::Other };
        let Some((folder, file)) = inner.rsplit_once('/') else {
            return list_kind(inner).map_or(Use::Other, Use::List);
        };
        if let Some((folder, mark)) =
            body_of(inner).filter(|(folder, _)| self.homes.contains(&folder_key(folder)))
        {
            return home(folder).map_or(Use::Other, |home| Use::Body(home, mark));
        }
        let above = self.home_of(folder, file);
        let Some(home) = home(above) else { return Use::Other };
        let name = below(inner, above).unwrap_or(file);
        let name = match name.split_once('/') {
            Some((first, rest)) if match_key(first) == ATTACHMENTS => rest,
            _ => name,
        };
        Use::Attachment(home, name.into())
    }

    /// Whether this is shown to be a list, a note or a file of one, whatever else lies beside it.
    pub fn claims(&self, path: &str) -> bool {
        let in_area = || {
            let mut below = self.inner(path).split('/');
            below.next().is_some_and(|first| area(first).is_some()) && below.count() > 1
        };
        match self.part(path) {
            Use::List(_) | Use::Body(..) => true,
            Use::Attachment(..) => in_area() || self.is_of_a_text(path),
            Use::Other => false,
        }
    }

    /// Whether a note with a text lies above this path.
    fn is_of_a_text(&self, path: &str) -> bool {
        let above = std::iter::successors(Some(self.inner(path)), |path| Some(path.rsplit_once('/')?.0));
        above.skip(1).any(|folder| self.homes.contains(&folder_key(folder)))
    }

    /// The folder of the note that a file in this folder belongs to. A note of handwriting has files and no text.
    fn home_of<'p>(&self, folder: &'p str, file: &str) -> &'p str {
        if attachment_number(file).is_some() && !is_beside_text(folder) {
            return folder;
        }
        let above = std::iter::successors(Some(folder), |folder| Some(folder.rsplit_once('/')?.0));
        let mut with_text = above.filter(|folder| self.homes.contains(&folder_key(folder)));
        with_text.next().unwrap_or_else(|| match folder.rsplit_once('/') {
            Some((above, _)) if is_beside_text(folder) => above,
            _ => folder,
        })
    }
}

/// The order in which the attachments of a note are read: as they are numbered, `-10` after `-9`, and what is in
/// folders of its own after them.
pub fn reading_order(name: &str) -> (usize, u32, Vec<(String, u64)>) {
    let number = attachment_number(name).unwrap_or(u32::MAX);
    (name.matches('/').count(), number, natural(name))
}

/// The `N` in `Attachment-N.ext`, 0 without; `None` if the file is not called so.
fn attachment_number(name: &str) -> Option<u32> {
    let key = match_key(name);
    let stem = key.split_once('.').map_or(key.as_str(), |(stem, _)| stem);
    match stem.strip_prefix("attachment")? {
        "" => Some(0),
        rest => number(rest.strip_prefix('-')?),
    }
}

/// A name cut so that its numbers compare as numbers.
fn natural(name: &str) -> Vec<(String, u64)> {
    const MOST_DIGITS: usize = 18;
    let key = match_key(name);
    let mut pieces = Vec::new();
    let mut rest = key.as_str();
    while !rest.is_empty() {
        let (text, tail) = rest.split_at(rest.find(|c: char| c.is_ascii_digit()).unwrap_or(rest.len()));
        let digits = tail.bytes().take(MOST_DIGITS).take_while(u8::is_ascii_digit).count();
        let (digits, tail) = tail.split_at(digits);
        pieces.push((text.to_owned(), digits.parse().unwrap_or(0)));
        rest = tail;
    }
    pieces
}

/// Form A's folder of a note's files.
const ATTACHMENTS: &str = "attachments";

/// Folders in a note's own, beside its text.
fn is_beside_text(folder: &str) -> bool {
    let name = match_key(folder.rsplit('/').next().unwrap_or(folder));
    matches!(name.as_str(), ATTACHMENTS | "sketches" | "drawings")
}

fn list_kind(name: &str) -> Option<ListKind> {
    if !has_extension(name, &["csv"]) {
        return None;
    }
    let key = match_key(name);
    let stem = without_copy_marks(key.strip_suffix(".csv")?);
    let numbered = stem.rsplit_once(['-', '_']).filter(|(_, text)| number(text).is_some());
    match numbered.map_or(stem, |(stem, _)| stem) {
        "notes details" => Some(ListKind::Details),
        "shared notes info" => Some(ListKind::Shared),
        "subscribed notes info" => Some(ListKind::Subscribed),
        _ => None,
    }
}

/// Whether Apple calls one of its folders of notes so.
pub fn is_area(component: &str) -> bool {
    area(component).is_some()
}

fn area(component: &str) -> Option<Area> {
    const AREAS: [(&str, Area); 2] = [("notes", Area::Notes), ("recently deleted", Area::RecentlyDeleted)];
    AREAS.into_iter().find(|(name, _)| same_name(component, name)).map(|(_, area)| area)
}

/// A note's folder, from its path below the wrapper. In form A the folder `Notes` may be missing.
fn home(folder: &str) -> Option<Home> {
    let (area, below) = match folder.split_once('/') {
        Some((first, below)) => area(first).map_or((Area::Notes, folder), |area| (area, below)),
        None if area(folder).is_some() => return None,
        None => (Area::Notes, folder),
    };
    let (folder, title) = below.rsplit_once('/').unwrap_or(("", below));
    Some(Home { area, folder: folder.into(), title: title.into() })
}

/// What the name of a text says that has its folder's name, as those of notes have; `None` if this is none.
pub fn mark_of(path: &str) -> Option<Mark> {
    body_of(path).map(|(_, mark)| mark)
}

/// The folder of a body and what its name says, by the rule of the module.
fn body_of(path: &str) -> Option<(&str, Mark)> {
    let (folder, file) = path.rsplit_once('/')?;
    let name = folder.rsplit('/').next().unwrap_or(folder);
    let (stem, extension) = file.rsplit_once('.')?;
    if !extension.eq_ignore_ascii_case("txt") {
        return None;
    }
    // Windows drops dots and spaces at the end of the folder's name and keeps them within the file's
    let key = |name: &str| title::folded(name.trim_end_matches(['.', ' ']));
    let name = key(name);
    let is_name = |stem: &str| {
        let stem = key(stem);
        stem == name || title::is_cut(&stem, &name)
    };
    let numbered = stem.rsplit_once('-').and_then(|(stem, digits)| Some((stem, number(digits)?)));
    let mark = if let Some((_, created)) = stamped(stem) {
        Mark { number: 0, created: Some(created) }
    } else if let Some(((_, created), (_, number))) =
        numbered.and_then(|(stem, n)| Some((stamped(stem)?, (stem, n))))
    {
        Mark { number, created: Some(created) }
    } else if key(stem) == name {
        Mark::default()
    } else if let Some((_, number)) = numbered.filter(|(stem, _)| is_name(stem)) {
        Mark { number, created: None }
    } else if is_name(stem) {
        Mark::default()
    } else {
        return None;
    };
    Some((folder, mark))
}

/// `Ideas` and the instant of `Ideas-2021-03-04T05:06:07Z`. File systems without `:` have something else there.
fn stamped(stem: &str) -> Option<(&str, DateTime<Utc>)> {
    let bare = stem.strip_suffix(['Z', 'z'])?;
    let (before, time) = bare.rsplit_once(['T', 't'])?;
    let mut clock = time.split(|c: char| !c.is_ascii_digit()).map(two_digits);
    let (hour, minute, second) = (clock.next()??, clock.next()??, clock.next()??);
    let day_at = before.len().checked_sub("2021-03-04".len())?;
    let (title, day) = (before.get(..day_at)?, before.get(day_at..)?);
    let mut day = day.split('-');
    let year = day.next().filter(|year| year.len() == 4).and_then(number)?;
    let (month, day) = (two_digits(day.next()?)?, two_digits(day.next()?)?);
    let date = NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)?;
    Some((title.strip_suffix(['-', '_', ' '])?, date.and_hms_opt(hour, minute, second)?.and_utc()))
}

fn two_digits(text: &str) -> Option<u32> {
    if text.len() == 2 { number(text) } else { None }
}

fn number(digits: &str) -> Option<u32> {
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    if is_number { digits.parse().ok() } else { None }
}

fn folder_key(folder: &str) -> String {
    match_key(folder)
}

/// The folder of Apple's lists, the topmost; else all outer folders that are Apple's.
fn wrapper_of<'p>(paths: impl Iterator<Item = &'p str> + Clone) -> &'p str {
    let folders = paths.clone().filter_map(|path| {
        let (folder, file) = path.rsplit_once('/').unwrap_or(("", path));
        list_kind(file).map(|_| folder)
    });
    if let Some(folder) = folders.min_by_key(|folder| (depth(folder), *folder)) {
        return folder;
    }
    let mut wrapper = "";
    while let Some(longer) = longer_wrapper(paths.clone(), wrapper) {
        wrapper = longer;
    }
    wrapper
}

/// The wrapper with one more folder, if all paths lie in it and something shows that it is Apple's: notes lie below, or
/// it is called so.
fn longer_wrapper<'p>(mut paths: impl Iterator<Item = &'p str> + Clone, wrapper: &str) -> Option<&'p str> {
    let first = |path: &'p str| below(path, wrapper).and_then(|below| Some(below.split_once('/')?.0));
    let any = paths.clone().next()?;
    let folder = first(any)?;
    if !paths.clone().all(|path| first(path) == Some(folder)) {
        return None;
    }
    let longer = any.get(..any.len() - below(any, wrapper)?.len() + folder.len())?;
    let has_area = paths.any(|path| {
        let mut below = below(path, longer).unwrap_or_default().split('/');
        below.next().is_some_and(|first| area(first).is_some()) && below.count() > 1
    });
    let is_named =
        area(folder).is_none() && ["icloud", "apple"].iter().any(|word| match_key(folder).contains(word));
    (has_area || is_named).then_some(longer)
}

#[cfg(test)]
mod tests;
