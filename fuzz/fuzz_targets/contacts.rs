//! Any bytes as a file of cards, and all that is made of them.
#![no_main]

use std::io::BufReader;

use libfuzzer_sys::fuzz_target;
use windfall::apple::content_line::Text;
use windfall::category::contacts::{
    Card, Groups, Row, likely_duplicates, list, merged, photo, read, wished_stem, with_categories,
};

fuzz_target!(|bytes: &[u8]| {
    let text = Text::of(bytes).expect("memory is read");
    let found = read(BufReader::new(text.part(text.span()))).expect("memory is read");
    let mut end = 0;
    for card in &found.cards {
        assert!(card.span.start >= end && card.span.end > card.span.start && card.span.end <= text.span().end);
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
    with_categories(&text, &found.cards, &groups, &mut std::io::sink()).expect("nothing refuses");
    let _ = merged(&[("a.vcf", bytes), ("b.vcf", bytes)]);
});
