//! A note as its owner thinks of it: text, files, dates, people.
//!
//! It is put together from what each path is for, from Apple's lists, and from what the texts say. It guesses
//! nothing: a date that several rows may mean is unknown, and files that several texts may mean belong to all of them.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::SecondsFormat;
use chrono_tz::Tz;
use unicode_normalization::UnicodeNormalization;

use crate::apple::text::match_key;
use crate::category::dated::{Dated, Written};
use crate::category::notes::body::Gist;
use crate::category::notes::list;
use crate::category::notes::markdown::TitleFrom;
use crate::category::notes::path::{Area, Home, Mark, Use, reading_order};
use crate::category::notes::rows::{Known, Matched, Matching, matching};
use crate::category::notes::sharing::{self, Person};
use crate::contents::ContentId;

/// A file of a note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// Its path below the note's folder: `Attachment-1.jpeg`, `sketches/a.png`.
    pub name: Box<str>,
    /// Its path below the wrapper.
    pub path: Box<str>,
    pub content: ContentId,
}

/// The text of a note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Body {
    /// Its path below the wrapper.
    pub path: Box<str>,
    pub content: ContentId,
    pub gist: Gist,
}

/// Where the files of a note belong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Placing {
    /// One at each U+FFFC, in reading order.
    InText,
    /// They are the note's, and where in it nobody knows.
    AtEnd,
    /// They are of one of the notes in this folder, nobody knows which. All link to them.
    Shared,
}

/// A note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    pub home: Home,
    pub mark: Mark,
    /// `None` where it has only files, as handwriting does.
    pub body: Option<Body>,
    pub title: Box<str>,
    pub title_from: TitleFrom,
    pub created: Dated,
    pub modified: Dated,
    pub pinned: bool,
    /// Handwriting or a drawing.
    pub drawing: bool,
    /// Apple's `ContentHash at Import`, mostly empty.
    pub hash: Box<str>,
    /// By what the dates were found.
    pub matched: Matched,
    /// Whom it is shared with, its owner first if that is somebody else.
    pub people: Vec<Person>,
    /// In reading order.
    pub attachments: Vec<Attachment>,
    pub placing: Placing,
}

impl Note {
    /// Whether it lies in Recently Deleted.
    pub fn is_deleted(&self) -> bool {
        self.home.area == Area::RecentlyDeleted
    }

    /// The path below the wrapper of what it came from: its text, else its first file.
    pub fn source(&self) -> &str {
        let file = self.attachments.first().map(|file| file.path.as_ref());
        self.body.as_ref().map(|body| body.path.as_ref()).or(file).unwrap_or_default()
    }

    /// Whether its text has other objects than it has files, so that their places cannot be told.
    pub fn is_unplaced(&self) -> bool {
        let objects = self.body.as_ref().map_or(0, |body| body.gist.objects);
        self.placing != Placing::InText && objects + self.attachments.len() > 0 && self.body.is_some()
    }
}

/// One delivered file of an export of notes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivered {
    /// Its path below the wrapper.
    pub path: Box<str>,
    pub used: Use,
    pub content: ContentId,
}

/// The notes of one export, and what of its lists speaks of none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Notes {
    /// Sorted by area, folder, title and number.
    pub notes: Vec<Note>,
    /// How the rows of Apple's list were matched; indices of notes are those of `notes`.
    pub matching: Matching,
    /// Rows of the lists of shared notes that point nowhere.
    pub pointing_nowhere: Vec<usize>,
}

/// Puts the notes of one export together. `gist` says what the text of a content says; `zone` is where the clock of
/// Apple's lists is thought to have stood. Files that are no note's are passed over.
pub fn notes(
    delivered: &[Delivered],
    rows: &[list::Row],
    shared: &[sharing::Row],
    gist: impl Fn(ContentId) -> Gist,
    zone: Tz,
) -> Notes {
    let mut drafts = drafts(delivered, gist);
    let (people, pointing_nowhere) = sharing_of(&drafts, shared);
    let known: Vec<Known<'_>> = drafts
        .iter()
        .zip(&people)
        .map(|(draft, shared_row)| Known {
            home: &draft.home,
            mark: draft.mark,
            first_line: draft.body.as_ref().map(|body| body.gist.first_line.as_ref()),
            shared_modified: shared_row
                .first()
                .and_then(|row| shared.get(*row))
                .map(|row| row.modified.raw())
                .filter(|raw| !raw.is_empty()),
        })
        .collect();
    let matching = matching(rows, &known, zone);
    // of fewer rows than notes nobody knows whether any speaks of this one
    let doubtful: HashSet<usize> = matching
        .groups
        .iter()
        .filter(|group| group.rows.len() < group.notes.len())
        .flat_map(|group| group.notes.iter().copied())
        .collect();
    for (index, (draft, shared_rows)) in drafts.iter_mut().zip(people).enumerate() {
        let of_note: Vec<&list::Row> = matching
            .rows_of(index)
            .iter()
            .filter(|_| !doubtful.contains(&index))
            .filter_map(|row| rows.get(*row))
            .collect();
        draft.say(&of_note, zone);
        draft.matched = matching.notes.get(index).cloned().unwrap_or(Matched::Nothing);
        let mut people: Vec<Person> = Vec::new();
        for person in shared_rows.iter().filter_map(|row| shared.get(*row)).flat_map(|row| &row.people) {
            if !people.contains(person) {
                people.push(person.clone());
            }
        }
        draft.people = people;
    }
    Notes { notes: drafts, matching, pointing_nowhere }
}

impl Note {
    /// What rows say of it, as far as all of them say the same.
    fn say(&mut self, rows: &[&list::Row], zone: Tz) {
        let date = |of: fn(&list::Row) -> &Written| {
            agreed(rows, |row| of(row).clone()).map_or_else(Dated::unknown, |written| written.read_in(zone))
        };
        self.created = date(|row| &row.created);
        self.modified = date(|row| &row.modified);
        if let Some(created) = self.mark.created {
            // it states its zone, which the list does not
            let raw = created.to_rfc3339_opts(SecondsFormat::Secs, true);
            self.created = Dated::stated(&raw, created);
        }
        self.pinned = agreed(rows, |row| row.pinned).flatten() == Some(true);
        self.drawing = agreed(rows, |row| row.drawing).flatten() == Some(true);
        self.hash = agreed(rows, |row| row.hash.clone()).unwrap_or_default();
        let own = self.body.as_ref().and_then(|body| body.gist.title.clone());
        self.title_from = if own.is_some() { TitleFrom::Text } else { TitleFrom::Elsewhere };
        let listed = || agreed(rows, |row| row.title.clone()).filter(|title| !title.is_empty());
        self.title = own.or_else(listed).unwrap_or_else(|| self.home.title.clone());
    }
}

/// The value that all rows have.
fn agreed<T: PartialEq>(rows: &[&list::Row], of: impl Fn(&list::Row) -> T) -> Option<T> {
    let (first, others) = rows.split_first()?;
    let value = of(first);
    others.iter().all(|row| of(row) == value).then_some(value)
}

/// The notes of each folder that is one, without what lists say.
fn drafts(delivered: &[Delivered], gist: impl Fn(ContentId) -> Gist) -> Vec<Note> {
    // one folder may come in two parts, in another normalisation each
    let key = |home: &Home| {
        (home.area, home.folder.nfc().collect::<String>(), home.title.nfc().collect::<String>())
    };
    type Files<'d> = (Vec<(&'d Home, Mark, Body)>, Vec<(&'d Home, Attachment)>);
    let mut homes: BTreeMap<(Area, String, String), Files<'_>> = BTreeMap::new();
    for Delivered { path, used, content } in delivered {
        match used {
            Use::Body(home, mark) => {
                let body = Body { path: path.clone(), content: *content, gist: gist(*content) };
                homes.entry(key(home)).or_default().0.push((home, *mark, body));
            }
            Use::Attachment(home, name) => {
                let file = Attachment { name: name.clone(), path: path.clone(), content: *content };
                homes.entry(key(home)).or_default().1.push((home, file));
            }
            Use::List(_) | Use::Other => {}
        }
    }
    let mut drafts = Vec::new();
    for (mut bodies, mut files) in homes.into_values() {
        bodies.sort_by(|(_, a, a_body), (_, b, b_body)| (a, &a_body.path).cmp(&(b, &b_body.path)));
        // the same file in two parts, or in two copies of one
        bodies.dedup_by(|(_, _, a), (_, _, b)| a.path.nfc().eq(b.path.nfc()) && a.content == b.content);
        files.sort_by_cached_key(|(_, file)| (reading_order(&file.name), file.path.clone()));
        files.dedup_by(|(_, a), (_, b)| a.path.nfc().eq(b.path.nfc()) && a.content == b.content);
        let home = bodies.first().map(|(home, ..)| *home).or(files.first().map(|(home, _)| *home));
        let Some(home) = home.cloned() else { continue };
        let mut files: Vec<Attachment> = files.into_iter().map(|(_, file)| file).collect();
        let objects: usize = bodies.iter().map(|(_, _, body)| body.gist.objects).sum();
        let are_placed = objects == files.len() && !bodies.is_empty();
        let are_several = bodies.len() > 1;
        if bodies.is_empty() {
            drafts.push(Note::draft(home, Mark::default(), None, files, Placing::AtEnd));
            continue;
        }
        for (_, mark, body) in bodies {
            let (files, placing) = match (are_placed, are_several) {
                (true, _) => (files.drain(..body.gist.objects.min(files.len())).collect(), Placing::InText),
                (false, false) => (std::mem::take(&mut files), Placing::AtEnd),
                (false, true) if files.is_empty() => (Vec::new(), Placing::AtEnd),
                (false, true) => (files.clone(), Placing::Shared),
            };
            drafts.push(Note::draft(home.clone(), mark, Some(body), files, placing));
        }
    }
    drafts
}

impl Note {
    fn draft(
        home: Home,
        mark: Mark,
        body: Option<Body>,
        attachments: Vec<Attachment>,
        placing: Placing,
    ) -> Self {
        Note {
            title: home.title.clone(),
            home,
            mark,
            body,
            title_from: TitleFrom::Elsewhere,
            created: Dated::unknown(),
            modified: Dated::unknown(),
            pinned: false,
            drawing: false,
            hash: Box::default(),
            matched: Matched::Nothing,
            people: Vec::new(),
            attachments,
            placing,
        }
    }
}

/// For each note the rows of the lists of shared notes that name its path, and the rows that name none.
fn sharing_of(drafts: &[Note], shared: &[sharing::Row]) -> (Vec<Vec<usize>>, Vec<usize>) {
    let mut by_path: HashMap<String, Vec<usize>> = HashMap::new();
    for (index, note) in drafts.iter().enumerate() {
        let file = note.body.as_ref().and_then(|body| body.path.rsplit('/').next()).unwrap_or_default();
        by_path.entry(match_key(&format!("{}/{file}", note.home.below_area()))).or_default().push(index);
    }
    let mut rows_of = vec![Vec::new(); drafts.len()];
    let mut nowhere = Vec::new();
    for (row, shared) in shared.iter().enumerate() {
        let path = shared.path.trim_start_matches('/');
        let below =
            path.split_once('/').filter(|(first, _)| match_key(first) == "notes").map(|(_, below)| below);
        let found = [Some(path), below].into_iter().flatten().find_map(|path| by_path.get(&match_key(path)));
        // a note that its owner deleted since is not what was shared, if another stands at its place
        let live = |note: &&usize| drafts.get(**note).is_some_and(|note| !note.is_deleted());
        match found.and_then(|notes| notes.iter().find(live).or(notes.first())) {
            Some(&note) => rows_of.get_mut(note).into_iter().for_each(|rows: &mut Vec<usize>| rows.push(row)),
            None => nowhere.push(row),
        }
    }
    (rows_of, nowhere)
}

#[cfg(test)]
mod tests;
