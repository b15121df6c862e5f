//! What the cards of all exports come to: originals by name, one file of all, pictures, and who may be there twice.

use std::collections::BTreeMap;
use std::io::{self, BufReader, Write};
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};

use crate::apple::content_line::Text;
use crate::apple::text::split;
use crate::category::contacts::{
    Card, Cards, Groups, Photo, likely_duplicates, list, photo, piece, read, wished_stem, with_categories,
};
use crate::category::outcome::{
    Count, Files, Hearing, Made, Open, Standing, Wished, Wishes, problem_of, time_of,
};
use crate::category::places::Places;
use crate::category::recognise::Sort;
use crate::contents::{Category, ContentId, Contents, EntryId};
use crate::library::{layout, name};
use crate::problem::amount::counted;
use crate::problem::refusal::refused;
use crate::problem::{Code, Problem};

const EXTENSION: &str = "vcf";

/// The cards that were read.
#[derive(Debug, Default)]
pub struct Heard {
    files: BTreeMap<ContentId, Arc<Read>>,
}

/// The cards of one file, and the ending of each one's picture.
#[derive(Debug, Default)]
pub struct Read {
    pub cards: Cards,
    pictures: Vec<Option<&'static str>>,
}

impl Read {
    fn of(file: impl io::Read) -> io::Result<Self> {
        let text = Text::of(file)?;
        let cards = read(BufReader::new(text.part(text.span())))?;
        let extension = |card: &Card| match photo(&text, card)? {
            Some(Photo::Bytes { extension, .. }) => Ok(Some(extension)),
            Some(Photo::Elsewhere(_)) | None => Ok(None),
        };
        let pictures = cards.cards.iter().map(extension).collect::<io::Result<_>>()?;
        Ok(Read { pictures, cards })
    }
}

/// Reads every file of cards.
pub fn hear(hearing: &mut Hearing<'_>) -> Heard {
    let contents = hearing.contents;
    let mut heard = Heard::default();
    for entry in contents.entries.iter().filter(|entry| Sort::of(entry) == Some(Sort::Cards)) {
        let Some(content) = entry.content().filter(|content| !heard.files.contains_key(content)) else {
            continue;
        };
        let Some(file) = hearing.reader(content) else { continue };
        match Read::of(file) {
            Ok(read) => drop(heard.files.insert(content, Arc::new(read))),
            Err(error) => hearing.refuse(content, refused(&error)),
        }
    }
    heard
}

/// A file of cards.
#[derive(Debug, Clone)]
pub struct File {
    pub entry: EntryId,
    pub content: ContentId,
    pub read: Arc<Read>,
    modified: Option<DateTime<Utc>>,
}

/// What the cards come to.
#[derive(Debug, Default)]
pub struct Decided {
    /// Of these inputs, if they hold any.
    pub count: Option<Count>,
    pub wishes: Wishes,
    pub problems: Vec<Problem>,
    pub files: Vec<File>,
}

/// Decides for all exports together.
pub fn decide(contents: &Contents, heard: &Heard) -> Decided {
    let mut decided = Decided::default();
    let mut count = Count::of(Category::Contacts);
    let mut counted = Files::default();
    for (id, entry) in contents.entries.pairs().filter(|(_, entry)| Sort::of(entry) == Some(Sort::Cards)) {
        let Some(content) = entry.content() else { continue };
        let read = heard.files.get(&content).cloned().unwrap_or_default();
        let cards = &read.cards;
        let stem = wished_stem(entry.name(), &cards.cards);
        let name = name::with_suffix(stem, EXTENSION, 1);
        let path = [layout::CONTACTS, layout::CARDS, &name].join("/");
        if entry.given {
            decided.problems.extend(faults(cards).map(|(code, why)| problem_of(contents, id, code, why)));
            if counted.counts(contents, id, content, &path) {
                count.items += cards.cards.len() as u64;
                count.files += 1;
            }
        }
        decided.wishes.insert(id, Wished::at(path));
        decided.files.push(File { entry: id, content, read, modified: time_of(entry) });
    }
    decided.count = (!counted.is_empty()).then_some(count);
    decided
}

fn faults(cards: &Cards) -> impl Iterator<Item = (Code, String)> {
    let none = cards
        .cards
        .is_empty()
        .then(|| (Code::BadRow, "no card is in this file; it is kept as it is".to_owned()));
    let cut = cards.cards.iter().filter(|card| !card.is_whole).count();
    let cut = (cut > 0).then(|| {
        let cards = counted(cut as u64, "card in this file breaks off", "cards in this file break off");
        (Code::BadRow, format!("{cards}; what is there is kept as it is"))
    });
    let beyond = (cards.beyond > 0).then(|| {
        (Code::LimitExceeded, format!("{} cards beyond the first were kept, but not read", cards.beyond))
    });
    [none, cut, beyond].into_iter().flatten()
}

impl Decided {
    /// The files that stand, each with its path, in the order of their paths.
    pub fn standing<'a>(&'a self, standing: &Standing<'a>) -> Vec<(&'a str, &'a File)> {
        let by_path: BTreeMap<&str, &File> =
            self.files.iter().filter_map(|file| Some((standing(file.entry)?, file))).collect();
        by_path.into_iter().collect()
    }

    /// One file of all cards, the same with groups where there are any, the pictures, and the list of likely duplicates.
    pub fn made<'a>(&'a self, standing: &Standing<'a>) -> Vec<Made<'a>> {
        let files = self.standing(standing);
        if files.is_empty() {
            return Vec::new();
        }
        let cards: Vec<(&str, &Card)> = files
            .iter()
            .flat_map(|(path, file)| file.read.cards.cards.iter().map(|card| (*path, card)))
            .collect();
        let newest = files.iter().filter_map(|(_, file)| file.modified).max();
        let mut made = Vec::new();
        if let Some(text) = list(&likely_duplicates(&cards), &cards) {
            made.push(of_contacts("likely duplicates.csv", move |_, to| to.write_all(text.as_bytes())));
        }
        let pictures = pictures(&files);
        let groups = Groups::of_cards(cards.iter().map(|(_, card)| *card));
        if !groups.is_empty() {
            let files = files.clone();
            made.push(of_contacts("All contacts with groups.vcf", move |open, to| {
                files.iter().try_for_each(|(_, file)| {
                    let text = Text::of(open.open(file.content)?)?;
                    with_categories(&text, &file.read.cards.cards, &groups, to)
                })
            }));
        }
        made.push(of_contacts("All contacts.vcf", move |open, to| {
            files.iter().try_for_each(|(_, file)| {
                piece(open.open(file.content)?, to)?;
                // or the next file's first card would be read as part of it
                let is_cut = file.read.cards.cards.last().is_some_and(|card| !card.is_whole);
                if is_cut { to.write_all(b"END:VCARD\r\n") } else { Ok(()) }
            })
        }));
        made.into_iter().map(|made| made.modified(newest)).chain(pictures).collect()
    }
}

fn of_contacts<'a>(
    name: impl AsRef<str>,
    write: impl Fn(&dyn Open, &mut dyn Write) -> io::Result<()> + Send + Sync + 'a,
) -> Made<'a> {
    Made::new(Category::Contacts, format!("{}/{}", layout::CONTACTS, name.as_ref()), write)
}

/// The picture of each card that has one, called like the card's file.
fn pictures<'a>(files: &[(&'a str, &'a File)]) -> Vec<Made<'a>> {
    let mut places = Places::default();
    let mut made = Vec::new();
    // a file may hold the pictures of many cards, which are made one after another
    let last: Arc<Mutex<Option<(ContentId, Text)>>> = Arc::default();
    for &(path, file) in files {
        let stem = split(path.rsplit('/').next().unwrap_or(path)).0;
        let cards = &file.read.cards.cards;
        for (card, extension) in cards.iter().zip(&file.read.pictures) {
            let Some(extension) = *extension else { continue };
            let stem = if cards.len() == 1 { stem } else { card.display_name().unwrap_or(stem) };
            let [path] = places.free(layout::CONTACT_PHOTOS, stem, [extension]);
            let last = Arc::clone(&last);
            let picture = Made::new(Category::Contacts, path, move |open, to| {
                let mut last = last.lock().unwrap_or_else(PoisonError::into_inner);
                let text = match last.take() {
                    Some((content, text)) if content == file.content => text,
                    _ => Text::of(open.open(file.content)?)?,
                };
                let photo = photo(&text, card);
                *last = Some((file.content, text));
                match photo? {
                    Some(Photo::Bytes { bytes, .. }) => to.write_all(&bytes),
                    Some(Photo::Elsewhere(_)) | None => Err(io::ErrorKind::InvalidData.into()),
                }
            });
            made.push(picture.modified(file.modified));
        }
    }
    made
}
