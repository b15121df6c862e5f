//! What the table `contacts` says of a card.

use crate::category::contacts::card::{Card, Reach};
use crate::category::contacts::groups::Groups;

/// Between several values in one cell.
pub(super) const BETWEEN: &str = "; ";

/// One row of the table `contacts`; `None` is NULL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// `UID`, without `urn:uuid:`.
    pub uid: Option<String>,
    /// What the card is called: [`Card::display_name`].
    pub name: Option<String>,
    /// The first part of `ORG`.
    pub organisation: Option<String>,
    /// Numbers as written, in the order of the card, with `; ` between them.
    pub phones: Option<String>,
    /// Addresses, likewise.
    pub emails: Option<String>,
    /// `1985-04-12`, `--04-12` without a year, or what stands there.
    pub birthday: Option<String>,
    /// Whether the card has a picture or names one.
    pub has_photo: bool,
    /// Names of its groups, sorted, with `; ` between them.
    pub groups: Option<String>,
    /// `person`, `company` or `group`.
    pub kind: &'static str,
    /// Where the library has the file.
    pub path: String,
}

impl Row {
    /// The row of a card in the file at `path`.
    pub fn of(card: &Card, groups: &Groups, path: &str) -> Self {
        let text = |value: &Option<Box<str>>| value.as_deref().map(str::to_owned);
        Row {
            uid: text(&card.uid),
            name: card.display_name().map(str::to_owned),
            organisation: text(&card.organisation),
            phones: joined(&card.phones),
            emails: joined(&card.emails),
            birthday: card.birthday.as_ref().map(|birthday| birthday.text()),
            has_photo: card.picture.is_some(),
            groups: some(groups.of(card).into_iter().collect::<Vec<_>>().join(BETWEEN)),
            kind: card.kind.as_str(),
            path: path.to_owned(),
        }
    }
}

pub(super) fn joined(reaches: &[Reach]) -> Option<String> {
    some(reaches.iter().map(|reach| &*reach.value).collect::<Vec<_>>().join(BETWEEN))
}

fn some(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}
