//! What the lists and files of all exports come to: one note for each, with its place, its dates and its files.
//!
//! The newest export that has a note decides what it says; a date that it does not know may be known to an older one. The
//! files of older versions stand with those of the newest, and their texts stay among the details.

use std::collections::{BTreeMap, HashSet};
use std::io::Read;

use chrono::{DateTime, NaiveDateTime, Utc};

use crate::apple::sheet::Sheet;
use crate::apple::stamp::Stamp;
use crate::category::Choices;
use crate::category::dated::{Basis, Dated};
use crate::category::notes::body::{self, Gist};
use crate::category::notes::delivery::{Delivery, deliveries};
use crate::category::notes::names::{Place, places};
use crate::category::notes::note::{Attachment, Note, Notes, notes};
use crate::category::notes::tally::Tally;
use crate::category::notes::unite::{At, United, clocks, unite};
use crate::category::notes::{doubts, list, sharing, written};
use crate::category::outcome::{Count, Hearing, LARGEST_WHOLE, Made, Standing, Wished, Wishes, whole};
use crate::category::recognise::Sort;
use crate::category::trial::{self, Trial};
use crate::contents::{Category, ContentId, Contents, Entry, EntryId};
use crate::problem::Problem;
use crate::problem::refusal::Refusal;

/// Bytes of memory that the rows of all lists may take, besides what each brings: those of 300,000 notes.
const ROOM: usize = 96 << 20;

/// What was read, by the bytes that said it.
#[derive(Debug, Default)]
pub struct Heard {
    /// `Notes Details.csv`.
    pub details: BTreeMap<ContentId, Sheet<list::Row>>,
    /// `Shared Notes Info.csv`.
    pub shared: BTreeMap<ContentId, Sheet<sharing::Row>>,
    /// `Subscribed Notes Info.csv`.
    pub subscribed: BTreeMap<ContentId, Sheet<sharing::Row>>,
    /// What texts say, without the texts.
    pub texts: BTreeMap<ContentId, Gist>,
}

impl Heard {
    /// Whether these bytes were read as a list of this sort.
    pub fn has_read(&self, content: ContentId, sort: Sort) -> bool {
        match sort {
            Sort::NoteList => self.details.contains_key(&content),
            Sort::SharedNoteList => self.shared.contains_key(&content),
            Sort::SubscribedNoteList => self.subscribed.contains_key(&content),
            _ => false,
        }
    }
}

/// Reads every list and text.
pub fn hear(hearing: &mut Hearing<'_>) -> Heard {
    let contents = hearing.contents;
    let mut heard = Heard::default();
    let mut room = ROOM;
    for entry in &contents.entries {
        let Some((content, sort)) = entry.content().zip(Sort::of(entry)) else { continue };
        if hearing.unheard.contains_key(&content) {
            continue;
        }
        match sort {
            Sort::NoteText if !heard.texts.contains_key(&content) => {
                let said = hearing.whole(content).map(|bytes| body::gist(&bytes));
                heard.texts.extend(said.map(|gist| (content, gist)));
            }
            Sort::NoteList => read(hearing, (entry, content), &mut heard.details, &mut room, list::read),
            Sort::SharedNoteList => {
                read(hearing, (entry, content), &mut heard.shared, &mut room, sharing::read_shared);
            }
            Sort::SubscribedNoteList => {
                read(hearing, (entry, content), &mut heard.subscribed, &mut room, sharing::read_subscribed);
            }
            _ => {}
        }
    }
    heard
}

/// Reads the rows of a list, with so much memory for them.
type ReadsList<R> = fn(Box<dyn Read + Send>, usize) -> Result<Sheet<R>, Refusal>;

/// Reads one list, unless it was read.
fn read<R>(
    hearing: &mut Hearing<'_>,
    (entry, content): (&Entry, ContentId),
    known: &mut BTreeMap<ContentId, Sheet<R>>,
    room: &mut usize,
    read: ReadsList<R>,
) {
    if known.contains_key(&content) {
        return;
    }
    *room = room.saturating_add(hearing.room_of(entry));
    let Some(list) = hearing.reader(content) else { return };
    match read(list, *room) {
        Ok(sheet) => {
            *room = room.saturating_sub(sheet.weight);
            known.insert(content, sheet);
        }
        Err(refusal) => hearing.refuse(content, refusal),
    }
}

/// A note as the library has it.
#[derive(Debug)]
pub struct Kept {
    /// As the newest export has it.
    pub note: Note,
    pub place: Place,
    /// The entries that are each attachment: several where it came more than once.
    pub files: Vec<Vec<EntryId>>,
    /// When it was changed last, else when it was made, else the time of the file that it came in.
    time: Option<DateTime<Utc>>,
}

/// What it comes to.
#[derive(Debug, Default)]
pub struct Decided {
    /// All notes, sorted by the paths of their Markdown.
    pub notes: Vec<Kept>,
    /// Of these inputs, if they hold any.
    pub count: Option<Count>,
    pub wishes: Wishes,
    pub problems: Vec<Problem>,
    /// What speaks against the zone in which the dates of the lists are read, if there are any.
    pub trial: Option<Trial>,
}

/// Decides for all exports together.
pub fn decide(contents: &Contents, heard: &Heard, choices: &Choices) -> Decided {
    let deliveries = deliveries(contents, heard);
    let gist = |content| heard.texts.get(&content).cloned().unwrap_or_default();
    let of_export = |delivery: &Delivery| {
        notes(&delivery.files, &delivery.details.rows, &delivery.shared.rows, gist, choices.zone)
    };
    let exports: Vec<Notes> = deliveries.iter().map(of_export).collect();
    let mut united = unite(&exports);
    // what a later export adds takes no name from what was there before
    united.sort_by_key(|one| one.all().next_back());
    let versions: Vec<Vec<Version<'_>>> =
        united.iter().map(|one| versions(one, &deliveries, &exports)).collect();
    let newest: Vec<&Note> = versions.iter().filter_map(|all| Some(all.first()?.note)).collect();
    let places = places(&newest);
    let wishes = wishes(&versions, &places);
    let tally = Tally::new(contents, &deliveries, &exports, &versions);
    let newest = versions.iter().filter_map(|versions| Some((versions.first()?, merged(versions)?)));
    let mut kept: Vec<Kept> = newest
        .zip(places)
        .map(|((version, note), place)| Kept::new(contents, version, note, place))
        .collect();
    kept.sort_by(|a, b| a.place.markdown.cmp(&b.place.markdown));
    Decided {
        count: tally.count(contents, &wishes),
        problems: doubts::problems(contents, heard, &tally),
        trial: tried(contents, &deliveries, clocks(&exports, &united), choices),
        notes: kept,
        wishes,
    }
}

/// A note as one export has it.
#[derive(Debug, Clone, Copy)]
pub struct Version<'a> {
    /// Which export, from the oldest.
    pub export: usize,
    /// Its index there.
    pub index: usize,
    pub note: &'a Note,
    pub delivery: &'a Delivery,
}

/// All versions of a note, the newest first; before them comes the newest with a text, where the text of newer ones is in a
/// part that is missing, or damaged.
fn versions<'a>(one: &United, deliveries: &'a [Delivery], exports: &'a [Notes]) -> Vec<Version<'a>> {
    let version = |at: At| {
        let (delivery, notes) = deliveries.get(at.export).zip(exports.get(at.export))?;
        Some(Version { export: at.export, index: at.note, note: notes.notes.get(at.note)?, delivery })
    };
    let mut versions: Vec<Version<'_>> = one.all().filter_map(version).collect();
    versions.sort_by_key(|Version { note, delivery, .. }| {
        note.body.is_none() && (!delivery.is_whole || delivery.is_damaged(&note.home.title))
    });
    versions
}

/// The newest version, with the dates that only older ones know. When a note was changed last they know only if they
/// have the same text.
fn merged(versions: &[Version<'_>]) -> Option<Note> {
    let (newest, older) = versions.split_first()?;
    let mut note = newest.note.clone();
    let created = |wanted: fn(&Dated) -> bool| {
        versions.iter().map(|version| &version.note.created).find(|created| wanted(created))
    };
    let known = created(|date| date.basis == Basis::Stated).or_else(|| created(|date| date.utc.is_some()));
    if let Some(known) = known {
        note.created = known.clone();
    }
    let text = |note: &Note| note.body.as_ref().map(|body| body.content);
    let same = older.iter().filter(|version| text(version.note) == text(&note));
    if note.modified.utc.is_none()
        && let Some(known) = same.map(|version| &version.note.modified).find(|date| date.utc.is_some())
    {
        note.modified = known.clone();
    }
    Some(note)
}

/// Where files want to stand. What the newest versions want counts first.
fn wishes(versions: &[Vec<Version<'_>>], places: &[Place]) -> Wishes {
    let mut wishes = Wishes::new();
    let mut wish = |version: &Version<'_>, place: &Place| {
        for (file, path) in version.note.attachments.iter().zip(place.files(version.note)) {
            for entry in version.delivery.entries(&file.path, file.content) {
                wishes.entry(*entry).or_insert_with(|| Wished::at(path.as_str()));
            }
        }
    };
    for (versions, place) in versions.iter().zip(places) {
        versions.iter().take(1).for_each(|version| wish(version, place));
    }
    for (versions, place) in versions.iter().zip(places) {
        versions.iter().skip(1).for_each(|version| wish(version, place));
    }
    wishes
}

/// What the dates of the lists prove of the zone that they are read in.
fn tried(
    contents: &Contents,
    deliveries: &[Delivery],
    clocks: Vec<(NaiveDateTime, DateTime<Utc>)>,
    choices: &Choices,
) -> Option<Trial> {
    let mut trial = Trial::of(choices.zone);
    // exports that list the same note are not two witnesses
    let mut heard = HashSet::new();
    for delivery in deliveries {
        let built = contents.exports[delivery.export].built.map(trial::latest);
        for row in &delivery.details.rows {
            for stamp in [&row.created, &row.modified] {
                if let Ok(Some(Stamp::Clock(time))) = stamp.says()
                    && heard.insert((&row.title, time))
                {
                    trial.stamp(time, built);
                }
            }
        }
    }
    for (time, instant) in clocks {
        trial.stated(time, instant);
    }
    (trial.stamps > 0).then_some(trial)
}

impl Decided {
    /// The Markdown of each note.
    pub fn made<'a>(&'a self, standing: &Standing<'a>) -> Vec<Made<'a>> {
        self.notes.iter().map(|kept| kept.made(standing)).collect()
    }
}

impl Kept {
    fn new(contents: &Contents, newest: &Version<'_>, note: Note, place: Place) -> Self {
        let entries = |file: &Attachment| newest.delivery.entries(&file.path, file.content).to_vec();
        let files = note.attachments.iter().map(entries).collect();
        let stamps = newest.delivery.entries_of(newest.note).filter_map(|id| contents.entries[id].modified);
        let stamp = stamps.min().map(|stamp| stamp.and_utc());
        let time = note.modified.utc.or(note.created.utc).or(stamp);
        Kept { note, place, files, time }
    }

    /// Where its attachments stand, in their order. One that its owner left out stands nowhere.
    pub fn paths<'a>(&self, standing: &Standing<'a>) -> Vec<Option<&'a str>> {
        let path = |entries: &Vec<EntryId>| entries.iter().find_map(|entry| standing(*entry));
        self.files.iter().map(path).collect()
    }

    fn made<'a>(&'a self, standing: &Standing<'a>) -> Made<'a> {
        let paths = self.paths(standing);
        let ways: Vec<String> = paths.into_iter().flatten().map(|path| self.place.way_to(path)).collect();
        Made::new(Category::Notes, self.place.markdown.as_str(), move |open, to| {
            let bytes = match &self.note.body {
                Some(body) => whole(open, body.content, LARGEST_WHOLE)?,
                None => Vec::new(),
            };
            to.write_all(written::written(&self.note, &ways, &body::text(&bytes)).as_bytes())
        })
        .modified(self.time)
    }
}

#[cfg(test)]
mod tests;
