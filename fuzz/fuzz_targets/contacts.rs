//! Any bytes as a file of cards, and all that is made of them.
#![no_main]

use libfuzzer_sys::fuzz_target;
use windfall::apple::content_line::text_of;
use windfall::category::contacts::{
    Card, Groups, Row, likely_duplicates, list, merged, photo, read, wished_stem, with_categories,
};

fuzz_target!(|bytes: &[u8]| {
    let text = text_of(bytes);
    let found = read(&text);
    let mut end = 0;
    for card in &found.cards {
        assert!(card.span.start >= end && card.span.end > card.span.start && card.span.end <= text.len());
        end = card.span.end;
        let _ = photo(&text, card);
    }
    let groups = Groups::of_cards(&found.cards);
    let cards: Vec<(&str, &Card)> = found.cards.iter().map(|card| ("a.vcf", card)).collect();
    for card in &found.cards {
        let row = Row::of(card, &groups, "a.vcf");
        assert!(
            [&row.uid, &row.phones, &row.emails, &row.groups]
                .into_iter()
                .flatten()
                .all(|text| !text.is_empty())
        );
    }
    let _ = (list(&likely_duplicates(&cards), &cards), wished_stem("a", &found.cards));
    let _ = (with_categories(&[("a.vcf", &text)], &groups), merged(&[("a.vcf", bytes), ("b.vcf", bytes)]));
});
