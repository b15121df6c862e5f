//! Contacts, as cards.

use serde::Serialize;

use crate::contents::Category;
use crate::page::figures::counted;
use crate::page::sections::{Section, listed};

/// A contact as the page shows it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct CardShown {
    /// What to call it.
    pub name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organisation: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub phones: Vec<Reach>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub emails: Vec<Reach>,
    /// `1985-04-12`, `--04-12` without a year, or what the card says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub birthday: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<String>,
    /// Where a picture of it stands in the library.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub picture: Option<String>,
    /// Where its card stands in the library.
    pub path: String,
}

/// A number or an address, and what its owner calls it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Reach {
    pub value: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
}

#[derive(Serialize)]
struct Data<'a> {
    cards: &'a [CardShown],
}

impl Section {
    /// The section of these cards, by name.
    pub fn contacts(mut cards: Vec<CardShown>) -> Self {
        cards.sort_by_cached_key(|card| (crate::library::name::fold(&card.name), card.path.clone()));
        let groups: std::collections::BTreeSet<&String> =
            cards.iter().flat_map(|card| &card.groups).collect();
        let pictures = cards.iter().filter(|card| card.picture.is_some()).count() as u64;
        let line = listed(&[(groups.len() as u64, "group", "groups"), (pictures, "picture", "pictures")]);
        let title = counted(cards.len() as u64, "contact", "contacts");
        Section::new(Category::Contacts, title, line, &Data { cards: &cards })
    }
}
