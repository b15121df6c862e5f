//! The parts of a message: the text that a person reads, and what is attached.
//!
//! The message is walked once from front to back, whatever its parts contain, with the boundaries of all open parts at
//! hand; nothing recurses. A part without its end goes on to the end of the message, and one whose boundary is nowhere
//! is read as text.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::category::mail::head::{Head, after_line};
use crate::category::mail::parameters::Parameters;
use crate::category::mail::{charset, hypertext, transfer};

/// How deep parts may lie in each other; deeper ones are read as text. Mail programs make four levels.
const DEEPEST: usize = 32;

/// Parts of a message that are looked at.
const MOST_PARTS: usize = 10_000;

/// Bytes of text of a message, and of one part before it is decoded. What a person wrote is less.
const MOST_TEXT: usize = 1 << 20;

/// Bytes of text that are held before a choice is made.
const MOST_TAKEN: usize = 8 << 20;

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
    /// The number of the outermost `multipart/alternative` around its parts.
    choice: Option<usize>,
}

/// A piece of text, and the choice that it is one of.
struct Piece {
    choice: Option<usize>,
    form: TextForm,
    text: String,
}

/// What a text is written in, the best for a reader first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum TextForm {
    Plain,
    Html,
    /// An invitation, or something that only some program reads.
    Other,
}

/// A line that is a boundary of an open multipart.
struct Border<'m> {
    /// Which of them, the outermost first.
    level: usize,
    /// Its last one.
    is_last: bool,
    /// What follows the line.
    after: &'m [u8],
}

/// Reads the body of a message whose header is `head`.
pub fn read(head: &Head<'_>, body: &[u8]) -> Content {
    let mut content = Content::default();
    let mut pieces: Vec<Piece> = Vec::new();
    let mut open: Vec<Open> = Vec::new();
    let mut taken = 0;
    let mut rest = body;
    let mut part = Part::of(head, "text/plain", None);
    for number in 1..=MOST_PARTS {
        content.charset = content.charset.or_else(|| part.charset.clone());
        let around = open.last();
        let choice = around.and_then(|open| open.choice);
        let boundary = part.boundary.take().filter(|_| open.len() < DEEPEST);
        let mut opened = None;
        let is_text = match boundary {
            Some(boundary) => {
                let is_alternative = part.kind.value == "multipart/alternative";
                opened = Some(open.len());
                open.push(Open {
                    boundary,
                    is_alternative,
                    is_related: part.kind.value == "multipart/related",
                    is_digest: part.kind.value == "multipart/digest",
                    choice: choice.or_else(|| is_alternative.then_some(number)),
                });
                false
            }
            None => {
                if part.is_attachment(around) {
                    content.attachments.push(part.name.take().unwrap_or_default());
                }
                // a text with a name may still be meant to be read where it stands
                part.is_text() && part.disposition != "attachment"
            }
        };
        let (bytes, mut border) = up_to_border(rest, &open);
        // what says that it has parts and has none is a text
        let is_text =
            is_text || opened.is_some_and(|level| border.as_ref().is_none_or(|border| border.level != level));
        if is_text && taken < MOST_TAKEN {
            let text = part.text(bytes);
            taken += text.len();
            pieces.push(Piece { choice, form: part.text_form(), text });
        }
        // the next part, past whatever stands behind a multipart's end
        loop {
            let Some(Border { level, is_last, after }) = border.filter(|_| number < MOST_PARTS) else {
                content.text = chosen(pieces);
                return content;
            };
            if !is_last {
                open.truncate(level + 1);
                let (head, body) = Head::read(after);
                let is_digest = open.last().is_some_and(|open| open.is_digest);
                let usual = if is_digest { "message/rfc822" } else { "text/plain" };
                part = Part::of(&head, usual, content.charset.as_deref());
                rest = body;
                break;
            }
            open.truncate(level);
            (_, border) = up_to_border(after, &open);
        }
    }
    content.text = chosen(pieces);
    content
}

/// The text for a reader: of a choice what is plain, if that says anything, else its page, else the rest.
fn chosen(pieces: Vec<Piece>) -> String {
    let mut best: BTreeMap<usize, TextForm> = BTreeMap::new();
    for piece in pieces.iter().filter(|piece| !piece.text.trim().is_empty()) {
        if let Some(choice) = piece.choice {
            best.entry(choice).and_modify(|form| *form = piece.form.min(*form)).or_insert(piece.form);
        }
    }
    let mut text = String::new();
    for piece in pieces {
        if piece.choice.and_then(|choice| best.get(&choice)).is_some_and(|best| *best != piece.form) {
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
    /// A part whose header names no type is of the `usual` one.
    fn of(head: &Head<'_>, usual: &str, hint: Option<&str>) -> Self {
        let mut kind = head.first("content-type").map(|raw| Parameters::read(raw, hint)).unwrap_or_default();
        if !kind.value.contains('/') {
            usual.clone_into(&mut kind.value);
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

    fn text_form(&self) -> TextForm {
        match self.kind.value.as_str() {
            "text/plain" => TextForm::Plain,
            _ if self.is_html() => TextForm::Html,
            kind if kind.starts_with("multipart/") => TextForm::Plain,
            _ => TextForm::Other,
        }
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
        let in_page = if self.is_html() { charset_of_page(&bytes) } else { None };
        let text = charset::decoded(&bytes, self.charset.as_deref().or(in_page.as_deref()));
        if self.is_html() {
            return hypertext::text(&text, MOST_TEXT);
        }
        text.chars().filter(|c| !matches!(c, '\r' | '\0')).collect()
    }
}

/// The charset that a page names in its head.
fn charset_of_page(page: &[u8]) -> Option<String> {
    let head = String::from_utf8_lossy(page.get(..1024).unwrap_or(page)).to_ascii_lowercase();
    let (_, label) = head.split_once("charset=")?;
    let label = label.trim_start_matches(['"', '\'', ' ']);
    let end = label.find(|c: char| !c.is_ascii_alphanumeric() && !"-_:.".contains(c))?;
    label.get(..end).filter(|label| !label.is_empty()).map(str::to_owned)
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

/// What stands before the next border, without the line break that belongs to the border, and the border.
fn up_to_border<'m>(text: &'m [u8], open: &[Open]) -> (&'m [u8], Option<Border<'m>>) {
    let mut rest = text;
    while !rest.is_empty() {
        if rest.starts_with(b"--") {
            // the innermost first, as two may have one boundary
            let found = open.iter().enumerate().rev().find_map(|(level, open)| {
                let is_last = is_border(rest, &open.boundary)?;
                Some(Border { level, is_last, after: after_line(rest) })
            });
            if found.is_some() {
                let before = text.get(..text.len() - rest.len()).unwrap_or_default();
                let before = before.strip_suffix(b"\n").unwrap_or(before);
                return (before.strip_suffix(b"\r").unwrap_or(before), found);
            }
        }
        rest = after_line(rest);
    }
    (text, None)
}
