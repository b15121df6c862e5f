//! Templates: how an owner says which folders (`--layout`) and which names (`--name`) files get.
//!
//! A template renders portable path components, never anything that leads outside the library. It appends no extension,
//! resolves no clash and does not know undated files, which have no time to show and are in `Undated/`.
//!
//! A `/` separates folders only where the template itself has one. In the value of a field (`Canon/EOS`) or of a code
//! (`%D`) it becomes `_`.

use std::borrow::Cow;
use std::fmt::{self, Write};

use chrono::format::{Item, StrftimeItems};
use chrono::{DateTime, FixedOffset};

use crate::apple::text;
use crate::library::layout::INTERNAL;
use crate::library::name;
use crate::place::Place;

#[cfg(test)]
mod tests;

/// The default layout.
const DEFAULT_LAYOUT: &str = "{year}/{year}-{month}";
/// The default name template.
const DEFAULT_NAME: &str = "{original}";

/// Stands for an empty field, such as the camera model of a screenshot or the town of a photo taken in a desert.
const UNKNOWN: &str = "Unknown";

/// Bytes that have room for what most folders and files are called.
const USUAL: usize = 24;

/// The fields that tell the time, and the code for each.
const TIME_FIELDS: [(&str, &str); 7] = [
    ("year", "%Y"),
    ("month", "%m"),
    ("day", "%d"),
    ("hour", "%H"),
    ("minute", "%M"),
    ("second", "%S"),
    ("month_name", "%B"),
];
const OTHER_FIELDS: [(&str, Field); 7] = [
    ("kind", Field::Kind),
    ("make", Field::Make),
    ("model", Field::Model),
    ("country", Field::Country),
    ("region", Field::Region),
    ("city", Field::City),
    ("original", Field::Original),
];

/// What a template is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// The folders of the dated tree, separated by `/`.
    Layout,
    /// The stem of a file.
    Name,
}

/// A parsed template. Its `Display` is its text, as the catalog remembers it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    text: String,
    purpose: Purpose,
    components: Vec<Vec<Piece>>,
}

/// What a template can show of an asset. For a Live Photo, this is what its still says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fields<'a> {
    /// The capture time, local to where it was taken.
    pub time: DateTime<FixedOffset>,
    /// `photo`, `video` or `other`.
    pub kind: &'a str,
    /// The camera's make, as the file states it.
    pub make: Option<&'a str>,
    /// The camera's model, as the file states it.
    pub model: Option<&'a str>,
    /// Where it was taken, if the file has a position.
    pub place: Option<&'a Place>,
    /// The stem of the original name.
    pub original: &'a str,
}

/// Why a text is not a template.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// Nothing but spaces and slashes.
    #[error("the template is empty")]
    Empty,
    /// Begins with `/`.
    #[error("`{0}` is an absolute path; a template describes folders inside the library")]
    Absolute(String),
    /// Begins with a drive letter.
    #[error("`{0}` begins with a drive; a template describes folders inside the library")]
    Drive(String),
    /// Has a backslash.
    #[error("`{0}` contains `\\`; folders are separated by `/`")]
    Backslash(String),
    /// A folder called `.`, `..` or `.windfall…`.
    #[error("a folder of the library cannot be called `{0}`")]
    Folder(String),
    /// A `/` where a name was asked for.
    #[error("`{0}` contains `/`, but a file's name cannot; folders belong into the layout")]
    SlashInName(String),
    /// A `{` without its `}`, or the reverse.
    #[error("unbalanced brace at `{0}`; for a brace itself write `{{{{` or `}}}}`")]
    Brace(String),
    /// A field that does not exist.
    #[error("unknown field `{{{0}}}`; the fields are {known}", known = known_fields())]
    UnknownField(String),
    /// A code that strftime, or chrono's version of it, does not have.
    #[error("unknown time code `{0}`; try `%Y`, `%m`, `%d`, `%H`, or `%%` for a percent sign")]
    UnknownCode(String),
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(String),
    /// A code for what a clock shows.
    Clock(Vec<Item<'static>>),
    /// A code that needs the zone too. It is kept apart because chrono formats the zone whether it is shown or not.
    Zoned(Vec<Item<'static>>),
    Field(Field),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    Kind,
    Make,
    Model,
    Country,
    Region,
    City,
    Original,
}

impl Template {
    /// The default layout.
    pub fn standard_layout() -> Self {
        Self::parse(DEFAULT_LAYOUT, Purpose::Layout).expect("the standard layout is a template")
    }

    /// The default names.
    pub fn standard_name() -> Self {
        Self::parse(DEFAULT_NAME, Purpose::Name).expect("the standard name is a template")
    }

    /// Parses a template.
    ///
    /// # Errors
    /// With the part of the text that is wrong.
    pub fn parse(text: &str, purpose: Purpose) -> Result<Self, TemplateError> {
        if text.starts_with('/') {
            return Err(TemplateError::Absolute(text.to_owned()));
        }
        if text.contains('\\') {
            return Err(TemplateError::Backslash(text.to_owned()));
        }
        let mut start = text.chars();
        if start.next().is_some_and(|c| c.is_ascii_alphabetic()) && start.next() == Some(':') {
            return Err(TemplateError::Drive(text.to_owned()));
        }
        if purpose == Purpose::Name && text.contains('/') {
            return Err(TemplateError::SlashInName(text.to_owned()));
        }
        let mut components = Vec::new();
        for component in text.split('/').filter(|part| !part.trim().is_empty()) {
            let only_dots = component.trim_matches(['.', ' ']).is_empty();
            if only_dots || name::fold(component).starts_with(INTERNAL) {
                return Err(TemplateError::Folder(component.to_owned()));
            }
            components.push(pieces(component)?);
        }
        if components.is_empty() {
            return Err(TemplateError::Empty);
        }
        Ok(Template { text: text.to_owned(), purpose, components })
    }

    /// The portable components for an asset. A layout gives its folders, at least one. A name gives exactly one,
    /// the stem, which may end in a dot or a space because an extension follows.
    pub fn render(&self, fields: &Fields<'_>) -> Vec<String> {
        let render = |pieces: &Vec<Piece>| {
            let mut text = String::with_capacity(USUAL);
            for piece in pieces {
                piece.append(fields, &mut text);
            }
            if text.trim_matches(|c: char| c == '.' || c.is_whitespace()).is_empty() {
                return UNKNOWN.to_owned();
            }
            match self.purpose {
                Purpose::Layout => match name::portable(&text) {
                    Cow::Borrowed(_) => text,
                    Cow::Owned(portable) => portable,
                },
                Purpose::Name => portable_stem(text),
            }
        };
        self.components.iter().map(render).collect()
    }
}

impl fmt::Display for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Piece {
    fn append(&self, fields: &Fields<'_>, text: &mut String) {
        let before = text.len();
        let shown = match self {
            Piece::Text(literal) => text.write_str(literal),
            Piece::Clock(items) => fields.time.naive_local().format_with_items(items.iter()).write_to(text),
            Piece::Zoned(items) => fields.time.format_with_items(items.iter()).write_to(text),
            Piece::Field(field) => text.write_str(field.value(fields)),
        };
        if shown.is_err() {
            text.truncate(before);
            text.push_str(UNKNOWN);
        }
    }
}

impl Field {
    /// Cameras pad make and model with spaces and NULs; a field that is empty then is unknown.
    fn value<'a>(self, fields: &Fields<'a>) -> &'a str {
        let padding = |c: char| c.is_whitespace() || c == '\0';
        let value = match self {
            Field::Kind => fields.kind,
            Field::Make => fields.make.unwrap_or_default().trim_matches(padding),
            Field::Model => fields.model.unwrap_or_default().trim_matches(padding),
            Field::Country => fields.place.map_or("", |place| &place.country),
            Field::Region => fields.place.and_then(|place| place.region.as_deref()).unwrap_or_default(),
            Field::City => fields.place.and_then(|place| place.city.as_deref()).unwrap_or_default(),
            Field::Original => fields.original,
        };
        if value.is_empty() { UNKNOWN } else { value }
    }
}

/// What [`name::portable`] makes of a stem that an extension follows. Unlike a whole name it may end in a dot or a
/// space, and files should keep their names.
fn portable_stem(mut stem: String) -> String {
    let end = stem.len();
    stem.push_str(".x");
    let portable = match name::portable(&stem) {
        Cow::Borrowed(_) => None,
        Cow::Owned(portable) => Some(text::split(&portable).0.to_owned()),
    };
    stem.truncate(end);
    portable.unwrap_or(stem)
}

fn pieces(component: &str) -> Result<Vec<Piece>, TemplateError> {
    let mut pieces = Vec::new();
    let mut rest = component;
    while let Some(at) = rest.find(['{', '}', '%']) {
        let (literal, special) = rest.split_at(at);
        if !literal.is_empty() {
            pieces.push(Piece::Text(literal.to_owned()));
        }
        let (piece, after) = first_piece(special)?;
        pieces.push(piece);
        rest = after;
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest.to_owned()));
    }
    Ok(pieces)
}

/// The first piece of a text that begins with a brace or a percent sign, and the rest.
fn first_piece(text: &str) -> Result<(Piece, &str), TemplateError> {
    for (doubled, single) in [("{{", "{"), ("}}", "}")] {
        if let Some(rest) = text.strip_prefix(doubled) {
            return Ok((Piece::Text(single.to_owned()), rest));
        }
    }
    if text.starts_with('}') {
        return Err(TemplateError::Brace(text.to_owned()));
    }
    if let Some(inner) = text.strip_prefix('{') {
        return match inner.split_once('}') {
            Some((name, rest)) if !name.contains('{') => Ok((field(name)?, rest)),
            _ => Err(TemplateError::Brace(text.to_owned())),
        };
    }
    let (code, rest) = text.split_at(code_length(text));
    Ok((time(code)?, rest))
}

fn field(name: &str) -> Result<Piece, TemplateError> {
    if let Some((_, code)) = TIME_FIELDS.iter().find(|(known, _)| *known == name) {
        return time(code);
    }
    match OTHER_FIELDS.iter().find(|(known, _)| *known == name) {
        Some((_, field)) => Ok(Piece::Field(*field)),
        None => Err(TemplateError::UnknownField(name.to_owned())),
    }
}

/// How many bytes the code at the beginning of the text takes: `%`, modifiers (`%-d`, `%.3f`, `%:z`), and one more
/// character.
fn code_length(text: &str) -> usize {
    let modifier = |c: &char| matches!(c, '-' | '_' | '.' | ':' | '#' | '0'..='9');
    let mut characters = text.chars().skip(1).peekable();
    let mut length = 1;
    while let Some(c) = characters.next_if(modifier) {
        length += c.len_utf8();
    }
    length + characters.next().map_or(0, char::len_utf8)
}

fn time(code: &str) -> Result<Piece, TemplateError> {
    let unknown = || TemplateError::UnknownCode(code.to_owned());
    // chrono parses `%#z` but does not format it
    if code.contains('#') {
        return Err(unknown());
    }
    let items = StrftimeItems::new(code).parse_to_owned().map_err(|_| unknown())?;
    let probe = DateTime::UNIX_EPOCH.with_timezone(&FixedOffset::east_opt(3600).ok_or_else(unknown)?);
    let (mut zoned, mut clock) = (String::new(), String::new());
    write!(zoned, "{}", probe.format_with_items(items.iter())).map_err(|_| unknown())?;
    let has_clock = write!(clock, "{}", probe.naive_local().format_with_items(items.iter())).is_ok();
    Ok(if has_clock && clock == zoned { Piece::Clock(items) } else { Piece::Zoned(items) })
}

fn known_fields() -> String {
    let times = TIME_FIELDS.iter().map(|(name, _)| name);
    let others = OTHER_FIELDS.iter().map(|(name, _)| name);
    let fields: Vec<String> = times.chain(others).map(|name| format!("`{{{name}}}`")).collect();
    fields.join(", ")
}
