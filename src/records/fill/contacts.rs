//! The table `contacts`.

use crate::apple::content_line::text_of;
use crate::category::contacts::{Card, Groups, Row, read};
use crate::category::recognise::Sort;
use crate::records::fill::Reading;
use crate::records::fill::newer::{Key, Newer};

pub fn fill(reading: &mut Reading<'_, '_>) -> rusqlite::Result<()> {
    let mut newer = Newer::default();
    let files = reading.standing(Sort::Cards);
    for of_export in files.chunk_by(|a, b| a.export == b.export) {
        let Some(export) = of_export.first().map(|file| file.export) else { continue };
        let mut cards: Vec<(&str, Key, Card)> = Vec::new();
        for file in of_export {
            let Some(bytes) = reading.whole(file.content) else { continue };
            let text = text_of(&bytes);
            let found = read(&text).cards;
            reading.items.insert(file.content, found.len() as u64);
            cards.extend(found.into_iter().map(|card| {
                let written = text.get(card.span.clone()).unwrap_or_default();
                (file.path, Key::of(card.uid.as_deref(), written), card)
            }));
        }
        let groups = Groups::of_cards(cards.iter().map(|(_, _, card)| card));
        for (path, key, card) in cards {
            if newer.counts(export, key) {
                reading.records.contact(&Row::of(&card, &groups, path))?;
            }
        }
    }
    Ok(())
}
