//! What one card says of a person, a company or a group.

use std::collections::HashMap;
use std::ops::Range;

use crate::apple::content_line::Property;
use crate::category::contacts::birthday::{self, Birthday};

/// One card.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Card {
    /// Where it stands in the text, from its `BEGIN` to the line break after its `END`.
    pub span: Range<usize>,
    /// Whether it has an `END`; else its file was cut off, or the next card began.
    pub is_whole: bool,
    /// `2.1`, `3.0` or `4.0`.
    pub version: Option<Box<str>>,
    /// Whose card it is.
    pub kind: Kind,
    /// Without `urn:uuid:`, which vCard 4 has before it.
    pub uid: Option<Box<str>>,
    /// `FN`, on one line.
    pub full_name: Option<Box<str>>,
    /// The parts of `N` in the order in which they are spoken.
    pub spoken_name: Option<Box<str>>,
    /// `NICKNAME`.
    pub nickname: Option<Box<str>>,
    /// The first part of `ORG`; what follows are departments.
    pub organisation: Option<Box<str>>,
    /// `TEL`, in the order of the card.
    pub phones: Vec<Reach>,
    /// `EMAIL`, in the order of the card.
    pub emails: Vec<Reach>,
    /// `BDAY`.
    pub birthday: Option<Birthday>,
    /// Where its first picture stands in the text; [`photo`](super::photo::photo) gives it.
    pub picture: Option<Range<usize>>,
    /// `CATEGORIES`.
    pub categories: Vec<Box<str>>,
    /// The UIDs of a group's members.
    pub members: Vec<Box<str>>,
}

/// Whose card it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Kind {
    /// A person, or what the card does not say.
    #[default]
    Person,
    /// Shown under the name of the company: `X-ABShowAs:COMPANY`, or `KIND:org` of vCard 4.
    Company,
    /// A group of other cards. Whether Apple delivers such is not known.
    Group,
}

impl Kind {
    /// The stable word.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Person => "person",
            Kind::Company => "company",
            Kind::Group => "group",
        }
    }
}

/// A telephone number or an e-mail address.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reach {
    /// As written, without the scheme of a URI.
    pub value: Box<str>,
    /// What its owner calls it (`X-ABLabel`), else its first kind, in lower case: `home`, `cell`.
    pub label: Option<Box<str>>,
}

impl Card {
    /// What to call it: the full name, else the parts of the name, the company, the nickname, an address or a number.
    pub fn display_name(&self) -> Option<&str> {
        let names = [&self.full_name, &self.spoken_name, &self.organisation, &self.nickname];
        let named = names.into_iter().find_map(|name| name.as_deref());
        let reached = || self.emails.first().or(self.phones.first()).map(|reach| &*reach.value);
        named.or_else(reached)
    }
}

/// A card that is being read.
pub(super) struct Draft {
    card: Card,
    /// Labels by group: `item1.X-ABLabel:Boat`. They may come before or after what they label.
    labels: HashMap<Box<str>, Box<str>>,
    /// The groups of `card.phones` and `card.emails`.
    phone_groups: Vec<Option<Box<str>>>,
    email_groups: Vec<Option<Box<str>>>,
}

impl Draft {
    pub(super) fn at(start: usize) -> Self {
        Draft {
            card: Card { span: start..start, ..Card::default() },
            labels: HashMap::new(),
            phone_groups: Vec::new(),
            email_groups: Vec::new(),
        }
    }

    /// Takes in one property, which stands at `span`.
    pub(super) fn hear(&mut self, property: &Property, span: Range<usize>) {
        let card = &mut self.card;
        match &*property.name {
            "VERSION" => first(&mut card.version, || one_line(&property.text())),
            "UID" => first(&mut card.uid, || one_line(bare_uid(&property.text()))),
            "FN" => first(&mut card.full_name, || one_line(&property.text())),
            "N" => first(&mut card.spoken_name, || spoken(&property.parts(';'))),
            "NICKNAME" => first(&mut card.nickname, || one_line(&property.text())),
            "ORG" => {
                first(&mut card.organisation, || property.parts(';').iter().find_map(|part| one_line(part)))
            }
            "TEL" => {
                if let Some(reach) = reach(property, "tel:") {
                    card.phones.push(reach);
                    self.phone_groups.push(property.group.clone());
                }
            }
            "EMAIL" => {
                if let Some(reach) = reach(property, "mailto:") {
                    card.emails.push(reach);
                    self.email_groups.push(property.group.clone());
                }
            }
            "BDAY" if card.birthday.is_none() => card.birthday = birthday::read(property),
            "PHOTO" if card.picture.is_none() && !property.is_blank() => {
                card.picture = Some(span);
            }
            "KIND" | "X-ADDRESSBOOKSERVER-KIND" => match property.text().to_ascii_lowercase().as_str() {
                "group" => card.kind = Kind::Group,
                "org" if card.kind == Kind::Person => card.kind = Kind::Company,
                _ => {}
            },
            "X-ABSHOWAS" if card.kind == Kind::Person && property.text().eq_ignore_ascii_case("company") => {
                card.kind = Kind::Company;
            }
            "MEMBER" | "X-ADDRESSBOOKSERVER-MEMBER" => {
                card.members.extend(one_line(bare_uid(&property.text())));
            }
            "CATEGORIES" => {
                card.categories.extend(property.parts(',').iter().filter_map(|part| one_line(part)))
            }
            "X-ABLABEL" => {
                if let Some((group, label)) =
                    property.group.clone().zip(one_line(bare_label(&property.text())))
                {
                    self.labels.insert(group, label);
                }
            }
            _ => {}
        }
    }

    pub(super) fn ending_at(mut self, end: usize) -> Card {
        self.card.span.end = end;
        for (reaches, groups) in
            [(&mut self.card.phones, &self.phone_groups), (&mut self.card.emails, &self.email_groups)]
        {
            for (reach, group) in reaches.iter_mut().zip(groups) {
                if let Some(label) = group.as_ref().and_then(|group| self.labels.get(group)) {
                    reach.label = Some(label.clone());
                }
            }
        }
        self.card
    }
}

impl Card {
    pub(super) fn whole(self) -> Self {
        Card { is_whole: true, ..self }
    }
}

/// Keeps the first value that says something.
fn first(kept: &mut Option<Box<str>>, value: impl FnOnce() -> Option<Box<str>>) {
    if kept.is_none() {
        *kept = value();
    }
}

/// The text on one line, if there is any.
fn one_line(text: &str) -> Option<Box<str>> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let line = if words.join(" ") == text { text.into() } else { words.join(" ").into() };
    (!words.is_empty()).then_some(line)
}

/// `Family;Given;Additional;Prefix;Suffix`, as it is said aloud.
fn spoken(parts: &[String]) -> Option<Box<str>> {
    let part = |at: usize| parts.get(at).map(String::as_str).unwrap_or_default();
    one_line(&[part(3), part(1), part(2), part(0), part(4)].join(" "))
}

pub(super) fn bare_uid(text: &str) -> &str {
    without_prefix(text.trim(), "urn:uuid:")
}

/// Apple's own labels are wrapped, so that they can be translated: `_$!<Mobile>!$_`.
fn bare_label(text: &str) -> &str {
    let inner = text.strip_prefix("_$!<").and_then(|rest| rest.strip_suffix(">!$_"));
    inner.unwrap_or(text)
}

fn without_prefix<'t>(text: &'t str, prefix: &str) -> &'t str {
    match text.split_at_checked(prefix.len()) {
        Some((head, rest)) if head.eq_ignore_ascii_case(prefix) => rest,
        _ => text,
    }
}

fn reach(property: &Property, scheme: &str) -> Option<Reach> {
    let value = one_line(without_prefix(&property.text(), scheme))?;
    // these say how it is used, not whose or what it is
    let is_telling = |kind: &&str| !["pref", "voice", "internet"].contains(kind);
    let kinds: Vec<String> = property
        .parameters_of("TYPE")
        .flat_map(|kinds| kinds.split(','))
        .map(|kind| kind.trim().to_lowercase())
        .collect();
    let label = kinds.iter().map(String::as_str).find(is_telling).and_then(one_line);
    Some(Reach { value, label })
}
