//! iCloud Contacts: what the vCards say, and what is made of them.
//!
//! Takes the text of a file and says which cards are in it and where each begins and ends. Nothing here changes a
//! card or writes one: what is derived copies the bytes of whole cards, because no two programs agree on how to
//! write them anew and `X-AB…` would be lost. Cards that look alike are named, never merged.
//!
//! The dialects are vCard 2.1 to 4. A card that breaks off ends where the next begins, so that a damaged card costs
//! no other one.
//!
//! It does not use `calcard`, which takes a `&str` and so cannot see a character that folding cut in two, says
//! nothing of where a card stands, and reads the card after one that breaks off as part of it.

#![cfg_attr(not(test), deny(clippy::indexing_slicing))]

mod birthday;
mod card;
pub mod decide;
mod duplicates;
mod groups;
mod merged;
mod photo;
mod row;
#[cfg(test)]
mod tests;
mod wish;

use std::io::{self, BufRead};

use crate::apple::content_line::{Lines, Property};

#[cfg(any(test, feature = "internals"))]
pub use birthday::Birthday;
pub use card::{Card, Reach};
pub use duplicates::{likely_duplicates, list};
pub use groups::{Groups, with_categories};
#[cfg(any(test, feature = "internals"))]
pub use merged::merged;
pub use merged::piece;
pub use photo::{Photo, photo};
pub use row::Row;
pub use wish::wished_stem;

/// Cards of one file that are read. iCloud holds 50,000 of a person.
const MOST_CARDS: usize = 100_000;

/// The cards of one file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Cards {
    /// In the order of the file.
    pub cards: Vec<Card>,
    /// Lines that are in no card.
    pub stray: u64,
    /// Lines within a card that are no properties.
    pub bad: u64,
    /// Cards beyond the most that one file may hold, which were not read.
    pub beyond: u64,
}

/// Reads the cards of a text that [`Decoded`](crate::apple::content_line::Decoded) gives, from front to back.
///
/// # Errors
/// If it cannot be read.
pub fn read(text: impl BufRead) -> io::Result<Cards> {
    let mut found = Cards::default();
    let mut open: Option<Open> = None;
    let mut lines = Lines::new(text);
    while let Some(line) = lines.next()? {
        let property = line.property();
        let frame = property.as_ref().and_then(Frame::of);
        match (&mut open, frame, property) {
            (Some(card), Some(Frame::Begin), _) if card.awaits_agent || card.agents > 0 => {
                card.agents += 1;
                card.awaits_agent = false;
            }
            (_, Some(Frame::Begin), _) => {
                if let Some(cut) = open.take() {
                    found.add(cut.card.ending_at(line.span.start));
                }
                open = Some(Open::at(line.span.start));
            }
            (Some(card), Some(Frame::End), _) if card.agents > 0 => card.agents -= 1,
            (Some(_), Some(Frame::End), _) => {
                let whole = open.take().map(|card| card.card.ending_at(line.span.end).whole());
                whole.into_iter().for_each(|card| found.add(card));
            }
            (None, ..) => found.stray += 1,
            // a card within a card is somebody else
            (Some(card), None, _) if card.agents > 0 => {}
            (Some(card), None, Some(property)) => {
                card.awaits_agent = &*property.name == "AGENT" && property.is_blank();
                card.card.hear(&property, line.span.clone());
            }
            (Some(_), None, None) => found.bad += 1,
        }
    }
    if let Some(cut) = open {
        found.add(cut.card.ending_at(lines.position()));
    }
    Ok(found)
}

impl Cards {
    fn add(&mut self, card: Card) {
        if self.cards.len() < MOST_CARDS {
            self.cards.push(card);
        } else {
            self.beyond += 1;
        }
    }
}

/// A card whose end has not come yet.
struct Open {
    card: card::Draft,
    /// The line before was an `AGENT` of vCard 2.1, whose card follows as a block of its own.
    awaits_agent: bool,
    /// How many such blocks are open.
    agents: u64,
}

impl Open {
    fn at(start: usize) -> Self {
        Open { card: card::Draft::at(start), awaits_agent: false, agents: 0 }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Frame {
    Begin,
    End,
}

impl Frame {
    fn of(property: &Property) -> Option<Frame> {
        let frame = match &*property.name {
            "BEGIN" => Frame::Begin,
            "END" => Frame::End,
            _ => return None,
        };
        property.raw().trim().eq_ignore_ascii_case("VCARD").then_some(frame)
    }
}
