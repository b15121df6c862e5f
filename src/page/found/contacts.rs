//! Contacts: the rows say which cards count, and the card in the library what its owner calls each number.

use std::collections::HashMap;
use std::io::BufReader;

use crate::apple::content_line::Text;
use crate::category::contacts::{self, Card, Photo, photo, read};
use crate::library::layout;
use crate::page::found::Kept;
use crate::page::found::tables::{Row, Tables};
use crate::page::sections::{CardShown, Reach, Section};

/// Between several values in one cell.
const BETWEEN: &str = "; ";

pub fn section(kept: &Kept<'_>, tables: &Tables) -> Option<Section> {
    let columns =
        &["uid", "name", "organisation", "phones", "emails", "birthday", "has_photo", "groups", "path"];
    let rows = tables.rows("contacts", columns)?;
    let pictures = pictures(kept);
    // a file may hold many cards, and is read once
    let mut by_file: HashMap<&str, Vec<&Row>> = HashMap::new();
    for row in &rows {
        if let Some(path) = row.text("path").filter(|path| kept.has(path)) {
            by_file.entry(path).or_default().push(row);
        }
    }
    let mut shown = Vec::new();
    for (path, rows) in by_file {
        let text = kept.open(path).and_then(|file| Text::of(file).ok());
        let read = text.as_ref().and_then(|text| read(BufReader::new(text.part(text.span()))).ok());
        let cards = read.unwrap_or_default().cards;
        let mut left = Left::of(&cards);
        for row in rows {
            let card = left.take(row).and_then(|at| cards.get(at));
            shown.push(card_shown(row, path, text.as_ref().zip(card), &pictures));
        }
    }
    (!shown.is_empty()).then(|| Section::contacts(shown))
}

/// The cards of a file that no row was found for yet, by their places, the first last. Two may have one name.
struct Left<'c> {
    by_uid: HashMap<&'c str, Vec<usize>>,
    /// Those that are called nothing are together too.
    by_name: HashMap<&'c str, Vec<usize>>,
    is_taken: Vec<bool>,
}

impl<'c> Left<'c> {
    fn of(cards: &'c [Card]) -> Self {
        let (mut by_uid, mut by_name) = (HashMap::new(), HashMap::new());
        for (at, card) in cards.iter().enumerate().rev() {
            if let Some(uid) = card.uid.as_deref() {
                by_uid.entry(uid).or_insert_with(Vec::new).push(at);
            }
            by_name.entry(card.display_name().unwrap_or_default()).or_insert_with(Vec::new).push(at);
        }
        Left { by_uid, by_name, is_taken: vec![false; cards.len()] }
    }

    /// The first card that is this row's.
    fn take(&mut self, row: &Row) -> Option<usize> {
        let places = match row.text("uid") {
            Some(uid) => self.by_uid.get_mut(uid),
            None => self.by_name.get_mut(row.text("name").unwrap_or_default()),
        }?;
        while let Some(at) = places.pop() {
            if let Some(is_taken @ false) = self.is_taken.get_mut(at) {
                *is_taken = true;
                return Some(at);
            }
        }
        None
    }
}

fn card_shown(
    row: &Row,
    path: &str,
    card: Option<(&Text, &Card)>,
    pictures: &HashMap<blake3::Hash, String>,
) -> CardShown {
    let text = |column| row.text(column).map(str::to_owned);
    let in_row = |column| -> Vec<Reach> {
        let values = row.text(column).into_iter().flat_map(|cell| cell.split(BETWEEN));
        values.map(|value| Reach { value: value.to_owned(), label: None }).collect()
    };
    let in_card = |reaches: &[contacts::Reach]| -> Vec<Reach> {
        let reach = |reach: &contacts::Reach| Reach {
            value: reach.value.to_string(),
            label: reach.label.as_deref().map(str::to_owned),
        };
        reaches.iter().map(reach).collect()
    };
    let picture = card.and_then(|(text, card)| match photo(text, card) {
        Ok(Some(Photo::Bytes { bytes, .. })) => pictures.get(&blake3::hash(&bytes)).cloned(),
        Ok(Some(Photo::Elsewhere(_)) | None) | Err(_) => None,
    });
    CardShown {
        name: text("name").unwrap_or_default(),
        organisation: text("organisation"),
        phones: card.map_or_else(|| in_row("phones"), |(_, card)| in_card(&card.phones)),
        emails: card.map_or_else(|| in_row("emails"), |(_, card)| in_card(&card.emails)),
        birthday: text("birthday"),
        groups: row
            .text("groups")
            .map(|cell| cell.split(BETWEEN).map(str::to_owned).collect())
            .unwrap_or_default(),
        picture,
        path: path.to_owned(),
    }
}

/// Where each picture of a contact stands, by its bytes.
fn pictures(kept: &Kept<'_>) -> HashMap<blake3::Hash, String> {
    let below = format!("{}/", layout::CONTACT_PHOTOS);
    let pictures = kept.derived.iter().filter(|(path, _)| path.as_str().starts_with(&below));
    pictures.filter_map(|(path, record)| Some((record.blake3?, path.as_str().to_owned()))).collect()
}
