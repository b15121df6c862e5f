//! The exact inverse of [`render`](super::render): the note from its Markdown.
//!
//! It gives every line back as Apple wrote it, white space at its end aside. It needs no knowledge of the note,
//! because whatever the Markdown adds can be told from what the note says: the note's own is escaped.

use crate::category::notes::markdown::ATTACHMENTS;
use crate::category::notes::markdown::blocks::{DONE, OPEN};
use crate::category::notes::markdown::inline::{ENTITIES, MARK, OBJECT};

/// A note, from its Markdown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stripped {
    /// The line after `# `.
    pub title: String,
    /// The lines below it. Where the title is the note's first line they are its others; else they are all of its
    /// lines, after an empty one.
    pub lines: Vec<String>,
}

/// Takes the Markdown of a note apart.
pub fn strip(markdown: &str) -> Stripped {
    let mut lines = markdown.lines().peekable();
    if lines.next_if_eq(&"---").is_some() {
        for line in lines.by_ref() {
            if line == "---" {
                break;
            }
        }
    }
    while lines.next_if(|line| line.is_empty()).is_some() {}
    let heading = lines.next().unwrap_or_default();
    let heading = heading.strip_prefix("# ").unwrap_or(heading);
    let title = match heading.strip_suffix("  ") {
        // the note goes on directly: the empty line is not its own
        Some(heading) => {
            lines.next();
            unescape(heading)
        }
        None => unescape(heading),
    };
    let mut body: Vec<&str> = lines.collect();
    if let Some(section) = body.iter().rposition(|line| *line == ATTACHMENTS) {
        body.truncate(section);
        body.pop();
    }
    Stripped { title, lines: body.into_iter().map(line).collect() }
}

/// One line of the note.
fn line(markdown: &str) -> String {
    let markdown = markdown.strip_suffix("  ").unwrap_or(markdown);
    let bare = markdown.trim_start_matches(' ');
    let indent = markdown.len() - bare.len();
    item(indent, bare).unwrap_or_else(|| content(markdown))
}

/// The item of a list that a line is; whatever only looks like one is escaped.
fn item(indent: usize, bare: &str) -> Option<String> {
    let tabs = "\t".repeat(indent / 2);
    let task = [("- [ ]", OPEN), ("- [x]", DONE)]
        .into_iter()
        .find_map(|(mark, sign)| Some((bare.strip_prefix(mark)?, sign)));
    if let Some((text, sign)) = task {
        let text = text.strip_prefix(' ').or(text.is_empty().then_some(""))?;
        return Some(format!("{tabs}\t{sign}\t{}", unescape(text)));
    }
    let mark = ["- ", "* "].into_iter().find(|mark| bare.starts_with(mark)).map(|mark| mark.len()).or_else(
        || {
            let (digits, _) = bare.split_once(". ")?;
            let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
            is_number.then_some(digits.len() + 2)
        },
    )?;
    let (mark, text) = bare.split_at_checked(mark)?;
    Some(format!("{tabs}{mark}{}", content(text)))
}

/// The content of a line or of an item, without the space that keeps a comment from being a block.
fn content(markdown: &str) -> String {
    const SPACE: &str = "&#32;";
    let guarded = markdown.strip_prefix(SPACE).filter(|rest| {
        let mut bare = *rest;
        loop {
            let entity = ENTITIES.iter().find_map(|(entity, _)| bare.strip_prefix(entity));
            let Some(shorter) = entity.or(bare.strip_prefix(char::is_whitespace)) else { break };
            bare = shorter;
        }
        bare.starts_with(MARK) && !bare.replace(MARK, "").trim().is_empty()
    });
    unescape(guarded.unwrap_or(markdown))
}

/// The text of Markdown that [`escape`](super::inline::escape) made, with U+FFFC for each link and comment.
pub(super) fn unescape(markdown: &str) -> String {
    let mut text = String::with_capacity(markdown.len());
    let mut rest = markdown;
    while let Some(c) = rest.chars().next() {
        let after = rest.get(c.len_utf8()..).unwrap_or_default();
        let skipped = match c {
            '\\' => after
                .chars()
                .next()
                .filter(char::is_ascii_punctuation)
                .map(|literal| (literal, 1 + literal.len_utf8())),
            '&' => ENTITIES
                .iter()
                .find(|(entity, _)| rest.starts_with(entity))
                .map(|(entity, c)| (*c, entity.len())),
            '<' => rest.starts_with(MARK).then_some((OBJECT, MARK.len())),
            '!' => link(after).map(|length| (OBJECT, 1 + length)),
            '[' => link(rest).map(|length| (OBJECT, length)),
            _ => None,
        };
        let (literal, length) = skipped.unwrap_or((c, c.len_utf8()));
        text.push(literal);
        rest = rest.get(length..).unwrap_or_default();
    }
    text
}

/// The length of a link that the text begins with.
fn link(text: &str) -> Option<usize> {
    let inside = text.strip_prefix('[')?;
    let mut is_escaped = false;
    let end = inside.find(|c: char| {
        let ends = matches!(c, '[' | ']') && !is_escaped;
        is_escaped = c == '\\' && !is_escaped;
        ends
    })?;
    // the name of a file has its own brackets escaped, so another one is the owner's
    let target = inside.get(end..)?.strip_prefix("](")?;
    // addresses have no brackets: they are percent-encoded
    let length = target.find(')')?;
    Some("[".len() + end + "](".len() + length + ")".len())
}
