//! Groups: which cards belong together.
//!
//! Apple keeps a group as a card of its own that lists the UIDs of its members; nothing else reads that. Others keep
//! the names of groups in each card (`CATEGORIES`). Both are heard, and for others a file can be made in which each
//! card names its groups.

use std::collections::{BTreeSet, HashMap};

use crate::apple::content_line::Lines;
use crate::category::contacts::card::{Card, Kind};
use crate::category::contacts::merged::piece;
use crate::category::contacts::read;

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

/// All cards one after another, in the order of the paths of their files, with one line more in each card that a group card names,
/// and without the group cards. `None` if there are no groups, and so nothing to say.
pub fn with_categories(files: &[(&str, &[u8])], groups: &Groups) -> Option<Vec<u8>> {
    if groups.is_empty() {
        return None;
    }
    let mut ordered: Vec<_> = files.iter().collect();
    ordered.sort_by_key(|(path, _)| path.as_bytes());
    let mut all = Vec::new();
    for (_, bytes) in ordered {
        let text = piece(bytes);
        let mut copied = 0;
        for card in read(&text).cards {
            if card.kind == Kind::Group {
                all.extend_from_slice(text.get(copied..card.span.start)?);
                copied = card.span.end;
                continue;
            }
            let names: Vec<String> = groups
                .by_cards(&card)
                .filter(|name| !card.categories.contains(name))
                .map(|name| escaped(name))
                .collect();
            let lines = Lines::new(text.get(card.span.clone())?);
            if let Some(last) = lines.last().filter(|_| card.is_whole && !names.is_empty()) {
                let end = card.span.start + last.span.start;
                all.extend_from_slice(text.get(copied..end)?);
                let line = format!("CATEGORIES:{}", names.join(","));
                all.extend_from_slice(folded(&line).as_bytes());
                copied = end;
            }
        }
        all.extend_from_slice(text.get(copied..)?);
    }
    Some(all)
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
