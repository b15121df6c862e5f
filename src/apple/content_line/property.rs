//! One property: name, parameters and value, in every dialect from vCard 2.1 to 4 and of iCalendar.
//!
//! What breaks the rules is read as far as it goes: a quote that nothing closes is a letter, a text in no known
//! encoding is Windows-1252.

use std::borrow::Cow;

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// Parameters of one property that are read; real ones have a handful.
const MOST_PARAMETERS: usize = 256;

/// A property, unfolded. Names are in upper case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Property<'l> {
    /// What stands before the dot of `item1.TEL`, as written; it ties properties of one card together.
    pub group: Option<Box<str>>,
    /// `TEL`.
    pub name: Box<str>,
    /// Name and value, one pair for each of several values.
    parameters: Vec<(Box<str>, Box<str>)>,
    value: &'l [u8],
}

impl Property<'_> {
    /// The first value of a parameter.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(known, _)| &**known == name).map(|(_, value)| &**value)
    }

    /// All values of a parameter. In vCard 2.1 kinds stand alone (`TEL;CELL`); here they are values of `TYPE` as
    /// they later became.
    pub fn parameters_of<'p>(&'p self, name: &'p str) -> impl Iterator<Item = &'p str> {
        self.parameters.iter().filter(move |(known, _)| &**known == name).map(|(_, value)| &**value)
    }

    /// The names of all parameters, one for each value.
    pub fn parameter_names(&self) -> impl Iterator<Item = &str> {
        self.parameters.iter().map(|(name, _)| &**name)
    }

    /// How many bytes its value has.
    pub fn size(&self) -> usize {
        self.value.len()
    }

    /// Whether there is no value.
    pub fn is_blank(&self) -> bool {
        self.value.trim_ascii().is_empty()
    }

    /// The value as it stands in the file, apart from its encoding: backslashes stay.
    pub fn raw(&self) -> String {
        let bytes = match self.encoding() {
            Some(Encoding::QuotedPrintable) => Cow::Owned(from_quoted_printable(self.value)),
            Some(Encoding::Base64) => Cow::Owned(from_base64(self.value)),
            None => Cow::Borrowed(self.value),
        };
        decoded(&bytes, self.parameter("CHARSET"))
    }

    /// The value as text for a person, without white space around it.
    pub fn text(&self) -> String {
        unescaped(self.raw().trim())
    }

    /// The parts of a value that has several, as `N` (`;`) and `CATEGORIES` (`,`) do.
    pub fn parts(&self, separator: char) -> Vec<String> {
        let raw = self.raw();
        let mut parts = Vec::new();
        let mut is_escaped = false;
        let mut from = 0;
        for (at, c) in raw.char_indices() {
            if is_escaped {
                is_escaped = false;
            } else if c == '\\' {
                is_escaped = true;
            } else if c == separator {
                parts.push(unescaped(raw[from..at].trim()));
                from = at + c.len_utf8();
            }
        }
        parts.push(unescaped(raw[from..].trim()));
        parts
    }

    /// The bytes of a value in base64. `None` if it does not say that it is.
    pub fn binary(&self) -> Option<Vec<u8>> {
        (self.encoding() == Some(Encoding::Base64)).then(|| from_base64(self.value))
    }

    fn encoding(&self) -> Option<Encoding> {
        let encoding = self.parameter("ENCODING")?;
        if encoding.eq_ignore_ascii_case("quoted-printable") {
            Some(Encoding::QuotedPrintable)
        } else if encoding.eq_ignore_ascii_case("b") || encoding.eq_ignore_ascii_case("base64") {
            Some(Encoding::Base64)
        } else {
            None
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Encoding {
    QuotedPrintable,
    Base64,
}

/// A text without the backslashes that protect commas, semicolons and line breaks in it.
pub fn unescaped(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        match c {
            '\\' => match rest.next() {
                Some('n' | 'N') => plain.push('\n'),
                // `\:` is no escape of any standard, but old programs write it
                Some(escaped @ ('\\' | ',' | ';' | ':' | '"')) => plain.push(escaped),
                Some(other) => plain.extend(['\\', other]),
                None => plain.push('\\'),
            },
            c => plain.push(c),
        }
    }
    plain
}

/// The bytes that base64 stands for. White space and whatever else does not belong there is passed over, and what is
/// cut off gives what is there: a damaged photo is still a photo.
pub fn from_base64(text: &[u8]) -> Vec<u8> {
    const LENIENT: GeneralPurpose = GeneralPurpose::new(
        &STANDARD,
        GeneralPurposeConfig::new()
            .with_decode_padding_mode(DecodePaddingMode::Indifferent)
            .with_decode_allow_trailing_bits(true),
    );
    let mut digits: Vec<u8> = text
        .iter()
        .filter_map(|byte| match byte {
            b'-' => Some(b'+'),
            b'_' => Some(b'/'),
            byte if byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/') => Some(*byte),
            _ => None,
        })
        .collect();
    if digits.len() % 4 == 1 {
        digits.pop();
    }
    LENIENT.decode(&digits).unwrap_or_default()
}

fn from_quoted_printable(text: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&byte, after)) = rest.split_first() {
        let digit = |at: usize| after.get(at).and_then(|byte| char::from(*byte).to_digit(16));
        let value = digit(0).zip(digit(1)).and_then(|(high, low)| u8::try_from(high * 16 + low).ok());
        match value.filter(|_| byte == b'=') {
            Some(value) => {
                bytes.push(value);
                rest = after.get(2..).unwrap_or_default();
            }
            // the text was to go on, and its file ended
            None if byte == b'=' && after.is_empty() => break,
            None => {
                bytes.push(byte);
                rest = after;
            }
        }
    }
    bytes
}

/// NUL, which no text has and no database takes, is dropped.
fn decoded(bytes: &[u8], charset: Option<&str>) -> String {
    let stated = charset.and_then(|label| encoding_rs::Encoding::for_label(label.as_bytes()));
    let text = match stated.filter(|encoding| *encoding != encoding_rs::UTF_8) {
        Some(encoding) => encoding.decode_without_bom_handling(bytes).0,
        None => match std::str::from_utf8(bytes) {
            Ok(text) => Cow::Borrowed(text),
            Err(_) => encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes).0,
        },
    };
    text.replace('\0', "")
}

pub(super) fn parse(line: &[u8]) -> Option<Property<'_>> {
    // files that were put one behind the other have a mark within, and each program that adds one adds one more
    let mut line = line;
    while let Some(unmarked) = line.strip_prefix(b"\xef\xbb\xbf") {
        line = unmarked;
    }
    let end = line.iter().position(|byte| matches!(byte, b':' | b';'))?;
    let (name, mut rest) = line.split_at(end);
    let name = std::str::from_utf8(name).ok()?.trim();
    let (group, name) = match name.rsplit_once('.') {
        Some((group, name)) => (Some(group.into()), name),
        None => (None, name),
    };
    if name.is_empty()
        || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    {
        return None;
    }
    let mut parameters = Vec::new();
    let mut quotes = Quotes::Honoured;
    loop {
        match rest.split_first()? {
            (b';', after) => rest = parameter(after, &mut quotes, &mut parameters),
            (_, value) => {
                return Some(Property { group, name: name.to_ascii_uppercase().into(), parameters, value });
            }
        }
    }
}

/// Whether a quote still means something: not after one that nothing closes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Quotes {
    Honoured,
    Letters,
}

/// Reads one parameter, and gives what follows it: a `;`, a `:` or nothing.
fn parameter<'l>(text: &'l [u8], quotes: &mut Quotes, into: &mut Vec<(Box<str>, Box<str>)>) -> &'l [u8] {
    let end = text.iter().position(|byte| matches!(byte, b'=' | b':' | b';')).unwrap_or(text.len());
    let (name, mut rest) = text.split_at(end);
    let name = decoded(name, None).trim().to_ascii_uppercase();
    let mut add = |name: &str, value: &[u8]| {
        if into.len() < MOST_PARAMETERS {
            into.push((name.into(), without_carets(decoded(value, None).trim()).into()));
        }
    };
    if !rest.starts_with(b"=") {
        if !name.is_empty() {
            let is_encoding = matches!(name.as_str(), "QUOTED-PRINTABLE" | "BASE64" | "B" | "8BIT" | "7BIT");
            add(if is_encoding { "ENCODING" } else { "TYPE" }, name.as_bytes());
        }
        return rest;
    }
    loop {
        // past the `=` or the comma
        rest = rest.get(1..).unwrap_or_default();
        let quoted = match (rest.split_first(), *quotes) {
            (Some((b'"', body)), Quotes::Honoured) => {
                let close = body.iter().position(|byte| *byte == b'"');
                if close.is_none() {
                    *quotes = Quotes::Letters;
                }
                close.map(|close| (body.get(..close), body.get(close + 1..)))
            }
            _ => None,
        };
        let value = match quoted {
            Some((value, after)) => {
                rest = after.unwrap_or_default();
                value.unwrap_or_default()
            }
            None => &[],
        };
        // what is not quoted, or stands after a closing quote where nothing should
        let end = rest.iter().position(|byte| matches!(byte, b',' | b':' | b';')).unwrap_or(rest.len());
        let (plain, after) = rest.split_at(end);
        rest = after;
        if quoted.is_some() {
            add(&name, value)
        } else {
            add(&name, plain)
        }
        if !rest.starts_with(b",") {
            return rest;
        }
    }
}

/// A parameter's value without the escapes of RFC 6868.
fn without_carets(text: &str) -> Cow<'_, str> {
    if !text.contains('^') {
        return Cow::Borrowed(text);
    }
    let mut plain = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let escaped = match rest.peek() {
            Some('n') => Some('\n'),
            Some('^') => Some('^'),
            Some('\'') => Some('"'),
            _ => None,
        };
        match escaped.filter(|_| c == '^') {
            Some(meant) => {
                plain.push(meant);
                rest.next();
            }
            None => plain.push(c),
        }
    }
    Cow::Owned(plain)
}
