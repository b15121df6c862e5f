//! Groups: which cards belong together.
//!
//! Apple keeps a group as a card of its own that lists the UIDs of its members; nothing else reads that. Others keep
//! the names of groups in each card (`CATEGORIES`). Both are heard, and for others a file can be made in which each
//! card names its groups.

use std::collections::{BTreeSet, HashMap};
use std::io::{self, Write};

use crate::apple::content_line::Text;
use crate::category::contacts::card::{Card, Kind};

/// Bytes of one line, by the standard.
const LINE_MAX: usize = 75;

/// The groups of all cards.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Groups {
    by_member: HashMap<String, BTreeSet<Box<str>>>,
}

impl Groups {
    /// Those that these cards are.
    pub fn of_cards<'c>(cards: impl IntoIterator<Item = &'c Card>) -> Self {
        let mut groups = Groups::default();
        for group in cards.into_iter().filter(|card| card.kind == Kind::Group) {
            let Some(name) = group.display_name() else { continue };
            for member in &group.members {
                groups.by_member.entry(key(member)).or_default().insert(name.into());
            }
        }
        groups
    }

    /// Whether no card is in a group.
    pub fn is_empty(&self) -> bool {
        self.by_member.is_empty()
    }

    /// The names of the groups of a card: by group cards and by its own categories, sorted, each once.
    pub fn of<'g>(&'g self, card: &'g Card) -> BTreeSet<&'g str> {
        let by_cards = self.by_cards(card).map(AsRef::as_ref);
        by_cards.chain(card.categories.iter().map(AsRef::as_ref)).collect()
    }

    fn by_cards(&self, card: &Card) -> impl Iterator<Item = &Box<str>> {
        card.uid.as_deref().and_then(|uid| self.by_member.get(&key(uid))).into_iter().flatten()
    }
}

/// Identifiers are the same in either case.
pub(super) fn key(uid: &str) -> String {
    uid.to_ascii_lowercase()
}

/// Writes the cards of a file one after another, with one line more in each card that a group card names, and without
/// the group cards.
///
/// # Errors
/// If the text cannot be read again, or `to` refuses.
pub fn with_categories(text: &Text, cards: &[Card], groups: &Groups, to: &mut dyn Write) -> io::Result<()> {
    let mut copied = 0;
    for card in cards {
        if card.kind == Kind::Group {
            text.copy(copied..card.span.start, to)?;
            copied = card.span.end;
            continue;
        }
        let names: Vec<String> = groups
            .by_cards(card)
            .filter(|name| !card.categories.contains(name))
            .map(|name| escaped(name))
            .collect();
        if names.is_empty() || !card.is_whole {
            continue;
        }
        let (mut lines, mut end) = (text.lines(card.span.clone()), card.span.start);
        while let Some(line) = lines.next()? {
            end = line.span.start;
        }
        text.copy(copied..end, to)?;
        to.write_all(folded(&format!("CATEGORIES:{}", names.join(","))).as_bytes())?;
        copied = end;
    }
    match text.copy(copied..text.span().end, to)? {
        None | Some(b'\n' | b'\r') => Ok(()),
        Some(_) => to.write_all(b"\r\n"),
    }
}

fn escaped(name: &str) -> String {
    name.replace('\\', "\\\\").replace(',', "\\,").replace(';', "\\;")
}

/// The line with its line break, cut so that no piece is longer than the standard allows.
fn folded(line: &str) -> String {
    let mut folded = String::with_capacity(line.len() + 8);
    let mut length = 0;
    for c in line.chars() {
        if length + c.len_utf8() > LINE_MAX {
            folded.push_str("\r\n ");
            length = 1;
        }
        folded.push(c);
        length += c.len_utf8();
    }
    folded.push_str("\r\n");
    folded
}
