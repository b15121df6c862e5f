//! The parts of a message: the text that a person reads, and what is attached.
//!
//! The message is walked once from front to back, whatever its parts contain, with the boundaries of all open parts at
//! hand; nothing recurses. A part without its end goes on to the end of the message, and a message whose boundary is
//! nowhere is read as text.

use std::borrow::Cow;

use crate::category::mail::head::{Head, after_line};
use crate::category::mail::parameters::Parameters;
use crate::category::mail::{charset, hypertext, transfer};

/// How deep parts may lie in each other; deeper ones are read as text. Mail programs make four levels.
const DEEPEST: usize = 32;

/// Parts of a message that are looked at.
const MOST_PARTS: usize = 10_000;

/// Bytes of text of a message, and of one part before it is decoded. What a person wrote is less.
const MOST_TEXT: usize = 1 << 20;

/// Bytes of HTML that are decoded: much of it is not text.
const MOST_HTML: usize = 4 << 20;

/// What the parts come to.
#[derive(Debug, Default)]
pub struct Content {
    pub text: String,
    /// Their names, `""` where there is none.
    pub attachments: Vec<String>,
    /// The charset of the first text that names one.
    pub charset: Option<String>,
}

/// A multipart that is open.
struct Open {
    boundary: Vec<u8>,
    /// It offers the same in several forms.
    is_alternative: bool,
    /// Its parts belong together: a page with its pictures.
    is_related: bool,
    is_digest: bool,
    /// A number for the outermost `multipart/alternative` around its parts.
    choice: Option<usize>,
}

/// A piece of text, and the choice that it is one of.
struct Piece {
    choice: Option<usize>,
    is_html: bool,
    text: String,
}

/// What comes at a line that begins with a boundary.
enum Border {
    Part(usize),
    End(usize),
}

/// Reads the body of a message whose header is `head`.
pub fn read(head: &Head<'_>, body: &[u8]) -> Content {
    let mut content = Content::default();
    let mut pieces: Vec<Piece> = Vec::new();
    let mut open: Vec<Open> = Vec::new();
    let mut choices = 0;
    let mut rest = body;
    let mut part = Part::of(head, false, None);
    for number in 0..MOST_PARTS {
        content.charset = content.charset.or_else(|| part.charset.clone());
        let around = open.last();
        match part.boundary.take().filter(|_| open.len() < DEEPEST) {
            // looked for once only, or many false boundaries would each be looked for to the end
            Some(boundary) if !open.is_empty() || is_anywhere(&boundary, rest) => {
                let is_alternative = part.kind.value == "multipart/alternative";
                let choice = around.and_then(|open| open.choice).or_else(|| {
                    choices += 1;
                    is_alternative.then_some(choices)
                });
                open.push(Open {
                    boundary,
                    is_alternative,
                    is_related: part.kind.value == "multipart/related",
                    is_digest: part.kind.value == "multipart/digest",
                    choice,
                });
            }
            _ => {
                let (bytes, _) = up_to_border(rest, &open);
                if part.is_attachment(around) {
                    content.attachments.push(part.name.take().unwrap_or_default());
                }
                // a text with a name may still be meant to be read where it stands
                if part.is_text() && part.disposition != "attachment" {
                    let is_html = part.is_html();
                    pieces.push(Piece {
                        choice: around.and_then(|open| open.choice),
                        is_html,
                        text: part.text(bytes),
                    });
                }
            }
        }
        if number + 1 == MOST_PARTS {
            break;
        }
        // the next part, past whatever stands behind a multipart's end
        loop {
            let (_, border) = up_to_border(rest, &open);
            match border {
                None => {
                    content.text = chosen(pieces);
                    return content;
                }
                Some((Border::End(level), after)) => {
                    open.truncate(level);
                    rest = after;
                }
                Some((Border::Part(level), after)) => {
                    open.truncate(level + 1);
                    let (head, body) = Head::read(after);
                    let is_digest = open.last().is_some_and(|open| open.is_digest);
                    part = Part::of(&head, is_digest, content.charset.as_deref());
                    rest = body;
                    break;
                }
            }
        }
    }
    content.text = chosen(pieces);
    content
}

/// The text for a reader: of a choice what is plain, if that says anything, else its page.
fn chosen(pieces: Vec<Piece>) -> String {
    let plain: Vec<usize> = pieces
        .iter()
        .filter(|piece| !piece.is_html && !piece.text.trim().is_empty())
        .filter_map(|piece| piece.choice)
        .collect();
    let mut text = String::new();
    for piece in pieces {
        if piece.is_html && piece.choice.is_some_and(|choice| plain.contains(&choice)) {
            continue;
        }
        let said = piece.text.trim_end();
        if said.trim().is_empty() {
            continue;
        }
        if !text.is_empty() {
            text.push('\n');
        }
        let mut end = said.len().min(MOST_TEXT.saturating_sub(text.len()));
        while !said.is_char_boundary(end) {
            end -= 1;
        }
        text.push_str(said.get(..end).unwrap_or_default());
    }
    text
}

/// One part, by its header.
struct Part {
    kind: Parameters,
    encoding: String,
    disposition: String,
    name: Option<String>,
    charset: Option<String>,
    boundary: Option<Vec<u8>>,
    has_content_id: bool,
}

impl Part {
    fn of(head: &Head<'_>, in_digest: bool, hint: Option<&str>) -> Self {
        let mut kind = head.first("content-type").map(|raw| Parameters::read(raw, hint)).unwrap_or_default();
        if !kind.value.contains('/') {
            kind.value = if in_digest { "message/rfc822" } else { "text/plain" }.to_owned();
        }
        let disposition =
            head.first("content-disposition").map(|raw| Parameters::read(raw, hint)).unwrap_or_default();
        let encoding = head.first("content-transfer-encoding").unwrap_or_default();
        let boundary = kind.plain("boundary").filter(|_| kind.value.starts_with("multipart/"));
        let boundary = boundary.map(|boundary| boundary.trim_end().as_bytes().to_vec());
        Part {
            encoding: String::from_utf8_lossy(encoding).trim().to_ascii_lowercase(),
            name: disposition
                .get("filename")
                .or_else(|| kind.get("name"))
                .filter(|name| !name.trim().is_empty()),
            charset: kind.plain("charset").map(str::to_owned),
            boundary: boundary.filter(|boundary| !boundary.is_empty()),
            disposition: disposition.value,
            has_content_id: head.first("content-id").is_some(),
            kind,
        }
    }

    fn is_html(&self) -> bool {
        matches!(self.kind.value.as_str(), "text/html" | "application/xhtml+xml")
    }

    fn is_text(&self) -> bool {
        // a multipart that cannot be opened is read as it is
        self.kind.value.starts_with("text/") || self.kind.value.starts_with("multipart/") || self.is_html()
    }

    /// Whether it is something to save. Pictures of a page are not, nor is what mail servers tell each other.
    fn is_attachment(&self, around: Option<&Open>) -> bool {
        if self.disposition == "attachment" {
            return true;
        }
        let is_in_page = around.is_some_and(|open| open.is_related || open.is_alternative);
        if is_in_page && self.has_content_id && !self.is_text() {
            return false;
        }
        let kind = self.kind.value.as_str();
        let is_report = ["message/delivery-status", "message/disposition-notification"].contains(&kind);
        self.name.is_some() || !self.is_text() && !is_report
    }

    fn text(&self, bytes: &[u8]) -> String {
        let most = if self.is_html() { MOST_HTML } else { MOST_TEXT };
        let bytes: Cow<'_, [u8]> = match self.encoding.as_str() {
            "base64" => transfer::base64(bytes, most).into(),
            "quoted-printable" => transfer::quoted_printable(bytes, most).into(),
            _ => bytes.get(..most).unwrap_or(bytes).into(),
        };
        let text = charset::decoded(&bytes, self.charset.as_deref());
        if self.is_html() {
            return hypertext::text(&text, MOST_TEXT);
        }
        text.chars().filter(|c| !matches!(c, '\r' | '\0')).collect()
    }
}

/// Whether a boundary stands at the beginning of some line.
fn is_anywhere(boundary: &[u8], mut text: &[u8]) -> bool {
    while !text.is_empty() {
        if is_border(text, boundary).is_some() {
            return true;
        }
        text = after_line(text);
    }
    false
}

/// Whether the first line is this boundary, and then whether it is its last.
fn is_border(text: &[u8], boundary: &[u8]) -> Option<bool> {
    let rest = text.strip_prefix(b"--")?.strip_prefix(boundary)?;
    let end = rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
    let rest = rest.get(..end)?;
    let (is_last, rest) = rest.strip_prefix(b"--").map_or((false, rest), |rest| (true, rest));
    // an `a` in front of a longer boundary `ab` is none
    rest.trim_ascii().is_empty().then_some(is_last)
}

/// What stands before the next border of an open part, without the line break that belongs to the border; then the
/// border, and what follows its line.
fn up_to_border<'m>(text: &'m [u8], open: &[Open]) -> (&'m [u8], Option<(Border, &'m [u8])>) {
    let mut rest = text;
    while !rest.is_empty() {
        if rest.starts_with(b"--") {
            // the innermost first, as two may have one boundary
            let found = open.iter().enumerate().rev().find_map(|(level, open)| {
                let is_last = is_border(rest, &open.boundary)?;
                Some(if is_last { Border::End(level) } else { Border::Part(level) })
            });
            if let Some(border) = found {
                let before = text.get(..text.len() - rest.len()).unwrap_or_default();
                let before = before.strip_suffix(b"\n").unwrap_or(before);
                let before = before.strip_suffix(b"\r").unwrap_or(before);
                return (before, Some((border, after_line(rest))));
            }
        }
        rest = after_line(rest);
    }
    (text, None)
}
