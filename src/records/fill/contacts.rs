//! The table `contacts`.

use std::collections::HashMap;

use crate::apple::content_line::Text;
use crate::category::contacts::{Card, Groups, Row};
use crate::category::recognise::Sort;
use crate::contents::ContentId;
use crate::records::fill::newer::{Key, Newer};
use crate::records::fill::{Reading, as_sql};

pub fn fill(reading: &mut Reading<'_, '_>) -> rusqlite::Result<()> {
    let mut newer = Newer::default();
    let read: HashMap<ContentId, &[Card]> = reading
        .filling
        .decided
        .contacts
        .files
        .iter()
        .map(|file| (file.content, file.read.cards.cards.as_slice()))
        .collect();
    let files = reading.standing(Sort::Cards);
    for of_export in files.chunk_by(|a, b| a.export == b.export) {
        let Some(export) = of_export.first().map(|file| file.export) else { continue };
        let mut cards: Vec<(&str, Key, &Card)> = Vec::new();
        for file in of_export {
            // what cannot be read was said when it was read before
            let opened = reading.open.open(file.content);
            let Ok(text) = opened.and_then(Text::of) else { continue };
            let found = read.get(&file.content).copied().unwrap_or_default();
            reading.items.insert(file.content, found.len() as u64);
            for card in found {
                let key = match card.uid.as_deref() {
                    Some(uid) if !uid.is_empty() => Key::named(uid),
                    _ => {
                        let mut written = blake3::Hasher::new();
                        text.copy(card.span.clone(), &mut written).map_err(as_sql)?;
                        Key::said(&written.finalize())
                    }
                };
                cards.push((file.path, key, card));
            }
        }
        let groups = Groups::of_cards(cards.iter().map(|(_, _, card)| *card));
        for (path, key, card) in cards {
            if newer.counts(export, key) {
                reading.records.contact(&Row::of(card, &groups, path))?;
            }
        }
    }
    Ok(())
}
