//! Contacts: the rows say which cards count, and the card in the library what its owner calls each number.

use std::collections::HashMap;

use crate::apple::content_line::text_of;
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
        let text = kept.read(path).map(|bytes| text_of(&bytes).into_owned()).unwrap_or_default();
        let mut cards = read(&text).cards;
        for row in rows {
            let is_its = |card: &Card| match row.text("uid") {
                Some(uid) => card.uid.as_deref() == Some(uid),
                None => card.display_name() == row.text("name"),
            };
            // two cards of a file may have one name
            let card = cards.iter().position(is_its).map(|at| cards.remove(at));
            shown.push(card_shown(row, path, card.as_ref().map(|card| (text.as_slice(), card)), &pictures));
        }
    }
    (!shown.is_empty()).then(|| Section::contacts(shown))
}

fn card_shown(
    row: &Row,
    path: &str,
    card: Option<(&[u8], &Card)>,
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
    let picture = card.and_then(|(text, card)| match photo(text, card)? {
        Photo::Bytes { bytes, .. } => pictures.get(&blake3::hash(&bytes)).cloned(),
        Photo::Elsewhere(_) => None,
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
